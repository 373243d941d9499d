"""What a compiled file finds in an image: the names that musl exports, and the libraries of Alpine's packages."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from muslcheck.alpine.apk import apk_for_library
from muslcheck.alpine.tables import Table, TableFault, holds

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["apk_for_soname", "exported", "in_other_version", "is_musl_itself", "only_in_glibc"]

_ITSELF = re.compile(r"lib(?:c|pthread|rt|m|dl|util|xnet)\.")
"""Names that musl's loader takes for itself, whatever follows: ``libc.so.6`` of glibc among them (``ldso/dynlink.c``)."""
_OF_GLIBC = re.compile(r"ld-linux.*\.so\.\d+|ld64?\.so\.\d+|lib(?:resolv|nsl|anl|BrokenLocale|thread_db|nss_\w+|crypt|mvec)\.so\.\d+")
_MACHINES = {"i686": ("x86", "time32", "i686"), "x86_64": ("x86",), "armv6l": ("arm", "time32"), "armv7l": ("arm", "time32")}
_SIXTY_FOUR = "64"


@cache
def exported(musl: str, arch: str) -> frozenset[str]:
    """The names that a version of musl (``1.2.5``) has for others on a machine, with those that its loader translates."""
    table = Table.load("musl")
    names = set(table.text("always").split())
    for row in table.rows("added", texts=("since", "names")):
        if _numbers(musl) >= _numbers(row.text("since")):
            names.update(row.text("names").split())
    for row in table.rows("only", texts=("until", "names")):
        if _numbers(musl) <= _numbers(row.text("until")):
            names.update(row.text("names").split())
    for row in table.rows("machine", texts=("kind", "names")):
        if row.text("kind") in (*_MACHINES.get(arch, ()), arch):
            names.update(row.text("names").split())
    if _numbers(musl) >= _numbers(table.text("translates_since")):
        names.update(name + _SIXTY_FOUR for name in table.text("translates").split())
        names.add("readdir64_r")
    return frozenset(names)


def is_musl_itself(soname: str) -> bool:
    """Whether musl's loader takes a library for itself."""
    return _ITSELF.match(soname) is not None


def only_in_glibc(soname: str) -> bool:
    """Whether a library comes with glibc, its loader among them, and with nothing in Alpine but a layer that imitates it."""
    return _OF_GLIBC.fullmatch(soname) is not None


def apk_for_soname(soname: str, release: str) -> tuple[str, bool] | None:
    """The package that has a library in an Alpine release, and whether that is known of this very version of it; None for neither."""
    exact = _sonames(release).get(soname)
    if exact is not None:
        return exact, True
    if in_other_version(soname, release) is not None:
        return None
    known = apk_for_library(_stem(soname).removeprefix("lib"), release)
    return (known.runtime[0], False) if known is not None and len(known.runtime) == 1 else None


def in_other_version(soname: str, release: str) -> str | None:
    """The version of a library that an Alpine release has instead (``libssl.so.3`` for ``libssl.so.1.1``), or None."""
    stem = _stem(soname)
    others = [each for each in _sonames(release) if _stem(each) == stem]
    return others[0] if others and soname not in others else None


@cache
def _sonames(release: str) -> Mapping[str, str]:
    rows = Table.load("sonames").rows("library", texts=("so", "apk", "since", "until"))
    return {row.text("so"): row.text("apk") for row in rows if holds(row, release)}


def _stem(soname: str) -> str:
    return soname.partition(".so")[0]


@cache
def _numbers(version: str) -> tuple[int, ...]:
    """A version of musl as numbers. Raises TableFault."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    if found is None:
        raise TableFault(f"musl: no version: {version!r}")
    return tuple(map(int, found[0].split(".")))
