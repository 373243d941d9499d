"""Asking an index in a test: one call, one run of the event loop."""

import asyncio

from muslcheck.index import Index
from muslcheck.words.requirement import IndexOptions

__all__ = ["asked", "options"]


def options(*places, **settings):
    """Options for a server (or several: the first is the index), with little patience."""
    urls = [place if isinstance(place, str) else place.index_url for place in places]
    patient = {"timeout": 2.0, "retries": 2, **settings}
    return IndexOptions(index_url=urls[0] if urls else None, extra_index_urls=tuple(urls[1:]), **patient)


def asked(opts, story, *, cache_dir=None, **settings):
    """What ``story`` (a coroutine function of an Index) answers."""

    async def main():
        async with Index(opts, cache_dir=cache_dir, **settings) as index:
            return await story(index)

    return asyncio.run(main())
