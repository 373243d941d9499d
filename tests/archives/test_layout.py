"""Flat layouts in which setuptools finds several packages or modules, and stops."""

import pytest
from support.sdists import inspect

from muslcheck.archives.facts import Certainty

BARE = "from setuptools import setup\nsetup(name='a')\n"
PROJECT = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "a"\nversion = "1"\n'


def refused(found):
    return [seen.value.partition(": ")[2] for seen in found.raises if seen.detail == "PackageDiscoveryError"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (("a/__init__.py", "cmake/x.cmake"), "Multiple top-level packages discovered in a flat-layout: a, cmake"),
        (("a/x.txt", "b/y/z.c", "tests/t.py", "a.egg-info/PKG-INFO"), "Multiple top-level packages discovered in a flat-layout: a, b"),
        (("a.py", "b.py", "setup_x.py"), "Multiple top-level modules discovered in a flat-layout: a, b, setup_x"),
    ],
)  # fmt: skip
def test_several_at_the_top_are_refused(files, message):
    made = inspect({"setup.py": BARE, **dict.fromkeys(files, "")})
    assert refused(made) == [message]
    assert [seen.certainty for seen in made.raises] == [Certainty.ALWAYS]


@pytest.mark.parametrize(
    "files",
    [
        ("a/__init__.py", "tests/t.py", "docs/i.rst", ".github/w.yml", "_private/x.py", "a-b/c.txt", "a-stubs/x.pyi"),
        ("a/__init__.py", "b.py", "c.py"),
        ("src/a/__init__.py", "b/__init__.py", "c/__init__.py"),
        ("a.py", "conftest.py", "noxfile.py", "_x.py"),
        (),
    ],
)
def test_one_or_a_source_folder_is_taken(files):
    assert refused(inspect({"setup.py": BARE, **dict.fromkeys(files, "")})) == []


TWO = {"a/__init__.py": "", "b/__init__.py": ""}


@pytest.mark.parametrize(
    "setup_py",
    [
        "from setuptools import setup\nsetup(packages=['a'])",
        "from setuptools import setup\nsetup(packages=[])",
        "from setuptools import setup\nsetup(py_modules=['c'])",
        "from setuptools import setup, Extension\nsetup(ext_modules=[Extension('c', ['c.c'])])",
        "from setuptools import setup\nsetup(package_dir={'a': 'a', 'b': 'b'})",
        "from setuptools import setup\nsetup(pbr=True)",
        "from setuptools import setup\nsetup(**known())",
        "from setuptools import setup\nimport sys\nif len(sys.path) > 9:\n    setup()",
        "from setuptools import setup\nsetup(package_dir={'': 'b'})",
    ],
)
def test_what_is_given_or_not_known_is_no_reason(setup_py):
    assert refused(inspect({"setup.py": setup_py, **TWO})) == []


def test_settings_in_files_count():
    assert refused(inspect({"setup.py": BARE, "setup.cfg": "[options]\npackages = find:\n", **TWO})) == []
    assert refused(inspect({"pyproject.toml": PROJECT + "[tool.setuptools]\npackages = ['a', 'b']\n", **TWO})) == []
    assert refused(inspect({"pyproject.toml": PROJECT + "[tool.setuptools.packages.find]\ninclude = ['a*']\n", **TWO})) == []
    assert refused(inspect({"pyproject.toml": PROJECT, **TWO})) != []


def test_extension_modules_do_not_count_where_pyproject_states_the_project():
    setup_py = "from setuptools import setup, Extension\nsetup(ext_modules=[Extension('c', ['c.c'])])"
    assert refused(inspect({"pyproject.toml": PROJECT, "setup.py": setup_py, **TWO})) != []


def test_an_older_setuptools_finds_none():
    pyproject = '[build-system]\nrequires = ["setuptools<61"]\nbuild-backend = "setuptools.build_meta"\n'
    assert refused(inspect({"pyproject.toml": pyproject, "setup.py": BARE, **TWO})) == []


def test_a_plug_in_may_know_better():
    pyproject = PROJECT.replace('"setuptools"', '"setuptools", "setuptools-some-plugin"', 1)
    assert refused(inspect({"pyproject.toml": pyproject, **TWO})) == []


@pytest.mark.parametrize(
    ("requires", "more", "files", "declarative"),
    [
        ("setuptools", "", {}, True),
        ("setuptools", "", {"setup.py": BARE}, False),
        ("setuptools", "", {"setup.cfg": "[options]\ncmdclass =\n    build_ext = a.Build\n"}, False),
        ("setuptools", "[tool.setuptools.cmdclass]\nbuild_ext = 'a.Build'\n", {}, False),
        ("setuptools", "", {"setup.cfg": "[metadata]\nname = a\n"}, True),
        ("setuptools-rust", "", {}, False),
    ],
)
def test_a_back_end_that_reads_tables_alone(requires, more, files, declarative):
    pyproject = PROJECT.replace('"setuptools"', f'"setuptools", "{requires}"', 1) + more
    assert inspect({"pyproject.toml": pyproject, "a/__init__.py": "", **files}).build_system.declarative is declarative


@pytest.mark.parametrize(
    ("backend", "more", "files", "declarative"),
    [
        ("flit_core.buildapi", "", {}, True),
        ("hatchling.build", "", {}, True),
        ("hatchling.build", "[tool.hatch.build.hooks.custom]\n", {"hatch_build.py": ""}, False),
        ("pdm.backend", "", {"pdm_build.py": ""}, False),
        ("pdm.backend", "", {}, True),
        ("poetry.core.masonry.api", "[tool.poetry.build]\nscript = 'build.py'\n", {"build.py": ""}, False),
        ("mesonpy", "", {}, False),
        ("nobody.knows", "", {}, False),
        ("flit_core.buildapi", "backend-path", {}, False),
    ],
)
def test_other_back_ends_that_read_tables_alone(backend, more, files, declarative):
    system = f'[build-system]\nrequires = ["{backend}"]\nbuild-backend = "{backend}"\n'
    pyproject = system + ('backend-path = ["."]\n' if more == "backend-path" else more)
    assert inspect({"pyproject.toml": pyproject, "a/__init__.py": "", **files}).build_system.declarative is declarative
