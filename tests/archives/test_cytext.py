"""Cython sources that newer Cythons refuse, and those that they take."""

import pytest
from support.sdists import facts

from muslcheck.archives.cytext import refused, second_level
from muslcheck.archives.facts import Certainty

SETUP = (
    "from setuptools import setup, Extension\nfrom Cython.Build import cythonize\nsetup(ext_modules=cythonize([Extension('a', ['a.pyx'])]))"
)
TAKES = 'cdef extern from "x.h":\n    ctypedef int (*each)(void*)\n    int go(each, void*)\n    void on(int n, void (*done)(int))\n'
GIVES = "cdef int one(void* x) with gil:\n    return 1\ncdef void over(int n):\n    pass\n"


def what(text, *others, levels=True):
    return [(found.what, ".".join(map(str, found.since)), found.line) for found in refused(text, others, levels=levels)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from cpython.oldbuffer cimport PyBuffer_Check\n", ("cimport cpython.oldbuffer", "3.1", 1)),
        ("\ncimport cpython.string\n", ("cimport cpython.string", "3.1", 2)),
        ("from stdlib cimport malloc, free\n", ("cimport stdlib", "3.0", 1)),
        ("cimport python_unicode\n", ("cimport python_unicode", "3.0", 1)),
        ("def f(x):\n    return isinstance(x, (int, long))\n", ("the name long", "3.1", 2)),
        ("def f(x):\n    return isinstance(x, long)\n", ("the name long", "3.1", 2)),
        ("def f(x):\n    return long(x)\n", ("the name long", "3.1", 2)),
        ("from cpython cimport *\ndef f(x):\n    return PyInt_Check(x)\n", ("the name PyInt_Check", "3.1", 3)),
        ("from cpython cimport PyString_AsString\n", ("the name PyString_AsString", "3.1", 1)),
        (
            "cdef class A:\n    cpdef f(self) except +handler:\n        pass\n",
            ("except +handler on a function that is not extern", "3.0", 2),
        ),
        ('def f(x):\n    print "a", x\n', ("the statement print", "3.0", 2)),
        ("def f(x):\n    print x\n", ("the statement print", "3.0", 2)),
        (TAKES + GIVES + "def f():\n    go(one, NULL)\n", ("one, which may raise, as a callback of go", "3.0", 10)),
        (TAKES + GIVES + "def f():\n    go(&one, <void*>f)\n", ("one, which may raise, as a callback of go", "3.0", 10)),
        (TAKES + GIVES + "def f():\n    on(g(1, 2), over)\n", ("over, which may raise, as a callback of on", "3.0", 10)),
        (
            "from libc.stdlib cimport qsort\ncdef int less(const void* a, const void* b) nogil:\n    return 0\nqsort(x, 2, 4, &less)\n",
            ("less, which may raise, as a callback of qsort", "3.0", 4),
        ),
    ],
)
def test_what_is_refused(text, found):
    assert what(text) == [found]


@pytest.mark.parametrize(
    "text",
    [
        "cdef long f(long x, long (*g)(int)):\n    return <long>x + sizeof(long)\n",
        "try:\n    long\nexcept NameError:\n    long = int\ndef f(x):\n    return isinstance(x, long)\n",
        "from past.builtins import (\n    unicode,\n    long)\ndef f(x):\n    return long(x)\n",
        'def f():\n    """isinstance(x, long)\n    print x\n    """\n    # print x\n    print("a")\n',
        "# cython: language_level=2\ndef f(x):\n    print x\n",
        'cdef extern from "Python.h":\n    bint PyInt_Check(object)\ndef f(x):\n    return PyInt_Check(x)\n',
        "from compat cimport PyInt_Check\ndef f(x):\n    return PyInt_Check(x)\n",
        "from cpython cimport *\nIF PY_MAJOR_VERSION < 3:\n    PyInt_Check(x)\n    print x\nELSE:\n    PyString_Size(x)\n",
        "cdef class A:\n    cpdef f(self) except +:\n        pass\n",
        'cdef extern from "x.h":\n    int f(int) except +handler\n',
        "from libc.stdlib cimport malloc\nfrom cpython.unicode cimport PyUnicode_AsUTF8\n",
        TAKES + GIVES + "def f():\n    go(<each>one, NULL)\n",
        TAKES + GIVES.replace(" with gil:", " noexcept with gil:") + "def f():\n    go(one, NULL)\n",
        TAKES.replace("(void*)\n", "(void*) except -1\n", 1) + GIVES + "def f():\n    go(one, NULL)\n",
        "# cython: legacy_implicit_noexcept=True\n" + TAKES.replace("x.h", "noexcept.h") + GIVES + "def f():\n    go(one, NULL)\n",
        "ctypedef int (*each)(void*)\ncdef int go(each e):\n    return 1\n" + GIVES + "def f():\n    go(one)\n",
        "cdef object one(x):\n    return 1\n" + TAKES + "def f():\n    go(one, NULL)\n",
        TAKES + GIVES + "def f():\n    one(NULL)\n    print(one, over)\n",
    ],
)
def test_what_is_taken(text):
    assert what(text) == []


def test_declarations_of_other_files_count():
    text = "from a cimport *\n" + GIVES + "def f():\n    go(one, NULL)\n    PyInt_Check(1)\n"
    assert [found for found, _, _ in what(text, TAKES, 'cdef extern from "b.h":\n    int PyInt_Check(object x)\n')] == [
        "one, which may raise, as a callback of go"
    ]
    assert what("def f(x):\n    print x\n", levels=False) == []


def test_a_source_that_is_translated_is_looked_at():
    pyproject = '[build-system]\nrequires = ["setuptools", "cython"]\nbuild-backend = "setuptools.build_meta"\n'
    found = facts(SETUP, pyproject=pyproject, **{"a.pyx": "def f(x):\n    return long(x)\n"})
    assert [(seen.value, seen.certainty, seen.where) for seen in found.marks] == [
        ("pyx:3.1:the name long", Certainty.ALWAYS, "demo-1.0.tar.gz!/a.pyx:2")
    ]


def test_sources_by_pattern_and_lists_of_which_a_part_is_known():
    pyproject = '[build-system]\nrequires = ["setuptools", "cython"]\nbuild-backend = "setuptools.build_meta"\n'
    setup_py = SETUP.replace("'a.pyx'", "'*.pyx'").replace("cythonize([", "[] + cythonize([", 1).replace("])]))", "])]) + found())")
    found = facts(f"from json import loads as found\n{setup_py}", pyproject=pyproject, **{"a.pyx": "cimport stdlib\n"})
    assert ("pyx:3.0:cimport stdlib", Certainty.ALWAYS) in [(seen.value, seen.certainty) for seen in found.marks]


def test_the_second_language_level_knows_the_names_of_python_2():
    code = "class A:\n    def __long__(self):\n        return long(self.value)\n"
    assert [found for found, _, _ in what(code)] == ["the name long"]
    assert what("# cython: language_level=2\n" + code) == []
    assert list(refused(code, (), levels=False, second=True)) == []


@pytest.mark.parametrize(
    ("said", "second"),
    [
        ("cythonize(res, language_level=2)", True),
        ("directives = {'language_level': \"2\"}", True),
        ("language_level=3", False),
        ("language_level = 20", False),
    ],
)
def test_how_the_second_level_is_set(said, second):
    assert second_level(said) is second
