# ruff: noqa: PLR0911 -- a ladder of answers
"""Which modules a build finds in its isolated environment (PEP 518) on the target: the standard library and what is required."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from muslcheck.archives.brought import brought
from muslcheck.archives.witness import asked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muslcheck.archives.container import Contents
    from muslcheck.words.target import Target

__all__ = ["BuildEnvironment", "applies"]

_GONE_FROM_PYTHON = {
    "distutils": (3, 12),
    "imp": (3, 12),
    "asynchat": (3, 12),
    "asyncore": (3, 12),
    "smtpd": (3, 12),
    "lib2to3": (3, 13),
    "cgi": (3, 13),
    "cgitb": (3, 13),
    "crypt": (3, 13),
    "imghdr": (3, 13),
    "sndhdr": (3, 13),
    "pipes": (3, 13),
    "telnetlib": (3, 13),
    "nntplib": (3, 13),
    "audioop": (3, 13),
    "aifc": (3, 13),
    "chunk": (3, 13),
    "msilib": (3, 13),
    "nis": (3, 13),
    "ossaudiodev": (3, 13),
    "spwd": (3, 13),
    "sunau": (3, 13),
    "uu": (3, 13),
    "xdrlib": (3, 13),
    "mailcap": (3, 13),
    "binhex": (3, 11),
    "formatter": (3, 10),
    "parser": (3, 10),
    "symbol": (3, 10),
    "macpath": (3, 8),
    "dummy_threading": (3, 9),
    "_bootlocale": (3, 10),
}
"""Modules of the standard library, and the Python version that no longer has them (the "What's New" pages)."""
_NAMES_GONE = {
    **dict.fromkeys(
        (
            "sys.maxint", "sys.setdefaultencoding", "itertools.izip", "itertools.imap", "itertools.ifilter", "string.join",
            "string.letters", "string.maketrans", "string.lowercase", "os.popen2", "os.popen3", "types.StringType",
        ),
        (3, 0),
    ),
    **dict.fromkeys(("platform.linux_distribution", "platform.dist", "platform.popen", "time.clock", "cgi.escape"), (3, 8)),
    **dict.fromkeys(("fractions.gcd", "base64.encodestring", "base64.decodestring", "xml.etree.cElementTree"), (3, 9)),
    **dict.fromkeys(
        (
            f"collections.{name}"
            for name in (
                "Awaitable", "ByteString", "Callable", "Collection", "Container", "Coroutine", "Generator", "Hashable", "ItemsView",
                "Iterable", "Iterator", "KeysView", "Mapping", "MappingView", "MutableMapping", "MutableSequence", "MutableSet",
                "Reversible", "Sequence", "Set", "Sized", "ValuesView",
            )
        ),
        (3, 10),
    ),
    **dict.fromkeys(("inspect.getargspec", "inspect.formatargspec", "asyncio.coroutine", "gettext.lgettext"), (3, 11)),
    **dict.fromkeys(
        (
            "configparser.SafeConfigParser", "configparser.ConfigParser.readfp", "configparser.RawConfigParser.readfp", "locale.format",
            "ssl.wrap_socket", "ssl.match_hostname", "pkgutil.ImpImporter", "pkgutil.ImpLoader", "importlib.find_loader",
            "importlib.util.set_package", "importlib.util.set_loader", "importlib.util.module_for_loader",
        ),
        (3, 12),
    ),
    **dict.fromkeys(("unittest.makeSuite", "unittest.findTestCases", "unittest.getTestCaseNames", "locale.resetlocale"), (3, 13)),
}  # fmt: skip
"""Names inside of modules that stay, and the Python version that no longer has them (the "What's New" pages)."""
_NEW_IN_PYTHON = {
    "tomllib": (3, 11),
    "zoneinfo": (3, 9),
    "graphlib": (3, 9),
    "compression": (3, 14),
    "annotationlib": (3, 14),
    "concurrent.interpreters": (3, 14),
}
_SETUPTOOLS_GONE = {
    "setuptools.Feature": 46,
    "setuptools.bdist_wininst": 56,
    "setuptools.command.bdist_wininst": 56,
    "setuptools.py27compat": 56,
    "setuptools.py31compat": 56,
    "setuptools.py33compat": 56,
    "setuptools.ssl_support": 57,
    "setuptools.lib2to3_ex": 58,
    "setuptools.command.build_py.Mixin2to3": 58,
    "setuptools.command.py36compat": 68,
    "setuptools.py34compat": 68,
    "setuptools.convert_path": 70,
    "setuptools.dep_util": 70,
    "setuptools.extern": 71,
    "setuptools.command.upload": 75,
    "setuptools.command.register": 75,
    "setuptools.command.upload_docs": 75,
    "setuptools.package_index": 80,
    "setuptools.sandbox": 80,
    "pkg_resources": 82,
    "distutils.py35compat": 63,
    "distutils.command.bdist_msi": 65,
    "distutils.command.bdist_wininst": 65,
    "distutils.py38compat": 70,
    "distutils.msvc9compiler": 74,
    "distutils.msvccompiler": 74,
    "distutils.bcppcompiler": 75,
    "distutils.command.register": 75,
    "distutils.command.upload": 75,
    "distutils.config": 75,
}
"""Names that setuptools (and the distutils it brings) once had, and the first major version whose wheel no longer has them."""
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
        self._requires |= {_normal(text): text for text in requires if _NAME.match(text) and self._applies(text)}
        known = brought().modules
        self._modules = {module for name in self._requires for module in known.get(name, (name.replace("-", "_"),))}
        self._complete = all(name in known for name in self._requires)
        return len(self._requires) > before

    def _applies(self, text: str) -> bool:
        return ";" not in text or bool(asked(self._target, "applies", text))

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
        if any(name.startswith(f"{stem}/") for name in self._names if name.endswith(".py")):
            return f"{stem}/", "" in self.paths  # a namespace package: a folder without __init__.py
        return None

    def finds(self, module: str) -> bool | None:
        """Whether an import of the module (dotted) finds it; None where that cannot be told."""
        top = module.partition(".")[0]
        python = self._target.python
        if (gone := self.gone(module)) is not None:
            return not gone
        if top == "distutils":
            return True if python < (3, 12) else self._setuptools_brings_distutils()
        if top in _GONE_FROM_PYTHON and python >= _GONE_FROM_PYTHON[top]:
            return top in self._modules or None if not self._complete else top in self._modules
        if top in _NEW_IN_PYTHON:
            return python >= _NEW_IN_PYTHON[top] or top in self._modules
        if top in sys.stdlib_module_names or top in {"__future__", "distutils", *_GONE_FROM_PYTHON}:
            return top not in _ELSEWHERE
        if module.startswith("numpy.distutils") and python >= (3, 12):
            return False
        if top in self._modules:
            return True
        if top in _SETUPTOOLS_BRINGS and "setuptools" in self._requires:
            return self._setuptools_allows(71) or (None if not self._complete else False)
        return False if self._complete else None

    def gone(self, name: str) -> bool | None:
        """Whether the newest setuptools that the build may take has lost a name; None where it never had it, or has it still."""
        if (left := _NAMES_GONE.get(name.replace("()", ""))) is not None and self._target.python >= left:
            return True
        for known in (name, name.rpartition(".")[0]):
            since = _SETUPTOOLS_GONE.get(known)
            if since is None or "setuptools" not in self._requires:
                continue
            if known.startswith("distutils") and self._target.python < (3, 12) and not self._setuptools_allows(60):
                return None
            return self._setuptools_allows(since)
        return None

    def gone_since(self, name: str) -> str:
        """Since when a module or a name is gone, in words; empty where nothing is known."""
        top = name.partition(".")[0]
        if (left := _NAMES_GONE.get(name.replace("()", ""))) is not None:
            return "gone since Python {}.{}".format(*left)
        for known in (name, name.rpartition(".")[0]):
            if known in _SETUPTOOLS_GONE:
                return f"gone since setuptools {_SETUPTOOLS_GONE[known]}"
        if top in _GONE_FROM_PYTHON and self._target.python >= _GONE_FROM_PYTHON[top]:
            return "gone since Python {}.{}".format(*_GONE_FROM_PYTHON[top])
        if name.startswith("numpy.distutils"):
            return "gone since Python 3.12"
        return ""

    def _setuptools_allows(self, major: int) -> bool:
        """Whether isolation takes a setuptools of this major version or later: pip takes the newest that is allowed."""
        from packaging.requirements import InvalidRequirement, Requirement

        try:
            specifier = Requirement(self._requires["setuptools"]).specifier
        except (InvalidRequirement, KeyError):
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

    def _setuptools_brings_distutils(self) -> bool | None:
        return self._setuptools_allows(60) if "setuptools" in self._requires else None if not self._complete else False


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


def _normal(text: str) -> str:
    match = _NAME.match(text)
    return re.sub(r"[-_.]+", "-", match[1]).lower() if match else ""
