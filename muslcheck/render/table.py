"""Several targets side by side: the packages that are not simply a wheel on all of them; a grid of architectures and images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from muslcheck.render.grouping import in_groups
from muslcheck.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muslcheck.render.page import Page
    from muslcheck.render.places import Places
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import Verdict

__all__ = ["draw_grid", "draw_groups", "draw_rows", "draw_table"]

GAP: Final = "  "
LETTERS: Final = {Outcome.WHEEL: "w", Outcome.BUILD: "b", Outcome.COMPILE: "c", Outcome.FAIL: "F", Outcome.UNKNOWN: "?"}
NOT_THERE: Final = "-"
COLOURED: Final = frozenset(outcome.value for outcome in Outcome if outcome is not Outcome.WHEEL)


def draw_table(page: Page, rows: Mapping[str, Mapping[Target, Verdict]], numbers: Mapping[Target, int]) -> None:
    """Draw a row for each name and a column for each target; what is too wide goes on below."""
    draw_rows(page, {name: {target: _cell(on.get(target)) for target in numbers} for name, on in rows.items()}, numbers)


def draw_rows(page: Page, rows: Mapping[str, Mapping[Target, str]], numbers: Mapping[Target, int]) -> None:
    """Draw rows of words below the numbers of the targets, each in the colour of the outcome that it begins with."""
    if not rows:
        return
    first = max(map(len, rows))
    widths = {target: max(len(cells[target]) for cells in rows.values()) for target in numbers}
    left = list(numbers)
    while left:
        shown, room = [left.pop(0)], page.width - first
        room -= len(GAP) + widths[shown[0]]
        while left and room >= len(GAP) + widths[left[0]]:
            room -= len(GAP) + widths[left[0]]
            shown.append(left.pop(0))
        page.gap()
        page.line(" " * first + "".join(f"{GAP}{numbers[target]:<{widths[target]}}" for target in shown))
        for name, cells in rows.items():
            page.line(f"{name:{first}}" + "".join(GAP + _painted(page, cells[target], widths[target]) for target in shown))


def draw_groups(page: Page, rows: Mapping[str, Mapping[Target, Verdict]], places: Places) -> None:
    """Draw a row for each name and a column of letters for each group of targets that have the same in all rows, the best first."""
    columns = in_groups(rows, places, _letter)
    if not rows or len(columns) == 1:
        return
    names = list(rows)
    first, width = max(map(len, names)), len(str(len(columns))) + 1
    room = max(1, (page.width - first) // (width + 1))
    for begin in range(0, len(columns), room):
        shown = columns[begin : begin + room]
        page.gap()
        page.line(" " * first + "".join(f" {number:<{width}}" for number in range(begin + 1, begin + 1 + len(shown))))
        for place, name in enumerate(names):
            page.line(f"{name:{first}}" + "".join(" " + _in_colour(page, letters[place], width) for letters, _ in shown))
    page.gap()
    used = {letter for letters, _ in columns for each in letters for letter in each}
    legend = [f"{letter} {outcome}" for outcome, letter in LETTERS.items() if letter in used]
    legend += [text for letter, text in (("*", "* slower, older or heavy"), (NOT_THERE, "- not needed")) if letter in used]
    page.item("", ", ".join(legend), indent=0, style="aside")
    for number, (_, targets) in enumerate(columns, 1):
        page.item(f"{number:2}", places.named(targets), indent=4)


def draw_grid(page: Page, cells: Mapping[Target, str], places: Places, styles: Mapping[Target, str] | None = None) -> None:
    """Draw the targets as a grid: a word for each; the columns that are too many go on below."""
    grid = places.grid
    first = max(len(name) for name, _ in grid.rows)
    words = [[cells[target] if target is not None else "" for target in row] for _, row in grid.rows]
    widths = [max(map(len, (column, *(line[number] for line in words)))) for number, column in enumerate(grid.columns)]
    left = list(range(len(grid.columns)))
    while left:
        shown: list[int] = []
        room = page.width - first
        while left and (not shown or room >= len(GAP) + widths[left[0]]):
            room -= len(GAP) + widths[left[0]]
            shown.append(left.pop(0))
        page.gap()
        page.line(" " * first + "".join(f"{GAP}{grid.columns[number]:<{widths[number]}}" for number in shown))
        for (name, row), line in zip(grid.rows, words, strict=True):
            drawn = f"{name:{first}}"
            for number in shown:
                target, word = row[number], line[number]
                style = styles[target] if styles and target is not None else ""
                drawn += GAP + page.paint(word, style) + " " * (widths[number] - len(word))
            page.line(drawn)


def _cell(verdict: Verdict | None) -> str:
    return "-" if verdict is None else " ".join([verdict.outcome.value, *sorted(verdict.marks)])


def _letter(verdict: Verdict | None) -> str:
    return NOT_THERE if verdict is None else LETTERS[verdict.outcome] + ("*" if verdict.marks else "")


def _in_colour(page: Page, letter: str, width: int) -> str:
    outcome = next((outcome.value for outcome, each in LETTERS.items() if each == letter[0]), "")
    return page.paint(letter, "" if outcome == "wheel" else outcome) + " " * (width - len(letter))


def _painted(page: Page, cell: str, width: int) -> str:
    outcome = cell.split(" ", 1)[0]
    return page.paint(cell, outcome if outcome in COLOURED else "") + " " * (width - len(cell))
