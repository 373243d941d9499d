"""Requirements and a catalogue in, a resolution out, or what is still wanted; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.resolver.catalogue import Catalogue
from muslcheck.resolver.shelve import place, shelve
from muslcheck.resolver.walk import Walk, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from muslcheck.words.lock import Lock
    from muslcheck.words.requirement import Requirement, Selection
    from muslcheck.words.resolution import Candidate, Installed, Resolution, Wanted
    from muslcheck.words.target import Target

__all__ = ["Catalogue", "Walk", "broken", "follow_lock", "place", "resolve", "shelve", "walk"]


def resolve(  # noqa: PLR0917  # all that an answer depends on, and nothing else
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    target: Target,
    twin: Target,
    selection: Selection,
    catalogue: Catalogue,
    tell: Callable[[str, int], None] | None = None,
    installed: Installed | None = None,
) -> Resolution | Wanted:
    """See :func:`muslcheck.resolver.solve.resolve`; resolvelib is loaded with the first call."""
    from muslcheck.resolver import solve

    return solve.resolve(requirements, constraints, target, twin, selection, catalogue, tell, installed)


def follow_lock(lock: Lock, target: Target, twin: Target, selection: Selection, catalogue: Catalogue) -> Resolution | Wanted:
    """See :func:`muslcheck.resolver.locked.follow_lock`; loaded where there is a lock."""
    from muslcheck.resolver import locked

    return locked.follow_lock(lock, target, twin, selection, catalogue)


def broken(
    there: Mapping[str, Candidate], new: Mapping[str, Candidate], target: Target, selection: Selection, catalogue: Catalogue
) -> Iterator[tuple[Candidate, str, Candidate]]:
    """See :func:`muslcheck.resolver.breaks.broken`; loaded where commands install one after the other."""
    from muslcheck.resolver import breaks

    return breaks.broken(there, new, target, selection, catalogue)
