"""What the index may do instead of answering: the user reads one sentence, and the rest of the report is still there."""

import json
import ssl
import subprocess
import time

import pytest
from support.server import Answer, IndexServer
from support.story import MUSL

PAGE = "/simple/other/"
WHEEL = f"/files/other-1.0-{MUSL}.whl"
PATIENCE = {"retries": 0, "timeout": 1.0}


@pytest.fixture
def asked(open_place):
    """A place with ``other`` on its index, and a manifest that asks for it beside ``fine``."""

    def make(**settings):
        place = open_place(**settings)
        place.wheel("other", "1.0", MUSL)
        place.write("r.txt", "fine\nother\n")
        return place

    return make


def in_doubt(place, reason, hint, *, kind="index", status=3, **settings):
    """One package in doubt for this reason, said once, with what to do; the other judged. Returns the report."""
    ended, report = place.both("r.txt", status=status, **{**PATIENCE, **settings})
    assert ended.lines("why") == [reason]
    assert ended.lines("hint") == ([hint] if hint else [])
    assert ended.says("1 other package installs from wheels.")
    assert ended.says("2 packages: 1 wheel, 1 unknown")
    assert ended.out.splitlines()[-1] == "python:3.12-alpine may work: 1 of 2 packages could not be judged."
    assert report["fine"].outcome == "wheel"
    assert [(problem.subject, problem.kind) for problem in report.problems] == [("other", kind)]
    return report


def in_order(place, **settings):
    ended, report = place.both("r.txt", **{**PATIENCE, **settings})
    assert ended.says("all 2 packages install from wheels")
    assert report.problems == ()


def test_404_is_a_package_that_does_not_exist(asked):
    place = asked()
    place.server.script(PAGE, *[Answer(status=404)] * 2)
    ended, report = place.both("r.txt", status=1)
    assert ended.says(f"no index has a project named other (asked: {place.server.index_url})")
    assert report["fine"].outcome == "wheel"
    assert report.problems == ()


@pytest.mark.parametrize("status", [401, 403])
def test_access_denied(asked, status):
    place = asked()
    place.server.script(PAGE, *[Answer(status=status)] * 2)
    hint = "Give credentials for 127.0.0.1 in the index address or in netrc."
    in_doubt(place, f"the index could not be asked: access denied ({status})", hint)


def test_429_with_retry_after_is_waited_for(asked):
    place = asked()
    begun = time.monotonic()
    place.server.script(PAGE, Answer(status=429, headers={"Retry-After": "1"}))
    in_order(place, retries=1)
    assert time.monotonic() - begun >= 1


def test_429_that_asks_for_an_hour(asked):
    place = asked()
    place.server.script(PAGE, *[Answer(status=429, headers={"Retry-After": "3600"})] * 2)
    reason = "the index could not be asked: answered 429 (Too Many Requests), and asks to wait 3600 s"
    in_doubt(place, reason, "Try again later.", retries=5)


def test_500_then_well(asked):
    place = asked()
    place.server.script(PAGE, Answer(status=500))
    in_order(place, retries=1)
    assert len(place.server.asked(PAGE)) == 3


def test_500_that_stays(asked):
    place = asked()
    place.server.script(PAGE, *[Answer(status=500)] * 4)
    in_doubt(place, "the index could not be asked: answered 500 (Internal Server Error) (2 attempts)", "Try again later.", retries=1)


def test_a_server_that_hangs(asked):
    place = asked()
    place.server.script(PAGE, *[Answer(hang=True)] * 2)
    hint = "Try again later, or give a longer --timeout."
    in_doubt(place, "the index could not be asked: no answer within 1.5 s", hint, timeout=1.5)


def test_a_connection_reset_in_the_middle(asked):
    place = asked()
    place.server.script(PAGE, *[Answer(reset_after=50)] * 2)
    reason = "the index could not be asked: the connection broke: Connection reset by peer"
    in_doubt(place, reason, "Try again later.")


def test_an_error_page_that_says_200(asked):
    place = asked()
    down = Answer(body=b"<html><h1>Down for maintenance</h1></html>", content_type="text/html")
    place.server.script(PAGE, *[down] * 4)
    reason = "the index could not be asked: answered with a web page that is no project page"
    in_doubt(place, reason, "Is this the index's address? Does it ask to log in?")


def test_json_cut_short(asked):
    place = asked()
    place.server.script(PAGE, *[Answer(cut_to=100)] * 4)
    reason = "the index could not be asked: cannot be read as a project page: Input data was truncated"
    in_doubt(place, reason, "Try again later.")


def test_a_page_without_hashes_sizes_and_times(asked):
    in_order(asked(hashes=False, sizes=False, upload_times=False))


@pytest.mark.parametrize("settings", [{"sizes": False}, {"sizes": False, "ranges": False}, {"page": "html", "sizes": False}])
def test_what_the_page_does_not_say_of_a_wheel_s_size_the_wheel_does(asked, settings):
    place, stated = asked(**settings), asked()
    for each in (place, stated):
        each.write("r.txt", "fine\n")
    told, expected = (each.check("r.txt")["fine"].file.size for each in (place, stated))
    assert told == expected > 0


def test_a_server_without_ranges(asked):
    in_order(asked(ranges=False))


def test_an_index_of_html_pages(asked):
    in_order(asked(page="html"))


def test_a_wheel_that_is_not_what_the_index_promised(asked):
    place = asked(ranges=False)
    place.server.script(WHEEL, *[Answer(body=b"something else")] * 2)
    ended, report = place.both("r.txt", status=3, **PATIENCE)
    (why,) = ended.lines("why")
    assert why.startswith("its digest is sha256:")
    assert ended.lines("hint") == ["Do not install it; tell the index's maintainers."]
    assert (report["other"].outcome, report["fine"].outcome) == ("unknown", "wheel")


def test_an_sdist_that_is_not_what_the_index_promised(asked):
    place = asked()
    place.native("native")
    place.write("r.txt", "fine\nnative\n")
    place.server.script("/files/native-1.0.tar.gz", *[Answer(body=b"something else")] * 4)
    ended, report = place.both("r.txt", status=3, **PATIENCE)
    assert ended.lines("why")[0].startswith("its digest is sha256:")
    assert (report["native"].outcome, report["fine"].outcome) == ("unknown", "wheel")
    assert len(report.problems) == 1


def test_a_file_that_is_listed_and_not_there(asked):
    place = asked()
    place.server.script(WHEEL, *[Answer(status=404)] * 4)
    in_doubt(place, "listed by the index, but not there (404)", "Try again later, or with another index.")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command += ["-keyout", key, "-out", cert, "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert


@pytest.fixture(autouse=True)
def _no_certificates_of_this_machine(monkeypatch):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_a_certificate_that_nobody_vouches_for(asked, certificate):
    place = asked(tls=certificate[0])
    ended, report = place.both("r.txt", status=3, retries=0)
    assert [each.split(": ", 1)[0] for each in ended.lines("why")] == ["the index could not be asked"] * 2
    assert ended.says("the certificate is not trusted: self-signed certificate")
    assert set(ended.lines("hint")) == {"Give the certificate authority's bundle with --cert, or trust the host with --trusted-host."}
    assert len(report) == 2


def test_a_certificate_that_the_user_vouches_for(asked, certificate):
    in_order(asked(tls=certificate[0]), cert=str(certificate[1]))


def test_an_index_that_is_down_is_told_once(place):
    with IndexServer() as gone:
        pass
    place.write("r.txt", "".join(f"package{number}\n" for number in range(67)))
    place.server = gone
    ended, report = place.both("r.txt", status=3, retries=0)
    assert ended.out.count("no connection") == 2
    assert ended.says("unknown 67 packages why the index could not be asked: no connection: Connection refused they package0, package1,")
    assert ended.lines("problem") == [f"{gone.url}: no connection: Connection refused; 67 projects could not be looked up"]
    assert ended.lines("hint") == ["Check the address, the network and the proxy."]
    assert len(report) == 67
    assert len(report.problems) == 1
    assert ended.err == ""
    assert place.run("r.txt", "-q", "--retries", "0").out.count("unknown ") == 1
    assert len(json.loads(place.run("r.txt", "-f", "json", "--retries", "0").out)["packages"]) == 67


def test_offline_with_an_empty_cache_says_what_is_missing(place):
    place.write("r.txt", "fine\nsetuptools\n")
    ended, report = place.both("r.txt", status=3, offline=True)
    assert ended.says("unknown fine why the index could not be asked: not in the cache")
    assert ended.says("unknown setuptools why the index could not be asked: not in the cache")
    assert set(ended.lines("hint")) == {"Run once without --offline, with the same index and cache folder."}
    assert {problem.subject for problem in report.problems} == {"fine", "setuptools"}
    assert place.server.requests == []


def test_one_of_two_indexes_is_down(place):
    with IndexServer() as gone:
        pass
    place.write("r.txt", "fine\n")
    ended, report = place.both("r.txt", status=3, extra_index_urls=(gone.index_url,), retries=0)
    assert ended.lines("problem") == [f"127.0.0.1:{gone.port}: passed over, as pip does: no connection: Connection refused"]
    assert report["fine"].outcome == "wheel"


def test_an_index_that_is_down_is_told_once_for_two_targets(place):
    with IndexServer() as gone:
        pass
    place.write("r.txt", "one\ntwo\nthree\n")
    place.server = gone
    ended = place.run("r.txt", "--image", "python:3.12-alpine", "--image", "python:3.12-slim", "--arch", "x86_64", "--retries", "0")
    assert ended.status == 3
    assert ended.says("unknown 3 packages on python:3.12-alpine and python:3.12-slim why the index could not be asked: no connection:")
    assert ended.says("they one, three, two")
    assert ended.out.count("no connection") == 2
