"""Builds that stop for their years or for what nobody required, and builds that only look as if they went on."""

import pytest
from support.sdists import GLIBC, MUSL, OLD, PLAIN, brief, facts, inspect, only

from muslcheck.archives.facts import Certainty

EXT = "Extension('a', ['a.c'])"
POETRY = (
    '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n[tool.poetry]\nname = "a"\nbuild = "build.py"\n'
)
ENSCONS = '[build-system]\nrequires = ["enscons"]\nbuild-backend = "enscons.api"\n'


def stops(code, **files):
    """What a plain build surely lacks."""
    return [
        (seen.value.partition(": ")[2] or seen.value, seen.detail)
        for seen in facts(code, **files).imports
        if seen.certainty is Certainty.ALWAYS
    ]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import configparser\nc = configparser.ConfigParser()\nc.readfp(None)", "configparser.ConfigParser.readfp"),
        ("from configparser import ConfigParser\nConfigParser().readfp(None)", "configparser.ConfigParser.readfp"),
        ("from configparser import SafeConfigParser", "configparser.SafeConfigParser"),
        ("from unittest import TestResult, _TextTestResult", "unittest._TextTestResult"),
        ("import inspect\ninspect.getargspec(print)", "inspect.getargspec"),
        ("from collections import Mapping", "collections.Mapping"),
        ("import platform\nplatform.linux_distribution()", "platform.linux_distribution"),
        ("import sys\nsys.maxint", "sys.maxint"),
        ("import ConfigParser", "ConfigParser"),
        ("import numpy", "numpy"),
        ("from setuptools_rust import RustExtension", "setuptools_rust"),
        ("from setuptools.command.build_py import Mixin2to3", "setuptools.command.build_py.Mixin2to3"),
    ],
)
def test_what_is_gone_or_was_never_required(code, name):
    assert [what for what, _ in stops(f"{code}\n{PLAIN}setup()")] == [name]


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    from collections import Mapping\nexcept ImportError:\n    from collections.abc import Mapping",
        "import collections\nif hasattr(collections, 'Mapping'):\n    collections.Mapping",
        "import configparser\nc = configparser.ConfigParser()\nc.read_file(open('setup.cfg'))",
        "try:\n    import numpy\nexcept ImportError:\n    numpy = None",
    ],
)
def test_what_is_asked_for_with_care(code):
    assert stops(f"{code}\n{PLAIN}setup()") == []


@pytest.mark.parametrize(
    "run",
    [
        "if subprocess.call([sys.executable, '-m', 'pip', 'install', 'numpy']):\n    raise RuntimeError('install failed')",
        "subprocess.check_call([sys.executable, '-m', 'pip', 'install', 'numpy'])",
        "subprocess.run([sys.executable, '-m', 'pip', 'install', 'numpy'], check=True)",
    ],
)
def test_pip_is_not_in_the_environment_of_a_build(run):
    code = f"import subprocess, sys\n{run}\n{PLAIN}setup()"
    assert [seen.certainty for seen in facts(code).raises] == [Certainty.ALWAYS]
    required = {"pyproject.toml": '[build-system]\nrequires = ["setuptools", "pip"]\nbuild-backend = "setuptools.build_meta"\n'}
    assert [seen for seen in facts(code, **required).raises if seen.certainty is Certainty.ALWAYS] == []


@pytest.mark.parametrize("run", ["subprocess.call([sys.executable, '-m', 'pip'])", "subprocess.run([sys.executable, '-m', 'pip'])"])
def test_pip_that_nobody_waits_for(run):
    assert facts(f"import subprocess, sys\n{run}\n{PLAIN}setup()").raises == ()


@pytest.mark.parametrize("test", ["'bdist_wheel' in sys.argv[1:]", "any(c in sys.argv[1:] for c in ['build', 'bdist_wheel'])"])
def test_what_is_imported_for_a_build_alone_is_required_before(test):
    code = f"import sys\n{PLAIN}more = {{}}\nif {test}:\n    import numpy\n    more = {{'ext_modules': [{EXT}]}}\n"
    assert stops(f"{code}setup(setup_requires=['numpy'], **more)", **{"a.c": "int x;"}) == []
    assert stops(f"{code}setup(**more)", **{"a.c": "int x;"}) == [("numpy", "not among the build requirements")]


def test_distutils_is_not_there_where_nobody_requires_setuptools():
    script = "from distutils.core import Extension\ndef build(kw):\n    kw['ext_modules'] = [Extension('a', ['a.c'])]\n"
    found = inspect({"pyproject.toml": POETRY, "build.py": script, "a.c": "int x;"})
    assert [seen.value for seen in found.imports if seen.certainty is Certainty.ALWAYS] == ["distutils.core"]
    found = inspect({"pyproject.toml": POETRY.replace('"poetry-core"', '"poetry-core", "setuptools"'), "build.py": script, "a.c": "int x;"})
    assert found.imports == ()


@pytest.mark.parametrize(("caught", "how"), [("ImportError", "always"), ("CompileError", "optional"), ("(KeyError, ValueError)", "always")])
def test_what_a_command_forgives(caught, how):
    code = f"""{PLAIN}from setuptools.command.build_ext import build_ext
from distutils.errors import CompileError
class Mine(build_ext):
    def run(self):
        try:
            build_ext.run(self)
        except {caught}:
            pass
setup(ext_modules=[{EXT}], cmdclass={{'build_ext': Mine}})
"""
    assert only(facts(code, **{"a.c": "int x;"}).extensions).certainty.value == how


def test_a_command_line_that_is_split():
    code = f"""import shlex, subprocess
{PLAIN}from setuptools.command.build_py import build_py
class Mine(build_py):
    def run(self):
        for line in ["make -C src clean", "make -C src"]:
            subprocess.check_output(shlex.split(line))
setup(cmdclass={{'build_py': Mine}})
"""
    assert [tree.tool for tree in facts(code).trees] == ["make"]


@pytest.mark.parametrize(("source", "kinds"), [("None", []), ('"int x;"', ["cffi"])])
def test_a_cffi_module_of_python_alone_compiles_nothing(source, kinds):
    made = f"from cffi import FFI\nffi = FFI()\nffi.set_source('_a', {source})\n"
    code = f"{PLAIN}setup(setup_requires=['cffi'], cffi_modules=['build_a.py:ffi'])"
    assert [extension.made_by for extension in facts(code, **{"build_a.py": made}).extensions] == kinds


@pytest.mark.parametrize("target", [MUSL, GLIBC])
def test_scons(target):
    found = inspect({"pyproject.toml": ENSCONS, "SConstruct": "env.SharedLibrary(target='a', source=['a.c'])\n", "a.c": "int x;"}, target)
    assert [(tree.tool, tree.languages, tree.seen_in.rpartition("!/")[2]) for tree in found.trees] == [("scons", ("c",), "SConstruct:1")]
    assert inspect({"pyproject.toml": ENSCONS, "SConstruct": "env.Whl('purelib', [])\n"}, target).trees == ()


@pytest.mark.parametrize(
    "read",
    [
        "found[open('src/x.mk').read()] = 1",
        "for line in open('src/x.mk').readlines():\n    key, value = line.split('=')\n    found[key] = value",
        "found.update(open('src/x.mk').read())",
    ],
)
@pytest.mark.parametrize("test", ["'MAJOR' not in found", "not found"])
def test_what_may_be_in_a_dict_is_not_missing(read, test):
    code = f"found = {{}}\n{read}\nif {test}:\n    raise ValueError('no version')\n{PLAIN}setup()"
    found = facts(code, **{"src/x.mk": "MAJOR=1\n"})
    assert [seen for seen in found.raises if seen.certainty is Certainty.ALWAYS] == []


@pytest.mark.parametrize("caught", ["OSError", "IOError", "EnvironmentError", "FileNotFoundError", "Exception"])
def test_one_exception_by_all_its_names(caught):
    found = facts(f"try:\n    open('config.h')\nexcept {caught}:\n    pass\n{PLAIN}setup()")
    assert found.raises == ()


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("sys.version_info[0] > 2", 'exits: status 1, for the version of Python, having said "sorry"'),
        ("sys.hexversion > 0x03000000", 'exits: status 1, for the version of Python, having said "sorry"'),
        ("not found", 'exits: status 1, having said "sorry"'),
    ],
)
def test_why_it_exits(test, said):
    found = facts(f"import sys\nfound = []\nif {test}:\n    print('sorry')\n    sys.exit(1)\n{PLAIN}setup()")
    assert [seen.value for seen in found.raises] == [said]


def test_methods_that_a_run_of_its_own_never_calls():
    code = f"""{PLAIN}from setuptools.command.build_clib import build_clib
class Mine(build_clib):
    def build_libraries(self, libraries):
        raise Exception('never called')
    def run(self):
        self.spawn(['make'])
setup(ext_modules=[{EXT}], cmdclass={{'build_clib': Mine}})
"""
    assert facts(code, **{"a.c": "int x;"}).raises == ()
    code = code.replace("self.spawn(['make'])", "build_clib.run(self)")
    assert [seen.value for seen in facts(code, **{"a.c": "int x;"}).raises] == ["Exception: never called"]


@pytest.mark.parametrize(
    "run",
    ["exec('version = 1')", "exec(open('a.mk').read())", "for line in open('v.py'):\n    exec(line.strip())", "exec(open('v.py').read())"],
)
def test_what_exec_leaves(run):
    code = f"version = None\n{run}\nif version is None:\n    raise ValueError('no version')\n{PLAIN}setup()"
    found = facts(code, **{"v.py": "version = '1.0'\n", "a.mk": "version = 2\n"})
    assert [seen for seen in found.raises if seen.certainty is Certainty.ALWAYS] == []


def test_an_import_that_failed_fails_again():
    once = "try:\n    from mine import two\n    options = {'use_2to3': True}\nexcept ImportError:\n    options = {}\n"
    code = once + once
    found = facts(f"{code}{PLAIN}setup(**options)", **{"mine.py": "from setuptools.command.build_py import Mixin2to3\ntwo = 2\n"})
    assert found.marks == ()


@pytest.mark.parametrize("line", ["class a(a, a): pass", "class a(a, a, a, a, a, a, a, a): pass"])
def test_a_family_tree_is_walked_once(line):
    code = f"{PLAIN}from setuptools.command.build_ext import build_ext as a\n" + f"{line}\n" * 60
    found = facts(f"{code}setup(ext_modules=[{EXT}], cmdclass={{'build_ext': a}})", **{"a.c": "int x;"})
    assert only(found.extensions).certainty is Certainty.ALWAYS


def refusals(code, **files):
    return [(seen.value.partition(" holds ")[2].partition(": ")[0], seen.detail) for seen in facts(code, **files).raises]


@pytest.mark.parametrize(
    ("argument", "text"),
    [
        ("install_requires=['a>=3.']", "'a>=3.'"),
        ("install_requires='a\\nb>1.0.*'", "'b>1.0.*'"),
        ("setup_requires=('a', 'b=1')", "'b=1'"),
        ("extras_require={'x': ['a'], 'y': ['a b']}", "'a b'"),
        ("extras_require={':python_version<=3': ['a']}", "':python_version<=3'"),
        ("python_requires='>=3.5.*'", "'>=3.5.*'"),
    ],
)
def test_what_setuptools_refuses_since_it_reads_requirements_strictly(argument, text):
    assert refusals(f"{PLAIN}setup({argument})") == [(text, "since setuptools 67")]


@pytest.mark.parametrize(
    "argument",
    [
        "install_requires=['a>=3', 'b[c]!=1.0.* ; python_version < \"3\"', '# none', 'd @ https://files.example/d.tar.gz']",
        "install_requires='a  # why\\n\\nb'",
        "install_requires=[name for name in open('r.txt')]",
        "install_requires=['a>=3.'] if unknown() else []",
        "extras_require={'x:python_version < \"3\"': 'a', ':sys_platform==\"win32\"': ['b']}",
        "python_requires='>=3.5,!=3.6.*'",
        "tests_require=['a>=3.']",
    ],
)
def test_what_setuptools_takes(argument):
    assert [seen for seen in facts(f"{PLAIN}setup({argument})", **{"r.txt": "a\n"}).raises if seen.certainty is Certainty.ALWAYS] == []


def test_what_setuptools_refuses_in_setup_cfg():
    cfg = "[options]\ninstall_requires =\n    a>=1\n    b>=1.x\npython_requires = >=3.6\n"
    assert refusals(f"{PLAIN}setup()", **{"setup.cfg": cfg}) == [("'b>=1.x'", "since setuptools 67")]
    assert refusals(f"{PLAIN}setup()", **{"setup.cfg": "[options]\npython_requires = >=3.6.*\n"}) == [("'>=3.6.*'", "since setuptools 67")]
    assert refusals(f"{PLAIN}setup()", **{"setup.cfg": "[options]\ninstall_requires = file: requirements.txt\n"}) == []


@pytest.mark.parametrize("call", ["open('README', 'rU')", "io.open('README', mode='U')", "codecs.open('README', 'rU')"])
def test_a_mode_that_open_no_longer_takes(call):
    code = f"import codecs, io\ntext = {call}.read()\n{PLAIN}setup()"
    (seen,) = facts(code, README="what").raises
    assert (seen.value.partition(": ")[0], seen.certainty) == ("ValueError", Certainty.ALWAYS)
    assert facts(code, README="what", target=OLD).raises == ()


@pytest.mark.parametrize(
    "call", ["open('README')", "codecs.open('README', 'rU', 'utf-8')", "codecs.open('README', 'rU', encoding='utf-8')"]
)
def test_a_mode_that_open_takes(call):
    assert facts(f"import codecs\ntext = {call}.read()\n{PLAIN}setup()", README="what").raises == ()


@pytest.mark.parametrize(
    ("module", "missing"),
    [("tools/helper/__init__.py", []), ("tools/helper.py", []), ("helper.py", []), ("other/helper.py", ["helper"])],
)
def test_a_script_that_is_run_finds_what_is_beside_it(module, missing):
    """Python puts the script's own folder on its path, not the one that it is run in."""
    setup = "import subprocess, sys\nsubprocess.check_call([sys.executable, 'tools/make.py'])\nfrom setuptools import setup\nsetup()\n"
    files = {"setup.py": setup, "tools/make.py": "import helper\n", module: "", "helper_of_setup.py": ""}
    assert [seen.value for seen in inspect(files).imports if seen.certainty is Certainty.ALWAYS] == missing


@pytest.mark.parametrize(
    "first", ["import requests\n", "from .other import x\n", "from demo import other\n", "y = 1\nfrom demo import y, other\n"]
)
def test_a_package_is_imported_before_its_modules(first):
    files = {"setup.py": "from setuptools import setup\nfrom demo.version import v\nsetup(version=v)\n", "demo/version.py": "v = '1'\n"}
    found = inspect({**files, "demo/__init__.py": first, "demo/other.py": "import requests\nx = 1\n"})
    assert brief(found.imports) == [("requests", "always")]
    assert not inspect({**files, "demo/__init__.py": "from .version import v\nfrom .other import x\n", "demo/other.py": "x = 1\n"}).imports
    assert not inspect(files).imports


@pytest.mark.parametrize(
    ("lines", "stops"),
    [
        (["__builtins__.__NUMPY_SETUP__ = False"], True),
        (["import builtins", "builtins.__NUMPY_SETUP__ = False"], False),
        (["if isinstance(__builtins__, dict):", "    __builtins__['x'] = 1", "else:", "    __builtins__.x = 1"], False),
        (["try:", "    __builtins__.x = 1", "except AttributeError:", "    pass"], False),
    ],
)
def test_the_names_of_python_are_a_dict_where_a_back_end_runs_setup_py(lines, stops):
    step = "\n".join(f"        {line}" for line in lines)
    code = f"from setuptools.command.build_ext import build_ext\nclass own(build_ext):\n    def finalize_options(self):\n{step}\n"
    found = facts(f"{PLAIN}{code}setup(cmdclass={{'build_ext': own}}, ext_modules=[{EXT}])\n").raises
    assert brief(found) == ([("AttributeError: 'dict' object has no attribute '__NUMPY_SETUP__'", "always")] if stops else [])


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("open('README', 'rb').read()", True),
        ("open('README', 'rb').read().decode('utf-8')", False),
        ("open('HISTORY', 'rb').read()", True),
        ("open('HISTORY', 'rb').read().decode()", False),
        ("codecs.open('README', 'rb', 'utf-8').read()", False),
        ("'a text'.encode('utf-8')", True),
        ("open('README').read()", False),
        ("''.encode()", False),
    ],
)
def test_a_description_of_bytes_is_refused(text, stops):
    found = facts(
        f"import codecs\nfrom setuptools import setup\nsetup(name='demo', long_description={text})", README="words", HISTORY="x" * 9000
    )
    assert brief(found.raises) == ([("TypeError: endswith first arg must be bytes, not str", "always")] if stops else [])


def test_bytes_are_no_text():
    code = "from setuptools import setup, Extension\nx = open('README', 'rb').read()\n"
    code += "if isinstance(x, str) or not isinstance(x, bytes):\n    raise ValueError('no bytes')\nsetup()"
    assert facts(code, README="words").raises == ()
