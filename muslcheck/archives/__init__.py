"""Bytes of an sdist or a wheel in, Facts out. Nothing is unpacked to disk, and nothing is ever run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

    from muslcheck.archives.facts import SdistFacts
    from muslcheck.words.target import Target

__all__ = ["FACTS_VERSION", "read_sdist"]

FACTS_VERSION = 8
"""Raised with every change to what the readers find in a file: facts and metadata that were cached before are read anew."""


def read_sdist(file: BinaryIO, filename: str, target: Target) -> SdistFacts:
    """What the sdist in a seekable file says about its build on a target.

    Conditions on Python, platform and libc are answered for the target. Raises CorruptArchive, OversizedArchive or
    HostileArchive, and nothing else, whatever the bytes are.
    """
    from muslcheck.archives.sdist import read

    return read(file, filename, target)
