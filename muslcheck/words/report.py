"""All that one run found out, and the JSON form of it (schema version "1")."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, reduce
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from packaging.utils import canonicalize_name

from muslcheck.words.installer import PIP
from muslcheck.words.release import Kind
from muslcheck.words.verdict import ApkNames, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from muslcheck.words.installer import Installer
    from muslcheck.words.release import DistFile
    from muslcheck.words.supply import Supply
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import Advice, BuildRequirement, Evidence, Verdict

__all__ = ["FAIL_ON", "SCHEMA_VERSION", "Problem", "Report", "Sizes"]

SCHEMA_VERSION = "1"

_SHARED = attrgetter(
    *("name", "version", "outcome", "marks", "file", "installed", "requested", "required_by", "chain"),
    *("languages", "build_requires", "apk", "evidence", "advice"),
)
"""All that a package's JSON says, save its target."""

FAIL_ON: dict[str, frozenset[Outcome]] = {
    "never": frozenset(),
    "fail": frozenset({Outcome.FAIL}),
    "compile": frozenset({Outcome.FAIL, Outcome.COMPILE}),
    "unknown": frozenset({Outcome.FAIL, Outcome.COMPILE, Outcome.UNKNOWN}),
}
"""What each value of ``--fail-on`` counts, from the laxest to the strictest."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that stopped muslcheck on one item: the item, what happened, and what to do (imperative).

    ``kind`` tells problems apart for programs: ``index`` (an answer could not be had: the run is not finished),
    ``archive`` (a file could not be read), ``conflict``, ``local`` (something that is installed is not judged),
    ``note`` (nothing is wrong, and good to know), or empty.
    """

    subject: str
    message: str
    hint: str = ""
    kind: str = ""


class Sizes(NamedTuple):
    """Bytes to be downloaded, and bytes once installed.

    To download: those of wheels, of sdists (without what their builds require), and how many files are of unknown size.
    ``installed`` is the sum of what the wheels take when unpacked, over the ``measured`` packages of which that is known.
    """

    wheels: int
    sdists: int
    unknown: int = 0
    installed: int = 0
    measured: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts, problems and totals, for all targets; verdicts in order of target, then name."""

    version: str
    created: str
    manifests: tuple[str, ...]
    targets: tuple[Target, ...]
    verdicts: tuple[Verdict, ...]
    problems: tuple[Problem, ...] = field(default=())
    supplies: tuple[Supply, ...] = field(default=())
    """What a Dockerfile among the manifests adds with ``apk add``, held against what is needed: one for each musl target."""
    installer: Installer = PIP
    """Whose rules the files were chosen by."""
    _on: dict[Target, list[Verdict]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The verdicts by target, once somebody asked."""

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self.verdicts)

    def __len__(self) -> int:
        return len(self.verdicts)

    def __getitem__(self, name: str) -> Verdict:
        """The first target's verdict on a project, by its name in any spelling. Raises KeyError."""
        wanted = canonicalize_name(name)
        for verdict in self.verdicts:
            if verdict.name == wanted:
                return verdict
        raise KeyError(name)

    def filter(self, *outcomes: Outcome | str, target: Target | str | None = None) -> tuple[Verdict, ...]:
        """The verdicts with one of these outcomes (any, where none is named), for one target or all.

        A target may be named by its id or its image. Raises ValueError for a word that is no outcome.
        """
        wanted = frozenset(map(Outcome, outcomes))
        named = {each for each in self.targets if target is None or target in (each, each.id, each.image)}
        there = self._by_target()
        found: Iterable[Verdict]
        if len(named) == 1:
            (only,) = named
            found = there.get(only, ())
        else:
            found = self.verdicts if there.keys() <= named else (v for v in self.verdicts if v.target in named)
        return tuple(v for v in found if v.outcome in wanted) if wanted else tuple(found)

    def _by_target(self) -> dict[Target, list[Verdict]]:
        if not self._on:
            for verdict in self.verdicts:
                self._on.setdefault(verdict.target, []).append(verdict)
        return self._on

    def apk(self, target: Target) -> ApkNames:
        """The Alpine packages of all verdicts on a target together, build requirements included; what fails anyway asks for none."""
        return _apk_of(self.filter(target=target))

    def sizes(self, target: Target) -> Sizes:
        """The bytes to be downloaded for a target: the files that pip takes, wheels and sdists apart; and those once installed."""
        return _sizes_of(self.filter(target=target))

    def exit_status(self, fail_on: str = "fail", *, strict: bool = False) -> int:
        """The exit status for a policy.

        ====== ==================================================================================================
        status when, the first that holds
        ====== ==================================================================================================
        2      a manifest has faults (a Problem of kind ``input``): what else it says was judged
        1      a verdict counts: ``fail_on="fail"`` counts ``fail``; ``"compile"`` counts ``compile`` and ``fail``;
               ``"unknown"`` counts all that is not known to install without a compiler; ``"never"`` counts nothing
        3      the index was out of reach for something (a Problem of kind ``index``), or, with ``strict``, a verdict
               is ``unknown``: what was seen is in order, but not everything was seen
        0      otherwise
        ====== ==================================================================================================

        Bad input comes first: pip would refuse it.
        A finding is certain whatever else could not be looked at, hence 1 comes before 3. Raises ValueError for
        another ``fail_on``.
        """
        if fail_on not in FAIL_ON:
            raise ValueError(f"{fail_on!r} is not one of {', '.join(FAIL_ON)}")
        if any(problem.kind == "input" for problem in self.problems):
            return 2
        outcomes = {verdict.outcome for verdict in self.verdicts}
        if outcomes & FAIL_ON[fail_on]:
            return 1
        if any(problem.kind == "index" for problem in self.problems) or (strict and Outcome.UNKNOWN in outcomes):
            return 3
        return 0

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data, in the form of the JSON Schema that muslcheck ships."""
        return self._plain([_package(verdict) for verdict in self._in_order()])

    def to_json(self) -> str:
        """The report as JSON: the same bytes for the same findings, save ``created``."""
        empty = _as_json(self._plain([]))
        packages = ",\n    ".join(_packages_as_json(self._in_order()))
        return (empty.replace('\n  "packages": [],', f'\n  "packages": [\n    {packages}\n  ],', 1) if packages else empty) + "\n"

    def _in_order(self) -> list[Verdict]:
        position = {target: place for place, target in enumerate(self.targets)}
        return sorted(self.verdicts, key=lambda verdict: (position[verdict.target], verdict.name, verdict.version or ""))

    def _plain(self, packages: list[dict[str, Any]]) -> dict[str, Any]:
        on = {target: self._by_target().get(target, []) for target in self.targets}
        return {
            "version": SCHEMA_VERSION,
            "muslcheck": self.version,
            "created": self.created,
            "manifests": list(self.manifests),
            "installer": {"name": self.installer.name, "version": ".".join(map(str, self.installer.version))},
            "targets": [_target(target) for target in self.targets],
            "summary": {target.id: _counts(on[target]) for target in self.targets},
            "sizes": {target.id: _sizes(_sizes_of(on[target])) for target in self.targets},
            "apk": {target.id: _apk(_apk_of(on[target])) for target in self.targets},
            "dockerfile": {supply.target.id: _supply(supply) for supply in self.supplies},
            "packages": packages,
            "problems": [
                {"subject": problem.subject, "message": problem.message, "hint": problem.hint}
                for problem in sorted(self.problems, key=lambda problem: (problem.subject, problem.message, problem.hint))
            ],
        }


def _apk_of(verdicts: Iterable[Verdict]) -> ApkNames:
    wanted = (verdict.apk_in_all for verdict in verdicts if verdict.outcome is not Outcome.FAIL)
    return reduce(ApkNames.__or__, dict.fromkeys(wanted), ApkNames())


def _sizes_of(verdicts: Collection[Verdict]) -> Sizes:
    files = [verdict.file for verdict in verdicts if verdict.file is not None]
    measured = [verdict.installed for verdict in verdicts if verdict.installed is not None]
    by_kind = {kind: sum(file.size or 0 for file in files if file.kind is kind) for kind in Kind}
    unknown = sum(file.size is None for file in files)
    return Sizes(by_kind[Kind.WHEEL], by_kind[Kind.SDIST], unknown, sum(measured), len(measured))


def _counts(verdicts: Iterable[Verdict]) -> dict[str, int]:
    outcomes = [verdict.outcome for verdict in verdicts]
    return {outcome.value: outcomes.count(outcome) for outcome in Outcome}


class _Text(str):
    """Plain data as JSON already."""

    __slots__ = ()


def _packages_as_json(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Each verdict as it stands in the list. Of verdicts that are made of the same parts, for several targets, one is written.

    So are the parts: targets that differ in one piece of evidence have the others in common.
    """
    written: dict[int | tuple[int, ...], str] = {}  # by ids: the verdicts hold all that they are made of
    target = None
    start = ""

    def once(part: Any, plain: Callable[[Any], Any], margin: str) -> Any:  # noqa: ANN401
        text = written.get(id(part))
        if text is None:
            text = written[id(part)] = _Text(_as_json(plain(part), margin))
        return text

    for verdict in verdicts:
        parts = tuple(map(id, _SHARED(verdict)))
        rest = written.get(parts)
        if rest is None:
            rest = written[parts] = _as_json(_package(verdict, once), "    ").partition("\n")[2].partition("\n")[2]
        if verdict.target is not target:
            target = verdict.target
            start = f'{{\n      "target": {_as_json(target.id)},\n'
        yield start + rest


def _as_json(value: Any, margin: str = "") -> str:  # noqa: ANN401 - plain data
    """What ``json.dumps(value, indent=2)`` writes of plain data, several times as fast; ``margin`` goes before each further line."""
    return _writer()(value, margin)


@cache
def _writer() -> Callable[[Any, str], str]:
    from json import dumps
    from json.encoder import encode_basestring_ascii as quoted

    def lines(value: Any, margin: str) -> str:  # noqa: ANN401
        kind = value.__class__
        if kind is str:
            return quoted(value)
        if kind is _Text:
            return cast("str", value)
        inner = f"{margin}  "
        if kind is list:
            within = f",\n{inner}".join([lines(each, inner) for each in value])
            return f"[\n{inner}{within}\n{margin}]" if value else "[]"
        if kind is dict and value:
            within = f",\n{inner}".join([f"{quoted(key)}: {lines(each, inner)}" for key, each in value.items()])
            return f"{{\n{inner}{within}\n{margin}}}"
        return "null" if value is None else dumps(value)

    return lines


def _target(target: Target) -> dict[str, Any]:
    major, minor = target.python
    return {
        "id": target.id,
        "image": target.image,
        "python": f"{major}.{minor}{'t' if target.free_threaded else ''}",
        "arch": target.arch,
        "libc": {"name": target.libc.name, "version": f"{target.libc.major}.{target.libc.minor}"},
        "release": target.release,
    }


def _apk(names: ApkNames) -> dict[str, list[str]]:
    return {"build": sorted(names.build), "runtime": sorted(names.runtime)}


def _sizes(sizes: Sizes) -> dict[str, int | None]:
    return {**sizes._asdict(), "installed": sizes.installed if sizes.measured else None}


def _supply(supply: Supply) -> dict[str, Any]:
    return {
        "path": supply.added.path,
        "stage": supply.added.stage,
        "final": supply.added.final,
        "complete": supply.added.complete,
        "build": {
            "there": list(supply.there),
            "missing": list(supply.missing),
            "idle": list(supply.idle),
            "unneeded": list(supply.unneeded),
        },
        "lacking": {name: list(names) for name, names in supply.lacking},
        "perhaps": {name: list(names) for name, names in supply.perhaps},
        "runtime": {"left_out": list(supply.left_out)},
    }


def _file(file: DistFile | None) -> dict[str, Any] | None:
    return None if file is None else {"filename": file.filename, "size": file.size, "sha256": file.sha256, "url": file.url}


def _as_it_is(part: Any, plain: Callable[[Any], Any], margin: str) -> Any:  # noqa: ANN401, ARG001
    return plain(part)


def _package(verdict: Verdict, once: Callable[[Any, Callable[[Any], Any], str], Any] = _as_it_is) -> dict[str, Any]:
    """A verdict as plain data; ``once`` is given parts that many verdicts have in common, how to say them, and how far in they stand."""
    inner, innermost = " " * 6, " " * 8
    return {
        "target": verdict.target.id,
        "name": verdict.name,
        "version": verdict.version,
        "outcome": verdict.outcome.value,
        "marks": sorted(mark.value for mark in verdict.marks),
        "file": once(verdict.file, _file, inner),
        "installed": verdict.installed,
        "requested": verdict.requested,
        "required_by": sorted(verdict.required_by),
        "chain": list(verdict.chain),
        "languages": sorted(verdict.languages),
        "build_requires": once(verdict.build_requires, _build_requires, inner),
        "apk": once(verdict.apk, _apk, inner),
        "evidence": [once(each, _evidence, innermost) for each in verdict.evidence],
        "advice": [once(each, _advice, innermost) for each in verdict.advice],
    }


def _build_requires(several: Iterable[BuildRequirement]) -> list[dict[str, Any]]:
    return [
        {"name": required.name, "version": required.version, "outcome": required.outcome.value, "apk": list(required.apk.build)}
        for required in sorted(several, key=lambda required: (required.name, required.version or ""))
    ]


def _evidence(evidence: Evidence) -> dict[str, str]:
    return {"code": evidence.code, "claim": evidence.claim, "seen_in": evidence.seen_in, "strength": str(evidence.strength)}


def _advice(advice: Advice) -> dict[str, str]:
    return {"action": advice.action.value, "requirement": advice.requirement, "why": advice.why}
