"""What musl has, by version and machine, and which package has a library."""

import pytest
from support.elf import MACHINES

from muslcheck.alpine.musl import apk_for_soname, exported, in_other_version, is_musl_itself, only_in_glibc
from muslcheck.alpine.releases import alpine
from muslcheck.alpine.tables import TableFault

ARCHES = ("x86_64", "aarch64", "i686", "armv6l", "armv7l", "ppc64le", "s390x", "riscv64", "loongarch64")


@pytest.mark.parametrize("arch", ARCHES)
@pytest.mark.parametrize("musl", sorted({release.musl for release in alpine().values()}))
def test_every_release_and_machine_has_what_all_programs_use(musl, arch):
    names = exported(musl, arch)
    assert {"malloc", "printf", "pthread_create", "dlopen", "__errno_location", "stat64", "environ", "__stack_chk_fail"} <= names
    assert not {"__strcpy_chk", "__printf_chk", "gnu_get_libc_version", "__cxa_thread_atexit_impl", "backtrace"} & names
    assert 1690 < len(names) < 1800


@pytest.mark.parametrize(
    ("name", "since"),
    [("gettid", "1.2.2"), ("reallocarray", "1.2.2"), ("qsort_r", "1.2.3"), ("statx", "1.2.5"), ("renameat2", "1.2.6")],
)
def test_what_came_with_a_version(name, since):
    versions = ["1.1.24", "1.2.2", "1.2.3", "1.2.4", "1.2.5", "1.2.6"]
    assert [version for version in versions if name in exported(version, "x86_64")] == versions[versions.index(since) :]


def test_names_with_64_are_translated_by_the_loader_where_they_are_gone():
    assert exported("1.2.3", "x86_64") == exported("1.2.4", "x86_64")
    assert "open64" in exported("1.2.6", "aarch64")
    assert "fcntl64" not in exported("1.2.3", "x86_64") | exported("1.2.6", "x86_64")


def test_names_of_one_kind_of_machine():
    assert {arch for arch in ARCHES if "__clock_gettime64" in exported("1.2.5", arch)} == {"i686", "armv6l", "armv7l"}
    assert {arch for arch in ARCHES if "__aeabi_memcpy" in exported("1.2.5", arch)} == {"armv6l", "armv7l"}
    assert {arch for arch in ARCHES if "arch_prctl" in exported("1.2.5", arch)} == {"i686", "x86_64"}
    assert set(MACHINES) - {"arm"} <= set(ARCHES)


def test_a_version_that_is_none():
    with pytest.raises(TableFault, match="'rolling'"):
        exported("rolling", "x86_64")


@pytest.mark.parametrize(
    "soname", ["libc.so.6", "libc.musl-x86_64.so.1", "libc.so", "libm.so.6", "libpthread.so.0", "librt.so.1", "libdl.so.2"]
)
def test_what_the_loader_takes_for_musl(soname):
    assert is_musl_itself(soname)
    assert not only_in_glibc(soname)


@pytest.mark.parametrize(
    "soname",
    ["ld-linux-x86-64.so.2", "ld-linux-armhf.so.3", "ld64.so.2", "libresolv.so.2", "libcrypt.so.1", "libmvec.so.1", "libnss_files.so.2"],
)
def test_what_glibc_alone_has(soname):
    assert only_in_glibc(soname)
    assert not is_musl_itself(soname)


@pytest.mark.parametrize("soname", ["libcurl.so.4", "libmagic.so.1", "libz.so.1", "libstdc++.so.6", "libdlib.so", "libcrypto.so.3"])
def test_what_is_neither(soname):
    assert not only_in_glibc(soname)
    assert not is_musl_itself(soname)


def test_packages_of_libraries():
    assert apk_for_soname("libstdc++.so.6", "3.23") == ("libstdc++", True)
    assert apk_for_soname("libpanelw.so.6", "3.15") == ("ncurses-libs", True)
    assert apk_for_soname("libcurl.so.4", "3.23") == ("libcurl", False)
    assert apk_for_soname("libnobody.so.1", "3.23") is None


def test_a_library_that_alpine_has_in_another_version():
    assert apk_for_soname("libssl.so.1.1", "3.16") == ("libssl1.1", True)
    assert apk_for_soname("libssl.so.1.1", "3.23") is None
    assert in_other_version("libssl.so.1.1", "3.23") == "libssl.so.3"
    assert in_other_version("libssl.so.3", "3.23") is None
    assert in_other_version("libnobody.so.1", "3.23") is None
