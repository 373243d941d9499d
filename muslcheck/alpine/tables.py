"""Reading the tables in ``data/``: TOML, checked on load, so that a slip in a row is named and not met later as a wrong answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Row", "Table", "TableFault", "holds"]


class TableFault(ValueError):
    """A table that muslcheck ships is not what its reader expects: a fault of muslcheck's own, found by its tests."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, its columns already checked."""

    values: Mapping[str, Any]

    def text(self, column: str) -> str:
        """A text column; empty where the row has none."""
        value: str = self.values.get(column, "")
        return value

    def strings(self, column: str) -> tuple[str, ...]:
        """A column of texts; empty where the row has none."""
        return tuple(self.values.get(column, ()))

    def flag(self, column: str) -> bool:
        """A true or false column; false where the row has none."""
        return bool(self.values.get(column, False))


@dataclass(frozen=True, slots=True)
class Table:
    """One TOML file of ``data/``, with where its facts come from and when they were gathered."""

    name: str
    source: str
    date: str
    values: Mapping[str, Any]

    @staticmethod
    def load(name: str) -> Table:
        """The table ``data/NAME.toml``, read once. Raises TableFault."""
        return _load(name)

    @classmethod
    def parse(cls, name: str, text: str) -> Table:
        """The table that a TOML text holds. Raises TableFault where it is no TOML, or states no source or date."""
        import tomli

        try:
            values = tomli.loads(text)
        except tomli.TOMLDecodeError as error:
            raise TableFault(f"{name}: {error}") from error
        for key in ("source", "date"):
            if not isinstance(values.get(key), str) or not values[key]:
                raise TableFault(f"{name}: no {key}")
        return cls(name, values.pop("source"), values.pop("date"), values)

    def text(self, key: str) -> str:
        """A text of the table. Raises TableFault."""
        value = self.values.get(key)
        if not isinstance(value, str):
            raise TableFault(f"{self.name}: {key} is not a text")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of texts of the table. Raises TableFault."""
        value = self.values.get(key)
        if not _texts(value):
            raise TableFault(f"{self.name}: {key} is not a list of texts")
        return tuple(value)  # type: ignore[arg-type] # _texts looked

    def rows(self, key: str, *, texts: tuple[str, ...] = (), lists: tuple[str, ...] = (), flags: tuple[str, ...] = ()) -> Iterator[Row]:
        """The rows of an array of tables, with no other columns than those named. Raises TableFault."""
        value = self.values.get(key)
        if not isinstance(value, list):
            raise TableFault(f"{self.name}: {key} is not a list of rows")
        kinds: dict[str, type] = {**dict.fromkeys(texts, str), **dict.fromkeys(lists, list), **dict.fromkeys(flags, bool)}
        for number, values in enumerate(value, 1):
            for column, cell in values.items():
                kind = kinds.get(column)
                if kind is not type(cell) or (kind is str and not cell) or (kind is list and not _texts(cell)):
                    raise TableFault(f"{self.name}: {key} row {number}: column {column} = {cell!r}")
            yield Row(values)


def holds(row: Row | tuple[str, str], release: str) -> bool:
    """Whether a row with ``since`` and ``until`` (both included, either may be missing) speaks of an Alpine release.

    ``edge``, and any release that is no number, is newer than all.
    """
    since, until = (row.text("since"), row.text("until")) if isinstance(row, Row) else row
    if not since and not until:
        return True
    at = _number(release)
    return (not since or _number(since) <= at) and (not until or at <= _number(until))


@cache
def _number(release: str) -> tuple[int, ...]:
    parts = release.removeprefix("v").split(".")[:2]
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else (9999,)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(type(item) is str and item for item in value)


@cache
def _load(name: str) -> Table:
    return Table.parse(name, (Path(__file__).parent / "data" / f"{name}.toml").read_text(encoding="utf-8"))
