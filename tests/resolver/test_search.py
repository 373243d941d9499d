"""The search itself: what it costs, and where it leaves early."""

from __future__ import annotations

import itertools
import random

from resolvelib.resolvers import Criterion

from muslcheck.resolver import Catalogue, resolve, solve
from muslcheck.words.requirement import Selection
from muslcheck.words.resolution import BlockerKind, Resolution, Wanted


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


def pigeons(shop, count):
    """Of ``count`` birds each sits in one of ``count - 1`` holes, and a hole holds one bird: no way out, nor a short way to see it."""
    for bird in range(count):
        for hole in range(count - 1):
            shop.add(f"bird{bird}", f"1.{hole}", [f"hole{hole}=={bird}"]).add(f"hole{hole}", str(bird))
    return [f"bird{bird}" for bird in range(count)]


def everything(shop, catalogue, without=()):
    """A catalogue of all that a shop has."""
    for name, listed in shop.files.items():
        if name not in without:
            catalogue.add_project(shop.project(name))
        for file in (file for files in listed.values() for file in files if name not in without):
            catalogue.add_metadata(file, shop.metadata[file.url])
    return catalogue


def attempts(catalogue):
    """All releases that were tried for one resolution."""
    ((_, settled),) = catalogue.settled.values()
    return settled.attempts


def asked(written, names):
    return [written(name, line) for line, name in enumerate(names, 1)]


def test_it_leaves_early_where_something_is_lacking(shop, written, musl, glibc):
    """What is lacking may rule out all that is searched through without it."""
    names = pigeons(shop, 8)
    shop.add("unknown", "1.0")
    catalogue = everything(shop, Catalogue(), without={"unknown"})
    wanted = resolve(asked(written, ["unknown==1.0", *names]), (), musl, glibc, Selection(), catalogue)
    assert isinstance(wanted, Wanted)
    assert wanted.projects == {"unknown"}
    assert 300 < attempts(catalogue) < 350


def test_one_attempt_is_given_up_in_the_end(shop, written, musl, glibc):
    names = pigeons(shop, 9)
    catalogue = everything(shop, Catalogue())
    answer = resolve(asked(written, names), (), musl, glibc, Selection(), catalogue)
    assert isinstance(answer, Resolution)
    (blocked,) = [each for each in answer.candidates if each.blocker]
    assert blocked.blocker.kind is BlockerKind.CONFLICT
    assert "pip would go on with still older releases, here it was given up after 4001 attempts" in blocked.blocker.message
    assert attempts(catalogue) < 13_000


def test_all_attempts_together_are_bounded(shop, monkeypatch):
    """Each answer may open as much again: a resolution that asks and asks comes to its end with what it knows then."""
    monkeypatch.setattr(solve, "_MOST_ROUNDS", 200)
    monkeypatch.setattr(solve, "_MOST_IN_ALL", 600)
    monkeypatch.setattr(solve, "_EACH_AFTER", 100)
    names = pigeons(shop, 7)
    for hole, bird, patch in itertools.product(range(6), range(7), range(40)):  # every older release is one more to be asked for
        shop.add(f"bird{bird}", f"0.{hole}.{patch}", [f"hole{hole}=={bird}"])
    catalogue = Catalogue()
    answer = shop.settle(*names, catalogue=catalogue)
    assert any(each.blocker and each.blocker.kind is BlockerKind.CONFLICT for each in answer.candidates)
    assert 600 < attempts(catalogue) < 1_300


def test_what_is_known_beforehand_makes_no_other_answer(shop, written, musl, glibc, monkeypatch):
    """What was tried before it came back for what it lacked does not count."""
    monkeypatch.setattr(solve, "_MOST_ROUNDS", 200)
    monkeypatch.setattr(solve, "_MOST_IN_ALL", 500)
    monkeypatch.setattr(solve, "_EACH_AFTER", 100)
    monkeypatch.setattr(solve, "_ON_WITHOUT", 50)
    names = pigeons(shop, 7)
    for hole, bird, patch in itertools.product(range(6), range(7), range(40)):
        shop.add(f"bird{bird}", f"0.{hole}.{patch}", [f"hole{hole}=={bird}", "rare"])
    shop.add("rare", "1.0")
    asked_for = asked(written, names)
    catalogue = Catalogue()
    cold = shop.settle(*asked_for, catalogue=catalogue)
    warm = resolve(asked_for, (), musl, glibc, Selection(), everything(shop, Catalogue()))
    (settled,) = (each[-1] for each in catalogue.settled.values())
    assert settled.wasted > 500
    assert cold == warm


def test_what_is_tried_is_told_once_it_goes_back(shop, written, musl, glibc):
    for minor in range(5):
        shop.add("app", f"1.{minor}", [f"core>={minor}"]).add("core", str(minor))
    told = []
    catalogue = everything(shop, Catalogue())
    names = asked(written, ["core<2", "app"])
    answer = resolve(names, (), musl, glibc, Selection(), catalogue, lambda release, count: told.append((release, count)))
    assert isinstance(answer, Resolution)
    assert told == [("app 1.1", 2)]


def test_nothing_is_told_where_it_never_goes_back(shop, written, musl, glibc):
    shop.add("app", "1.0", ["core"]).add("core", "1.0")
    told = []
    resolve(asked(written, ["app"]), (), musl, glibc, Selection(), everything(shop, Catalogue()), lambda *what: told.append(what))
    assert told == []
