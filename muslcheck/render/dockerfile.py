"""A Dockerfile for the best of the targets: what has to be compiled is compiled in a stage of its own, which is left behind."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from posixpath import basename, dirname
from shlex import quote
from typing import TYPE_CHECKING, Final

from muslcheck.render.grouping import by_target, stands_at
from muslcheck.render.page import clean
from muslcheck.render.phrases import badness, reason, release_line
from muslcheck.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muslcheck.render import RenderOptions
    from muslcheck.words.report import Report
    from muslcheck.words.target import Target
    from muslcheck.words.verdict import Verdict

__all__ = ["render"]

LINE: Final = 100
WAYS: Final = (
    (
        "uv.lock",
        ("pyproject.toml", "uv.lock"),
        "pip install uv && UV_PROJECT_ENVIRONMENT=/venv uv sync --frozen --no-dev --no-install-project",
    ),
    ("poetry.lock", ("pyproject.toml", "poetry.lock"), "pip install poetry && VIRTUAL_ENV=/venv poetry install --only main --no-root"),
    ("pdm.lock", ("pyproject.toml", "pdm.lock"), "pip install pdm && VIRTUAL_ENV=/venv pdm sync --prod --no-self"),
    ("Pipfile*", ("Pipfile", "Pipfile.lock"), "pip install pipenv && VIRTUAL_ENV=/venv pipenv sync"),
    ("pyproject.toml", (".",), "/venv/bin/pip install ."),
    ("setup.*", (".",), "/venv/bin/pip install ."),
    ("pylock*.toml", ("{}",), "/venv/bin/pip install --requirement {}"),
    ("*.txt", ("{}",), "/venv/bin/pip install --requirement {}"),
    ("*.in", ("{}",), "/venv/bin/pip install --requirement {}"),
)
"""A manifest by its name, the files that it takes, and the command that installs it; ``{}`` is the manifest."""


def render(report: Report, _: RenderOptions) -> str:
    """The Dockerfile as text: for the target that fares best, of those on Alpine where there are any."""
    verdicts = by_target(report)
    target = min((each for each in verdicts if each.is_musl), key=lambda each: badness(verdicts[each]), default=report.targets[0])
    return "".join(f"{line}\n" for line in _lines(report, target, verdicts[target]))


def _lines(report: Report, target: Target, verdicts: Sequence[Verdict]) -> Iterator[str]:
    names = report.apk(target)
    yield clean(f"# {', '.join(report.manifests)} on {target.image}, {target.arch}, by muslcheck {report.version}.")
    for verdict in verdicts:
        if verdict.outcome in (Outcome.FAIL, Outcome.UNKNOWN):
            why = reason(verdict)
            what = "does not install here" if verdict.outcome is Outcome.FAIL else "could not be judged"
            yield clean(f"# {release_line(verdict)} {what}" + (f": {why.claim}" if why else ""))
    python = ("python3",) if target.has_own_python else ()
    yield f"FROM {target.image} AS build"
    if names.build or python:
        yield from _run("apk add --no-cache", sorted({*names.build, *python}))
    yield "RUN python3 -m venv /venv"
    yield "WORKDIR /build"
    left = {verdict.name: verdict for verdict in reversed(verdicts)}  # of two releases that which is in the image at the end
    limits = [manifest for manifest in report.manifests if "constraint" in basename(manifest).lower()]
    included = sorted({stands_at(verdict)[0] for verdict in verdicts} - {*report.manifests, ""})
    for manifest in report.manifests:
        if "dockerfile" in basename(manifest).lower():
            for file in included:
                yield from _install(file, limits, ())
            own = [each for each in verdicts if left[each.name] is each and each.requested and stands_at(each)[0] == manifest]
            if pins := [f"{verdict.name}=={verdict.version}" for verdict in own if verdict.version and verdict.file]:
                yield from _run("/venv/bin/pip install", pins)
        elif manifest not in limits:
            yield from _install(manifest, limits, included)
    yield ""
    yield f"FROM {target.image}"
    if names.runtime or python:
        yield from _run("apk add --no-cache", sorted({*names.runtime, *python}))
    yield "COPY --from=build /venv /venv"
    yield 'ENV PATH="/venv/bin:$PATH"'


def _install(manifest: str, limits: Sequence[str], included: Sequence[str]) -> Iterator[str]:
    """The files that are copied, those that a requirements file includes among them, and the command."""
    name, folder = basename(manifest), dirname(manifest)
    way = next((way for way in WAYS if fnmatchcase(name, way[0])), None)
    if way is None or "://" in manifest or clean(manifest) != manifest or manifest.startswith(("/", "..")):
        yield clean(f"# Here {manifest} is to be installed into /venv.")
        return
    files = [f"{folder}/{file}" if folder else file for file in (each.replace("{}", name) for each in way[1])]
    command = way[2].replace("{}", quote(name))
    if "{}" in way[1]:
        files += [*limits, *(file for file in included if dirname(file) == folder)]
        command += "".join(f" --constraint {quote(basename(limit))}" for limit in limits)
    yield f"COPY {json.dumps([*files, './'])}" if any(map(_is_odd, files)) else f"COPY {' '.join(files)} ./"
    yield f"RUN {command}"


def _run(command: str, words: Sequence[str]) -> Iterator[str]:
    """A RUN with many words, continued where it is long."""
    line = f"RUN {command}"
    for word in words:
        if len(line) + len(word) + 3 > LINE:
            yield f"{line} \\"
            line = "   "
        line += f" {word}"
    yield line


def _is_odd(text: str) -> bool:
    return any(not (letter.isalnum() or letter in "._-/") for letter in text)
