"""``Requires-Dist`` lines: parsed once, and asked only where their markers can apply."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.utils import NormalizedName

    from muslcheck.words.release import Metadata

__all__ = ["Conditions", "InvalidRequirement", "Need", "needs", "parse"]

_PLAIN = re.compile(
    r"""\s*(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)
        \s*(?:\[(?P<extras>[A-Za-z0-9._-]+(?:\s*,\s*[A-Za-z0-9._-]+)*)\])?
        \s*(?P<open>\()?\s*
        (?P<specifier>
            (?:(?:===?|~=|!=|<=?|>=?)\s*[0-9]+(?:\.[0-9]+)*(?:(?:a|b|rc)[0-9]+)?(?:\.post[0-9]+)?(?:\.dev[0-9]+)?\s*
            (?:,\s*(?=[=~!<>])|(?=\)|;|$)))*
        )
        (?(open)\))\s*(?:;(?P<marker>.*))?$""",
    re.VERBOSE,
)
"""The common form of a requirement. Whatever is not matched by it goes to packaging's own parser."""

_MOST_DIGITS = 4300
"""Digits of a number that Python reads, where nobody says otherwise."""
_LONG_NUMBER = re.compile(rf"\d{{{_MOST_DIGITS + 1}}}")
_EXTRA = re.compile(r"""\bextra\s*==\s*(["'])([A-Za-z0-9._-]+)\1""")
_OR = re.compile(r"\bor\b")


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """One requirement of a release, parsed. Two of the same text are the same object."""

    text: str
    name: NormalizedName
    extras: frozenset[NormalizedName]
    specifier: SpecifierSet
    marker: str
    url: str | None = None

    @property
    def plain(self) -> str:
        """The requirement without its marker, for people."""
        return _plain(self)


@lru_cache(maxsize=16384)
def _plain(need: Need) -> str:
    extras = f"[{','.join(sorted(need.extras))}]" if need.extras else ""
    return f"{need.name}{extras} @ {need.url}" if need.url else f"{need.name}{extras}{need.specifier}"


@lru_cache(maxsize=16384)
def parse(text: str) -> Need:
    """Parse one requirement (PEP 508). Raises InvalidRequirement, also where its address or a number in it is the end of pip."""
    if len(text) > _MOST_DIGITS and _LONG_NUMBER.search(text):
        raise InvalidRequirement("a number has more digits than Python reads")
    plain = _PLAIN.match(text)
    if plain and "~=" not in text and "===" not in text:
        extras = plain["extras"]
        return Need(
            text,
            canonicalize_name(plain["name"]),
            frozenset(canonicalize_name(extra) for extra in extras.replace(",", " ").split()) if extras else frozenset(),
            _specifier(plain["specifier"]),
            (plain["marker"] or "").strip(),
        )
    found = Requirement(text.strip())
    if found.url:
        try:
            _ = urlsplit(found.url).port
        except ValueError as error:
            raise InvalidRequirement(str(error)) from error
    return Need(
        text,
        canonicalize_name(found.name),
        frozenset(canonicalize_name(extra) for extra in found.extras),
        found.specifier,
        str(found.marker or ""),
        found.url,
    )


@lru_cache(maxsize=8192)
def _specifier(text: str) -> SpecifierSet:
    return SpecifierSet(text)


@lru_cache(maxsize=4096)
def _marker(text: str) -> Marker:
    return Marker(text)


@lru_cache(maxsize=4096)
def _only_extras(marker: str) -> frozenset[str] | None:
    """The extras of which one must be asked for, where a marker's text says so plainly; None where it does not."""
    if _OR.search(marker):
        return None
    return frozenset(canonicalize_name(found[1]) for found in _EXTRA.findall(marker)) or None


class Conditions:
    """The environment markers of one target, each evaluated once. Every marker variable is the target's own."""

    def __init__(self, markers: Mapping[str, str]) -> None:
        self._markers = dict(markers)
        self._known: dict[tuple[str, str], bool] = {}

    def hold(self, marker: str, extra: str = "") -> bool:
        """Whether a marker holds, with one extra asked for, or none (empty). Raises InvalidMarker."""
        if not marker:
            return True
        known = self._known.get((marker, extra))
        if known is None:
            known = self._known[marker, extra] = _marker(marker).evaluate({**self._markers, "extra": extra})
        return known


def needs(metadata: Metadata, extras: Iterable[str], conditions: Conditions) -> list[Need]:
    """What a release requires where these extras of it are asked for, as pip evaluates it: once per extra, or once with none.

    Extras that the release does not provide are ignored. Raises InvalidRequirement for any line that pip refuses, whether
    it would apply or not (pip's ``_check_metadata_consistency``).
    """
    provided: list[str] = [*sorted(metadata.provides_extra.intersection(extras))] or [""]
    found = []
    for line in metadata.requires_dist:
        _, semicolon, marker = line.partition(";")
        if semicolon and _PLAIN.match(line):
            only = _only_extras(marker)
            if only is not None and not any(only == {extra} for extra in provided):
                continue
        need = parse(line)
        try:
            if any(conditions.hold(need.marker, extra) for extra in provided):
                found.append(need)
        except InvalidMarker as wrong:
            raise InvalidRequirement(str(wrong)) from wrong
    return found
