"""What an sdist requires, without building it: the static steps of the metadata ladder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.words.release import Unread

if TYPE_CHECKING:
    from typing import BinaryIO

    from muslcheck.archives.container import Contents
    from muslcheck.words.release import Metadata

__all__ = ["metadata_in", "sdist_metadata"]


def sdist_metadata(file: BinaryIO, filename: str) -> Metadata | Unread:
    """What the sdist in a seekable file requires, as far as it says so without being built.

    Not ``assumed``: static PKG-INFO (PEP 643), as good as a wheel's. ``assumed``: read from requires.txt, ``[project]`` or setup.cfg;
    METADATA of another wheel of the same release is to be preferred. Raises an ArchiveFailure.
    """
    from muslcheck.archives.container import open_archive

    return metadata_in(open_archive(file, filename))


def metadata_in(contents: Contents) -> Metadata | Unread:
    """As :func:`sdist_metadata`, of an archive that was opened already."""
    return Unread("not read yet", contents.filename)
