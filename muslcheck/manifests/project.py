"""A project on disk to the dependencies it states statically, for requirements on a directory (``./lib``, ``-e .``)."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests.pep508 import InvalidEntry, read_pep508
from muslcheck.manifests.wording import shown
from muslcheck.words.report import Problem
from muslcheck.words.requirement import Origin, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.utils import NormalizedName

__all__ = ["static_dependencies"]


def static_dependencies(path: str, extras: Iterable[str] = ()) -> tuple[Requirement, ...] | Problem:
    """From the ``[project]`` table, or from setup.cfg where the table leaves dependencies to setuptools.

    Extras that the project does not have are passed over, as in pip.
    """
    wanted = [canonicalize_name(extra) for extra in extras]
    names = [name for name in ("pyproject.toml", "setup.cfg", "setup.py") if os.path.isfile(os.path.join(path, name))]
    if not names:
        reason = "neither pyproject.toml nor setup.py is there" if os.path.isdir(path) else "no such directory"
        return Problem(path, f"its dependencies are unknown: {reason}")
    reason = "only setup.py states them, and nothing is run here"
    try:
        if "pyproject.toml" in names:
            found, why = _from_pyproject(os.path.join(path, "pyproject.toml"), wanted)
            if found is not None:
                return found
            reason = why or reason
        if "setup.cfg" in names:
            found = _from_setup_cfg(os.path.join(path, "setup.cfg"), wanted)
            if found is not None:
                return found
    except ManifestError as error:
        return Problem(path, f"its dependencies are unknown: {error.faults[0]}")
    return Problem(path, f"its dependencies are unknown: {reason}")


def _from_pyproject(path: str, extras: list[NormalizedName]) -> tuple[tuple[Requirement, ...] | None, str]:
    from muslcheck.manifests.files import load
    from muslcheck.manifests.pyproject import expanded, parse, read_project

    document, places = parse(path, load(path))
    if "project" not in document:
        tool = document.get("tool")
        poetry = isinstance(tool, dict) and "poetry" in tool
        return None, "they stand in Poetry's own tables, which are not read yet" if poetry else ""
    project = read_project(path, document, places)
    if project.faults:
        raise ManifestError(tuple(project.faults))
    if project.unknown:
        return None, project.unknown
    wanted = [*project.dependencies, *(member for extra in extras for member in project.extras.get(extra, ()))]
    return expanded(wanted, project.name, project.extras, []), ""


def _from_setup_cfg(path: str, extras: list[NormalizedName]) -> tuple[Requirement, ...] | None:
    """``install_requires`` and ``extras_require`` of setup.cfg; None where setup.py may state them instead."""
    import configparser

    from muslcheck.manifests.files import decode, load

    text = decode(load(path), path)[0]
    config = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        config.read_string(text, path)
    except configparser.Error as error:
        line = getattr(error, "lineno", None)
        raise ManifestError((Fault(path, line, "not a setup.cfg that can be read"),)) from None
    if not config.has_option("options", "install_requires"):
        return None
    found = list(_entries(path, text, config.get("options", "install_requires")))
    if config.has_section("options.extras_require"):
        for name, value in config.items("options.extras_require"):
            if canonicalize_name(name) in extras:
                found += _entries(path, text, value)
    return tuple(dict.fromkeys(found))


def _entries(path: str, text: str, value: str) -> Iterable[Requirement]:
    """A list as setuptools writes it: one a line (or ``;``-separated on one), or ``file:`` and the names of files."""
    value = value.strip()
    if value.startswith("file:"):
        from muslcheck.manifests import requirements
        from muslcheck.manifests.files import load

        for name in value.removeprefix("file:").split(","):
            file = os.path.normpath(os.path.join(os.path.dirname(path), name.strip()))
            yield from requirements.read(file, load(file)).requirements
        return
    for entry in value.splitlines() if "\n" in value else value.split(";"):
        entry = re.sub(r"(^|\s)#.*$", "", entry).strip()  # noqa: PLW2901  # the same entry, cleaned
        if not entry:
            continue
        before = text.partition(entry)[0]
        line = before.count("\n") + 1
        try:
            yield read_pep508(entry, Origin(path, line))
        except InvalidEntry as error:
            raise ManifestError((Fault(path, line, shown(str(error))),)) from None
