"""What the pages say can be followed: links lead somewhere, commands and code do what is shown, generated pages are fresh."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.pages import FENCE, ROOT, blocks, headings, matches, pages, record, run, steps
from support.shop import open_shop

import muslcheck

PAGES = pages()
BLOCKS = [block for page in PAGES for block in blocks(page)]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def _name(item):
    return item.relative_to(ROOT).as_posix() if isinstance(item, Path) else f"{item.page}:{item.line}"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page):
    lost = []
    for link in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        if ":" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in headings(target)):
            lost.append(link)
    assert lost == []


def test_every_page_can_be_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        links = LINK.findall(FENCE.sub("", page.read_text("utf-8")))
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links if ":" not in link and not link.startswith("#")]
    assert set(PAGES) <= reached


def test_generated_pages_are_fresh():
    done = subprocess.run([sys.executable, ROOT / "docs/generate.py", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "python" and "offline" not in block.words], ids=_name)
def test_code_parses(block):
    ast.parse(block.text)


@pytest.fixture
def follow(request):
    """Run a block's commands in a folder, from an exit status on, and hold what they print against the page; the last status."""

    def follow(block, folder, status=0):
        printed = []
        for step in steps(block):
            output, status = run(step.command, folder, status)
            printed.append(step.output if matches(step.output, output) else output)
        if request.config.getoption("--record") and printed != [step.output for step in steps(block)]:
            record(block, printed)
        else:
            for step, output in zip(steps(block), printed, strict=True):
                assert output == step.output, f"{block.page}:{block.line}: $ {step.command}"
        return status

    return follow


@pytest.mark.parametrize("page", [page for page in PAGES if any("offline" in block.words for block in blocks(page))], ids=_name)
def test_a_page_can_be_followed_offline(page, tmp_path, monkeypatch, follow):
    """Its files are written, its commands and code are run, in the order of the page."""
    monkeypatch.chdir(tmp_path)
    status, names = 0, {}
    with open_shop() as shop:
        monkeypatch.setenv("PIP_INDEX_URL", shop.index_url)
        for block in blocks(page):
            if block.file:
                (tmp_path / block.file).write_text(block.text, "utf-8")
            elif "offline" not in block.words:
                continue
            elif block.language == "console":
                status = follow(block, tmp_path, status)
            else:
                exec(compile(block.text, f"{block.page}:{block.line}", "exec"), names)


@pytest.mark.live
@pytest.mark.parametrize("block", [block for block in BLOCKS if block.language == "console" and "offline" not in block.words], ids=_name)
def test_a_command_prints_what_the_page_shows(block, follow):
    follow(block, ROOT)


def test_every_public_name_is_in_the_reference():
    text = (ROOT / "docs/reference/python-api.md").read_text("utf-8")
    assert [name for name in muslcheck.__all__ if not re.search(rf"`(muslcheck\.)?{name}\b", text) and name != "__version__"] == []


def test_every_dependency_has_its_reason():
    import tomllib

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    text = (ROOT / "docs/explanation/dependencies.md").read_text("utf-8")
    assert [name for name in (re.split(r"[\[<>=]", line)[0] for line in declared) if f"| {name} |" not in text] == []


def test_the_page_on_exit_statuses_has_every_policy():
    from muslcheck.words.report import FAIL_ON

    text = (ROOT / "docs/reference/exit-status.md").read_text("utf-8")
    rows = {
        row[0].split()[0].strip("`"): set(re.findall("`([a-z]+)`", row[1]))
        for row in re.findall(r"^\| (`[a-z].*?) \| (.*?) \|$", text, re.MULTILINE)
    }
    assert rows == {policy: {str(outcome) for outcome in outcomes} for policy, outcomes in FAIL_ON.items()}


def test_every_option_in_the_pages_exists():
    from muslcheck.arguments import build_parser

    known = {option for action in build_parser()._actions for option in action.option_strings}
    written = {
        (block.page, option)
        for block in BLOCKS
        for line in block.text.splitlines()
        if re.search(r"\bmuslcheck\b", line)
        for option in re.findall(r"(?<=\s)--[a-z][a-z-]+", line.partition("muslcheck")[2])
    }
    assert {(page, option) for page, option in written if option not in known} == set()
    assert written
