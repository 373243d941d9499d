"""Dockerfile: the stages that make the image, and what their ``RUN`` lines install, from the files that they COPY."""

from __future__ import annotations

import os
import posixpath
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests.apk import apk_names
from muslcheck.manifests.display import quoted, shown
from muslcheck.manifests.entry import read_editable, read_entry
from muslcheck.manifests.files import decode
from muslcheck.manifests.included import constraints_at, manifests_at
from muslcheck.manifests.installs import Install, install_of, pythons_of_uv, shares_environment, variables, version_of_python
from muslcheck.manifests.pep508 import InvalidEntry
from muslcheck.manifests.places import brought, environment_made, found_by, place_of
from muslcheck.manifests.requirements import read as read_lines
from muslcheck.manifests.shell import assigned, commands, exec_form, open_names, script_of, spelled, substituted
from muslcheck.manifests.stages import named, pairs, reached, stages_of
from muslcheck.words.report import Problem
from muslcheck.words.requirement import IndexOptions, Manifest, Origin, Selection, Step
from muslcheck.words.supply import AddedApk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muslcheck.manifests.asked import Asked
    from muslcheck.manifests.stages import Instruction, Stage
    from muslcheck.words.requirement import Requirement

__all__ = ["read"]

_PROJECT = re.compile(r"(\.{1,2}|\.{0,2}/[^\[\]]*|[\w.-]+/[^\[\]]*)?(?:\[([^\]]*)\])?")
_VERSIONED = re.compile(r"([A-Za-z0-9][\w.-]*(?:\[[\w.,\s-]*\])?)\s*(?:===?|~=|[<>]=?)[^\s;@]*$")
"""A name with a version that an argument gives."""
_ARCHIVES = (".whl", ".gz", ".zip")
_HIGHEST = 3
"""Folders above the Dockerfile that may be the context of the build."""


def read(path: str, data: bytes, asked: Asked) -> Manifest:
    """What one stage, and those it is made of, install: the stage asked for, else the last. Raises ManifestError with every fault."""
    text = decode(data, path)[0]
    stages, arguments = stages_of(path, text, dict(asked.build_args))
    last = named(stages, asked.stage) if asked.stage else stages[-1]
    if last is None:
        names = ", ".join(stage.name for stage in stages)
        raise ManifestError((Fault(path, None, f"it has no stage {quoted(asked.stage)}"),), f"Its stages are: {names}.")
    reading = _Reading(path, text, asked, stages, last)
    for stage in reading.reached:
        reading.stage(stage, arguments)
    return reading.manifest()


@dataclass(frozen=True, slots=True)
class _At:
    """Where a command stands: its stage, working folder and instruction, and the variables there."""

    stage: Stage
    folder: str
    each: Instruction
    values: Mapping[str, str | None]


@dataclass(slots=True)
class _Command:
    """One command that installs or removes packages: what it asks for, and those before it whose packages it finds."""

    install: Install
    after: tuple[int, ...]
    options: list[str]
    requirements: list[Requirement] = field(default_factory=list)
    parts: list[Manifest] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    """What it asks for itself, and not a project that it installs."""
    removed: set[str] = field(default_factory=set)

    @property
    def installs(self) -> bool:
        """Whether anything is known of what it installs."""
        return bool(self.requirements) or any(part.locks for part in self.parts)

    def step(self, path: str, numbers: Mapping[int, int]) -> Step:
        """The same as a word: ``numbers`` are the places of commands among the steps."""
        install = self.install
        asks = replace(_joined(path, [self]), requirements=tuple(dict.fromkeys(self.requirements)))
        names = [*install.upgraded, *(self.named if install.upgrade else ()), *([":all:"] if install.upgrade and install.eager else ())]
        return Step(
            asks=asks,
            after=tuple(numbers[number] for number in self.after if number in numbers),
            upgrades=frozenset(name if name == ":all:" else canonicalize_name(name) for name in names),
            anew=install.anew,
            removes=frozenset(self.removed),
        )


class _Reading:
    """What the stages install, gathered."""

    def __init__(self, path: str, text: str, asked: Asked, stages: list[Stage], last: Stage) -> None:
        self.path = path
        self.lines = text.split("\n")
        self.asked = asked
        self.stages = stages
        self.last = last
        self.reached = reached(stages, last)
        self.commands: list[_Command] = []
        self.environments: set[str] = set()
        """Those that were made so far."""
        self.shared = False
        """Whether Poetry has none of its own."""
        self.wheels: tuple[int, ...] = ()
        """The commands that made wheels."""
        self.problems: dict[Problem, None] = {}
        self.faults: dict[Fault, None] = {}
        self.images: dict[str, None] = {}
        self.pythons: dict[str, None] = {}
        """Those that uv brings."""
        self.apk: dict[str, None] = {}
        self.building: dict[str, Origin] = {}
        self.complete = True
        self.installs_in: Stage | None = None
        self.exported: tuple[_At, Install] | None = None
        self.read_before: set[tuple[object, ...]] = set()
        self.locked: dict[str, list[Install]] = {}
        """The folders on this disk of projects whose locks are installed, and what with."""

    def stage(self, stage: Stage, arguments: dict[str, str | None]) -> None:
        """One stage, from its first instruction to its last; what it is made of was read before."""
        if (parent := stage.parent) is not None:
            stage.folder, stage.copies, stage.taken = parent.folder, list(parent.copies), dict(parent.taken)
            stage.written = dict(parent.written)
            stage.values, stage.apk, stage.places = dict(parent.values), parent.apk.copied(), dict(parent.places)
        self.left_open(stage)
        done, given = stage.instructions, dict(self.asked.build_args)
        if stage is self.last and stage.later:
            done = [*done, *stage.later]
            if any("install" in each.value for each in stage.later):
                message = "what it installs on ONBUILD is judged as an image that builds on it gets it"
                self.problems.setdefault(Problem(f"{self.path}:{stage.later[0].first}", message))
        for each in done:
            value, _ = substituted(each.value, stage.values)
            if each.name == "ARG":
                stated = {name: arguments.get(name) if text is None else text for name, text in pairs(each.value, stage.values).items()}
                stage.values.update({name: given.get(name, value) for name, value in stated.items()})
            elif each.name == "ENV":
                stage.values.update(pairs(each.value, stage.values, spaced=True))
            elif each.name == "WORKDIR":
                stage.folder = posixpath.normpath(posixpath.join(stage.folder, value.strip("\"'")))
            elif each.name in ("COPY", "ADD"):
                self.copy(stage, value, each.first)
            elif each.name == "RUN":
                self.run(stage, each)

    def left_open(self, stage: Stage) -> None:
        """Say what a FROM is taken for, where whoever builds it has to say more."""
        if not stage.open_names:
            return
        taken = f"stage {stage.parent.name}" if stage.parent is not None else stage.image
        so = f"it is taken for {taken}" if taken else "its image is not known"
        message = f"FROM {stage.stated}: no default for the argument {', '.join(stage.open_names)}, so {so}"
        hint = f"Give it a value: --build-arg {stage.open_names[0]}=..."
        self.problems.setdefault(Problem(f"{self.path}:{stage.line}", message, hint))

    def copy(self, stage: Stage, value: str, line: int) -> None:
        """Remember where the files of the context lie in the image."""
        words = value.split()
        other = next((named(self.stages, word[7:]) for word in words if word.startswith("--from=")), stage)
        words = [word.strip('[]",') for word in words if not word.startswith("--")]
        *sources, target = words or [""]
        into = posixpath.join(stage.folder, target)
        for source in sources:
            if source.startswith("<<"):
                ends = source.lstrip("<-").strip("\"'")
                body = [each.strip() for each in self.lines[line:]]
                stage.written[posixpath.normpath(into)] = (line, "\n".join(body[: body.index(ends)] if ends in body else []))
                continue
            if other is not stage:
                self.bring(other, source, into, stage)
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

    def bring(self, other: Stage | None, source: str, target: str, stage: Stage) -> None:
        """What is installed in another stage comes along with its folders."""
        for place, numbers in (brought(other.places, source, target) if other is not None else {}).items():
            stage.places[place] = tuple(sorted({*stage.places.get(place, ()), *numbers}))
            self.environments.update({place} - {""})

    def run(self, stage: Stage, each: Instruction) -> None:
        """Every command of one RUN."""
        for option in re.findall(r"--mount=(\S+)", each.value):
            bound = dict(part.partition("=")[::2] for part in option.split(","))
            source, target = bound.get("source") or bound.get("src"), bound.get("target") or bound.get("dst") or bound.get("destination")
            if bound.get("type", "bind") == "bind" and "from" not in bound and source and target:
                stage.copies.append((source, posixpath.normpath(posixpath.join(stage.folder, target))))
        value = re.sub(r"^(\s*--(mount|network|security|device)=\S+)+", "", each.value).strip()
        values = {**stage.values, **assigned(value, stage.values)}
        words = exec_form(value)
        script = value if words is None else script_of(words)
        if script is not None:
            self.shell(_At(stage, stage.folder, each, values), substituted(script, values, marked=True)[0])
        elif words:
            self.command(_At(stage, stage.folder, each, values), words)

    def shell(self, at: _At, text: str) -> None:
        """Every command of a shell text."""
        try:
            found = commands(text)
        except ValueError:
            self.problems.setdefault(Problem(f"{self.path}:{at.each.first}", "this RUN has a quote that is not closed: not read"))
            return
        for words in found:
            if (script := script_of(words)) is not None:
                self.shell(at, script)
            elif words[0] == "cd" and len(words) > 1:
                at = replace(at, folder=posixpath.normpath(posixpath.join(at.folder, words[1])))
            elif words[0] in (".", "source") and words[-1].endswith("/bin/activate"):
                active = posixpath.normpath(posixpath.join(at.folder, words[-1])).removesuffix("/bin/activate")
                path = f"{active}/bin:{at.values.get('PATH') or ''}"
                at = replace(at, values={**at.values, "VIRTUAL_ENV": active, "PATH": path})
                self.environments.add(active)
            else:
                self.command(at, words)

    def command(self, at: _At, words: list[str]) -> None:
        """One command: apk's change what is there to build with, and what installs is read."""
        stage = at.stage
        settled = [word for word in words if not open_names(word)]
        if settled:
            self.apk.update(dict.fromkeys(apk_names(settled)))
            stage.apk.follow(settled, lambda name: self.place(at.each, name))
            if len(settled) < len(words) and apk_names([*settled, "any"]):
                stage.apk.complete = False
        self.pythons.update(dict.fromkeys(pythons_of_uv(settled)))
        self.shared = self.shared or shares_environment(settled)
        self.environments.update(filter(None, (environment_made(settled, at.folder),)))
        install = install_of([word for word in words if spelled(word, empty=True)] or ["true"])
        if install is None:
            return
        if install.removed:
            self.remove(at, install)
            return
        if image := self.image(at, by_uv=install.program == "uv"):
            self.images.setdefault(image)
        if not install.exported:
            self.complete = self.complete and stage.apk.complete
            there = stage.apk.packages
            if self.installs_in is None or (there and not self.building):
                self.installs_in = stage
            self.building = {**there, **self.building}
        self.install(at, install)

    def image(self, at: _At, *, by_uv: bool) -> str:
        """The image that a command installs on; where uv brings the Python to one that is not Python's own, the image of that Python."""
        image = at.stage.image
        stated = version_of_python(at.values.get("UV_PYTHON") or "") or next(reversed(self.pythons), "")
        if not by_uv or not stated or not image or "python" in image or at.stage.is_alpine:
            return image
        self.problems.setdefault(Problem(self.path, f"uv brings Python {stated} to {image}: judged for an image of that Python"))
        return f"python:{stated}-slim"

    def place(self, each: Instruction, text: str) -> Origin:
        """Where a word of an instruction stands."""
        lines = range(each.first, min(each.last, len(self.lines)) + 1)
        word = re.compile(rf"(?<![\w.+-]){re.escape(text)}(?![\w.+-])")
        found = (number for number in lines if word.search(self.lines[number - 1].partition(" #")[0]))
        near = (number for number in lines if text in self.lines[number - 1])
        return Origin(self.path, next(found, next(near, each.first)))

    def install(self, at: _At, install: Install) -> None:
        """One command that installs."""
        if install.exported:
            self.exported = (at, install)
            return
        stated = variables(install, at.values)
        install.no_deps = install.no_deps or stated.no_deps
        install.upgrade, install.eager = install.upgrade or stated.upgrade, install.eager or stated.eager
        install.anew = install.anew or stated.anew
        install.from_wheels = install.from_wheels or any("*" in text and "/" in text for text in install.requirements)
        command = self.begin(at, install)
        command.options += [*stated.options, *(spelled(option, empty=True) for option in install.options)]
        if install.lock:
            self.lock(at, install, self.place(at.each, install.lock))
        for names, constraint in ((install.files, False), ([*stated.constraints, *install.constraints], True)):
            for name in names:
                self.file(at, name, install, constraint=constraint)
        for text in [*install.requirements, *install.editables]:
            self.requirement(at, text, install, editable=text in install.editables)

    def begin(self, at: _At, install: Install) -> _Command:
        """Another command: where it installs, and what it finds there."""
        places, number = at.stage.places, len(self.commands)
        values = {**at.values, **({"POETRY_VIRTUALENVS_CREATE": "false"} if self.shared else {})}
        python, into = place_of(install, at.folder, values, self.environments)
        after = found_by(install, python, into, places)
        if install.from_wheels:
            after = tuple(sorted({*after, *self.wheels}))
        self.commands.append(command := _Command(install, after, []))
        if install.wheels:
            self.wheels = (*self.wheels, number)
        else:
            places[into] = (number,) if install.exact else (*places.get(into, ()), number)
            self.environments.update({into} - {""})
        return command

    def remove(self, at: _At, install: Install) -> None:
        """``pip uninstall``: of what it lists in files nothing is known."""
        names = [each.partition("=")[0] for each in install.removed if not open_names(each)]
        self.begin(at, install).removed.update(canonicalize_name(name) for name in names)

    def requirement(self, at: _At, text: str, install: Install, *, editable: bool) -> None:
        """A word on the command line: a project on disk, or a requirement."""
        written = spelled(text)
        origin = self.place(at.each, written)
        if names := open_names(text):
            bare = _VERSIONED.match(text)
            what = "its version is left open" if bare else "it is left out"
            message = f"{quoted(written)}: no default for the argument {', '.join(names)}, so {what}"
            self.problems.setdefault(Problem(str(origin), message, f"Give it a value: --build-arg {names[0]}=..."))
            if bare is None:
                return
            text = bare[1]
        project = _PROJECT.fullmatch(text)
        if "*" in text.partition(";")[0] and "/" in text:
            return  # a folder of wheels that an earlier command filled
        if project and (project[1] or "").strip():
            extras = [extra.strip() for extra in (project[2] or "").split(",") if extra.strip()]
            inside = (posixpath.join(at.folder, project[1], name) for name in ("pyproject.toml", "setup.cfg", "setup.py"))
            found = next((path for path in (self.located(at.stage, name) for name in inside) if path and os.path.isfile(path)), None)
            if found is not None and not text.endswith(_ARCHIVES):
                if not self.there(os.path.dirname(found), extras, no_deps=install.no_deps):
                    self.part(found, Install(extras=extras), itself=False)
            elif text.endswith(_ARCHIVES):
                message = f"{shown(text)}: a file that the image makes or gets itself, not judged"
                self.problems.setdefault(Problem(str(origin), message, kind="local"))
            else:
                self.missing(origin, text)
            return
        try:
            requirement = (read_editable if editable else read_entry)(text, origin, written=text)
        except InvalidEntry as error:
            self.faults.setdefault(Fault(origin.file, origin.line, str(error)))
            return
        self.take((), [requirement])

    def file(self, at: _At, name: str, install: Install, *, constraint: bool = False) -> None:
        """``-r`` and ``-c``."""
        origin, given, name = self.place(at.each, spelled(name)), not open_names(name), spelled(name)
        if given and name.startswith(("http://", "https://")):
            self.part(name, install, constraint=constraint)
            return
        path = posixpath.normpath(posixpath.join(at.folder, name))
        if path in at.stage.written:
            line, text = at.stage.written[path]
            self.take([read_lines(self.path, f"{chr(10) * line}{text}".encode(), self.asked, constraint=constraint)])
            return
        found = self.located(at.stage, path)
        if found is not None and os.path.isfile(found):
            self.part(found, install, constraint=constraint)
        elif self.exported is not None and not constraint:
            self.lock(*self.exported, origin)
        else:
            self.missing(origin, name)

    def lock(self, at: _At, install: Install, origin: Origin) -> None:
        """The lock of a tool, in its working folder."""
        for name in (install.lock, "pyproject.toml", "Pipfile"):
            found = self.located(at.stage, posixpath.join(at.folder, install.folder, name))
            if found is not None and os.path.isfile(found):
                self.part(found, install)
                self.locked.setdefault(os.path.dirname(found), []).append(install)
                return
        self.missing(origin, install.lock)

    def there(self, folder: str, extras: Sequence[str], *, no_deps: bool) -> bool:
        """Whether what a project requires is there already, from its own lock, or left to what was installed before it."""
        if no_deps and any(command.installs for command in self.commands):
            return True
        return any(before.all_extras or {*extras} <= {*before.extras} for before in self.locked.get(folder, ()))

    def part(self, path: str, install: Install, *, constraint: bool = False, itself: bool = True) -> None:
        """Another manifest that a command installs, once for each set of extras and groups; ``itself``: no project's own."""
        extras = [*install.extras, *self.asked.extras]
        groups = [*install.groups, *self.asked.groups]
        all_extras = install.all_extras or self.asked.all_extras
        key = (len(self.commands), path, constraint, *extras, "", *groups, all_extras, install.with_dev)
        if key in self.read_before:
            return
        self.read_before.add(key)
        try:
            if constraint:
                found = constraints_at(path, self.asked.known)
            else:
                found = manifests_at(path, extras, groups, self.asked.known, all_extras=all_extras, with_dev=install.with_dev)
        except ManifestError as error:
            self.faults.update(dict.fromkeys(error.faults))
            return
        self.take(found, itself=itself)

    def take(self, found: Sequence[Manifest], more: Sequence[Requirement] = (), *, itself: bool = True) -> None:
        """What another manifest says, or the command line, is what the last command installs."""
        command, requirements = self.commands[-1], [*(each for part in found for each in part.requirements), *more]
        command.parts += found
        command.requirements += requirements
        command.named.update(each.name for each in requirements if itself)

    def missing(self, origin: Origin, name: str) -> None:
        message = f"{shown(name)} is not among the files beside the Dockerfile, so what it installs is not judged"
        self.problems.setdefault(Problem(str(origin), message, "Name the file itself.", "local"))

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
        parts = [part for command in self.commands for part in command.parts]
        if wanted := tuple(dict.fromkeys(address for part in parts for address in part.wanted)):
            return Manifest(self.path, "wanted", wanted=wanted)
        installing = [command for command in self.commands if command.installs]
        requirements = [each for command in installing for each in command.requirements]
        locks = tuple(lock for part in parts for lock in part.locks)
        if not requirements and not locks and not self.faults:
            self.faults.setdefault(Fault(self.path, None, "nothing in it installs a Python package that is known here"))
            if self.problems:
                self.faults.update({Fault(each.subject, None, each.message): None for each in self.problems})
        faults = (*self.faults, *(fault for part in parts for fault in part.faults))
        self.tell_of_the_rest()
        if faults and not requirements and not locks:
            raise ManifestError(faults)
        return replace(
            _joined(self.path, installing),
            requirements=tuple(dict.fromkeys(requirements)),
            problems=(*self.problems, *dict.fromkeys(problem for part in parts for problem in part.problems)),
            faults=tuple(dict.fromkeys(faults)),
            steps=self.steps() if len(installing) > 1 else (),
            images=tuple(self.images) or tuple(image for image in [self.last.image] if image),
            apk=tuple(self.apk),
            added=self.added(),
        )

    def added(self) -> AddedApk | None:
        """What ``apk add`` brings, where there is any."""
        kept = self.last.apk
        if self.installs_in is None or not (self.building or kept.packages):
            return None
        lines = tuple((name, origin.line or 0) for name, origin in sorted(self.building.items()))
        complete = self.complete and kept.complete
        return AddedApk(self.path, self.installs_in.name, self.last.name, lines, tuple(sorted(kept.packages)), complete)

    def steps(self) -> tuple[Step, ...]:
        """The commands one after the other, as far as anything is known of what they do."""
        known = [number for number, command in enumerate(self.commands) if command.installs or command.removed]
        return tuple(self.commands[number].step(self.path, {each: place for place, each in enumerate(known)}) for number in known)

    def tell_of_the_rest(self) -> None:
        """The stages that are no part of the image, and what does not go together."""
        others = [stage for stage in self.stages if stage not in self.reached]
        aside = [stage.name for stage in others if any("install" in each.value for each in stage.instructions)]
        if aside:
            which = f"stage {self.last.name}" if self.asked.stage else "last stage"
            hint = "" if self.asked.stage else f"Name another one to have that judged: --stage {aside[-1]}."
            self.problems.setdefault(Problem(self.path, f"not a part of its {which}, so left aside: {', '.join(aside)}", hint))
        if self.installs_in is not None and self.last.is_alpine and not self.installs_in.is_alpine and self.installs_in.image:
            message = (
                f"its packages are installed on {self.installs_in.image} (stage {self.installs_in.name}) for an image on "
                f"{self.last.image}: what is made for glibc there does not load with musl"
            )
            self.problems.setdefault(Problem(self.path, message, "Install them in a stage on Alpine."))


def _joined(path: str, commands: Sequence[_Command]) -> Manifest:
    """What some commands state beside their requirements, as one manifest: options of their lines, and of pip's own variables, last."""
    parts = [part for command in commands for part in command.parts]
    index, selection = IndexOptions(), Selection()
    for part in parts:
        index, selection = index.overlaid(part.index), selection.overlaid(part.selection)
    options = dict.fromkeys(option for command in commands for option in command.options)
    own = read_lines(path, "\n".join(options).encode())
    no_deps = bool(commands) and all(command.install.no_deps for command in commands)
    return Manifest(
        path=path,
        kind="dockerfile",
        constraints=tuple(dict.fromkeys(each for part in parts for each in part.constraints)),
        index=index.overlaid(own.index),
        selection=replace(selection.overlaid(own.selection), no_deps=no_deps),
        locks=tuple(lock for part in parts for lock in part.locks),
    )
