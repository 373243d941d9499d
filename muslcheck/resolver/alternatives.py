"""Other releases of a project that install from a wheel: what a user could ask for instead."""

from __future__ import annotations

from copy import copy
from itertools import tee
from typing import TYPE_CHECKING

from muslcheck.resolver.select import version_of
from muslcheck.resolver.shelve import fitting
from muslcheck.words.release import Kind, Project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.utils import NormalizedName

    from muslcheck.resolver.catalogue import Catalogue
    from muslcheck.words.release import DistFile
    from muslcheck.words.requirement import Selection
    from muslcheck.words.target import Target

__all__ = ["wheel_releases"]

_FARTHEST = 200
"""Releases looked at, from the newest: one older than that is no advice."""


def wheel_releases(name: NormalizedName, target: Target, selection: Selection, catalogue: Catalogue) -> tuple[str, ...]:
    """The newest final release of a project with a wheel that fits the target, alone; empty where none is known.

    Whether the requirements allow it is not asked. A release that was yanked, wholly or in its fitting wheel, does not count.
    """
    project = catalogue.project(name)
    if not isinstance(project, Project):
        return ()
    ranks = target.tags_for(selection.installer)
    for version, wheels in _of_machine(project, target, catalogue):
        for wheel in wheels:
            if fitting(wheel, target, ranks, selection, name):
                return (version,)
    return ()


def _of_machine(project: Project, target: Target, catalogue: Catalogue) -> Iterator[tuple[str, tuple[DistFile, ...]]]:
    """The releases that have wheels for a machine and its C library, and these: every Python there looks at the same."""
    known = catalogue.wheels
    key = (project.name, target.is_musl)
    if key not in known:
        (known[key],) = tee(_releases(project, musl=target.is_musl), 1)
    if (*key, target.arch) not in known:
        (known[*key, target.arch],) = tee(_wheels(project, target, copy(known[key])), 1)
    return copy(known[*key, target.arch])  # from the first on, found as far as somebody looked


def _releases(project: Project, *, musl: bool) -> Iterator[tuple[str, bool]]:
    """The final releases that have wheels which may fit a C library, and whether those for any platform count.

    Behind a release with wheels for platforms, an older one for any platform is a placeholder or lacks the native part: no advice.
    """
    of_linux = ("musllinux" if musl else "manylinux", "-linux_", ".linux_")
    native = False
    for version in project.versions[:_FARTHEST]:
        if version_of(version).is_prerelease:
            continue
        if not _mentions(project, version, of_linux if native else (*of_linux, "-any.whl")):
            native = native or _mentions(project, version, (".whl",))
            continue
        native = native or not all(file.filename.endswith("-any.whl") for file in project.files(version) if file.kind is Kind.WHEEL)
        yield version, not native


def _wheels(project: Project, target: Target, releases: Iterable[tuple[str, bool]]) -> Iterator[tuple[str, tuple[DistFile, ...]]]:
    """Of these releases those with wheels for the machine, or for any where these count, and the wheels."""
    arch, libc = target.arch, target.libc
    own: tuple[str, ...] = (f"_{arch}.",)
    if target.is_musl:
        own = (*(f"musllinux_{libc.major}_{minor}_{arch}." for minor in range(libc.minor, -1, -1)), f"-linux_{arch}.", f".linux_{arch}.")
    for version, any_counts in releases:
        if any_counts or (_mentions(project, version, (f"_{arch}.",)) and _mentions(project, version, own)):
            wheels = tuple(
                file
                for file in project.files(version)
                if file.kind is Kind.WHEEL
                and file.yanked is None
                and ((any_counts and file.filename.endswith("-any.whl")) or any(text in file.filename for text in own))
            )
            if wheels:
                yield version, wheels


def _mentions(project: Project, version: str, texts: tuple[str, ...]) -> bool:
    """Whether the page has one of the texts for a version, as far as it can tell: of few are the files looked at."""
    return project.mentions is None or project.mentions(version, texts)
