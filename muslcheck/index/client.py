"""The index, as the rest of the house sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType

    from packaging.utils import NormalizedName

    from muslcheck.archives.facts import SdistFacts
    from muslcheck.words.release import Absent, DistFile, Metadata, Project, Unread
    from muslcheck.words.requirement import IndexOptions, Requirement
    from muslcheck.words.target import Target

__all__ = ["Index"]


class Index:
    """Every index and link page that the options name, as one. An asynchronous context manager."""

    def __init__(
        self,
        options: IndexOptions,
        *,
        cache_dir: Path | None,
        offline: bool = False,
        refresh: bool = False,
        tell: Callable[[str, int, int], None] | None = None,
    ) -> None:
        self._options = options

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        pass

    async def project(self, name: NormalizedName) -> Project | Absent:
        """A project's page, all indexes merged. Raises IndexUnavailable, Offline, MalformedPage."""
        raise NotImplementedError

    async def metadata(self, file: DistFile, siblings: Sequence[DistFile] = ()) -> Metadata | Unread:
        """What a file's release requires; ``siblings`` are the other files of the release. Raises IndexFailure."""
        raise NotImplementedError

    async def archive(self, requirement: Requirement) -> DistFile | Unread:
        """The wheel or sdist that a direct reference names. Raises IndexFailure."""
        raise NotImplementedError

    async def facts(self, file: DistFile, target: Target) -> SdistFacts:
        """What an sdist says about its build on a target. Raises IndexFailure, ArchiveFailure."""
        raise NotImplementedError
