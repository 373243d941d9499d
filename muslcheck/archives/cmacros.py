"""What the C files read so far define, and the branches of their conditions: found out only where something hangs on it.

Most of what stands behind a condition is of no interest (it defines what nobody asks for, or includes a header that is always there).
So a condition is kept with the moment at which it was met, and answered for that moment when something hangs on it: what was read of an
sdist then holds for every target that answers alike what had to be asked, which is little.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from muslcheck.archives.preprocessor import FIXED, VARIES, condition, settled
from muslcheck.archives.witness import asked, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.words.target import Target

__all__ = ["Arm", "Branch", "Preprocessor"]

_DEFINED = re.compile(r"\s*([A-Za-z_]\w*)")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_LONGEST_NOTED = 500
"""Characters of a condition that is kept as one question; the macros of a longer one are asked one by one."""
_DEEPEST = 40
"""Conditions that hang on macros that were defined under conditions, and so on."""
_MOST, _PLACES = 100, 20
"""Definitions of one macro, and files of those that are surely left out, that are kept."""


class Arm:
    """One arm of an ``#if`` and those before it: whether it is compiled is asked when it is looked at, and once."""

    __slots__ = ("_ask", "_outer", "_state", "_truth", "before", "chosen")

    def __init__(self, ask: Callable[[], bool | None] | None, outer: Arm | None, before: Arm | None = None) -> None:
        """``ask`` answers its condition (None: ``#else``); ``outer`` is the arm around it, ``before`` the one before it."""
        self._ask = ask
        self._outer = outer
        self._truth: bool | None = ask is None
        self._state: tuple[bool | None] | None = None
        self.before = before
        self.chosen: tuple[bool | None] | None = None
        """What :meth:`taken` has answered."""

    @property
    def state(self) -> bool | None:
        """Whether it is compiled; None where that is not known."""
        if self._state is None:
            outer = self._outer.state if self._outer is not None else True
            self._state = (False if outer is False else _both(outer, self._mine()),)
        return self._state[0]

    def _mine(self) -> bool | None:
        """Whether it is chosen among the arms of its ``#if``."""
        before = self.before.taken() if self.before is not None else False
        if before is True:
            return False
        truth = self.truth()
        return truth if before is False or truth is False else None

    def taken(self) -> bool | None:
        """Whether it, or one before it, is the one that is chosen."""
        waiting: list[Arm] = []
        arm: Arm | None = self
        while arm is not None and arm.chosen is None:
            waiting.append(arm)
            arm = arm.before
        taken = arm.chosen[0] if arm is not None and arm.chosen is not None else False
        for each in reversed(waiting):
            if taken is False:
                taken = each.truth()
            each.chosen = (taken,)
        return taken

    def truth(self) -> bool | None:
        """The truth of its own condition."""
        if self._ask is not None:
            self._truth, self._ask = self._ask(), None
        return self._truth


def _both(first: bool | None, second: bool | None) -> bool | None:  # noqa: FBT001 -- truths
    if first is False or second is False:
        return False
    return True if first and second else None


class Branch:
    """One ``#if`` that is open, and its current arm. ``asks``: an arm so far asks for a header from outside."""

    __slots__ = ("_instead", "_outer", "arm", "asks")

    def __init__(self, ask: Callable[[], bool | None], outer: Arm | None) -> None:
        self._outer = outer
        self.arm = Arm(ask, outer)
        self.asks = False
        self._instead: Arm | None = None

    def turn(self, ask: Callable[[], bool | None] | None) -> None:
        """Go on to the next arm: ``#elif``, one of several by choice, or, with None, ``#else``, which is what is left."""
        self._instead = self.arm if ask is not None and self.asks else None
        self.arm = Arm(ask, self._outer, self.arm)

    @property
    def asked_before(self) -> bool:
        """A header was asked for before this ``#elif`` that is not known to be left out: what is asked for here serves instead."""
        return self._instead is not None and self._instead.taken() is not False


class _Event(NamedTuple):
    """A definition, or with None in place of a value the end of one."""

    at: int
    value: str | None
    member: str
    arm: Arm | None


class Preprocessor:
    """Answers conditions for one target, and keeps what the files read so far define."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._events: dict[str, list[_Event]] = {}
        self._depth = 0
        self.now = 0
        """How many definitions were met so far."""

    def define(self, text: str, arm: Arm | None, member: str) -> None:
        """``#define`` on an arm: what follows the word."""
        if (match := _DEFINED.match(text)) is not None:
            value = text.strip().replace("\t", " ").partition(" ")[2].strip()
            self._keep(match[1], _Event(self.now, value or "1", member, arm))

    def undefine(self, text: str, arm: Arm | None) -> None:
        """``#undef``: what follows the word."""
        if text.strip() in self._events:
            self._keep(text.strip(), _Event(self.now, None, "", arm))

    def _keep(self, name: str, event: _Event) -> None:
        events = self._events.setdefault(name, [])
        if len(events) >= _MOST:
            events[:] = self._essence(events)
        events.append(event)
        self.now += 1

    def _essence(self, events: list[_Event]) -> list[_Event]:
        """Of many definitions those that tell what the macro is worth, and whether it is perhaps defined, or surely not."""
        sure = [event for event in events if self._state(event) is True][-1:]
        perhaps = [event for event in events if event.value is not None and self._state(event) is None][:1]
        never = {event.member: event for event in events if event.value is not None and self._state(event) is False}
        return sorted([*sure, *perhaps, *list(never.values())[:_PLACES]])

    def _state(self, event: _Event) -> bool | None:
        if event.arm is None:
            return True
        if self._depth >= _DEEPEST:
            return None
        self._depth += 1
        try:
            return event.arm.state
        finally:
            self._depth -= 1

    def _before(self, name: str, at: int | None) -> list[_Event]:
        events = self._events.get(name, [])
        return events if at is None or not events or events[-1].at < at else [event for event in events if event.at < at]

    def value(self, name: str, at: int | None = None) -> str | None:
        """What a macro of the files read before a moment is worth, as far as that is sure; None where it is none."""
        return next((event.value for event in reversed(self._before(name, at)) if self._state(event) is True), None)

    def perhaps(self, name: str, at: int | None = None) -> bool:
        """Whether a macro was defined before a moment on an arm that may be compiled."""
        return any(event.value is not None and self._state(event) is None for event in self._before(name, at))

    def left_out(self, name: str, at: int | None = None) -> frozenset[str]:
        """The members that define a macro on an arm that is surely not compiled."""
        return frozenset(event.member for event in self._before(name, at) if event.value is not None and self._state(event) is False)

    def truth(self, text: str, at: int) -> bool | None:
        """The truth of an ``#if`` expression at a moment; None where it hangs on a macro that is not known."""
        names = _IDENTIFIER.findall(text)
        if self._events.keys().isdisjoint(names):
            if VARIES.isdisjoint(names):
                return settled(text)
            return self._ask("condition", text, text, {})
        own, known = _Own(self, at), _Known(FIXED)
        truth = condition(text, known, own)
        if not known.varies:
            return truth
        found = {name: value for name, value in own.found.items() if value is not None}
        return self._ask("own condition", json.dumps([text, found], sort_keys=True), text, found)

    def _ask(self, kind: str, question: str, text: str, own: dict[str, str]) -> bool | None:
        if len(question) > _LONGEST_NOTED:
            return condition(text, table(self._target, "macro"), own)
        answer: bool | None = asked(self._target, kind, question)
        return answer

    def given(self, name: str) -> bool:
        """Whether it is settled before any file is read that a macro is, or is not, defined on every target."""
        return name in FIXED

    def defined(self, name: str, at: int) -> bool | None:
        """The truth of an ``#ifdef``."""
        return self.truth(f"defined({name})", at) if name else None


class _Own(dict[str, str]):
    """The macros of the files read before a moment, looked up one by one."""

    def __init__(self, preprocessor: Preprocessor, at: int) -> None:
        super().__init__()
        self._preprocessor = preprocessor
        self._at = at
        self.found: dict[str, str | None] = {}

    def __contains__(self, name: object) -> bool:
        assert isinstance(name, str)
        if name not in self.found:
            self.found[name] = self._preprocessor.value(name, self._at)
        return self.found[name] is not None

    def __getitem__(self, name: str) -> str:
        value = self.found[name]
        assert value is not None
        return value


class _Known(dict[str, Any]):
    """Macros that are worth the same on every target; that others were asked for is remembered."""

    varies = False

    def __contains__(self, name: object) -> bool:
        self.varies |= name in VARIES
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401
        self.varies |= name in VARIES
        return super().get(name, default)
