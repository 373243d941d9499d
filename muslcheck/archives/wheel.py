"""A wheel's METADATA, and its size when unpacked, out of byte ranges: a few kilobytes of a zip that may be hundreds of megabytes."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muslcheck.errors import CorruptArchive, OversizedArchive

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

__all__ = ["TAIL", "NeedRange", "WheelHead", "metadata_from_file", "metadata_from_ranges", "names_from_ranges"]

TAIL = 16_384
"""Bytes at the end of a wheel that are worth asking for first: they hold the directory of most wheels, often METADATA too."""

_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_SLACK = 256
"""A local header's extra field may be longer than the directory says; asking for a little more saves a second question."""
_LIMIT = 16 * 1024 * 1024
"""Largest METADATA, and largest directory, that is read."""
_STORED, _DEFLATED = 0, 8
_WIDE = 0xFFFFFFFF
"""A 32-bit number of the directory that stands in the zip64 extra field instead."""


@dataclass(frozen=True, slots=True)
class NeedRange:
    """Bytes that are needed to go on: from ``start``, up to but not including ``end``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class WheelHead:
    """What was read of a wheel: METADATA, the bytes that all its files take when unpacked, by the zip's directory, and its own."""

    metadata: bytes
    unpacked: int
    size: int


@dataclass(frozen=True, slots=True)
class _Entry:
    name: bytes
    method: int
    packed: int
    size: int
    offset: int
    flags: int


def metadata_from_ranges(pieces: Mapping[int, bytes], size: int, filename: str) -> WheelHead | NeedRange:
    """METADATA of the wheel and its unpacked size, or the range that has to be fetched before it can be told.

    ``pieces`` maps an offset in the file to the bytes from there; ``size`` is the size of the whole file. Start with the tail
    (``{size - TAIL: ...}``), add what is asked for under its start, and call again: three rounds at the most. Raises CorruptArchive
    or OversizedArchive.
    """
    known = _Pieces(pieces, size, filename)
    try:
        entry, unpacked = _metadata_entry(known.directory(), filename)
        guess = entry.offset + _LOCAL.size + len(entry.name) + entry.packed + _LOCAL_SLACK
        header = known.read(entry.offset, _LOCAL.size, min(guess, size))
        if not header.startswith(b"PK\x03\x04"):
            raise CorruptArchive(filename, "the zip directory does not lead to METADATA")
        name_length, extra_length = _LOCAL.unpack(header)[9:11]
        start = entry.offset + _LOCAL.size + name_length + extra_length
        packed = known.read(start, entry.packed, ask_from=entry.offset)
    except _Lacking as lacking:
        return lacking.need
    return WheelHead(_unpacked(packed, entry, filename), unpacked, size)


def names_from_ranges(pieces: Mapping[int, bytes], size: int, filename: str) -> tuple[str, ...] | NeedRange:
    """The names of all files in the wheel, or the range that has to be fetched before; else as :func:`metadata_from_ranges`."""
    try:
        directory = _Pieces(pieces, size, filename).directory()
    except _Lacking as lacking:
        return lacking.need
    return tuple(entry.name.decode(errors="replace") for entry, _ in _entries(directory, filename, b"") if entry is not None)


def metadata_from_file(file: BinaryIO, filename: str) -> WheelHead:
    """METADATA of a wheel in a seekable file, and its unpacked size. Raises CorruptArchive or OversizedArchive."""
    size = file.seek(0, 2)
    pieces: dict[int, bytes] = {}
    start = max(0, size - TAIL)
    file.seek(start)
    pieces[start] = file.read()
    for _ in range(6):
        answer = metadata_from_ranges(pieces, size, filename)
        if isinstance(answer, WheelHead):
            return answer
        file.seek(answer.start)
        pieces[answer.start] = file.read(answer.end - answer.start)
    raise CorruptArchive(filename, "the file changed while it was read")


class _Lacking(Exception):
    """What is known of a file does not reach so far."""

    def __init__(self, start: int, end: int) -> None:
        super().__init__(start, end)
        self.need = NeedRange(start, end)


class _Pieces:
    """What is known of a file."""

    def __init__(self, pieces: Mapping[int, bytes], size: int, filename: str) -> None:
        self._pieces = pieces
        self._size = size
        self._filename = filename

    def read(self, start: int, length: int, ask_to: int = 0, ask_from: int | None = None) -> bytes:
        """Some bytes; raises _Lacking where they are not known, with the range to ask for in their place."""
        if start < 0 or length < 0 or start + length > self._size:
            raise CorruptArchive(self._filename, "the zip directory points outside the file")
        for at, piece in self._pieces.items():
            if at <= start and start + length <= at + len(piece):
                return piece[start - at : start - at + length]
        raise _Lacking(start if ask_from is None else ask_from, max(ask_to, start + length))

    def directory(self) -> bytes:
        """The zip's directory."""
        size, filename = self._size, self._filename
        tail_start = min((at for at, piece in self._pieces.items() if at + len(piece) == size), default=size)
        tail = self._pieces.get(tail_start, b"")
        found = tail.rfind(b"PK\x05\x06")
        if found < 0 or len(tail) - found < _END.size:
            if tail_start == 0 or len(tail) > 0x10000 + _END.size:
                raise CorruptArchive(filename, "not a zip file, or cut short")
            raise _Lacking(max(0, size - 0x10000 - _END.size - _END64_LOCATOR.size), size)
        _, _, _, _, count, length, start, _ = _END.unpack_from(tail, found)
        if _WIDE in {start, length} or count == _WIDE >> 16:
            locator = self.read(tail_start + found - _END64_LOCATOR.size, _END64_LOCATOR.size)
            if locator.startswith(b"PK\x06\x07"):
                length, start = _END64.unpack(self.read(_END64_LOCATOR.unpack(locator)[2], _END64.size))[8:10]
        if length > _LIMIT:
            raise OversizedArchive(filename, "the zip directory is too large to read")
        return self.read(start, length, size)


def _metadata_entry(directory: bytes, filename: str) -> tuple[_Entry, int]:
    """The one ``*.dist-info/METADATA`` of the directory (binary distribution format), and the unpacked size of all entries."""
    found: list[_Entry] = []
    unpacked = 0
    for entry, size in _entries(directory, filename, b".dist-info/METADATA"):
        unpacked += size
        if entry is not None and entry.name.count(b"/") == 1:
            found.append(entry)
    if not found:
        raise CorruptArchive(filename, "holds no .dist-info/METADATA")
    if len({e.name for e in found}) > 1:
        raise CorruptArchive(filename, "holds more than one .dist-info/METADATA")
    entry = found[-1]
    if entry.flags & 1:
        raise CorruptArchive(filename, "METADATA is encrypted")
    if max(entry.packed, entry.size) > _LIMIT:
        raise OversizedArchive(filename, "METADATA is too large to read")
    return entry, unpacked


def _entries(directory: bytes, filename: str, ending: bytes) -> Iterator[tuple[_Entry | None, int]]:
    """The size of every entry, and the entry itself where its name ends like that: a wheel has thousands, so no others are made."""
    at = 0
    while at + _ENTRY.size <= len(directory):
        (magic, _, _, flags, method, _, _, _, packed, size, name_length, extra_length, comment_length, _, _, _, offset) = (
            _ENTRY.unpack_from(directory, at)
        )
        if magic != b"PK\x01\x02":
            raise CorruptArchive(filename, "the zip directory is damaged")
        name_at = at + _ENTRY.size
        name = directory[name_at : name_at + name_length]
        if _WIDE in {packed, size, offset}:
            extra = directory[name_at + name_length : name_at + name_length + extra_length]
            packed, size, offset = _wide(extra, packed, size, offset)
        yield _Entry(name, method, packed, size, offset, flags) if name.endswith(ending) else None, size
        at = name_at + name_length + extra_length + comment_length


def _wide(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """The three numbers with those that did not fit in 32 bits taken from the zip64 extra field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            numbers = iter(struct.unpack_from(f"<{min(length, len(extra) - at - 4) // 8}Q", extra, at + 4))
            size = next(numbers, size) if size == _WIDE else size
            packed = next(numbers, packed) if packed == _WIDE else packed
            offset = next(numbers, offset) if offset == _WIDE else offset
        at += 4 + length
    return packed, size, offset


def _unpacked(packed: bytes, entry: _Entry, filename: str) -> bytes:
    if entry.method == _STORED:
        return packed
    if entry.method != _DEFLATED:
        raise CorruptArchive(filename, f"METADATA is packed in a way that pip does not read (method {entry.method})")
    try:
        data = zlib.decompressobj(-15).decompress(packed, _LIMIT + 1)
    except zlib.error as error:
        raise CorruptArchive(filename, "METADATA does not unpack") from error
    if len(data) > _LIMIT:
        raise OversizedArchive(filename, "METADATA is too large to read")
    if len(data) != entry.size:
        raise CorruptArchive(filename, "METADATA is cut short")
    return data
