"""MC25x: what a build requires before it begins (PEP 518), and what it fetches while it runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muslcheck.archives.brought import brought
from muslcheck.archives.facts import Certainty, SdistFacts
from muslcheck.archives.gone import gone
from muslcheck.judge.parts import program_from_apk
from muslcheck.judge.rules.rule import Rule
from muslcheck.words.verdict import Evidence, Outcome, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.judge.case import Case
    from muslcheck.words.verdict import BuildRequirement

__all__ = ["RULES"]


def compiles(case: Case) -> Iterator[Evidence]:
    """A build requirement has no wheel for the target and is itself compiled, before this build begins.

    What that takes, and what its own build requirements take in turn, has to be installed first.
    """
    for required, seen in _required(case, Outcome.COMPILE):
        taking = f", with {' '.join(required.apk.build)}" if required.apk.build else ""
        claim = f"building it requires {_shown(required)}, which compiles here{taking}"
        yield Evidence("MC250", claim, seen, Strength.PROOF, Outcome.COMPILE)


def fails(case: Case) -> Iterator[Evidence]:
    """A build requirement cannot be installed on the target: the build never begins.

    Or it is an old plugin of setuptools, which imports what the newer setuptools beside it has lost (``pkg_resources``).
    """
    for required, seen in _required(case, Outcome.FAIL):
        yield Evidence("MC251", f"building it requires {_shown(required)}, which fails here", seen, Strength.PROOF, Outcome.FAIL)
    for required, seen in _required(case, Outcome.WHEEL):
        if required.name in (plugins := brought().plugins):
            last, module = plugins[required.name]
            has, left = _major(case, "setuptools"), gone().setuptools.get(module)
            if has is not None and left is not None and has >= left and required.version and _numbers(required.version) <= last:
                claim = f"building it requires {_shown(required)}, which imports {module}, gone from setuptools since {left}"
                yield Evidence("MC251", f"{claim} (on slim images too)", seen, Strength.PROOF, Outcome.FAIL)


def untold(case: Case) -> Iterator[Evidence]:
    """What becomes of a build requirement on the target could not be told, and so not whether this build can begin."""
    for required, seen in _required(case, Outcome.UNKNOWN):
        claim = f"building it requires {_shown(required)}, of which nothing could be told"
        yield Evidence("MC252", claim, seen, Strength.STRONG, Outcome.UNKNOWN)


def downloads(case: Case) -> Iterator[Evidence]:
    """The build fetches something from the network: it needs a network, and what it gets is not known here."""
    if isinstance(case.facts, SdistFacts):
        for seen in case.facts.downloads:
            if seen.value and seen.certainty is not Certainty.SWITCHED:
                yield Evidence("MC253", f"the build downloads {seen.value}", seen.where, Strength.HINT)


def _required(case: Case, outcome: Outcome) -> Iterator[tuple[BuildRequirement, str]]:
    """Build requirements of an outcome; a tool that also comes from apk keeps nobody from building."""
    if isinstance(case.facts, SdistFacts):
        for required in case.build_requires:
            if required.outcome is outcome and not program_from_apk(required.name, case.target):
                yield required, case.facts.build_system.seen_in


def _major(case: Case, name: str) -> int | None:
    """The major version of a build requirement, where it is known."""
    found = next((required.version for required in case.build_requires if required.name == name), None)
    return next(iter(_numbers(found)), None) if found else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))


def _shown(required: BuildRequirement) -> str:
    return f"{required.name} {required.version}" if required.version else required.name


RULES = (
    Rule("MC250", "A build requirement compiles", compiles),
    Rule("MC251", "A build requirement fails", fails),
    Rule("MC252", "A build requirement not judged", untold),
    Rule("MC253", "Downloads while it builds", downloads),
)
