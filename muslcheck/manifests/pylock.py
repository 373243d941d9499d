"""pylock.toml (PEP 751), read through packaging: each package by itself, so that all faults are found and no other is lost."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from packaging.pylock import Package, Pylock, PylockValidationError
from packaging.utils import canonicalize_name

from muslcheck.manifests.display import quoted
from muslcheck.manifests.documents import entry_lines, read_toml, type_name
from muslcheck.manifests.lockfile import Reading
from muslcheck.words.lock import Link, Lock, Locked
from muslcheck.words.release import DistFile, Kind
from muslcheck.words.report import Problem
from muslcheck.words.requirement import Manifest, Origin, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packaging.pylock import PackageSdist, PackageWheel

    from muslcheck.manifests.asked import Asked

__all__ = ["read"]


def read(path: str, data: bytes, asked: Asked) -> Manifest:
    """The packages whose markers hold for the extras and groups asked for. Raises ManifestError with every fault."""
    document, text = read_toml(path, data)
    reading = _Pylock(path, document, text, asked)
    return reading.finished("pylock", reading.lock())


class _Pylock(Reading):
    """One pylock.toml."""

    def __init__(self, path: str, document: Mapping[str, Any], text: str, asked: Asked) -> None:
        super().__init__(path)
        self.document = document
        self.asked = asked
        self._extras: set[str] = set()
        self._groups: set[str] = set()
        self.head: Pylock | None = None
        if "lock-version" not in document:
            self.fault(None, "it has no lock-version: not a pylock.toml")
        elif str(document["lock-version"]).partition(".")[0] != "1":
            self.fault(None, f"pylock.toml version {document['lock-version']} is not known; known: 1.0")
        self.finish()
        self.head = self._validated({**document, "packages": []}, None, "")
        self.packages = self.get(document, "packages", list, None) or []
        if "packages" not in document:
            self.fault(None, "it has no packages")
        self.lines = entry_lines(text, "packages", self.packages)

    def lock(self) -> Lock:
        """The lock; packages that are not valid are left out, and are faults."""
        packages = []
        for number, (table, line) in enumerate(zip(self.packages, self.lines, strict=True), 1):
            if not isinstance(table, dict):
                self.fault(line, f"package {number} must be a table, not {type_name(table)}")
                continue
            name = table.get("name")
            where = f"{name}: " if isinstance(name, str) else f"package {number}: "
            found = self._validated({**self.document, "packages": [table]}, line, where)
            if found is not None:
                packages.append((found.packages[0], line))
        head = self.head
        offered = [*((head and head.dependency_groups) or ()), *((head and head.default_groups) or ())]
        extras = list((head and head.extras) or ())
        self._extras = {canonicalize_name(name) for name in self.known("extra", self.asked.extras, extras)}
        self._extras |= {canonicalize_name(name) for name in extras if self.asked.all_extras}
        self._groups = {canonicalize_name(name) for name in self.known("group", self.asked.groups, offered)}
        self._groups |= {canonicalize_name(name) for name in (head and head.default_groups) or ()}
        maker = head.created_by if head else ""
        if any(package.wheels or package.sdist or package.archive for package, _ in packages):
            self._unhashed(packages, maker)
        environments = " or ".join(f"({marker})" for marker in (head and head.environments) or ())
        return Lock(
            self.path,
            "uv export --upgrade-package {name}=={version} --format pylock.toml" if maker == "uv" else f"{maker or 'pip'} lock",
            tuple(self._locked(package, line) for package, line in packages),
            whole=True,
            requires_python=head.requires_python if head else None,
            marker=self.marker(environments, None, "environments: ", self._extras, self._groups),
        )

    def _unhashed(self, packages: Sequence[tuple[Package, int | None]], maker: str) -> None:
        """Say where pip stops for a directory or a checkout: files have hashes here, and so everything has to (pip: ``require_hashes``)."""
        for package, line in packages:
            if package.directory is not None or package.vcs is not None:
                what = "directory" if package.vcs is None else "checkout"
                message = f"pip stops at {package.name}: a {what} has no hash, and the files here have"
                hint = "uv export --no-emit-project --format pylock.toml" if maker == "uv" and what == "directory" else "Lock without it."
                self.problems.append(Problem(str(Origin(self.path, line)), message, hint))

    def _validated(self, document: Mapping[str, Any], line: int | None, where: str) -> Pylock | None:
        """What packaging makes of a document, None and a fault where it refuses."""
        try:
            return Pylock.from_dict(document)
        except PylockValidationError as error:
            context = (error.context or "").removeprefix("packages[0]").removeprefix(".")
            message = _plain(error.message, document, context)
            if not where or self.head is not None:  # what is wrong with the head was said of the head
                self.fault(line, f"{where}{context + ': ' if context else ''}{message}")
        except (RecursionError, ValueError) as error:
            self.fault(line, f"{where}{str(error) or 'nested too deep'}")
        return None

    def _locked(self, package: Package, line: int | None) -> Locked:
        origin = Origin(self.path, line)
        source, location = self._source(package)
        where = f"{package.name}: "
        version = None if package.version is None else str(package.version)
        listed: list[PackageWheel | PackageSdist] = [*(package.wheels or ())]
        if package.sdist is not None:
            listed.append(package.sdist)
        files = tuple(self._file(package, each) for each in listed)
        if source is Source.ARCHIVE and package.archive is not None:
            files = (self._archive(package, location or ""),)
        links = (each.get("name") for each in package.dependencies or ())
        return Locked(
            name=package.name,
            version=version or next((file.version for file in files if file.version), None),
            origin=origin,
            files=files,
            marker=self.marker(str(package.marker or ""), line, where, self._extras, self._groups),
            requires=tuple(Link(canonicalize_name(name)) for name in links if isinstance(name, str)),
            source=source,
            location=location,
        )

    def _source(self, package: Package) -> tuple[Source, str | None]:
        if package.vcs is not None:
            return Source.VCS, f"{package.vcs.type}+{package.vcs.url or self._beside(package.vcs.path or '')}@{package.vcs.commit_id}"
        if package.directory is not None:
            return Source.DIRECTORY, self._beside(package.directory.path)
        if package.archive is not None:
            return Source.ARCHIVE, package.archive.url or self._beside(package.archive.path or "")
        return Source.INDEX, None

    def _beside(self, path: str) -> str:
        return os.path.normpath(os.path.join(os.path.dirname(self.path), path))

    def _file(self, package: Package, listed: PackageWheel | PackageSdist) -> DistFile:
        wheel = listed.filename.endswith(".whl")
        if "[" in (listed.url or ""):
            from muslcheck.manifests.pep508 import is_malformed

            if is_malformed(str(listed.url)):
                self.fault(None, f"{package.name}: {quoted(str(listed.url))}: this address is malformed")
        return DistFile(
            filename=listed.filename,
            name=package.name,
            version=str(package.version or ""),
            kind=Kind.WHEEL if wheel else Kind.SDIST,
            url=listed.url or (f"file://{os.path.abspath(self._beside(listed.path))}" if listed.path else ""),
            size=listed.size,
            hashes=tuple(f"{algorithm}:{digest}" for algorithm, digest in listed.hashes.items()),
            requires_python=None if package.requires_python is None else str(package.requires_python),
            upload_time=None if listed.upload_time is None else listed.upload_time.isoformat(),
            index=package.index or "",
        )

    @staticmethod
    def _archive(package: Package, location: str) -> DistFile:
        assert package.archive is not None
        filename = location.partition("#")[0].partition("?")[0].rpartition("/")[2]
        return DistFile(
            filename=filename,
            name=package.name,
            version=str(package.version or ""),
            kind=Kind.WHEEL if filename.endswith(".whl") else Kind.SDIST,
            url=location if "://" in location else f"file://{os.path.abspath(location)}",
            size=package.archive.size,
            hashes=tuple(f"{algorithm}:{digest}" for algorithm, digest in package.archive.hashes.items()),
        )


_TYPES = {
    "Mapping": "a table",
    "Sequence": "a list",
    "bool": "a boolean",
    "datetime": "a date and time",
    "dict": "a table",
    "float": "a number",
}
_TYPES |= {"int": "a number", "list": "a list", "str": "a string", "date": "a date", "time": "a time"}


def _plain(message: str, document: Mapping[str, Any], context: str) -> str:
    """What packaging says of a value, on one line and without the names of Python's types."""
    if context == "marker":
        from muslcheck.manifests.wording import why_marker

        marker = str(document["packages"][0]["marker"])
        return f"{quoted(marker)}: {why_marker(marker, message)}"
    first = message.strip().split("\n", 1)[0].replace("`", '"')
    if found := re.fullmatch(r"Unexpected type (\w+) \(expected (\w+)\)", first):
        return f"must be {_TYPES.get(found[2], found[2])}, not {_TYPES.get(found[1], found[1])}"
    return first[:1].lower() + first[1:]
