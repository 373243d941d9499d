"""What building the project itself requires: ``[build-system]`` of its pyproject.toml (PEP 518), or what pip takes where there is none."""

from __future__ import annotations

import os

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests.pep508 import read_pep508
from muslcheck.words.requirement import Manifest, Origin

__all__ = ["read"]

_LEGACY = "setuptools>=40.8.0"
"""What pip requires of a project that does not say (``pyproject.py``)."""


def read(path: str) -> Manifest:
    """For a project's folder, or for a file in it. Raises ManifestError with every fault."""
    from muslcheck.manifests.files import load
    from muslcheck.manifests.pyproject import parse, read_build_requires

    folder = path if os.path.isdir(path) else os.path.dirname(path)
    stated, script = (os.path.normpath(os.path.join(folder, name)) for name in ("pyproject.toml", "setup.py"))
    if os.path.isfile(stated):
        document, places = parse(stated, load(stated))
        faults: list[Fault] = []
        requires = read_build_requires(stated, document, places, faults)
        if faults:
            raise ManifestError(tuple(faults))
        return Manifest(stated, "build", build=(read_pep508(_LEGACY, Origin(stated)),) if requires is None else requires)
    if os.path.isfile(script):
        return Manifest(script, "build", build=(read_pep508(_LEGACY, Origin(script)),))
    raise ManifestError(
        (Fault(path, None, "no project to build: neither pyproject.toml nor setup.py is there"),), "Name the project's folder."
    )
