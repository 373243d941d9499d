"""``[build-system]`` of pyproject.toml (PEP 517, 518), and what each back end is known to add to its requires."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import BuildSystem, Certainty, Seen

if TYPE_CHECKING:
    from muslcheck.archives.container import Contents

__all__ = ["LEGACY_BACKEND", "backend_kind", "in_tree_kind", "read_build_system", "read_pyproject", "refusals"]

LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
"""What pip uses where pyproject.toml names no back end (pip ``pyproject.py``)."""

_KINDS = {
    "setuptools": "setuptools",
    "flit_core": "flit",
    "flit": "flit",
    "flit_scm": "flit",
    "hatchling": "hatchling",
    "poetry": "poetry",
    "poetry_dynamic_versioning": "poetry",
    "pdm": "pdm",
    "maturin": "maturin",
    "puccinialin": "maturin",
    "scikit_build_core": "scikit-build-core",
    "mesonpy": "meson-python",
    "py_build_cmake": "py-build-cmake",
    "sipbuild": "sip",
    "enscons": "enscons",
    "uv_build": "uv",
    "whey": "whey",
    "pbr": "setuptools",
    "jupyter_packaging": "setuptools",
    "setuptools_rust": "setuptools",
    "trampolim": "trampolim",
    "nanobind": "scikit-build-core",
    "mesonpep517": "meson-python",
    "pymsbuild": "pymsbuild",
    "bazel": "bazel",
    "zig": "zig",
    "setuptools_pyproject_migration": "setuptools",
}
"""Kinds of back end by the top-level module of ``build-backend``."""
_ADDS = {
    "scikit-build-core": ("cmake>=3.15", "ninja>=1.5"),
    "py-build-cmake": ("cmake>=3.18", "ninja"),
    "meson-python": ("ninja>=1.8.2",),
}
"""What ``get_requires_for_build_wheel`` adds where the program is not on the path already."""
_IMPORTED = re.compile(r"^\s*(?:from|import)\s+(\w+)", re.MULTILINE)
_REQUIREMENT = re.compile(r"\s*[A-Za-z0-9][A-Za-z0-9._-]*")


def read_pyproject(contents: Contents) -> dict[str, Any] | None:
    """pyproject.toml of the archive's folder; empty where it has none, None where it cannot be parsed."""
    text = contents.text("pyproject.toml")
    if text is None:
        return {}
    import tomli

    try:
        return tomli.loads(text.replace("\r\n", "\n"))
    except (tomli.TOMLDecodeError, RecursionError, ValueError):
        return None


def read_build_system(contents: Contents) -> BuildSystem:
    """The build system as pip takes it (pip ``pyproject.py``: ``load_pyproject_toml``)."""
    table = (read_pyproject(contents) or {}).get("build-system")
    seen_in = contents.where("pyproject.toml" if "pyproject.toml" in contents.names else "setup.py")
    if not isinstance(table, dict):
        return BuildSystem(LEGACY_BACKEND, ("setuptools>=40.8.0",), seen_in, legacy=True)
    requires = _texts(table.get("requires"))
    backend = table.get("build-backend")
    path = _texts(table.get("backend-path"))
    if not isinstance(backend, str):
        return BuildSystem(LEGACY_BACKEND, requires, seen_in, backend_path=path, legacy=True)
    known = {_name(text) for text in requires}
    added = tuple(text for text in _ADDS.get(backend_kind(backend), ()) if _name(text) not in known)
    return BuildSystem(backend, requires, seen_in, added=added, backend_path=path)


def backend_kind(backend: str) -> str:
    """The family of a back end (``setuptools``, ``maturin`` ...); the module's own name where it is none that is known."""
    top = backend.partition(":")[0].partition(".")[0]
    return _KINDS.get(top, top)


def in_tree_kind(contents: Contents, system: BuildSystem) -> str:
    """The family that an in-tree back end (``backend-path``) hands its work on to, by what its module imports."""
    module = system.backend.partition(":")[0].replace(".", "/")
    for folder in system.backend_path:
        base = "/".join(part for part in folder.split("/") if part not in {"", "."})
        for member in (f"{module}.py", f"{module}/__init__.py"):
            text = contents.text(f"{base}/{member}" if base else member)
            if text is not None:
                found = _IMPORTED.findall(text)
                return next((_KINDS[name] for name in found if name in _KINDS), backend_kind(system.backend))
    return backend_kind(system.backend)


def refusals(contents: Contents) -> tuple[Seen, ...]:
    """Why pip refuses the sdist before any back end is asked (pip ``utils/unpacking.py``, ``pyproject.py``, ``req_install.py``)."""
    if contents.refused:
        return (Seen(contents.refused, contents.where(""), Certainty.ALWAYS, "pip"),)
    if "pyproject.toml" not in contents.names and "setup.py" not in contents.names:
        return (Seen("neither setup.py nor pyproject.toml is in the sdist", contents.where(""), Certainty.ALWAYS, "pip"),)
    where = contents.where("pyproject.toml")
    pyproject = read_pyproject(contents)
    if pyproject is None:
        return (Seen("pyproject.toml is not valid TOML", where, Certainty.ALWAYS, "pip"),)
    table = pyproject.get("build-system")
    if isinstance(table, dict) and "requires" not in table:
        return (Seen("[build-system] has no requires", where, Certainty.ALWAYS, "pip"),)
    if isinstance(table, dict) and any(not isinstance(text, str) or not _REQUIREMENT.match(text) for text in _items(table["requires"])):
        return (Seen("[build-system] requires is not a list of requirements", where, Certainty.ALWAYS, "pip"),)
    return ()


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [None]


def _name(text: str) -> str:
    match = _REQUIREMENT.match(text)
    return re.sub(r"[-_.]+", "-", match[0].strip()).lower() if match else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
