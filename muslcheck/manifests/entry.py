"""One entry of a requirements file to a Requirement: pip's rules for names, addresses, paths and checkouts.

As pip 26 decides (``req/constructors.py``); its parser's twin in pip-requirements-parser never looks at the disk and so
takes every text with a slash for a path.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Pep508
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from muslcheck.manifests.display import quoted, shown
from muslcheck.manifests.pep508 import WINDOWS, InvalidEntry, Reference, is_archive_name, normalised, read_pep508
from muslcheck.words.requirement import Requirement, Source

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

    from muslcheck.words.requirement import Origin

__all__ = ["read_editable", "read_entry"]

_EXTRAS = re.compile(r"(.+)(\[[^\]]+\])", re.DOTALL)
_NO_PATH = re.compile(r"[\[\]<>=;]")
_VCS_PREFIXES = ("ssh:", "git:", "hg:", "bzr:", "sftp:", "svn:")


def read_entry(entry: str, origin: Origin, *, written: str, hashes: tuple[str, ...] = ()) -> Requirement:
    """A requirement line without its options. Relative paths start at the working directory, as in pip. Raises InvalidEntry."""
    # In an address a ";" may stand for itself, so the marker needs the space after it.
    text, _, marker_text = entry.partition("; " if Reference.is_url(entry) else ";")
    text, marker_text = text.strip(), marker_text.strip()
    if Reference.is_url(text):
        return _from_reference(Reference(text), origin, written=written, hashes=hashes, marker=_marker(marker_text, written))
    path, extras_text = _without_extras(text)
    if _is_path(text) and os.path.isdir(_absolute(path)):
        if not _is_project(path):
            raise InvalidEntry(f"{quoted(written)}: this directory has neither pyproject.toml nor setup.py")
        found = Source.DIRECTORY
    elif is_archive_name(path) and (os.path.isfile(_absolute(path)) or not _names_address(text)):
        found = Source.ARCHIVE
    elif re.match(r"\.{1,2}(/|\[|$)|/(?!/)", text) and "\0" not in text:
        # pip stops here. Not on this disk may yet be on the disk of the build, and the rest is worth an answer.
        found = Source.DIRECTORY
    elif "/" in text and not text.startswith("//") and not _names_address(text):
        raise InvalidEntry(f"{quoted(written)}: this looks like a path, and there is no such file or directory")
    else:
        requirement = read_pep508(text, origin, display=written, hashes=hashes)
        return replace(requirement, marker=_marker(marker_text, written))  # pip takes "name;" for "name"
    marker = _marker(marker_text, written)
    extras = _extras(extras_text, written)
    name, specifier = (
        _from_filename(os.path.basename(path), written) if found is Source.ARCHIVE else (canonicalize_name(""), SpecifierSet())
    )
    return Requirement(name, shown(written), origin, specifier, extras, marker, source=found, location=_absolute(path), hashes=hashes)


def read_editable(entry: str, origin: Origin, *, written: str, after: tuple[str, ...] = ()) -> Requirement:
    """What follows ``-e``: a directory, ``name @ address``, or an address of a checkout. Raises InvalidEntry.

    ``after`` are the words behind it on the line, which pip passes over.
    """
    if after[:1] == ("@",):
        raise InvalidEntry(f"{quoted(written)}: what follows -e needs quotes around it where it has spaces")
    try:
        direct = Pep508(entry).url is not None
    except InvalidRequirement:
        direct = False
    if direct:
        requirement = read_pep508(entry, origin, display=written)
        if requirement.source not in (Source.VCS, Source.DIRECTORY):
            raise InvalidEntry(f"{quoted(written)}: only a directory or a checkout can be editable")
        return _editable(requirement)
    path, extras_text = _without_extras(entry)
    if path.lower().startswith("file:"):
        reference = Reference("file:" + path[5:])
        return _directory(reference.location, origin, written=written, extras=extras_text, name=reference.egg or "")
    # pip stops at a directory that is not there; it may yet be on the disk of the build, and the rest is worth an answer.
    if os.path.isdir(_absolute(path)) or ("://" not in path and not _NO_PATH.search(path)):
        if os.path.isfile(_absolute(path)):
            raise InvalidEntry(f"{quoted(written)}: only a directory or a checkout can be editable")
        return _directory(_absolute(path), origin, written=written, extras=extras_text)
    reference = Reference(_with_vcs(entry))
    if not reference.is_vcs:
        raise InvalidEntry(f'{quoted(written)}: "-e" takes a directory or the address of a checkout (git+https://...)')
    if reference.egg is None:
        raise InvalidEntry(f'{quoted(written)}: a checkout needs a name; write "name @ address"')
    return _editable(_from_reference(reference, origin, written=written))


def _directory(path: str, origin: Origin, *, written: str, extras: str, name: str = "") -> Requirement:
    return Requirement(
        canonicalize_name(name),
        shown(written),
        origin,
        extras=_extras(extras, written),
        source=Source.DIRECTORY,
        location=path,
        editable=True,
    )


def _editable(requirement: Requirement) -> Requirement:
    return replace(requirement, editable=True)


def _from_reference(
    reference: Reference, origin: Origin, *, written: str, hashes: tuple[str, ...] = (), marker: Marker | None = None
) -> Requirement:
    name, specifier = canonicalize_name(reference.egg or ""), SpecifierSet()
    if reference.filename.lower().endswith(".whl"):
        name, specifier = _from_filename(reference.filename, written)
    return Requirement(
        name,
        shown(written),
        origin,
        specifier,
        marker=marker,
        source=reference.source,
        location=reference.location,
        subdirectory=reference.subdirectory,
        hashes=hashes + reference.hashes,
    )


def _from_filename(filename: str, written: str) -> tuple[NormalizedName, SpecifierSet]:
    """A wheel's name and version; nothing for an sdist: pip learns those from its metadata."""
    if not filename.lower().endswith(".whl"):
        return canonicalize_name(""), SpecifierSet()
    try:
        name, version, _, _ = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        if "\\" in written:
            raise InvalidEntry(f"{quoted(written)}: {WINDOWS}") from None
        raise InvalidEntry(f"{quoted(written)}: this is not a valid file name for a wheel") from None
    return name, SpecifierSet(f"=={version}")


def _marker(text: str, written: str) -> Marker | None:
    if not text:
        return None
    try:
        return Marker(text)
    except InvalidMarker as error:
        from muslcheck.manifests.wording import why_marker

        raise InvalidEntry(f"{quoted(written)}: {why_marker(text, str(error))}") from None


def _without_extras(text: str) -> tuple[str, str]:
    found = _EXTRAS.fullmatch(text)
    return (found[1].rstrip(), found[2]) if found else (text, "")


def _extras(text: str, written: str) -> frozenset[NormalizedName]:
    if not text:
        return frozenset()
    try:
        return normalised(Pep508("placeholder" + text).extras)
    except InvalidRequirement as error:
        from muslcheck.manifests.wording import why_invalid

        raise InvalidEntry(why_invalid(written, str(error))) from None


def _absolute(path: str) -> str:
    # os.path.isdir and the like answer False for a path with a NUL; abspath would raise.
    return path if "\0" in path else os.path.abspath(path)


def _is_path(text: str) -> bool:
    return os.sep in text or bool(os.altsep and os.altsep in text) or text.startswith(".")


def _is_project(path: str) -> bool:
    return any(os.path.isfile(os.path.join(path, name)) for name in ("pyproject.toml", "setup.py"))


def _names_address(text: str) -> bool:
    """Whether this is ``name @ address`` rather than a path with an ``@`` in it."""
    name, at, _ = text.partition("@")
    return bool(at) and not _is_path(name)


def _with_vcs(address: str) -> str:
    """The old spelling ``git://host/...`` in the new one, ``git+git://host/...``."""
    lower = address.lower()
    return next((f"{prefix[:-1]}+{address}" for prefix in _VCS_PREFIXES if lower.startswith(prefix)), address)
