"""What of a wheel's compiled files cannot be loaded on a musl target, and why: as musl's loader and CPython's finder of modules decide.

CPython opens extension modules, and ``ctypes`` libraries, with every name resolved at once (``RTLD_NOW``): one that is nowhere keeps
the file from being loaded, whether it would ever be called or not.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from posixpath import normpath
from typing import TYPE_CHECKING, Final

from muslcheck.alpine.apk import in_image
from muslcheck.alpine.glibc_only import lacking_symbol
from muslcheck.alpine.musl import apk_for_soname, exported, in_other_version, is_musl_itself, only_in_glibc
from muslcheck.alpine.releases import alpine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muslcheck.alpine.apkindex import ApkIndex
    from muslcheck.archives.facts import NativeFile, Seen, WheelFacts
    from muslcheck.words.target import Target

__all__ = ["Lack", "Trouble", "Why", "can_read", "described", "in_trouble", "is_for", "is_for_others", "lacks", "on_every_way", "troubles"]

_FIRST_OF_MUSL: Final = (3, 11)
"""The first Python whose suffixes on musl say musl; before, some said gnu there, too (bpo-43112)."""
_FIRST_OF_ABI3T: Final = (3, 15)
"""PEP 803: read by both builds."""
_OWN_SUFFIX: Final = re.compile(r"cpython-(\d+t?)-([a-z0-9_]+)-linux-(musl|gnu)[a-z]*")
_STABLE: Final = frozenset({"", "abi3"})
_ITS_OWN: Final = ("__", "_IO_", "_dl_")
"""How names begin that a C library keeps for itself."""
_MOST_DESCRIBED: Final = 40
_READS_RELR: Final = (1, 2, 4)
_ASIDE: Final = frozenset({"benchmarks", "conftest", "doc", "docs", "example", "examples", "setup", "test", "testing", "tests", "tools"})
"""Top names that wheels hold by mistake, and nobody imports."""


class Why(enum.StrEnum):
    """What keeps a file from being loaded."""

    GLIBC = "glibc"
    NAME = "name"
    SUFFIX = "suffix"
    MACHINE = "machine"
    STORAGE = "storage"
    RELOCATIONS = "relocations"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file that cannot be loaded: why, in words that follow its path, and whether that is certain.

    ``file`` is the one that is asked for, ``at`` the one that is at fault: itself, or a library of the wheel that it needs.
    """

    file: NativeFile
    at: NativeFile
    why: Why
    claim: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Lack:
    """A library that is neither in the wheel nor in the image; ``apk`` brings it (None: none is known), ``sure``: in this very version."""

    soname: str
    at: NativeFile
    """The first file that is linked to it."""
    needed_by: tuple[NativeFile, ...]
    """The files that cannot be loaded without it, modules first."""
    apk: str | None
    sure: bool
    instead: str = ""
    """The version of it that the release of Alpine has."""
    unfound: str = ""
    """Where in the wheel it is, and nothing tells musl's loader to look."""


@lru_cache(maxsize=512)
def troubles(facts: WheelFacts, target: Target) -> tuple[Trouble, ...]:
    """Every file of a wheel that the target would look for and cannot load, each with the first thing that stops it."""
    return tuple(found for file in _looked_for(facts, target) if (found := _trouble(file, facts, target)) is not None)


def lacks(facts: WheelFacts, target: Target, offered: ApkIndex | None) -> tuple[Lack, ...]:
    """The libraries that are missing in the image, each with the files that need it.

    Those that come with glibc alone are no lack, but a trouble.
    """
    held = in_image(target)
    wanting: dict[str, dict[NativeFile, NativeFile]] = {}
    for file in sorted(_looked_for(facts, target), key=lambda file: not file.module):
        for each in _closure(file, facts) if can_read(file, target) and is_for(file, target) else ():
            for soname in _outside(each, facts):
                wanting.setdefault(soname, {}).setdefault(file, each)
    found = []
    for soname, files in wanting.items():
        known = apk_for_soname(soname, target.release)
        if only_in_glibc(soname) or (known is not None and known[1] and known[0] in held):
            continue
        provider = offered.provider(f"so:{soname}") if offered is not None else None
        apk, sure = (provider, True) if provider else known or (None, offered is not None)
        if apk not in held:
            at = next(iter(files.values()))
            here = next((other.path for other in facts.natives if other.machine == at.machine and soname in _names(other)), "")
            found.append(Lack(soname, at, tuple(files), apk, sure, in_other_version(soname, target.release) or "", here))
    return tuple(found)


def in_trouble(facts: WheelFacts, target: Target) -> bool:
    """Whether there is something that it matters for what importing the wheel loads."""
    return bool(troubles(facts, target)) or bool(lacks(facts, target, None)) or is_for_others(facts, target)


def is_for_others(facts: WheelFacts, target: Target) -> bool:
    """Whether a wheel has libraries, and all of them for other systems and machines."""
    libraries = [file for file in facts.natives if not file.executable and not file.path.endswith(".exe")]
    return bool(libraries) and not any(file.form == "elf" and is_for(file, target) for file in libraries)


def described(facts: WheelFacts) -> tuple[tuple[str, str], ...]:
    """The compiled files of a wheel, for people: a word for the kind, and what was read, each."""
    found = []
    for file in facts.natives[:_MOST_DESCRIBED]:
        kind = "module" if file.module else "program" if file.executable else "library"
        said = [file.machine or {"pe": "for Windows", "mach-o": "for macOS"}.get(file.form, file.form)]
        said += [f"needs {', '.join(file.needed)}"] if file.needed else []
        said += [f"asks others than CPython for {len(file.wants)} names"] if file.wants else []
        found.append((kind, f"{file.path}: {'; '.join(said)}"))
    left = len(facts.natives) - len(found)
    return (*found, *([("", f"and {left} more")] if left else []))


def on_every_way(paths: frozenset[str], facts: WheelFacts, name: str) -> Seen | None:
    """Where importing the wheel surely loads one of these files, by whichever of its names it is imported; None where that is not sure."""
    ways = [
        next((seen for seen in facts.imported or () if seen.detail == root and seen.value in paths), None) for root in _main(facts, name)
    ]
    return ways[0] if ways and all(ways) else None


def can_read(file: NativeFile, target: Target) -> bool:
    """Whether the target's Python takes a file of this suffix for an extension module; true for any other file."""
    if not file.module or file.suffix in _STABLE - ({"abi3"} if target.free_threaded else set()):
        return True
    own = _OWN_SUFFIX.fullmatch(file.suffix)
    version = f"{target.python[0]}{target.python[1]}{'t' if target.free_threaded else ''}"
    if own is None or own[1] != version:
        return file.suffix == "abi3t" and target.python >= _FIRST_OF_ABI3T
    return own[3] == "musl" or target.python < _FIRST_OF_MUSL


def is_for(file: NativeFile, target: Target) -> bool:
    """Whether an ELF file is for the target's machine."""
    return file.machine == target.arch or (file.machine == "arm" and target.arch in {"armv6l", "armv7l"})


def _looked_for(facts: WheelFacts, target: Target) -> Iterator[NativeFile]:
    """The files that something asks for: of a module with several files the one that is read; libraries and programs for the machine."""
    by_module: dict[str, list[NativeFile]] = {}
    for file in facts.natives:
        if file.form != "elf":
            continue
        if file.module:
            by_module.setdefault(file.module, []).append(file)
        elif is_for(file, target):
            yield file
    for files in by_module.values():
        readable = [file for file in files if can_read(file, target)]
        here = [file for file in readable if is_for(file, target)]
        yield (here or readable or files)[0]


def _trouble(file: NativeFile, facts: WheelFacts, target: Target) -> Trouble | None:
    if not can_read(file, target):
        claim = f"its suffix {file.suffix} is not one that Python {target.python[0]}.{target.python[1]} reads on musl"
        return Trouble(file, file, Why.SUFFIX, claim, sure=_is_strange(file, target))
    if not is_for(file, target):
        return Trouble(file, file, Why.MACHINE, f"is compiled for {_machine(file)}, not for {target.arch}")
    if file.executable:
        if file.interpreter and only_in_glibc(file.interpreter.rpartition("/")[2]):
            return Trouble(file, file, Why.GLIBC, f"is a program for glibc: it is started by {file.interpreter}")
        return None
    closure = _closure(file, facts)
    for each in closure:
        if (found := _refused(each, closure, facts, target)) is not None:
            why, claim, sure = found
            return Trouble(file, each, why, claim, sure)
    return None


def _refused(file: NativeFile, closure: Sequence[NativeFile], facts: WheelFacts, target: Target) -> tuple[Why, str, bool] | None:
    """What musl's loader says of one file: why it does not load, and whether that is sure."""
    glibc_alone = [soname for soname in _outside(file, facts) if only_in_glibc(soname)]
    if glibc_alone:
        return Why.GLIBC, f"needs {glibc_alone[0]}, which comes with glibc only", True
    musl = _musl(target.release)
    if file.relr and tuple(int(part) for part in re.findall(r"\d+", musl)[:3]) < _READS_RELR:
        return Why.RELOCATIONS, f"has packed relocations, which musl reads from 1.2.4 on: the image has {musl}", True
    if file.initial_exec:
        return (
            Why.STORAGE,
            "wants thread-local storage set aside before the program begins, which musl refuses to what is loaded later",
            True,
        )
    missing = [name for name in file.wants if name not in exported(musl, target.arch)]
    ours = [name for name in missing if name in file.of_glibc or name.startswith(_ITS_OWN) or lacking_symbol(name, target.release)]
    if any(_outside(each, facts) for each in closure):  # which may have the others
        missing = [name for name in ours if name in file.of_glibc and name.startswith("__")]
    elif facts.shares:  # of a library that another wheel has
        missing = ours
    if not missing:
        return None
    names = f"{', '.join(missing[:3])}{f' and {len(missing) - 3} more' if len(missing) > 3 else ''}"  # noqa: PLR2004 -- enough to see
    sure = bool(ours)  # what is no name of a C library's may be had from another wheel that shares it
    if file.glibc:
        return Why.GLIBC, f"is linked against glibc, and asks for {names}: not in musl", sure
    return Why.NAME, f"asks for {names}, which {'is' if len(missing) == 1 else 'are'} neither in musl {musl} nor in the wheel", sure


def _closure(file: NativeFile, facts: WheelFacts) -> tuple[NativeFile, ...]:
    """A file and the wheel's own libraries that it needs, at any remove."""
    found = {file.path: file}
    ahead = [file]
    while ahead:
        for soname in ahead.pop().needed:
            if soname in _found(facts, file.machine):
                same = [each for each in facts.natives if each.machine == file.machine and _last(each) == soname and each.path not in found]
                found.update((each.path, each) for each in same)
                ahead += same
    return tuple(found.values())


def _outside(file: NativeFile, facts: WheelFacts) -> list[str]:
    """The libraries that a file needs, and that neither musl is nor the wheel has."""
    return [soname for soname in file.needed if not is_musl_itself(soname) and soname not in _found(facts, file.machine)]


@lru_cache(maxsize=512)
def _found(facts: WheelFacts, machine: str) -> frozenset[str]:
    """The wheel's libraries that musl's loader finds: by the names of their files, in folders where some file of the wheel has it look.

    It does not go by the names that libraries give themselves, nor by what was opened before by its path (``ldso/dynlink.c``).
    """
    folders = {
        normpath(f"{_folder(file)}/{place.replace('$ORIGIN', '.').replace('${ORIGIN}', '.')}")
        for file in facts.natives
        for place in file.runpath
        if place.startswith(("$ORIGIN", "${ORIGIN}"))
    }
    return frozenset(_last(file) for file in facts.natives if file.machine == machine and _folder(file) in folders)


def _folder(file: NativeFile) -> str:
    return file.path.rpartition("/")[0] or "."


def _last(file: NativeFile) -> str:
    return file.path.rpartition("/")[2]


def _names(file: NativeFile) -> tuple[str, str]:
    return file.soname, _last(file)


def _main(facts: WheelFacts, name: str) -> tuple[str, ...]:
    """The top names by which a wheel is imported: the project's own, else all that look as if they were meant to be."""
    own = tuple(root for root in facts.roots if root.lower() == name.replace("-", "_"))
    meant = tuple(root for root in facts.roots if root not in _ASIDE)
    return own or tuple(root for root in meant if not root.startswith("_")) or meant


def _is_strange(file: NativeFile, target: Target) -> bool:
    """Whether no Python of the target's version on its machine reads a suffix: what other machines are called there is not sure."""
    own = _OWN_SUFFIX.fullmatch(file.suffix)
    return own is None or own[3] == "gnu" or target.arch in {"x86_64", "aarch64"}


def _machine(file: NativeFile) -> str:
    return f"machine {file.machine}" if file.machine.isdigit() else file.machine


@cache
def _musl(release: str) -> str:
    """The musl of an Alpine release; of an unknown one the newest."""
    known = alpine()
    return (known.get(release) or [*known.values()][-1]).musl
