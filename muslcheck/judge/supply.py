"""What a Dockerfile adds with ``apk add``, held against what the packages need: what is missing, what serves nothing here."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from muslcheck.alpine.apk import brought_by, in_image, runtime_of
from muslcheck.alpine.tables import Table
from muslcheck.words.supply import Supply
from muslcheck.words.verdict import Outcome, Strength

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from muslcheck.alpine.apkindex import ApkIndex
    from muslcheck.words.supply import AddedApk
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import Verdict

__all__ = ["supply"]


def supply(added: AddedApk, verdicts: Iterable[Verdict], target: Target, offered: ApkIndex | None = None) -> Supply:
    """How far the packages that a Dockerfile adds do for these verdicts on one target; ``offered`` knows what brings what exactly.

    Judged is what Python packages need. What other commands of the Dockerfile need is not known here.
    """
    brings = _Brings(target, offered)
    building = [name for name, _ in added.building]
    there = brings.all(building) | in_image(target)
    building_any = [verdict for verdict in verdicts if verdict.apk_in_all.build and verdict.outcome is not Outcome.FAIL]
    needs = {verdict.name: frozenset(verdict.apk_in_all.build) for verdict in building_any}
    absent = {name: needed - there for name, needed in sorted(needs.items())}
    doubtful = {verdict.name: _doubtful(verdict) for verdict in building_any}
    lacking = {name: names - doubtful[name] for name, names in absent.items() if names - doubtful[name]}
    perhaps = {name: names & doubtful[name] for name, names in absent.items() if names & doubtful[name]}
    needed: frozenset[str] = frozenset().union(*needs.values())
    met: frozenset[str] = frozenset().union(*(names for package, names in needs.items() if package not in lacking))
    asked_for = brings.all(needed)
    tools = sorted(name for name in building if brings.is_tool(name))
    serving = {name: brings.all([name]) for name in tools}
    useful = {name for name in tools if serving[name] & needed or name in asked_for}
    run = {name for verdict in verdicts if verdict.outcome is not Outcome.FAIL for name in verdict.apk.runtime}
    kept = brings.all(added.kept) | in_image(target)
    return Supply(
        target,
        added,
        there=tuple(tools),
        missing=tuple(sorted(frozenset().union(*lacking.values()))),
        lacking=_listed(lacking),
        perhaps=_listed(perhaps),
        idle=tuple(name for name in tools if name in useful and not serving[name] & met and name not in brings.all(met)),
        unneeded=tuple(name for name in tools if name not in useful),
        left_out=tuple(sorted(run - kept)) if added.complete else (),
    )


def _doubtful(verdict: Verdict) -> frozenset[str]:
    """What a package may need, as far as nothing stronger is known: hints alone speak for it."""
    hinted = {name for evidence in verdict.evidence if evidence.strength is Strength.HINT for name in evidence.apk}
    return frozenset(hinted - {name for evidence in verdict.evidence if evidence.strength is not Strength.HINT for name in evidence.apk})


def _listed(by_package: Mapping[str, frozenset[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((package, tuple(sorted(names))) for package, names in by_package.items())


class _Brings:
    """Which packages come along with others on one target."""

    def __init__(self, target: Target, offered: ApkIndex | None) -> None:
        self._release = target.release
        self._offered = offered

    def all(self, names: Iterable[str]) -> frozenset[str]:
        """The packages of these names, with all that they are known to bring."""
        found: set[str] = set()
        ahead = [*names]
        while ahead:
            name = ahead.pop()
            if name not in found:
                found.add(name)
                ahead += self._next(name)
        return frozenset(found)

    def _next(self, name: str) -> Iterable[str]:
        if self._offered is not None:
            provider = self._offered.provider(name)
            return {*([provider] if provider else []), *self._offered.brings(provider or name)}
        return {*_bundles().get(name, ()), *brought_by(name, self._release), *runtime_of(name, self._release)}

    @staticmethod
    def is_tool(name: str) -> bool:
        """Whether a package is there to build with."""
        return name.endswith("-dev") or name in _bundles() or name in _tools()


@cache
def _bundles() -> dict[str, tuple[str, ...]]:
    brings: dict[str, list[str]] = Table.load("bundles").values["brings"]
    return {name: tuple(others) for name, others in brings.items()}


@cache
def _tools() -> frozenset[str]:
    names: list[str] = Table.load("bundles").values["tools"]["names"]
    return frozenset(names)
