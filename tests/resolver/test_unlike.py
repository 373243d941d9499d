"""Wheels of one release that do not state the same are told, where both were read anyway."""

from __future__ import annotations

from dataclasses import replace

import pytest

from muslcheck.resolver import Catalogue
from muslcheck.words.release import Metadata, MetadataSource

X86, ARM = "cp312-cp312-musllinux_1_2_x86_64", "cp312-cp312-musllinux_1_2_aarch64"


@pytest.fixture
def settle(shop, musl, glibc, other_arch):
    """Settle one requirement for two architectures over one catalogue: what is told of the second."""

    def settled(name):
        catalogue = Catalogue()
        first = shop.settle(name, target=musl, twin=glibc, catalogue=catalogue)
        assert [each for each in first.problems if "state the same" in each.message] == []
        second = shop.settle(name, target=other_arch[0], twin=other_arch[1], catalogue=catalogue)
        return [each for each in second.problems if "state the same" in each.message]

    return settled


def two_wheels(shop, first, second, *, python=(None, None), names=("a", "a")):
    """Two wheels of one release, on an index with ``.metadata`` files."""
    for tag, requires, needs, name in zip((X86, ARM), (first, second), python, names, strict=True):
        found = Metadata(name, "1.0", tuple(requires), needs, source=MetadataSource.SIDECAR, seen_in=tag)
        shop.add("a", "1.0", tags=[tag], sidecar=f"sha256:{tag}", found=found)
    for other in "bcd":
        shop.add(other, "1.0")


def test_both_files_and_what_differs_are_named(shop, settle):
    two_wheels(shop, ["b", "c>=1"], ["d; sys_platform == 'linux'", "c >=1"])
    (problem,) = settle("a")
    assert problem.subject == "a"
    assert problem.message == (
        f"a-1.0-{ARM}.whl and a-1.0-{X86}.whl do not state the same: "
        'only the first requires d; sys_platform == "linux"; only the second requires b'
    )


def test_another_python_is_a_difference(shop, settle):
    two_wheels(shop, [], [], python=(">=3.10", None))
    (problem,) = settle("a")
    assert problem.message.endswith("do not state the same: Requires-Python is not stated in the first and >=3.10 in the second")


def test_spelling_and_order_are_none(shop, settle):
    two_wheels(shop, ["B >= 1.0", "c"], ["c", "b>=1.0"])
    assert settle("a") == []


def test_nothing_is_asked_for_to_compare(shop, musl, glibc, versions):
    two_wheels(shop, ["b"], ["c"])
    answer = shop.settle("a", target=musl, twin=glibc)
    assert versions(answer) == {"a": "1.0", "b": "1.0"}
    assert answer.problems == ()
    assert ("m", f"a-1.0-{ARM}.whl") not in shop.asked


def test_wheels_for_different_pythons_may_differ(shop, musl, glibc):
    for tag, requires in ((X86, ["b"]), (X86.replace("312", "313"), ["c"])):
        found = Metadata("a", "1.0", tuple(requires), source=MetadataSource.SIDECAR, seen_in=tag)
        shop.add("a", "1.0", tags=[tag], sidecar=f"sha256:{tag}", found=found)
    shop.add("b", "1.0").add("c", "1.0")
    catalogue = Catalogue()
    later = {"python": (3, 13), "python_full": "3.13.1"}
    for target, twin in ((musl, glibc), (replace(musl, **later), replace(glibc, **later))):
        assert shop.settle("a", target=target, twin=twin, catalogue=catalogue).problems == ()
