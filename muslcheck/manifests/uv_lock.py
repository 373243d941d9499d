"""uv.lock: what ``uv sync --no-dev`` installs from it, with the extras and groups asked for (uv's own format, version 1)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from muslcheck.manifests.display import quoted
from muslcheck.manifests.documents import read_toml, type_name
from muslcheck.manifests.lockfile import Reading, filename_of
from muslcheck.words.lock import Link, Lock, Locked
from muslcheck.words.requirement import Manifest, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from muslcheck.manifests.asked import Asked
    from muslcheck.manifests.lockfile import Entry
    from muslcheck.words.release import DistFile

__all__ = ["read"]

_VERSION = 1
_OWN = ("virtual", "editable", "directory")


def read(path: str, data: bytes, asked: Asked) -> Manifest:
    """The lock for the project at its root, else for every member of the workspace. Raises ManifestError with every fault."""
    document, text = read_toml(path, data)
    reading = _UvLock(path, document, text, asked)
    return reading.finished("uv.lock", reading.lock())


class _UvLock(Reading):
    """One uv.lock."""

    def __init__(self, path: str, document: Mapping[str, Any], text: str, asked: Asked) -> None:
        super().__init__(path)
        self.document = document
        self.asked = asked
        version = document.get("version")
        if version is None:
            self.fault(None, "it has no version: not a uv.lock")
        elif version != _VERSION or isinstance(version, bool):
            self.fault(1, f"uv.lock version {version} is not known; known: {_VERSION}")
        self.finish()
        self.entries = self.listed(document, text)
        self.manifest = self.get(document, "manifest", dict, None) or {}
        self.roots = self._roots()
        self.extras = self._asked_extras()
        self.groups = self._asked_groups()
        # What uv writes into markers where extras or groups exclude each other: extra-7-project-cpu, group-7-project-dev.
        named = (*(("extra", each) for each in self.extras), *(("group", each) for each in self.groups))
        self.excluding = {f"{what}-{len(root.key)}-{root.key}-{canonicalize_name(name)}" for root in self.roots for what, name in named}

    def lock(self) -> Lock:
        """The whole lock, its links settled."""
        packages = tuple(self._locked(entry) for entry in self.entries)
        roots: list[Link] = []
        for entry in self.roots:
            roots += self._links(entry.tables("dependencies"), entry.line, entry.where)
            for part, names in (("optional-dependencies", self.extras), ("dev-dependencies", self.groups)):
                offered = entry.get(part, dict) or {}
                for name in names:
                    roots += self._links(self.tables(offered, name, entry.line, entry.where), entry.line, entry.where)
        roots += self._links(self.tables(self.manifest, "requirements", None, "manifest."), None, "manifest.requirements: ")
        offered = self.get(self.manifest, "dependency-groups", dict, None, "manifest.") or {}
        for name in self.groups:
            roots += self._links(self.tables(offered, name, None, "manifest."), None, f"manifest.dependency-groups.{name}: ")
        supported = [str(each) for each in self.get(self.document, "supported-markers", list, None) or ()]
        return Lock(
            self.path,
            "uv lock --upgrade-package {name}=={version}",
            packages,
            tuple(dict.fromkeys(roots)),
            marker=self.marker(" or ".join(f"({each})" for each in supported), None, "supported-markers: "),
            requires_python=self.specifier(self.get(self.document, "requires-python", str, None), None, "requires-python: "),
        )

    def _roots(self) -> list[Entry]:
        """The entries of the project itself: the one at the root, else all members of the workspace."""
        members = {
            canonicalize_name(name) for name in self.get(self.manifest, "members", list, None, "manifest.") or () if isinstance(name, str)
        }
        own = [entry for entry in self.entries if self._place(entry) is not None and (self._place(entry) == "." or entry.key in members)]
        return [entry for entry in own if self._place(entry) == "."] or own

    @staticmethod
    def _place(entry: Entry) -> str | None:
        """Where a project on disk lies, None for what comes from elsewhere."""
        source = entry.table.get("source")
        found = next((source[key] for key in _OWN if key in source), None) if isinstance(source, dict) else None
        return found if isinstance(found, str) else None

    def _asked_extras(self) -> list[str]:
        offered = dict.fromkeys(name for entry in self.roots for name in entry.get("optional-dependencies", dict) or ())
        return list(offered) if self.asked.all_extras else list(self.known("extra", self.asked.extras, offered))

    def _asked_groups(self) -> list[str]:
        offered = dict.fromkeys(name for entry in self.roots for name in entry.get("dev-dependencies", dict) or ())
        offered |= dict.fromkeys(self.get(self.manifest, "dependency-groups", dict, None, "manifest.") or ())
        return list(self.known("group", self.asked.groups, offered))

    def _locked(self, entry: Entry) -> Locked:
        source, location = self._source(entry)
        version = entry.version()
        if version is None and source is not Source.DIRECTORY and "version" not in entry.table:
            entry.fault("it has no version")
        offered = entry.get("optional-dependencies", dict) or {}
        return Locked(
            name=entry.key,
            version=version,
            origin=entry.origin,
            files=self._files(entry, source, location),
            marker=self._marker_of(entry),
            requires=self._links(entry.tables("dependencies"), entry.line, entry.where),
            extras={
                canonicalize_name(name): self._links(self.tables(offered, name, entry.line, entry.where), entry.line, entry.where)
                for name in offered
            },
            source=source,
            location=location,
            own=entry in self.roots,
        )

    def _source(self, entry: Entry) -> tuple[Source, str | None]:
        source = entry.get("source", dict)
        if source is None:
            if "source" not in entry.table:
                entry.fault("it has no source")
            return Source.INDEX, None
        for key, kind in (
            ("registry", Source.INDEX),
            ("url", Source.ARCHIVE),
            ("path", Source.ARCHIVE),
            ("git", Source.VCS),
            *_DIRECTORIES,
        ):
            value = source.get(key)
            if value is None:
                continue
            if not isinstance(value, str):
                entry.fault(f"source.{key} must be a string, not {type_name(value)}")
            elif kind is Source.INDEX:
                return kind, None
            elif key == "git":
                return kind, f"git+{value}"
            else:
                return kind, value if key == "url" else os.path.normpath(os.path.join(os.path.dirname(self.path), value))
            return kind, None
        entry.fault(f"source {quoted(', '.join(map(str, source)))} is not known")
        return Source.INDEX, None

    def _files(self, entry: Entry, source: Source, location: str | None) -> tuple[DistFile, ...]:
        index = entry.table.get("source")
        index = index.get("registry", "") if isinstance(index, dict) else ""
        sdist = entry.get("sdist", dict)
        found = []
        for table in ([] if sdist is None else [sdist]) + entry.tables("wheels"):
            url = self.get(table, "url", str, entry.line, entry.where) or ""
            name = self.get(table, "filename", str, entry.line, entry.where) or self.get(table, "path", str, entry.line, entry.where) or url
            if source is Source.ARCHIVE and not url:
                url = location or ""
            filename = filename_of(name or url)
            if not filename:
                entry.fault("a file without a name or an address")
                continue
            digest = self.get(table, "hash", str, entry.line, entry.where)
            found.append(entry.file(table, filename=filename, url=url, hashes=() if digest is None else (digest,), index=str(index)))
        return tuple(file for file in found if file is not None)

    def _links(self, tables: Iterable[Mapping[str, Any]], line: int | None, where: str) -> tuple[Link, ...]:
        links = []
        for number, table in enumerate(tables, 1):
            entry = self.entry(table, line, number, kind=f"{where}dependency")
            if entry is None:
                continue
            extras = self.get(table, "extra", list, line, where) or self.get(table, "extras", list, line, where) or ()
            version = self.get(table, "version", str, line, where)
            links.append(
                Link(
                    entry.key,
                    frozenset(canonicalize_name(extra) for extra in extras if isinstance(extra, str)),
                    self.marker(self.get(table, "marker", str, line, where) or "", line, where, self.excluding),
                    None if version is None else self.version(version, line, where),
                )
            )
        return tuple(links)

    def _marker_of(self, entry: Entry) -> str:
        """The forks of the resolution that an entry belongs to (``resolution-markers``), any of them."""
        forks = [fork for fork in entry.get("resolution-markers", list) or () if isinstance(fork, str)]
        return self.marker(" or ".join(f"({fork})" for fork in forks), entry.line, entry.where, self.excluding)


_DIRECTORIES = tuple((key, Source.DIRECTORY) for key in _OWN)
