"""What to install with apk: what a Dockerfile adds already and what it lacks, and the lines to paste."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from muslcheck.render.supplied import adds_line, said_of
from muslcheck.words.verdict import ApkNames, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muslcheck.render.page import Page
    from muslcheck.render.places import Places
    from muslcheck.words.report import Report
    from muslcheck.words.supply import Supply
    from muslcheck.words.target import Target

__all__ = ["draw_apk"]

INDENT: Final = 12


def draw_apk(page: Page, report: Report, places: Places | None, targets: Sequence[Target]) -> None:
    """Draw what to paste into the Dockerfile for some of the targets, once for those that need the same."""
    supplies = {supply.target: supply for supply in report.supplies}
    together: dict[tuple[ApkNames, Supply | None], list[Target]] = {}
    for target in targets:
        supply = supplies.get(target)
        together.setdefault((report.apk(target), replace(supply, target=report.targets[0]) if supply else None), []).append(target)
    for (names, supply), alike in together.items():
        on = f" on {places.listed(alike)}" if places else ""
        compiled = any(report.filter(Outcome.COMPILE, target=target) for target in alike)
        if supply is not None and supply.there:
            _supply(page, replace(supply, target=alike[0]), report, on)
        wheels = any(verdict.apk.runtime for target in alike for verdict in report.filter(Outcome.WHEEL, target=target))
        titles = "To compile" if compiled else "For the faster build", f"To run what {'is installed' if wheels else 'was built'}"
        _lines(page, names, supply, on, titles)
    if len(targets) < len(report.targets) and any(names.build or names.runtime for names, _ in together):
        page.item("", "What another target needs is told where it is asked about alone: --image, --arch.", indent=0, style="aside")


def _supply(page: Page, supply: Supply, report: Report, on: str) -> None:
    """What the Dockerfile adds to build with, and how far that does."""
    page.gap()
    page.item("", f"{adds_line(supply, on)}:", indent=0)
    for label, text in said_of(supply, report):
        page.item(f"  {label}" if label else "", text, indent=INDENT, label_style="compile" if label == "missing" else "label")


def _lines(page: Page, names: ApkNames, supply: Supply | None, on: str, titles: tuple[str, str]) -> None:
    """The commands to paste; of what a Dockerfile adds already, the rest."""
    build, runtime = names.build, names.runtime
    if supply is not None:
        build = tuple(sorted({*supply.missing, *(name for _, perhaps in supply.perhaps for name in perhaps)}))
        runtime = supply.left_out if supply.added.complete else runtime
    if build or runtime:
        page.gap()
    if build and supply is not None and supply.there:
        page.item("", f"{titles[0]}{on}, to add there:", indent=0)
        page.paste(" ".join(build), indent=2)
    elif build:
        page.item("", f"{titles[0]}{on}, before pip install:", indent=0)
        page.paste(f"apk add --no-cache --virtual .build-deps {' '.join(build)}", indent=2)
    if runtime:
        page.item("", f"{titles[1]}{on}, to stay in the image:", indent=0)
        page.paste(f"apk add --no-cache {' '.join(runtime)}", indent=2)
