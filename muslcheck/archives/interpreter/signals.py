# ruff: noqa: ANN401 -- values of interpreted code are anything
"""How interpreted code leaves a block before its end: what travels through the interpreter as an exception."""

from __future__ import annotations

from typing import Any

__all__ = ["Leave", "OutOfSteps", "Raised", "Return"]


class Return(Exception):
    """A ``return`` on the way."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Raised(Exception):
    """An exception of the interpreted code: the names of its class and bases, its message, and where it was raised."""

    def __init__(self, kinds: tuple[str, ...], message: str, where: str, lacking: str = "") -> None:
        super().__init__()
        self.kinds = kinds
        self.message = message
        self.where = where
        self.lacking = lacking
        """Why the module or name of ``message`` is not found, where that is what was raised."""


class Leave(Exception):
    """``break`` or ``continue``."""

    def __init__(self, *, again: bool) -> None:
        super().__init__()
        self.again = again


class OutOfSteps(Exception):
    """The code asks for more work than reading is worth."""
