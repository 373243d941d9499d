"""Commands that install one after the other: what the later ones leave of what the earlier ones asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from muslcheck.words.report import Problem
from muslcheck.words.requirement import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from muslcheck.words.requirement import Requirement

__all__ = ["one_after_the_other"]


def one_after_the_other(
    asked: Sequence[tuple[int, Requirement]], upgrading: AbstractSet[int]
) -> tuple[tuple[Requirement, ...], tuple[Problem, ...]]:
    """The requirements of several commands as one list, and what gave way.

    pip keeps what is installed and meets what a later command asks for: all of them asked for together come to the same. It
    replaces what does not, and what is named by a command that upgrades (``upgrading``): there the later requirement counts
    alone. Each requirement comes with the number of its command.
    """
    kept: list[Requirement] = []
    problems: dict[Problem, None] = {}
    for number, requirement in sorted(asked, key=lambda each: each[0]):
        later = [(other, each) for other, each in asked if other > number and _same(requirement, each)]
        over = next((each for other, each in later if other in upgrading or _contradict(requirement, each)), None)
        if over is None:
            kept.append(requirement)
            continue
        if requirement.extras:
            kept.append(replace(requirement, specifier=SpecifierSet(), text=f"{requirement.name}[{_listed(requirement.extras)}]"))
        if requirement.specifier and requirement.specifier != over.specifier:
            message = f"{requirement.text} ({requirement.origin}) is replaced by {over.text}, which is installed after it"
            problems.setdefault(Problem(str(over.origin), message))
    return tuple(kept), tuple(problems)


def _same(first: Requirement, second: Requirement) -> bool:
    return first.name == second.name and first.source is second.source is Source.INDEX and str(first.marker) == str(second.marker)


def _contradict(first: Requirement, second: Requirement) -> bool:
    """Whether one asks for a single version that the other does not allow."""
    return any(
        pin is not None and not other.specifier.contains(pin, prereleases=True)
        for pin, other in ((_pin(first), second), (_pin(second), first))
    )


def _pin(requirement: Requirement) -> str | None:
    stated = [*requirement.specifier]
    return next((each.version for each in stated if each.operator == "==" and not each.version.endswith(".*")), None)


def _listed(extras: Iterable[str]) -> str:
    return ",".join(sorted(extras))
