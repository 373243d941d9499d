"""What pip and uv would do otherwise, where that is for the user to know: several indexes with one project, and addresses in metadata."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from muslcheck.resolver.select import Offer
from muslcheck.words.release import Project
from muslcheck.words.report import Problem
from muslcheck.words.requirement import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from muslcheck.resolver.answer import Node
    from muslcheck.resolver.provider import Provider
    from muslcheck.words.release import DistFile

__all__ = ["otherwise"]

_MANY = 3
"""Projects that come from one index for want of another rule, from which on they are told of together."""
_MOST_NAMED = 5

_PIP = "several indexes have it and pip takes the best of all, {}; uv would look at the first alone, {}"
_UV = "several indexes have it and uv looks at the first alone, {}; pip would take the best of all, {}"
_TRUST = "See that it comes from the index that it is meant to come from: a higher version on another one is taken instead."
_FIRST = "See that it comes from the index that it is meant to come from: that one has to be named first."


def otherwise(nodes: Mapping[str, Node], provider: Provider) -> Iterator[Problem]:
    """What the other installer would take from another index, and what uv refuses in metadata."""
    yield from _other_indexes(nodes, provider)
    if provider.offers.selection.installer.is_uv:
        yield from _addresses(nodes)


def _other_indexes(nodes: Mapping[str, Node], provider: Provider) -> Iterator[Problem]:
    """Where it matters which rule for several indexes is gone by: that is how a stranger's release of an own name gets in."""
    first = provider.offers.selection.installer.first_index
    found: defaultdict[str, list[tuple[str, DistFile | None, DistFile | None]]] = defaultdict(list)
    for name, node in nodes.items():
        if (both := _two_ways(name, node, provider)) is not None:
            mine, theirs = both
            found["" if mine is None else mine.index].append((name, mine, theirs))
    hint = _FIRST if first else _TRUST
    for index, several in found.items():
        if len(several) < _MANY or not index:
            for name, mine, theirs in several:
                yield Problem(name, (_UV if first else _PIP).format(_told(mine), _told(theirs)), hint)
        else:
            names = ", ".join(f"{name} {mine.version}" for name, mine, _ in several[:_MOST_NAMED] if mine is not None)
            names += ", ..." if len(several) > _MOST_NAMED else ""
            rule = "uv looks at the first index alone that has them" if first else "pip takes the best of all indexes that have them"
            message = f"{len(several)} projects come from it because {rule}, and {'pip' if first else 'uv'} would take others: {names}"
            yield Problem(index, message, hint)


def _two_ways(name: str, node: Node, provider: Provider) -> tuple[DistFile | None, DistFile | None] | None:
    """What is taken of a project, and what the other rule would take; None where that is the same, or there is but one index."""
    project = provider.stock.catalogue.project(name) if node.base.direct is None else None
    if not isinstance(project, Project) or project.otherwise is None:
        return None
    offers = provider.offers
    other = Offer(project.otherwise(), offers.target, offers.selection)
    _, theirs = next(other.candidates(provider.stock.wish(node.asks, provider.stock.constraint(name))), (None, None))
    mine = node.base.file if node.base.stranded is None else None
    return None if _same(mine, theirs) else (mine, theirs)


def _same(one: DistFile | None, other: DistFile | None) -> bool:
    """Whether two indexes list the same file: one name, and no digests that differ."""
    if one is None or other is None:
        return one is other
    told_apart = bool(one.hashes and other.hashes) and set(one.hashes).isdisjoint(other.hashes)
    return one.filename == other.filename and not told_apart


def _told(file: DistFile | None) -> str:
    return "where nothing would do" if file is None else f"{file.version} from {file.index}"


def _addresses(nodes: Mapping[str, Node]) -> Iterator[Problem]:
    """Direct references that a release from an index requires: uv ends there, unless the manifest states them, too."""
    for name, node in nodes.items():
        reference = node.base.direct
        parents = [parent for parent in sorted(node.parents) if parent in nodes and nodes[parent].base.direct is None]
        if reference is not None and reference.source in (Source.ARCHIVE, Source.VCS) and not node.roots and parents:
            message = f"{parents[0]} requires it by its address, and uv takes no addresses from the metadata of releases: it ends there"
            yield Problem(name, message, f"State {reference.text} among the requirements.", "conflict")
