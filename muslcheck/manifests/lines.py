"""The logical lines of a requirements file, and the short way to them for a file that holds nothing but requirements and comments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optparse import Values

__all__ = ["Line", "plain_lines"]

_COMMENT = re.compile(r"(^|\s+)#.*$")
_NO_OPTIONS: Any = SimpleNamespace(hashes=[])


@dataclass(frozen=True, slots=True)
class Line:
    """One logical line: where it begins, what it says, and the options on it.

    ``entry`` is the requirement with variables filled in (empty for a line of options only), ``written`` the same as it
    stands. ``unset`` are variables without a value. ``ignored`` are words that pip passes over.
    """

    number: int
    written: str
    entry: str
    options: Values
    unset: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    fault: str | None = None

    @property
    def editable(self) -> bool:
        """Whether the requirement comes from ``-e``; of several on a line pip reads the first."""
        return bool(not self.entry and self.options.editables)


def plain_lines(text: str) -> list[Line] | None:
    """The lines of a file without options, variables and continued lines; None for any other: that takes a lexer.

    A word that begins with a dash begins the options (pip ``break_args_options``).
    """
    if "\\" in text or "$" in text:
        return None
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        entry = _COMMENT.sub("", line).strip()
        if entry.startswith("-") or " -" in entry:
            return None
        if entry:
            found.append(Line(number, entry, entry, _NO_OPTIONS))
    return found
