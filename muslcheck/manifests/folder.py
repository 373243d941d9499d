"""A project folder to the manifest in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from muslcheck.errors import Fault, ManifestError
from muslcheck.words.report import Problem

if TYPE_CHECKING:
    from muslcheck.manifests.asked import Asked

__all__ = ["choose"]

_REQUIREMENTS = ("requirements.txt", "requirements.in")
_UNREAD = ("pylock.toml", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile", "Pipfile.lock", "environment.yml", "setup.cfg", "setup.py")


def choose(folder: str, asked: Asked) -> tuple[str, tuple[Problem, ...]]:
    """The path of the manifest, and a Problem where others were left aside. Raises ManifestError where there is none.

    In this order: pyproject.toml that states dependencies (or is asked for an extra or group); requirements.txt;
    requirements.in; pyproject.toml with a ``[project]`` table; any other pyproject.toml, for the sake of its fault.
    """
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise ManifestError((Fault(folder, None, f"the folder cannot be read ({(error.strerror or str(error)).lower()})"),)) from None
    files = [name for name in names if os.path.isfile(os.path.join(folder, name))]
    others = [name for name in files if "requirements" in name.lower() and name.lower().endswith((".txt", ".in"))]
    document = _document(os.path.join(folder, "pyproject.toml")) if "pyproject.toml" in files else None
    project = document.get("project") if document else None
    asked_of_project = bool(asked.extras or asked.groups or asked.all_extras)
    if document is not None and (not document or asked_of_project or _states(document)):
        taken: str | None = "pyproject.toml"
    else:
        taken = next((name for name in _REQUIREMENTS if name in files), None)
        if taken is None and document is not None and (project is not None or not others):
            taken = "pyproject.toml"
    if taken is None:
        raise ManifestError(*_nothing(folder, names, others))
    aside = [
        name for name in ("pyproject.toml", *others) if name != taken and name in files and (name != "pyproject.toml" or _states(document))
    ]
    path = os.path.normpath(os.path.join(folder, taken))
    if not aside:
        return path, ()
    return path, (Problem(folder, f"read {taken}; {', '.join(aside)} left aside", "Name the files to read instead of the folder."),)


def _document(path: str) -> dict[str, Any]:
    """The TOML document; empty where it cannot be read, which its reader will report."""
    from muslcheck.manifests.files import load
    from muslcheck.manifests.pyproject import parse

    try:
        return parse(path, load(path))[0]
    except ManifestError:
        return {}


def _states(document: dict[str, Any] | None) -> bool:
    """Whether a ``[project]`` table has dependencies that can be read."""
    project = (document or {}).get("project")
    if not isinstance(project, dict):
        return False
    if "dependencies" in project:
        return True
    from muslcheck.manifests.pyproject import read_project

    dynamic = project.get("dynamic")
    return isinstance(dynamic, list) and "dependencies" in dynamic and not read_project("", document or {}, {}).unknown


def _nothing(folder: str, names: list[str], others: list[str]) -> tuple[tuple[Fault, ...], str]:
    reason = "this folder has no pyproject.toml and no requirements.txt"
    deeper = [os.path.join("requirements", name) for name in _inside(folder)] if "requirements" in names else []
    if others or deeper:
        return (Fault(folder, None, reason),), f"Name the files to read: {', '.join((others + deeper)[:5])}."
    unread = [name for name in _UNREAD if name in names]
    if unread:
        return (Fault(folder, None, f"{reason}, and {', '.join(unread)} {'is' if len(unread) == 1 else 'are'} not read yet"),), ""
    return (Fault(folder, None, reason),), "Name a requirements file or a pyproject.toml."


def _inside(folder: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(os.path.join(folder, "requirements")) if name.endswith((".txt", ".in")))
    except OSError:
        return []
