"""Whole archives: sdists opened for their facts, and direct references."""

import asyncio

import pytest
from support.archives import sdist_bytes, wheel_bytes, wheel_name
from support.asking import asked, options
from support.server import Answer, IndexServer

from muslcheck.archives.facts import BuildSystem, Certainty, Extension, SdistFacts, Seen, Tree
from muslcheck.errors import CorruptArchive, DigestMismatch, IndexUnavailable, Offline
from muslcheck.index.codec import Codec, content_key, metadata_of, plain_metadata
from muslcheck.words.release import DistFile, Kind, Metadata, MetadataSource, Unread
from muslcheck.words.requirement import IndexOptions, Origin, Requirement, Source
from muslcheck.words.target import Libc, Target

TARGET = Target("python:3.11-alpine", (3, 11), "3.11.9", "x86_64", Libc("musl", 1, 2), "alpine", "3.23")
NATIVE = {
    "setup.py": "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('demo._x', ['src/x.c'], libraries=['ffi'])])\n",
    "src/x.c": '#include <Python.h>\n#include "ffi.h"\nint x;\n',
}


@pytest.fixture
def server():
    with IndexServer() as server:
        server.add("demo", "demo-1.0.tar.gz", sdist_bytes("demo", "1.0", NATIVE))
        yield server


def facts(server, target=TARGET, **settings):
    async def story(index):
        (sdist,) = (await index.project("demo")).files("1.0")
        return await index.facts(sdist, target)

    return asked(options(server), story, **settings)


def test_an_sdist_is_opened(server):
    found = facts(server)
    assert found.filename == "demo-1.0.tar.gz"
    assert [extension.name for extension in found.extensions] == ["demo._x"]


def test_facts_are_kept_by_content_and_by_what_was_asked_of_the_target(server, tmp_path):
    first = facts(server, cache_dir=tmp_path)
    assert facts(server, cache_dir=tmp_path, offline=True) == first
    newer = Target("python:3.12-alpine", (3, 12), "3.12.1", "s390x", Libc("musl", 1, 2), "alpine", "3.22")
    assert facts(server, newer, cache_dir=tmp_path, offline=True) == first  # nothing in it hangs on the target
    assert len(server.asked("/files/demo-1.0.tar.gz")) == 1
    facts(server, cache_dir=tmp_path, refresh=True)
    assert len(server.asked("/files/demo-1.0.tar.gz")) == 2


def test_targets_that_answer_otherwise_need_a_reading_of_their_own(tmp_path):
    setup = """import sys
from setuptools import Extension, setup
wide = ["wide.c"] if sys.maxsize > 2**32 else []
setup(ext_modules=[Extension("demo._x", ["x.c", *wide])])
"""
    narrow = Target("python:3.11-alpine", (3, 11), "3.11.9", "armv7l", Libc("musl", 1, 2), "alpine", "3.23")
    other = Target("python:3.11-alpine", (3, 11), "3.11.9", "i686", Libc("musl", 1, 2), "alpine", "3.23")
    with IndexServer() as server:
        server.add("demo", "demo-1.0.tar.gz", sdist_bytes("demo", "1.0", {"setup.py": setup, "x.c": "int x;\n", "wide.c": "int w;\n"}))
        assert facts(server, cache_dir=tmp_path).extensions[0].sources == ("x.c", "wide.c")
        with pytest.raises(Offline):
            facts(server, narrow, cache_dir=tmp_path, offline=True)
        assert facts(server, narrow, cache_dir=tmp_path).extensions[0].sources == ("x.c",)
        assert facts(server, other, cache_dir=tmp_path, offline=True).extensions[0].sources == ("x.c",)
        assert facts(server, cache_dir=tmp_path, offline=True).extensions[0].sources == ("x.c", "wide.c")


def test_one_download_serves_metadata_and_facts_of_every_target(server):
    async def story(index):
        (sdist,) = (await index.project("demo")).files("1.0")
        debian = Target("python:3.11-slim", (3, 11), "3.11.9", "x86_64", Libc("glibc", 2, 41), "debian", "13")
        return await asyncio.gather(index.metadata(sdist), index.facts(sdist, TARGET), index.facts(sdist, debian))

    asked(options(server), story)
    assert len(server.asked("/files/demo-1.0.tar.gz")) == 1


def test_nothing_is_left_in_the_temporary_folder(server, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    facts(server)
    assert list(tmp_path.iterdir()) == []


def test_what_was_not_promised_is_not_opened():
    with IndexServer() as server:
        server.add("demo", "demo-1.0.tar.gz", sdist_bytes("demo", "1.0"), hashes={"md5": "0" * 32, "sha256": "1" * 64})
        with pytest.raises(DigestMismatch) as raised:
            facts(server)
    assert raised.value.subject == f"{server.url}/files/demo-1.0.tar.gz"


def test_any_stated_digest_will_do():
    """As for pip: of several digests one has to be met; what cannot be computed here is passed over."""
    import hashlib

    data = sdist_bytes("demo", "1.0", NATIVE)
    with IndexServer() as server:
        server.add("demo", "demo-1.0.tar.gz", data, hashes={"nonsense": "1", "sha512": hashlib.sha512(data).hexdigest().upper()})
        assert facts(server).filename == "demo-1.0.tar.gz"


def test_an_sdist_that_is_cut_short_and_has_no_digest():
    with IndexServer(hashes=False) as server:
        server.add("demo", "demo-1.0.tar.gz", sdist_bytes("demo", "1.0", NATIVE))
        server.script("/files/demo-1.0.tar.gz", Answer(cut_to=60))
        with pytest.raises(CorruptArchive, match="the index promised"):
            facts(server)


def test_an_sdist_that_breaks_off_comes_again(server):
    server.script("/files/demo-1.0.tar.gz", Answer(reset_after=60))
    assert facts(server).extensions


def test_an_sdist_that_is_gone(server):
    del server.blobs["/files/demo-1.0.tar.gz"]
    with pytest.raises(IndexUnavailable, match="not there"):
        facts(server)


def direct(location, name="", **fields):
    return Requirement(name, location, Origin("requirements.txt", 1), source=Source.ARCHIVE, location=location, **fields)


def archive(requirement, **settings):
    async def story(index):
        return await index.archive(requirement)

    return asked(IndexOptions(no_index=True, retries=0, timeout=2), story, **settings)


def test_a_wheel_by_its_address_is_known_by_its_name():
    found = archive(direct("https://user:secret@files.example/x/demo-1.0%2Bcpu-py3-none-any.whl", hashes=("sha256:00",)))
    assert found == DistFile(
        "demo-1.0+cpu-py3-none-any.whl", "demo", "1.0+cpu", Kind.WHEEL,
        "https://files.example/x/demo-1.0%2Bcpu-py3-none-any.whl", hashes=("sha256:00",),
    )  # fmt: skip


def test_the_credentials_of_a_direct_reference_are_used():
    with IndexServer(auth=("user", "secret")) as server:
        server.add("demo", wheel_name("demo", "1.0"), wheel_bytes("demo", "1.0", requires_dist=["other"]))
        location = f"{server.url}/files/{wheel_name('demo', '1.0')}".replace("://", "://user:secret@")

        async def story(index):
            return await index.metadata(await index.archive(direct(location)))

        assert asked(IndexOptions(no_index=True), story).requires_dist == ("other",)


def test_an_sdist_by_its_name():
    found = archive(direct("https://files.example/My_Demo-1.0-2.tar.gz", "my-demo"))
    assert (found.name, found.version, found.kind) == ("my-demo", "1.0.post2", Kind.SDIST)
    found = archive(direct("https://files.example/demo-1.0.zip"))
    assert (found.name, found.version) == ("demo", "1.0")


def test_an_sdist_that_has_to_be_opened_to_be_known():
    with IndexServer() as server:
        server.blobs["/archive/refs/tags/v1.0.tar.gz"] = sdist_bytes("demo", "1.0")
        found = archive(direct(f"{server.url}/archive/refs/tags/v1.0.tar.gz", "demo"))
        assert (found.name, found.version) == ("demo", "1.0")
        server.blobs["/main.tar.gz"] = sdist_bytes("demo", "1.0", {"setup.py": "setup(version=calc())"}, pkg_info=False)
        found = archive(direct(f"{server.url}/main.tar.gz", "demo"))
        assert isinstance(found, Unread)
        assert found.hint
        with pytest.raises(Offline):
            archive(direct(f"{server.url}/main.tar.gz", "demo"), offline=True)


def test_files_on_disk(tmp_path):
    wheel = tmp_path / "demo-1.0-py3-none-any.whl"
    wheel.write_bytes(wheel_bytes("demo", "1.0", requires_dist=["other"]))
    sdist = tmp_path / "demo-2.0.tar.gz"
    sdist.write_bytes(sdist_bytes("demo", "2.0", NATIVE))

    async def story(index):
        files = [await index.archive(direct(place)) for place in (str(wheel), wheel.as_uri(), str(sdist))]
        return files, [await index.metadata(file) for file in files], await index.facts(files[2], TARGET)

    files, metadata, found = asked(IndexOptions(no_index=True), story, offline=True)
    assert files[0] == files[1]
    assert files[0].size == wheel.stat().st_size
    assert [each.requires_dist for each in metadata] == [("other",), ("other",), ()]
    assert found.extensions


@pytest.mark.parametrize(
    ("location", "name", "said"),
    [
        ("https://files.example/demo-1.0-py3-none.whl", "", "Invalid wheel filename"),
        ("https://files.example/demo-1.0-py3-none-any.whl", "other", "is of demo, not of other"),
        ("/no/such/demo-1.0.tar.gz", "", "cannot be read"),
    ],
)
def test_what_pip_would_refuse(location, name, said):
    found = archive(direct(location, name))
    assert isinstance(found, Unread)
    assert said in found.reason


FACTS = SdistFacts(
    filename="demo-1.0.tar.gz",
    build_system=BuildSystem("setuptools.build_meta", ("setuptools>=40", "cython"), "demo-1.0.tar.gz!/pyproject.toml", legacy=True),
    metadata=Metadata("demo", "1.0", ("other",), None, frozenset({"b", "a"}), MetadataSource.PKG_INFO, "PKG-INFO", assumed=True),
    extensions=(Extension("demo._x", ("c",), Certainty.OPTIONAL, "setup.py:3", ("a.c", "b.c")),),
    trees=(Tree("cmake", "CMakeLists.txt", Certainty.ALWAYS, ("c", "c++"), (Seen("ZLIB", "CMakeLists.txt:4"),), "3.15", 12),),
    headers=(Seen("ffi.h", "src/x.c:1", Certainty.SWITCHED, "detail"),),
    source_files=(("c", 120), ("c++", 3)),
)


@pytest.mark.parametrize("metadata", [FACTS.metadata, Unread("no metadata", "x", "hint", broken=True)])
def test_facts_survive_the_cache(metadata):
    import json
    from dataclasses import replace

    from muslcheck.archives import facts as vocabulary
    from muslcheck.words import release

    kept = replace(FACTS, metadata=metadata)
    codec = Codec(*(getattr(vocabulary, name) for name in vocabulary.__all__), release.Metadata, release.MetadataSource, release.Unread)
    assert codec.value(json.loads(json.dumps(codec.plain(kept)))) == kept
    assert metadata_of(json.loads(json.dumps(plain_metadata(metadata)))) == metadata


@pytest.mark.parametrize("plain", [{"=": "Nothing"}, {"=": "Seen", "no": 1}, {"|": "Certainty", "is": "perhaps"}, {"{}": 3}])
def test_what_is_not_of_today_is_refused(plain):
    with pytest.raises((KeyError, TypeError, ValueError)):
        Codec(Seen, Certainty).value(plain)


def test_content_is_known_by_digest_or_by_address_and_size():
    file = DistFile("demo-1.0.zip", "demo", "1.0", Kind.SDIST, "https://files.example/demo-1.0.zip")
    from dataclasses import replace

    assert content_key(file) is None
    assert content_key(replace(file, size=3)) == "https://files.example/demo-1.0.zip 3"
    assert content_key(replace(file, size=3, hashes=("md5:1", "sha256:2"))) == "files.example 2"
    assert content_key(replace(file, hashes=("md5:1",))) == "files.example md5:1"
    assert content_key(replace(file, size=3, url="file:///demo-1.0.zip")) is None
