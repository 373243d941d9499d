"""Text of a manifest in, requirements with their origins out; one reader per format; pure.

A new format is one module with ``read(path, data, asked) -> Manifest`` and one row in ``FORMATS``.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from fnmatch import fnmatchcase
from importlib import import_module
from typing import TYPE_CHECKING

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests.asked import Asked
from muslcheck.words.requirement import Manifest, Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muslcheck.words.report import Problem
    from muslcheck.words.requirement import Requirement

__all__ = ["FORMATS", "UNREAD", "build_requirements", "read", "standard_input", "static_dependencies"]

FORMATS: tuple[tuple[str, str], ...] = (
    ("pyproject.toml", "muslcheck.manifests.pyproject"),
    ("pylock.toml", "muslcheck.manifests.pylock"),
    ("pylock.*.toml", "muslcheck.manifests.pylock"),
    ("uv.lock", "muslcheck.manifests.uv_lock"),
    ("poetry.lock", "muslcheck.manifests.poetry_lock"),
    ("pdm.lock", "muslcheck.manifests.pdm_lock"),
    ("Pipfile.lock", "muslcheck.manifests.pipfile_lock"),
    ("Pipfile", "muslcheck.manifests.pipfile"),
    ("environment.yml", "muslcheck.manifests.environment"),
    ("environment.yaml", "muslcheck.manifests.environment"),
    ("setup.cfg", "muslcheck.manifests.setup_files"),
    ("setup.py", "muslcheck.manifests.setup_files"),
    ("*.py", "muslcheck.manifests.script"),
    ("Dockerfile", "muslcheck.manifests.dockerfile"),
    ("Dockerfile.*", "muslcheck.manifests.dockerfile"),
    ("*.Dockerfile", "muslcheck.manifests.dockerfile"),
    ("Containerfile", "muslcheck.manifests.dockerfile"),
    ("Containerfile.*", "muslcheck.manifests.dockerfile"),
    ("*", "muslcheck.manifests.requirements"),
)
"""File name pattern and the module that reads it; the first match counts."""

UNREAD: tuple[tuple[str, str], ...] = (
    ("*.lock", "other lock files"),
    ("*.toml", "other TOML files"),
    ("*.json", "JSON files"),
)
"""File name patterns that are known, and not read yet: better said than read as a requirements file."""


def read(
    paths: Sequence[str],
    *,
    constraints: Sequence[str] = (),
    installed: Sequence[str] = (),
    build: bool = False,
    extras: Iterable[str] = (),
    all_extras: bool = False,
    groups: Iterable[str] = (),
    stage: str = "",
    build_args: Mapping[str, str] | None = None,
    known: Mapping[str, bytes | str] | None = None,
) -> tuple[Manifest, ...]:
    """The manifests at these paths, in order; a directory stands for the manifest in it, ``-`` for standard input.

    Of a Dockerfile the last stage counts, or the one named ``stage``; ``build_args`` are values of its arguments.

    ``constraints`` are paths of constraint files (pip ``-c``), ``installed`` places of environments (empty: this Python's):
    one more Manifest each, after the others; with ``build`` one more for each project that the paths are of. What is
    wrong in a manifest stands in its ``faults``, beside what could be read. Nothing is fetched: a manifest at an address,
    or one that includes one, says in ``wanted`` what it lacks, and is read again with it in ``known`` (the bytes, or why
    there are none).
    Raises ManifestError, with the faults of all of them together, where nothing is left to be judged.
    """
    given = tuple((build_args or {}).items())
    asked = Asked(extras=tuple(extras), all_extras=all_extras, groups=tuple(groups), stage=stage, build_args=given, known=known or {})
    manifests: list[Manifest] = []
    hints: dict[str, None] = {}
    ways = ((paths, _read_one), (paths if build else (), _read_build), (installed, _read_installed), (constraints, _read_constraints))
    for path, one in ((path, one) for places, one in ways for path in places):
        try:
            manifests.append(one(os.fspath(path), asked))
        except ManifestError as error:
            manifests.append(Manifest(error.faults[0].file, "unread", faults=error.faults))
            hints.update({error.hint: None} if error.hint else {})
    if any(manifest.wanted for manifest in manifests):
        return tuple(manifests)
    if stage and not any(manifest.kind in ("dockerfile", "unread") for manifest in manifests):
        raise ManifestError((Fault(manifests[0].path, None, "only a Dockerfile has stages"),), "Name the Dockerfile.")
    parts = asked.extras or asked.all_extras or asked.groups
    if parts and all(manifest.kind in ("requirements", "installed", "constraints", "build") for manifest in manifests):
        # Where a project is among the manifests, its reader has answered.
        reason = "a requirements file has no extras and no dependency groups"
        raise ManifestError((Fault(manifests[0].path, None, reason),), "Name the pyproject.toml.")
    faults = dict.fromkeys(fault for manifest in manifests for fault in manifest.faults)
    if faults and not any(manifest.requirements or manifest.locks or manifest.build for manifest in manifests):
        raise ManifestError(tuple(faults), " ".join(hints))
    return tuple(manifests)


def build_requirements(texts: Iterable[str], seen_in: str) -> tuple[Requirement, ...]:
    """What a build requires (``[build-system] requires``, PEP 518); a text that is no requirement is passed over."""
    from muslcheck.manifests.pep508 import InvalidEntry, read_pep508

    found = []
    for text in texts:
        with suppress(InvalidEntry):
            found.append(read_pep508(text, Origin(seen_in)))
    return tuple(found)


def standard_input() -> bytes:
    """What stands on standard input, which can be read once only: for ``known["-"]``. Raises ManifestError."""
    from muslcheck.manifests.files import load

    return load("-")


def static_dependencies(path: str, extras: Iterable[str] = ()) -> tuple[Requirement, ...] | Problem:
    """What the project in a directory on disk requires, as far as it says so without being run, or why that is unknown.

    For an installed project its ``.dist-info`` may be given instead: what it requires stands there.
    """
    if path.endswith(".dist-info"):
        from muslcheck.manifests.installed import stated_requirements

        return stated_requirements(path)
    from muslcheck.manifests.project import static_dependencies as read_project

    return read_project(path, extras)


def _read_one(path: str, asked: Asked) -> Manifest:
    from muslcheck.manifests.files import file_name, load_or_want, long_number, named

    aside: tuple[Problem, ...] = ()
    if path != "-" and os.path.isdir(path):
        from muslcheck.manifests.folder import choose

        path, aside = choose(path, asked)
    name = file_name(path)
    module = next((module for pattern, module in FORMATS if fnmatchcase(name, pattern)), None)
    what = next((what for pattern, what in UNREAD if fnmatchcase(name, pattern)), None)
    if module is None or (what is not None and module == FORMATS[-1][1]):
        raise ManifestError((Fault(path, None, f"{what} are not read yet"),), "Name a requirements file or a pyproject.toml.")
    data = load_or_want(path, asked.known)
    if data is None:
        return Manifest(named(path), "wanted", wanted=(path,))
    if module != FORMATS[-1][1] and (line := long_number(data)):  # of a requirements file the other lines count
        raise ManifestError((Fault(named(path), line, "a number has more digits than Python reads"),))
    # A requirements file needs the whole address, for those that it includes; it tells it without credentials itself.
    manifest: Manifest = import_module(module).read(path if module == FORMATS[-1][1] else named(path), data, asked)
    return replace(manifest, problems=manifest.problems + aside) if aside else manifest


def _read_build(path: str, _asked: Asked) -> Manifest:
    from muslcheck.manifests import building

    return building.read(path)


def _read_installed(place: str, _asked: Asked) -> Manifest:
    from muslcheck.manifests import installed

    return installed.read(place)


def _read_constraints(path: str, asked: Asked) -> Manifest:
    from muslcheck.manifests import requirements
    from muslcheck.manifests.files import load_or_want, named

    data = load_or_want(path, asked.known)
    return Manifest(named(path), "wanted", wanted=(path,)) if data is None else requirements.read(path, data, asked, constraint=True)
