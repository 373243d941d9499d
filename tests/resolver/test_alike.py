"""One search for several targets says of each what a search of its own would say."""

from dataclasses import replace

import pytest

from muslcheck.errors import ResolutionFailed
from muslcheck.resolver import Catalogue, solve
from muslcheck.words.release import Shelf
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


def shared(shop, requirements, constraints, targets, selection):
    """What is told of each target where all share a catalogue and the requirements."""
    catalogue = Catalogue()
    found = []
    for target, twin in targets:
        try:
            answer = shop.settle(*requirements, constraints=constraints, target=target, twin=twin, catalogue=catalogue, selection=selection)
        except ResolutionFailed as failure:
            found.append(str(failure))
        else:
            found.append(told(answer))
    return found


def alone(shop, requirements, constraints, target, selection):
    try:
        return told(shop.settle(*requirements, constraints=constraints, target=target[0], twin=target[1], selection=selection))
    except ResolutionFailed as failure:
        return str(failure)


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
