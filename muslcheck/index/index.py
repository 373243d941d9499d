"""The index, as the rest of the house sees it: every index and link page that the options name, as one.

What the cache, the disk and this run already know is answered without waiting: no HTTP library and no event loop is loaded for it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

from muslcheck.errors import IndexFailure, IndexUnavailable, Offline
from muslcheck.index.auth import Credentials
from muslcheck.index.cache import Cache
from muslcheck.index.codec import content_key, metadata_of, plain_metadata
from muslcheck.index.merge import Part, merge
from muslcheck.index.reading import READERS, Readings
from muslcheck.index.sources import OFFLINE_HINT, Answer, Sources
from muslcheck.words.release import Absent, DistFile, Kind, Metadata, Unread
from muslcheck.words.report import Problem

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine, Sequence
    from pathlib import Path
    from types import TracebackType

    from packaging.utils import NormalizedName

    from muslcheck.archives.facts import SdistFacts, WheelFacts
    from muslcheck.index.client import Client
    from muslcheck.index.download import Downloads
    from muslcheck.index.inside import Insides
    from muslcheck.index.sources import Source
    from muslcheck.words.release import Project
    from muslcheck.words.requirement import IndexOptions, Requirement
    from muslcheck.words.target import Target

__all__ = ["Index"]

_T = TypeVar("_T")

_MOST_FOLLOWED = 15
"""Readings of one setup.py that are kept in the cache beside the last."""

_DEAR = 4 << 20
"""Bytes from which an sdist is not fetched only to learn what a wheel of its release says, too: what an sdist states for sure holds for
its wheels (PEP 643), and where it states nothing for sure the wheel would be asked anyway."""


class Index:
    """Answers for one item at a time. An asynchronous context manager; what is asked twice is fetched once.

    ``cache_dir`` None: nothing is kept between runs. ``offline``: only what is cached or on disk, however old. ``refresh``: cached
    pages and facts are asked for anew. ``tell`` is called with what is waited for, the number of answers had, and the number asked for.
    """

    def __init__(
        self,
        options: IndexOptions,
        *,
        cache_dir: Path | None,
        offline: bool = False,
        refresh: bool = False,
        tell: Callable[[str, int, int], None] | None = None,
    ) -> None:
        self._options = options
        self._offline = offline
        self._refresh = refresh
        self._tell = tell
        self._cache = Cache(cache_dir)
        self._credentials = Credentials()
        self._sources = Sources(options, self._credentials, self._cache, self._client, offline=offline, refresh=refresh)
        self._answers: dict[tuple[str, str], Any] = {}
        self._followed: dict[str, list[Metadata]] = {}
        """What setup.py was found to require, where that depends on the target, by address."""
        self._near: dict[str, list[tuple[Answer] | None]] = {}
        self._under_way: dict[tuple[str, str], asyncio.Task[Any]] = {}
        self._http: Client | None = None
        self._files: Downloads | None = None
        self._readings = Readings(self._cache, self._fetched, refresh=refresh)
        self._insides: Insides | None = None
        self._asked = self._had = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self._under_way:
            import asyncio

            for task in self._under_way.values():
                task.cancel()
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)
            self._under_way.clear()
        await self._readings.aclose()
        if self._http is not None:
            await self._http.aclose()
            self._http = None
        if self._files is not None:
            self._files.close()
            self._files = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What kept one of several indexes, or the cache, from being used, while the rest went on."""
        found = tuple(self._sources.problems)
        if self._cache.trouble is not None:
            hint = "Free some space or name another folder with --cache-dir."
            found += (Problem("cache", f"nothing could be kept: {self._cache.trouble}", hint),)
        return found

    def known_project(self, name: NormalizedName) -> Project | Absent | None:
        """What :meth:`project` would answer without waiting; None where it would wait, or raise."""
        key = ("project", str(name))
        near = self._nearby(name)
        if key not in self._answers and None not in near:
            try:
                self._answers[key] = self._settled(name, [known[0] for known in near if known is not None])
            except IndexFailure:
                return None
        return self._answers.get(key)

    def known_metadata(self, file: DistFile, siblings: Sequence[DistFile] = (), target: Target | None = None) -> Metadata | Unread | None:
        """What :meth:`metadata` would answer without waiting; None where it would wait, or raise."""
        found = self._recalled(file, target)
        if not (_is_dear(file) if found is None else _asks_siblings(file, found)):
            return found
        from muslcheck.index.siblings import as_sibling, likely

        for wheel in likely(file, siblings, found):
            other = self._recalled(wheel)
            if other is None:
                return None
            if isinstance(other, Metadata):
                return as_sibling(other)
        return found

    def has_facts(self, file: DistFile, target: Target) -> bool:
        """Whether :meth:`facts` would answer without waiting."""
        return self._readings.known(file, target) is not None

    async def project(self, name: NormalizedName) -> Project | Absent:
        """A project's page, all indexes merged as pip merges them.

        An index that cannot be read is passed over where another lists the project, as pip does; why is in :attr:`problems`.
        Where none lists it and one could not be read, that one's failure is raised: IndexUnavailable, Offline or MalformedPage.
        """
        key = ("project", str(name))
        if key not in self._answers:
            near = self._nearby(name)
            if None in near:
                return await self._once(key, "project pages", self._project(name, near))
            self._answers[key] = self._settled(name, [known[0] for known in near if known is not None])
        answer: Project | Absent = self._answers[key]
        return answer

    async def metadata(self, file: DistFile, siblings: Sequence[DistFile] = (), target: Target | None = None) -> Metadata | Unread:
        """What a file's release requires. Raises IndexFailure and ArchiveFailure.

        ``siblings`` are the other files of the release; ``target`` is what an sdist's setup.py is followed for, where its
        requirements stand nowhere else.
        """
        found = self._told_before(file, target)
        if found is None:
            found = self._known_metadata(file, target)
            if found is None and self._offline and (said := await self._said_otherwise(file, siblings)) is not None:
                return said
            if found is None and _is_dear(file):
                from muslcheck.index.siblings import sibling_of

                if (other := await sibling_of(file, siblings, self.metadata)) is not None:
                    return other
            if found is None:
                about = target.id if target is not None and file.kind is Kind.SDIST else ""
                found = await self._once(("metadata of", f"{file.url} {about}"), "metadata", self._metadata(file, target))
            self._tell_later(file, found)
        if _asks_siblings(file, found):
            from muslcheck.index.siblings import sibling_of

            return await sibling_of(file, siblings, self.metadata, found) or found
        return found

    async def _said_otherwise(self, file: DistFile, siblings: Sequence[DistFile]) -> Metadata | None:
        """Offline, what the cache has of the release, where a run for another target read another of its files, or this for that target."""
        from muslcheck.index.siblings import said_by_others, sibling_of

        if file.kind is Kind.WHEEL:
            return said_by_others(file, siblings, self._recalled)
        return await sibling_of(file, siblings, self.metadata, next(iter(self._followed.get(file.url, ())), None))

    async def archive(self, requirement: Requirement) -> DistFile | Unread:
        """The wheel or sdist that a direct reference names. Raises IndexFailure and ArchiveFailure."""
        from muslcheck.index.direct import described, direct_file, named

        assert requirement.location is not None
        url = requirement.location if "://" in requirement.location else ""
        file = direct_file(requirement, self._credentials.take(url) if url else "")
        if isinstance(file, Unread) or (file.name and file.version):
            return file
        known = self._known_metadata(file)
        if isinstance(known, Metadata):
            return named(file, known)
        self._need_network(file)
        return described(file, await self._readings.metadata(file, None))

    async def facts(self, file: DistFile, target: Target) -> SdistFacts:
        """What an sdist says about its build on a target. Raises IndexFailure and ArchiveFailure."""
        found = self._readings.known(file, target)
        if found is None:
            self._need_network(file)
            found = await self._counted(self._readings.facts(file, target), "sdists")
        return found

    def known_inside(self, file: DistFile, *, imports: bool = False) -> WheelFacts | None:
        """What :meth:`inside` would answer without waiting; None where it would wait, or raise."""
        if self._insides is None:
            from muslcheck.index.inside import Insides

            self._insides = Insides(self._cache, self._fetched, self._client, self._downloads, refresh=self._refresh)
        return self._insides.known(file, imports=imports)

    async def inside(self, file: DistFile, *, imports: bool = False) -> WheelFacts:
        """What a wheel holds that is compiled; with ``imports``, what of it importing the wheel loads. Raises as :meth:`facts`."""
        found = self.known_inside(file, imports=imports)
        if found is not None:
            return found
        self._need_network(file)
        assert self._insides is not None
        return await self._once(("inside", f"{file.url} {imports}"), "wheels", self._insides.read(file, imports=imports))

    async def plain(self, place: str) -> bytes:
        """The bytes of a file that is no part of the index, by path or address. Raises UsageError, IndexFailure and OversizedArchive."""
        from muslcheck.index.plain import fetch_plain, read_plain

        if "://" not in place or place.startswith("file:"):
            return read_plain(place)
        self._sources.all()  # what the indexes were given as credentials counts for their hosts
        url = self._credentials.take(place)
        work = fetch_plain(url, self._client, self._cache, offline=self._offline, refresh=self._refresh)
        return await self._once(("plain", url), "package indexes", work)

    def _nearby(self, name: NormalizedName) -> list[tuple[Answer] | None]:
        """What each source says without being waited for, in the order of the sources."""
        known = self._near.get(name)
        if known is None:
            known = self._near[name] = [self._sources.near(source, name) for source in self._sources.of(name)]
        return known

    async def _project(self, name: NormalizedName, near: Sequence[tuple[Answer] | None]) -> Project | Absent:
        import asyncio

        async def answer(source: Source, known: tuple[Answer] | None) -> Answer:
            if known is not None:
                return known[0]
            if source.is_links:
                try:
                    await self._once(("links", source.place.url), "pages of links", self._sources.load_links(source.place))
                except IndexFailure as failure:
                    return failure
            return await self._sources.far(source, name)

        sources = self._sources.of(name)
        return self._settled(name, await asyncio.gather(*(answer(source, known) for source, known in zip(sources, near, strict=True))))

    def _settled(self, name: NormalizedName, answers: Sequence[Answer]) -> Project | Absent:
        """One project out of what every source said."""
        sources = self._sources.of(name)
        first = self._options.first_index
        counted = self._sources.until_first(sources, answers) if first else answers
        parts = [answer for answer in counted if isinstance(answer, Part)]
        failures = [answer for answer in counted if isinstance(answer, IndexFailure)]
        listed = sum(isinstance(answer, Part) and not source.is_links for source, answer in zip(sources, answers, strict=True))
        if first and failures:
            raise failures[0]  # who knows what it would have said: uv stops there
        if any(part.page.versions for part in parts) or (listed and not failures):
            for failure in failures:
                host = urlsplit(failure.subject).netloc or failure.subject
                self._sources.problems.setdefault(Problem(host, f"passed over, as pip does: {failure.reason}", failure.hint, "index"))
            return merge(name, parts, self._otherwise(name, sources, answers) if listed > 1 else None)
        if failures:
            raise failures[0]
        indexes = tuple(source.place.url for source in sources)
        ignored = next(iter(self._sources.problems), None)
        if ignored is not None and not indexes:
            raise IndexUnavailable(ignored.subject, ignored.message, ignored.hint)
        return Absent(name, "no index lists it" if indexes else "there is no index to ask", indexes)

    def _otherwise(self, name: NormalizedName, sources: Sequence[Source], answers: Sequence[Answer]) -> Callable[[], Project] | None:
        """The project by the other rule for several indexes; None where that is not worth telling.

        That pip passes over an older mirror on one's own disk is what everybody would expect.
        """
        others = answers if self._options.first_index else self._sources.until_first(sources, answers)
        has = [(source, answer) for source, answer in zip(sources, others, strict=True) if isinstance(answer, Part)]
        if not self._options.first_index and any(not source.is_links and source.place.path is not None for source, _ in has):
            return None
        return partial(merge, name, [part for _, part in has])

    # --- metadata and facts ------------------------------------------------------------------------------------------------------

    def _recalled(self, file: DistFile, target: Target | None = None) -> Metadata | Unread | None:
        """What the file itself says, without waiting; an sdist's siblings are not asked."""
        found = self._told_before(file, target)
        if found is None:
            try:
                found = self._known_metadata(file, target)
            except IndexFailure:
                return None
            if found is not None:
                self._tell_later(file, found)
        return found

    def _told_before(self, file: DistFile, target: Target | None) -> Metadata | Unread | None:
        """What was said of the file in this run, and holds for the target."""
        found: Metadata | Unread | None = self._answers.get(("metadata", file.url))
        if found is None and (followed := self._followed.get(file.url)):
            from muslcheck.archives.witness import suits

            found = next((each for each in followed if suits(each, target)), None)
        return found

    def _tell_later(self, file: DistFile, found: Metadata | Unread) -> None:
        if isinstance(found, Unread) or not found.asked:
            self._answers["metadata", file.url] = found
        elif found not in (followed := self._followed.setdefault(file.url, [])):
            followed.append(found)

    def _known_metadata(self, file: DistFile, target: Target | None = None) -> Metadata | Unread | None:
        if file.url.startswith("file:") and file.kind is Kind.WHEEL:
            from muslcheck.index.metadata import local_wheel

            return local_wheel(file)
        key = _metadata_key(file)
        found = None if key is None else self._cache.read("metadata", key)
        if key is None or found is None:
            return None
        try:
            if not isinstance(found[0], list):
                return metadata_of(found[0])
            for each in map(metadata_of, found[0]):
                self._tell_later(file, each)
        except (KeyError, TypeError, ValueError):
            self._cache.drop("metadata", key)
            return None
        return self._told_before(file, target)

    async def _metadata(self, file: DistFile, target: Target | None) -> Metadata | Unread:
        self._need_network(file)
        found: Metadata | Unread
        if file.kind is Kind.WHEEL:
            from muslcheck.index.metadata import wheel_metadata

            found = await wheel_metadata(file, self._client, self._downloads())
        else:
            from muslcheck.index.metadata import checked

            found = checked(await self._readings.metadata(file, target), file)
        key = _metadata_key(file)
        if key is not None and isinstance(found, Metadata) and found.asked:
            others = [each for each in self._followed.get(file.url, ()) if each != found][-_MOST_FOLLOWED:]
            self._cache.write("metadata", key, [plain_metadata(each) for each in (*others, found)])
        elif key is not None and (isinstance(found, Metadata) or found.broken or file.kind is Kind.SDIST):
            self._cache.write("metadata", key, plain_metadata(found))
        return found

    async def _fetched(self, file: DistFile) -> str:
        return await self._once(("download", file.url.partition("#")[0]), "sdists", self._downloads().fetch(file))

    # --- what is under way -------------------------------------------------------------------------------------------------------

    async def _once(self, key: tuple[str, str], activity: str, work: Coroutine[Any, Any, _T]) -> _T:
        """Do the work, or wait for the same work that is already being done; its answer is kept, its failure is not."""
        import asyncio

        if key in self._answers:
            work.close()
            kept: _T = self._answers[key]
            return kept
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(self._counted(work, activity))
        else:
            work.close()
        try:
            answer: _T = await asyncio.shield(task)
        finally:
            if task.done():
                self._under_way.pop(key, None)
        self._answers[key] = answer
        return answer

    async def _counted(self, work: Coroutine[Any, Any, _T], activity: str) -> _T:
        self._asked += 1
        self._report(activity)
        try:
            return await work
        finally:
            self._had += 1
            self._report(activity)

    def _report(self, activity: str) -> None:
        if self._tell is not None:
            self._tell(activity, self._had, self._asked)

    def _need_network(self, file: DistFile) -> None:
        if self._offline and not file.url.startswith("file:"):
            raise Offline(file.url, "not in the cache", OFFLINE_HINT)

    def _client(self) -> Client:
        if self._http is None:
            from muslcheck.index.client import Client

            self._http = Client(self._options, self._credentials)
        return self._http

    def _downloads(self) -> Downloads:
        if self._files is None:
            from muslcheck.index.download import Downloads

            self._files = Downloads(self._client)
        return self._files


def _is_dear(file: DistFile) -> bool:
    return file.kind is Kind.SDIST and (file.size or 0) > _DEAR and not file.url.startswith("file:")


def _asks_siblings(file: DistFile, found: Metadata | Unread) -> bool:
    """Whether a wheel of the release is to be asked, since the sdist does not tell for sure."""
    return file.kind is Kind.SDIST and (found.assumed if isinstance(found, Metadata) else not found.broken)


def _metadata_key(file: DistFile) -> str | None:
    """METADATA of a wheel says what it says; what is read out of an sdist may change with muslcheck."""
    key = content_key(file)
    return key if key is None or file.kind is not Kind.SDIST else f"{key} {READERS}"
