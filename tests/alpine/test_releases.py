"""The tables of releases: what they say, and what a wrong one is told."""

import copy
import datetime
import re

import pytest

from muslcheck.alpine import releases
from muslcheck.alpine.releases import (
    alpine,
    architectures,
    debian,
    parse_alpine,
    parse_architectures,
    parse_debian,
    parse_python,
    python,
    read_table,
)

TABLES = {
    "alpine.toml": parse_alpine,
    "debian.toml": parse_debian,
    "python.toml": parse_python,
    "images.toml": parse_architectures,
}


def test_alpines_releases_stand_in_order_and_edge_last():
    numbered = [tuple(map(int, name.split("."))) for name in alpine() if name != "edge"]
    assert numbered == sorted(numbered)
    assert numbered[0] == (3, 12)
    assert list(alpine())[-1] == "edge"


@pytest.mark.parametrize("name", alpine())
def test_musl_changed_its_minor_version_once(name):
    release = alpine()[name]
    assert release.musl.startswith("1.1." if name == "3.12" else "1.2.")


def test_a_release_says_what_its_tools_are():
    release = alpine()["3.22"]
    assert (release.python3, release.versions["rust"], release.versions["gcc"]) == ("3.12.10", "1.87.0", "14.2.0")
    assert (release.versions["cmake"], release.versions["go"], release.versions["meson"]) == ("3.31.7", "1.24.3", "1.8.1")
    assert (release.released, release.end_of_support) == (datetime.date(2025, 5, 30), datetime.date(2027, 5, 1))


@pytest.mark.parametrize("name", alpine())
def test_every_release_has_the_tools_that_builds_ask_for(name):
    assert {"gcc", "rust", "go", "cmake", "meson", "linux-headers", "openssl", "libffi"} <= set(alpine()[name].versions)


def test_pip_is_kept_out_of_alpines_own_python_from_3_19_on():
    assert [name for name, release in alpine().items() if not release.externally_managed] == [f"3.{minor}" for minor in range(12, 19)]


def test_edge_has_no_end():
    assert alpine()["edge"].end_of_support == datetime.date.max


@pytest.mark.parametrize(("name", "glibc"), [("buster", (2, 28)), ("bullseye", (2, 31)), ("bookworm", (2, 36)), ("trixie", (2, 41))])
def test_debians_c_library(name, glibc):
    assert debian()[name].glibc == glibc


def test_debians_releases_stand_in_order():
    released = [release.released for release in debian().values()]
    assert released == sorted(released)


@pytest.mark.parametrize("name", python())
def test_a_python_ends_after_it_came(name):
    release = python()[name]
    assert release.released < release.end_of_life
    assert f"{release.minor[0]}.{release.minor[1]}" == name
    assert alpine()[release.alpine].released < release.end_of_life


def test_the_pythons_are_3_8_to_3_15():
    assert [release.minor for release in python().values()] == [(3, minor) for minor in range(8, 16)]
    assert [name for name, release in python().items() if not release.is_final] == ["3.15"]


def test_an_image_of_an_older_patch_release_keeps_its_base():
    release = python()["3.12"]
    assert [release.base("alpine", patch) for patch in (0, 2, 3, 7, 8, 12, 13, 99, None)] == [
        *("3.18", "3.19", "3.20", "3.20", "3.21", "3.23"),
        *[release.alpine] * 3,
    ]
    assert [release.base("debian", patch) for patch in (10, 11, None)] == ["bookworm", "trixie", "trixie"]


def test_no_name_means_two_architectures():
    known = architectures()
    assert set(known.homonyms).isdisjoint(known.names)
    assert all(known.names[arch] == arch for arches in known.images.values() for arch in arches)


@pytest.mark.parametrize("filename", TABLES)
def test_a_table_says_where_and_when_it_was_read(filename):
    table = read_table(filename)
    assert table.get("source") or all(row["source"] for row in table["release"])
    assert TABLES[filename](table)


def broken(filename, change):
    table = copy.deepcopy(read_table(filename))
    change(table)
    return table


@pytest.mark.parametrize(
    ("filename", "change", "complaint"),
    [
        ("alpine.toml", lambda table: table["release"][2].pop("musl"), "alpine.toml: release 3: musl is missing"),
        ("alpine.toml", lambda table: table["release"][0].update(musl="new"), "alpine.toml: release 1: musl is no version: 'new'"),
        ("alpine.toml", lambda table: table["release"][0].update(released="2020-05-29"), "alpine.toml: release 1: released is no date"),
        ("alpine.toml", lambda table: table["release"][0].update(name=""), "alpine.toml: release 1: name is empty"),
        ("alpine.toml", lambda table: table["release"][1].update(name="3.12"), "alpine.toml: release 2: a second 3.12"),
        ("alpine.toml", lambda table: table["release"][0]["versions"].update(gcc=9), "alpine.toml: release 1, versions: gcc is no str"),
        ("alpine.toml", lambda table: table["release"][0].update(externally_managed="no"), "externally_managed is no bool"),
        ("debian.toml", lambda table: table["release"][0].update(glibc="2"), "debian.toml: release 1: glibc is no version: '2'"),
        ("debian.toml", lambda table: table["release"][0].pop("end_of_support"), "debian.toml: release 1: end_of_support is missing"),
        ("python.toml", lambda table: table["release"][0].update(newest="3.9.1"), "python.toml: release 1: newest is no 3.8"),
        ("python.toml", lambda table: table["release"][0].update(alpine="3.1"), "python.toml: release 1: a base is in no table"),
        ("python.toml", lambda table: table["release"][0]["debian_until"].update(sid=99), "python.toml: release 1: a base is in no table"),
        ("python.toml", lambda table: table["release"][0]["debian_until"].update(buster=99), "the bases do not stand in order"),
        ("python.toml", lambda table: table["release"][0].pop("source"), "python.toml: release 1: source is missing"),
        ("images.toml", lambda table: table["arches"]["s390x"].append("arm64"), "images.toml: arm64 is both aarch64 and s390x"),
        ("images.toml", lambda table: table["images"]["alpine"].append("vax"), "images.toml: unknown architectures ['vax']"),
        ("images.toml", lambda table: table.pop("arches"), "images.toml: arches is missing"),
    ],
)
def test_a_wrong_table_is_told_where(filename, change, complaint):
    with pytest.raises(ValueError, match=re.escape(complaint)):
        TABLES[filename](broken(filename, change))


def test_a_table_that_is_not_there_is_an_error():
    with pytest.raises(FileNotFoundError):
        read_table("none.toml")


def test_a_table_that_is_no_toml_is_named(tmp_path):
    table = tmp_path / "bad.toml"
    table.write_text("[release")
    with pytest.raises(ValueError, match=r"bad\.toml: "):
        read_table(str(table))


def test_the_public_names_are_sorted():
    assert releases.__all__ == sorted(releases.__all__)
