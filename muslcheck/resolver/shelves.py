"""Shelves for many targets: a wheel for another machine misses all targets alike, and is placed for them once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from muslcheck.resolver.shelve import beside, in_order, place
from muslcheck.words.release import Misfit, Miss, Placed

if TYPE_CHECKING:
    from collections.abc import Collection

    from muslcheck.resolver.shelve import Missed
    from muslcheck.words.installer import Installer
    from muslcheck.words.release import DistFile, Shelf
    from muslcheck.words.requirement import Selection
    from muslcheck.words.target import Target

__all__ = ["Shelves"]

_NO_MACHINE = "no machine"


class _Release(NamedTuple):
    """The files of a release, as a machine sees them: those that it may take, each with its place on the page, and all others in order."""

    own: tuple[tuple[int, DistFile], ...]
    others: tuple[Missed, ...]


class Shelves:
    """What :func:`shelve` says of the files of releases, for any target."""

    def __init__(self) -> None:
        self._elsewhere: dict[tuple[str, str, Installer], tuple[tuple[int, DistFile, Missed | None], ...]] = {}
        self._releases: dict[tuple[str, str, Installer, str], _Release] = {}

    def shelve(
        self,
        files: tuple[DistFile, ...],
        target: Target,
        selection: Selection,
        name: str,
        *,
        pinned: bool = False,
        hashes: Collection[str] = (),
    ) -> Shelf:
        """Place the files of one release of an index, as :func:`shelve` does."""
        release = self._of_machine(files, target, selection, name)
        placed = [
            (number, Placed(file, place(file, target, selection, name, pinned=pinned, hashes=hashes))) for number, file in release.own
        ]
        return in_order(placed, selection.installer, hashes, release.others)

    def _of_machine(self, files: tuple[DistFile, ...], target: Target, selection: Selection, name: str) -> _Release:
        """What a release is to a machine, whatever the Python."""
        version = files[0].version if files else ""
        key = (name, version, selection.installer, target.arch)
        known = self._releases.get(key)
        if known is None:
            own, others = [], []
            for number, file, missed in self._of_release(files, target, selection, name):
                if missed is None or (-missed[0] == Miss.ARCH and target.arch in file.filename.lower()):
                    own.append((number, file))
                else:
                    others.append(missed)
            known = self._releases[key] = _Release(tuple(own), tuple(sorted(others)))
        return known

    def _of_release(
        self, files: tuple[DistFile, ...], target: Target, selection: Selection, name: str
    ) -> tuple[tuple[int, DistFile, Missed | None], ...]:
        """The files, and how they miss on a machine that they do not name, for which the Python is not asked about; None for others."""
        key = (name, files[0].version if files else "", selection.installer)
        known = self._elsewhere.get(key)
        if known is None:
            nowhere = replace(target, arch=_NO_MACHINE)
            placed = (Placed(file, place(file, nowhere, selection, name)) for file in files)
            known = self._elsewhere[key] = tuple(
                (number, each.file, beside(number, each) if isinstance(each.fit, Misfit) and each.fit.miss <= Miss.ARCH else None)
                for number, each in enumerate(placed)
            )
        return known
