"""What a project asks for, as it is written: Requirement, Manifest, and the options that stand beside them."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from muslcheck.words.installer import PIP, Installer

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from packaging.markers import Marker
    from packaging.utils import NormalizedName

    from muslcheck.errors import Fault
    from muslcheck.words.lock import Lock
    from muslcheck.words.report import Problem
    from muslcheck.words.supply import AddedApk

__all__ = ["FormatControl", "IndexOptions", "Manifest", "Origin", "Requirement", "Selection", "Source", "Step"]


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Where a requirement stands: the file as the user named it, and its line (1-based) where there is one."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


class Source(enum.StrEnum):
    """Where a requirement's files come from."""

    INDEX = "index"
    """A name, looked up on the index."""
    ARCHIVE = "archive"
    """A direct reference (PEP 440, PEP 508 ``name @ url``) to a wheel or sdist: http(s) or a local file."""
    VCS = "vcs"
    """A checkout (``git+https://...``): built from its sources, not judged."""
    DIRECTORY = "directory"
    """A project on disk (``./path``, ``-e .``): its own build, not judged; its static dependencies are followed."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One dependency as written (PEP 508 and pip's requirements format), with its origin.

    ``name`` is normalised (PEP 503), and empty for a direct reference that does not say what it is. ``text`` is the
    requirement as it stands in the manifest, for people. ``hashes`` are ``algorithm:hexdigest`` (pip ``--hash``).
    ``location`` is the URL (without fragment; it may hold credentials, ``text`` never does), or the absolute path on
    disk, for every source other than the index.
    """

    name: NormalizedName
    text: str
    origin: Origin
    specifier: SpecifierSet = field(default_factory=SpecifierSet)
    extras: frozenset[NormalizedName] = frozenset()
    marker: Marker | None = None
    source: Source = Source.INDEX
    location: str | None = None
    hashes: tuple[str, ...] = ()
    editable: bool = False
    subdirectory: str = ""
    """Where in the archive or checkout the project lies (``#subdirectory=``), or empty for its top."""

    @property
    def place(self) -> str:
        """Where a direct reference leads: its location, and the folder in it."""
        location = self.location or ""
        return f"{location.partition('#')[0]}#subdirectory={self.subdirectory}" if self.subdirectory else location


@dataclass(frozen=True, slots=True)
class FormatControl:
    """pip's ``--only-binary`` and ``--no-binary``: normalised names, or ``:all:``.

    A name beats ``:all:`` of the other option, as in pip's ``FormatControl.get_allowed_formats``.
    """

    no_binary: frozenset[str] = frozenset()
    only_binary: frozenset[str] = frozenset()

    def allows(self, name: str) -> tuple[bool, bool]:
        """Whether (wheels, sdists) of a project may be used."""
        if name in self.only_binary:
            return True, False
        if name in self.no_binary:
            return False, True
        if ":all:" in self.only_binary:
            return True, False
        if ":all:" in self.no_binary:
            return False, True
        return True, True

    def overlaid(self, other: FormatControl) -> FormatControl:
        """This control with another's names on top: a name that the other gives to one option leaves the first's other."""
        return FormatControl(
            (self.no_binary - other.only_binary) | other.no_binary,
            (self.only_binary - other.no_binary) | other.only_binary,
        )

    def adding(self, option: str, value: str) -> FormatControl:
        """This control after ``--no-binary VALUE`` or ``--only-binary VALUE`` (pip ``handle_mutual_excludes``).

        ``:none:`` empties the option, ``:all:`` replaces all before it, and a name given to one option leaves the other.
        """
        no_binary, only_binary = set(self.no_binary), set(self.only_binary)
        mine, other = (no_binary, only_binary) if option == "no_binary" else (only_binary, no_binary)
        words = [word.strip() for word in value.split(",")]
        while ":all:" in words:
            other.clear()
            mine.clear()
            mine.add(":all:")
            del words[: words.index(":all:") + 1]
            if ":none:" not in words:
                words = []
        for word in words:
            if word == ":none:":
                mine.clear()
            elif word:
                name = canonicalize_name(word)
                other.discard(name)
                mine.add(name)
        return FormatControl(frozenset(no_binary), frozenset(only_binary))


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of the files on offer may be taken: pip's options of the same names.

    ``all_releases`` and ``only_final`` hold normalised names or ``:all:`` (pip 26's ``--all-releases``,
    ``--only-final``; ``--pre`` is ``all_releases={":all:"}``). ``uploaded_prior_to`` is an aware date and time.
    """

    formats: FormatControl = FormatControl()
    prefer_binary: bool = False
    all_releases: frozenset[str] = frozenset()
    only_final: frozenset[str] = frozenset()
    uploaded_prior_to: datetime.datetime | None = None
    ignore_requires_python: bool = False
    no_deps: bool = False
    require_hashes: bool = False
    hashes_implied: bool = False
    """Hashes are required for no other reason than that some are stated: so it is with pip."""
    no_require_hashes: bool = False
    """Hashes that requirements state ask for none of the others (pip ``--no-require-hashes``)."""
    overrides: tuple[Requirement, ...] = ()
    """What stands in for every requirement of the same names, whoever states it (uv ``override-dependencies``; pip has no such thing)."""
    excluded: frozenset[str] = frozenset()
    """Normalised names that nobody's requirements count for (uv ``exclude-dependencies``)."""
    installer: Installer = PIP
    """Whose rules it goes by."""

    def overlaid(self, other: Selection) -> Selection:
        """This selection with another's on top: what either switches on is on, and the other's names come last."""
        no_require_hashes = self.no_require_hashes or other.no_require_hashes
        return Selection(
            formats=self.formats.overlaid(other.formats),
            prefer_binary=self.prefer_binary or other.prefer_binary,
            all_releases=(self.all_releases - other.only_final) | other.all_releases,
            only_final=(self.only_final - other.all_releases) | other.only_final,
            uploaded_prior_to=other.uploaded_prior_to or self.uploaded_prior_to,
            ignore_requires_python=self.ignore_requires_python or other.ignore_requires_python,
            no_deps=self.no_deps or other.no_deps,
            require_hashes=(self.require_hashes or other.require_hashes) and not no_require_hashes,
            hashes_implied=(self.hashes_implied or other.hashes_implied) and not (self.asks_for_hashes or other.asks_for_hashes),
            no_require_hashes=no_require_hashes,
            overrides=tuple(dict.fromkeys(self.overrides + other.overrides)),
            excluded=self.excluded | other.excluded,
            installer=self.installer if other.installer == PIP else other.installer,
        )

    @property
    def prefers_binary(self) -> bool:
        """Whether a wheel goes before every sdist, whatever their versions: as asked for, of an installer that knows such a thing."""
        return self.prefer_binary and self.installer.prefers_binary

    @property
    def asks_for_hashes(self) -> bool:
        """Whether hashes are required in so many words (``--require-hashes``)."""
        return self.require_hashes and not self.hashes_implied

    def of_references(self) -> Selection:
        """What is asked of the files that direct references name: pip looks at their tags alone, uv at the formats, too."""
        formats = self.formats if self.installer.formats_of_references else FormatControl()
        return Selection(formats=formats, ignore_requires_python=True, installer=self.installer)

    def rewritten(self, requirements: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
        """The requirements without those that are excluded, and with what stands in for those that are overridden."""
        if not self.overrides and not self.excluded:
            return requirements
        overridden = {each.name for each in self.overrides}
        kept = (each for each in requirements if each.name not in self.excluded)
        found = ((own for own in self.overrides if own.name == each.name) if each.name in overridden else (each,) for each in kept)
        return tuple(dict.fromkeys(each for several in found for each in several))

    def prereleases(self, name: str) -> bool | None:
        """True, False, or None to go by the specifier (PEP 440; pip ``ReleaseControl.allows_prereleases``)."""
        if name in self.all_releases:
            return True
        if name in self.only_final:
            return False
        if ":all:" in self.all_releases:
            return True
        if ":all:" in self.only_final:
            return False
        return None


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """Where files are looked for: pip's options of the same names. ``index_url`` None means pip's default.

    Addresses may hold credentials here and nowhere else.
    """

    index_url: str | None = None
    extra_index_urls: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    trusted_hosts: tuple[str, ...] = ()
    cert: str | None = None
    client_cert: str | None = None
    proxy: str | None = None
    timeout: float | None = None
    retries: int | None = None
    first_index: bool = False
    """A project is had from the first index alone that has it, the extra ones before ``index_url`` (uv); else from all (pip)."""
    pinned: tuple[tuple[str, str], ...] = ()
    """Projects, by normalised name, that are looked for on one index alone, which serves no others where it is not named above
    (``[tool.uv.sources]``, Poetry's ``source``, Pipfile's ``index``; pip has no such thing)."""

    def overlaid(self, other: IndexOptions) -> IndexOptions:
        """These options with another's on top: single values replaced where given, lists continued."""
        return replace(
            self,
            index_url=other.index_url or self.index_url,
            extra_index_urls=_continued(self.extra_index_urls, other.extra_index_urls),
            find_links=_continued(self.find_links, other.find_links),
            no_index=other.no_index or self.no_index,
            trusted_hosts=_continued(self.trusted_hosts, other.trusted_hosts),
            cert=other.cert or self.cert,
            client_cert=other.client_cert or self.client_cert,
            proxy=other.proxy or self.proxy,
            timeout=self.timeout if other.timeout is None else other.timeout,
            retries=self.retries if other.retries is None else other.retries,
            pinned=tuple(dict.fromkeys(self.pinned + other.pinned)),
        )

    def then(self, stated: IndexOptions) -> IndexOptions:
        """These options after those stated in a requirements file: an ``--index-url`` there drops every index before it.

        As pip's ``handle_option_line`` does it.
        """
        before = replace(self, extra_index_urls=()) if stated.index_url else self
        return before.overlaid(stated)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest as read: what it requires, what it constrains, and the options it states for the index."""

    path: str
    kind: str
    requirements: tuple[Requirement, ...] = ()
    constraints: tuple[Requirement, ...] = ()
    index: IndexOptions = IndexOptions()
    selection: Selection = Selection()
    problems: tuple[Problem, ...] = ()
    faults: tuple[Fault, ...] = ()
    """What is wrong in it: pip would refuse the whole file. What else it says is judged all the same."""
    requires_python: SpecifierSet | None = None
    """The project's own ``requires-python``, where the manifest states one."""
    extras: Mapping[NormalizedName, tuple[Requirement, ...]] = field(default_factory=dict)
    """What the project offers as extras of its own, for self-referential extras (``name[extra]`` inside the project)."""
    locks: tuple[Lock, ...] = ()
    """The lock that the manifest is, or the locks that it names (``-r pylock.toml``): nothing is resolved for them."""
    build: tuple[Requirement, ...] = ()
    """What building the project itself requires (``[build-system]``), where that was asked for."""
    build_constraints: tuple[Requirement, ...] = ()
    """What holds the requirements of builds, and nothing else (uv ``build-constraint-dependencies``)."""
    images: tuple[str, ...] = ()
    """The images that the manifest builds on (a Dockerfile's FROM), in order."""
    wanted: tuple[str, ...] = ()
    """The addresses that it includes (``-r https://...``) and whose texts the reading lacked: to be read again with them."""
    apk: tuple[str, ...] = ()
    """The Alpine packages that the manifest installs itself (a Dockerfile's ``apk add``)."""
    added: AddedApk | None = None
    """The same in detail: what is there to build with, and what is left in the image."""
    steps: tuple[Step, ...] = ()
    """The commands that install it one after the other, where they are several: then these count, and not what stands here."""


@dataclass(frozen=True, slots=True)
class Step:
    """One of several commands that install one after the other: what it asks for, and what it does with what is there already."""

    asks: Manifest
    """Its requirements and constraints, and the options that are its own."""
    after: tuple[int, ...] = ()
    """The steps before it, counted from 0, whose packages it finds installed, in order."""
    upgrades: frozenset[str] = frozenset()
    """Normalised names, or ``:all:``, that are brought up to date though what is there would do (``--upgrade``)."""
    anew: bool = False
    """Whether all that it comes to is taken from the index again, whatever is there (``--force-reinstall``, ``--ignore-installed``)."""
    removes: frozenset[str] = frozenset()
    """Normalised names that it uninstalls."""


def _continued(first: tuple[str, ...], then: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(first + then))
