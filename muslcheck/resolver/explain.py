"""What stands in pip's way, in words that a person understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.resolver.terms import Ask, Exactly, Interpreter
from muslcheck.words.release import Misfit
from muslcheck.words.requirement import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.version import Version
    from resolvelib.structs import RequirementInformation

    from muslcheck.resolver.provider import Provider
    from muslcheck.resolver.terms import Held, Term, Way
    from muslcheck.words.release import Placed, Shelf
    from muslcheck.words.requirement import Requirement

__all__ = ["conflict_in_words", "in_short", "no_file_in_words", "no_version_in_words", "python_in_words", "way_out_in_words"]


def conflict_in_words(
    project: str,
    causes: Iterable[RequirementInformation[Term, Held]],
    provider: Provider,
    ways: Mapping[str, Way],
    members: Iterable[Requirement] = (),
) -> str:
    """``requirements.txt:3 asks for a<2, but b 1.0 (requirements.txt:4) needs a>=2``: every requirement and who states it.

    ``members`` that are not named so are named at the end: without them there would be a way out.
    """
    said: dict[str, None] = {}
    named: set[int] = set()
    for cause in causes:
        requirement = cause.requirement
        if not isinstance(requirement, (Ask, Exactly)):
            continue
        if cause.parent is None:
            named.add(id(requirement.root))
            said.setdefault(f"{_where(requirement.root)} asks for {_shortly(requirement)}")
        elif not isinstance(cause.parent, Interpreter) and cause.parent.project != requirement.project:
            way = ways.get(cause.parent.project)
            if way is not None:
                named.add(id(way[0].root))
            said.setdefault(f"{cause.parent.base}{_by(cause.parent.project, way, provider)} needs {_shortly(requirement)}")
    for constraint in provider.stock.constraint(project).sources:
        named.add(id(constraint))
        said.setdefault(f"{constraint.origin} allows only {in_short(constraint)}")
    *before, last = said or (f"no version of {project} is what everything needs",)
    rest = [f"{each.origin} ({in_short(each)})" for each in members if id(each) not in named]
    beside = f"; {_listed(rest)} {'leaves' if len(rest) == 1 else 'leave'} no other way" if rest else ""
    return (f"{', '.join(before)}, but {last}" if before else last) + beside


def way_out_in_words(members: Sequence[Requirement]) -> str:
    """Which of the manifests' requirements to change, where these conflict and no fewer do."""
    if not members:
        return "Change one of these requirements so that one version meets them all."
    named = [f"{each.origin} ({in_short(each)})" for each in members]
    if len(members) == 1:
        return f"Change {named[0]}: what it brings cannot be had together."
    return f"Change {', '.join(named[:-1])} or {named[-1]}: the rest of the manifests can stay."


def python_in_words(cause: RequirementInformation[Term, Held], version: Version) -> str:
    """Why a release whose metadata rules out the target's Python does not install."""
    return f"{cause.parent} says it needs {cause.requirement.text}, and the image has Python {version}"


def no_version_in_words(project: str, asked: Sequence[str], nearest: Sequence[str]) -> str:
    """Why a project that exists has nothing for what is asked."""
    what = ", ".join(asked) or project
    return f"no version satisfies {what}" + (f"; the nearest that exist: {', '.join(nearest)}" if nearest else "; the index lists none")


def no_file_in_words(shelf: Shelf) -> str:
    """Why nothing of a release installs: what of its wheels and of its sdist, and how near the nearest wheel came."""
    if not shelf.placed:
        return "the release has no files"
    sdist = next((placed for placed in shelf.placed if placed.file.kind == "sdist"), None)
    refused = f"the sdist ({_detail(sdist)})" if sdist is not None else ""
    if shelf.nearest is None:
        return f"there is no wheel, and pip does not take {refused}" if refused else "there is neither a wheel nor an sdist"
    said = f"no wheel fits, nor does {refused}" if refused else "no wheel fits and there is no sdist"
    return f"{said}; the nearest miss: {_detail(shelf.nearest)}"


def _detail(placed: Placed) -> str:
    return placed.fit.detail if isinstance(placed.fit, Misfit) else ""


def in_short(requirement: Requirement) -> str:
    """A manifest's requirement without its marker and hashes; a direct reference as it is written."""
    if requirement.source is not Source.INDEX:
        return requirement.text
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.name}{extras}{requirement.specifier}"


def _listed(texts: Sequence[str]) -> str:
    return f"{', '.join(texts[:-1])} and {texts[-1]}" if len(texts) > 1 else texts[0]


def _where(root: Requirement | None) -> str:
    return str(root.origin) if root is not None else "the manifest"


def _shortly(requirement: Ask | Exactly) -> str:
    if isinstance(requirement, Exactly):
        return requirement.text
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.project}{extras}{requirement.specifier}"


def _by(project: str, way: Way | None, provider: Provider) -> str:
    """Where a manifest asks for a project: `` (requirements.txt:4)``, and through which others: `` (requirements.txt:4 → a)``."""
    if way is not None and way[0].root is not None:
        return f" ({' → '.join((str(way[0].root.origin), *way[1][:-1]))})"
    roots = [term.root for term in provider.roots if term.project == project and term.root is not None]
    return f" ({roots[0].origin})" if roots else ""
