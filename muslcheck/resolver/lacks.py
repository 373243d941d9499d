"""What an attempt came to that the catalogue does not hold, and what it will come to next."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from muslcheck.resolver.select import wish_of
from muslcheck.words.release import Kind, Metadata
from muslcheck.words.resolution import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.version import Version

    from muslcheck.resolver.catalogue import Catalogue
    from muslcheck.resolver.requires import Need
    from muslcheck.resolver.select import Offers, Wish
    from muslcheck.resolver.terms import Base, Held
    from muslcheck.words.release import DistFile
    from muslcheck.words.requirement import Requirement

__all__ = ["Lacks"]

_MOST_AHEAD = 32
"""Releases of one project whose metadata is asked for at once while the search goes back through them, to begin with."""

_SMALL = 200_000
"""Bytes of an sdist from which on it is not fetched before it is needed."""


class Lacks:
    """What one attempt lacks: project pages, the metadata of files, direct references.

    ``tried`` are the releases that were to be held, ``read`` those whose requirements were read, and with which extras; ``streams``
    is the last wish that each project was looked through for.
    """

    def __init__(self, catalogue: Catalogue, offers: Offers) -> None:
        self.projects: dict[str, None] = {}
        self.files: dict[str, Base] = {}
        self.archives: dict[str, Requirement] = {}
        self.tried: defaultdict[str, dict[str, Version]] = defaultdict(dict)
        self.read: defaultdict[str, dict[str, set[str]]] = defaultdict(dict)
        self.streams: dict[str, Wish] = {}
        self._unseen: dict[str, DistFile] = {}
        self._catalogue = catalogue
        self._offers = offers

    def __bool__(self) -> bool:
        return bool(self.projects or self.files or self.archives)

    def note_first(self, candidate: Held) -> None:
        """A candidate was found to be the first for a requirement."""
        file = candidate.base.file
        if file is not None and self._catalogue.metadata(file, self._offers.target) is None:
            self._unseen.setdefault(file.url, file)

    def note_read(self, candidate: Held) -> None:
        """What a candidate requires is about to be read."""
        file = candidate.base.file
        if file is not None:
            self.read[candidate.project].setdefault(file.version, set()).update(candidate.extras)

    def wanted(self, *, wholly: bool = False, often: int = 0) -> Wanted:
        """All that the catalogue turned out to lack.

        pip reads the metadata of the first candidate for every requirement, though it may never be held. That matters where
        pip refuses it, and nothing else would do: so where the search failed (``wholly``) it is wanted in itself, otherwise
        only along with the rest.

        Where the search went back through a project's releases, it may have to go on: so the metadata of the next older
        ones is asked for with it, three times as many as were tried, and what these pin to one version. The more ``often``
        it came back already, the further ahead: each time costs the way to there once more.
        """
        if not (self.projects or self.files or self.archives or (wholly and self._unseen)):
            return Wanted()
        files = {base.file for base in self.files.values() if base.file is not None} | set(self._unseen.values())
        projects = set(self.projects)
        for project, tried in self.tried.items():
            if len(tried) > 1:
                self._look_ahead(project, min(_MOST_AHEAD << often // 4, 3 * len(tried)), files, projects)
        return Wanted(frozenset(canonicalize_name(name) for name in projects), frozenset(files), frozenset(self.archives.values()))

    def beyond(self, files: Iterable[DistFile]) -> Wanted:
        """What releases that were just read require, as far as nothing is known of it: the search is about to come to it."""
        wanted: set[DistFile] = set()
        projects: set[str] = set()
        for file in files:
            found = self._catalogue.metadata(file, self._offers.target)
            if isinstance(found, Metadata):
                for need in self._offers.needs(found) or ():
                    if need.url is None:
                        self._look_at(need, wanted, projects)
        return Wanted(frozenset(canonicalize_name(name) for name in projects), frozenset(wanted))

    def _look_ahead(self, project: str, count: int, files: set[DistFile], projects: set[str]) -> None:
        """Add what the next releases of a project that were not tried yet would need to be known."""
        tried, wish, offer = {*self.tried[project].values()}, self.streams.get(project), self._offers.of(project)
        if wish is None or offer is None:
            return
        lacks = any(base.project == project for base in self.files.values())
        seen: set[Version] = set()
        for version, file in offer.candidates(wish):
            if version in tried or version in seen:
                continue
            if len(seen) == count:
                return
            seen.add(version)
            found = self._catalogue.metadata(file, self._offers.target)
            if found is None and lacks and (file.kind is Kind.WHEEL or (file.size or _SMALL) < _SMALL):  # an sdist is fetched whole
                files.add(file)
            elif isinstance(found, Metadata):
                for need in self._offers.needs(found) or ():
                    if need.url is None and wish_of(need).pins():
                        self._look_at(need, files, projects)

    def _look_at(self, need: Need, files: set[DistFile], projects: set[str]) -> None:
        if self._catalogue.project(need.name) is None:
            projects.add(need.name)
        offer = self._offers.of(need.name)
        first = next(offer.candidates(wish_of(need)), None) if offer is not None else None
        if first is not None and self._catalogue.metadata(first[1], self._offers.target) is None:
            files.add(first[1])
