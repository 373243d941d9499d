"""Where projects are looked up: every index and place of links of the options, on disk, in the cache, or on the network.

What needs no network is answered by :meth:`Sources.near`, without waiting; the rest by :meth:`Sources.far`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from muslcheck.errors import IndexFailure, IndexUnavailable, MalformedPage, Offline, OversizedArchive
from muslcheck.index.auth import joined
from muslcheck.index.freshness import lifetime
from muslcheck.index.local import Folder, Place, index_place, is_secure, link_place, row_at, row_of, url_of
from muslcheck.index.merge import Part
from muslcheck.index.pages import ACCEPT, Page, reduce_links, reduce_page, reduce_rows
from muslcheck.words.report import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from packaging.utils import NormalizedName

    from muslcheck.index.auth import Credentials
    from muslcheck.index.cache import Cache
    from muslcheck.index.client import Client, Reply
    from muslcheck.words.requirement import IndexOptions

__all__ = ["OFFLINE_HINT", "Answer", "Source", "Sources"]

OFFLINE_HINT = "Run once without --offline, with the same index and cache folder."
_ASKING = {"Accept": ACCEPT, "Accept-Encoding": "gzip"}
_OK, _NOT_MODIFIED = 200, 304
_NOT_FOUND = (404, 410)
_NOT_YOU = (401, 403, 407)

Answer: TypeAlias = Part | IndexFailure | None
"""What one source says of a project: files, a failure, or nothing."""


@dataclass(frozen=True, slots=True)
class Source:
    """A place, and whether it is one of links (``--find-links``) or an index."""

    place: Place
    is_links: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """A cached answer about a page: the page (None: the index said there is none), and what was said about keeping it."""

    page: Page | None
    fresh_until: float
    etag: str | None
    modified: str | None


class Sources:
    """The sources of one run. ``problems`` gathers what pip would warn about and go on."""

    def __init__(
        self, options: IndexOptions, credentials: Credentials, cache: Cache, client: Callable[[], Client], *, offline: bool, refresh: bool
    ) -> None:
        self._options = options
        self._credentials = credentials
        self._cache = cache
        self._client = client
        self._offline = offline
        self._refresh = refresh
        self._sources: tuple[Source, ...] | None = None
        self._turn: tuple[str, ...] = ()
        self._pinned: dict[str, set[str]] = {}
        self._for_those_alone: frozenset[str] = frozenset()
        self._folders: dict[str, Folder] = {}
        self._links: dict[str, list[dict[str, Any]]] = {}
        self.problems: dict[Problem, None] = {}

    def all(self) -> tuple[Source, ...]:
        """Every source in pip's order: links, the index, the extra indexes; last those that serve the projects pinned to them."""
        if self._sources is None:
            options = self._options
            links = [link_place(location, self._credentials) for location in options.find_links]
            indexes = []
            if not options.no_index:
                from muslcheck.index.pipconfig import default_index_url

                urls = (options.index_url or default_index_url(), *options.extra_index_urls)
                indexes = [index_place(url, self._credentials) for url in urls]
            asked_for_all = [place.url for place in indexes if isinstance(place, Place)]
            for name, url in () if options.no_index else options.pinned:
                place = index_place(url, self._credentials)
                indexes.append(place)
                if isinstance(place, Place):
                    self._pinned.setdefault(name, set()).add(place.url)
            self._turn = tuple(dict.fromkeys((*asked_for_all[1:], *asked_for_all[:1])))
            self._for_those_alone = frozenset(url for urls in self._pinned.values() for url in urls).difference(asked_for_all)
            self._sources = tuple(
                Source(place, is_links) for those, is_links in ((links, True), (indexes, False)) for place in self._usable(those)
            )
        return self._sources

    def of(self, name: str) -> tuple[Source, ...]:
        """The sources that are asked for a project: all, but for the indexes that others are pinned to, or those that it is pinned to."""
        found = self.all()
        if not self._pinned:
            return found
        own = self._pinned.get(name)
        return tuple(
            source
            for source in found
            if source.is_links or (source.place.url in own if own is not None else source.place.url not in self._for_those_alone)
        )

    def until_first(self, sources: Sequence[Source], answers: Sequence[Answer]) -> list[Answer]:
        """What counts of the answers of sources where the first index that has a project is the only one (uv ``first-index``).

        The extra indexes come before the index itself. Links always count.
        """
        counted = [*answers]
        indexes = [position for position, source in enumerate(sources) if not source.is_links and source.place.url in self._turn]
        found = False
        for position in sorted(indexes, key=lambda each: self._turn.index(sources[each].place.url)):
            if found:
                counted[position] = None
            found = found or isinstance(answers[position], Part)
        return counted

    def near(self, source: Source, name: NormalizedName) -> tuple[Answer] | None:
        """What is known of a project without asking the network, in a tuple; None where it has to be asked."""
        place = source.place
        try:
            if source.is_links:
                rows = self._near_links(place, name)
                return None if rows is None else (_part_of_links(rows, place, name),)
            if place.path is not None:
                return (_part(_page_on_disk(place, name), place),)
            url = place.page_url(name)
            known = self._cached_page(url)
            if known is not None and (self._offline or self._is_fresh(known.fresh_until)):
                return (_part(known.page, place),)
            if self._offline:
                return (Offline(url, "not in the cache", OFFLINE_HINT),)
        except IndexFailure as failure:
            return (failure,)
        return None

    async def far(self, source: Source, name: NormalizedName) -> Answer:
        """What the network says of a project; of links, after :meth:`load_links`."""
        place = source.place
        try:
            if source.is_links:
                return _part_of_links(self._links[place.url], place, name)
            return _part(await self._far_page(place.page_url(name), name), place)
        except IndexFailure as failure:
            return failure

    async def load_links(self, place: Place) -> None:
        """Fetch a page of links, once for all projects. Raises IndexFailure."""
        reply = await self._asked(place.url, _ASKING)
        if reply.status != _OK:
            raise _refused(place.url, reply.status)
        rows = reduce_links(reply.body, reply.headers.get("content-type", ""), reply.url)
        for row in rows:
            row["url"] = joined(reply.url, str(row.get("url") or row["filename"]))
        fresh_for = lifetime(reply.headers, time.time())
        if fresh_for is not None and not self._credentials.found_in(reply.body):
            self._cache.write("links", place.url, {"rows": rows, "fresh_until": time.time() + fresh_for})
        self._links[place.url] = rows

    def _usable(self, found: Sequence[Place | Problem]) -> tuple[Place, ...]:
        """The places that pip would look at (uv takes plain http, too); why it would not look at another is a problem."""
        usable: dict[str, Place] = {}
        for place in found:
            if isinstance(place, Problem):
                self.problems.setdefault(place)
            elif not self._options.first_index and not is_secure(place.url, self._options.trusted_hosts):
                hint = f"Use https, or give --trusted-host {urlsplit(place.url).hostname}."
                self.problems.setdefault(Problem(place.url, "ignored, as pip does: neither https nor a trusted host", hint))
            else:
                usable.setdefault(place.url, place)
        return tuple(usable.values())

    def _is_fresh(self, until: float) -> bool:
        return not self._refresh and time.time() < until

    # Pages of projects

    async def _far_page(self, url: str, name: NormalizedName) -> Page | None:
        known = self._cached_page(url)
        headers = dict(_ASKING)
        if known is not None and known.etag:
            headers["If-None-Match"] = known.etag
        if known is not None and known.modified:
            headers["If-Modified-Since"] = known.modified
        if self._refresh:
            headers["Cache-Control"] = "max-age=0"
        try:
            return self._understood(await self._asked(url, headers), url, name, known)
        except MalformedPage:
            return self._understood(await self._asked(url, headers), url, name, known)  # cut short, or a passing error page

    def _understood(self, reply: Reply, url: str, name: NormalizedName, known: _Known | None) -> Page | None:
        """The page that an answer stands for; None for no such project. Raises IndexUnavailable, MalformedPage."""
        if reply.status == _NOT_MODIFIED and known is not None:
            return self._kept(url, known.page, reply.headers, known)
        if reply.status in _NOT_FOUND:
            return self._kept(url, None, reply.headers)
        if reply.status != _OK:
            raise _refused(url, reply.status)
        page = reduce_page(reply.body, reply.headers.get("content-type", ""), reply.url, name)
        if b"@" in reply.body and self._credentials.found_in(reply.body):
            return page
        return self._kept(url, page, reply.headers)

    async def _asked(self, url: str, headers: Mapping[str, str]) -> Reply:
        try:
            return await self._client().ask(url, headers)
        except OversizedArchive as oversized:
            raise MalformedPage(url, oversized.reason, "Is this the index's address?") from oversized

    def _cached_page(self, url: str) -> _Known | None:
        found = self._cache.read("pages", url)
        if found is None:
            return None
        value, content, start = found
        try:
            page = None
            if value["page"] is not None:
                fields: dict[str, Any] = {key: tuple(item) if isinstance(item, list) else item for key, item in value["page"].items()}
                page = Page(**fields, body=content, start=start)
            return _Known(page, float(value["fresh_until"]), value["etag"], value["modified"])
        except (KeyError, TypeError, ValueError):
            self._cache.drop("pages", url)
            return None

    def _kept(self, url: str, page: Page | None, headers: Mapping[str, str], known: _Known | None = None) -> Page | None:
        """Cache an answer as far as its headers allow; the page, held on disk where it is long."""
        fresh_for = lifetime(headers, time.time())
        if fresh_for is None:
            self._cache.drop("pages", url)
            return page
        value = {
            "page": None if page is None else page.head(),
            "fresh_until": time.time() + fresh_for,
            "etag": headers.get("etag", known.etag if known else None),
            "modified": headers.get("last-modified", known.modified if known else None),
        }
        content, start = self._cache.write("pages", url, value, b"" if page is None else page.body[page.start :])
        return None if page is None else replace(page, body=content, start=start)

    # Links

    def _near_links(self, place: Place, name: NormalizedName) -> list[dict[str, Any]] | None:
        """The files that a place of links names; None where it has to be fetched. Raises IndexFailure."""
        if place.path is not None:
            return self._links_on_disk(place.path, name, is_file=place.is_file)
        if place.is_file:
            return [row_at(place.url)]
        if place.url not in self._links:
            found = self._cache.read("links", place.url)
            if found is not None and (self._offline or self._is_fresh(found[0]["fresh_until"])):
                self._links[place.url] = found[0]["rows"]
            elif self._offline:
                raise Offline(place.url, "not in the cache", OFFLINE_HINT)
        return self._links.get(place.url)

    def _links_on_disk(self, path: str, name: NormalizedName, *, is_file: bool) -> list[dict[str, Any]]:
        if is_file:
            return self._rows_of_page(path) if path.endswith((".html", ".htm")) else [row_of(path)]
        folder = self._folders.get(path)
        if folder is None:
            folder = self._folders[path] = Folder(path)
        files = sorted(folder.rows(name), key=lambda row: str(row["url"]))
        return files + [row for page in folder.pages for row in self._rows_of_page(page)]

    def _rows_of_page(self, path: str) -> list[dict[str, Any]]:
        if path not in self._links:
            self._links[path] = reduce_links(_bytes_of(path), "text/html", url_of(path))
        return self._links[path]


def _part(page: Page | None, place: Place) -> Part | None:
    return None if page is None else Part(page, place.url)


def _part_of_links(rows: Sequence[Mapping[str, Any]], place: Place, name: NormalizedName) -> Part:
    return Part(reduce_rows(rows, place.url, name, foreign=False), place.url)


def _page_on_disk(place: Place, name: NormalizedName) -> Page | None:
    """A project's page of an index on disk (PEP 503, a folder with index.html for each project); None where it has none."""
    assert place.path is not None
    path = f"{place.path.rstrip('/')}/{name}/index.html"
    try:
        body = _bytes_of(path)
    except FileNotFoundError:
        return None
    return reduce_page(body, "text/html", url_of(path), name)


def _bytes_of(path: str) -> bytes:
    """A file's content. Raises IndexUnavailable, and FileNotFoundError where there is none."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib is dear to load
            return file.read()
    except NotADirectoryError as error:
        raise FileNotFoundError(path) from error
    except FileNotFoundError:
        raise
    except OSError as error:
        raise IndexUnavailable(path, f"cannot be read: {error.strerror}", "Check the path and its permissions.") from error


def _refused(url: str, status: int) -> IndexUnavailable:
    """What an answer other than a page means."""
    if status in _NOT_YOU:
        host = urlsplit(url).hostname
        return IndexUnavailable(url, f"access denied ({status})", f"Give credentials for {host} in the index address or in netrc.")
    return IndexUnavailable(url, f"answered {status}", "Check the index's address.")
