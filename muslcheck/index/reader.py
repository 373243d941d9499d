"""Reads sdists, for one process: its own, or, where this runs as a child (:func:`serve`), the one at the other end of its pipes.

A request is a line of JSON, ``[what, [path, filename, inside], target]``, and so is an answer: what was found, as the codec puts it, or
an ArchiveFailure's kind and words. The first line that a child writes is empty: it is ready.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from muslcheck.errors import ArchiveFailure, OversizedArchive

if TYPE_CHECKING:
    from muslcheck.archives.container import Contents
    from muslcheck.archives.witness import Noted
    from muslcheck.index.codec import Codec
    from muslcheck.words.target import Target

__all__ = ["MOST_MEMORY", "MOST_SECONDS", "Place", "Reader", "codec", "found_in", "serve"]

Place = tuple[str, str, str]
"""Where an sdist lies: its path, its file name, and the folder inside it in which the project is."""

MOST_SECONDS = 120
"""Processor time for one reading in a child: the slowest real sdist takes 3 s."""
MOST_MEMORY = 1 << 30
"""Bytes of address space for a child: it has 60 MB of it before it reads, and 200 MB with the largest real sdists."""
_HELD = 32 << 20
"""Bytes of opened sdists that are held for the next who asks: the median one has 0.6 MB, the largest 40."""


class Reader:
    """Opens sdists and says what stands in them.

    Who asks for metadata comes back for facts, and one target comes after the other: what was opened lately is held for them.
    """

    def __init__(self) -> None:
        self._held: dict[Place, Contents] = {}

    def read(self, what: str, place: Place, target: Target | None) -> tuple[Any, Noted]:
        """``facts``: SdistFacts, and what was asked of the target for them; ``metadata``: Metadata or Unread. Raises an ArchiveFailure."""
        contents = self._contents(place)
        if what == "facts" and target is not None:
            from muslcheck.archives import inspect_sdist

            return inspect_sdist(contents, target)
        from muslcheck.archives.sdist_metadata import opened_metadata

        return opened_metadata(contents, target), {}

    def _contents(self, place: Place) -> Contents:
        from muslcheck.archives import open_sdist

        contents = self._held.pop(place, None)
        if contents is None:
            path, filename, inside = place
            with open(path, "rb") as file:  # noqa: PTH123 - pathlib is dear to load
                contents = open_sdist(file, filename, inside)
        self._held[place] = contents  # the last is the one that was asked for last
        total = 0
        for each in reversed([*self._held]):
            total += sum(map(len, self._held[each].kept.values()))
            if total > _HELD and each != place:
                del self._held[each]
        return contents


def codec() -> Codec:
    """For facts, metadata and targets."""
    from muslcheck.archives import facts
    from muslcheck.index.codec import Codec
    from muslcheck.words import release, target

    classes = (getattr(facts, name) for name in facts.__all__)
    return Codec(*classes, release.Metadata, release.MetadataSource, release.Unread, target.Libc, target.Target)


def found_in(answer: bytes, known: Codec) -> tuple[Any, Noted]:
    """What a child answered, as :meth:`Reader.read` says it. Raises the ArchiveFailure that it told of, and ValueError for no answer."""
    try:
        told = json.loads(answer)
        if "failure" not in told:
            return known.value(told["found"]), {(kind, question): said for kind, question, said in told["noted"]}
        kind, subject, reason, hint = told["failure"]
        failure = next(each for each in ArchiveFailure.__subclasses__() if each.__name__ == kind)(subject, reason, hint)
    except (KeyError, TypeError, StopIteration) as error:
        raise ValueError(*error.args) from error
    raise failure


def serve() -> None:
    """Answer the requests on standard input until it closes: then whoever asked is gone, and this process, too, whatever it is at."""
    import os
    import sys
    from queue import SimpleQueue
    from threading import Thread
    from time import process_time

    requests: SimpleQueue[bytes] = SimpleQueue()

    def listen() -> None:
        for line in sys.stdin.buffer:
            requests.put(line)
        os._exit(0)

    import muslcheck.archives.sdist
    import muslcheck.archives.sdist_metadata  # noqa: F401 - what the first request would have to wait for

    Thread(target=listen, daemon=True).start()
    reader, known = Reader(), codec()
    _limit("RLIMIT_AS", MOST_MEMORY)
    _limit("RLIMIT_CORE", 0)
    answer = b""
    while True:
        sys.stdout.buffer.write(answer + b"\n")
        sys.stdout.buffer.flush()
        what, place, target = json.loads(requests.get())
        _limit("RLIMIT_CPU", int(process_time()) + MOST_SECONDS)
        answer = json.dumps(_answered(reader, known, what, tuple(place), known.value(target))).encode()


def _answered(reader: Reader, known: Codec, what: str, place: Place, target: Target | None) -> dict[str, Any]:
    try:
        found, noted = reader.read(what, place, target)
    except MemoryError:
        return _failed(_too_much(place))
    except ArchiveFailure as failure:
        return _failed(_too_much(place) if isinstance(failure.__cause__, MemoryError) else failure)
    if any(seen.value == "the reader was lost (MemoryError)" for seen in getattr(found, "unread", ())):
        return _failed(_too_much(place))
    return {"found": known.plain(found), "noted": [[*asked, answer] for asked, answer in noted.items()]}


def _failed(failure: ArchiveFailure) -> dict[str, Any]:
    return {"failure": [type(failure).__name__, failure.subject, failure.reason, failure.hint]}


def _too_much(place: Place) -> OversizedArchive:
    return OversizedArchive(place[1], f"reading it takes more than {MOST_MEMORY >> 20} MB of memory")


def _limit(name: str, most: int) -> None:
    """Set a limit of this process's own, where the platform knows it and it is not lower already."""
    with suppress(ImportError, AttributeError, ValueError, OSError):
        import resource

        kind = getattr(resource, name)
        _, hard = resource.getrlimit(kind)
        known = [each for each in (most, hard) if each != resource.RLIM_INFINITY]
        resource.setrlimit(kind, (min(known), hard))
