# ruff: noqa: ANN401 -- values of interpreted code are anything
"""Calls of what is not interpreted, looked up by name in the tables of the functions that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muslcheck.archives.interpreter.builds import BACKENDS, BUILDS, BUILDS_BY_LAST_NAME, EXTENSION_CLASSES, ffi
from muslcheck.archives.interpreter.builtin import BUILTIN
from muslcheck.archives.interpreter.lazy import holds_lazy, settled
from muslcheck.archives.interpreter.library import LIBRARY, environment
from muslcheck.archives.interpreter.lifting import LIFTED, hopeless, lifted, plain_call
from muslcheck.archives.interpreter.paths import PATHS
from muslcheck.archives.interpreter.programs import PROGRAMS, RUNNERS, pkgconfig, run_program
from muslcheck.archives.interpreter.values import Ext, External, Items, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.archives.interpreter.machine import Machine

__all__ = ["external", "inherited"]

_BY_NAME: dict[str, Callable[[Any, list[Any], dict[str, Any]], Any]] = {
    **LIBRARY,
    **PATHS,
    **BUILTIN,
    **PROGRAMS,
    **BUILDS,
    "super": lambda _m, _a, _n: External("super()"),
    "contextlib.suppress": lambda _m, _a, _n: External("contextlib.suppress()"),
}
"""By full name, ``os.path.join``: called with the machine, the arguments and those with a name."""
_HANDING_ON = RUNNERS | {
    "all", "any", "bool", "copy.copy", "copy.deepcopy", "dict", "enumerate", "filter", "functools.partial", "getattr", "globals",
    "isinstance", "iter", "itertools.chain", "itertools.chain.from_iterable", "len", "list", "map", "max", "min", "os.chdir",
    "os.makedirs", "os.mkdir", "os.path.exists", "os.path.isdir", "os.path.isfile", "os.path.lexists", "print", "reversed", "setattr",
    "sys.stderr.write", "sys.stdout.write", "tuple", "type", "typing.cast", "vars", "warnings.filterwarnings", "warnings.warn", "zip",
}  # fmt: skip
"""Functions that may be given values that nobody has looked at: they hand them on, or look at them themselves."""
_DECLARING = frozenset({*EXTENSION_CLASSES, "Library", "setup"})
"""The same by last name: what is declared is looked at where it becomes a fact."""
_BY_PREFIX: tuple[tuple[str, Callable[[Any, str, list[Any], dict[str, Any]], Any]], ...] = (
    ("pkgconfig.", pkgconfig),
    ("cffi.FFI().", ffi),
    ("os.environ.", environment),
)
"""By how the full name begins; called with the last part of the name, too."""


def external(machine: Machine, name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    """The result of calling something out of a module that is not interpreted."""
    last = name.rpartition(".")[2]
    for answer in (f"{name}()", name):
        if answer in machine.answers:
            return machine.answer(answer)
    if (special := BUILDS_BY_LAST_NAME.get(last)) is not None:
        if machine.lazy and last not in _DECLARING:
            arguments, named = settled(arguments), settled(named)
        return special(machine, name, arguments, named)
    if (function := _BY_NAME.get(name)) is not None:
        if machine.lazy and name not in _HANDING_ON and (holds_lazy(arguments) or holds_lazy(named)):
            if name in LIFTED and not named:
                return plain_call(function, machine, arguments) if hopeless(*arguments) else lifted(machine, name, *arguments)
            arguments, named = settled(arguments), settled(named)
        return function(machine, arguments, named)
    for prefix, family in _BY_PREFIX:
        if name.startswith(prefix):
            arguments, named = settled(arguments), settled(named)
            return family(machine, last, arguments, named)
    return External(f"{name}()") if not name.endswith("()") and last[:1].isupper() else Unknown(f"the result of {name}")


def inherited(machine: Machine, roots: set[str], name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    """A method of a class that is not interpreted, called on an object of an interpreted one."""
    if name in {"spawn", "execute"}:
        arguments, named = settled(arguments), settled(named)
        return run_program(machine, arguments if name == "spawn" else arguments[1:], named)
    target = machine.frame.instance
    if name == "build_wheel" and any(root.startswith(BACKENDS) for root in roots):
        machine.record.handed_on.append(machine.certainty)
    if name == "get_requires_for_build_wheel":
        return Items((), machine.path)
    if name == "cython_sources" and any(root.startswith("Cython.") and not root.endswith(".old_build_ext") for root in roots):
        machine.note(machine.record.marks, "cython_sources")
    if name == "__init__" and isinstance(target, Ext):
        given = dict(zip(("name", "sources"), arguments, strict=False)) | named
        target.name = given.pop("name", target.name)
        target.sources = given.pop("sources", target.sources)
        target.options.update(given)
    return Unknown(f"the result of {name}")
