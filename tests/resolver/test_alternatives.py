"""Which release a user could ask for instead."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muslcheck.alpine.images import aim
from muslcheck.index.merge import Part, merge
from muslcheck.index.pages import reduce_rows
from muslcheck.resolver import Catalogue
from muslcheck.resolver.alternatives import wheel_releases
from muslcheck.words.release import Absent, DistFile, Kind, Project
from muslcheck.words.requirement import Selection

TARGET = aim("python:3.12-alpine3.23", "x86_64")


def file(name, version, filename, **fields):
    kind = Kind.WHEEL if filename.endswith(".whl") else Kind.SDIST
    return DistFile(filename, name, version, kind, f"https://files.example/{filename}", **fields)


def known(releases):
    """A catalogue with the project demo: {version: tags, or an empty text for an sdist}, newest first."""

    def load(version):
        tags = releases[version]
        return (file("demo", version, f"demo-{version}-{tags}.whl" if tags else f"demo-{version}.tar.gz"),)

    catalogue = Catalogue()
    catalogue.add_project(Project("demo", tuple(releases), load))
    return catalogue


@pytest.mark.parametrize(
    ("releases", "expected"),
    [
        ({"3.0": "", "2.0": "cp312-cp312-musllinux_1_2_x86_64", "1.0": "py3-none-any"}, ("2.0",)),
        ({"3.0": "cp312-cp312-manylinux_2_17_x86_64", "2.0": "cp311-cp311-musllinux_1_2_x86_64", "1.0": "py3-none-any"}, ()),
        ({"3.0": "", "2.0": "py3-none-any"}, ("2.0",)),
        ({"3.0": "", "2.0": "py3-none-any", "1.0": "cp312-cp312-musllinux_1_2_x86_64"}, ("2.0",)),
        ({"3.0rc1": "py3-none-any", "2.0": "py3-none-any"}, ("2.0",)),
        ({"3.0": "", "2.0": "cp312-cp312-musllinux_1_2_aarch64"}, ()),
        ({}, ()),
    ],
)
def test_the_newest_final_release_with_a_wheel(releases, expected):
    assert wheel_releases("demo", TARGET, Selection(), known(releases)) == expected


def test_a_yanked_wheel_is_no_advice():
    catalogue = Catalogue()
    files = {
        "2.0": file("demo", "2.0", "demo-2.0-py3-none-any.whl", yanked="broken"),
        "1.0": file("demo", "1.0", "demo-1.0-py3-none-any.whl"),
    }
    catalogue.add_project(Project("demo", ("2.0", "1.0"), lambda version: (files[version],)))
    assert wheel_releases("demo", TARGET, Selection(), catalogue) == ("1.0",)


def test_a_project_that_is_not_there_has_none():
    catalogue = Catalogue()
    catalogue.add_project(Absent("gone", "404"))
    assert wheel_releases("gone", TARGET, Selection(), catalogue) == wheel_releases("never-asked", TARGET, Selection(), catalogue) == ()


TARGETS = [
    aim(image, arch)
    for image, arch in itertools.product(("python:3.12-alpine", "python:3.10-alpine", "python:3.12-slim"), ("x86_64", "aarch64", "s390x"))
]
TAGS = st.sampled_from(
    [
        *("py3-none-any", "cp312-cp312-win_amd64", "cp312-cp312-linux_x86_64", "cp39-abi3-musllinux_1_2_aarch64"),
        *("cp310-cp310-musllinux_1_1_s390x", "cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64"),
        *("cp312-cp312-manylinux_2_17_s390x.musllinux_1_1_s390x", "cp312-cp312-musllinux_1_2_x86_64"),
    ]
)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from(["1.0", "2.0", "3.0", "4.0rc1", "5.0"]), st.lists(TAGS, max_size=4, unique=True), min_size=1))
def test_what_a_page_tells_without_its_files_changes_no_answer(releases):
    names = [
        name for version, tags in releases.items() for name in (f"demo-{version}.tar.gz", *(f"demo-{version}-{tag}.whl" for tag in tags))
    ]
    rows = [{"filename": name, "url": f"https://files.example/{name}", "hashes": {}} for name in names]
    project = merge("demo", [Part(reduce_rows(rows, "https://index.example/demo/", "demo"), "https://index.example/")])
    told, silent = Catalogue(), Catalogue()
    told.add_project(project)
    silent.add_project(replace(project, mentions=None, after=None))
    for target in TARGETS:
        assert wheel_releases("demo", target, Selection(), told) == wheel_releases("demo", target, Selection(), silent)
