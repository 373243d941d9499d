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


def _releases(project: Project, *, musl: bool) -> Iterator[tuple[str, tuple[bool, frozenset[str] | None]]]:
    """The final releases that have wheels which may fit a C library: whether those for any platform count, and the platforms of others.

    Behind a release with wheels for platforms, an older one for any platform is a placeholder or lacks the native part: no advice.
    Platforms are told as what follows the name of the C library, or the plain linux: None where the page does not tell.
    """
    of_linux = ("musllinux_" if musl else "manylinux", "-linux_", ".linux_")
    native = False
    for version in project.versions[:_FARTHEST]:
        if version_of(version).is_prerelease:
            continue
        platforms = None if project.after is None else project.after(version, of_linux)
        if project.mentions is not None and not platforms and (native or not project.mentions(version, ("-any.whl",))):
            native = native or project.mentions(version, (".whl",))
            continue
        native = native or not all(file.filename.endswith("-any.whl") for file in project.files(version) if file.kind is Kind.WHEEL)
        yield version, (not native, platforms)


def _wheels(
    project: Project, target: Target, releases: Iterable[tuple[str, tuple[bool, frozenset[str] | None]]]
) -> Iterator[tuple[str, tuple[DistFile, ...]]]:
    """Of these releases those with wheels for the machine, or for any where these count, and the wheels."""
    for version, (any_counts, platforms) in releases:
        if any_counts or platforms is None or any(platform.endswith(target.arch) for platform in platforms):
            wheels = tuple(
                file
                for file in project.files(version)
                if file.kind is Kind.WHEEL
                and file.yanked is None
                and ((any_counts and file.filename.endswith("-any.whl")) or f"_{target.arch}." in file.filename)
            )
            if wheels:
                yield version, wheels
