"""The report as Markdown, for a pull request or the summary of a workflow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from muslcheck.render.along import along_line, brought_along
from muslcheck.render.best import best_lines, best_targets
from muslcheck.render.grouping import by_target, noteworthy, places_of, plain, where
from muslcheck.render.page import clean
from muslcheck.render.phrases import (
    advice_line,
    answer,
    answers,
    chain_line,
    counted,
    download_line,
    headline,
    reason,
    release_line,
    size_line,
    worst_of,
)
from muslcheck.render.supplied import adds_line, said_of
from muslcheck.render.versus import versus
from muslcheck.words.verdict import Mark, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from muslcheck.render import RenderOptions
    from muslcheck.render.places import Places
    from muslcheck.words.report import Report
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import ApkNames, Verdict

__all__ = ["escaped", "render"]

SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|~&#])")
SIGNS: Final = {Outcome.FAIL: "❌", Outcome.COMPILE: "🔨", Outcome.UNKNOWN: "❔", Outcome.BUILD: "📦", Outcome.WHEEL: "✅"}


def render(report: Report, _: RenderOptions) -> str:
    """The report as Markdown: the answer first, then a table of what is not simply a wheel, then what to paste."""
    lines = [f"## {escaped(headline(report))}", "", *_answers(report)]
    blocks = noteworthy(report)
    if blocks:
        heads = [head for head in ("package", "outcome", "on", "why", "from", "what to do") if head != "on" or len(report.targets) > 1]
        lines += ["", f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
        lines += _rows(report, blocks)
    wheels = {verdict.name for verdict in report} - {same[0].name for same in blocks}
    if wheels:
        summary = f"<summary>{counted(len(wheels), 'package')} from wheels</summary>"
        lines += ["", f"<details>{summary}", "", ", ".join(map(escaped, sorted(wheels))), "", "</details>"]
    if report.problems:
        lines += [
            "",
            *(f"- **{escaped(each.subject)}**: {escaped(each.message)} {escaped(each.hint)}".rstrip() for each in report.problems),
        ]
    return "\n".join([*lines, *_versus(report), *_apk(report), *_sizes(report)]) + "\n"


def escaped(text: str) -> str:
    """The text on one line, with nothing in it that Markdown takes for more than text."""
    return SPECIAL.sub(r"\\\1", clean(text))


def _answers(report: Report) -> Iterator[str]:
    places, verdicts = places_of(report), by_target(report)
    if places is None or not places.are_many:
        for target, own in verdicts.items():
            outcome, sentence = answer(target.id, own)
            yield f"- {SIGNS[outcome]} {escaped(sentence)}"
        return
    together: dict[Outcome, list[Target]] = {}
    for target, own in verdicts.items():
        together.setdefault(answer("", own)[0], []).append(target)
    for outcome, targets in together.items():
        yield f"- {SIGNS[outcome]} {escaped(places.named(targets))}: {escaped(answers(outcome, [verdicts[each] for each in targets]))}"
    for line in best_lines(report, verdicts, places):
        yield from ("", f"**{escaped(line)}**")
    yield from ("", f"| | {' | '.join(map(escaped, places.grid.columns))} |", f"|---|{'---|' * len(places.grid.columns)}")
    for name, row in places.grid.rows:
        yield f"| {escaped(name)} | {' | '.join(_target(target, report, verdicts) for target in row)} |"


def _target(target: Target | None, report: Report, verdicts: Mapping[Target, Sequence[Verdict]]) -> str:
    """The worst outcome on one of many targets, with how many packages have it, and how much there is to download."""
    if target is None:
        return ""
    outcome, count = worst_of(verdicts[target])
    sizes = report.sizes(target)
    size = f", {size_line(sizes.wheels + sizes.sdists)}" if sizes.wheels or sizes.sdists else ""
    return f"{SIGNS[outcome]} {'wheels' if outcome is Outcome.WHEEL else f'{count} {outcome.value}'}{size}"


def _rows(report: Report, blocks: Sequence[list[Verdict]]) -> list[str]:
    """A row for each of the packages, but for those that fail with the one that brings them: they are named in its row."""
    families = brought_along(blocks, report)
    told = {id(same) for family in families.values() for same in family}
    return [
        _row(report, same, families.get(same[0].name, ()) if same[0].outcome is Outcome.FAIL else ())
        for same in blocks
        if id(same) not in told
    ]


def _row(report: Report, same: Sequence[Verdict], family: Sequence[Sequence[Verdict]]) -> str:
    verdict, why = same[0], reason(same[0])
    marks = "".join(f", {mark.value}" for mark in Mark if mark in verdict.marks)
    cells = (
        release_line(verdict),
        f"{SIGNS[verdict.outcome]} {verdict.outcome.value}{marks}",
        *([where(report, same)] if len(report.targets) > 1 else []),
        (f"{why.claim} ({why.code})" if why else "") + (f"; and {along_line(family)}" if family else ""),
        chain_line(verdict) if verdict.chain else "",
        advice_line(verdict.advice[0], same) if verdict.advice else "",
    )
    return f"| {' | '.join(map(escaped, cells))} |"


def _versus(report: Report) -> Iterator[str]:
    """Alpine against slim, where both are asked about."""
    places = places_of(report)
    title, lines = versus(by_target(report), places) if places is not None else ("", ())
    if title:
        yield from ("", f"**{escaped(title)}**", *([""] if lines else []), *(f"- {escaped(line)}" for line in lines))


def _apk(report: Report) -> Iterator[str]:
    """What to paste, once for the targets that need the same; of many the best, the others folded."""
    places = places_of(report)
    best = set(best_targets(by_target(report)) if places is not None and places.are_many else report.targets)
    yield from _commands(report, [target for target in report.targets if target in best], places)
    if others := [*_commands(report, [target for target in report.targets if target not in best], places)]:
        yield from ("", "<details><summary>To add on the other targets</summary>", *others, "", "</details>")
    for supply in report.supplies[:1]:
        if supply.there:
            yield from ("", f"{escaped(adds_line(supply))}:", "")
            yield from (f"- {f'**{label}** ' if label else ''}{escaped(text)}" for label, text in said_of(supply, report))


def _commands(report: Report, some: Sequence[Target], places: Places | None) -> Iterator[str]:
    """The commands for some of the targets."""
    together: dict[ApkNames, list[Target]] = {}
    for target in some:
        together.setdefault(report.apk(target), []).append(target)
    for names, targets in together.items():
        on = f" on {escaped(places.named(targets))}" if places else ""
        for title, words in (("To build", ("--virtual", ".build-deps", *names.build)), ("To run what was built", names.runtime)):
            if words and (names.build or title != "To build"):
                yield from ("", f"{title}{on}:", "", "```sh", f"apk add --no-cache {' '.join(words)}", "```")


def _sizes(report: Report) -> Iterator[str]:
    if len(report.targets) == 1 and any(not plain(verdict) or verdict.file for verdict in report):
        yield from ("", f"To download: {download_line(report.sizes(report.targets[0]))}.")
