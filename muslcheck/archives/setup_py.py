# ruff: noqa: ANN401, C901, PLR0912, PLR0915, PLR0917, PLR2004 -- values of interpreted code are anything; one branch for each kind of value
"""setup.py read by its syntax tree and followed for a target: what it builds, what it runs, where it stops. It is never run."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from muslcheck.archives.container import language_of
from muslcheck.archives.facts import Certainty, Extension, Seen
from muslcheck.archives.interpreter import Machine, OutOfSteps, Raised, Return
from muslcheck.archives.setup_cfg import listed, read_setup_cfg
from muslcheck.archives.values import Ext, External, Func, Instance, Items, Klass, Perhaps, Unknown, weaker
from muslcheck.archives.world import FOLDER

if TYPE_CHECKING:
    from muslcheck.archives.build_environment import BuildEnvironment
    from muslcheck.archives.container import Contents
    from muslcheck.words.target import Target

__all__ = ["Requires", "SetupFacts", "facts_of", "read_script", "read_setup_py"]

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
_BUILDS = frozenset({"run", "build_extension", "build_extensions", "build_ext", "compile", "swig_sources", "run_command"})
_COMPILER_FAILS = frozenset(
    {
        "CCompilerError", "CompileError", "LinkError", "DistutilsExecError", "DistutilsPlatformError", "DistutilsError",
        "DistutilsSetupError", "BaseError", "Exception", "BaseException", "SystemExit", "OSError", "IOError", "EnvironmentError",
        "ExecError", "PlatformError", "build_errors", "ext_errors",
    }
)  # fmt: skip
"""What a missing compiler raises inside the build commands, and the customary names of tuples of these."""
_MISSING_PROGRAM = frozenset({"OSError", "EnvironmentError", "Exception", "BaseException"})
_SETUPTOOLS = frozenset({"setuptools", "cython", "pybind11", "torch"})


@dataclass(frozen=True, slots=True)
class Requires:
    """``install_requires`` and ``extras_require`` as setup() is given them; extras by their key, ``name:marker``."""

    always: tuple[str, ...]
    extras: tuple[tuple[str, tuple[str, ...]], ...]
    seen_in: str


@dataclass(slots=True)
class SetupFacts:
    """What setup.py says, as facts."""

    extensions: tuple[Extension, ...] = ()
    c_texts: tuple[tuple[Extension, str], ...] = ()
    """C text that setup.py, or a build script of cffi, holds itself."""
    libraries: list[Seen] = field(default_factory=list)
    programs: list[Seen] = field(default_factory=list)
    imports: list[Seen] = field(default_factory=list)
    raises: list[Seen] = field(default_factory=list)
    downloads: list[Seen] = field(default_factory=list)
    marks: list[Seen] = field(default_factory=list)
    unread: list[Seen] = field(default_factory=list)
    setup_requires: tuple[str, ...] = ()
    requires: Requires | None = None
    """What the project requires to run; None where that could not be followed to the end."""
    cmake: Seen | None = None
    """Where a CMake build is asked for (scikit-build's setup(), a CMake extension)."""
    rust: tuple[tuple[str, Certainty, str], ...] = ()
    """Cargo.toml files that setuptools-rust builds."""


def read_setup_py(contents: Contents, target: Target, environment: BuildEnvironment) -> SetupFacts:
    """Interpret setup.py; whatever it says, nothing is raised."""
    machine = Machine(contents, target, environment)
    asks = "egg_info" in (contents.text("setup.py") or "")
    if asks:
        machine.argv = ["setup.py", "egg_info"]  # as it is called to learn what it requires
    machine.run("setup.py")
    if machine.record.setups and (environment.add(_setup_requires(machine)) or asks):
        machine = Machine(contents, target, environment)
        machine.run("setup.py")
    return facts_of(machine)


def _setup_requires(machine: Machine) -> list[str]:
    """What setup() asks for before it begins: a front end runs setup.py once to learn it, installs it, and runs setup.py anew.

    (setuptools ``build_meta``: ``get_requires_for_build_wheel``; ``setuptools._install_setup_requires`` for setup.cfg.) What
    setup.py imports before it calls setup() has to be there the first time.
    """
    texts = list(listed(read_setup_cfg(machine.contents).get("options", {}).get("setup_requires", "")))
    for named, certainty, *_rest in machine.record.setups:
        if certainty is not Certainty.SWITCHED:
            texts.extend(_strings(named.get("setup_requires")))
    return texts


def read_script(contents: Contents, target: Target, environment: BuildEnvironment, member: str) -> SetupFacts:
    """Interpret the build script or hook of another back end: hatchling's custom hook, poetry's and pdm's build scripts."""
    machine = Machine(contents, target, environment)
    machine.main = member
    frame = machine.run(member)
    where = contents.where(member)
    for value in list(frame.scopes[0].values()):
        if isinstance(value, Klass) and any("BuildHookInterface" in root for root in value.roots()):
            method = value.find("initialize")
            if isinstance(method, Func):
                instance = Instance(value, {"target_name": "wheel", "root": FOLDER})
                bound = Func(method.node, method.frame, method.defaults, instance, method.owner)
                _followed(machine, lambda bound=bound: machine.call_function(bound, ["standard", {}], {}), where)
    for name, before in (
        ("build", []),
        ("pdm_build_update_setup_kwargs", [Unknown("the context")]),
        ("pdm_build_initialize", [Unknown("the context")]),
    ):
        function = frame.scopes[0].get(name)
        if isinstance(function, Func) and not machine.record.setups:
            given: dict[str, Any] = {}
            wanted = len(function.node.args.args)
            _followed(machine, lambda f=function, b=before, g=given, w=wanted: machine.call_function(f, [*b, g][:w], {}), where)
            machine.record.setups.append((given, machine.certainty, function.node.lineno, member, frozenset()))
    if not machine.record.setups:
        machine.record.setups.append(({}, machine.certainty, 1, member, frozenset()))
        if machine.record.extensions and machine.record.runs:
            how = weaker(*machine.record.runs)
            machine.record.setups[0] = ({"ext_modules": Items(machine.record.extensions)}, how, 1, member, frozenset())
        elif machine.record.extensions:
            machine.record.setups[0][0]["ext_modules"] = Unknown("made outside of setup()")
    return facts_of(machine)


def facts_of(machine: Machine) -> SetupFacts:
    """What an interpreted script comes to, once its build commands are followed, too."""
    contents, environment = machine.contents, machine.environment
    facts = SetupFacts()
    record = machine.record
    found: list[tuple[Ext, Certainty]] = []
    unknown: list[tuple[str, Certainty]] = []
    requires = dict.fromkeys(_setup_requires(machine))
    again = _asked_again(machine)
    for named, certainty, line, member, caught in list(record.setups):
        where = contents.where(member, line)
        options = {key: value.value if isinstance(value, Perhaps) else value for key, value in named.items()}
        here: list[tuple[Ext, Certainty]] = []
        for key in ("ext_modules", "rust_extensions", "libraries"):
            value = named.get(key)
            if key == "libraries":
                value = _clibs(machine, value, where)
            _collect(value, certainty, here, unknown, where)
        if certainty is Certainty.OPTIONAL:
            here = [(extension, Certainty.ALWAYS if id(extension) in again else how) for extension, how in here]
        if environment.finds("cffi") is not False:  # cffi registers the keyword; without it setuptools warns and goes on
            machine.guards.append(caught)
            kept = any(_same_modules(named.get("cffi_modules"), other.get("cffi_modules")) for other in record.fallbacks)
            how = Certainty.ALWAYS if kept and certainty is Certainty.OPTIONAL else certainty
            _cffi(machine, named.get("cffi_modules"), how, here, unknown, where)
            machine.guards.pop()
        if "**" in named:
            unknown.append((where, Certainty.DECIDED_LATER))
        cmdclass = options.get("cmdclass")
        if isinstance(distclass := options.get("distclass"), Klass):
            cmdclass = _of_distribution(machine, distclass, cmdclass, where)
        _hooks(machine, options, where)
        swallowing = _commands(machine, cmdclass, here, certainty)
        found.extend((extension, weaker(how, Certainty.OPTIONAL) if swallowing else how) for extension, how in here)
        if machine.truth(options.get("use_2to3", False)) is not False:
            facts.marks.append(Seen("use_2to3", where, certainty))
        if any(key.startswith("cmake_") for key in named):
            facts.cmake = Seen(str(options.get("cmake_source_dir") or "."), where, certainty)
    if facts.cmake is not None and facts.cmake.certainty is Certainty.ALWAYS:
        unknown.clear()  # the tree makes the modules; what setup() is told of them changes nothing
    if unknown and not found:
        facts.unread.extend(Seen("extension modules are decided at run time", where, how) for where, how in unknown[:5])
        found.extend((extension, weaker(_own(extension), Certainty.DECIDED_LATER)) for extension in record.extensions)
    elif unknown:
        facts.unread.extend(Seen("some extension modules are decided at run time", where, how) for where, how in unknown[:5])
    reached = {id(extension) for extension, _ in found}
    found.extend((e, Certainty.SWITCHED) for e in record.extensions if e.certainty is Certainty.SWITCHED and id(e) not in reached)
    if not record.setups and not record.raises:
        facts.unread.append(Seen("no call of setup() was found", contents.where(machine.main), Certainty.DECIDED_LATER))
    _describe(contents, found, facts, environment)
    if not found:
        facts.extensions = _compiled_by_hand(contents, record.programs)
    facts.setup_requires = tuple(requires)
    facts.requires = _requires(machine)
    facts.programs.extend(record.programs)
    facts.libraries.extend(record.libraries)
    facts.raises.extend(record.raises)
    facts.imports.extend(record.imports)
    facts.downloads.extend(record.downloads)
    facts.marks.extend(record.marks)
    facts.unread.extend(record.unread)
    return facts


def _requires(machine: Machine) -> Requires | None:
    """What the only setup() is given to require, if all on the way to it was followed and all of it is known."""
    record = machine.record
    called = [setup for setup in record.setups if setup[1] is not Certainty.SWITCHED]
    if len(called) != 1 or record.unread or record.raises or record.imports or not machine.path_is_known:
        return None
    named, certainty, line, member, _ = called[0]
    if certainty not in {Certainty.ALWAYS, Certainty.OPTIONAL} or {"**", "pbr", "distclass"} & set(named):
        return None
    always, extras = _known_texts(named.get("install_requires")), named.get("extras_require") or {}
    if always is None or not isinstance(extras, dict):
        return None
    groups = [(key, _known_texts(value)) for key, value in extras.items()]
    if not all(isinstance(key, str) and texts is not None for key, texts in groups):
        return None
    return Requires(always, tuple((key, texts or ()) for key, texts in groups), machine.contents.where(member, line))


def _known_texts(value: Any) -> tuple[str, ...] | None:
    """Requirements as setuptools takes them (a list, or a text of lines); None where one of them is not known."""
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(line for item in value.splitlines() if (line := item.partition(" #")[0].strip()) and not line.startswith("#"))
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return tuple(text for item in value for text in _known_texts(item) or ())
    return None


_COMPILERS = {
    "gcc": "c",
    "cc": "c",
    "clang": "c",
    "tcc": "c",
    "g++": "c++",
    "c++": "c++",
    "clang++": "c++",
    "gfortran": "fortran",
    "rustc": "rust",
}


def _compiled_by_hand(contents: Contents, programs: list[Seen]) -> tuple[Extension, ...]:
    """What a project's own command makes by running a compiler itself: its sources are those near the top."""
    for seen in sorted(programs, key=lambda seen: seen.certainty is not Certainty.ALWAYS):
        language = _COMPILERS.get(seen.value.partition(" ")[0])
        if language and not seen.detail and seen.certainty is not Certainty.SWITCHED:
            near = (
                n for n in contents.kept if language_of(n) == language and (n.count("/") == 0 or n.startswith(("core/", "src/", "lib/")))
            )
            return (Extension("", (language,), seen.certainty, seen.where, tuple(sorted(near))[:200], made_by="command"),)
    return ()


def _asked_again(machine: Machine) -> set[int]:
    """Extensions that are built even where setup() failed and is called anew with fewer: these are not optional."""
    found: list[tuple[Ext, Certainty]] = []
    for named in machine.record.fallbacks:
        _collect(named.get("ext_modules"), Certainty.ALWAYS, found, [], "")
    return {id(extension) for extension, how in found if how is Certainty.ALWAYS}


def _same_modules(first: Any, second: Any) -> bool:
    """Whether the second call is given the cffi modules of the first."""
    return bool(set(_strings(first))) and set(_strings(first)) <= set(_strings(second))


def _own(extension: Ext) -> Certainty:
    return extension.certainty


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [line.strip() for line in value.splitlines() if line.strip()]
    if isinstance(value, (list, tuple)):
        return [item for item in value if isinstance(item, str)]
    return []


def _collect(
    value: Any, certainty: Certainty, into: list[tuple[Ext, Certainty]], unknown: list[tuple[str, Certainty]], where: str, depth: int = 0
) -> None:
    """The extensions that a value holds, each with how sure it is that it is built."""
    if depth > 5 or len(into) > 5_000:
        return
    if isinstance(value, Perhaps):
        _collect(value.value, weaker(certainty, value.certainty), into, unknown, where, depth + 1)
    elif isinstance(value, Ext):
        if all(extension is not value for extension, _ in into[-200:]):
            into.append((value, certainty))
    elif isinstance(value, (list, tuple)):
        for item in value:
            _collect(item, certainty, into, unknown, where, depth + 1)
    elif isinstance(value, dict):
        for item in value.values():
            _collect(item, certainty, into, unknown, where, depth + 1)
    elif isinstance(value, Unknown):
        if value.options:
            for option in value.options:
                _collect(option, weaker(certainty, Certainty.DECIDED_LATER), into, unknown, where, depth + 1)
        else:
            unknown.append((where, weaker(certainty, Certainty.DECIDED_LATER)))
    elif isinstance(value, (External, Instance)):
        unknown.append((where, weaker(certainty, Certainty.DECIDED_LATER)))


def _clibs(machine: Machine, value: Any, where: str) -> Any:
    """``libraries=[(name, {"sources": ...})]`` of setup(): C libraries that ``build_clib`` compiles."""
    made = Items()
    for pair in machine.iterate(value) or [] if value is not None else []:
        item = pair.value if isinstance(pair, Perhaps) else pair
        if isinstance(item, (tuple, list)) and len(item) == 2 and isinstance(item[1], dict):
            line = where.rpartition(":")[2]
            extension = Ext(
                "setuptools",
                item[0],
                item[1].get("sources", Items()),
                int(line) if line.isdecimal() else 0,
                "setup.py",
                {"include_dirs": item[1].get("include_dirs")},
            )
            made.append(Perhaps(extension, pair.certainty) if isinstance(pair, Perhaps) else extension)
        elif isinstance(item, Ext):
            made.append(pair)
    return made


def _cffi(
    machine: Machine, value: Any, certainty: Certainty, into: list[tuple[Ext, Certainty]], unknown: list[tuple[str, Certainty]], where: str
) -> None:
    """``cffi_modules=["path/build.py:ffi"]``: the build script is interpreted, too."""
    if isinstance(value, Unknown):
        unknown.append((where, weaker(certainty, Certainty.DECIDED_LATER)))
    for item in machine.iterate(value) or [] if value is not None else []:
        how = weaker(certainty, item.certainty) if isinstance(item, Perhaps) else certainty
        text = item.value if isinstance(item, Perhaps) else item
        if not isinstance(text, str):
            unknown.append((where, weaker(how, Certainty.DECIDED_LATER)))
            continue
        member = machine.files.inside(text.partition(":")[0]) or ""
        before, asked = len(machine.record.extensions), len(machine.record.programs)
        if member in machine.contents.names:
            _followed(machine, lambda member=member: machine.run(member, "cffi_build"), where)
        made = [extension for extension in machine.record.extensions[before:] if extension.kind == "cffi"]
        if not made:
            made = [Ext("cffi", member or text, Items(), 0, member or "setup.py")]
        caught = frozenset[str]().union(*machine.guards)
        if caught & _MISSING_PROGRAM and any(seen.certainty is Certainty.OPTIONAL for seen in machine.record.programs[asked:]):
            how = weaker(how, Certainty.OPTIONAL)  # the script fails for want of a program, and what is around setup() catches that
        into.extend((extension, how) for extension in made)


def _followed(machine: Machine, work: Any, where: str) -> Any:
    """Do a piece of interpretation; where the code stops, note it."""
    try:
        return work()
    except Raised as raised:
        machine.stop(raised, machine.certainty)
    except Return as returned:
        return returned.value
    except (OutOfSteps, RecursionError):
        machine.record.unread.append(Seen("the code goes too deep to be followed", where, Certainty.DECIDED_LATER))
    return None


def _commands(machine: Machine, cmdclass: Any, extensions: list[tuple[Ext, Certainty]], certainty: Certainty) -> bool:
    """Follow the project's own build commands; True where they let a failing compiler pass."""
    swallowing = False
    if not isinstance(cmdclass, dict):
        return swallowing
    for name in _COMMANDS:
        given = cmdclass.get(name)
        values = [given.value] if isinstance(given, Perhaps) else list(given.options) if isinstance(given, Unknown) else [given]
        for klass in values:
            if not isinstance(klass, Klass):
                continue
            if name in {"build_ext", "build_clib", "build"} and _swallows(klass, machine):
                swallowing = True
            replaced = _follow_command(machine, klass, name, extensions, certainty)
            if replaced is not None:
                extensions[:] = replaced
    return swallowing


def _of_distribution(machine: Machine, klass: Klass, cmdclass: Any, where: str) -> Any:
    """``distclass``: a distribution of the project's own may bring its commands itself."""
    instance = Instance(klass, {"cmdclass": dict(cmdclass) if isinstance(cmdclass, dict) else {}})
    constructor = klass.find("__init__")
    if isinstance(constructor, Func):
        bound = Func(constructor.node, constructor.frame, constructor.defaults, instance, constructor.owner)
        _followed(machine, lambda: machine.call_function(bound, [Unknown("attributes")], {}), where)
    return instance.attributes["cmdclass"]


def _hooks(machine: Machine, options: dict[str, Any], where: str) -> None:
    """Functions that a keyword of another package hands to the build (``..._tasks=[function]``): they are followed, too."""
    for key, value in options.items():
        if key.endswith(("_tasks", "_hooks", "_builders")):
            for task in machine.iterate(value) or []:
                if isinstance(task, Func):
                    _followed(machine, lambda task=task: machine.call_function(task, [Unknown("a build")], {}), where)


def _follow_command(
    machine: Machine, klass: Klass, name: str, extensions: list[tuple[Ext, Certainty]], certainty: Certainty
) -> list[tuple[Ext, Certainty]] | None:
    """Follow one command; the extensions where it replaced those that setup() was given."""
    instance = Instance(klass)
    listed = Items([extension for extension, _ in extensions])
    instance.attributes.update(
        {"extensions": listed, "include_dirs": Items(), "library_dirs": Items(), "libraries": Items(), "define": None, "debug": None}
    )
    instance.attributes["compiler"] = Unknown("the compiler")
    where = machine.contents.where(klass.member, klass.node.lineno)
    from muslcheck.archives.values import Step

    path = machine.path
    how = certainty
    listing = klass.find("get_source_files")
    if isinstance(listing, Func):  # asked for the list of sources (egg_info), which no ``try`` of the build guards
        asked = Func(listing.node, listing.frame, listing.defaults, instance, listing.owner)
        _followed(machine, lambda: machine.call_function(asked, [], {}), where)
    if name in {"build_ext", "build_clib"}:
        if not extensions:
            return None
        how = weaker(certainty, *(c for _, c in extensions)) if all(c is not Certainty.ALWAYS for _, c in extensions) else certainty
        if _swallows(klass, machine):
            how = weaker(how, Certainty.OPTIONAL)
    machine.path = (*path, Step(how)) if how is not Certainty.ALWAYS else path
    try:
        for step in _STEPS:
            method = klass.find(step)
            if not isinstance(method, Func):
                continue
            bound = Func(method.node, method.frame, method.defaults, instance, method.owner)
            arguments: list[Any] = []
            if step == "build_extension":
                for extension, _ in extensions[:4]:
                    _followed(machine, lambda extension=extension, bound=bound: machine.call_function(bound, [extension], {}), where)
                continue
            if step == "build_libraries":
                arguments = [Unknown("libraries")]
            _followed(machine, lambda bound=bound, arguments=arguments: machine.call_function(bound, arguments, {}), where)
    finally:
        machine.path = path
    if name == "build_ext" and _never_builds(machine, klass):
        return [(extension, Certainty.SWITCHED) for extension, _ in extensions]
    left: list[tuple[Ext, Certainty]] = []
    _collect(instance.attributes["extensions"], Certainty.ALWAYS, left, [], where)
    before = {id(extension): sure for extension, sure in extensions}
    if any(id(extension) not in before for extension, _ in left):
        return [(extension, before.get(id(extension), weaker(certainty, sure))) for extension, sure in left]
    if name == "build_ext" and isinstance(instance.attributes["extensions"], Items) and left:
        return [(extension, weaker(before[id(extension)], sure)) for extension, sure in left]
    return None


def _never_builds(machine: Machine, klass: Klass) -> bool:
    """Whether the command's ``run`` was left each time before it came to build anything: nobody asked it to."""
    run = klass.find("run")
    if not isinstance(run, Func) or not isinstance(run.node, ast.FunctionDef):
        return False
    calls = (node for node in ast.walk(run.node) if isinstance(node, ast.Call))
    building = [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr in _BUILDS]
    left_early = any(isinstance(node, ast.Return) for node in ast.walk(run.node))
    return left_early and bool(building) and not any(machine.called.get(node) for node in building)


def _swallows(klass: Klass, machine: Machine, depth: int = 0) -> bool:
    """Whether a command lets a failing compiler pass: a ``try`` around the building, whose handler does not raise again."""
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
    return depth < 5 and any(isinstance(base, Klass) and base is not klass and _swallows(base, machine, depth + 1) for base in klass.bases)


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
    if handler.type is not None and not any(
        _last_name(kind) in _COMPILER_FAILS or _last_name(kind).isupper() or "error" in _last_name(kind).lower() for kind in kinds
    ):
        return False
    return not _always_leaves(handler.body)


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
        if isinstance(statement, ast.If) and statement.orelse and _always_leaves(statement.body) and _always_leaves(statement.orelse):
            return True
    return False


# ---- extensions as facts -----------------------------------------------------------------------------------------


def _describe(contents: Contents, found: list[tuple[Ext, Certainty]], facts: SetupFacts, environment: BuildEnvironment) -> None:
    made: dict[int, tuple[Ext, Certainty]] = {}
    for extension, certainty in found:
        known = made.get(id(extension))
        if known is None or weaker(known[1], certainty) is known[1]:
            made[id(extension)] = (extension, certainty)
    extensions: list[Extension] = []
    texts: list[tuple[Extension, str]] = []
    rust: list[tuple[str, Certainty, str]] = []
    for extension, how in made.values():
        optional = extension.options.get("optional")
        certainty = weaker(how, Certainty.OPTIONAL) if optional is True else how
        where = contents.where(extension.member, extension.line or None)
        sources, unsure = _split(extension.sources)
        libraries, perhaps_libraries = _split(extension.options.get("libraries"))
        folders, _ = _split(extension.options.get("include_dirs"))
        name = extension.name if isinstance(extension.name, str) else next(iter(_options(extension.name)), "?")
        paths = tuple(dict.fromkeys(_inside(source) for source in [*sources, *unsure]))
        if extension.kind == "setuptools" and environment.finds("Cython.Distutils.build_ext") is False:
            made_as = ".cpp" if extension.options.get("language") == "c++" else ".c"
            paths = tuple(
                path[:-4] + made_as if path.endswith(".pyx") else path for path in paths
            )  # setuptools ``_convert_pyx_sources_to_lang``
        described = Extension(
            name=name,
            languages=_languages(extension, paths),
            certainty=certainty,
            seen_in=where,
            sources=paths,
            libraries=tuple(dict.fromkeys(libraries)),
            include_dirs=tuple(dict.fromkeys(_inside(folder) for folder in folders)),
            made_by=extension.kind,
        )
        extensions.append(described)
        facts.libraries.extend(Seen(library, where, certainty, name) for library in dict.fromkeys(libraries))
        facts.libraries.extend(
            Seen(library, where, weaker(certainty, Certainty.DECIDED_LATER), name) for library in dict.fromkeys(perhaps_libraries)
        )
        _flags(extension, certainty, where, facts)
        if isinstance(text := extension.options.get("c_text"), str):
            texts.append((described, text))
        if extension.kind == "setuptools-rust":
            path = extension.options.get("path", "Cargo.toml")
            rust.append((_inside(path) if isinstance(path, str) else "Cargo.toml", certainty, where))
        if extension.kind == "cmake" and facts.cmake is None:
            facts.cmake = Seen(".", where, certainty)
    facts.extensions = tuple(extensions)
    facts.c_texts = tuple(texts)
    facts.rust = tuple(rust)


def _flags(extension: Ext, certainty: Certainty, where: str, facts: SetupFacts) -> None:
    """Libraries and telling options among the flags for the compiler and the linker."""
    sure, unsure = _split(extension.options.get("extra_link_args"))
    compile_sure, compile_unsure = _split(extension.options.get("extra_compile_args"))
    for flags, how in (([*sure, *compile_sure], certainty), ([*unsure, *compile_unsure], weaker(certainty, Certainty.DECIDED_LATER))):
        for flag in flags:
            for word in flag.split():
                if word.startswith("-l") and len(word) > 2:
                    facts.libraries.append(Seen(word[2:], where, how, str(extension.name) if isinstance(extension.name, str) else ""))
                elif word in {"-fopenmp", "-openmp", "-qopenmp"}:
                    facts.marks.append(Seen("openmp", where, how))
                elif word.startswith(("-std=c++", "-std=gnu++")):
                    facts.marks.append(Seen(f"std:{word.partition('=')[2]}", where, how))


def _split(value: Any) -> tuple[list[str], list[str]]:
    """The texts of a list: those that surely are in it, and those that may be."""
    sure: list[str] = []
    unsure: list[str] = []
    if isinstance(value, str):
        return [str(value)], []
    if isinstance(value, Unknown):
        for option in value.options:
            first, second = _split(option)
            unsure.extend([*first, *second])
        return sure, unsure
    for item in value if isinstance(value, (list, tuple)) else ():
        inner = item.value if isinstance(item, Perhaps) else item
        if isinstance(inner, str):
            (unsure if isinstance(item, Perhaps) else sure).append(str(inner))
        elif isinstance(inner, Unknown):
            unsure.extend(str(option) for option in inner.options if isinstance(option, str))
    return sure, [item for item in unsure if item not in sure]


def _options(value: Any) -> list[str]:
    return [option for option in value.options if isinstance(option, str)] if isinstance(value, Unknown) else []


def _inside(path: str) -> str:
    return path.removeprefix(FOLDER + "/").removeprefix("./")


def _languages(extension: Ext, sources: tuple[str, ...]) -> tuple[str, ...]:
    """The languages that building the extension compiles."""
    if extension.kind == "setuptools-rust":
        return ("rust",)
    languages = {language for source in sources if (language := language_of(source)) is not None}
    if extension.kind == "mypyc":
        languages.add("c")
    if extension.kind == "cython" and any(source.endswith(".py") for source in sources):
        languages.add("cython")
    if extension.kind in {"pybind11", "torch"} or extension.options.get("language") == "c++":
        languages.add("c++")
    elif not languages & {"c", "c++", "fortran", "rust", "go"} and extension.kind in {*_SETUPTOOLS, "cffi"}:
        languages.add("c")
    return tuple(sorted(languages))
