"""What the loader is told by an ELF file: its dynamic section, its symbols, and what its relocations ask for.

A reader of its own, of these parts alone: it goes through the tables with ``struct`` in one pass, since a library has up to a million
relocations, and looks before every step whether the file goes that far, since the bytes are a stranger's. (System V ABI, gABI 4.1;
symbol versions: the LSB; DT_RELR: gABI of 2022.)
"""

from __future__ import annotations

import struct
import sys
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from mmap import mmap

__all__ = ["Elf", "ElfFault", "read_elf"]

_LOAD, _DYNAMIC, _INTERP, _TLS = 1, 2, 3, 7
_NEEDED, _HASH, _STRTAB, _SYMTAB, _RELA, _RELASZ, _STRSZ, _SONAME, _RPATH, _REL, _RELSZ = 1, 4, 5, 6, 7, 8, 10, 14, 15, 17, 18
_PLTREL, _JMPREL, _PLTRELSZ, _RUNPATH, _RELR = 20, 23, 2, 29, 36
_GNU_HASH, _VERSYM, _VERNEED, _VERNEEDNUM = 0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFFE, 0x6FFFFFFF
_GLOBAL, _WEAK = 1, 2
_EXECUTABLE = 2
_MOST_NEEDED, _MOST_SEGMENTS, _MOST_VERSIONS, _MOST_ROWS = 1000, 256, 1000, 1 << 22
"""Far more than any library has: 290 million bytes of the largest one known hold 600,000 symbols and relocations."""
_LONGEST = 4096
"""Bytes of a name that are looked at."""
_MACHINES = {
    (3, 32, True): "i686",
    (21, 64, True): "ppc64le",
    (22, 64, False): "s390x",
    (40, 32, True): "arm",
    (62, 64, True): "x86_64",
    (183, 64, True): "aarch64",
    (243, 64, True): "riscv64",
    (258, 64, True): "loongarch64",
}
"""By machine, class and byte order: the machines of Alpine's images, as wheels name them (``arm`` for both of them)."""
_INITIAL_EXEC = {
    "i686": {14, 37},
    "ppc64le": {73},
    "s390x": {56},
    "arm": {19},
    "x86_64": {18, 23},
    "aarch64": {1030},
    "riscv64": {11},
    "loongarch64": {11},
}
"""Relocations to a place in the static block of thread-local storage, by machine (TPOFF, TPREL)."""


class ElfFault(ValueError):
    """The bytes are no ELF file, or do not add up; the text says why."""


@dataclass(frozen=True, slots=True)
class Elf:
    """One file as its loader sees it.

    ``machine`` is as wheels name it, or the number. ``wants`` are strong symbols that a relocation asks others for, each with the
    library and the version that it is said to come from (both may be empty). ``versions`` are all versions asked for, by library.
    ``initial_exec``: it has thread-local storage that it wants in the static block. ``relr``: its relative relocations are packed.
    """

    machine: str
    executable: bool = False
    interpreter: str = ""
    soname: str = ""
    needed: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()
    defines: frozenset[str] = frozenset()
    wants: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    versions: tuple[tuple[str, str], ...] = ()
    initial_exec: bool = False
    relr: bool = False


def read_elf(data: bytes | mmap) -> Elf:
    """An ELF file. Raises ElfFault."""
    try:
        return _Reader(data).read()
    except (struct.error, OverflowError, MemoryError) as error:
        raise ElfFault("cut short") from error


class _Reader:
    def __init__(self, data: bytes | mmap) -> None:
        head = data[:64]
        if head[:4] != b"\x7fELF" or len(head) < 52:  # noqa: PLR2004 -- the shorter header
            raise ElfFault("no ELF file")
        if head[4] not in {1, 2} or head[5] not in {1, 2}:
            raise ElfFault("of no known class or byte order")
        self._data = data
        self._wide = head[4] == 2  # noqa: PLR2004 -- ELFCLASS64
        self._little = head[5] == 1
        self._order = "<" if self._little else ">"
        self._word = "Q" if self._wide else "I"
        self._segments: list[tuple[int, int, int]] = []
        self._tags: dict[int, int] = {}
        self._needed: list[int] = []
        self._strings = 0, 0

    def read(self) -> Elf:
        kind, number = self._unpack("HH", 16)
        machine = _MACHINES.get((number, 64 if self._wide else 32, self._little), str(number))
        interpreter, dynamic, has_tls = self._program()
        self._dynamic(dynamic)
        start, end = self._at(_STRTAB)
        self._strings = start, min(end, start + self._tags.get(_STRSZ, 0))
        relocations = self._relocations()
        asked = self._asked_symbols({info[0] for info in relocations})
        ours = _INITIAL_EXEC.get(machine, set())
        static = {symbol for symbol, how in relocations if how in ours}
        versions, of = self._versions()
        return Elf(
            machine,
            executable=bool(interpreter) or kind == _EXECUTABLE,
            interpreter=interpreter,
            soname=self._text(self._tags[_SONAME]) if _SONAME in self._tags else "",
            needed=tuple(self._text(at) for at in self._needed),
            runpath=tuple(filter(None, self._text(self._tags.get(_RUNPATH, self._tags.get(_RPATH, -1))).split(":"))),
            defines=frozenset(self._defined()),
            wants={self._text(name): of(symbol) for symbol, (name, where, bind) in asked.items() if not where and bind == _GLOBAL},
            versions=versions,
            initial_exec=any(_is_static(asked.get(symbol), has_tls=has_tls) for symbol in static),
            relr=_RELR in self._tags,
        )

    def _program(self) -> tuple[str, tuple[int, int], bool]:
        """The interpreter, where the dynamic section lies, and whether there is thread-local storage; the segments are noted."""
        if self._wide:
            start, size, count = *self._unpack("Q", 32), *self._unpack("HH", 54)
        else:
            start, size, count = *self._unpack("I", 28), *self._unpack("HH", 42)
        interpreter, dynamic, has_tls = "", (0, 0), False
        if count > _MOST_SEGMENTS:
            raise ElfFault("has more segments than is safe to read")
        for at in range(start, start + count * size, size or 1):
            if self._wide:
                kind, _, offset, address, _, length = self._unpack("IIQQQQ", at)
            else:
                kind, offset, address, _, length = self._unpack("IIIII", at)
            if kind == _LOAD:
                self._segments.append((address, offset, length))
            elif kind == _DYNAMIC:
                dynamic = (offset, length)
            elif kind == _TLS:
                has_tls = True
            elif kind == _INTERP:
                interpreter = self._cut(offset, min(length, _LONGEST)).rstrip(b"\0").decode(errors="replace")
        return interpreter, dynamic, has_tls

    def _dynamic(self, place: tuple[int, int]) -> None:
        for tag, value in struct.iter_unpack(f"{self._order}2{self._word}", self._cut(place[0], place[1] - place[1] % self._size(2))):
            if tag == 0:
                break
            if tag == _NEEDED and len(self._needed) < _MOST_NEEDED:
                self._needed.append(value)
            elif tag != _NEEDED:
                self._tags[tag] = value

    def _relocations(self) -> set[tuple[int, int]]:
        """Which symbols relocations ask for, and how: (symbol, type), each once."""
        found: set[int] = set()
        # A REL entry is a place and an info, a RELA entry has a number to add besides; those of calls (PLT) are of either kind.
        jumps = _RELA if self._tags.get(_PLTREL, _REL) == _RELA else _REL
        for start, length, kind in ((_RELA, _RELASZ, _RELA), (_REL, _RELSZ, _REL), (_JMPREL, _PLTRELSZ, jumps)):
            words = 3 if kind == _RELA else 2
            table = array(self._word, self._rows(start, self._tags.get(length, 0) // self._size(words), self._size(words)))
            if self._little != (sys.byteorder == "little"):
                table.byteswap()
            found.update(table[1::words])
        shift, mask = (32, 0xFFFFFFFF) if self._wide else (8, 0xFF)
        return {(info >> shift, info & mask) for info in found}

    def _asked_symbols(self, numbers: set[int]) -> dict[int, tuple[int, int, int]]:
        """Symbols by number: the name's place, the section (0: it is another's), and the binding."""
        table, size = self._at(_SYMTAB)[0], 24 if self._wide else 16
        found = {}
        for number in sorted(numbers - {0}):
            if self._wide:
                name, info, _, section = self._unpack("IBBH", table + number * size)
            else:
                name, _, _, info, _, section = self._unpack("IIIBBH", table + number * size)
            found[number] = (name, section, info >> 4)
        return found

    def _defined(self) -> Iterator[str]:
        """The names that others may take from this file."""
        form = "IBBHQQ" if self._wide else "IIIBBH"
        size = struct.calcsize(self._order + form)
        for row in struct.iter_unpack(self._order + form, self._rows(_SYMTAB, self._count(), size)):
            name, info, section = (row[0], row[1], row[3]) if self._wide else (row[0], row[3], row[5])
            if section and info >> 4 and name:
                yield self._text(name)

    def _count(self) -> int:
        """How many symbols there are, by one of the hash tables that the loader finds them with."""
        if _HASH in self._tags:
            form = "2I" if self._little or not self._wide else "2Q"  # of s390x
            return int(self._unpack(form, self._at(_HASH)[0])[1])
        if _GNU_HASH not in self._tags:
            return 0
        at, end = self._at(_GNU_HASH)
        buckets, first, blooms, _ = self._unpack("4I", at)
        at += 16 + blooms * self._size(1)
        if buckets > _MOST_ROWS:
            raise ElfFault("has more symbols than is safe to read")
        last = max(self._unpack(f"{buckets}I", at), default=0)
        if last < first:
            return int(first)
        chain = at + 4 * buckets + 4 * (last - first)
        for place in range(chain, end, 4):
            if self._unpack("I", place)[0] & 1:
                return int(last + (place - chain) // 4 + 1)
        raise ElfFault("its table of symbols has no end")

    def _versions(self) -> tuple[tuple[tuple[str, str], ...], _VersionOf]:
        """All versions asked for, by library; and a function that says which of them a symbol has."""
        named: dict[int, tuple[str, str]] = {}
        at, left = self._at(_VERNEED)[0], self._tags.get(_VERNEEDNUM, 0)
        for _ in range(min(left, _MOST_VERSIONS) if at else 0):
            _, count, library, first, following = self._unpack("HHIII", at)
            inner = at + first
            for _ in range(min(count, _MOST_VERSIONS)):
                _, _, number, name, step = self._unpack("IHHII", inner)
                named[number & 0x7FFF] = (self._text(library), self._text(name))
                inner += step
            at += following
            if not following:
                break
        table = self._at(_VERSYM)[0] if _VERSYM in self._tags and named else 0

        def of(symbol: int) -> tuple[str, str]:
            return named.get(self._unpack("H", table + 2 * symbol)[0] & 0x7FFF, ("", "")) if table else ("", "")

        return tuple(sorted(set(named.values()))), of

    def _size(self, words: int) -> int:
        return words * (8 if self._wide else 4)

    def _at(self, tag: int) -> tuple[int, int]:
        """Where in the file the table of a tag begins, and where its segment ends."""
        address = self._tags.get(tag)
        if address is None:
            return 0, 0
        for start, offset, length in self._segments:
            if start <= address < start + length:
                return offset + address - start, min(offset + length, len(self._data))
        raise ElfFault("a table lies outside of the file")

    def _rows(self, tag: int, count: int, size: int) -> bytes:
        """A table of so many rows."""
        start, end = self._at(tag)
        if count > _MOST_ROWS:
            raise ElfFault("has more symbols than is safe to read")
        if count * size > end - start:
            raise ElfFault("cut short")
        return self._cut(start, count * size)

    def _unpack(self, form: str, at: int) -> tuple[int, ...]:
        if at < 0:
            raise ElfFault("cut short")
        return struct.unpack_from(self._order + form, self._data, at)

    def _cut(self, start: int, length: int) -> bytes:
        if start < 0 or length < 0 or start + length > len(self._data):
            raise ElfFault("cut short")
        return self._data[start : start + length]

    def _text(self, at: int) -> str:
        """A text of the table of strings; empty for none."""
        start, end = self._strings
        if at < 0 or start + at >= end:
            return ""
        stop = self._data.find(b"\0", start + at, min(end, start + at + _LONGEST))
        return self._data[start + at : stop].decode(errors="replace") if stop >= 0 else ""


def _is_static(symbol: tuple[int, int, int] | None, *, has_tls: bool) -> bool:
    """Whether a relocation to the static block means a file that came after the program began: this one, or one that it needs."""
    if symbol is None or symbol[1]:
        return has_tls
    return symbol[2] != _WEAK


if TYPE_CHECKING:
    from collections.abc import Callable

    _VersionOf = Callable[[int], tuple[str, str]]
