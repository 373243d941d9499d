"""A project on disk to the dependencies it states statically, for requirements on a directory (``./lib``, ``-e .``)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from muslcheck.errors import ManifestError
from muslcheck.words.report import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.utils import NormalizedName

    from muslcheck.words.requirement import Requirement

__all__ = ["static_dependencies"]


def static_dependencies(path: str, extras: Iterable[str] = ()) -> tuple[Requirement, ...] | Problem:
    """From the ``[project]`` table or Poetry's; where they leave it to setuptools from setup.cfg, and last from setup.py's literals.

    Extras that the project does not have are passed over, as in pip.
    """
    wanted = [canonicalize_name(extra) for extra in extras]
    names = [name for name in ("pyproject.toml", "setup.cfg", "setup.py") if os.path.isfile(os.path.join(path, name))]
    if not names:
        reason = "neither pyproject.toml nor setup.py is there" if os.path.isdir(path) else "no such directory"
        return Problem(path, f"its dependencies are unknown: {reason}")
    reason = "its pyproject.toml does not state them"
    try:
        if "pyproject.toml" in names:
            found, why = _from_pyproject(os.path.join(path, "pyproject.toml"), wanted)
            if found is not None:
                return found
            reason = why or reason
        if "setup.cfg" in names:
            from muslcheck.manifests.setup_cfg import read_setup_cfg

            stated = read_setup_cfg(os.path.join(path, "setup.cfg"))
            if stated is not None:
                members = (member for extra in wanted for member in stated.extras.get(extra, ()))
                return tuple(dict.fromkeys((*stated.dependencies, *members)))
        if "setup.py" in names:
            return _from_setup_py(os.path.join(path, "setup.py"), wanted)
    except ManifestError as error:
        return Problem(path, f"its dependencies are unknown: {error.faults[0]}")
    return Problem(path, f"its dependencies are unknown: {reason}")


def _from_setup_py(path: str, extras: list[NormalizedName]) -> tuple[Requirement, ...]:
    """What setup.py says literally. Raises ManifestError."""
    from muslcheck.manifests import setup_files
    from muslcheck.manifests.asked import Asked
    from muslcheck.manifests.files import load

    manifest = setup_files.read(path, load(path), Asked())
    members = (member for extra in extras for member in manifest.extras.get(extra, ()))
    return tuple(dict.fromkeys((*manifest.requirements, *members)))


def _from_pyproject(path: str, extras: list[NormalizedName]) -> tuple[tuple[Requirement, ...] | None, str]:
    from muslcheck.manifests.files import load
    from muslcheck.manifests.pyproject import expanded, parse, read_project, with_tools

    document, places = parse(path, load(path))
    project = read_project(path, document, places)
    tools = with_tools(project, document, places)
    if "project" not in document and tools.dependencies is None:
        return None, ""
    if project.faults or tools.faults:
        raise ManifestError((*project.faults, *tools.faults))
    if project.unknown:
        return None, project.unknown
    wanted = [*project.dependencies, *(member for extra in extras for member in project.extras.get(extra, ()))]
    return expanded(tools.placed(wanted), project.name, project.extras, []), ""
