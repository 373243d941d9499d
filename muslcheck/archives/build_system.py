"""``[build-system]`` of pyproject.toml (PEP 517, 518), and what each back end is known to add to its requires."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import BuildSystem

if TYPE_CHECKING:
    from muslcheck.archives.container import Contents

__all__ = ["LEGACY_BACKEND", "read_build_system", "read_pyproject"]

LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
"""What pip uses where pyproject.toml names no back end (pip ``pyproject.py``)."""


def read_pyproject(contents: Contents) -> dict[str, Any] | None:
    """pyproject.toml of the archive's folder; empty where it has none, None where it cannot be parsed."""
    text = contents.text("pyproject.toml")
    if text is None:
        return {}
    import tomli

    try:
        return tomli.loads(text.replace("\r\n", "\n"))
    except (tomli.TOMLDecodeError, RecursionError):
        return None


def read_build_system(contents: Contents) -> BuildSystem:
    """The build system as pip takes it (pip ``pyproject.py``: ``load_pyproject_toml``)."""
    table = (read_pyproject(contents) or {}).get("build-system")
    seen_in = contents.where("pyproject.toml" if "pyproject.toml" in contents.names else "setup.py")
    if not isinstance(table, dict):
        return BuildSystem(LEGACY_BACKEND, ("setuptools >= 40.8.0",), seen_in, legacy=True)
    requires = _texts(table.get("requires"))
    backend = table.get("build-backend")
    if not isinstance(backend, str):
        return BuildSystem(LEGACY_BACKEND, requires or ("setuptools>=40.8.0",), seen_in, legacy=True)
    return BuildSystem(backend, requires, seen_in, backend_path=_texts(table.get("backend-path")))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
