"""What a wheel of the same release says, where an sdist does not say for sure what it requires."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from muslcheck.errors import IndexFailure
from muslcheck.words.release import Kind, Metadata, MetadataSource, Unread, python_tag

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from muslcheck.words.release import DistFile

__all__ = ["as_sibling", "likely", "said_by_others", "sibling_of"]

_MOST_SIBLINGS = 3
_LIKELY = ("musllinux", "linux", "-any.")
"""How the names of wheels tell that they are for Linux, the likeliest first."""


async def sibling_of(
    file: DistFile,
    siblings: Sequence[DistFile],
    metadata: Callable[[DistFile], Awaitable[Metadata | Unread]],
    own: Metadata | Unread | None = None,
) -> Metadata | None:
    """What another wheel of the release says; assumed, since the sdist could differ. None where none can be read, or is worth it.

    ``own`` is what the sdist says itself, where it was opened.
    """
    for wheel in likely(file, siblings, own):
        try:
            found = await metadata(wheel)
        except IndexFailure:
            continue
        if isinstance(found, Metadata):
            return as_sibling(found)
    return None


def likely(file: DistFile, siblings: Sequence[DistFile], own: Metadata | Unread | None = None) -> list[DistFile]:
    """The wheels of an sdist's release that are worth asking, in order.

    Where the sdist says anything itself, a wheel for another system is not: it may require what only that system needs.
    """
    wheels = [sibling for sibling in siblings if sibling.kind is Kind.WHEEL and sibling.url != file.url]
    if isinstance(own, Metadata):
        wheels = [wheel for wheel in wheels if _order(wheel) < len(_LIKELY)]
    return sorted(wheels, key=_likeliest)[:_MOST_SIBLINGS]


def said_by_others(
    file: DistFile, siblings: Sequence[DistFile], recalled: Callable[[DistFile], Metadata | Unread | None]
) -> Metadata | None:
    """What a wheel requires by another wheel of its release and its Python, where the wheel itself was never read.

    The rule by which several targets of one run answer for each other, so that each of them can be asked about offline later.
    """
    for wheel in sorted(siblings, key=lambda each: each.filename):
        alike = wheel.sidecar == file.sidecar if wheel.sidecar and file.sidecar else python_tag(wheel) == python_tag(file)
        if wheel.kind is Kind.WHEEL and alike and isinstance(found := recalled(wheel), Metadata):
            return replace(found, installed=None, packed=None)
    return None


def as_sibling(found: Metadata) -> Metadata:
    """What a wheel says, said for the sdist of its release."""
    return replace(found, source=MetadataSource.SIBLING, assumed=True, installed=None, packed=None)


def _likeliest(wheel: DistFile) -> tuple[int, bool, str]:
    """Sorts wheels by how likely an sdist built on Alpine would require the same: musl, other Linux, any, the rest."""
    return _order(wheel), wheel.sidecar is None, wheel.filename


def _order(wheel: DistFile) -> int:
    tags = wheel.filename.lower()
    return next((at for at, word in enumerate(_LIKELY) if word in tags), len(_LIKELY))
