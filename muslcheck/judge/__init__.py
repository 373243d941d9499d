"""Facts in, evidence, verdict and advice out; pure."""

from __future__ import annotations

from dataclasses import replace

from muslcheck.archives.facts import SdistFacts
from muslcheck.judge.advice import advise
from muslcheck.judge.case import Case
from muslcheck.judge.decide import decide, ordered
from muslcheck.judge.parts import compiled
from muslcheck.judge.rules import RULES, UNOPENED, Rule
from muslcheck.words.release import Kind, Metadata
from muslcheck.words.verdict import ApkNames, Outcome, Verdict

__all__ = ["RULES", "Case", "Known", "Rule", "judge"]

Known = dict[tuple[object, ...], Verdict]
"""Verdicts on wheels, for targets to which they look the same."""


def judge(case: Case, known: Known | None = None) -> Verdict:
    """The verdict on one candidate on one target: every rule asked, the evidence weighed once.

    ``known`` remembers the verdicts on wheels that fit: they hold for every target that has the same candidate.
    """
    candidate, file, target = case.candidate, case.file, case.target
    if known is None or not candidate.kin or file is None or file.kind is not Kind.WHEEL or candidate.blocker is not None:
        return _judged(case)
    key = (candidate.kin, target.is_musl, target.distribution, target.release)  # all that rules and advice ask about a wheel's target
    verdict = known.get(key)
    if verdict is None:
        verdict = known[key] = _judged(case)
    return verdict if verdict.target == target else replace(verdict, target=target, shelf=candidate.shelf)


def _judged(case: Case) -> Verdict:
    case = _with_chain(case)
    rules = RULES.values() if isinstance(case.facts, SdistFacts) else UNOPENED
    found = tuple(evidence for rule in rules for evidence in rule.check(case))
    outcome, marks = decide(found)
    evidence = ordered(found, outcome)
    apk = _apk_names(case, outcome)
    candidate = case.candidate
    return Verdict(
        target=case.target,
        name=candidate.name,
        version=candidate.version,
        outcome=outcome,
        marks=marks,
        file=case.file,
        requested=candidate.requested,
        required_by=candidate.required_by,
        chain=candidate.chain,
        languages=compiled(case.facts) if isinstance(case.facts, SdistFacts) else (),
        build_requires=case.build_requires,
        apk=apk,
        evidence=evidence,
        advice=advise(case, outcome, marks, apk),
        shelf=candidate.shelf,
        installed=_installed(case),
    )


def _installed(case: Case) -> int | None:
    """What the wheel takes when unpacked, where it is this very wheel that was looked into."""
    told, file = case.candidate.metadata, case.file
    return told.installed if isinstance(told, Metadata) and file is not None and told.seen_in.startswith(f"{file.filename}!") else None


def _with_chain(case: Case) -> Case:
    """The case with what each build requirement that compiles asks of Alpine, as far as Alpine does not have the program that it is."""
    if not any(required.outcome is Outcome.COMPILE for required in case.build_requires):
        return case
    from muslcheck.judge.needs import apk_for_requirement

    chain = (replace(r, apk=apk_for_requirement(r, case.target)) if r.outcome is Outcome.COMPILE else r for r in case.build_requires)
    return replace(case, build_requires=tuple(chain))


def _apk_names(case: Case, outcome: Outcome) -> ApkNames:
    """The Alpine packages of a build. Alpine's tables are loaded here, for sdists only."""
    if not isinstance(case.facts, SdistFacts):
        return ApkNames()
    from muslcheck.judge.needs import apk_names

    return apk_names(case, outcome)
