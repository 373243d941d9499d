# ruff: noqa: ANN401 -- values of interpreted code are anything
"""Operations over values that nobody has looked at yet: what comes of them is not looked at either.

An operation is done by the same function as over plain values, now for the target that is read for, and again for any other that is
asked for the value (:func:`evaluated`). Where it cannot be written down it is done over what was looked at.
"""

from __future__ import annotations

import ast
import json
import operator
from functools import partial
from typing import TYPE_CHECKING, Any

from muslcheck.archives.interpreter.lazy import Lazy, holds_lazy, settled
from muslcheck.archives.interpreter.methods import PURE_METHODS, method
from muslcheck.archives.interpreter.operations import attribute_of, binary, bounded, compare, subscript, truth, unary
from muslcheck.archives.interpreter.paths import PATHS
from muslcheck.archives.interpreter.values import SOME_KEY, Items, PathText, Perhaps, Unknown
from muslcheck.archives.interpreter.world import Files
from muslcheck.archives.witness import asked, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from muslcheck.archives.interpreter.lazy import Tree
    from muslcheck.archives.interpreter.machine import Machine
    from muslcheck.words.target import Target

__all__ = [
    "LIFTED",
    "chosen",
    "compared",
    "evaluated",
    "field_of",
    "hopeless",
    "item_of",
    "items_of",
    "joined",
    "key_among",
    "lifted",
    "method_of",
    "operated",
    "plain_call",
    "sliced",
    "worded",
]

_LONGEST = 4_000
"""Characters of a question."""
_MOST = 40
"""Items of a list in one."""
_PARTS = 20
"""Items that a text is split into."""
_VALUES = (str, int, tuple)
"""What a value that is not looked at may be: nothing that is changed in place."""


class _Aside:
    """Stands for the machine where an operation is done over plain values, aside of the interpretation."""

    path = ()

    def spend(self, _steps: int) -> None:
        """Nothing is counted."""

    def iterate(self, value: Any) -> list[Any] | None:
        """The items of a list or a tuple."""
        return list(value) if isinstance(value, (list, tuple)) else None


_ASIDE: Any = _Aside()


def _item(owner: Any, key: Any) -> Any:
    return subscript(owner, key)


def _slice(owner: Any, *parts: int | None) -> Any:
    return tuple(owner[slice(*parts)]) if isinstance(owner, tuple) else owner[slice(*parts)]


def _format(template: Any, arguments: tuple[Any, ...], keys: tuple[str, ...], values: tuple[Any, ...]) -> Any:
    return method(_ASIDE, template, "format", list(arguments), dict(zip(keys, values, strict=True)))


def _joined(*parts: Any) -> Any:
    return bounded("".join(map(str, parts)))


def _whole(value: Any) -> Any:
    from muslcheck.archives.interpreter.builtin import BUILTIN

    return BUILTIN["int"](None, [value], {})


def _text(value: Any) -> Any:
    from muslcheck.archives.interpreter.builtin import BUILTIN

    return BUILTIN["str"](None, [value], {})


def _binary(op: ast.operator, left: Any, right: Any) -> Any:
    made = binary(op, left, right)
    return Items(made) if isinstance(made, list) else made


_SPLITTING = frozenset({"split", "rsplit", "splitlines"})
_PATH_FUNCTIONS = (
    "os.path.join", "posixpath.join", "os.path.dirname", "os.path.basename", "os.path.abspath", "os.path.realpath", "os.path.normpath",
    "os.path.normcase", "os.path.expanduser", "os.path.expandvars", "os.path.isabs", "os.path.split", "os.path.splitext", "os.fspath",
    "os.path.relpath", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "distutils.util.convert_path", "setuptools.convert_path",
)  # fmt: skip
_OPERATIONS: dict[str, Callable[..., Any]] = {
    **{each.__name__: partial(_binary, each()) for each in ast.operator.__subclasses__()},
    **{each.__name__: partial(compare, each()) for each in ast.cmpop.__subclasses__()},
    **{each.__name__: partial(unary, each()) for each in (ast.USub, ast.UAdd)},
    **{f".{name}": lambda owner, *arguments, name=name: method(_ASIDE, owner, name, list(arguments), {}) for name in PURE_METHODS},
    **{f".{name}": lambda owner, *arguments, name=name: method(_ASIDE, owner, name, list(arguments), {}) for name in _SPLITTING},
    **{name: lambda *arguments, name=name: PATHS[name](_ASIDE, list(arguments), {}) for name in _PATH_FUNCTIONS},
    "Not": operator.not_,
    "truth": truth,
    "beside": lambda path: (Files.inside(path) is None, Files.beside(path)),
    "below": lambda path, start: (Files.inside(path) or "").startswith(start),
    "item": _item,
    "slice": _slice,
    "field": attribute_of,
    "len": len,
    "type": lambda value: type(value).__name__,
    "among": lambda value, *keys: value if value in keys else None,
    "choose": lambda test, one, other: one if test else other,
    "format": _format,
    "joined": _joined,
    "str": _text,
    "int": _whole,
}
"""By name: each over plain values."""
LIFTED = frozenset({*_PATH_FUNCTIONS, "str", "int"})
"""Functions that are operations here, by full name."""
_LOOKING_UP: dict[str, Callable[[Files, object], Any]] = {"exists": Files.exists, "is_file": Files.is_file, "is_dir": Files.is_folder}
_UNSURE = frozenset({"int", ".index", ".rindex", "os.path.expanduser", "os.path.expandvars"})
"""What comes of these is known or not by the value that they are given, not only by its kind."""
_ORDERS = frozenset({"Lt", "LtE", "Gt", "GtE"})


def evaluated(target: Target, question: str) -> Any:
    """The value of a tree, written as JSON, for a target. Raises ValueError or KeyError where this is none."""
    return _evaluated(target, json.loads(question))


def _evaluated(target: Target, tree: Sequence[Any]) -> Any:
    kind, *rest = tree
    if kind == "is":
        return rest[0]
    if kind == "path":
        return PathText(rest[0])
    if kind in {"answer", "variable"}:
        return table(target, kind)[rest[0]]
    parts = [_evaluated(target, part) for part in rest]
    if kind == "tuple":
        return tuple(parts)
    return Items(parts) if kind == "list" else _OPERATIONS[kind](*parts)


class _NoTreeError(Exception):
    """A value that no question can hold."""


def _tree(value: Any) -> Tree:
    """How a value comes about."""
    if type(value) is Lazy:
        return value.tree
    if isinstance(value, PathText):
        return ("path", str(value))
    if isinstance(value, (str, int, type(None))):
        return ("is", value)
    if isinstance(value, (tuple, list)) and len(value) <= _MOST:
        return ("tuple" if isinstance(value, tuple) else "list", *map(_tree, value))
    raise _NoTreeError


def _written(operation: str, *arguments: Any) -> Tree | None:
    """How an operation over values comes about; None where it cannot be written down."""
    try:
        return (operation, *map(_tree, arguments))
    except (_NoTreeError, RecursionError):
        return None


def _plain(value: Any) -> Any:
    """The same value for the target that is read for; for who does not let anything hang on it."""
    if type(value) is Lazy:
        return value.plain
    return type(value)(map(_plain, value)) if type(value) in {tuple, list, Items} and holds_lazy(value) else value


def lifted(machine: Machine, operation: str, *arguments: Any) -> Any:
    """What an operation comes to. Not looked at where that can be written down; else its arguments are."""
    tree = _written(operation, *arguments)
    question = json.dumps(tree)
    if tree is None or len(question) > _LONGEST:
        return _OPERATIONS[operation](*map(settled, arguments))
    made = _OPERATIONS[operation](*map(_plain, arguments))
    if isinstance(made, _VALUES):
        if not _sure(operation, arguments):
            asked(machine.target, "value", json.dumps(("type", tree)))
        return Lazy(machine.target, tree, made)
    return asked(machine.target, "value", question)


def _sure(operation: str, arguments: Sequence[Any]) -> bool:
    """Whether the kind of what comes of an operation is the same for every value of the kinds that it is given."""
    plains = [_plain(argument) for argument in arguments]
    if operation in _UNSURE or (operation == "item" and isinstance(plains[0], str)):
        return False
    if operation in _ORDERS:
        return all(isinstance(plain, (str, int)) for plain in plains) or all(
            isinstance(plain, tuple) and all(isinstance(item, int) for item in plain[:3]) for plain in plains
        )
    if hasattr(ast, operation) and issubclass(getattr(ast, operation), ast.operator):
        return isinstance(plains[0], (str, tuple)) and operation in {"Add", "Mod", "Div"} and "%c" not in plains[0]
    return True


def hopeless(*values: Any) -> bool:
    """Whether one of some values is in no way known: nothing hangs on the others."""
    return any(isinstance(value, Unknown) and not value.options for value in values)


def plain_call(function: Callable[..., Any], machine: Machine, arguments: list[Any]) -> Any:
    """What a function comes to on whose arguments nothing hangs."""
    return function(machine, list(map(_plain, arguments)), {})


def operated(machine: Machine, op: ast.operator, left: Any, right: Any) -> Any:
    """``left op right``."""
    if not (holds_lazy(left) or holds_lazy(right)):
        return binary(op, left, right)
    if type(left) is not Lazy and type(right) is not Lazy:
        if isinstance(op, ast.Add):
            return binary(op, left, right)  # lists and tuples that hold some
        if isinstance(right, dict) or not isinstance(op, ast.Mod):
            return binary(op, settled(left), settled(right))
    if isinstance(op, ast.Mod) and isinstance(_plain(left), str) and isinstance(right, tuple) and not worded(right):
        return binary(op, _plain(left), _plain(right))
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        look = _plain if hopeless(left, right) else settled
        return binary(op, look(left), look(right))
    return lifted(machine, type(op).__name__, left, right)


def compared(machine: Machine, op: ast.cmpop, left: Any, right: Any) -> Any:
    """``left op right``: a comparison."""
    if not (holds_lazy(left) or holds_lazy(right)):
        return compare(op, left, right)
    if isinstance(right, dict) and SOME_KEY not in right and not any(isinstance(item, Perhaps) for item in right.values()):
        right = tuple(right)
    if hopeless(left) or isinstance(right, Unknown):
        return compare(op, _plain(left), _plain(right))
    return lifted(machine, type(op).__name__, left, right)


def field_of(machine: Machine, owner: Lazy, name: str) -> Any:
    """``owner.name``."""
    return lifted(machine, "field", owner, name)


def item_of(machine: Machine, owner: Lazy, key: Any) -> Any:
    """``owner[key]``."""
    return lifted(machine, "item", owner, key)


def sliced(machine: Machine, owner: Lazy, parts: Sequence[int | None]) -> Any:
    """``owner[first:last:step]``."""
    return lifted(machine, "slice", owner, *parts)


def items_of(machine: Machine, owner: Lazy) -> list[Any]:
    """The items of a tuple, which is as long for every target."""
    return [lifted(machine, "item", owner, place) for place in range(len(owner.plain))]


def key_among(machine: Machine, owner: dict[Any, Any], key: Any) -> Any:
    """A key of a dict that was looked at as far as it is among those that are there; None where it is not."""
    if type(key) is not Lazy:
        return key
    keys = [each for each in owner if isinstance(each, (str, int))]
    if len(keys) != len(owner) or len(keys) > _MOST:
        return key.settle()
    return settled(lifted(machine, "among", key, *keys))


def chosen(machine: Machine, test: Lazy, one: Any, other: Any) -> Any:
    """``one if test else other``, of two values that are spelled out."""
    return lifted(machine, "choose", test, one, other)


def joined(machine: Machine, parts: Sequence[Any]) -> Any:
    """An f-string out of texts and numbers."""
    return lifted(machine, "joined", *parts)


def worded(parts: Sequence[Any]) -> bool:
    """Whether all parts of a text are texts or numbers, whatever they say."""
    return all(isinstance(_plain(part), (str, int, float)) for part in parts)


def method_of(machine: Machine, owner: Any, name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    """A method of a text, a path or a dict, where it or an argument was not looked at."""
    if isinstance(owner, dict):
        late = name in {"get", "pop"} and arguments and type(arguments[0]) is Lazy and SOME_KEY not in owner
        return method(machine, owner, name, [key_among(machine, owner, arguments[0]), *arguments[1:]] if late else arguments, named)
    if isinstance(_plain(owner), str):
        return _method_of_text(machine, owner, name, arguments, named)
    return method(machine, settled(owner), name, settled(arguments), settled(named))


def _method_of_text(machine: Machine, owner: Any, name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    is_path = isinstance(_plain(owner), PathText)
    parts = arguments[0] if name == "join" and arguments and isinstance(arguments[0], (list, tuple)) else [*arguments, *named.values()]
    if name in {"format", "join"} and not worded(parts):
        return Unknown("a text with an unknown part")
    if name == "format" and not is_path:
        return lifted(machine, "format", owner, tuple(arguments), tuple(named), tuple(named.values()))
    if name in PURE_METHODS and not named:
        return lifted(machine, f".{name}", owner, *arguments)
    if name in _SPLITTING and type(owner) is Lazy and not named:
        return _split(machine, owner, name, arguments)
    if type(owner) is Lazy and is_path and name in _LOOKING_UP:
        return _LOOKING_UP[name](machine.files, owner)
    return method(machine, settled(owner), name, settled(arguments), settled(named))


def _split(machine: Machine, owner: Lazy, name: str, arguments: list[Any]) -> Any:
    """The parts of a text, none of which is looked at, but how many they are."""
    made = method(_ASIDE, owner.plain, name, _plain(arguments), {})
    tree = _written(f".{name}", owner, *arguments)
    question = json.dumps(("len", tree))
    if tree is None or not isinstance(made, Items) or len(made) > _PARTS or len(question) > _LONGEST:
        return method(machine, owner.settle(), name, settled(arguments), {})
    asked(machine.target, "value", question)
    return Items([Lazy(machine.target, ("item", tree, ("is", place)), part) for place, part in enumerate(made)], machine.path)
