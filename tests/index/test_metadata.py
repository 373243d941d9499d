"""The metadata ladder: the cheapest source that can be trusted, and what is refused."""

import os

import pytest
from support.archives import metadata_text, sdist_bytes, wheel_bytes, wheel_name
from support.asking import asked, options
from support.server import Answer, IndexServer

from muslcheck.alpine.images import aim
from muslcheck.errors import ArchiveFailure, DigestMismatch, IndexUnavailable, Offline
from muslcheck.words.release import Metadata, MetadataSource, Unread

WHEEL = wheel_name("demo", "1.0")
PATH = f"/files/{WHEEL}"
NEEDS = ("other>=1", 'more; extra == "x"')


def metadata(server, filename=WHEEL, **settings):
    async def story(index):
        project = await index.project("demo")
        files = [file for version in project.versions for file in project.files(version)]
        (file,) = [file for file in files if file.filename == filename]
        return await index.metadata(file, [sibling for sibling in files if sibling != file])

    return asked(options(server), story, **settings)


def bulky(**settings):
    """A wheel of a megabyte, whose METADATA stands far from its end."""
    return wheel_bytes("demo", "1.0", requires_dist=NEEDS, files={"demo/data.bin": os.urandom(1 << 20)}, **settings)


def test_the_file_beside_the_wheel_is_enough():
    with IndexServer(sidecars=True) as server:
        text = metadata_text("demo", "1.0", NEEDS, extras=("x",), requires_python=">=3.9")
        server.add("demo", WHEEL, b"never asked for", sidecar=text)
        found = metadata(server)
        assert isinstance(found, Metadata)
        assert found.requires_dist == NEEDS
        assert found.requires_python == ">=3.9"
        assert found.provides_extra == {"x"}
        assert found.source is MetadataSource.SIDECAR
        assert not found.assumed
        assert server.asked(PATH) == []
        assert found.installed is None


def test_the_unpacked_size_is_known_where_the_directory_was_read_and_is_kept(tmp_path):
    with IndexServer() as server:
        server.add("demo", WHEEL, bulky())
        first = metadata(server, cache_dir=tmp_path)
        before = len(server.asked(PATH))
        assert (first.installed or 0) > 1 << 20
        assert metadata(server, cache_dir=tmp_path) == first
        assert len(server.asked(PATH)) == before


def test_the_unpacked_size_of_another_wheel_is_not_taken_for_an_sdist():
    with IndexServer() as server:
        server.add("demo", "demo-1.0.tar.gz", sdist_bytes("demo", "1.0", {"setup.py": "setup()"}, metadata_version="2.1"))
        server.add("demo", WHEEL, wheel_bytes("demo", "1.0", requires_dist=NEEDS))
        found = metadata(server, "demo-1.0.tar.gz")
        assert (found.source, found.installed) == (MetadataSource.SIBLING, None)


@pytest.mark.parametrize(
    ("tag", "says", "source"),
    [
        ("cp312-cp312-macosx_11_0_arm64", True, MetadataSource.REQUIRES_TXT),
        ("cp312-cp312-win_amd64", True, MetadataSource.REQUIRES_TXT),
        ("cp312-cp312-manylinux_2_28_x86_64", True, MetadataSource.SIBLING),
        ("py3-none-any", True, MetadataSource.SIBLING),
        ("cp312-cp312-win_amd64", False, MetadataSource.SIBLING),
    ],
)
def test_a_wheel_for_another_system_speaks_only_where_the_sdist_does_not(tag, says, source):
    name = f"demo-1.0-{tag}.whl"
    files = {"setup.py": "from setuptools import setup\nsetup(install_requires=found())"}
    said = {"demo.egg-info/PKG-INFO": "Name: demo\n", "demo.egg-info/requires.txt": "mine\n"} if says else {}
    with IndexServer() as server:
        server.add("demo", "demo-1.0.tar.gz", sdist_bytes("demo", "1.0", files | said, metadata_version="2.1"))
        server.add("demo", name, wheel_bytes("demo", "1.0", requires_dist=("theirs",)))
        found = metadata(server, "demo-1.0.tar.gz")
    assert found.source is source
    assert found.requires_dist == (("theirs",) if source is MetadataSource.SIBLING else ("mine",))


@pytest.mark.parametrize("promise", [True, {"sha256": "00" * 32}])
def test_the_file_beside_the_wheel_has_to_be_the_promised_one(promise):
    with IndexServer(sidecars=True) as server:
        server.add("demo", WHEEL, wheel_bytes("demo", "1.0"), sidecar=metadata_text("demo", "1.0"), core_metadata=promise)
        if promise is True:
            assert metadata(server).source is MetadataSource.SIDECAR
        else:
            with pytest.raises(DigestMismatch):
                metadata(server)


def test_a_file_beside_the_wheel_that_is_missing():
    with IndexServer() as server:
        server.add("demo", WHEEL, wheel_bytes("demo", "1.0", requires_dist=NEEDS), core_metadata=True)
        found = metadata(server)
    assert found.requires_dist == NEEDS
    assert found.source is MetadataSource.WHEEL


@pytest.mark.parametrize("packed", [True, False])
def test_a_few_kilobytes_of_the_wheel_are_enough(packed):
    with IndexServer() as server:
        server.add("demo", WHEEL, bulky(packed=packed))
        found = metadata(server)
        assert found.requires_dist == NEEDS
        (request,) = server.asked(PATH)
        first, last = map(int, request.headers["range"].removeprefix("bytes=").split("-"))
        assert last - first < 65_536


def test_a_wheel_of_unknown_size():
    with IndexServer(sizes=False) as server:
        server.add("demo", WHEEL, bulky())
        assert metadata(server).requires_dist == NEEDS
        assert server.asked(PATH)[0].headers["range"].startswith("bytes=-")


def test_a_directory_longer_than_the_first_bite():
    with IndexServer() as server:
        many = {f"demo/with/a/long/path/{number:05}/{'x' * 100}.py": "" for number in range(2000)}
        server.add("demo", WHEEL, wheel_bytes("demo", "1.0", requires_dist=NEEDS, files=many))
        assert metadata(server).requires_dist == NEEDS
        assert len(server.asked(PATH)) > 1


@pytest.mark.parametrize("sizes", [True, False])
def test_a_server_without_ranges(sizes):
    with IndexServer(ranges=False, sizes=sizes) as server:
        server.add("demo", WHEEL, bulky())
        assert metadata(server).requires_dist == NEEDS
        assert len(server.asked(PATH)) == 1


@pytest.mark.parametrize("status", [400, 405, 416, 501])
def test_a_server_that_refuses_ranges(status):
    with IndexServer() as server:
        server.add("demo", WHEEL, bulky())
        server.script(PATH, Answer(status=status))
        assert metadata(server).requires_dist == NEEDS
        assert [("range" in request.headers) for request in server.asked(PATH)] == [True, False]


def test_a_range_that_does_not_say_which():
    with IndexServer() as server:
        server.add("demo", WHEEL, bulky())
        server.script(PATH, Answer(status=206, headers={"Content-Range": "nonsense"}))
        assert metadata(server).requires_dist == NEEDS


def test_a_whole_wheel_with_the_wrong_digest():
    with IndexServer(ranges=False) as server:
        server.add("demo", WHEEL, bulky(), hashes={"sha256": "00" * 32})
        with pytest.raises(DigestMismatch, match="was promised"):
            metadata(server)


@pytest.mark.parametrize("ranges", [True, False])
def test_what_is_no_wheel_is_refused_as_pip_refuses_it(ranges):
    with IndexServer(ranges=ranges) as server:
        server.add("demo", WHEEL, b"no zip file " * 20_000)
        found = metadata(server)
        assert isinstance(found, Unread)
        assert found.broken
        assert "zip" in found.reason


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (wheel_bytes("demo", "2.0"), "version 2.0"),
        (wheel_bytes("other", "1.0"), "other"),
        (wheel_bytes("demo", "1.0", metadata="Name: demo\nVersion: 1.0\nRequires-Dist: no good (\n"), "invalid requirement"),
        (wheel_bytes("demo", "1.0", metadata="Version: 1.0\n"), "no name"),
    ],
)
def test_metadata_that_is_not_that_of_the_file(made, said):
    with IndexServer() as server:
        server.add("demo", WHEEL, made)
        found = metadata(server)
    assert isinstance(found, Unread)
    assert found.broken
    assert said in found.reason


def test_one_version_spelt_twice():
    with IndexServer() as server:
        server.add("demo", WHEEL, wheel_bytes("demo", "1.0.0", requires_dist=NEEDS))
        assert metadata(server).requires_dist == NEEDS


@pytest.mark.parametrize(("status", "said"), [(404, "not there"), (403, "access denied"), (418, "answered 418")])
def test_a_listed_file_that_is_not_given(status, said):
    with IndexServer() as server:
        server.add("demo", WHEEL, b"")
        server.script(PATH, *[Answer(status=status)] * 3)
        with pytest.raises(IndexUnavailable, match=said):
            metadata(server)


def test_a_wheel_that_breaks_off_in_the_middle_once():
    with IndexServer(ranges=False) as server:
        server.add("demo", WHEEL, bulky())
        server.script(PATH, Answer(reset_after=100_000))
        assert metadata(server).requires_dist == NEEDS


def test_a_static_sdist_is_believed():
    with IndexServer() as server:
        server.add("demo", "demo-1.0.tar.gz", sdist_bytes("demo", "1.0", requires_dist=NEEDS))
        server.add("demo", WHEEL, wheel_bytes("demo", "1.0", requires_dist=["not-asked"]))
        found = metadata(server, "demo-1.0.tar.gz")
        assert found.requires_dist == NEEDS
        assert found.source is MetadataSource.PKG_INFO
        assert not found.assumed
        assert server.asked(PATH) == []


def test_an_sdist_that_says_nothing_goes_by_a_wheel_of_the_release():
    with IndexServer() as server:
        server.add("demo", "demo-1.0.tar.gz", sdist_bytes("demo", "1.0", {"setup.py": "setup()"}, metadata_version="2.1"))
        for tags, needs in (("cp311-cp311-win_amd64", "windows"), ("cp311-cp311-manylinux_2_17_x86_64", "linux")):
            server.add("demo", wheel_name("demo", "1.0", tags), wheel_bytes("demo", "1.0", tags, requires_dist=[needs]))
        found = metadata(server, "demo-1.0.tar.gz")
    assert found.requires_dist == ("linux",)
    assert found.source is MetadataSource.SIBLING
    assert found.assumed


def test_a_large_sdist_is_not_fetched_for_what_a_wheel_of_the_release_says(tmp_path):
    with IndexServer() as server:
        server.add("demo", "demo-1.0.tar.gz", sdist_bytes("demo", "1.0", {"data.bin": os.urandom(5 << 20)}, requires_dist=NEEDS))
        server.add("demo", WHEEL, wheel_bytes("demo", "1.0", requires_dist=NEEDS))
        found = metadata(server, "demo-1.0.tar.gz", cache_dir=tmp_path)
        assert (found.requires_dist, found.source) == (NEEDS, MetadataSource.SIBLING)
        assert server.asked("/files/demo-1.0.tar.gz") == []
        assert metadata(server, "demo-1.0.tar.gz", cache_dir=tmp_path, offline=True) == found


def test_offline_a_wheel_is_answered_for_by_another_of_its_release_and_python(tmp_path):
    first, second, other = (
        wheel_name("demo", "1.0", tags)
        for tags in ("cp311-cp311-musllinux_1_2_x86_64", "cp311-cp311-musllinux_1_2_aarch64", "cp312-cp312-musllinux_1_2_x86_64")
    )
    with IndexServer() as server:
        for name in (first, second, other):
            server.add("demo", name, wheel_bytes("demo", "1.0", name.removesuffix(".whl").split("-", 2)[2], requires_dist=NEEDS))
        read = metadata(server, first, cache_dir=tmp_path)
        assert read.installed
        found = metadata(server, second, cache_dir=tmp_path, offline=True)
        assert (found.requires_dist, found.installed) == (NEEDS, None)  # what it takes when unpacked, nobody knows
        with pytest.raises(Offline):
            metadata(server, other, cache_dir=tmp_path, offline=True)
        assert metadata(server, second, cache_dir=tmp_path).seen_in.startswith(second)  # online the wheel itself is asked


def test_offline_an_sdist_that_was_read_for_another_target_goes_by_a_wheel_of_the_release(tmp_path):
    setup = "import sys\nfrom setuptools import setup\nsetup(name='demo', install_requires=['a' if sys.version_info < (3, 12) else 'b'])"
    with IndexServer() as server:
        server.add("demo", "demo-1.0.tar.gz", sdist_bytes("demo", "1.0", {"setup.py": setup}, metadata_version="2.1"))
        server.add("demo", WHEEL, wheel_bytes("demo", "1.0", requires_dist=NEEDS))

        def said(target, **settings):
            async def story(index):
                files = (await index.project("demo")).files("1.0")
                (sdist,) = [file for file in files if file.filename.endswith(".gz")]
                return await index.metadata(sdist, [file for file in files if file != sdist], target)

            return asked(options(server), story, cache_dir=tmp_path, **settings)

        found = said(aim("python:3.11-alpine", "x86_64"))
        assert (found.requires_dist, found.source) == (NEEDS, MetadataSource.SIBLING)
        assert said(aim("python:3.12-alpine", "aarch64"), offline=True) == found


def test_a_large_sdist_that_stands_alone_is_fetched():
    with IndexServer() as server:
        server.add("demo", "demo-1.0.tar.gz", sdist_bytes("demo", "1.0", {"data.bin": os.urandom(5 << 20)}, requires_dist=NEEDS))
        assert metadata(server, "demo-1.0.tar.gz").source is MetadataSource.PKG_INFO


def test_an_sdist_that_says_nothing_and_stands_alone():
    with IndexServer() as server:
        server.add("demo", "demo-1.0.tar.gz", sdist_bytes("demo", "1.0", {"setup.py": "setup(install_requires=calc())"}, pkg_info=False))
        found = metadata(server, "demo-1.0.tar.gz")
    assert isinstance(found, Unread)
    assert not found.broken


def test_a_corrupt_sdist():
    with IndexServer() as server:
        server.add("demo", "demo-1.0.tar.gz", sdist_bytes("demo", "1.0")[:50])
        with pytest.raises(ArchiveFailure):
            metadata(server, "demo-1.0.tar.gz")


def test_an_sdist_with_the_wrong_digest():
    with IndexServer() as server:
        server.add("demo", "demo-1.0.tar.gz", sdist_bytes("demo", "1.0"), hashes={"sha256": "00" * 32})
        with pytest.raises(DigestMismatch):
            metadata(server, "demo-1.0.tar.gz")


def test_a_wheel_that_came_whole_has_to_be_the_promised_one():
    with IndexServer() as server:
        server.add("demo", WHEEL, wheel_bytes("demo", "1.0"), hashes={"sha256": "00" * 32})
        with pytest.raises(DigestMismatch):
            metadata(server)
