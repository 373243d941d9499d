# ruff: noqa: ANN401, PLR2004 -- values of interpreted code are anything; a key and its value
"""Methods of plain values: texts, lists and sets, dicts, files, paths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty
from muslcheck.archives.interpreter.lazy import Lazy, settled
from muslcheck.archives.interpreter.lists import LIST_METHODS, MOST, doubt
from muslcheck.archives.interpreter.operations import attribute_of, bounded, known
from muslcheck.archives.interpreter.paths import PATH_METHODS
from muslcheck.archives.interpreter.programs import run_program
from muslcheck.archives.interpreter.values import BYTES, SOME_KEY, Encoded, FileHandle, Items, PathText, Perhaps, Unknown, merge

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.archives.interpreter.machine import Machine

__all__ = ["PURE_METHODS", "method"]

_LONG = 1_000_000
_STRING_METHODS = frozenset(
    {
        "strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "startswith", "endswith", "split", "rsplit",
        "splitlines", "partition", "rpartition", "find", "rfind", "index", "rindex", "count", "isdigit", "isalpha", "isspace", "isdecimal",
        "removeprefix", "removesuffix", "casefold",
    }
)  # fmt: skip
"""Methods of texts that are asked of the text itself."""
PURE_METHODS = (_STRING_METHODS - {"split", "rsplit", "splitlines"}) | {
    "replace", "join", "encode", "decode", "resolve", "absolute", "joinpath", "as_posix", "with_suffix", "with_name", "relative_to",
}  # fmt: skip
"""Methods of texts and paths that make a text, a number or a tuple out of what they are given, and nothing else."""
_FORMAT_RISK = re.compile(r"\{[^{}]*[:!.\[][^{}]*\}|\{[^{}]*\{")
_OPTIONS = 8
_A_STEP = 50
"""Characters that a method goes through in about the time of a step."""


def method(machine: Machine, owner: Any, name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    """A method of a plain value."""
    for kind, answer in _METHODS:
        if isinstance(owner, kind):
            return answer(machine, owner, name, arguments, named)
    if isinstance(owner, tuple) and name in {"index", "count"}:
        return Unknown("a number")
    function = attribute_of(owner, name)
    return Unknown(f"the result of {name}") if isinstance(function, Unknown) else function


def _of_unknown(machine: Machine, owner: Unknown, name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    if owner.options or "cmd" in named:
        arguments, named = settled(arguments), settled(named)
    if owner.options and name in _STRING_METHODS | {"format", "replace"}:
        made = [method(machine, option, name, arguments, named) for option in owner.options[:_OPTIONS] if isinstance(option, str)]
        return merge(made, Certainty.DECIDED_LATER, machine.path) if made else Unknown(f"the result of {name}")
    if isinstance(named.get("cmd"), (str, list)):
        return run_program(machine, [named["cmd"]], {})
    function = attribute_of(owner, name)
    return Unknown(f"the result of {name}") if isinstance(function, Unknown) else function


# ---- texts -------------------------------------------------------------------------------------------------------


def _of_text(machine: Machine, owner: str, name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    machine.spend(len(owner) // _A_STEP)
    if (special := _TEXT_METHODS.get(name)) is not None:
        return special(machine, owner, arguments, named)
    if name in _STRING_METHODS and known(arguments) and not named:
        try:
            made = getattr(str(owner), name)(*[tuple(a) if isinstance(a, list) else a for a in arguments])
        except (TypeError, ValueError):
            return Unknown(f"the result of {name}")
        return Items(made[:MOST], machine.path) if isinstance(made, list) else made
    return Unknown(f"the result of {name}")


def _join(machine: Machine, owner: str, arguments: list[Any], _named: dict[str, Any]) -> Any:
    items = machine.iterate(arguments[0]) if len(arguments) == 1 else None
    if items is None or not all(isinstance(item, str) for item in items):
        return Unknown("a text")
    return bounded(owner.join(items)) if sum(map(len, items)) + len(owner) * len(items) <= _LONG else Unknown("too long")


def _format(_machine: Machine, owner: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    given = [*arguments, *named.values()]
    if (
        not all(isinstance(v, (str, int)) for v in given)
        or _FORMAT_RISK.search(owner)
        or sum(len(str(v)) for v in given) * (owner.count("{") + 1) >= _LONG
    ):
        return Unknown("a text with an unknown part")
    try:
        return bounded(owner.format(*arguments, **named))
    except (LookupError, ValueError, TypeError, AttributeError):
        return Unknown("a text")


def _replace(_machine: Machine, owner: str, arguments: list[Any], _named: dict[str, Any]) -> Any:
    if not arguments[1:] or not all(isinstance(a, str) for a in arguments[:2]):
        return Unknown("a text")
    return owner.replace(arguments[0], arguments[1]) if (len(owner) + 1) * (len(arguments[1]) + 1) <= _LONG * 4 else Unknown("too long")


def _encode(_machine: Machine, owner: str, _arguments: list[Any], _named: dict[str, Any]) -> Encoded:
    return Encoded(owner)


def _decode(_machine: Machine, owner: str, _arguments: list[Any], _named: dict[str, Any]) -> str:
    return str(owner)


_TEXT_METHODS: dict[str, Callable[[Any, str, list[Any], dict[str, Any]], Any]] = {
    "join": _join,
    "format": _format,
    "replace": _replace,
    "encode": _encode,
    "decode": _decode,
}

# ---- dicts -------------------------------------------------------------------------------------------------------


def _of_dict(machine: Machine, owner: dict[Any, Any], name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    special = _DICT_METHODS.get(name)
    return Unknown(f"the result of {name}") if special is None else special(machine, owner, name, arguments, named)


def _item(machine: Machine, owner: dict[Any, Any], name: str, arguments: list[Any], _named: dict[str, Any]) -> Any:
    """``get``, ``pop``, ``setdefault``."""
    if machine.lazy and arguments and type(arguments[0]) is Lazy:
        arguments = [arguments[0].settle(), *arguments[1:]]
    if not arguments or isinstance(arguments[0], Unknown):
        return Unknown("an item")
    key = arguments[0] if isinstance(arguments[0], (str, int, tuple)) else None
    default = arguments[1] if len(arguments) > 1 else None
    try:
        present = key in owner
    except TypeError:
        return Unknown("an item")
    if not present and SOME_KEY in owner:
        return Unknown("an item", (settled(owner[SOME_KEY].value), settled(default)))
    found = owner.get(key, default) if present or name != "setdefault" else owner.setdefault(key, default)
    if name == "pop" and not machine.path:
        owner.pop(key, None)
    return Unknown("an item", (settled(found.value), settled(default))) if isinstance(found, Perhaps) else found


def _dict_update(machine: Machine, owner: dict[Any, Any], _name: str, arguments: list[Any], named: dict[str, Any]) -> None:
    for source in (*arguments, named):
        pairs = source.items() if isinstance(source, dict) else machine.iterate(source)
        if pairs is None:
            owner[SOME_KEY] = Perhaps(Unknown("an item"), Certainty.DECIDED_LATER)
            continue
        for pair in pairs:
            if isinstance(pair, (tuple, list)) and len(pair) == 2 and isinstance(pair[0], (str, int, Unknown)):
                owner[pair[0]] = pair[1] if not machine.path else Perhaps(pair[1], machine.certainty)


def _pairs(machine: Machine, owner: dict[Any, Any], _name: str, _arguments: list[Any], _named: dict[str, Any]) -> Items:
    return Items([Perhaps((k, v.value), v.certainty) if isinstance(v, Perhaps) else (k, v) for k, v in owner.items()], machine.path)


def _dict_clear(machine: Machine, owner: dict[Any, Any], name: str, _arguments: list[Any], _named: dict[str, Any]) -> Any:
    if name == "clear" and not machine.path:
        owner.clear()
        return None
    owner[SOME_KEY] = Perhaps(Unknown("an item"), Certainty.DECIDED_LATER)
    return Unknown("an item")


_DICT_METHODS: dict[str, Callable[[Any, dict[Any, Any], str, list[Any], dict[str, Any]], Any]] = {
    "get": _item,
    "pop": _item,
    "setdefault": _item,
    "update": _dict_update,
    "items": _pairs,
    "iteritems": _pairs,
    "keys": lambda machine, owner, _name, _arguments, _named: Items(list(owner), machine.path),
    "values": lambda machine, owner, _name, _arguments, _named: Items(list(owner.values()), machine.path),
    "copy": lambda _machine, owner, _name, _arguments, _named: dict(owner),
    "clear": _dict_clear,
    "popitem": _dict_clear,
}

# ---- lists, files, paths -----------------------------------------------------------------------------------------


_MOVING = frozenset({"append", "add", "extend", "insert", "copy", "pop", "clear", "sort", "reverse", "update"})
"""Methods of lists that look at no item."""


def _of_list(machine: Machine, owner: Items, name: str, arguments: list[Any], _named: dict[str, Any]) -> Any:
    special = LIST_METHODS.get(name)
    if machine.lazy and name not in _MOVING:
        settled(owner)
        arguments = settled(arguments)
    if special is None:
        doubt(owner)
        return Unknown(f"the result of {name}")
    return special(machine, owner, arguments)


def _of_file(machine: Machine, owner: FileHandle, name: str, _arguments: list[Any], _named: dict[str, Any]) -> Any:
    text = machine.files.read(owner.member)
    if isinstance(text, Unknown):
        return Unknown(BYTES) if name == "read" and owner.binary else text if name != "readlines" else Unknown("lines")
    machine.spend(len(text) // _A_STEP)
    if name == "read":
        whole = bounded(text)
        return whole if not owner.binary else Unknown(BYTES) if isinstance(whole, Unknown) else Encoded(whole)
    if name == "readlines":
        return Items(text.splitlines(keepends=True)[:MOST], machine.path)
    if name == "readline":
        return text.partition("\n")[0] + "\n"
    return Unknown(f"the result of {name}")


def _of_path(machine: Machine, owner: PathText, name: str, arguments: list[Any], _named: dict[str, Any]) -> Any:
    special = PATH_METHODS.get(name)
    arguments = settled(arguments)
    return Unknown(f"the result of {name}") if special is None else special(machine, owner, arguments)


_METHODS: tuple[tuple[type, Callable[[Any, Any, str, list[Any], dict[str, Any]], Any]], ...] = (
    (PathText, _of_path),
    (str, _of_text),
    (Items, _of_list),
    (dict, _of_dict),
    (FileHandle, _of_file),
    (Unknown, _of_unknown),
)
