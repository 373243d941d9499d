"""From resolvelib's result to a Resolution: who asks for whom, what each candidate's files are, and what is in the way."""

from __future__ import annotations

import itertools
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from muslcheck.resolver.explain import no_file_in_words, no_version_in_words, way_out_in_words
from muslcheck.resolver.otherwise import otherwise
from muslcheck.resolver.select import Wish, version_of
from muslcheck.resolver.shelve import shelve, shelve_later
from muslcheck.resolver.terms import PYTHON, Ask, Base, Extended
from muslcheck.resolver.unlike import unlike
from muslcheck.words.release import Absent, Fits, Kind, Metadata, Misfit, Miss, Placed, Project, Shelf, Unread
from muslcheck.words.report import Problem
from muslcheck.words.requirement import Selection, Source
from muslcheck.words.resolution import Blocker, BlockerKind, Candidate, Resolution

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName
    from resolvelib.structs import RequirementInformation, State

    from muslcheck.resolver.catalogue import Catalogue
    from muslcheck.resolver.provider import Provider
    from muslcheck.resolver.select import Offer, Offers
    from muslcheck.resolver.terms import Held, Term
    from muslcheck.words.release import DistFile
    from muslcheck.words.requirement import Origin, Requirement
    from muslcheck.words.target import Target

__all__ = ["Node", "Told", "answer", "chains_of", "nodes_of"]

_MOST_NEAREST = 4
_PIP_ALONE = (3, 12)
"""From this Python on, an image with pip has no setuptools and wheel beside it."""


@dataclass(slots=True)
class Node:
    """One project of the result: its candidate, and all that was asked of it."""

    base: Base
    extras: set[str] = field(default_factory=set)
    asks: list[Ask] = field(default_factory=list)
    roots: dict[int, Requirement] = field(default_factory=dict)
    parents: set[str] = field(default_factory=set)
    asked: dict[str, None] = field(default_factory=dict)
    said: Said | None = None
    """What comes of all that, where it was worked out: the same for every target whose search ended alike."""


@dataclass(frozen=True, slots=True)
class Said:
    """What those who ask for a project say of it together; ``newest``: no release above the one that is held would do for them."""

    wish: Wish
    extras: frozenset[NormalizedName]
    required_by: tuple[str, ...]
    origins: tuple[Origin, ...]
    asked: tuple[str, ...]
    newest: bool


Told = tuple[Candidate, tuple[Problem, ...]]
"""A candidate, and what is to be said beside it."""

_KIN = itertools.count(1)


def answer(
    nodes: dict[str, Node], chains: dict[str, tuple[str, ...]], provider: Provider, twins: Offers, told: dict[str, Told]
) -> Resolution:
    """Everything that is held, by name, and what went wrong on the way.

    What ``told`` has is true here, too, save the shelves; what it lacks is added.
    """
    offers, catalogue = provider.offers, provider.stock.catalogue
    ranks = offers.target.tags_for(offers.selection.installer)
    candidates, kept = [], []
    problems: dict[Problem, None] = {}
    for name in sorted(nodes):
        if (there := nodes[name].base.installed) is not None:
            held, settled = _kept(there, nodes[name]), provider.settled
            if name not in settled.conflicts:
                kept.append(held)
                continue
            message, rivals = settled.conflicts[name], settled.rivals.get(name, ())
            candidates.append(replace(held, blocker=Blocker(BlockerKind.CONFLICT, message, rivals=rivals)))
            problems.setdefault(Problem(name, message, way_out_in_words(rivals), "conflict"))
            continue
        known = told.get(name)
        if known is not None:
            candidates.append(_shelved_anew(known[0], nodes[name].base, offers, ranks, catalogue))
            if known[1]:
                problems.update(dict.fromkeys(known[1]))
            continue
        teller = _Teller(name, nodes[name], provider, twins)
        candidate, said = teller.candidate(chains.get(name, (name,))), tuple(teller.problems())
        told[name] = candidate, said
        candidates.append(candidate)
        problems.update(dict.fromkeys(said))
    if any(node.base.installed is not None for node in nodes.values()):
        nodes = {name: node for name, node in nodes.items() if node.base.installed is None}
    problems.update(dict.fromkeys(_without_hashes(nodes, offers.selection, offers.target)))
    problems.update(dict.fromkeys(_without_times(nodes, offers, catalogue)))
    problems.update(dict.fromkeys(otherwise(nodes, provider)))
    told_in_order = tuple(sorted(problems, key=lambda each: (each.subject, each.message)))
    return Resolution(offers.target, tuple(candidates), told_in_order, tuple(kept))


def _kept(candidate: Candidate, node: Node) -> Candidate:
    """What is installed already, and is asked for again."""
    roots = [node.roots[position] for position in sorted(node.roots)]
    now = replace(
        candidate,
        requested=candidate.requested or bool(roots),
        required_by=tuple(sorted({*candidate.required_by, *node.parents})),
        origins=tuple(dict.fromkeys([*candidate.origins, *(root.origin for root in roots)])),
        asked=tuple(dict.fromkeys([*candidate.asked, *(root.text for root in roots), *sorted(node.asked)])),
    )
    return replace(now, kin=_kin(now.kin, now.requested, now.required_by, now.origins, now.asked))


@lru_cache(maxsize=4096)
def _kin(kin: int, *_asked: object) -> int:
    """A number for candidates that were kin before, and of which the same is asked."""
    return next(_KIN) if kin else 0


def _shelved_anew(candidate: Candidate, base: Base, offers: Offers, ranks: Mapping[str, int], catalogue: Catalogue) -> Candidate:
    """A candidate whose files are for any machine, as another target has it: the same file by the same tag, at another rank."""
    placed = candidate.shelf.placed[0]
    fit, file = placed.fit, base.file
    assert file is not None
    assert isinstance(fit, Fits)

    def fill() -> Sequence[Placed]:
        project = catalogue.project(candidate.name)
        files = project.files(file.version) if isinstance(project, Project) else ()
        pinned = file.yanked is not None
        return catalogue.shelves.shelve(files, offers.target, offers.selection, candidate.name, pinned=pinned).placed

    rank = ranks.get(fit.tag, len(ranks))  # an sdist comes after all tags
    return candidate.on(shelve_later(Placed(placed.file, Fits(fit.tag, rank, fit.build)), fill))


def nodes_of(state: State[Term, Held, str], provider: Provider) -> dict[str, Node]:
    """What is held and led to from a manifest, by project: a candidate given up on the way leaves some that nobody needs any more."""
    edges = {
        identity: [cause for cause in state.criteria[identity].information if cause.parent is None or _is_held(state, cause.parent)]
        for identity in state.mapping
        if identity != PYTHON
    }
    needed = _led_to(edges)
    nodes: dict[str, Node] = {}
    for identity in needed:
        held = state.mapping[identity]
        if isinstance(held, (Base, Extended)):
            nodes.setdefault(held.project, Node(held.base)).extras.update(held.extras)
    for identity in needed:
        for cause in edges[identity]:
            requirement, parent = cause.requirement, cause.parent
            if parent is not None and parent.name not in needed:
                continue
            node = nodes[requirement.project]
            if isinstance(requirement, Ask):
                node.asks.append(requirement)
            if parent is None and requirement.root is not None:
                node.roots[provider.position(requirement)] = requirement.root
            elif parent is not None and parent.project != requirement.project:
                node.parents.add(parent.project)
                node.asked.setdefault(requirement.text)
    return nodes


def _is_held(state: State[Term, Held, str], candidate: Held) -> bool:
    return state.mapping.get(candidate.name) is candidate


def _led_to(edges: dict[str, list[RequirementInformation[Term, Held]]]) -> dict[str, None]:
    """The identities that a manifest's requirements lead to, in the order in which they were held."""
    children: defaultdict[str | None, list[str]] = defaultdict(list)
    for identity, causes in edges.items():
        for cause in causes:
            children[cause.parent.name if cause.parent is not None else None].append(identity)
    reached: set[str] = set()
    rest: list[str | None] = [None]
    while rest:
        new = [identity for identity in children[rest.pop()] if identity not in reached]
        reached.update(new)
        rest += new
    return {identity: None for identity in edges if identity in reached}


def chains_of(nodes: dict[str, Node]) -> dict[str, tuple[str, ...]]:
    """The shortest way from a manifest to each project; of equals the one of what is written first, then by name."""
    children: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(nodes):
        for parent in nodes[name].parents:
            children[parent].append(name)
    chains: dict[str, tuple[str, ...]] = {}
    first = sorted((min(node.roots), name) for name, node in nodes.items() if node.roots)
    queue: deque[str] = deque()
    for position, name in first:
        chains[name] = (str(nodes[name].roots[position].origin), name)
        queue.append(name)
    while queue:
        parent = queue.popleft()
        for name in children[parent]:
            if name not in chains:
                chains[name] = (*chains[parent], name)
                queue.append(name)
    return chains


class _Teller:
    """Tells all there is to tell of one project of the result."""

    def __init__(self, name: str, node: Node, provider: Provider, twins: Offers) -> None:
        self._name = name
        self._node = node
        self._provider = provider
        self._settled = provider.settled
        self._installer = provider.offers.selection.installer.name
        self._offers = provider.offers
        self._catalogue = provider.stock.catalogue
        self._offer = provider.offers.of(name)
        self._twins = twins
        if node.said is None:
            node.said = self._all_said()
        self._said = node.said
        self._wish = node.said.wish
        base = node.base
        self._version = base.file.version if base.file is not None and base.file.version else str(base.version) if base.version else None
        self._shelf = self._fill_shelf()
        self._metadata = provider.stock.metadata(base) if base.file is not None or base.direct is not None else None

    def candidate(self, chain: tuple[str, ...]) -> Candidate:
        """The candidate as the resolution holds it."""
        said, base = self._said, self._node.base
        project = self._catalogue.project(self._name) if base.direct is None else None
        newer, newer_file = self._newer()
        return Candidate(
            name=canonicalize_name(self._name),
            version=self._version,
            shelf=self._shelf,
            extras=said.extras,
            requested=bool(self._node.roots),
            required_by=said.required_by,
            chain=chain,
            origins=said.origins,
            asked=said.asked,
            direct=base.direct,
            metadata=self._metadata,
            blocker=self._blocker(),
            twin_file=self._twin_file(),
            newer=newer,
            newer_file=newer_file,
            status=project.status if isinstance(project, Project) else "active",
            kin=next(_KIN),
        )

    def _all_said(self) -> Said:
        node, provider = self._node, self._provider
        constraint = provider.stock.constraint(self._name)
        wish = provider.stock.wish(node.asks, constraint)
        roots = [node.roots[position] for position in sorted(node.roots)]
        return Said(
            wish=wish,
            extras=frozenset(canonicalize_name(extra) for extra in node.extras),
            required_by=tuple(sorted(node.parents)),
            origins=tuple(dict.fromkeys(root.origin for root in roots)),
            asked=tuple(dict.fromkeys([*(root.text for root in roots), *sorted(node.asked), *(each.text for each in constraint.sources)])),
            newest=self._is_newest(wish),
        )

    def _is_newest(self, wish: Wish) -> bool:
        """Whether no release above the one that is held would do: seen by the versions alone, whatever their files are for."""
        base = self._node.base
        if self._offer is None or base.version is None or base.direct is not None:
            return False
        newest = next(iter(self._offer.project.versions), None)
        if newest is None or version_of(newest) <= base.version:
            return newest is not None
        first = next(self._offer.versions(wish), None)
        return first is not None and version_of(first) <= base.version

    @property
    def _twin(self) -> Offer | None:
        return self._twins.of(self._name)

    def problems(self) -> Iterator[Problem]:
        """What is to be said of the project beside its candidate."""
        base = self._node.base
        if self._name in self._settled.conflicts:
            hint = way_out_in_words(self._settled.rivals.get(self._name, ()))
            yield Problem(self._name, self._settled.conflicts[self._name], hint, "conflict")
        if self._name in self._settled.bounded:
            parents = ", ".join(sorted(self._settled.bounded[self._name]))
            yield Problem(
                self._name,
                f"nothing of it installs, and older releases of {parents} need it too; {self._installer} would go on to still older ones",
                f"Pin an older release of {parents} by hand where one is known to do without {self._name}.",
            )
        if self._name in self._settled.stranded and base.stranded is None:
            hint = f"State {base}'s version in the manifest."
            yield Problem(
                self._name,
                f"pip {'would stop' if self._offers.selection.installer.is_uv else 'stops'} here: "
                "nothing of it installs for one of its requirements alone, though for all together it does",
                hint,
            )
        yield from self._metadata_problems(base, self._metadata)
        if base.file is not None and base.direct is None:
            yield from unlike(base.file, self._catalogue, self._offer, self._twin)

    def _metadata_problems(self, base: Base, found: Metadata | Unread | None) -> Iterator[Problem]:
        if base.direct is not None and base.direct.source in (Source.VCS, Source.DIRECTORY):
            yield _not_judged(self._name, base.direct, found)
        elif isinstance(found, Unread) and not found.broken:
            where = base.file.filename if base.file is not None else self._name
            said = f"what {where} requires is not known, so nothing of it was followed: {found.reason}"
            yield Problem(self._name, said, found.hint, found.kind)
        if isinstance(found, Metadata):
            for extra in sorted(self._node.extras - found.provides_extra) if self._node.extras else ():
                yield Problem(self._name, f"{base} does not provide the extra {extra!r}; pip ignores it", "Correct the extra's name.")
        if base.direct is not None and base.direct.source is Source.ARCHIVE:
            archive = self._catalogue.archive(base.direct)
            if isinstance(archive, Unread):
                yield Problem(self._name, f"{base.direct.text} could not be read: {archive.reason}", archive.hint, archive.kind)
        for version, why in self._provider.stock.refused.get(self._name, {}).items():
            asked_for = self._wish.specifier.contains(version, prereleases=True)  # others may have been met on the way, or not
            if asked_for and (base.version is None or version_of(version) > base.version):
                message = f"{self._name} {version} is passed over, as {self._installer} does, for its metadata: {why.reason}"
                yield Problem(self._name, message, why.hint)

    def _fill_shelf(self) -> Shelf:
        base = self._node.base
        if base.direct is not None:
            return _shelf_of(base.file, self._offers) if base.file is not None else Shelf()
        if self._offer is None or self._version is None:
            return Shelf()
        yanked = base.file is not None and base.file.yanked is not None
        fill = partial(
            self._catalogue.shelves.shelve,
            self._offer.project.files(self._version),
            self._offers.target,
            self._offers.selection,
            self._offer.project.name,
            pinned=yanked and base.stranded is None,
            hashes=self._wish.hashes or (),
        )
        taken = None
        if base.stranded is None and base.file is not None:
            allowed = not self._wish.hashes or not base.file.hashes or self._wish.allows_hash(base.file)
            taken = self._offer.placed(base.file) if allowed else None
        # The file that pip takes comes first, though it may have passed a better one over for its metadata.
        return shelve_later(taken, lambda: fill().placed) if taken is not None else fill()

    def _blocker(self) -> Blocker | None:
        base = self._node.base
        kind = base.stranded
        if self._name in self._settled.conflicts:
            return Blocker(BlockerKind.CONFLICT, self._settled.conflicts[self._name], rivals=self._settled.rivals.get(self._name, ()))
        if kind is not None:
            return self._stranded(kind)
        if self._wish.hashes and base.file is not None and self._shelf.chosen is None:
            return self._stranded(BlockerKind.NO_FILE)
        if self._name in self._settled.pythons:
            return Blocker(BlockerKind.NO_FILE, self._settled.told[self._name])
        return None

    def _stranded(self, kind: BlockerKind) -> Blocker:
        base = self._node.base
        if kind is BlockerKind.NO_SUCH_VERSION:
            nearest = self._nearest_versions()
            return Blocker(kind, no_version_in_words(self._name, sorted(self._asked_for()), nearest), nearest)
        if kind in (BlockerKind.NOT_ON_INDEX, BlockerKind.UNREACHABLE):
            return self._absent(kind)
        if kind is BlockerKind.METADATA:
            refused = self._provider.stock.refused.get(self._name, {})
            reason = next((why.reason for version, why in refused.items() if version == str(base.version)), "")
            return Blocker(kind, f"{self._installer} refuses every release that would do{reason and f' ({base}: {reason})'}")
        if base.direct is not None and base.file is None:
            return Blocker(kind, f"{base.direct.text} would have to be built, and {self._installer} does not where only wheels may be used")
        if base.direct is not None:
            near = self._shelf.nearest or next(iter(self._shelf.placed), None)
            unsupported = f"{self._installer} does not support it there"
            reason = near.fit.detail if near is not None and isinstance(near.fit, Misfit) else unsupported
            return Blocker(kind, f"{base.file.filename if base.file else self._name} does not fit {self._offers.target.id}: {reason}")
        return Blocker(kind, no_file_in_words(self._shelf), self._nearest_versions())

    def _asked_for(self) -> set[str]:
        """The requirements in the form ``name>=1``, without extras and markers, constraints included."""
        asked = {f"{self._name}{ask.specifier}" for ask in self._node.asks}
        return asked | {f"{self._name}{each.specifier}" for each in self._provider.stock.constraint(self._name).sources}

    def _absent(self, kind: BlockerKind) -> Blocker:
        absent = self._catalogue.project(self._name)
        reason = absent.reason if isinstance(absent, Absent) else ""
        if kind is BlockerKind.UNREACHABLE:
            return Blocker(kind, f"the index could not be asked: {reason}")
        near = tuple(get_close_matches(self._name, self._catalogue.project_names(), n=_MOST_NEAREST, cutoff=0.75))
        asked = f" (asked: {', '.join(absent.indexes)})" if isinstance(absent, Absent) and absent.indexes else ""
        if isinstance(absent, Absent) and not absent.indexes:
            asked = f": {reason}"
        return Blocker(kind, f"no index has a project named {self._name}{asked}", near)

    def _nearest_versions(self) -> tuple[str, ...]:
        """The versions next to what is asked for, and the newest, of those that install; newest first."""
        if self._offer is None:
            return ()
        offer = self._offer
        installable = (version for version in offer.project.versions if offer.fits(version))
        near: dict[str, None] = {}
        wanted = _named(self._node.asks)
        if wanted is None:
            near.update(dict.fromkeys(_first(installable, _MOST_NEAREST)))
        else:
            finals = [version for version in offer.project.versions if not version_of(version).is_prerelease] or list(
                offer.project.versions
            )
            above = [version for version in finals if version_of(version) > wanted]
            below = [version for version in finals if version_of(version) < wanted]
            near.update(dict.fromkeys(_first((each for each in reversed(above) if offer.fits(each)), 1)))
            near.update(dict.fromkeys(_first((each for each in below if offer.fits(each)), 2)))
            near.update(dict.fromkeys(_first((each for each in finals if offer.fits(each)), 1)))
        return tuple(sorted(near, key=version_of, reverse=True))

    def _twin_file(self) -> DistFile | None:
        """What the twin installs of the same version."""
        base = self._node.base
        if base.direct is not None and base.file is not None:
            return _shelf_of(base.file, self._twins).chosen
        twin = self._twin
        if twin is None or self._version is None or base.direct is not None:
            return None
        fits = twin.fits(self._version)
        if not fits and base.file is not None and base.file.yanked is not None:
            fits = twin.fits(self._version, yanked=True)
        return next((file for file in fits if not self._wish.hashes or not file.hashes or self._wish.allows_hash(file)), None)

    def _newer(self) -> tuple[str | None, DistFile | None]:
        """The newest release above the chosen one that the twin could install and the target could not."""
        base, offer = self._node.base, self._offer
        if offer is None or base.version is None or base.direct is not None or base.stranded is not None:
            return None, None
        if self._said.newest or (twin := self._twin) is None:
            return None, None
        return _newest_above(twin, offer, self._wish, base.version, sorted_by_version=not (self._wish.hashes or _binary(self._offers)))


def _not_judged(name: str, reference: Requirement, found: Metadata | Unread | None) -> Problem:
    """A checkout or a directory, and what became of its dependencies."""
    if reference.source is Source.VCS:
        more = ", and what it requires is not known: nothing is checked out"
    elif isinstance(found, Unread):
        more = f", and {found.reason}"
    else:
        more = "; what it states that it requires is followed"
    hint = "Give a wheel or an sdist of it to have it judged."
    return Problem(name, f"{reference.text}: its own build is not judged{more}", hint, "local")


def _shelf_of(file: DistFile, offers: Offers) -> Shelf:
    """The shelf of a direct reference: the one file that it names. What an sdist is called tells nothing there."""
    shelf = shelve((file,), offers.target, offers.selection.of_references(), file.name, pinned=True)
    fit = shelf.placed[0].fit
    if file.kind is Kind.SDIST and isinstance(fit, Misfit) and fit.miss is Miss.NAME:
        return Shelf((Placed(file, Fits("sdist", len(offers.target.tags))),))
    return shelf


def _binary(offers: Offers) -> bool:
    return offers.selection.prefers_binary


def _newest_above(twin: Offer, offer: Offer, wish: Wish, chosen: Version, *, sorted_by_version: bool) -> tuple[str | None, DistFile | None]:
    best: tuple[Version, DistFile] | None = None
    for version, file in twin.candidates(wish):
        if version <= chosen:
            if sorted_by_version:
                break
            continue
        if file.yanked is None and not offer.fits(file.version) and (best is None or version > best[0]):
            best = (version, file)
            if sorted_by_version:
                break
    return (best[1].version, best[1]) if best else (None, None)


def _named(asks: Iterable[Ask]) -> Version | None:
    """The version that requirements speak of, a pinned one before any other."""
    named = [
        (operator not in ("==", "==="), text.removesuffix(".*")) for ask in asks for operator, text in ask.operators if operator != "!="
    ]
    for _, text in sorted(named):
        try:
            return Version(text)
        except InvalidVersion:
            continue
    return None


def _first(versions: Iterable[str], count: int) -> list[str]:
    return [version for version, _ in zip(versions, range(count), strict=False)]


def _without_hashes(nodes: dict[str, Node], selection: Selection, target: Target) -> Iterator[Problem]:
    """Where hashes are required, what has none, or is not pinned: pip stops there (``HashMissing``, ``HashUnpinned``).

    What is installed already needs none: an image with pip has pip, and that of a Python before 3.12 setuptools and wheel, too.
    Lists with hashes that tools write leave these out for that reason.
    """
    if not selection.require_hashes:
        return
    installed = ("pip",) if target.python >= _PIP_ALONE else ("pip", "setuptools", "wheel")
    for name, node in nodes.items():
        if (direct := node.base.direct) is not None:
            what = {Source.VCS: "a checkout", Source.DIRECTORY: "a directory"}.get(direct.source)
            if what or not (direct.hashes or any(ask.wish.hashes for ask in node.asks)):
                message = f"hashes are required, and {f'{what} has none' if what else 'no hash is given for it'}: "
                hint = "Install it by itself, with --no-deps." if what else "Write #sha256=... behind its address."
                yield Problem(name, f"{message}{selection.installer.name} stops", hint, kind="input")
        else:
            hashed = any(ask.wish.hashes for ask in node.asks)
            pinned = any(operator in ("==", "===") and "*" not in text for ask in node.asks if ask.root for operator, text in ask.operators)
            if name in installed and not hashed and not any(ask.root for ask in node.asks):
                message = "no hash is given for it: pip keeps the one that the image has, and stops where that does not do"
                yield Problem(name, message, f"Add {name}=={node.base.version} --hash=...")
            elif not hashed or not pinned:
                missing = "no hash" if not hashed else "no exact version"
                message = f"hashes are required, and {missing} is given for it: {selection.installer.name} stops"
                yield Problem(name, message, f"Add {name}=={node.base.version} --hash=...", kind="input")


def _without_times(nodes: dict[str, Node], offers: Offers, catalogue: Catalogue) -> Iterator[Problem]:
    """Indexes that do not say when files were uploaded, where that is asked for: once for each."""
    if offers.selection.uploaded_prior_to is None:
        return
    indexes: dict[str, None] = {}
    for name in nodes:
        project = catalogue.project(name)
        if isinstance(project, Project) and project.versions:
            for file in project.files(project.versions[0]):
                if file.upload_time is None and not file.url.startswith("file:"):
                    indexes.setdefault(file.index or ", ".join(project.indexes))
    does = "" if offers.selection.installer.is_uv else "; pip would stop"
    for index in sorted(indexes):
        yield Problem(
            index or "the index",
            f"it does not state when files were uploaded, so --uploaded-prior-to leaves all of its files out{does}",
            "Leave --uploaded-prior-to out, or use an index that states upload times (PEP 700).",
        )
