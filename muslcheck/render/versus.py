"""Alpine against slim: what the same Python on the same machine gets with musl and with glibc, and why it differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from muslcheck.render.phrases import DISTRIBUTIONS
from muslcheck.words.release import Kind
from muslcheck.words.verdict import Mark, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muslcheck.render.page import Page
    from muslcheck.render.places import Places
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import Verdict

__all__ = ["draw_versus", "versus"]

BUILDS: Final = {
    Outcome.BUILD: "builds the sdist, without a compiler",
    Outcome.COMPILE: "must compile the sdist",
    Outcome.FAIL: "gets nothing that installs",
    Outcome.UNKNOWN: "could not be judged",
}


def draw_versus(page: Page, verdicts: Mapping[Target, Sequence[Verdict]], places: Places) -> None:
    """Draw what differs between each musl target and the glibc target beside it; nothing where there is no such pair."""
    title, lines = versus(verdicts, places)
    if not title:
        return
    page.gap()
    page.item("", title, indent=0, style="name")
    for line in lines:
        page.item("", line, indent=4, hanging=2)


def versus(verdicts: Mapping[Target, Sequence[Verdict]], places: Places) -> tuple[str, tuple[str, ...]]:
    """What differs between each musl target and the glibc target beside it, as a title and lines; an empty title where no such pair is."""
    pairs = [(musl, glibc) for musl in verdicts for glibc in verdicts if _beside(musl, glibc)]
    if not pairs:
        return "", ()
    said: dict[tuple[str, str], list[Target]] = {}
    for musl, glibc in pairs:
        # Of two releases the one that is left in the image stands first.
        there = {verdict.name: verdict for verdict in reversed(verdicts[glibc])}
        here = {verdict.name: verdict for verdict in reversed(verdicts[musl])}
        for name in sorted(here.keys() | there.keys()):
            if text := _difference(here.get(name), there.get(name)):
                said.setdefault((name, text), []).append(musl)
    names = list(dict.fromkeys(DISTRIBUTIONS.get(glibc.distribution, glibc.distribution) for _, glibc in pairs))
    title = f"Alpine against {'slim' if all('slim' in glibc.image for _, glibc in pairs) else names[0]}"
    if not said:
        return f"{title}: no difference, the same releases from wheels made for each.", ()
    several = len({musl for musl, _ in pairs}) > 1
    together: dict[tuple[str, tuple[Target, ...]], list[str]] = {}
    for (name, text), targets in said.items():
        together.setdefault((text, tuple(targets)), []).append(name)
    lines = []
    for (text, some), alike in together.items():
        where = f" (on {places.listed(some)})" if several and len(some) < len(pairs) else ""
        lines.append(f"{', '.join(alike)}: {text}{where}")
    return title, tuple(lines)


def _beside(musl: Target, glibc: Target) -> bool:
    return (
        musl.is_musl
        and not glibc.is_musl
        and (musl.python, musl.free_threaded, musl.arch) == (glibc.python, glibc.free_threaded, glibc.arch)
    )


def _difference(here: Verdict | None, there: Verdict | None) -> str:
    """How musl fares worse or otherwise, and why; empty where it does not."""
    if here is None or there is None:
        if here is None:
            return "not needed on Alpine" if there is not None else ""
        return "needed on Alpine only"
    clauses = []
    if here.version != there.version:
        older = Mark.OLDER in here.marks
        reason = f": {there.version} has no file for musl" if older else ""
        clauses.append(f"Alpine gets {here.version or 'none'}, slim {there.version or 'none'}{reason}")
    if here.outcome is not there.outcome:
        clauses.append(_outcomes(here, there))
    elif here.outcome is Outcome.WHEEL and _is_any(here) and not _is_any(there):
        clauses.append("Alpine gets the wheel for any platform, slim a native one: there is none for musl")
    elif here.marks != there.marks and not clauses and (lost := sorted(here.marks - there.marks)):
        clauses.append(f"on Alpine {' and '.join(lost)}")
    return "; ".join(clauses)


def _outcomes(here: Verdict, there: Verdict) -> str:
    slim = "slim gets a wheel" if there.outcome is Outcome.WHEEL else f"slim {BUILDS[there.outcome]}"
    if here.outcome is Outcome.WHEEL:
        return f"Alpine gets a wheel, {slim}"
    reason = ""
    if there.outcome is Outcome.WHEEL and here.version == there.version:
        sdist = here.file is not None or any(placed.file.kind is Kind.SDIST for placed in here.shelf.placed)
        reason = ": no wheel fits musl" + ("" if sdist else ", and there is no sdist")
    marks = f" ({', '.join(mark.value for mark in Mark if mark in here.marks)})" if here.marks else ""
    return f"Alpine {BUILDS[here.outcome]}{marks}, {slim}{reason}"


def _is_any(verdict: Verdict) -> bool:
    return verdict.file is not None and verdict.file.filename.endswith("-any.whl")
