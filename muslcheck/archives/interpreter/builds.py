# ruff: noqa: ANN401 -- values of interpreted code are anything
"""Calls that declare what a build makes: setup(), Extension() and its kin, cythonize(), cffi, and hooks of known back ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty
from muslcheck.archives.interpreter.lazy import settled
from muslcheck.archives.interpreter.lists import MOST, append
from muslcheck.archives.interpreter.record import SetupCall
from muslcheck.archives.interpreter.values import (
    Ext,
    External,
    Func,
    Items,
    Klass,
    Perhaps,
    Unknown,
    weaker,
)
from muslcheck.archives.interpreter.world import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.archives.interpreter.machine import Machine

__all__ = ["BACKENDS", "BUILDS", "BUILDS_BY_LAST_NAME", "EXTENSION_CLASSES", "extension_kind", "ffi", "own_extension"]

EXTENSION_CLASSES = {
    "Extension": "setuptools",
    "CythonExtension": "cython",
    "Pybind11Extension": "pybind11",
    "RustExtension": "setuptools-rust",
    "RustBin": "setuptools-rust",
    "StrippedRustExtension": "setuptools-rust",
    "CMakeExtension": "cmake",
    "CppExtension": "torch",
    "CUDAExtension": "torch",
    "NumpyExtension": "setuptools",
    "MesonExtension": "meson",
    "GoExtension": "go",
    "SWIGExtension": "setuptools",
}
_CAUGHT_IN_VAIN = frozenset(
    {
        "ImportError", "ModuleNotFoundError", "IOError", "OSError", "FileNotFoundError", "KeyError", "AttributeError", "IndexError",
        "NameError", "TypeError", "ValueError", "UnicodeDecodeError", "UnicodeError", "CalledProcessError", "PermissionError",
        "EnvironmentError", "LookupError", "KeyboardInterrupt", "Exception", "CCompilerError", "CompileError", "DistutilsError",
        "DistutilsExecError", "DistutilsPlatformError", "LinkError", "DistutilsSetupError", "the exception at hand",
    }
)  # fmt: skip
"""Exceptions that do not come out of setup(): it turns those of a failing compiler into SystemExit (distutils ``core.run_commands``)."""
BACKENDS = ("setuptools.build_meta", "flit_core.", "hatchling.build", "poetry.core.", "pdm.backend")
"""Back ends that a project's own may hand on to, which add nothing to what they require."""
_SETUPS = 20
"""Calls of setup() that are kept."""


def extension_kind(klass: Klass) -> str | None:
    """What declares an extension of this class, or None where the class is none of an extension."""
    kinds = [EXTENSION_CLASSES[root.rpartition(".")[2]] for root in sorted(klass.roots()) if root.rpartition(".")[2] in EXTENSION_CLASSES]
    if not kinds:
        return None
    name = klass.name.lower()
    if kinds[0] != "setuptools":
        return kinds[0]
    return next((tool for tool in ("cmake", "meson", "rust", "bazel", "cargo") if tool in name), kinds[0])


def own_extension(machine: Machine, klass: Klass, kind: str, arguments: list[Any], named: dict[str, Any]) -> Ext:
    """An extension of a class that setup.py defines itself: its constructor is followed."""
    made = make_extension(machine, kind, arguments if not isinstance(klass.find("__init__"), Func) else arguments[:2], named)
    constructor = klass.find("__init__")
    if isinstance(constructor, Func):
        if arguments[1:2] and not isinstance(arguments[1], (list, tuple)):
            made.sources = Items((), machine.path)
        machine.call(constructor.bound(made, klass), arguments, named)
    return made


def make_extension(machine: Machine, kind: str, arguments: list[Any], named: dict[str, Any]) -> Ext:
    """Note a call of Extension(), of whichever kind."""
    positional = dict(
        zip(("name", "sources", "include_dirs", "define_macros", "undef_macros", "library_dirs", "libraries"), arguments, strict=False)
    )
    given = {**positional, **named}
    name = given.pop("name", given.pop("target", Unknown("a name")))
    made = Ext(
        kind,
        name,
        given.pop("sources", Items((), machine.path)),
        machine.line,
        machine.frame.member,
        given,
        machine.path,
        machine.certainty,
    )
    if kind == "setuptools-rust":
        made.sources = Items((), machine.path)
        if "path" not in given and len(arguments) > 1:
            made.options["path"] = arguments[1]
    if len(machine.record.extensions) < MOST:
        machine.record.extensions.append(made)
    return made


def _cythonized(machine: Machine, name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    """``cythonize()`` and ``mypycify()``: extensions pass through, names and patterns of files become extensions."""
    kind = "mypyc" if name.endswith("mypycify") else "cython"
    given = arguments[0] if arguments else named.get("module_list", named.get("paths", Unknown("modules")))
    made = Items((), machine.path)
    items = machine.iterate(given) if not isinstance(given, (str, Ext)) else [given]
    if items is None:
        made.append(Unknown("modules that are not known"))
        return made
    if kind == "mypyc":
        paths = [item for item in items if isinstance(item, str) and not item.startswith("-")]
        extension = make_extension(machine, kind, ["mypyc", Items(paths, machine.path)], {})
        return Items([extension], machine.path)
    for item in items:
        value = item.value if isinstance(item, Perhaps) else item
        if isinstance(value, str):
            found = machine.files.glob(value, recursive=True) if any(c in value for c in "*?[") else [value]
            for source in found if isinstance(found, list) else [value]:
                module = str(source).rsplit(".", 1)[0].removeprefix(FOLDER + "/").replace("/", ".")
                language = {key: named[key] for key in ("language",) if key in named}
                append(machine, made, make_extension(machine, kind, [module, Items([source], machine.path)], language))
        else:
            if isinstance(value, Ext) and value.kind == "setuptools":
                value.kind = kind
            if isinstance(value, Ext):
                _expand(machine, value)
            append(machine, made, item)
    return made


def _expand(machine: Machine, extension: Ext) -> None:
    """Patterns among the sources of an extension, which ``cythonize()`` replaces by the files that match."""
    sources = machine.iterate(settled(extension.sources)) or []
    if any(isinstance(source, str) and "*" in source for source in sources):
        found = [machine.files.glob(s, recursive=True) if isinstance(s, str) and "*" in s else [s] for s in sources]
        extension.sources = Items([source for each in found if isinstance(each, list) for source in each], machine.path)


def _setup(machine: Machine, name: str, _arguments: list[Any], named: dict[str, Any]) -> External | Unknown:
    if name.startswith(("logging", "django")):
        return Unknown(f"the result of {name}")
    if name.startswith("skbuild.") and "CMakeLists.txt" in machine.contents.names:
        named.setdefault("cmake_source_dir", ".")  # scikit-build's own setup() runs CMake, whether it is told where or not
    certainty = alone = machine.certainty
    caught = machine.caught
    if caught & {"SystemExit", "BaseException"} or caught - _CAUGHT_IN_VAIN:
        certainty = weaker(certainty, Certainty.OPTIONAL)
    if len(machine.record.setups) < _SETUPS:
        machine.record.setups.append(SetupCall(named, certainty, machine.line, machine.frame.member, caught, alone))
    return External("distribution()")


def ffi(machine: Machine, last: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    """``cffi.FFI()``: ``set_source`` declares an extension out of a C text."""
    if last in {"set_source", "set_source_pkgconfig"}:
        given = {**named, "name": arguments[0] if arguments else Unknown("a name")}
        text = arguments[-1] if len(arguments) > 1 else named.get("source", "")
        if last == "set_source_pkgconfig" and len(arguments) > 1:
            for package in machine.iterate(arguments[1]) or []:
                if isinstance(package, str):
                    machine.note(machine.record.programs, f"pkg-config {package}")
        if text is None:
            machine.abi_modes += 1
            return None
        made = make_extension(machine, "cffi", [], given)
        made.options["c_text"] = text
        return None
    if last in {"verifier", "distutils_extension", "verify"}:
        mine = [extension for extension in machine.record.extensions if extension.kind == "cffi"]
        if last == "verify":
            made = make_extension(machine, "cffi", [], {**named, "name": named.get("modulename", Unknown("a name"))})
            made.options["c_text"] = arguments[0] if arguments else ""
            return External("cffi.FFI()")
        return mine[-1] if mine else make_extension(machine, "cffi", [], named)
    return Unknown("cffi")


def _declared(machine: Machine, name: str, arguments: list[Any], named: dict[str, Any]) -> Ext:
    return make_extension(machine, EXTENSION_CLASSES[name.rpartition(".")[2]], arguments, named)


def _in_tree(machine: Machine, _name: str, arguments: list[Any], _named: dict[str, Any]) -> Items:
    """``pybind11.setup_helpers.intree_extensions()``: one extension for each path."""
    paths = machine.iterate(arguments[0] if arguments else ()) or []
    return Items([make_extension(machine, "pybind11", [path, Items([path], machine.path)], {}) for path in paths], machine.path)


def _handed_on(machine: Machine, name: str, _arguments: list[Any], _named: dict[str, Any]) -> Unknown:
    if name.startswith(BACKENDS):
        machine.record.handed_on.append(machine.certainty)
    return Unknown("a wheel's name")


def _asked(machine: Machine, name: str, _arguments: list[Any], _named: dict[str, Any]) -> Items | Unknown:
    return Items((), machine.path) if name.startswith(BACKENDS) else Unknown("what a back end requires")


def _all_cython(machine: Machine, _arguments: list[Any], _named: dict[str, Any]) -> Ext:
    """Cython's own command: every module that there is."""
    return make_extension(machine, "cython", ["", Items([name for name in sorted(machine.contents.names) if name.endswith(".pyx")])], {})


BUILDS: dict[str, Callable[[Any, list[Any], dict[str, Any]], Any]] = {
    "Cython.Build.Cythonize.main": _all_cython,
    "Cython.Build.Cythonize.cython_compile": _all_cython,
}
"""By full name."""
BUILDS_BY_LAST_NAME: dict[str, Callable[[Any, str, list[Any], dict[str, Any]], Any]] = {
    **dict.fromkeys(EXTENSION_CLASSES, _declared),
    **dict.fromkeys(("cythonize", "mypycify", "use_cython"), _cythonized),
    "FFI": lambda _m, _name, _a, _n: External("cffi.FFI()"),
    "Library": lambda m, _name, a, n: make_extension(m, "setuptools", a, n),
    "build_clib": lambda _m, _name, _a, _n: Unknown("a command"),
    "build_wheel": _handed_on,
    "get_requires_for_build_wheel": _asked,
    "intree_extensions": _in_tree,
    "setup": _setup,
}
"""By the last part of the name, wherever it was imported from: projects wrap and re-export these."""
