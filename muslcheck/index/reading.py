"""What sdists say: each is read once for all targets that it looks the same to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from muslcheck import __version__, archives
from muslcheck.archives import FACTS_VERSION
from muslcheck.errors import ArchiveFailure
from muslcheck.index.codec import content_key

if TYPE_CHECKING:
    import os
    from collections.abc import Awaitable, Callable

    from muslcheck.archives.facts import SdistFacts
    from muslcheck.archives.witness import Noted
    from muslcheck.index.cache import Cache
    from muslcheck.index.codec import Codec
    from muslcheck.index.readers import Readers
    from muslcheck.words.release import DistFile, Metadata, Unread
    from muslcheck.words.target import Target

__all__ = ["READERS", "Readings"]


def _readers() -> str:
    """What the readers of sdists are known by: the version, and the sizes and times of their files, which change whenever they do."""
    import os
    from zlib import crc32

    folder = os.path.dirname(archives.__file__)  # noqa: PTH120 - pathlib is dear to load
    places = (folder, f"{folder}/interpreter", f"{folder}/data")
    files = sorted((entry for place in places for entry in _listed(place) if entry.is_file()), key=lambda entry: entry.path)
    stated = [(entry.name, entry.stat().st_size, entry.stat().st_mtime_ns) for entry in files]
    return f"{__version__}.{FACTS_VERSION}.{crc32(repr(stated).encode()):08x}"


def _listed(folder: str) -> list[os.DirEntry[str]]:
    import os

    try:
        with os.scandir(folder) as entries:
            return [*entries]
    except OSError:  # not installed as plain files: then the version alone tells
        return []


READERS = _readers()
"""What is read out of an sdist is kept for the readers that read it."""
_MOST = 50
"""Readings of one sdist that are kept in the cache."""


class _Reading(NamedTuple):
    """Facts, and what was asked of the target that they were read for."""

    noted: Noted
    facts: SdistFacts


class _Desk:
    """One sdist while targets wait for what it says: they are served one after the other."""

    def __init__(self) -> None:
        import asyncio

        self.turn = asyncio.Lock()
        self.waiting = 0


class Readings:
    """What sdists say, by file and target. ``fetch`` brings a file to disk and says where it is."""

    def __init__(self, cache: Cache, fetch: Callable[[DistFile], Awaitable[str]], *, refresh: bool) -> None:
        self._cache = cache
        self._fetch = fetch
        self._refresh = refresh
        self._known: dict[str, list[_Reading]] = {}
        self._told: dict[tuple[str, Target], SdistFacts] = {}
        self._desks: dict[str, _Desk] = {}
        self._failed: dict[str, ArchiveFailure] = {}
        self._made: Codec | None = None
        self._readers: Readers | None = None

    def known(self, file: DistFile, target: Target) -> SdistFacts | None:
        """What is known without opening the archive."""
        told = self._told.get((file.url, target))
        if told is not None:
            return told
        readings = self._known.get(file.url)
        if readings is None:
            readings = self._known[file.url] = [] if self._refresh else self._kept(file)
        if not readings:
            return None
        from muslcheck.archives.witness import holds

        for reading in readings:
            if holds(reading.noted, target):
                self._told[file.url, target] = reading.facts
                return reading.facts
        return None

    async def facts(self, file: DistFile, target: Target) -> SdistFacts:
        """What an sdist says about its build on a target. Raises what ``fetch`` raises, and ArchiveFailure."""
        desk = self._desks.setdefault(file.url, _Desk())
        desk.waiting += 1
        try:
            async with desk.turn:
                found = self.known(file, target)
                if found is None:
                    found, noted = await self._read("facts", file, target)
                    self._keep(file, _Reading(noted, found))
                return found
        finally:
            desk.waiting -= 1
            if not desk.waiting:
                self._desks.pop(file.url, None)

    async def metadata(self, file: DistFile, target: Target | None) -> Metadata | Unread:
        """What an sdist requires, as it stands in it. Raises what ``fetch`` raises, and ArchiveFailure."""
        found: Metadata | Unread = (await self._read("metadata", file, target))[0]
        return found

    async def aclose(self) -> None:
        """Nothing more is read."""
        if self._readers is not None:
            await self._readers.aclose()

    async def _read(self, what: str, file: DistFile, target: Target | None) -> tuple[Any, Noted]:
        if file.url in self._failed:
            raise self._failed[file.url]
        if self._readers is None:
            from muslcheck.index.readers import Readers

            self._readers = Readers()
        with self._readers.expecting(file):
            path = await self._fetch(file)
            try:
                return await self._readers.read(what, path, file, target)
            except ArchiveFailure as failure:
                self._failed[file.url] = failure
                raise

    def _keep(self, file: DistFile, reading: _Reading) -> None:
        readings = self._known.setdefault(file.url, [])
        readings.append(reading)
        key = content_key(file)
        if key is None:
            return
        told: list[SdistFacts] = []
        entry = []
        for each in readings[-_MOST:]:
            if each.facts not in told:
                told.append(each.facts)
            entry.append([told.index(each.facts), [[*asked, answer] for asked, answer in each.noted.items()]])
        self._cache.write("facts", f"{key} {READERS}", [[self._codec.plain(each) for each in told], entry])

    def _kept(self, file: DistFile) -> list[_Reading]:
        key = content_key(file)
        found = None if key is None else self._cache.read("facts", f"{key} {READERS}")
        if found is None:
            return []
        try:
            plain, entry = found[0]
            told = [self._codec.value(each) for each in plain]
            return [_Reading({(kind, question): answer for kind, question, answer in noted}, told[place]) for place, noted in entry]
        except (KeyError, TypeError, ValueError, IndexError):
            self._cache.drop("facts", f"{key} {READERS}")
            return []

    @property
    def _codec(self) -> Codec:
        if self._made is None:
            from muslcheck.index.reader import codec

            self._made = codec()
        return self._made
