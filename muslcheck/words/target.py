"""The Python in the image asked about. Never the host: nothing here asks the running interpreter anything."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Libc", "Target"]


@dataclass(frozen=True, slots=True, order=True)
class Libc:
    """A C library and its version: ``musl`` 1.2, ``glibc`` 2.41."""

    name: str
    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.name} {self.major}.{self.minor}"


@dataclass(frozen=True, slots=True)
class Target:
    """A Python version on a libc and an architecture, in one image.

    ``arch`` is the machine as a wheel's platform tag names it (``x86_64``, ``aarch64``, ``armv7l``, ``armv6l``,
    ``i686``, ``ppc64le``, ``s390x``, ``riscv64``). ``python_full`` is the patch release where the image says it,
    else the newest known of that minor version. ``distribution`` is ``alpine`` or ``debian``, ``release`` its number.
    """

    image: str
    python: tuple[int, int]
    python_full: str
    arch: str
    libc: Libc
    distribution: str
    release: str
    free_threaded: bool = False

    @property
    def id(self) -> str:
        """The target's name in a report: image and architecture."""
        return f"{self.image}/{self.arch}"

    @property
    def is_musl(self) -> bool:
        """Whether the C library is musl."""
        return self.libc.name == "musl"

    @property
    def tags(self) -> Mapping[str, int]:
        """Every wheel tag (PEP 425) that pip takes here, as ``python-abi-platform``, with its rank: 0 is best."""
        return _tags(self)

    @property
    def markers(self) -> Mapping[str, str]:
        """All eleven marker variables (PEP 508) as this target answers them."""
        return _markers(self)


@cache
def _tags(target: Target) -> Mapping[str, int]:
    raise NotImplementedError


@cache
def _markers(target: Target) -> Mapping[str, str]:
    raise NotImplementedError
