"""What of a page is looked at: as little as the answer needs, and never another answer for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from muslcheck.resolver.select import Offer, Wish, both
from muslcheck.words.release import DistFile, Kind, Project
from muslcheck.words.requirement import Selection

VERSIONS = [
    "0.9",
    "1.0.dev1",
    "1.0a1",
    "1.0",
    "1.0+local",
    "1.0.post1",
    "1.1",
    "1.2.3",
    "1.10",
    "2.0rc1",
    "2.0",
    "2.1.dev0",
    "3.0",
    "1!0.1",
]
SPECIFIERS = [
    "", ">=1.0", ">1.0", "<2", "<=1.0", "==1.0", "==1.*", "==1.2.*", "!=1.0", "!=1.*", "~=1.0", "~=1.0.0", ">=1.0a1", "===1.0",
    "===1.0+local", ">=1,<2", ">=1.0,!=1.1,<3", "==1!0.*", ">=1!0", "<1!0", "==1.0+local", ">2.0rc1", "<2.0rc1", "===nonsense",
]  # fmt: skip


@pytest.fixture
def page():
    """A project of many releases, and the list of versions whose files were asked for."""
    opened = []

    def load(version):
        opened.append(version)
        filename = f"a-{version}-py3-none-any.whl"
        return (DistFile(filename, "a", version, Kind.WHEEL, f"https://files.example/{filename}"),)

    versions = tuple(f"{major}.{minor}" for major in range(20, 0, -1) for minor in range(99, -1, -1))
    return Project("a", versions, load), opened


@pytest.mark.parametrize(
    ("asked", "taken"),
    [("", "20.99"), ("<10", "9.99"), ("==7.50", "7.50"), ("~=7.50", "7.99"), ("==7.*", "7.99"), (">=3,<3.5", "3.4"), ("!=20.99", "20.98")],
)
def test_files_are_read_of_one_release_only(page, musl, asked, taken):
    project, opened = page
    version, _ = next(Offer(project, musl, Selection()).candidates(Wish(SpecifierSet(asked))))
    assert str(version) == taken
    assert opened == [taken]


def test_files_are_read_once(page, musl):
    project, opened = page
    offer = Offer(project, musl, Selection())
    wish = Wish(SpecifierSet(">=20.97"))
    assert [str(version) for version, _ in offer.candidates(wish)] == ["20.99", "20.98", "20.97"]
    assert [str(version) for version, _ in offer.candidates(wish)] == ["20.99", "20.98", "20.97"]
    assert opened == ["20.99", "20.98", "20.97"]


@given(st.sets(st.sampled_from(VERSIONS)), st.lists(st.sampled_from(SPECIFIERS), min_size=1, max_size=3))
def test_no_version_is_missed(versions, texts):
    wish = Wish(SpecifierSet(texts[0]))
    for text in texts[1:]:
        wish = both(wish, Wish(SpecifierSet(text)))
    listed = tuple(sorted(versions, key=Version, reverse=True))
    offer = Offer(Project("a", listed, lambda _: ()), target(), Selection())
    assert list(offer.versions(wish)) == [each for each in listed if wish.specifier.contains(Version(each), prereleases=True)]


@given(st.sets(st.sampled_from(VERSIONS)), st.sampled_from(SPECIFIERS), st.sampled_from([None, True, False]))
def test_pre_releases_are_packagings(versions, text, allowed):
    def load(version):
        filename = f"a-{version}-py3-none-any.whl"
        return (DistFile(filename, "a", version, Kind.WHEEL, f"https://files.example/{filename}"),)

    selection = Selection(all_releases=frozenset({"a"} if allowed else ()), only_final=frozenset({"a"} if allowed is False else ()))
    listed = tuple(sorted(versions, key=Version, reverse=True))
    offer = Offer(Project("a", listed, load), target(), selection)
    expected = SpecifierSet(text).filter(map(Version, listed), prereleases=allowed)
    assert [version for version, _ in offer.candidates(Wish(SpecifierSet(text)))] == list(expected)


def target():
    from muslcheck.words.target import Libc, Target

    return Target("python:3.12-alpine3.23", (3, 12), "3.12.11", "x86_64", Libc("musl", 1, 2), "alpine", "3.23")


def test_wishes_are_made_once():
    one, other = Wish(SpecifierSet(">=1")), Wish(SpecifierSet("<2"))
    assert both(one, other) is both(one, other)
    assert both(one, one) is one


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [(None, None, None), ({"a"}, None, {"a"}), (None, {"a"}, {"a"}), ({"a", "b"}, {"b", "c"}, {"b"}), ({"a"}, {"b"}, set())],
)
def test_hashes_of_several_requirements(one, other, expected):
    made = both(Wish(SpecifierSet(">0"), one and frozenset(one)), Wish(SpecifierSet(">1"), other and frozenset(other)))
    assert made.hashes == expected
