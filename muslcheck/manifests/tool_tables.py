"""What tools' own tables in pyproject.toml add to the standard ones: Poetry, PDM, Hatch and uv (``[tool.*]``)."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from glob import escape, glob
from typing import TYPE_CHECKING, Any

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests.display import quoted
from muslcheck.words.report import Problem
from muslcheck.words.requirement import IndexOptions, Requirement, Selection, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from packaging.specifiers import SpecifierSet
    from packaging.utils import NormalizedName

    from muslcheck.manifests.asked import Asked

__all__ = ["ToolTables", "hatch_tables", "tool_tables"]

_PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
_MACHINES = ("x86_64", "aarch64", "armv7l")
_HIGHEST = 10
"""Folders above a project in which its workspace is looked for."""


@dataclass(slots=True)
class ToolTables:
    """What was found. ``dependencies`` is None where no tool states any; groups are read when they are asked for."""

    dependencies: tuple[Requirement, ...] | None = None
    extras: dict[NormalizedName, tuple[Requirement, ...]] = field(default_factory=dict)
    requires_python: SpecifierSet | None = None
    groups: dict[NormalizedName, tuple[str, Callable[[], tuple[Requirement, ...]]]] = field(default_factory=dict)
    constraints: tuple[Requirement, ...] = ()
    build_constraints: tuple[Requirement, ...] = ()
    index: IndexOptions = IndexOptions()
    selection: Selection = Selection()
    problems: list[Problem] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    sources: dict[NormalizedName, list[dict[str, Any]]] = field(default_factory=dict)
    uv: Mapping[str, Any] = field(default_factory=dict)
    """uv's own table."""
    elsewhere: dict[NormalizedName, Requirement] = field(default_factory=dict)
    """Where Poetry takes a dependency of the ``[project]`` table from, where that is not the index."""
    pins: list[tuple[NormalizedName, str, Mapping[str, Any]]] = field(default_factory=list)
    """Projects that come from one index alone, its address, and the table that says so."""
    path: str = ""
    project: str = ""
    """The project's name, where it states one."""

    def placed(self, requirements: Iterable[Requirement]) -> Iterator[Requirement]:
        """The requirements, those with a source of uv's or Poetry's taken from there instead of the index."""
        for requirement in requirements:
            if requirement.source is Source.INDEX and (other := self.elsewhere.get(requirement.name)):
                yield replace(requirement, source=other.source, location=other.location, editable=other.editable)
                continue
            sources = self.sources.get(requirement.name) if requirement.source is Source.INDEX else None
            for source in sources or [{}]:
                yield self._placed(requirement, source)

    def indexes(self, asked: Asked) -> IndexOptions:
        """Where files are looked for, with what comes from one index alone for the extras and groups asked for."""
        pinned: dict[tuple[str, str], None] = {}
        beside: dict[str, None] = {}
        for name, url, source in self.pins:
            extra, group, marker = source.get("extra"), source.get("group"), source.get("marker")
            if isinstance(extra, str) and not asked.all_extras and canonicalize_name(extra) not in map(canonicalize_name, asked.extras):
                continue
            if isinstance(group, str) and canonicalize_name(group) not in map(canonicalize_name, asked.groups):
                continue
            holds = _on_linux(marker) if isinstance(marker, str) else True
            if holds:
                pinned.setdefault((name, url))
            elif holds is None:  # on some machines, or for some Pythons: there it is one index among others
                beside.setdefault(url)
        if pinned:
            names = ", ".join(dict.fromkeys(name for name, _ in pinned))
            message = f"{names}: looked for on the index that the project names for it alone, as its tool does; pip knows no such thing"
            self.problems.append(Problem(self.path, message))
        return self.index.overlaid(IndexOptions(extra_index_urls=tuple(beside), pinned=tuple(pinned)))

    def replaced(self, what: str, overrides: tuple[Requirement, ...], excluded: tuple[Requirement, ...]) -> None:
        """Take what stands in for requirements of the same names, and what counts for nobody; pip knows neither."""
        if not overrides and not excluded:
            return
        names = frozenset(each.name for each in excluded)
        self.selection = self.selection.overlaid(Selection(overrides=tuple(self.placed(overrides)), excluded=names))
        message = f"{what if overrides else 'exclude-dependencies'}: applied as its tool does; pip knows no such thing"
        self.problems.append(Problem(self.path, message))

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
                found, location = Source.DIRECTORY, self._member(requirement.name)
            case _:
                return replace(requirement, marker=marker)
        editable = source.get("editable") is True
        inside = source.get("subdirectory")
        return replace(
            requirement,
            marker=marker,
            source=found,
            location=location,
            editable=editable,
            subdirectory=inside if isinstance(inside, str) else "",
        )

    def _member(self, name: str) -> str:
        """The folder of a workspace's member: the one whose project has the name, else the one that is called so."""
        from muslcheck.manifests.files import load
        from muslcheck.manifests.pyproject import parse

        for folder in _members(self.path, self.uv):
            with suppress(ManifestError):
                path = os.path.join(folder, "pyproject.toml")
                project = parse(path, load(path))[0].get("project")
                if isinstance(project, dict) and canonicalize_name(str(project.get("name"))) == name:
                    return os.path.abspath(folder)
        return os.path.join(os.path.dirname(os.path.abspath(self.path)), name)


def tool_tables(
    path: str,
    document: Mapping[str, Any],
    line: Callable[..., int | None],
    read: Callable[[object, tuple[str, ...]], tuple[Requirement, ...]],
) -> ToolTables:
    """All that the tools' tables say. ``line`` finds the line of a place, ``read`` reads a list of requirements at a place."""
    project = document.get("project")
    name = project.get("name") if isinstance(project, dict) else None
    found = ToolTables(path=path, project=name if isinstance(name, str) else "")
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
        members = (*found.dependencies, *(each for extra in found.extras.values() for each in extra))
        found.elsewhere = {each.name: each for each in members if each.source is not Source.INDEX}
        found.requires_python = poetry.requires_python()
        found.selection = found.selection.overlaid(poetry.selection())
    found.index = found.index.overlaid(poetry.index())
    found.pins += poetry.pins()
    for name in poetry.groups():
        found.groups[canonicalize_name(name)] = (name, partial(poetry.group, name))


def _pdm(found: ToolTables, table: Mapping[str, Any], read: Callable[[object, tuple[str, ...]], tuple[Requirement, ...]]) -> None:
    for name, entries in _tables(table, "dev-dependencies"):
        # Editable ones are written as on pip's command line: what they require is their own business.
        plain = [each for each in entries if not str(each).startswith("-e")] if isinstance(entries, list) else entries
        found.groups[canonicalize_name(name)] = (name, partial(read, plain, ("tool", "pdm", "dev-dependencies", name)))
    resolution = table.get("resolution")
    overrides = resolution.get("overrides") if isinstance(resolution, dict) else None
    texts = [_override(name, value) for name, value in overrides.items()] if isinstance(overrides, dict) else []
    found.replaced("tool.pdm.resolution.overrides", read(texts, ("tool", "pdm", "resolution", "overrides")), ())
    sources = table.get("source")
    listed = [each for each in sources if isinstance(each, dict) and isinstance(each.get("url"), str)] if isinstance(sources, list) else []
    first = next((each["url"] for each in listed if each.get("name") == "pypi"), None)
    beside = tuple(each["url"] for each in listed if each.get("name") != "pypi" and each.get("type") != "find_links")
    links = tuple(each["url"] for each in listed if each.get("type") == "find_links")
    found.index = found.index.overlaid(IndexOptions(index_url=first, extra_index_urls=beside, find_links=links))


def _override(name: str, value: object) -> object:
    """PDM's ``name = "1.0"`` (that version), ``">=1.0"``, or an address."""
    if not isinstance(value, str):
        return value
    if "://" in value:
        return f"{name} @ {value}"
    return name if value in ("", "*") else f"{name}{value}" if value[:1] in "<>=!~" else f"{name}=={value}"


def _hatch(found: ToolTables, table: Mapping[str, Any], read: Callable[[object, tuple[str, ...]], tuple[Requirement, ...]]) -> None:
    hatch_tables(found, table, read, ("tool", "hatch"))


def hatch_tables(
    found: ToolTables,
    table: Mapping[str, Any],
    read: Callable[[object, tuple[str, ...]], tuple[Requirement, ...]],
    above: tuple[str, ...],
) -> None:
    """What Hatch's own table says, at a place in pyproject.toml, or by itself in hatch.toml.

    An environment of Hatch's is taken for a group of its name; extras of the project are its features.
    """
    environments = {name: each for name, each in _tables(table, "envs") if isinstance(each, dict)}
    for name in environments:
        entries: list[tuple[object, tuple[str, ...]]] = []
        for key in ("dependencies", "extra-dependencies", "features"):
            stated = next((each for each in _lineage(name, environments) if key in environments[each]), None)
            if stated is None:
                continue
            value: object = environments[stated][key]
            if key == "features":
                value = [f"{found.project}[{','.join(map(str, value))}]"] if isinstance(value, list) and value and found.project else []
            entries.append((value, (*above, "envs", stated, key)))
        if entries:
            found.groups[canonicalize_name(name)] = (name, partial(_all, read, entries))


def _lineage(name: str, environments: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """An environment and its templates: what it does not state is theirs to state; a detached one has none."""
    way = [name]
    while environments[way[-1]].get("detached") is not True:
        following = environments[way[-1]].get("template", "default")
        if not isinstance(following, str) or following not in environments or following in way:
            break
        way.append(following)
    return way


def _all(
    read: Callable[[object, tuple[str, ...]], tuple[Requirement, ...]], entries: list[tuple[object, tuple[str, ...]]]
) -> tuple[Requirement, ...]:
    return tuple(requirement for each, place in entries for requirement in read(each, place))


def _uv(found: ToolTables, table: Mapping[str, Any], read: Callable[[object, tuple[str, ...]], tuple[Requirement, ...]]) -> None:
    if "dev-dependencies" in table:
        found.groups[canonicalize_name("dev")] = ("dev", partial(read, table["dev-dependencies"], ("tool", "uv", "dev-dependencies")))
    if "constraint-dependencies" in table:
        found.constraints = read(table["constraint-dependencies"], ("tool", "uv", "constraint-dependencies"))
    if "build-constraint-dependencies" in table:
        found.build_constraints = read(table["build-constraint-dependencies"], ("tool", "uv", "build-constraint-dependencies"))
    overrides = read(table.get("override-dependencies", []), ("tool", "uv", "override-dependencies"))
    excluded = read(table.get("exclude-dependencies", []), ("tool", "uv", "exclude-dependencies"))
    found.replaced("override-dependencies", overrides, excluded)
    found.uv = table
    for name, source in _tables(table, "sources"):
        entries = source if isinstance(source, list) else [source]
        found.sources[canonicalize_name(name)] = [each for each in entries if isinstance(each, dict)]
    indexes = table.get("index")
    listed = [each for each in indexes if isinstance(each, dict) and isinstance(each.get("url"), str)] if isinstance(indexes, list) else []
    default = next((each["url"] for each in listed if each.get("default") is True), table.get("index-url"))
    beside = [each["url"] for each in listed if each.get("default") is not True and each.get("explicit") is not True]
    extra = table.get("extra-index-url")
    beside += [each for each in extra if isinstance(each, str)] if isinstance(extra, list) else []
    found.index = found.index.overlaid(
        IndexOptions(index_url=default if isinstance(default, str) else None, extra_index_urls=tuple(dict.fromkeys(beside)))
    )
    named = {each["name"]: each["url"] for each in listed if isinstance(each.get("name"), str)}
    found.pins += [
        (name, named[each["index"]], each)
        for name, entries in found.sources.items()
        for each in entries
        if isinstance(each.get("index"), str) and each["index"] in named
    ]


def _on_linux(text: str) -> bool | None:
    """Whether a marker holds on Linux; None where that depends on the machine or the Python, or it is none."""
    try:
        marker = Marker(text)
    except (InvalidMarker, RecursionError):
        return None
    said = {marker.evaluate(_linux(python, machine)) for python in _PYTHONS for machine in _MACHINES}
    return said.pop() if len(said) == 1 else None


def _linux(python: str, machine: str) -> dict[str, str]:
    """Every marker variable on Linux: nothing is left for packaging to ask this machine."""
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": "linux",
    }


def _members(path: str, table: Mapping[str, Any]) -> tuple[str, ...]:
    """The folders of the members of ``[tool.uv.workspace]``, which stands in this file or in one above it."""
    folder = os.path.dirname(os.path.abspath(path))
    patterns = _workspace(table)
    if not patterns:
        from muslcheck.manifests.files import load
        from muslcheck.manifests.pyproject import parse

        for _ in range(_HIGHEST):
            folder = os.path.dirname(folder)
            above = os.path.join(folder, "pyproject.toml")
            if os.path.isfile(above):
                with suppress(ManifestError):
                    tool = parse(above, load(above))[0].get("tool")
                    uv = tool.get("uv") if isinstance(tool, dict) else None
                    patterns = _workspace(uv if isinstance(uv, dict) else {})
                break
    found: list[str] = [folder] if patterns else []
    for pattern in patterns:
        found += sorted(glob(os.path.join(escape(folder), pattern)))
    return tuple(each for each in found if os.path.isfile(os.path.join(each, "pyproject.toml")))


def _workspace(table: Mapping[str, Any]) -> list[str]:
    workspace = table.get("workspace")
    members = workspace.get("members") if isinstance(workspace, dict) else None
    return [each for each in members if isinstance(each, str) and "\0" not in each] if isinstance(members, list) else []


def _tables(table: Mapping[str, Any], key: str) -> list[tuple[str, Any]]:
    value = table.get(key)
    return list(value.items()) if isinstance(value, dict) else []
