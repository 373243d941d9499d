"""All that one run found out, and the JSON form of it (schema version "1")."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.words.target import Target
    from muslcheck.words.verdict import ApkNames, Outcome, Verdict

__all__ = ["SCHEMA_VERSION", "Problem", "Report"]

SCHEMA_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that stopped muslcheck on one item: the item, what happened, and what to do (imperative).

    ``kind`` is ``index``, ``archive``, ``conflict`` or ``manifest``: where it came from. A problem of kind ``index`` means
    that the run could not finish (exit status 3).
    """

    subject: str
    message: str
    hint: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts, problems and totals, for all targets; verdicts in order of target, then name."""

    version: str
    created: str
    manifests: tuple[str, ...]
    targets: tuple[Target, ...]
    verdicts: tuple[Verdict, ...]
    problems: tuple[Problem, ...] = field(default=())

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self.verdicts)

    def __len__(self) -> int:
        return len(self.verdicts)

    def __getitem__(self, name: str) -> Verdict:
        """The first target's verdict on a project, by its name in any spelling. Raises KeyError."""
        raise NotImplementedError

    def filter(self, *outcomes: Outcome | str, target: Target | str | None = None) -> tuple[Verdict, ...]:
        """The verdicts with one of these outcomes (any, where none is named), for one target or all."""
        raise NotImplementedError

    def apk(self, target: Target) -> ApkNames:
        """The Alpine packages of all verdicts on a target together."""
        raise NotImplementedError

    def exit_status(self, fail_on: str = "fail", *, strict: bool = False) -> int:
        """0 nothing at or above ``fail_on`` (``compile``, ``fail``, ``unknown``, ``never``), 1 something is, 3 could not finish."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data, in the form of the JSON Schema that muslcheck ships."""
        raise NotImplementedError

    def to_json(self) -> str:
        """The report as JSON."""
        raise NotImplementedError
