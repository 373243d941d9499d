"""What holds for every verdict, whatever the evidence and the files."""

from dataclasses import replace
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from muslcheck.alpine.images import aim
from muslcheck.archives.facts import BuildSystem, Certainty, Extension, SdistFacts, Seen, Tree
from muslcheck.judge import Case, Known, judge
from muslcheck.judge.decide import decide, ordered
from muslcheck.resolver import shelve
from muslcheck.words.release import DistFile, Kind, Metadata, Unread
from muslcheck.words.requirement import Selection
from muslcheck.words.resolution import Blocker, BlockerKind, Candidate
from muslcheck.words.verdict import BuildRequirement, Evidence, Mark, Outcome, Strength

BEST_FIRST = (Outcome.WHEEL, Outcome.BUILD, Outcome.COMPILE, Outcome.FAIL, Outcome.UNKNOWN)
TARGETS = [aim(image, "x86_64") for image in ("python:3.12-alpine", "python:3.9-alpine3.16", "alpine:3.23", "python:3.12-slim")]
MACHINES = [*TARGETS, *(aim(image, "aarch64") for image in ("python:3.12-alpine", "python:3.13-alpine", "python:3.12-alpine3.23"))]
NAMES = [
    "spam-1.0-cp312-cp312-musllinux_1_2_x86_64.whl",
    "spam-1.0-cp39-cp39-musllinux_1_1_x86_64.whl",
    "spam-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
    "spam-1.0-cp312-cp312-linux_x86_64.whl",
    "spam-1.0-cp312-cp312-win_amd64.whl",
    "spam-1.0-py3-none-any.whl",
    "spam-1.0-pp310-pypy310_pp73-manylinux_2_17_x86_64.whl",
    "spam-1.0.tar.gz",
    "spam-1.0.egg",
]

places = st.sampled_from(["spam-1.0.tar.gz!/setup.py:1", "spam-1.0.tar.gz!/spam.c:7"])
certainties = st.sampled_from(Certainty)
languages = st.lists(st.sampled_from(["c", "c++", "cython", "rust", "fortran", "go", "asm", "martian"]), max_size=2, unique=True).map(tuple)
words = st.sampled_from(
    [
        "ffi.h",
        "execinfo.h",
        "linux/fs.h",
        "obscure/x.h",
        "crypto",
        "xml2",
        "cuda",
        "pkg-config",
        "pkg-config libpq --cflags",
        "pg_config",
        "openssl-sys",
        "ZLIB",
        "cairo",
        "distutils",
        "pkg_resources",
        "use_2to3",
        "cython-0.29.21",
        "cython-3.1.0",
        "capi:tp_print",
        "glibc:fts_open",
        "glibc:qsort_r",
        "openmp",
    ]
)
seen = st.lists(st.builds(Seen, words, places, certainties), max_size=3).map(tuple)
facts = st.builds(
    SdistFacts,
    filename=st.just("spam-1.0.tar.gz"),
    build_system=st.builds(
        BuildSystem,
        st.sampled_from(["setuptools.build_meta", "maturin", "local"]),
        st.just(("setuptools",)),
        places,
        backend_path=st.sampled_from([(), (".",)]),
    ),
    metadata=st.just(Metadata("spam", "1.0")),
    extensions=st.lists(st.builds(Extension, st.just("spam"), languages, certainties, places), max_size=2).map(tuple),
    trees=st.lists(
        st.builds(
            Tree,
            st.sampled_from(["cmake", "meson", "cargo", "autoconf", "bazel"]),
            places,
            certainties,
            languages,
            needs=seen,
            minimum=st.sampled_from([None, "2.8", "1.99", "x"]),
            files=st.integers(0, 5000),
        ),
        max_size=2,
    ).map(tuple),
    headers=seen,
    libraries=seen,
    programs=seen,
    imports=seen,
    raises=seen,
    downloads=seen,
    marks=seen,
    hints=seen,
    source_files=st.sampled_from([(), (("c", 500),), (("rust", 3),)]),
    unread=seen,
)
required = st.lists(
    st.builds(
        BuildRequirement,
        st.sampled_from(["setuptools", "cmake", "ninja", "cython"]),
        st.sampled_from(["58.0", "84.0", None]),
        st.sampled_from(Outcome),
    ),
    max_size=2,
).map(tuple)
files = st.lists(st.sampled_from(NAMES), unique=True)
evidence = st.builds(
    Evidence,
    st.sampled_from(["MC101", "MC200", "MC202", "MC901"]),
    st.sampled_from(["this", "that"]),
    places,
    st.sampled_from(Strength),
    st.none() | st.sampled_from(Outcome),
    st.frozensets(st.sampled_from(Mark)),
)


@cache
def a_file(name):
    return DistFile(name, "spam", "1.0", Kind.WHEEL if name.endswith(".whl") else Kind.SDIST, f"https://files.example/{name}")


@st.composite
def cases(draw):
    target = draw(st.sampled_from(TARGETS))
    shelf = shelve(map(a_file, draw(files)), target, Selection(), "spam")
    blocker = None if shelf.chosen else Blocker(draw(st.sampled_from(BlockerKind)), "pip stops")
    candidate = Candidate("spam", "1.0", shelf, chain=("requirements.txt:1", "spam"), blocker=blocker, twin_file=a_file(NAMES[2]))
    opened = draw(st.none() | facts | st.just(Unread("damaged"))) if shelf.chosen and shelf.chosen.kind is Kind.SDIST else None
    return Case(candidate, target, opened, draw(required), draw(st.sampled_from([(), ("0.9",)])))


@st.composite
def of_one_release(draw):
    """Cases of several targets: the same files, and much of what was told of them and read in them."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    read = draw(st.lists(facts, min_size=1, max_size=2))
    requires = draw(st.lists(required, min_size=1, max_size=2))
    several = []
    for target in draw(st.lists(st.sampled_from(MACHINES), min_size=2, max_size=6)):
        shelf = shelve(map(a_file, names), target, Selection(), "spam")
        told = Candidate(
            "spam",
            "1.0",
            shelf,
            chain=draw(st.sampled_from([("requirements.txt:1", "spam"), ("requirements.txt:2", "eggs", "spam")])),
            blocker=None if shelf.chosen else Blocker(BlockerKind.NO_FILE, "pip stops"),
            twin_file=draw(st.none() | st.sampled_from(NAMES).map(a_file)),
            newer=draw(st.sampled_from([None, "1.1"])),
            metadata=draw(
                st.sampled_from([None, Unread("damaged"), Metadata("spam", "1.0", seen_in=f"{names[0]}!/METADATA", installed=7)])
            ),
        )
        opened = draw(st.sampled_from(read)) if shelf.chosen and shelf.chosen.kind is Kind.SDIST else None
        build = draw(st.sampled_from(requires)) if opened else ()
        several.append(Case(told, target, opened, build, draw(st.sampled_from([(), ("0.9",)]))))
    return several


@given(of_one_release())
def test_what_is_known_from_other_targets_changes_no_verdict(several):
    known = Known()
    for case in (*several, *several):
        assert judge(case, known) == judge(case)


@given(cases())
def test_verdict_has_evidence_with_a_place(case):
    verdict = judge(case)
    assert verdict.evidence
    assert all(found.seen_in and found.claim for found in verdict.evidence)
    assert judge(case) == verdict


@given(cases())
def test_wheel_needs_a_fit_and_fail_needs_proof(case):
    verdict = judge(case)
    chosen = case.candidate.shelf.chosen
    assert (verdict.outcome is Outcome.WHEEL) == (chosen is not None and chosen.kind is Kind.WHEEL)
    if verdict.outcome is Outcome.FAIL:
        assert any(found.says is Outcome.FAIL and found.strength is Strength.PROOF for found in verdict.evidence)


@given(cases())
def test_a_wheel_that_fits_never_worsens_an_outcome(case):
    before = judge(case)
    names = {placed.file.filename for placed in case.candidate.shelf.placed} | {"spam-1.0-py3-none-any.whl"}
    shelf = shelve(map(a_file, sorted(names)), case.target, Selection(), "spam")
    after = judge(replace(case, candidate=replace(case.candidate, shelf=shelf, blocker=None), facts=None))
    assert BEST_FIRST.index(after.outcome) <= BEST_FIRST.index(before.outcome)


@given(cases())
def test_apk_names_are_sorted_and_not_in_the_image(case):
    from muslcheck.alpine.apk import in_image

    apk = judge(case).apk
    assert list(apk.build) == sorted(set(apk.build))
    assert list(apk.runtime) == sorted(set(apk.runtime))
    assert not set(apk.runtime) & in_image(case.target)
    if case.target.distribution != "alpine":
        assert not apk.build
        assert not apk.runtime


@given(st.lists(evidence), st.randoms())
def test_the_order_of_evidence_changes_nothing(found, random):
    shuffled = [*found]
    random.shuffle(shuffled)
    outcome, marks = decide(found)
    assert decide(shuffled) == (outcome, marks)
    assert ordered(shuffled, outcome) == ordered(found, outcome)


@given(st.lists(evidence))
def test_hints_decide_nothing(found):
    outcome, _ = decide([piece for piece in found if piece.strength is Strength.HINT])
    assert outcome is Outcome.UNKNOWN


@given(st.lists(evidence))
def test_proof_overrules(found):
    outcome, _ = decide([*found, Evidence("MC230", "it stops", "setup.py:1", Strength.PROOF, Outcome.FAIL)])
    assert outcome is Outcome.FAIL
