"""Write the reference pages that say what the code says: the command's options, the rules, the report's schema.

``python docs/generate.py`` writes them; with ``--check`` it only tells which are out of date, with exit status 1.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from muslcheck.arguments import build_parser
from muslcheck.judge import RULES
from muslcheck.render import schema

if TYPE_CHECKING:
    import argparse

__all__ = ["PAGES", "main"]

HERE = Path(__file__).parent
MADE = "<!-- Made by docs/generate.py: change the code, then run it. -->\n"


def cli_page() -> str:
    """Every option with its help, by group."""
    parser = build_parser()
    lines = [
        MADE,
        "# Command line",
        "",
        f"```\n{parser.format_usage().removeprefix('usage: ').strip()}\n```",
        "",
        _cell(parser.description or ""),
    ]
    for group in parser._action_groups:  # noqa: SLF001 # argparse has no public list of its options
        if group._group_actions:  # noqa: SLF001 # as above
            lines += ["", f"## {(group.title or '').capitalize()}", "", "| option | meaning |", "|---|---|"]
            lines += [f"| {_names(action)} | {_cell((action.help or '') % vars(action))} |" for action in group._group_actions]  # noqa: SLF001 # as above
    lines += ["", "## Examples and notes", "", f"```\n{(parser.epilog or '').strip()}\n```"]
    return "\n".join(lines) + "\n"


def _names(action: argparse.Action) -> str:
    """Every name of an option; those with two dashes with their value."""
    if not action.option_strings:
        return f"`{action.metavar}`"
    value = "" if action.nargs == 0 else f" {action.metavar}"
    return ", ".join(f"`{name}{value if name.startswith('--') else ''}`" for name in action.option_strings)


def rules_page() -> str:
    """Every rule: its code, its title, the docstring of its function."""
    lines = [
        MADE,
        "# Rules",
        "",
        "Each rule looks for one pattern in what was read, and yields evidence with its code. Codes are never reused.",
        "How evidence becomes an outcome: [how it decides](../explanation/how-it-decides.md).",
        "",
        "| code | title |",
        "|---|---|",
        *(f"| [{rule.code}](#{_anchor(f'{rule.code} {rule.title}')}) | {_cell(rule.title)} |" for rule in RULES.values()),
    ]
    for rule in RULES.values():
        lines += ["", f"## {rule.code} {rule.title}", "", _marked_up(inspect.getdoc(rule.check) or "")]
    return "\n".join(lines) + "\n"


def schema_page() -> str:
    """Every member of the JSON report, from the schema that the package ships."""
    whole = json.loads(schema())
    lines = [
        MADE,
        "# Report schema",
        "",
        f"What `muslcheck -f json` writes and `Report.to_dict()` returns. {whole['description']}",
        "The package ships this as a JSON Schema (2020-12): `muslcheck.render.schema()` returns its text.",
        f'The version is `"{whole["properties"]["version"]["const"]}"`; it changes when something that a reader may rely on changes.',
    ]
    for title, members in _objects("report", whole, whole):
        lines += ["", f"## {title}", "", "| member | type | meaning |", "|---|---|---|"]
        for name, member in members["properties"].items():
            target = _followed(member, whole)
            meaning = (
                member.get("description") or target.get("description") or _followed(target.get("items", {}), whole).get("description", "")
            )
            lines.append(f"| `{name}` | {_type(member, whole)} | {_cell(meaning)} |")
    return "\n".join(lines) + "\n"


def _followed(part: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """The part itself, or what its ``$ref`` points to."""
    reference = part.get("$ref")
    if reference is None:
        return part
    found: dict[str, Any] = whole["$defs"][reference.rpartition("/")[2]]
    return found


def _objects(title: str, part: dict[str, Any], whole: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every object with members below a part, named by its way: ``packages[].evidence[]``."""
    part = _followed(part, whole)
    found = []
    if "properties" in part:
        found.append((title, part))
        for name, member in part["properties"].items():
            found += _objects(name if title == "report" else f"{title}.{name}", member, whole)
    elif "items" in part:
        found += _objects(f"{title}[]", part["items"], whole)
    elif isinstance(part.get("additionalProperties"), dict):
        found += _objects(f"{title}[target id]", part["additionalProperties"], whole)
    return found


def _type(part: dict[str, Any], whole: dict[str, Any]) -> str:
    part = _followed(part, whole)
    if "const" in part:
        return f'`"{part["const"]}"`'
    if "enum" in part:
        return ", ".join(f"`{value}`" for value in part["enum"])
    kind = part.get("type", "any")
    kinds = kind if isinstance(kind, list) else [kind]
    if kinds == ["array"]:
        return f"list of {_type(part['items'], whole)}"
    return " or ".join(kinds)


def _anchor(heading: str) -> str:
    """The address that Markdown viewers give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _marked_up(docstring: str) -> str:
    """A docstring as Markdown: double backticks become single, roles lose their prefix."""
    return re.sub(r":\w+:`~?([^`]+)`", r"`\1`", docstring).replace("``", "`")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES = {
    "reference/cli.md": cli_page,
    "reference/rules.md": rules_page,
    "reference/report-schema.md": schema_page,
}


def main(arguments: list[str]) -> int:
    """Write the pages, or with ``--check`` compare them."""
    stale = 0
    for name, make in PAGES.items():
        path, text = HERE / name, make()
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        if "--check" in arguments:
            stale += 1
            sys.stderr.write(f"docs/{name} is out of date: run python docs/generate.py\n")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
            sys.stdout.write(f"docs/{name}\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
