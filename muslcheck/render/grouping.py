"""The verdicts of a report in the order and the groups in which they are told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from muslcheck.render.phrases import badness, reason
from muslcheck.render.places import Places
from muslcheck.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from muslcheck.words.report import Report
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import Verdict

__all__ = [
    "GRAVITY",
    "alike",
    "by_target",
    "differing",
    "in_groups",
    "noteworthy",
    "places_of",
    "plain",
    "stands_at",
    "telling",
    "where",
]

GRAVITY: Final = (Outcome.FAIL, Outcome.COMPILE, Outcome.UNKNOWN, Outcome.BUILD, Outcome.WHEEL)
"""The order of what is told: what needs a decision comes first."""
AT_LINE: Final = re.compile(r"(.+):(\d+)")


def plain(verdict: Verdict) -> bool:
    """Whether there is nothing to tell: it is a wheel, and as good as on glibc."""
    return verdict.outcome is Outcome.WHEEL and not verdict.marks


def alike(report: Report) -> list[list[Verdict]]:
    """The verdicts, the gravest first; together those of one release that have one outcome, for one kind of reason, on several targets."""
    together: dict[tuple[object, ...], list[Verdict]] = {}
    for verdict in sorted(report, key=_order):
        why = reason(verdict)
        said = (verdict.name, verdict.version, verdict.outcome, verdict.marks, why and why.code)
        together.setdefault(said, []).append(verdict)
    return list(together.values())


def noteworthy(report: Report) -> list[list[Verdict]]:
    """Those of :func:`alike` that there is something to tell of."""
    return [same for same in alike(report) if not plain(same[0])]


def differing(report: Report) -> dict[str, dict[Target, Verdict]]:
    """The packages that are not simply a wheel everywhere, the gravest first; of two releases on one target the graver one."""
    by_name: dict[str, dict[Target, Verdict]] = {}
    for verdict in sorted(report, key=_order):
        by_name.setdefault(verdict.name, {}).setdefault(verdict.target, verdict)
    return {name: on for name, on in by_name.items() if len(on) < len(report.targets) or not all(map(plain, on.values()))}


def telling(report: Report) -> dict[str, dict[Target, Verdict]]:
    """Those of :func:`differing` that matter to who has to choose: a package that is a wheel wherever it is needed does not."""
    return {name: on for name, on in differing(report).items() if not all(map(plain, on.values()))}


def in_groups(
    rows: Mapping[str, Mapping[Target, Verdict]], places: Places, say: Callable[[Verdict | None], str]
) -> list[tuple[tuple[str, ...], list[Target]]]:
    """The targets of which the same is to ``say`` in all rows, together; the groups that fare best first, of equals the largest."""
    groups: dict[tuple[str, ...], list[Target]] = {}
    for target in places.targets:
        groups.setdefault(tuple(say(on.get(target)) for on in rows.values()), []).append(target)

    def order(group: tuple[tuple[str, ...], list[Target]]) -> tuple[tuple[int, ...], int]:
        first = group[1][0]
        return badness([on[first] for on in rows.values() if first in on]), -len(group[1])

    return sorted(groups.items(), key=order)


def by_target(report: Report) -> dict[Target, list[Verdict]]:
    """The verdicts of each target."""
    found: dict[Target, list[Verdict]] = {target: [] for target in report.targets}
    for verdict in report:
        found[verdict.target].append(verdict)
    return found


def places_of(report: Report) -> Places | None:
    """Names for the targets; None where there is but one."""
    return Places(report.targets) if len(report.targets) > 1 else None


def where(report: Report, verdicts: Sequence[Verdict]) -> str:
    """The targets of some verdicts in words: the image of the only one, ``all targets``, or which of them."""
    if len(report.targets) == 1:
        return report.targets[0].image
    chosen = {verdict.target for verdict in verdicts}
    return "all targets" if len(chosen) == len(report.targets) else Places(report.targets).listed(chosen)


def stands_at(verdict: Verdict) -> tuple[str, int | None]:
    """The manifest, and the line in it, that brings a package; an empty name where that is not known."""
    if not verdict.chain:
        return "", None
    found = AT_LINE.fullmatch(verdict.chain[0])
    return (found[1], int(found[2])) if found else (verdict.chain[0], None)


def _order(verdict: Verdict) -> tuple[int, str]:
    return GRAVITY.index(verdict.outcome), verdict.name
