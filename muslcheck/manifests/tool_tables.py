"""What tools' own tables in pyproject.toml add to the standard ones: Poetry, PDM, Hatch and uv (``[tool.*]``)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name

from muslcheck.errors import Fault
from muslcheck.manifests.display import quoted
from muslcheck.words.report import Problem
from muslcheck.words.requirement import IndexOptions, Requirement, Selection, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from packaging.specifiers import SpecifierSet
    from packaging.utils import NormalizedName

__all__ = ["ToolTables", "tool_tables"]


@dataclass(slots=True)
class ToolTables:
    """What was found. ``dependencies`` is None where no tool states any; groups are read when they are asked for."""

    dependencies: tuple[Requirement, ...] | None = None
    extras: dict[NormalizedName, tuple[Requirement, ...]] = field(default_factory=dict)
    requires_python: SpecifierSet | None = None
    groups: dict[NormalizedName, tuple[str, Callable[[], tuple[Requirement, ...]]]] = field(default_factory=dict)
    constraints: tuple[Requirement, ...] = ()
    index: IndexOptions = IndexOptions()
    selection: Selection = Selection()
    problems: list[Problem] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    sources: dict[NormalizedName, list[dict[str, Any]]] = field(default_factory=dict)
    path: str = ""

    def placed(self, requirements: Iterable[Requirement]) -> Iterator[Requirement]:
        """The requirements, those with a source of uv's taken from there instead of the index."""
        for requirement in requirements:
            sources = self.sources.get(requirement.name) if requirement.source is Source.INDEX else None
            for source in sources or [{}]:
                yield self._placed(requirement, source)

    def _placed(self, requirement: Requirement, source: Mapping[str, Any]) -> Requirement:
        try:
            marker = Marker(source["marker"]) if isinstance(source.get("marker"), str) else None
        except (InvalidMarker, RecursionError):
            self.faults.append(Fault(self.path, None, f"tool.uv.sources.{requirement.name}: {quoted(source['marker'])} is not a marker"))
            return requirement
        marker = marker & requirement.marker if marker and requirement.marker else marker or requirement.marker
        folder = os.path.dirname(os.path.abspath(self.path))
        match source:
            case {"git": str(address)}:
                found, location = Source.VCS, f"git+{address}"
                location += next((f"@{source[key]}" for key in ("rev", "tag", "branch") if isinstance(source.get(key), str)), "")
            case {"url": str(address)}:
                found, location = Source.ARCHIVE, address
            case {"path": str(path)} if "\0" not in path:
                location = os.path.abspath(os.path.join(folder, path))
                found = Source.ARCHIVE if os.path.isfile(location) else Source.DIRECTORY
            case {"workspace": True}:
                found, location = Source.DIRECTORY, os.path.join(folder, requirement.name)
            case _:
                return replace(requirement, marker=marker)
        editable = source.get("editable") is True
        return replace(requirement, marker=marker, source=found, location=location, editable=editable)


def tool_tables(
    path: str,
    document: Mapping[str, Any],
    line: Callable[..., int | None],
    read: Callable[[object, tuple[str, ...]], tuple[Requirement, ...]],
) -> ToolTables:
    """All that the tools' tables say. ``line`` finds the line of a place, ``read`` reads a list of requirements at a place."""
    found = ToolTables(path=path)
    tool = document.get("tool")
    if isinstance(tool, dict):
        for name, fill in (("uv", _uv), ("hatch", _hatch), ("pdm", _pdm)):
            table = tool.get(name)
            if isinstance(table, dict):
                fill(found, table, read)
        if isinstance(tool.get("poetry"), dict):
            _poetry(found, path, tool["poetry"], line)
    return found


def _poetry(found: ToolTables, path: str, table: Mapping[str, Any], line: Callable[..., int | None]) -> None:
    from muslcheck.manifests.poetry import PoetryTables

    poetry = PoetryTables(path, table, partial(line, "tool", "poetry"), found.faults, found.problems)
    if "dependencies" in table:
        found.dependencies, found.extras = poetry.main()
        found.requires_python = poetry.requires_python()
        found.selection = poetry.selection()
    found.index = found.index.overlaid(poetry.index())
    for name in poetry.groups():
        found.groups[canonicalize_name(name)] = (name, partial(poetry.group, name))


def _pdm(found: ToolTables, table: Mapping[str, Any], read: Callable[[object, tuple[str, ...]], tuple[Requirement, ...]]) -> None:
    for name, entries in _tables(table, "dev-dependencies"):
        # Editable ones are written as on pip's command line: what they require is their own business.
        plain = [each for each in entries if not str(each).startswith("-e")] if isinstance(entries, list) else entries
        found.groups[canonicalize_name(name)] = (name, partial(read, plain, ("tool", "pdm", "dev-dependencies", name)))
    sources = table.get("source")
    listed = [each for each in sources if isinstance(each, dict) and isinstance(each.get("url"), str)] if isinstance(sources, list) else []
    first = next((each["url"] for each in listed if each.get("name") == "pypi"), None)
    beside = tuple(each["url"] for each in listed if each.get("name") != "pypi" and each.get("type") != "find_links")
    links = tuple(each["url"] for each in listed if each.get("type") == "find_links")
    found.index = found.index.overlaid(IndexOptions(index_url=first, extra_index_urls=beside, find_links=links))


def _hatch(found: ToolTables, table: Mapping[str, Any], read: Callable[[object, tuple[str, ...]], tuple[Requirement, ...]]) -> None:
    """An environment of Hatch's is taken for a group of its name."""
    for name, environment in _tables(table, "envs"):
        if isinstance(environment, dict):
            entries: list[tuple[object, tuple[str, ...]]] = [
                (environment[key], ("tool", "hatch", "envs", name, key))
                for key in ("dependencies", "extra-dependencies")
                if key in environment
            ]
            if entries:
                found.groups[canonicalize_name(name)] = (name, partial(_all, read, entries))


def _all(
    read: Callable[[object, tuple[str, ...]], tuple[Requirement, ...]], entries: list[tuple[object, tuple[str, ...]]]
) -> tuple[Requirement, ...]:
    return tuple(requirement for each, place in entries for requirement in read(each, place))


def _uv(found: ToolTables, table: Mapping[str, Any], read: Callable[[object, tuple[str, ...]], tuple[Requirement, ...]]) -> None:
    if "dev-dependencies" in table:
        found.groups[canonicalize_name("dev")] = ("dev", partial(read, table["dev-dependencies"], ("tool", "uv", "dev-dependencies")))
    if "constraint-dependencies" in table:
        found.constraints = read(table["constraint-dependencies"], ("tool", "uv", "constraint-dependencies"))
    if table.get("override-dependencies"):
        message = "override-dependencies: only uv replaces what packages require; here they are resolved as they stand, as pip does"
        found.problems.append(Problem(found.path, message, "Name the uv.lock: uv has applied them there."))
    for name, source in _tables(table, "sources"):
        entries = source if isinstance(source, list) else [source]
        found.sources[canonicalize_name(name)] = [each for each in entries if isinstance(each, dict)]
    indexes = table.get("index")
    listed = [each for each in indexes if isinstance(each, dict) and isinstance(each.get("url"), str)] if isinstance(indexes, list) else []
    default = next((each["url"] for each in listed if each.get("default") is True), table.get("index-url"))
    beside = [each["url"] for each in listed if each.get("default") is not True]
    extra = table.get("extra-index-url")
    beside += [each for each in extra if isinstance(each, str)] if isinstance(extra, list) else []
    found.index = found.index.overlaid(
        IndexOptions(index_url=default if isinstance(default, str) else None, extra_index_urls=tuple(dict.fromkeys(beside)))
    )


def _tables(table: Mapping[str, Any], key: str) -> list[tuple[str, Any]]:
    value = table.get(key)
    return list(value.items()) if isinstance(value, dict) else []
