"""Every case file of fixtures/cases: one pattern each, judged as a run would judge it."""

import tomllib
from dataclasses import replace

import pytest
from support.cases import PATHS, load

from muslcheck.alpine.images import aim
from muslcheck.judge import Known, judge
from muslcheck.words.verdict import Outcome

IMAGES = ("python:3.9-alpine3.16", "python:3.11-alpine", "python:3.13-alpine", "python:3.14-alpine", "python:3.12-slim", "alpine:3.23")
TARGETS = [aim(image, arch) for image in IMAGES for arch in ("x86_64", "aarch64", "s390x")]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_case(path):
    case, expect = load(path)
    verdict = judge(case)
    codes = {evidence.code for evidence in verdict.evidence}
    said = "\n".join(f"{e.code} {e.strength} {e.says} {e.claim} [{e.seen_in}]" for e in verdict.evidence)
    assert verdict.outcome == expect["outcome"], said
    assert set(expect.get("codes", ())) <= codes, said
    assert not set(expect.get("not_codes", ())) & codes, said
    for code, number in expect.get("count", {}).items():
        assert [evidence.code for evidence in verdict.evidence].count(code) == number, said
    if "marks" in expect:
        assert {str(mark) for mark in verdict.marks} == set(expect["marks"]), said
    if "file" in expect:
        assert verdict.file.filename == expect["file"]
    if "nearest" in expect:
        assert verdict.shelf.nearest.file.filename == expect["nearest"]
    if "languages" in expect:
        assert list(verdict.languages) == expect["languages"]
    for key, names in (("apk_build", verdict.apk.build), ("apk_in_all", verdict.apk_in_all.build), ("apk_runtime", verdict.apk.runtime)):
        assert list(names) == expect.get(key, list(names)), said
    if "strength" in expect:
        assert str(verdict.evidence[0].strength) == expect["strength"], said
    if "advice" in expect:
        assert [f"{advice.action} {advice.requirement}" for advice in verdict.advice] == expect["advice"]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_evidence_says_where_and_is_ordered(path):
    case, _ = load(path)
    verdict = judge(case)
    assert verdict.evidence
    assert all(evidence.seen_in and evidence.claim for evidence in verdict.evidence)
    assert verdict == judge(case)
    if verdict.outcome is Outcome.FAIL:
        assert any(evidence.says is Outcome.FAIL and str(evidence.strength) == "proof" for evidence in verdict.evidence)


def test_case_files_say_why():
    assert len(PATHS) >= 40
    assert all(tomllib.loads(path.read_text(encoding="utf-8"))["why"].endswith(".") for path in PATHS)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_what_is_known_from_other_targets_changes_no_verdict(path):
    case, _ = load(path)
    known = Known()
    for target in TARGETS:
        kin = IMAGES.index(target.image) + 1  # machines alone share candidates
        for candidate in (case.candidate, replace(case.candidate, kin=kin)):
            elsewhere = replace(case, target=target, candidate=candidate)
            assert judge(elsewhere, known) == judge(elsewhere)
