"""What is said of a Dockerfile's ``apk add``, and what is left to paste."""

from dataclasses import replace

import pytest
from support import reports

from muslcheck.judge.supply import supply
from muslcheck.render import RENDERERS, RenderOptions
from muslcheck.words.supply import AddedApk
from muslcheck.words.verdict import ApkNames, Evidence, Outcome, Strength

CRC = reports.crc32c(reports.ALPINE)
WHEEL = reports.wheel(reports.ALPINE, "x")


def drawn(verdicts, building, kept=(), problems=(), targets=(reports.ALPINE,), **fields):
    added = AddedApk("Dockerfile", "deps", "prod", tuple((name, 72 + at) for at, name in enumerate(building)), tuple(kept), **fields)
    report = reports.report(targets, verdicts, problems)
    supplies = [supply(added, report.filter(target=target), target) for target in targets if target.is_musl]
    text = RENDERERS["text"](replace(report, supplies=tuple(supplies)), RenderOptions(width=400))
    return [" ".join(line.split()) for line in text.splitlines()]


def test_the_header_that_is_missing_and_what_does_not_help():
    lines = drawn([CRC, WHEEL], ["ffmpeg", "gcc", "musl-dev", "libffi-dev", "openssl-dev"])
    begin = lines.index("Dockerfile:73, in stage deps, adds gcc, libffi-dev, musl-dev and openssl-dev to build with:")
    assert lines[begin + 1 : begin + 9] == [
        "missing crc32c-dev, for google-crc32c; without it, none of those helps",
        "unneeded libffi-dev and openssl-dev: no Python package here needs them",
        "run time crc32c is not added by name to stage prod, the image",
        "",
        "For the faster build, to add there:",
        "crc32c-dev",
        "To run what was built, to stay in the image:",
        "apk add --no-cache crc32c",
    ]


def test_what_is_enough_needs_nothing_to_paste():
    lines = drawn([CRC, WHEEL], ["build-base", "crc32c-dev"], ["crc32c"])
    assert "enough for all that is built here" in lines
    assert not any("apk add --no-cache" in line and "do" not in line for line in lines)


def test_compilers_that_nothing_needs():
    lines = drawn([WHEEL], ["gcc", "musl-dev"])
    assert "unneeded gcc and musl-dev: no Python package here needs them" in lines
    assert "enough for all that is built here" not in lines


@pytest.mark.parametrize(
    ("verdicts", "problems"),
    [([WHEEL, replace(WHEEL, name="y", outcome=Outcome.UNKNOWN)], ()), ([WHEEL], [reports.Problem("app", "not judged", kind="local")])],
)
def test_what_was_not_judged_may_need_them(verdicts, problems):
    assert "unneeded gcc: no Python package here is known to need it" in drawn(verdicts, ["gcc"], problems=problems)


def test_several_things_are_missing():
    lines = drawn([CRC, reports.opencv(reports.ALPINE)], ["gcc", "musl-dev"])
    assert "missing crc32c-dev, for google-crc32c" in lines
    assert "missing cmake, g++, linux-headers, make, ninja-build and openblas-dev, for opencv-python-headless" in lines
    assert "without them, none of those helps" in lines


def test_what_may_be_needed_is_told_apart():
    hint = Evidence("MC220", "may need the header yaml.h, in yaml-dev", "x", Strength.HINT, apk=("yaml-dev",))
    other = replace(CRC, name="other", apk=ApkNames(("gcc", "musl-dev", "yaml-dev")), evidence=(hint,))
    lines = drawn([other], ["gcc", "musl-dev"])
    assert "perhaps yaml-dev, for other: the build may do without" in lines
    assert not any(line.startswith(("missing", "enough")) for line in lines)
    assert lines[lines.index("For the faster build, to add there:") + 1] == "yaml-dev"


def test_one_thing_is_missing_for_each_of_several():
    other = replace(CRC, name="other", apk=ApkNames(("gcc", "libpq-dev", "musl-dev")))
    lines = drawn([CRC, other], ["gcc", "musl-dev", "make"])
    assert "without them, none of those helps" in lines
    lines = drawn([CRC, replace(other, apk=ApkNames(("make",)))], ["gcc", "musl-dev", "make"])
    assert "missing crc32c-dev, for google-crc32c; without it, gcc and musl-dev serve nothing here" in lines


def test_a_dockerfile_without_compilers_gets_the_whole_line():
    lines = drawn([CRC], ["curl"])
    assert not any("adds" in line for line in lines)
    assert "apk add --no-cache --virtual .build-deps crc32c-dev gcc musl-dev" in lines


def test_what_is_computed_may_bring_what_is_needed_at_run_time():
    lines = drawn([CRC], ["gcc"], complete=False)
    assert not any(line.startswith("run time") for line in lines)
    assert "apk add --no-cache crc32c" in lines


def test_two_images_of_one_dockerfile():
    verdicts = [CRC, reports.crc32c(reports.ARM), reports.wheel(reports.DEBIAN, "google-crc32c")]
    lines = drawn(verdicts, ["gcc"], targets=(reports.ALPINE, reports.ARM, reports.DEBIAN))
    assert [line for line in lines if "adds" in line] == ["Dockerfile:72, in stage deps, adds gcc to build with on 1 and 2:"]
