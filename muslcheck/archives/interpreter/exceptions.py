# ruff: noqa: ANN401 -- values of interpreted code are anything
"""The classes of exceptions in interpreted code, known by their names alone."""

from __future__ import annotations

import ast
from typing import Any

from muslcheck.archives.interpreter.values import External, Instance, Klass

__all__ = ["exception_name"]


def exception_name(value: Any, node: ast.expr | None) -> str:
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
