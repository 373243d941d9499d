"""Sdists read by processes of their own: the same answers, and whatever becomes of such a process costs one sdist and leaves nothing."""

import asyncio
import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.archives import sdist_bytes
from support.asking import asked, options
from support.sdists import GLIBC, MUSL, OLD
from support.server import Answer, IndexServer
from support.story import Place

from muslcheck.errors import ArchiveFailure, OversizedArchive
from muslcheck.index.reader import Reader
from muslcheck.index.readers import Readers
from muslcheck.words.release import DistFile, Kind

LARGE = 20_000_000
"""The size of an sdist that is worth a child by itself."""
SETUP = """import sys
from setuptools import Extension, setup
wide = ["wide.c"] if sys.version_info >= (3, 10) else []
setup(name="demo", install_requires=["fine"] + wide, ext_modules=[Extension("demo._x", ["x.c"], libraries=["ffi"])])
"""
FILES = {"setup.py": SETUP, "x.c": '#include <Python.h>\n#include "ffi.h"\n', "Größe.md": "ß"}
needs_fifo = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
needs_cores = pytest.mark.skipif(len(getattr(os, "sched_getaffinity", lambda _: ())(0)) < 2, reason="one core alone reads in the thread")


def sdist(path, size=LARGE):
    return DistFile(path.name, "demo", "1.0", Kind.SDIST, path.as_uri(), size=size)


def put(folder, data=None, name="demo-1.0.tar.gz"):
    path = folder / name
    path.write_bytes(sdist_bytes("demo", "1.0", FILES, metadata_version="2.1") if data is None else data)
    return path


async def said(readers, path, target=MUSL, what="facts", size=LARGE):
    """What is read, or the failure."""
    file = sdist(path, size)
    with readers.expecting(file):
        try:
            return await readers.read(what, str(path), file, target)
        except ArchiveFailure as failure:
            return failure


def run(story, **settings):
    """What ``story`` (a coroutine function of Readers) answers; afterwards no process is left."""

    async def main():
        readers = Readers(**settings)
        try:
            return await story(readers)
        finally:
            children = readers.children
            await readers.aclose()
            assert not [child for child in children if lives(child)]

    return asyncio.run(main())


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"  # one whose parent is gone may wait for another to collect it
    return not Path("/proc/self").exists()


def about(readers, what):
    """What the system says of the one child."""
    (child,) = readers.children
    return Path(f"/proc/{child}/{what}").read_text()


def until(ready, among=None):
    end = time.monotonic() + 60
    while not (found := ready()):
        assert time.monotonic() < end
        assert among is None or among.poll() is None, among.communicate()
        time.sleep(0.01)
    return found


@pytest.mark.parametrize("what", ["facts", "metadata"])
@pytest.mark.parametrize("target", [MUSL, GLIBC, OLD, None], ids=str)
def test_a_child_says_what_the_thread_says(tmp_path, what, target):
    path = put(tmp_path, name="demo-1.0.zip", data=sdist_bytes("demo", "1.0", FILES, metadata_version="2.1", kind="zip"))
    if target is None and what == "facts":
        pytest.skip("facts are those of a target")

    async def both(readers):
        return await said(readers, path, target, what), readers.started

    found, started = run(both, most=1)
    assert started == 1
    assert (found, 0) == run(both, most=0)
    assert found == Reader().read(what, (str(path), path.name, ""), target)


def test_what_cannot_be_read_is_told_in_the_same_words(tmp_path):
    paths = [
        put(tmp_path, b"no archive", "a-1.tar.gz"),
        put(tmp_path, sdist_bytes("demo", "1.0", FILES, folder="/demo"), "b-1.tar.gz"),
        put(tmp_path, sdist_bytes("demo", "1.0", {"setup.py": "#" * 600_000}), "c-1.tar.gz"),
    ]

    async def all_of_them(readers):
        found = [await said(readers, path) for path in paths]
        assert readers.started == min(1, len(readers.children))
        return [(type(each), each.subject, each.reason, each.hint) for each in found]

    failures = run(all_of_them, most=1)
    assert failures == run(all_of_them, most=0)
    assert len({kind for kind, *_ in failures}) == 3


def test_a_small_sdist_by_itself_is_not_worth_a_child(tmp_path):
    async def one_and_then_many(readers):
        await said(readers, put(tmp_path), size=10_000)
        alone = readers.started
        paths = [put(tmp_path, name=f"demo-1.{number}.tar.gz") for number in range(12)]
        found = await asyncio.gather(*(said(readers, path, size=10_000) for path in paths))
        return alone, readers.started, len({repr(facts.extensions[0].sources) for facts, _ in found})

    assert run(one_and_then_many, most=2) == (0, 2, 1)


def test_one_child_serves_all_that_wait(tmp_path):
    async def many(readers):
        paths = [put(tmp_path, name=f"demo-1.{number}.tar.gz") for number in range(5)]
        found = await asyncio.gather(*(said(readers, path, target) for path in paths for target in (MUSL, GLIBC, OLD)))
        return [facts.filename for facts, _ in found], readers.started

    names, started = run(many, most=1)
    assert names == [f"demo-1.{number}.tar.gz" for number in range(5) for _ in range(3)]
    assert started == 1


@needs_fifo
@pytest.mark.parametrize(
    ("number", "words"), [(signal.SIGKILL, "was ended (signal 9)"), (signal.SIGXCPU, "needed more than 120 seconds")], ids=str
)
def test_a_child_that_ends_amid_an_sdist_costs_that_one(tmp_path, number, words):
    os.mkfifo(tmp_path / "stuck-1.0.tar.gz")  # to open it is to wait for ever

    async def story(readers):
        good = await said(readers, put(tmp_path))
        stuck = asyncio.create_task(said(readers, tmp_path / "stuck-1.0.tar.gz"))
        waiting = asyncio.create_task(said(readers, put(tmp_path, name="demo-1.1.tar.gz")))
        await asyncio.sleep(0.2)
        assert not stuck.done()
        assert not waiting.done()
        os.kill(readers.children[0], number)
        failure = await stuck
        assert (await waiting)[0].extensions[0].name == "demo._x"
        return good[0].filename, failure, readers.started

    filename, failure, started = run(story, most=1)
    assert (filename, started) == ("demo-1.0.tar.gz", 2)
    assert isinstance(failure, OversizedArchive)
    assert str(failure) == f"stuck-1.0.tar.gz: the process that read it {words}"


@needs_fifo
def test_a_child_that_stands_still_is_given_up(tmp_path):
    os.mkfifo(tmp_path / "stuck-1.0.tar.gz")

    async def story(readers):
        failure = await said(readers, tmp_path / "stuck-1.0.tar.gz")
        return str(failure), len(readers.children)

    assert run(story, most=1, patience=0.3) == ("stuck-1.0.tar.gz: the process that read it gave no answer", 0)


@needs_fifo
def test_nothing_is_left_where_the_run_is_given_up_amid_an_sdist(tmp_path):
    os.mkfifo(tmp_path / "stuck-1.0.tar.gz")

    async def story(readers):
        stuck = asyncio.create_task(said(readers, tmp_path / "stuck-1.0.tar.gz"))
        await asyncio.sleep(0.3)
        (child,) = readers.children
        stuck.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await stuck
        return child

    assert not lives(run(story, most=1))


def test_a_child_that_was_ended_meanwhile_is_replaced(tmp_path):
    async def story(readers):
        await said(readers, put(tmp_path))
        first = readers.children[0]
        os.kill(first, signal.SIGKILL)
        await asyncio.to_thread(until, lambda: os.waitid(os.P_PID, first, os.WEXITED | os.WNOHANG | os.WNOWAIT))  # with all its threads
        return await said(readers, put(tmp_path, name="demo-1.1.tar.gz")), readers.started

    (facts, _), started = run(story, most=1)
    assert (facts.filename, started) == ("demo-1.1.tar.gz", 2)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="the limit of another process cannot be set here")
def test_what_takes_too_much_memory_costs_one_sdist(tmp_path):
    large = put(tmp_path, sdist_bytes("demo", "2.0", {f"{number}.c": bytes(1 << 19) for number in range(40)}), "large-2.0.tar.gz")

    async def story(readers):
        before = await said(readers, put(tmp_path))
        pages = int(about(readers, "statm").split()[0])
        most = pages * resource.getpagesize() + (8 << 20)
        resource.prlimit(readers.children[0], resource.RLIMIT_AS, (most, most))
        return before[0].filename, await said(readers, large), (await said(readers, put(tmp_path)))[0].filename, readers.started

    before, failure, *rest = run(story, most=1)
    assert isinstance(failure, OversizedArchive)
    assert str(failure) == "large-2.0.tar.gz: reading it takes more than 1024 MB of memory"
    assert [before, *rest] == ["demo-1.0.tar.gz", "demo-1.0.tar.gz", 1]


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="the limits of another process cannot be read here")
def test_a_child_has_limits(tmp_path):
    async def story(readers):
        await said(readers, put(tmp_path))
        return about(readers, "limits").splitlines()

    soft = {line[:25].strip(): line[25:].split()[0] for line in run(story, most=1)}
    assert (soft["Max address space"], soft["Max core file size"]) == (str(1 << 30), "0")
    assert 120 <= int(soft["Max cpu time"]) <= 180


@pytest.mark.parametrize("executable", ["", "/nowhere/python3", "program", "python-that-ends", "python-that-babbles"])
def test_where_no_child_starts_the_thread_reads(tmp_path, monkeypatch, executable):
    if executable.startswith("python"):
        script = tmp_path / executable
        script.write_text("#!/bin/sh\necho Hello.\nexec sleep 60\n" if "babbles" in executable else "#!/bin/sh\nexit 3\n")
        script.chmod(0o755)
        executable = str(script)
    expected = Reader().read("facts", (str(put(tmp_path)), "demo-1.0.tar.gz", ""), MUSL)
    monkeypatch.setattr(sys, "executable", executable)

    async def story(readers):
        found = await asyncio.gather(said(readers, put(tmp_path)), said(readers, put(tmp_path, name="demo-1.1.tar.gz")))
        return found[0], readers.children

    assert run(story) == (expected, ())


def test_an_index_reads_in_children_what_it_reads_in_the_thread(monkeypatch):
    async def everything(index):
        files = [(await index.project(name)).files("1.0")[0] for name in names]
        return await asyncio.gather(*(index.metadata(file, (), MUSL) for file in files), *(index.facts(file, MUSL) for file in files))

    names = [f"demo{number}" for number in range(8)]
    with IndexServer() as server:
        for name in names:
            server.add(name, f"{name}-1.0.tar.gz", sdist_bytes(name, "1.0", FILES, metadata_version="2.1"))
        found = asked(options(server), everything)
        monkeypatch.setattr(sys, "executable", "")
        assert asked(options(server), everything) == found


@pytest.fixture
def waiting(tmp_path):
    """A command that has its sdists read by a child, and waits for one that does not come: the command, the child, its TMPDIR."""
    (tmp_path / "beside").mkdir()
    with IndexServer() as server:
        place = Place(tmp_path, server)
        names = [f"native{number}" for number in range(9)]
        for name in names:
            place.native(name)
        place.write("r.txt", "\n".join(names))
        server.script("/files/native0-1.0.tar.gz", *[Answer(hang=True)] * 3)
        process = place.start("r.txt", "--no-cache", environ={"TMPDIR": str(tmp_path / "beside")}, cwd=tmp_path, start_new_session=True)
        (child,) = until(lambda: children_of(process.pid), process)
        until(lambda: [*(tmp_path / "beside").glob("*/*")], process)
        yield process, child, tmp_path / "beside"
        process.kill()
        process.communicate()


def children_of(pid):
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(path.parent.name))
    return found


@needs_cores
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="whose children there are cannot be read here")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=str)
@pytest.mark.parametrize("group", [False, True], ids=["the command", "all of its group"])
def test_whoever_ends_the_command_ends_its_children(waiting, number, group):
    process, child, beside = waiting
    (os.killpg if group else os.kill)(process.pid, number)
    out, err = process.communicate(timeout=60)
    status, words = {15: (143, "error: told to end\n"), 2: (130, "error: interrupted\n"), 9: (-9, "")}[number]
    assert (process.returncode, out, err) == (status, "", words)
    until(lambda: not lives(child))
    assert number == signal.SIGKILL or list(beside.iterdir()) == []


def test_a_script_without_a_guard_is_not_run_again(tmp_path):
    with IndexServer() as server:
        place = Place(tmp_path, server)
        for number in range(8):
            place.native(f"native{number}")
        script = place.write(
            "script.py",
            f"""import muslcheck
print("here")
requirements = [f"native{{number}}" for number in range(8)]
open("r.txt", "w").write("\\n".join(requirements))
index = muslcheck.IndexOptions(index_url={server.index_url!r})
print(len(muslcheck.check("r.txt", image="python:3.12-alpine", arch="x86_64", index=index, cache=False, isolated=True).verdicts))
""",
        )
        ended = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "here\n8\n", "")
