"""pdm.lock (lock_version 4): files and hashes of every group; with ``inherit_metadata`` each entry says to which it belongs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from muslcheck.manifests.beside import extras_beside, links_beside
from muslcheck.manifests.documents import read_toml, type_name
from muslcheck.manifests.lockfile import Entry, Reading, filename_of
from muslcheck.words.lock import Link, Lock, Locked
from muslcheck.words.requirement import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.specifiers import SpecifierSet
    from packaging.utils import NormalizedName

    from muslcheck.manifests.asked import Asked
    from muslcheck.words.release import DistFile
    from muslcheck.words.requirement import Manifest

__all__ = ["read"]

_KNOWN = 4
_DEFAULT = "default"
_VCS = ("git", "hg", "svn", "bzr")


def read(path: str, data: bytes, asked: Asked) -> Manifest:
    """What ``pdm sync --prod`` installs, with the extras and groups asked for. Raises ManifestError with every fault."""
    document, text = read_toml(path, data)
    reading = _PdmLock(path, document, text, asked)
    return reading.finished("pdm.lock", reading.lock())


class _PdmLock(Reading):
    """One pdm.lock."""

    def __init__(self, path: str, document: Mapping[str, Any], text: str, asked: Asked) -> None:
        super().__init__(path)
        self.asked = asked
        self.metadata: dict[str, Any] = self.get(document, "metadata", dict, None) or {}
        version = self.metadata.get("lock_version")
        if version is None:
            self.fault(None, "it has no metadata.lock_version: not a pdm.lock")
        elif str(version).partition(".")[0] != str(_KNOWN):
            self.fault(None, f"pdm.lock version {version} is not known; known: {_KNOWN}")
        self.finish()
        self.entries = self.listed(document, text)
        self.grouped = all("groups" in entry.table for entry in self.entries)
        self._links: dict[str, Link | None] = {}

    def lock(self) -> Lock:
        """The whole lock. PDM calls extras groups, too."""
        roots: tuple[Link, ...] | None = None
        whole = self.grouped
        entries = self.entries
        offered = [str(name) for name in self.get(self.metadata, "groups", list, None) or ()]
        if whole:
            asked = [*self.asked.extras, *self.asked.groups, *(self._extras(offered) if self.asked.all_extras else ())]
            groups = {_DEFAULT, *self.known("group", asked, offered)}
            entries = [entry for entry in entries if not groups.isdisjoint(map(str, entry.get("groups", list) or ()))]
        else:
            roots = links_beside(self, self.asked)
            whole = roots is None
        return Lock(
            self.path,
            "pdm lock --refresh",
            tuple(self._packages(entries)),
            roots or (),
            whole=whole,
            environments=self._environments(),
        )

    def _extras(self, offered: list[str]) -> list[str]:
        """Those of the groups that are extras: the lock does not tell them from groups for development, the project does."""
        extras = extras_beside(self)
        return offered if extras is None else [name for name in offered if canonicalize_name(name) in extras]

    def _packages(self, entries: list[Entry]) -> Iterator[Locked]:
        """One for each release: PDM gives a release with extras an entry of its own, which asks for the plain one."""
        extras: dict[tuple[NormalizedName, str | None], dict[NormalizedName, tuple[Link, ...]]] = {}
        for entry in entries:
            for extra in entry.get("extras", list) or ():
                own = extras.setdefault((entry.key, entry.version()), {})
                key = canonicalize_name(str(extra))
                own[key] = (*own.get(key, ()), *(link for link in self._requires(entry) if link.name != entry.key))
        plain = {(entry.key, entry.version()) for entry in entries if not entry.table.get("extras")}
        for entry in entries:
            release = (entry.key, entry.version())
            if entry.table.get("extras") and release in plain:
                continue
            plain.add(release)
            if entry.version() is None and "version" not in entry.table:
                entry.fault("it has no version")
            source, location = self._source(entry)
            yield Locked(
                name=entry.key,
                version=entry.version(),
                origin=entry.origin,
                files=tuple(self._files(entry, location if source is Source.ARCHIVE else None)),
                marker=self.marker(entry.get("marker", str) or "", entry.line, entry.where),
                requires=self._requires(entry),
                extras=extras.get(release, {}),
                source=source,
                location=location,
            )

    def _requires(self, entry: Entry) -> tuple[Link, ...]:
        links = (self._link(text, entry) for text in entry.get("dependencies", list) or ())
        return tuple(link for link in links if link is not None)

    def _link(self, text: object, entry: Entry) -> Link | None:
        if not isinstance(text, str):
            entry.fault(f"a dependency must be a string, not {type_name(text)}")
            return None
        if text not in self._links:
            try:
                found = Requirement(text)
            except (InvalidRequirement, RecursionError) as error:
                from muslcheck.manifests.wording import why_invalid

                entry.fault(why_invalid(text, str(error)))
                self._links[text] = None
            else:
                marker = self.marker(str(found.marker or ""), entry.line, entry.where)
                extras = frozenset(canonicalize_name(extra) for extra in found.extras)
                self._links[text] = Link(canonicalize_name(found.name), extras, marker, specifier=found.specifier or None)
        return self._links[text]

    def _source(self, entry: Entry) -> tuple[Source, str | None]:
        for vcs in _VCS:
            if (address := entry.get(vcs, str)) is not None:
                return Source.VCS, f"{vcs}+{address}@{entry.get('revision', str) or entry.get('ref', str) or ''}".rstrip("@")
        if (address := entry.get("url", str)) is not None:
            return Source.ARCHIVE, address
        if (path := entry.get("path", str)) is not None:
            located = os.path.normpath(os.path.join(os.path.dirname(self.path), path))
            return (Source.ARCHIVE if os.path.isfile(located) else Source.DIRECTORY), located
        return Source.INDEX, None

    def _files(self, entry: Entry, location: str | None) -> Iterator[DistFile]:
        for table in entry.tables("files"):
            url = self.get(table, "url", str, entry.line, entry.where) or location or ""
            name = filename_of(self.get(table, "file", str, entry.line, entry.where) or url)
            digest = self.get(table, "hash", str, entry.line, entry.where)
            if not name:
                entry.fault("a file without a name or an address")
                continue
            file = entry.file(table, filename=name, url=url.partition("#")[0], hashes=() if digest is None else (digest,))
            if file is not None:
                yield file

    def _environments(self) -> tuple[tuple[SpecifierSet | None, str], ...]:
        """The targets that were locked for: PDM installs on no others."""
        found = []
        for table in self.tables(self.metadata, "targets", None, "metadata."):
            stated = self.get(table, "requires_python", str, None, "metadata.targets: ")
            python = self.specifier(stated, None, "metadata.targets.requires_python: ")
            found.append((python, self.get(table, "platform", str, None, "metadata.targets: ") or ""))
        return tuple(found)
