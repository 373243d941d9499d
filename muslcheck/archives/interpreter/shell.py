"""Lines and scripts of a shell, as far as it matters for a build: the build tools that they call."""

from __future__ import annotations

import posixpath
import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muslcheck.archives.container import Contents

__all__ = ["called_by", "calls_of_line", "script_of"]

_SHELLS = frozenset({"sh", "ash", "bash", "dash", "zsh"})
_TOOLS = frozenset(
    {
        "autoconf", "automake", "autoreconf", "bazel", "c++", "cargo", "cc", "clang", "clang++", "cmake", "configure", "g++", "gcc",
        "gfortran", "gmake", "go", "make", "meson", "ninja", "rustc", "scons",
    }
)  # fmt: skip
_NAMED = {"$CC": "cc", "${CC}": "cc", "$CXX": "c++", "${CXX}": "c++", "$MAKE": "make", "${MAKE}": "make"}
"""Variables by which a script calls a tool: what they are when nobody sets them."""
_ENDS = frozenset({"&&", ";", "|", "&", "(", ")", "{", "}", "then", "else", "do", ";;"})
_PREFIXES = re.compile(r"[A-Za-z_]+=.*|env|exec|sudo|nice|time|if|while|!")
_OPENS = re.compile(r"\s*(if|for|while|until|case|function)\b|\s*[\w-]+\s*\(\)")
_CLOSES = re.compile(r"\s*(fi|done|esac|\})\s*(;|$|#)")
_LONGEST, _LINES = 2_000, 2_000
"""Characters of a line, and lines of a script, that are read."""


def script_of(contents: Contents, words: Sequence[str]) -> str | None:
    """The member that a command runs as a script (``sh ../build.sh``, ``./build.sh``), by its name alone: folders change on the way."""
    while words[1:] and _PREFIXES.fullmatch(words[0]):  # VARIABLE=value
        words = words[1:]
    given = next((word for word in words[1:] if not word.startswith("-")), "") if posixpath.basename(words[0]) in _SHELLS else words[0]
    if "-c" in words[1:3] or not given.endswith(".sh"):
        return None
    base = posixpath.basename(given)
    return min((n for n in contents.kept if posixpath.basename(n) == base), key=lambda n: (n.count("/"), n), default=None)


def called_by(script: str) -> Iterator[tuple[str, bool, int]]:
    """Build tools that a script calls: the name, whether they are called whatever happens, the line."""
    depth = 0
    for number, line in enumerate(script.replace("\\\n", "  ").splitlines()[:_LINES], 1):
        opened = len(_OPENS.findall(line)) > 0
        depth += opened
        for tool, sure in calls_of_line(line):
            yield tool, sure and not depth, number
        depth = max(0, depth - bool(_CLOSES.match(line) or (opened and re.search(r"\b(fi|done|esac)\b|\}\s*$", line))))


def calls_of_line(line: str) -> Iterator[tuple[str, bool]]:
    """Build tools that a line of commands calls (``cd src && make``), and whether all of them before are gone through."""
    if len(line) > _LONGEST or line.lstrip().startswith("#"):
        return
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    sure = start = True
    try:
        for word in lexer:
            if word == "||":
                sure, start = False, True
            elif word in _ENDS:
                start = True
            elif start and not _PREFIXES.fullmatch(word):
                name = _NAMED.get(word, posixpath.basename(word))
                if name in _TOOLS:
                    yield f"./{name}" if name == "configure" else name, sure
                start = False
    except ValueError:
        return
