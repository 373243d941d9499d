"""Pipfile.lock: versions and hashes (version 6 of its format); which files the hashes belong to, the index has to say."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from muslcheck.manifests.display import quoted
from muslcheck.manifests.documents import read_json, type_name
from muslcheck.manifests.lockfile import Entry, Reading, filename_of
from muslcheck.words.lock import Lock, Locked
from muslcheck.words.requirement import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from muslcheck.manifests.asked import Asked
    from muslcheck.words.release import DistFile
    from muslcheck.words.requirement import Manifest

__all__ = ["read"]

_SPEC = 6
_VCS = ("git", "hg", "svn", "bzr")
_DEVELOP = "develop"


def read(path: str, data: bytes, asked: Asked) -> Manifest:
    """The default packages, and those of the categories asked for; ``dev`` means ``develop``. Raises ManifestError with every fault."""
    document, text = read_json(path, data)
    reading = _PipfileLock(path, document, text, asked)
    return reading.finished("Pipfile.lock", reading.lock())


class _PipfileLock(Reading):
    """One Pipfile.lock."""

    def __init__(self, path: str, document: Mapping[str, Any], text: str, asked: Asked) -> None:
        super().__init__(path)
        self.document = document
        self.asked = asked
        meta = self.get(document, "_meta", dict, None)
        if meta is None:
            self.fault(None, "it has no _meta: not a Pipfile.lock")
            self.finish()
        self.meta: dict[str, Any] = meta or {}
        spec = self.meta.get("pipfile-spec")
        if spec != _SPEC:
            self.fault(None, f"Pipfile.lock version {spec} is not known; known: {_SPEC}")
            self.finish()
        self.lines = _lines(text)

    def lock(self) -> Lock:
        """Every package of the categories: none says who needs it."""
        offered = [name for name in self.document if name not in {"_meta", "default"}]
        asked = [_DEVELOP if name in ("dev", "dev-packages") else name for name in self.asked.groups]
        packages: dict[str, Locked] = {}
        for category in ("default", *self.known("category", asked, offered)):
            table = self.get(self.document, category, dict, self.lines.get((category,)))
            for name, value in (table or {}).items():
                line = self.lines.get((category, name))
                if not isinstance(value, dict):
                    self.fault(line, f"{name}: must be a table, not {type_name(value)}")
                    continue
                entry = self.entry({**value, "name": name}, line, len(packages) + 1)
                if entry is not None:
                    packages.setdefault(entry.key, self._locked(entry))
        if self.asked.extras:
            self.fault(None, "a Pipfile.lock has no extras, only categories")
        return Lock(self.path, "pipenv upgrade {name}=={version}", tuple(packages.values()), whole=True, requires_python=self._python())

    def _locked(self, entry: Entry) -> Locked:
        source, location = self._source(entry)
        hashes = entry.get("hashes", list) or ()
        version = self._version(entry) if source is Source.INDEX else None
        files: tuple[DistFile | None, ...] = ()
        if source is Source.ARCHIVE and location is not None:
            files = (entry.file({}, filename=filename_of(location), url=location, hashes=map(str, hashes)),)
        return Locked(
            name=entry.key,
            version=version,
            origin=entry.origin,
            files=tuple(file for file in files if file is not None),
            hashes=() if files else tuple(str(each) for each in hashes),
            marker=self.marker(entry.get("markers", str) or "", entry.line, entry.where),
            source=source,
            location=location,
        )

    def _version(self, entry: Entry) -> str | None:
        text = entry.get("version", str)
        if text is None:
            entry.fault("it has no version")
            return None
        if not text.startswith("=="):
            entry.fault(f'version {quoted(text)} is not exact, such as "==1.0"')
            return None
        return self.version(text.lstrip("= "), entry.line, entry.where)

    def _source(self, entry: Entry) -> tuple[Source, str | None]:
        for vcs in _VCS:
            if (address := entry.get(vcs, str)) is not None:
                return Source.VCS, f"{vcs}+{address}@{entry.get('ref', str) or ''}".rstrip("@")
        if (path := entry.get("path", str)) is not None:
            return Source.DIRECTORY, os.path.normpath(os.path.join(os.path.dirname(self.path), path))
        if (address := entry.get("file", str) or entry.get("uri", str)) is not None:
            return Source.ARCHIVE, address
        return Source.INDEX, None

    def _python(self) -> SpecifierSet | None:
        """The Python of ``[requires]``: pipenv only warns of another, but the lock was made for this one."""
        requires = self.get(self.meta, "requires", dict, None) or {}
        version = requires.get("python_full_version") or requires.get("python_version")
        if not isinstance(version, str) or version == "*":
            return None
        try:
            return SpecifierSet(f"=={version}" if version.count(".") > 1 else f"=={version}.*")
        except InvalidSpecifier:
            self.fault(None, f"_meta.requires: {quoted(version)} is not a version")
            return None


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """The line of each category and of each package in it, as far as the file is laid out as pipenv does it."""
    return dict(_found(text))


def _found(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    category = ""
    for number, line in enumerate(text.split("\n"), 1):
        if found := re.match(r'( +)"([^"]+)":', line):
            if len(found[1]) <= 4:  # noqa: PLR2004  # pipenv indents by four
                category = found[2]
                yield (category,), number
            elif len(found[1]) <= 8:  # noqa: PLR2004
                yield (category, found[2]), number
