"""The report as people read it: what breaks first, what is well in one line, the answer last.

One target has a page of blocks, a block for each package that is not simply a wheel. Several targets have a table of the
packages that are not a wheel on all of them, then the same blocks, each written once with the targets it holds for. Many
targets have a grid of architectures and images before it, and are named in groups.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from muslcheck.render.along import brought_along
from muslcheck.render.apk import draw_apk
from muslcheck.render.best import best_lines, best_targets
from muslcheck.render.block import INDENT, draw_block, draw_line, draw_together
from muslcheck.render.folded import draw_folded
from muslcheck.render.grouping import GRAVITY, alike, by_target, differing, places_of, plain, telling
from muslcheck.render.page import Page
from muslcheck.render.phrases import (
    answer,
    answers,
    capital,
    counted,
    headline,
    image_line,
    listed,
    reason,
    release_line,
    target_line,
    totals,
    worst_of,
)
from muslcheck.render.sizes import draw_sizes
from muslcheck.render.table import draw_grid, draw_groups, draw_table
from muslcheck.render.versus import draw_versus
from muslcheck.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from muslcheck.render import RenderOptions
    from muslcheck.render.places import Places
    from muslcheck.words.report import Problem, Report
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import Verdict

__all__ = ["render"]

DECISIONS: Final = frozenset(GRAVITY[:3])
SILENT, TERSE, TALKATIVE = -2, -1, 2
MANY: Final = 3
"""Packages of which nothing is known for one reason, from which on they share a block: an index that is down takes all of them."""


def render(report: Report, options: RenderOptions) -> str:
    """The report as text. ``options.verbosity`` -2 draws nothing, -1 the problems and totals, 1 and 2 more on each package."""
    if options.verbosity <= SILENT:
        return ""
    page = Page(color=options.color, width=options.width, unicode=options.unicode)
    places = places_of(report)
    verdicts = by_target(report)
    if options.verbosity == TERSE:
        _in_short(page, report, places)
    else:
        _head(page, report, places)
        _tables(page, report, verdicts, places)
        _blocks(page, report, places, verbosity=options.verbosity)
        if places is not None:
            draw_versus(page, verdicts, places)
        draw_apk(page, report, places, best_targets(verdicts) if places and places.are_many else report.targets)
        draw_sizes(page, report, places)
    _answers(page, report, verdicts, places)
    if faults := sum(problem.kind == "input" for problem in report.problems):
        page.line(f"But {report.installer.name} refuses what was asked as it stands: {counted(faults, 'fault')} to mend first.")
    return str(page)


def _in_short(page: Page, report: Report, places: Places | None) -> None:
    told = {verdict.name for verdict in report.filter(Outcome.UNKNOWN) if reason(verdict)}
    several, single = _sharing(report)
    single, families = _families(report, single)
    for same in single:
        if same[0].outcome in DECISIONS:
            draw_line(page, same, places, families.get(same[0].name, ()))
    for packages in several:
        draw_together(page, packages, places, verbosity=TERSE)
    claims = {(verdict.name, why.claim) for verdict in report if (why := reason(verdict))}
    left = [each for each in report.problems if each.subject not in told and (each.subject, each.message) not in claims]
    _problems(page, left, hints=False)


def _tables(page: Page, report: Report, verdicts: Mapping[Target, Sequence[Verdict]], places: Places | None) -> None:
    if places is not None and places.are_many:
        _overview(page, verdicts, places)
        draw_groups(page, telling(report), places)
    elif places is not None:
        draw_table(page, differing(report), places.numbers)


def _blocks(page: Page, report: Report, places: Places | None, *, verbosity: int) -> None:
    several, single = _sharing(report)
    families: Mapping[str, Sequence[Sequence[Verdict]]] = {}
    if not verbosity:
        single, families = _families(report, single)
    told = [same for same in single if not plain(same[0])]
    own = {same[0].name: [problem for problem in report.problems if problem.subject == same[0].name] for same in told}
    if places is not None and places.are_many and not verbosity:
        draw_folded(page, told, places, own, families)
    else:
        placed: set[str] = set()
        for same in told:
            name = same[0].name
            problems = () if name in placed else own[name]
            draw_block(page, same, places, problems=problems, family=families.get(name, ()), verbosity=verbosity)
            placed.add(name)
    for packages in several:
        draw_together(page, packages, places)
    _rest(page, report, places, every=verbosity >= TALKATIVE)
    _problems(page, [problem for problem in report.problems if problem.subject not in own], hints=True)


def _sharing(report: Report) -> tuple[list[list[list[Verdict]]], list[list[Verdict]]]:
    """Packages of which nothing is known for the same reason, where there are many; and all others."""
    every = alike(report)
    together: dict[tuple[object, ...], list[list[Verdict]]] = {}
    own = {problem.subject for problem in report.problems}
    for same in every:
        why = reason(same[0])
        if same[0].outcome is Outcome.UNKNOWN and same[0].name not in own and why is not None:
            together.setdefault((why.code, why.claim, *(verdict.target for verdict in same)), []).append(same)
    several = [packages for packages in together.values() if len(packages) >= MANY]
    shared = {id(same) for packages in several for same in packages}
    return several, [same for same in every if id(same) not in shared]


def _families(report: Report, single: list[list[Verdict]]) -> tuple[list[list[Verdict]], dict[str, list[list[Verdict]]]]:
    """The packages that have a place of their own, and by their names those that are told with them."""
    own = {problem.subject for problem in report.problems}
    families = brought_along([same for same in single if same[0].name not in own], report)
    told = {id(same) for family in families.values() for same in family}
    return [same for same in single if id(same) not in told], families


def _head(page: Page, report: Report, places: Places | None) -> None:
    page.item("", headline(report), indent=0, style="name")
    if places is None:
        page.item("", target_line(report.targets[0]), indent=0, style="aside")
        return
    page.gap()
    if places.are_many:
        for target in {target.image: target for target in report.targets}.values():
            label = places.label(target)
            about = f"{target.image}, {image_line(target)}" if label != target.image else image_line(target)
            page.item(label, about, indent=2 + max(map(len, places.labels.values())))
        return
    width = max(len(target.image) for target in report.targets)
    for number, target in enumerate(report.targets, 1):
        page.item(f"{number:2}", target.image, indent=4, whole=True)
        page.beside(target_line(target), indent=6 + width, below=6, style="aside")


def _overview(page: Page, verdicts: Mapping[Target, Sequence[Verdict]], places: Places) -> None:
    """The worst outcome on each target, with how many packages have it."""
    worst = {target: worst_of(own) for target, own in verdicts.items()}
    cells = {target: "wheels" if outcome is Outcome.WHEEL else f"{count} {outcome.value}" for target, (outcome, count) in worst.items()}
    styles = {target: outcome.value for target, (outcome, _) in worst.items()}
    draw_grid(page, cells, places, styles)


def _rest(page: Page, report: Report, places: Places | None, *, every: bool) -> None:
    """The packages that are simply a wheel: one line for all of them, or one line each."""
    simple = [same for same in alike(report) if plain(same[0])]
    page.gap()
    if every:
        for same in simple:
            file = same[0].file
            page.item("wheel", f"{release_line(same[0])}: {file.filename if file else 'no file'}", indent=INDENT, label_style="wheel")
        return
    names = {verdict.name for verdict in report}
    wheels = names - {verdict.name for verdict in report if not plain(verdict)}
    if wheels:
        everywhere = " everywhere" if len(report.targets) > 1 else ""
        others = "" if len(wheels) == len(names) else "other "
        said = f"{counted(len(wheels), f'{others}package')} {'installs' if len(wheels) == 1 else 'install'} from wheels{everywhere}"
        now_and_then = _now_and_then(report, wheels) if places is not None and places.are_many else ""
        page.item("", f"{said}{now_and_then}.", indent=0)


def _now_and_then(report: Report, wheels: Collection[str]) -> str:
    """Which of the packages are not needed on all targets: of few targets the table says it."""
    on = Counter(verdict.name for verdict in report if verdict.name in wheels)
    some = sorted(name for name, count in on.items() if count < len(report.targets))
    named = listed(some) if len(some) <= MANY else str(len(some))
    return f"; {named} {'is' if len(some) == 1 else 'are'} needed on some targets only" if some else ""


def _problems(page: Page, problems: Sequence[Problem], *, hints: bool) -> None:
    page.gap()
    for problem in problems:
        label, style = ("note", "hint") if problem.kind == "note" else ("problem", "unknown")
        page.item(label, f"{problem.subject}: {problem.message}", indent=INDENT, label_style=style)
        if problem.hint and hints:
            page.item("  hint", problem.hint, indent=INDENT, label_style="hint")


def _answers(page: Page, report: Report, verdicts: Mapping[Target, Sequence[Verdict]], places: Places | None) -> None:
    """The answer for each target, once for those that have the same; of several targets the best at the end."""
    page.gap()
    if places is None:
        ((target, own),) = verdicts.items()
        page.item("", totals(own), indent=0)
        outcome, sentence = answer(target.image, own)
        page.item("", sentence, indent=0, style=outcome.value)
        if outcome not in (Outcome.FAIL, Outcome.UNKNOWN) and any(problem.kind == "local" for problem in report.problems):
            page.item("", "Not all that it installs could be judged: see the problems above.", indent=0, style="unknown")
        return
    if places.are_many:
        together: dict[Outcome, list[Target]] = {}
        for target, own in verdicts.items():
            together.setdefault(answer("", own)[0], []).append(target)
        for outcome, targets in sorted(together.items(), key=lambda each: list(Outcome).index(each[0])):
            sentence = answers(outcome, [verdicts[target] for target in targets])
            who = "All targets" if len(targets) == len(verdicts) else capital(places.named(targets))
            said = f"{who} {sentence}".replace("All targets will not work", "No target will work")
            page.item("", said, indent=0, style=outcome.value)
    else:
        for number, (target, own) in enumerate(verdicts.items(), 1):
            outcome, sentence = answer(target.id, own)
            page.item(f"{number:2}", sentence, indent=4, style=outcome.value)
    _best(page, report, verdicts, places)


def _best(page: Page, report: Report, verdicts: Mapping[Target, Sequence[Verdict]], places: Places) -> None:
    page.gap()
    for line in best_lines(report, verdicts, places):
        page.item("", line, indent=0, style="name")
