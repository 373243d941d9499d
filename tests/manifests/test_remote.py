"""Requirements files at addresses: what is lacked is wanted, and what they include is found as pip finds it."""

import http.server
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pip._internal.network.session import PipSession
from pip._internal.req.req_file import parse_requirements

from muslcheck.errors import ManifestError
from muslcheck.manifests import read

HOST = "https://files.example"
WHEEL = """[[packages.wheels]]
name = "a-1.0-py3-none-any.whl"
url = "https://files.example/a-1.0-py3-none-any.whl"
hashes = {sha256 = "ab"}
"""
LOCK = 'lock-version = "1.0"\ncreated-by = "pip"\n[[packages]]\nname = "a"\nversion = "1.0"\n' + WHEEL


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read_all(paths, stands, **settings):
    """Read until nothing is wanted; what stands at no address is told as not there."""
    known = {}
    while True:
        manifests = read(paths, known=known, **settings)
        wanted = {address for manifest in manifests for address in manifest.wanted}
        if not wanted:
            return manifests
        assert not wanted & known.keys()
        known |= {address: stands.get(address, "answered 404") for address in wanted}


def texts(manifest):
    return [f"{each.text} ({each.origin})" for each in manifest.requirements]


def faults(paths, stands, **settings):
    with pytest.raises(ManifestError) as caught:
        read_all(paths, stands, **settings)
    return [str(fault) for fault in caught.value.faults]


def test_nothing_is_fetched_by_reading():
    (manifest,) = read([f"{HOST}/a/requirements.txt"])
    assert manifest.wanted == (f"{HOST}/a/requirements.txt",)
    assert manifest.requirements == ()


def test_files_at_addresses_include_each_other():
    stands = {
        f"{HOST}/a/requirements.txt": b"-r base.txt\n-r ../other.txt\n-c /limits.txt\nflask\n",
        f"{HOST}/a/base.txt": b"# base\nrich\n",
        f"{HOST}/other.txt": b"-r https://elsewhere.example/deep/x.txt\n",
        "https://elsewhere.example/deep/x.txt": b"attrs\n",
        f"{HOST}/limits.txt": b"rich<14\n",
    }
    (manifest,) = read_all([f"{HOST}/a/requirements.txt"], stands)
    assert texts(manifest) == [
        f"rich ({HOST}/a/base.txt:2)",
        "attrs (https://elsewhere.example/deep/x.txt:1)",
        f"flask ({HOST}/a/requirements.txt:4)",
    ]
    assert [each.text for each in manifest.constraints] == ["rich<14"]
    assert (manifest.kind, manifest.path) == ("requirements", f"{HOST}/a/requirements.txt")


def test_a_local_file_includes_a_remote_one_that_includes_a_local_one(folder):
    (folder / "local.txt").write_text("attrs\n")
    (folder / "r.txt").write_text(f"flask\n-r {HOST}/r.txt\n")
    (manifest,) = read_all(["r.txt"], {f"{HOST}/r.txt": f"rich\n-r {(folder / 'local.txt').as_uri()}\n".encode()})
    assert texts(manifest) == ["flask (r.txt:1)", f"rich ({HOST}/r.txt:1)", f"attrs ({folder / 'local.txt'}:1)"]


def test_constraints_at_an_address(folder):
    (folder / "r.txt").write_text("flask\n")
    _, constraints = read_all(["r.txt"], {f"{HOST}/c.txt": b"flask<3\n"}, constraints=[f"{HOST}/c.txt"])
    assert [str(each.origin) for each in constraints.constraints] == [f"{HOST}/c.txt:1"]
    assert constraints.kind == "constraints"


def test_faults_have_address_and_line(folder):
    (folder / "r.txt").write_text(f"-r {HOST}/r.txt\n-r {HOST}/none.txt\n")
    (manifest,) = read_all(["r.txt"], {f"{HOST}/r.txt": b"fine\nflask==\n"})
    assert texts(manifest) == [f"fine ({HOST}/r.txt:1)"]
    assert [str(fault) for fault in manifest.faults] == [
        f'{HOST}/r.txt:2: "flask==": no version after "=="',
        f'r.txt:2: "-r {HOST}/none.txt": answered 404',
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"\n-r none.txt\n", [f'{HOST}/r.txt:2: "-r none.txt": answered 404 ({HOST}/none.txt)']),
        (b"flask==\n", [f'{HOST}/r.txt:1: "flask==": no version after "=="']),
        (b"-r r.txt\n", [f'{HOST}/r.txt:1: "-r r.txt": {HOST}/r.txt includes itself']),
        (b"-r b.txt\n", [f'{HOST}/b.txt:1: "-r ./r.txt": {HOST}/b.txt includes {HOST}/r.txt, which includes {HOST}/b.txt']),
        (b" <!DOCTYPE html>\n<html>", [f"{HOST}/r.txt: a web page stands there; the address of the raw file is needed"]),
        (b"\0\0\0abc", [f"{HOST}/r.txt: this is a binary file, not text"]),
        (b"x" * (16 * 1024 * 1024 + 1), [f"{HOST}/r.txt: larger than 16 MB: not a manifest"]),
        (b"-r https://[::1/x\n", [f'{HOST}/r.txt:1: "https://[::1/x": this address is malformed']),
    ],
)
def test_what_is_wrong_there(text, told):
    assert faults([f"{HOST}/r.txt"], {f"{HOST}/r.txt": text, f"{HOST}/b.txt": b"-r ./r.txt\n"}) == told


def test_not_utf8():
    (manifest,) = read_all([f"{HOST}/r.txt"], {f"{HOST}/r.txt": b"flask # caf\xe9\n"})
    assert texts(manifest) == [f"flask ({HOST}/r.txt:1)"]
    assert [(each.subject, each.message) for each in manifest.problems] == [(f"{HOST}/r.txt", "not UTF-8, read as Latin-1")]


def test_a_lock_at_an_address(folder):
    (lock,) = read_all([f"{HOST}/pylock.toml?raw=1"], {f"{HOST}/pylock.toml?raw=1": LOCK.encode()})
    assert [package.name for package in lock.locks[0].packages] == ["a"]
    (folder / "r.txt").write_text(f"-r {HOST}/pylock.dev.toml\n")
    (named,) = read_all(["r.txt"], {f"{HOST}/pylock.dev.toml": LOCK.encode()})
    assert [package.name for package in named.locks[0].packages] == ["a"]
    assert [each.message for each in named.problems] == ["pip takes a lock on its command line only, not from within a requirements file"]
    assert faults(["r.txt"], {f"{HOST}/pylock.dev.toml": b"x"})[0].startswith(f"{HOST}/pylock.dev.toml:1: not TOML")


def test_credentials_are_asked_with_and_never_told():
    secret = "https://user:hidden@files.example/r.txt"
    nested = "https://user:hidden@files.example/b.txt"
    (manifest,) = read_all([secret], {secret: b"-r b.txt\nflask\n", nested: b"rich\n"})
    assert texts(manifest) == ["rich (https://****@files.example/b.txt:1)", "flask (https://****@files.example/r.txt:2)"]
    assert manifest.path == "https://****@files.example/r.txt"
    assert "hidden" not in " ".join(faults([secret], {secret: b"-r b.txt\nflask==\n"}))
    assert "hidden" not in " ".join(faults([secret], {}))


def test_an_endless_chain_ends():
    class Endless(dict):
        def get(self, address, _=None):
            return f"-r {len(address)}/x.txt\n".encode()

    (told,) = faults([f"{HOST}/r.txt"], Endless())
    assert told.endswith("files include each other more than 50 deep")


def test_too_many_at_once():
    many = "".join(f"-r {number}.txt\n" for number in range(600)).encode()
    (manifest,) = read([f"{HOST}/r.txt"], known={f"{HOST}/r.txt": many})
    assert len(manifest.wanted) == 500
    assert manifest.faults[0].reason == '"-r 500.txt": more than 500 remote files are included (https://files.example/500.txt)'


def test_standard_input_is_read_once():
    (manifest,) = read(["-"], known={"-": f"flask\n-r {HOST}/r.txt\n".encode()})
    assert manifest.wanted == (f"{HOST}/r.txt",)


class Served(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.server.stands.get(self.path)
        self.send_response(404 if found is None else 200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(found or b"")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Served) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield httpd
        httpd.shutdown()
        thread.join()


INCLUDES = [
    "-r b.txt",
    "-r ../b.txt",
    "-r /deep/c.txt",
    "-r ./deep/../b.txt",
    "-r {host}/deep/c.txt",
    "-r //{bare}/b.txt",
    "-c b.txt",
    "-r ?q",
]


@settings(max_examples=25, deadline=None)
@given(lines=st.lists(st.sampled_from([*INCLUDES, "flask", "rich>=1"]), min_size=1, max_size=4), deep=st.booleans())
def test_as_pip_reads_them(server, lines, deep):
    host = f"http://127.0.0.1:{server.server_port}"
    text = "\n".join(lines).format(host=host, bare=host.partition("//")[2]).encode()
    place = "/deep/r.txt" if deep else "/r.txt"
    server.stands = {place: text, "/b.txt": b"bee\n", "/deep/b.txt": b"bee.deep\n", "/deep/c.txt": b"-r b.txt\n-r ../b.txt\n"}
    try:
        with PipSession() as session:
            by_pip = [
                (each.requirement, each.constraint, each.comes_from.split()[1]) for each in parse_requirements(f"{host}{place}", session)
            ]
    except Exception:  # noqa: BLE001  # pip refuses with many
        by_pip = None
    stands = {f"{host}{path}": data for path, data in server.stands.items()}
    try:
        (manifest,) = read_all([f"{host}{place}"], stands)
    except ManifestError:
        manifest = None
    if by_pip is None:
        assert manifest is None or manifest.faults
        return
    ours = [(each.text, False, each.origin.file) for each in manifest.requirements]
    ours += [(each.text, True, each.origin.file) for each in manifest.constraints]
    assert set(ours) == set(by_pip)
    assert not manifest.faults
    assert not Path("b.txt").exists()
