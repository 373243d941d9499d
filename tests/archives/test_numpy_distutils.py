"""numpy.distutils: what the setup.py of each package adds."""

import pytest
from support.sdists import MUSL, OLD, brief, inspect

SETUP = """
def configuration(parent_package='', top_path=None):
    from numpy.distutils.misc_util import Configuration
    config = Configuration(None, parent_package, top_path)
    config.add_subpackage('demo')
    return config

from numpy.distutils.core import setup
setup(name='demo', configuration=configuration)
"""
ADDS = "def configuration(parent_package='', top_path=None):\n    config.add_extension('_a', sources=['a.f'])\n"
NUMPY = '[build-system]\nrequires = ["setuptools", "wheel", "numpy<1.25"]\n'


def read(files, target=OLD):
    return inspect({"pyproject.toml": NUMPY, "setup.py": SETUP, **files}, target=target)


@pytest.mark.parametrize(
    ("files", "languages"),
    [
        ({"demo/setup.py": ADDS, "demo/a.f": "", "demo/b.c": ""}, [("c", "fortran")]),
        ({"demo/setup.py": ADDS, "demo/a.cpp": "", "demo/tests/b.c": ""}, [("c++",)]),
        ({"demo/setup.py": ADDS.replace("add_extension", "add_library"), "demo/a.f": ""}, [("fortran",)]),
        ({"demo/setup.py": ADDS}, [("c",)]),
        ({"demo/setup.py": "config.add_data_dir('x')\n", "demo/a.c": ""}, []),
        ({"demo/tests/setup.py": ADDS, "demo/tests/a.f": ""}, []),
    ],
    ids=["two languages", "those of tests do not count", "a library", "none to be seen", "nothing is added", "only tests add some"],
)
def test_what_packages_add(files, languages):
    found = read(files)
    assert [extension.languages for extension in found.extensions] == languages
    assert {extension.seen_in for extension in found.extensions} <= {"demo-1.0.tar.gz!/demo/setup.py:2"}


def test_it_is_gone_with_python_3_12():
    assert brief(read({"demo/setup.py": ADDS}, MUSL).imports)[0] == ("numpy.distutils.core", "always")


def test_a_setup_of_setuptools_is_read_by_itself():
    plain = "from setuptools import setup\nsetup(name='demo')\n"
    assert inspect({"setup.py": plain, "demo/setup.py": ADDS, "demo/a.f": ""}, target=OLD).extensions == ()


@pytest.mark.parametrize(("refuses", "certainty"), [("    raise NotFoundError('no lapack')\n", "always"), ("", "optional")])
def test_the_libraries_of_linear_algebra(refuses, certainty):
    looks = f"{ADDS}    lapack = get_info('lapack_opt')\n{refuses}"
    assert brief(read({"demo/setup.py": looks}).libraries) == [("lapack", certainty)]
