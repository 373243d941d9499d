"""TOML and JSON texts of lock files to plain data, with the line at which each entry begins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import tomli

from muslcheck.errors import Fault, ManifestError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["entry_lines", "read_json", "read_toml", "type_name"]


def read_toml(path: str, data: bytes) -> tuple[dict[str, Any], str]:
    """The document and its text. Raises ManifestError."""
    text = _text(path, data, "TOML")
    try:
        return tomli.loads(text), text
    except tomli.TOMLDecodeError as error:
        if text.startswith("\ufeff"):
            reason = "a byte order mark stands at its beginning; TOML has none"
        else:
            reason = conflict_left(text, error.lineno) or f"not TOML: {error.msg[:1].lower()}{error.msg[1:]}"
        raise ManifestError((Fault(path, error.lineno, reason),)) from None
    except (RecursionError, ValueError):
        raise ManifestError((Fault(path, None, "not TOML that can be read: its values are too large or nested too deep"),)) from None


def read_json(path: str, data: bytes) -> tuple[dict[str, Any], str]:
    """The document, which must be an object, and its text. Raises ManifestError."""
    import json

    text = _text(path, data, "JSON").removeprefix("\ufeff")
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        reason = conflict_left(text, error.lineno) or f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise ManifestError((Fault(path, error.lineno, reason),)) from None
    except (RecursionError, ValueError):
        raise ManifestError((Fault(path, None, "not JSON that can be read: its values are too large or nested too deep"),)) from None
    if not isinstance(document, dict):
        raise ManifestError((Fault(path, 1, f"it must hold an object, not {type_name(document)}"),))
    return document, text


def conflict_left(text: str, line: int) -> str:
    """What to say where a merge conflict was left in a file, else nothing."""
    lines = text.split("\n")[max(0, line - 2) : line + 1]
    return "a merge conflict is left here; lock again" if any(re.match(r"<{7}|={7}|>{7}", each) for each in lines) else ""


def entry_lines(text: str, header: str, entries: Sequence[object]) -> list[int | None]:
    """The line of each ``[[header]]`` of an array of tables; None for all where they do not tally (one stands in a string)."""
    lines: list[int | None] = []
    line, last = 1, 0
    for found in re.finditer(rf"^[ \t]*\[\[[ \t]*{header}[ \t]*\]\]", text, re.MULTILINE):
        line += text.count("\n", last, found.start())
        last = found.start()
        lines.append(line)
    return lines if len(lines) == len(entries) else [None] * len(entries)


def type_name(value: object) -> str:
    """What a value is, in words."""
    kinds = {dict: "a table", list: "a list", str: "a string", bool: "a boolean", int: "a number", float: "a number", type(None): "null"}
    return kinds.get(type(value), "a date or time")


def _text(path: str, data: bytes, kind: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ManifestError((Fault(path, line, f"not UTF-8, which {kind} must be"),)) from None
