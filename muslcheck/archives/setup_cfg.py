"""setup.cfg, as far as setuptools takes a build's settings from it: requirements, and what it says of extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muslcheck.archives.container import Contents

__all__ = ["listed", "read_setup_cfg"]


def read_setup_cfg(contents: Contents) -> dict[str, dict[str, str]]:
    """Sections and their keys (lower case, ``-`` as ``_``); empty where there is none or it cannot be parsed."""
    text = contents.text("setup.cfg")
    if text is None:
        return {}
    import configparser

    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text.replace("\r\n", "\n"))
    except (configparser.Error, ValueError, AttributeError, TypeError):
        return {}
    return {section: {key.replace("-", "_"): value or "" for key, value in parser.items(section)} for section in parser.sections()}


def listed(value: str) -> tuple[str, ...]:
    """A list value of setup.cfg: one item a line, or split at ``;`` on one line; comment lines left out."""
    lines = value.splitlines() if "\n" in value else value.split(";")
    return tuple(item for line in lines if (item := line.strip()) and not item.startswith("#"))
