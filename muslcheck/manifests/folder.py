"""A project folder to the manifest in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from muslcheck.errors import Fault, ManifestError
from muslcheck.words.report import Problem

if TYPE_CHECKING:
    from muslcheck.manifests.asked import Asked

__all__ = ["choose"]

_LOCKS = ("pylock.toml", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")
_REQUIREMENTS = ("requirements.txt", "requirements.in")
_LAST = ("Pipfile", "setup.cfg", "setup.py", "environment.yml", "environment.yaml", "Dockerfile", "Containerfile")
_HINT = "Name the files to read instead of the folder."


def choose(folder: str, asked: Asked) -> tuple[str, tuple[Problem, ...]]:
    """The path of the manifest, and a Problem where others were left aside. Raises ManifestError where there is none.

    In this order: a lock (pylock.toml, uv.lock, poetry.lock, pdm.lock, Pipfile.lock), for that is what is installed; then
    pyproject.toml that states dependencies (or is asked for an extra or group); requirements.txt; requirements.in;
    Pipfile; setup.cfg and setup.py that state dependencies; environment.yml; Dockerfile; pyproject.toml with a
    ``[project]`` table; any other pyproject.toml, for the sake of its fault.
    """
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise ManifestError((Fault(folder, None, f"the folder cannot be read ({(error.strerror or str(error)).lower()})"),)) from None
    files = [name for name in names if os.path.isfile(os.path.join(folder, name))]
    others = [name for name in files if "requirements" in name.lower() and name.lower().endswith((".txt", ".in"))]
    document = _document(os.path.join(folder, "pyproject.toml")) if "pyproject.toml" in files else None
    taken = _taken(folder, files, others, document, asked)
    if taken is None:
        raise ManifestError(*_nothing(folder, names, others))
    aside = [name for name in (*_LOCKS, *others, "environment.yml", "environment.yaml") if name != taken and name in files]
    if taken not in ("pyproject.toml", *_LOCKS[1:4]) and _states(document):  # those locks are made of it
        aside.insert(0, "pyproject.toml")
    path = os.path.normpath(os.path.join(folder, taken))
    if not aside:
        return path, ()
    return path, (Problem(folder, f"read {taken}; {', '.join(aside)} left aside", _HINT),)


def _taken(folder: str, files: list[str], others: list[str], document: dict[str, Any] | None, asked: Asked) -> str | None:
    """The name of the manifest."""
    lock = next((name for name in _LOCKS if name in files), None)
    if lock is not None:
        return lock
    if document is not None and (not document or asked.extras or asked.groups or asked.all_extras or _states(document)):
        return "pyproject.toml"
    taken = next((name for name in _REQUIREMENTS if name in files), None)
    if taken is None and document is not None and "project" in document:
        taken = "pyproject.toml"
    if taken is None and not others:
        last = (name for name in _LAST if name in files and (not name.startswith("setup.") or _has_setup(folder, name)))
        taken = next(last, "pyproject.toml" if document is not None else None)
    return taken


def _has_setup(folder: str, name: str) -> bool:
    """Whether a file of setuptools' states what it requires; one that does not may still be there for the build."""
    from muslcheck.manifests import setup_files
    from muslcheck.manifests.asked import Asked
    from muslcheck.manifests.files import load

    path = os.path.join(folder, name)
    try:
        return bool(setup_files.read(path, load(path), Asked()))
    except ManifestError:
        return name == "setup.py" and not _inside(folder)  # its reader says what is wrong, unless there is something better


def _document(path: str) -> dict[str, Any]:
    """The TOML document; empty where it cannot be read, which its reader will report."""
    from muslcheck.manifests.files import load
    from muslcheck.manifests.pyproject import parse

    try:
        return parse(path, load(path))[0]
    except ManifestError:
        return {}


def _states(document: dict[str, Any] | None) -> bool:
    """Whether dependencies that can be read stand in the ``[project]`` table, or in Poetry's."""
    tool = (document or {}).get("tool")
    poetry = tool.get("poetry") if isinstance(tool, dict) else None
    if isinstance(poetry, dict) and "dependencies" in poetry:
        return True
    project = (document or {}).get("project")
    if not isinstance(project, dict):
        return False
    if "dependencies" in project:
        return True
    from muslcheck.manifests.pyproject import read_project

    dynamic = project.get("dynamic")
    return isinstance(dynamic, list) and "dependencies" in dynamic and not read_project("", document or {}, {}).unknown


def _nothing(folder: str, names: list[str], others: list[str]) -> tuple[tuple[Fault, ...], str]:
    reason = "this folder has no lock, no pyproject.toml and no requirements.txt"
    deeper = [os.path.join("requirements", name) for name in _inside(folder)] if "requirements" in names else []
    if others or deeper:
        return (Fault(folder, None, reason),), f"Name the files to read: {', '.join((others + deeper)[:5])}."
    return (Fault(folder, None, reason),), "Name a requirements file or a pyproject.toml."


def _inside(folder: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(os.path.join(folder, "requirements")) if name.endswith((".txt", ".in")))
    except OSError:
        return []
