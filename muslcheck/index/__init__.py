"""The wires: project pages, the metadata ladder, archives, the cache and authentication. The only HTTP in the house.

:class:`Index` answers for one item at a time and raises only :class:`~muslcheck.errors.IndexFailure` and
:class:`~muslcheck.errors.ArchiveFailure`, each about that one item. The names below are fetched from their modules when they are first
used: a child that only reads sdists (:mod:`muslcheck.index.reader`) needs none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muslcheck.index.index import Index
    from muslcheck.index.pipconfig import default_index_url, options_from_environment

__all__ = ["Index", "default_index_url", "options_from_environment"]


def __getattr__(name: str) -> object:
    """Fetch a public name from its module (PEP 562)."""
    from importlib import import_module

    if name in __all__:
        return getattr(import_module("muslcheck.index.index" if name == "Index" else "muslcheck.index.pipconfig"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
