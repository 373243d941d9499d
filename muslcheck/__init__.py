"""Which of a project's packages install from a wheel, compile, or fail on Alpine, before an image is built.

>>> import muslcheck
>>> report = muslcheck.check("requirements.txt", image="python:3.11-alpine")  # doctest: +SKIP
>>> [verdict.name for verdict in report.filter("fail")]  # doctest: +SKIP
['mediapipe']

Importing the package loads none of its rooms: each name below is fetched from its room when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muslcheck.core import acheck, check
    from muslcheck.errors import ArchiveFailure, IndexFailure, InputError, ManifestError, MuslcheckError, ResolutionFailed, UnknownImage
    from muslcheck.words.installer import Installer
    from muslcheck.words.report import Problem, Report
    from muslcheck.words.requirement import FormatControl, IndexOptions, Selection
    from muslcheck.words.target import Libc, Target
    from muslcheck.words.verdict import Advice, Evidence, Mark, Outcome, Strength, Verdict

__all__ = [
    "Advice",
    "ArchiveFailure",
    "Evidence",
    "FormatControl",
    "IndexFailure",
    "IndexOptions",
    "InputError",
    "Installer",
    "Libc",
    "ManifestError",
    "Mark",
    "MuslcheckError",
    "Outcome",
    "Problem",
    "Report",
    "ResolutionFailed",
    "Selection",
    "Strength",
    "Target",
    "UnknownImage",
    "Verdict",
    "__version__",
    "acheck",
    "check",
]

__version__ = "0.1.0"

_ROOMS = {
    "muslcheck.core": ("acheck", "check"),
    "muslcheck.errors": (
        "ArchiveFailure",
        "IndexFailure",
        "InputError",
        "ManifestError",
        "MuslcheckError",
        "ResolutionFailed",
        "UnknownImage",
    ),
    "muslcheck.words.installer": ("Installer",),
    "muslcheck.words.report": ("Problem", "Report"),
    "muslcheck.words.requirement": ("FormatControl", "IndexOptions", "Selection"),
    "muslcheck.words.target": ("Libc", "Target"),
    "muslcheck.words.verdict": ("Advice", "Evidence", "Mark", "Outcome", "Strength", "Verdict"),
}


def __getattr__(name: str) -> object:
    """Fetch a public name from its room (PEP 562)."""
    from importlib import import_module

    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(room), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names."""
    return __all__
