"""Between the wires and the resolver: what is wanted is loaded, and a failure over one item becomes a Problem."""

from __future__ import annotations

import os
import sys
from contextlib import AsyncExitStack, suppress
from functools import cache, partial
from types import coroutine
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from muslcheck.errors import ArchiveFailure, IndexFailure, Offline, ResolutionFailed, UsageError
from muslcheck.judge import Known
from muslcheck.manifests import build_requirements, static_dependencies
from muslcheck.resolver import Catalogue, follow_lock, resolve, walk
from muslcheck.words.release import Absent, Metadata, Unread
from muslcheck.words.report import Problem
from muslcheck.words.requirement import Source
from muslcheck.words.resolution import Wanted

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator, Mapping, Sequence
    from typing import Any, Self

    from packaging.utils import NormalizedName

    from muslcheck.alpine.apkindex import ApkIndex
    from muslcheck.archives.facts import SdistFacts, WheelFacts
    from muslcheck.index import Index
    from muslcheck.words.lock import Lock
    from muslcheck.words.release import DistFile, Project
    from muslcheck.words.requirement import IndexOptions, Requirement, Selection
    from muslcheck.words.resolution import Candidate, Installed, Resolution
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import BuildRequirement

__all__ = ["Loader", "Loaders", "a_turn", "driven", "in_loop", "texts_at", "together"]

_T = TypeVar("_T")

_MANY = 3
"""Projects that one fault keeps from being looked up, from which on it is told once for all."""

_MOST_ROUNDS = 2000
"""Times that one resolution may come back for more: far beyond any real one, so that none runs for ever."""


class Loader:
    """Fills one catalogue from one index, and keeps the problems that came up on the way."""

    def __init__(self, index: Index, catalogue: Catalogue, tell: Callable[[str, int, int], None] | None = None) -> None:
        self.index = index
        self.catalogue = catalogue
        self._problems: dict[Problem, None] = {}
        self._unasked: dict[NormalizedName, IndexFailure] = {}
        self._under_way: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._ahead: dict[tuple[object, ...], asyncio.Event | None] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self.build_requirements = cache(build_requirements)
        """What a build requires, the same objects for the same texts: targets that ask the same are told by them."""
        self.built: dict[tuple[object, ...], tuple[BuildRequirement, ...]] = {}
        """What builds require, judged, where it is the same on every machine."""
        self.judged = Known()
        """What was judged and holds for several targets."""
        self._tell = tell
        self._done = self._begun = 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that came up so far."""
        return (*_unasked_in_words(self._unasked), *self._problems)

    async def explore(
        self,
        requirements: Sequence[Requirement],
        constraints: Sequence[Requirement],
        targets: Sequence[Target],
        selection: Selection,
        *,
        judged: Sequence[Target] = (),
    ) -> None:
        """Walk the requirements greedily: what each answer makes wanted is asked for at once, nothing waits for the rest.

        The sdists that it comes to for those that will be ``judged`` are opened meanwhile, from then on.
        """
        self._enter_directories(requirements)
        steps = walk(requirements, constraints, targets, selection, self.catalogue)
        wanted = steps.wanted()
        if not wanted:
            return
        await a_turn()
        import asyncio

        pending = self._tasks(wanted, targets[0])
        try:
            while pending:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
                pending |= self._tasks(steps.wanted(), targets[0])
        finally:
            await _cancel(pending)
        self._opening = {asyncio.create_task(self._opened(file, target)) for file, target in steps.sdists(judged)}

    async def _opened(self, file: DistFile, target: Target) -> None:
        """Read an sdist before anybody asks; whoever does is told what is wrong with it."""
        with suppress(IndexFailure, ArchiveFailure):
            await self.index.metadata(file, self.catalogue.siblings(file), target)
            await self.index.facts(file, target)

    async def aclose(self) -> None:
        """Nothing more is opened that nobody asked for."""
        if self._opening:
            await _cancel(self._opening)

    async def explore_once(self, requirements: tuple[Requirement, ...], target: Target, selection: Selection) -> None:
        """Walk what a build requires, for the first target of each Python: the others want little else, and wait for it."""
        await self._one_ahead(("walk", id(requirements), target.python), partial(self.explore, requirements, (), (target,), selection))

    async def settle(
        self,
        requirements: Sequence[Requirement],
        constraints: Sequence[Requirement],
        target: Target,
        twin: Target,
        selection: Selection,
        *,
        installed: Installed | None = None,
    ) -> Resolution:
        """Resolve for one target, loading what the resolver wants until it wants no more; ``installed`` is what is there before.

        Of several targets the first goes ahead, and then the first of each Python: what they find is compared, and not searched
        for again, and what they lack is asked for once.
        Raises :class:`~muslcheck.errors.ResolutionFailed` where that does not end.
        """
        asked = (*map(id, requirements), None, *map(id, constraints), selection, installed and installed.likeness)
        settle = partial(self._settle, requirements, constraints, target, twin, selection, installed=installed)
        of_python = partial(self._one_ahead, ("search", *asked, target.python_full, target.free_threaded), settle)
        return await self._one_ahead(("search", *asked), of_python) or await of_python() or await settle()

    async def _one_ahead(self, key: tuple[object, ...], work: Callable[[], Coroutine[Any, Any, _T]]) -> _T | None:
        """Do the work, where it is the first of its kind; None for those who come later, when the first has done it."""
        if key not in self._ahead:
            event = self._ahead[key] = _event() if in_loop() else None
            try:
                return await work()
            finally:
                self._ahead[key] = None
                if event is not None:
                    event.set()
        if (ahead := self._ahead[key]) is not None:
            await ahead.wait()
        return None

    async def _settle(
        self,
        requirements: Sequence[Requirement],
        constraints: Sequence[Requirement],
        target: Target,
        twin: Target,
        selection: Selection,
        *,
        installed: Installed | None = None,
    ) -> Resolution:
        for _ in range(_MOST_ROUNDS):
            answer = resolve(requirements, constraints, target, twin, selection, self.catalogue, self._say_tried, installed)
            if not isinstance(answer, Wanted):
                for problem in answer.problems:
                    self._problems.setdefault(problem)
                return answer
            await self._load(answer, target)
        raise ResolutionFailed(f"no resolution for {target.id} within {_MOST_ROUNDS} rounds", hint="Pin more of the requirements.")

    async def offered(self, places: Sequence[str]) -> ApkIndex | None:
        """Alpine's own package index, out of the files and addresses given, as one; None where none is given or none can be had.

        Raises :class:`~muslcheck.errors.UsageError` for what is no such index.
        """
        if not places:
            return None
        from muslcheck.alpine.apkindex import ApkIndexFault, joined, parse_apkindex

        found = []
        for place in places:
            try:
                if "://" in place:
                    await a_turn()
                found.append(parse_apkindex(await self.index.plain(place)))
            except ApkIndexFault as fault:
                hint = "Give the path or address of an APKINDEX.tar.gz."
                raise UsageError(f"{place} is no package index of Alpine's: {fault}", hint) from fault
            except (IndexFailure, ArchiveFailure) as failure:
                self._problems.setdefault(Problem(failure.subject, failure.reason, failure.hint, kind="index"))
        return joined(found) if found else None

    def wheel_releases(self, candidate: Candidate, target: Target, selection: Selection) -> tuple[str, ...]:
        """Releases of a candidate's project that a wheel fits on the target, as far as its page is known."""
        from muslcheck.resolver.alternatives import wheel_releases

        return wheel_releases(candidate.name, target, selection, self.catalogue)

    async def follow(self, lock: Lock, target: Target, twin: Target, selection: Selection) -> Resolution:
        """What a lock installs on one target, with the pages that it takes to tell."""
        while isinstance(answer := follow_lock(lock, target, twin, selection, self.catalogue), Wanted):
            await self._load(answer, target)
        for problem in answer.problems:
            self._problems.setdefault(problem)
        return answer

    def _enter_directories(self, requirements: Sequence[Requirement]) -> None:
        """What a project on disk requires is read from it, statically; nothing is fetched."""
        for requirement in requirements:
            if requirement.source is Source.DIRECTORY:
                path = (requirement.location or ".").removeprefix(f"{os.getcwd()}{os.sep}")  # noqa: PTH109 - pathlib is dear to load
                stated = static_dependencies(path, requirement.extras)
                if isinstance(stated, Problem):
                    self.catalogue.add_directory(requirement, Unread(stated.message, seen_in=requirement.text, hint=stated.hint))
                else:
                    texts = tuple(each.text for each in stated)
                    # What its extras require is among the texts already, without the extra's marker.
                    found = Metadata(requirement.name, "", texts, None, requirement.extras, seen_in=requirement.text, assumed=True)
                    self.catalogue.add_directory(requirement, found)

    async def facts(self, file: DistFile, target: Target) -> SdistFacts | Unread:
        """Open an sdist and read it; what cannot be read is a Problem and an ``Unread``."""
        if not self.index.has_facts(file, target):
            await a_turn()
        try:
            return await self._counted(self.index.facts(file, target), file.name)
        except (IndexFailure, ArchiveFailure) as failure:
            unread = _unread(failure, file.filename)
            if self.catalogue.metadata(file, target) != unread:  # or it is told of its dependencies already
                self._problems.setdefault(Problem(file.name, failure.reason, failure.hint, unread.kind))
            return unread

    async def inside(self, file: DistFile, target: Target) -> WheelFacts | Unread | None:
        """Look into a wheel; what importing it loads is read where something in it cannot be loaded. None where it is not for musl.

        What cannot be read is a Problem and an ``Unread``.
        """
        if not target.is_musl:
            return None
        from muslcheck.judge.loads import in_trouble

        try:
            if self.index.known_inside(file) is None:
                await a_turn()
            found = await self._counted(self.index.inside(file), file.name)
            if found.natives and in_trouble(found, target):
                if self.index.known_inside(file, imports=True) is None:
                    await a_turn()
                found = await self._counted(self.index.inside(file, imports=True), file.name)
        except (IndexFailure, ArchiveFailure) as failure:
            unread = _unread(failure, file.filename)
            self._problems.setdefault(Problem(file.name, f"could not be looked into: {failure.reason}", failure.hint, unread.kind))
            return unread
        return found

    async def _load(self, wanted: Wanted, target: Target) -> None:
        await a_turn()
        import asyncio

        tasks = self._tasks(wanted, target)
        try:
            await asyncio.gather(*tasks)
        finally:
            await _cancel(tasks)

    def _tasks(self, wanted: Wanted, target: Target) -> set[asyncio.Task[None]]:
        """Tasks that load what is wanted; what another target wants too, and is on its way, has its task already."""
        return {
            *(self._task(("project", name), partial(self._project, name), name) for name in sorted(wanted.projects)),
            *(
                self._task(("metadata", f.url), partial(self._metadata, f, target), f.name)
                for f in sorted(wanted.metadata, key=lambda f: f.url)
            ),
            *(self._task(("archive", each.place), partial(self._archive, each), each.name) for each in wanted.archives),
        }

    def _task(self, key: tuple[str, str], work: Callable[[], Coroutine[Any, Any, None]], about: str) -> asyncio.Task[None]:
        import asyncio

        if key not in self._under_way:
            task = self._under_way[key] = asyncio.create_task(self._counted(work(), about))
            task.add_done_callback(lambda _: self._under_way.pop(key))
        return self._under_way[key]

    async def _project(self, name: NormalizedName) -> None:
        project: Project | Absent
        try:
            project = await self.index.project(name)
        except IndexFailure as failure:
            self._unasked.setdefault(name, failure)
            project = Absent(name, failure.reason, unreachable=True)
        self.catalogue.add_project(project)

    async def _metadata(self, file: DistFile, target: Target) -> None:
        try:
            metadata = await self.index.metadata(file, self.catalogue.siblings(file), target)
        except (IndexFailure, ArchiveFailure) as failure:
            metadata = _unread(failure, file.filename)
        self.catalogue.add_metadata(file, metadata, target)

    async def _archive(self, requirement: Requirement) -> None:
        file: DistFile | Unread
        try:
            file = await self.index.archive(requirement)
        except (IndexFailure, ArchiveFailure) as failure:
            file = _unread(failure, requirement.text)
        self.catalogue.add_archive(requirement, file)

    async def _counted(self, work: Coroutine[Any, Any, _T], about: str) -> _T:
        self._begun += 1
        self._say(about)
        try:
            return await work
        finally:
            self._done += 1
            self._say(about)

    def _say_tried(self, release: str, count: int) -> None:
        """Nothing is asked for, it is searched: the release that is tried, and how many were."""
        if self._tell:
            self._tell(release, count, 0)

    def _say(self, about: str) -> None:
        if self._tell:
            self._tell(about, self._done, self._begun)


class Loaders:
    """A loader for each set of index options, made as it is asked for; what they have open is closed together."""

    def __init__(self, connect: Callable[[IndexOptions], Index], tell: Callable[[str, int, int], None] | None) -> None:
        self._connect = connect
        self._tell = tell
        self._open = AsyncExitStack()
        self._loaders: dict[IndexOptions, Loader] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._open.aclose()

    async def of(self, options: IndexOptions) -> Loader:
        """The loader for these options."""
        loader = self._loaders.get(options)
        if loader is None:
            wires = await self._open.enter_async_context(self._connect(options))
            loader = self._loaders[options] = Loader(wires, Catalogue(wires), self._tell)
            self._open.push_async_callback(loader.aclose)
        return loader

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that came up so far."""
        return tuple(problem for loader in self._loaders.values() for problem in (*loader.index.problems, *loader.problems))


async def texts_at(index: Index, addresses: Iterable[str]) -> dict[str, bytes | str]:
    """What stands at addresses of manifests, all asked at once: the bytes, or why there are none."""

    async def text(address: str) -> bytes | str:
        try:
            return await index.plain(address)
        except Offline:
            return "not in the cache, and nothing is asked with --offline"
        except (IndexFailure, ArchiveFailure) as failure:
            return failure.reason

    await a_turn()
    wanted = [*dict.fromkeys(addresses)]
    return dict(zip(wanted, await together(map(text, wanted)), strict=True))


def _unread(failure: IndexFailure | ArchiveFailure, seen_in: str) -> Unread:
    kind = "index" if isinstance(failure, IndexFailure) else "archive"
    return Unread(failure.reason, seen_in=seen_in, hint=failure.hint, kind=kind)


def _unasked_in_words(failures: Mapping[NormalizedName, IndexFailure]) -> Iterator[Problem]:
    """A problem for each project that could not be looked up; one for all, where many could not for the same reason."""
    together: dict[tuple[str, str, str], list[str]] = {}
    for name, failure in sorted(failures.items()):
        address = urlsplit(failure.subject)
        index = f"{address.scheme}://{address.netloc}" if address.netloc else failure.subject
        together.setdefault((index, failure.reason, failure.hint), []).append(name)
    for (index, reason, hint), names in together.items():
        if len(names) < _MANY:
            yield from (Problem(name, reason, hint, "index") for name in names)
        else:
            yield Problem(index, f"{reason}; {len(names)} projects could not be looked up", hint, "index")


@coroutine
def a_turn() -> Generator[None, None, None]:
    """Let others have a turn. What runs outside an event loop is given one here, before anything is waited for (see :func:`driven`)."""
    yield


def driven(work: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
    """What a coroutine returns. An event loop is loaded where it waits for something: with everything cached, never."""
    answer: list[_T] = []

    async def keep() -> None:
        answer.append(await work())

    begun = keep()  # returns nothing: Python 3.11 and 3.12 spell out in full what a task returns as they put signal handlers back
    try:
        begun.send(None)
    except StopIteration:
        return answer[0]
    import asyncio

    asyncio.run(begun)
    return answer[0]


async def together(works: Iterable[Coroutine[Any, Any, _T]]) -> list[_T]:
    """What coroutines return, in order: side by side in an event loop, one after the other where none was needed so far."""
    if not in_loop():
        return [await each for each in works]
    import asyncio

    return await asyncio.gather(*works)


def _event() -> asyncio.Event:
    import asyncio

    return asyncio.Event()


def in_loop() -> bool:
    """Whether an event loop is running in this thread."""
    if "asyncio" not in sys.modules:
        return False
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def _cancel(tasks: set[asyncio.Task[None]]) -> None:
    import asyncio

    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
