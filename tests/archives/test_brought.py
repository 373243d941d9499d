"""The table of what build requirements bring."""

import pytest

from muslcheck.archives.brought import brought, parse_brought

TOP = 'source = "wheels"\ndate = "2026-11"\n'


def test_the_table_is_sound_and_holds_what_is_much_used():
    known = brought()
    assert known.modules["setuptools"][0] == "setuptools"
    assert {"mesonpy", "mesonbuild"} <= {*known.modules["meson-python"]}
    assert known.headers["numpy"] == ("numpy",)
    assert "lxml" not in known.modules  # whatever it brings beside its headers is not said


def test_modules_come_by_itself_and_through_what_it_requires():
    known = parse_brought(TOP + 'brings = [{name = "a", modules = ["a"], through = ["b"], headers = ["a.h"], src = "wheel 1"}]')
    assert known == ({"a": ("a", "b")}, {"a": ("a.h",)}, {}, frozenset())


def test_what_gives_setuptools_no_packages():
    assert parse_brought(TOP + 'no_packages = {names = ["a"], src = "wheel 1"}').no_packages == {"a"}
    assert {"setuptools", "wheel"} <= brought().no_packages


def test_plugins_of_setuptools_have_a_last_release_that_needs_what_it_lost():
    known = parse_brought(TOP + 'plugins = [{name = "a", until = "6.0.1", imports = "pkg_resources", src = "wheel 6.0.1"}]')
    assert known.plugins == {"a": ((6, 0, 1), "pkg_resources")}
    assert brought().plugins["setuptools-scm"][1] == "pkg_resources"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('date = "2026-11"', "no source"),
        ('source = "wheels"', "no date"),
        (TOP + 'brings = [{name = "a", modules = ["a"]}]', "row 1: no name, no src"),
        (TOP + 'brings = [{name = "a", src = "wheel 1"}]', "row 1: no name, no src, or nothing"),
        (TOP + 'brings = [{name = "a", modules = "a", src = "wheel 1"}]', "row 1: column modules"),
        (TOP + 'brings = [{name = "a", modules = [], src = "wheel 1"}]', "row 1: column modules"),
        (TOP + 'brings = [{name = "a", modules = [""], src = "wheel 1"}]', "row 1: column modules"),
        (TOP + 'brings = [{name = "a", module = ["a"], src = "wheel 1"}]', "row 1: column module"),
        (TOP + 'brings = [{name = "a", modules = ["a"], src = "w"}, {name = "a", headers = ["a.h"], src = "w"}]', "row 2: a second a"),
        (TOP + 'no_packages = {names = ["a"]}', "no_packages: names and src"),
        (TOP + 'no_packages = {names = [""], src = "w"}', "no_packages: names and src"),
        (TOP + 'plugins = [{name = "a", until = "6", src = "w"}]', "plugin 1: name, until"),
        (TOP + 'plugins = [{name = "a", until = "six", imports = "b", src = "w"}]', "plugin 1: a second a, or until"),
    ],
)
def test_a_wrong_row_is_named(text, fault):
    with pytest.raises(ValueError, match=fault):
        parse_brought(text)
