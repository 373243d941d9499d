"""Dockerfile: the stages that make the image, and what their ``RUN`` lines install, from the files that they COPY."""

from __future__ import annotations

import os
import posixpath
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests.display import quoted, shown
from muslcheck.manifests.entry import read_editable, read_entry
from muslcheck.manifests.files import decode
from muslcheck.manifests.installs import Install, apk_names, install_of
from muslcheck.manifests.pep508 import InvalidEntry
from muslcheck.manifests.shell import commands, substituted
from muslcheck.manifests.stages import named, reached, stages_of
from muslcheck.words.report import Problem
from muslcheck.words.requirement import IndexOptions, Manifest, Origin, Requirement, Selection

if TYPE_CHECKING:
    from muslcheck.manifests.asked import Asked
    from muslcheck.manifests.stages import Instruction, Stage

__all__ = ["read"]

_PROJECT = re.compile(r"(\.{1,2}|\.{0,2}/[^\[\]]*|[\w.-]+/[^\[\]]*)?(?:\[([^\]]*)\])?")
_VARIABLES = (("PIP_INDEX_URL", "--index-url"), ("PIP_EXTRA_INDEX_URL", "--extra-index-url"), ("PIP_FIND_LINKS", "--find-links"))
_ARCHIVES = (".whl", ".gz", ".zip")
_HIGHEST = 3
"""Folders above the Dockerfile that may be the context of the build."""


def read(path: str, data: bytes, asked: Asked) -> Manifest:
    """What the last stage, and those it is made of, install. Raises ManifestError with every fault."""
    text = decode(data, path)[0]
    stages = stages_of(path, text)
    reading = _Reading(path, text, asked, stages)
    for stage in reached(stages):
        reading.stage(stage)
    return reading.manifest()


class _Reading:
    """What the stages install, gathered."""

    def __init__(self, path: str, text: str, asked: Asked, stages: list[Stage]) -> None:
        self.path = path
        self.lines = text.split("\n")
        self.asked = asked
        self.stages = stages
        self.parts: list[Manifest] = []
        self.requirements: dict[Requirement, None] = {}
        self.options: list[str] = []
        self.problems: dict[Problem, None] = {}
        self.faults: dict[Fault, None] = {}
        self.images: dict[str, None] = {}
        self.apk: dict[str, None] = {}
        self.exported: tuple[Stage, str, Install] | None = None
        self.read_before: set[tuple[object, ...]] = set()

    def stage(self, stage: Stage) -> None:
        """One stage, from its first instruction to its last; what it is made of was read before."""
        if stage.parent is not None:
            stage.folder, stage.copies, stage.taken = stage.parent.folder, list(stage.parent.copies), dict(stage.parent.taken)
        for each in stage.instructions:
            value, _ = substituted(each.value, stage.values)
            if each.name == "WORKDIR":
                stage.folder = posixpath.normpath(posixpath.join(stage.folder, value.strip("\"'")))
            elif each.name in ("COPY", "ADD"):
                self.copy(stage, value)
            elif each.name == "RUN":
                self.run(stage, each)

    def copy(self, stage: Stage, value: str) -> None:
        """Remember where the files of the context lie in the image."""
        words = value.split()
        other = next((named(self.stages, word[7:]) for word in words if word.startswith("--from=")), stage)
        words = [word.strip('[]",') for word in words if not word.startswith("--")]
        *sources, target = words or [""]
        into = posixpath.join(stage.folder, target)
        for source in sources:
            if other is not stage:
                found = self.located(other, posixpath.join(other.folder, source)) if other is not None else None
                if found is not None and os.path.isfile(found):
                    name = posixpath.basename(source)
                    stage.taken[posixpath.normpath(posixpath.join(into, name) if target.endswith(("/", ".")) else into)] = found
                continue
            # Of a folder the contents are copied; a file goes into a folder, or under the name that stands there.
            folder = self.inside(source) is not None and os.path.isdir(self.inside(source) or "")
            name = posixpath.basename(source.rstrip("/"))
            many = target.endswith("/") or len(sources) > 1 or target in (".", "..", "./") or not posixpath.splitext(target)[1]
            stage.copies.append((source, posixpath.normpath(into if folder or not many else posixpath.join(into, name))))

    def run(self, stage: Stage, each: Instruction) -> None:
        """Every command of one RUN."""
        for option in re.findall(r"--mount=(\S+)", each.value):
            bound = dict(part.partition("=")[::2] for part in option.split(","))
            source, target = bound.get("source") or bound.get("src"), bound.get("target") or bound.get("dst") or bound.get("destination")
            if bound.get("type", "bind") == "bind" and "from" not in bound and source and target:
                stage.copies.append((source, posixpath.normpath(posixpath.join(stage.folder, target))))
        value = re.sub(r"^(\s*--(mount|network|security)=\S+)+", "", each.value)
        if value.lstrip().startswith("["):
            value = " ".join(re.findall(r'"((?:[^"\\]|\\.)*)"', value))
        text, unset = substituted(value, stage.values)
        try:
            found = commands(text)
        except ValueError:
            self.problems.setdefault(Problem(f"{self.path}:{each.first}", "this RUN has a quote that is not closed: not read"))
            return
        folder = stage.folder
        for words in found:
            if words[0] == "cd" and len(words) > 1:
                folder = posixpath.normpath(posixpath.join(folder, words[1]))
            self.apk.update(dict.fromkeys(apk_names(words)))
            install = install_of(words)
            if install is not None:
                self.images.setdefault(_image(stage.image))
                self.install(stage, folder, install, each, unset)

    def place(self, each: Instruction, text: str) -> Origin:
        """Where a word of an instruction stands."""
        lines = range(each.first, min(each.last, len(self.lines)) + 1)
        return Origin(self.path, next((number for number in lines if text in self.lines[number - 1]), each.first))

    def install(self, stage: Stage, folder: str, install: Install, each: Instruction, unset: tuple[str, ...]) -> None:
        """One command."""
        if install.exported:
            self.exported = (stage, folder, install)
            return
        self.options += [f"{option} {value}" for name, option in _VARIABLES for value in (stage.values.get(name) or "").split()]
        self.options += install.options
        if install.lock:
            self.lock(stage, folder, install, self.place(each, install.lock))
        for names, constraint in ((install.files, False), (install.constraints, True)):
            for name in names:
                self.file(stage, folder, name, install, self.place(each, name), constraint=constraint)
        for text in [*install.requirements, *install.editables]:
            self.requirement(stage, folder, text, self.place(each, text), unset, editable=text in install.editables)

    def requirement(self, stage: Stage, folder: str, text: str, origin: Origin, unset: tuple[str, ...], *, editable: bool) -> None:
        """A word on the command line: a project on disk, or a requirement."""
        project = _PROJECT.fullmatch(text)
        if "*" in text.partition(";")[0] and "/" in text:
            return  # a folder of wheels that an earlier command filled
        if project and (project[1] or "").strip():
            extras = [extra.strip() for extra in (project[2] or "").split(",") if extra.strip()]
            inside = (posixpath.join(folder, project[1], name) for name in ("pyproject.toml", "setup.cfg", "setup.py"))
            found = next((path for path in (self.located(stage, name) for name in inside) if path and os.path.isfile(path)), None)
            if found is not None and not text.endswith(_ARCHIVES):
                self.part(found, Install(extras=extras))
            elif text.endswith(_ARCHIVES):
                self.problems.setdefault(Problem(str(origin), f"{shown(text)}: a file that the image makes or gets itself, not judged"))
            else:
                self.missing(origin, text)
            return
        try:
            requirement = (read_editable if editable else read_entry)(text, origin, written=text)
        except InvalidEntry as error:
            if unset:
                names = ", ".join(unset)
                message = f"{quoted(text)}: no default for the argument {names}, so it is left out"
                self.problems.setdefault(Problem(str(origin), message, "Give the ARG a default."))
            else:
                self.faults.setdefault(Fault(origin.file, origin.line, str(error)))
            return
        self.requirements.setdefault(requirement)

    def file(self, stage: Stage, folder: str, name: str, install: Install, origin: Origin, *, constraint: bool = False) -> None:
        """``-r`` and ``-c``."""
        found = self.located(stage, posixpath.join(folder, name))
        if found is not None and os.path.isfile(found):
            self.part(found, install, constraint=constraint)
        elif self.exported is not None and not constraint:
            self.lock(*self.exported, origin)
        else:
            self.missing(origin, name)

    def lock(self, stage: Stage, folder: str, install: Install, origin: Origin) -> None:
        """The lock of a tool, in its working folder."""
        for name in (install.lock, "pyproject.toml", "Pipfile"):
            found = self.located(stage, posixpath.join(folder, name))
            if found is not None and os.path.isfile(found):
                self.part(found, install)
                return
        self.missing(origin, install.lock)

    def part(self, path: str, install: Install, *, constraint: bool = False) -> None:
        """Another manifest that the image installs, once for each set of extras and groups."""
        from muslcheck.manifests import read as read_all

        extras = [*install.extras, *self.asked.extras]
        groups = [*install.groups, *self.asked.groups]
        all_extras = install.all_extras or self.asked.all_extras
        key = (path, constraint, *extras, "", *groups, all_extras, install.with_dev)
        if key in self.read_before:
            return
        self.read_before.add(key)
        try:
            if constraint:
                self.parts += read_all((), constraints=(path,))
            elif path.endswith((".toml", ".lock", ".cfg", ".py", "Pipfile")):
                if install.with_dev and "dev" not in groups:
                    with suppress(ManifestError):  # it has no such group, or another fault, which is told below
                        self.parts += read_all((path,), extras=extras, groups=[*groups, "dev"], all_extras=all_extras)
                        return
                self.parts += read_all((path,), extras=extras, groups=groups, all_extras=all_extras)
            else:
                self.parts += read_all((path,))
        except ManifestError as error:
            self.faults.update(dict.fromkeys(error.faults))

    def missing(self, origin: Origin, name: str) -> None:
        message = f"{shown(name)} is not among the files beside the Dockerfile, so what it installs is not judged"
        self.problems.setdefault(Problem(str(origin), message, "Name the file itself."))

    def located(self, stage: Stage, path: str) -> str | None:
        """The file on this disk that a path in the image was copied from."""
        path = posixpath.normpath(path)
        if path in stage.taken:
            return stage.taken[path]
        for source, target in reversed(stage.copies):
            if path == target:
                found = self.inside(source)
            elif path.startswith(target.rstrip("/") + "/"):
                found = self.inside(posixpath.join(source, path[len(target.rstrip("/")) + 1 :]))
            else:
                continue
            if found is not None:
                return found
        # From another stage, or by a tool: then a file of that name beside the Dockerfile is the best guess.
        return self.inside(posixpath.basename(path)) if path != "/" and self.exported is None else None

    def inside(self, name: str) -> str | None:
        """A path of the build's context: the Dockerfile's own folder, else one above it."""
        if "\0" in name or "*" in name:
            return None
        folder = os.path.dirname(self.path) or "."
        for _ in range(_HIGHEST):
            found = os.path.normpath(os.path.join(folder, name.lstrip("/")))
            if os.path.exists(found):
                return found
            folder = os.path.join(folder, "..")
        return None

    def manifest(self) -> Manifest:
        """All of it as one manifest. Raises ManifestError where nothing of it could be read."""
        index, selection = IndexOptions(), Selection()
        for part in self.parts:
            index, selection = index.overlaid(part.index), selection.overlaid(part.selection)
        own = self.from_options()
        requirements = (*self.requirements, *(each for part in self.parts for each in part.requirements))
        locks = tuple(lock for part in self.parts for lock in part.locks)
        if not requirements and not locks and not self.faults:
            self.faults.setdefault(Fault(self.path, None, "nothing in it installs a Python package that is known here"))
            if self.problems:
                self.faults.update({Fault(each.subject, None, each.message): None for each in self.problems})
        faults = (*self.faults, *(fault for part in self.parts for fault in part.faults))
        aside = [
            stage.name
            for stage in self.stages
            if stage not in reached(self.stages) and any("install" in each.value for each in stage.instructions)
        ]
        if aside:
            message = f"not a part of its last stage, so left aside: {', '.join(aside)}"
            self.problems.setdefault(Problem(self.path, message))
        if faults and not requirements and not locks:
            raise ManifestError(faults)
        return Manifest(
            path=self.path,
            kind="dockerfile",
            requirements=tuple(dict.fromkeys(requirements)),
            constraints=tuple(dict.fromkeys(each for part in self.parts for each in part.constraints)),
            index=index.overlaid(own.index),
            selection=selection.overlaid(own.selection),
            problems=(*self.problems, *(problem for part in self.parts for problem in part.problems)),
            faults=faults,
            locks=locks,
            images=tuple(self.images) or (_image(reached(self.stages)[-1].image),),
            apk=tuple(self.apk),
        )

    def from_options(self) -> Manifest:
        """Options of the command lines, and pip's own from variables, as a requirements file has them."""
        from muslcheck.manifests import requirements

        return requirements.read(self.path, "\n".join(dict.fromkeys(self.options)).encode())


def _image(name: str) -> str:
    """An image without its registry's own name and without a digest."""
    return name.partition("@")[0].removeprefix("docker.io/").removeprefix("library/")
