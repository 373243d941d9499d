"""One search for all targets that would search alike: what one target's search looked at is held against another target.

A search reads four things of its target: its Python, its markers, which file of a release comes first there, and what that file
requires. Where all that one search read is the same for another target, the other would take the same steps to the same
versions, and only the files differ. So of forty targets a handful are searched for, and the others are compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from muslcheck.resolver.select import version_of
from muslcheck.resolver.stock import consistent
from muslcheck.resolver.terms import Base
from muslcheck.words.release import Kind, Metadata, Unread
from muslcheck.words.requirement import Source
from muslcheck.words.resolution import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muslcheck.resolver.answer import Node, Told
    from muslcheck.resolver.catalogue import Catalogue
    from muslcheck.resolver.provider import Provider
    from muslcheck.resolver.select import Offers
    from muslcheck.resolver.settled import Settled
    from muslcheck.words.release import DistFile
    from muslcheck.words.requirement import Requirement

__all__ = ["Found", "compare", "is_anywhere", "may_share"]

_MACHINE = "platform_machine"
"""The one marker in which targets of one Python differ."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one search found, and what it looked at: kept for other targets that ask the same.

    ``tried`` are the releases whose requirements were read, by project; ``looked_at`` all projects of which files were chosen.
    """

    offers: Offers
    twins: Offers
    settled: Settled
    refused: dict[str, dict[str, Unread]]
    nodes: dict[str, Node]
    chains: dict[str, tuple[str, ...]]
    looked_at: frozenset[str]
    tried: dict[str, frozenset[str]]
    told: dict[str, Told]
    """What was told of projects that have nothing for one machine alone: it holds for all targets."""

    @classmethod
    def of(
        cls, provider: Provider, twins: Offers, nodes: dict[str, Node], chains: dict[str, tuple[str, ...]], told: dict[str, Told]
    ) -> Found:
        """What a search found that has come to its end, and what was told of it."""
        settled = provider.settled
        tried = {name: frozenset(versions) for name, versions in settled.tried.items()}
        everywhere = {name: each for name, each in told.items() if _is_everywhere(name, provider, twins, nodes[name])}
        return cls(provider.offers, twins, settled, provider.stock.refused, nodes, chains, frozenset(settled.projects), tried, everywhere)


def is_anywhere(found: Found, requirements: Iterable[Requirement]) -> bool:
    """Whether nothing that was looked at, nor what is asked, speaks of a machine."""
    return found.looked_at <= found.told.keys() and not any(map(_asks_for_machine, requirements))


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
    read = [provider.stock.catalogue.metadata(file, provider.offers.target) for file in files if file.version in tried]
    return not any(isinstance(each, Metadata) and (each.asked or any(map(_speaks_of_machine, each.requires_dist))) for each in read)


def may_share(requirements: Iterable[Requirement]) -> bool:
    """Whether what is asked can be compared at all: direct references and hashes speak of single files."""
    return all(each.source is Source.INDEX and not each.hashes for each in requirements)


def compare(
    found: Found, requirements: Sequence[Requirement], offers: Offers, twins: Offers, catalogue: Catalogue
) -> dict[str, Node] | Wanted | None:
    """What another target of the same Python holds, where its search would be the same; None where it would not.

    What is lacking to tell is returned as :class:`Wanted`.
    """
    if any(map(_asks_for_machine, requirements)):
        return None
    lacking: dict[str, DistFile] = {}
    nodes = {}
    for name, node in found.nodes.items():
        if name in found.told:
            nodes[name] = node
            continue
        base = _moved(node.base, found, offers, twins)
        if base is None:
            return None
        nodes[name] = node if base is node.base else replace(node, base=base)
    comparison = _Comparison(found, offers, catalogue, lacking)
    for name in found.looked_at - found.told.keys():
        if not comparison.alike(name, found.offers, offers):
            return None
        if name in found.settled.stranded and not comparison.alike(name, found.twins, twins):
            return None
    return Wanted(metadata=frozenset(lacking.values())) if lacking else nodes


class _Comparison:
    """Compares what one project offers two targets."""

    def __init__(self, found: Found, offers: Offers, catalogue: Catalogue, lacking: dict[str, DistFile]) -> None:
        self._found = found
        self._offers = offers
        self._catalogue = catalogue
        self._lacking = lacking

    def alike(self, name: str, there: Offers, here: Offers) -> bool:
        """Whether every release of a project that was looked at offers the same to both."""
        theirs, mine = there.of(name), here.of(name)
        if theirs is None or mine is None:
            return theirs is mine
        tried = self._found.tried.get(name, frozenset())
        return theirs.project is mine.project and all(
            self._same_release(theirs.fits(version, yanked=True), mine.fits(version, yanked=True), tried=version in tried)
            for version in theirs.looked_at()
        )

    def _same_release(self, theirs: tuple[DistFile, ...], mine: tuple[DistFile, ...], *, tried: bool) -> bool:
        if not theirs or not mine:
            return not theirs and not mine
        if theirs == mine:
            return self._same_needs(theirs[0], mine[0], tried=tried)
        if theirs[0].kind is not mine[0].kind and self._offers.selection.prefers_binary:
            return False
        if any(file.yanked is not None for file in (*theirs, *mine)):
            return False  # files of a withdrawn release are taken by other rules
        return self._same_needs(theirs[0], mine[0], tried=tried)

    def _same_needs(self, theirs: DistFile, mine: DistFile, *, tried: bool) -> bool:
        """Whether the files that come first require the same; of a release that was not tried, whether pip takes both."""
        there = self._catalogue.metadata(theirs, self._found.offers.target)
        same = theirs is mine and not (isinstance(there, Metadata) and there.asked)
        here = there if same else self._catalogue.metadata(mine, self._offers.target)
        if here is None and there is not None and tried:
            self._lacking[mine.url] = mine
            return True
        if isinstance(there, Metadata) and isinstance(here, Metadata):
            if here is not there and not (_says_the_same(here, there) and _both_consistent((there, theirs), (here, mine))):
                return False
            return not tried or self._same_on_machine(here)
        if isinstance(there, Unread) or isinstance(here, Unread):
            return there is here
        return not tried or there is here

    def _same_on_machine(self, metadata: Metadata) -> bool:
        """Whether markers that ask for the machine hold for both targets or for neither."""
        if not any(map(_speaks_of_machine, metadata.requires_dist)):
            return True
        every = frozenset(map(str, metadata.provides_extra))
        return self._offers.needs(metadata, every) == self._found.offers.needs(metadata, every) and self._offers.needs(
            metadata
        ) == self._found.offers.needs(metadata)


def _asks_for_machine(requirement: Requirement) -> bool:
    return requirement.marker is not None and _speaks_of_machine(str(requirement.marker))


def _speaks_of_machine(text: str) -> bool:
    return _MACHINE in text or "platform.machine" in text


def _says_the_same(one: Metadata, other: Metadata) -> bool:
    return (one.requires_dist, one.requires_python, one.provides_extra, one.name, one.version) == (
        other.requires_dist,
        other.requires_python,
        other.provides_extra,
        other.name,
        other.version,
    )


def _both_consistent(*each: tuple[Metadata, DistFile]) -> bool:
    return all(consistent(metadata, file, version_of(file.version)) for metadata, file in each)


def _moved(base: Base, found: Found, offers: Offers, twins: Offers) -> Base | None:
    """The same release with the file that the other target takes; None where that cannot be told without a search."""
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
