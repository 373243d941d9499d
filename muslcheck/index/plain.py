"""Files that are no part of an index (Alpine's own package index): read from disk, or fetched and kept."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from muslcheck.errors import IndexUnavailable, Offline, UsageError
from muslcheck.index.freshness import lifetime
from muslcheck.index.local import path_of
from muslcheck.index.sources import OFFLINE_HINT

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.index.cache import Cache
    from muslcheck.index.client import Client

__all__ = ["fetch_plain", "read_plain"]

_LARGEST = 64 << 20
"""Bytes of the largest answer that is taken."""
_OK = 200


def read_plain(place: str) -> bytes:
    """A file given by path or ``file:`` address. Raises UsageError where it cannot be read."""
    from pathlib import Path

    try:
        return Path(path_of(place) if place.startswith("file:") else place).read_bytes()
    except OSError as error:
        raise UsageError(f"{place}: {error.strerror}", "Check the path.") from error


async def fetch_plain(url: str, client: Callable[[], Client], cache: Cache, *, offline: bool, refresh: bool) -> bytes:
    """What an address answers, kept for as long as its headers say.

    Raises IndexUnavailable, OversizedArchive, and Offline where it may not be asked and nothing is kept.
    """
    known = cache.read("plain", url)
    if known is not None and (offline or (not refresh and time.time() < float(known[0]))):
        return bytes(known[1][known[2] :])
    if offline:
        raise Offline(url, "not in the cache", OFFLINE_HINT)
    reply = await client().ask(url, {"Cache-Control": "max-age=0"} if refresh else {}, limit=_LARGEST)
    if reply.status != _OK:
        raise IndexUnavailable(url, f"answered {reply.status}", "Check the address.")
    fresh_for = lifetime(reply.headers, time.time())
    if fresh_for is not None:
        cache.write("plain", url, time.time() + fresh_for, reply.body)
    return reply.body
