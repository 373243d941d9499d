"""What muslcheck says of one candidate on one target, and why."""

from __future__ import annotations

import enum
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING

from muslcheck.words.release import Shelf

if TYPE_CHECKING:
    from muslcheck.words.release import DistFile
    from muslcheck.words.target import Target

__all__ = ["Action", "Advice", "ApkNames", "BuildRequirement", "Evidence", "Mark", "Outcome", "Strength", "Verdict"]


class Outcome(enum.StrEnum):
    """What pip does with a candidate on a target, best first."""

    WHEEL = "wheel"
    """pip installs a wheel, nothing is built."""
    BUILD = "build"
    """pip builds an sdist, and the build succeeds without a compiler."""
    COMPILE = "compile"
    """pip builds an sdist, and the build fails without a compiler."""
    FAIL = "fail"
    """Nothing installable, or the build cannot succeed on the target, or it installs and cannot be imported there."""
    UNKNOWN = "unknown"
    """Could not be determined; the reason is a Problem."""


class Mark(enum.StrEnum):
    """What an install loses, beside its outcome."""

    SLOWER = "slower"
    """An optional extension is skipped, or musl gets the ``any`` wheel where glibc gets a native one."""
    OLDER = "older"
    """The target gets an older release than glibc would."""
    HEAVY = "heavy"
    """The build takes minutes to hours."""
    LACKING = "lacking"
    """It installs, and something that it holds cannot be loaded in the image as it stands."""


class Strength(enum.IntEnum):
    """How much a piece of evidence weighs; a larger one overrules a smaller one."""

    HINT = 1
    """Suggests; decides nothing by itself."""
    STRONG = 2
    """Read from the file, by a rule that has exceptions."""
    PROOF = 3
    """pip would prove it."""

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact pressed into service by a rule: the rule's code, the claim, the place it was seen, its strength.

    ``says`` is the outcome that the evidence speaks for, None where it only explains. ``marks`` go on the verdict.
    """

    code: str
    claim: str
    seen_in: str
    strength: Strength
    says: Outcome | None = None
    marks: frozenset[Mark] = frozenset()
    apk: tuple[str, ...] = ()
    """The Alpine packages that bring what is said to be needed."""


class Action(enum.StrEnum):
    """What a user can do about a verdict."""

    ADD_APK = "apk-add"
    """Install Alpine packages in the image's build stage (or at run time)."""
    PIN = "pin"
    """Require another version."""
    REPLACE = "replace"
    """Require another project or extra instead."""
    CHANGE_IMAGE = "change-image"
    """Use another Python version, architecture or distribution."""
    ALPINE_PACKAGE = "alpine-package"
    """Take Alpine's own build of the package (works with Alpine's own python3 only)."""
    BUILD_ELSEWHERE = "build-elsewhere"
    """Build the wheel once, in an earlier stage or in CI, and install that."""
    ACCEPT = "accept"
    """Nothing has to be done."""
    LOCK_AGAIN = "lock-again"
    """Make the lock file anew: the index has what it lacks."""
    CORRECT = "correct"
    """Correct the requirement as written."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do: the action, what to write (a requirement, an apk line, an image), and why."""

    action: Action
    requirement: str
    why: str


@dataclass(frozen=True, slots=True)
class ApkNames:
    """Alpine packages, sorted: what the build needs, and what is needed at run time."""

    build: tuple[str, ...] = ()
    runtime: tuple[str, ...] = ()

    def __or__(self, other: ApkNames) -> ApkNames:
        return ApkNames(tuple(sorted({*self.build, *other.build})), tuple(sorted({*self.runtime, *other.runtime})))


@dataclass(frozen=True, slots=True)
class BuildRequirement:
    """What building an sdist requires (PEP 518), and how that itself installs on the target.

    ``apk`` is what has to be installed so that it compiles, with what its own build requires; empty where it is not compiled.
    """

    name: str
    version: str | None
    outcome: Outcome
    apk: ApkNames = ApkNames()


@dataclass(frozen=True, slots=True)
class Verdict:
    """One outcome for one candidate on one target, with its evidence (the weightiest first) and advice."""

    target: Target
    name: str
    version: str | None
    outcome: Outcome
    marks: frozenset[Mark] = frozenset()
    file: DistFile | None = None
    requested: bool = False
    required_by: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    build_requires: tuple[BuildRequirement, ...] = ()
    apk: ApkNames = ApkNames()
    evidence: tuple[Evidence, ...] = ()
    advice: tuple[Advice, ...] = ()
    shelf: Shelf = Shelf()
    """Every file of the release by fit: why each wheel did not fit."""
    notes: tuple[tuple[str, str], ...] = ()
    """What was read on the way, for ``--explain``: (label, text) pairs, in order."""
    installed: int | None = None
    """Bytes that the wheel's files take when unpacked, where its directory was read."""

    def on(self, target: Target, shelf: Shelf) -> Verdict:
        """The same verdict on another target, with its shelf; ``dataclasses.replace`` takes twice as long."""
        everything = (target, *_BETWEEN(self), shelf, self.notes, self.installed)
        return Verdict(*everything)

    @property
    def apk_in_all(self) -> ApkNames:
        """What has to be installed for the build: the package's own, and that of build requirements compiled before it."""
        if not self.build_requires:
            return self.apk
        chain = (required.apk.build for required in self.build_requires if required.outcome is Outcome.COMPILE)
        return ApkNames(tuple(sorted({*self.apk.build, *(name for names in chain for name in names)})), self.apk.runtime)


_BETWEEN = attrgetter(*(each.name for each in fields(Verdict)[1:-3]))
"""What stands between the target and the shelf."""
