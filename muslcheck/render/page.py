"""A page of text: lines that fit a width, coloured or not, and free of what a terminal would obey."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["STYLES", "Page", "clean"]

STYLES: Final = {
    "fail": "1;31",
    "compile": "1;33",
    "unknown": "1;35",
    "build": "36",
    "wheel": "32",
    "name": "1",
    "label": "2",
    "aside": "2",
    "error": "1;31",
    "hint": "36",
}
"""What each style is in SGR codes (ECMA-48). Colour only repeats what the words say."""

ASCII: Final = str.maketrans({"→": "->", "…": "...", "·": "-", "—": "-", "’": "'", "≥": ">=", "≤": "<="})  # noqa: RUF001 -- it is replaced
BREAKS: Final = re.compile(r"(?<=[-_./!,:=?&])")


def clean(text: str) -> str:
    """The text on one line and without control characters.

    Names and messages come out of strangers' archives: an escape sequence in one must not reach the terminal.
    """
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))


ESCAPES: Final = re.compile("\x1b\\[[0-9;]*m")


class Page:
    """Lines of text, one below the other."""

    def __init__(self, *, color: bool, width: int, unicode: bool) -> None:
        self._lines: list[str] = []
        self._color = color
        self._width = width
        self._unicode = unicode

    def __str__(self) -> str:
        text = "".join(f"{line}\n" for line in self._lines)
        return text if self._unicode else text.translate(ASCII)

    @property
    def width(self) -> int:
        """The columns that a line may take."""
        return self._width

    def paint(self, text: str, style: str) -> str:
        """The text in a style of :data:`STYLES`; unchanged where there is no colour."""
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self._color and text and style else text

    def line(self, text: str = "") -> None:
        """Add one line as it is."""
        self._lines.append(text.rstrip())

    def gap(self) -> None:
        """Add an empty line, unless there is one or the page begins."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def item(
        self, label: str, text: str, *, indent: int, style: str = "", label_style: str = "label", whole: bool = False, hanging: int = 0
    ) -> None:
        """Add a label and a text beside it, the text wrapped and aligned at ``indent``; with ``whole``, no word is parted.

        The first line begins ``hanging`` columns before the others.
        """
        first = f"{label:{indent - hanging}}" if len(label) < indent or not label else f"{label} "
        head = self.paint(label, label_style) + first[len(label) :]
        room = self._width - indent
        for number, piece in enumerate(_wrapped(clean(text), room, room - (len(first) - indent), whole=whole)):
            self.line((" " * indent if number else head) + self.paint(piece, style))

    def beside(self, text: str, *, indent: int, below: int = 6, style: str = "") -> None:
        """Continue the last line from ``indent`` on; where there is no room, go on in the next line from ``below`` on."""
        text, last = clean(text), len(ESCAPES.sub("", self._lines[-1]))
        if last < indent and indent + len(text) <= self._width:
            self._lines[-1] += " " * (indent - last) + self.paint(text, style)
        else:
            self.item("", text, indent=below, style=style)

    def paste(self, command: str, *, indent: int) -> None:
        """Add a shell command that can be pasted as it stands, continued with backslashes where it is long."""
        pieces = list(_wrapped(clean(command), self._width - indent - 4, self._width - indent - 2, whole=True))
        for number, piece in enumerate(pieces):
            self.line(" " * (indent + (2 if number else 0)) + piece + (" \\" if number < len(pieces) - 1 else ""))


def _wrapped(text: str, width: int, first: int, *, whole: bool = False) -> Iterator[str]:
    """The text in pieces of at most ``width`` columns, the first of ``first``; with ``whole``, no word is parted."""
    line, room = "", first
    for space, part in _parts(text, len(text) if whole else width):
        joined = f"{line}{space}{part}" if line else part
        if line and len(joined) > room:
            yield line
            line, room = part, width
        else:
            line = joined
    if line:
        yield line


def _parts(text: str, width: int) -> Iterator[tuple[str, str]]:
    """The words, each with the space before it; one that is wider than ``width`` is parted after its punctuation."""
    for word in text.split(" "):
        space, rest = " ", word
        while len(rest) > width:
            cut = max((found.start() for found in BREAKS.finditer(rest, 1, width)), default=width)
            yield space, rest[:cut]
            space, rest = "", rest[cut:]
        yield space, rest
