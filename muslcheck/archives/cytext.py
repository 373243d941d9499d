"""Cython sources that a newer Cython refuses: what it lost, and callbacks that may raise where C takes none that do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from muslcheck.archives.gone import gone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Refused", "refused", "second_level"]

_MOST = 400_000
"""Characters of a source that is looked at."""
_FAR = 2_000
"""Characters between the name of a function that is called and one of its arguments."""
_ASIDE = re.compile(r'"""(?:\\.|.)*?"""|\'\'\'(?:\\.|.)*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|#[^\n]*', re.DOTALL)
"""Texts and comments."""
_IF = re.compile(r"^[ \t]*IF\b", re.MULTILINE)
_IF_GOES_ON = re.compile(r"\s*(?:ELIF|ELSE)\b")
_CIMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+cimport\b|cimport[ \t]+([\w.]+))", re.MULTILINE)
_RAISES_CXX = re.compile(
    r"^[ \t]*c(?:p?)def\b[^\n#]*\)[ \t]*except[ \t]*\+[ \t]*[A-Za-z_]\w*[ \t]*(?:nogil|with[ \t]+gil)?[ \t]*:[ \t]*$", re.MULTILINE
)
_STATEMENTS = re.compile(r"except[ \t]*\+|\bprint[ \t]")
_PRINT = re.compile(r"^[ \t]*print[ \t]+(?!(?:in|is|and|or|if|not)\b)[\w\0]", re.MULTILINE)
_LEVEL = 4_000
"""Characters in which a source may state its language level."""
_SECOND = re.compile(r"language_level[\"']?\s*[=:]\s*[\"']?2\b")
_NUMBER = r"(?:void|bint|float|double|char|int|long|short|size_t|ssize_t|Py_ssize_t|\w+_t)"
_C_TYPE = rf"(?:(?:const|unsigned|signed|long|short)[ \t]+)*(?:{_NUMBER}[ \t]*\**|\w+[ \t]*\*+)"
_MAY_RAISE = re.compile(
    rf"^cdef[ \t]+(?:(?:inline|public|api)[ \t]+)*{_C_TYPE}[ \t]*\b(\w+)[ \t]*\([^()]*\)[ \t]*(?:nogil|with[ \t]+gil)?[ \t]*:", re.MULTILINE
)
"""A function with a C result of which nothing is said of exceptions: since 3.0 it may raise (``except? -1``)."""
_GIVEN = re.compile(r"[(,]\s*&?(\w+)\s*(?=[,)])")
_EXTERN = re.compile(r"^([ \t]*)cdef[ \t]+extern[ \t]+from\b[^\n]*:[ \t]*$", re.MULTILINE)
_FUNCTION_TYPE = r"^[ \t]*ctypedef\b[^\n]*\([ \t]*\*[ \t]*{}[ \t]*\)[^\n]*"
_IN_PARENTHESES = re.compile(r"import[ \t]*\([^)]*\)")
_LONG = re.compile(
    r"\bisinstance[ \t]*\([^()\n]*[,(][ \t]*long[ \t]*[,)]|\([ \t]*int[ \t]*,[ \t]*long[ \t]*\)"
    r"|(?<![\w<*.])long\((?=[\w\0])(?!int\b|char\b)"
)
"""``long`` as the builtin, not as the type of C."""
_OF_LIBC = {"qsort": 3, "bsearch": 4, "atexit": 0}
"""Functions that Cython itself declares, and which of their arguments is a function."""


class Refused(NamedTuple):
    """What a Cython refuses, the first version that does, and the line."""

    what: str
    since: tuple[int, int]
    line: int


def second_level(text: str) -> bool:
    """Whether a text sets the language level 2: the names of Python 2 are known then (``long`` is ``int``)."""
    return _SECOND.search(text) is not None


def refused(text: str, others: Iterable[str], *, levels: bool, second: bool = False) -> Iterator[Refused]:
    """What newer Cythons refuse in a ``.pyx``; ``others`` are the ``.pxd`` and ``.pxi`` of the sdist.

    ``levels``: no language level is set from outside; ``second``: it is 2. What stands below an ``IF`` is left out: it may not be compiled.
    """
    if len(text) > _MOST or not _worth_reading(text):
        return
    plain = _plain(text)

    def found(at: int, what: str, since: tuple[int, int] = (3, 0)) -> Refused:
        return Refused(what, since, plain.count("\n", 0, at) + 1)

    table = gone()
    for match in _CIMPORT.finditer(plain):
        module = match[1] or match[2]
        if module in table.cython_modules:
            yield found(match.start(), f"cimport {module}", table.cython_modules[module])
    for match in _RAISES_CXX.finditer(plain):
        yield found(match.start(), "except +handler on a function that is not extern")
    if levels and "language_level" not in text[:_LEVEL] and (statement := _PRINT.search(plain)):
        yield found(statement.start(), "the statement print")
    nearby = [other for other in others if len(other) <= _MOST]
    known = {"long"} if second or second_level(text[:_LEVEL]) else set[str]()
    for at, name in _names(plain, nearby, known):
        yield found(at, f"the name {name}", table.cython_names[name])
    if "noexcept" not in text:
        for at, function, taker in _callbacks(plain, nearby):
            yield found(at, f"{function}, which may raise, as a callback of {taker}")


def _worth_reading(text: str) -> bool:
    """Whether anything of what is refused may be in a text, comments and texts included: a quick look."""
    table = gone()
    if _STATEMENTS.search(text) or _LONG.search(text) or any(name in text for name in table.cython_names if name != "long"):
        return True
    if any((match[1] or match[2]) in table.cython_modules for match in _CIMPORT.finditer(text)):
        return True
    own = {match[1] for match in _MAY_RAISE.finditer(text)} if "noexcept" not in text else set[str]()
    return bool(own) and any(match[1] in own for match in _GIVEN.finditer(text))


def _plain(text: str) -> str:
    """The text without comments and without what stands below an ``IF``; each text is a NUL. Lines stay where they are."""
    plain = _ASIDE.sub(lambda m: ("" if m[0][0] == "#" else "\0") + "\n" * m[0].count("\n"), text)
    if not _IF.search(plain):
        return plain
    kept: list[str] = []
    inside: int | None = None
    for line in plain.split("\n"):
        indent = len(line) - len(line.lstrip())
        if inside is not None and line.strip() and (indent < inside or (indent == inside and not _IF_GOES_ON.match(line))):
            inside = None
        if inside is None and _IF.match(line):
            inside = indent
        kept.append("" if inside is not None else line)
    return "\n".join(kept)


def _names(plain: str, others: Sequence[str], known: set[str]) -> Iterator[tuple[int, str]]:
    """Names that Cython declared itself, used and declared nowhere in the sdist: place and name."""
    for name in gone().cython_names:
        if name in plain and name not in known:
            used = (_LONG if name == "long" else re.compile(rf"(?<![\w.]){name}\b")).search(plain)
            if used and not any(_declares(text, name) for text in (plain, *others) if name in text):
                yield used.start(), name


def _declares(text: str, name: str) -> bool:
    """Whether a text defines, imports or declares a name itself."""
    text = _IN_PARENTHESES.sub(lambda m: m[0].replace("\n", " "), text)
    defined = rf"^[ \t]*{name}[ \t]*=(?!=)|\bimport\b[^\n]*\b{name}\b|\b(?:def|class|DEF)[ \t]+{name}\b"
    if re.search(rf"{defined}|^[ \t]*from[ \t]+(?!cpython\b)[\w.]+[ \t]+cimport\b[^\n]*\b{name}\b", text, re.MULTILINE):
        return True
    declared = rf"^[ \t]+(?!return\b|if\b|elif\b|and\b|or\b|not\b|assert\b)\w[\w \t]*[ \t*]+{name}[ \t]*\("
    return name != "long" and bool(re.search(declared, text, re.MULTILINE))


def _callbacks(plain: str, others: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Functions that may raise, given by name to functions of C whose parameter takes none that do: place, name and taker."""
    own = {match[1] for match in _MAY_RAISE.finditer(plain)}
    given = [match for match in _GIVEN.finditer(plain) if match[1] in own] if own else []
    if not given:
        return
    blocks = [block for text in (plain, *map(_plain, others)) for block in _extern_blocks(text)]
    for match in given:
        taker, place = _called(plain, match.start())
        from_libc = _OF_LIBC.get(taker) == place and re.search(rf"cimport\b[^\n]*\b{taker}\b", plain)
        if taker and (from_libc or _takes_function(taker, place, blocks)):
            yield match.start(1), match[1], taker


def _extern_blocks(text: str) -> Iterator[str]:
    """What stands below each ``cdef extern from``."""
    for match in _EXTERN.finditer(text):
        lines = text[match.end() + 1 :].split("\n")
        depth = len(match[1])
        end = next((n for n, line in enumerate(lines) if line.strip() and len(line) - len(line.lstrip()) <= depth), len(lines))
        yield "\n".join(lines[:end])


def _called(plain: str, at: int) -> tuple[str, int]:
    """The function whose arguments a place is among, and the argument's number; an empty name where there is none."""
    depth = number = 0
    for here in range(at, max(-1, at - _FAR), -1):
        character = plain[here]
        if character in ")]":
            depth += 1
        elif character in "([" and depth:
            depth -= 1
        elif character in "([":
            name = re.search(r"(\w+)[ \t]*$", plain[max(0, here - 80) : here]) if character == "(" else None
            return (name[1], number) if name else ("", 0)
        elif character == "," and not depth:
            number += 1
    return "", 0


def _takes_function(function: str, number: int, blocks: Sequence[str]) -> bool:
    """Whether a function of C is declared to take a function at a place, and nothing says that it may raise."""
    for block in blocks:
        if (match := re.search(rf"\b{function}[ \t]*\(", block)) is None:
            continue
        parameter = _parameter(block, match.end(), number)
        if "(*" in parameter.replace(" ", ""):
            return "except" not in parameter
        kind = parameter.replace("const ", "").split()[:1]
        types = [
            found[0]
            for each in blocks
            for name in kind
            for found in re.finditer(_FUNCTION_TYPE.format(re.escape(name)), each, re.MULTILINE)
        ]
        return bool(types) and not any("except" in found for found in types)
    return False


def _parameter(block: str, start: int, number: int) -> str:
    """One parameter of a declaration."""
    depth, made = 1, [""]
    for character in block[start : start + _FAR]:
        depth += (character == "(") - (character == ")")
        if depth == 0:
            break
        if character == "," and depth == 1:
            made.append("")
        else:
            made[-1] += character
    return made[number] if number < len(made) else ""
