"""Shelves for many targets: a wheel for another machine misses all targets of one Python alike, and is placed for them once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from muslcheck.resolver.shelve import in_order, place
from muslcheck.words.release import Misfit, Miss, Placed

if TYPE_CHECKING:
    from collections.abc import Collection

    from muslcheck.words.release import DistFile, Shelf
    from muslcheck.words.requirement import Selection
    from muslcheck.words.target import Target

__all__ = ["Shelves"]

_NO_MACHINE = "no machine"


class Shelves:
    """What :func:`shelve` says of the files of releases, for any target."""

    def __init__(self) -> None:
        self._elsewhere: dict[tuple[object, ...], tuple[tuple[DistFile, str, Placed | None], ...]] = {}

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
        placed = []
        for file, text, missed in self._of_release(files, target, selection, name):
            if missed is None or target.arch in text:
                placed.append(Placed(file, place(file, target, selection, name, pinned=pinned, hashes=hashes)))
            else:
                placed.append(missed)
        return in_order(placed, selection.installer, hashes)

    def _of_release(
        self, files: tuple[DistFile, ...], target: Target, selection: Selection, name: str
    ) -> tuple[tuple[DistFile, str, Placed | None], ...]:
        """The files, their names in lower case, and how they miss on a machine that they do not name; None for those that may fit there."""
        version = files[0].version if files else ""
        key = (name, version, target.python, target.free_threaded, target.libc, selection.installer)
        known = self._elsewhere.get(key)
        if known is None:
            nowhere = replace(target, arch=_NO_MACHINE)
            fits = ((file, place(file, nowhere, selection, name)) for file in files)
            known = self._elsewhere[key] = tuple(
                (file, file.filename.lower(), Placed(file, fit) if isinstance(fit, Misfit) and fit.miss < Miss.REQUIRES_PYTHON else None)
                for file, fit in fits
            )
        return known
