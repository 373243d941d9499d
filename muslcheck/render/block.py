"""One package that is not simply a wheel: what, why, where that was seen, who asked for it, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from muslcheck.render.along import along_line
from muslcheck.render.page import clean
from muslcheck.render.phrases import advice_line, chain_line, fit_line, further, reason, release_line, wheels_line
from muslcheck.words.release import Misfit, Miss
from muslcheck.words.verdict import Mark, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from muslcheck.render.page import Page
    from muslcheck.render.places import Places
    from muslcheck.words.report import Problem
    from muslcheck.words.verdict import Verdict

__all__ = ["INDENT", "draw_block", "draw_line", "draw_together", "on_part", "parted"]

INDENT: Final = 9
"""Where the text begins: the longest outcome (``compile``, ``unknown``) and two spaces."""
MOST_PARTS: Final = 2
"""Different things to do, of one package on many targets, that are written out."""
NEEDS_A_WHEEL: Final = frozenset({Outcome.FAIL, Outcome.COMPILE})


def draw_line(page: Page, same: Sequence[Verdict], places: Places | None, family: Sequence[Sequence[Verdict]] = ()) -> None:
    """Draw a verdict in one line, as far as it fits. ``places`` name the targets; None where there is but one."""
    verdict, why = same[0], reason(same[0])
    on = f" on {_listed(same, places)}" if places else ""
    said = (
        f"{release_line(verdict)}{on}" + (f": {why.claim}" if why else "") + (f"; and {along_line(family, names=False)}" if family else "")
    )
    page.item(verdict.outcome.value, said, indent=INDENT, label_style=verdict.outcome.value)


def draw_block(
    page: Page,
    same: Sequence[Verdict],
    places: Places | None,
    *,
    problems: Sequence[Problem] = (),
    family: Sequence[Sequence[Verdict]] = (),
    verbosity: int = 0,
) -> None:
    """Draw the verdicts on one release that have one outcome on several targets, from the first of them.

    What is otherwise on the other targets is said to be of the first only; what to do is said for each. ``problems`` are
    those that muslcheck had with this release, ``family`` the verdicts that are told with it.
    """
    verdict = same[0]
    page.gap()
    page.line(_title(page, verdict))
    if places:
        page.item("  on", _listed(same, places), indent=INDENT)
    _why(page, same, places, verbosity=verbosity)
    why = reason(verdict)
    for problem in problems:
        if why is None or (problem.message not in why.claim and why.claim not in problem.message):
            page.item("  and" if why else "  why", problem.message, indent=INDENT)
    _from(page, verdict, family)
    parts = parted(same, lambda each: advice_line(each.advice[0], same) if each.advice else "")
    shown = parts if places is None or not places.are_many else sorted(parts, key=lambda part: -len(part[0]))[:MOST_PARTS]
    for part, advice in shown:
        if advice:
            page.item("  do", on_part(part, same, places) + advice, indent=INDENT)
    if len(shown) < len(parts):
        page.item("", f"and otherwise elsewhere: see --explain {verdict.name}", indent=INDENT, style="aside")
    told = [problem for problem in problems if not verdict.advice or why is None or problem.message not in why.claim]
    for hint in dict.fromkeys(problem.hint for problem in told if problem.hint):
        page.item("  hint", hint, indent=INDENT, label_style="hint")
    if verbosity > 0:
        _files(page, verdict, every=verbosity > 1)


def draw_together(page: Page, packages: Sequence[Sequence[Verdict]], places: Places | None, *, verbosity: int = 0) -> None:
    """Draw many packages of which there is one and the same to say: it is said once, in one line with less than no ``verbosity``."""
    verdict, why = packages[0][0], reason(packages[0][0])
    outcome, claim = verdict.outcome.value, why.claim if why else ""
    on = f" on {_listed(packages[0], places)}" if places else ""
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


def _why(page: Page, same: Sequence[Verdict], places: Places | None, *, verbosity: int) -> None:
    verdict, why = same[0], reason(same[0])
    told = {"", *verdict.chain}
    others = verdict.evidence if verbosity > 0 else further(verdict)
    for evidence in [*([why] if why else []), *(each for each in others if each is not why)]:
        alike = [each for each in same if evidence in each.evidence]
        page.item("  why" if evidence is why else "  and", on_part(alike, same, places) + evidence.claim, indent=INDENT)
        if evidence.seen_in not in told:
            page.item("  seen", evidence.seen_in, indent=INDENT, style="aside")
            told.add(evidence.seen_in)
    part, near = parted(same, _nearest)[0]
    name, _, fit = near.partition(": ")
    if near and (why is None or name not in f"{why.claim} {why.seen_in}"):
        said = name if why is not None and fit in why.claim else near
        page.item("  near", on_part(part, same, places) + said, indent=INDENT, style="aside")


def _from(page: Page, verdict: Verdict, family: Sequence[Sequence[Verdict]]) -> None:
    """Who asked for it, and what comes along."""
    if verdict.chain:
        page.item("  from", chain_line(verdict), indent=INDENT)
    if family:
        page.item("  with", along_line(family), indent=INDENT)


def _nearest(verdict: Verdict) -> str:
    """The wheel that came nearest to fitting, where one would have helped."""
    near = verdict.shelf.nearest
    if near is None or verdict.outcome not in NEEDS_A_WHEEL or (isinstance(near.fit, Misfit) and near.fit.miss < Miss.ARCH):
        return ""  # one for another system tells nothing
    return f"{near.file.filename}: {fit_line(near)}"


def _files(page: Page, verdict: Verdict, *, every: bool) -> None:
    """Why each wheel did not fit: counted, or file by file."""
    if not verdict.shelf.placed:
        return
    page.item("  files", wheels_line(verdict.shelf), indent=INDENT)
    for placed in verdict.shelf.placed if every else ():
        page.item("", placed.file.filename, indent=INDENT, whole=True)
        page.beside(fit_line(placed), indent=INDENT + len(placed.file.filename) + 2, below=INDENT + 2, style="aside")


def parted(same: Sequence[Verdict], say: Callable[[Verdict], str]) -> list[tuple[list[Verdict], str]]:
    """What is said of the verdicts, each thing once, with those it is said of."""
    said: dict[str, list[Verdict]] = {}
    for verdict in same:
        said.setdefault(say(verdict), []).append(verdict)
    return [(part, text) for text, part in said.items()]


def on_part(part: Sequence[Verdict], same: Sequence[Verdict], places: Places | None) -> str:
    """Where it holds, if not on all; of many targets one will do for an example."""
    if len(part) == len(same) or places is None:
        return ""
    if places.are_many and len(part) == 1:
        return f"on {places.label(part[0].target)}/{part[0].target.arch}: "
    return f"on {_listed(part, places)}: "


def _listed(part: Sequence[Verdict], places: Places | None) -> str:
    return places.listed(verdict.target for verdict in part) if places else ""
