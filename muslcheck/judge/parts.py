"""The native parts of a build: extensions and build trees, seen alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muslcheck.archives.facts import Certainty

if TYPE_CHECKING:
    from muslcheck.archives.facts import SdistFacts
    from muslcheck.words.target import Target

__all__ = ["COMPILERS", "NAMES", "Part", "behind_a_stop", "compiled", "made_later", "on_alpine", "parts", "plural", "program_from_apk"]

NAMES = {
    "asm": "assembler",
    "c": "C",
    "c++": "C++",
    "cuda": "CUDA",
    "cython": "Cython",
    "d": "D",
    "fortran": "Fortran",
    "go": "Go",
    "objective-c": "Objective-C",
    "rust": "Rust",
    "swig": "SWIG",
    "zig": "Zig",
}
"""Languages as they are written for people."""


_RUN = {
    "c++": ("c++",),
    "cargo": ("rust",),
    "cc": ("c",),
    "clang": ("c",),
    "clang++": ("c++",),
    "cmake": ("c", "c++"),
    "g++": ("c++",),
    "gcc": ("c",),
    "gfortran": ("fortran",),
    "go": ("go",),
    "make": ("c",),
    "meson": ("c",),
    "rustc": ("rust",),
}
"""Compilers and build tools that a build may run by itself, and what they most often compile."""
COMPILERS = frozenset({"c++", "cc", "clang", "clang++", "g++", "gcc", "gfortran", "rustc"})
"""Those of them that are compilers and no build tools."""
_NOT_HERE = frozenset({"cuda", "objective-c", "swig"})
"""Languages of sources that lie in many sdists and are seldom compiled on Alpine, or from which others were made."""
_MADE_LATER = "extension modules are decided"
"""How a reading begins that found extension modules, and not which."""
_BACKENDS = {"sipbuild": ("c++",)}
"""Back ends that always compile, by their first module, where nothing else says what they make."""


@dataclass(frozen=True, slots=True)
class Part:
    """One native part: what makes it, in which languages, how surely, and where that was read."""

    name: str
    made_by: str
    languages: tuple[str, ...]
    certainty: Certainty
    seen_in: str
    tree: bool
    libraries: tuple[str, ...] = ()


def parts(facts: SdistFacts) -> tuple[Part, ...]:
    """Every native part that a plain ``pip install`` may come to make; what has to be switched on is left out.

    Where nothing declares one, a compiler or build tool that the build runs by itself is taken for it.
    """
    extensions = (
        Part(e.name, e.made_by, e.languages or ("c",), e.certainty, e.seen_in, tree=False, libraries=e.libraries) for e in facts.extensions
    )
    trees = (Part("", t.tool, t.languages, t.certainty, t.seen_in, tree=True) for t in facts.trees)
    declared = tuple(part for part in (*extensions, *trees) if part.certainty is not Certainty.SWITCHED)
    if declared:
        return declared
    system = facts.build_system
    if (module := system.backend.partition(".")[0].partition(":")[0]) in _BACKENDS:
        return (Part("", module, _BACKENDS[module], Certainty.ALWAYS, system.seen_in, tree=True),)
    return tuple(
        Part("", program, _RUN[program], seen.certainty, seen.where, tree=True)
        for seen in facts.programs
        if (program := (seen.value.split() or [""])[0].rpartition("/")[2]) in _RUN and seen.certainty is not Certainty.SWITCHED
    )


def made_later(facts: SdistFacts) -> tuple[Part, ...]:
    """What ``setup()`` is given to compile by code that could not be followed: all sources of the sdist, for want of better."""
    languages = tuple(sorted(language for language, _ in facts.source_files if language in NAMES and language not in _NOT_HERE))
    later = (seen for seen in facts.unread if seen.value.startswith(_MADE_LATER))
    return tuple(Part("", "setuptools", languages, Certainty.DECIDED_LATER, seen.where, tree=False) for seen in later if languages)


def behind_a_stop(facts: SdistFacts) -> tuple[Part, ...]:
    """What a build would go on to compile that stops before it declares anything: all sources of the sdist, for want of better."""
    languages = tuple(sorted(language for language, _ in facts.source_files if language in NAMES))
    stops = [seen for seen in facts.raises if seen.certainty is Certainty.ALWAYS]
    return tuple(Part("", "setuptools", languages, Certainty.DECIDED_LATER, seen.where, tree=False) for seen in stops[:1] if languages)


def compiled(facts: SdistFacts) -> tuple[str, ...]:
    """The languages of all native parts, sorted."""
    return tuple(sorted({language for part in parts(facts) for language in part.languages}))


def plural(number: int, one: str) -> str:
    """``1 extension``, ``2 extensions``."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def on_alpine(target: Target) -> bool:
    """Whether apk names mean anything on the target."""
    return target.distribution == "alpine"


def program_from_apk(project: str, target: Target) -> bool:
    """Whether a project is only the wheel of a program that apk has as well (``cmake``, ``ninja``): back ends then take that one."""
    if not on_alpine(target):
        return False
    from muslcheck.alpine.apk import served_by_apk

    return project in served_by_apk()
