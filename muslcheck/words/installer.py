"""Whose rules are asked about: pip's or uv's, and where the two differ in what they take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["PIP", "UV", "Installer"]

_WRITTEN: Final = r"(pip|uv)(?:\s*==\s*([0-9]{1,4}(?:\.[0-9]{1,4}){0,3}))?"
_OLDEST: Final = {"pip": (21, 2), "uv": (0, 12)}
"""pip 21.2 was the first to take musllinux wheels (PEP 656); uv 0.12 changed what it takes of pre-releases and of old sdists."""
_LINUX_FIRST: Final = (26, 3)


@dataclass(frozen=True, slots=True)
class Installer:
    """An installer and its version, as its own rules for choosing files need it.

    The properties are all the differences that are modelled. What is not among them is pip's for both: above all how the
    search goes back from a conflict.
    """

    name: str = "pip"
    version: tuple[int, ...] = (26, 3)

    @classmethod
    def parse(cls, text: str) -> Installer:
        """The installer that ``pip``, ``uv``, ``pip==26.2`` or ``uv==0.13`` names. Raises ValueError with a sentence for people."""
        written = re.fullmatch(_WRITTEN, text.strip().lower())
        if written is None:
            raise ValueError(f"{text!r} is neither pip nor uv, nor one of them with a version (pip==26.2)")
        known = {"pip": PIP, "uv": UV}[written[1]]
        if written[2] is None:
            return known
        version = tuple(map(int, written[2].split(".")))
        if version < _OLDEST[known.name]:
            raise ValueError(f"{text.strip()}: the rules of {known.name} are known from {_dotted(_OLDEST[known.name])} on")
        return cls(known.name, version)

    def __str__(self) -> str:
        return f"{self.name} {_dotted(self.version)}"

    @property
    def is_uv(self) -> bool:
        """Whether it is uv: what follows says what that changes."""
        return self.name == "uv"

    @property
    def linux_first(self) -> bool:
        """Whether the plain ``linux_*`` tag goes before musllinux and manylinux: in pip from 26.3 on; else it comes last."""
        return not self.is_uv and self.version >= _LINUX_FIRST

    @property
    def last_of_equals(self) -> bool:
        """Whether of files equal in all that is compared the last listed is taken (pip), or the first by name (uv)."""
        return not self.is_uv

    @property
    def heeds_python_caps(self) -> bool:
        """Whether the upper bounds of Requires-Python count (pip); uv looks at the lowest Python that is allowed, and no further.

        pip asks this of every file; uv of the best file of a release, and passes over the release where the answer is no. And
        uv passes over files whose Requires-Python cannot be read, where to pip it is no limit.
        """
        return not self.is_uv

    @property
    def takes_pinned_yanked(self) -> bool:
        """Whether whoever pins a version may have it though it was yanked, where nothing else is left (pip).

        uv lets only the manifests' own requirements and constraints have it, and then like any other.
        """
        return not self.is_uv

    @property
    def finals_first(self) -> bool:
        """Whether every final release is tried before any pre-release (uv 0.12), even where a specifier names one."""
        return self.is_uv

    @property
    def heeds_pre_in_files(self) -> bool:
        """Whether ``--pre`` in a requirements file counts (pip; uv heeds it on its command line alone)."""
        return not self.is_uv

    @property
    def pre_in_builds(self) -> bool:
        """Whether ``--pre`` and the like count for what builds require, too (pip; uv leaves that to the requirements of the builds)."""
        return not self.is_uv

    @property
    def implies_hashes(self) -> bool:
        """Whether one requirement with a hash asks for hashes of all (pip; uv checks those that are stated)."""
        return not self.is_uv

    @property
    def prefers_binary(self) -> bool:
        """Whether there is such a thing as ``--prefer-binary`` (pip; uv passes over it)."""
        return not self.is_uv

    @property
    def old_sdists(self) -> bool:
        """Whether sdists other than ``.tar.gz`` and ``.zip`` are taken (pip; uv 0.12 goes by PEP 625)."""
        return not self.is_uv

    @property
    def formats_of_references(self) -> bool:
        """Whether ``--only-binary`` and ``--no-binary`` count for direct references, too (uv)."""
        return self.is_uv

    @property
    def first_index(self) -> bool:
        """Whether a project is had from the first index alone that has it, the extra ones before the index itself (uv).

        pip takes the best of what all of them have.
        """
        return self.is_uv


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


PIP: Final = Installer()
"""What is asked about where nothing is said."""
UV: Final = Installer("uv", (0, 13))
