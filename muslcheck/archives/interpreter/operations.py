# ruff: noqa: ANN401, C901, PLR0911, PLR0912, PLR2004 -- values of interpreted code are anything; one branch for each operator and kind of value
"""Operators over the values of setup.py's interpreter: exact where both sides are known and small, Unknown everywhere else."""

from __future__ import annotations

import ast
import operator
import posixpath
import re
from typing import Any

from muslcheck.archives.interpreter.lazy import Lazy, settled
from muslcheck.archives.interpreter.values import SOME_KEY, External, Fielded, Items, PathText, Perhaps, Unknown

__all__ = ["BUILTINS", "attribute_of", "binary", "bounded", "compare", "known", "subscript", "together", "truth", "unary"]

_LONG = 1_000_000
"""Longest text or list that an operator may make."""
_PAIRS = 1_000_000
"""Most comparisons that an operation of sets may take."""
_BIG = 2**64
BUILTINS = frozenset(
    {
        "abs", "all", "any", "bool", "bytes", "callable", "chr", "compile", "dict", "dir", "enumerate", "eval", "exec", "exit",
        "filter", "float", "format", "frozenset", "getattr", "globals", "hasattr", "hash", "id", "input", "int", "isinstance",
        "issubclass", "iter", "len", "list", "locals", "map", "max", "min", "next", "object", "open", "ord", "print", "property",
        "quit", "range", "repr", "reversed", "round", "set", "setattr", "sorted", "staticmethod", "classmethod", "str", "sum", "super",
        "tuple", "type", "vars", "zip", "__import__", "delattr", "NotImplemented", "BaseException", "Exception", "SystemExit",
        "KeyboardInterrupt", "ImportError", "ModuleNotFoundError", "OSError", "IOError", "EnvironmentError", "FileNotFoundError",
        "RuntimeError", "ValueError", "TypeError", "KeyError", "IndexError", "AttributeError", "NameError", "NotImplementedError",
        "AssertionError", "LookupError", "UnicodeError", "UnicodeDecodeError", "PermissionError", "StopIteration", "SyntaxError",
        "Warning", "DeprecationWarning", "UserWarning", "RuntimeWarning", "ArithmeticError", "ZeroDivisionError", "EOFError",
        "FileExistsError",
    }
)  # fmt: skip
_COMPARE = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_SETS = {ast.BitAnd: "intersection", ast.BitOr: "union", ast.Sub: "difference", ast.BitXor: "symmetric_difference"}
_PERCENT = re.compile(r"\d{4,}|\*")


def known(value: Any) -> bool:
    """Whether a value, and all that it holds, is known."""
    if isinstance(value, (Unknown, External, Perhaps)):
        return False
    if isinstance(value, (list, tuple)):
        return all(known(item) for item in value)
    return isinstance(value, (str, int, float, bytes, type(None)))


def binary(op: ast.operator, left: Any, right: Any) -> Any:
    """``left op right``."""
    if isinstance(op, ast.Div) and isinstance(left, PathText) and isinstance(right, str):
        return PathText(posixpath.normpath(posixpath.join(left, right)))
    if isinstance(op, ast.Mod) and isinstance(left, str):
        return _percent(left, right)
    if isinstance(op, ast.Add) and isinstance(left, list) and isinstance(right, Unknown) and not right.options:
        return [*left, Unknown("items that are not known")]
    if isinstance(op, ast.Add) and isinstance(right, list) and isinstance(left, Unknown) and not left.options:
        return [Unknown("items that are not known"), *right]
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return _with_options(op, left, right)
    if isinstance(op, ast.Add):
        if isinstance(left, str) and isinstance(right, str):
            return left + right if len(left) + len(right) <= _LONG else Unknown("too long")
        if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
            made = [*left, *right]
            if len(made) > _LONG // 20:
                return Unknown("too long")
            return made if isinstance(left, list) or isinstance(right, list) else tuple(made)
    if isinstance(op, ast.Mult):
        for text, times in ((left, right), (right, left)):
            if isinstance(text, (str, list, tuple)) and isinstance(times, int):
                return text * times if times >= 0 and len(text) * times <= _LONG // 20 else Unknown("too long")
    if isinstance(left, Items) and isinstance(right, Items) and isinstance(op, tuple(_SETS)):
        return together(_SETS[type(op)], left, right)
    if isinstance(left, dict) and isinstance(right, dict) and isinstance(op, ast.BitOr):
        return {**left, **right}
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return _number(op, left, right)
    return Unknown("an operation")


def together(name: str, left: list[Any], right: list[Any]) -> Any:
    """A method of sets, over two lists whose items are all known: a list, or a truth for ``issubset`` and its like."""
    if not (known(left) and known(right)) or len(left) * len(right) > _PAIRS:
        return Unknown("a set")
    if name == "union":
        return Items(dict.fromkeys([*left, *right])) if _plain(left) and _plain(right) else Unknown("a set")
    if name == "intersection":
        return Items(item for item in left if item in right)
    if name == "difference":
        return Items(item for item in left if item not in right)
    if name == "symmetric_difference":
        return Items([*(item for item in left if item not in right), *(item for item in right if item not in left)])
    if name == "issubset":
        return all(item in right for item in left)
    if name == "issuperset":
        return all(item in left for item in right)
    return not any(item in right for item in left)


def _plain(items: list[Any]) -> bool:
    return all(isinstance(item, (str, int, float, bytes, type(None))) for item in items)


def _with_options(op: ast.operator, left: Any, right: Any) -> Unknown:
    """The operation over every value that one side may have, where there are few."""
    lefts = left.options if isinstance(left, Unknown) else (left,)
    rights = right.options if isinstance(right, Unknown) else (right,)
    if not lefts or not rights or len(lefts) * len(rights) > 8:
        return Unknown("an operation")
    made = [binary(op, a, b) for a in lefts for b in rights if not isinstance(a, Unknown) and not isinstance(b, Unknown)]
    return Unknown("an operation", tuple(m for m in made if not isinstance(m, Unknown)))


def _number(op: ast.operator, left: float, right: float) -> Any:
    if abs(left) > _BIG or abs(right) > _BIG:
        return Unknown("a large number")
    whole = isinstance(left, int) and isinstance(right, int)
    if isinstance(op, ast.Add):
        return left + right
    if isinstance(op, ast.Sub):
        return left - right
    if isinstance(op, ast.Mult):
        return left * right
    if isinstance(op, ast.FloorDiv) and right:
        return left // right
    if isinstance(op, ast.Div) and right:
        return left / right
    if isinstance(op, ast.Mod) and right:
        return left % right
    if whole and isinstance(op, (ast.BitAnd, ast.BitOr, ast.BitXor)):
        a, b = int(left), int(right)
        return a & b if isinstance(op, ast.BitAnd) else a | b if isinstance(op, ast.BitOr) else a ^ b
    if whole and isinstance(op, ast.Pow) and 0 <= right <= 64 and abs(left) <= 1024:
        return int(left) ** int(right)
    if whole and isinstance(op, (ast.LShift, ast.RShift)) and 0 <= right <= 64:
        return int(left) << int(right) if isinstance(op, ast.LShift) else int(left) >> int(right)
    return Unknown("a number")


def _percent(template: str, values: Any) -> Any:
    if isinstance(values, Unknown) and values.options:
        made = [_percent(template, option) for option in values.options[:8]]
        return Unknown("a text", tuple(m for m in made if isinstance(m, str)))
    given = values if isinstance(values, tuple) else (values,)
    if isinstance(values, dict):
        if not all(isinstance(v, (str, int)) for v in values.values()):
            return Unknown("a text with an unknown part")
    elif not all(isinstance(v, (str, int, float)) for v in given):
        return Unknown("a text with an unknown part")
    if len(template) > _LONG or _PERCENT.search(template):
        return Unknown("a text")
    try:
        made = template % values
    except (TypeError, ValueError, KeyError, OverflowError):
        return Unknown("a text")
    return made if len(made) <= _LONG else Unknown("too long")


def unary(op: ast.unaryop, value: Any) -> Any:
    """``op value``, other than ``not``."""
    if isinstance(value, (int, float)):
        if isinstance(op, ast.USub):
            return -value
        if isinstance(op, ast.UAdd):
            return value
    return Unknown("an operation")


def compare(op: ast.cmpop, left: Any, right: Any) -> Any:
    """``left op right``: True, False or Unknown."""
    if isinstance(op, (ast.Is, ast.IsNot)):
        answer = _is(left, right)
        return answer if isinstance(answer, Unknown) else answer is isinstance(op, ast.Is)
    if isinstance(left, Unknown) and left.options and not isinstance(right, Unknown):
        answers = {compare(op, option, right) for option in left.options}
        return answers.pop() if len(answers) == 1 else Unknown("a comparison")
    if isinstance(op, (ast.In, ast.NotIn)):
        answer = _in(left, right)
        return answer if isinstance(answer, Unknown) else answer is isinstance(op, ast.In)
    if isinstance(left, (Unknown, Perhaps)) or isinstance(right, (Unknown, Perhaps)):
        return Unknown("a comparison")
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        if not known(left) or not known(right):
            return Unknown("a comparison")
        if isinstance(left, Fielded) or isinstance(right, Fielded):
            left, right = tuple(left), tuple(right)
    if isinstance(left, External) or isinstance(right, External):
        if isinstance(left, External) and isinstance(right, External) and not left.name.endswith("()") and not right.name.endswith("()"):
            return (left.name == right.name) is isinstance(op, ast.Eq)
        return Unknown("a comparison")
    try:
        return bool(_COMPARE[type(op)](left, right))
    except (TypeError, KeyError, RecursionError):
        return Unknown("a comparison")


def _is(left: Any, right: Any) -> bool | Unknown:
    for one, other in ((left, right), (right, left)):
        if other is None or isinstance(other, bool):
            if isinstance(one, Unknown):
                answers = {_is(option, other) for option in one.options} if one.options else {Unknown()}
                return answers.pop() if len(answers) == 1 else Unknown("a comparison")
            if isinstance(one, External):  # what a class makes is not None; what a function returns may be
                return Unknown("a comparison") if one.name.endswith("()") and not one.name.rpartition(".")[2][:1].isupper() else False
            return one is other
    if isinstance(left, (Unknown, Perhaps)) or isinstance(right, (Unknown, Perhaps)):
        return Unknown("a comparison")
    return left is right or (isinstance(left, (str, int)) and type(left) is type(right) and bool(left == right))


def _in(left: Any, right: Any) -> bool | Unknown:
    if isinstance(left, Unknown) or isinstance(right, (Unknown, External)):
        return Unknown("a comparison")
    if isinstance(right, str):
        return left in right if isinstance(left, str) else Unknown("a comparison")
    if isinstance(right, dict):
        try:
            found = right.get(left)
        except TypeError:
            return Unknown("a comparison")
        unsure = isinstance(found, Perhaps) or (SOME_KEY in right and left not in right)
        return Unknown("a comparison") if unsure else left in right
    if isinstance(right, (list, tuple)):
        if known(left) and any(known(item) and item == left for item in right):
            return True
        return False if known(list(right)) and known(left) else Unknown("a comparison")
    return Unknown("a comparison")


def subscript(owner: Any, key: Any) -> Any:
    """``owner[key]``."""
    if isinstance(owner, (str, bytes, list, tuple, dict)) and not isinstance(key, Unknown):
        try:
            found = owner[key]  # whatever it is: the answer to a wrong key is "unknown"
        except (LookupError, TypeError):
            return Unknown("an item")
        if isinstance(found, Perhaps):
            return Unknown("an item", (settled(found.value),))
        return Items(found) if type(found) is list else found
    return Unknown("an item")


def attribute_of(owner: Any, name: str) -> Any:
    """``owner.name`` of a plain value."""
    if isinstance(owner, Fielded) and name in owner.fields:
        return owner[owner.fields.index(name)]
    if isinstance(owner, PathText):
        base = posixpath.basename(owner)
        parts = {
            "parent": PathText(posixpath.dirname(owner) or "."),
            "name": base,
            "stem": posixpath.splitext(base)[0],
            "suffix": posixpath.splitext(base)[1],
            "parts": tuple(part or "/" for part in owner.split("/")),
        }
        return parts.get(name, Unknown(f"attribute {name}"))
    if isinstance(owner, Unknown) and owner.options:
        made = tuple(attribute_of(option, name) for option in owner.options if isinstance(option, (PathText, Fielded)))
        return Unknown(f"attribute {name}", made)
    return Unknown(f"attribute {name}")


def truth(value: Any) -> bool | None:
    """Whether a value counts as true; None where that is not known."""
    if isinstance(value, Unknown):
        truths = {truth(option) for option in value.options} if value.options else {None}
        return truths.pop() if len(truths) == 1 else None
    if isinstance(value, Perhaps):
        return None
    if isinstance(value, (Items, list)):
        certain = any(not isinstance(item, Perhaps) for item in value[:200])
        return True if certain else None if value else False
    if isinstance(value, dict):
        certain = any(not isinstance(item, Perhaps) for item in list(value.values())[:200])
        return True if certain else None if value else False
    if isinstance(value, External):
        return None if value.name.endswith("()") else True
    if isinstance(value, (str, int, float, bytes, tuple, set, frozenset, type(None))):
        return bool(value)
    return value.truth() if type(value) is Lazy else True


def bounded(text: str) -> str | Unknown:
    """A text, unless it grew beyond what setup.py has a use for."""
    return text if len(text) <= _LONG else Unknown("too long")
