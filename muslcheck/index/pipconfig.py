"""pip's own settings: its default index address, its configuration files and its environment variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.errors import UsageError

if TYPE_CHECKING:
    from muslcheck.words.requirement import IndexOptions, Selection

__all__ = ["default_index_url", "options_from_environment"]


def default_index_url() -> str:
    """The index address that pip uses where none is given. Raises UsageError where pip is absent."""
    try:
        from pip._internal.models.index import PyPI
    except ImportError as absent:
        raise UsageError("pip is not installed, so its default index address is not known", "Give --index-url.") from absent
    return str(PyPI.simple_url)


def options_from_environment(*, isolated: bool = False) -> tuple[IndexOptions, Selection]:
    """pip's settings for the index and for the choice of files. Raises UsageError for a value that pip would refuse."""
    raise NotImplementedError
