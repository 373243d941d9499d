"""Project pages, reduced: a page lists up to ten thousand files, of which a resolution looks at a handful.

A page is cut into one block per version, each holding the JSON objects of its files (PEP 691) as they came; nothing of a file is read
but its name, and a version is parsed once however many files have it. HTML pages (PEP 503) are put into the same objects.
"""

from __future__ import annotations

import json
import os
import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from muslcheck.errors import MalformedPage
from muslcheck.index.auth import bare, joined
from muslcheck.words.release import DistFile, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from mmap import mmap

    from packaging.utils import NormalizedName

__all__ = ["ACCEPT", "Page", "reduce_links", "reduce_page", "reduce_rows", "version_in"]

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01"
"""What to ask for (PEP 691); as pip does."""

_JSON = "application/vnd.pypi.simple.v1+json"
_HTML = ("text/html", "application/vnd.pypi.simple.v1+html")
_SDISTS = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar", ".tbz", ".txz", ".tlz", ".tar.lz", ".tar.lzma")
"""What pip takes as an sdist (pip ``filetypes``)."""
_WHEEL_DASHES = (4, 5)
_PLAIN = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*").fullmatch
"""Versions that are numbers and nothing else, in their normal form."""
_PART_OF_NAME = re.compile(rb"[a-z0-9_]*").fullmatch
_version = lru_cache(maxsize=4096)(Version)


@dataclass(frozen=True, slots=True)
class Page:
    """One index's page of one project. ``ends[i]`` is where the block of ``versions[i]`` ends in ``body``.

    ``url`` is the bare address that the page was read from: relative addresses start there. ``versions`` are normalised, newest first.
    """

    url: str
    versions: tuple[str, ...] = ()
    ends: tuple[int, ...] = ()
    body: bytes | mmap = b""
    status: str = "active"
    status_reason: str = ""
    unusable: tuple[str, ...] = ()
    start: int = 0
    """Where in ``body`` the first block starts: a cached page is not copied out of its entry."""

    def head(self) -> dict[str, Any]:
        """All but the body, as JSON can hold it."""
        return {
            "url": self.url,
            "versions": self.versions,
            "ends": self.ends,
            "status": self.status,
            "status_reason": self.status_reason,
            "unusable": self.unusable,
        }

    def block(self, version: str) -> bytes:
        """The JSON objects of one version's files, as text, in the order of the page."""
        try:
            at = self.versions.index(version)
        except ValueError:
            return b""
        return self.body[self.start + (self.ends[at - 1] if at else 0) : self.start + self.ends[at]]

    def mentions(self, version: str, texts: Sequence[str]) -> bool:
        """Whether one of several texts stands in the JSON objects of one version's files."""
        block = self.block(version)  # copied out: a mapped file is searched byte by byte
        return any(text.encode() in block for text in texts)

    def after(self, version: str, texts: Sequence[str]) -> set[str]:
        """What stands after several texts, up to the next dot, in the JSON objects of one version's files."""
        block = self.block(version)
        parts = {part.partition(b".")[0] for text in texts for part in block.split(text.encode())[1:]}
        return {part.decode() for part in parts if _PART_OF_NAME(part)}

    def rows(self, version: str) -> list[Mapping[str, Any]]:
        """The JSON objects of one version's files, in the order of the page."""
        found: list[Mapping[str, Any]] = json.loads(b"[" + self.block(version) + b"]")
        return found

    def files(self, version: str, name: NormalizedName, index: str, release: str) -> list[DistFile]:
        """The files of one version, in the order of the page; ``release`` is what the project calls that version."""
        return [_file(row, self.url, name, index, release) for row in self.rows(version)]


def reduce_page(body: bytes, content_type: str, url: str, name: NormalizedName) -> Page:
    """A project page in either form. Raises MalformedPage."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == _JSON:
        return _reduce_json(body, url, name)
    if kind in _HTML:
        rows = _rows_of_html(body, content_type, url)
        return reduce_rows(rows, url, name)
    raise MalformedPage(url, f"not a project page but {kind or 'something without a content type'}", "Is this the index's address?")


def reduce_links(body: bytes, content_type: str, url: str) -> list[dict[str, Any]]:
    """The files of all projects that a page of links (``--find-links``) names. Raises MalformedPage."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == _JSON:
        try:
            document = json.loads(body)
            return [row for row in document["files"] if isinstance(row, dict)]
        except (ValueError, TypeError, KeyError) as error:
            raise MalformedPage(url, f"cannot be read as JSON: {error}") from error
    if kind in _HTML:
        return _rows_of_html(body, content_type, url, any_page=True)
    raise MalformedPage(url, f"not a page of links but {kind or 'something without a content type'}")


def reduce_rows(rows: Sequence[Mapping[str, Any]], url: str, name: NormalizedName, *, foreign: bool = True) -> Page:
    """A page made of JSON objects. Files of other projects are named as unusable, or left out where not ``foreign``."""
    names = [str(row["filename"]) for row in rows]
    packed = [json.dumps(row).encode() for row in rows]
    page = _cut(names, packed, url, name)
    return page if foreign else Page(page.url, page.versions, page.ends, page.body)


def version_in(filename: str, name: NormalizedName, known: dict[str, bool]) -> str | None:
    """The version as a file name of the project spells it; None for what pip does not install, or another project's.

    pip: ``LinkEvaluator``. An sdist's version begins after the first dash that has the project's name before it, so the name is needed.
    ``known`` remembers which spellings are the project's.
    """
    if filename.endswith(".whl"):
        spelt, _, rest = filename.partition("-")
        if filename.count("-") not in _WHEEL_DASHES or not _is(spelt, name, known):
            return None
        return rest.partition("-")[0]
    extension = next((e for e in _SDISTS if filename.endswith(e)), None)
    if extension is None or (extension == ".zip" and "macosx10" in filename):
        return None
    stem = filename[: -len(extension)]
    at = stem.find("-")
    while at >= 0:
        if _is(stem[:at], name, known):
            return stem[at + 1 :] or None
        at = stem.find("-", at + 1)
    return None


def _is(spelt: str, name: NormalizedName, known: dict[str, bool]) -> bool:
    found = known.get(spelt)
    if found is None:
        found = known[spelt] = canonicalize_name(spelt) == name
    return found


def _cut(names: Sequence[str], packed: Sequence[Any], url: str, name: NormalizedName, status: tuple[str, str] = ("active", "")) -> Page:
    """The blocks. ``packed`` are the objects as JSON bytes, in step with ``names``."""
    spelt: defaultdict[str, list[int]] = defaultdict(list)
    known: dict[str, bool] = {}
    unusable: list[str] = []
    for position, filename in enumerate(names):
        parts = filename.split("-")
        if known.get(parts[0]) and filename.endswith(".whl") and len(parts) - 1 in _WHEEL_DASHES:
            spelt[parts[1]].append(position)  # nearly every file of a long page: no further question
            continue
        raw = version_in(filename, name, known)
        if raw is None:
            unusable.append(filename)
        else:
            spelt[raw].append(position)
    releases, invalid = _releases(spelt)
    unusable += [names[position] for position in invalid]
    blocks = [b",".join([packed[position] for position in positions]) for _, positions in releases]
    ends: list[int] = []
    end = 0
    for block in blocks:
        end += len(block)
        ends.append(end)
    return Page(url, tuple(version for version, _ in releases), tuple(ends), b"".join(blocks), *status, tuple(unusable))


def _releases(spelt: Mapping[str, list[int]]) -> tuple[list[tuple[str, list[int]]], list[int]]:
    """Normalised versions, newest first, each with the positions of its files; and the positions of files whose version is none.

    Nearly every version is plain numbers, which sort as such (PEP 440). The few others are put in their places among them.
    """
    plain: dict[tuple[int, ...], tuple[str, list[int]]] = {}
    others: list[tuple[Version, list[int]]] = []
    invalid: list[int] = []
    for raw, positions in spelt.items():
        if _PLAIN(raw):
            numbers = [*map(int, raw.split("."))]
            while numbers and not numbers[-1]:
                numbers.pop()
            key = tuple(numbers)
            plain[key] = _one_release(plain[key], (raw, positions)) if key in plain else (raw, positions)
            continue
        try:
            others.append((_version(raw), positions))
        except InvalidVersion:
            invalid += positions
    releases = [plain[key] for key in sorted(plain)]
    for version, positions in others:
        release = (str(version), positions)
        at = bisect_left(releases, version, key=lambda each: _version(each[0]))
        if at < len(releases) and _version(releases[at][0]) == version:
            releases[at] = _one_release(releases[at], release)
        else:
            releases.insert(at, release)
    return releases[::-1], invalid


def _one_release(one: tuple[str, list[int]], other: tuple[str, list[int]]) -> tuple[str, list[int]]:
    """1.0 and 1.0.0 are one release, named as the page names it first."""
    return min(one, other, key=lambda each: each[1][0])[0], sorted(one[1] + other[1])


def _reduce_json(body: bytes, url: str, name: NormalizedName) -> Page:
    import msgspec

    from muslcheck.index.pagejson import heads, objects

    try:
        head = heads.decode(body)
        packed = objects.decode(body).files
    except msgspec.MsgspecError as error:
        raise MalformedPage(url, f"cannot be read as a project page: {error}", "Try again later.") from error
    _check_version(head.meta.api_version, url)
    status = head.project_status
    return _cut([file.filename for file in head.files], packed, url, name, (status.status, status.reason))


def _check_version(version: str, url: str) -> None:
    """A page of a later major version means something else (PEP 629)."""
    if version.partition(".")[0] != "1":
        raise MalformedPage(url, f"speaks version {version} of the index's language; muslcheck knows version 1", "Update muslcheck.")


def _rows_of_html(body: bytes, content_type: str, url: str, *, any_page: bool = False) -> list[dict[str, Any]]:
    from muslcheck.index.pagehtml import read_html

    found = read_html(body, content_type)
    if found.version is not None:
        _check_version(found.version, url)
    base = joined(url, found.base) if found.base else url
    rows = [row for anchor in found.anchors if (row := _row(anchor, base)) is not None]
    archives = any(row["filename"].endswith((".whl", ".egg", ".exe", *_SDISTS)) for row in rows)
    if not archives and not any_page and found.version is None and not found.looks_like_index:
        raise MalformedPage(url, "answered with a web page that is no project page", "Is this the index's address? Does it ask to log in?")
    return rows


def _row(anchor: Mapping[str, str | None], base: str) -> dict[str, Any] | None:
    """An anchor (PEP 503, 592, 658, 714) as a PEP 691 object."""
    href = anchor.get("href")
    if not href:
        return None
    try:
        parts = urlsplit(joined(base, href.strip()))
    except ValueError:  # an address that cannot be taken apart leads to no file
        return None
    filename = os.path.basename(unquote(parts.path).rstrip("/"))  # noqa: PTH119 - a URL's path
    row: dict[str, Any] = {"filename": filename, "url": parts._replace(fragment="").geturl()}
    algorithm, equals, digest = parts.fragment.partition("=")
    row["hashes"] = {algorithm: digest.partition("&")[0]} if equals and algorithm != "egg" else {}
    if anchor.get("data-requires-python"):
        row["requires-python"] = anchor["data-requires-python"]
    if "data-yanked" in anchor:
        row["yanked"] = anchor["data-yanked"] or True
    sidecar = anchor.get("data-core-metadata", anchor.get("data-dist-info-metadata"))
    if sidecar is not None:
        algorithm, equals, digest = sidecar.partition("=")
        row["core-metadata"] = {algorithm: digest} if equals else True
    return row


def _file(row: Mapping[str, Any], base: str, name: NormalizedName, index: str, release: str) -> DistFile:
    """One file out of its JSON object; values of the wrong kind count as not stated (pip ``Link.from_json``)."""
    filename = row["filename"]
    url = joined(base, str(row.get("url") or filename))
    hashes = _hashes(row.get("hashes"))
    if "#" in url:
        url, _, fragment = url.partition("#")
        algorithm, equals, digest = fragment.partition("=")
        hashes = hashes or ((f"{algorithm}:{digest}",) if equals else ())
    if "@" in url:
        url = bare(url)
    yanked = row.get("yanked")
    sidecar = row.get("core-metadata", row.get("dist-info-metadata"))
    size, requires_python, uploaded = row.get("size"), row.get("requires-python"), row.get("upload-time")
    return DistFile(
        filename=filename,
        name=name,
        version=release,
        kind=Kind.WHEEL if filename.endswith(".whl") else Kind.SDIST,
        url=url,
        size=size if isinstance(size, int) else None,
        hashes=hashes,
        requires_python=requires_python if isinstance(requires_python, str) and requires_python else None,
        yanked=(yanked if isinstance(yanked, str) else "") if yanked else None,
        upload_time=uploaded if isinstance(uploaded, str) and uploaded else None,
        sidecar=_best(_hashes(sidecar)) if sidecar else None,
        index=index,
    )


def _hashes(stated: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever the index wrote
    if not isinstance(stated, dict):
        return ()
    return tuple(f"{algorithm}:{digest}".lower() for algorithm, digest in stated.items() if isinstance(digest, str) and digest)


def _best(hashes: tuple[str, ...]) -> str:
    return next((h for h in hashes if h.startswith("sha256:")), hashes[0] if hashes else "")
