"""Names of packages: out of the tables, out of the release's own index, out of Alpine's recipes."""

from dataclasses import replace

import pytest
from support.apkindex import apkindex_bytes
from support.cases import FOLDER, load

from muslcheck.alpine.apkindex import parse_apkindex
from muslcheck.archives.facts import Certainty, Extension, Seen, Tree
from muslcheck.judge import judge
from muslcheck.words.verdict import BuildRequirement, Outcome, Strength

WHERE = "spam-1.0.tar.gz!/setup.py:3"
RECORDS = [
    {"P": "demo3-dev", "o": "demo3", "p": "pc:demo=3 cmd:demo-config=3", "D": "so:libdemo.so.3 pc:zlib"},
    {"P": "demo3-libs", "o": "demo3", "p": "so:libdemo.so.3=3"},
    {"P": "libodd1", "o": "odd", "p": "so:libodd.so.1=1"},
    {"P": "odd-dev", "o": "odd", "D": "so:libodd.so.1"},
    {"P": "zlib-ng-dev", "o": "zlib-ng", "p": "pc:zlib=1.3 zlib-dev=1.3"},
]


def a_case(certainty=Certainty.ALWAYS, *, offered=True, **facts):
    case, _ = load(FOLDER / "compile-header.toml")
    seen = {name: tuple(Seen(value, WHERE) for value in values) for name, values in facts.items()}
    empty = {"headers": (), "libraries": (), "programs": (), "trees": ()}
    read = replace(case.facts, extensions=(Extension("spam", ("c",), certainty, WHERE),), **{**empty, **seen})
    return replace(case, facts=read, offered=parse_apkindex(apkindex_bytes(RECORDS)) if offered else None)


@pytest.mark.parametrize(
    ("facts", "build", "runtime"),
    [
        ({"programs": ["pkg-config demo"]}, {"demo3-dev", "pkgconf"}, {"demo3-libs"}),
        ({"programs": ["demo-config --libs"]}, {"demo3-dev"}, {"demo3-libs"}),
        ({"libraries": ["odd"]}, {"odd-dev"}, {"libodd1"}),
        ({"headers": ["zlib.h"]}, {"zlib-ng-dev"}, set()),
        ({"programs": ["pkg-config demo"], "libraries": ["z"]}, {"demo3-dev", "pkgconf"}, {"demo3-libs"}),
        ({"headers": ["ffi.h"]}, {"libffi-dev"}, set()),
        ({"headers": ["of/no/such.h"], "libraries": ["of_no_such"], "programs": ["of-no-such-config"]}, set(), set()),
    ],
)
def test_the_releases_own_index_knows_better(facts, build, runtime):
    apk = judge(a_case(**facts)).apk
    assert set(apk.build) == {"gcc", "musl-dev"} | build
    assert set(apk.runtime) == runtime


@pytest.mark.parametrize(("name", "found"), [("hunspell", True), ("other", False)])
def test_an_extension_that_is_named_like_the_library_that_it_links(name, found):
    """A library of that name is the project's own only where another part links it."""
    case = a_case(offered=False, libraries=["hunspell"])
    parts = (
        Extension("hunspell", ("c",), Certainty.ALWAYS, WHERE),
        Extension(name, ("c",), Certainty.ALWAYS, WHERE, libraries=("hunspell",)),
    )
    case = replace(case, facts=replace(case.facts, extensions=parts[1:] if found else parts))
    assert ("hunspell-dev" in judge(case).apk.build) is found


@pytest.mark.parametrize("folder", ["/usr/include/hunspell", "/usr/include", "include"])
def test_a_header_below_a_folder_that_the_compiler_is_told_to_look_in(folder):
    case = a_case(offered=False, headers=["hunspell.hxx"])
    part = Extension("spam", ("c++",), Certainty.ALWAYS, WHERE, include_dirs=(folder,))
    apk = judge(replace(case, facts=replace(case.facts, extensions=(part,)))).apk
    assert ("hunspell-dev" in apk.build) is (folder == "/usr/include/hunspell")


@pytest.mark.parametrize(("how", "asked"), [(Certainty.ALWAYS, True), (Certainty.DECIDED_LATER, False)])
def test_what_is_cloned_takes_git(how, asked):
    case = a_case(offered=False)
    case = replace(case, facts=replace(case.facts, downloads=(Seen("https://git.example/spam", WHERE, how, "git"),)))
    assert ("git" in judge(case).apk.build) is asked


@pytest.mark.parametrize(
    ("programs", "asked"), [(["./configure"], False), (["./configure", "make -j4"], True), (["./configure", ""], True)]
)
def test_a_configure_script_alone_takes_no_make(programs, asked):
    case = a_case(offered=False, programs=programs)
    case = replace(case, facts=replace(case.facts, trees=(Tree("autoconf", WHERE, Certainty.ALWAYS, ("c",)),)))
    assert ("make" in judge(case).apk.build) is asked


def test_without_it_the_tables_answer():
    assert set(judge(a_case(offered=False, headers=["zlib.h"], programs=["pkg-config demo"])).apk.build) == {
        "gcc",
        "musl-dev",
        "pkgconf",
        "zlib-dev",
    }


@pytest.mark.parametrize(
    ("facts", "build"),
    [
        ({"headers": ["fuse.h"]}, {"fuse-dev"}),
        ({"headers": ["fuse.h"], "programs": ["pkg-config fuse3"]}, {"fuse3-dev", "pkgconf"}),
        ({"headers": ["mbedtls/md.h"], "libraries": ["mbedtls"]}, {"mbedtls-dev"}),
        ({"headers": ["mbedtls/md.h", "mbedtls/ssl_internal.h"], "libraries": ["mbedtls"]}, {"mbedtls2-dev"}),
    ],
)
def test_a_name_that_several_packages_hold_goes_by_the_others(facts, build):
    assert set(judge(a_case(offered=False, **facts)).apk.build) == {"gcc", "musl-dev"} | build


@pytest.mark.parametrize(
    ("sure", "perhaps", "build"),
    [
        ([], ["gnutls/gnutls.h", "openssl/ssl.h", "mbedtls/ssl.h"], {"openssl-dev"}),
        ([], ["gnutls/gnutls.h", "mbedtls/ssl.h"], {"gnutls-dev"}),
        (["mbedtls/ssl.h"], ["gnutls/gnutls.h", "openssl/ssl.h", "zlib.h"], {"mbedtls-dev", "zlib-dev"}),
        (["gnutls/gnutls.h", "openssl/ssl.h"], [], {"gnutls-dev", "openssl-dev"}),
    ],
)
def test_of_libraries_for_one_purpose_a_build_takes_one(sure, perhaps, build):
    case = a_case(offered=False, headers=sure)
    later = tuple(Seen(header, WHERE, Certainty.DECIDED_LATER) for header in perhaps)
    case = replace(case, facts=replace(case.facts, headers=(*case.facts.headers, *later)))
    assert set(judge(case).apk.build) == {"gcc", "musl-dev"} | build


def test_a_name_follows_only_what_is_as_sure():
    case = a_case(offered=False, headers=["fuse.h"])
    assert "fuse-dev" in judge(optional(case, programs=[("pkg-config fuse3",)])).apk.build
    case = optional(a_case(offered=False, libraries=["z"]), libraries=[("cblas",), ("openblas",)])
    assert set(judge(case).apk.build) == {"gcc", "musl-dev", "openblas-dev", "zlib-dev"}


def test_one_of_several_is_the_first_that_alpine_has():
    case = a_case(offered=False)
    tree = Tree("meson", WHERE, Certainty.ALWAYS, ("c",), (Seen("mine or openblas or blas", WHERE, Certainty.OPTIONAL, "pkg-config"),))
    verdict = judge(replace(case, facts=replace(case.facts, extensions=(), trees=(tree,))))
    assert set(verdict.apk.build) == {"gcc", "meson", "musl-dev", "openblas-dev", "pkgconf"}


def optional(case, **facts):
    """The case with further facts that the build can do without."""
    more = {name: (*getattr(case.facts, name), *(Seen(v, WHERE, Certainty.OPTIONAL, *d) for v, *d in rows)) for name, rows in facts.items()}
    return replace(case, facts=replace(case.facts, **more))


def test_what_a_build_can_do_without_is_on_the_list_and_no_more_than_a_hint():
    verdict = judge(optional(a_case(offered=False, headers=["zlib.h"]), libraries=[("lcms2",)]))
    assert set(verdict.apk.build) == {"gcc", "lcms2-dev", "musl-dev", "zlib-dev"}
    strengths = {evidence.claim: evidence.strength for evidence in verdict.evidence if evidence.apk}
    assert strengths == {
        "needs the header zlib.h, in zlib-dev": Strength.STRONG,
        "uses, where it is there, the library lcms2, in lcms2-dev": Strength.HINT,
    }
    whole = judge(optional(a_case(Certainty.OPTIONAL, offered=False), libraries=[("lcms2",)]))
    assert [(e.claim, e.strength) for e in whole.evidence if e.apk] == [
        ("to be compiled, needs the library lcms2, in lcms2-dev", Strength.STRONG)
    ]


def test_bindings_of_one_package_are_what_a_build_is_for():
    case = a_case(offered=False, programs=["qmake6"])
    one = optional(case, libraries=[("Qt6WebEngineCore", "bindings"), ("Qt6WebEngineQuick", "bindings")])
    assert {name for name in judge(one).apk.build if name.startswith("qt6")} == {"qt6-qtwebengine-dev"}
    two = optional(one, libraries=[("Qt6Svg", "bindings")])
    assert {name for name in judge(two).apk.build if name.startswith("qt6")} == {"qt6-qtbase-dev", "qt6-qtsvg-dev", "qt6-qtwebengine-dev"}


def test_what_is_found_by_pkg_config_needs_pkg_config():
    case = a_case(offered=False)
    later = tuple(Seen(f"pkg-config {name}", WHERE, Certainty.DECIDED_LATER) for name in ("cairo", "of-no-such"))
    assert set(judge(replace(case, facts=replace(case.facts, programs=later))).apk.build) == {"cairo-dev", "gcc", "musl-dev", "pkgconf"}
    assert "pkgconf" not in judge(replace(case, facts=replace(case.facts, programs=later[1:]))).apk.build


def test_sources_in_swig_need_swig():
    case = a_case(offered=False)
    facts = replace(case.facts, extensions=(Extension("spam", ("c", "swig"), Certainty.ALWAYS, WHERE),))
    assert "swig" in judge(replace(case, facts=facts)).apk.build
    wheel = BuildRequirement("swig", "4", Outcome.WHEEL)
    assert "swig" not in judge(replace(case, facts=facts, build_requires=(wheel,))).apk.build


def shipped(certainty):
    """A case of a project that Alpine builds with two libraries."""
    case = a_case(certainty, offered=False)
    return replace(case, candidate=replace(case.candidate, name="argon2-cffi"))


def test_a_recipe_speaks_where_the_sdist_does_not(monkeypatch):
    assert {"argon2-dev", "libffi-dev"} <= set(judge(shipped(Certainty.DECIDED_LATER)).apk.build)
    assert "argon2-dev" not in judge(shipped(Certainty.ALWAYS)).apk.build
    monkeypatch.setenv("MUSLCHECK_RECIPES", "off")
    assert "argon2-dev" not in judge(shipped(Certainty.DECIDED_LATER)).apk.build


def test_alpines_own_package_is_advised_with_version_release_and_what_it_serves(monkeypatch):
    verdict = judge(shipped(Certainty.ALWAYS))
    advice = next(advice for advice in verdict.advice if advice.action == "alpine-package")
    release = verdict.target.release
    assert advice.requirement == "apk add --no-cache py3-argon2-cffi"
    assert f"Alpine {release} ships " in advice.why
    assert f"its own python3 only (the image alpine:{release})" in advice.why
    monkeypatch.setenv("MUSLCHECK_RECIPES", "off")
    assert not [advice for advice in judge(shipped(Certainty.ALWAYS)).advice if advice.action == "alpine-package"]


def test_another_release_is_advised_by_its_python_where_that_is_what_it_takes():
    case, _ = load(FOLDER / "fail-requires-python.toml")
    said = {(advice.requirement, advice.why) for advice in judge(case).advice}
    assert ("spam==0.9", "the newest release with a wheel for musl and Python 3.12") in said


def test_another_release_is_advised_by_its_libc():
    case = replace(shipped(Certainty.ALWAYS), alternatives=("0.9",))
    assert ("argon2-cffi==0.9", "the newest release with a wheel for musl") in {
        (advice.requirement, advice.why) for advice in judge(case).advice
    }
