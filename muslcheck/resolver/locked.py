"""What a lock file installs on a target: nothing is solved, its entries are followed and their locked files placed.

Three answers differ for a release: a wheel that fits is in the lock; it is on the index but not in the lock, since it was
uploaded after the day of locking or another platform made the lock; it is nowhere.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from muslcheck.resolver.explain import no_file_in_words
from muslcheck.resolver.requires import Conditions
from muslcheck.resolver.shelve import place, shelve
from muslcheck.words.release import Absent, Fits, Kind, Misfit, Miss, Placed, Project, Shelf
from muslcheck.words.report import Problem
from muslcheck.words.requirement import Requirement, Selection, Source
from muslcheck.words.resolution import Blocker, BlockerKind, Candidate, Resolution, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.specifiers import SpecifierSet
    from packaging.utils import NormalizedName

    from muslcheck.resolver.catalogue import Catalogue
    from muslcheck.words.lock import Link, Lock, Locked
    from muslcheck.words.release import DistFile
    from muslcheck.words.target import Target

__all__ = ["follow_lock"]

_PLATFORM = re.compile(r"(manylinux|musllinux)_\d+_\d+_(\w+)")
_ALIASES = {"linux": "manylinux_2_40_x86_64", "alpine": "musllinux_1_2_x86_64"}
"""PDM's words for platforms."""
_NOT_LOCKED = "on the index, not in the lock"
_GONE = "in the lock, and no longer on the index"


def follow_lock(lock: Lock, target: Target, twin: Target, selection: Selection, catalogue: Catalogue) -> Resolution | Wanted:
    """The locked releases that the target gets, or the project pages that are wanted to tell.

    A page is wanted where no locked wheel fits, or the lock does not say where its files are. Of ``selection`` only the
    formats count: an installer asks for locked files whatever it would have chosen itself.
    """
    conditions = Conditions(target.markers)
    following = _Following(lock, conditions)
    taken = following.taken()
    problems = list(following.problems)
    plain = Selection(formats=selection.formats, installer=selection.installer)
    wanted: set[NormalizedName] = set()
    candidates = []
    chains = _chains(taken)
    for each in taken:
        locked = each.locked
        shelf = shelve(locked.files, target, plain, locked.name, pinned=True)
        if locked.source is Source.INDEX and not _settled(shelf):
            project = catalogue.project(locked.name)
            if project is None:
                wanted.add(locked.name)
                continue
        else:
            project = None
        candidates.append(_Entry(each, lock, project, target, twin, plain).candidate(shelf, chains[id(locked)]))
    if wanted:
        return Wanted(projects=frozenset(wanted))
    problems += _foreign(lock, target, conditions)
    return Resolution(target, tuple(sorted(candidates, key=lambda one: (one.name, one.version or ""))), tuple(problems))


def _foreign(lock: Lock, target: Target, conditions: Conditions) -> Iterator[Problem]:
    """What an installer says of a lock that was made for something else: it refuses."""
    if lock.requires_python is not None and not lock.requires_python.contains(target.python_full, prereleases=True):
        message = f"it is locked for Python {lock.requires_python}, and {target.image} has {target.python_full}"
        yield Problem(lock.path, message, "Name another image, or lock for this Python.", "conflict")
    if not conditions.hold(lock.marker):
        yield Problem(lock.path, f"it is locked for other environments than {target.id}", "Lock for this one, too.", "conflict")
    if lock.environments and not any(_is_for(python, platform, target) for python, platform in lock.environments):
        made = "; ".join(dict.fromkeys(f"{platform or 'any platform'}, Python {python or 'any'}" for python, platform in lock.environments))
        minor = ".".join(map(str, target.python))
        platform = f"{'musllinux_1_2' if target.is_musl else 'manylinux_2_17'}_{target.arch}"
        hint = f"Lock for it, too: pdm lock --append --platform {platform} --python '=={minor}.*'."
        yield Problem(lock.path, f"it is locked for other environments than {target.id} ({made}): PDM stops", hint, "conflict")


def _is_for(python: SpecifierSet | None, platform: str, target: Target) -> bool:
    """Whether an environment that a lock was made for takes in the target: its Python, and its kind of system and machine."""
    if python is not None and not python.contains(target.python_full, prereleases=True):
        return False
    found = _PLATFORM.fullmatch(_ALIASES.get(platform, platform))
    return not platform or (found is not None and (found[1] == "musllinux") is target.is_musl and found[2] == target.arch)


def _settled(shelf: Shelf) -> bool:
    """Whether the lock alone tells all there is to tell: a wheel fits, and it says where that is."""
    return shelf.chosen is not None and shelf.chosen.kind is Kind.WHEEL and bool(shelf.chosen.url)


@dataclass(slots=True)
class _Taken:
    """An entry that the target gets, and who asks for it."""

    locked: Locked
    extras: set[NormalizedName] = field(default_factory=set)
    requested: bool = False
    parents: dict[int, Locked] = field(default_factory=dict)


class _Following:
    """What the target gets: every entry that a way of links leads to, or, where the lock says so itself, whose marker holds."""

    def __init__(self, lock: Lock, conditions: Conditions) -> None:
        self._lock = lock
        self._conditions = conditions
        self._entries: defaultdict[str, list[Locked]] = defaultdict(list)
        self._taken: dict[int, _Taken] = {}
        self._done: set[tuple[int, NormalizedName | None]] = set()
        self._queue: deque[tuple[Locked | None, Link]] = deque((None, link) for link in lock.roots)
        self.problems: dict[Problem, None] = {}
        for locked in lock.packages:
            if conditions.hold(locked.marker):
                self._entries[locked.name].append(locked)
        if lock.whole:
            for locked in (each for entries in self._entries.values() for each in entries if not each.own):
                self._taken[id(locked)] = _Taken(locked)
                # Which extras brought a package is not said: whatever one of them asks for, and the lock takes, may be for it.
                links = (locked.requires, *locked.extras.values())
                self._queue.extend((locked, link) for each in links for link in each)

    def taken(self) -> list[_Taken]:
        """Follow every link, and tell what was reached, in the order of the lock."""
        while self._queue:
            parent, link = self._queue.popleft()
            if self._conditions.hold(link.marker):
                locked = _linked(link, self._entries[link.name])
                if locked is None:
                    self._lacking(parent, link)
                else:
                    self._take(parent, link, locked)
        if self._lock.whole:
            for each in self._taken.values():
                each.requested = each.requested or not each.parents
        order = {id(locked): place for place, locked in enumerate(self._lock.packages)}
        return sorted(self._taken.values(), key=lambda each: order[id(each.locked)])

    def _take(self, parent: Locked | None, link: Link, locked: Locked) -> None:
        if not locked.own:
            one = self._taken.setdefault(id(locked), _Taken(locked))
            one.extras |= link.extras
            if parent is None:
                one.requested = True
            elif parent is not locked:
                one.parents[id(parent)] = parent
        above = parent if locked.own else locked
        for part, links in _parts(locked, link.extras):
            if (id(locked), part) not in self._done:
                self._done.add((id(locked), part))
                self._queue.extend((above, each) for each in links)

    def _lacking(self, parent: Locked | None, link: Link) -> None:
        """A lock that says of each entry when it is installed may leave out what another platform needs; else it is out of date."""
        if not self._lock.whole:
            who = parent.text if parent is not None else "the project"
            message = f"{who} asks for {link.name}, which the lock does not hold for this target: is it out of date?"
            self.problems.setdefault(Problem(self._lock.path, message, "Lock again."))


def _parts(locked: Locked, extras: Iterable[NormalizedName]) -> list[tuple[NormalizedName | None, Sequence[Link]]]:
    return [(None, locked.requires), *((extra, locked.extras[extra]) for extra in sorted(extras) if extra in locked.extras)]


def _linked(link: Link, entries: Sequence[Locked]) -> Locked | None:
    """The entry that a link means: the only one of its name, else by version or specifier."""
    if link.version is not None:
        return next((each for each in entries if each.version == link.version), None)
    if link.specifier is not None and len(entries) > 1:
        fitting = [each for each in entries if each.version and link.specifier.contains(each.version, prereleases=True)]
        entries = fitting or entries
    return entries[0] if entries else None


def _chains(taken: Sequence[_Taken]) -> dict[int, tuple[str, ...]]:
    """The shortest way from what is asked for directly to each entry: the lock's line, then names."""
    children: defaultdict[int, list[Locked]] = defaultdict(list)
    for each in taken:
        for key in each.parents:
            children[key].append(each.locked)
    chains: dict[int, tuple[str, ...]] = {}
    # What only a ring of packages asks for is led to by nobody; there a chain begins with the first of the ring.
    for first in ([each for each in taken if each.requested], *([each] for each in taken)):
        queue = deque(each.locked for each in first if id(each.locked) not in chains)
        chains |= {id(locked): (str(locked.origin), locked.name) for locked in queue}
        while queue:
            parent = queue.popleft()
            for child in children[id(parent)]:
                if id(child) not in chains:
                    chains[id(child)] = (*chains[id(parent)], child.name)
                    queue.append(child)
    return chains


@dataclass(frozen=True, slots=True)
class _Entry:
    """One taken entry, beside what the index has of it."""

    taken: _Taken
    lock: Lock
    project: Project | Absent | None
    target: Target
    twin: Target
    selection: Selection

    def candidate(self, shelf: Shelf, chain: tuple[str, ...]) -> Candidate:
        """The candidate as the lock fixes it."""
        locked = self.taken.locked
        files = locked.files
        unlocked: tuple[DistFile, ...] = ()
        if self.project is not None:
            files, shelf, unlocked = self._beside_index(self.project)
        direct = None
        if locked.source is not Source.INDEX:
            direct = Requirement(locked.name, locked.text, locked.origin, source=locked.source, location=locked.location)
        return Candidate(
            name=locked.name,
            version=locked.version,
            shelf=shelf,
            extras=frozenset(self.taken.extras),
            requested=self.taken.requested,
            required_by=tuple(sorted({parent.name for parent in self.taken.parents.values()})),
            chain=chain,
            origins=(locked.origin,),
            asked=(locked.text,),
            direct=direct,
            blocker=self._blocker(shelf),
            twin_file=shelve(files, self.twin, self.selection, locked.name, pinned=True).chosen,
            status=self.project.status if isinstance(self.project, Project) else "active",
            locked=locked.origin,
            relock=self.lock.relock.format(name=locked.name, version=locked.version or ""),
            unlocked=unlocked[0] if unlocked and (shelf.chosen is None or shelf.chosen.kind is not Kind.WHEEL) else None,
        )

    def _beside_index(self, project: Project | Absent) -> tuple[tuple[DistFile, ...], Shelf, tuple[DistFile, ...]]:
        """The locked files with what the index knows of them, the shelf, and the wheels that fit but are not in the lock."""
        locked = self.taken.locked
        listed = project.files(locked.version) if isinstance(project, Project) and locked.version else ()
        if locked.files:
            named = {file.filename: file for file in listed}
            files = tuple(_on_index(file, named.get(file.filename)) for file in locked.files)
            known = {file.filename for file in files}
            others = [file for file in listed if file.filename not in known]
        else:
            files = tuple(file for file in listed if not locked.hashes or not file.hashes or not set(file.hashes).isdisjoint(locked.hashes))
            others = [file for file in listed if file not in files]
        shelf = shelve((file for file in files if file.url), self.target, self.selection, locked.name, pinned=True)
        beside = shelve(others, self.target, self.selection, locked.name)
        fitting = [placed.file for placed in beside.placed if isinstance(placed.fit, Fits)]
        placed = [*shelf.placed, *(Placed(file, Misfit(Miss.EXCLUDED, _NOT_LOCKED)) for file in fitting)]
        placed += (each for each in beside.placed if isinstance(each.fit, Misfit))
        if isinstance(project, Project):
            placed += (Placed(file, self._gone(file)) for file in files if not file.url)
        placed.sort(key=lambda each: -each.fit.miss if isinstance(each.fit, Misfit) else -len(Miss))
        return files, Shelf(tuple(placed)), tuple(file for file in fitting if file.kind is Kind.WHEEL)

    def _gone(self, file: DistFile) -> Misfit:
        fit = place(file, self.target, self.selection, file.name, pinned=True)
        return fit if isinstance(fit, Misfit) else Misfit(Miss.EXCLUDED, _GONE)

    def _blocker(self, shelf: Shelf) -> Blocker | None:
        """Why nothing of the entry installs, where nothing does."""
        locked, project = self.taken.locked, self.project
        if shelf.chosen is not None or locked.source in (Source.VCS, Source.DIRECTORY):
            return None
        if isinstance(project, Absent) and not shelf.placed:
            if project.unreachable:
                return Blocker(BlockerKind.UNREACHABLE, f"the index could not be asked: {project.reason}")
            asked = f" (asked: {', '.join(project.indexes)})" if project.indexes else ""
            return Blocker(BlockerKind.NOT_ON_INDEX, f"no index has a project named {locked.name}{asked}")
        if isinstance(project, Project) and not shelf.placed:
            near = project.versions[:1]
            return Blocker(BlockerKind.NO_SUCH_VERSION, f"the index has no {locked.text}, and the lock names no file of it", near)
        wheel = next((placed.file for placed in shelf.placed if placed.fit == Misfit(Miss.EXCLUDED, _NOT_LOCKED)), None)
        if wheel is not None:
            here = f"{self.target.libc.name} {self.target.arch}"
            message = f"no file of {locked.name} {locked.version} in the lock installs on {here}; {wheel.filename} is on the index only"
            return Blocker(BlockerKind.NO_FILE, message)
        return Blocker(BlockerKind.NO_FILE, no_file_in_words(shelf))


def _on_index(file: DistFile, listed: DistFile | None) -> DistFile:
    """A locked file as the index lists it: from there it is had. One with another digest is another file.

    The Python that it is for is the lock's business: it was looked at when the lock was made.
    """
    if listed is None or (file.hashes and listed.hashes and set(file.hashes).isdisjoint(listed.hashes)):
        return file
    hashes = tuple(dict.fromkeys((*file.hashes, *listed.hashes)))
    return replace(listed, hashes=hashes, size=listed.size or file.size, requires_python=file.requires_python)
