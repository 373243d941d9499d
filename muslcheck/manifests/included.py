"""The manifests that another one names: read by their own readers."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from muslcheck.errors import ManifestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muslcheck.words.requirement import Manifest

__all__ = ["constraints_at", "manifests_at"]


def constraints_at(path: str, known: Mapping[str, bytes | str]) -> tuple[Manifest, ...]:
    """A file of constraints; ``known`` is what stands at addresses. Raises ManifestError."""
    from muslcheck.manifests import read as read_all

    return read_all((), constraints=(path,), known=known)


def manifests_at(
    path: str, extras: list[str], groups: list[str], known: Mapping[str, bytes | str], *, all_extras: bool, with_dev: bool
) -> tuple[Manifest, ...]:
    """Another manifest, by its own reader; ``known`` is what stands at addresses. Raises ManifestError."""
    from muslcheck.manifests import read as read_all

    if not path.endswith((".toml", ".lock", ".cfg", ".py", "Pipfile")):
        return read_all((path,), known=known)
    if with_dev and "dev" not in groups:
        with suppress(ManifestError):  # it has no such group, or another fault, which is told below
            return read_all((path,), extras=extras, groups=[*groups, "dev"], all_extras=all_extras, known=known)
    return read_all((path,), extras=extras, groups=groups, all_extras=all_extras, known=known)
