"""One package that is not simply a wheel: what, why, where that was seen, who asked for it, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from muslcheck.render.page import clean
from muslcheck.render.phrases import advice_line, chain_line, fit_line, further, reason, release_line, wheels_line
from muslcheck.words.verdict import Mark, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from muslcheck.render.page import Page
    from muslcheck.words.report import Problem
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import Verdict

__all__ = ["INDENT", "draw_block", "draw_line", "draw_together"]

INDENT: Final = 9
"""Where the text begins: the longest outcome (``compile``, ``unknown``) and two spaces."""
NEEDS_A_WHEEL: Final = frozenset({Outcome.FAIL, Outcome.COMPILE})


def draw_line(page: Page, same: Sequence[Verdict], numbers: Mapping[Target, int]) -> None:
    """Draw a verdict in one line, as far as it fits. ``numbers`` are those of the targets; none where there is but one."""
    verdict, why = same[0], reason(same[0])
    on = f" on {_listed(same, numbers)}" if numbers else ""
    said = f"{release_line(verdict)}{on}" + (f": {why.claim}" if why else "")
    page.item(verdict.outcome.value, said, indent=INDENT, label_style=verdict.outcome.value)


def draw_block(
    page: Page, same: Sequence[Verdict], numbers: Mapping[Target, int], *, problems: Sequence[Problem] = (), verbosity: int = 0
) -> None:
    """Draw the verdicts on one release that have one outcome on several targets, from the first of them.

    What is otherwise on the other targets is said to be of the first only; what to do is said for each. ``problems`` are
    those that muslcheck had with this release.
    """
    verdict = same[0]
    page.gap()
    page.line(_title(page, verdict))
    if numbers:
        page.item("  on", _listed(same, numbers), indent=INDENT)
    _why(page, same, numbers, verbosity=verbosity)
    why = reason(verdict)
    for problem in problems:
        if why is None or (problem.message not in why.claim and why.claim not in problem.message):
            page.item("  and" if why else "  why", problem.message, indent=INDENT)
    if verdict.chain:
        page.item("  from", chain_line(verdict), indent=INDENT)
    for part, advice in _parted(same, lambda each: advice_line(each.advice[0]) if each.advice else ""):
        if advice:
            page.item("  do", _on(part, same, numbers) + advice, indent=INDENT)
    for hint in dict.fromkeys(problem.hint for problem in problems if problem.hint):
        page.item("  hint", hint, indent=INDENT, label_style="hint")
    if verbosity > 0:
        _files(page, verdict, every=verbosity > 1)


def draw_together(page: Page, packages: Sequence[Sequence[Verdict]], numbers: Mapping[Target, int], *, verbosity: int = 0) -> None:
    """Draw many packages of which there is one and the same to say: it is said once, in one line with less than no ``verbosity``."""
    verdict, why = packages[0][0], reason(packages[0][0])
    outcome, claim = verdict.outcome.value, why.claim if why else ""
    on = f" on {_listed(packages[0], numbers)}" if numbers else ""
    if verbosity < 0:
        page.item(outcome, f"{len(packages)} packages{on}: {claim}", indent=INDENT, label_style=outcome)
        return
    page.gap()
    page.item(outcome, f"{len(packages)} packages{on}", indent=INDENT, label_style=outcome, style="name")
    page.item("  why", claim, indent=INDENT)
    page.item("  they", ", ".join(same[0].name for same in packages), indent=INDENT)


def _title(page: Page, verdict: Verdict) -> str:
    marks = "".join(f", {mark.value}" for mark in Mark if mark in verdict.marks)
    outcome = verdict.outcome.value
    return f"{page.paint(outcome, outcome)}{' ' * (INDENT - len(outcome))}{page.paint(clean(release_line(verdict)), 'name')}{marks}"


def _why(page: Page, same: Sequence[Verdict], numbers: Mapping[Target, int], *, verbosity: int) -> None:
    verdict, why = same[0], reason(same[0])
    told = {"", *verdict.chain}
    others = verdict.evidence if verbosity > 0 else further(verdict)
    for evidence in [*([why] if why else []), *(each for each in others if each is not why)]:
        alike = [each for each in same if evidence in each.evidence]
        page.item("  why" if evidence is why else "  and", _on(alike, same, numbers) + evidence.claim, indent=INDENT)
        if evidence.seen_in not in told:
            page.item("  seen", evidence.seen_in, indent=INDENT, style="aside")
            told.add(evidence.seen_in)
    part, near = _parted(same, _nearest)[0]
    if near and (why is None or near.partition(": ")[0] not in f"{why.claim} {why.seen_in}"):
        page.item("  near", _on(part, same, numbers) + near, indent=INDENT, style="aside")


def _nearest(verdict: Verdict) -> str:
    """The wheel that came nearest to fitting, where one would have helped."""
    near = verdict.shelf.nearest
    return f"{near.file.filename}: {fit_line(near)}" if near is not None and verdict.outcome in NEEDS_A_WHEEL else ""


def _files(page: Page, verdict: Verdict, *, every: bool) -> None:
    """Why each wheel did not fit: counted, or file by file."""
    if not verdict.shelf.placed:
        return
    page.item("  files", wheels_line(verdict.shelf), indent=INDENT)
    for placed in verdict.shelf.placed if every else ():
        page.item("", placed.file.filename, indent=INDENT, whole=True)
        page.beside(fit_line(placed), indent=INDENT + len(placed.file.filename) + 2, below=INDENT + 2, style="aside")


def _parted(same: Sequence[Verdict], say: Callable[[Verdict], str]) -> list[tuple[list[Verdict], str]]:
    """What is said of the verdicts, each thing once, with those it is said of."""
    said: dict[str, list[Verdict]] = {}
    for verdict in same:
        said.setdefault(say(verdict), []).append(verdict)
    return [(part, text) for text, part in said.items()]


def _on(part: Sequence[Verdict], same: Sequence[Verdict], numbers: Mapping[Target, int]) -> str:
    return f"on {_listed(part, numbers)}: " if len(part) < len(same) else ""


def _listed(part: Sequence[Verdict], numbers: Mapping[Target, int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers[verdict.target] for verdict in part))
