"""What outweighs what: the one place that decides, held by cases of its own."""

import pytest

from muslcheck.judge.decide import decide
from muslcheck.words.verdict import Evidence, Mark, Outcome, Strength

HINT, STRONG, PROOF = Strength.HINT, Strength.STRONG, Strength.PROOF


def says(outcome, strength, *marks):
    return Evidence("MC000", "a claim", "demo-1.0.tar.gz!/setup.py:1", strength, outcome, frozenset(marks))


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ([says(Outcome.FAIL, PROOF)], Outcome.FAIL),
        ([says(Outcome.FAIL, STRONG)], Outcome.UNKNOWN),
        ([says(Outcome.FAIL, STRONG), says(Outcome.COMPILE, STRONG)], Outcome.COMPILE),
        ([says(Outcome.FAIL, STRONG), says(Outcome.BUILD, STRONG)], Outcome.UNKNOWN),
        ([says(Outcome.FAIL, STRONG), says(Outcome.BUILD, PROOF)], Outcome.BUILD),
        ([says(Outcome.BUILD, STRONG), says(Outcome.COMPILE, PROOF)], Outcome.COMPILE),
        ([says(Outcome.BUILD, PROOF), says(Outcome.COMPILE, STRONG)], Outcome.BUILD),
        ([says(Outcome.BUILD, PROOF), says(Outcome.UNKNOWN, PROOF)], Outcome.UNKNOWN),
        ([says(Outcome.BUILD, PROOF), says(Outcome.FAIL, PROOF), says(Outcome.COMPILE, PROOF)], Outcome.FAIL),
        ([says(Outcome.COMPILE, HINT)], Outcome.UNKNOWN),
        ([says(None, PROOF)], Outcome.UNKNOWN),
        ([], Outcome.UNKNOWN),
    ],
)
def test_the_weightier_decides_and_failure_wants_proof(evidence, expected):
    assert decide(evidence)[0] is expected
    assert decide(evidence[::-1])[0] is expected


def test_marks_come_from_what_speaks_for_the_outcome_or_only_explains():
    evidence = [says(Outcome.BUILD, PROOF, Mark.SLOWER), says(Outcome.COMPILE, STRONG, Mark.HEAVY), says(None, HINT, Mark.OLDER)]
    assert decide(evidence) == (Outcome.BUILD, {Mark.SLOWER, Mark.OLDER})
