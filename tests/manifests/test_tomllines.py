import string

import tomli
from hypothesis import given
from hypothesis import strategies as st

from muslcheck.manifests.tomllines import string_lines

TEXT = '''\
# dependencies = ["no"]
[project]
name = "app" # "x"
description = """
[project]
dependencies = ["no \\""] # """
dependencies = [ "a", # "b"
  'a', "# not a comment",

  """c
d""", "a", 7, 1979-05-27T07:32:00Z, true,
]
"optional-dependencies".'dev' = [
  "a",
]

[[tool.list]]
key = { file = ["x",
 "y"], other = {deep = "z"} }
[dependency-groups]
dev = [{include-group = "x"}, "a",
  {include-group = "y"}]
'''


def test_every_string_has_its_line():
    lines = string_lines(TEXT)
    assert tomli.loads(TEXT)["project"]["dependencies"][3] == "c\nd"
    assert {place: line for place, line in lines.items() if place[0] == "project"} == {
        ("project",): 2,
        ("project", "name"): 3,
        ("project", "description"): 4,
        ("project", "dependencies"): 7,
        ("project", "dependencies", 0): 7,
        ("project", "dependencies", 1): 8,
        ("project", "dependencies", 2): 8,
        ("project", "dependencies", 3): 10,
        ("project", "dependencies", 4): 11,
        ("project", "dependencies", 5): 11,
        ("project", "dependencies", 6): 11,
        ("project", "dependencies", 7): 11,
        ("project", "optional-dependencies", "dev"): 13,
        ("project", "optional-dependencies", "dev", 0): 14,
    }
    assert lines["tool", "list", "key", "file", 1] == 19
    assert lines["tool", "list", "key", "other", "deep"] == 19
    assert lines["dependency-groups", "dev", 0, "include-group"] == 21
    assert lines["dependency-groups", "dev", 1] == 21
    assert lines["dependency-groups", "dev", 2, "include-group"] == 22


KEYS = st.text(string.ascii_lowercase, min_size=1, max_size=3)
QUOTES = st.sampled_from(['"{}"', "'{}'", '"""{}"""', "'''{}'''"])
SPACE = st.sampled_from(["", " ", "\n", ' # ] "\n', "\n\n  "])


@st.composite
def arrays(draw):
    """An array of strings in any dress, and the line of each string."""
    text = "x = ["
    lines = []
    for position in range(draw(st.integers(1, 6))):
        text += draw(SPACE)
        lines.append(text.count("\n") + 1)
        text += draw(QUOTES).format(position) + draw(SPACE) + ","
    return text + draw(SPACE) + "]\n", lines


@given(array=arrays())
def test_any_array(array):
    text, lines = array
    assert tomli.loads(text) == {"x": [str(position) for position in range(len(lines))]}
    assert [string_lines(text)["x", position] for position in range(len(lines))] == lines


@given(text=st.text(st.sampled_from("[]{}=,.\"'\n#a1\\ "), max_size=60))
def test_it_ends_whatever_the_text(text):
    assert all(1 <= line <= text.count("\n") + 1 for line in string_lines(text).values())
