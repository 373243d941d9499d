# ruff: noqa: ANN401 -- values of interpreted code are anything
"""The machine that holds the state of the interpretation, and hands every statement, expression and call to the function for it."""

from __future__ import annotations

import ast
import posixpath
import threading
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty, Seen
from muslcheck.archives.interpreter.branches import BRANCHES
from muslcheck.archives.interpreter.calling import CALLS, call
from muslcheck.archives.interpreter.expressions import EXPRESSIONS
from muslcheck.archives.interpreter.imports import IMPORTS
from muslcheck.archives.interpreter.lazy import Lazy
from muslcheck.archives.interpreter.lifting import items_of
from muslcheck.archives.interpreter.record import Record
from muslcheck.archives.interpreter.signals import Leave, OutOfSteps, Raised, Return
from muslcheck.archives.interpreter.statements import STATEMENTS
from muslcheck.archives.interpreter.values import (
    External,
    FileHandle,
    Frame,
    Func,
    Items,
    Namespace,
    Path,
    PathText,
    Perhaps,
    Step,
    Unknown,
    weaker,
)
from muslcheck.archives.interpreter.world import FOLDER, VARYING, Files
from muslcheck.archives.witness import Witness, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from muslcheck.archives.build_environment import BuildEnvironment
    from muslcheck.archives.container import Contents
    from muslcheck.words.target import Target

__all__ = ["Allowance", "Machine", "parse_python"]

_STEPS = 200_000
"""Expressions and statements evaluated before the reading of one archive gives up: about half a second."""
_TURNS = 5_000
"""Turns of one loop."""
_LONG, _ITEMS = 200, 5
"""Characters of a long text, and items of a long list, that take the memory of a step."""
_NOTES = 2_000
"""Facts of one kind that are kept."""
_DO = {**STATEMENTS, **BRANCHES, **IMPORTS}
_OF = {**EXPRESSIONS, **CALLS}
_PARSING = threading.Lock()
"""``warnings.catch_warnings`` is not safe for threads."""


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


@dataclass(slots=True)
class Allowance:
    """Steps that a piece of code was given, and whether they were too few."""

    spent: bool = False


class Machine:
    """Interprets the modules of one sdist for one target, and keeps a :class:`Record`."""

    def __init__(self, contents: Contents, target: Target, environment: BuildEnvironment) -> None:  # noqa: PLR0915 -- one line for each thing kept
        self.contents = contents
        self.target = target
        self.environment = environment
        self.files = Files(contents)
        self.answers = table(target, "answer")
        """What modules that are not interpreted have one answer for: ``sys.platform``."""
        self.variables = table(target, "variable")
        self.witnessed = isinstance(target, Witness)
        """What is asked is noted: whatever differs between targets is asked for as late as may be."""
        self.lazy = False
        """There are values that were not looked at (:mod:`muslcheck.archives.interpreter.lazy`)."""
        self.record = Record()
        # where the interpretation is
        self.main = "setup.py"
        """The script that the back end runs."""
        self.argv = ["setup.py", "bdist_wheel"]
        self.frame = Frame([{}], "setup.py")
        self.line = 0
        self.path: Path = ()
        """The branches on the way here that the build may not take."""
        self.said: list[tuple[tuple[Any, ...], str, int, Path]] = []
        """What was printed: the parts of the text, member and line, and the branches on the way there."""
        self.tests: list[ast.expr] = []
        """The conditions around the current place that hold."""
        self.guards: list[frozenset[str]] = []
        """The ``try`` statements around the current place: the exceptions that each catches and goes on after."""
        self.trials: list[Step] = []
        """Steps of the way that need a compiler, whose failure is caught."""
        self.conditions: tuple[Certainty, ...] = ()
        """How sure the current item of a comprehension is."""
        self.touched = False
        """The value just evaluated depends on the environment or the command line."""
        self.tainted = False
        """So does the value that is about to be bound."""
        self.steps = _STEPS
        """How many are left."""
        self.depth = 0
        # what it has met
        self.modules: dict[str, Namespace | None] = {}
        self.frames: dict[str, Frame] = {}
        self.imported: set[str] = set()
        self.path_is_known = True
        """``sys.path`` was not changed in a way that cannot be followed."""
        self.maybe_broken = 0
        """``break`` statements that were met on branches that may not be taken."""
        self.scripts: set[str] = set()
        """Scripts of the sdist that were run by another."""
        self.written: set[str] = set()
        """Members that the code itself has written before."""
        self.called: dict[ast.AST, bool] = {}
        """Calls of methods that were come to, and whether other than for a switch."""
        self.called_again = False
        """``setup()`` is called anew where it failed."""
        self.abi_modes = 0
        """cffi modules that are Python alone (``set_source(name, None)``)."""
        self.active: dict[ast.AST, list[Path]] = {}
        """Functions that are being called, and the branches on the way to each call of one within another."""
        self.patched: list[tuple[str, Func]] = []
        """Functions that the code put in place of those of modules that are not interpreted: their full names."""
        self.generators: dict[ast.AST, bool] = {}
        """Functions, and whether they yield."""

    def run(self, member: str, name: str = "__main__") -> Frame:
        """Interpret a member as a module; what it does is in :attr:`record`. Never raises over what a main script says."""
        frame = Frame([{"__name__": name, "__file__": f"{FOLDER}/{member}", "__doc__": None}], member)
        frame.module = frame
        if member.endswith("/__init__.py"):
            frame.scopes[0]["__path__"] = Items([f"{FOLDER}/{posixpath.dirname(member)}"])
        self.frames[name] = frame
        tree = self._parsed(member)
        if tree is None:
            return frame
        before = self.frame, self.path, self.guards
        self.frame = frame
        try:
            self.block(tree.body)
        except Raised as raised:
            if name != "__main__":
                raise
            self.stop(raised, self.certainty)
        except (Return, Leave):
            pass
        except (OutOfSteps, RecursionError):
            if name != "__main__":
                raise
            self.note(self.record.unread, "the code goes too deep to be followed", member=member)
        finally:
            self.frame, self.path, self.guards = before
        return frame

    def _parsed(self, member: str) -> ast.Module | None:
        """The syntax tree of a member; None, and a note, where there is none."""
        text = self.contents.text(member)
        if text is None or member in self.contents.cut:
            if self.certainty is not Certainty.SWITCHED:
                self.note(self.record.unread, "not read: too large or missing", member=member)
            return None
        key = f"python:{member}"  # Cython's reader may cut up the same member
        if key not in self.contents.parsed:
            self.contents.parsed[key] = parse_python(text)
        tree: ast.Module | SyntaxError | None = self.contents.parsed[key]
        if isinstance(tree, SyntaxError):
            where = self.contents.where(member, tree.lineno)
            self.record.raises.append(Seen(f"SyntaxError: {tree.msg}", where, self.certainty, "not Python 3"))
            return None
        if tree is None:
            self.note(self.record.unread, "cannot be parsed", member=member)
        return tree

    def follow(self, work: Callable[[], Any], where: str) -> Any:
        """Do a piece of interpretation; where the code stops, note it."""
        try:
            return work()
        except Raised as raised:
            self.stop(raised, self.certainty)
        except Return as returned:
            return returned.value
        except (OutOfSteps, RecursionError):
            self.record.unread.append(Seen("the code goes too deep to be followed", where, Certainty.DECIDED_LATER))
        return None

    # ---- what the functions for statements, expressions and calls go back to ---------------------------------------

    def block(self, body: list[ast.stmt]) -> None:
        """Follow statements, one after the other. Leaves by a signal (``signals``) where the code does."""
        for statement in body:
            self.tick()
            self.line = statement.lineno
            handler = _DO.get(type(statement))
            if handler is not None:
                handler(self, statement)

    def value(self, node: ast.expr, *, look: bool = True) -> Any:
        """The value of an expression; Unknown where only the running code has it.

        ``look`` False: for who hands it on, and lets nothing hang on it (:class:`Lazy`).
        """
        self.tick()
        handler = _OF.get(type(node))
        if handler is None:
            return Unknown(type(node).__name__)
        made = handler(self, node)
        if type(made) is Lazy:
            return made.settle() if look else made
        if isinstance(made, (str, list, tuple)) and len(made) > _LONG and not isinstance(node, (ast.Name, ast.Constant)):
            self.spend(len(made) // (_LONG if isinstance(made, str) else _ITEMS))
        return made

    def call(self, function: Any, arguments: list[Any], named: dict[str, Any]) -> Any:
        """Call a value."""
        return call(self, function, arguments, named)

    def iterate(self, value: Any) -> list[Any] | None:
        """The items of something that is iterated over, which were perhaps not looked at; None where they are not known."""
        if type(value) is Lazy:
            if isinstance(value.plain, tuple):
                return items_of(self, value)
            value = value.settle()
        if isinstance(value, dict):
            return [Perhaps(k, v.certainty) if isinstance(v, Perhaps) else k for k, v in list(value.items())[:_TURNS]]
        if isinstance(value, (list, tuple, set, frozenset)):
            return list(value)[:_TURNS]
        if isinstance(value, FileHandle) and isinstance(text := self.files.read(value.member), str):
            return list(text.splitlines(keepends=True)[:_TURNS])
        if isinstance(value, str) and not isinstance(value, PathText):
            return list(value[:_TURNS])
        return None

    def named(self, full: str) -> Any:
        """Something out of a module that is not interpreted, by its full name."""
        return self.answer(full) if full in self.answers else External(full)

    def answer(self, key: str) -> Any:
        """One of the answers."""
        return self._late("answer", self.answers, key)

    def variable(self, name: str) -> Any:
        """A configuration variable that is known; KeyError where it is not."""
        return self._late("variable", self.variables, name)

    def _late(self, kind: str, known: dict[str, Any], key: str) -> Any:
        if not self.witnessed or key not in VARYING:
            return known[key]
        self.lazy = True
        return Lazy(self.target, (kind, key), dict.__getitem__(known, key))

    def tick(self) -> None:
        """Count a step; raises OutOfSteps where there were too many."""
        self.steps -= 1
        if self.steps < 0:
            raise OutOfSteps

    def spend(self, steps: int) -> None:
        """Count what takes the time, or the memory, of many steps."""
        self.steps -= steps
        self.tick()

    @contextmanager
    def allowance(self, steps: int) -> Iterator[Allowance]:
        """Let what is done inside take so many steps, and end it there."""
        allowed = Allowance()
        left, self.steps = self.steps, min(self.steps, steps)
        given = self.steps
        try:
            yield allowed
        except OutOfSteps:
            allowed.spent = True
            if left <= steps:
                raise
        finally:
            self.steps += left - given

    # ---- what is noted -------------------------------------------------------------------------------------------

    @property
    def here(self) -> str:
        """The current place, for people."""
        return self.contents.where(self.frame.member, self.line)

    @property
    def caught(self) -> frozenset[str]:
        """The exceptions that are caught around the current place."""
        return frozenset[str]().union(*self.guards)

    @property
    def certainty(self) -> Certainty:
        """How sure it is that the build comes past the current place."""
        return self._how_sure(self.path)

    def since(self, born: Path) -> Certainty:
        """How sure it is that the build comes past the current place, given that it came past another."""
        shared = 0
        for ours, theirs in zip(self.path, born, strict=False):
            if ours is not theirs:
                break
            shared += 1
        return self._how_sure(self.path[shared:])

    def _how_sure(self, path: Path) -> Certainty:
        how = weaker(Certainty.ALWAYS, *(step.certainty for step in path))
        if self.trials and how is Certainty.DECIDED_LATER and any(step in self.trials for step in path):
            return Certainty.OPTIONAL  # whatever is decided, the build goes on without it
        return how

    def note(
        self, into: list[Seen], value: str, *, detail: str = "", member: str | None = None, certainty: Certainty | None = None
    ) -> None:
        """Keep a fact, seen at the current line."""
        where = self.contents.where(member or self.frame.member, None if member else self.line or None)
        seen = Seen(value, where, certainty or self.certainty, detail)
        if len(into) < _NOTES and seen not in into:
            into.append(seen)

    def stop(self, raised: Raised, certainty: Certainty) -> None:
        """Note an exception that nothing catches: a module that is missing, or a stop of the code's own."""
        if certainty is Certainty.SWITCHED:
            return  # what only a switch would run into tells nothing of a plain build
        into = self.record.imports if raised.lacking else self.record.raises
        seen = Seen(raised.message, raised.where, certainty, raised.lacking or raised.kinds[0])
        if seen not in into:
            into.append(seen)
