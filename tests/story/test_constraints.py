"""Constraints that pip is told of by its variables: for what is installed, and for builds."""

import pytest
from support.archives import sdist_bytes

from muslcheck.words.verdict import Outcome

OLD = "import pkg_resources\nfrom setuptools import setup\n\nsetup(name='old')\n"
NEEDS_A_BETA = '[build-system]\nrequires = ["maker"]\nbuild-backend = "setuptools.build_meta"\n'


@pytest.fixture
def old(place):
    """A package whose build lives on setuptools before 82."""
    place.wheel("setuptools", "84.0")
    place.server.add("old", "old-1.0.tar.gz", sdist_bytes("old", "1.0", {"setup.py": OLD}))
    place.write("r.txt", "old\n")
    place.write("held.txt", "setuptools<82\n")
    return place


def test_builds_take_the_newest_setuptools(old):
    assert old.both("r.txt", status=1)[1]["old"].outcome is Outcome.FAIL


def test_builds_are_held_to_constraints_of_their_own(old, monkeypatch):
    monkeypatch.setenv("PIP_BUILD_CONSTRAINT", "held.txt")
    verdict = old.both("r.txt")[1]["old"]
    assert verdict.outcome is Outcome.BUILD
    assert [(each.name, each.version) for each in verdict.build_requires] == [("setuptools", "80.0")]


def test_isolated_hears_of_none(old, monkeypatch):
    monkeypatch.setenv("PIP_BUILD_CONSTRAINT", "held.txt")
    assert old.both("r.txt", status=1, isolated=True)[1]["old"].outcome is Outcome.FAIL


def test_other_constraints_do_not_reach_builds(old, monkeypatch):
    monkeypatch.setenv("PIP_CONSTRAINT", "held.txt")
    old.write("r.txt", "old\nsetuptools\n")
    report = old.both("r.txt", status=1)[1]
    assert (report["old"].outcome, report["setuptools"].version) == (Outcome.FAIL, "80.0")


def test_builds_are_held_by_an_option(old):
    assert old.both("r.txt", build_constraints=("held.txt",))[1]["old"].outcome is Outcome.BUILD


def test_a_file_of_constraints_for_builds_that_is_not_there(old):
    ended = old.run("r.txt", "--build-constraint", "none.txt")
    assert (ended.status, ended.err) == (2, "error: none.txt: no such file\n")


@pytest.mark.parametrize("how", ["option", "setting", "file", "beside"])
def test_one_hash_asks_for_all_of_them_unless_told_not_to(place, monkeypatch, how):
    entry = place.wheel("hashed", "1.0")
    stated = f"hashed==1.0 --hash=sha256:{entry['hashes']['sha256']}\nfine\n"
    place.write("r.txt", stated)
    assert any("hash" in problem.message for problem in place.both("r.txt", status=2)[1].problems)
    settings, paths = {}, ["r.txt"]
    if how == "option":
        settings["no_require_hashes"] = True
    elif how == "setting":
        monkeypatch.setenv("PIP_NO_REQUIRE_HASHES", "1")
    elif how == "file":
        place.write("r.txt", f"--no-require-hashes\n{stated}")
    else:
        place.write("other.txt", "--no-require-hashes\n")
        paths.append("other.txt")
    assert place.both(*paths, **settings)[1].problems == ()


def test_hashes_cannot_be_required_and_not(place):
    place.write("r.txt", "fine\n")
    ended = place.run("r.txt", "--require-hashes", "--no-require-hashes")
    assert (ended.status, ended.err.splitlines()[0]) == (2, "error: --require-hashes and --no-require-hashes exclude each other")


def test_requirements_that_pip_is_told_of_come_first(place, monkeypatch):
    place.wheel("other", "1.0")
    place.write("told.txt", "other\n")
    place.write("r.txt", "fine\n")
    monkeypatch.setenv("PIP_REQUIREMENT", "told.txt")
    assert place.both("r.txt")[1].manifests == ("told.txt", "r.txt")
    assert place.both()[1].manifests == ("told.txt",)
    assert place.both("r.txt", isolated=True)[1].manifests == ("r.txt",)


def test_requirements_that_a_configuration_file_names(place, monkeypatch):
    place.write("told.txt", "fine\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(place.write("pip.conf", "[install]\nrequirement = told.txt\n")))
    assert place.both()[1].manifests == ("told.txt",)


@pytest.mark.parametrize("said", ["--pre\n", "--all-releases setuptools\n", "--all-releases :all:\n"])
def test_pre_releases_asked_for_are_asked_for_in_builds_too(old, said):
    # pip hands --all-releases and --only-final on to the install of its isolated environment.
    old.wheel("setuptools", "85.0b1")
    old.write("r.txt", f"old\n{said}")
    (maker,) = old.both("r.txt", status=1)[1]["old"].build_requires
    assert (maker.name, maker.version) == ("setuptools", "85.0b1")


def test_final_releases_alone_are_taken_in_builds_too(old):
    old.server.add("new", "new-1.0.tar.gz", sdist_bytes("new", "1.0", {"pyproject.toml": NEEDS_A_BETA}))
    old.wheel("maker", "1.0b1")
    old.write("r.txt", "new\n")
    assert old.both("r.txt")[1]["new"].build_requires[0].version == "1.0b1"
    old.write("r.txt", "new\n--only-final maker\n")
    assert old.both("r.txt", status=1)[1]["new"].outcome is Outcome.FAIL


def test_builds_look_at_the_pythons_that_files_are_for(old):
    # pip's isolated environment is not told of --ignore-requires-python.
    old.wheel("setuptools", "85.0", requires_python=">=3.99")
    old.write("r.txt", "old\n")
    (maker,) = old.both("r.txt", status=1, ignore_requires_python=True)[1]["old"].build_requires
    assert maker.version == "84.0"


def test_uv_hands_no_word_on_pre_releases_to_builds(old):
    old.wheel("setuptools", "85.0b1")
    old.write("r.txt", "old\n")
    for installer, version in (("pip", "85.0b1"), ("uv", "84.0")):
        (maker,) = old.check("r.txt", all_releases=frozenset({":all:"}), installer=installer)["old"].build_requires
        assert maker.version == version
