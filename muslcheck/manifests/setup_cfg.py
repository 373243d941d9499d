"""setup.cfg: the dependencies that setuptools reads from it (``[options]``)."""

from __future__ import annotations

import configparser
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests.files import decode, load
from muslcheck.manifests.pep508 import InvalidEntry, read_pep508
from muslcheck.words.requirement import Origin, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.utils import NormalizedName

__all__ = ["Stated", "read_setup_cfg"]

_COMMENT = re.compile(r"(^|\s)#.*$")


@dataclass(frozen=True, slots=True)
class Stated:
    """``install_requires`` and ``extras_require``."""

    dependencies: tuple[Requirement, ...]
    extras: dict[NormalizedName, tuple[Requirement, ...]] = field(default_factory=dict)


def read_setup_cfg(path: str) -> Stated | None:
    """What the file states; None where it has no ``install_requires``, so that setup.py may. Raises ManifestError."""
    text = decode(load(path), path)[0]
    config = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        config.read_string(text, path)
    except configparser.Error as error:
        line = getattr(error, "lineno", None)
        raise ManifestError((Fault(path, line, "not a setup.cfg that can be read"),)) from None
    if not config.has_option("options", "install_requires"):
        return None
    extras = config.items("options.extras_require") if config.has_section("options.extras_require") else []
    return Stated(
        tuple(_entries(path, text, config.get("options", "install_requires"))),
        {canonicalize_name(name): tuple(_entries(path, text, value)) for name, value in extras},
    )


def _entries(path: str, text: str, value: str) -> Iterator[Requirement]:
    """A list as setuptools writes it: one a line (or ``;``-separated on one), or ``file:`` and the names of files."""
    value = value.strip()
    if value.startswith("file:"):
        from muslcheck.manifests import requirements

        for name in value.removeprefix("file:").split(","):
            file = os.path.normpath(os.path.join(os.path.dirname(path), name.strip()))
            manifest = requirements.read(file, load(file))
            if manifest.faults:
                raise ManifestError(manifest.faults)
            yield from manifest.requirements
        return
    for written in value.splitlines() if "\n" in value else value.split(";"):
        entry = _COMMENT.sub("", written).strip()
        if not entry:
            continue
        line = text.partition(entry)[0].count("\n") + 1
        try:
            yield read_pep508(entry, Origin(path, line))
        except InvalidEntry as error:
            raise ManifestError((Fault(path, line, str(error)),)) from None
