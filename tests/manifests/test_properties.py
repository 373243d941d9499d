"""Whatever stands in a file: a Manifest or a ManifestError, never another exception."""

import contextlib
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muslcheck.errors import ManifestError
from muslcheck.manifests import read, static_dependencies

OPTIONS = ["-r", "-c", "-e", "-i", "-f", "--hash=", "--index-url", "--pre", "--no-binary", "sha256:", "${HOME}", "${", "requirements.txt"]
MARKS = ["\\\n", "\n", " ", "#", ";", ",", "@", "==", "~=", ">", "[", "]", "(", ")", "'", '"', "-", "\0", "\f", "\x85", "\ufeff", "\ud7ff"]
PLACES = [
    "file:",
    "file://",
    "git+ssh://",
    "https://",
    "[::1",
    ".whl",
    ".tar.gz",
    "/.",
    "./",
    "~",
    "..",
    "#egg=",
    "&subdirectory=",
    "%00",
    "%zz",
]
WORDS = ["python_version", "extra", "in", "not", "and", "or", "a-1-py3-none-any", "flask", "1.0"]
PIECES = st.sampled_from(OPTIONS + MARKS + PLACES + WORDS)
TEXT = st.one_of(st.text(max_size=80), st.lists(st.one_of(PIECES, st.text(string.printable, max_size=4)), max_size=14).map("".join))
VALUES = st.recursive(
    st.one_of(TEXT.map(repr), st.integers().map(str), st.just("true"), st.just("1979-05-27")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from(["include-group", "file", "a"]), inner, max_size=2).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        ),
    ),
    max_leaves=6,
)
KEYS = [
    "project.name",
    "project.dependencies",
    "project.dynamic",
    "project.requires-python",
    "project.optional-dependencies.a",
    "project.optional-dependencies",
    "dependency-groups.a",
    "dependency-groups",
    "tool.setuptools.dynamic.dependencies",
    "build-system.build-backend",
    "build-system.requires",
    "tool.uv.override-dependencies",
    "tool.uv.exclude-dependencies",
    "tool.uv.build-constraint-dependencies",
    "tool.uv.workspace.members",
    "tool.uv.sources.a",
    "tool.pdm.resolution.overrides",
    "tool.hatch.envs.a",
    "tool.hatch.envs.b.template",
    "tool.hatch.envs.b.features",
    "tool.poetry.dependencies.a",
]
TABLES = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5).map(
    lambda table: "".join(f"{key} = {value}\n" for key, value in table.items())
)
fuzz = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


def told(error, name):
    """Every fault has a file and one sentence."""
    assert error.faults
    for fault in error.faults:
        assert fault.file
        assert fault.reason
        assert "\n" not in str(fault), name


@fuzz
@given(text=TEXT)
def test_any_text_as_requirements(text, folder):
    path = folder / "requirements.txt"
    path.write_bytes(text.encode(errors="surrogatepass"))
    try:
        (manifest,) = read(["requirements.txt"])
    except ManifestError as error:
        told(error, text)
    else:
        assert all(requirement.origin.line for requirement in manifest.requirements)


@fuzz
@given(data=st.binary(max_size=60))
def test_any_bytes_as_requirements(data, folder):
    (folder / "requirements.txt").write_bytes(data)
    try:
        read(["requirements.txt"])
    except ManifestError as error:
        told(error, data)


@fuzz
@given(text=st.one_of(TEXT, TABLES, VALUES.map("[project]\ndependencies = {}".format)))
def test_any_text_as_a_project(text, folder):
    (folder / "pyproject.toml").write_bytes(text.encode(errors="surrogatepass"))
    try:
        read(["pyproject.toml"], all_extras=True, groups=["a"], build=True)
    except ManifestError as error:
        told(error, text)


@fuzz
@given(text=TEXT.map("[options]\ninstall_requires =\n {}".format))
def test_any_text_as_a_local_project(text, folder):
    local = folder / "local"
    local.mkdir(exist_ok=True)
    (local / "setup.py").touch()
    (local / "setup.cfg").write_bytes(text.encode(errors="surrogatepass"))
    found = static_dependencies(str(local))
    assert isinstance(found, tuple) or found.message


@fuzz
@given(name=TEXT)
def test_any_name_of_a_file(name, folder):
    with contextlib.suppress(ManifestError):
        read([name or "-x"])


@fuzz
@given(texts=st.lists(TEXT, min_size=1, max_size=3))
def test_any_text_at_an_address(texts, folder):
    """What was wanted and is had is never wanted again, so reading comes to an end."""
    known = {"https://files.example/r.txt": texts[0].encode(errors="surrogatepass")}
    for text in [*texts, "", "", ""]:
        try:
            (manifest,) = read(["https://files.example/r.txt"], known=known)
        except ManifestError as error:
            told(error, texts)
            return
        if not manifest.wanted:
            return
        assert not known.keys() & {*manifest.wanted}
        known |= dict.fromkeys(manifest.wanted, text.encode(errors="surrogatepass"))
