"""What glibc has and musl lacks: headers, functions, macros and types, and the Alpine package that brings one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from muslcheck.alpine.tables import Table, holds

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Lacking", "lacking_header", "lacking_symbol"]


_MUSL_BITS = frozenset(
    (
        *("alltypes", "dirent", "endian", "errno", "fcntl", "fenv", "float", "hwcap", "io", "ioctl", "ioctl_fix", "ipc", "ipcstat", "kd"),
        *("limits", "link", "mman", "msg", "poll", "posix", "ptrace", "reg", "resource", "sem", "setjmp", "shm", "signal", "socket"),
        *("soundcard", "stat", "statfs", "stdint", "syscall", "termios", "user", "vt"),
    )
)
"""Innards of its own that musl keeps under ``bits/`` (musl 1.2.5, arch/*/bits)."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """A name that musl lacks on a release: the Alpine package that brings it (empty: none), and whether glibc has dropped it too."""

    name: str
    remedy: str = ""
    gone_from_glibc: bool = False


def lacking_header(header: str, release: str) -> Lacking | None:
    """What is known of a header that musl lacks on an Alpine release, or None where musl has it or nobody knows it."""
    headers, _ = _tables(release)
    return headers.get(header) or (headers.get("bits/*") if header.startswith("bits/") and header[5:-2] not in _MUSL_BITS else None)


def lacking_symbol(symbol: str, release: str) -> Lacking | None:
    """What is known of a function, macro or type that musl lacks on an Alpine release, or None."""
    return _tables(release)[1].get(symbol)


@cache
def _tables(release: str) -> tuple[Mapping[str, Lacking], Mapping[str, Lacking]]:
    table = Table.load("glibc_only")
    gone = frozenset(table.strings("gone_from_glibc"))
    headers = {name: Lacking(name, "", name in gone) for name in table.strings("headers")}
    symbols = {name: Lacking(name) for name in table.strings("symbols")}
    for row in table.rows("arrived", texts=("since",), lists=("symbols",)):
        if not holds(row, release):
            symbols.update((name, Lacking(name)) for name in row.strings("symbols"))
    for row in table.rows("left", texts=("until",), lists=("symbols",)):
        if not holds(row, release):
            symbols.update((name, Lacking(name)) for name in row.strings("symbols"))
    for row in table.rows("remedy", texts=("apk", "since", "until"), lists=("headers", "symbols")):
        remedy = row.text("apk") if holds(row, release) else ""
        for names, into in ((row.strings("headers"), headers), (row.strings("symbols"), symbols)):
            for name in names:
                if remedy or name not in into:
                    into[name] = Lacking(name, remedy, name in gone)
    return headers, symbols
