"""The Python in the image asked about. Never the host: nothing here asks the running interpreter anything."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muslcheck.words.installer import Installer

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
    ``i686``, ``ppc64le``, ``s390x``, ``riscv64``, ``loongarch64``): that of the image's own programs. A 32-bit image on a
    64-bit kernel may answer otherwise (``uname`` speaks for the kernel); what is said here holds on the machine itself.
    ``python_full`` is the patch release where the image says it, else the newest known of that minor version.
    ``distribution`` is ``alpine`` or ``debian``, ``release`` its number.
    """

    image: str
    python: tuple[int, int]
    python_full: str
    arch: str
    libc: Libc
    distribution: str
    release: str
    free_threaded: bool = False

    def __hash__(self) -> int:
        # Looked up once for every file that is placed: image and architecture tell targets apart well enough.
        return hash(self.image) ^ hash(self.arch)

    @property
    def id(self) -> str:
        """The target's name in a report: image and architecture."""
        return f"{self.image}/{self.arch}"

    @property
    def is_musl(self) -> bool:
        """Whether the C library is musl."""
        return self.libc.name == "musl"

    @property
    def has_own_python(self) -> bool:
        """Whether the Python is the distribution's own, as in ``alpine:3.23``, and not one that the image brings."""
        return self.image.rpartition("/")[2].startswith(self.distribution)

    @property
    def tags(self) -> Mapping[str, int]:
        """Every wheel tag (PEP 425) that pip takes here, as ``python-abi-platform``, with its rank: 0 is best."""
        return _tags(self)

    def tags_for(self, installer: Installer) -> Mapping[str, int]:
        """The same tags in the order of an installer: of the plain ``linux_*`` ones not all say that they go first."""
        return _tags(self) if installer.linux_first else _tags(self, linux_first=False)

    @property
    def markers(self) -> Mapping[str, str]:
        """All eleven marker variables (PEP 508) as this target answers them."""
        return _markers(self)


_MANYLINUX_ALIASES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
"""Older names of some glibc 2 minor versions (PEP 513, 571, 599; PEP 600 lists them)."""

_MANYLINUX_FLOOR = {
    "x86_64": 5,
    "i686": 5,
    "aarch64": 17,
    "armv7l": 17,
    "loongarch64": 17,
    "ppc64": 17,
    "ppc64le": 17,
    "riscv64": 17,
    "s390x": 17,
}
"""The oldest glibc 2 minor version by architecture; where an architecture is missing (``armv6l``), pip takes no manylinux wheel there."""


@cache
def _tags(target: Target, *, linux_first: bool = True) -> Mapping[str, int]:
    """Rank every tag in the order of pip 26.3 (packaging 26.3): interpreter, then ABI, then platform."""
    major, minor = target.python
    own = f"cp{major}{minor}"
    abi, stable = (f"{own}t", "abi3t") if target.free_threaded else (own, "abi3")
    platforms = _platforms(target, linux_first=linux_first)
    pure = [f"py{major}{minor}", f"py{major}", *(f"py{major}{older}" for older in range(minor - 1, -1, -1))]
    pairs = [f"{own}-{abi}", f"{own}-{stable}", f"{own}-none"]
    # PEP 384 gave Python 3.2 the first stable ABI; PEP 803 lets the free-threaded one count from there too.
    pairs += [f"cp{major}{older}-{stable}" for older in range(minor - 1, 1, -1)]
    pairs += [f"{interpreter}-none" for interpreter in pure]
    tags = [f"{pair}-{platform}" for pair in pairs for platform in platforms]
    tags.append(f"{own}-none-any")
    tags += [f"{interpreter}-none-any" for interpreter in pure]
    return MappingProxyType({tag: rank for rank, tag in enumerate(tags)})


def _platforms(target: Target, *, linux_first: bool) -> list[str]:
    """The platform tags, best first. ``linux_*`` leads since packaging 26.3; before that it came last, as it does for uv."""
    arch, libc = target.arch, target.libc
    plain = f"linux_{arch}"
    platforms = [plain] if linux_first else []
    if target.is_musl:
        # PEP 656: a musl runs what was built for any older minor version.
        platforms += [f"musllinux_{libc.major}_{minor}_{arch}" for minor in range(libc.minor, -1, -1)]
    elif floor := _MANYLINUX_FLOOR.get(arch):
        for minor in range(libc.minor, floor - 1, -1):
            platforms.append(f"manylinux_{libc.major}_{minor}_{arch}")
            if alias := _MANYLINUX_ALIASES.get(minor):
                platforms.append(f"{alias}_{arch}")
    return platforms if linux_first else [*platforms, plain]


@cache
def _markers(target: Target) -> Mapping[str, str]:
    """The marker variables of CPython in a Linux container; the kernel's release and version cannot be known, so they are empty."""
    return MappingProxyType(
        {
            "implementation_name": "cpython",
            "implementation_version": target.python_full,
            "os_name": "posix",
            "platform_machine": target.arch,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": target.python_full,
            "python_version": f"{target.python[0]}.{target.python[1]}",
            "sys_platform": "linux",
        }
    )
