"""What wheels hold that is compiled: read out of the whole wheel, since that is nearly all of it; kept for good by the wheel's digest.

A wheel for any platform holds no such thing as a rule: of a larger one only the zip's directory is asked for, as long as no file in it
is called like a compiled one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from muslcheck.archives.facts import NativeFile, Seen, WheelFacts
from muslcheck.index.codec import Codec, content_key
from muslcheck.index.reading import READERS

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from muslcheck.index.cache import Cache
    from muslcheck.index.client import Client
    from muslcheck.index.download import Downloads
    from muslcheck.words.release import DistFile

__all__ = ["Insides"]

_T = TypeVar("_T")

_SMALL = 1 << 19
"""Bytes of a wheel that is fetched whole, where less might do."""
_READ_AT_ONCE = 2
"""Wheels that are read at a time: reading is work, not waiting."""


class Insides:
    """What wheels hold. ``fetch`` brings a file to disk and says where it is; what was kept is not asked for with ``refresh``."""

    def __init__(
        self,
        cache: Cache,
        fetch: Callable[[DistFile], Awaitable[str]],
        client: Callable[[], Client],
        downloads: Callable[[], Downloads],
        *,
        refresh: bool,
    ) -> None:
        self._cache = cache
        self._fetch = fetch
        self._client = client
        self._downloads = downloads
        self._refresh = refresh
        self._told: dict[str, WheelFacts] = {}
        self._reading: asyncio.Semaphore | None = None
        self._made: Codec | None = None

    def known(self, file: DistFile, *, imports: bool = False) -> WheelFacts | None:
        """What is known without looking into the wheel; with what importing it loads, or without."""
        told = self._told.get(file.url)
        key = content_key(file)
        if told is None and key is not None and not self._refresh:
            told = self._kept(f"{key} {READERS}")
            if told is not None:
                self._told[file.url] = told
        return None if told is None or (imports and told.imported is None) else told

    async def read(self, file: DistFile, *, imports: bool = False) -> WheelFacts:
        """What the wheel holds. Raises what ``fetch`` raises, and ArchiveFailure."""
        found = self.known(file) or await self._seen(file)
        if imports and found.imported is None:
            path = await self._fetch(file) if found.natives else ""
            found = await self._by_thread(partial(_with_imports, path, found)) if path else replace(found, imported=())
        self._told[file.url] = found
        if (key := content_key(file)) is not None:
            self._cache.write("wheels", f"{key} {READERS}", self._codec.plain(found))
        return found

    async def _seen(self, file: DistFile) -> WheelFacts:
        if await self._is_plain(file):
            return WheelFacts(file.filename)
        path = await self._fetch(file)
        return await self._by_thread(partial(_read, path, file.filename))

    async def _is_plain(self, file: DistFile) -> bool:
        """Whether a wheel for any platform holds no file that is called like a compiled one, as far as that takes little to say."""
        if not file.filename.endswith("-any.whl") or file.url.startswith("file:") or (file.size or 0) < _SMALL:
            return False
        from muslcheck.archives.wheel import names_from_ranges
        from muslcheck.archives.wheel_inside import may_be_native
        from muslcheck.index.metadata import from_ranges

        names = await from_ranges(file, self._client(), self._downloads(), names_from_ranges, _names)
        return names is not None and not any(map(may_be_native, names))

    async def _by_thread(self, work: Callable[[], _T]) -> _T:
        import asyncio

        if self._reading is None:
            self._reading = asyncio.Semaphore(_READ_AT_ONCE)
        async with self._reading:
            return await asyncio.to_thread(work)

    def _kept(self, key: str) -> WheelFacts | None:
        found = self._cache.read("wheels", key)
        if found is None:
            return None
        try:
            facts: WheelFacts = self._codec.value(found[0])
        except (KeyError, TypeError, ValueError):
            self._cache.drop("wheels", key)
            return None
        return facts

    @property
    def _codec(self) -> Codec:
        if self._made is None:
            self._made = Codec(NativeFile, WheelFacts, Seen)
        return self._made


def _read(path: str, filename: str) -> WheelFacts:
    from muslcheck.archives.wheel_inside import read_wheel

    with open(path, "rb") as handle:  # noqa: PTH123 - pathlib is dear to load
        return read_wheel(handle, filename)


def _with_imports(path: str, facts: WheelFacts) -> WheelFacts:
    from muslcheck.archives.wheel_imports import shares_names, surely_imported

    with open(path, "rb") as handle:  # noqa: PTH123
        return replace(facts, imported=surely_imported(handle, facts), shares=shares_names(handle, facts))


def _names(path: str, file: DistFile) -> tuple[str, ...]:
    from muslcheck.archives.wheel_inside import read_names

    with open(path, "rb") as handle:  # noqa: PTH123
        return read_names(handle, file.filename)
