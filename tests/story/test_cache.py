"""The cache folder is a convenience: where it cannot be used the answer is the same, and one sentence says so."""

import json
import resource
import signal
import time
from pathlib import Path

import pytest
from support.server import Answer
from support.story import ALPINE


@pytest.fixture
def asked(place):
    place.native("native")
    place.write("r.txt", "fine\nnative\n")
    return place


def answered(ended):
    assert (ended.status, ended.err) == (0, "")
    assert ended.says("2 packages: 1 wheel, 1 compile")
    return ended


def entries(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file()]


def test_a_second_run_asks_the_index_for_nothing(asked):
    first = answered(asked.run("r.txt", "--cache-dir", "cache"))
    asked.server.requests.clear()
    assert answered(asked.run("r.txt", "--cache-dir", "cache", "--offline")).out == first.out
    assert asked.server.requests == []
    assert asked.check("r.txt", cache=True, cache_dir="cache", offline=True)["native"].outcome == "compile"


def test_no_cache_keeps_nothing(asked, tmp_path):
    answered(asked.run("r.txt", "--no-cache", "--cache-dir", tmp_path / "cache"))
    assert not (tmp_path / "cache").exists()


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that nobody may write to, not even root")
def test_a_cache_folder_that_may_not_be_written(asked):
    ended = answered(asked.run("r.txt", "--cache-dir", "/proc/self/cache"))
    assert ended.lines("problem") == ["cache: nothing could be kept: No such file or directory"]
    assert ended.lines("hint") == ["Free some space or name another folder with --cache-dir."]
    report = asked.check("r.txt", cache=True, cache_dir="/proc/self/cache")
    assert [problem.subject for problem in report.problems] == ["cache"]
    assert report.exit_status() == 0


def test_a_file_where_the_cache_folder_should_be(asked):
    asked.write("cache", "in the way")
    ended = answered(asked.run("r.txt", "--cache-dir", "cache"))
    assert ended.lines("problem")[0].startswith("cache: nothing could be kept: ")
    assert (asked.folder / "cache").read_text() == "in the way"


def test_a_cache_folder_that_is_full(asked):
    """No file may grow beyond a few bytes: the system's own refusal, as of a full disk."""

    def tiny_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))

    asked.write("fine.txt", "fine\n")
    ended = asked.spawn("fine.txt", "--cache-dir", "cache", preexec_fn=tiny_files)
    assert (ended.status, ended.err) == (0, "")
    assert ended.lines("problem") == ["cache: nothing could be kept: File too large"]
    assert ended.says("1 package: 1 wheel")
    assert entries("cache") == []


def test_damaged_entries_are_asked_for_again(asked):
    first = answered(asked.run("r.txt", "--cache-dir", "cache"))
    for path in entries("cache"):
        path.write_bytes(path.read_bytes()[:-3])
    assert answered(asked.run("r.txt", "--cache-dir", "cache")).out == first.out


def interrupted(place, *words):
    """Send Ctrl-C while the index is silent."""
    place.server.script("/simple/native/", *[Answer(hang=True)] * 3)
    process = place.start("r.txt", *words, start_new_session=True)
    while not (place.server.asked("/simple/native/") and place.server.asked("/simple/fine/")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    place.server._scripts.clear()
    return process.returncode, out, err


def test_ctrl_c_leaves_one_line_and_a_cache_that_is_whole(asked):
    assert interrupted(asked, "--cache-dir", "cache") == (130, "", "error: interrupted\n")
    assert [path for path in entries("cache") if path.suffix == ".tmp"] == []
    answered(asked.run("r.txt", "--cache-dir", "cache"))
    answered(asked.run("r.txt", "--cache-dir", "cache", "--offline"))


def test_a_run_that_is_told_to_end_removes_its_temporary_folder(asked, tmp_path):
    """As `timeout` and a CI's time limit do it, while an sdist comes in."""
    beside = tmp_path / "beside"
    beside.mkdir()
    sdist = "/files/native-1.0.tar.gz"
    asked.server.script(sdist, *[Answer(body=bytes(1 << 20), slow=0.05)] * 3)
    process = asked.start("r.txt", "--no-cache", environ={"TMPDIR": str(beside)}, start_new_session=True)
    while not [path for path in beside.rglob("*") if path.is_file()]:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    assert (process.communicate(timeout=60), process.returncode) == (("", "error: told to end\n"), 143)
    assert list(beside.iterdir()) == []


def test_ctrl_c_leaves_an_older_report_as_it_was(asked):
    asked.write("report.json", "older")
    assert interrupted(asked, "-o", "report.json", "-f", "json")[0] == 130
    assert (asked.folder / "report.json").read_text() == "older"
    answered_again = asked.run("r.txt", "-o", "report.json", "-f", "json")
    assert (answered_again.status, answered_again.out) == (0, "")
    assert len(json.loads((asked.folder / "report.json").read_text())["packages"]) == 2
    assert ALPINE[1] in (asked.folder / "report.json").read_text()
