"""The report as people read it: what breaks first, what is well in one line, the answer last.

One target has a page of blocks, a block for each package that is not simply a wheel. Several targets have a table of the
packages that are not a wheel on all of them, then the same blocks, each written once with the targets it holds for.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from muslcheck.render.page import Page, clean
from muslcheck.render.phrases import (
    advice_line,
    answer,
    chain_line,
    counted,
    fit_line,
    further,
    reason,
    release_line,
    target_line,
    totals,
    wheels_line,
)
from muslcheck.words.verdict import Mark, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muslcheck.render import RenderOptions
    from muslcheck.words.report import Report
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import ApkNames, Verdict

__all__ = ["render"]

INDENT: Final = 9
"""Where the text of a block begins: the longest outcome (``compile``, ``unknown``) and two spaces."""
GRAVITY: Final = (Outcome.FAIL, Outcome.COMPILE, Outcome.UNKNOWN, Outcome.BUILD, Outcome.WHEEL)
"""The order of the blocks: what needs a decision comes first."""
GAP: Final = "  "


def render(report: Report, options: RenderOptions) -> str:
    """The report as text. ``options.verbosity`` -2 draws nothing, -1 the problems and totals, 1 and 2 more on each package."""
    if options.verbosity <= -2:  # noqa: PLR2004 -- -qq
        return ""
    page = Page(color=options.color, width=options.width, unicode=options.unicode)
    quiet = options.verbosity < 0
    if not quiet:
        _head(page, report)
        if len(report.targets) > 1:
            _table(page, report)
    for same in _alike(report):
        if quiet:
            if same[0].outcome in GRAVITY[:3]:
                _line(page, report, same)
        elif not _plain(same[0]):
            _block(page, report, same, options.verbosity)
    if not quiet:
        _rest(page, report, every=options.verbosity > 1)
    _problems(page, report, brief=quiet)
    if not quiet:
        _apk(page, report)
    _answers(page, report)
    return str(page)


def _plain(verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.WHEEL and not verdict.marks


def _order(verdict: Verdict) -> tuple[int, str]:
    return GRAVITY.index(verdict.outcome), verdict.name


def _alike(report: Report) -> list[list[Verdict]]:
    """The verdicts, the gravest first; those that say the same of several targets together."""
    together: dict[tuple[object, ...], list[Verdict]] = {}
    for verdict in sorted(report, key=_order):
        why = reason(verdict)
        said = (
            verdict.name,
            verdict.version,
            verdict.outcome,
            verdict.marks,
            verdict.chain,
            why and (why.claim, why.seen_in),
            verdict.advice[:1],
        )
        together.setdefault(said, []).append(verdict)
    return list(together.values())


def _numbers(report: Report, same: Sequence[Verdict]) -> str:
    return ", ".join(str(number) for number, target in enumerate(report.targets, 1) if any(v.target == target for v in same))


def _head(page: Page, report: Report) -> None:
    manifests = ", ".join(report.manifests) or "nothing"
    if len(report.targets) == 1:
        target = report.targets[0]
        page.item("", f"{manifests} on {target.image}", indent=0, style="name")
        page.item("", target_line(target), indent=0, style="aside")
        return
    page.item("", f"{manifests} on {counted(len(report.targets), 'target')}", indent=0, style="name")
    page.gap()
    width = max(len(target.image) for target in report.targets)
    for number, target in enumerate(report.targets, 1):
        page.item(f"{number:2}", f"{target.image}", indent=4, whole=True)
        page.beside(target_line(target), indent=6 + width, below=6, style="aside")


def _cell(verdict: Verdict | None) -> str:
    return "-" if verdict is None else " ".join([verdict.outcome.value, *sorted(verdict.marks)])


def _table(page: Page, report: Report) -> None:
    """The packages that are not simply a wheel everywhere, by target; more targets than fit go below each other."""
    by_name = {
        name: {verdict.target: verdict for verdict in same}
        for name, same in groupby(sorted(report, key=lambda v: v.name), key=lambda v: v.name)
    }
    names = [name for name, on in by_name.items() if len(on) < len(report.targets) or not all(map(_plain, on.values()))]
    if not names:
        return
    names.sort(key=lambda name: min(map(_order, by_name[name].values())))
    first = max(map(len, names))
    cells = {(name, target): _cell(by_name[name].get(target)) for name in names for target in report.targets}
    widths = {target: max(len(cells[name, target]) for name in names) for target in report.targets}
    left = [*enumerate(report.targets, 1)]
    while left:
        page.gap()
        shown: list[tuple[int, Target]] = []
        room = page.width - first
        while left and (not shown or room >= widths[left[0][1]] + len(GAP)):
            shown.append(left.pop(0))
            room -= widths[shown[-1][1]] + len(GAP)
        page.line(" " * first + "".join(f"{GAP}{number:<{widths[target]}}" for number, target in shown))
        for name in names:
            row = [GAP + _painted_cell(page, cells[name, target], widths[target]) for _, target in shown]
            page.line(f"{name:{first}}{''.join(row)}")


def _painted_cell(page: Page, cell: str, width: int) -> str:
    outcome = cell.split(" ", 1)[0]
    return page.paint(cell, "" if outcome in {"wheel", "-"} else outcome) + " " * (width - len(cell))


def _titled(page: Page, verdict: Verdict) -> str:
    marks = "".join(f", {mark.value}" for mark in Mark if mark in verdict.marks)
    outcome = verdict.outcome.value
    return f"{page.paint(outcome, outcome)}{' ' * (INDENT - len(outcome))}{page.paint(clean(release_line(verdict)), 'name')}{marks}"


def _line(page: Page, report: Report, same: Sequence[Verdict]) -> None:
    verdict = same[0]
    where = f" [{_numbers(report, same)}]" if len(report.targets) > 1 else ""
    why = reason(verdict)
    outcome = verdict.outcome.value
    page.item(outcome, f"{release_line(verdict)}{where}" + (f": {why.claim}" if why else ""), indent=INDENT, label_style=outcome)


def _block(page: Page, report: Report, same: Sequence[Verdict], verbosity: int) -> None:
    verdict = same[0]
    page.gap()
    page.line(_titled(page, verdict))
    if len(report.targets) > 1:
        page.item("  on", _numbers(report, same), indent=INDENT)
    why = reason(verdict)
    said = [why] if why else []
    for evidence in [*said, *(e for e in (verdict.evidence if verbosity > 0 else further(verdict)) if e is not why)]:
        page.item("  why" if evidence is why else "  and", evidence.claim, indent=INDENT)
        if evidence.seen_in and evidence.seen_in not in verdict.chain:
            page.item("  seen", evidence.seen_in, indent=INDENT, style="aside")
    _nearest(page, verdict)
    if verdict.chain:
        page.item("  from", chain_line(verdict), indent=INDENT)
    if verdict.advice:
        page.item("  do", advice_line(verdict.advice[0]), indent=INDENT)
    if verbosity > 0:
        _files(page, verdict, every=verbosity > 1)


def _nearest(page: Page, verdict: Verdict) -> None:
    """The wheel that came nearest, where that is not what was said already."""
    near, why = verdict.shelf.nearest, reason(verdict)
    if verdict.outcome in GRAVITY[:2] and near is not None and (why is None or near.file.filename not in f"{why.claim} {why.seen_in}"):
        page.item("  near", f"{near.file.filename}: {fit_line(near)}", indent=INDENT, style="aside")


def _files(page: Page, verdict: Verdict, *, every: bool) -> None:
    """Why each wheel did not fit: counted, or file by file."""
    if not verdict.shelf.placed:
        return
    page.item("  files", wheels_line(verdict.shelf), indent=INDENT)
    for placed in verdict.shelf.placed if every else ():
        page.item("", placed.file.filename, indent=INDENT, whole=True)
        page.beside(fit_line(placed), indent=INDENT + len(placed.file.filename) + 2, below=INDENT + 2, style="aside")


def _rest(page: Page, report: Report, *, every: bool) -> None:
    """The packages that are simply a wheel: one line for all of them, or one line each."""
    plain = [same for same in _alike(report) if _plain(same[0])]
    page.gap()
    if every:
        for same in plain:
            file = same[0].file
            page.item("wheel", f"{release_line(same[0])}: {file.filename if file else 'no file'}", indent=INDENT, label_style="wheel")
        return
    names = {verdict.name for verdict in report}
    wheels = names - {verdict.name for verdict in report if not _plain(verdict)}
    if wheels:
        everywhere = " everywhere" if len(report.targets) > 1 else ""
        others = "" if len(wheels) == len(names) else "other "
        page.line(f"{counted(len(wheels), f'{others}package')} {'installs' if len(wheels) == 1 else 'install'} from wheels{everywhere}.")


def _problems(page: Page, report: Report, *, brief: bool) -> None:
    page.gap()
    for problem in report.problems:
        page.item("problem", f"{problem.subject}: {problem.message}", indent=INDENT, label_style="unknown")
        if problem.hint and not brief:
            page.item("  hint", problem.hint, indent=INDENT, label_style="hint")


def _apk(page: Page, report: Report) -> None:
    """What to paste into the Dockerfile, once for the targets that need the same."""
    together: dict[ApkNames, list[Target]] = {}
    for target in report.targets:
        together.setdefault(report.apk(target), []).append(target)
    for names, targets in together.items():
        needed = any(verdict.outcome is Outcome.COMPILE for target in targets for verdict in report.filter(target=target))
        on = f" on {', '.join(str(report.targets.index(target) + 1) for target in targets)}" if len(report.targets) > 1 else ""
        page.gap()
        if names.build:
            page.line(f"{'To compile' if needed else 'For the faster build'}{on}, before pip install:")
            page.paste(f"apk add --no-cache --virtual .build-deps {' '.join(names.build)}", indent=2)
        if names.runtime:
            page.line(f"To run what was built{on}, to stay in the image:")
            page.paste(f"apk add --no-cache {' '.join(names.runtime)}", indent=2)


def _answers(page: Page, report: Report) -> None:
    page.gap()
    for number, target in enumerate(report.targets, 1):
        verdicts = report.filter(target=target)
        if len(report.targets) == 1:
            page.item("", totals(verdicts), indent=0)
            outcome, sentence = answer(target.image, verdicts)
            page.item("", sentence, indent=0, style=outcome.value)
        else:
            outcome, sentence = answer(target.id, verdicts)
            page.item(f"{number:2}", sentence, indent=4, style=outcome.value)
