"""What a build says before it stops by itself."""

import pytest
from support.sdists import facts, only

IF = "import sys\nif sys.platform == 'linux':\n"


def stop(code):
    return only(facts(code).raises).value


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("    print('no libspam')\n    sys.exit(1)", 'exits: status 1, having said "no libspam"'),
        ("    print('no', 'libspam')\n    print('get it')\n    sys.exit()", 'exits: early, having said "no libspam get it"'),
        ("    sys.stderr.write('no libspam\\n')\n    raise SystemExit(2)", 'exits: status 2, having said "no libspam"'),
        ("    sys.exit('no libspam')", "exits: no libspam"),
        ("    raise RuntimeError('no %s here' % undefined)", "RuntimeError: no <...> here"),
        ("    raise RuntimeError(f'no {undefined} here')", "RuntimeError: no <...> here"),
        ("    raise RuntimeError('no {} here'.format(undefined) + undefined)", "RuntimeError: no <...> here<...>"),
        ("    raise RuntimeError(undefined)", "RuntimeError"),
        ("    raise RuntimeError(f'{undefined}')", "RuntimeError"),
    ],
)
def test_last_words_are_quoted(code, said):
    assert stop(IF + code) == said


@pytest.mark.parametrize(
    "code",
    [
        "import sys\nprint('hello')\nif len(sys.path) > 3:\n    print('no libspam')\n" + "x = 1\n" * 9 + "sys.exit(1)",
        "import sys\nprint('hello')\n" + "x = 1\n" * 9 + "sys.exit(1)",
        "import sys\nif len(sys.path) > 3:\n    print('no libspam')\nsys.exit(1)",
    ],
)
def test_what_was_said_elsewhere_is_not(code):
    assert stop(code) == "exits: status 1"
