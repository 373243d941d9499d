import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.archives import sdist_bytes

from muslcheck.archives.container import language_of, open_archive
from muslcheck.errors import ArchiveFailure, CorruptArchive, HostileArchive, OversizedArchive

FILES = {"setup.py": "x = 1\n", "src/a.c": "int a;", "src/b.CPP": "", "src/c.pyx": "", "data/big.bin": b"\0" * 5000, "demo/__init__.py": ""}


def opened(data, name="demo-1.0.tar.gz"):
    return open_archive(io.BytesIO(data), name)


def tar(*entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for entry, data in entries:
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def member(name, kind=tarfile.REGTYPE, linkname=""):
    entry = tarfile.TarInfo(name)
    entry.type = kind
    entry.linkname = linkname
    return entry


@pytest.mark.parametrize("kind", ["tar.gz", "tar.bz2", "tar.xz", "tar", "zip"])
def test_every_format_says_the_same(kind):
    contents = opened(sdist_bytes("demo", "1.0", FILES, kind=kind), f"demo-1.0.{kind}")
    assert set(contents.names) == {*FILES, "PKG-INFO"}
    assert contents.root == "demo-1.0"
    assert contents.counts == {"c": 1, "c++": 1, "cython": 1}
    assert contents.text("setup.py") == "x = 1\n"
    assert "data/big.bin" not in contents.kept
    assert contents.where("setup.py", 3) == f"demo-1.0.{kind}!/setup.py:3"


def test_old_lzma_and_streams_that_follow_one_another():
    plain = sdist_bytes("demo", "1.0", FILES, kind="tar")
    assert set(opened(lzma.compress(plain, format=lzma.FORMAT_ALONE)).names) == {*FILES, "PKG-INFO"}
    half = len(plain) // 2
    assert set(opened(gzip.compress(plain[:half]) + gzip.compress(plain[half:])).names) == {*FILES, "PKG-INFO"}
    assert set(opened(bz2.compress(plain[:half]) + bz2.compress(plain[half:])).names) == {*FILES, "PKG-INFO"}


def test_without_a_top_folder_names_stay():
    contents = opened(tar((member("setup.py"), b""), (member("demo/a.c"), b"")))
    assert (set(contents.names), contents.root) == ({"setup.py", "demo/a.c"}, "")


def test_long_names_and_links_inside():
    long = "demo-1.0/" + "/".join(["folder"] * 60) + "/a.c"
    contents = opened(
        tar(
            (member(long), b"x"),
            (member("demo-1.0/l", tarfile.SYMTYPE, "setup.py"), b""),
            (member("demo-1.0/h", tarfile.LNKTYPE, "demo-1.0/setup.py"), b""),
        )
    )
    assert list(contents.names) == [long.removeprefix("demo-1.0/")]  # what they lead to is not there


def test_what_a_link_leads_to_is_there_under_its_name():
    contents = opened(
        tar(
            (member("demo-1.0/shared/a.c"), b"int a;"),
            (member("demo-1.0/shared/deep/b.h"), b""),
            (member("demo-1.0/src/a.c", tarfile.LNKTYPE, "demo-1.0/shared/a.c"), b""),
            (member("demo-1.0/src/all", tarfile.SYMTYPE, "../shared"), b""),
            (member("demo-1.0/again.c", tarfile.SYMTYPE, "src/a.c"), b""),
            (member("demo-1.0/shared/round", tarfile.SYMTYPE, "."), b""),
            (member("demo-1.0/x", tarfile.SYMTYPE, "y"), b""),
            (member("demo-1.0/y", tarfile.SYMTYPE, "x"), b""),
        )
    )
    assert set(contents.names) == {"shared/a.c", "shared/deep/b.h", "src/a.c", "src/all/a.c", "src/all/deep/b.h", "again.c"}
    assert contents.text("src/a.c") == contents.text("again.c") == contents.text("src/all/a.c") == "int a;"


@pytest.mark.parametrize("entry", [member("/etc/passwd"), member("C:\\windows\\x")])
def test_absolute_members_are_hostile(entry):
    with pytest.raises(HostileArchive) as caught:
        opened(tar((member("demo/setup.py"), b""), (entry, b"")))
    assert caught.value.subject == "demo-1.0.tar.gz"


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (member("../outside"), "a member leads out of the archive: '../outside'"),
        (member("demo/../../outside"), "a member leads out of the archive: 'demo/../../outside'"),
        (member("..\\outside"), "a member leads out of the archive: '..\\\\outside'"),
        (member("demo/l", tarfile.SYMTYPE, "/etc/passwd"), "a link leads out of the archive: 'demo/l' to '/etc/passwd'"),
        (member("demo/l", tarfile.SYMTYPE, "../../etc/passwd"), "a link leads out of the archive: 'demo/l' to '../../etc/passwd'"),
        (member("demo/l", tarfile.SYMTYPE, "../passwd"), "a link leads out of the archive: 'demo/l' to '../passwd'"),
        (member("demo/l", tarfile.LNKTYPE, "../etc/passwd"), "a link leads out of the archive: 'demo/l' to '../etc/passwd'"),
        (member("demo/null", tarfile.CHRTYPE), "a member is a device: 'demo/null'"),
        (member("demo/disk", tarfile.BLKTYPE), "a member is a device: 'demo/disk'"),
        (member("demo/pipe", tarfile.FIFOTYPE), "a member is a device: 'demo/pipe'"),
    ],
)
def test_what_pip_does_not_unpack(entry, why):
    contents = opened(tar((member("demo/setup.py"), b""), (entry, b"")))
    assert (contents.refused, set(contents.names)) == (why, {"setup.py"})


def test_a_link_beside_several_top_folders_may_lead_from_one_to_another():
    contents = opened(tar((member("one/setup.py"), b""), (member("two/x.py"), b""), (member("two/l", tarfile.SYMTYPE, "../one"), b"")))
    assert (contents.refused, set(contents.names)) == ("", {"one/setup.py", "two/x.py", "two/l/setup.py"})


@pytest.mark.parametrize("name", ["../out", "demo/../../out"])
def test_members_of_a_zip_that_lead_out_are_refused(name):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("demo/setup.py", "")
        archive.writestr(name, "")
    assert opened(out.getvalue(), "demo-1.0.zip").refused == f"a member leads out of the archive: {name!r}"


def test_an_absolute_member_of_a_zip_is_hostile():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("/abs", "")
    with pytest.raises(HostileArchive):
        opened(out.getvalue(), "demo-1.0.zip")


def test_small_files_beside_setup_py_are_kept_whatever_their_names():
    contents = opened(
        tar((member("demo/TARGET.env"), b"cpus"), (member("demo/deep/er/TARGET.env"), b"cpus"), (member("demo/x.dat"), b"x" * 5000))
    )
    assert (contents.text("TARGET.env"), contents.text("deep/er/TARGET.env"), contents.text("x.dat")) == ("cpus", None, None)


def test_a_link_in_a_zip_is_a_file_for_pip():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("demo/l.py")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "../../etc/passwd")
    contents = opened(out.getvalue(), "demo-1.0.zip")
    assert (contents.refused, contents.text("l.py")) == ("", "../../etc/passwd")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 1024,
        b"not an archive",
        b"PK\x03\x04 broken",
        b"\x1f\x8b\x08broken",
        b"BZh9broken",
        b"\xfd7zXZ\x00broken",
        b"<html>404</html>",
    ],
)
def test_what_is_no_archive_is_corrupt(data):
    with pytest.raises(CorruptArchive):
        opened(data)


@pytest.mark.parametrize("kind", ["tar.gz", "tar.bz2", "tar.xz", "zip"])
def test_cut_short_is_corrupt(kind):
    data = sdist_bytes("demo", "1.0", {**FILES, "noise": bytes(range(256)) * 40}, kind=kind)
    for end in range(0, len(data) - 40, max(1, len(data) // 7)):
        with pytest.raises(CorruptArchive):
            opened(data[:end])


def test_a_bomb_is_refused():
    entry = member("demo/zeros")
    entry.size = 8 * 1024**3
    header = entry.tobuf()

    class Zeros(io.RawIOBase):
        """Gzip of zeros without end."""

        def __init__(self):
            packer = __import__("zlib").compressobj(9, wbits=31)
            first = packer.compress(header) + packer.compress(b"\0" * 1024**2 * 64)
            self.inner = io.BytesIO(first + packer.compress(b"\0" * 1024**2 * 256) + packer.flush())

        def read(self, size=-1):
            return self.inner.read(size)

        def seek(self, *given):
            return self.inner.seek(*given)

    with pytest.raises((OversizedArchive, CorruptArchive)):
        open_archive(Zeros(), "bomb.tar.gz")


def test_a_header_that_claims_gigabytes_is_not_read_into_memory():
    entry = tarfile.TarInfo("././@LongLink")
    entry.type = tarfile.GNUTYPE_LONGNAME
    entry.size = 3 * 1024**3
    with pytest.raises((OversizedArchive, CorruptArchive)):
        opened(gzip.compress(entry.tobuf(tarfile.GNU_FORMAT) + b"a" * 100_000))


def test_headers_nested_without_end_are_refused():
    entry = tarfile.TarInfo("././@LongLink")
    entry.type = tarfile.GNUTYPE_LONGNAME
    entry.size = 1
    with pytest.raises(ArchiveFailure):
        opened(gzip.compress((entry.tobuf(tarfile.GNU_FORMAT) + b"a" + b"\0" * 511) * 5000))


def test_a_large_member_is_kept_in_part_or_not_at_all():
    contents = opened(sdist_bytes("demo", "1.0", {"big.c": "/* x */\n" * 200_000, "other.cfg": "#" * 2_000_000}))
    assert len(contents.kept["big.c"]) == 512 * 1024
    assert "big.c" in contents.cut
    assert "other.cfg" in contents.left_out
    assert contents.text("other.cfg") is None


@pytest.mark.parametrize(("head", "kept"), [(b"int x;\n", 400 * 1024), (b"/* Generated by Cython 3.1.0 */\n", 192 * 1024)])
def test_of_what_was_generated_the_head_is_enough(head, kept):
    text = head.ljust(400 * 1024, b" ")
    contents = opened(sdist_bytes("demo", "1.0", {"setup.py": "", "a.c": text}))
    assert len(contents.kept["a.c"]) == kept
    assert ("a.c" in contents.cut) is (kept < len(text))


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("a.c", "c"),
        ("a.C", "c++"),
        ("a.cxx", "c++"),
        ("a.F90", "fortran"),
        ("a.S", "asm"),
        ("a.rs", "rust"),
        ("a.py", None),
        (".c", None),
        ("c", None),
    ],
)
def test_language_of(name, language):
    assert language_of(name) == language


SMALL = {kind: sdist_bytes("demo", "1.0", FILES, kind=kind) for kind in ("tar.gz", "tar.bz2", "tar.xz", "tar", "zip")}


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(SMALL)), st.lists(st.tuples(st.integers(0, 20_000), st.binary(min_size=1, max_size=6)), min_size=1, max_size=8)
)
def test_damaged_archives_raise_nothing_else(kind, damage):
    data = bytearray(SMALL[kind])
    for place, patch in damage:
        at = place % len(data)
        data[at : at + len(patch)] = patch
    try:
        contents = opened(bytes(data))
    except ArchiveFailure:
        return
    assert all(".." not in name.split("/") and not name.startswith("/") for name in contents.names)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08\0\0\0\0\0\0\3", b"BZh9", b"\xfd7zXZ\0", b"\x5d\0\0"]),
    st.binary(max_size=2000),
)
def test_any_bytes_raise_nothing_else(start, data):
    with pytest.raises(ArchiveFailure):
        opened(start + data + struct.pack("<I", 0))


def test_a_zip_with_a_directory_without_end_is_refused_before_it_is_read():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("demo/setup.py", "")
    data = out.getvalue()
    at = data.index(b"PK\1\2")
    entry, end = data[at : data.index(b"PK\5\6")], data[data.index(b"PK\5\6") :]
    directory = entry * 200_001
    end = end[:12] + struct.pack("<I", len(directory)) + end[16:]
    with pytest.raises(OversizedArchive, match="more than 200,000 files"):
        opened(data[:at] + directory + end, "demo-1.0.zip")
    with pytest.raises(OversizedArchive, match="more than 200,000 files"):
        opened(data[: data.index(b"PK\5\6")] + end[:12] + b"\xff" * 4 + end[16:], "demo-1.0.zip")


def test_links_that_lead_in_circles_are_not_followed():
    loop = (
        (member("demo/a", tarfile.SYMTYPE, "b"), b""),
        (member("demo/b", tarfile.SYMTYPE, "a"), b""),
        (member("demo/c", tarfile.SYMTYPE, "."), b""),
    )
    assert list(opened(tar(*loop, (member("demo/setup.py"), b""))).names) == ["setup.py"]


def test_a_member_that_says_it_is_larger_than_the_archive_is_refused():
    entry = member("demo/setup.py")
    entry.size = 8 * 1024**3
    with pytest.raises(ArchiveFailure):
        opened(entry.tobuf() + b"x" * 512)
