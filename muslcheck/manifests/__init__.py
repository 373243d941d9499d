"""Text of a manifest in, requirements with their origins out; one reader per format; pure.

A new format is one module with ``read(path, data, asked) -> Manifest`` and one row in ``FORMATS``.
"""

from __future__ import annotations

import os
from dataclasses import replace
from fnmatch import fnmatchcase
from importlib import import_module
from typing import TYPE_CHECKING

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests.asked import Asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muslcheck.words.report import Problem
    from muslcheck.words.requirement import Manifest, Requirement

__all__ = ["FORMATS", "UNREAD", "read", "static_dependencies"]

FORMATS: tuple[tuple[str, str], ...] = (
    ("pyproject.toml", "muslcheck.manifests.pyproject"),
    ("*", "muslcheck.manifests.requirements"),
)
"""File name pattern and the module that reads it; the first match counts."""

UNREAD: tuple[tuple[str, str], ...] = (
    ("pylock.toml", "lock files"),
    ("pylock.*.toml", "lock files"),
    ("*.lock", "lock files"),
    ("Pipfile", "Pipfiles"),
    ("Pipfile.lock", "lock files"),
    ("environment.yml", "conda environments"),
    ("environment.yaml", "conda environments"),
    ("setup.py", "setup scripts (nothing is run)"),
    ("setup.cfg", "setup.cfg files by themselves"),
    ("Dockerfile", "Dockerfiles"),
    ("*.Dockerfile", "Dockerfiles"),
    ("*.toml", "other TOML files"),
    ("*.json", "JSON files"),
)
"""File name patterns that are known, and not read yet: better said than read as a requirements file."""


def read(paths: Sequence[str], *, extras: Iterable[str] = (), all_extras: bool = False, groups: Iterable[str] = ()) -> tuple[Manifest, ...]:
    """The manifests at these paths, in order; a directory stands for the manifest in it, ``-`` for standard input.

    Raises ManifestError with the faults of all of them together.
    """
    asked = Asked(extras=tuple(extras), all_extras=all_extras, groups=tuple(groups))
    manifests: list[Manifest] = []
    faults: list[Fault] = []
    hints: list[str] = []
    for path in paths:
        try:
            manifests.append(_read_one(os.fspath(path), asked))
        except ManifestError as error:
            faults.extend(error.faults)
            if error.hint and error.hint not in hints:
                hints.append(error.hint)
    if faults:
        raise ManifestError(tuple(faults), " ".join(hints))
    return tuple(manifests)


def static_dependencies(path: str, extras: Iterable[str] = ()) -> tuple[Requirement, ...] | Problem:
    """What the project in a directory on disk requires, as far as it says so without being run, or why that is unknown."""
    from muslcheck.manifests.project import static_dependencies as read_project

    return read_project(path, extras)


def _read_one(path: str, asked: Asked) -> Manifest:
    from muslcheck.manifests.files import load

    aside: tuple[Problem, ...] = ()
    if path != "-" and os.path.isdir(path):
        from muslcheck.manifests.folder import choose

        path, aside = choose(path, asked)
    name = os.path.basename(path)
    module = next((module for pattern, module in FORMATS if fnmatchcase(name, pattern)), None)
    what = next((what for pattern, what in UNREAD if fnmatchcase(name, pattern)), None)
    if module is None or (what is not None and module == FORMATS[-1][1]):
        raise ManifestError((Fault(path, None, f"{what} are not read yet"),), "Name a requirements file or a pyproject.toml.")
    manifest: Manifest = import_module(module).read(path, load(path), asked)
    return replace(manifest, problems=manifest.problems + aside) if aside else manifest
