"""Poetry's, PDM's, Hatch's and uv's own tables in pyproject.toml."""

import textwrap

import pytest

from muslcheck.errors import ManifestError
from muslcheck.manifests import read
from muslcheck.manifests.poetry import specifier_of
from muslcheck.words.requirement import Source

POETRY = """
    [tool.poetry]
    name = "app"

    [tool.poetry.dependencies]
    python = "^3.10"
    flask = "^2.0.1"
    rich = { version = "~13.1", extras = ["jupyter"], optional = true }
    httpx = [
        { version = "<1", python = "<3.12" },
        { version = ">=1", python = ">=3.12" },
    ]
    tool = { git = "https://git.example/tool.git", rev = "abc" }
    lib = { path = "lib", develop = true }
    beta = { version = "*", allow-prereleases = true, platform = "linux" }
    either = "1.0 || ^3"

    [tool.poetry.extras]
    pretty = ["rich"]

    [tool.poetry.dev-dependencies]
    black = "*"

    [tool.poetry.group.web]
    include-groups = ["server"]
    [tool.poetry.group.web.dependencies]
    gunicorn = "20.*"
    [tool.poetry.group.server.dependencies]
    uvicorn = "0.30.0"

    [[tool.poetry.source]]
    name = "ours"
    url = "https://index.example/simple"
    priority = "primary"

    [[tool.poetry.source]]
    name = "more"
    url = "https://wheels.example/simple"
    priority = "supplemental"
    """


def manifest(folder, text, **asked):
    (folder / "pyproject.toml").write_text(textwrap.dedent(text).lstrip())
    (found,) = read([str(folder / "pyproject.toml")], **asked)
    return found


def told(found):
    return [(each.name, str(each.specifier), str(each.marker or "")) for each in found.requirements]


def test_poetry(tmp_path):
    found = manifest(tmp_path, POETRY)
    assert told(found) == [
        ("flask", "<3.0.0,>=2.0.1", ""),
        ("httpx", "<1", 'python_version < "3.12"'),
        ("httpx", ">=1", 'python_version >= "3.12"'),
        ("tool", "", ""),
        ("lib", "", ""),
        ("beta", "", 'sys_platform == "linux"'),
        ("either", "<4,>=1.0", ""),
    ]
    assert found.requirements[0].text == 'flask = "^2.0.1"'
    assert found.requirements[0].origin.line == 6
    assert (found.requirements[3].source, found.requirements[3].location) == (Source.VCS, "git+https://git.example/tool.git@abc")
    assert (found.requirements[4].source, found.requirements[4].location) == (Source.DIRECTORY, str(tmp_path / "lib"))
    assert found.selection.all_releases == {"beta"}
    assert (found.index.index_url, found.index.extra_index_urls) == ("https://index.example/simple", ("https://wheels.example/simple",))
    assert str(found.requires_python) == "<4.0,>=3.10"


@pytest.mark.parametrize(
    ("asked", "added"),
    [
        ({"extras": ["pretty"]}, [("rich", "<13.2,>=13.1", "")]),
        ({"groups": ["dev"]}, [("black", "", "")]),
        ({"groups": ["web"]}, [("gunicorn", "==20.*", ""), ("uvicorn", "==0.30.0", "")]),
    ],
)
def test_extras_and_groups_of_poetry(tmp_path, asked, added):
    assert told(manifest(tmp_path, POETRY, **asked))[7:] == added


def test_poetry_beside_the_standard_table(tmp_path):
    text = '[project]\nname = "app"\ndependencies = ["flask"]\n[tool.poetry.dependencies]\nflask = {source = "x"}\nrich = "*"\n'
    assert told(manifest(tmp_path, text)) == [("flask", "", "")]
    text = '[project]\nname = "app"\ndynamic = ["dependencies"]\n[tool.poetry.dependencies]\nrich = "*"\n'
    assert told(manifest(tmp_path, text)) == [("rich", "", "")]


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("[tool.poetry]\ndependencies = 5\n", ["tool.poetry.dependencies: must be a table, not a number"]),
        (
            '[tool.poetry.dependencies]\npython = "snake"\n',
            ['tool.poetry.dependencies.python: "snake" is not a version constraint'],
        ),
        (
            '[tool.poetry.dependencies]\nx = { git = 5 }\ny = {version = "*", markers = "a ="}\n[tool.poetry.extras]\nz = 5\n',
            [
                "tool.poetry.dependencies.x: git must be a string, not a number",
                'tool.poetry.dependencies.y: the marker "a =": a marker compares with "==" (found "=")',
                "tool.poetry.extras.z: must be a list of names, not a number",
            ],
        ),
        ("[tool.poetry.dependencies]\n[tool.poetry.group.a]\ninclude-groups = ['b']\n[tool.poetry.group.b]\ninclude-groups = ['a']\n", []),
    ],
)
def test_faults_of_poetry(tmp_path, text, reasons):
    with pytest.raises(ManifestError) as caught:
        manifest(tmp_path, text, **({} if reasons else {"groups": ["a"]}))
    found = [fault.reason for fault in caught.value.faults]
    assert all(reason.startswith(begin) for reason, begin in zip(found, reasons, strict=False))
    assert len(found) == len(reasons) or found == ["tool.poetry.group.a: groups include each other: a includes b includes a"]


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("^1.2", "<2.0,>=1.2"),
        ("~1", "<2,>=1"),
        ("1.0", "==1.0"),
        ("*", ""),
        (">=1,<2", "<2,>=1"),
        ("1.*", "==1.*"),
        ("<2 || >=3", ""),
        ("~1.0 || ~2.0", "<2.1,>=1.0"),
        ("two", None),
    ],
)
def test_constraints_of_poetry(constraint, expected):
    found = specifier_of(constraint)
    assert (found if found is None else str(found)) == expected


PROJECT = '[project]\nname = "app"\ndependencies = ["flask", "tool", "lib", "plain"]\n'


def test_sources_of_uv(tmp_path):
    (tmp_path / "lib").mkdir()
    found = manifest(
        tmp_path,
        PROJECT
        + textwrap.dedent(
            """
            [tool.uv]
            dev-dependencies = ["pytest"]
            constraint-dependencies = ["werkzeug<3"]
            override-dependencies = ["x==1"]
            [tool.uv.sources]
            flask = [
                { git = "https://git.example/flask.git", tag = "v1", marker = "sys_platform == 'linux'" },
                { index = "other", marker = "sys_platform != 'linux'" },
            ]
            tool = { url = "https://files.example/tool-1.0.tar.gz" }
            lib = { path = "lib", editable = true }
            [[tool.uv.index]]
            url = "https://index.example/simple"
            default = true
            [[tool.uv.index]]
            name = "other"
            url = "https://wheels.example/simple"
            """
        ),
        groups=["dev"],
    )
    assert [(each.name, each.source, each.location) for each in found.requirements] == [
        ("flask", Source.VCS, "git+https://git.example/flask.git@v1"),
        ("flask", Source.INDEX, None),
        ("tool", Source.ARCHIVE, "https://files.example/tool-1.0.tar.gz"),
        ("lib", Source.DIRECTORY, str(tmp_path / "lib")),
        ("plain", Source.INDEX, None),
        ("pytest", Source.INDEX, None),
    ]
    assert [str(each.marker) for each in found.requirements[:2]] == ['sys_platform == "linux"', 'sys_platform != "linux"']
    assert [each.text for each in found.constraints] == ["werkzeug<3"]
    assert (found.index.index_url, found.index.extra_index_urls) == ("https://index.example/simple", ("https://wheels.example/simple",))
    assert [problem.message.partition(":")[0] for problem in found.problems] == ["override-dependencies"]


def test_a_source_with_a_marker_that_is_none(tmp_path):
    with pytest.raises(ManifestError, match='"nonsense" is not a marker'):
        manifest(tmp_path, PROJECT + '[tool.uv.sources]\nflask = { index = "x", marker = "nonsense" }\n')


def test_pdm_and_hatch(tmp_path):
    text = PROJECT + textwrap.dedent(
        """
        [tool.pdm.dev-dependencies]
        test = ["pytest", "-e file:///lib#egg=lib"]
        [[tool.pdm.source]]
        name = "pypi"
        url = "https://index.example/simple"
        [[tool.pdm.source]]
        name = "more"
        url = "https://wheels.example/simple"
        [[tool.pdm.source]]
        name = "links"
        type = "find_links"
        url = "https://files.example/links"
        [tool.hatch.envs.docs]
        dependencies = ["sphinx"]
        extra-dependencies = ["furo"]
        """
    )
    found = manifest(tmp_path, text, groups=["test", "docs"])
    assert [each.name for each in found.requirements][4:] == ["pytest", "sphinx", "furo"]
    assert found.index.index_url == "https://index.example/simple"
    assert found.index.extra_index_urls == ("https://wheels.example/simple",)
    assert found.index.find_links == ("https://files.example/links",)


def test_groups_are_known_by_name(tmp_path):
    with pytest.raises(ManifestError, match=r'no dependency group "tests" \(did you mean test\?\)'):
        manifest(tmp_path, PROJECT + '[tool.pdm.dev-dependencies]\ntest = ["pytest"]\n', groups=["tests"])


def test_what_uv_overrides_excludes_and_holds_builds_to(tmp_path):
    found = manifest(
        tmp_path,
        PROJECT
        + """
        [tool.uv]
        override-dependencies = ["werkzeug==2.3", "idna>3; sys_platform == 'linux'"]
        exclude-dependencies = ["Certifi"]
        build-constraint-dependencies = ["setuptools<80"]
        """,
    )
    assert [each.text for each in found.selection.overrides] == ["werkzeug==2.3", "idna>3; sys_platform == 'linux'"]
    assert found.selection.excluded == {"certifi"}
    assert [each.text for each in found.build_constraints] == ["setuptools<80"]
    assert [problem.message for problem in found.problems] == ["override-dependencies: applied as its tool does; pip knows no such thing"]


def test_overrides_with_faults_are_told(tmp_path):
    with pytest.raises(ManifestError, match='"werkzeug==": no version after "=="'):
        manifest(tmp_path, PROJECT + '[tool.uv]\noverride-dependencies = ["werkzeug=="]\n')


def test_what_pdm_overrides(tmp_path):
    table = '[tool.pdm.resolution.overrides]\na = "1.0"\nb = ">=2"\nc = "https://files.example/c-1.0-py3-none-any.whl"\nd = "*"\n'
    found = manifest(tmp_path, PROJECT + table)
    assert [each.text for each in found.selection.overrides] == [
        "a==1.0",
        "b>=2",
        "c @ https://files.example/c-1.0-py3-none-any.whl",
        "d",
    ]
    with pytest.raises(ManifestError, match="must be a string"):
        manifest(tmp_path, PROJECT + "[tool.pdm.resolution.overrides]\na = 1\n")


@pytest.mark.parametrize("at", ["app", "app/packages/web"])
def test_members_of_a_workspace_are_found_by_the_names_of_their_projects(tmp_path, at):
    members = '[tool.uv.workspace]\nmembers = ["packages/*"]\n'
    member = '[project]\nname = "{}"\nversion = "1"\ndependencies = ["my-lib"]\n[tool.uv.sources]\nmy-lib = {{workspace = true}}\n'
    for folder, text in (
        ("app", member.format("app") + members),
        ("app/packages/web", member.format("web")),
        ("app/packages/first", '[project]\nname = "My_Lib"\nversion = "1"\n'),
        ("app/packages/broken", "["),
    ):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "pyproject.toml").write_text(text)
    (found,) = read([str(tmp_path / at / "pyproject.toml")])
    assert [each.location for each in found.requirements] == [str(tmp_path / "app/packages/first")]


def test_poetry_says_where_a_dependency_of_the_project_comes_from(tmp_path):
    """Since Poetry 2 its table enriches the standard one."""
    text = """
        [project]
        name = "app"
        version = "1"
        dependencies = ["tool (>=1)", "rich"]
        [tool.poetry.dependencies]
        tool = { git = "https://git.example/tool.git", tag = "v1" }
        rich = { allow-prereleases = true }
        """
    tool, rich = manifest(tmp_path, text).requirements
    assert (tool.source, tool.location, str(tool.specifier)) == (Source.VCS, "git+https://git.example/tool.git@v1", ">=1")
    assert rich.source is Source.INDEX


def test_an_environment_of_hatch_has_what_its_template_states(tmp_path):
    text = """
        [project]
        name = "app"
        version = "1"
        dependencies = ["flask"]
        [project.optional-dependencies]
        fast = ["orjson"]
        [tool.hatch.envs.default]
        dependencies = ["pytest"]
        extra-dependencies = ["mock"]
        [tool.hatch.envs.test]
        extra-dependencies = ["coverage"]
        features = ["fast"]
        [tool.hatch.envs.deep]
        template = "test"
        [tool.hatch.envs.alone]
        detached = true
        dependencies = ["ruff"]
        [tool.hatch.envs.ring]
        template = "ring"
        """
    taken = {
        name: [each.name for each in manifest(tmp_path, text, groups=[name]).requirements] for name in ("default", "test", "deep", "alone")
    }
    assert taken == {
        "default": ["flask", "pytest", "mock"],
        "test": ["flask", "pytest", "coverage", "orjson"],
        "deep": ["flask", "pytest", "coverage", "orjson"],
        "alone": ["flask", "ruff"],
    }


UV_INDEXES = """
[[tool.uv.index]]
name = "wheels"
url = "https://wheels.example/simple"
explicit = true
[[tool.uv.index]]
name = "beside"
url = "https://beside.example/simple"
[tool.uv.sources]
"""


@pytest.mark.parametrize(
    ("source", "options", "pinned", "beside"),
    [
        ('{ index = "wheels" }', {}, True, False),
        ('{ index = "nowhere" }', {}, False, False),
        ('[{ index = "wheels", marker = "sys_platform == \'linux\'" }]', {}, True, False),
        ('[{ index = "wheels", marker = "sys_platform == \'win32\'" }]', {}, False, False),
        ('{ index = "wheels", marker = "platform_machine == \'x86_64\'" }', {}, False, True),
        ('[{ index = "wheels", extra = "CPU" }]', {}, False, False),
        ('[{ index = "wheels", extra = "CPU" }]', {"extras": ["cpu"]}, True, False),
        ('[{ index = "wheels", extra = "CPU" }]', {"all_extras": True}, True, False),
        ('{ index = "wheels", group = "dev" }', {}, False, False),
        ('{ index = "wheels", group = "dev" }', {"groups": ["dev"]}, True, False),
    ],
)
def test_an_index_of_uvs_for_one_project(tmp_path, source, options, pinned, beside):
    more = '[project.optional-dependencies]\ncpu = ["rich"]\n[dependency-groups]\ndev = ["rich"]\n'
    found = manifest(tmp_path, PROJECT + more + UV_INDEXES + f"Flask = {source}\n", **options)
    wheels = "https://wheels.example/simple"
    assert found.index.pinned == ((("flask", wheels),) if pinned else ())
    assert found.index.extra_index_urls == ("https://beside.example/simple", *([wheels] if beside else []))
    told = [each.message for each in found.problems]
    said = "flask: looked for on the index that the project names for it alone, as its tool does; pip knows no such thing"
    assert told == ([said] if pinned else [])


@pytest.mark.parametrize(
    ("dependency", "pinned", "beside"),
    [
        ('{ version = "*", source = "Wheels" }', True, False),
        ('{ version = "*", source = "wheels", markers = "sys_platform == \'win32\'" }', False, False),
        ('{ version = "*", source = "wheels", platform = "linux" }', True, False),
        ('{ version = "*", source = "wheels", python = "<3.12" }', False, True),
        ('[{ version = "*", source = "wheels", platform = "linux" }, { version = "*", platform = "darwin" }]', True, False),
        ('{ version = "*", source = "nowhere" }', False, False),
        ('"*"', False, False),
    ],
)
@pytest.mark.parametrize("table", ["dependencies", "group.dev.dependencies"])
def test_a_source_of_poetrys_for_one_project(tmp_path, dependency, pinned, beside, table):
    text = f"""
        [tool.poetry]
        [tool.poetry.{table}]
        Torch_CPU = {dependency}
        [[tool.poetry.source]]
        name = "wheels"
        url = "https://wheels.example/simple"
        priority = "explicit"
        """
    more = "" if table == "dependencies" else "[tool.poetry.dependencies]\n"
    found = manifest(tmp_path, textwrap.dedent(text) + more)
    wheels = "https://wheels.example/simple"
    assert found.index.pinned == ((("torch-cpu", wheels),) if pinned else ())
    assert (found.index.index_url, found.index.extra_index_urls) == (None, (wheels,) if beside else ())


def test_hatch_in_a_file_of_its_own(tmp_path):
    text = '[envs.default]\ndependencies = [\n  "rich",\n]\n[envs.docs]\nextra-dependencies = ["sphinx"]\nfeatures = ["fast"]\n'
    (tmp_path / "hatch.toml").write_text(text)
    project = '[project]\nname = "app"\ndependencies = []\n[project.optional-dependencies]\nfast = ["quick"]\n'
    found = manifest(tmp_path, project, groups=["docs"])
    hatch, own = tmp_path / "hatch.toml", tmp_path / "pyproject.toml"
    assert [(each.name, str(each.origin)) for each in found.requirements] == [
        ("rich", f"{hatch}:3"),
        ("sphinx", f"{hatch}:6"),
        ("quick", f"{own}:5"),
    ]
    (tmp_path / "hatch.toml").write_text("[envs\n")
    with pytest.raises(ManifestError) as caught:
        manifest(tmp_path, project)
    assert caught.value.faults[0].file == str(hatch)
