"""Facts in, evidence, verdict and advice out; pure."""

from __future__ import annotations

from muslcheck.archives.facts import SdistFacts
from muslcheck.judge.advice import advise
from muslcheck.judge.case import Case
from muslcheck.judge.decide import decide, ordered
from muslcheck.judge.parts import compiled
from muslcheck.judge.rules import RULES, Rule
from muslcheck.words.verdict import ApkNames, Outcome, Verdict

__all__ = ["RULES", "Case", "Rule", "judge"]


def judge(case: Case) -> Verdict:
    """The verdict on one candidate on one target: every rule asked, the evidence weighed once."""
    found = tuple(evidence for rule in RULES.values() for evidence in rule.check(case))
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
    )


def _apk_names(case: Case, outcome: Outcome) -> ApkNames:
    """The Alpine packages of a build. Alpine's tables are loaded here, for sdists only."""
    if not isinstance(case.facts, SdistFacts):
        return ApkNames()
    from muslcheck.judge.needs import apk_names

    return apk_names(case, outcome)
