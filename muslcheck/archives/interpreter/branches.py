# ruff: noqa: ANN401 -- values of interpreted code are anything
"""Statements that branch: where a condition is not known, every branch is read, and what it does is noted as decided later."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty
from muslcheck.archives.interpreter.assignments import assign
from muslcheck.archives.interpreter.exceptions import exception_name
from muslcheck.archives.interpreter.expressions import elements
from muslcheck.archives.interpreter.operations import truth
from muslcheck.archives.interpreter.programs import WHERE
from muslcheck.archives.interpreter.signals import Leave, Raised, Return
from muslcheck.archives.interpreter.values import (
    TRIED,
    External,
    Func,
    Perhaps,
    Step,
    Unknown,
    merge,
    weaker,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.archives.interpreter.machine import Machine
    from muslcheck.archives.interpreter.values import Path

__all__ = ["BRANCHES"]

_SHADOW_STEPS = 20_000
"""Expressions and statements evaluated on one branch that a plain build does not take."""
_TURNS = 200
"""Turns of one ``while``."""
_DEEPEST = 40
"""Branches within branches."""
_LEAVING = (ast.Break, ast.Continue, ast.Raise, ast.Return)
_OS_ERRORS = frozenset({"OSError", "IOError", "EnvironmentError"})
"""One exception by its old and new names."""


def _if(machine: Machine, node: ast.If) -> None:
    outer, machine.touched = machine.touched, False
    value = machine.value(node.test, look=False)
    holds = truth(value)
    touched, machine.touched = machine.touched, outer
    if holds is None:
        tried = isinstance(value, Unknown) and value.why == TRIED and truth(value.options[0])
        how = Certainty.OPTIONAL if tried else Certainty.SWITCHED if touched else Certainty.DECIDED_LATER
        absent, before = "" if touched else _absent_program(machine, node.test), len(machine.record.raises)
        _branches(machine, how, [node.body, node.orelse])
        if absent and len(machine.record.raises) > before:
            machine.line = node.lineno
            machine.note(machine.record.programs, absent, detail="or stops")
        return
    taken, other = (node.body, node.orelse) if holds else (node.orelse, node.body)
    if touched and other:
        _shadow(machine, Certainty.SWITCHED, other)
    machine.tests.append(node.test)
    try:
        machine.block(taken)
    finally:
        machine.tests.pop()


def _absent_program(machine: Machine, test: ast.expr) -> str:
    """The program that a condition asks for and is true where it is not there (``not which("x")``, ``path is None``); else empty."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name() | ast.Call() as asked):
            pass
        case ast.Compare(left=ast.Name() | ast.Call() as asked, ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant(value=None)]):
            pass
        case _:
            return ""
    value = machine.value(asked)
    return value.why.removeprefix(WHERE) if isinstance(value, Unknown) and value.why.startswith(WHERE) else ""


def _shadow(machine: Machine, certainty: Certainty, body: list[ast.stmt]) -> BaseException | None:
    """Read a branch that a plain build does not take; its names are forgotten, what it does is noted. Returns how it was left."""
    frame, path, line, returned = machine.frame, machine.path, machine.line, len(machine.frame.returned)
    frames = [frame] if frame.module is None or frame.module is frame else [frame, frame.module]
    for each in frames:
        each.scopes.append({})
    machine.path = (*path, Step(certainty))
    try:
        with machine.allowance(_SHADOW_STEPS):
            machine.block(body)
    except (Return, Raised, Leave) as left:
        return left
    finally:
        for each in frames:
            each.scopes.pop()
        del frame.returned[returned:]
        machine.path, machine.line = path, line
    return None


def _branches(machine: Machine, certainty: Certainty, bodies: list[list[ast.stmt]]) -> None:
    """Read every branch, not knowing which the build takes, and go on with what they leave behind."""
    frame, path = machine.frame, machine.path
    returned = len(frame.returned)
    written: list[dict[str, Any]] = []
    left: list[BaseException | None] = []
    for body in bodies:
        frame.scopes.append({})
        machine.path = (*path, Step(certainty))
        how: BaseException | None = None
        try:
            machine.block(body)
        except (Return, Raised, Leave) as signal:
            how = signal
        finally:
            written.append(frame.scopes.pop())
            machine.path = path
        if isinstance(how, Raised):
            machine.stop(how, weaker(certainty, machine.certainty, Certainty.DECIDED_LATER))
        machine.maybe_broken += isinstance(how, Leave) and not how.again
        left.append(how)
    going_on = [names for names, how in zip(written, left, strict=True) if how is None or isinstance(how, Leave)]
    for name in dict.fromkeys(name for names in going_on for name in names):
        old = frame.look_up(name)
        frame.scopes[-1][name] = merge([names.get(name, old) for names in going_on], weaker(certainty, machine.certainty), machine.path)
    returns = [how.value for how in left if isinstance(how, Return)]
    if all(how is not None for how in left):
        if returns:
            raise Return(merge(returns, certainty, path))
        raise next(how for how in left if how is not None)
    frame.returned.extend(returns)
    if len(frame.returned) > returned:
        machine.path = (*machine.path, Step(certainty))


def _for(machine: Machine, node: ast.For | ast.AsyncFor) -> None:
    items = machine.iterate(machine.value(node.iter, look=False))
    if items is None:
        assign(machine, node.target, Unknown("an item of a list that is not known"))
        _branches(machine, Certainty.DECIDED_LATER, [node.body, []])
        return
    broken = machine.maybe_broken
    for item in items:
        machine.tick()
        if _turn(machine, node, item):
            return
    if machine.maybe_broken == broken:
        machine.block(node.orelse)
    elif node.orelse:
        _branches(machine, Certainty.DECIDED_LATER, [node.orelse, []])


def _turn(machine: Machine, node: ast.For | ast.AsyncFor, item: Any) -> bool:
    """One turn of a loop; whether the loop is surely left by it. How a turn is left that may not be taken is only perhaps so."""
    path, returned = machine.path, len(machine.frame.returned)
    if isinstance(item, Perhaps):
        machine.path = (*path, Step(item.certainty))
        item = item.value
    uncertain = len(machine.path) > len(path)
    machine.tainted = False
    assign(machine, node.target, item)
    try:
        machine.block(node.body)
    except Leave as leave:
        if not leave.again and not uncertain:
            return True
        machine.maybe_broken += not leave.again
    except Return as signal:
        if not uncertain:
            raise
        machine.frame.returned.append(signal.value)
    except Raised as raised:
        if not uncertain:
            raise
        machine.stop(raised, machine.certainty)
    finally:
        machine.path = path if len(machine.frame.returned) == returned else (*path, Step(Certainty.DECIDED_LATER))
    return False


def _while(machine: Machine, node: ast.While) -> None:
    for _ in range(_TURNS):
        holds = truth(machine.value(node.test, look=False))
        if holds is None:
            break
        if not holds:
            machine.block(node.orelse)
            return
        try:
            machine.block(node.body)
        except Leave as leave:
            if not leave.again:
                return
    _branches(machine, Certainty.DECIDED_LATER, [node.body, []])


def _break(_machine: Machine, _node: ast.Break) -> None:
    raise Leave(again=False)


def _continue(_machine: Machine, _node: ast.Continue) -> None:
    raise Leave(again=True)


def _try(machine: Machine, node: ast.Try) -> None:
    machine.guards.append(frozenset(name for handler in node.handlers for name in _lets_go_on(machine, handler)))
    path, tried = machine.path, len(machine.trials)
    try:
        machine.block(node.body)
    except Raised as raised:
        machine.guards.pop()
        _handle(machine, node, raised)
    except Return as returned:
        machine.guards.pop()
        if len(machine.trials) == tried or not node.handlers:
            raise
        _without_compiler(machine, node, returned, path)
    else:
        machine.guards.pop()
        machine.block(node.orelse)
    finally:
        if len(machine.path) > len(path) + _DEEPEST:
            machine.path = path
        if len(machine.trials) > tried and not all(isinstance(handler.body[-1], _LEAVING) for handler in node.handlers):
            machine.path = tuple(step for step in machine.path if step not in machine.trials[tried:])  # it goes on all the same
    machine.block(node.finalbody)


def _handle(machine: Machine, node: ast.Try, raised: Raised) -> None:
    for handler in node.handlers:
        if _matches(machine, handler, raised):
            _bind_exception(machine, handler)
            try:
                machine.block(handler.body)
            except Raised as again:
                if again.message.startswith("the exception at hand"):
                    raise raised from None
                raise
            finally:
                if node.finalbody:
                    machine.block(node.finalbody)
            return
    raise raised


def _without_compiler(machine: Machine, node: ast.Try, returned: Return, path: Path) -> None:
    """``try: compile(); return True`` with ``except: return False``, or with what comes after: which it is tells the compiler."""
    failed = _shadow(machine, Certainty.OPTIONAL, node.handlers[0].body)
    if isinstance(failed, Return):
        raise Return(merge([returned.value, failed.value], Certainty.OPTIONAL, path))
    if failed is not None:
        raise returned
    machine.frame.returned.append(returned.value)
    machine.path = (*machine.path, Step(Certainty.OPTIONAL))


def _bind_exception(machine: Machine, handler: ast.ExceptHandler) -> None:
    if handler.name:
        machine.frame.scopes[-1][handler.name] = Unknown("an exception")


def _matches(machine: Machine, handler: ast.ExceptHandler, raised: Raised) -> bool:
    if handler.type is None:
        return True
    names = {name.rpartition(".")[2] for name in _handler_names(machine, handler)}
    kinds = {kind.rpartition(".")[2] for kind in raised.kinds}
    if names & kinds or "BaseException" in names:
        return True
    if kinds & {"SystemExit", "KeyboardInterrupt"}:
        return False
    return bool(
        "Exception" in names
        or ("ImportError" in names and "ModuleNotFoundError" in kinds)
        or (names & _OS_ERRORS and kinds & {"FileNotFoundError", *_OS_ERRORS})
    )


def _handler_names(machine: Machine, handler: ast.ExceptHandler) -> list[str]:
    if handler.type is None:
        return ["BaseException"]
    value = machine.value(handler.type)
    values = list(value) if isinstance(value, (tuple, list)) else [value]
    nodes = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] * len(values)
    if len(nodes) != len(values):
        nodes = [handler.type] * len(values)
    return [exception_name(v, n) for v, n in zip(values, nodes, strict=True)]


def _lets_go_on(machine: Machine, handler: ast.ExceptHandler) -> list[str]:
    """The exceptions that a handler catches and goes on after; none where it raises again or exits."""
    names = [name.rpartition(".")[2] for name in _handler_names(machine, handler)]
    before = machine.record.lengths()
    _bind_exception(machine, handler)
    body = [statement for statement in handler.body if not _of_other_errors(statement)]
    left = _shadow(machine, Certainty.DECIDED_LATER, body)
    stops = isinstance(left, Raised) or len(machine.record.raises) > before["raises"]
    again = [setup.named for setup in machine.record.setups[before["setups"] :]]
    machine.record.forget(before)
    machine.called_again = machine.called_again or bool(again) or _calls_on(machine, handler.body)
    if again and not any(isinstance(node, ast.Delete) for statement in handler.body for node in ast.walk(statement)):
        machine.record.fallbacks.extend(again)  # what is taken out of a dict here was not taken out: nothing here is surely done
    return [] if stops else names


def _of_other_errors(statement: ast.stmt) -> bool:
    """``if e.errno != errno.ENOENT: raise``: it stops for other errors than that of a program or a file that is not there."""
    if not isinstance(statement, ast.If) or statement.orelse or not isinstance(statement.test, ast.Compare):
        return False
    names = {getattr(node, "attr", "") or getattr(node, "id", "") for node in ast.walk(statement.test)}
    return {"errno", "ENOENT"} <= names and isinstance(statement.test.ops[0], (ast.NotEq, ast.NotIn))


def _calls_on(machine: Machine, body: list[ast.stmt]) -> bool:
    """Whether a handler calls a function of the script's own, or one named after ``setup()``: it may begin anew."""
    calls = (node.func for statement in body for node in ast.walk(statement) if isinstance(node, ast.Call))
    return any(
        isinstance(function, ast.Name) and ("setup" in function.id.lower() or isinstance(machine.frame.look_up(function.id), Func))
        for function in calls
    )


def _with(machine: Machine, node: ast.With | ast.AsyncWith) -> None:
    suppressed: list[str] = []
    for item in node.items:
        value = machine.value(item.context_expr)
        if isinstance(value, External) and value.name == "contextlib.suppress()" and isinstance(item.context_expr, ast.Call):
            suppressed.extend(_suppressed(machine, item.context_expr))
        if item.optional_vars is not None:
            assign(machine, item.optional_vars, value)
    machine.guards.append(frozenset(suppressed))
    try:
        machine.block(node.body)
    except Raised:
        if not suppressed:
            raise
    finally:
        machine.guards.pop()


def _suppressed(machine: Machine, node: ast.Call) -> list[str]:
    """The exceptions that ``suppress(...)`` names."""
    values = [value for argument in elements(machine, node.args) for value in (argument if isinstance(argument, tuple) else (argument,))]
    return [exception_name(value, None).rpartition(".")[2] for value in values]


BRANCHES: dict[type[ast.stmt], Callable[[Machine, Any], Any]] = {
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
}
"""What each of these statements does."""
