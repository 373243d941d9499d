"""What of the catalogue may be held: the releases of each project in pip's order, what stands in for those that do not install, and why."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion

from muslcheck.resolver.lacks import Lacks
from muslcheck.resolver.select import ANY, Wish, both, kept, version_of
from muslcheck.resolver.settled import CONSTRAINED
from muslcheck.resolver.shelve import is_sdist_of, place, shelve
from muslcheck.resolver.terms import Ask, Base, Extended, Interpreter
from muslcheck.words.release import Absent, Kind, Metadata, Misfit, Unread
from muslcheck.words.requirement import Requirement, Selection, Source
from muslcheck.words.resolution import BlockerKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packaging.version import Version
    from resolvelib.structs import RequirementInformation

    from muslcheck.resolver.catalogue import Catalogue
    from muslcheck.resolver.select import Offer, Offers
    from muslcheck.resolver.settled import Settled
    from muslcheck.resolver.terms import Held, Term
    from muslcheck.words.release import DistFile
    from muslcheck.words.resolution import Installed

    Cause: TypeAlias = RequirementInformation[Term, Held]

__all__ = ["Constraint", "Stock", "consistent"]

_NOTHING = Metadata(canonicalize_name("nothing"), "")


@dataclass(slots=True)
class Constraint:
    """All constraints on one project (pip's ``Constraint``)."""

    wish: Wish = ANY
    links: tuple[Requirement, ...] = ()
    sources: tuple[Requirement, ...] = ()


_FREE = Constraint()


class Stock:
    """What may be held in one attempt. ``constraints`` are all on each project, ``refused`` the metadata that pip would not take.

    ``installed`` is what is there already.
    """

    def __init__(
        self,
        constraints: Mapping[str, Constraint],
        catalogue: Catalogue,
        offers: Offers,
        twins: Offers,
        settled: Settled,
        *,
        installed: Installed | None = None,
    ) -> None:
        self.constraints = constraints
        self.catalogue = catalogue
        self.offers = offers
        self.settled = settled
        self.lacks = Lacks(catalogue, offers)
        self.refused: dict[str, dict[str, Unread]] = {}
        self._selection: Selection = offers.selection
        self._twins = twins
        self._installed = installed
        self._there: dict[str, Base] = {}
        self._bases: dict[tuple[str, BlockerKind | None], Base] = {}
        self._extended: dict[tuple[int, frozenset[str]], Extended] = {}
        self._blocked_by: dict[tuple[int, ...], tuple[tuple[str, BlockerKind] | None, list[Ask]]] = {}
        self._blocked: dict[tuple[str, Wish], BlockerKind | None] = {}
        self._releases: dict[tuple[str, Wish], Iterator[Base]] = {}

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

    def looked_at(self) -> set[str]:
        """All projects of which files were chosen."""
        return {*self.lacks.streams, *(project for project, _ in self._blocked)}

    def metadata(self, candidate: Held) -> Metadata | Unread | None:
        """What is known of a candidate's requirements; None where the catalogue lacks it."""
        if isinstance(candidate, Interpreter):
            return _NOTHING
        base = candidate.base
        if base.installed is not None:
            return base.installed.metadata or _NOTHING
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
        known = self._releases.get((project, wish))
        if known is None:
            known = self._releases[project, wish] = kept(self._taken(project, wish))
        return copy(known)

    def _taken(self, project: str, wish: Wish) -> Iterator[Base]:
        offer = self.offers.of(project)
        if offer is None:
            if self.catalogue.project(project) is None:
                self.lacks.projects.setdefault(project)
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
        """What may be held of a project: what is installed, where it will do, before what is on offer, or in its place there."""
        there = self.there(project, wish)
        if there is None or self._installed is None:
            return self._on_offer(project, wish)
        return _among(there, self._on_offer(project, wish), first=not self._installed.upgraded(project))

    def there(self, project: str, wish: Wish) -> Base | None:
        """What is installed of a project, where it meets a wish (pip's ``AlreadyInstalledCandidate``)."""
        candidate = None if self._installed is None else self._installed.candidates.get(project)
        if candidate is None:
            return None
        base = self._there.get(project)
        if base is None:
            version = _version_or_none(candidate.version)
            base = self._there[project] = Base(project, version, direct=candidate.direct, installed=candidate)
        will_do = base.version is None or wish.specifier.contains(base.version, prereleases=True)
        return base if will_do else None

    def _on_offer(self, project: str, wish: Wish) -> Iterator[Base]:
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
        asks = [cause.requirement for cause in causes if isinstance(cause.requirement, Ask)]
        key = tuple(map(id, asks))
        known = self._blocked_by.get(key)
        if known is None:  # the asks are kept with it, so that their ids stay theirs
            known = self._blocked_by[key] = (self._find_blocked(asks), asks)
        return known[0]

    def _find_blocked(self, every: Iterable[Ask]) -> tuple[str, BlockerKind] | None:
        together: dict[str, list[Ask]] = {}
        for ask in every:
            together.setdefault(ask.project, []).append(ask)
        for project, asks in together.items():
            for ask in asks:
                if (kind := self._blocker(project, self.wish((ask,), _FREE))) is not None:
                    return project, kind
        for project, asks in together.items():
            kind = self._blocker(project, self.wish(asks, _FREE))
            if kind is not None and kind is not BlockerKind.NO_SUCH_VERSION:
                return project, kind
        return None

    def direct(self, reference: Requirement) -> Base | None:
        """The candidate of a direct reference; None where its name is not known yet."""
        key = _location(reference)
        if reference.source is not Source.ARCHIVE:
            found = self.catalogue.directory(reference)
            version = found.version if isinstance(found, Metadata) else None
            name = reference.name or (found.name if isinstance(found, Metadata) and found.name else _name_in(reference))
            stranded = None if reference.editable or self._may_be_built(name) else BlockerKind.NO_FILE
            return self._base(key, name, _version_or_none(version), None, stranded=stranded, direct=reference)
        file = self.catalogue.archive(reference)
        if file is None:
            self.lacks.archives[reference.place] = reference
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

    def _may_be_built(self, name: str) -> bool:
        """Whether a folder or checkout may be built: pip asks nobody, uv what may be built at all; of what is editable not even uv."""
        return self._selection.of_references().formats.allows(name)[1]

    def held_to(self, candidate: Held, constraint: Constraint) -> bool:
        """Whether a candidate is within a constraint."""
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
            self.lacks.projects.setdefault(project)
            return None
        constraint = self.constraint(project)
        wish = both(constraint.wish, asked)
        if self.there(project, wish) is not None:
            return None
        if constraint.links or next(self.releases(project, wish), None) is not None:
            return None
        finals_only = self._selection.prereleases(project) is False
        if next(offer.versions(wish, prereleases=not finals_only), None) is None:
            alone = next(offer.versions(asked, prereleases=not finals_only), None)
            return BlockerKind.NO_SUCH_VERSION if alone is None else None
        return BlockerKind.METADATA if next(offer.candidates(wish), None) is not None else BlockerKind.NO_FILE


def _among(there: Base, on_offer: Iterator[Base], *, first: bool) -> Iterator[Base]:
    """What is installed before all that is on offer, or before the first of it that is no newer; each version once."""
    yielded = first
    if first:
        yield there
    for base in on_offer:
        if not yielded and there.version is not None and base.version is not None and there.version >= base.version:
            yielded = True
            yield there
        if base.version is None or base.version != there.version:
            yield base
    if not yielded:
        yield there


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


def _lazily(twin: Offer, wish: Wish, kind: BlockerKind) -> Iterator[tuple[Version, DistFile]]:
    return iter(()) if kind is BlockerKind.METADATA else twin.candidates(wish)


def _newest(offer: Offer, wish: Wish, selection: Selection) -> list[str]:
    """The newest version that a wish allows and that has files, a final one where there is one and pre-releases were not asked for."""
    allowed = selection.prereleases(offer.project.name)
    if allowed is None and wish.specifier.prereleases:
        allowed = True
    listed = [version for version in offer.versions(wish, prereleases=allowed is not False) if offer.project.files(version)]
    finals = listed if allowed else [version for version in listed if not version_of(version).is_prerelease]
    return (finals or listed or list(offer.versions(wish)))[:1]
