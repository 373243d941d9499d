"""Wheels of one release that do not state the same: what it requires then depends on the file that an image gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from muslcheck.words.release import python_tag
from muslcheck.words.report import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.resolver.catalogue import Catalogue
    from muslcheck.resolver.select import Offer
    from muslcheck.words.release import DistFile, Metadata

__all__ = ["unlike"]


def unlike(file: DistFile, catalogue: Catalogue, *offers: Offer | None) -> Iterator[Problem]:
    """Say which two wheels of a file's release do not state the same, and what. Nothing is read for it.

    Wheels for different Pythons may well differ: those count that are for one Python, or that a target of these offers may take.
    """
    read = catalogue.read(file)
    stated = [(found.requires_dist, found.requires_python) for _, found in read]
    if all(each == stated[0] for each in stated):
        return
    alike = [
        (other, found)
        for other, found in sorted(read, key=lambda each: each[0].filename)
        if python_tag(other) == python_tag(file) or any(offer is not None and offer.placed(other) for offer in offers)
    ]
    for first, second in ((alike[0], each) for each in alike[1:]):
        if said := _differences(first[1], second[1]):
            message = f"{first[0].filename} and {second[0].filename} do not state the same: {'; '.join(said)}"
            yield Problem(file.name, message, "Look at what the file that your image gets requires: the other one tells nothing of it.")
            return


def _differences(first: Metadata, second: Metadata) -> list[str]:
    said = []
    ours, theirs = ({_in_short(each) for each in found.requires_dist} for found in (first, second))
    for which, alone in (("first", ours - theirs), ("second", theirs - ours)):
        if alone:
            said.append(f"only the {which} requires {', '.join(sorted(alone))}")
    stated = [found.requires_python or "not stated" for found in (first, second)]
    if stated[0] != stated[1]:
        said.append(f"Requires-Python is {stated[0]} in the first and {stated[1]} in the second")
    return said


def _in_short(text: str) -> str:
    """A requirement in one spelling, as far as it is one."""
    try:
        parsed = Requirement(text)
    except InvalidRequirement:
        return text
    parsed.name = canonicalize_name(parsed.name)
    return str(parsed)
