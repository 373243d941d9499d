"""Extensions that are made where a trial with the compiler went well, and not where it did not."""

import pytest
from support.sdists import brief, facts, only

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


ANSWERED = """
def there():
    compiler = new_compiler()
    try:
        try:
            compiler.link_shared_lib(compiler.compile(['x.c']), 'a', libraries=['yajl'])
            return True
        finally:
            cleanup()
    except:
        return False
options = {}
forced = False
if forced or there():
    options['ext_modules'] = [Extension('a', ['a.c'])]
setup(**options)
"""


@pytest.mark.parametrize(
    ("code", "certainty"),
    [
        (ANSWERED, Certainty.OPTIONAL),
        (ANSWERED.replace("        return False\n", "        pass\n    return False\n"), Certainty.OPTIONAL),
        (ANSWERED.replace("forced = False", "import os\nforced = os.environ.get('FORCED') == '1'"), Certainty.OPTIONAL),
        (ANSWERED.replace("return False", "return True"), Certainty.ALWAYS),
        (ANSWERED.replace("        return False\n", "        raise\n"), Certainty.ALWAYS),
    ],
)
def test_what_a_trial_with_the_compiler_answers_hangs_on_the_compiler(code, certainty):
    assert only(facts(TOP + code).extensions).certainty is certainty


def test_a_stop_where_a_trial_failed_is_only_perhaps():
    code = ANSWERED.replace("setup(**options)", "else:\n    raise SystemExit('no yajl')\nsetup(**options)")
    assert brief(facts(TOP + code).raises) == [("SystemExit: no yajl", "decided-later")]
