"""What all readers of lock files share: typed access to a document, markers settled for what is asked, files by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote

from packaging.markers import InvalidMarker, Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests.display import nearest, quoted
from muslcheck.manifests.documents import entry_lines, type_name
from muslcheck.words.release import DistFile, Kind
from muslcheck.words.requirement import Manifest, Origin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from packaging.utils import NormalizedName

    from muslcheck.words.lock import Lock
    from muslcheck.words.report import Problem

__all__ = ["Entry", "Reading", "filename_of"]

_T = TypeVar("_T")

_TRUE, _FALSE = 'python_version >= "0"', 'python_version < "0"'
_EXTRA = re.compile(r"""\bextra\s*(==|!=)\s*(["'])(.*?)\2|(["'])([^"']*)\4\s*(==|!=)\s*extra\b""")
_MEMBER = re.compile(r"""(["'])([^"']*)\1\s+(not\s+)?in\s+(extras|dependency_groups)\b""")
_NAME = re.compile(r"[A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9]", re.IGNORECASE)
_HASH = re.compile(r"(sha256|sha384|sha512|sha224|sha1|md5|blake2b|blake2s|sha3_256|sha3_512)[:=]([0-9A-Fa-f]+)")

_SOMEWHERE = {
    "implementation_name": "cpython",
    "implementation_version": "3.12.0",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "python_full_version": "3.12.0",
    "python_version": "3.12",
    "sys_platform": "linux",
    "extra": "",
}
"""Any environment at all: what cannot be evaluated in this one cannot be evaluated in another."""


class Reading:
    """One lock file being read: its faults are gathered, and raised together."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.faults: dict[Fault, None] = {}
        self.problems: list[Problem] = []
        self._markers: dict[str, str] = {}
        self._versions: dict[str, str | None] = {}

    def fault(self, line: int | None, reason: str) -> None:
        """Note one fault."""
        self.faults[Fault(self.path, line, reason)] = None

    def finish(self, hint: str = "") -> None:
        """Raise ManifestError where there are faults."""
        if self.faults:
            raise ManifestError(tuple(self.faults), hint)

    def finished(self, kind: str, lock: Lock) -> Manifest:
        """The manifest that is nothing but this lock. Raises ManifestError where there are faults."""
        self.finish()
        return Manifest(path=self.path, kind=kind, locks=(lock,), problems=tuple(self.problems), requires_python=lock.requires_python)

    def get(self, table: Mapping[str, Any], key: str, kind: type[_T], line: int | None, where: str = "") -> _T | None:
        """A value of a kind, None where it is missing; a value of another kind is a fault."""
        value = table.get(key)
        if value is None or (isinstance(value, kind) and not (kind is int and isinstance(value, bool))):
            return value
        wanted = type_name(kind())
        self.fault(line, f"{where}{key} must be {wanted}, not {type_name(value)}")
        return None

    def tables(self, table: Mapping[str, Any], key: str, line: int | None, where: str = "") -> list[dict[str, Any]]:
        """A list of tables; what is none of that is a fault."""
        found = []
        for position, each in enumerate(self.get(table, key, list, line, where) or ()):
            if isinstance(each, dict):
                found.append(each)
            else:
                self.fault(line, f"{where}{key}[{position}] must be a table, not {type_name(each)}")
        return found

    def listed(self, document: Mapping[str, Any], text: str) -> list[Entry]:
        """The entries of ``[[package]]``, each with its line; what is none is a fault."""
        tables = self.get(document, "package", list, None) or []
        lines = entry_lines(text, "package", tables)
        found = (self.entry(table, line, number) for number, (table, line) in enumerate(zip(tables, lines, strict=True), 1))
        return [entry for entry in found if entry is not None]

    def entry(self, table: object, line: int | None, number: int, *, kind: str = "package") -> Entry | None:
        """An entry with its name, or None where it has none."""
        if not isinstance(table, dict):
            self.fault(line, f"{kind} {number} must be a table, not {type_name(table)}")
            return None
        name = self.get(table, "name", str, line, f"{kind} {number}: ")
        if name is None:
            if "name" not in table:
                self.fault(line, f"{kind} {number} has no name")
            return None
        if not _NAME.fullmatch(name):
            self.fault(line, f"{kind} {number}: {quoted(name)} is not a project's name")
            return None
        return Entry(self, table, name, line)

    def marker(self, text: str, line: int | None, where: str, extras: Collection[str] = (), groups: Collection[str] = ()) -> str:
        """A marker that speaks of the target only, settled for these extras and groups; empty where it always holds."""
        if not text.strip():
            return ""
        settled = text
        if "extra" in text or "groups" in text:
            asked = {
                "extras": {canonicalize_name(each) for each in extras},
                "dependency_groups": {canonicalize_name(each) for each in groups},
            }
            settled = _MEMBER.sub(lambda found: _constant((canonicalize_name(found[2]) in asked[found[4]]) is not bool(found[3])), settled)
            settled = _EXTRA.sub(
                lambda found: _constant((canonicalize_name(found[3] or found[5]) in asked["extras"]) is ((found[1] or found[6]) == "==")),
                settled,
            )
        if settled not in self._markers:
            self._markers[settled] = _why_not(settled, text)
        if reason := self._markers[settled]:
            self.fault(line, f"{where}the marker {quoted(text)}: {reason}")
            return ""
        return "" if settled == _TRUE else settled

    def version(self, text: str, line: int | None, where: str) -> str | None:
        """A version in its normal form; a fault and None where it is none."""
        if text not in self._versions:
            try:
                self._versions[text] = str(Version(text))
            except InvalidVersion:
                self._versions[text] = None
        if self._versions[text] is None:
            self.fault(line, f"{where}{quoted(text)} is not a version")
        return self._versions[text]

    def specifier(self, text: str | None, line: int | None, where: str) -> SpecifierSet | None:
        """Version specifiers, None where there are none."""
        if text is None:
            return None
        try:
            return SpecifierSet(text)
        except InvalidSpecifier:
            self.fault(line, f'{where}{quoted(text)} is not a version specifier, such as ">=3.11"')
            return None

    def known(self, what: str, asked: Iterable[str], offered: Iterable[str]) -> Iterator[str]:
        """Of the extras or groups asked for, those that the lock has, as it spells them; each other is a fault."""
        spelled = {canonicalize_name(name): name for name in offered}
        for name in asked:
            found = spelled.get(canonicalize_name(name))
            if found is not None:
                yield found
            else:
                has = f"; it has {', '.join(sorted(spelled.values()))}" if spelled else "; it has none"
                self.fault(None, f'the lock has no {what} "{name}"{nearest(name, list(spelled.values())) or has}')


class Entry:
    """One entry of a lock, with what every kind of lock says of a package."""

    __slots__ = ("_version", "key", "line", "name", "reading", "table", "where")

    def __init__(self, reading: Reading, table: Mapping[str, Any], name: str, line: int | None) -> None:
        self.reading = reading
        self.table = table
        self.name = name
        self.key: NormalizedName = canonicalize_name(name)
        self.line = line
        self.where = f"{name}: "
        self._version: str | None = ""

    @property
    def origin(self) -> Origin:
        """Where the entry stands."""
        return Origin(self.reading.path, self.line)

    def get(self, key: str, kind: type[_T]) -> _T | None:
        """See :meth:`Reading.get`."""
        return self.reading.get(self.table, key, kind, self.line, self.where)

    def tables(self, key: str) -> list[dict[str, Any]]:
        """See :meth:`Reading.tables`."""
        return self.reading.tables(self.table, key, self.line, self.where)

    def fault(self, reason: str) -> None:
        """Note a fault of the entry."""
        self.reading.fault(self.line, f"{self.where}{reason}")

    def version(self) -> str | None:
        """The version in its normal form, None where there is none."""
        if self._version == "":
            text = self.get("version", str)
            self._version = None if text is None else self.reading.version(text, self.line, self.where)
        return self._version

    def file(
        self, table: Mapping[str, Any], *, filename: str, url: str = "", hashes: Iterable[str] = (), index: str = ""
    ) -> DistFile | None:
        """A locked file; None, and a fault, where something in it is wrong."""
        before = len(self.reading.faults)
        size = self.reading.get(table, "size", int, self.line, self.where)
        uploaded = table.get("upload-time") or table.get("upload_time")
        digests = []
        for each in hashes:
            if found := _HASH.fullmatch(each):
                digests.append(f"{found[1]}:{found[2].lower()}")
            else:
                self.fault(f"{quoted(each)} is not a hash, such as sha256:abcdef...")
        if "[" in url:
            from muslcheck.manifests.pep508 import is_malformed

            if is_malformed(url):
                self.fault(f"{quoted(url)}: this address is malformed")
        if len(self.reading.faults) > before:
            return None
        return DistFile(
            filename=filename,
            name=self.key,
            version=self.version() or "",
            kind=Kind.WHEEL if filename.endswith(".whl") else Kind.SDIST,
            url=url,
            size=size,
            hashes=tuple(digests),
            upload_time=None if uploaded is None else str(uploaded),
            index=index,
        )


def filename_of(address: str) -> str:
    """The file name at the end of an address or a path."""
    plain = address.partition("#")[0].partition("?")[0] if "://" in address else address.replace("\\", "/")
    name = plain.rstrip("/").rpartition("/")[2]
    return unquote(name) if "%" in name else name


def _why_not(settled: str, text: str) -> str:
    """What is wrong with a marker, in words; nothing where it can be evaluated."""
    try:
        Marker(settled).evaluate(_SOMEWHERE)
    except RecursionError:
        return "nested too deep"
    except InvalidMarker as error:
        from muslcheck.manifests.wording import why_marker

        return why_marker(text, str(error))
    except (ValueError, KeyError):  # every way in which two things cannot be compared is a ValueError
        return "it compares what cannot be compared"
    return ""


def _constant(value: bool) -> str:  # noqa: FBT001  # a marker that is always true or always false
    return _TRUE if value else _FALSE
