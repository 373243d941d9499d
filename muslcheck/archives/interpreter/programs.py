# ruff: noqa: ANN401 -- values of interpreted code are anything
"""Calls that reach out of the script: programs that are run or looked for, libraries that are loaded, downloads, and exits."""

from __future__ import annotations

import ast
import posixpath
import re
import shlex
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from muslcheck.archives.facts import Certainty, Seen
from muslcheck.archives.interpreter.lazy import Lazy, settled
from muslcheck.archives.interpreter.shell import called_by, calls_of_line, script_of
from muslcheck.archives.interpreter.signals import Raised
from muslcheck.archives.interpreter.values import External, Items, PathText, Unknown, weaker

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.archives.interpreter.machine import Machine

__all__ = ["C_LIBRARY", "PROGRAMS", "RUNNERS", "WHERE", "leave", "pkgconfig", "run_program"]

RUNNERS = frozenset(
    {
        "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen",
        "subprocess.getoutput", "subprocess.getstatusoutput", "os.system", "os.popen", "commands.getoutput",
        "commands.getstatusoutput", "distutils.spawn.spawn", "os.execvp", "os.spawnlp", "sh.Command",
        "setuptools.command.build_ext.spawn", "distutils.cmd.spawn",
    }
)  # fmt: skip
"""What runs a program, by full name."""
_FINDERS = frozenset({"shutil.which", "distutils.spawn.find_executable", "spawn.find_executable"})
_FETCHERS = frozenset(
    {
        "urllib.request.urlopen", "urllib.request.urlretrieve", "urllib2.urlopen", "urllib.urlretrieve", "urllib.urlopen",
        "requests.get", "httpx.get", "wget.download", "urllib.request.Request", "six.moves.urllib.request.urlopen",
        "six.moves.urllib.request.urlretrieve",
    }
)  # fmt: skip
_ABOUT_PYTHON = re.compile(r"version_info|hexversion|python_version|sys\.version\b|\bPY[23]\b|\bpy[23]k?\b")
_LONGEST = 10_000
"""Characters of a command line that is read."""
_TELLS = re.compile(r"pkg-?conf(?:ig)?|[A-Z_]+=.*|env|sudo|(?:|a|ba|da|z)sh")
"""Programs whose arguments tell what they run or look for."""
_READ = frozenset({"cmd", "shell"})
_MISSING_PROGRAM = frozenset({"OSError", "IOError", "EnvironmentError", "FileNotFoundError", "Exception", "BaseException"})
WHERE = "where the program is: "
"""Why the place of a program is not known; its name follows."""
C_LIBRARY = "ctypes.CDLL(c)"
"""The C library, loaded while the build runs."""
_SAID, _NEAR, _SHOWN = 4, 6, 300
"""Texts that are kept of what was printed, lines from one to the next or to the exit, and characters that are quoted."""
_IN_IMAGES = frozenset(
    {
        "c", "m", "dl", "pthread", "rt", "util", "crypt", "resolv", "ssl", "crypto", "z", "bz2", "lzma", "sqlite3", "ffi", "expat",
        "ncursesw", "panelw", "readline", "gdbm", "uuid", "tirpc", "stdc++", "gcc_s", "python3",
    }
)  # fmt: skip
"""Libraries that some Python image has."""


def _say(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> None:
    """``print()`` and its like: what is printed right before an exit says why."""
    parts = tuple(part for part in arguments if isinstance(part.plain if type(part) is Lazy else part, str))
    if any(part.strip() for part in parts if isinstance(part, str)) or any(part.stripped().truth() for part in parts if type(part) is Lazy):
        machine.said = [*machine.said[-_SAID:], (parts, machine.frame.member, machine.line, machine.path)]


def _said_before(machine: Machine) -> str:
    """What was printed right before the current place, on the same way to it."""
    texts: list[str] = []
    at = machine.line
    for parts, member, line, path in reversed(machine.said):
        if member != machine.frame.member or path != machine.path or not 0 <= at - line <= _NEAR:
            break
        texts.insert(0, " ".join(map(settled, parts)).strip())
        at = line
    return " ".join(" ".join(texts).split())[:_SHOWN]


def leave(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> NoReturn:
    """``sys.exit()``; raises Raised with what it, or what was printed right before it, says."""
    said = arguments[0] if arguments else ""
    message = said if isinstance(said, str) else f"status {said}" if isinstance(said, int) else ""
    if not isinstance(said, str) and any(_ABOUT_PYTHON.search(ast.unparse(test)) for test in machine.tests[-1:]):
        message += ", for the version of Python"
    if not (isinstance(said, str) and said) and (before := _said_before(machine)):
        message = f'{message or "early"}, having said "{before}"'
    raise Raised(("SystemExit",), f"exits: {message}"[:500] if message else "exits", machine.here)


def _split(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    words = _words(arguments[0]) if arguments and isinstance(arguments[0], str) else []
    return Items(words, machine.path) if words else Unknown("the words of a command")


def run_program(machine: Machine, arguments: list[Any], named: dict[str, Any], *, directly: bool = False) -> Unknown:
    """A program that is run: its name, and for pkg-config the packages it is asked for.

    ``directly``: a program that is not there raises FileNotFoundError where it is called, with no shell between.
    """
    command = _looked_at(arguments[0] if arguments else named.get("args", named.get("command", "")))
    named = {key: settled(named[key]) for key in _READ & named.keys()}
    options = command.options if isinstance(command, Unknown) and command.options else (command,)
    for option in options:
        if _runs_own_script(machine, option):
            continue
        words = _words(option)
        if not words:
            machine.note(
                machine.record.programs,
                "",
                certainty=weaker(machine.certainty, Certainty.DECIDED_LATER),
                detail="a program that is named at run time",
            )
            continue
        certainty = machine.certainty if len(options) == 1 else weaker(machine.certainty, Certainty.DECIDED_LATER)
        alone = isinstance(option, (list, tuple)) and named.get("shell", False) is False and not machine.caught & _MISSING_PROGRAM
        stops = "or stops" if alone and certainty is Certainty.ALWAYS and directly else ""
        machine.note(machine.record.programs, _program(words), certainty=_tried(machine, certainty), detail=stops)
        _run_by_shell(machine, option, words, certainty)
    return Unknown("what a program says")


def _looked_at(command: Any) -> Any:
    """A command that is run. Of the arguments of most programs nobody looks at what was not looked at before: their name tells it all."""
    first = command[0] if isinstance(command, (list, tuple)) and command else None
    if not isinstance(first, str) or _TELLS.fullmatch(posixpath.basename(first)) or "-c" in command:
        return settled(command)
    return ["?" if type(item) is Lazy else item for item in command]


def _run_by_shell(machine: Machine, command: Any, words: list[str], certainty: Certainty) -> None:
    """The build tools that a shell is told to run by a line of several commands, or by a script of the sdist."""
    line = words[words.index("-c") + 1] if "-c" in words[1:-1] else command if isinstance(command, str) else ""
    called = [(tool, sure, "") for tool, sure in calls_of_line(line) if tool != _program(words)]
    member = script_of(machine.contents, words)
    if member is not None and member not in machine.scripts:
        machine.scripts.add(member)
        called.extend((tool, sure, machine.contents.where(member, at)) for tool, sure, at in called_by(machine.contents.text(member) or ""))
    for tool, sure, where in called:
        how = _tried(machine, certainty if sure else weaker(certainty, Certainty.DECIDED_LATER))
        seen = Seen(tool, where or machine.here, how)
        if seen not in machine.record.programs:
            machine.record.programs.append(seen)


def _run(name: str, machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    """A program that is run. ``python -m pip`` is not in the isolated environment of a build (PEP 517), unless it is required: status 1."""
    command = _looked_at(arguments[0] if arguments else named.get("args", ""))
    if not _is_pip(command) or machine.environment.requires("pip"):
        return run_program(machine, arguments, named, directly=True)
    if name.startswith("check_") or settled(named.get("check")) is True:
        raise Raised(("CalledProcessError", "SubprocessError"), "CalledProcessError: pip is not in the build environment", machine.here)
    return 1 if name == "call" else Unknown("what a program says")


def _is_pip(command: Any) -> bool:
    """Whether a command is ``[sys.executable, "-m", "pip", ...]``."""
    if not isinstance(command, (list, tuple)) or list(command[1:3]) != ["-m", "pip"]:
        return False
    return isinstance(command[0], External) and command[0].name == "sys.executable"


def _runs_own_script(machine: Machine, command: Any) -> bool:
    """``[sys.executable, "script.py", ...]``: a script of the sdist's own is interpreted where it is run."""
    if not (
        isinstance(command, (list, tuple)) and len(command) > 1 and isinstance(command[0], External) and command[0].name == "sys.executable"
    ):
        return False
    member = machine.files.inside(command[1])
    if member is None or not member.endswith(".py") or member not in machine.contents.names or member in machine.scripts:
        return False
    machine.scripts.add(member)
    argv, machine.argv = machine.argv, [word for word in command[1:] if isinstance(word, str)]
    before, line, paths = len(machine.record.raises), machine.line, machine.environment.paths
    machine.environment.paths = [posixpath.dirname(member)]  # Python puts a script's own folder there, and no other
    machine.run(member)
    machine.argv, machine.line, machine.environment.paths = argv, line, paths
    machine.record.raises[before:] = [
        replace(seen, certainty=weaker(seen.certainty, Certainty.DECIDED_LATER)) for seen in machine.record.raises[before:]
    ]
    return True


def _tried(machine: Machine, certainty: Certainty) -> Certainty:
    """The certainty of running a program, given what is caught around the place."""
    return weaker(certainty, Certainty.OPTIONAL) if machine.caught & _MISSING_PROGRAM else certainty


def _words(command: Any) -> list[str]:
    if isinstance(command, str):
        try:
            return shlex.split(command)[:60] if len(command) < _LONGEST else []
        except ValueError:
            return command.split()[:60]
    if isinstance(command, (list, tuple)):
        first = command[0] if command else None
        if isinstance(first, str) and not isinstance(first, PathText) and len(command) == 1 and " " in first:
            return first.split()
        return [item if isinstance(item, str) else "?" for item in command[:60]] if isinstance(first, str) else []
    return []


def _program(words: list[str]) -> str:
    while len(words) > 1 and re.fullmatch(r"[A-Z_]+=.*|env|sudo", words[0]):
        words = words[1:]
    name = words[0] if words[0].startswith(("./", "/", "..")) else posixpath.basename(words[0])
    if name in {"pkg-config", "pkgconf"}:
        packages = [w for w in words[1:] if not w.startswith("-") and re.fullmatch(r"[A-Za-z][\w.+-]*", w)]
        return " ".join([name, *packages])
    return name[:200]


def _load(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    """``ctypes.CDLL``: an image has a few libraries; any other is not there before an apk brings it."""
    name = arguments[0] if arguments else named.get("name")
    if isinstance(name, str) and (library := re.match(r"lib([\w+-]+?)\.so", posixpath.basename(name))) and library[1] not in _IN_IMAGES:
        machine.note(machine.record.libraries, library[1], detail="loaded by the build")
        raise Raised(("OSError",), f"OSError: {posixpath.basename(name)} cannot be loaded", machine.here)
    names = set(name.options) if isinstance(name, Unknown) and name.options else {name}
    return External(C_LIBRARY) if names <= {None, "libc.so"} else Unknown("a library")


def _find_library(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    name = arguments[0] if arguments else None
    if name == "c":
        return Unknown("where the C library is", (None, "libc.so"))  # ``CDLL(None)`` has its names, too
    return None if isinstance(name, str) and name not in _IN_IMAGES else Unknown("where a library is")


def _find(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Unknown:
    program = arguments[0] if arguments else ""
    if isinstance(program, str) and program:
        certainty = weaker(machine.certainty, Certainty.DECIDED_LATER)
        machine.note(machine.record.programs, program[:200], certainty=certainty, detail="looked for")
    return Unknown(f"{WHERE}{program}" if isinstance(program, str) else "where a program is")


def _fetch(name: str, machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Unknown:
    address = arguments[0] if arguments else named.get("url", "")
    machine.note(machine.record.downloads, address[:500] if isinstance(address, str) else "", detail=name)
    return Unknown("a download")


def pkgconfig(machine: Machine, _last: str, arguments: list[Any], _named: dict[str, Any]) -> Unknown:
    """The package ``pkgconfig``, which runs the program."""
    package = arguments[0] if arguments else ""
    program = f"pkg-config {package}" if isinstance(package, str) else "pkg-config"
    machine.note(machine.record.programs, program, certainty=_tried(machine, machine.certainty))
    return Unknown("what pkg-config says")


PROGRAMS: dict[str, Callable[[Any, list[Any], dict[str, Any]], Any]] = {
    **dict.fromkeys(RUNNERS, run_program),
    **{f"subprocess.{name}": partial(_run, name) for name in ("run", "call", "check_call", "check_output")},
    **dict.fromkeys(_FINDERS, _find),
    **{name: partial(_fetch, name) for name in _FETCHERS},
    **dict.fromkeys(("print", "sys.stdout.write", "sys.stderr.write"), _say),
    **dict.fromkeys(("sys.exit", "exit", "quit", "os._exit"), leave),
    **dict.fromkeys(("ctypes.CDLL", "ctypes.cdll.LoadLibrary", "ctypes.PyDLL"), _load),
    "ctypes.util.find_library": _find_library,
    "shlex.split": _split,
}
"""By full name."""
