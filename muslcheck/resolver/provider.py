"""pip's provider for resolvelib: what is tried, in which order, and what it requires.

After pip 26.3's ``resolution/resolvelib/provider.py`` and ``factory.py``, with nothing installed. Two things differ, and
neither changes an answer. What the catalogue lacks is taken to require nothing, is noted, and the run goes on, so that one
run names all that is lacking; its result then counts for nothing. And what earlier runs found to be in pip's way may be
passed over (:class:`Settled`), so that the rest is seen, too.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote, urlsplit

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion
from resolvelib import AbstractProvider

from muslcheck.resolver.pythons import python_in
from muslcheck.resolver.select import ANY, Wish, both, version_of, wish_of
from muslcheck.resolver.shelve import is_sdist_of, place, shelve
from muslcheck.resolver.terms import PYTHON, Ask, Base, Exactly, Extended, Interpreter, PythonAsk
from muslcheck.words.release import Absent, Kind, Metadata, Misfit, Unread
from muslcheck.words.requirement import Origin, Requirement, Selection, Source
from muslcheck.words.resolution import BlockerKind, Wanted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from packaging.version import Version
    from resolvelib.structs import RequirementInformation

    from muslcheck.resolver.catalogue import Catalogue
    from muslcheck.resolver.requires import Need
    from muslcheck.resolver.select import Offer, Offers
    from muslcheck.resolver.terms import Held, Term
    from muslcheck.words.release import DistFile

    _Base: TypeAlias = AbstractProvider[Term, Held, str]
    Cause: TypeAlias = RequirementInformation[Term, Held]
    _Candidates: TypeAlias = Sequence[Held]
else:
    _Base = AbstractProvider
    _Candidates = Sequence

__all__ = ["CONSTRAINED", "Provider", "Settled", "consistent"]

_PROMOTED_AFTER = 5
"""Conflicts after which an unpinned project is tried before others (pip's ``_CONFLICT_PRIORITY_THRESHOLD``)."""

_MOST_AHEAD = 32
"""Releases of one project whose metadata is asked for at once while the search goes back through them."""

CONSTRAINED = "constraints"
"""Who asks, where it is a constraint that is passed over."""

_NOTHING = Metadata(canonicalize_name("nothing"), "")


@dataclass(slots=True)
class Settled:
    """What was found to be in pip's way, and is passed over from then on.

    ``stranded``: projects that may be held though nothing of them installs, and why. ``waived``: (who asks, project) pairs
    whose specifier is dropped; who asks is a project's name, ``#n`` for the n-th requirement of the manifests, or
    ``CONSTRAINED``. ``pythons``: projects whose metadata's Requires-Python is overlooked, ``told`` says why. ``conflicts``
    has a sentence for each project with a waiver. ``bounded``: stranded projects whose dependents were not followed to the
    last of their releases, and those dependents.
    """

    stranded: dict[str, BlockerKind] = field(default_factory=dict)
    waived: set[tuple[str, str]] = field(default_factory=set)
    pythons: set[str] = field(default_factory=set)
    told: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, str] = field(default_factory=dict)
    rivals: dict[str, tuple[Requirement, ...]] = field(default_factory=dict)
    """The manifests' requirements that conflict over a project, none of which could be spared; empty where that is not known."""
    bounded: dict[str, set[str]] = field(default_factory=dict)
    projects: set[str] = field(default_factory=set)
    """All projects of which an attempt so far chose files."""
    tried: dict[str, set[str]] = field(default_factory=dict)
    """The releases whose requirements an attempt so far read."""
    pins: int = 0
    """Pins that all attempts so far made."""

    attempts: int = 0
    """The same with those to find out what conflicts, for people: releases that were tried."""
    probed: int = 0
    """Pins that were made to find the smallest sets of requirements that conflict."""

    def apart(self, pins: int) -> Settled:
        """The same to begin with, for attempts that are no part of the search: what they find does not come back here."""
        return Settled({**self.stranded}, {*self.waived}, {*self.pythons}, {**self.told}, pins=pins)

    def looked_at(self, provider: Provider) -> None:
        """Note what an attempt looked at."""
        self.projects |= provider.looked_at()
        for project, versions in provider.tried.items():
            self.tried.setdefault(project, set()).update(versions)


@dataclass(slots=True)
class Constraint:
    """All constraints on one project (pip's ``Constraint``)."""

    wish: Wish = ANY
    links: tuple[Requirement, ...] = ()
    sources: tuple[Requirement, ...] = ()


_FREE = Constraint()


class Provider(_Base):
    """One run's view of the catalogue. ``roots`` are the requirements to begin with, in pip's order.

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
    ) -> None:
        self.catalogue = catalogue
        self.offers = offers
        self.settled = settled
        self.interpreter = Interpreter(version_of(version_of(offers.target.python_full).base_version))
        self.streams: dict[str, Wish] = {}
        self.refused: dict[str, dict[str, Unread]] = {}
        self.tried: defaultdict[str, dict[str, Version]] = defaultdict(dict)
        self._selection: Selection = offers.selection
        self._twins = twins
        self._lacking_projects: dict[str, None] = {}
        self._lacking_files: dict[str, Base] = {}
        self._unseen: dict[str, DistFile] = {}
        self._lacking_archives: dict[str, Requirement] = {}
        self._bases: dict[tuple[str, BlockerKind | None], Base] = {}
        self._extended: dict[tuple[int, frozenset[str]], Extended] = {}
        self._asks: dict[tuple[int, str], list[Term]] = {}
        self._dependencies: dict[int, list[Term]] = {}
        self._pythons: dict[str, PythonAsk] = {}
        self._blocked: dict[tuple[str, Wish], BlockerKind | None] = {}
        self._conflicts: defaultdict[str, int] = defaultdict(int)
        self._promoted: set[str] = set()
        self._order: dict[str, int] = {}
        self._positions: dict[int, int] = {}
        self._left_out = left_out
        self.stated_constraints = constraints
        self.constraints = self._constraints(constraints, len(requirements))
        self.roots = self._roots(requirements)

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
                    extended = self.extended(each.candidate.base, extras)
                    explicit[id(extended)] = extended
        constraint = self.constraint(project)
        if asks:
            for link in constraint.links:
                base = self._direct(link)
                if base is None or base.stranded is not None:
                    return []
                linked = self.extended(base, extras) if extras else base
                explicit[id(linked)] = linked
        if explicit:
            return [
                candidate
                for candidate in explicit.values()
                if id(candidate) not in excluded
                and self._constrained(candidate, constraint)
                and all(each.satisfied_by(candidate) for each in own)
            ]
        return _Matches(self, project, extras, self.wish(asks, constraint), excluded) if asks else []

    def is_satisfied_by(self, requirement: Term, candidate: Held) -> bool:
        """Whether a candidate meets a requirement."""
        return requirement.satisfied_by(candidate)

    def get_dependencies(self, candidate: Held) -> list[Term]:
        """What a candidate requires: its Python first, as pip has it, so that a misfit is known before anything else."""
        known = self._dependencies.get(id(candidate))
        if known is None:
            known = self._dependencies[id(candidate)] = list(self._required_by(candidate))
        return known

    # What the rest of the resolver asks.

    @property
    def lacks(self) -> bool:
        """Whether anything was come to that the catalogue does not hold."""
        return bool(self._lacking_projects or self._lacking_files or self._lacking_archives)

    def lacking(self, *, wholly: bool = False) -> Wanted:
        """All that the catalogue turned out to lack.

        pip reads the metadata of the first candidate for every requirement, though it may never be held. That matters where
        pip refuses it, and nothing else would do: so where the search failed (``wholly``) it is wanted in itself, otherwise
        only along with the rest.

        Where the search went back through a project's releases, it may have to go on: so the metadata of the next older
        ones is asked for with it, three times as many as were tried, and what these pin to one version.
        """
        if not (self._lacking_projects or self._lacking_files or self._lacking_archives or (wholly and self._unseen)):
            return Wanted()
        files = {base.file for base in self._lacking_files.values() if base.file is not None} | set(self._unseen.values())
        projects = set(self._lacking_projects)
        for project, tried in self.tried.items():
            if len(tried) > 1:
                self._look_ahead(project, min(_MOST_AHEAD, 3 * len(tried)), files, projects)
        return Wanted(frozenset(canonicalize_name(name) for name in projects), frozenset(files), frozenset(self._lacking_archives.values()))

    def _look_ahead(self, project: str, count: int, files: set[DistFile], projects: set[str]) -> None:
        """Add what the next releases of a project that were not tried yet would need to be known."""
        tried, wish, offer = {*self.tried[project].values()}, self.streams.get(project), self.offers.of(project)
        if wish is None or offer is None:
            return
        lacks = any(base.project == project for base in self._lacking_files.values())
        seen: set[Version] = set()
        for version, file in offer.candidates(wish):
            if version in tried or version in seen:
                continue
            if len(seen) == count:
                return
            seen.add(version)
            found = self.catalogue.metadata(file, self.offers.target)
            if found is None and lacks and file.kind is Kind.WHEEL:  # an sdist may have to be fetched whole
                files.add(file)
            elif isinstance(found, Metadata):
                for need in self.offers.needs(found) or ():
                    if need.url is None and wish_of(need).pins():
                        self._look_at(need, files, projects)

    def _look_at(self, need: Need, files: set[DistFile], projects: set[str]) -> None:
        if self.catalogue.project(need.name) is None:
            projects.add(need.name)
        offer = self.offers.of(need.name)
        first = next(offer.candidates(wish_of(need)), None) if offer is not None else None
        if first is not None and self.catalogue.metadata(first[1], self.offers.target) is None:
            files.add(first[1])

    def note_first(self, candidate: Held) -> None:
        """A candidate was found to be the first for a requirement."""
        file = candidate.base.file
        if file is not None and self.catalogue.metadata(file, self.offers.target) is None:
            self._unseen.setdefault(file.url, file)

    def looked_at(self) -> set[str]:
        """All projects of which files were chosen."""
        return {*self.streams, *(project for project, _ in self._blocked)}

    def position(self, requirement: Term) -> int:
        """Which of the manifests' requirements it comes from, counted from 0."""
        return self._positions[id(requirement)]

    def constraint(self, project: str) -> Constraint:
        """The constraints on a project, unless they are passed over."""
        found = self.constraints.get(project, _FREE)
        return found if (CONSTRAINED, project) not in self.settled.waived else _FREE

    def wish(self, asks: Iterable[Ask], constraint: Constraint) -> Wish:
        """All that is asked of a project, in one."""
        wish = constraint.wish
        for ask in asks:
            wish = both(wish, ask.wish)
        return wish

    def metadata(self, candidate: Held) -> Metadata | Unread | None:
        """What is known of a candidate's requirements; None where the catalogue lacks it."""
        if isinstance(candidate, Interpreter):
            return _NOTHING
        base = candidate.base
        if base.direct is not None and base.file is None:
            return self.catalogue.directory(base.direct) or _NOTHING
        return self.catalogue.metadata(base.file, self.offers.target) if base.file is not None else _NOTHING

    def extended(self, base: Base, extras: frozenset[str]) -> Extended:
        """A candidate with extras, one and the same for the same."""
        found = self._extended.get((id(base), extras))
        if found is None:
            found = self._extended[id(base), extras] = Extended(base, extras)
        return found

    def releases(self, project: str, wish: Wish) -> Iterator[Base]:
        """What may be held of a project, each version once, in pip's order; nothing where nothing installs.

        A version whose metadata pip refuses is passed over, a file that states another name or version makes way for the
        next of its version (pip's ``MetadataInvalid`` and ``MetadataInconsistent``).
        """
        offer = self.offers.of(project)
        if offer is None:
            if self.catalogue.project(project) is None:
                self._lacking_projects.setdefault(project)
                yield self._base(f"<{project}>", project, None, None)
            return
        seen: set[Version] = set()
        for version, file in offer.candidates(wish):
            if version in seen:
                continue
            found = self.catalogue.metadata(file, self.offers.target)
            if isinstance(found, Unread):
                if found.broken:
                    seen.add(version)
                    self.refused.setdefault(project, {})[str(version)] = found
                    continue
            elif found is not None:
                if not consistent(found, file, version):
                    continue
                if self.offers.needs(found) is None:
                    seen.add(version)
                    self.refused.setdefault(project, {})[str(version)] = Unread("a requirement in its metadata is not valid", found.seen_in)
                    continue
            seen.add(version)
            yield self._base(file.url, project, version, file)

    def installs(self, project: str) -> bool:
        """Whether any release of a project installs, whatever is asked."""
        return next(self.releases(project, ANY), None) is not None

    def allowed(self, project: str, wish: Wish) -> Iterator[Base]:
        """As :meth:`releases`; of a stranded project, where there is none, what stands in its place."""
        held = False
        for base in self.releases(project, wish):
            held = True
            yield base
        kind = self.settled.stranded.get(project)
        if held or kind is None:
            return
        if kind in (BlockerKind.NO_FILE, BlockerKind.METADATA):
            yield from self._misfits(project, wish, kind)
        else:
            yield self._base(f"<no {project}>", project, None, None, stranded=kind)

    def blocked(self, causes: Iterable[Cause]) -> tuple[str, BlockerKind] | None:
        """The project, among those that causes are about, of which nothing installs for what is asked, and why.

        Each requirement is looked at alone, then all on one project together: versions that exist and have no file are no
        conflict, no version at all for all of them together is one (and so not blocked).
        """
        together: dict[str, list[Ask]] = {}
        for cause in causes:
            if isinstance(cause.requirement, Ask):
                together.setdefault(cause.requirement.project, []).append(cause.requirement)
        for project, asks in together.items():
            for ask in asks:
                if (kind := self._blocker(project, self.wish((ask,), _FREE))) is not None:
                    return project, kind
        for project, asks in together.items():
            kind = self._blocker(project, self.wish(asks, _FREE))
            if kind is not None and kind is not BlockerKind.NO_SUCH_VERSION:
                return project, kind
        return None

    # The rest.

    def _counts(self, position: int, each: Requirement) -> bool:
        return position not in self._left_out and (each.marker is None or self.offers.conditions.hold(str(each.marker)))

    def _constraints(self, constraints: Sequence[Requirement], first: int) -> dict[str, Constraint]:
        found: dict[str, Constraint] = {}
        for position, each in enumerate(constraints, first):
            if not self._counts(position, each):
                continue
            known = found.get(each.name, _FREE)
            links = known.links if each.source is Source.INDEX else (*known.links, each)
            found[each.name] = Constraint(both(known.wish, self.offers.wish(each)), links, (*known.sources, each))
        return found

    def _roots(self, requirements: Sequence[Requirement]) -> list[Term]:
        """The manifests' requirements as pip collects them: those with extras last, otherwise as written."""
        roots: list[Term] = []
        for index, each in enumerate(requirements):
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
            self.tried[base.project].setdefault(str(base.version), base.version)
        else:
            yield Exactly(base)
        found = self.metadata(candidate)
        if found is None:
            if base.file is not None:
                self._lacking_files[base.file.url] = base
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
        return self._selection.ignore_requires_python or base.stranded is not None or base.project in self.settled.pythons

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
        base = self._direct(reference)
        if base is None or (who, base.project) in self.settled.waived:
            return []
        terms: list[Term] = [Exactly(base, reference.text, root)]
        if reference.extras:
            terms.append(Exactly(self.extended(base, frozenset(reference.extras)), reference.text, root))
        return terms

    def _direct(self, reference: Requirement) -> Base | None:
        """The candidate of a direct reference; None where its name is not known yet."""
        key = _location(reference)
        if reference.source is not Source.ARCHIVE:
            found = self.catalogue.directory(reference)
            version = found.version if isinstance(found, Metadata) else None
            name = reference.name or (found.name if isinstance(found, Metadata) and found.name else _name_in(reference))
            return self._base(key, name, _version_or_none(version), None, direct=reference)
        file = self.catalogue.archive(reference)
        if file is None:
            self._lacking_archives[reference.place] = reference
            return self._base(key, reference.name, None, None, direct=reference) if reference.name else None
        if isinstance(file, Unread):
            return self._base(key, reference.name or _name_in(reference), None, None, direct=reference)
        stranded = None if self._may_be_had(file) else BlockerKind.NO_FILE
        return self._base(key, reference.name or file.name, _version_or_none(file.version), file, stranded=stranded, direct=reference)

    def _may_be_had(self, file: DistFile) -> bool:
        """Whether the file of a direct reference may be installed: an sdist has no tags to look at, and its name may be any."""
        rules = self._selection.of_references()
        if file.kind is Kind.SDIST:
            return rules.formats.allows(file.name)[1] and is_sdist_of(rules.installer, file.filename)
        return not isinstance(place(file, self.offers.target, rules, file.name, pinned=True), Misfit)

    def _constrained(self, candidate: Held, constraint: Constraint) -> bool:
        if isinstance(candidate, Interpreter):
            return True
        for link in constraint.links:
            direct = candidate.base.direct
            if direct is None or _location(direct) != _location(link):
                return False
        return candidate.version is None or constraint.wish.specifier.contains(candidate.version, prereleases=True)

    def _base(
        self,
        key: str,
        project: str,
        version: Version | None,
        file: DistFile | None,
        *,
        stranded: BlockerKind | None = None,
        direct: Requirement | None = None,
    ) -> Base:
        found = self._bases.get((key, stranded))
        if found is None:
            found = self._bases[key, stranded] = Base(project, version, file, direct, stranded)
        return found

    def _misfits(self, project: str, wish: Wish, kind: BlockerKind) -> Iterator[Base]:
        """Releases that do not install: those that the glibc twin would get, else the newest that the wish allows."""
        offer, twin = self.offers.of(project), self._twins.of(project)
        if offer is None or twin is None:
            return
        held = False
        seen: set[Version] = set()
        for version, file in (*(offer.candidates(wish) if kind is BlockerKind.METADATA else ()), *_lazily(twin, wish, kind)):
            if version not in seen:
                seen.add(version)
                held = True
                yield self._base(file.url, project, version, file, stranded=kind)
        if held:
            return
        for text in _newest(offer, wish, self._selection):
            yield self._base(f"<{project} {text}>", project, version_of(text), self._witness(offer, text), stranded=kind)
            return

    def _witness(self, offer: Offer, version: str) -> DistFile | None:
        """The file to learn a release's requirements from, where none fits: the wheel that came nearest, else any."""
        shelf = shelve(offer.project.files(version), self.offers.target, self._selection)
        nearest = shelf.nearest
        if nearest is not None:
            return nearest.file
        return next((placed.file for placed in shelf.placed), None)

    def _blocker(self, project: str, asked: Wish) -> BlockerKind | None:
        """Why nothing of a project installs for what is asked and the constraints; None where something does, or it is settled."""
        if project in self.settled.stranded:
            return None
        key = (project, asked)
        if key not in self._blocked:
            self._blocked[key] = self._find_blocker(project, asked)
        return self._blocked[key]

    def _find_blocker(self, project: str, asked: Wish) -> BlockerKind | None:
        known = self.catalogue.project(project)
        if isinstance(known, Absent):
            return BlockerKind.UNREACHABLE if known.unreachable else BlockerKind.NOT_ON_INDEX
        offer = self.offers.of(project)
        if offer is None:
            self._lacking_projects.setdefault(project)
            return None
        constraint = self.constraint(project)
        wish = both(constraint.wish, asked)
        if constraint.links or next(self.releases(project, wish), None) is not None:
            return None
        finals_only = self._selection.prereleases(project) is False
        if next(offer.versions(wish.specifier, prereleases=not finals_only), None) is None:
            alone = next(offer.versions(asked.specifier, prereleases=not finals_only), None)
            return BlockerKind.NO_SUCH_VERSION if alone is None else None
        return BlockerKind.METADATA if next(offer.candidates(wish), None) is not None else BlockerKind.NO_FILE


class _Matches(_Candidates):
    """Candidates made as they are looked at; true where there is one (pip's ``FoundCandidates``)."""

    def __init__(self, provider: Provider, project: str, extras: frozenset[str], wish: Wish, excluded: set[int]) -> None:
        self._provider = provider
        self._project = project
        self._extras = extras
        self._wish = wish
        self._excluded = excluded
        self._any: bool | None = None
        provider.streams[project] = wish

    def __iter__(self) -> Iterator[Held]:
        for base in self._provider.allowed(self._project, self._wish):
            candidate: Held = self._provider.extended(base, self._extras) if self._extras else base
            if id(candidate) not in self._excluded:
                yield candidate

    def __bool__(self) -> bool:
        if self._any is None:
            first = next(iter(self), None)
            self._any = first is not None
            if first is not None:
                self._provider.note_first(first)
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


def consistent(found: Metadata, file: DistFile, version: Version) -> bool:
    """Whether metadata speaks of the file's own project and version, as far as it says (pip's ``_check_metadata_consistency``)."""
    if found.assumed:
        return True
    if found.name and found.name != file.name:
        return False
    try:
        return not found.version or found.version == file.version or version_of(found.version) == version
    except InvalidVersion:
        return False


def _version_or_none(text: str | None) -> Version | None:
    try:
        return version_of(text) if text else None
    except InvalidVersion:
        return None


def _location(reference: Requirement) -> str:
    """Where a direct reference leads, told apart as pip does (``links_equivalent``): a fragment names a folder or a digest."""
    location, _, fragment = reference.place.partition("#")
    kept = sorted(each for each in fragment.split("&") if each and not each.startswith("egg="))
    return f"{location}#{'&'.join(kept)}"


def _name_in(reference: Requirement) -> str:
    """A name for what does not say its own: the last part of its address, without what names a revision."""
    path = unquote(urlsplit(reference.location or "").path)
    if reference.source is Source.VCS:
        path = path.partition("@")[0]
    return canonicalize_name(path.rstrip("/").rpartition("/")[2].removesuffix(".git") or reference.text)


def _reference(need: Need, parent: Base) -> Requirement:
    """A direct reference among a release's requirements, as if it had been written."""
    url = need.url or ""
    scheme = urlsplit(url).scheme
    source = Source.VCS if scheme.partition("+")[0] in ("git", "hg", "svn", "bzr") else Source.ARCHIVE
    inside = next((part.partition("=")[2] for part in urlsplit(url).fragment.split("&") if part.startswith("subdirectory=")), "")
    return Requirement(
        need.name, need.plain, Origin(str(parent)), extras=need.extras, source=source, location=url, subdirectory=unquote(inside)
    )


def _lazily(twin: Offer, wish: Wish, kind: BlockerKind) -> Iterator[tuple[Version, DistFile]]:
    return iter(()) if kind is BlockerKind.METADATA else twin.candidates(wish)


def _newest(offer: Offer, wish: Wish, selection: Selection) -> list[str]:
    """The newest version that a wish allows and that has files, a final one where there is one and pre-releases were not asked for."""
    allowed = selection.prereleases(offer.project.name)
    if allowed is None and wish.specifier.prereleases:
        allowed = True
    listed = [version for version in offer.versions(wish.specifier, prereleases=allowed is not False) if offer.project.files(version)]
    finals = listed if allowed else [version for version in listed if not version_of(version).is_prerelease]
    return (finals or listed or list(offer.versions(wish.specifier)))[:1]
