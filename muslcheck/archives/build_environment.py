# ruff: noqa: PLR0911 -- a ladder of answers
"""Which modules a build finds in its isolated environment (PEP 518) on the target: the standard library and what is required."""

from __future__ import annotations

import json
import re
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from muslcheck.archives.brought import brought
from muslcheck.archives.gone import gone
from muslcheck.archives.witness import asked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muslcheck.archives.container import Contents
    from muslcheck.words.target import Target

__all__ = ["BuildEnvironment", "applies", "name_of"]

_SETUPTOOLS_BRINGS = frozenset(
    {"packaging", "more_itertools", "importlib_metadata", "zipp", "jaraco", "platformdirs", "tomli", "wheel", "backports", "autocommand"}
)
"""Modules that setuptools vendors and puts on ``sys.path`` when it is imported (since 71)."""
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


class BuildEnvironment:
    """The environment in which a build back end runs: knows whether an import finds its module."""

    def __init__(self, contents: Contents, target: Target, requires: Iterable[str], *, folder_on_path: bool) -> None:
        """``folder_on_path``: the sdist's own folder is on ``sys.path`` (setuptools' legacy back end, ``backend-path``)."""
        self._target = target
        self._names = contents.names
        self._packages: frozenset[str] | None = None
        self.paths = [""] if folder_on_path else []
        """Folders of the archive that are on ``sys.path``."""
        self._requires: dict[str, str] = {}
        self._modules: set[str] = set()
        self._complete = True
        """Whether all modules are known: a requirement that is not in the table may bring more."""
        self.add(requires)

    def add(self, requires: Iterable[str]) -> bool:
        """Take in requirements (``setup_requires`` are installed before the build itself begins); whether any is new."""
        before = len(self._requires)
        named: dict[str, list[str]] = {}
        for text in requires:
            if name := name_of(text):
                named.setdefault(name, []).append(text)
        for name, texts in named.items():
            if held := self._applying(name, texts):
                self._requires[name] = held[-1]
        known = brought().modules
        self._modules = {module for name in self._requires for module in known.get(name, (name.replace("-", "_"),))}
        self._complete = all(name in known for name in self._requires)
        return len(self._requires) > before

    def _applying(self, name: str, texts: list[str]) -> list[str]:
        """Those of the requirements of one distribution whose markers hold; of all but setuptools it matters only whether one does."""
        if name == "setuptools":
            return [text for text in texts if ";" not in text or asked(self._target, "applies", text)]
        always = [text for text in texts if ";" not in text]
        return always or (texts[-1:] if asked(self._target, "one applies", json.dumps(texts)) else [])

    def requires(self, name: str) -> bool:
        """Whether a distribution is among the build requirements."""
        return name in self._requires

    def member_of(self, module: str) -> tuple[str, bool] | None:
        """The archive's member that holds a module of the sdist's own, and whether an import finds it there; None where it holds none."""
        stem = module.replace(".", "/")
        for folder in dict.fromkeys((*self.paths, "", "src")):
            for ending in ("/__init__.py", ".py"):
                member = f"{folder}/{stem}{ending}" if folder else f"{stem}{ending}"
                if member in self._names:
                    return member, folder in self.paths
        if stem in self._folders():
            return f"{stem}/", "" in self.paths  # a namespace package: a folder without __init__.py
        return None

    def _folders(self) -> frozenset[str]:
        """All folders with Python files at any depth below them."""
        if self._packages is None:
            found: set[str] = set()
            for name in self._names:
                folder = name.rpartition("/")[0] if name.endswith(".py") else ""
                while folder and folder not in found:
                    found.add(folder)
                    folder = folder.rpartition("/")[0]
            self._packages = frozenset(found)
        return self._packages

    def finds(self, module: str) -> bool | None:
        """Whether an import of the module (dotted) finds it; None where that cannot be told.

        The version of Python is asked for last: most answers are the same for all.
        """
        top = module.partition(".")[0]
        python = self._target.python
        if (left := self.gone(module)) is not None:
            return not left
        if top == "distutils":
            return (brought := self._setuptools_brings_distutils()) or python < (3, 12) or brought
        known = gone()
        if top in known.modules and top not in self._modules and python >= known.modules[top]:
            return None if not self._complete else False
        if top in known.new:
            return top in self._modules or python >= known.new[top]
        if top in known.modules and top in self._modules:
            return True
        if top in sys.stdlib_module_names or top == "__future__" or top in known.modules:
            return top not in _ELSEWHERE
        here = top in self._modules
        if module.startswith("numpy.distutils") and (here or not self._complete) and python >= (3, 12):
            return False
        if here:
            return True
        if top in _SETUPTOOLS_BRINGS and "setuptools" in self._requires:
            return self._setuptools_allows(71) or (None if not self._complete else False)
        return False if self._complete else None

    def gone(self, name: str) -> bool | None:
        """Whether the newest setuptools that the build may take has lost a name; None where it never had it, or has it still."""
        if (left := gone().names.get(name.replace("()", ""))) is not None and self._target.python >= left:
            return True
        for known in (name, name.rpartition(".")[0]):
            since = gone().setuptools.get(known)
            if since is None or "setuptools" not in self._requires:
                continue
            if known.startswith("distutils") and not self._setuptools_allows(60) and self._target.python < (3, 12):
                return None
            return self._setuptools_allows(since)
        return None

    def gone_since(self, name: str) -> str:
        """Since when a module or a name is gone, in words; empty where nothing is known."""
        top = name.partition(".")[0]
        table = gone()
        if (left := table.names.get(name.replace("()", ""))) is not None:
            return "gone since Python {}.{}".format(*left)
        for known in (name, name.rpartition(".")[0]):
            if known in table.setuptools:
                return f"gone since setuptools {table.setuptools[known]}"
        if top in table.modules and self._target.python >= table.modules[top]:
            return "gone since Python {}.{}".format(*table.modules[top])
        if name.startswith("numpy.distutils"):
            return "gone since Python 3.12"
        return ""

    def takes_setuptools(self, major: int) -> bool:
        """Whether the build takes a setuptools of this major version or later, as far as its requirements say."""
        return "setuptools" in self._requires and self._setuptools_allows(major)

    def _setuptools_allows(self, major: int) -> bool:
        """Whether isolation takes a setuptools of this major version or later: pip takes the newest that is allowed."""
        return _allows(self._requires.get("setuptools", ""), major)

    def _setuptools_brings_distutils(self) -> bool | None:
        own = self.member_of("setuptools._distutils")
        if own is not None and own[1]:
            return True  # setuptools builds itself
        return self._setuptools_allows(60) if "setuptools" in self._requires else None if not self._complete else False


@lru_cache(maxsize=1_000)
def _allows(requirement: str, major: int) -> bool:
    """Whether a requirement of setuptools takes this major version or a later one; one that cannot be read does."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        specifier = Requirement(requirement).specifier
    except InvalidRequirement:
        return True
    return any(
        specifier.contains(f"{candidate}.{minor}", prereleases=True)
        for candidate in range(major, max(major, 90) + 1)
        for minor in (0, 1, 2)
    ) or any(
        specifier.contains(version, prereleases=True)
        for version in ("999", *(stated.version.removesuffix(".*") for stated in specifier))
        if version.partition(".")[0].isdecimal() and int(version.partition(".")[0]) >= major
    )


def applies(target: Target, text: str) -> bool:
    """Whether a requirement's marker holds on a target; what cannot be read does."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        marker = Requirement(text).marker
        return marker is None or marker.evaluate({**target.markers, "extra": ""})
    except (InvalidRequirement, ValueError, KeyError):
        return True


_ELSEWHERE = frozenset({"winreg", "_winreg", "msvcrt", "_winapi", "winsound", "_msi", "msilib", "nt", "_overlapped", "_scproxy"})
"""Modules of the standard library that Linux does not have."""


def name_of(requirement: str) -> str:
    """The normalised name that a requirement begins with (PEP 503, 508); empty where it begins with none."""
    match = _NAME.match(requirement)
    return canonicalize_name(match[1]) if match else ""
