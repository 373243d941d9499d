"""What build requirements bring into the isolated environment of a build: ``data/brought.toml``, checked on load."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Brought", "brought", "parse_brought"]

_LISTS = ("modules", "through", "headers")


class Brought(NamedTuple):
    """By distribution (normalised name): its modules and those of what it requires, and the first folders, or names, of its headers.

    A distribution that is not among the modules may bring any.
    """

    modules: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, tuple[str, ...]]
    plugins: Mapping[str, tuple[tuple[int, ...], str]]
    """Plugins of setuptools: the last version, and what it and those before import of setuptools."""
    no_packages: frozenset[str] = frozenset()
    """Distributions beside which setuptools finds packages as it does alone."""


@cache
def brought() -> Brought:
    """The table. Raises ValueError where it is wrong."""
    return parse_brought((Path(__file__).parent / "data" / "brought.toml").read_text(encoding="utf-8"))


def parse_brought(text: str) -> Brought:
    """The table out of its text. Raises ValueError, naming the row, where it is wrong, or states no source or date."""
    import tomli

    table = tomli.loads(text)
    for key in ("source", "date"):
        if not isinstance(table.get(key), str) or not table[key]:
            raise ValueError(f"brought.toml: no {key}")
    modules: dict[str, tuple[str, ...]] = {}
    headers: dict[str, tuple[str, ...]] = {}
    for number, row in enumerate(table.get("brings", ()), 1):
        name = _checked(row, number)
        if name in modules or name in headers:
            raise ValueError(f"brought.toml: row {number}: a second {name}")
        if "modules" in row or "through" in row:
            modules[name] = (*row.get("modules", ()), *row.get("through", ()))
        if "headers" in row:
            headers[name] = tuple(row["headers"])
    plugins: dict[str, tuple[tuple[int, ...], str]] = {}
    for number, row in enumerate(table.get("plugins", ()), 1):
        if set(row) != {"name", "until", "imports", "src"} or not all(isinstance(cell, str) and cell for cell in row.values()):
            raise ValueError(f"brought.toml: plugin {number}: name, until, imports and src are asked for")
        if row["name"] in plugins or not row["until"].replace(".", "").isdecimal():
            raise ValueError(f"brought.toml: plugin {number}: a second {row['name']}, or until {row['until']!r}")
        plugins[row["name"]] = (tuple(map(int, row["until"].split("."))), row["imports"])
    return Brought(modules, headers, plugins, _alone(table.get("no_packages", {"names": [], "src": "none"})))


def _alone(row: Mapping[str, Any]) -> frozenset[str]:
    if set(row) != {"names", "src"} or not row["src"] or not all(isinstance(name, str) and name for name in row["names"]):
        raise ValueError("brought.toml: no_packages: names and src are asked for")
    return frozenset(row["names"])


def _checked(row: dict[str, Any], number: int) -> str:
    """The name of a row whose columns are as they should be."""
    for column, cell in row.items():
        is_text = column in {"name", "src"} and isinstance(cell, str) and cell
        is_list = column in _LISTS and isinstance(cell, list) and cell and all(isinstance(item, str) and item for item in cell)
        if not (is_text or is_list):
            raise ValueError(f"brought.toml: row {number}: column {column} = {cell!r}")
    if not {"name", "src"} <= row.keys() or not row.keys() & {*_LISTS}:
        raise ValueError(f"brought.toml: row {number}: no name, no src, or nothing brought")
    name: str = row["name"]
    return name
