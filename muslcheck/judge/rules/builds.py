"""MC20x to MC21x: what an sdist builds, and with which compiler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.archives.facts import Certainty, SdistFacts
from muslcheck.judge.parts import COMPILERS, NAMES, made_later, parts, plural
from muslcheck.judge.rules.rule import Rule
from muslcheck.words.verdict import Evidence, Mark, Outcome, Strength

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from muslcheck.archives.facts import Seen
    from muslcheck.judge.case import Case
    from muslcheck.judge.parts import Part
    from muslcheck.words.release import Unread

__all__ = ["RULES"]

_MANY_FILES = 150
"""Source files of a build tree from which on it takes minutes: on two cores some five a second compile."""
_MANY_SOURCES = 400
_FEW = 5
"""Optional extensions that make one believe it: a project that is mostly extensions seldom does without them all."""
_UNEXPLAINED = 20
"""From so many sources on, an sdist that seems to compile none is doubted: fewer are test data and leavings."""
_MANY_CRATES = 150


def pure(case: Case) -> Iterator[Evidence]:
    """Nothing is compiled: the build makes a wheel of Python files, and needs no compiler.

    Proof where all that decides was read, the sdist holds nothing that could be compiled, and every build requirement installs;
    strong where the back end is the project's own, a file that may decide could not be read, there are sources after all that code of the
    project's may compile, or ``setup.py`` may stop by a condition that reading does not answer.
    """
    if not isinstance(case.facts, SdistFacts) or parts(case.facts):
        return
    facts, system = case.facts, case.facts.build_system
    unexplained = _sources(facts) and not system.declarative
    doubted = (system.backend_path and not system.followed) or facts.unread or unexplained or _stops(facts) or _may_stop(facts)
    sure = not doubted and _installs(case)
    claim = f"pure Python: nothing is compiled (built by {system.backend.partition(':')[0]})"
    yield Evidence("MC200", claim, system.seen_in, Strength.PROOF if sure else Strength.STRONG, Outcome.BUILD)


def optional(case: Case) -> Iterator[Evidence]:
    """Every extension is optional: where it cannot be compiled the build goes on without it, and the result is slower.

    setuptools skips an ``Extension(optional=True)`` that fails; other projects catch the error themselves. pip says nothing of
    it. With the compiler and the libraries listed, the fast one is made. Proof for a few extensions, strong for many.
    """
    made = _parts(case)
    if made and all(part.certainty is Certainty.OPTIONAL for part in made):
        libraries = sorted({library for part in made for library in part.libraries})
        one = f"the {_language(made[0])} extension {made[0].name}".rstrip()
        over = f" over {' and '.join(libraries)}" if libraries else ""
        what = (one if len(made) == 1 else f"each of {len(made)} extensions") + over
        claim = f"{what} is optional: skipped without a word where it does not compile"
        strength = (
            Strength.PROOF if _installs(case) and len(made) <= _FEW and not (_stops(case.facts) or _loaded(case.facts)) else Strength.STRONG
        )
        yield Evidence("MC201", claim, made[0].seen_in, strength, Outcome.BUILD, frozenset({Mark.SLOWER}))


def c(case: Case) -> Iterator[Evidence]:
    """The build compiles extensions in C: it needs gcc and musl-dev, which no Python image has."""
    yield from _native(case, "MC202", lambda part: not part.tree and _main(part) == "c")


def cpp(case: Case) -> Iterator[Evidence]:
    """The build compiles extensions in C++: it needs g++, and what it makes needs libstdc++ and libgcc at run time."""
    yield from _native(case, "MC203", lambda part: not part.tree and _main(part) == "c++")


def cython(case: Case) -> Iterator[Evidence]:
    """The build translates Cython to C (or takes the C made before) and compiles that: it needs gcc and musl-dev."""
    yield from _native(case, "MC204", lambda part: not part.tree and _main(part) == "cython")


def rust(case: Case) -> Iterator[Evidence]:
    """The build compiles Rust: it needs cargo, and what it makes needs libgcc at run time.

    maturin and setuptools-rust, where they find no cargo, may try to download a toolchain; the official ones are built for musl
    hosts too, but nothing promises that it works.
    """
    yield from _native(case, "MC205", lambda part: "rust" in part.languages or part.made_by == "cargo")


def fortran(case: Case) -> Iterator[Evidence]:
    """The build compiles Fortran: it needs gfortran, and what it makes needs libgfortran at run time."""
    yield from _native(case, "MC206", lambda part: "fortran" in part.languages)


def go(case: Case) -> Iterator[Evidence]:
    """The build compiles Go: it needs go, and a C compiler for cgo."""
    yield from _native(case, "MC207", lambda part: "go" in part.languages)


def other_language(case: Case) -> Iterator[Evidence]:
    """The build compiles a language other than those with a rule of their own (assembler, CUDA, D, Objective-C, SWIG ...)."""
    named = {"c", "c++", "cython", "rust", "fortran", "go"}
    yield from _native(case, "MC208", lambda part: not part.tree and not named.intersection(part.languages))


def cmake(case: Case) -> Iterator[Evidence]:
    """The build runs CMake over a tree of sources: it needs cmake, make or ninja, and the compilers that the tree asks for."""
    yield from _trees(case, "MC210", {"cmake"})


def meson(case: Case) -> Iterator[Evidence]:
    """The build runs Meson over a tree of sources: it needs ninja and the compilers that the tree asks for."""
    yield from _trees(case, "MC211", {"meson"})


def configure(case: Case) -> Iterator[Evidence]:
    """The build runs a configure script or a Makefile: it needs make, and the compilers that they ask for."""
    yield from _trees(case, "MC212", {"autoconf", "configure", "make"})


def other_tree(case: Case) -> Iterator[Evidence]:
    """The build runs another build tool (Bazel, SCons, a Go module): it has to be installed first."""
    yield from _native(case, "MC213", lambda part: part.tree and part.made_by not in _TOOLS)


def heavy(case: Case) -> Iterator[Evidence]:
    """The build takes minutes to hours: a large tree of sources, a Rust workspace, or Fortran.

    The time is paid at every build of the image, unless the wheel is built once and kept.
    """
    if not isinstance(case.facts, SdistFacts):
        return
    facts = case.facts
    for tree in facts.trees:
        if tree.certainty is Certainty.SWITCHED:
            continue
        if tree.files >= _MANY_FILES:
            yield _heavy(f"{tree.tool} builds {tree.files} source files", tree.seen_in)
        elif len(tree.needs) >= _MANY_CRATES:
            yield _heavy(f"{tree.tool} builds {len(tree.needs)} dependencies", tree.seen_in)
    made = _parts(case)
    languages = {language for part in made for language in part.languages}
    sources = sum(number for language, number in facts.source_files if language in languages)
    if made and sources >= _MANY_SOURCES:
        yield _heavy(f"{sources} source files to compile", made[0].seen_in)
    if "fortran" in languages:
        yield _heavy("Fortran sources", next(part.seen_in for part in made if "fortran" in part.languages))


def runs_compilers(case: Case) -> Iterator[Evidence]:
    """The build makes its extensions while it runs, and there are sources for them: which ones is not read, that it compiles is.

    Either ``setup()`` is given extension modules by code that could not be followed, or the build runs a compiler by itself over
    more sources than leavings would be. Or the build loads a shared library before it makes anything, and stops where no image
    has it: it compiles once an apk brings the library.
    """
    if not isinstance(case.facts, SdistFacts):
        return
    made, sources = parts(case.facts), _sources(case.facts)
    for seen in _loaded(case.facts)[:1]:  # what makes them looks into a library first
        yield Evidence("MC214", f"loads the library {seen.value} while it builds", seen.where, Strength.STRONG, Outcome.COMPILE)
    for part in made_later(case.facts) if not made else ():
        claim = f"its extension modules are made while the build runs; {plural(sources, 'source file')} to compile"
        yield Evidence("MC214", claim, part.seen_in, Strength.STRONG, Outcome.COMPILE)
    if _by_programs(made) and sources >= _UNEXPLAINED:
        first = next(part for part in made if part.tree)
        claim = f"runs {first.made_by} by itself; {sources} source files to compile"
        yield Evidence("MC214", claim, first.seen_in, Strength.STRONG, Outcome.COMPILE)


def decided_later(case: Case) -> Iterator[Evidence]:
    """Whether anything is compiled is decided by code while it runs, and reading it does not tell.

    That is so where all that was found hangs on such a decision; and where nothing was found, the sdist holds sources in a
    compiled language, and the back end is the project's own, a file that decides could not be followed, or the sources are too
    many to be lying about.
    """
    if not isinstance(case.facts, SdistFacts):
        return
    made, sources = parts(case.facts), _sources(case.facts)
    if not any(part.certainty is Certainty.ALWAYS for part in made) and not (_by_programs(made) and sources >= _UNEXPLAINED):
        for part in made:
            if part.certainty is Certainty.DECIDED_LATER:
                what = f"whether {part.name or part.made_by} is compiled is decided while the build runs"
                yield Evidence("MC903", what, part.seen_in, Strength.STRONG, Outcome.UNKNOWN)
    system = case.facts.build_system
    if not made and sources and system.backend_path and not system.followed:
        claim = f"the project's own back end decides whether its {plural(sources, 'source file')} to compile are compiled"
        yield Evidence("MC903", claim, system.seen_in, Strength.STRONG, Outcome.UNKNOWN)
    if not made and sources and not system.declarative:
        for seen in case.facts.unread:
            yield Evidence("MC903", f"could not be followed: {seen.value}", seen.where, Strength.STRONG, Outcome.UNKNOWN)
        if sources >= _UNEXPLAINED:
            claim = f"holds {sources} source files to compile, and nothing that was read builds them"
            yield Evidence("MC903", claim, system.seen_in, Strength.STRONG, Outcome.UNKNOWN)


def _by_programs(made: tuple[Part, ...]) -> bool:
    """Whether all parts are compilers that the build runs by itself, each of them perhaps (``gcc`` or else ``clang``)."""
    later = all(part.certainty is Certainty.DECIDED_LATER for part in made)
    known = all(part.made_by in (_RUN_ALONE if part.tree else {"command"}) for part in made)  # "command": what those compilers compile
    return later and known and any(part.tree for part in made)


_RUN_ALONE = COMPILERS | {"cargo", "go", "make"}
_TOOLS = frozenset({"autoconf", "cargo", "cmake", "configure", "make", "meson"})


def _trees(case: Case, code: str, tools: set[str]) -> Iterator[Evidence]:
    yield from _native(case, code, lambda part: part.tree and part.made_by in tools)


def _native(case: Case, code: str, wanted: Callable[[Part], bool]) -> Iterator[Evidence]:
    """One piece of evidence for all parts of a kind that the build always makes."""
    made = [part for part in _parts(case) if part.certainty is Certainty.ALWAYS and wanted(part)]
    if made:
        yield Evidence(code, _claim(made), made[0].seen_in, Strength.PROOF, Outcome.COMPILE)


def _claim(made: list[Part]) -> str:
    first = made[0]
    if first.tree:
        return f"{first.made_by} builds {_language(first)} sources" if first.languages else f"{first.made_by} is run"
    if len(made) == 1:
        what = f"the {_language(first)} extension {first.name}" if first.name else f"{_language(first)} sources"
        return f"compiles {what}"
    return f"compiles {plural(len(made), f'{_language(first)} extension')}, the first {first.name}".removesuffix(", the first ")


def _main(part: Part) -> str:
    """The language that a part with several is told by."""
    return next((language for language in ("cython", "c++", "c") if language in part.languages), "")


def _language(part: Part) -> str:
    """Its languages for people: ``C``, ``C and Rust``, ``assembler, C and C++``."""
    names = [NAMES.get(language, language) for language in part.languages]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _parts(case: Case) -> tuple[Part, ...]:
    return parts(case.facts) if isinstance(case.facts, SdistFacts) else ()


def _sources(facts: SdistFacts) -> int:
    """Source files in compiled languages, all in the archive."""
    return sum(number for language, number in facts.source_files if language in NAMES)


def _stops(facts: SdistFacts | Unread | None) -> bool:
    """Whether the build surely comes to a place where it stops."""
    return isinstance(facts, SdistFacts) and any(seen.certainty is Certainty.ALWAYS for seen in (*facts.raises, *facts.imports))


def _may_stop(facts: SdistFacts) -> bool:
    """Whether ``setup.py`` exits for what only the running code knows: the day, the network, what is installed."""
    return any(seen.certainty is Certainty.DECIDED_LATER and seen.detail == "SystemExit" for seen in facts.raises)


def _loaded(facts: SdistFacts | Unread | None) -> list[Seen]:
    """Libraries that the build itself loads, that no Python image has, and for want of which it may stop."""
    stops = isinstance(facts, SdistFacts) and any(seen.detail == "OSError" for seen in facts.raises)
    found = facts.libraries if isinstance(facts, SdistFacts) and stops else ()
    return [seen for seen in found if seen.detail == "loaded by the build" and seen.certainty is not Certainty.SWITCHED]


def _installs(case: Case) -> bool:
    return all(required.outcome in {Outcome.WHEEL, Outcome.BUILD} for required in case.build_requires)


def _heavy(claim: str, seen_in: str) -> Evidence:
    return Evidence("MC219", claim, seen_in, Strength.HINT, Outcome.COMPILE, frozenset({Mark.HEAVY}))


RULES: Iterable[Rule] = (
    Rule("MC200", "Pure Python", pure),
    Rule("MC201", "An optional extension", optional),
    Rule("MC202", "Extensions in C", c),
    Rule("MC203", "Extensions in C++", cpp),
    Rule("MC204", "Extensions in Cython", cython),
    Rule("MC205", "Rust", rust),
    Rule("MC206", "Fortran", fortran),
    Rule("MC207", "Go", go),
    Rule("MC208", "Another compiled language", other_language),
    Rule("MC210", "A CMake tree", cmake),
    Rule("MC211", "A Meson tree", meson),
    Rule("MC212", "A configure script or a Makefile", configure),
    Rule("MC213", "Another build tool", other_tree),
    Rule("MC214", "Extensions made while the build runs", runs_compilers),
    Rule("MC219", "A long build", heavy),
    Rule("MC903", "Decided while the build runs", decided_later),
)
