# ruff: noqa: ANN401, C901, PLR0911, PLR0912 -- values of interpreted code are anything; one branch for each form of the language
"""A small, honest interpreter of setup.py: it follows the code for a target as far as reading can, and never runs any of it.

What it knows (constants, lists, helper functions, files of the archive, the target's Python and platform) it evaluates; all else is
:class:`~muslcheck.archives.values.Unknown`. Where a condition is unknown both branches are read, and what they do is noted as decided
later. A condition on the environment is answered as in a plain ``pip install`` (nothing is set), and the other branch is read for what
a switch would do.
"""

from __future__ import annotations

import ast
import posixpath
import threading
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from muslcheck.archives import calls
from muslcheck.archives.facts import Certainty, Seen
from muslcheck.archives.operations import BUILTINS, attribute_of, binary, compare, subscript, unary
from muslcheck.archives.values import (
    SOME_KEY,
    Ext,
    External,
    FileHandle,
    Frame,
    Func,
    Instance,
    Items,
    Klass,
    Namespace,
    Path,
    PathText,
    Perhaps,
    Step,
    Unknown,
    merge,
    weaker,
)
from muslcheck.archives.world import FOLDER, Files, answers, environment_markers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.archives.build_environment import BuildEnvironment
    from muslcheck.archives.container import Contents
    from muslcheck.words.target import Target

__all__ = ["Machine", "Record", "parse_python"]

_STEPS = 400_000
"""Expressions and statements evaluated before the reading of one archive gives up: about a second."""
_SHADOW_STEPS = 20_000
"""The same for a branch that a plain build does not take."""
_DEPTH = 40
"""Calls within calls."""
_LOOP = 5_000
"""Turns of one loop."""
_NOTES = 2_000
"""Facts of one kind that are kept."""
_MODULES = 30
"""Modules of the sdist's own that are read."""
_PARSING = threading.Lock()
"""``warnings.catch_warnings`` is not safe for threads."""


class Return(Exception):
    """A ``return`` on the way."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Raised(Exception):
    """An exception of the interpreted code: its class by name, its message, and whether it was noted as a stop."""

    def __init__(self, kinds: tuple[str, ...], message: str, where: str, lacking: str = "") -> None:
        super().__init__()
        self.lacking = lacking
        """Why the module or name of ``message`` is not found, where that is what was raised."""
        self.kinds = kinds
        self.message = message
        self.where = where


class _Leave(Exception):
    """``break`` or ``continue``."""

    def __init__(self, *, again: bool) -> None:
        super().__init__()
        self.again = again


class OutOfSteps(Exception):
    """The code asks for more work than reading is worth."""


@dataclass(slots=True)
class Record:
    """What was noted on the way."""

    setups: list[tuple[dict[str, Any], Certainty, int, str, frozenset[str]]] = field(default_factory=list)
    fallbacks: list[dict[str, Any]] = field(default_factory=list)
    """What setup() is given where it is called again after it failed."""
    extensions: list[Ext] = field(default_factory=list)
    programs: list[Seen] = field(default_factory=list)
    libraries: list[Seen] = field(default_factory=list)
    """Libraries that are loaded while the build runs."""
    handed_on: list[Certainty] = field(default_factory=list)
    """How surely a back end of the project's own calls ``build_wheel`` of a known one."""
    runs: list[Certainty] = field(default_factory=list)
    """How surely a build command is run by the script itself, without setup()."""
    imports: list[Seen] = field(default_factory=list)
    raises: list[Seen] = field(default_factory=list)
    downloads: list[Seen] = field(default_factory=list)
    unread: list[Seen] = field(default_factory=list)
    marks: list[Seen] = field(default_factory=list)
    cffi: list[tuple[str, Any, dict[str, Any], str]] = field(default_factory=list)


def parse_python(text: str) -> ast.Module | SyntaxError | None:
    """The syntax tree; the SyntaxError where there is one; None where the text is beyond the parser."""
    with _PARSING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except SyntaxError as error:
            return error
        except (ValueError, RecursionError, MemoryError, OverflowError):
            return None


class Machine:
    """Interprets the modules of one sdist for one target, and keeps a :class:`Record`."""

    def __init__(self, contents: Contents, target: Target, environment: BuildEnvironment) -> None:
        self.contents = contents
        self.target = target
        self.environment = environment
        self.files = Files(contents)
        self.answers = answers(target)
        self.variables = environment_markers(target)
        self.record = Record()
        self.path: Path = ()
        self.touched = False
        """The value just evaluated depends on the environment or the command line."""
        self.main = "setup.py"
        """The script that the back end runs."""
        self.line = 0
        self.maybe_broken = 0
        """``break`` statements that were met on branches that may not be taken."""
        self.path_is_known = True
        """``sys.path`` was not changed in a way that cannot be followed."""
        self.argv = ["setup.py", "bdist_wheel"]
        self.scripts: set[str] = set()
        """Scripts of the sdist that were run by another."""
        self.written: set[str] = set()
        """Members that the code itself has written before."""
        self.guards: list[frozenset[str]] = []
        """The ``try`` statements around the current place: the exceptions that each catches and goes on after."""
        self.imported: set[str] = set()
        self._frames: dict[str, Frame] = {}
        self.called: dict[ast.AST, bool] = {}
        """Calls of methods that were come to, and whether other than for a switch."""
        self._generators: dict[ast.AST, bool] = {}
        self._steps = _STEPS
        self._depth = 0
        self._modules: dict[str, Namespace | None] = {}
        self.frame = Frame([{}], "setup.py")

    # ---- running -------------------------------------------------------------------------------------------------

    def run(self, member: str, name: str = "__main__") -> Frame:
        """Interpret a member as a module; what it does is in :attr:`record`. Never raises over what the code says."""
        frame = Frame([{"__name__": name, "__file__": f"{FOLDER}/{member}", "__doc__": None}], member)
        frame.module = frame
        if member.endswith("/__init__.py"):
            frame.scopes[0]["__path__"] = Items([f"{FOLDER}/{posixpath.dirname(member)}"])
        self._frames[name] = frame
        text = self.contents.text(member)
        if text is None or member in self.contents.cut:
            if self.certainty is not Certainty.SWITCHED:
                self.note(self.record.unread, "not read: too large or missing", member=member)
            return frame
        tree = parse_python(text)
        if isinstance(tree, SyntaxError):
            where = self.contents.where(member, tree.lineno)
            self.record.raises.append(Seen(f"SyntaxError: {tree.msg}", where, self.certainty, "not Python 3"))
            return frame
        if tree is None:
            self.note(self.record.unread, "cannot be parsed", member=member)
            return frame
        before = self.frame, self.path, self.guards
        self.frame = frame
        try:
            self.block(tree.body)
        except Raised as raised:
            if name != "__main__":
                raise
            self.stop(raised, self.certainty)
        except (Return, _Leave):
            pass
        except (OutOfSteps, RecursionError):
            if name != "__main__":
                raise
            self.note(self.record.unread, "the code goes too deep to be followed", member=member)
        finally:
            self.frame, self.path, self.guards = before
        return frame

    def stop(self, raised: Raised, certainty: Certainty) -> None:
        """Note an exception that nothing catches: a module that is missing, or a stop of the code's own."""
        if certainty is Certainty.SWITCHED:
            return  # what only a switch would run into tells nothing of a plain build
        into = self.record.imports if raised.lacking else self.record.raises
        seen = Seen(raised.message, raised.where, certainty, raised.lacking or raised.kinds[0])
        if seen not in into:
            into.append(seen)

    @property
    def certainty(self) -> Certainty:
        """How sure it is that the build comes past the current place."""
        return weaker(Certainty.ALWAYS, *(step.certainty for step in self.path))

    def since(self, born: Path) -> Certainty:
        """How sure it is that the build comes past the current place, given that it came past another."""
        shared = 0
        for ours, theirs in zip(self.path, born, strict=False):
            if ours is not theirs:
                break
            shared += 1
        return weaker(Certainty.ALWAYS, *(step.certainty for step in self.path[shared:]))

    def note(
        self, into: list[Seen], value: str, *, detail: str = "", member: str | None = None, certainty: Certainty | None = None
    ) -> None:
        """Keep a fact, seen at the current line."""
        where = self.contents.where(member or self.frame.member, None if member else self.line or None)
        seen = Seen(value, where, certainty or self.certainty, detail)
        if len(into) < _NOTES and seen not in into:
            into.append(seen)

    def tick(self) -> None:
        """Count a step; raises OutOfSteps where there were too many."""
        self._steps -= 1
        if self._steps < 0:
            raise OutOfSteps

    # ---- statements ----------------------------------------------------------------------------------------------

    def block(self, body: list[ast.stmt]) -> None:
        """Follow statements, one after the other."""
        for statement in body:
            self.tick()
            self.line = getattr(statement, "lineno", self.line)
            handler = getattr(self, f"_do_{type(statement).__name__.lower()}", None)
            if handler is not None:
                handler(statement)

    def _do_expr(self, node: ast.Expr) -> None:
        self.value(node.value)

    def _do_assign(self, node: ast.Assign) -> None:
        value = self._tracked(node.value)
        for target in node.targets:
            self.assign(target, value)

    def _do_annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self._tracked(node.value))

    def _do_augassign(self, node: ast.AugAssign) -> None:
        before = self.value(_as_load(node.target))
        value = self._tracked(node.value)
        if isinstance(before, External) and before.name == "sys.path":
            self.on_path(value)
            return
        if isinstance(before, Items) and isinstance(node.op, ast.Add):
            calls.extend(self, before, value)
            return
        self.assign(node.target, binary(node.op, before, value))

    def _tracked(self, node: ast.expr) -> Any:
        outer, self.touched = self.touched, False
        try:
            return self.value(node)
        finally:
            self._last_touched = self.touched
            self.touched = outer or self.touched

    _last_touched = False

    def assign(self, target: ast.expr, value: Any) -> None:
        """Bind a value to a target of an assignment."""
        if isinstance(target, ast.Name):
            frame = self.frame
            if target.id in frame.global_names and frame.module is not None:
                frame = frame.module
            frame.scopes[-1][target.id] = value
            (frame.tainted.add if self._last_touched else frame.tainted.discard)(target.id)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, value)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value if isinstance(value, (list, tuple)) else Unknown("unpacked"))
        elif isinstance(target, ast.Attribute):
            self._set_attribute(self.value(target.value), target.attr, value)
        elif isinstance(target, ast.Subscript) and isinstance(owner := self.value(target.value), External) and owner.name == "sys.path":
            self.on_path(value)
        elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice):
            owner, items = self.value(target.value), self.iterate(value)
            if isinstance(owner, Items) and target.slice.lower is None and target.slice.upper is None:
                owner[:] = items if items is not None else [Unknown("items that are not known")]
        elif isinstance(target, ast.Subscript):
            self._set_item(self.value(target.value), self.value(target.slice), value)

    def _unpack(self, targets: list[ast.expr], value: Any) -> None:
        items = list(value) if isinstance(value, (list, tuple, str)) and not any(isinstance(v, Perhaps) for v in value) else None
        starred = next((i for i, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
        if items is not None and starred is not None and len(items) >= len(targets) - 1:
            after = len(targets) - starred - 1
            items = [*items[:starred], Items(items[starred : len(items) - after], self.path), *items[len(items) - after :]]
        if items is None or len(items) != len(targets):
            items = [Unknown("unpacked")] * len(targets)
        for target, item in zip(targets, items, strict=True):
            self.assign(target, item)

    def _set_attribute(self, owner: Any, name: str, value: Any) -> None:
        if isinstance(owner, Ext):
            if name == "sources":
                owner.sources = value
            elif name == "name":
                owner.name = value
            else:
                owner.options[name] = (
                    value
                    if self.since(owner.path) is Certainty.ALWAYS
                    else merge([owner.options.get(name), value], self.since(owner.path), owner.path)
                )
        elif isinstance(owner, Instance):
            before = owner.attributes.get(name)
            uncertain = self.path and isinstance(before, (str, Unknown)) and isinstance(value, str)
            owner.attributes[name] = merge([before, value], self.certainty, self.path) if uncertain else value
        elif isinstance(owner, External) and owner.name == "sys" and name == "path":
            self.on_path(value)
        elif isinstance(owner, Namespace):
            owner.frame.scopes[0][name] = value
        elif isinstance(owner, Klass):
            owner.attributes[name] = value

    def _set_item(self, owner: Any, key: Any, value: Any) -> None:
        if isinstance(owner, dict) and isinstance(key, (str, int, tuple, bool, type(None))):
            try:
                known = key in owner
                if self.path and known:
                    owner[key] = merge([owner[key], value], self.certainty, self.path)
                elif len(owner) < _LOOP:
                    owner[key] = value if not self.path else Perhaps(value, self.certainty)
            except TypeError:
                return
        elif isinstance(owner, dict) and isinstance(key, Unknown):
            owner[SOME_KEY] = Perhaps(value, self.certainty)
        elif isinstance(owner, Items) and isinstance(key, int) and -len(owner) <= key < len(owner):
            owner[key] = value

    def _do_if(self, node: ast.If) -> None:
        outer, self.touched = self.touched, False
        truth = self.truth(self.value(node.test))
        touched, self.touched = self.touched, outer
        if truth is None:
            self._branches(Certainty.SWITCHED if touched else Certainty.DECIDED_LATER, [node.body, node.orelse])
            return
        taken, other = (node.body, node.orelse) if truth else (node.orelse, node.body)
        if touched and other:
            self._shadow(Certainty.SWITCHED, other)
        self.block(taken)

    def _shadow(self, certainty: Certainty, body: list[ast.stmt]) -> BaseException | None:
        """Read a branch that a plain build does not take; its names are forgotten, what it does is noted. Returns how it was left."""
        frame, path, line, returned = self.frame, self.path, self.line, len(self.frame.returned)
        frames = [frame] if frame.module is None or frame.module is frame else [frame, frame.module]
        for each in frames:
            each.scopes.append({})
        self.path = (*path, Step(certainty))
        steps, self._steps = self._steps, min(self._steps, _SHADOW_STEPS)
        allowed = self._steps
        try:
            self.block(body)
        except (Return, Raised, _Leave) as left:
            return left
        except OutOfSteps:
            if steps <= _SHADOW_STEPS:
                raise
        finally:
            self._steps += steps - allowed
            for each in frames:
                each.scopes.pop()
            del frame.returned[returned:]
            self.path, self.line = path, line
        return None

    def _branches(self, certainty: Certainty, bodies: list[list[ast.stmt]]) -> None:
        """Read every branch, not knowing which the build takes, and go on with what they leave behind."""
        frame, path = self.frame, self.path
        returned = len(frame.returned)
        written: list[dict[str, Any]] = []
        left: list[BaseException | None] = []
        for body in bodies:
            frame.scopes.append({})
            self.path = (*path, Step(certainty))
            how: BaseException | None = None
            try:
                self.block(body)
            except (Return, Raised, _Leave) as signal:
                how = signal
            finally:
                written.append(frame.scopes.pop())
                self.path = path
            if isinstance(how, Raised):
                self.stop(how, weaker(certainty, self.certainty))
            self.maybe_broken += isinstance(how, _Leave) and not how.again
            left.append(how)
        going_on = [names for names, how in zip(written, left, strict=True) if how is None or isinstance(how, _Leave)]
        for name in dict.fromkeys(name for names in going_on for name in names):
            old = _lookup(frame, name)
            frame.scopes[-1][name] = merge([names.get(name, old) for names in going_on], weaker(certainty, self.certainty), self.path)
        returns = [how.value for how in left if isinstance(how, Return)]
        if all(how is not None for how in left):
            if returns:
                raise Return(merge(returns, certainty, path))
            raise next(how for how in left if how is not None)
        frame.returned.extend(returns)
        if len(frame.returned) > returned:
            self.path = (*self.path, Step(certainty))

    def _do_for(self, node: ast.For) -> None:
        turns = self.iterate(self.value(node.iter))
        if turns is None:
            self.assign(node.target, Unknown("an item of a list that is not known"))
            self._branches(Certainty.DECIDED_LATER, [node.body, []])
            return
        broken = self.maybe_broken
        for item in turns:
            self.tick()
            path, returned = self.path, len(self.frame.returned)
            if isinstance(item, Perhaps):
                self.path = (*path, Step(item.certainty))
                item = item.value  # noqa: PLW2901 -- the wrapping is off
            uncertain = len(self.path) > len(path)
            self._last_touched = False
            self.assign(node.target, item)
            try:
                self.block(node.body)
            except _Leave as leave:
                if not leave.again:
                    if not uncertain:
                        return
                    self.maybe_broken += 1
            except Return as signal:
                if not uncertain:
                    raise
                self.frame.returned.append(signal.value)
            except Raised as raised:
                if not uncertain:
                    raise
                self.stop(raised, self.certainty)
            finally:
                self.path = path if len(self.frame.returned) == returned else (*path, Step(Certainty.DECIDED_LATER))
        if self.maybe_broken == broken:
            self.block(node.orelse)
        elif node.orelse:
            self._branches(Certainty.DECIDED_LATER, [node.orelse, []])

    def _do_while(self, node: ast.While) -> None:
        for _ in range(200):
            truth = self.truth(self.value(node.test))
            if truth is None:
                break
            if not truth:
                self.block(node.orelse)
                return
            try:
                self.block(node.body)
            except _Leave as leave:
                if not leave.again:
                    return
        self._branches(Certainty.DECIDED_LATER, [node.body, []])

    def _do_break(self, _node: ast.Break) -> None:
        raise _Leave(again=False)

    def _do_continue(self, _node: ast.Continue) -> None:
        raise _Leave(again=True)

    def _do_return(self, node: ast.Return) -> None:
        raise Return(self.value(node.value) if node.value is not None else None)

    def _do_raise(self, node: ast.Raise) -> None:
        line = self.line
        raised = self.value(node.exc) if node.exc is not None else Unknown("the exception at hand")
        name = _exception_name(raised, node.exc)
        message = ""
        if isinstance(node.exc, ast.Call) and node.exc.args:
            text = self.value(node.exc.args[0])
            message = text if isinstance(text, str) else ""
        self.line = line
        raise Raised(
            self._kinds(raised, name), f"{name}: {message}"[:500] if message else name, self.contents.where(self.frame.member, line)
        )

    def _kinds(self, raised: Any, name: str) -> tuple[str, ...]:
        klass = raised.klass if isinstance(raised, Instance) else raised
        roots = sorted(klass.roots()) if isinstance(klass, Klass) else []
        return (name, *roots)

    def _do_assert(self, node: ast.Assert) -> None:
        if self.truth(self.value(node.test)) is False and not self.touched:
            message = self.value(node.msg) if node.msg is not None else ""
            raise Raised(
                ("AssertionError",),
                f"AssertionError: {message}"[:500] if isinstance(message, str) and message else "AssertionError",
                self.contents.where(self.frame.member, self.line),
            )

    def _do_try(self, node: ast.Try) -> None:
        self.guards.append(frozenset(name for handler in node.handlers for name in self._lets_go_on(handler)))
        path = self.path
        try:
            self.block(node.body)
        except Raised as raised:
            self.guards.pop()
            self._handle(node, raised)
        else:
            self.guards.pop()
            self.block(node.orelse)
        finally:
            if len(self.path) > len(path) + _DEPTH:
                self.path = path
        self.block(node.finalbody)

    _do_trystar = _do_try

    def _handle(self, node: ast.Try, raised: Raised) -> None:
        for handler in node.handlers:
            if self._matches(handler, raised):
                self._bind_exception(handler)
                try:
                    self.block(handler.body)
                except Raised as again:
                    if again.message.startswith("the exception at hand"):
                        raise raised from None
                    raise
                finally:
                    if node.finalbody:
                        self.block(node.finalbody)
                return
        raise raised

    def _bind_exception(self, handler: ast.ExceptHandler) -> None:
        if handler.name:
            self.frame.scopes[-1][handler.name] = Unknown("an exception")

    def _matches(self, handler: ast.ExceptHandler, raised: Raised) -> bool:
        if handler.type is None:
            return True
        names = {name.rpartition(".")[2] for name in self._handler_names(handler)}
        kinds = {kind.rpartition(".")[2] for kind in raised.kinds}
        if names & kinds or "BaseException" in names:
            return True
        if kinds & {"SystemExit", "KeyboardInterrupt"}:
            return False
        return (
            "Exception" in names
            or ("ImportError" in names and "ModuleNotFoundError" in kinds)
            or ("OSError" in names and "FileNotFoundError" in kinds)
        )

    def _handler_names(self, handler: ast.ExceptHandler) -> list[str]:
        if handler.type is None:
            return ["BaseException"]
        value = self.value(handler.type)
        values = list(value) if isinstance(value, (tuple, list)) else [value]
        nodes = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] * len(values)
        if len(nodes) != len(values):
            nodes = [handler.type] * len(values)
        return [_exception_name(v, n) for v, n in zip(values, nodes, strict=True)]

    def _lets_go_on(self, handler: ast.ExceptHandler) -> list[str]:
        """The exceptions that a handler catches and goes on after; none where it raises again or exits."""
        names = [name.rpartition(".")[2] for name in self._handler_names(handler)]
        kept = {name: list(getattr(self.record, name)) for name in Record.__slots__}
        self._bind_exception(handler)
        left = self._shadow(Certainty.DECIDED_LATER, handler.body)
        stops = isinstance(left, Raised) or len(self.record.raises) > len(kept["raises"])
        again = [setup[0] for setup in self.record.setups[len(kept["setups"]) :]]
        for name, items in kept.items():
            setattr(self.record, name, items)
        if not any(isinstance(node, ast.Delete) for statement in handler.body for node in ast.walk(statement)):
            self.record.fallbacks.extend(again)  # what is taken out of a dict here was not taken out: nothing here is surely done
        return [] if stops else names

    def _do_with(self, node: ast.With | ast.AsyncWith) -> None:
        suppressed: list[str] = []
        for item in node.items:
            value = self.value(item.context_expr)
            if isinstance(value, External) and value.name == "contextlib.suppress()" and isinstance(item.context_expr, ast.Call):
                suppressed.extend(self._suppressed(item.context_expr))
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value)
        self.guards.append(frozenset(suppressed))
        try:
            self.block(node.body)
        except Raised:
            if not suppressed:
                raise
        finally:
            self.guards.pop()

    def _suppressed(self, node: ast.Call) -> list[str]:
        """The exceptions that ``suppress(...)`` names."""
        values = [value for argument in self._elements(node.args) for value in (argument if isinstance(argument, tuple) else (argument,))]
        return [_exception_name(value, None).rpartition(".")[2] for value in values]

    _do_asyncwith = _do_with

    def _do_functiondef(self, node: ast.FunctionDef) -> None:
        self.frame.scopes[-1][node.name] = self._function(node)

    _do_asyncfunctiondef = _do_functiondef

    def _function(self, node: ast.FunctionDef | ast.Lambda) -> Func:
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults = {
            a.arg: self.value(d) for a, d in zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)
        }
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if default is not None:
                defaults[argument.arg] = self.value(default)
        return Func(node, self.frame, defaults)

    def _do_classdef(self, node: ast.ClassDef) -> None:
        bases = tuple(self.value(base) for base in node.bases)
        klass = Klass(node.name, bases, {}, node, self.frame.member)
        outer = self.frame
        self.frame = Frame([klass.attributes], outer.member, outer, outer.module)
        try:
            self.block(node.body)
        finally:
            self.frame = outer
        for value in klass.attributes.values():
            if isinstance(value, Func):
                value.frame = outer
                value.owner = klass
        outer.scopes[-1][node.name] = klass

    def _do_global(self, node: ast.Global) -> None:
        self.frame.global_names.update(node.names)

    def _do_delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                owner, key = self.value(target.value), self.value(target.slice)
                if isinstance(owner, dict) and isinstance(key, str) and not self.path:
                    owner.pop(key, None)
                elif isinstance(owner, Items) and isinstance(key, int) and -len(owner) <= key < len(owner):
                    calls.remove(self, owner, key)

    # ---- imports -------------------------------------------------------------------------------------------------

    def _do_import(self, node: ast.Import) -> None:
        for alias in node.names:
            module = self.import_module(alias.name)
            if alias.asname:
                self.frame.scopes[-1][alias.asname] = module
            else:
                top = alias.name.partition(".")[0]
                self.frame.scopes[-1][top] = module if top == alias.name else self._modules.get(top) or External(top)

    def _do_importfrom(self, node: ast.ImportFrom) -> None:
        name = node.module or ""
        if node.level:
            folder = self.frame.member.split("/")[: -node.level]
            name = ".".join([*folder, name]) if name else ".".join(folder)
        if name == "__future__":
            return
        module = self._sibling(name) if node.level else None
        if module is None:
            module = self.import_module(name)
        for alias in node.names:
            if alias.name == "*":
                if isinstance(module, Namespace):
                    for scope in module.frame.scopes:
                        self.frame.scopes[-1].update({k: v for k, v in scope.items() if not k.startswith("_")})
                else:
                    self.frame.scopes[-1].setdefault("*", External(name))
                continue
            self.frame.scopes[-1][alias.asname or alias.name] = self._imported_name(module, name, alias.name)

    def _sibling(self, name: str) -> Any:
        """A module that is imported by its place (``from .x import y``): it is found whatever is on ``sys.path``."""
        stem = name.replace(".", "/")
        member = next((m for m in (f"{stem}/__init__.py", f"{stem}.py") if m in self.contents.kept), None)
        return None if member is None else self._interpreted(name, member)

    def _imported_name(self, module: Any, name: str, wanted: str) -> Any:
        if isinstance(module, Namespace):
            try:
                return module.frame.get(wanted)
            except KeyError:
                found = self.environment.member_of(f"{name}.{wanted}")
                found = found if found is not None and found[0].endswith(".py") else None
                return self.import_module(f"{name}.{wanted}") if found else Unknown(f"{name}.{wanted}")
        full = f"{name}.{wanted}"
        if self.environment.gone(full):
            self._missing(full, "ImportError")
        return self._external(full)

    def _external(self, full: str) -> Any:
        return self.answers.get(full, External(full))

    def import_module(self, name: str) -> Any:
        """The module of an import statement; raises Raised (ImportError) where the build does not find it."""
        found = self.environment.finds(name)
        own = self._by_own_path(name) or self.environment.member_of(name)
        self.imported.add(name)
        if own is not None and (found is not True or (own[1] and name.partition(".")[0] not in _NEVER_OWN)):
            member, on_path = own
            if on_path or self.frame.member != self.main:
                return self._interpreted(name, member) if member.endswith(".py") else External(name)
            if not self.path_is_known:
                self.note(self.record.imports, name, certainty=Certainty.DECIDED_LATER)
                return self._interpreted(name, member) if member.endswith(".py") else External(name)
            self._missing(name, "ModuleNotFoundError", "in the sdist, but its folder is not on sys.path")
        if found is False and (self.path_is_known or self.environment.gone_since(name)):
            self._missing(name, "ModuleNotFoundError")
        if found is not True:
            self.note(self.record.imports, name, certainty=weaker(self.certainty, Certainty.DECIDED_LATER))
        return External(name)

    def on_path(self, value: Any) -> None:
        """A folder was put on ``sys.path``."""
        for folder in value if isinstance(value, (list, tuple)) else [value]:
            inside = self.files.inside(folder)
            if inside is None:
                self.path_is_known = self.path_is_known and isinstance(folder, str)
            elif inside not in self.environment.paths:
                self.environment.paths.insert(0, inside)

    def _is_on_path(self, folder: Any, wanted: bool) -> Any:  # noqa: FBT001 -- which of the two operators asks
        inside = self.files.inside(folder)
        return Unknown("what is on sys.path") if inside is None else (inside in self.environment.paths) is wanted

    def _is_loaded(self, name: Any, wanted: bool) -> Any:  # noqa: FBT001 -- which of the two operators asks
        if isinstance(name, str) and self.environment.finds(name) is False:
            return not wanted
        if name in self.imported:
            return wanted
        return Unknown("what was imported before")

    def _by_own_path(self, name: str) -> tuple[str, bool] | None:
        """The member of a module of a package that set its ``__path__`` itself."""
        package, _, last = name.rpartition(".")
        frame = self._frames.get(package)
        folders = self.iterate(frame.scopes[0].get("__path__")) if frame is not None else None
        for folder in folders or ():
            inside = self.files.inside(folder)
            for member in (f"{inside}/{last}/__init__.py", f"{inside}/{last}.py") if inside else ():
                if member in self.contents.names:
                    return member, True
        return None

    def _missing(self, name: str, kind: str, detail: str = "") -> None:
        detail = detail or self.environment.gone_since(name) or "not among the build requirements"
        raise Raised((kind, "ImportError"), name, self.contents.where(self.frame.member, self.line), detail)

    def _interpreted(self, name: str, member: str) -> Any:
        if name in self._modules:
            return self._modules[name] or External(name)
        self._modules[name] = None
        if len(self._modules) > _MODULES or self._depth > _DEPTH // 2:
            return External(name)
        self._depth += 1
        line = self.line
        try:
            frame = self.run(member, name)
        finally:
            self._depth -= 1
            self.line = line
        self._modules[name] = Namespace(name, frame)
        return self._modules[name]

    # ---- expressions ---------------------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> Any:
        """The value of an expression; Unknown where only the running code has it."""
        self.tick()
        handler = getattr(self, f"_of_{type(node).__name__.lower()}", None)
        return handler(node) if handler is not None else Unknown(type(node).__name__)

    def truth(self, value: Any) -> bool | None:
        """Whether a value counts as true; None where that is not known."""
        if isinstance(value, Unknown):
            truths = {self.truth(option) for option in value.options} if value.options else {None}
            return truths.pop() if len(truths) == 1 else None
        if isinstance(value, Perhaps):
            return None
        if isinstance(value, (Items, list)):
            certain = any(not isinstance(item, Perhaps) for item in value[:200])
            return True if certain else None if value else False
        if isinstance(value, External):
            return None if value.name.endswith("()") else True
        if isinstance(value, (str, int, float, bytes, tuple, dict, set, frozenset, type(None))):
            return bool(value)
        return True

    def iterate(self, value: Any) -> list[Any] | None:
        """The items of something that is iterated over; None where they are not known."""
        if isinstance(value, dict):
            return [Perhaps(k, v.certainty) if isinstance(v, Perhaps) else k for k, v in list(value.items())[:_LOOP]]
        if isinstance(value, (list, tuple, set, frozenset)):
            return list(value)[:_LOOP]
        if isinstance(value, FileHandle) and isinstance(text := self.files.read(value.member), str):
            return list(text.splitlines(keepends=True)[:_LOOP])
        if isinstance(value, str) and not isinstance(value, PathText):
            return list(value[:_LOOP])
        return None

    def _of_constant(self, node: ast.Constant) -> Any:
        return node.value if not isinstance(node.value, complex) else Unknown("a complex number")

    def _of_name(self, node: ast.Name) -> Any:
        frame: Frame | None = self.frame
        while frame is not None:
            for scope in reversed(frame.scopes):
                if node.id in scope:
                    if node.id in frame.tainted:
                        self.touched = True
                    return scope[node.id]
            frame = frame.parent
        if node.id in BUILTINS:
            return External(node.id)
        star = _lookup(self.frame, "*")
        if isinstance(star, External):
            return self._external(f"{star.name}.{node.id}")
        return Unknown(f"the name {node.id}")

    def _of_attribute(self, node: ast.Attribute) -> Any:
        owner = self.value(node.value)
        return self.attribute(owner, node.attr)

    def attribute(self, owner: Any, name: str) -> Any:
        """An attribute of a value."""
        if isinstance(owner, External):
            full = f"{owner.name}.{name}"
            if full in {"os.environ", "os.environb", "sys.argv"}:
                self.touched = True
                return Items(self.argv, self.path) if full == "sys.argv" else External("os.environ")
            if self.environment.gone(full) and not owner.name.startswith("distutils"):
                self._missing(full, "AttributeError")
            return self._external(full)
        if isinstance(owner, Namespace):
            try:
                return owner.frame.get(name)
            except KeyError:
                return self._modules.get(f"{owner.name}.{name}") or Unknown(f"{owner.name}.{name}")
        if isinstance(owner, Instance):
            if name in owner.attributes:
                return owner.attributes[name]
            found = owner.klass.find(name)
            if isinstance(found, Func):
                return Func(found.node, found.frame, found.defaults, owner, found.owner)
            return found if found is not None else Unknown(f"attribute {name}")
        if isinstance(owner, Klass):
            found = owner.find(name)
            return owner.name if name == "__name__" else found if found is not None else Unknown(f"attribute {name}")
        if isinstance(owner, Ext):
            if name in {"sources", "name"}:
                return getattr(owner, name)
            if name not in owner.options and name in _LIST_OPTIONS:
                owner.options[name] = Items((), owner.path)
            return owner.options.get(name)
        return attribute_of(owner, name)

    def _of_subscript(self, node: ast.Subscript) -> Any:
        owner = self.value(node.value)
        if isinstance(node.slice, ast.Slice):
            parts = [self.value(part) if part is not None else None for part in (node.slice.lower, node.slice.upper, node.slice.step)]
            if (
                all(part is None or isinstance(part, int) for part in parts)
                and parts[2] != 0
                and isinstance(owner, (str, bytes, tuple, list))
            ):
                cut = owner[slice(*parts)]
                return Items(cut, self.path) if isinstance(owner, list) else tuple(cut) if isinstance(owner, tuple) else cut
            return Unknown("a slice")
        key = self.value(node.slice)
        if isinstance(owner, External) and owner.name == "os.environ":
            self.touched = True
            if (
                isinstance(key, str)
                and key not in calls.SET_BY_THE_SYSTEM
                and self.guards
                and "KeyError" in frozenset().union(*self.guards)
            ):
                raise Raised(("KeyError", "LookupError"), f"KeyError: {key}", self.contents.where(self.frame.member, self.line))
            return Unknown("an environment variable")
        self._guarded_subscript(owner, key)
        return subscript(owner, key)

    def _guarded_subscript(self, owner: Any, key: Any) -> None:
        """``{}[key]`` and ``None[key]`` raise: of interest only where somebody waits for it."""
        waited = frozenset[str]().union(*self.guards)
        where = self.contents.where(self.frame.member, self.line)
        if isinstance(owner, dict) and isinstance(key, str) and key not in owner and SOME_KEY not in owner and "KeyError" in waited:
            raise Raised(("KeyError", "LookupError"), f"KeyError: {key}", where)
        if owner is None and "TypeError" in waited:
            raise Raised(("TypeError",), "TypeError: None has no items", where)

    def _of_tuple(self, node: ast.Tuple) -> Any:
        return tuple(self._elements(node.elts))

    def _of_list(self, node: ast.List) -> Any:
        return Items(self._elements(node.elts), self.path)

    def _of_set(self, node: ast.Set) -> Any:
        return Items(self._elements(node.elts), self.path)

    def _elements(self, nodes: list[ast.expr]) -> Iterator[Any]:
        for node in nodes:
            if isinstance(node, ast.Starred):
                items = self.iterate(self.value(node.value))
                yield from items if items is not None else [Unknown("unpacked")]
            else:
                yield self.value(node)

    def _of_dict(self, node: ast.Dict) -> Any:
        made: dict[Any, Any] = {}
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self.value(value_node)
            if key_node is None:
                made.update(value if isinstance(value, dict) else {})
                continue
            key = self.value(key_node)
            if isinstance(key, (str, int, bytes, type(None))):
                made[key] = value
        return made

    def _of_boolop(self, node: ast.BoolOp) -> Any:
        stops = isinstance(node.op, ast.Or)
        unknown: list[Any] = []
        value: Any = None
        for part in node.values:
            value = self.value(part)
            truth = self.truth(value)
            if truth is None:
                unknown.append(value)
            elif truth is stops:
                if not unknown:
                    return value
                return (
                    merge([*unknown, value], Certainty.DECIDED_LATER, self.path)
                    if stops
                    else Unknown("a condition", (False, value))
                    if value
                    else value
                )
        if not unknown:
            return value
        return Unknown(
            "a condition",
            tuple(unknown[0].options) if isinstance(unknown[0], Unknown) and len(unknown) == 1 and value is unknown[0] else (),
        )

    def _of_unaryop(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            truth = self.truth(value)
            return Unknown("a condition") if truth is None else not truth
        return unary(node.op, value)

    def _of_binop(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        made = binary(node.op, left, right)
        return Items(made, self.path) if isinstance(made, list) else made

    def _of_compare(self, node: ast.Compare) -> Any:
        left = self.value(node.left)
        for operator, other in zip(node.ops, node.comparators, strict=True):
            right = self.value(other)
            if isinstance(right, External) and right.name == "os.environ" and isinstance(operator, (ast.In, ast.NotIn)):
                answer: Any = isinstance(operator, ast.NotIn)
            elif isinstance(right, External) and right.name == "sys.path" and isinstance(operator, (ast.In, ast.NotIn)):
                answer = self._is_on_path(left, isinstance(operator, ast.In))
            elif isinstance(right, External) and right.name == "sys.modules" and isinstance(operator, (ast.In, ast.NotIn)):
                answer = self._is_loaded(left, isinstance(operator, ast.In))
            else:
                answer = compare(operator, left, right)
            if isinstance(answer, Unknown) or not answer:
                return answer
            left = right
        return True

    def _of_ifexp(self, node: ast.IfExp) -> Any:
        truth = self.truth(self.value(node.test))
        if truth is None:
            return merge([self.value(node.body), self.value(node.orelse)], Certainty.DECIDED_LATER, self.path)
        return self.value(node.body if truth else node.orelse)

    def _of_joinedstr(self, node: ast.JoinedStr) -> Any:
        parts: list[str] = []
        for part in node.values:
            value = self.value(part.value) if isinstance(part, ast.FormattedValue) else self.value(part)
            if isinstance(part, ast.FormattedValue) and (part.format_spec is not None or part.conversion != -1):
                value = Unknown("formatted")
            if not isinstance(value, (str, int)):
                return Unknown("a text with an unknown part")
            parts.append(str(value))
        return calls.bounded("".join(parts))

    def _of_lambda(self, node: ast.Lambda) -> Any:
        return self._function(node)

    def _of_namedexpr(self, node: ast.NamedExpr) -> Any:
        value = self.value(node.value)
        self._last_touched = self.touched
        self.assign(node.target, value)
        return value

    def _of_listcomp(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> Any:
        made = Items((), self.path)
        if not self._comprehend(node.generators, lambda: made.append(self._conditional(self.value(node.elt)))):
            made.append(Unknown("an item of a list that is not known"))
        return made

    _of_generatorexp = _of_listcomp
    _of_setcomp = _of_listcomp

    def _of_dictcomp(self, node: ast.DictComp) -> Any:
        made: dict[Any, Any] = {}

        def add() -> None:
            key, value = self.value(node.key), self.value(node.value)
            if isinstance(key, (str, int)):
                made[key] = value

        self._comprehend(node.generators, add)
        return made

    _conditions: tuple[Certainty, ...] = ()

    def _conditional(self, value: Any) -> Any:
        return Perhaps(value, weaker(*self._conditions)) if self._conditions else value

    def _comprehend(self, generators: list[ast.comprehension], add: Any) -> bool:
        """Run a comprehension; False where something that it goes over is not known."""
        if not generators:
            add()
            return True
        generator, rest = generators[0], generators[1:]
        items = self.iterate(self.value(generator.iter))
        if items is None:
            return False
        complete = True
        frame = self.frame
        frame.scopes.append({})
        try:
            for item in items:
                self.tick()
                outer = self._conditions
                if isinstance(item, Perhaps):
                    self._conditions = (*outer, item.certainty)
                self._last_touched = False
                self.assign(generator.target, item.value if isinstance(item, Perhaps) else item)
                truths = [self.truth(self.value(test)) for test in generator.ifs]
                if None in truths:
                    self._conditions = (*self._conditions, Certainty.DECIDED_LATER)
                if False not in truths:
                    complete &= self._comprehend(rest, add)
                self._conditions = outer
        finally:
            frame.scopes.pop()
        return complete

    def _of_await(self, node: ast.Await) -> Any:
        return self.value(node.value)

    def _of_starred(self, node: ast.Starred) -> Any:
        return self.value(node.value)

    # ---- calls ---------------------------------------------------------------------------------------------------

    def _of_call(self, node: ast.Call) -> Any:
        line = node.lineno
        if isinstance(node.func, ast.Attribute):
            owner = self.value(node.func.value)
            if node.func.attr == "run" and not node.args and isinstance(owner, (Unknown, External)):
                self._runs_command(owner)
            self.called[node] = self.called.get(node, False) or self.certainty is not Certainty.SWITCHED
            arguments, named = self._arguments(node)
            self.line = line
            return self._call_method(owner, node.func.attr, arguments, named)
        function = self.value(node.func)
        arguments, named = self._arguments(node)
        self.line = line
        return self.call(function, arguments, named)

    def _runs_command(self, command: Any) -> None:
        """``cmd.run()`` of a build command that the script made itself: where its failure is caught, it is tried and no more."""
        if isinstance(command, Unknown) or command.name.endswith("build_ext()"):
            caught = frozenset[str]().union(*self.guards) & {
                "Exception",
                "BaseException",
                "CompileError",
                "CCompilerError",
                "DistutilsError",
            }
            self.record.runs.append(weaker(self.certainty, Certainty.OPTIONAL) if caught else self.certainty)

    def _arguments(self, node: ast.Call) -> tuple[list[Any], dict[str, Any]]:
        arguments = list(self._elements(node.args))
        named: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.value(keyword.value)
            if keyword.arg is not None:
                named[keyword.arg] = value
            elif isinstance(value, dict):
                named.update({key: item for key, item in value.items() if isinstance(key, str)})
            else:
                named["**"] = Unknown("keyword arguments")
        return arguments, named

    def _call_method(self, owner: Any, name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
        if isinstance(owner, (External, Namespace, Instance, Klass)):
            if isinstance(owner, External) and owner.name == "sys.path" and name in {"insert", "append", "extend"}:
                self.on_path(arguments[-1] if arguments else None)
                return None
            if isinstance(owner, External) and owner.name == "super()":
                return self._super(name, arguments, named)
            function = self.attribute(owner, name)
            if isinstance(function, (Unknown, External)) and isinstance(owner, (Instance, Klass)):
                roots = (owner.klass if isinstance(owner, Instance) else owner).roots()
                return calls.inherited(self, roots, name, arguments, named)
            return self.call(function, arguments, named)
        return calls.method(self, owner, name, arguments, named)

    def _super(self, name: str, arguments: list[Any], named: dict[str, Any]) -> Any:
        owner, instance = self.frame.owner, self.frame.instance
        if owner is None:
            return Unknown("super()")
        for base in owner.bases:
            if isinstance(base, Klass) and isinstance(found := base.find(name), Func):
                return self.call(Func(found.node, found.frame, found.defaults, instance, found.owner), arguments, named)
        return calls.inherited(self, owner.roots(), name, arguments, named)

    def call(self, function: Any, arguments: list[Any], named: dict[str, Any]) -> Any:
        """Call a value."""
        if isinstance(function, External):
            return calls.external(self, function.name, arguments, named)
        if isinstance(function, Func):
            return self.call_function(function, arguments, named)
        if isinstance(function, Klass):
            return self._make(function, arguments, named)
        if isinstance(function, Instance) and isinstance(called := self.attribute(function, "__call__"), Func):
            return self.call_function(called, arguments, named)
        if isinstance(function, Unknown) and function.options:
            made = [self.call(option, arguments, named) for option in function.options[:3] if isinstance(option, (External, Func, Klass))]
            if made:
                return merge(made, Certainty.DECIDED_LATER, self.path)
        return Unknown("the result of a call")

    def call_function(self, function: Func, arguments: list[Any], named: dict[str, Any]) -> Any:
        """Interpret a call of a function of the code's own."""
        if self._depth >= _DEPTH:
            return Unknown("calls within calls")
        if function.instance is not None:
            arguments = [function.instance, *arguments]
        node = function.node
        frame = Frame([self._bound(node.args, function, arguments, named)], function.frame.member, function.frame, function.frame.module)
        frame.owner, frame.instance = (
            function.owner,
            function.instance if function.instance is not None else (arguments[0] if arguments else None),
        )
        outer, path, line, guards = self.frame, self.path, self.line, len(self.guards)
        self.frame = frame
        self._depth += 1
        try:
            if isinstance(node, ast.Lambda):
                return self.value(node.body)
            if self._generates(node) and not any(_last(decorator) == "contextmanager" for decorator in node.decorator_list):
                return Unknown("a generator")
            self.block(node.body)
            result = None
        except Return as returned:
            result = returned.value
        except Raised as raised:
            if not frame.returned:
                raise
            self.stop(raised, weaker(self.certainty, Certainty.DECIDED_LATER))
            result = frame.returned.pop()
        finally:
            self._depth -= 1
            inner_path = self.path
            self.frame, self.path, self.line = outer, path, line
            del self.guards[guards:]
        if frame.returned:
            certainty = (
                weaker(*(step.certainty for step in inner_path[len(path) :])) if len(inner_path) > len(path) else Certainty.DECIDED_LATER
            )
            result = merge([*frame.returned, result], certainty, self.path)
        return result

    def _generates(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        """Whether a function yields."""
        known = self._generators.get(node)
        if known is None:
            known = self._generators[node] = any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in ast.walk(node))
        return known

    def _bound(self, parameters: ast.arguments, function: Func, arguments: list[Any], named: dict[str, Any]) -> dict[str, Any]:
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

    def _make(self, klass: Klass, arguments: list[Any], named: dict[str, Any]) -> Any:
        kind = calls.extension_kind(klass)
        if kind is not None:
            return calls.own_extension(self, klass, kind, arguments, named)
        instance = Instance(klass)
        constructor = klass.find("__init__")
        if isinstance(constructor, Func):
            self.call_function(
                Func(constructor.node, constructor.frame, constructor.defaults, instance, constructor.owner), arguments, named
            )
        return instance


_BUILD_FAILS = frozenset({"Exception", "BaseException", "CompileError", "CCompilerError", "DistutilsError"})
"""What a build command raises that fails, where no setup() turns it into SystemExit."""
_NEVER_OWN = frozenset({"setuptools", "distutils", "pkg_resources", "os", "sys", "re"})
_LIST_OPTIONS = frozenset(
    {
        "include_dirs",
        "libraries",
        "library_dirs",
        "define_macros",
        "extra_compile_args",
        "extra_link_args",
        "extra_objects",
        "depends",
        "undef_macros",
        "runtime_library_dirs",
    }
)


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _lookup(frame: Frame, name: str) -> Any:
    try:
        return frame.get(name)
    except KeyError:
        return Unknown(f"the name {name}")


def _as_load(node: ast.expr) -> ast.expr:
    """The target of ``+=`` as the expression that it reads; the context is not looked at."""
    return node


def _exception_name(value: Any, node: ast.expr | None) -> str:
    """The name of an exception's class, as well as it can be told."""
    if isinstance(value, Instance):
        return value.klass.name
    if isinstance(value, Klass):
        return value.name
    if isinstance(value, External):
        return value.name.removesuffix("()").rpartition(".")[2]
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    return "the exception at hand"
