"""Files on the index that are damaged, hostile, or say what pip does not take."""

import gzip
import hashlib
import io
import tarfile
import zipfile

import pytest
from support.archives import metadata_text, sdist_bytes, wheel_bytes

PATIENCE = {"retries": 0, "timeout": 5.0}
SETUP = "from setuptools import setup\n\nsetup(name='odd')\n"


def judged(place, filename, data, *, status, **settings):
    """Ask for ``odd``, of which the index has this one file, beside ``fine``."""
    place.server.add("odd", filename, data)
    place.write("r.txt", "fine\nodd\n")
    ended, report = place.both("r.txt", status=status, **PATIENCE, **settings)
    assert report["fine"].outcome == "wheel"
    assert len(report) == 2
    assert not (place.folder.parent / "evil.py").exists()
    return ended, report


def in_doubt(place, filename, data, reason):
    ended, report = judged(place, filename, data, status=0)
    assert report["odd"].outcome == "unknown"
    assert ended.lines("why") == [reason]
    assert [(problem.subject, problem.kind) for problem in report.problems] == [("odd", "archive")]
    assert reason in report.problems[0].message
    assert place.run("r.txt", "--strict").status == 3


def refused(place, filename, data, reason):
    """What pip does not unpack fails, and that is no problem of this run."""
    _, report = judged(place, filename, data, status=1)
    assert report["odd"].outcome == "fail"
    assert [f"pip refuses it: {reason}"] == [evidence.claim for evidence in report["odd"].evidence if evidence.says == "fail"]
    assert report.problems == ()


def archive(*members, packed=True):
    """A tar archive of (name, data) pairs or TarInfo."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz" if packed else "w") as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
            else:
                entry = tarfile.TarInfo(member[0])
                entry.size = len(member[1])
                tar.addfile(entry, io.BytesIO(member[1]))
    return out.getvalue()


INFO = ("odd-1.0/PKG-INFO", metadata_text("odd", "1.0").encode())


def linked(kind, target):
    entry = tarfile.TarInfo("odd-1.0/setup.py")
    entry.type, entry.linkname = kind, target
    return entry


def test_an_sdist_that_is_no_archive(place):
    in_doubt(place, "odd-1.0.tar.gz", b"no archive at all", "cannot be read as an archive (truncated header)")


def test_an_sdist_cut_short(place):
    whole = sdist_bytes("odd", "1.0", {"setup.py": SETUP, "odd.py": "x = 1\n" * 5000})
    in_doubt(place, "odd-1.0.tar.gz", whole[: len(whole) // 2], "cut short")


def test_a_member_that_leads_out(place):
    data = archive(INFO, ("../../evil.py", b"import os"))
    refused(place, "odd-1.0.tar.gz", data, "a member leads out of the archive: '../../evil.py'")


def test_a_zip_member_that_leads_out(place):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("odd-1.0/PKG-INFO", INFO[1])
        packed.writestr("../evil.py", "import os")
    refused(place, "odd-1.0.zip", out.getvalue(), "a member leads out of the archive: '../evil.py'")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_a_link_that_leads_out(place, kind):
    data = archive(INFO, linked(kind, "/etc/passwd"))
    refused(place, "odd-1.0.tar.gz", data, "a link leads out of the archive: 'odd-1.0/setup.py' to '/etc/passwd'")


class _Zeros(io.RawIOBase):
    def readable(self):
        return True

    def read(self, size=-1):
        return bytes(size)


def bomb(name, megabytes, level):
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=level) as stream, tarfile.open(fileobj=stream, mode="w|") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = megabytes << 20
        tar.addfile(entry, _Zeros())
    return out.getvalue()


def test_a_bomb(place):
    in_doubt(place, "odd-1.0.tar.gz", bomb("odd-1.0/data.bin", 80, 9), "unpacks to far more than an sdist holds")


def test_a_setup_py_without_end(place):
    in_doubt(place, "odd-1.0.tar.gz", bomb("odd-1.0/setup.py", 60, 1), "odd-1.0/setup.py is larger than 512 kB")


def test_a_setup_py_without_end_in_a_zip(place):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("odd-1.0/PKG-INFO", INFO[1])
        with packed.open("odd-1.0/setup.py", "w", force_zip64=True) as member:
            for _ in range(60):
                member.write(bytes(1 << 20))
    in_doubt(place, "odd-1.0.zip", out.getvalue(), "odd-1.0/setup.py is larger than 512 kB")


@pytest.mark.parametrize("ranges", [True, False])
def test_a_wheel_that_is_no_zip_file(open_place, ranges):
    place = open_place(ranges=ranges)
    ended, report = judged(place, "odd-1.0-py3-none-any.whl", b"PK no more" * 50, status=1)
    assert ended.lines("why") == ["pip refuses every release that would do (odd 1.0: not a zip file, or cut short)"]
    assert report["odd"].outcome == "fail"
    assert report["odd"].advice == ()


def test_a_wheel_cut_short(place):
    whole = wheel_bytes("odd", "1.0", files={"odd/data": "x" * 5000}, packed=False)
    ended, _ = judged(place, "odd-1.0-py3-none-any.whl", whole[:2000], status=1)
    assert ended.lines("why") == ["pip refuses every release that would do (odd 1.0: not a zip file, or cut short)"]


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ("no metadata at all\n", "the metadata states no name"),
        (metadata_text("other", "1.0"), "the metadata is of other, the file name says odd"),
        (metadata_text("odd", "1.0", ["not a ! requirement"]), "invalid requirement in the metadata: 'not a ! requirement'"),
    ],
)
def test_metadata_that_pip_refuses(place, metadata, said):
    ended, report = judged(place, "odd-1.0-py3-none-any.whl", wheel_bytes("odd", "1.0", metadata=metadata), status=1)
    assert ended.says(f"pip refuses every release that would do (odd 1.0: {said}")
    assert report["odd"].outcome == "fail"


def test_an_older_release_whose_metadata_pip_takes(place):
    place.wheel("odd", "0.9")
    ended, report = judged(place, "odd-1.0-py3-none-any.whl", wheel_bytes("odd", "1.0", metadata="nothing\n"), status=0)
    assert (report["odd"].version, report["odd"].outcome) == ("0.9", "wheel")
    assert ended.says("odd: odd 1.0 is passed over, as pip does, for its metadata: the metadata states no name")


def test_nothing_downloaded_is_run(place):
    """Every hook that a build or an import would call leaves a trace; none is left."""
    trace = place.folder / "trace"
    spy = f"open({str(trace)!r}, 'w').close()\n"
    files = {
        "setup.py": spy + SETUP,
        "backend.py": spy,
        "odd/__init__.py": spy,
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    }
    _, report = judged(place, "odd-1.0.tar.gz", sdist_bytes("odd", "1.0", files), status=0)
    assert report["odd"].outcome != "wheel"
    assert not trace.exists()


def test_wheels_of_one_release_that_require_otherwise(place):
    """What differs is known where each target reads the metadata of its own file; nothing more is asked for."""
    place.wheel("other", "1.0")
    place.wheel("more", "1.0")
    files = []
    for arch, requires in (("x86_64", ["other"]), ("aarch64", ["more"])):
        tags = f"cp312-cp312-musllinux_1_2_{arch}"
        files.append(f"uneven-1.0-{tags}.whl")
        metadata = metadata_text("uneven", "1.0", requires)
        sidecar = {"sha256": hashlib.sha256(metadata.encode()).hexdigest()}
        place.wheel("uneven", "1.0", tags, requires, sidecar=metadata, core_metadata=sidecar)
    place.write("r.txt", "uneven\n")
    ended, report = place.both("r.txt", arch=("x86_64", "aarch64"))
    assert ended.lines("problem") == [
        f"uneven: {files[1]} and {files[0]} do not state the same: only the first requires more; only the second requires other"
    ]
    assert [(verdict.target.arch, verdict.name) for verdict in report] == [
        ("x86_64", "other"),
        ("x86_64", "uneven"),
        ("aarch64", "more"),
        ("aarch64", "uneven"),
    ]
    assert not any(place.server.asked(f"/files/{file}") for file in files)
