"""An installed environment as a manifest: every distribution in it, as ``pip freeze`` writes it, read from its files alone."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests.display import shown
from muslcheck.manifests.pep508 import InvalidEntry, Reference, read_pep508
from muslcheck.manifests.site_folders import site_of
from muslcheck.words.report import Problem
from muslcheck.words.requirement import Manifest, Origin, Requirement, Source

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

__all__ = ["read", "stated_requirements"]

_LARGEST = 1 << 20
"""Bytes of a metadata file that are read: its headers stand first."""
_LEFT_OUT = frozenset({"pip"})
_LEFT_OUT_BEFORE_312 = frozenset({"distribute", "pip", "setuptools", "wheel"})
_SYSTEMS = {"apk": "apk", "conda": "conda", "debian": "Debian's packages", "rpm": "RPM packages"}
_NO_INSTALLER = "Its files on the index may differ from what is installed."


def read(place: str) -> Manifest:
    """What is installed in an environment: empty for this Python's, else see :func:`~muslcheck.manifests.site_folders.site_of`.

    pip itself is left out, and before Python 3.12 setuptools and wheel, as ``pip freeze`` does: an image brings its own.
    Raises ManifestError where no environment is there, or nothing is in it.
    """
    site = site_of(place)
    reading = _Reading(_LEFT_OUT_BEFORE_312 if site.python and _minor(site.python) < 12 else _LEFT_OUT)  # noqa: PLR2004  # pip's own number
    for folder in site.folders:
        reading.folder(folder)
    if not reading.found:
        raise ManifestError((Fault(site.name, None, "nothing is installed in this environment"),))
    problems = [*reading.problems]
    for system, names in reading.systems.items():
        message = f"installed by {system}: {', '.join(names[:3])}{', ...' if len(names) > 3 else ''}"  # noqa: PLR2004
        problems.append(Problem(site.name, f"{message}; the index is asked for the same names and versions", _NO_INSTALLER))
    active = os.environ.get("VIRTUAL_ENV")
    if not place and active and os.path.realpath(active) != os.path.realpath(site.name):
        message = f"read as the environment of the Python that muslcheck runs on; the active one is {active}"
        problems.append(Problem(site.name, message, f"Give --installed={active} to have that one read."))
    return Manifest(
        path=site.name,
        kind="installed",
        requirements=tuple(reading.found.values()),
        problems=tuple(problems),
        images=(f"python:{site.python}-alpine",) if site.python else (),
    )


def stated_requirements(folder: str) -> tuple[Requirement, ...] | Problem:
    """``Requires-Dist`` in the METADATA of an installed project, extras' with their markers, or why it is unknown."""
    path = os.path.join(folder, "METADATA")
    try:
        return tuple(read_pep508(text, Origin(path)) for text in _headers(path).get("requires-dist", ()))
    except (InvalidEntry, OSError) as error:
        return Problem(folder, f"its dependencies are unknown: {error}")


class _Reading:
    """The distributions found so far; of two with one name the first counts, as for Python."""

    def __init__(self, left_out: frozenset[str]) -> None:
        self.found: dict[NormalizedName, Requirement] = {}
        self.problems: dict[Problem, None] = {}
        self.systems: dict[str, list[str]] = {}
        self._seen: dict[NormalizedName, str] = {}
        self._left_out = left_out

    def folder(self, folder: str) -> None:
        """All distributions in one folder of packages, then those that links in it lead to."""
        try:
            names = sorted(os.listdir(folder))
        except OSError as error:
            self._problem(folder, f"cannot be read ({(error.strerror or str(error)).lower()})")
            return
        for name in names:
            path = os.path.join(folder, name)
            if name.startswith("~") and name.endswith(".dist-info"):
                self._problem(path, "what an interrupted uninstallation left; passed over, as pip does")
            elif name.endswith((".dist-info", ".egg-info", ".egg")) and (metadata := _metadata(path)):
                self._distribution(folder, metadata)
        for name in names:
            if name.endswith(".egg-link"):
                self._link(folder, os.path.join(folder, name))

    def _link(self, folder: str, path: str) -> None:
        """``setup.py develop`` left a file with the path of the project on its first line."""
        try:
            with open(path, encoding="utf-8") as file:
                target = next((line.strip() for line in file if line.strip()), "")
            project = os.path.abspath(os.path.join(folder, target))
            eggs = sorted(name for name in os.listdir(project) if name.endswith(".egg-info"))
        except (OSError, ValueError):
            self._problem(path, "leads to no project on this disk; passed over")
            return
        for name in eggs:
            if metadata := _metadata(os.path.join(project, name)):
                self._distribution(folder, metadata, project=project)

    def _distribution(self, folder: str, metadata: str, *, project: str | None = None) -> None:
        """One distribution; ``project`` is the folder on disk that it lies in, where it was linked by setuptools."""
        try:
            headers = _headers(metadata)
        except OSError as error:
            self._problem(metadata, f"cannot be read ({(error.strerror or str(error)).lower()}); passed over")
            return
        name, version = (headers.get(key, [""])[0] for key in ("name", "version"))
        if not name or not version:
            self._problem(metadata, f"states no {'version' if name else 'name'}; passed over, as pip does")
            return
        key = canonicalize_name(name)
        if key in self._left_out:
            return
        if key in self._seen:
            if self._seen[key] == folder:
                self._problem(metadata, f"{name} is there twice; the other one counts", f"Reinstall {name} in that environment.")
            return
        self._seen[key] = folder
        origin = Origin(metadata)
        beside = os.path.dirname(metadata)
        try:
            if project is not None:
                self.found[key] = _directory(key, f"-e {project}", origin, project, editable=True)
            else:
                self.found[key] = _direct(name, beside, origin) or _pinned(name, version, origin)
        except InvalidEntry as error:
            self._problem(metadata, f"{error}; passed over")
            return
        installer = _text(os.path.join(beside, "INSTALLER")).strip().lower()
        if installer in _SYSTEMS:
            self.systems.setdefault(_SYSTEMS[installer], []).append(name)

    def _problem(self, subject: str, message: str, hint: str = "") -> None:
        self.problems[Problem(subject, message, hint)] = None


def _pinned(name: str, version: str, origin: Origin) -> Requirement:
    """``name==version``; ``===`` where the version is none of the standard's (pip ``_format_as_name_version``)."""
    try:
        return read_pep508(f"{name}=={version}", origin)
    except InvalidEntry:
        return read_pep508(f"{name}==={version}", origin)


def _direct(name: str, folder: str, origin: Origin) -> Requirement | None:
    """What ``direct_url.json`` says (PEP 610); None where there is none, or none that can be read: pip goes by the version then."""
    try:
        said: Any = json.loads(_text(os.path.join(folder, "direct_url.json")) or "null")
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or not isinstance(said.get("url"), str):
        return None
    url = said["url"]
    directory, vcs, archive = (said.get(key) for key in ("dir_info", "vcs_info", "archive_info"))
    if isinstance(directory, dict):
        editable = directory.get("editable") is True
        location = Reference(url).location
        # What it requires stands in the metadata, whether its folder is on this disk or not.
        return _directory(canonicalize_name(name), f"-e {location}" if editable else f"{name} @ {url}", origin, folder, editable=editable)
    fragment = f"subdirectory={said['subdirectory']}" if isinstance(said.get("subdirectory"), str) else ""
    if isinstance(vcs, dict) and isinstance(vcs.get("vcs"), str):
        at = f"@{vcs['commit_id']}" if isinstance(vcs.get("commit_id"), str) else ""
        return read_pep508(f"{name} @ {vcs['vcs']}+{url}{at}{fragment and f'#{fragment}'}", origin)
    digest = _digest(archive) if isinstance(archive, dict) else ""
    fragments = "&".join(filter(None, (digest, fragment)))
    return read_pep508(f"{name} @ {url}{fragments and f'#{fragments}'}", origin)


def _digest(archive: dict[str, Any]) -> str:
    hashes = archive.get("hashes")
    if isinstance(hashes, dict):
        return next((f"{key}={value}" for key, value in hashes.items() if key in ("sha256", "sha384", "sha512")), "")
    return archive["hash"] if isinstance(archive.get("hash"), str) else ""


def _directory(name: NormalizedName, text: str, origin: Origin, location: str, *, editable: bool) -> Requirement:
    where = os.path.abspath(location)
    return Requirement(name, shown(text), origin, source=Source.DIRECTORY, location=where, editable=editable)


def _metadata(path: str) -> str | None:
    """The file with the metadata of what lies there."""
    places = (path, *(os.path.join(path, name) for name in ("METADATA", "PKG-INFO", os.path.join("EGG-INFO", "PKG-INFO"))))
    return next((each for each in places if os.path.isfile(each) and not each.endswith(".egg")), None)


def _headers(path: str) -> dict[str, list[str]]:
    """The headers of METADATA or PKG-INFO, in lower case. Raises OSError."""
    with open(path, "rb") as file:
        text = file.read(_LARGEST).decode("utf-8", "replace")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if not line.strip():
            break
        key, colon, value = line.partition(":")
        if colon and not key[:1].isspace():
            found.setdefault(key.strip().lower(), []).append(value.strip())
    return found


def _text(path: str) -> str:
    """What a small file says; nothing where it is not there or cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""


def _minor(version: str) -> int:
    return int(version.partition(".")[2].rstrip("t"))
