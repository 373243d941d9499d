"""Facts that were read for one target serve those that answer alike, and no others."""

import io
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.archives import sdist_bytes

from muslcheck.alpine.images import aim
from muslcheck.archives import inspect_sdist, open_sdist
from muslcheck.archives.preprocessor import condition, macros
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
    "f'build-{MACHINE}'.endswith('64')",
    "os.path.join('build', 'lib.' + MACHINE) == 'build/lib.s390x'",
    "'-'.join(['linux', MACHINE]) == sysconfig.get_platform() and minor == 12",
    "'%s-%d' % (MACHINE, minor) in ('x86_64-10', 's390x-14')",
    "sysconfig.get_platform().split('-')[1].startswith('ppc')",
    "int(platform.python_version().split('.')[1]) % 2 == 0",
    "len(MACHINE) > 6",
    "{'x86_64': 1, 'aarch64': 2}.get(MACHINE, 3) == 2",
    "[part for part in (MACHINE, 'arm') if part.startswith('arm')][1:] == ['arm']",
    "'little' != sys.byteorder or MACHINE is None",
    "MACHINE.upper().replace('_', '') == 'X8664'",
    "'.'.join(map(str, sys.version_info[:2])) == '3.13'",
    "(lambda text: text.partition('86'))(MACHINE)[1] == '86'",
    "os.path.exists(os.path.join('parts', MACHINE + '.c'))",
    "os.path.isfile(f'parts/{MACHINE}.c') or os.path.isdir('parts/' + sys.byteorder)",
    "dict(machine=MACHINE)['machine'] == 'i686'",
    "[MACHINE, minor] == ['i686', 11]",
    "any(word in MACHINE for word in ('ppc', 's390'))",
    "('64' if sys.maxsize > 2**32 else '32') == '32'",
    "not sys.maxsize > 2**32",
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
    files |= {"parts/x86_64.c": "", "parts/riscv64.c": "", "parts/big/x.c": ""}
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


UNSEEN = (
    "x = platform.machine()",
    "x = os.path.join('build', 'temp.{}-{}'.format(sysconfig.get_platform(), sys.version_info[0]))",
    "x = f'{platform.machine()}-{sys.version_info[1]}'; print(x); print('for %s' % x)",
    "x = [platform.machine(), sys.version]; y = dict(name=x, other=sys.maxsize); z = (x, y)",
    "x = {}; x['machine'] = platform.machine(); x.update(version=sys.version_info)",
    "x = sys.version.split()[0].strip('+'); y = str(sys.version_info[1]) + x",
    "x = 64 if sys.maxsize > 2**32 else 32; y = not x == 64",
    "def f(a, *b, c=sys.byteorder, **d):\n    return [a, b, c, d]\nx = f(platform.machine(), sys.version, e=sys.maxsize)",
    "class C:\n    machine = platform.machine()\n    def __init__(self, a):\n        self.a = a\nx = C(sys.version_info).a",
    "if os.path.exists(os.path.join('build', platform.machine())):\n    sys.exit('built before')",
    "subprocess.check_call(['make', 'MACHINE=' + platform.machine()], cwd='build/' + sysconfig.get_platform())",
    "for x in sys.version_info:\n    y = x",
    "x, y, *z = sys.version_info",
    "logging.info('on %s, %s', platform.machine(), sys.version)",
    "try:\n    import distutils.core\nexcept ImportError:\n    x = platform.machine()",
)


@pytest.mark.parametrize("before", UNSEEN)
def test_nothing_hangs_on_what_nobody_looks_at(before):
    contents = opened(before=f"import logging, subprocess\n{before}")
    assert served(contents, TARGETS[:40]) == 1
    assert not inspect(contents, TARGETS[0]).unread


@pytest.mark.parametrize(
    ("end", "most"),
    [
        ("sys.exit('not on ' + platform.machine())", len(MACHINES)),
        ("print('not on', platform.machine()); sys.exit(1)", len(MACHINES)),
        ("raise RuntimeError(f'not on {sys.version_info[1]}')", 5),
        ("raise RuntimeError('not on %s' % (sys.version_info[:1],))", 1),
        ("open('parts/' + platform.machine() + '.c')", len(MACHINES)),
    ],
)
def test_what_is_said_is_looked_at(end, most):
    contents = opened(before=end)
    assert len({inspect(contents, target).raises for target in TARGETS[:40]}) >= most - 2, "parts of two machines are there"
    assert served(contents, TARGETS[:40]) == most


WORDS = st.sampled_from(
    ("'x86_64'", "'64'", "'arm'", "'3.12'", "''", "'a-b'", "'{}'", "'%s'", "3", "12", "0", "None", "(3, 12)", "unknown")
)
ANSWERS = st.sampled_from(
    (
        "platform.machine()", "sys.version_info", "sys.version_info[1]", "sys.version", "sys.maxsize", "sys.byteorder", "os.uname()[4]",
        "sysconfig.get_platform()", "platform.architecture()[0]", "struct.calcsize('P')", "sysconfig.get_config_var('VERSION')",
        "platform.libc_ver()", "sys.hexversion", "MACHINE", "minor", "vi", "parts[0]", "parts[-1]", "table['m']", "it.a", "it.b",
    )
)  # fmt: skip
FORMS = st.sampled_from(
    (
        "{} + {}", "{} % {}", "({}, {})", "[{}, {}][0]", "str({}) + str({})", "f'{{{}}}-{{{}}}'", "'{{}}.{{}}'.format({}, {})",
        "'-'.join([{}, {}])", "os.path.join({}, {})", "({} or {})", "({} and {})", "({} == {})", "({} < {})", "({} in {})", "({} != {})",
        "({} if {} else 'none')", "{}[{}]", "{}.startswith({})", "{}.replace({}, 'z')", "dict(k={}, l={})['k']", "same({}, {})",
        "{{'x86_64': {}, 'arm': 2}}.get({}, 'other')", "max({}, {})", "{}.split({})", "tuple({})[:1] + ({},)", "int({}) * len({})",
        "[x for x in ({}, {}) if x]", "not ({} is {})", "os.path.basename({}).lower() + {}", "it.both({}, {})", "{}[:2] == {}",
        "' '.join(map(str, ({}, {})))", "str({}).partition({})[0]", "pathlib.Path({}) / {}", "os.path.exists({}) == {}",
    )
)  # fmt: skip
EXPRESSIONS = st.recursive(
    st.one_of(ANSWERS, WORDS), lambda inner: st.builds(lambda form, one, two: form.format(one, two), FORMS, inner, inner), max_leaves=6
)
USES = st.sampled_from(
    (
        "x = {}", "print({})",
        "if {}:\n    sources.append('more.c')", "libraries.append(str({}))", "libraries = [{}]",
        "x = [{}, 1]; parts = x",
        "if {} == 'x86_64':\n    sys.exit(1)", "if os.path.exists(str({})):\n    libraries.append('there')",
        "for x in {}:\n    libraries += [x]",
        "parts.append({})", "table['m'] = {}", "it.a = {}", "x = unknown({})", "if unknown:\n    MACHINE = {}",
        "x, *y = {}\nlibraries += y",
        "flags.append('-l%s' % {})", "if len(sys.argv) > 3:\n    parts.insert(0, {})", "assert {}, 'no'", "subprocess.call(['cc', {}])",
        "print('said', {}); sys.exit(3)", "while {}:\n    break\nelse:\n    libraries.append('else')", "parts = list({})",
        "table.setdefault({}, 1)", "del parts[0]; parts += [{}]", "try:\n    x = table[{}]\nexcept KeyError:\n    libraries.append('no')",
        "libraries.extend(x for x in [{}] if unknown)", "name = str({})", "os.environ.get('X', {})", "x = os.environ.get('X', {}) == minor",
        "parts.remove({})", "if {} in parts:\n    flags.append('-fopenmp')", "def same(a, b=1):\n    return {}", "libraries[:] = [{}]",
    )
)  # fmt: skip
FUZZED = """import os, pathlib, platform, struct, subprocess, sys, sysconfig
from setuptools import Extension, setup
vi = sys.version_info; minor = sys.version_info[1]; MACHINE = platform.machine()
sources = ["x.c"]; libraries = []; flags = []; name = "demo._x"
parts = [platform.machine(), "arm", sys.version]; table = {"m": MACHINE, "n": minor}
def same(one, two):
    return one
class It:
    a = sys.byteorder
    def __init__(self, b):
        self.b = b
    def both(self, one, two):
        self.b = two
        return one
it = It(sysconfig.get_platform())
%s
setup(name="demo", ext_modules=[Extension(name, sources, libraries=libraries, extra_link_args=flags)])
"""


@settings(deadline=None, max_examples=60)
@given(st.lists(st.builds(lambda use, value: use.format(value), USES, EXPRESSIONS), min_size=1, max_size=5), st.permutations(TARGETS))
def test_whatever_is_made_of_answers(lines, targets):
    files = {"setup.py": FUZZED % "\n".join(lines), "x.c": "int x;\n", "more.c": "int y;\n", "there/x86_64": ""}
    served(open_sdist(io.BytesIO(sdist_bytes("demo", "1.0", files)), "demo-1.0.tar.gz"), targets[:10])


CONDITION = st.recursive(
    st.sampled_from(
        (
            "PY_VERSION_HEX >= 0x030C0000", "PY_MINOR_VERSION == 11", "defined(__x86_64__)", "defined(__LP64__)", "A", "B", "C", "A == 2",
            "B < C", "defined(A)", "1", "0",
        )
    ),
    lambda inner: st.one_of(
        st.builds("!({})".format, inner), st.builds("({} && {})".format, inner, inner), st.builds("({} || {})".format, inner, inner)
    ),
    max_leaves=4,
)  # fmt: skip
STATEMENT = st.one_of(
    st.tuples(st.just("define"), st.sampled_from("ABC"), st.sampled_from(("0", "1", "2", "PY_MINOR_VERSION"))),
    st.sampled_from((("define", "B", "A"), ("define", "C", "(A)"), ("define", "C", "B"))),
    st.tuples(st.just("include"), st.integers(1, 6)),
)
BLOCK = st.recursive(
    st.lists(STATEMENT, max_size=3),
    lambda inner: st.lists(
        st.one_of(STATEMENT, st.tuples(st.just("if"), st.lists(st.tuples(CONDITION, inner), min_size=1, max_size=3), inner)), max_size=4
    ),
    max_leaves=8,
)


def spelled(block):
    """A block as C."""
    for kind, *rest in block:
        if kind == "define":
            yield f"#define {rest[0]} {rest[1]}"
        elif kind == "include":
            yield f"#include <of{rest[0]}.h>"
        else:
            for number, (condition, inner) in enumerate(rest[0]):
                yield f"#{'elif' if number else 'if'} {condition}"
                yield from spelled(inner)
            yield "#else"
            yield from spelled(rest[1])
            yield "#endif"


def met(block, own, target):
    """The headers that a preprocessor comes to, which answers each condition as soon as it meets it."""
    for kind, *rest in block:
        if kind == "define":
            own[rest[0]] = rest[1]
        elif kind == "include":
            yield f"of{rest[0]}.h"
        else:
            chosen = next((inner for each, inner in rest[0] if condition(each, macros(target), own)), rest[1])
            yield from met(chosen, own, target)


@settings(deadline=None, max_examples=60)
@given(BLOCK, st.permutations(TARGETS[:40]))
def test_conditions_are_answered_for_the_moment_at_which_they_were_met(block, targets):
    source = "#define A 0\n#define B 1\n#define C 2\n" + "\n".join(spelled(block)) + "\n"
    files = {"setup.py": SETUP.format("", "True"), "x.c": source, "more.c": ""}
    contents = open_sdist(io.BytesIO(sdist_bytes("demo", "1.0", files)), "demo-1.0.tar.gz")
    served(contents, targets[:6])
    for target in targets[:6]:
        found = [seen.value for seen in inspect(contents, target).headers]
        assert found == list(dict.fromkeys(met(block, {"A": "0", "B": "1", "C": "2"}, target)))


def test_sources_that_are_perhaps_compiled():
    script = "from setuptools import setup\nfrom elsewhere import modules\nsetup(ext_modules=modules())\n"
    source = "#if PY_VERSION_HEX >= 0x030C0000\n#include <ffi.h>\n#else\n#include <zlib.h>\n#endif\n"
    requires = "[build-system]\nrequires = ['setuptools', 'elsewhere']\n"
    files = {"setup.py": script, "pyproject.toml": requires, "x.c": source}
    contents = open_sdist(io.BytesIO(sdist_bytes("demo", "1.0", files)), "demo-1.0.tar.gz")
    headers = [[seen.value for seen in inspect_sdist(contents, target)[0].headers] for target in (TARGETS[0], TARGETS[16], TARGETS[0])]
    assert headers == [["zlib.h"], ["ffi.h"], ["zlib.h"]]
    served(contents)


def test_requirements_of_one_distribution_that_stand_in_for_each_other():
    requires = "[build-system]\nrequires = ['setuptools', 'numpy<2; python_version < \"3.12\"', 'numpy>=2; python_version >= \"3.12\"']\n"
    script = "import numpy\nfrom setuptools import setup\nsetup()\n"
    contents = open_sdist(io.BytesIO(sdist_bytes("demo", "1.0", {"setup.py": script, "pyproject.toml": requires})), "demo-1.0.tar.gz")
    assert served(contents) == 1


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
    assert not holds({("value", "no json"): "True"}, TARGETS[0])
    assert not holds({("value", '["no such operation", ["is", 1]]'): "True"}, TARGETS[0])
    assert not holds({("value", '["answer", "no.such.answer"]'): "True"}, TARGETS[0])
    assert not holds({("value", '["item", ["answer", "sys.version_info"]]'): "True"}, TARGETS[0])
