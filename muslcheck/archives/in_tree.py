"""A back end of the project's own (``backend-path``), followed like setup.py: what it requires, what it compiles, whom it hands on to."""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from muslcheck.archives.build_environment import BuildEnvironment
from muslcheck.archives.facts import Certainty
from muslcheck.archives.interpreter.builds import EXTENSION_CLASSES
from muslcheck.archives.interpreter.expressions import attribute
from muslcheck.archives.interpreter.lazy import settled
from muslcheck.archives.interpreter.machine import Machine, parse_python
from muslcheck.archives.interpreter.record import SetupCall
from muslcheck.archives.interpreter.signals import OutOfSteps, Raised
from muslcheck.archives.interpreter.values import External, Func, Items, Unknown
from muslcheck.archives.setup_py import facts_of

if TYPE_CHECKING:
    from muslcheck.archives.container import Contents
    from muslcheck.archives.facts import BuildSystem
    from muslcheck.archives.interpreter.values import Frame
    from muslcheck.archives.setup_facts import SetupFacts
    from muslcheck.words.target import Target

__all__ = ["read_in_tree"]


def read_in_tree(contents: Contents, target: Target, system: BuildSystem) -> tuple[tuple[str, ...], SetupFacts] | None:
    """What the back end adds to its requires, and what it builds itself; None where it could not be followed.

    As a front end does (PEP 517): ``get_requires_for_build_wheel`` is asked first, what it wants is installed, and then
    ``build_wheel`` is called.
    """
    member = _member(contents, system)
    if member is None:
        return None
    asked = _ask(contents, target, system, member)
    added = _wanted(asked, system.backend) if asked is not None else None
    if added:
        asked = _ask(contents, target, replace(system, requires=(*system.requires, *added)), member)
    if asked is None or added is None or not _built(asked, system.backend):
        return None
    machine = asked[0]
    made = [extension for extension in machine.record.extensions if extension.certainty is not Certainty.SWITCHED]
    machine.record.setups[:] = [SetupCall({"ext_modules": Items(made)}, Certainty.ALWAYS, 1, member)]
    return added, facts_of(machine)


def _ask(contents: Contents, target: Target, system: BuildSystem, member: str) -> tuple[Machine, Frame] | None:
    """The back end's module, imported in an environment with what is required; None where that fails or cannot be told."""
    environment = BuildEnvironment(contents, target, system.requires, folder_on_path=False)
    environment.paths = [_folder(path) for path in system.backend_path]
    machine = Machine(contents, target, environment)
    machine.main = member
    try:
        return machine, machine.run(member, system.backend.partition(":")[0])
    except (Raised, OutOfSteps, RecursionError):
        return None


def _hook(machine: Machine, frame: Frame, backend: str, name: str) -> Any:  # noqa: ANN401 -- a value of interpreted code
    """A hook of the back end: of its module, or of the object in it that ``module:object`` names."""
    path = backend.partition(":")[2]
    try:
        if path:
            owner = frame.get(path.partition(".")[0])
            for part in path.split(".")[1:]:
                owner = attribute(machine, owner, part)
            found = attribute(machine, owner, name)
        else:
            found = frame.get(name)
    except (KeyError, Raised):
        return External(f"setuptools.build_meta.{name}")  # of the module that its names were taken from
    return External(f"setuptools.build_meta.{name}") if isinstance(found, Unknown) and path else found


def _wanted(asked: tuple[Machine, Frame], backend: str) -> tuple[str, ...] | None:
    """What ``get_requires_for_build_wheel`` asks for; None where that is not known."""
    machine, frame = asked
    hook = _hook(machine, frame, backend, "get_requires_for_build_wheel")
    if not isinstance(hook, (External, Func)):
        return None
    try:
        answer = machine.iterate(settled(machine.call(hook, [{}], {})))
    except (Raised, OutOfSteps, RecursionError):
        return None
    return tuple(answer) if answer is not None and all(isinstance(text, str) for text in answer) else None


def _built(asked: tuple[Machine, Frame], backend: str) -> bool:
    """Call ``build_wheel``; whether all that it does could be followed."""
    machine, frame = asked
    try:
        machine.call(_hook(machine, frame, backend, "build_wheel"), ["dist", {}, None], {})
    except (Raised, OutOfSteps, RecursionError):
        return False
    for name, function in machine.patched:
        if name.endswith("Distribution.__init__"):  # the back end that is handed on to makes its distribution by what was put in place
            machine.follow(partial(machine.call, function, [Unknown("the distribution"), {}], {}), machine.here)
    followed = Certainty.ALWAYS in machine.record.handed_on and not (machine.record.unread or machine.record.imports)
    return followed and not _passed_over(machine)


def _passed_over(machine: Machine) -> bool:
    """Whether the back end's module holds a call that declares an extension, and the build was not seen to come past it."""
    reached = {(extension.member, extension.line) for extension in machine.record.extensions}
    tree = parse_python(machine.contents.text(machine.main) or "")
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call)) if isinstance(tree, ast.Module) else ()
    declaring = {*EXTENSION_CLASSES, "cythonize", "mypycify"}
    return any(
        (getattr(node.func, "attr", "") or getattr(node.func, "id", "")) in declaring and (machine.main, node.lineno) not in reached
        for node in calls
    )


def _member(contents: Contents, system: BuildSystem) -> str | None:
    module = system.backend.partition(":")[0].replace(".", "/")
    for path in system.backend_path:
        for ending in (".py", "/__init__.py"):
            member = f"{_folder(path)}/{module}{ending}".lstrip("/")
            if member in contents.kept:
                return member
    return None


def _folder(path: str) -> str:
    return "/".join(part for part in path.split("/") if part not in {"", "."})
