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
    assert known == ({"a": ("a", "b")}, {"a": ("a.h",)})


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
    ],
)
def test_a_wrong_row_is_named(text, fault):
    with pytest.raises(ValueError, match=fault):
        parse_brought(text)
