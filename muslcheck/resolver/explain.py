"""What stands in pip's way, in words that a person understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.resolver.terms import Ask, Exactly, Interpreter
from muslcheck.words.release import Misfit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packaging.version import Version
    from resolvelib.structs import RequirementInformation

    from muslcheck.resolver.provider import Provider
    from muslcheck.resolver.terms import Held, Term
    from muslcheck.words.release import Placed, Shelf
    from muslcheck.words.requirement import Requirement

__all__ = ["conflict_in_words", "no_file_in_words", "no_version_in_words", "python_in_words"]


def conflict_in_words(project: str, causes: Iterable[RequirementInformation[Term, Held]], provider: Provider) -> str:
    """``requirements.txt:3 asks for a<2, but b 1.0 (requirements.txt:4) needs a>=2``: every requirement and who states it."""
    said: dict[str, None] = {}
    for cause in causes:
        requirement = cause.requirement
        if not isinstance(requirement, (Ask, Exactly)):
            continue
        if cause.parent is None:
            said.setdefault(f"{_where(requirement.root)} asks for {_shortly(requirement)}")
        elif not isinstance(cause.parent, Interpreter) and cause.parent.project != requirement.project:
            said.setdefault(f"{cause.parent.base}{_rooted(cause.parent.project, provider)} needs {_shortly(requirement)}")
    for constraint in provider.constraint(project).sources:
        said.setdefault(f"{constraint.origin} allows only {constraint.name}{constraint.specifier or f' from {constraint.location}'}")
    return ", but ".join(said) or f"no version of {project} is what everything needs"


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


def _where(root: Requirement | None) -> str:
    return str(root.origin) if root is not None else "the manifest"


def _shortly(requirement: Ask | Exactly) -> str:
    if isinstance(requirement, Exactly):
        return requirement.text
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.project}{extras}{requirement.specifier}"


def _rooted(project: str, provider: Provider) -> str:
    """Where a manifest asks for a project itself: `` (requirements.txt:4)``."""
    roots = [term.root for term in provider.roots if term.project == project and term.root is not None]
    return f" ({roots[0].origin})" if roots else ""
