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
    ranks = target.tags
    key = (name, target.is_musl)
    if key not in catalogue.wheels:
        (catalogue.wheels[key],) = tee(_wheels(project, musl=target.is_musl), 1)
    for version, wheels in copy(catalogue.wheels[key]):  # from the first on, found as far as somebody looked
        for tags, wheel in wheels:
            if (target.arch in tags or tags.endswith("any.whl")) and fitting(wheel, target, ranks, selection, name):
                return (version,)
    return ()


def _wheels(project: Project, *, musl: bool) -> Iterator[tuple[str, tuple[tuple[str, DistFile], ...]]]:
    """The final releases that have wheels which may fit a C library, and these with their platforms: all targets look at the same.

    Behind a release with wheels for platforms, an older one for any platform is a placeholder or lacks the native part: no advice.
    """
    other = "manylinux" if musl else "musllinux"
    of_linux = ("musllinux" if musl else "manylinux", "-linux_", ".linux_")
    native = False
    for version in project.versions[:_FARTHEST]:
        if version_of(version).is_prerelease:
            continue
        if project.mentions is not None and not project.mentions(version, of_linux if native else (*of_linux, "-any.whl")):
            native = native or project.mentions(version, (".whl",))
            continue
        listed = [file for file in project.files(version) if file.kind is Kind.WHEEL]
        native = native or not all(file.filename.endswith("-any.whl") for file in listed)
        wheels = tuple(
            (tags, file)
            for file in listed
            if file.yanked is None
            and not (native and file.filename.endswith("-any.whl"))
            and ("linux" in (tags := file.filename.lower().rpartition("-")[2]) or tags == "any.whl")
            and (other not in tags or tags.count("linux") > tags.count(other))
        )
        if wheels:
            yield version, wheels
