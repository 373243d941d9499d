"""What pip would choose, rule by rule."""

from __future__ import annotations

import pytest

from muslcheck.words.release import Absent, Metadata, MetadataSource, Unread
from muslcheck.words.requirement import FormatControl, Origin, Source
from muslcheck.words.resolution import BlockerKind

MUSL_TAG = "cp312-cp312-musllinux_1_2_x86_64"
GLIBC_TAG = "cp312-cp312-manylinux_2_17_x86_64"


def files(resolution):
    return {each.name: each.shelf.chosen and each.shelf.chosen.filename for each in resolution.candidates}


def test_the_newest_version_wins_though_it_has_only_an_sdist(shop):
    shop.add("a", "1.9", tags=[MUSL_TAG]).add("a", "2.0", tags=[], sdist=True)
    assert files(shop.settle("a")) == {"a": "a-2.0.tar.gz"}


def test_prefer_binary_lets_an_old_wheel_win(shop):
    shop.add("a", "1.9", tags=[MUSL_TAG], sdist=True).add("a", "2.0", tags=[], sdist=True)
    assert files(shop.settle("a", prefer_binary=True)) == {"a": f"a-1.9-{MUSL_TAG}.whl"}
    assert files(shop.settle("a>=2", prefer_binary=True)) == {"a": "a-2.0.tar.gz"}


def test_within_a_version_the_better_tag_wins_then_the_sdist_comes_last(shop):
    shop.add("a", "1.0", tags=["py3-none-any", MUSL_TAG, "cp38-abi3-musllinux_1_1_x86_64"], sdist=True)
    assert files(shop.settle("a")) == {"a": f"a-1.0-{MUSL_TAG}.whl"}


def test_of_equal_tags_the_higher_build_number_wins(shop):
    shop.add("a", "1.0", tags=[MUSL_TAG], build="2").add("a", "1.0", tags=[MUSL_TAG], build="10").add("a", "1.0", tags=[MUSL_TAG])
    assert files(shop.settle("a")) == {"a": f"a-1.0-10-{MUSL_TAG}.whl"}


def test_of_equals_the_last_listed_wins(shop):
    shop.add("a", "1.0", host="https://first.example").add("a", "1.0", host="https://second.example")
    assert shop.settle("a").candidates[0].shelf.chosen.url.startswith("https://second.example")


def test_only_binary_goes_back_to_an_older_release(shop, versions):
    shop.add("a", "1.0", tags=[MUSL_TAG]).add("a", "2.0", tags=[GLIBC_TAG], sdist=True)
    chosen = FormatControl(only_binary=frozenset({":all:"}))
    assert versions(shop.settle("a", formats=chosen)) == {"a": "1.0"}
    assert versions(shop.settle("a")) == {"a": "2.0"}


def test_no_binary_takes_the_sdist(shop):
    shop.add("a", "1.0", sdist=True)
    assert files(shop.settle("a", formats=FormatControl(no_binary=frozenset({"a"})))) == {"a": "a-1.0.tar.gz"}


@pytest.mark.parametrize(
    ("asked", "version"),
    [
        ("a", "1.2"),
        ("a>1.2", "2.0rc1"),
        ("a>=2.0b1", "2.0rc1"),
        ("a>=1.0b1", "2.0rc1"),
        ("a==2.0rc1", "2.0rc1"),
        ("a<2", "1.2"),
        ("a!=1.2", "1.1"),
        ("a~=1.0", "1.2"),
        ("a==1.*", "1.2"),
        ("a===1.1", "1.1"),
        ("a>=1.0,!=1.2", "1.1"),
    ],
)
def test_specifiers_and_pre_releases(shop, versions, asked, version):
    for each in ("1.0", "1.1", "1.2", "2.0rc1"):
        shop.add("a", each)
    assert versions(shop.settle(asked)) == {"a": version}


def test_a_pre_release_is_taken_where_there_is_nothing_else(shop, versions):
    shop.add("a", "1.0a1").add("a", "1.0a2")
    assert versions(shop.settle("a")) == {"a": "1.0a2"}


def test_a_final_release_without_a_file_that_fits_does_not_rule_out_pre_releases(shop, versions):
    shop.add("a", "1.0", tags=[GLIBC_TAG]).add("a", "2.0a1", tags=[MUSL_TAG])
    assert versions(shop.settle("a")) == {"a": "2.0a1"}


def test_all_releases_and_only_final(shop, versions):
    shop.add("a", "1.0").add("a", "2.0a1").add("b", "1.0").add("b", "2.0a1")
    assert versions(shop.settle("a", "b", all_releases=frozenset({"a"}))) == {"a": "2.0a1", "b": "1.0"}
    answer = shop.settle("a>=2.0a1", only_final=frozenset({":all:"}))
    assert answer.candidates[0].blocker.kind is BlockerKind.NO_SUCH_VERSION


@pytest.mark.parametrize(
    ("asked", "version"), [("a==1.0", "1.0+cpu"), ("a<=1.0", "1.0+cpu"), ("a==1.0+cpu", "1.0+cpu"), ("a==1!0.5", "1!0.5")]
)
def test_local_versions_and_epochs(shop, versions, asked, version):
    shop.add("a", "1.0").add("a", "1.0+cpu").add("a", "1!0.5")
    assert versions(shop.settle(asked)) == {"a": version}


def test_a_yanked_release_is_passed_over(shop, versions):
    shop.add("a", "1.0").add("a", "2.0", yanked="broken")
    assert versions(shop.settle("a")) == {"a": "1.0"}
    assert versions(shop.settle("a>=1")) == {"a": "1.0"}


def test_a_yanked_release_is_taken_where_it_is_pinned(shop):
    shop.add("a", "1.0").add("a", "2.0", yanked="broken")
    assert files(shop.settle("a==2.0")) == {"a": "a-2.0-py3-none-any.whl"}


def test_a_yanked_release_is_not_taken_for_a_wildcard(shop):
    shop.add("a", "1.0").add("a", "2.0", yanked="broken")
    answer = shop.settle("a==2.*").candidates[0]
    assert answer.blocker.kind is BlockerKind.NO_FILE
    assert "yanked" in answer.blocker.message


def test_one_file_of_a_release_may_be_yanked_alone(shop):
    shop.add("a", "1.0", yanked="bad wheel").add("a", "1.0", tags=[], sdist=True)
    assert files(shop.settle("a==1.0")) == {"a": "a-1.0.tar.gz"}


def test_requires_python_of_a_file(shop, versions):
    shop.add("a", "1.0").add("a", "2.0", python=">=3.13").add("a", "3.0", python="<3.12")
    assert versions(shop.settle("a")) == {"a": "1.0"}
    assert versions(shop.settle("a", ignore_requires_python=True)) == {"a": "3.0"}


def test_an_invalid_requires_python_limits_nothing(shop, versions):
    shop.add("a", "1.0").add("a", "2.0", python="three")
    assert versions(shop.settle("a")) == {"a": "2.0"}


def test_requires_python_of_the_metadata_alone(shop, versions):
    shop.add("a", "1.0").add("a", "2.0", metadata_python=">=3.13")
    assert versions(shop.settle("a")) == {"a": "1.0"}
    assert versions(shop.settle("a", ignore_requires_python=True)) == {"a": "2.0"}


def test_uploaded_prior_to_leaves_out_what_came_at_that_moment(shop, versions, day):
    shop.add("a", "1.0", uploaded="2026-01-01T00:00:00Z").add("a", "2.0", uploaded="2026-02-01T00:00:00Z").add(
        "a", "3.0", uploaded="2026-03-01T00:00:00Z"
    )
    assert versions(shop.settle("a", uploaded_prior_to=day("2026-02-01"))) == {"a": "1.0"}
    assert versions(shop.settle("a", uploaded_prior_to=day("2026-02-02"))) == {"a": "2.0"}


def test_uploaded_prior_to_does_not_reach_local_files(shop, versions, day):
    shop.add("a", "1.0", uploaded=None, host="file:///srv/wheels")
    answer = shop.settle("a", uploaded_prior_to=day("2026-02-01"))
    assert versions(answer) == {"a": "1.0"}
    assert answer.problems == ()


def test_an_index_without_upload_times_is_a_problem_once(shop, day):
    shop.add("a", "1.0", uploaded=None).add("b", "1.0", uploaded=None)
    answer = shop.settle("a", "b", uploaded_prior_to=day("2026-02-01"))
    assert [each.blocker.kind for each in answer.candidates] == [BlockerKind.NO_FILE, BlockerKind.NO_FILE]
    told = [each for each in answer.problems if "upload" in each.message]
    assert [each.subject for each in told] == ["https://index.example/simple"]


def test_hashes_choose_the_file(shop):
    shop.add("a", "1.0", tags=[MUSL_TAG], sdist=True, hashes=None)
    wheel, sdist = f"sha256:a-1.0-{MUSL_TAG}.whl", "sha256:a-1.0.tar.gz"
    assert files(shop.settle(hashed(shop, "a==1.0", sdist))) == {"a": "a-1.0.tar.gz"}
    assert files(shop.settle(hashed(shop, "a==1.0", wheel, sdist))) == {"a": f"a-1.0-{MUSL_TAG}.whl"}


def test_hashes_choose_the_version(shop, versions):
    shop.add("a", "1.0").add("a", "2.0")
    assert versions(shop.settle(hashed(shop, "a", "sha256:a-1.0-py3-none-any.whl"))) == {"a": "1.0"}


def test_no_file_with_the_hash_is_a_blocker(shop):
    shop.add("a", "1.0")
    blocker = shop.settle(hashed(shop, "a==1.0", "sha256:0123")).candidates[0].blocker
    assert blocker.kind is BlockerKind.NO_FILE
    assert "hash" in blocker.message


def test_hashes_of_a_constraint_count(shop):
    shop.add("a", "1.0", sdist=True)
    assert files(shop.settle("a", constraints=[hashed(shop, "a==1.0", "sha256:a-1.0.tar.gz")])) == {"a": "a-1.0.tar.gz"}


def test_required_hashes_that_are_missing_are_problems(shop):
    shop.add("a", "1.0").add("b", "1.0", ["c"]).add("c", "1.0")
    answer = shop.settle(hashed(shop, "a==1.0", "sha256:a-1.0-py3-none-any.whl"), "b==1.0", require_hashes=True)
    assert [each.subject for each in answer.problems] == ["b", "c"]


def hashed(_shop, text, *hashes):
    from packaging.requirements import Requirement as Parsed

    from muslcheck.words.requirement import Requirement

    parsed = Parsed(text)
    return Requirement(parsed.name, text, Origin("requirements.txt", 1), parsed.specifier, hashes=hashes)


def test_dependencies_are_followed_with_their_markers(shop, versions):
    shop.add(
        "a",
        "1.0",
        ["b; python_version >= '3.12'", "c; python_version < '3.12'", "d; sys_platform == 'win32'", "e; platform_machine == 'x86_64'"],
    )
    for name in "bcde":
        shop.add(name, "1.0")
    assert versions(shop.settle("a")) == {"a": "1.0", "b": "1.0", "e": "1.0"}


def test_markers_of_requirements_and_constraints(shop, versions):
    shop.add("a", "1.0").add("a", "2.0").add("b", "1.0")
    constraints = ["a<2; python_version < '3.12'", "b<1; sys_platform == 'darwin'"]
    assert versions(shop.settle("a", "b; sys_platform == 'win32'", constraints=constraints)) == {"a": "2.0"}


def test_no_deps(shop, versions):
    shop.add("a", "1.0", ["b"]).add("b", "1.0")
    assert versions(shop.settle("a", no_deps=True)) == {"a": "1.0"}


def test_extras_bring_their_requirements(shop, versions):
    shop.add("a", "1.0", ["b; extra == 'x'", "c; extra == 'y'", "d"], extras=["x", "y"])
    for name in "bcd":
        shop.add(name, "1.0")
    answer = shop.settle("a[X]")
    assert versions(answer) == {"a": "1.0", "b": "1.0", "d": "1.0"}
    assert answer.candidates[0].extras == {"x"}


def test_extras_in_any_spelling(shop, versions):
    shop.add("a", "1.0", ['b; extra == "My_Extra"'], extras=["my-extra"]).add("b", "1.0")
    assert versions(shop.settle("a[my.extra]")) == {"a": "1.0", "b": "1.0"}


def test_extras_that_name_each_other(shop, versions):
    shop.add("a", "1.0", ["a[x,y]; extra == 'all'", "b; extra == 'x'", "c; extra == 'y'"], extras=["all", "x", "y"])
    shop.add("b", "1.0").add("c", "1.0")
    answer = shop.settle("a[all]")
    assert versions(answer) == {"a": "1.0", "b": "1.0", "c": "1.0"}
    assert answer.candidates[0].extras == {"all", "x", "y"}
    assert answer.candidates[0].required_by == ()


def test_extras_of_dependencies(shop, versions):
    shop.add("a", "1.0", ["b[x]>=1"]).add("b", "1.0", ["c; extra == 'x'"], extras=["x"]).add("c", "1.0")
    answer = shop.settle("a")
    assert versions(answer) == {"a": "1.0", "b": "1.0", "c": "1.0"}
    assert answer.candidates[2].chain == ("requirements.txt:1", "a", "b", "c")


def test_two_sets_of_extras_are_of_one_version(shop, versions):
    shop.add("a", "1.0", ["b; extra == 'x'"], extras=["x", "y"]).add("a", "2.0", extras=["x", "y"]).add("b", "1.0").add(
        "c", "1.0", ["a[y]<2"]
    )
    assert versions(shop.settle("a[x]", "c")) == {"a": "1.0", "b": "1.0", "c": "1.0"}


def test_an_extra_that_is_not_provided_is_a_problem(shop, versions):
    shop.add("a", "1.0", ["b; extra == 'x'"]).add("b", "1.0")
    answer = shop.settle("a[x]")
    assert versions(answer) == {"a": "1.0"}
    assert "extra 'x'" in answer.problems[0].message


def test_constraints_bound_without_asking(shop, versions):
    shop.add("a", "1.0", ["b"]).add("b", "1.0").add("b", "2.0").add("c", "1.0")
    assert versions(shop.settle("a", constraints=["b<2", "c==1.0"])) == {"a": "1.0", "b": "1.0"}


def test_several_constraints_on_one_project(shop, versions):
    for version in ("1.0", "2.0", "3.0"):
        shop.add("a", version)
    assert versions(shop.settle("a", constraints=["a<3", "a!=2.0"])) == {"a": "1.0"}


def test_going_back_to_an_older_parent(shop, versions):
    shop.add("a", "1.0", ["b<2"]).add("a", "2.0", ["b>=2"]).add("b", "1.0").add("b", "2.0")
    assert versions(shop.settle("a", "b<2")) == {"a": "1.0", "b": "1.0"}


def test_going_back_past_a_release_whose_requirement_has_no_file(shop, versions):
    shop.add("a", "1.0").add("a", "2.0", ["b"]).add("b", "1.0", tags=[GLIBC_TAG])
    answer = shop.settle("a")
    assert versions(answer) == {"a": "1.0"}
    assert answer.candidates[0].blocker is None


def test_a_later_requirement_lowers_an_earlier_choice(shop, versions):
    shop.add("a", "1.0", ["c"]).add("b", "1.0", ["c<2"]).add("c", "1.0").add("c", "2.0", ["d"]).add("d", "1.0")
    assert versions(shop.settle("a", "b")) == {"a": "1.0", "b": "1.0", "c": "1.0"}


def test_circles_end(shop, versions):
    shop.add("a", "1.0", ["b"]).add("b", "1.0", ["c"]).add("c", "1.0", ["a", "b"])
    assert versions(shop.settle("a")) == {"a": "1.0", "b": "1.0", "c": "1.0"}


def test_refused_metadata_makes_way_for_an_older_release(shop, versions):
    shop.add("a", "1.0").add("a", "2.0", found=Unread("not a Requires-Dist", broken=True))
    answer = shop.settle("a")
    assert versions(answer) == {"a": "1.0"}
    assert "a 2.0" in answer.problems[0].message


def test_a_requirement_that_does_not_parse_makes_way_for_an_older_release(shop, versions):
    shop.add("a", "1.0").add("a", "2.0", ["b (>dev)"])
    assert versions(shop.settle("a")) == {"a": "1.0"}
    shop.add("a", "3.0", ["b>=1.*; extra == 'x'"])
    assert versions(shop.settle("a")) == {"a": "1.0"}


def test_metadata_of_another_version_makes_way_for_the_next_file(shop):
    shop.add("a", "1.0", sdist=True)
    shop.metadata["https://files.example/a-1.0-py3-none-any.whl"] = Metadata("a", "1.1", source=MetadataSource.WHEEL)
    answer = shop.settle("a")
    assert files(answer) == {"a": "a-1.0.tar.gz"}


def test_unread_metadata_keeps_the_candidate_and_says_so(shop, versions):
    shop.add("a", "1.0", found=Unread("only known once it is built", hint="Build it."))
    answer = shop.settle("a")
    assert versions(answer) == {"a": "1.0"}
    assert answer.candidates[0].blocker is None
    assert "not known" in answer.problems[0].message
    assert answer.problems[0].hint == "Build it."


def test_a_direct_reference_is_taken_and_its_requirements_followed(shop, versions, written):
    shop.add("a", "1.5", ["b"]).add("b", "1.0").add("c", "1.0", ["a>=1"])
    file = shop.files["a"]["1.5"][0]
    shop.archives["https://elsewhere.example/a-1.5-py3-none-any.whl"] = file
    answer = shop.settle("c", written("a @ https://elsewhere.example/a-1.5-py3-none-any.whl", 2))
    assert versions(answer) == {"a": "1.5", "b": "1.0", "c": "1.0"}
    assert answer.candidates[0].direct is not None
    assert ("p", "a") not in shop.asked


def test_a_direct_reference_without_a_name_gets_its_files(shop, versions, written):
    shop.add("a", "1.5", ["b"]).add("b", "1.0")
    shop.archives["https://elsewhere.example/a.whl"] = shop.files["a"]["1.5"][0]
    reference = written("", source=Source.ARCHIVE, location="https://elsewhere.example/a.whl")
    assert versions(shop.settle(reference)) == {"a": "1.5", "b": "1.0"}


def test_a_direct_reference_with_extras(shop, versions, written):
    shop.add("a", "1.5", ["b; extra == 'x'"], extras=["x"]).add("b", "1.0")
    shop.archives["https://elsewhere.example/a.whl"] = shop.files["a"]["1.5"][0]
    assert versions(shop.settle(written("a[x] @ https://elsewhere.example/a.whl"))) == {"a": "1.5", "b": "1.0"}


def test_a_direct_wheel_for_another_platform_does_not_install(shop, written):
    shop.add("a", "1.5", ["b"], tags=[GLIBC_TAG]).add("b", "1.0")
    shop.archives["https://elsewhere.example/a.whl"] = shop.files["a"]["1.5"][0]
    answer = shop.settle(written("a @ https://elsewhere.example/a.whl"))
    assert answer.candidates[0].blocker.kind is BlockerKind.NO_FILE
    assert "does not fit python:3.12-alpine" in answer.candidates[0].blocker.message
    assert answer.candidates[1].name == "b"


def test_only_binary_does_not_reach_direct_references(shop, written):
    shop.add("a", "1.5", tags=[], sdist=True)
    shop.archives["https://elsewhere.example/a.tar.gz"] = shop.files["a"]["1.5"][0]
    answer = shop.settle(written("a @ https://elsewhere.example/a.tar.gz"), formats=FormatControl(only_binary=frozenset({":all:"})))
    assert files(answer) == {"a": "a-1.5.tar.gz"}
    assert answer.candidates[0].blocker is None


def test_a_direct_reference_of_a_release(shop, versions):
    shop.add("a", "1.0", ["b @ https://elsewhere.example/b.whl"]).add("b", "7.0")
    shop.archives["https://elsewhere.example/b.whl"] = shop.files["b"]["7.0"][0]
    assert versions(shop.settle("a")) == {"a": "1.0", "b": "7.0"}


def test_a_direct_reference_that_cannot_be_had_is_a_problem(shop, versions, written):
    answer = shop.settle(written("a @ https://elsewhere.example/gone.whl"))
    assert versions(answer) == {"a": None}
    assert "404" in answer.problems[0].message


def test_a_constraint_by_address(shop, versions, written):
    shop.add("a", "1.0").add("a", "2.0")
    shop.archives["https://elsewhere.example/a.whl"] = shop.files["a"]["1.0"][0]
    answer = shop.settle("a", constraints=[written("a @ https://elsewhere.example/a.whl", file="constraints.txt")])
    assert versions(answer) == {"a": "1.0"}


def test_a_project_on_disk_brings_its_static_requirements(shop, versions, written):
    shop.add("b", "1.0").add("c", "1.0", ["here>=3"])
    shop.directories["./here"] = Metadata("here", "", ("b",), source=MetadataSource.PROJECT_TABLE)
    answer = shop.settle(written("", source=Source.DIRECTORY, location="./here"), "c")
    assert versions(answer) == {"b": "1.0", "c": "1.0", "here": None}
    here = answer.candidates[2]
    assert here.requested
    assert here.direct.location == "./here"
    assert here.blocker is None


def test_a_checkout_is_kept_without_a_version(shop, written, versions):
    answer = shop.settle(written("a @ git+https://forge.example/a.git", source=Source.VCS, location="git+https://forge.example/a.git"))
    assert versions(answer) == {"a": None}
    assert answer.candidates[0].blocker is None


def test_an_unreachable_project_is_not_an_absent_one(shop):
    shop.unreachable.add("a")
    assert shop.settle("a").candidates[0].blocker.kind is BlockerKind.UNREACHABLE


def test_a_known_absence_is_one(shop):
    assert isinstance(shop.project("nowhere"), Absent)
    assert shop.settle("nowhere").candidates[0].blocker.kind is BlockerKind.NOT_ON_INDEX
