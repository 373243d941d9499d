"""MC9xx: what could not be told, and why. Doubt is ``unknown``, never green and never red."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.judge.rules.rule import Rule
from muslcheck.words.release import Kind, Unread
from muslcheck.words.requirement import Source
from muslcheck.words.resolution import BlockerKind
from muslcheck.words.verdict import Evidence, Outcome, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.judge.case import Case

__all__ = ["RULES"]


def unreadable(case: Case) -> Iterator[Evidence]:
    """The file that pip takes could not be had, or could not be read: damaged, hostile or too large.

    Of a wheel this is doubt even where its tags fit: pip has to get it, too.
    """
    file, metadata = case.file, case.candidate.metadata
    if file is not None and isinstance(case.facts, Unread):
        yield Evidence("MC901", case.facts.reason, case.facts.seen_in or file.filename, Strength.STRONG, Outcome.UNKNOWN)
    elif file is not None and file.kind is Kind.WHEEL and isinstance(metadata, Unread) and not metadata.broken:
        yield Evidence("MC901", metadata.reason, file.filename, Strength.PROOF, Outcome.UNKNOWN)


def dependencies_unknown(case: Case) -> Iterator[Evidence]:
    """The release's dependencies could not be learned without building it: what it brings is not in the report.

    The verdict on the release itself is not touched by this.
    """
    metadata = case.candidate.metadata
    if isinstance(metadata, Unread) and case.candidate.blocker is None:
        seen = metadata.seen_in or (case.file.filename if case.file is not None else case.candidate.name)
        yield Evidence("MC902", f"its dependencies are not known: {metadata.reason}", seen, Strength.HINT)


def not_opened(case: Case) -> Iterator[Evidence]:
    """Pip would build the sdist, and it was not looked into."""
    if case.file is not None and case.file.kind is Kind.SDIST and case.facts is None:
        yield Evidence("MC904", "the sdist was not opened", case.file.filename, Strength.STRONG, Outcome.UNKNOWN)


def own_build(case: Case) -> Iterator[Evidence]:
    """A checkout (``git+https://...``) or a directory: it is built from what lies there, which is not judged.

    Its static dependencies are followed where they can be read.
    """
    direct = case.candidate.direct
    if direct is not None and direct.source in {Source.VCS, Source.DIRECTORY}:
        what = "a checkout" if direct.source is Source.VCS else "a directory"
        yield Evidence("MC905", f"{what}: its own build, not judged", str(direct.origin), Strength.STRONG, Outcome.UNKNOWN)


def unreachable(case: Case) -> Iterator[Evidence]:
    """The index could not be asked about the project."""
    candidate = case.candidate
    if candidate.blocker is not None and candidate.blocker.kind is BlockerKind.UNREACHABLE:
        seen = str(candidate.origins[0]) if candidate.origins else candidate.name
        yield Evidence("MC906", candidate.blocker.message, seen, Strength.STRONG, Outcome.UNKNOWN)


RULES = (
    Rule("MC901", "The file could not be read", unreadable),
    Rule("MC902", "Dependencies not known", dependencies_unknown),
    Rule("MC904", "The sdist was not opened", not_opened),
    Rule("MC905", "Its own build, not judged", own_build),
    Rule("MC906", "The index could not be asked", unreachable),
)
