# ruff: noqa: ANN401 -- values of interpreted code are anything
"""Assignment: a value bound to a name, an attribute, an item, ``sys.path``, or spread over several of these."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty
from muslcheck.archives.interpreter.imports import on_path
from muslcheck.archives.interpreter.lazy import Lazy, settled
from muslcheck.archives.interpreter.signals import Raised
from muslcheck.archives.interpreter.values import (
    SOME_KEY,
    Ext,
    External,
    Func,
    Instance,
    Items,
    Klass,
    Namespace,
    Perhaps,
    Unknown,
    merge,
)

if TYPE_CHECKING:
    from muslcheck.archives.interpreter.machine import Machine

__all__ = ["assign", "tracked"]

_LARGEST = 5_000
"""Items of one dict."""


def tracked(machine: Machine, node: ast.expr) -> Any:
    """The value of what is about to be bound; whether it depends on the environment is noted for the name that it is bound to."""
    outer, machine.touched = machine.touched, False
    try:
        return machine.value(node, look=False)
    finally:
        machine.tainted = machine.touched
        machine.touched = outer or machine.touched


def assign(machine: Machine, target: ast.expr, value: Any) -> None:
    """Bind a value to a target of an assignment."""
    if isinstance(target, ast.Name):
        frame = machine.frame
        if target.id in frame.global_names and frame.module is not None:
            frame = frame.module
        frame.scopes[-1][target.id] = value
        (frame.tainted.add if machine.tainted else frame.tainted.discard)(target.id)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(machine, target.elts, value)
    elif isinstance(target, ast.Starred):
        assign(machine, target.value, value if isinstance(value, (list, tuple)) else Unknown("unpacked"))
    elif isinstance(target, ast.Attribute):
        _set_attribute(machine, _owner(machine, target), target.attr, value)
    elif isinstance(target, ast.Subscript) and isinstance(owner := machine.value(target.value), External) and owner.name == "sys.path":
        on_path(machine, value)
    elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice):
        owner, items = machine.value(target.value), machine.iterate(value)
        if isinstance(owner, Items) and target.slice.lower is None and target.slice.upper is None:
            owner[:] = items if items is not None else [Unknown("items that are not known")]
    elif isinstance(target, ast.Subscript):
        _set_item(machine, machine.value(target.value), machine.value(target.slice), value)


def _unpack(machine: Machine, targets: list[ast.expr], value: Any) -> None:
    if type(value) is Lazy:
        value = machine.iterate(value)
    items = list(value) if isinstance(value, (list, tuple, str)) and not any(isinstance(v, Perhaps) for v in value) else None
    starred = next((i for i, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
    if items is not None and starred is not None and len(items) >= len(targets) - 1:
        after = len(targets) - starred - 1
        items = [*items[:starred], Items(items[starred : len(items) - after], machine.path), *items[len(items) - after :]]
    if items is None or len(items) != len(targets):
        items = [Unknown("unpacked")] * len(targets)
    for target, item in zip(targets, items, strict=True):
        assign(machine, target, item)


def _owner(machine: Machine, target: ast.Attribute) -> Any:
    """What an attribute is set of; the names of Python itself are a dict, which takes none."""
    owner = machine.value(target.value)
    if isinstance(owner, dict) and isinstance(target.value, ast.Name) and target.value.id == "__builtins__":
        raise Raised(("AttributeError",), f"AttributeError: 'dict' object has no attribute {target.attr!r}", machine.here)
    return owner


def _set_attribute(machine: Machine, owner: Any, name: str, value: Any) -> None:
    if isinstance(owner, Ext):
        if name == "sources":
            owner.sources = value
        elif name == "name":
            owner.name = value
        else:
            owner.options[name] = (
                value
                if machine.since(owner.path) is Certainty.ALWAYS
                else merge([owner.options.get(name), value], machine.since(owner.path), owner.path)
            )
    elif isinstance(owner, Instance):
        value = settled(value) if machine.path else value
        before = settled(owner.attributes.get(name)) if machine.path else None
        uncertain = machine.path and isinstance(before, (str, Unknown)) and isinstance(value, str)
        owner.attributes[name] = merge([before, value], machine.certainty, machine.path) if uncertain else value
    elif isinstance(owner, External) and owner.name == "sys" and name == "path":
        on_path(machine, value)
    elif isinstance(owner, External) and isinstance(value, Func):
        machine.patched.append((f"{owner.name}.{name}", value))
    elif isinstance(owner, Namespace):
        owner.frame.scopes[0][name] = value
    elif isinstance(owner, Klass):
        owner.attributes[name] = value


def _set_item(machine: Machine, owner: Any, key: Any, value: Any) -> None:
    if isinstance(owner, dict) and isinstance(key, (str, int, tuple, bool, type(None))):
        try:
            known = key in owner
            value = settled(value) if machine.path else value
            if known and machine.certainty is Certainty.SWITCHED and isinstance(owner[key], Items) and isinstance(value, (Items, tuple)):
                there = {id(item) for item in owner[key]}
                others = (item for item in value if not isinstance(item, Perhaps) and id(item) not in there)
                owner[key] = Items([*owner[key], *(Perhaps(item, Certainty.SWITCHED) for item in others)], machine.path)
            elif machine.path and known:
                owner[key] = merge([owner[key], value], machine.certainty, machine.path)
            elif len(owner) < _LARGEST:
                owner[key] = value if not machine.path else Perhaps(value, machine.certainty)
        except TypeError:
            return
    elif isinstance(owner, dict) and isinstance(key, Unknown):
        owner[SOME_KEY] = Perhaps(value, machine.certainty)
    elif isinstance(owner, Items) and isinstance(key, int) and -len(owner) <= key < len(owner):
        owner[key] = value
