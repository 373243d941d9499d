"""Where a Python's packages lie on disk: told from a virtual environment's folder or a Python's path, by layout alone.

No interpreter is run: its environment may be broken, or another machine's, unpacked here.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from glob import escape, glob

from muslcheck.errors import Fault, ManifestError

__all__ = ["Site", "site_of"]

_PYTHON = re.compile(r"(?:python|pypy)(?:3?|(3\.\d+t?))(?:\.exe)?", re.IGNORECASE)
_VERSION = re.compile(r"(?:python|pypy)(3\.\d+t?)")
_HINT = "Give a virtual environment or the path of a Python after --installed=, with the equals sign."


@dataclass(frozen=True, slots=True)
class Site:
    """An environment: its name for people, the folders with its packages (the first counts), and its Python (``3.12``), where known."""

    name: str
    folders: tuple[str, ...]
    python: str = ""


def site_of(place: str) -> Site:
    """The environment at a place: a virtual environment's folder, a Python's path or name, a folder of packages; empty: this Python's.

    Raises ManifestError where none is there.
    """
    if not place:
        folders = tuple(path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages") and os.path.isdir(path))
        return Site(sys.prefix, folders, f"{sys.version_info.major}.{sys.version_info.minor}")
    found = place
    if not os.path.lexists(place) and os.path.basename(place) == place and _PYTHON.fullmatch(place):
        import shutil

        found = shutil.which(place) or place
    try:
        site = _by_path(found)
    except (OSError, ValueError) as error:
        reason = error.strerror.lower() if isinstance(error, OSError) and error.strerror else "its pyvenv.cfg names no folder"
        raise ManifestError((Fault(place, None, f"cannot be read ({reason})"),), _HINT) from None
    if not site.folders:
        versions = f": Pythons {site.python} are there" if site.python else ""
        hint = "Name one of them by its path (.../bin/python3.12)." if versions else _HINT
        raise ManifestError((Fault(place, None, f"no folder with installed packages is found{versions}"),), hint)
    return site


def _by_path(path: str) -> Site:
    if os.path.isdir(path):
        cfg = os.path.join(path, "pyvenv.cfg")
        if os.path.isfile(cfg):
            return _virtual(path, cfg)
        return Site(path, (path,)) if _holds_packages(path) else _prefix(path, "")
    if not os.path.exists(path):
        raise ManifestError((Fault(path, None, "no such file or directory"),), _HINT)
    named = _PYTHON.fullmatch(os.path.basename(path))
    if named is None:
        raise ManifestError((Fault(path, None, "neither a virtual environment nor a Python"),), _HINT)
    folder = os.path.dirname(path) or "."
    for prefix in (folder, os.path.join(folder, os.pardir)):
        cfg = os.path.join(prefix, "pyvenv.cfg")
        if os.path.isfile(cfg):
            return _virtual(os.path.normpath(prefix), cfg)
    real = os.path.realpath(path)
    behind = _PYTHON.fullmatch(os.path.basename(real))
    bin_folder = os.path.dirname(real)
    prefix = bin_folder if os.name == "nt" and not bin_folder.lower().endswith("scripts") else os.path.dirname(bin_folder)
    return _prefix(prefix, (behind and behind[1]) or named[1] or "")


def _holds_packages(folder: str) -> bool:
    return any(name.endswith((".dist-info", ".egg-info")) for name in os.listdir(folder))


def _virtual(folder: str, cfg: str) -> Site:
    """A virtual environment (PEP 405); with ``include-system-site-packages`` the packages of the Python that it stands on, too."""
    with open(cfg, encoding="utf-8", errors="replace") as file:
        lines = (line.partition("=") for line in file.read(1 << 16).splitlines())
        said = {key.strip().lower(): value.strip() for key, _, value in lines}
    version = re.match(r"3\.\d+", said.get("version") or said.get("version_info") or "")
    inside = _prefix(folder, "")
    if not inside.folders and version:  # those of several Pythons may lie there
        inside = _prefix(folder, version[0])
    python = inside.python or (version[0] if version else "")
    folders = inside.folders
    if said.get("include-system-site-packages", "").lower() == "true" and said.get("home"):
        folders += _prefix(os.path.dirname(said["home"]), python).folders
    return Site(folder, folders, python)


def _prefix(prefix: str, version: str) -> Site:
    """The folders under the prefix of an installation: as Python lays them out, as Debian does, as Windows does."""
    at = escape(prefix)
    own = glob(os.path.join(at, "lib*", f"p*{version or '3.*'}", "site-packages"))
    own += glob(os.path.join(at, "local", "lib", f"python{version or '3.*'}", "dist-packages"))
    pythons = {path: found[1] for path in own if (found := _VERSION.fullmatch(path.split(os.sep)[-2])) and os.path.isdir(path)}
    if len(set(pythons.values())) > 1:
        return Site(prefix, (), ", ".join(sorted(set(pythons.values()))))
    windows = os.path.join(prefix, "Lib", "site-packages")
    shared = [os.path.join(prefix, "lib", "python3", "dist-packages"), windows]  # Debian's, for all its Pythons
    once = {os.path.realpath(path): path for path in [*shared, *sorted(pythons, reverse=True)] if os.path.isdir(path)}
    return Site(prefix, tuple(reversed(once.values())), next(iter(pythons.values()), version))
