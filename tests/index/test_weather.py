"""Bad weather: what the index may answer instead of a page, and what becomes of it."""

import asyncio
import datetime
import socket
import ssl
import subprocess
import time
from importlib.util import find_spec
from threading import Thread

import pytest
from support.archives import wheel_name
from support.asking import asked, options
from support.server import Answer, IndexServer

from muslcheck.errors import IndexUnavailable, MalformedPage, UsageError
from muslcheck.index import Index
from muslcheck.words.release import Absent


@pytest.fixture
def server():
    with IndexServer() as server:
        server.add("demo", wheel_name("demo", "1.0"), b"")
        yield server


def versions(server, **settings):
    async def story(index):
        return (await index.project("demo")).versions

    return asked(options(server, **settings), story)


def refused(server, **settings):
    with pytest.raises(IndexUnavailable) as raised:
        versions(server, **settings)
    assert raised.value.subject == f"{server.index_url}/demo/"
    assert raised.value.hint
    return str(raised.value)


@pytest.mark.parametrize("status", [404, 410])
def test_not_found_is_absent(server, status):
    server.script("/simple/demo/", Answer(status=status))

    async def story(index):
        return await index.project("demo")

    assert isinstance(asked(options(server), story), Absent)
    assert len(server.asked("/simple/demo/")) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_not_you_is_said_once_with_a_hint(server, status):
    server.script("/simple/demo/", Answer(status=status))
    with pytest.raises(IndexUnavailable, match=f"access denied.*{status}") as raised:
        versions(server)
    assert "netrc" in raised.value.hint
    assert len(server.asked("/simple/demo/")) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_bad_moment_passes(server, status):
    server.script("/simple/demo/", Answer(status=status), Answer(status=status))
    assert versions(server) == ("1.0",)
    assert len(server.asked("/simple/demo/")) == 3


def test_a_bad_moment_that_does_not_pass(server):
    server.script("/simple/demo/", *[Answer(status=503)] * 9)
    assert "answered 503 (Service Unavailable) (3 attempts)" in refused(server)
    assert len(server.asked("/simple/demo/")) == 3


def test_retry_after_is_heard(server):
    server.script("/simple/demo/", Answer(status=429, headers={"Retry-After": "1"}))
    begun = time.monotonic()
    assert versions(server) == ("1.0",)
    assert time.monotonic() - begun >= 1


def test_retry_after_as_a_date(server):
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=2)
    server.script("/simple/demo/", Answer(status=503, headers={"Retry-After": soon.strftime("%a, %d %b %Y %H:%M:%S GMT")}))
    begun = time.time()
    assert versions(server) == ("1.0",)
    assert time.time() >= int(soon.timestamp())
    assert begun < soon.timestamp()


def test_nobody_waits_for_an_hour(server):
    server.script("/simple/demo/", Answer(status=429, headers={"Retry-After": "3600"}))
    assert "asks to wait 3600 s" in refused(server)


@pytest.mark.parametrize("retry_after", ["soon", "-5", "Mon, 99 Foo 2020"])
def test_a_retry_after_that_makes_no_sense(server, retry_after):
    server.script("/simple/demo/", Answer(status=503, headers={"Retry-After": retry_after}))
    assert versions(server) == ("1.0",)


def test_a_server_that_hangs(server):
    server.script("/simple/demo/", *[Answer(hang=True)] * 2)
    assert "no answer within 0.2 s (2 attempts)" in refused(server, timeout=0.2, retries=1)


def test_a_server_that_hangs_once(server):
    server.script("/simple/demo/", Answer(hang=True))
    assert versions(server, timeout=0.3) == ("1.0",)


def test_a_host_that_never_answered_is_not_waited_for_again(server):
    server.script("/simple/demo/", Answer(hang=True), Answer(hang=True))

    async def story(index):
        for name in ("demo", "other", "third"):
            with pytest.raises(IndexUnavailable, match=r"no answer within 0.2 s \(2 attempts\)"):
                await index.project(name)

    asked(options(server, timeout=0.2, retries=1), story)
    assert [each.path for each in server.requests] == ["/simple/demo/"] * 2


def test_a_host_that_answered_once_is_asked_again(server):
    server.script("/simple/hangs/", Answer(hang=True))

    async def story(index):
        first = await index.project("demo")
        with pytest.raises(IndexUnavailable):
            await index.project("hangs")
        return first, await index.project("other")

    first, other = asked(options(server, timeout=0.2, retries=0), story)
    assert first.versions == ("1.0",)
    assert isinstance(other, Absent)


def test_a_connection_that_breaks_is_no_silence(server):
    server.script("/simple/breaks/", *[Answer(reset_after=0)] * 2)

    async def story(index):
        with pytest.raises(IndexUnavailable):
            await index.project("breaks")
        return (await index.project("demo")).versions

    assert asked(options(server, retries=1), story) == ("1.0",)


@pytest.mark.parametrize("after", [0, 20])
def test_a_connection_that_breaks(server, after):
    server.script("/simple/demo/", Answer(reset_after=after))
    assert versions(server) == ("1.0",)
    server.script("/simple/demo/", *[Answer(reset_after=after)] * 3)
    assert "the connection broke" in refused(server)


def test_a_page_cut_short_is_asked_for_again(server):
    server.script("/simple/demo/", Answer(cut_to=100))
    assert versions(server) == ("1.0",)
    server.script("/simple/demo/", *[Answer(cut_to=100)] * 2)
    with pytest.raises(MalformedPage, match="cannot be read"):
        versions(server)


def test_an_error_page_that_says_200(server):
    down = Answer(status=200, body=b"<html><h1>Down for maintenance</h1></html>", content_type="text/html")
    server.script("/simple/demo/", down)
    assert versions(server) == ("1.0",)
    server.script("/simple/demo/", down, down)
    with pytest.raises(MalformedPage, match="no project page"):
        versions(server)


def test_nobody_listens():
    with IndexServer() as server:
        pass
    message = refused(server, retries=1)
    assert "no connection" in message
    assert "(2 attempts)" in message


def test_packed_pages(server):
    import gzip

    body = server.page_of("demo", wants_json=True)[0]
    packed = gzip.compress(body)
    server.script("/simple/demo/", Answer(body=packed, headers={"Content-Encoding": "gzip"}))
    assert versions(server) == ("1.0",)
    server.script(
        "/simple/demo/",
        Answer(body=packed[:-20], headers={"Content-Encoding": "gzip"}),
        Answer(body=b"not packed", headers={"Content-Encoding": "gzip"}),
        Answer(body=packed, headers={"Content-Encoding": "gzip"}),
    )
    assert versions(server) == ("1.0",)
    server.script("/simple/demo/", Answer(body=packed, headers={"Content-Encoding": "br"}))
    assert "not asked for (br)" in refused(server)


def test_redirects(server):
    server.script("/simple/demo/", Answer(status=301, headers={"Location": "/moved/"}))
    server.script("/moved/", Answer(status=302, headers={"Location": f"{server.index_url}/demo/"}))
    assert versions(server) == ("1.0",)
    server.script("/simple/demo/", *[Answer(status=307, headers={"Location": f"{server.index_url}/demo/"})] * 11)
    assert "redirects more than" in refused(server)


def test_a_redirect_to_no_web_address(server):
    server.script("/simple/demo/", Answer(status=302, headers={"Location": "file:///etc/passwd"}))
    assert "no web address" in refused(server)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command += ["-keyout", key, "-out", cert, "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


@pytest.fixture
def secure_server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with IndexServer(tls=context) as server:
        server.add("demo", wheel_name("demo", "1.0"), b"")
        yield server


def test_a_certificate_that_nobody_vouches_for(secure_server):
    message = refused(secure_server)
    assert "certificate" in message
    assert "attempts" not in message
    assert secure_server.requests == []


def test_a_certificate_that_the_user_vouches_for(secure_server, certificate, monkeypatch):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert versions(secure_server, cert=str(certificate[0])) == ("1.0",)
    assert versions(secure_server, trusted_hosts=("127.0.0.1",)) == ("1.0",)
    assert versions(secure_server, trusted_hosts=(f"127.0.0.1:{secure_server.port}",)) == ("1.0",)
    refused(secure_server, trusted_hosts=("127.0.0.1:1", "other.example"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    assert versions(secure_server) == ("1.0",)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert versions(secure_server) == ("1.0",)


def test_a_bundle_that_is_not_there(secure_server, tmp_path):
    with pytest.raises(UsageError, match="cannot be used"):
        versions(secure_server, cert=str(tmp_path / "no.pem"))
    with pytest.raises(UsageError, match="client certificate"):
        versions(secure_server, trusted_hosts=("127.0.0.1",), client_cert=str(tmp_path / "no.pem"))


def test_a_proxy_is_used(server, monkeypatch):
    """An index server answers for any host, as a proxy for http does."""
    proxy = f"http://user:secret@127.0.0.1:{server.port}"

    async def story(index):
        return (await index.project("demo")).versions

    for name in ("option", "environment"):
        if name == "environment":
            monkeypatch.setenv("http_proxy", proxy)
        server.script("http://index.example/simple/demo/", Answer(status=404))
        opts = options("http://index.example/simple", trusted_hosts=("index.example",), proxy=proxy if name == "option" else None)
        with pytest.raises(AttributeError):  # Absent has no versions
            asked(opts, story)
        assert server.requests[-1].path == "http://index.example/simple/demo/"
        assert server.requests[-1].headers["proxy-authorization"].startswith("Basic ")
        assert server.requests[-1].headers["host"] == "index.example"
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert versions(server) == ("1.0",)
    assert server.requests[-1].path == "/simple/demo/"


def test_a_proxy_that_is_not_there_is_named_without_its_password():
    with IndexServer() as gone:
        pass
    opts = options("https://index.example/simple", proxy=f"http://user:secret@127.0.0.1:{gone.port}", retries=0)

    async def story(index):
        return await index.project("demo")

    with pytest.raises(IndexUnavailable) as raised:
        asked(opts, story)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(("proxy", "said"), [("ftp://127.0.0.1:1", "ftp:// is none of"), ("socks4://127.0.0.1:1", "socks4:// is none of")])
def test_a_proxy_of_a_kind_that_cannot_be_used(server, proxy, said):
    with pytest.raises(IndexUnavailable, match=said):
        versions(server, proxy=proxy)


@pytest.mark.skipif(find_spec("socksio") is not None, reason="socksio is installed")
def test_a_socks_proxy_without_what_it_takes(server):
    with pytest.raises(IndexUnavailable, match=r"muslcheck\[socks\]"):
        versions(server, proxy="socks5://127.0.0.1:1")


@pytest.mark.skipif(find_spec("socksio") is None, reason="socksio is not installed")
def test_a_socks_proxy(server):
    """One connection through a proxy that speaks just enough SOCKS 5 (RFC 1928)."""
    asked_for = []

    def serve():
        client, _ = listener.accept()
        with client, socket.create_connection(("127.0.0.1", server.port)) as onward:
            client.recv(64)
            client.sendall(b"\5\0")
            asked_for.append(client.recv(256))
            client.sendall(b"\5\0\0\1" + bytes(6))
            onward.sendall(client.recv(65_536))
            while data := onward.recv(65_536):
                client.sendall(data)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, daemon=True)
        thread.start()
        proxy = f"socks5h://127.0.0.1:{listener.getsockname()[1]}"
        given = options("http://index.example/simple", trusted_hosts=("index.example",), proxy=proxy)
        assert asked(given, lambda index: index.project("demo")).versions == ("1.0",)
    assert b"index.example" in asked_for[0]


def test_breaking_off_leaves_nothing_behind(server):
    """Cancelled in the middle of many requests: no task, no connection and no warning is left (warnings are errors here)."""
    for number in range(30):
        server.script(f"/simple/demo{number}/", Answer(hang=True))

    async def main():
        async with Index(options(server, timeout=30), cache_dir=None) as index:
            await asyncio.gather(*(index.project(f"demo{number}") for number in range(30)))

    async def story():
        running = asyncio.create_task(main())
        while not server.requests:  # noqa: ASYNC110 - another thread's list
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    assert asyncio.run(story()) == []


def test_one_that_gives_up_does_not_stop_another(server):
    server.script("/simple/demo/", Answer(delay=0.3))

    async def story(index):
        first = asyncio.create_task(index.project("demo"))
        second = asyncio.create_task(index.project("demo"))
        await asyncio.sleep(0.1)
        first.cancel()
        return (await second).versions, first.cancelled()

    assert asked(options(server), story) == (("1.0",), True)
    assert len(server.asked("/simple/demo/")) == 1
