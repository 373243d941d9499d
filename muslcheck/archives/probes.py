"""Headers that setup.py looks for by name before it decides what to compile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muslcheck.archives.facts import Certainty, Seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.archives.container import Contents

__all__ = ["probed_headers"]

_PROBE = re.compile(r"""\w*(?:find|have|has|check|locate)_?\w*(?:include|header)\w*\([^()"']{0,80}["']([\w./+-]{1,80}\.h(?:pp|xx)?)["']""")


def probed_headers(contents: Contents) -> Iterator[Seen]:
    """Headers given by name to a function that is named for finding them (``find_include_file(self, "jpeglib.h")``).

    What becomes of the answer is up to the code: decided later. Headers that the sdist holds are left out.
    """
    text = contents.text("setup.py") or ""
    found: dict[str, int] = {}
    for match in _PROBE.finditer(text):
        found.setdefault(match[1], match.start())
    for header, at in found.items():
        if not any(name == header or name.endswith(f"/{header}") for name in contents.names):
            yield Seen(header, contents.where("setup.py", text.count("\n", 0, at) + 1), Certainty.DECIDED_LATER, "probe")
