"""Packages that fail for the one that brings them: where nothing else asks for them, they are told in its block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from muslcheck.render.phrases import counted, reason
from muslcheck.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from muslcheck.words.verdict import Verdict

__all__ = ["along_line", "brought_along"]

Same = list["Verdict"]

MANY: Final = 3
"""How many there have to be, to share a block: a package or two are told with their own reasons."""


def brought_along(every: Sequence[Same]) -> dict[str, list[Same]]:
    """The packages told in the block of another, by its name: they fail as it does, on the same targets, and only it brings them.

    ``every`` are verdicts on one release with one outcome, together where they are on several targets.
    """
    fails = [same for same in every if same[0].outcome is Outcome.FAIL]
    names = [same[0].name for same in fails]
    once = {same[0].name: same for same in fails if names.count(same[0].name) == 1}
    found = {name: family for name, same in once.items() if len(family := [*_family(same, once)]) >= MANY}
    members = {same[0].name for family in found.values() for same in family}
    return {name: family for name, family in found.items() if name not in members}


def along_line(family: Sequence[Sequence[Verdict]], *, names: bool = True) -> str:
    """``3 packages that only it brings, and that fail for the same reason: a, b, c``."""
    said = f"{counted(len(family), 'package')} that only it brings, and that fail for the same reason"
    return said + (f": {', '.join(sorted(same[0].name for same in family))}" if names else "")


def _family(root: Same, once: Mapping[str, Same]) -> Iterator[Same]:
    family, left = {root[0].name}, dict(once)
    while more := [name for name, same in left.items() if name not in family and _is_like(same, root) and set() < _parents(same) <= family]:
        family.update(more)
        yield from (left.pop(name) for name in more)


def _is_like(same: Same, root: Same) -> bool:
    ours, its = reason(same[0]), reason(root[0])
    targets = [verdict.target for verdict in same] == [verdict.target for verdict in root]
    return targets and not same[0].requested and ours is not None and its is not None and ours.code == its.code


def _parents(same: Same) -> set[str]:
    return {name for verdict in same for name in verdict.required_by}
