"""What a wheel of the same release says, where an sdist does not say for sure what it requires."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from muslcheck.errors import IndexFailure
from muslcheck.words.release import Kind, Metadata, MetadataSource, Unread

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from muslcheck.words.release import DistFile

__all__ = ["as_sibling", "likely", "sibling_of"]

_MOST_SIBLINGS = 3


async def sibling_of(
    file: DistFile, siblings: Sequence[DistFile], metadata: Callable[[DistFile], Awaitable[Metadata | Unread]]
) -> Metadata | None:
    """What another wheel of the release says; assumed, since the sdist could differ. None where none can be read."""
    for wheel in likely(file, siblings):
        try:
            found = await metadata(wheel)
        except IndexFailure:
            continue
        if isinstance(found, Metadata):
            return as_sibling(found)
    return None


def likely(file: DistFile, siblings: Sequence[DistFile]) -> list[DistFile]:
    """The wheels of an sdist's release that are worth asking, in order."""
    wheels = [sibling for sibling in siblings if sibling.kind is Kind.WHEEL and sibling.url != file.url]
    return sorted(wheels, key=_likeliest)[:_MOST_SIBLINGS]


def as_sibling(found: Metadata) -> Metadata:
    """What a wheel says, said for the sdist of its release."""
    return replace(found, source=MetadataSource.SIBLING, assumed=True, installed=None, packed=None)


def _likeliest(wheel: DistFile) -> tuple[int, bool, str]:
    """Sorts wheels by how likely an sdist built on Alpine would require the same: musl, other Linux, any, the rest."""
    tags = wheel.filename.lower()
    order = next((at for at, word in enumerate(("musllinux", "linux", "-any.")) if word in tags), 3)
    return order, wheel.sidecar is None, wheel.filename
