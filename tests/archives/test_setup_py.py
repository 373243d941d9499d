# ruff: noqa: E501, ISC004 -- a case reads best on one line
"""Every form of setup.py that muslcheck claims to read, as a small case."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sdists import GLIBC, MUSL, OLD, PLAIN, brief, facts, inspect, only

from muslcheck.archives.facts import Certainty


def test_pure():
    found = facts("from setuptools import setup\nsetup(name='demo', packages=['demo'])")
    assert (found.extensions, found.trees, found.raises, found.imports, found.unread) == ((), (), (), (), ())


@pytest.mark.parametrize(
    "made",
    [
        "setup(ext_modules=[Extension('demo.fast', ['demo/fast.c'], libraries=['z'])])",
        "exts = []\nexts.append(Extension('demo.fast', sources=['demo/fast.c'], libraries=['z']))\nsetup(ext_modules=exts)",
        "exts = [Extension(name='demo.' + n, sources=['demo/%s.c' % n], libraries=['z']) for n in ('fast',)]\nsetup(ext_modules=exts)",
        "kw = dict(libraries=['z'])\nsetup(**{'ext_modules': [Extension('demo.fast', ['demo/fast.c'], **kw)]})",
        "def make(name, *more, **kw):\n    return Extension('demo.' + name, ['demo/' + name + '.c', *more], **kw)\n"
        "setup(ext_modules=[make('fast', libraries=['z'])])",
        "import os\ndef main():\n    path = os.path.join('demo', 'fast.c')\n    ext = Extension('demo.fast', [path])\n    ext.libraries.append('z')\n"
        "    setup(ext_modules=[ext])\nif __name__ == '__main__':\n    main()",
        "import glob\nsetup(ext_modules=[Extension('demo.fast', glob.glob('demo/*.c'), libraries=['z'])])",
        "import os\nhere = os.path.abspath(os.path.dirname(__file__))\n"
        "setup(ext_modules=[Extension('demo.fast', [os.path.join(here, 'demo', 'fast.c')], libraries='z'.split())])",
        "from pathlib import Path\nhere = Path(__file__).parent.resolve()\n"
        "setup(ext_modules=[Extension('demo.fast', [str(p) for p in (here / 'demo').glob('*.c')], libraries=['z'])])",
        "names = open('names.txt').read().split()\nexts = []\nfor name in names:\n    exts += [Extension(f'demo.{name}', [f'demo/{name}.c'], libraries=['z'])]\n"
        "setup(ext_modules=exts)",
        "args = {}\nargs.update(ext_modules=[Extension('demo.fast', ['demo/fast.c'], extra_link_args=['-lz'])])\nsetup(**args)",
        "import distutils.core, setuptools\nfast = setuptools.Extension('demo.fast', ['demo/fast.c'], libraries=['z'])\n"
        "distutils.core.setup(ext_modules=[fast])",
        "class Own(Extension):\n    def __init__(self, name, **kw):\n        super().__init__(name, sources=['demo/fast.c'], libraries=['z'], **kw)\n"
        "setup(ext_modules=[Own('demo.fast')])",
        "pairs = {'fast': ['z']}\nsetup(ext_modules=[Extension('demo.' + n, ['demo/' + n + '.c'], libraries=l) for n, l in pairs.items()])",
        "setup(ext_modules=list(map(lambda n: Extension('demo.' + n, ['demo/{}.c'.format(n)], libraries=['z']), ['fast'])))",
        "from parts import extensions\nsetup(ext_modules=extensions)",
    ],
)
def test_one_extension_in_many_words(made):
    parts = "from setuptools import Extension\nextensions = [Extension('demo.fast', ['demo/fast.c'], libraries=['z'])]\n"
    files = {"setup.py": PLAIN + made, "demo/fast.c": "int x;\n", "names.txt": "fast\n", "parts.py": parts}
    found = inspect(files)
    extension = only(found.extensions)
    assert (extension.name, extension.sources, extension.languages) == ("demo.fast", ("demo/fast.c",), ("c",))
    assert extension.certainty is Certainty.ALWAYS
    assert {s.value for s in found.libraries} == {"z"}


@pytest.mark.parametrize(
    ("code", "certainty"),
    [
        ("setup(ext_modules=[Extension('a', ['a.c'], optional=True)])", "optional"),
        ("try:\n    setup(ext_modules=[Extension('a', ['a.c'])])\nexcept SystemExit:\n    setup()", "optional"),
        ("try:\n    setup(ext_modules=[Extension('a', ['a.c'])])\nexcept BaseException:\n    print('no')\n    raise", "always"),
        ("try:\n    setup(ext_modules=[Extension('a', ['a.c'])])\nexcept Exception:\n    setup()", "always"),
        (
            "try:\n    setup(ext_modules=[Extension('a', ['a.c'])])\nexcept SystemExit as e:\n    import sys\n    sys.exit('no compiler')",
            "always",
        ),
        (
            "from setuptools.command.build_ext import build_ext\nclass Lenient(build_ext):\n    def build_extension(self, ext):\n        try:\n"
            "            super().build_extension(ext)\n        except Exception as e:\n            print(e)\n"
            "setup(ext_modules=[Extension('a', ['a.c'])], cmdclass={'build_ext': Lenient})",
            "optional",
        ),
        (
            "from setuptools.command.build_ext import build_ext\nclass Strict(build_ext):\n    def build_extension(self, ext):\n        try:\n"
            "            super().build_extension(ext)\n        except Exception as e:\n            raise RuntimeError('no') from e\n"
            "setup(ext_modules=[Extension('a', ['a.c'])], cmdclass={'build_ext': Strict})",
            "always",
        ),
        (
            "from setuptools.command.build_ext import build_ext\nclass Failed(Exception):\n    pass\nclass Tell(build_ext):\n    def run(self):\n        try:\n"
            "            build_ext.run(self)\n        except Exception:\n            raise Failed()\ndef go(exts):\n"
            "    setup(ext_modules=exts, cmdclass=dict(build_ext=Tell))\ntry:\n    go([Extension('a', ['a.c'])])\nexcept Failed:\n    go([])",
            "optional",
        ),
        (
            "import os\nif os.environ.get('WITH_A'):\n    exts = [Extension('a', ['a.c'])]\nelse:\n    exts = []\nsetup(ext_modules=exts)",
            "switched",
        ),
        (
            "import os\nif not os.getenv('WITHOUT_A'):\n    exts = [Extension('a', ['a.c'])]\nelse:\n    exts = []\nsetup(ext_modules=exts)",
            "always",
        ),
        (
            "import sys\nexts = []\nif '--with-a' in sys.argv:\n    exts.append(Extension('a', ['a.c']))\nsetup(ext_modules=exts)",
            "switched",
        ),
        (
            "import os\nexts = [Extension('a', ['a.c'])] if os.path.exists('/usr/include/a.h') else []\nsetup(ext_modules=exts)",
            "decided-later",
        ),
        (
            "import other_thing\nexts = []\nif other_thing.ask():\n    exts.append(Extension('a', ['a.c']))\nsetup(ext_modules=exts)",
            "decided-later",
        ),
        (
            "import platform\nexts = []\nif platform.python_implementation() == 'CPython':\n    exts = [Extension('a', ['a.c'])]\nsetup(ext_modules=exts)",
            "always",
        ),
        ("import os\nif os.path.isfile('a.c'):\n    setup(ext_modules=[Extension('a', ['a.c'])])\nelse:\n    setup()", "always"),
    ],
)
def test_certainty(code, certainty):
    found = facts(PLAIN + code, pyproject='[build-system]\nrequires = ["setuptools", "other-thing"]\n', **{"a.c": "int x;"})
    assert {e.certainty.value for e in found.extensions} == {certainty}


@pytest.mark.parametrize(
    "condition",
    [
        "sys.platform == 'win32'",
        "sys.platform.startswith('darwin')",
        "os.name == 'nt'",
        "platform.system() in ('Windows', 'Darwin')",
        "sys.version_info < (3, 8)",
        "sys.version_info[0] == 2",
        "sys.version_info.major < 3",
        "sys.maxsize < 2**32",
        "'java' in sys.platform",
        "hasattr(sys, 'pypy_version_info')",
        "getattr(getattr(sys, 'implementation', None), 'name', None) == 'graalpy'",
        "getattr(getattr(sys, 'pypy_version_info', None), 'major', 0) > 5",
        "'__pypy__' in sys.builtin_module_names",
        "platform.machine() in ['aarch64', 'arm64']",
        "struct.calcsize('P') == 4",
        "os.uname()[0] == 'FreeBSD'",
        "platform.libc_ver()[0] == 'glibc'",
        "sysconfig.get_platform() == 'win-amd64'",
        "not (os.name == 'posix' and sys.version_info >= (3, 12))",
    ],
)
def test_conditions_that_do_not_hold_on_the_target(condition):
    code = f"import os, platform, struct, sys, sysconfig\nexts = []\nif {condition}:\n    exts.append(Extension('a', ['a.c']))\nsetup(ext_modules=exts)"
    found = facts(PLAIN + code)
    assert (found.extensions, found.unread) == ((), ())


def test_the_target_answers_not_the_host():
    code = (
        "import platform, sys\nname = '%s_%d%d' % ((platform.machine(),) + sys.version_info[:2])\n"
        "lib = 'gnu' if platform.libc_ver()[0] else 'other'\nsetup(ext_modules=[Extension(name, [name + '.c'], libraries=[lib])])"
    )
    assert [
        (facts(PLAIN + code, target=t).extensions[0].name, facts(PLAIN + code, target=t).libraries[0].value) for t in (MUSL, GLIBC, OLD)
    ] == [
        ("x86_64_312", "other"),
        ("x86_64_312", "gnu"),
        ("aarch64_39", "other"),
    ]


@pytest.mark.parametrize(
    ("requires", "languages", "sources"), [("", ("c",), ("demo/a.c",)), ('"cython"', ("c", "cython"), ("demo/a.pyx",))]
)
def test_cython_only_where_it_is_required(requires, languages, sources):
    code = (
        "try:\n    from Cython.Build import cythonize\nexcept ImportError:\n    cythonize = None\n"
        "ending = '.pyx' if cythonize else '.c'\nexts = [Extension('demo.a', ['demo/a' + ending])]\n"
        "if cythonize:\n    exts = cythonize(exts, language_level=3)\nsetup(ext_modules=exts)"
    )
    found = facts(PLAIN + code, pyproject=f'[build-system]\nrequires = ["setuptools", {requires}]\n')
    assert (only(found.extensions).languages, only(found.extensions).sources) == (languages, sources)


def test_a_build_requirement_whose_marker_does_not_hold_is_not_there():
    found = facts(
        "import cython\nfrom setuptools import setup\nsetup()",
        pyproject='[build-system]\nrequires = ["setuptools", "cython; python_version < \'3.9\'"]\n',
    )
    assert brief(found.imports) == [("cython", "always")]


def test_setuptools_takes_the_c_of_a_pyx_without_cython():
    found = facts(PLAIN + "setup(ext_modules=[Extension('demo.a', ['demo/a.pyx'])])", demo__a_pyx="")
    assert only(found.extensions).sources == ("demo/a.c",)


def test_cythonize_finds_modules_by_pattern():
    found = inspect(
        {
            "setup.py": "from setuptools import setup\nfrom Cython.Build import cythonize\nsetup(ext_modules=cythonize('demo/**/*.pyx', language='c++'))",
            "pyproject.toml": '[build-system]\nrequires = ["setuptools", "cython"]\nbuild-backend = "setuptools.build_meta"\n',
            "demo/a.pyx": "",
            "demo/deep/b.pyx": "# distutils: libraries = z\ncdef extern from 'zlib.h':\n    int x\n",
        }
    )
    assert [(e.name, e.languages) for e in found.extensions] == [("demo.a", ("c++", "cython")), ("demo.deep.b", ("c++", "cython"))]
    assert [s.value for s in found.headers] == ["zlib.h"]
    assert [s.value for s in found.libraries] == ["z"]


def test_cffi_build_script():
    script = (
        "from cffi import FFI\nffi = FFI()\nffi.cdef('int f(int);')\n"
        "ffi.set_source('demo._native', '#include <thing.h>\\n#include <stdio.h>', libraries=['thing'], sources=['c/x.c'])\n"
        "if __name__ == '__main__':\n    ffi.compile()\n"
    )
    setup = "from setuptools import setup\nsetup(setup_requires=['cffi>=1.0'], cffi_modules=['demo/build_native.py:ffi'])"
    found = inspect({"setup.py": setup, "demo/build_native.py": script})
    extension = only(found.extensions)
    assert (extension.name, extension.made_by, extension.sources, extension.libraries) == ("demo._native", "cffi", ("c/x.c",), ("thing",))
    assert brief(found.headers) == [("thing.h", "always")]
    assert found.build_system.added == ("cffi>=1.0",)


def test_rust_extension():
    setup = "from setuptools import setup\nfrom setuptools_rust import RustExtension, Binding\nsetup(rust_extensions=[RustExtension('demo._r', 'rust/Cargo.toml', binding=Binding.PyO3)])"
    cargo = '[package]\nname = "r"\nedition = "2021"\nrust-version = "1.70"\n[dependencies]\npyo3 = "0.22"\nopenssl = "0.10"\n'
    found = inspect(
        {
            "setup.py": setup,
            "pyproject.toml": '[build-system]\nrequires = ["setuptools", "setuptools-rust"]\nbuild-backend = "setuptools.build_meta"\n',
            "rust/Cargo.toml": cargo,
            "rust/src/lib.rs": "",
        }
    )
    assert (only(found.extensions).languages, only(found.extensions).made_by) == (("rust",), "setuptools-rust")
    tree = only(found.trees)
    assert (tree.tool, tree.minimum, [n.value for n in tree.needs]) == ("cargo", "1.70", ["openssl-sys", "pyo3-ffi"])


def test_cmake_extension():
    setup = (
        "import subprocess\nfrom setuptools import setup, Extension\nfrom setuptools.command.build_ext import build_ext\n"
        "class CMakeExtension(Extension):\n    def __init__(self, name, sourcedir=''):\n        Extension.__init__(self, name, sources=[])\n"
        "class CMakeBuild(build_ext):\n    def build_extension(self, ext):\n        subprocess.check_call(['cmake', ext.sourcedir])\n"
        "setup(ext_modules=[CMakeExtension('demo')], cmdclass={'build_ext': CMakeBuild})"
    )
    found = inspect(
        {
            "setup.py": setup,
            "CMakeLists.txt": "cmake_minimum_required(VERSION 3.15)\nproject(demo CXX)\nfind_package(ZLIB REQUIRED)\n",
            "a.cpp": "",
        }
    )
    assert only(found.extensions).made_by == "cmake"
    assert ("cmake", "always") in brief(found.programs)
    tree = only(found.trees)
    assert (tree.tool, tree.minimum, tree.languages, brief(tree.needs), tree.files) == ("cmake", "3.15", ("c++",), [("ZLIB", "always")], 1)


@pytest.mark.parametrize(
    ("code", "programs"),
    [
        ("subprocess.check_output(['pg_config', '--libdir'])", [("pg_config", "always")]),
        ("subprocess.check_output('pkg-config --cflags libfoo bar', shell=True)", [("pkg-config libfoo bar", "always")]),
        ("os.popen('mysql_config --libs').read()", [("mysql_config", "always")]),
        ("subprocess.Popen([os.environ.get('CURL_CONFIG', 'curl-config'), '--version'])", [("curl-config", "always")]),
        ("subprocess.getoutput('/usr/bin/xml2-config --cflags')", [("/usr/bin/xml2-config", "always")]),
        ("try:\n    subprocess.call(['krb5-config'])\nexcept OSError:\n    pass", [("krb5-config", "optional")]),
        ("try:\n    subprocess.call(['krb5-config'])\nexcept OSError:\n    sys.exit('needs krb5-config')", [("krb5-config", "always")]),
        ("if sys.platform == 'win32':\n    subprocess.call(['nmake'])", []),
        ("shutil.which('gdal-config')", [("gdal-config", "decided-later")]),
        (
            "import errno\ntry:\n    subprocess.Popen(['pg_config'])\nexcept OSError as e:\n    if e.errno not in [errno.ENOENT, errno.EACCES]:\n        raise",
            [("pg_config", "optional")],
        ),
        (
            "import errno\ntry:\n    subprocess.Popen(['pg_config'])\nexcept OSError as e:\n    if e.errno == errno.ENOENT:\n        raise",
            [("pg_config", "always")],
        ),
        (
            "def ask(*words):\n    return subprocess.check_output(('%s-config' % words[0],) + words[1:])\nask('gdal', '--libs')",
            [("gdal-config", "always")],
        ),
    ],
)
def test_programs_that_setup_runs(code, programs):
    found = facts(f"import os, shutil, subprocess, sys\nfrom setuptools import setup\n{code}\nsetup()")
    assert brief(found.programs) == programs


@pytest.mark.parametrize(
    ("code", "programs"),
    [
        ("os.system('cd src && ./configure --with-x; make -j2 | tee log')", {("./configure", "always"), ("make", "always")}),
        ("subprocess.call('test -f x || cmake .', shell=True)", {("cmake", "decided-later")}),
        ("subprocess.call(['sh', '-c', 'CC=gcc make all'])", {("make", "always")}),
        ("subprocess.check_call(['bash', '../build.sh', 'lib_only'])", {("cmake", "always"), ("make", "decided-later")}),
        ("os.system('./build.sh')", {("cmake", "always"), ("make", "decided-later")}),
        ("os.system('ONLY=core bash ./build.sh')", {("cmake", "always"), ("make", "decided-later")}),
        ("os.system('cd src && $MAKE')", {("make", "always")}),
        ("os.system('CFLAGS=-O2 ${MAKE} -j4')", {("make", "always")}),
        ("os.system('echo make')", set()),
        ("os.system('./missing.sh')", set()),
    ],
)
def test_build_tools_that_a_shell_is_told_to_run(code, programs):
    script = "#!/bin/sh -e\n# make\nusage()\n{\n  gcc\n}\nif true; then\n  make lib\nfi\ncmake -DX=1 \\\n  -DY=2 ..\n"
    found = facts(f"import os, subprocess\nfrom setuptools import setup\n{code}\nsetup()", **{"src__build.sh": script})
    assert {seen for seen in brief(found.programs) if seen[0] in {"./configure", "cmake", "make"}} == programs


def test_programs_of_own_commands():
    code = (
        "import subprocess\nfrom setuptools import setup\nfrom setuptools.command.build_py import build_py\n"
        "class Build(build_py):\n    def run(self):\n        subprocess.check_call(['npm', 'install'])\n        build_py.run(self)\n"
        "class Test(build_py):\n    def run(self):\n        subprocess.check_call(['pytest'])\n"
        "setup(cmdclass={'build_py': Build, 'test': Test})"
    )
    assert brief(facts(code).programs) == [("npm", "always")]


@pytest.mark.parametrize(
    ("code", "raises"),
    [
        ("if sys.version_info >= (3, 11):\n    sys.exit('Python 3.11 is too new')", [("exits: Python 3.11 is too new", "always")]),
        ("if sys.version_info < (3, 6):\n    raise RuntimeError('too old')", []),
        ("raise RuntimeError('no longer made')", [("RuntimeError: no longer made", "always")]),
        ("assert sys.version_info < (3,), 'Python 2 only'", [("AssertionError: Python 2 only", "always")]),
        ("if not os.path.exists('/opt/sdk'):\n    raise SystemExit('install the SDK')", [("SystemExit: install the SDK", "decided-later")]),
        (
            "def version():\n    for line in open('demo.py'):\n        if line.startswith('v ='):\n            return line\n    raise ValueError('none')\nversion()",
            [],
        ),
        (
            "for line in open('demo.py'):\n    if ask(line):\n        break\nelse:\n    raise ValueError('none')",
            [("ValueError: none", "decided-later")],
        ),
        ("open('missing.txt').read()", [("FileNotFoundError: missing.txt is not in the sdist", "always")]),
        ("try:\n    open('missing.txt').read()\nexcept IOError:\n    pass", []),
        ("print 'Python 2'", [("SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?", "always")]),
    ],
)
def test_places_where_the_build_stops(code, raises):
    found = facts(f"import os, sys\nfrom setuptools import setup\n{code}\nsetup()", **{"demo.py": "v = 1\n"})
    assert brief(found.raises) == raises


@pytest.mark.parametrize(
    ("code", "imports"),
    [
        ("import numpy", [("numpy", "always")]),
        ("import imp", [("imp", "always")]),
        ("from setuptools import Feature", [("setuptools.Feature", "always")]),
        ("import pkg_resources", [("pkg_resources", "always")]),
        ("from distutils.msvccompiler import get_build_version", [("distutils.msvccompiler", "always")]),
        ("import distutils.util, distutils.sysconfig", []),
        ("from packaging.version import Version", []),
        ("try:\n    import numpy\nexcept ImportError:\n    pass", []),
        ("try:\n    import numpy\nexcept ImportError:\n    sys.exit('needs numpy')", []),
        ("if sys.version_info < (3,):\n    import __builtin__", []),
        ("import os, json, re, tomllib", []),
        ("def later():\n    import numpy\n", []),
        ("import demo", [("requests", "always")]),
    ],
)
def test_modules_that_the_build_lacks(code, imports):
    files = {"setup.py": f"import sys\nfrom setuptools import setup\n{code}\nsetup()", "demo/__init__.py": "import requests\n"}
    found = inspect(files)
    assert brief(found.imports) == imports


@pytest.mark.parametrize(("requires", "imports"), [("setuptools<80", []), ("setuptools==65.5", []), ("setuptools>=40", ["pkg_resources"])])
def test_pkg_resources_comes_with_an_old_setuptools(requires, imports):
    found = facts("import pkg_resources\nfrom setuptools import setup\nsetup()", pyproject=f'[build-system]\nrequires = ["{requires}"]\n')
    assert [s.value for s in found.imports] == imports


@pytest.mark.parametrize(
    ("pyproject", "path", "imports"),
    [
        ('[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n', "", ["helper"]),
        (
            '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
            "import os, sys\nsys.path.insert(0, os.path.dirname(__file__))\n",
            [],
        ),
        ('[build-system]\nrequires = ["setuptools"]\n', "", []),
        ("", "", []),
    ],
)
def test_the_own_folder_is_on_the_path_of_the_legacy_back_end_only(pyproject, path, imports):
    files = {"setup.py": f"{path}import helper\nfrom setuptools import setup\nsetup(**helper.given)", "helper.py": "given = {}\n"}
    if pyproject:
        files["pyproject.toml"] = pyproject
    assert [s.value for s in inspect(files).imports] == imports


def test_downloads():
    code = "import urllib.request\nfrom setuptools import setup\nurllib.request.urlretrieve('https://files.example/lib.zip', 'lib.zip')\nsetup()"
    assert brief(facts(code).downloads) == [("https://files.example/lib.zip", "always")]


def test_marks_of_age():
    assert brief(facts("from setuptools import setup\nsetup(use_2to3=True)").marks) == [("use_2to3", "always")]
    code = "setup(ext_modules=[Extension('a', ['a.cpp'], extra_compile_args=['-fopenmp', '-std=c++17'])])"
    assert {s.value for s in facts(PLAIN + code).marks} == {"openmp", "std:c++17"}


def test_an_option_that_is_not_on_the_command_line():
    code = "import sys\ntry:\n    sys.argv.remove('--with-a')\n    exts = [Extension('a', ['a.c'])]\nexcept ValueError:\n    exts = []\nsetup(ext_modules=exts)"
    assert facts(PLAIN + code).extensions == ()


def test_an_environment_variable_that_nobody_set():
    code = "import os\ntry:\n    lib = os.environ['LIB']\nexcept KeyError:\n    lib = 'z'\nsetup(ext_modules=[Extension('a', ['a.c'], libraries=[lib])])"
    assert brief(facts(PLAIN + code).libraries) == [("z", "always")]


def test_a_command_that_replaces_the_extensions():
    code = (
        "from setuptools.command.build_ext import build_ext\nclass Build(build_ext):\n    def build_extensions(self):\n        libs = ['jpeg']\n"
        "        if self.find('tiff'):\n            libs.append('tiff')\n        self.extensions[:] = [Extension('real', ['a.c'], libraries=libs)]\n"
        "        build_ext.build_extensions(self)\nsetup(ext_modules=[Extension('dummy', ['d.c'])], cmdclass={'build_ext': Build})"
    )
    found = facts(PLAIN + code)
    assert [e.name for e in found.extensions] == ["real"]
    assert brief(found.libraries) == [("jpeg", "always"), ("tiff", "decided-later")]


def test_a_global_that_only_a_switch_sets():
    code = (
        "import os, subprocess\nCONFIG = None\ndef static():\n    global CONFIG\n    CONFIG = './own-config'\n    return './own-config'\ndef main():\n"
        "    if os.environ.get('STATIC'):\n        static()\n    subprocess.check_output([CONFIG or 'xml2-config', '--libs'])\nmain()\nsetup()"
    )
    assert brief(facts(PLAIN + code).programs) == [("xml2-config", "always")]


def test_libraries_under_a_condition_that_is_not_known():
    code = "import os\nlibs = ['z']\nif os.path.exists('/usr/lib/libb.so'):\n    libs.append('b')\nsetup(ext_modules=[Extension('a', ['a.c'], libraries=libs)])"
    assert brief(facts(PLAIN + code).libraries) == [("z", "always"), ("b", "decided-later")]


def test_commands_that_compile_by_hand():
    code = (
        "import subprocess\nfrom setuptools import setup\nfrom setuptools.dist import Distribution\nfrom setuptools.command.install import install\n"
        "class Build(install):\n    def run(self):\n        subprocess.check_call(['gcc', '-c', 'core/a.c'])\n"
        "class Dist(Distribution):\n    def __init__(self, *a):\n        Distribution.__init__(self, *a)\n        self.cmdclass['install'] = Build\n"
        "setup(distclass=Dist)"
    )
    extension = only(inspect({"setup.py": code, "core/a.c": "#include <lib.h>\n"}).extensions)
    assert (extension.languages, extension.certainty, extension.made_by, extension.sources) == (
        ("c",),
        Certainty.ALWAYS,
        "command",
        ("core/a.c",),
    )


def test_what_cannot_be_followed_is_said():
    found = facts(
        "from setuptools import setup\nimport helper_lib\nsetup(ext_modules=helper_lib.extensions())",
        pyproject='[build-system]\nrequires = ["setuptools", "helper-lib"]\n',
    )
    assert brief(found.unread) == [("extension modules are decided at run time", "decided-later")]


@pytest.mark.parametrize(
    "code",
    [
        "while True:\n    pass",
        "def f():\n    return f()\nf()",
        "x = [0] * 10**9",
        "x = 'a'\nfor i in range(100):\n    x += x",
        "x = 'a' * 10**12",
        "x = '%1000000000d' % 1",
        "x = '{:1000000000}'.format(1)",
        "x = 2 ** 10 ** 10",
        "x = []\nfor i in range(10**9):\n    x.append(i)",
        "x = [[y for y in range(2000)] for z in range(2000)]",
        "x = {}\nx['x'] = x\nprint('%s' % x)",
        "x = []\nx.append(x)\nsetup(ext_modules=x)",
        "class A(A):\n    pass\nclass A(A):\n    pass\nA().x()",
        "import setup",
        "f = lambda: f()\nf()",
        "(" * 90 + ")" * 90,
        "x = " + "-" * 3000 + "1",
        "x = " + "[" * 150 + "]" * 150,
        "\0",
        "x = 1" + "+1" * 20000,
        "raise",
        "global x\nnonlocal y",
        "return 1",
        "break",
        "import glob\nglob.glob('*' * 500)",
        "for x in x: x",
        "del x, y[0]",
        "a, *b = c = d = 1",
        "match 1:\n    case _: pass",
        "async def f():\n    await f()\nf()",
    ],
)
def test_code_that_would_not_end_or_make_sense(code):
    assert facts(f"from setuptools import setup\n{code}\nsetup()").filename == "demo-1.0.tar.gz"


WORDS = [
    "import os, sys, glob, subprocess\n",
    "from setuptools import setup, Extension\n",
    "if ",
    "for ",
    "x",
    "in ",
    "y",
    "else:\n",
    "try:\n",
    "except ",
    "Exception",
    ":\n",
    "    ",
    "\n",
    "while ",
    "def f(a, *b, **c):\n",
    "return ",
    "raise ",
    "class A(",
    "Extension",
    "):\n",
    "lambda: ",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    ",",
    "=",
    "+",
    "%",
    "*",
    "==",
    "not ",
    "and ",
    "or ",
    ".append",
    ".format",
    ".join",
    ".split()",
    "'a'",
    "'%s'",
    "1",
    "0",
    "None",
    "os.environ",
    "os.path.join",
    "sys.argv",
    "sys.path",
    "open",
    "setup(",
    "ext_modules=",
    "cmdclass=",
    "Extension('a', ['a.c'])",
    "glob.glob('*')",
    "subprocess.call(['cc'])",
    "with ",
    "as ",
    "del ",
    "global ",
    "assert ",
    "yield ",
    "await ",
    "@",
    "**",
    ": ",
    "self",
    "super()",
    "f'{x}'",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_any_words_read(words):
    assert facts("".join(words)).filename


STATEMENTS = [
    "x = []", "x = ()", "x = {}", "x = 'a'", "x = y", "y = x", "y = [x, x]", "x += y", "x.append(y)", "x.append(x)", "x = [*x, *y]", "x = x + y", "x = x * 2", "x = x % (y,)", "x[y] = x",
    "x[0] = y", "del x[0]", "x, y = y, x", "x = y[0]", "x = y[::2]", "x = sorted(y)", "x = set(y)", "x = dict(y)", "x = dict(a=y)", "x = list(map(f, y))", "x = [f(z) for z in y if z]",
    "x = {z: y for z in x}", "x = str(y)", "x = ''.join(y)", "x = 'a'.join([x])", "x = x.replace('a', x)", "x = '{}{}'.format(x, y)", "x = os.path.join(x, y)", "x = open(x).read()", "x = open('setup.py')",
    "x = f(y)", "x = A(y)", "x = A()", "x.y = y", "x = y.y", "x = Extension(x, y)", "x = os.environ.get(x, y)", "x = y if x else y", "x = x and y or x", "x = x in y", "x = x < y", "x = -x",
    "x = Path(x)", "x = x / y", "x = len(x)", "x = getattr(x, y)", "x = x()", "setup(ext_modules=x, **y)", "setup(cmdclass={'build_ext': A, 'install': y}, distclass=A)", "setup(**x)", "subprocess.call(x)",
    "from setup import *", "import demo", "sys.path.insert(0, x)", "sys.path = x", "raise A(x)", "raise", "sys.exit(x)", "assert x, y", "x = cythonize(x)", "x = lambda: x", "f = x", "A = x",
]  # fmt: skip
BLOCKS = [
    "if x:",
    "if unknown:",
    "for x in y:",
    "for x in unknown:",
    "while x:",
    "while unknown:",
    "try:",
    "with open(x) as y:",
    "def f(a=x):",
    "class A(A, build_ext):",
]
START = (
    "import os, subprocess, sys\nfrom pathlib import Path\nfrom setuptools import setup, Extension\nfrom setuptools.command.build_ext import build_ext\nfrom other import unknown, cythonize\n"
    "x = y = []\ndef f(a): return a\nclass A(build_ext):\n  def run(self, x=x, y=y):\n    self.x = x\n    build_ext.run(self)\n"
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STATEMENTS), st.none() | st.sampled_from(BLOCKS)), max_size=25))
def test_any_statements_read(rows):
    lines, depth = [START], 0
    for statement, block in rows:
        if block and depth < 6:
            lines.append("  " * depth + block)
            depth += 1
        lines.append("  " * depth + statement)
        if not block and depth:
            depth -= 1
            if any(line.strip() == "try:" and len(line) - len(line.lstrip()) == 2 * depth for line in lines[-3:]):
                lines.append("  " * depth + "except Exception: pass")
    pyproject = '[build-system]\nrequires = ["setuptools", "other"]\n'
    assert facts("\n".join(lines), pyproject=pyproject).filename


def test_setup_requires_are_there_the_second_time():
    code = PLAIN + "setup(setup_requires=['cffi>=1'], cffi_modules=['build_demo.py:ffi'])"
    script = "import cffi\nffi = cffi.FFI()\nffi.set_source('_demo', 'int x;')\n"
    found = inspect({"setup.py": code, "build_demo.py": script})
    assert (found.imports, found.build_system.added, only(found.extensions).name) == ((), ("cffi>=1",), "_demo")


def test_what_setup_requires_is_not_there_the_first_time():
    found = facts("import numpy\nfrom setuptools import setup\nsetup(setup_requires=['numpy'])")
    assert [s.value for s in found.imports] == ["numpy"]


def test_the_command_that_asks_is_egg_info():
    code = (
        PLAIN + "import sys\nexts = []\nif 'egg_info' not in sys.argv:\n    from setuptools_rust import RustExtension\n"
        "    exts = [RustExtension('demo', 'Cargo.toml')]\nsetup(setup_requires=['setuptools-rust'], rust_extensions=exts)"
    )
    found = inspect({"setup.py": code, "Cargo.toml": '[package]\nname = "demo"\n'})
    assert (found.imports, only(found.extensions).languages) == ((), ("rust",))


def test_cffi_modules_without_cffi_are_passed_over():
    found = inspect({"setup.py": PLAIN + "setup(cffi_modules=['build_demo.py:ffi'])", "build_demo.py": "import cffi\n"})
    assert (found.extensions, found.imports) == ((), ())


@pytest.mark.parametrize(
    ("test", "holds"),
    [
        ("{'--x'} & set(sys.argv)", False),
        ("{'--x'}.intersection(sys.argv)", False),
        ("set(['a', 'b']) - {'a', 'b'}", False),
        ("{'a'} | set()", True),
        ("{'a'}.issubset(['a', 'b'])", True),
        ("{'a'}.isdisjoint(['a', 'b'])", False),
    ],
)
def test_sets(test, holds):
    found = facts(PLAIN + f"import sys\nif {test}:\n    sys.exit('stops')\nsetup()")
    assert bool(found.raises) is holds


def test_what_is_raised_for_an_item_that_may_not_be_there_is_no_stop():
    code = "import re\nnames = []\nfor line in open('names'):\n    if re.match('x', line):\n        names.append('$')\nfor name in names:\n    raise ValueError(name)\nsetup()"
    found = inspect({"setup.py": PLAIN + code, "names": "x\ny\n"})
    assert {s.certainty for s in found.raises} == {Certainty.DECIDED_LATER}


def test_extensions_of_the_second_attempt_are_not_optional():
    code = (
        "exts = [Extension('a', ['a.c'])]\nclass Failed(Exception):\n    pass\n"
        "try:\n    setup(ext_modules=exts + [Extension('b', ['b.c'])])\nexcept Failed:\n    setup(ext_modules=exts)"
    )
    assert {e.name: e.certainty.value for e in facts(PLAIN + code).extensions} == {"a": "always", "b": "optional"}


def test_a_command_that_is_left_before_it_builds():
    code = (
        "from setuptools.command.build_ext import build_ext\nclass Asked(build_ext):\n    def initialize_options(self):\n        self.wanted = None\n"
        "    def run(self):\n        if not self.wanted:\n            return\n        build_ext.run(self)\n"
        "setup(ext_modules=[Extension('a', ['a.c'])], cmdclass={'build_ext': Asked})"
    )
    assert only(facts(PLAIN + code).extensions).certainty is Certainty.SWITCHED


@pytest.mark.parametrize(
    ("files", "languages"),
    [
        (["src/a.cpp"], ("c++",)),
        (["src/a.cpp", "src/b.c"], ("c", "c++")),
        (["src/b.c"], ("c",)),
        ([], ("c",)),
    ],
)
def test_an_extension_whose_sources_come_later_speaks_what_the_archive_has(files, languages):
    setup = "from setuptools import Extension, setup\nsetup(name='x', ext_modules=[Extension('x', [])])\n"
    (extension,) = inspect({"setup.py": setup, **dict.fromkeys(files, "int x;\n")}).extensions
    assert extension.languages == languages


def test_headers_of_sources_of_which_it_is_not_known_which_are_compiled():
    code = "import json, urllib.request\nfrom setuptools import setup\nsetup(ext_modules=json.loads(urllib.request.urlopen('file:///x').read()))\n"
    files = {"src/a.c": '#include <SDL.h>\n#include "own.h"\n', "src/own.h": "", "tests/b.c": "#include <check.h>\n"}
    found = inspect({"setup.py": code, **files})
    assert found.extensions == ()
    assert brief(found.headers) == [("SDL.h", "decided-later")]


def test_what_a_switch_puts_in_place_of_extensions_leaves_them_to_a_plain_build():
    code = (
        "import sys\nfrom setuptools import setup, Extension\nfrom Cython.Build import cythonize\n"
        "def ext():\n    return [Extension('a.b', sources=['a.pyx'])]\nargs = {'ext_modules': ext()}\n"
        "if sys.argv[1] == 'build_ext':\n    args['ext_modules'] = cythonize(ext())\nsetup(**args)\n"
    )
    pyproject = '[build-system]\nrequires = ["setuptools", "cython"]\nbuild-backend = "setuptools.build_meta"\n'
    found = inspect({"pyproject.toml": pyproject, "setup.py": code, "a.pyx": ""})
    assert [(e.made_by, e.certainty) for e in found.extensions] == [("setuptools", Certainty.ALWAYS), ("cython", Certainty.SWITCHED)]


def test_a_file_that_a_download_may_have_brought_is_not_missing():
    code = (
        "from urllib.request import urlretrieve\nimport tarfile\nfrom setuptools import setup, Extension\nurlretrieve('https://files.example/b.tar.gz', 'b.tar.gz')\n"
        "tarfile.open('b.tar.gz').extractall('.')\nsources = ['a.c']\nfor line in open('b/list.txt'):\n    sources.append(line)\n"
        "setup(ext_modules=[Extension('a', sources)])\n"
    )
    found = inspect({"setup.py": code, "a.c": ""})
    assert not found.raises
    assert only(found.extensions).sources == ("a.c",)


COMMAND = """
from setuptools import Extension
from setuptools.command.build import build


class build_native(build):
    def finalize_options(self):
        super().finalize_options()
        if self.distribution.ext_modules is None:
            self.distribution.ext_modules = []
        self.distribution.ext_modules.append(Extension("demo.native", ["src/demo/native.pyx"], libraries=["odbc"]))
"""
BY_TABLE = '[build-system]\nrequires = ["setuptools", "Cython"]\nbuild-backend = "setuptools.build_meta"\n'
TOLD = '[tool.setuptools.cmdclass]\nbuild = "_native.build_native"\n'


@pytest.mark.parametrize("setup", [None, "import setuptools\n\nsetuptools.setup()\n"], ids=["tables alone", "setup.py"])
@pytest.mark.parametrize(
    "tables",
    [
        {"pyproject.toml": BY_TABLE + TOLD},
        {"pyproject.toml": BY_TABLE, "setup.cfg": "[options]\ncmdclass =\n    build = _native.build_native\n"},
    ],
    ids=["pyproject.toml", "setup.cfg"],
)
def test_a_build_command_that_a_table_names_is_followed(tables, setup):
    files = {**tables, "src/_native.py": COMMAND, "src/demo/native.pyx": ""} | ({"setup.py": setup} if setup else {})
    found = inspect(files)
    assert [(e.name, e.certainty.value, e.libraries) for e in found.extensions] == [("demo.native", "always", ("odbc",))]


def test_a_command_that_gives_the_distribution_an_extension_that_it_has_adds_none():
    again = COMMAND.replace("if self.distribution.ext_modules is None:\n            ", "")
    found = facts(
        again + "from setuptools import setup\nsetup(ext_modules=[Extension('demo.native', ['a.c'])], cmdclass={'build': build_native})",
        **{"a.c": ""},
    )
    assert [(e.name, e.sources) for e in found.extensions] == [("demo.native", ("a.c",))]


@pytest.mark.parametrize(("handler", "how"), [("if not ext.optional:\n                    raise", "always"), ("print(ext)", "optional")])
def test_a_command_that_forgives_optional_extensions_only(handler, how):
    code = f"""
from setuptools import setup, Extension
from setuptools.command.build_ext import build_ext
from distutils.errors import CCompilerError


class build_all(build_ext):
    def build_extensions(self):
        for ext in self.extensions:
            try:
                self.build_extension(ext)
            except CCompilerError:
                {handler}
                self.warn("failed")


setup(ext_modules=[Extension("a", ["a.c"])], cmdclass={{"build_ext": build_all}})
"""
    assert only(facts(code, **{"a.c": ""}).extensions).certainty.value == how


def test_a_command_that_finds_an_extension_by_its_name():
    code = """
from setuptools import setup, Extension
from setuptools.command.build_ext import build_ext


class carried(build_ext):
    def run(self):
        ext = self.ext_map["demo._ext"]
        ext.sources += ["lib/spam.c"]
        ext.libraries = []
        super().run()


setup(ext_modules=[Extension("demo._ext", ["demo.c"], libraries=["spam"])], cmdclass={"build_ext": carried})
"""
    found = only(facts(code, **{"demo.c": "", "lib/spam.c": ""}).extensions)
    assert (found.sources, found.libraries) == (("demo.c", "lib/spam.c"), ())


CONDITIONAL = """
import sys
from setuptools import Extension
from setuptools.command.build_ext import build_ext


class Conditional(Extension, object):
    def __init__(self, *args, **kwargs):
        self.condition = kwargs.pop("condition", lambda builder: True)
        Extension.__init__(self, *args, **kwargs)


EXTENSIONS = [
    Conditional("demo.one", sources=["one.c"], condition=lambda _: sys.version_info[0] == 3),
    Conditional("demo.two", sources=["two.c"], condition=lambda _: sys.platform == "win32"),
    Conditional("demo.three", sources=["three.c"]),
]


class build_some(build_ext):
    def build_extensions(self):
        self.extensions = [x for x in self.conditional if x.condition(self)]
        build_ext.build_extensions(self)


def arguments(extensions=EXTENSIONS):
    class build_these(build_some):
        conditional = extensions

    return {"ext_modules": extensions, "cmdclass": {"build_ext": build_these}}
"""


@pytest.mark.parametrize("run", ["exec(f.read(), names)", "exec(compile(f.read(), 'own.py', 'exec'), names, names)"])
def test_extensions_with_conditions_of_their_own_in_a_file_that_is_run(run):
    code = f"import setuptools\nnames = {{}}\nwith open('demo/own.py') as f:\n    {run}\nsetuptools.setup(**names['arguments']())\n"
    found = facts(code, **{"demo/own.py": CONDITIONAL, "one.c": "", "two.c": "", "three.c": ""})
    assert [(e.name, e.certainty.value) for e in found.extensions] == [("demo.one", "always"), ("demo.three", "always")]
    assert all(e.seen_in.partition("!/")[2].startswith("demo/own.py:") for e in found.extensions)


def test_what_is_run_in_names_of_its_own_leaves_the_others_alone():
    code = "version = None\nnames = {}\nexec(open('v.py').read(), names)\nassert version is None\n"
    code += "if names['version'] != '1.0' or names['__name__'] == '__main__':\n    raise ValueError('no')\n"
    assert facts(code + PLAIN + "setup()", **{"v.py": "version = '1.0'\n"}).raises == ()
