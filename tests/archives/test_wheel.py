import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.archives import wheel_bytes

from muslcheck.archives.wheel import TAIL, NeedRange, WheelHead, metadata_from_file, metadata_from_ranges, names_from_ranges
from muslcheck.errors import ArchiveFailure, CorruptArchive

NAME = "demo-1.0-py3-none-any.whl"


def climbed(data, first=TAIL, answers=None):
    """METADATA by ranges, with the ranges that were asked for."""
    pieces = {max(0, len(data) - first): data[max(0, len(data) - first) :]}
    asked = []
    for _ in range(8):
        answer = metadata_from_ranges(pieces, len(data), NAME)
        if isinstance(answer, WheelHead):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                assert answer.unpacked == sum(entry.file_size for entry in archive.infolist())
            return answer.metadata, asked
        asked.append(answer)
        pieces[answer.start] = data[answer.start : answer.end]
    raise AssertionError(asked)


def reading(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("demo-1.0.dist-info/METADATA")


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("first", [22, 100, 400, TAIL, 10**9])
def test_by_ranges(first, packed):
    data = wheel_bytes("demo", "1.0", requires_dist=["a"], packed=packed, files={"demo/data.bin": bytes(range(256)) * 300})
    found, asked = climbed(data, first)
    assert found == reading(data)
    assert len(asked) <= 3


@pytest.mark.parametrize("first", [22, 100, TAIL, 10**9])
def test_all_names_by_ranges(first):
    data = wheel_bytes("demo", "1.0", files={"demo/a.so": "x" * 50_000, "demo/\u00e4.py": ""})
    pieces = {max(0, len(data) - first): data[max(0, len(data) - first) :]}
    while isinstance(answer := names_from_ranges(pieces, len(data), NAME), NeedRange):
        assert len(pieces) < 3
        pieces[answer.start] = data[answer.start : answer.end]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert list(answer) == archive.namelist()


def test_metadata_at_the_start_of_a_large_wheel_needs_one_more_range():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("demo-1.0.dist-info/METADATA", "Name: demo\n")
        archive.writestr("demo/big", bytes(100_000))
    data = out.getvalue()
    found, asked = climbed(data)
    assert found == b"Name: demo\n"
    assert len(asked) == 1
    assert asked[0].end - asked[0].start < 1000


def test_zip64():
    plain = wheel_bytes("demo", "1.0")
    end = plain.rfind(b"PK\x05\x06")
    count, size, start = struct.unpack_from("<HLL", plain, end + 10)
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    data = plain[:end] + end64 + locator + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert climbed(data)[0] == reading(plain)
    assert climbed(data, 22)[0] == reading(plain)


def test_a_comment_at_the_end():
    out = io.BytesIO(wheel_bytes("demo", "1.0"))
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = b"x" * 30_000
    assert climbed(out.getvalue())[0] == reading(out.getvalue())


def test_whole_file():
    data = wheel_bytes("demo", "1.0", files={"x": bytes(50_000)}, packed=False)
    assert metadata_from_file(io.BytesIO(data), NAME).metadata == reading(data)


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06", b"<html>", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_wheel(data):
    with pytest.raises(CorruptArchive):
        metadata_from_file(io.BytesIO(data), NAME)


@pytest.mark.parametrize(
    "names", [[], ["demo/METADATA"], ["a.dist-info/METADATA", "b.dist-info/METADATA"], ["deep/demo-1.0.dist-info/METADATA"]]
)
def test_without_one_metadata(names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("demo.py", "")
        for name in names:
            archive.writestr(name, "Name: demo\n")
    with pytest.raises(CorruptArchive):
        metadata_from_file(io.BytesIO(out.getvalue()), NAME)


def test_a_range_asked_for_lies_in_the_file():
    data = wheel_bytes("demo", "1.0", files={"x": bytes(90_000)}, packed=False)
    for first in range(22, 3000, 97):
        for asked in climbed(data, first)[1]:
            assert isinstance(asked, NeedRange)
            assert 0 <= asked.start < asked.end <= len(data)


WHEEL = wheel_bytes("demo", "1.0", requires_dist=["a", "b"])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHEEL) - 1), st.integers(0, 255)), min_size=1, max_size=6), st.integers(22, len(WHEEL)))
def test_damaged_wheels_raise_nothing_else(damage, first):
    data = bytearray(WHEEL)
    for at, value in damage:
        data[at] = value
    pieces = {len(data) - first: bytes(data[len(data) - first :])}
    for _ in range(8):
        try:
            answer = metadata_from_ranges(pieces, len(data), NAME)
        except ArchiveFailure:
            return
        if isinstance(answer, WheelHead):
            return
        assert 0 <= answer.start < answer.end <= len(data)
        pieces[answer.start] = bytes(data[answer.start : answer.end])
    raise AssertionError(pieces)
