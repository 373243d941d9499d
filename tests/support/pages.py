"""The documentation as tests read it: pages, their fenced blocks, and the commands in those.

A fence's first word is its language, as everywhere; what follows tells what is done with it::

    ```console            commands and their output, asked of the real index, in the checkout
    ```console offline    the same on a small index of the tests, in a folder of the page's own
    ```python offline     code that is run there too
    ```text file=NAME     a file of that folder
    ```python check       code that only has to parse

``pytest tests/docs --record`` (with ``-m live`` for the first kind) writes what is printed into the pages where they show something else.

In expected output a line ``...`` stands for any lines, and ``...`` within a line for any text. ``echo $?`` prints the exit status of the
command before it.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Block", "Step", "blocks", "headings", "matches", "pages", "record", "run", "steps"]

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: the page, the line it begins at, its language, the words after that, its text."""

    page: str
    line: int
    language: str
    words: tuple
    text: str

    @property
    def file(self):
        return next((word.removeprefix("file=") for word in self.words if word.startswith("file=")), None)


@dataclass(frozen=True)
class Step:
    """A command and what it has to print."""

    command: str
    output: str


def pages():
    """Every page: the README, the changelog and what is in docs/."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page):
    """The fenced blocks of a page."""
    text = page.read_text("utf-8")
    for found in FENCE.finditer(text):
        language, *words = found["info"].split() or [""]
        yield Block(page.relative_to(ROOT).as_posix(), text.count("\n", 0, found.start()) + 1, language, tuple(words), found["text"])


def headings(page):
    """The anchors of a page's headings, as Markdown viewers make them."""
    outside = FENCE.sub("", page.read_text("utf-8"))
    titles = re.findall(r"^#+ (.*)$", outside, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def steps(block):
    """The commands of a console block, each with its output."""
    found = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append([line[2:], []])
        elif found and found[-1][0].endswith("\\"):
            found[-1][0] = found[-1][0][:-1] + line.strip()
        else:
            found[-1][1].append(line)
    return [Step(command, "\n".join(lines)) for command, lines in found]


def run(command, folder, status, environment=None):
    """Run a documented command with this Python's own muslcheck; its output (both streams) and exit status."""
    programs = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-c", f"(exit {status}); {command.replace('.venv/bin/', f'{programs}/')}"],
        cwd=folder,
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout, done.returncode


def matches(expected, printed):
    """Whether what was printed is what the page shows, blank lines at the ends aside."""
    lines = [".*?".join(re.escape(part) for part in line.rstrip().split("...")) for line in expected.strip("\n").splitlines()]
    pattern = "\n".join("(?:.*\n)*?.*" if line == ".*?" else line for line in lines)
    shown = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())
    return re.fullmatch(pattern, shown) is not None


def record(block, printed):
    """Write into the page what its commands print, in place of what it shows."""
    page = ROOT / block.page
    shown = "\n\n".join(f"$ {step.command}\n{output.strip(chr(10))}".rstrip() for step, output in zip(steps(block), printed, strict=True))
    info = " ".join([block.language, *block.words])
    text = page.read_text("utf-8")
    page.write_text(text.replace(f"```{info}\n{block.text}```", f"```{info}\n{shown}\n```", 1), "utf-8")
