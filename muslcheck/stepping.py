"""Commands one after the other: what each finds installed, what it adds to that, and what it replaces."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from muslcheck.loading import together
from muslcheck.resolver import broken
from muslcheck.words.report import Problem
from muslcheck.words.resolution import Installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from muslcheck.loading import Loader, Loaders
    from muslcheck.words.requirement import IndexOptions, Manifest, Requirement, Selection, Step
    from muslcheck.words.resolution import Candidate
    from muslcheck.words.target import Target

__all__ = ["Command", "commands_of", "in_order", "walk_all"]

_MANY = 3
"""Releases that one command replaces, from beyond which on they are told of together."""
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Command:
    """One step, with the rules that it goes by and who loads what it lacks."""

    step: Step
    requirements: tuple[Requirement, ...]
    constraints: tuple[Requirement, ...]
    selection: Selection
    loader: Loader


async def commands_of(
    steps: Iterable[Step],
    everywhere: Sequence[Manifest],
    stated: Callable[[Sequence[Manifest]], tuple[IndexOptions, Selection]],
    loaders: Loaders,
) -> tuple[Command, ...]:
    """The steps of one manifest, each with its own options; ``everywhere`` are the constraints that hold for all of them."""
    found = []
    for step in steps:
        indexes, chosen = stated((*everywhere, step.asks))
        constraints = (*(each for manifest in everywhere for each in manifest.constraints), *step.asks.constraints)
        found.append(Command(step, chosen.rewritten(step.asks.requirements), constraints, chosen, await loaders.of(indexes)))
    return tuple(found)


async def walk_all(commands: Iterable[Command], targets: Sequence[Target]) -> None:
    """Walk the requirements of all commands, each as if nothing were installed: what they come to is loaded in the fewest round trips."""
    await together(each.loader.explore(each.requirements, each.constraints, targets, each.selection) for each in commands)


async def in_order(
    commands: Sequence[Command], target: Target, twin: Target
) -> tuple[list[tuple[Candidate, Command]], tuple[Problem, ...]]:
    """Every release that a command installs, once, with the first command that does; and what the later ones replace and break.

    The last come first: of two releases of a project the one that is left in the image stands before the other.

    A command that would stop is taken to have done all the same: what follows is judged, too.
    """
    left: list[dict[str, Candidate]] = []
    found: dict[tuple[object, ...], tuple[Candidate, Command]] = {}
    problems: dict[Problem, None] = {}
    for command in commands:
        there = _there(command.step, commands, left)
        new, kept = await _settled(command, there, target, twin)
        for candidate in kept:
            known = found.get(_key(candidate))
            if known is not None:
                found[_key(candidate)] = candidate, known[1]
        for candidate in new:
            found.setdefault(_key(candidate), (candidate, command))
        left.append({candidate.name: candidate for candidate in (*kept, *new)})
        problems.update(dict.fromkeys(_told(command, there, new, target)))
    return list(reversed(found.values())), tuple(problems)


async def _settled(
    command: Command, there: Mapping[str, Candidate], target: Target, twin: Target
) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """What a command installs, and what it leaves as it is of what it comes to."""
    loader, selection = command.loader, command.selection
    new: list[Candidate] = []
    for lock in command.step.asks.locks:
        new += (await loader.follow(lock, target, twin, selection)).candidates
    kept: tuple[Candidate, ...] = ()
    if command.requirements:
        anew = command.step.anew or not there
        installed = None if anew else Installed(there, command.step.upgrades)
        resolution = await loader.settle(command.requirements, command.constraints, target, twin, selection, installed=installed)
        new, kept = [*new, *resolution.candidates], resolution.kept
    if not command.step.anew:
        again = [each for each in new if _is_there(each, there)]
        kept = (*kept, *(_with_more(there[each.name], each) for each in again))
        new = [each for each in new if each not in again]
    return tuple(new), kept


def _there(step: Step, commands: Sequence[Command], left: Sequence[Mapping[str, Candidate]]) -> dict[str, Candidate]:
    """What is installed before a step."""
    found: dict[str, Candidate] = {}
    for number in step.after:
        found.update(left[number])
        for name in commands[number].step.removes:
            found.pop(name, None)
    return found


def _is_there(candidate: Candidate, there: Mapping[str, Candidate]) -> bool:
    """Whether pip leaves what is installed as it is, having chosen the same version of it."""
    before = there.get(candidate.name)
    return (
        before is not None
        and candidate.blocker is None
        and candidate.version is not None
        and candidate.version == before.version
        and candidate.direct == before.direct
    )


def _with_more(before: Candidate, now: Candidate) -> Candidate:
    """A candidate with what another one of the same release is asked for."""
    return replace(
        before,
        requested=before.requested or now.requested,
        required_by=tuple(sorted({*before.required_by, *now.required_by})),
        origins=tuple(dict.fromkeys([*before.origins, *now.origins])),
        asked=tuple(dict.fromkeys([*before.asked, *now.asked])),
        kin=0,
    )


def _key(candidate: Candidate) -> tuple[object, ...]:
    file = candidate.shelf.chosen
    return candidate.name, candidate.version, file.filename if file is not None else candidate.direct and candidate.direct.place


def _told(command: Command, there: Mapping[str, Candidate], new: Sequence[Candidate], target: Target) -> Iterator[Problem]:
    """What gives way to another version, and what required the former."""
    installer = command.selection.installer
    replaced = [
        (there[now.name], now) for now in new if now.name in there and now.version and there[now.name].version not in (None, now.version)
    ]
    if len(replaced) > _MANY:
        names = [f"{_release(before)} by {now.version}" for before, now in replaced]
        more = ", ..." if len(names) > _MOST_NAMED else ""
        message = f"{len(names)} releases that are there are replaced: {', '.join(names[:_MOST_NAMED])}{more}"
        yield Problem(replaced[0][1].chain[0], message, kind="note")
    else:
        for before, now in replaced:
            message = f"{_release(before)}, which {before.chain[0]} brings, is replaced by {now.version}"
            yield Problem(now.chain[0], message, kind="note")
    changed: dict[str, Candidate] = {now.name: now for now in new}
    for stays, requirement, now in broken(there, changed, target, command.selection, command.loader.catalogue):
        does = "uv says nothing of it" if installer.is_uv else "pip warns of it, and goes on"
        message = f"{_release(stays)} is installed and requires {requirement}, and now {now.name} is {now.version}: {does}"
        yield Problem(now.chain[0], message, f"Install both by one command, or hold {now.name} with a constraint (-c).")


def _release(candidate: Candidate) -> str:
    return f"{candidate.name} {candidate.version}"
