"""What was read inside a file. No opinion: the judge has those.

Every fact carries the member it was seen in (``foo-1.0.tar.gz!/setup.py:14``), so that evidence can name it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muslcheck.words.release import Metadata, Unread

__all__ = ["BuildSystem", "Certainty", "Extension", "NativeFile", "SdistFacts", "Seen", "Tree", "WheelFacts"]


class Certainty(enum.StrEnum):
    """How sure it is that a build does what a fact says."""

    ALWAYS = "always"
    """The build does it, whatever happens."""
    OPTIONAL = "optional"
    """The build tries, and goes on without where it fails (``optional=True``, ``try`` around ``build_ext`` or ``setup``)."""
    SWITCHED = "switched"
    """Only when asked for (an environment variable, a build option): not in a plain ``pip install``."""
    DECIDED_LATER = "decided-later"
    """The code decides while it runs; reading it does not tell."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A value and the place it was read, ``archive!/member`` or ``archive!/member:line``."""

    value: str
    where: str
    certainty: Certainty = Certainty.ALWAYS
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BuildSystem:
    """``[build-system]`` of pyproject.toml (PEP 517, 518), or the legacy default where it is absent.

    ``requires`` are PEP 508 texts; ``added`` those that the backend is known to add while it runs (PEP 517
    ``get_requires_for_build_wheel``): ``setup_requires``, or cmake and ninja for scikit-build-core.
    """

    backend: str
    requires: tuple[str, ...]
    seen_in: str
    added: tuple[str, ...] = ()
    backend_path: tuple[str, ...] = ()
    legacy: bool = False
    """No ``[build-system]``: pip uses setuptools' legacy backend."""
    followed: bool = False
    """The back end is the project's own, and what it does was read: it stands among the facts."""
    declarative: bool = False
    """A known back end that reads tables and runs no code of the project's: what they do not list is not compiled."""


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension module (or native program) that the build makes.

    ``languages`` as in :data:`LANGUAGES`; ``sources`` relative to the archive's folder, as far as they could be read.
    """

    name: str
    languages: tuple[str, ...]
    certainty: Certainty
    seen_in: str
    sources: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    include_dirs: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    """Those of the sources of which the code decides while it runs whether they are compiled."""
    made_by: str = "setuptools"
    """What declares it: ``setuptools``, ``cython``, ``cffi``, ``setuptools-rust``, ``mypyc``, ``cmake``, ``meson``, ``maturin`` ..."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A native build tree in the sdist: CMake, Meson, Cargo, autoconf, make, Go, Bazel.

    ``needs`` are what it looks for by name (``find_package``, ``dependency()``, crates that link C).
    """

    tool: str
    seen_in: str
    certainty: Certainty
    languages: tuple[str, ...] = ()
    needs: tuple[Seen, ...] = ()
    minimum: str | None = None
    """The tool's minimum version where stated (``cmake_minimum_required``, ``rust-version``)."""
    files: int = 0
    """Source files below it: what makes a build heavy."""
    policy: Seen | None = None
    """The oldest CMake whose behaviour a file of the tree surely asks for (the upper end of ``cmake_minimum_required``)."""


@dataclass(frozen=True, slots=True)
class SdistFacts:
    """What an sdist says about its build. Paths are inside the archive, below its one top folder."""

    filename: str
    build_system: BuildSystem
    metadata: Metadata | Unread
    extensions: tuple[Extension, ...] = ()
    trees: tuple[Tree, ...] = ()
    headers: tuple[Seen, ...] = ()
    """Headers that the listed sources include and the sdist does not hold (``ffi.h``), system headers of the C library left out."""
    libraries: tuple[Seen, ...] = ()
    """Libraries linked by name (``crypto``, from ``libraries=`` or ``-l``)."""
    programs: tuple[Seen, ...] = ()
    """Programs that the build runs (``pg_config``, ``pkg-config libpq``, ``cmake``); detail ``or stops``: it catches nothing."""
    imports: tuple[Seen, ...] = ()
    """Modules that setup.py imports and its build environment may lack (``pkg_resources``, ``numpy``, ``distutils``, ``imp``)."""
    raises: tuple[Seen, ...] = ()
    """Places where the build stops for this target (``if sys.version_info < ...: sys.exit``): value is the message."""
    downloads: tuple[Seen, ...] = ()
    """Addresses fetched at build time."""
    marks: tuple[Seen, ...] = ()
    """Other telling spots, by a short code in ``value``.

    ``cython-0.29.21`` C as that Cython made it, compiled as it lies there; ``pyx:3.1:WHAT`` what
    Cythons from 3.1 on refuse in one of its sources; ``capi:NAME`` a name of CPython's C API outside
    every guard; ``gcc-14:WHAT`` C that this gcc and later ones refuse; ``nullptr:WHAT`` C++ with NULL
    for a number; ``glibc:NAME`` a function, macro or type that is not in musl, outside every guard;
    ``use_2to3``; ``cython_sources`` (asked of Cython's ``build_ext``); ``openmp``; ``std:c++17``;
    ``machine:NAME`` a header of the compiler for some machines only, outside every guard;
    ``outside:PATH`` a source that is not in the sdist, since its path leads out of it.
    """
    hints: tuple[Seen, ...] = ()
    """What the project says of musl itself: ``[external]`` (PEP 725), cibuildwheel's skip and before-all, CI files, Dockerfiles."""
    source_files: tuple[tuple[str, int], ...] = ()
    """Number of source files by language, in all the archive but folders of tests, examples and documentation: (``c``, 120)."""
    unread: tuple[Seen, ...] = ()
    """Members that could not be read or understood, and why: what keeps a claim from being proof."""


@dataclass(frozen=True, slots=True)
class NativeFile:
    """A compiled file in a wheel: an extension module, a library or a program. ``path`` is where it is installed, below site-packages.

    ``form`` is ``elf``, ``mach-o`` or ``pe``; all that follows ``executable`` is known of ELF files only. ``machine`` is as wheels
    name it (``arm`` for all of that kind), or a number. ``module`` is the dotted name of an extension module, empty for other files;
    ``suffix`` stands between its name and ``.so`` (``cpython-312-x86_64-linux-musl``, ``abi3`` or nothing), and ``twin`` says
    that the wheel has the same module in Python, too.
    """

    path: str
    form: str
    machine: str = ""
    module: str = ""
    suffix: str = ""
    twin: bool = False
    executable: bool = False
    interpreter: str = ""
    soname: str = ""
    needed: tuple[str, ...] = ()
    """The libraries that it is linked to (DT_NEEDED)."""
    runpath: tuple[str, ...] = ()
    """Where those are looked for first."""
    wants: tuple[str, ...] = ()
    """Functions and variables that it cannot do without, sorted: not of CPython, not in the wheel, not said to be of another library."""
    of_glibc: tuple[str, ...] = ()
    """Those of them that glibc had when it was linked, by their versions."""
    glibc: tuple[str, ...] = ()
    """Versions of glibc's libraries that it was linked against (``libc.so.6 GLIBC_2.17``)."""
    initial_exec: bool = False
    """It wants thread-local storage that is set aside before a program begins: musl's loader refuses that to what comes later."""
    relr: bool = False
    """Its relative relocations are packed (DT_RELR), which musl reads from 1.2.4 on."""


@dataclass(frozen=True, slots=True)
class WheelFacts:
    """What a wheel holds that is compiled. ``pure`` is what it says of itself (``Root-Is-Purelib``)."""

    filename: str
    pure: bool = True
    natives: tuple[NativeFile, ...] = ()
    roots: tuple[str, ...] = ()
    """What can be imported: the top names of its packages and modules, sorted."""
    unread: tuple[Seen, ...] = ()
    """Files that could not be read, and why."""
    imported: tuple[Seen, ...] | None = None
    """Extension modules and libraries that importing what the wheel holds surely loads, by their paths; None where nobody asked.

    ``where`` is the line that loads it, ``detail`` the one of ``roots`` that is imported.
    """
    shares: bool = False
    """Its Python files open libraries so that what comes later finds their names (``RTLD_GLOBAL``); known where imports are."""
