"""Libraries whose sources an sdist carries, with what builds them."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from muslcheck.archives.facts import Certainty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from muslcheck.archives.container import Contents
    from muslcheck.archives.facts import Seen

__all__ = ["unless_carried"]

_BUILT_BY = frozenset({"CMakeLists.txt", "configure", "configure.ac", "configure.in", "meson.build", "Makefile.am", "Makefile.in"})
"""Files that say how a library is built; a bare Makefile may be anything's."""
_VERSION = re.compile(r"[-_.]v?\d+(?:[._]\d+)+\w*$")
_SONAME = re.compile(r":?lib(.+?)\.(?:so(?:\.\d+)*|a)")
"""A library linked by the name of its file (``-l:libudev.so.1``)."""


def unless_carried(libraries: Iterable[Seen], contents: Contents) -> Iterator[Seen]:
    """The libraries that a build links, by their plain names.

    One that lies in the sdist, in a folder of its name with what builds it, is asked of the image only where a build is told to
    take the system's.
    """
    folders: frozenset[str] | None = None
    for seen in libraries:
        found = _SONAME.fullmatch(seen.value)
        plain = found[1] if found is not None else seen.value
        if folders is None:
            folders = _folders(contents)
        mine = not folders.isdisjoint({plain.lower(), f"lib{plain.lower()}"})
        yield replace(seen, value=plain, certainty=Certainty.SWITCHED if mine else seen.certainty)


def _folders(contents: Contents) -> frozenset[str]:
    """Names, without a version, of the folders that hold what builds them."""
    parents = (posixpath.split(name) for name in contents.names)
    return frozenset(_VERSION.sub("", posixpath.basename(folder)).lower() for folder, base in parents if folder and base in _BUILT_BY)
