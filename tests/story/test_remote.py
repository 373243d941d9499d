"""Manifests at addresses, fetched over the index's own wires."""

from support.server import Answer


def test_a_file_at_an_address_that_includes_others(place):
    place.native("native")
    place.server.blobs["/r/requirements.txt"] = b"fine\n-r sub/more.txt\n"
    place.server.blobs["/r/sub/more.txt"] = b"native\n-c ../limits.txt\n"
    place.server.blobs["/r/limits.txt"] = b"native<2\n"
    address = f"{place.server.url}/r/requirements.txt"
    place.write("r.txt", f"-r {address}\n")
    for named in (address, "r.txt"):
        ended, report = place.both(named)
        assert {verdict.name: verdict.outcome.value for verdict in report} == {"fine": "wheel", "native": "compile"}
        assert report["native"].chain == (f"{place.server.url}/r/sub/more.txt:1", "native")
        assert ended.err == ""
    assert report.manifests == ("r.txt",)


def test_constraints_at_an_address(place):
    place.wheel("fine", "2.0")
    place.server.blobs["/c.txt"] = b"fine<2\n"
    place.write("r.txt", "fine\n")
    _, report = place.both("r.txt", constraints=(f"{place.server.url}/c.txt",))
    assert report["fine"].version == "1.0"


def test_credentials_reach_the_server_and_nobody_else(open_place):
    place = open_place(auth=("user", "hidden"))
    place.server.blobs["/r.txt"] = b"-r more.txt\nfine\n"
    place.server.blobs["/more.txt"] = b"setuptools\n"
    secret = place.server.url.replace("//", "//user:hidden@")
    place.write("p.txt", f"-r {secret}/r.txt\n")
    ended = place.run("p.txt", "--no-cache", "-i", f"{secret}/simple", "-f", "json")
    assert ended.status == 0
    assert '"fine"' in ended.out
    assert "hidden" not in ended.out + ended.err
    # What the index was given counts for files on its host, too.
    place.write("q.txt", f"-r {place.server.url}/r.txt\n")
    assert place.run("q.txt", "--no-cache", "-i", f"{secret}/simple").status == 0
    ended = place.run("q.txt", "--no-cache")
    assert ended.status == 2
    assert ended.err.splitlines()[0] == f'error: q.txt:1: "-r {place.server.url}/r.txt": answered 401'


def test_what_is_not_there_is_told_with_its_line_and_the_rest_is_judged(place):
    place.write("r.txt", f"fine\n-r {place.server.url}/none.txt\n")
    ended, report = place.both("r.txt", status=2)
    assert ended.err.splitlines()[0] == f'error: r.txt:2: "-r {place.server.url}/none.txt": answered 404'
    assert [verdict.name for verdict in report] == ["fine"]
    ended = place.run(f"{place.server.url}/none.txt", "--no-cache")
    assert (ended.status, ended.err) == (2, f"error: {place.server.url}/none.txt: answered 404\n")


def test_no_server(place):
    place.write("r.txt", "-r http://127.0.0.1:9/r.txt\n")
    ended = place.run("r.txt", "--no-cache", "--retries", "0")
    assert ended.status == 2
    assert ended.err.startswith('error: r.txt:1: "-r http://127.0.0.1:9/r.txt": no connection')
    assert ended.err.count("\n") == 1


def test_offline_what_was_fetched_and_may_be_kept_counts(place, tmp_path):
    kept = ("--cache-dir", tmp_path / "cache")
    place.server.script("/r.txt", Answer(status=200, body=b"fine\n", headers={"Cache-Control": "max-age=60"}))
    place.write("r.txt", f"-r {place.server.url}/r.txt\n")
    assert place.run("r.txt", *kept).status == 0
    assert place.run("r.txt", *kept, "--offline").status == 0
    place.write("other.txt", f"fine\n-r {place.server.url}/other.txt\n")
    ended = place.run("other.txt", *kept, "--offline")
    assert ended.status == 2
    assert ended.err.splitlines()[0].endswith('/other.txt": not in the cache, and nothing is asked with --offline')


def test_standard_input_may_include_what_is_at_an_address(place):
    place.server.blobs["/r.txt"] = b"setuptools\n"
    process = place.start("-", "-q", "-f", "json", "--no-cache", stdin=-1)
    out, err = process.communicate(f"fine\n-r {place.server.url}/r.txt\n", timeout=60)
    assert process.returncode == 0, err
    assert '"fine"' in out
    assert '"setuptools"' in out
