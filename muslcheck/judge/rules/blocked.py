"""MC0xx: what cannot be installed at all, whatever is in its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.judge.rules.rule import Rule
from muslcheck.words.release import Kind, Misfit, Miss
from muslcheck.words.resolution import BlockerKind
from muslcheck.words.verdict import Evidence, Outcome, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.judge.case import Case

__all__ = ["RULES"]


def not_on_index(case: Case) -> Iterator[Evidence]:
    """No index has a project of that name.

    pip stops with "No matching distribution found". A slip of the pen, a name that was never published, or one that only a
    private index has, which was not asked. Advice names projects that are spelled alike.
    """
    yield from _stops(case, "MC001", BlockerKind.NOT_ON_INDEX)


def no_such_version(case: Case) -> Iterator[Evidence]:
    """The project exists, and no version of it satisfies all that is required.

    pip stops with "Could not find a version that satisfies the requirement". The versions nearest to what is asked are named.
    """
    yield from _stops(case, "MC002", BlockerKind.NO_SUCH_VERSION)


def no_file(case: Case) -> Iterator[Evidence]:
    """A version satisfies the requirements, and none of its files may be installed on the target.

    pip stops with "from versions: none", or takes an older release where the requirements allow one (then the mark is
    ``older``). The usual cause is a project that publishes glibc wheels and no sdist. The release judged is the one that glibc
    would get, so that the rest of the answer holds for the day when a wheel appears.
    """
    yield from _stops(case, "MC003", BlockerKind.NO_FILE)


def conflict(case: Case) -> Iterator[Evidence]:
    """Requirements on one project that no version satisfies together.

    pip stops with "ResolutionImpossible". This is no matter of musl: the same requirements fail on any image.
    """
    yield from _stops(case, "MC004", BlockerKind.CONFLICT)


def excluded(case: Case) -> Iterator[Evidence]:
    """A file would fit, and an option excludes it: ``--only-binary``, ``--no-binary``, ``--uploaded-prior-to`` or a hash.

    Without the option pip would install or build it.
    """
    if case.candidate.unlocked is None:  # what a lock leaves out is no option's doing
        yield from _held_back(case, "MC005", Miss.EXCLUDED)


def requires_python(case: Case) -> Iterator[Evidence]:
    """A file would fit, and states that it is for another Python (``Requires-Python``).

    pip honours both ends of the range, per file. Another Python image, or another release, is the way out.
    """
    yield from _held_back(case, "MC006", Miss.REQUIRES_PYTHON)


def metadata_refused(case: Case) -> Iterator[Evidence]:
    """Every version that would do has metadata that pip refuses (invalid, or of another project or version)."""
    yield from _stops(case, "MC007", BlockerKind.METADATA)


def _stops(case: Case, code: str, kind: BlockerKind) -> Iterator[Evidence]:
    blocker = case.candidate.blocker
    if blocker is not None and blocker.kind is kind:
        yield Evidence(code, blocker.message, _asked_at(case), Strength.PROOF, Outcome.FAIL)


def _held_back(case: Case, code: str, miss: Miss) -> Iterator[Evidence]:
    """The best file of each kind that this miss alone keeps out, where nothing fits."""
    candidate = case.candidate
    if candidate.blocker is None or candidate.blocker.kind is not BlockerKind.NO_FILE:
        return
    for kind in Kind:
        kept = next((p for p in candidate.shelf.placed if p.file.kind is kind and isinstance(p.fit, Misfit) and p.fit.miss is miss), None)
        if kept is not None and isinstance(kept.fit, Misfit):
            yield Evidence(code, kept.fit.detail, kept.file.filename, Strength.PROOF, Outcome.FAIL)


def _asked_at(case: Case) -> str:
    """Where the requirement stands, or who asks: the place of evidence about something that has no file."""
    candidate = case.candidate
    if candidate.origins:
        return str(candidate.origins[0])
    if candidate.chain:
        return candidate.chain[0]
    return candidate.required_by[0] if candidate.required_by else candidate.name


RULES = (
    Rule("MC001", "Not on the index", not_on_index),
    Rule("MC002", "No such version", no_such_version),
    Rule("MC003", "No file fits the target", no_file),
    Rule("MC004", "Requirements in conflict", conflict),
    Rule("MC005", "Excluded by an option", excluded),
    Rule("MC006", "For another Python", requires_python),
    Rule("MC007", "Metadata that pip refuses", metadata_refused),
)
