"""MC1xx: what the wheels on the shelf say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.judge.rules.rule import Rule
from muslcheck.words.release import Fits, Kind
from muslcheck.words.verdict import Evidence, Outcome, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.judge.case import Case

__all__ = ["RULES"]


def fits(case: Case) -> Iterator[Evidence]:
    """A wheel of the release fits the target, and pip prefers any wheel to an sdist of the same version."""
    shelf = case.candidate.shelf
    if shelf.chosen is not None and shelf.chosen.kind is Kind.WHEEL and isinstance(fit := shelf.placed[0].fit, Fits):
        yield Evidence("MC101", f"a wheel fits by its tag {fit.tag}", shelf.chosen.filename, Strength.PROOF, Outcome.WHEEL)


RULES = (Rule("MC101", "A wheel fits", fits),)
