"""pip's provider for resolvelib: what is tried, in which order, and what it requires.

After pip 26.3's ``resolution/resolvelib/provider.py`` and ``factory.py``. Two things differ, and
neither changes an answer. What the catalogue lacks is taken to require nothing, is noted, and the run goes on, so that one
run names all that is lacking; its result then counts for nothing. And what earlier runs found to be in pip's way may be
passed over (:mod:`~muslcheck.resolver.settled`), so that the rest is seen, too. What may be held is in :mod:`~muslcheck.resolver.stock`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote, urlsplit

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from resolvelib import AbstractProvider

from muslcheck.resolver.pythons import python_in
from muslcheck.resolver.select import ANY, Wish, both, version_of, wish_of
from muslcheck.resolver.stock import Constraint, Stock
from muslcheck.resolver.terms import PYTHON, Ask, Base, Exactly, Interpreter, PythonAsk
from muslcheck.words.release import Unread
from muslcheck.words.requirement import Origin, Requirement, Selection, Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from resolvelib.structs import RequirementInformation

    from muslcheck.resolver.catalogue import Catalogue
    from muslcheck.resolver.requires import Need
    from muslcheck.resolver.select import Offers
    from muslcheck.resolver.settled import Settled
    from muslcheck.resolver.terms import Held, Term
    from muslcheck.words.resolution import Installed

    _Base: TypeAlias = AbstractProvider[Term, Held, str]
    Cause: TypeAlias = RequirementInformation[Term, Held]
    _Candidates: TypeAlias = Sequence[Held]
else:
    _Base = AbstractProvider
    _Candidates = Sequence

__all__ = ["Provider"]

_PROMOTED_AFTER = 5
"""Conflicts after which an unpinned project is tried before others (pip's ``_CONFLICT_PRIORITY_THRESHOLD``)."""


class Provider(_Base):
    """One run's view of the catalogue.

    ``left_out``: the positions of requirements, and of constraints (counted on from the last requirement), that do not count.
    """

    def __init__(
        self,
        requirements: Sequence[Requirement],
        constraints: Sequence[Requirement],
        catalogue: Catalogue,
        *,
        offers: Offers,
        twins: Offers,
        settled: Settled,
        left_out: Collection[int] = (),
        installed: Installed | None = None,
    ) -> None:
        self.offers = offers
        self.settled = settled
        self.interpreter = Interpreter(version_of(version_of(offers.target.python_full).base_version))
        self._selection: Selection = offers.selection
        self._asks: dict[tuple[int, str], list[Term]] = {}
        self._dependencies: dict[int, list[Term]] = {}
        self._matches: dict[tuple[str, frozenset[str], Wish, frozenset[int]], _Matches] = {}
        self._pythons: dict[str, PythonAsk] = {}
        self._conflicts: defaultdict[str, int] = defaultdict(int)
        self._promoted: set[str] = set()
        self._order: dict[str, int] = {}
        self._positions: dict[int, int] = {}
        self._left_out = left_out
        self._requirements = requirements
        self.stated_constraints = constraints
        self.stock = Stock(self._constraints(constraints, len(requirements)), catalogue, offers, twins, settled, installed=installed)

    # What resolvelib asks.

    def identify(self, requirement_or_candidate: Term | Held) -> str:
        """What it is about: a project, or a project with extras."""
        return requirement_or_candidate.name

    def get_preference(
        self,
        identifier: str,
        resolutions: Mapping[str, Held],  # noqa: ARG002
        candidates: Mapping[str, Iterator[Held]],  # noqa: ARG002
        information: Mapping[str, Iterator[Cause]],
        backtrack_causes: Sequence[Cause],  # noqa: ARG002
    ) -> tuple[object, ...]:
        """The order is pip's: promoted, direct, pinned, bounded above, as the user wrote them, specified at all, by name."""
        requirements = [each.requirement for each in information[identifier]]
        operators = [each for requirement in requirements for each in requirement.operators if isinstance(requirement, Ask)]
        return (
            identifier not in self._promoted,
            not any(isinstance(requirement, Exactly) for requirement in requirements),
            not any(operator[:2] == "==" and "*" not in version for operator, version in operators),
            not any(operator in ("<", "<=", "~=") or (operator == "==" and "*" in version) for operator, version in operators),
            self._order.get(identifier, math.inf),
            not operators,
            identifier,
        )

    def narrow_requirement_selection(
        self,
        identifiers: Iterable[str],
        resolutions: Mapping[str, Held],
        candidates: Mapping[str, Iterator[Held]],  # noqa: ARG002
        information: Mapping[str, Iterator[Cause]],  # noqa: ARG002
        backtrack_causes: Sequence[Cause],
    ) -> Iterable[str]:
        """The interpreter alone, else what the last conflict was about, else what is in conflicts again and again."""
        involved = set()
        for cause in backtrack_causes:
            names = [cause.requirement.name] if cause.parent is None else [cause.requirement.name, cause.parent.name]
            for name in names:
                involved.add(name)
                if name not in resolutions:
                    self._conflicts[name] += 1
                    if self._conflicts[name] >= _PROMOTED_AFTER:
                        self._promoted.add(name)
        identifiers = list(identifiers)
        if PYTHON in identifiers:
            return [PYTHON]
        causes = [name for name in identifiers if name in involved]
        return causes or [name for name in identifiers if name in self._promoted] or identifiers

    def is_promoted(self, identifier: str) -> bool:
        """Whether it was in so many conflicts that it goes before others."""
        return identifier in self._promoted

    def find_matches(
        self, identifier: str, requirements: Mapping[str, Iterator[Term]], incompatibilities: Mapping[str, Iterator[Held]]
    ) -> Iterable[Held]:
        """The candidates for all requirements together, best first, without those known not to work."""
        own = list(requirements[identifier])
        excluded = {id(candidate) for candidate in incompatibilities[identifier]}
        if identifier == PYTHON:
            met = all(each.satisfied_by(self.interpreter) for each in own)
            return [self.interpreter] if met and id(self.interpreter) not in excluded else []
        project, bracket, listed = identifier.partition("[")
        extras = frozenset(listed[:-1].split(",")) if bracket else frozenset()
        asks = [each for each in own if isinstance(each, Ask)]
        explicit: dict[int, Held] = {id(each.candidate): each.candidate for each in own if isinstance(each, Exactly)}
        if extras and project in requirements:
            for each in requirements[project]:
                if isinstance(each, Ask):
                    asks.append(each)
                elif isinstance(each, Exactly):
                    extended = self.stock.extended(each.candidate.base, extras)
                    explicit[id(extended)] = extended
        constraint = self.stock.constraint(project)
        if asks:
            for link in constraint.links:
                base = self.stock.direct(link)
                if base is None or base.stranded is not None:
                    return []
                linked = self.stock.extended(base, extras) if extras else base
                explicit[id(linked)] = linked
        if explicit:
            return [
                candidate
                for candidate in explicit.values()
                if id(candidate) not in excluded
                and self.stock.held_to(candidate, constraint)
                and all(each.satisfied_by(candidate) for each in own)
            ]
        return self._matching(project, extras, self.stock.wish(asks, constraint), excluded) if asks else []

    def _matching(self, project: str, extras: frozenset[str], wish: Wish, excluded: set[int]) -> _Matches:
        """The candidates for a wish, made once."""
        self.stock.lacks.streams[project] = wish
        key = (project, extras, wish, frozenset(excluded))
        known = self._matches.get(key)
        if known is None:
            known = self._matches[key] = _Matches(self.stock, project, extras, wish, excluded)
        return known

    def is_satisfied_by(self, requirement: Term, candidate: Held) -> bool:
        """Whether a candidate meets a requirement."""
        return requirement.satisfied_by(candidate)

    def get_dependencies(self, candidate: Held) -> list[Term]:
        """What a candidate requires: its Python first, as pip has it, so that a misfit is known before anything else."""
        known = self._dependencies.get(id(candidate))
        if known is None:
            self.stock.lacks.note_read(candidate)
            known = self._dependencies[id(candidate)] = list(self._required_by(candidate))
        return known

    def position(self, requirement: Term) -> int:
        """Which of the manifests' requirements it comes from, counted from 0."""
        return self._positions[id(requirement)]

    def _counts(self, position: int, each: Requirement) -> bool:
        return position not in self._left_out and (each.marker is None or self.offers.conditions.hold(str(each.marker)))

    def _constraints(self, constraints: Sequence[Requirement], first: int) -> dict[str, Constraint]:
        found: dict[str, Constraint] = {}
        for position, each in enumerate(constraints, first):
            if not self._counts(position, each):
                continue
            known = found.get(each.name, Constraint())
            links = known.links if each.source is Source.INDEX else (*known.links, each)
            found[each.name] = Constraint(both(known.wish, self.offers.wish(each)), links, (*known.sources, each))
        return found

    @cached_property
    def roots(self) -> list[Term]:
        """The manifests' requirements as pip collects them: those with extras last, otherwise as written."""
        roots: list[Term] = []
        for index, each in enumerate(self._requirements):
            if not self._counts(index, each):
                continue
            if each.source is not Source.INDEX:
                terms = self._referred(each, f"#{index}", each)
            else:
                waived = (f"#{index}", each.name) in self.settled.waived
                wish = ANY if waived else self.offers.wish(each)
                terms = _asks(each.name, each.extras, wish, each.text, each)
            if terms:
                self._order.setdefault(terms[0].name, index)
            self._positions.update((id(term), index) for term in terms)
            roots += terms
        return sorted(roots, key=lambda term: term.name != term.project)

    def _required_by(self, candidate: Held) -> Iterator[Term]:
        if isinstance(candidate, Interpreter):
            return
        base = candidate.base
        if isinstance(candidate, Base) and base.version is not None:
            self.stock.lacks.tried[base.project].setdefault(str(base.version), base.version)
        else:
            yield Exactly(base)
        found = self.stock.metadata(candidate)
        if found is None:
            if base.file is not None:
                self.stock.lacks.files[base.file.url] = base
            return
        if isinstance(found, Unread):
            return
        if isinstance(candidate, Base) and found.requires_python and not self._overlooks_python(base):
            python = self._python(found.requires_python)
            if python is not None:
                yield python
        if not self._selection.no_deps:
            for need in self.offers.needs(found, frozenset(candidate.extras)) or ():
                yield from self._terms(need, base)

    def _overlooks_python(self, base: Base) -> bool:
        return (
            self._selection.ignore_requires_python
            or base.stranded is not None
            or base.installed is not None
            or base.project in self.settled.pythons
        )

    def _python(self, text: str) -> PythonAsk | None:
        """A release's Requires-Python; an invalid one is no limit."""
        found = self._pythons.get(text)
        if found is None:
            try:
                specifier = SpecifierSet(text)
                met = python_in(specifier, self.interpreter.version, caps=self._selection.installer.heeds_python_caps)
                found = self._pythons[text] = PythonAsk(specifier, met=met)
            except InvalidSpecifier:
                return None
        return found

    def _terms(self, need: Need, parent: Base) -> list[Term]:
        found = self._asks.get((id(need), parent.project))
        if found is None:
            if need.url is not None:
                found = self._referred(_reference(need, parent), parent.project, None)
            else:
                waived = (parent.project, need.name) in self.settled.waived
                found = _asks(need.name, need.extras, ANY if waived else wish_of(need), need.plain)
            self._asks[id(need), parent.project] = found
        return found

    def _referred(self, reference: Requirement, who: str, root: Requirement | None) -> list[Term]:
        """The requirement of exactly what a direct reference leads to, and of its extras."""
        base = self.stock.direct(reference)
        if base is None or (who, base.project) in self.settled.waived:
            return []
        terms: list[Term] = [Exactly(base, reference.text, root)]
        if reference.extras:
            terms.append(Exactly(self.stock.extended(base, frozenset(reference.extras)), reference.text, root))
        return terms


class _Matches(_Candidates):
    """Candidates made as they are looked at; true where there is one (pip's ``FoundCandidates``)."""

    def __init__(self, stock: Stock, project: str, extras: frozenset[str], wish: Wish, excluded: set[int]) -> None:
        self._stock = stock
        self._project = project
        self._extras = extras
        self._wish = wish
        self._excluded = excluded
        self._any: bool | None = None

    def __iter__(self) -> Iterator[Held]:
        for base in self._stock.allowed(self._project, self._wish):
            candidate: Held = self._stock.extended(base, self._extras) if self._extras else base
            if id(candidate) not in self._excluded:
                yield candidate

    def __bool__(self) -> bool:
        if self._any is None:
            first = next(iter(self), None)
            self._any = first is not None
            if first is not None:
                self._stock.lacks.note_first(first)
        return self._any

    def __len__(self) -> int:  # resolvelib takes what is a Sequence, and never asks for its length
        raise NotImplementedError

    def __getitem__(self, index: object) -> Any:  # noqa: ANN401  # the type of Sequence, for a call that never comes
        raise NotImplementedError


def _asks(name: str, extras: Collection[str], wish: Wish, text: str, root: Requirement | None = None) -> list[Term]:
    """One requirement as pip has it: with extras and a specifier it is two, so that the specifier counts for the project, too."""
    with_extras = Ask(name, frozenset(extras), wish, text, root)
    if not extras or not with_extras.operators:
        return [with_extras]
    return [Ask(name, frozenset(), wish, text, root), with_extras]


def _reference(need: Need, parent: Base) -> Requirement:
    """A direct reference among a release's requirements, as if it had been written."""
    url = need.url or ""
    scheme = urlsplit(url).scheme
    source = Source.VCS if scheme.partition("+")[0] in ("git", "hg", "svn", "bzr") else Source.ARCHIVE
    inside = next((part.partition("=")[2] for part in urlsplit(url).fragment.split("&") if part.startswith("subdirectory=")), "")
    return Requirement(
        need.name, need.plain, Origin(str(parent)), extras=need.extras, source=source, location=url, subdirectory=unquote(inside)
    )
