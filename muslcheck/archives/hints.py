"""What a project says of musl and of its needs itself: PEP 725 ``[external]``, cibuildwheel's settings, Dockerfiles and CI files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty, Seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.archives.container import Contents

__all__ = ["read_hints"]

_APK_ADD = re.compile(r"\bapk\s+(?:-\S+\s+)*add\s+((?:\\\r?\n|[^\n;&|\"'])*)")
_NAME = re.compile(r"[a-z0-9][a-z0-9+._-]*")
_LIMIT = 200


def read_hints(contents: Contents, pyproject: dict[str, Any]) -> tuple[Seen, ...]:
    """Hints: ``external:...``, ``apk:name`` and ``skip:...``, with where they stand."""
    found = [*_external(contents, pyproject), *_cibuildwheel(contents, pyproject), *_apk_lines(contents)]
    return tuple(dict.fromkeys(found))[:_LIMIT]


def _external(contents: Contents, pyproject: dict[str, Any]) -> Iterator[Seen]:
    table = pyproject.get("external")
    if not isinstance(table, dict):
        return
    where = contents.where("pyproject.toml")
    for key in ("build-requires", "host-requires", "dependencies"):
        listed = table.get(key)
        for item in listed if isinstance(listed, list) else ():
            if isinstance(item, str):
                yield Seen(f"external:{item}", where, Certainty.ALWAYS, key)


def _cibuildwheel(contents: Contents, pyproject: dict[str, Any]) -> Iterator[Seen]:
    tool = pyproject.get("tool")
    settings = tool.get("cibuildwheel") if isinstance(tool, dict) else None
    if not isinstance(settings, dict):
        return
    where = contents.where("pyproject.toml")
    linux = settings.get("linux")
    for table in (settings, linux if isinstance(linux, dict) else {}):
        skip = table.get("skip")
        for word in skip.split() if isinstance(skip, str) else skip if isinstance(skip, list) else ():
            if isinstance(word, str) and "musllinux" in word:
                yield Seen(f"skip:{word}", where, Certainty.ALWAYS, "cibuildwheel")
        before = table.get("before-all")
        for text in (before,) if isinstance(before, str) else before if isinstance(before, list) else ():
            yield from _apks(text, where, "cibuildwheel") if isinstance(text, str) else ()
    overrides = settings.get("overrides")
    for override in overrides if isinstance(overrides, list) else ():
        if isinstance(override, dict) and "musllinux" in str(override.get("select", "")):
            before = override.get("before-all")
            yield from _apks(
                before if isinstance(before, str) else " && ".join(map(str, before)) if isinstance(before, list) else "",
                where,
                "cibuildwheel",
            )


def _apk_lines(contents: Contents) -> Iterator[Seen]:
    for name in contents.kept:
        base = name.rpartition("/")[2].lower()
        if base.startswith("dockerfile") or base.endswith((".yml", ".yaml", ".sh")):
            text = contents.text(name) or ""
            if "apk" in text:
                yield from _apks(text, contents.where(name), "")


def _apks(text: str, where: str, detail: str) -> Iterator[Seen]:
    for match in _APK_ADD.finditer(text[:400_000]):
        words = match[1].replace("\\\r\n", " ").replace("\\\n", " ").split()
        skip = False
        for word in words[:60]:
            if skip or word in {"-t", "--virtual"}:
                skip = not skip
                continue
            if _NAME.fullmatch(word):
                yield Seen(f"apk:{word}", where, Certainty.ALWAYS, detail)
