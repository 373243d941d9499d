"""The words of the command line: which options there are, what they mean, and the objects they become.

Every long option may also be given as an environment variable, ``MUSLCHECK_`` and its name (``MUSLCHECK_INDEX_URL``): it
counts where the command line does not say. ``true``, ``1``, ``yes`` and ``on`` switch an option on; several values of
a repeatable one are parted by spaces, as in pip's variables. With ``--isolated`` no variable counts.
"""

from __future__ import annotations

import argparse
import re
from functools import partial
from typing import TYPE_CHECKING, Final, NoReturn

from muslcheck.errors import UsageError
from muslcheck.render import RENDERERS
from muslcheck.words.installer import PIP, Installer
from muslcheck.words.report import FAIL_ON
from muslcheck.words.requirement import FormatControl, IndexOptions, Selection

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["build_args", "build_parser", "index_options", "parse", "selection"]

PREFIX: Final = "MUSLCHECK_"
ON, OFF = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}
DURATION: Final = re.compile(r"P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)
UNITS: Final = ("weeks", "days", "hours", "minutes", "seconds")
EPILOG: Final = """\
examples:
  muslcheck requirements.txt --image python:3.11-alpine
  muslcheck . --group test --arch amd64 --arch arm64
  muslcheck requirements.txt --image python:alpine --image python:slim --matrix
  muslcheck requirements.txt --image python:3.12-alpine --explain grpcio
  muslcheck requirements.txt -f json -o report.json --fail-on compile

exit status: 0 nothing found that --fail-on counts; 1 something found; 2 bad
input or usage; 3 not finished (the index out of reach; with --strict, a package
that could not be judged). Nothing that is downloaded is ever run.

Each long option can be set in the environment, as MUSLCHECK_INDEX_URL for
--index-url. pip's own settings (pip.conf, PIP_*) are honoured beneath.
MUSLCHECK_RECIPES=off leaves out what is known of Alpine's own recipes for
Python packages, to measure what reading sdists is worth by itself.
"""


class _Parser(argparse.ArgumentParser):
    """Raises what it dislikes as a UsageError."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, "Run muslcheck --help for all options.")


class _Help(argparse.HelpFormatter):
    """One line for each option where that is possible: the short and the first long name; further names in the text."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=29, width=80)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings:
            return super()._format_action_invocation(action)
        names = [name for name in action.option_strings if not name.startswith("--")]
        names += [name for name in action.option_strings if name.startswith("--")][:1]
        return ", ".join(names) + (f" {self._format_args(action, '')}" if action.nargs != 0 else "")

    def _expand_help(self, action: argparse.Action) -> str:
        others = [name for name in action.option_strings if name.startswith("--")][1:]
        return super()._expand_help(action) + (f" (also {', '.join(others)})" if others else "")

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "".join(f"{indent}{line}" for line in text.splitlines(keepends=True)) or super()._fill_text(text, width, indent)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    from muslcheck import __version__

    parser = _Parser(
        prog="muslcheck",
        usage="muslcheck [options] [PATH ...]",
        description="Which of a project's packages install from a wheel, compile, or fail on Alpine,\nbefore an image is built.",
        epilog=EPILOG,
        formatter_class=_Help,
        allow_abbrev=False,
        add_help=False,
    )
    asked = parser.add_argument_group("what is asked about")
    asked.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="requirements file, pyproject.toml, lock, Dockerfile or project directory; default: the current directory",
    )
    asked.add_argument("-r", "--requirement", action="append", default=[], metavar="FILE", help="a requirements file, like PATH")
    asked.add_argument("-c", "--constraint", "--constraints", action="append", default=[], metavar="FILE", help="constraints file")
    asked.add_argument("--build", action="store_true", help="what building the project itself requires ([build-system]), too")
    asked.add_argument(
        "--build-constraint",
        "--build-constraints",
        action="append",
        default=[],
        metavar="FILE",
        help="constraints file for what builds require, and nothing else",
    )
    asked.add_argument(
        "--installed",
        action="append",
        nargs="?",
        const="",
        default=[],
        metavar="VENV",
        help="what is installed in a virtual environment, or for a Python; alone: for this one",
    )
    asked.add_argument("--extra", action="append", default=[], metavar="NAME", help="take an extra of the project")
    asked.add_argument("--all-extras", action="store_true", help="take every extra of the project")
    asked.add_argument("--group", action="append", default=[], metavar="NAME", help="take a dependency group (PEP 735)")
    asked.add_argument("--stage", default="", metavar="NAME", help="of a Dockerfile, the stage that is the image; default: the last")
    asked.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE", help="of a Dockerfile, the value of an ARG")

    image = parser.add_argument_group("the image (each may be repeated)")
    image.add_argument("--image", action="append", default=[], metavar="IMAGE", help="python:3.11-alpine, python:3.12-slim, alpine:3.23")
    image.add_argument(
        "--python-version", action="append", default=[], metavar="X.Y", help="short for python:X.Y-alpine; 3.13t: free-threaded"
    )
    image.add_argument(
        "--arch", "--platform", action="append", default=[], metavar="ARCH", help="x86_64, arm64, linux/arm/v7; default: this machine's"
    )
    image.add_argument("--matrix", action="store_true", help="every current Python and every architecture, where none is named")
    image.add_argument(
        "--apk-index",
        action="append",
        default=[],
        metavar="PLACE",
        help="the release's APKINDEX.tar.gz, file or address: exact names",
    )

    image.add_argument(
        "--inspect-wheels",
        action="store_true",
        help="fetch wheels for musl and look into them: whether what is compiled there can be loaded in the image",
    )

    _index(parser.add_argument_group("the index (as pip's options)"))
    _choice(parser.add_argument_group("which files may be taken (as pip's options)"))

    cache = parser.add_argument_group("cache")
    cache.add_argument("--cache-dir", metavar="DIR", help="keep answers in DIR, not in the user's cache folder")
    cache.add_argument("--no-cache", "--no-cache-dir", action="store_true", help="keep nothing")
    cache.add_argument("--refresh", action="store_true", help="ask again for what is kept")
    cache.add_argument("--offline", action="store_true", help="answer from the cache alone")

    answer = parser.add_argument_group("the answer")
    answer.add_argument(
        "-f",
        "--format",
        choices=tuple(RENDERERS),
        default="text",
        metavar="FORMAT",
        help=f"text (default), {', '.join(sorted({*RENDERERS} - {'text'}))}",
    )
    answer.add_argument("-o", "--output", metavar="FILE", help="write to FILE; -: standard output")
    answer.add_argument("--explain", metavar="NAME", help="everything known about one package")
    answer.add_argument("-v", "--verbose", action="count", default=0, help="why no wheel fits; -vv: each file")
    answer.add_argument("-q", "--quiet", action="count", default=0, help="problems and totals only; -qq: nothing")
    answer.add_argument(
        "--fail-on",
        choices=tuple(FAIL_ON),
        default="fail",
        metavar="WHAT",
        help="exit status 1 for: fail (default), compile (or fail), unknown (or those), never",
    )
    answer.add_argument("--strict", action="store_true", help="exit status 3 where a package could not be judged")
    answer.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", metavar="WHEN", help="auto (default), always or never"
    )
    answer.add_argument("--no-color", dest="color", action="store_const", const="never", default="auto", help="the same as --color never")
    answer.add_argument("--no-progress", action="store_true", help="do not say what is being waited for")

    other = parser.add_argument_group("other")
    other.add_argument("--isolated", action="store_true", help="heed no environment variables and no pip settings")
    other.add_argument("--version", action="version", version=f"muslcheck {__version__}", help="show the version")
    other.add_argument("-h", "--help", action="help", help="show this help")
    return parser


def _index(group: argparse._ArgumentGroup) -> None:
    group.add_argument("-i", "--index-url", "--default-index", metavar="URL", help="the index")
    group.add_argument("--extra-index-url", "--index", action="append", default=[], metavar="URL", help="a further index")
    group.add_argument("--find-links", action="append", default=[], metavar="PLACE", help="directory or page that lists files")
    group.add_argument("--no-index", action="store_true", help="ask no index, only --find-links")
    group.add_argument("--trusted-host", action="append", default=[], metavar="HOST", help="do not verify this host's certificate")
    group.add_argument("--cert", metavar="FILE", help="CA bundle (PEM)")
    group.add_argument("--client-cert", metavar="FILE", help="client certificate and key (PEM)")
    group.add_argument("--proxy", metavar="URL", help="proxy for all requests")
    group.add_argument("--timeout", type=_seconds, metavar="SECONDS", help="wait this long for the index")
    group.add_argument("--retries", type=_count, metavar="N", help="ask again this often")


def _choice(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--installer", type=_installer, default=PIP, metavar="NAME", help="whose rules: pip (default), pip==26.2 or another version, uv"
    )
    group.add_argument("--pre", action="store_true", help="take pre-releases")
    group.add_argument(
        "--all-releases",
        dest="releases",
        action="append",
        default=[],
        type=partial(_rule, "no_binary"),
        metavar="NAMES",
        help="take pre-releases of NAMES, or :all:",
    )
    group.add_argument(
        "--only-final",
        dest="releases",
        action="append",
        default=[],
        type=partial(_rule, "only_binary"),
        metavar="NAMES",
        help="take no pre-releases of NAMES, or :all:",
    )
    group.add_argument("--prefer-binary", action="store_true", help="an older wheel before a newer sdist")
    group.add_argument(
        "--only-binary",
        dest="formats",
        action="append",
        default=[],
        type=partial(_rule, "only_binary"),
        metavar="NAMES",
        help="no sdists of NAMES, or :all:",
    )
    group.add_argument(
        "--no-binary",
        dest="formats",
        action="append",
        default=[],
        type=partial(_rule, "no_binary"),
        metavar="NAMES",
        help="no wheels of NAMES, or :all:",
    )
    group.add_argument(
        "--no-build",
        dest="formats",
        action="append_const",
        default=[],
        const=("only_binary", ":all:"),
        help="the same as --only-binary :all:",
    )
    group.add_argument("--no-deps", action="store_true", help="judge what is listed, not what it requires")
    group.add_argument(
        "--uploaded-prior-to", "--exclude-newer", type=_moment, metavar="WHEN", help="files before a date, a time, or P7D ago"
    )
    group.add_argument("--require-hashes", action="store_true", help="every requirement has a --hash")
    group.add_argument("--no-require-hashes", action="store_true", help="one --hash does not ask for others")
    group.add_argument("--ignore-requires-python", action="store_true", help="take files for other Pythons, too")


def parse(argv: Sequence[str], environ: Mapping[str, str]) -> argparse.Namespace:
    """The command line, and the environment where that does not say.

    Raises UsageError; SystemExit after ``--help`` and ``--version``.
    """
    parser = build_parser()
    given = _parsed(parser, argv)
    if given.isolated:
        return given
    from_environment = [word for action in parser._actions for word in _said(parser, action, given, environ)]  # noqa: SLF001 -- listed nowhere else
    return _parsed(parser, [*from_environment, *argv]) if from_environment else given


def build_args(given: argparse.Namespace, environ: Mapping[str, str]) -> dict[str, str]:
    """The values of a Dockerfile's arguments; a name alone has the environment's value, as for ``docker build``."""
    parts = [each.partition("=") for each in given.build_arg]
    return {name: value if equals else environ[name] for name, equals, value in parts if equals or name in environ}


def index_options(given: argparse.Namespace) -> IndexOptions:
    """Where the command line says that files are."""
    return IndexOptions(
        index_url=given.index_url,
        extra_index_urls=tuple(given.extra_index_url),
        find_links=tuple(given.find_links),
        no_index=given.no_index,
        trusted_hosts=tuple(given.trusted_host),
        cert=given.cert,
        client_cert=given.client_cert,
        proxy=given.proxy,
        timeout=given.timeout,
        retries=given.retries,
    )


def selection(given: argparse.Namespace) -> Selection:
    """Which files the command line allows. Raises UsageError for ``--pre`` beside what it contradicts, as pip does."""
    if given.pre and given.releases:
        raise UsageError(
            "--pre cannot be used with --all-releases or --only-final", "Leave out --pre, or give --all-releases :all: instead."
        )
    if given.require_hashes and given.no_require_hashes:
        raise UsageError("--require-hashes and --no-require-hashes exclude each other", "Leave out one of them.")
    formats = releases = FormatControl()
    for option, names in given.formats:
        formats = formats.adding(option, names)
    for option, names in [("no_binary", ":all:")] * given.pre + given.releases:
        releases = releases.adding(option, names)
    return Selection(
        formats=formats,
        prefer_binary=given.prefer_binary,
        all_releases=releases.no_binary,
        only_final=releases.only_binary,
        uploaded_prior_to=given.uploaded_prior_to,
        ignore_requires_python=given.ignore_requires_python,
        no_deps=given.no_deps,
        require_hashes=given.require_hashes,
        no_require_hashes=given.no_require_hashes,
        installer=given.installer,
    )


def _parsed(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.Namespace:
    given, left = parser.parse_known_intermixed_args([*words])
    if left:
        option = left[0].partition("=")[0]
        raise UsageError(f"unknown option {option}", _nearest(parser, option))
    return given


def _nearest(parser: argparse.ArgumentParser, option: str) -> str:
    from difflib import get_close_matches

    known = [name for action in parser._actions for name in action.option_strings]  # noqa: SLF001 -- listed nowhere else
    near = get_close_matches(option, known, n=1) or [name for name in known if name.startswith(option)][:1]
    return f"Did you mean {near[0]}?" if near else "Run muslcheck --help for all options."


def _said(parser: argparse.ArgumentParser, action: argparse.Action, given: argparse.Namespace, environ: Mapping[str, str]) -> Iterator[str]:
    """What the environment says of one option, as words of the command line; nothing where the command line says it."""
    if action.dest in {"help", "version"} or getattr(given, action.dest) != action.default:
        return
    for name in action.option_strings:
        variable = PREFIX + name.removeprefix("--").replace("-", "_").upper()
        value = environ.get(variable) if name.startswith("--") else None
        if value is None:
            continue
        words = _words(variable, value, name, action)
        try:
            _parsed(parser, words)
        except UsageError as error:
            raise UsageError(f"{variable}: {error.message.removeprefix('argument ').partition(': ')[2] or error.message}") from error
        yield from words
        return


def _words(variable: str, value: str, name: str, action: argparse.Action) -> list[str]:
    if action.nargs == 0 and isinstance(action.default, int) and not isinstance(action.default, bool) and value.isdecimal():
        return [name] * int(value)
    if action.nargs == 0:
        if value.strip().lower() not in ON | OFF:
            raise UsageError(f"{variable}: {value!r} is neither true nor false")
        return [name] if value.strip().lower() in ON else []
    if action.nargs == "?" and value.strip().lower() in ON | OFF:
        return [name] if value.strip().lower() in ON else []
    return [f"{name}={part}" for part in (value.split() if isinstance(action.default, list) else [value])]


def _rule(option: str, names: str) -> tuple[str, str]:
    """A step of pip's grammar of ``:all:``, ``:none:`` and names, in the order given.

    pip reads ``--all-releases`` and ``--only-final`` just as ``--no-binary`` and ``--only-binary``: the one takes from the other.
    """
    if names.startswith("-"):
        raise argparse.ArgumentTypeError("names are expected, or :all:, or :none:")
    return option, names


def _installer(text: str) -> Installer:
    try:
        return Installer.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return value


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of times")
    return int(text)


def _moment(text: str) -> datetime.datetime:
    """A date or time (ISO 8601; local where no offset is given, as pip takes it), or a duration before now (``P7D``, ``PT36H``)."""
    import datetime

    found = DURATION.fullmatch(text)
    try:
        if found:
            ago = datetime.timedelta(**{unit: int(number) for unit, number in zip(UNITS, found.groups(), strict=True) if number})
            return datetime.datetime.now(datetime.UTC) - ago
        moment = datetime.datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.astimezone()
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date (2026-01-31), time (2026-01-31T12:00:00Z) or duration (P7D)") from error
