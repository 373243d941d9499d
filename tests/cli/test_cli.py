"""The command as a person, a pipe and a CI job meet it: run for real, against an index on loopback."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.archives import wheel_bytes, wheel_name
from support.server import Answer, IndexServer
from support.shop import open_shop

import muslcheck
from muslcheck.cli import main

ALPINE = ("--image", "python:3.12-alpine", "--arch", "x86_64")


@pytest.fixture(scope="module")
def shop():
    with open_shop() as opened:
        yield opened


@pytest.fixture
def project(tmp_path, shop, monkeypatch):
    """A folder with a requirements file, and pip's settings pointing at the shop."""
    monkeypatch.setenv("PIP_INDEX_URL", shop.index_url)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.txt").write_text("# made up\ntidy\nthrifty\nseer\n")
    (tmp_path / "fine.txt").write_text("quick\n")
    return tmp_path


def run(*words, **options):
    return subprocess.run([sys.executable, "-m", "muslcheck", *words], capture_output=True, text=True, check=False, timeout=60, **options)


@pytest.fixture
def call(capsys):
    """Run the command in this process: faster, where no process of its own is needed."""

    def called(*words):
        status = main(words)
        said = capsys.readouterr()
        return subprocess.CompletedProcess(words, status, said.out, said.err)

    return called


def test_the_story_of_one_project(project):
    ended = run("requirements.txt", *ALPINE)
    assert ended.returncode == 1, ended.stderr
    assert ended.stderr == ""
    heads = re.findall(r"^(\w+) +(\S+) [\d.]+", ended.stdout, re.MULTILINE)
    assert heads[:3] == [("fail", "seer"), ("compile", "swift"), ("build", "thrifty")]
    assert "requirements.txt:2 → tidy" in ended.stdout
    assert ended.stdout.splitlines()[-1].startswith("python:3.12-alpine will not work: 1 of 4 packages fails")
    assert "\x1b" not in ended.stdout


def test_all_well_ends_with_0(project):
    ended = run("fine.txt", *ALPINE)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "1 package installs from wheels." in ended.stdout


def test_json_on_standard_output(project, call):
    ended = call("requirements.txt", *ALPINE, "-f", "json")
    data = json.loads(ended.stdout)
    assert {package["name"]: package["outcome"] for package in data["packages"]} == {
        "seer": "fail",
        "swift": "compile",
        "thrifty": "build",
        "tidy": "wheel",
    }


def test_json_is_the_same_twice(project, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first, again = (run("requirements.txt", *ALPINE, "-f", "json").stdout for _ in range(2))
    assert first == again
    assert json.loads(first)["created"] == "2023-11-14T22:13:20Z"


@pytest.mark.parametrize(
    ("words", "status"),
    [((), 1), (("--fail-on", "never"), 0), (("--fail-on", "compile"), 1), (("--fail-on", "unknown"), 1), (("-qq",), 1)],
)
def test_the_exit_status_follows_fail_on(project, words, status, call):
    assert call("requirements.txt", *ALPINE, *words).returncode == status


def test_an_index_out_of_reach_ends_with_3(project, call):
    with IndexServer() as server:
        address = server.index_url
    ended = call("fine.txt", *ALPINE, "--index-url", address, "--retries", "0")
    assert ended.returncode == 3
    assert "Traceback" not in ended.stderr + ended.stdout


def test_without_a_path_the_current_directory_is_read(project, call):
    (project / "fine.txt").unlink()
    ended = call(*ALPINE)
    assert ended.returncode == 1, ended.stderr
    assert "requirements.txt on python:3.12-alpine" in ended.stdout


def test_the_environment_speaks_where_the_command_line_does_not(project, monkeypatch, call):
    monkeypatch.setenv("MUSLCHECK_IMAGE", "python:3.12-slim")
    monkeypatch.setenv("MUSLCHECK_ARCH", "amd64")
    assert "fine.txt on python:3.12-slim" in call("fine.txt").stdout
    assert "fine.txt on python:3.12-alpine" in call("fine.txt", *ALPINE).stdout


def test_several_targets_have_a_table(project, call):
    ended = call("requirements.txt", *ALPINE, "--image", "python:3.12-slim")
    assert re.search(r"^seer +fail +wheel$", ended.stdout, re.MULTILINE)


def test_quiet_and_doubly_quiet(project, call):
    said = call("requirements.txt", *ALPINE, "-q").stdout
    assert "seer" in said
    assert "thrifty" not in said
    assert call("requirements.txt", *ALPINE, "-qq").stdout == ""


def test_verbose_says_why_no_wheel_fits(project, call):
    assert "files  1 wheel for glibc, no sdist" in call("requirements.txt", *ALPINE, "-v").stdout


def test_explain(project, call):
    ended = call("requirements.txt", *ALPINE, "--explain", "SWIFT")
    assert ended.stdout.startswith("swift 2.0.1 on python:3.12-alpine\n")
    assert ended.returncode == 1


def test_explain_of_what_is_not_there(project, call):
    ended = call("requirements.txt", *ALPINE, "--explain", "swfit")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "error: swfit is not among the 4 packages\nhint: Did you mean swift?\n"


def test_output_goes_to_a_file_whole(project, call):
    (project / "report.json").write_text("old")
    ended = call("requirements.txt", *ALPINE, "-f", "json", "-o", "report.json")
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "")
    assert json.loads((project / "report.json").read_text())["version"] == "1"
    assert sorted(path.name for path in project.iterdir()) == ["fine.txt", "report.json", "requirements.txt"]


def test_output_to_a_dash_is_standard_output(project, call):
    assert call("fine.txt", *ALPINE, "-o", "-").stdout == call("fine.txt", *ALPINE).stdout


def test_output_follows_a_link(project, call):
    (project / "there.txt").write_text("old")
    (project / "link.txt").symlink_to("there.txt")
    call("fine.txt", *ALPINE, "-o", "link.txt")
    assert (project / "link.txt").is_symlink()
    assert "will work" in (project / "there.txt").read_text()


def test_output_to_what_is_no_regular_file(project):
    assert "will work" in run("fine.txt", *ALPINE, "-o", "/dev/stderr").stderr


@pytest.mark.parametrize("place", ["missing/report.txt", ".", "fine.txt/report.txt"])
def test_output_that_cannot_be_written(project, place, call):
    ended = call("fine.txt", *ALPINE, "-o", place)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"error: {place}: cannot be written: ")
    assert ended.stderr.endswith("hint: Choose another --output.\n")


def test_a_full_disk_is_no_traceback(project):
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "muslcheck", "fine.txt", *ALPINE],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert ended.returncode == 2
    assert ended.stderr == "error: standard output cannot be written: No space left on device\n"


def test_a_reader_that_goes_away_is_no_news(project):
    process = subprocess.Popen(
        [sys.executable, "-m", "muslcheck", "requirements.txt", *ALPINE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(60) == 1


BAD = [
    (("nowhere.txt",), ["nowhere.txt"]),
    (("--imgae", "x"), ["error: unknown option --imgae", "hint: Did you mean --image?"]),
    (("fine.txt", "--image", "python:3.12-alpin"), ["python:3.12-alpin", "hint: "]),
    (("fine.txt", "--explain", "quick", "-f", "json"), ["error: --explain writes text", "hint: Leave out --format"]),
    (("fine.txt", "--pre", "--only-final", "quick"), ["error: --pre cannot be used with"]),
]


@pytest.mark.parametrize(("words", "said"), BAD, ids=[" ".join(words) for words, _ in BAD])
def test_bad_input_ends_with_2_and_a_sentence(project, words, said, call):
    ended = call(*words)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr
    assert [each for each in said if each not in ended.stderr] == []
    assert all(line.startswith(("error: ", "hint: ")) for line in ended.stderr.splitlines())


MATRIX = [
    (("--matrix",), 32, "python:3.11-alpine/x86_64", "python:3.14-alpine/s390x"),
    (("--matrix", "--python-version", "3.12"), 8, "python:3.12-alpine/x86_64", "python:3.12-alpine/s390x"),
    (("--matrix", "--image", "python:3.12-alpine"), 8, "python:3.12-alpine/x86_64", "python:3.12-alpine/s390x"),
    (
        ("--matrix", "--image", "python:alpine", "--image", "python:slim", "--arch", "arm64"),
        8,
        "python:3.11-alpine/aarch64",
        "python:3.14-slim/aarch64",
    ),
    (("--image", "python:slim", "--python-version", "3.12", "--arch", "amd64"), 1, "python:3.12-slim/x86_64", "python:3.12-slim/x86_64"),
    (("--image", "python:3.11-slim", "--python-version", "3.12", "--arch", "x86"), 2, "python:3.11-slim/i686", "python:3.12-alpine/i686"),
]


@pytest.mark.parametrize(
    ("words", "expected"), [(words, expected) for words, *expected in MATRIX], ids=[" ".join(words) for words, *_ in MATRIX]
)
@pytest.mark.usefixtures("project")
def test_the_matrix_is_what_is_not_named(words, expected, call, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795400000")  # November 2026
    targets = [target["id"] for target in json.loads(call("fine.txt", *words, "-f", "json").stdout)["targets"]]
    assert [len(targets), targets[0], targets[-1]] == expected


def test_version():
    assert run("--version").stdout == f"muslcheck {muslcheck.__version__}\n"


def test_a_bug_is_called_one_and_shows_no_traceback(monkeypatch, capsys):
    monkeypatch.setattr("muslcheck.core.check", lambda *_, **__: 1 / 0)
    assert main(["fine.txt"]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: this is a bug in muslcheck: ZeroDivisionError: division by zero\nhint: Set MUSLCHECK_TRACEBACK=1")


def test_the_traceback_of_a_bug_can_be_had(monkeypatch):
    monkeypatch.setattr("muslcheck.core.check", lambda *_, **__: 1 / 0)
    monkeypatch.setenv("MUSLCHECK_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        main(["fine.txt"])


def test_errors_that_come_together_are_told_one_by_one(monkeypatch, capsys):
    def several(*_, **__):
        raise ExceptionGroup("two", [muslcheck.InputError("one"), ExceptionGroup("", [muslcheck.IndexFailure("page", "two", "Wait.")])])

    monkeypatch.setattr("muslcheck.core.check", several)
    assert main(["fine.txt"]) == 3
    assert capsys.readouterr().err == "error: one\nerror: page: two\nhint: Wait.\n"


def test_ctrl_c_ends_with_130_and_one_line(project):
    with IndexServer() as server:
        server.script("/simple/quick/", *[Answer(hang=True)] * 5)
        process = subprocess.Popen(
            [sys.executable, "-m", "muslcheck", "fine.txt", *ALPINE, "-i", server.index_url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while not server.asked("/simple/quick/"):
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "error: interrupted\n")


def on_a_terminal(*words, **environ):
    """Run with standard output and error on a pseudo-terminal; its exit status and what it showed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "muslcheck", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", **environ},
    )
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
    return process.wait(60), shown.decode()


@pytest.mark.parametrize(
    ("words", "environ", "coloured"),
    [
        ((), {}, True),
        ((), {"NO_COLOR": "1"}, False),
        ((), {"NO_COLOR": ""}, True),
        ((), {"TERM": "dumb"}, False),
        (("--no-color",), {"FORCE_COLOR": "1"}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
    ],
)
def test_colour_on_a_terminal(project, words, environ, coloured):
    status, shown = on_a_terminal("fine.txt", *ALPINE, *words, **environ)
    assert status == 0
    assert ("\x1b[32m" in shown) is coloured


@pytest.mark.parametrize(
    ("words", "environ", "coloured"),
    [
        ((), {}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "always"), {}, True),
    ],
)
def test_colour_in_a_pipe(project, words, environ, coloured):
    ended = run("fine.txt", *ALPINE, *words, env={**os.environ, **environ})
    assert ("\x1b[32m" in ended.stdout) is coloured


def test_what_is_waited_for_is_said_on_a_terminal_and_wiped(project, shop):
    shop.script("/simple/quick/", Answer(delay=1.0))
    status, shown = on_a_terminal("fine.txt", *ALPINE, "--no-cache")
    assert status == 0
    waiting, answered = shown.rsplit("\r\x1b[K", 1)
    assert re.search(r"\rAsking the index: 0 of 1 \(quick\)\x1b\[K", waiting)
    assert "Asking" not in answered
    assert "will work" in answered


@pytest.mark.parametrize(("words", "environ"), [(("--no-progress",), {}), (("-q",), {}), ((), {"CI": "1"}), ((), {"TERM": "dumb"})])
def test_nothing_is_said_while_waiting_where_that_is_not_wanted(project, shop, words, environ):
    shop.script("/simple/quick/", Answer(delay=0.6))
    assert "Asking" not in on_a_terminal("fine.txt", *ALPINE, "--no-cache", *words, **environ)[1]


def test_nothing_is_said_while_waiting_in_a_pipe(project, shop):
    shop.script("/simple/quick/", Answer(delay=0.6))
    assert run("fine.txt", *ALPINE, "--no-cache").stderr == ""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_encoding_of_the_output_will_do(project, encoding):
    ended = run("requirements.txt", *ALPINE, env={**os.environ, "PYTHONIOENCODING": encoding}, encoding=encoding)
    assert ended.returncode == 1
    assert ("→" in ended.stdout) is (encoding == "utf-8")
    assert ("->" in ended.stdout) is (encoding != "utf-8")


@pytest.fixture
def maze(tmp_path, monkeypatch):
    """A folder with requirements that cannot be met, and that take thousands of attempts to try."""
    with IndexServer() as index:
        for bird in range(8):
            for hole in range(7):
                for name, version, needs in ((f"bird{bird}", f"1.{hole}", [f"hole{hole}=={bird}"]), (f"hole{hole}", str(bird), [])):
                    index.add(name, wheel_name(name, version), wheel_bytes(name, version, "py3-none-any", needs))
        monkeypatch.setenv("PIP_INDEX_URL", index.index_url)
        monkeypatch.chdir(tmp_path)
        (tmp_path / "birds.txt").write_text("".join(f"bird{bird}\n" for bird in range(8)))
        yield


@pytest.mark.usefixtures("maze")
def test_what_is_tried_in_a_long_search_is_said_on_a_terminal_and_wiped():
    status, shown = on_a_terminal("birds.txt", *ALPINE, "--no-cache")
    assert status == 1
    searching, answered = shown.rsplit("\r\x1b[K", 1)
    counts = [int(count) for count in re.findall(r"\rResolving: trying (?:bird|hole)\d [\d.]+ \(attempt (\d+)\)\x1b\[K", searching)]
    assert counts == sorted(counts)
    assert len({*counts}) > 1
    assert "Resolving" not in answered


@pytest.mark.usefixtures("maze")
def test_nothing_is_said_of_a_long_search_in_a_pipe():
    ended = run("birds.txt", *ALPINE, "--no-cache")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "attempt (" not in ended.stdout
