"""What muslcheck raises when it, not the user's packages, is at a loss.

::

    MuslcheckError
    ├── InputError              what was given cannot be used        (exit status 2)
    │   ├── ManifestError       a manifest has faults: all of them, with file and line
    │   ├── UnknownImage        an image, Python or architecture that is not known
    │   └── UsageError          options that do not go together
    ├── IndexFailure            the index did not answer as it should (exit status 3)
    │   ├── IndexUnavailable    no answer, or one that says "not now" or "not you"
    │   ├── Offline             asked not to use the network, and the cache has no answer
    │   ├── MalformedPage       an answer that is not a project page
    │   └── DigestMismatch      bytes that do not have the digest the index promised
    ├── ArchiveFailure          an sdist or wheel that cannot be read
    │   ├── CorruptArchive      not an archive, or cut short
    │   ├── OversizedArchive    larger, or holding more, than is safe to read
    │   └── HostileArchive      absolute names, headers without end
    └── ResolutionFailed        no answer in bounded time

A package that does not install on the target is no error: it is a Verdict. One that could not be judged is a
Verdict ``unknown`` with a Problem. Fields come first; the text is made in ``__str__``; ``hint`` is in the imperative.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ArchiveFailure",
    "CorruptArchive",
    "DigestMismatch",
    "Fault",
    "HostileArchive",
    "IndexFailure",
    "IndexUnavailable",
    "InputError",
    "MalformedPage",
    "ManifestError",
    "MuslcheckError",
    "Offline",
    "OversizedArchive",
    "ResolutionFailed",
    "UnknownImage",
    "UsageError",
]


class MuslcheckError(Exception):
    """Anything that keeps muslcheck from answering."""

    hint: str = ""


class InputError(MuslcheckError):
    """Something the user gave cannot be used."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a manifest, and where."""

    file: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.reason}"


class ManifestError(InputError):
    """A manifest has faults; they are reported all at once."""

    def __init__(self, faults: tuple[Fault, ...], hint: str = "") -> None:
        super().__init__(faults, hint)
        self.faults = faults
        self.hint = hint

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class UnknownImage(InputError):
    """An image, Python version or architecture that muslcheck has no knowledge of."""

    def __init__(self, asked: str, reason: str, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(asked, reason, nearest)
        self.asked = asked
        self.reason = reason
        self.nearest = nearest
        self.hint = f"Try {' or '.join(nearest)}." if nearest else ""

    def __str__(self) -> str:
        return f"{self.asked}: {self.reason}"


class UsageError(InputError):
    """Options that do not go together, or a value that cannot be read."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class _AboutSubject(MuslcheckError):
    """A failure over one thing (an address, a file name), for one reason."""

    def __init__(self, subject: str, reason: str, hint: str = "") -> None:
        super().__init__(subject, reason, hint)
        self.subject = subject
        self.reason = reason
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason}"


class IndexFailure(_AboutSubject):
    """The index, or a file on it, could not be had. ``subject`` never holds credentials."""


class IndexUnavailable(IndexFailure):
    """No connection, a time-out, or a status that says "not now" (429, 5xx) or "not you" (401, 403)."""


class Offline(IndexFailure):
    """The network is not to be used, and the cache does not hold the answer."""


class MalformedPage(IndexFailure):
    """The answer is not a project page (PEP 503, PEP 691)."""


class DigestMismatch(IndexFailure):
    """The bytes do not have the digest that the index, or the manifest, promised."""


class ArchiveFailure(_AboutSubject):
    """An archive cannot be read; ``subject`` is its file name."""


class CorruptArchive(ArchiveFailure):
    """The bytes are no archive of the kind that the name says, or they are cut short."""


class OversizedArchive(ArchiveFailure):
    """Reading the archive would take more memory, members or time than is safe."""


class HostileArchive(ArchiveFailure):
    """A member has an absolute name, or the headers are nested without end."""


class ResolutionFailed(MuslcheckError):
    """No resolution within bounds. A true version conflict is no error: the report shows it."""

    def __init__(self, reason: str, subjects: tuple[str, ...] = (), hint: str = "") -> None:
        super().__init__(reason, subjects, hint)
        self.reason = reason
        self.subjects = subjects
        self.hint = hint

    def __str__(self) -> str:
        return self.reason
