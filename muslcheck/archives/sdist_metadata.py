"""What an sdist requires, without building it: the static steps of the metadata ladder."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from muslcheck.archives.build_system import LEGACY_BACKEND, read_build_system, read_pyproject
from muslcheck.archives.metadata import headers, is_static, metadata_of
from muslcheck.archives.setup_cfg import listed, read_setup_cfg
from muslcheck.words.release import Metadata, MetadataSource, Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import BinaryIO

    from muslcheck.archives.container import Contents
    from muslcheck.archives.setup_facts import Requires
    from muslcheck.words.target import Target

__all__ = ["metadata_in", "opened_metadata", "requires_txt", "sdist_metadata", "with_extra"]

_DEEPEST = 3
"""Folders above an egg-info: one that lies deeper is test data."""
_ENDING = re.compile(r"\.(tar\.gz|tgz|tar\.bz2|tbz|tar\.xz|txz|tar|zip)$", re.IGNORECASE)


def sdist_metadata(file: BinaryIO, filename: str, target: Target | None = None, inside: str = "") -> Metadata | Unread:
    """What the sdist in a seekable file, or in a folder ``inside`` of it, requires, as far as it says so without being built.

    Not ``assumed``: static PKG-INFO (PEP 643), as good as a wheel's. ``assumed``: read from setup.py (followed for the target, where
    one is given), requires.txt, ``[project]`` or setup.cfg; METADATA of another wheel of the same release is to be preferred. Raises
    an ArchiveFailure.
    """
    from muslcheck.archives.container import open_archive

    return opened_metadata(open_archive(file, filename, inside), target)


def opened_metadata(contents: Contents, target: Target | None) -> Metadata | Unread:
    """As :func:`sdist_metadata`, of an archive that was opened already. Never raises."""
    if target is None:
        return metadata_in(contents)
    from muslcheck.archives.witness import witnessed

    witness, noted = witnessed(target)
    found = metadata_in(contents, partial(_followed, contents, witness))
    if isinstance(found, Unread) or not noted:
        return found
    return replace(found, asked=tuple((kind, question, answer) for (kind, question), answer in sorted(noted.items())))


def _followed(contents: Contents, target: Target) -> Requires | None:
    """What setup.py requires; None where that is not known, whatever it says."""
    from muslcheck.archives.build_environment import BuildEnvironment
    from muslcheck.archives.setup_py import read_setup_py

    system = read_build_system(contents)
    environment = BuildEnvironment(contents, target, system.requires, folder_on_path=system.backend == LEGACY_BACKEND)
    try:
        return read_setup_py(contents, target, environment).requires
    except Exception:  # noqa: BLE001 -- whatever a stranger wrote must not end the run
        return None


def metadata_in(contents: Contents, follow: Callable[[], Requires | None] | None = None) -> Metadata | Unread:
    """As :func:`opened_metadata`; ``follow`` says what its setup.py requires."""
    found = headers(contents.kept.get("PKG-INFO", b""))
    pkg_info = contents.where("PKG-INFO")
    if is_static(found):
        return metadata_of(found, source=MetadataSource.PKG_INFO, seen_in=pkg_info)
    base = _identity(found, contents)
    if follow is not None and _setup_py_decides(contents) and (said := follow()) is not None:
        requires = [with_extra(text, "") for text in said.always]
        for key, texts in said.extras:
            extra, _, marker = key.partition(":")
            requires.extend(with_extra(text, extra, marker) for text in texts)
        extras = [extra for key, _ in said.extras if (extra := key.partition(":")[0])]
        return _assumed(base, requires, extras, MetadataSource.SETUP_PY, said.seen_in)
    egg_info = min(
        (n for n in contents.names if n.endswith(".egg-info/PKG-INFO") and n.count("/") <= _DEEPEST),
        key=lambda n: (n.count("/"), n),
        default=None,
    )
    if egg_info is not None:
        member = egg_info.removesuffix("PKG-INFO") + "requires.txt"
        requires, extras = requires_txt(contents.text(member) or "")
        seen_in = contents.where(member if member in contents.names else egg_info)
        return _assumed(base, requires, extras, MetadataSource.REQUIRES_TXT, seen_in)
    project = (read_pyproject(contents) or {}).get("project")
    if isinstance(project, dict) and not {"dependencies", "optional-dependencies"} & set(_texts(project.get("dynamic"))):
        requires, extras = _project_requires(project)
        python = project.get("requires-python")
        if isinstance(python, str):
            base.setdefault("requires-python", [python])
        return _assumed(base, requires, extras, MetadataSource.PROJECT_TABLE, contents.where("pyproject.toml"))
    if found.get("name") and (found.get("requires-dist") or not read_build_system(contents).backend.startswith("setuptools")):
        return _assumed(base, found.get("requires-dist", []), found.get("provides-extra", []), MetadataSource.PKG_INFO, pkg_info)
    return _from_setup(contents, base)


def _setup_py_decides(contents: Contents) -> bool:
    """Whether setup() alone is told what the project requires: no ``[project]``, no setup.cfg, and no back end of the project's own."""
    system = read_build_system(contents)
    pyproject = read_pyproject(contents) or {}
    settings = read_setup_cfg(contents)
    stated = {"options.extras_require"} & set(settings) or {"install_requires", "extras_require"} & set(settings.get("options", {}))
    return (
        "setup.py" in contents.kept
        and system.backend in {LEGACY_BACKEND, "setuptools.build_meta"}
        and not system.backend_path
        and "project" not in pyproject
        and not stated
    )


def _from_setup(contents: Contents, base: dict[str, list[str]]) -> Metadata | Unread:
    settings = read_setup_cfg(contents)
    setup_py = contents.text("setup.py") or ""
    stated_in_code = "install_requires" in setup_py or "requirements" in setup_py
    if "install_requires" in settings.get("options", {}) and not stated_in_code:
        extras = {name: listed(value) for name, value in settings.get("options.extras_require", {}).items()}
        requires = [
            *listed(settings["options"]["install_requires"]),
            *(with_extra(text, name) for name, texts in extras.items() for text in texts),
        ]
        return _assumed(base, requires, extras, MetadataSource.SETUP_CFG, contents.where("setup.cfg"))
    if "setup.py" in contents.names and not stated_in_code and "setup.py" in contents.kept:
        return _assumed(base, (), (), MetadataSource.PKG_INFO, contents.where("setup.py"))
    return Unread(
        "its dependencies are only known once it is built",
        contents.where("setup.py" if setup_py else "pyproject.toml"),
        "Build its metadata elsewhere.",
    )


def _assumed(
    base: dict[str, list[str]], requires: Iterable[str], extras: Iterable[str], source: MetadataSource, seen_in: str
) -> Metadata | Unread:
    given = {**base, "requires-dist": list(requires), "provides-extra": list(extras)}
    read = metadata_of(given, source=source, seen_in=seen_in, assumed=True)
    if isinstance(read, Unread):  # pip would build it, and may well get valid metadata
        return Unread(read.reason, read.seen_in)
    return read


def _identity(found: dict[str, list[str]], contents: Contents) -> dict[str, list[str]]:
    """Name, version and Requires-Python, from PKG-INFO, else from what the project states (a mere copy of its tree), or the file's name."""
    base = {key: found[key] for key in ("name", "version", "requires-python") if found.get(key)}
    if "name" not in base or "version" not in base:
        project = (read_pyproject(contents) or {}).get("project")
        for stated in (project, read_setup_cfg(contents).get("metadata")):
            for key in ("name", "version"):
                value = stated.get(key) if isinstance(stated, dict) else None
                if isinstance(value, str) and not value.startswith(("attr:", "file:")):
                    base.setdefault(key, [value])
    stem = _ENDING.sub("", contents.filename)
    name, _, version = stem.rpartition("-")
    base.setdefault("name", [name or stem])
    base.setdefault("version", [version])
    return base


def _project_requires(project: dict[str, Any]) -> tuple[list[str], list[str]]:
    requires = list(_texts(project.get("dependencies")))
    optional = project.get("optional-dependencies")
    groups = optional if isinstance(optional, dict) else {}
    for extra, texts in groups.items():
        requires.extend(with_extra(text, extra) for text in _texts(texts))
    return requires, [extra for extra in groups if isinstance(extra, str)]


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def with_extra(requirement: str, extra: str, marker: str = "") -> str:
    """A requirement under the condition of an extra and of a marker (PEP 508)."""
    text, _, own = requirement.partition(";")
    if "://" in requirement:
        text, _, own = requirement.partition(" ;")
    conditions = [f"({part.strip()})" if " or " in part else part.strip() for part in (own, marker) if part.strip()]
    if extra:
        conditions.append(f'extra == "{canonicalize_name(extra)}"')
    return f"{text.strip()} ; {' and '.join(conditions)}" if conditions else text.strip()


def requires_txt(text: str) -> tuple[list[str], list[str]]:
    """``requires.txt`` of an egg-info: requirements with their conditions, and the extras (setuptools ``_requirestxt``)."""
    requires: list[str] = []
    extras: dict[str, None] = {}
    extra = marker = ""
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            extra, _, marker = line[1:-1].partition(":")
            if extra:
                extras[extra] = None
            continue
        requires.append(with_extra(line, extra, marker))
    return requires, list(extras)
