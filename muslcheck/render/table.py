"""Several targets side by side: the packages that are not simply a wheel on all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muslcheck.render.page import Page
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import Verdict

__all__ = ["draw_table"]

GAP: Final = "  "


def draw_table(page: Page, rows: Mapping[str, Mapping[Target, Verdict]], numbers: Mapping[Target, int]) -> None:
    """Draw a row for each name and a column for each target; what is too wide goes on below."""
    if not rows:
        return
    first = max(map(len, rows))
    cells = {(name, target): _cell(on.get(target)) for name, on in rows.items() for target in numbers}
    widths = {target: max(len(cells[name, target]) for name in rows) for target in numbers}
    left = list(numbers)
    while left:
        shown, room = [left.pop(0)], page.width - first
        room -= len(GAP) + widths[shown[0]]
        while left and room >= len(GAP) + widths[left[0]]:
            room -= len(GAP) + widths[left[0]]
            shown.append(left.pop(0))
        page.gap()
        page.line(" " * first + "".join(f"{GAP}{numbers[target]:<{widths[target]}}" for target in shown))
        for name in rows:
            page.line(f"{name:{first}}" + "".join(GAP + _painted(page, cells[name, target], widths[target]) for target in shown))


def _cell(verdict: Verdict | None) -> str:
    return "-" if verdict is None else " ".join([verdict.outcome.value, *sorted(verdict.marks)])


def _painted(page: Page, cell: str, width: int) -> str:
    outcome = cell.split(" ", 1)[0]
    return page.paint(cell, "" if outcome in {"wheel", "-"} else outcome) + " " * (width - len(cell))
