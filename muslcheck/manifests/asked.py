"""What the user asked for beside the manifests themselves."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Asked"]


@dataclass(frozen=True, slots=True)
class Asked:
    """``--extra``, ``--all-extras``, ``--group``, ``--stage`` and ``--build-arg``, as given; formats without such things ignore them."""

    extras: tuple[str, ...] = ()
    all_extras: bool = False
    groups: tuple[str, ...] = ()
    stage: str = ""
    build_args: tuple[tuple[str, str], ...] = ()
