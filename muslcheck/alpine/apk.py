"""Which Alpine package holds a header, a library, a pkg-config name, a CMake package, a crate's library or a program.

The tables lie in ``data/`` and are read when first asked: a run that opens no sdist reads none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from muslcheck.alpine.tables import Table, holds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from muslcheck.alpine.tables import Row
    from muslcheck.words.target import Target

__all__ = [
    "Apk",
    "absent",
    "also_for",
    "alternatives",
    "apk_for_cmake",
    "apk_for_crate",
    "apk_for_external",
    "apk_for_header",
    "apk_for_language",
    "apk_for_library",
    "apk_for_pkgconfig",
    "apk_for_program",
    "brought_by",
    "dev_package_named",
    "in_image",
    "programs_in_wheels",
    "runtime_of",
    "served_by_apk",
]

_SHARED_FOLDERS = frozenset(
    {"sys", "net", "netinet", "linux", "asm", "rpc", "rpcsvc", "scsi", "GL", "X11", "X11/extensions", "mysql", "security", "nss"}
)
"""Folders of headers that several packages fill: one header there says nothing of its neighbours."""

_WAYS = ("headers", "pc", "libs", "cmake", "crates")
"""The columns of the table of libraries that hold names."""


@dataclass(frozen=True, slots=True, order=True)
class Apk:
    """What to install: ``build`` packages for the build, ``runtime`` packages for what was built; both sorted."""

    build: tuple[str, ...]
    runtime: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Libraries:
    """The table of libraries for one release, by each way to name one."""

    headers: Mapping[str, Apk]
    folders: Mapping[str, Apk]
    pc: Mapping[str, Apk]
    libs: Mapping[str, Apk]
    cmake: Mapping[str, Apk]
    crates: Mapping[str, Apk]
    runtime: Mapping[str, tuple[str, ...]]
    why_absent: Mapping[tuple[str, str], tuple[str, bool]]
    also: Mapping[tuple[str, str], tuple[Apk, ...]]


def apk_for_header(header: str, release: str) -> Apk | None:
    """The packages for a C header as it is included (``libxml/parser.h``) on an Alpine release (``3.23``), or None.

    A header that no row names is found by its folder, where all that is known of the folder comes from one package.
    """
    known = _libraries(release)
    if (found := known.headers.get(header)) is not None:
        return found
    folder = header
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        if (found := known.folders.get(folder)) is not None:
            return found
        if folder in _SHARED_FOLDERS:
            return None
    return None


def apk_for_library(library: str, release: str) -> Apk | None:
    """The packages for a library as it is linked (``-lxml2`` is ``xml2``), or None."""
    return _libraries(release).libs.get(library)


def apk_for_pkgconfig(name: str, release: str) -> Apk | None:
    """The packages for a pkg-config name (``libxml-2.0``), or None. pkgconf itself is not among them."""
    return _libraries(release).pc.get(name)


def apk_for_cmake(name: str, release: str) -> Apk | None:
    """The packages for a name that CMake's ``find_package`` takes (``ZLIB``), in any case of letters, or None."""
    return _libraries(release).cmake.get(name.lower())


def apk_for_crate(name: str, release: str) -> Apk | None:
    """The packages for the C library that a Rust crate links (``openssl-sys``), or None."""
    return _libraries(release).crates.get(name)


def apk_for_program(program: str, release: str) -> Apk | None:
    """The packages for a program that a build runs (``pg_config``), or None."""
    return _programs(release).get(program)


def also_for(kind: str, name: str, release: str) -> tuple[Apk, ...]:
    """Further packages that hold the same name, each in another version or place than the first one's (``fuse.h``: of fuse, and of fuse3).

    ``kind`` is ``headers``, ``libs``, ``pc``, ``cmake`` or ``crates``; a header may be known by its folder.
    """
    known = _libraries(release).also
    while True:
        if (found := known.get((kind, name))) or kind != "headers" or "/" not in name:
            return found or ()
        name = name.removesuffix("/*").rpartition("/")[0] + "/*"
        if name == "/*":
            return ()


@cache
def programs_in_wheels() -> Mapping[str, str]:
    """Programs that also come as wheels, by the name of the project."""
    return {row.text("project"): row.text("name") for row in _wheel_rows()}


@cache
def served_by_apk() -> frozenset[str]:
    """Those of the projects whose program back ends take from the image where it has one."""
    return frozenset(row.text("project") for row in _wheel_rows() if row.flag("instead"))


def apk_for_language(language: str) -> Apk | None:
    """The compiler of a language, with all that it needs, and what its output needs at run time, or None."""
    return _languages().get(language)


def apk_for_external(identifier: str) -> Apk | None:
    """The packages that an ``[external]`` identifier (PEP 725, ``dep:generic/openssl``) stands for, or None."""
    return _externals().get(identifier)


def absent(kind: str, name: str, release: str) -> tuple[str, bool] | None:
    """Why Alpine has nothing for a name, and whether that is because it is built for glibc only; None where it is not known to lack it.

    ``kind`` is ``header``, ``lib``, ``pc`` or ``cmake``.
    """
    known = _libraries(release).why_absent
    if (found := known.get((kind, name))) is not None:
        return found
    return known.get((kind, name.rpartition("/")[0] + "/*")) if "/" in name else None


def dev_package_named(name: str, release: str) -> str | None:
    """A ``-dev`` package of the release whose own name is that of a library (``crc32c`` → ``crc32c-dev``), or None.

    A guess by the name alone, for what the tables do not hold: it may be wrong.
    """
    names = _dev_names(release)
    plain = name.lower()
    for guess in (plain, f"lib{plain}", plain.removeprefix("lib"), plain.replace("_", "-"), f"lib{plain.replace('_', '-')}"):
        if guess and f"{guess}-dev" in names:
            return f"{guess}-dev"
    return None


@cache
def alternatives() -> tuple[tuple[str, ...], ...]:
    """``-dev`` packages for one purpose of which a build takes one, each group with the one first that Alpine's own packages take."""
    return tuple(row.strings("dev") for row in Table.load("libraries").rows("alternatives", texts=("src",), lists=("dev",)))


def runtime_of(package: str, release: str) -> tuple[str, ...]:
    """The packages that hold the libraries of a ``-dev`` package; empty where it has none or none is known."""
    return _libraries(release).runtime.get(package, ())


def brought_by(package: str, release: str, *, closely: bool = False) -> frozenset[str]:
    """The ``-dev`` packages that a ``-dev`` package is known to bring along, at any remove; ``closely``: those that its own headers use."""
    found: set[str] = set()
    ahead = [package]
    while ahead:
        for name in _brings(release, closely=closely).get(ahead.pop(), frozenset()) - found:
            found.add(name)
            ahead.append(name)
    return frozenset(found)


def in_image(target: Target) -> frozenset[str]:
    """The packages that an image has at run time: ``python:X.Y-alpine...`` or ``alpine:X.Y``."""
    if target.has_own_python:
        return _in_image("base")
    if target.python >= (3, 14):
        return _in_image("base", "python", "python_since_3_14")
    return _in_image("base", "python") if target.python >= (3, 13) else _in_image("base", "python", "python_until_3_12")


@cache
def _in_image(*parts: str) -> frozenset[str]:
    table = Table.load("installed")
    return frozenset(name for part in parts for name in table.strings(part))


@cache
def _libraries(release: str) -> _Libraries:
    table = Table.load("libraries")
    first: dict[str, dict[str, Apk]] = {kind: {} for kind in _WAYS}
    also: dict[tuple[str, str], list[Apk]] = {}
    needs: dict[str, set[str]] = {}
    for row in table.rows("library", texts=("dev", "since", "until", "src"), lists=(*_WAYS, "run"), flags=("also",)):
        if not holds(row, release):
            continue
        dev, run = row.text("dev"), row.strings("run")
        needs.setdefault(dev, set()).update(run)
        for kind in _WAYS:
            for name in row.strings(kind):
                key = name.lower() if kind == "cmake" else name
                if row.flag("also"):
                    also.setdefault((kind, key), []).append(_apk((dev,), run))
                else:
                    before = first[kind].get(key)
                    first[kind][key] = _apk((dev,), run if before is None else {*run, *before.runtime})
    why = {
        (kind, name): (row.text("why"), row.flag("glibc"))
        for row in table.rows("absent", texts=("why", "since", "until", "src"), lists=("headers", "pc", "libs", "cmake"), flags=("glibc",))
        if holds(row, release)
        for kind, field in (("header", "headers"), ("pc", "pc"), ("lib", "libs"), ("cmake", "cmake"))
        for name in row.strings(field)
    }
    return _Libraries(
        headers={name: apk for name, apk in first["headers"].items() if not name.endswith("/*")},
        folders=_folders(first["headers"], needs),
        pc=first["pc"],
        libs=first["libs"],
        cmake=first["cmake"],
        crates=first["crates"],
        runtime={dev: tuple(sorted(run)) for dev, run in needs.items()},
        why_absent=why,
        also={key: tuple(apks) for key, apks in also.items()},
    )


def _folders(headers: Mapping[str, Apk], needs: Mapping[str, set[str]]) -> dict[str, Apk]:
    """Folders of headers that belong to one package: those that a row names, and those that only one package is known to fill."""
    named = {name[:-2]: apk for name, apk in headers.items() if name.endswith("/*")}
    owners: dict[str, set[tuple[str, ...]]] = {}
    for name, apk in headers.items():
        if "/" in name and not name.endswith("/*"):
            owners.setdefault(name.rpartition("/")[0], set()).add(apk.build)
    for folder, builds in owners.items():
        if len(builds) == 1 and folder not in _SHARED_FOLDERS and folder not in named:
            build = next(iter(builds))
            named[folder] = Apk(build, tuple(sorted(set().union(*(needs[dev] for dev in build)))))
    return named


@cache
def _brings(release: str, *, closely: bool) -> Mapping[str, frozenset[str]]:
    rows = Table.load("libraries").rows("brings", texts=("dev", "since", "until", "src"), lists=("brings",), flags=("loose",))
    return {
        row.text("dev"): frozenset(row.strings("brings")) for row in rows if holds(row, release) and not (closely and row.flag("loose"))
    }


@cache
def _programs(release: str) -> Mapping[str, Apk]:
    rows = Table.load("programs").rows("program", texts=("since", "until"), lists=("names", "build", "run"))
    return {name: _apk(row.strings("build"), row.strings("run")) for row in rows if holds(row, release) for name in row.strings("names")}


def _wheel_rows() -> Iterable[Row]:
    return Table.load("programs").rows("wheel", texts=("name", "project", "src"), flags=("instead",))


@cache
def _languages() -> Mapping[str, Apk]:
    rows = Table.load("programs").rows("language", texts=("name",), lists=("build", "run"))
    return {row.text("name"): _apk(row.strings("build"), row.strings("run")) for row in rows}


@cache
def _externals() -> Mapping[str, Apk]:
    rows = Table.load("programs").rows("external", texts=("id",), lists=("build", "run"))
    return {row.text("id"): _apk(row.strings("build"), row.strings("run")) for row in rows}


@cache
def _dev_names(release: str) -> frozenset[str]:
    table = Table.load("dev_names")
    names = set(table.text("always").split())
    for entry in table.text("sometimes").split():
        name, since, until = entry.split(":")
        if holds((since, until), release):
            names.add(name)
    return frozenset(names)


def _apk(build: Iterable[str], run: Iterable[str]) -> Apk:
    return Apk(tuple(sorted(build)), tuple(sorted(run)))
