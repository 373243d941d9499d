# ruff: noqa: ANN401, C901, PLR0911, PLR0912, PLR2004 -- values of interpreted code are anything; one branch for each kind of call
"""What calls in setup.py come to: setup() and Extension() themselves, the standard library over the archive, programs and downloads."""

from __future__ import annotations

import posixpath
import re
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty
from muslcheck.archives.operations import attribute_of, known, together
from muslcheck.archives.values import (
    SOME_KEY,
    Ext,
    External,
    FileHandle,
    Func,
    Instance,
    Items,
    Klass,
    PathText,
    Perhaps,
    Unknown,
    merge,
    weaker,
)
from muslcheck.archives.world import FOLDER, as_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.archives.interpreter import Machine

__all__ = ["SET_BY_THE_SYSTEM", "bounded", "extend", "extension_kind", "external", "inherited", "method", "own_extension", "remove"]

_LONG = 1_000_000
_MANY = 5_000
_RUNNERS = frozenset(
    {
        "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen",
        "subprocess.getoutput", "subprocess.getstatusoutput", "os.system", "os.popen", "commands.getoutput",
        "commands.getstatusoutput", "distutils.spawn.spawn", "os.execvp", "os.spawnlp", "sh.Command",
        "setuptools.command.build_ext.spawn", "distutils.cmd.spawn",
    }
)  # fmt: skip
_FINDERS = frozenset({"shutil.which", "distutils.spawn.find_executable", "spawn.find_executable"})
_FETCHERS = frozenset(
    {
        "urllib.request.urlopen", "urllib.request.urlretrieve", "urllib2.urlopen", "urllib.urlretrieve", "urllib.urlopen",
        "requests.get", "httpx.get", "wget.download", "urllib.request.Request", "six.moves.urllib.request.urlopen",
        "six.moves.urllib.request.urlretrieve",
    }
)  # fmt: skip
_EXTENSION_CLASSES = {
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
SET_BY_THE_SYSTEM = frozenset({"PATH", "HOME", "USER", "PWD", "LANG", "TMPDIR", "SHELL", "HOSTNAME", "PYTHON_VERSION"})
"""Environment variables that a container has though nobody asked for them."""
_CAUGHT_IN_VAIN = frozenset(
    {
        "ImportError", "ModuleNotFoundError", "IOError", "OSError", "FileNotFoundError", "KeyError", "AttributeError", "IndexError",
        "NameError", "TypeError", "ValueError", "UnicodeDecodeError", "UnicodeError", "CalledProcessError", "PermissionError",
        "EnvironmentError", "LookupError", "KeyboardInterrupt", "Exception", "CCompilerError", "CompileError", "DistutilsError",
        "DistutilsExecError", "DistutilsPlatformError", "LinkError", "DistutilsSetupError", "the exception at hand",
    }
)  # fmt: skip
"""Exceptions that do not come out of setup(): it turns those of a failing compiler into SystemExit (distutils ``core.run_commands``)."""
_MISSING_PROGRAM = frozenset({"OSError", "IOError", "EnvironmentError", "FileNotFoundError", "Exception", "BaseException"})
_SEVERAL = frozenset({"cythonize", "mypycify", "use_cython"})
_STRING_METHODS = frozenset(
    {
        "strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "startswith", "endswith", "split", "rsplit",
        "splitlines", "partition", "rpartition", "find", "rfind", "count", "isdigit", "isalpha", "isspace", "isdecimal",
        "removeprefix", "removesuffix", "casefold",
    }
)  # fmt: skip
_SET_UPDATES = frozenset({"difference_update", "intersection_update", "symmetric_difference_update"})
_BACKENDS = ("setuptools.build_meta", "flit_core.", "hatchling.build", "poetry.core.", "pdm.backend")
"""Back ends that a project's own may hand on to, which add nothing to what they require."""
_SET_METHODS = frozenset({"union", "difference", "intersection", "symmetric_difference", "issubset", "issuperset", "isdisjoint"})
_FORMAT_RISK = re.compile(r"\{[^{}]*[:!.\[][^{}]*\}|\{[^{}]*\{")


def bounded(text: str) -> str | Unknown:
    """A text, unless it grew beyond what setup.py has a use for."""
    return text if len(text) <= _LONG else Unknown("too long")


def extend(machine: Machine, items: Items, more: Any) -> None:
    """``items.extend(more)``, with the branch that it happens on."""
    new = machine.iterate(more)
    for item in new if new is not None else [Unknown("items that are not known")]:
        append(machine, items, item)


def append(machine: Machine, items: Items, item: Any) -> None:
    """``items.append(item)``, with the branch that it happens on."""
    if len(items) >= _MANY:
        return
    certainty = machine.since(items.born)
    if certainty is Certainty.ALWAYS:
        items.append(item)
    elif isinstance(item, Perhaps):
        items.append(Perhaps(item.value, weaker(certainty, item.certainty)))
    else:
        items.append(Perhaps(item, certainty))


def remove(machine: Machine, items: Items, index: int) -> None:
    """``del items[index]``, with the branch that it happens on."""
    certainty = machine.since(items.born)
    if certainty is Certainty.ALWAYS:
        del items[index]
    elif not isinstance(items[index], Perhaps):
        items[index] = Perhaps(items[index], certainty)


# ---- extension modules -------------------------------------------------------------------------------------------


def extension_kind(klass: Klass) -> str | None:
    """What declares an extension of this class, or None where the class is none of an extension."""
    kinds = [_EXTENSION_CLASSES[root.rpartition(".")[2]] for root in sorted(klass.roots()) if root.rpartition(".")[2] in _EXTENSION_CLASSES]
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
        machine.call_function(
            Func(constructor.node, constructor.frame, constructor.defaults, made, constructor.owner or klass), arguments, named
        )
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
    if len(machine.record.extensions) < _MANY:
        machine.record.extensions.append(made)
    return made


def _cythonized(machine: Machine, kind: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    """``cythonize()`` and ``mypycify()``: extensions pass through, names and patterns of files become extensions."""
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
            append(machine, made, item)
    return made


# ---- functions of modules ----------------------------------------------------------------------------------------


def external(machine: Machine, name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    """The result of calling something out of a module that is not interpreted."""
    last = name.rpartition(".")[2]
    if last == "setup" and not name.startswith(("logging", "django")):
        if name.startswith("skbuild.") and "CMakeLists.txt" in machine.contents.names:
            named.setdefault("cmake_source_dir", ".")  # scikit-build's own setup() runs CMake, whether it is told where or not
        _setup(machine, named, arguments)
        return External("distribution()")
    if name in machine.answers or f"{name}()" in machine.answers:
        return machine.answers.get(f"{name}()", machine.answers.get(name))
    if last in _EXTENSION_CLASSES:
        return make_extension(machine, _EXTENSION_CLASSES[last], arguments, named)
    if last in _SEVERAL:
        return _cythonized(machine, "mypyc" if last == "mypycify" else "cython", arguments, named)
    if last == "intree_extensions":
        return Items(
            [
                make_extension(machine, "pybind11", [path, Items([path], machine.path)], {})
                for path in machine.iterate(arguments[0] if arguments else ()) or []
            ],
            machine.path,
        )
    if name in _RUNNERS:
        return _run(machine, arguments, named)
    if last == "build_wheel" and name.startswith(_BACKENDS):
        machine.record.handed_on.append(machine.certainty)
        return Unknown("a wheel's name")
    if last == "get_requires_for_build_wheel" and name.startswith(_BACKENDS):
        return Items((), machine.path)
    if name in {"Cython.Build.Cythonize.main", "Cython.Build.Cythonize.cython_compile"}:
        return make_extension(machine, "cython", ["", Items([n for n in sorted(machine.contents.names) if n.endswith(".pyx")])], {})
    if name in _FINDERS:
        program = arguments[0] if arguments else ""
        if isinstance(program, str) and program:
            machine.note(
                machine.record.programs, program[:200], certainty=weaker(machine.certainty, Certainty.DECIDED_LATER), detail="looked for"
            )
        return Unknown("where a program is")
    if name in _FETCHERS:
        address = arguments[0] if arguments else named.get("url", "")
        machine.note(machine.record.downloads, address[:500] if isinstance(address, str) else "", detail=name)
        return Unknown("a download")
    if name in {"sys.exit", "exit", "quit", "os._exit"}:
        _exit(machine, arguments)
    if name.startswith("pkgconfig."):
        package = arguments[0] if arguments else ""
        machine.note(
            machine.record.programs,
            f"pkg-config {package}" if isinstance(package, str) else "pkg-config",
            certainty=_tried(machine, machine.certainty),
        )
        return Unknown("what pkg-config says")
    function = _FUNCTIONS.get(name) or _FUNCTIONS.get(name.replace("io.open", "open").replace("codecs.open", "open"))
    if function is not None:
        return function(machine, arguments, named)
    if name == "super":
        return External("super()")
    if name == "contextlib.suppress":
        return External("contextlib.suppress()")
    if last == "FFI":
        return External("cffi.FFI()")
    if name.startswith("cffi.FFI()"):
        return _ffi(machine, last, arguments, named)
    if name.startswith("os.environ."):
        machine.touched = True
        return _environment(last, arguments, named)
    if last in {"Library", "build_clib"}:
        return make_extension(machine, "setuptools", arguments, named) if last == "Library" else Unknown("a command")
    return External(f"{name}()") if not name.endswith("()") and last[:1].isupper() else Unknown(f"the result of {name}")


def _setup(machine: Machine, named: dict[str, Any], arguments: list[Any]) -> None:
    del arguments
    certainty = machine.certainty
    caught = frozenset().union(*machine.guards)
    if caught & {"SystemExit", "BaseException"} or caught - _CAUGHT_IN_VAIN:
        certainty = weaker(certainty, Certainty.OPTIONAL)
    if len(machine.record.setups) < 20:
        machine.record.setups.append((named, certainty, machine.line, machine.frame.member, caught))


def _exit(machine: Machine, arguments: list[Any]) -> None:
    from muslcheck.archives.interpreter import Raised

    said = arguments[0] if arguments else ""
    message = said if isinstance(said, str) else f"status {said}" if isinstance(said, int) else ""
    raise Raised(
        ("SystemExit",), f"exits: {message}"[:500] if message else "exits", machine.contents.where(machine.frame.member, machine.line)
    )


def _run(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Unknown:
    """A program that is run: its name, and for pkg-config the packages it is asked for."""
    command = arguments[0] if arguments else named.get("args", named.get("command", ""))
    options = command.options if isinstance(command, Unknown) and command.options else (command,)
    for option in options:
        if _runs_own_script(machine, option):
            continue
        words = _words(option)
        if not words:
            machine.note(
                machine.record.programs,
                "",
                certainty=weaker(machine.certainty, Certainty.DECIDED_LATER),
                detail="a program that is named at run time",
            )
            continue
        certainty = machine.certainty if len(options) == 1 else weaker(machine.certainty, Certainty.DECIDED_LATER)
        machine.note(machine.record.programs, _program(words), certainty=_tried(machine, certainty))
    return Unknown("what a program says")


def _runs_own_script(machine: Machine, command: Any) -> bool:
    """``[sys.executable, "script.py", ...]``: a script of the sdist's own is interpreted where it is run."""
    if not (
        isinstance(command, (list, tuple)) and len(command) > 1 and isinstance(command[0], External) and command[0].name == "sys.executable"
    ):
        return False
    member = machine.files.inside(command[1])
    if member is None or not member.endswith(".py") or member not in machine.contents.names or member in machine.scripts:
        return False
    machine.scripts.add(member)
    argv, machine.argv = machine.argv, [word for word in command[1:] if isinstance(word, str)]
    before, line = len(machine.record.raises), machine.line
    machine.run(member)
    machine.argv, machine.line = argv, line
    machine.record.raises[before:] = [
        replace(seen, certainty=weaker(seen.certainty, Certainty.DECIDED_LATER)) for seen in machine.record.raises[before:]
    ]
    return True


def _tried(machine: Machine, certainty: Certainty) -> Certainty:
    """The certainty of running a program, given what is caught around the place."""
    return weaker(certainty, Certainty.OPTIONAL) if frozenset().union(*machine.guards) & _MISSING_PROGRAM else certainty


def _words(command: Any) -> list[str]:
    if isinstance(command, str):
        try:
            return shlex.split(command)[:60] if len(command) < 10_000 else []
        except ValueError:
            return command.split()[:60]
    if isinstance(command, (list, tuple)):
        first = command[0] if command else None
        if isinstance(first, str) and not isinstance(first, PathText) and len(command) == 1 and " " in first:
            return first.split()
        return [item if isinstance(item, str) else "?" for item in command[:60]] if isinstance(first, str) else []
    return []


def _program(words: list[str]) -> str:
    while len(words) > 1 and re.fullmatch(r"[A-Z_]+=.*|env|sudo", words[0]):
        words = words[1:]
    name = words[0] if words[0].startswith(("./", "/", "..")) else posixpath.basename(words[0])
    if name in {"pkg-config", "pkgconf"}:
        packages = [w for w in words[1:] if not w.startswith("-") and re.fullmatch(r"[A-Za-z][\w.+-]*", w)]
        return " ".join([name, *packages])
    return name[:200]


def _environment(last: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    """``os.environ``: nothing that a project asks for is set in a plain install; what the system sets is not known."""
    key = arguments[0] if arguments else named.get("key")
    if isinstance(key, str) and key in SET_BY_THE_SYSTEM:
        return Unknown("an environment variable")
    if last in {"get", "getenv", "pop"}:
        return arguments[1] if len(arguments) > 1 else named.get("default")
    if last == "setdefault":
        return arguments[1] if len(arguments) > 1 else None
    if last in {"copy", "keys", "items", "values"}:
        return Unknown("the environment")
    return Unknown("the environment")


def _ffi(machine: Machine, last: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    """``cffi.FFI()``: ``set_source`` declares an extension out of a C text."""
    if last in {"set_source", "set_source_pkgconfig"}:
        given = {**named, "name": arguments[0] if arguments else Unknown("a name")}
        text = arguments[-1] if len(arguments) > 1 else named.get("source", "")
        if last == "set_source_pkgconfig" and len(arguments) > 1:
            for package in machine.iterate(arguments[1]) or []:
                if isinstance(package, str):
                    machine.note(machine.record.programs, f"pkg-config {package}")
        if text is None:
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


# ---- builtins and the standard library ---------------------------------------------------------------------------


def _join(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    if all(isinstance(part, str) for part in arguments) and arguments:
        return bounded(posixpath.join(*arguments))
    unknown = [part for part in arguments if isinstance(part, Unknown)]
    if len(unknown) == 1 and unknown[0].options:
        made = [_join(machine, [option if part is unknown[0] else part for part in arguments], {}) for option in unknown[0].options[:8]]
        return Unknown("a path", tuple(m for m in made if isinstance(m, str)))
    return Unknown("a path")


def _path(function: Callable[[str], Any]) -> Callable[..., Any]:
    def call(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
        if arguments and isinstance(arguments[0], str):
            return function(arguments[0])
        if arguments and isinstance(arguments[0], Unknown) and arguments[0].options:
            return Unknown("a path", tuple(function(o) for o in arguments[0].options if isinstance(o, str)))
        return Unknown("a path")

    return call


def _absolute(path: str) -> str:
    return posixpath.normpath(posixpath.join(FOLDER, path))


def _relative(_machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    start = arguments[1] if len(arguments) > 1 else named.get("start", FOLDER)
    if arguments and isinstance(arguments[0], str) and isinstance(start, str):
        return posixpath.relpath(_absolute(arguments[0]), _absolute(start))
    return Unknown("a path")


def _open(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    from muslcheck.archives.interpreter import Raised

    path = arguments[0] if arguments else named.get("file")
    mode = arguments[1] if len(arguments) > 1 else named.get("mode", "r")
    inside = machine.files.inside(path)
    if (
        inside is not None
        and isinstance(mode, str)
        and not set(mode) & set("wax+")
        and inside not in machine.contents.names
        and inside not in machine.written
    ):
        where = machine.contents.where(machine.frame.member, machine.line)
        raise Raised(("FileNotFoundError", "OSError", "IOError"), f"FileNotFoundError: {inside} is not in the sdist", where)
    if inside is not None and isinstance(mode, str) and set(mode) & set("wax"):
        machine.written.add(inside)
    return FileHandle(inside if inside in machine.contents.names and inside not in machine.written else None)


def _isinstance(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    if len(arguments) != 2 or isinstance(arguments[0], (Unknown, External)):
        return Unknown("isinstance")
    kinds = arguments[1] if isinstance(arguments[1], tuple) else (arguments[1],)
    names = {kind.name for kind in kinds if isinstance(kind, External)}
    plain = {"str": str, "int": int, "list": list, "tuple": tuple, "dict": dict, "bool": bool, "bytes": bytes}
    if any(isinstance(arguments[0], plain[name]) for name in names if name in plain):
        return True
    if isinstance(arguments[0], Ext):
        return True if any(name.rpartition(".")[2] in _EXTENSION_CLASSES for name in names) else Unknown("isinstance")
    return False if names <= set(plain) and len(names) == len(kinds) else Unknown("isinstance")


def _hasattr(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    if len(arguments) < 2 or not isinstance(arguments[1], str):
        return Unknown("hasattr")
    owner, name = arguments[0], arguments[1]
    if isinstance(owner, External) and owner.name == "sys":
        return f"sys.{name}" in machine.answers or name in {
            "argv",
            "path",
            "executable",
            "prefix",
            "base_prefix",
            "exec_prefix",
            "stdout",
            "stderr",
            "modules",
            "flags",
        }
    if isinstance(owner, Instance):
        return name in owner.attributes or owner.klass.find(name) is not None or Unknown("hasattr")
    if isinstance(owner, Ext):
        return name in owner.options or Unknown("hasattr")
    return Unknown("hasattr")


def _getattr(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    if len(arguments) < 2 or not isinstance(arguments[1], str):
        return Unknown("getattr")
    if len(arguments) > 2 and _hasattr(machine, arguments, {}) is False:
        return arguments[2]
    return machine.attribute(arguments[0], arguments[1])


def _setattr(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> None:
    if len(arguments) == 3 and isinstance(arguments[0], Ext) and isinstance(arguments[1], str):
        arguments[0].options[arguments[1]] = arguments[2]
    del machine


def _listed(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    if not arguments:
        return Items((), machine.path)
    items = machine.iterate(arguments[0])
    return Unknown("a list") if items is None else Items(items, machine.path)


def _tupled(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    made = _listed(machine, arguments, named)
    return tuple(made) if isinstance(made, Items) else made


def _sorted(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    made = _listed(machine, arguments, named)
    if isinstance(made, Items) and all(isinstance(item, str) for item in made):
        made.sort()
    return made


def _unique(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    made = _listed(machine, arguments, named)
    if not isinstance(made, Items):
        return made
    kept = Items((), machine.path)
    seen: set[str] = set()
    for item in made:
        if isinstance(item, str):
            if item in seen:
                continue
            seen.add(item)
        kept.append(item)
    return kept


def _mapped(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    items = machine.iterate(arguments[1]) if len(arguments) == 2 else None
    if items is None:
        return Unknown("a list")
    made = Items((), machine.path)
    for item in items:
        machine.tick()
        if isinstance(item, Perhaps):
            made.append(Perhaps(machine.call(arguments[0], [item.value], {}), item.certainty))
        else:
            made.append(machine.call(arguments[0], [item], {}))
    return made


def _filtered(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    items = machine.iterate(arguments[1]) if len(arguments) == 2 else None
    if items is None:
        return Unknown("a list")
    made = Items((), machine.path)
    for item in items:
        machine.tick()
        value = item.value if isinstance(item, Perhaps) else item
        truth = machine.truth(machine.call(arguments[0], [value], {}) if arguments[0] is not None else value)
        if truth is not False:
            made.append(item if truth or isinstance(item, Perhaps) else Perhaps(item, Certainty.DECIDED_LATER))
    return made


def _made_dict(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    made: dict[Any, Any] = {}
    if arguments:
        if isinstance(arguments[0], dict):
            made.update(arguments[0])
        else:
            for pair in machine.iterate(arguments[0]) or []:
                if isinstance(pair, (tuple, list)) and len(pair) == 2 and isinstance(pair[0], (str, int)):
                    made[pair[0]] = pair[1]
    made.update(named)
    return made


def _text(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    value = arguments[0] if arguments else ""
    if isinstance(value, str):
        return str(value)
    return (
        str(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _LONG**3
        else Unknown("a text", tuple(str(o) for o in value.options if isinstance(o, str)) if isinstance(value, Unknown) else ())
    )


def _whole(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    value = arguments[0] if arguments else 0
    if isinstance(value, bool) or (isinstance(value, (int, float)) and abs(value) < _LONG**3):
        return int(value)
    if isinstance(value, str) and len(value) < 20 and value.strip().lstrip("+-").isdecimal() and len(arguments) == 1:
        try:
            return int(value)
        except ValueError:
            return Unknown("a number")
    return Unknown("a number")


def _truth(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    truth = machine.truth(arguments[0]) if arguments else False
    return Unknown("a condition") if truth is None else truth


def _length(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    value = arguments[0] if arguments else None
    if isinstance(value, (list, tuple, dict)) and not any(isinstance(v, (Perhaps, Unknown)) for v in value):
        return len(value)
    return len(value) if isinstance(value, (str, bytes)) else Unknown("a length")


def _range(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    if arguments and all(isinstance(a, int) for a in arguments) and len(arguments) <= 3 and arguments[2:3] != [0]:
        numbers = range(*arguments)
        try:
            return Items(numbers, machine.path) if len(numbers) <= 2_000 else Unknown("a range")
        except OverflowError:
            return Unknown("a range")
    return Unknown("a range")


def _enumerated(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    items = machine.iterate(arguments[0]) if arguments else None
    return Unknown("a list") if items is None else Items(list(enumerate(items)), machine.path)


def _zipped(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    lists = [machine.iterate(argument) for argument in arguments]
    known_lists = [items for items in lists if items is not None]
    return Items(list(zip(*known_lists, strict=False)), machine.path) if len(known_lists) == len(lists) else Unknown("a list")


def _anything(machine: Machine, arguments: list[Any], *, wanted: bool) -> Any:
    items = machine.iterate(arguments[0]) if arguments else None
    if items is None:
        return Unknown("a condition")
    truths = [None if isinstance(item, Perhaps) else machine.truth(item) for item in items]
    if wanted in truths:
        return wanted
    return Unknown("a condition") if None in truths else not wanted


def _typed(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    value = arguments[0] if len(arguments) == 1 else None
    return value.klass if isinstance(value, Instance) else Unknown("a type")


def _load(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    """``ctypes.CDLL``: an image has a few libraries; any other is not there before an apk brings it."""
    name = arguments[0] if arguments else named.get("name")
    if isinstance(name, str) and (library := re.match(r"lib([\w+-]+?)\.so", posixpath.basename(name))) and library[1] not in _IN_IMAGES:
        machine.note(machine.record.libraries, library[1], detail="loaded by the build")
        where = machine.contents.where(machine.frame.member, machine.line)
        from muslcheck.archives.interpreter import Raised

        raise Raised(("OSError",), f"OSError: {posixpath.basename(name)} cannot be loaded", where)
    return Unknown("a library")


def _find_library(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    name = arguments[0] if arguments else None
    return None if isinstance(name, str) and name not in _IN_IMAGES else Unknown("where a library is")


_IN_IMAGES = frozenset(
    {
        "c", "m", "dl", "pthread", "rt", "util", "crypt", "resolv", "ssl", "crypto", "z", "bz2", "lzma", "sqlite3", "ffi", "expat",
        "ncursesw", "panelw", "readline", "gdbm", "uuid", "tirpc", "stdc++", "gcc_s", "python3",
    }
)  # fmt: skip
"""Libraries that some Python image has."""


def _globals(machine: Machine, _arguments: list[Any], _named: dict[str, Any]) -> Any:
    module = machine.frame.module
    return module.scopes[0] if module is not None and len(module.scopes) == 1 else Unknown("the names of the module")


def _import(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    if arguments and isinstance(arguments[0], str) and re.fullmatch(r"\w+(\.\w+)*", arguments[0]):
        return machine.import_module(arguments[0])
    return Unknown("a module")


def _config_var(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    name = arguments[0] if arguments else None
    return machine.variables.get(name, Unknown("a configuration variable")) if isinstance(name, str) else Unknown("configuration variables")


def _glob(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    pattern = arguments[0] if arguments else named.get("pathname")
    base = named.get("root_dir", "")
    if isinstance(pattern, str) and isinstance(base, str) and machine.files.inside(posixpath.join(base, pattern)) is not None:
        found = machine.files.glob(pattern, base=base, recursive=named.get("recursive") is True)
        if isinstance(found, Items):
            found.born = machine.path
        return found
    return Unknown("files that are not known")


_SIZES = {"c": 1, "b": 1, "B": 1, "?": 1, "h": 2, "H": 2, "i": 4, "I": 4, "f": 4, "q": 8, "Q": 8, "d": 8}


def _size(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    form = arguments[0] if arguments else None
    if form in {"P", "l", "L", "n", "N"}:
        narrow = _machine.answers["sys.maxsize"] < 2**32
        return 4 if narrow else 8
    return _SIZES.get(form, Unknown("a size")) if isinstance(form, str) else Unknown("a size")


def _environ_get(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    machine.touched = True
    return _environment("get", arguments, named)


def _made_path(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    if all(isinstance(part, str) for part in arguments):
        return as_path(posixpath.join(*arguments) if arguments else ".")
    return Unknown("a path")


def _partial(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    return arguments[0] if arguments else Unknown("a function")


def _nothing(_machine: Machine, _arguments: list[Any], _named: dict[str, Any]) -> None:
    return None


def _copied(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    value = arguments[0] if arguments else None
    return Items(value, _machine.path) if isinstance(value, list) else dict(value) if isinstance(value, dict) else value


def _extremum(_machine: Machine, _arguments: list[Any], _named: dict[str, Any]) -> Any:
    return Unknown("a number")


_FUNCTIONS: dict[str, Callable[[Any, list[Any], dict[str, Any]], Any]] = {
    "os.path.join": _join,
    "posixpath.join": _join,
    "distutils.util.convert_path": _path(lambda p: p),
    "setuptools.convert_path": _path(lambda p: p),
    "os.path.dirname": _path(posixpath.dirname),
    "os.path.basename": _path(posixpath.basename),
    "os.path.abspath": _path(_absolute),
    "os.path.realpath": _path(_absolute),
    "os.path.normpath": _path(posixpath.normpath),
    "os.path.normcase": _path(lambda p: p),
    "os.path.expanduser": _path(lambda p: p if not p.startswith("~") else Unknown("a home folder")),
    "os.path.expandvars": _path(lambda p: p if "$" not in p else Unknown("a path")),
    "os.path.isabs": _path(posixpath.isabs),
    "os.path.split": _path(posixpath.split),
    "os.path.splitext": _path(posixpath.splitext),
    "os.fspath": _path(str),
    "os.path.relpath": _relative,
    "os.path.exists": lambda m, a, _n: m.files.exists(a[0]) if a else Unknown("a path"),
    "os.path.lexists": lambda m, a, _n: m.files.exists(a[0]) if a else Unknown("a path"),
    "os.path.isfile": lambda m, a, _n: m.files.is_file(a[0]) if a else Unknown("a path"),
    "os.path.isdir": lambda m, a, _n: m.files.is_folder(a[0]) if a else Unknown("a path"),
    "os.listdir": lambda m, a, _n: m.files.listing(a[0] if a else "."),
    "os.walk": lambda m, a, _n: m.files.walk(a[0] if a else None),
    "os.getenv": _environ_get,
    "os.chdir": _nothing,
    "os.makedirs": _nothing,
    "os.mkdir": _nothing,
    "print": _nothing,
    "warnings.warn": _nothing,
    "warnings.filterwarnings": _nothing,
    "glob.glob": _glob,
    "glob.iglob": _glob,
    "glob": _glob,
    "open": _open,
    "codecs.open": _open,
    "io.open": _open,
    "isinstance": _isinstance,
    "hasattr": _hasattr,
    "getattr": _getattr,
    "setattr": _setattr,
    "list": _listed,
    "iter": _listed,
    "reversed": _listed,
    "tuple": _tupled,
    "sorted": _sorted,
    "set": _unique,
    "frozenset": _unique,
    "map": _mapped,
    "filter": _filtered,
    "dict": _made_dict,
    "collections.OrderedDict": _made_dict,
    "collections.defaultdict": lambda m, a, n: _made_dict(m, a[1:], n),
    "str": _text,
    "int": _whole,
    "bool": _truth,
    "len": _length,
    "range": _range,
    "enumerate": _enumerated,
    "zip": _zipped,
    "any": lambda m, a, _n: _anything(m, a, wanted=True),
    "all": lambda m, a, _n: _anything(m, a, wanted=False),
    "type": _typed,
    "min": _extremum,
    "max": _extremum,
    "__import__": _import,
    "importlib.import_module": _import,
    "sysconfig.get_config_var": _config_var,
    "distutils.sysconfig.get_config_var": _config_var,
    "struct.calcsize": _size,
    "pathlib.Path": _made_path,
    "pathlib.PurePath": _made_path,
    "pathlib.PosixPath": _made_path,
    "pathlib.Path.cwd": lambda _m, _a, _n: as_path(FOLDER),
    "functools.partial": _partial,
    "globals": _globals,
    "ctypes.CDLL": _load,
    "ctypes.cdll.LoadLibrary": _load,
    "ctypes.PyDLL": _load,
    "ctypes.util.find_library": _find_library,
    "typing.cast": lambda _m, a, _n: a[1] if len(a) == 2 else Unknown("a value"),
    "copy.copy": _copied,
    "copy.deepcopy": _copied,
    "ast.literal_eval": lambda _m, _a, _n: Unknown("a literal"),
}


# ---- methods -----------------------------------------------------------------------------------------------------


def method(machine: Machine, owner: Any, name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    """A method of a plain value."""
    if isinstance(owner, PathText):
        return _path_method(machine, owner, name, arguments)
    if isinstance(owner, str):
        return _string_method(machine, owner, name, arguments, named)
    if isinstance(owner, Items):
        return _list_method(machine, owner, name, arguments)
    if isinstance(owner, dict):
        return _dict_method(machine, owner, name, arguments, named)
    if isinstance(owner, FileHandle):
        return _file_method(machine, owner, name)
    if isinstance(owner, Unknown) and owner.options and name in _STRING_METHODS | {"format", "replace"}:
        made = [method(machine, option, name, arguments, named) for option in owner.options[:8] if isinstance(option, str)]
        return merge(made, Certainty.DECIDED_LATER, machine.path) if made else Unknown(f"the result of {name}")
    if isinstance(owner, tuple) and name in {"index", "count"}:
        return Unknown("a number")
    if isinstance(owner, Unknown) and isinstance(named.get("cmd"), (str, list)):
        return _run(machine, [named["cmd"]], {})
    function = attribute_of(owner, name)
    return Unknown(f"the result of {name}") if isinstance(function, Unknown) else function


def _string_method(machine: Machine, owner: str, name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    if name == "join" and len(arguments) == 1:
        items = machine.iterate(arguments[0])
        if items is not None and all(isinstance(item, str) for item in items):
            return bounded(owner.join(items)) if sum(map(len, items)) + len(owner) * len(items) <= _LONG else Unknown("too long")
        return Unknown("a text")
    if name == "format":
        given = [*arguments, *named.values()]
        if (
            all(isinstance(v, (str, int)) for v in given)
            and not _FORMAT_RISK.search(owner)
            and sum(len(str(v)) for v in given) * (owner.count("{") + 1) < _LONG
        ):
            try:
                return bounded(owner.format(*arguments, **named))
            except (LookupError, ValueError, TypeError, AttributeError):
                return Unknown("a text")
        return Unknown("a text with an unknown part")
    if name == "replace" and len(arguments) >= 2 and all(isinstance(a, str) for a in arguments[:2]):
        return owner.replace(arguments[0], arguments[1]) if (len(owner) + 1) * (len(arguments[1]) + 1) <= _LONG * 4 else Unknown("too long")
    if name in {"encode", "decode"}:
        return owner
    if name in _STRING_METHODS and known(arguments) and not named:
        try:
            made = getattr(str(owner), name)(*[tuple(a) if isinstance(a, list) else a for a in arguments])
        except (TypeError, ValueError):
            return Unknown(f"the result of {name}")
        return Items(made[:_MANY], machine.path) if isinstance(made, list) else made
    return Unknown(f"the result of {name}")


def _list_method(machine: Machine, owner: Items, name: str, arguments: list[Any]) -> Any:
    if name in {"append", "add"} and arguments:
        append(machine, owner, arguments[0])
        return None
    if name in {"extend", "update"} and arguments:
        extend(machine, owner, arguments[0])
        return None
    if name == "insert" and len(arguments) == 2:
        append(machine, owner, arguments[1])
        if owner and isinstance(arguments[0], int):
            owner.insert(arguments[0], owner.pop())
        return None
    if name == "copy":
        return Items(owner, machine.path)
    if name in {"remove", "discard"} and arguments:
        for index, item in enumerate(owner):
            if item is arguments[0] or (isinstance(item, str) and item == arguments[0]):
                remove(machine, owner, index)
                return None
        if name == "remove" and known(arguments[0]) and known(list(owner)) and machine.since(owner.born) is Certainty.ALWAYS:
            from muslcheck.archives.interpreter import Raised

            raise Raised(("ValueError",), "ValueError: not in the list", machine.contents.where(machine.frame.member, machine.line))
        return None
    if name == "pop":
        if machine.since(owner.born) is Certainty.ALWAYS and owner and not arguments:
            return owner.pop()
        return Unknown("an item")
    if name == "clear" and machine.since(owner.born) is Certainty.ALWAYS:
        owner.clear()
        return None
    if name in {"sort", "reverse"}:
        return None
    if name in _SET_UPDATES and len(arguments) == 1:
        made = together(name.removesuffix("_update"), owner, machine.iterate(arguments[0]) or [Unknown("a set")])
        if isinstance(made, Items) and machine.since(owner.born) is Certainty.ALWAYS:
            owner[:] = made
        else:
            _doubt(owner)
        return None
    if name in _SET_METHODS and len(arguments) == 1:
        others = machine.iterate(arguments[0])
        made = together(name, owner, others) if others is not None else Unknown("a set")
        if name == "union" and isinstance(made, Unknown):
            made = Items(owner, machine.path)
            extend(machine, made, arguments[0])
        if isinstance(made, Items):
            made.born = machine.path
        return made
    if name not in {"index", "count"}:
        _doubt(owner)
    return Unknown(f"the result of {name}")


def _doubt(items: Items) -> None:
    """Something was done to a list that is not followed: none of it is sure, and there may be more."""
    items[:] = [item if isinstance(item, Perhaps) else Perhaps(item, Certainty.DECIDED_LATER) for item in items]
    items.append(Perhaps(Unknown("an item"), Certainty.DECIDED_LATER))


def _dict_method(machine: Machine, owner: dict[Any, Any], name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    key = arguments[0] if arguments and isinstance(arguments[0], (str, int, tuple, type(None))) else None
    if name in {"get", "pop", "setdefault"} and arguments:
        if isinstance(arguments[0], Unknown):
            return Unknown("an item")
        default = arguments[1] if len(arguments) > 1 else None
        try:
            present = key in owner
        except TypeError:
            return Unknown("an item")
        if not present and SOME_KEY in owner:
            return Unknown("an item", (owner[SOME_KEY].value, default))
        found = owner.get(key, default) if present or name != "setdefault" else owner.setdefault(key, default)
        if name == "pop" and not machine.path:
            owner.pop(key, None)
        return Unknown("an item", (found.value, default)) if isinstance(found, Perhaps) else found
    if name == "update":
        for source in (*arguments, named):
            for item, value in source.items() if isinstance(source, dict) else ():
                owner[item] = value if not machine.path else Perhaps(value, machine.certainty)
        return None
    if name in {"items", "iteritems"}:
        return Items([Perhaps((k, v.value), v.certainty) if isinstance(v, Perhaps) else (k, v) for k, v in owner.items()], machine.path)
    if name == "keys":
        return Items(list(owner), machine.path)
    if name == "values":
        return Items(list(owner.values()), machine.path)
    if name == "copy":
        return dict(owner)
    if name == "clear" and not machine.path:
        owner.clear()
        return None
    if name in {"clear", "popitem"}:
        owner[SOME_KEY] = Perhaps(Unknown("an item"), Certainty.DECIDED_LATER)
    return Unknown(f"the result of {name}")


def _file_method(machine: Machine, owner: FileHandle, name: str) -> Any:
    text = machine.files.read(owner.member)
    if isinstance(text, Unknown):
        return text if name != "readlines" else Unknown("lines")
    if name == "read":
        return bounded(text)
    if name == "readlines":
        return Items(text.splitlines(keepends=True)[:_MANY], machine.path)
    if name == "readline":
        return text.partition("\n")[0] + "\n"
    return Unknown(f"the result of {name}")


def _path_method(machine: Machine, owner: PathText, name: str, arguments: list[Any]) -> Any:
    if name in {"resolve", "absolute"}:
        return PathText(_absolute(owner))
    if name == "joinpath" and all(isinstance(a, str) for a in arguments):
        return as_path(posixpath.join(owner, *arguments))
    if name in {"exists", "is_file", "is_dir"}:
        return {"exists": machine.files.exists, "is_file": machine.files.is_file, "is_dir": machine.files.is_folder}[name](owner)
    if name == "read_text":
        return machine.files.read(machine.files.inside(owner))
    if name == "open":
        return _open(machine, [str(owner), *arguments], {})
    if name in {"glob", "rglob"} and arguments and isinstance(arguments[0], str):
        pattern = arguments[0] if name == "glob" else f"**/{arguments[0]}"
        found = machine.files.glob(posixpath.join(owner, pattern), recursive=True)
        return Items([PathText(p) for p in found], machine.path) if isinstance(found, Items) else found
    if name == "iterdir":
        listed = machine.files.listing(str(owner))
        return Items([PathText(posixpath.join(owner, p)) for p in listed], machine.path) if isinstance(listed, Items) else listed
    if name == "as_posix":
        return str(owner)
    if name == "relative_to" and arguments and isinstance(arguments[0], str):
        return as_path(posixpath.relpath(_absolute(owner), _absolute(arguments[0])))
    if name in {"with_suffix", "with_name"} and arguments and isinstance(arguments[0], str):
        return (
            PathText(posixpath.splitext(owner)[0] + arguments[0])
            if name == "with_suffix"
            else PathText(posixpath.join(posixpath.dirname(owner), arguments[0]))
        )
    if name in {"mkdir", "write_text", "touch", "unlink"}:
        return None
    return Unknown(f"the result of {name}")


def inherited(machine: Machine, roots: set[str], name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    """A method of a class that is not interpreted, called on an object of an interpreted one."""
    if name in {"spawn", "execute"}:
        return _run(machine, arguments if name == "spawn" else arguments[1:], named)
    target = machine.frame.instance
    if name == "build_wheel" and any(root.startswith(_BACKENDS) for root in roots):
        machine.record.handed_on.append(machine.certainty)
    if name == "get_requires_for_build_wheel":
        return Items((), machine.path)
    if name == "cython_sources" and any(root.startswith("Cython.") for root in roots):
        machine.note(machine.record.marks, "cython_sources")
    if name == "__init__" and isinstance(target, Ext):
        given = dict(zip(("name", "sources"), arguments, strict=False)) | named
        target.name = given.pop("name", target.name)
        target.sources = given.pop("sources", target.sources)
        target.options.update(given)
    return Unknown(f"the result of {name}")
