"""What is noted while code is interpreted."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty

if TYPE_CHECKING:
    from muslcheck.archives.facts import Seen
    from muslcheck.archives.interpreter.values import Ext

__all__ = ["Record", "SetupCall"]


@dataclass(slots=True)
class SetupCall:
    """One call of ``setup()``."""

    named: dict[str, Any]
    """Its keyword arguments."""
    certainty: Certainty
    line: int
    member: str
    caught: frozenset[str] = frozenset()
    """The exceptions that are caught around it, and after which the script goes on."""
    alone: Certainty = Certainty.ALWAYS
    """How sure it is, were nothing caught."""


@dataclass(slots=True)
class Record:
    """What was noted on the way."""

    setups: list[SetupCall] = field(default_factory=list)
    fallbacks: list[dict[str, Any]] = field(default_factory=list)
    """What setup() is given where it is called again after it failed."""
    extensions: list[Ext] = field(default_factory=list)
    programs: list[Seen] = field(default_factory=list)
    libraries: list[Seen] = field(default_factory=list)
    """Libraries that are loaded while the build runs."""
    handed_on: list[Certainty] = field(default_factory=list)
    """How surely a back end of the project's own calls ``build_wheel`` of a known one."""
    runs: list[Certainty] = field(default_factory=list)
    """How surely a build command is run by the script itself, without setup()."""
    imports: list[Seen] = field(default_factory=list)
    raises: list[Seen] = field(default_factory=list)
    downloads: list[Seen] = field(default_factory=list)
    unread: list[Seen] = field(default_factory=list)
    marks: list[Seen] = field(default_factory=list)

    def lengths(self) -> dict[str, int]:
        """How much of each kind was noted so far."""
        return {each.name: len(getattr(self, each.name)) for each in fields(self)}

    def forget(self, lengths: dict[str, int]) -> None:
        """Forget what was noted since :meth:`lengths` were taken."""
        for name, length in lengths.items():
            del getattr(self, name)[length:]
