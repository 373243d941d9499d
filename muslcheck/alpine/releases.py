"""The releases of Alpine, Debian and Python, and the architectures of their images: ``data/*.toml``, checked on load."""

from __future__ import annotations

import datetime
import os
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AlpineRelease",
    "Architectures",
    "DebianRelease",
    "PythonRelease",
    "alpine",
    "architectures",
    "debian",
    "parse_alpine",
    "parse_architectures",
    "parse_debian",
    "parse_python",
    "python",
    "read_table",
]

_T = TypeVar("_T")
_VERSION = re.compile(r"\d+(\.\d+)+([a-z]+\d*|_[a-z]+\d*)?")


@dataclass(frozen=True, slots=True)
class AlpineRelease:
    """An Alpine release. ``versions`` are those of tools and libraries by apk name (``rust``, ``cmake``, ``linux-headers``).

    ``externally_managed``: pip refuses to install into its own python3 (PEP 668).
    """

    name: str
    released: datetime.date
    end_of_support: datetime.date
    musl: str
    python3: str
    versions: Mapping[str, str]
    externally_managed: bool


@dataclass(frozen=True, slots=True)
class DebianRelease:
    """A Debian release: code name, number, glibc (major, minor), its own Python and gcc."""

    name: str
    number: str
    released: datetime.date
    end_of_support: datetime.date
    glibc: tuple[int, int]
    python3: str
    gcc: str


@dataclass(frozen=True, slots=True)
class PythonRelease:
    """A minor version of Python: its newest patch release, and the Alpine and Debian that its images default to.

    ``alpine_until`` and ``debian_until`` hold, the oldest first, the bases of older images with the last patch release on each.
    """

    name: str
    newest: str
    released: datetime.date
    end_of_life: datetime.date
    alpine: str
    debian: str
    alpine_until: Mapping[str, int]
    debian_until: Mapping[str, int]

    @property
    def minor(self) -> tuple[int, int]:
        """The version as numbers."""
        major, minor = self.name.split(".")
        return int(major), int(minor)

    @property
    def is_final(self) -> bool:
        """Whether there is a release that is no pre-release."""
        return self.newest.replace(".", "").isdigit()

    def base(self, distribution: str, patch: int | None) -> str:
        """The release of Alpine or Debian under the images of a patch release that name none; of the newest where it is None."""
        default, until = (self.alpine, self.alpine_until) if distribution == "alpine" else (self.debian, self.debian_until)
        return next((base for base, last in until.items() if patch is not None and patch <= last), default)


class Architectures(NamedTuple):
    """Machines by every name in use, those names that mean two things (by distribution), and the machines of each kind of image."""

    names: Mapping[str, str]
    homonyms: Mapping[str, Mapping[str, str]]
    images: Mapping[str, tuple[str, ...]]


@cache
def alpine() -> dict[str, AlpineRelease]:
    """Alpine's releases by name (``3.23``, ``edge``), the oldest first. Raises ValueError where the table is wrong."""
    return parse_alpine(read_table("alpine.toml"))


def parse_alpine(table: dict[str, Any]) -> dict[str, AlpineRelease]:
    """Alpine's releases out of a parsed table. Raises ValueError, naming file, row and key, where it is wrong."""
    releases = {}
    for row in _rows("alpine.toml", table):
        release = AlpineRelease(
            name=row.text("name"),
            released=row.get("released", datetime.date),
            end_of_support=row.get("end_of_support", datetime.date, datetime.date.max),
            musl=row.version("musl"),
            python3=row.version("python3"),
            versions=row.versions("versions"),
            externally_managed=row.get("externally_managed", bool),
        )
        releases[release.name] = release
    return releases


@cache
def debian() -> dict[str, DebianRelease]:
    """Debian's releases by code name, the oldest first. Raises ValueError where the table is wrong."""
    return parse_debian(read_table("debian.toml"))


def parse_debian(table: dict[str, Any]) -> dict[str, DebianRelease]:
    """Debian's releases out of a parsed table. Raises ValueError, naming file, row and key, where it is wrong."""
    releases = {}
    for row in _rows("debian.toml", table):
        major, minor = row.version("glibc").split(".")
        release = DebianRelease(
            name=row.text("name"),
            number=row.text("number"),
            released=row.get("released", datetime.date),
            end_of_support=row.get("end_of_support", datetime.date),
            glibc=(int(major), int(minor)),
            python3=row.version("python3"),
            gcc=row.version("gcc"),
        )
        releases[release.name] = release
    return releases


@cache
def python() -> dict[str, PythonRelease]:
    """Python's minor versions by name (``3.11``), the oldest first. Raises ValueError where the table is wrong."""
    return parse_python(read_table("python.toml"))


def parse_python(table: dict[str, Any]) -> dict[str, PythonRelease]:
    """Python's versions out of a parsed table. Raises ValueError, naming file, row and key, where it is wrong."""
    releases = {}
    for row in _rows("python.toml", table):
        row.text("source")
        release = PythonRelease(
            name=row.version("name"),
            newest=row.version("newest"),
            released=row.get("released", datetime.date),
            end_of_life=row.get("end_of_life", datetime.date),
            alpine=row.text("alpine"),
            debian=row.text("debian"),
            alpine_until=row.get("alpine_until", dict, {}),
            debian_until=row.get("debian_until", dict, {}),
        )
        if not release.newest.startswith(release.name + "."):
            raise row.wrong(f"newest is no {release.name}")
        if not {release.alpine, *release.alpine_until} <= alpine().keys() or not {release.debian, *release.debian_until} <= debian().keys():
            raise row.wrong("a base is in no table")
        for last in (list(release.alpine_until.values()), list(release.debian_until.values())):
            if last != sorted(last):
                raise row.wrong("the bases do not stand in order")
        releases[release.name] = release
    return releases


@cache
def architectures() -> Architectures:
    """The architectures and their names. Raises ValueError where the table is wrong."""
    return parse_architectures(read_table("images.toml"))


def parse_architectures(table: dict[str, Any]) -> Architectures:
    """The architectures out of a parsed table. Raises ValueError, naming file, row and key, where it is wrong."""
    row = _Row("images.toml", "", table)
    names: dict[str, str] = {}
    for arch, others in row.get("arches", dict).items():
        for name in (arch, *others):
            if names.setdefault(name, arch) != arch:
                raise row.wrong(f"{name} is both {names[name]} and {arch}")
    homonyms = row.get("homonyms", dict)
    images = {kind: tuple(arches) for kind, arches in row.get("images", dict).items()}
    meant = {arch for arches in images.values() for arch in arches} | {arch for both in homonyms.values() for arch in both.values()}
    if strange := meant.difference(names):
        raise row.wrong(f"unknown architectures {sorted(strange)}")
    return Architectures(names, homonyms, images)


def read_table(filename: str) -> dict[str, Any]:
    """One file of ``data/``, parsed. Raises ValueError, naming the file, where it is no TOML."""
    import tomli

    with open(os.path.join(os.path.dirname(__file__), "data", filename), "rb") as file:  # noqa: PTH118, PTH120, PTH123 - spares a warm run pathlib
        try:
            return tomli.load(file)
        except tomli.TOMLDecodeError as error:
            raise ValueError(f"{filename}: {error}") from error


class _Row(NamedTuple):
    """A table of a data file, which complains by file and row."""

    filename: str
    place: str
    values: dict[str, Any]

    def wrong(self, what: str) -> ValueError:
        return ValueError(f"{self.filename}{self.place}: {what}")

    def get(self, key: str, kind: type[_T], default: _T | None = None) -> _T:
        value = self.values.get(key, default)
        if not isinstance(value, kind):
            raise self.wrong(f"{key} is {'missing' if value is None else f'no {kind.__name__}'}")
        return value

    def text(self, key: str) -> str:
        if not (value := self.get(key, str)):
            raise self.wrong(f"{key} is empty")
        return value

    def version(self, key: str) -> str:
        if not _VERSION.fullmatch(value := self.get(key, str)):
            raise self.wrong(f"{key} is no version: {value!r}")
        return value

    def versions(self, key: str) -> dict[str, str]:
        values: dict[str, object] = self.get(key, dict)
        return {name: _Row(self.filename, f"{self.place}, {key}", values).version(name) for name in values}


def _rows(filename: str, table: dict[str, Any]) -> list[_Row]:
    """The ``[[release]]`` tables of a data file, each with a name of its own."""
    rows = [_Row(filename, f": release {number}", values) for number, values in enumerate(table.get("release", ()), 1)]
    seen: set[str] = set()
    for row in rows:
        if (name := row.text("name")) in seen:
            raise row.wrong(f"a second {name}")
        seen.add(name)
    return rows
