"""The report as commands of a GitHub workflow: an annotation at the line of each requirement that brings trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from muslcheck.render.grouping import by_target, noteworthy, stands_at, where
from muslcheck.render.page import clean
from muslcheck.render.phrases import advice_line, answer, chain_line, listed, reason, release_line
from muslcheck.render.supplied import first_line, said_of
from muslcheck.words.verdict import Mark, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muslcheck.render import RenderOptions
    from muslcheck.words.report import Problem, Report
    from muslcheck.words.supply import Supply
    from muslcheck.words.verdict import Verdict

__all__ = ["render"]

LEVELS: Final = {Outcome.FAIL: "error", Outcome.COMPILE: "warning", Outcome.UNKNOWN: "warning"}
SAID: Final = {
    Outcome.FAIL: "fails",
    Outcome.COMPILE: "must be compiled",
    Outcome.UNKNOWN: "could not be judged",
    Outcome.BUILD: "is built from its sdist",
    Outcome.WHEEL: "installs from a wheel",
}


def render(report: Report, _: RenderOptions) -> str:
    """The report as workflow commands, the gravest first: GitHub shows ten of each level. The answers follow as plain lines."""
    lines = [_annotation(report, same) for same in noteworthy(report)]
    lines += [_supplied(report, supply) for supply in report.supplies[:1] if supply.there]
    lines += [_problem(problem) for problem in report.problems]
    lines += [answer(target.id, own)[1] for target, own in by_target(report).items()]
    return "".join(f"{line}\n" for line in lines)


def _annotation(report: Report, same: Sequence[Verdict]) -> str:
    verdict, why = same[0], reason(same[0])
    file, line = stands_at(verdict)
    marks = "".join(f", {mark.value}" for mark in Mark if mark in verdict.marks)
    title = f"{release_line(verdict)} {SAID[verdict.outcome]}{marks} on {where(report, same)}"
    said = [f"{why.claim} ({why.code}, {why.seen_in})"] if why else []
    said += [f"from {chain_line(verdict)}"] if verdict.chain else []
    said += [advice_line(verdict.advice[0])] if verdict.advice else []
    return _command(LEVELS.get(verdict.outcome, "notice"), file, line, title, said)


def _supplied(report: Report, supply: Supply) -> str:
    """What a Dockerfile adds, at its line."""
    level = "warning" if supply.missing else "notice"
    said = [f"{label} {text}".strip() for label, text in said_of(supply, report)]
    return _command(level, supply.added.path, first_line(supply), f"apk add {listed(supply.there)}", said)


def _problem(problem: Problem) -> str:
    said = [problem.message, *([problem.hint] if problem.hint else [])]
    level = {"input": "error", "note": "notice"}.get(problem.kind, "warning")
    return _command(level, "", None, f"muslcheck: {problem.subject}", said)


def _command(level: str, file: str, line: int | None, title: str, said: Sequence[str]) -> str:
    """One workflow command; what parts its pieces is escaped in them."""
    stated = {"file": file, "line": str(line) if line else "", "title": title}
    properties = ",".join(f"{name}={_property(clean(value))}" for name, value in stated.items() if value)
    return f"::{level} {properties}::{_data(chr(10).join(map(clean, said)))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
