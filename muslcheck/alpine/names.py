"""What somebody may have meant by a project's name that no index has."""

from __future__ import annotations

from functools import cache
from typing import Any

from packaging.utils import canonicalize_name

from muslcheck.alpine.releases import read_table

__all__ = ["nearest_names", "parse_names"]

_AT_MOST = 3
_LIKENESS = 0.75
_PREFIXES = ("py3-", "python3-", "python-", "py-")
"""How distributions call a project, and what people forget or add."""


def nearest_names(name: str) -> tuple[str, ...]:
    """The projects that a name nearly is, the likeliest first: at most three, none where nothing is near.

    First those that install a module of that name (``cv2``), then the name with a usual prefix less or more, then by
    spelling. Known are the projects that Alpine packages and other much used ones, some two and a half thousand: silence
    says nothing.
    """
    names, imports = _known()
    asked = canonicalize_name(name)
    found = [*imports.get(asked, ())]
    bare = next((asked.removeprefix(prefix) for prefix in _PREFIXES if asked.startswith(prefix)), asked)
    if not bare:
        return ()
    found += [guess for guess in (bare, *(prefix + bare for prefix in _PREFIXES), "py" + bare) if guess in names]
    if len(found) < _AT_MOST:
        from difflib import get_close_matches

        found += get_close_matches(asked, names, _AT_MOST, _LIKENESS)
    return tuple(dict.fromkeys(guess for guess in found if guess != asked))[:_AT_MOST]


@cache
def _known() -> tuple[dict[str, None], dict[str, list[str]]]:
    return parse_names(read_table("names.toml"))


def parse_names(table: dict[str, Any]) -> tuple[dict[str, None], dict[str, list[str]]]:
    """The names, and the projects by import name, out of a parsed table. Raises ValueError where a name is not normalised."""
    imports: dict[str, list[str]] = table["imports"]
    names = [*table["names"].split(), *table["others"].split(), *(project for projects in imports.values() for project in projects)]
    if strange := [each for each in (*names, *imports) if canonicalize_name(each) != each]:
        raise ValueError(f"names.toml: not normalised: {', '.join(strange)}")
    return dict.fromkeys(names), imports
