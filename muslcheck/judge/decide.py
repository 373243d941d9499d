"""Evidence in, outcome and marks out: the only place that weighs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.words.verdict import Outcome, Strength

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muslcheck.words.verdict import Evidence, Mark

__all__ = ["decide", "ordered"]

_FIRST_SAID = (Outcome.FAIL, Outcome.COMPILE, Outcome.UNKNOWN, Outcome.BUILD, Outcome.WHEEL)
"""Among equals: the worse before the better, and doubt before what it casts doubt on."""


def decide(evidence: Sequence[Evidence]) -> tuple[Outcome, frozenset[Mark]]:
    """The outcome that the evidence bears out, and the marks of all evidence that speaks for it or only explains.

    A stronger piece of evidence overrules a weaker one; among equals the worse outcome wins, and doubt wins over ``build``.
    ``fail`` needs proof: what is only likely to stop a build casts doubt on it. A hint decides nothing: where no more than that is left,
    the answer is ``unknown``.
    """
    outcome = Outcome.UNKNOWN
    for strength in (Strength.PROOF, Strength.STRONG):
        said = {e.says for e in evidence if e.strength is strength and e.says is not None}
        if strength is not Strength.PROOF and Outcome.FAIL in said:
            said = (said - {Outcome.FAIL}) | {Outcome.UNKNOWN}  # not sure enough for a failure, and enough for doubt
        if said:
            outcome = next(first for first in _FIRST_SAID if first in said)
            break
    marks = frozenset(mark for e in evidence if e.says in {None, outcome} for mark in e.marks)
    return outcome, marks


def ordered(evidence: Sequence[Evidence], outcome: Outcome) -> tuple[Evidence, ...]:
    """The evidence, the weightiest first: what speaks for the outcome, then by strength, code, place and claim; no repeats."""
    return tuple(sorted(set(evidence), key=lambda e: _order(e, outcome)))


def _order(evidence: Evidence, outcome: Outcome) -> tuple[bool, int, str, str, str, str, tuple[str, ...]]:
    return (
        evidence.says is not outcome,
        -evidence.strength,
        evidence.code,
        evidence.seen_in,
        evidence.claim,
        evidence.says or "",
        tuple(sorted(evidence.marks)),
    )
