"""A path to its bytes, and bytes to text as pip decodes requirements files; every way this can fail in one sentence."""

from __future__ import annotations

import codecs
import os
import re
import stat
import sys
from typing import TYPE_CHECKING, BinaryIO

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests.display import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LARGEST", "decode", "file_name", "is_pylock", "is_remote", "load", "load_or_want", "long_number", "named"]

LARGEST = 16 * 1024 * 1024
"""The most bytes that a manifest may have."""

_MOST_DIGITS = 4300
"""Digits of a number that Python reads, where nobody says otherwise; pip dies of versions with more."""
_ONE_DIGIT = bytes.maketrans(b"123456789", b"000000000")
_PATIENCE = 2000
"""Milliseconds that a pipe is given to get a writer."""

# UTF-32 before UTF-16: the mark of the little-endian one begins with the other's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
_PYLOCK = re.compile(r"pylock(\.[^.]+)?\.toml")
_REMOTE = re.compile(r"(?i)https?://")
_PAGE = re.compile(rb"(?i)\s*<(!doctype html|html)\b")
_TOO_LARGE = f"larger than {LARGEST // 1024 // 1024} MB: not a manifest"


def is_remote(path: str) -> bool:
    """Whether a path is an address."""
    return bool(_REMOTE.match(path))


def is_pylock(path: str) -> bool:
    """Whether a file name is one that PEP 751 gives to lock files."""
    return bool(_PYLOCK.fullmatch(file_name(path)))


def file_name(path: str) -> str:
    """The last part of a path or of an address, its query left out (pip ``is_valid_pylock_filename``)."""
    return os.path.basename(re.split(r"[?#]", path, maxsplit=1)[0] if is_remote(path) else path)


def load_or_want(path: str, known: Mapping[str, bytes | str]) -> bytes | None:
    """As :func:`load`; what stands at an address comes out of ``known``, and None is for one that was not asked yet."""
    data = known.get(path)
    if data is None:
        return None if is_remote(path) else load(path)
    where = named(path)
    if isinstance(data, str):
        raise ManifestError((Fault(where, None, data),))
    if len(data) > LARGEST:
        raise ManifestError((Fault(where, None, _TOO_LARGE),))
    if _PAGE.match(data):
        raise ManifestError((Fault(where, None, "a web page stands there; the address of the raw file is needed"),))
    return data


def named(path: str) -> str:
    """A path as it is told; an address without its credentials."""
    return shown(path) if is_remote(path) else path


def load(path: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``. Raises ManifestError without a line."""
    if "://" in path and not os.path.exists(path):
        raise ManifestError((Fault(shown(path), None, "remote files are not read here"),), "Download it first.")
    try:
        if path == "-":
            return _bounded(sys.stdin.buffer, path)
        with open(path, "rb", opener=_opened) as file:
            return _bounded(file, path)
    except _Unfed:
        raise ManifestError((Fault(path, None, "a pipe that nobody writes to"),)) from None
    except (OSError, ValueError) as error:
        raise ManifestError((Fault(path, None, _why(error)),)) from None


def decode(data: bytes, path: str) -> tuple[str, bool]:
    """Text as pip decodes it, and whether the encoding had to be guessed. Raises ManifestError for what is no text.

    A byte order mark, else a coding line (PEP 263) in the first two lines, else UTF-8. Then pip goes by the locale;
    nothing is read from the host here, so it is Latin-1, which reads everything, and the caller says so.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_as(data[len(mark) :], encoding, path), False
    for line in data.split(b"\n", 2)[:2]:
        if line.startswith(b"#") and (coding := _CODING.search(line)):
            return _decode_as(data, coding[1].decode("ascii"), path), False
    if b"\0" in data:
        raise ManifestError((Fault(path, None, _nul(data)),))
    try:
        return data.decode(), False
    except UnicodeDecodeError:
        text = data.decode("latin-1")
        if sum(not char.isprintable() and not char.isspace() for char in text) * 20 > len(text):
            raise ManifestError((Fault(path, None, "this is a binary file, not text"),)) from None
        return text, True


def long_number(data: bytes) -> int | None:
    """The line of a number with more digits than Python reads, None where there is none."""
    found = data.translate(_ONE_DIGIT).find(b"0" * (_MOST_DIGITS + 1)) if len(data) > _MOST_DIGITS else -1
    return None if found < 0 else data.count(b"\n", 0, found) + 1


class _Unfed(Exception):
    """A pipe whose other end nobody has open."""


def _opened(path: str, flags: int) -> int:
    """A descriptor of the file. A pipe (``mkfifo``, ``<(...)``) is waited for while it has a writer, and a moment until it has one."""
    if not stat.S_ISFIFO(os.stat(path).st_mode):
        return os.open(path, flags)
    import select

    descriptor = os.open(path, flags | os.O_NONBLOCK)
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    if not poll.poll(_PATIENCE):
        try:
            os.read(descriptor, 1)  # nothing, where nobody could write
        except BlockingIOError:
            pass  # there is a writer who takes time
        else:
            os.close(descriptor)
            raise _Unfed
    os.set_blocking(descriptor, True)
    return descriptor


def _bounded(file: BinaryIO, path: str) -> bytes:
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ManifestError((Fault(path, None, _TOO_LARGE),))
    return data


def _decode_as(data: bytes, encoding: str, path: str) -> str:
    try:
        text = data.decode(encoding)
    except LookupError:
        raise ManifestError((Fault(path, None, f'its coding line names an unknown encoding, "{encoding}"'),)) from None
    except (ValueError, ArithmeticError):
        raise ManifestError((Fault(path, None, f"its beginning says that it is {encoding.upper()}, and it is not"),)) from None
    if "\0" in text:
        raise ManifestError((Fault(path, None, "it holds NUL characters: not a text file"),))
    return text


def _nul(data: bytes) -> str:
    head = data[:512]
    if head[1::2].count(0) * 4 > len(head) and head[::2].count(0) == 0:
        return "this looks like UTF-16 without a byte order mark: save it as UTF-8"
    return "this is a binary file, not text"


def _why(error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError():
            return "no such file"
        case PermissionError():
            return "no permission to read it"
        case IsADirectoryError():
            return "this is a directory, not a file"
        case OSError():
            return f"cannot be read ({os.strerror(error.errno).lower() if error.errno else error})"
        case _:
            return "not a file name"
