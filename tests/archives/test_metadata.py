# ruff: noqa: E501 -- a case reads best on one line
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.archives import metadata_text, sdist_bytes

from muslcheck.archives.metadata import headers, is_static, parse_metadata
from muslcheck.archives.sdist_metadata import requires_txt, sdist_metadata
from muslcheck.words.release import Metadata, MetadataSource, Unread

HERE = "demo-1.0-py3-none-any.whl!/demo-1.0.dist-info/METADATA"


def parsed(text):
    return parse_metadata(text, source=MetadataSource.WHEEL, seen_in=HERE)


def of_sdist(files=None, **given):
    return sdist_metadata(io.BytesIO(sdist_bytes("demo", "1.0", files or {}, **given)), "demo-1.0.tar.gz")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_headers_that_matter(newline):
    text = (
        "Metadata-Version: 2.1\nName: Demo_Thing\nVersion: 1.0.0-rc1\nSummary: x\n  folded\nRequires-Dist: a>=1;\n  python_version < '4'\n"
        "Requires-Dist: b[x] ; extra == 'y'\nRequires-Python: >=3.8\nProvides-Extra: Y_z\n\nRequires-Dist: not-this\n"
    )
    found = parsed(text.replace("\n", newline))
    assert found == Metadata(
        "demo-thing",
        "1.0.0rc1",
        ("a>=1; python_version < '4'", "b[x] ; extra == 'y'"),
        ">=3.8",
        frozenset({"y-z"}),
        MetadataSource.WHEEL,
        HERE,
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Name: x\n",
        "Name: x\nVersion: not a version\n",
        "Version: 1\n",
        "Name: x\nVersion: 1\nRequires-Dist: a (>=1\n",
        "Name: x\nVersion: 1\nRequires-Dist: >=1\n",
    ],
)
def test_what_pip_refuses_is_broken(text):
    found = parsed(text)
    assert isinstance(found, Unread)
    assert found.broken


@pytest.mark.parametrize(
    ("version", "dynamic", "static"),
    [
        ("2.1", (), False),
        ("2.2", (), True),
        ("2.4", ("Requires-Dist",), False),
        ("2.3", ("Version",), True),
        ("2.2", ("requires-dist",), False),
        ("x", (), False),
    ],
)
def test_static_pkg_info(version, dynamic, static):
    assert is_static(headers(metadata_text("demo", "1", metadata_version=version, dynamic=dynamic))) is static


@given(st.text())
def test_any_text_is_metadata_or_unread(text):
    assert isinstance(parsed(text), (Metadata, Unread))


@given(st.binary())
def test_any_bytes_are_metadata_or_unread(data):
    assert isinstance(parsed(data), (Metadata, Unread))


def test_the_ladder_begins_with_static_pkg_info():
    found = of_sdist({"demo.egg-info/PKG-INFO": "", "demo.egg-info/requires.txt": "wrong\n"}, requires_dist=["right"])
    assert (found.requires_dist, found.assumed, found.source) == (("right",), False, MetadataSource.PKG_INFO)


def test_requires_txt():
    text = "a>=1\nb\n\n[:python_version < '3.8']\nc\n\n[fast]\nd ; os_name == 'posix' or os_name == 'nt'\n\n[fast:sys_platform == 'linux']\ne\n"
    found = of_sdist({"src/demo.egg-info/PKG-INFO": "Name: demo\n", "src/demo.egg-info/requires.txt": text}, metadata_version="2.1")
    assert found.requires_dist == (
        "a>=1",
        "b",
        "c ; python_version < '3.8'",
        "d ; (os_name == 'posix' or os_name == 'nt') and extra == \"fast\"",
        "e ; sys_platform == 'linux' and extra == \"fast\"",
    )
    assert (found.provides_extra, found.assumed, found.source) == (frozenset({"fast"}), True, MetadataSource.REQUIRES_TXT)


def test_an_egg_info_without_requires_txt_requires_nothing():
    found = of_sdist({"demo.egg-info/PKG-INFO": "Name: demo\n"}, metadata_version="1.2")
    assert (found.requires_dist, found.source) == ((), MetadataSource.REQUIRES_TXT)


def test_project_table():
    table = '[project]\nname = "demo"\ndynamic = ["version"]\ndependencies = ["a"]\nrequires-python = ">=3.9"\n[project.optional-dependencies]\nx = ["b; os_name == \'nt\'"]\n'
    found = of_sdist({"pyproject.toml": table}, metadata_version="2.1")
    assert (found.requires_dist, found.requires_python, found.source) == (
        ("a", "b ; os_name == 'nt' and extra == \"x\""),
        ">=3.9",
        MetadataSource.PROJECT_TABLE,
    )


def test_a_dynamic_project_table_is_not_taken():
    table = '[project]\nname = "demo"\ndynamic = ["version", "dependencies"]\n'
    found = of_sdist({"pyproject.toml": table, "setup.py": "setup(install_requires=read())"}, metadata_version="2.1")
    assert isinstance(found, Unread)
    assert not found.broken


def test_setup_cfg():
    files = {
        "setup.py": "from setuptools import setup\nsetup()",
        "setup.cfg": "[options]\ninstall_requires =\n  a\n  # no\n  b>1\n[options.extras_require]\nx = c; d\n",
    }
    found = of_sdist(files, metadata_version="2.1")
    assert found.requires_dist[:2] == ("a", "b>1")
    assert found.source is MetadataSource.SETUP_CFG


def test_no_step_answers():
    found = of_sdist({"setup.py": "from setuptools import setup\nsetup(install_requires=open('x').read().split())"}, pkg_info=False)
    assert isinstance(found, Unread)


def test_name_and_version_out_of_the_file_name():
    found = of_sdist({"setup.py": "from setuptools import setup\nsetup()"}, pkg_info=False)
    assert (found.name, found.version, found.requires_dist, found.assumed) == ("demo", "1.0", (), True)


@given(st.text())
def test_any_requires_txt_reads(text):
    requires, extras = requires_txt(text)
    assert len(requires) + len(extras) <= len(text.splitlines())


def test_what_setup_py_requires_comes_before_requires_txt():
    from support.sdists import MUSL

    code = (
        "from setuptools import setup\ntry:\n    import DNS\nexcept ImportError:\n    requires = ['dnspython>=2']\nelse:\n    requires = ['Py3DNS']\n"
        "setup(name='demo', install_requires=requires, extras_require={'fast': ['speed'], ':os_name == \"nt\"': 'colour'})"
    )
    files = {"setup.py": code, "demo.egg-info/PKG-INFO": "Name: demo\n", "demo.egg-info/requires.txt": "Py3DNS\n"}
    found = sdist_metadata(io.BytesIO(sdist_bytes("demo", "1.0", files, metadata_version="2.1")), "demo-1.0.tar.gz", MUSL)
    assert (found.source, found.assumed, found.provides_extra) == (MetadataSource.SETUP_PY, True, frozenset({"fast"}))
    assert found.requires_dist == ("dnspython>=2", 'speed ; extra == "fast"', 'colour ; os_name == "nt"')


def test_what_setup_py_decides_later_is_left_to_requires_txt():
    from support.sdists import MUSL

    code = "import random\nfrom setuptools import setup\nsetup(name='demo', install_requires=random.choice([['a'], ['b']]))"
    files = {"setup.py": code, "demo.egg-info/PKG-INFO": "Name: demo\n", "demo.egg-info/requires.txt": "a\n"}
    found = sdist_metadata(io.BytesIO(sdist_bytes("demo", "1.0", files, metadata_version="2.1")), "demo-1.0.tar.gz", MUSL)
    assert (found.source, found.requires_dist) == (MetadataSource.REQUIRES_TXT, ("a",))
