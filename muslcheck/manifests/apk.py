"""The Alpine packages of an image while its Dockerfile is followed: ``apk add``, with virtual packages, and ``apk del``."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.words.requirement import Origin

__all__ = ["World", "apk_names"]

_VALUED = frozenset((
    "-t", "--virtual", "-X", "--repository", "-p", "--root", "--arch", "--keys-dir", "--repositories-file", "--cache-dir", "--wait",
))  # fmt: skip
"""Options of apk whose value is no package."""
_GROUP = ("-t", "--virtual")
_NAME = re.compile(r"[a-z0-9][\w.+:-]*")
_COMPUTED = re.compile(r"[$`]")


class World:
    """The packages that were asked for so far, as apk's own file ``world`` has them: by name, and by virtual package."""

    def __init__(self) -> None:
        self._named: dict[str, Origin] = {}
        self._groups: dict[str, dict[str, Origin]] = {}
        self.complete = True
        """False where a command adds what cannot be read from its text (``$(...)``, a variable without a value)."""

    def copied(self) -> World:
        """Another one to go on from here."""
        other = World()
        other._named = dict(self._named)
        other._groups = {group: dict(names) for group, names in self._groups.items()}
        other.complete = self.complete
        return other

    @property
    def packages(self) -> dict[str, Origin]:
        """All that is there, and where it was added."""
        found: dict[str, Origin] = {}
        for names in (self._named, *self._groups.values()):
            for name, origin in names.items():
                found.setdefault(name, origin)
        return found

    def follow(self, words: list[str], place: Callable[[str], Origin]) -> None:
        """One command; anything but ``apk add`` and ``apk del`` changes nothing. ``place`` tells where a word stands."""
        verb, options, names = _parted(words)
        if verb == "add":
            group = next((value for option, value in options if option in _GROUP), "")
            into = self._groups.setdefault(group, {}) if group else self._named
            into.update({name: place(name) for name in names if name not in into})
            self.complete = self.complete and not any(_COMPUTED.search(word) for word in words)
        elif verb == "del":
            for name in names:
                self._named.pop(name, None)
                self._groups.pop(name, None)


def apk_names(words: list[str]) -> tuple[str, ...]:
    """The packages of an ``apk add``, without versions."""
    verb, _, names = _parted(words)
    return tuple(names) if verb == "add" else ()


def _parted(words: list[str]) -> tuple[str, list[tuple[str, str]], list[str]]:
    """The verb of an apk command, its options with their values, and the packages; of another program, nothing."""
    if not words or os.path.basename(words[0]) != "apk":
        return "", [], []
    verb, options, names = "", [], []
    rest = iter(words[1:])
    for word in rest:
        if word.startswith("-"):
            option, equals, value = word.partition("=")
            options.append((option, value if equals else next(rest, "") if option in _VALUED else ""))
        elif not verb:
            verb = word
        elif word.startswith(".") and verb == "del":
            names.append(word)
        elif found := _NAME.match(re.split(r"[=<>~@]", word)[0]):
            if found[0] == re.split(r"[=<>~@]", word)[0]:
                names.append(found[0])
        elif verb == "del":
            names.append(word)
    return verb, options, names
