# ruff: noqa: ANN401 -- values of interpreted code are anything
"""Statements that neither branch nor import: assignments, definitions, ``raise``, ``assert``, ``return``, ``del``."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from muslcheck.archives.interpreter.assignments import assign, tracked
from muslcheck.archives.interpreter.calling import make_function
from muslcheck.archives.interpreter.exceptions import exception_name
from muslcheck.archives.interpreter.imports import on_path
from muslcheck.archives.interpreter.lifting import operated
from muslcheck.archives.interpreter.lists import extend, remove
from muslcheck.archives.interpreter.operations import truth
from muslcheck.archives.interpreter.programs import leave
from muslcheck.archives.interpreter.signals import Raised, Return
from muslcheck.archives.interpreter.values import (
    External,
    Frame,
    Func,
    Instance,
    Items,
    Klass,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.archives.interpreter.machine import Machine

__all__ = ["STATEMENTS"]

_UNKNOWN = "<...>"
"""What stands in a text for a part that only the running code has."""


def _expression(machine: Machine, node: ast.Expr) -> None:
    machine.value(node.value, look=False)


def _assignment(machine: Machine, node: ast.Assign) -> None:
    value = tracked(machine, node.value)
    for target in node.targets:
        assign(machine, target, value)


def _annotated(machine: Machine, node: ast.AnnAssign) -> None:
    if node.value is not None:
        assign(machine, node.target, tracked(machine, node.value))


def _augmented(machine: Machine, node: ast.AugAssign) -> None:
    before = machine.value(node.target, look=False)
    value = tracked(machine, node.value)
    if isinstance(before, External) and before.name == "sys.path":
        on_path(machine, value)
        return
    if isinstance(before, Items) and isinstance(node.op, ast.Add):
        extend(machine, before, value)
        return
    assign(machine, node.target, operated(machine, node.op, before, value))


def _return(machine: Machine, node: ast.Return) -> None:
    raise Return(machine.value(node.value, look=False) if node.value is not None else None)


def _raise(machine: Machine, node: ast.Raise) -> None:
    line = machine.line
    raised = machine.value(node.exc) if node.exc is not None else Unknown("the exception at hand")
    name = exception_name(raised, node.exc)
    message = ""
    if isinstance(node.exc, ast.Call) and node.exc.args:
        text = machine.value(node.exc.args[0])
        message = text if isinstance(text, str) else _template(node.exc.args[0])
        message = message if re.search(r"\w", message) else ""
    machine.line = line
    if name == "SystemExit" and not message:
        leave(machine, [machine.value(argument) for argument in node.exc.args] if isinstance(node.exc, ast.Call) else [], {})
    raise Raised(_kinds(raised, name), f"{name}: {message}"[:500] if message else name, machine.here)


def _template(node: ast.expr) -> str:
    """What the code itself holds of a text that is made while it runs: ``"no %s" % name`` is ``no <...>``; empty where it is nothing."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(op=ast.Mod()):
            return re.sub(r"%(?:\(\w+\))?[-#0-9.]*[a-z]", _UNKNOWN, _template(node.left))
        case ast.BinOp(op=ast.Add()):
            return (_template(node.left) or _UNKNOWN) + (_template(node.right) or _UNKNOWN)
        case ast.JoinedStr():
            return "".join(_template(part) or _UNKNOWN for part in node.values)
        case ast.Call(func=ast.Attribute(value=text, attr="format")):
            return re.sub(r"\{[^{}]*\}", _UNKNOWN, _template(text))
        case _:
            return ""


def _kinds(raised: Any, name: str) -> tuple[str, ...]:
    klass = raised.klass if isinstance(raised, Instance) else raised
    roots = sorted(klass.roots()) if isinstance(klass, Klass) else []
    return (name, *roots)


def _assert(machine: Machine, node: ast.Assert) -> None:
    if truth(machine.value(node.test, look=False)) is False and not machine.touched:
        message = machine.value(node.msg) if node.msg is not None else ""
        said = f"AssertionError: {message}"[:500] if isinstance(message, str) and message else "AssertionError"
        raise Raised(("AssertionError",), said, machine.here)


def _function(machine: Machine, node: ast.FunctionDef) -> None:
    machine.frame.scopes[-1][node.name] = make_function(machine, node)


def _class(machine: Machine, node: ast.ClassDef) -> None:
    bases = tuple(machine.value(base) for base in node.bases)
    klass = Klass(node.name, bases, {}, node, machine.frame.member)
    outer = machine.frame
    machine.frame = Frame([klass.attributes], outer.member, outer, outer.module)
    try:
        machine.block(node.body)
    finally:
        machine.frame = outer
    for value in klass.attributes.values():
        if isinstance(value, Func):
            value.frame = outer
            value.owner = klass
    outer.scopes[-1][node.name] = klass


def _global(machine: Machine, node: ast.Global) -> None:
    machine.frame.global_names.update(node.names)


def _delete(machine: Machine, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Subscript):
            owner, key = machine.value(target.value), machine.value(target.slice)
            if isinstance(owner, dict) and isinstance(key, str) and not machine.path:
                owner.pop(key, None)
            elif isinstance(owner, Items) and isinstance(key, int) and -len(owner) <= key < len(owner):
                remove(machine, owner, key)


STATEMENTS: dict[type[ast.stmt], Callable[[Machine, Any], Any]] = {
    ast.Expr: _expression,
    ast.Assign: _assignment,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Global: _global,
    ast.Delete: _delete,
}
"""What each of these statements does."""
