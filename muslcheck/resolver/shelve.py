"""How one file of a release meets a target: it fits by a tag, or misses for a reason (pip's ``LinkEvaluator`` and ``_sort_key``)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import product
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, overload

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from muslcheck.resolver.pythons import python_allowed
from muslcheck.words.release import Fits, Misfit, Miss, Placed, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from packaging.utils import NormalizedName

    from muslcheck.words.installer import Installer
    from muslcheck.words.release import DistFile
    from muslcheck.words.requirement import Selection
    from muslcheck.words.target import Target

__all__ = ["Missed", "beside", "fitting", "in_order", "is_sdist_of", "machines_of", "place", "shelve", "shelve_later"]

_SDIST_SUFFIXES = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar", ".tbz", ".txz", ".tlz", ".tar.lz", ".tar.lzma")
"""What pip unpacks (``utils/filetypes.py``), the usual first."""

_STANDARD_SDISTS = frozenset({".tar.gz", ".zip"})
"""What uv takes from an index (PEP 625, and ``.zip`` as it was before)."""

_PARTS = 5
"""Of a wheel's name without a build number: project, version and tags."""

_TAGS = 3
"""Python, ABI, platform."""

_MOST_TAGS = 10_000
"""A file name with more tags than this is no honest one."""

_PROJECT = re.compile(r"[\w.]+")
_BUILD = re.compile(r"(\d+)(.*)", re.ASCII)
_INTERPRETER = re.compile(r"(cp|py)(\d)(\d*)", re.ASCII)
_LINUX = re.compile(r"(manylinux|musllinux)_(\d+)_(\d+)_(\w+)|manylinux(1|2010|2014)_(\w+)|linux_(\w+)", re.ASCII)
_FOR_PYTHON = re.compile(r"-py([123]\.?[0-9]?)$")
_VARIANT = re.compile(r"[0-9a-z._]{1,16}")

_GLIBC_OF = {"1": 5, "2010": 12, "2014": 17}
_SYSTEMS = {
    "win": "Windows",
    "macosx": "macOS",
    "ios": "iOS",
    "android": "Android",
    "pyodide": "Pyodide",
    "pyemscripten": "Pyodide",
    "emscripten": "Emscripten",
    "wasi": "WASI",
    "freebsd": "FreeBSD",
    "openbsd": "OpenBSD",
    "netbsd": "NetBSD",
    "cygwin": "Cygwin",
    "mingw": "MinGW",
    "aix": "AIX",
    "solaris": "Solaris",
}
_IMPLEMENTATIONS = {"pp": "PyPy", "pypy": "PyPy", "graalpy": "GraalPy", "ip": "IronPython", "jy": "Jython"}


def place(
    file: DistFile,
    target: Target,
    selection: Selection,
    name: str | None = None,
    *,
    pinned: bool = False,
    hashes: Collection[str] = (),
) -> Fits | Misfit:
    """Whether pip (or the selection's installer) may install a file on a target, and if not, the nearest reason.

    ``name`` is the normalised name of the project that is asked for (None: the file's own). ``pinned`` allows a yanked
    file; pip does so only where *all* that satisfies is yanked, which is for the caller to see. ``hashes`` are the
    allowed ones (``algorithm:hexdigest``); a file without any is let through, as pip does. Of direct references less is
    asked: pass ``selection.of_references()`` for those.
    """
    asked = name or file.name
    fit = _fit_by_name(file.filename, asked, target, selection.installer)
    if isinstance(fit, Fits):
        if withheld := _withheld(file, asked, target, selection, hashes):
            return withheld
        if file.yanked is not None and not pinned:
            return Misfit(Miss.YANKED, f"yanked: {file.yanked}" if file.yanked else "yanked")
    return fit


def fitting(file: DistFile, target: Target, ranks: Mapping[str, int], selection: Selection, name: str) -> Fits | None:
    """How a file fits, yanked or not; None where it does not. As :func:`place` says, without the reasons, which cost more.

    ``ranks`` are the target's tags: the caller looks them up once for all files.
    """
    filename = file.filename
    if not filename.endswith(".whl"):
        if _sdist_fault(filename, name, selection.installer):
            return None
        fit = Fits("sdist", len(ranks))
    else:
        if not may_fit(filename, target.arch):
            return None  # most files of a page are for other machines
        wheel = _parse_wheel(filename)
        if isinstance(wheel, Misfit) or wheel[0] != name:
            return None
        tag = wheel[2]
        rank = ranks.get(tag)
        if rank is None and "." in tag:
            rank, tag = _best(tag, ranks)
        if rank is None:
            return None
        fit = Fits(tag, rank, wheel[1])
    return None if _withheld(file, name, target, selection, ()) else fit


def _best(tags: str, ranks: Mapping[str, int]) -> tuple[int | None, str]:
    """The best of a compressed tag set: most have none that fits, and that is to be seen soon."""
    best, named = None, ""
    for tag in _each_tag(tags):
        rank = ranks.get(tag)
        if rank is not None and (best is None or rank < best):
            best, named = rank, tag
    return best, named


def may_fit(filename: str, arch: str) -> bool:
    """Whether a file may be for a machine, as far as that is seen at a glance."""
    if arch in filename or not filename.endswith(".whl"):
        return True
    lower = filename.lower()
    return arch in lower or "-any." in lower or ".any." in lower


def machines_of(filename: str) -> frozenset[tuple[str, str]]:
    """The architectures and C libraries that a file may be for, empty where any will do; none for another system."""
    return _machines(filename[:-4].rpartition("-")[2].lower()) if filename.endswith(".whl") else _ANY_MACHINE


_ANY_MACHINE = frozenset({("", "")})


@lru_cache(maxsize=4096)
def _machines(platforms: str) -> frozenset[tuple[str, str]]:
    parts = map(_platform, platforms.split("."))
    return frozenset((arch, libc) for system, libc, _, arch in parts if system == "Linux")


class _Later(Sequence[Placed]):
    """Files of a release in order, of which the first is known; the others are placed when somebody looks at them."""

    __slots__ = ("_all", "_first", "_rest")

    def __init__(self, first: Placed, rest: Callable[[], Iterable[Placed]]) -> None:
        self._first = first
        self._rest = rest
        self._all: tuple[Placed, ...] = ()

    def _placed(self) -> tuple[Placed, ...]:
        if not self._all:
            self._all = (self._first, *(placed for placed in self._rest() if placed.file is not self._first.file))
        return self._all

    @overload
    def __getitem__(self, index: int) -> Placed: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Placed, ...]: ...
    def __getitem__(self, index: int | slice) -> Placed | tuple[Placed, ...]:
        return self._first if index == 0 else self._placed()[index]

    def __len__(self) -> int:
        return len(self._placed())

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Placed]:
        return iter(self._placed())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._placed() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._first)

    def __repr__(self) -> str:
        return repr(self._placed())


def shelve_later(first: Placed, rest: Callable[[], Iterable[Placed]]) -> Shelf:
    """A shelf whose first file is known already. ``rest`` places all files, when the first of the others is asked for."""
    return Shelf(_Later(first, rest))


def shelve(
    files: Iterable[DistFile],
    target: Target,
    selection: Selection,
    name: str | None = None,
    *,
    pinned: bool = False,
    hashes: Collection[str] = (),
) -> Shelf:
    """Place every file of one release: those that fit in pip's order of preference, then the others, the nearest miss first.

    pip prefers a file with an allowed hash, then one that was not yanked, then the better tag, then the higher build
    number; among equals the last one listed. uv takes the first of equals by name, and once it takes yanked files it takes
    them like others. For the other arguments see :func:`place`.
    """
    placed = (Placed(file, place(file, target, selection, name, pinned=pinned, hashes=hashes)) for file in files)
    return in_order(enumerate(placed), selection.installer, hashes)


Missed = tuple[int, int, int, Placed]
"""A file that does not fit, by the order of the shelf: how far it misses, by how much, and its place on the page."""


def beside(number: int, placed: Placed) -> Missed:
    """A file that does not fit, to be put in order."""
    assert isinstance(placed.fit, Misfit)
    return -placed.fit.miss, -placed.fit.near, number, placed


def in_order(
    files: Iterable[tuple[int, Placed]], installer: Installer, hashes: Collection[str] = (), others: Iterable[Missed] = ()
) -> Shelf:
    """The shelf of a release whose files are placed already, each with its place on the page (see :func:`shelve`).

    ``others`` are more that do not fit: of a long list in order it takes little to put a few between.
    """
    fits: list[tuple[tuple[bool, bool, int, _Build], Placed]] = []
    misfits = [*others]
    for number, placed in files:
        file, fit = placed.file, placed.fit
        if isinstance(fit, Misfit):
            misfits.append(beside(number, placed))
        else:
            kept = file.yanked is None or not installer.takes_pinned_yanked
            fits.append(((bool(hashes and file.hashes), kept, -fit.rank, fit.build), placed))
    if installer.last_of_equals:
        fits.reverse()  # sorted(reverse=True) keeps the order of equals
    else:
        fits.sort(key=lambda each: each[1].file.filename)
    misfits.sort()
    fits.sort(key=itemgetter(0), reverse=True)
    return Shelf((*(placed for _, placed in fits), *(missed[-1] for missed in misfits)))


def _fit_by_name(filename: str, name: str, target: Target, installer: Installer) -> Fits | Misfit:
    """How a file meets a target by what its name says."""
    if not filename.endswith(".whl"):
        return _sdist_fault(filename, name, installer) or Fits("sdist", len(target.tags))
    wheel = _parse_wheel(filename)
    if isinstance(wheel, Misfit):
        return wheel
    project, build, tags = wheel
    if project != name:
        return Misfit(Miss.NAME, f"a file of another project, {project}")
    fit = _best_tag(tags, target, installer)
    return Fits(fit.tag, fit.rank, build) if build and isinstance(fit, Fits) else fit


def _withheld(file: DistFile, name: str, target: Target, selection: Selection, hashes: Collection[str]) -> Misfit | None:
    """Why a file that fits by its name may not be taken all the same."""
    stated = file.requires_python
    if stated and not selection.ignore_requires_python and not _python_allowed(stated, target, selection.installer):
        return Misfit(Miss.REQUIRES_PYTHON, f"requires Python {file.requires_python}")
    wheels, sdists = selection.formats.allows(name)
    if not (wheels if file.filename.endswith(".whl") else sdists):
        return Misfit(Miss.EXCLUDED, f"excluded by --{'only' if wheels else 'no'}-binary")
    if selection.uploaded_prior_to is not None and (late := _late(file, selection.uploaded_prior_to)):
        return Misfit(Miss.EXCLUDED, late)
    if hashes and file.hashes and not any(digest in hashes for digest in file.hashes):
        return Misfit(Miss.EXCLUDED, "its hash is none of those required")
    return None


_Build = tuple[int, str] | tuple[()]


@lru_cache(maxsize=16384)
def _parse_wheel(filename: str) -> tuple[NormalizedName, _Build, str] | Misfit:
    """The project, build number and compressed tag set of a wheel's name, as ``packaging.utils.parse_wheel_filename`` reads it.

    The tags are in lower case, and not looked at yet.
    """
    parts = filename.removesuffix(".whl").split("-")
    numbered = _BUILD.match(parts[2]) if len(parts) > _PARTS else None
    build: _Build = (int(numbered[1]), numbered[2]) if numbered else ()
    tags = parts[3:] if build else parts[2:]
    if len(tags) == _TAGS + 1 and _INTERPRETER.match(tags[0]) and _VARIANT.fullmatch(tags[-1]):
        return Misfit(Miss.VARIANT, f"a wheel variant ({tags[-1]}), which pip does not install yet")
    if len(tags) != _TAGS:
        return Misfit(Miss.NAME, "its name has not the parts of a wheel's")
    if not _is_version(parts[1]):
        return Misfit(Miss.NAME, f"{parts[1]!r} is no version")
    project = _project(parts[0])
    return (project, build, "-".join(tags).lower()) if project else Misfit(Miss.NAME, f"{parts[0]!r} is no project's name")


@lru_cache(maxsize=4096)
def _project(name: str) -> NormalizedName | None:
    """The normalised name, None where a wheel may not write it so."""
    return canonicalize_name(name) if "__" not in name and _PROJECT.fullmatch(name) else None


def is_sdist_of(installer: Installer, filename: str) -> bool:
    """Whether an installer takes a file for an sdist, whatever its name says before the suffix."""
    suffix = _sdist_suffix(filename)
    return suffix is not None and (installer.old_sdists or suffix in _STANDARD_SDISTS)


def _sdist_suffix(filename: str) -> str | None:
    return next((suffix for suffix in _SDIST_SUFFIXES if filename.endswith(suffix)), None)


@lru_cache(maxsize=16384)
def _sdist_fault(filename: str, name: str, installer: Installer) -> Misfit | None:
    """What keeps a file that is no wheel from being an sdist of a project; None where nothing does.

    As pip reads names: any spelling of the project's name, a dash, the version (``_extract_version_from_fragment``).
    """
    suffix = _sdist_suffix(filename)
    if suffix is None or not is_sdist_of(installer, filename):
        such = filename[filename.rfind(".") :] if "." in filename else "such"
        return Misfit(Miss.FORMAT, f"{installer.name} does not install {such} files")
    if suffix == ".zip" and "macosx10" in filename:
        return Misfit(Miss.FORMAT, "a built archive for macOS")
    stem = filename.removesuffix(suffix)
    dashes = (index for index, character in enumerate(stem) if character == "-")
    at = next((index for index in dashes if canonicalize_name(stem[:index]) == name), None)
    if at is None:
        return Misfit(Miss.NAME, "a file of another project")
    version = stem[at + 1 :]
    if python := _FOR_PYTHON.search(version):  # a single digit after the dot: never a Python that is known here
        return Misfit(Miss.PYTHON, f"for Python {python[1]}")
    return None if _is_version(version) else Misfit(Miss.NAME, f"{version!r} is no version")


@lru_cache(maxsize=4096)
def _each_tag(tags: str) -> tuple[str, ...]:
    """Every tag of a compressed set (PEP 425); none where it is no honest one."""
    pythons, abis, platforms = (part.split(".") for part in tags.split("-"))
    if not all(map(str.isidentifier, pythons)) or not all(abis) or not all(platforms):
        return ()
    many = len(pythons) * len(abis) * len(platforms) > _MOST_TAGS
    return () if many else tuple(map("-".join, product(pythons, abis, platforms)))


@lru_cache(maxsize=16384)
def _best_tag(tags: str, target: Target, installer: Installer) -> Fits | Misfit:
    """The best of a compressed tag set (PEP 425) on a target; where none fits, the one that misses by the least."""
    ranks = target.tags_for(installer)
    pythons, abis, platforms = (part.split(".") for part in tags.split("-"))
    if not all(map(str.isidentifier, pythons)) or not all(abis) or not all(platforms):
        return Misfit(Miss.NAME, f"{tags} is no set of tags")
    if len(pythons) * len(abis) * len(platforms) > _MOST_TAGS:
        return Misfit(Miss.NAME, "its name has too many tags")
    triples = tuple(product(pythons, abis, platforms))
    fitting = [(ranks[tag], tag) for tag in map("-".join, triples) if tag in ranks]
    if fitting:
        rank, tag = min(fitting)
        return Fits(tag, rank)
    return max((_miss(python, abi, platform, target) for python, abi, platform in triples), key=attrgetter("miss", "near"))


def _miss(python: str, abi: str, platform: str, target: Target) -> Misfit:
    """Why one tag does not fit: of all that is wrong with it, the worst."""
    libc = _libc_miss(platform, target)
    return (
        _machine_miss(python, platform, target)
        or _python_miss(python, abi, target, near=libc is None)
        or _abi_miss(abi, target)
        or libc
        or Misfit(Miss.ABI, f"pip takes no {python}-{abi}-{platform} here")
    )


def _machine_miss(python: str, platform: str, target: Target) -> Misfit | None:
    system, _, _, arch = _platform(platform)
    if system != "Linux":
        return Misfit(Miss.OS, f"for {system}")
    if not _INTERPRETER.fullmatch(python):
        letters = re.match("[a-z]*", python)
        return Misfit(Miss.IMPLEMENTATION, f"for {_IMPLEMENTATIONS.get(letters[0] if letters else '', python)}")
    return Misfit(Miss.ARCH, f"for {arch}") if arch not in ("", target.arch) else None


def _python_miss(python: str, abi: str, target: Target, *, near: bool) -> Misfit | None:
    """What is wrong with the Python of a tag: which ABIs reach back to older versions (packaging ``cpython_tags``, ``compatible_tags``).

    ``near``: nothing else is wrong with it.
    """
    parsed = _INTERPRETER.fullmatch(python)
    assert parsed is not None
    major, minor = target.python
    if int(parsed[2]) != major:
        return Misfit(Miss.PYTHON, f"for Python {parsed[2]}{parsed[3] and '.'}{parsed[3]}", near - 200)
    wanted = int(parsed[3]) if parsed[3] else minor
    reaches_back = abi in ("abi3", "abi3t") or (abi == "none" and parsed[1] == "py")
    if wanted > minor or (wanted < minor and not reaches_back):
        return Misfit(Miss.PYTHON, f"for Python {major}.{wanted}{' or later' if reaches_back else ''}", near - 2 * abs(minor - wanted))
    return None


def _abi_miss(abi: str, target: Target) -> Misfit | None:
    own = f"cp{target.python[0]}{target.python[1]}"
    if abi in ("abi3t", f"{own}t"):
        return None if target.free_threaded else Misfit(Miss.ABI, "only for free-threaded Python")
    if abi in ("abi3", own):
        return Misfit(Miss.ABI, "not for free-threaded Python") if target.free_threaded else None
    if abi.startswith((f"{own}d", f"{own}td")):
        return Misfit(Miss.ABI, "for a debug build of Python")
    return None if abi == "none" else Misfit(Miss.ABI, f"for the ABI {abi}")


def _libc_miss(platform: str, target: Target) -> Misfit | None:
    _, libc, version, _ = _platform(platform)
    if libc and libc != target.libc.name:
        return Misfit(Miss.LIBC, f"{libc} wheel ({platform})", -version[1])
    if version > (target.libc.major, target.libc.minor):
        needs = f"needs {libc} {version[0]}.{version[1]}, the image has {target.libc.major}.{target.libc.minor}"
        return Misfit(Miss.LIBC_VERSION, needs, -version[1])
    return None


@cache
def _platform(platform: str) -> tuple[str, str, tuple[int, int], str]:
    """A platform tag in parts: operating system, C library and its version, architecture; empty where it is open."""
    if platform == "any":
        return "Linux", "", (0, 0), ""
    parsed = _LINUX.fullmatch(platform)
    if parsed is None:
        letters = re.match("[a-z]*", platform)
        return _SYSTEMS.get(letters[0] if letters else "", platform), "", (0, 0), ""
    family, major, minor, arch, legacy, legacy_arch, plain_arch = parsed.groups()
    if family:
        return "Linux", "musl" if family == "musllinux" else "glibc", (int(major), int(minor)), arch
    if legacy:
        return "Linux", "glibc", (2, _GLIBC_OF[legacy]), legacy_arch
    return "Linux", "", (0, 0), plain_arch


@lru_cache(maxsize=16384)
def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def _python_allowed(requires_python: str, target: Target, installer: Installer) -> bool:
    return python_allowed(requires_python, target.python_full, caps=installer.heeds_python_caps)


def _late(file: DistFile, cutoff: datetime.datetime) -> str:
    """Why ``--uploaded-prior-to`` excludes a file; empty where it does not. Local files are exempt, as in pip."""
    if file.url.startswith("file:"):
        return ""
    try:
        uploaded = datetime.datetime.fromisoformat(file.upload_time or "")
    except ValueError:
        return "the index does not state upload times"
    if uploaded.tzinfo is None:
        uploaded = uploaded.replace(tzinfo=datetime.UTC)
    return f"uploaded {file.upload_time}, not before {cutoff.isoformat()}" if uploaded >= cutoff else ""
