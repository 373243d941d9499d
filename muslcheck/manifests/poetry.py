"""Poetry's own tables in pyproject.toml (``[tool.poetry]``), read through poetry-core: ``^``, ``~``, ``python``, lists of constraints."""

from __future__ import annotations

import os
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.markers import InvalidMarker, Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from muslcheck.errors import Fault
from muslcheck.manifests.display import quoted, shown
from muslcheck.manifests.documents import type_name
from muslcheck.manifests.pep508 import InvalidEntry, read_pep508
from muslcheck.words.report import Problem
from muslcheck.words.requirement import IndexOptions, Origin, Requirement, Selection, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from packaging.utils import NormalizedName

__all__ = ["PoetryTables", "specifier_of"]

_FIRST = ("default", "primary")
_STRINGS = ("version", "python", "platform", "markers", "git", "branch", "tag", "rev", "url", "path", "file", "subdirectory")


@dataclass(slots=True)
class PoetryTables:
    """What ``[tool.poetry]`` says of dependencies. ``line`` finds the line of a value by the keys that lead to it."""

    path: str
    table: Mapping[str, Any]
    line: Callable[..., int | None]
    faults: list[Fault] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    prereleases: set[str] = field(default_factory=set)

    def main(self) -> tuple[tuple[Requirement, ...], dict[NormalizedName, tuple[Requirement, ...]]]:
        """What is always required, and what each extra adds: optional dependencies are installed with an extra only."""
        table = self._table(self.table.get("dependencies", {}), "dependencies")
        always: list[Requirement] = []
        optional: dict[NormalizedName, list[Requirement]] = {}
        for name, constraint in table.items():
            if canonicalize_name(name) == "python":
                continue
            for requirement, is_optional in self._several(name, constraint, ("dependencies", name)):
                if is_optional:
                    optional.setdefault(requirement.name, []).append(requirement)
                else:
                    always.append(requirement)
        extras: dict[NormalizedName, tuple[Requirement, ...]] = {}
        for extra, names in self._table(self.table.get("extras", {}), "extras").items():
            if not isinstance(names, list):
                self._fault(("extras", extra), f"must be a list of names, not {type_name(names)}")
                continue
            members = [canonicalize_name(name.partition("[")[0].partition("(")[0].strip()) for name in names if isinstance(name, str)]
            extras[canonicalize_name(extra)] = tuple(each for member in members for each in optional.get(member, ()))
        return tuple(always), extras

    def groups(self) -> tuple[str, ...]:
        """The names of all groups."""
        old = ("dev",) if "dev-dependencies" in self.table else ()
        return tuple(dict.fromkeys((*self._table(self.table.get("group", {}), "group"), *old)))

    def group(self, name: str, inside: tuple[str, ...] = ()) -> tuple[Requirement, ...]:
        """What a group requires, with the groups that it includes."""
        if name in inside:
            self._fault(("group", name), f"groups include each other: {' includes '.join((*inside, name))}")
            return ()
        found: list[Requirement] = []
        group = self._table(self._table(self.table.get("group", {}), "group").get(name, {}), "group", name)
        places: list[tuple[object, tuple[str, ...]]] = [(group.get("dependencies", {}), ("group", name, "dependencies"))]
        if name == "dev":
            places.append((self.table.get("dev-dependencies", {}), ("dev-dependencies",)))
        for table, place in places:
            for dependency, constraint in self._table(table, *place).items():
                found += (each for each, _ in self._several(dependency, constraint, (*place, dependency)))
        included = group.get("include-groups", [])
        if isinstance(included, list):
            for each in included:
                found += self.group(str(each), (*inside, name))
        return tuple(dict.fromkeys(found))

    def requires_python(self) -> SpecifierSet | None:
        """The Pythons that the project is for."""
        stated = self._table(self.table.get("dependencies", {}), "dependencies").get("python")
        stated = stated.get("version") if isinstance(stated, dict) else stated
        if not isinstance(stated, str):
            return None
        found = specifier_of(stated)
        if found is None:
            self._fault(("dependencies", "python"), f"{quoted(stated)} is not a version constraint")
        return found

    def index(self) -> IndexOptions:
        """The package sources: primary ones stand in the place of PyPI, others beside it, but for the explicit ones."""
        sources = [(url, each.get("priority", "primary")) for url, each in self._sources()]
        first = [url for url, priority in sources if priority in _FIRST]
        beside = [url for url, priority in sources if priority not in (*_FIRST, "explicit")]
        return IndexOptions(index_url=first[0] if first else None, extra_index_urls=(*first[1:], *beside))

    def pins(self) -> list[tuple[NormalizedName, str, Mapping[str, Any]]]:
        """The dependencies that name a source, its address, and a table with the condition on which they do."""
        named = {str(each.get("name", "")).lower(): url for url, each in self._sources()}
        groups = self.table.get("group", {})
        tables = [self.table.get("dependencies"), self.table.get("dev-dependencies")]
        tables += [each.get("dependencies") for each in groups.values() if isinstance(each, dict)] if isinstance(groups, dict) else []
        found: list[tuple[NormalizedName, str, Mapping[str, Any]]] = []
        for name, constraint in (item for table in tables if isinstance(table, dict) for item in table.items()):
            for each in constraint if isinstance(constraint, list) else [constraint]:
                source = each.get("source") if isinstance(each, dict) else None
                if isinstance(source, str) and source.lower() in named:
                    found.append((canonicalize_name(name), named[source.lower()], {"marker": _condition(each)}))
        return found

    def _sources(self) -> list[tuple[str, Mapping[str, Any]]]:
        stated = self.table.get("source", [])
        return [(str(each["url"]), each) for each in stated if isinstance(each, dict) and "url" in each] if isinstance(stated, list) else []

    def selection(self) -> Selection:
        """``allow-prereleases``, as far as dependencies were read."""
        return Selection(all_releases=frozenset(self.prereleases))

    def _several(self, name: str, constraint: object, place: tuple[str, ...]) -> list[tuple[Requirement, bool]]:
        """A dependency, or one for each of a list of constraints; with each whether it is optional."""
        parts = constraint if isinstance(constraint, list) else [constraint]
        found = [(self._requirement(name, part, place), isinstance(part, dict) and part.get("optional") is True) for part in parts]
        return [(requirement, optional) for requirement, optional in found if requirement is not None]

    def _requirement(self, name: str, constraint: object, place: tuple[str, ...]) -> Requirement | None:
        if not isinstance(constraint, (str, dict)):
            self._fault(place, f"must be a version constraint or a table, not {type_name(constraint)}")
            return None
        if isinstance(constraint, dict) and (reason := _why_not(constraint)):
            self._fault(place, reason)
            return None
        origin = Origin(self.path, self.line(*place))
        try:
            text, written = _pep508(name, constraint, self.path)
        except InvalidEntry as error:
            self._fault(place, str(error))
            return None
        if isinstance(constraint, dict) and constraint.get("allow-prereleases") is True:
            self.prereleases.add(canonicalize_name(name))
        if isinstance(constraint, dict) and isinstance(constraint.get("path"), str):
            located = os.path.abspath(os.path.join(os.path.dirname(self.path), constraint["path"]))
            source = Source.ARCHIVE if os.path.isfile(located) else Source.DIRECTORY
            plain, _, marker = text.partition(";")
            bare = read_pep508(plain.partition("@")[0] + (f";{marker}" if marker else ""), origin, display=written)
            return replace(bare, source=source, location=located, editable=constraint.get("develop") is True)
        try:
            requirement = read_pep508(text, origin, display=written)
        except InvalidEntry as error:
            self._fault(place, str(error))
            return None
        if "||" in written and " " not in text.partition(";")[0].strip():
            message = f"{quoted(written)}: several ranges of versions, of which pip can ask for the whole only"
            self.problems.append(Problem(str(origin), message))
        return requirement

    def _table(self, value: object, *place: str) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return value
        self._fault(place, f"must be a table, not {type_name(value)}")
        return {}

    def _fault(self, place: tuple[str, ...], reason: str) -> None:
        self.faults.append(Fault(self.path, self.line(*place), f"tool.poetry.{'.'.join(place)}: {reason}"))


def specifier_of(constraint: str) -> SpecifierSet | None:
    """A constraint of Poetry's as specifiers, None for what is none; of several ranges the whole from the first to the last."""
    if constraint.strip() in ("", "*"):
        return SpecifierSet()
    with suppress(InvalidSpecifier):  # what is a specifier already means the same to both
        return SpecifierSet(constraint)
    from poetry.core.constraints.version import Version, parse_constraint
    from poetry.core.constraints.version.exceptions import ParseConstraintError

    try:
        parsed = parse_constraint(constraint)
    except ParseConstraintError:
        return None
    try:
        return SpecifierSet(f"=={parsed}" if isinstance(parsed, Version) else "" if parsed.is_any() else str(parsed))
    except InvalidSpecifier:
        ranges = getattr(parsed, "ranges", ())
        low = f">={ranges[0].min}" if ranges and ranges[0].min is not None else ""
        high = f"{'<=' if ranges[-1].include_max else '<'}{ranges[-1].max}" if ranges and ranges[-1].max is not None else ""
        high = high.removesuffix(".dev0")
        return SpecifierSet(",".join(filter(None, (low, high))))


def _pep508(name: str, constraint: str | dict[str, Any], path: str) -> tuple[str, str]:
    """A dependency in the words of the standard, and as it is written. Raises InvalidEntry."""
    from poetry.core.factory import Factory

    written = f'{name} = "{constraint}"' if isinstance(constraint, str) else f"{name} = {_inline(constraint)}"
    plain = constraint if isinstance(constraint, str) else {key: value for key, value in constraint.items() if key != "optional"}
    said = StringIO()
    try:
        with redirect_stdout(said), redirect_stderr(said):  # it prints where a directory is missing
            dependency = Factory.create_dependency(name, plain, root_dir=Path(path).parent)
            marker = "" if dependency.marker.is_any() else str(dependency.marker)
            text = dependency.to_pep_508(with_extras=False)
    except Exception as error:  # noqa: BLE001  # poetry-core says in one of many ways what it finds wrong
        raise InvalidEntry(f"{quoted(shown(written))}: {_first_line(error)}") from None
    if "||" in text.partition(";")[0] and isinstance(getattr(dependency, "pretty_constraint", None), str):
        extras = f"[{','.join(sorted(dependency.extras))}]" if dependency.extras else ""
        text = f"{name}{extras}{specifier_of(dependency.pretty_constraint) or ''}{f' ; {marker}' if marker else ''}"
    return text, shown(written)


def _why_not(table: Mapping[str, Any]) -> str:
    """What is wrong with the values of a table, in better words than poetry-core's; nothing where they look right."""
    wrong = next((key for key in _STRINGS if not isinstance(table.get(key, ""), str)), None)
    if wrong is not None:
        return f"{wrong} must be a string, not {type_name(table[wrong])}"
    markers = table.get("markers")
    if markers:
        try:
            Marker(markers)
        except RecursionError:
            return "markers: nested too deep"
        except InvalidMarker as error:
            from muslcheck.manifests.wording import why_marker

            return f"the marker {quoted(markers)}: {why_marker(markers, str(error))}"
    return ""


def _condition(table: Mapping[str, Any]) -> str | None:
    """The marker on which a dependency stands; one that is none where it takes Poetry's own words for Pythons."""
    if isinstance(table.get("platform"), str):
        return f"sys_platform == {quoted(table['platform'])}"
    return "" if "python" in table else table.get("markers")


def _inline(table: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{key} = {_value(value)}" for key, value in table.items()) + "}"


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)


def _first_line(error: Exception) -> str:
    first = str(error).strip().split("\n", 1)[0].strip().rstrip(".") or type(error).__name__
    return first[:1].lower() + first[1:]
