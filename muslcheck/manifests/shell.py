"""Shell text to simple commands: enough for the lines of a Dockerfile that install packages; nothing is run."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["assigned", "commands", "exec_form", "open_names", "script_of", "spelled", "substituted"]

_VARIABLE = re.compile(r"\\(\$)|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-+])([^{}]*))?\})")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_MARK = re.compile("\0([A-Za-z_]\\w*)\0")
_ASSIGNED = re.compile(r"""(?:^|[\s;&|(])([A-Za-z_]\w*)=("[^"`]*"|'[^']*'|[^\s;&|()"'`]+)(?=[\s;&|)]|$)""")
_BEFORE = ("sudo", "exec", "time", "env", "command", "nice", "then", "do", "else", "if", "!", "{", "eatmydata")
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
_ENDS = frozenset(";&|()")


def commands(text: str) -> list[list[str]]:
    """The simple commands of a shell text, word by word, without redirections, assignments and what only stands before a command.

    Raises ValueError where a quote is not closed.
    """
    lexer = shlex.shlex(text.replace("\\\n", " ").replace("\n", " ; "), posix=True, punctuation_chars=";&|()<>")
    lexer.whitespace_split = True
    lexer.commenters = ""
    found: list[list[str]] = [[]]
    skip = False
    for word in lexer:
        if skip:
            skip = False
        elif word and set(word) <= _ENDS:
            found.append([])
        elif word and set(word) <= set("<>&"):
            skip = True
            if found[-1] and found[-1][-1] in ("1", "2"):
                found[-1].pop()
        else:
            found[-1].append(word)
    return [stripped for stripped in map(_stripped, found) if stripped]


def assigned(text: str, values: Mapping[str, str | None]) -> dict[str, str | None]:
    """What a shell text sets itself (``NAME=value``, ``export NAME="a b"``), with variables filled in; computed values are left out."""
    found: dict[str, str | None] = {}
    for each in _ASSIGNED.finditer(text):
        value, unset = substituted(each[2].strip("\"'"), {**values, **found})
        if "$(" not in value and not unset:
            found[each[1]] = value
    return found


def exec_form(value: str) -> list[str] | None:
    """The words of ``["pip", "install", "x"]``; None for a shell text."""
    if not value.startswith("["):
        return None
    import json

    try:
        words = json.loads(value)
    except ValueError:
        return None
    return words if isinstance(words, list) and all(isinstance(word, str) for word in words) else None


def script_of(words: list[str]) -> str | None:
    """The text that a shell is given to run (``sh -c '...'``), None for any other command."""
    if len(words) < 3 or words[0].rpartition("/")[2] not in _SHELLS:  # noqa: PLR2004 - the shell, its option, the text
        return None
    option = next((place for place, word in enumerate(words) if re.fullmatch(r"-\w*c", word)), None)
    return words[option + 1] if option is not None and option + 1 < len(words) else None


def open_names(word: str) -> tuple[str, ...]:
    """The variables without a value that a word of a marked text holds (see :func:`substituted`)."""
    return tuple(_MARK.findall(word))


def spelled(word: str, *, empty: bool = False) -> str:
    """A word of a marked text as it was written (``$NAME``), or as a shell takes it: nothing stands for the variable."""
    return _MARK.sub("" if empty else r"$\1", word)


def substituted(text: str, values: Mapping[str, str | None], *, marked: bool = False) -> tuple[str, tuple[str, ...]]:
    """A text with its variables filled in, and the names of those without a value, which become empty, or are marked."""
    unset: dict[str, None] = {}

    def fill(found: re.Match[str]) -> str:
        if found[1]:
            return "$"
        name, operator, other = found[2] or found[3], found[4], found[5]
        value = values.get(name)
        if operator and operator.endswith("+"):
            return str(other) if value else ""
        if value or (value is not None and operator != ":-"):
            return value
        if operator:
            return str(other)
        unset.setdefault(name)
        return f"\0{name}\0" if marked else ""

    return _VARIABLE.sub(fill, text), tuple(unset)


def _stripped(words: list[str]) -> list[str]:
    start = 0
    while start < len(words) and (words[start] in _BEFORE or _ASSIGNMENT.match(words[start])):
        start += 1
    return words[start:]
