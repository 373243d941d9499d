"""What a lock file fixes: versions and the very files, found for every platform on the day of locking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from muslcheck.words.requirement import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.specifiers import SpecifierSet
    from packaging.utils import NormalizedName

    from muslcheck.words.release import DistFile
    from muslcheck.words.requirement import Origin

__all__ = ["Link", "Lock", "Locked"]


@dataclass(frozen=True, slots=True)
class Link:
    """One locked package asks for another: by name, and by version or specifier where several of that name are locked.

    ``marker`` (PEP 508, or empty) speaks of the target only: extras and groups were settled when the lock was read.
    """

    name: NormalizedName
    extras: frozenset[NormalizedName] = frozenset()
    marker: str = ""
    version: str | None = None
    specifier: SpecifierSet | None = None


@dataclass(frozen=True, slots=True)
class Locked:
    """One entry of a lock: a release, the files of it that were locked, and what it asks for.

    ``files`` have the name, hashes and size as locked, and an empty ``url`` where the lock states none. ``hashes`` stand
    instead of files where the lock states digests only (``algorithm:hexdigest``). ``extras`` say what each extra of the
    release asks for. ``source`` is not the index for direct references, checkouts and directories; ``location`` is then
    where they come from. ``own`` is true for the project that was locked itself: it is not judged.
    """

    name: NormalizedName
    version: str | None
    origin: Origin
    files: tuple[DistFile, ...] = ()
    hashes: tuple[str, ...] = ()
    marker: str = ""
    requires: tuple[Link, ...] = ()
    extras: Mapping[NormalizedName, tuple[Link, ...]] = field(default_factory=dict)
    source: Source = Source.INDEX
    location: str | None = None
    own: bool = False

    @property
    def text(self) -> str:
        """``name==1.0`` or ``name @ location``, for people."""
        if self.source is not Source.INDEX:
            return f"{self.name} @ {self.location}"
        return f"{self.name}=={self.version}" if self.version else self.name


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock file as read, for the extras and groups that were asked for.

    Packages are installed where a way of links leads to them from ``roots``; with ``whole``, all whose marker holds are
    (the lock says of each when it is installed), and links only tell who needs whom. ``relock`` is the command that
    locks anew, with the places ``{name}`` and ``{version}`` in it. ``marker`` and ``requires_python`` say what the lock was made for;
    ``environments`` are the Pythons and platforms that it was made for alone (PDM: ``manylinux_2_17_x86_64``, ``alpine``; empty: any).
    """

    path: str
    relock: str
    packages: tuple[Locked, ...]
    roots: tuple[Link, ...] = ()
    whole: bool = False
    requires_python: SpecifierSet | None = None
    marker: str = ""
    environments: tuple[tuple[SpecifierSet | None, str], ...] = ()
