"""What resolvelib is given to work with: requirements and candidates, by pip's own identities.

A project is identified by its name, a project with extras by ``name[extra,extra]``: the two are separate, and the latter
requires the very candidate of the former (pip's ``ExtrasCandidate``).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection

    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    from muslcheck.resolver.select import Wish
    from muslcheck.words.release import DistFile
    from muslcheck.words.requirement import Requirement
    from muslcheck.words.resolution import BlockerKind, Candidate

__all__ = ["PYTHON", "Ask", "Base", "Exactly", "Extended", "Held", "Interpreter", "PythonAsk", "Term", "Way", "identity"]

PYTHON = "<Python from Requires-Python>"
"""The identity of the interpreter: no project can have that name."""


def identity(project: str, extras: Collection[str]) -> str:
    """How a project with extras is told from the project alone."""
    return f"{project}[{','.join(sorted(extras))}]" if extras else project


class Base:
    """One release of a project, by the file that would be installed, or by a direct reference.

    ``version`` is None where it is not known: that satisfies everything. ``stranded`` says why pip would not take it:
    such a candidate exists so that the rest can be judged. ``installed`` is what it was settled on as, where it is there already:
    such a one has no file.
    """

    __slots__ = ("direct", "file", "installed", "name", "project", "stranded", "version")
    extras: frozenset[str] = frozenset()

    def __init__(
        self,
        project: str,
        version: Version | None,
        file: DistFile | None = None,
        direct: Requirement | None = None,
        stranded: BlockerKind | None = None,
        *,
        installed: Candidate | None = None,
    ) -> None:
        self.project = self.name = project
        self.version = version
        self.file = file
        self.direct = direct
        self.stranded = stranded
        self.installed = installed

    @property
    def base(self) -> Base:
        """The candidate without extras: itself."""
        return self

    def __str__(self) -> str:
        return f"{self.project} {self.version}" if self.version else self.project


class Extended:
    """A release with extras: requires the release itself, and what the extras bring."""

    __slots__ = ("base", "extras", "name", "project", "version")

    def __init__(self, base: Base, extras: frozenset[str]) -> None:
        self.base = base
        self.extras = extras
        self.project = base.project
        self.name = identity(base.project, extras)
        self.version = base.version

    def __str__(self) -> str:
        return f"{self.name} {self.version}" if self.version else self.name


class Interpreter:
    """The target's Python."""

    __slots__ = ("version",)
    name = project = PYTHON
    extras: frozenset[str] = frozenset()

    def __init__(self, version: Version) -> None:
        self.version = version

    @property
    def base(self) -> Base:
        """The interpreter as if it were a release: it has no file."""
        return Base(PYTHON, self.version)

    def __str__(self) -> str:
        return f"Python {self.version}"


class Ask:
    """A requirement by name and specifier. ``text`` is for people; ``root`` the requirement of a manifest, where it is one."""

    __slots__ = ("_satisfied", "extras", "name", "operators", "project", "root", "specifier", "text", "wish")

    def __init__(self, project: str, extras: frozenset[str], wish: Wish, text: str, root: Requirement | None = None) -> None:
        self.project = project
        self.extras = extras
        self.name = identity(project, extras)
        self.wish = wish
        self.specifier = wish.specifier
        self.text = text
        self.root = root
        self.operators = _operators(wish)
        self._satisfied: dict[int, bool] = {}

    def satisfied_by(self, candidate: Held) -> bool:
        """Whether a candidate meets the specifier; an unknown version does. Candidates are kept as long as the asks are."""
        known = self._satisfied.get(id(candidate))
        if known is None:
            version = candidate.version
            known = version is None or not self.operators or self.specifier.contains(version, prereleases=True)
            self._satisfied[id(candidate)] = known
        return known


@lru_cache(maxsize=16384)
def _operators(wish: Wish) -> tuple[tuple[str, str], ...]:
    return tuple((each.operator, each.version) for each in wish.specifier)


class Exactly:
    """A requirement of one candidate and no other: a direct reference, or what extras are added to."""

    __slots__ = ("candidate", "name", "project", "root", "text")
    operators: tuple[tuple[str, str], ...] = ()

    def __init__(self, candidate: Base | Extended, text: str = "", root: Requirement | None = None) -> None:
        self.candidate = candidate
        self.name = candidate.name
        self.project = candidate.project
        self.text = text or str(candidate)
        self.root = root

    def satisfied_by(self, candidate: Held) -> bool:
        """Whether it is the one, or one of the same direct reference."""
        return candidate is self.candidate


class PythonAsk:
    """``Requires-Python`` of a release's metadata."""

    __slots__ = ("met", "specifier", "text")
    name = project = PYTHON
    operators: tuple[tuple[str, str], ...] = ()
    root: Requirement | None = None

    def __init__(self, specifier: SpecifierSet, *, met: bool) -> None:
        self.specifier = specifier
        self.text = f"Python {specifier}"
        self.met = met

    def satisfied_by(self, candidate: Held) -> bool:  # noqa: ARG002  # there is one interpreter
        """Whether the target's Python meets it."""
        return self.met


Held: TypeAlias = "Base | Extended | Interpreter"
"""What may be held for an identity."""

Term: TypeAlias = "Ask | Exactly | PythonAsk"
"""What may be required."""

Way: TypeAlias = "tuple[Term, tuple[str, ...]]"
"""How a project comes in: a requirement of a manifest, and the projects from the one that it names to this."""
