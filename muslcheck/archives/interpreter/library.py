# ruff: noqa: ANN401 -- values of interpreted code are anything
"""What else is known of the standard library: the environment, configuration variables, imports by name, and calls that do nothing."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty
from muslcheck.archives.interpreter.imports import import_module
from muslcheck.archives.interpreter.signals import Raised
from muslcheck.archives.interpreter.values import SOME_KEY, Bound, Frame, Items, Perhaps, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.archives.interpreter.machine import Machine

__all__ = ["LIBRARY", "SET_BY_THE_SYSTEM", "environment"]

SET_BY_THE_SYSTEM = frozenset({"PATH", "HOME", "USER", "PWD", "LANG", "TMPDIR", "SHELL", "HOSTNAME", "PYTHON_VERSION"})
"""Environment variables that a container has though nobody asked for them."""
_SIZES = {"c": 1, "b": 1, "B": 1, "?": 1, "h": 2, "H": 2, "i": 4, "I": 4, "f": 4, "q": 8, "Q": 8, "d": 8}
_LONGEST_CODE = 40_000
"""Characters of a text that is run with ``exec`` and read."""
_POINTERS = frozenset("PlLnN")


def environment(machine: Machine, last: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    """``os.environ``: nothing that a project asks for is set in a plain install; what the system sets is not known."""
    machine.touched = True
    key = arguments[0] if arguments else named.get("key")
    if isinstance(key, str) and key in SET_BY_THE_SYSTEM:
        return Unknown("an environment variable")
    if last in {"get", "getenv", "pop", "setdefault"}:
        return arguments[1] if len(arguments) > 1 else named.get("default")
    return Unknown("the environment")


def _environ_get(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    return environment(machine, "get", arguments, named)


def _confstr(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    """``os.confstr``: musl's knows nothing of a version of the C library, and says so by an error."""
    if arguments[:1] != ["CS_GNU_LIBC_VERSION"]:
        return Unknown("a setting of the system")
    name, version = machine.answers["platform.libc_ver()"]
    if not name:
        raise Raised(("OSError",), "OSError: [Errno 22] Invalid argument", machine.here)
    return f"{name} {version}"


def _import(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    if arguments and isinstance(arguments[0], str) and re.fullmatch(r"\w+(\.\w+)*", arguments[0]):
        return import_module(machine, arguments[0])
    return Unknown("a module")


def _exec(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> None:
    """``exec``: a text that is known is interpreted where it stands; of another, names that hold nothing may come to hold something."""
    code, into = arguments[0] if arguments else None, arguments[1] if len(arguments) > 1 else None
    from muslcheck.archives.interpreter.machine import parse_python

    tree = parse_python(code) if isinstance(code, str) and len(code) <= _LONGEST_CODE else None
    if isinstance(into, dict) and isinstance(tree, ast.Module):
        _exec_in(machine, tree, str(code), [scope for scope in arguments[1:3] if isinstance(scope, dict)])
        return
    if isinstance(into, dict):
        into[SOME_KEY] = Perhaps(Unknown("what exec left"), Certainty.DECIDED_LATER)
        return
    if isinstance(tree, ast.Module):
        line = machine.line
        machine.block(tree.body)
        machine.line = line
        return
    for scope in machine.frame.scopes:
        scope.update({name: Unknown("what exec left") for name, value in scope.items() if value is None})


def _exec_in(machine: Machine, tree: ast.Module, code: str, scopes: list[dict[Any, Any]]) -> None:
    """Interpret a text with names of its own: those of the dicts that it was handed. It lies in a file of the sdist, as a rule."""
    length = len(code.encode("utf-8", "replace"))
    alike = (name for name, data in machine.contents.kept.items() if len(data) == length and machine.contents.text(name) == code)
    before, line = machine.frame, machine.line
    frame = Frame(scopes, next(alike, before.member))
    frame.module = frame
    scopes[0].setdefault("__name__", "builtins")
    machine.frame = frame
    try:
        machine.block(tree.body)
    finally:
        machine.frame, machine.line = before, line


def _compiled(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    """``compile``: the text itself, for ``exec``."""
    return arguments[0] if arguments and isinstance(arguments[0], str) else Unknown("code")


def _config_var(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    name = arguments[0] if arguments else None
    if not isinstance(name, str):
        return Unknown("configuration variables")
    return machine.variable(name) if name in machine.variables else Unknown("a configuration variable")


def _size(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    form = arguments[0] if arguments else None
    if not isinstance(form, str):
        return Unknown("a size")
    if form in _POINTERS:
        return machine.variable("SIZEOF_VOID_P")
    return _SIZES.get(form, Unknown("a size"))


def _partial(_machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    if not arguments:
        return Unknown("a function")
    return Bound(arguments[0], tuple(arguments[1:]), named) if arguments[1:] or named else arguments[0]


def _copied(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    value = arguments[0] if arguments else None
    return Items(value, machine.path) if isinstance(value, list) else dict(value) if isinstance(value, dict) else value


def _nothing(_machine: Machine, _arguments: list[Any], _named: dict[str, Any]) -> None:
    return None


LIBRARY: dict[str, Callable[[Any, list[Any], dict[str, Any]], Any]] = {
    "compile": _compiled,
    "exec": _exec,
    "os.getenv": _environ_get,
    "os.confstr": _confstr,
    "__import__": _import,
    "importlib.import_module": _import,
    "sysconfig.get_config_var": _config_var,
    "distutils.sysconfig.get_config_var": _config_var,
    "struct.calcsize": _size,
    "functools.partial": _partial,
    "typing.cast": lambda _m, a, _n: a[1] if a[1:] else Unknown("a value"),
    "copy.copy": _copied,
    "copy.deepcopy": _copied,
    "ast.literal_eval": lambda _m, _a, _n: Unknown("a literal"),
    **dict.fromkeys(("os.chdir", "os.makedirs", "os.mkdir", "warnings.warn", "warnings.filterwarnings"), _nothing),
}
"""By full name."""
