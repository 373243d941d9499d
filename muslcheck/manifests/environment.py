"""environment.yml: the ``pip`` section of a conda environment, line by line what a requirements file would say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from muslcheck.errors import Fault, ManifestError
from muslcheck.manifests import requirements
from muslcheck.manifests.documents import conflict_left
from muslcheck.manifests.files import decode
from muslcheck.words.report import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.manifests.asked import Asked
    from muslcheck.words.requirement import Manifest

__all__ = ["read"]

_LARGEST = 512 * 1024


def read(path: str, data: bytes, asked: Asked) -> Manifest:
    """What conda hands to pip; its own packages are left aside, and said. Raises ManifestError with every fault."""
    from dataclasses import replace

    text = decode(data, path)[0]
    entries = list(_pip_entries(path, _document(path, text)))
    # Every entry at its own line: so the reader of requirements files tells the right place of each.
    lines = [""] * (max((line for line, _ in entries), default=0) + 1)
    for line, entry in entries:
        lines[line - 1] = entry
    manifest = replace(requirements.read(path, "\n".join(lines).encode(), asked), kind="environment")
    count, names = _conda(_document(path, text))
    if not count:
        return manifest
    message = f"conda's own packages are left aside ({count}: {names}): they are built for glibc"
    return replace(manifest, problems=(*manifest.problems, Problem(path, message, "Require them from the index instead.")))


def _document(path: str, text: str) -> Any:  # noqa: ANN401  # PyYAML's nodes have no types
    """The document's nodes, which know their lines; aliases and tags make nothing."""
    import yaml

    if len(text) > _LARGEST:  # the parser is in Python: the one in C dies of what is nested too deep
        raise ManifestError((Fault(path, None, f"larger than {_LARGEST // 1024} kB: not a conda environment"),))
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        reason = conflict_left(text, line or 1) or f"not YAML: {error.problem or error.context}"
        raise ManifestError((Fault(path, line, reason),)) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise ManifestError((Fault(path, None, "not YAML that can be read"),)) from None
    if not isinstance(node, yaml.MappingNode):
        raise ManifestError((Fault(path, 1, "a conda environment is a mapping with dependencies"),))
    return node


def _pip_entries(path: str, node: Any) -> Iterator[tuple[int, str]]:  # noqa: ANN401
    import yaml

    for item in _dependencies(path, node):
        if isinstance(item, yaml.MappingNode):
            for key, value in item.value:
                if getattr(key, "value", None) != "pip":
                    raise ManifestError((Fault(path, key.start_mark.line + 1, f'a table here is "pip:", not "{key.value}:"'),))
                if not isinstance(value, yaml.SequenceNode):
                    raise ManifestError((Fault(path, key.start_mark.line + 1, "pip must be a list of requirements"),))
                for entry in value.value:
                    if not isinstance(entry, yaml.ScalarNode):
                        raise ManifestError((Fault(path, entry.start_mark.line + 1, "a requirement must be a string"),))
                    yield entry.start_mark.line + 1, " ".join(entry.value.split("\n"))
        elif not isinstance(item, yaml.ScalarNode):
            raise ManifestError((Fault(path, item.start_mark.line + 1, "a dependency must be a string or a table, not a list"),))


def _conda(node: Any) -> tuple[int, str]:  # noqa: ANN401
    """How many packages come from conda itself, Python and pip aside, and the first of them."""
    import yaml

    names = [
        re.split(r"[\s=<>!~]", item.value.rpartition("::")[2].strip())[0]
        for item in _dependencies("", node)
        if isinstance(item, yaml.ScalarNode)
    ]
    own = [name for name in names if name not in ("python", "pip", "")]
    return len(own), ", ".join(own[:3]) + (", ..." if len(own) > 3 else "")  # noqa: PLR2004


def _dependencies(path: str, node: Any) -> list[Any]:  # noqa: ANN401
    import yaml

    for key, value in node.value:
        if getattr(key, "value", None) == "dependencies":
            if not isinstance(value, yaml.SequenceNode):
                raise ManifestError((Fault(path, key.start_mark.line + 1, "dependencies must be a list"),))
            return list(value.value)
    raise ManifestError((Fault(path, None, "it has no dependencies: not a conda environment"),))
