"""What a message says is missing: the libraries, headers and programs that it names, and the Alpine packages that have them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from muslcheck.alpine.apk import apk_for_header, apk_for_library, apk_for_pkgconfig, apk_for_program
from muslcheck.alpine.tables import Table, TableFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.alpine.apk import Apk

__all__ = ["Named", "named_as_missing"]

_MISSING = re.compile(
    r"not (?:be )?(?:found|installed|available|present|detected|find|locate)"
    r"|(?:can't|cannot|could ?n[o']t|unable to|fail\w* to) (?:find|locate|detect)"
    r"|\bmissing\b|\binstall(?:ed)?\b|\brequire[sd]?\b|\bneed(?:s|ed)?\b|\bno \S+ (?:\S+ )?(?:found|detected)|\bwithout\b|\bmust have\b",
    re.IGNORECASE,
)
"""How a message says that something is not there."""
_BUILT_BY = re.compile(r"\[(?:GCC|Clang)\b[^\]]*\]")
"""The end of ``sys.version``: the compiler that made Python is not one that is missing."""
_HEADER = re.compile(r"(?<![\w/.-])((?:[\w+-]+/)*[\w+-]+\.h(?:pp|xx)?)\b")
_LIBRARY = re.compile(r"(?<![\w/.-])lib([A-Za-z][\w+-]*?)(?:\.so|\.a|-dev|-devel)?(?![\w-])")
_DEVEL = re.compile(r"(?<![\w/.-])([A-Za-z][\w.+-]*?)-dev(?:el)?(?![\w-])")
_WORD = re.compile(r"(?<![\w/.-])[A-Za-z][\w+-]*(?:[-_]config|\+\+)?(?![\w-])")
_EVERYDAY = frozenset(
    {
        "bash",
        "bison",
        "file",
        "find",
        "git",
        "go",
        "install",
        "less",
        "m4",
        "make",
        "patch",
        "perl",
        "pip",
        "python",
        "python3",
        "sh",
        "test",
        "which",
    }
)
"""Programs whose names are words of any sentence, or are in every image."""


class Named(NamedTuple):
    """A thing that a message names: ``library``, ``header`` or ``program``, its name there, and its packages."""

    kind: str
    name: str
    apk: Apk


def named_as_missing(message: str, release: str) -> tuple[Named, ...]:
    """What a message names that says that something is missing; nothing where it does not say so, or names nothing that is known."""
    if not _MISSING.search(message):
        return ()
    message = _BUILT_BY.sub("", message)
    found: dict[tuple[str, ...], Named] = {}
    for kind, name, apk in _named(message, release):
        if apk is not None and apk.build:
            found.setdefault(apk.build, Named(kind, name, apk))
    return tuple(found.values())


def _named(message: str, release: str) -> Iterator[tuple[str, str, Apk | None]]:
    for header in _HEADER.findall(message):
        yield "header", header, apk_for_header(header, release)
    for name in _LIBRARY.findall(message):
        yield "library", f"lib{name}", apk_for_library(name, release) or apk_for_pkgconfig(f"lib{name}", release)
    for name in _DEVEL.findall(message):
        if not name.startswith("python"):
            yield "library", name, apk_for_library(name.removeprefix("lib"), release) or apk_for_pkgconfig(name, release)
    for word in _WORD.findall(message):
        if word.lower() not in _EVERYDAY:
            yield "program", word, apk_for_program(word.lower(), release)
    lower = message.lower()
    for said, kind, name in _called():
        if said.lower() in lower and re.search(rf"(?<!\w){re.escape(said.lower())}(?!\w)", lower):
            ways = {"lib": apk_for_library, "pc": apk_for_pkgconfig, "program": apk_for_program}
            yield "program" if kind == "program" else "library", said, ways[kind](name, release)


@cache
def _called() -> tuple[tuple[str, str, str], ...]:
    """What is said, and the kind and the name in the other tables. Raises TableFault."""
    kinds = ("lib", "pc", "program")
    made: list[tuple[str, str, str]] = []
    for number, row in enumerate(Table.load("spoken").rows("called", texts=("said", "src", *kinds)), 1):
        given = [kind for kind in kinds if row.text(kind)]
        if len(given) != 1 or not row.text("said") or not row.text("src"):
            raise TableFault(f"spoken: called row {number}: said, src and one of {', '.join(kinds)} are asked for")
        made.append((row.text("said"), given[0], row.text(given[0])))
    return tuple(made)
