"""The cache folder: one small file per page, METADATA or sdist. A convenience: delete it and nothing is lost.

A file is a line that says what follows, then a head (JSON), then a body (bytes)::

    muslcheck 1 <crc32 of head and body> <length of head> <length of body>

Entries are written beside their place and moved into it, so that other processes see a whole entry or none. One that does not add up
is dropped. A folder that cannot be written is done without. No credentials ever come here: keys and heads hold bare addresses.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from mmap import mmap
    from pathlib import Path

__all__ = ["Cache"]

_FORMAT = b"muslcheck 1"
_LONGEST_NAME = 180
"""Characters of a file name, below every file system's limit."""
_MAPPED_FROM = 1 << 18
"""Bodies of so many bytes are mapped, not read: of a long page only the blocks that are looked at are ever loaded."""
_UNSAFE = re.compile(r"[^A-Za-z0-9_.~-]+")
_ATTEMPTS = itertools.count()


class Cache:
    """Entries by kind and key. ``folder`` None: nothing is kept, nothing is found."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = None if folder is None else os.fspath(folder)
        self.trouble: str | None = None
        """Why entries could not be written, where that happened."""

    def read(self, kind: str, key: str) -> tuple[Any, bytes | mmap, int] | None:
        """The value, the entry's bytes, and where in them its body starts; or None. An entry that does not add up is removed."""
        if self._folder is None:
            return None
        path = self._path(kind, key)
        try:
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - pathlib is dear to load
                content = _content(file.fileno())
        except OSError:
            return None
        found = None if content is None else _opened(content)
        if content is None or found is None or found[0].get("key") != key:
            self._drop(path)
            return None
        return found[0]["value"], content, found[1]

    def write(self, kind: str, key: str, value: Any, body: bytes = b"") -> tuple[bytes | mmap, int]:  # noqa: ANN401 - what JSON can hold
        """Keep an entry; after the first failure nothing more is tried. The bytes to go on with, and where in them the body starts.

        A long body is read back from disk piece by piece: out of the entry, or, where there is none, of a file without a name.
        """
        if self._folder is None or self.trouble is not None:
            return _set_aside(body)
        head = json.dumps({"key": key, "value": value}).encode()
        line = b"%s %08x %d %d\n" % (_FORMAT, zlib.crc32(body, zlib.crc32(head)), len(head), len(body))
        path = self._path(kind, key)
        beside = f"{path}.{os.getpid()}-{next(_ATTEMPTS)}.tmp"
        try:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120 - pathlib is dear to load
            try:
                with open(beside, "x+b") as file:  # noqa: PTH123
                    file.write(line + head)
                    file.write(body)
                    file.flush()
                    held = _mapped(file.fileno(), body, len(line) + len(head))
                os.replace(beside, path)  # noqa: PTH105
            except BaseException:
                self._drop(beside)
                raise
        except OSError as error:
            self.trouble = error.strerror or str(error)
            return _set_aside(body)
        return held

    def drop(self, kind: str, key: str) -> None:
        """Forget an entry."""
        if self._folder is not None:
            self._drop(self._path(kind, key))

    def _path(self, kind: str, key: str) -> str:
        assert self._folder is not None
        name = _UNSAFE.sub(lambda found: quote(found[0], safe=""), key)  # quote itself looks at every character
        if len(name) > _LONGEST_NAME:
            from hashlib import sha256

            name = f"{name[:100]}~{sha256(key.encode()).hexdigest()[:32]}"
        return os.path.join(self._folder, kind, f"{name}.entry")  # noqa: PTH118

    @staticmethod
    def _drop(path: str) -> None:
        with suppress(OSError):  # gone already, or not ours to remove
            os.unlink(path)  # noqa: PTH108


def _set_aside(body: bytes) -> tuple[bytes | mmap, int]:
    if len(body) < _MAPPED_FROM:
        return body, 0
    from tempfile import TemporaryFile

    try:
        with TemporaryFile() as file:
            file.write(body)
            file.flush()
            return _mapped(file.fileno(), body, 0)
    except OSError:
        return body, 0


def _mapped(descriptor: int, body: bytes, start: int) -> tuple[bytes | mmap, int]:
    """The file's bytes where the body is long, the body itself where it is not, or where files cannot be mapped."""
    if len(body) < _MAPPED_FROM:
        return body, 0
    import mmap

    try:
        return mmap.mmap(descriptor, start + len(body), access=mmap.ACCESS_READ), start
    except (OSError, ValueError):
        return body, 0


def _content(descriptor: int) -> bytes | mmap | None:
    size = os.fstat(descriptor).st_size
    if size < _MAPPED_FROM:
        return os.read(descriptor, size + 1)
    import mmap

    try:
        return mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
    except ValueError:
        return None


def _opened(content: bytes | mmap) -> tuple[Any, int] | None:
    """The head of an entry and where its body starts; None where it does not add up."""
    end = content.find(b"\n", 0, 100)
    words = content[: max(end, 0)].split(b" ")
    if end < 0 or b" ".join(words[:2]) != _FORMAT or len(words) != 5:  # noqa: PLR2004 - as drawn above
        return None
    try:
        crc, head_length, body_length = int(words[2], 16), int(words[3]), int(words[4])
    except ValueError:
        return None
    start = end + 1
    if len(content) != start + head_length + body_length:
        return None
    with memoryview(content) as view:
        if zlib.crc32(view[start:]) != crc:
            return None
    return json.loads(content[start : start + head_length]), start + head_length
