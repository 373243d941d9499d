"""MC24x: sources that count on glibc."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.archives.facts import SdistFacts
from muslcheck.judge.parts import on_alpine
from muslcheck.judge.rules.rule import Rule
from muslcheck.words.verdict import Evidence, Outcome, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.judge.case import Case

__all__ = ["RULES"]


def symbols(case: Case) -> Iterator[Evidence]:
    """Sources call a function, or use a macro or type, that glibc has and musl lacks, and no Alpine package brings.

    Strong, never proof: whether the call is really compiled hangs on what a configure step finds.
    """
    if not isinstance(case.facts, SdistFacts) or not on_alpine(case.target):
        return
    from muslcheck.alpine.glibc_only import lacking_symbol

    for seen in case.facts.marks:
        name = seen.value.removeprefix("glibc:")
        if name != seen.value and (lacking := lacking_symbol(name, case.target.release)) is not None and not lacking.remedy:
            yield Evidence("MC240", f"uses {name}, which glibc has and musl lacks", seen.where, Strength.STRONG, Outcome.FAIL)


RULES = (Rule("MC240", "A name that only glibc has", symbols),)
