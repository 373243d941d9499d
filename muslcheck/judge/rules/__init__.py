"""The rules: one pattern of facts each, Case in, Evidence out. Codes are never reused.

MC0xx cannot be installed, MC1xx wheels, MC2xx builds, MC3xx known issues, MC9xx could not tell.
"""

from __future__ import annotations

from muslcheck.judge.rules import age, blocked, builds, chain, glibc, known, locks, missing, untold, wheels
from muslcheck.judge.rules.rule import Rule

__all__ = ["RULES", "UNOPENED", "Rule"]

_ROOMS = (blocked, wheels, locks, builds, missing, age, glibc, chain, known, untold)

RULES: dict[str, Rule] = {rule.code: rule for rule in sorted((rule for room in _ROOMS for rule in room.RULES), key=lambda rule: rule.code)}
"""Every rule by its code, in order of code."""

_OF_FACTS = (builds, missing, age, glibc, chain)
UNOPENED: tuple[Rule, ...] = tuple(rule for rule in RULES.values() if not any(rule in room.RULES for room in _OF_FACTS))
"""The rules that may speak of a release no sdist of which was read: of ninety packages in a hundred only these are asked."""
