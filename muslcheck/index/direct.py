"""Direct references (PEP 508 ``name @ address``): what file is meant, told by its name, or by what is inside it."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from packaging.utils import InvalidWheelFilename, NormalizedName, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from muslcheck.index.local import url_of
from muslcheck.index.pages import version_in
from muslcheck.words.release import DistFile, Kind, Metadata, Unread

if TYPE_CHECKING:
    from muslcheck.words.requirement import Requirement

__all__ = ["described", "direct_file", "named"]

_FETCH_HINT = "Name the project's release instead, or give the address of a wheel."


def direct_file(requirement: Requirement, url: str) -> DistFile | Unread:
    """The file, as far as its name tells; name or version is empty where it does not. ``url`` is bare, or empty for a path.

    Unread where it is neither wheel nor sdist, or a wheel that pip refuses by its name.
    """
    location = requirement.location or ""
    url = (url or url_of(location)).partition("#")[0]
    filename = os.path.basename(unquote(urlsplit(url).path).rstrip("/"))  # noqa: PTH119 - a URL's path
    size = None
    if url.startswith("file:"):
        try:
            size = os.stat(location if "://" not in location else unquote(urlsplit(url).path)).st_size  # noqa: PTH116
        except OSError as error:
            return Unread(f"cannot be read: {error.strerror}", location, "Correct the path.")
    file = DistFile(filename, requirement.name, "", Kind.SDIST, url, size=size, hashes=requirement.hashes, index="")
    if filename.endswith(".whl"):
        try:
            name, version, _, _ = parse_wheel_filename(filename)
        except InvalidWheelFilename as error:
            return Unread(str(error), filename, broken=True)
        if requirement.name and requirement.name != name:
            return Unread(f"the wheel is of {name}, not of {requirement.name}", filename, broken=True)
        return replace(file, name=name, version=str(version), kind=Kind.WHEEL)
    if requirement.subdirectory:  # the archive is named for the whole of what it holds
        inside = requirement.subdirectory.strip("/")
        return replace(file, url=f"{url}#subdirectory={quote(inside)}", subdirectory=inside)
    spelt, version_text = _of_sdist(filename, requirement.name)
    return replace(file, name=spelt, version=version_text)


def named(file: DistFile, found: Metadata) -> DistFile:
    """The file with the name and version of its metadata."""
    return replace(file, name=found.name, version=_normal(found.version) or found.version)


def described(file: DistFile, found: Metadata | Unread) -> DistFile | Unread:
    """The file with the name and version that its own metadata states."""
    if isinstance(found, Metadata):
        return named(file, found)
    return Unread(f"neither name nor metadata tell its version: {found.reason}", file.filename, _FETCH_HINT)


def _of_sdist(filename: str, name: NormalizedName) -> tuple[NormalizedName, str]:
    """Name and normalised version out of an sdist's file name; the version is empty where it does not tell."""
    if name:
        raw = version_in(filename, name, {})
        return name, _normal(raw)
    stem = filename
    for extension in (".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".zip", ".tar"):
        stem = stem.removesuffix(extension)
    spelt, _, raw = stem.rpartition("-")
    version = _normal(raw)
    return (canonicalize_name(spelt), version) if spelt and version else (NormalizedName(""), "")


def _normal(raw: str | None) -> str:
    try:
        return str(Version(raw or ""))
    except InvalidVersion:
        return ""
