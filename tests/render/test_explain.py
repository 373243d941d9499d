"""Everything known about one package, on one page."""

import re
from dataclasses import replace

import pytest
from support import reports
from support.golden import compared

from muslcheck.render import RenderOptions
from muslcheck.render.explain import explain, nearest_names
from muslcheck.words.report import Problem
from muslcheck.words.verdict import ApkNames, BuildRequirement, Outcome


@pytest.mark.parametrize("name", ["google-crc32c", "mediapipe", "opencv-python-headless", "grpcio", "acme-core"])
def test_the_page_is_the_expected_one(name):
    compared(f"explain-{name}.txt", explain(reports.story(), name, RenderOptions()))


def test_any_spelling_will_do():
    report = reports.story()
    assert explain(report, "Google_CRC32C", RenderOptions()) == explain(report, "google-crc32c", RenderOptions())


def test_every_target_has_its_part():
    page = explain(reports.several(), "mediapipe", RenderOptions())
    assert re.findall(r"^outcome +(\w+)", page, re.MULTILINE) == ["fail", "fail", "wheel"]


def test_nothing_known_is_left_out():
    report = reports.story()
    verdict = report["google-crc32c"]
    page = " ".join(explain(report, "google-crc32c", RenderOptions(width=1000)).split())
    said = [evidence.claim for evidence in verdict.evidence] + [evidence.seen_in for evidence in verdict.evidence]
    said += [evidence.code for evidence in verdict.evidence] + [placed.file.filename for placed in verdict.shelf.placed]
    said += (
        [text for note in verdict.notes for text in note]
        + [advice.why for advice in verdict.advice]
        + [*verdict.apk.build, *verdict.required_by]
    )
    said += [" → ".join(verdict.chain), verdict.file.url, "setuptools 80.9.0: wheel", "strong", "proof of build, slower"]
    assert [word for word in said if word not in page] == []


def test_its_own_problem_is_told():
    problem = Problem("mediapipe", "the page is cut short", "Run it again.", "index")
    page = explain(replace(reports.story(), problems=(problem,)), "mediapipe", RenderOptions())
    assert "problem      the page is cut short\n             Run it again.\n" in page


def test_a_problem_without_a_hint_has_no_empty_line():
    page = explain(replace(reports.story(), problems=(Problem("mediapipe", "cut short"),)), "mediapipe", RenderOptions())
    assert "problem      cut short\n\nEvidence" in page


def test_a_package_that_is_not_there_is_a_key_error():
    with pytest.raises(KeyError):
        explain(reports.story(), "numpy", RenderOptions())


def test_the_nearest_names_are_offered():
    assert nearest_names(reports.story(), "Open_CV-python") == ["opencv-python-headless"]
    assert nearest_names(reports.story(), "zzz") == []


def test_a_build_requirement_that_compiles_says_with_what():
    report = reports.story()
    cffi = BuildRequirement("cffi", "2.0.0", Outcome.COMPILE, ApkNames(("gcc", "libffi-dev")))
    verdict = replace(report["google-crc32c"], build_requires=(cffi,))
    page = explain(replace(report, verdicts=(verdict,)), "google-crc32c", RenderOptions())
    assert "\nbuild needs  cffi 2.0.0: compile, with gcc libffi-dev\n" in page
