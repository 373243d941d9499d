"""Conflicts are told by the fewest of the manifests' requirements that conflict."""

from __future__ import annotations

import random

import pytest

from muslcheck.resolver import Catalogue
from muslcheck.words.resolution import BlockerKind


class AllKnown(Catalogue):
    """A catalogue of a shop with everything in it."""

    def __init__(self, shop):
        super().__init__()
        for name, versions in shop.files.items():
            self.add_project(shop.project(name))
            for files in versions.values():
                for file in files:
                    self.add_metadata(file, shop.metadata[file.url])


def conflicts(answer):
    return [each for each in answer.problems if each.kind == "conflict"]


def in_conflict(answer):
    return [each.name for each in answer.candidates if each.blocker and each.blocker.kind is BlockerKind.CONFLICT]


def named_in(problem, asked):
    """The requirements of a manifest that a problem's hint names, by file and line."""
    return [each for each in asked if f"{each.origin} (" in problem.hint]


def random_question(rng, shop):
    """Seven projects, requirements among them, three to six requirements and some constraints on them."""
    names = "abcdefg"
    for index, name in enumerate(names):
        for major in range(rng.randint(2, 4)):
            later = names[index + 1 :]
            needs = [f"{other}{rng.choice(['<', '>=', '==', '!='])}{rng.randrange(4)}" for other in rng.sample(later, min(len(later), 2))]
            shop.add(name, f"{major}.0", needs)
    asked = [f"{name}{rng.choice(['', '', '<2', '>=1', '==1', '!=1'])}" for name in rng.sample(names, rng.randint(3, 6))]
    held = [f"{name}{rng.choice(['<2', '>=1', '==1', '!=0'])}" for name in rng.sample(names, rng.randint(0, 3))]
    return asked, held


@pytest.mark.parametrize("block", range(6))
def test_what_is_named_conflicts_and_nothing_of_it_can_be_spared(make_shop, written, block):
    answers = told = 0
    for seed in range(block * 50, block * 50 + 50):
        shop = make_shop()
        asked, held = random_question(random.Random(seed), shop)
        known = AllKnown(shop)
        requirements = [written(text, line) for line, text in enumerate(asked, 1)]
        constraints = [written(text, line, "constraints.txt") for line, text in enumerate(held, 1)]

        def kinds(some, bounds, shop=shop, known=known):
            """What pip would stop at, asked for no more than some of it."""
            answer = shop.settle(*some, constraints=bounds, catalogue=known) if some else None
            return {each.blocker.kind for each in answer.candidates if each.blocker} if answer else set()

        answer = shop.settle(*requirements, constraints=constraints, catalogue=known)
        answers += bool(in_conflict(answer))
        sets = [(named_in(problem, requirements), named_in(problem, constraints)) for problem in conflicts(answer)]
        told += bool(sets and sets != [([], [])])
        for some, bounds in sets:
            if not some:
                continue  # it only comes to light once another one is passed over
            assert kinds(some, bounds), (seed, some, bounds)
            for spared in some:
                assert BlockerKind.CONFLICT not in kinds([each for each in some if each is not spared], bounds), (seed, spared)
            for spared in bounds:
                assert BlockerKind.CONFLICT not in kinds(some, [each for each in bounds if each is not spared]), (seed, spared)
    assert answers > 10
    assert told > 0.9 * answers


def test_what_has_no_part_in_it_is_not_named(shop):
    shop.add("core", "1.0").add("core", "2.0")
    for name in ("one", "two", "three"):
        shop.add(name, "1.0", ["core"])
    shop.add("over", "1.0", ["under"]).add("under", "1.0", ["core>=2"])
    answer = shop.settle("one", "core<2", "two", "over", "three", constraints=["core>=1", "one<5"])
    (problem,) = conflicts(answer)
    assert problem.message == "requirements.txt:2 asks for core<2, but under 1.0 (requirements.txt:4 → over) needs core>=2"
    assert problem.hint == "Change requirements.txt:2 (core<2) or requirements.txt:4 (over): the rest of the manifests can stay."


def test_one_that_closes_the_way_around_is_named_at_the_end(shop):
    shop.add("core", "1.0").add("core", "2.0")
    shop.add("app", "1.0").add("app", "2.0", ["core>=2"])
    answer = shop.settle("core<2", "app", constraints=["app>1"])
    (problem,) = conflicts(answer)
    expected = (
        "requirements.txt:1 asks for core<2, but app 2.0 (requirements.txt:2) needs core>=2; constraints.txt:1 (app>1) leaves no other way"
    )
    assert problem.message == expected
    hint = "Change requirements.txt:1 (core<2), requirements.txt:2 (app) or constraints.txt:1 (app>1): the rest of the manifests can stay."
    assert problem.hint == hint


def test_one_requirement_may_conflict_alone(shop):
    shop.add("core", "1.0").add("core", "2.0").add("app", "1.0", ["one", "two"])
    shop.add("one", "1.0", ["core<2"]).add("two", "1.0", ["core>=2"]).add("other", "1.0")
    (problem,) = conflicts(shop.settle("other", "app"))
    assert problem.message == "one 1.0 (requirements.txt:2 → app) needs core<2, but two 1.0 (requirements.txt:2 → app) needs core>=2"
    assert problem.hint == "Change requirements.txt:2 (app): what it brings cannot be had together."


def test_three_that_conflict_only_together(shop):
    for version in ("1.0", "1.1", "2.0"):
        shop.add("core", version)
    shop.add("x", "1.0", ["core!=1.1"]).add("y", "1.0", ["core>1"]).add("z", "1.0", ["core<2"])
    (problem,) = conflicts(shop.settle("x", "y", "z"))
    said = (
        "x 1.0 (requirements.txt:1) needs core!=1.1, y 1.0 (requirements.txt:2) needs core>1, but z 1.0 (requirements.txt:3) needs core<2"
    )
    assert problem.message == said
    hint = "Change requirements.txt:1 (x), requirements.txt:2 (y) or requirements.txt:3 (z): the rest of the manifests can stay."
    assert problem.hint == hint


def test_a_big_pinned_application_against_several_constraints_is_told_one_by_one(shop):
    pinned = ["crypto", "json", "image"]
    for name in pinned:
        shop.add(name, "1.0").add(name, "2.0")
    shop.add("home", "2024.7", [f"{name}==1.0" for name in pinned])
    told = conflicts(shop.settle("home==2024.7", constraints=["crypto==2.0", "json==2.0", "image==1.0"]))
    assert [(each.subject, each.hint) for each in told] == [
        (
            name,
            f"Change requirements.txt:1 (home==2024.7) or constraints.txt:{line} ({name}==2.0): the rest of the manifests can stay.",
        )
        for line, name in enumerate(("crypto", "json"), 1)
    ]


def test_nothing_more_is_asked_for_to_tell_a_conflict(shop):
    """Without the constraint on it the newest release would do; what it requires is not known, and nobody is asked."""
    shop.add("core", "1.0").add("core", "2.0")
    shop.add("app", "1.0", ["core>=2"]).add("app", "2.0")
    (problem,) = conflicts(shop.settle("core<2", "app", constraints=["app<2"]))
    assert "constraints.txt:1 (app<2) leaves no other way" in problem.message
    assert ("m", "app-2.0-py3-none-any.whl") not in shop.asked


def test_a_long_search_for_the_fewest_is_given_up(shop, monkeypatch):
    from muslcheck.resolver import solve

    monkeypatch.setattr(solve, "_MOST_PROBED", 0)
    shop.add("core", "1.0").add("core", "2.0").add("app", "1.0", ["core>=2"])
    (problem,) = conflicts(shop.settle("core<2", "app"))
    assert problem.message == "requirements.txt:1 asks for core<2, but app 1.0 (requirements.txt:2) needs core>=2"
    assert problem.hint == "Change one of these requirements so that one version meets them all."
