# ruff: noqa: ANN401 -- values of interpreted code are anything
"""Calls: functions, classes and methods of the interpreted code are followed; all others are looked up among those that are known."""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty
from muslcheck.archives.interpreter.builds import extension_kind, own_extension
from muslcheck.archives.interpreter.expressions import attribute, elements
from muslcheck.archives.interpreter.external import external, inherited
from muslcheck.archives.interpreter.imports import on_path
from muslcheck.archives.interpreter.lazy import Lazy, holds_lazy
from muslcheck.archives.interpreter.lifting import method_of
from muslcheck.archives.interpreter.lists import append, extend
from muslcheck.archives.interpreter.methods import method
from muslcheck.archives.interpreter.signals import Raised, Return
from muslcheck.archives.interpreter.values import (
    SOME_KEY,
    Bound,
    Ext,
    External,
    Frame,
    Func,
    Instance,
    Items,
    Klass,
    Namespace,
    Step,
    Unknown,
    merge,
    weaker,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.archives.interpreter.machine import Machine

__all__ = ["CALLS", "call", "make_function"]

_DEPTH = 40
"""Calls within calls."""
_YIELDING = 5_000
"""Steps of one generator: some never end."""
_UNSURE = 2
"""Calls of one function within each other, where the deeper ones hang on what is not known."""
_BUILD_FAILS = frozenset({"Exception", "BaseException", "CompileError", "CCompilerError", "DistutilsError"})
"""What a build command raises that fails, where no setup() turns it into SystemExit."""
_COMPILES = frozenset({"compile", "link", "link_executable", "link_shared_object", "link_shared_lib"})
"""Methods of a compiler: where a failure of theirs is caught, what follows is done only if there is a compiler."""


def _call(machine: Machine, node: ast.Call) -> Any:
    line = node.lineno
    if isinstance(node.func, ast.Attribute):
        owner = machine.value(node.func.value, look=False)
        if node.func.attr == "run" and not node.args and isinstance(owner, (Unknown, External)):
            _runs_command(machine, owner)
        machine.called[node] = machine.called.get(node, False) or machine.certainty is not Certainty.SWITCHED
        arguments, named = _arguments(machine, node)
        machine.line = line
        return _call_method(machine, owner, node.func.attr, arguments, named)
    function = machine.value(node.func)
    arguments, named = _arguments(machine, node)
    machine.line = line
    return call(machine, function, arguments, named)


def _runs_command(machine: Machine, command: Any) -> None:
    """``cmd.run()`` of a build command that the script made itself: where its failure is caught, it is tried and no more."""
    if isinstance(command, Unknown) or command.name.endswith("build_ext()"):
        caught = machine.caught & _BUILD_FAILS
        machine.record.runs.append(weaker(machine.certainty, Certainty.OPTIONAL) if caught else machine.certainty)


def _arguments(machine: Machine, node: ast.Call) -> tuple[list[Any], dict[str, Any]]:
    arguments = list(elements(machine, node.args))
    named: dict[str, Any] = {}
    for keyword in node.keywords:
        value = machine.value(keyword.value, look=False)
        if keyword.arg is not None:
            named[keyword.arg] = value
        elif isinstance(value, dict):
            for key, item in value.items():
                if isinstance(key, str) or key is SOME_KEY:
                    named[key if isinstance(key, str) else "**"] = item
        else:
            named["**"] = Unknown("keyword arguments")
    return arguments, named


def _call_method(machine: Machine, owner: Any, name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    if name in _COMPILES and isinstance(owner, (External, Unknown)) and _is_compiler(owner) and machine.caught & _BUILD_FAILS:
        machine.trials.append(Step(Certainty.OPTIONAL))
        machine.path = (*machine.path, machine.trials[-1])
    given = owner.options.get(name) if isinstance(owner, Ext) else None  # by its constructor
    if isinstance(owner, (External, Namespace, Instance, Klass)) or isinstance(given, (Bound, Func)):
        if isinstance(owner, External) and owner.name == "sys.path" and name in {"insert", "append", "extend"}:
            on_path(machine, arguments[-1] if arguments else None)
            return None
        if isinstance(owner, External) and owner.name == "super()":
            return _super(machine, name, arguments, named)
        function = attribute(machine, owner, name)
        if isinstance(function, (Unknown, External)) and isinstance(owner, (Instance, Klass)):
            roots = (owner.klass if isinstance(owner, Instance) else owner).roots()
            return inherited(machine, roots, name, arguments, named)
        return call(machine, function, arguments, named)
    unseen = machine.lazy and (type(owner) is Lazy or (isinstance(owner, (str, dict)) and holds_lazy([arguments, named])))
    return (method_of if unseen else method)(machine, owner, name, arguments, named)


def _is_compiler(owner: External | Unknown) -> bool:
    """Whether a value is what ``new_compiler()`` made, as well as its name tells."""
    return "compiler" in (owner.name if isinstance(owner, External) else owner.why)


def _super(machine: Machine, name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
    owner, instance = machine.frame.owner, machine.frame.instance
    if owner is None:
        return Unknown("super()")
    for base in owner.bases:
        if isinstance(base, Klass) and isinstance(found := base.find(name), Func):
            return call(machine, found.bound(instance), arguments, named)
    return inherited(machine, owner.roots(), name, arguments, named)


def call(machine: Machine, function: Any, arguments: list[Any], named: dict[str, Any]) -> Any:
    """Call a value."""
    while isinstance(function, Bound):
        function, arguments, named = function.function, [*function.arguments, *arguments], function.named | named
    if isinstance(function, External):
        return external(machine, function.name, arguments, named)
    if isinstance(function, Func):
        return _call_function(machine, function, arguments, named)
    if isinstance(function, Klass):
        return _make(machine, function, arguments, named)
    if isinstance(function, Instance) and isinstance(called := attribute(machine, function, "__call__"), Func):
        return _call_function(machine, called, arguments, named)
    if isinstance(function, Unknown) and function.options:
        made = [call(machine, option, arguments, named) for option in function.options[:3] if isinstance(option, (External, Func, Klass))]
        if made:
            return merge(made, Certainty.DECIDED_LATER, machine.path)
    return Unknown("the result of a call")


def _call_function(machine: Machine, function: Func, arguments: list[Any], named: dict[str, Any]) -> Any:
    """Interpret a call of a function of the code's own."""
    node = function.node
    calls = machine.active.setdefault(node, [])
    if machine.depth >= _DEPTH or (len(calls) >= _UNSURE and len(machine.path) > len(calls[0])):
        return Unknown("calls within calls")  # the deeper call hangs on what is not known: nothing tells when they would end
    if function.instance is not None:
        arguments = [function.instance, *arguments]
    frame = Frame([_parameters(node.args, function, arguments, named)], function.frame.member, function.frame, function.frame.module)
    frame.owner, frame.instance = (
        function.owner,
        function.instance if function.instance is not None else (arguments[0] if arguments else None),
    )
    outer, path, line, guards = machine.frame, machine.path, machine.line, len(machine.guards)
    machine.frame = frame
    machine.depth += 1
    calls.append(path)
    try:
        if isinstance(node, ast.Lambda):
            return machine.value(node.body, look=False)
        if _generates(machine, node) and not any(_last_name(decorator) == "contextmanager" for decorator in node.decorator_list):
            return _generated(machine, node)
        machine.block(node.body)
        result = None
    except Return as returned:
        result = returned.value
    except Raised as raised:
        if not frame.returned:
            raise
        machine.stop(raised, weaker(machine.certainty, Certainty.DECIDED_LATER))
        result = frame.returned.pop()
    finally:
        machine.depth -= 1
        calls.pop()
        inner_path = machine.path
        machine.frame, machine.path, machine.line = outer, path, line
        del machine.guards[guards:]
    if frame.returned:
        certainty = (
            weaker(*(step.certainty for step in inner_path[len(path) :])) if len(inner_path) > len(path) else Certainty.DECIDED_LATER
        )
        result = merge([*frame.returned, result], certainty, machine.path)
    return result


def _generated(machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Items | Unknown:
    """What a generator yields, all of it at once; what is yielded on a branch is only perhaps among it. Unknown where there is no end."""
    made = machine.frame.yielded = Items((), machine.path)
    with suppress(Return), machine.allowance(_YIELDING) as allowed:
        machine.block(node.body)
    return Unknown("a generator") if allowed.spent else made


def _yield(machine: Machine, node: ast.Yield) -> Unknown:
    value = machine.value(node.value, look=False) if node.value is not None else None
    if machine.frame.yielded is not None:
        append(machine, machine.frame.yielded, value)
    return Unknown("what is sent to a generator")


def _yield_from(machine: Machine, node: ast.YieldFrom) -> Unknown:
    value = machine.value(node.value, look=False)
    if machine.frame.yielded is not None:
        extend(machine, machine.frame.yielded, value)
    return Unknown("what a generator returns")


def _generates(machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function yields."""
    known = machine.generators.get(node)
    if known is None:
        known = machine.generators[node] = any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in ast.walk(node))
    return known


def _parameters(parameters: ast.arguments, function: Func, arguments: list[Any], named: dict[str, Any]) -> dict[str, Any]:
    names = [a.arg for a in (*parameters.posonlyargs, *parameters.args)]
    scope: dict[str, Any] = {name: Unknown(f"the argument {name}") for name in (*names, *(a.arg for a in parameters.kwonlyargs))}
    scope.update(function.defaults)
    scope.update(zip(names, arguments, strict=False))
    if parameters.vararg is not None:
        scope[parameters.vararg.arg] = tuple(arguments[len(names) :])
    extra = {key: value for key, value in named.items() if key not in scope and key != "**"}
    scope.update({key: value for key, value in named.items() if key in scope})
    if parameters.kwarg is not None:
        scope[parameters.kwarg.arg] = extra
    return scope


def _make(machine: Machine, klass: Klass, arguments: list[Any], named: dict[str, Any]) -> Any:
    kind = extension_kind(klass)
    if kind is not None:
        return own_extension(machine, klass, kind, arguments, named)
    instance = Instance(klass)
    constructor = klass.find("__init__")
    if isinstance(constructor, Func):
        _call_function(machine, constructor.bound(instance), arguments, named)
    return instance


def make_function(machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Func:
    """A function or a lambda, with the defaults of its parameters."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = {
        a.arg: machine.value(d, look=False)
        for a, d in zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)
    }
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            defaults[argument.arg] = machine.value(default, look=False)
    return Func(node, machine.frame, defaults)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


CALLS: dict[type[ast.expr], Callable[[Machine, Any], Any]] = {
    ast.Call: _call,
    ast.Lambda: make_function,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
}
"""The value of each of these expressions."""
