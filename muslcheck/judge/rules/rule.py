"""What a rule is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from muslcheck.judge.case import Case
    from muslcheck.words.verdict import Evidence

__all__ = ["Rule"]


class Rule(NamedTuple):
    """A rule: its code, a title of one line, and the pure function whose docstring is its page in the reference."""

    code: str
    title: str
    check: Callable[[Case], Iterable[Evidence]]
