"""--inspect-wheels: wheels that fit are looked into, over the wire, once for all runs."""

import pytest
from support.archives import wheel_bytes, wheel_name
from support.elf import elf_bytes, module_bytes
from support.server import Answer
from support.story import MUSL

SUFFIX = "cpython-312-x86_64-linux-musl"
LIES = {"lies/__init__.py": "from lies import _lies\n", f"lies/_lies.{SUFFIX}.so": module_bytes("_lies", ("__strcpy_chk",))}
NEEDY = {"needy/__init__.py": "from . import _needy\n", f"needy/_needy.{SUFFIX}.so": module_bytes("_needy", needed=("libpq.so.5",))}
SOUND = {"sound/__init__.py": "", f"sound/_sound.{SUFFIX}.so": module_bytes("_sound")}
LARGE = {
    "large/__init__.py": "",
    "large/data.bin": b"".join(bytes([number % 251]) * 7 + bytes([number // 251 % 251]) for number in range(200_000)),
}


def add(place, name, files, tags=MUSL, **more):
    data = wheel_bytes(name, "1.0", tags, files=files, packed=more.pop("packed", True))
    return place.server.add(name, wheel_name(name, "1.0", tags), data, **more)


@pytest.fixture
def asked(place):
    for name, files in (("lies", LIES), ("needy", NEEDY), ("sound", SOUND)):
        add(place, name, files)
    place.write("r.txt", "lies\nneedy\nsound\nfine\n")
    return place


def test_what_cannot_be_loaded_fails_and_what_is_missing_is_named(asked):
    ended, report = asked.both("r.txt", status=1, inspect_wheels=True)
    assert {verdict.name: verdict.outcome.value for verdict in report} == {
        "fine": "wheel",
        "lies": "fail",
        "needy": "wheel",
        "sound": "wheel",
    }
    assert report["needy"].apk.runtime == ("libpq",)
    assert {mark.value for mark in report["needy"].marks} == {"lacking"}
    assert ended.says(f"import lies fails: lies/__init__.py:1 loads lies/_lies.{SUFFIX}.so; it asks for __strcpy_chk")
    assert ended.says("apk add --no-cache libpq")
    assert "MC130" in {evidence.code for evidence in report["sound"].evidence}
    assert report.problems == ()


def test_all_that_was_read_is_told_of_one(asked):
    ended = asked.run("r.txt", "--inspect-wheels", "--explain", "needy")
    assert ended.says(f"needy/_needy.{SUFFIX}.so: x86_64; needs libpq.so.5; asks others than CPython for 1 names")
    assert ended.says("MC133")


def test_nothing_is_looked_into_unasked(asked):
    _, report = asked.both("r.txt")
    assert {verdict.outcome.value for verdict in report} == {"wheel"}
    assert not {evidence.code for verdict in report for evidence in verdict.evidence} & {f"MC13{number}" for number in range(10)}


def test_on_glibc_nothing_is_looked_into(asked):
    add(asked, "other", {}, "cp312-cp312-manylinux_2_28_x86_64")
    asked.write("r.txt", "other\n")
    before = len(asked.server.requests)
    report = asked.check("r.txt", image="python:3.12-slim", inspect_wheels=True)
    assert report["other"].outcome.value == "wheel"
    assert sum("other-1.0" in request.path for request in asked.server.requests[before:]) == 1  # METADATA


def test_a_second_run_fetches_no_wheel(asked, tmp_path):
    kept = {"cache": True, "cache_dir": tmp_path / "cache"}
    first = asked.check("r.txt", inspect_wheels=True, **kept)
    before = len(asked.server.requests)
    assert asked.check("r.txt", inspect_wheels=True, **kept).verdicts == first.verdicts
    assert len(asked.server.requests) == before
    assert asked.check("r.txt", inspect_wheels=True, offline=True, **kept).verdicts == first.verdicts


def test_offline_what_was_not_looked_into_is_told(asked, tmp_path):
    kept = {"cache": True, "cache_dir": tmp_path / "cache"}
    asked.check("r.txt", **kept)
    report = asked.check("r.txt", inspect_wheels=True, offline=True, **kept)
    assert {verdict.outcome.value for verdict in report} == {"wheel"}
    assert "MC139" in {evidence.code for evidence in report["lies"].evidence}
    assert "lies" in {problem.subject for problem in report.problems}
    assert report.exit_status() == 3


def test_of_a_large_wheel_for_any_platform_the_directory_alone_is_read(place):
    add(place, "large", LARGE, "py3-none-any", packed=False)
    place.write("r.txt", "large\n")
    report = place.check("r.txt", inspect_wheels=True)
    assert report["large"].outcome.value == "wheel"
    asked = [request for request in place.server.requests if "large-1.0" in request.path]
    assert len(asked) == 2
    assert all("range" in {name.lower() for name in request.headers} for request in asked)


@pytest.mark.parametrize("ranges", [True, False])
def test_a_large_wheel_for_any_platform_that_holds_compiled_files(open_place, ranges):
    place = open_place(ranges=ranges)
    library = {"large/__init__.py": "import ctypes\nx = ctypes.CDLL('large/lib.so')\n", "large/lib.so": elf_bytes(wants=("__strcpy_chk",))}
    add(place, "large", LARGE | library, "py3-none-any", packed=False)
    place.write("r.txt", "large\n")
    report = place.check("r.txt", inspect_wheels=True)
    assert report["large"].outcome.value == "fail"
    assert {"MC132", "MC138"} <= {evidence.code for evidence in report["large"].evidence}


def test_a_wheel_that_cannot_be_had_whole_is_told(asked):
    path = next(path for path in asked.server.blobs if "/lies-1.0" in path)
    asked.server.script(path, Answer(), *[Answer(404)] * 9)  # METADATA can still be had
    report = asked.check("r.txt", inspect_wheels=True)
    assert report["lies"].outcome.value == "wheel"
    assert report["sound"].outcome.value == "wheel"
    assert [problem.subject for problem in report.problems] == ["lies"]
    assert "MC139" in {evidence.code for evidence in report["lies"].evidence}


def test_build_requirements_are_not_looked_into(place):
    place.native("built")
    add(place, "setuptools", {"setuptools/_x.abi3.so": module_bytes("_x", ("__strcpy_chk",))}, "py3-none-any")
    place.write("r.txt", "built\n")
    report = place.check("r.txt", inspect_wheels=True)
    assert report["built"].outcome.value == "compile"


@pytest.mark.parametrize("urls", [True, False])
def test_a_locked_wheel_is_looked_into(asked, urls):
    entry = asked.server.projects["lies"][0]
    where = f'url = "{entry["url"]}"' if urls else f'filename = "{entry["filename"]}"'
    asked.write(
        "uv.lock",
        f"""version = 1
requires-python = ">=3.11"
[[package]]
name = "lies"
version = "1.0"
source = {{ registry = "{asked.server.index_url}" }}
wheels = [{{ {where}, hash = "sha256:{entry["hashes"]["sha256"]}" }}]
[[package]]
name = "app"
version = "1"
source = {{ virtual = "." }}
dependencies = [{{ name = "lies" }}]
""",
    )
    assert asked.check("uv.lock", inspect_wheels=True)["lies"].outcome.value == "fail"


def test_a_wheel_on_disk_is_looked_into(asked):
    asked.write("wheels/lies-1.0-py3-none-any.whl", wheel_bytes("lies", "1.0", files=LIES))
    asked.write("r.txt", "./wheels/lies-1.0-py3-none-any.whl\n")
    assert asked.check("r.txt", inspect_wheels=True, offline=True)["lies"].outcome.value == "fail"


def test_two_targets_look_once(asked):
    report = asked.check("r.txt", image=("python:3.12-alpine3.16", "python:3.12-alpine3.23"), inspect_wheels=True)
    assert [verdict.outcome.value for verdict in report.filter("fail")] == ["fail", "fail"]
    whole = [request for request in asked.server.requests if "/lies-1.0" in request.path and "range" not in request.headers]
    assert len(whole) == 1
