"""What is installed and does not suit what is installed after it: pip tells of it, and goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.resolver.select import offers_for
from muslcheck.words.release import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from muslcheck.resolver.catalogue import Catalogue
    from muslcheck.words.requirement import Selection
    from muslcheck.words.resolution import Candidate
    from muslcheck.words.target import Target

__all__ = ["broken"]


def broken(
    there: Mapping[str, Candidate], new: Mapping[str, Candidate], target: Target, selection: Selection, catalogue: Catalogue
) -> Iterator[tuple[Candidate, str, Candidate]]:
    """Each release that stays, a requirement of its own that is no longer met, and the release that does not meet it (``pip check``)."""
    offers = offers_for(catalogue, target, selection)
    for name in sorted(there.keys() - new.keys()):
        stays = there[name]
        needs = offers.needs(stays.metadata, stays.extras) if isinstance(stays.metadata, Metadata) else None
        for need in needs or ():
            now = new.get(need.name)
            if now is not None and now.version is not None and not need.specifier.contains(now.version, prereleases=True):
                yield stays, need.plain, now
