"""The wires: project pages, the metadata ladder, archives, the cache and authentication. The only HTTP in the house.

:class:`Index` answers for one item at a time and raises only :class:`~muslcheck.errors.IndexFailure` and
:class:`~muslcheck.errors.ArchiveFailure`, each about that one item.
"""

from __future__ import annotations

from muslcheck.index.index import Index
from muslcheck.index.pipconfig import default_index_url, options_from_environment

__all__ = ["Index", "default_index_url", "options_from_environment"]
