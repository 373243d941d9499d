# ruff: noqa: ANN401 -- values of interpreted code are anything
"""Paths and files: ``os.path``, ``pathlib``, ``glob`` and ``open``, over the archive."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from muslcheck.archives.interpreter.operations import bounded
from muslcheck.archives.interpreter.signals import Raised
from muslcheck.archives.interpreter.values import FileHandle, Items, PathText, Unknown
from muslcheck.archives.interpreter.world import FOLDER, as_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.archives.interpreter.machine import Machine

__all__ = ["PATHS", "PATH_METHODS"]

_OPTIONS = 8
"""Values of one part of a path that are followed."""


def _absolute(path: str) -> str:
    return posixpath.normpath(posixpath.join(FOLDER, path))


def _join(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    if all(isinstance(part, str) for part in arguments) and arguments:
        return bounded(posixpath.join(*arguments))
    unknown = [part for part in arguments if isinstance(part, Unknown)]
    if len(unknown) == 1 and unknown[0].options:
        parts = ([option if part is unknown[0] else part for part in arguments] for option in unknown[0].options[:_OPTIONS])
        made = [_join(machine, each, {}) for each in parts]
        return Unknown("a path", tuple(m for m in made if isinstance(m, str)))
    return Unknown("a path")


def _path(function: Callable[[str], Any]) -> Callable[..., Any]:
    """A function of one path, over each value that the path may have."""

    def call(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
        if arguments and isinstance(arguments[0], str):
            return function(arguments[0])
        if arguments and isinstance(arguments[0], Unknown) and arguments[0].options:
            return Unknown("a path", tuple(function(o) for o in arguments[0].options if isinstance(o, str)))
        return Unknown("a path")

    return call


def _relative(_machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    start = arguments[1] if len(arguments) > 1 else named.get("start", FOLDER)
    if arguments and isinstance(arguments[0], str) and isinstance(start, str):
        return posixpath.relpath(_absolute(arguments[0]), _absolute(start))
    return Unknown("a path")


_NO_U_SINCE = (3, 11)
"""The Python whose ``open()`` no longer takes the mode ``U`` ("What's New")."""


def _open(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> FileHandle:
    """``open()``: a file that is not there raises; what the code itself has written is not known, nor what a download has brought."""
    path = arguments[0] if arguments else named.get("file")
    mode = arguments[1] if len(arguments) > 1 else named.get("mode", "r")
    if isinstance(mode, str) and "U" in mode and machine.target.python >= _NO_U_SINCE:
        raise Raised(("ValueError",), f"ValueError: invalid mode: {mode!r}", machine.here)
    inside = machine.files.inside(path)
    there = inside in machine.contents.names
    if inside is not None and isinstance(mode, str):
        if not there and inside not in machine.written and not set(mode) & set("wax+") and not machine.record.downloads:
            raise Raised(("FileNotFoundError", "OSError", "IOError"), f"FileNotFoundError: {inside} is not in the sdist", machine.here)
        if set(mode) & set("wax"):
            machine.written.add(inside)
    elif machine.files.beside(path) and isinstance(mode, str) and not set(mode) & set("wax+"):
        raise Raised(("FileNotFoundError", "OSError", "IOError"), f"FileNotFoundError: {path} is not in the sdist", machine.here)
    binary = isinstance(mode, str) and "b" in mode
    return FileHandle(inside if there and inside not in machine.written else None, binary)


def _open_decoded(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> FileHandle:
    """``codecs.open()``: with an encoding it leaves a ``U`` out of the mode."""
    given = dict(zip(("file", "mode", "encoding"), arguments, strict=False)) | named
    if isinstance(mode := given.get("mode"), str) and given.get("encoding") is not None:
        given["mode"] = mode.replace("U", "").replace("b", "") or "r"
    return _open(machine, [given.get("filename", given.get("file"))], given)


_NAMES_A_STEP = 20
"""Names of the archive that are looked through in about the time of a step."""


def _walk(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    machine.spend(len(machine.contents.names) // 2)
    return machine.files.walk(arguments[0] if arguments else named.get("top"))


def _glob(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    pattern = arguments[0] if arguments else named.get("pathname")
    base = named.get("root_dir", "")
    if isinstance(pattern, str) and isinstance(base, str):
        machine.spend(len(machine.contents.names) // _NAMES_A_STEP)
        found = machine.files.glob(pattern, base=base, recursive=named.get("recursive") is True)
        if isinstance(found, Items):
            found.born = machine.path
        return found
    return Unknown("files that are not known")


def _made_path(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    if all(isinstance(part, str) for part in arguments):
        return as_path(posixpath.join(*arguments) if arguments else ".")
    return Unknown("a path")


PATHS: dict[str, Callable[[Any, list[Any], dict[str, Any]], Any]] = {
    "os.path.join": _join,
    "posixpath.join": _join,
    "distutils.util.convert_path": _path(lambda p: p),
    "setuptools.convert_path": _path(lambda p: p),
    "os.path.dirname": _path(posixpath.dirname),
    "os.path.basename": _path(posixpath.basename),
    "os.path.abspath": _path(_absolute),
    "os.path.realpath": _path(_absolute),
    "os.path.normpath": _path(posixpath.normpath),
    "os.path.normcase": _path(lambda p: p),
    "os.path.expanduser": _path(lambda p: p if not p.startswith("~") else Unknown("a home folder")),
    "os.path.expandvars": _path(lambda p: p if "$" not in p else Unknown("a path")),
    "os.path.isabs": _path(posixpath.isabs),
    "os.path.split": _path(posixpath.split),
    "os.path.splitext": _path(posixpath.splitext),
    "os.fspath": _path(str),
    "os.path.relpath": _relative,
    "os.path.exists": lambda m, a, _n: m.files.exists(a[0]) if a else Unknown("a path"),
    "os.path.lexists": lambda m, a, _n: m.files.exists(a[0]) if a else Unknown("a path"),
    "os.path.isfile": lambda m, a, _n: m.files.is_file(a[0]) if a else Unknown("a path"),
    "os.path.isdir": lambda m, a, _n: m.files.is_folder(a[0]) if a else Unknown("a path"),
    "os.listdir": lambda m, a, _n: m.files.listing(a[0] if a else "."),
    "os.walk": _walk,
    "glob.glob": _glob,
    "glob.iglob": _glob,
    "glob": _glob,
    "open": _open,
    "codecs.open": _open_decoded,
    "io.open": _open,
    "pathlib.Path": _made_path,
    "pathlib.PurePath": _made_path,
    "pathlib.PosixPath": _made_path,
    "pathlib.Path.cwd": lambda _m, _a, _n: as_path(FOLDER),
}
"""By full name."""

# ---- methods of pathlib.Path -------------------------------------------------------------------------------------


def _joined(_machine: Machine, owner: PathText, arguments: list[Any]) -> Any:
    known = all(isinstance(part, str) for part in arguments)
    return as_path(posixpath.join(owner, *arguments)) if known else Unknown("a path")


def _found(machine: Machine, owner: PathText, arguments: list[Any], *, deep: bool) -> Any:
    pattern = arguments[0] if arguments else None
    if not isinstance(pattern, str):
        return Unknown("files that are not known")
    machine.spend(len(machine.contents.names) // _NAMES_A_STEP)
    found = machine.files.glob(posixpath.join(owner, f"**/{pattern}" if deep else pattern), recursive=True)
    return Items([PathText(path) for path in found], machine.path) if isinstance(found, Items) else found


def _listed(machine: Machine, owner: PathText, _arguments: list[Any]) -> Any:
    machine.spend(len(machine.contents.names) // _NAMES_A_STEP)
    names = machine.files.listing(str(owner))
    return Items([PathText(posixpath.join(owner, name)) for name in names], machine.path) if isinstance(names, Items) else names


def _relative_to(_machine: Machine, owner: PathText, arguments: list[Any]) -> Any:
    if arguments and isinstance(arguments[0], str):
        return as_path(posixpath.relpath(_absolute(owner), _absolute(arguments[0])))
    return Unknown("a path")


def _with(change: Callable[[str, str], str]) -> Callable[[Any, PathText, list[Any]], Any]:
    def call(_machine: Machine, owner: PathText, arguments: list[Any]) -> Any:
        return PathText(change(owner, arguments[0])) if arguments and isinstance(arguments[0], str) else Unknown("a path")

    return call


def _nothing(_machine: Machine, _owner: PathText, _arguments: list[Any]) -> None:
    return None


PATH_METHODS: dict[str, Callable[[Any, PathText, list[Any]], Any]] = {
    "resolve": lambda _m, owner, _a: PathText(_absolute(owner)),
    "absolute": lambda _m, owner, _a: PathText(_absolute(owner)),
    "joinpath": _joined,
    "exists": lambda m, owner, _a: m.files.exists(owner),
    "is_file": lambda m, owner, _a: m.files.is_file(owner),
    "is_dir": lambda m, owner, _a: m.files.is_folder(owner),
    "read_text": lambda m, owner, _a: m.files.read(m.files.inside(owner)),
    "open": lambda m, owner, arguments: _open(m, [str(owner), *arguments], {}),
    "glob": lambda m, owner, arguments: _found(m, owner, arguments, deep=False),
    "rglob": lambda m, owner, arguments: _found(m, owner, arguments, deep=True),
    "iterdir": _listed,
    "as_posix": lambda _m, owner, _a: str(owner),
    "relative_to": _relative_to,
    "with_suffix": _with(lambda path, suffix: posixpath.splitext(path)[0] + suffix),
    "with_name": _with(lambda path, name: posixpath.join(posixpath.dirname(path), name)),
    **dict.fromkeys(("mkdir", "write_text", "touch", "unlink"), _nothing),
}
"""Of ``pathlib.Path``."""
