"""The table of versions that suit one another."""

import pytest

from muslcheck.archives.suits import parse_suits, suits

TOP = 'source = "changelogs"\ndate = "2026-11"\n'
CYTHON = '[cython]\nsrc = "a"\nfirst_for = [{python = "3.12", cython = "0.29.34"}]\nfirst_early = [{python = "3.12", cython = "3.0.0b2"}]\n'
PYO3 = '[pyo3]\nsrc = "b"\nnewest_python = [{pyo3 = "0.22", python = "3.13"}]\n'
GCC = '[gcc]\nsrc = "c"\nfirst_with = {"c++20" = "10"}\n'


def test_the_table_is_sound_and_knows_the_pythons_of_today():
    known = suits()
    assert {(3, 12), (3, 13), (3, 14)} <= {python for python, _ in known.cython}
    assert known.gcc["c++20"] == (10,)


def test_versions_are_numbers():
    assert parse_suits(TOP + CYTHON + PYO3 + GCC) == (
        (((3, 12), (0, 29, 34)),),
        (((3, 12), ("b", 2)),),
        (((0, 22), (3, 13)),),
        {"c++20": (10,)},
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('date = "2026-11"', "no source"),
        ('source = "changelogs"', "no date"),
        (TOP + CYTHON + PYO3, "gcc: no table"),
        (TOP + CYTHON + PYO3 + "[gcc]\n", "gcc: no table, or no src"),
        (TOP + CYTHON.replace("first_for", "first") + PYO3 + GCC, "first_for: python and cython are asked for"),
        (TOP + CYTHON.replace("3.0.0b2", "3.0.1") + PYO3 + GCC, "no pre-release"),
        (TOP + CYTHON.replace("0.29.34", "new") + PYO3 + GCC, "first_for: 'new' is no version"),
        (TOP + CYTHON + PYO3 + GCC.replace('"10"', "10"), "first_with: 10 is no version"),
        (
            TOP + CYTHON + PYO3.replace('"3.13"}', '"3.13"}, {pyo3 = "0.29", python = "3.15"}') + GCC,
            "newest_python: not from the newest to the oldest",
        ),
    ],
)
def test_what_is_wrong_is_named(text, fault):
    with pytest.raises(ValueError, match=fault):
        parse_suits(text)
