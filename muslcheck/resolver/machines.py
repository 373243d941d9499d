"""The files of releases by the machine and the C library that they may be for: most wheels of a page are for others."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from muslcheck.resolver.shelve import machines_of

if TYPE_CHECKING:
    from muslcheck.words.release import DistFile, Project
    from muslcheck.words.target import Target

__all__ = ["ByMachine"]

_Machine: TypeAlias = "tuple[str, str]"
"""An architecture and a C library; empty where any will do."""


class ByMachine:
    """Looks through the files of each release once for all targets."""

    def __init__(self) -> None:
        self._releases: dict[tuple[str, str], dict[_Machine, dict[int, DistFile]]] = {}
        self._files: dict[tuple[str, str, tuple[_Machine, ...]], tuple[DistFile, ...]] = {}

    def files(self, project: Project, version: str, target: Target) -> tuple[DistFile, ...]:
        """The files of a release that may fit a target, in the order of the page: the same tuple for all for whom they are the same."""
        release = self._of(project, version)
        arch, libc = target.arch, target.libc.name
        machines = tuple(each for each in (("", ""), (arch, ""), (arch, libc)) if each in release)
        files = self._files.get((project.name, version, machines))
        if files is None:
            found = {place: file for machine in machines for place, file in release[machine].items()}
            files = self._files[project.name, version, machines] = tuple(found[place] for place in sorted(found))
        return files

    def _of(self, project: Project, version: str) -> dict[_Machine, dict[int, DistFile]]:
        """The files of a release by machine, each with its place on the page."""
        known = self._releases.get((project.name, version))
        if known is None:
            found: defaultdict[_Machine, dict[int, DistFile]] = defaultdict(dict)
            for place, file in enumerate(project.files(version)):
                for machine in machines_of(file.filename):
                    found[machine][place] = file
            known = self._releases[project.name, version] = {**found}
        return known
