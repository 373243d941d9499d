"""Project pages: every form they come in, and several of them made one."""

import asyncio
from dataclasses import replace

import pytest
from support.archives import sdist_bytes, wheel_bytes, wheel_name
from support.asking import asked, options
from support.server import Answer, IndexServer

from muslcheck.errors import IndexUnavailable, MalformedPage
from muslcheck.index import Index
from muslcheck.words.release import Absent, Kind
from muslcheck.words.requirement import IndexOptions


def project(server_or_options, name="demo", **settings):
    opts = server_or_options if isinstance(server_or_options, IndexOptions) else options(server_or_options)

    async def story(index):
        found = await index.project(name)
        return found, index.problems

    return asked(opts, story, **settings)


@pytest.fixture(params=["json", "html"])
def server(request):
    with IndexServer(page=request.param, sidecars=True) as server:
        yield server


def test_a_page_reads_alike_in_both_forms(server):
    data = wheel_bytes("demo", "1.0")
    server.add("demo", wheel_name("demo", "1.0"), data, sidecar="Metadata", requires_python=">=3.9,<4")
    server.add("demo", "demo-0.9.tar.gz", b"sdist", yanked="it was <broken> & wrong")
    server.add("demo", "demo-0.8.zip", b"zip", yanked=True)
    found, problems = project(server)
    assert problems == ()
    assert found.versions == ("1.0", "0.9", "0.8")
    (wheel,) = found.files("1.0")
    assert (wheel.kind, wheel.name, wheel.version) == (Kind.WHEEL, "demo", "1.0")
    assert wheel.requires_python == ">=3.9,<4"
    assert wheel.sidecar.startswith("sha256:")
    assert wheel.sha256 == server.projects["demo"][0]["hashes"]["sha256"]
    assert wheel.url == f"{server.url}/files/demo-1.0-py3-none-any.whl"
    assert wheel.index == server.index_url
    assert wheel.yanked is None
    assert found.files("0.9")[0].yanked == "it was <broken> & wrong"
    assert found.files("0.8")[0].yanked == ""
    assert found.files("0.8")[0].kind is Kind.SDIST
    assert found.files("7.0") == ()


def test_json_alone_tells_size_time_and_status():
    with IndexServer() as server:
        server.add("demo", wheel_name("demo", "1.0"), b"12345")
        server.project_status["demo"] = {"status": "deprecated", "reason": "use other"}
        found, _ = project(server)
        (wheel,) = found.files("1.0")
    assert (wheel.size, wheel.upload_time) == (5, "2024-01-02T03:04:05.000000Z")
    assert (found.status, found.status_reason) == ("deprecated", "use other")


def test_a_page_without_hashes_sizes_and_times():
    with IndexServer(hashes=False, sizes=False, upload_times=False) as server:
        server.add("demo", wheel_name("demo", "1.0"), b"12345")
        found, _ = project(server)
        (wheel,) = found.files("1.0")
    assert (wheel.size, wheel.upload_time, wheel.hashes, wheel.sha256) == (None, None, (), None)


def test_versions_are_normalised_sorted_and_one_each(server):
    for version in ("1.0.0", "1.0", "2.0rc1", "1.10", "1.9.post1", "1!0.1", "2.0.dev3", "1.0+local.1"):
        server.add("demo", f"demo-{version}-py3-none-any.whl", b"")
    server.add("demo", "demo-1.0.0.tar.gz", b"")
    server.add("demo", "demo-1.9-1.tar.gz", b"")
    found, _ = project(server)
    assert found.versions == ("1!0.1", "2.0rc1", "2.0.dev3", "1.10", "1.9.post1", "1.0+local.1", "1.0.0")
    assert len(found.files("1.0.0")) == 3
    assert {file.version for file in found.files("1.0.0")} == {"1.0.0"}
    assert len(found.files("1.9.post1")) == 2


def test_names_that_pip_does_not_install_are_kept_apart(server):
    good = ["Demo_Pkg-1.0-py3-none-any.whl", "demo.pkg-1.1.tar.gz", "demo_pkg-1.2-1-py3-none-any.whl"]
    bad = [
        "demo_pkg-1.0.win32.exe", "demo_pkg-1.0-py2.7.egg", "demo_pkg-1.0.msi", "other-1.0.tar.gz", "demo_pkg-2004d.tar.gz",
        "demo_pkg-1.0-py3-none.whl", "demo_pkg-1.0.macosx10.9.zip", "demo_pkg-.tar.gz", "demo_pkg-1.0-x-1-py3-none-any-more.whl",
    ]  # fmt: skip
    for filename in [*good, *bad]:
        server.add("demo-pkg", filename, b"")
    found, _ = project(server, "demo-pkg")
    assert found.versions == ("1.2", "1.1", "1.0")
    assert set(found.unusable) == set(bad)


def test_an_unknown_project_is_absent(server):
    found, problems = project(server)
    assert isinstance(found, Absent)
    assert not found.unreachable
    assert found.indexes == (server.index_url,)
    assert problems == ()


def test_an_empty_project_is_there(server):
    server.projects["demo"] = []
    found, _ = project(server)
    assert found.versions == ()


def test_several_indexes_are_one_and_the_last_is_preferred():
    with IndexServer() as first, IndexServer(page="html") as second:
        first.add("demo", wheel_name("demo", "1.0"), b"first")
        first.add("demo", wheel_name("demo", "1.1"), b"first")
        second.add("demo", wheel_name("demo", "1.0.0"), b"second")
        second.add("demo", wheel_name("demo", "2.0"), b"second")
        found, _ = project(options(first, second))
        assert found.versions == ("2.0", "1.1", "1.0")
        assert [file.index for file in found.files("1.0")] == [first.index_url, second.index_url]
        assert [file.index for file in found.files("2.0")] == [second.index_url]
        assert found.indexes == (first.index_url, second.index_url)


def test_of_a_file_that_two_indexes_list_the_later_stands():
    with IndexServer() as first, IndexServer() as second:
        for extension in ("tar.gz", "zip"):
            first.add("demo", f"demo-1.0.{extension}", b"")
        listed = [file.url for file in project(first)[0].files("1.0")]
        second.projects["demo"] = []
        again = f'<a href="{listed[0]}">{listed[0].rpartition("/")[2]}</a>'.encode()
        second.script("/simple/demo/", Answer(body=again, content_type="text/html"))
        found, _ = project(options(first, second))
        assert [file.url for file in found.files("1.0")] == listed[::-1]


def test_pip_prefers_the_same_of_equal_files(tmp_path):
    """The oracle: of two equal wheels on two indexes, pip takes the one that is handed out last here."""
    import json
    import subprocess
    import sys

    with IndexServer() as first, IndexServer() as second:
        for server, summary in ((first, "one"), (second, "two")):
            server.add("demo", wheel_name("demo", "1.0"), wheel_bytes("demo", "1.0", files={"demo/which.txt": summary}))
        found, _ = project(options(first, second))
        report = tmp_path / "report.json"
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet"]
        command += ["--no-cache-dir", "--report", str(report)]
        subprocess.run([*command, "-i", first.index_url, "--extra-index-url", second.index_url, "demo"], check=True)
        chosen = json.loads(report.read_text())["install"][0]["download_info"]["url"]
        assert found.files("1.0")[-1].url == chosen


def test_an_index_that_fails_is_passed_over_where_another_lists_the_project():
    with IndexServer() as first, IndexServer(auth=("user", "secret")) as second:
        first.add("demo", wheel_name("demo", "1.0"), b"")
        found, problems = project(options(first, second))
        assert found.versions == ("1.0",)
        (problem,) = problems
        assert problem.subject == f"127.0.0.1:{second.port}"
        assert "401" in problem.message
        assert "credentials" in problem.hint


def test_an_address_that_cannot_be_taken_apart_leads_to_no_file():
    with IndexServer() as server:
        server.projects["demo"] = []
        page = b'<a href="https://[files.example/demo-2.0.tar.gz">demo-2.0.tar.gz</a><a href="/files/demo-1.0.tar.gz">demo-1.0.tar.gz</a>'
        server.script("/simple/demo/", Answer(body=page, content_type="text/html"))
        assert project(server)[0].versions == ("1.0",)


def test_relative_addresses_and_base(tmp_path):
    with IndexServer() as server:
        page = b'<html><head><base href="/elsewhere/x/"></head><body><a href="../files/demo-1.0.tar.gz#sha256=ABC">demo</a></body></html>'
        server.projects["demo"] = []
        server.script("/simple/demo/", Answer(body=page, content_type="text/html"))
        found, _ = project(server)
        (file,) = found.files("1.0")
        assert file.url == f"{server.url}/elsewhere/files/demo-1.0.tar.gz"
        assert file.hashes == ("sha256:abc",)


def test_an_index_on_disk(tmp_path):
    folder = tmp_path / "simple" / "demo"
    folder.mkdir(parents=True)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "demo-1.0+cpu-py3-none-any.whl").write_bytes(wheel_bytes("demo", "1.0+cpu", requires_dist=["other>1"]))
    (folder / "index.html").write_text('<a href="../../files/demo-1.0%2Bcpu-py3-none-any.whl">x</a>')

    async def story(index):
        found = await index.project("demo")
        (file,) = found.files("1.0+cpu")
        return file, await index.metadata(file), await index.project("nothing")

    for place in (str(tmp_path / "simple"), (tmp_path / "simple").as_uri()):
        file, metadata, nothing = asked(options(place), story, offline=True)
        assert file.url.startswith("file:")
        assert file.filename == "demo-1.0+cpu-py3-none-any.whl"
        assert metadata.requires_dist == ("other>1",)
        assert isinstance(nothing, Absent)


def test_links_of_every_kind(tmp_path):
    folder = tmp_path / "wheels"
    folder.mkdir()
    (folder / "demo-1.0-py3-none-any.whl").write_bytes(wheel_bytes("demo", "1.0"))
    (folder / "other-1.0-py3-none-any.whl").write_bytes(b"")
    (folder / "page.html").write_text('<a href="https://files.example/demo-1.1.tar.gz">x</a><a href="https://files.example/x-9.zip">x</a>')
    single = tmp_path / "demo-1.2.tar.gz"
    single.write_bytes(sdist_bytes("demo", "1.2"))
    with IndexServer() as server:
        server.projects["list"] = []
        page = b'<a href="/files/demo-1.3-py3-none-any.whl#sha256=00">x</a> and <a href="/about">more</a>'
        server.script("/simple/list/", Answer(body=page, content_type="text/html"))
        links = (str(folder), str(single), f"{server.index_url}/list/", f"{server.url}/files/demo-1.4.tar.gz#sha256=11")
        found, problems = project(IndexOptions(no_index=True, find_links=links))
        assert problems == ()
        assert found.versions == ("1.4", "1.3", "1.2", "1.1", "1.0")
        assert found.unusable == ()
        assert found.files("1.0")[0].size == len(wheel_bytes("demo", "1.0"))
        assert found.files("1.3")[0].url == f"{server.url}/files/demo-1.3-py3-none-any.whl"
        assert found.files("1.4")[0].hashes == ("sha256:11",)
        assert len(server.asked("/simple/list/")) == 1


def test_no_index_and_no_links_have_nothing():
    found, _ = project(IndexOptions(no_index=True))
    assert isinstance(found, Absent)
    assert found.indexes == ()


def test_places_that_pip_ignores_are_problems(tmp_path):
    opts = IndexOptions(
        index_url="http://index.example/simple", extra_index_urls=(str(tmp_path / "no"),), find_links=("http://user:secret@files.example/",)
    )

    async def story(index):
        with pytest.raises(IndexUnavailable, match="ignored, as pip does"):  # nobody was asked
            await index.project("demo")
        return index.problems

    problems = asked(opts, story)
    said = " ".join(f"{p.subject} {p.message} {p.hint}" for p in problems)
    assert len(problems) == 3
    assert "--trusted-host index.example" in said
    assert "neither a path that exists" in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<html><body><h1>Service unavailable</h1><p>Come back later</p></body></html>", "text/html"),
        (b"<html><body><form>Log in</form> <a href='/forgot'>Forgot your password?</a></body></html>", "text/html"),
        (b"hello", "text/plain"),
        (b"[]", "application/vnd.pypi.simple.v1+json"),
        (b'{"meta": {"api-version": "2.0"}, "files": []}', "application/vnd.pypi.simple.v1+json"),
        (b'<meta name="pypi:repository-version" content="2.0"><a href="demo-1.0.zip">x</a>', "text/html"),
        (b'{"meta": {"api-version": "1.0"}, "files": [{"filename": 3}]}', "application/vnd.pypi.simple.v1+json"),
    ],
)
def test_what_is_no_project_page(body, content_type):
    with IndexServer() as server:
        server.script("/simple/demo/", *[Answer(status=200, body=body, content_type=content_type)] * 2)
        with pytest.raises(MalformedPage) as raised:
            project(server)
    assert "/simple/demo/" in raised.value.subject


def test_a_page_that_says_links_for_may_be_empty():
    with IndexServer() as server:
        server.script("/simple/demo/", Answer(status=200, body=b"<html><h1>Links for demo</h1></html>", content_type="text/html"))
        found, _ = project(server)
    assert found.versions == ()


def test_what_is_asked_twice_is_fetched_once(server):
    server.add("demo", wheel_name("demo", "1.0"), b"")

    async def story(index):
        first, second = await asyncio.gather(index.project("demo"), index.project("demo"))
        return first, second, await index.project("demo")

    first, second, third = asked(options(server), story)
    assert first is second is third
    assert len(server.asked("/simple/demo/")) == 1


def test_progress_is_told(server):
    server.add("demo", wheel_name("demo", "1.0"), b"")
    told = []

    async def main():
        async with Index(options(server), cache_dir=None, tell=lambda *said: told.append(said)) as index:
            await index.project("demo")

    asyncio.run(main())
    assert told == [("project pages", 0, 1), ("project pages", 1, 1)]


def test_a_project_is_looked_for_where_it_is_pinned_to_and_others_are_not():
    with IndexServer() as everyone, IndexServer() as special:
        for server, version in ((everyone, "1.0"), (special, "2.0")):
            server.add("demo", wheel_name("demo", version), b"")
            server.add("other", wheel_name("other", version), b"")
        pinned = IndexOptions(index_url=everyone.index_url, pinned=(("demo", special.index_url),), timeout=5)
        assert project(pinned)[0].versions == ("2.0",)
        assert project(pinned, "other")[0].versions == ("1.0",)
        assert not special.asked("/simple/other/")
        assert project(replace(pinned, first_index=True))[0].versions == ("2.0",)
        assert isinstance(project(replace(pinned, no_index=True))[0], Absent)
        assert project(replace(pinned, extra_index_urls=(special.index_url,)), "other")[0].versions == ("2.0", "1.0")


def test_an_index_that_cannot_be_asked_is_not_passed_over_for_what_is_pinned_to_it():
    with IndexServer() as everyone:
        everyone.add("demo", wheel_name("demo", "1.0"), b"")
        with IndexServer() as gone:
            url = gone.index_url
        pinned = IndexOptions(index_url=everyone.index_url, pinned=(("demo", url),), retries=0, timeout=5)
        with pytest.raises(IndexUnavailable):
            project(pinned)
