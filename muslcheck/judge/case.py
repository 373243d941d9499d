"""What a rule may look at: one candidate on one target, and what was read in its sdist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muslcheck.alpine.apkindex import ApkIndex
    from muslcheck.archives.facts import SdistFacts, WheelFacts
    from muslcheck.words.release import DistFile, Unread
    from muslcheck.words.resolution import Candidate
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import BuildRequirement

__all__ = ["Case"]


@dataclass(frozen=True, slots=True)
class Case:
    """One candidate on one target, with all that the rules may know of it.

    ``facts`` are of the sdist that pip would build: Unread where it could not be had or read, None where none is opened
    (a wheel fits, or there is nothing to open). ``build_requires`` say how each build requirement itself installs on the
    target. ``alternatives`` are versions of the project that a wheel fits on the target, newest first: the ones that a
    user could ask for instead, whether or not the requirements allow them today. ``offered`` is what the package index of the
    target's Alpine release says, where it was given: it knows better than the tables.
    """

    candidate: Candidate
    target: Target
    facts: SdistFacts | Unread | None = None
    build_requires: tuple[BuildRequirement, ...] = ()
    alternatives: tuple[str, ...] = ()
    offered: ApkIndex | None = None
    inside: WheelFacts | Unread | None = None
    """What the wheel holds that pip would install; None where none was looked into."""

    @property
    def file(self) -> DistFile | None:
        """The file that pip installs or builds, or None where there is none."""
        return self.candidate.shelf.chosen
