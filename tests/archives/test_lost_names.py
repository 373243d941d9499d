"""Names that setuptools' distutils lost, read as attributes of its modules."""

import pytest
from support.sdists import PLAIN, facts

from muslcheck.archives.facts import Certainty


def lacks(code):
    """What the build surely lacks."""
    return [(seen.value, seen.detail) for seen in facts(code).imports if seen.certainty is Certainty.ALWAYS]


@pytest.mark.parametrize(
    ("code", "name", "since"),
    [
        ("from distutils import sysconfig\nsaved = sysconfig._init_posix", "distutils.sysconfig._init_posix", 61),
        ("import distutils.sysconfig\ndistutils.sysconfig._init_posix()", "distutils.sysconfig._init_posix", 61),
        ("from distutils import ccompiler\nccompiler.os.path", "distutils.ccompiler.os", 76),
        ("from distutils import dir_util\ndir_util._path_created.clear()", "distutils.dir_util._path_created", 75),
        ("from distutils.util import run_2to3", "distutils.util.run_2to3", 60),
        ("from setuptools.command.easy_install import ScriptWriter", "setuptools.command.easy_install.ScriptWriter", 80),
    ],
)
def test_what_is_read_and_gone(code, name, since):
    assert lacks(f"{code}\n{PLAIN}setup()") == [(name, f"gone since setuptools {since}")]


@pytest.mark.parametrize(
    "code",
    [
        "from distutils import sysconfig\nsysconfig._init_posix = print",
        "from distutils import sysconfig\nif hasattr(sysconfig, '_init_posix'):\n    sysconfig._init_posix()",
        "from distutils import sysconfig\nsaved = getattr(sysconfig, '_init_posix', None)",
        "from distutils import sysconfig\ntry:\n    sysconfig._init_posix()\nexcept AttributeError:\n    pass",
        "from distutils import ccompiler\nccompiler.new_compiler()\nccompiler.CCompiler",
    ],
)
def test_what_is_asked_for_with_care_or_still_there(code):
    assert lacks(f"{code}\n{PLAIN}setup()") == []
