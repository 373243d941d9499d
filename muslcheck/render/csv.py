"""The report as CSV (RFC 4180): a row for each package on each target."""

from __future__ import annotations

from csv import writer
from io import StringIO
from typing import TYPE_CHECKING, Final

from muslcheck.render.page import clean
from muslcheck.render.phrases import advice_line, chain_line, reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.render import RenderOptions
    from muslcheck.words.report import Report
    from muslcheck.words.verdict import Verdict

__all__ = ["COLUMNS", "render"]

COLUMNS: Final = (
    "target", "name", "version", "outcome", "marks", "file", "size", "installed", "requested", "from", "code", "why", "seen_in", "advice",
    "apk_build", "apk_runtime",
)  # fmt: skip
FORMULA: Final = ("=", "+", "-", "@")
"""What spreadsheets take for the beginning of a formula."""


def render(report: Report, _: RenderOptions) -> str:
    """The report as CSV, the first row the names of the columns; lists are parted by spaces."""
    text = StringIO()
    rows = writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for verdict in report:
        rows.writerow([_cell(value) for value in _row(verdict)])
    return text.getvalue()


def _row(verdict: Verdict) -> Iterator[str | int | None]:
    why = reason(verdict)
    yield from (verdict.target.id, verdict.name, verdict.version, verdict.outcome.value, " ".join(sorted(verdict.marks)))
    yield from (verdict.file.filename, verdict.file.size) if verdict.file else (None, None)
    yield from (verdict.installed, "yes" if verdict.requested else "no", chain_line(verdict) if verdict.chain else "")
    yield from (why.code, why.claim, why.seen_in) if why else ("", "", "")
    yield advice_line(verdict.advice[0]) if verdict.advice else ""
    yield from (" ".join(verdict.apk_in_all.build), " ".join(verdict.apk.runtime))


def _cell(value: str | int | None) -> str:
    """The text of a cell: on one line, and no formula."""
    text = "" if value is None else clean(str(value))
    return f"'{text}" if text.startswith(FORMULA) else text
