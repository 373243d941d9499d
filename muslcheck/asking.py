"""What is asked: arguments become manifests with all that they include, targets, and pip's options.

The first two steps of the story, and the address book for the third: nothing is settled here.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from muslcheck.alpine.images import aim, current_pythons, default_image, machines, with_pythons
from muslcheck.errors import UnknownImage, UsageError
from muslcheck.manifests import read, standard_input
from muslcheck.words.installer import PIP, Installer
from muslcheck.words.report import Problem
from muslcheck.words.requirement import IndexOptions, Selection

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from muslcheck.index import Index
    from muslcheck.words.requirement import Manifest, Requirement
    from muslcheck.words.target import Target

__all__ = [
    "aimed",
    "cache_folder",
    "connection",
    "constraints_of_builds",
    "for_other_pythons",
    "now",
    "options",
    "reader",
    "ruled_by",
    "several",
    "with_remote",
]


def reader(
    paths: Iterable[str | os.PathLike[str]],
    *,
    installed: bool | str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    constraints: Iterable[str | os.PathLike[str]],
    isolated: bool,
    uv: bool,
    build: bool,
    extras: tuple[str, ...],
    all_extras: bool,
    groups: tuple[str, ...],
    stage: str,
    build_args: Mapping[str, str] | None,
) -> Callable[..., tuple[Manifest, ...]]:
    """A function that reads all manifests, to be called with what is ``known`` of addresses; it raises ManifestError.

    With ``uv`` it is uv's variables that name files beside, where none are given, and not pip's settings.
    """
    from muslcheck.index.pipconfig import constraint_files, requirement_files

    environments = _places(installed)
    named = (*(() if uv else requirement_files(isolated=isolated)), *_texts(paths))
    return partial(
        read,
        named or (() if environments else (".",)),
        constraints=_beside(_texts(constraints), constraint_files(isolated=isolated, uv=uv)[0], uv=uv),
        installed=environments,
        build=build,
        extras=extras,
        all_extras=all_extras,
        groups=groups,
        stage=stage,
        build_args=build_args,
    )


def _beside(given: tuple[str, ...], told: tuple[str, ...], *, uv: bool) -> tuple[str, ...]:
    """Files that are given, and those that settings name: pip takes both, uv the latter where none are given."""
    return (given or told) if uv else (*given, *told)


def constraints_of_builds(files: Iterable[str | os.PathLike[str]], *, isolated: bool, uv: bool) -> tuple[Requirement, ...]:
    """What holds the requirements of builds (``--build-constraint``): of these files, and of those that settings name."""
    from muslcheck.index.pipconfig import constraint_files

    held = _beside(_texts(files), constraint_files(isolated=isolated, uv=uv)[1], uv=uv)
    return tuple(constraint for manifest in (read((), constraints=held) if held else ()) for constraint in manifest.constraints)


def connection(cache_dir: Path | None, *, offline: bool, refresh: bool) -> Callable[[IndexOptions], Index]:
    """A function that opens the wires to the indexes of some options."""

    def connect(asked: IndexOptions) -> Index:
        from muslcheck.index import Index

        return Index(asked, cache_dir=cache_dir, offline=offline, refresh=refresh)

    return connect


async def with_remote(
    read_all: Callable[..., tuple[Manifest, ...]], paths: Sequence[str | os.PathLike[str]], connect: Callable[[], Index]
) -> tuple[Manifest, ...]:
    """The manifests with what stands at the addresses that they include: asked for, and read again until nothing is wanted."""
    known: dict[str, bytes | str] = {"-": standard_input()} if "-" in paths else {}
    manifests = read_all(known=known)
    if not any(manifest.wanted for manifest in manifests):
        return manifests
    from muslcheck.loading import texts_at

    async with connect() as wires:
        while wanted := [address for manifest in manifests for address in manifest.wanted]:
            known |= await texts_at(wires, wanted)
            manifests = read_all(known=known)
    return manifests


def aimed(
    manifests: Iterable[Manifest], images: tuple[str, ...], versions: tuple[str, ...], arches: tuple[str, ...], *, matrix: bool
) -> tuple[tuple[Target, ...], tuple[Problem, ...]]:
    """The targets that are asked about: by what is said, else by the images that the manifests build on. Raises UnknownImage."""
    strange: tuple[Problem, ...] = ()
    if not images and not versions and not matrix:
        images, strange = _built_on(manifests)
    return _targets(images, versions, arches, matrix=matrix), strange


def _built_on(manifests: Iterable[Manifest]) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The images that the manifests name themselves, and those of them that are not known.

    For one with glibc the question is Alpine's image of the same Python.
    """
    images: dict[str, None] = {}
    strange: list[Problem] = []
    for manifest, name in ((each, name) for each in manifests for name in each.images):
        try:
            target = aim(name, "x86_64")
        except UnknownImage:
            hint = "Name the image whose Python and release it has: --image python:3.12-alpine."
            strange.append(Problem(manifest.path, f"it builds on {name}, of which nothing is known here: not judged for that", hint))
            continue
        images.setdefault(name if target.is_musl else default_image(f"{target.python[0]}.{target.python[1]}"))
    return tuple(images), tuple(strange)


def _targets(images: tuple[str, ...], versions: tuple[str, ...], arches: tuple[str, ...], *, matrix: bool) -> tuple[Target, ...]:
    """Every image on every architecture; with ``matrix`` all that are not said, else this interpreter's version and machine."""
    import platform
    import sys

    spanned = versions
    if matrix and not versions:
        import datetime

        spanned = current_pythons(datetime.datetime.fromisoformat(now()).date())
    named = [each for image in images for each in with_pythons(image, spanned)]
    if not images or (versions and all(with_pythons(image, versions) == (image,) for image in images)):
        named += [default_image(version) for version in spanned or (f"{sys.version_info.major}.{sys.version_info.minor}",)]
    return tuple(
        dict.fromkeys(
            aim(image, arch) for image in named for arch in arches or (machines(image) if matrix else None) or (platform.machine(),)
        )
    )


def options(
    manifests: Sequence[Manifest], index: IndexOptions | None, selection: Selection | None, *, isolated: bool
) -> tuple[IndexOptions, Selection]:
    """Take pip's settings, the caller's on top, then what stands in the manifests: the order in which pip takes them.

    Where uv installs, of what pip is told only the index counts, since that is where this machine has its files from.
    """
    from muslcheck.index.pipconfig import options_from_environment

    installer = PIP if selection is None else selection.installer
    indexes, chosen = options_from_environment(isolated=isolated, uv=installer.is_uv)
    indexes, chosen = indexes.overlaid(index or IndexOptions()), chosen.overlaid(selection or Selection())
    for manifest in manifests:
        stated = manifest.selection
        if manifest.kind == "requirements" and not installer.heeds_pre_in_files:
            stated = replace(stated, all_releases=stated.all_releases - {":all:"})
        indexes, chosen = indexes.then(manifest.index), chosen.overlaid(stated)
    addresses = (indexes.index_url or "", *indexes.extra_index_urls, *indexes.find_links, *(index for _, index in indexes.pinned))
    for address in (each for each in addresses if "://" in each and "[" in each):
        from muslcheck.manifests.display import shown
        from muslcheck.manifests.pep508 import is_malformed

        if is_malformed(address):
            raise UsageError(f"{shown(address)}: this address is malformed", "Write it as https://host/path.")
    if chosen.hashes_implied and not installer.implies_hashes:
        chosen = replace(chosen, require_hashes=False)
    return replace(indexes, first_index=installer.first_index), chosen


def ruled_by(installer: str | Installer | None, selection: Selection | None, *, isolated: bool) -> Selection | None:
    """A selection with the installer that is named, and with what uv's variables override. Raises UsageError for what names none."""
    selection = _named(installer, selection)
    if selection is None or not selection.installer.is_uv:
        return selection
    from muslcheck.index.pipconfig import override_files

    overrides, excluded = (
        tuple(each for manifest in (read(files) if files else ()) for each in manifest.requirements)
        for files in override_files(isolated=isolated)
    )
    if not overrides and not excluded:
        return selection
    return selection.overlaid(Selection(overrides=overrides, excluded=frozenset(each.name for each in excluded)))


def _named(installer: str | Installer | None, selection: Selection | None) -> Selection | None:
    if installer is None:
        return selection
    try:
        named = Installer.parse(installer) if isinstance(installer, str) else installer
    except ValueError as error:
        raise UsageError(f"installer: {error}", "Name pip or uv.") from error
    return replace(selection or Selection(), installer=named)


def for_other_pythons(manifests: Iterable[Manifest], targets: Iterable[Target]) -> tuple[Problem, ...]:
    """The targets whose Python a project's own ``requires-python`` rules out: pip refuses to install the project there."""
    pythons = dict.fromkeys((target.image, target.python_full) for target in targets)
    found = []
    for manifest in manifests:
        stated = None if manifest.locks else manifest.requires_python  # of a lock it is told as it is followed
        for image, python in pythons:
            if stated is not None and not stated.contains(python, prereleases=True):
                message = f"requires-python is {stated}, and {image} has Python {python}"
                found.append(Problem(manifest.path, message, "Name another image.", "conflict"))
    return tuple(found)


def cache_folder(folder: str | os.PathLike[str] | None, *, cache: bool) -> Path | None:
    """Where to keep what was fetched: the folder that is named, else the platform's; None where nothing is to be kept."""
    from pathlib import Path

    if not cache:
        return None
    if folder is not None:
        return Path(folder)
    from platformdirs import user_cache_path

    return user_cache_path("muslcheck", appauthor=False)


def several(value: str | Iterable[str]) -> tuple[str, ...]:
    """One word, or any number of words, as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value)


def _places(installed: bool | str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> tuple[str, ...]:  # noqa: FBT001  # as given
    """Where environments are; empty for this interpreter's."""
    from os import PathLike

    if isinstance(installed, bool):
        return ("",) if installed else ()
    return _texts((installed,) if isinstance(installed, (str, PathLike)) else installed)


def _texts(paths: Iterable[str | os.PathLike[str]]) -> tuple[str, ...]:
    from os import fspath

    return tuple(fspath(path) for path in paths)


def now() -> str:
    """The time of the report, UTC; ``SOURCE_DATE_EPOCH`` makes it repeatable."""
    import datetime
    import os

    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.datetime.fromtimestamp(int(epoch), datetime.UTC) if epoch.isdigit() else datetime.datetime.now(datetime.UTC)
    return now.isoformat(timespec="seconds").replace("+00:00", "Z")
