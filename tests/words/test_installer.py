"""Which installers can be asked about, and that their differences are what the documentation says."""

import pytest

from muslcheck.words.installer import PIP, UV, Installer
from muslcheck.words.requirement import FormatControl, Selection

DIFFERENCES = [name for name, value in vars(Installer).items() if isinstance(value, property)]


@pytest.mark.parametrize(
    ("text", "installer"),
    [
        ("pip", PIP),
        ("uv", UV),
        (" PIP ", PIP),
        ("pip==26.3", PIP),
        ("pip == 26.2", Installer("pip", (26, 2))),
        ("uv==0.13", UV),
        ("uv==0.12.5", Installer("uv", (0, 12, 5))),
    ],
)
def test_what_a_text_names(text, installer):
    assert Installer.parse(text) == installer


@pytest.mark.parametrize("installer", [PIP, UV, Installer("pip", (26, 2)), Installer("uv", (1, 0))], ids=str)
def test_its_text_names_it(installer):
    assert Installer.parse(str(installer).replace(" ", "==")) == installer


def test_pip_and_uv_differ_in_everything_that_is_told_of():
    same = [name for name in DIFFERENCES if getattr(PIP, name) == getattr(UV, name)]
    assert same == []
    assert len(DIFFERENCES) > 10


def test_older_pips_differ_in_the_order_of_tags_alone():
    old = Installer("pip", (26, 2, 9))
    assert [name for name in DIFFERENCES if getattr(PIP, name) != getattr(old, name)] == ["linux_first"]


def test_a_selection_keeps_the_installer_that_is_named():
    assert Selection(installer=UV).overlaid(Selection(prefer_binary=True)).installer == UV
    assert Selection().overlaid(Selection(installer=UV)).installer == UV


def test_what_is_asked_of_direct_references():
    formats = FormatControl(only_binary=frozenset({":all:"}))
    assert Selection(formats, prefer_binary=True).of_references() == Selection(ignore_requires_python=True)
    assert Selection(formats, installer=UV).of_references() == Selection(formats, ignore_requires_python=True, installer=UV)
