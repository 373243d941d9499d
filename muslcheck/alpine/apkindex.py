"""APKINDEX.tar.gz: which packages a repository of Alpine's has, and what each provides.

Concatenated gzip streams: the signature, then a tar with DESCRIPTION and APKINDEX. Records are parted by empty lines, a line is
a letter and its value (apk-tools, ``apk-package(5)``: P name, p provides, D depends, o origin, A architecture, k priority).
The signature is not looked at: what is read here names packages and installs none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["ApkIndex", "ApkIndexFault", "joined", "parse_apkindex"]

_MOST = 256 * 1024**2
"""Unpacked bytes: the largest repository's index has some 15 million."""
_CONSTRAINT = re.compile(r"[=<>~@]")
_LIBRARY = re.compile(r"so:lib(.+?)\.so(?:\..*)?")


class ApkIndexFault(ValueError):
    """The bytes are no APKINDEX.tar.gz; the text says why."""


@dataclass(frozen=True, slots=True, eq=False)
class ApkIndex:
    """The packages of one or several repositories, and which of them provides a name (``pc:libpq``, ``cmd:pg_config``, ``so:...``)."""

    architectures: frozenset[str] = frozenset()
    origins: Mapping[str, str] = field(default_factory=dict)
    """Every package's name, and the source package that it was built from."""
    providers: Mapping[str, str] = field(default_factory=dict)
    depends: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)
    """A library as it is linked (``pq``), and the package that has the file."""

    def provider(self, name: str) -> str | None:
        """The package of a name: its own, or the one that provides it; None where there is neither."""
        return name if name in self.origins else self.providers.get(name)

    def dev_of_library(self, library: str) -> str | None:
        """The ``-dev`` package to link a library with (``-lpq``): the one of the source package that has the library, where it is one."""
        holder = self.libraries.get(library)
        origin = self.origins.get(holder or "")
        found = {f"{name}-dev" for name in (holder, origin, f"lib{library}", library)} & self.origins.keys()
        of_origin = sorted(name for name in found if self.origins[name] == origin)
        return of_origin[0] if len(of_origin) == 1 else None

    def runtime_of(self, package: str) -> tuple[str, ...]:
        """The packages of the same source package whose libraries a ``-dev`` package links to, sorted."""
        needed = (self.providers.get(name) for name in self.depends.get(package, ()) if name.startswith("so:"))
        return tuple(sorted({name for name in needed if name and self.origins[name] == self.origins.get(package)}))

    def brings(self, package: str) -> frozenset[str]:
        """All packages that installing one brings along."""
        found: set[str] = set()
        ahead = [package]
        while ahead:
            for name in self.depends.get(ahead.pop(), ()):
                holder = self.provider(name)
                if holder is not None and holder not in found:
                    found.add(holder)
                    ahead.append(holder)
        return frozenset(found - {package})


def parse_apkindex(data: bytes) -> ApkIndex:
    """Read the bytes of an APKINDEX.tar.gz. Raises ApkIndexFault."""
    origins: dict[str, str] = {}
    depends: dict[str, tuple[str, ...]] = {}
    architectures: set[str] = set()
    offers: dict[str, tuple[int, str]] = {}
    libraries: dict[str, tuple[int, str]] = {}
    for record in _records(_listing(data)):
        name = record.get("P", "")
        if not name:
            continue
        origins[name] = record.get("o", name)
        architectures.add(record.get("A", ""))
        depends[name] = tuple(_bare(word) for word in record.get("D", "").split() if not word.startswith("!"))
        priority = record.get("k", "0")
        rank = int(priority) if priority.isdecimal() else 0
        for word in record.get("p", "").split():
            _offer(offers, _bare(word), rank, name)
            if (library := _LIBRARY.fullmatch(_bare(word))) is not None:
                _offer(libraries, library[1], rank, name)
    return ApkIndex(
        frozenset(architectures - {"", "noarch"}),
        origins,
        {word: name for word, (_, name) in offers.items()},
        depends,
        {word: name for word, (_, name) in libraries.items()},
    )


def joined(indexes: Iterable[ApkIndex]) -> ApkIndex:
    """Several repositories as one; the first that has a name counts."""
    backwards = [*indexes][::-1]
    return ApkIndex(
        frozenset[str]().union(*(index.architectures for index in backwards)),
        {name: origin for index in backwards for name, origin in index.origins.items()},
        {name: package for index in backwards for name, package in index.providers.items()},
        {name: needed for index in backwards for name, needed in index.depends.items()},
        {name: package for index in backwards for name, package in index.libraries.items()},
    )


def _offer(offers: dict[str, tuple[int, str]], word: str, rank: int, name: str) -> None:
    """Keep the provider of the highest priority; of equal ones the shortest name, then the first by spelling."""
    known = offers.get(word)
    if known is None or (-rank, len(name), name) < (-known[0], len(known[1]), known[1]):
        offers[word] = (rank, name)


def _bare(word: str) -> str:
    """A dependency or provided name without its version."""
    return _CONSTRAINT.split(word, maxsplit=1)[0]


def _records(text: str) -> Iterator[dict[str, str]]:
    for block in text.split("\n\n"):
        yield {line[0]: line[2:] for line in block.splitlines() if line[1:2] == ":"}


def _listing(data: bytes) -> str:
    """The member APKINDEX, of whichever stream it lies in."""
    import io
    import tarfile

    for stream in _streams(data):
        try:
            with tarfile.open(fileobj=io.BytesIO(stream), mode="r:") as archive:
                member = next((member for member in archive if member.name == "APKINDEX" and member.isfile()), None)
                listing = None if member is None else archive.extractfile(member)
                if listing is not None:
                    return listing.read().decode("utf-8", "replace")
        except (tarfile.TarError, EOFError, OverflowError, ValueError):
            continue
    raise ApkIndexFault("it holds no APKINDEX")


def _streams(data: bytes) -> Iterator[bytes]:
    """What each of the concatenated gzip streams holds."""
    import zlib

    left = _MOST
    while data:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            stream = unpacker.decompress(data, max(left, 1))
        except zlib.error as error:
            raise ApkIndexFault(f"it is not gzip ({error})") from error
        left -= len(stream)
        if not unpacker.eof:
            raise ApkIndexFault("it unpacks to more than is safe to read" if left <= 0 else "it is cut short")
        yield stream
        data = unpacker.unused_data.lstrip(b"\0")
