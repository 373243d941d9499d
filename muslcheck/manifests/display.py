"""Texts of manifests, fit to print."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["nearest", "quoted", "shown"]

_PASSWORD = re.compile(r"(?<=://)[^/\s@]+@")
_LONGEST = 120


def shown(text: str) -> str:
    """Text fit to print: on one line, and no credentials in its addresses."""
    return _PASSWORD.sub(lambda found: found[0] if found[0] in ("git@", "hg@") else "****@", " ".join(text.split()))


def quoted(text: str) -> str:
    """The same in quotes, and not too long, for a sentence to begin with."""
    text = shown(text)
    quote = "'" if '"' in text and "'" not in text else '"'
    return f"{quote}{text if len(text) <= _LONGEST else text[: _LONGEST - 3] + '...'}{quote}"


def nearest(word: str, known: Sequence[str]) -> str:
    """`` (did you mean ...?)`` with the most alike of the known words, or nothing."""
    import difflib

    found = difflib.get_close_matches(word, known, n=2, cutoff=0.6)
    return f" (did you mean {' or '.join(found)}?)" if found else ""
