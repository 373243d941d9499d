# ruff: noqa: PLR0917, PLR2004 -- a call and where it stands; limits beyond any real tree
"""Meson trees: dependencies, libraries and programs that meson.build looks for, its languages, its minimum version."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from muslcheck.archives.facts import Certainty, Seen, Tree
from muslcheck.archives.interpreter.values import weaker

if TYPE_CHECKING:
    from muslcheck.archives.container import Contents

__all__ = ["read_meson"]

_FILES = 200
_LANGUAGES = {
    "c": "c",
    "cpp": "c++",
    "cython": "cython",
    "fortran": "fortran",
    "rust": "rust",
    "cuda": "cuda",
    "objc": "objective-c",
    "nasm": "asm",
}
_CALL = re.compile(r"\b(project|add_languages|dependency|find_library|find_program|subdir|subproject)\s*\(")
_BLOCK = re.compile(r"^\s*(if|elif|else|endif|foreach|endforeach)\b(.*)$")
_TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'")
_FALLBACK = re.compile(r"fallback\s*:\s*\[?\s*'([^']+)'")
_LIST = re.compile(r"^\s*(\w+)\s*(\+?=)\s*\[([^\]]*)\]\s*$")
_EACH = re.compile(r"^\s*foreach\s+(\w+)\s*:\s*(\w+)\s*$")
_IN_PYTHON = frozenset(
    {"python", "python3", "pybind11", "numpy", "threads", "cython", "cython3", "pythran", "xsimd", "npymath", "scipy-openblas"}
)
"""What Python, the build requirements or the compiler bring."""
_SOURCE_ENDINGS = frozenset({"c", "cc", "cpp", "cxx", "f", "f90", "pyx", "rs", "s", "asm"})


@dataclass(slots=True)
class _Reading:
    contents: Contents
    needs: list[Seen] = field(default_factory=list)
    languages: set[str] = field(default_factory=set)
    carried: set[str] = field(default_factory=set)
    """Dependencies whose sources lie in the archive, to fall back on."""
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Texts in lists, by the name of the variable."""
    options: dict[str, bool | None] = field(default_factory=dict)
    """What options are by default: on or off; None for a feature that is taken where it is there."""
    minimum: str | None = None
    files: int = _FILES
    seen: set[str] = field(default_factory=set)


def read_meson(contents: Contents, certainty: Certainty) -> Tree | None:
    """The tree whose meson.build is in the archive's folder; None where there is none."""
    if "meson.build" not in contents.names:
        return None
    reading = _Reading(contents, options=_options(contents, ""))
    _read(reading, "meson.build", Certainty.ALWAYS)
    files = sum(1 for name in contents.names if name.rpartition(".")[2].lower() in _SOURCE_ENDINGS)
    return Tree(
        "meson",
        contents.where("meson.build"),
        certainty,
        tuple(sorted(reading.languages)),
        tuple(dict.fromkeys(_unless_carried(seen, reading) for seen in reading.needs)),
        reading.minimum,
        files,
    )


_OPTION = re.compile(r"\boption\s*\(\s*'([\w.-]+)'((?:[^()']|'[^']*'|\([^()]*\))*)\)")
_VALUE = re.compile(r"\bvalue\s*:\s*'?(\w+)")
_KIND = re.compile(r"\btype\s*:\s*'(boolean|feature)'")
_STATES = {"true": True, "enabled": True, "false": False, "disabled": False, "auto": None}


def _options(contents: Contents, folder: str) -> dict[str, bool | None]:
    """The yes-or-no options of a project or subproject with what they are where nobody sets them, and where pyproject.toml sets them."""
    found: dict[str, bool | None] = {}
    for name in ("meson.options", "meson_options.txt"):
        for option, rest in _OPTION.findall((contents.text(f"{folder}{name}") or "")[:_OPTIONS_LENGTH]):
            kind, value = _KIND.search(rest), _VALUE.search(rest)
            if kind is not None:
                default = "true" if kind[1] == "boolean" else "auto"
                found[option] = _STATES.get(value[1] if value else default)
    if found and not folder:
        for option, value in _SET.findall(contents.text("pyproject.toml") or ""):
            if option in found and value in _STATES:
                found[option] = _STATES[value]
    return found


_OPTIONS_LENGTH = 100_000
"""Characters of a file of options that are read."""
_SET = re.compile(r"-D([\w.-]+)=(\w+)")


def _unless_carried(seen: Seen, reading: _Reading) -> Seen:
    """A dependency whose sources the archive carries is needed only where a build is told to take the system's."""
    if seen.value not in reading.carried or seen.certainty is Certainty.ALWAYS:
        return seen
    return replace(seen, certainty=Certainty.SWITCHED)


def _read(reading: _Reading, member: str, outer: Certainty) -> None:
    text = reading.contents.text(member)
    if text is None or member in reading.seen or reading.files <= 0:
        return
    reading.seen.add(member)
    reading.files -= 1
    stack: list[bool | None] = []
    offset = 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        block = _BLOCK.match(line)
        if (listed := _LIST.match(line)) is not None:
            reading.lists[listed[1]] = (*(reading.lists.get(listed[1], ()) if listed[2] == "+=" else ()), *_TEXT.findall(listed[3]))
        elif (each := _EACH.match(line)) is not None:
            reading.lists[each[1]] = reading.lists.get(each[2], ())
        if block:
            _turn(stack, block[1], block[2], reading.options)
        elif not line.lstrip().startswith("#") and all(state is not False for state in stack):
            certainty = outer if all(stack) else weaker(outer, Certainty.DECIDED_LATER)
            for call in _CALL.finditer(line):
                arguments = text[offset + call.end() : _closing(text, offset + call.end())]
                _call(reading, member, number, call[1], arguments, certainty)
        offset += len(line)


def _turn(stack: list[bool | None], word: str, rest: str, options: dict[str, bool | None]) -> None:
    if word == "if":
        stack.append(_truth(rest, options))
    elif word == "foreach":
        stack.append(True)
    elif word in {"endif", "endforeach"} and stack:
        stack.pop()
    elif word in {"elif", "else"} and stack:
        stack[-1] = False if stack[-1] is True else True if stack[-1] is False and word == "else" else None


_GET_OPTION = re.compile(r"\s*(not\s+)?get_option\(\s*'([\w.-]+)'\s*\)(\.(?:enabled|disabled|allowed|auto)\(\))?\s*")
_SYSTEM = re.compile(r"\s*(not\s+)?(?:host_machine|target_machine|build_machine)\.system\(\)\s*(==|!=)\s*'(\w+)'\s*")


def _truth(text: str, options: dict[str, bool | None]) -> bool | None:
    """Conditions on the system that is built for and on options, one or several that must all hold; None for all else."""
    if " and " in text and " or " not in text:
        truths = {_truth(part, options) for part in text.split(" and ")}
        return False if False in truths else None if None in truths else True
    if (match := _GET_OPTION.fullmatch(text)) is not None:
        if match[2] not in options:
            return None
        state = options[match[2]]
        truth = {".enabled()": state is True, ".disabled()": state is False, ".auto()": state is None}.get(match[3] or "", state)
        return truth if truth is None else truth is not bool(match[1])
    match = _SYSTEM.fullmatch(text)
    if match is None:
        return None
    truth = (match[3] == "linux") is (match[2] == "==")
    return truth is not bool(match[1])


def _closing(text: str, start: int) -> int:
    depth = 1
    for at in range(start, min(len(text), start + 5_000)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
    return min(len(text), start + 5_000)


def _subproject(reading: _Reading, name: str, certainty: Certainty) -> None:
    """A project within the project: what it surely looks for is needed as well. What else it may look for is up to its own options."""
    folder = f"subprojects/{name}/"
    inner = _Reading(reading.contents, options=_options(reading.contents, folder), files=reading.files, seen=reading.seen)
    _read(inner, f"{folder}meson.build", certainty)
    reading.files = inner.files
    if certainty is Certainty.ALWAYS:
        reading.languages |= inner.languages
    reading.needs.extend(seen for seen in inner.needs if seen.certainty is certainty)


def _required(arguments: str, certainty: Certainty, options: dict[str, bool | None]) -> Certainty | None:
    """How surely something is needed, by the ``required:`` of the call; None where an option switches it off: it is not looked for."""
    found = re.search(r"required\s*:\s*([\w.('\")-]+)", arguments)
    if found is None or found[1] == "true":
        return certainty
    option = _GET_OPTION.fullmatch(found[1])
    state = options.get(option[2]) if option is not None else None
    if state is False:
        return None
    return certainty if state is True else weaker(certainty, Certainty.OPTIONAL)


def _fall_back(reading: _Reading, wanted: str, arguments: str) -> None:
    """``fallback: 'name'``: where the subproject lies in the sdist, it serves."""
    fallback = _FALLBACK.search(arguments)
    folder = f"subprojects/{fallback[1] if fallback else wanted}/"
    if any(name.startswith(folder) for name in reading.contents.names):
        reading.carried.add(wanted)


def _call(reading: _Reading, member: str, line: int, name: str, arguments: str, certainty: Certainty) -> None:
    positional = arguments.partition(":")[0] if name in {"dependency", "find_library", "find_program"} else arguments
    texts = _TEXT.findall(positional)
    if name in {"project", "add_languages"}:
        reading.languages.update(_LANGUAGES[text] for text in texts if text in _LANGUAGES)
        minimum = re.search(r"meson_version\s*:\s*'[><=\s]*([\d.]+)", arguments)
        if name == "project" and minimum and reading.minimum is None:
            reading.minimum = minimum[1]
        return
    if not texts and name == "dependency":
        texts = [" or ".join(reading.lists.get(arguments.partition(",")[0].strip(), ())[:20])]
    if not any(texts):
        return
    if name == "subdir":
        _read(reading, posixpath.normpath(posixpath.join(posixpath.dirname(member), texts[0], "meson.build")), certainty)
        return
    if name == "subproject":
        _subproject(reading, texts[0], certainty)
        return
    if texts[0].lower() in _IN_PYTHON or len(reading.needs) > 400:
        return
    how = _required(arguments, certainty, reading.options)
    if how is None:
        return
    if "fallback" in arguments:
        how = weaker(how, Certainty.OPTIONAL)
        _fall_back(reading, texts[0], arguments)
    reading.needs.append(Seen(texts[0], reading.contents.where(member, line), how, {"dependency": "pkg-config"}.get(name, name)))
