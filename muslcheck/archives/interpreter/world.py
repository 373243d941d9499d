"""What the standard library answers to setup.py: for the target, inside the archive, and never from this machine."""

from __future__ import annotations

import fnmatch
import posixpath
from bisect import bisect
from itertools import islice
from typing import TYPE_CHECKING, Any

from muslcheck.archives.interpreter.lazy import Lazy, settled
from muslcheck.archives.interpreter.values import Fielded, Items, PathText, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.archives.container import Contents
    from muslcheck.words.target import Target

__all__ = ["FOLDER", "VARYING", "Files", "answers", "environment_markers"]

_UNPACKED_IN = "/tmp/unpacked"  # noqa: S108 -- a name that nothing opens
FOLDER = f"{_UNPACKED_IN}/sdist"
"""Where the interpreted code believes the archive to be unpacked: its working directory, in a new folder of its own."""
_NARROW = frozenset({"armv6l", "armv7l", "i686"})
_GLOB_LIMIT = 20_000
_WALK_LIMIT = 500
_LONGEST_PATTERN, _MOST_STARS = 200, 8
"""No hand writes a longer pattern, and matching it could take for ever."""


def answers(target: Target) -> dict[str, Any]:
    """Names of modules that have one answer on the target."""
    major, minor = target.python
    micro = [*target.python_full.split("."), "0"][2]
    patch = int("".join(c for c in micro if c.isdigit()) or "0")
    narrow = target.arch in _NARROW
    host = Unknown("the machine that builds")
    full = f"{major}.{minor}.{patch}"
    return {
        "sys.version_info": Fielded.of(major=major, minor=minor, micro=patch, releaselevel="final", serial=0),
        "sys.version": f"{full} (main) [GCC]",
        "sys.hexversion": major << 24 | minor << 16 | patch << 8 | 0xF0,
        "sys.platform": "linux",
        "sys.byteorder": "big" if target.arch == "s390x" else "little",
        "sys.maxsize": 2**31 - 1 if narrow else 2**63 - 1,
        "sys.implementation.name": "cpython",
        "sys.implementation.cache_tag": f"cpython-{major}{minor}",
        "sys.abiflags": "t" if target.free_threaded else "",
        "sys.builtin_module_names": ("_imp", "_io", "_thread", "_warnings", "builtins", "errno", "marshal", "posix", "sys", "time"),
        "sys.flags.optimize": 0,
        "os.name": "posix",
        "os.sep": "/",
        "os.altsep": None,
        "os.pathsep": ":",
        "os.linesep": "\n",
        "os.curdir": ".",
        "os.pardir": "..",
        "os.extsep": ".",
        "os.path.sep": "/",
        "os.devnull": "/dev/null",
        "platform.system()": "Linux",
        "platform.machine()": target.arch,
        "platform.processor()": "",
        "platform.python_implementation()": "CPython",
        "platform.python_version()": full,
        "platform.python_version_tuple()": (str(major), str(minor), str(patch)),
        "platform.architecture()": ("32bit" if narrow else "64bit", "" if target.is_musl else "ELF"),
        "platform.libc_ver()": ("", "") if target.is_musl else (target.libc.name, f"{target.libc.major}.{target.libc.minor}"),
        "platform.mac_ver()": ("", ("", "", ""), ""),
        "platform.win32_ver()": ("", "", "", ""),
        "platform.java_ver()": ("", "", ("", "", ""), ("", "", "")),
        "os.uname()": Fielded.of(sysname="Linux", nodename=host, release=host, version=host, machine=target.arch),
        "platform.uname()": Fielded.of(system="Linux", node=host, release=host, version=host, machine=target.arch, processor=""),
        "os.getcwd()": FOLDER,
        "os.getcwdu()": FOLDER,
        "sysconfig.get_platform()": f"linux-{target.arch}",
        "distutils.util.get_platform()": f"linux-{target.arch}",
        "sysconfig.get_python_version()": f"{major}.{minor}",
        "distutils.sysconfig.get_python_version()": f"{major}.{minor}",
        "sys.getwindowsversion()": Unknown("Windows only"),
        "typing.TYPE_CHECKING": False,
        "six.PY2": False,
        "six.PY3": True,
        "_sys.platform": "linux",
    }


def environment_markers(target: Target) -> dict[str, Any]:
    """Configuration variables (``sysconfig.get_config_var``) that are known of every CPython on the target."""
    return {
        "Py_GIL_DISABLED": 1 if target.free_threaded else 0,
        "Py_DEBUG": 0,
        "WITH_THREAD": 1,
        "py_version_nodot": f"{target.python[0]}{target.python[1]}",
        "py_version_short": f"{target.python[0]}.{target.python[1]}",
        "VERSION": f"{target.python[0]}.{target.python[1]}",
        "MACOSX_DEPLOYMENT_TARGET": None,
        "CC": "gcc",
        "CXX": "g++",
        "SIZEOF_VOID_P": 4 if target.arch in _NARROW else 8,
        "implementation": "Python",
    }


VARYING = frozenset(
    {
        "sys.version_info", "sys.version", "sys.hexversion", "sys.byteorder", "sys.maxsize", "sys.implementation.cache_tag", "sys.abiflags",
        "platform.machine()", "platform.python_version()", "platform.python_version_tuple()", "platform.architecture()",
        "platform.libc_ver()", "os.uname()", "platform.uname()", "sysconfig.get_platform()", "distutils.util.get_platform()",
        "sysconfig.get_python_version()", "distutils.sysconfig.get_python_version()", "Py_GIL_DISABLED", "py_version_nodot",
        "py_version_short", "VERSION", "SIZEOF_VOID_P",
    }
)  # fmt: skip
"""Answers, and configuration variables, that are not the same for all targets."""


class Files:
    """The archive as the interpreted code sees it: questions about paths, answered from the members' names."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._folders: dict[str, set[str]] | None = None
        self._sorted: list[str] | None = None

    @property
    def folders(self) -> dict[str, set[str]]:
        """All folders of the archive, without their last slash, and the names in each; the archive's own is empty."""
        if self._folders is None:
            self._folders = {"": set()}
            for name in self._contents.names:
                folder, _, last = name.rpartition("/")
                while folder not in self._folders:
                    self._folders[folder] = {last}
                    folder, _, last = folder.rpartition("/")
                self._folders[folder].add(last)
        return self._folders

    @staticmethod
    def inside(path: object) -> str | None:
        """A path relative to the archive's folder; None where it lies elsewhere or is not known."""
        path = settled(path)
        if not isinstance(path, str) or "\0" in path:
            return None
        whole = posixpath.normpath(posixpath.join(FOLDER, path))
        if whole == FOLDER:
            return ""
        return whole[len(FOLDER) + 1 :] if whole.startswith(FOLDER + "/") else None

    @classmethod
    def beside(cls, path: object) -> bool:
        """Whether a path leads out of the sdist's folder, by ``..`` or in full, to something below the folder that it was unpacked in.

        A front end unpacks an sdist in a new folder of its own (pip ``operations/prepare.py``): nothing lies beside it.
        """
        path = settled(path)
        if not isinstance(path, str) or "\0" in path or cls.inside(path) is not None:
            return False
        if path.startswith("/") and not path.startswith(f"{_UNPACKED_IN}/"):
            return False
        way = posixpath.relpath(posixpath.normpath(posixpath.join(FOLDER, path)), FOLDER)
        return way.startswith("../") and way.rpartition("/")[2] != ".."

    def _looked_up(self, path: object) -> object:
        """A path that is looked up. Of one that was not looked at, no more is asked than tells that the archive does not hold it."""
        if type(path) is not Lazy:
            return path
        inside = self.inside(path.plain)
        if inside is None:
            path.ask("beside")
            return path.plain
        if self._sorted is None:
            self._sorted = sorted({*self._contents.names, *self.folders})
        place = bisect(self._sorted, inside)
        longest = max(len(posixpath.commonprefix((inside, name))) for name in self._sorted[max(0, place - 1) : place + 1])
        if longest >= len(inside):
            return path.settle()
        path.ask("below", inside[: longest + 1])  # nothing in the archive begins so
        return path.plain

    def is_file(self, path: object) -> bool | Unknown:
        """``os.path.isfile``."""
        path = self._looked_up(path)
        inside = self.inside(path)
        return self._outside(path) if inside is None else inside in self._contents.names

    def is_folder(self, path: object) -> bool | Unknown:
        """``os.path.isdir``."""
        path = self._looked_up(path)
        inside = self.inside(path)
        return self._outside(path) if inside is None else inside in self.folders

    def exists(self, path: object) -> bool | Unknown:
        """``os.path.exists``."""
        path = self._looked_up(path)
        inside = self.inside(path)
        return self._outside(path) if inside is None else inside in self._contents.names or inside in self.folders

    def _outside(self, path: object) -> bool | Unknown:
        return False if self.beside(path) else Unknown("a path outside the sdist")

    def read(self, member: str | None) -> str | Unknown:
        """The text of a member that was kept."""
        if member is None or member in self._contents.cut or (text := self._contents.text(member)) is None:
            return Unknown("the content of a file")
        return text

    def listing(self, path: object) -> Items | Unknown:
        """``os.listdir``: sorted, which the real one is not."""
        inside = self.inside(path)
        if inside is None or inside not in self.folders:
            return Unknown("a folder outside the sdist")
        return Items(sorted(self.folders[inside]))

    def walk(self, path: object) -> Items | Unknown:
        """``os.walk``, from the top."""
        path = settled(path)
        inside = self.inside(path)
        if not isinstance(path, str) or inside is None:
            return Unknown("a folder outside the sdist")
        rows: list[tuple[str, Items, Items]] = []
        waiting = [inside] if inside in self.folders else []
        while waiting and len(rows) < _WALK_LIMIT:
            folder = waiting.pop()
            names = sorted(self.folders[folder])
            below = [name for name in names if _under(folder, name) in self.folders]
            waiting.extend(_under(folder, name) for name in reversed(below))
            shown = posixpath.join(path, folder[len(inside) :].lstrip("/")) if folder != inside else path
            rows.append((shown, Items(below), Items(name for name in names if _under(folder, name) in self._contents.names)))
        return Items(rows)

    def glob(self, pattern: object, *, base: str = "", recursive: bool = False) -> Items | Unknown:
        """``glob.glob``: sorted, which the real one is not; answers in the form of the pattern, or relative to ``base``."""
        if not isinstance(pattern, str):
            return Unknown("a pattern that is not known")
        asked = posixpath.join(base, pattern) if base else pattern
        inside = self.inside(asked)
        if inside is None:
            return Items() if self.beside(asked) else Unknown("a pattern outside the sdist")
        if base:
            return Items(name.removeprefix(f"{self.inside(base)}/") for name in self._matching(inside.split("/"), recursive=recursive))
        prefix = FOLDER + "/" if asked.startswith(FOLDER) else asked[: len(asked) - len(inside)] if asked.endswith(inside) else ""
        return Items(prefix + name for name in self._matching(inside.split("/"), recursive=recursive))

    def _matching(self, parts: list[str], *, recursive: bool) -> list[str]:
        """Paths that match a pattern, part by part; ``**`` spans folders where ``recursive``."""
        found = {""}
        for part in parts:
            if recursive and part == "**":
                found |= {below for folder in found for below in self._below(folder)}
            elif any(c in part for c in "*?["):
                names = ((folder, name) for folder in found for name in self.folders.get(folder, ()))
                found = {_under(folder, name) for folder, name in islice(names, _GLOB_LIMIT) if _part_matches(name, part)}
            else:
                paths = (_under(folder, part) for folder in found)
                found = {path for path in paths if path in self._contents.names or path in self.folders}
        return sorted(found - {""})

    def _below(self, folder: str) -> Iterator[str]:
        """All that lies in a folder at any depth, hidden names left out, as ``**`` does."""
        waiting = [folder]
        for _ in range(_GLOB_LIMIT):
            if not waiting:
                return
            path = waiting.pop()
            yield path
            waiting.extend(_under(path, name) for name in self.folders.get(path, ()) if not name.startswith("."))


def _under(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _part_matches(segment: str, part: str) -> bool:
    if len(part) > _LONGEST_PATTERN or part.count("*") > _MOST_STARS:
        return False
    return not (segment.startswith(".") and not part.startswith(".")) and fnmatch.fnmatchcase(segment, part)


def as_path(value: str) -> PathText:
    """A normalised ``pathlib.Path``."""
    return PathText(posixpath.normpath(value) if value else ".")
