"""What a build asks of the image, by name, and the Alpine packages that have it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from muslcheck.alpine.apk import (
    Apk,
    absent,
    also_for,
    alternatives,
    apk_for_cmake,
    apk_for_crate,
    apk_for_external,
    apk_for_header,
    apk_for_language,
    apk_for_library,
    apk_for_pkgconfig,
    apk_for_program,
    brought_by,
    dev_package_named,
    in_image,
    programs_in_wheels,
)
from muslcheck.alpine.glibc_only import lacking_header, lacking_symbol
from muslcheck.alpine.spoken import named_as_missing
from muslcheck.archives.facts import Certainty, SdistFacts
from muslcheck.judge.parts import COMPILERS, behind_a_stop, made_later, on_alpine, parts, program_from_apk
from muslcheck.words.verdict import ApkNames, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.alpine.apkindex import ApkIndex
    from muslcheck.archives.facts import Seen
    from muslcheck.judge.case import Case
    from muslcheck.judge.parts import Part
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import BuildRequirement

__all__ = ["Need", "apk_for_requirement", "apk_names", "needs", "stops_without"]

_FROM_PYTHON = ("Python.h", "structmember.h", "frameobject.h", "numpy/", "pybind11/", "nanobind/", "greenlet/", "torch/", "cppy/")
"""Headers that come with CPython, or with a build requirement: no business of apk's."""
_IN_MUSL = frozenset({"c", "crypt", "dl", "m", "pthread", "resolv", "rt", "util", "xnet"})
"""Libraries that musl is itself, or brings as empty files: they are always there."""
_OF_THE_COMPILER = {
    "atomic": Apk((), ("libatomic",)),
    "gcc_s": Apk((), ("libgcc",)),
    "gfortran": Apk(("gcc", "gfortran", "musl-dev"), ("libgfortran",)),
    "gomp": Apk((), ("libgomp",)),
    "quadmath": Apk((), ("libquadmath",)),
    "stdc++": Apk(("g++", "gcc", "musl-dev"), ("libgcc", "libstdc++")),
}
"""Libraries that come with a compiler."""
_NO_FOLDER_OF_ITS_OWN = frozenset({"arpa", "asm", "bits", "gnu", "linux", "net", "netinet", "netpacket", "protocols", "rpc", "scsi", "sys"})
"""Folders of system headers: their names say nothing of a package."""
_COLUMN = {"header": "header", "library": "lib", "pkg-config": "pc"}
"""What the table of absent things calls a kind of name."""
_SURENESS = {Certainty.DECIDED_LATER: 0, Certainty.OPTIONAL: 1, Certainty.ALWAYS: 2}
"""How sure a need is; one that has to be switched on is none."""
_HEADERS = "/usr/include/"
_WAY = {"cmake": "cmake", "crate": "crates", "header": "headers", "library": "libs", "pkg-config": "pc"}
"""What the table of libraries calls a kind of name."""
_PKGCONFIG = frozenset({"pkg-config", "pkgconf"})
_SPELLED = {"asm": "assembler", "cpp": "c++", "cxx": "c++"}
_FOR_TESTS = frozenset(
    {"benchmark", "boost_unit_test_framework", "catch2", "check", "cmocka", "cppunit", "criterion", "doctest", "gmock", "gtest"}
)
"""Libraries that a project's own tests use: a build that pip starts runs no tests."""
_REQUIRED = {"find_package": "cmake", "pkg-config": "pkg-config", "find_library": "library"}
"""How a tree looks for what it cannot do without, and what kind of name that is."""
_OF_CMAKE = frozenset({"BISON", "CUDA", "CUDAToolkit", "Doxygen", "FLEX", "Java", "JNI", "OpenGL", "Perl", "PkgConfig", "SWIG", "Sphinx"})
"""Modules of CMake's own that look for programs, or for what several packages hold."""
_OF_WINDOWS = frozenset(
    {"advapi32", "bcrypt", "crypt32", "dnsapi", "gdi32", "iphlpapi", "kernel32", "normaliz", "ole32", "psapi", "secur32", "shell32"}
    | {"shlwapi", "user32", "userenv", "version", "winmm", "wldap32", "ws2_32"}
)
"""Libraries that only Windows has."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a build needs: what kind of name (header, library, pkg-config, program, cmake, crate), and the packages for it.

    ``apk`` is None where no package is known. ``absent`` says why Alpine has none. ``guessed`` packages are
    found by the likeness of names.
    """

    kind: str
    name: str
    seen_in: str
    certainty: Certainty
    apk: Apk | None = None
    absent: str = ""
    guessed: bool = False


@lru_cache(maxsize=16)
def needs(facts: SdistFacts, target: Target, offered: ApkIndex | None = None) -> tuple[Need, ...]:
    """Everything that the build asks for by name on an Alpine target; what has to be switched on is left out. Empty elsewhere.

    Packages are those of the tables, or of the release's own index where that is given.
    """
    if not on_alpine(target):
        return ()
    found: dict[tuple[str, str], Need] = {}
    for need in _all(facts, target.release):
        before = found.get((need.kind, need.name))
        if need.certainty in _SURENESS and (before is None or _SURENESS[need.certainty] > _SURENESS[before.certainty]):
            found[need.kind, need.name] = need
    settled = _one_of_several(tuple(_settled(tuple(found.values()), target.release)))
    refined = settled if offered is None else (_refined(need, offered) for need in settled)
    return tuple(sorted(refined, key=lambda need: (need.kind, need.name)))


def stops_without(facts: SdistFacts, target: Target) -> tuple[Need, ...]:
    """The programs that a build always runs and catches no error of, that Alpine has and no Python image, not Debian's either."""
    release = target.release if on_alpine(target) else "edge"
    needed = (need for seen in facts.programs if seen.detail == "or stops" for need in _program(seen, release))
    found = {need.name: need for need in needed if need.kind == "program" and need.apk is not None and need.apk.build}
    return tuple(found[name] for name in sorted(found))


def apk_names(case: Case, outcome: Outcome) -> ApkNames:
    """The Alpine packages for a build: compilers, what is needed by name, and what the result needs at run time.

    For an optional extension, those with which it would be made; a program that the build can do without is left out where
    it builds anyway, and one that a build requirement is. Nothing that the image has already, nor what another package on the list
    is known to bring, nor what build requirements are compiled with. For a build that fails they say what it asks for, and cure
    nothing.
    """
    facts, target = case.facts, case.target
    if not isinstance(facts, SdistFacts) or outcome is Outcome.WHEEL or not on_alpine(target):
        return ApkNames()
    made = parts(facts) or (made_later(facts) or behind_a_stop(facts) if outcome is Outcome.COMPILE else ())
    if not made:
        lacking = stops_without(facts, target) if outcome is Outcome.COMPILE else ()
        return ApkNames(tuple(sorted({name for need in lacking if need.apk is not None for name in need.apk.build})))
    wanted = [need for need in needs(facts, target, case.offered) if _wanted(need, made)]
    apks = [apk_for_language(_SPELLED.get(language, language)) for part in made for language in part.languages]
    apks += [need.apk for need in wanted]
    apks += [_tool(part.made_by, target.release) for part in made if part.tree and part.made_by not in COMPILERS and _goes_on(part, facts)]
    build = {name for apk in apks if apk is not None for name in apk.build}
    run = {name for apk in apks if apk is not None for name in apk.runtime}
    if any(need.kind == "pkg-config" and need.apk is not None for need in wanted):
        build |= _pkgconfig(case)
    build |= _in_recipe(case, made)
    build -= _brought(build, wanted, case)
    if target.has_own_python:
        build.add("python3-dev")
    if any(seen.value == "openmp" for seen in facts.marks):
        run.add("libgomp")
    for project, program in programs_in_wheels().items():
        if any(required.name == project and _from_pip(required, target) for required in case.build_requires):
            build -= set((apk_for_program(program, target.release) or Apk(())).build)
    runs_cmake = "cmake" in build or any(part.made_by == "cmake" for part in made)
    if runs_cmake and "samurai" not in build and not any(required.name == "ninja" for required in case.build_requires):
        build.add("make")
    return ApkNames(tuple(sorted(build)), tuple(sorted(run - in_image(target))))


def _one_of_several(found: tuple[Need, ...]) -> tuple[Need, ...]:
    """Of libraries for one purpose that may be taken, the one that Alpine's own packages take; none beside one that surely is."""
    dropped: set[str] = set()
    for group in alternatives():
        here = [need for need in found if need.apk is not None and not set(group).isdisjoint(need.apk.build)]
        sure = {name for need in here if need.apk is not None and need.certainty is not Certainty.DECIDED_LATER for name in need.apk.build}
        there = [name for name in group if any(need.apk is not None and name in need.apk.build for need in here)]
        dropped |= set(there) - sure if sure & set(group) else set(there[1:])
    return tuple(
        need
        for need in found
        if need.apk is None or need.certainty is not Certainty.DECIDED_LATER or not dropped.intersection(need.apk.build)
    )


def _settled(found: tuple[Need, ...], release: str) -> Iterator[Need]:
    """Names that several packages hold go to the one that the build needs as surely by a name that no other has."""
    several = {need: others for need in found if (others := _others(need, release))}
    sure: dict[str, int] = {}
    for need in found:
        if need not in several and need.apk is not None and not need.guessed:
            for name in need.apk.build:
                sure[name] = max(sure.get(name, 0), _SURENESS[need.certainty])
    for need in found:
        if need.apk is not None and need in several:
            as_sure = {name for name, how in sure.items() if how >= _SURENESS[need.certainty]}
            choice = (need.apk, *several[need])
            yield replace(need, apk=next((apk for apk in choice if not as_sure.isdisjoint(apk.build)), need.apk))
        else:
            yield need


def _others(need: Need, release: str) -> tuple[Apk, ...]:
    """The other packages that hold what a need asks for."""
    if need.apk is None or need.guessed or need.kind not in _WAY:
        return ()
    name = need.name.lower() if need.kind == "cmake" else need.name
    return tuple(apk for apk in also_for(_WAY[need.kind], name, release) if apk.build != need.apk.build)


def _refined(need: Need, offered: ApkIndex) -> Need:
    """A need with the packages that the release's own index names for it; as it was where the index knows nothing of it."""
    package = None
    match need.kind:
        case "pkg-config":
            package = offered.provider(f"pc:{need.name}")
        case "program" if need.apk is None or not all(name in offered.origins for name in need.apk.build):
            package = offered.provider(f"cmd:{need.name}")
        case "library" if need.apk is None or need.guessed:
            package = offered.dev_of_library(need.name)
    if package is not None:
        return replace(need, apk=Apk((package,), offered.runtime_of(package)), absent="", guessed=False)
    if need.apk is None:
        return need
    known = {name: offered.provider(name) for name in need.apk.build}
    build = tuple(sorted({found or name for name, found in known.items()}))
    return need if build == need.apk.build else replace(need, apk=replace(need.apk, build=build))


def _from_pip(required: BuildRequirement, target: Target) -> bool:
    """Whether the program of a build requirement is there before the build begins, so that the build itself asks apk for nothing."""
    return required.outcome in {Outcome.WHEEL, Outcome.BUILD, Outcome.COMPILE} or not program_from_apk(required.name, target)


def apk_for_requirement(required: BuildRequirement, target: Target) -> ApkNames:
    """What a build requirement that has no wheel adds: the program itself where Alpine has it, else what compiling it takes."""
    found = apk_for_program(required.name, target.release) if program_from_apk(required.name, target) else None
    return required.apk if found is None else ApkNames(found.build, found.runtime)


def _brought(build: set[str], wanted: list[Need], case: Case) -> set[str]:
    """Packages that one which is surely needed depends on: apk installs them with it."""
    bringers = {name for need in wanted if need.apk is not None and need.certainty is Certainty.ALWAYS for name in need.apk.build}
    release, offered = case.target.release, case.offered
    brought = (brought_by(bringer, release, closely=True) if offered is None else offered.brings(bringer) for bringer in bringers)
    return {name for names in brought for name in names if name.endswith("-dev")} & build


def _pkgconfig(case: Case) -> set[str]:
    """pkg-config itself, by which what is on the list is found, unless the build looks for that in another way as well."""
    asked = (need for need in needs(case.facts, case.target, case.offered) if need.kind == "program" and need.name in _PKGCONFIG)
    return {name for need in asked if need.apk is not None and need.certainty is not Certainty.OPTIONAL for name in need.apk.build}


def _in_recipe(case: Case, made: tuple[Part, ...]) -> set[str]:
    """The libraries that Alpine's own recipe builds with, where reading the sdist alone does not tell what it compiles.

    Elsewhere the sdist's own word counts: recipes take Alpine's libraries where the sdist brings a copy.
    """
    if not made or any(part.certainty is not Certainty.DECIDED_LATER for part in made):
        return set()
    from muslcheck.alpine.recipes import recipe_for

    recipe = recipe_for(case.candidate.name, case.target.release)
    return {name for name in recipe.build if name.endswith("-dev")} if recipe is not None else set()


def _wanted(need: Need, made: tuple[Part, ...]) -> bool:
    """Whether the packages of a need belong on the list: a program where the build cannot do without it, a guess where it is sure."""
    if need.certainty is Certainty.ALWAYS:
        return True
    if need.kind == "program":
        return need.certainty is Certainty.OPTIONAL and all(part.certainty is Certainty.OPTIONAL for part in made)
    return need.certainty is Certainty.OPTIONAL or not need.guessed


def _goes_on(part: Part, facts: SdistFacts) -> bool:
    """Whether a part's tool is run to its end: a configure script may be run for the header that it writes, and make never."""
    if part.made_by not in {"autoconf", "configure"} or facts.unread:
        return True
    programs = {(seen.value.split() or [""])[0].rpartition("/")[2] for seen in facts.programs}
    return not programs.isdisjoint({"", "gmake", "make"})


def _tool(tool: str, release: str) -> Apk | None:
    return apk_for_program("make" if tool in {"autoconf", "configure", "make"} else tool, release)


def _all(facts: SdistFacts, release: str) -> Iterator[Need]:
    """Every need, as often as it is seen, the headers first."""
    below = {folder.removeprefix(_HEADERS).strip("/") for e in facts.extensions for folder in e.include_dirs if folder.startswith(_HEADERS)}
    headers = [_header(seen, release, below) for seen in facts.headers if not seen.value.startswith(_FROM_PYTHON)]
    yield from headers
    own = {extension.name for extension in facts.extensions if extension.name not in extension.libraries}  # that others link
    for seen in _bindings(_libraries(facts.libraries, headers, release), release):
        if seen.value in _OF_THE_COMPILER:
            yield Need("library", seen.value, seen.where, seen.certainty, _OF_THE_COMPILER[seen.value])
        elif seen.value not in _IN_MUSL and seen.value not in own:
            yield _known("library", seen.value, seen, apk_for_library(seen.value, release), release)
    for seen in facts.programs:
        yield from _program(seen, release)
    for tree in facts.trees:
        if tree.certainty is not Certainty.SWITCHED:
            for seen in tree.needs:
                yield from _tree_need(tree.tool, seen, release)
    for seen in facts.downloads:
        if seen.detail == "git":  # what CMake clones
            yield Need("program", "git", seen.where, seen.certainty, apk_for_program("git", release))
    yield from _stated(facts)
    yield from _remedied(facts, release)
    yield from _said_to_be_missing(facts, release)


def _libraries(libraries: tuple[Seen, ...], headers: list[Need], release: str) -> Iterator[Seen]:
    """Libraries that are linked, without those of another system.

    A list that may or may not be linked, and holds libraries of Windows, is Windows's: what else it names counts only where the
    sources include a header of the same package.
    """
    foreign = {seen.where for seen in libraries if seen.value.lower() in _OF_WINDOWS and seen.certainty is not Certainty.ALWAYS}
    included = {need.apk.build for need in headers if need.apk is not None}
    for seen in libraries:
        if seen.value.lower() in _OF_WINDOWS:
            continue
        if seen.where in foreign and seen.certainty is not Certainty.ALWAYS and seen.value not in _OF_THE_COMPILER:
            apk = apk_for_library(seen.value, release)
            if apk is None or apk.build not in included:
                continue
        yield seen


def _bindings(libraries: Iterator[Seen], release: str) -> Iterator[Seen]:
    """Libraries, those of bindings that are all for one package as needed: sip stops where there are no bindings that it can build."""
    seen = tuple(libraries)
    packages = {apk_for_library(one.value, release) for one in seen if one.detail == "bindings"}
    for one in seen:
        yield replace(one, certainty=Certainty.ALWAYS) if one.detail == "bindings" and len(packages) == 1 else one


def _said_to_be_missing(facts: SdistFacts, release: str) -> Iterator[Need]:
    """What the build says it lacks where it stops by itself."""
    for seen in facts.raises:
        for kind, name, apk in named_as_missing(seen.value, release):
            if seen.certainty is Certainty.ALWAYS or kind == "program":
                yield Need(kind, name, seen.where, seen.certainty, apk)


def _stated(facts: SdistFacts) -> Iterator[Need]:
    """What the project states in ``[external]`` (PEP 725) as needed to build."""
    for seen in facts.hints:
        kind, _, identifier = seen.value.partition(":")
        if kind == "external" and seen.detail != "dependencies" and (apk := apk_for_external(identifier)) is not None:
            yield Need("external", identifier, seen.where, seen.certainty, apk)


def _remedied(facts: SdistFacts, release: str) -> Iterator[Need]:
    """Functions that musl lacks and a package brings."""
    for seen in facts.marks:
        kind, _, name = seen.value.partition(":")
        if kind == "glibc" and (lacking := lacking_symbol(name, release)) is not None and lacking.remedy:
            yield Need("function", name, seen.where, seen.certainty, Apk((lacking.remedy,)))


def _header(seen: Seen, release: str, below: set[str]) -> Need:
    """A header by its own name, or as it lies in one of the folders of the system that the compiler is told to look in."""
    paths = (seen.value, *(f"{folder}/{seen.value}" for folder in sorted(below - {""})))
    seen = replace(seen, value=next((path for path in paths if apk_for_header(path, release) is not None), seen.value))
    lacking = lacking_header(seen.value, release)
    if lacking is not None and lacking.remedy:
        apk = apk_for_header(seen.value, release)
        if apk is None or lacking.remedy not in apk.build:
            apk = Apk((lacking.remedy,))
        return Need("header", seen.value, seen.where, seen.certainty, apk)
    if lacking is not None and absent("header", seen.value, release) is None:
        why = "neither musl nor today's glibc has it" if lacking.gone_from_glibc else "musl does not have it"
        return Need("header", seen.value, seen.where, seen.certainty, None, why)
    return _known("header", seen.value, seen, apk_for_header(seen.value, release), release)


def _program(seen: Seen, release: str) -> Iterator[Need]:
    program, *arguments = seen.value.split() or [""]
    if not program:
        return
    name = program.rpartition("/")[2]
    if name in _PKGCONFIG:
        yield Need("program", name, seen.where, seen.certainty, apk_for_program(name, release))
        for argument in arguments:
            if not argument.startswith("-"):
                yield _known("pkg-config", argument, seen, apk_for_pkgconfig(argument, release), release)
        return
    yield Need("program", name, seen.where, seen.certainty, apk_for_program(name, release))


def _tree_need(tool: str, seen: Seen, release: str) -> Iterator[Need]:
    seen = _first(seen, release)
    if seen.value.lower() in _FOR_TESTS:
        return
    if seen.value.lower() == "openmp":
        yield Need(tool, seen.value, seen.where, seen.certainty, _OF_THE_COMPILER["gomp"])
        return
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
        how = Certainty.ALWAYS if seen.certainty is Certainty.ALWAYS else Certainty.DECIDED_LATER  # without it, what is there is not found
        yield Need("program", "pkg-config", seen.where, how, apk_for_program("pkg-config", release))
    elif cmake is not None:
        yield Need("cmake", seen.value, seen.where, seen.certainty, cmake)
    elif (why := absent("cmake", seen.value, release) or absent("pc", seen.value, release)) is not None:
        yield Need("cmake", seen.value, seen.where, seen.certainty, None, *why)
    elif seen.certainty is Certainty.ALWAYS and seen.detail in _REQUIRED and seen.value not in _OF_CMAKE:
        guess = dev_package_named(seen.value, release)
        yield Need(
            _REQUIRED[seen.detail], seen.value, seen.where, seen.certainty, Apk((guess,)) if guess else None, guessed=guess is not None
        )


def _first(seen: Seen, release: str) -> Seen:
    """Of several names that are looked for one after the other, the first that Alpine has."""
    names = seen.value.split(" or ")
    there = (name for name in names if apk_for_pkgconfig(name, release) or apk_for_cmake(name, release))
    return seen if len(names) == 1 else replace(seen, value=next(there, names[0]))


def _known(kind: str, name: str, seen: Seen, apk: Apk | None, release: str) -> Need:
    """A need with its packages: from the tables, else why there are none, else by the likeness of names."""
    if apk is not None:
        return Need(kind, name, seen.where, seen.certainty, apk)
    if (why := absent(_COLUMN[kind], name, release)) is not None:
        return Need(kind, name, seen.where, seen.certainty, None, *why)
    folder, _, rest = name.partition("/")
    stem = name if kind != "header" else folder if rest and folder not in _NO_FOLDER_OF_ITS_OWN else ""
    if stem and (guess := dev_package_named(stem, release)) is not None:
        return Need(kind, name, seen.where, seen.certainty, Apk((guess,)), guessed=True)
    return Need(kind, name, seen.where, seen.certainty)
