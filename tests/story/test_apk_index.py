"""--apk-index: package names out of the release's own package index, from a file or over the wire."""

import pytest
from support.apkindex import apkindex_bytes
from support.archives import sdist_bytes
from support.server import Answer
from support.story import SETUPTOOLS

RECORDS = [
    {"P": "demo-libs", "o": "demo", "p": "so:libdemo.so.3=3.0"},
    {"P": "demo3-dev", "o": "demo", "p": "pc:libdemo=3.0", "D": "so:libdemo.so.3"},
]
SETUP = """
from subprocess import check_output
from setuptools import Extension, setup

flags = check_output(["pkg-config", "--libs", "libdemo"]).split()
setup(name="native", ext_modules=[Extension("native", ["native.c"], extra_link_args=flags)])
"""


@pytest.fixture
def asked(place):
    files = {"pyproject.toml": SETUPTOOLS, "setup.py": SETUP, "native.c": "#include <Python.h>\n"}
    place.server.add("native", "native-1.0.tar.gz", sdist_bytes("native", "1.0", files))
    place.write("r.txt", "native\n")
    place.write("APKINDEX.tar.gz", apkindex_bytes(RECORDS))
    return place


def test_a_file_names_packages_that_no_table_knows(asked):
    ended, report = asked.both("r.txt", apk_index="APKINDEX.tar.gz")
    assert report["native"].apk.build == ("demo3-dev", "gcc", "musl-dev", "pkgconf")
    assert report["native"].apk.runtime == ("demo-libs",)
    assert ended.says("apk add --no-cache demo3-dev")
    assert "demo3-dev" not in asked.check("r.txt")["native"].apk.build


def test_an_index_of_another_architecture_says_nothing(asked):
    assert "demo3-dev" not in asked.check("r.txt", arch="aarch64", apk_index="APKINDEX.tar.gz")["native"].apk.build


def test_an_address_is_fetched_and_kept(asked):
    path = "/alpine/v3.23/main/x86_64/APKINDEX.tar.gz"
    body = apkindex_bytes(RECORDS)
    asked.server.script(path, Answer(body=body, status=200, headers={"Cache-Control": "max-age=600"}))
    where = asked.server.url + path
    first = asked.run("r.txt", "--apk-index", where, "--cache-dir", "cache")
    assert first.says("demo3-dev")
    again = asked.run("r.txt", "--apk-index", where, "--cache-dir", "cache", "--offline")
    assert again.out == first.out
    assert len(asked.server.asked(path)) == 1


def test_an_address_that_does_not_answer_is_a_problem_and_the_tables_stand_in(asked):
    ended = asked.run("r.txt", "--apk-index", asked.server.url + "/none/APKINDEX.tar.gz", "--no-cache")
    assert ended.status == 3
    assert "answered 404" in ended.lines("problem")[0]
    assert ended.says("apk add --no-cache gcc")


@pytest.mark.parametrize(
    ("place_given", "complaint"), [("none.tar.gz", "none.tar.gz: No such file"), ("r.txt", "r.txt is no package index of Alpine's")]
)
def test_what_is_no_index_is_a_mistake_of_usage(asked, place_given, complaint):
    ended = asked.run("r.txt", "--apk-index", place_given)
    assert ended.status == 2
    assert complaint in ended.err
