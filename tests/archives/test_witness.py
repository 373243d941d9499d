"""Facts that were read for one target serve those that answer alike, and no others."""

import io
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.archives import sdist_bytes

from muslcheck.alpine.images import aim
from muslcheck.archives import inspect_sdist, open_sdist
from muslcheck.archives.sdist import inspect
from muslcheck.archives.witness import holds, witnessed

MACHINES = ("x86_64", "aarch64", "armv7l", "armv6l", "i686", "ppc64le", "riscv64", "s390x")
TARGETS = [aim(f"python:3.{minor}-alpine", arch) for minor in range(10, 15) for arch in MACHINES]
TARGETS += [aim(f"python:3.{minor}-slim", arch) for minor in (11, 13) for arch in ("x86_64", "aarch64", "i686")]

CONDITIONS = (
    "sys.version_info >= (3, 12)",
    "(3, 11) <= sys.version_info",
    "sys.version_info[:2] == (3, 13)",
    "sys.version_info[1] in (10, 12)",
    "sys.version_info.minor < 12",
    "sys.version_info[-4] == 13",
    "str(sys.version_info[1]).endswith('1')",
    "sys.version.startswith('3.11')",
    "sys.hexversion > 0x030C0000",
    "vi >= (3, 12)",
    "minor > 11",
    "platform.machine() == 'x86_64'",
    "platform.machine() in ('aarch64', 'armv7l')",
    "platform.machine().startswith('arm')",
    "platform.machine().lower() != 'ppc64le'",
    "MACHINE in ['s390x', 'i686']",
    "'arm' in MACHINE",
    "'x86' in sysconfig.get_platform()",
    "sysconfig.get_platform().endswith(('86', '64'))",
    "sysconfig.get_config_var('SIZEOF_VOID_P') == 8",
    "sysconfig.get_config_var('py_version_nodot') == '312'",
    "sys.maxsize > 2**32",
    "sys.byteorder == 'big'",
    "platform.libc_ver()[0] == 'glibc'",
    "platform.libc_ver() != ('', '')",
    "platform.architecture()[0] == '32bit'",
    "os.uname()[4] == 'riscv64'",
    "os.uname().machine == 'armv6l'",
    "struct.calcsize('P') == 4",
    "f'{platform.machine()}-{sys.version_info[1]}' == 'x86_64-12'",
    "{'s390x': True}.get(platform.machine(), False)",
    "tuple(sys.version_info)[:2] > (3, 10)",
)
MACROS = (
    "defined(__x86_64__)",
    "PY_VERSION_HEX >= 0x030C0000",
    "PY_MINOR_VERSION > 11 && defined(__aarch64__)",
    "OWN >= 0x030B0000",
    "defined(__GLIBC__)",
    "__GLIBC_PREREQ(2, 17)",
    "defined(__LP64__) || PY_MINOR_VERSION == 10",
)
SETUP = """import os, platform, struct, sys, sysconfig
from setuptools import Extension, setup
{}
sources = ["x.c"]
if {}:
    sources.append("more.c")
setup(name="demo", ext_modules=[Extension("demo._x", sources)])
"""
SOURCE = """#define OWN PY_VERSION_HEX
#if {}
#include <ffi.h>
#else
#include <zlib.h>
#endif
"""


BEFORE = "vi = sys.version_info; minor = sys.version_info[1]; MACHINE = platform.machine()"


def opened(condition="True", macro="1", before=BEFORE):
    pyproject = "[build-system]\nrequires = ['setuptools']\n"
    files = {"setup.py": SETUP.format(before, condition), "x.c": SOURCE.format(macro), "more.c": "int x;\n", "pyproject.toml": pyproject}
    return open_sdist(io.BytesIO(sdist_bytes("demo", "1.0", files)), "demo-1.0.tar.gz")


def served(contents, targets=TARGETS):
    """How many readings serve all targets, each of which is checked against a reading of its own."""
    readings = []
    for target in targets:
        mine = [facts for facts, noted in readings if holds(noted, target)]
        if not mine:
            facts, noted = inspect_sdist(contents, target)
            assert holds(noted, target)
            readings.append((facts, noted))
            mine = [facts]
        assert all(facts == inspect(contents, target) for facts in mine)
    return len(readings)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_target_is_told_what_a_reading_of_its_own_would(condition):
    contents = opened(condition)
    answers = {inspect(contents, target).extensions[0].sources for target in TARGETS}
    assert len(answers) == 2, "a condition that tells no targets apart tests nothing"
    served(contents)


@pytest.mark.parametrize("macro", MACROS)
def test_the_preprocessor(macro):
    contents = opened(macro=macro)
    assert len({inspect(contents, target).headers for target in TARGETS}) > 1
    served(contents)


@settings(deadline=None)
@given(st.sampled_from(CONDITIONS), st.sampled_from(MACROS), st.permutations(TARGETS))
def test_in_any_order(condition, macro, targets):
    served(opened(condition, macro), targets[:24])


@pytest.mark.parametrize(
    ("condition", "most"),
    [("True", 1), ("sys.version_info >= (3, 12)", 2), ("platform.machine().startswith('arm')", 2), ("sys.maxsize > 2**32", 2)],
)
def test_one_reading_for_each_answer(condition, most):
    assert served(opened(condition, before=""), TARGETS[:40]) == most  # glibc would be asked for where headers are looked up


def test_markers_of_build_requirements():
    requires = "[build-system]\nrequires = ['setuptools', 'numpy; python_version < \"3.12\"']\n"
    contents = open_sdist(
        io.BytesIO(
            sdist_bytes("demo", "1.0", {"setup.py": "import numpy\nfrom setuptools import setup\nsetup()\n", "pyproject.toml": requires})
        ),
        "demo-1.0.tar.gz",
    )
    assert len({inspect(contents, target).imports for target in TARGETS}) == 2
    assert served(contents) == 2


@pytest.mark.parametrize(
    "use",
    [
        lambda python: python[1],
        lambda python: f"{python[0]}.{python[1]}",
        lambda python: python == (3, 12),
        lambda python: python != (3, 12),
        lambda python: python > (3, 11),
        lambda python: python <= (3, 12),
        lambda python: {(3, 12): 1}.get(python, 0),
        lambda python: "{}.{}".format(*python),
        list,
        lambda python: tuple(max(python, (3, 12))),
        repr,
        lambda python: python in {(3, 12), (3, 11)},
    ],
)
def test_whatever_is_done_with_the_version_is_noted(use):
    for first, second in itertools.permutations(TARGETS[:40:8], 2):
        target, noted = witnessed(first)
        answer = use(target.python)
        if holds(noted, second):
            assert use(second.python) == answer


def test_a_question_that_nobody_knows_any_more():
    assert not holds({("no such kind", "x"): "1"}, TARGETS[0])
    assert not holds({("is", "no_such_field"): "1"}, TARGETS[0])
    assert not holds({("comparison", "no json"): "True"}, TARGETS[0])
