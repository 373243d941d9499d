"""The walk asks for what a resolution will need, once, and never for what it knows already."""

from __future__ import annotations

import random
from dataclasses import replace

from muslcheck.resolver import Catalogue, walk
from muslcheck.words.release import Metadata, Unread
from muslcheck.words.requirement import FormatControl, Selection, Source
from muslcheck.words.resolution import Wanted

GLIBC_TAG = "cp312-cp312-manylinux_2_17_x86_64"


def metadata_asked(shop):
    return [each[1] for each in shop.asked if each[0] == "m"]


def tree(shop):
    """Three levels, a constraint and an extra."""
    shop.add("a", "1.0", ["b>=1", "c[x]"]).add("b", "1.0", ["d<2"]).add(
        "c", "1.0", ["e; extra == 'x'", "f; extra == 'y'"], extras=["x", "y"]
    )
    shop.add("d", "1.0").add("d", "2.0").add("e", "1.0").add("e", "2.0").add("f", "1.0")
    return shop


def test_nothing_is_left_to_want_after_it(shop, versions):
    answer = tree(shop).settle("a", constraints=["e<2"], walking=True)
    assert shop.rounds == 1
    assert versions(answer) == {"a": "1.0", "b": "1.0", "c": "1.0", "d": "1.0", "e": "1.0"}
    assert sorted(metadata_asked(shop)) == [f"{name}-1.0-py3-none-any.whl" for name in "abcde"]


def test_nothing_is_asked_for_twice(shop):
    tree(shop).settle("a", walking=True, rng=random.Random(3))
    assert len(shop.asked) == len(set(shop.asked))


def test_all_roots_are_asked_for_at_once(shop, musl, written):
    steps = walk([written(name) for name in "abc"], [], (musl,), Selection(), Catalogue())
    assert steps.wanted() == Wanted(projects=frozenset("abc"))
    assert not steps.wanted()


def test_a_later_requirement_makes_it_choose_again(shop, versions):
    shop.add("a", "1.0", ["c"]).add("b", "1.0", ["c<2"]).add("c", "1.0").add("c", "2.0", ["only-new"]).add("only-new", "1.0")
    answer = shop.settle("a", "b", walking=True)
    assert versions(answer) == {"a": "1.0", "b": "1.0", "c": "1.0"}
    assert shop.rounds == 1


def test_what_does_not_install_is_walked_through_as_well(shop):
    shop.add("a", "1.0", ["b"], tags=[GLIBC_TAG]).add("b", "1.0")
    shop.settle("a", walking=True)
    assert shop.rounds == 1


def test_direct_references_are_looked_at_first(shop, written, versions):
    shop.add("a", "1.0", ["b"]).add("b", "1.0")
    shop.archives["https://elsewhere.example/a.whl"] = shop.files["a"]["1.0"][0]
    answer = shop.settle(written("a @ https://elsewhere.example/a.whl"), walking=True)
    assert versions(answer) == {"a": "1.0", "b": "1.0"}
    assert shop.rounds == 1
    assert shop.asked[0] == ("a", "https://elsewhere.example/a.whl")


def test_a_project_on_disk_is_walked_through(shop, written):
    shop.add("b", "1.0")
    shop.directories["./here"] = Metadata("here", "1", ("b",))
    shop.settle(written("", source=Source.DIRECTORY, location="./here"), walking=True)
    assert shop.rounds == 1


def test_no_deps_stops_at_the_roots(shop):
    tree(shop).settle("a", walking=True, no_deps=True)
    assert shop.asked == [("p", "a"), ("m", "a-1.0-py3-none-any.whl")]


def test_refused_metadata_makes_it_go_on_to_an_older_release(shop):
    shop.add("a", "1.0", ["b"]).add("a", "2.0", found=Unread("nonsense", broken=True)).add("b", "1.0")
    shop.settle("a", walking=True)
    assert shop.rounds == 1


def test_circles_of_requirements_end(shop, versions):
    shop.add("a", "1.0", ["b<2"]).add("a", "2.0", ["b>=2"]).add("b", "1.0", ["a>=2"]).add("b", "2.0", ["a<2"]).add("c", "1.0", ["a", "b"])
    answer = shop.settle("c", walking=True)
    assert {each.name for each in answer.candidates} == {"a", "b", "c"}


def test_a_second_target_asks_for_no_metadata_of_its_own(shop, musl, other_arch, written):
    shop.add("a", "1.0", ["b"], tags=["cp312-cp312-musllinux_1_2_x86_64", "cp312-cp312-musllinux_1_2_aarch64"]).add("b", "1.0")
    catalogue = Catalogue()
    shop.explore([written("a")], [], (musl, other_arch[0]), selection=Selection(), catalogue=catalogue)
    assert sorted(metadata_asked(shop)) == ["a-1.0-cp312-cp312-musllinux_1_2_x86_64.whl", "b-1.0-py3-none-any.whl"]
    answer = shop.settle("a", catalogue=catalogue, target=other_arch[0], twin=other_arch[1])
    assert shop.rounds == 1
    assert answer.candidates[0].shelf.chosen.filename.endswith("aarch64.whl")


def sdists(shop, requirements, targets, **selection):
    catalogue, selection = Catalogue(), Selection(**selection)
    shop.explore(requirements, [], targets[:1], selection=selection, catalogue=catalogue)
    steps = walk(requirements, [], targets[:1], selection, catalogue)
    assert not steps.wanted()
    return [(file.filename, target) for file, target in steps.sdists(targets)]


def test_what_will_be_opened_is_known_before_anything_is_settled(shop, musl, other_arch, written):
    own = "cp312-cp312-musllinux_1_2_x86_64"
    shop.add("a", "1.0", ["b", "c"], tags=[own], sdist=True).add("b", "1.0", tags=[own]).add("c", "1.0", tags=[], sdist=True)
    targets = (musl, other_arch[0])
    assert sdists(shop, [written("a")], targets) == [("c-1.0.tar.gz", musl), ("a-1.0.tar.gz", other_arch[0])]
    assert sdists(shop, [written("a")], targets[::-1]) == [("a-1.0.tar.gz", other_arch[0]), ("c-1.0.tar.gz", other_arch[0])]
    assert sdists(shop, [written("a")], targets[:1], formats=FormatControl(only_binary=frozenset({":all:"}))) == []


def test_nothing_is_said_of_the_sdists_of_another_image(shop, musl, other_arch, written):
    shop.add("a", "1.0", tags=[], sdist=True)
    assert sdists(shop, [written("a")], (musl, replace(other_arch[0], image="another"))) == [("a-1.0.tar.gz", musl)]
