"""What single kinds of lock can say: forks, workspaces, direct references, groups with markers of their own."""

import textwrap

import pytest
from support.locks import followed

from muslcheck.errors import ManifestError
from muslcheck.manifests import read
from muslcheck.words.requirement import Source

INDEX = 'source = { registry = "https://index.example/simple" }'


def lock_of(folder, name, text, **asked):
    path = folder / name
    path.write_text(textwrap.dedent(text).lstrip())
    (manifest,) = read([str(path)], **asked)
    (lock,) = manifest.locks
    return lock


def names(lock):
    return [f"{candidate.name} {candidate.version}" for candidate in followed(lock).candidates]


def located(lock):
    return {locked.name: (locked.source, locked.location) for locked in lock.packages}


CONFLICTS = f"""
    version = 1
    conflicts = [[
        {{ package = "app", extra = "cpu" }},
        {{ package = "app", extra = "gpu" }},
    ]]

    [[package]]
    name = "app"
    version = "0"
    source = {{ editable = "." }}
    dependencies = [{{ name = "base", marker = "extra == 'extra-3-app-cpu' or extra != 'extra-3-app-gpu'" }}]

    [package.optional-dependencies]
    cpu = [{{ name = "torch", version = "2.0+cpu", {INDEX} }}]
    gpu = [{{ name = "torch", version = "2.0", {INDEX} }}]

    [package.dev-dependencies]
    web = [{{ name = "web", marker = "'group-3-app-web' == extra" }}]

    [[package]]
    name = "base"
    version = "1"
    {INDEX}

    [[package]]
    name = "torch"
    version = "2.0"
    {INDEX}

    [[package]]
    name = "torch"
    version = "2.0+cpu"
    {INDEX}

    [[package]]
    name = "web"
    version = "1"
    {INDEX}
    """


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["base 1"]),
        ({"extras": ["cpu"]}, ["base 1", "torch 2.0+cpu"]),
        ({"extras": ["gpu"]}, ["torch 2.0"]),
        ({"groups": ["web"]}, ["base 1", "web 1"]),
    ],
)
def test_extras_that_exclude_each_other(tmp_path, asked, expected):
    assert names(lock_of(tmp_path, "uv.lock", CONFLICTS, **asked)) == expected


WORKSPACE = f"""
    version = 1

    [manifest]
    members = ["one", "two"]

    [manifest.dependency-groups]
    lint = [{{ name = "ruff" }}]

    [[package]]
    name = "one"
    version = "0"
    source = {{ editable = "one" }}
    dependencies = [{{ name = "a" }}, {{ name = "two" }}]

    [[package]]
    name = "two"
    source = {{ virtual = "two" }}
    dependencies = [{{ name = "b" }}]

    [[package]]
    name = "a"
    version = "1"
    {INDEX}

    [[package]]
    name = "b"
    version = "1"
    {INDEX}

    [[package]]
    name = "ruff"
    version = "1"
    {INDEX}
    """


def test_a_workspace_without_a_root_is_all_of_its_members(tmp_path):
    assert names(lock_of(tmp_path, "uv.lock", WORKSPACE)) == ["a 1", "b 1"]
    assert names(lock_of(tmp_path, "uv.lock", WORKSPACE, groups=["lint"])) == ["a 1", "b 1", "ruff 1"]


def test_a_workspace_with_a_root_is_the_root(tmp_path):
    text = WORKSPACE.replace('editable = "one"', 'editable = "."')
    assert names(lock_of(tmp_path, "uv.lock", text)) == ["a 1", "b 1", "two None"]


def test_forks_of_one_resolution(tmp_path):
    text = f"""
        version = 1
        [[package]]
        name = "app"
        source = {{ virtual = "." }}
        dependencies = [{{ name = "a" }}]
        [[package]]
        name = "a"
        version = "1"
        {INDEX}
        resolution-markers = ["python_version < '3.9'", "sys_platform == 'win32'"]
        [[package]]
        name = "a"
        version = "2"
        {INDEX}
        resolution-markers = ["python_version >= '3.9'"]
        """
    assert names(lock_of(tmp_path, "uv.lock", text)) == ["a 2"]


def test_where_uv_takes_packages_from(tmp_path):
    text = """
        version = 1
        [[package]]
        name = "a"
        version = "1"
        source = { git = "https://git.example/a.git?rev=main#0123" }
        [[package]]
        name = "b"
        version = "1"
        source = { url = "https://files.example/b-1-py3-none-any.whl" }
        wheels = [{ filename = "b-1-py3-none-any.whl", hash = "sha256:00" }]
        [[package]]
        name = "c"
        version = "1"
        source = { path = "wheels/c-1.tar.gz" }
        sdist = { hash = "sha256:00", filename = "c-1.tar.gz" }
        [[package]]
        name = "d"
        version = "1"
        source = { directory = "../d" }
        """
    lock = lock_of(tmp_path, "uv.lock", text)
    assert located(lock) == {
        "a": (Source.VCS, "git+https://git.example/a.git?rev=main#0123"),
        "b": (Source.ARCHIVE, "https://files.example/b-1-py3-none-any.whl"),
        "c": (Source.ARCHIVE, f"{tmp_path}/wheels/c-1.tar.gz"),
        "d": (Source.DIRECTORY, str(tmp_path.parent / "d")),
    }
    assert lock.packages[1].files[0].url == "https://files.example/b-1-py3-none-any.whl"


def test_the_lock_of_a_script(tmp_path):
    text = f"""
        version = 1
        [manifest]
        requirements = [{{ name = "a", specifier = ">=1" }}]
        [[package]]
        name = "a"
        version = "1"
        {INDEX}
        """
    assert names(lock_of(tmp_path, "uv.lock", text)) == ["a 1"]


POETRY = """
    [[package]]
    name = "a"
    version = "1"
    optional = false
    groups = ["main", "dev"]
    markers = {main = "sys_platform == 'win32'", dev = "python_version > '3'"}
    files = []

    [package.source]
    type = "git"
    url = "https://git.example/a.git"
    resolved_reference = "0123"

    [[package]]
    name = "b"
    version = "1"
    groups = ["dev"]
    files = [{file = "b-1.tar.gz", hash = "sha256:00"}]

    [package.source]
    type = "url"
    url = "https://files.example/b-1.tar.gz"

    [[package]]
    name = "c"
    version = "1"
    groups = ["main"]
    files = []

    [package.source]
    type = "directory"
    url = "../c"

    [[package]]
    name = "d"
    version = "1"
    groups = ["main"]
    files = []
    dependencies = {e = [{version = "^1.0", markers = "sys_platform != 'linux'"}, {version = "^2.0"}]}

    [package.source]
    type = "legacy"
    url = "https://index.example/simple"

    [[package]]
    name = "e"
    version = "1.5"
    groups = ["main"]
    files = []

    [[package]]
    name = "e"
    version = "2.5"
    groups = ["main"]
    files = []

    [metadata]
    lock-version = "2.1"
    python-versions = ">=3.9"
    """


def test_poetry_says_more(tmp_path):
    lock = lock_of(tmp_path, "poetry.lock", POETRY, groups=["dev"])
    assert located(lock) == {
        "a": (Source.VCS, "git+https://git.example/a.git@0123"),
        "b": (Source.ARCHIVE, "https://files.example/b-1.tar.gz"),
        "c": (Source.DIRECTORY, str(tmp_path.parent / "c")),
        "d": (Source.INDEX, None),
        "e": (Source.INDEX, None),
    }
    assert "a 1" in names(lock)
    assert "a 1" not in names(lock_of(tmp_path, "poetry.lock", POETRY))
    assert lock.packages[1].files[0].url == "https://files.example/b-1.tar.gz"
    required = {(each.name, each.version): each.required_by for each in followed(lock).candidates}
    assert (required["e", "1.5"], required["e", "2.5"]) == ((), ("d",))


def test_pdm_says_more(tmp_path):
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels/d-1.tar.gz").touch()
    text = """
        [metadata]
        lock_version = "4.5.0"
        groups = ["default"]
        [[metadata.targets]]
        requires_python = ">=3.11"
        [[metadata.targets]]
        requires_python = "<3.11"

        [[package]]
        name = "a"
        version = "1"
        git = "https://git.example/a.git"
        revision = "0123"
        groups = ["default"]

        [[package]]
        name = "b"
        version = "1"
        groups = ["default"]
        url = "https://files.example/b-1.tar.gz"
        files = [{url = "https://files.example/b-1.tar.gz#egg=b", hash = "sha256:00"}]

        [[package]]
        name = "c"
        version = "1"
        path = "./c"
        groups = ["default"]

        [[package]]
        name = "d"
        version = "1"
        path = "./wheels/d-1.tar.gz"
        groups = ["default"]

        [[package]]
        name = "e"
        version = "1"
        extras = ["x", "y"]
        groups = ["default"]
        dependencies = ["a", "e==1"]
        """
    lock = lock_of(tmp_path, "pdm.lock", text)
    assert located(lock) == {
        "a": (Source.VCS, "git+https://git.example/a.git@0123"),
        "b": (Source.ARCHIVE, "https://files.example/b-1.tar.gz"),
        "c": (Source.DIRECTORY, str(tmp_path / "c")),
        "d": (Source.ARCHIVE, str(tmp_path / "wheels/d-1.tar.gz")),
        "e": (Source.INDEX, None),
    }
    assert lock.packages[1].files[0].url == "https://files.example/b-1.tar.gz"
    assert [(str(python), platform) for python, platform in lock.environments] == [(">=3.11", ""), ("<3.11", "")]
    assert set(lock.packages[4].extras) == {"x", "y"}


PYLOCK = """
    lock-version = "1.0"
    created-by = "hand"
    environments = ["sys_platform == 'win32'"]
    default-groups = ["web"]
    dependency-groups = ["web", "docs"]

    [[packages]]
    name = "a"
    version = "1"
    [packages.vcs]
    type = "git"
    url = "https://git.example/a.git"
    commit-id = "0123"

    [[packages]]
    name = "b"
    [packages.directory]
    path = "b"

    [[packages]]
    name = "c"
    [packages.archive]
    path = "wheels/c-1-py3-none-any.whl"
    hashes = { sha256 = "00" }

    [[packages]]
    name = "d"
    version = "1"
    marker = "'web' in dependency_groups or 'docs' in dependency_groups"
    requires-python = ">=4"
    wheels = [{ path = "wheels/d-1-py3-none-any.whl", hashes = { sha256 = "00" } }]

    [[packages]]
    name = "e"
    marker = "'web' not in dependency_groups"
    version = "1"
    wheels = [{ url = "https://files.example/e-1-py3-none-any.whl", hashes = { sha256 = "00" } }]
    """


def test_a_pylock_says_more(tmp_path):
    lock = lock_of(tmp_path, "pylock.toml", PYLOCK)
    assert located(lock) == {
        "a": (Source.VCS, "git+https://git.example/a.git@0123"),
        "b": (Source.DIRECTORY, str(tmp_path / "b")),
        "c": (Source.ARCHIVE, str(tmp_path / "wheels/c-1-py3-none-any.whl")),
        "d": (Source.INDEX, None),
        "e": (Source.INDEX, None),
    }
    answer = followed(lock)
    assert [candidate.name for candidate in answer.candidates] == ["a", "b", "c", "d"]
    assert answer.candidates[3].blocker is not None  # for another Python
    assert answer.candidates[2].shelf.chosen.url == f"file://{tmp_path}/wheels/c-1-py3-none-any.whl"
    assert ["locked for other environments" in problem.message for problem in answer.problems] == [True]


def test_pip_stops_at_what_has_no_hash_in_a_pylock(tmp_path):
    path = tmp_path / "pylock.toml"
    path.write_text(textwrap.dedent(PYLOCK))
    (manifest,) = read([str(path)])
    assert [problem.message for problem in manifest.problems] == [
        "pip stops at a: a checkout has no hash, and the files here have",
        "pip stops at b: a directory has no hash, and the files here have",
    ]
    head = 'lock-version = "1.0"\ncreated-by = "uv"\n\n[[packages]]\nname = "b"\ndirectory = { path = "." }\n'
    path.write_text(head)
    assert read([str(path)])[0].problems == ()
    wheel = 'wheels = [{ path = "d-1-py3-none-any.whl", hashes = { sha256 = "00" } }]'
    path.write_text(f'{head}\n[[packages]]\nname = "d"\nversion = "1"\n{wheel}\n')
    (problem,) = read([str(path)])[0].problems
    assert problem.subject == f"{path}:4"
    assert problem.hint == "uv export --no-emit-project --format pylock.toml"


def test_a_pipfile_lock_says_more(tmp_path):
    text = """
        {"_meta": {"pipfile-spec": 6, "requires": {"python_full_version": "3.12.1"}},
         "default": {"a": {"git": "https://git.example/a.git", "ref": "0123"}, "b": {"path": "./b", "editable": true},
                     "c": {"file": "https://files.example/c-1-py3-none-any.whl", "hashes": ["sha256:00"]}}}
        """
    lock = lock_of(tmp_path, "Pipfile.lock", text)
    assert located(lock) == {
        "a": (Source.VCS, "git+https://git.example/a.git@0123"),
        "b": (Source.DIRECTORY, str(tmp_path / "b")),
        "c": (Source.ARCHIVE, "https://files.example/c-1-py3-none-any.whl"),
    }
    assert str(lock.requires_python) == "==3.12.1"


def test_a_pipfile_lock_for_no_python(tmp_path):
    with pytest.raises(ManifestError, match='"three" is not a version'):
        lock_of(tmp_path, "Pipfile.lock", '{"_meta": {"pipfile-spec": 6, "requires": {"python_version": "three"}}}')


def test_pdm_takes_for_extras_what_the_project_beside_it_calls_so(tmp_path):
    text = """\
[metadata]
groups = ["default", "Fast", "test"]
lock_version = "4.5.1"
strategy = ["inherit_metadata"]

[[package]]
name = "quick"
version = "1.0"
groups = ["Fast"]

[[package]]
name = "pytest"
version = "9.0"
groups = ["test"]
"""
    (tmp_path / "pdm.lock").write_text(text)

    def names():
        (manifest,) = read([str(tmp_path / "pdm.lock")], all_extras=True)
        return [each.name for each in manifest.locks[0].packages]

    assert names() == ["quick", "pytest"]  # nothing says what they are
    project = '[project]\nname = "app"\n[project.optional-dependencies]\nfast = ["quick"]\n[dependency-groups]\ntest = ["pytest"]\n'
    (tmp_path / "pyproject.toml").write_text(project)
    assert names() == ["quick"]
    (tmp_path / "pyproject.toml").write_text("[project\n")
    assert names() == ["quick", "pytest"]


@pytest.mark.parametrize(
    ("targets", "fits"),
    [
        ([("==3.12.*", "manylinux_2_17_x86_64"), ("==3.12.*", "macos_12_0_arm64")], False),
        ([("==3.12.*", "manylinux_2_17_x86_64"), ("==3.12.*", "musllinux_1_2_x86_64")], True),
        ([("==3.12.*", "musllinux_1_2_aarch64")], False),
        ([(">=3.13", "alpine"), ("<3.12", "alpine")], False),
        ([(">=3.11", "alpine")], True),
        ([(">=3.11", "linux")], False),
        ([(">=3.11", "windows")], False),
        ([(">=3.13", ""), (">=3.11", "")], True),
        ([(">=3.13", "")], False),
        ([], True),
    ],
)
def test_a_lock_that_pdm_would_not_install_here(tmp_path, targets, fits):
    listed = "".join(
        f'[[metadata.targets]]\nrequires_python = "{python}"\n' + (f'platform = "{platform}"\n' if platform else "")
        for python, platform in targets
    )
    text = f'[metadata]\nlock_version = "4.5.0"\ngroups = ["default"]\n{listed}'
    text += '[[package]]\nname = "a"\nversion = "1"\ngroups = ["default"]\n'
    problems = [each for each in followed(lock_of(tmp_path, "pdm.lock", text)).problems if each.kind == "conflict"]
    assert len(problems) == (0 if fits else 1)
    if not fits:
        made = "; ".join(f"{platform or 'any platform'}, Python {python}" for python, platform in targets)
        assert problems[0].message.endswith(f"({made}): PDM stops")
        assert problems[0].hint == "Lock for it, too: pdm lock --append --platform musllinux_1_2_x86_64 --python '==3.12.*'."


@pytest.mark.parametrize(
    ("markers", "fits"), [("\"sys_platform == 'linux'\"", True), ("\"sys_platform == 'darwin'\", \"sys_platform == 'win32'\"", False)]
)
def test_a_uv_lock_for_some_environments(tmp_path, markers, fits):
    text = f"version = 1\nsupported-markers = [{markers}]\n"
    text += '[[package]]\nname = "app"\nversion = "1"\nsource = { virtual = "." }\n'
    problems = [each.message for each in followed(lock_of(tmp_path, "uv.lock", text)).problems]
    assert ["it is locked for other environments than" in each for each in problems] == ([] if fits else [True])
