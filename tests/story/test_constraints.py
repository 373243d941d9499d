"""Constraints that pip is told of by its variables: for what is installed, and for builds."""

import pytest
from support.archives import sdist_bytes

from muslcheck.words.verdict import Outcome

OLD = "import pkg_resources\nfrom setuptools import setup\n\nsetup(name='old')\n"


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
