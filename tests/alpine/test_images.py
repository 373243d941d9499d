"""What people write for an image, and what it means."""

import datetime
import platform
import sys

import pytest

from muslcheck.alpine.images import aim, current_pythons, default_image, known_images, machines, twin, with_pythons
from muslcheck.alpine.releases import alpine, architectures, python
from muslcheck.errors import InputError, UnknownImage
from muslcheck.words.target import Libc, Target

MUSL = Libc("musl", 1, 2)
NEWEST = [release for release in python().values() if release.is_final][-1]


def newest(minor):
    return python()[minor].newest


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("python:3.11-alpine", ((3, 11), newest("3.11"), MUSL, "alpine", python()["3.11"].alpine)),
        ("python:3.12-alpine3.22", ((3, 12), newest("3.12"), MUSL, "alpine", "3.22")),
        ("python:3.13.1-alpine", ((3, 13), "3.13.1", MUSL, "alpine", "3.21")),
        ("python:3.13.99-alpine", ((3, 13), "3.13.99", MUSL, "alpine", python()["3.13"].alpine)),
        ("python:3.11.4-slim", ((3, 11), "3.11.4", Libc("glibc", 2, 36), "debian", "12")),
        ("python:3.8.1-alpine", ((3, 8), "3.8.1", Libc("musl", 1, 1), "alpine", "3.12")),
        ("python:3.12.0rc1-alpine", ((3, 12), "3.12.0rc1", MUSL, "alpine", "3.18")),
        ("python:3.8-alpine", ((3, 8), "3.8.20", MUSL, "alpine", "3.20")),
        ("python:3.9-alpine", ((3, 9), "3.9.25", MUSL, "alpine", "3.22")),
        ("python:3.8-alpine3.12", ((3, 8), "3.8.20", Libc("musl", 1, 1), "alpine", "3.12")),
        ("python:3.8-alpine3.13", ((3, 8), "3.8.20", MUSL, "alpine", "3.13")),
        ("python:3.12-slim", ((3, 12), newest("3.12"), Libc("glibc", 2, 41), "debian", "13")),
        ("python:3.11-slim-bookworm", ((3, 11), newest("3.11"), Libc("glibc", 2, 36), "debian", "12")),
        ("python:3.13-bookworm", ((3, 13), newest("3.13"), Libc("glibc", 2, 36), "debian", "12")),
        ("python:3.9-slim-bullseye", ((3, 9), "3.9.25", Libc("glibc", 2, 31), "debian", "11")),
        ("python:3.8-buster", ((3, 8), "3.8.20", Libc("glibc", 2, 28), "debian", "10")),
        ("python:3.13", ((3, 13), newest("3.13"), Libc("glibc", 2, 41), "debian", "13")),
        ("python:3.15-rc-alpine", ((3, 15), "3.15.0rc1", MUSL, "alpine", python()["3.15"].alpine)),
        ("python:3.15.0rc1-alpine3.23", ((3, 15), "3.15.0rc1", MUSL, "alpine", "3.23")),
        ("alpine:3.23", ((3, 12), "3.12.12", MUSL, "alpine", "3.23")),
        ("alpine:3.23.2", ((3, 12), "3.12.12", MUSL, "alpine", "3.23")),
        ("alpine:3.12", ((3, 8), "3.8.3", Libc("musl", 1, 1), "alpine", "3.12")),
        ("alpine:edge", ((3, 14), alpine()["edge"].python3, MUSL, "alpine", "edge")),
        ("debian:bookworm", ((3, 11), "3.11.2", Libc("glibc", 2, 36), "debian", "12")),
        ("debian:bookworm-slim", ((3, 11), "3.11.2", Libc("glibc", 2, 36), "debian", "12")),
        ("debian:12", ((3, 11), "3.11.2", Libc("glibc", 2, 36), "debian", "12")),
        ("debian:12.5-slim", ((3, 11), "3.11.2", Libc("glibc", 2, 36), "debian", "12")),
        ("debian:trixie-20260101", ((3, 13), "3.13.5", Libc("glibc", 2, 41), "debian", "13")),
    ],
)
def test_a_tag_means(image, expected):
    target = aim(image, "x86_64")
    assert (target.python, target.python_full, target.libc, target.distribution, target.release) == expected
    assert (target.image, target.arch, target.free_threaded) == (image, "x86_64", False)


@pytest.mark.parametrize("image", ["python", "python:latest", "python:3", "python:slim", "python:3-slim", "python:alpine"])
def test_a_tag_without_a_minor_version_is_the_newest_final_python(image):
    assert aim(image, "x86_64").python_full == NEWEST.newest


@pytest.mark.parametrize("image", ["python:alpine3.23", "python:3-alpine3.23", "python:slim-bookworm", "python:bookworm"])
def test_a_tag_may_name_the_release_alone(image):
    assert aim(image, "x86_64").release in ("3.23", "12")


@pytest.mark.parametrize("image", ["alpine", "alpine:latest", "alpine:3"])
def test_the_latest_alpine_is_not_edge(image):
    assert aim(image, "x86_64").release == list(alpine())[-2]


def test_a_tag_without_rc_is_made_of_a_final_release():
    assert aim("python:3.15-alpine", "x86_64").python_full == "3.15.0"


@pytest.mark.parametrize(
    "image",
    [
        "docker://python:3.11-alpine",
        "library/python:3.11-alpine",
        "registry.example/library/python:3.11-alpine",
        "registry.example/python:3.11-alpine",
        "registry.example:5000/python:3.11-alpine",
        "host:5000/mirror/library/python:3.11-alpine",
        "localhost/python:3.11-alpine",
        "git.example/group/dependency_proxy/containers/python:3.11-alpine",
        "python:3.11-alpine@sha256:0123456789abcdef",
        "Python:3.11-Alpine",
    ],
)
def test_registry_mirror_and_digest_are_left_out_of_the_name(image):
    assert aim(image, "x86_64") == aim("python:3.11-alpine", "x86_64")


@pytest.mark.parametrize(
    ("image", "shown", "minor", "release"),
    [
        ("registry.example/acme/uv:python3.12-alpine", "acme/uv:python3.12-alpine", (3, 12), python()["3.12"].alpine),
        ("registry.example/acme/uv:0.9.2-python3.12-alpine3.22", "acme/uv:0.9.2-python3.12-alpine3.22", (3, 12), "3.22"),
        ("acme/uv:python3.13-bookworm-slim", "acme/uv:python3.13-bookworm-slim", (3, 13), "12"),
        ("acme/api:python3.11-slim", "acme/api:python3.11-slim", (3, 11), "13"),
        ("acme/python:3.11-alpine3.23", "acme/python:3.11-alpine3.23", (3, 11), "3.23"),
    ],
)
def test_an_image_of_others_may_say_what_it_is_built_on(image, shown, minor, release):
    target = aim(image, "x86_64")
    assert (target.image, target.python, target.release) == (shown, minor, release)


@pytest.mark.parametrize("image", ["arm64v8/python:3.11-alpine", "registry.example/arm64v8/python:3.11-alpine"])
def test_a_namespace_that_is_an_architecture_decides_it(image):
    assert aim(image, "x86_64") == aim("python:3.11-alpine", "aarch64")


def test_free_threaded():
    target = aim(default_image("3.13t"), "x86_64")
    assert (target.python, target.python_full, target.free_threaded) == ((3, 13), newest("3.13"), True)
    assert aim("python:3.14.2t-alpine", "x86_64").python_full == "3.14.2"
    assert twin(target).free_threaded
    assert twin(target) == aim("python:3.13t-slim", "x86_64")


def test_the_default_image():
    assert default_image("3.11") == "python:3.11-alpine"
    assert aim(default_image("3.11.4"), "x86_64").python_full == "3.11.4"


ARCHES = {
    "x86_64": ["x86_64", "amd64", "x64", "linux/amd64", "AMD64", "x86-64"],
    "aarch64": ["aarch64", "arm64", "arm64v8", "arm64/v8", "linux/arm64", "linux/arm64/v8"],
    "armv7l": ["armv7l", "armv7", "arm32v7", "arm/v7", "linux/arm/v7", "armv8l"],
    "armv6l": ["armv6l", "arm32v6", "arm/v6", "linux/arm/v6", "armhf"],
    "i686": ["i686", "x86", "i386", "386", "linux/386"],
    "ppc64le": ["ppc64le", "linux/ppc64le"],
    "s390x": ["s390x", "linux/s390x"],
    "riscv64": ["riscv64", "linux/riscv64"],
}


@pytest.mark.parametrize(("written", "meant"), [(written, meant) for meant, names in ARCHES.items() for written in names])
def test_an_architecture_by_any_name(written, meant):
    assert aim("python:3.11-alpine", written).arch == meant


def test_all_eight_architectures_of_the_alpine_image_are_known():
    assert set(architectures().images["python-alpine"]) == set(ARCHES)


def test_armhf_is_an_armv6_to_alpine_and_an_armv7_to_debian():
    assert aim("alpine:3.23", "armhf").arch == "armv6l"
    assert aim("python:3.11-slim", "armhf").arch == "armv7l"
    assert aim("debian:12", "armhf").arch == "armv7l"


def test_loongarch_is_for_alpine_itself():
    assert aim("alpine:3.23", "loongarch64").arch == "loongarch64"
    with pytest.raises(UnknownImage, match="no Python Alpine images") as caught:
        aim("python:3.11-alpine", "loongarch64")
    assert set(caught.value.nearest) == set(ARCHES)


@pytest.mark.parametrize(
    ("arch", "nearest"), [("amd46", "x86_64"), ("arm46", "aarch64"), ("armel", "armv7l"), ("pdp11", "x86_64"), ("", "x86_64")]
)
def test_an_unknown_architecture_names_the_nearest(arch, nearest):
    with pytest.raises(UnknownImage, match="no architecture is called that") as caught:
        aim("python:3.11-alpine", arch)
    assert nearest in caught.value.nearest
    assert nearest in caught.value.hint


def test_debian_has_no_image_for_an_armv6():
    with pytest.raises(UnknownImage, match="no Python Debian images"):
        aim("python:3.11-slim", "linux/arm/v6")


@pytest.mark.parametrize(
    ("image", "reason", "nearest"),
    [
        ("pyhton:3.11-alpin", "no image whose Python is known", "python:3.11-alpine"),
        ("python:3.11-alpne", "no release of Alpine or Debian is called 'alpne'", "python:3.11-alpine"),
        ("python:3.11-slim-bookwrom", "is called 'bookwrom'", "python:3.11-slim-bookworm"),
        ("python:3.11-alpine-slim-bookworm", "does not say on what", "python:3.11-slim-bookworm"),
        ("python:2.7-alpine", r"Python 2\.7 is not known here, only 3\.8 to 3\.15", f"python:{NEWEST.name}-alpine"),
        ("python:2-alpine", "Python 2 is not known here", f"python:{NEWEST.name}-alpine"),
        ("python:3.7-slim", r"Python 3\.7 is not known here", f"python:{NEWEST.name}-slim"),
        ("python:3.99-alpine", r"Python 3\.99 is not known here", f"python:{NEWEST.name}-alpine"),
        ("python:3.x-alpine", r"'3\.x' is no version of Python", f"python:{NEWEST.name}-alpine"),
        ("python:3.12t-alpine", r"3\.12 has no free-threaded build", f"python:{NEWEST.name}-alpine"),
        ("python:3.11-alpine3.99", r"Alpine 3\.99 is not known here, only 3\.12 to 3\.24 and edge", "python:3.11-alpine"),
        ("python:3.11-alpine3.12", r"Alpine 3\.12 ended before Python 3\.11 came", "python:3.11-alpine3.24"),
        ("python:3.8-alpine3.24", r"Alpine 3\.24 came after Python 3\.8 had ended", "python:3.8-alpine3.20"),
        ("python:3.14-slim-buster", r"Debian buster ended before Python 3\.14 came", "python:3.14-slim"),
        ("python:3.12-windowsservercore", "Windows", "python:3.12-alpine"),
        ("alpine:3.9", r"Alpine 3\.9 is not known here", "alpine:3.19"),
        ("debian:sid", "no release of Debian is called 'sid'", "debian:12"),
        ("debian:buster", r"its own Python 3\.7 is not known", "debian:bullseye"),
        ("ubuntu:24.04", "no image whose Python is known", f"python:{NEWEST.name}-alpine"),
        ("registry.example/acme/python:3.11", "whose image this is", "python:3.11"),
        ("python@sha256:0123", "a digest alone", "python:3.14-alpine@sha256:..."),
        ("", "this is no image", f"python:{NEWEST.name}-alpine"),
        ("registry.example/", "this is no image", f"python:{NEWEST.name}-alpine"),
        ("python:${VERSION}-alpine", "a variable in it has no value", f"python:{NEWEST.name}-alpine"),
    ],
)
def test_an_unknown_image_says_why_and_names_the_nearest(image, reason, nearest):
    with pytest.raises(UnknownImage, match=reason) as caught:
        aim(image, "x86_64")
    assert isinstance(caught.value, InputError)
    assert caught.value.asked == image
    assert nearest in caught.value.nearest
    assert "\n" not in str(caught.value)


def test_every_known_image_is_one():
    names = known_images()
    assert len(set(names)) == len(names)
    assert {f"python:{minor}{form}" for minor in python() for form in ("", "-slim", "-alpine")} <= set(names)
    for name in names:
        assert aim(name, "x86_64").image == name


def test_every_pair_of_the_official_tags_is_known():
    for minor in ("3.10", "3.11", "3.12", "3.13", "3.14"):
        assert {f"python:{minor}-alpine3.23", f"python:{minor}-alpine3.24"} <= set(known_images())


@pytest.mark.parametrize("arch", ARCHES)
def test_the_twin_differs_in_the_c_library_alone(arch):
    target = aim("python:3.11.4-alpine", arch)
    other = twin(target)
    assert (other.image, other.libc, other.distribution, other.release) == ("python:3.11-slim", Libc("glibc", 2, 41), "debian", "13")
    assert (other.python, other.python_full, other.arch) == (target.python, target.python_full, target.arch)


def test_the_twin_of_a_python_whose_support_has_ended_is_on_the_debian_it_had_last():
    assert twin(aim("python:3.8-alpine", "x86_64")).release == "12"


def test_the_twin_of_alpines_own_python_is_the_official_image():
    assert twin(aim("alpine:3.23", "x86_64")).image == "python:3.12-slim"


def test_a_target_with_glibc_is_its_own_twin():
    target = aim("python:3.11-slim", "x86_64")
    assert twin(target) is target


def test_nothing_is_asked_of_the_host(monkeypatch):
    before = aim("python:3.11-alpine", "arm64")

    def poison(*args, **kwargs):
        raise AssertionError("asked the host")

    for name in ("machine", "system", "libc_ver", "uname", "python_version", "architecture"):
        monkeypatch.setattr(platform, name, poison)
    monkeypatch.setattr(sys, "version_info", (2, 7, 18))
    after = aim("python:3.11-alpine", "arm64")
    monkeypatch.undo()
    assert after == before == Target("python:3.11-alpine", (3, 11), newest("3.11"), "aarch64", MUSL, "alpine", "3.24")


def test_the_current_pythons_are_final_and_not_at_their_end():
    assert current_pythons(datetime.date(2026, 11, 23)) == ("3.11", "3.12", "3.13", "3.14")
    assert current_pythons(datetime.date(2026, 10, 31)) == ("3.10", "3.11", "3.12", "3.13", "3.14")


VERSIONS = ("3.12", "3.13t")
OPEN = [
    ("python:slim", ("python:3.12-slim", "python:3.13t-slim")),
    ("python", ("python:3.12", "python:3.13t")),
    ("python:latest", ("python:3.12", "python:3.13t")),
    ("mirror.example:5000/library/python:alpine3.23", tuple(f"mirror.example:5000/library/python:{each}-alpine3.23" for each in VERSIONS)),
    ("python:3.11-slim", ("python:3.11-slim",)),
    ("python:3-slim", ("python:3-slim",)),
    ("alpine:3.23", ("alpine:3.23",)),
]


@pytest.mark.parametrize(("image", "images"), OPEN, ids=[image for image, _ in OPEN])
def test_an_image_that_leaves_the_python_open_takes_each(image, images):
    assert with_pythons(image, VERSIONS) == images
    assert with_pythons(image, ()) == (image,)


MACHINES = [("python:3.12-alpine", 8), ("python:3.12-slim", 7), ("alpine:3.23", 9), ("debian:13", 7), ("arm64v8/python:3.12-alpine", 1)]


@pytest.mark.parametrize(("image", "count"), MACHINES, ids=[image for image, _ in MACHINES])
def test_the_machines_of_an_image(image, count):
    found = machines(image)
    assert len(found) == count
    assert [aim(image, machine).arch for machine in found] == list(found)
