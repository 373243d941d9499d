"""The apk commands alone, to paste or to run: one line for what builds, one for what has to stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.render.grouping import by_target, places_of
from muslcheck.render.page import clean
from muslcheck.render.phrases import listed
from muslcheck.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.render import RenderOptions
    from muslcheck.words.report import Report
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import ApkNames

__all__ = ["render"]


def render(report: Report, _: RenderOptions) -> str:
    """The commands as a shell takes them: what else there is to say stands in comments. Targets that need the same share lines."""
    places = places_of(report)
    together: dict[tuple[ApkNames, tuple[str, ...]], list[Target]] = {}
    for target, verdicts in by_target(report).items():
        failing = tuple(verdict.name for verdict in verdicts if verdict.outcome is Outcome.FAIL)
        together.setdefault((report.apk(target), failing), []).append(target)
    lines: list[str] = []
    for (names, failing), targets in together.items():
        if places:
            lines.append(f"# {places.named(targets)}")
        lines += _commands(names)
        if failing:
            lines.append(f"# whatever is added, {listed(failing)} {'fails' if len(failing) == 1 else 'fail'}")
    return "".join(f"{clean(line)}\n" for line in lines)


def _commands(names: ApkNames) -> Iterator[str]:
    if names.build:
        yield f"apk add --no-cache --virtual .build-deps {' '.join(names.build)}"
    if names.runtime:
        yield f"apk add --no-cache {' '.join(names.runtime)}"
    if not names.build and not names.runtime:
        yield "# nothing has to be added"
