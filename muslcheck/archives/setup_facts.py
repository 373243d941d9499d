"""What setup.py says, as facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from muslcheck.archives.facts import Certainty, Extension, Seen

__all__ = ["Requires", "SetupFacts"]


@dataclass(frozen=True, slots=True)
class Requires:
    """``install_requires`` and ``extras_require`` as setup() is given them; extras by their key, ``name:marker``."""

    always: tuple[str, ...]
    extras: tuple[tuple[str, tuple[str, ...]], ...]
    seen_in: str


@dataclass(slots=True)
class SetupFacts:
    """What setup.py says, as facts."""

    extensions: tuple[Extension, ...] = ()
    c_texts: tuple[tuple[Extension, str], ...] = ()
    """C text that setup.py, or a build script of cffi, holds itself."""
    libraries: list[Seen] = field(default_factory=list)
    programs: list[Seen] = field(default_factory=list)
    imports: list[Seen] = field(default_factory=list)
    raises: list[Seen] = field(default_factory=list)
    downloads: list[Seen] = field(default_factory=list)
    marks: list[Seen] = field(default_factory=list)
    unread: list[Seen] = field(default_factory=list)
    setup_requires: tuple[str, ...] = ()
    requires: Requires | None = None
    """What the project requires to run; None where that could not be followed to the end."""
    keywords: dict[str, Any] | None = None
    """What the only setup() is given, where it surely is called; None elsewhere."""
    cmake: Seen | None = None
    """Where a CMake build is asked for (scikit-build's setup(), a CMake extension)."""
    rust: tuple[tuple[str, Certainty, str], ...] = ()
    """Cargo.toml files that setuptools-rust builds."""
