"""What is wrong with a requirement, in words: the commonest mistakes first, then what packaging says.

Imported where something is wrong, and only then.
"""

from __future__ import annotations

import re

from packaging.version import InvalidVersion, Version

from muslcheck.manifests.display import nearest, quoted
from muslcheck.manifests.pep508 import MARKERS, WINDOWS

__all__ = ["why_invalid", "why_marker"]

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_EXTRAS = r"(?:\s*\[[^\]]*\])?"
_MARKERS = ("extra", *MARKERS)


def why_invalid(text: str, error: str) -> str:
    """One sentence on a requirement that packaging refuses, given packaging's message."""
    text = text.strip()
    before, semicolon, marker = text.partition(";")
    reason = _familiar(text) or _version(before.strip())
    if reason is None and semicolon and _NAMED.match(before.strip()):
        reason = _marker(marker)
    return f"{quoted(text)}: {reason or _plain(error)}"


def why_marker(text: str, error: str) -> str:
    """One sentence on a marker that packaging refuses."""
    return _marker(text) or _plain(error)


_NAMED = re.compile(rf"{_NAME}{_EXTRAS}(\s*\(?\s*[=<>!~].*|\s*@.*)?$", re.DOTALL)

_FAMILIAR: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"(\$\s*)?((python3?|py) -m )?pip3? (install|download)\b|(uv|poetry|conda|apk|apt-get|pipenv) (add|install|pip)\b"),
        "this is a command; write the requirement alone",
    ),
    (re.compile(r"<{7}|={7}|>{7}"), "a merge conflict is left here; resolve it"),
    (re.compile(r"([A-Za-z]:|\.{1,2}|\w+)\\\S"), WINDOWS),
    (re.compile(r"(import|from) \w"), "this is Python code, not a requirement"),
    (re.compile(r"[{}]|\[[\w .-]+\]$|<\w+"), "this is not a requirements file's syntax"),
    (re.compile(r"""["']"""), "a requirement stands without quotes here"),
    (re.compile(r"//|;"), 'a comment begins with "#"'),
)


def _familiar(text: str) -> str | None:
    if text.startswith(("[", "{")) and not text.startswith("[["):
        return "this is not a requirement; is the file in another format?"
    return next((reason for pattern, reason in _FAMILIAR if pattern.match(text)), None)


_AFTER_NAME: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"=([\w.*+!-]+)=[\w.*]+$"), "this is conda's format; pip's is \"{name}=={found}\""),
    (re.compile(r"=\s*[^=<>!~\s]"), 'a version needs "==" (found "=")'),
    (re.compile(r"=>"), 'write ">=" (found "=>")'),
    (re.compile(r"=<"), 'write "<=" (found "=<")'),
    (re.compile(r"(<>|=!)"), 'write "!=" (found "{found}")'),
    (re.compile(r"\^"), '"^" is another tool\'s; pip takes ">=" and "<"'),
    (re.compile(r"~[^=]"), 'write "~=" (found "~")'),
    (re.compile(r"@\s*$"), 'an address is missing after "@"'),
    (re.compile(r",$"), "one requirement a line, without a comma"),
    (re.compile(r",?\s*[A-Za-z][\w.-]*\s*(,|$|[<>=!~])"), "a name holds no spaces or commas; write one requirement a line"),
    (re.compile(r"v?(\d[\w.]*)$"), 'write "{name}=={found}"'),
    (re.compile(r"\["), 'the "[" of its extras is not closed'),
)
"""What may stand wrongly after a name, and the sentence on it; ``found`` is the first group."""


def _version(text: str) -> str | None:
    """What is wrong with the part before the marker, where it is one of the familiar mistakes."""
    head = re.match(rf"({_NAME}{_EXTRAS})\s*(.*)$", text, re.DOTALL)
    if head is None:
        return None
    for pattern, sentence in _AFTER_NAME:
        if match := pattern.match(head[2]):
            return sentence.format(name=head[1], found=match[1] if match.re.groups else "")
    if not head[2].startswith(("=", "<", ">", "!", "~")):
        return None
    return next(filter(None, map(_specifier, head[2].split(","))), None)


def _specifier(text: str) -> str | None:
    """What is wrong with one version specifier."""
    spec = text.strip()
    parts = re.match(r"(===|[=!<>~]=|[<>])\s*(.*)$", spec)
    if not parts:
        return f"{quoted(spec)} is not a version specifier" if spec else None
    operator, version = parts[1], parts[2]
    for wrong, sentence in (
        (not version, f'no version after "{operator}"'),
        (operator == "~=" and re.fullmatch(r"v?\d+", version), f'"~=" needs two numbers at least: "~={version}.0"'),
        (re.search(r"\s[=<>!~]", version), "a comma is missing between version specifiers"),
        ("[" in version, "extras stand before the version: name[extra]==version"),
        (version.endswith(".*") and operator not in ("==", "!="), f'"{operator}" does not take ".*"; only "==" and "!=" do'),
        (operator != "===" and not _is_version(version), f"{quoted(version)} is not a version"),
    ):
        if wrong:
            return sentence
    return None


def _is_version(text: str) -> bool:
    try:
        Version(text.removesuffix(".*"))
    except InvalidVersion:
        return False
    return True


def _marker(text: str) -> str | None:
    """What is wrong with a marker, where it is one of the familiar mistakes."""
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", '""', text.strip())
    value = re.search(r"(?:[=<>]=?|\bin)\s*(?!not\b|in\b)([\w.*+-]+)", bare)
    unquoted = value[1] if value and value[1] not in _MARKERS else ""
    names = re.findall(r"[A-Za-z_][\w.]*", bare)
    strange = next((name for name in names if name not in ("and", "or", "in", "not", *_MARKERS)), "")
    for wrong, sentence in (
        (not bare, 'nothing follows the ";"'),
        ("'" in bare or bare.count('"') % 2, "a quote in the marker is not closed"),
        ("&&" in bare or "||" in bare, 'a marker joins with "and" and "or"'),
        (re.search(r"(?<![=<>!~])=(?!=)", bare), 'a marker compares with "==" (found "=")'),
        (unquoted, f'the value {unquoted} in the marker needs quotes: "{unquoted}"'),
        (strange, f'"{strange}" is not a marker variable{nearest(strange, _MARKERS)}'),
        (re.search(r"\b(and|or)$", bare), "the marker ends in the middle"),
    ):
        if wrong:
            return sentence
    return None


_PLAIN = (
    ("Expected package name at the start", "it does not begin with a project's name"),
    ("Expected semicolon (after URL", 'something follows the address; a marker begins with " ;"'),
    ("Expected semicolon (after name", "what follows the name is no version, extra or marker"),
    ("Expected comma (within version specifier)", "what follows the version is no version, comma or marker"),
    ("Expected matching RIGHT_BRACKET", 'the "[" of its extras is not closed'),
    ("Expected matching RIGHT_PARENTHESIS", 'a "(" is not closed'),
    ("Expected comma between extra names", "extras are separated by commas"),
    ("Expected extra name", "an extra has no name"),
    ("Expected end of marker", "something follows the end of the marker"),
    ("Expected end of dependency specifier", "something follows its end"),
    ("Expected URL after @", 'an address is missing after "@"'),
    ("Expected a marker variable", "the marker is incomplete or has an unquoted value"),
    ("Expected marker operator", "a comparison is missing in the marker"),
)


def _plain(error: str) -> str:
    """What packaging says, first line only, in plain words where they are known."""
    for begin, sentence in _PLAIN:
        if error.startswith(begin):
            return sentence
    first = error.strip().split("\n", 1)[0].strip().rstrip(".").replace("`", '"')
    return first[:1].lower() + first[1:] if first else "not a requirement"
