"""poetry.lock (lock-version 1 and 2): files and hashes of every group; since 2.1 each entry says when it is installed."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from muslcheck.manifests.beside import links_beside
from muslcheck.manifests.display import quoted
from muslcheck.manifests.documents import read_toml, type_name
from muslcheck.manifests.lockfile import Reading, filename_of
from muslcheck.words.lock import Link, Lock, Locked
from muslcheck.words.requirement import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.specifiers import SpecifierSet
    from packaging.utils import NormalizedName

    from muslcheck.manifests.asked import Asked
    from muslcheck.manifests.lockfile import Entry
    from muslcheck.words.release import DistFile
    from muslcheck.words.requirement import Manifest

__all__ = ["read"]

_KNOWN = ("1.0", "1.1", "2.0", "2.1")
_SOURCES = {"git": Source.VCS, "url": Source.ARCHIVE, "file": Source.ARCHIVE, "directory": Source.DIRECTORY, "legacy": Source.INDEX}


def read(path: str, data: bytes, asked: Asked) -> Manifest:
    """What ``poetry install --only main`` installs, with the extras and groups asked for. Raises ManifestError with every fault."""
    document, text = read_toml(path, data)
    reading = _PoetryLock(path, document, text, asked)
    return reading.finished("poetry.lock", reading.lock())


class _PoetryLock(Reading):
    """One poetry.lock."""

    def __init__(self, path: str, document: Mapping[str, Any], text: str, asked: Asked) -> None:
        super().__init__(path)
        self.asked = asked
        self.metadata: dict[str, Any] = self.get(document, "metadata", dict, None) or {}
        version = str(self.metadata.get("lock-version", "1.0" if "content-hash" in self.metadata else ""))
        if not version:
            self.fault(None, "it has no metadata.lock-version: not a poetry.lock")
        elif version.partition(".")[0] not in {known.partition(".")[0] for known in _KNOWN}:
            self.fault(None, f"poetry.lock version {version} is not known; known: {', '.join(_KNOWN)}")
        self.finish()
        self.entries = self.listed(document, text)
        self.several = {name for name, count in Counter(entry.key for entry in self.entries).items() if count > 1}
        self.offered = self.get(document, "extras", dict, None) or {}
        if asked.all_extras:
            self.extras = {canonicalize_name(name) for name in self.offered}
        else:
            self.extras = {canonicalize_name(name) for name in self.known("extra", asked.extras, self.offered)}
        self.grouped = all("groups" in entry.table for entry in self.entries)
        old = self.get(self.metadata, "files", dict, None) or {}
        self.files = {canonicalize_name(name): files for name, files in old.items()}

    def lock(self) -> Lock:
        """The whole lock. Before 2.1 only pyproject.toml says what is asked for directly."""
        roots: tuple[Link, ...] | None = None
        whole = self.grouped
        if whole:
            stated = {"main": None} | {name: None for entry in self.entries for name in _groups(entry)}
            self.groups = {"main", *(str(name) for name in self.known("group", self.asked.groups, stated))}
        else:
            roots = links_beside(self, self.asked)
            whole = roots is None
        entries = [entry for entry in self.entries if not self.grouped or not self.groups.isdisjoint(_groups(entry))]
        return Lock(
            self.path,
            "poetry update {name}",
            tuple(self._locked(entry) for entry in entries),
            roots or (),
            whole=whole,
            requires_python=self._python(),
        )

    def _locked(self, entry: Entry) -> Locked:
        source, location = self._source(entry)
        if entry.version() is None and "version" not in entry.table:
            entry.fault("it has no version")
        requires, extras = self._links(entry)
        return Locked(
            name=entry.key,
            version=entry.version(),
            origin=entry.origin,
            files=tuple(self._files(entry, location if source is Source.ARCHIVE else None)),
            marker=self._marker_of(entry),
            requires=requires,
            extras=extras,
            source=source,
            location=location,
        )

    def _source(self, entry: Entry) -> tuple[Source, str | None]:
        table = entry.get("source", dict)
        if table is None:
            return Source.INDEX, None
        kind, url = str(table.get("type")), str(table.get("url", ""))
        source = _SOURCES.get(kind)
        if source is None:
            entry.fault(f"source.type {quoted(kind)} is not known")
            return Source.INDEX, None
        if source is Source.VCS:
            return source, f"git+{url}@{table.get('resolved_reference') or table.get('reference') or ''}".rstrip("@")
        if source is Source.INDEX:
            return source, None
        return source, url if "://" in url else os.path.normpath(os.path.join(os.path.dirname(self.path), url))

    def _files(self, entry: Entry, location: str | None) -> Iterator[DistFile]:
        tables = entry.tables("files") if "files" in entry.table else self.files.get(entry.key, [])
        for table in tables if isinstance(tables, list) else []:
            if not isinstance(table, dict):
                entry.fault(f"a file must be a table, not {type_name(table)}")
                continue
            name = self.get(table, "file", str, entry.line, entry.where) or ""
            digest = self.get(table, "hash", str, entry.line, entry.where)
            if not name:
                entry.fault("a file without a name")
                continue
            file = entry.file(table, filename=filename_of(name), url=location or "", hashes=() if digest is None else (digest,))
            if file is not None:
                yield file

    def _marker_of(self, entry: Entry) -> str:
        """``markers``: one for all groups, or one for each."""
        markers = entry.table.get("markers") if self.grouped else None
        if isinstance(markers, dict):
            told = [str(markers.get(group, "")) for group in _groups(entry) if group in self.groups]
            markers = " or ".join(f"({marker})" for marker in told) if all(told) else ""
        elif markers is not None and not isinstance(markers, str):
            entry.fault(f"markers must be a string or a table, not {type_name(markers)}")
            return ""
        return self.marker(markers or "", entry.line, entry.where, self.extras)

    def _links(self, entry: Entry) -> tuple[tuple[Link, ...], dict[NormalizedName, tuple[Link, ...]]]:
        """What an entry always asks for, and what with each of its extras."""
        always: list[Link] = []
        optional: dict[NormalizedName, list[Mapping[str, Any]]] = {}
        for name, stated in (entry.get("dependencies", dict) or {}).items():
            for each in stated if isinstance(stated, list) else [stated]:
                table = {"version": each} if isinstance(each, str) else each
                if not isinstance(table, dict):
                    entry.fault(f"dependencies.{name} must be a constraint or a table, not {type_name(table)}")
                elif table.get("optional") is True:
                    optional.setdefault(canonicalize_name(name), []).append(table)
                else:
                    always.append(self._link(entry, name, table))
        extras = {}
        for extra, members in (entry.get("extras", dict) or {}).items() if optional else ():
            key = canonicalize_name(extra)
            names = dict.fromkeys(_name(member) for member in members) if isinstance(members, list) else {}
            extras[key] = tuple(self._link(entry, name, table, (key,)) for name in names for table in optional.get(name, ()))
        return tuple(always), extras

    def _link(self, entry: Entry, name: str, table: Mapping[str, Any], inside: tuple[str, ...] = ()) -> Link:
        key = canonicalize_name(name)
        extras = table.get("extras", [])
        return Link(
            key,
            frozenset(canonicalize_name(str(extra)) for extra in extras) if isinstance(extras, list) else frozenset(),
            self.marker(str(table.get("markers", "")), entry.line, entry.where, inside),
            specifier=self._constraint(table.get("version")) if key in self.several else None,
        )

    @staticmethod
    def _constraint(stated: object) -> SpecifierSet | None:
        """Where several versions of a name are locked, the constraint tells which one is meant."""
        from muslcheck.manifests.poetry import specifier_of

        return specifier_of(stated) if isinstance(stated, str) else None

    def _python(self) -> SpecifierSet | None:
        from muslcheck.manifests.poetry import specifier_of

        stated = self.get(self.metadata, "python-versions", str, None)
        if stated in (None, "*"):
            return None
        found = specifier_of(str(stated))
        if found is None:
            self.fault(None, f"metadata.python-versions: {quoted(str(stated))} is not a version constraint")
        return found


def _groups(entry: Entry) -> list[str]:
    return [str(name) for name in entry.get("groups", list) or ()]


def _name(member: object) -> NormalizedName:
    """The name at the beginning of a requirement (``brotli (>=1.0) ; ...``)."""
    text = str(member)
    end = next((at for at, sign in enumerate(text) if not (sign.isalnum() or sign in "._-")), len(text))
    return canonicalize_name(text[:end])
