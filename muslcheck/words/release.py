"""What the index offers: files, their releases, and how each file meets a target."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from packaging.utils import NormalizedName

__all__ = [
    "Absent",
    "DistFile",
    "Fits",
    "Kind",
    "Metadata",
    "MetadataSource",
    "Misfit",
    "Miss",
    "Placed",
    "Project",
    "Shelf",
    "Unread",
    "python_tag",
]


class Kind(enum.StrEnum):
    """The two kinds of file that pip installs from."""

    WHEEL = "wheel"
    SDIST = "sdist"


@dataclass(frozen=True, slots=True)
class DistFile:
    """One file of a release, as a project page states it (PEP 503, 592, 629, 658, 691, 700, 714).

    ``name`` is the project's normalised name, ``version`` the release's normalised version.
    ``url`` is absolute and free of credentials. ``hashes`` are ``algorithm:hexdigest``. ``yanked`` is None, or the
    reason (may be empty). ``upload_time`` is ISO 8601 as given. ``sidecar`` is None where the index offers no
    ``.metadata`` file, else its hash (``algorithm:hexdigest``), or empty where it has none. ``index`` is the index that
    listed the file, for people. ``size`` is in bytes.
    """

    filename: str
    name: NormalizedName
    version: str
    kind: Kind
    url: str
    size: int | None = None
    hashes: tuple[str, ...] = ()
    requires_python: str | None = None
    yanked: str | None = None
    upload_time: str | None = None
    sidecar: str | None = None
    index: str = ""
    subdirectory: str = ""
    """Where in the archive the project lies, or empty for its top (direct references only)."""

    @property
    def sha256(self) -> str | None:
        """The SHA-256 digest in hexadecimal, where the index states one."""
        return next((h[7:] for h in self.hashes if h.startswith("sha256:")), None)


@dataclass(frozen=True, slots=True)
class Fits:
    """The file may be installed: by this tag, at this rank (0 is best; an sdist comes after every tag)."""

    tag: str
    rank: int
    build: tuple[int, str] | tuple[()] = ()
    """The wheel's build number: the higher wins among equal tags."""


class Miss(enum.IntEnum):
    """Why a file may not be installed on a target, ordered by how near the miss was: the maximum is the nearest."""

    FORMAT = 0
    """Neither a wheel nor an sdist that pip takes (``.egg``, ``.exe``, ``.rpm``)."""
    NAME = 1
    """A file name that does not parse, or another project's."""
    VARIANT = 2
    """A wheel variant (PEP 817, draft): pip does not take it yet."""
    OS = 3
    """Another operating system."""
    IMPLEMENTATION = 4
    """Another Python implementation (PyPy, GraalPy)."""
    ARCH = 5
    """Linux, but another architecture."""
    PYTHON = 6
    """The right platform, but another Python version."""
    ABI = 7
    """The right Python version, but another ABI (free-threaded, debug)."""
    LIBC = 8
    """Right but for the C library: a glibc wheel on musl, or the reverse."""
    LIBC_VERSION = 9
    """The right C library, in a version that is too new for the image."""
    REQUIRES_PYTHON = 10
    """Fits, but states another Python version (``requires-python``)."""
    EXCLUDED = 11
    """Fits, but ``--only-binary``, ``--no-binary`` or ``--uploaded-prior-to`` excludes it, or it has the wrong hash."""
    YANKED = 12
    """Fits, but was withdrawn (PEP 592) and is not pinned."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """The file may not be installed: the kind of miss, and a detail for people (``needs glibc 2.28 or later``).

    ``near`` tells misses of one kind apart: the highest is the nearest.
    """

    miss: Miss
    detail: str
    near: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Placed:
    """A file and how it meets the target."""

    file: DistFile
    fit: Fits | Misfit


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every file of one release, best first, nothing dropped: fits by rank, then misfits, the nearest first."""

    placed: Sequence[Placed] = ()

    @property
    def chosen(self) -> DistFile | None:
        """The file that pip installs, or None where none fits."""
        if self.placed and isinstance(self.placed[0].fit, Fits):
            return self.placed[0].file
        return None

    @property
    def nearest(self) -> Placed | None:
        """The wheel that came nearest without fitting, or None."""
        return next((p for p in self.placed if isinstance(p.fit, Misfit) and p.file.kind is Kind.WHEEL), None)


class MetadataSource(enum.StrEnum):
    """Where a release's dependencies were read, best first (DESIGN: the metadata ladder)."""

    SIDECAR = "sidecar"
    """The index's ``.metadata`` file of the chosen wheel (PEP 658)."""
    WHEEL = "wheel"
    """METADATA inside the chosen wheel."""
    SIBLING = "sibling"
    """METADATA of another wheel of the same release."""
    PKG_INFO = "pkg-info"
    """Static PKG-INFO of the sdist (PEP 643: Metadata 2.2 or later, not dynamic)."""
    SETUP_PY = "setup.py"
    """``install_requires`` of the sdist's setup.py, followed for the target."""
    REQUIRES_TXT = "requires.txt"
    """``*.egg-info/requires.txt`` of the sdist."""
    PROJECT_TABLE = "pyproject.toml"
    """Static ``[project]`` table of the sdist."""
    SETUP_CFG = "setup.cfg"
    """Static ``install_requires`` of the sdist."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a release requires (core metadata), as read from ``seen_in``.

    ``assumed`` is true where pip would have built to learn it, and this was read elsewhere instead. ``installed`` are the
    bytes that the wheel's files take when unpacked, ``packed`` those of the wheel itself, where its directory was read: a
    ``.metadata`` file does not say.
    """

    name: NormalizedName
    version: str
    requires_dist: tuple[str, ...] = ()
    requires_python: str | None = None
    provides_extra: frozenset[NormalizedName] = frozenset()
    source: MetadataSource = MetadataSource.WHEEL
    seen_in: str = ""
    assumed: bool = False
    installed: int | None = None
    packed: int | None = None
    asked: tuple[tuple[str, str, str], ...] = ()
    """What the reading asked its target (kind, question, answer), where it depends on one: it holds for targets that answer the same."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Dependencies that could not be learned: why. Unknown, not empty."""

    reason: str
    seen_in: str = ""
    hint: str = ""
    broken: bool = False
    """True where pip, too, refuses the metadata and goes on to another release (invalid, inconsistent)."""
    kind: str = ""
    """What kept it from being read, as :class:`~muslcheck.words.report.Problem` names kinds: ``index``, ``archive``, or nothing."""


@dataclass(frozen=True, slots=True)
class Absent:
    """A project that no index has: what they said, and the index addresses asked (without credentials).

    ``unreachable`` is true where the index could not be asked (no answer, refused, offline): the project may exist.
    """

    name: NormalizedName
    reason: str
    indexes: tuple[str, ...] = ()
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """A project's page, all indexes merged: its versions, newest first, and the files of each on demand.

    Pages list up to ten thousand files, of which a resolution looks at a handful: ``load`` makes the files of one
    version when they are asked for. ``versions`` are normalised (PEP 440) and sorted, the newest first.
    ``status`` is the project's status (PEP 792: ``active``, ``archived``, ``quarantined``, ``deprecated``).
    ``unusable`` names the files that are neither wheel nor sdist, or whose names do not parse.
    """

    name: NormalizedName
    versions: tuple[str, ...]
    load: Callable[[str], tuple[DistFile, ...]] = field(repr=False, compare=False)
    status: str = "active"
    status_reason: str = ""
    indexes: tuple[str, ...] = ()
    unusable: tuple[str, ...] = ()
    mentions: Callable[[str, Sequence[str]], bool] | None = field(default=None, repr=False, compare=False)
    """Whether what the page says of a version has one of several texts in it, without making its files: False is certain."""
    after: Callable[[str, Sequence[str]], frozenset[str]] | None = field(default=None, repr=False, compare=False)
    """What stands after several texts in what the page says of a version, each time up to the next dot: parts of files' names."""
    otherwise: Callable[[], Project] | None = field(default=None, repr=False, compare=False)
    """What the project would be by the other rule for several indexes that have it (pip takes of all, uv of the first); None for one."""

    def files(self, version: str) -> tuple[DistFile, ...]:
        """The files of one version, in the order of the page and of the indexes; empty where there are none."""
        return self.load(version)


def python_tag(file: DistFile) -> str:
    """The Python tag of a wheel's file name (PEP 427: third from the end), all ``py3`` ones alike."""
    parts = file.filename.rsplit("-", 3)
    tag = parts[1] if len(parts) == 4 else file.filename  # noqa: PLR2004  # three tags and the rest
    return "py3" if "py3" in tag.split(".") else tag
