"""Words for sizes, files, chains and advice."""

from dataclasses import replace

import pytest
from support import reports

from muslcheck.render.phrases import advice_line, chain_line, fit_line, further, reason, size_line, target_line
from muslcheck.words.release import Misfit, Miss, Placed
from muslcheck.words.verdict import Action, Advice, Evidence, Mark, Outcome, Strength


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (None, ""),
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (36_104, "36.1 kB"),
        (4_500_000, "4.5 MB"),
        (2**31, "2.1 GB"),
    ],
)
def test_sizes(size, said):
    assert size_line(size) == said


def test_a_free_threaded_target_is_told():
    assert target_line(replace(reports.ALPINE, free_threaded=True)) == "x86_64, Python 3.11.14, free-threaded, musl 1.2, Alpine 3.23"


@pytest.mark.parametrize("miss", Miss)
def test_every_miss_has_words_of_its_own(miss):
    placed = Placed(reports.file("x-1-py3-none-any.whl", "1"), Misfit(miss, ""))
    assert fit_line(placed)


@pytest.mark.parametrize(
    ("chain", "required_by", "said"),
    [
        (("r.txt:1", "x"), (), "r.txt:1"),
        (("r.txt:1", "a", "x"), ("a",), "r.txt:1 → a"),
        (("r.txt:1", "a", "x"), ("a", "b"), "r.txt:1 → a (and 1 other)"),
        (("r.txt:1", "a", "x"), ("a", "b", "c"), "r.txt:1 → a (and 2 others)"),
        (("r.txt:1", "x[extra]"), (), "r.txt:1 → x[extra]"),
    ],
)
def test_chains(chain, required_by, said):
    assert chain_line(replace(reports.wheel(reports.ALPINE, "x"), chain=chain, required_by=required_by)) == said


@pytest.mark.parametrize(
    ("advice", "said"),
    [
        (Advice(Action.PIN, "x==1", "it has a wheel"), "require x==1: it has a wheel"),
        (Advice(Action.REPLACE, "x-binary", "it has wheels"), "require instead x-binary: it has wheels"),
        (Advice(Action.CHANGE_IMAGE, "python:3.11-slim", ""), "use python:3.11-slim"),
        (Advice(Action.ADD_APK, "apk add --no-cache gcc", "it compiles"), "apk add --no-cache gcc: it compiles"),
        (Advice(Action.ACCEPT, "", "nothing has to be done"), "nothing has to be done"),
    ],
)
def test_advice(advice, said):
    assert advice_line(advice) == said


def evidence(code, says=None, *marks):
    return Evidence(code, "claim", "place", Strength.STRONG, says, frozenset(marks))


def verdict(outcome, marks, *found):
    return replace(reports.wheel(reports.ALPINE, "x"), outcome=outcome, marks=frozenset(marks), evidence=found)


def test_the_reason_speaks_for_the_outcome():
    found = verdict(
        Outcome.COMPILE, {Mark.HEAVY}, evidence("MC001"), evidence("MC002", None, Mark.HEAVY), evidence("MC003", Outcome.COMPILE)
    )
    assert reason(found).code == "MC003"
    assert [each.code for each in further(found)] == ["MC002"]


def test_the_reason_of_a_wheel_that_loses_something_is_what_it_loses():
    found = verdict(Outcome.WHEEL, {Mark.OLDER}, evidence("MC001", Outcome.WHEEL), evidence("MC002", None, Mark.OLDER))
    assert reason(found).code == "MC002"
    assert further(found) == []


def test_a_verdict_without_evidence_has_no_reason():
    found = verdict(Outcome.UNKNOWN, set())
    assert reason(found) is None
    assert further(found) == []
