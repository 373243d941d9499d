"""The stages of a Dockerfile: instructions, arguments and variables, and which stages make the image."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests.apk import World
from muslcheck.manifests.display import quoted
from muslcheck.manifests.shell import open_names, substituted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Instruction", "Stage", "named", "pairs", "reached", "stages_of"]

_MARKED = re.compile("\0\\w+\0")
_PACKAGES = re.compile(r"site-packages|dist-packages|\bvenv\b|\benv\b|virtualenv")
"""Paths of an image that hold installed packages, whoever chose them."""
_BRINGS = re.compile(_PACKAGES.pattern + r"|/usr/local(/lib|/bin)?/?$|\.local\b|install|prefix|wheel|\.whl|\.txt$|\.lock$|\.toml$")
"""Those, and paths that may hold packages, wheels, or what lists them."""
_HEREDOC = re.compile(r"<<-?\s*[\"']?([A-Za-z_]\w*)[\"']?")


@dataclass(slots=True)
class Instruction:
    """``RUN``, its value on one line, and the lines (1-based) on which it stands."""

    name: str
    value: str
    first: int
    last: int


@dataclass(slots=True)
class Stage:
    """One FROM and what follows it. ``values`` are the arguments and variables, as they stand while it is followed."""

    base: str
    name: str
    line: int
    parent: Stage | None = None
    instructions: list[Instruction] = field(default_factory=list)
    later: list[Instruction] = field(default_factory=list)
    """What is done in an image that builds on it (ONBUILD)."""
    values: dict[str, str | None] = field(default_factory=dict)
    folder: str = "/"
    copies: list[tuple[str, str]] = field(default_factory=list)
    """What was copied from the build's context, and to where."""
    taken: dict[str, str] = field(default_factory=dict)
    """Paths of files that were copied from another stage, and where they lie on this disk."""
    written: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Paths of files that stand in the Dockerfile itself (``COPY <<EOF /path``): the line before the first, and the text."""
    apk: World = field(default_factory=World)
    places: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """What is installed where: the numbers of the commands that did it (see :mod:`~muslcheck.manifests.places`)."""
    open_names: tuple[str, ...] = ()
    """The arguments without a value in its FROM."""
    stated: str = ""
    """The image in its FROM, as it stands there."""

    @property
    def image(self) -> str:
        """The image at the bottom, without its registry's own name and without a digest."""
        base = self.base if self.parent is None else self.parent.image
        return base.partition("@")[0].removeprefix("docker.io/").removeprefix("library/")

    @property
    def is_alpine(self) -> bool:
        """Whether that image is one of Alpine, by its name."""
        return "alpine" in self.image


def _instructions(text: str) -> Iterator[Instruction]:
    from dockerfile_parse import DockerfileParser

    parser = DockerfileParser(fileobj=BytesIO(_without_heredocs(text).encode()))  # type: ignore[arg-type]  # it takes bytes
    for each in parser.structure:
        if each["instruction"] != "COMMENT":
            yield Instruction(each["instruction"], " ".join(each["value"].split()), each["startline"] + 1, each["endline"] + 1)


def _without_heredocs(text: str) -> str:
    """Here-documents of RUN as one continued line each: the library does not know them. The number of lines stays."""
    lines = _without_gaps(text.replace("\r\n", "\n").split("\n"))
    found: list[str] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        word = _HEREDOC.search(line) if re.match(r"\s*(RUN|COPY|ADD)\b", line, re.IGNORECASE) else None
        end = next((at for at in range(position + 1, len(lines)) if word and lines[at].strip() == word[1]), None)
        position += 1
        if word is None or end is None:
            found.append(line)
            continue
        runs = line.lstrip()[:3].upper() == "RUN"
        body = [each if not each.lstrip().startswith("#") else "" for each in lines[position:end]]
        found.append(f"{line[: word.start()]} \\" if runs else line)
        found += [
            f"{each.rstrip().removesuffix(chr(92))} {'' if each.rstrip().endswith(chr(92)) else ';'} \\" if runs else "#" for each in body
        ]
        found.append("true" if runs else "#")
        position = end + 1
    return "\n".join(found)


def _without_gaps(lines: list[str]) -> list[str]:
    """Empty lines inside a continued instruction, which Docker passes over, as comments, which the library passes over.

    What the file ends in the middle of counts as it stands, as it does there; the library would leave it out.
    """
    found: list[str] = []
    continued = last = 0
    for number, line in enumerate(lines):
        comment = line.lstrip().startswith("#")
        found.append("#" if continued and not line.strip() else line)
        if line.strip() and not comment:
            continued, last = line.rstrip().endswith("\\"), number
    if continued:
        found[last] = found[last].rstrip()[:-1]
        found[last + 1 :] = [""] * (len(found) - last - 1)
    return found


def stages_of(path: str, text: str, given: Mapping[str, str]) -> tuple[list[Stage], dict[str, str | None]]:
    """Every stage, and the arguments before the first, with the values that are given. Raises ManifestError where there is none."""
    known: dict[str, str | None] = {}
    stages: list[Stage] = []
    for each in _instructions(text):
        if each.name == "FROM":
            stages.append(_stage(path, each, stages, known))
        elif each.name == "ARG" and not stages:
            known.update({name: given.get(name, value) for name, value in pairs(each.value, known).items()})
        elif each.name == "ONBUILD" and stages:
            name, _, value = each.value.partition(" ")
            stages[-1].later.append(Instruction(name.upper(), value, each.first, each.last))
        elif stages:
            stages[-1].instructions.append(each)
    if not stages:
        raise ManifestError((Fault(path, None, "it has no FROM: not a Dockerfile"),))
    return stages, known


def _stage(path: str, each: Instruction, stages: list[Stage], known: dict[str, str | None]) -> Stage:
    text, unset = substituted(each.value, known)
    words = [word for word in text.split() if not word.startswith("--")]
    if (not words or words[0].upper() == "AS") and unset:
        words.insert(0, "")  # an argument without a default: whoever builds it names the image
    if not words:
        raise ManifestError((Fault(path, each.first, f"{quoted(f'FROM {each.value}')}: no image is named"),))
    name = words[2] if len(words) > 2 and words[1].upper() == "AS" else str(len(stages))  # noqa: PLR2004
    base, parent = words[0], next((stage for stage in stages if stage.name.lower() == words[0].lower()), None)
    written = next((word for word in each.value.split() if not word.startswith("--")), "")
    marked = substituted(written, known, marked=True)[0]
    if open_names(marked) and parent is None:
        base, parent = _left_open(marked, stages)
    later = list(parent.later) if parent is not None else []
    return Stage(base, name, each.first, parent, later, open_names=open_names(marked), stated=written)


def _left_open(marked: str, stages: list[Stage]) -> tuple[str, Stage | None]:
    """What a FROM with an argument of no value may mean: a stage of such a name, an image whose version is open, or nothing known."""
    alike = re.compile(".+".join(map(re.escape, _MARKED.split(marked))), re.IGNORECASE)
    parent = next((stage for stage in stages if alike.fullmatch(stage.name)), None) if _MARKED.sub("", marked) else None
    if parent is not None:
        return parent.name, parent
    name, _, tag = marked.partition(":")
    tag = re.sub(f"^{_MARKED.pattern}(-|$)|-{_MARKED.pattern}$", "", tag)
    known = name and not _MARKED.search(name + tag)
    return (f"{name}:{tag}".rstrip(":") if known else ""), None


def pairs(value: str, known: dict[str, str | None], *, spaced: bool = False) -> dict[str, str | None]:
    """``NAME=value`` once or more, ``NAME`` alone, or (ENV) ``NAME value``."""
    import shlex

    value = substituted(value, known)[0]
    try:
        words = shlex.split(value)
    except ValueError:
        words = value.split()
    if spaced and words and "=" not in words[0]:
        return {words[0]: " ".join(words[1:])}
    return {name: rest if equals else None for name, equals, rest in (word.partition("=") for word in words)}


def named(stages: list[Stage], name: str) -> Stage | None:
    """The stage of a name or number."""
    return next((stage for place, stage in enumerate(stages) if name.lower() in (stage.name.lower(), str(place))), None)


def reached(stages: list[Stage], last: Stage) -> list[Stage]:
    """One stage, and those that it builds on or copies from, in order: the others are no part of its image."""
    seen: set[int] = set()
    waiting = [last]
    while waiting:
        stage = waiting.pop()
        if id(stage) in seen:
            continue
        seen.add(id(stage))
        if stage.parent is not None:
            waiting.append(stage.parent)
        others = [(named(stages, name), paths) for each in stage.instructions for name, paths in _taken(each)]
        # Where packages as such are copied, another stage that gives something else (a setting, the project's own build) adds none.
        sure = any(other is not None and any(map(_PACKAGES.search, paths)) for other, paths in others)
        waiting += [other for other, paths in others if other is not None and (not sure or not paths or any(map(_BRINGS.search, paths)))]
    return [stage for stage in stages if id(stage) in seen]


def _taken(each: Instruction) -> Iterator[tuple[str, list[str]]]:
    """The stage that an instruction takes something from, and the paths there; no paths where it only sees them."""
    for name in re.findall(r"(?:--from=|from=)([^\s,]+)", each.value) if each.name in ("COPY", "RUN") else ():
        words = [word.strip('[]",') for word in each.value.split() if not word.startswith("--")]
        yield name, words[:-1] if each.name == "COPY" else []
