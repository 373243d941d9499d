# ruff: noqa: ANN401 -- values of interpreted code are anything
"""Expressions: what is known is evaluated, all else is Unknown, with its few possible values where there are few."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty
from muslcheck.archives.interpreter.assignments import assign
from muslcheck.archives.interpreter.imports import is_loaded, is_on_path, missing
from muslcheck.archives.interpreter.lazy import Lazy, holds_lazy, settled
from muslcheck.archives.interpreter.library import SET_BY_THE_SYSTEM
from muslcheck.archives.interpreter.lifting import chosen, compared, field_of, item_of, joined, key_among, lifted, operated, sliced, worded
from muslcheck.archives.interpreter.operations import BUILTINS, attribute_of, bounded, compare, subscript, truth, unary
from muslcheck.archives.interpreter.signals import Raised
from muslcheck.archives.interpreter.values import (
    SOME_KEY,
    Ext,
    External,
    Frame,
    Func,
    Instance,
    Items,
    Klass,
    Namespace,
    Perhaps,
    Unknown,
    merge,
    weaker,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from muslcheck.archives.interpreter.machine import Machine

__all__ = ["EXPRESSIONS", "attribute", "elements"]

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
"""Options of an Extension that are lists, empty where they were not given."""

_PACKAGES = frozenset({"distutils", "distutils.command"})
"""Their modules are attributes only where something imports them: an import tells, not the attribute."""


def _inner(machine: Machine, node: ast.Await | ast.Starred) -> Any:
    return machine.value(node.value)


def _constant(_machine: Machine, node: ast.Constant) -> Any:
    return node.value if not isinstance(node.value, complex) else Unknown("a complex number")


def _name(machine: Machine, node: ast.Name) -> Any:
    frame: Frame | None = machine.frame
    while frame is not None:
        for scope in reversed(frame.scopes):
            if node.id in scope:
                if node.id in frame.tainted:
                    machine.touched = True
                return scope[node.id]
        frame = frame.parent
    if node.id in BUILTINS:
        return External(node.id)
    if node.id == "__builtins__":
        return {}  # the module itself only in ``__main__``, which a back end does not run setup.py as
    star = machine.frame.look_up("*")
    if isinstance(star, External):
        return machine.named(f"{star.name}.{node.id}")
    return Unknown(f"the name {node.id}")


def _attribute(machine: Machine, node: ast.Attribute) -> Any:
    owner = machine.value(node.value, look=False)
    return attribute(machine, owner, node.attr)


def attribute(machine: Machine, owner: Any, name: str) -> Any:
    """An attribute of a value."""
    if type(owner) is Lazy:
        return field_of(machine, owner, name)
    special = _ATTRIBUTES.get(type(owner))
    return attribute_of(owner, name) if special is None else special(machine, owner, name)


def _of_external(machine: Machine, owner: External, name: str) -> Any:
    full = f"{owner.name}.{name}"
    if full in {"os.environ", "os.environb", "sys.argv"}:
        machine.touched = True
        return Items(machine.argv, machine.path) if full == "sys.argv" else External("os.environ")
    if owner.name not in _PACKAGES and machine.environment.gone(full):
        missing(machine, full, "AttributeError")
    return machine.named(full)


def _of_module(machine: Machine, owner: Namespace, name: str) -> Any:
    if name == "__dict__":
        return dict(owner.frame.scopes[0])
    try:
        return owner.frame.get(name)
    except KeyError:
        return machine.modules.get(f"{owner.name}.{name}") or Unknown(f"{owner.name}.{name}")


def _of_instance(machine: Machine, owner: Instance, name: str) -> Any:
    if name in owner.attributes:
        return owner.attributes[name]
    found = owner.klass.find(name)
    if not isinstance(found, Func):
        return found if found is not None else Unknown(f"attribute {name}")
    decorators = getattr(found.node, "decorator_list", ())
    if any(isinstance(decorator, ast.Name) and decorator.id == "staticmethod" for decorator in decorators):
        return found
    return machine.call(found.bound(owner), [], {}) if any(map(_is_property, decorators)) else found.bound(owner)


def _is_property(decorator: ast.expr) -> bool:
    name = decorator.attr if isinstance(decorator, ast.Attribute) else decorator.id if isinstance(decorator, ast.Name) else ""
    return name in {"property", "cached_property", "lazy_property"}


def _of_class(_machine: Machine, owner: Klass, name: str) -> Any:
    found = owner.find(name)
    return owner.name if name == "__name__" else found if found is not None else Unknown(f"attribute {name}")


def _of_extension(_machine: Machine, owner: Ext, name: str) -> Any:
    if name in {"sources", "name"}:
        return getattr(owner, name)
    if name not in owner.options and name in _LIST_OPTIONS:
        owner.options[name] = Items((), owner.path)
    return owner.options.get(name)


_ATTRIBUTES: dict[type, Callable[[Any, Any, str], Any]] = {
    External: _of_external,
    Namespace: _of_module,
    Instance: _of_instance,
    Klass: _of_class,
    Ext: _of_extension,
}


def _subscript(machine: Machine, node: ast.Subscript) -> Any:
    owner = machine.value(node.value, look=False)
    if isinstance(node.slice, ast.Slice):
        parts = [machine.value(part) if part is not None else None for part in (node.slice.lower, node.slice.upper, node.slice.step)]
        if type(owner) is Lazy and all(part is None or isinstance(part, int) for part in parts) and parts[2] != 0:
            return sliced(machine, owner, parts) if isinstance(owner.plain, (str, tuple)) else Unknown("a slice")
        if all(part is None or isinstance(part, int) for part in parts) and parts[2] != 0 and isinstance(owner, (str, bytes, tuple, list)):
            cut = owner[slice(*parts)]
            return Items(cut, machine.path) if isinstance(owner, list) else tuple(cut) if isinstance(owner, tuple) else cut
        return Unknown("a slice")
    key = machine.value(node.slice, look=False)
    if type(owner) is Lazy:
        return item_of(machine, owner, settled(key))
    if isinstance(owner, dict) and "KeyError" not in machine.caught:
        key = key_among(machine, owner, key) if type(key) is Lazy and SOME_KEY not in owner else settled(key)
    key = settled(key)
    if isinstance(owner, External) and owner.name == "os.environ":
        machine.touched = True
        if isinstance(key, str) and key not in SET_BY_THE_SYSTEM and "KeyError" in machine.caught:
            raise Raised(("KeyError", "LookupError"), f"KeyError: {key}", machine.here)
        return Unknown("an environment variable")
    _guarded_subscript(machine, owner, key)
    return subscript(owner, key)


def _guarded_subscript(machine: Machine, owner: Any, key: Any) -> None:
    """``{}[key]`` and ``None[key]`` raise: of interest only where somebody waits for it."""
    waited = machine.caught
    if isinstance(owner, dict) and isinstance(key, str) and key not in owner and SOME_KEY not in owner and "KeyError" in waited:
        raise Raised(("KeyError", "LookupError"), f"KeyError: {key}", machine.here)
    if owner is None and "TypeError" in waited:
        raise Raised(("TypeError",), "TypeError: None has no items", machine.here)


def _tuple(machine: Machine, node: ast.Tuple) -> Any:
    return tuple(elements(machine, node.elts))


def _list(machine: Machine, node: ast.List) -> Any:
    return Items(elements(machine, node.elts), machine.path)


def elements(machine: Machine, nodes: list[ast.expr]) -> Iterator[Any]:
    """The values of expressions, with those that are spread by ``*``."""
    for node in nodes:
        if isinstance(node, ast.Starred):
            items = machine.iterate(machine.value(node.value, look=False))
            yield from items if items is not None else [Unknown("unpacked")]
        else:
            yield machine.value(node, look=False)


def _dict(machine: Machine, node: ast.Dict) -> Any:
    made: dict[Any, Any] = {}
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = machine.value(value_node, look=False)
        if key_node is None:
            made.update(value if isinstance(value, dict) else {SOME_KEY: Perhaps(Unknown("an item"), Certainty.DECIDED_LATER)})
            continue
        key = machine.value(key_node)
        if isinstance(key, (str, int, bytes, type(None))):
            made[key] = value
    return made


def _boolean(machine: Machine, node: ast.BoolOp) -> Any:
    stops = isinstance(node.op, ast.Or)
    unknown: list[Any] = []
    value: Any = None
    for part in node.values:
        value = machine.value(part, look=False)
        if type(value) is Lazy and part is node.values[-1] and not unknown:
            return value
        holds = truth(value)
        if holds is None:
            unknown.append(value)
        elif holds is stops:
            if not unknown:
                return value
            value = settled(value)
            return (
                merge([*unknown, value], Certainty.DECIDED_LATER, machine.path)
                if stops
                else Unknown("a condition", (False, value))
                if value
                else value
            )
    if not unknown:
        return value
    return unknown[0] if isinstance(unknown[0], Unknown) and len(unknown) == 1 and value is unknown[0] else Unknown("a condition")


def _unary(machine: Machine, node: ast.UnaryOp) -> Any:
    value = machine.value(node.operand, look=False)
    if type(value) is Lazy:
        return lifted(machine, type(node.op).__name__, value) if not isinstance(node.op, ast.Invert) else Unknown("an operation")
    if isinstance(node.op, ast.Not):
        holds = truth(value)
        return Unknown("a condition") if holds is None else not holds
    return unary(node.op, value)


def _binary(machine: Machine, node: ast.BinOp) -> Any:
    left, right = machine.value(node.left, look=False), machine.value(node.right, look=False)
    made = operated(machine, node.op, left, right)
    return Items(made, machine.path) if isinstance(made, list) else made


def _compare(machine: Machine, node: ast.Compare) -> Any:
    left = machine.value(node.left, look=False)
    for operator, other in zip(node.ops, node.comparators, strict=True):
        right = machine.value(other, look=False)
        if isinstance(right, External) and right.name == "os.environ" and isinstance(operator, (ast.In, ast.NotIn)):
            answer: Any = isinstance(operator, ast.NotIn)
        elif isinstance(right, External) and right.name == "sys.path" and isinstance(operator, (ast.In, ast.NotIn)):
            answer = is_on_path(machine, settled(left), wanted=isinstance(operator, ast.In))
        elif isinstance(right, External) and right.name == "sys.modules" and isinstance(operator, (ast.In, ast.NotIn)):
            answer = is_loaded(machine, settled(left), wanted=isinstance(operator, ast.In))
        else:
            answer = compared(machine, operator, left, right) if machine.lazy else compare(operator, left, right)
        if len(node.ops) == 1:
            return answer
        answer = settled(answer)
        if isinstance(answer, Unknown) or not answer:
            return answer
        left = right
    return True


def _conditional(machine: Machine, node: ast.IfExp) -> Any:
    test = machine.value(node.test, look=False)
    if type(test) is Lazy and isinstance(node.body, ast.Constant) and isinstance(node.orelse, ast.Constant):
        return chosen(machine, test, machine.value(node.body), machine.value(node.orelse))
    holds = truth(test)
    if holds is None:
        return merge([machine.value(node.body), machine.value(node.orelse)], Certainty.DECIDED_LATER, machine.path)
    return machine.value(node.body if holds else node.orelse, look=False)


def _joined(machine: Machine, node: ast.JoinedStr) -> Any:
    parts: list[Any] = []
    for part in node.values:
        value = machine.value(part.value if isinstance(part, ast.FormattedValue) else part, look=False)
        if isinstance(part, ast.FormattedValue) and (part.format_spec is not None or part.conversion != -1):
            value = Unknown("formatted")
        if not worded([value]) or isinstance(value, float):
            return Unknown("a text with an unknown part")
        parts.append(value)
    if machine.lazy and holds_lazy(parts):
        return joined(machine, parts)
    return bounded("".join(map(str, parts)))


def _named(machine: Machine, node: ast.NamedExpr) -> Any:
    value = machine.value(node.value, look=False)
    machine.tainted = machine.touched
    assign(machine, node.target, value)
    return value


def _listed(machine: Machine, node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> Any:
    made = Items((), machine.path)
    if not _comprehend(machine, node.generators, lambda: made.append(_perhaps(machine, machine.value(node.elt, look=False)))):
        made.append(Unknown("an item of a list that is not known"))
    return made


def _mapped(machine: Machine, node: ast.DictComp) -> Any:
    made: dict[Any, Any] = {}

    def add() -> None:
        key, value = machine.value(node.key), machine.value(node.value, look=False)
        if isinstance(key, (str, int)):
            made[key] = value

    _comprehend(machine, node.generators, add)
    return made


def _perhaps(machine: Machine, value: Any) -> Any:
    return Perhaps(value, weaker(*machine.conditions)) if machine.conditions else value


def _comprehend(machine: Machine, generators: list[ast.comprehension], add: Any) -> bool:
    """Run a comprehension; False where something that it goes over is not known."""
    if not generators:
        add()
        return True
    generator, rest = generators[0], generators[1:]
    items = machine.iterate(machine.value(generator.iter, look=False))
    if items is None:
        return False
    complete = True
    frame = machine.frame
    frame.scopes.append({})
    try:
        for item in items:
            machine.tick()
            outer = machine.conditions
            if isinstance(item, Perhaps):
                machine.conditions = (*outer, item.certainty)
            machine.tainted = False
            assign(machine, generator.target, item.value if isinstance(item, Perhaps) else item)
            truths = [truth(machine.value(test, look=False)) for test in generator.ifs]
            if None in truths:
                machine.conditions = (*machine.conditions, Certainty.DECIDED_LATER)
            if False not in truths:
                complete &= _comprehend(machine, rest, add)
            machine.conditions = outer
    finally:
        frame.scopes.pop()
    return complete


EXPRESSIONS: dict[type[ast.expr], Callable[[Machine, Any], Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Tuple: _tuple,
    ast.List: _list,
    ast.Set: _list,
    ast.Dict: _dict,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.IfExp: _conditional,
    ast.JoinedStr: _joined,
    ast.NamedExpr: _named,
    ast.ListComp: _listed,
    ast.GeneratorExp: _listed,
    ast.SetComp: _listed,
    ast.DictComp: _mapped,
    ast.Await: _inner,
    ast.Starred: _inner,
}
"""The value of each of these expressions."""
