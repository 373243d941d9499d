"""setup.cfg and setup.py by themselves: what they state without being run."""

from __future__ import annotations

import os
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests.display import nearest
from muslcheck.manifests.files import decode
from muslcheck.manifests.pep508 import InvalidEntry, read_pep508
from muslcheck.manifests.setup_cfg import Stated, read_setup_cfg
from muslcheck.words.report import Problem
from muslcheck.words.requirement import Manifest, Origin, Requirement

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Sequence

    from packaging.utils import NormalizedName

    from muslcheck.manifests.asked import Asked

__all__ = ["read"]

_LISTS = (".txt", ".in", ".pip")
"""How the names of requirements files end."""
_DEEPEST = 50
_HINT = "Name a requirements file, or the pyproject.toml."


def read(path: str, data: bytes, asked: Asked) -> Manifest:
    """``install_requires`` and the extras asked for. Raises ManifestError with every fault."""
    problems: tuple[Problem, ...] = ()
    if os.path.basename(path) == "setup.cfg":
        stated = read_setup_cfg(path)
        if stated is None:
            raise ManifestError((Fault(path, None, "it has no install_requires in [options]"),), _HINT)
    else:
        stated, files = _from_setup_py(path, data)
        taken = "what it hands to setup() literally" if not files else f"{' and '.join(files)}, which it reads,"
        problems = (Problem(path, f"it is not run: {taken} is taken for all that it requires"),)
    if asked.groups:
        raise ManifestError((Fault(path, None, "setuptools has no dependency groups, only extras"),))
    requirements = list(stated.dependencies)
    faults = []
    for name in [*asked.extras, *(stated.extras if asked.all_extras else ())]:
        key = canonicalize_name(name)
        if key in stated.extras:
            requirements += stated.extras[key]
        else:
            known = f"; it has {', '.join(sorted(stated.extras))}" if stated.extras else "; it has none"
            faults.append(Fault(path, None, f'the project has no extra "{name}"{nearest(key, list(stated.extras)) or known}'))
    if faults:
        raise ManifestError(tuple(faults))
    return Manifest(path, "setuptools", tuple(dict.fromkeys(requirements)), problems=problems, extras=stated.extras)


def _from_setup_py(path: str, data: bytes) -> tuple[Stated, tuple[str, ...]]:
    """The literal arguments of ``setup()``, and names that the script binds to literals at its top; the files that it reads them from."""
    import ast

    text = decode(data, path)[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the script's own: invalid escapes and the like
            tree = ast.parse(text)
    except SyntaxError as error:
        raise ManifestError((Fault(path, error.lineno, f"not Python: {error.msg}"),)) from None
    except (ValueError, RecursionError, MemoryError):
        raise ManifestError((Fault(path, None, "not Python that can be read"),)) from None
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) == "setup"]
    if not calls:
        raise ManifestError((Fault(path, None, "it does not call setup()"),), _HINT)
    given = {word.arg: word.value for word in calls[0].keywords}
    if "install_requires" not in given:
        beside = os.path.join(os.path.dirname(path), "setup.cfg")
        stated = read_setup_cfg(beside) if os.path.isfile(beside) else None
        if stated is not None:
            return stated, ()
        if None in given or "extras_require" not in given:
            reason = "it does not say literally what it requires (install_requires), and nothing is run here"
            raise ManifestError((Fault(path, calls[0].lineno, reason),), _HINT)
    reader = _Literals(path, tree)
    dependencies = reader.requirements(given["install_requires"], "install_requires") if "install_requires" in given else ()
    extras = reader.extras(given["extras_require"]) if "extras_require" in given else {}
    if reader.faults:
        raise ManifestError(tuple(dict.fromkeys(reader.faults)), _HINT)
    return Stated(dependencies, extras), tuple(dict.fromkeys(reader.files))


def _called(call: ast.Call) -> str:
    import ast

    function = call.func
    return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""


class _Literals:
    """Literals of one script, and the names that stand for them."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        import ast

        self.path = path
        self.faults: list[Fault] = []
        self.files: list[str] = []
        """The requirements files that it reads."""
        self.names: dict[str, ast.expr] = {}
        self.functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        self.names.update(_bound(tree.body, []))

    def value(self, node: ast.expr) -> ast.expr:
        """What a name stands for; anything else as it is."""
        import ast

        for _ in range(10):
            if not isinstance(node, ast.Name) or node.id not in self.names:
                break
            node = self.names[node.id]
        return node

    def requirements(self, node: ast.expr, what: str) -> tuple[Requirement, ...]:
        """A list of requirements, or one text of several lines."""
        import ast

        node = self.value(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return (*self.requirements(node.left, what), *self.requirements(node.right, what))
        entries = list(node.elts) if isinstance(node, (ast.List, ast.Tuple)) else [node]
        found = []
        for each in map(self.value, entries):
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                found += [self.requirement(line, each.lineno) for line in each.value.splitlines() if line.strip()]
            elif isinstance(each, ast.Starred):
                found += self.requirements(each.value, what)
            elif (file := self.file(each)) is not None:
                found += self.lines(file)
            else:
                self.faults.append(Fault(self.path, each.lineno, f"{what} is computed here, and nothing is run"))
        return tuple(requirement for requirement in found if requirement is not None)

    def requirement(self, text: str, line: int) -> Requirement | None:
        """One requirement, or a fault."""
        try:
            return read_pep508(text.strip(), Origin(self.path, line))
        except InvalidEntry as error:
            self.faults.append(Fault(self.path, line, str(error)))
            return None

    def file(self, node: ast.expr) -> str | None:
        """The one requirements file beside it that an expression has to do with: whatever it does with it, it reads its lines."""
        folder = os.path.dirname(self.path)
        named: set[str] = set()
        with suppress(RecursionError):
            named = {os.path.normpath(os.path.join(folder, each)) for each in self.paths(node, set()) if "\0" not in each}
        there = sorted(each for each in named if os.path.isfile(each))
        return there[0] if len(there) == 1 else None

    def paths(self, node: ast.AST, seen: set[str]) -> Iterator[str]:
        """The texts in an expression that look like a requirements file's path, and in what it calls and names."""
        import ast

        whole = "/".join(self.joined(node))
        if whole.endswith(_LISTS):
            yield whole.lstrip("/")
        if isinstance(node, ast.Name) and node.id not in seen:
            seen.add(node.id)
            for other in (self.names.get(node.id), self.functions.get(node.id)):
                yield from () if other is None else self.paths(other, seen)
        for inner in ast.iter_child_nodes(node):
            yield from self.paths(inner, seen)

    def joined(self, node: ast.AST, depth: int = 0) -> list[str]:
        """The literal parts of a path: of ``"a/b.txt"``, ``join(here, "a", "b.txt")`` and ``here / "a" / "b.txt"``."""
        import ast

        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.Call(args=args) if _called(node) == "join":
                return [text for each in args for text in self.joined(each, depth + 1)]
            case ast.BinOp(op=ast.Div()):
                return [*self.joined(node.left, depth + 1), *self.joined(node.right, depth + 1)]
            case ast.Name() if depth and node.id in self.names and depth < _DEEPEST:
                return self.joined(self.names[node.id], depth + 1)
            case _:
                return []

    def lines(self, path: str) -> tuple[Requirement, ...]:
        """The requirements of a file that it reads."""
        from muslcheck.manifests.files import load
        from muslcheck.manifests.requirements import read as read_lines

        try:
            found = read_lines(path, load(path))
        except ManifestError as error:
            self.faults += error.faults
            return ()
        self.faults += found.faults
        self.files.append(path)
        return found.requirements

    def extras(self, node: ast.expr) -> dict[NormalizedName, tuple[Requirement, ...]]:
        """``extras_require``; an extra that is computed is left out."""
        import ast

        node = self.value(node)
        found: dict[NormalizedName, tuple[Requirement, ...]] = {}
        for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                before = len(self.faults)
                members = self.requirements(value, "")
                if len(self.faults) == before:
                    found[canonicalize_name(key.value.partition(":")[0])] = members
                del self.faults[before:]
        return found


def _bound(body: Sequence[ast.stmt], opened: list[ast.expr]) -> Iterator[tuple[str, ast.expr]]:
    """The names that a script binds as it runs, in ``with``, ``if`` and ``try``, too; what is computed there holds what was opened."""
    import ast

    for node in body:
        match node:
            case ast.Assign():
                value = node.value
                if opened and not isinstance(value, (ast.Constant, ast.List, ast.Tuple, ast.Dict)):
                    value = ast.copy_location(ast.Call(ast.Name("read"), [value, *opened], []), value)
                yield from ((each.id, value) for each in node.targets if isinstance(each, ast.Name))
            case ast.With():
                yield from _bound(node.body, [*opened, *(each.context_expr for each in node.items)])
            case ast.If() | ast.Try():
                yield from _bound([*node.body, *node.orelse], opened)
            case _:
                pass
