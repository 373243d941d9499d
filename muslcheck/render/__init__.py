"""A report in, text out."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
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


def _by(name: str) -> Callable[[Report, RenderOptions], str]:
    """The renderer of one module, which is loaded when it first draws."""

    def draw(report: Report, options: RenderOptions) -> str:
        drawn: str = import_module(f"muslcheck.render.{name}").render(report, options)
        return drawn

    return draw


def _json(report: Report, _: RenderOptions) -> str:
    return report.to_json()


RENDERERS: Mapping[str, Callable[[Report, RenderOptions], str]] = {
    "apk": _by("lines"),
    "csv": _by("csv"),
    "dockerfile": _by("dockerfile"),
    "github": _by("github"),
    "html": _by("html"),
    "json": _json,
    "markdown": _by("markdown"),
    "sarif": _by("sarif"),
    "text": _by("text"),
}
"""Each format of ``--format`` by name."""


def schema() -> str:
    """The JSON Schema (2020-12) of the JSON format, as text."""
    from importlib.resources import files

    return files(__name__).joinpath("data", "report-1.schema.json").read_text(encoding="utf-8")
