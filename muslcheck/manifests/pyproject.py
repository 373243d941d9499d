"""pyproject.toml: ``[project]`` (PEP 621) with its extras, ``[dependency-groups]`` (PEP 735), and what tools' own tables add."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import tomli
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests.display import nearest
from muslcheck.manifests.pep508 import InvalidEntry, read_pep508
from muslcheck.manifests.tomllines import string_lines
from muslcheck.manifests.tool_tables import ToolTables, hatch_tables, tool_tables
from muslcheck.words.report import Problem
from muslcheck.words.requirement import Manifest, Origin, Requirement, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packaging.markers import Marker
    from packaging.utils import NormalizedName

    from muslcheck.manifests.asked import Asked
    from muslcheck.manifests.tomllines import Place

__all__ = ["Project", "expanded", "parse", "read", "read_build_requires", "read_project", "read_strings", "with_tools"]


@dataclass(slots=True)
class Project:
    """What a pyproject.toml says of dependencies, and what is wrong with it. ``unknown`` says why dependencies are not stated."""

    path: str
    name: NormalizedName | None = None
    dependencies: tuple[Requirement, ...] = ()
    extras: dict[NormalizedName, tuple[Requirement, ...]] = field(default_factory=dict)
    requires_python: SpecifierSet | None = None
    unknown: str = ""
    unknown_extras: str = ""
    problems: list[Problem] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read(path: str, data: bytes, asked: Asked) -> Manifest:
    """The project's dependencies, with those of the extras and groups asked for. Raises ManifestError with every fault."""
    document, places = parse(path, data)
    project = read_project(path, document, places)
    tools = with_tools(project, document, places)
    wanted = list(project.dependencies)
    if (
        "project" not in document
        and tools.dependencies is None
        and not (asked.groups and (tools.groups or "dependency-groups" in document))
    ):
        raise ManifestError(*_no_project(path, document))
    if project.unknown:
        if asked.groups or asked.extras:
            project.problems.append(Problem(path, project.unknown, _NAME_FILE))
        else:
            project.faults.append(Fault(path, _line(places, "project", "dynamic"), project.unknown))
    wanted += _asked_extras(project, asked)
    groups = _Groups(path, document.get("dependency-groups", {}), places, tools)
    for name in asked.groups:
        wanted += groups.members(name, None)
    wanted = list(tools.placed(wanted))
    faults = tuple(dict.fromkeys((*project.faults, *tools.faults, *groups.faults)))
    if faults:
        raise ManifestError(faults, _NAME_FILE if project.unknown else "")
    requirements = expanded(wanted, project.name, project.extras, project.problems)
    return Manifest(
        path=path,
        kind="pyproject",
        requirements=requirements,
        constraints=tools.constraints,
        build_constraints=tools.build_constraints,
        index=tools.indexes(asked),
        selection=tools.selection,
        problems=tuple(dict.fromkeys((*project.problems, *tools.problems))),
        requires_python=project.requires_python,
        extras=project.extras,
    )


def with_tools(project: Project, document: Mapping[str, Any], places: Mapping[Place, int]) -> ToolTables:
    """What tools' tables add; where the ``[project]`` table leaves dependencies to Poetry, they are the project's."""
    strings = _Strings(project.path, places, project.faults)
    tools = tool_tables(project.path, document, lambda *place: _line(places, *place), strings.requirements)
    hatch = os.path.join(os.path.dirname(project.path), "hatch.toml")
    if project.path != "-" and os.path.isfile(hatch):
        from muslcheck.manifests.files import load

        own, its_places = parse(hatch, load(hatch))
        its_strings = _Strings(hatch, its_places, project.faults)
        hatch_tables(tools, own, its_strings.requirements, ())
    if tools.dependencies is not None and ("project" not in document or project.unknown):
        project.dependencies, project.unknown = tools.dependencies, ""
        project.extras = {**tools.extras, **project.extras}
        project.unknown_extras = ""
        project.requires_python = project.requires_python or tools.requires_python
    return tools


def parse(path: str, data: bytes) -> tuple[dict[str, Any], Mapping[Place, int]]:
    """The document and the lines of its strings. Raises ManifestError."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ManifestError((Fault(path, line, "not UTF-8, which TOML must be"),)) from None
    try:
        document = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        reason = (
            "a byte order mark stands at its beginning; TOML has none" if text.startswith("\ufeff") else f"not TOML: {_lower(error.msg)}"
        )
        raise ManifestError((Fault(path, error.lineno, reason),)) from None
    except (RecursionError, ValueError):
        raise ManifestError((Fault(path, None, "not TOML that can be read: its values are too large or nested too deep"),)) from None
    try:
        return document, string_lines(text)
    except RecursionError:
        return document, {}


def read_project(path: str, document: Mapping[str, Any], places: Mapping[Place, int]) -> Project:
    """The ``[project]`` table; its faults are gathered, not raised."""
    project = Project(path)
    table = document.get("project", {})
    if not isinstance(table, dict):
        project.faults.append(Fault(path, _line(places, "project"), _type_fault("project", "a table", table)))
        return project
    if isinstance(table.get("name"), str):
        project.name = canonicalize_name(table["name"])
    strings = _Strings(path, places, project.faults)
    project.dependencies = strings.requirements(table.get("dependencies", []), ("project", "dependencies"))
    extras = table.get("optional-dependencies", {})
    if isinstance(extras, dict):
        for name, entries in extras.items():
            key = canonicalize_name(name)
            if key in project.extras:
                reason = f'extra "{name}" stands twice (names are compared without case and with "-" for "_" and ".")'
                project.faults.append(Fault(path, _line(places, "project", "optional-dependencies", name), reason))
            project.extras[key] = strings.requirements(entries, ("project", "optional-dependencies", name))
    else:
        place = ("project", "optional-dependencies")
        project.faults.append(Fault(path, _line(places, *place), _type_fault("project.optional-dependencies", "a table", extras)))
    _requires_python(project, table.get("requires-python"), places)
    _dynamic(project, document, table, places)
    return project


def expanded(
    requirements: Iterable[Requirement],
    own: NormalizedName | None,
    extras: Mapping[NormalizedName, tuple[Requirement, ...]],
    problems: list[Problem],
) -> tuple[Requirement, ...]:
    """The requirements with those on the project itself (``name[extra]``) replaced by what the extra requires."""
    return tuple(dict.fromkeys(_expand(requirements, own, extras, problems, frozenset())))


def _expand(
    requirements: Iterable[Requirement],
    own: NormalizedName | None,
    extras: Mapping[NormalizedName, tuple[Requirement, ...]],
    problems: list[Problem],
    inside: frozenset[NormalizedName],
) -> Iterator[Requirement]:
    for requirement in requirements:
        if requirement.name != own or requirement.source is not Source.INDEX:
            yield requirement
            continue
        for extra in sorted(requirement.extras):
            if extra not in extras:
                message = f'"{requirement.text}": the project has no extra "{extra}"{nearest(extra, list(extras))}'
                problems.append(Problem(str(requirement.origin), message))
            elif extra not in inside:
                for member in _expand(extras[extra], own, extras, problems, inside | {extra}):
                    yield _under(requirement.marker, member)


def _under(marker: Marker | None, requirement: Requirement) -> Requirement:
    """A requirement that counts only where the marker holds as well."""
    if marker is None:
        return requirement
    both = marker & requirement.marker if requirement.marker else marker
    # Its text keeps telling the whole of it: the marker begins at the ";", after a space where there is an address.
    text = requirement.text.partition(" ;" if requirement.location else ";")[0].rstrip()
    return replace(requirement, marker=both, text=f"{text} ; {both}")


_NAME_FILE = "Name a requirements file instead."


def _no_project(path: str, document: Mapping[str, Any]) -> tuple[tuple[Fault, ...], str]:
    groups = document.get("dependency-groups")
    hint = (
        f"Name a group: {', '.join(f'--group {name}' for name in list(groups)[:5])}." if isinstance(groups, dict) and groups else _NAME_FILE
    )
    return (Fault(path, None, "it has no [project] table"),), hint


def _asked_extras(project: Project, asked: Asked) -> list[Requirement]:
    names = {canonicalize_name(name): name for name in asked.extras}
    if asked.all_extras:
        names.update({name: name for name in project.extras if name not in names})
    wanted: list[Requirement] = []
    for key, name in names.items():
        if key in project.extras:
            wanted += project.extras[key]
        elif project.unknown_extras:
            project.faults.append(Fault(project.path, None, f'extra "{name}": {project.unknown_extras}'))
        else:
            known = f"; it has {', '.join(sorted(project.extras))}" if project.extras else "; it has none"
            guess = nearest(key, list(project.extras))
            project.faults.append(Fault(project.path, None, f'the project has no extra "{name}"{guess or known}'))
    if asked.all_extras and project.unknown_extras:
        project.problems.append(Problem(project.path, project.unknown_extras))
    return wanted


def _requires_python(project: Project, value: object, places: Mapping[Place, int], *place: str) -> None:
    place = place or ("project", "requires-python")
    line = _line(places, *place)
    if value is None:
        return
    if not isinstance(value, str):
        project.faults.append(Fault(project.path, line, _type_fault(".".join(place), "a string", value)))
        return
    try:
        project.requires_python = SpecifierSet(value)
    except InvalidSpecifier:
        reason = f'{".".join(place)}: "{value}" is not a version specifier, such as ">=3.11"'
        project.faults.append(Fault(project.path, line, reason))


def _dynamic(project: Project, document: Mapping[str, Any], table: Mapping[str, Any], places: Mapping[Place, int]) -> None:
    """Dependencies that the build back end states: read where setuptools is told a file of them, else unknown."""
    dynamic = table.get("dynamic", [])
    if not isinstance(dynamic, list):
        project.faults.append(
            Fault(project.path, _line(places, "project", "dynamic"), _type_fault("project.dynamic", "a list of strings", dynamic))
        )
        return
    backend = _within(document, "build-system", "build-backend")
    by = f"the build back end ({backend})" if isinstance(backend, str) else "the build back end"
    told = _within(document, "tool", "setuptools", "dynamic")
    if "dependencies" in dynamic:
        found = _from_files(project, _within(told, "dependencies", "file"))
        if found is None and told is None and (backend is None or str(backend).startswith("setuptools.")):
            found = _from_setuptools(project, with_extras="optional-dependencies" in dynamic)
        if found is None:
            project.unknown = f"its dependencies are dynamic: {by} computes them, and nothing is run here"
        else:
            project.dependencies += found
    if "optional-dependencies" in dynamic:
        offered = _within(told, "optional-dependencies")
        for name, entry in (offered if isinstance(offered, dict) else {}).items():
            found = _from_files(project, _within(entry, "file"))
            if found is not None:
                project.extras[canonicalize_name(name)] = found
        if not isinstance(offered, dict) and not project.extras:
            project.unknown_extras = f"its extras are dynamic: {by} computes them, and nothing is run here"


def _from_files(project: Project, files: object) -> tuple[Requirement, ...] | None:
    """The requirements in the files that setuptools is told to read (paths beside pyproject.toml)."""
    from muslcheck.manifests import requirements
    from muslcheck.manifests.files import load

    names = [files] if isinstance(files, str) else files
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        return None
    found: list[Requirement] = []
    for name in names:
        path = os.path.normpath(os.path.join(os.path.dirname(project.path), name))
        try:
            manifest = requirements.read(path, load(path))
        except ManifestError as error:
            project.faults.extend(error.faults)
        else:
            found += manifest.requirements
            project.problems += manifest.problems
            project.faults.extend(manifest.faults)
    return tuple(found)


def _from_setuptools(project: Project, *, with_extras: bool) -> tuple[Requirement, ...] | None:
    """What setup.cfg beside pyproject.toml states, or setup.py: setuptools takes dynamic fields from there, too."""
    from muslcheck.manifests.setup_cfg import Stated, read_setup_cfg

    stated: Stated | None = None
    try:
        if os.path.isfile(path := os.path.join(os.path.dirname(project.path), "setup.cfg")):
            stated = read_setup_cfg(path)
    except ManifestError as error:
        project.faults.extend(error.faults)
        return ()
    if stated is None and os.path.isfile(path := os.path.join(os.path.dirname(project.path), "setup.py")):
        from muslcheck.manifests import setup_files
        from muslcheck.manifests.asked import Asked
        from muslcheck.manifests.files import load

        with suppress(ManifestError):  # what cannot be read there leaves the dependencies unknown
            found = setup_files.read(path, load(path), Asked())
            stated = Stated(found.requirements, dict(found.extras))
            project.problems += found.problems
    if stated is not None and with_extras:
        project.extras.update(stated.extras)
    return None if stated is None else stated.dependencies


def read_strings(
    path: str, document: Mapping[str, Any], places: Mapping[Place, int], faults: list[Fault]
) -> tuple[tuple[Requirement, ...], SpecifierSet | None]:
    """``dependencies`` and ``requires-python`` at the top of a document (PEP 723)."""
    project = Project(path, faults=faults)
    dependencies = _Strings(path, places, faults).requirements(document.get("dependencies", []), ("dependencies",))
    _requires_python(project, document.get("requires-python"), places, "requires-python")
    return dependencies, project.requires_python


def read_build_requires(
    path: str, document: Mapping[str, Any], places: Mapping[Place, int], faults: list[Fault]
) -> tuple[Requirement, ...] | None:
    """``requires`` of ``[build-system]`` (PEP 518); None where there is no such table."""
    table = document.get("build-system")
    if table is None:
        return None
    if not isinstance(table, dict) or "requires" not in table:
        reason = _type_fault("build-system", "a table", table) if not isinstance(table, dict) else "build-system has no requires"
        faults.append(Fault(path, _line(places, "build-system"), reason))
        return ()
    return _Strings(path, places, faults).requirements(table["requires"], ("build-system", "requires"))


class _Strings:
    """Lists of PEP 508 strings to Requirements, each with its line; faults are gathered."""

    def __init__(self, path: str, places: Mapping[Place, int], faults: list[Fault]) -> None:
        self.path = path
        self.places = places
        self.faults = faults

    def requirements(self, entries: object, place: tuple[str, ...]) -> tuple[Requirement, ...]:
        key = ".".join(place)
        if not isinstance(entries, list):
            self.faults.append(Fault(self.path, _line(self.places, *place), _type_fault(key, "a list of strings", entries)))
            return ()
        found = (self.requirement(entry, (*place, position)) for position, entry in enumerate(entries))
        return tuple(requirement for requirement in found if requirement is not None)

    def requirement(self, entry: object, place: Place) -> Requirement | None:
        line = _line(self.places, *place)
        if not isinstance(entry, str):
            key = ".".join(str(part) for part in place[:-1])
            self.faults.append(Fault(self.path, line, _type_fault(f"{key}[{place[-1]}]", "a string", entry)))
            return None
        try:
            return read_pep508(entry, Origin(self.path, line))
        except InvalidEntry as error:
            self.faults.append(Fault(self.path, line, str(error)))
            return None


class _Groups:
    """Dependency groups (PEP 735): only those asked for, and those they include, are looked at."""

    def __init__(self, path: str, table: object, places: Mapping[Place, int], tools: ToolTables) -> None:
        self.path = path
        self.places = places
        self.tools = tools
        self.faults: list[Fault] = []
        self.strings = _Strings(path, places, self.faults)
        self.table: dict[NormalizedName, list[tuple[str, object]]] = {}
        if isinstance(table, dict):
            for name, entries in table.items():
                self.table.setdefault(canonicalize_name(name), []).append((name, entries))
        else:
            self.faults.append(Fault(path, _line(places, "dependency-groups"), _type_fault("dependency-groups", "a table", table)))

    def members(self, name: str, line: int | None, inside: tuple[NormalizedName, ...] = ()) -> tuple[Requirement, ...]:
        """What a group holds, includes included; ``inside`` are the groups on the way to it."""
        key = canonicalize_name(name)
        if key in inside:
            self.fault(line, f"dependency groups include each other: {' includes '.join((*inside, key))}")
            return ()
        entries = self.table.get(key, [])
        if not entries and key in self.tools.groups:
            return self.tools.groups[key][1]()
        if not entries:
            names = [stated for group in self.table.values() for stated, _ in group] + [stated for stated, _ in self.tools.groups.values()]
            known = f"; it has {', '.join(names)}" if names else "; it has none"
            self.fault(line, f'no dependency group "{name}"{nearest(name, names) or known}')
            return ()
        if len(entries) > 1:
            spellings = ", ".join(f'"{stated}"' for stated, _ in entries)
            self.fault(line, f"dependency group {spellings}: these names are the same")
            return ()
        ((stated, value),) = entries
        place: tuple[str, ...] = ("dependency-groups", stated)
        if not isinstance(value, list):
            self.fault(_line(self.places, *place), _type_fault(".".join(place), "a list", value))
            return ()
        found: list[Requirement] = []
        for position, entry in enumerate(value):
            found += self.entry(entry, (*place, position), (*inside, key))
        return tuple(dict.fromkeys(found))

    def entry(self, entry: object, place: Place, inside: tuple[NormalizedName, ...]) -> tuple[Requirement, ...]:
        if not isinstance(entry, dict):
            requirement = self.strings.requirement(entry, place)
            return () if requirement is None else (requirement,)
        line = _line(self.places, *place, "include-group")
        included = entry.get("include-group")
        if len(entry) != 1 or not isinstance(included, str):
            self.fault(
                _line(self.places, *place),
                f'dependency-groups.{place[1]}[{place[2]}]: a table here is {{include-group = "name"}} and nothing else',
            )
            return ()
        return self.members(included, line, inside)

    def fault(self, line: int | None, reason: str) -> None:
        self.faults.append(Fault(self.path, line, reason))


def _within(value: object, *keys: str) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _line(places: Mapping[Place, int], *place: str | int) -> int | None:
    """The line of a value, or of the nearest thing around it that has one."""
    for end in range(len(place), 0, -1):
        if (line := places.get(place[:end])) is not None:
            return line
    return None


def _type_fault(key: str, wanted: str, found: object) -> str:
    kinds = {dict: "a table", list: "a list", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
    return f"{key} must be {wanted}, not {kinds.get(type(found), 'a date or time')}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
