"""What a target's Python and musl take of a wheel's compiled files."""

from dataclasses import replace

import pytest

from muslcheck.alpine.apkindex import ApkIndex
from muslcheck.alpine.images import aim
from muslcheck.archives.facts import NativeFile, Seen, WheelFacts
from muslcheck.judge.loads import can_read, is_for, is_for_others, lacks, on_every_way, troubles

MODULE = NativeFile("spam/a.so", "elf", "x86_64", module="spam.a")


@pytest.mark.parametrize(
    ("python", "suffix", "answer"),
    [
        ("3.12", "", True),
        ("3.12", "abi3", True),
        ("3.12", "cpython-312-x86_64-linux-musl", True),
        ("3.12", "cpython-312-x86_64-linux-gnu", False),
        ("3.12", "cpython-311-x86_64-linux-musl", False),
        ("3.12", "pypy310-pp73-x86_64-linux-gnu", False),
        ("3.11", "cpython-311-x86_64-linux-gnu", False),
        ("3.10", "cpython-310-x86_64-linux-gnu", True),
        ("3.10", "cpython-310-x86_64-linux-musl", True),
        ("3.14", "cpython-314t-x86_64-linux-musl", False),
        ("3.14", "abi3t", False),
        ("3.15", "abi3t", True),
    ],
)
def test_suffixes(python, suffix, answer):
    assert can_read(replace(MODULE, suffix=suffix), aim(f"python:{python}-alpine", "x86_64")) is answer


@pytest.mark.parametrize(
    ("suffix", "answer"), [("cpython-314t-x86_64-linux-musl", True), ("cpython-314-x86_64-linux-musl", False), ("abi3", False)]
)
def test_suffixes_of_free_threaded_pythons(suffix, answer):
    target = replace(aim("python:3.14-alpine", "x86_64"), free_threaded=True)
    assert can_read(replace(MODULE, suffix=suffix), target) is answer


def test_what_is_no_module_has_no_suffix():
    assert can_read(NativeFile("spam/lib.so", "elf", "x86_64", suffix="whatever"), aim("python:3.12-alpine", "x86_64"))


@pytest.mark.parametrize(
    ("machine", "arch", "answer"), [("arm", "armv7l", True), ("arm", "armv6l", True), ("arm", "aarch64", False), ("i686", "x86_64", False)]
)
def test_machines(machine, arch, answer):
    assert is_for(replace(MODULE, machine=machine), aim("python:3.12-alpine", arch)) is answer


def test_of_several_files_of_a_module_the_one_that_can_be_read_counts():
    here, other = (
        replace(MODULE, path=f"spam/a.{tag}.so", suffix=tag) for tag in ("cpython-312-x86_64-linux-musl", "cpython-312-x86_64-linux-gnu")
    )
    facts = WheelFacts("spam-1.0-py3-none-any.whl", natives=(replace(other, needed=("ld-linux-x86-64.so.2",)), here))
    assert troubles(facts, aim("python:3.12-alpine", "x86_64")) == ()


def test_a_package_index_knows_better():
    facts = WheelFacts("spam-1.0-py3-none-any.whl", natives=(replace(MODULE, needed=("libeggs.so.3", "libpq.so.5")),))
    target = aim("python:3.12-alpine", "x86_64")
    offered = ApkIndex(frozenset({"x86_64"}), {"eggs-libs": "eggs", "libpq17": "postgresql"}, {"so:libeggs.so.3": "eggs-libs"})
    assert [(lack.soname, lack.apk, lack.sure) for lack in lacks(facts, target, offered)] == [
        ("libeggs.so.3", "eggs-libs", True),
        ("libpq.so.5", "libpq", True),
    ]
    assert lacks(facts, target, None)[0].apk is None


def test_what_is_imported_by_the_name_of_the_project():
    seen = Seen("_spam.so", "spam-1.0.whl!/_spam", detail="_spam")
    facts = WheelFacts("spam-1.0.whl", roots=("_spam", "spam"), imported=(seen,))
    assert on_every_way(frozenset({"_spam.so"}), facts, "spam") is None
    assert on_every_way(frozenset({"_spam.so"}), facts, "eggs") is None  # spam is what is imported, _spam what that may do without
    assert on_every_way(frozenset({"_spam.so"}), replace(facts, roots=("_spam",)), "eggs") == seen
    assert on_every_way(frozenset({"_spam.so"}), replace(facts, roots=("_spam", "tests")), "eggs") == seen


def test_programs_for_windows_are_no_libraries():
    facts = WheelFacts("spam-1.0-py3-none-any.whl", natives=(NativeFile("spam/cli.exe", "pe"),))
    target = aim("python:3.12-alpine", "x86_64")
    assert not is_for_others(facts, target)
    assert is_for_others(replace(facts, natives=(NativeFile("spam/a.dll", "pe"),)), target)
    assert not is_for_others(WheelFacts("spam-1.0-py3-none-any.whl"), target)
