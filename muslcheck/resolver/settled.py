"""What attempts found to be in pip's way, kept from one to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muslcheck.resolver.stock import Stock
    from muslcheck.words.release import DistFile
    from muslcheck.words.requirement import Requirement
    from muslcheck.words.resolution import BlockerKind

__all__ = ["CONSTRAINED", "Settled"]

CONSTRAINED = "constraints"
"""Who asks, where it is a constraint that is passed over."""


@dataclass(slots=True)
class Settled:
    """What was found to be in pip's way, and is passed over from then on.

    ``stranded``: projects that may be held though nothing of them installs, and why. ``waived``: (who asks, project) pairs
    whose specifier is dropped; who asks is a project's name, ``#n`` for the n-th requirement of the manifests, or
    ``CONSTRAINED``. ``pythons``: projects whose metadata's Requires-Python is overlooked, ``told`` says why. ``conflicts``
    has a sentence for each project with a waiver. ``bounded``: stranded projects whose dependents were not followed to the
    last of their releases, and those dependents.
    """

    stranded: dict[str, BlockerKind] = field(default_factory=dict)
    waived: set[tuple[str, str]] = field(default_factory=set)
    pythons: set[str] = field(default_factory=set)
    told: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, str] = field(default_factory=dict)
    rivals: dict[str, tuple[Requirement, ...]] = field(default_factory=dict)
    """The manifests' requirements that conflict over a project, none of which could be spared; empty where that is not known."""
    bounded: dict[str, set[str]] = field(default_factory=dict)
    projects: set[str] = field(default_factory=set)
    """All projects of which an attempt so far chose files."""
    tried: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    """The releases whose requirements an attempt so far read, by project, and with which extras."""
    pins: int = 0
    """Pins that all attempts so far made that came to an end."""

    returns: int = 0
    """How often an attempt came back for what it lacked, to be made anew."""
    wasted: int = 0
    """Pins of the attempts that were made anew; they do not count among ``pins``, only among ``attempts``."""
    asked: frozenset[DistFile] = frozenset()
    """The files whose metadata was asked for last."""
    attempts: int = 0
    """The same with those to find out what conflicts, for people: releases that were tried."""
    probed: int = 0
    """Pins that were made to find the smallest sets of requirements that conflict."""

    @property
    def is_in_the_way(self) -> bool:
        """Whether anything was."""
        return bool(self.stranded or self.waived or self.pythons or self.conflicts or self.bounded)

    def apart(self, pins: int) -> Settled:
        """The same to begin with, for attempts that are no part of the search: what they find does not come back here."""
        return Settled({**self.stranded}, {*self.waived}, {*self.pythons}, {**self.told}, pins=pins)

    def looked_at(self, stock: Stock) -> None:
        """Note what an attempt looked at."""
        self.projects |= stock.looked_at()
        for project, releases in stock.lacks.read.items():
            known = self.tried.setdefault(project, {})
            for version, extras in releases.items():
                known.setdefault(version, set()).update(extras)
