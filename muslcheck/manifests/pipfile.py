"""Pipfile: pipenv's packages and categories, their versions and tables in the words of the standard."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from muslcheck.manifests.display import quoted, shown
from muslcheck.manifests.documents import type_name
from muslcheck.manifests.lockfile import Reading
from muslcheck.manifests.pep508 import MARKERS, InvalidEntry, read_pep508
from muslcheck.manifests.pyproject import parse
from muslcheck.words.requirement import IndexOptions, Manifest, Origin, Requirement, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muslcheck.manifests.asked import Asked
    from muslcheck.manifests.tomllines import Place

__all__ = ["read"]

_VCS = ("git", "hg", "svn", "bzr")


def read(path: str, data: bytes, asked: Asked) -> Manifest:
    """The packages, and those of the categories asked for; ``dev`` means ``dev-packages``. Raises ManifestError with every fault."""
    document, places = parse(path, data)
    reading = _Pipfile(path, document, places)
    requirements = reading.category("packages")
    known = [name for name, value in document.items() if isinstance(value, dict) and name not in _NOT_CATEGORIES]
    wanted = ["dev-packages" if name in ("dev", "develop") else name for name in asked.groups]
    for name in reading.known("category", wanted, known):
        requirements += reading.category(name)
    if asked.extras:
        reading.fault(None, "a Pipfile has no extras, only categories")
    if "packages" not in document and not requirements:
        reading.fault(None, "it has no [packages]: not a Pipfile")
    manifest = Manifest(
        path=path,
        kind="Pipfile",
        requirements=tuple(dict.fromkeys(requirements)),
        index=reading.index(),
        requires_python=reading.requires_python(),
    )
    reading.finish()
    return manifest


_NOT_CATEGORIES = ("packages", "requires", "scripts", "pipenv")


class _Pipfile(Reading):
    """One Pipfile."""

    def __init__(self, path: str, document: Mapping[str, Any], places: Mapping[Place, int]) -> None:
        super().__init__(path)
        self.document = document
        self.places = places

    def category(self, name: str) -> list[Requirement]:
        """The requirements of one category."""
        table = self.get(self.document, name, dict, self.places.get((name,))) or {}
        found = (self._requirement(project, value, self.places.get((name, project))) for project, value in table.items())
        return [requirement for requirement in found if requirement is not None]

    def index(self) -> IndexOptions:
        """The first source is the index; any other serves the packages that name it, and no others."""
        sources = [
            (str(table.get("name", "")), table["url"])
            for table in self.tables(self.document, "source", self.places.get(("source",)))
            if isinstance(table.get("url"), str)
        ]
        named = dict(sources[1:])
        tables = (table for name, table in self.document.items() if name not in _NOT_CATEGORIES[1:] and isinstance(table, dict))
        stated = (
            (canonicalize_name(name), named.get(value["index"]))
            for table in tables
            for name, value in table.items()
            if isinstance(value, dict) and isinstance(value.get("index"), str)
        )
        pinned = tuple((name, url) for name, url in stated if url is not None)
        return IndexOptions(index_url=sources[0][1] if sources else None, pinned=tuple(dict.fromkeys(pinned)))

    def requires_python(self) -> SpecifierSet | None:
        """``[requires]``: one Python."""
        requires = self.get(self.document, "requires", dict, self.places.get(("requires",))) or {}
        version = requires.get("python_full_version") or requires.get("python_version")
        if not isinstance(version, str) or version == "*":
            return None
        try:
            return SpecifierSet(f"=={version}" if version.count(".") > 1 else f"=={version}.*")
        except InvalidSpecifier:
            self.fault(self.places.get(("requires", "python_version")), f"requires: {quoted(version)} is not a version")
            return None

    def _requirement(self, name: str, value: object, line: int | None) -> Requirement | None:
        if isinstance(value, str):
            value = {"version": value}
        if not isinstance(value, dict):
            self.fault(line, f"{name}: must be a version or a table, not {type_name(value)}")
            return None
        origin = Origin(self.path, line)
        written = f'{name} = "{value["version"]}"' if set(value) == {"version"} else f"{name} = {_inline(value)}"
        extras = value.get("extras", [])
        text = name + (f"[{','.join(map(str, extras))}]" if isinstance(extras, list) and extras else "")
        marker = self._marker(value)
        location = next((f"{vcs}+{value[vcs]}" for vcs in _VCS if isinstance(value.get(vcs), str)), value.get("file"))
        if isinstance(location, str) and "://" in location:
            ref = value.get("ref")
            text += f" @ {location}{f'@{ref}' if ref else ''}"
        elif (version := value.get("version", "*")) != "*" and isinstance(version, str):
            text += version if version[:1] in "=<>~!" else f"=={version}"
        try:
            requirement = replace(read_pep508(text + (f" ; {marker}" if marker else ""), origin), text=shown(written))
        except InvalidEntry as error:
            self.fault(line, str(error))
            return None
        path = value.get("path")
        if isinstance(path, str) and "\0" not in path:
            located = os.path.abspath(os.path.join(os.path.dirname(self.path), path))
            source = Source.ARCHIVE if os.path.isfile(located) else Source.DIRECTORY
            return replace(requirement, source=source, location=located, editable=value.get("editable") is True)
        return replace(requirement, editable=value.get("editable") is True)

    @staticmethod
    def _marker(table: Mapping[str, Any]) -> str:
        """``markers``, and each marker variable as a key of its own (``sys_platform = "== 'linux'"``)."""
        stated = [f"({table['markers']})"] if isinstance(table.get("markers"), str) else []
        stated += [f"{key} {table[key]}" for key in MARKERS if isinstance(table.get(key), str)]
        return " and ".join(stated)


def _inline(table: Mapping[str, Any]) -> str:
    return shown("{" + ", ".join(f"{key} = {value!r}" for key, value in table.items()) + "}")
