"""Facts of sdists: each archive is opened once for all targets that wait for it, and read once for all that it looks the same to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from muslcheck import __version__, archives
from muslcheck.archives import FACTS_VERSION, inspect_sdist, open_sdist
from muslcheck.errors import ArchiveFailure
from muslcheck.index.codec import Codec, content_key

if TYPE_CHECKING:
    import asyncio
    import os
    from collections.abc import Awaitable, Callable

    from muslcheck.archives.container import Contents
    from muslcheck.archives.facts import SdistFacts
    from muslcheck.archives.witness import Noted
    from muslcheck.index.cache import Cache
    from muslcheck.words.release import DistFile
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
        self.contents: Contents | None = None
        self.failure: ArchiveFailure | None = None


class Readings:
    """What sdists say, by file and target. ``fetch`` brings a file to disk and says where it is."""

    def __init__(self, cache: Cache, fetch: Callable[[DistFile], Awaitable[str]], *, refresh: bool) -> None:
        self._cache = cache
        self._fetch = fetch
        self._refresh = refresh
        self._known: dict[str, list[_Reading]] = {}
        self._told: dict[tuple[str, Target], SdistFacts] = {}
        self._desks: dict[str, _Desk] = {}
        self._opening: asyncio.Semaphore | None = None
        self._made: Codec | None = None

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

    async def read(self, file: DistFile, target: Target) -> SdistFacts:
        """What the sdist says on a target. Raises what ``fetch`` raises, and ArchiveFailure."""
        desk = self._desks.setdefault(file.url, _Desk())
        desk.waiting += 1
        try:
            async with desk.turn:
                return self.known(file, target) or await self._read(file, target, desk)
        finally:
            desk.waiting -= 1
            if not desk.waiting:
                self._desks.pop(file.url, None)

    async def _read(self, file: DistFile, target: Target, desk: _Desk) -> SdistFacts:
        import asyncio

        if desk.failure is not None:
            raise desk.failure
        path = await self._fetch(file)
        if self._opening is None:
            self._opening = asyncio.Semaphore(1)
        async with self._opening:  # one archive at a time: what is read is large, and a second thread would not be faster
            try:
                facts, noted = await asyncio.to_thread(_inspected, desk, path, file, target)
            except ArchiveFailure as failure:
                desk.failure = failure
                raise
        self._keep(file, _Reading(noted, facts))
        return facts

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
            from muslcheck.archives import facts
            from muslcheck.words import release

            classes = (getattr(facts, name) for name in facts.__all__)
            self._made = Codec(*classes, release.Metadata, release.MetadataSource, release.Unread)
        return self._made


def _inspected(desk: _Desk, path: str, file: DistFile, target: Target) -> tuple[SdistFacts, Noted]:
    if desk.contents is None:
        with open(path, "rb") as handle:  # noqa: PTH123 - pathlib is dear to load
            desk.contents = open_sdist(handle, file.filename, file.subdirectory)
    return inspect_sdist(desk.contents, target)
