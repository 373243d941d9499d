"""MC12x: what a lock file fixes, against what the index has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.judge.rules.rule import Rule
from muslcheck.words.release import Kind
from muslcheck.words.verdict import Evidence, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.judge.case import Case

__all__ = ["RULES"]


def not_in_lock(case: Case) -> Iterator[Evidence]:
    """A wheel that fits is on the index, but not in the lock, so an installer does not take it.

    A lock lists the files of the day on which it was made; one made by ``pip lock`` those of one platform. What is in the lock
    is judged as it is: an sdist is built, and without one the install fails. Lock again, and the wheel is taken.
    """
    locked, wheel = case.candidate.locked, case.candidate.unlocked
    if locked is not None and wheel is not None:
        uploaded = f" since {wheel.upload_time[:10]}" if wheel.upload_time else ""
        yield Evidence("MC120", f"{wheel.filename} fits, and is on the index{uploaded}, not in the lock", str(locked), Strength.PROOF)


def nowhere(case: Case) -> Iterator[Evidence]:
    """Neither the lock nor the index has a wheel of the locked release that fits: to lock again does not help."""
    candidate = case.candidate
    wheel = case.file is not None and case.file.kind is Kind.WHEEL
    if candidate.locked is not None and candidate.direct is None and not wheel and candidate.unlocked is None and candidate.shelf.placed:
        yield Evidence("MC121", "no wheel that fits is in the lock, and none is on the index", str(candidate.locked), Strength.PROOF)


RULES = (
    Rule("MC120", "On the index, not in the lock", not_in_lock),
    Rule("MC121", "Neither in the lock nor on the index", nowhere),
)
