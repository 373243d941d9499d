# ruff: noqa: E501 -- a case reads best on one line
"""CMake, Meson and Cargo trees, build systems and hints."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sdists import brief, inspect, only

from muslcheck.archives.facts import Certainty

SCIKIT = '[build-system]\nrequires = ["scikit-build-core"]\nbuild-backend = "scikit_build_core.build"\n'
MESON = '[build-system]\nrequires = ["meson-python"]\nbuild-backend = "mesonpy"\n'
MATURIN = '[build-system]\nrequires = ["maturin>=1"]\nbuild-backend = "maturin"\n'


def test_cmake():
    text = (
        'cmake_minimum_required(VERSION 3.18...3.30) # find_package(Comment)\nproject(demo LANGUAGES C CXX Fortran)\noption(WITH_B "b" OFF)\n'
        "find_package(Python REQUIRED COMPONENTS Interpreter)\nfind_package(OpenSSL 1.1 REQUIRED)\nfind_package(Doxygen)\n"
        "if(WIN32)\n  find_package(Never REQUIRED)\nelseif(UNIX)\n  find_package(Always REQUIRED)\nelse()\n  find_package(Never REQUIRED)\nendif()\n"
        "if(WITH_B)\n  find_package(Off REQUIRED)\nendif()\nif(SOMETHING)\n  find_package(Later REQUIRED)\nendif()\n"
        "pkg_check_modules(DEPS REQUIRED libfoo>=1.2 bar)\nfind_library(M_LIB NAMES gmp)\nadd_subdirectory(sub)\ninclude(cmake/more.cmake)\n"
    )
    files = {
        "pyproject.toml": SCIKIT,
        "CMakeLists.txt": text,
        "sub/CMakeLists.txt": "find_package(Sub REQUIRED)\n",
        "cmake/more.cmake": "include(FetchContent)\nFetchContent_Declare(json URL https://files.example/json.zip)\n",
        "a.cpp": "",
    }
    found = inspect(files)
    tree = only(found.trees)
    assert (tree.tool, tree.certainty, tree.minimum, tree.languages, tree.files) == (
        "cmake",
        Certainty.ALWAYS,
        "3.18",
        ("c", "c++", "fortran"),
        1,
    )
    assert brief(tree.needs) == [
        ("OpenSSL", "always"),
        ("Doxygen", "optional"),
        ("Always", "always"),
        ("Later", "decided-later"),
        ("libfoo", "always"),
        ("bar", "always"),
        ("gmp", "optional"),
        ("Sub", "always"),
    ]
    assert brief(found.downloads) == [("https://files.example/json.zip", "decided-later")]
    assert found.build_system.added == ("cmake>=3.15", "ninja>=1.5")


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("add_subdirectory(core)", ["main.cc", "core/a.cc", "core/deep/b.c"]),
        ("add_subdirectory(core EXCLUDE_FROM_ALL)", ["main.cc"]),
        ("add_subdirectory(../bench built)", ["main.cc", "../bench/core.s"]),
        ("add_subdirectory(${WHERE})", ["main.cc", "core/a.cc", "core/deep/b.c"]),
        ("", ["main.cc"]),
    ],
    ids=["added", "set aside", "beside", "who knows", "alone"],
)
def test_what_cmake_builds_are_the_sources_of_folders_that_are_added(text, sources):
    top = f"cmake_minimum_required(VERSION 3.15)\nproject(x LANGUAGES CXX)\n{text}\n"
    files = {"native/CMakeLists.txt": top, "native/core/CMakeLists.txt": "", "bench/CMakeLists.txt": ""}
    files |= dict.fromkeys(["native/main.cc", "native/core/a.cc", "native/core/deep/b.c", "bench/core.s"], "")
    setup = "import subprocess\nsubprocess.check_call(['cmake', 'native'])\nfrom setuptools import setup\nsetup()\n"
    (tree,) = inspect({"setup.py": setup, **files}).trees
    assert tree.files == len(sources)


@pytest.mark.parametrize(
    ("folders", "setup", "found"),
    [
        (["native"], "", ("c++", [("Native", "always")])),
        (["native", "native/sub"], "", ("c++", [("Native", "always")])),
        (["other", "native"], "", ("c++", [("Native", "decided-later")])),
        (["a", "deep/native"], "", ("c++", [("A", "decided-later")])),
        (["a", "deep/native"], "where = 'deep/native'", ("c++", [("Deep/Native", "always")])),
        (["", "native"], "where = 'native'", ("c++", [("", "always")])),
    ],
    ids=["one", "one in another", "two", "the shallowest", "the one spoken of", "the top"],
)
def test_cmake_is_looked_for_where_setup_py_does_not_tell_its_folder(folders, setup, found):
    files = {
        f"{folder}/CMakeLists.txt".lstrip("/"): f"project(x LANGUAGES CXX)\nfind_package({folder.title()}X REQUIRED)\n"
        for folder in folders
    }
    runs = f"import subprocess, os\n{setup}\nsubprocess.check_call(['cmake', os.environ['X']])\nfrom setuptools import setup\nsetup()\n"
    (tree,) = inspect({"setup.py": runs, **files}).trees
    assert (*tree.languages, brief(tree.needs)) == (found[0], [(f"{name}X", certainty) for name, certainty in found[1]])


@pytest.mark.parametrize(
    ("given", "how"), [("-DPYBUILD=ON", "always"), ("-DPYBUILD:BOOL=1", "always"), ("-DPYBUILD=OFF", None), ("-DOTHER=ON", "decided-later")]
)
def test_what_setup_py_tells_cmake(given, how):
    text = "option(PYBUILD OFF)\n" if given == "-DPYBUILD=ON" else ""
    text += "if(PYBUILD)\n  find_package(Far REQUIRED)\nendif()\n"
    setup = f"import subprocess\nsubprocess.check_call(['cmake', '.', '{given}'])\nfrom setuptools import setup\nsetup()\n"
    (tree,) = inspect({"setup.py": setup, "CMakeLists.txt": text}).trees
    assert brief(tree.needs) == ([("Far", how)] if how else [])


@pytest.mark.parametrize(
    ("more", "policy"),
    [
        ({}, "3.4"),
        ({"sub/CMakeLists.txt": "cmake_minimum_required(VERSION 2.8...3.30)"}, "3.12"),
        ({"CMakeLists.txt": "cmake_minimum_required(VERSION 3.12)\nset(CMAKE_POLICY_VERSION_MINIMUM 3.5)\nadd_subdirectory(sub)\n"}, None),
        ({"pyproject.toml": f'{SCIKIT}[tool.scikit-build.cmake.define]\nCMAKE_POLICY_VERSION_MINIMUM = "3.5"\n'}, None),
    ],
    ids=["the oldest of all parts", "up to today's", "overruled", "overruled from outside"],
)
def test_which_behaviour_a_tree_asks_for(more, policy):
    top = "cmake_minimum_required(VERSION 3.12)\nadd_subdirectory(sub)\nif(SOMETHING)\n  add_subdirectory(perhaps)\nendif()\n"
    parts = {"sub/CMakeLists.txt": "cmake_minimum_required(VERSION 3.4)", "perhaps/CMakeLists.txt": "cmake_minimum_required(VERSION 2.6)"}
    (tree,) = inspect({"pyproject.toml": SCIKIT, "CMakeLists.txt": top, **parts, **more}).trees
    assert (tree.policy and tree.policy.value) == policy


@pytest.mark.parametrize(
    ("text", "minimum"),
    [("set(LEAST 3.9)\ncmake_minimum_required(VERSION ${LEAST})\n", "3.9"), ("cmake_minimum_required(VERSION ${OTHER})\n", None)],
)
def test_a_minimum_version_out_of_a_variable(text, minimum):
    assert only(inspect({"pyproject.toml": SCIKIT, "CMakeLists.txt": text}).trees).minimum == minimum


def test_meson():
    text = (
        "project('demo', 'c', 'cpp',\n  version: '1', meson_version: '>=1.2')\n# dependency('comment')\npy = import('python').find_installation()\n"
        "z = dependency('zlib')\no = dependency('openblas', required: false)\nf = dependency('libffi', fallback: ['libffi', 'ffi_dep'])\n"
        "if host_machine.system() == 'windows'\n  w = dependency('winthing')\nelse\n  m = cc.find_library('m', required: true)\nendif\n"
        "if get_option('x')\n  x = dependency('xlib')\nendif\nsubdir('src')\n"
    )
    tree = only(
        inspect({"pyproject.toml": MESON, "meson.build": text, "src/meson.build": "add_languages('cython')\ndependency('gmp')\n"}).trees
    )
    assert (tree.tool, tree.minimum, tree.languages) == ("meson", "1.2", ("c", "c++", "cython"))
    assert brief(tree.needs) == [
        ("zlib", "always"),
        ("openblas", "optional"),
        ("libffi", "optional"),
        ("m", "always"),
        ("xlib", "decided-later"),
        ("gmp", "always"),
    ]


@pytest.mark.parametrize(
    ("condition", "languages"),
    [
        ("get_option('macosx') and host_machine.system() == 'darwin'", ("c",)),
        ("get_option('macosx') and host_machine.system() == 'linux'", ("c", "objective-c")),
        ("x or get_option('macosx') and host_machine.system() == 'darwin'", ("c", "objective-c")),
        ("host_machine.system() != 'windows' and host_machine.system() == 'linux'", ("c", "objective-c")),
    ],
)
def test_meson_languages_of_other_systems(condition, languages):
    text = f"project('demo', 'c')\nif {condition}\n  add_languages('objc')\nendif\n"
    assert only(inspect({"pyproject.toml": MESON, "meson.build": text}).trees).languages == languages


def test_meson_takes_what_the_archive_carries():
    text = (
        "project('demo', 'c')\nif system\n  b = dependency('boost')\nelse\n  b = dependency('boost', fallback: ['boost_math', 'dep'])\nendif\n"
        "f = dependency('ffi', fallback: ['ffi', 'dep'])\nz = dependency('zlib')\n"
    )
    files = {"pyproject.toml": MESON, "meson.build": text, "subprojects/boost_math/meson.build": "", "subprojects/ffi.wrap": ""}
    needs = brief(only(inspect(files).trees).needs)
    assert needs == [("boost", "switched"), ("boost", "switched"), ("ffi", "optional"), ("zlib", "always")]


def test_meson_options_as_nobody_set_them():
    options = (
        "option('on', type: 'boolean', value: true)\noption('off', type: 'boolean', value: false)\n"
        "option('auto', type: 'feature', value: 'auto', description: 'it''s (so)')\noption('never', type: 'feature', value: 'disabled')\n"
        "option('told', type: 'feature', value: 'disabled')\noption('text', type: 'string', value: 'false')\n"
    )
    text = (
        "project('demo', 'c')\nif get_option('on')\n  dependency('a')\nelse\n  dependency('b')\nendif\nif get_option('off')\n  dependency('c')\nendif\n"
        "dependency('d', required: get_option('auto'))\ndependency('e', required: get_option('never'))\n"
        "dependency('f', required: get_option('told'))\nif not get_option('told').disabled()\n  dependency('g')\nendif\n"
        "if get_option('text')\n  dependency('h')\nendif\n"
    )
    pyproject = f"{MESON}[tool.meson-python.args]\nsetup = ['-Dtold=enabled']\n"
    needs = brief(only(inspect({"pyproject.toml": pyproject, "meson.build": text, "meson_options.txt": options}).trees).needs)
    assert needs == [("a", "always"), ("d", "optional"), ("f", "always"), ("g", "always"), ("h", "decided-later")]


def test_meson_looks_for_one_of_several():
    text = (
        "project('demo', 'c')\nblas_order = get_option('blas-order')\nif blas_order == ['auto']\n  blas_order = []\n  blas_order += ['mine', 'openblas']\n"
        "  blas_order += ['blas']\nendif\nforeach _name : blas_order\n  blas = dependency(_name, modules: ['cblas'], required: false)\nendforeach\n"
        "x = dependency(unknown, required: false)\n"
    )
    needs = brief(only(inspect({"pyproject.toml": MESON, "meson.build": text}).trees).needs)
    assert needs == [("mine or openblas or blas", "optional")]


def test_meson_subprojects_look_for_things_too():
    inner = "project('inner', 'cpp')\ndependency('glib-2.0')\nif get_option('tests')\n  dependency('check')\nendif\nif foo\n  dependency('x')\nendif\n"
    files = {
        "pyproject.toml": MESON,
        "meson.build": "project('demo', 'c')\nsub = subproject('inner')\nother = subproject('nowhere')\n",
        "subprojects/inner/meson.build": inner,
        "subprojects/inner/meson_options.txt": "option('tests', type: 'boolean', value: false)",
    }
    tree = only(inspect(files).trees)
    assert brief(tree.needs) == [("glib-2.0", "always")]
    assert tree.languages == ("c", "c++")


@pytest.mark.parametrize(
    ("files", "certainty"),
    [
        ({}, "always"),
        ({"src/libsodium/configure": ""}, "switched"),
        ({"crt/sodium-1.0.18/CMakeLists.txt": ""}, "switched"),
        ({"sodium/Makefile": ""}, "always"),
    ],
)
def test_libraries_that_lie_in_the_sdist(files, certainty):
    setup = "from setuptools import setup, Extension\nsetup(ext_modules=[Extension('a', ['a.c'], libraries=['sodium', ':libudev.so.1'])])\n"
    assert brief(inspect({"setup.py": setup, "a.c": "", **files}).libraries) == [("sodium", certainty), ("udev", "always")]


def a_lock(**leads):
    """A Cargo.lock: each crate with those that it leads to, ``_`` for ``-``."""
    return "".join(
        f'[[package]]\nname = "{name.replace("_", "-")}"\nversion = "1.0"\ndependencies = {into.replace("_", "-").split()}\n'
        for name, into in leads.items()
    )


def test_cargo():
    lock = a_lock(demo="openssl_sys windows_sys cc libz_sys", openssl_sys="", windows_sys="", cc="", libz_sys="")
    cargo = '[package]\nname = "demo"\nedition = "2021"\n[dependencies]\nlibz-sys = { version = "1", features = ["static"] }\n'
    found = inspect({"pyproject.toml": MATURIN, "Cargo.toml": cargo, "Cargo.lock": lock, "src/lib.rs": ""})
    tree = only(found.trees)
    assert (tree.tool, tree.minimum, tree.languages) == ("cargo", "1.56", ("c", "rust"))
    assert brief(tree.needs) == [("openssl-sys", "always"), ("libz-sys", "optional")]
    assert found.unread == ()


FEATURED = """
[package]
name = "demo"
[dependencies]
http = { version = "1", default-features = false }
zmq = { version = "1", optional = true }
curl = { version = "1", optional = true }
[dev-dependencies]
rusqlite = "1"
[features]
default = ["rustls"]
rustls = ["http/rustls"]
native = ["dep:zmq", "http/native-tls"]
fetch = ["curl"]
"""


@pytest.mark.parametrize(
    ("asked", "needs"),
    [
        ([], []),
        (["fetch"], ["curl-sys"]),
        (["native"], ["openssl-sys", "zmq-sys"]),
        (["native", "fetch"], ["openssl-sys", "zmq-sys", "curl-sys"]),
    ],
)
def test_crates_of_features_that_nobody_asks_for_and_of_tests_are_left_out(asked, needs):
    lock = a_lock(
        demo="http zmq curl rusqlite",
        http="rustls native_tls",
        native_tls="openssl_sys",
        openssl_sys="",
        zmq="zmq_sys",
        zmq_sys="",
        curl="curl_sys",
        curl_sys="",
        rusqlite="libsqlite3_sys",
        libsqlite3_sys="",
        other="hdf5_sys",
        hdf5_sys="",
    )
    files = {"pyproject.toml": MATURIN + f"[tool.maturin]\nfeatures = {asked}\n", "Cargo.toml": FEATURED, "Cargo.lock": lock}
    assert [seen.value for seen in only(inspect(files).trees).needs] == needs


def test_a_lock_without_the_crate_itself_is_taken_whole():
    files = {"pyproject.toml": MATURIN, "Cargo.toml": FEATURED, "Cargo.lock": a_lock(http="", zmq_sys="")}
    assert [seen.value for seen in only(inspect(files).trees).needs] == ["zmq-sys"]


PYQT = '[build-system]\nrequires = ["sip", "PyQt-builder"]\nbuild-backend = "sipbuild.api"\n[project]\nname = "PyQt5-Demo"\nversion = "1"\n'


def test_bindings_of_qt():
    found = inspect({"pyproject.toml": PYQT, "sip/QtSvg/QtSvgmod.sip": "", "sip/demo/demomod.sip": "", "sip/QtCore/other.sip": ""})
    assert brief(found.programs) == [("qmake", "always")]
    assert brief(found.libraries) == [("Qt5Svg", "optional")]
    assert brief(inspect({"pyproject.toml": PYQT.replace("PyQt5", "PyQt6")}).programs) == [("qmake6", "always")]


def test_sip_without_qt():
    found = inspect({"pyproject.toml": PYQT.replace(', "PyQt-builder"', ""), "sip/QtSvg/QtSvgmod.sip": ""})
    assert (found.programs, found.libraries) == ((), ())


def test_headers_that_setup_py_looks_for():
    script = """
def _find_include_file(self, include): ...
def look(self):
    if _find_include_file(self, "jpeglib.h") and self.check_header("own.h") and open("notes.h"):
        self.compiler.has_header(where, 'webp/mux.h')
"""
    found = inspect({"setup.py": script + "from setuptools import setup\nsetup(name='demo')\n", "src/own.h": ""})
    assert [(seen.value, str(seen.certainty), seen.where.rpartition(":")[2]) for seen in found.headers] == [
        ("jpeglib.h", "decided-later", "4"),
        ("webp/mux.h", "decided-later", "5"),
    ]


def test_a_workspace_states_the_rust_version():
    files = {
        "pyproject.toml": MATURIN + '[tool.maturin]\nmanifest-path = "py/Cargo.toml"\n',
        "Cargo.toml": '[workspace]\nmembers = ["py"]\n[workspace.package]\nrust-version = "1.82"\n',
        "Cargo.lock": "",
        "py/Cargo.toml": '[package]\nname = "py"\nrust-version.workspace = true\n',
    }
    assert only(inspect(files).trees).minimum == "1.82"


@pytest.mark.parametrize(
    ("pyproject", "languages"),
    [
        ('[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n', []),
        ('[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n', []),
        ('[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n', []),
        (
            '[build-system]\nrequires = ["hatchling", "hatch-mypyc"]\nbuild-backend = "hatchling.build"\n[tool.hatch.build.targets.wheel.hooks.mypyc]\n',
            ["c"],
        ),
        (
            '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[[tool.setuptools.ext-modules]]\nname = "a"\nsources = ["a.cpp"]\n',
            ["c++"],
        ),
    ],
)
def test_back_ends_without_setup_py(pyproject, languages):
    found = inspect({"pyproject.toml": pyproject})
    assert [language for e in found.extensions for language in e.languages] == languages
    assert (found.unread, found.raises) == ((), ())


def test_hooks_are_followed():
    hook = (
        "from hatchling.builders.hooks.plugin.interface import BuildHookInterface\nimport subprocess, sys\n"
        "class Hook(BuildHookInterface):\n    def initialize(self, version, data):\n        subprocess.check_call([sys.executable, '_ext.py', 'build_ext'])\n"
    )
    pyproject = (
        '[build-system]\nrequires = ["hatchling", "setuptools"]\nbuild-backend = "hatchling.build"\n[tool.hatch.build.hooks.custom]\n'
    )
    script = "from setuptools import setup, Extension\nsetup(ext_modules=[Extension('a', ['a.c'])])"
    assert [e.name for e in inspect({"pyproject.toml": pyproject, "hatch_build.py": hook, "_ext.py": script}).extensions] == ["a"]


def test_poetry_build_script():
    pyproject = '[build-system]\nrequires = ["poetry-core", "setuptools"]\nbuild-backend = "poetry.core.masonry.api"\n[tool.poetry.build]\nscript = "build.py"\n'
    script = "from setuptools import Extension\ndef build(kw):\n    kw.update({'ext_modules': [Extension('a', ['a.c'])]})\n"
    assert [e.name for e in inspect({"pyproject.toml": pyproject, "build.py": script}).extensions] == ["a"]


def test_in_tree_back_end():
    pyproject = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "backend"\nbackend-path = ["_own"]\n'
    files = {
        "pyproject.toml": pyproject,
        "_own/backend.py": "from setuptools.build_meta import *\n",
        "setup.py": "from setuptools import setup, Extension\nsetup(ext_modules=[Extension('a', ['a.c'])])",
    }
    found = inspect(files)
    assert (found.build_system.backend_path, [e.name for e in found.extensions]) == (("_own",), ["a"])


def test_what_cmake_clones():
    fetched = """
include(FetchContent)
FetchContent_Declare(Spam GIT_REPOSITORY https://git.example/spam GIT_TAG 1.0)
FetchContent_Declare(eggs GIT_REPOSITORY https://git.example/eggs)
FetchContent_MakeAvailable(spam)
ExternalProject_Add(ham URL https://files.example/ham.zip)
"""
    pyproject = '[build-system]\nrequires = ["scikit-build-core"]\nbuild-backend = "scikit_build_core.build"\n'
    found = inspect({"pyproject.toml": pyproject, "CMakeLists.txt": "project(demo C)\n" + fetched})
    assert [(seen.value, seen.certainty.value, seen.detail) for seen in found.downloads] == [
        ("https://git.example/spam", "always", "git"),
        ("https://git.example/eggs", "decided-later", "git"),
        ("https://files.example/ham.zip", "always", "externalproject_add"),
    ]


RUNS_CMAKE = """
import pathlib
import subprocess
import hatchling.build
from hatchling.build import get_requires_for_build_wheel

TOP = pathlib.Path(__file__).parent.parent.absolute().resolve()


def locate():
    found = TOP.parent / "lib" / "libdemo.so"
    return found if found.exists() else None


def build_wheel(directory, settings=None, metadata=None):
    if locate() is None:
        subprocess.check_call(["cmake", str(TOP / "cpp_src")], cwd="out")
    return hatchling.build.build_wheel(directory, settings, metadata)
"""


def test_in_tree_back_end_that_runs_cmake():
    pyproject = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "own.backend"\nbackend-path = ["."]\n'
    tree = {"cpp_src/CMakeLists.txt": "cmake_minimum_required(VERSION 3.18)\nproject(demo CXX)\n", "cpp_src/a.cc": ""}
    found = inspect({"pyproject.toml": pyproject, "own/__init__.py": "", "own/backend.py": RUNS_CMAKE, **tree})
    assert [(tree.tool, tree.certainty.value, tree.languages) for tree in found.trees] == [("cmake", "always", ("c++",))]
    assert found.build_system.followed


@pytest.mark.parametrize(("folder", "gone"), [("setuptools/_distutils", False), ("other", True)])
def test_setuptools_builds_itself_with_the_distutils_that_it_carries(folder, gone):
    pyproject = '[build-system]\nrequires = []\nbuild-backend = "setuptools.build_meta"\nbackend-path = ["."]\n'
    files = {
        "setup.py": "import importlib, setuptools\nimportlib.import_module('distutils')\nsetuptools.setup()\n",
        "setuptools/__init__.py": "import distutils.core\n",
        "setuptools/build_meta.py": "import setuptools\n",
        f"{folder}/__init__.py": "",
    }
    found = inspect({"pyproject.toml": pyproject, **files})
    assert any(seen.value.startswith("distutils") for seen in found.imports) is gone


def test_a_back_end_that_is_not_known_is_said():
    found = inspect({"pyproject.toml": '[build-system]\nrequires = ["own"]\nbuild-backend = "own.thing"\n'})
    assert [s.value for s in found.unread] == ["the back end own.thing is not known"]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"demo.py": ""}, "neither setup.py nor pyproject.toml is in the sdist"),
        ({"pyproject.toml": "x = ["}, "pyproject.toml is not valid TOML"),
        ({"pyproject.toml": '[build-system]\nbuild-backend = "x"\n'}, "[build-system] has no requires"),
        ({"pyproject.toml": "[build-system]\nrequires = 'setuptools'\n"}, "[build-system] requires is not a list of requirements"),
    ],
)
def test_what_pip_refuses(files, reason):
    assert [s.value for s in inspect(files).raises] == [reason]


@pytest.mark.parametrize("pyproject", [None, "[tool.x]\n", '[build-system]\nrequires = ["setuptools"]\n'])
def test_the_legacy_back_end(pyproject):
    found = inspect({"setup.py": "from setuptools import setup\nsetup()", **({"pyproject.toml": pyproject} if pyproject else {})})
    assert found.build_system.legacy
    assert found.build_system.backend == "setuptools.build_meta:__legacy__"


def test_hints():
    pyproject = (
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n[external]\nbuild-requires = ["virtual:compiler/c"]\nhost-requires = ["pkg:generic/libffi"]\n'
        '[tool.cibuildwheel]\nskip = "pp* *-musllinux_*"\n[[tool.cibuildwheel.overrides]]\nselect = "*-musllinux*"\nbefore-all = "apk add --no-cache zlib-dev"\n'
    )
    files = {
        "pyproject.toml": pyproject,
        "Dockerfile": "FROM alpine\nRUN apk add --virtual .build gcc \\\n    musl-dev && apk del .build\n",
    }
    assert [s.value for s in inspect(files).hints] == [
        "external:virtual:compiler/c",
        "external:pkg:generic/libffi",
        "skip:*-musllinux_*",
        "apk:zlib-dev",
        "apk:gcc",
        "apk:musl-dev",
    ]


WORDS = [
    "if(",
    "WIN32",
    ")",
    "endif()",
    "else()",
    "find_package(A REQUIRED)",
    '"',
    "(",
    "#[[",
    "]]",
    "${X}",
    "project(",
    "add_subdirectory(.)",
    "include(CMakeLists)",
    "\n",
    "\\",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_any_cmake_text_reads(words):
    assert inspect({"pyproject.toml": SCIKIT, "CMakeLists.txt": " ".join(words)}).trees


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["if x", "endif", "else", "dependency('a'", ")", "subdir('.')", "'", "(", "project('a', 'c')", "foreach y", "\n"]),
        max_size=40,
    )
)
def test_any_meson_text_reads(words):
    assert inspect({"pyproject.toml": MESON, "meson.build": "\n".join(words)}).trees


@settings(max_examples=80, deadline=None)
@given(st.text(), st.text(), st.text())
def test_any_text_in_any_file_reads(first, second, third):
    files = {
        "pyproject.toml": first,
        "setup.py": second,
        "setup.cfg": third,
        "Cargo.toml": first,
        "meson.build": second,
        "CMakeLists.txt": third,
        "Cargo.lock": second,
    }
    assert inspect(files).filename == "demo-1.0.tar.gz"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=5),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text("abc-_", min_size=1, max_size=9), x, max_size=3),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["requires", "build-backend", "backend-path"]),
    VALUES,
    st.sampled_from(
        [
            "project.dependencies",
            "tool.hatch.build",
            "tool.setuptools-rust.ext-modules",
            "tool.cibuildwheel",
            "external",
            "tool.poetry.build",
            "tool.pdm.build",
            "tool.maturin",
        ]
    ),
    VALUES,
)
def test_any_pyproject_of_valid_toml_reads(key, value, place, other):
    text = f"[build-system]\n{key} = {_toml(value)}\n"
    head, _, tail = place.rpartition(".")
    text += f"[{head}]\n{tail} = {_toml(other)}\n" if head else f"[{place}]\nx = {_toml(other)}\n"
    for backend in ("", "hatchling.build", "poetry.core.masonry.api", "maturin"):
        given_text = (
            text
            if not backend or key == "build-backend"
            else text.replace("[build-system]\n", f'[build-system]\nbuild-backend = "{backend}"\n')
        )
        assert inspect({"pyproject.toml": given_text, "setup.py": ""}).filename


def _toml(value):
    if value is None:
        return '""'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(c for c in value if c.isalnum()) + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{k}" = {_toml(v)}' for k, v in value.items()) + "}"
    return str(value)


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("if(BUILD_TESTS)\nadd_subdirectory(lsr-tests)\nendif()", []),
        ("add_subdirectory(lsr-tests)", [("FFTW", "always")]),
        ("if(WITH_IT)\nadd_subdirectory(sub)\nendif()", [("ZLIB", "decided-later")]),
        ("option(SUB off OFF)\noption(SUB on ON)\nif(SUB)\nadd_subdirectory(sub)\nendif()", []),
        ("cmake_dependent_option(SUB doc OFF X OFF)\nif(SUB)\nadd_subdirectory(sub)\nendif()", []),
        ("cmake_dependent_option(SUB doc ON X OFF)\nif(SUB)\nadd_subdirectory(sub)\nendif()", [("ZLIB", "decided-later")]),
    ],
)
def test_folders_that_an_option_builds(text, needs):
    files = {
        "pyproject.toml": '[build-system]\nrequires = ["scikit-build-core"]\nbuild-backend = "scikit_build_core.build"\n',
        "CMakeLists.txt": f"project(x C)\n{text}\n",
        "lsr-tests/CMakeLists.txt": "find_package(FFTW REQUIRED)\n",
        "sub/CMakeLists.txt": "find_package(ZLIB REQUIRED)\n",
    }
    assert brief(only(inspect(files).trees).needs) == needs
