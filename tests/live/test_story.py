"""The story that the design serves, asked of the real index as it was on a fixed day."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

STORY = Path(__file__).parents[2] / "fixtures" / "manifests" / "story"
THAT_DAY = ("--uploaded-prior-to", "2026-11-20T00:00:00Z", "--arch", "x86_64")


@cache
def _ask(manifest, image):
    """Exit status, packages by name, and the whole report; asked once, by the first test that wants it."""
    done = subprocess.run(
        [sys.executable, "-m", "muslcheck", STORY / manifest, "--image", image, *THAT_DAY, "-f", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    return done.returncode, {package["name"]: package for package in report["packages"]}, report


def _resolved(name):
    """What pip resolves, as recorded."""
    return dict(line.split("==") for line in (STORY / name).read_text("utf-8").split())


@pytest.fixture
def before():
    return _ask("before.txt", "python:3.11-alpine")


@pytest.fixture
def after():
    return _ask("after.txt", "python:3.11-alpine")


def test_before_resolves_as_pip_does(before):
    _, packages, _ = before
    assert {name: package["version"] for name, package in packages.items()} == _resolved("before.resolved.txt")


def test_before_installs_without_a_compiler(before):
    status, packages, report = before
    assert status == 0
    assert {name for name, package in packages.items() if package["outcome"] != "wheel"} == {"google-crc32c"}
    assert report["problems"] == []


def test_the_one_that_is_built_is_slower(before):
    crc = before[1]["google-crc32c"]
    assert (crc["outcome"], crc["marks"]) == ("build", ["slower"])
    assert crc["file"]["filename"] == "google_crc32c-1.9.0.tar.gz"


def test_its_chain_leads_to_line_18(before):
    chain = before[1]["google-crc32c"]["chain"]
    assert chain[0].endswith("before.txt:18")
    assert chain[1:] == ["firebase-admin", "google-cloud-storage", "google-crc32c"]


def test_its_evidence_names_setup_py_and_the_library(before):
    crc = before[1]["google-crc32c"]
    assert any("setup.py" in evidence["seen_in"] for evidence in crc["evidence"])
    assert any("crc32c" in evidence["claim"].replace("google-crc32c", "").replace("google_crc32c", "") for evidence in crc["evidence"])
    assert "crc32c-dev" in crc["apk"]["build"]


def test_after_fails_for_mediapipe_alone(after):
    status, packages, _ = after
    assert status == 1
    assert {name for name, package in packages.items() if package["outcome"] == "fail"} == {"mediapipe"}
    assert packages["mediapipe"]["file"] is None


def test_the_nearest_miss_is_named(after):
    said = " ".join(evidence["claim"] + evidence["seen_in"] for evidence in after[1]["mediapipe"]["evidence"])
    assert "manylinux" in said


def test_after_names_the_build_of_an_hour(after):
    opencv = after[1]["opencv-python-headless"]
    assert opencv["outcome"] == "compile"
    assert "heavy" in opencv["marks"]


def test_after_judges_the_rest(after):
    _, packages, _ = after
    assert set(packages) == set(_resolved("after.resolved.txt"))
    assert all(package["outcome"] != "unknown" for package in packages.values())


@pytest.mark.parametrize("manifest", ["before", "after"])
def test_debian_installs_wheels_alone(manifest):
    status, packages, _ = _ask(f"{manifest}.txt", "python:3.11-slim-bookworm")
    assert status == 0
    assert {package["outcome"] for package in packages.values()} == {"wheel"}
    assert {name: package["version"] for name, package in packages.items()} == _resolved(f"{manifest}.resolved.txt")
