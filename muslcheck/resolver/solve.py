"""Requirements and a catalogue in; a resolution, or what is still wanted, out.

The first attempt is pip's. Where pip would stop, it is found out what stands in its way, that is passed over and kept for
the answer, and the next attempt is made, until one comes to an end: so one run shows everything that is in the way.

One thing is bounded that pip does not bound. Where a requirement of a release can never be met on the target, pip goes on
to try every older release, which takes the metadata of each. It is followed for :data:`_MOST_HOPELESS` releases, or for
:data:`_MOST_DEAD_ENDS` where there is more hope; then the newest is kept, with what it requires marked as missing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from resolvelib import BaseReporter, RequirementsConflicted, ResolutionImpossible
from resolvelib.resolvers import Criterion
from resolvelib.resolvers import Resolution as Search
from resolvelib.structs import RequirementInformation

from muslcheck.errors import ResolutionFailed
from muslcheck.resolver.alike import Found, compare, is_anywhere, may_share, nearest
from muslcheck.resolver.answer import answer, chains_of, nodes_of
from muslcheck.resolver.lacks import Lacks
from muslcheck.resolver.obstacles import Failure, drop, least, pass_over
from muslcheck.resolver.provider import Provider
from muslcheck.resolver.select import offers_for
from muslcheck.resolver.settled import Settled
from muslcheck.resolver.terms import PYTHON
from muslcheck.words.resolution import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from resolvelib.providers import Preference

    from muslcheck.resolver.answer import Node, Told
    from muslcheck.resolver.catalogue import Catalogue
    from muslcheck.resolver.select import Offers, Wish
    from muslcheck.resolver.terms import Held, Term, Way
    from muslcheck.words.requirement import Requirement, Selection
    from muslcheck.words.resolution import BlockerKind, Installed, Resolution
    from muslcheck.words.target import Target

    _Reporter: TypeAlias = BaseReporter[Term, Held, str]
    _Resolution: TypeAlias = Search[Term, Held, str]
    Cause: TypeAlias = RequirementInformation[Term, Held]
else:
    _Reporter = BaseReporter
    _Resolution = Search

__all__ = ["resolve"]

_PIPS_ROUNDS = 200_000
"""Pins that pip makes before it gives up. resolvelib goes by it, too, when it decides how long to search in leaps."""

_MOST_KEPT = 40_000
"""Sets of requirements on one project that an attempt remembers having put together."""

_MOST_ROUNDS = 4_000
"""Pins that one attempt makes here."""

_ON_WITHOUT = 300
"""Pins that an attempt goes on making once something is lacking: to learn what else is. What lies beyond may never be come to."""

_MOST_IN_ALL = 12_000
"""Pins that all attempts at one resolution make together."""

_OFTEN = 3
"""Times that a resolution comes back for what it lacks before more is asked for than its attempts have come to."""

_MOST_WASTED = 20_000
"""Pins of attempts that were made anew for what they lacked, after which a resolution makes do with what is known."""

_EACH_AFTER = 500
"""Pins that each further attempt makes once that many were made."""

_MOST_ATTEMPTS = 200
"""Things in pip's way that are passed over before giving up."""

_MOST_PROBED = 2_000
"""Pins that are made in one resolution to find the smallest sets of requirements that conflict."""

_MOST_IN_A_PROBE = 500
"""Pins for one of the attempts at that."""

_MOST_DEAD_ENDS = (250, 500)
"""Releases that are given up over one project of which nothing installs for what is asked, before that project is passed over instead,
and how often any of them is given up. Another release of the project installs, so an older dependent may ask for that."""

_MOST_HOPELESS = (60, 240)
"""The same for a project of which no release installs, whatever is asked: the dependents would have to do without it."""

_MOST_VERSIONS = 250
"""Releases of one project that are tried in a conflict before it is called one. pip goes on to the last."""


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
    """Choose as pip 26.3 would on the target; ``twin`` is the glibc target of the same Python and architecture, for comparison.

    ``installed`` is what is there before, and kept where it will do: the answer names it apart.
    ``tell`` hears of each release that is tried once the search had to go back, and how many were tried so far.

    Pure: nothing is asked of anybody but the catalogue, and the same catalogue gives the same answer. What the catalogue
    lacks is returned as :class:`Wanted`; call again when it was added. Raises :class:`ResolutionFailed` where more stands
    in the way than is sensible to pass over.
    """
    offers, twins = offers_for(catalogue, target, selection), offers_for(catalogue, twin, selection)
    others = _found_so_far(requirements, constraints, offers, twins, catalogue, installed)
    asked = (*requirements, *constraints)
    for found in nearest(others or (), offers, twins):
        alike = compare(found, asked, offers, twins, catalogue, installed)
        if isinstance(alike, Wanted):
            return alike
        if alike is not None:
            provider = Provider(
                requirements, constraints, catalogue, offers=offers, twins=twins, settled=found.settled, installed=installed
            )
            provider.stock.refused = found.refused
            told = {**alike.told}
            resolution = answer(alike.nodes, alike.chains, provider, twins, told)
            if others is None or alike.pythons == found.pythons:
                return resolution
            others.append(alike.telling(told, found))
            return replace(resolution, anywhere=is_anywhere(others[-1], asked))
    question = _Question(requirements, constraints, catalogue, offers, twins, tell, installed)
    found_here = _beyond(question) or _search(question)
    if isinstance(found_here, Wanted):
        return found_here
    provider, nodes, chains = found_here
    told_here: dict[str, Told] = {}
    resolution = answer(nodes, chains, provider, twins, told_here)
    if others is None:
        return resolution
    others.append(Found.of(provider, twins, nodes, chains, told_here))
    return replace(resolution, anywhere=is_anywhere(others[-1], asked))


def _found_so_far(  # noqa: PLR0917  # all that an answer depends on
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    offers: Offers,
    twins: Offers,
    catalogue: Catalogue,
    installed: Installed | None,
) -> list[Found] | None:
    """What was found for other targets that asked the same, to be added to; None where that cannot be compared."""
    target, selection = offers.target, offers.selection
    if selection.require_hashes or not may_share((*requirements, *constraints)):
        return None
    same = () if installed is None else (target.python_full, twins.target.python_full, installed.likeness)
    key = (target.free_threaded, twins.target.free_threaded, selection, *map(id, requirements), None, *map(id, constraints), *same)
    asked = (*requirements, *constraints, installed)  # kept with it, so that their ids stay theirs
    return catalogue.found.setdefault(key, (asked, []))[1]


@dataclass(frozen=True, slots=True)
class _Question:
    """What is to be resolved."""

    requirements: Sequence[Requirement]
    constraints: Sequence[Requirement]
    catalogue: Catalogue
    offers: Offers
    twins: Offers
    tell: Callable[[str, int], None] | None
    installed: Installed | None = None

    def provider(self, settled: Settled, left_out: Collection[int] = ()) -> Provider:
        """A provider for one attempt, without the requirements and constraints at some positions."""
        return Provider(
            self.requirements,
            self.constraints,
            self.catalogue,
            offers=self.offers,
            twins=self.twins,
            settled=settled,
            left_out=left_out,
            installed=self.installed,
        )


def _search(question: _Question) -> tuple[Provider, dict[str, Node], dict[str, tuple[str, ...]]] | Wanted:
    """Try until an attempt comes to an end: the provider of that one, what it holds, and the way to each."""
    settled = _settled_so_far(question)
    for _ in range(_MOST_ATTEMPTS):
        before = (settled.pins, settled.attempts)
        provider = question.provider(settled)
        search = _Search(provider, settled, question.tell)
        try:
            state = search.resolve(provider.roots, max_rounds=_PIPS_ROUNDS)
        except _Stranded as stop:
            if lacking := _lacking(provider, before, wholly=True):
                return lacking
            settled.looked_at(provider.stock)
            settled.stranded |= stop.projects
            settled.bounded |= stop.bounded
        except _Lacking:
            return _lacking(provider, before)
        except (_Endless, ResolutionImpossible) as stop:
            if settled.wasted <= _MOST_WASTED and (lacking := _lacking(provider, before, wholly=True)):
                return lacking
            settled.pins = min(settled.pins, _MOST_IN_ALL - _EACH_AFTER)
            settled.looked_at(provider.stock)
            failure = search.failure(stop.causes, given_up=isinstance(stop, _Endless))
            if not pass_over(failure):
                _drop(failure, question, settled)
        else:
            if lacking := _lacking(provider, before):
                return lacking
            settled.looked_at(provider.stock)
            nodes = nodes_of(state, provider)
            return provider, nodes, chains_of(nodes)
    raise ResolutionFailed(
        f"more than {_MOST_ATTEMPTS} requirements stand in the way on {question.offers.target.id}",
        tuple(sorted({*settled.stranded, *settled.conflicts})),
        "Resolve the requirements with pip on any platform first.",
    )


def _beyond(question: _Question) -> Wanted:
    """What the releases that were read just now lead to, where the search has come back often: each time costs the way to there again."""
    settled = _settled_so_far(question)
    if settled.returns <= _OFTEN:
        return Wanted()
    more = Lacks(question.catalogue, question.offers).beyond(settled.asked)
    settled.asked = settled.asked | more.metadata if more.projects else more.metadata
    return more


def _lacking(provider: Provider, before: tuple[int, int], *, wholly: bool = False) -> Wanted:
    """What an attempt lacks. It is made anew with that, so its pins do not count: much or little known beforehand, the answer is one.

    ``before`` are the pins and attempts that there were when it began.
    """
    settled = provider.settled
    found = provider.stock.lacks.wanted(wholly=wholly, often=settled.returns)
    if found:
        settled.wasted += settled.attempts - before[1]
        settled.pins = before[0] if settled.wasted <= _MOST_WASTED else settled.pins
        settled.returns += 1
        settled.asked = found.metadata
    return found


def _drop(failure: Failure, question: _Question, settled: Settled) -> None:
    """Requirements are against each other: find the fewest of them that are, and drop one.

    They are looked for with nothing passed over, so that what is told is true by itself. What only comes to light once
    something else is passed over is told by what was seen then.
    """
    asked = [*question.requirements, *question.constraints]

    def fewest(begin: Settled) -> tuple[Failure, tuple[int, ...]] | None:
        def fails(kept: frozenset[int]) -> Failure | None:
            return _probe(question, begin, settled, {*range(len(asked))} - kept)

        return least(failure, len(asked), fails, constraints=len(question.requirements))

    found = fewest(Settled())
    if found is not None:
        smaller, places = found
        members = tuple(asked[each] for each in places)
        if members not in settled.rivals.values() and drop(smaller, settled, members):
            return
    found = fewest(settled) if settled.waived or settled.stranded or settled.pythons else None
    if found is not None and drop(found[0], settled):
        return
    if not drop(failure, settled):
        told = tuple(sorted(settled.conflicts))
        raise ResolutionFailed("requirements that cannot hold together, and none that could be left out", told)


def _probe(question: _Question, begin: Settled, settled: Settled, left_out: Collection[int]) -> Failure | None:
    """How an attempt without some requirements fails over a conflict; None where it does not, or where that cannot be told.

    ``begin``: what is passed over from the beginning. What the catalogue lacks is taken to require nothing, so a conflict is
    one whatever is lacking.
    """
    for_this = min(_MOST_IN_A_PROBE, _MOST_PROBED - settled.probed)
    apart = begin.apart(_MOST_IN_ALL - for_this)
    try:
        for _ in range(_MOST_ATTEMPTS if for_this > 0 else 0):
            provider = question.provider(apart, left_out)
            search = _Search(provider, settled, question.tell)
            try:
                search.resolve(provider.roots, max_rounds=_PIPS_ROUNDS)
            except _Stranded as stop:
                apart.stranded |= stop.projects
            except ResolutionImpossible as stop:
                failure = search.failure(stop.causes)
                if not pass_over(failure):
                    return failure
            except (_Lacking, _Endless):
                break
            else:
                break
    finally:
        settled.probed += apart.pins - (_MOST_IN_ALL - for_this)
    return None


def _settled_so_far(question: _Question) -> Settled:
    """What earlier calls for the same resolution found to be in the way.

    It was found in attempts that lacked nothing, so they would end the same way again: the catalogue only grows.
    """
    requirements, constraints = question.requirements, question.constraints
    key = (id(question.offers), id(question.twins), id(question.installed), *map(id, requirements), *map(id, constraints))
    known = question.catalogue.settled.get(key)
    if known is None:  # they are kept with it, so that their ids stay theirs
        known = question.catalogue.settled[key] = ((*requirements, *constraints, question.installed), Settled())
    return known[1]


class _Stranded(Exception):
    """Projects of which nothing installs are to be passed over from now on; ``bounded``: the search went back and back over them."""

    def __init__(self, projects: dict[str, BlockerKind], bounded: dict[str, set[str]]) -> None:
        super().__init__(projects, bounded)
        self.projects = projects
        self.bounded = bounded


class _Endless(Exception):
    """The search went back through more releases than is sensible."""

    def __init__(self, causes: Collection[Cause]) -> None:
        super().__init__(causes)
        self.causes = causes


class _Lacking(Exception):
    """Too much depends on what is not known yet."""


class _Added(NamedTuple):
    """What a requirement made of what was asked of a project before, and whether nothing is left to be held for it."""

    criterion: Criterion[Term, Held]
    fails: bool
    wish: Wish | None
    of_parents: dict[int, Criterion[Term, Held]]
    of: tuple[object, ...]


class _Search(_Resolution):
    """resolvelib's search, remembering what it would work out again each round: a criterion never changes once it is made."""

    def __init__(self, provider: Provider, counted: Settled, tell: Callable[[str, int], None] | None) -> None:
        self._watch = _Watch(provider, self, counted, tell)
        self._counted = counted
        super().__init__(provider, self._watch)
        self._provider = provider
        self._added: dict[tuple[int, int, int], _Added] = {}
        self._satisfied: dict[Criterion[Term, Held], Held] = {}
        self._preferences: dict[tuple[int, bool], tuple[Criterion[Term, Held], Preference]] = {}

    def failure(self, causes: Collection[Cause], *, given_up: bool = False) -> Failure:
        """How it failed: at its end, or as it was given up."""
        watch = self._watch
        attempts = self._counted.attempts - self._counted.wasted if given_up else 0
        return Failure(self._provider, [*causes] or self._unsettled(), watch.first, watch.stranded, watch.ways, attempts)

    def way_to(self, project: str) -> Way | None:
        """How a project comes to be held now: by what a manifest requires, through others. The shortest way."""
        criteria = self.state.criteria
        ways: dict[str, tuple[str, ...]] = {project: ()}
        for name in (rest := [project]):
            through = ways[name]
            for identity in (name, *(each for each in criteria if each.startswith(f"{name}["))):
                for cause in criteria[identity].information if identity in criteria else ():
                    if cause.parent is None:
                        return cause.requirement, (*through, name)[::-1]
                    if cause.parent.project not in ways:
                        ways[cause.parent.project] = (*through, name)
                        rest.append(cause.parent.project)
        return None

    def _unsettled(self) -> list[Cause]:
        """What is asked of the projects that it is about to choose for again."""
        return [
            cause
            for name, criterion in self.state.criteria.items()
            if name != PYTHON and not self._is_current_pin_satisfying(name, criterion)
            for cause in criterion.information
        ]

    def is_beyond(self, candidate: Held) -> bool:
        """Whether only releases that do not install ask for a candidate, so that pip never comes to it."""
        seen, names = {candidate.name}, [candidate.name]
        for name in names:
            asking = [cause.parent for cause in self.state.criteria[name].information]
            if not asking or None in asking:
                return False
            more = {parent.name for parent in asking if parent is not None and parent.base.stranded is None} - seen
            seen |= more
            names += sorted(more)
        return True

    def _add_to_criteria(self, criteria: dict[str, Criterion[Term, Held]], requirement: Term, parent: Held | None) -> None:
        """What is asked of a project and one requirement more, made once: a search that goes back comes to the same again and again."""
        before, project = criteria.get(requirement.name), None
        if requirement.name != requirement.project:  # with extras, what is asked of the project without them counts, too
            project = criteria.get(requirement.project)
        streams = self._provider.stock.lacks.streams
        known = self._added.get((id(before), id(requirement), id(project)))
        if known is None:
            try:
                super()._add_to_criteria(criteria, requirement, parent)
            except RequirementsConflicted as conflict:
                criterion, fails = conflict.criterion, True
            else:
                criterion, fails = criteria[requirement.name], False
            if len(self._added) >= _MOST_KEPT:
                self._added.clear()
            # Kept with it is what the key is made of, so that the ids stay theirs.
            known = _Added(criterion, fails, streams.get(requirement.project), {}, (before, requirement, project))
            self._added[id(before), id(requirement), id(project)] = known
        else:
            if known.wish is not None:
                streams[requirement.project] = known.wish
            criterion = known.of_parents.get(id(parent), known.criterion)
            information = [*criterion.information]
            if information[-1].parent is not parent:
                information[-1] = RequirementInformation(requirement, parent)
                criterion = Criterion(criterion.candidates, information, list(criterion.incompatibilities))
        known.of_parents[id(parent)] = criterion
        if known.fails:
            raise RequirementsConflicted(criterion)
        criteria[requirement.name] = criterion

    def _is_current_pin_satisfying(self, name: str, criterion: Criterion[Term, Held]) -> bool:
        pin = self._states[-1].mapping.get(name)
        if pin is None or self._satisfied.get(criterion) is pin:
            return pin is not None
        if name != PYTHON:  # whatever is asked of the interpreter was met as it was added, or it was not
            for each in criterion.information:
                if not each.requirement.satisfied_by(pin):
                    return False
        self._satisfied[criterion] = pin
        return True

    def _patch_criteria(self, incompatibilities_from_broken: list[tuple[str, list[Held]]]) -> bool:
        """Each candidate that is known not to work is listed once: resolvelib joins lists that hold the same, so they double each time."""
        patched = super()._patch_criteria(incompatibilities_from_broken)
        for _, several in incompatibilities_from_broken:  # the very lists that the criteria hold now
            several[:] = {id(each): each for each in several}.values()
        return patched

    def _get_preference(self, name: str) -> Preference:
        criterion = self.state.criteria[name]
        key = (id(criterion), self._provider.is_promoted(name))
        known = self._preferences.get(key)
        if known is None:
            known = self._preferences[key] = (criterion, super()._get_preference(name))
        return known[1]


class _Watch(_Reporter):
    """Follows one attempt: what releases were given up for, and what the first conflict of each pair was."""

    def __init__(self, provider: Provider, search: _Search, counted: Settled, tell: Callable[[str, int], None] | None) -> None:
        self.first: dict[tuple[str, str], list[Cause]] = {}
        self.ways: dict[str, Way] = {}
        self.stranded: dict[str, tuple[BlockerKind, dict[str, None]]] = {}
        self._provider = provider
        self._search = search
        self._counted = counted
        self._tell = tell
        self._went_back = False
        self._last: Collection[Cause] = ()
        self._given_up: defaultdict[str, set[str]] = defaultdict(set)
        self._rejections: defaultdict[str, int] = defaultdict(int)
        self._without = 0

    def starting_round(self, index: int) -> None:
        """Another pin is to be made."""
        settled = self._provider.settled
        settled.pins += 1
        if index > _MOST_ROUNDS or settled.pins > _MOST_IN_ALL:
            raise _Endless(self._last)
        self._counted.attempts += 1
        if self._provider.stock.lacks and settled.wasted <= _MOST_WASTED:
            self._without += 1
            if self._without > _ON_WITHOUT:
                raise _Lacking

    def pinning(self, candidate: Held) -> None:
        """A release is tried."""
        if self._tell is not None and self._went_back:
            self._tell(str(candidate), self._counted.attempts)

    def rejecting_candidate(self, criterion: Criterion[Term, Held], candidate: Held) -> None:
        """A candidate was given up, since what it requires cannot be met."""
        self._went_back = True
        causes = criterion.information
        for cause in causes:
            if cause.parent is not None:
                pair = (cause.parent.project, cause.requirement.project)
                if pair not in self.first:
                    self.first[pair] = list(causes)
                if cause.parent.project not in self.ways and (way := self._search.way_to(cause.parent.project)):
                    self.ways[cause.parent.project] = way
        blocked = self._provider.stock.blocked(causes)
        if blocked is not None:
            project, kind = blocked
            if candidate.base.stranded is not None or self._search.is_beyond(candidate):
                raise _Stranded(self._all_blocked(candidate) | {project: kind}, {})
            self.stranded.setdefault(project, (kind, {}))[1].setdefault(candidate.project)
            self._given_up[project].add(str(candidate))
            self._rejections[project] += 1
            releases, times = _MOST_DEAD_ENDS if self._provider.stock.installs(project) else _MOST_HOPELESS
            if len(self._given_up[project]) > releases or self._rejections[project] > times:
                raise _Stranded({project: kind}, {project: set(self.stranded[project][1])})

    def _all_blocked(self, candidate: Held) -> dict[str, BlockerKind]:
        """Everything that a release requires and that does not install. Where the release itself does not, no older one would do."""
        causes: list[Cause] = [RequirementInformation(each, candidate) for each in self._provider.get_dependencies(candidate)]
        return dict(blocked for cause in causes if (blocked := self._provider.stock.blocked([cause])) is not None)

    def resolving_conflicts(self, causes: Collection[Cause]) -> None:
        """Every candidate of a project was given up: the search goes back."""
        self._last = causes
        for cause in causes:
            for name in (cause.requirement.project, cause.parent.project if cause.parent else ""):
                if len(self._provider.stock.lacks.tried.get(name, ())) > _MOST_VERSIONS:
                    raise _Endless(causes)
