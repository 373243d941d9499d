"""Whether a ``Requires-Python`` allows the target's Python: as pip reads it, and as uv does."""

from __future__ import annotations

import re
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

__all__ = ["python_allowed", "python_in"]

_MISTAKES = (
    (r"(?<=\d)(?=[<>=~^!])", ","),
    (r"([<>]=?)\s*(\d+(?:\.\d+)*)\.\*", r"\1\2"),
    (r"(?<=\d\.\d)\*", ".*"),
    (r",\s*$", ""),
    (r"['\"]", ""),
)
"""What uv mends, in its order (``lenient_requirement.rs``): ``>=3.6<4``, ``>=3.6.*``, ``!=3.0*``, ``>=3.6,``, ``'>=3.6'``."""


@lru_cache(maxsize=4096)
def python_allowed(requires_python: str, full: str, *, caps: bool = True) -> bool:
    """Whether a Requires-Python allows a Python; an invalid one limits nothing, and a pre-release counts as its release.

    So it is in pip (``_check_link_requires_python``). Without ``caps`` it is asked as uv asks: there an invalid one is mended
    where that is easy, else it allows nothing.
    """
    try:
        specifier = SpecifierSet(requires_python)
    except InvalidSpecifier:
        if caps:
            return True
        mended = _mended(requires_python)
        if mended is None:
            return False
        specifier = mended
    return python_in(specifier, Version(Version(full).base_version), caps=caps)


def _mended(requires_python: str) -> SpecifierSet | None:
    """An invalid specifier after the usual mistakes are mended, one after the other until it is valid; None where it stays invalid."""
    text = requires_python
    for mistake, instead in _MISTAKES:
        text = re.sub(mistake, instead, text)
        try:
            return SpecifierSet(text)
        except InvalidSpecifier:  # the next may help
            continue
    return None


def python_in(specifier: SpecifierSet, python: Version, *, caps: bool) -> bool:
    """Whether a specifier allows a Python. Without ``caps``: whether it allows that one or any before it (uv ``is_contained_by``).

    So ``>=3.8,<3.12``, ``==3.8.*`` and ``<3.12`` all allow Python 3.12 there.
    """
    if caps or specifier.contains(python, prereleases=True):
        return specifier.contains(python, prereleases=True)
    lowest, itself = _lowest(specifier)
    return lowest is None or lowest < python or (itself and lowest == python)


def _lowest(specifier: SpecifierSet) -> tuple[Version | None, bool]:
    """The lowest version that is allowed, None where nothing bounds it below, and whether that one itself is."""
    lowest: Version | None = None
    itself = True
    for each in specifier:
        if each.operator in (">=", "==", "~=", ">"):
            version = Version(each.version.removesuffix(".*"))
            if lowest is None or version > lowest:
                lowest, itself = version, each.operator != ">"
            elif version == lowest:
                itself = itself and each.operator != ">"
    while lowest is not None:
        holes = [each for each in specifier if each.operator == "!=" and not each.contains(lowest)]
        wild = [Version(each.version.removesuffix(".*")) for each in holes if each.version.endswith(".*")]
        if not wild:
            return lowest, itself and not holes
        release = min(wild).release
        lowest, itself = Version(".".join(map(str, (*release[:-1], release[-1] + 1)))), True
    return None, True
