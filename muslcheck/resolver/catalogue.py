"""What is known so far of the index, and of the files on it. It only grows, so an answer once given stays true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from packaging.utils import canonicalize_name

from muslcheck.resolver.machines import ByMachine
from muslcheck.resolver.shelves import Shelves
from muslcheck.words.release import Kind, Metadata, Project, Unread, python_tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.utils import NormalizedName

    from muslcheck.resolver.alike import Found
    from muslcheck.resolver.select import Offers, Wish
    from muslcheck.resolver.settled import Settled
    from muslcheck.words.release import Absent, DistFile
    from muslcheck.words.requirement import Requirement, Selection
    from muslcheck.words.target import Target

__all__ = ["Catalogue", "Recall"]

Arrival: TypeAlias = "tuple[str, str]"
"""What came in: (``project``, name), (``metadata``, project's name) or (``archive``, location)."""


class Recall(Protocol):
    """What can be told without waiting (from a cache, from the disk); None for what has to be waited for."""

    def known_project(self, name: NormalizedName, /) -> Project | Absent | None:
        """A project's page."""

    def known_metadata(self, file: DistFile, siblings: Sequence[DistFile], target: Target | None, /) -> Metadata | Unread | None:
        """What a file requires on a target; ``siblings`` are the other files of its release."""


class Catalogue:
    """Project pages, metadata and direct references, shared by all targets of a run.

    ``arrivals`` lists what came in, in order, for those who follow it (the walk). ``offers`` keeps what each target may
    choose from, worked out once: pages never change within a run; ``settled`` what each resolution found in its way so far;
    ``found`` what was found for targets that asked the same, for others to compare; ``wheels`` the releases of a project with wheels
    for a C library, and of these for a machine; ``shelves`` how the files of releases are placed, ``machines`` which
    of them may fit a machine, and ``placed`` which of these fit targets whose tags are alike; ``wishes`` what the manifests'
    requirements ask of their projects, and ``allowed`` the versions of each project that wishes allow.

    What is looked up and was not added is asked of ``recall`` once: a run that has everything at hand waits for nothing, and
    resolves in one go.
    """

    def __init__(self, recall: Recall | None = None) -> None:
        self._recall = recall
        self._recalled: set[str] = set()
        self.arrivals: list[Arrival] = []
        self.offers: dict[tuple[Target, Selection], Offers] = {}
        self.settled: dict[tuple[int, ...], tuple[tuple[object, ...], Settled]] = {}
        self.found: dict[tuple[object, ...], tuple[tuple[object, ...], list[Found]]] = {}
        self.shelves = Shelves()
        self.machines = ByMachine()
        self.placed: dict[tuple[object, ...], dict[int, tuple[tuple[DistFile, ...], Any]]] = {}
        self.wishes: dict[tuple[int, bool], tuple[Requirement, Wish]] = {}
        self.allowed: dict[str, dict[Wish, Iterator[str]]] = {}
        self.wheels: dict[tuple[object, ...], Iterator[tuple[str, Any]]] = {}
        self._projects: dict[str, Project | Absent] = {}
        self._metadata: dict[str, Metadata | Unread] = {}
        self._wheels: dict[tuple[str, str], list[tuple[DistFile, Metadata]]] = {}
        self._followed: dict[str, list[tuple[Target | None, Metadata]]] = {}
        self._suiting: dict[tuple[str, str], Metadata] = {}
        self._archives: dict[str, DistFile | Unread] = {}
        self._directories: dict[str, Metadata | Unread] = {}

    def add_project(self, project: Project | Absent) -> None:
        """A project's page, or that there is none, or that nobody could say."""
        self._projects[project.name] = project
        self.arrivals.append(("project", project.name))

    def add_metadata(self, file: DistFile, found: Metadata | Unread, target: Target | None = None) -> None:
        """What a file requires, or why that could not be learned; asked for a target, where that may matter."""
        self._metadata[file.url] = found
        if isinstance(found, Metadata) and found.asked:
            self._followed.setdefault(file.url, []).append((target, found))
        if file.kind is Kind.WHEEL and isinstance(found, Metadata):
            self._wheels.setdefault((file.name, file.version), []).append((file, found))
        self.arrivals.append(("metadata", file.name))

    def add_archive(self, requirement: Requirement, found: DistFile | Unread) -> None:
        """The file that a direct reference leads to, or why it could not be had."""
        self._archives[requirement.place] = found
        self.arrivals.append(("archive", requirement.place))

    def add_directory(self, requirement: Requirement, found: Metadata | Unread) -> None:
        """What a project on disk (or a checkout) states it requires, read from it statically."""
        self._directories[requirement.place] = found
        self.arrivals.append(("archive", requirement.place))

    def project(self, name: NormalizedName | str) -> Project | Absent | None:
        """A project's page, ``Absent``, or None where it was not asked for yet."""
        found = self._projects.get(name)
        if found is None and self._recall is not None and name not in self._recalled:
            self._recalled.add(name)
            found = self._recall.known_project(canonicalize_name(name))
            if found is not None:
                self.add_project(found)
        return found

    def project_names(self) -> list[str]:
        """The names of all projects that exist, sorted."""
        return sorted(name for name, project in self._projects.items() if isinstance(project, Project))

    def archive(self, requirement: Requirement) -> DistFile | Unread | None:
        """The file of a direct reference, None where it was not looked at yet."""
        return self._archives.get(requirement.place)

    def directory(self, requirement: Requirement) -> Metadata | Unread | None:
        """What a project on disk requires, None where nobody read it."""
        return self._directories.get(requirement.place)

    def read(self, file: DistFile) -> tuple[tuple[DistFile, Metadata], ...]:
        """The wheels of a file's release that were read themselves so far, and what they state."""
        return tuple(self._wheels.get((file.name, file.version), ()))

    def read_so_far(self, file: DistFile) -> Metadata | Unread | None:
        """What was learned from a file itself so far; nothing is recalled for it."""
        return self._metadata.get(file.url)

    def answered(self, file: DistFile) -> bool:
        """Whether a file itself was asked for its metadata and has answered, with metadata or without."""
        return file.url in self._metadata

    def siblings(self, file: DistFile) -> tuple[DistFile, ...]:
        """The other files of a file's release."""
        project = self._projects.get(file.name)
        if not isinstance(project, Project):
            return ()
        return tuple(other for other in project.files(file.version) if other.url != file.url)

    def metadata(self, file: DistFile, target: Target) -> Metadata | Unread | None:
        """What a file requires on a target, None where that is not known yet.

        What was read from the file itself comes first. A wheel is also answered for by another wheel of the same release
        that was read before: one whose ``.metadata`` has the same hash, else one with the same Python tag (``cp312``;
        all ``py3`` and ``py2.py3`` wheels count as one), unless the two state different hashes. Wheels of one release and
        one Python are built from one source, and what differs between platforms is said by markers; so a second target
        costs next to nothing. Of several such wheels the first by name answers.
        """
        exact = self._metadata.get(file.url)
        if isinstance(exact, Metadata) and exact.asked:
            exact = self._of_target(file, target)
        recalled = file.url if file.kind is Kind.WHEEL else f"{file.url} {target.id}"
        if exact is None and self._recall is not None and recalled not in self._recalled:
            self._recalled.add(recalled)
            exact = self._recall.known_metadata(file, self.siblings(file) if file.kind is Kind.SDIST else (), target)
            if exact is not None:
                self.add_metadata(file, exact, target)
        if exact is not None or file.kind is not Kind.WHEEL:
            return exact
        read = self._wheels.get((file.name, file.version))
        if not read:
            return None
        tag = python_tag(file)
        same = [
            (other.sidecar != file.sidecar, other.filename, found)
            for other, found in read
            if (other.sidecar == file.sidecar if other.sidecar and file.sidecar else python_tag(other) == tag)
        ]
        return min(same, key=lambda each: each[:2])[2] if same else None

    def _of_target(self, file: DistFile, target: Target) -> Metadata | None:
        """What was read of an sdist for this target, or for one to which it looks the same."""
        key = (file.url, target.id)
        known = self._suiting.get(key)
        if known is None:
            from muslcheck.archives.witness import suits

            read = self._followed[file.url]
            known = next((found for asked_for, found in read if asked_for is target or suits(found, target)), None)
            if known is not None:
                self._suiting[key] = known
        return known
