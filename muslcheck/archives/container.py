"""An sdist's archive opened: the names of its members and the text of those that say something about the build.

One pass from front to back, nothing on disk, memory and work bounded whatever the bytes are. pip's formats are read: tar (plain, gzip,
bzip2, xz) and zip (pip ``utils/filetypes.py``); the kind is told by the bytes, as pip falls back to.
"""

from __future__ import annotations

import bz2
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from muslcheck.errors import ArchiveFailure, CorruptArchive, HostileArchive, OversizedArchive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

__all__ = ["LANGUAGES", "Contents", "language_of", "open_archive"]

LANGUAGES = {
    "c": ("c",),
    "c++": ("cc", "cpp", "cxx", "c++"),
    "cython": ("pyx",),
    "rust": ("rs",),
    "fortran": ("f", "for", "f77", "f90", "f95", "f03", "f08"),
    "go": ("go",),
    "asm": ("s", "asm", "nasm"),
    "cuda": ("cu",),
    "objective-c": ("m", "mm"),
    "d": ("d",),
    "swig": ("i",),
}
"""Languages that are compiled, and the endings of their source files (lower case; ``.C`` and ``.S`` count as theirs)."""

_BESIDE = frozenset(
    {"bench", "benchmarks", "doc", "docs", "example", "examples", "fuzz", "test", "test cases", "testdata", "testing", "tests"}
)
"""Folders whose sources a build does not compile: they are not counted."""
_BY_ENDING = {ending: language for language, endings in LANGUAGES.items() for ending in endings}
_HEADERS = frozenset({"h", "hh", "hpp", "hxx", "inc", "pxd", "pxi"})
_BUILD_FILES = frozenset(
    {
        "pyproject.toml",
        "setup.py",
        "setup.cfg",
        "pkg-info",
        "requires.txt",
        "sources.txt",
        "cargo.toml",
        "cargo.lock",
        "cmakelists.txt",
        "meson.build",
        "sconstruct",
        "meson_options.txt",
        "meson.options",
        "configure.ac",
        "configure.in",
        "makefile.am",
        "makefile.in",
        "makefile",
        "gnumakefile",
        "dockerfile",
        "go.mod",
        "build.rs",
        "build.zig",
        "module.bazel",
        "workspace",
        ".gitlab-ci.yml",
        ".travis.yml",
        ".cirrus.yml",
        "azure-pipelines.yml",
        "configure",
        "version",
        "rust-toolchain",
        "rust-toolchain.toml",
        "manifest.in",
    }
)
_BUILD_ENDINGS = frozenset({"py", "cmake", "toml", "cfg", "in", "txt", "yml", "yaml", "sh", "md", "rst", "json", "version", "build"})
_OF_TESTS = re.compile(r"/(tests?|docs?|examples?|benchmarks?)/")
_OF_SCRIPTS = 2
"""How deep the scripts lie that setup.py may run in its folder of sources."""
_SWEPT_UP = re.compile(r"/(\.(?!github/)[^/.]|site-packages/)")
"""Folders that nobody meant to pack: environments, tools' own. What lies in them tells nothing."""
_MEMBERS = 200_000
_UNPACKED = 4 * 1024**3
"""Bytes of all members together: beyond every real sdist, and some ten seconds of unpacking."""
_RATIO = 1_000
"""Unpacked to packed bytes: the format of gzip reaches 1,030, real sdists stay below 100."""
_RATIO_FROM = 64 * 1024**2
"""Unpacked bytes from which the ratio counts."""
_ZIP_TAIL = 65_557
"""Where the end of a zip's directory is: its record, and the longest comment after it."""
_ZIP_DIRECTORY = 32 * 1024**2
_BLOCK = 128 * 1024
_HEADER_READ = 1024**2
"""Longest single read that the tar reader may ask for outside members: extended headers, long names."""
_KEEP_ONE = {"build": 512 * 1024, "python": 256 * 1024, "source": 192 * 1024}
"""Longest member kept whole, by class; of a longer source its head is kept, anything else longer is left out."""
_KEEP_ALL = {"build": 12 * 1024**2, "python": 6 * 1024**2, "source": 20 * 1024**2}
"""Bytes kept in all, by class."""
_LIBRARY_ERRORS = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    ArithmeticError,
    LookupError,
    RecursionError,
    MemoryError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    AttributeError,
)
"""What the standard library raises over damaged archives: more than it documents."""


@dataclass(slots=True)
class Contents:
    """An opened archive. Names are relative to the one top folder, with ``/``, and never lead out of it."""

    filename: str
    names: dict[str, int] = field(default_factory=dict)
    """Size in bytes of every file."""
    kept: dict[str, bytes] = field(default_factory=dict)
    """Bytes of the members that were kept: all build files, small scripts, the heads of sources."""
    cut: set[str] = field(default_factory=set)
    """Members in ``kept`` of which only the head was kept."""
    left_out: set[str] = field(default_factory=set)
    """Members that would have been kept, had they or the archive been smaller."""
    counts: dict[str, int] = field(default_factory=dict)
    """Number of source files by language."""
    root: str = ""
    """The top folder, where there is one."""
    parsed: dict[str, Any] = field(default_factory=dict)
    """Members as their readers have cut them up, the same for every target."""

    def text(self, name: str) -> str | None:
        """A kept member as text (UTF-8, else Latin-1), or None."""
        data = self.kept.get(name)
        if data is None:
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data.decode("latin-1")

    def where(self, name: str, line: int | None = None) -> str:
        """The place of a member, and of a line in it, for people."""
        return f"{self.filename}!/{name}" if line is None else f"{self.filename}!/{name}:{line}"


def language_of(name: str) -> str | None:
    """The language of a source file by its ending, or None."""
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem:
        return None
    if ending == "C":
        return "c++"
    return _BY_ENDING.get(ending.lower())


def open_archive(file: BinaryIO, filename: str) -> Contents:
    """Read an archive in one pass. Raises CorruptArchive, OversizedArchive or HostileArchive, and nothing else."""
    contents = Contents(filename)
    keeper = _Keeper(contents)
    try:
        magic = _magic(file)
        if magic.startswith(b"PK"):
            _read_zip(file, keeper)
        else:
            _read_tar(file, magic, keeper)
    except ArchiveFailure:
        raise
    except RecursionError as error:
        raise HostileArchive(filename, "its headers are nested without end") from error
    except _LIBRARY_ERRORS as error:
        raise CorruptArchive(filename, f"cannot be read as an archive ({str(error) or type(error).__name__})") from error
    if not contents.names:
        raise CorruptArchive(filename, "holds no files")
    _drop_top_folder(contents)
    return contents


class _Keeper:
    """Decides, member by member, what is kept."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.left = dict(_KEEP_ALL)
        self.unpacked = 0

    def refuse(self, reason: str) -> HostileArchive:
        return HostileArchive(self.contents.filename, reason)

    def name(self, raw: str) -> str:
        """The member's name made plain; raises HostileArchive where it leads out."""
        name = raw.replace("\\", "/") if "\\" in raw and "/" not in raw else raw
        if name.startswith("/") or name[1:2] == ":":
            raise self.refuse(f"a member has an absolute name: {raw[:200]!r}")
        parts: list[str] = []
        for part in name.split("/"):
            if part == "..":
                if not parts:
                    raise self.refuse(f"a member leads out of the archive: {raw[:200]!r}")
                parts.pop()
            elif part not in {"", "."}:
                parts.append(part)
        return "/".join(parts)

    def link(self, raw: str, target: str, *, hard: bool) -> None:
        """Raises HostileArchive where a link leads out of the archive."""
        if target.startswith("/") or target[1:2] == ":":
            raise self.refuse(f"a link leads out of the archive: {raw[:200]!r} to {target[:200]!r}")
        self.name(target if hard else f"{raw.rpartition('/')[0]}/{target}".lstrip("/"))

    def add(self, raw: str, size: int, read: Callable[[int], bytes]) -> None:
        """Take note of a file, and keep it, or its head, where it says something about the build."""
        contents = self.contents
        name = self.name(raw)
        if not name:
            return
        self.unpacked += max(size, 0)
        if self.unpacked > _UNPACKED:
            raise OversizedArchive(contents.filename, f"unpacks to more than {_UNPACKED // 1024**3} GB")
        if len(contents.names) >= _MEMBERS:
            raise OversizedArchive(contents.filename, f"holds more than {_MEMBERS:,} files")
        contents.names[name] = size
        language = language_of(name)
        if language and _BESIDE.isdisjoint(name.lower().split("/")[:-1]) and not _SWEPT_UP.search(name):
            contents.counts[language] = contents.counts.get(language, 0) + 1
        kind = _class_of(name, language)
        if kind is None:
            return
        limit = _KEEP_ONE[kind]
        if size > limit and kind != "source":
            if name.count("/") <= 1 and name.rpartition("/")[2] in _DECISIVE:
                raise OversizedArchive(contents.filename, f"{name} is larger than {limit // 1024} kB")
            contents.left_out.add(name)
            return
        wanted = min(size, limit)
        if wanted > self.left[kind]:
            contents.left_out.add(name)
            return
        self.left[kind] -= wanted
        contents.kept[name] = read(wanted)
        if wanted < size:
            contents.cut.add(name)


_DECISIVE = frozenset({"setup.py", "setup.cfg", "pyproject.toml"})
"""Files that no answer can do without, at the top of a project."""


def _class_of(name: str, language: str | None) -> str | None:
    """``build``, ``python``, ``source``, or None for what tells nothing."""
    base = name.rpartition("/")[2].lower()
    ending = base.rpartition(".")[2]
    if base in _BUILD_FILES or ending == "cmake" or base.startswith("dockerfile"):
        return "build"
    if language is not None or ending in _HEADERS:
        return None if _SWEPT_UP.search(name) else "source"
    if ending == "py":
        if name.count("/") <= 1:
            return "build"
        return None if _OF_TESTS.search(name) or _SWEPT_UP.search(name) else "python"
    if ending in _BUILD_ENDINGS and (name.count("/") <= 1 or "/.github/workflows/" in name or ending == "toml"):
        return "build"
    return "build" if ending == "sh" and name.count("/") == _OF_SCRIPTS and not _OF_TESTS.search(name) else None


def _drop_top_folder(contents: Contents) -> None:
    """Take the one top folder off every name, as pip does (``utils/unpacking.py``, ``has_leading_dir``)."""
    tops = {name.partition("/")[0] for name in contents.names}
    if len(tops) != 1 or not all("/" in name for name in contents.names):
        return
    top = tops.pop()
    cut = len(top) + 1
    contents.root = top
    contents.names = {name[cut:]: size for name, size in contents.names.items()}
    contents.kept = {name[cut:]: data for name, data in contents.kept.items()}
    contents.cut = {name[cut:] for name in contents.cut}
    contents.left_out = {name[cut:] for name in contents.left_out}


def _magic(file: BinaryIO) -> bytes:
    file.seek(0)
    magic = file.read(8)
    file.seek(0)
    return magic


def _read_zip(file: BinaryIO, keeper: _Keeper) -> None:
    filename = keeper.contents.filename
    _count_entries(file, filename)
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if len(entries) > _MEMBERS:
            raise OversizedArchive(filename, f"holds more than {_MEMBERS:,} files")
        for entry in entries:
            mode = entry.external_attr >> 16
            if entry.is_dir():
                keeper.name(entry.filename)
                continue
            if stat.S_ISLNK(mode):
                with archive.open(entry) as stream:
                    keeper.link(entry.filename, stream.read(4096).decode("utf-8", "replace"), hard=False)
                continue

            def read(length: int, entry: zipfile.ZipInfo = entry) -> bytes:
                with archive.open(entry) as stream:
                    return stream.read(length)

            keeper.add(entry.filename, entry.file_size, read)


def _count_entries(file: BinaryIO, filename: str) -> None:
    """Raises OversizedArchive where a zip's directory is too long: ``zipfile`` would make an object for every entry, unasked."""
    end = file.seek(0, 2)
    start = max(0, end - _ZIP_TAIL)
    file.seek(start)
    tail = file.read(_ZIP_TAIL)
    at = tail.rfind(b"PK\5\6")
    length = int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
    if length > _ZIP_DIRECTORY:
        raise OversizedArchive(filename, f"holds more than {_MEMBERS:,} files")
    file.seek(max(0, start + at - length))
    if file.read(length).count(b"PK\1\2") > _MEMBERS:
        raise OversizedArchive(filename, f"holds more than {_MEMBERS:,} files")
    file.seek(0)


def _read_tar(file: BinaryIO, magic: bytes, keeper: _Keeper) -> None:
    filename = keeper.contents.filename
    stream = _Stream(file, _decompressor(magic), filename)
    with tarfile.TarFile(fileobj=stream, mode="r", errorlevel=0) as archive:  # type: ignore[arg-type]  # reads, seeks forward and tells; no more is asked of it
        for member in archive:
            archive.members = []  # type: ignore[attr-defined]  # the list of members would only grow; nothing is looked up by name
            if member.isdir():
                keeper.name(member.name)
            elif member.issym() or member.islnk():
                keeper.link(member.name, member.linkname, hard=member.islnk())
            elif member.isreg():
                stream.in_member = True
                keeper.add(member.name, member.size, stream.read_some)
                stream.in_member = False
            else:
                raise keeper.refuse(f"a member is a device: {member.name[:200]!r}")


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def wants_input(self) -> bool: ...
    def more(self, data: bytes, length: int) -> bytes: ...


class _Plain:
    eof = False
    unused_data = b""
    wants_input = True

    def more(self, data: bytes, _length: int) -> bytes:
        return data


class _Gzip:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def wants_input(self) -> bool:
        return not self._inner.unconsumed_tail

    def more(self, data: bytes, length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, length)


class _Block:
    def __init__(self, inner: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._inner = inner

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def wants_input(self) -> bool:
        return self._inner.needs_input

    def more(self, data: bytes, length: int) -> bytes:
        return self._inner.decompress(data, length)


def _decompressor(magic: bytes) -> Callable[[], _Decompressor]:
    if magic.startswith(b"\x1f\x8b"):
        return _Gzip
    if magic.startswith(b"BZh"):
        return lambda: _Block(bz2.BZ2Decompressor())
    if magic.startswith((b"\xfd7zXZ\x00", b"\x5d\x00\x00")):
        return lambda: _Block(lzma.LZMADecompressor(memlimit=128 * 1024**2))
    return _Plain


class _Stream:
    """The unpacked tar, forwards only, as far as the tar reader asks: ``read``, ``tell`` and ``seek`` ahead."""

    def __init__(self, file: BinaryIO, make: Callable[[], _Decompressor], filename: str) -> None:
        self._chunks = _unpack(file, make, filename)
        self._filename = filename
        self._buffer = b""
        self._at = 0
        self._position = 0
        self.in_member = False

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _HEADER_READ:
            raise OversizedArchive(self._filename, "a header of the archive is too long")
        return self.read_some(size)

    def read_some(self, size: int) -> bytes:
        parts: list[bytes] = []
        while size > 0:
            if self._at >= len(self._buffer) and not self._fill():
                break
            part = self._buffer[self._at : self._at + size]
            parts.append(part)
            self._at += len(part)
            self._position += len(part)
            size -= len(part)
        return b"".join(parts)

    def tell(self) -> int:
        return self._position

    def seek(self, position: int, _whence: int = 0) -> int:
        ahead = position - self._position
        if ahead < 0:
            raise CorruptArchive(self._filename, "a member begins before the end of the one before it")
        while ahead > 0:
            if self._at >= len(self._buffer) and not self._fill():
                break
            step = min(ahead, len(self._buffer) - self._at)
            self._at += step
            self._position += step
            ahead -= step
        return self._position

    def _fill(self) -> bool:
        self._buffer = next(self._chunks, b"")
        self._at = 0
        return bool(self._buffer)


def _unpack(file: BinaryIO, make: Callable[[], _Decompressor], filename: str) -> Iterator[bytes]:  # noqa: C901 -- one loop, read from top to bottom
    """The unpacked bytes in blocks; streams that follow one another are read on. Bounded in size and in ratio."""
    inner = make()
    packed = unpacked = 0
    data = b""
    while True:
        if not data and inner.wants_input:
            data = file.read(_BLOCK)
            packed += len(data)
            if not data:
                if not isinstance(inner, _Plain):
                    raise CorruptArchive(filename, "cut short")
                return
        block = inner.more(data, _BLOCK)
        data = b""
        unpacked += len(block)
        if unpacked > _UNPACKED or (unpacked > _RATIO_FROM and unpacked > packed * _RATIO):
            raise OversizedArchive(filename, "unpacks to far more than an sdist holds")
        if block:
            yield block
        if inner.eof:
            data = inner.unused_data.lstrip(b"\0")
            if not data:
                data = file.read(_BLOCK).lstrip(b"\0")
                packed += len(data)
            if not data:
                return
            if _decompressor(data[:8]) is _Plain:
                return  # what follows the last stream is ignored, as gzip does
            inner = make()
