# ruff: noqa: ANN401 -- values of interpreted code are anything
"""Values that hang on what the target answers, and that nobody has looked at yet.

``machine = platform.machine()`` binds one; so does a text that is made of it. It is known how they come about (``tree``), so that any
target can be asked for them again. What is never looked at is never asked: facts that do not hang on it hold for every target. Who
looks at one (a branch, a path that is looked up, a text that lands in facts) calls :func:`settled`, which asks.

Only while somebody notes what is asked are there such values: a reading for one target alone has the plain ones.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from muslcheck.archives.interpreter.values import Items, Perhaps
from muslcheck.archives.witness import asked

if TYPE_CHECKING:
    from muslcheck.words.target import Target

__all__ = ["Lazy", "Tree", "holds_lazy", "settled"]

Tree = tuple[Any, ...]
"""An answer (``("answer", "sys.version_info")``), a constant (``("is", 3)``), or an operation over trees (``("Lt", tree, tree)``)."""
_DEEPEST = 8
"""Containers within containers that are looked through."""


class Lazy:
    """A text, a number or a tuple; ``plain`` is what it is for the target that is read for, which decides nothing before it is settled."""

    __slots__ = ("_settled", "plain", "target", "tree")

    def __init__(self, target: Target, tree: Tree, plain: Any) -> None:
        self.target = target
        self.tree = tree
        self.plain = plain
        self._settled = False

    def settle(self) -> Any:
        """Look at it."""
        if not self._settled:
            asked(self.target, "value", json.dumps(self.tree))
            self._settled = True
        return self.plain

    def truth(self) -> bool:
        """Look at no more than whether it counts as true."""
        if isinstance(self.plain, bool):
            return bool(self.settle())
        return bool(self.ask("truth"))

    def ask(self, operation: str, *constants: str | int) -> Any:
        """Look at no more than what an operation (:mod:`muslcheck.archives.interpreter.lifting`) makes of it."""
        return asked(self.target, "value", json.dumps((operation, self.tree, *(("is", constant) for constant in constants))))

    def stripped(self) -> Lazy:
        """A text without the blanks around it."""
        return Lazy(self.target, (".strip", self.tree), self.plain.strip())


_HOLDERS = frozenset({tuple, list, Items, dict, Perhaps})


def holds_lazy(value: Any, depth: int = 0) -> bool:
    """Whether a value is, or holds, one that was not looked at."""
    kind = type(value)
    if kind is Lazy:
        return True
    if kind not in _HOLDERS or depth > _DEEPEST:
        return False
    for item in (value.value,) if kind is Perhaps else value.values() if kind is dict else value:
        inner = type(item)
        if inner is Lazy or (inner in _HOLDERS and holds_lazy(item, depth + 1)):
            return True
    return False


def settled(value: Any, depth: int = 0) -> Any:
    """A value that was looked at, with all that it holds: lists and dicts are the same objects as before."""
    if type(value) is Lazy:
        return value.settle()
    if isinstance(value, Perhaps):
        inner = settled(value.value, depth)
        return value if inner is value.value else Perhaps(inner, value.certainty)
    if depth <= _DEEPEST and isinstance(value, (list, dict)):
        for key, item in list(enumerate(value) if isinstance(value, list) else value.items()):
            if (looked_at := settled(item, depth + 1)) is not item:
                value[key] = looked_at
    elif depth <= _DEEPEST and type(value) is tuple and holds_lazy(value):
        return tuple(settled(item, depth + 1) for item in value)
    return value
