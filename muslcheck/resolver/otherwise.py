"""What pip and uv would do otherwise, where that is for the user to know: several indexes with one project, and addresses in metadata."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from muslcheck.resolver.select import Offer
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

_PIP = "several indexes have it and pip takes the best of all, {} from {}; uv would look at the first alone and take {}"
_UV = "several indexes have it and uv looks at the first alone: {} from {}; pip would take the best of all, {}"
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
    found: defaultdict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
    for name, node in nodes.items():
        other = _other(name, node, provider)
        if other is not None:
            mine, theirs = node.base.file if node.base.stranded is None else None, other[0]
            here, there = (each.index if each is not None else "" for each in (mine, theirs))
            found[here or there].append((name, _told(mine), here or "none of them", _told(theirs) + (f" from {there}" if there else "")))
    hint = _FIRST if first else _TRUST
    for index, several in found.items():
        if len(several) < _MANY:
            for name, taken, here, instead in several:
                yield Problem(name, (_UV if first else _PIP).format(taken, here, instead), hint)
        else:
            names = ", ".join(f"{name} {taken}" for name, taken, _, _ in several)
            rule = "uv looks at the first index alone" if first else "pip takes the best of all indexes"
            yield Problem(index, f"{len(several)} projects come from it, as {rule} that have them; otherwise they would not: {names}", hint)


def _other(name: str, node: Node, provider: Provider) -> tuple[DistFile | None] | None:
    """What the other rule would take of a project, in a tuple; None where that is the same, or there is but one index."""
    offer = provider.offers.of(name) if node.base.direct is None else None
    if offer is None or offer.project.otherwise is None:
        return None
    offers = provider.offers
    others = Offer(offer.project.otherwise(), offers.target, offers.selection)
    _, theirs = next(others.candidates(provider.wish(node.asks, provider.constraint(name))), (None, None))
    mine = node.base.file if node.base.stranded is None else None
    return None if _same(mine, theirs) else (theirs,)


def _same(one: DistFile | None, other: DistFile | None) -> bool:
    """Whether two indexes list the same file: one name, and no digests that differ."""
    if one is None or other is None:
        return one is other
    told_apart = bool(one.hashes and other.hashes) and set(one.hashes).isdisjoint(other.hashes)
    return one.filename == other.filename and not told_apart


def _told(file: DistFile | None) -> str:
    return "nothing" if file is None else file.version


def _addresses(nodes: Mapping[str, Node]) -> Iterator[Problem]:
    """Direct references that a release from an index requires: uv ends there, unless the manifest states them, too."""
    for name, node in nodes.items():
        reference = node.base.direct
        parents = [parent for parent in sorted(node.parents) if parent in nodes and nodes[parent].base.direct is None]
        if reference is not None and reference.source in (Source.ARCHIVE, Source.VCS) and not node.roots and parents:
            message = f"{parents[0]} requires it by its address, and uv takes no addresses from the metadata of releases: it ends there"
            yield Problem(name, message, f"State {reference.text} among the requirements.", "conflict")
