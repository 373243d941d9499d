"""What is wrong with a requirement, in words: the commonest mistakes first, then what packaging says."""

from __future__ import annotations

import difflib
import re

__all__ = ["nearest", "shown", "why_invalid", "why_marker"]

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_EXTRAS = r"(?:\s*\[[^\]]*\])?"
_MARKERS = (
    "extra",
    "implementation_name",
    "implementation_version",
    "os_name",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_full_version",
    "python_version",
    "sys_platform",
)
_PASSWORD = re.compile(r"(?<=://)[^/\s@]+@")


def shown(text: str) -> str:
    """Text fit to print: no credentials in its addresses, and no longer than a line."""
    text = _PASSWORD.sub(lambda found: found[0] if found[0] in ("git@", "hg@") else "****@", text)
    return text if len(text) <= 120 else text[:117] + "..."


def nearest(word: str, known: tuple[str, ...] | list[str]) -> str:
    """`` (did you mean ...?)`` with the most alike of the known words, or nothing."""
    found = difflib.get_close_matches(word, known, n=2, cutoff=0.6)
    return f" (did you mean {' or '.join(f'{name}' for name in found)}?)" if found else ""


def why_invalid(text: str, error: str) -> str:
    """One sentence on a requirement that packaging refuses, given packaging's message."""
    text = text.strip()
    before, semicolon, marker = text.partition(";")
    reason = _familiar(text) or _version(before.strip())
    if reason is None and semicolon and _NAMED.match(before.strip()):
        reason = _marker(marker)
    return f'"{shown(text)}": {reason or _plain(error)}'


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
    (re.compile(r"(import|from) \w"), "this is Python code, not a requirement"),
    (re.compile(r"[{}]|\[[\w .-]+\]$|<\w+"), "this is not a requirements file's syntax"),
    (re.compile(r"""["']"""), "a requirement stands without quotes here"),
    (re.compile(r"//|;"), 'a comment begins with "#"'),
)


def _familiar(text: str) -> str | None:
    if text.startswith(("[", "{")) and not text.startswith("[["):
        return "this is not a requirement; is the file in another format?"
    return next((reason for pattern, reason in _FAMILIAR if pattern.match(text)), None)


def _version(text: str) -> str | None:
    """What is wrong with the part before the marker, where it is one of the familiar mistakes."""
    head = re.match(rf"({_NAME})({_EXTRAS})\s*(.*)$", text, re.DOTALL)
    if head is None:
        return None
    name, extras, rest = head[1] + head[2], head[2], head[3]
    conda = re.fullmatch(r"=([\w.*+!-]+)=[\w.*]+", rest)
    if conda:
        return f"this is conda's format; pip's is \"{name}=={conda[1]}\""
    for pattern, sentence in (
        (r"=\s*[^=<>!~\s]", 'a version needs "==" (found "=")'),
        (r"=>", 'write ">=" (found "=>")'),
        (r"=<", 'write "<=" (found "=<")'),
        (r"<>|=!", f'write "!=" (found "{rest[:2]}")'),
        (r"\^", '"^" is another tool\'s; pip takes ">=" and "<"'),
        (r"~[^=]", 'write "~=" (found "~")'),
        (r"@\s*$", 'an address is missing after "@"'),
        (r",$", "one requirement a line, without a comma"),
        (r",?\s*[A-Za-z][\w.-]*\s*(,|$|[<>=!~])", "a name holds no spaces or commas; write one requirement a line"),
        (r"v?\d[\w.]*$", f'write "{name}=={rest.lstrip("v")}"'),
    ):
        if re.match(pattern, rest):
            return sentence
    if rest.startswith("[") and not extras:
        return 'the "[" of its extras is not closed'
    return _specifiers(rest)


def _specifiers(rest: str) -> str | None:
    """The first faulty one of several version specifiers."""
    if rest[:1] not in ("=", "<", ">", "!", "~"):
        return None
    for part in rest.split(","):
        spec = part.strip()
        operator = re.match(r"===|[=!<>~]=|[<>]", spec)
        if not operator:
            return f'"{spec}" is not a version specifier' if spec else None
        version = spec[operator.end() :].strip()
        if not version:
            return f'no version after "{operator[0]}"'
        if operator[0] == "~=" and re.fullmatch(r"v?\d+", version):
            return f'"~=" needs two numbers at least: "~={version}.0"'
        if re.search(r"\s[=<>!~]", version):
            return "a comma is missing between version specifiers"
        if "[" in version:
            return "extras stand before the version: name[extra]==version"
        if version.endswith(".*") and operator[0] not in ("==", "!="):
            return f'"{operator[0]}" does not take ".*"; only "==" and "!=" do'
        if not _VERSION.fullmatch(version) and operator[0] != "===":
            return f'"{version}" is not a version'
    return None


_VERSION = re.compile(
    r"v?(\d+!)?\d+(\.\d+)*(\.\*|[-_.]?(a|b|c|rc|alpha|beta|pre|preview|post|rev|r|dev)?[-_.]?\d*)*(\+[\w.-]+)?", re.IGNORECASE
)


def _marker(text: str) -> str | None:
    """What is wrong with a marker, where it is one of the familiar mistakes."""
    text = text.strip()
    if not text:
        return 'nothing follows the ";"'
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", '""', text)
    if "'" in bare or bare.count('"') % 2:
        return "a quote in the marker is not closed"
    if "&&" in bare or "||" in bare:
        return 'a marker joins with "and" and "or"'
    if re.search(r"(?<![=<>!~])=(?!=)", bare):
        return 'a marker compares with "==" (found "=")'
    value = re.search(r"[=<>]=?\s*(?!not\b|in\b)([\w.*+-]+)|\b(?:in)\s+([\w.]+)", bare)
    if value and (word := value[1] or value[2]) not in _MARKERS:
        return f'the value {word} in the marker needs quotes: "{word}"'
    for name in re.findall(r"[A-Za-z_][\w.]*", bare):
        if name not in ("and", "or", "in", "not", *_MARKERS):
            return f'"{name}" is not a marker variable{nearest(name, _MARKERS)}'
    if re.search(r"\b(and|or)$", bare):
        return "the marker ends in the middle"
    return None


_PLAIN = (
    ("Expected package name at the start", "it does not begin with a project's name"),
    ("Expected semicolon (after name", "what follows the name is no version, extra or marker"),
    ("Expected comma (within version specifier)", "what follows the version is no version, comma or marker"),
    ("Expected matching RIGHT_BRACKET", 'the "[" of its extras is not closed'),
    ("Expected matching RIGHT_PARENTHESIS", 'a "(" is not closed'),
    ("Expected comma between extra names", "extras are separated by commas"),
    ("Expected extra name", "an extra has no name"),
    ("Expected end of dependency specifier", "something follows its end"),
    ("Expected URL after @", 'an address is missing after "@"'),
    ("Expected a marker variable", "the marker is incomplete or has an unquoted value"),
    ("Expected marker operator", "a comparison is missing in the marker"),
)


def _plain(error: str) -> str:
    """packaging's own message, first line only, in plain words where they are known."""
    for begin, sentence in _PLAIN:
        if error.startswith(begin):
            return sentence
    first = error.strip().split("\n", 1)[0].strip().rstrip(".").replace("`", '"')
    return first[:1].lower() + first[1:] if first else "not a requirement"
