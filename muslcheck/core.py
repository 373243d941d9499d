"""The story: what is asked, aimed, settled, opened, judged, reported. The steps are those of ``docs/explanation/concepts.md``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muslcheck.alpine.images import aim, default_image, twin
from muslcheck.judge import Case, judge
from muslcheck.manifests import read
from muslcheck.words.release import Kind, Unread
from muslcheck.words.report import Problem, Report
from muslcheck.words.requirement import IndexOptions, Selection
from muslcheck.words.verdict import BuildRequirement, Outcome, Verdict

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from muslcheck.archives.facts import SdistFacts
    from muslcheck.loading import Loader
    from muslcheck.words.requirement import Manifest, Requirement
    from muslcheck.words.resolution import Candidate
    from muslcheck.words.target import Target

__all__ = ["acheck", "check"]


async def acheck(
    *paths: str | os.PathLike[str],
    image: str | Iterable[str] = (),
    python_version: str | Iterable[str] = (),
    arch: str | Iterable[str] = (),
    constraints: Iterable[str | os.PathLike[str]] = (),
    extras: Iterable[str] = (),
    all_extras: bool = False,
    groups: Iterable[str] = (),
    index: IndexOptions | None = None,
    selection: Selection | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
    cache: bool = True,
    offline: bool = False,
    refresh: bool = False,
    isolated: bool = False,
    tell: Callable[[str, int, int], None] | None = None,
) -> Report:
    """Judge every package that the manifests bring, on every target.

    ``paths`` are requirements files, ``pyproject.toml`` files or project directories (none: the current directory).
    ``image`` are Docker tags (``python:3.11-alpine``); ``python_version`` and ``arch`` are the short way to them. What is
    not said comes from this interpreter: its version and its machine's architecture. ``index`` and ``selection`` are laid
    over pip's own settings (none of them with ``isolated``), the options that stand in the manifests over both, as pip does.
    ``tell`` is called with the name being looked at, the number of answers had, and the number asked for.

    Raises :class:`~muslcheck.errors.InputError` for manifests, images and options that cannot be used. What cannot be
    had from the index is no exception: it is in the report's problems.
    """
    manifests = read(paths or (".",), constraints=constraints, extras=extras, all_extras=all_extras, groups=groups)
    targets = _targets(_several(image), _several(python_version), _several(arch))
    options, chosen = _options(manifests, index, selection, isolated=isolated)

    from muslcheck.index import Index
    from muslcheck.loading import Loader
    from muslcheck.resolver import Catalogue

    asked = _Asked(
        tuple(requirement for manifest in manifests for requirement in manifest.requirements),
        tuple(constraint for manifest in manifests for constraint in manifest.constraints),
        chosen,
    )
    async with Index(options, cache_dir=_cache_folder(cache_dir, cache=cache), offline=offline, refresh=refresh) as wires:
        loader = Loader(wires, Catalogue(), tell)
        loader.enter_directories(asked.requirements)
        await loader.explore(asked.requirements, asked.constraints, targets, asked.selection)
        verdicts = [verdict for target in targets for verdict in await _verdicts(asked, target, loader)]
    return Report(
        version=_version(),
        created=_now(),
        manifests=tuple(manifest.path for manifest in manifests),
        targets=targets,
        verdicts=tuple(sorted(verdicts, key=lambda v: (targets.index(v.target), v.name))),
        problems=tuple(dict.fromkeys([*(p for manifest in manifests for p in manifest.problems), *loader.problems])),
    )


def check(*paths: str | os.PathLike[str], **options: object) -> Report:
    """Judge every package that the manifests bring, on every target: :func:`acheck`, waited for.

    Takes the same arguments. It works inside a running event loop too (a notebook), on a thread of its own.
    """
    import asyncio

    work = acheck(*paths, **options)  # type: ignore[arg-type] # the same arguments, by definition
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be resolved, and by which rules."""

    requirements: tuple[Requirement, ...]
    constraints: tuple[Requirement, ...]
    selection: Selection


async def _verdicts(asked: _Asked, target: Target, loader: Loader, above: tuple[str, ...] = ()) -> list[Verdict]:
    """Settle what is asked on one target, and judge every candidate; ``above`` are the builds that this is a part of."""
    import asyncio

    resolution = await loader.settle(asked.requirements, asked.constraints, target, twin(target), asked.selection)
    return await asyncio.gather(*(_verdict(candidate, target, asked.selection, loader, above) for candidate in resolution.candidates))


async def _verdict(candidate: Candidate, target: Target, selection: Selection, loader: Loader, above: tuple[str, ...]) -> Verdict:
    """Open what no wheel covers, and judge."""
    facts: SdistFacts | Unread | None = None
    build: tuple[BuildRequirement, ...] = ()
    file = candidate.shelf.chosen
    if file is not None and file.kind is Kind.SDIST and candidate.blocker is None:
        facts = await loader.facts(file, target)
        if not isinstance(facts, Unread):
            build = await _build_requirements(facts, candidate, target, selection, loader, above)
    return judge(Case(candidate=candidate, target=target, facts=facts, build_requires=build))


async def _build_requirements(
    facts: SdistFacts, candidate: Candidate, target: Target, selection: Selection, loader: Loader, above: tuple[str, ...]
) -> tuple[BuildRequirement, ...]:
    """Judge what the build requires as pip's isolated build environment would get it (PEP 518): on its own, unconstrained."""
    from muslcheck.manifests import build_requirements

    if candidate.name in above:  # a build that needs itself: the report names it once, pip would stop here
        return tuple(BuildRequirement(name, None, Outcome.UNKNOWN) for name in above)
    requirements = build_requirements(facts.build_system.requires + facts.build_system.added, facts.build_system.seen_in)
    plain = Selection(
        formats=selection.formats,
        prefer_binary=selection.prefer_binary,
        uploaded_prior_to=selection.uploaded_prior_to,
        ignore_requires_python=selection.ignore_requires_python,
    )
    asked = _Asked(requirements, (), plain)
    await loader.explore(asked.requirements, asked.constraints, (target,), asked.selection)
    verdicts = await _verdicts(asked, target, loader, (*above, candidate.name))
    return tuple(BuildRequirement(verdict.name, verdict.version, verdict.outcome) for verdict in verdicts)


def _targets(images: tuple[str, ...], versions: tuple[str, ...], arches: tuple[str, ...]) -> tuple[Target, ...]:
    """Every image on every architecture; this interpreter's version and machine where nothing is said."""
    import platform
    import sys

    if not images and not versions:
        versions = (f"{sys.version_info.major}.{sys.version_info.minor}",)
    named = (*images, *(default_image(version) for version in versions))
    return tuple(dict.fromkeys(aim(image, arch) for image in named for arch in arches or (platform.machine(),)))


def _options(
    manifests: Sequence[Manifest], index: IndexOptions | None, selection: Selection | None, *, isolated: bool
) -> tuple[IndexOptions, Selection]:
    """pip's settings, the caller's on top, then what stands in the manifests: the order in which pip takes them."""
    from muslcheck.index.pipconfig import options_from_environment

    options, chosen = options_from_environment(isolated=isolated)
    options, chosen = options.overlaid(index or IndexOptions()), chosen.overlaid(selection or Selection())
    for manifest in manifests:
        options, chosen = options.overlaid(manifest.index), chosen.overlaid(manifest.selection)
    return options, chosen


def _cache_folder(folder: str | os.PathLike[str] | None, *, cache: bool) -> Path | None:
    from pathlib import Path

    if not cache:
        return None
    if folder is not None:
        return Path(folder)
    from platformdirs import user_cache_path

    return user_cache_path("muslcheck", appauthor=False)


def _several(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _version() -> str:
    from muslcheck import __version__

    return __version__


def _now() -> str:
    """The time of the report, UTC; ``SOURCE_DATE_EPOCH`` makes it repeatable."""
    import datetime
    import os

    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.datetime.fromtimestamp(int(epoch), datetime.UTC) if epoch.isdigit() else datetime.datetime.now(datetime.UTC)
    return now.isoformat(timespec="seconds").replace("+00:00", "Z")
