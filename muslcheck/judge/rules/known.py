"""MC3xx: what the project, or the index, says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.archives.facts import SdistFacts
from muslcheck.judge.rules.rule import Rule
from muslcheck.words.verdict import Evidence, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.judge.case import Case

__all__ = ["RULES"]


def says_of_musl(case: Case) -> Iterator[Evidence]:
    """The project says something of musl or Alpine in its own files: cibuildwheel's settings, ``[external]``, CI files, Dockerfiles.

    ``skip = "*musllinux*"`` is why no wheel exists; ``before-all = "apk add ..."`` names what its authors install.
    """
    if isinstance(case.facts, SdistFacts):
        for seen in case.facts.hints:
            detail = f" ({seen.detail})" if seen.detail else ""
            yield Evidence("MC301", f"the project says: {seen.value}{detail}", seen.where, Strength.HINT)


def status(case: Case) -> Iterator[Evidence]:
    """The index marks the project as archived, deprecated or quarantined (PEP 792)."""
    if case.candidate.status != "active":
        seen = case.file.filename if case.file is not None else case.candidate.name
        yield Evidence("MC302", f"the index marks the project as {case.candidate.status}", seen, Strength.HINT)


RULES = (
    Rule("MC301", "What the project says of musl", says_of_musl),
    Rule("MC302", "A project past its life", status),
)
