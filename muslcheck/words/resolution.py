"""What the resolver answers: the candidates of one target, or what it still wants to know."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import TYPE_CHECKING

from muslcheck.words.release import Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.utils import NormalizedName

    from muslcheck.words.release import DistFile, Metadata, Unread
    from muslcheck.words.report import Problem
    from muslcheck.words.requirement import Origin, Requirement
    from muslcheck.words.target import Target

__all__ = ["Blocker", "BlockerKind", "Candidate", "Installed", "Resolution", "Wanted"]


class BlockerKind(enum.StrEnum):
    """Why pip would stop at a candidate, before any file of it is looked at."""

    NOT_ON_INDEX = "not-on-index"
    """No index has a project of that name."""
    UNREACHABLE = "unreachable"
    """The index could not be asked about the project: nothing is known of it (outcome ``unknown``)."""
    NO_SUCH_VERSION = "no-such-version"
    """The project exists, no version satisfies what is required."""
    NO_FILE = "no-file"
    """A version satisfies, but no file of it may be installed on the target."""
    CONFLICT = "conflict"
    """Requirements that no version satisfies together."""
    METADATA = "metadata"
    """Every version that would do has metadata that pip refuses."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why pip would stop: the kind, a sentence for people, and the nearest things that do exist."""

    kind: BlockerKind
    message: str
    nearest: tuple[str, ...] = ()
    """Nearest project names (not on the index), or nearest versions (no such version)."""
    rivals: tuple[Requirement, ...] = ()
    """The requirements and constraints of the manifests that conflict, none of which could be spared; empty where that is not known."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A release plus extras, as the resolver settled on it for one target.

    ``version`` is None where there is no release to speak of (not on the index, no such version) or none was chosen
    (VCS, a directory). ``shelf`` holds every file of the release by fit. ``required_by`` are normalised names, sorted; ``chain`` leads
    from the origin of a requirement (``requirements.txt:18``) by names to this one, itself last. ``asked`` are the requirement
    texts that bear on it. ``newer`` is the newest version that the same requirements allow and that the glibc twin of the target
    could install while the target could not, with the file the twin would take.
    """

    name: NormalizedName
    version: str | None
    shelf: Shelf = Shelf()
    extras: frozenset[NormalizedName] = frozenset()
    requested: bool = False
    required_by: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
    asked: tuple[str, ...] = ()
    direct: Requirement | None = None
    """The direct reference (archive, VCS, directory) that brings it, where one does."""
    metadata: Metadata | Unread | None = None
    blocker: Blocker | None = None
    twin_file: DistFile | None = None
    """What the glibc twin of the target installs of this same version."""
    newer: str | None = None
    newer_file: DistFile | None = None
    status: str = "active"
    """The project's status on the index (PEP 792)."""
    locked: Origin | None = None
    """The entry of the lock file that fixes the release and its files, where one does."""
    relock: str = ""
    """The command that locks anew (``uv lock``), for a locked release."""
    unlocked: DistFile | None = None
    """A wheel of the locked release that fits, and is on the index but not in the lock."""
    kin: int = field(default=0, compare=False)
    """The same number for candidates of several targets that differ in nothing but their shelves; 0 where none is known to."""

    def on(self, shelf: Shelf) -> Candidate:
        """The same candidate with another shelf; ``dataclasses.replace`` takes three times as long."""
        name, version, _, *rest = _ALL(self)
        return Candidate(name, version, shelf, *rest)


_ALL = attrgetter(*(each.name for each in fields(Candidate)))


@dataclass(frozen=True, slots=True, eq=False)
class Installed:
    """What is installed before a command, by normalised name, and the names that are brought up to date all the same (or ``:all:``)."""

    candidates: Mapping[str, Candidate]
    upgrades: frozenset[str] = frozenset()

    def upgraded(self, name: str) -> bool:
        """Whether the index goes before what is there (pip's ``_eligible_for_upgrade``)."""
        return ":all:" in self.upgrades or name in self.upgrades

    @property
    def likeness(self) -> tuple[object, ...]:
        """The same for what makes no difference to a search, as on another machine: names, versions, and what these require."""
        each = ((name, c.version, id(c.metadata), id(c.direct)) for name, c in sorted(self.candidates.items()))
        return (self.upgrades, *each)


@dataclass(frozen=True, slots=True)
class Resolution:
    """All candidates of one target, sorted by name, and what went wrong on the way."""

    target: Target
    candidates: tuple[Candidate, ...]
    problems: tuple[Problem, ...] = ()
    kept: tuple[Candidate, ...] = ()
    """What was installed before and is held as it is, with what is asked of it now added to what was asked of it then."""
    anywhere: bool = False
    """Whether it is known to be the same for every machine that has this Python and this C library."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the resolver lacks: names of projects, and (release, file) pairs whose metadata it needs."""

    projects: frozenset[NormalizedName] = frozenset()
    metadata: frozenset[DistFile] = frozenset()
    """Files: the metadata of each is wanted. For an sdist the index climbs down the ladder of DESIGN section 3."""
    archives: frozenset[Requirement] = frozenset()
    """Direct references to archives, whose file has not been looked at yet."""

    def __bool__(self) -> bool:
        return bool(self.projects or self.metadata or self.archives)
