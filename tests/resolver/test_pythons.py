"""Requires-Python as pip reads it, and as uv does: without its upper bounds."""

from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from muslcheck.resolver.pythons import python_allowed, python_in

EVERY = [Version(f"3.{minor}.{patch}{more}") for minor, patch, more in product(range(5, 16), range(4), ("", ".1"))]
"""Pythons, and something between each two: nothing that a specifier of the tests tells apart lies closer together."""

BOUNDS = st.tuples(st.sampled_from((">=", ">", "<", "<=", "==", "!=", "~=")), st.integers(6, 14), st.integers(0, 3)).map(
    lambda each: f"{each[0]}3.{each[1]}.{each[2]}"
)
SERIES = st.tuples(st.sampled_from((">=", ">", "<", "<=", "~=")), st.integers(6, 14)).map(lambda each: f"{each[0]}3.{each[1]}")
WILD = st.tuples(st.sampled_from(("==", "!=")), st.integers(6, 14)).map(lambda each: f"{each[0]}3.{each[1]}.*")


@given(texts=st.lists(BOUNDS | SERIES | WILD, max_size=4), minor=st.integers(6, 14), patch=st.integers(0, 3))
def test_without_its_caps_any_older_python_will_do(texts, minor, patch):
    specifier, python = SpecifierSet(",".join(texts)), Version(f"3.{minor}.{patch}")
    allowed = [version for version in EVERY if version in specifier]
    assume(allowed)  # of what allows nothing at all uv would say yes
    assert python_in(specifier, python, caps=False) is (min(allowed) <= python)
    assert python_in(specifier, python, caps=True) is (python in allowed)


@given(text=st.text(alphabet="<>=!~^3.0*,' a", max_size=12), minor=st.integers(6, 14))
def test_no_text_is_too_odd(text, minor):
    for caps in (True, False):
        assert python_allowed(text, f"3.{minor}.1", caps=caps) in (True, False)


@pytest.mark.parametrize("full", ["3.13.0b1", "3.13.0rc2", "3.13.0"])
def test_a_prerelease_of_python_counts_as_its_release(full):
    assert python_allowed(">=3.13", full)
    assert python_allowed(">=3.13", full, caps=False)
    assert not python_allowed(">3.13.0", full)
    assert not python_allowed(">3.13.0", full, caps=False)
