"""Files of a release by the machine that they may be for: nothing that fits is left out, and targets that get the same share it."""

from dataclasses import replace

import pytest

from muslcheck.resolver.machines import ByMachine
from muslcheck.resolver.select import Offer
from muslcheck.words.installer import Installer
from muslcheck.words.release import DistFile, Kind, Project
from muslcheck.words.requirement import Selection

ARCHES = ("x86_64", "aarch64", "armv7l", "armv6l", "i686", "ppc64le", "riscv64", "s390x", "loongarch64")
PLATFORMS = ("win_amd64", "macosx_11_0_x86_64", "macosx_11_0_universal2", "ios_13_0_arm64_iphoneos", "android_21_x86_64", "any.win_amd64")


@pytest.fixture
def targets(musl, glibc):
    return [
        replace(each, arch=arch, python=(3, minor), python_full=f"3.{minor}.0", image=f"python:3.{minor}-{each.distribution}")
        for minor in (11, 12)
        for arch in ARCHES
        for each in (musl, glibc)
    ]


def page(*filenames):
    files = tuple(
        DistFile(name, "a", "1.0", Kind.WHEEL if name.endswith(".whl") else Kind.SDIST, f"https://files.example/{name}")
        for name in filenames
    )
    return Project("a", ("1.0",), lambda _: files)


def test_no_tag_of_a_target_is_left_out(targets):
    for target in targets:
        filenames = [f"a-1.0-{tag}.whl" for tag in target.tags]
        assert [file.filename for file in ByMachine().files(page(*filenames), "1.0", target)] == filenames


def test_wheels_for_others_are(musl, glibc):
    filenames = [f"a-1.0-cp312-cp312-{platform}.whl" for platform in PLATFORMS]
    both = "a-1.0-cp312-cp312-manylinux_2_17_x86_64.musllinux_1_2_x86_64.whl"
    project = page(*filenames, both, "a-1.0-cp312-cp312-Linux_x86_64.whl", "a-1.0.tar.gz", "a-1.0-cp312-cp312-musllinux_1_2_i686.whl")
    kept = [filenames[-1], both, "a-1.0-cp312-cp312-Linux_x86_64.whl", "a-1.0.tar.gz"]
    assert [file.filename for file in ByMachine().files(project, "1.0", musl)] == kept
    assert [file.filename for file in ByMachine().files(project, "1.0", glibc)] == kept


@pytest.mark.parametrize("installer", ["pip", "pip==25.0", "uv"])
def test_what_targets_share_fits_each_as_if_it_were_alone(targets, installer):
    selection = Selection(installer=Installer.parse(installer))
    names = [f"a-1.0-{python}.whl" for python in ("py3-none-any", "py2.py3-none-any", "py312-none-any", "cp311-none-any")]
    names += [f"a-1.0-{python}-{abi}-linux_x86_64.whl" for python, abi in (("cp311", "abi3"), ("py3", "none"))]
    names += [f"a-1.0-cp312-cp312-{libc}_{arch}.whl" for libc in ("musllinux_1_1", "manylinux2014", "linux") for arch in ARCHES[:3]]
    project = page(*names, "a-1.0.tar.gz")
    machines, placed = ByMachine(), {}
    for target in targets:
        alike = (target.python, target.libc, "" if target.is_musl else target.arch)
        together = Offer(
            project, target, selection, lambda version, on=target: machines.files(project, version, on), placed=placed.setdefault(alike, {})
        )
        alone = Offer(project, target, selection)
        assert together.fits("1.0") == alone.fits("1.0")
        assert [together.placed(file) for file in alone.fits("1.0")] == [alone.placed(file) for file in alone.fits("1.0")]
