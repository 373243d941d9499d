# ruff: noqa: C901, PLR0911, PLR0912, PLR2004, S105 -- three-valued truths, tokens, one branch for each operator
"""Conditions of the C preprocessor as far as one target answers them. What hangs on other macros is not known."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muslcheck.words.target import Target

__all__ = ["FIXED", "VARIES", "condition", "macros", "settled"]

_TOKEN = re.compile(
    r"\s*(defined\b|__has_include\b|[A-Za-z_]\w*|0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*|&&|\|\||==|!=|<=|>=|<<|>>|[!()<>+\-*/%&|^~,?:]|\"[^\"]*\")"
)

_MACHINES = {
    "x86_64": ("__x86_64__", "__x86_64", "__amd64__", "__amd64", "__LP64__", "_LP64"),
    "aarch64": ("__aarch64__", "__ARM_NEON", "__LP64__", "_LP64", "__ARM_ARCH"),
    "i686": ("__i386__", "__i386", "i386", "__i686__"),
    "armv7l": ("__arm__", "__ARM_ARCH", "__ARM_ARCH_7A__", "__ARM_EABI__"),
    "armv6l": ("__arm__", "__ARM_ARCH", "__ARM_ARCH_6__", "__ARM_EABI__"),
    "ppc64le": ("__powerpc64__", "__powerpc__", "__PPC64__", "__PPC__", "__LP64__", "_LP64"),
    "s390x": ("__s390x__", "__s390__", "__LP64__", "_LP64"),
    "riscv64": ("__riscv", "__LP64__", "_LP64"),
}
_NEVER = (
    "_WIN32", "WIN32", "_WIN64", "WIN64", "__WIN32__", "_WINDOWS", "_MSC_VER", "MS_WINDOWS", "MS_WIN32", "MS_WIN64", "__MINGW32__",
    "__MINGW64__", "__CYGWIN__", "__APPLE__", "__MACH__", "__MACOSX__", "__MACOS__", "MACOSX", "__DARWIN__", "TARGET_OS_MAC",
    "TARGET_OS_IPHONE", "__FreeBSD__", "__OpenBSD__", "__NetBSD__", "__DragonFly__", "BSD", "__sun", "sun", "__sun__", "__SVR4",
    "__svr4__", "_AIX", "__hpux", "__osf__", "__sgi", "__QNX__", "__QNXNTO__", "__VMS", "VMS", "__OS2__", "__HAIKU__", "__BEOS__",
    "__GNU__", "__ANDROID__", "ANDROID", "__EMSCRIPTEN__", "__wasm__", "__wasi__", "__BORLANDC__", "__WATCOMC__", "__INTEL_COMPILER",
    "__ICC", "__clang__", "__TINYC__", "__SUNPRO_C", "__SUNPRO_CC", "__IBMC__", "__IBMCPP__", "__xlC__", "__PGI", "__HP_cc",
    "__HP_aCC", "__UCLIBC__", "__BIONIC__", "PYPY_VERSION", "PYPY_VERSION_NUM", "GRAALVM_PYTHON", "__CUDACC__", "__HIPCC__",
    "Py_DEBUG", "Py_TRACE_REFS", "__NVCC__", "FREEBSD", "__FreeBSD_kernel__", "OS_WIN", "SOLARIS", "PSUTIL_WINDOWS_", "UNDER_CE",
    "__MSDOS__", "MSDOS", "__DJGPP__", "macintosh", "__riscos__", "__MVS__", "CYTHON_COMPILING_IN_PYPY", "__OBJC__",
)  # fmt: skip
_ALWAYS = (
    "__linux__", "__linux", "linux", "__gnu_linux__", "__unix__", "__unix", "unix", "__ELF__", "__STDC__", "__GNUC_MINOR__",
    "__CHAR_BIT__", "__SIZEOF_INT128__", "HAVE_STDINT_H", "HAVE_UNISTD_H", "HAVE_SYS_TYPES_H", "HAVE_SYS_STAT_H", "HAVE_STDLIB_H",
    "HAVE_STRING_H", "HAVE_INTTYPES_H", "HAVE_FCNTL_H", "HAVE_ERRNO_H", "Py_PYTHON_H", "WITH_THREAD", "__OPTIMIZE__",
    "CYTHON_COMPILING_IN_CPYTHON",
)  # fmt: skip


FIXED: dict[str, str | None] = {
    **dict.fromkeys(_NEVER),
    **dict.fromkeys(_ALWAYS, "1"),
    "__GNUC__": "14",
    "__STDC_VERSION__": "201710",
    "PY3": "1",
    "IS_PY3K": "1",
}
"""Macros that are worth the same on every target."""


def macros(target: Target) -> dict[str, str | None]:
    """Macros with the value that they have on the target; None where it surely does not define them. Their names are always the same."""
    major, minor = target.python
    hexadecimal = str(major << 24 | minor << 16 | 0x00F0)
    mine = _MACHINES.get(target.arch, ())
    return {
        **FIXED,
        **{name: "1" if name in mine else None for names in _MACHINES.values() for name in names},
        "PY_VERSION_HEX": hexadecimal,
        "PY_MAJOR_VERSION": str(major),
        "PY_MINOR_VERSION": str(minor),
        "Py_VERSION_HEX": hexadecimal,
        "Py_GIL_DISABLED": "1" if target.free_threaded else None,
        "__GLIBC__": None if target.is_musl else str(target.libc.major),
        "__GLIBC_MINOR__": None if target.is_musl else str(target.libc.minor),
        "__GLIBC_PREREQ": None if target.is_musl else "",
    }


VARIES = frozenset(
    {
        *(name for names in _MACHINES.values() for name in names),
        "PY_VERSION_HEX",
        "PY_MAJOR_VERSION",
        "PY_MINOR_VERSION",
        "Py_VERSION_HEX",
        "Py_GIL_DISABLED",
        "__GLIBC__",
        "__GLIBC_MINOR__",
        "__GLIBC_PREREQ",
    }
)
"""Macros that are worth other things on other targets."""


@lru_cache(maxsize=20_000)
def settled(text: str) -> bool | None:
    """The truth of a condition in which nothing varies and nothing was defined."""
    return condition(text, FIXED, {})


def _defined(name: str, known: dict[str, str | None], own: dict[str, str]) -> bool | None:
    if name in own:
        return True
    if name in known:
        return known[name] is not None
    return None


def condition(text: str, known: dict[str, str | None], own: dict[str, str]) -> bool | None:
    """The truth of an ``#if`` expression; None where it hangs on a macro that is not known."""
    tokens = _tokens(text)
    if tokens is None:
        return None
    value = _Expression(tokens, known, own).whole()
    return None if value is None else bool(value)


def _tokens(text: str) -> list[str] | None:
    tokens: list[str] = []
    at = 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or len(tokens) > 400:
            return None
        tokens.append(match[1])
        at = match.end()
    return tokens


_BINDING = {
    "||": 1,
    "&&": 2,
    "|": 3,
    "^": 4,
    "&": 5,
    "==": 6,
    "!=": 6,
    "<": 7,
    ">": 7,
    "<=": 7,
    ">=": 7,
    "<<": 8,
    ">>": 8,
    "+": 9,
    "-": 9,
    "*": 10,
    "/": 10,
    "%": 10,
}
"""Binary operators of the preprocessor by how tightly they bind."""


class _Expression:
    """A preprocessor expression over integers and None (not known), by precedence climbing."""

    def __init__(self, tokens: list[str], known: dict[str, str | None], own: dict[str, str], depth: int = 0) -> None:
        self._tokens = tokens
        self._at = 0
        self._known = known
        self._own = own
        self._depth = depth

    def whole(self) -> int | None:
        value = self._binary(1, 0)
        return value if self._at >= len(self._tokens) else None

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _binary(self, least: int, depth: int) -> int | None:
        left = self._unary(depth)
        while (binding := _BINDING.get(self._peek(), 0)) >= least:
            operator = self._next()
            right = self._binary(binding + 1, depth)
            left = _apply(operator, left, right)
        return left

    def _unary(self, depth: int) -> int | None:
        token = self._next()
        if depth > 60:
            self._at = len(self._tokens) + 1
            return None
        if token == "!":
            value = self._unary(depth + 1)
            return None if value is None else int(not value)
        if token in {"-", "+", "~"}:
            value = self._unary(depth + 1)
            return None if value is None else -value if token == "-" else value if token == "+" else ~value
        if token == "(":
            value = self._binary(1, depth + 1)
            if self._peek() == ")":
                self._at += 1
            return value
        if token == "defined":
            return self._defined()
        if token[:1].isdigit():
            digits = token.rstrip("uUlL")
            return None if len(digits) > 20 else int(digits, 16) if digits[:2].lower() == "0x" else int(digits)
        if token[:1].isalpha() or token[:1] == "_":
            return self._macro(token)
        return None

    def _defined(self) -> int | None:
        name = self._next()
        if name == "(":
            name = self._next()
            if self._peek() == ")":
                self._at += 1
        truth = _defined(name, self._known, self._own)
        return None if truth is None else int(truth)

    def _macro(self, name: str) -> int | None:
        if self._peek() == "(":
            depth = 0
            while self._at < len(self._tokens):
                token = self._next()
                depth += (token == "(") - (token == ")")
                if depth == 0:
                    break
            return 0 if name in self._known and self._known[name] is None else None
        value = self._own[name] if name in self._own else self._known.get(name, "")
        if value is None:
            return 0
        digits = value.strip().rstrip("uUlL()").lstrip("(")
        if digits.isdecimal():
            return int(digits) if len(digits) < 20 else None
        if digits[:2].lower() == "0x" and len(digits) < 20:
            try:
                return int(digits, 16)
            except ValueError:
                return None
        if self._depth < 8 and value.strip() and value.strip() != name and (tokens := _tokens(value.partition("//")[0])):
            return _Expression(tokens, self._known, self._own, self._depth + 1).whole()
        return None


def _apply(operator: str, left: int | None, right: int | None) -> int | None:
    if operator == "&&":
        if left == 0 or right == 0:
            return 0
        return None if left is None or right is None else 1
    if operator == "||":
        if left or right:
            return 1
        return None if left is None or right is None else 0
    if left is None or right is None or max(abs(left), abs(right)) > 2**64:
        return None
    match operator:
        case "==":
            return int(left == right)
        case "!=":
            return int(left != right)
        case "<":
            return int(left < right)
        case ">":
            return int(left > right)
        case "<=":
            return int(left <= right)
        case ">=":
            return int(left >= right)
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "&":
            return left & right
        case "|":
            return left | right
        case "^":
            return left ^ right
        case "<<" | ">>":
            if not 0 <= right <= 64:
                return None
            return left << right if operator == "<<" else left >> right
        case "/" | "%":
            if not right:
                return None
            return left // right if operator == "/" else left % right
        case _:
            return None
