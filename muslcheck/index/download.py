"""Whole files: streamed to a temporary folder, checked against the digest that the index promised, gone when the run ends."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from muslcheck.errors import CorruptArchive, DigestMismatch, IndexUnavailable, OversizedArchive
from muslcheck.index.local import path_of

if TYPE_CHECKING:
    import io
    import tempfile
    from collections.abc import Callable

    from muslcheck.index.client import Client
    from muslcheck.words.release import DistFile

__all__ = ["Downloads", "Sink", "check_bytes", "refusal"]

_LARGEST = 1 << 30
"""Bytes of the largest file that is fetched: every sdist and nearly every wheel on the index is smaller."""
_NOT_FOUND = (404, 410)
_NOT_YOU = (401, 403, 407)
_OK = 200


class Downloads:
    """Files in a temporary folder, by address: each is fetched once."""

    def __init__(self, client: Callable[[], Client]) -> None:
        self._client = client
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._taken = 0

    async def fetch(self, file: DistFile) -> str:
        """The path of the file. Raises IndexUnavailable, DigestMismatch, OversizedArchive, CorruptArchive."""
        if file.url.startswith("file:"):
            path = path_of(file.url)
            _check_path(path, file)
            return path
        if file.size is not None and file.size > _LARGEST:
            raise OversizedArchive(file.filename, f"larger than {_LARGEST >> 20} MB")
        sink = self.sink(file)
        reply = await self._client().ask(file.url.partition("#")[0], {"Accept-Encoding": "identity"}, spill=sink.opened, limit=_LARGEST)
        if reply.status != _OK:
            raise refusal(file, reply.status)
        sink.finish()
        return sink.path

    def sink(self, file: DistFile) -> Sink:
        """A place for the bytes of a file, as they come."""
        return Sink(self._new_path, file)

    def _new_path(self) -> str:
        import tempfile

        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="muslcheck-", ignore_cleanup_errors=True)
        self._taken += 1
        return os.path.join(self._folder.name, str(self._taken))  # noqa: PTH118 - pathlib is dear to load

    def close(self) -> None:
        """Remove every file."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


class Sink:
    """A file on its way in: written to ``path`` and digested as it comes. Nothing is made on disk before the first byte is due."""

    def __init__(self, new_path: Callable[[], str], file: DistFile) -> None:
        self.path = ""
        self._new_path = new_path
        self._file = file
        self._digests: dict[str, Any] = {}
        self._handle: io.BufferedWriter | None = None
        self._size = 0

    def opened(self) -> Sink:
        """The sink, empty: each attempt starts anew."""
        self.close()
        self.path = self.path or self._new_path()
        self._handle = open(self.path, "wb")  # noqa: PTH123, SIM115 - closed by close()
        self._size = 0
        self._digests = {stated: hashlib.new(stated.partition(":")[0]) for stated in _checkable(self._file.hashes)}
        return self

    def write(self, data: bytes) -> None:
        """The next bytes."""
        assert self._handle is not None
        self._handle.write(data)
        self._size += len(data)
        for digest in self._digests.values():
            digest.update(data)

    def close(self) -> None:
        """No more bytes come."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def finish(self) -> None:
        """All has come. Raises DigestMismatch where it is not what the index promised, CorruptArchive where it is cut short."""
        self.close()
        found = {stated: f"{stated.partition(':')[0]}:{digest.hexdigest()}" for stated, digest in self._digests.items()}
        _compare(found, self._file.url)
        if not found and self._file.size is not None and self._size != self._file.size:
            raise CorruptArchive(self._file.filename, f"{self._size} bytes came, the index promised {self._file.size}")


def check_bytes(data: bytes, hashes: tuple[str, ...], subject: str) -> None:
    """Raises DigestMismatch where the bytes are not what was promised."""
    _compare(
        {stated: f"{stated.partition(':')[0]}:{hashlib.new(stated.partition(':')[0], data).hexdigest()}" for stated in _checkable(hashes)},
        subject,
    )


def refusal(file: DistFile, status: int) -> IndexUnavailable:
    """What an answer other than the file means."""
    url = file.url
    if status in _NOT_FOUND and not file.index:
        return IndexUnavailable(url, f"nothing is there ({status})", "Correct the address.")
    if status in _NOT_FOUND:
        return IndexUnavailable(url, f"listed by the index, but not there ({status})", "Try again later, or with another index.")
    if status in _NOT_YOU:
        host = urlsplit(url).hostname
        return IndexUnavailable(url, f"access denied ({status})", f"Give credentials for {host} in the index address or in netrc.")
    return IndexUnavailable(url, f"answered {status}", "Try again later.")


def _check_path(path: str, file: DistFile) -> None:
    digests = {stated: hashlib.new(stated.partition(":")[0]) for stated in _checkable(file.hashes)}
    try:
        with open(path, "rb") as handle:  # noqa: PTH123
            while digests and (piece := handle.read(1 << 20)):
                for digest in digests.values():
                    digest.update(piece)
    except OSError as error:
        raise IndexUnavailable(file.url, f"cannot be read: {error.strerror}", "Check the path and its permissions.") from error
    _compare({stated: f"{stated.partition(':')[0]}:{digest.hexdigest()}" for stated, digest in digests.items()}, file.url)


def _checkable(hashes: tuple[str, ...]) -> tuple[str, ...]:
    """Digests that can be computed here, one for each algorithm where several are stated (pip: any of them may match)."""
    known = [stated for stated in hashes if stated.partition(":")[0] in hashlib.algorithms_guaranteed and not stated.startswith("shake")]
    return tuple(known)


def _compare(found: dict[str, str], subject: str) -> None:
    """At least one stated digest has to be met (pip ``Hashes.check_against_chunks``)."""
    if found and all(stated.lower() != actual for stated, actual in found.items()):
        stated, actual = next(iter(found.items()))
        raise DigestMismatch(
            subject, f"its digest is {actual}, but {stated} was promised", "Do not install it; tell the index's maintainers."
        )
