"""What to install with apk: what a Dockerfile adds already and what it lacks, and the lines to paste."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from muslcheck.render.phrases import listed
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
        sure = not any(report.filter(Outcome.UNKNOWN, target=target) for target in alike)
        if supply is not None and supply.there:
            _supply(page, supply, on, sure=sure and not any(problem.kind == "local" for problem in report.problems))
        _lines(page, names, supply, on, "To compile" if compiled else "For the faster build")
    if len(targets) < len(report.targets) and any(names.build or names.runtime for names, _ in together):
        page.item("", "What another target needs is told where it is asked about alone: --image, --arch.", indent=0, style="aside")


def _supply(page: Page, supply: Supply, on: str, *, sure: bool) -> None:
    """What the Dockerfile adds to build with, and how far that does."""
    lines = [line for name, line in supply.added.building if name in supply.there]
    page.gap()
    where = f"{supply.added.path}:{min(lines)}, in stage {supply.added.stage}," if lines else supply.added.path
    page.item("", f"{where} adds {listed(supply.there)} to build with{on}:", indent=0)
    for_what: dict[tuple[str, ...], list[str]] = {}
    for package, names in supply.lacking:
        for_what.setdefault(names, []).append(package)
    for names, packages in for_what.items():
        alone = len(for_what) == 1
        page.item(
            "  missing",
            f"{listed(names)}, for {listed(packages)}{_without(supply, names) if alone else ''}",
            indent=INDENT,
            label_style="compile",
        )
    if len(for_what) > 1 and (rest := _without(supply, supply.missing)):
        page.item("", rest.removeprefix("; "), indent=INDENT)
    may: dict[tuple[str, ...], list[str]] = {}
    for package, names in supply.perhaps:
        may.setdefault(names, []).append(package)
    for names, packages in may.items():
        page.item("  perhaps", f"{listed(names)}, for {listed(packages)}: the build may do without", indent=INDENT)
    if supply.unneeded:
        known = "needs" if sure else "is known to need"
        page.item("  unneeded", f"{listed(supply.unneeded)}: no Python package here {known} {_them(supply.unneeded)}", indent=INDENT)
    if not supply.missing and not supply.perhaps and len(supply.unneeded) < len(supply.there):
        page.item("  enough", "for all that is built here", indent=INDENT)
    if supply.left_out:
        are = "is" if len(supply.left_out) == 1 else "are"
        page.item(
            "  run time", f"{listed(supply.left_out)} {are} not added by name to stage {supply.added.final}, the image", indent=INDENT
        )


def _without(supply: Supply, names: Sequence[str]) -> str:
    """What is of no use for as long as something is missing."""
    if not supply.idle:
        return ""
    it = "it" if len(names) == 1 else "them"
    if len(supply.idle) + len(supply.unneeded) == len(supply.there):
        return f"; without {it}, none of those helps"
    return f"; without {it}, {listed(supply.idle)} {'serves' if len(supply.idle) == 1 else 'serve'} nothing here"


def _lines(page: Page, names: ApkNames, supply: Supply | None, on: str, title: str) -> None:
    """The commands to paste; of what a Dockerfile adds already, the rest."""
    build, runtime = names.build, names.runtime
    if supply is not None:
        build = tuple(sorted({*supply.missing, *(name for _, perhaps in supply.perhaps for name in perhaps)}))
        runtime = supply.left_out if supply.added.complete else runtime
    if build or runtime:
        page.gap()
    if build and supply is not None and supply.there:
        page.item("", f"{title}{on}, to add there:", indent=0)
        page.paste(" ".join(build), indent=2)
    elif build:
        page.item("", f"{title}{on}, before pip install:", indent=0)
        page.paste(f"apk add --no-cache --virtual .build-deps {' '.join(build)}", indent=2)
    if runtime:
        page.item("", f"To run what was built{on}, to stay in the image:", indent=0)
        page.paste(f"apk add --no-cache {' '.join(runtime)}", indent=2)


def _them(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"
