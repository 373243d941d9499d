# ruff: noqa: C901, PLR0912 -- one branch for each kind of build
"""An sdist read for its build: every reader of this room asked in turn, and their answers put together."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from muslcheck.archives.build_environment import BuildEnvironment, name_of
from muslcheck.archives.build_system import LEGACY_BACKEND, backend_kind, in_tree_kind, read_build_system, read_pyproject, refusals
from muslcheck.archives.cargo import read_cargo
from muslcheck.archives.carried import unless_carried
from muslcheck.archives.cmake import read_cmake
from muslcheck.archives.container import beside, language_of
from muslcheck.archives.csource import SourceFacts, read_sources
from muslcheck.archives.facts import Certainty, Extension, SdistFacts, Seen, Tree
from muslcheck.archives.hints import read_hints
from muslcheck.archives.in_tree import read_in_tree
from muslcheck.archives.layout import only_tables, refused_layout
from muslcheck.archives.meson import read_meson
from muslcheck.archives.probes import probed_headers
from muslcheck.archives.sdist_metadata import metadata_in
from muslcheck.archives.setup_commands import names_of_commands
from muslcheck.archives.setup_facts import SetupFacts
from muslcheck.archives.setup_py import read_commands, read_script, read_setup_py
from muslcheck.archives.sip import read_sip
from muslcheck.archives.witness import once

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.archives.container import Contents
    from muslcheck.archives.facts import BuildSystem
    from muslcheck.words.target import Target

__all__ = ["inspect"]

_T = TypeVar("_T")

_SCONS_BUILDS = re.compile(r"\b(SharedLibrary|LoadableModule|SharedObject|StaticLibrary)\s*\(")
_PROGRAM_TREES = {
    "cmake": "cmake",
    "cmake3": "cmake",
    "cargo": "cargo",
    "make": "make",
    "gmake": "make",
    "meson": "meson",
    "go": "go",
    "bazel": "bazel",
    "bazelisk": "bazel",
}


def inspect(contents: Contents, target: Target) -> SdistFacts:
    """What an opened sdist says about its build on a target."""
    pyproject = read_pyproject(contents) or {}
    system = read_build_system(contents)
    kind = in_tree_kind(contents, system) if system.backend_path else backend_kind(system.backend)
    setup = SetupFacts()
    lost: list[Seen] = []
    """Readers that were lost in what they read."""
    mine: SetupFacts | None = None
    if system.backend_path:
        followed = _kept(partial(read_in_tree, contents, target, system), None, system.seen_in, [])
        if followed is not None:
            system = replace(system, added=(*system.added, *followed[0]), followed=True)
            mine = followed[1]
        elif backend_kind(system.backend) in _PURE | {"setuptools"}:
            system = replace(system, followed=True)  # a known back end that builds itself
    commands = names_of_commands(contents) if kind == "setuptools" else {}
    if kind == "setuptools" and ("setup.py" in contents.names or commands or _declared(pyproject)):
        on_path = system.backend == LEGACY_BACKEND or bool(system.backend_path)
        environment = BuildEnvironment(contents, target, (*system.requires, *system.added), folder_on_path=on_path)
        if "setup.py" in contents.names:
            setup = _kept(partial(read_setup_py, contents, target, environment), setup, contents.where("setup.py"), lost)
        elif commands:
            setup = _kept(partial(read_commands, contents, target, environment), setup, system.seen_in, lost)
        known = {*system.requires, *system.added}
        system = replace(system, added=(*system.added, *(text for text in setup.setup_requires if text not in known)))
    layout = _layout(contents, pyproject, system, setup, target) if kind == "setuptools" and mine is None else None
    system = replace(system, declarative=not system.backend_path and _only_tables(contents, pyproject, kind, system))
    for script in _hook_scripts(contents, pyproject, kind):
        environment = BuildEnvironment(contents, target, system.requires, folder_on_path=True)
        setup = _kept(partial(read_script, contents, target, environment, script), setup, contents.where(script), lost)
    if mine is not None:  # what the back end itself runs and links comes before what it hands on to
        setup = replace(
            setup,
            libraries=[*mine.libraries, *setup.libraries],
            programs=[*mine.programs, *setup.programs],
            downloads=[*mine.downloads, *setup.downloads],
            marks=[*mine.marks, *setup.marks],
            raises=[*mine.raises, *setup.raises],
        )
    extensions = (*(mine.extensions if mine is not None else ()), *setup.extensions, *_declared_extensions(contents, pyproject, kind))
    nothing: tuple[tuple[Tree, ...], tuple[Seen, ...]] = ((), ())
    trees, downloads = _kept(partial(_trees, contents, pyproject, kind, system, setup), nothing, system.seen_in, lost)
    brought = frozenset(filter(None, map(name_of, (*system.requires, *system.added))))
    done = contents.parsed.setdefault(repr((extensions, setup.c_texts, sorted(brought))), [])
    sources = _kept(
        lambda: once(target, done, lambda one: read_sources(contents, one, extensions, setup.c_texts, brought)),
        SourceFacts(),
        contents.where(""),
        lost,
    )
    extensions = tuple(_spoken(extension, sources.languages.get(extension.name, set())) for extension in extensions)
    if not extensions and any(seen.value.startswith(_MADE_LATER) for seen in setup.unread):
        perhaps: list[Seen] = _kept(partial(_perhaps, contents, target, brought), [], contents.where(""), lost)
        sources = replace(sources, headers=[*sources.headers, *perhaps])  # a new one: others are given what was read, too
    qmake, qt = read_sip(contents) if kind == "sip" else ((), ())
    probed = probed_headers(contents) if kind == "setuptools" else ()
    return SdistFacts(
        filename=contents.filename,
        build_system=system,
        metadata=metadata_in(contents, lambda: setup.requires),
        extensions=extensions,
        trees=trees,
        headers=tuple(dict.fromkeys([*sources.headers, *probed])),
        libraries=tuple(dict.fromkeys(unless_carried([*setup.libraries, *sources.libraries, *qt], contents))),
        programs=tuple(dict.fromkeys([*setup.programs, *qmake])),
        imports=tuple(dict.fromkeys(setup.imports)),
        raises=(*refusals(contents), *dict.fromkeys(setup.raises), *([layout] if layout is not None else [])),
        downloads=tuple(dict.fromkeys([*setup.downloads, *downloads])),
        marks=tuple(dict.fromkeys([*setup.marks, *sources.marks])),
        hints=read_hints(contents, pyproject),
        source_files=tuple(sorted(contents.counts.items())),
        unread=tuple(dict.fromkeys([*lost, *setup.unread, *_unknown_backend(contents, kind, system)])),
    )


def _only_tables(contents: Contents, pyproject: dict[str, Any], kind: str, system: BuildSystem) -> bool:
    """Whether the back end is a known one that runs no code of the project's."""
    if kind == "setuptools":
        return only_tables(contents, pyproject, (*system.requires, *system.added))
    return kind in _PURE and not (_hooks(pyproject, kind) or _hook_scripts(contents, pyproject, kind))


def _layout(contents: Contents, pyproject: dict[str, Any], system: BuildSystem, setup: SetupFacts, target: Target) -> Seen | None:
    """Why setuptools refuses the layout of the archive, where it comes to look for packages."""
    requires = (*system.requires, *system.added)
    stops = any(seen.certainty is Certainty.ALWAYS for seen in (*setup.raises, *setup.imports))
    if stops or not BuildEnvironment(contents, target, requires, folder_on_path=False).takes_setuptools(61):
        return None
    if "setup.py" not in contents.names:
        return refused_layout(contents, pyproject, {}, requires, system.seen_in)
    if setup.keywords is None:
        return None
    return refused_layout(contents, pyproject, setup.keywords, requires, contents.where("setup.py"))


def _kept(work: Callable[[], _T], otherwise: _T, where: str, lost: list[Seen]) -> _T:
    """What a reader answers; where it is lost in what it reads, that is said, and the other readers' answers stand."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 -- whatever a stranger wrote must not end the run
        lost.append(Seen(f"the reader was lost ({type(error).__name__})", where, Certainty.DECIDED_LATER))
        return otherwise


_MADE_LATER = "extension modules are decided"
"""How a reading begins that found extension modules, and not which."""
_MOST_SOURCES = 200


def _perhaps(contents: Contents, target: Target, brought: frozenset[str]) -> list[Seen]:
    """Headers that the sources of an sdist include of which it is not known which are compiled: each of them is needed perhaps."""
    sources = tuple(name for name in sorted(contents.kept) if language_of(name) in {"c", "c++", "cython"} and not beside(name))
    all_of_them = Extension("", ("c",), Certainty.DECIDED_LATER, contents.where(""), sources[:_MOST_SOURCES])
    done = contents.parsed.setdefault(repr((all_of_them, sorted(brought))), [])
    read: SourceFacts = once(target, done, lambda one: read_sources(contents, one, (all_of_them,), (), brought))
    return read.headers


_PURE = frozenset({"flit", "hatchling", "poetry", "pdm", "uv", "whey", "trampolim"})
_NATIVE = frozenset(
    {"setuptools", "maturin", "scikit-build-core", "meson-python", "py-build-cmake", "sip", "enscons", "pymsbuild", "bazel", "zig"}
)


def _unknown_backend(contents: Contents, kind: str, system: BuildSystem) -> list[Seen]:
    """A back end that is not known, or one whose hook builds: what it does was not read."""
    if kind not in _PURE | _NATIVE:
        return [Seen(f"the back end {system.backend} is not known", system.seen_in, Certainty.DECIDED_LATER)]
    pyproject = read_pyproject(contents) or {}
    if _hook_scripts(contents, pyproject, kind):
        return []
    return [Seen(f"a build hook: {name}", system.seen_in, Certainty.DECIDED_LATER) for name in _hooks(pyproject, kind)]


def _hooks(pyproject: dict[str, Any], kind: str) -> list[str]:
    """Build hooks and scripts of pure back ends: code that the build runs."""
    tool = _table(pyproject, "tool")
    if kind == "hatchling":
        return [name for name in _hatch_hooks(pyproject) if name not in _HATCH_NATIVE and name not in _HATCH_HARMLESS]
    if kind == "poetry":
        build = _table(tool, "poetry").get("build")
        script = build if isinstance(build, str) else build.get("script") if isinstance(build, dict) else None
        return [str(script)] if script else []
    if kind == "pdm":
        build = _table(_table(tool, "pdm"), "build")
        return [str(build[key]) for key in ("run-setuptools", "custom-hook") if build.get(key)]
    return []


_HATCH_NATIVE = {
    "mypyc": ("c",),
    "cython": ("c", "cython"),
    "scikit-build": ("c", "c++"),
    "cmake": ("c", "c++"),
    "rust": ("rust",),
    "zig": ("zig",),
    "ziglang": ("zig",),
    "gradle": (),
}
"""Build hooks of hatchling that compile, by name (hatch-mypyc, hatch-cython, scikit-build-core ...)."""


_HATCH_HARMLESS = frozenset(
    {"version", "vcs", "jupyter-builder", "build-scripts", "fancy-pypi-readme", "requirements_txt", "openzim-bootstrap"}
)


def _hatch_hooks(pyproject: dict[str, Any]) -> list[str]:
    build = _table(_table(_table(pyproject, "tool"), "hatch"), "build")
    wheel = _table(_table(build, "targets"), "wheel")
    return [
        name
        for table in (build, wheel)
        for name, hook in _table(table, "hooks").items()
        if not (isinstance(hook, dict) and hook.get("enable-by-default") is False)
    ]


def _hook_scripts(contents: Contents, pyproject: dict[str, Any], kind: str) -> list[str]:
    """Python files that a pure back end runs while it builds a wheel."""
    found: list[str] = []
    tool = _table(pyproject, "tool")
    if kind == "hatchling" and "custom" in _hatch_hooks(pyproject):
        build = _table(_table(tool, "hatch"), "build")
        for table in (build, _table(_table(build, "targets"), "wheel")):
            custom = _table(_table(table, "hooks"), "custom")
            found.append(str(custom.get("path", "hatch_build.py")) if custom or "custom" in _table(table, "hooks") else "")
    elif kind == "poetry":
        found.extend(_hooks(pyproject, kind))
    elif kind == "pdm":
        custom = _table(_table(tool, "pdm"), "build").get("custom-hook", "pdm_build.py")
        found.append(custom if isinstance(custom, str) else "")
    return [member for name in found if name and (member := posixpath.normpath(name)) in contents.kept][:2]


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def _declared(pyproject: dict[str, Any]) -> bool:
    return bool(_table(_table(pyproject, "tool"), "setuptools").get("ext-modules"))


def _declared_extensions(contents: Contents, pyproject: dict[str, Any], kind: str) -> tuple[Extension, ...]:
    """``[[tool.setuptools.ext-modules]]`` and ``[[tool.setuptools-rust.ext-modules]]``."""
    if kind == "hatchling":
        hooks = _hatch_hooks(pyproject)
        where = contents.where("pyproject.toml")
        return tuple(Extension("", _HATCH_NATIVE[name], Certainty.ALWAYS, where, made_by=name) for name in hooks if name in _HATCH_NATIVE)
    if kind != "setuptools":
        return ()
    where = contents.where("pyproject.toml")
    made: list[Extension] = []
    listed = _table(_table(pyproject, "tool"), "setuptools").get("ext-modules")
    for table in listed if isinstance(listed, list) else ():
        if isinstance(table, dict):
            sources = _texts(table.get("sources"))
            languages = {found for source in sources if (found := language_of(source))} or {"c"}
            certainty = Certainty.OPTIONAL if table.get("optional") is True else Certainty.ALWAYS
            libraries, folders = _texts(table.get("libraries")), _texts(table.get("include-dirs"))
            made.append(Extension(str(table.get("name", "?")), tuple(sorted(languages)), certainty, where, sources, libraries, folders))
    return tuple(made)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _spoken(extension: Extension, more: set[str]) -> Extension:
    return (
        replace(extension, languages=tuple(sorted({*extension.languages, *more} - ({"c"} if "c++" in more else set()))))
        if more
        else extension
    )


def _trees(
    contents: Contents, pyproject: dict[str, Any], kind: str, system: BuildSystem, setup: SetupFacts
) -> tuple[tuple[Tree, ...], tuple[Seen, ...]]:
    """Native build trees that the build is known to go into."""
    trees: dict[tuple[str, str], Tree] = {}
    downloads: list[Seen] = []

    def keep(tree: Tree | None) -> None:
        if tree is not None and (tree.tool, tree.seen_in) not in trees:
            trees[tree.tool, tree.seen_in] = tree

    def keep_cmake(folder: str, certainty: Certainty, within: Certainty = Certainty.ALWAYS) -> None:
        found = read_cmake(contents, folder, certainty, within)
        if found is not None:
            keep(found[0])
            downloads.extend(found[1])
        else:
            keep(Tree("cmake", system.seen_in, certainty))

    tool = _table(pyproject, "tool")
    if kind == "maturin":
        path = _table(tool, "maturin").get("manifest-path")
        member = posixpath.normpath(path) if isinstance(path, str) else "Cargo.toml"
        features = _texts(_table(tool, "maturin").get("features"))
        keep(read_cargo(contents, member, Certainty.ALWAYS, features) or Tree("cargo", system.seen_in, Certainty.ALWAYS, ("rust",)))
    elif kind in {"scikit-build-core", "py-build-cmake"}:
        source = _table(_table(tool, "scikit-build"), "cmake").get("source-dir") or _table(_table(tool, "py-build-cmake"), "cmake").get(
            "source_path"
        )
        keep_cmake(source if isinstance(source, str) else ".", Certainty.ALWAYS)
    elif kind == "meson-python":
        keep(read_meson(contents, Certainty.ALWAYS) or Tree("meson", system.seen_in, Certainty.ALWAYS))
    elif kind == "enscons" and (match := _SCONS_BUILDS.search(contents.text("SConstruct") or "")):
        line = (contents.text("SConstruct") or "").count("\n", 0, match.start()) + 1
        keep(Tree("scons", contents.where("SConstruct", line), Certainty.ALWAYS, tuple(sorted(contents.counts)) or ("c",)))
    if setup.cmake is not None:
        folder, within = (setup.cmake.value, Certainty.ALWAYS) if setup.cmake.value != "." else _cmake_folder(contents)
        keep_cmake(folder, setup.cmake.certainty, within)
    for member, certainty, where in setup.rust:
        keep(read_cargo(contents, member, certainty) or Tree("cargo", where, certainty, ("rust",)))
    rust = _table(tool, "setuptools-rust")
    for key in ("ext-modules", "bins"):
        listed = rust.get(key)
        tables = [table for table in (listed if kind == "setuptools" and isinstance(listed, list) else []) if isinstance(table, dict)]
        for stated in tables:
            path = stated.get("path", "Cargo.toml")
            certainty = Certainty.OPTIONAL if stated.get("optional") is True else Certainty.ALWAYS
            keep(read_cargo(contents, posixpath.normpath(str(path)), certainty) or Tree("cargo", system.seen_in, certainty, ("rust",)))
    for seen in setup.programs:
        name = posixpath.basename(seen.value.partition(" ")[0])
        if seen.detail not in {"", "or stops"} or seen.certainty is Certainty.SWITCHED:
            continue
        if name in {"configure", "autogen.sh", "bootstrap.sh", "bootstrap"}:
            keep(Tree("autoconf", seen.where, seen.certainty, ("c",)))
        elif _PROGRAM_TREES.get(name) == "cmake":
            if not any(t.tool == "cmake" for t in trees.values()):
                folder, within = _cmake_folder(contents)
                keep_cmake(folder, seen.certainty, within)
        elif _PROGRAM_TREES.get(name) == "cargo":
            keep(
                read_cargo(contents, _shallowest(contents, "Cargo.toml"), seen.certainty)
                or Tree("cargo", seen.where, seen.certainty, ("rust",))
            )
        elif name in _PROGRAM_TREES:
            keep(Tree(_PROGRAM_TREES[name], seen.where, seen.certainty, ("go",) if name == "go" else ()))
    return tuple(trees.values()), tuple(downloads)


def _cmake_folder(contents: Contents) -> tuple[str, Certainty]:
    """Where CMake begins: at the top, else in a folder that setup.py speaks of, else in the shallowest; and how sure that is."""
    folders = {posixpath.dirname(name) for name in contents.names if posixpath.basename(name) == "CMakeLists.txt"}
    tops = sorted(folder for folder in folders if not any(folder.startswith(f"{other}/" if other else "") for other in folders - {folder}))
    setup = contents.text("setup.py") or ""
    spoken = [folder for folder in tops if f"'{folder}'" in setup or f'"{folder}"' in setup]
    likely = spoken or tops
    return min(likely, key=lambda folder: (folder.count("/"), folder), default="."), (
        Certainty.ALWAYS if len(likely) == 1 else Certainty.DECIDED_LATER
    )


def _shallowest(contents: Contents, base: str) -> str:
    return min((n for n in contents.names if n == base or n.endswith(f"/{base}")), key=lambda n: (n.count("/"), n), default=base)
