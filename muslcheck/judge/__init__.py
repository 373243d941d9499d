"""Facts in, evidence, verdict and advice out; pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from muslcheck.archives.facts import SdistFacts, WheelFacts
from muslcheck.archives.witness import remembered
from muslcheck.judge.advice import advise
from muslcheck.judge.case import Case
from muslcheck.judge.decide import decide, ordered
from muslcheck.judge.parts import compiled
from muslcheck.judge.rules import INSIDE, OPENED, RULES, UNOPENED, Rule
from muslcheck.words.release import Fits, Kind, Metadata
from muslcheck.words.verdict import ApkNames, Outcome, Verdict

if TYPE_CHECKING:
    from muslcheck.archives.witness import Noted
    from muslcheck.words.release import DistFile
    from muslcheck.words.resolution import Candidate
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import Advice, Evidence

__all__ = ["RULES", "Case", "Known", "Rule", "judge"]


@dataclass(slots=True)
class Known:
    """What was judged so far, for targets to which it looks the same: verdicts, and what rules found in sdists."""

    verdicts: dict[tuple[object, ...], Verdict] = field(default_factory=dict)
    told: dict[tuple[object, ...], int] = field(default_factory=dict)
    """What was told of candidates, save their files, each with a number."""
    kin: dict[int, int] = field(default_factory=dict)
    """These numbers by the candidates' own."""
    advice: dict[tuple[Advice, ...], tuple[Advice, ...]] = field(default_factory=dict)
    """Advice that was given, so that the same is one object."""
    kept: dict[int, object] = field(default_factory=dict)
    """Files and facts by their ids, which stay theirs as long as they are kept."""
    found: dict[tuple[object, ...], list[tuple[Noted, tuple[Evidence, ...]]]] = field(default_factory=dict)
    names: dict[tuple[object, ...], list[tuple[Noted, ApkNames]]] = field(default_factory=dict)


def judge(case: Case, known: Known | None = None) -> Verdict:
    """The verdict on one candidate on one target: every rule asked, the evidence weighed once.

    ``known`` remembers verdicts: they hold for every target that is told the same of a candidate and takes the same file by the same
    tag, and, of an sdist, finds the same in it. That is remembered, too, and holds for every target that answers alike what the rules
    asked about it.
    """
    known = known or Known()
    key = _likeness(case, known)
    if key is None:
        return _judged(case, known)
    verdict = known.verdicts.get(key)
    if verdict is None:
        verdict = known.verdicts[key] = _judged(case, known)
        return verdict
    there = verdict.on(case.target, case.candidate.shelf)
    return there if case.facts is None else _advised_anew(there, case, known)


def _advised_anew(verdict: Verdict, case: Case, known: Known) -> Verdict:
    """A verdict on an sdist with what this target lacks, and advice on it: that looks at what other images would take of the release."""
    apk = _apk_names(case, verdict.outcome, known)
    if apk is verdict.apk and verdict.outcome is Outcome.BUILD:
        return verdict
    advice = advise(case, verdict.outcome, verdict.marks, apk)
    return replace(verdict, apk=apk, advice=known.advice.setdefault(advice, advice))


def _likeness(case: Case, known: Known) -> tuple[object, ...] | None:
    """The same for cases of several targets that come to the same verdict; None where that is not known of any other."""
    candidate, target = case.candidate, case.target
    placed = candidate.shelf.placed[0] if candidate.shelf.placed else None
    if placed is None or not isinstance(placed.fit, Fits) or candidate.blocker is not None or case.inside is not None:
        return None
    file, tag = placed.file, placed.fit.tag
    known.kept.setdefault(id(file), file)
    # All that rules and advice ask about a wheel and its target.
    key = (_told(candidate, known), id(file), tag, target.is_musl, target.distribution, target.release)
    if file.kind is Kind.WHEEL:
        if case.alternatives or case.build_requires:
            return None  # nobody looks for them beside a wheel
        return (*key, candidate.twin_file.filename) if candidate.twin_file is not None and tag.endswith("-any") else key
    if not isinstance(case.facts, SdistFacts) or _with_chain(case) is not case:
        return None
    found = _found_in_sdist(case, known)  # the same object, where it was found for another target
    near = candidate.shelf.nearest
    missed = near and (id(near.file), near.fit)
    if near is not None:
        known.kept.setdefault(id(near.file), near.file)
    return *key, missed, id(case.facts), id(found), case.build_requires


def _told(candidate: Candidate, known: Known) -> int:
    """The same number for candidates of which all is told alike that rules and advice ask about, save their files."""
    number = known.kin.get(candidate.kin)
    if number is None:
        metadata = candidate.metadata
        told = (
            *_ASKED(candidate),
            candidate.newer_file and candidate.newer_file.filename,
            candidate.unlocked and candidate.unlocked.filename,
            (metadata.seen_in, metadata.installed, metadata.packed) if isinstance(metadata, Metadata) else metadata,
        )
        number = known.told.setdefault(told, len(known.told))
        if candidate.kin:
            known.kin[candidate.kin] = number
    return number


_ASKED = attrgetter("name", "version", "requested", "required_by", "chain", "direct", "newer", "status", "locked", "relock")


def _judged(case: Case, known: Known) -> Verdict:
    case = _with_chain(case)
    rules = UNOPENED if case.inside is None else (*UNOPENED, *INSIDE)
    found = (*(evidence for rule in rules for evidence in rule.check(case)), *_found_in_sdist(case, known))
    outcome, marks = decide(found)
    evidence = ordered(found, outcome)
    apk = _apk_names(case, outcome, known) if case.inside is None else ApkNames(runtime=_brought(found))
    candidate, advice = case.candidate, advise(case, outcome, marks, apk)
    return Verdict(
        target=case.target,
        name=candidate.name,
        version=candidate.version,
        outcome=outcome,
        marks=marks,
        file=_file(case),
        requested=candidate.requested,
        required_by=candidate.required_by,
        chain=candidate.chain,
        languages=compiled(case.facts) if isinstance(case.facts, SdistFacts) else (),
        build_requires=case.build_requires,
        apk=apk,
        evidence=evidence,
        advice=known.advice.setdefault(advice, advice),
        shelf=candidate.shelf,
        notes=_notes(case),
        installed=told.installed if (told := _of_the_file(case)) is not None else None,
    )


def _found_in_sdist(case: Case, known: Known) -> tuple[Evidence, ...]:
    """What the rules say that read an sdist. They look at no file of its release."""
    if not isinstance(case.facts, SdistFacts):
        return ()

    def asked(target: Target) -> tuple[Evidence, ...]:
        there = replace(case, target=target)
        return tuple(evidence for rule in OPENED for evidence in rule.check(there))

    known.kept.setdefault(id(case.facts), case.facts)
    return remembered(case.target, known.found.setdefault(_of_sdist(case), []), asked)


def _apk_names(case: Case, outcome: Outcome, known: Known) -> ApkNames:
    """The Alpine packages of a build. Alpine's tables are loaded here, for sdists only."""
    if not isinstance(case.facts, SdistFacts):
        return ApkNames()
    from muslcheck.judge.needs import apk_names

    done = known.names.setdefault((*_of_sdist(case), outcome), [])
    return remembered(case.target, done, lambda target: apk_names(replace(case, target=target), outcome))


def _notes(case: Case) -> tuple[tuple[str, str], ...]:
    if not isinstance(case.inside, WheelFacts):
        return ()
    from muslcheck.judge.loads import described

    return described(case.inside)


def _brought(evidence: tuple[Evidence, ...]) -> tuple[str, ...]:
    """The packages that bring what files of a wheel lack, sorted."""
    return tuple(sorted({name for each in evidence for name in each.apk}))


def _of_sdist(case: Case) -> tuple[object, ...]:
    """All of a case that rules ask which read an sdist, save its target."""
    return id(case.facts), case.candidate.name, case.candidate.version, case.build_requires, id(case.offered)


def _of_the_file(case: Case) -> Metadata | None:
    """What was read inside the very wheel that is installed."""
    told, file = case.candidate.metadata, case.file
    return told if isinstance(told, Metadata) and file is not None and told.seen_in.startswith(f"{file.filename}!") else None


def _file(case: Case) -> DistFile | None:
    """The file, with its size where only the file itself told it: pages in HTML and on disk do not."""
    told, file = _of_the_file(case), case.file
    return file if file is None or file.size is not None or told is None else replace(file, size=told.packed)


def _with_chain(case: Case) -> Case:
    """The case with what each build requirement that compiles asks of Alpine, as far as Alpine does not have the program that it is."""
    if not any(required.outcome is Outcome.COMPILE for required in case.build_requires):
        return case
    from muslcheck.judge.needs import apk_for_requirement

    chain = (replace(r, apk=apk_for_requirement(r, case.target)) if r.outcome is Outcome.COMPILE else r for r in case.build_requires)
    return replace(case, build_requires=tuple(chain))
