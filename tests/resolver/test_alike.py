"""One search for several targets says of each what a search of its own would say."""

import random
import re
from dataclasses import replace

import pytest

from muslcheck.errors import ResolutionFailed
from muslcheck.resolver import Catalogue, solve
from muslcheck.words.release import Metadata, Shelf
from muslcheck.words.requirement import Selection

ARCHES = ("x86_64", "aarch64", "riscv64", "ppc64le")


@pytest.fixture
def searches(monkeypatch):
    """The targets that were searched for, in order."""
    searched = []
    plain = solve._search

    def search(question):
        searched.append(question.offers.target.arch)
        return plain(question)

    monkeypatch.setattr(solve, "_search", search)
    return searched


def pairs(musl, glibc):
    return [(replace(musl, arch=arch), replace(glibc, arch=arch)) for arch in ARCHES]


def told(resolution):
    """All of a resolution but two things, for which it matters what else was loaded.

    The place where metadata was seen: another wheel of the release may have answered. And which of the manifests'
    requirements conflict: the more is known, the fewer they are.
    """
    candidates = [replace(each, metadata=None, blocker=without_rivals(each.blocker)) for each in resolution.candidates]
    problems = {without_beside(replace(each, hint="") if each.kind == "conflict" else each) for each in resolution.problems}
    return candidates, problems


def without_rivals(blocker):
    return blocker and replace(without_beside(blocker), rivals=())


def without_beside(words):
    return replace(words, message=words.message.partition(";")[0])


def shared(shop, requirements, constraints, targets, selection, *, recall=None):
    """What is told of each target where all share a catalogue and the requirements."""
    catalogue = Catalogue(recall)
    found = []
    for target, twin in targets:
        try:
            answer = shop.settle(*requirements, constraints=constraints, target=target, twin=twin, catalogue=catalogue, selection=selection)
        except ResolutionFailed as failure:
            found.append(str(failure))
        else:
            found.append(told(answer))
    return found


def alone(shop, requirements, constraints, target, selection, *, recall=None):
    (found,) = shared(shop, requirements, constraints, [target], selection, recall=recall)
    return found


def anywhere(shop, requirements, constraints, target, selection):
    try:
        return shop.settle(*requirements, constraints=constraints, target=target[0], twin=target[1], selection=selection).anywhere
    except ResolutionFailed:
        return False


@pytest.mark.parametrize("seed", range(250))
def test_a_shared_search_tells_what_one_alone_tells(seed, puzzle, written, musl, glibc):
    shop, roots, constraints, selection = puzzle(seed)
    for releases in shop.files.values():
        for files in releases.values():
            for file in [each for each in files if "x86_64" in each.filename and seed % 2]:
                other = replace(file, filename=file.filename.replace("x86_64", "aarch64"), url=file.url.replace("x86_64", "aarch64"))
                files.append(other)
                shop.metadata[other.url] = shop.metadata[file.url]
    requirements = [
        written(root, line) if isinstance(root, str) else written(root[0], line, hashes=root[1]) for line, root in enumerate(roots, 1)
    ]
    bounds = [written(text, line, "constraints.txt") for line, text in enumerate(constraints, 1)]
    targets = pairs(musl, glibc)
    each_alone = [alone(shop, requirements, bounds, target, selection) for target in targets]
    assert shared(shop, requirements, bounds, targets, selection) == each_alone
    if anywhere(shop, requirements, bounds, targets[0], selection):
        without_shelves = [([replace(each, shelf=Shelf()) for each in candidates], problems) for candidates, problems in each_alone]
        assert all(each == without_shelves[0] for each in without_shelves)


PYTHONS = ("3.11.9", "3.12.11", "3.13.5")
LIMITS = (">=3.12", "<3.13", ">=3.11,<3.13", "!=3.12.*", ">=3.12.4", "==3.11.*")
OTHER_TAGS = (("cp312-cp312", "cp311-cp311"), ("cp312-cp312", "cp313-cp313"), ("py3-none-any", "py312-none-any"))
MARKERS = (
    'python_version < "3.12"',
    'python_version >= "3.12"',
    'python_full_version >= "3.12.11"',
    'python_version >= "3.13" and extra == "x"',
    'implementation_name == "cpython" and implementation_version < "3.12"',
    'platform_python_implementation != "PyPy"',
    'platform_machine == "aarch64" or python_version < "3.12"',
    'platform.machine == "aarch64"',
)


def of(musl, glibc, pythons=PYTHONS, arches=ARCHES[:2]):
    """Targets of several Pythons, each with its twin."""
    return [
        tuple(
            replace(
                each, image=f"python:{full}-{each.distribution}", python=tuple(map(int, full.split(".")[:2])), python_full=full, arch=arch
            )
            for each in (musl, glibc)
        )
        for full in pythons
        for arch in arches
    ]


def in_which_pythons_differ(shop, rng):
    """Wheels for other Pythons, Requires-Python and markers put into an index: everywhere, or here and there."""
    often = rng.choice([0.01, 0.03, 0.1, 0.3])

    def limit():
        return rng.choice(LIMITS) if rng.random() < often else None

    def marked(line):
        return f"{line}; {rng.choice(MARKERS)}" if ";" not in line and rng.random() < often else line

    for files in (files for releases in shop.files.values() for files in releases.values()):
        of_files, of_metadata, lines = limit(), limit(), {}
        for file in [*files]:
            found = shop.metadata[file.url]
            if isinstance(found, Metadata):
                requires = tuple(lines.setdefault(line, marked(line)) for line in found.requires_dist)
                shop.metadata[file.url] = replace(found, requires_dist=requires, requires_python=of_metadata or found.requires_python)
                if rng.random() < 0.03:
                    shop.metadata[file.url] = replace(shop.metadata[file.url], version="9.9")
            for tag, other in OTHER_TAGS:
                if tag in file.filename and rng.random() < 0.5:
                    name, url = (text.replace(tag, other) for text in (file.filename, file.url))
                    files.append(replace(file, filename=name, url=url))
                    shop.metadata[url] = replace(shop.metadata[file.url], seen_in=name)
        files[:] = [replace(file, requires_python=of_files or file.requires_python) for file in files]


class Everything:
    """A shop of which nothing is waited for: what a conflict is said to be depends on what is known besides."""

    def __init__(self, shop):
        self.known_project = shop.project
        self.known_metadata = lambda file, _siblings, _target: shop.metadata[file.url]


@pytest.mark.parametrize("seed", range(200))
def test_a_search_shared_among_pythons_tells_what_one_alone_tells(seed, puzzle, written, musl, glibc):
    shop, roots, constraints, selection = puzzle(seed)
    rng = random.Random(seed)
    in_which_pythons_differ(shop, rng)
    texts = [root if isinstance(root, str) else root[0] for root in roots]
    if rng.random() < 0.6:  # less that conflicts
        texts = [re.match(r"\w+(\[.*\])?", text)[0] for text in texts]
    requirements = [
        written(f"{text}; {rng.choice(MARKERS[:3])}" if rng.random() < 0.1 else text, line) for line, text in enumerate(texts, 1)
    ]
    bounds = [written(text, line, "constraints.txt") for line, text in enumerate(constraints, 1)]
    targets = of(musl, glibc)
    rng.shuffle(targets)
    recall = Everything(shop)
    each_alone = [alone(shop, requirements, bounds, target, selection, recall=recall) for target in targets]
    assert shared(shop, requirements, bounds, targets, selection, recall=recall) == each_alone
    waited_for = shared(shop, requirements, bounds, targets, selection)
    assert [*map(installed, waited_for)] == [*map(installed, each_alone)]


def installed(found):
    """What is installed by what is told; in words where it could not be settled."""
    return found if isinstance(found, str) else [(each.name, each.version, each.shelf.chosen) for each in found[0]]


@pytest.fixture
def asked_on(shop, written, musl, glibc, monkeypatch):
    """Settle for several Pythons; the versions on each, and the Pythons that were searched for."""
    searched = []
    plain = solve._search

    def search(question):
        searched.append(question.offers.target.python_full)
        return plain(question)

    monkeypatch.setattr(solve, "_search", search)

    def settle(*texts, arches=ARCHES[:1]):
        searched.clear()
        requirements = [written(text, line) for line, text in enumerate(texts, 1)]
        found = shared(shop, requirements, [], of(musl, glibc, arches=arches), Selection())
        return [{each.name: each.version for each in candidates} for candidates, _ in found], [*dict.fromkeys(searched)]

    return settle


def test_pythons_that_differ_in_files_alone_are_searched_for_once(shop, asked_on):
    shop.add("a", "2.0", ["b"], tags=[f"cp3{minor}-cp3{minor}-musllinux_1_2_x86_64" for minor in (11, 12)], sdist=True).add("b", "1.0")
    assert asked_on("a", arches=ARCHES) == ([{"a": "2.0", "b": "1.0"}] * 12, ["3.11.9"])


def test_a_marker_of_the_python_keeps_searches_apart(shop, asked_on):
    shop.add("a", "1.0", ['b; python_version < "3.12"']).add("b", "1.0")
    assert asked_on("a") == ([{"a": "1.0", "b": "1.0"}, {"a": "1.0"}, {"a": "1.0"}], ["3.11.9", "3.12.11"])


def test_a_marker_of_an_extra_that_nobody_asks_for_does_not(shop, asked_on):
    shop.add("a", "1.0", ['b; python_version < "3.12" and extra == "x"'], extras=("x",)).add("b", "1.0")
    assert asked_on("a") == ([{"a": "1.0"}] * 3, ["3.11.9"])
    assert asked_on("a[x]") == ([{"a": "1.0", "b": "1.0"}, {"a": "1.0"}, {"a": "1.0"}], ["3.11.9", "3.12.11"])


def test_a_release_for_another_python_keeps_searches_apart(shop, asked_on):
    shop.add("a", "2.0", python=">=3.12").add("a", "1.0")
    assert asked_on("a") == ([{"a": "1.0"}, {"a": "2.0"}, {"a": "2.0"}], ["3.11.9", "3.12.11"])


def test_metadata_for_another_python_keeps_searches_apart(shop, asked_on):
    shop.add("a", "2.0", metadata_python=">=3.13").add("a", "1.0")
    assert asked_on("a") == ([{"a": "1.0"}, {"a": "1.0"}, {"a": "2.0"}], ["3.11.9", "3.13.5"])


def test_a_requirement_for_another_python_keeps_searches_apart(shop, asked_on):
    shop.add("a", "1.0").add("b", "1.0")
    assert asked_on("a", 'b; python_version >= "3.13"') == ([{"a": "1.0"}, {"a": "1.0"}, {"a": "1.0", "b": "1.0"}], ["3.11.9", "3.13.5"])


def test_what_is_in_the_way_is_told_of_each_python(shop, asked_on):
    shop.add("a", "1.0", ["b"])
    assert asked_on("a") == ([{"a": "1.0", "b": None}] * 3, ["3.11.9", "3.12.11", "3.13.5"])


@pytest.fixture
def asked(shop, written, musl, glibc, searches):
    """Settle for all architectures; the versions on each, and the targets that were searched for."""

    def settle(*texts):
        requirements = [written(text, line) for line, text in enumerate(texts, 1)]
        found = shared(shop, requirements, [], pairs(musl, glibc), Selection())
        return [{each.name: each.version for each in candidates} for candidates, _ in found], [*dict.fromkeys(searches)]

    return settle


def test_targets_that_differ_in_files_alone_are_searched_for_once(shop, asked):
    shop.add("a", "2.0", ["b"], tags=[f"cp312-cp312-musllinux_1_2_{arch}" for arch in ARCHES[:2]], sdist=True).add("b", "1.0")
    assert asked("a") == ([{"a": "2.0", "b": "1.0"}] * 4, ["x86_64"])


def test_each_target_gets_its_own_file(shop, written, musl, glibc):
    tags = [f"cp312-cp312-musllinux_1_2_{arch}" for arch in ARCHES[:3]]
    shop.add("a", "2.0", tags=tags, sdist=True)
    found = shared(shop, [written("a")], [], pairs(musl, glibc), Selection())
    chosen = [candidates[0].shelf.chosen.filename for candidates, _ in found]
    assert chosen == [*(f"a-2.0-{tag}.whl" for tag in tags), "a-2.0.tar.gz"]


def test_a_release_that_is_missing_on_one_is_searched_for_there(shop, asked):
    shop.add("a", "2.0", tags=[f"cp312-cp312-musllinux_1_2_{arch}" for arch in ARCHES[:2]]).add("a", "1.0")
    assert asked("a") == ([{"a": "2.0"}] * 2 + [{"a": "1.0"}] * 2, ["x86_64", "riscv64"])


def test_a_marker_of_the_machine_keeps_searches_apart(shop, asked):
    shop.add("a", "1.0", ['b; platform_machine == "aarch64"']).add("b", "1.0")
    alone, two = {"a": "1.0"}, {"a": "1.0", "b": "1.0"}
    assert asked("a") == ([alone, two, alone, alone], ["x86_64", "aarch64"])


def test_files_that_require_otherwise_keep_searches_apart(shop, asked):
    shop.add("a", "1.0", ["b"], tags=["cp312-cp312-musllinux_1_2_x86_64"]).add("a", "1.0", tags=[], sdist=True).add("b", "1.0")
    assert asked("a") == ([{"a": "1.0", "b": "1.0"}, *[{"a": "1.0"}] * 3], ["x86_64", "aarch64"])
