# ruff: noqa: ANN401 -- values of interpreted code are anything
"""The values that the interpreter of setup.py works with, beside plain strings, numbers, tuples and dicts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

__all__ = [
    "BYTES",
    "SOME_KEY",
    "TRIED",
    "Bound",
    "Encoded",
    "Ext",
    "External",
    "Fielded",
    "FileHandle",
    "Frame",
    "Func",
    "Instance",
    "Items",
    "Klass",
    "Namespace",
    "Path",
    "PathText",
    "Perhaps",
    "Step",
    "Unknown",
    "merge",
    "weaker",
]

_WEAKNESS = {Certainty.ALWAYS: 0, Certainty.OPTIONAL: 1, Certainty.DECIDED_LATER: 2, Certainty.SWITCHED: 3}


def weaker(*certainties: Certainty) -> Certainty:
    """The least sure of several."""
    return max(certainties, key=_WEAKNESS.__getitem__, default=Certainty.ALWAYS)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One branch that the reading took without knowing that the build does."""

    certainty: Certainty


_ANCESTORS = 20
"""No setup.py has a longer line of ancestors."""
Path = tuple[Step, ...]
"""The branches on the way to a place in the code; empty on the way that the build surely takes."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only the running code has; ``options`` where it is one of a few."""

    why: str = ""
    options: tuple[Any, ...] = ()


TRIED = "a trial with the compiler"
"""Why a value is not known that is one with a compiler and another without."""
BYTES = "the bytes of a file"
"""Why a value is not known that is surely bytes."""
SOME_KEY = Unknown("a key")
"""The key of a dict under which stands what was put under a key that is not known: it may be any."""


@dataclass(frozen=True, slots=True)
class External:
    """Something out of a module that is not interpreted, by its full name: ``setuptools.Extension``."""

    name: str

    def __getitem__(self, key: object) -> Unknown:
        return Unknown(self.name)


@dataclass(frozen=True, slots=True)
class Perhaps:
    """An item that a list or a dict holds only on a branch that may not be taken."""

    value: Any
    certainty: Certainty


class Items(list[Any]):
    """A list of the interpreted code, which knows on which branch it was made."""

    __slots__ = ("born",)

    def __init__(self, items: Any = (), born: Path = ()) -> None:
        super().__init__(items)
        self.born = born


class PathText(str):
    """A ``pathlib.Path`` of the interpreted code."""

    __slots__ = ()


class Encoded(str):
    """Bytes of the interpreted code, as the text that they encode."""

    __slots__ = ()


class Fielded(tuple[Any, ...]):  # noqa: SLOT001 -- a tuple has no room for slots
    """A tuple whose items have names: ``sys.version_info``, ``os.uname()``."""

    fields: tuple[str, ...]

    @classmethod
    def of(cls, **items: Any) -> Fielded:
        """Make one."""
        made = cls(items.values())
        made.fields = tuple(items)
        return made


@dataclass(slots=True, eq=False)
class Ext:
    """An extension module while it is being described."""

    kind: str
    name: Any
    sources: Any
    line: int
    member: str
    options: dict[str, Any] = field(default_factory=dict)
    path: Path = ()
    certainty: Certainty = Certainty.ALWAYS


@dataclass(slots=True, eq=False)
class FileHandle:
    """An open file of the interpreted code: its place in the archive, or None where it is elsewhere."""

    member: str | None
    binary: bool = False


@dataclass(slots=True, eq=False)
class Frame:
    """The names of a module or of a function call; the last scope is written to, branches push one."""

    scopes: list[dict[str, Any]]
    member: str
    parent: Frame | None = None
    module: Frame | None = None
    global_names: set[str] = field(default_factory=set)
    tainted: set[str] = field(default_factory=set)
    returned: list[Any] = field(default_factory=list)
    yielded: Items | None = None
    """What a generator has yielded so far."""
    instance: Any = None
    owner: Klass | None = None

    def get(self, name: str) -> Any:
        """The value of a name; KeyError where it has none."""
        frame: Frame | None = self
        while frame is not None:
            for scope in reversed(frame.scopes):
                if name in scope:
                    return scope[name]
            frame = frame.parent
        raise KeyError(name)

    def look_up(self, name: str) -> Any:
        """The value of a name; Unknown where it has none."""
        try:
            return self.get(name)
        except KeyError:
            return Unknown(f"the name {name}")


@dataclass(slots=True, eq=False)
class Func:
    """A function or a lambda of the interpreted code."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    frame: Frame
    defaults: dict[str, Any]
    instance: Any = None
    owner: Klass | None = None
    """The class that it was defined in."""

    def bound(self, instance: Any, owner: Klass | None = None) -> Func:
        """As a method of an object; ``owner`` where it was not defined in a class."""
        return Func(self.node, self.frame, self.defaults, instance, self.owner or owner)


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A function with the first of its arguments: ``functools.partial``."""

    function: Any
    arguments: tuple[Any, ...]
    named: dict[str, Any]


@dataclass(slots=True, eq=False)
class Klass:
    """A class of the interpreted code."""

    name: str
    bases: tuple[Any, ...]
    attributes: dict[str, Any]
    node: ast.ClassDef
    member: str

    def find(self, name: str) -> Any:
        """An attribute of the class or of its interpreted bases; None where it has none."""
        return next((klass.attributes[name] for klass in self.family() if name in klass.attributes), None)

    def roots(self) -> set[str]:
        """Full names of the bases that are not interpreted."""
        bases = (base for klass in self.family(options=True) for base in klass.bases)
        options = (option for base in bases for option in (base.options if isinstance(base, Unknown) else (base,)))
        return {option.name for option in options if isinstance(option, External)}

    def family(self, *, options: bool = False) -> Iterator[Klass]:
        """The class and its interpreted bases, each once, itself first; with ``options`` those that may be bases, too."""
        seen: set[int] = set()
        todo: list[Any] = [self]
        while todo and len(seen) < _ANCESTORS:
            klass = todo.pop()
            if isinstance(klass, Klass) and id(klass) not in seen:
                seen.add(id(klass))
                yield klass
                todo.extend(reversed(klass.bases))
            elif isinstance(klass, Unknown) and options:
                todo.extend(reversed(klass.options))


@dataclass(slots=True, eq=False)
class Instance:
    """An object of an interpreted class."""

    klass: Klass
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Namespace:
    """A module out of the archive, interpreted."""

    name: str
    frame: Frame


def same(first: Any, second: Any) -> bool:
    """Whether two values are the same, without surprises from equality (1 == True)."""
    if first is second:
        return True
    if type(first) is not type(second):
        return False
    if isinstance(first, (list, tuple)):
        return len(first) == len(second) and all(
            a is b or (type(a) is type(b) and isinstance(a, str) and a == b) for a, b in zip(first, second, strict=True)
        )
    return isinstance(first, (str, bytes, int, float, External, type(None))) and bool(first == second)


def merge(values: list[Any], certainty: Certainty, born: Path) -> Any:
    """One value for several that different branches leave behind."""
    from muslcheck.archives.interpreter.lazy import settled

    first = values[0]
    if all(other is first for other in values[1:]):
        return first
    values = [settled(value) for value in values]
    first = values[0]
    if all(same(first, other) for other in values[1:]):
        return first
    if any(isinstance(value, (Items, tuple)) for value in values) and all(
        isinstance(value, (Items, tuple, type(None))) for value in values
    ):
        return Items(_union([list(value or ()) for value in values], certainty), born)
    if all(isinstance(value, dict) for value in values):
        keys = dict.fromkeys(key for value in values for key in value)
        return {
            key: merge([value[key] for value in values], certainty, born)
            if all(key in value for value in values)
            else Perhaps(next(value[key] for value in values if key in value), certainty)
            for key in keys
        }
    options = [option for value in values for option in (value.options or (value,) if isinstance(value, Unknown) else (value,))]
    return Unknown(TRIED if certainty is Certainty.OPTIONAL else "depends on a branch", tuple(options[:16]))


def _union(lists: list[list[Any]], certainty: Certainty) -> list[Any]:
    """The items of several lists, in order; those that are not surely in every one may be there."""
    sure = [{_key(item) for item in items if not isinstance(item, Perhaps)} for items in lists]
    merged: dict[object, Any] = {}
    for items in lists:
        for item in items:
            key = _key(item)
            if key not in merged:
                everywhere = isinstance(item, Perhaps) or all(key in keys for keys in sure)
                merged[key] = item if everywhere else Perhaps(item, certainty)
    return list(merged.values())


def _key(item: Any) -> object:
    """What tells an item of a list from another: its value where it is plain, else the object itself."""
    value = item.value if isinstance(item, Perhaps) else item
    return (type(value), value) if isinstance(value, (str, bytes, int, float, External, type(None))) else id(value)
