"""MC22x: what a build needs by name, and which Alpine package has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.archives.facts import Certainty, SdistFacts
from muslcheck.judge.parts import made_later, on_alpine, parts
from muslcheck.judge.rules.rule import Rule
from muslcheck.words.verdict import Evidence, Outcome, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.judge.case import Case
    from muslcheck.judge.needs import Need

__all__ = ["RULES"]

_VERBS = {Certainty.ALWAYS: "needs", Certainty.OPTIONAL: "uses, where it is there,", Certainty.DECIDED_LATER: "may need"}


def header(case: Case) -> Iterator[Evidence]:
    """Sources include a header that a library brings; the image has none of them, and an Alpine ``-dev`` package does."""
    yield from _asks(case, "MC220", {"header"})


def library(case: Case) -> Iterator[Evidence]:
    """The build links a library: its ``-dev`` package is needed to build, and the library itself to run."""
    yield from _asks(case, "MC221", {"library", "crate"})


def program(case: Case) -> Iterator[Evidence]:
    """The build runs a program that no Python image has (``pg_config``, ``pkg-config``, ``git``).

    Where it runs it without a shell and catches no error, it stops when the program is not there: proof.
    """
    yield from _asks(case, "MC222", {"program"})
    if isinstance(case.facts, SdistFacts) and any(seen.detail == "or stops" for seen in case.facts.programs):
        from muslcheck.judge.needs import stops_without

        for need in stops_without(case.facts, case.target):
            apk = need.apk.build if need.apk is not None and on_alpine(case.target) else ()
            yield Evidence("MC222", f"stops where it cannot run {need.name}", need.seen_in, Strength.PROOF, Outcome.COMPILE, apk=apk)
            return


def found_by_name(case: Case) -> Iterator[Evidence]:
    """The build looks a library up by its pkg-config or CMake name: the ``-dev`` package holds the file that answers."""
    yield from _asks(case, "MC223", {"pkg-config", "cmake"})


def not_in_alpine(case: Case) -> Iterator[Evidence]:
    """The build needs something for which no Alpine package is known: it has to be built or brought from elsewhere first."""
    for need in _needs(case):
        if need.apk is None and not need.absent and need.kind != "program" and need.certainty is Certainty.ALWAYS:
            yield Evidence("MC224", f"no Alpine package is known for the {need.kind} {need.name}", need.seen_in, Strength.HINT)


def never_on_musl(case: Case) -> Iterator[Evidence]:
    """The build needs what Alpine cannot offer: a vendor's library that is built for glibc only, a part of glibc, or a library it lacks.

    No package cures it. Proof where the build always needs it and nothing guards it; else, and where Alpine builds this very
    version for its own python3, it only warns.
    """
    facts = case.facts
    made = isinstance(facts, SdistFacts) and any(part.certainty is Certainty.ALWAYS for part in parts(facts)) and not _built_by_alpine(case)
    for need in _needs(case):
        if need.absent and need.kind in {"header", "library", "pkg-config", "cmake"}:
            sure = made and need.certainty is Certainty.ALWAYS and need.kind in {"header", "library"}
            claim = f"needs the {need.kind} {need.name}: {need.absent}"
            yield Evidence("MC225", claim, need.seen_in, Strength.PROOF if sure else Strength.HINT, Outcome.FAIL if sure else None)


def remedied(case: Case) -> Iterator[Evidence]:
    """Sources call a function that glibc has and musl lacks, and an Alpine package brings it (it has to be linked, too)."""
    yield from _asks(case, "MC226", {"function"})


def stated(case: Case) -> Iterator[Evidence]:
    """The project states what it needs from outside Python (``[external]`` in pyproject.toml, PEP 725)."""
    yield from _asks(case, "MC227", {"external"})


def outside(case: Case) -> Iterator[Evidence]:
    """The build compiles a file by a path that leads out of the sdist: it was there in the project's repository, and was not packed."""
    for seen in case.facts.marks if isinstance(case.facts, SdistFacts) else ():
        kind, _, path = seen.value.partition(":")
        if kind == "outside" and seen.certainty is Certainty.ALWAYS:
            yield Evidence("MC228", f"compiles {path}, which is not in the sdist", seen.where, Strength.PROOF, Outcome.FAIL)


def _built_by_alpine(case: Case) -> bool:
    """Whether Alpine ships this very version, compiled on musl."""
    from muslcheck.alpine.recipes import recipe_for

    recipe = recipe_for(case.candidate.name, case.target.release)
    return recipe is not None and recipe.version == case.candidate.version


def _asks(case: Case, code: str, kinds: set[str]) -> Iterator[Evidence]:
    """One piece of evidence for all names of a kind that lead to the same packages: the surest of them, and how many more.

    What the build uses where it is there, and does without where it is not, is a hint; where nothing would be compiled
    without it, it is more.
    """
    groups: dict[tuple[str, tuple[str, ...], bool], list[Need]] = {}
    for need in _needs(case):
        if need.kind in kinds and need.apk is not None and need.apk.build:
            groups.setdefault((need.kind, need.apk.build, need.guessed), []).append(need)
    facts = case.facts
    made = parts(facts) if isinstance(facts, SdistFacts) else ()
    whole = bool(made) and all(part.certainty is Certainty.OPTIONAL for part in made)
    for (kind, packages, guessed), needed in groups.items():
        certainty = next(sure for sure in _VERBS if any(need.certainty is sure for need in needed))
        first = next(need for need in needed if need.certainty is certainty)
        verb = "may need" if guessed else "to be compiled, needs" if whole and certainty is Certainty.OPTIONAL else _VERBS[certainty]
        more = f" and {len(needed) - 1} more" if len(needed) > 1 else ""
        claim = f"{verb} the {kind} {first.name}{more}, {'perhaps ' if guessed else ''}in {' '.join(packages)}"
        sure = not guessed and (certainty is Certainty.ALWAYS or (whole and certainty is Certainty.OPTIONAL))
        yield Evidence(code, claim, first.seen_in, Strength.STRONG if sure else Strength.HINT, apk=packages)


def _needs(case: Case) -> tuple[Need, ...]:
    """What the build needs by name. Alpine's tables are loaded here, for sdists only."""
    if not isinstance(case.facts, SdistFacts) or not (parts(case.facts) or made_later(case.facts)):
        return ()
    from muslcheck.judge.needs import needs

    return needs(case.facts, case.target, case.offered)


RULES = (
    Rule("MC220", "A header is missing", header),
    Rule("MC221", "A library is missing", library),
    Rule("MC222", "A program is missing", program),
    Rule("MC223", "A library is looked up by name", found_by_name),
    Rule("MC224", "Not known to be in Alpine", not_in_alpine),
    Rule("MC225", "Never on musl", never_on_musl),
    Rule("MC226", "A function that musl lacks", remedied),
    Rule("MC227", "Needs that the project states", stated),
    Rule("MC228", "A source outside of the sdist", outside),
)
