"""The greedy walk before the first resolution: from the roots on, the best candidate of each, its metadata, its requirements.

It knows no going back, so what it asks for is nearly all that a resolution will need, in the fewest round trips. A choice
that a later requirement rules out is made again, and what it had required is forgotten; nothing asked for is ever taken back.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from muslcheck.resolver.select import ANY, Wish, both, offers_for, wish_of
from muslcheck.resolver.shelve import shelve
from muslcheck.words.release import DistFile, Kind, Metadata, Project, Unread, python_tag
from muslcheck.words.requirement import Source
from muslcheck.words.resolution import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muslcheck.resolver.catalogue import Catalogue
    from muslcheck.resolver.select import Offers
    from muslcheck.words.requirement import Requirement, Selection
    from muslcheck.words.target import Target

__all__ = ["Walk", "walk"]

_MOST_CHANGES = 8
"""Times that a project's choice is made again: requirements that go in a circle could otherwise go on for ever."""

_MOST_LOOKED_AT = 50
"""Versions without a file that fits, before the walk takes the newest for want of a better."""


class Walk:
    """All targets' walks over one catalogue. ``wanted`` is cheap: it looks at what came in since, and at what that touches."""

    def __init__(self, courses: Sequence[_Course], catalogue: Catalogue) -> None:
        self._courses = courses
        self._catalogue = catalogue
        self._read = 0
        self._asked_projects: set[str] = set()
        self._asked_files: set[str] = set()
        self._asked_archives: set[str] = set()
        self._under_way: dict[tuple[str, str, str], DistFile] = {}

    def wanted(self) -> Wanted:
        """All that is wanted now, and was not asked for before."""
        while True:
            arrivals, self._read = self._catalogue.arrivals[self._read :], len(self._catalogue.arrivals)
            self._go(dict.fromkeys(arrivals))
            if self._read == len(self._catalogue.arrivals):  # or looking at these has recalled others
                break
        projects: set[str] = set()
        files: dict[str, DistFile] = {}
        archives: dict[str, Requirement] = {}
        for course in self._courses:
            projects |= course.projects - self._asked_projects
            archives |= {key: each for key, each in course.archives.items() if key not in self._asked_archives}
            for file in course.files.values():
                if (
                    file.url not in self._asked_files
                    and self._catalogue.metadata(file, course.target) is None
                    and not self._is_under_way(file)
                ):
                    self._asked_files.add(file.url)
                    files[file.url] = file
        self._asked_projects |= projects
        self._asked_archives |= archives.keys()
        return Wanted(frozenset(map(canonicalize_name, projects)), frozenset(files.values()), frozenset(archives.values()))

    def sdists(self, targets: Sequence[Target]) -> Iterable[tuple[DistFile, Target]]:
        """The sdists of what was chosen that targets of the same image would take, each with the first that would."""
        found: dict[str, tuple[DistFile, Target]] = {}
        for course in self._courses:
            for target in targets:
                if target.image == course.target.image:
                    for file in course.sdists(target):
                        found.setdefault(file.url, (file, target))
        return found.values()

    def _go(self, touched: Iterable[tuple[str, str]]) -> None:
        for course in self._courses:
            for kind, key in touched:
                course.touch(kind, key)
            course.go()

    def _is_under_way(self, file: DistFile) -> bool:
        """Whether another wheel of the release was asked for that will answer for this one, too, and has not answered yet."""
        if file.kind is not Kind.WHEEL:
            return False
        key = (file.name, file.version, python_tag(file))
        other = self._under_way.get(key)
        if other is not None and not self._catalogue.answered(other):
            return True
        self._under_way[key] = file
        return False


class _Course:
    """One target's walk: what is asked of each project, by whom, and what was chosen for it so far."""

    def __init__(
        self, requirements: Sequence[Requirement], constraints: Sequence[Requirement], offers: Offers, catalogue: Catalogue
    ) -> None:
        self.projects: set[str] = set()
        self.files: dict[str, DistFile] = {}
        self.archives: dict[str, Requirement] = {}
        self.target = offers.target
        self._offers = offers
        self._catalogue = catalogue
        self._asked: defaultdict[str, dict[str, dict[Wish, None]]] = defaultdict(dict)
        self._extras: defaultdict[str, set[str]] = defaultdict(set)
        self._held: dict[str, DistFile] = {}
        self._direct: dict[str, Requirement] = {}
        self._done: dict[str, tuple[str, frozenset[str]]] = {}
        self._children: dict[str, set[str]] = {}
        self._changes: defaultdict[str, int] = defaultdict(int)
        self._roots = [each for each in requirements if self._applies(each)]
        self._constraints: dict[str, Wish] = {}
        for each in constraints:
            if self._applies(each):
                self._constraints[each.name] = both(self._constraints.get(each.name, ANY), offers.wish(each))
        self._dirty: dict[str, None] = {}
        self._references = [each for each in self._roots if each.source is not Source.INDEX]
        self._begin()

    def touch(self, kind: str, key: str) -> None:
        """Something came in: the project it bears on is looked at again."""
        if kind == "archive":
            self._refer()
        elif key in self._asked or key in self._direct:
            self._dirty.setdefault(key)

    def go(self) -> None:
        """Look at every project that something changed for, and at what follows from it."""
        while self._dirty:
            name = next(iter(self._dirty))
            del self._dirty[name]
            self._look(name)

    def sdists(self, target: Target) -> Iterator[DistFile]:
        """Of the releases that were chosen those files that come first on a target, and are sdists."""
        offers = offers_for(self._catalogue, target, self._offers.selection)
        for name, held in self._held.items():
            offer = None if name in self._direct else offers.of(name)
            files = (held,) if offer is None else offer.fits(held.version)
            if files and files[0].kind is Kind.SDIST:
                yield files[0]

    def _applies(self, requirement: Requirement) -> bool:
        return requirement.marker is None or self._offers.conditions.hold(str(requirement.marker))

    def _begin(self) -> None:
        self._refer()
        for index, each in enumerate(self._roots):
            if each.source is Source.INDEX:
                self._ask(each.name, f"#{index}", self._offers.wish(each), each.extras)

    def _refer(self) -> None:
        """Direct references: what they lead to is taken, whatever an index has."""
        for each in self._references:
            location = each.place
            if each.source is Source.ARCHIVE:
                found = self._catalogue.archive(each)
                if found is None:
                    self.archives[location] = each
                elif isinstance(found, DistFile):
                    self._direct[each.name or found.name] = each
                    self._held[each.name or found.name] = found
            else:
                read = self._catalogue.directory(each)
                name = each.name or (read.name if isinstance(read, Metadata) else "")
                if name:
                    self._direct[name] = each
            if name := each.name or next((name for name, direct in self._direct.items() if direct is each), ""):
                self._direct.setdefault(name, each)
                self._extras[name].update(each.extras)
                self._dirty.setdefault(name)

    def _ask(self, name: str, who: str, wish: Wish, extras: frozenset[object] | frozenset[str]) -> None:
        wishes = self._asked[name].setdefault(who, {})
        new = {str(extra) for extra in extras} - self._extras[name]
        if wish not in wishes or new:
            wishes.setdefault(wish)
            self._extras[name] |= new
            self._dirty.setdefault(name)

    def _look(self, name: str) -> None:
        direct = self._direct.get(name)
        if direct is not None and direct.source is not Source.ARCHIVE:
            self._follow(name, direct.place, self._catalogue.directory(direct))
            return
        if direct is None and not self._choose(name):
            return
        file = self._held.get(name)
        if file is None:
            return
        found = self._catalogue.metadata(file, self.target)
        if found is None:
            self.files[file.url] = file
        self._follow(name, file.url, found)

    def _choose(self, name: str) -> bool:
        """Choose what a resolution would, by what is asked so far; whether there is anything to choose from."""
        if not self._asked[name]:
            return False
        project = self._catalogue.project(name)
        if project is None:
            self.projects.add(name)
        if not isinstance(project, Project):
            return False
        wish = self._constraints.get(name, ANY)
        for wishes in self._asked[name].values():
            for each in wishes:
                wish = both(wish, each)
        file = self._best(project, wish)
        held = self._held.get(name)
        if file is None or (held is not None and held.url == file.url):
            return True
        if held is not None:
            self._changes[name] += 1
            if self._changes[name] > _MOST_CHANGES:
                return True
            self._forget(name)
        self._held[name] = file
        return True

    def _best(self, project: Project, wish: Wish) -> DistFile | None:
        """The first file whose metadata is not known to be refused; where none fits, the one that came nearest."""
        offer = self._offers.of(project.name)
        if offer is None:
            return None
        for _, file in offer.candidates(wish):
            found = self._catalogue.metadata(file, self.target)
            if not (isinstance(found, Unread) and found.broken) and not (isinstance(found, Metadata) and self._offers.needs(found) is None):
                return file
        for version, _ in zip(offer.versions(wish), range(_MOST_LOOKED_AT), strict=False):
            nearest = shelve(project.files(version), self._offers.target, self._offers.selection).nearest
            if nearest is not None:
                return nearest.file
        return None

    def _follow(self, name: str, key: str, found: Metadata | Unread | None) -> None:
        """Ask for what a choice requires, once for each set of extras."""
        extras = frozenset(self._extras[name])
        if not isinstance(found, Metadata) or self._done.get(name) == (key, extras) or self._offers.selection.no_deps:
            return
        self._done[name] = (key, extras)
        children = self._children.setdefault(name, set())
        for need in (*(self._offers.needs(found) or ()), *((self._offers.needs(found, extras) or ()) if extras else ())):
            if need.url is None:
                children.add(need.name)
                self._ask(need.name, name, wish_of(need), need.extras)

    def _forget(self, name: str) -> None:
        """What the former choice required is not asked any more."""
        self._done.pop(name, None)
        for child in self._children.pop(name, ()):
            if self._asked[child].pop(name, None) is not None and child != name:
                self._dirty.setdefault(child)


def walk(
    requirements: Sequence[Requirement],
    constraints: Sequence[Requirement],
    targets: Sequence[Target],
    selection: Selection,
    catalogue: Catalogue,
) -> Walk:
    """Begin to walk for all targets. Call ``wanted`` now, and again whenever answers were added to the catalogue."""
    return Walk([_Course(requirements, constraints, offers_for(catalogue, target, selection), catalogue) for target in targets], catalogue)
