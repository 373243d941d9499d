# ruff: noqa: ANN401 -- values of interpreted code are anything
"""Lists and sets, which remember on which branch they were made: what is done to one on a later branch is only perhaps done."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty
from muslcheck.archives.interpreter.operations import known, together
from muslcheck.archives.interpreter.signals import Raised
from muslcheck.archives.interpreter.values import Items, Perhaps, Unknown, weaker

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.archives.interpreter.machine import Machine

__all__ = ["LIST_METHODS", "MOST", "append", "doubt", "extend", "remove"]

MOST = 5_000
"""Items of one list."""


def extend(machine: Machine, items: Items, more: Any) -> None:
    """``items.extend(more)``, with the branch that it happens on."""
    new = machine.iterate(more)
    for item in new if new is not None else [Unknown("items that are not known")]:
        append(machine, items, item)


def append(machine: Machine, items: Items, item: Any) -> None:
    """``items.append(item)``, with the branch that it happens on."""
    if len(items) >= MOST:
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


def doubt(items: Items) -> None:
    """Something was done to a list that is not followed: none of it is sure, and there may be more."""
    items[:] = [item if isinstance(item, Perhaps) else Perhaps(item, Certainty.DECIDED_LATER) for item in items]
    items.append(Perhaps(Unknown("an item"), Certainty.DECIDED_LATER))


# ---- methods -----------------------------------------------------------------------------------------------------


def _append(machine: Machine, owner: Items, arguments: list[Any]) -> None:
    if arguments:
        append(machine, owner, arguments[0])


def _extend(machine: Machine, owner: Items, arguments: list[Any]) -> None:
    for more in arguments:
        extend(machine, owner, more)


def _insert(machine: Machine, owner: Items, arguments: list[Any]) -> None:
    if len(arguments) == 2:  # noqa: PLR2004 -- where, and what
        append(machine, owner, arguments[1])
        if owner and isinstance(arguments[0], int):
            owner.insert(arguments[0], owner.pop())


def _remove(machine: Machine, owner: Items, arguments: list[Any], *, strict: bool = True) -> None:
    wanted = arguments[0] if arguments else None
    for index, item in enumerate(owner):
        if item is wanted or (isinstance(item, str) and item == wanted):
            remove(machine, owner, index)
            return
    if strict and known(wanted) and known(list(owner)) and machine.since(owner.born) is Certainty.ALWAYS:
        raise Raised(("ValueError",), "ValueError: not in the list", machine.here)


def _pop(machine: Machine, owner: Items, arguments: list[Any]) -> Any:
    if machine.since(owner.born) is Certainty.ALWAYS and owner and not arguments:
        return owner.pop()
    return Unknown("an item")


def _clear(machine: Machine, owner: Items, _arguments: list[Any]) -> None:
    if machine.since(owner.born) is Certainty.ALWAYS:
        owner.clear()
    else:
        doubt(owner)


def _update(operation: str, machine: Machine, owner: Items, arguments: list[Any]) -> None:
    """``difference_update`` and its like."""
    made = together(operation, owner, machine.iterate(arguments[0]) or [Unknown("a set")]) if len(arguments) == 1 else None
    if isinstance(made, Items) and machine.since(owner.born) is Certainty.ALWAYS:
        owner[:] = made
    else:
        doubt(owner)


def _set(operation: str, machine: Machine, owner: Items, arguments: list[Any]) -> Any:
    """``difference`` and its like, ``issubset`` and its like."""
    others = machine.iterate(arguments[0]) if len(arguments) == 1 else None
    made = together(operation, owner, others) if others is not None else Unknown("a set")
    if operation == "union" and isinstance(made, Unknown):
        made = Items(owner, machine.path)
        for more in arguments:
            extend(machine, made, more)
    if isinstance(made, Items):
        made.born = machine.path
    return made


def _unmoved(_machine: Machine, _owner: Items, _arguments: list[Any]) -> None:
    return None


LIST_METHODS: dict[str, Callable[[Any, Items, list[Any]], Any]] = {
    "append": _append,
    "add": _append,
    "extend": _extend,
    "update": _extend,
    "insert": _insert,
    "copy": lambda machine, owner, _arguments: Items(owner, machine.path),
    "remove": _remove,
    "discard": partial(_remove, strict=False),
    "pop": _pop,
    "clear": _clear,
    "sort": _unmoved,
    "reverse": _unmoved,
    "index": lambda _machine, _owner, _arguments: Unknown("a place in a list"),
    "count": lambda _machine, _owner, _arguments: Unknown("a number"),
    **{f"{name}_update": partial(_update, name) for name in ("difference", "intersection", "symmetric_difference")},
    **{
        name: partial(_set, name)
        for name in ("union", "difference", "intersection", "symmetric_difference", "issubset", "issuperset", "isdisjoint")
    },
}
"""Of lists and sets; any other leaves a doubt about the whole list."""
