"""What stood in the way of an attempt that failed: it is told, and passed over from then on.

Where requirements are against each other, the smallest set of those that the manifests state is looked for: they conflict by
themselves, and without any one of them they do not. It is found by leaving out, and by trying again with what the catalogue
holds already. What it does not hold is taken to require nothing: so what conflicts then does so whatever the index has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from muslcheck.resolver.explain import conflict_in_words, python_in_words
from muslcheck.resolver.settled import CONSTRAINED
from muslcheck.resolver.terms import Ask, Exactly, PythonAsk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from resolvelib.structs import RequirementInformation

    from muslcheck.resolver.provider import Provider
    from muslcheck.resolver.settled import Settled
    from muslcheck.resolver.terms import Held, Term, Way
    from muslcheck.words.requirement import Requirement
    from muslcheck.words.resolution import BlockerKind

    Cause: TypeAlias = RequirementInformation[Term, Held]

__all__ = ["Failure", "drop", "least", "pass_over"]


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that came to nothing, and what was seen on the way.

    ``first`` are the first causes for which a release (its project first) was given up over a project; ``stranded`` the
    projects of which nothing installs, why, and whose releases were given up for it; ``ways`` lead to each project that asked for
    what could not be met.
    """

    provider: Provider
    causes: Sequence[Cause]
    first: Mapping[tuple[str, str], list[Cause]]
    stranded: Mapping[str, tuple[BlockerKind, Mapping[str, None]]]
    ways: Mapping[str, Way]
    given_up: int = 0
    """The attempts after which the search was broken off; 0 where it came to its end."""


def pass_over(failure: Failure) -> bool:
    """Have what does not install passed over from now on; False where all installs, and requirements are against each other."""
    provider = failure.provider
    settled = provider.settled
    blocked = provider.stock.blocked(failure.causes) or _blocked_on_the_way(failure)
    if blocked is not None:
        settled.stranded[blocked[0]] = blocked[1]
        return True
    for cause in failure.causes:
        if isinstance(cause.requirement, PythonAsk) and not cause.requirement.met and cause.parent is not None:
            project = cause.parent.project
            settled.pythons.add(project)
            settled.told[project] = python_in_words(cause, provider.interpreter.version)
            return True
    return False


def least(
    failure: Failure, count: int, fails: Callable[[frozenset[int]], Failure | None], *, constraints: int
) -> tuple[Failure, tuple[int, ...]] | None:
    """The failure of the smallest set of requirements that conflict, and that set; None where it cannot be told.

    ``count`` is how many requirements and constraints the manifests state, told by their positions, the constraints from
    ``constraints`` on; ``fails`` makes an attempt with some of them alone, and returns how it failed over a conflict.
    """
    attempts = (_named(failure, constraints), _leading(failure, constraints), frozenset(range(count)))
    found, kept = next(((found, tuple(sorted(each))) for each in attempts if (found := fails(each)) is not None), (None, ()))
    if found is None:
        return None
    size = len(kept) // 2
    while size:
        before = kept
        for start in reversed(range(0, len(before), size)):  # what is written later is left out first
            without = tuple(each for each in kept if each not in before[start : start + size])
            if any(each < constraints for each in without) and without != kept and (smaller := fails(frozenset(without))):
                found, kept = smaller, without
        if size == 1 and kept == before:
            break
        size = max(size // 2, 1)
    return found, kept


def drop(failure: Failure, settled: Settled, members: Sequence[Requirement] = ()) -> bool:
    """Have the least important of the requirements that are against each other dropped from now on, and say which they are.

    ``members`` are the smallest set of the manifests' requirements that conflict, empty where it could not be told.
    Returns whether there was anything to drop that was not dropped before.
    """
    provider = failure.provider
    causes = [*failure.causes]
    for each in (_clashing(provider, causes), causes, [cause for first in failure.first.values() for cause in first]):
        waived = _least_important(provider, each)
        if waived is not None and waived not in settled.waived:
            _, project = waived
            told = _against_each_other(provider, project, failure.first.get(waived, each))
            said = conflict_in_words(project, told, provider, failure.ways, members)
            if failure.given_up:
                installer = provider.offers.selection.installer.name
                said += f"; {installer} would go on with still older releases, here it was given up after {failure.given_up} attempts"
            settled.conflicts.setdefault(project, said)
            settled.rivals.setdefault(project, tuple(members))
            settled.waived.add(waived)
            return True
    return False


def _blocked_on_the_way(failure: Failure) -> tuple[str, BlockerKind] | None:
    """A project of which nothing installs, for which releases that the causes speak of were given up."""
    spoken = {cause.requirement.project for cause in failure.causes}
    spoken |= {cause.parent.project for cause in failure.causes if cause.parent}
    for project, (kind, parents) in failure.stranded.items():
        if not spoken.isdisjoint(parents):
            return project, kind
    return None


def _named(failure: Failure, constraints: int) -> frozenset[int]:
    """The manifests' requirements that the failure speaks of first: it is nearly always they that conflict."""
    provider = failure.provider
    causes = _clashing(provider, failure.causes)
    for parent in {cause.parent.project for cause in causes if cause.parent is not None}:
        causes += failure.first.get((parent, causes[0].requirement.project), [])
    found = {provider.position(cause.requirement) for cause in causes if cause.parent is None}
    for cause in causes:
        if cause.parent is not None and (way := failure.ways.get(cause.parent.project)) is not None:
            found.add(provider.position(way[0]))
    projects = {cause.requirement.project for cause in causes}
    return frozenset(found | {*_constraints_on(projects, provider, constraints)})


def _leading(failure: Failure, constraints: int) -> frozenset[int]:
    """All of the manifests' requirements that led to anything that was given up, and what holds those projects."""
    provider = failure.provider
    causes = [*failure.causes, *(cause for first in failure.first.values() for cause in first)]
    found = {provider.position(cause.requirement) for cause in causes if cause.parent is None}
    found |= {provider.position(way[0]) for way in failure.ways.values()}
    projects = {cause.requirement.project for cause in causes} | {*failure.ways}
    return frozenset(found | {*_constraints_on(projects, provider, constraints)})


def _constraints_on(projects: Iterable[str], provider: Provider, constraints: int) -> Iterator[int]:
    sources = {id(each) for project in projects for each in provider.stock.constraint(project).sources}
    return (constraints + index for index, each in enumerate(provider.stated_constraints) if id(each) in sources)


def _clashing(provider: Provider, causes: Sequence[Cause]) -> list[Cause]:
    """Of causes that cannot hold together, those on one project that are against each other; all, where none are."""
    together: dict[str, list[Cause]] = {}
    for cause in causes:
        if not isinstance(cause.requirement, PythonAsk):
            together.setdefault(cause.requirement.project, []).append(cause)
    return next((each for project, each in together.items() if _clash(provider, project, each)), [*causes])


def _against_each_other(provider: Provider, project: str, causes: Sequence[Cause]) -> list[Cause]:
    """Causes without those that nothing is lacking without: what is left is against each other. All, where they are not."""
    kept = [*causes]
    if not _clash(provider, project, kept):
        return kept
    for cause in reversed(causes):
        fewer = [each for each in kept if each is not cause]
        if _clash(provider, project, fewer):
            kept = fewer
    return kept


def _least_important(provider: Provider, causes: Collection[Cause]) -> tuple[str, str] | None:
    """Who asks for which project in the requirement that is dropped first; None where all were dropped already.

    Requirements of the manifests are kept before those of releases, those written first before those written later; a
    constraint falls where it is against a manifest's requirement alone.
    """
    droppable = [cause for cause in causes if _is_droppable(provider, cause)]
    dependents = [cause for cause in droppable if cause.parent is not None]
    if dependents:
        return _who(provider, dependents[-1]), dependents[-1].requirement.project
    constrained = sorted({cause.requirement.project for cause in causes if provider.stock.constraint(cause.requirement.project).sources})
    if constrained and len({_who(provider, cause) for cause in droppable}) <= 1:
        return CONSTRAINED, constrained[0]
    if droppable:
        chosen = max(droppable, key=lambda cause: provider.position(cause.requirement))
        return _who(provider, chosen), chosen.requirement.project
    return None


def _is_droppable(provider: Provider, cause: Cause) -> bool:
    """Whether it is somebody's requirement, and was not dropped before; extras always require their own project."""
    requirement, parent = cause.requirement, cause.parent
    if isinstance(requirement, PythonAsk) or (
        isinstance(requirement, Exactly) and parent is not None and parent.project == requirement.project
    ):
        return False
    return (_who(provider, cause), requirement.project) not in provider.settled.waived


def _clash(provider: Provider, project: str, causes: Sequence[Cause]) -> bool:
    """Whether the requirements of one project are against each other, whatever else there is."""
    asks = [cause.requirement for cause in causes if isinstance(cause.requirement, Ask)]
    exact = {id(cause.requirement.candidate.base) for cause in causes if isinstance(cause.requirement, Exactly)}
    if exact:
        bases = [cause.requirement.candidate for cause in causes if isinstance(cause.requirement, Exactly)]
        return len(exact) > 1 or not all(ask.specifier.contains(base.version or "0", prereleases=True) for ask in asks for base in bases)
    return next(provider.stock.allowed(project, provider.stock.wish(asks, provider.stock.constraint(project))), None) is None


def _who(provider: Provider, cause: Cause) -> str:
    return cause.parent.project if cause.parent is not None else f"#{provider.position(cause.requirement)}"
