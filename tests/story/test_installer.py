"""What uv installs otherwise than pip: every answer given for uv is what uv 0.13.9 chose from these very files for musl.

Asked as ``uv pip compile --python-platform x86_64-unknown-linux-musl --python-version 3.12.14``, and what ends only as it installs with
``uv pip install --python-platform ...``. pip's answers are held against pip itself elsewhere.
"""

import bz2
import gzip
import io
import json
import tarfile
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.archives import sdist_bytes, wheel_bytes, wheel_name
from support.server import Answer

import muslcheck
from muslcheck.errors import UsageError

ANY = "py3-none-any"
LINUX, MUSL = "cp312-cp312-linux_x86_64", "cp312-cp312-musllinux_1_2_x86_64"
ALPINE = {"image": "python:3.12-alpine", "arch": "x86_64"}
QUIET = {"retries": 0, "timeout": 5.0}
PYTHON_CAPS = [
    # Requires-Python of 2.0, beside a 1.0 without any: which of the two pip takes, and which uv.
    ("<3.12", "1.0", "2.0"),
    ("<=3.11", "1.0", "2.0"),
    ("==3.11.*", "1.0", "2.0"),
    ("==3.12", "1.0", "2.0"),
    ("!=3.12.*", "1.0", "2.0"),
    (">=3.8,!=3.12.*", "1.0", "2.0"),
    (">=3.8,<4,!=3.9.*", "2.0", "2.0"),
    ("~=3.8", "2.0", "2.0"),
    (">3.12", "2.0", "2.0"),
    (">=3.12,!=3.12.11", "2.0", "2.0"),
    (">=3.13", "1.0", "1.0"),
    (">=3.12,!=3.12.*", "1.0", "1.0"),
    ("foo", "2.0", "1.0"),
    ("~3.6", "2.0", "1.0"),
    (">3.6.x", "2.0", "1.0"),
    (">=3.6*", "2.0", "1.0"),
    (">=3.6.*", "2.0", "2.0"),
    (">=3.6<4", "2.0", "2.0"),
    ("!=3.0*", "2.0", "2.0"),
    (">=3.6,", "2.0", "2.0"),
    ("'>=3.6'", "2.0", "2.0"),
]
WITHDRAWN = [
    # What is asked of a project whose 2.0 was yanked and whose 1.0 was not: what pip takes, and what uv; None where that is nothing.
    ("odd", "1.0", "1.0"),
    ("odd==2.0", "2.0", "2.0"),
    ("odd==2", "2.0", "2.0"),
    ("odd===2.0", "2.0", "2.0"),
    ("odd==2.0\nodd>=1", "2.0", "2.0"),
    ("pins\nodd==2.0", "2.0", "2.0"),
    ("odd==2.0,>=1", "2.0", None),
    ("odd==2.*", None, None),
    ("odd>=2", None, None),
    ("pins", "2.0", None),
]
PRERELEASES = [
    # Of 1.0 and 2.0b1.
    ("odd", {}, "1.0", "1.0"),
    ("odd>=1.0a1", {}, "2.0b1", "1.0"),
    ("asks", {}, "2.0b1", "1.0"),
    ("needs", {}, "2.0b1", "2.0b1"),
    ("odd\nneeds", {}, "2.0b1", "2.0b1"),
    ("odd", {"pre": True}, "2.0b1", "2.0b1"),
    ("odd>=1.0a1", {"only_final": "odd"}, "1.0", "1.0"),
    ("--pre\nodd", {}, "2.0b1", "1.0"),
]


def zipped(data):
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as tar, zipfile.ZipFile(out, "w") as archive:
        for member in tar.getmembers():
            if member.isfile():
                archive.writestr(member.name, tar.extractfile(member).read())
    return out.getvalue()


def sdist(place, name, version, suffix=".tar.gz", **more):
    data = sdist_bytes(name, version, {"setup.py": f"from setuptools import setup\nsetup(name='{name}')\n"})
    packed = {".tar.gz": bytes, ".zip": zipped, ".tar.bz2": lambda data: bz2.compress(gzip.decompress(data))}[suffix](data)
    place.server.add(name, f"{name}-{version}{suffix}", packed, **more)


def taken(place, text, installer, *words):
    """What an installer takes of ``odd``: its version and file; and the report."""
    place.write("r.txt", text)
    ended = place.run("r.txt", "--installer", installer, "-f", "json", "--no-cache", *words)
    report = json.loads(ended.out)
    odd = next(package for package in report["packages"] if package["name"] == "odd")
    return odd["file"] and (odd["version"], odd["file"]["filename"]), report


def version(place, text, installer, *words):
    found = taken(place, text, installer, *words)[0]
    return found and found[0]


def file(place, text, installer, *words):
    found = taken(place, text, installer, *words)[0]
    return found and found[1]


def test_the_plain_linux_tag(place):
    for tags in (LINUX, MUSL):
        place.wheel("odd", "1.0", tags)
    chosen = {
        each: file(place, "odd", each) for each in ("pip", "pip==26.3", "pip==27.0.1", "pip==26.2.1", "pip==25.0", "uv", "uv==0.12.5")
    }
    first, last = wheel_name("odd", "1.0", LINUX), wheel_name("odd", "1.0", MUSL)
    assert chosen == {
        "pip": first,
        "pip==26.3": first,
        "pip==27.0.1": first,
        "pip==26.2.1": last,
        "pip==25.0": last,
        "uv": last,
        "uv==0.12.5": last,
    }


@pytest.mark.parametrize(("asked", "pip", "uv"), PYTHON_CAPS)
def test_requires_python(place, asked, pip, uv):
    place.wheel("odd", "1.0")
    place.wheel("odd", "2.0", requires_python=asked)
    assert (version(place, "odd", "pip"), version(place, "odd", "uv")) == (pip, uv)


def test_the_best_file_of_a_release_alone_is_asked_for_its_python(place):
    place.wheel("odd", "1.0")
    place.wheel("odd", "2.0", requires_python=">=3.13")
    sdist(place, "odd", "2.0")
    assert (version(place, "odd", "pip"), version(place, "odd", "uv")) == ("2.0", "1.0")


def test_a_capped_python_of_the_metadata(place):
    data = wheel_bytes("odd", "2.0", metadata="Metadata-Version: 2.1\nName: odd\nVersion: 2.0\nRequires-Python: <3.12\n")
    place.wheel("odd", "1.0")
    place.wheel("odd", "2.0", data=data)
    assert (version(place, "odd", "pip"), version(place, "odd", "uv")) == ("1.0", "2.0")


@pytest.mark.parametrize(("text", "pip", "uv"), WITHDRAWN)
def test_yanked_releases(place, text, pip, uv):
    place.wheel("odd", "1.0")
    place.wheel("odd", "2.0", yanked="it was bad")
    place.wheel("pins", "1.0", requires=["odd==2.0"])
    assert (version(place, text, "pip"), version(place, text, "uv")) == (pip, uv)


def test_a_constraint_names_a_yanked_release(place):
    place.wheel("odd", "1.0")
    place.wheel("odd", "2.0", yanked="it was bad")
    place.write("c.txt", "odd==2.0\n")
    assert version(place, "-c c.txt\nodd", "uv") == version(place, "-c c.txt\nodd", "pip") == "2.0"


def test_a_release_that_was_yanked_in_part(place):
    place.wheel("odd", "1.0", yanked="it was bad")
    sdist(place, "odd", "1.0")
    assert file(place, "odd", "uv") == file(place, "odd", "pip") == "odd-1.0.tar.gz"
    assert file(place, "odd==1.0", "pip") == "odd-1.0.tar.gz"
    assert file(place, "odd==1.0", "uv") == wheel_name("odd", "1.0", ANY)


@pytest.mark.parametrize(("text", "options", "pip", "uv"), PRERELEASES)
def test_prereleases(place, text, options, pip, uv):
    place.wheel("odd", "1.0")
    place.wheel("odd", "2.0b1")
    place.wheel("asks", "1.0", requires=["odd>=1.0a1"])
    place.wheel("needs", "1.0", requires=["odd>=2.0a1"])
    words = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value) if word is not True]
    assert (version(place, text, "pip", *words), version(place, text, "uv", *words)) == (pip, uv)


@pytest.mark.parametrize("stated", ["--prefer-binary\nodd", "odd"])
def test_uv_prefers_no_binary(place, stated):
    place.wheel("odd", "1.0")
    sdist(place, "odd", "2.0")
    words = () if stated.startswith("--") else ("--prefer-binary",)
    assert (version(place, stated, "pip", *words), version(place, stated, "uv", *words)) == ("1.0", "2.0")


def test_sdists_in_old_formats(place):
    sdist(place, "odd", "1.0")
    sdist(place, "odd", "2.0", ".tar.bz2")
    assert (version(place, "odd", "pip"), version(place, "odd", "uv")) == ("2.0", "1.0")
    report = taken(place, "odd==2.0", "uv")[1]
    assert [each["outcome"] for each in report["packages"]] == ["fail"]


@pytest.mark.parametrize("suffixes", [(".tar.gz", ".zip"), (".zip", ".tar.gz")])
def test_two_sdists_of_one_release(place, suffixes):
    for suffix in suffixes:
        sdist(place, "odd", "1.0", suffix)
    assert file(place, "odd", "pip") == f"odd-1.0{suffixes[-1]}"
    assert file(place, "odd", "uv") == "odd-1.0.tar.gz"


@pytest.mark.parametrize("names", [":all:", "odd"])
@pytest.mark.parametrize("named", [True, False])
def test_direct_references_and_only_binary(place, names, named):
    sdist(place, "odd", "1.0")
    text = f"{'odd @ ' if named else ''}{place.server.url}/files/odd-1.0.tar.gz"
    assert file(place, text, "pip", "--only-binary", names) == "odd-1.0.tar.gz"
    found, report = taken(place, text, "uv", "--only-binary", names)
    assert found is None
    assert report["packages"][0]["outcome"] == "fail"
    assert "excluded by --only-binary" in report["packages"][0]["evidence"][0]["claim"]
    assert file(place, text, "uv", "--only-binary", "another") == "odd-1.0.tar.gz"


def test_direct_references_and_no_binary(place):
    place.wheel("odd", "1.0")
    text = f"odd @ {place.server.url}/files/{wheel_name('odd', '1.0', ANY)}"
    assert version(place, text, "pip", "--no-binary", ":all:") == "1.0"
    assert version(place, text, "uv", "--no-binary", ":all:") is None


def test_direct_references_in_old_formats(place):
    sdist(place, "odd", "1.0", ".tar.bz2")
    text = f"odd @ {place.server.url}/files/odd-1.0.tar.bz2"
    assert (version(place, text, "pip"), version(place, text, "uv")) == ("1.0", None)


def test_addresses_in_the_metadata_of_a_release(place):
    place.wheel("odd", "1.0")
    address = f"odd @ {place.server.url}/files/{wheel_name('odd', '1.0', ANY)}"
    place.wheel("asks", "1.0", requires=[address])
    said = {each: [problem["message"] for problem in taken(place, "asks", each)[1]["problems"]] for each in ("pip", "uv")}
    assert said["pip"] == []
    assert said["uv"] == ["asks requires it by its address, and uv takes no addresses from the metadata of releases: it ends there"]
    assert taken(place, f"asks\n{address}", "uv")[1]["problems"] == []


@pytest.mark.parametrize(("stated", "pip", "uv"), [("", 2, 0), ("--require-hashes\n", 2, 2)])
def test_one_hash_among_several_requirements(place, stated, pip, uv):
    entry = place.wheel("odd", "1.0")
    place.write("r.txt", f"{stated}odd==1.0 --hash=sha256:{entry['hashes']['sha256']}\nfine==1.0\n")
    assert {each: place.run("r.txt", "--no-cache", "--installer", each).status for each in ("pip", "uv")} == {"pip": pip, "uv": uv}
    place.write("r.txt", f"{stated}odd==1.0 --hash=sha256:{'0' * 64}\nfine==1.0\n")
    assert version(place, (place.folder / "r.txt").read_text(), "uv") is None


class TestSeveralIndexes:
    """The extra indexes come before the index for uv, and the first that has a project is the only one."""

    @pytest.fixture
    def others(self, open_place):
        return [open_place() for _ in range(2)]

    def words(self, others):
        return [word for other in others for word in ("--extra-index-url", other.server.index_url)]

    @pytest.mark.parametrize(
        ("versions", "pip", "uv"),
        [
            (("2.0", "1.0", None), "2.0", "1.0"),
            (("1.0", "2.0", None), "2.0", "2.0"),
            (("2.0", "1.0", "3.0"), "3.0", "1.0"),
            (("2.0", None, "1.0"), "2.0", "1.0"),
            (("2.0", None, None), "2.0", "2.0"),
        ],
    )
    def test_which_is_taken(self, place, others, versions, pip, uv):
        for each, listed in zip((place, *others), versions, strict=True):
            if listed:
                each.wheel("odd", listed)
        words = self.words(others)
        for installer, expected in (("pip", pip), ("uv", uv)):
            found, report = taken(place, "odd", installer, *words)
            assert found[0] == expected
            assert bool(report["problems"]) is (pip != uv)

    def test_in_the_order_given(self, place, others):
        for each, listed in zip(others, ("1.0", "3.0"), strict=True):
            each.wheel("odd", listed)
        assert version(place, "odd", "uv", *self.words(others)) == "1.0"
        assert version(place, "odd", "uv", *self.words(others[::-1])) == "3.0"

    def test_the_index_itself_among_them(self, place, others):
        place.wheel("odd", "1.0")
        others[0].wheel("odd", "2.0")
        words = ("--extra-index-url", place.server.index_url, *self.words(others))
        assert version(place, "odd", "uv", *words) == "1.0"
        assert version(place, "odd", "uv", *self.words(others)) == "2.0"

    def test_what_is_said(self, place, others):
        place.wheel("odd", "2.0")
        others[0].wheel("odd", "1.0")
        public, own = place.server.index_url, others[0].server.index_url
        said = {each: taken(place, "odd", each, *self.words(others))[1]["problems"] for each in ("pip", "uv")}
        assert [problem["message"] for problem in said["pip"]] == [
            f"several indexes have it and pip takes the best of all, 2.0 from {public}; uv would look at the first alone, 1.0 from {own}"
        ]
        assert [problem["message"] for problem in said["uv"]] == [
            f"several indexes have it and uv looks at the first alone, 1.0 from {own}; pip would take the best of all, 2.0 from {public}"
        ]

    @pytest.mark.parametrize("tag", [ANY, "cp312-cp312-manylinux_2_17_x86_64"])
    def test_a_mirror_on_disk_that_is_behind_is_nothing_to_tell_pip_s_user(self, place, tag):
        place.wheel("odd", "2.0")
        page = place.folder / "mirror" / "odd"
        page.mkdir(parents=True)
        name = wheel_name("odd", "1.0", tag)
        (page / name).write_bytes(wheel_bytes("odd", "1.0", tag))
        (page / "index.html").write_text(f'<a href="{name}">{name}</a>')
        words = ("--extra-index-url", page.parent.as_uri())
        assert taken(place, "odd", "pip", *words)[1]["problems"] == []
        assert taken(place, "odd", "uv", *words)[1]["problems"] != []

    def test_of_many_it_is_said_together(self, place, others):
        names = [f"odd{number}" for number in range(7)]
        for name in names:
            place.wheel(name, "2.0")
            others[0].wheel(name, "1.0")
        place.wheel("odd", "1.0")
        problems = taken(place, "\n".join(["odd", *names]), "pip", *self.words(others))[1]["problems"]
        assert [(each["subject"], each["message"].partition(" come")[0]) for each in problems] == [(place.server.index_url, "7 projects")]
        assert problems[0]["message"].endswith("odd0 2.0, odd1 2.0, odd2 2.0, odd3 2.0, odd4 2.0, ...")

    def test_the_first_has_nothing_that_would_do(self, place, others):
        place.wheel("odd", "2.0")
        others[0].wheel("odd", "1.0")
        found, report = taken(place, "odd>=2", "uv", *self.words(others))
        assert found is None
        assert report["problems"][0]["message"].startswith(
            "several indexes have it and uv looks at the first alone, where nothing would do;"
        )
        assert version(place, "odd>=2", "pip", *self.words(others)) == "2.0"

    def test_an_empty_page_is_the_first(self, place, others):
        place.wheel("odd", "1.0")
        others[0].server.projects["odd"] = []
        assert version(place, "odd", "uv", *self.words(others)) is None
        assert version(place, "odd", "pip", *self.words(others)) == "1.0"

    @pytest.mark.parametrize("status", [401, 403, 500])
    def test_an_index_that_refuses_ends_the_search(self, place, others, status):
        place.wheel("odd", "1.0")
        others[0].server.script("/simple/odd/", *[Answer(status=status)] * 2)
        words = (*self.words(others), "--retries", "0")
        assert version(place, "odd", "uv", *words) is None
        assert version(place, "odd", "pip", *words) == "1.0"

    def test_one_behind_the_first_may_be_down(self, place, others):
        others[0].wheel("odd", "1.0")
        place.server.script("/simple/odd/", Answer(status=500))
        found, report = taken(place, "odd", "uv", *self.words(others), "--retries", "0")
        assert found[0] == "1.0"
        assert report["problems"] == []

    def test_links_are_beside_the_first(self, place, others):
        place.wheel("odd", "2.0")
        others[0].wheel("odd", "1.0")
        links = place.folder / "links"
        links.mkdir()
        (links / wheel_name("odd", "1.5")).write_bytes(wheel_bytes("odd", "1.5"))
        words = (*self.words(others), "--find-links", links)
        assert (version(place, "odd", "pip", *words), version(place, "odd", "uv", *words)) == ("2.0", "1.5")
        assert version(place, "odd<1.5", "uv", *words) == "1.0"


class TestWhereItIsSaid:
    def test_pip_is_what_is_asked_about(self, place):
        ended, report = place.both("r.txt", **QUIET) if place.write("r.txt", "fine\n") else None
        assert str(report.installer) == "pip 26.3"
        assert report.to_dict()["installer"] == {"name": "pip", "version": "26.3"}
        assert "installed by" not in ended.out

    @pytest.mark.parametrize(
        ("asked", "said"), [("uv", "uv 0.13"), ("uv == 0.12", "uv 0.12"), ("pip==26.2", "pip 26.2"), ("UV", "uv 0.13")]
    )
    def test_another(self, place, asked, said):
        place.write("r.txt", "fine\n")
        ended, report = place.both("r.txt", installer=asked, **QUIET)
        assert str(report.installer) == said
        assert ended.out.startswith(f"r.txt on python:3.12-alpine, installed by {said}\n")
        for form in ("markdown", "html"):
            assert f"installed by {said}" in place.run("r.txt", "--no-cache", "--installer", asked, "-f", form).out

    def test_in_the_environment(self, place, monkeypatch):
        place.write("r.txt", "fine\n")
        monkeypatch.setenv("MUSLCHECK_INSTALLER", "uv")
        assert "installed by uv 0.13" in place.run("r.txt", "--no-cache").out

    @pytest.mark.parametrize("asked", ["conda", "", "pip>=26", "pip==", "pip==x", "uv==0.11.9", "pip==19.3", "uv 0.12", "pip==26.3rc1"])
    def test_what_is_no_installer(self, place, asked):
        place.write("r.txt", "fine\n")
        ended = place.run("r.txt", f"--installer={asked}")
        assert ended.status == 2
        assert len(ended.err.splitlines()) == 2
        assert ended.err.startswith("error: argument --installer: ")
        with pytest.raises(UsageError, match=r"^installer: "):
            place.check("r.txt", installer=asked)

    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            ("conda", "'conda' is neither pip nor uv, nor one of them with a version (pip==26.2)"),
            ("uv==0.11.9", "uv==0.11.9: the rules of uv are known from 0.12 on"),
            ("pip==19.3", "pip==19.3: the rules of pip are known from 21.2 on"),
        ],
    )
    def test_in_one_sentence(self, place, asked, said):
        place.write("r.txt", "fine\n")
        assert place.run("r.txt", f"--installer={asked}").err.splitlines()[0] == f"error: argument --installer: {said}"


class TestSettingsOfPip:
    def test_what_pip_is_told_to_take_is_not_for_uv(self, place, monkeypatch):
        place.wheel("odd", "1.0")
        sdist(place, "odd", "2.0")
        monkeypatch.setenv("PIP_ONLY_BINARY", ":all:")
        assert (version(place, "odd", "pip"), version(place, "odd", "uv")) == ("1.0", "2.0")

    def test_nor_are_its_further_indexes(self, place, open_place, monkeypatch):
        other = open_place()
        place.wheel("odd", "1.0")
        other.wheel("odd", "0.5")
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", other.server.index_url)
        assert version(place, "odd", "uv") == "1.0"
        for variable in ("UV_INDEX", "UV_EXTRA_INDEX_URL"):
            with monkeypatch.context() as own:
                own.setenv(variable, f"own={other.server.index_url}" if variable == "UV_INDEX" else other.server.index_url)
                assert version(place, "odd", "uv") == "0.5"
            assert version(place, "odd", "uv") == "1.0"

    @pytest.mark.parametrize("variable", ["CONSTRAINT", "BUILD_CONSTRAINT", "REQUIREMENT"])
    def test_nor_are_files_that_it_is_told_of(self, place, monkeypatch, variable):
        place.wheel("odd", "1.0")
        place.wheel("odd", "2.0")
        place.wheel("more", "1.0")
        place.write("limits.txt", "odd<2\n")
        monkeypatch.setenv(f"PIP_{variable}", "limits.txt")
        report = place.check(place.write("r.txt", "more\nodd"), installer="uv")
        assert {verdict.name: verdict.version for verdict in report} == {"more": "1.0", "odd": "2.0"}

    @pytest.mark.parametrize(
        ("variable", "text", "expected"),
        [
            ("UV_CONSTRAINT", "odd<2\n", {"app": "1.0", "odd": "1.0"}),
            ("UV_OVERRIDE", "odd==1.0\n", {"app": "1.0", "odd": "1.0"}),
            ("UV_EXCLUDE", "odd\n", {"app": "1.0"}),
            ("UV_BUILD_CONSTRAINT", "odd<2\n", {"app": "1.0", "odd": "2.0"}),
        ],
    )
    def test_files_that_its_own_variables_name(self, place, monkeypatch, variable, text, expected):
        place.wheel("app", "1.0", requires=["odd"])
        place.wheel("odd", "1.0")
        place.wheel("odd", "2.0")
        place.write("told.txt", text)
        place.write("r.txt", "app\n")
        monkeypatch.setenv(variable, "told.txt")
        found = {each: place.check("r.txt", installer=each) for each in ("uv", "pip")}
        assert {verdict.name: verdict.version for verdict in found["uv"]} == expected
        assert {verdict.name: verdict.version for verdict in found["pip"]} == {"app": "1.0", "odd": "2.0"}
        assert len(place.check("r.txt", installer="uv", isolated=True)) == 2

    def test_constraints_that_are_given_replace_those_of_its_variable(self, place, monkeypatch):
        for each in ("1.0", "2.0", "3.0"):
            place.wheel("odd", each)
        place.write("one.txt", "odd<2\n")
        place.write("two.txt", "odd<3\n")
        place.write("r.txt", "odd\n")
        monkeypatch.setenv("UV_CONSTRAINT", "one.txt")
        monkeypatch.setenv("PIP_CONSTRAINT", "one.txt")
        assert place.check("r.txt", installer="uv", constraints=["two.txt"])["odd"].version == "2.0"
        assert place.check("r.txt", installer="pip", constraints=["two.txt"])["odd"].version == "1.0"

    @pytest.mark.parametrize(
        ("variable", "value", "expected"),
        [("UV_PRERELEASE", "allow", "3.0b1"), ("UV_PRERELEASE", "if-necessary", "2.0"), ("UV_EXCLUDE_NEWER", "2026-02-01", "1.0")],
    )
    def test_what_its_own_variables_say_of_files(self, place, monkeypatch, variable, value, expected):
        place.wheel("odd", "1.0", upload_time="2026-02-01T12:00:00Z")
        place.wheel("odd", "2.0", upload_time="2026-03-01T00:00:00Z")
        place.wheel("odd", "3.0b1", upload_time="2026-03-01T00:00:00Z")
        monkeypatch.setenv(variable, value)
        monkeypatch.setenv("TZ", "UTC")
        assert version(place, "odd", "uv") == expected
        assert version(place, "odd", "pip") == "2.0"

    @pytest.mark.parametrize("variable", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
    def test_the_index_of_uv_goes_before_that_of_pip(self, place, open_place, monkeypatch, variable):
        other = open_place()
        place.wheel("odd", "1.0")
        other.wheel("odd", "0.5")
        monkeypatch.setenv("PIP_INDEX_URL", place.server.index_url)
        monkeypatch.setenv(variable, other.server.index_url)
        report = {each: muslcheck.check(place.write("r.txt", "odd"), **ALPINE, cache=False, installer=each) for each in ("pip", "uv")}
        assert {each: report[each]["odd"].version for each in report} == {"pip": "1.0", "uv": "0.5"}


@pytest.mark.parametrize(
    ("written", "options", "pip", "uv"),
    [
        # What has to be built, and the formats that are allowed: uv ends there, save for what is editable.
        ("./own", {}, "unknown", "unknown"),
        ("./own", {"only_binary": ":all:"}, "unknown", "fail"),
        ("./own", {"only_binary": "own"}, "unknown", "fail"),
        ("./own", {"only_binary": "other"}, "unknown", "unknown"),
        ("own @ {folder}", {"only_binary": ":all:"}, "unknown", "fail"),
        ("-e ./own", {"only_binary": ":all:"}, "unknown", "unknown"),
        ("own @ git+https://git.example/own.git", {"only_binary": ":all:"}, "unknown", "fail"),
        ("own @ git+https://git.example/own.git", {"only_binary": ":all:", "no_binary": "own"}, "unknown", "unknown"),
    ],
)
def test_folders_and_checkouts_where_only_wheels_may_be_used(place, written, options, pip, uv):
    place.write("own/pyproject.toml", '[project]\nname = "own"\nversion = "1"\ndependencies = ["fine"]\n')
    place.write("r.txt", written.format(folder=(place.folder / "own").as_uri()) + "\n")
    words = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    found = {}
    for installer in ("pip", "uv"):
        ended = place.run("r.txt", *words, "--installer", installer, "-f", "json", "--no-cache")
        found[installer] = {each["name"]: each for each in json.loads(ended.out)["packages"]}
    assert (found["pip"]["own"]["outcome"], found["uv"]["own"]["outcome"]) == (pip, uv)
    if uv == "fail":
        first = found["uv"]["own"]["evidence"][0]
        assert first["code"] == "MC003"
        assert "uv does not where only wheels may be used" in first["claim"]
    assert found["pip"].keys() == found["uv"].keys()


@st.composite
def offered(draw):
    """Files of a project with one index: final releases, none yanked, none with the plain linux tag, no two alike, Pythons without caps."""
    versions = draw(st.lists(st.integers(1, 30).map(lambda n: f"{n // 10}.{n % 10}.{n % 3}"), min_size=1, max_size=5, unique=True))
    return {
        each: draw(
            st.lists(
                st.sampled_from([ANY, MUSL, "cp312-abi3-musllinux_1_1_x86_64", "cp312-cp312-manylinux_2_28_x86_64", "sdist"]),
                min_size=1,
                max_size=3,
                unique=True,
            )
        )
        for each in versions
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=offered(),
    python=st.sampled_from([None, ">=3.8", ">=3.13", "~=3.8"]),
    bound=st.sampled_from(["", ">=1", "<2", "!=1.1.1", "~=1.2"]),
)
def test_where_nothing_is_special_both_agree(open_place, files, python, bound):
    place = open_place()
    for each, tags in files.items():
        for tag in tags:
            if tag == "sdist":
                sdist(place, "odd", each, requires_python=python)
            else:
                place.wheel("odd", each, tag, requires_python=python)
    pip, uv = (taken(place, f"odd{bound}", installer) for installer in ("pip", "uv"))
    assert pip[0] == uv[0]
    assert pip[1]["packages"] == uv[1]["packages"]
