"""Many targets: packages that have one outcome on the same targets share one block, and each is told in few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from muslcheck.render.along import along_line
from muslcheck.render.block import on_part, parted
from muslcheck.render.phrases import advice_line, chain_line, reason, release_line
from muslcheck.words.verdict import Action, Mark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muslcheck.render.page import Page
    from muslcheck.render.places import Places
    from muslcheck.words.report import Problem
    from muslcheck.words.verdict import Verdict

__all__ = ["draw_folded"]

INDENT: Final = 9
INSIDE: Final = 4


def draw_folded(
    page: Page,
    blocks: Sequence[Sequence[Verdict]],
    places: Places,
    problems: Mapping[str, Sequence[Problem]],
    families: Mapping[str, Sequence[Sequence[Verdict]]],
) -> None:
    """Draw the verdicts, those of one release with one outcome already together, in groups by outcome and targets.

    ``problems`` are those that muslcheck had, and ``families`` the packages that are told with another, by its name.
    """
    groups: dict[tuple[object, ...], list[Sequence[Verdict]]] = {}
    for same in blocks:
        groups.setdefault((same[0].outcome, *(verdict.target for verdict in same)), []).append(same)
    for together in groups.values():
        outcome = together[0][0].outcome.value
        page.gap()
        count = f"{len(together[0])} of {len(places.targets)} targets"
        on = "all targets" if len(together[0]) == len(places.targets) else f"{count}: {places.listed(v.target for v in together[0])}"
        page.item(outcome, f"on {on}", indent=INDENT, label_style=outcome, style="name")
        for same in together:
            _package(page, same, places, problems.get(same[0].name, ()))
            if family := families.get(same[0].name):
                page.item("", f"and {along_line(family)}", indent=INSIDE + 2)


def _package(page: Page, same: Sequence[Verdict], places: Places, problems: Sequence[Problem]) -> None:
    verdict, why = same[0], reason(same[0])
    marks = "".join(f", {mark.value}" for mark in Mark if mark in verdict.marks)
    alike = [each for each in same if why in each.evidence]
    said = f": {on_part(alike, same, places)}{why.claim}" if why else ""
    page.item("", f"{release_line(verdict)}{marks}{said}", indent=INSIDE, hanging=2)
    for problem in problems:
        if why is None or (problem.message not in why.claim and why.claim not in problem.message):
            page.item("", problem.message, indent=INSIDE + 2)
    if verdict.chain:
        page.item("", f"from {chain_line(verdict)}", indent=INSIDE + 2, style="aside")
    advised = parted(
        same, lambda each: advice_line(each.advice[0], same) if each.advice and each.advice[0].action is not Action.ADD_APK else ""
    )
    part, advice = max(advised, key=lambda each: (bool(each[1]), len(each[0])))
    if advice:
        page.item("", f"do {on_part(part, same, places)}{advice}", indent=INSIDE + 2)
