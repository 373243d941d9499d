"""MC24x: sources that count on glibc, or on another machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muslcheck.archives.facts import Certainty, SdistFacts
from muslcheck.judge.parts import on_alpine
from muslcheck.judge.rules.rule import Rule
from muslcheck.words.verdict import Evidence, Outcome, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.judge.case import Case

__all__ = ["RULES"]

_X86 = frozenset({"i686", "x86_64"})
_ARM = frozenset({"aarch64", "armv6l", "armv7l"})
_HEADERS = {
    "x86": re.compile(
        r"(?:cpuid|(?:[axwstpenim]|im)?mmintrin|(?:x86|x86gpr|popcnt|avx2?|bmi2?|ia32|adx|lzcnt|xtest)intrin|rdseedintrin)\.h"
    ),
    "arm": re.compile(r"arm_\w+\.h"),
}
_MACHINES = (("arm", _ARM), ("x86", _X86))
"""Headers of gcc for the machines that have them (gcc's config.gcc, extra_headers)."""
_ASSEMBLER = (".s", ".asm", ".nasm")
_NULLPTR_SINCE = (1, 2, 3)
_FOR_X86 = re.compile(r"(?:^|[/_.-])(?:x86(?:_64)?|x64|amd64|i[36]86|sse\d*|ssse3|avx\d*)(?=[/_.-])")
"""How paths of sources call the machine."""


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


def other_machine(case: Case) -> Iterator[Evidence]:
    """Sources are for another machine than the target's: they include its headers outside every guard, or are its assembler.

    Strong, never proof: a build may choose its sources, or its flags, by the machine.
    """
    if not isinstance(case.facts, SdistFacts):
        return
    for seen in case.facts.marks:
        name = seen.value.removeprefix("machine:")
        if name == seen.value or seen.certainty is not Certainty.ALWAYS:
            continue
        machines = next((machines for start, machines in _MACHINES if _HEADERS[start].fullmatch(name)), None)
        if machines is not None and case.target.arch not in machines:
            claim = f"includes {name}, which gcc has for {' and '.join(sorted(machines))} only"
            yield Evidence("MC241", claim, seen.where, Strength.STRONG, Outcome.FAIL)
    for extension in case.facts.extensions:
        for source in extension.sources if extension.certainty is Certainty.ALWAYS else ():
            if source.lower().endswith(_ASSEMBLER) and _FOR_X86.search(source.lower()) and case.target.arch not in _X86:
                claim = f"compiles {source}, assembler for x86"
                yield Evidence("MC241", claim, extension.seen_in, Strength.STRONG, Outcome.FAIL)


def nullptr(case: Case) -> Iterator[Evidence]:
    """C++ sources give NULL where a number belongs: musl's NULL is ``nullptr`` since 1.2.3, which is none.

    With glibc it is taken, with a warning.
    """
    if not isinstance(case.facts, SdistFacts) or not on_alpine(case.target):
        return
    from muslcheck.alpine.releases import alpine

    row = alpine().get(case.target.release)
    if row is None or tuple(int(part) for part in row.musl.split(".")) < _NULLPTR_SINCE:
        return
    for seen in case.facts.marks:
        what = seen.value.removeprefix("nullptr:")
        if what != seen.value and seen.certainty is Certainty.ALWAYS:
            claim = f"{what}: NULL is nullptr in musl {row.musl}, and no number"
            yield Evidence("MC242", claim, seen.where, Strength.PROOF, Outcome.FAIL)


RULES = (
    Rule("MC240", "A name that only glibc has", symbols),
    Rule("MC241", "Sources for another machine", other_machine),
    Rule("MC242", "NULL for a number in C++", nullptr),
)
