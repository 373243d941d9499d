"""What a user can do about a verdict, the best first."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from muslcheck.archives.facts import WheelFacts
from muslcheck.errors import UnknownImage
from muslcheck.words.release import Kind, Misfit, Miss
from muslcheck.words.resolution import BlockerKind
from muslcheck.words.verdict import Action, Advice, ApkNames, Mark, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muslcheck.judge.case import Case
    from muslcheck.words.release import Placed
    from muslcheck.words.requirement import Requirement
    from muslcheck.words.target import Target

__all__ = ["advise"]

_PYTHON_IN_TAG = re.compile(r"(?:cp|py)(\d)(\d+)t?")
_FOR_ANOTHER_PYTHON = (Miss.PYTHON, Miss.ABI, Miss.REQUIRES_PYTHON)
_DOCKER = {
    "aarch64": "linux/arm64",
    "armv6l": "linux/arm/v6",
    "armv7l": "linux/arm/v7",
    "i686": "linux/386",
    "ppc64le": "linux/ppc64le",
    "riscv64": "linux/riscv64",
    "s390x": "linux/s390x",
    "x86_64": "linux/amd64",
}
_ARCHITECTURES = sorted(_DOCKER, key=lambda arch: (arch not in {"x86_64", "aarch64"}, arch))
"""The most used first."""


def advise(case: Case, outcome: Outcome, marks: frozenset[Mark], apk: ApkNames) -> tuple[Advice, ...]:
    """Advice on one verdict, the best first; empty where nothing has to be done."""
    found = list(_lock_again(case))
    match outcome:
        case Outcome.WHEEL:
            found += [*_packages(apk, ""), *_older(case, marks)]
            found += [*_newer_alpine(case), *_on_glibc(case)] if Mark.LACKING in marks and not apk.runtime else ()
        case Outcome.FAIL if isinstance(case.inside, WheelFacts):  # other wheels of the release were made alike
            found += [*_newer_alpine(case), *_on_glibc(case), *_alpines_own(case)]
        case Outcome.BUILD:
            found += [*(_packages(apk, "brings the compiled, faster part") if Mark.SLOWER in marks else ()), *_older(case, marks)]
        case Outcome.COMPILE:
            cure = list(_chain(case, apk))
            pins = list(_versions(case))
            found += [*pins, *cure, *_elsewhere(case)] if Mark.HEAVY in marks else [*cure, *pins]
            found += [*_older(case, marks), *_images(case), *_alpines_own(case)]
        case Outcome.FAIL:
            cures = [list(_versions(case)), list(_images(case))]
            ordered = reversed(cures) if _of_another_python(case) else cures
            found += [*_corrections(case), *(each for several in ordered for each in several), *_alpines_own(case)]
        case Outcome.UNKNOWN:
            found += [*_versions(case), *(_on_glibc(case) if Mark.LACKING in marks else ()), *_alpines_own(case)]
    return tuple(dict.fromkeys(found))


def _lock_again(case: Case) -> Iterator[Advice]:
    """A wheel fits that the lock does not have."""
    wheel = case.candidate.unlocked
    if wheel is not None:
        yield Advice(Action.LOCK_AGAIN, case.candidate.relock, f"then {wheel.filename} is taken from the index")


def _packages(apk: ApkNames, why: str) -> Iterator[Advice]:
    if apk.build:
        yield Advice(Action.ADD_APK, f"apk add --no-cache {' '.join(apk.build)}", why)
    if apk.runtime:
        yield Advice(Action.ADD_APK, f"apk add --no-cache {' '.join(apk.runtime)}", "what the result needs at run time")


def _chain(case: Case, apk: ApkNames) -> Iterator[Advice]:
    """What the build needs, and what build requirements that compile before it need, in one line."""
    compiled = [required for required in case.build_requires if required.outcome is Outcome.COMPILE]
    build = {*apk.build, *(name for required in compiled for name in required.apk.build)}
    adding = [required.name for required in compiled if not set(required.apk.build) <= set(apk.build)]
    others = f", {', '.join(adding)} before it included" if adding else ""
    yield from _packages(ApkNames(tuple(sorted(build)), apk.runtime), f"what its build needs{others}")


def _older(case: Case, marks: frozenset[Mark]) -> Iterator[Advice]:
    candidate = case.candidate
    # A pre-release that only musl gets is a stopgap (a name held, a test): nothing to pin every image to.
    if Mark.OLDER in marks and candidate.newer is not None and not _is_early(candidate.version, candidate.newer):
        why = f"glibc would get {candidate.newer}: pin, so that every image gets the same"
        yield Advice(Action.PIN, f"{candidate.name}=={candidate.version}", why)


def _versions(case: Case) -> Iterator[Advice]:
    """The newest version that a wheel fits here; where it is not the file that is missing, another version is no cure."""
    blocker = case.candidate.blocker
    if blocker is not None and blocker.kind is not BlockerKind.NO_FILE:
        return
    if case.alternatives and case.alternatives[0] != case.candidate.version:
        python = f" and Python {case.target.python[0]}.{case.target.python[1]}" if _of_another_python(case) else ""
        why = f"the newest release with a wheel for {'musl' if case.target.is_musl else 'glibc'}{python}"
        yield Advice(Action.PIN, f"{case.candidate.name}=={case.alternatives[0]}", why)


def _elsewhere(case: Case) -> Iterator[Advice]:
    candidate = case.candidate
    wanted = f"{candidate.name}=={candidate.version}" if candidate.version else candidate.name
    yield Advice(Action.BUILD_ELSEWHERE, f"pip wheel {wanted}", "build the wheel once, in a stage of its own or in CI, and install that")


def _corrections(case: Case) -> Iterator[Advice]:
    candidate, blocker = case.candidate, case.candidate.blocker
    if blocker is None:
        return
    asked = candidate.asked[0] if candidate.asked else candidate.name
    match blocker.kind:
        case BlockerKind.NOT_ON_INDEX:
            yield from _names(candidate.name, blocker.nearest)
        case BlockerKind.NO_SUCH_VERSION:
            for version in blocker.nearest[:3]:
                yield Advice(Action.CORRECT, f"{candidate.name}=={version}", "a version that exists")
        case BlockerKind.CONFLICT:
            yield _loosened(blocker.rivals) or Advice(Action.CORRECT, asked, "loosen one of the requirements that exclude each other")
        case BlockerKind.NO_FILE:
            for placed in [p for p in candidate.shelf.placed if candidate.unlocked is None and _miss(p) is Miss.EXCLUDED][:1]:
                yield Advice(Action.CORRECT, candidate.name, f"allow {placed.file.filename} ({getattr(placed.fit, 'detail', '')})")
        case BlockerKind.METADATA | BlockerKind.UNREACHABLE:
            pass


def _loosened(rivals: Sequence[Requirement]) -> Advice | None:
    """Which of the manifests' requirements to change, where it is known that these conflict, and no fewer do."""
    if not rivals:
        return None
    first, *others = rivals
    why = "".join([f"change it in {first.origin}", *(f", or {each.text} in {each.origin}" for each in others)])
    return Advice(Action.CORRECT, first.text, why if others else f"{why}: what it brings cannot be had together")


def _names(name: str, alike: tuple[str, ...]) -> Iterator[Advice]:
    """What may have been meant by a name that no index has: names of this report first, then what many use."""
    from muslcheck.alpine.names import nearest_names

    names = tuple(dict.fromkeys((*alike, *nearest_names(name))))[:3]
    for meant in names:
        others = "".join(f" or {other}" for other in names[1:]) if meant == names[0] else ""
        yield Advice(Action.CORRECT, meant, f"did you mean this{others} by {name}?")


def _images(case: Case) -> Iterator[Advice]:
    """Another Python or architecture on musl that a wheel of this release really fits, then the glibc image."""
    target, placed, blocker = case.target, case.candidate.shelf.placed, case.candidate.blocker
    if blocker is not None and blocker.kind is not BlockerKind.NO_FILE:
        return  # it is the same on every image
    near, elsewhere = _nearly(placed, "musllinux" if target.is_musl else "manylinux")
    for python in sorted({python for p in near for python in _pythons(p)}, key=lambda v: (abs(v[1] - target.python[1]), -v[1])):
        other = _with_python(target, python)
        if python != target.python and any(_fits(p, other) for p in near):
            why = f"the release has a wheel for Python {python[0]}.{python[1]} there"
            yield Advice(Action.CHANGE_IMAGE, other.image, why)
            break
    else:
        for arch in _ARCHITECTURES:
            there = [p for p in elsewhere if arch in p.file.filename.lower()]
            other = _on_machine(target, arch)
            if arch != target.arch and any(_fits(p, other) for p in there):
                why = f"on {arch} the release has a wheel"
                yield Advice(Action.CHANGE_IMAGE, f"--platform {_DOCKER[arch]} {target.image}", why)
                break
    yield from _on_glibc(case)


def _nearly(placed: Iterable[Placed], libc: str) -> tuple[list[Placed], list[Placed]]:
    """The wheels that miss for their Python, and those that miss for their machine; a name without the C library in it fits nowhere."""
    near, elsewhere, farthest = [], [], Miss.ARCH
    for each in placed:
        fit = each.fit
        if isinstance(fit, Misfit):
            if fit.miss < farthest:
                break  # the nearest come first
            name = each.file.filename.lower()
            if (libc in name or "any." in name) and each.file.kind is Kind.WHEEL:
                if fit.miss is farthest:
                    elsewhere.append(each)
                elif fit.miss in _FOR_ANOTHER_PYTHON:
                    near.append(each)
    return near, elsewhere


def _newer_alpine(case: Case) -> Iterator[Advice]:
    """The image of the same Python on its newest Alpine, where all that the wheel holds can be loaded there."""
    if not isinstance(case.inside, WheelFacts):
        return
    from muslcheck.alpine.images import aim, default_image
    from muslcheck.judge.loads import troubles

    python = f"{case.target.python[0]}.{case.target.python[1]}{'t' if case.target.free_threaded else ''}"
    try:
        newest = aim(default_image(python), case.target.arch)
    except UnknownImage:
        return
    if newest.release != case.target.release and troubles(case.inside, case.target) and not troubles(case.inside, newest):
        yield Advice(Action.CHANGE_IMAGE, newest.image, f"the musl of Alpine {newest.release} can load what is in the wheel")


def _on_glibc(case: Case) -> Iterator[Advice]:
    target, twin = case.target, case.candidate.twin_file
    if target.is_musl and twin is not None and twin.kind is Kind.WHEEL:
        yield Advice(Action.CHANGE_IMAGE, f"python:{target.python[0]}.{target.python[1]}-slim", "on glibc a wheel is installed")


def _alpines_own(case: Case) -> Iterator[Advice]:
    """Alpine's own package: it serves Alpine's own python3, not the one that the official Python images bring."""
    target = case.target
    if target.distribution != "alpine" or (case.candidate.blocker is not None and case.candidate.version is None):
        return
    from muslcheck.alpine.recipes import recipe_for

    recipe = recipe_for(case.candidate.name, target.release)
    if recipe is not None:
        why = f"Alpine {target.release} ships {recipe.version}, for its own python3 only (the image alpine:{target.release})"
        yield Advice(Action.ALPINE_PACKAGE, f"apk add --no-cache {recipe.apk}", why)


def _miss(placed: Placed) -> Miss | None:
    return placed.fit.miss if isinstance(placed.fit, Misfit) else None


def _of_another_python(case: Case) -> bool:
    """Whether it is for another Python: the wheels that come nearest say so."""
    return any(_miss(placed) is Miss.REQUIRES_PYTHON for placed in case.candidate.shelf.placed)


def _is_early(version: str | None, newer: str) -> bool:
    """Whether a version is a pre-release, and the newer one is not."""
    from packaging.version import InvalidVersion, Version

    try:
        return version is not None and Version(version).is_prerelease and not Version(newer).is_prerelease
    except InvalidVersion:
        return False


def _pythons(placed: Placed) -> set[tuple[int, int]]:
    """The Pythons that a wheel may be for: those in its tag; of one that any Python could take, those that there are."""
    if _miss(placed) is Miss.REQUIRES_PYTHON:
        from muslcheck.alpine.releases import python

        return {(int(major), int(minor)) for major, minor in (each.name.split(".") for each in python().values() if each.is_final)}
    tag = placed.file.filename.removesuffix(".whl").split("-")[-3]
    return {(int(major), int(minor)) for major, minor in _PYTHON_IN_TAG.findall(tag)}


@lru_cache(maxsize=1024)
def _on_machine(target: Target, arch: str) -> Target:
    return replace(target, arch=arch)


@lru_cache(maxsize=1024)
def _with_python(target: Target, python: tuple[int, int]) -> Target:
    version = f"{python[0]}.{python[1]}"
    return replace(target, image=f"python:{version}-alpine", python=python, python_full=f"{version}.0", free_threaded=False)


def _fits(placed: Placed, target: Target) -> bool:
    """Whether pip would take the wheel on the target, by its tags and its ``requires-python``, and whether it is made for its libc."""
    tags = target.tags
    if not any(tag in tags for tag in _tags(placed.file.filename)):
        return False
    return not placed.file.requires_python or _allows(placed.file.requires_python, target.python_full)


@lru_cache(maxsize=4096)
def _allows(requires_python: str, python: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(requires_python).contains(python, prereleases=True)
    except InvalidSpecifier:
        return True


@lru_cache(maxsize=4096)
def _tags(filename: str) -> tuple[str, ...]:
    """A wheel's tags. The plain linux tag promises no libc: most such wheels are glibc's, and no reason to change an image."""
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    try:
        return tuple(str(tag) for tag in parse_wheel_filename(filename)[3] if not tag.platform.startswith("linux_"))
    except InvalidWheelFilename:
        return ()
