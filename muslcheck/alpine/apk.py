"""Which Alpine package holds a header, a library, a pkg-config name or a program."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Apk", "apk_for_header", "apk_for_library", "apk_for_pkgconfig", "apk_for_program", "in_image", "runtime_of"]


@dataclass(frozen=True, slots=True, order=True)
class Apk:
    """What to install: ``build`` packages for the build, ``runtime`` packages for what was built."""

    build: tuple[str, ...]
    runtime: tuple[str, ...] = ()


def apk_for_header(header: str, release: str) -> Apk | None:
    """The packages for a C header as it is included (``libxml/parser.h``) on an Alpine release (``3.23``), or None."""
    raise NotImplementedError


def apk_for_library(library: str, release: str) -> Apk | None:
    """The packages for a library as it is linked (``-lxml2`` is ``xml2``), or None."""
    raise NotImplementedError


def apk_for_pkgconfig(name: str, release: str) -> Apk | None:
    """The packages for a pkg-config name (``libxml-2.0``), or None."""
    raise NotImplementedError


def apk_for_program(program: str, release: str) -> Apk | None:
    """The packages for a program that a build runs (``pg_config``), or None."""
    raise NotImplementedError


def runtime_of(package: str, release: str) -> tuple[str, ...]:
    """The packages that hold the libraries of a ``-dev`` package; empty where it has none or none is known."""
    raise NotImplementedError


def in_image(python: tuple[int, int]) -> frozenset[str]:
    """The packages that every official ``python:X.Y-alpine`` image has at run time."""
    raise NotImplementedError
