"""MC3xx: what the project, or the index, says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.archives.facts import SdistFacts
from muslcheck.judge.parts import on_alpine, parts
from muslcheck.judge.rules.rule import Rule
from muslcheck.words.verdict import Evidence, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.judge.case import Case

__all__ = ["RULES"]

_DEEPEST = 2
"""Folders above a file that speaks for the project itself: deeper lie copies of others' projects."""
_MOST_NAMES = 12


def says_of_musl(case: Case) -> Iterator[Evidence]:
    """The project says something of musl or Alpine in its own files: cibuildwheel's settings, ``[external]``, CI files, Dockerfiles.

    ``skip = "*musllinux*"`` is why no wheel exists; ``before-all = "apk add ..."`` names what its authors install, for tests
    and tools as well. Files deep inside belong to copies of other projects, and are left out.
    """
    if not isinstance(case.facts, SdistFacts):
        return
    by_place: dict[tuple[str, str], list[str]] = {}
    for seen in case.facts.hints:
        kind, _, text = seen.value.partition(":")
        if seen.where.partition("!/")[2].count("/") <= _DEEPEST:
            by_place.setdefault((kind, seen.where), []).append(text)
    for (kind, where), texts in by_place.items():
        if kind == "skip":
            claim = f"its own wheel builds skip musl ({', '.join(texts)})"
        elif kind == "apk":
            shown = ", ".join(texts[:_MOST_NAMES]) + (f" and {len(texts) - _MOST_NAMES} more" if len(texts) > _MOST_NAMES else "")
            claim = f"the project's own files install {shown} with apk"
        else:
            claim = f"the project states that it needs {', '.join(texts)}"
        yield Evidence("MC301", claim, where, Strength.HINT)


def status(case: Case) -> Iterator[Evidence]:
    """The index marks the project as archived, deprecated or quarantined (PEP 792)."""
    if case.candidate.status != "active":
        seen = case.file.filename if case.file is not None else case.candidate.name
        yield Evidence("MC302", f"the index marks the project as {case.candidate.status}", seen, Strength.HINT)


def alpine_builds_it(case: Case) -> Iterator[Evidence]:
    """Alpine compiles the project for its own python3: so it can be built, and this is what Alpine's recipe builds it with.

    The recipe may be of another version, and Alpine takes its own libraries where the sdist brings a copy.
    """
    facts, target = case.facts, case.target
    if not isinstance(facts, SdistFacts) or not on_alpine(target) or not parts(facts):
        return
    from muslcheck.alpine.recipes import recipe_for

    recipe = recipe_for(case.candidate.name, target.release)
    if recipe is not None:
        using = f" with {', '.join(recipe.build)}" if recipe.build else ""
        claim = f"Alpine {target.release} builds {recipe.apk} {recipe.version}{using}"
        yield Evidence("MC303", claim, f"aports {recipe.repository}/{recipe.apk}", Strength.HINT)


RULES = (
    Rule("MC301", "What the project says of musl", says_of_musl),
    Rule("MC302", "A project past its life", status),
    Rule("MC303", "Alpine builds it", alpine_builds_it),
)
