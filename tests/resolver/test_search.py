"""The search itself: what it costs, and where it leaves early."""

from __future__ import annotations

import random

from resolvelib.resolvers import Criterion


def test_what_is_known_not_to_work_is_listed_once(shop, versions, monkeypatch):
    """resolvelib joins such lists as it goes back, those that hold the same, too: they would double again and again."""
    listed = []
    made = Criterion.__init__

    def noting(self, candidates, information, incompatibilities):
        made(self, candidates, information, incompatibilities)
        listed.append(incompatibilities)

    monkeypatch.setattr(Criterion, "__init__", noting)
    rng = random.Random(15)
    for index, name in enumerate("abcdef"):
        for major in range(6):
            later = "abcdef"[index + 1 :]
            needs = [f"{other}{rng.choice(['<', '>=', '!=', '<='])}{rng.randrange(6)}" for other in rng.sample(later, min(len(later), 3))]
            shop.add(name, f"{major}.0", needs)
    answer = shop.settle("a", "b", "c")
    assert versions(answer) == {"a": "2.0", "b": "3.0", "c": "3.0", "d": "1.0", "e": "1.0", "f": "4.0"}
    assert any(listed)
    assert all(len(each) == len({*map(id, each)}) for each in listed)
