# ruff: noqa: ANN401, PLR0911, PLR2004 -- values of interpreted code are anything; ladders of answers; numbers of arguments
"""Built-in functions, over values of which some are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty
from muslcheck.archives.interpreter.builds import EXTENSION_CLASSES
from muslcheck.archives.interpreter.expressions import attribute
from muslcheck.archives.interpreter.lazy import Lazy, settled
from muslcheck.archives.interpreter.lifting import lifted
from muslcheck.archives.interpreter.lists import extend
from muslcheck.archives.interpreter.operations import truth
from muslcheck.archives.interpreter.programs import C_LIBRARY
from muslcheck.archives.interpreter.values import (
    SOME_KEY,
    Encoded,
    Ext,
    External,
    Instance,
    Items,
    Namespace,
    Perhaps,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from muslcheck.archives.interpreter.machine import Machine

__all__ = ["BUILTIN"]

_LONG = 1_000_000
_IN_EVERY_C_LIBRARY = frozenset(
    {
        "close", "dup2", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "eventfd", "fallocate", "fork", "free", "getpid",
        "inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch", "ioctl", "malloc", "mount", "open", "prctl", "printf",
        "read", "sched_setaffinity", "setns", "signalfd", "splice", "strlen", "syscall", "timerfd_create", "umount", "unshare", "write",
    }
)  # fmt: skip
"""Names that glibc has and musl has, too (musl 1.2's sources): those that Python code asks for through ctypes."""


def _isinstance(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    if arguments and type(arguments[0]) is Lazy:
        arguments = [arguments[0].plain, *arguments[1:]]
    if len(arguments) != 2 or isinstance(arguments[0], (Unknown, External)):
        return Unknown("isinstance")
    kinds = arguments[1] if isinstance(arguments[1], tuple) else (arguments[1],)
    names = {kind.name for kind in kinds if isinstance(kind, External)}
    plain = {"str": str, "int": int, "list": list, "tuple": tuple, "dict": dict, "bool": bool, "bytes": bytes}
    if isinstance(arguments[0], Encoded):
        return "bytes" in names or (False if names <= set(plain) and len(names) == len(kinds) else Unknown("isinstance"))
    if any(isinstance(arguments[0], plain[name]) for name in names if name in plain):
        return True
    if isinstance(arguments[0], Ext):
        return True if any(name.rpartition(".")[2] in EXTENSION_CLASSES for name in names) else Unknown("isinstance")
    return False if names <= set(plain) and len(names) == len(kinds) else Unknown("isinstance")


def _hasattr(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    if len(arguments) < 2 or not isinstance(arguments[1], str):
        return Unknown("hasattr")
    owner, name = arguments[0], arguments[1]
    if isinstance(owner, External) and owner.name == "sys":
        return f"sys.{name}" in machine.answers or name in {
            "argv",
            "path",
            "executable",
            "prefix",
            "base_prefix",
            "exec_prefix",
            "stdout",
            "stderr",
            "modules",
            "flags",
            "implementation",
        }
    if isinstance(owner, External) and owner.name == C_LIBRARY:
        return name in _IN_EVERY_C_LIBRARY or Unknown("hasattr")
    if isinstance(owner, External) and machine.environment.gone(f"{owner.name}.{name}"):
        return False
    if isinstance(owner, Instance):
        return name in owner.attributes or owner.klass.find(name) is not None or Unknown("hasattr")
    if isinstance(owner, Ext):
        return name in owner.options or Unknown("hasattr")
    return Unknown("hasattr")


def _getattr(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    arguments = [*arguments[:1], *settled(arguments[1:2]), *arguments[2:]]
    if len(arguments) < 2 or not isinstance(arguments[1], str):
        return Unknown("getattr")
    if len(arguments) > 2 and (arguments[0] is None or _hasattr(machine, arguments, {}) is False):
        return arguments[2]
    return attribute(machine, arguments[0], arguments[1])


def _setattr(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> None:
    name = settled(arguments[1]) if len(arguments) == 3 else None
    if isinstance(name, str) and isinstance(arguments[0], Ext):
        arguments[0].options[name] = arguments[2]


def _listed(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    if not arguments:
        return Items((), machine.path)
    items = machine.iterate(arguments[0])
    return Unknown("a list") if items is None else Items(items, machine.path)


def _chained(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    made = Items((), machine.path)
    for argument in arguments:
        extend(machine, made, argument)
    return made


def _chained_all(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    several = machine.iterate(arguments[0]) if arguments else []
    return Unknown("a chain") if several is None else _chained(machine, several, named)


def _tupled(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    made = _listed(machine, arguments, named)
    return tuple(made) if isinstance(made, Items) else made


def _sorted(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    made = _listed(machine, arguments, named)
    if isinstance(made, Items) and all(isinstance(item, str) for item in made):
        made.sort()
    return made


def _unique(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    made = _listed(machine, arguments, named)
    if not isinstance(made, Items):
        return made
    kept = Items((), machine.path)
    seen: set[str] = set()
    for item in made:
        if isinstance(item, str):
            if item in seen:
                continue
            seen.add(item)
        kept.append(item)
    return kept


def _mapped(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    items = machine.iterate(arguments[1]) if len(arguments) == 2 else None
    if items is None:
        return Unknown("a list")
    made = Items((), machine.path)
    for item in items:
        machine.tick()
        if isinstance(item, Perhaps):
            made.append(Perhaps(machine.call(arguments[0], [item.value], {}), item.certainty))
        else:
            made.append(machine.call(arguments[0], [item], {}))
    return made


def _filtered(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    items = machine.iterate(arguments[1]) if len(arguments) == 2 else None
    if items is None:
        return Unknown("a list")
    made = Items((), machine.path)
    for item in items:
        machine.tick()
        value = item.value if isinstance(item, Perhaps) else item
        holds = truth(machine.call(arguments[0], [value], {}) if arguments[0] is not None else value)
        if holds is not False:
            made.append(item if holds or isinstance(item, Perhaps) else Perhaps(item, Certainty.DECIDED_LATER))
    return made


def _made_dict(machine: Machine, arguments: list[Any], named: dict[str, Any]) -> Any:
    made: dict[Any, Any] = {}
    if arguments:
        arguments = settled(arguments)
        pairs = arguments[0].items() if isinstance(arguments[0], dict) else machine.iterate(arguments[0])
        if pairs is None:
            made[SOME_KEY] = Perhaps(Unknown("an item"), Certainty.DECIDED_LATER)
        for pair in pairs or ():
            if isinstance(pair, (tuple, list)) and len(pair) == 2 and isinstance(pair[0], (str, int, Unknown)):
                made[pair[0]] = pair[1]
    made.update(named)
    return made


def _text(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    value = arguments[0] if arguments else ""
    if isinstance(value, str):
        return str(value)
    return (
        str(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _LONG**3
        else Unknown("a text", tuple(str(o) for o in value.options if isinstance(o, str)) if isinstance(value, Unknown) else ())
    )


def _whole(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    value = arguments[0] if arguments else 0
    if isinstance(value, bool) or (isinstance(value, (int, float)) and abs(value) < _LONG**3):
        return int(value)
    if isinstance(value, str) and len(value) < 20 and value.strip().lstrip("+-").isdecimal() and len(arguments) == 1:
        try:
            return int(value)
        except ValueError:
            return Unknown("a number")
    return Unknown("a number")


def _truth(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    holds = truth(arguments[0]) if arguments else False
    return Unknown("a condition") if holds is None else holds


def _length(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    value = arguments[0] if arguments else None
    if type(value) is Lazy:
        return lifted(machine, "len", value) if isinstance(value.plain, (str, tuple)) else Unknown("a length")
    if isinstance(value, (list, tuple, dict)) and not any(isinstance(v, (Perhaps, Unknown)) for v in value):
        return len(value)
    return len(value) if isinstance(value, (str, bytes)) else Unknown("a length")


def _range(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    if arguments and all(isinstance(a, int) for a in arguments) and len(arguments) <= 3 and arguments[2:3] != [0]:
        numbers = range(*arguments)
        try:
            return Items(numbers, machine.path) if len(numbers) <= 2_000 else Unknown("a range")
        except OverflowError:
            return Unknown("a range")
    return Unknown("a range")


def _enumerated(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    items = machine.iterate(arguments[0]) if arguments else None
    return Unknown("a list") if items is None else Items(list(enumerate(items)), machine.path)


def _zipped(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    lists = [machine.iterate(argument) for argument in arguments]
    known_lists = [items for items in lists if items is not None]
    return Items(list(zip(*known_lists, strict=False)), machine.path) if len(known_lists) == len(lists) else Unknown("a list")


def _anything(machine: Machine, arguments: list[Any], *, wanted: bool) -> Any:
    items = machine.iterate(arguments[0]) if arguments else None
    if items is None:
        return Unknown("a condition")
    truths = [None if isinstance(item, Perhaps) else truth(item) for item in items]
    if wanted in truths:
        return wanted
    return Unknown("a condition") if None in truths else not wanted


def _typed(_machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    value = arguments[0] if len(arguments) == 1 else None
    return value.klass if isinstance(value, Instance) else Unknown("a type")


def _vars(machine: Machine, arguments: list[Any], _named: dict[str, Any]) -> Any:
    owner = arguments[0] if arguments else None
    if isinstance(owner, Namespace):
        return attribute(machine, owner, "__dict__")
    return dict(owner.attributes) if isinstance(owner, Instance) else Unknown("the names of an object")


def _globals(machine: Machine, _arguments: list[Any], _named: dict[str, Any]) -> Any:
    module = machine.frame.module
    return module.scopes[0] if module is not None and len(module.scopes) == 1 else Unknown("the names of the module")


def _extremum(_machine: Machine, _arguments: list[Any], _named: dict[str, Any]) -> Any:
    return Unknown("a number")


BUILTIN: dict[str, Callable[[Any, list[Any], dict[str, Any]], Any]] = {
    "isinstance": _isinstance,
    "hasattr": _hasattr,
    "getattr": _getattr,
    "setattr": _setattr,
    "list": _listed,
    "iter": _listed,
    "reversed": _listed,
    "tuple": _tupled,
    "sorted": _sorted,
    "set": _unique,
    "frozenset": _unique,
    "map": _mapped,
    "filter": _filtered,
    "dict": _made_dict,
    "str": _text,
    "int": _whole,
    "bool": _truth,
    "len": _length,
    "range": _range,
    "enumerate": _enumerated,
    "zip": _zipped,
    "any": lambda m, a, _n: _anything(m, a, wanted=True),
    "all": lambda m, a, _n: _anything(m, a, wanted=False),
    "type": _typed,
    "min": _extremum,
    "max": _extremum,
    "globals": _globals,
    "vars": _vars,
    "collections.OrderedDict": _made_dict,
    "itertools.chain": _chained,
    "itertools.chain.from_iterable": _chained_all,
    "collections.defaultdict": lambda m, a, n: _made_dict(m, a[1:], n),
}
"""By full name."""
