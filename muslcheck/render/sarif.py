"""The report as SARIF 2.1.0, the format in which code scanning takes findings."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from muslcheck.render.grouping import noteworthy, stands_at, where
from muslcheck.render.page import clean
from muslcheck.render.phrases import advice_line, chain_line, reason, release_line
from muslcheck.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muslcheck.render import RenderOptions
    from muslcheck.words.report import Problem, Report
    from muslcheck.words.verdict import Verdict

__all__ = ["render"]

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: Final = {Outcome.FAIL: "error", Outcome.COMPILE: "warning", Outcome.UNKNOWN: "warning"}
UNTOLD: Final = "MC000"
"""The rule of a verdict for which there is no evidence."""


def render(report: Report, _: RenderOptions) -> str:
    """The report as SARIF: one run, a result for each package that is not simply a wheel, at the requirement that brings it."""
    blocks = noteworthy(report)
    run = {
        "tool": {"driver": {"name": "muslcheck", "version": report.version, "rules": _rules(blocks)}},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not any(problem.kind in ("index", "input") for problem in report.problems),
                "endTimeUtc": report.created,
                "toolExecutionNotifications": [_notification(problem) for problem in report.problems],
            }
        ],
        "results": [_result(report, same) for same in blocks],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(verdict: Verdict) -> str:
    why = reason(verdict)
    return why.code if why else UNTOLD


def _rules(blocks: Sequence[Sequence[Verdict]]) -> list[dict[str, Any]]:
    """The rules that the results speak of, each with its title and the gravest level it has here."""
    from muslcheck.judge.rules import RULES

    levels: dict[str, str] = {}
    for same in blocks:  # the gravest first
        levels.setdefault(_rule(same[0]), LEVELS.get(same[0].outcome, "note"))
    titles = {code: RULES[code].title if code in RULES else "not judged" for code in levels}
    return [
        {"id": code, "shortDescription": {"text": titles[code]}, "defaultConfiguration": {"level": levels[code]}} for code in sorted(levels)
    ]


def _result(report: Report, same: Sequence[Verdict]) -> dict[str, Any]:
    verdict, why = same[0], reason(same[0])
    said = [f"{release_line(verdict)}: {verdict.outcome.value} on {where(report, same)}", *([why.claim] if why else [])]
    said += [f"from {chain_line(verdict)}"] if verdict.chain else []
    said += [advice_line(verdict.advice[0])] if verdict.advice else []
    key = "\n".join([verdict.name, _rule(verdict), *sorted({each.target.id for each in same})])
    return {
        "ruleId": _rule(verdict),
        "level": LEVELS.get(verdict.outcome, "note"),
        "message": {"text": ". ".join(map(clean, said))},
        "locations": [_location(report, verdict)],
        "partialFingerprints": {"muslcheck/v1": sha256(key.encode("utf-8", "surrogatepass")).hexdigest()},
        "properties": {
            "package": verdict.name,
            "version": verdict.version,
            "outcome": verdict.outcome.value,
            "marks": sorted(verdict.marks),
            "targets": [each.target.id for each in same],
        },
    }


def _location(report: Report, verdict: Verdict) -> dict[str, Any]:
    file, line = stands_at(verdict)
    file = file or next(iter(report.manifests), "")
    uri = quote(file.replace("\\", "/"), safe="/:@!$&'()*+,;=~")
    artifact = {"uri": uri} if uri.startswith("/") or "://" in uri else {"uri": uri, "uriBaseId": "%SRCROOT%"}
    place: dict[str, Any] = {"artifactLocation": artifact}
    return {"physicalLocation": place | ({"region": {"startLine": line}} if line else {})}


def _notification(problem: Problem) -> dict[str, Any]:
    text = ". ".join(clean(part).rstrip(".") for part in (problem.subject, problem.message, problem.hint) if part)
    level = {"index": "error", "input": "error", "note": "note"}.get(problem.kind, "warning")
    return {"level": level, "message": {"text": text}}
