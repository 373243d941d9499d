"""A Python script with its dependencies in a comment at its head (PEP 723, inline script metadata)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests.files import decode
from muslcheck.manifests.pyproject import parse, read_strings
from muslcheck.words.requirement import Manifest

if TYPE_CHECKING:
    from muslcheck.manifests.asked import Asked

__all__ = ["read"]

_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")


def read(path: str, data: bytes, asked: Asked) -> Manifest:
    """What the ``script`` block requires. Raises ManifestError with every fault."""
    text = decode(data, path)[0].replace("\r\n", "\n")
    blocks = [found for found in _BLOCK.finditer(text) if found["type"] == "script"]
    if not blocks:
        raise ManifestError((Fault(path, None, "it has no script metadata (# /// script, PEP 723)"),), "Name a requirements file.")
    if len(blocks) > 1:
        line = text.count("\n", 0, blocks[1].start()) + 1
        raise ManifestError((Fault(path, line, "a second block of script metadata; there may be one only"),))
    # The lines before the block stay, empty, so that the parser counts right.
    before = "\n" * (text.count("\n", 0, blocks[0].start()) + 1)
    content = "\n".join(line.removeprefix("#").removeprefix(" ") for line in blocks[0]["content"].splitlines())
    document, places = parse(path, (before + content).encode())
    faults: list[Fault] = []
    dependencies, requires_python = read_strings(path, document, places, faults)
    if asked.extras or asked.groups:
        faults.append(Fault(path, None, "a script has no extras and no dependency groups"))
    if faults:
        raise ManifestError(tuple(faults))
    return Manifest(path=path, kind="script", requirements=tuple(dict.fromkeys(dependencies)), requires_python=requires_python)
