"""Other releases of a project that install from a wheel: what a user could ask for instead."""

from __future__ import annotations

from copy import copy
from itertools import tee
from typing import TYPE_CHECKING

from muslcheck.resolver.select import version_of
from muslcheck.resolver.shelve import fitting
from muslcheck.words.release import Kind, Project

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    key = (name, target.is_musl, target.arch)
    if key not in catalogue.wheels:
        (catalogue.wheels[key],) = tee(_wheels(project, target), 1)
    for version, wheels in copy(catalogue.wheels[key]):  # from the first on, found as far as somebody looked
        for wheel in wheels:
            if fitting(wheel, target, ranks, selection, name):
                return (version,)
    return ()


def _wheels(project: Project, target: Target) -> Iterator[tuple[str, tuple[DistFile, ...]]]:
    """The final releases that have wheels which may fit a machine and its C library, and these: every Python there looks at the same.

    Behind a release with wheels for platforms, an older one for any platform is a placeholder or lacks the native part: no advice.
    """
    own = _own_platforms(target)
    native = False
    for version in project.versions[:_FARTHEST]:
        if version_of(version).is_prerelease:
            continue
        if project.mentions is not None and not project.mentions(version, own if native else (*own, "-any.whl")):
            native = native or project.mentions(version, (".whl",))
            continue
        listed = [file for file in project.files(version) if file.kind is Kind.WHEEL]
        native = native or not all(file.filename.endswith("-any.whl") for file in listed)
        wheels = tuple(
            file
            for file in listed
            if file.yanked is None and (any(text in file.filename for text in own) or (file.filename.endswith("-any.whl") and not native))
        )
        if wheels:
            yield version, wheels


def _own_platforms(target: Target) -> tuple[str, ...]:
    """Texts of which one stands in the name of every wheel that is made for the target's machine and C library."""
    arch, libc = target.arch, target.libc
    if not target.is_musl:
        return (f"_{arch}.",)
    return (*(f"musllinux_{libc.major}_{minor}_{arch}." for minor in range(libc.minor, -1, -1)), f"-linux_{arch}.", f".linux_{arch}.")
