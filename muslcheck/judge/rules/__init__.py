"""The rules: one pattern of facts each, Case in, Evidence out. Codes are never reused.

MC0xx cannot be installed, MC1xx wheels, MC2xx builds, MC3xx known issues, MC9xx could not tell.
"""

from __future__ import annotations

from muslcheck.judge.rules import wheels
from muslcheck.judge.rules.rule import Rule

__all__ = ["RULES", "Rule"]

RULES: dict[str, Rule] = {rule.code: rule for rule in (*wheels.RULES,)}
"""Every rule by its code, in order of code."""
