"""What has to be downloaded and what it takes once installed: a line for one target, a table for a few, a grid for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.render.phrases import counted, download_line, size_line
from muslcheck.render.table import draw_grid, draw_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muslcheck.render.page import Page
    from muslcheck.render.places import Places
    from muslcheck.words.report import Report, Sizes
    from muslcheck.words.target import Target

__all__ = ["draw_sizes"]


def draw_sizes(page: Page, report: Report, places: Places | None) -> None:
    """Draw the sums of each target; nothing where no size is known at all."""
    sizes = {target: report.sizes(target) for target in report.targets}
    if not any(each.wheels or each.sdists for each in sizes.values()):
        return
    packages = {target: len(report.filter(target=target)) for target in report.targets}
    page.gap()
    if places is None:
        target = report.targets[0]
        page.item("", f"To download: {download_line(sizes[target])}.", indent=0)
        if sizes[target].measured:
            page.item("", _installed(sizes[target], packages[target]), indent=0)
    elif places.are_many:
        page.line("To download, wheels and sdists together:")
        draw_grid(page, {target: size_line(each.wheels + each.sdists) for target, each in sizes.items()}, places)
        if (known := {(each.measured, packages[target]) for target, each in sizes.items()}) and len(known) == 1:
            ((measured, of),) = known
            _draw_installed(page, sizes, places, "" if measured == of else f" of {measured} of {counted(of, 'package')}")
    else:
        draw_rows(page, _rows(sizes, packages) | _alike(report), places.numbers)


def _draw_installed(page: Page, sizes: Mapping[Target, Sizes], places: Places, known: str) -> None:
    """The grid of what pip unpacks, for targets of which as much is known: others would not compare."""
    if any(each.measured for each in sizes.values()):
        page.gap()
        page.line(f"Installed{known}:")
        draw_grid(page, {target: size_line(each.installed) for target, each in sizes.items()}, places)


def _installed(sizes: Sizes, packages: int) -> str:
    known = "" if sizes.measured == packages else f" for {sizes.measured} of {counted(packages, 'package')}, unknown for the others"
    return f"Installed: {size_line(sizes.installed)}{known}."


def _rows(sizes: Mapping[Target, Sizes], packages: Mapping[Target, int]) -> dict[str, dict[Target, str]]:
    """A row for each sum that any target has."""
    rows = {
        "to download": {target: size_line(each.wheels + each.sdists) for target, each in sizes.items()},
        "  in wheels": {target: size_line(each.wheels) for target, each in sizes.items()},
        "  in sdists": {target: size_line(each.sdists) if each.sdists else "-" for target, each in sizes.items()},
    }
    if any(each.unknown for each in sizes.values()):
        rows["  and of unknown size"] = {target: counted(each.unknown, "file") if each.unknown else "-" for target, each in sizes.items()}
    if any(each.measured for each in sizes.values()):
        rows["installed"] = {target: size_line(each.installed) if each.measured else "-" for target, each in sizes.items()}
        if any(each.measured < packages[target] for target, each in sizes.items()):
            rows["  known for"] = {target: f"{each.measured} of {packages[target]}" for target, each in sizes.items()}
    return rows


def _alike(report: Report) -> dict[str, dict[Target, str]]:
    """What can be compared: the sums over the packages that were looked into for every target, where that is not all of them."""
    known = {target: {verdict.name: verdict.installed for verdict in report.filter(target=target)} for target in report.targets}
    shared = set.intersection(*({name for name, size in sizes.items() if size is not None} for sizes in known.values()))
    if not shared or all(len(shared) == sum(size is not None for size in sizes.values()) for sizes in known.values()):
        return {}
    sums = {target: sum(sizes[name] or 0 for name in shared) for target, sizes in known.items()}
    return {f"  of the same {counted(len(shared), 'package')}": {target: size_line(size) for target, size in sums.items()}}
