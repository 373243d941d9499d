"""Packages that setuptools finds by itself where none are given, and the layouts that it refuses (``setuptools.discovery``, since 61)."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from muslcheck.archives.brought import brought
from muslcheck.archives.build_environment import name_of
from muslcheck.archives.facts import Certainty, Seen
from muslcheck.archives.setup_cfg import read_setup_cfg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from muslcheck.archives.container import Contents

__all__ = ["only_tables", "refused_layout"]

_NO_PACKAGES = frozenset(
    {
        "ci", "bin", "debian", "doc", "docs", "documentation", "manpages", "news", "newsfragments", "changelog", "test", "tests",
        "unit_test", "unit_tests", "example", "examples", "scripts", "tools", "util", "utils", "python", "build", "dist", "venv", "env",
        "requirements", "tasks", "fabfile", "site_scons", "benchmark", "benchmarks", "exercise", "exercises", "htmlcov", "ez_setup",
    }
)  # fmt: skip
"""Folders that are taken for no package (setuptools ``FlatLayoutPackageFinder``)."""
_NO_MODULES = frozenset(
    {
        "setup", "conftest", "test", "tests", "example", "examples", "build", "toxfile", "noxfile", "pavement", "dodo", "tasks",
        "fabfile", "Sconstruct", "sconstruct", "SConstruct", "sConstruct", "conanfile", "manage", "benchmark", "benchmarks", "exercise",
        "exercises",
    }
)  # fmt: skip
"""Files that are taken for no module (setuptools ``FlatLayoutModuleFinder``)."""
_GIVEN = frozenset({"packages", "py_modules", "ext_modules"})
"""What says that nothing is to be found."""
_PLAIN = frozenset(
    {
        "author", "author_email", "bugtrack_url", "classifiers", "command_options", "dependency_links", "description", "download_url",
        "entry_points", "eager_resources", "extras_require", "ext_modules", "include_package_data", "install_requires", "keywords",
        "license", "license_files", "license_file", "long_description", "long_description_content_type", "maintainer",
        "maintainer_email", "name", "obsoletes", "options", "package_data", "package_dir", "packages", "platform", "platforms",
        "project_urls", "provides", "provides_extras", "py_modules", "python_requires", "requires", "script_args", "script_name",
        "scripts", "setup_requires", "test_loader", "test_suite", "tests_require", "url", "version", "zip_safe", "data_files",
        "cmdclass", "exclude_package_data", "headers",
    }
)  # fmt: skip
"""Keywords of setuptools' own setup(): another is a plug-in's, which may bring modules."""
_SHOWN = 4


def refused_layout(
    contents: Contents, pyproject: Mapping[str, Any], keywords: Mapping[str, Any], requires: Iterable[str], where: str
) -> Seen | None:
    """Why setuptools does not go on: it was given neither packages nor modules, and finds several at the top of the archive.

    ``keywords`` are those of setup(). None where it goes on, and where that cannot be told.
    """
    if set(keywords) - _PLAIN or not set(map(name_of, requires)) <= brought().no_packages:
        return None
    tool = _table(_table(pyproject, "tool"), "setuptools")
    options = read_setup_cfg(contents).get("options", {})
    by_pyproject = bool(pyproject.get("project") or tool)
    given = {key for key in _GIVEN if keywords.get(key) is not None or options.get(key)}
    given |= {key for key in ("packages", "py_modules") if tool.get(key.replace("_", "-")) is not None}
    if given - ({"ext_modules"} if by_pyproject else set()) or read_setup_cfg(contents).get("files"):
        return None
    folders = keywords.get("package_dir") or tool.get("package-dir") or options.get("package_dir") or {}
    if folders and (not isinstance(folders, dict) or set(folders) != {""} or not isinstance(folders[""], str)):
        return None
    source = posixpath.normpath(folders[""] if folders else "src")
    tops = {name.partition("/")[0] for name in contents.names if "/" in name}
    if source == "." or source in tops or any(name.startswith(f"{source}/") for name in contents.names):
        return None
    packages = sorted(top for top in tops if top.isidentifier() and top not in _NO_PACKAGES and not top.startswith("_"))
    stems = (name.removesuffix(".py") for name in contents.names if "/" not in name and name.endswith(".py"))
    modules = sorted(stem for stem in stems if stem.isidentifier() and stem not in _NO_MODULES and not stem.startswith("_"))
    for kind, found in (("packages", packages), ("modules", [] if packages else modules)):
        if len(found) > 1:
            shown = ", ".join(found[:_SHOWN]) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
            message = f"PackageDiscoveryError: Multiple top-level {kind} discovered in a flat-layout: {shown}"
            return Seen(message, where, Certainty.ALWAYS, "PackageDiscoveryError")
    return None


def only_tables(contents: Contents, pyproject: Mapping[str, Any], requires: Iterable[str]) -> bool:
    """Whether setuptools is told all by tables: there is no setup.py, no command of the project's own, and no plug-in that may compile."""
    commands = _table(_table(pyproject, "tool"), "setuptools").get("cmdclass") or read_setup_cfg(contents).get("options", {}).get(
        "cmdclass"
    )
    return "setup.py" not in contents.names and not commands and set(map(name_of, requires)) <= brought().no_packages


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = table.get(key)
    return value if isinstance(value, dict) else {}
