"""What a user can do about a verdict, the best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muslcheck.judge.case import Case
    from muslcheck.words.verdict import Advice, ApkNames, Evidence, Mark, Outcome

__all__ = ["advise"]


def advise(case: Case, outcome: Outcome, marks: frozenset[Mark], apk: ApkNames, evidence: tuple[Evidence, ...]) -> tuple[Advice, ...]:
    """Advice on one verdict, the best first; empty where nothing has to be done."""
    del case, outcome, marks, apk, evidence
    return ()
