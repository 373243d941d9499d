"""Command lines that install Python packages, taken apart: pip, uv, Poetry, PDM, pipenv."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Install", "Stated", "install_of", "pythons_of_uv", "shares_environment", "variables", "version_of_python"]

_PIP = re.compile(r"pip[\d.]*")
_PYTHON = re.compile(r"(python|pypy)[\d.]*")

# fmt: off
_VALUED = frozenset((
    "--abi", "--allow-insecure-host", "--build", "--build-constraint", "--build-constraints", "--cache-dir", "--cert",
    "--client-cert", "--color", "--config-file", "--config-setting", "--config-settings", "--config-settings-package",
    "--default-timeout", "--dest", "--directory", "--exclude-newer", "--exclude-newer-package", "--excludes",
    "--exists-action", "--fork-strategy", "--format", "--global-option", "--implementation", "--index-strategy",
    "--keyring-provider", "--link-mode", "--log", "--log-file", "--no-build-isolation-package", "--no-editable-package",
    "--no-emit-package", "--no-extra", "--no-install-package", "--no-sources-package", "--output-format", "--override",
    "--overrides", "--package", "--platform", "--prefix", "--prerelease", "--prerelease-package", "--progress-bar",
    "--project", "--proxy", "--prune", "--python", "--python-platform", "--python-preference", "--python-version",
    "--refresh-package", "--reinstall-package", "--report", "--resolution", "--resume-retries", "--retries", "--root",
    "--root-user-action", "--script", "--src", "--target", "--timeout", "--torch-backend", "--upgrade-group",
    "--upgrade-package", "--upgrade-strategy", "--uploaded-prior-to", "--use-deprecated", "--use-feature", "-C", "-P",
    "-b", "-d", "-p", "-t", "--wheel-dir", "-w",
))
# fmt: on
"""Options of pip and uv whose value is no package."""

# fmt: off
_TOOL_VALUED = frozenset((
    "--extra", "--group", "--only-group", "--extras", "-E", "--with", "--only", "--without", "-G", "--categories",
    "--no-group", "-o", "--output", "--output-file", "-f", "-L", "--lockfile", "-k", "--skip",
))
# fmt: on
"""Options with a value of the other tools."""

_NO_DEV = frozenset(
    ("--no-dev", "--only", "--without", "--only-group", "--no-default-groups", "--prod", "--production", "--only-dev", "--no-group")
)
"""Options by which a group ``dev``, which uv, Poetry and PDM take by themselves, is left out."""

_KEPT = {
    "-i": "--index-url",
    "--index-url": "--index-url",
    "--pypi-url": "--index-url",
    "--default-index": "--index-url",
    "--extra-index-url": "--extra-index-url",
    "--index": "--extra-index-url",
    "-f": "--find-links",
    "--find-links": "--find-links",
    "--no-binary": "--no-binary",
    "--no-binary-package": "--no-binary",
    "--only-binary": "--only-binary",
    "--no-build-package": "--only-binary",
    "--all-releases": "--all-releases",
    "--only-final": "--only-final",
    "--trusted-host": "--trusted-host",
}
_FLAGS = {
    "--pre": "--pre",
    "--prefer-binary": "--prefer-binary",
    "--require-hashes": "--require-hashes",
    "--no-build": "--only-binary :all:",
}
"""What pip and uv take on the command line, as a requirements file has it."""

_OF_PIP = {
    "PIP_INDEX_URL": "--index-url",
    "PIP_EXTRA_INDEX_URL": "--extra-index-url",
    "PIP_FIND_LINKS": "--find-links",
    "PIP_TRUSTED_HOST": "--trusted-host",
    "PIP_NO_BINARY": "--no-binary",
    "PIP_ONLY_BINARY": "--only-binary",
    "PIP_PREFER_BINARY": "--prefer-binary",
    "PIP_PRE": "--pre",
    "PIP_REQUIRE_HASHES": "--require-hashes",
}
_OF_UV = {
    "UV_INDEX_URL": "--index-url",
    "UV_DEFAULT_INDEX": "--index-url",
    "UV_EXTRA_INDEX_URL": "--extra-index-url",
    "UV_INDEX": "--extra-index-url",
    "UV_FIND_LINKS": "--find-links",
    "UV_REQUIRE_HASHES": "--require-hashes",
}
_OF_UV_SYNC = {
    "UV_NO_BINARY": "--no-binary :all:",
    "UV_NO_BINARY_PACKAGE": "--no-binary",
    "UV_NO_BUILD": "--only-binary :all:",
    "UV_NO_BUILD_PACKAGE": "--only-binary",
}
"""What ``uv pip`` is deaf to."""

_SWITCHES = frozenset(("--prefer-binary", "--pre", "--require-hashes", "--no-binary :all:", "--only-binary :all:"))
"""Variables that say what a requirements file would say with an option; switches have a truth for a value."""

_TOOLS = {
    ("uv", "sync"): "uv.lock",
    ("poetry", "install"): "poetry.lock",
    ("poetry", "sync"): "poetry.lock",
    ("pdm", "install"): "pdm.lock",
    ("pdm", "sync"): "pdm.lock",
    ("pipenv", "install"): "Pipfile.lock",
    ("pipenv", "sync"): "Pipfile.lock",
}
_FOLDERS = {
    "uv": ("--directory", "--project"),
    "poetry": ("--directory", "--project", "-C", "-P"),
    "pdm": ("--project", "-p"),
}
"""Options that say where the project is."""

_RUNNERS = frozenset(("uvx",))
_RUNS = {"uv": ("tool",), "pipx": ("run",), "poetry": ("run",), "pdm": ("run",), "pipenv": ("run",)}
"""What runs another command, by itself or with a verb."""

_OF_RUNNERS = frozenset(("--from", "--with", "--with-editable", "--with-requirements", "--spec", "--suffix"))
"""Their options whose value is no command."""

_EXPORTS = {
    ("uv", "export"): "uv.lock",
    ("poetry", "export"): "poetry.lock",
    ("pdm", "export"): "pdm.lock",
    ("pipenv", "requirements"): "Pipfile.lock",
}


@dataclass(slots=True)
class Install:
    """What one command installs: requirements as written, files of them, projects on disk, a lock, with extras and groups.

    ``options`` are lines as a requirements file has them. ``lock`` is the name of the lock file that the tool takes, and
    ``with_dev`` is true where it takes the group ``dev``, too, unless told otherwise. ``exported`` is true where the command
    writes the lock's packages to a file for another command to install.
    """

    requirements: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    editables: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    extras: list[str] = field(default_factory=list)
    all_extras: bool = False
    groups: list[str] = field(default_factory=list)
    lock: str = ""
    with_dev: bool = False
    exported: bool = False
    upgrade: bool = False
    """Whether what it names is brought up to date where it is there already (``-U``)."""
    eager: bool = False
    """Whether ``upgrade`` is meant for all that it comes to (``--upgrade-strategy eager``, and uv's ``-U``)."""
    upgraded: list[str] = field(default_factory=list)
    """Single names that are brought up to date (uv ``-P``)."""
    anew: bool = False
    """Whether what is there does not count (``--force-reinstall``, ``-I``)."""
    exact: bool = False
    """Whether what it does not come to is removed (uv ``--exact``, ``uv pip sync``)."""
    removed: list[str] = field(default_factory=list)
    """What ``pip uninstall`` names."""
    no_deps: bool = False
    program: str = "pip"
    beside: str = ""
    """The program's own path, where it is called by one."""
    python: str = ""
    """The Python that it is told to install for (``--python``)."""
    into: str = ""
    """The folder that it is told to install in (``--target``, ``--prefix``)."""
    apart: bool = False
    """Whether nothing that is installed is looked at (``--target``, ``pip wheel``)."""
    wheels: bool = False
    """Whether it makes wheels and installs nothing (``pip wheel``)."""
    from_wheels: bool = False
    """Whether it takes files that an earlier command left in the image (``--find-links /wheels``, ``/wheels/*.whl``)."""
    user: bool = False
    system: bool = False
    folder: str = ""
    """Where the tool is told to look for its project, as seen from the working folder."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What variables say to a program: lines as a requirements file has them, constraint files, and what it does with what is there."""

    options: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    no_deps: bool = False
    upgrade: bool = False
    eager: bool = False
    anew: bool = False


def install_of(words: list[str]) -> Install | None:
    """What a command installs, None where it installs nothing."""
    program, before, verb, rest = _called(words)
    by = program
    if (program, verb) == ("uv", "pip"):
        program, then, verb, rest = _called(["pip", *rest])
        before += then
    if _PIP.fullmatch(program):
        found = _pip(rest, verb, uv=by == "uv") if verb in ("install", "wheel", "sync", "uninstall") else None
    elif (lock := _TOOLS.get((program, verb))) is not None:
        found = _tool([*before, *rest], program)
        found.lock, found.with_dev = lock, found.with_dev and program != "pipenv"
    elif (lock := _EXPORTS.get((program, verb))) is not None:
        found = _tool([*before, *rest], program)
        found.lock, found.exported, found.with_dev = lock, True, found.with_dev and program in ("uv", "pdm")
    else:
        return None
    if found is not None:
        found.program = "uv" if by == "uv" else "pip"
        found.beside = words[0] if "/" in words[0] else ""
        found.python = found.python or next((path for option, path in _options(before, _VALUED, "p") if option == "--python"), "")
    return found


def shares_environment(words: list[str]) -> bool:
    """Whether a command tells Poetry to install where its Python is (``poetry config virtualenvs.create false``)."""
    program, _, verb, rest = _called(words) if words else ("", [], "", [])
    stated = [word for word in rest if not word.startswith("-")]
    return (program, verb, *stated) == ("poetry", "config", "virtualenvs.create", "false")


def _called(words: list[str]) -> tuple[str, list[str], str, list[str]]:
    """The program at the bottom of a command, the options before its verb, the verb, and what follows it."""
    program, rest = os.path.basename(words[0]), words[1:]
    if _PYTHON.fullmatch(program) and rest[:1] == ["-m"] and len(rest) > 1:
        program, rest = os.path.basename(rest[1]), rest[2:]
    program = program.partition("@")[0]  # as uvx has it: poetry@2.1
    before: list[str] = []
    while rest and rest[0].startswith("-"):
        taken = 2 if rest[0] in _VALUED or rest[0] in _OF_RUNNERS else 1
        before, rest = [*before, *rest[:taken]], rest[taken:]
    verb, rest = (rest[0], rest[1:]) if rest else ("", [])
    if program in _RUNNERS and verb:
        return _called([verb, *rest])
    if verb in _RUNS.get(program, ()) and rest:
        return _called(["uvx", *(rest[1:] if verb == "tool" else rest)])
    return program, before, verb, rest


def pythons_of_uv(words: list[str]) -> tuple[str, ...]:
    """The Pythons that a command of uv's brings (``uv python install 3.13``, ``uv venv --python 3.13``), as ``3.13``."""
    program, _, verb, rest = _called(words) if words else ("", [], "", [])
    if (program, verb) == ("uv", "python") and rest[:1] == ["install"]:
        stated = [value for option, value in _options(rest[1:], _VALUED, "") if not option]
    elif (program, verb) == ("uv", "venv"):
        stated = [value for option, value in _options(rest, _VALUED, "p") if option in ("--python", "-p")]
    else:
        return ()
    return tuple(filter(None, map(version_of_python, stated)))


def version_of_python(text: str) -> str:
    """``3.13`` of ``3.13``, ``3.13.2``, ``python3.13`` and ``cpython-3.13.2``; empty for anything else."""
    found = re.fullmatch(r"(?:c?python-?)?(3\.\d+)(?:\.\d+)?", text.strip())
    return found[1] if found else ""


def variables(install: Install, values: Mapping[str, str | None]) -> Stated:
    """What pip's (``PIP_INDEX_URL``) or uv's (``UV_INDEX``) variables say; an option of the command line comes after them."""
    options: list[str] = []
    uv = install.program == "uv"
    for name, option in ({**_OF_UV, **(_OF_UV_SYNC if install.lock else {})} if uv else _OF_PIP).items():
        value = values.get(name)
        if option in _SWITCHES and _is_true(value):
            options.append(option)
        elif option not in _SWITCHES:
            # A named index of uv's: name=address.
            words = (re.sub(r"^[\w-]+=(?=\w+://)", "", word) for word in (value or "").split())
            options += [f"{option} {word}" for word in words if option != "--find-links" or "://" in word]
    if uv and values.get("UV_PRERELEASE") == "allow":
        options.append("--pre")
    constraints = values.get("UV_CONSTRAINT" if uv else "PIP_CONSTRAINT") or ""
    if uv:
        return Stated(tuple(options), () if install.constraints else tuple(constraints.split()))
    return Stated(
        tuple(options),
        tuple(constraints.split()),
        no_deps=_is_true(values.get("PIP_NO_DEPS")),
        upgrade=_is_true(values.get("PIP_UPGRADE")),
        eager=values.get("PIP_UPGRADE_STRATEGY") == "eager",
        anew=_is_true(values.get("PIP_FORCE_REINSTALL")) or _is_true(values.get("PIP_IGNORE_INSTALLED")),
    )


def _is_true(value: str | None) -> bool:
    """Whether a variable switches on, as pip reads it."""
    return (value or "").strip().lower() in ("1", "true", "yes", "on", "y", "t")


def _pip(words: list[str], verb: str, *, uv: bool) -> Install:
    found = Install(wheels=verb == "wheel", apart=verb == "wheel", exact=verb == "sync")
    into = {
        "-r": found.files,
        "--requirement": found.files,
        "--requirements": found.files,
        "--requirements-from-script": found.files,
        "-c": found.constraints,
        "--constraint": found.constraints,
        "--constraints": found.constraints,
        "-e": found.editables,
        "--editable": found.editables,
        "--extra": found.extras,
        "--group": found.groups,
    }
    for option, value in _options(_apart(words), frozenset((*into, *_VALUED, *_KEPT)), "rceiftpP"):
        if not option:
            (found.files if verb == "sync" else found.requirements).append(value)
        elif option in into:
            into[option].append(value)
        elif option in _KEPT and (_KEPT[option] != "--find-links" or "://" in value):
            # A folder of wheels in the image was filled by an earlier command, from the index: that is what counts.
            found.options.append(f"{_KEPT[option]} {value}")
        elif option in ("-f", "--find-links"):
            found.from_wheels = True
        elif option in _FLAGS:
            found.options.append(_FLAGS[option])
        elif option == "--all-extras":
            found.all_extras = True
        elif option in ("--no-deps", "--no-dependencies"):
            found.no_deps = True
        else:
            _about_what_is_there(found, option, value)
    found.eager = found.eager or (uv and found.upgrade)
    if verb == "uninstall":
        return Install(removed=found.requirements, files=found.files, python=found.python)
    return found


def _about_what_is_there(found: Install, option: str, value: str) -> None:
    """Options that say where it installs, and what becomes of what is there."""
    if option in ("-U", "--upgrade"):
        found.upgrade = True
    elif option == "--upgrade-strategy":
        found.eager = value == "eager"
    elif option in ("-P", "--upgrade-package", "--reinstall-package"):
        found.upgraded.append(value)
    elif option in ("--force-reinstall", "--reinstall", "-I", "--ignore-installed"):
        found.anew = True
    elif option == "--exact":
        found.exact = True
    elif option in ("-t", "--target", "--prefix"):
        found.into, found.apart = value, found.apart or option != "--prefix"
    elif option in ("-p", "--python"):
        found.python = value
    elif option == "--user":
        found.user = True
    elif option == "--system":
        found.system = True


def _apart(words: list[str]) -> list[str]:
    """Short options that stand together, each by itself: ``-qUr`` is ``-q -U -r``."""
    found: list[str] = []
    for word in words:
        together = re.fullmatch(r"-([qvUIy]+)(\w.*)?", word)
        if together is None:
            found.append(word)
        else:
            found += [*(f"-{letter}" for letter in together[1]), *([f"-{together[2]}"] if together[2] else [])]
    return found


def _tool(words: list[str], program: str) -> Install:
    """What ``uv sync``, ``poetry install`` and the like are told: which extras and groups, and where."""
    found = Install(with_dev=_NO_DEV.isdisjoint(word.partition("=")[0] for word in words))
    for option, value in _options(words, _TOOL_VALUED | _VALUED, "EG"):
        names = re.split(r"[\s,]+", value.strip()) if value else []
        if option in ("--extra", "--extras", "-E"):
            found.extras += names
        elif option in ("--group", "--only-group", "--with", "--only", "-G", "--categories"):
            found.groups += [name for name in names if name not in ("main", "default", "packages", "")]
        elif option == "--all-extras":
            found.all_extras = True
        elif option in ("--dev", "-d"):
            found.groups.append("dev")
        elif option in _FOLDERS.get(program, ()):
            found.folder = value
        elif option == "--system":
            found.system = True
    return found


def _options(words: list[str], valued: frozenset[str], short: str) -> list[tuple[str, str]]:
    """Options with their values, and words without one under an empty option."""
    found = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            found += [("", each) for each in rest]
        elif not word.startswith("-") or word == "-":
            found.append(("", word))
        elif word.startswith("--") and "=" in word:
            option, _, value = word.partition("=")
            found.append((option, value))
        elif word in valued:
            found.append((word, next(rest, "")))
        elif len(word) > 2 and word[1] in short and not word.startswith("--"):  # noqa: PLR2004  # -rrequirements.txt
            found.append((word[:2], word[2:].removeprefix("=")))
        else:
            found.append((word, ""))
    return found
