"""A small index in memory, built by each test: projects, their files and what these require."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field, replace

import pytest
from packaging.requirements import Requirement as Parsed
from packaging.utils import canonicalize_name
from packaging.version import Version

from muslcheck.resolver import Catalogue, resolve, walk
from muslcheck.words.release import Absent, DistFile, Kind, Metadata, MetadataSource, Project, Unread
from muslcheck.words.requirement import FormatControl, Origin, Requirement, Selection, Source
from muslcheck.words.resolution import Resolution, Wanted
from muslcheck.words.target import Libc, Target

MUSL = Target("python:3.12-alpine3.23", (3, 12), "3.12.11", "x86_64", Libc("musl", 1, 2), "alpine", "3.23")
GLIBC = Target("python:3.12-slim-bookworm", (3, 12), "3.12.11", "x86_64", Libc("glibc", 2, 36), "debian", "12")


def requirement(text, line=1, file="requirements.txt", *, hashes=(), source=Source.INDEX, location=None):
    """A requirement as the manifests' readers make it."""
    if source is not Source.INDEX and " @ " not in text:
        name, extras = text, frozenset()
        return Requirement(canonicalize_name(name), text, Origin(file, line), extras=extras, source=source, location=location)
    parsed = Parsed(text)
    return Requirement(
        canonicalize_name(parsed.name),
        text,
        Origin(file, line),
        parsed.specifier,
        frozenset(canonicalize_name(extra) for extra in parsed.extras),
        parsed.marker,
        Source.ARCHIVE if parsed.url and source is Source.INDEX else source,
        location or parsed.url,
        tuple(hashes),
    )


@dataclass
class Shop:
    """The index. ``add`` puts a release on it; ``settle`` resolves, answering what is wanted as an index would."""

    files: dict = field(default_factory=dict)
    metadata: dict = field(default_factory=dict)
    archives: dict = field(default_factory=dict)
    directories: dict = field(default_factory=dict)
    statuses: dict = field(default_factory=dict)
    unreachable: set = field(default_factory=set)
    asked: list = field(default_factory=list)

    def add(
        self,
        name,
        version,
        requires=(),
        *,
        tags=("py3-none-any",),
        sdist=False,
        python=None,
        metadata_python=None,
        yanked=None,
        uploaded="2026-01-01T00:00:00Z",
        extras=(),
        hashes=None,
        found=None,
        sidecar=None,
        host="https://files.example",
        build="",
    ):
        stem = f"{name.replace('-', '_')}-{version}"
        names = [(f"{stem}{build and '-' + build}-{tag}.whl", Kind.WHEEL) for tag in tags] + (
            [(f"{stem}.tar.gz", Kind.SDIST)] if sdist else []
        )
        for filename, kind in names:
            file = DistFile(
                filename,
                canonicalize_name(name),
                str(Version(version)),
                kind,
                f"{host}/{filename}",
                hashes=tuple(hashes) if hashes is not None else (f"sha256:{filename}",),
                requires_python=python,
                yanked=yanked,
                upload_time=uploaded,
                index="https://index.example/simple",
                sidecar=sidecar,
            )
            self.files.setdefault(file.name, {}).setdefault(file.version, []).append(file)
            self.metadata[file.url] = found or Metadata(
                file.name,
                file.version,
                tuple(requires),
                metadata_python or python,
                frozenset(canonicalize_name(extra) for extra in extras),
                MetadataSource.WHEEL,
                filename,
            )
        return self

    def project(self, name):
        if name in self.unreachable:
            return Absent(name, "no answer", unreachable=True)
        if name not in self.files:
            return Absent(name, "404", ("https://index.example/simple",))
        versions = self.files[name]
        listed = tuple(sorted(versions, key=Version, reverse=True))
        return Project(name, listed, lambda version: tuple(versions.get(version, ())), self.statuses.get(name, "active"))

    def answer(self, catalogue, wanted, rng=None):
        """Add all that is wanted, in a fixed order or a random one."""
        work = [("p", n) for n in sorted(wanted.projects)] + [("m", f) for f in sorted(wanted.metadata, key=lambda f: f.url)]
        work += [("a", r) for r in wanted.archives]
        if rng:
            rng.shuffle(work)
        for kind, item in work:
            self.asked.append((kind, item if kind == "p" else item.filename if kind == "m" else item.location))
            if kind == "p":
                catalogue.add_project(self.project(item))
            elif kind == "m":
                catalogue.add_metadata(item, self.metadata[item.url])
            else:
                catalogue.add_archive(item, self.archives.get(item.location, Unread("404")))

    def settle(self, *texts, constraints=(), target=MUSL, twin=GLIBC, catalogue=None, rng=None, walking=False, installed=None, **selection):
        requirements = [each if isinstance(each, Requirement) else requirement(each, line) for line, each in enumerate(texts, 1)]
        bounds = [
            each if isinstance(each, Requirement) else requirement(each, line, "constraints.txt")
            for line, each in enumerate(constraints, 1)
        ]
        chosen = selection.pop("selection", None) or Selection(**selection)
        catalogue = catalogue if catalogue is not None else Catalogue()
        for each in requirements:
            if each.location in self.directories:
                catalogue.add_directory(each, self.directories[each.location])
        if walking:
            self.explore(requirements, bounds, (target,), selection=chosen, catalogue=catalogue, rng=rng)
        self.rounds = 0
        while True:
            self.rounds += 1
            assert self.rounds < 300
            answer = resolve(requirements, bounds, target, twin, chosen, catalogue, installed=installed)
            if isinstance(answer, Resolution):
                return answer
            assert isinstance(answer, Wanted)
            assert answer
            self.answer(catalogue, answer, rng)

    def explore(self, requirements, bounds, targets, *, selection, catalogue, rng=None):
        """Walk as the loader does: one answer at a time."""
        steps = walk(requirements, bounds, targets, selection, catalogue)
        pending = []
        while True:
            wanted = steps.wanted()
            pending += [Wanted(projects=frozenset({n})) for n in sorted(wanted.projects)]
            pending += [Wanted(metadata=frozenset({f})) for f in sorted(wanted.metadata, key=lambda f: f.url)]
            pending += [Wanted(archives=frozenset({r})) for r in wanted.archives]
            if not pending:
                return
            self.answer(catalogue, pending.pop((rng or random).randrange(len(pending)) if rng else 0))


NAMES = "abcdefgh"


def random_index(rng, shop):
    """A small index with something of everything: wheels and sdists, extras, yanked files, pre-releases, broken metadata."""
    universal, musl, gnu = "py3-none-any", "cp312-cp312-musllinux_1_2_x86_64", "cp312-cp312-manylinux_2_17_x86_64"
    for name in NAMES:
        for version in rng.sample(
            ["0.9", "1.0", "1.1", "1.1.post1", "1.2rc1", "1.2", "2.0a1", "2.0", "2.0+local", "3.0", "4.0.dev1"], rng.randint(1, 7)
        ):
            requires = []
            for other in rng.sample(NAMES, rng.randint(0, 3)):
                if other == name and rng.random() < 0.8:
                    continue
                extra = rng.choice(["", "", "", "[x]", "[y]", "[x,y]"])
                marker = rng.choice(["", "", "", '; extra == "x"', '; extra == "y"', '; extra == "x" or extra == "y"'])
                requires.append(f"{other}{extra}{random_specifier(rng)}{marker}")
            kind = rng.random()
            tags = [universal] if kind < 0.5 else [musl, gnu] if kind < 0.65 else [gnu] if kind < 0.8 else []
            broken = rng.random() < 0.05
            shop.add(
                name,
                version,
                requires,
                tags=tags,
                sdist=not tags or rng.random() < 0.4,
                yanked="withdrawn" if rng.random() < 0.08 else None,
                python=">=3.13" if rng.random() < 0.05 else None,
                metadata_python=">=3.13" if rng.random() < 0.04 else None,
                uploaded=f"2026-0{rng.randint(1, 9)}-01T00:00:00Z",
                extras=rng.choice([(), ("x",), ("x", "y")]),
                found=Unread("broken", broken=True) if broken else None,
            )


def random_specifier(rng):
    operators = rng.choice([[], [], [">="], [">="], ["<"], ["<="], ["=="], ["!="], ["~="], [">=", "<"], [">=", "!="], ["==*"]])
    parts = []
    for operator in operators:
        version = rng.choice(["0.9", "1.0", "1.1", "1.2", "2.0", "2.0a1", "3.0"])
        if operator == "==*":
            parts.append(f"=={rng.choice(['1', '2', '1.1'])}.*")
        elif operator == "<":
            parts.append(f"<{rng.choice(['1.1', '2.0', '3.0', '4.0'])}")
        else:
            parts.append(f"{operator}{version}")
    return ",".join(parts)


def random_selection(rng):
    if rng.random() < 0.5:
        return Selection()
    pick = rng.random
    return Selection(
        formats=rng.choice(
            [
                FormatControl(),
                FormatControl(only_binary=frozenset({":all:"})),
                FormatControl(no_binary=frozenset({"a"}), only_binary=frozenset({"b"})),
            ]
        ),
        prefer_binary=pick() < 0.3,
        all_releases=rng.choice([frozenset(), frozenset(), frozenset({":all:"}), frozenset({"b"})]),
        only_final=rng.choice([frozenset(), frozenset(), frozenset({"c"})]),
        uploaded_prior_to=datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC) if pick() < 0.2 else None,
        ignore_requires_python=pick() < 0.1,
        no_deps=pick() < 0.05,
    )


def random_question(rng):
    roots = []
    for name in rng.sample(NAMES, rng.randint(1, 4)):
        extra = rng.choice(["", "", "", "[x]", "[x,y]"])
        text = f"{name}{extra}{random_specifier(rng)}"
        roots.append(
            (text, [f"sha256:{name}-{version}-py3-none-any.whl" for version in ("1.0", "1.1", "2.0")]) if rng.random() < 0.05 else text
        )
    constraints = [f"{name}{random_specifier(rng) or '>=0'}" for name in rng.sample(NAMES, rng.choice([0, 0, 0, 1, 2]))]
    return roots, constraints


@pytest.fixture
def puzzle():
    """A random index, requirements, constraints and selection, by a number."""

    def make(seed):
        rng = random.Random(seed)
        shop = Shop()
        random_index(rng, shop)
        return shop, *random_question(rng), random_selection(rng)

    return make


@pytest.fixture
def question():
    """Random requirements and constraints, by a source of chance."""
    return random_question


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def make_shop():
    """Shops for those who need several."""
    return Shop


@pytest.fixture
def musl():
    return MUSL


@pytest.fixture
def glibc():
    return GLIBC


@pytest.fixture
def other_arch():
    return replace(MUSL, arch="aarch64"), replace(GLIBC, arch="aarch64")


@pytest.fixture
def written():
    """Make a requirement as a manifest's reader would."""
    return requirement


@pytest.fixture
def versions():
    """The versions of a resolution by name."""
    return lambda resolution: {each.name: each.version for each in resolution.candidates}


@pytest.fixture
def day():
    return lambda text: datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)
