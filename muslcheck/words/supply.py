"""What an image brings to build with, as a Dockerfile says, and how far that does for the packages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muslcheck.words.target import Target

__all__ = ["AddedApk", "Supply"]


@dataclass(frozen=True, slots=True)
class AddedApk:
    """The Alpine packages that a Dockerfile adds (``apk add``).

    ``building`` are those that are there when Python packages are installed, in ``stage``, each with its line; ``kept`` those
    that are left at the end of ``final``, the stage that is the image. ``complete`` is false where more is added than can be
    read (``apk add $(...)``).
    """

    path: str
    stage: str
    final: str
    building: tuple[tuple[str, int], ...] = ()
    kept: tuple[str, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Supply:
    """What a Dockerfile adds, held against what the packages of the report need on one target. Names are sorted.

    ``there`` are the packages to build with that it adds. ``missing`` is what builds need beside them, ``lacking`` which Python
    package lacks what; ``perhaps`` is what packages may need, or do without. ``idle`` are those of ``there`` that serve only
    packages which lack something else, ``unneeded`` those that no Python package here needs. ``left_out`` is needed at run time
    and not added by name to the stage that is the image.
    """

    target: Target
    added: AddedApk
    there: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    lacking: tuple[tuple[str, tuple[str, ...]], ...] = ()
    perhaps: tuple[tuple[str, tuple[str, ...]], ...] = ()
    idle: tuple[str, ...] = ()
    unneeded: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
