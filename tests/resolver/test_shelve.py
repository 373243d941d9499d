"""Which files fit a target, in which order, and why the others miss it."""

import datetime
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from muslcheck.alpine.images import aim
from muslcheck.resolver.shelve import place, shelve
from muslcheck.words.release import DistFile, Fits, Kind, Misfit, Miss
from muslcheck.words.requirement import FormatControl, Selection

MUSL = aim("python:3.11-alpine", "x86_64")
OLD_MUSL = aim("python:3.8-alpine3.12", "x86_64")
ARM = aim("python:3.11-alpine", "arm64")
GLIBC = aim("python:3.11-slim-bookworm", "x86_64")
NO_GIL = aim("python:3.14t-alpine", "x86_64")
NO_GIL_GLIBC = aim("python:3.14t-slim", "x86_64")
PLAIN = Selection()


def file(filename, name="foo", **stated):
    kind = Kind.WHEEL if filename.endswith(".whl") else Kind.SDIST
    stated.setdefault("url", f"https://files.example/{filename}")
    return DistFile(filename=filename, name=name, version="1.0", kind=kind, **stated)


def wheel(tags, **stated):
    return file(f"foo-1.0-{tags}.whl", **stated)


@pytest.mark.parametrize(
    ("tags", "target"),
    [
        ("cp311-cp311-musllinux_1_2_x86_64", MUSL),
        ("cp311-cp311-musllinux_1_1_x86_64", MUSL),
        ("cp311-cp311-linux_x86_64", MUSL),
        ("cp311-cp311-linux_x86_64", GLIBC),
        ("cp311-abi3-musllinux_1_2_x86_64", MUSL),
        ("cp36-abi3-musllinux_1_1_x86_64", MUSL),
        ("cp311-none-musllinux_1_2_x86_64", MUSL),
        ("py3-none-musllinux_1_1_x86_64", MUSL),
        ("cp311-none-any", MUSL),
        ("py3-none-any", MUSL),
        ("py2.py3-none-any", MUSL),
        ("py37-none-any", MUSL),
        ("cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64", ARM),
        ("cp38-cp38-musllinux_1_1_x86_64", OLD_MUSL),
        ("cp311-cp311-manylinux_2_36_x86_64", GLIBC),
        ("cp311-cp311-manylinux1_x86_64", GLIBC),
        ("CP311-CP311-ManyLinux2014_x86_64", GLIBC),
        ("cp314-cp314t-musllinux_1_2_x86_64", NO_GIL),
        ("cp314-abi3t-musllinux_1_2_x86_64", NO_GIL),
        ("cp314-none-any", NO_GIL),
    ],
)
def test_a_wheel_fits(tags, target):
    fit = place(wheel(tags), target, PLAIN)
    assert isinstance(fit, Fits)
    assert target.tags[fit.tag] == fit.rank
    assert all(part in given.split(".") for part, given in zip(fit.tag.split("-"), tags.lower().split("-"), strict=True))


@pytest.mark.parametrize(
    ("tags", "target", "miss", "detail"),
    [
        ("cp311-cp311-win_amd64", MUSL, Miss.OS, "for Windows"),
        ("cp311-cp311-win32", MUSL, Miss.OS, "for Windows"),
        ("cp311-cp311-macosx_10_9_universal2", MUSL, Miss.OS, "for macOS"),
        ("cp313-cp313-ios_13_0_arm64_iphoneos", MUSL, Miss.OS, "for iOS"),
        ("cp313-cp313-android_24_x86_64", MUSL, Miss.OS, "for Android"),
        ("cp311-cp311-pyodide_2024_0_wasm32", MUSL, Miss.OS, "for Pyodide"),
        ("cp311-cp311-freebsd_14_amd64", MUSL, Miss.OS, "for FreeBSD"),
        ("cp311-cp311-haiku_r1", MUSL, Miss.OS, "for haiku_r1"),
        ("pp310-pypy310_pp73-musllinux_1_2_x86_64", MUSL, Miss.IMPLEMENTATION, "for PyPy"),
        ("graalpy311-graalpy240_311_native-manylinux_2_17_x86_64", MUSL, Miss.IMPLEMENTATION, "for GraalPy"),
        ("ip27-none-any", MUSL, Miss.IMPLEMENTATION, "for IronPython"),
        ("cp311-cp311-musllinux_1_2_aarch64", MUSL, Miss.ARCH, "for aarch64"),
        ("cp311-cp311-manylinux2014_i686", GLIBC, Miss.ARCH, "for i686"),
        ("cp311-cp311-linux_armv7l", MUSL, Miss.ARCH, "for armv7l"),
        ("cp310-cp310-musllinux_1_2_x86_64", MUSL, Miss.PYTHON, "for Python 3.10"),
        ("cp312-cp312-musllinux_1_2_x86_64", MUSL, Miss.PYTHON, "for Python 3.12"),
        ("cp312-abi3-musllinux_1_2_x86_64", MUSL, Miss.PYTHON, "for Python 3.12 or later"),
        ("py312-none-any", MUSL, Miss.PYTHON, "for Python 3.12 or later"),
        ("cp310-none-any", MUSL, Miss.PYTHON, "for Python 3.10"),
        ("py2-none-any", MUSL, Miss.PYTHON, "for Python 2"),
        ("cp27-cp27mu-manylinux1_x86_64", GLIBC, Miss.PYTHON, "for Python 2.7"),
        ("cp39.cp310-none-any", MUSL, Miss.PYTHON, "for Python 3.10"),
        ("cp310-cp310-manylinux_2_17_x86_64", MUSL, Miss.PYTHON, "for Python 3.10"),
        ("cp311-cp311t-musllinux_1_2_x86_64", MUSL, Miss.ABI, "only for free-threaded Python"),
        ("cp314-cp314-musllinux_1_2_x86_64", NO_GIL, Miss.ABI, "not for free-threaded Python"),
        ("cp39-abi3-musllinux_1_2_x86_64", NO_GIL, Miss.ABI, "not for free-threaded Python"),
        ("cp311-abi3t-musllinux_1_2_x86_64", MUSL, Miss.ABI, "only for free-threaded Python"),
        ("cp311-cp311d-musllinux_1_2_x86_64", MUSL, Miss.ABI, "for a debug build of Python"),
        ("cp311-cp310-musllinux_1_2_x86_64", MUSL, Miss.ABI, "for the ABI cp310"),
        ("py3-abi3-musllinux_1_2_x86_64", MUSL, Miss.ABI, "pip takes no py3-abi3-musllinux_1_2_x86_64 here"),
        ("cp311-cp311-any", MUSL, Miss.ABI, "pip takes no cp311-cp311-any here"),
        ("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", MUSL, Miss.LIBC, "glibc wheel (manylinux_2_17_x86_64)"),
        ("cp311-cp311-manylinux2014_x86_64", MUSL, Miss.LIBC, "glibc wheel (manylinux2014_x86_64)"),
        ("py3-none-manylinux_2_28_x86_64", MUSL, Miss.LIBC, "glibc wheel (manylinux_2_28_x86_64)"),
        ("cp311-abi3-musllinux_1_2_x86_64", GLIBC, Miss.LIBC, "musl wheel (musllinux_1_2_x86_64)"),
        ("cp314-cp314t-manylinux_2_28_x86_64", NO_GIL, Miss.LIBC, "glibc wheel (manylinux_2_28_x86_64)"),
        ("cp311-cp311-manylinux_2_41_x86_64", GLIBC, Miss.LIBC_VERSION, "needs glibc 2.41, the image has 2.36"),
        ("cp311-cp311-manylinux_2_41_x86_64.manylinux_2_38_x86_64", GLIBC, Miss.LIBC_VERSION, "needs glibc 2.38, the image has 2.36"),
        ("cp38-cp38-musllinux_1_2_x86_64", OLD_MUSL, Miss.LIBC_VERSION, "needs musl 1.2, the image has 1.1"),
    ],
)
def test_a_wheel_misses_for_a_reason(tags, target, miss, detail):
    assert place(wheel(tags), target, PLAIN) == Misfit(miss, detail)


def test_the_nearest_of_several_misses_is_told():
    several = "cp310.cp311-cp310.cp311-macosx_11_0_arm64.manylinux_2_17_aarch64.manylinux_2_17_x86_64"
    assert place(wheel(several), MUSL, PLAIN) == Misfit(Miss.LIBC, "glibc wheel (manylinux_2_17_x86_64)")


@pytest.mark.parametrize(
    ("filename", "miss", "detail"),
    [
        ("foo-1.0-cp311-none-win32.egg", Miss.FORMAT, "pip does not install .egg files"),
        ("foo-1.0.win32-py2.7.exe", Miss.FORMAT, "pip does not install .exe files"),
        ("foo-1.0-1.noarch.rpm", Miss.FORMAT, "pip does not install .rpm files"),
        ("foo-1.0.tar.zst", Miss.FORMAT, "pip does not install .zst files"),
        ("foo-1.0.macosx10.9-x86_64.zip", Miss.FORMAT, "a built archive for macOS"),
        ("foo-1_0", Miss.FORMAT, "pip does not install such files"),
        (
            "foo-1.0-cp313-cp313-manylinux_2_27_x86_64-x86_64_v3.whl",
            Miss.VARIANT,
            "a wheel variant (x86_64_v3), which pip does not install yet",
        ),
        ("foo-1.0-2-cp313-cp313-musllinux_1_2_x86_64-null.whl", Miss.VARIANT, "a wheel variant (null), which pip does not install yet"),
        ("foo-1.0-py3.12-none-any.whl", Miss.NAME, "py3.12-none-any is no set of tags"),
        ("foo-1.0-py3-none-.whl", Miss.NAME, "py3-none- is no set of tags"),
        ("foo-1.0-py3-none-any.any..whl", Miss.NAME, "py3-none-any.any. is no set of tags"),
        ("foo-2004d?-py3-none-any.whl", Miss.NAME, "'2004d?' is no version"),
        ("foo-1.0-any.whl", Miss.NAME, "its name has not the parts of a wheel's"),
        ("foo-1.0-build-py3-none-any-x-y.whl", Miss.NAME, "its name has not the parts of a wheel's"),
        ("foo-1.0-x1-py3-none-any.whl", Miss.NAME, "its name has not the parts of a wheel's"),
        ("f__o-1.0-py3-none-any.whl", Miss.NAME, "'f__o' is no project's name"),
        ("bar-1.0-py3-none-any.whl", Miss.NAME, "a file of another project, bar"),
        ("foo-bar-1.0.tar.gz", Miss.NAME, "'bar-1.0' is no version"),
        ("bar-1.0.tar.gz", Miss.NAME, "a file of another project"),
        ("foo.tar.gz", Miss.NAME, "a file of another project"),
        ("foo-1.0-py2.7.tar.gz", Miss.PYTHON, "for Python 2.7"),
    ],
)
def test_a_file_is_not_for_pip_at_all(filename, miss, detail):
    assert place(file(filename), MUSL, PLAIN) == Misfit(miss, detail)


@pytest.mark.parametrize("suffix", ["tar.gz", "zip", "tar.bz2", "tgz", "tar.xz", "tar", "tbz", "txz", "tlz", "tar.lz", "tar.lzma"])
def test_every_archive_that_pip_unpacks_is_an_sdist(suffix):
    assert place(file(f"foo-1.0.{suffix}"), MUSL, PLAIN) == Fits("sdist", len(MUSL.tags))


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("Foo_Bar-1.0.tar.gz", "foo-bar"),
        ("foo.bar-1.0.tar.gz", "foo-bar"),
        ("foo-bar-1.0.tar.gz", "foo-bar"),
        ("foo-1-0-2.tar.gz", "foo-1-0"),
        ("foo-0.6c11.tar.gz", "foo"),
        ("foo-1!2.0.post1.dev3+local.1.zip", "foo"),
    ],
)
def test_an_sdist_of_old_is_read_by_its_projects_name(filename, name):
    assert isinstance(place(file(filename, name), MUSL, PLAIN), Fits)


def test_a_name_with_too_many_tags_is_refused():
    many = ".".join(f"cp{number}" for number in range(200))
    assert place(wheel(f"{many}-{many}-any"), MUSL, PLAIN) == Misfit(Miss.NAME, "its name has too many tags")


@pytest.mark.parametrize(
    ("stated", "fits"),
    [
        (">=3.8", True),
        (">=3.11.17", False),
        ("<3.11", False),
        (">=3.7,<3.12", True),
        ("!=3.11.*", False),
        ("~=3.10", True),
        ("==3.11.16", True),
        ("", True),
        (None, True),
        (">=3.8.*", True),
        ("three or so", True),
    ],
)
@pytest.mark.parametrize("filename", ["foo-1.0-py3-none-any.whl", "foo-1.0.tar.gz"])
def test_requires_python(filename, stated, fits):
    target = replace(MUSL, python_full="3.11.16")
    found = place(file(filename, requires_python=stated), target, PLAIN)
    assert isinstance(found, Fits) if fits else found == Misfit(Miss.REQUIRES_PYTHON, f"requires Python {stated}")
    assert isinstance(place(file(filename, requires_python=stated), target, Selection(ignore_requires_python=True)), Fits)


def test_a_pre_release_of_python_counts_as_its_release():
    target = aim("python:3.15-rc-alpine", "x86_64")
    assert isinstance(place(wheel("py3-none-any", requires_python=">=3.15"), target, PLAIN), Fits)


@pytest.mark.parametrize(
    ("only", "no", "wheels", "sdists"),
    [
        ((), (), True, True),
        ((":all:",), (), True, False),
        ((), (":all:",), False, True),
        (("foo",), (":all:",), True, False),
        ((":all:",), ("foo",), False, True),
        (("bar",), ("baz",), True, True),
    ],
)
def test_formats(only, no, wheels, sdists):
    selection = Selection(formats=FormatControl(no_binary=frozenset(no), only_binary=frozenset(only)))
    built = place(wheel("py3-none-any"), MUSL, selection)
    source = place(file("foo-1.0.tar.gz"), MUSL, selection)
    assert isinstance(built, Fits) if wheels else built == Misfit(Miss.EXCLUDED, "excluded by --no-binary")
    assert isinstance(source, Fits) if sdists else source == Misfit(Miss.EXCLUDED, "excluded by --only-binary")


CUTOFF = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("stated", "detail"),
    [
        ({"upload_time": "2025-12-31T23:59:59.999999Z"}, None),
        ({"upload_time": "2026-01-01T00:30:00+01:00"}, None),
        ({"upload_time": "2026-01-01T00:00:00Z"}, "uploaded 2026-01-01T00:00:00Z, not before 2026-01-01T00:00:00+00:00"),
        ({"upload_time": "2026-01-01T00:00:00"}, "uploaded 2026-01-01T00:00:00, not before 2026-01-01T00:00:00+00:00"),
        ({}, "the index does not state upload times"),
        ({"upload_time": "yesterday"}, "the index does not state upload times"),
        ({"url": "file:///wheels/foo-1.0-py3-none-any.whl"}, None),
    ],
)
def test_uploaded_prior_to(stated, detail):
    found = place(wheel("py3-none-any", **stated), MUSL, Selection(uploaded_prior_to=CUTOFF))
    assert isinstance(found, Fits) if detail is None else found == Misfit(Miss.EXCLUDED, detail)


def test_hashes():
    other = Misfit(Miss.EXCLUDED, "its hash is none of those required")
    stated = wheel("py3-none-any", hashes=("md5:1", "sha256:2"))
    assert isinstance(place(stated, MUSL, PLAIN, hashes=("sha256:2",)), Fits)
    assert isinstance(place(stated, MUSL, PLAIN, hashes=("sha256:3", "md5:1")), Fits)
    assert place(stated, MUSL, PLAIN, hashes=("sha256:3",)) == other
    assert isinstance(place(wheel("py3-none-any"), MUSL, PLAIN, hashes=("sha256:3",)), Fits)


def test_yanked():
    for reason, detail in (("broken", "yanked: broken"), ("", "yanked")):
        yanked = wheel("py3-none-any", yanked=reason)
        assert place(yanked, MUSL, PLAIN) == Misfit(Miss.YANKED, detail)
        assert isinstance(place(yanked, MUSL, PLAIN, pinned=True), Fits)


def test_what_the_name_says_comes_before_what_the_page_says():
    everything = {"requires_python": "<3", "yanked": "", "hashes": ("sha256:1",)}
    selection = Selection(formats=FormatControl(no_binary=frozenset({":all:"})))
    assert place(wheel("cp310-cp310-win32", **everything), MUSL, selection, hashes=("sha256:2",)).miss is Miss.OS
    assert place(wheel("py3-none-any", **everything), MUSL, selection, hashes=("sha256:2",)).miss is Miss.REQUIRES_PYTHON


def test_the_project_asked_for_may_be_given():
    assert isinstance(place(wheel("py3-none-any"), MUSL, PLAIN, "foo"), Fits)
    assert place(wheel("py3-none-any"), MUSL, PLAIN, "bar") == Misfit(Miss.NAME, "a file of another project, foo")


def names(shelf):
    return [placed.file.filename.removeprefix("foo-1.0-").removesuffix(".whl") for placed in shelf.placed]


def test_a_shelf_stands_in_pips_order_and_drops_nothing():
    files = [
        file("foo-1.0.tar.gz"),
        wheel("cp311-cp311-win_amd64"),
        wheel("py3-none-any"),
        wheel("cp310-cp310-musllinux_1_2_x86_64"),
        wheel("cp311-cp311-musllinux_1_1_x86_64"),
        wheel("cp39-abi3-musllinux_1_2_x86_64"),
        wheel("cp311-cp311-manylinux_2_17_x86_64"),
        wheel("cp311-cp311-musllinux_1_2_x86_64"),
        wheel("cp311-cp311-linux_x86_64"),
        wheel("py3-none-any", yanked="oops"),
    ]
    shelf = shelve(files, MUSL, PLAIN)
    assert names(shelf) == [
        "cp311-cp311-linux_x86_64",
        "cp311-cp311-musllinux_1_2_x86_64",
        "cp311-cp311-musllinux_1_1_x86_64",
        "cp39-abi3-musllinux_1_2_x86_64",
        "py3-none-any",
        "foo-1.0.tar.gz",
        "py3-none-any",
        "cp311-cp311-manylinux_2_17_x86_64",
        "cp310-cp310-musllinux_1_2_x86_64",
        "cp311-cp311-win_amd64",
    ]
    assert shelf.chosen is files[8]
    assert shelf.nearest.fit.miss is Miss.YANKED


def test_the_higher_build_number_wins_among_equal_tags():
    files = [wheel(f"{build}py3-none-any") for build in ("", "2-", "10-", "1-", "10b-", "10a-")]
    assert names(shelve(files, MUSL, PLAIN)) == [f"{build}py3-none-any" for build in ("10b-", "10a-", "10-", "2-", "1-", "")]
    assert place(files[4], MUSL, PLAIN).build == (10, "b")


def test_a_better_tag_beats_a_higher_build_number():
    files = [wheel("9-py3-none-any"), wheel("cp311-cp311-musllinux_1_2_x86_64")]
    assert shelve(files, MUSL, PLAIN).chosen is files[1]


def test_the_last_of_equals_wins():
    files = [wheel("py3-none-any", index=index) for index in ("first", "second")]
    assert shelve(files, MUSL, PLAIN).chosen is files[1]
    archives = [file("foo-1.0.zip"), file("foo-1.0.tar.gz")]
    assert shelve(archives, MUSL, PLAIN).chosen is archives[1]
    assert shelve(reversed(archives), MUSL, PLAIN).chosen is archives[0]


def test_a_pinned_yanked_file_comes_after_the_others():
    files = [wheel("cp311-cp311-musllinux_1_2_x86_64", yanked=""), file("foo-1.0.tar.gz")]
    assert shelve(files, MUSL, PLAIN).chosen is files[1]
    assert shelve(files, MUSL, PLAIN, pinned=True).chosen is files[1]
    assert shelve(files[:1], MUSL, PLAIN, pinned=True).chosen is files[0]
    assert shelve(files[:1], MUSL, PLAIN).chosen is None


def test_a_file_with_an_allowed_hash_comes_first():
    files = [
        wheel("cp311-cp311-musllinux_1_2_x86_64"),
        wheel("py3-none-any", hashes=("sha256:1",)),
        file("foo-1.0.zip", hashes=("sha256:2",)),
    ]
    shelf = shelve(files, MUSL, PLAIN, hashes=("sha256:1",))
    assert [placed.file for placed in shelf.placed] == [files[1], files[0], files[2]]


def test_nothing_on_the_shelf():
    shelf = shelve([], MUSL, PLAIN)
    assert (shelf.placed, shelf.chosen, shelf.nearest) == ((), None, None)


def test_one_file_on_several_targets():
    one = wheel("cp311-cp311-manylinux_2_17_x86_64.musllinux_1_1_x86_64")
    assert place(one, MUSL, PLAIN).tag == "cp311-cp311-musllinux_1_1_x86_64"
    assert place(one, GLIBC, PLAIN).tag == "cp311-cp311-manylinux_2_17_x86_64"
    assert place(one, ARM, PLAIN) == Misfit(Miss.ARCH, "for x86_64")


WORD = st.sampled_from(
    ["foo", "Foo_Bar", "f.o", "f__o", "1.0", "2!1.0rc1", "1.0+local.2", "x", "1", "2b", "", "py3", "py2.py3", "cp311", "3.12"]
)
TAG = st.sampled_from(["none", "abi3", "cp311", "any", "linux_x86_64", "musllinux_1_2_x86_64.musllinux_1_1_x86_64", "win32", "any.", "²"])


@given(st.lists(st.one_of(WORD, TAG), min_size=1, max_size=7).map(lambda parts: "-".join(parts) + ".whl"))
def test_a_wheels_name_is_read_as_packaging_reads_it(filename):
    try:
        name, _, build, tags = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        assert place(file(filename), MUSL, PLAIN).miss in (Miss.NAME, Miss.VARIANT)
        return
    found = place(file(filename, name), MUSL, PLAIN)
    ranks = [MUSL.tags[str(tag)] for tag in tags if str(tag) in MUSL.tags]
    if isinstance(found, Fits):
        assert (found.rank, found.build) == (min(ranks), build)
    else:
        assert ranks == []
        assert found.miss not in (Miss.NAME, Miss.VARIANT, Miss.FORMAT)


@given(st.lists(st.sampled_from(["foo", "Foo", "bar", "1.0", "2.0rc1", "py2", "x"]), min_size=1, max_size=4).map("-".join))
def test_an_sdists_name_is_the_project_and_a_version(stem):
    def is_version(text):
        try:
            Version(text)
        except InvalidVersion:
            return False
        return True

    heads = [stem[:at] for at in range(len(stem)) if stem[at] == "-" and canonicalize_name(stem[:at]) == "foo"]
    fits = isinstance(place(file(f"{stem}.tar.gz"), MUSL, PLAIN), Fits)
    assert fits == any(is_version(stem[len(head) + 1 :]) for head in heads[:1])


@pytest.mark.parametrize(
    ("tags", "nearest"),
    [
        (["cp36-cp36m-manylinux1_x86_64", "cp310-cp310-manylinux1_x86_64", "cp39-cp39-manylinux1_x86_64"], 1),
        (["cp27-cp27mu-manylinux1_x86_64", "cp36-cp36m-manylinux1_x86_64"], 1),
        (["cp39-cp39-manylinux1_x86_64", "cp312-cp312-manylinux1_x86_64"], 1),
        (["cp311-cp311-manylinux_2_34_x86_64", "cp311-cp311-manylinux_2_17_x86_64"], 1),
        (["cp310-cp310-musllinux_1_2_x86_64", "cp311-cp311-manylinux_2_34_x86_64"], 1),
        (["cp310-cp310-manylinux_2_17_x86_64", "cp310-cp310-musllinux_1_1_x86_64"], 1),
        (["cp312-cp312-win_amd64", "cp312-cp312-macosx_11_0_arm64"], 0),
    ],
)
def test_of_wheels_that_miss_alike_the_nearest_comes_first(tags, nearest):
    files = [wheel(each) for each in tags]
    assert shelve(files, MUSL, PLAIN).nearest.file is files[nearest]
