"""The pyproject.toml beside a lock that does not say by itself what is installed by default, and what with an extra or group."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from muslcheck.errors import ManifestError
from muslcheck.words.lock import Link
from muslcheck.words.report import Problem

if TYPE_CHECKING:
    from muslcheck.manifests.asked import Asked
    from muslcheck.manifests.lockfile import Reading

__all__ = ["extras_beside", "links_beside"]


def links_beside(reading: Reading, asked: Asked) -> tuple[Link, ...] | None:
    """What the project asks for directly; None, and a problem, where no pyproject.toml is there. Its faults become the lock's."""
    from muslcheck.manifests import pyproject
    from muslcheck.manifests.files import load

    path = os.path.join(os.path.dirname(reading.path), "pyproject.toml")
    if reading.path == "-" or not os.path.isfile(path):
        message = "it does not say which packages belong to which group, and no pyproject.toml is beside it: all of them are judged"
        reading.problems.append(Problem(reading.path, message, "Put the project's pyproject.toml beside it."))
        return None
    try:
        manifest = pyproject.read(path, load(path), asked)
    except ManifestError as error:
        reading.faults.update(dict.fromkeys(error.faults))
        return ()
    return tuple(
        dict.fromkeys(
            Link(each.name, each.extras, str(each.marker or ""), specifier=each.specifier or None) for each in manifest.requirements
        )
    )


def extras_beside(reading: Reading) -> frozenset[str] | None:
    """The extras that the project offers, by their normal names; None where that is not known."""
    from muslcheck.manifests import pyproject
    from muslcheck.manifests.asked import Asked
    from muslcheck.manifests.files import load

    path = os.path.join(os.path.dirname(reading.path), "pyproject.toml")
    if reading.path == "-" or not os.path.isfile(path):
        return None
    try:
        return frozenset(pyproject.read(path, load(path), Asked()).extras)
    except ManifestError:
        return None
