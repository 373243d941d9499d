# ruff: noqa: ANN401 -- values of interpreted code are anything
"""Calls of what is not interpreted, looked up by name in the tables of the functions that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muslcheck.archives.interpreter.builds import BACKENDS, BUILDS, BUILDS_BY_LAST_NAME, ffi
from muslcheck.archives.interpreter.builtin import BUILTIN
from muslcheck.archives.interpreter.library import LIBRARY, environment
from muslcheck.archives.interpreter.paths import PATHS
from muslcheck.archives.interpreter.programs import PROGRAMS, pkgconfig, run_program
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
            return machine.answers[answer]
    if (special := BUILDS_BY_LAST_NAME.get(last)) is not None:
        return special(machine, name, arguments, named)
    if (function := _BY_NAME.get(name)) is not None:
        return function(machine, arguments, named)
    for prefix, family in _BY_PREFIX:
        if name.startswith(prefix):
            return family(machine, last, arguments, named)
    return External(f"{name}()") if not name.endswith("()") and last[:1].isupper() else Unknown(f"the result of {name}")


def inherited(machine: Machine, roots: set[str], name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    """A method of a class that is not interpreted, called on an object of an interpreted one."""
    if name in {"spawn", "execute"}:
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
