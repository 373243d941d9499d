"""Arguments of ``setup()`` that setuptools refuses: requirements and versions that are none by today's rules (PEP 440, PEP 508).

Setuptools reads them with the library ``packaging``, which took "legacy" ones until its version 22.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Seen
from muslcheck.archives.interpreter.values import BYTES, Encoded, Instance, Unknown
from muslcheck.archives.setup_cfg import listed, read_setup_cfg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.archives.container import Contents
    from muslcheck.archives.interpreter.record import SetupCall

__all__ = ["refused"]

_SPECIFIERS_SINCE = "since setuptools 67"
"""The first release that brings packaging 22 or later for these (its changelog, #3741)."""
_REQUIREMENTS = ("install_requires", "setup_requires")


def refused(contents: Contents, setup: SetupCall) -> Iterator[Seen]:
    """What setuptools stops at as soon as ``setup()`` is called (``setuptools.dist``, ``check_*``)."""
    where = contents.where(setup.member, setup.line)
    if _is_bytes(setup.named.get("long_description")):
        yield Seen("TypeError: endswith first arg must be bytes, not str", where, setup.certainty, "TypeError")
    if klass := _no_text(setup.named.get("long_description")):
        yield Seen(f"AttributeError: {klass!r} object has no attribute 'endswith'", where, setup.certainty, "AttributeError")
    for name, text in (*_given(setup.named), *_configured(read_setup_cfg(contents))):
        why = _fault(name, text)
        if why:
            yield Seen(f"error in setup command: {name} holds {text!r}: {why}", where, setup.certainty, _SPECIFIERS_SINCE)
            return


def _is_bytes(value: Any) -> bool:  # noqa: ANN401 -- a value of interpreted code
    """Whether a description is bytes, and some: to write PKG-INFO setuptools asks how it ends."""
    return (isinstance(value, Encoded) and bool(value)) or (isinstance(value, Unknown) and value.why == BYTES)


def _no_text(value: Any) -> str:  # noqa: ANN401 -- a value of interpreted code
    """The name of a class of the code's own for texts that are none: setuptools asks a description how it ends, to write PKG-INFO."""
    if not isinstance(value, Instance) or value.klass.roots() - {"object"} or any(map(value.klass.find, ("endswith", "__getattr__"))):
        return ""
    return value.klass.name


def _given(named: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The requirements that setup() is surely given, with the argument that holds them."""
    for name in _REQUIREMENTS:
        yield from ((name, text) for text in _lines(named.get(name)))
    extras = named.get("extras_require")
    for extra, value in extras.items() if isinstance(extras, dict) else ():
        if isinstance(extra, str):
            yield "extras_require", f":{extra.partition(':')[2]}"
            yield from (("extras_require", text) for text in _lines(value))
    if isinstance(python := named.get("python_requires"), str):
        yield "python_requires", python


def _configured(sections: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    """The same out of setup.cfg."""
    options = sections.get("options", {})
    groups = [(name, options[name]) for name in _REQUIREMENTS if name in options]
    groups.extend(("extras_require", value) for value in sections.get("options.extras_require", {}).values())
    for name, value in groups:
        if not value.strip().startswith("file:"):
            yield from ((name, text) for item in listed(value) for text in _lines(item))
    if options.get("python_requires"):
        yield "python_requires", options["python_requires"].strip()


def _lines(value: Any) -> Iterator[str]:  # noqa: ANN401 -- a value of interpreted code
    """Requirements as setuptools takes them out of a list or of a text of lines, comments left out (``setuptools._reqs``)."""
    if isinstance(value, str):
        for item in value.splitlines():
            line = item.partition(" #")[0].strip()
            if line and not line.startswith("#") and not line.endswith("\\"):
                yield line
    elif isinstance(value, (list, tuple)):
        for item in value:
            if isinstance(item, str):
                yield from _lines(item)


def _fault(name: str, text: str) -> str:
    """Why a requirement, a specifier or (after a colon) a marker is none; empty where nothing is wrong with it."""
    from packaging.markers import InvalidMarker, Marker
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        if name == "python_requires":
            SpecifierSet(text)
        elif text.startswith(":"):
            if text[1:]:
                Marker(text[1:])
        else:
            Requirement(text)
    except (InvalidMarker, InvalidRequirement, InvalidSpecifier) as error:
        return str(error).splitlines()[0]
    except RecursionError:
        return ""
    return ""
