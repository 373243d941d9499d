"""A report in, text out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from muslcheck.words.report import Report

__all__ = ["RENDERERS", "RenderOptions", "schema"]


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How to draw a report.

    ``verbosity`` counts ``-v`` less ``-q``: -2 (nothing) to 2 (every file). ``width`` is in columns. ``unicode`` is
    false where the reader's terminal cannot show arrows and dashes.
    """

    color: bool = False
    verbosity: int = 0
    width: int = 80
    unicode: bool = True


def _text(report: Report, options: RenderOptions) -> str:
    from muslcheck.render.text import render

    return render(report, options)


def _json(report: Report, _: RenderOptions) -> str:
    return report.to_json()


RENDERERS: Mapping[str, Callable[[Report, RenderOptions], str]] = {"json": _json, "text": _text}
"""Each format of ``--format`` by name; a renderer is loaded when it first draws."""


def schema() -> str:
    """The JSON Schema (2020-12) of the JSON format, as text."""
    from importlib.resources import files

    return files(__name__).joinpath("data", "report-1.schema.json").read_text(encoding="utf-8")
