"""setup.py read by its syntax tree and followed for a target: what it builds, what it runs, where it stops. It is never run."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty, Seen
from muslcheck.archives.interpreter.lazy import settled
from muslcheck.archives.interpreter.machine import Machine
from muslcheck.archives.interpreter.operations import truth
from muslcheck.archives.interpreter.record import SetupCall
from muslcheck.archives.interpreter.values import Func, Instance, Items, Klass, Perhaps, Unknown, weaker
from muslcheck.archives.interpreter.world import FOLDER
from muslcheck.archives.numpy_distutils import configured, looked_up
from muslcheck.archives.setup_arguments import refused
from muslcheck.archives.setup_cfg import listed, read_setup_cfg
from muslcheck.archives.setup_commands import configured_commands, follow_commands, follow_distribution, follow_hooks
from muslcheck.archives.setup_extensions import Modules, compiled_by_hand, describe, texts
from muslcheck.archives.setup_facts import Requires, SetupFacts

if TYPE_CHECKING:
    from muslcheck.archives.build_environment import BuildEnvironment
    from muslcheck.archives.container import Contents
    from muslcheck.words.target import Target

__all__ = ["facts_of", "read_commands", "read_script", "read_setup_py"]

_UNTOLD = frozenset(
    {
        "author", "classifiers", "command_options", "data_files", "description", "entry_points", "keywords", "license", "options",
        "package_data", "platforms", "scripts", "url", "version",
    }
)  # fmt: skip
"""Arguments of setup() that make no facts."""
_SAID = 5
"""Reasons for one doubt that are kept."""


def read_setup_py(contents: Contents, target: Target, environment: BuildEnvironment) -> SetupFacts:
    """Interpret setup.py; whatever it says, nothing is raised."""
    machine = Machine(contents, target, environment)
    asks = "argv" in (contents.text("setup.py") or "")
    if asks:
        machine.argv = ["setup.py", "egg_info"]  # as it is called to learn what it requires
    machine.run("setup.py")
    if machine.record.setups and (environment.add(_setup_requires(machine)) or asks):
        machine = Machine(contents, target, environment)
        machine.run("setup.py")
    return facts_of(machine)


def read_commands(contents: Contents, target: Target, environment: BuildEnvironment) -> SetupFacts:
    """Follow the build commands of the project's own that tables name, where there is no setup.py."""
    machine = Machine(contents, target, environment)
    machine.main = "pyproject.toml" if "pyproject.toml" in contents.names else "setup.cfg"
    machine.record.setups.append(SetupCall({}, Certainty.ALWAYS, 1, machine.main))
    return facts_of(machine)


def _setup_requires(machine: Machine) -> list[str]:
    """What setup() asks for before it begins: a front end runs setup.py once to learn it, installs it, and runs setup.py anew.

    (setuptools ``build_meta``: ``get_requires_for_build_wheel``; ``setuptools._install_setup_requires`` for setup.cfg.) What
    setup.py imports before it calls setup() has to be there the first time.
    """
    asked = list(listed(read_setup_cfg(machine.contents).get("options", {}).get("setup_requires", "")))
    for setup in machine.record.setups:
        if setup.certainty is not Certainty.SWITCHED:
            asked.extend(texts(setup.named.get("setup_requires")))
    return asked


def read_script(contents: Contents, target: Target, environment: BuildEnvironment, member: str) -> SetupFacts:
    """Interpret the build script or hook of another back end: hatchling's custom hook, poetry's and pdm's build scripts."""
    machine = Machine(contents, target, environment)
    machine.main = member
    names = machine.run(member).scopes[0]
    where = contents.where(member)
    for value in list(names.values()):
        if isinstance(value, Klass) and any("BuildHookInterface" in root for root in value.roots()):
            hook = value.find("initialize")
            if isinstance(hook, Func):
                bound = hook.bound(Instance(value, {"target_name": "wheel", "root": FOLDER}))
                machine.follow(partial(machine.call, bound, ["standard", {}], {}), where)
    context = [Unknown("the context")]
    for name, before in (("build", []), ("pdm_build_update_setup_kwargs", context), ("pdm_build_initialize", context)):
        function = names.get(name)
        if isinstance(function, Func) and not machine.record.setups:
            given: dict[str, Any] = {}
            arguments = [*before, given][: len(function.node.args.args)]
            machine.follow(partial(machine.call, function, arguments, {}), where)
            machine.record.setups.append(SetupCall(given, machine.certainty, getattr(function.node, "lineno", 1), member))
    if not machine.record.setups:
        machine.record.setups.append(_without_setup(machine, member))
    return facts_of(machine)


def _without_setup(machine: Machine, member: str) -> SetupCall:
    """What a script comes to that makes extensions and calls no setup(): it may run a build command itself."""
    record = machine.record
    if record.extensions and record.runs:
        return SetupCall({"ext_modules": Items(record.extensions)}, weaker(*record.runs), 1, member)
    named = {"ext_modules": Unknown("made outside of setup()")} if record.extensions else {}
    return SetupCall(named, machine.certainty, 1, member)


def facts_of(machine: Machine) -> SetupFacts:
    """What an interpreted script comes to, once its build commands are followed, too."""
    contents, record = machine.contents, machine.record
    facts = SetupFacts()
    requires = dict.fromkeys(_setup_requires(machine))
    again = _asked_again(machine)
    modules = Modules()
    if len(record.setups) == 1 and not machine.called_again:
        record.setups[0] = _called_once(machine, record.setups[0])
    for setup in list(record.setups):
        setup.named.update({key: settled(value) for key, value in setup.named.items() if key not in _UNTOLD})
        _follow_setup(machine, setup, again, modules, facts)
        facts.raises.extend(refused(contents, setup))
    if facts.cmake is not None and facts.cmake.certainty is Certainty.ALWAYS:
        modules.unknown.clear()  # the tree makes the modules; what setup() is told of them changes nothing
    if modules.unknown:
        some = "some extension modules are decided at run time" if modules.known else "extension modules are decided at run time"
        facts.unread.extend(Seen(some, where, how) for where, how in modules.unknown[:_SAID])
        if not modules.known:
            modules.known.extend((extension, weaker(extension.certainty, Certainty.DECIDED_LATER)) for extension in record.extensions)
    reached = {id(extension) for extension, _ in modules.known}
    switched = (e for e in record.extensions if e.certainty is Certainty.SWITCHED and id(e) not in reached)
    modules.known.extend((extension, Certainty.SWITCHED) for extension in switched)
    if not record.setups and not record.raises:
        facts.unread.append(Seen("no call of setup() was found", contents.where(machine.main), Certainty.DECIDED_LATER))
    describe(contents, modules, facts, machine.environment)
    if not modules.known and (added := configured(contents, machine.imported)):
        facts.extensions = added
        facts.libraries.extend(looked_up(contents))
    elif not modules.known:
        facts.extensions = compiled_by_hand(contents, record.programs)
    facts.setup_requires = tuple(requires)
    facts.requires = _requires(machine)
    called = [setup for setup in record.setups if setup.certainty is not Certainty.SWITCHED]
    if len(called) == 1 and called[0].certainty is Certainty.ALWAYS and not record.unread:
        facts.keywords = called[0].named
    facts.programs.extend(record.programs)
    facts.libraries.extend(record.libraries)
    facts.raises.extend(record.raises)
    facts.imports.extend(record.imports)
    facts.downloads.extend(record.downloads)
    facts.marks.extend(record.marks)
    facts.unread.extend(record.unread)
    return facts


def _called_once(machine: Machine, setup: SetupCall) -> SetupCall:
    """A failure that is caught around the only setup() helps nobody: no wheel is made (setuptools ``build_meta`` looks for it)."""
    caught_only = setup.caught and setup.certainty is Certainty.OPTIONAL and setup.alone is Certainty.ALWAYS
    return replace(setup, certainty=Certainty.ALWAYS) if caught_only and setup.member == machine.main else setup


def _follow_setup(machine: Machine, setup: SetupCall, again: set[int], modules: Modules, facts: SetupFacts) -> None:
    """What one call of setup() is given to build, and what the build commands that it is given make of that."""
    named, certainty = setup.named, setup.certainty
    where = machine.contents.where(setup.member, setup.line)
    options = {key: value.value if isinstance(value, Perhaps) else value for key, value in named.items()}
    here = Modules(unknown=modules.unknown)
    here.collect(named.get("ext_modules"), certainty, where)
    here.collect(named.get("rust_extensions"), certainty, where)
    here.collect_libraries(machine, named.get("libraries"), certainty, where)
    if certainty is Certainty.OPTIONAL:
        here.known = [(extension, Certainty.ALWAYS if id(extension) in again else how) for extension, how in here.known]
    if machine.environment.finds("cffi") is not False:  # cffi registers the keyword; without it setuptools warns and goes on
        machine.guards.append(setup.caught)
        kept = any(_same_modules(named.get("cffi_modules"), other.get("cffi_modules")) for other in machine.record.fallbacks)
        how = Certainty.ALWAYS if kept and certainty is Certainty.OPTIONAL else certainty
        here.collect_cffi(machine, named.get("cffi_modules"), how, where)
        machine.guards.pop()
    given = list(named)
    if "**" in given and "ext_modules" not in given[given.index("**") :]:  # which would have the last word
        here.unknown.append((where, Certainty.DECIDED_LATER))
    cmdclass = options.get("cmdclass")
    if commands := configured_commands(machine):
        cmdclass = {**(cmdclass if isinstance(cmdclass, dict) else {}), **commands}
    if isinstance(distclass := options.get("distclass"), Klass):
        cmdclass = follow_distribution(machine, distclass, cmdclass, where)
    follow_hooks(machine, options, where)
    swallowing = follow_commands(machine, cmdclass, here, certainty)
    modules.known.extend((extension, weaker(how, Certainty.OPTIONAL) if swallowing else how) for extension, how in here.known)
    if truth(options.get("use_2to3", False)) is not False:
        facts.marks.append(Seen("use_2to3", where, certainty))
    if any(key.startswith("cmake_") for key in named):
        facts.cmake = Seen(str(options.get("cmake_source_dir") or "."), where, certainty)


def _requires(machine: Machine) -> Requires | None:
    """What the only setup() is given to require, if all on the way to it was followed and all of it is known."""
    record = machine.record
    called = [setup for setup in record.setups if setup.certainty is not Certainty.SWITCHED]
    if len(called) != 1 or record.unread or record.raises or record.imports or not machine.path_is_known:
        return None
    named = called[0].named
    if called[0].certainty not in {Certainty.ALWAYS, Certainty.OPTIONAL} or {"**", "pbr", "distclass"} & set(named):
        return None
    always, extras = _known_texts(named.get("install_requires")), named.get("extras_require") or {}
    if always is None or not isinstance(extras, dict):
        return None
    groups = [(key, _known_texts(value)) for key, value in extras.items()]
    if not all(isinstance(key, str) and texts is not None for key, texts in groups):
        return None
    return Requires(always, tuple((key, texts or ()) for key, texts in groups), machine.contents.where(called[0].member, called[0].line))


def _known_texts(value: Any) -> tuple[str, ...] | None:  # noqa: ANN401 -- a value of interpreted code
    """Requirements as setuptools takes them (a list, or a text of lines); None where one of them is not known."""
    value = settled(value)
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(line for item in value.splitlines() if (line := item.partition(" #")[0].strip()) and not line.startswith("#"))
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return tuple(text for item in value for text in _known_texts(item) or ())
    return None


def _asked_again(machine: Machine) -> set[int]:
    """Extensions that are built even where setup() failed and is called anew with fewer: these are not optional."""
    found = Modules()
    for named in machine.record.fallbacks:
        found.collect(named.get("ext_modules"), Certainty.ALWAYS, "")
    return {id(extension) for extension, how in found.known if how is Certainty.ALWAYS}


def _same_modules(first: Any, second: Any) -> bool:  # noqa: ANN401 -- values of interpreted code
    """Whether the second call is given the cffi modules of the first."""
    return bool(set(texts(first))) and set(texts(first)) <= set(texts(second))
