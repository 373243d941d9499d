"""Which of a wheel's extension modules importing it surely loads: followed through its Python files, of which none is run.

Only what happens whatever else does counts: imports at the top of a module, outside of ``if``, of ``try`` that catches something, and of
functions. What is imported so is followed in turn, as far as it lies in the wheel.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muslcheck.archives.facts import Seen
from muslcheck.archives.wheel_inside import FAULTS, installed_path, opened
from muslcheck.errors import CorruptArchive

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from muslcheck.archives.facts import NativeFile, WheelFacts

__all__ = ["shares_names", "surely_imported"]

_LARGEST, _LARGEST_IN_ALL = 1 << 20, 16 << 20
"""Bytes of a Python file, and of all of a wheel, that are looked at: beyond that nothing is sure."""
_MOST_MODULES, _MOST_ROOTS = 300, 50
"""Modules for each top name, and top names."""
_SHARES = re.compile(rb"\b(?:RTLD_GLOBAL|setdlopenflags)\b")
_LOADERS = frozenset({"CDLL", "PyDLL", "LoadLibrary"})


@dataclass(frozen=True, slots=True)
class _Module:
    """What a Python file surely imports (its ``from`` parts apart, with the line), which names it has, and which it may have beside those.

    ``texts`` are those that may name a file; ``loads`` is the line on which it surely opens a library with ``ctypes``, or 0.
    """

    imports: tuple[tuple[str, int, tuple[str, ...], int], ...] = ()
    names: frozenset[str] = frozenset()
    has_any: bool = True
    texts: frozenset[str] = frozenset()
    loads: int = 0


def surely_imported(file: BinaryIO, facts: WheelFacts) -> tuple[Seen, ...]:
    """The compiled files that importing each top name of a wheel in a seekable file surely loads, by the path they are installed to.

    Raises as :func:`muslcheck.archives.wheel_inside.read_wheel` does.
    """
    try:
        with opened(file, facts.filename) as archive:
            wheel = _Wheel(archive, facts)
            return tuple(seen for root in facts.roots[:_MOST_ROOTS] for seen in wheel.loaded(root))
    except (*FAULTS, RuntimeError) as error:
        raise CorruptArchive(facts.filename, f"cannot be read: {error}") from error


def shares_names(file: BinaryIO, facts: WheelFacts) -> bool:
    """Whether Python files of a wheel open libraries so that what is loaded later finds their names. Raises as above."""
    left = _LARGEST_IN_ALL
    try:
        with opened(file, facts.filename) as archive:
            for entry in archive.infolist():
                left -= entry.file_size if entry.filename.endswith(".py") else 0
                if left < 0:
                    return True  # for all that is known
                if entry.filename.endswith(".py") and _SHARES.search(archive.read(entry)):
                    return True
    except (*FAULTS, RuntimeError) as error:
        raise CorruptArchive(facts.filename, f"cannot be read: {error}") from error
    return False


class _Wheel:
    """The modules of a wheel, each file read once."""

    def __init__(self, archive: zipfile.ZipFile, facts: WheelFacts) -> None:
        self._archive = archive
        self._filename = facts.filename
        self._names = {installed_path(name): name for name in archive.namelist() if name.endswith(".py")}
        self._extensions: dict[str, list[str]] = {}
        self._libraries: dict[str, list[NativeFile]] = {}
        for native in facts.natives:
            if native.module:
                self._extensions.setdefault(native.module, []).append(native.path)
            elif not native.executable:
                self._libraries.setdefault(native.path.rpartition("/")[2], []).append(native)
        self._read: dict[str, _Module] = {}
        self._left = _LARGEST_IN_ALL

    def loaded(self, root: str) -> Iterator[Seen]:
        """What importing a top name surely loads."""
        seen: set[str] = set()
        ahead = deque([(root, f"{self._filename}!/{root}")])
        while ahead and len(seen) < _MOST_MODULES:
            name, where = ahead.popleft()
            if name in seen:
                continue
            seen.add(name)
            path = self._path(name)
            # A package goes before an extension module, and that before a file of Python (FileFinder).
            if name in self._extensions and not path.endswith("/__init__.py"):
                yield from (Seen(each, where, detail=root) for each in self._extensions[name])
            elif path:
                module = self._module(path)
                told = f"{self._filename}!/{self._names[path]}"
                package = name if path.endswith("/__init__.py") else name.rpartition(".")[0]
                ahead.extend((each, f"{told}:{line}") for each, line in self._imports(module, package))
                yield from (Seen(each, f"{told}:{module.loads}", detail=root) for each in self._opened(module))

    def _opened(self, module: _Module) -> Iterator[str]:
        """The library that a module surely opens, for every machine: the one that its texts name, on Linux where it has several."""
        named = [self._libraries[name] for name in sorted(self._libraries.keys() & module.texts) if module.loads]
        on_linux = [files for files in named if files[0].form == "elf"]
        if len(on_linux) <= 1:
            yield from (file.path for files in on_linux or named for file in files)

    def _path(self, name: str) -> str:
        stem = name.replace(".", "/")
        return next((path for path in (f"{stem}/__init__.py", f"{stem}.py") if path in self._names), "")

    def _module(self, path: str) -> _Module:
        if path not in self._read:
            package = path.rpartition("/")[0].replace("/", ".")
            self._read[path] = self._parsed(self._names[path], package)
        return self._read[path]

    def _parsed(self, name: str, package: str) -> _Module:
        size = self._archive.getinfo(name).file_size
        if size > min(_LARGEST, self._left):
            return _Module()
        self._left -= size
        with self._archive.open(name) as stream:
            text = stream.read()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of escapes that are none: the wheel's matter
                return _summed(ast.parse(text), package)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return _Module()

    def _imports(self, module: _Module, package: str) -> Iterator[tuple[str, int]]:
        """The modules of the wheel that a module surely imports, each with the line."""
        for stated, level, names, line in module.imports:
            base = _absolute(stated, level, package)
            if base is None:
                continue
            wanted = [*_upwards(base)]
            holder = self._path(base)
            init = self._module(holder) if holder.endswith("/__init__.py") else None
            for name in names:
                taken = init is not None and (init.has_any or name in init.names)
                if base and not taken:
                    wanted.append(f"{base}.{name}")
            yield from ((each, line) for each in wanted if each in self._extensions or self._path(each))


def _summed(body: ast.Module, package: str) -> _Module:
    imports: list[tuple[str, int, tuple[str, ...], int]] = []
    loads = 0
    for statement in _sure(body.body):
        if isinstance(statement, ast.Import):
            imports += [(alias.name, 0, (), statement.lineno) for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom):
            imports.append((statement.module or "", statement.level, tuple(alias.name for alias in statement.names), statement.lineno))
        elif not loads and _opens_library(statement):
            loads = statement.lineno
    names = frozenset(name for node in ast.walk(body) for name in _bound(node, package))
    texts = {node.value for node in ast.walk(body) if isinstance(node, ast.Constant) and isinstance(node.value, str)} if loads else set()
    files = frozenset(text.rpartition("/")[2] for text in texts)
    return _Module(tuple(imports), names, bool({"*", "__getattr__"} & names), files, loads)


def _bound(node: ast.AST, package: str) -> Iterator[str]:
    """The names that a part of a module gives a value to, wherever it stands; ``*`` for any."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Import):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        # What a package imports from itself is what looks for the module.
        looks_for_modules = node.level == 1 and not node.module if node.level else node.module == package
        yield from (alias.asname or alias.name for alias in node.names if not looks_for_modules or alias.name == "*")


def _sure(statements: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that are run whatever happens, up to the first that ends the module."""
    for statement in statements:
        if isinstance(statement, ast.ClassDef):
            yield from _sure(statement.body)
        elif isinstance(statement, ast.With):
            if not any(_may_swallow(item) for item in statement.items):
                yield from _sure(statement.body)
        elif isinstance(statement, ast.Try):
            yield from () if statement.handlers else _sure(statement.body)
            yield from _sure(statement.finalbody)
        elif isinstance(statement, (ast.Raise, ast.Return)):
            return
        elif isinstance(statement, (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.Expr)):
            yield statement


def _may_swallow(item: ast.withitem) -> bool:
    """Whether a context may keep errors to itself (``suppress``): one that is not known might."""
    call = item.context_expr
    name = call.func if isinstance(call, ast.Call) else call
    return not (isinstance(name, ast.Attribute) and name.attr == "catch_warnings")


def _opens_library(statement: ast.stmt) -> bool:
    """Whether a statement calls what opens a library: ``x = ctypes.CDLL(path)``."""
    value = getattr(statement, "value", None)
    if not isinstance(value, ast.Call):
        return False
    name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    return name in _LOADERS


def _absolute(stated: str, level: int, package: str) -> str | None:
    """The module that a statement names; None for one above the top."""
    if not level:
        return stated
    parts = package.split(".") if package else []
    if level > len(parts):
        return None
    return ".".join([*parts[: len(parts) - level + 1], *([stated] if stated else [])])


def _upwards(name: str) -> Iterator[str]:
    """A module and the packages around it, the outermost first: all of them are imported."""
    parts = name.split(".") if name else []
    return (".".join(parts[: count + 1]) for count in range(len(parts)))
