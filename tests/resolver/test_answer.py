"""Who asks for whom, and what is told of each candidate."""

from __future__ import annotations

from muslcheck.words.release import Kind


def named(answer, name):
    return next(each for each in answer.candidates if each.name == name)


def test_the_shortest_chain_to_what_is_written_first(shop):
    shop.add("a", "1.0", ["b"]).add("b", "1.0", ["c"]).add("c", "1.0").add("d", "1.0", ["c"]).add("e", "1.0", ["c"])
    answer = shop.settle("a", "e", "d")
    assert named(answer, "a").chain == ("requirements.txt:1", "a")
    assert named(answer, "b").chain == ("requirements.txt:1", "a", "b")
    assert named(answer, "c").chain == ("requirements.txt:2", "e", "c")
    assert named(answer, "c").required_by == ("b", "d", "e")


def test_requested_origins_and_what_was_asked(shop):
    shop.add("a", "1.0", ["b>=0.5; python_version > '3'"]).add("b", "1.0")
    answer = shop.settle("a", "b!=2", "b", constraints=["b<3"])
    b = named(answer, "b")
    assert b.requested
    assert [str(each) for each in b.origins] == ["requirements.txt:2", "requirements.txt:3"]
    assert b.asked == ("b!=2", "b", "b>=0.5", "b<3")
    assert b.required_by == ("a",)
    assert named(answer, "a").origins[0].line == 1


def test_a_dependency_is_not_requested(shop):
    shop.add("a", "1.0", ["b"]).add("b", "1.0")
    b = named(shop.settle("a"), "b")
    assert not b.requested
    assert b.origins == ()


def test_candidates_are_sorted_and_extras_are_one_with_their_project(shop):
    shop.add("zed", "1.0", extras=["x", "y"]).add("a-b", "1.0", ["zed[x]", "zed[y]>=1"])
    answer = shop.settle("A.B", "zed")
    assert [each.name for each in answer.candidates] == ["a-b", "zed"]
    assert named(answer, "zed").extras == {"x", "y"}
    assert named(answer, "zed").required_by == ("a-b",)


def test_what_a_given_up_release_required_is_not_in_the_answer(shop, versions):
    shop.add("a", "1.0").add("a", "2.0", ["only-new", "c>=2"]).add("only-new", "1.0", ["c"]).add("c", "1.0").add("c", "2.0")
    answer = shop.settle("a", "c<2")
    assert versions(answer) == {"a": "1.0", "c": "1.0"}


def test_the_shelf_holds_every_file_with_the_chosen_first(shop):
    shop.add("a", "1.0", tags=["cp312-cp312-win_amd64", "py3-none-any", "cp312-cp312-manylinux_2_17_x86_64"], sdist=True)
    shelf = named(shop.settle("a"), "a").shelf
    assert len(shelf.placed) == 4
    assert shelf.chosen.filename == "a-1.0-py3-none-any.whl"
    assert shelf.placed[1].file.kind is Kind.SDIST


def test_the_status_of_a_project(shop):
    shop.add("a", "1.0").statuses["a"] = "archived"
    assert named(shop.settle("a"), "a").status == "archived"


def test_a_chain_through_a_circle_of_extras(shop):
    shop.add("a", "1.0", ["b; extra == 'x'"], extras=["x"]).add("b", "1.0", ["a[x]"])
    answer = shop.settle("a[x]")
    assert named(answer, "b").chain == ("requirements.txt:1", "a", "b")
    assert named(answer, "a").required_by == ("b",)
