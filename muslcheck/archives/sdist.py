"""An sdist read for its build: every reader of this room asked in turn, and their answers put together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from muslcheck.archives.build_environment import BuildEnvironment
from muslcheck.archives.build_system import backend_kind, read_build_system, refusals
from muslcheck.archives.container import open_archive
from muslcheck.archives.facts import SdistFacts
from muslcheck.archives.sdist_metadata import metadata_in
from muslcheck.archives.setup_py import SetupFacts, read_setup_py

if TYPE_CHECKING:
    from typing import BinaryIO

    from muslcheck.archives.container import Contents
    from muslcheck.words.target import Target

__all__ = ["inspect", "read"]


def read(file: BinaryIO, filename: str, target: Target) -> SdistFacts:
    """Open the archive and inspect it. Raises an ArchiveFailure."""
    return inspect(open_archive(file, filename), target)


def inspect(contents: Contents, target: Target) -> SdistFacts:
    """What an opened sdist says about its build on a target."""
    system = read_build_system(contents)
    kind = backend_kind(system.backend)
    setup = SetupFacts()
    if "setup.py" in contents.names and kind == "setuptools":
        requires = (*system.requires, *system.added)
        environment = BuildEnvironment(contents, target, requires, folder_on_path=system.legacy or bool(system.backend_path))
        setup = read_setup_py(contents, target, environment)
        known = {*system.requires, *system.added}
        system = replace(system, added=(*system.added, *(text for text in setup.setup_requires if text not in known)))
    return SdistFacts(
        filename=contents.filename,
        build_system=system,
        metadata=metadata_in(contents),
        extensions=setup.extensions,
        libraries=tuple(dict.fromkeys(setup.libraries)),
        programs=tuple(dict.fromkeys(setup.programs)),
        imports=tuple(dict.fromkeys(setup.imports)),
        raises=(*refusals(contents), *dict.fromkeys(setup.raises)),
        downloads=tuple(dict.fromkeys(setup.downloads)),
        marks=tuple(dict.fromkeys(setup.marks)),
        source_files=tuple(sorted(contents.counts.items())),
        unread=tuple(dict.fromkeys(setup.unread)),
    )
