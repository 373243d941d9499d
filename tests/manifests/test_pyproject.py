# ruff: noqa: E501  # a sentence stays whole
import pytest
from packaging.requirements import Requirement as Pep508

from muslcheck.errors import ManifestError
from muslcheck.manifests import read
from muslcheck.words.requirement import Source

PROJECT = """\
[project]
name = "My.App"
requires-python = ">=3.11,<4"
dependencies = [
  "flask",  # web
  "requests[socks]>=2; python_version < '3.13'",
  "lib @ https://files.example/lib-1.0.tar.gz",
]

[project.optional-dependencies]
db = ["psycopg[c]", "sqlalchemy"]
Web_UI = [
  "jinja2",
  "my-app[db]; sys_platform == 'linux'",
]
all = ["my_app[web-ui,db]"]
ring = ["my-app[ring]", "x"]
odd = ["my-app[web-iu]"]

[dependency-groups]
test = ["pytest", "flask"]
dev = [
  "ruff",
  {include-group = "Test"},
  "my-app[web-ui]",
]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def project(folder, text, **options):
    (folder / "pyproject.toml").write_text(text)
    (manifest,) = read(["pyproject.toml"], **options)
    return manifest


def faults(folder, text, **options):
    with pytest.raises(ManifestError) as caught:
        project(folder, text, **options)
    return [str(fault) for fault in caught.value.faults]


def told(requirements):
    return [(r.name, r.origin.line) for r in requirements]


def test_dependencies(folder):
    manifest = project(folder, PROJECT)
    assert manifest.kind == "pyproject"
    assert told(manifest.requirements) == [("flask", 5), ("requests", 6), ("lib", 7)]
    flask, requests, lib = manifest.requirements
    assert str(flask.origin) == "pyproject.toml:5"
    assert (requests.extras, str(requests.specifier), str(requests.marker)) == ({"socks"}, ">=2", 'python_version < "3.13"')
    assert (lib.source, lib.location) == (Source.ARCHIVE, "https://files.example/lib-1.0.tar.gz")
    assert str(manifest.requires_python) == "<4,>=3.11"
    assert told(manifest.extras["db"]) == [("psycopg", 11), ("sqlalchemy", 11)]
    assert list(manifest.extras) == ["db", "web-ui", "all", "ring", "odd"]


def test_an_extra(folder):
    manifest = project(folder, PROJECT, extras=["web.ui"])
    assert told(manifest.requirements)[3:] == [("jinja2", 13), ("psycopg", 11), ("sqlalchemy", 11)]
    assert str(manifest.requirements[4].marker) == 'sys_platform == "linux"'


def test_the_text_of_a_requirement_tells_the_whole_of_it(folder):
    text = """\
[project]
name = "a"
[project.optional-dependencies]
x = ["b; os_name == 'nt'", "c @ https://files.example/c;1.zip ; extra == 'y'", "d"]
all = ["a[x]; python_version < '3.13'"]
"""
    long = "e" + "".join(f",!={number}" for number in range(100)).replace(",", "", 1)
    manifest = project(folder, text + f'long = ["{long}"]\n', all_extras=True)
    assert len(manifest.requirements) == 7
    for requirement in manifest.requirements:
        parsed = Pep508(requirement.text)
        assert (parsed.name, parsed.specifier, parsed.marker) == (requirement.name, requirement.specifier, requirement.marker)
    assert str(manifest.requirements[3].marker) == 'python_version < "3.13" and os_name == "nt"'


def test_an_extra_of_extras(folder):
    names = [(r.name, str(r.marker or "")) for r in project(folder, PROJECT, extras=["all"]).requirements[3:]]
    linux = 'sys_platform == "linux"'
    assert sorted(names) == [("jinja2", ""), ("psycopg", ""), ("psycopg", linux), ("sqlalchemy", ""), ("sqlalchemy", linux)]


def test_an_extra_of_itself(folder):
    assert told(project(folder, PROJECT, extras=["ring"]).requirements)[3:] == [("x", 17)]


def test_an_extra_that_names_an_unknown_one_of_its_project_is_told(folder):
    manifest = project(folder, PROJECT, extras=["odd"])
    (problem,) = manifest.problems
    assert problem.subject == "pyproject.toml:18"
    assert problem.message == '"my-app[web-iu]": the project has no extra "web-iu" (did you mean web-ui?)'


def test_all_extras(folder):
    names = {r.name for r in project(folder, PROJECT, all_extras=True).requirements}
    assert names == {"flask", "requests", "lib", "psycopg", "sqlalchemy", "jinja2", "x"}


def test_groups(folder):
    manifest = project(folder, PROJECT, groups=["dev"])
    assert told(manifest.requirements)[3:] == [
        ("ruff", 23),
        ("pytest", 21),
        ("flask", 21),
        ("jinja2", 13),
        ("psycopg", 11),
        ("sqlalchemy", 11),
    ]


def test_groups_without_a_project(folder):
    manifest = project(folder, '[dependency-groups]\ntest = ["pytest"]\n', groups=["test"])
    assert told(manifest.requirements) == [("pytest", 2)]


def test_a_group_that_is_not_asked_for_may_be_wrong(folder):
    text = '[dependency-groups]\ntest = ["pytest"]\nwrong = [7, "x=1", {include-group = "gone"}]\n'
    assert told(project(folder, text, groups=["test"]).requirements) == [("pytest", 2)]
    assert faults(folder, text, groups=["wrong"]) == [
        "pyproject.toml:3: dependency-groups.wrong[0] must be a string, not a number",
        'pyproject.toml:3: "x=1": a version needs "==" (found "=")',
        'pyproject.toml:3: no dependency group "gone"; it has test, wrong',
    ]


def test_equal_dependencies_each_have_their_line(folder):
    text = '[project]\nname = "a"\ndependencies = [\n "x",\n  # "x"\n "x"]\n[tool.other]\ndependencies = ["x"]\n'
    assert told(project(folder, text).requirements) == [("x", 4), ("x", 6)]


def test_multiline_strings_and_quoted_keys(folder):
    text = '["project"]\nname = "a"\ndescription = """\n[project]\ndependencies = ["no"]\n"""\n"dependencies" = [\n\'x\', """y""",\n]\n'
    assert told(project(folder, text).requirements) == [("x", 8), ("y", 8)]


def test_dotted_and_inline_tables(folder):
    text = 'project.name = "a"\nproject.dependencies = ["x"]\nproject.optional-dependencies = {e = ["y"],\n f = ["z"]}\n'
    manifest = project(folder, text.replace("],\n f", "], f"), all_extras=True)
    assert told(manifest.requirements) == [("x", 2), ("y", 3), ("z", 3)]


def test_windows_line_ends(folder):
    (folder / "pyproject.toml").write_bytes(PROJECT.replace("\n", "\r\n").encode())
    (manifest,) = read(["pyproject.toml"])
    assert told(manifest.requirements) == [("flask", 5), ("requests", 6), ("lib", 7)]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"extras": ["Web.Iu"]}, 'pyproject.toml: the project has no extra "Web.Iu" (did you mean web-ui?)'),
        ({"extras": ["zzz"]}, 'pyproject.toml: the project has no extra "zzz"; it has all, db, odd, ring, web-ui'),
        ({"groups": ["tests"]}, 'pyproject.toml: no dependency group "tests" (did you mean test?)'),
        ({"groups": ["zzz"]}, 'pyproject.toml: no dependency group "zzz"; it has test, dev'),
    ],
)
def test_unknown_names(folder, options, expected):
    assert faults(folder, PROJECT, **options) == [expected]


def test_groups_that_include_each_other(folder):
    text = '[dependency-groups]\na = [{include-group = "b"}]\nb = [\n  {include-group = "A"},\n]\n'
    assert faults(folder, text, groups=["a"]) == ["pyproject.toml:4: dependency groups include each other: a includes b includes a"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("test = 7", "pyproject.toml:2: dependency-groups.test must be a list, not a number"),
        ("test = [{include-group = 7}]", 'pyproject.toml:2: dependency-groups.test[0]: a table here is {include-group = "name"} and nothing else'),
        ('test = [{set-phasers-to = "stun"}]', 'pyproject.toml:2: dependency-groups.test[0]: a table here is {include-group = "name"} and nothing else'),
        ("test = []\nTEST = []", 'pyproject.toml: dependency group "test", "TEST": these names are the same'),
    ],
)  # fmt: skip
def test_wrong_groups(folder, text, expected):
    assert faults(folder, f"[dependency-groups]\n{text}\n", groups=["test"]) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("project = 7", "pyproject.toml:1: project must be a table, not a number"),
        ('[project]\ndependencies = "flask"', "pyproject.toml:2: project.dependencies must be a list of strings, not a string"),
        ("[project]\nrequires-python = 3.11", "pyproject.toml:2: project.requires-python must be a string, not a number"),
        ('[project]\ndynamic = "version"', "pyproject.toml:2: project.dynamic must be a list of strings, not a string"),
        ("[project]\n[project.optional-dependencies]\na = true", "pyproject.toml:3: project.optional-dependencies.a must be a list of strings, not a boolean"),
        ("dependency-groups = []\n[project]", "pyproject.toml:1: dependency-groups must be a table, not a list"),
        ("a = 1\na = 2", "pyproject.toml:2: not TOML: cannot overwrite a value"),
    ],
)  # fmt: skip
def test_wrong_tables(folder, text, expected):
    assert faults(folder, text + "\n", groups=["x"] if "groups" in text else [])[0] == expected


def test_nothing_is_too_deep(folder):
    (folder / "pyproject.toml").write_text("a = " + "[" * 100_000)
    with pytest.raises(ManifestError):
        read(["pyproject.toml"])


DYNAMIC = """\
[project]
name = "a"
dynamic = ["dependencies", "optional-dependencies"]
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[tool.setuptools.dynamic]
dependencies = {file = ["deps.txt", "more.txt"]}
optional-dependencies.dev = {file = "dev.txt"}
"""


def test_dynamic_dependencies_in_files(folder):
    (folder / "deps.txt").write_text("# all\nflask\n")
    (folder / "more.txt").write_text("django\n")
    (folder / "dev.txt").write_text("\npytest\n")
    manifest = project(folder, DYNAMIC, extras=["dev"])
    assert [(r.name, str(r.origin)) for r in manifest.requirements] == [
        ("flask", "deps.txt:2"),
        ("django", "more.txt:1"),
        ("pytest", "dev.txt:2"),
    ]
    assert manifest.problems == ()


def test_faults_in_those_files_are_told_there(folder):
    (folder / "deps.txt").write_text("flask=1\n")
    (folder / "dev.txt").write_text("")
    assert faults(folder, DYNAMIC) == ['deps.txt:1: "flask=1": a version needs "==" (found "=")', "more.txt: no such file"]


def test_dynamic_dependencies_that_are_computed(folder):
    text = '[project]\nname = "a"\ndynamic = ["dependencies", "optional-dependencies"]\n[dependency-groups]\ntest = ["pytest"]\n'
    assert faults(folder, text) == [
        "pyproject.toml:3: its dependencies are dynamic: the build back end computes them, and nothing is run here"
    ]
    assert faults(folder, text, extras=["x"]) == [
        'pyproject.toml: extra "x": its extras are dynamic: the build back end computes them, and nothing is run here'
    ]
    manifest = project(folder, text, groups=["test"])
    assert told(manifest.requirements) == [("pytest", 5)]
    assert "dynamic" in manifest.problems[0].message


def test_dynamic_dependencies_in_setup_py(folder):
    text = '[project]\nname = "a"\ndynamic = ["dependencies", "optional-dependencies"]\n'
    (folder / "base.txt").write_text("flask\n")
    (folder / "setup.py").write_text("setup(install_requires=open('base.txt').readlines(),\n  extras_require={'dev': ['pytest']})\n")
    manifest = project(folder, text, extras=["dev"])
    assert [(r.name, str(r.origin)) for r in manifest.requirements] == [("flask", "base.txt:1"), ("pytest", "setup.py:2")]
    assert [str(each.subject) for each in manifest.problems] == ["setup.py"]
    (folder / "setup.py").write_text("setup(install_requires=computed())\n")
    assert faults(folder, text) == [
        "pyproject.toml:3: its dependencies are dynamic: the build back end computes them, and nothing is run here"
    ]


def test_dynamic_dependencies_in_setup_cfg(folder):
    (folder / "setup.cfg").write_text("[options]\ninstall_requires =\n  flask\n[options.extras_require]\ndev = pytest\n")
    text = '[project]\nname = "a"\ndynamic = ["dependencies", "optional-dependencies"]\n'
    manifest = project(folder, text, extras=["dev"])
    assert [(r.name, str(r.origin)) for r in manifest.requirements] == [("flask", "setup.cfg:3"), ("pytest", "setup.cfg:5")]
    assert faults(folder, text + '[build-system]\nrequires = []\nbuild-backend = "hatchling.build"\n') == [
        "pyproject.toml:3: its dependencies are dynamic: the build back end (hatchling.build) computes them, and nothing is run here"
    ]


@pytest.mark.parametrize("options", [{"extras": ["dev"]}, {"groups": ["dev"]}, {"all_extras": True}])
def test_a_requirements_file_has_no_extras(folder, options):
    (folder / "requirements.txt").write_text("flask\n")
    with pytest.raises(ManifestError, match="a requirements file has no extras and no dependency groups"):
        read(["requirements.txt"], **options)
    (folder / "pyproject.toml").write_text('[project]\noptional-dependencies.dev = ["pytest"]\n[dependency-groups]\ndev = ["pytest"]\n')
    _, manifest = read(["requirements.txt", "pyproject.toml"], **options)
    assert [r.name for r in manifest.requirements] == ["pytest"]
