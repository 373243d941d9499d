"""Bytes of an sdist or a wheel in, Facts out. Nothing is unpacked to disk, and nothing is ever run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

    from muslcheck.archives.container import Contents
    from muslcheck.archives.facts import SdistFacts
    from muslcheck.archives.witness import Noted
    from muslcheck.words.target import Target

__all__ = ["FACTS_VERSION", "inspect_sdist", "open_sdist", "read_sdist"]

FACTS_VERSION = 20
"""Raised with every change to what the readers find in a file: facts and metadata that were cached before are read anew."""


def read_sdist(file: BinaryIO, filename: str, target: Target) -> SdistFacts:
    """What the sdist in a seekable file says about its build on a target.

    Conditions on Python, platform and libc are answered for the target. Raises CorruptArchive, OversizedArchive or
    HostileArchive, and nothing else, whatever the bytes are.
    """
    return inspect_sdist(open_sdist(file, filename), target)[0]


def open_sdist(file: BinaryIO, filename: str, inside: str = "") -> Contents:
    """The sdist in a seekable file, or in the folder ``inside`` it, opened for any number of targets. Raises as :func:`read_sdist`."""
    from muslcheck.archives.container import open_archive

    return open_archive(file, filename, inside)


def inspect_sdist(contents: Contents, target: Target) -> tuple[SdistFacts, Noted]:
    """What an opened sdist says about its build on a target, and what was asked about the target for it.

    The facts are those of every target that gives the same answers (:func:`muslcheck.archives.witness.holds`). Never raises.
    """
    from muslcheck.archives.sdist import inspect
    from muslcheck.archives.witness import witnessed

    witness, noted = witnessed(target)
    return inspect(contents, witness), noted
