"""numpy.distutils: extension modules that the setup.py of each package adds to a configuration, found without following it.

``setup(configuration=...)`` calls a function that imports the setup.py of every sub-package; what it lists depends on what the machine
has. What can be told without that: whether anything is added, in which languages, and whether BLAS or LAPACK has to be there. It went
away with Python 3.12.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muslcheck.archives.container import language_of
from muslcheck.archives.facts import Certainty, Extension, Seen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from muslcheck.archives.container import Contents

__all__ = ["configured", "looked_up"]

_ADDED = re.compile(r"\.\s*add_(?:extension|library)\s*\(")
_LOOKED_UP = re.compile(r"""\bget_info\s*\(\s*["'](lapack|blas)_(?:opt|ilp64_opt|src)["']""")
_REFUSED = re.compile(r"\braise\s+(?:\w+\.)?(?:Lapack|Blas)?NotFoundError\b")
_ASIDE = re.compile(r"(?:^|/)(?:tests?|examples?|docs?|benchmarks|tools)/")
_LANGUAGES = frozenset({"c", "c++", "fortran"})


def configured(contents: Contents, imported: Collection[str]) -> tuple[Extension, ...]:
    """One extension that stands for all that are added; none where numpy.distutils is not used, or nothing is."""
    if not any(name.startswith("numpy.distutils") for name in imported):
        return ()
    for member, text in _scripts(contents):
        if (found := _ADDED.search(text)) is not None:
            spoken = {language_of(name) for name in contents.names if not _ASIDE.search(name)}
            languages = tuple(sorted(language for language in spoken if language in _LANGUAGES)) or ("c",)
            where = contents.where(member, text.count("\n", 0, found.start()) + 1)
            return (Extension("", languages, Certainty.ALWAYS, where, made_by="numpy.distutils"),)
    return ()


def looked_up(contents: Contents) -> Iterator[Seen]:
    """BLAS and LAPACK, as ``system_info`` looks for them: surely needed where a script refuses to go on without."""
    for member, text in _scripts(contents):
        for found in _LOOKED_UP.finditer(text):
            where = contents.where(member, text.count("\n", 0, found.start()) + 1)
            yield Seen(found[1], where, Certainty.ALWAYS if _REFUSED.search(text) else Certainty.OPTIONAL)


def _scripts(contents: Contents) -> Iterator[tuple[str, str]]:
    """The setup.py of each package, the top's first; what numpy itself brings along to build others is none."""
    for member in sorted(contents.names, key=lambda name: (name.count("/"), name)):
        if (member == "setup.py" or member.endswith("/setup.py")) and not _ASIDE.search(member) and "distutils/" not in member:
            yield member, contents.text(member) or ""
