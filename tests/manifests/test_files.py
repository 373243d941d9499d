import contextlib
import os
import socket
import subprocess

import pytest

from muslcheck.errors import ManifestError
from muslcheck.manifests import files, read
from muslcheck.manifests.files import LARGEST, decode


def reason(path):
    with pytest.raises(ManifestError) as caught:
        read([str(path)])
    (fault,) = caught.value.faults
    assert fault.file == str(path)
    assert fault.line is None
    return fault.reason


def test_a_missing_file(tmp_path):
    assert reason(tmp_path / "requirements.txt") == "no such file"


@pytest.fixture
def _nobody():
    """Not the superuser, who may read everything."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


@pytest.fixture
def locked(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text("flask\n")
    path.chmod(0)
    return path


@pytest.mark.usefixtures("locked", "_nobody")
def test_a_file_that_may_not_be_read(locked):
    assert reason(locked) == "no permission to read it"


def test_a_socket_is_no_manifest(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("requirements.txt")
        assert reason("requirements.txt") == "cannot be read (no such device or address)"


def test_a_pipe_that_nobody_writes_to(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_PATIENCE", 20)
    os.mkfifo(tmp_path / "requirements.txt")
    assert reason(tmp_path / "requirements.txt") == "a pipe that nobody writes to"


def test_a_pipe_is_waited_for_while_it_has_a_writer(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_PATIENCE", 20)
    path = tmp_path / "requirements.txt"
    os.mkfifo(path)
    writer = ["/bin/sh", "-c", 'exec 3>"$0"; sleep 0.3; echo flask >&3', str(path)]
    with subprocess.Popen(writer):  # its end is open once ours is
        for _ in range(500):
            with contextlib.suppress(ManifestError):
                (manifest,) = read([str(path)])
                break
    assert [each.name for each in manifest.requirements] == ["flask"]


def test_a_number_that_python_would_not_read_is_found_at_its_line():
    assert files.long_number(b"a = 1\nb = '" + b"7" * 4301 + b"'\n") == 2
    assert files.long_number(b"a = 1\nb = '" + b"7" * 4300 + b"'\n") is None


def test_a_name_with_a_nul():
    assert reason("a\0b.txt") == "not a file name"


def test_a_name_that_is_too_long():
    assert reason("a" * 5000) == "cannot be read (file name too long)"


def test_a_file_that_never_ends():
    assert reason("/dev/zero") == f"larger than {LARGEST // 1024 // 1024} MB: not a manifest"


@pytest.mark.parametrize("name", ["conda.lock", "tox.toml", "package.json"])
def test_formats_that_are_not_read_yet(tmp_path, name):
    (tmp_path / name).write_text("")
    assert reason(tmp_path / name).endswith("are not read yet")


def test_the_hints_are_told_once(tmp_path):
    with pytest.raises(ManifestError) as caught:
        read([str(tmp_path / "conda.lock"), str(tmp_path / "package.json")])
    assert caught.value.hint == "Name a requirements file or a pyproject.toml."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_byte_order_marks(encoding):
    mark = "" if encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32") else "\N{BYTE ORDER MARK}"
    assert decode((mark + "flask # \xe9\n").encode(encoding), "x") == ("flask # \xe9\n", False)


def test_a_coding_line_counts_in_the_first_two_lines_only():
    assert decode(b"# coding: latin-1\n# \xe9", "x") == ("# coding: latin-1\n# \xe9", False)
    assert decode(b"\n# vim: set fileencoding=cp1252 :\n# \x80", "x")[0].endswith("\N{EURO SIGN}")
    assert decode(b"\n\n# coding: cp1252\n# \x80", "x")[1]


@pytest.mark.parametrize("coding", ["klingon", "rot13", "hex", "undefined", "idna", "zlib"])
def test_codings_that_are_none(coding):
    with pytest.raises(ManifestError):
        decode(f"# coding: {coding}\n\xe9".encode(), "x")


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\x00\x00", b"\x7fELF\x02\x01\x01\x00", b"\x1f\x8b\x08" + bytes(range(128, 160)) * 2, b"\xff\xfea\0\0\0"]
)
def test_binary_files(data):
    with pytest.raises(ManifestError):
        decode(data, "x")
