# ruff: noqa: E501 -- a case reads best on one line
"""What the interpreter knows of the world around setup.py: libraries, files, programs, the environment, the back end's own calls."""

import io
import textwrap
import tracemalloc

import pytest
from support.archives import sdist_bytes
from support.sdists import GLIBC, MUSL, PLAIN, brief, facts, inspect, only

from muslcheck.archives import inspect_sdist, open_sdist
from muslcheck.archives.facts import Certainty

EXT = "Extension('a', ['a.c'])"


def certainty(code, *, target=MUSL, **files):
    """How surely the only extension is compiled; None where there is none. All that was read was followed."""
    found = facts(PLAIN + textwrap.dedent(code), target=target, **{"a.c": "int x;", **files})
    return only(found.extensions).certainty.value if found.extensions else None


# ---- libraries that are loaded while the build runs ----------------------------------------------------------------


@pytest.mark.parametrize(
    "load", ["ctypes.CDLL('libmagic.so.1')", "ctypes.cdll.LoadLibrary('/usr/lib/libmagic.so')", "ctypes.PyDLL(name='libmagic.so')"]
)
def test_a_library_that_no_image_has_is_not_loaded(load):
    found = facts(f"import ctypes\n{PLAIN}{load}\nsetup()")
    assert [(s.value, s.detail) for s in found.libraries] == [("magic", "loaded by the build")]
    assert [s.value for s in found.raises if s.certainty is Certainty.ALWAYS] == [
        f"OSError: libmagic.so{'.1' if 'so.1' in load else ''} cannot be loaded"
    ]


@pytest.mark.parametrize("chain", ["itertools.chain(made(), [])", "itertools.chain.from_iterable([[], made()])"])
def test_chains_of_extensions(chain):
    code = f"import itertools\ndef made():\n    for name in ['a']:\n        yield Extension(name, [name + '.c'])\nsetup(ext_modules=list({chain}))"
    assert certainty(code) == "always"


def test_a_chain_of_what_nobody_knows():
    found = facts(f"import itertools, os\n{PLAIN}setup(ext_modules=list(itertools.chain.from_iterable(os.environ['X'])))")
    assert [seen.value for seen in found.unread] == ["extension modules are decided at run time"]


def test_a_library_that_is_tried_and_caught_stops_nothing():
    code = f"import ctypes\nexts = []\ntry:\n    ctypes.CDLL('libmagic.so.1')\nexcept OSError:\n    exts = [{EXT}]\nsetup(ext_modules=exts)"
    assert certainty(code) == "always"


@pytest.mark.parametrize("name", ["libc.so", "libz.so.1", "libssl.so.3"])
def test_a_library_of_the_image_is_loaded(name):
    found = facts(f"import ctypes\n{PLAIN}ctypes.CDLL('{name}')\nsetup()")
    assert (found.libraries, found.raises) == ((), ())


@pytest.mark.parametrize(("name", "how"), [("magic", None), ("z", "decided-later")])
def test_where_a_library_is(name, how):
    code = f"import ctypes.util\nsetup(ext_modules=[{EXT}] if ctypes.util.find_library('{name}') else [])"
    assert certainty(code) == how


@pytest.mark.parametrize(
    ("asked", "how"),
    [("inotify_init", None), ("name_of_one_library_only", "decided-later")],
)
@pytest.mark.parametrize("where", ["None", "ctypes.util.find_library('c')"])
def test_what_every_c_library_has(where, asked, how):
    code = f"import ctypes, ctypes.util\nlibc = ctypes.CDLL({where})\nsetup(ext_modules=[] if hasattr(libc, '{asked}') else [{EXT}])"
    assert certainty(code) == how


@pytest.mark.parametrize(("target", "how"), [(MUSL, "always"), (GLIBC, None)])
def test_the_version_of_the_c_library(target, how):
    code = f"""
    import os
    def old():
        try:
            name, version = os.confstr("CS_GNU_LIBC_VERSION").split()
        except (AttributeError, OSError, ValueError):
            return True
        return version < "2.9"
    setup(ext_modules=[{EXT}] if old() else [])
    """
    assert certainty(code.replace('version < "2.9"', "name != 'glibc'"), target=target) == how


# ---- the sdist's own files -----------------------------------------------------------------------------------------


WALKS = [
    "sources = [os.path.join(d, f) for d, _, fs in os.walk('src') for f in fs if f.endswith('.c')]",
    "sources = []\nfor d, folders, fs in os.walk('src'):\n    for f in fs:\n        if os.path.splitext(f)[1] != '.c':\n            continue\n        sources.append(os.path.join(d, f))",
    "sources = sorted(glob.glob('src/*.c') + glob.glob('src/*/*.c'))",
    "sources = glob.glob('src/**/*.c', recursive=True)",
    "sources = glob.glob('**/*.c', root_dir='src', recursive=True)\nsources = ['src/' + s for s in sources]",
    "sources = [str(p) for p in Path('src').rglob('*.c')]",
    "sources = ['src/' + f for f in os.listdir('src') if f.endswith('.c')] + ['src/deep/b.c']",
    "def found():\n    for d, _, fs in os.walk('src'):\n        for f in fs:\n            if f.endswith('.c'):\n                yield os.path.join(d, f)\nsources = list(found())",
    "def inner(d):\n    yield from (d + '/' + f for f in os.listdir(d) if f.endswith('.c'))\ndef found():\n    yield from inner('src')\n    yield from inner('src/deep')\nsources = [*found()]",
    "class Project:\n    @property\n    def sources(self):\n        return ['src/a.c', 'src/deep/b.c']\n    @staticmethod\n    def same(x):\n        return x\nsources = Project().same(Project().sources)",
]


@pytest.mark.parametrize("code", WALKS)
def test_sources_that_are_looked_for(code):
    files = {"src/a.c": "", "src/deep/b.c": "", "src/a.h": "", "doc/c.c": ""}
    setup = f"import os, glob\nfrom pathlib import Path\n{PLAIN}{code}\nsetup(ext_modules=[Extension('a', sources)])"
    extension = only(inspect({"setup.py": setup, **files}).extensions)
    assert (set(extension.sources), extension.certainty) == ({"src/a.c", "src/deep/b.c"}, Certainty.ALWAYS)


def test_what_is_yielded_on_a_branch_is_only_perhaps_there():
    code = f"import os\ndef exts():\n    if os.path.exists('/usr/include/a.h'):\n        yield {EXT}\nsetup(ext_modules=list(exts()))"
    assert certainty(code) == "decided-later"


@pytest.mark.parametrize(
    "test",
    [
        "glob.glob('../a-*/a.c')",
        "os.path.exists('../a.c')",
        "os.path.isfile(os.path.join(here, '..', 'a.c'))",
        "os.path.isdir('../../include')",
        "os.path.exists(os.path.join(os.path.dirname(here), 'lib', 'a.so'))",
    ],
)
def test_nothing_lies_beside_the_folder_that_pip_unpacks(test):
    code = f"import os, glob\nhere = os.path.dirname(os.path.abspath(__file__))\nsetup(ext_modules=[{EXT}] if {test} else [])"
    assert certainty(code) is None


@pytest.mark.parametrize(
    "test", ["glob.glob('/opt/a/*.c')", "os.path.exists('/usr/include/a.h')", "os.path.exists('../..') and os.listdir('..')"]
)
def test_what_lies_elsewhere_is_not_known(test):
    assert certainty(f"import os, glob\nsetup(ext_modules=[{EXT}] if {test} else [])") == "decided-later"


def test_a_file_beside_the_sdist_cannot_be_opened():
    found = facts(PLAIN + "open('../VERSION').read()\nsetup()")
    assert brief(found.raises) == [("FileNotFoundError: ../VERSION is not in the sdist", "always")]


def test_environments_that_were_packed_by_mistake_are_left_out():
    swept = {f".tox/py311/lib/python3.11/site-packages/big{i}.py": "x" * 200_000 for i in range(40)}
    files = {**swept, ".tox/py311/lib/b.c": "", "demo/version.py": "V = 'z'\n"}
    setup = (
        PLAIN
        + "import sys\nsys.path.insert(0, '')\nfrom demo.version import V\nsetup(ext_modules=[Extension('a', ['a.c'], libraries=[V])])"
    )
    found = inspect({"setup.py": setup, "demo/__init__.py": "", **files})
    assert (brief(found.libraries), found.unread, found.source_files) == ([("z", "always")], (), ())


def test_a_package_that_sets_its_own_path():
    files = {
        "tools/__init__.py": "import os\n__path__ = [os.path.join(os.path.dirname(__file__), 'inner')]\n",
        "tools/inner/names.py": "LIBS = ['z']\n",
    }
    setup = (
        PLAIN
        + "import sys\nsys.path.insert(0, '')\nfrom tools.names import LIBS\nsetup(ext_modules=[Extension('a', ['a.c'], libraries=LIBS)])"
    )
    found = inspect({"setup.py": setup, **files})
    assert (brief(found.libraries), found.imports) == ([("z", "always")], ())


# ---- programs, downloads -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["pg_config", "mysql_config", "curl-config", "xml2-config", "krb5-config", "gdal-config", "python-config", "pcre-config"]
)
@pytest.mark.parametrize(
    "call",
    [
        "subprocess.check_output(['{}', '--libs'])",
        "os.popen('{} --libs').read()",
        "subprocess.Popen('{} --libs', shell=True).communicate()",
    ],
)
def test_config_programs(name, call):
    found = facts(f"import os, subprocess\n{PLAIN}{call.format(name)}\nsetup()")
    assert brief(found.programs) == [(name, "always")]


@pytest.mark.parametrize(
    "how",
    [
        "subprocess.getoutput('pkg-config --libs libfoo')",
        "pkgconfig.parse('libfoo')",
        "os.popen('PKG_CONFIG_PATH=/x pkg-config --cflags libfoo')",
    ],
)
def test_packages_that_pkg_config_is_asked_for(how):
    pyproject = '[build-system]\nrequires = ["setuptools", "pkgconfig"]\n'
    found = facts(f"import os, subprocess, pkgconfig\n{PLAIN}{how}\nsetup()", pyproject=pyproject)
    assert brief(found.programs) == [("pkg-config libfoo", "always")]


@pytest.mark.parametrize(
    "fetch",
    [
        "urllib.request.urlopen('https://files.example/a.zip')",
        "from urllib.request import urlopen as get\nget('https://files.example/a.zip')",
        "import requests\nrequests.get(url='https://files.example/a.zip')",
    ],
)
@pytest.mark.parametrize(
    ("guard", "how"),
    [("if True:", "always"), ("if os.environ.get('FETCH'):", "switched"), ("if os.path.exists('/opt/x'):", "decided-later")],
)
def test_downloads(fetch, guard, how):
    pyproject = '[build-system]\nrequires = ["setuptools", "requests"]\n'
    code = f"import os, urllib.request\n{PLAIN}{guard}\n{textwrap.indent(fetch, '    ')}\nsetup()"
    assert brief(facts(code, pyproject=pyproject).downloads) == [("https://files.example/a.zip", how)]


# ---- the environment -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        "os.environ.get('WITH')", "os.getenv('WITH')", "environ.get('WITH')", "getenv('WITH')", "os.environ['WITH']", "'WITH' in os.environ",
        "environ.get('WITH', '0') == '1'", "bool(int(os.environ.get('WITH', 0)))", "os.environ.get('WITH', '').lower() in ('1', 'yes')",
        "'--with' in sys.argv", "any(a.startswith('--with') for a in sys.argv)", "with_it",
    ],
)  # fmt: skip
def test_environment_switches_are_off_and_read(asked):
    code = "import os, sys\nfrom os import environ, getenv\nwith_it = getenv('WITH') == 'yes'\nexts = []\n"
    assert certainty(f"{code}if {asked}:\n    exts.append({EXT})\nsetup(ext_modules=exts)") == "switched"


def test_what_every_container_sets_is_not_known():
    assert certainty(f"import os\nexts = []\nif 'local' in os.environ['PATH']:\n    exts.append({EXT})\nsetup(ext_modules=exts)") in {
        "switched",
        "decided-later",
    }


# ---- version checks, try around setup() ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("if sys.version_info[:2] > (3, 10):\n    raise RuntimeError('Python > 3.10')", "RuntimeError: Python > 3.10"),
        ("if not (3, 6) <= sys.version_info < (3, 12):\n    sys.exit('not this Python')", "exits: not this Python"),
        ("if sys.hexversion >= 0x030C0000:\n    sys.exit(1)", "exits: status 1, for the version of Python"),
        (
            "v = tuple(int(p) for p in platform.python_version().split('.'))\nif v >= (3, 12, 0):\n    raise SystemExit('too new')",
            "SystemExit: too new",
        ),
        ("if platform.python_version_tuple()[1] == '12':\n    raise ValueError('3.12')", "ValueError: 3.12"),
        ("assert sys.version_info.minor < 12", "AssertionError"),
        ("if float('%d.%02d' % sys.version_info[:2]) >= 3.12:\n    exit('no')", None),
    ],
)
def test_version_checks(check, said):
    found = facts(f"import sys, platform\n{PLAIN}{check}\nsetup()")
    assert [s.value for s in found.raises if s.certainty is Certainty.ALWAYS] == ([said] if said else [])


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("try:\n    setup(ext_modules=[E])\nexcept (SystemExit, Exception):\n    setup()", "optional"),
        ("try:\n    setup(ext_modules=[E])\nexcept:\n    setup()", "optional"),
        ("try:\n    setup(ext_modules=[E])\nexcept SystemExit:\n    raise", "always"),
        ("try:\n    setup(ext_modules=[E])\nfinally:\n    print('done')", "always"),
        ("with contextlib.suppress(SystemExit):\n    setup(ext_modules=[E])", "always"),  # nothing else makes a wheel
        ("with contextlib.suppress(SystemExit):\n    setup(ext_modules=[E])\nsetup()", "optional"),
        ("try:\n    setup(ext_modules=[E])\nexcept BaseException as ex:\n    print(ex)", "always"),
        ("def run(**kw):\n    setup(name='a', **kw)\ntry:\n    run(ext_modules=[E])\nexcept BaseException:\n    run()", "optional"),
        ("kw = {'ext_modules': [E]}\ntry:\n    setup(**kw)\nexcept SystemExit:\n    del kw['ext_modules']\n    setup(**kw)", "optional"),
        ("try:\n    setup(ext_modules=[E])\nexcept KeyError:\n    setup()", "always"),
    ],
)
def test_try_around_setup(code, how):
    assert certainty(f"import contextlib\n{code.replace('E]', EXT + ']')}") == how


# ---- scikit-build, commands that a script runs itself, in-tree back ends ------------------------------------------


@pytest.mark.parametrize(("said", "folder"), [("", "."), ("cmake_source_dir='native'", "native")])
def test_setup_of_scikit_build_runs_cmake(said, folder):
    pyproject = '[build-system]\nrequires = ["setuptools", "scikit-build", "cmake"]\n'
    tree = {f"{folder}/CMakeLists.txt".removeprefix("./"): "project(demo CXX)\n", "CMakeLists.txt": "project(demo CXX)\n"}
    found = inspect({"setup.py": f"from skbuild import setup\nsetup({said})", "pyproject.toml": pyproject, **tree})
    made = only(found.trees)
    assert (made.tool, made.certainty, made.seen_in.partition("!/")[2]) == (
        "cmake",
        Certainty.ALWAYS,
        f"{folder}/CMakeLists.txt".removeprefix("./"),
    )


BUILD_SCRIPT = """
import setuptools
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext
def build():
    cmd = build_ext(Distribution({{"ext_modules": [Extension("a", ["a.c"])]}}))
    cmd.ensure_finalized()
{run}
if __name__ == "__main__":
    build()
"""


@pytest.mark.parametrize(
    ("run", "how"),
    [
        ("    cmd.run()", "always"),
        ("    try:\n        cmd.run()\n    except Exception as exc:\n        print(exc)", "optional"),
        ("    try:\n        cmd.run()\n    except Exception:\n        raise", "always"),
        ("    import os\n    if os.environ.get('WITH'):\n        cmd.run()", "switched"),
    ],
)
def test_a_script_that_runs_the_command_itself(run, how):
    pyproject = '[build-system]\nrequires = ["poetry-core", "setuptools"]\nbuild-backend = "poetry.core.masonry.api"\n[tool.poetry.build]\nscript = "make.py"\n'
    # the function is called by the script, not by its name
    script = BUILD_SCRIPT.format(run=run).replace("def build", "def make").replace("    build()\n", "    make()\n")
    found = inspect({"pyproject.toml": pyproject, "make.py": script, "a.c": ""})
    assert only(found.extensions).certainty.value == how


def test_what_a_class_makes_is_not_none():
    code = f"import other\ntry:\n    ffi = other.Builder()\nexcept Exception:\n    ffi = None\nexts = []\nif ffi is not None:\n    exts.append({EXT})\nsetup(ext_modules=exts)"
    pyproject = '[build-system]\nrequires = ["setuptools", "other"]\n'
    assert only(facts(PLAIN + code, pyproject=pyproject).extensions).certainty is Certainty.ALWAYS


def test_what_nothing_brings_was_not_imported_before():
    code = f"import sys\nsetup(ext_modules=[{EXT}] if 'skbuild.deep' not in sys.modules else [])"
    pyproject = '[build-system]\nrequires = ["setuptools", "build"]\n'
    assert only(facts(PLAIN + code, pyproject=pyproject).extensions).certainty is Certainty.ALWAYS


OWN = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "backend"\nbackend-path = ["tools"]\n'
PATCH = """
from setuptools import Distribution, Extension
from setuptools.build_meta import *
_build = build_wheel
def build_wheel(directory, settings=None, metadata=None):
    before = Distribution.__init__
    def patched(self, attrs=None):
        attrs["ext_modules"] = [Extension("a", ["a.c"])]
        before(self, attrs)
    Distribution.__init__ = patched
    try:
        return _build(directory, settings, metadata)
    finally:
        Distribution.__init__ = before
"""


def test_a_back_end_of_its_own_that_patches_the_distribution():
    found = inspect({"pyproject.toml": OWN, "tools/backend.py": PATCH, "a.c": ""})
    assert (only(found.extensions).certainty, only(found.extensions).sources) == (Certainty.ALWAYS, ("a.c",))
    assert found.build_system.followed


def test_a_back_end_of_its_own_that_holds_an_extension_nobody_came_past_is_not_known():
    found = inspect(
        {"pyproject.toml": OWN, "tools/backend.py": PATCH.replace("Distribution.__init__ = patched", "register(patched)"), "a.c": ""}
    )
    assert (found.extensions, found.build_system.followed) == ((), False)


@pytest.mark.parametrize(
    ("base", "marked"),
    [("from Cython.Distutils import build_ext", True), ("from Cython.Distutils.old_build_ext import old_build_ext as build_ext", False)],
)
def test_cython_sources_are_gone_from_the_new_command_only(base, marked):
    code = f"{PLAIN}{base}\nclass Build(build_ext):\n    def get_source_files(self):\n        for ext in self.extensions:\n            self.cython_sources(ext.sources, ext)\n"
    pyproject = '[build-system]\nrequires = ["setuptools", "cython"]\n'
    found = facts(f"{code}setup(ext_modules=[{EXT}], cmdclass={{'build_ext': Build}})", pyproject=pyproject)
    assert ("cython_sources" in {s.value for s in found.marks}) is marked


# ---- bounds --------------------------------------------------------------------------------------------------------


def test_recursion_over_what_is_not_known_is_cut():
    code = """
    import other
    def convert(node):
        if isinstance(node, other.A):
            return convert(node.a), convert(node.b)
        elif isinstance(node, other.B):
            return [convert(node.a), convert(node.b), convert(node.c)]
        elif isinstance(node, other.C):
            return {convert(node.a): convert(node.b)}
        return node
    convert(other.tree())
    setup(ext_modules=[Extension('a', ['a.c'])])
    """
    pyproject = '[build-system]\nrequires = ["setuptools", "other"]\n'
    found = facts(PLAIN + textwrap.dedent(code), pyproject=pyproject)
    assert (only(found.extensions).certainty, found.unread) == (Certainty.ALWAYS, ())


def test_recursion_that_ends_is_followed():
    code = """
    def names(n):
        return [] if n == 0 else names(n - 1) + ['f%d.c' % n]
    setup(ext_modules=[Extension('a', names(5))])
    """
    assert only(facts(PLAIN + textwrap.dedent(code)).extensions).sources == ("f1.c", "f2.c", "f3.c", "f4.c", "f5.c")


GROWING = [
    "'a' * 10**9", "[0] * 10**9", "(0,) * 10**9", "b'a' * 10**9", "2 ** 10**9", "10 ** 10 ** 10", "1 << 10**9", "'%999999999d' % 1", "'%.999999999f' % 1.0",
    "'%*d' % (10**9, 1)", "'{:>999999999}'.format(1)", "'{:{w}}'.format(1, w=10**9)", "'{0[0][0]}'.format([[1]])", "f'{1:>999999999}'", "f'{1:{10**9}}'",
    "'a'.ljust(10**9)", "'a'.center(10**9)", "'a'.zfill(10**9)", "'\\t'.expandtabs(10**9)", "'a'.replace('a', 'b' * 50000).replace('b', 'c' * 50000)",
    "range(10**18)", "list(range(10**9))", "[x for x in range(10**9)]", "[(a, b, c) for a in r for b in r for c in r]", "{str(a) + str(b): big for a in r for b in r}",
    "[big + str(x) for x in r]", "[big.upper() for x in r]", "[many + [x] for x in r]", "[many[:] for x in r]", "[list(many) for x in r]", "[tuple(many) for x in r]",
    "[sorted(many) for x in r]", "[dict.fromkeys(many) for x in r]", "[big.split('a') for x in r]", "','.join([big] * 5000)", "big + big + big + big + big",
    "[open('data.txt').read() for x in r]", "[open('data.txt').readlines() for x in r]", "[glob.glob('*' + str(x) + '*') for x in r]", "[os.listdir('.') for x in r]",
    "[list(os.walk('.')) for x in r]", "[re.match('(a+)+$', big + '!') for x in r]", "re.sub('(.*)*b', '', big)", "int('9' * 50000)", "str(2 ** 64 * 2 ** 64)", "max(r) ** max(r)",
    "copy.deepcopy(many * 10)", "[copy.copy(many) for x in r]", "set(big) | set(big)", "[set(big) for x in r]", "sum([[x] * 1000 for x in r], [])", "list(map(lambda x: big + 'x', r))",
    "list(zip(*[many] * 1000))", "list(itertools.product(r, r, r))", "(lambda f: f(f))(lambda f: f(f))", "endless()", "[y for y in endless()]", "Deep().up", "json.loads('[' * 10**5)",
    "hash(((((1,),),),))", "0.1 / 10**400", "1e308 * 1e308", "-(10**400)", "10**400 // 3", "10**30 % 7", "'a' in big * 10", "big == big + 'a'", "big[::-1]", "big[10**12:]",
]  # fmt: skip
BOUNDED = """
import copy, glob, itertools, json, os, re
r = range(2000)
big = 'a' * 50000
big = big + big + big + big
many = ['x'] * 5000
def endless():
    n = 0
    while True:
        n += 1
        yield n
class Deep:
    @property
    def up(self):
        return self.up
"""


@pytest.mark.parametrize("code", GROWING)
def test_what_would_grow_without_end_is_cut(code):
    looks = any(word in code for word in ("open(", "glob.", "os."))
    files = {"data.txt": "line\n" * 20_000, **{f"data/{i % 40}/{i}.dat": "" for i in range(2_000)}} if looks else {}
    setup = f"{PLAIN}{BOUNDED}x = {code}\nsetup(ext_modules=[Extension('a', ['a.c'], libraries=[x])])"
    opened = open_sdist(io.BytesIO(sdist_bytes("demo", "1.0", {"setup.py": setup, **files})), "demo-1.0.tar.gz")
    tracemalloc.start()
    try:
        found, _ = inspect_sdist(opened, MUSL)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 150_000_000
    assert not [seen for seen in found.unread if "was lost" in seen.value]


def test_a_module_that_setup_imports_and_cython_compiles():
    pyproject = '[build-system]\nrequires = ["setuptools", "cython"]\n'
    setup = (
        PLAIN
        + "import sys\nsys.path.insert(0, '')\nfrom Cython.Build import cythonize\nimport demo.fast\nsetup(ext_modules=cythonize(['demo/fast.py']))"
    )
    found = inspect({"setup.py": setup, "pyproject.toml": pyproject, "demo/__init__.py": "", "demo/fast.py": "x = 1\n"})
    assert only(found.extensions).languages == ("c", "cython")


def test_a_line_that_is_executed_binds_its_name():
    code = "import sys\nV = None\nfor line in open('demo.py'):\n    if line.startswith('V'):\n        exec(line.strip())\nif V is None:\n    sys.exit(1)\n"
    found = facts(PLAIN + code + f"setup(version=V, ext_modules=[{EXT}])", **{"demo.py": "V = '1.0'\n"})
    assert (found.raises, only(found.extensions).certainty) == ((), Certainty.ALWAYS)


def test_a_function_with_the_first_of_its_arguments():
    code = "import os\nfrom functools import partial\ninside = partial(os.path.join, 'demo')\n"
    code += "with open(inside('version.py')) as f:\n    exec(f.read())\nread = partial(open, mode='rU')\nsetup(version=__version__)\n"
    assert not facts(PLAIN + code, **{"demo/version.py": ""}).raises
    assert brief(facts(PLAIN + code + "read('setup.py')\n", **{"demo/version.py": ""}).raises) == [
        ("ValueError: invalid mode: 'rU'", "always")
    ]
