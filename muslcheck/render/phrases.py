"""What is said of targets, verdicts and files, in words; no layout."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from muslcheck.words.installer import PIP
from muslcheck.words.release import Fits, Kind, Misfit, Miss
from muslcheck.words.verdict import Action, Mark, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muslcheck.words.release import Placed, Shelf
    from muslcheck.words.report import Report, Sizes
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import Advice, Evidence, Verdict

__all__ = [
    "advice_line",
    "answer",
    "answers",
    "badness",
    "best_line",
    "capital",
    "chain_line",
    "counted",
    "download_line",
    "fit_line",
    "further",
    "headline",
    "image_line",
    "listed",
    "reason",
    "release_line",
    "size_line",
    "target_line",
    "totals",
    "wheels_line",
    "worst_of",
]

ARROW: Final = " → "
DISTRIBUTIONS: Final = {"alpine": "Alpine", "debian": "Debian"}
MISSES: Final = {
    Miss.FORMAT: "in a format that pip does not take",
    Miss.NAME: "with a name that does not parse",
    Miss.VARIANT: "as a wheel variant",
    Miss.OS: "for another system",
    Miss.IMPLEMENTATION: "for another Python implementation",
    Miss.ARCH: "for another architecture",
    Miss.PYTHON: "for another Python version",
    Miss.ABI: "for another ABI",
    Miss.LIBC: "for another C library",
    Miss.LIBC_VERSION: "for a newer C library",
    Miss.REQUIRES_PYTHON: "that require another Python",
    Miss.EXCLUDED: "excluded by an option",
    Miss.YANKED: "withdrawn",
}
WORST: Final = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.COMPILE, Outcome.BUILD)
UNITS: Final = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
ANSWERS: Final = {
    Outcome.FAIL: "will not work",
    Outcome.UNKNOWN: "may work",
    Outcome.COMPILE: "will work with a compiler",
    Outcome.BUILD: "will work",
    Outcome.WHEEL: "will work",
}
VERSION_OF_IMAGE: Final = re.compile(r"python:3\.\d+t?(?=-|$)")
PACKAGE: Final = "package"
VERBS: Final = {
    Action.PIN: "require ",
    Action.REPLACE: "require instead ",
    Action.CHANGE_IMAGE: "use ",
    Action.LOCK_AGAIN: "lock again: ",
}


def counted(count: int, noun: str) -> str:
    """``1 package``, ``2,000 packages``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([*([", ".join(words[:-1])] if len(words) > 1 else []), *words[-1:]])


def size_line(size: int | None) -> str:
    """A size for people, in decimal units as the index shows them; empty where it is not known."""
    if size is None:
        return ""
    return next((f"{size / one:.1f} {unit}" for one, unit in UNITS if size >= one), counted(size, "byte"))


def target_line(target: Target) -> str:
    """``x86_64, Python 3.11.14, musl 1.2, Alpine 3.23``."""
    distribution = DISTRIBUTIONS.get(target.distribution, target.distribution)
    threads = ", free-threaded" if target.free_threaded else ""
    return f"{target.arch}, Python {target.python_full}{threads}, {target.libc}, {distribution} {target.release}"


def headline(report: Report) -> str:
    """``requirements.txt on python:3.12-alpine``, with the installer where it is not the usual one."""
    on = report.targets[0].image if len(report.targets) == 1 else counted(len(report.targets), "target")
    rules = "" if report.installer == PIP else f", installed by {report.installer}"
    return f"{', '.join(report.manifests) or 'nothing'} on {on}{rules}"


def image_line(target: Target) -> str:
    """``Python 3.11.14, musl 1.2, Alpine 3.23``."""
    return target_line(target).partition(", ")[2]


def download_line(sizes: Sizes) -> str:
    """``44.1 MB in wheels, 1.2 MB in sdists``."""
    said = [f"{size_line(size)} in {kind}" for size, kind in ((sizes.wheels, "wheels"), (sizes.sdists, "sdists")) if size]
    said += [f"and {counted(sizes.unknown, 'file')} of unknown size"] if sizes.unknown else []
    return ", ".join(said) or "nothing"


def badness(verdicts: Sequence[Verdict]) -> tuple[int, ...]:
    """A target's verdicts as numbers that sort the better target first: what fails, then what is not known, compiled, built, lost."""
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    marks = Counter(mark for verdict in verdicts for mark in verdict.marks)
    worst_first = (outcomes[each] for each in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.COMPILE))
    losses = (marks[each] for each in (Mark.LACKING, Mark.SLOWER, Mark.OLDER))
    return (*worst_first, marks[Mark.HEAVY], outcomes[Outcome.BUILD], *losses)


def worst_of(verdicts: Sequence[Verdict]) -> tuple[Outcome, int]:
    """The worst outcome among the verdicts, and how many packages have it."""
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    worst = next((outcome for outcome in WORST if outcomes[outcome]), Outcome.WHEEL)
    return worst, outcomes[worst]


def best_line(rank: tuple[int, ...]) -> str:
    """What can be said of the best targets, from their :func:`badness`."""
    fail, unknown, compiled, _, built, lacking, slower, older = rank
    lost = [f"{count} {word}" for count, word in ((slower, "slower"), (older, "older")) if count]
    if not any((fail, unknown, compiled, built)) and lacking:
        return f"Wheels only, {lacking} lacking something to run, on"
    if not any((fail, unknown, compiled, built)):
        return "Wheels only on" if not lost else f"Wheels only, {' and '.join(lost)} than on glibc, on"
    counts = ((fail, "fail"), (unknown, "unknown"), (compiled, "compile"), (built, "build"))
    return f"Best ({', '.join(f'{count} {word}' for count, word in counts if count)})"


def release_line(verdict: Verdict) -> str:
    """Name and version."""
    return f"{verdict.name} {verdict.version}" if verdict.version else verdict.name


def reason(verdict: Verdict) -> Evidence | None:
    """The one piece of evidence that says most: the weightiest that speaks for the outcome, or for a mark of it."""
    speaks = [evidence for evidence in verdict.evidence if evidence.says is verdict.outcome]
    marks = [evidence for evidence in verdict.evidence if evidence.marks & verdict.marks]
    if verdict.outcome is Outcome.WHEEL:
        speaks, marks = marks, speaks
    return next(iter((*speaks, *marks, *verdict.evidence)), None)


def further(verdict: Verdict) -> list[Evidence]:
    """What has to be said beside the reason: the weightiest evidence of each mark that the reason does not bear."""
    why = reason(verdict)
    left = set(verdict.marks - (why.marks if why else frozenset()))
    found = []
    for evidence in verdict.evidence:
        if evidence.marks & left:
            left -= evidence.marks
            found.append(evidence)
    return found


def chain_line(verdict: Verdict) -> str:
    """Who asked for it: from the line of a manifest, package by package, down to its parent."""
    chain = verdict.chain[:-1] if verdict.chain[-1:] == (verdict.name,) else verdict.chain
    others = len({*verdict.required_by} - {*chain})
    return ARROW.join(chain) + (f" (and {counted(others, 'other')})" if others else "")


def advice_line(advice: Advice, same: Sequence[Verdict] = ()) -> str:
    """One thing to do, in one sentence; where it is said of verdicts for several Pythons, the image of each is named as ``python:3.x``."""
    what = advice.requirement
    if advice.action is Action.CHANGE_IMAGE and len({verdict.target.python for verdict in same}) > 1:
        what = VERSION_OF_IMAGE.sub("python:3.x", what)
    if what and advice.action in VERBS:
        what = VERBS[advice.action] + what
    return ": ".join(part for part in (what, advice.why) if part)


def fit_line(placed: Placed) -> str:
    """How one file meets the target: ``fits as cp311-cp311-musllinux_1_2_x86_64``, or why not."""
    match placed.fit:
        case Fits(tag=tag):
            return f"fits as {tag}" if placed.file.kind is Kind.WHEEL else "to build from"
        case misfit:
            return misfit.detail or MISSES[misfit.miss]


def wheels_line(shelf: Shelf) -> str:
    """All files of a release that do not fit, counted by reason, the nearest misses first."""
    wheels = [placed for placed in shelf.placed if placed.file.kind is Kind.WHEEL]
    sdists = len(shelf.placed) - len(wheels)
    groups = Counter(_group(placed, placed.fit) for placed in wheels if isinstance(placed.fit, Misfit))
    said = [f"{counted(count, 'wheel') if not number else count} {group}" for number, (group, count) in enumerate(groups.items())]
    if not wheels:
        said = ["no wheel"]
    fits = sum(isinstance(placed.fit, Fits) for placed in wheels)
    if fits:
        said.insert(0, f"{fits} that {'fits' if fits == 1 else 'fit'}")
    said.append("the sdist" if sdists == 1 else counted(sdists, "sdist") if sdists else "no sdist")
    return ", ".join(said)


def _group(placed: Placed, fit: Misfit) -> str:
    match fit:
        case Misfit(miss=Miss.OS | Miss.IMPLEMENTATION | Miss.ARCH as miss, detail=detail):
            return detail or MISSES[miss]
        case Misfit(miss=Miss.LIBC):
            return "for musl" if "musllinux" in placed.file.filename else "for glibc"
        case misfit:
            return MISSES[misfit.miss]


def totals(verdicts: Sequence[Verdict]) -> str:
    """``74 packages: 71 wheel, 1 build, 1 compile, 1 fail``."""
    outcomes = [verdict.outcome for verdict in verdicts]
    counts = ", ".join(f"{outcomes.count(outcome)} {outcome.value}" for outcome in Outcome if outcome in outcomes)
    return f"{counted(len(verdicts), 'package')}: {counts}" if verdicts else "no packages"


def answer(where: str, verdicts: Sequence[Verdict]) -> tuple[Outcome, str]:
    """The answer in one sentence, and the outcome that it turns on."""
    if not verdicts:
        return Outcome.WHEEL, f"{where}: nothing is to be installed."
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    if outcomes[Outcome.UNKNOWN] == len(verdicts):
        return Outcome.UNKNOWN, f"{where} could not be judged: nothing is known of its {counted(len(verdicts), PACKAGE)}."
    marks = Counter(mark for verdict in verdicts for mark in verdict.marks)
    breaks = (
        (outcomes[Outcome.FAIL], "fails", "fail"),
        (outcomes[Outcome.UNKNOWN], "could not be judged", "could not be judged"),
        (outcomes[Outcome.COMPILE], "must be compiled", "must be compiled"),
    )
    loses = (
        (marks[Mark.HEAVY], "takes long to build", "take long to build"),
        (marks[Mark.LACKING], "lacks something to run", "lack something to run"),
        (marks[Mark.SLOWER], "is slower than on glibc", "are slower than on glibc"),
        (marks[Mark.OLDER], "is older than on glibc", "are older than on glibc"),
    )
    matters = breaks if outcomes[Outcome.FAIL] or outcomes[Outcome.UNKNOWN] else breaks + loses
    said = [(count, one if count == 1 else more) for count, one, more in matters if count]
    clauses = [f"{count}{'' if number else f' of {counted(len(verdicts), PACKAGE)}'} {what}" for number, (count, what) in enumerate(said)]
    worst = next((outcome for outcome in ANSWERS if outcomes[outcome]), Outcome.WHEEL)
    if worst is Outcome.BUILD or (worst is Outcome.WHEEL and clauses):
        clauses.insert(0, "nothing has to be compiled")
    elif not clauses:
        clauses = [f"all {counted(len(verdicts), PACKAGE)} install from wheels" if len(verdicts) > 1 else "nothing has to be built"]
    return worst, f"{where} {ANSWERS[worst]}: {', '.join(clauses)}."


def answers(outcome: Outcome, targets: Sequence[Sequence[Verdict]]) -> str:
    """The answer for several targets whose own turns on the same outcome: the counts from the least to the most."""
    packages = f"{_span([len(verdicts) for verdicts in targets])} {PACKAGE}{'s' if max(map(len, targets)) > 1 else ''}"
    ways = (
        (Outcome.FAIL, "fails", "fail"),
        (Outcome.UNKNOWN, "could not be judged", "could not be judged"),
        (Outcome.COMPILE, "must be compiled", "must be compiled"),
    )
    said: list[str] = []
    for each, one, more in ways:
        counts = [sum(verdict.outcome is each for verdict in verdicts) for verdicts in targets]
        if any(counts):
            said.append(f"{_span(counts)}{'' if said else f' of {packages}'} {one if max(counts) == 1 else more}")
    marks = [sum(bool(verdict.marks) for verdict in verdicts) for verdicts in targets]
    lacking = any(Mark.LACKING in verdict.marks for verdicts in targets for verdict in verdicts)
    losses = "slower, older, heavy or lacking something" if lacking else "slower, older or heavy"
    if not said and outcome is Outcome.WHEEL and not any(marks):
        said = ["everything installs from wheels"]
    elif not said:
        said = ["nothing has to be compiled"]
        said += [f"{_span(marks)} of {packages} {losses}"] if any(marks) else []
    return f"{ANSWERS[outcome]}: {', '.join(said)}."


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def _span(numbers: Sequence[int]) -> str:
    """``3``, ``3 to 5``, ``up to 5``."""
    least, most = min(numbers), max(numbers)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}" if least else f"up to {most:,}"
