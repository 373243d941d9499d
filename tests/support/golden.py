"""Comparison with the expected texts in ``fixtures/golden``.

After a change that is meant, write them anew with ``UPDATE_GOLDEN=1 pytest tests/render`` and read the difference.
"""

import os
from pathlib import Path

__all__ = ["compared"]

GOLDEN = Path(__file__).parents[2] / "fixtures" / "golden"


def compared(name, drawn):
    """Assert that the text is the expected one of that name."""
    path = GOLDEN / name
    if "UPDATE_GOLDEN" in os.environ:
        path.write_text(drawn, "utf-8")
    assert drawn == path.read_text("utf-8")
