"""A target's tags and markers: pip's own, for that Python and machine, and nothing of the host's."""

import os
import platform
import sys
import sysconfig
from itertools import chain

import packaging
import pytest
from packaging import _manylinux, _musllinux, tags
from packaging.markers import default_environment  # noqa: TID251 - its keys are compared, its values are the host's
from packaging.version import Version

from muslcheck.words.installer import PIP, UV, Installer
from muslcheck.words.target import Libc, Target

ALPINE_ARCHES = ("x86_64", "aarch64", "armv7l", "armv6l", "i686", "ppc64le", "s390x", "riscv64", "loongarch64")
PYTHONS = tuple((3, minor) for minor in range(8, 16))
LIBCS = (Libc("musl", 1, 1), Libc("musl", 1, 2), Libc("glibc", 2, 28), Libc("glibc", 2, 31), Libc("glibc", 2, 36), Libc("glibc", 2, 41))


def make(python=(3, 11), arch="x86_64", libc=LIBCS[1], *, free_threaded=False, image="an:image"):
    return Target(image, python, f"{python[0]}.{python[1]}.4", arch, libc, "alpine", "3.23", free_threaded)


def packaging_platforms(target, monkeypatch):
    """The platform tags that packaging finds on such a machine, told what it would find out there by itself."""
    libc = target.libc
    monkeypatch.setattr(sysconfig, "get_platform", lambda: f"linux-{target.arch}")
    monkeypatch.setattr(_manylinux, "_get_manylinux_module", lambda: None)
    monkeypatch.setattr(_manylinux, "_is_linux_armhf", lambda executable: True)
    monkeypatch.setattr(_manylinux, "_is_linux_i686", lambda executable: True)
    glibc = _manylinux._GLibCVersion(libc.major, libc.minor) if libc.name == "glibc" else _manylinux._GLibCVersion(-1, -1)
    musl = _musllinux._MuslVersion(libc.major, libc.minor) if libc.name == "musl" else None
    monkeypatch.setattr(_manylinux, "_get_glibc_version", lambda: glibc)
    monkeypatch.setattr(_musllinux, "_get_musl_version", lambda executable: musl)
    return list(tags._linux_platforms(is_32bit=False))


def packaging_tags(target, platforms):
    suffix = "t" if target.free_threaded else ""
    own = f"cp{target.python[0]}{target.python[1]}"
    return [
        str(tag)
        for tag in chain(
            tags.cpython_tags(target.python, [own + suffix], platforms),
            tags.compatible_tags(target.python, own, platforms),
        )
    ]


needs_new_order = pytest.mark.skipif(Version(packaging.__version__) < Version("26.3"), reason="linux_ tags came last before packaging 26.3")


@needs_new_order
@pytest.mark.parametrize("libc", LIBCS, ids=str)
@pytest.mark.parametrize("arch", ALPINE_ARCHES)
def test_every_python_has_the_tags_that_packaging_finds_there_in_that_order(arch, libc, monkeypatch):
    for python in PYTHONS:
        for free_threaded in (False, True) if python >= (3, 13) else (False,):
            target = make(python, arch, libc, free_threaded=free_threaded)
            assert list(target.tags) == packaging_tags(target, packaging_platforms(target, monkeypatch))


@needs_new_order
@pytest.mark.parametrize("libc", LIBCS, ids=str)
@pytest.mark.parametrize("arch", ALPINE_ARCHES)
def test_for_older_pips_and_uv_the_plain_tags_come_last(arch, libc, monkeypatch):
    target = make(arch=arch, libc=libc)
    plain, *others = packaging_platforms(target, monkeypatch)
    for installer in (UV, Installer("pip", (26, 2))):
        assert list(target.tags_for(installer)) == packaging_tags(target, [*others, plain])
    assert target.tags_for(PIP) == target.tags


def test_ranks_count_from_the_best():
    ranks = make().tags
    assert list(ranks.values()) == list(range(len(ranks)))
    assert ranks["cp311-cp311-linux_x86_64"] == 0
    assert next(reversed(ranks)) == "py30-none-any"


@pytest.mark.parametrize(
    ("libc", "accepted"),
    [
        (Libc("musl", 1, 1), ["linux", "musllinux_1_1", "musllinux_1_0"]),
        (Libc("musl", 1, 2), ["linux", "musllinux_1_2", "musllinux_1_1", "musllinux_1_0"]),
    ],
)
def test_a_musl_takes_what_was_built_for_an_older_one(libc, accepted):
    found = [tag for tag in make(libc=libc).tags if tag.startswith("cp311-cp311-")]
    assert found == [f"cp311-cp311-{name}_x86_64" for name in accepted]


@pytest.mark.parametrize(
    ("arch", "glibc", "last"),
    [("x86_64", 36, "manylinux1"), ("i686", 28, "manylinux1"), ("aarch64", 41, "manylinux2014"), ("riscv64", 41, "manylinux2014")],
)
def test_the_older_names_of_manylinux_stand_behind_the_new(arch, glibc, last):
    found = [
        tag.removeprefix("cp311-cp311-") for tag in make(arch=arch, libc=Libc("glibc", 2, glibc)).tags if tag.startswith("cp311-cp311-")
    ]
    assert found[:2] == [f"linux_{arch}", f"manylinux_2_{glibc}_{arch}"]
    assert found[found.index(f"manylinux_2_17_{arch}") + 1] == f"manylinux2014_{arch}"
    assert found[-1] == f"{last}_{arch}"


def test_an_armv6_takes_no_manylinux_wheel():
    found = make(arch="armv6l", libc=Libc("glibc", 2, 36)).tags
    assert "cp311-cp311-linux_armv6l" in found
    assert not [tag for tag in found if "manylinux" in tag or "armv7l" in tag]


def test_a_free_threaded_python_takes_its_own_abis_only():
    found = make((3, 14), free_threaded=True).tags
    assert {"cp314-cp314t-musllinux_1_2_x86_64", "cp314-abi3t-linux_x86_64", "cp314-none-any", "py3-none-any"} <= set(found)
    assert not [tag for tag in found if "-abi3-" in tag or "-cp314-" in tag]


def test_tags_cannot_be_changed():
    with pytest.raises(TypeError):
        make().tags["py3-none-any"] = 0


def test_the_markers_are_those_that_pip_knows():
    assert set(make().markers) == set(default_environment())


@pytest.mark.parametrize("arch", ALPINE_ARCHES)
def test_the_markers_speak_for_the_image(arch):
    markers = make((3, 9), arch).markers
    assert markers["platform_machine"] == arch
    assert markers["python_version"] == "3.9"
    assert markers["python_full_version"] == markers["implementation_version"] == "3.9.4"
    assert (markers["platform_release"], markers["platform_version"]) == ("", "")
    assert (markers["os_name"], markers["sys_platform"], markers["platform_system"]) == ("posix", "linux", "Linux")
    assert (markers["implementation_name"], markers["platform_python_implementation"]) == ("cpython", "CPython")


def test_nothing_is_asked_of_the_host(monkeypatch):
    fresh, same = (make((3, 13), "s390x", Libc("glibc", 2, 39), image=image) for image in ("asked:poisoned", "asked:before"))
    expected = dict(same.tags), dict(same.markers)

    def poison(*args, **kwargs):
        raise AssertionError("asked the host")

    for module in (platform, sysconfig):
        for name in module.__all__ if hasattr(module, "__all__") else [each for each in dir(module) if not each.startswith("_")]:
            if callable(getattr(module, name)):
                monkeypatch.setattr(module, name, poison)
    monkeypatch.setattr(os, "uname", poison)
    monkeypatch.setattr(os, "confstr", poison)
    monkeypatch.setattr(sys, "version_info", (2, 7, 18))
    monkeypatch.setattr(sys, "platform", "plan9")
    found = dict(fresh.tags), dict(fresh.markers)
    monkeypatch.undo()
    assert found == expected


def test_a_target_is_named_by_image_and_machine():
    target = make(arch="aarch64", image="python:3.11-alpine")
    assert target.id == "python:3.11-alpine/aarch64"
    assert target.is_musl
    assert str(target.libc) == "musl 1.2"


def test_targets_of_one_image_are_told_apart():
    targets = {make(arch=arch, libc=libc) for arch in ALPINE_ARCHES for libc in LIBCS}
    assert len(targets) == len(ALPINE_ARCHES) * len(LIBCS)
    assert len({tuple(target.tags) for target in targets}) == len(targets) - 3  # an armv6l has the same tags on any glibc
