"""The report as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muslcheck.render import RenderOptions
    from muslcheck.words.report import Report

__all__ = ["render"]


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 -- the drawing comes next
    """The report as text, newline at the end."""
    return "".join(f"{v.outcome:8} {v.name} {v.version or ''}\n" for v in report)
