"""Packages that fail along with the one that brings them: where nothing else asks for them, they are told in its block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from muslcheck.render.phrases import counted, reason
from muslcheck.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muslcheck.words.verdict import Verdict

__all__ = ["along_line", "brought_along"]

MANY: Final = 3
"""How many there have to be, to share a block: a package or two are told with their own reasons."""


def brought_along(every: Sequence[list[Verdict]], verdicts: Iterable[Verdict]) -> dict[str, list[list[Verdict]]]:
    """The packages told in the block of another, by its name: they fail as it does, on the same targets, and only it brings them.

    ``every`` are verdicts on one release with one outcome, together where they are on several targets; ``verdicts`` are all
    there are, since what brings a package may itself be well.
    """
    parents: dict[str, set[str]] = {}
    asked: set[str] = set()
    for verdict in verdicts:
        parents.setdefault(verdict.name, set()).update(verdict.required_by)
        asked |= {verdict.name} if verdict.requested or not verdict.required_by else set()
    brought = {name: own for name, own in parents.items() if name not in asked}
    fails = [same for same in every if same[0].outcome is Outcome.FAIL]
    names = [same[0].name for same in fails]
    once = {same[0].name: same for same in fails if names.count(same[0].name) == 1}
    found: dict[str, list[list[Verdict]]] = {}
    for name, root in once.items():
        only = _only_by(name, brought)
        family = [same for each, same in once.items() if each in only and _is_like(same, root)]
        if len(family) >= MANY:
            found[name] = family
    members = {same[0].name for family in found.values() for same in family}
    return {name: family for name, family in found.items() if name not in members}


def along_line(family: Sequence[Sequence[Verdict]], *, names: bool = True) -> str:
    """``3 packages that only it brings, and that fail for the same reason: a, b, c``."""
    said = f"{counted(len(family), 'package')} that only it brings, and that fail for the same reason"
    return said + (f": {', '.join(sorted(same[0].name for same in family))}" if names else "")


def _only_by(root: str, brought: Mapping[str, set[str]]) -> set[str]:
    """The packages to which every way leads over one of them."""
    found = {root}
    while more := {name for name, parents in brought.items() if name not in found and parents <= found}:
        found |= more
    return found - {root}


def _is_like(same: Sequence[Verdict], root: Sequence[Verdict]) -> bool:
    ours, its = reason(same[0]), reason(root[0])
    targets = [verdict.target for verdict in same] == [verdict.target for verdict in root]
    return targets and ours is not None and its is not None and ours.code == its.code
