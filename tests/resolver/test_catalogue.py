"""Which wheel answers for which."""

from __future__ import annotations

import itertools

import pytest

from muslcheck.resolver import Catalogue
from muslcheck.words.release import DistFile, Kind, Metadata, Project, Unread
from muslcheck.words.target import Libc, Target

TARGET = Target("python:3.12-alpine3.23", (3, 12), "3.12.11", "x86_64", Libc("musl", 1, 2), "alpine", "3.23")


def wheel(tags, sidecar=None, version="1.0", name="a"):
    filename = f"{name}-{version}-{tags}.whl"
    return DistFile(filename, name, version, Kind.WHEEL, f"https://files.example/{filename}", sidecar=sidecar)


def metadata(*requires):
    return Metadata("a", "1.0", requires)


def catalogue(*found):
    known = Catalogue()
    for file, what in found:
        known.add_metadata(file, what)
    return known


def test_the_file_itself_comes_first():
    one, other = wheel("cp312-cp312-musllinux_1_2_x86_64"), wheel("cp312-cp312-musllinux_1_2_aarch64")
    known = catalogue((one, metadata("one")), (other, metadata("other")))
    assert known.metadata(one, TARGET) == metadata("one")
    assert known.metadata(other, TARGET) == metadata("other")


@pytest.mark.parametrize(
    ("read", "asked", "answers"),
    [
        (wheel("cp312-cp312-manylinux_2_17_x86_64"), wheel("cp312-cp312-musllinux_1_2_aarch64"), True),
        (wheel("cp311-cp311-musllinux_1_2_x86_64"), wheel("cp312-cp312-musllinux_1_2_x86_64"), False),
        (wheel("py3-none-any"), wheel("py2.py3-none-any"), True),
        (wheel("py3-none-any"), wheel("cp312-cp312-musllinux_1_2_x86_64"), False),
        (wheel("cp311-abi3-manylinux_2_17_x86_64", "sha256:1"), wheel("cp39-abi3-musllinux_1_2_x86_64", "sha256:1"), True),
        (wheel("cp312-cp312-manylinux_2_17_x86_64", "sha256:1"), wheel("cp312-cp312-musllinux_1_2_x86_64", "sha256:2"), False),
        (wheel("py3-none-any", version="1.1"), wheel("py3-none-any"), False),
    ],
)
def test_a_wheel_of_the_same_release_answers_for_another(read, asked, answers):
    assert (catalogue((read, metadata("b"))).metadata(asked, TARGET) is not None) == answers


def test_an_sdist_is_answered_for_by_nobody():
    sdist = DistFile("a-1.0.tar.gz", "a", "1.0", Kind.SDIST, "https://files.example/a-1.0.tar.gz")
    assert catalogue((wheel("py3-none-any"), metadata())).metadata(sdist, TARGET) is None
    assert catalogue((sdist, metadata())).metadata(wheel("py3-none-any"), TARGET) is None


def test_what_could_not_be_read_answers_for_itself_alone():
    one, other = wheel("cp312-cp312-musllinux_1_2_x86_64"), wheel("cp312-cp312-musllinux_1_2_aarch64")
    known = catalogue((one, Unread("no")))
    assert known.metadata(one, TARGET) == Unread("no")
    assert known.metadata(other, TARGET) is None


def test_the_order_of_arrival_does_not_matter():
    asked = wheel("cp312-cp312-musllinux_1_2_x86_64", "sha256:1")
    others = [
        (wheel("cp312-cp312-win_amd64"), metadata("win")),
        (wheel("cp312-cp312-macosx_11_0_arm64", "sha256:1"), metadata("mac")),
        (wheel("cp312-cp312-manylinux_2_17_x86_64"), metadata("linux")),
    ]
    answers = {catalogue(*order).metadata(asked, TARGET) for order in itertools.permutations(others)}
    assert answers == {metadata("mac")}


def test_siblings_are_the_other_files_of_the_release():
    one, other, older = wheel("py3-none-any"), wheel("py2-none-any"), wheel("py3-none-any", version="0.9")
    known = Catalogue()
    assert known.siblings(one) == ()
    files = {"1.0": (one, other), "0.9": (older,)}
    known.add_project(Project("a", ("1.0", "0.9"), lambda version: files[version]))
    assert known.siblings(one) == (other,)
    assert known.project_names() == ["a"]
