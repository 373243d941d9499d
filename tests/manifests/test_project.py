import pytest

from muslcheck.manifests import build_requirements, static_dependencies
from muslcheck.words.report import Problem

PYPROJECT = '[project]\nname = "lib"\ndependencies = ["flask"]\n[project.optional-dependencies]\ndb = ["psycopg"]\nall = ["lib[db]"]\n'
SETUP_CFG = """\
[metadata]
name = lib

[options]
install_requires =
    flask>=2  # web
    # a comment
    requests; python_version < "3.9"

[options.extras_require]
db = psycopg; sqlalchemy
Dot_Env = python-dotenv
"""
SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\n'


def write(folder, **files):
    for name, text in files.items():
        (folder / {"pyproject": "pyproject.toml", "setup_cfg": "setup.cfg", "setup_py": "setup.py"}.get(name, f"{name}.txt")).write_text(
            text
        )
    return str(folder)


def told(path, extras=()):
    return [(r.name, r.origin.line) for r in static_dependencies(path, extras)]


def test_from_the_project_table(tmp_path):
    path = write(tmp_path, pyproject=PYPROJECT, setup_py="raise SystemExit")
    assert told(path) == [("flask", 3)]
    assert told(path, ["all"]) == [("flask", 3), ("psycopg", 5)]
    assert told(path, ["unknown"]) == [("flask", 3)]
    assert str(static_dependencies(path)[0].origin) == f"{tmp_path}/pyproject.toml:3"


def test_a_project_without_dependencies(tmp_path):
    assert static_dependencies(write(tmp_path, pyproject='[project]\nname = "lib"\n')) == ()


def test_from_setup_cfg(tmp_path):
    path = write(tmp_path, setup_cfg=SETUP_CFG, setup_py="", pyproject=SETUPTOOLS)
    assert told(path) == [("flask", 6), ("requests", 8)]
    assert told(path, ["db", "dot-env"]) == [("flask", 6), ("requests", 8), ("psycopg", 11), ("sqlalchemy", 11), ("python-dotenv", 12)]
    assert str(static_dependencies(path)[1].marker) == 'python_version < "3.9"'


def test_setup_cfg_that_names_a_file(tmp_path):
    path = write(tmp_path, setup_cfg="[options]\ninstall_requires = file: deps.txt\n", setup_py="", deps="\nflask\n")
    assert told(path) == [("flask", 2)]


def test_a_dynamic_project_leaves_it_to_setup_cfg(tmp_path):
    path = write(tmp_path, pyproject='[project]\nname = "lib"\ndynamic = ["dependencies"]\n' + SETUPTOOLS, setup_cfg=SETUP_CFG)
    assert told(path) == [("flask", 6), ("requests", 8)]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (
            {"setup_py": "setup(install_requires=read('x'))"},
            "{path}/setup.py:1: install_requires is computed here, and nothing is run",
        ),
        ({"setup_py": "", "setup_cfg": "[metadata]\nname = lib\n"}, "{path}/setup.py: it does not call setup()"),
        ({"pyproject": SETUPTOOLS, "setup_py": ""}, "{path}/setup.py: it does not call setup()"),
        ({"pyproject": "[tool.poetry]\n"}, "its pyproject.toml does not state them"),
        (
            {"pyproject": '[project]\nname = "a"\ndynamic = ["dependencies"]\n'},
            "its dependencies are dynamic: the build back end computes them, and nothing is run here",
        ),
        ({"readme": ""}, "neither pyproject.toml nor setup.py is there"),
        ({"pyproject": "[broken"}, "{path}/pyproject.toml:1: not TOML: expected ']' at the end of a table declaration"),
        ({"pyproject": '[project]\ndependencies = ["x=1"]\n'}, '{path}/pyproject.toml:2: "x=1": a version needs "==" (found "=")'),
        ({"setup_cfg": "nonsense", "setup_py": ""}, "{path}/setup.cfg:1: not a setup.cfg that can be read"),
        (
            {"setup_cfg": "[options]\ninstall_requires =\n  x=1\n", "setup_py": ""},
            '{path}/setup.cfg:3: "x=1": a version needs "==" (found "=")',
        ),
        ({"setup_cfg": "[options]\ninstall_requires = file: gone.txt\n", "setup_py": ""}, "{path}/gone.txt: no such file"),
        (
            {"setup_cfg": "[options]\ninstall_requires = file: deps.txt\n", "setup_py": "", "deps": "flask\ndjango=4\n"},
            '{path}/deps.txt:2: "django=4": a version needs "==" (found "=")',
        ),
    ],
)
def test_dependencies_that_stay_unknown(tmp_path, files, reason):
    path = write(tmp_path, **files)
    assert static_dependencies(path) == Problem(path, f"its dependencies are unknown: {reason.format(path=path)}")


def test_a_directory_that_is_not_there(tmp_path):
    path = str(tmp_path / "gone")
    assert static_dependencies(path) == Problem(path, "its dependencies are unknown: no such directory")


def test_what_a_build_requires():
    found = build_requirements(["setuptools>=61", "not a requirement", "wheel; python_version < '3'"], "a.tar.gz!/pyproject.toml")
    assert [(r.name, str(r.origin)) for r in found] == [("setuptools", "a.tar.gz!/pyproject.toml"), ("wheel", "a.tar.gz!/pyproject.toml")]
