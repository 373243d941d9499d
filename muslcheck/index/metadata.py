"""The metadata ladder: the cheapest trustworthy source of what a release requires.

A wheel: the ``.metadata`` file beside it (PEP 658, 714), else METADATA out of byte ranges of the wheel, else the whole wheel. An sdist:
its static PKG-INFO (PEP 643), else METADATA of a wheel of the same release for another platform, else what the archive says otherwise.
Of a large sdist the wheel is asked first.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from muslcheck.archives.metadata import parse_metadata
from muslcheck.archives.wheel import NeedRange, WheelHead, metadata_from_file, metadata_from_ranges
from muslcheck.errors import ArchiveFailure, CorruptArchive, IndexUnavailable
from muslcheck.index.download import check_bytes, refusal
from muslcheck.index.local import path_of
from muslcheck.words.release import Metadata, MetadataSource, Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from muslcheck.index.client import Client
    from muslcheck.index.download import Downloads
    from muslcheck.words.release import DistFile

__all__ = ["checked", "from_ranges", "local_wheel", "wheel_metadata"]

_T = TypeVar("_T")

_IDENTITY = {"Accept-Encoding": "identity"}
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_MOST_ROUNDS = 6
_OK, _PARTIAL = 200, 206
_NO_RANGES = (400, 405, 416, 501)
"""How servers that cannot cut a file say so, when they do not just send all of it."""
_IN_MEMORY = 64 << 20
_TAIL, _LONGEST_TAIL = 24 << 10, 320 << 10


async def wheel_metadata(file: DistFile, client: Callable[[], Client], downloads: Downloads) -> Metadata | Unread:
    """METADATA of a wheel on the network. Raises IndexFailure; a wheel that is no wheel is Unread and broken, as pip refuses it."""
    try:
        data = await _sidecar(file, client())
        if data is not None:
            return checked(parse_metadata(data, source=MetadataSource.SIDECAR, seen_in=f"{file.filename}.metadata"), file)
        head = await from_ranges(file, client(), downloads, metadata_from_ranges, _whole)
        if head is None:
            head = _whole(await downloads.fetch(file), file)
    except CorruptArchive as corrupt:
        return Unread(corrupt.reason, file.filename, corrupt.hint, broken=True)
    except ArchiveFailure as failure:
        return Unread(failure.reason, file.filename, failure.hint)
    return _told(head, file)


def local_wheel(file: DistFile) -> Metadata | Unread:
    """METADATA of a wheel on disk. Raises IndexUnavailable."""
    try:
        head = _whole(path_of(file.url), file)
    except OSError as error:
        raise IndexUnavailable(file.url, f"cannot be read: {error.strerror}", "Check the path and its permissions.") from error
    except CorruptArchive as corrupt:
        return Unread(corrupt.reason, file.filename, corrupt.hint, broken=True)
    except ArchiveFailure as failure:
        return Unread(failure.reason, file.filename, failure.hint)
    return _told(head, file)


def _told(head: WheelHead, file: DistFile) -> Metadata | Unread:
    found = checked(parse_metadata(head.metadata, source=MetadataSource.WHEEL, seen_in=f"{file.filename}!/METADATA"), file)
    return replace(found, installed=head.unpacked, packed=head.size) if isinstance(found, Metadata) else found


def checked(found: Metadata | Unread, file: DistFile) -> Metadata | Unread:
    """The metadata, if it is that of the file; else Unread and broken (pip: MetadataInconsistent)."""
    if isinstance(found, Unread):
        return found
    if file.name and found.name != file.name:
        return Unread(f"the metadata is of {found.name}, the file name says {file.name}", found.seen_in, broken=True)
    if file.version and found.version != file.version:
        from packaging.version import InvalidVersion, Version

        try:
            same = Version(found.version) == Version(file.version)
        except InvalidVersion:
            same = False
        if not same:
            return Unread(f"the metadata is of version {found.version}, the file name says {file.version}", found.seen_in, broken=True)
    return found


async def _sidecar(file: DistFile, client: Client) -> bytes | None:
    """The file beside the wheel; None where the index offers none, or promises one that is not there."""
    if file.sidecar is None:
        return None
    reply = await client.ask(f"{file.url}.metadata", {"Accept-Encoding": "gzip"}, limit=_IN_MEMORY)
    if reply.status != _OK:
        return None
    check_bytes(reply.body, (file.sidecar,) if file.sidecar else (), f"{file.url}.metadata")
    return reply.body


async def from_ranges(
    file: DistFile,
    client: Client,
    downloads: Downloads,
    told: Callable[[Mapping[int, bytes], int, str], _T | NeedRange],
    whole: Callable[[str, DistFile], _T],
) -> _T | None:
    """What byte ranges of a wheel tell, two requests at most as a rule; None where the server cannot cut files.

    ``whole`` reads it out of the file on disk, where the server sends that instead. Raises IndexFailure and ArchiveFailure.
    """
    wanted = f"-{_TAIL}" if file.size is None else f"{max(0, file.size - _tail(file.size))}-{file.size - 1}"
    pieces: dict[int, bytes] = {}
    for _ in range(_MOST_ROUNDS):
        sink = downloads.sink(file)
        reply = await client.ask(file.url, {**_IDENTITY, "Range": f"bytes={wanted}"}, spill=sink.opened, limit=_IN_MEMORY << 4)
        if reply.status == _OK:
            sink.finish()
            return whole(sink.path, file)
        if reply.status in _NO_RANGES:
            return None
        if reply.status != _PARTIAL:
            raise refusal(file, reply.status)
        answered = _CONTENT_RANGE.match(reply.headers.get("content-range", ""))
        if answered is None:
            return None
        start, size = int(answered[1]), int(answered[3])
        pieces[start] = reply.body
        if len(reply.body) == size:
            check_bytes(reply.body, file.hashes, file.url)
        need = told(pieces, size, file.filename)
        if not isinstance(need, NeedRange):
            return need
        wanted = f"{need.start}-{need.end - 1}"
    raise IndexUnavailable(file.url, "the server cuts the file differently each time", "Try again later.")


def _tail(size: int) -> int:
    """Bytes at the end of a wheel that hold its directory and METADATA as a rule: nine in ten of common wheels need no second request."""
    return min(_TAIL + size // 64, _LONGEST_TAIL)


def _whole(path: str, file: DistFile) -> WheelHead:
    with open(path, "rb") as handle:  # noqa: PTH123 - pathlib is dear to load
        return metadata_from_file(handle, file.filename)
