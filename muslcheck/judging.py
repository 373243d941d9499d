"""Steps 3 to 8 of the story, for one target: what is asked is settled, what no wheel covers is opened, and every candidate is judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from muslcheck.alpine.images import twin
from muslcheck.judge import Case, judge
from muslcheck.loading import together
from muslcheck.words.release import Kind, Unread
from muslcheck.words.verdict import BuildRequirement, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muslcheck.alpine.apkindex import ApkIndex
    from muslcheck.archives.facts import SdistFacts
    from muslcheck.loading import Loader
    from muslcheck.stepping import Command
    from muslcheck.words.lock import Lock
    from muslcheck.words.report import Problem
    from muslcheck.words.requirement import Requirement, Selection
    from muslcheck.words.resolution import Candidate, Resolution
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import Verdict

__all__ = ["Asked", "built", "in_steps", "locked", "required"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be resolved, for which target and by which rules; ``above`` names the builds that it is a part of.

    ``building`` constrain what builds require, and nothing else. With ``inspect`` wheels are looked into: not those of builds.
    """

    requirements: tuple[Requirement, ...]
    constraints: tuple[Requirement, ...]
    selection: Selection
    target: Target
    above: tuple[str, ...] = ()
    offered: ApkIndex | None = None
    building: tuple[Requirement, ...] = ()
    inspect: bool = False

    @property
    def for_any_machine(self) -> tuple[object, ...]:
        """What targets have in common that ask the same for an image on several machines. All that is told by its id lives on.

        Which builds it is a part of counts only where something is built.
        """
        told_by_id = map(id, (self.requirements, self.constraints, self.selection, self.offered))
        return *told_by_id, self.target.image, self.target.python_full


async def required(asked: Asked, loader: Loader) -> list[Verdict]:
    """Settle what is asked, and judge every candidate."""
    return (await _settled(asked, loader))[1]


async def _settled(asked: Asked, loader: Loader) -> tuple[Resolution, list[Verdict]]:
    resolution = await loader.settle(asked.requirements, asked.constraints, asked.target, twin(asked.target), asked.selection)
    return resolution, await together(_verdict(candidate, asked, loader) for candidate in resolution.candidates)


async def locked(lock: Lock, asked: Asked, loader: Loader) -> list[Verdict]:
    """Judge what a lock has fixed: nothing is left to settle."""
    resolution = await loader.follow(lock, asked.target, twin(asked.target), asked.selection)
    return await together(_verdict(candidate, asked, loader) for candidate in resolution.candidates)


async def in_steps(commands: Sequence[Command], asked: Asked, said: list[Problem]) -> list[Verdict]:
    """Judge what commands install one after the other, each by its own rules; what is to be said of that is added to ``said``."""
    from muslcheck.stepping import in_order

    found, problems = await in_order(commands, asked.target, twin(asked.target))
    said += problems
    rules = {id(each): replace(asked, selection=each.selection) for each in commands}
    return await together(_verdict(candidate, rules[id(command)], command.loader) for candidate, command in found)


async def built(requirements: tuple[Requirement, ...], asked: Asked, loader: Loader) -> list[Verdict]:
    """Judge what building a project itself requires: on its own, as for any build."""
    inner = replace(asked, requirements=requirements, constraints=asked.building, selection=_of_builds(asked.selection), inspect=False)
    await loader.explore_once(inner.requirements, inner.target, inner.selection)
    return await required(inner, loader)


async def _verdict(candidate: Candidate, asked: Asked, loader: Loader) -> Verdict:
    """Open what no wheel covers, and wheels where that is asked for, and judge."""
    facts: SdistFacts | Unread | None = None
    build: tuple[BuildRequirement, ...] = ()
    file = candidate.shelf.chosen
    if file is not None and file.kind is Kind.SDIST and candidate.blocker is None:
        facts = await loader.facts(file, asked.target)
        if not isinstance(facts, Unread):
            build = await _build_requirements(facts, candidate, asked, loader)
    advised = not asked.above and (file is None or file.kind is not Kind.WHEEL)  # what a build requires is judged, and nobody is advised
    others = loader.wheel_releases(candidate, asked.target, asked.selection) if advised else ()
    looked_into = asked.inspect and file is not None and file.kind is Kind.WHEEL and candidate.blocker is None
    inside = await loader.inside(file, asked.target) if looked_into and file is not None else None
    case = Case(candidate, asked.target, facts, build, alternatives=others, offered=asked.offered, inside=inside)
    return judge(case, loader.judged)


async def _build_requirements(facts: SdistFacts, candidate: Candidate, asked: Asked, loader: Loader) -> tuple[BuildRequirement, ...]:
    """Judge what a build requires as pip's isolated environment would get it (PEP 518): on its own, under constraints for builds alone."""
    if candidate.name in asked.above:  # a build that needs itself: said once, pip would stop here
        return (BuildRequirement(candidate.name, candidate.version, Outcome.UNKNOWN),)
    system = facts.build_system
    inner = replace(
        asked,
        requirements=loader.build_requirements(system.requires + system.added, system.seen_in),
        constraints=asked.building,
        selection=_of_builds(asked.selection),
        above=(*asked.above, candidate.name),
        inspect=False,
    )
    known = loader.built.get(inner.for_any_machine)
    if known is not None:
        return known
    await loader.explore_once(inner.requirements, inner.target, inner.selection)
    resolution, verdicts = await _settled(inner, loader)
    found = tuple(BuildRequirement(verdict.name, verdict.version, verdict.outcome, verdict.apk_in_all) for verdict in verdicts)
    if resolution.anywhere and all(verdict.outcome is Outcome.WHEEL for verdict in verdicts):
        loader.built[inner.for_any_machine] = found
    return found


@cache
def _of_builds(rules: Selection) -> Selection:
    """Which files a build may take: what pip hands on to the install of its isolated environment (``build_env/installer.py``)."""
    return replace(
        rules,
        all_releases=rules.all_releases if rules.installer.pre_in_builds else frozenset(),
        only_final=rules.only_final if rules.installer.pre_in_builds else frozenset(),
        ignore_requires_python=False,
        no_deps=False,
        require_hashes=False,
        overrides=(),
        excluded=frozenset(),
    )
