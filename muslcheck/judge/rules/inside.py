"""MC13x: what was found inside of a wheel that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslcheck.archives.facts import WheelFacts
from muslcheck.judge.rules.rule import Rule
from muslcheck.words.release import Unread
from muslcheck.words.verdict import Evidence, Mark, Outcome, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muslcheck.archives.facts import NativeFile
    from muslcheck.judge.case import Case
    from muslcheck.judge.loads import Trouble, Why

__all__ = ["RULES"]

_MOST_TOLD = 5
"""Files that are named one by one, of those that have the same trouble."""
_LACKING = frozenset({Mark.LACKING})


def looked_into(case: Case) -> Iterator[Evidence]:
    """The wheel was looked into (``--inspect-wheels``), and every compiled file of it that the target would load can be loaded there.

    That is: for its machine, with a suffix that its Python reads, and with all libraries and names in the wheel, in musl or in the image.
    """
    facts = case.inside
    if isinstance(facts, WheelFacts) and case.target.is_musl and facts.natives and not facts.unread and not _troubles(case):
        from muslcheck.judge.loads import is_for, lacks

        count = sum(each.form == "elf" and is_for(each, case.target) for each in facts.natives)
        if count and not lacks(facts, case.target, case.offered):
            claim = f"{count} compiled {'file' if count == 1 else 'files'}: what {'it needs' if count == 1 else 'they need'} is there"
            yield Evidence("MC130", claim, facts.filename, Strength.PROOF)


def for_glibc(case: Case) -> Iterator[Evidence]:
    """A compiled file of the wheel is for glibc: it needs a library that comes with glibc alone, or names of glibc that musl lacks.

    musl takes ``libc.so.6`` for itself and passes over the versions of symbols: being linked against glibc is no failure yet.
    Proof of ``fail`` where importing the package surely loads the file; else the mark ``lacking``.
    """
    yield from _told(case, "MC131", "glibc")


def missing_name(case: Case) -> Iterator[Evidence]:
    """A compiled file asks for a function or a variable that neither musl nor any file of the wheel has.

    Weak symbols may be missing, those of CPython are its own, and where the file needs a library from outside, that may have it.
    Tags do not tell: such a wheel passes every check of its tags. Proof of ``fail`` where the name is one of a C library's, and importing
    the package surely loads the file. Other names may come from another wheel that shares them (``RTLD_GLOBAL``).
    """
    yield from _told(case, "MC132", "name")


def missing_library(case: Case) -> Iterator[Evidence]:
    """A compiled file needs a library that is neither in the wheel nor in the image: its Alpine package has to be installed to run it.

    ``python:X-alpine`` has what its own Python needs (OpenSSL, zlib, SQLite ...), and neither libstdc++ nor libgcc. Where no package is
    known to have the library, another wheel may bring it; nobody knows.
    """
    facts = case.inside
    if not isinstance(facts, WheelFacts) or not case.target.is_musl:
        return
    from muslcheck.judge.loads import lacks, on_every_way

    for lack in lacks(facts, case.target, case.offered):
        told = f"needs {lack.soname}, which is neither in the wheel nor in the image"
        loaded = on_every_way(frozenset(file.path for file in lack.needed_by), facts, case.candidate.name) is not None
        is_library = not lack.needed_by[0].module and not loaded
        place = f"{facts.filename}!/{lack.at.path}"
        if lack.apk is not None and not is_library:
            strength = Strength.PROOF if lack.sure else Strength.STRONG
            yield Evidence("MC133", f"{told}: {lack.apk} brings it", place, strength, None, _LACKING, (lack.apk,))
        elif is_library:
            yield Evidence("MC133", f"{told}; nothing surely loads this file", place, Strength.HINT)
        else:
            other = ", nor is a package known to bring it"
            if lack.unfound:
                told, other = f"needs {lack.soname}", f": in the wheel it is {lack.unfound}, where nothing tells musl's loader to look"
            elif lack.instead:
                other = f"; Alpine {case.target.release} has {lack.instead} instead"
            says = Outcome.UNKNOWN if loaded and not any(map(_leads_out, (lack.at, *lack.needed_by))) else None
            strength = Strength.PROOF if says else Strength.STRONG
            yield Evidence("MC133", f"{told}{other}", place, strength, says, _LACKING)


def strange_suffix(case: Case) -> Iterator[Evidence]:
    """The file name of an extension module has a suffix that the target's Python does not read: as if the file were not there.

    ``.cpython-312-x86_64-linux-gnu.so`` is such a one on musl from Python 3.11 on. Where the wheel has the module in Python, too,
    that is taken, and is ``slower``; where it has not, importing it fails.
    """
    for trouble in _troubles(case, "suffix"):
        if trouble.file.twin:
            claim = f"{trouble.claim}: its twin in Python is taken"
            strength = Strength.PROOF if trouble.sure else Strength.STRONG
            yield Evidence("MC134", claim, _place(case, trouble.file), strength, Outcome.WHEEL, frozenset({Mark.SLOWER}))
    yield from _told(case, "MC134", "suffix")


def other_machine(case: Case) -> Iterator[Evidence]:
    """An extension module is compiled for another machine than the target's, whatever the wheel's tag says."""
    yield from _told(case, "MC135", "machine")


def thread_storage(case: Case) -> Iterator[Evidence]:
    """A library has thread-local storage in the static block (initial-exec), which is full once a program has begun.

    glibc keeps some room for such libraries; musl's loader refuses them ("initial-exec TLS resolves to dynamic definition"). Libraries
    made by Go (``-buildmode=c-shared``) are of that kind.
    """
    yield from _told(case, "MC136", "storage")


def packed_relocations(case: Case) -> Iterator[Evidence]:
    """A file has packed relative relocations (``DT_RELR``), which musl reads from 1.2.4 on (Alpine 3.18): older ones crash on it."""
    yield from _told(case, "MC137", "relocations")


def any_is_not_pure(case: Case) -> Iterator[Evidence]:
    """The wheel's tag says that it fits any platform, and it holds compiled files.

    A hint: it may bring one for each platform, or helpers that it can do without. Where all of them are for others than the target, and
    importing the package surely opens one, it is doubt: the library may be had from elsewhere, or nothing works.
    """
    facts = case.inside
    if not isinstance(facts, WheelFacts) or not facts.natives or not facts.filename.endswith("-any.whl"):
        return
    from muslcheck.judge.loads import is_for_others, on_every_way

    kinds = {"elf": "Linux", "mach-o": "macOS", "pe": "Windows"}
    systems = sorted({f"{kinds[each.form]}{f' on {each.machine}' if each.machine else ''}" for each in facts.natives})
    way = on_every_way(frozenset(each.path for each in facts.natives if not each.module), facts, case.candidate.name)
    if way is not None and is_for_others(facts, case.target):
        where = way.where.partition("!/")[2]
        claim = f"import {way.detail} opens a library ({where}), and the wheel has it for {', '.join(systems[:_MOST_TOLD])} only"
        yield Evidence("MC138", claim, f"{facts.filename}!/{way.value}", Strength.PROOF, Outcome.UNKNOWN, _LACKING)
        return
    by = "by its tag" if facts.pure else "by its tag, not by its own word (Root-Is-Purelib)"
    claim = f"the wheel is for any platform {by}, and holds files compiled for {', '.join(systems[:_MOST_TOLD])}"
    yield Evidence("MC138", claim, _place(case, facts.natives[0]), Strength.HINT)


def not_looked_into(case: Case) -> Iterator[Evidence]:
    """The wheel, or a file in it, could not be looked into: what it holds is taken on trust, as without ``--inspect-wheels``."""
    if isinstance(case.inside, Unread):
        seen = case.inside.seen_in or case.candidate.name
        yield Evidence("MC139", f"could not be looked into: {case.inside.reason}", seen, Strength.HINT)
    elif case.inside is not None:
        for seen_there in case.inside.unread[:_MOST_TOLD]:
            yield Evidence("MC139", f"could not be read: {seen_there.value}", seen_there.where, Strength.HINT)


def _troubles(case: Case, why: str = "") -> Sequence[Trouble]:
    if not isinstance(case.inside, WheelFacts) or not case.target.is_musl:
        return ()
    from muslcheck.judge.loads import troubles

    return [trouble for trouble in troubles(case.inside, case.target) if not why or trouble.why == why]


def _told(case: Case, code: str, why: Why | str) -> Iterator[Evidence]:
    """What is wrong with files of the wheel, each at its place; and that importing it fails, where that is proved."""
    # A module that is passed over is no harm where its twin in Python is taken instead.
    harm = [trouble for trouble in _troubles(case) if not (trouble.why == "suffix" and trouble.file.twin)]
    found = [trouble for trouble in harm if trouble.why == why]
    if not found:
        return
    from muslcheck.judge.loads import on_every_way

    facts = case.inside
    assert isinstance(facts, WheelFacts)
    fatal = frozenset(trouble.file.path for trouble in harm if trouble.sure)
    way = on_every_way(fatal, facts, case.candidate.name)
    for trouble in found[:_MOST_TOLD]:
        by = "" if trouble.at is trouble.file else f"{trouble.at.path.rpartition('/')[2]}, which it needs, "
        if way is not None and way.value == trouble.file.path:
            where = way.where.partition("!/")[2]
            claim = f"import {way.detail} fails: {where} loads {trouble.file.path}; {by or 'it '}{trouble.claim}"
            yield Evidence(code, claim, _place(case, trouble.file), Strength.PROOF, Outcome.FAIL)
        elif facts.filename.endswith("-any.whl") and not trouble.file.module:
            yield Evidence(code, f"{by}{trouble.claim}", _place(case, trouble.file), Strength.HINT)
        else:
            yield Evidence(code, f"{by}{trouble.claim}", _place(case, trouble.file), Strength.STRONG, None, _LACKING)
    if len(found) > _MOST_TOLD:
        yield Evidence(code, f"and {len(found) - _MOST_TOLD} other files like that", facts.filename, Strength.HINT)


def _leads_out(file: NativeFile) -> bool:
    """Whether a file looks for libraries outside of its own wheel's folder: in another wheel's."""
    depth = file.path.count("/")
    return any(place.count("..") >= max(depth, 1) for place in file.runpath)


def _place(case: Case, file: NativeFile) -> str:
    assert isinstance(case.inside, WheelFacts)
    return f"{case.inside.filename}!/{file.path}"


RULES = (
    Rule("MC130", "A wheel that was looked into", looked_into),
    Rule("MC131", "Compiled for glibc", for_glibc),
    Rule("MC132", "A name that musl lacks", missing_name),
    Rule("MC133", "A library that is not in the image", missing_library),
    Rule("MC134", "A suffix that Python passes over", strange_suffix),
    Rule("MC135", "Compiled for another machine", other_machine),
    Rule("MC136", "Thread-local storage that musl refuses", thread_storage),
    Rule("MC137", "Relocations that an older musl does not read", packed_relocations),
    Rule("MC138", "Compiled files in a wheel for any platform", any_is_not_pure),
    Rule("MC139", "A wheel that was not looked into", not_looked_into),
)
