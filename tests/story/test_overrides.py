"""What uv's tables replace, leave out and hold, wherever it is required."""

import pytest
from support.archives import sdist_bytes

PROJECT = '[project]\nname = "app"\nversion = "1"\ndependencies = ["top", "pinned==1.0"]\n[tool.uv]\n'


@pytest.fixture
def app(place):
    place.wheel("top", "1.0", requires=["deep<2", "unwanted", "elsewhere; sys_platform == 'win32'"])
    for version in ("1.0", "2.0"):
        place.wheel("deep", version)
        place.wheel("pinned", version)
    place.wheel("unwanted", "1.0", requires=["unwanted-too"])
    return place


def versions(place, table):
    place.write("pyproject.toml", PROJECT + table)
    report = place.both("pyproject.toml")[1]
    return {verdict.name: verdict.version for verdict in report}


def test_without_them(app):
    app.wheel("unwanted-too", "1.0")
    assert versions(app, "") == {"top": "1.0", "deep": "1.0", "pinned": "1.0", "unwanted": "1.0", "unwanted-too": "1.0"}


def test_overrides_count_whoever_requires_it_and_exclusions_too(app):
    table = 'override-dependencies = ["deep>=2", "pinned==2.0"]\nexclude-dependencies = ["unwanted"]\n'
    assert versions(app, table) == {"top": "1.0", "deep": "2.0", "pinned": "2.0"}


def test_an_override_counts_where_its_marker_holds(app):
    table = "override-dependencies = [\"deep==2.0; sys_platform == 'linux'\", \"deep==1.0; sys_platform != 'linux'\"]\n"
    assert versions(app, f'{table}exclude-dependencies = ["unwanted"]\n')["deep"] == "2.0"


def test_an_override_by_address(app):
    address = f"{app.server.url}/files/deep-2.0-py3-none-any.whl"
    table = f'override-dependencies = ["deep @ {address}"]\nexclude-dependencies = ["unwanted"]\n'
    assert versions(app, table)["deep"] == "2.0"


def test_builds_are_held_and_not_overridden(app):
    setup = "import pkg_resources\nfrom setuptools import setup\n\nsetup(name='old')\n"
    app.server.add("old", "old-1.0.tar.gz", sdist_bytes("old", "1.0", {"setup.py": setup}))
    app.wheel("setuptools", "84.0")
    text = '[project]\nname = "app"\nversion = "1"\ndependencies = ["old"]\n[tool.uv]\n'
    app.write("pyproject.toml", f'{text}override-dependencies = ["setuptools==80.0"]\n')
    assert app.both("pyproject.toml", status=1)[1]["old"].outcome.value == "fail"
    app.write("pyproject.toml", f'{text}build-constraint-dependencies = ["setuptools<82"]\n')
    assert app.both("pyproject.toml")[1]["old"].outcome.value == "build"
