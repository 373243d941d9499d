"""Several pages of one project made one, as pip makes them: every file of every index counts, the best wins.

Where pip finds two files equal in all it compares, it takes the one it heard of last: its list is files given by name, then pages of
links, then the indexes in the order of the options, and it walks that list from its end (pip ``find_all_candidates``,
``iter_index_candidate_infos``). The files of a release are handed out in the order of that list: the last of equals is the one to take.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muslcheck.words.release import Project

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from packaging.utils import NormalizedName

    from muslcheck.index.pages import Page
    from muslcheck.words.release import DistFile

__all__ = ["Part", "merge"]


@dataclass(frozen=True, slots=True)
class Part:
    """A page and the index, or place of links, that it came from (for people)."""

    page: Page
    index: str


def merge(name: NormalizedName, parts: Sequence[Part], otherwise: Callable[[], Project] | None = None) -> Project:
    """One project out of pages in pip's order: links first, then the indexes. ``otherwise`` is :attr:`Project.otherwise`."""
    held = [part for part in parts if part.page.versions]
    releases = {version: [(held[0], version)] for version in held[0].page.versions} if len(held) == 1 else _together(held)
    files: dict[str, tuple[DistFile, ...]] = {}

    def load(version: str) -> tuple[DistFile, ...]:
        if version not in files:
            found = [file for part, spelt in releases.get(version, ()) for file in part.page.files(spelt, name, part.index, version)]
            files[version] = _last_of_each(found)
        return files[version]

    def mentions(version: str, texts: Sequence[str]) -> bool:
        return any(part.page.mentions(spelt, texts) for part, spelt in releases.get(version, ()))

    def after(version: str, texts: Sequence[str]) -> frozenset[str]:
        return frozenset().union(*(part.page.after(spelt, texts) for part, spelt in releases.get(version, ())))

    stated = next((part.page for part in parts if part.page.status != "active"), None)
    return Project(
        name=name,
        versions=tuple(releases),
        load=load,
        mentions=mentions,
        after=after,
        status="active" if stated is None else stated.status,
        status_reason="" if stated is None else stated.status_reason,
        indexes=tuple(dict.fromkeys(part.index for part in parts)),
        unusable=tuple(filename for part in parts for filename in part.page.unusable),
        otherwise=otherwise,
    )


def _last_of_each(found: Sequence[DistFile]) -> tuple[DistFile, ...]:
    """The files in order; of one that is listed twice, the later stands."""
    by_url: dict[str, DistFile] = {}
    for file in found:
        by_url.pop(file.url, None)
        by_url[file.url] = file
    return tuple(by_url.values())


def _together(parts: Sequence[Part]) -> dict[str, list[tuple[Part, str]]]:
    """The releases of all pages, newest first. 1.0 and 1.0.0 are one release (PEP 440), named as the longest page names it.

    One page is long as a rule, and the others hold a few files: theirs are put in their places, and the long one is not sorted again.
    """
    from packaging.version import Version

    longest = max(parts, key=lambda part: len(part.page.versions), default=None)
    if longest is None:
        return {}
    newest_first = list(longest.page.versions)
    spelt_alike = set(newest_first)
    held: dict[str, list[tuple[Part, str]]] = {}
    for part in parts:
        for spelt in part.page.versions:
            release = spelt
            if part is not longest and spelt not in spelt_alike:
                version = Version(spelt)
                at = bisect_left(newest_first, x=True, key=lambda other, version=version: Version(other) <= version)  # type: ignore[misc]
                if at < len(newest_first) and Version(newest_first[at]) == version:
                    release = newest_first[at]
                else:
                    newest_first.insert(at, spelt)
                    spelt_alike.add(spelt)
            held.setdefault(release, []).append((part, spelt))
    return {release: held[release] for release in newest_first}
