"""Core metadata (METADATA, PKG-INFO), read quickly: only the headers that say what a release requires."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from muslcheck.words.release import Metadata, MetadataSource, Unread

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["headers", "is_static", "metadata_of", "parse_metadata"]

_WANTED = frozenset({"metadata-version", "name", "version", "requires-dist", "requires-python", "provides-extra", "dynamic"})
_STATIC_SINCE = (2, 2)
"""Metadata version from which an sdist's fields hold for its wheels unless it calls them dynamic (PEP 643)."""


def parse_metadata(data: bytes | str, *, source: MetadataSource, seen_in: str, assumed: bool = False) -> Metadata | Unread:
    """What METADATA or PKG-INFO requires; Unread and ``broken`` where pip refuses it, too (pip: MetadataInvalid)."""
    return metadata_of(headers(data), source=source, seen_in=seen_in, assumed=assumed)


def metadata_of(found: Mapping[str, list[str]], *, source: MetadataSource, seen_in: str, assumed: bool = False) -> Metadata | Unread:
    """As :func:`parse_metadata`, from headers that were read already."""
    name, version = (found.get(key, [""])[0] for key in ("name", "version"))
    if not name:
        return Unread("the metadata states no name", seen_in, broken=True)
    try:
        version = str(Version(version))
    except InvalidVersion:
        return Unread(f"the metadata states no valid version: {version!r}", seen_in, broken=True)
    requires = tuple(found.get("requires-dist", ()))
    for text in requires:
        if fault := _fault(text):
            return Unread(f"invalid requirement in the metadata: {text!r} ({fault})", seen_in, broken=True)
    return Metadata(
        name=canonicalize_name(name),
        version=version,
        requires_dist=requires,
        requires_python=next(iter(found.get("requires-python", ())), None),
        provides_extra=frozenset(canonicalize_name(extra) for extra in found.get("provides-extra", ())),
        source=source,
        seen_in=seen_in,
        assumed=assumed,
    )


@lru_cache(maxsize=4096)
def _fault(text: str) -> str:
    """What is wrong with a requirement, or nothing. Releases of one project repeat each other's."""
    try:
        Requirement(text)
    except InvalidRequirement as error:
        return str(error).splitlines()[0]
    return ""


def is_static(found: Mapping[str, list[str]]) -> bool:
    """Whether an sdist's headers promise the dependencies of its wheels (PEP 643): 2.2 or later, and not dynamic."""
    major, _, minor = found.get("metadata-version", ["0"])[0].partition(".")
    if not (major.isdecimal() and minor.isdecimal() and (int(major), int(minor)) >= _STATIC_SINCE):
        return False
    return "requires-dist" not in {field.lower() for field in found.get("dynamic", ())}


def headers(data: bytes | str) -> dict[str, list[str]]:
    """The headers of interest by lower-case name, folded lines joined; reading stops where the description begins."""
    text = data if isinstance(data, str) else data.decode("utf-8-sig", "replace")
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    at, end = 0, len(text)
    while at < end:
        stop = text.find("\n", at)
        line = text[at : stop if stop >= 0 else end].rstrip("\r")
        at = stop + 1 if stop >= 0 else end
        if not line:
            break
        if line[0] in " \t":
            if current:
                current[-1] = f"{current[-1]} {line.strip()}".strip()
            continue
        name, colon, value = line.partition(":")
        if not colon:
            break
        key = name.lower()
        if key in _WANTED:
            current = found.setdefault(key, [])
            current.append(value.strip())
        else:
            current = None
    return found
