"""MC1xx: what the wheels on the shelf say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.judge.rules.rule import Rule
from muslcheck.words.release import Fits, Kind, Misfit
from muslcheck.words.verdict import Evidence, Mark, Outcome, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.judge.case import Case
    from muslcheck.words.release import DistFile

__all__ = ["RULES"]


def fits(case: Case) -> Iterator[Evidence]:
    """A wheel of the release fits the target, and pip prefers any wheel to an sdist of the same version.

    The tag named is the best one that wheel and target share (PEP 425, 656).
    """
    wheel, fit = _chosen_wheel(case)
    if wheel is not None and fit is not None:
        yield Evidence("MC101", f"a wheel fits, by its tag {fit.tag}", wheel.filename, Strength.PROOF, Outcome.WHEEL)


def nearest_miss(case: Case) -> Iterator[Evidence]:
    """The release has wheels, and none of them fits: the one that came nearest, and why it does not.

    On musl that is most often a glibc wheel (``manylinux``) of the right Python and architecture.
    """
    shelf = case.candidate.shelf
    if _chosen_wheel(case)[0] is None and (near := shelf.nearest) is not None and isinstance(near.fit, Misfit):
        yield Evidence("MC102", f"no wheel fits; the nearest miss: {near.fit.detail}", near.file.filename, Strength.PROOF)


def no_wheels(case: Case) -> Iterator[Evidence]:
    """The release has no wheel at all, for any platform: pip builds its sdist everywhere."""
    file = case.file
    if file is not None and file.kind is Kind.SDIST and case.candidate.shelf.nearest is None:
        yield Evidence("MC103", "the release has no wheel for any platform", file.filename, Strength.PROOF)


def falls_back_to_any(case: Case) -> Iterator[Evidence]:
    """Musl gets the wheel for any platform, where glibc gets a native one of the same release.

    The pure Python wheel works, without the compiled part that made the project publish native wheels: mark ``slower``.
    """
    wheel, fit = _chosen_wheel(case)
    other = case.candidate.twin_file
    if wheel is None or fit is None or other is None or not case.target.is_musl:
        return
    if fit.tag.endswith("-any") and other.kind is Kind.WHEEL and not other.filename.endswith("-any.whl"):
        claim = f"the wheel for any platform; glibc gets the native {other.filename}"
        yield Evidence("MC104", claim, wheel.filename, Strength.PROOF, Outcome.WHEEL, frozenset({Mark.SLOWER}))


def older_than_glibc(case: Case) -> Iterator[Evidence]:
    """The target gets an older release than glibc would: the newer one has no file for it (mark ``older``)."""
    candidate = case.candidate
    if candidate.newer is not None and candidate.version is not None:
        claim = f"{candidate.newer} is allowed and installs on glibc, not here; this target gets {candidate.version}"
        seen = candidate.newer_file.filename if candidate.newer_file is not None else candidate.name
        yield Evidence("MC105", claim, seen, Strength.PROOF, None, frozenset({Mark.OLDER}))


def plain_linux(case: Case) -> Iterator[Evidence]:
    """The wheel's platform is plain ``linux_*``, which promises nothing about the C library.

    pip takes it on musl as on glibc. Such wheels come from private indexes and from piwheels, and are built on one of the two:
    if that was glibc, the import fails on Alpine.
    """
    wheel, fit = _chosen_wheel(case)
    if wheel is not None and fit is not None and fit.tag.rpartition("-")[2].startswith("linux_"):
        yield Evidence("MC106", "the plain linux tag does not say for which C library it was built", wheel.filename, Strength.HINT)


def yanked(case: Case) -> Iterator[Evidence]:
    """The file was withdrawn by its publisher (PEP 592); pip installs it because the requirement pins it."""
    if case.file is not None and case.file.yanked is not None:
        reason = f": {case.file.yanked}" if case.file.yanked else ""
        yield Evidence("MC107", f"withdrawn by its publisher{reason}", case.file.filename, Strength.HINT)


def _chosen_wheel(case: Case) -> tuple[DistFile | None, Fits | None]:
    placed = case.candidate.shelf.placed
    if placed and isinstance(placed[0].fit, Fits) and placed[0].file.kind is Kind.WHEEL:
        return placed[0].file, placed[0].fit
    return None, None


RULES = (
    Rule("MC101", "A wheel fits", fits),
    Rule("MC102", "No wheel fits: the nearest miss", nearest_miss),
    Rule("MC103", "No wheels at all", no_wheels),
    Rule("MC104", "The wheel for any platform, where glibc gets a native one", falls_back_to_any),
    Rule("MC105", "An older release than glibc gets", older_than_glibc),
    Rule("MC106", "A wheel with the plain linux tag", plain_linux),
    Rule("MC107", "A withdrawn file", yanked),
)
