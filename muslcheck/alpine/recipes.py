"""Python packages that Alpine itself compiles and ships, for its own python3."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from muslcheck.alpine.tables import Table, holds

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    """Alpine's own package of a project (normalised name) on a release (``3.23``), or None where it has none."""
    return _recipes(release).get(name)


@cache
def _recipes(release: str) -> Mapping[str, Recipe]:
    found = {}
    for row in Table.load("recipes").rows("recipe", texts=("name", "apk", "repo", "versions"), lists=("build",)):
        version = "-"
        for entry in row.text("versions").split():
            since, _, then = entry.partition(":")
            if (since != "edge" and holds((since, ""), release)) or since == release == "edge":
                version = then
        if version != "-":
            found[row.text("name")] = Recipe(row.text("apk"), row.text("repo"), version, row.strings("build"))
    return found
