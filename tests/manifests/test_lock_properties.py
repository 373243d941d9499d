"""Whatever stands in a lock or another manifest: a Manifest or a ManifestError, and what was read can be followed."""

import json
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.locks import followed

from muslcheck.errors import ManifestError
from muslcheck.manifests import FORMATS, read

LOCKS = Path(__file__).parents[2] / "fixtures/manifests/locks"
GOOD = sorted(path for path in LOCKS.rglob("*") if path.is_file())
NAMES = [name for name, _ in FORMATS if "*" not in name] + ["pylock.dev.toml", "tool.py", "my.Dockerfile"]
WORDS = [
    "[[package]]",
    "[[packages]]",
    "name",
    "version",
    "=",
    '"',
    "\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    "1",
    "dependencies",
    "pip:",
    "- ",
    "# ///",
]
WORDS += [
    " script",
    "FROM",
    "RUN pip install",
    "setup(",
    ")",
    "\0",
    "\ufeff",
    "\\",
    "COPY",
    "$",
    "${X",
    "'",
    ";",
    "<<EOF",
    "EOF",
    "metadata",
]
TEXT = st.one_of(
    st.text(max_size=60), st.lists(st.one_of(st.sampled_from(WORDS), st.text(string.printable, max_size=4)), max_size=20).map("".join)
)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXT, st.lists(TEXT, max_size=2), st.dictionaries(TEXT, TEXT, max_size=2)
)
fuzz = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


def told(faults):
    assert faults
    assert all("\n" not in str(fault) and fault.reason for fault in faults)


def check(name):
    try:
        (manifest,) = read([name], all_extras=name != "Pipfile")
    except ManifestError as error:
        told(error.faults)
    else:
        for lock in manifest.locks:
            followed(lock)


@pytest.mark.parametrize("name", NAMES)
@fuzz
@given(data=st.one_of(TEXT.map(lambda text: text.encode(errors="surrogatepass")), st.binary(max_size=40)))
def test_anything_at_all(name, data, folder):
    (folder / name).write_bytes(data)
    check(name)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: f"{path.parent.name}/{path.name}")
@fuzz
@given(data=st.data())
def test_a_good_file_with_something_else_in_it(path, data, folder):
    text = path.read_text()
    at = data.draw(st.integers(0, len(text)))
    text = text[:at] + data.draw(TEXT) + text[at + data.draw(st.integers(0, 30)) :]
    (folder / path.name).write_bytes(text.encode(errors="surrogatepass"))
    check(path.name)


def _places(value, way=()):
    yield way
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _places(each, (*way, key))


PIPENV = json.loads((LOCKS / "pipenv/Pipfile.lock").read_text())


@fuzz
@given(way=st.sampled_from([way for way in _places(PIPENV) if way]), value=VALUES)
def test_another_value_in_a_pipfile_lock(way, value, folder):
    document = json.loads(json.dumps(PIPENV))
    table = document
    for key in way[:-1]:
        table = table[key]
    table[way[-1]] = value
    (folder / "Pipfile.lock").write_text(json.dumps(document))
    check("Pipfile.lock")


TOML = [path for path in GOOD if path.name != "Pipfile.lock"]
LITERALS = [
    '"x"',
    "1",
    "1.5",
    "true",
    "[]",
    "{}",
    '["x"]',
    "[1]",
    '{ name = "x" }',
    "[{}]",
    "1979-05-27",
    '""',
    '"\\u0000"',
    '"["',
    "[[1]]",
]


@pytest.mark.parametrize("path", TOML, ids=lambda path: f"{path.parent.name}/{path.name}")
@fuzz
@given(data=st.data())
def test_another_value_in_a_toml_file(path, data, folder):
    lines = path.read_text().split("\n")
    at = data.draw(st.sampled_from([number for number, line in enumerate(lines) if " = " in line]))
    lines[at] = f"{lines[at].partition(' = ')[0]} = {data.draw(st.sampled_from(LITERALS))}"
    (folder / path.name).write_text("\n".join(lines))
    check(path.name)
