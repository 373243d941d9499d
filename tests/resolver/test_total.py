"""Where pip would stop: the rest is still told, and what is in the way is said in words."""

from __future__ import annotations

import pytest

from muslcheck.words.release import Unread
from muslcheck.words.requirement import FormatControl
from muslcheck.words.resolution import BlockerKind

GLIBC_TAG = "cp312-cp312-manylinux_2_17_x86_64"
MUSL_TAG = "cp312-cp312-musllinux_1_2_x86_64"


def blockers(answer):
    return {each.name: each.blocker.kind for each in answer.candidates if each.blocker}


def named(answer, name):
    return next(each for each in answer.candidates if each.name == name)


def test_no_file_takes_what_the_twin_would_get_and_goes_on(shop, versions):
    shop.add("a", "1.0", ["old"], tags=[GLIBC_TAG]).add("a", "2.0", ["b"], tags=[GLIBC_TAG, "cp312-cp312-win_amd64"]).add("b", "1.0")
    shop.add("a", "3.0", tags=["cp312-cp312-win_amd64"])
    answer = shop.settle("a")
    assert versions(answer) == {"a": "2.0", "b": "1.0"}
    assert blockers(answer) == {"a": BlockerKind.NO_FILE}
    a = named(answer, "a")
    assert a.shelf.chosen is None
    assert a.shelf.nearest.file.filename == f"a-2.0-{GLIBC_TAG}.whl"
    assert a.twin_file.filename == f"a-2.0-{GLIBC_TAG}.whl"
    assert a.blocker.message == "no wheel fits and there is no sdist; the nearest miss: glibc wheel (manylinux_2_17_x86_64)"


def test_what_a_release_that_does_not_install_requires_is_no_reason_for_an_older_one(shop, versions):
    """pip never comes to it: the older release would not install either."""
    shop.add("a", "1.0", tags=[GLIBC_TAG]).add("a", "2.0", ["mid==1.0"], tags=[GLIBC_TAG])
    shop.add("mid", "1.0", ["low"]).add("low", "1.0", ["dead"]).add("low", "0.9").add("dead", "1.0", tags=[GLIBC_TAG])
    answer = shop.settle("a")
    assert versions(answer) == {"a": "2.0", "mid": "1.0", "low": "1.0", "dead": "1.0"}
    assert blockers(answer) == {"a": BlockerKind.NO_FILE, "dead": BlockerKind.NO_FILE}


def test_what_something_else_requires_too_is_met_by_an_older_release(shop, versions):
    shop.add("a", "2.0", ["low"], tags=[GLIBC_TAG]).add("b", "1.0", ["low"])
    shop.add("low", "1.0", ["dead"]).add("low", "0.9").add("dead", "1.0", tags=[GLIBC_TAG])
    answer = shop.settle("a", "b")
    assert versions(answer) == {"a": "2.0", "b": "1.0", "low": "0.9"}


def test_no_file_anywhere_takes_the_newest(shop, versions):
    shop.add("a", "1.0", ["b"], tags=["cp312-cp312-win_amd64"]).add("a", "0.9", tags=["cp312-cp312-win_amd64"]).add("b", "1.0")
    answer = shop.settle("a")
    assert versions(answer) == {"a": "1.0", "b": "1.0"}
    assert named(answer, "a").twin_file is None


def test_a_release_without_any_file(shop, versions):
    shop.add("a", "1.0")
    shop.files["a"]["2.0"] = []
    answer = shop.settle("a==2.0")
    assert versions(answer) == {"a": "2.0"}
    assert named(answer, "a").blocker.message == "the release has no files"
    assert named(answer, "a").blocker.nearest == ("1.0",)


def test_another_python_only(shop, versions):
    shop.add("a", "1.0", ["b"], python=">=3.13").add("b", "1.0")
    answer = shop.settle("a")
    assert versions(answer) == {"a": "1.0", "b": "1.0"}
    assert "requires Python >=3.13" in named(answer, "a").blocker.message


def test_another_python_by_the_metadata_alone(shop, versions):
    shop.add("a", "1.0", ["b"], metadata_python=">=3.13").add("a", "2.0", ["b"], metadata_python=">=3.14").add("b", "1.0")
    answer = shop.settle("a")
    assert versions(answer) == {"a": "2.0", "b": "1.0"}
    assert "3.12" in named(answer, "a").blocker.message


def test_only_binary_leaves_nothing(shop, versions):
    shop.add("a", "1.0", ["b"], tags=[], sdist=True).add("b", "1.0")
    answer = shop.settle("a", formats=FormatControl(only_binary=frozenset({":all:"})))
    assert versions(answer) == {"a": "1.0", "b": "1.0"}
    assert "--only-binary" in named(answer, "a").blocker.message


def test_no_such_version_names_the_nearest(shop, versions):
    for version in ("0.1", "0.2", "0.4", "0.5", "0.6"):
        shop.add("a", version)
    shop.add("b", "1.0")
    answer = shop.settle("a==0.3", "b")
    assert versions(answer) == {"a": None, "b": "1.0"}
    blocker = named(answer, "a").blocker
    assert blocker.kind is BlockerKind.NO_SUCH_VERSION
    assert blocker.nearest == ("0.6", "0.4", "0.2", "0.1")
    assert "a==0.3" in blocker.message


def test_not_on_the_index_names_what_is_near(shop, versions):
    shop.add("requests", "1.0")
    answer = shop.settle("requests", "reqeusts")
    blocker = named(answer, "reqeusts").blocker
    assert blocker.kind is BlockerKind.NOT_ON_INDEX
    assert blocker.nearest == ("requests",)
    assert versions(answer) == {"reqeusts": None, "requests": "1.0"}


def test_everything_in_the_way_is_told_at_once(shop):
    shop.add("a", "1.0", ["x", "b"], tags=[GLIBC_TAG]).add("b", "1.0", ["gone", "c==9"]).add("c", "1.0").add("x", "1.0", tags=[GLIBC_TAG])
    answer = shop.settle("a", "missing")
    assert blockers(answer) == {
        "a": BlockerKind.NO_FILE,
        "c": BlockerKind.NO_SUCH_VERSION,
        "gone": BlockerKind.NOT_ON_INDEX,
        "missing": BlockerKind.NOT_ON_INDEX,
        "x": BlockerKind.NO_FILE,
    }


def test_versions_that_exist_and_have_no_file_are_no_conflict(shop, versions):
    shop.add("a", "1.0").add("a", "2.0", tags=[GLIBC_TAG]).add("a", "3.0")
    shop.add("b", "1.0", ["a>1"]).add("c", "1.0", ["a<3"])
    answer = shop.settle("b", "c")
    assert versions(answer) == {"a": "2.0", "b": "1.0", "c": "1.0"}
    assert blockers(answer) == {"a": BlockerKind.NO_FILE}


def test_a_conflict_is_told_in_words(shop, versions):
    shop.add("a", "1.0").add("a", "2.0").add("b", "1.0", ["a>=2"])
    answer = shop.settle("a<2", "b")
    assert versions(answer) == {"a": "1.0", "b": "1.0"}
    assert blockers(answer) == {"a": BlockerKind.CONFLICT}
    problem = answer.problems[0]
    assert problem.message == "requirements.txt:1 asks for a<2, but b 1.0 (requirements.txt:2) needs a>=2"
    assert (problem.subject, problem.kind) == ("a", "conflict")


def test_a_conflict_speaks_of_the_newest_release(shop, versions):
    shop.add("a", "1.0")
    for minor in range(5):
        shop.add("b", f"1.{minor}", [f"a>=2.{minor}"]).add("a", f"2.{minor}")
    answer = shop.settle("a<2", "b")
    assert versions(answer) == {"a": "1.0", "b": "1.4"}
    assert "b 1.4" in answer.problems[0].message


def test_two_manifest_requirements_against_each_other_keep_the_first(shop, versions):
    shop.add("a", "1.0").add("a", "2.0")
    answer = shop.settle("a<2", "a>=2")
    assert versions(answer) == {"a": "1.0"}
    assert answer.problems[0].message == "requirements.txt:1 asks for a<2, but requirements.txt:2 asks for a>=2"


def test_a_constraint_against_a_requirement(shop, versions):
    shop.add("a", "1.0").add("a", "2.0")
    answer = shop.settle("a>=2", constraints=["a<2"])
    assert versions(answer) == {"a": "2.0"}
    assert blockers(answer) == {"a": BlockerKind.CONFLICT}
    assert "constraints.txt:1" in answer.problems[0].message


def test_several_conflicts_are_all_told(shop):
    shop.add("a", "1.0").add("a", "2.0").add("b", "1.0").add("b", "2.0").add("c", "1.0", ["a>=2", "b>=2"])
    answer = shop.settle("a<2", "b<2", "c")
    assert blockers(answer) == {"a": BlockerKind.CONFLICT, "b": BlockerKind.CONFLICT}
    assert [each.subject for each in answer.problems] == ["a", "b"]


def test_two_direct_references_to_one_project(shop, written):
    shop.add("a", "1.0").add("a", "2.0")
    for version in ("1.0", "2.0"):
        shop.archives[f"https://elsewhere.example/{version}.whl"] = shop.files["a"][version][0]
    answer = shop.settle(written("a @ https://elsewhere.example/1.0.whl", 1), written("a @ https://elsewhere.example/2.0.whl", 2))
    assert blockers(answer) == {"a": BlockerKind.CONFLICT}
    assert named(answer, "a").version == "1.0"


def test_metadata_that_pip_refuses_everywhere(shop):
    shop.add("a", "1.0", found=Unread("nonsense", broken=True))
    answer = shop.settle("a")
    assert blockers(answer) == {"a": BlockerKind.METADATA}
    assert "nonsense" in named(answer, "a").blocker.message


def test_going_back_ends_where_something_never_installs(shop, versions):
    shop.add("deep", "1.0", tags=[GLIBC_TAG])
    for minor in range(200):
        shop.add("a", f"1.{minor}", ["deep"])
    answer = shop.settle("a")
    assert versions(answer) == {"a": "1.199", "deep": "1.0"}
    assert blockers(answer) == {"deep": BlockerKind.NO_FILE}
    assert len([each for each in shop.asked if each[0] == "m"]) < 110
    assert "still older ones" in answer.problems[0].message


def test_going_back_is_done_to_the_end_where_another_release_of_it_would_do(shop, versions):
    """As with providers of a framework that ask for newer and newer releases of it, which another requirement excludes."""
    shop.add("frame", "1.0").add("frame", "2.0", tags=[GLIBC_TAG])
    for minor in range(200):
        shop.add("part", f"1.{minor}", [f"frame>={2 if minor > 3 else 1}"])
    answer = shop.settle("frame<3", "part")
    assert versions(answer) == {"frame": "1.0", "part": "1.3"}
    assert answer.problems == ()


def test_going_back_a_few_releases_is_done_as_pip_does(shop, versions):
    shop.add("deep", "1.0", tags=[GLIBC_TAG])
    for minor in range(200):
        shop.add("a", f"1.{minor}", ["deep"] if minor > 190 else [])
    answer = shop.settle("a")
    assert versions(answer) == {"a": "1.190"}
    assert answer.problems == ()


def test_a_conflict_over_many_releases_is_followed_to_its_end(shop, versions):
    shop.add("a", "1.0").add("a", "2.0")
    for minor in range(120):
        shop.add("b", f"1.{minor}", ["a>=2"] if minor else ["a"])
    answer = shop.settle("b", "a<2")
    assert versions(answer) == {"a": "1.0", "b": "1.0"}
    assert shop.rounds < 15


def test_a_stranded_release_brings_all_that_does_not_install(shop):
    shop.add("torch", "1.0", [f"part{n}" for n in range(20)], tags=[GLIBC_TAG]).add("torch", "0.9", tags=[GLIBC_TAG])
    for n in range(20):
        shop.add(f"part{n}", "1.0", tags=[GLIBC_TAG])
    answer = shop.settle("torch")
    assert len(blockers(answer)) == 21
    assert named(answer, "torch").version == "1.0"


def test_newer_is_what_the_twin_could_have(shop):
    shop.add("a", "1.0", tags=[MUSL_TAG, GLIBC_TAG]).add("a", "2.0", tags=[GLIBC_TAG]).add("a", "3.0", tags=["cp312-cp312-win_amd64"])
    a = named(shop.settle("a"), "a")
    assert (a.version, a.newer, a.newer_file.filename) == ("1.0", "2.0", f"a-2.0-{GLIBC_TAG}.whl")
    assert a.twin_file.filename == f"a-1.0-{GLIBC_TAG}.whl"


@pytest.mark.parametrize("asked", ["a<2", "a==1.0"])
def test_newer_is_only_what_the_requirements_allow(shop, asked):
    shop.add("a", "1.0", tags=[MUSL_TAG, GLIBC_TAG]).add("a", "2.0", tags=[GLIBC_TAG])
    assert named(shop.settle(asked), "a").newer is None


def test_newer_is_not_what_the_target_could_have_too(shop):
    shop.add("a", "1.0").add("a", "2.0", ["b"]).add("b", "1.0", tags=[GLIBC_TAG])
    a = named(shop.settle("a"), "a")
    assert (a.version, a.newer) == ("1.0", None)


def test_newer_counts_no_pre_release_that_was_not_asked_for(shop):
    shop.add("a", "1.0", tags=[MUSL_TAG, GLIBC_TAG]).add("a", "2.0a1", tags=[GLIBC_TAG])
    assert named(shop.settle("a"), "a").newer is None
