"""Verdicts on other targets."""

from dataclasses import fields, replace

from muslcheck.words.release import Shelf
from muslcheck.words.verdict import Verdict


def test_a_verdict_on_another_target_keeps_all_else():
    verdict = Verdict(**{each.name: f"its {each.name}" for each in fields(Verdict)})
    assert verdict.on("another", Shelf()) == replace(verdict, target="another", shelf=Shelf())
