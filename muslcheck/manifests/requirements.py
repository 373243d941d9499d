"""Requirements files as pip 26 reads them: nested files, constraints, options; all faults at once."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests.display import quoted, shown
from muslcheck.manifests.entry import read_editable, read_entry
from muslcheck.manifests.files import decode, is_pylock, is_remote, load, load_or_want, long_number, named
from muslcheck.manifests.lines import Line, plain_lines
from muslcheck.manifests.pep508 import InvalidEntry, Reference, is_malformed
from muslcheck.words.report import Problem
from muslcheck.words.requirement import FormatControl, IndexOptions, Manifest, Origin, Requirement, Selection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from optparse import Values

    from muslcheck.manifests.asked import Asked
    from muslcheck.words.lock import Lock

__all__ = ["read"]

_PIP_LIST = re.compile(r"\s*Package +Version\b[^\n]*\r?\n-+ +-+[- ]*\r?\n")
_DEEPEST = 50
_OFTEN = 500


def read(path: str, data: bytes, asked: Asked | None = None, *, constraint: bool = False) -> Manifest:
    """A requirements file, or a constraint file, with all that it includes and every fault of every file.

    Addresses that it includes are read out of what is known; without ``asked`` they are faults.
    """
    reading = _Reading(path, None if asked is None else asked.known)
    reading.file(path, data, (), constraint=constraint)
    return reading.manifest("constraints" if constraint else "requirements")


class _Reading:
    """The state of one reading: pip, too, carries its options from line to line and from file to file."""

    def __init__(self, path: str, known: Mapping[str, bytes | str] | None) -> None:
        self.path = path
        self.known = known
        self.wanted: dict[str, None] = {}
        self.requirements: dict[Requirement, None] = {}
        self.constraints: dict[Requirement, None] = {}
        self.problems: dict[Problem, None] = {}
        self.locks: dict[str, tuple[Lock, ...]] = {}
        self.faults: dict[Fault, None] = {}
        self.index = IndexOptions()
        self.formats = FormatControl()
        self.releases = FormatControl()  # --all-releases and --only-final exclude each other by the very same rule
        self.prefer_binary = False
        self.require_hashes = False
        self.no_require_hashes = False
        self.hashed = False  # one --hash anywhere asks for hashes everywhere
        self.read_before: set[str] = set()
        self.readings = 0

    def manifest(self, kind: str) -> Manifest:
        """What was read, and all that is wrong with it."""
        selection = Selection(
            formats=self.formats,
            prefer_binary=self.prefer_binary,
            all_releases=self.releases.no_binary,
            only_final=self.releases.only_binary,
            require_hashes=self.require_hashes or (self.hashed and not self.no_require_hashes),
            hashes_implied=self.hashed and not self.require_hashes and not self.no_require_hashes,
            no_require_hashes=self.no_require_hashes,
        )
        return Manifest(
            path=named(self.path),
            kind=kind,
            requirements=tuple(self.requirements),
            constraints=tuple(self.constraints),
            index=self.index,
            selection=selection,
            problems=tuple(self.problems),
            faults=tuple(self.faults),
            locks=tuple(lock for locks in self.locks.values() for lock in locks),
            wanted=tuple(self.wanted),
        )

    def fault(self, file: str, line: int | None, reason: str) -> None:
        self.faults[Fault(file, line, reason)] = None

    def problem(self, origin: Origin, message: str, hint: str = "") -> None:
        self.problems[Problem(str(origin), message, hint)] = None

    def file(self, place: str, data: bytes, parents: tuple[tuple[str, str], ...], *, constraint: bool) -> None:
        """One file; ``parents`` are the files that led here, outermost first, as (real path, path or address as told)."""
        path = named(place)
        try:
            text, guessed = decode(data, path)
        except ManifestError as error:
            self.faults.update(dict.fromkeys(error.faults))
            return
        if guessed:
            self.problem(Origin(path), "not UTF-8, read as Latin-1", "Save it as UTF-8: pip reads it by the locale of the machine.")
        parents = (*parents, (_real(place), place))
        if (head := _PIP_LIST.match(text)) is not None:
            self.listed(path, head, text)
            return
        for line in _lines(text):
            origin = Origin(path, line.number)
            if line.fault:
                self.fault(path, line.number, line.fault)
            elif line.entry or line.editable:
                self.entry(line, origin, constraint=constraint)
            elif line.options.requirements or line.options.constraints:
                self.include(line, origin, parents)
            else:
                self.options(line, origin)

    def listed(self, path: str, head: re.Match[str], text: str) -> None:
        """The table that ``pip list`` prints: pip does not read it; what it lists is worth an answer all the same."""
        first = text.count("\n", 0, head.end()) + 1
        reason = "this is the table that pip list prints, and pip reads no tables; pip freeze prints what it reads"
        self.fault(path, first - 2, reason)
        for number, row in enumerate(text[head.end() :].split("\n"), first):
            words = row.split()
            if len(words) > 1:
                with suppress(InvalidEntry):
                    entry = f"{words[0]}=={words[1]}"
                    self.requirements[read_entry(entry, Origin(path, number), written=entry)] = None

    def entry(self, line: Line, origin: Origin, *, constraint: bool) -> None:
        """A line with a requirement on it; of its options only hashes count."""
        if long_number(line.written.encode()):
            self.fault(origin.file, origin.line, f"{quoted(line.written)}: a number in it has more digits than Python reads")
            return
        try:
            if line.editable:
                requirement = read_editable(line.options.editables[0], origin, written=line.written, after=line.ignored)
            else:
                requirement = read_entry(line.entry, origin, written=line.written, hashes=tuple(line.options.hashes))
                self.hashed |= bool(line.options.hashes)
        except InvalidEntry as error:
            self.fault(origin.file, origin.line, self.unset(line) or str(error))
            return
        if line.unset:
            self.problem(origin, f"{self.unset(line)}; left as it stands, as pip does")
        if line.ignored:
            self.problem(origin, f"pip passes over {shown(' '.join(line.ignored))}", "Give it a line of its own.")
        if constraint:
            if reason := _not_a_constraint(requirement):
                self.fault(origin.file, origin.line, f"{quoted(requirement.text)}: {reason}")
            self.constraints[requirement] = None
        else:
            self.requirements[requirement] = None

    @staticmethod
    def unset(line: Line) -> str:
        if not line.unset:
            return ""
        names = ", ".join(line.unset)
        return f"environment variable {names} is not set" if len(line.unset) == 1 else f"environment variables {names} are not set"

    def include(self, line: Line, origin: Origin, parents: tuple[tuple[str, str], ...]) -> None:
        """``-r`` or ``-c``: of several on a line pip reads the first ``-r``, else the first ``-c``, and nothing else."""
        options = line.options
        flag, paths = ("-r", options.requirements) if options.requirements else ("-c", options.constraints)
        written = paths[0]
        others = [*paths[1:], *(options.constraints if options.requirements else ()), *line.ignored]
        if others:
            self.problem(
                origin, f"pip reads {flag} {written} here and passes over {shown(' '.join(others))}", "Give each a line of its own."
            )
        told = f'"{flag} {shown(written)}"'
        try:
            path = _beside(parents[-1][1], written)
        except InvalidEntry as error:
            self.fault(origin.file, origin.line, str(error))
            return
        if is_remote(path) and line.unset:
            self.fault(origin.file, origin.line, self.unset(line))
            return
        if is_pylock(path) and flag == "-r":
            self.lock(path, origin)
        else:
            self.nested(path, origin, parents, line, told, constraint=flag == "-c")

    def nested(self, path: str, origin: Origin, parents: tuple[tuple[str, str], ...], line: Line, told: str, *, constraint: bool) -> None:
        """A file inside another, unless it is that very file."""
        real = _real(path)
        if any(real == known for known, _ in parents):
            itself = "itself" if real == parents[-1][0] else f"{named(path)}, which includes {origin.file}"
            self.fault(origin.file, origin.line, f"{told}: {origin.file} includes {itself}")
        elif len(parents) >= _DEEPEST:
            self.fault(origin.file, origin.line, f"{told}: files include each other more than {_DEEPEST} deep")
        elif self.readings < _OFTEN or real not in self.read_before:
            # Read again, a file sets its options again; but a ladder of files that doubles at each step must end.
            self.readings += 1
            self.read_before.add(real)
            try:
                data = self.data(path)
            except ManifestError as error:
                reason = self.unset(line) or f"{told}: {error.faults[0].reason}" + (
                    f" ({named(path)})" if told[4:-1] != named(path) else ""
                )
                self.fault(origin.file, origin.line, reason)
            else:
                if data is not None:
                    self.file(path, data, parents, constraint=constraint)

    def data(self, path: str) -> bytes | None:
        """What stands at a path or an address; None where that is still wanted. Raises ManifestError."""
        if self.known is None:
            return load(path)
        data = load_or_want(path, self.known)
        if data is None:
            if len(self.wanted) >= _OFTEN:
                raise ManifestError((Fault(path, None, f"more than {_OFTEN} remote files are included"),))
            self.wanted[path] = None
        return data

    def lock(self, path: str, origin: Origin) -> None:
        """``-r pylock.toml``: read as it would be by itself; pip takes one on its command line only, and that is said."""
        from muslcheck.manifests import pylock
        from muslcheck.manifests.asked import Asked

        try:
            data = self.data(path)
            found = None if data is None else pylock.read(named(path), data, Asked())
        except ManifestError as error:
            self.faults.update(dict.fromkeys(error.faults))
            return
        if found is not None:
            self.locks[path] = found.locks
            message = "pip takes a lock on its command line only, not from within a requirements file"
            self.problem(origin, message, f"pip install -r {named(path)}")

    def options(self, line: Line, origin: Origin) -> None:
        """A line of options only, applied as pip applies it (``handle_option_line``)."""
        given = line.options
        if line.ignored:
            self.problem(origin, f"pip passes over {shown(' '.join(line.ignored))} after an option", "Give it a line of its own.")
        if given.hashes:
            self.problem(origin, "a --hash without a requirement is ignored", "Put a backslash at the end of the line before it.")
        if line.unset:
            self.problem(origin, f"{self.unset(line)}; left as it stands, as pip does")
        addresses = (*([given.index_url] if given.index_url else ()), *given.extra_index_urls, *given.find_links)
        if malformed := [each for each in addresses if "://" in each and is_malformed(each)]:
            self.fault(origin.file, origin.line, f"{quoted(malformed[0])}: this address is malformed")
            return
        self.index = _overlaid(self.index, given, origin.file)
        self.selection(given, origin)

    def selection(self, given: Values, origin: Origin) -> None:
        """The options that say which files may be taken."""
        for option, value in given.controls:
            if option in ("no_binary", "only_binary"):
                self.formats = self.formats.adding(option, value)
            else:
                self.releases = self.releases.adding("no_binary" if option == "all_releases" else "only_binary", value)
        if given.pre:
            self.releases = replace(self.releases, no_binary=self.releases.no_binary | {":all:"})
        self.prefer_binary |= bool(given.prefer_binary)
        self.require_hashes |= bool(given.require_hashes)
        self.no_require_hashes |= bool(given.no_require_hashes)
        if self.require_hashes and self.no_require_hashes:
            self.fault(origin.file, origin.line, "--require-hashes and --no-require-hashes exclude each other")


def _lines(text: str) -> Iterable[Line]:
    """The lines that say something; the lexer is loaded where a file takes one."""
    plain = plain_lines(text)
    if plain is not None:
        return plain
    from muslcheck.manifests.lexer import read_lines

    return read_lines(text)


def _overlaid(index: IndexOptions, given: Values, file: str) -> IndexOptions:
    """The index options after one more line of them, as pip's ``handle_option_line`` has it."""
    if given.no_index:
        index = replace(index, no_index=True, index_url=None, extra_index_urls=())
    if given.index_url and not index.no_index:
        index = replace(index, index_url=given.index_url, extra_index_urls=())  # a later -i forgets what was before
    if given.extra_index_urls and not index.no_index:
        index = replace(index, extra_index_urls=_with(index.extra_index_urls, given.extra_index_urls))
    if given.find_links:
        # pip takes one a line, beside the requirements file where it is there.
        beside = os.path.join(os.path.dirname(os.path.abspath(file)), given.find_links[0])
        found = beside if "\0" not in beside and os.path.exists(beside) else given.find_links[0]
        index = replace(index, find_links=_with(index.find_links, [found]))
    return replace(index, trusted_hosts=_with(index.trusted_hosts, given.trusted_hosts))


def _not_a_constraint(requirement: Requirement) -> str:
    if requirement.editable:
        return "a constraint cannot be editable"
    if not requirement.name:
        return "a constraint needs a project's name"
    if requirement.extras:
        return "a constraint cannot have extras"
    return ""


def _beside(file: str, written: str) -> str:
    """The path or address that a nested file has, told from the file that includes it, as pip has it. Raises InvalidEntry."""
    if is_remote(file):
        try:
            written = urljoin(file, written)
        except ValueError:
            raise InvalidEntry(f"{quoted(written)}: this address is malformed") from None
    if is_remote(written):
        return Reference(written).url
    if written.lower().startswith("file:"):
        return Reference("file:" + written[5:]).location
    if "\0" in written:
        raise InvalidEntry(f'"{written!r}" is not a file name')
    if file == "-":
        return written
    return os.path.normpath(os.path.join(os.path.dirname(file), written))


def _real(path: str) -> str:
    return path if path == "-" or is_remote(path) else os.path.realpath(path)


def _with(first: tuple[str, ...], then: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *then)))
