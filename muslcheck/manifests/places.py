"""Where commands install: with the image's own Python, in an environment of its own, in a folder; and what COPY makes of that.

A place is the path of an environment or folder; empty for the image's own Python, ``~`` for its user's packages. What is installed
in a place is told as the numbers of the commands that did it, in order.
"""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from muslcheck.manifests.installs import Install

__all__ = ["Places", "brought", "environment_made", "found_by", "place_of"]

Places: TypeAlias = "Mapping[str, tuple[int, ...]]"

_USER = "~"
_OWN = ("", "/", "/usr", "/usr/local")
"""Where an image's own Python is."""
_SHARED = (("POETRY_VIRTUALENVS_CREATE", "false"), ("PIPENV_SYSTEM", "1"), ("PDM_USE_VENV", "false"))
"""What a tool is told by, that has no environment of its own."""
_INSIDE = re.compile(r"(/(lib|lib64|bin)(/python[\d.]*)?(/(site|dist)-packages)?)?/?$")
_PACKAGES = re.compile(r"site-packages|dist-packages|venv|\benv\b|\.local\b")


def place_of(install: Install, folder: str, values: Mapping[str, str | None], environments: Collection[str]) -> tuple[str, str]:
    """The Python that a command runs on, and where it installs; ``environments`` are those that were made so far."""
    python = _python(install, folder, values, environments)
    if install.into:
        return python, _named(posixpath.join(folder, install.into))
    return python, _USER if install.user and not python else python


def found_by(install: Install, python: str, into: str, places: Places) -> tuple[int, ...]:
    """The commands whose packages a command finds installed.

    pip sees what its Python sees, whatever ``--prefix`` says, and nothing with ``--target``; uv looks where it installs.
    """
    if install.apart and install.program != "uv":
        return ()
    seen = (into,) if install.program == "uv" else (python,) if python else (python, _USER)
    return tuple(sorted({number for place in seen for number in places.get(place, ())}))


def environment_made(words: list[str], folder: str) -> str:
    """The environment that a command makes (``python -m venv /venv``, ``virtualenv``, ``uv venv``), or empty."""
    program, rest = os.path.basename(words[0]) if words else "", words[1:]
    if program.startswith("python") and rest[:1] == ["-m"]:
        program, rest = (rest[1] if len(rest) > 1 else ""), rest[2:]
    if program == "uv" and rest[:1] == ["venv"]:
        named = [
            word for before, word in zip(["", *rest[1:]], rest[1:], strict=False) if _is_path(word) and before not in ("--python", "-p")
        ]
        return posixpath.normpath(posixpath.join(folder, *(named[:1] or [".venv"])))
    if program in ("venv", "virtualenv"):
        named = [word for word in rest if not word.startswith("-")]
        return posixpath.normpath(posixpath.join(folder, named[-1])) if named else ""
    return ""


def brought(places: Places, source: str, target: str) -> dict[str, tuple[int, ...]]:
    """What is installed where, once a path of a stage was copied to another path."""
    source, target = (posixpath.normpath(posixpath.join("/", path)) for path in (source, target))
    found: dict[str, tuple[int, ...]] = {}
    for place, numbers in places.items():
        if place in ("", _USER):
            inside = _named(source) == place if place else _named(source) == "" and not source.endswith("/bin")
            into = _named(target) if inside else None
        elif place == source or place.startswith(f"{source.rstrip('/')}/"):
            into = _named(posixpath.normpath(target + place[len(source.rstrip("/")) :]))
        else:
            into = _named(target) if _named(source) == place and not source.endswith("/bin") else None
        if into is not None:
            found[into] = (*found.get(into, ()), *numbers)
    if not found and _PACKAGES.search(source):  # a tool keeps its environment where it likes
        found[_named(target)] = tuple(number for numbers in places.values() for number in numbers)
    return found


def _python(install: Install, folder: str, values: Mapping[str, str | None], environments: Collection[str]) -> str:
    """The environment that a command's Python is of."""
    uv = install.program == "uv"
    called = install.python if "/" in install.python else "" if uv else install.beside
    if called:
        return _of_program(posixpath.join(folder, called))
    if uv and install.system:
        return ""
    if uv and (active := (install.lock and values.get("UV_PROJECT_ENVIRONMENT")) or (not install.lock and values.get("VIRTUAL_ENV"))):
        return _named(posixpath.join(folder, active))
    for entry in (values.get("PATH") or "").split(":"):
        if (place := posixpath.normpath(entry).removesuffix("/bin")) in environments:
            return place
    own = posixpath.normpath(posixpath.join(folder, install.folder, ".venv"))
    if uv:
        return own if (install.lock or own in environments) and not values.get("UV_SYSTEM_PYTHON") else ""
    # Poetry, PDM and pipenv make an environment, wherever it may lie, unless they are told not to.
    return own if install.lock and not install.system and all(values.get(name) != value for name, value in _SHARED) else ""


def _of_program(path: str) -> str:
    """The environment of ``/venv/bin/python``, or of ``/venv`` itself."""
    folder, _, name = posixpath.normpath(path).rpartition("/")
    return _named(folder if re.match(r"python|pip|pypy", name) and folder.endswith("/bin") else path)


def _named(path: str) -> str:
    """The place that a path is, or is in."""
    path = _INSIDE.sub("", posixpath.normpath(path))
    return "" if path in _OWN else _USER if path.endswith("/.local") else path


def _is_path(word: str) -> bool:
    return not word.startswith("-")
