"""Requirements of releases: what is parsed, what is skipped, and that both mean what packaging says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from muslcheck.resolver.requires import Conditions, needs, parse
from muslcheck.words.release import Metadata

LINUX = {
    "implementation_name": "cpython",
    "implementation_version": "3.12.11",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "python_full_version": "3.12.11",
    "python_version": "3.12",
    "sys_platform": "linux",
}

TEXTS = [
    "a",
    "a>=1,<2",
    "A_b.c (>=1.0,!=1.5)",
    "a[x]",
    "a[X,y_z]>=1.0.post1; extra == 'q'",
    "a==1.*",
    "a~=1.2",
    "a===1.0-weird",
    "a<=2.0rc1,>=1.dev3",
    "a @ https://elsewhere.example/a.zip ; python_version > '3'",
    "a>=1 ; python_version < '3.8' and extra == 'q'",
    "a ; (sys_platform == 'win32' or extra == 'q') and python_version > '3'",
    "a;'q' == extra",
    "a>=1,",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_fast_way_means_what_packaging_says(text):
    ours, theirs = parse(text), Requirement(text)
    assert ours.name == canonicalize_name(theirs.name)
    assert ours.extras == {canonicalize_name(extra) for extra in theirs.extras}
    assert ours.specifier == theirs.specifier
    assert ours.url == theirs.url


@pytest.mark.parametrize("text", ["", "a b", "a>=", "a>=1.*", "a (>=1", "a (>dev)", "a; python_version", "a[x", "a[x y]", "-a", "a>=1,>"])
def test_what_packaging_refuses_is_refused(text):
    with pytest.raises(InvalidRequirement):
        needs(Metadata("m", "1", (text,)), (), Conditions(LINUX))


@given(
    st.lists(st.sampled_from(TEXTS), max_size=4),
    st.sets(st.sampled_from(["q", "x", "unknown"])),
    st.sets(st.sampled_from(["q", "x"])),
)
def test_needs_are_those_that_packaging_evaluates(texts, asked, provided):
    metadata = Metadata("m", "1", tuple(texts), provides_extra=frozenset(provided))
    extras = sorted(asked & provided) or [""]
    expected = []
    for text in texts:
        theirs = Requirement(text)
        if theirs.marker is None or any(theirs.marker.evaluate({**LINUX, "extra": extra}) for extra in extras):
            expected.append(text)
    assert [need.text for need in needs(metadata, asked, Conditions(LINUX))] == expected


def test_one_text_is_one_object():
    assert parse("same>=1") is parse("same>=1")


def test_plain_words():
    assert parse("a[y,x]>=1; extra == 'q'").plain == "a[x,y]>=1"
    assert parse("a @ https://elsewhere.example/a.zip").plain == "a @ https://elsewhere.example/a.zip"
