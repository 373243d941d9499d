"""What the user asked for beside the manifests themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Asked"]


@dataclass(frozen=True, slots=True)
class Asked:
    """``--extra``, ``--all-extras``, ``--group``, ``--stage`` and ``--build-arg``, as given; formats without such things ignore them."""

    extras: tuple[str, ...] = ()
    all_extras: bool = False
    groups: tuple[str, ...] = ()
    stage: str = ""
    build_args: tuple[tuple[str, str], ...] = ()
    known: Mapping[str, bytes | str] = field(default_factory=dict, compare=False)
    """What stands at addresses, as far as they were asked: bytes, or why there are none."""
