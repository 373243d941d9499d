"""Everything known about one package (``--explain NAME``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packaging.utils import canonicalize_name

from muslcheck.render.page import Page
from muslcheck.render.phrases import advice_line, counted, fit_line, release_line, size_line, target_line, wheels_line
from muslcheck.words.verdict import Outcome

if TYPE_CHECKING:
    from muslcheck.render import RenderOptions
    from muslcheck.words.report import Report
    from muslcheck.words.verdict import Verdict

__all__ = ["explain", "nearest_names"]

INDENT: Final = 13
INSIDE: Final = 4


def explain(report: Report, name: str, options: RenderOptions) -> str:
    """All that is known of one project on every target, as text. Raises KeyError where the report does not hold it."""
    wanted = canonicalize_name(name)
    verdicts = [verdict for verdict in report if verdict.name == wanted]
    if not verdicts:
        raise KeyError(name)
    page = Page(color=options.color, width=options.width, unicode=options.unicode)
    for verdict in verdicts:
        page.gap()
        _verdict(page, report, verdict)
    return str(page)


def nearest_names(report: Report, name: str) -> list[str]:
    """The names in the report that look most like this one."""
    from difflib import get_close_matches

    return get_close_matches(canonicalize_name(name), sorted({verdict.name for verdict in report}), n=3)


def _verdict(page: Page, report: Report, verdict: Verdict) -> None:
    page.item("", f"{release_line(verdict)} on {verdict.target.image}", indent=0, style="name")
    page.item("", target_line(verdict.target), indent=0, style="aside")
    page.gap()
    page.item("outcome", ", ".join([verdict.outcome.value, *sorted(verdict.marks)]), indent=INDENT, style=verdict.outcome.value)
    _origin(page, verdict)
    if verdict.file is not None:
        size = size_line(verdict.file.size)
        sizes = [size] if size else []
        sizes += [f"{size_line(verdict.installed)} installed"] if verdict.installed is not None else []
        page.item("file", verdict.file.filename + (f" ({', '.join(sizes)})" if sizes else ""), indent=INDENT)
        page.item("", verdict.file.url, indent=INDENT, style="aside", whole=True)
    if verdict.languages:
        page.item("languages", ", ".join(verdict.languages), indent=INDENT)
    for number, required in enumerate(verdict.build_requires):
        release = f"{required.name} {required.version}" if required.version else required.name
        taking = f", with {' '.join(required.apk.build)}" if required.apk.build and required.outcome is Outcome.COMPILE else ""
        page.item("" if number else "build needs", f"{release}: {required.outcome}{taking}", indent=INDENT)
    for label, names in (("apk build", verdict.apk.build), ("apk runtime", verdict.apk.runtime)):
        if names:
            page.item(label, " ".join(names), indent=INDENT)
    for problem in report.problems:
        if problem.subject == verdict.name:
            page.item("problem", problem.message, indent=INDENT, label_style="unknown")
            page.item("", problem.hint, indent=INDENT, style="aside")
    _evidence(page, verdict)
    _shelf(page, verdict)
    _notes(page, verdict)


def _origin(page: Page, verdict: Verdict) -> None:
    page.item("from", " → ".join(verdict.chain), indent=INDENT)
    if verdict.required_by:
        page.item("required by", ", ".join(verdict.required_by), indent=INDENT)


def _evidence(page: Page, verdict: Verdict) -> None:
    if verdict.evidence:
        page.gap()
        page.line(page.paint("Evidence, the weightiest first", "name"))
    for evidence in verdict.evidence:
        says = ", ".join([*([evidence.says.value] if evidence.says else []), *sorted(evidence.marks)])
        page.item(f"  {evidence.code}", evidence.claim, indent=INDENT, label_style="hint")
        page.item("", f"{evidence.strength}{f' of {says}' if says else ''}, seen in {evidence.seen_in}", indent=INDENT, style="aside")
    if verdict.advice:
        page.gap()
        page.line(page.paint("What can be done, the best first", "name"))
    for number, advice in enumerate(verdict.advice, 1):
        page.item(f"{number:3}", advice_line(advice), indent=INSIDE)


def _shelf(page: Page, verdict: Verdict) -> None:
    if not verdict.shelf.placed:
        return
    page.gap()
    page.line(page.paint(f"Files of the release: {counted(len(verdict.shelf.placed), 'file')}", "name"))
    page.item("", wheels_line(verdict.shelf), indent=2)
    for placed in verdict.shelf.placed:
        chosen = placed.file is verdict.shelf.chosen
        name, how = placed.file.filename, fit_line(placed)
        page.item("  >" if chosen else "", name, indent=INSIDE, label_style="wheel", style="name" if chosen else "", whole=True)
        page.beside(how, indent=INSIDE + len(name) + 2, style="aside")


def _notes(page: Page, verdict: Verdict) -> None:
    if not verdict.notes:
        return
    page.gap()
    page.line(page.paint("What was read", "name"))
    for label, text in verdict.notes:
        page.item(f"  {label}", text, indent=INDENT)
