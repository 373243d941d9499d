"""Settings of pip: its default index address, its configuration files and its environment variables.

Read here, and not through pip's own configuration module, because importing that takes longer than a whole warm run. A test holds the
two together.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from muslcheck.errors import UsageError
from muslcheck.words.requirement import FormatControl, IndexOptions, Selection

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Mapping

__all__ = [
    "configuration_files",
    "constraint_files",
    "default_index_url",
    "options_from_environment",
    "override_files",
    "requirement_files",
    "settings",
]

_SECTIONS: Final = ("global", "download", "install", ":env:")
"""Sections that bear on installing, the later over the earlier, and the environment over all."""
_TRUE: Final = frozenset({"y", "yes", "t", "true", "on", "1"})
_FALSE: Final = frozenset({"n", "no", "f", "false", "off", "0"})
_ALIASES: Final = {"pypi-url": "index-url", "default-timeout": "timeout", "no-dependencies": "no-deps"}
_NOT_OPTIONS: Final = frozenset({"version", "help"})
_HINT: Final = "Correct it in pip's configuration or environment; `pip config list` shows both."


def default_index_url() -> str:
    """The index address that pip uses where none is given. Raises UsageError where pip is absent."""
    try:
        from pip._internal.models.index import PyPI
    except ImportError as absent:
        raise UsageError("pip is not installed, so its default index address is not known", "Give --index-url.") from absent
    return str(PyPI.simple_url)


def options_from_environment(*, isolated: bool = False, uv: bool = False) -> tuple[IndexOptions, Selection]:
    """What pip is told by its files and variables: where to look, and what to take. Raises UsageError for what pip would refuse.

    Where pip is told of no index, uv's variables are heard (``UV_DEFAULT_INDEX``, ``UV_INDEX``). With ``uv`` they come first, and of what
    pip is told only its index counts, and how to reach it: uv reads no more of that, and not even that. ``isolated``: neither variables
    nor the user's own file, as with ``pip --isolated``.
    """
    said = settings(isolated=isolated)
    found = dict(said)
    index = IndexOptions(
        index_url=found.get("index-url"),
        extra_index_urls=_words(found, "extra-index-url"),
        find_links=_words(found, "find-links"),
        no_index=_flag(found, "no-index"),
        trusted_hosts=_words(found, "trusted-host"),
        cert=_path(found, "cert"),
        client_cert=_path(found, "client-cert"),
        proxy=found.get("proxy"),
        timeout=_number(found, "timeout"),
        retries=_whole_number(found, "retries"),
    )
    if uv:
        index = replace(index, extra_index_urls=(), find_links=(), no_index=False)
    if not isolated and (uv or (index.index_url is None and not index.extra_index_urls)):
        default, extra = _indexes_of_uv()
        if default is not None or extra:
            index = replace(index, index_url=default or (index.index_url if uv else None), extra_index_urls=extra)
    return index, _selection_of_uv(isolated=isolated) if uv else _selection(said, found)


def _indexes_of_uv() -> tuple[str | None, tuple[str, ...]]:
    """The index and the further ones that uv's variables name, with their names (``internal=https://...``) left out.

    ``UV_INDEX_URL`` and ``UV_EXTRA_INDEX_URL`` are the older words for them, which uv still hears behind the newer.
    """
    words = [word for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL") for word in os.environ.get(name, "").split()]
    default = os.environ.get("UV_DEFAULT_INDEX", "").strip() or os.environ.get("UV_INDEX_URL", "").strip()
    default, *extra = (word.partition("=")[2] if "=" in word.partition("://")[0] else word for word in (default, *words))
    return default or None, tuple(extra)


def constraint_files(*, isolated: bool = False, uv: bool = False) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The constraint files that pip is told of: for what is installed (``PIP_CONSTRAINT``), and for builds (``PIP_BUILD_CONSTRAINT``).

    Since pip 26.2 the former do not reach the isolated environments of builds. With ``uv`` those that uv's variables name.
    """
    if uv:
        return _files_of_uv("UV_CONSTRAINT", isolated=isolated), _files_of_uv("UV_BUILD_CONSTRAINT", isolated=isolated)
    found = dict(settings(isolated=isolated))
    return _words(found, "constraint"), _words(found, "build-constraint")


def requirement_files(*, isolated: bool = False) -> tuple[str, ...]:
    """The requirements files that pip is told of (``PIP_REQUIREMENT``): it reads them before those of its command line."""
    return _words(dict(settings(isolated=isolated)), "requirement")


def override_files(*, isolated: bool = False) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The files of what stands in for requirements, and of what is left out, that uv is told of (``UV_OVERRIDE``, ``UV_EXCLUDE``)."""
    return _files_of_uv("UV_OVERRIDE", isolated=isolated), _files_of_uv("UV_EXCLUDE", isolated=isolated)


def _files_of_uv(variable: str, *, isolated: bool) -> tuple[str, ...]:
    return () if isolated else tuple(os.environ.get(variable, "").split())


def settings(*, isolated: bool = False) -> tuple[tuple[str, str], ...]:
    """Every setting that bears on ``pip install``: the long name of its option, and its text, in the order in which pip hears them.

    Of two with one name the later counts, save for the options that add up (``--no-binary``). Raises UsageError for a file that
    cannot be read.
    """
    by_section: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for path in configuration_files(isolated=isolated):
        for section, items in _read(path):
            if section in by_section:
                by_section[section].update((_name(key), value) for key, value in items)
    if not isolated:
        by_section[":env:"].update((_name(key[4:]), value) for key, value in os.environ.items() if key.startswith("PIP_"))
    return tuple(
        (_ALIASES.get(key, key), value)
        for section in _SECTIONS
        for key, value in by_section[section].items()
        if value and key not in _NOT_OPTIONS
    )


def configuration_files(*, isolated: bool = False) -> tuple[str, ...]:
    """The files that pip reads, the later over the earlier, whether they exist or not (pip ``iter_config_files``)."""
    named = os.environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return ()
    basename = "pip.ini" if sys.platform == "win32" else "pip.conf"
    shared, own = _folders()
    files = [os.path.join(folder, basename) for folder in shared]  # noqa: PTH118 - pathlib is dear to load
    if not isolated and not (named and os.path.exists(named)):  # noqa: PTH110
        legacy = os.path.join(os.path.expanduser("~"), "pip" if sys.platform == "win32" else ".pip")  # noqa: PTH111, PTH118
        files += [os.path.join(folder, basename) for folder in (legacy, own)]  # noqa: PTH118
    files.append(os.path.join(sys.prefix, basename))  # noqa: PTH118
    if named is not None:
        files.append(named)
    return tuple(files)


def _folders() -> tuple[list[str], str]:
    """Folders of everyone's files, and that of the user's own."""
    if sys.platform in {"darwin", "win32"}:
        import platformdirs

        if sys.platform == "darwin":
            shared = platformdirs.site_data_dir("pip", appauthor=False, multipath=True).split(os.pathsep)
            own = platformdirs.user_data_dir("pip", appauthor=False, roaming=True)
            return shared, own if os.path.isdir(own) else os.path.expanduser("~/.config/pip")  # noqa: PTH111, PTH112
        return [platformdirs.site_config_dir("pip", appauthor=False)], platformdirs.user_config_dir("pip", appauthor=False, roaming=True)
    everyone = os.environ.get("XDG_CONFIG_DIRS", "").strip() or "/etc/xdg"
    shared = [os.path.join(os.path.expanduser(folder), "pip") for folder in everyone.split(os.pathsep) if folder.strip()]  # noqa: PTH111, PTH118
    home = os.environ.get("XDG_CONFIG_HOME", "").strip() or os.path.expanduser("~/.config")  # noqa: PTH111
    return [*shared, "/etc"], os.path.join(home, "pip")  # noqa: PTH118


def _read(path: str) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    if not os.path.exists(path):  # noqa: PTH110
        return []
    import configparser
    import locale

    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8" if sys.flags.utf8_mode else locale.getencoding())
    except (configparser.Error, UnicodeDecodeError) as error:
        raise UsageError(f"pip's configuration file {path} cannot be read: {error}", _HINT) from error
    return [(section, parser.items(section)) for section in parser.sections()]


def _name(key: str) -> str:
    return key.lower().replace("_", "-").removeprefix("--")


def _words(found: Mapping[str, str], key: str) -> tuple[str, ...]:
    return tuple(found.get(key, "").split())


def _flag(found: Mapping[str, str], key: str) -> bool:
    value = found.get(key, "no").strip().lower()
    if value in _TRUE | _FALSE:
        return value in _TRUE
    raise UsageError(f"{key}: {value} is neither yes nor no", _HINT)


def _number(found: Mapping[str, str], key: str) -> float | None:
    try:
        return float(found[key]) if key in found else None
    except ValueError:
        raise UsageError(f"{key}: {found[key]} is no number", _HINT) from None


def _whole_number(found: Mapping[str, str], key: str) -> int | None:
    try:
        return int(found[key]) if key in found else None
    except ValueError:
        raise UsageError(f"{key}: {found[key]} is no whole number", _HINT) from None


def _path(found: Mapping[str, str], key: str) -> str | None:
    return os.path.expanduser(found[key]) if key in found else None  # noqa: PTH111


def _selection(said: Iterable[tuple[str, str]], found: Mapping[str, str]) -> Selection:
    formats, releases = FormatControl(), FormatControl()
    for key, value in said:
        if key in {"no-binary", "only-binary"}:
            formats = formats.adding(key.replace("-", "_"), value)
        elif key in {"all-releases", "only-final"}:  # pip weighs these two against each other in the same way
            releases = releases.adding("no_binary" if key == "all-releases" else "only_binary", value)
        elif key == "pre" and _flag(found, "pre"):
            releases = releases.adding("no_binary", ":all:")
    return Selection(
        formats=formats,
        prefer_binary=_flag(found, "prefer-binary"),
        all_releases=releases.no_binary,
        only_final=releases.only_binary,
        uploaded_prior_to=_moment(found, "uploaded-prior-to"),
        ignore_requires_python=_flag(found, "ignore-requires-python"),
        no_deps=_flag(found, "no-deps"),
        require_hashes=_flag(found, "require-hashes"),
        no_require_hashes=_flag(found, "no-require-hashes"),
    )


def _selection_of_uv(*, isolated: bool) -> Selection:
    """What uv's own variables say of the files that may be taken, as far as ``uv pip install`` hears them."""
    if isolated:
        return Selection()
    said = os.environ.get("UV_PRERELEASE", "")
    every = frozenset({":all:"})
    return Selection(
        all_releases=every if said == "allow" else frozenset(),
        only_final=every if said == "disallow" else frozenset(),
        uploaded_prior_to=_moment_of_uv(os.environ.get("UV_EXCLUDE_NEWER", "").strip()),
        require_hashes=os.environ.get("UV_REQUIRE_HASHES", "").strip().lower() in _TRUE,
    )


def _moment_of_uv(text: str) -> datetime.datetime | None:
    """A time, a date (to its end, local time), or a while before now: ``3 days``, ``24 hours``, ``P7D`` (uv ``--exclude-newer``)."""
    if not text:
        return None
    import datetime

    spans = re.fullmatch(r"(\d+)\s*(w|d|h)(?:eeks?|ays?|ours?|rs?)?(?:\s+ago)?|P(\d+)([WD])|PT(\d+)(H)", text, re.IGNORECASE)
    if spans is not None:
        count, unit = (each for each in spans.groups() if each)
        return datetime.datetime.now(datetime.UTC) - int(count) * datetime.timedelta(hours={"w": 168, "d": 24, "h": 1}[unit.lower()])
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"UV_EXCLUDE_NEWER: {text} is neither a date nor a while such as 3 days", "Correct the variable.") from None
    if "T" not in text.upper() and ":" not in text:
        moment += datetime.timedelta(days=1)
    return moment if moment.tzinfo is not None else moment.astimezone()


def _moment(found: Mapping[str, str], key: str) -> datetime.datetime | None:
    """A date, a date and time (local where it has no zone), or ``P7D`` for seven days ago (pip ``--uploaded-prior-to``)."""
    if key not in found:
        return None
    import datetime

    text = found[key].strip()
    if text.startswith("P") and text.endswith("D") and text[1:-1].isdecimal():
        return datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=int(text[1:-1]))
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{key}: {text} is neither a date nor a number of days such as P7D", _HINT) from None
    return moment if moment.tzinfo is not None else moment.astimezone()
