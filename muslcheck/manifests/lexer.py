"""Text of a requirements file to logical lines, each taken apart into a requirement and options.

pip-requirements-parser does the reading: it is pip's own code. Around it goes what it lacks beside pip 26: the options
that are newer than it, one option parser for all lines instead of one a line, and ``${VAR}``. Options that pip has
dropped since (``--global-option``, ``--install-option``, ``--allow-external`` ...) are taken out, so they are faults here as in pip.
Imported only for files that need it (see :func:`muslcheck.manifests.lines.plain_lines`): the library takes a while to load.
"""

from __future__ import annotations

import os
import re
import shlex
from optparse import BadOptionError, Option, OptionValueError
from typing import TYPE_CHECKING, Any

import pip_requirements_parser as parser

from muslcheck.manifests.display import nearest, quoted
from muslcheck.manifests.lines import Line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from optparse import OptionParser

__all__ = ["read_lines"]

_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
_QUOTES = re.compile(r"[\"'\\]")
_BLANKS = re.compile(r"[ \t\r\n]+")  # what a shell takes for blank, not what Python does
_STRONG = ("sha256", "sha384", "sha512")

_DROPPED = (
    "--allow-all-external",
    "--allow-external",
    "--allow-unverified",
    "--always-unzip",
    "--global-option",
    "--install-option",
    "--no-use-wheel",
    "--process-dependency-links",
    "-Z",
)
"""Options that requirements files once had."""

_ELSEWHERE = (
    "--break-system-packages",
    "--build",
    "--cache-dir",
    "--cert",
    "--disable-pip-version-check",
    "--download",
    "--dry-run",
    "--force-reinstall",
    "--ignore-installed",
    "--ignore-requires-python",
    "--isolated",
    "--no-build-isolation",
    "--no-cache-dir",
    "--no-compile",
    "--no-deps",
    "--platform",
    "--prefix",
    "--proxy",
    "--python-version",
    "--quiet",
    "--retries",
    "--root",
    "--src",
    "--target",
    "--timeout",
    "--upgrade",
    "--upgrade-strategy",
    "--uploaded-prior-to",
    "--user",
    "--verbose",
    "-I",
    "-U",
    "-q",
    "-t",
    "-v",
)
"""Options of pip's command line that a requirements file does not take."""


def read_lines(text: str) -> Iterator[Line]:
    """The lines that say something. A faulty one has its ``fault``; comments are left out."""
    reader = _option_parser()
    for item in parser.preprocess(text):
        if not isinstance(item, parser.CommentLine):
            yield _read_line(reader, item.line_number, item.line)


def _read_line(reader: OptionParser, number: int, line: str) -> Line:
    filled, unset = _fill(line)
    written = parser.break_args_options(line)[0]
    entry, options_text = parser.break_args_options(filled)
    values = reader.get_default_values()
    for name, value in vars(values).items():
        if isinstance(value, list):  # the parser's own lists would collect the options of all lines
            setattr(values, name, value.copy())
    if not options_text:
        return Line(number, written, entry, values, unset)
    try:
        _, ignored = reader.parse_args(_words(options_text), values)
    except ValueError:
        return Line(number, written, entry, values, unset, fault=f"{quoted(line)}: a quote in its options is not closed")
    except (parser.OptionParsingError, BadOptionError, OptionValueError) as error:
        return Line(number, written, entry, values, unset, fault=_option_fault(str(getattr(error, "msg", error)), line))
    if values.editables and not entry:
        written = parser.break_args_options(line)[1]
    return Line(number, written, entry, values, unset, tuple(ignored))


def _words(text: str) -> list[str]:
    """Words as a shell has them; the slow way only where quotes ask for it, as hashes come by the hundred."""
    return shlex.split(text) if _QUOTES.search(text) else _BLANKS.split(text)


def _fill(line: str) -> tuple[str, tuple[str, ...]]:
    """The line with ``${UPPER_CASE}`` variables filled in; those without a value stay, as in pip."""
    unset = []
    for name in dict.fromkeys(_VARIABLE.findall(line)):
        if value := os.environ.get(name):
            line = line.replace(f"${{{name}}}", value)
        else:
            unset.append(name)
    return line, tuple(unset)


def _option_parser() -> OptionParser:
    reader: OptionParser = parser.build_parser()
    for factory in (*parser.LEGACY_OPTIONS, parser.install_options, parser.global_options, parser.requirements):
        reader.remove_option(factory().get_opt_string())
    for name in ("--no-binary", "--only-binary", "--hash"):
        reader.remove_option(name)
    # pip has no --requirements.
    reader.add_option(Option("-r", "--requirement", dest="requirements", action="append", default=[]))
    for name in ("--no-binary", "--only-binary", "--all-releases", "--only-final"):
        reader.add_option(Option(name, dest="controls", action="callback", type="str", default=[], callback=_control))
    reader.add_option(Option("--hash", dest="hashes", action="callback", type="str", default=[], callback=_hash))
    reader.add_option(
        Option("-C", "--config-settings", dest="config_settings", action="callback", type="str", default=[], callback=_config_setting)
    )
    reader.add_option(Option("--no-require-hashes", dest="no_require_hashes", action="store_true", default=False))
    return reader


def _control(_option: Option, name: str, value: str, reader: Any) -> None:  # noqa: ANN401  # optparse's callback
    if value.startswith("-"):
        raise OptionValueError(f"{name} option requires 1 argument")
    reader.values.controls.append((name.removeprefix("--").replace("-", "_"), value))


def _hash(_option: Option, name: str, value: str, reader: Any) -> None:  # noqa: ANN401  # optparse's callback
    algorithm, colon, digest = value.partition(":")
    if not colon:
        raise OptionValueError(f"{name} takes a value such as sha256:abcdef...")
    if algorithm not in _STRONG:
        raise OptionValueError(f"{name} takes {', '.join(_STRONG[:-1])} or {_STRONG[-1]}, not {algorithm}")
    reader.values.hashes.append(f"{algorithm}:{digest}")


def _config_setting(_option: Option, name: str, value: str, reader: Any) -> None:  # noqa: ANN401  # optparse's callback
    if "=" not in value:
        raise OptionValueError(f"{name} takes KEY=VALUE")
    reader.values.config_settings.append(value)


def _option_fault(message: str, line: str) -> str:
    """A sentence from optparse's message."""
    message = message.strip().removeprefix("pip_requirements_parser: error: ")
    missing = re.match(r"(\S+) option requires 1 argument", message)
    if missing:
        return f'"{missing[1]}": its value is missing'
    unknown = re.match(r"no such option: (\S+)", message)
    if unknown is None:
        return f"{quoted(line)}: {message}"
    name = unknown[1].partition("=")[0]
    if name in _DROPPED:
        return f'"{name}": pip has dropped this option'
    if name in _ELSEWHERE:
        return f'"{name}": this option belongs on the command line, not in a requirements file'
    known = [option for group in _option_parser().option_list for option in group._long_opts]  # noqa: SLF001
    return f'"{name}": pip knows no such option{nearest(name, known)}'
