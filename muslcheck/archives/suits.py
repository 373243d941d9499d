"""Which version of a tool suits which other: ``data/suits.toml``, checked on load."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Suits", "parse_suits", "suits"]

_VERSION = re.compile(r"\d+(?:\.\d+)*")
_EARLY = re.compile(r"3\.0\.0(a|b|rc)(\d+)")

Version = tuple[int, ...]


class Suits(NamedTuple):
    """Rows from the newest to the oldest: the first that fits is the one that counts."""

    cython: tuple[tuple[Version, Version], ...]
    """For each Python, the first Cython whose C compiles with it."""
    early_cython: tuple[tuple[Version, tuple[str, int]], ...]
    """The same for the pre-releases of Cython 3.0.0, by stage and number."""
    pyo3: tuple[tuple[Version, Version], ...]
    """For each PyO3 from its first number on, the newest Python that it builds for."""
    gcc: Mapping[str, Version]
    """By spelling of ``-std=``, the first gcc that takes it."""


@cache
def suits() -> Suits:
    """The table. Raises ValueError where it is wrong."""
    return parse_suits((Path(__file__).parent / "data" / "suits.toml").read_text(encoding="utf-8"))


def parse_suits(text: str) -> Suits:
    """The table out of its text. Raises ValueError, naming the table, where it is wrong, or states no source or date."""
    import tomli

    table = tomli.loads(text)
    for key in ("source", "date"):
        if not isinstance(table.get(key), str) or not table[key]:
            raise ValueError(f"suits.toml: no {key}")
    for name in ("cython", "pyo3", "gcc"):
        if not isinstance(table.get(name), dict) or not table[name].get("src"):
            raise ValueError(f"suits.toml: {name}: no table, or no src")
    early = []
    for python, cython in _rows(table["cython"], "first_early", "python", "cython"):
        if (found := _EARLY.fullmatch(cython)) is None:
            raise ValueError(f"suits.toml: first_early: {cython!r} is no pre-release of 3.0.0")
        early.append((_version(python, "first_early"), (found[1], int(found[2]))))
    return Suits(
        _pairs(table["cython"], "first_for", "python", "cython"),
        tuple(early),
        _pairs(table["pyo3"], "newest_python", "pyo3", "python"),
        {spelling: _version(first, "first_with") for spelling, first in table["gcc"].get("first_with", {}).items()},
    )


def _pairs(table: Mapping[str, Any], key: str, first: str, second: str) -> tuple[tuple[Version, Version], ...]:
    found = tuple((_version(one, key), _version(other, key)) for one, other in _rows(table, key, first, second))
    if list(found) != sorted(found, reverse=True):
        raise ValueError(f"suits.toml: {key}: not from the newest to the oldest")
    return found


def _rows(table: Mapping[str, Any], key: str, first: str, second: str) -> list[tuple[str, str]]:
    rows = table.get(key)
    if not isinstance(rows, list) or not all(isinstance(row, dict) and set(row) == {first, second} for row in rows):
        raise ValueError(f"suits.toml: {key}: {first} and {second} are asked for")
    return [(row[first], row[second]) for row in rows]


def _version(text: object, where: str) -> Version:
    if not isinstance(text, str) or not _VERSION.fullmatch(text):
        raise ValueError(f"suits.toml: {where}: {text!r} is no version")
    return tuple(map(int, text.split(".")))
