# ruff: noqa: ANN401 -- values of interpreted code are anything
"""Comparisons of what the target answers with what the code spells out: ``sys.version_info[:2] >= (3, 8)``.

They are asked as one question each, so that facts which hang on it hold for every target that gives the same answer, and not only
for those of the same version.
"""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Any

from muslcheck.archives.interpreter.operations import compare
from muslcheck.archives.interpreter.values import External, Fielded, Unknown
from muslcheck.archives.witness import asked, table

if TYPE_CHECKING:
    from muslcheck.archives.interpreter.machine import Machine
    from muslcheck.words.target import Target

__all__ = ["answered", "comparison", "starts"]

_OPERATORS: dict[str, type[ast.cmpop]] = {
    each.__name__: each for each in (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn)
}
_SPELLED = (ast.Constant, ast.Tuple, ast.List, ast.BinOp, ast.operator, ast.UnaryOp, ast.unaryop, ast.Load)
_METHODS = frozenset({"startswith", "endswith"})
_PLAIN = (str, int, tuple, list)
_LONGEST = 300


def answered(machine: Machine, node: ast.Compare) -> bool | None:
    """What a comparison comes to; None where it is none of these, and to be made in the usual way."""
    if len(node.ops) != 1 or type(node.ops[0]).__name__ not in _OPERATORS:
        return None
    left, right = node.left, node.comparators[0]
    turned = _spelled(left)
    path = _path(machine, right if turned else left)
    if path is None or not _spelled(left if turned else right):
        return None
    value = machine.value(left if turned else right)
    return _ask(machine, [*path, type(node.ops[0]).__name__, value, turned], value)


def starts(machine: Machine, node: ast.Call) -> bool | None:
    """The same for ``platform.machine().startswith("arm")``."""
    assert isinstance(node.func, ast.Attribute)
    if node.func.attr not in _METHODS or len(node.args) != 1 or node.keywords or not _spelled(node.args[0]):
        return None
    path = _path(machine, node.func.value)
    if path is None:
        return None
    value = machine.value(node.args[0])
    return _ask(machine, [*path, node.func.attr, value, False], value)


def comparison(target: Target, question: str) -> bool | None:
    """The answer for a target. None where it is not known. Raises ValueError where this is no question."""
    key, steps, operator, other, turned = json.loads(question)
    value = table(target, "answer")[key]
    for kind, step in steps:
        value = _step(value, kind, step)
    other = _tuples(other)
    if operator in _METHODS:
        return getattr(value, operator)(other) if isinstance(value, str) and _is_text(other) else None
    answer = compare(_OPERATORS[operator](), other, value) if turned else compare(_OPERATORS[operator](), value, other)
    return answer if isinstance(answer, bool) else None


def _ask(machine: Machine, question: list[Any], value: Any) -> bool | None:
    if not isinstance(value, _PLAIN) or (isinstance(value, list) and question[2] not in {"In", "NotIn"}):
        return None
    try:
        text = json.dumps(question)
        answer: bool | None = asked(machine.target, "comparison", text) if len(text) <= _LONGEST else None
    except (TypeError, ValueError, KeyError, IndexError, AttributeError):
        return None
    return answer


def _spelled(node: ast.expr) -> bool:
    return all(isinstance(each, _SPELLED) for each in ast.walk(node))


def _path(machine: Machine, node: ast.expr) -> list[Any] | None:
    """The answer that an expression looks at, by its key, and the steps from there; None where it looks at something else."""
    steps: list[tuple[str, Any]] = []
    while True:
        key = _key(machine, node)
        if key is not None:
            return [key, steps[::-1]]
        match node:
            case ast.Subscript(value=inner, slice=ast.Constant(value=int(place))):
                steps.append(("item", place))
            case ast.Subscript(value=inner, slice=ast.Slice(lower=None, upper=ast.Constant(value=int(end)), step=None)):
                steps.append(("first", end))
            case ast.Attribute(value=inner, attr=name):
                steps.append(("field", name))
            case ast.Call(func=ast.Attribute(value=inner, attr="lower"), args=[], keywords=[]):
                steps.append(("lower", None))
            case _:
                return None
        node = inner


def _key(machine: Machine, node: ast.expr) -> str | None:
    """The key of an answer that an expression is by itself: ``sys.platform``, ``platform.machine()``."""
    call = isinstance(node, ast.Call)
    if isinstance(node, ast.Call):
        if node.args or node.keywords:
            return None
        node = node.func
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    root = machine.frame.look_up(node.id)
    if not isinstance(root, External):
        return None
    key = ".".join([root.name, *names[::-1]]) + "()" * call
    return key if key in machine.answers else None


def _step(value: Any, kind: str, step: Any) -> Any:
    if kind == "item" and isinstance(value, (tuple, str)):
        return value[step]
    if kind == "first" and isinstance(value, (tuple, str)):
        return tuple(value[:step]) if isinstance(value, tuple) else value[:step]
    if kind == "field" and isinstance(value, Fielded):
        return value[value.fields.index(step)]
    if kind == "lower" and isinstance(value, str):
        return value.lower()
    return Unknown("a step that is not followed")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, tuple) and all(isinstance(each, str) for each in value))


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value
