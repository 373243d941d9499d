# ruff: noqa: ANN401 -- values of interpreted code are anything
"""The build commands that a project puts in place of setuptools' own (``cmdclass``, ``distclass``), followed as the build runs them."""

from __future__ import annotations

import ast
import builtins
from functools import partial
from typing import TYPE_CHECKING, Any

from muslcheck.archives.build_system import read_pyproject
from muslcheck.archives.facts import Certainty
from muslcheck.archives.interpreter.values import Func, Instance, Items, Klass, Perhaps, Step, Unknown, weaker
from muslcheck.archives.setup_cfg import listed, read_setup_cfg
from muslcheck.archives.setup_extensions import Modules

if TYPE_CHECKING:
    from muslcheck.archives.container import Contents
    from muslcheck.archives.interpreter.machine import Machine
    from muslcheck.archives.interpreter.values import Ext

__all__ = ["configured_commands", "follow_commands", "follow_distribution", "follow_hooks", "names_of_commands"]

_COMMANDS = (
    "egg_info",
    "build",
    "build_py",
    "build_clib",
    "build_ext",
    "build_rust",
    "install",
    "install_lib",
    "install_data",
    "bdist_wheel",
    "build_scripts",
)
"""Commands that ``bdist_wheel`` comes to run, and which a project may replace."""
_STEPS = ("initialize_options", "finalize_options", "run", "build_extensions", "build_extension", "build_libraries")
_CALLED_BY_RUN = frozenset({"build_extensions", "build_extension", "build_libraries"})
_FOLLOWED = 4
"""Extensions that ``build_extension`` is followed for."""
_BUILDS = frozenset({"run", "build_extension", "build_extensions", "build_ext", "compile", "swig_sources", "run_command"})
_COMPILER_FAILS = frozenset(
    {
        "CCompilerError", "CompileError", "LinkError", "DistutilsExecError", "DistutilsPlatformError", "DistutilsError",
        "DistutilsSetupError", "BaseError", "Exception", "BaseException", "SystemExit", "OSError", "IOError", "EnvironmentError",
        "ExecError", "PlatformError", "build_errors", "ext_errors",
    }
)  # fmt: skip
"""What a missing compiler raises inside the build commands, and the customary names of tuples of these."""
_OF_OTHER_THINGS = frozenset(dir(builtins)) - _COMPILER_FAILS
"""Python's own exceptions, which a failing compiler does not raise."""


def follow_commands(machine: Machine, cmdclass: Any, modules: Modules, certainty: Certainty) -> bool:
    """Follow the project's own build commands, which may replace the modules; True where they let a failing compiler pass."""
    swallowing = False
    if not isinstance(cmdclass, dict):
        return swallowing
    before = len(machine.record.extensions)
    for name in _COMMANDS:
        given = cmdclass.get(name)
        values = [given.value] if isinstance(given, Perhaps) else list(given.options) if isinstance(given, Unknown) else [given]
        for klass in values:
            if isinstance(klass, Klass):
                swallowing |= name in {"build_ext", "build_clib", "build"} and _swallows(klass)
                modules.known = _follow_command(machine, klass, name, modules.known, certainty)
    _take_in(machine.record.extensions[before:], modules, certainty)
    return swallowing


def _take_in(made: list[Ext], modules: Modules, certainty: Certainty) -> None:
    """Extensions that a command made while it was followed: it gives them to the distribution (``self.distribution.ext_modules``)."""
    names = {extension.name for extension, _ in modules.known if isinstance(extension.name, str)}
    for extension in made:
        known = extension.name in names if isinstance(extension.name, str) else bool(names)
        if extension.certainty is not Certainty.SWITCHED and not known:
            modules.known.append((extension, weaker(certainty, extension.certainty)))


def names_of_commands(contents: Contents) -> dict[str, str]:
    """The classes of build commands that tables name, by command (``[tool.setuptools.cmdclass]``; ``cmdclass`` in setup.cfg)."""
    lines = (line.partition("=") for line in listed(read_setup_cfg(contents).get("options", {}).get("cmdclass", "")))
    names = {name.strip(): path.strip() for name, _, path in lines}
    table: Any = read_pyproject(contents) or {}
    for key in ("tool", "setuptools", "cmdclass"):
        table = table.get(key) if isinstance(table, dict) else None
    return {**names, **{name: path for name, path in (table.items() if isinstance(table, dict) else ()) if isinstance(path, str)}}


def configured_commands(machine: Machine) -> dict[str, Any]:
    """Those classes, out of the archive: setuptools looks where the packages lie (``config/expand.py``, ``cmdclass``)."""
    found: dict[str, Any] = {}
    for command, path in names_of_commands(machine.contents).items():
        module, _, name = path.rpartition(".")
        place = machine.environment.member_of(module)
        if place is not None and place[0] in machine.contents.kept:
            frame = machine.follow(partial(machine.run, place[0], module), machine.contents.where(place[0]))
            found[command] = frame.look_up(name) if frame is not None else Unknown("a command")
    return found


def follow_distribution(machine: Machine, klass: Klass, cmdclass: Any, where: str) -> Any:
    """``distclass``: a distribution of the project's own may bring its commands itself."""
    instance = Instance(klass, {"cmdclass": dict(cmdclass) if isinstance(cmdclass, dict) else {}})
    constructor = klass.find("__init__")
    if isinstance(constructor, Func):
        machine.follow(partial(machine.call, constructor.bound(instance), [Unknown("attributes")], {}), where)
    return instance.attributes["cmdclass"]


def follow_hooks(machine: Machine, options: dict[str, Any], where: str) -> None:
    """Functions that a keyword of another package hands to the build (``..._tasks=[function]``): they are followed, too."""
    for key, value in options.items():
        if key.endswith(("_tasks", "_hooks", "_builders")):
            for task in machine.iterate(value) or []:
                if isinstance(task, Func):
                    machine.follow(partial(machine.call, task, [Unknown("a build")], {}), where)


def _follow_command(
    machine: Machine, klass: Klass, name: str, extensions: list[tuple[Ext, Certainty]], certainty: Certainty
) -> list[tuple[Ext, Certainty]]:
    """Follow one command; the extensions that it leaves to be built."""
    instance = Instance(klass, {"compiler": Unknown("the compiler"), "define": None, "debug": None})
    instance.attributes |= {name: Items() for name in ("include_dirs", "library_dirs", "libraries")}
    instance.attributes["extensions"] = Items([extension for extension, _ in extensions])
    instance.attributes["ext_map"] = {extension.name: extension for extension, _ in extensions if isinstance(extension.name, str)}
    where = machine.contents.where(klass.member, klass.node.lineno)
    listing = klass.find("get_source_files")
    if isinstance(listing, Func):  # asked for the list of sources (egg_info), which no ``try`` of the build guards
        machine.follow(partial(machine.call, listing.bound(instance), [], {}), where)
    how = certainty
    if name in {"build_ext", "build_clib"}:
        if not extensions:
            return extensions
        how = _how_surely(klass, extensions, certainty)
    path = machine.path
    machine.path = (*path, Step(how)) if how is not Certainty.ALWAYS else path
    try:
        for step in _STEPS:
            method = klass.find(step)
            if isinstance(method, Func) and not (step in _CALLED_BY_RUN and _runs_alone(klass)):
                for arguments in _handed_to(step, extensions):
                    machine.follow(partial(machine.call, method.bound(instance), arguments, {}), where)
    finally:
        machine.path = path
    if name == "build_ext" and _never_builds(machine, klass):
        return [(extension, Certainty.SWITCHED) for extension, _ in extensions]
    return _left(instance, extensions, certainty, where, certain=name == "build_ext")


def _how_surely(klass: Klass, extensions: list[tuple[Ext, Certainty]], certainty: Certainty) -> Certainty:
    """How surely a command that compiles is run to its end."""
    how = certainty
    if all(sure is not Certainty.ALWAYS for _, sure in extensions):
        how = weaker(certainty, *(sure for _, sure in extensions))
    return weaker(how, Certainty.OPTIONAL) if _swallows(klass) else how


def _runs_alone(klass: Klass) -> bool:
    """Whether the command's own ``run`` does it all: it comes to no other method that builds, its base's ``run`` included."""
    run = klass.find("run")
    if not isinstance(run, Func) or not isinstance(run.node, ast.FunctionDef):
        return False
    called = {node.func.attr for node in ast.walk(run.node) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
    return not called & (_BUILDS | _CALLED_BY_RUN)


def _left(
    instance: Instance, extensions: list[tuple[Ext, Certainty]], certainty: Certainty, where: str, *, certain: bool
) -> list[tuple[Ext, Certainty]]:
    """The extensions that a command has left in its list; ``certain`` where the command is the one that builds them."""
    left = Modules()
    left.collect(instance.attributes["extensions"], Certainty.ALWAYS, where)
    before = {id(extension): sure for extension, sure in extensions}
    if any(id(extension) not in before for extension, _ in left.known):
        return [(extension, before.get(id(extension), weaker(certainty, sure))) for extension, sure in left.known]
    if certain and isinstance(instance.attributes["extensions"], Items) and left.known:
        return [(extension, weaker(before[id(extension)], sure)) for extension, sure in left.known]
    return extensions


def _handed_to(step: str, extensions: list[tuple[Ext, Certainty]]) -> list[list[Any]]:
    """What a command's method is called with, each time that it is called."""
    if step == "build_extension":
        return [[extension] for extension, _ in extensions[:_FOLLOWED]]
    return [[Unknown("libraries")]] if step == "build_libraries" else [[]]


def _never_builds(machine: Machine, klass: Klass) -> bool:
    """Whether the command's ``run`` was left each time before it came to build anything: nobody asked it to."""
    run = klass.find("run")
    if not isinstance(run, Func) or not isinstance(run.node, ast.FunctionDef):
        return False
    calls = (node for node in ast.walk(run.node) if isinstance(node, ast.Call))
    building = [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr in _BUILDS]
    left_early = any(isinstance(node, ast.Return) for node in ast.walk(run.node))
    return left_early and bool(building) and not any(machine.called.get(node) for node in building)


def _swallows(klass: Klass) -> bool:
    """Whether a command lets a failing compiler pass: a ``try`` around the building, whose handler does not raise again."""
    return any(_catches(each) for each in klass.family())


def _catches(klass: Klass) -> bool:
    for statement in klass.node.body:
        if isinstance(statement, ast.FunctionDef) and statement.name in {
            "run",
            "build_extension",
            "build_extensions",
            "_build_extension",
            "build_ext",
        }:
            for node in ast.walk(statement):
                if isinstance(node, ast.Try) and _builds(node.body) and any(_forgives(handler) for handler in node.handlers):
                    return True
                if isinstance(node, ast.With) and _builds(node.body) and any(_suppresses(item.context_expr) for item in node.items):
                    return True
    return False


def _builds(body: list[ast.stmt]) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _BUILDS and not _is_subprocess(node.func)
        for statement in body
        for node in ast.walk(statement)
    )


def _is_subprocess(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in {"subprocess", "os", "sp", "re", "asyncio"}


def _suppresses(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and _last_name(node.func) == "suppress"
        and any(_last_name(argument) in _COMPILER_FAILS for argument in node.args)
    )


def _last_name(node: ast.expr | None) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _forgives(handler: ast.ExceptHandler) -> bool:
    """Whether a handler catches what a missing compiler raises, and does not always raise again."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type is not None else []
    names = {_last_name(kind) for kind in kinds} - _OF_OTHER_THINGS
    if handler.type is not None and not any(name in _COMPILER_FAILS or name.isupper() or "error" in name.lower() for name in names):
        return False
    return not _always_leaves(handler.body)


def _unless_optional(test: ast.expr) -> bool:
    """``not ext.optional``: as setuptools itself, which forgives an extension that says so of itself."""
    return isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and _last_name(test.operand) == "optional"


def _always_leaves(body: list[ast.stmt]) -> bool:
    for statement in body:
        if isinstance(statement, ast.Raise):
            return True
        if (
            isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Call)
            and _last_name(statement.value.func) in {"exit", "_exit", "quit"}
        ):
            return True
        if isinstance(statement, ast.If) and _unless_optional(statement.test) and _always_leaves(statement.body):
            return True
        if isinstance(statement, ast.If) and statement.orelse and _always_leaves(statement.body) and _always_leaves(statement.orelse):
            return True
    return False
