"""Frozen dataclasses as plain data for the cache, and back.

A dataclass becomes ``{"=": its name, field: value ...}`` without the fields that have their default, a frozenset ``{"{}": [...]}``, an
enum member ``{"|": its class, "is": value}``; a list always stands for a tuple. What does not fit the classes of today is refused, so an
entry of another muslcheck is a miss, not a fault.
"""

from __future__ import annotations

import dataclasses
import enum
import re
from typing import TYPE_CHECKING, Any

from muslcheck.words.release import Metadata, MetadataSource, Unread

if TYPE_CHECKING:
    from muslcheck.words.release import DistFile

__all__ = ["Codec", "content_key", "metadata_of", "plain_metadata"]

_HOST = re.compile(r"[^:/?#]+://([^/?#]*)")


def content_key(file: DistFile) -> str | None:
    """What a file's content is known by: its digest and host, else its address and size; None where neither is stated.

    The host is part of it: what one index says of a digest is not believed of another's file.
    """
    digest = file.sha256 or next(iter(file.hashes), None)
    if digest is not None:
        inside = f" {file.subdirectory}" if file.subdirectory else ""
        host = _HOST.match(file.url)
        return f"{host[1] if host else ''} {digest}{inside}"
    return None if file.size is None or file.url.startswith("file:") else f"{file.url} {file.size}"


def plain_metadata(found: Metadata | Unread) -> dict[str, Any]:
    """Metadata, or why there is none, as JSON can hold it. Written by hand: a warm run reads a hundred of them."""
    if isinstance(found, Unread):
        return {"unread": [found.reason, found.seen_in, found.hint, found.broken]}
    return {
        "name": found.name,
        "version": found.version,
        "requires_dist": found.requires_dist,
        "requires_python": found.requires_python,
        "provides_extra": sorted(found.provides_extra),
        "source": found.source.value,
        "seen_in": found.seen_in,
        "assumed": found.assumed,
        "installed": found.installed,
        "packed": found.packed,
    } | ({"asked": found.asked} if found.asked else {})


def metadata_of(plain: Any) -> Metadata | Unread:  # noqa: ANN401 - plain data has no narrower type
    """The value that :func:`plain_metadata` was given. Raises KeyError, TypeError or ValueError where it is none of today's."""
    if "unread" in plain:
        return Unread(*plain["unread"])
    return Metadata(
        **{
            **plain,
            "requires_dist": tuple(plain["requires_dist"]),
            "provides_extra": frozenset(plain["provides_extra"]),
            "source": MetadataSource(plain["source"]),
            "asked": tuple((kind, question, answer) for kind, question, answer in plain.get("asked", ())),
        }
    )


class Codec:
    """To plain data and back, for the classes named."""

    def __init__(self, *classes: type) -> None:
        self._classes = {cls.__name__: cls for cls in classes}

    def plain(self, value: Any) -> Any:  # noqa: ANN401 - plain data has no narrower type
        """The value as JSON can hold it."""
        if isinstance(value, enum.Enum):
            return {"|": type(value).__name__, "is": value.value}
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            stated = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
            return {"=": type(value).__name__} | {
                field.name: self.plain(stated[field.name]) for field in dataclasses.fields(value) if stated[field.name] != field.default
            }
        if isinstance(value, (tuple, list)):
            return [self.plain(item) for item in value]
        if isinstance(value, (frozenset, set)):
            return {"{}": [self.plain(item) for item in sorted(value)]}
        return value

    def value(self, plain: Any) -> Any:  # noqa: ANN401 - plain data has no narrower type
        """The value that :meth:`plain` was given. Raises KeyError, TypeError or ValueError where it is none of today's."""
        if isinstance(plain, list):
            return tuple(self.value(item) for item in plain)
        if not isinstance(plain, dict):
            return plain
        if "{}" in plain:
            return frozenset(self.value(item) for item in plain["{}"])
        if "|" in plain:
            return self._classes[plain["|"]](plain["is"])
        fields = {name: self.value(item) for name, item in plain.items() if name != "="}
        return self._classes[plain["="]](**fields)
