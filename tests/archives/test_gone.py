"""The table of what is gone."""

import pytest

from muslcheck.archives.gone import gone, parse_gone

TOP = 'source = "wheels"\ndate = "2026-11"\n'
ROW = 'gone = [{of = "python", since = "3.12", modules = ["imp"], src = "What\'s New"}]'


def test_the_table_is_sound_and_holds_what_is_much_used():
    known = gone()
    assert known.modules["distutils"] == (3, 12)
    assert known.names["time.clock"] == (3, 8)
    assert known.setuptools["pkg_resources"] == 82
    assert known.c_api["PyUnicode_GET_SIZE"] == (3, 12)
    assert known.headers["longintrepr.h"] == (3, 11)
    assert known.new["tomllib"] == (3, 11)
    assert known.common < known.headers.keys()


def test_each_row_goes_to_its_list():
    text = TOP + (
        'gone = [{of = "setuptools", since = "82", names = ["pkg_resources"], src = "w"},'
        ' {of = "capi", since = "3.10", headers = ["node.h"], common = true, src = "i"}]\n'
        'new = [{python = "3.9", modules = ["zoneinfo"], src = "n"}]'
    )
    known = parse_gone(text)
    assert (known.setuptools, known.headers, known.common) == ({"pkg_resources": 82}, {"node.h": (3, 10)}, {"node.h"})
    assert known.new == {"zoneinfo": (3, 9)}
    assert parse_gone(TOP + ROW).modules == {"imp": (3, 12)}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('date = "2026-11"', "no source"),
        ('source = "wheels"', "no date"),
        (TOP + 'gone = [{of = "perl", since = "5.0", names = ["a"], src = "w"}]', "row 1 of gone: of, since and src"),
        (TOP + 'gone = [{of = "python", since = "3.12", modules = ["a"]}]', "row 1 of gone: of, since and src"),
        (TOP + 'gone = [{of = "python", modules = ["a"], src = "w"}]', "row 1 of gone: of, since and src"),
        (TOP + 'gone = [{of = "python", since = "3.12", src = "w"}]', "row 1 of gone: one list of modules or names"),
        (TOP + 'gone = [{of = "python", since = "3.12", headers = ["a.h"], src = "w"}]', "row 1 of gone: one list of modules or names"),
        (TOP + 'gone = [{of = "python", since = "3.12", modules = [], src = "w"}]', "row 1 of gone: one list"),
        (TOP + 'gone = [{of = "python", since = "3.12", modules = ["a"], why = "", src = "w"}]', "row 1 of gone: column why"),
        (TOP + 'gone = [{of = "python", since = "82", modules = ["a"], src = "w"}]', "row 1 of gone: version '82'"),
        (TOP + 'gone = [{of = "setuptools", since = "3.12", names = ["a"], src = "w"}]', "row 1 of gone: version '3.12'"),
        (TOP + 'gone = [{of = "capi", since = "3.9", names = ["a", "a"], src = "w"}]', "row 1 of gone: a second a"),
        (TOP + 'new = [{python = "3.9", modules = ["a"]}]', "row 1 of new: python, modules and src"),
        (TOP + 'new = [{python = "3", modules = ["a"], src = "n"}]', "row 1 of new: version '3'"),
    ],
)
def test_a_wrong_row_is_named(text, fault):
    with pytest.raises(ValueError, match=fault):
        parse_gone(text)
