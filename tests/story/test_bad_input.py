"""What a user may get wrong, and the sentence that comes of it."""

import re

import pytest

from muslcheck.errors import InputError


def refused(place, *words):
    """The lines on standard error of a run that judges nothing."""
    ended = place.run(*words)
    assert (ended.status, ended.out) == (2, "")
    with pytest.raises(InputError) as raised:
        place.check(*[word for word in words if not word.startswith("-")])
    assert [f"error: {line}" for line in str(raised.value).splitlines()] == [
        line for line in ended.err.splitlines() if line.startswith("error: ")
    ]
    return ended.err.splitlines()


def faulty(place, *words):
    """The lines on standard error of a run that judges what there is beside the faults."""
    ended, report = place.both(*words, status=2)
    assert ended.says("1 package: 1 wheel")
    assert report["fine"].outcome == "wheel"
    assert [f"error: {p.subject}: {p.message}" for p in report.problems if p.kind == "input"] == ended.err.splitlines()[:-1]
    return ended.err.splitlines()


def test_no_such_manifest_all_of_them_at_once(place):
    assert refused(place, "nowhere.txt", "elsewhere.txt")[:2] == [
        "error: nowhere.txt: no such file",
        "error: elsewhere.txt: no such file",
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("picture.txt", b"fine\x00\xff\xd8==1\n", "picture.txt: this is a binary file, not text"),
        ("wide.txt", b"\xff\xfe\x00\x00\x01\x02", "wide.txt: its beginning says that it is UTF-32-LE, and it is not"),
        ("pyproject.toml", b"[project\nname=", "pyproject.toml:1: not TOML: "),
    ],
)
def test_a_manifest_that_cannot_be_read(place, name, content, said):
    place.write(name, content)
    assert refused(place, name)[0].startswith(f"error: {said}")


def test_a_folder_without_a_manifest(place):
    (place.folder / "empty").mkdir()
    error, hint = refused(place, "empty")
    assert re.fullmatch("error: empty: this folder has no .*requirements.txt", error)
    assert hint.startswith("hint: Name ")


def test_no_path_in_a_folder_without_a_manifest(place):
    assert refused(place)[0].startswith("error: .: this folder has no ")


def test_no_path_in_a_folder_with_one(place):
    place.write("requirements.txt", "fine\n")
    ended, _ = place.both()
    assert ended.out.startswith("requirements.txt on python:3.12-alpine\n")
    assert ended.says("1 package installs from wheels.")


def test_invalid_lines_are_told_all_at_once_and_the_rest_is_judged(place):
    place.write("bad.txt", "fine ==\n???\nfine\n--wat\nfine @\n-r missing.txt\n")
    assert faulty(place, "bad.txt") == [
        'error: bad.txt:1: "fine ==": no version after "=="',
        'error: bad.txt:2: "???": it does not begin with a project\'s name',
        'error: bad.txt:4: "--wat": pip knows no such option',
        'error: bad.txt:5: "fine @": an address is missing after "@"',
        'error: bad.txt:6: "-r missing.txt": no such file',
        "hint: What else the manifests say was judged.",
    ]


def test_a_file_that_includes_itself(place):
    place.write("self.txt", "fine\n-r self.txt\n")
    assert faulty(place, "self.txt")[0] == 'error: self.txt:2: "-r self.txt": self.txt includes itself'


def test_files_that_include_each_other(place):
    place.write("one.txt", "fine\n-r two.txt\n")
    place.write("two.txt", "-r one.txt\n")
    assert faulty(place, "one.txt")[0] == 'error: two.txt:1: "-r one.txt": two.txt includes one.txt, which includes two.txt'


def test_a_constraints_file_that_is_not_there(place):
    place.write("r.txt", "fine\n")
    ended = place.run("r.txt", "-c", "gone.txt")
    assert ended.status == 2
    assert ended.err.splitlines()[0] == "error: gone.txt: no such file"


@pytest.mark.parametrize(
    ("meant", "written"),
    [("requests", "reqeusts"), ("requests-oauthlib", "requests-oauthlb"), ("opencv-python-headless", "cv2"), ("pyyaml", "yaml")],
)
def test_an_unknown_package_is_told_with_what_may_be_meant(place, meant, written):
    place.write("r.txt", f"fine\n{written}\n")
    ended, report = place.both("r.txt", status=1)
    assert ended.lines("why") == [f"no index has a project named {written} (asked: {place.server.index_url})"]
    assert ended.says(f"do {meant}: did you mean this")
    assert report[written].advice[0].requirement == meant
    assert report["fine"].outcome == "wheel"


def test_a_name_close_to_another_of_the_manifest(place):
    place.wheel("acme-widgets", "1.0")
    place.write("r.txt", "acme-widgets\nacme-wigdets\n")
    ended, report = place.both("r.txt", status=1)
    assert ended.says("do acme-widgets: did you mean this by acme-wigdets?")
    assert report["acme-widgets"].outcome == "wheel"


def test_a_name_that_is_near_to_nothing(place):
    place.write("r.txt", "fine\nzxqvbnmkjhg\n")
    ended, report = place.both("r.txt", status=1)
    assert report["zxqvbnmkjhg"].advice == ()
    assert "did you mean" not in ended.out


def test_a_version_that_does_not_exist_with_the_nearest_that_do(place):
    for version in ("0.9", "1.1", "2.0", "3.0"):
        place.wheel("many", version)
    place.write("r.txt", "fine\nmany==1.5\n")
    ended, report = place.both("r.txt", status=1)
    assert ended.lines("why") == ["no version satisfies many==1.5; the nearest that exist: 3.0, 2.0, 1.1, 0.9"]
    assert [advice.requirement for advice in report["many"].advice] == ["many==3.0", "many==2.0", "many==1.1"]
    assert report["fine"].outcome == "wheel"


def test_no_file_for_that_python(place):
    place.wheel("older", "1.0", "cp39-cp39-musllinux_1_1_x86_64")
    place.wheel("newer", "1.0", requires_python=">=3.13")
    place.write("r.txt", "fine\nolder\nnewer\n")
    ended, report = place.both("r.txt", status=1)
    assert ended.says("no wheel fits and there is no sdist; the nearest miss: requires Python >=3.13")
    assert ended.says("no wheel fits and there is no sdist; the nearest miss: for Python 3.9")
    assert ended.says("do use python:3.9-alpine: the release has a wheel for Python 3.9 there")
    assert report["fine"].outcome == "wheel"
