"""The rules: one pattern of facts each, Case in, Evidence out. Codes are never reused.

MC0xx cannot be installed, MC1xx wheels, MC2xx builds, MC3xx known issues, MC9xx could not tell.
"""

from __future__ import annotations

from muslcheck.judge.rules import age, blocked, builds, chain, glibc, inside, known, locks, missing, untold, wheels
from muslcheck.judge.rules.rule import Rule

__all__ = ["INSIDE", "OPENED", "RULES", "UNOPENED", "Rule"]

_ROOMS = (blocked, wheels, locks, inside, builds, missing, age, glibc, chain, known, untold)

RULES: dict[str, Rule] = {rule.code: rule for rule in sorted((rule for room in _ROOMS for rule in room.RULES), key=lambda rule: rule.code)}
"""Every rule by its code, in order of code."""

_OF_FACTS = (builds, missing, age, glibc, chain)
_OF_FACTS_TOO = frozenset({"MC301", "MC303"})
OPENED: tuple[Rule, ...] = tuple(
    rule for rule in RULES.values() if rule.code in _OF_FACTS_TOO or any(rule in room.RULES for room in _OF_FACTS)
)
"""The rules that speak of what was read in an sdist, and ask nothing of the release's other files."""
INSIDE: tuple[Rule, ...] = inside.RULES
"""Those on what was read in a wheel."""
UNOPENED: tuple[Rule, ...] = tuple(rule for rule in RULES.values() if rule not in OPENED and rule not in INSIDE)
"""All others, those on a release of which no sdist was read among them: of ninety packages in a hundred only these are asked."""
