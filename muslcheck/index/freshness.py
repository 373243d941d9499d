"""How long an answer may be used without asking again (RFC 9111), as far as a project page needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["lifetime"]

_DEFAULT = 600.0
"""Seconds where the index says nothing: what PyPI states for its own pages."""


def lifetime(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds from now for which the answer is fresh; None where it may not be kept at all. ``now`` as ``time.time()`` gives it."""
    stated = {part.strip().partition("=")[0].lower(): part.strip().partition("=")[2].strip('" ') for part in _parts(headers)}
    if "no-store" in stated:
        return None
    if "no-cache" in stated:
        return 0.0
    if stated.get("max-age", "").isdecimal():
        age = headers.get("age", "0")
        return max(0.0, float(stated["max-age"]) - (float(age) if age.isdecimal() else 0.0))
    if "expires" in headers:
        from email.utils import parsedate_to_datetime

        try:
            return max(0.0, parsedate_to_datetime(headers["expires"]).timestamp() - now)
        except (ValueError, TypeError, OverflowError):
            return 0.0  # an invalid date means: already stale
    return _DEFAULT


def _parts(headers: Mapping[str, str]) -> list[str]:
    return headers.get("cache-control", "").split(",")
