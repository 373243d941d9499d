"""What is said of a Dockerfile's ``apk add``, in words; no layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.render.phrases import listed
from muslcheck.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muslcheck.words.report import Report
    from muslcheck.words.supply import Supply

__all__ = ["adds_line", "first_line", "said_of"]


def first_line(supply: Supply) -> int | None:
    """The line of the Dockerfile where the first of the packages to build with is added."""
    return min((line for name, line in supply.added.building if name in supply.there), default=None)


def adds_line(supply: Supply, on: str = "") -> str:
    """``Dockerfile:3, in stage build, adds gcc and libffi-dev to build with``."""
    line = first_line(supply)
    where = f"{supply.added.path}:{line}" if line else supply.added.path
    return f"{where}, in stage {supply.added.stage}, adds {listed(supply.there)} to build with{on}"


def said_of(supply: Supply, report: Report) -> Iterator[tuple[str, str]]:
    """What is missing, may be missing, serves nothing, is enough, or is left out of the image: a label and a text for each."""
    lacking = _by_names(supply.lacking)
    for names, packages in lacking:
        rest = _without(supply, names) if len(lacking) == 1 else ""
        yield "missing", f"{listed(names)}, for {listed(packages)}" + (f"; {rest}" if rest else "")
    if len(lacking) > 1 and (rest := _without(supply, supply.missing)):
        yield "", rest
    for names, packages in _by_names(supply.perhaps):
        yield "perhaps", f"{listed(names)}, for {listed(packages)}: the build may do without"
    if supply.unneeded:
        known = "needs" if _is_sure(supply, report) else "is known to need"
        yield "unneeded", f"{listed(supply.unneeded)}: no Python package here {known} {_them(supply.unneeded)}"
    if not supply.missing and not supply.perhaps and len(supply.unneeded) < len(supply.there):
        yield "enough", "for all that is built here"
    if supply.left_out:
        are = "is" if len(supply.left_out) == 1 else "are"
        yield "run time", f"{listed(supply.left_out)} {are} not added by name to stage {supply.added.final}, the image"


def _by_names(by_package: Iterable[tuple[str, tuple[str, ...]]]) -> list[tuple[tuple[str, ...], list[str]]]:
    """The same names for several packages once."""
    found: dict[tuple[str, ...], list[str]] = {}
    for package, names in by_package:
        found.setdefault(names, []).append(package)
    return [*found.items()]


def _without(supply: Supply, names: Sequence[str]) -> str:
    """What is of no use for as long as something is missing."""
    if not supply.idle:
        return ""
    if len(supply.idle) + len(supply.unneeded) == len(supply.there):
        return f"without {_them(names)}, none of those helps"
    return f"without {_them(names)}, {listed(supply.idle)} {'serves' if len(supply.idle) == 1 else 'serve'} nothing here"


def _is_sure(supply: Supply, report: Report) -> bool:
    """Whether all that is installed was judged."""
    return not report.filter(Outcome.UNKNOWN, target=supply.target) and not any(problem.kind == "local" for problem in report.problems)


def _them(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"
