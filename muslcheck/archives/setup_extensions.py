# ruff: noqa: ANN401 -- values of interpreted code are anything
"""The extension modules that setup() is given: collected out of what its arguments hold, and described as facts."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from muslcheck.archives.container import language_of
from muslcheck.archives.facts import Certainty, Extension, Seen
from muslcheck.archives.interpreter.lazy import settled
from muslcheck.archives.interpreter.values import Ext, External, Instance, Items, Perhaps, Unknown, weaker
from muslcheck.archives.interpreter.world import FOLDER

if TYPE_CHECKING:
    from muslcheck.archives.build_environment import BuildEnvironment
    from muslcheck.archives.container import Contents
    from muslcheck.archives.interpreter.machine import Machine
    from muslcheck.archives.setup_facts import SetupFacts

__all__ = ["Modules", "compiled_by_hand", "describe", "texts"]

_TOLD = frozenset({"c_text", "extra_compile_args", "extra_link_args", "include_dirs", "language", "libraries", "optional", "path"})
"""Options of an extension that make facts."""
_DEEPEST, _MOST = 5, 5_000
"""Lists within lists, and extension modules, that are looked at."""
_LATELY = 200
"""How far back an extension is looked for that is listed twice."""
_MISSING_PROGRAM = frozenset({"OSError", "EnvironmentError", "Exception", "BaseException"})
_SETUPTOOLS = frozenset({"setuptools", "cython", "pybind11", "torch"})
_COMPILERS = {
    "gcc": "c",
    "cc": "c",
    "clang": "c",
    "tcc": "c",
    "g++": "c++",
    "c++": "c++",
    "clang++": "c++",
    "gfortran": "fortran",
    "rustc": "rust",
}


@dataclass(slots=True)
class Modules:
    """Extension modules that calls of setup() are given."""

    known: list[tuple[Ext, Certainty]] = field(default_factory=list)
    """Each with how sure it is that it is built."""
    unknown: list[tuple[str, Certainty]] = field(default_factory=list)
    """Places where there are more, which are not known."""

    def collect(self, value: Any, certainty: Certainty, where: str, depth: int = 0) -> None:
        """The extensions that a value holds: ``ext_modules``, ``rust_extensions``."""
        if depth > _DEEPEST or len(self.known) > _MOST:
            return
        later = weaker(certainty, Certainty.DECIDED_LATER)
        if isinstance(value, Perhaps):
            self.collect(value.value, weaker(certainty, value.certainty), where, depth + 1)
        elif isinstance(value, Ext):
            if all(extension is not value for extension, _ in self.known[-_LATELY:]):
                self.known.append((value, certainty))
        elif isinstance(value, (list, tuple, dict)):
            for item in value.values() if isinstance(value, dict) else value:
                self.collect(item, certainty, where, depth + 1)
        elif isinstance(value, Unknown) and value.options:
            for option in value.options:
                self.collect(option, later, where, depth + 1)
        elif isinstance(value, (Unknown, External, Instance)):
            self.unknown.append((where, later))

    def collect_libraries(self, machine: Machine, value: Any, certainty: Certainty, where: str) -> None:
        """``libraries=[(name, {"sources": ...})]`` of setup(): C libraries that ``build_clib`` compiles."""
        line = where.rpartition(":")[2]
        for pair in machine.iterate(value) or [] if value is not None else []:
            how = weaker(certainty, pair.certainty) if isinstance(pair, Perhaps) else certainty
            item = pair.value if isinstance(pair, Perhaps) else pair
            if isinstance(item, (tuple, list)) and [type(part) for part in item[1:]] == [dict]:
                sources, folders = item[1].get("sources", Items()), item[1].get("include_dirs")
                item = Ext("setuptools", item[0], sources, int(line) if line.isdecimal() else 0, "setup.py", {"include_dirs": folders})
            if isinstance(item, Ext):
                self.collect(item, how, where)

    def collect_cffi(self, machine: Machine, value: Any, certainty: Certainty, where: str) -> None:
        """``cffi_modules=["path/build.py:ffi"]``: the build script is interpreted, too."""
        if isinstance(value, Unknown):
            self.unknown.append((where, weaker(certainty, Certainty.DECIDED_LATER)))
        for item in machine.iterate(value) or [] if value is not None else []:
            how = weaker(certainty, item.certainty) if isinstance(item, Perhaps) else certainty
            text = settled(item.value if isinstance(item, Perhaps) else item)
            if not isinstance(text, str):
                self.unknown.append((where, weaker(how, Certainty.DECIDED_LATER)))
                continue
            member = machine.files.inside(text.partition(":")[0]) or ""
            before, asked, python_alone = len(machine.record.extensions), len(machine.record.programs), machine.abi_modes
            if member in machine.contents.names:
                machine.follow(partial(machine.run, member, "cffi_build"), where)
            made = [extension for extension in machine.record.extensions[before:] if extension.kind == "cffi"]
            if not made and machine.abi_modes == python_alone:
                made = [Ext("cffi", member or text, Items(), 0, member or "setup.py")]
            programs = machine.record.programs[asked:]
            if machine.caught & _MISSING_PROGRAM and any(seen.certainty is Certainty.OPTIONAL for seen in programs):
                how = weaker(how, Certainty.OPTIONAL)  # the script fails for want of a program, and what is around setup() catches that
            self.known.extend((extension, how) for extension in made)


def compiled_by_hand(contents: Contents, programs: list[Seen]) -> tuple[Extension, ...]:
    """What a project's own command makes by running a compiler itself.

    Its sources are those near the top, each of them perhaps, and surely the project's headers that most of these include.
    """
    for seen in sorted(programs, key=lambda seen: seen.certainty is not Certainty.ALWAYS):
        language = _COMPILERS.get(seen.value.partition(" ")[0])
        if language and seen.detail in {"", "or stops"} and seen.certainty is not Certainty.SWITCHED:
            near = (
                n for n in contents.kept if language_of(n) == language and (n.count("/") == 0 or n.startswith(("core/", "src/", "lib/")))
            )
            sources = tuple(sorted(near))[:200]
            shared = _shared_headers(contents, sources)
            return (Extension("", (language,), seen.certainty, seen.where, (*shared, *sources), perhaps=sources, made_by="command"),)
    return ()


_OWN_HEADER = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*[<"]([\w./+-]{1,100})[>"]', re.MULTILINE)


def _shared_headers(contents: Contents, sources: tuple[str, ...]) -> tuple[str, ...]:
    """Headers of the archive's own that more than half of the sources include."""
    counts: dict[str, int] = {}
    for source in sources:
        for name in {posixpath.basename(found.decode()) for found in _OWN_HEADER.findall(contents.kept[source][:20_000])}:
            counts[name] = counts.get(name, 0) + 1
    often = {name for name, count in counts.items() if count * 2 > len(sources)}
    return tuple(member for member in sorted(contents.kept) if posixpath.basename(member) in often)


def describe(contents: Contents, modules: Modules, facts: SetupFacts, environment: BuildEnvironment) -> None:
    """Put the extension modules among the facts; of one that is listed more than once, the surest counts."""
    made: dict[int, tuple[Ext, Certainty]] = {}
    for extension, certainty in modules.known:
        known = made.get(id(extension))
        if known is None or weaker(known[1], certainty) is known[1]:
            made[id(extension)] = (extension, certainty)
    without_cython = environment.finds("Cython.Distutils.build_ext") is False
    facts.extensions = tuple(_described(contents, *each, facts, without_cython=without_cython) for each in made.values())


def _described(contents: Contents, extension: Ext, how: Certainty, facts: SetupFacts, *, without_cython: bool) -> Extension:
    extension.name, extension.sources = settled(extension.name), settled(extension.sources)
    extension.options |= {key: settled(extension.options[key]) for key in _TOLD & extension.options.keys()}
    optional = extension.options.get("optional") is True and how is not Certainty.SWITCHED  # whether it is decided on or not
    certainty = Certainty.OPTIONAL if optional else how
    where = contents.where(extension.member, extension.line or None)
    sources, unsure = _split(extension.sources)
    libraries, perhaps_libraries = _split(extension.options.get("libraries"))
    folders, _ = _split(extension.options.get("include_dirs"))
    name = extension.name if isinstance(extension.name, str) else next(iter(_options(extension.name)), "?")
    sure = {_inside(source) for source in sources}
    paths = tuple(dict.fromkeys(_inside(source) for source in [*sources, *unsure]))
    if extension.kind == "setuptools" and without_cython:  # setuptools ``_convert_pyx_sources_to_lang``
        made_as = ".cpp" if extension.options.get("language") == "c++" else ".c"
        paths = tuple(path[:-4] + made_as if path.endswith(".pyx") else path for path in paths)
    described = Extension(
        name=name,
        languages=_languages(contents, extension, paths),
        certainty=certainty,
        seen_in=where,
        sources=paths,
        libraries=tuple(dict.fromkeys(libraries)),
        include_dirs=tuple(dict.fromkeys(_inside(folder) for folder in folders)),
        perhaps=tuple(path for path in paths if path not in sure) if sure else (),
        made_by=extension.kind,
    )
    later = weaker(certainty, Certainty.DECIDED_LATER)
    facts.libraries.extend(Seen(library, where, certainty, name) for library in dict.fromkeys(libraries))
    facts.libraries.extend(Seen(library, where, later, name) for library in dict.fromkeys(perhaps_libraries))
    _flags(extension, certainty, where, facts)
    if isinstance(text := extension.options.get("c_text"), str):
        facts.c_texts = (*facts.c_texts, (described, text))
    if extension.kind == "setuptools-rust":
        path = extension.options.get("path", "Cargo.toml")
        facts.rust = (*facts.rust, (_inside(path) if isinstance(path, str) else "Cargo.toml", certainty, where))
    if extension.kind == "cmake" and facts.cmake is None:
        facts.cmake = Seen(".", where, certainty)
    return described


def _flags(extension: Ext, certainty: Certainty, where: str, facts: SetupFacts) -> None:
    """Libraries and telling options among the flags for the compiler and the linker."""
    sure, unsure = _split(extension.options.get("extra_link_args"))
    compile_sure, compile_unsure = _split(extension.options.get("extra_compile_args"))
    for flags, how in (([*sure, *compile_sure], certainty), ([*unsure, *compile_unsure], weaker(certainty, Certainty.DECIDED_LATER))):
        for flag in flags:
            for word in flag.split():
                if word.startswith("-l") and word != "-l":
                    facts.libraries.append(Seen(word[2:], where, how, str(extension.name) if isinstance(extension.name, str) else ""))
                elif word in {"-fopenmp", "-openmp", "-qopenmp"}:
                    facts.marks.append(Seen("openmp", where, how))
                elif word.startswith(("-std=c++", "-std=gnu++")):
                    facts.marks.append(Seen(f"std:{word.partition('=')[2]}", where, how))


def _split(value: Any) -> tuple[list[str], list[str]]:
    """The texts of a list: those that surely are in it, and those that may be."""
    sure: list[str] = []
    unsure: list[str] = []
    if isinstance(value, str):
        return [str(value)], []
    if isinstance(value, Unknown):
        for option in value.options:
            first, second = _split(option)
            unsure.extend([*first, *second])
        return sure, unsure
    for item in value if isinstance(value, (list, tuple)) else ():
        inner = item.value if isinstance(item, Perhaps) else item
        if isinstance(inner, str):
            (unsure if isinstance(item, Perhaps) else sure).append(str(inner))
        elif isinstance(inner, Unknown):
            unsure.extend(str(option) for option in inner.options if isinstance(option, str))
    return sure, [item for item in unsure if item not in sure]


def texts(value: Any) -> list[str]:
    """The texts of a list, or the lines of a text."""
    value = settled(value)
    if isinstance(value, str):
        return [line.strip() for line in value.splitlines() if line.strip()]
    if isinstance(value, (list, tuple)):
        return [item for item in value if isinstance(item, str)]
    return []


def _options(value: Any) -> list[str]:
    return [option for option in value.options if isinstance(option, str)] if isinstance(value, Unknown) else []


def _inside(path: str) -> str:
    return path.removeprefix(FOLDER + "/").removeprefix("./")


def _languages(contents: Contents, extension: Ext, sources: tuple[str, ...]) -> tuple[str, ...]:
    """The languages that building the extension compiles; where its sources are listed as the build runs, those of the archive."""
    if extension.kind == "setuptools-rust":
        return ("rust",)
    languages = {language for source in sources if (language := language_of(source)) is not None}
    if extension.kind == "mypyc":
        languages.add("c")
    if extension.kind == "cython" and any(source.endswith(".py") for source in sources):
        languages.add("cython")
    if extension.kind in {"pybind11", "torch"} or extension.options.get("language") == "c++":
        languages.add("c++")
    elif not languages & {"c", "c++", "fortran", "rust", "go"} and extension.kind in {*_SETUPTOOLS, "cffi"}:
        there = {language_of(member) for member in contents.kept} if not sources and extension.kind in _SETUPTOOLS else set()
        languages.update({"c", "c++"} & there or {"c"})
    return tuple(sorted(languages))
