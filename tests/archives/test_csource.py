# ruff: noqa: E501 -- a case reads best on one line
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sdists import GLIBC, MUSL, OLD, PLAIN, brief, inspect

from muslcheck.archives.preprocessor import condition
from muslcheck.words.target import Libc, Target

ONE = PLAIN + "setup(ext_modules=[Extension('demo', ['src/a.c'], include_dirs=['include'])])"


def headers(source, target=MUSL, **files):
    return brief(inspect({"setup.py": ONE, "src/a.c": source, **{n.replace("__", "/"): t for n, t in files.items()}}, target).headers)


def marks(source, target=MUSL):
    return brief(inspect({"setup.py": ONE, "src/a.c": source}, target).marks)


def test_headers_that_nothing_brings():
    source = (
        "#include <Python.h>\n#include <stdio.h>\n#include <sys/socket.h>\n#include <immintrin.h>\n#include <vector>\n#include <openssl/ssl.h>\n"
        '#include "near.h"\n#include <own.h>\n  #  include  <ffi.h>\n/* #include <commented.h> */\n// #include <no.h>\n'
    )
    assert headers(source, src__near_h="", **{"src/near.h": "#include <zlib.h>", "include/own.h": ""}) == [
        ("openssl/ssl.h", "always"),
        ("zlib.h", "always"),
        ("ffi.h", "always"),
    ]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, [("b.h", "always")]),
        ({"other.h": "#define ATLEAST_37 1"}, [("a.h", "decided-later"), ("b.h", "decided-later")]),
        ({"setup.cfg": "[build_ext]\ndefine = ATLEAST_37"}, [("a.h", "decided-later"), ("b.h", "decided-later")]),
        ({"other.c": "#if defined(X) && defined(ATLEAST_37)\n#endif"}, [("b.h", "always")]),
    ],
)
def test_a_macro_named_for_a_python_that_nobody_defines(files, expected):
    source = "#ifdef ATLEAST_37\n#include <a.h>\n#else\n#include <b.h>\n#endif\n#ifdef SO_37\n#endif"
    found = inspect({"setup.py": ONE, "src/a.c": source, **files})
    assert brief(found.headers) == expected
    left_out = "#if PY_VERSION_HEX < 0x03070000\n#define ATLEAST_37\n#endif\n"
    found = inspect({"setup.py": ONE, "src/a.c": left_out + source, **files})
    assert brief(found.headers) == expected
    found = inspect({"setup.py": ONE, "src/a.c": left_out.replace("PY_VERSION_HEX < 0x03070000", "SO_37") + source, **files})
    assert brief(found.headers) == [("a.h", "decided-later"), ("b.h", "decided-later")]


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        ("#ifdef _WIN32", []),
        ("#ifndef _WIN32", ["always"]),
        ("#if defined(__APPLE__) || defined(_WIN32)", []),
        ("#if defined(__linux__) && !defined(__APPLE__)", ["always"]),
        ("#ifdef __GLIBC__", []),
        ("#if defined(__GLIBC__) && __GLIBC__ >= 2", []),
        ("#if PY_VERSION_HEX < 0x03080000", []),
        ("#if PY_VERSION_HEX >= 0x030C0000", ["always"]),
        ("#if PY_MAJOR_VERSION >= 3", ["always"]),
        ("#ifdef HAVE_X", ["decided-later"]),
        ("#if HAVE_X && defined(_WIN32)", []),
        ("#if 0", []),
        ("#if 1", ["always"]),
        ("#define WITH_X\n#ifdef WITH_X", ["always"]),
        ("#define LEVEL (PY_VERSION_HEX >= 0x30A0000)\n#if LEVEL", ["always"]),
        ("#ifdef __aarch64__", []),
        ("#ifdef __x86_64__", ["always"]),
        ("#if defined _MSC_VER\n#elif defined __linux__", ["always"]),
        ("#ifdef __linux__\n#else", []),
        ("#if defined(HAVE_X)\n#elif defined(_WIN32)", []),
        ("#if (1 + 2 * 3) == 7 && (8 >> 1) == 4", ["always"]),
        ("#if __has_include(<x.h>)", ["decided-later"]),
        ("#ifndef DEMO_H\n#define DEMO_H", ["always"]),
        ("#if defined(__GNUC__) && (__GNUC__ > 3 || \\\n  __GNUC_MINOR__ > 2)", ["always"]),
    ],
)
def test_guards(guard, expected):
    assert [certainty for _, certainty in headers(f"{guard}\n#include <thing.h>\n#endif\n")] == expected


def test_guards_follow_the_target():
    source = "#ifdef __GLIBC__\n#include <glibc_only.h>\n#endif\n#if defined(__aarch64__)\n#include <arm_thing.h>\n#endif\n#if PY_VERSION_HEX < 0x030A0000\n#include <old.h>\n#endif\n"
    assert [name for name, _ in headers(source, GLIBC)] == ["glibc_only.h"]
    assert [name for name, _ in headers(source, OLD)] == ["arm_thing.h", "old.h"]


def test_kernel_headers_are_not_the_c_librarys():
    assert headers("#include <linux/ethtool.h>\n#include <asm/types.h>\n") == [("linux/ethtool.h", "always"), ("asm/types.h", "always")]


def test_headers_of_build_requirements():
    files = {"setup.py": ONE, "src/a.c": "#include <numpy/arrayobject.h>\n"}
    assert brief(inspect(files).headers) == [("numpy/arrayobject.h", "always")]
    with_numpy = {**files, "pyproject.toml": '[build-system]\nrequires = ["setuptools", "numpy>=2"]\n'}
    assert inspect(with_numpy).headers == ()


def test_an_optional_extension_needs_its_headers_optionally():
    code = PLAIN + "setup(ext_modules=[Extension('demo', ['src/a.c'], optional=True)])"
    assert brief(inspect({"setup.py": code, "src/a.c": "#include <yaml.h>"}).headers) == [("yaml.h", "optional")]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("int f(PyObject *s) { return PyUnicode_GET_SIZE(s); }", [("capi:PyUnicode_GET_SIZE", "always")]),
        ("#if PY_VERSION_HEX < 0x03030000\nint n = PyUnicode_GET_SIZE(s);\n#endif", []),
        ("// PyUnicode_GET_SIZE\n/* use_tracing */", []),
        ('char *s = "PyUnicode_GET_SIZE";', []),
        ("int n = ts->use_tracing;", [("capi:use_tracing", "always")]),
        ("void f() { Py_TYPE(&spam_type) = &PyType_Type; }", [("capi:Py_TYPE =", "always")]),
        ("void f() { Py_SIZE((PyObject *)(s)) = 1; }", [("capi:Py_SIZE =", "always")]),
        ("int f() { return Py_TYPE(o) == &spam_type; }", []),
        (
            "int f() {\n  Body *made = self->ob_type->tp_alloc(self->ob_type, 0); }",
            [("gcc-14:a PyObject pointer for one of another type", "always")],
        ),
        ("int f() {\n  Body *made = (Body *)type->tp_alloc(type, 0);\n  PyObject *o = type->tp_alloc(type, 0); }", []),
        ("PyThreadState *tstate;\nint f() { return tstate->recursion_depth; }", [("capi:members of PyThreadState", "always")]),
        ("void f() { g = PyThreadState_GET()->frame; }", [("capi:members of PyThreadState", "always")]),
        ("void f() { g = PyThreadState_GET()->dict; tstate->frame_evaluator = 1; }", []),
        (
            'char *PyStructSequence_UnnamedField = "unnamed";\nstruct _Py_stat_struct st;',
            [("capi:PyStructSequence_UnnamedField as char *", "always"), ("capi:_Py_stat_struct", "always")],
        ),
        ("#if PY_MAJOR_VERSION < 3\nchar *PyStructSequence_UnnamedField;\n#endif\nx = PyStructSequence_UnnamedField;", []),
        ("#if PY_VERSION_HEX < 0x03090000\nvoid f() { Py_SIZE(o) = 1; }\n#endif", []),
        ("char *n = name(frame->f_code->co_name); // o->f_code->co_name", [("capi:members of PyFrameObject", "always")]),
        ("#if PY_VERSION_HEX >= 0x030b0000\n#else\nchar *n = name(frame->f_code->co_name);\n#endif", []),
        ("struct _frame *f = frame->f_back;", [("capi:members of PyFrameObject", "always")]),
        ("frame->f_valuestack = 0;", [("capi:members of PyFrameObject", "always")]),
        ("x = v->ob_digit[0]; y = v->long_value.ob_digit[0];", [("capi:members of PyLongObject", "always")]),
        ("#if PY_VERSION_HEX < 0x030c0000\nx = v->ob_digit[0];\n#endif", []),
        (
            'struct PyModuleDef m = {\n PyModuleDef_HEAD_INIT,\n "a, b", /* name */\n NULL,\n NULL, functions};',
            [("gcc-14:NULL for the size in a PyModuleDef", "always")],
        ),
        ('PyModuleDef m = { PyModuleDef_HEAD_INIT, "a", NULL, -1, functions, NULL};', []),
        ('PyModuleDef m = { PyModuleDef_HEAD_INIT, "a", "NULL, NULL"\n "b", 0, NULL};', []),
        (
            'PyMethodDef m[] = {{"a", (PyCFunction)a, METH_O}, {"b", (PyCFunctionWithKeywords)b, METH_VARARGS | METH_KEYWORDS}};',
            [("gcc-14:a PyCFunctionWithKeywords among PyMethodDef", "always")],
        ),
        ('PyMethodDef m[] = {{"b", (PyCFunction)(PyCFunctionWithKeywords)b, METH_VARARGS | METH_KEYWORDS}};', []),
        (
            (
                "typedef struct {int x;} Own;\nstatic PyObject *\na(Own *self, PyObject *args) {}\n"
                'PyMethodDef m[] = {{"a", a, METH_VARARGS, "what"}, {NULL}};'
            ),
            [("gcc-14:a function of another type among PyMethodDef", "always")],
        ),
        (
            (
                "typedef struct {int x;} Own;\nstatic PyObject *a(Own *self, PyObject *args) {}\nstatic PyObject* b(PyObject *self) {}\n"
                'PyMethodDef m[] = {{"a", (PyCFunction)a, METH_VARARGS}, {"b", b, METH_NOARGS}};'
            ),
            [],
        ),
        ("#define size PyUnicode_GET_SIZE\nint n = size(s);", [("capi:PyUnicode_GET_SIZE", "always")]),
        ("#define SIZE(s) PyUnicode_GET_SIZE(s)\nint n = SIZE(s);", [("capi:PyUnicode_GET_SIZE", "always")]),
        ("#define size PyUnicode_GET_SIZE\n#if size\n#endif\nint n = resize(s);", []),
        ("#if PY_MAJOR_VERSION < 3\n#define size PyUnicode_GET_SIZE\n#endif\nint n = size(s);", []),
        (
            'PyTypeObject t = { PyVarObject_HEAD_INIT(NULL, 0) "a.b, c", sizeof(X), 0, (destructor)d, NULL, /* tp_print */ NULL};',
            [("gcc-14:NULL for a number in a PyTypeObject", "always")],
        ),
        ('PyTypeObject t = { PyVarObject_HEAD_INIT(NULL, 0) "a", // a, name\n sizeof(X), 0, d, // NULL, d\n 0, NULL};', []),
        (
            'PyTypeObject t = { PyVarObject_HEAD_INIT(NULL, 0) "a", // a, name\n sizeof(X), 0, d, NULL, // n\n};',
            [("gcc-14:NULL for a number in a PyTypeObject", "always")],
        ),
        ('PyTypeObject t = { PyVarObject_HEAD_INIT(&PyType_Type, 0) "a", sizeof(X), 0, d, 0, NULL, NULL};', []),
        ('PyTypeObject t = { PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "a", .tp_doc = NULL, .a = 0, .b = 0, NULL};', []),
        (
            "static PyTypeObject t = {\n PyObject_HEAD_INIT(NULL)\n#if PY_MAJOR_VERSION < 3\n 0,\n#endif\n 1};",
            [("gcc-14:NULL for the size of a PyTypeObject", "always")],
        ),
        ("#if PY_MAJOR_VERSION < 3\nPyTypeObject t = {PyObject_HEAD_INIT(NULL) 0};\n#endif", []),
        ("PyTypeObject t = {\n#if PY_MAJOR_VERSION >= 3\nPyVarObject_HEAD_INIT(NULL, 0)\n#else\nPyObject_HEAD_INIT(NULL)\n#endif\n0};", []),
        ("#define PyUnicode_GetSize PyUnicode_GET_LENGTH\nint n = PyUnicode_GetSize(s);", []),
        (
            "#ifdef OLD\n#define PyUnicode_GetSize strlen\n#endif\nint n = PyUnicode_GetSize(s);",
            [("capi:PyUnicode_GetSize", "decided-later")],
        ),
        (
            "#if PY_MAJOR_VERSION < 3\n#define PyUnicode_GetSize f\n#endif\nint n = PyUnicode_GetSize(s);",
            [("capi:PyUnicode_GetSize", "always")],
        ),
        ("#define n PyUnicode_GET_SIZE\n#undef n\n#define n PyUnicode_GET_LENGTH\nint l = n(s);", []),
        ("PyObject *o = _PyObject_CallNoArg(f);", [("capi:_PyObject_CallNoArg", "always")]),
        ("PyObject *o = _PyObject_CallNoArgs(f);", []),
        ("#include <longintrepr.h>", [("capi:longintrepr.h", "always")]),
        ("void f() { malloc_trim(0); }", [("glibc:malloc_trim", "always")]),
        ("#ifdef __GLIBC__\nvoid f() { malloc_trim(0); }\n#endif", []),
        ("static int malloc_trim(int n) { return n; }\nint x() { return malloc_trim(1); }", []),
        ("/* Generated by Cython 0.29.21 */\nint x = tstate->curexc_traceback;", [("cython-0.29.21", "always")]),
    ],
)
def test_telling_names(source, expected):
    assert marks(source) == expected


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("", None),
        ("1", True),
        ("!0", True),
        ("A", None),
        ("A && 0", False),
        ("1 || A", True),
        ("defined(A", None),
        ("1 ? 2 : 3", None),
        ("0x10UL == 16", True),
        ("~0 & 1", True),
        ("5 % 0", None),
        ("-1 < 0", True),
    ],
)
def test_conditions(text, truth):
    assert condition(text, {}, {}) is truth


@given(st.text(alphabet="01Aa_()!&|<>=+-*/%^~? definedLUx\"'\\\n#", max_size=80))
def test_any_condition_has_an_answer(text):
    assert condition(text, {"A": "1"}, {"a": "a", "_": "(A)"}) in {True, False, None}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "#if A",
                "#ifdef B",
                "#elif 1",
                "#else",
                "#endif",
                "#include <x.h>",
                "#define A B",
                "#define B A",
                "#undef A",
                "/*",
                "*/",
                '"',
                "\\",
                "x(",
                "mallinfo(",
                "\0",
                "é",
            ]
        ),
        max_size=40,
    )
)
def test_any_source_reads(lines):
    assert isinstance(headers("\n".join(lines)), list)


def test_sources_that_include_themselves():
    files = {
        "setup.py": ONE,
        "src/a.c": '#include "a.c"\n#include "b.h"\n',
        "src/b.h": '#include "a.c"\n#include "b.h"\n#include <gmp.h>\n',
    }
    assert brief(inspect(files).headers) == [("gmp.h", "always")]


def test_many_headers_deep():
    files = {f"src/h{n}.h": f'#include "h{n + 1}.h"\n' for n in range(3000)}
    assert inspect({"setup.py": ONE, "src/a.c": '#include "h0.h"\n', **files}).filename


def test_another_architecture():
    target = Target("python:3.12-alpine", (3, 12), "3.12.12", "s390x", Libc("musl", 1, 2), "alpine", "3.23")
    assert headers("#ifdef __x86_64__\n#include <x.h>\n#endif\n#ifdef __s390x__\n#include <s.h>\n#endif\n", target) == [("s.h", "always")]


def test_sources_that_are_compiled_perhaps():
    setup = (
        "import os\nfrom setuptools import setup, Extension\nsources = ['a.c']\nif os.path.exists('/usr/include/openssl/ssl.h'):\n    sources.append('b.c')\n"
        "setup(ext_modules=[Extension('demo', sources)])\n"
    )
    found = inspect({"setup.py": setup, "a.c": "#include <zlib.h>\n", "b.c": "#include <openssl/ssl.h>\n"})
    assert sorted(brief(found.headers)) == [("openssl/ssl.h", "decided-later"), ("zlib.h", "always")]


def test_sources_of_a_compiler_that_the_project_runs_itself():
    setup = (
        "import subprocess\nfrom setuptools import setup\nfrom setuptools.dist import Distribution\nfrom setuptools.command.install import install\n"
        "class Build(install):\n    def run(self):\n        subprocess.check_call(['gcc', '-c', 'core/a.c'])\n"
        "class Dist(Distribution):\n    def __init__(self, *a):\n        Distribution.__init__(self, *a)\n        self.cmdclass['install'] = Build\n"
        "setup(distclass=Dist)"
    )
    sources = {f"core/{name}.c": "#include <demo.h>\n" for name in "abc"}
    sources["core/c.c"] = '#include "../demo.h"\n#include <openssl/md5.h>\n'
    found = inspect({"setup.py": setup, "demo.h": "#include <linux/limits.h>\n", **sources})
    assert [e.made_by for e in found.extensions] == ["command"]
    assert sorted(brief(found.headers)) == [("linux/limits.h", "always"), ("openssl/md5.h", "decided-later")]


def test_headers_of_which_one_would_serve():
    text = (
        "#if defined(HAVE_SSL)\n# if defined(BY_OPENSSL)\n#  include <openssl/ssl.h>\n# elif defined(BY_GNUTLS)\n#  include <gnutls/gnutls.h>\n"
        "#  include <gcrypt.h>\n# elif defined(BY_NSS)\n#  include <nss.h>\n# else\n#  include <own_tls.h>\n# endif\n#endif\n"
        "#ifdef _WIN32\n#include <windows.h>\n#elif defined(BY_PCRE2)\n#include <pcre2.h>\n#elif defined(BY_PCRE)\n#include <pcre.h>\n#endif\n"
    )
    setup = "from setuptools import setup, Extension\nsetup(ext_modules=[Extension('demo', ['a.c'])])\n"
    found = inspect({"setup.py": setup, "a.c": text})
    assert [seen.value for seen in found.headers] == ["openssl/ssl.h", "own_tls.h", "pcre2.h"]


def test_what_cython_makes_is_read_beyond_the_question_for_python_h():
    """``#ifndef Py_PYTHON_H`` looks like the guard of a header, and all that the module includes stands in its ``#else``."""
    text = (
        '#include "Python.h"\n#ifndef Py_PYTHON_H\n    #error no headers\n#elif PY_VERSION_HEX < 0x02060000\n    #error too old\n'
        '#else\n#include "far.h"\n#endif\n'
    )
    setup = "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('a', ['a.c'])])\n"
    assert brief(inspect({"setup.py": setup, "a.c": text}).headers) == [("far.h", "always")]


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ({}, False),
        ({"CMakeLists.txt": "add_compile_definitions(SPAM_USE_CARES)"}, False),
        ({"b.h": "#define SPAM_USE_CARES 1\n"}, True),
        ({"config.py": "MACROS = ['SPAM_USE_CARES']\n"}, True),
        ({"configure.ac": "AC_DEFINE([SPAM_USE_CARES])\n"}, True),
    ],
    ids=["nobody", "another build", "a header", "python", "configure"],
)
@pytest.mark.parametrize("test", ["#ifdef SPAM_USE_CARES", "#if defined(SPAM_USE_CARES)"])
def test_what_nobody_asks_for_is_left_out(test, more, asked):
    """``SPAM_USE_...`` is no macro of the system's: where no file of this build names it, it is not defined."""
    text = f"{test}\n#include <ares.h>\n#endif /* SPAM_USE_CARES */\n"
    setup = "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('a', ['a.c'])])\n"
    found = inspect({"setup.py": setup, "a.c": text, **more})
    assert brief(found.headers) == ([("ares.h", "decided-later")] if asked else [])


@pytest.mark.parametrize(
    ("name", "text", "flags", "refused"),
    [
        ("a.cc", "static const uint8_t t[] = {1, 2, -14, 3};", "", True),
        ("a.cc", "const unsigned char t[4] = {\n  -1, 0};", "", True),
        ("a.c", "static const uint8_t t[] = {1, 2, -14, 3};", "", False),
        ("a.cc", "static const int8_t t[] = {1, 2, -14, 3};", "", False),
        ("a.cc", "static const uint8_t t[] = {1, 2 -14, 3};", "", False),
        ("a.cc", "static const uint8_t t[] = {1, 2};\nint u[] = {-14, 3};", "", False),
        ("a.cc", "static const uint8_t t[] = {1, 2, -14, 3};", "-Wno-narrowing", False),
        ("a.cc", "static const uint8_t t[] = {1, 2, -14, 3};", "-std=gnu++98", False),
    ],
)
def test_negative_numbers_among_unsigned_ones(name, text, flags, refused):
    setup = f"from setuptools import Extension, setup\nsetup(ext_modules=[Extension('a', ['{name}'], extra_compile_args=['{flags}'])])\n"
    found = [seen.value for seen in inspect({"setup.py": setup, name: text}).marks if seen.value.startswith("gcc-")]
    assert found == (["gcc-6:a negative number in a table of unsigned ones"] if refused else [])


def test_c_that_a_command_of_the_project_translates_asks_for_what_its_source_asks_for():
    setup = "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('a', ['src/a.c'])])\n"
    found = inspect({"setup.py": setup, "src/a.pyx": 'cdef extern from "far.h":\n    int far()\n'})
    assert brief(found.headers) == [("far.h", "always")]
