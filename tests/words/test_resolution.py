"""Candidates on other shelves."""

from dataclasses import fields, replace

from muslcheck.words.release import Fits, Placed, Shelf
from muslcheck.words.resolution import Candidate


def test_a_candidate_on_another_shelf_keeps_all_else():
    candidate = Candidate(**{each.name: f"its {each.name}" for each in fields(Candidate)})
    shelf = Shelf((Placed("a file", Fits("py3-none-any", 1)),))
    moved = candidate.on(shelf)
    assert moved == replace(candidate, shelf=shelf)
    assert moved.kin == candidate.kin
    assert moved.shelf is shelf
