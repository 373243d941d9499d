"""The case files of fixtures/cases, read into Cases: files on a shelf, facts or a small sdist, and what is expected."""

import io
import tomllib
from dataclasses import replace
from pathlib import Path

from support.archives import sdist_bytes, wheel_bytes
from support.elf import elf_bytes, module_bytes

from muslcheck.alpine.images import aim
from muslcheck.archives import read_sdist
from muslcheck.archives.facts import BuildSystem, Certainty, Extension, SdistFacts, Seen, Tree
from muslcheck.archives.wheel_imports import shares_names, surely_imported
from muslcheck.archives.wheel_inside import read_wheel
from muslcheck.judge import Case
from muslcheck.resolver import shelve
from muslcheck.words.release import DistFile, Kind, Metadata, MetadataSource, Unread
from muslcheck.words.requirement import FormatControl, Origin, Requirement, Selection, Source
from muslcheck.words.resolution import Blocker, BlockerKind, Candidate
from muslcheck.words.verdict import ApkNames, BuildRequirement, Outcome

__all__ = ["PATHS", "load"]

FOLDER = Path(__file__).parents[2] / "fixtures" / "cases"
PATHS = sorted(FOLDER.glob("*.toml"))
FIELDS = ("headers", "libraries", "programs", "imports", "raises", "downloads", "marks", "hints", "unread")
ORIGIN = Origin("requirements.txt", 3)


def load(path):
    """The Case that a case file describes, and what is expected of it."""
    text = tomllib.loads(path.read_text(encoding="utf-8"))
    target = aim(text.get("target", "python:3.12-alpine"), text.get("arch", "x86_64"))
    version = text.get("version", "1.0") or None
    files = [a_file(text, name, version) for name in text.get("files", ())]
    formats = FormatControl(only_binary=frozenset({":all:"})) if text.get("only_binary") else FormatControl()
    blocker = text.get("blocker")
    direct = text.get("direct")
    candidate = Candidate(
        name="spam",
        version=version,
        shelf=shelve(files, target, Selection(formats=formats), "spam", pinned=True),
        requested=True,
        chain=("requirements.txt:3", "spam"),
        origins=(ORIGIN,),
        asked=("spam",),
        blocker=Blocker(BlockerKind(blocker), f"pip stops: {blocker}", tuple(text.get("nearest", ()))) if blocker else None,
        direct=Requirement("spam", "spam @ there", ORIGIN, source=Source(direct), location="there") if direct else None,
        twin_file=a_file(text, text["twin"], version) if "twin" in text else None,
        newer=text.get("newer"),
        status=text.get("status", "active"),
        metadata=Unread(text["metadata"]) if "metadata" in text else None,
        newer_file=a_file(text, text["newer_file"], text["newer"]) if "newer" in text else None,
    )
    required = tuple(
        BuildRequirement(row["name"], row["version"], Outcome(row["outcome"]), ApkNames(tuple(row.get("apk", ()))))
        for row in text.get("build_requires", ())
    )
    opened = inside(text["wheel"], candidate.shelf.chosen.filename) if "wheel" in text else None
    return Case(candidate, target, facts(text, target), required, tuple(text.get("alternatives", ())), inside=opened), text["expect"]


def a_file(text, name, version):
    kind = Kind.WHEEL if name.endswith(".whl") else Kind.SDIST
    url = f"https://files.example/{name}"
    return DistFile(name, "spam", version, kind, url, requires_python=text.get("requires_python"), yanked=text.get("yanked"))


def inside(table, filename):
    """What a wheel with these Python files and small ELF files holds; ``module`` names what the file exports as an extension module."""
    if "unread" in table:
        return Unread(table["unread"], filename)
    files = dict(table.get("files", {}))
    for row in table.get("native", ()):
        stated = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
        path, module = stated.pop("path"), stated.pop("module", "")
        stated["versions"] = {name: tuple(known) for name, known in stated.get("versions", {}).items()}
        files[path] = module_bytes(module, **stated) if module else elf_bytes(**stated)
    file = io.BytesIO(wheel_bytes("spam", "1.0", "-".join(filename.removesuffix(".whl").split("-")[-3:]), files=files))
    found = read_wheel(file, filename)
    return replace(found, imported=surely_imported(file, found), shares=shares_names(file, found))


def facts(text, target):
    if "sdist" in text:
        name = text["files"][0]
        data = sdist_bytes("spam", "1.0", {path: content.lstrip("\n") for path, content in text["sdist"].items()})
        return read_sdist(io.BytesIO(data), name, target)
    if "facts" in text:
        return plain_facts(text["facts"], text["files"][0])
    if "unread" in text:
        return Unread(text["unread"])
    return None


def plain_facts(table, filename):
    where = f"{filename}!/setup.py:3"

    def seen(names):
        """``name``, or ``name @ certainty``."""
        return tuple(Seen(name.partition(" @ ")[0], where, Certainty(name.partition(" @ ")[2] or "always")) for name in names)

    return SdistFacts(
        filename=filename,
        build_system=BuildSystem("setuptools.build_meta", ("setuptools",), f"{filename}!/pyproject.toml"),
        metadata=Metadata("spam", "1.0", source=MetadataSource.PKG_INFO),
        extensions=tuple(
            Extension(
                row["name"],
                tuple(row["languages"]),
                Certainty(row.get("certainty", "always")),
                where,
                made_by=row.get("made_by", "setuptools"),
            )
            for row in table.get("extensions", ())
        ),
        trees=tuple(
            Tree(
                tool=row["tool"],
                seen_in=f"{filename}!/{row['tool']}",
                certainty=Certainty(row.get("certainty", "always")),
                languages=tuple(row["languages"]),
                needs=seen(row.get("needs", ())),
                minimum=row.get("minimum"),
                files=row["files"],
            )
            for row in table.get("trees", ())
        ),
        source_files=tuple(table.get("source_files", {}).items()),
        **{field: seen(table.get(field, ())) for field in FIELDS},
    )
