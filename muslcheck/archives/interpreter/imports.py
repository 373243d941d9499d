# ruff: noqa: ANN401 -- values of interpreted code are anything
"""Imports: modules of the sdist are interpreted, those of the build environment are taken as they are, and what is missing raises."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NoReturn

from muslcheck.archives.facts import Certainty
from muslcheck.archives.interpreter.lazy import settled
from muslcheck.archives.interpreter.signals import Raised
from muslcheck.archives.interpreter.values import (
    External,
    Namespace,
    Unknown,
    weaker,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.archives.interpreter.machine import Machine

__all__ = ["IMPORTS", "import_module", "is_loaded", "is_on_path", "missing", "on_path"]

_MODULES = 30
"""Modules of the sdist's own that are read."""
_DEEPEST = 20
"""Modules within modules."""
_NEVER_OWN = frozenset({"setuptools", "distutils", "pkg_resources", "os", "sys", "re"})
"""Modules that a file of the sdist does not hide."""


def _import(machine: Machine, node: ast.Import) -> None:
    for alias in node.names:
        module = import_module(machine, alias.name)
        if alias.asname:
            machine.frame.scopes[-1][alias.asname] = module
        else:
            top = alias.name.partition(".")[0]
            machine.frame.scopes[-1][top] = module if top == alias.name else machine.modules.get(top) or External(top)


def _import_from(machine: Machine, node: ast.ImportFrom) -> None:
    name = node.module or ""
    if node.level:
        folder = machine.frame.member.split("/")[: -node.level]
        name = ".".join([*folder, name]) if name else ".".join(folder)
    if name == "__future__":
        return
    module = _sibling(machine, name) if node.level else None
    if module is None:
        module = import_module(machine, name)
    for alias in node.names:
        if alias.name == "*":
            if isinstance(module, Namespace):
                for scope in module.frame.scopes:
                    machine.frame.scopes[-1].update({k: v for k, v in scope.items() if not k.startswith("_")})
            else:
                machine.frame.scopes[-1].setdefault("*", External(name))
            continue
        machine.frame.scopes[-1][alias.asname or alias.name] = _imported_name(machine, module, name, alias.name)


def _sibling(machine: Machine, name: str) -> Any:
    """A module that is imported by its place (``from .x import y``): it is found whatever is on ``sys.path``."""
    stem = name.replace(".", "/")
    member = next((m for m in (f"{stem}/__init__.py", f"{stem}.py") if m in machine.contents.kept), None)
    return None if member is None else _interpreted(machine, name, member)


def _imported_name(machine: Machine, module: Any, name: str, wanted: str) -> Any:
    loading = machine.frames.get(name) if machine.modules.get(name, module) is None else None  # by itself, or by one of its modules
    frame = module.frame if isinstance(module, Namespace) else loading
    if frame is not None:
        try:
            return frame.get(wanted)
        except KeyError:
            found = machine.environment.member_of(f"{name}.{wanted}")
            found = found if found is not None and found[0].endswith(".py") else None
            return import_module(machine, f"{name}.{wanted}") if found else Unknown(f"{name}.{wanted}")
    full = f"{name}.{wanted}"
    if machine.environment.gone(full):
        missing(machine, full, "ImportError")
    return machine.named(full)


def import_module(machine: Machine, name: str) -> Any:
    """The module of an import statement; raises Raised (ImportError) where the build does not find it."""
    parent = name.rpartition(".")[0]
    found, own = machine.environment.finds(name), machine.environment.member_of(name)
    if parent and parent not in machine.modules and machine.environment.member_of(parent) is not None:
        import_module(machine, parent)  # a package is imported before its modules; it may say by ``__path__`` where they lie
    own = _by_own_path(machine, name) or own
    machine.imported.add(name)
    if own is not None and (found is not True or (own[1] and name.partition(".")[0] not in _NEVER_OWN)):
        member, found_there = own
        if found_there or machine.frame.member != machine.main:
            return _interpreted(machine, name, member) if member.endswith(".py") else External(name)
        if not machine.path_is_known:
            machine.note(machine.record.imports, name, certainty=Certainty.DECIDED_LATER)
            return _interpreted(machine, name, member) if member.endswith(".py") else External(name)
        missing(machine, name, "ModuleNotFoundError", "in the sdist, but its folder is not on sys.path")
    if found is False and (machine.path_is_known or machine.environment.gone_since(name)):
        missing(machine, name, "ModuleNotFoundError")
    if found is not True:
        machine.note(machine.record.imports, name, certainty=weaker(machine.certainty, Certainty.DECIDED_LATER))
    return External(name)


def on_path(machine: Machine, value: Any) -> None:
    """A folder was put on ``sys.path``."""
    value = settled(value)
    for folder in value if isinstance(value, (list, tuple)) else [value]:
        inside = machine.files.inside(folder)
        if inside is None:
            machine.path_is_known = machine.path_is_known and isinstance(folder, str)
        elif inside not in machine.environment.paths:
            machine.environment.paths.insert(0, inside)


def is_on_path(machine: Machine, folder: Any, *, wanted: bool) -> Any:
    """``folder in sys.path`` where it is ``wanted`` there, else ``folder not in sys.path``."""
    inside = machine.files.inside(folder)
    return Unknown("what is on sys.path") if inside is None else (inside in machine.environment.paths) is wanted


def is_loaded(machine: Machine, name: Any, *, wanted: bool) -> Any:
    """``name in sys.modules`` where it is ``wanted`` there, else ``name not in sys.modules``."""
    if isinstance(name, str) and machine.environment.finds(name) is False:
        return not wanted
    if name in machine.imported:
        return wanted
    return Unknown("what was imported before")


def _by_own_path(machine: Machine, name: str) -> tuple[str, bool] | None:
    """The member of a module of a package that set its ``__path__`` itself."""
    package, _, last = name.rpartition(".")
    frame = machine.frames.get(package)
    folders = machine.iterate(frame.scopes[0].get("__path__")) if frame is not None else None
    for folder in folders or ():
        inside = machine.files.inside(folder)
        for member in (f"{inside}/{last}/__init__.py", f"{inside}/{last}.py") if inside else ():
            if member in machine.contents.names:
                return member, True
    return None


def missing(machine: Machine, name: str, kind: str, detail: str = "") -> NoReturn:
    """Raise what an import or an attribute raises that is not found."""
    detail = detail or machine.environment.gone_since(name) or "not among the build requirements"
    raise Raised((kind, "ImportError"), name.replace("()", ""), machine.here, detail)


def _interpreted(machine: Machine, name: str, member: str) -> Any:
    if name in machine.modules:
        return machine.modules[name] or External(name)
    machine.modules[name] = None
    if len(machine.modules) > _MODULES or machine.depth > _DEEPEST:
        return External(name)
    machine.depth += 1
    line = machine.line
    try:
        frame = machine.run(member, name)
    except Raised:
        del machine.modules[name]  # the next import of it fails as this one did
        raise
    finally:
        machine.depth -= 1
        machine.line = line
    machine.modules[name] = Namespace(name, frame)
    return machine.modules[name]


IMPORTS: dict[type[ast.stmt], Callable[[Machine, Any], Any]] = {
    ast.Import: _import,
    ast.ImportFrom: _import_from,
}
"""What each of these statements does."""
