"""Indexes and links on disk (``file:`` addresses, ``--find-links`` folders), and what an option's value points to."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from packaging.utils import canonicalize_name

from muslcheck.index.auth import redacted
from muslcheck.words.report import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packaging.utils import NormalizedName

    from muslcheck.index.auth import Credentials

__all__ = ["Folder", "Place", "index_place", "is_secure", "link_place", "path_of", "row_at", "row_of", "trusts", "url_of"]

_WEB = ("http://", "https://")
_FILES = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar")
_PAGES = (".html", ".htm")


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look: an index, a page of links, or a single file, by its bare address; ``path`` is set for what lies on disk."""

    url: str
    path: str | None = None
    is_file: bool = False

    def page_url(self, name: NormalizedName) -> str:
        """The address of a project's page, on an index (PEP 503: a slash at the end)."""
        return f"{self.url.rstrip('/')}/{quote(name)}/"


def index_place(location: str, credentials: Credentials) -> Place | Problem:
    """An index address or folder; a Problem where pip would ignore it."""
    if location.lower().startswith(_WEB):
        return Place(credentials.take(location))
    path = _existing(location)
    return path if isinstance(path, Problem) else Place(url_of(path), path)


def link_place(location: str, credentials: Credentials) -> Place | Problem:
    """A ``--find-links`` value: a folder, a page or a file, on disk or not; a Problem where pip would ignore it."""
    if location.lower().startswith(_WEB):
        url = credentials.take(location) + _fragment(location)
        return Place(url, is_file=urlsplit(url).path.endswith(_FILES))
    path = _existing(location)
    return path if isinstance(path, Problem) else Place(url_of(path), path, is_file=not os.path.isdir(path))  # noqa: PTH112


def path_of(url: str) -> str:
    """The path of a ``file:`` address."""
    if os.name == "nt":
        from urllib.request import url2pathname

        return url2pathname(urlsplit(url).path)
    return unquote(urlsplit(url).path)


def url_of(path: str) -> str:
    """The ``file:`` address of a path."""
    full = os.path.abspath(path)  # noqa: PTH100 - pathlib is dear to load
    if os.name == "nt":
        from urllib.request import pathname2url

        return urljoin("file:", pathname2url(full))
    return f"file://{quote(full)}"


class Folder:
    """The files of a ``--find-links`` folder by project, scanned once; and the addresses of the HTML pages in it.

    pip: ``_FlatDirectorySource``.
    """

    def __init__(self, path: str) -> None:
        self.pages: list[str] = []
        self._rows: dict[str, list[dict[str, Any]]] = {}
        try:
            entries = sorted(os.scandir(path), key=lambda entry: entry.name)
        except OSError:
            entries = []
        for entry in entries:
            if entry.name.endswith(_PAGES):
                self.pages.append(entry.path)
            elif entry.name.endswith(_FILES):
                for name in _names(entry.name):
                    self._rows.setdefault(name, []).append(row_of(entry.path))

    def rows(self, name: NormalizedName) -> Sequence[dict[str, Any]]:
        """A project's files, as PEP 691 objects."""
        return self._rows.get(name, ())


def row_of(path: str) -> dict[str, Any]:
    """A file on disk as a PEP 691 object."""
    row: dict[str, Any] = {"filename": os.path.basename(path), "url": url_of(path), "hashes": {}}  # noqa: PTH119
    with suppress(OSError):  # it will be seen when the file is read
        row["size"] = os.stat(path).st_size  # noqa: PTH116
    return row


def row_at(url: str) -> dict[str, Any]:
    """A file at an address as a PEP 691 object; the digest is in the fragment, where one is stated."""
    parts = urlsplit(url)
    algorithm, equals, digest = parts.fragment.partition("=")
    hashes = {algorithm: digest} if equals and algorithm != "egg" else {}
    return {"filename": os.path.basename(unquote(parts.path)), "url": parts._replace(fragment="").geturl(), "hashes": hashes}  # noqa: PTH119


def is_secure(url: str, trusted_hosts: Sequence[str]) -> bool:
    """Whether pip would look at an address: https, this machine, or a host that the user trusts (pip ``is_secure_origin``)."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if parts.scheme != "http" or host in {"localhost", "::1"} or (host.startswith("127.") and host.replace(".", "").isdecimal()):
        return True
    return any(trusts(entry, host, parts.port) for entry in trusted_hosts)


def trusts(entry: str, host: str, port: int | None) -> bool:
    """Whether a ``--trusted-host`` entry (a host, or host and port) means this host."""
    name, colon, number = entry.rpartition(":")
    if not colon or not number.isdecimal():
        name, number = entry, ""
    return name.strip("[]").lower() == host.lower() and (not number or port == int(number))


def _names(filename: str) -> set[str]:
    """The project that a file may belong to: what stands before the first dash of a wheel, before the last of an sdist."""
    spelt = filename.partition("-")[0] if filename.endswith(".whl") else filename.rpartition("-")[0]
    return {canonicalize_name(spelt)} if spelt else set()


def _existing(location: str) -> str | Problem:
    path = path_of(location) if location.lower().startswith("file:") else os.path.expanduser(location)  # noqa: PTH111
    if os.path.exists(path):  # noqa: PTH110
        return path
    reason = "ignored, as pip does: neither a path that exists nor a web address"
    return Problem(redacted(location), reason, "Correct the address, or take it out of pip's settings.")


def _fragment(location: str) -> str:
    fragment = urlsplit(location).fragment
    return f"#{fragment}" if fragment else ""
