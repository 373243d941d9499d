"""The report as people read it: what breaks first, what is well in one line, the answer last.

One target has a page of blocks, a block for each package that is not simply a wheel. Several targets have a table of the
packages that are not a wheel on all of them, then the same blocks, each written once with the targets it holds for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from muslcheck.render.block import INDENT, draw_block, draw_line, draw_together
from muslcheck.render.page import Page
from muslcheck.render.phrases import answer, counted, reason, release_line, target_line, totals
from muslcheck.render.table import draw_table
from muslcheck.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muslcheck.render import RenderOptions
    from muslcheck.words.report import Problem, Report
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import ApkNames, Verdict

__all__ = ["render"]

GRAVITY: Final = (Outcome.FAIL, Outcome.COMPILE, Outcome.UNKNOWN, Outcome.BUILD, Outcome.WHEEL)
"""The order of the blocks: what needs a decision comes first."""
DECISIONS: Final = frozenset(GRAVITY[:3])
SILENT, TERSE, TALKATIVE = -2, -1, 2
MANY: Final = 3
"""Packages of which nothing is known for one reason, from which on they share a block: an index that is down takes all of them."""


def render(report: Report, options: RenderOptions) -> str:
    """The report as text. ``options.verbosity`` -2 draws nothing, -1 the problems and totals, 1 and 2 more on each package."""
    if options.verbosity <= SILENT:
        return ""
    page = Page(color=options.color, width=options.width, unicode=options.unicode)
    numbers = {target: number for number, target in enumerate(report.targets, 1)} if len(report.targets) > 1 else {}
    if options.verbosity == TERSE:
        several, single = _sharing(report)
        for same in single:
            if same[0].outcome in DECISIONS:
                draw_line(page, same, numbers)
        for packages in several:
            draw_together(page, packages, numbers, verbosity=TERSE)
        told = {verdict.name for verdict in report.filter(Outcome.UNKNOWN) if reason(verdict)}
        claims = {(verdict.name, why.claim) for verdict in report if (why := reason(verdict))}
        left = [each for each in report.problems if each.subject not in told and (each.subject, each.message) not in claims]
        _problems(page, left, hints=False)
    else:
        _head(page, report)
        draw_table(page, _differing(report) if numbers else {}, numbers)
        placed: set[Problem] = set()
        several, single = _sharing(report)
        for same in single:
            if not _plain(same[0]):
                own = [problem for problem in report.problems if problem.subject == same[0].name and problem not in placed]
                placed.update(own)
                draw_block(page, same, numbers, problems=own, verbosity=options.verbosity)
        for packages in several:
            draw_together(page, packages, numbers)
        _rest(page, report, every=options.verbosity >= TALKATIVE)
        _problems(page, [problem for problem in report.problems if problem not in placed], hints=True)
        _apk(page, report, numbers)
    _answers(page, report)
    return str(page)


def _plain(verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.WHEEL and not verdict.marks


def _order(verdict: Verdict) -> tuple[int, str]:
    return GRAVITY.index(verdict.outcome), verdict.name


def _alike(report: Report) -> list[list[Verdict]]:
    """The verdicts, the gravest first; together those of one release that have one outcome, for one kind of reason, on several targets."""
    together: dict[tuple[object, ...], list[Verdict]] = {}
    for verdict in sorted(report, key=_order):
        why = reason(verdict)
        said = (verdict.name, verdict.version, verdict.outcome, verdict.marks, why and why.code)
        together.setdefault(said, []).append(verdict)
    return list(together.values())


def _sharing(report: Report) -> tuple[list[list[list[Verdict]]], list[list[Verdict]]]:
    """Packages of which nothing is known for the same reason, where there are many; and all others."""
    alike = _alike(report)
    together: dict[tuple[object, ...], list[list[Verdict]]] = {}
    own = {problem.subject for problem in report.problems}
    for same in alike:
        why = reason(same[0])
        if same[0].outcome is Outcome.UNKNOWN and same[0].name not in own and why is not None:
            together.setdefault((why.code, why.claim, *(verdict.target for verdict in same)), []).append(same)
    several = [packages for packages in together.values() if len(packages) >= MANY]
    shared = {id(same) for packages in several for same in packages}
    return several, [same for same in alike if id(same) not in shared]


def _differing(report: Report) -> dict[str, dict[Target, Verdict]]:
    """The packages that are not simply a wheel everywhere, the gravest first."""
    by_name: dict[str, dict[Target, Verdict]] = {}
    for verdict in sorted(report, key=_order):
        by_name.setdefault(verdict.name, {})[verdict.target] = verdict
    return {name: on for name, on in by_name.items() if len(on) < len(report.targets) or not all(map(_plain, on.values()))}


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
        page.item(f"{number:2}", target.image, indent=4, whole=True)
        page.beside(target_line(target), indent=6 + width, below=6, style="aside")


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


def _problems(page: Page, problems: Sequence[Problem], *, hints: bool) -> None:
    page.gap()
    for problem in problems:
        page.item("problem", f"{problem.subject}: {problem.message}", indent=INDENT, label_style="unknown")
        if problem.hint and hints:
            page.item("  hint", problem.hint, indent=INDENT, label_style="hint")


def _apk(page: Page, report: Report, numbers: Mapping[Target, int]) -> None:
    """What to paste into the Dockerfile, once for the targets that need the same."""
    together: dict[ApkNames, list[Target]] = {}
    for target in report.targets:
        together.setdefault(report.apk(target), []).append(target)
    for names, targets in together.items():
        needed = any(verdict.outcome is Outcome.COMPILE for target in targets for verdict in report.filter(target=target))
        on = f" on {', '.join(str(numbers[target]) for target in targets)}" if numbers else ""
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
