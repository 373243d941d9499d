"""Every broken lock, and every broken manifest of another kind, in the fixtures, and the sentences it gets."""

from pathlib import Path

import pytest

from muslcheck.errors import ManifestError
from muslcheck.manifests import read

BROKEN = Path(__file__).parents[2] / "fixtures/manifests/broken"
PARTS = {"locks/poetry-project/pyproject.toml"}

FAULTS = {
    "locks/conda-bad-lines/environment.yml": (
        'locks/conda-bad-lines/environment.yml:4: "flask=1": a version needs "==" (found "=")',
        'locks/conda-bad-lines/environment.yml:5: "-r gone.txt": no such file (locks/conda-bad-lines/gone.txt)',
    ),
    "locks/conda-entry/environment.yml": ("locks/conda-entry/environment.yml:5: a requirement must be a string",),
    "locks/conda-itself/environment.yml": ("locks/conda-itself/environment.yml:1: a dependency must be a string or a table, not a list",),
    "locks/conda-nested/environment.yml": ("locks/conda-nested/environment.yml:3: a dependency must be a string or a table, not a list",),
    "locks/poetry-digits/pyproject.toml": ("locks/poetry-digits/pyproject.toml:7: a number has more digits than Python reads",),
    "locks/pylock-address/pylock.toml": (
        'locks/pylock-address/pylock.toml: flask: "https://[files.example/flask-3.0.tar.gz": this address is malformed',
    ),
    "locks/uv-address/uv.lock": (
        'locks/uv-address/uv.lock:3: flask: "https://[files.example/flask-3.0.tar.gz": this address is malformed',
    ),
    "locks/uv-digits/uv.lock": ("locks/uv-digits/uv.lock:5: a number has more digits than Python reads",),
    "locks/conda-list/environment.yml": ("locks/conda-list/environment.yml:1: a conda environment is a mapping with dependencies",),
    "locks/conda-nothing/environment.yml": ("locks/conda-nothing/environment.yml: it has no dependencies: not a conda environment",),
    "locks/conda-pip/environment.yml": ("locks/conda-pip/environment.yml:2: pip must be a list of requirements",),
    "locks/conda-syntax/environment.yml": (
        "locks/conda-syntax/environment.yml:4: not YAML: expected <block end>, but found '<block sequence start>'",
    ),
    "locks/conda-tag/environment.yml": (
        "locks/conda-tag/environment.yml:3: not YAML: expected the node content, but found '<stream end>'",
    ),
    "locks/pdm-group/pdm.lock": ("locks/pdm-group/pdm.lock:5: flask: groups must be a list, not a string",),
    "locks/pdm-no-version/pdm.lock": ("locks/pdm-no-version/pdm.lock: it has no metadata.lock_version: not a pdm.lock",),
    "locks/pdm-package/pdm.lock": (
        "locks/pdm-package/pdm.lock:5: flask: it has no version",
        "locks/pdm-package/pdm.lock:5: flask: a file without a name or an address",
        'locks/pdm-package/pdm.lock:5: flask: "rich=1": a version needs "==" (found "=")',
        "locks/pdm-package/pdm.lock:5: flask: a dependency must be a string, not a number",
    ),
    "locks/pdm-python/pdm.lock": (
        'locks/pdm-python/pdm.lock: metadata.targets.requires_python: "3" is not a version specifier, such as ">=3.11"',
    ),
    "locks/pdm-version/pdm.lock": ("locks/pdm-version/pdm.lock: pdm.lock version 3.1 is not known; known: 4",),
    "locks/pipenv-conflict/Pipfile.lock": ("locks/pipenv-conflict/Pipfile.lock:2: a merge conflict is left here; lock again",),
    "locks/pipenv-list/Pipfile.lock": ("locks/pipenv-list/Pipfile.lock:1: it must hold an object, not a list",),
    "locks/pipenv-nan/Pipfile.lock": ("locks/pipenv-nan/Pipfile.lock: Pipfile.lock version nan is not known; known: 6",),
    "locks/pipenv-no-meta/Pipfile.lock": ("locks/pipenv-no-meta/Pipfile.lock: it has no _meta: not a Pipfile.lock",),
    "locks/pipenv-package/Pipfile.lock": (
        'locks/pipenv-package/Pipfile.lock:4: flask: version ">=1" is not exact, such as "==1.0"',
        "locks/pipenv-package/Pipfile.lock:7: rich: it has no version",
        'locks/pipenv-package/Pipfile.lock:10: attrs: the marker "os_name = \'nt\'": a marker compares with "==" (found "=")',
        "locks/pipenv-package/Pipfile.lock:14: numpy: must be a table, not a string",
    ),
    "locks/pipenv-syntax/Pipfile.lock": (
        "locks/pipenv-syntax/Pipfile.lock:2: not JSON: expecting property name enclosed in double quotes",
    ),
    "locks/pipenv-version/Pipfile.lock": ("locks/pipenv-version/Pipfile.lock: Pipfile.lock version 9 is not known; known: 6",),
    "locks/pipfile-empty/Pipfile": ("locks/pipfile-empty/Pipfile: it has no [packages]: not a Pipfile",),
    "locks/pipfile-package/Pipfile": (
        'locks/pipfile-package/Pipfile:2: "flask>=1,,": what follows the version is no version, comma or marker',
        "locks/pipfile-package/Pipfile:3: rich: must be a version or a table, not a number",
        'locks/pipfile-package/Pipfile:4: "attrs ; (os_name)": a comparison is missing in the marker',
        'locks/pipfile-package/Pipfile:8: requires: "three" is not a version',
    ),
    "locks/pipfile-table/Pipfile": ("locks/pipfile-table/Pipfile:1: packages must be a table, not a list",),
    "locks/poetry-marker/poetry.lock": (
        'locks/poetry-marker/poetry.lock:1: flask: the marker "python_version < 3.8": the value 3.8 in the marker needs quotes: "3.8"',
    ),
    "locks/poetry-no-version/poetry.lock": ("locks/poetry-no-version/poetry.lock: it has no metadata.lock-version: not a poetry.lock",),
    "locks/poetry-package/poetry.lock": (
        'locks/poetry-package/poetry.lock:1: flask: source.type "tape" is not known',
        "locks/poetry-package/poetry.lock:1: flask: it has no version",
        "locks/poetry-package/poetry.lock:1: flask: dependencies.rich must be a constraint or a table, not a number",
        'locks/poetry-package/poetry.lock:1: flask: "crc:1" is not a hash, such as sha256:abcdef...',
        "locks/poetry-package/poetry.lock:1: flask: a file without a name",
        "locks/poetry-package/poetry.lock:1: flask: markers must be a string or a table, not a number",
    ),
    "locks/poetry-project/poetry.lock": (
        "locks/poetry-project/pyproject.toml:2: tool.poetry.dependencies.flask: 'flask = \"^\"': could not parse version constraint: ^",
    ),
    "locks/poetry-python/poetry.lock": ('locks/poetry-python/poetry.lock: metadata.python-versions: "snake" is not a version constraint',),
    "locks/poetry-version/poetry.lock": (
        "locks/poetry-version/poetry.lock: poetry.lock version 3.0 is not known; known: 1.0, 1.1, 2.0, 2.1",
    ),
    "locks/pylock-hashless/pylock.toml": ("locks/pylock-hashless/pylock.toml:4: flask: sdist.hashes: missing required value",),
    "locks/pylock-list/pylock.toml": (
        "locks/pylock-list/pylock.toml: package 1 must be a table, not a string",
        "locks/pylock-list/pylock.toml: package 2 must be a table, not a string",
    ),
    "locks/pylock-maker/pylock.toml": ("locks/pylock-maker/pylock.toml: created-by: missing required value",),
    "locks/pylock-marker/pylock.toml": (
        'locks/pylock-marker/pylock.toml:4: flask: marker: "os_name ==": the marker is incomplete or has an unquoted value',
    ),
    "locks/pylock-no-packages/pylock.toml": ("locks/pylock-no-packages/pylock.toml: it has no packages",),
    "locks/pylock-no-version/pylock.toml": ("locks/pylock-no-version/pylock.toml: it has no lock-version: not a pylock.toml",),
    "locks/pylock-nothing/pylock.toml": (
        "locks/pylock-nothing/pylock.toml:4: flask: exactly one of vcs, directory, archive must be set if sdist and wheels are not set",
    ),
    "locks/pylock-other/pylock.toml": (
        "locks/pylock-other/pylock.toml:4: flask: wheels[0]: name in 'rich-1.0-py3-none-any.whl' is not consistent with package name 'flask'",  # noqa: E501
    ),
    "locks/pylock-two/pylock.toml": (
        "locks/pylock-two/pylock.toml:4: flask: exactly one of vcs, directory, archive must be set if sdist and wheels are not set",
        "locks/pylock-two/pylock.toml:14: Not_Normal: name: name 'Not_Normal' is not normalized",
    ),
    "locks/pylock-version/pylock.toml": ("locks/pylock-version/pylock.toml: pylock.toml version 9.0 is not known; known: 1.0",),
    "locks/pylock-wheel/pylock.toml": ("locks/pylock-wheel/pylock.toml:4: flask: wheels[0]: invalid wheel filename 'flask.whl'",),
    "locks/pylock.dev-named/pylock.dev.toml": ("locks/pylock.dev-named/pylock.dev.toml: pylock.toml version 2.0 is not known; known: 1.0",),
    "locks/script-lines/tool.py": (
        'locks/script-lines/tool.py:5: "flask=1": a version needs "==" (found "=")',
        "locks/script-lines/tool.py:6: dependencies[1] must be a string, not a number",
        'locks/script-lines/tool.py:3: requires-python: "3" is not a version specifier, such as ">=3.11"',
    ),
    "locks/script-none/tool.py": ("locks/script-none/tool.py: it has no script metadata (# /// script, PEP 723)",),
    "locks/script-toml/tool.py": ("locks/script-toml/tool.py:2: not TOML: invalid value",),
    "locks/script-two/tool.py": ("locks/script-two/tool.py:5: a second block of script metadata; there may be one only",),
    "locks/setup-cfg-lines/setup.cfg": ('locks/setup-cfg-lines/setup.cfg:3: "flask=1": a version needs "==" (found "=")',),
    "locks/setup-cfg/setup.cfg": ("locks/setup-cfg/setup.cfg: it has no install_requires in [options]",),
    "locks/setup-computed/setup.py": ("locks/setup-computed/setup.py:3: install_requires is computed here, and nothing is run",),
    "locks/setup-lines/setup.py": (
        'locks/setup-lines/setup.py:2: "flask=1": a version needs "==" (found "=")',
        'locks/setup-lines/setup.py:3: "rich 14": write "rich==14"',
    ),
    "locks/setup-none/setup.py": ("locks/setup-none/setup.py: it does not call setup()",),
    "locks/setup-nul/setup.py": ("locks/setup-nul/setup.py: this is a binary file, not text",),
    "locks/setup-python2/setup.py": (
        "locks/setup-python2/setup.py:2: not Python: Missing parentheses in call to 'print'. Did you mean print(...)?",
    ),
    "locks/setup-silent/setup.py": (
        "locks/setup-silent/setup.py:3: it does not say literally what it requires (install_requires), and nothing is run here",
    ),
    "locks/uv-conflict/uv.lock": ("locks/uv-conflict/uv.lock:4: a merge conflict is left here; lock again",),
    "locks/uv-empty/uv.lock": ("locks/uv-empty/uv.lock: it has no version: not a uv.lock",),
    "locks/uv-file/uv.lock": ("locks/uv-file/uv.lock:4: flask: a file without a name or an address",),
    "locks/uv-latin1/uv.lock": ("locks/uv-latin1/uv.lock:4: not UTF-8, which TOML must be",),
    "locks/uv-many/uv.lock": (
        'locks/uv-many/uv.lock:4: flask: "latest" is not a version',
        'locks/uv-many/uv.lock:4: flask: "sha256:xyz" is not a hash, such as sha256:abcdef...',
        'locks/uv-many/uv.lock:4: flask: the marker "python_versoin < \'3.8\'": "python_versoin" is not a marker variable (did you mean python_version or python_full_version?)',  # noqa: E501
        "locks/uv-many/uv.lock:4: flask: dependency 2 has no name",
    ),
    "locks/uv-mark/uv.lock": ("locks/uv-mark/uv.lock:1: a byte order mark stands at its beginning; TOML has none",),
    "locks/uv-marker/uv.lock": (
        "locks/uv-marker/uv.lock:4: flask: the marker \"os_name ~= 'posix'\": it compares what cannot be compared",
    ),
    "locks/uv-name/uv.lock": ('locks/uv-name/uv.lock:4: package 1: "../../etc" is not a project\'s name',),
    "locks/uv-nameless/uv.lock": (
        "locks/uv-nameless/uv.lock:4: package 1 has no name",
        "locks/uv-nameless/uv.lock:8: package 2: name must be a string, not a number",
    ),
    "locks/uv-no-version/uv.lock": ("locks/uv-no-version/uv.lock: it has no version: not a uv.lock",),
    "locks/uv-nul/uv.lock": ("locks/uv-nul/uv.lock:4: not TOML: illegal character '\\x00'",),
    "locks/uv-python/uv.lock": ('locks/uv-python/uv.lock: requires-python: "3.11" is not a version specifier, such as ">=3.11"',),
    "locks/uv-size/uv.lock": ("locks/uv-size/uv.lock:4: flask: size must be a number, not a string",),
    "locks/uv-source/uv.lock": (
        "locks/uv-source/uv.lock:4: flask: it has no source",
        'locks/uv-source/uv.lock:8: rich: source "floppy" is not known',
    ),
    "locks/uv-syntax/uv.lock": ("locks/uv-syntax/uv.lock:4: not TOML: expected ']]' at the end of an array declaration",),
    "locks/uv-types/uv.lock": (
        "locks/uv-types/uv.lock:4: flask: version must be a string, not a number",
        "locks/uv-types/uv.lock:4: flask: wheels[0] must be a table, not a string",
        "locks/uv-types/uv.lock:4: flask: dependencies must be a list, not a string",
        "locks/uv-types/uv.lock: requires-python must be a string, not a number",
    ),
    "locks/uv-utf16/uv.lock": ("locks/uv-utf16/uv.lock:1: not UTF-8, which TOML must be",),
    "locks/uv-version/uv.lock": ("locks/uv-version/uv.lock:1: uv.lock version 9 is not known; known: 1",),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_faults_are_told(name, monkeypatch):
    monkeypatch.chdir(BROKEN)
    with pytest.raises(ManifestError) as caught:
        read([name])
    assert tuple(map(str, caught.value.faults)) == FAULTS[name]
    assert all(str(fault).count("\n") == 0 for fault in caught.value.faults)


def test_every_broken_lock_has_its_sentences():
    files = {str(path.relative_to(BROKEN)) for path in (BROKEN / "locks").rglob("*") if path.is_file()}
    assert files == set(FAULTS) | PARTS


LONG = "x" * 10_000_000


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("uv.lock", f'version = 1\nname = "{LONG}"\n[[package]]\nname = 5\n', "package 1: name must be a string, not a number"),
        ("uv.lock", f"{LONG}\n", "not TOML: expected '=' after a key in a key/value pair"),
        ("Pipfile.lock", f'{{"{LONG}": 1}}', "it has no _meta: not a Pipfile.lock"),
        ("environment.yml", f"{LONG}", "larger than 512 kB: not a conda environment"),
        ("setup.py", f"x = '{LONG}'\n", "it does not call setup()"),
        ("tool.py", f"# {LONG}\n", "it has no script metadata (# /// script, PEP 723)"),
        ("uv.lock", "x = " + "[" * 5000, "not TOML that can be read: its values are too large or nested too deep"),
        ("Pipfile.lock", "[" * 100_000, "not JSON that can be read: its values are too large or nested too deep"),
        ("environment.yml", "[" * 5000 + "]" * 5000, "not YAML that can be read"),
    ],
)
def test_what_is_too_long_or_too_deep(tmp_path, name, text, reason):
    (tmp_path / name).write_text(text)
    with pytest.raises(ManifestError) as caught:
        read([str(tmp_path / name)])
    assert [fault.reason for fault in caught.value.faults] == [reason]


def test_line_ends_of_windows(tmp_path):
    path = tmp_path / "uv.lock"
    path.write_bytes(b'version = 1\r\n\r\n[[package]]\r\nname = "flask"\r\nversion = "x"\r\n')
    with pytest.raises(ManifestError) as caught:
        read([str(path)])
    assert [fault.line for fault in caught.value.faults] == [3, 3]
