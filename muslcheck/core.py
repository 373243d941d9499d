"""The story: what is asked, aimed, settled, opened, judged, reported. The steps are those of ``docs/explanation/concepts.md``.

Steps 3 to 8 are told for one target in :mod:`muslcheck.judging`.
"""

from __future__ import annotations

from functools import partial, wraps
from itertools import chain
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from muslcheck.asking import (
    aimed,
    cache_folder,
    connection,
    constraints_of_builds,
    for_other_pythons,
    now,
    options,
    reader,
    ruled_by,
    several,
    with_remote,
)
from muslcheck.words.report import Problem, Report
from muslcheck.words.requirement import Origin

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from muslcheck.alpine.apkindex import ApkIndex
    from muslcheck.words.installer import Installer
    from muslcheck.words.requirement import IndexOptions, Manifest, Selection
    from muslcheck.words.supply import Supply
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import Verdict

__all__ = ["acheck", "check"]

_P = ParamSpec("_P")
_T = TypeVar("_T")


async def acheck(
    *paths: str | os.PathLike[str],
    image: str | Iterable[str] = (),
    python_version: str | Iterable[str] = (),
    arch: str | Iterable[str] = (),
    matrix: bool = False,
    installed: bool | str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
    constraints: Iterable[str | os.PathLike[str]] = (),
    build_constraints: Iterable[str | os.PathLike[str]] = (),
    build: bool = False,
    extras: Iterable[str] = (),
    all_extras: bool = False,
    groups: Iterable[str] = (),
    stage: str = "",
    build_args: Mapping[str, str] | None = None,
    index: IndexOptions | None = None,
    selection: Selection | None = None,
    installer: str | Installer | None = None,
    apk_index: str | Iterable[str] = (),
    inspect_wheels: bool = False,
    cache_dir: str | os.PathLike[str] | None = None,
    cache: bool = True,
    offline: bool = False,
    refresh: bool = False,
    isolated: bool = False,
    tell: Callable[[str, int, int], None] | None = None,
) -> Report:
    """Judge every package that the manifests bring, on every target.

    ``paths`` are requirements files, projects, locks, Dockerfiles or directories with one of them (none: the current directory).
    ``installed`` are environments beside them, virtual ones or the paths of their Pythons; True: the one of this interpreter.
    ``constraints`` are files that hold what is installed, ``build_constraints`` those that hold what builds require, as pip
    26.2 and later tell them apart.
    With ``build`` what building the projects themselves requires (``[build-system]``) is judged, too.
    ``stage`` is the one of a Dockerfile that is asked about, where it is not the last; ``build_args`` are values of its arguments.
    ``image`` are Docker tags (``python:3.11-alpine``); ``python_version`` and ``arch`` are the short way to them. What is
    not said comes from this interpreter: its version and its machine's architecture. With ``matrix`` it is spanned instead:
    every Python version that is kept up today, where no version is said, and every architecture of an image, where none is
    said. An image whose tag leaves the version open (``python:slim``) takes those of ``python_version``. ``index`` and
    ``selection`` are laid over pip's own settings (none of them with ``isolated``), the options that stand in the manifests
    over both, as pip does.
    ``installer`` is whose rules are asked about: ``pip`` (with its version, ``pip==26.2``, where that matters) or ``uv``; it counts
    before that of ``selection``.
    ``apk_index`` are paths or addresses of Alpine's own package index (``APKINDEX.tar.gz``): it then names the packages of the
    release exactly, for targets of its architecture.
    With ``inspect_wheels`` the wheels that are installed on musl are fetched and looked into: what is compiled in them is held
    against musl and the image, as far as it can be told without loading it.
    ``tell`` is called with the name being looked at, the number of answers had, and the number asked for; while the search for
    versions goes back and forth with the release that is tried, the number tried so far, and 0.

    Raises :class:`~muslcheck.errors.InputError` for manifests, images and options that cannot be used. What cannot be
    had from the index is no exception: it is in the report's problems.
    """
    selection = ruled_by(installer, selection, isolated=isolated)
    uv = selection is not None and selection.installer.is_uv
    read_all = reader(
        paths,
        installed=installed,
        build=build,
        constraints=constraints,
        isolated=isolated,
        uv=uv,
        extras=tuple(extras),
        all_extras=all_extras,
        groups=tuple(groups),
        stage=stage,
        build_args=build_args,
    )
    building = constraints_of_builds(build_constraints, isolated=isolated, uv=uv)
    connect = connection(cache_folder(cache_dir, cache=cache), offline=offline, refresh=refresh)
    manifests = await with_remote(read_all, paths, lambda: connect(options((), index, selection, isolated=isolated)[0]))
    targets, strange = aimed(manifests, several(image), several(python_version), several(arch), matrix=matrix)
    stated = partial(options, index=index, selection=selection, isolated=isolated)
    joint = tuple(manifest for manifest in manifests if not manifest.steps)
    indexes, chosen = stated(joint)
    wrong_pythons = () if chosen.ignore_requires_python else for_other_pythons(manifests, targets)

    from muslcheck.judging import Asked, built, in_steps, locked, required
    from muslcheck.loading import Loaders

    requirements = chosen.rewritten(tuple(requirement for manifest in joint for requirement in manifest.requirements))
    building += tuple(constraint for manifest in manifests for constraint in manifest.build_constraints)
    constrained = tuple(constraint for manifest in joint for constraint in manifest.constraints)
    async with Loaders(connect, tell) as loaders:
        loader = await loaders.of(indexes)
        await loader.explore(requirements, constrained, _scouts(targets), chosen, judged=targets)
        offered = await loader.offered(several(apk_index))
        asked = [
            Asked(requirements, constrained, chosen, target, offered=_of_arch(offered, target), building=building, inspect=inspect_wheels)
            for target in targets
        ]
        verdicts = await _each(required(each, loader) for each in asked) if requirements or joint else []
        for lock in (lock for manifest in joint for lock in manifest.locks):
            verdicts += await _each(locked(lock, each, loader) for each in asked)
        for manifest in (manifest for manifest in manifests if manifest.build):
            verdicts = await _each(built(manifest.build, each, loader) for each in asked) + verdicts
        said: dict[Target, list[Problem]] = {target: [] for target in targets}
        for manifest in (manifest for manifest in manifests if manifest.steps):
            from muslcheck.stepping import commands_of, walk_all

            commands = await commands_of(manifest.steps, [each for each in joint if each.kind == "constraints"], stated, loaders)
            await walk_all(commands, _scouts(targets))
            verdicts += await _each(in_steps(commands, each, said[each.target]) for each in asked)
    return Report(
        version=_version(),
        created=now(),
        manifests=tuple(dict.fromkeys(manifest.path for manifest in manifests)),
        targets=targets,
        verdicts=_in_order(verdicts, targets),
        problems=tuple(
            dict.fromkeys([*_problems(manifests), *strange, *wrong_pythons, *chain.from_iterable(said.values()), *loaders.problems])
        ),
        supplies=_supplies(manifests, verdicts, targets, offered),
        installer=chosen.installer,
    )


def _waited(work: Callable[_P, Coroutine[Any, Any, _T]]) -> Callable[_P, _T]:
    """The same function, waited for; inside a running event loop (a notebook) on a thread of its own."""

    @wraps(work)
    def wait(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        from muslcheck.loading import driven, in_loop

        begin = partial(work, *args, **kwargs)
        if not in_loop():
            return driven(begin)
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(driven, begin).result()

    return wait


check = _waited(acheck)


def _supplies(
    manifests: Iterable[Manifest], verdicts: Sequence[Verdict], targets: Iterable[Target], offered: ApkIndex | None
) -> tuple[Supply, ...]:
    """What the one Dockerfile among the manifests adds to build with, held against what is needed."""
    added = [manifest.added for manifest in manifests if manifest.added is not None]
    if len(added) != 1:
        return ()
    from muslcheck.judge.supply import supply

    return tuple(
        supply(added[0], [verdict for verdict in verdicts if verdict.target is target], target, _of_arch(offered, target))
        for target in targets
        if target.distribution == "alpine"
    )


def _of_arch(offered: ApkIndex | None, target: Target) -> ApkIndex | None:
    """A package index, where it is of the target's architecture (Alpine's names for those are its own)."""
    if offered is None or target.distribution != "alpine":
        return None
    named = {"armv6l": "armhf", "armv7l": "armv7", "i686": "x86"}.get(target.arch, target.arch)
    return offered if named in offered.architectures else None


async def _each(work: Iterable[Coroutine[Any, Any, list[Verdict]]]) -> list[Verdict]:
    """All targets' verdicts. The targets go side by side: what two of them lack is loaded once, and waited for together."""
    from muslcheck.loading import together

    return [verdict for verdicts in await together(work) for verdict in verdicts]


def _scouts(targets: Iterable[Target]) -> tuple[Target, ...]:
    """Those who walk before all: one of each image. What the same image lacks on another machine is little, and wanted when it settles."""
    return tuple({target.image: target for target in reversed([*targets])}.values())


def _in_order(verdicts: Iterable[Verdict], targets: tuple[Target, ...]) -> tuple[Verdict, ...]:
    """By target as asked, then by name; what a lock brings and the requirements bring, too, is told once."""
    position = {target: place for place, target in enumerate(targets)}
    once = {(verdict.target, verdict.name, verdict.version, verdict.file and verdict.file.filename): verdict for verdict in verdicts}
    return tuple(sorted(once.values(), key=lambda verdict: (position[verdict.target], verdict.name)))


def _problems(manifests: Iterable[Manifest]) -> Iterator[Problem]:
    """What the manifests' readers had to say: faults first."""
    for manifest in manifests:
        for fault in manifest.faults:
            yield Problem(str(Origin(fault.file, fault.line)), fault.reason, kind="input")
    for manifest in manifests:
        yield from manifest.problems


def _version() -> str:
    from muslcheck import __version__

    return __version__
