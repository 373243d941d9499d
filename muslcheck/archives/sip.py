"""PyQt-builder's projects: the qmake that such a build runs, and the Qt modules that its bindings link."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muslcheck.archives.facts import Certainty, Seen

if TYPE_CHECKING:
    from muslcheck.archives.container import Contents

__all__ = ["read_sip"]

_BUILDER = re.compile(r"pyqt-?builder|pyqtbuild", re.IGNORECASE)
_MAJOR = re.compile(r"PyQt(\d)")
_BINDINGS = re.compile(r"(?:.*/)?(Qt(?!\d)\w+)/\1mod\.sip")
"""Bindings of a module of Qt's lie in a folder of its name."""
_QMAKE = {"4": "qmake", "5": "qmake", "6": "qmake6"}
"""What Qt calls its build tool, by major version."""


def read_sip(contents: Contents) -> tuple[tuple[Seen, ...], tuple[Seen, ...]]:
    """The programs that a project of PyQt-builder's runs, and the libraries that it links; both empty for any other project.

    The build asks qmake for each module of Qt's, and leaves out the bindings of those that are not there (PyQt-builder,
    ``PyQtBindings.is_buildable``): so a library is optional, qmake is not.
    """
    texts = [contents.text(name) or "" for name in ("pyproject.toml", "project.py")]
    if not any(_BUILDER.search(text) for text in texts):
        return (), ()
    major = next((found[1] for text in texts if (found := _MAJOR.search(text))), "6")
    where = contents.where("pyproject.toml")
    bindings = {found[1]: name for name in sorted(contents.names) if (found := _BINDINGS.fullmatch(name))}
    libraries = (Seen(f"Qt{major}{name[2:]}", contents.where(member), Certainty.OPTIONAL, "bindings") for name, member in bindings.items())
    return (Seen(_QMAKE.get(major, "qmake6"), where, Certainty.ALWAYS, "PyQt-builder"),), tuple(libraries)
