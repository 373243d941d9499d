"""Shelves for many targets are those of each target alone."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from muslcheck.alpine.images import aim
from muslcheck.resolver import shelve
from muslcheck.resolver.shelves import Shelves
from muslcheck.words.installer import Installer
from muslcheck.words.release import DistFile, Kind
from muslcheck.words.requirement import FormatControl, Selection

IMAGES = ("python:3.10-alpine", "python:3.13-alpine", "python:3.13-alpine3.20", "python:3.13-slim", "alpine:3.23")
TARGETS = [aim(image, arch) for image, arch in itertools.product(IMAGES, ("x86_64", "aarch64", "armv7l", "riscv64"))]
PYTHONS = ("cp310-cp310", "cp313-cp313", "cp313-cp313t", "cp38-abi3", "py3-none", "pp310-pypy310_pp73")
PLATFORMS = (
    *("any", "win_amd64", "linux_x86_64", "linux_armv7l", "musllinux_1_1_x86_64", "musllinux_1_2_aarch64", "musllinux_1_3_armv7l"),
    *(
        "manylinux_2_17_x86_64.manylinux2014_x86_64",
        "manylinux_2_31_riscv64",
        "manylinux_2_17_x86_64.musllinux_1_1_x86_64",
        "macosx_11_0_arm64",
    ),
)
SELECTIONS = (
    Selection(),
    Selection(prefer_binary=True, ignore_requires_python=True),
    Selection(formats=FormatControl(no_binary=frozenset({"spam"}))),
    Selection(installer=Installer.parse("uv")),
)

wheels = st.builds("spam-1.0-{}-{}.whl".format, st.sampled_from(PYTHONS), st.sampled_from(PLATFORMS))
others = st.sampled_from(
    ["spam-1.0-1build-py3-none-any.whl", "SPAM-1.0-cp313-cp313-Linux_X86_64.whl", "spam-1.0.tar.gz", "spam-1.0.zip", "spam-1.0.exe"]
)


@st.composite
def releases(draw):
    names = draw(st.lists(wheels | others, max_size=12, unique=True))
    return tuple(
        DistFile(
            filename=name,
            name="spam",
            version="1.0",
            kind=Kind.WHEEL if name.endswith(".whl") else Kind.SDIST,
            url=f"https://files.example/{name}",
            hashes=("sha256:" + draw(st.sampled_from("ab")) * 64,),
            requires_python=draw(st.sampled_from([None, ">=3.12", "<3.12"])),
            yanked=draw(st.sampled_from([None, None, "bad"])),
        )
        for name in names
    )


@settings(max_examples=60, deadline=None)
@given(releases(), st.sampled_from(SELECTIONS), st.booleans(), st.sampled_from([(), ("sha256:" + "a" * 64,)]))
def test_a_shelf_is_the_same_beside_others(files, selection, pinned, hashes):
    shelves = Shelves()
    for target in TARGETS:
        alone = shelve(files, target, selection, "spam", pinned=pinned, hashes=hashes)
        assert shelves.shelve(files, target, selection, "spam", pinned=pinned, hashes=hashes) == alone
