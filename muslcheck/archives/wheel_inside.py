"""What a wheel holds that is compiled: its extension modules, libraries and programs, and what each asks of its loader."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from muslcheck.archives.elf import ElfFault, read_elf
from muslcheck.archives.facts import NativeFile, Seen, WheelFacts
from muslcheck.archives.wheel import metadata_from_file
from muslcheck.errors import CorruptArchive, OversizedArchive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from mmap import mmap
    from typing import BinaryIO

    from muslcheck.archives.elf import Elf

__all__ = ["FAULTS", "installed_path", "may_be_native", "opened", "read_names", "read_wheel"]

_LARGEST, _LARGEST_IN_ALL, _MOST_NATIVES = 512 << 20, 2 << 30, 4000
"""Unpacked bytes of one compiled file, and of all of them; and their number."""
_IN_MEMORY = 4 << 20
"""Unpacked bytes from which a file is looked at on disk."""
_MOST_FILES, _BLOCK, _HEAD = 200_000, 1 << 20, 64
_LARGEST_WHEEL_FILE = 1 << 16
_LIBRARY = re.compile(r"\.(so|dylib|pyd|dll|exe)(\.|$)")
_DATA = re.compile(r"[^/]+\.data/(purelib|platlib|scripts|data|headers)/")
_SUFFIX = re.compile(r"cpython-\d+[a-z]*(-.+)?|abi3t?|pypy\d+-.+|graalpy\d+-.+")
_MACH_O = {b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"}
_OBJECT_FILES = {b"\x01\x00", b"\x00\x01"}
FAULTS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, ArithmeticError, LookupError, NotImplementedError)
"""What ``zipfile`` raises for bytes that are no zip file, or no longer one further on (``RuntimeError``: encrypted)."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A compiled file and, of an ELF file, all that was read in it."""

    native: NativeFile
    elf: Elf | None = None


def read_wheel(file: BinaryIO, filename: str) -> WheelFacts:
    """The compiled files of the wheel in a seekable file. Raises CorruptArchive and OversizedArchive, whatever the bytes are."""
    try:
        with opened(file, filename) as archive:
            return _read(archive, filename)
    except (*FAULTS, RuntimeError) as error:
        raise CorruptArchive(filename, f"cannot be read: {error}") from error


def read_names(file: BinaryIO, filename: str) -> tuple[str, ...]:
    """The names of all files in the wheel in a seekable file. Raises as :func:`read_wheel`."""
    try:
        with opened(file, filename) as archive:
            return tuple(archive.namelist())
    except (*FAULTS, RuntimeError) as error:
        raise CorruptArchive(filename, f"cannot be read: {error}") from error


def opened(file: BinaryIO, filename: str) -> zipfile.ZipFile:
    """The wheel, its directory known to be of bearable length. Raises CorruptArchive, OversizedArchive, and what ``zipfile`` raises."""
    metadata_from_file(file, filename)
    archive = zipfile.ZipFile(file)
    if len(archive.infolist()) > _MOST_FILES:
        raise OversizedArchive(filename, f"holds more than {_MOST_FILES:,} files")
    return archive


def may_be_native(name: str) -> bool:
    """Whether the name of a file in a wheel is one of those that compiled files have."""
    last = name.rpartition("/")[2]
    if ".dist-info/" in name or last.isupper():  # METADATA, LICENSE
        return False
    return bool(_LIBRARY.search(last)) or ("." not in last and last != "") or ".data/scripts/" in name


def installed_path(name: str) -> str:
    """Where a member is installed: below site-packages, programs in ``bin``."""
    data = _DATA.match(name)
    if data is None:
        return name
    return f"bin/{name[data.end() :]}" if data[1] == "scripts" else name[data.end() :]


def _read(archive: zipfile.ZipFile, filename: str) -> WheelFacts:
    entries = {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}
    modules = {installed_path(name) for name in entries if name.endswith(".py")}
    found: list[_Found] = []
    unread: list[Seen] = []
    left = _LARGEST_IN_ALL
    for name, entry in entries.items():
        if not may_be_native(name) and not (entry.external_attr >> 16 & 0o111 and not name.endswith((".py", ".sh", ".txt"))):
            continue
        try:
            with archive.open(entry) as stream:
                head = stream.read(_HEAD)
            form = _form(head)
            if form == "elf":
                left -= entry.file_size
                if entry.file_size > _LARGEST or left < 0 or len(found) >= _MOST_NATIVES:
                    unread.append(Seen("too large to read", f"{filename}!/{name}"))
                    continue
                with _Bytes(archive, entry) as data:
                    found.append(_elf(installed_path(name), read_elf(data), modules))
            elif form:
                found.append(_Found(NativeFile(installed_path(name), form)))
        except (ElfFault, *FAULTS, RuntimeError) as error:
            unread.append(Seen(str(error) or type(error).__name__, f"{filename}!/{name}"))
    natives = tuple(sorted(_resolved(found), key=lambda native: native.path))
    return WheelFacts(filename, _is_pure(archive, entries), natives, _roots(modules, natives), tuple(unread))


def _form(head: bytes) -> str:
    """The kind of compiled file, by its first bytes; empty for anything else, object files among it."""
    if head.startswith(b"\x7fELF"):
        return "" if head[16:18] in _OBJECT_FILES else "elf"
    if head[:4] in _MACH_O and len(head) == _HEAD:
        return "mach-o"
    return "pe" if head.startswith(b"MZ") and len(head) == _HEAD else ""


def _elf(path: str, elf: Elf, modules: set[str]) -> _Found:
    module, suffix = _module(path, elf)
    stem = module.replace(".", "/")
    native = NativeFile(
        path,
        "elf",
        machine=elf.machine,
        module=module,
        suffix=suffix,
        twin=bool(module) and (f"{stem}.py" in modules or f"{stem}/__init__.py" in modules),
        executable=elf.executable,
        interpreter=elf.interpreter,
        soname=elf.soname,
        needed=elf.needed,
        runpath=elf.runpath,
        glibc=tuple(f"{library} {version}" for library, version in elf.versions if version.startswith("GLIBC_")),
        initial_exec=elf.initial_exec and not elf.executable,
        relr=elf.relr,
    )
    return _Found(native, elf)


def _module(path: str, elf: Elf) -> tuple[str, str]:
    """The dotted name of an extension module and what stands between it and ``.so``; empty for any other file."""
    folder, _, last = path.rpartition("/")
    if not last.endswith(".so") or elf.executable:
        return "", ""
    name, _, suffix = last.removesuffix(".so").partition(".")
    dotted = [*folder.split("/"), name] if folder else [name]
    if not all(part.isidentifier() for part in dotted):
        return "", ""
    if (f"PyInit_{name}" if name.isascii() else "PyInitU_") in elf.defines or f"PyModExport_{name}" in elf.defines:
        return ".".join(dotted), suffix
    return (".".join(dotted), suffix) if _SUFFIX.fullmatch(suffix) else ("", "")


def _resolved(found: Iterable[_Found]) -> Iterator[NativeFile]:
    """The files, each with what it wants that no other file of the wheel for the same machine has, and no other library is said to."""
    defined: dict[str, set[str]] = {}
    for each in found:
        if each.elf is not None:
            defined.setdefault(each.elf.machine, set()).update(each.elf.defines)
    for each in found:
        if each.elf is None:
            yield each.native
            continue
        inside = defined[each.elf.machine]
        wants = {
            name: version
            for name, (_, version) in each.elf.wants.items()
            if name and not name.startswith(("Py", "_Py")) and name not in inside and (not version or version.startswith("GLIBC_"))
        }
        yield replace(each.native, wants=tuple(sorted(wants)), of_glibc=tuple(sorted(name for name in wants if wants[name])))


def _roots(modules: Iterable[str], natives: Iterable[NativeFile]) -> tuple[str, ...]:
    tops = {path.removesuffix(".py").partition("/")[0] for path in modules}
    tops |= {native.module.partition(".")[0] for native in natives if native.module}
    return tuple(sorted(top for top in tops if top.isidentifier()))


def _is_pure(archive: zipfile.ZipFile, entries: Iterable[str]) -> bool:
    """Root-Is-Purelib of the WHEEL file; true where there is none to read."""
    name = next((name for name in entries if name.endswith(".dist-info/WHEEL") and name.count("/") == 1), None)
    if name is None:
        return True
    with archive.open(name) as stream:
        text = stream.read(_LARGEST_WHEEL_FILE).decode(errors="replace")
    return not re.search(r"(?mi)^root-is-purelib:\s*false\s*$", text)


class _Bytes:
    """The unpacked bytes of a member: in memory where it is small, in a file without a name where it is not."""

    def __init__(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
        self._archive = archive
        self._entry = entry
        self._mapped: mmap | None = None

    def __enter__(self) -> bytes | mmap:
        with self._archive.open(self._entry) as stream:
            if self._entry.file_size <= _IN_MEMORY:
                return stream.read()
            import mmap
            from tempfile import TemporaryFile

            with TemporaryFile(prefix="muslcheck-") as file:
                while block := stream.read(_BLOCK):
                    file.write(block)
                file.flush()
                self._mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return self._mapped

    def __exit__(self, *_: object) -> None:
        if self._mapped is not None:
            self._mapped.close()
