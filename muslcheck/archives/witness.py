"""What the reading of an sdist asked about its target: the facts hold for every other target that gives the same answers.

A :class:`Witness` stands for the target while an sdist is read. It answers as the target does and notes each question with its
answer; questions are small (whether Python is at least 3.12, what one macro is worth), so that most of many targets can share facts.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from muslcheck.words.release import Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableSequence

    from muslcheck.words.release import Metadata
    from muslcheck.words.target import Target

_T = TypeVar("_T")

__all__ = ["Noted", "Witness", "asked", "holds", "once", "remembered", "suits", "table", "witnessed"]

Noted = dict[tuple[str, str], str]
"""Answers, as text, by the kind of the question and what was asked."""

_OWN, _SINCE = "is", "python since"


class Witness:
    """Answers in a target's stead, and notes what was asked."""

    __slots__ = ("noted", "witnessed")

    def __init__(self, target: Target) -> None:
        self.witnessed = target
        self.noted: Noted = {}

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever a target has
        value = getattr(self.witnessed, name)
        if name == "python":
            return _Python(value, self.noted)
        self.noted[_OWN, name] = repr(value)
        return value


def witnessed(target: Target) -> tuple[Target, Noted]:
    """Somebody who stands for the target, and where they note what they are asked."""
    witness = Witness(target)
    return cast("Target", witness), witness.noted


def table(target: Target, kind: str) -> dict[str, Any]:
    """A table of :data:`_TABLES`, as it is for the target. Every table has the same keys for all targets."""
    if isinstance(target, Witness):
        return _Table(_of(target.witnessed, kind), kind, target.noted)
    return _of(target, kind)


def asked(target: Target, kind: str, question: str) -> Any:  # noqa: ANN401 -- whatever the question is for
    """The answer to a question of :data:`_QUESTIONS`."""
    if isinstance(target, Witness):
        answer = _QUESTIONS[kind](target.witnessed, question)
        target.noted[kind, question] = repr(answer)
        return answer
    return _QUESTIONS[kind](target, question)


def holds(noted: Noted, target: Target) -> bool:
    """Whether a target answers all that was noted in the same way. What cannot be asked any more is no."""
    known = _told(target)
    try:
        for question, answer in noted.items():
            told = known.get(question)
            if told is None:
                told = known[question] = repr(_answer(target, *question))
            if told != answer:
                return False
    except (LookupError, ValueError, AttributeError, TypeError):
        return False
    return True


def suits(found: Metadata | Unread, target: Target | None) -> bool:
    """Whether what was read of an sdist holds for a target."""
    if target is None or isinstance(found, Unread) or not found.asked:
        return True
    return holds({(kind, question): answer for kind, question, answer in found.asked}, target)


def once(target: Target, done: MutableSequence[tuple[Noted, _T]], work: Callable[[Target], _T]) -> _T:
    """What a part of the reading comes to; it is not done again for a target to which it looks the same."""
    if not isinstance(target, Witness):
        return work(target)
    noted, result = _done(target.witnessed, done, work)
    target.noted |= noted
    return result


def remembered(target: Target, done: MutableSequence[tuple[Noted, _T]], work: Callable[[Target], _T]) -> _T:
    """What comes of some work on a target, or came of it for another that answers all that was asked in the same way."""
    return _done(target, done, work)[1]


def _done(target: Target, done: MutableSequence[tuple[Noted, _T]], work: Callable[[Target], _T]) -> tuple[Noted, _T]:
    for each in done:
        if holds(each[0], target):
            return each
    witness = Witness(target)
    result = work(cast("Target", witness))
    done.append((witness.noted, result))
    return done[-1]


@cache
def _told(_: Target) -> Noted:
    """What a target has answered so far in this run: many sdists ask the same."""
    return {}


def _answer(target: Target, kind: str, question: str) -> Any:  # noqa: ANN401
    if kind == _OWN:
        return getattr(target, question)
    if kind == _SINCE:
        return target.python >= tuple(map(int, question.split(".")))
    if kind in _QUESTIONS:
        return _QUESTIONS[kind](target, question)
    return _of(target, kind)[question]


class _Python:
    """``Target.python``, which notes what it is compared with; whoever reads its numbers is noted to have read them.

    It is no tuple: the interpreter reads those without asking.
    """

    __slots__ = ("_noted", "_value")

    def __init__(self, value: tuple[int, int], noted: Noted) -> None:
        self._value = value
        self._noted = noted

    def _plain(self) -> tuple[int, int]:
        self._noted[_OWN, "python"] = repr(self._value)
        return self._value

    def __ge__(self, other: tuple[int, ...]) -> bool:
        answer = self._value >= other
        self._noted[_SINCE, ".".join(map(str, other))] = repr(answer)
        return answer

    def __lt__(self, other: tuple[int, ...]) -> bool:
        return not self >= other

    def __gt__(self, other: tuple[int, ...]) -> bool:
        return self._plain() > other

    def __le__(self, other: tuple[int, ...]) -> bool:
        return self._plain() <= other

    def __eq__(self, other: object) -> bool:
        return self._plain() == other

    def __hash__(self) -> int:
        return hash(self._plain())

    def __iter__(self) -> Iterator[int]:
        return iter(self._plain())

    def __getitem__(self, place: int) -> int:
        return self._plain()[place]

    def __repr__(self) -> str:
        return repr(self._plain())


class _Table(dict[str, Any]):
    """A table that notes which of its entries were read."""

    def __init__(self, entries: dict[str, Any], kind: str, noted: Noted) -> None:
        super().__init__(entries)
        self._kind = kind
        self._noted = noted

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401
        value = super().__getitem__(key)
        self._note(key, value)
        return value

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401
        if key not in self:
            return default
        return self[key]

    def _note(self, key: str, value: Any) -> None:  # noqa: ANN401
        if (self._kind, key) not in self._noted:
            self._noted[self._kind, key] = repr(value)


def _answers(target: Target) -> dict[str, Any]:
    from muslcheck.archives.interpreter.world import answers

    return answers(target)


def _variables(target: Target) -> dict[str, Any]:
    from muslcheck.archives.interpreter.world import environment_markers

    return environment_markers(target)


def _macros(target: Target) -> dict[str, Any]:
    from muslcheck.archives.preprocessor import macros

    return macros(target)


def _applies(target: Target, requirement: str) -> bool:
    from muslcheck.archives.build_environment import applies

    return applies(target, requirement)


def _one_applies(target: Target, requirements: str) -> bool:
    from muslcheck.archives.build_environment import applies

    return any(applies(target, requirement) for requirement in json.loads(requirements))


def _condition(target: Target, text: str) -> bool | None:
    from muslcheck.archives.preprocessor import condition

    return condition(text, _of(target, "macro"), {})


def _own_condition(target: Target, question: str) -> bool | None:
    """A condition with the macros of the code's own that it hangs on."""
    from muslcheck.archives.preprocessor import condition

    text, own = json.loads(question)
    return condition(text, _of(target, "macro"), own)


def _value(target: Target, text: str) -> Any:  # noqa: ANN401
    from muslcheck.archives.interpreter.lifting import evaluated

    return evaluated(target, text)


_TABLES: dict[str, Callable[[Target], dict[str, Any]]] = {"answer": _answers, "variable": _variables, "macro": _macros}
_QUESTIONS: dict[str, Callable[[Target, str], Any]] = {
    "applies": _applies,
    "condition": _condition,
    "one applies": _one_applies,
    "own condition": _own_condition,
    "value": _value,
}


@cache
def _of(target: Target, kind: str) -> dict[str, Any]:
    return _TABLES[kind](target)
