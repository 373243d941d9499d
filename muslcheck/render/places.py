"""Where something holds: the targets of a report named in few words, however many they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from muslcheck.render.phrases import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muslcheck.words.target import Target

__all__ = ["Grid", "Places"]

MANY: Final = 4
"""Targets up to which each has a number; more are named by image and architecture, in groups."""
VERSIONED: Final = re.compile(r"python:(\d+\.\d+t?)(-.+|)")


@dataclass(frozen=True, slots=True)
class Grid:
    """The targets laid out: what the columns are called, and each row with its name and a target, or none, for each column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Target | None, ...]], ...]


class Places:
    """Names for the targets of one report, and for any of them together."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self.targets = tuple(targets)
        self.numbers: Mapping[Target, int] = {target: number for number, target in enumerate(targets, 1)}
        self.are_many = len(targets) > MANY
        self.labels = _labels(targets) if self.are_many else {target.image: target.image for target in targets}
        """The columns of a grid: each image, or its Python version where that is all in which images differ."""
        self._short = _short(targets)
        self.arches = tuple(dict.fromkeys(target.arch for target in targets))

    @property
    def grid(self) -> Grid:
        """Architectures by images.

        Kinds of image that are asked about for several Pythons (alpine, slim) have a row each, one below the other, and each
        Python a column.
        """
        kinds = _kinds(self.labels)
        at = {(target.arch, *kinds[target.image]): target for target in self.targets}
        columns = tuple(dict.fromkeys(version for _, version in kinds.values()))
        suffixes = tuple(dict.fromkeys(suffix for suffix, _ in kinds.values()))
        rows = []
        for arch in self.arches:
            for suffix in suffixes:
                row = tuple(at.get((arch, suffix, column)) for column in columns)
                if any(row):
                    rows.append((" ".join(filter(None, (arch, suffix))), row))
        return Grid(columns, tuple(rows))

    def label(self, target: Target) -> str:
        """What a target's image is called here."""
        return self.labels[target.image]

    def listed(self, targets: Iterable[Target]) -> str:
        """Some of the targets in words; of a few that differ in more than one thing, by number."""
        chosen = set(targets)
        if not self.are_many:
            return listed([self._short[target] for target in self.targets if target in chosen])
        return self.named(chosen)

    def named(self, targets: Iterable[Target]) -> str:
        """Some of the targets in words: ``3.11 to 3.13 on x86_64 and aarch64; 3.14 on all architectures``."""
        chosen = set(targets)
        if len(chosen) == len(self.targets):
            return "all targets"
        by_image: dict[str, tuple[str, ...]] = {}
        for image in self.labels:
            arches = tuple(arch for arch in self.arches if any(each.arch == arch and each.image == image for each in chosen))
            if arches:
                by_image[image] = arches
        if len(self.labels) == 1:
            return self._machines(next(iter(by_image.values())), [*by_image])
        by_arches: dict[tuple[str, ...], list[str]] = {}
        for image, arches in by_image.items():
            by_arches.setdefault(arches, []).append(image)
        if len(self.arches) == 1:
            return self._images([*by_image])
        return "; ".join(f"{self._images(images)} on {self._machines(arches, images)}" for arches, images in by_arches.items())

    def _images(self, images: list[str]) -> str:
        """Images in words, runs of three and more as ``3.11 to 3.14``."""
        order = list(self.labels)
        runs: list[list[str]] = []
        for image in images:
            last = runs[-1][-1] if runs else image
            if runs and order.index(image) == order.index(last) + 1 and _suffix(self.labels[image]) == _suffix(self.labels[last]):
                runs[-1].append(image)
            else:
                runs.append([image])
        said = []
        for run in runs:
            labels = [self.labels[image] for image in run]
            said += [f"{labels[0]} to {labels[-1]}"] if len(labels) > 2 and labels[0][0].isdigit() else labels  # noqa: PLR2004  # two are just named
        return listed(said)

    def _machines(self, arches: tuple[str, ...], images: list[str]) -> str:
        every = {target.arch for target in self.targets if target.image in images}
        missing = [arch for arch in self.arches if arch in every and arch not in arches]
        if not missing:
            return "all architectures" if len(every) > 1 else listed(arches)
        return f"all but {listed(missing)}" if len(missing) < len(arches) and len(arches) > 2 else listed(arches)  # noqa: PLR2004  # two are just named


def _short(targets: Sequence[Target]) -> dict[Target, str]:
    """Each target's image, or its architecture, where that alone tells them apart; else its number."""
    for words in ([target.image for target in targets], [target.arch for target in targets]):
        if len(set(words)) == len(words):
            return dict(zip(targets, words, strict=True))
    return {target: str(number) for number, target in enumerate(targets, 1)}


def _labels(targets: Sequence[Target]) -> dict[str, str]:
    """Each image's name for columns, in the order of the targets: as short as tells them apart."""
    images = list(dict.fromkeys(target.image for target in targets))
    parts = [found for image in images if (found := VERSIONED.fullmatch(image))]
    if len(parts) < len(images) or len(images) == 1:
        return {image: image for image in images}
    alone = len({part[2] for part in parts}) == 1
    return {image: part[1] if alone else part[1] + part[2] for image, part in zip(images, parts, strict=True)}


def _kinds(labels: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What tells the row of each image, and what its column: ``alpine`` and ``3.12``, or nothing and all of its name."""
    parts = {image: VERSIONED.fullmatch(image) for image in labels}
    split = {image: (part[2].removeprefix("-") or "full", part[1]) for image, part in parts.items() if part}
    several = all(len({each[number] for each in split.values()}) > 1 for number in (0, 1))
    return split if several and len(split) == len(parts) else {image: ("", label) for image, label in labels.items()}


def _suffix(label: str) -> str:
    return label.partition("-")[2]
