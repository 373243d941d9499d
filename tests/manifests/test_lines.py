"""The short way to the lines of a plain file leads where the lexer leads; what is not plain is left to the lexer."""

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from muslcheck.manifests import read
from muslcheck.manifests.lexer import read_lines
from muslcheck.manifests.lines import plain_lines

PIECES = (
    *(
        "demo",
        "demo[a,b]>=1.0,<2",
        "demo == 1.0.*",
        "demo ; python_version < '3.9'",
        'demo;extra=="x y"',
        "demo @ https://files.example/demo.zip",
    ),
    *("./local", "demo-1.0-py3-none-any.whl", "--hash=sha256:00", "-r other.txt", "-e .", "--pre", "-", "x-y", "x -y", "${HOME}", "$x"),
    *(
        "#",
        "# a comment",
        " # --pre",
        "a#b",
        "#c \\",
        "\\",
        "\\\n",
        " ",
        "\t",
        "\t-x",
        "\n",
        "\r\n",
        "\r",
        "\x0b",
        "\x0c",
        "\x1c",
        "\x85",
        "\u2028",
    ),
    *("\ufeff", "\u00a0", "\u00a0#", "\u3000-x", "\0", "é", "'", '"'),
)


def said(line):
    return line.number, line.written, line.entry, list(line.options.hashes), line.unset, line.ignored, line.fault, line.editable


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12).map("".join))
@example("# one\r\n\r\ndemo>=1 # two\n  x-y\t# three\nlast")
def test_the_short_way_leads_where_the_lexer_leads(text):
    plain = plain_lines(text)
    assert plain is None or [said(line) for line in plain] == [said(line) for line in read_lines(text)]


@pytest.mark.parametrize("line", ["--pre", "demo --hash=sha256:00", "-r other.txt", "demo -x", "de\\\nmo", "demo==${V}", "# c \\"])
def test_what_is_not_plain_is_left_to_the_lexer(line):
    assert plain_lines(f"one\n{line}\ntwo") is None


def test_a_plain_file_loads_no_lexer(tmp_path):
    manifest = tmp_path / "requirements.txt"
    manifest.write_bytes(b"# service\r\ndemo[x]>=1 ; python_version > '3'  # why\r\n\r\nother\r\n")
    code = f"import sys; from muslcheck.manifests import read; read([{str(manifest)!r}]); print('pip_requirements_parser' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
    assert [each.text for each in read([str(manifest)])[0].requirements] == ["demo[x]>=1 ; python_version > '3'", "other"]
