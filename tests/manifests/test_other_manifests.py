"""Pipfile, setup.cfg and setup.py, conda environments, scripts, and what pip freeze prints."""

import textwrap

import pytest

from muslcheck.errors import ManifestError
from muslcheck.manifests import read
from muslcheck.words.requirement import Source


def manifest(folder, name, text, **asked):
    path = folder / name
    path.write_text(textwrap.dedent(text).lstrip())
    (found,) = read([str(path)], **asked)
    return found


def told(found):
    return [(each.name, str(each.specifier), str(each.marker or ""), each.origin.line) for each in found.requirements]


PIPFILE = """
    [[source]]
    url = "https://index.example/simple"
    name = "main"

    [[source]]
    url = "https://wheels.example/simple"
    name = "other"

    [packages]
    flask = "*"
    rich = ">=13"
    numpy = {version = "==1.26", extras = ["a"], markers = "python_version < '3.13'", sys_platform = "== 'linux'"}
    own = {path = ".", editable = true}
    tool = {git = "https://git.example/tool.git", ref = "main"}
    old = "1.0"
    wheel = {file = "https://files.example/wheel-1.0-py3-none-any.whl"}

    [dev-packages]
    pytest = "*"

    [web]
    gunicorn = "*"

    [requires]
    python_version = "3.12"
    """


def test_a_pipfile(tmp_path):
    found = manifest(tmp_path, "Pipfile", PIPFILE)
    assert told(found)[:3] == [
        ("flask", "", "", 10),
        ("rich", ">=13", "", 11),
        ("numpy", "==1.26", 'python_version < "3.13" and sys_platform == "linux"', 12),
    ]
    assert [each.text for each in found.requirements][:2] == ['flask = "*"', 'rich = ">=13"']
    own, tool, old, wheel = found.requirements[3:]
    assert (own.source, own.location, own.editable) == (Source.DIRECTORY, str(tmp_path), True)
    assert (tool.source, tool.location) == (Source.VCS, "git+https://git.example/tool.git@main")
    assert str(old.specifier) == "==1.0"
    assert (wheel.source, wheel.location) == (Source.ARCHIVE, "https://files.example/wheel-1.0-py3-none-any.whl")
    assert found.index.index_url == "https://index.example/simple"
    assert (found.index.extra_index_urls, found.index.pinned) == ((), ())  # nothing names the other source
    assert str(found.requires_python) == "==3.12.*"


@pytest.mark.parametrize(("groups", "added"), [(["dev"], ["pytest"]), (["web", "dev-packages"], ["gunicorn", "pytest"])])
def test_categories_of_a_pipfile(tmp_path, groups, added):
    found = manifest(tmp_path, "Pipfile", PIPFILE, groups=groups)
    assert [each.name for each in found.requirements][7:] == added


@pytest.mark.parametrize("asked", [{"groups": ["docs"]}, {"extras": ["a"]}])
def test_what_a_pipfile_does_not_have(tmp_path, asked):
    with pytest.raises(ManifestError):
        manifest(tmp_path, "Pipfile", PIPFILE, **asked)


ENVIRONMENT = """
    name: app
    channels: [conda-forge]
    dependencies:
      - python=3.12
      - pip
      - conda-forge::numpy=1.26
      - scipy >=1.11
      - pip:
        - flask==2.0
        - --extra-index-url https://wheels.example/simple
        - rich>=13  # pretty
        - "httpx ;
          os_name == 'posix'"
    """


@pytest.mark.parametrize("name", ["environment.yml", "environment.yaml"])
def test_a_conda_environment(tmp_path, name):
    found = manifest(tmp_path, name, ENVIRONMENT)
    assert told(found) == [("flask", "==2.0", "", 9), ("rich", ">=13", "", 11), ("httpx", "", 'os_name == "posix"', 12)]
    assert found.index.extra_index_urls == ("https://wheels.example/simple",)
    assert found.kind == "environment"
    assert [problem.message for problem in found.problems] == [
        "conda's own packages are left aside (2: numpy, scipy): they are built for glibc"
    ]


def test_a_script(tmp_path):
    text = """
        #!/usr/bin/env python

        # /// script
        # requires-python = ">=3.11"
        # dependencies = [
        #   "requests<3",
        #
        #   "rich; os_name == 'posix'",
        # ]
        #
        # [tool.x]
        # y = 1
        # ///
        import requests
        """
    found = manifest(tmp_path, "tool.py", text)
    assert told(found) == [("requests", "<3", "", 6), ("rich", "", 'os_name == "posix"', 8)]
    assert (found.kind, str(found.requires_python)) == ("script", ">=3.11")


def test_a_script_has_no_extras(tmp_path):
    with pytest.raises(ManifestError, match="no extras"):
        manifest(tmp_path, "tool.py", "# /// script\n# dependencies = []\n# ///\n", extras=["a"])


SETUP_CFG = """
    [metadata]
    name = app

    [options]
    install_requires =
        flask
        rich>=13  # pretty

    [options.extras_require]
    pg = psycopg; httpx
    """


def test_a_setup_cfg(tmp_path):
    assert told(manifest(tmp_path, "setup.cfg", SETUP_CFG)) == [("flask", "", "", 6), ("rich", ">=13", "", 7)]
    assert [each.name for each in manifest(tmp_path, "setup.cfg", SETUP_CFG, extras=["PG"]).requirements][2:] == ["psycopg", "httpx"]


SETUP_PY = """
    import setuptools
    BASE = ["flask"]
    MORE = '''
    rich>=13
    httpx
    '''
    setuptools.setup(
        name="app",
        install_requires=BASE + [MORE, "attrs"],
        extras_require={"pg": ["psycopg"], "docs:python_version<'3'": ("sphinx",), "all": read("x")},
    )
    """


def test_a_setup_py(tmp_path):
    found = manifest(tmp_path, "setup.py", SETUP_PY)
    assert [each.name for each in found.requirements] == ["flask", "rich", "httpx", "attrs"]
    assert [problem.message for problem in found.problems] == [
        "it is not run: what it hands to setup() literally is taken for all that it requires",
    ]
    assert set(found.extras) == {"pg", "docs"}
    assert [each.name for each in manifest(tmp_path, "setup.py", SETUP_PY, all_extras=True).requirements][4:] == ["psycopg", "sphinx"]


READERS = {
    "with": "with open('deps/base.txt') as f:\n    needs = f.read().splitlines()\nwith open('deps/dev.txt') as f:\n    dev = list(f)\n",
    "here": "here = dirname(__file__)\nneeds = [line.strip() for line in open(join(here, 'deps', 'base.txt')) if line[0] != '#']\n",
    "pathlib": "needs = (Path(__file__).parent / 'deps' / 'base.txt').read_text().split('\\n')\n",
    "named": "here = Path(__file__).parent\ndeps = here / 'deps'\nwith open(deps / 'base.txt') as f:\n    needs = read(f)\n",
    "pip": "needs = [str(each.req) for each in parse_requirements('deps/base.txt', session=False)]\n",
    "function": "def read(name):\n    with open(name) as f:\n        return f.read().splitlines()\nneeds = read('deps/base.txt')\n",
    "inside": "def read():\n    return open('deps/base.txt').readlines()\nneeds = [*read()]\n",
    "tried": "try:\n    needs = open('deps/base.txt').readlines()\nexcept OSError:\n    needs = []\n",
}


@pytest.mark.parametrize("reader", READERS)
def test_a_setup_py_that_reads_its_requirements_from_a_file(tmp_path, reader):
    (tmp_path / "deps").mkdir()
    (tmp_path / "deps/base.txt").write_text("# what it needs\nflask>=2\n\nrich ; python_version > '3'\n")
    (tmp_path / "deps/dev.txt").write_text("pytest\n")
    found = manifest(tmp_path, "setup.py", READERS[reader] + "setup(install_requires=needs)\n")
    base = str(tmp_path / "deps/base.txt")
    assert [(each.name, str(each.origin)) for each in found.requirements] == [("flask", f"{base}:2"), ("rich", f"{base}:4")]
    assert [each.message for each in found.problems] == [f"it is not run: {base}, which it reads, is taken for all that it requires"]


@pytest.mark.parametrize(
    ("script", "line"),
    [
        ("needs = open('gone.txt').readlines()\nsetup(install_requires=needs)\n", 1),
        ("needs = open('a.txt').readlines() + open('b.txt').readlines()\nsetup(install_requires=needs[1:])\n", 2),
        ("setup(install_requires=eval(open('a.py').read()))\n", 1),
    ],
)
def test_a_setup_py_that_reads_what_is_not_known(tmp_path, script, line):
    for name in ("a.txt", "b.txt", "a.py"):
        (tmp_path / name).write_text("flask\n")
    with pytest.raises(ManifestError) as caught:
        manifest(tmp_path, "setup.py", script)
    assert [(fault.line, fault.reason) for fault in caught.value.faults] == [
        (line, "install_requires is computed here, and nothing is run")
    ]


def test_a_setup_py_leaves_it_to_setup_cfg(tmp_path):
    (tmp_path / "setup.cfg").write_text(textwrap.dedent(SETUP_CFG))
    assert [each.name for each in manifest(tmp_path, "setup.py", "from setuptools import setup\nsetup()\n").requirements] == [
        "flask",
        "rich",
    ]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"extras": ["pgg"]}, 'the project has no extra "pgg" (did you mean pg?)'),
        ({"groups": ["dev"]}, "setuptools has no dependency groups, only extras"),
    ],
)
def test_what_setuptools_does_not_have(tmp_path, asked, reason):
    with pytest.raises(ManifestError) as caught:
        manifest(tmp_path, "setup.py", SETUP_PY, **asked)
    assert [fault.reason for fault in caught.value.faults] == [reason]


def test_what_pip_freeze_prints(tmp_path):
    text = """
        # Editable install with no version control (app==1.0)
        -e /src/app
        -e git+https://git.example/tool.git@0123456789abcdef0123456789abcdef01234567#egg=tool
        attrs==23.1.0
        local @ file:///build/local-1.0.tar.gz#sha256=00
        rich @ https://files.example/rich-13.0-py3-none-any.whl
        torch==2.1.0+cpu
        """
    found = manifest(tmp_path, "freeze.txt", text)
    assert [each.source for each in found.requirements] == [
        Source.DIRECTORY,
        Source.VCS,
        Source.INDEX,
        Source.ARCHIVE,
        Source.ARCHIVE,
        Source.INDEX,
    ]
    assert str(found.requirements[-1].specifier) == "==2.1.0+cpu"


def test_a_pipfile_with_a_source_for_some_packages(tmp_path):
    text = """\
[[source]]
name = "first"
url = "https://index.example/simple"

[[source]]
name = "other"
url = "https://wheels.example/simple"

[packages]
flask = "*"
Torch_CPU = {version = "*", index = "other"}
rich = {version = "*", index = "first"}
gone = {version = "*", index = "nowhere"}
"""
    found = manifest(tmp_path, "Pipfile", text)
    assert (found.index.index_url, found.index.extra_index_urls) == ("https://index.example/simple", ())
    assert found.index.pinned == (("torch-cpu", "https://wheels.example/simple"),)
