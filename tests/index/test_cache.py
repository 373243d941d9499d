"""The cache: what it saves, how long, and that nothing depends on it."""

import asyncio
import os
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.archives import sdist_bytes, wheel_bytes, wheel_name
from support.asking import asked, options
from support.server import Answer, IndexServer

from muslcheck.errors import Offline
from muslcheck.index import Index
from muslcheck.index.cache import Cache
from muslcheck.words.release import Absent
from muslcheck.words.requirement import IndexOptions
from muslcheck.words.target import Libc, Target

WHEEL = wheel_name("demo", "1.0")
TARGET = Target("python:3.11-alpine", (3, 11), "3.11.9", "x86_64", Libc("musl", 1, 2), "alpine", "3.23")
PAGE = "/simple/demo/"


@pytest.fixture
def server():
    with IndexServer() as server:
        server.add("demo", WHEEL, wheel_bytes("demo", "1.0", requires_dist=["other"]))
        server.add("demo", "demo-0.9.tar.gz", sdist_bytes("demo", "0.9", {"setup.py": "from setuptools import setup\nsetup()\n"}))
        yield server


async def everything(index):
    project = await index.project("demo")
    (wheel,) = project.files("1.0")
    (sdist,) = project.files("0.9")
    return project.versions, await index.metadata(wheel), await index.metadata(sdist), await index.facts(sdist, TARGET)


def test_a_second_run_asks_nothing_and_says_the_same(server, tmp_path):
    first = asked(options(server), everything, cache_dir=tmp_path)
    requests = len(server.requests)
    assert asked(options(server), everything, cache_dir=tmp_path) == first
    assert len(server.requests) == requests
    assert asked(options(server), everything, cache_dir=tmp_path, offline=True) == first


def test_a_second_run_needs_no_event_loop(server, tmp_path):
    """Every answer comes at the first step of the coroutine, and no HTTP library is loaded."""
    asked(options(server), everything, cache_dir=tmp_path)
    code = textwrap.dedent(f"""
        import sys
        from pathlib import Path
        from muslcheck.index import Index
        from muslcheck.words.requirement import IndexOptions
        async def story():
            index = Index(IndexOptions(index_url={server.index_url!r}), cache_dir=Path({str(tmp_path)!r}))
            project = await index.project("demo")
            return await index.metadata(project.files("1.0")[0])
        try:
            story().send(None)
        except StopIteration as answer:
            print(answer.value.requires_dist)
        print(sorted({{"asyncio", "httpcore", "httpx", "msgspec", "ssl", "hashlib", "email", "tempfile"}} & set(sys.modules)))
    """)
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout == "('other',)\n[]\n"


def test_without_a_cache_nothing_is_kept(server):
    asked(options(server), everything)
    requests = len(server.requests)
    asked(options(server), everything)
    assert len(server.requests) == 2 * requests


def versions(server, cache_dir, **settings):
    async def story(index):
        found = await index.project("demo")
        return found if isinstance(found, Absent) else found.versions

    return asked(options(server), story, cache_dir=cache_dir, **settings)


@pytest.mark.parametrize(
    ("headers", "requests"),
    [
        ({}, 1),
        ({"Cache-Control": "public, max-age=600"}, 1),
        ({"Cache-Control": "max-age=0"}, 2),
        ({"Cache-Control": "max-age=600", "Age": "600"}, 2),
        ({"Cache-Control": "no-cache"}, 2),
        ({"Cache-Control": "no-store"}, 2),
        ({"Expires": "Thu, 01 Jan 2099 00:00:00 GMT"}, 1),
        ({"Expires": "0"}, 2),
    ],
)
def test_pages_are_fresh_as_long_as_the_index_says(server, tmp_path, headers, requests):
    server.page_headers = headers
    for _ in range(2):
        assert versions(server, tmp_path) == ("1.0", "0.9")
    assert len(server.asked(PAGE)) == requests


def test_what_may_not_be_stored_is_not(server, tmp_path):
    server.page_headers = {"Cache-Control": "no-store"}
    versions(server, tmp_path)
    with pytest.raises(Offline):
        versions(server, tmp_path, offline=True)


def test_a_stale_page_is_confirmed_with_its_etag(server, tmp_path):
    server.page_headers = {"Cache-Control": "max-age=0", "ETag": '"v1"'}
    for _ in range(3):
        assert versions(server, tmp_path) == ("1.0", "0.9")
    assert [request.headers.get("if-none-match") for request in server.asked(PAGE)] == [None, '"v1"', '"v1"']
    server.page_headers["ETag"] = '"v2"'
    server.add("demo", wheel_name("demo", "2.0"), b"")
    assert versions(server, tmp_path) == ("2.0", "1.0", "0.9")


def test_a_stale_page_is_confirmed_with_its_date(server, tmp_path):
    stamp = "Thu, 01 Jan 2026 00:00:00 GMT"
    server.page_headers = {"Cache-Control": "max-age=0", "Last-Modified": stamp}
    versions(server, tmp_path)
    server.script(PAGE, Answer(status=304))
    assert versions(server, tmp_path) == ("1.0", "0.9")
    assert server.asked(PAGE)[-1].headers["if-modified-since"] == stamp


def test_refresh_asks_anew(server, tmp_path):
    versions(server, tmp_path)
    server.add("demo", wheel_name("demo", "2.0"), b"")
    assert versions(server, tmp_path) == ("1.0", "0.9")
    assert versions(server, tmp_path, refresh=True) == ("2.0", "1.0", "0.9")
    assert versions(server, tmp_path) == ("2.0", "1.0", "0.9")


def test_offline_takes_what_is_old_and_says_what_is_missing(server, tmp_path):
    server.page_headers = {"Cache-Control": "max-age=0"}
    versions(server, tmp_path)

    async def story(index):
        return (await index.project("demo")).files("1.0")[0]

    wheel = asked(options(server), story, cache_dir=tmp_path, offline=True)
    requests = len(server.requests)

    async def missing(index):
        return await index.metadata(wheel)

    with pytest.raises(Offline) as raised:
        asked(options(server), missing, cache_dir=tmp_path, offline=True)
    assert raised.value.subject == wheel.url
    assert "--offline" in raised.value.hint
    with pytest.raises(Offline, match="/simple/demo/: not in the cache"):
        versions(server, tmp_path / "other", offline=True)
    assert len(server.requests) == requests


def test_that_there_is_no_such_project_is_remembered_too(tmp_path):
    with IndexServer() as server:
        for settings in ({}, {}, {"offline": True}):
            assert isinstance(versions(server, tmp_path, **settings), Absent)
        assert len(server.asked(PAGE)) == 1


def test_long_pages_are_kept_whole(tmp_path):
    with IndexServer() as server:
        for number in range(3000):
            server.add("demo", wheel_name("demo", f"1.{number}"), b"")

        async def story(index):
            project = await index.project("demo")
            return project.versions, project.files("1.7"), project.files("1.2999")

        first = asked(options(server), story)
        assert first == asked(options(server), story, cache_dir=tmp_path) == asked(options(server), story, cache_dir=tmp_path)
        assert len(first[0]) == 3000
        assert [file.filename for file in first[1]] == ["demo-1.7-py3-none-any.whl"]


def entries(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("damage", [b"", b"garbage", None, "cut", "flip"])
def test_damaged_entries_are_dropped(server, tmp_path, damage):
    first = asked(options(server), everything, cache_dir=tmp_path)
    for path in entries(tmp_path):
        whole = path.read_bytes()
        match damage:
            case None:
                path.write_bytes(os.urandom(len(whole)))
            case "cut":
                path.write_bytes(whole[:-1])
            case "flip":
                path.write_bytes(whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:])
            case _:
                path.write_bytes(damage)
    requests = len(server.requests)
    assert asked(options(server), everything, cache_dir=tmp_path) == first
    assert len(server.requests) == 2 * requests
    assert asked(options(server), everything, cache_dir=tmp_path, offline=True) == first


def test_an_entry_of_another_key_is_a_miss(tmp_path):
    cache = Cache(tmp_path)
    cache.write("pages", "one", {"x": 1})
    cache.write("pages", "two", {"x": 2})
    (one,) = [path for path in entries(tmp_path) if path.name.startswith("one")]
    (two,) = [path for path in entries(tmp_path) if path.name.startswith("two")]
    one.write_bytes(two.read_bytes())
    assert cache.read("pages", "one") is None
    assert cache.read("pages", "two")[0] == {"x": 2}


@pytest.mark.parametrize("key", ["../../up", "a" * 500, "/", "..", "https://x.example/%2e%2e/ä?q=1", "con:aux"])
def test_no_key_leaves_the_folder(tmp_path, key):
    folder = tmp_path / "cache"
    cache = Cache(folder)
    cache.write("pages", key, {"is": key})
    assert cache.trouble is None
    assert cache.read("pages", key)[0] == {"is": key}
    assert [path.parent for path in entries(tmp_path)] == [folder / "pages"]


def noted(server, cache_dir):
    async def story(index):
        return (await index.project("demo")).versions, index.problems

    return asked(options(server), story, cache_dir=cache_dir)


def test_a_file_where_the_folder_should_be(server, tmp_path):
    place = tmp_path / "cache"
    place.write_text("in the way")
    found, (problem,) = noted(server, place)
    assert found == ("1.0", "0.9")
    assert "--cache-dir" in problem.hint
    assert place.read_text() == "in the way"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that nobody may write to, not even root")
def test_a_folder_that_may_not_be_written(server):
    found, (problem,) = noted(server, Path("/proc/self/cache"))
    assert found == ("1.0", "0.9")
    assert "nothing could be kept" in problem.message


def test_a_folder_that_may_only_be_read(server, tmp_path):
    versions(server, tmp_path)
    for path in (*tmp_path.rglob("*"), tmp_path):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert noted(server, tmp_path) == (("1.0", "0.9"), ())
    finally:
        for path in (tmp_path, *tmp_path.rglob("*")):
            path.chmod(0o755)
    assert len(server.asked(PAGE)) == 1


def test_a_disk_that_is_full(server, tmp_path):
    """No file may grow beyond a few bytes: the system's own refusal, as of a full disk."""
    code = _limited("import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))", server, tmp_path)
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.startswith("('1.0', '0.9') ")
    assert "nothing could be kept" in ran.stdout
    assert entries(tmp_path) == []


def _limited(first, server, cache_dir):
    return textwrap.dedent(f"""
        import asyncio, os, sys
        from pathlib import Path
        import muslcheck.index.client, muslcheck.index.pagejson, muslcheck.index.pipconfig
        from muslcheck.index import Index
        from muslcheck.words.requirement import IndexOptions
        {first}
        async def main():
            async with Index(IndexOptions(index_url={server.index_url!r}), cache_dir=Path({str(cache_dir)!r})) as index:
                print((await index.project("demo")).versions, index.problems)
        asyncio.run(main())
    """)


def test_several_processes_share_one_folder(server, tmp_path):
    """All write the same entries at once, over and over; each sees whole ones only."""
    server.page_headers = {"Cache-Control": "max-age=0"}
    code = textwrap.dedent(f"""
        import asyncio
        from pathlib import Path
        from muslcheck.index import Index
        from muslcheck.words.requirement import IndexOptions
        async def main():
            for _ in range(15):
                async with Index(IndexOptions(index_url={server.index_url!r}), cache_dir=Path({str(tmp_path)!r})) as index:
                    project = await index.project("demo")
                    assert project.versions == ("1.0", "0.9")
                    assert (await index.metadata(project.files("1.0")[0])).requires_dist == ("other",)
                    assert index.problems == ()
        asyncio.run(main())
    """)
    with ThreadPoolExecutor() as pool:
        ran = [pool.submit(subprocess.run, [sys.executable, "-c", code], capture_output=True, text=True) for _ in range(4)]
        assert [run.result().stderr for run in ran] == [""] * 4
    assert not [path for path in entries(tmp_path) if path.suffix == ".tmp"]
    assert versions(server, tmp_path, offline=True) == ("1.0", "0.9")


def test_what_an_index_says_of_a_digest_is_not_believed_of_anothers_file(tmp_path):
    """Two indexes, one digest: metadata of the one is not used for the other."""
    good = wheel_bytes("demo", "1.0", requires_dist=["good"])
    with IndexServer() as honest, IndexServer(sidecars=True) as liar:
        honest.add("demo", WHEEL, good)
        liar.add("demo", WHEEL, good, sidecar="Name: demo\nVersion: 1.0\nRequires-Dist: bad\n")

        async def story(index):
            return (await index.metadata((await index.project("demo")).files("1.0")[0])).requires_dist

        assert asked(options(liar), story, cache_dir=tmp_path) == ("bad",)
        assert asked(options(honest), story, cache_dir=tmp_path) == ("good",)


def test_pages_of_links_are_cached(tmp_path):
    with IndexServer() as server:
        server.projects["list"] = []
        server.script("/simple/list/", Answer(body=b'<a href="/files/demo-1.3.zip">x</a>', content_type="text/html"))
        opts = IndexOptions(no_index=True, find_links=(f"{server.index_url}/list/",))

        async def main(**settings):
            async with Index(opts, cache_dir=tmp_path, **settings) as index:
                return (await index.project("demo")).versions

        assert asyncio.run(main()) == asyncio.run(main()) == asyncio.run(main(offline=True)) == ("1.3",)
        assert len(server.asked("/simple/list/")) == 1
