"""What Python, its C API, setuptools and Cython no longer have, and since when: ``data/gone.toml``, checked on load."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Gone", "gone", "parse_gone"]

_LISTS = ("modules", "names", "headers")
_OF = {"python": ("modules", "names"), "setuptools": ("names",), "capi": ("names", "headers"), "cython": ("modules", "names")}
"""Whose things, and what is listed of each."""
_PYTHON = re.compile(r"(\d+)\.(\d+)")


class Gone(NamedTuple):
    """By name, the first version that no longer has it; of ``new`` modules, the first that has them."""

    modules: Mapping[str, tuple[int, int]]
    """Top-level modules of the standard library."""
    names: Mapping[str, tuple[int, int]]
    """Names in modules that stay, in full (``time.clock``)."""
    new: Mapping[str, tuple[int, int]]
    setuptools: Mapping[str, int]
    """Modules and names of setuptools, and of the distutils that it brings: the first major version without them."""
    c_api: Mapping[str, tuple[int, int]]
    headers: Mapping[str, tuple[int, int]]
    common: frozenset[str]
    """Headers whose names others use, too."""
    cython_modules: Mapping[str, tuple[int, int]]
    """Modules for ``cimport`` that Cython brought: the first Cython without them."""
    cython_names: Mapping[str, tuple[int, int]]


@cache
def gone() -> Gone:
    """The table. Raises ValueError where it is wrong."""
    return parse_gone((Path(__file__).parent / "data" / "gone.toml").read_text(encoding="utf-8"))


def parse_gone(text: str) -> Gone:
    """The table out of its text. Raises ValueError, naming the row, where it is wrong, or states no source or date."""
    import tomli

    table = tomli.loads(text)
    for key in ("source", "date"):
        if not isinstance(table.get(key), str) or not table[key]:
            raise ValueError(f"gone.toml: no {key}")
    found: dict[tuple[str, str], dict[str, tuple[int, int]]] = {(of, column): {} for of, columns in _OF.items() for column in columns}
    common: set[str] = set()
    for number, row in enumerate(table.get("gone", ()), 1):
        of, column = _checked(row, f"row {number} of gone")
        _add(found[of, column], row[column], _version(row["since"], of, f"row {number} of gone"), f"row {number} of gone")
        common.update(row[column] if row.get("common") else ())
    new: dict[str, tuple[int, int]] = {}
    for number, row in enumerate(table.get("new", ()), 1):
        if set(row) != {"python", "modules", "src"} or not _texts(row["modules"]) or not row["src"]:
            raise ValueError(f"gone.toml: row {number} of new: python, modules and src are asked for")
        _add(new, row["modules"], _version(row["python"], "python", f"row {number} of new"), f"row {number} of new")
    return Gone(
        found["python", "modules"],
        found["python", "names"],
        new,
        {name: major for name, (major, _) in found["setuptools", "names"].items()},
        found["capi", "names"],
        found["capi", "headers"],
        frozenset(common),
        found["cython", "modules"],
        found["cython", "names"],
    )


def _checked(row: dict[str, Any], where: str) -> tuple[str, str]:
    """Whose things a row lists, and in which column."""
    of, columns = row.get("of"), [column for column in _LISTS if column in row]
    if of not in _OF or not isinstance(row.get("src"), str) or not row["src"] or not isinstance(row.get("since"), str):
        raise ValueError(f"gone.toml: {where}: of, since and src are asked for")
    if len(columns) != 1 or columns[0] not in _OF[of] or not _texts(row[columns[0]]):
        raise ValueError(f"gone.toml: {where}: one list of {' or '.join(_OF[of])} is asked for")
    if unknown := set(row) - {"of", "since", "src", "common", columns[0]}:
        raise ValueError(f"gone.toml: {where}: column {min(unknown)}")
    return of, columns[0]


def _texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) and item for item in value)


def _version(text: str, of: str, where: str) -> tuple[int, int]:
    if of == "setuptools" and text.isdecimal():
        return int(text), 0
    if of != "setuptools" and (match := _PYTHON.fullmatch(text)):
        return int(match[1]), int(match[2])
    raise ValueError(f"gone.toml: {where}: version {text!r}")


def _add(into: dict[str, tuple[int, int]], names: list[str], version: tuple[int, int], where: str) -> None:
    for name in names:
        if name in into:
            raise ValueError(f"gone.toml: {where}: a second {name}")
        into[name] = version
