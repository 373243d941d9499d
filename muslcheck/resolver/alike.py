"""One search for all targets that would search alike: what one target's search looked at is held against another target.

A search reads four things of its target: its Python, its markers, which file of a release comes first there, and what that file
requires. Where all that one search read is the same for another target, the other would take the same steps to the same
versions, and only the files differ. So of forty targets a handful are searched for, and the others are compared: with one of
their own Python, or with one of their own machine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from packaging.markers import InvalidMarker

from muslcheck.resolver.pythons import python_allowed
from muslcheck.resolver.requires import InvalidRequirement, parse
from muslcheck.resolver.select import version_of
from muslcheck.resolver.stock import consistent
from muslcheck.resolver.terms import Base
from muslcheck.words.release import Kind, Metadata, Unread
from muslcheck.words.requirement import Source
from muslcheck.words.resolution import Wanted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from muslcheck.resolver.answer import Node, Told
    from muslcheck.resolver.catalogue import Catalogue
    from muslcheck.resolver.provider import Provider
    from muslcheck.resolver.select import Offers
    from muslcheck.resolver.settled import Settled
    from muslcheck.words.release import DistFile
    from muslcheck.words.requirement import Requirement
    from muslcheck.words.resolution import Installed

__all__ = ["Found", "compare", "is_anywhere", "may_share", "nearest"]

_MACHINE = re.compile(r"platform[._]machine")
"""The one marker in which targets of one Python differ."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one search found, and what it looked at: kept for other targets that ask the same.

    ``tried`` are the releases whose requirements were read, by project, and with which extras; ``looked_at`` all projects of
    which files were chosen.
    """

    offers: Offers
    twins: Offers
    settled: Settled
    refused: dict[str, dict[str, Unread]]
    nodes: dict[str, Node]
    chains: dict[str, tuple[str, ...]]
    looked_at: frozenset[str]
    tried: dict[str, dict[str, frozenset[str]]]
    told: dict[str, Told]
    """What was told of projects that have nothing for one machine alone: it holds for all targets of the Python."""
    searched: bool = True
    """Whether it was searched for; else it is what a search for another Python found, and holds for this one, too."""

    @classmethod
    def of(
        cls, provider: Provider, twins: Offers, nodes: dict[str, Node], chains: dict[str, tuple[str, ...]], told: dict[str, Told]
    ) -> Found:
        """What a search found that has come to its end, and what was told of it."""
        settled = provider.settled
        tried = {name: {version: frozenset(extras) for version, extras in each.items()} for name, each in settled.tried.items()}
        everywhere = {name: each for name, each in told.items() if _is_everywhere(name, provider, twins, nodes[name])}
        return cls(provider.offers, twins, settled, provider.stock.refused, nodes, chains, frozenset(settled.projects), tried, everywhere)

    def telling(self, told: dict[str, Told], before: Found) -> Found:
        """The same with what was told since of the projects of which ``before`` could tell something for all targets."""
        return replace(self, told={name: told[name] for name in before.told})

    @property
    def pythons(self) -> tuple[str, str]:
        """The Python of the target, and of its twin."""
        return self.offers.target.python_full, self.twins.target.python_full


def nearest(others: Collection[Found], offers: Offers, twins: Offers) -> Iterator[Found]:
    """What may hold for a target, too: first what was found for its Python, then what was searched for on its machine.

    Where something was in pip's way, what is told of it names the Python.
    """
    pythons = (offers.target.python_full, twins.target.python_full)
    yield from [each for each in others if each.pythons == pythons]
    for each in [*others]:
        if each.pythons != pythons and each.searched and each.offers.target.arch == offers.target.arch and not each.settled.is_in_the_way:
            yield each


def is_anywhere(found: Found, requirements: Iterable[Requirement]) -> bool:
    """Whether nothing that was looked at, nor what is asked, speaks of a machine."""
    return found.looked_at <= found.told.keys() and not any(each.marker and _MACHINE.search(str(each.marker)) for each in requirements)


def _is_everywhere(name: str, provider: Provider, twins: Offers, node: Node) -> bool:
    """Whether all that was looked at of a project is for any machine and any C library: its files, and what its releases require."""
    offer, twin, settled = provider.offers.of(name), twins.of(name), provider.settled
    in_the_way = (settled.stranded, settled.conflicts, settled.pythons, settled.bounded, provider.stock.refused)
    if (
        offer is None
        or twin is None
        or node.base.file is None
        or node.base.stranded is not None
        or any(name in each for each in in_the_way)
    ):
        return False
    files = [file for version in {*offer.looked_at(), *twin.looked_at()} for file in offer.project.files(version)]
    if not all(file.kind is Kind.SDIST or file.filename.endswith("-any.whl") for file in files):
        return False
    tried = settled.tried.get(name, ())
    read = [provider.stock.catalogue.read_so_far(file) for file in files if file.version in tried]
    return not any(isinstance(each, Metadata) and (each.asked or any(map(_MACHINE.search, each.requires_dist))) for each in read)


def may_share(requirements: Iterable[Requirement]) -> bool:
    """Whether what is asked can be compared at all: direct references and hashes speak of single files."""
    return all(each.source is Source.INDEX and not each.hashes for each in requirements)


def compare(  # noqa: PLR0917  # two targets, and all that an answer depends on
    found: Found, requirements: Sequence[Requirement], offers: Offers, twins: Offers, catalogue: Catalogue, installed: Installed | None
) -> Found | Wanted | None:
    """What would be found for another target, where its search would be the same; None where it would not.

    What is lacking to tell is returned as :class:`Wanted`.
    """
    comparison = _Comparison(found, offers, twins, catalogue)
    if not comparison.same_requirements((*requirements, *offers.selection.overrides)):
        return None
    told = found.told
    rest: Iterable[str] = found.looked_at - told.keys()
    if comparison.other_python:
        told, rest = {}, found.looked_at
    for name in rest:
        if not comparison.alike(name):
            return None
        if comparison.other_python and name in found.told and comparison.identical(name):
            told[name] = found.told[name]
    nodes = {}
    for name, node in found.nodes.items():
        if name in told:
            nodes[name] = node
            continue
        base = _moved(node.base, found, offers, twins, installed)
        if base is None:
            return None
        nodes[name] = node if base is node.base else replace(node, base=base)
    if comparison.lacking:
        return Wanted(metadata=frozenset(comparison.lacking.values()))
    return replace(found, offers=offers, twins=twins, nodes=nodes, told=told, searched=False)


class _Comparison:
    """Compares what two targets are offered. ``lacking`` are the files whose metadata it would take to tell."""

    def __init__(self, found: Found, offers: Offers, twins: Offers, catalogue: Catalogue) -> None:
        self.lacking: dict[str, DistFile] = {}
        self._found = found
        self._offers = offers
        self._twins = twins
        self._catalogue = catalogue
        self._python = offers.target.python_full
        self._other_python = found.offers.target.python_full
        self.other_python = found.pythons != (offers.target.python_full, twins.target.python_full)
        there, here = found.offers.target.markers, offers.target.markers
        self._differing = _naming(frozenset(name for name in here if here[name] != there[name]))

    def same_requirements(self, requirements: Iterable[Requirement]) -> bool:
        """Whether the same of the manifests' requirements apply to both."""
        return all(self._same_condition(str(each.marker), ("",)) for each in requirements if each.marker is not None)

    def alike(self, name: str) -> bool:
        """Whether every release of a project that was looked at offers the same to both."""
        stranded = name in self._found.settled.stranded
        return self._alike(name, self._found.offers, self._offers) and (not stranded or self._alike(name, self._found.twins, self._twins))

    def identical(self, name: str) -> bool:
        """Whether a wheel is chosen by the same tag, and the very same files fit, here as there, and on the glibc twins."""
        file = self._found.nodes[name].base.file
        theirs, mine = self._found.offers.of(name), self._offers.of(name)
        their_twin, my_twin = self._found.twins.of(name), self._twins.of(name)
        if file is None or file.kind is not Kind.WHEEL or theirs is None or mine is None or their_twin is None or my_twin is None:
            return False
        return theirs.tag(file) == mine.tag(file) and all(
            theirs.fits(version, yanked=True) == mine.fits(version, yanked=True)
            and their_twin.fits(version, yanked=True) == my_twin.fits(version, yanked=True)
            for version in {*theirs.looked_at(), *their_twin.looked_at()}
        )

    def _alike(self, name: str, there: Offers, here: Offers) -> bool:
        theirs, mine = there.of(name), here.of(name)
        if theirs is None or mine is None:
            return theirs is mine
        tried = self._found.tried.get(name, {})
        return theirs.project is mine.project and all(
            self._same_release(theirs.fits(version, yanked=True), mine.fits(version, yanked=True), tried.get(version))
            for version in theirs.looked_at()
        )

    def _same_release(self, theirs: tuple[DistFile, ...], mine: tuple[DistFile, ...], extras: Collection[str] | None) -> bool:
        """Whether two targets read the same in a release, with these extras; None where it was not tried."""
        if not theirs or not mine:
            return not theirs and not mine
        if theirs == mine:
            return self._same_needs(theirs[0], mine[0], extras)
        if theirs[0].kind is not mine[0].kind and self._offers.selection.prefers_binary:
            return False
        if any(file.yanked is not None for file in (*theirs, *mine)):
            return False  # files of a withdrawn release are taken by other rules
        return self._same_needs(theirs[0], mine[0], extras)

    def _same_needs(self, theirs: DistFile, mine: DistFile, extras: Collection[str] | None) -> bool:
        """Whether the files that come first require the same; of a release that was not tried, whether pip takes both."""
        there = self._catalogue.metadata(theirs, self._found.offers.target)
        same = theirs is mine and not (isinstance(there, Metadata) and there.asked)
        here = there if same else self._catalogue.metadata(mine, self._offers.target)
        if here is None and there is not None and extras is not None:
            self.lacking[mine.url] = mine
            return True
        if isinstance(there, Metadata) and isinstance(here, Metadata):
            if not _is_consistent(there, theirs) or not (same or (_says_the_same(here, there) and _is_consistent(here, mine))):
                return False
            return extras is None or (self._same_python(here.requires_python) and self._same_conditions(here, extras))
        if isinstance(there, Unread) or isinstance(here, Unread):
            return there is here
        return extras is None or there is here

    def _same_python(self, stated: str | None) -> bool:
        """Whether a Requires-Python allows both Pythons or neither."""
        if not stated or self._python == self._other_python:
            return True
        caps = self._offers.selection.installer.heeds_python_caps
        return python_allowed(stated, self._python, caps=caps) == python_allowed(stated, self._other_python, caps=caps)

    def _same_conditions(self, metadata: Metadata, extras: Collection[str]) -> bool:
        """Whether the markers of a release's requirements hold for both or for neither, with each of the extras and with none."""
        if self._differing is None:
            return True
        try:
            markers = _markers(metadata.requires_dist, self._differing)
            asked = ("", *metadata.provides_extra.intersection(extras)) if markers else ()
            return all(self._same_condition(marker, asked) for marker in markers)
        except (InvalidRequirement, InvalidMarker):
            return False

    def _same_condition(self, marker: str, extras: Iterable[str]) -> bool:
        if self._differing is None or not self._differing.search(marker):
            return True
        theirs, mine = self._found.offers.conditions, self._offers.conditions
        return all(theirs.hold(marker, extra) == mine.hold(marker, extra) for extra in extras)


@cache
def _naming(variables: frozenset[str]) -> re.Pattern[str] | None:
    """What finds a text that may speak of one of several markers; None where there are none. Old markers have dots in their names."""
    return re.compile("|".join(sorted(variables)).replace("_", "[._]")) if variables else None


@lru_cache(maxsize=4096)
def _markers(requires: tuple[str, ...], naming: re.Pattern[str]) -> tuple[str, ...]:
    """The markers of those requirements that may speak of something. Raises InvalidRequirement."""
    return tuple(parse(line).marker for line in requires if naming.search(line))


def _says_the_same(one: Metadata, other: Metadata) -> bool:
    return one is other or (one.requires_dist, one.requires_python, one.provides_extra, one.name, one.version) == (
        other.requires_dist,
        other.requires_python,
        other.provides_extra,
        other.name,
        other.version,
    )


def _is_consistent(metadata: Metadata, file: DistFile) -> bool:
    return consistent(metadata, file, version_of(file.version))


def _moved(base: Base, found: Found, offers: Offers, twins: Offers, installed: Installed | None) -> Base | None:
    """The same release with the file that the other target takes; None where that cannot be told without a search."""
    if base.installed is not None:
        candidate = None if installed is None else installed.candidates.get(base.project)
        return None if candidate is None else Base(base.project, base.version, direct=candidate.direct, installed=candidate)
    if base.direct is not None:
        return None
    if base.file is None:
        return base
    own = (found.twins, twins) if base.stranded is not None else (found.offers, offers)
    theirs, mine = (each.of(base.project) for each in own)
    if theirs is None or mine is None:
        return None
    there, here = (offer.fits(base.file.version, yanked=True)[:1] for offer in (theirs, mine))
    if not here or not there or there[0] is not base.file:
        return None
    return base if here[0] is base.file else Base(base.project, base.version, here[0], None, base.stranded)
