"""File names: what is a project's wheel or sdist, and of which version, exactly as pip sees it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import InvalidVersion, Version
from pip._internal.exceptions import InvalidWheelFilename
from pip._internal.index.package_finder import _extract_version_from_fragment
from pip._internal.models.link import Link
from pip._internal.models.wheel import Wheel
from pip._internal.utils.unpacking import SUPPORTED_EXTENSIONS

from muslcheck.index.freshness import lifetime
from muslcheck.index.pages import reduce_rows, version_in

ENDINGS = [
    ".tar.gz", ".tgz", ".tar", ".zip", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma", ".tar.Z", ".TAR.GZ", ".egg",
    ".exe", ".rpm", ".msi", ".tar.zst", ".gz", ".deb", "", "-py3-none-any.whl", "-1-py3-none-any.whl", "-py3-none-any-more-x.whl",
    "-py3.whl", "-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", ".macosx10.9-x86_64.zip", ".macosx10.tar.gz",
]  # fmt: skip


def as_pip_sees_it(filename, name):
    link = Link(f"https://files.example/{filename}")
    stem, extension = link.splitext()
    if extension not in SUPPORTED_EXTENSIONS or (extension == ".zip" and "macosx10" in link.path):
        return None
    if extension != ".whl":
        return _extract_version_from_fragment(stem, name)
    try:
        wheel = Wheel(filename)
    except InvalidWheelFilename:
        return None
    return wheel.version if wheel.name == name else None


def release(version):
    try:
        return None if version is None else Version(version)
    except InvalidVersion:
        return None


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    "stem", ["Foo_Bar-1.0", "foo.bar-1.0-2", "foo-bar-1.0", "foo--bar-1.0", "foo-1.0", "foo_bar-", "foo_bar", "foo-bar-baz-1.0"]
)
def test_as_pip(stem, ending):
    filename = stem + ending
    assert release(version_in(filename, "foo-bar", {})) == release(as_pip_sees_it(filename, "foo-bar"))


def test_a_wheel_whose_tags_make_no_sense_still_has_its_version():
    """Unlike pip, which knows no reasons: whether a wheel fits, and why not, is told elsewhere."""
    assert version_in("foo_bar-1.0-x-py3-none-any.whl", "foo-bar", {}) == "1.0"
    assert as_pip_sees_it("foo_bar-1.0-x-py3-none-any.whl", "foo-bar") is None


@given(
    spelt=st.text("aA-_.0", min_size=1, max_size=6).filter(lambda text: text.strip("-_.") == text),
    version=st.text("01.-+ab_rc", max_size=6),
    ending=st.sampled_from([".tar.gz", ".zip"]),
)
def test_an_sdist_as_pip_whatever_its_name(spelt, version, ending):
    filename = f"{spelt}-{version}{ending}"
    for name in ("a", "a-a", "a-0"):
        assert version_in(filename, name, {}) == as_pip_sees_it(filename, name)


def test_values_of_the_wrong_kind_count_as_not_stated():
    row = {
        "filename": "foo-1.0.tar.gz", "url": "x/foo-1.0.tar.gz#sha256=AB", "hashes": ["no"], "size": "big", "requires-python": 3,
        "upload-time": 5, "yanked": None, "core-metadata": {"md5": "1", "sha256": "2"},
    }  # fmt: skip
    page = reduce_rows([row], "https://index.example/simple/foo/", "foo")
    (file,) = page.files("1.0", "foo", "https://index.example/simple", "1.0")
    assert file.url == "https://index.example/simple/foo/x/foo-1.0.tar.gz"
    assert file.hashes == ("sha256:AB",)
    assert (file.size, file.requires_python, file.upload_time, file.yanked) == (None, None, None, None)
    assert file.sidecar == "sha256:2"


@pytest.mark.parametrize(
    ("older", "newer", "sidecar"),
    [
        (None, None, None),
        ({"sha256": "1"}, None, "sha256:1"),
        (True, False, None),
        (False, True, ""),
        ({"sha256": "1"}, {"sha256": "2"}, "sha256:2"),
    ],
)
def test_the_newer_name_of_the_sidecar_wins(older, newer, sidecar):
    """PEP 714; and the older one counts where the newer is not given."""
    row = {"filename": "foo-1.0.zip", "url": "https://x.example/foo-1.0.zip", "dist-info-metadata": older, "core-metadata": newer}
    page = reduce_rows([{key: value for key, value in row.items() if value is not None}], "https://index.example/", "foo")
    assert page.files("1.0", "foo", "", "1.0")[0].sidecar == sidecar


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40), st.randoms())
def test_the_order_of_a_page_changes_no_version(numbers, random):
    rows = [{"filename": f"foo-1.{n}.tar.gz", "url": f"https://x.example/foo-1.{n}.tar.gz"} for n in numbers]
    first = reduce_rows(rows, "https://index.example/", "foo")
    random.shuffle(rows)
    second = reduce_rows(rows, "https://index.example/", "foo")
    assert first.versions == second.versions == tuple(f"1.{n}" for n in sorted(set(numbers), reverse=True))
    assert sum(len(second.rows(version)) for version in second.versions) == len(numbers)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 600),
        ({"cache-control": 'Public, Max-Age="30"'}, 30),
        ({"cache-control": "max-age=30", "age": "x"}, 30),
        ({"cache-control": "max-age=30", "age": "40"}, 0),
        ({"cache-control": "max-age=oops"}, 600),
        ({"cache-control": "no-store, max-age=30"}, None),
        ({"cache-control": "max-age=30", "expires": "0"}, 30),
        ({"expires": "Thu, 01 Jan 1970 00:01:40 GMT"}, 90),
    ],
)
def test_freshness(headers, seconds):
    assert lifetime(headers, 10) == seconds
