"""The face: arguments in, text and an exit status out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is returned."""
    from muslcheck import core  # type: ignore[attr-defined,unused-ignore]  # the story that this face tells
    from muslcheck.render import RENDERERS, RenderOptions

    report = core.check(*(sys.argv[1:] if argv is None else argv))
    sys.stdout.write(RENDERERS["text"](report, RenderOptions()))
    return report.exit_status()
