"""What messages say is missing."""

import pytest

from muslcheck.alpine.apk import apk_for_library, apk_for_pkgconfig, apk_for_program
from muslcheck.alpine.spoken import named_as_missing
from muslcheck.alpine.tables import Table


@pytest.mark.parametrize(
    ("message", "kind", "name", "package"),
    [
        ("Can't find a local Berkeley DB installation.", "library", "Berkeley DB", "db-dev"),
        ("mysql_config not found", "program", "mysql_config", "mariadb-connector-c-dev"),
        ("Please install libxml2-dev first", "library", "libxml2", "libxml2-dev"),
        ("No Gcc installation detected", "program", "Gcc", "gcc"),
        ("could not find cairo.h", "header", "cairo.h", "cairo-dev"),
        ("Unable to find apxs", "program", "apxs", "apache2-dev"),
        ("libevent is required", "library", "libevent", "libevent-dev"),
        ("missing GDAL", "program", "GDAL", "gdal-dev"),
    ],
)
def test_what_is_missing_and_known(message, kind, name, package):
    (named,) = named_as_missing(message, "3.23")
    assert (named.kind, named.name) == (kind, name)
    assert package in named.apk.build


@pytest.mark.parametrize(
    "message",
    [
        "Python 3.12 is not supported, python3-dev is needed",
        "make sure that file is installed, find it with which",
        "libxml2 is too old",
        "libnobodyknows not found",
        "status 1",
        "",
    ],
)
def test_what_is_not_missing_or_not_known(message):
    assert named_as_missing(message, "3.23") == ()


def test_each_spoken_name_leads_to_packages():
    ways = {"lib": apk_for_library, "pc": apk_for_pkgconfig, "program": apk_for_program}
    for row in Table.load("spoken").rows("called", texts=("said", "src", *ways)):
        (kind,) = (way for way in ways if row.text(way))
        assert ways[kind](row.text(kind), "3.23") is not None, row
        assert row.text("src")
        assert named_as_missing(f"{row.text('said')} not found", "3.23"), row
