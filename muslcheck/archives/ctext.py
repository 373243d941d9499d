"""A C or C++ file cut into what is asked about it on any target: directives, and uses of telling names."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from muslcheck.archives.gone import gone

__all__ = ["NARROWING", "CText", "Use"]

_ONLY_GLIBC = (
    "backtrace_symbols", "backtrace_symbols_fd", "fts_open", "argp_parse", "obstack_free", "gnu_get_libc_version", "makecontext",
    "swapcontext", "mallinfo", "mallinfo2", "malloc_trim", "malloc_info", "malloc_stats", "mallopt", "mtrace", "pvalloc", "rawmemchr",
    "canonicalize_file_name", "strerrordesc_np", "strerrorname_np", "sigabbrev_np", "fedisableexcept", "feenableexcept", "dlvsym",
    "dlmopen", "getaddrinfo_a", "register_printf_function", "register_printf_specifier", "res_ninit", "res_nsearch", "res_nquery",
    "random_r", "srandom_r", "initstate_r", "drand48_r", "lrand48_r", "srand48_r", "strndupa", "TEMP_FAILURE_RETRY", "__GLIBC_PREREQ",
    "fcloseall", "getdate_r", "rpmatch", "strfry", "envz_add", "argz_create", "argz_add", "parse_printf_format", "pthread_tryjoin_np",
    "pthread_mutexattr_setprioceiling", "error_at_line", "__register_atfork",
)  # fmt: skip
"""Functions and macros of glibc whose use is worth a mark; the judge knows which of them the target's libc lacks."""
_INLINE = re.compile(rb"(?<![\w.>])(Py_(?:TYPE|SIZE))\s*\((?:[^()\n;]|\([^()\n;]*\)){1,200}\)\s*[-+]?=(?!=)")
"""An assignment to what was a macro and is an inline function since 3.11 ("What's New", C API)."""
_THREAD = re.compile(rb"\b(?:tstate|PyThreadState_(?:GET|Get)\s*\(\s*\))\s*->\s*(?:frame|recursion_depth|use_tracing)\b")
"""Members of a thread's state that moved with 3.11 ("What's New", C API)."""
_UNNAMED = re.compile(rb"^char\s*\*\s*PyStructSequence_UnnamedField\b", re.MULTILINE)
"""A variable of CPython's own, defined once more with the type that it had before 3.9 (``Include/structseq.h``)."""
_FRAME = re.compile(rb"->\s*f_(?:code\s*->\s*co_\w+|valuestack\b|localsplus\b|stacktop\b|iblock\b|back\b|lasti\b)")
"""A frame's stack, or its code object by way of the frame: the members of ``PyFrameObject`` left the C API with 3.11 ("What's New")."""
_DIGITS = re.compile(rb"->\s*ob_digit\b")
"""The digits of an int, which moved within ``PyLongObject`` with 3.12 (``Include/cpython/longintrepr.h``)."""
_SIZE_NULL = re.compile(
    rb'PyModuleDef\s+\w+\s*=\s*\{\s*PyModuleDef_HEAD_INIT\s*,\s*(?:(?:"(?:[^"\\\n]|\\.)*"\s*)+,|\w+\s*,)\s*'
    rb'(?:(?:"(?:[^"\\\n]|\\.)*"\s*)+,|\w+\s*,)\s*NULL\s*[,}]'
)
"""A module's size given as a pointer: gcc takes no pointer for an integer since 14 ("Porting to GCC 14", -Wint-conversion)."""
_TYPE = re.compile(rb"\bPyVarObject_HEAD_INIT\s*\([^()]*\)\s*,?")
_TYPE_NUMBERS = frozenset({1, 2, 4, 18, 23, 33})
"""Where numbers stand in a PyTypeObject after its head: sizes, flags, offsets; the fourth was ``tp_print``, a pointer, before 3.8."""
_TYPE_LENGTH = 8_000
"""Characters of a PyTypeObject that are read."""
_OLD_HEAD = re.compile(rb"\bPyTypeObject\s+\w+\s*=\s*\{\s*PyObject_HEAD_INIT\s*\(\s*NULL\s*\)")
"""An object's head where a larger one belongs: its second item, a pointer, comes to stand for a size since Python 3.12 (object.h)."""
_KEYWORDS = re.compile(rb'\{\s*"\w*"\s*,\s*\(\s*PyCFunctionWithKeywords\s*\)\s*\w+\s*,\s*METH_')
"""A method table holds ``PyCFunction``: no other function goes into it uncast since gcc 14 (-Wincompatible-pointer-types)."""
_MADE = re.compile(rb"^[ \t]*(?!PyObject\b|void\b|return\b)\w+\s*\*\s*\w+\s*=\s*[\w.>-]*->\s*tp_alloc\s*\(", re.MULTILINE)
"""A new object, which is a ``PyObject *``, in a pointer to another structure, uncast: no longer taken since gcc 14 either."""
_NEGATIVE = re.compile(
    rb"\b(?:uint(?:8|16|32|64)(?:_t)?|unsigned\s+(?:char|short|int|long))\s+\w+\s*\[[^\]\n]*\]\s*=\s*\{"
    rb"(?:[^{};]*?,)?\s*-\s*[1-9]\d*\s*[,}]"
)
"""C++ takes no negative constant among unsigned ones in braces; gcc reads it as of 2014 since its release 6 (-Wnarrowing)."""
_UNCAST = re.compile(rb'\{\s*"\w*"\s*,\s*(\w+)\s*,\s*METH_')
NARROWING = "gcc-6:"
"""How a mark begins of what is refused in C++ alone."""
_FORMS = (
    ("capi:members of PyFrameObject", b"f_", _FRAME),
    ("capi:members of PyLongObject", b"ob_digit", _DIGITS),
    ("capi:members of PyThreadState", b"PyThreadState", _THREAD),
    ("capi:PyStructSequence_UnnamedField as char *", b"PyStructSequence_UnnamedField", _UNNAMED),
    ("gcc-14:NULL for the size in a PyModuleDef", b"PyModuleDef", _SIZE_NULL),
    ("gcc-14:NULL for the size of a PyTypeObject", b"PyObject_HEAD_INIT", _OLD_HEAD),
    ("gcc-14:a PyCFunctionWithKeywords among PyMethodDef", b"PyCFunctionWithKeywords", _KEYWORDS),
    (f"{NARROWING}a negative number in a table of unsigned ones", b"] = {", _NEGATIVE),
    ("gcc-14:a PyObject pointer for one of another type", b"tp_alloc", _MADE),
)
"""Marks of what is told by more than a name, with a word that each holds."""
_ALIAS = re.compile(rb"[ \t]+(\w+)(?:\([\w, \t]*\))?[ \t]+(\w+)(?:[ \t]*\([\w, \t]*\))?[ \t]*\r?$")
"""What follows ``#define`` where it gives a function another name."""
_DIRECTIVE = re.compile(
    rb"^[ \t]*#[ \t]*(include_next|include|ifdef|ifndef|if|elif|else|endif|define|undef|error)\b((?:\\\r?\n|[^\n])*)", re.MULTILINE
)
_BLOCK_COMMENT = re.compile(rb"/\*.*?\*/", re.DOTALL)


class Use(NamedTuple):
    """A telling name outside of directives: its mark, and where it stands."""

    mark: str
    start: int


class CText:
    """The pieces of a file in order: a :class:`Use`, or a directive as (word, what follows, where)."""

    __slots__ = ("_lines", "pieces")

    def __init__(self, data: bytes, *, names: bool) -> None:
        """``names`` False: telling names are not looked for."""
        plain = _BLOCK_COMMENT.sub(lambda m: b"\n" * m[0].count(b"\n"), data) if b"/*" in data else data
        self._lines = _Lines(plain)
        self.pieces: list[Use | tuple[bytes, bytes, int]] = []
        at = 0
        telling = _telling(plain) if names else None
        for match in _DIRECTIVE.finditer(plain):
            if names:
                self.pieces.extend(_uses(plain, at, match.start(), telling))
            if names and match[1] == b"define" and (use := _alias(match[2], match.start(), plain)):
                self.pieces.append(use)
            self.pieces.append((match[1], match[2], match.start()))
            at = match.end()
        if names:
            self.pieces.extend(_uses(plain, at, len(plain), telling))

    def line(self, start: int) -> int:
        """The line, from 1, of a place in the text."""
        return self._lines(start)


@cache
def _names() -> tuple[bytes, ...]:
    """The telling names, as identifiers: the judge knows since when they are gone."""
    return tuple(name.encode() for name in (*(name for name in gone().c_api if name.isidentifier()), *_ONLY_GLIBC))


def _telling(data: bytes) -> re.Pattern[bytes] | None:
    """A pattern for those telling names that stand anywhere in a file; None where there are none."""
    return _pattern(there) if (there := tuple(name for name in _names() if name in data)) else None


@lru_cache(maxsize=1_000)
def _pattern(names: tuple[bytes, ...]) -> re.Pattern[bytes]:
    return re.compile(rb"(?<![\w.])(?:->|\.)?\b(" + b"|".join(names) + rb")\b(\s*\()?")


def _uses(data: bytes, start: int, end: int, telling: re.Pattern[bytes] | None) -> list[Use]:
    found: list[Use] = []
    if any(data.find(name, start, end) >= 0 for name in (b"Py_TYPE", b"Py_SIZE")):
        found += [Use(f"capi:{m[1].decode()} =", m.start()) for m in _INLINE.finditer(data, start, end) if not _aside(data, m.start())]
    found += _forms(data, start, end)
    for match in telling.finditer(data, start, end) if telling is not None else ():
        name = match[1].decode()
        before = data[data.rfind(b"\n", 0, match.start()) + 1 : match.start()]
        if _aside(data, match.start()):
            continue
        if name == "use_tracing" and before.endswith(b"cframe->"):
            found.append(Use("capi:cframe->use_tracing", match.start()))  # CPython's own structure, whoever else has a member of that name
        elif name in gone().c_api:
            found.append(Use(f"capi:{name}", match.start()))
        elif match[2] and not re.search(rb"[\w*]\s+\*?" + name.encode() + rb"\s*\([^;{}()]*\)\s*\{", data):
            found.append(Use(f"glibc:{name}", match.start()))
    return sorted(found, key=lambda use: use.start)


def _alias(definition: bytes, at: int, data: bytes) -> Use | None:
    """A macro that stands for a telling name of the C API, if it is used outside of directives: it is the name that is used."""
    found = _ALIAS.match(definition)
    if found is None or found[2].decode("latin-1") not in gone().c_api:
        return None
    used = re.search(rb"^(?![ \t]*#)[^\n]*\b" + found[1] + rb"\b", data, re.MULTILINE)
    taken_back = re.search(rb"^[ \t]*#[ \t]*undef[ \t]+" + found[1] + rb"\b", data, re.MULTILINE)
    return Use(f"capi:{found[2].decode()}", at) if used and not taken_back and not _aside(data, used.end()) else None


def _forms(data: bytes, start: int, end: int) -> list[Use]:
    """What is told by more than a name, each looked for only where a word of it stands."""
    found = []
    for mark, word, form in _FORMS:
        if data.find(word, start, end) >= 0:
            found += [Use(mark, m.start()) for m in form.finditer(data, start, end) if not _aside(data, m.start())]
    if data.find(b"PyVarObject_HEAD_INIT", start, end) >= 0:
        found += [Use("gcc-14:NULL for a number in a PyTypeObject", at) for at in _null_numbers(data, start, end)]
    if data.find(b"METH_", start, end) >= 0:
        found += [Use("gcc-14:a function of another type among PyMethodDef", at) for at in _uncast(data, start, end)]
    return found


def _null_numbers(data: bytes, start: int, end: int) -> list[int]:
    """Where a PyTypeObject is given NULL for a number, item by item."""
    found = []
    for match in _TYPE.finditer(data, start, end):
        text = re.sub(
            rb'"(?:[^"\\\n]|\\.)*"|\([^()]*\)|//[^\n]*',
            lambda m: b"" if m[0][:1] == b"/" else b"x",
            data[match.end() : min(end, match.end() + _TYPE_LENGTH)],
        )
        items = [item.strip() for item in text.partition(b"}")[0].split(b",")]
        if b"." not in text.partition(b"}")[0] and any(item == b"NULL" for at, item in enumerate(items) if at in _TYPE_NUMBERS):
            found.append(match.start())
    return found


def _uncast(data: bytes, start: int, end: int) -> list[int]:
    """Where method tables hold functions uncast that are no ``PyCFunction``: their first argument is a structure of the file's own."""
    entries = {match[1]: match.start() for match in _UNCAST.finditer(data, start, end)}
    if not entries:
        return []
    names = b"|".join(sorted(entries))
    defined = re.finditer(rb"\bPyObject\s*\*\s*(" + names + rb")\s*\(\s*(\w+)\s*\*\s*\w+\s*[,)][^;{}]*\{", data)
    kinds = {match[1]: match[2] for match in defined if match[2] != b"PyObject"}
    own = {kind for kind in set(kinds.values()) if re.search(rb"\}\s*" + kind + rb"\s*;", data)}
    return sorted(entries[name] for name, kind in kinds.items() if kind in own)


def _aside(data: bytes, at: int) -> bool:
    """Whether a place is in a comment to the end of the line, or in a text."""
    before = data[data.rfind(b"\n", 0, at) + 1 : at]
    return b"//" in before or before.count(b'"') % 2 == 1


class _Lines:
    """Line numbers of offsets, asked in rising order."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._line = 1

    def __call__(self, offset: int) -> int:
        if offset < self._at:
            self._at, self._line = 0, 1
        self._line += self._data.count(b"\n", self._at, offset)
        self._at = offset
        return self._line
