"""The index, as the rest of the house sees it: every index and link page that the options name, as one.

What the cache, the disk and this run already know is answered without waiting: no HTTP library and no event loop is loaded for it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar
from urllib.parse import urlsplit

from muslcheck.errors import IndexFailure, IndexUnavailable, MalformedPage, Offline, OversizedArchive
from muslcheck.index.auth import Credentials, joined
from muslcheck.index.cache import Cache
from muslcheck.index.codec import content_key, metadata_of, plain_metadata
from muslcheck.index.freshness import lifetime
from muslcheck.index.local import Folder, Place, index_place, is_secure, link_place, row_at, row_of, url_of
from muslcheck.index.merge import Part, merge
from muslcheck.index.pages import ACCEPT, Page, reduce_links, reduce_page, reduce_rows
from muslcheck.words.release import Absent, DistFile, Kind, Metadata, Unread
from muslcheck.words.report import Problem

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from packaging.utils import NormalizedName

    from muslcheck.archives.facts import SdistFacts
    from muslcheck.index.client import Client
    from muslcheck.index.codec import Codec
    from muslcheck.index.download import Downloads
    from muslcheck.words.release import Project
    from muslcheck.words.requirement import IndexOptions, Requirement
    from muslcheck.words.target import Target

__all__ = ["Index"]

_T = TypeVar("_T")

_Answer: TypeAlias = Part | IndexFailure | None
"""What one place says of a project: files, a failure, or nothing."""

_OK, _NOT_MODIFIED = 200, 304
_NOT_FOUND = (404, 410)
_NOT_YOU = (401, 403, 407)
_OFFLINE_HINT = "Run once without --offline, with the same index and cache folder."


@dataclass(frozen=True, slots=True)
class _Known:
    """A cached answer about a page: the page (None: the index said there is none), and how long it counts as fresh."""

    page: Page | None
    fresh_until: float
    etag: str | None
    modified: str | None


class Index:
    """Answers for one item at a time. An asynchronous context manager; what is asked twice is fetched once.

    ``cache_dir`` None: nothing is kept between runs. ``offline``: only what is cached or on disk, however old. ``refresh``: cached pages and
    facts are asked for anew. ``tell`` is called with what is being waited for, the number of answers had, and the number asked for.
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
        self._problems: dict[Problem, None] = {}
        self._places: tuple[tuple[Place, ...], tuple[Place, ...]] | None = None
        self._answers: dict[tuple[str, str], Any] = {}
        self._under_way: dict[tuple[str, str], asyncio.Task[Any]] = {}
        self._folders: dict[str, Folder] = {}
        self._links: dict[str, list[dict[str, Any]]] = {}
        self._http: Client | None = None
        self._files: Downloads | None = None
        self._facts_codec: Codec | None = None
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
        if self._http is not None:
            await self._http.aclose()
            self._http = None
        if self._files is not None:
            self._files.close()
            self._files = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What kept one of several indexes, or the cache, from being used, while the rest went on."""
        found = tuple(self._problems)
        if self._cache.trouble is not None:
            hint = "Free some space or name another folder with --cache-dir."
            found += (Problem("cache", f"nothing could be kept: {self._cache.trouble}", hint),)
        return found

    async def project(self, name: NormalizedName) -> Project | Absent:
        """A project's page, all indexes merged as pip merges them.

        An index that cannot be read is passed over where another lists the project, as pip passes over it; why is in :attr:`problems`. Where
        none lists it and one could not be read, that one's failure is raised: IndexUnavailable, Offline or MalformedPage.
        """
        key = ("project", str(name))
        if key not in self._answers:
            near = [self._near(place, name) for place in self._sources()]
            if all(known is not None for known in near):
                self._answers[key] = self._settled(name, [known[0] for known in near if known is not None])
            else:
                return await self._once(key, "project pages", self._project(name, near))
        answer: Project | Absent = self._answers[key]
        return answer

    async def metadata(self, file: DistFile, siblings: Sequence[DistFile] = ()) -> Metadata | Unread:
        """What a file's release requires; ``siblings`` are the other files of the release. Raises IndexFailure and ArchiveFailure."""
        key = ("metadata", file.url)
        if key not in self._answers:
            known = self._known_metadata(file)
            if known is None:
                known = await self._once(key, "metadata", self._metadata(file))
            self._answers[key] = known
        found: Metadata | Unread = self._answers[key]
        if file.kind is Kind.SDIST and (isinstance(found, Metadata) and found.assumed or isinstance(found, Unread) and not found.broken):
            from muslcheck.index.metadata import sibling_of

            return await sibling_of(file, siblings, self.metadata) or found
        return found

    async def archive(self, requirement: Requirement) -> DistFile | Unread:
        """The wheel or sdist that a direct reference names. Raises IndexFailure and ArchiveFailure."""
        from muslcheck.index.direct import described, direct_file

        assert requirement.location is not None
        url = requirement.location if "://" in requirement.location else ""
        file = direct_file(requirement, self._credentials.take(url) if url else "")
        if isinstance(file, Unread) or (file.name and file.version):
            return file
        key = ("download", file.url)
        self._need_network(file)
        path = await self._once(key, "archives", self._downloads().fetch(file))
        return described(file, path, requirement)

    async def facts(self, file: DistFile, target: Target) -> SdistFacts:
        """What an sdist says about its build on a target. Raises IndexFailure and ArchiveFailure."""
        import json

        plain_target = json.dumps(
            [str(v) for v in (target.python_full, target.arch, target.libc, target.distribution, target.release, target.free_threaded)]
        )
        key = ("facts", f"{file.url} {plain_target}")
        if key not in self._answers:
            known = None if self._refresh else self._known_facts(file, plain_target)
            self._answers[key] = known or await self._once(key, "sdists", self._facts(file, target, plain_target))
        found: SdistFacts = self._answers[key]
        return found

    # --- pages -------------------------------------------------------------------------------------------------------------------

    def _sources(self) -> list[tuple[Place, bool]]:
        """Every place in pip's order, and whether it is a place of links."""
        if self._places is None:
            options = self._options
            links = self._usable([link_place(location, self._credentials) for location in dict.fromkeys(options.find_links)])
            urls: tuple[str, ...] = ()
            if not options.no_index:
                from muslcheck.index.pipconfig import default_index_url

                urls = (options.index_url or default_index_url(), *options.extra_index_urls)
            indexes = self._usable([index_place(url, self._credentials) for url in dict.fromkeys(urls)])
            self._places = (links, indexes)
        return [(place, True) for place in self._places[0]] + [(place, False) for place in self._places[1]]

    def _usable(self, found: Sequence[Place | Problem]) -> tuple[Place, ...]:
        """The places that pip would look at; why it would not look at another is a problem."""
        usable = []
        for place in found:
            if isinstance(place, Problem):
                self._problems.setdefault(place)
            elif place.url.startswith("http:") and not is_secure(place.url, self._options.trusted_hosts):
                host = urlsplit(place.url).hostname
                reason = "ignored, as pip does: neither https nor a trusted host"
                self._problems.setdefault(Problem(place.url, reason, f"Use https, or give --trusted-host {host}.", "index"))
            else:
                usable.append(place)
        return tuple({place.url: place for place in usable}.values())

    def _near(self, source: tuple[Place, bool], name: NormalizedName) -> tuple[_Answer] | None:
        """What is known of a project at a place without asking the network, in a tuple; None where it has to be asked."""
        place, is_links = source
        try:
            if is_links:
                rows = self._near_links(place, name)
                return None if rows is None else (Part(reduce_rows(rows, place.url, name, foreign=False), place.url),)
            if place.path is not None:
                page = _local_page(place, name)
                return (None if page is None else Part(page, place.url),)
            url = place.page_url(name)
            known = self._cached_page(url)
            if known is not None and (self._offline or (not self._refresh and time.time() < known.fresh_until)):
                return (None if known.page is None else Part(known.page, place.url),)
            if self._offline:
                return (Offline(url, "not in the cache", _OFFLINE_HINT),)
        except IndexFailure as failure:
            return (failure,)
        return None

    async def _project(self, name: NormalizedName, near: Sequence[tuple[_Answer] | None]) -> Project | Absent:
        import asyncio

        async def asked(source: tuple[Place, bool], known: tuple[_Answer] | None) -> _Answer:
            return known[0] if known is not None else await self._far(source, name)

        return self._settled(
            name, await asyncio.gather(*(asked(source, known) for source, known in zip(self._sources(), near, strict=True)))
        )

    async def _far(self, source: tuple[Place, bool], name: NormalizedName) -> _Answer:
        """What the network says of a project at a place."""
        place, is_links = source
        try:
            if is_links:
                rows = await self._once(("links", place.url), "pages of links", self._far_links(place))
                return Part(reduce_rows(rows, place.url, name, foreign=False), place.url)
            page = await self._far_page(place.page_url(name), name)
        except IndexFailure as failure:
            return failure
        return None if page is None else Part(page, place.url)

    def _settled(self, name: NormalizedName, answers: Sequence[_Answer]) -> Project | Absent:
        """One project out of what every place said."""
        parts = [answer for answer in answers if isinstance(answer, Part)]
        failures = [answer for answer in answers if isinstance(answer, IndexFailure)]
        listed = any(not is_links and isinstance(answer, Part) for (_, is_links), answer in zip(self._sources(), answers, strict=True))
        if any(part.page.versions for part in parts) or (listed and not failures):
            for failure in failures:
                host = urlsplit(failure.subject).netloc or failure.subject
                self._problems.setdefault(Problem(host, f"passed over, as pip does: {failure.reason}", failure.hint, "index"))
            return merge(name, parts)
        if failures:
            raise failures[0]
        indexes = tuple(place.url for place, _ in self._sources())
        return Absent(name, "no index lists it" if indexes else "there is no index to ask", indexes)

    async def _far_page(self, url: str, name: NormalizedName) -> Page | None:
        known = self._cached_page(url)
        headers = {"Accept": ACCEPT, "Accept-Encoding": "gzip"}
        if known is not None and known.etag:
            headers["If-None-Match"] = known.etag
        if known is not None and known.modified:
            headers["If-Modified-Since"] = known.modified
        if self._refresh:
            headers["Cache-Control"] = "max-age=0"
        for attempt in (1, 2):
            reply = await self._asking(url, headers)
            if reply.status == _NOT_MODIFIED and known is not None:
                self._keep_page(url, known.page, reply.headers, known)
                return known.page
            if reply.status in _NOT_FOUND:
                self._keep_page(url, None, reply.headers)
                return None
            if reply.status != _OK:
                raise _refused(url, reply.status)
            try:
                page = reduce_page(reply.body, reply.headers.get("content-type", ""), reply.url, name)
            except MalformedPage:
                if attempt == 1 and "json" in reply.headers.get("content-type", ""):
                    continue  # cut short on the way, perhaps
                raise
            if not (b"@" in reply.body and self._credentials.found_in(reply.body)):
                return self._keep_page(url, page, reply.headers)
            return page
        raise AssertionError("the loop returns or raises")

    async def _asking(self, url: str, headers: Mapping[str, str]) -> Any:  # noqa: ANN401 - Reply, which is not loaded yet
        try:
            return await self._client().ask(url, headers)
        except OversizedArchive as oversized:
            raise MalformedPage(url, oversized.reason) from oversized

    def _near_links(self, place: Place, name: NormalizedName) -> list[dict[str, Any]] | None:
        if place.path is None and not place.is_file:
            known = self._links.get(place.url) or self._cached_links(place.url)
            if known is None and self._offline:
                raise Offline(place.url, "not in the cache", _OFFLINE_HINT)
            return None if known is None else list(known)
        if place.path is None:
            return [row_at(place.url)]
        if place.is_file and place.path.endswith((".html", ".htm")):
            return list(self._page_rows(place.path))
        if place.is_file:
            return [row_of(place.path)]
        folder = self._folders.get(place.path)
        if folder is None:
            folder = self._folders[place.path] = Folder(place.path)
        rows_on_pages = [row for path in folder.pages for row in self._page_rows(path)]
        return sorted(folder.rows(name), key=lambda row: str(row["url"]), reverse=True) + rows_on_pages

    def _page_rows(self, path: str) -> list[dict[str, Any]]:
        if path not in self._links:
            with open(path, "rb") as file:  # noqa: PTH123 - pathlib is dear to load
                self._links[path] = reduce_links(file.read(), "text/html", url_of(path))
        return self._links[path]

    async def _far_links(self, place: Place) -> list[dict[str, Any]]:
        if place.url not in self._links:
            reply = await self._asking(place.url, {"Accept": ACCEPT, "Accept-Encoding": "gzip"})
            if reply.status != _OK:
                raise _refused(place.url, reply.status)
            rows = reduce_links(reply.body, reply.headers.get("content-type", ""), reply.url)
            for row in rows:
                row["url"] = joined(reply.url, str(row.get("url") or row["filename"]))
            fresh_for = lifetime(reply.headers, time.time())
            if fresh_for is not None and not self._credentials.found_in(reply.body):
                self._cache.write("links", place.url, {"rows": rows, "fresh_until": time.time() + fresh_for})
            self._links[place.url] = rows
        return self._links[place.url]

    def _cached_links(self, url: str) -> list[dict[str, Any]] | None:
        found = self._cache.read("links", url)
        if found is None or not (self._offline or (not self._refresh and time.time() < found[0]["fresh_until"])):
            return None
        self._links[url] = found[0]["rows"]
        return self._links[url]

    def _cached_page(self, url: str) -> _Known | None:
        found = self._cache.read("pages", url)
        if found is None:
            return None
        value, content, start = found
        try:
            page = value["page"]
            if page is not None:
                fields: dict[str, Any] = {key: tuple(item) if isinstance(item, list) else item for key, item in page.items()}
                page = Page(**fields, body=content, start=start)
            return _Known(page, float(value["fresh_until"]), value["etag"], value["modified"])
        except (KeyError, TypeError, ValueError):
            self._cache.drop("pages", url)
            return None

    def _keep_page(self, url: str, page: Page | None, headers: Mapping[str, str], known: _Known | None = None) -> Page | None:
        """Cache an answer, as far as its headers allow; the page, held by the cache where it is long."""
        fresh_for = lifetime(headers, time.time())
        if fresh_for is None:
            self._cache.drop("pages", url)
            return page
        head: dict[str, Any] | None = None
        body = b""
        if page is not None:
            head = {
                "url": page.url,
                "versions": page.versions,
                "ends": page.ends,
                "status": page.status,
                "status_reason": page.status_reason,
                "unusable": page.unusable,
            }
            body = page.body[page.start :]
        value = {
            "page": head,
            "fresh_until": time.time() + fresh_for,
            "etag": headers.get("etag", known.etag if known else None),
            "modified": headers.get("last-modified", known.modified if known else None),
        }
        content, start = self._cache.write("pages", url, value, body)
        return None if page is None else replace(page, body=content, start=start)

    # --- metadata and facts ------------------------------------------------------------------------------------------------------

    def _known_metadata(self, file: DistFile) -> Metadata | Unread | None:
        if file.url.startswith("file:") and file.kind is Kind.WHEEL:
            from muslcheck.index.metadata import local_wheel

            return local_wheel(file)
        key = content_key(file)
        found = None if key is None else self._cache.read("metadata", key)
        if found is None:
            return None
        try:
            return metadata_of(found[0])
        except (KeyError, TypeError, ValueError):
            self._cache.drop("metadata", key or "")
            return None

    async def _metadata(self, file: DistFile) -> Metadata | Unread:
        self._need_network(file)
        found: Metadata | Unread
        if file.kind is Kind.WHEEL:
            from muslcheck.index.metadata import wheel_metadata

            found = await wheel_metadata(file, self._client, self._downloads())
        else:
            import asyncio

            from muslcheck.archives.sdist_metadata import sdist_metadata
            from muslcheck.index.metadata import checked

            path = await self._once(("download", file.url), "sdists", self._downloads().fetch(file))
            with open(path, "rb") as handle:  # noqa: ASYNC230, PTH123 - a local file, opened and no more
                found = checked(await asyncio.to_thread(sdist_metadata, handle, file.filename), file)
        key = content_key(file)
        if key is not None and (isinstance(found, Metadata) or found.broken):
            self._cache.write("metadata", key, plain_metadata(found))
        return found

    def _known_facts(self, file: DistFile, plain_target: str) -> SdistFacts | None:
        key = content_key(file)
        found = None if key is None else self._cache.read("facts", f"{key} {plain_target}")
        if found is None:
            return None
        try:
            facts: SdistFacts = self._codec().value(found[0])
        except (KeyError, TypeError, ValueError):
            self._cache.drop("facts", f"{key} {plain_target}")
            return None
        return facts

    async def _facts(self, file: DistFile, target: Target, plain_target: str) -> SdistFacts:
        import asyncio

        from muslcheck.archives import read_sdist

        self._need_network(file)
        path = await self._once(("download", file.url), "sdists", self._downloads().fetch(file))
        with open(path, "rb") as handle:  # noqa: ASYNC230, PTH123 - a local file, opened and no more
            facts = await asyncio.to_thread(read_sdist, handle, file.filename, target)
        key = content_key(file)
        if key is not None:
            self._cache.write("facts", f"{key} {plain_target}", self._codec().plain(facts))
        return facts

    def _codec(self) -> Codec:
        if self._facts_codec is None:
            from muslcheck.archives import facts
            from muslcheck.index.codec import Codec
            from muslcheck.words import release

            self._facts_codec = Codec(
                *(getattr(facts, name) for name in facts.__all__), release.Metadata, release.MetadataSource, release.Unread
            )
        return self._facts_codec

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
            raise Offline(file.url, "not in the cache", _OFFLINE_HINT)

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


def _local_page(place: Place, name: NormalizedName) -> Page | None:
    """A project's page of an index on disk (PEP 503, one folder with index.html for each project); None where it has none."""
    assert place.path is not None
    path = f"{place.path.rstrip('/')}/{name}/index.html"
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib is dear to load
            body = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise IndexUnavailable(path, f"cannot be read: {error.strerror}", "Check the path and its permissions.") from error
    return reduce_page(body, "text/html", url_of(path), name)


def _refused(url: str, status: int) -> IndexUnavailable:
    """What an answer other than a page means."""
    if status in _NOT_YOU:
        host = urlsplit(url).hostname
        return IndexUnavailable(url, f"access denied ({status})", f"Give credentials for {host} in the index address or in netrc.")
    return IndexUnavailable(url, f"answered {status}", "Check the index's address.")
