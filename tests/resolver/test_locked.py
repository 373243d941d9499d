"""Locks in memory, followed for a target."""

import pytest
from packaging.specifiers import SpecifierSet
from support.locks import GLIBC, MUSL, followed

from muslcheck.resolver import Catalogue, follow_lock
from muslcheck.words.lock import Link, Lock, Locked
from muslcheck.words.release import Absent, DistFile, Fits, Kind, Misfit, Miss, Project
from muslcheck.words.requirement import FormatControl, Origin, Selection, Source
from muslcheck.words.resolution import BlockerKind, Wanted

MUSLLINUX = "spam-1.0-cp312-cp312-musllinux_1_2_x86_64.whl"
MANYLINUX = "spam-1.0-cp312-cp312-manylinux_2_28_x86_64.whl"
SDIST = "spam-1.0.tar.gz"


def a_file(filename, digest="00", *, url="https://files.example/", **more):
    kind = Kind.WHEEL if filename.endswith(".whl") else Kind.SDIST
    return DistFile(filename, filename.split("-")[0], "1.0", kind, url and url + filename, hashes=(f"sha256:{digest}",), **more)


def a_project(*files, name="spam"):
    return Project(name, ("1.0",), lambda version: files if version == "1.0" else ())


def entry(name, *requires, line=1, files=(), **more):
    links = tuple(each if isinstance(each, Link) else Link(each) for each in requires)
    return Locked(name, "1.0", Origin("x.lock", line), files or (a_file(f"{name}-1.0-py3-none-any.whl"),), requires=links, **more)


def locked(*files, **more):
    return Lock("x.lock", "lock {name}=={version}", (Locked("spam", "1.0", Origin("x.lock", 7), files, **more),), (Link("spam"),))


def only(lock, *projects, **more):
    (candidate,) = followed(lock, *projects, **more).candidates
    return candidate


def test_a_wheel_in_the_lock_needs_no_page():
    lock = locked(a_file(MANYLINUX), a_file(MUSLLINUX), a_file(SDIST))
    answer = follow_lock(lock, MUSL, GLIBC, Selection(), Catalogue())
    (candidate,) = answer.candidates
    assert candidate.shelf.chosen.filename == MUSLLINUX
    assert candidate.twin_file.filename == MANYLINUX
    assert (candidate.blocker, candidate.unlocked, candidate.locked) == (None, None, Origin("x.lock", 7))


def test_a_page_is_wanted_where_no_locked_wheel_fits():
    lock = locked(a_file(MANYLINUX), a_file(SDIST))
    assert follow_lock(lock, MUSL, GLIBC, Selection(), Catalogue()) == Wanted(projects=frozenset({"spam"}))


def test_a_page_is_wanted_where_the_lock_has_no_addresses():
    lock = locked(a_file(MUSLLINUX, url=""))
    assert isinstance(follow_lock(lock, MUSL, GLIBC, Selection(), Catalogue()), Wanted)
    candidate = only(lock, a_project(a_file(MUSLLINUX, size=5, url="https://mirror.example/", requires_python=">=3.13")))
    assert candidate.shelf.chosen.url == f"https://mirror.example/{MUSLLINUX}"
    assert candidate.shelf.chosen.size == 5


def test_a_wheel_that_is_on_the_index_only():
    lock = locked(a_file(MANYLINUX), a_file(SDIST))
    candidate = only(lock, a_project(a_file(MANYLINUX), a_file(SDIST), a_file(MUSLLINUX)))
    assert candidate.shelf.chosen.filename == SDIST
    assert candidate.unlocked.filename == MUSLLINUX
    assert candidate.relock == "lock spam==1.0"
    assert candidate.shelf.nearest.file.filename == MUSLLINUX
    assert candidate.shelf.nearest.fit == Misfit(Miss.EXCLUDED, "on the index, not in the lock")
    assert candidate.blocker is None


def test_a_wheel_that_is_on_the_index_only_and_no_sdist():
    candidate = only(locked(a_file(MANYLINUX)), a_project(a_file(MANYLINUX), a_file(MUSLLINUX), a_file(SDIST)))
    assert candidate.shelf.chosen is None
    assert candidate.unlocked.filename == MUSLLINUX
    assert candidate.blocker.kind is BlockerKind.NO_FILE
    assert candidate.blocker.message == f"no file of spam 1.0 in the lock installs on musl x86_64; {MUSLLINUX} is on the index only"


def test_a_wheel_that_is_nowhere():
    candidate = only(locked(a_file(MANYLINUX)), a_project(a_file(MANYLINUX)))
    assert candidate.unlocked is None
    assert candidate.blocker.kind is BlockerKind.NO_FILE
    assert candidate.shelf.nearest.fit.miss is Miss.LIBC


def test_a_withdrawn_wheel_on_the_index_is_no_advice():
    assert only(locked(a_file(SDIST)), a_project(a_file(SDIST), a_file(MUSLLINUX, yanked="bad"))).unlocked is None


def test_another_file_of_the_same_name():
    candidate = only(locked(a_file(MUSLLINUX, "11", url=""), a_file(SDIST, url="")), a_project(a_file(MUSLLINUX, "22"), a_file(SDIST)))
    assert candidate.shelf.chosen.filename == SDIST
    gone = next(placed for placed in candidate.shelf.placed if placed.file.filename == MUSLLINUX)
    assert gone.fit == Misfit(Miss.EXCLUDED, "in the lock, and no longer on the index")


def test_hashes_without_names():
    lock = locked(hashes=("sha256:aa", "sha256:bb"))
    candidate = only(lock, a_project(a_file(MANYLINUX, "aa"), a_file(SDIST, "bb"), a_file(MUSLLINUX, "cc")))
    assert candidate.shelf.chosen.filename == SDIST
    assert candidate.unlocked.filename == MUSLLINUX


def test_neither_files_nor_hashes():
    assert only(locked(), a_project(a_file(SDIST), a_file(MUSLLINUX))).shelf.chosen.filename == MUSLLINUX


def test_a_release_that_the_index_does_not_have():
    assert only(locked(), a_project()).blocker.kind is BlockerKind.NO_SUCH_VERSION
    assert only(locked()).blocker.kind is BlockerKind.NOT_ON_INDEX
    assert only(locked(), Absent("spam", "no answer", unreachable=True)).blocker.kind is BlockerKind.UNREACHABLE


def test_a_private_index_that_is_not_asked():
    candidate = only(locked(a_file(SDIST)))
    assert candidate.shelf.chosen.filename == SDIST
    assert candidate.blocker is None


def test_only_binary_counts_for_a_lock_too():
    selection = Selection(formats=FormatControl(only_binary=frozenset({":all:"})))
    candidate = only(locked(a_file(MANYLINUX), a_file(SDIST)), a_project(a_file(SDIST)), selection=selection)
    assert candidate.blocker.kind is BlockerKind.NO_FILE


@pytest.mark.parametrize("source", [Source.VCS, Source.DIRECTORY])
def test_what_is_not_from_an_index(source):
    candidate = only(locked(source=source, location="there"))
    assert candidate.direct.source is source
    assert candidate.direct.location == "there"
    assert candidate.blocker is None


def test_an_archive():
    candidate = only(locked(a_file(MANYLINUX), source=Source.ARCHIVE, location="https://files.example/x.whl"))
    assert candidate.direct.source is Source.ARCHIVE
    assert candidate.blocker.kind is BlockerKind.NO_FILE


def chains(lock, **more):
    return {candidate.name: candidate.chain for candidate in followed(lock, **more).candidates}


def test_links_are_followed_with_their_markers():
    packages = (
        entry("a", "b", Link("c", marker='sys_platform == "win32"'), line=1),
        entry("b", "a", "d", line=2),
        entry("c", line=3),
        entry("d", line=4),
        entry("e", line=5),
    )
    lock = Lock("x.lock", "", packages, (Link("a"),))
    assert chains(lock) == {"a": ("x.lock:1", "a"), "b": ("x.lock:1", "a", "b"), "d": ("x.lock:1", "a", "b", "d")}


def test_extras_are_followed_when_they_are_asked_for():
    packages = (entry("a", Link("b", frozenset({"x"}))), entry("b", extras={"x": (Link("c"),), "y": (Link("d"),)}), entry("c"), entry("d"))
    lock = Lock("x.lock", "", packages, (Link("a"),))
    assert set(chains(lock)) == {"a", "b", "c"}


def test_a_ring_that_nobody_leads_to():
    lock = Lock("x.lock", "", (entry("a", "b", line=1), entry("b", "a", line=2)), whole=True)
    assert chains(lock) == {"a": ("x.lock:1", "a"), "b": ("x.lock:1", "a", "b")}


def test_an_entry_asks_for_itself():
    lock = Lock("x.lock", "", (entry("a", Link("a", frozenset({"x"})), extras={"x": (Link("b"),)}), entry("b")), (Link("a"),))
    (first, second) = followed(lock).candidates
    assert (first.required_by, first.extras, second.required_by) == ((), frozenset({"x"}), ("a",))


def test_the_project_itself_is_no_candidate():
    own = Locked("shop", None, Origin("x.lock", 1), extras={"all": (Link("b"),)}, source=Source.DIRECTORY, own=True)
    lock = Lock("x.lock", "", (own, entry("b")), (Link("shop", frozenset({"all"})),))
    (candidate,) = followed(lock).candidates
    assert (candidate.name, candidate.requested, candidate.required_by) == ("b", True, ())


def test_several_versions_of_one_name():
    def version(text):
        file = DistFile(f"a-{text}-py3-none-any.whl", "a", text, Kind.WHEEL, "https://files.example/a")
        return Locked("a", text, Origin("x.lock"), (file,), marker="" if text != "3" else 'python_version < "3.9"')

    packages = (version("1"), version("2"), version("3"))

    def found(link):
        return [candidate.version for candidate in followed(Lock("x.lock", "", packages, (link,))).candidates]

    assert found(Link("a", version="2")) == ["2"]
    assert found(Link("a", specifier=SpecifierSet(">1"))) == ["2"]
    assert found(Link("a", specifier=SpecifierSet(">9"))) == ["1"]
    assert found(Link("a", version="3")) == []


def test_a_lock_that_is_out_of_date():
    lock = Lock("x.lock", "", (entry("a", "gone"),), (Link("a"), Link("b")))
    messages = [problem.message for problem in followed(lock).problems]
    assert messages == [
        "the project asks for b, which the lock does not hold for this target: is it out of date?",
        "a==1.0 asks for gone, which the lock does not hold for this target: is it out of date?",
    ]
    assert not followed(Lock("x.lock", "", (entry("a", "gone"),), whole=True)).problems


def test_a_lock_for_something_else():
    lock = Lock("x.lock", "", (), marker='sys_platform == "win32"', requires_python=SpecifierSet(">=3.13"))
    kinds = [(problem.subject, problem.kind) for problem in followed(lock).problems]
    assert kinds == [("x.lock", "conflict")] * 2


def test_every_file_is_on_the_shelf_once():
    lock = locked(a_file(MANYLINUX), a_file(SDIST))
    shelf = only(lock, a_project(a_file(MANYLINUX), a_file(SDIST), a_file(MUSLLINUX), a_file("spam-1.0-cp39-cp39-win32.whl"))).shelf
    assert len({placed.file.filename for placed in shelf.placed}) == len(shelf.placed) == 4
    misses = [placed.fit.miss for placed in shelf.placed if isinstance(placed.fit, Misfit)]
    assert misses == sorted(misses, reverse=True)
    assert isinstance(shelf.placed[0].fit, Fits)
