"""Programs that a build looks for, and stops without."""

import pytest
from support.sdists import facts

from muslcheck.archives.facts import Certainty

TOP = "import os, shutil, sys\nfrom distutils.spawn import find_executable\nfrom setuptools import setup\n"


def stops_without(code):
    found = facts(f"{TOP}{code}\nsetup()")
    return [(seen.value, seen.certainty) for seen in found.programs if seen.detail == "or stops"]


@pytest.mark.parametrize(
    "code",
    [
        "p = shutil.which('swig')\nif p is None:\n    raise RuntimeError('no swig')",
        "if not shutil.which('swig'):\n    sys.exit('no swig')",
        "p = find_executable('swig')\nif not p:\n    print('no swig')\n    sys.exit(1)",
        "def tool(name):\n    path = shutil.which(name)\n    if path == None:\n        raise OSError(name)\n    return path\ntool('swig')",
    ],
)
def test_what_is_looked_for_and_not_done_without(code):
    assert stops_without(code) == [("swig", Certainty.ALWAYS)]


@pytest.mark.parametrize(
    "code",
    [
        "p = shutil.which('swig')\nif p is None:\n    p = 'other'",
        "p = shutil.which('swig')\nif p is not None:\n    raise RuntimeError('swig is in the way')",
        "p = os.environ.get('SWIG') or shutil.which('swig')\nif not p:\n    raise RuntimeError('no swig')",
        "p = sys.path[0]\nif not p:\n    raise RuntimeError('no path')",
        "if len(sys.path) > 5:\n    raise RuntimeError('another')\np = shutil.which('swig')\nif not p:\n    p = ''",
    ],
)
def test_what_is_done_without(code):
    assert stops_without(code) == []
