"""Python packages that Alpine itself compiles and ships, for its own python3.

``MUSLCHECK_RECIPES=off`` in the environment leaves them out of everything, to measure what reading sdists is worth by itself.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from muslcheck.alpine.tables import Table, holds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muslcheck.alpine.tables import Row

__all__ = ["Recipe", "recipe_for"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Alpine's package of a project on one release: its name, repository, version, and what Alpine builds it with.

    ``build`` leaves out compilers and Python packages, and may name libraries that an sdist brings itself: Alpine unbundles.
    """

    apk: str
    repository: str
    version: str
    build: tuple[str, ...] = ()


def recipe_for(name: str, release: str) -> Recipe | None:
    """Alpine's own package of a project (normalised name) on a release (``3.23``), or None where it has none or none is to be known."""
    return None if os.environ.get("MUSLCHECK_RECIPES") == "off" else _recipe_for(name, release)


@cache
def _recipe_for(name: str, release: str) -> Recipe | None:
    row = _rows().get(name)
    version = "-" if row is None else _version(row.text("versions"), release)
    return None if row is None or version == "-" else Recipe(row.text("apk"), row.text("repo"), version, row.strings("build"))


def _version(versions: str, release: str) -> str:
    """The version that ``3.19:1.0 3.22:1.2`` gives for a release; ``-`` where there is none."""
    found = "-"
    for entry in versions.split():
        since, _, version = entry.partition(":")
        if since == release or (since != "edge" and holds((since, ""), release)):
            found = version
    return found


@cache
def _rows() -> Mapping[str, Row]:
    rows = Table.load("recipes").rows("recipe", texts=("name", "apk", "repo", "versions"), lists=("build",))
    return {row.text("name"): row for row in rows}
