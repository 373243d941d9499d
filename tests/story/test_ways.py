"""The ways to ask and to be answered: several targets, JSON, files, pipes, notebooks, odd terminals."""

import asyncio
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import termios

import jsonschema
import pytest
from support.archives import sdist_bytes
from support.story import ALPINE, GLIBC, MUSL

import muslcheck
from muslcheck.render import schema
from muslcheck.words.requirement import IndexOptions


@pytest.fixture
def asked(place):
    """One package for each outcome but ``build``."""
    place.native("native")
    place.wheel("quick", "1.0", MUSL)
    place.wheel("quick", "1.0", GLIBC)
    place.wheel("stuck", "1.0", GLIBC)
    place.write("r.txt", "fine\nnative\nquick\nstuck\n-e ./gone\n")
    return place


ANSWER = {"fine": "wheel", "gone": "unknown", "native": "compile", "quick": "wheel", "stuck": "fail"}


DECIDING = """
import platform, sys
from setuptools import setup

requires = ["since"] if sys.version_info >= (3, 12) else ["before"]
if platform.machine() == "aarch64":
    requires.append("arm")
setup(name="deciding", version="1.0", install_requires=requires)
"""


@pytest.fixture
def deciding(place):
    """A project whose setup.py alone tells what it requires, and asks where it runs."""
    for name in ("since", "before", "arm"):
        place.wheel(name, "1.0")
    data = sdist_bytes("deciding", "1.0", {"setup.py": DECIDING}, metadata_version="1.1")
    place.server.add("deciding", "deciding-1.0.tar.gz", data)
    place.write("r.txt", "deciding\n")
    return place


def brought(report):
    """What each target gets beside the project."""
    found = {}
    for verdict in report:
        names = found.setdefault(f"{verdict.target.image} {verdict.target.arch}", [])
        if verdict.name != "deciding":
            names.append(verdict.name)
    return found


def test_setup_py_is_followed_for_each_target(deciding):
    images = ("python:3.11-alpine", "python:3.12-alpine", "python:3.13-alpine")
    expected = {
        "python:3.11-alpine x86_64": ["before"],
        "python:3.11-alpine aarch64": ["arm", "before"],
        "python:3.12-alpine x86_64": ["since"],
        "python:3.12-alpine aarch64": ["arm", "since"],
        "python:3.13-alpine x86_64": ["since"],
        "python:3.13-alpine aarch64": ["arm", "since"],
    }
    _, report = deciding.both("r.txt", image=images, arch=("x86_64", "aarch64"))
    assert brought(report) == expected
    alone = [deciding.check("r.txt", image=image, arch=arch) for image in images for arch in ("x86_64", "aarch64")]
    assert {target: names for each in alone for target, names in brought(each).items()} == expected


def test_what_setup_py_said_for_each_target_is_kept(deciding):
    """Once an sdist is there it is read for every target, and what it said is kept for those that answer alike."""
    asked = {"image": ("python:3.11-alpine", "python:3.12-alpine"), "cache": True, "cache_dir": deciding.folder / "kept"}
    first = deciding.check("r.txt", **asked)
    assert len(deciding.server.asked("/files/deciding-1.0.tar.gz")) == 1
    again = deciding.check("r.txt", **asked, offline=True)
    alike = deciding.check("r.txt", **{**asked, "image": "python:3.13-alpine"})
    assert brought(again) == brought(first) == {"python:3.11-alpine x86_64": ["before"], "python:3.12-alpine x86_64": ["since"]}
    assert brought(alike) == {"python:3.13-alpine x86_64": ["since"]}


def outcomes(report):
    return {verdict.name: verdict.outcome.value for verdict in report}


def test_one_of_each(asked):
    ended, report = asked.both("r.txt", status=1)
    assert outcomes(report) == ANSWER
    assert ended.err == ""
    assert ended.says("5 packages: 2 wheel, 1 compile, 1 fail, 1 unknown")


def test_two_targets_in_one_run(asked):
    ended = asked.run("r.txt", *ALPINE, "--image", "python:3.12-slim")
    report = asked.check("r.txt", image=("python:3.12-alpine", "python:3.12-slim"))
    assert ended.status == report.exit_status() == 1
    assert {target.image for target in report.targets} == {"python:3.12-alpine", "python:3.12-slim"}
    assert len(report) == 10
    assert ended.says("python:3.12-alpine/x86_64 will not work: 1 of 5 packages fails")
    assert {verdict.outcome.value for verdict in report.filter(target="python:3.12-slim")} == {"wheel", "compile", "unknown"}


def test_a_second_target_asks_the_index_for_nothing_new(asked):
    asked.check("r.txt")
    alone = len(asked.server.requests)
    asked.server.requests.clear()
    asked.check("r.txt", image=("python:3.12-alpine", "python:3.12-alpine3.22"))
    assert len(asked.server.requests) == alone


def test_explain(asked):
    ended = asked.run("r.txt", "--explain", "Stuck")
    assert ended.status == 1
    assert ended.out.startswith("stuck 1.0 on python:3.12-alpine\n")
    assert ended.says(f"stuck-1.0-{GLIBC}.whl glibc wheel (manylinux_2_28_x86_64)")


def test_explain_what_is_not_there(asked):
    ended = asked.run("r.txt", "--explain", "stcuk")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == "error: stcuk is not among the 5 packages\nhint: Did you mean stuck?\n"


def test_json_follows_its_schema(asked):
    ended = asked.run("r.txt", "-f", "json")
    data = json.loads(ended.out)
    jsonschema.validate(data, json.loads(schema()))
    assert {package["name"]: package["outcome"] for package in data["packages"]} == ANSWER
    assert data["summary"] == {"python:3.12-alpine/x86_64": {"wheel": 2, "build": 0, "compile": 1, "fail": 1, "unknown": 1}}


def test_a_report_in_a_file(asked):
    ended = asked.run("r.txt", "-f", "json", "-o", "report.json")
    assert (ended.status, ended.out, ended.err) == (1, "", "")
    jsonschema.validate(json.loads((asked.folder / "report.json").read_text()), json.loads(schema()))


def test_the_same_bytes_at_the_same_time(asked, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    cold = asked.run("r.txt", "-f", "json", "--no-cache").out
    kept = [asked.run("r.txt", "-f", "json", "--cache-dir", "cache").out for _ in range(2)]
    assert kept == [cold, cold]
    assert asked.spawn("r.txt", "-f", "json", environ={"PYTHONHASHSEED": "1"}).out == cold
    assert json.loads(cold)["created"] == "2023-11-14T22:13:20Z"
    assert asked.check("r.txt").to_json() == cold


def test_in_a_running_loop_as_in_a_notebook(asked):
    async def cell():
        return asked.check("r.txt")

    assert outcomes(asyncio.run(cell())) == ANSWER


def test_an_input_error_in_a_running_loop(asked):
    async def cell():
        return asked.check("gone.txt")

    with pytest.raises(muslcheck.InputError, match=r"gone\.txt: no such file"):
        asyncio.run(cell())


def test_awaited(asked):
    async def several():
        index = IndexOptions(index_url=asked.server.index_url)
        ask = [muslcheck.acheck("r.txt", image=image, arch="x86_64", index=index) for image in ("python:3.12-alpine", "python:3.12-slim")]
        return await asyncio.gather(*ask)

    alpine, slim = asyncio.run(several())
    assert outcomes(alpine) == ANSWER
    assert outcomes(slim) == {**ANSWER, "stuck": "wheel"}


def test_a_ci_job(asked):
    ended = asked.spawn("r.txt", environ={"CI": "true"})
    assert (ended.status, ended.err) == (1, "")
    assert "\x1b" not in ended.out


def test_a_reader_that_has_seen_enough(asked):
    """As ``muslcheck r.txt -vv | head -1``: no word about it, and the status stays that of the answer."""
    process = asked.start("r.txt", "-vv")
    process.stdout.close()
    with process.stderr:
        said = process.stderr.read()
    assert (process.wait(60), said) == (1, "")


def test_standard_output_closed_from_the_start(asked):
    ended = asked.spawn("r.txt", stdout=None, preexec_fn=lambda: os.close(1))
    assert ended.status in {1, 2}
    assert all(line.startswith(("error: ", "hint: ")) for line in ended.err.splitlines())


@pytest.mark.parametrize("environ", [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "latin-1"}])
def test_a_locale_that_is_not_utf_8(asked, environ):
    asked.write("weiß.txt", "fine\nnative\n")
    ended = asked.spawn("weiß.txt", environ=environ, encoding="latin-1")
    assert (ended.status, ended.err) == (0, "")
    assert ended.says("2 packages: 1 wheel, 1 compile")


def on_a_terminal(place, columns, *words):
    """What a terminal of so many columns shows, and the exit status."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environ = {"TERM": "xterm", "NO_COLOR": "1", "COLUMNS": str(columns)}
    process = place.start(*words, environ=environ, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)
    shown = b""
    while True:
        select.select([ours], [], [], 60)
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says EIO where the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    return process.wait(60), shown.decode().replace("\r\n", "\n")


def test_a_very_narrow_terminal(asked):
    status, shown = on_a_terminal(asked, 40, "r.txt")
    assert status == 1
    assert "willnotwork:1of5packagesfails" in "".join(shown.split())
    assert max(map(len, shown.splitlines())) <= 60


def test_a_very_narrow_terminal_and_two_targets(asked):
    status, shown = on_a_terminal(asked, 40, "r.txt", *ALPINE, "--image", "python:3.12-slim")
    assert status == 1
    assert max(map(len, shown.splitlines())) <= 60


def test_sdists_are_opened_before_versions_are_settled_and_what_is_given_up_leaves_no_trace(place):
    place.native("app", "2.0", requires=["dep>=2"])
    place.wheel("app", "1.0", requires=["dep"])
    place.native("part")
    place.wheel("part", "1.0", "cp312-cp312-musllinux_1_2_x86_64")
    place.wheel("dep", "1.0")
    place.wheel("dep", "2.0")
    place.write("r.txt", "app\npart\ndep<2\n")
    report = place.check("r.txt", arch=("x86_64", "aarch64"), python_version=("3.12", "3.13"), image=())
    assert report.problems == ()
    assert {(verdict.name, verdict.version) for verdict in report} == {("app", "1.0"), ("part", "1.0"), ("dep", "1.0")}
    assert [verdict.outcome.value for verdict in report if verdict.name == "part"] == ["wheel", "compile", "compile", "compile"]
    for name in ("app-2.0.tar.gz", "part-1.0.tar.gz"):
        assert len([asked for asked in place.server.requests if asked.path.endswith(name)]) == 1
