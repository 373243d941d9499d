"""Credentials: used where they were given for, and seen nowhere else."""

import pytest
from support.archives import sdist_bytes, wheel_bytes, wheel_name
from support.asking import asked, options
from support.server import Answer, IndexServer

from muslcheck.errors import IndexUnavailable
from muslcheck.index.auth import Credentials, bare, redacted
from muslcheck.words.requirement import IndexOptions
from muslcheck.words.target import Libc, Target

TARGET = Target("python:3.11-alpine", (3, 11), "3.11.9", "x86_64", Libc("musl", 1, 2), "alpine", "3.23")
WHO = ("name@corp", "s3cr:et/word")
BASIC = "Basic bmFtZUBjb3JwOnMzY3I6ZXQvd29yZA=="


@pytest.fixture
def server():
    with IndexServer(auth=WHO) as server:
        server.add("demo", wheel_name("demo", "1.0"), wheel_bytes("demo", "1.0", requires_dist=["other"]))
        server.add("demo", "demo-0.9.tar.gz", sdist_bytes("demo", "0.9"))
        yield server


def with_credentials(url):
    return url.replace("://", "://name%40corp:s3cr%3Aet%2Fword@")


async def everything(index):
    project = await index.project("demo")
    (wheel,), (sdist,) = project.files("1.0"), project.files("0.9")
    await index.facts(sdist, TARGET)
    return project, wheel, await index.metadata(wheel), await index.metadata(sdist)


def test_from_the_address_for_pages_and_files_and_never_kept(server, tmp_path):
    found = asked(options(with_credentials(server.index_url)), everything, cache_dir=tmp_path)
    assert "s3cr" not in repr(found)
    assert found[0].indexes == (server.index_url,)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) == 4
    for path in kept:
        assert "s3cr" not in str(path)
        assert b"s3cr" not in path.read_bytes()
        assert b"corp" not in path.read_bytes()
    assert asked(options(with_credentials(server.index_url)), everything, cache_dir=tmp_path, offline=True)[1:] == found[1:]


def test_from_netrc(server, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login {WHO[0]} password {WHO[1]}\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert asked(options(server), everything)[2].requires_dist == ("other",)


def test_the_address_is_stronger_than_netrc(server, tmp_path, monkeypatch):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login some password body\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert asked(options(with_credentials(server.index_url)), everything)[2].requires_dist == ("other",)
    with pytest.raises(IndexUnavailable, match="401"):
        asked(options(server), everything)


@pytest.mark.parametrize("text", ["machine", "machine 127.0.0.1 login", "garbage \x00", "machine other.example login a password b"])
def test_a_netrc_that_does_not_help(server, tmp_path, monkeypatch, text):
    (tmp_path / "netrc").write_text(text)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with pytest.raises(IndexUnavailable) as raised:
        asked(options(server), everything)
    assert "netrc" in raised.value.hint


def test_wrong_ones_are_not_named(server):
    with pytest.raises(IndexUnavailable) as raised:
        asked(options(server.index_url.replace("://", "://wrong:pass-word@")), everything)
    said = f"{raised.value!r} {raised.value} {raised.value.hint}"
    assert "pass-word" not in said
    assert "wrong" not in said


def test_another_host_is_not_told(server):
    """A redirect, and a file, on another host; the same machine at another port is another host."""
    with IndexServer() as other:
        other.add("demo", wheel_name("demo", "3.0"), wheel_bytes("demo", "3.0"))
        server.script("/simple/demo/", Answer(status=302, headers={"Location": f"{other.index_url}/demo/"}))

        async def story(index):
            (wheel,) = (await index.project("demo")).files("3.0")
            return wheel.url, await index.metadata(wheel)

        url, _ = asked(options(with_credentials(server.index_url)), story)
        assert url.startswith(other.url)
        assert server.requests[0].headers["authorization"] == BASIC
        assert len(other.requests) == 2
        assert all("authorization" not in request.headers for request in other.requests)


def test_two_indexes_on_one_host_have_their_own():
    who = Credentials()
    assert who.take("https://a:1@index.example/one/simple") == "https://index.example/one/simple"
    assert who.take("https://b:2@index.example/two/simple") == "https://index.example/two/simple"
    one, two = (who.header(f"https://index.example/{part}/files/x.whl") for part in ("one", "two"))
    assert one == "Basic YTox"
    assert two == "Basic Yjoy"
    assert who.header("https://index.example:443/one/x") == one
    assert who.header("http://index.example/one/x") is None
    assert who.header("https://index.example:8443/one/x") is None
    assert who.header("https://other.example/one/x") is None


def test_a_token_alone():
    who = Credentials()
    who.take("https://token@index.example/simple")
    assert who.header("https://index.example/simple/x/") == "Basic dG9rZW46"


def test_addresses_for_people():
    assert bare("https://a:b@index.example/x?y=1#z") == "https://index.example/x?y=1"
    assert (
        redacted("see https://a:b@index.example/x and http://t@y.example") == "see https://****@index.example/x and http://****@y.example"
    )
    assert redacted("mail me@x.example // not") == "mail me@x.example // not"


def test_a_page_that_tells_secrets_is_not_cached(tmp_path):
    with IndexServer() as server:
        secret = with_credentials(server.url)
        server.add("demo", wheel_name("demo", "1.0"), wheel_bytes("demo", "1.0"), url=f"{secret}/files/{wheel_name('demo', '1.0')}")
        server.auth = None

        async def story(index):
            (wheel,) = (await index.project("demo")).files("1.0")
            return wheel, await index.metadata(wheel)

        wheel, _ = asked(options(server), story, cache_dir=tmp_path)
        assert wheel.url.startswith(server.url)
        assert server.requests[-1].headers["authorization"] == BASIC
        for path in tmp_path.rglob("*"):
            assert path.is_dir() or b"s3cr" not in path.read_bytes()


def test_links_have_credentials_too(server):
    server.projects["list"] = server.projects["demo"]
    link = f"{with_credentials(server.index_url)}/list/"

    async def story(index):
        project = await index.project("demo")
        return project.versions, await index.metadata(project.files("1.0")[0])

    versions, metadata = asked(IndexOptions(no_index=True, find_links=(link,)), story)
    assert versions == ("1.0", "0.9")
    assert metadata.requires_dist == ("other",)
