"""Of several targets the best: those to choose, and what they take to download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.render.phrases import badness, best_line, size_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from muslcheck.render.places import Places
    from muslcheck.words.report import Report
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import Verdict

__all__ = ["best_lines", "best_targets"]


def best_targets(verdicts: Mapping[Target, Sequence[Verdict]]) -> tuple[Target, ...]:
    """The targets that fare best, of those on Alpine where there are any."""
    ranks = {target: badness(own) for target, own in verdicts.items() if own}
    ranks = {target: rank for target, rank in ranks.items() if target.is_musl} or ranks
    return tuple(target for target, rank in ranks.items() if rank == min(ranks.values()))


def best_lines(report: Report, verdicts: Mapping[Target, Sequence[Verdict]], places: Places) -> Iterator[str]:
    """Which targets are the best: of all, and of those on Alpine where these are others. Nothing where there is nothing to choose."""
    ranks = {target: badness(own) for target, own in verdicts.items() if own}
    if len(set(ranks.values())) < 2:  # noqa: PLR2004  # there is nothing to choose
        return
    best = min(ranks.values())
    yield _line(report, places, best_line(best), [each for each, rank in ranks.items() if rank == best])
    alpine = {target: rank for target, rank in ranks.items() if target.is_musl}
    if alpine and best not in alpine.values() and len(alpine) > 1:
        near = min(alpine.values())
        line = best_line(near)
        yield _line(report, places, f"With musl, {line[0].lower()}{line[1:]}", [each for each, rank in alpine.items() if rank == near])


def _line(report: Report, places: Places, said: str, targets: Sequence[Target]) -> str:
    """The targets, and what there is to download for the smallest and the largest of many; of a few it stands beside each other."""
    sizes = sorted(each.wheels + each.sdists for each in map(report.sizes, targets))
    bounds = dict.fromkeys((size_line(sizes[0]), size_line(sizes[-1])))
    download = f" ({' to '.join(bounds)} to download)" if places.are_many and sizes[-1] else ""
    return f"{said}: {places.named(targets)}{download}."
