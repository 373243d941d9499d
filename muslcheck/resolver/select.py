"""Which files of a project a target may take, best first: pip's PackageFinder, looking no further than it must.

pip evaluates every file of a page, filters by version, and sorts. Here the versions are looked at from the newest on,
and only as far as somebody asks, so that a page of ten thousand files costs what its newest release costs.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import chain, tee
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from muslcheck.resolver.pythons import python_allowed
from muslcheck.resolver.requires import Conditions, InvalidRequirement, Need, needs
from muslcheck.resolver.shelve import fitting as fitting_of
from muslcheck.words.release import Kind, Placed, Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from muslcheck.resolver.catalogue import Catalogue
    from muslcheck.words.release import DistFile, Fits, Metadata
    from muslcheck.words.requirement import Requirement, Selection
    from muslcheck.words.target import Target

__all__ = ["ANY", "Offer", "Offers", "Wish", "both", "kept", "offers_for", "version_of", "wish_of"]

_T = TypeVar("_T")

version_of = lru_cache(maxsize=65536)(Version)
"""A version parsed, each text once. Raises InvalidVersion."""

_ANY_VERSION = SpecifierSet()


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """What is asked of one project: by one requirement, or by several together.

    ``hashes`` are ``algorithm:hexdigest``, None where no requirement states any. Two wishes are the same where they are
    the same object: comparing specifiers is dear, and :func:`both` makes each of its answers once. ``named`` are the versions
    that a manifest's requirement names as the only one: where it is uv that chooses, these may be had though they were yanked.
    """

    specifier: SpecifierSet = _ANY_VERSION
    hashes: frozenset[str] | None = None
    named: frozenset[Version] = frozenset()

    def allows_hash(self, file: DistFile) -> bool:
        """Whether the index states a digest for the file that the requirements state, too."""
        return self.hashes is not None and any(each in self.hashes for each in file.hashes)

    def pins(self) -> bool:
        """Whether a version is pinned by ``==`` or ``===``, without a wildcard."""
        return any(s.operator == "===" or (s.operator == "==" and not s.version.endswith(".*")) for s in self.specifier)


ANY = Wish()
"""Any version, any file."""


@lru_cache(maxsize=16384)
def both(one: Wish, other: Wish) -> Wish:
    """What meets two wishes. Hashes that only one of them states are what counts (pip's ``Hashes.__and__``)."""
    if other is ANY or one is other:
        return one
    if one is ANY:
        return other
    if one.hashes is None or other.hashes is None:
        hashes = other.hashes if one.hashes is None else one.hashes
    else:
        hashes = one.hashes & other.hashes
    return Wish(one.specifier & other.specifier, hashes, one.named | other.named)


@lru_cache(maxsize=16384)
def wish_of(need: Need) -> Wish:
    """What a requirement of a release asks of the project that it names."""
    return Wish(need.specifier) if len(need.specifier) else ANY


@dataclass(frozen=True, slots=True)
class _Fitting:
    """A file that fits, yanked or not, with what pip sorts it by within its version."""

    file: DistFile
    fit: Fits
    version: Version


class _Release(NamedTuple):
    """What fits of the files of a release: with all that it is sorted by, the files alone, and those that were not withdrawn."""

    fitting: tuple[_Fitting, ...]
    fits: tuple[DistFile, ...]
    unyanked: tuple[DistFile, ...]


def kept(found: Iterator[_T]) -> Iterator[_T]:
    """What is found, for copies to go through from the first on, as often as they like; it is found as far as one of them gets."""
    return tee(found, 1)[0]


class Offer:
    """What one project offers one target under one selection; ``files`` may leave out those that fit no target of its machine.

    ``allowed`` keeps the versions that wishes allow, the same for all targets; ``placed`` what fits of which files, the same for
    all targets whose tags are alike.
    """

    def __init__(
        self,
        project: Project,
        target: Target,
        selection: Selection,
        files: Callable[[str], tuple[DistFile, ...]] | None = None,
        *,
        allowed: dict[Wish, Iterator[str]] | None = None,
        placed: dict[int, tuple[tuple[DistFile, ...], _Release]] | None = None,
    ) -> None:
        self.project = project
        self._files = files or project.files
        self._target = target
        self._selection = selection
        self._each_python = selection.ignore_requires_python or selection.installer.heeds_python_caps
        self._rules = selection if self._each_python else replace(selection, ignore_requires_python=True)
        self._releases: dict[str, _Release] = {}
        self._streams: dict[Wish, Iterator[_Fitting]] = {}
        self._allowed = {} if allowed is None else allowed
        self._placed = {} if placed is None else placed

    def candidates(self, wish: Wish) -> Iterator[tuple[Version, DistFile]]:
        """Every file that pip would consider for a wish, in the order in which it would try them.

        The order is pip's ``CandidateEvaluator._sort_key`` with the best first: stated digests, then wheels where
        binaries are preferred, then version, tag and build number; of equals the last listed. Pre-releases are left out
        where a final release meets the wish too (PEP 440), and yanked files unless nothing else is left of a pinned version (PEP 592).
        What another installer does otherwise, :class:`~muslcheck.words.installer.Installer` says.
        """
        stream = self._streams.get(wish)
        if stream is None:
            stream = self._streams[wish] = kept(self._ordered(wish))
        return ((each.version, each.file) for each in copy(stream))

    def versions(self, wish: Wish, *, prereleases: bool = True) -> Iterator[str]:
        """The project's versions that a wish's specifier allows, newest first, whatever their files."""
        stream = self._allowed.get(wish)
        if stream is None:
            stream = self._allowed[wish] = kept(_allowed(self.project.versions, wish.specifier))
        versions = copy(stream)
        return versions if prereleases else (version for version in versions if not _is_prerelease(version))

    def fits(self, version: str, *, yanked: bool = False) -> tuple[DistFile, ...]:
        """The files of a version that fit the target, best first; those that were yanked only where asked for."""
        release = self._release(version)
        return release.fits if yanked else release.unyanked

    def looked_at(self) -> tuple[str, ...]:
        """The versions whose files were placed so far."""
        return tuple(self._releases)

    def tag(self, file: DistFile) -> str | None:
        """The tag by which a file fits; None where it does not."""
        return next((each.fit.tag for each in self._fits(file.version) if each.file is file), None)

    def placed(self, file: DistFile) -> Placed | None:
        """A file with its fit; None where it does not fit."""
        return next((Placed(file, each.fit) for each in self._fits(file.version) if each.file is file), None)

    def _ordered(self, wish: Wish) -> Iterator[_Fitting]:
        if wish.hashes:
            considered: Iterator[_Fitting] = self._by_hash(wish, self._applicable(wish))
        elif self._selection.prefers_binary:
            considered = chain(
                (each for each in self._applicable(wish) if each.file.kind is Kind.WHEEL),
                (each for each in self._applicable(wish) if each.file.kind is not Kind.WHEEL),
            )
        else:
            considered = self._applicable(wish)
        if not self._selection.installer.takes_pinned_yanked:
            yield from (each for each in considered if each.file.yanked is None or each.version in wish.named)
            return
        yanked = []
        others = False
        pinned = wish.pins()
        for each in considered:
            if each.file.yanked is None:
                others = True
                yield each
            elif pinned:
                yanked.append(each)
        if not others:
            yield from yanked

    def _applicable(self, wish: Wish) -> Iterator[_Fitting]:
        """The files of every version that the wish allows, pre-releases as PEP 440 has them, newest first."""
        allowed = self._selection.prereleases(self.project.name)
        finals_first = self._selection.installer.finals_first
        if allowed is None and wish.specifier.prereleases and not finals_first:
            allowed = True
        if allowed is not None or finals_first:
            versions = self.versions(wish, prereleases=allowed is not False)
            for version in versions if allowed is not None else sorted(versions, key=_is_prerelease):
                yield from self._fits(version)
            return
        waiting: list[_Fitting] = []
        final = False
        for version in self.versions(wish):
            if not version_of(version).is_prerelease:
                files = self._fits(version)
                final = final or bool(files)
                yield from files
            elif not final:
                waiting += self._fits(version)
        if not final:
            yield from waiting

    def _by_hash(self, wish: Wish, applicable: Iterator[_Fitting]) -> Iterator[_Fitting]:
        """Files with a stated digest first; those with another one only where none has a stated one (pip then refuses them)."""
        files = list(applicable)
        if any(wish.allows_hash(each.file) for each in files):
            files = [each for each in files if not each.file.hashes or wish.allows_hash(each.file)]
        binary = self._selection.prefers_binary
        files.sort(key=lambda each: (not wish.allows_hash(each.file), binary and each.file.kind is not Kind.WHEEL))
        return iter(files)

    def _fits(self, version: str) -> tuple[_Fitting, ...]:
        return self._release(version).fitting

    def _release(self, version: str) -> _Release:
        known = self._releases.get(version)
        if known is None:
            files = self._files(version)
            placed = self._placed.get(id(files))
            if placed is None:
                placed = self._placed[id(files)] = (files, self._place(files, version))
            known = self._releases[version] = placed[1]
        return known

    def _place(self, files: tuple[DistFile, ...], version: str) -> _Release:
        fitting = []
        ranks = self._target.tags_for(self._selection.installer)
        for file in files:
            fit = fitting_of(file, self._target, ranks, self._rules, self.project.name)
            if fit is not None:
                fitting.append(_Fitting(file, fit, version_of(version)))
        if self._selection.installer.last_of_equals:
            fitting.reverse()  # pip sorts stably with the best last, and reads backwards
        else:
            fitting.sort(key=lambda each: each.file.filename)
        fitting.sort(key=lambda each: (-each.fit.rank, each.fit.build), reverse=True)
        if not self._each_python and fitting and not self._allows_python(fitting[0].file):
            fitting.clear()  # uv looks at the best file alone, and then passes over the release
        fits = tuple(each.file for each in fitting)
        return _Release(tuple(fitting), fits, tuple(file for file in fits if file.yanked is None))

    def _allows_python(self, file: DistFile) -> bool:
        caps = self._selection.installer.heeds_python_caps
        return file.requires_python is None or python_allowed(file.requires_python, self._target.python_full, caps=caps)


class Offers:
    """What every project of the catalogue offers one target under one selection, and what its releases require there."""

    def __init__(self, catalogue: Catalogue, target: Target, selection: Selection) -> None:
        self.target = target
        self.selection = selection
        self.conditions = Conditions(target.markers)
        self._catalogue = catalogue
        self._offers: dict[str, Offer] = {}
        # Of files that are not for one machine alone a target takes those for its Python, ranked by how many platforms it knows.
        platforms = (target.libc, "" if target.is_musl else target.arch)
        alike = (target.python, target.python_full, target.free_threaded, *platforms, selection)
        self._placed = catalogue.placed.setdefault(alike, {})
        self._needs: dict[tuple[int, frozenset[str]], tuple[Metadata, list[Need] | None]] = {}

    def needs(self, metadata: Metadata, extras: frozenset[str] = frozenset()) -> list[Need] | None:
        """What a release requires on the target with these extras; None where pip refuses its metadata."""
        key = (id(metadata), extras)
        known = self._needs.get(key)
        if known is None:
            found: list[Need] | None
            try:
                found = needs(metadata, extras, self.conditions)
            except InvalidRequirement:
                found = None
            if found is not None and (self.selection.overrides or self.selection.excluded):
                found = self._rewritten(found)
            known = self._needs[key] = (metadata, found)  # holding the metadata keeps its id its own
        return known[1]

    def _rewritten(self, needs_stated: list[Need]) -> list[Need]:
        """What a release requires after ``overrides`` and ``excluded``; an override counts where its own marker holds."""
        found: list[Need] = []
        for need in needs_stated:
            if need.name in self.selection.excluded:
                continue
            own = [each for each in self.selection.overrides if each.name == need.name]
            held = (each for each in own if self.conditions.hold(str(each.marker or "")))
            found += (_need_of(each) for each in held) if own else (need,)
        return found

    def wish(self, requirement: Requirement) -> Wish:
        """What a manifest's requirement asks of its project, hashes included."""
        pinned_yanked = self.selection.installer.takes_pinned_yanked
        known = self._catalogue.wishes.get((id(requirement), pinned_yanked))
        if known is None:
            named = frozenset[Version]() if pinned_yanked else _named_in(requirement.specifier)
            wish = Wish(requirement.specifier, frozenset(requirement.hashes) or None, named)
            known = self._catalogue.wishes[id(requirement), pinned_yanked] = (requirement, wish)
        return known[1]

    def of(self, name: str) -> Offer | None:
        """A project's offer; None where the project is absent, or not known yet."""
        offer = self._offers.get(name)
        if offer is None:
            project = self._catalogue.project(name)
            if not isinstance(project, Project):
                return None
            files = partial(self._catalogue.machines.files, project, target=self.target)
            allowed = self._catalogue.allowed.setdefault(name, {})
            offer = self._offers[name] = Offer(project, self.target, self.selection, files, allowed=allowed, placed=self._placed)
        return offer


@lru_cache(maxsize=1024)
def _need_of(requirement: Requirement) -> Need:
    return Need(requirement.text, requirement.name, requirement.extras, requirement.specifier, "", requirement.location)


def _named_in(specifier: SpecifierSet) -> frozenset[Version]:
    """The version that a specifier names, and nothing but that."""
    only = next(iter(specifier)) if len(specifier) == 1 else None
    if only is None or only.operator not in ("==", "===") or only.version.endswith(".*"):
        return frozenset()
    try:
        return frozenset({version_of(only.version)})
    except InvalidVersion:  # only === takes such a text
        return frozenset()


def offers_for(catalogue: Catalogue, target: Target, selection: Selection) -> Offers:
    """The offers of a catalogue to a target, worked out once for all who ask."""
    offers = catalogue.offers.get((target, selection))
    if offers is None:
        offers = catalogue.offers[target, selection] = Offers(catalogue, target, selection)
    return offers


def _allowed(known: tuple[str, ...], specifier: SpecifierSet) -> Iterator[str]:
    """The versions, the newest first, that a specifier allows."""
    low, high = _bounds(specifier)
    start = 0 if high is None else _first(known, lambda version: version <= high)
    stop = len(known) if low is None else _first(known, lambda version: version < low)
    return (text for text in known[start:stop] if specifier.contains(version_of(text), prereleases=True))


def _first(versions: tuple[str, ...], reached: Callable[[Version], bool]) -> int:
    """The index of the first version (they fall) for which a condition holds, local versions taken as their public ones."""
    low, high = 0, len(versions)
    while low < high:
        middle = (low + high) // 2
        if reached(_public(versions[middle])):
            high = middle
        else:
            low = middle + 1
    return low


def _is_prerelease(text: str) -> bool:
    return version_of(text).is_prerelease


@lru_cache(maxsize=65536)
def _public(text: str) -> Version:
    version = version_of(text)
    return version if version.local is None else Version(version.public)


def _bounds(specifier: SpecifierSet) -> tuple[Version | None, Version | None]:
    """Versions below and above which a specifier allows nothing; wider than the specifier, never narrower."""
    lows: list[Version] = []
    highs: list[Version] = []
    for each in specifier:
        operator, text = each.operator, each.version
        wild = text.endswith(".*")
        try:
            version = Version(text.removesuffix(".*"))
        except InvalidVersion:  # only === takes such a text
            continue
        if operator in (">=", ">", "~=") or (operator in ("==", "===") and not wild):
            lows.append(_public(str(version)))
        if operator in ("<=", "<") or (operator in ("==", "===") and not wild):
            highs.append(_public(str(version)))
        if operator == "==" and wild:
            lows.append(Version(f"{version}.dev0"))
            highs.append(_after(version.epoch, version.release))
        if operator == "~=":
            highs.append(_after(version.epoch, version.release[:-1]))
    return max(lows, default=None), min(highs, default=None)


def _after(epoch: int, release: tuple[int, ...]) -> Version:
    """The first release that does not begin with this one's numbers: 1.5 for 1.4."""
    return Version(f"{epoch}!" + ".".join(map(str, (*release[:-1], release[-1] + 1))))
