"""An sdist read for its build: every reader of this room asked in turn, and their answers put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.archives.build_system import read_build_system
from muslcheck.archives.container import open_archive
from muslcheck.archives.facts import SdistFacts
from muslcheck.archives.sdist_metadata import metadata_in

if TYPE_CHECKING:
    from typing import BinaryIO

    from muslcheck.archives.container import Contents
    from muslcheck.words.target import Target

__all__ = ["inspect", "read"]


def read(file: BinaryIO, filename: str, target: Target) -> SdistFacts:
    """Open the archive and inspect it. Raises an ArchiveFailure."""
    return inspect(open_archive(file, filename), target)


def inspect(contents: Contents, target: Target) -> SdistFacts:
    """What an opened sdist says about its build on a target."""
    del target
    return SdistFacts(
        filename=contents.filename,
        build_system=read_build_system(contents),
        metadata=metadata_in(contents),
        source_files=tuple(sorted(contents.counts.items())),
    )
