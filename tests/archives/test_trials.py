"""Extensions that are made where a trial with the compiler went well, and not where it did not."""

import pytest
from support.sdists import facts, only

from muslcheck.archives.facts import Certainty

TOP = "from distutils.ccompiler import new_compiler\nfrom distutils.errors import CompileError\nfrom setuptools import setup, Extension\n"
TRIED = """
made = []
for name in ['a']:
    ext = Extension(name, ['a.c'])
    try:
        compiler = new_compiler()
        compiler.link_executable(compiler.compile(['x.c']), 'x')
    except CompileError:
        continue
    made.append(ext)
setup(ext_modules=made)
"""


@pytest.mark.parametrize(
    ("code", "certainty"),
    [
        (TRIED, Certainty.OPTIONAL),
        (TRIED.replace("['a']:", "open('/etc/names'):"), Certainty.OPTIONAL),
        (TRIED.replace("        continue\n", "        pass\n"), Certainty.ALWAYS),
        (TRIED.replace("compiler.link_executable(compiler.compile(['x.c']), 'x')", "compiler.add_library('m')"), Certainty.ALWAYS),
        (TRIED.replace("except CompileError", "except KeyError"), Certainty.ALWAYS),
        (TRIED.replace("        continue\n", "        raise\n"), Certainty.ALWAYS),
    ],
)  # fmt: skip
def test_what_follows_a_trial_needs_a_compiler_only_perhaps(code, certainty):
    assert only(facts(TOP + code).extensions).certainty is certainty


def test_an_optional_extension_is_optional_whatever_decides_on_it():
    code = "import os\nif os.path.exists('/opt/x'):\n    setup(ext_modules=[Extension('a', ['a.c'], optional=True)])\nelse:\n    setup()\n"
    assert only(facts(TOP + code).extensions).certainty is Certainty.OPTIONAL
