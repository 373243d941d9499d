"""MC23x, MC245: builds that fail for their years, on glibc as on musl."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muslcheck.archives.facts import Certainty, SdistFacts
from muslcheck.archives.gone import gone
from muslcheck.archives.suits import suits
from muslcheck.judge.parts import on_alpine, parts
from muslcheck.judge.rules.rule import Rule
from muslcheck.words.verdict import Evidence, Outcome, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.alpine.spoken import Named
    from muslcheck.archives.facts import Seen
    from muslcheck.judge.case import Case

__all__ = ["RULES"]

_EVERYWHERE = "on slim images too"
_GONE = "gone since"
_GONE_FROM_SETUPTOOLS = re.compile(r"gone since setuptools (\d+)")
_REFUSED_SINCE = re.compile(r"since setuptools (\d+)")
_NOT_REQUIRED = "not among the build requirements"
_LAYOUT = "PackageDiscoveryError"
"""What setuptools says of a layout: no program is missing there."""
_BY_PIP = "pip"
"""How a stop is marked that comes before any back end is asked."""
_IMPORT_FAILS = frozenset({"ImportError", "ModuleNotFoundError"})

_EARLY_CYTHON_3 = re.compile(r"3\.0(?:\.0)?(a|b|rc)(\d+)")

_MEMBERS = frozenset({"curexc_traceback", "tp_print", "use_tracing"})
"""Members of CPython's structures among them: a project's own structure may have a member of that name."""

_NEAR = 1
"""Folders above a file that setup.py imports for its own sake."""
_NO_DISTUTILS_BEFORE = (66, 1)
"""The first setuptools that works on Python 3.12 (its changelog: pkgutil.ImpImporter; before 60 it needs distutils as well)."""
_FETCH = frozenset({"curl", "wget"})
"""Programs that only fetch: what they would fetch when nothing else does is no reason that a build stops."""
_NUMBER = re.compile(r"\d+")


def stops(case: Case) -> Iterator[Evidence]:
    """The build stops by itself for this target: it raises, or exits with a message, for its Python or platform.

    Or it does not begin: pip refuses the archive (a link that leads out of it, a device), or what pyproject.toml says.
    What the message says is missing, and an Alpine package has, cures it. Where it also runs programs that no Python image has, it may
    stop for want of them: then it compiles once they are there, which is likely and not proved.
    """
    for seen in _facts(case, "raises"):
        if seen.certainty is not Certainty.ALWAYS or seen.detail in _IMPORT_FAILS:
            continue
        version, since = _version(case, "setuptools"), _REFUSED_SINCE.fullmatch(seen.detail)
        if version is not None and since and version[0] < int(since[1]):
            continue  # an older setuptools takes it still
        if seen.detail == _BY_PIP:
            yield from _fails("MC230", f"pip refuses it: {seen.value}", seen, certain=True)
            continue
        claim = f"the build stops here: {seen.value}"
        if wanted := _wanted(case, seen):
            packages = tuple(sorted({name for named in wanted for name in named.apk.build}))
            apk = packages if on_alpine(case.target) else ()
            yield Evidence("MC230", claim, seen.where, Strength.STRONG, Outcome.COMPILE, apk=apk)
        elif (missing := _programs(case)) and seen.detail != _LAYOUT:
            why = f"{claim}, perhaps for want of {', '.join(missing)}"
            yield Evidence("MC230", why, seen.where, Strength.STRONG, Outcome.COMPILE)
        else:
            # Without a message nobody knows what it is about, and an exit may be a success; deep in the project's own modules
            # much was gone through on the way, and one thing that was misread is enough.
            near = seen.where.partition("!/")[2].count("/") <= _NEAR
            yield from _fails("MC230", claim, seen, certain=near and _says_why(seen.value))


def _wanted(case: Case, seen: Seen) -> tuple[Named, ...]:
    """What a stop says is missing. Alpine's tables are loaded here, for sdists that stop."""
    from muslcheck.alpine.spoken import named_as_missing

    return named_as_missing(seen.value, case.target.release if on_alpine(case.target) else "edge") if seen.detail != _LAYOUT else ()


def _says_why(message: str) -> bool:
    """Whether a stop is about something: a status alone may tell of anything that was looked for in vain."""
    return ": " in message and "<...>" not in message and (not message.startswith("exits: status") or ", for the version" in message)


def module_gone(case: Case) -> Iterator[Evidence]:
    """The build imports a module that its environment does not have.

    pip builds in an environment of its own (PEP 517), with the newest setuptools and what the project requires. What Python has
    dropped since (``imp``, ``distutils``) and what setuptools has dropped (``pkg_resources``) is missing for certain: proof. What
    nobody is known to bring casts doubt, since a requirement may bring it, or the code may ask for it while it runs.
    """
    for seen in (*_facts(case, "imports"), *(seen for seen in _facts(case, "raises") if seen.detail in _IMPORT_FAILS)):
        if seen.detail in _IMPORT_FAILS and seen.certainty is Certainty.ALWAYS and "/" not in seen.where.partition("!/")[2]:
            yield from _fails("MC231", f"setup.py itself says that an import failed: {seen.value.partition(': ')[2]}", seen, certain=True)
            continue
        what = f"{seen.value}, {seen.detail}" if seen.detail not in {"", *_IMPORT_FAILS} else seen.value.partition(": ")[2] or seen.value
        version, left = _version(case, "setuptools"), _GONE_FROM_SETUPTOOLS.search(what)
        if version is not None and left and version[0] < int(left[1]):
            continue  # something holds setuptools back beside what the project requires
        claim = f"the build imports {what} ({_EVERYWHERE})"
        if _GONE in what or seen.detail == _NOT_REQUIRED:
            yield from _fails("MC231", claim, seen, certain=True)
        elif seen.certainty is Certainty.ALWAYS:
            yield Evidence("MC231", f"the build imports {what}: not known to be there", seen.where, Strength.STRONG, Outcome.UNKNOWN)


def setuptools_changed(case: Case) -> Iterator[Evidence]:
    """The build uses something that setuptools no longer takes (``use_2to3``, gone with 58; ``build_ext.cython_sources`` with Cython 3)."""
    version = _version(case, "setuptools")
    for seen in _marks(case, "use_2to3"):
        if version is None or version >= (58,):
            yield from _fails("MC232", f"use_2to3 is gone from setuptools since 58 ({_EVERYWHERE})", seen, certain=True)
    cython = _version(case, "cython")
    for seen in _marks(case, "cython_sources"):
        if cython is not None and cython >= (3,):
            yield from _fails("MC232", f"build_ext.cython_sources is gone from Cython since 3.0 ({_EVERYWHERE})", seen, certain=True)


def old_setuptools(case: Case) -> Iterator[Evidence]:
    """The build requires a setuptools so old that it does not run on the target's Python.

    Before 66.1 setuptools uses ``pkgutil.ImpImporter``, before 60 ``distutils``: both left Python with 3.12.
    """
    version = _version(case, "setuptools")
    if isinstance(case.facts, SdistFacts) and version is not None and version < _NO_DISTUTILS_BEFORE and case.target.python >= (3, 12):
        system = case.facts.build_system
        shown = ".".join(map(str, version))
        claim = f"requires setuptools {shown}, which does not run on Python {_python(case)} ({_EVERYWHERE})"
        yield Evidence("MC233", claim, system.seen_in, Strength.PROOF, Outcome.FAIL)


def old_cython(case: Case) -> Iterator[Evidence]:
    """C sources that an old Cython made use fields and headers that the target's Python no longer has.

    The first line of such a file names the Cython. The C is compiled as it lies there, unless the build translates anew, and
    then it is the Cython among the build requirements that counts.
    """
    for seen in _marks(case, "cython-"):
        made_by = _numbers(seen.value.removeprefix("cython-"))
        if early := _EARLY_CYTHON_3.fullmatch(seen.value.removeprefix("cython-")):
            stage = next((first for python, first in suits().early_cython if case.target.python >= python), ("a", 0))
            made_by = (0,) if (early[1], int(early[2])) < stage else (3, 0, 0)
        needed = _needed(case, made_by)
        if needed is not None and made_by and made_by < needed:
            first = ".".join(map(str, needed))
            claim = f"C made by Cython {seen.value[7:]}; Python {_python(case)} takes that of {first} and later ({_EVERYWHERE})"
            yield from _fails("MC234", claim, seen, certain=True)
    cython = _version(case, "cython")
    needed = _needed(case, cython) if cython is not None else None
    if needed is None or cython is None or not cython < needed:
        return
    for part in parts(case.facts) if isinstance(case.facts, SdistFacts) else ():
        if "cython" in part.languages and part.certainty is Certainty.ALWAYS:
            shown, first = ".".join(map(str, cython)), ".".join(map(str, needed))
            claim = f"requires Cython {shown} to translate {part.name}; Python {_python(case)} takes what {first} and later make"
            yield Evidence("MC234", f"{claim} ({_EVERYWHERE})", part.seen_in, Strength.PROOF, Outcome.FAIL)
            return


def _needed(case: Case, cython: tuple[int, ...]) -> tuple[int, ...] | None:
    """The first Cython whose C compiles with the target's Python; None where this one is new enough for any."""
    if all(first <= cython for _, first in suits().cython):
        return None
    return next((first for python, first in suits().cython if case.target.python >= python), None)


def cython_refuses(case: Case) -> Iterator[Evidence]:
    """Cython sources hold what the Cython that the build takes no longer translates.

    A build that requires Cython and names no version below takes the newest. From 3.0 on a function that says nothing of exceptions may
    raise, and C takes none that does as a callback; modules and names of Python 2 left with 3.0 and 3.1 (Cython's changelog).
    """
    has = _version(case, "cython")
    for seen in _marks(case, "pyx:"):
        since, _, what = seen.value.removeprefix("pyx:").partition(":")
        if has is not None and has >= _numbers(since):
            shown = ".".join(map(str, has))
            yield from _fails("MC245", f"Cython {shown} refuses {what}, as each does since {since} ({_EVERYWHERE})", seen, certain=True)


def c_api_gone(case: Case) -> Iterator[Evidence]:
    """C sources use a part of CPython's C API that the target's Python no longer has, and nothing guards it."""
    for seen in _marks(case, "capi:"):
        name, table = seen.value.removeprefix("capi:"), gone()
        left = table.c_api.get(name) or table.headers.get(name)
        if left is not None and case.target.python >= left:
            use = f"assigns to {name.removesuffix(' =')}(...)" if name.endswith(" =") else f"uses {name}"
            claim = f"{use}, gone from CPython since {left[0]}.{left[1]} ({_EVERYWHERE})"
            yield from _fails("MC235", claim, seen, certain=name not in _MEMBERS | table.common)


def tool_too_old(case: Case) -> Iterator[Evidence]:
    """The build needs a newer compiler than the Alpine release has (``rust-version`` in Cargo.toml).

    A newer Alpine, or rustup in the build stage, is the way out.
    """
    if not isinstance(case.facts, SdistFacts) or case.target.distribution != "alpine":
        return
    for tree in case.facts.trees:
        if tree.tool != "cargo" or tree.minimum is None or tree.certainty is not Certainty.ALWAYS:
            continue
        has = _alpine_version(case.target.release, "rust")
        if has and _numbers(tree.minimum) > has[: max(2, len(_numbers(tree.minimum)))]:
            shown = ".".join(map(str, has))
            claim = f"needs Rust {tree.minimum} or later; Alpine {case.target.release} has {shown}"
            yield Evidence("MC236", claim, tree.seen_in, Strength.STRONG, Outcome.FAIL)


def python_too_new(case: Case) -> Iterator[Evidence]:
    """The crate is bound to Python by a PyO3 that refuses to build for one newer than it knows, since its 0.20.3.

    A newer release of the project is the way out, or an image with an older Python.
    """
    for tree in case.facts.trees if isinstance(case.facts, SdistFacts) else ():
        for seen in tree.needs if tree.tool == "cargo" and tree.certainty is Certainty.ALWAYS else ():
            until = (
                next((last for first, last in suits().pyo3 if _numbers(seen.detail) >= first), None) if seen.value == "pyo3-ffi" else None
            )
            if until is not None and case.target.python >= (until[0], until[1] + 1):
                claim = f"built with PyO3 {seen.detail}, which refuses a Python after {until[0]}.{until[1]} ({_EVERYWHERE})"
                yield Evidence("MC243", claim, seen.where, Strength.PROOF, Outcome.FAIL)


def cmake_too_new(case: Case) -> Iterator[Evidence]:
    """The tree asks for the behaviour of a CMake before 3.5, which CMake 4 refuses: proof where a build requirement brings CMake 4.

    ``CMAKE_POLICY_VERSION_MINIMUM=3.5`` in the environment of the build overrules it. Where CMake has to be added first, it is a hint.
    """
    if not isinstance(case.facts, SdistFacts):
        return
    for tree in case.facts.trees:
        if tree.tool != "cmake" or tree.policy is None or tree.certainty is not Certainty.ALWAYS:
            continue
        asked, brought = _numbers(tree.policy.value), _version(case, "cmake")
        has = brought or _alpine_version(case.target.release, "cmake")
        if asked and asked < (3, 5) and has and has >= (4,):
            claim = (
                f"CMake {has[0]} refuses cmake_minimum_required {tree.policy.value}; set CMAKE_POLICY_VERSION_MINIMUM=3.5 ({_EVERYWHERE})"
            )
            strength, outcome = (Strength.PROOF, Outcome.FAIL) if brought else (Strength.HINT, None)
            yield Evidence("MC237", claim, tree.policy.where, strength, outcome)


def standard_too_new(case: Case) -> Iterator[Evidence]:
    """The build asks for a language standard (``-std=c++23``) that the Alpine release's gcc does not know: a newer Alpine has it."""
    if case.target.distribution != "alpine":
        return
    has = _alpine_version(case.target.release, "gcc")
    for seen in _marks(case, "std:"):
        asked = seen.value.removeprefix("std:").replace("gnu", "c")
        needed = suits().gcc.get(asked)
        if has and needed and has < needed and seen.certainty is Certainty.ALWAYS:
            first, shown = ".".join(map(str, needed)), ".".join(map(str, has))
            claim = f"asks gcc for {asked}, which it knows since {first}; Alpine {case.target.release} has {shown}"
            yield Evidence("MC238", claim, seen.where, Strength.STRONG, Outcome.FAIL)


def compiler_refuses(case: Case) -> Iterator[Evidence]:
    """C sources hold what the release's gcc refuses and older ones only warned of, as a pointer that is given for an integer.

    ``CFLAGS=-fpermissive`` in the environment of the build makes most of it warnings again.
    """
    has = _gcc(case)
    for seen in _marks(case, "gcc-"):
        since, _, what = seen.value.removeprefix("gcc-").partition(":")
        if has and has >= _numbers(since):
            claim = f"{what}: gcc refuses it since {since}; {case.target.distribution.title()} {case.target.release} has {has[0]}"
            yield from _fails("MC239", claim, seen, certain=True)


def _gcc(case: Case) -> tuple[int, ...] | None:
    """The gcc of the target's distribution."""
    if on_alpine(case.target):
        return _alpine_version(case.target.release, "gcc")
    from muslcheck.alpine.releases import debian

    return next((_numbers(row.gcc) for row in debian().values() if case.target.release in {row.name, row.number}), None)


def _fails(code: str, claim: str, seen: Seen, *, certain: bool) -> Iterator[Evidence]:
    """Proof where it always happens and nobody can doubt it, strong where it is likely, a hint where the build decides; else nothing."""
    if seen.certainty is Certainty.ALWAYS:
        yield Evidence(code, claim, seen.where, Strength.PROOF if certain else Strength.STRONG, Outcome.FAIL)
    elif seen.certainty is Certainty.DECIDED_LATER:
        yield Evidence(code, claim, seen.where, Strength.HINT)


def _facts(case: Case, name: str) -> tuple[Seen, ...]:
    found: tuple[Seen, ...] = getattr(case.facts, name) if isinstance(case.facts, SdistFacts) else ()
    return found


def _marks(case: Case, start: str) -> Iterator[Seen]:
    """Marks of the sources by the start of their code; those of C sources only where a part is always compiled."""
    if isinstance(case.facts, SdistFacts):
        made = any(part.certainty is Certainty.ALWAYS for part in parts(case.facts))
        for seen in case.facts.marks:
            if seen.value.startswith(start) and (made or not start.startswith(("cython-", "capi:", "gcc-"))):
                yield seen


def _programs(case: Case) -> list[str]:
    """Programs that the build runs, that Alpine has and its Python images lack."""
    if not isinstance(case.facts, SdistFacts) or not on_alpine(case.target):
        return []
    from muslcheck.judge.needs import needs

    return sorted({need.name for need in needs(case.facts, case.target) if need.kind == "program" and need.apk is not None} - _FETCH)


def _version(case: Case, name: str) -> tuple[int, ...] | None:
    """The version that isolation takes of a build requirement, or None where it is not known."""
    found = next((b.version for b in case.build_requires if b.name == name), None)
    return _numbers(found) if found else None


def _alpine_version(release: str, tool: str) -> tuple[int, ...] | None:
    from muslcheck.alpine.releases import alpine

    row = alpine().get(release)
    return _numbers(row.versions[tool]) if row is not None and tool in row.versions else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in _NUMBER.findall(version)[:3])


def _python(case: Case) -> str:
    return ".".join(map(str, case.target.python))


RULES = (
    Rule("MC230", "The build stops by itself", stops),
    Rule("MC231", "An import that is not found", module_gone),
    Rule("MC232", "Gone from the build tools", setuptools_changed),
    Rule("MC233", "A setuptools too old for this Python", old_setuptools),
    Rule("MC234", "C made by an old Cython", old_cython),
    Rule("MC235", "Gone from CPython's C API", c_api_gone),
    Rule("MC236", "A compiler too old", tool_too_old),
    Rule("MC237", "A CMake too new", cmake_too_new),
    Rule("MC238", "A language standard too new", standard_too_new),
    Rule("MC239", "Refused by newer compilers", compiler_refuses),
    Rule("MC243", "A Python newer than the crate's bindings", python_too_new),
    Rule("MC245", "Refused by newer Cythons", cython_refuses),
)
