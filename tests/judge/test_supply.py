"""What a Dockerfile adds, held against what packages need."""

from dataclasses import replace

import pytest
from support import reports
from support.apkindex import apkindex_bytes

from muslcheck.alpine.apkindex import parse_apkindex
from muslcheck.judge.supply import supply
from muslcheck.words.supply import AddedApk
from muslcheck.words.verdict import ApkNames, BuildRequirement, Evidence, Outcome, Strength

CRC = reports.crc32c(reports.ALPINE)
OPENCV = reports.opencv(reports.ALPINE)


def compiled(name, *build, runtime=(), **fields):
    return replace(OPENCV, name=name, apk=ApkNames(tuple(sorted(build)), tuple(runtime)), **fields)


def held(verdicts, building, kept=(), offered=None, **fields):
    added = AddedApk("Dockerfile", "build", "run", tuple((name, 1) for name in building), tuple(kept), **fields)
    return supply(added, verdicts, reports.ALPINE, offered)


def test_one_header_is_missing_and_nothing_else_helps():
    found = held([CRC], ["ffmpeg", "gcc", "libffi-dev", "musl-dev", "openssl-dev"])
    assert found.there == ("gcc", "libffi-dev", "musl-dev", "openssl-dev")
    assert (found.missing, found.lacking) == (("crc32c-dev",), (("google-crc32c", ("crc32c-dev",)),))
    assert (found.idle, found.unneeded) == (("gcc", "musl-dev"), ("libffi-dev", "openssl-dev"))
    assert found.left_out == ("crc32c",)


def test_nothing_is_missing():
    found = held([CRC], ["crc32c-dev", "gcc", "musl-dev"], ["crc32c"])
    assert (found.missing, found.idle, found.unneeded, found.left_out) == ((), (), (), ())


@pytest.mark.parametrize(
    ("building", "missing", "unneeded"),
    [
        (["build-base"], (), ()),
        (["alpine-sdk"], (), ()),
        (["g++"], ("make",), ()),
        (["build-base", "cmake", "linux-headers"], (), ("cmake", "linux-headers")),
        (["g++", "gcc", "libc-dev", "make", "musl-dev"], (), ()),
        (["make", "rust"], ("g++",), ()),
    ],
)
def test_what_brings_what(building, missing, unneeded):
    found = held([compiled("x", "g++", "gcc", "make", "musl-dev")], building)
    assert (found.missing, found.unneeded) == (missing, unneeded)


def test_what_serves_one_package_is_not_idle():
    found = held([compiled("a", "gcc", "musl-dev"), compiled("b", "gcc", "libpq-dev", "musl-dev")], ["gcc", "musl-dev"])
    assert (found.lacking, found.idle) == ((("b", ("libpq-dev",)),), ())


def test_what_hints_alone_speak_for_may_be_needed():
    hint = Evidence("MC220", "may need yaml.h", "x", Strength.HINT, apk=("yaml-dev",))
    sure = Evidence("MC221", "needs pq", "x", Strength.STRONG, apk=("libpq-dev",))
    both = Evidence("MC223", "may need libpq", "x", Strength.HINT, apk=("libpq-dev",))
    wanting = compiled("x", "gcc", "libpq-dev", "yaml-dev", evidence=(hint, sure, both))
    found = held([wanting], ["gcc"])
    assert (found.missing, found.lacking) == (("libpq-dev",), (("x", ("libpq-dev",)),))
    assert (found.perhaps, found.idle) == ((("x", ("yaml-dev",)),), ("gcc",))
    found = held([wanting], ["gcc", "libpq-dev"])
    assert (found.missing, found.perhaps, found.idle) == ((), (("x", ("yaml-dev",)),), ())
    assert held([wanting], ["gcc", "libpq-dev", "yaml-dev"]).perhaps == ()


def test_everything_from_wheels():
    found = held([reports.wheel(reports.ALPINE, "x")], ["gcc", "git", "musl-dev", "postgresql-dev"])
    assert found.unneeded == found.there == ("gcc", "musl-dev", "postgresql-dev")


def test_what_fails_anyway_asks_for_nothing():
    found = held([compiled("x", "gcc", runtime=["libgcc"], outcome=Outcome.FAIL)], ["make"])
    assert (found.missing, found.left_out) == ((), ())


def test_what_a_build_requirement_compiles_with_is_needed():
    required = BuildRequirement("cffi", "2.0", Outcome.COMPILE, ApkNames(("gcc", "libffi-dev", "musl-dev")))
    found = held([compiled("x", "gcc", build_requires=(required,))], ["gcc", "musl-dev"])
    assert found.lacking == (("x", ("libffi-dev",)),)


@pytest.mark.parametrize(
    ("kept", "left_out"),
    [((), ("crc32c", "libgomp", "libstdc++")), (("crc32c-dev", "gcc"), ()), (("crc32c", "libstdc++"), ("libgomp",))],
)
def test_what_is_needed_at_run_time_has_to_be_in_the_image(kept, left_out):
    needing = compiled("x", "gcc", runtime=["crc32c", "libffi", "libgomp", "libstdc++"])
    assert held([needing], ["gcc"], kept).left_out == left_out  # libffi is in Python's own images


def test_of_what_cannot_be_read_nothing_is_said_to_be_left_out():
    assert held([CRC], ["gcc"], complete=False).left_out == ()


def test_the_release_s_own_index_knows_what_brings_what():
    records = [
        {"P": "tool-dev", "D": "so:libcrc32c.so.1 gcc pc:crc32c"},
        {"P": "crc32c-dev", "p": "pc:crc32c=1"},
        {"P": "crc32c", "p": "so:libcrc32c.so.1=1"},
        {"P": "gcc", "D": "musl-dev"},
        {"P": "musl-dev"},
    ]
    found = held([CRC], ["tool-dev"], ["tool-dev"], parse_apkindex(apkindex_bytes(records)))
    assert (found.missing, found.unneeded, found.left_out) == ((), (), ())
    assert held([CRC], ["tool-dev"]).missing == ("crc32c-dev", "gcc", "musl-dev")
