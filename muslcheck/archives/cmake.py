# ruff: noqa: C901, PLR0911, PLR0912, PLR0917, PLR2004 -- one branch for each command; counts are of its arguments
"""CMake trees: what CMakeLists.txt looks for, its languages, its minimum version. Read as text, never configured."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from muslcheck.archives.facts import Certainty, Seen, Tree
from muslcheck.archives.interpreter.values import weaker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.archives.container import Contents

__all__ = ["read_cmake"]

_FILES = 200
"""CMakeLists.txt and included files read in one tree."""
_COMMAND = re.compile(r"([A-Za-z_]\w*)[ \t]*\(")
_ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s"()]+)')
_COMMENT = re.compile(r"#\[(=*)\[.*?\]\1\]|#[^\n]*", re.DOTALL)
_LANGUAGES = {
    "C": "c",
    "CXX": "c++",
    "Fortran": "fortran",
    "CUDA": "cuda",
    "OBJC": "objective-c",
    "OBJCXX": "objective-c",
    "ASM": "asm",
    "ASM_NASM": "asm",
}
_ON = frozenset({"ON", "TRUE", "1", "YES"})
_BESIDE = re.compile(
    r"(?:^|[/_-])(?:unit_?)?(?:tests?|testing|bench(?:marks?)?|examples?|samples?|demos?|docs?|fuzz(?:ing|ers?)?)/?$", re.IGNORECASE
)
"""Folders beside what is built for use."""
_DEFINED = re.compile(r"""["']-D(\w+)(?::\w+)?=(ON|OFF|TRUE|FALSE|YES|NO|[01])["']""")
"""What setup.py gives CMake to begin with."""
_TRUE = frozenset({"UNIX", "LINUX", "ON", "TRUE", "1", "YES", "CMAKE_COMPILER_IS_GNUCC", "CMAKE_COMPILER_IS_GNUCXX", "SKBUILD"})
_FALSE = frozenset(
    {
        "WIN32", "APPLE", "MSVC", "MINGW", "CYGWIN", "ANDROID", "IOS", "EMSCRIPTEN", "MSVC_IDE", "XCODE", "OFF", "FALSE", "0", "NO",
        "BORLAND", "WINRT", "QNX", "CMAKE_CROSSCOMPILING", "CMAKE_HOST_WIN32", "CMAKE_HOST_APPLE", "WASM", "BSD",
    }
)  # fmt: skip
_NOT_A_NEED = frozenset(
    {
        "Python",
        "Python3",
        "Python2",
        "PythonInterp",
        "PythonLibs",
        "PythonExtensions",
        "NumPy",
        "Cython",
        "pybind11",
        "nanobind",
        "Threads",
        "Git",
        "F2PY",
        "UseCython",
    }
)
"""What the build environment, or the image, has without any package."""


@dataclass(slots=True)
class _Reading:
    contents: Contents
    needs: list[Seen] = field(default_factory=list)
    downloads: list[Seen] = field(default_factory=list)
    declared: dict[str, int] = field(default_factory=dict)
    """Which of them a name stands for that is fetched only where it is asked for (``FetchContent_Declare``)."""
    languages: set[str] = field(default_factory=set)
    minimum: str | None = None
    policy: Seen | None = None
    options: dict[str, bool] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    """Variables that were set to one plain value."""
    files: int = _FILES
    seen: set[str] = field(default_factory=set)
    asides: set[str] = field(default_factory=set)
    """Folders of which only what something else asks for is built."""
    unnamed: bool = False
    """Whether a folder was added whose name is worked out on the way."""


def read_cmake(
    contents: Contents, folder: str, certainty: Certainty, within: Certainty = Certainty.ALWAYS
) -> tuple[Tree, tuple[Seen, ...]] | None:
    """The tree whose CMakeLists.txt is in a folder of the archive, and what it downloads; None where there is none.

    ``certainty`` is that of CMake being run at all, ``within`` that of its being this tree.
    """
    member = posixpath.normpath(posixpath.join(folder, "CMakeLists.txt"))
    if member not in contents.names:
        return None
    reading = _Reading(contents)
    reading.options.update((name, value in _ON) for name, value in _DEFINED.findall(contents.text("setup.py") or ""))
    _read(reading, member, within)
    tree = Tree(
        tool="cmake",
        seen_in=contents.where(member),
        certainty=certainty,
        languages=tuple(sorted(reading.languages or {"c", "c++"})),
        needs=tuple(dict.fromkeys(reading.needs)),
        minimum=reading.minimum,
        policy=None if _overruled(reading) else reading.policy,
        files=_sources(reading, posixpath.dirname(member)),
    )
    return tree, tuple(dict.fromkeys(reading.downloads))


def _sources(reading: _Reading, top: str) -> int:
    """How many sources may be built: those below folders that are added, or all below the top where it is not known which are."""
    added: dict[str, bool] = {}

    def is_added(folder: str) -> bool:
        if folder not in added:
            if folder in reading.asides:
                added[folder] = False
            elif (member := posixpath.join(folder, "CMakeLists.txt")) in reading.contents.names:
                added[folder] = member in reading.seen or (reading.unnamed and (not top or folder.startswith(f"{top}/")))
            else:
                added[folder] = bool(folder) and is_added(posixpath.dirname(folder))
        return added[folder]

    sources = (name for name in reading.contents.names if name.rpartition(".")[2].lower() in _SOURCE_ENDINGS)
    return sum(is_added(posixpath.dirname(name)) for name in sources)


_SOURCE_ENDINGS = frozenset({"c", "cc", "cpp", "cxx", "f", "f90", "cu", "s", "asm", "m", "mm"})


def _read(reading: _Reading, member: str, outer: Certainty) -> None:
    text = reading.contents.text(member)
    if text is None or member in reading.seen or reading.files <= 0:
        return
    reading.seen.add(member)
    reading.files -= 1
    stack: list[list[bool | None]] = []
    """Open conditions: [whether the current branch is taken, whether one was taken before]."""
    skipping = 0
    for line, command, arguments in _commands(_COMMENT.sub(lambda m: "\n" * m[0].count("\n"), text)):
        name = command.lower()
        if name in {"function", "macro"}:
            skipping += 1
        elif name in {"endfunction", "endmacro"}:
            skipping = max(0, skipping - 1)
        elif name == "if":
            truth = _truth(arguments, reading)
            stack.append([truth, truth])
        elif name == "elseif" and stack:
            truth = _truth(arguments, reading)
            stack[-1][0] = False if stack[-1][1] is True else (truth if stack[-1][1] is False else None if truth is not False else False)
            stack[-1][1] = (
                True
                if truth is True and stack[-1][1] is False
                else stack[-1][1]
                if truth is False
                else None
                if stack[-1][1] is not True
                else True
            )
        elif name == "else" and stack:
            stack[-1][0] = None if stack[-1][1] is None else not stack[-1][1]
        elif name == "endif" and stack:
            stack.pop()
        elif all(frame[0] is not False for frame in stack):
            certainty = outer if all(frame[0] for frame in stack) and not skipping else weaker(outer, Certainty.DECIDED_LATER)
            _command(reading, member, line, name, arguments, certainty)


def _commands(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """The commands of a file: line, name, arguments."""
    at = line = 0
    counted = 0
    while True:
        match = _COMMAND.search(text, at)
        if match is None:
            return
        line += text.count("\n", counted, match.start())
        counted = match.start()
        end = _closing(text, match.end())
        arguments = [a or b for a, b in _ARGUMENT.findall(text[match.end() : end])][:400]
        yield line + 1, match[1], arguments
        at = end + 1


def _closing(text: str, start: int) -> int:
    """Where the parenthesis that is open at ``start`` closes."""
    depth = 1
    quoted = False
    for at in range(start, min(len(text), start + 100_000)):
        char = text[at]
        if char == '"' and text[at - 1] != "\\":
            quoted = not quoted
        elif not quoted and char == "(":
            depth += 1
        elif not quoted and char == ")":
            depth -= 1
            if depth == 0:
                return at
    return min(len(text), start + 100_000)


def _command(reading: _Reading, member: str, line: int, name: str, arguments: list[str], certainty: Certainty) -> None:
    where = reading.contents.where(member, line)
    folder = posixpath.dirname(member)
    if not arguments:
        return
    if name == "cmake_minimum_required" and len(arguments) > 1:
        _minimum(reading, arguments[1], where, certainty)
    elif name == "project":
        _project(reading, arguments)
    elif name == "enable_language":
        reading.languages.update(_LANGUAGES[a] for a in arguments if a in _LANGUAGES)
    elif name == "option":  # what was set before stays (policy CMP0077)
        reading.options.setdefault(arguments[0], len(arguments) > 2 and arguments[-1].upper() in _ON)
    elif name == "cmake_dependent_option" and len(arguments) == 5:
        values = {arguments[2].upper() in _ON, arguments[4].upper() in _ON}
        if len(values) == 1:  # whatever it depends on
            reading.options.setdefault(arguments[0], values.pop())
    elif name == "set" and len(arguments) == 2 and arguments[1][:1].isdigit():
        reading.values[arguments[0]] = arguments[1]
    elif name == "set" and len(arguments) > 1 and arguments[1].upper() in {"ON", "OFF", "TRUE", "FALSE"}:
        reading.options[arguments[0]] = arguments[1].upper() in {"ON", "TRUE"}
    elif name == "find_package":
        if arguments[0] not in _NOT_A_NEED and "$" not in arguments[0]:
            _need(reading, arguments[0], where, certainty, required="REQUIRED" in arguments, detail="find_package")
    elif name in {"pkg_check_modules", "pkg_search_module"}:
        for package in arguments[1:]:
            if not package.isupper() and "$" not in package and re.match(r"[A-Za-z]", package):
                _need(reading, re.split(r"[<>=]", package)[0], where, certainty, required="REQUIRED" in arguments, detail="pkg-config")
    elif name == "find_library" and len(arguments) > 1:
        names = arguments[arguments.index("NAMES") + 1 :] if "NAMES" in arguments else arguments[1:]
        found = next((a for a in names if not a.isupper() and "$" not in a and "/" not in a), None)
        if found:
            _need(reading, found, where, certainty, required="REQUIRED" in arguments, detail="find_library")
    elif name == "add_subdirectory" and "$" in arguments[0]:
        reading.unnamed = True
    elif name == "add_subdirectory":
        added = posixpath.normpath(posixpath.join(folder, arguments[0]))
        if "EXCLUDE_FROM_ALL" in arguments:
            reading.asides.add(added)
        if certainty is Certainty.DECIDED_LATER and _BESIDE.search(arguments[0]):
            return  # an option builds it, and no wheel needs it
        _read(reading, posixpath.join(added, "CMakeLists.txt"), certainty)
    elif name == "include" and "$" not in arguments[0].replace("${CMAKE_CURRENT_SOURCE_DIR}", "").replace("${CMAKE_SOURCE_DIR}", ""):
        path = arguments[0].replace("${CMAKE_CURRENT_SOURCE_DIR}/", "").replace("${CMAKE_SOURCE_DIR}/", "")
        _read(reading, posixpath.normpath(posixpath.join(folder, path if path.endswith(".cmake") else f"cmake/{path}.cmake")), certainty)
    elif name in {"fetchcontent_declare", "externalproject_add", "file"}:
        _fetched(reading, name, arguments, where, certainty)
    elif name in {"fetchcontent_makeavailable", "fetchcontent_populate"}:
        for asked in map(str.lower, arguments):
            if asked in reading.declared:
                at = reading.declared[asked]
                reading.downloads[at] = replace(reading.downloads[at], certainty=certainty)


def _overruled(reading: _Reading) -> bool:
    """Whether the project tells CMake itself which behaviour will do: in its build files, or in what it is given to begin with."""
    members = {"setup.py", "pyproject.toml", *reading.seen}
    return any("CMAKE_POLICY_VERSION_MINIMUM" in (reading.contents.text(member) or "") for member in members)


def _minimum(reading: _Reading, stated: str, where: str, certainty: Certainty) -> None:
    """``VERSION 3.1...3.20``: what the tree needs is what its top asks for; what CMake is to behave like, the oldest that any file says."""
    text = reading.values.get(stated.strip("${}"), "") if stated.startswith("${") else stated
    least, _, most = text.partition("...")
    reading.minimum = reading.minimum or least or None
    policy = most or least
    if certainty is Certainty.ALWAYS and _numbers(policy) and (reading.policy is None or _numbers(policy) < _numbers(reading.policy.value)):
        reading.policy = Seen(policy, where)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())


def _project(reading: _Reading, arguments: list[str]) -> None:
    if "LANGUAGES" in arguments:
        reading.languages.update(_LANGUAGES[a] for a in arguments[arguments.index("LANGUAGES") + 1 :] if a in _LANGUAGES)
    else:
        plain = {_LANGUAGES[a] for a in arguments[1:] if a in _LANGUAGES}
        reading.languages.update(plain or {"c", "c++"})


def _need(reading: _Reading, name: str, where: str, certainty: Certainty, *, required: bool, detail: str) -> None:
    if len(reading.needs) < 400:
        reading.needs.append(Seen(name, where, certainty if required else weaker(certainty, Certainty.OPTIONAL), detail))


def _fetched(reading: _Reading, name: str, arguments: list[str], where: str, certainty: Certainty) -> None:
    if name == "file" and arguments[0] != "DOWNLOAD":
        return
    address = next((a for a in arguments if re.match(r"(https?|git|ftp)://", a)), "")
    if address and len(reading.downloads) < 100:
        how = certainty
        if name == "fetchcontent_declare":
            reading.declared[arguments[0].lower()] = len(reading.downloads)
            how = weaker(certainty, Certainty.DECIDED_LATER)
        reading.downloads.append(Seen(address[:500], where, how, "git" if "GIT_REPOSITORY" in arguments else name))


def _truth(arguments: list[str], reading: _Reading) -> bool | None:
    """The truth of a simple condition: one variable, perhaps negated, or several joined; None for all else."""
    if not arguments or len(arguments) > 12 or "(" in arguments:
        return None
    if "OR" in arguments:
        at = arguments.index("OR")
        truths = {_truth(arguments[:at], reading), _truth(arguments[at + 1 :], reading)}
        return True if True in truths else None if None in truths else False
    if "AND" in arguments:
        at = arguments.index("AND")
        truths = {_truth(arguments[:at], reading), _truth(arguments[at + 1 :], reading)}
        return False if False in truths else None if None in truths else True
    if arguments[0] == "NOT":
        truth = _truth(arguments[1:], reading)
        return None if truth is None else not truth
    if len(arguments) == 1:
        name = arguments[0]
        if name in _TRUE:
            return True
        if name in _FALSE:
            return False
        return reading.options.get(name)
    if len(arguments) == 3 and arguments[1] in {"STREQUAL", "MATCHES"}:
        return _system(arguments)
    return None


def _system(arguments: list[str]) -> bool | None:
    subject = arguments[0].strip("${}")
    if subject in {"CMAKE_SYSTEM_NAME", "CMAKE_HOST_SYSTEM_NAME"} and re.fullmatch(r"[A-Za-z|^$()]+", arguments[2]):
        return "linux" in arguments[2].lower()
    if subject in {"CMAKE_CXX_COMPILER_ID", "CMAKE_C_COMPILER_ID"} and re.fullmatch(r"[A-Za-z]+", arguments[2]):
        return arguments[2].upper() == "GNU"
    return None
