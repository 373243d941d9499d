"""Line numbers for the strings of a TOML document: the parser gives values without their places.

A second, simple walk over text that the parser has already found valid, so it need not check anything.
"""

from __future__ import annotations

import re
from typing import TypeAlias

__all__ = ["Place", "string_lines"]

Place: TypeAlias = tuple[str | int, ...]
"""The keys and list positions that lead to a value, from the top."""

_TOKEN = re.compile(
    r"""
      (?P<skip>[ \t\r]+|\#[^\n]*)
    | (?P<text>\"{3}(?:[^\\]|\\.)*?\"{3,5} | '{3}.*?'{3,5} | "(?:[^"\\\n]|\\.)*" | '[^'\n]*')
    | (?P<mark>[\[\]{},=.\n])
    | (?P<bare>[^\s\[\]{},=."'\#]+)
    """,
    re.VERBOSE | re.DOTALL,
)


def string_lines(text: str) -> dict[Place, int]:
    """The line (1-based) at which each value and each key begins. A key is found under its full path."""
    return _Walk(text).places


class _Walk:
    """One pass from the first sign to the last."""

    def __init__(self, text: str) -> None:
        self.places: dict[Place, int] = {}
        self.tokens: list[tuple[str, str, int]] = []
        line = 1
        for found in _TOKEN.finditer(text):
            kind, sign = str(found.lastgroup), found[0]
            if kind != "skip":
                self.tokens.append((kind, sign, line))
            line += sign.count("\n")
        self.tokens.append(("mark", "\n", line))
        self.at = 0
        table: Place = ()
        while self.at < len(self.tokens):
            if self.peek() == "\n":
                self.at += 1
            elif self.peek() == "[":
                table = self.header()
            else:
                self.pair(table)

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def header(self) -> Place:
        """``[a.b]`` or ``[[a.b]]``; of an array of tables the last one counts."""
        line = self.tokens[self.at][2]
        while self.peek() == "[":
            self.at += 1
        table = self.key()
        while self.peek() == "]":
            self.at += 1
        self.places.setdefault(table, line)
        return table

    def key(self) -> Place:
        names: list[str] = []
        while self.at < len(self.tokens):
            kind, sign, _ = self.tokens[self.at]
            if kind == "mark" and sign != ".":
                break
            if kind != "mark":
                names.append(_unquoted(sign) if kind == "text" else sign)
            self.at += 1
        return tuple(names)

    def pair(self, table: Place) -> None:
        line = self.tokens[self.at][2]
        start = self.at
        place = table + self.key()
        self.places.setdefault(place, line)
        self.at += self.at == start or self.peek() == "="  # always a step on, whatever is there
        self.value(place)

    def value(self, place: Place) -> None:
        kind, sign, line = self.tokens[self.at] if self.at < len(self.tokens) else ("mark", "", 0)
        if sign not in ("}", "]", "\n", ""):
            self.places[place] = line
        if kind == "text":
            self.at += 1
        elif sign == "[":
            self.array(place)
        elif sign == "{":
            self.inline_table(place)
        else:
            while self.peek() not in (",", "]", "}", "\n", ""):  # a number, date or boolean
                self.at += 1

    def array(self, place: Place) -> None:
        self.at += 1
        position = 0
        while (sign := self.peek()) not in ("]", ""):
            if sign == "\n":
                self.at += 1
            elif sign == ",":
                self.at += 1
                position += 1
            else:
                self.value((*place, position))
                if self.peek() in ("}", "="):
                    self.at += 1
        self.at += 1

    def inline_table(self, place: Place) -> None:
        self.at += 1
        while (sign := self.peek()) not in ("}", ""):
            if sign in (",", "\n"):
                self.at += 1
            else:
                self.pair(place)
                if self.peek() == "]":
                    self.at += 1
        self.at += 1


def _unquoted(sign: str) -> str:
    """A quoted key without its quotes; escapes, which no key of a manifest has, stay as they are."""
    return sign[1:-1]
