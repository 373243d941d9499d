import pytest

from muslcheck.errors import ManifestError
from muslcheck.manifests import read
from muslcheck.manifests.asked import Asked
from muslcheck.manifests.folder import choose

PROJECT = '[project]\nname = "app"\ndependencies = ["flask"]\n'
BARE = '[project]\nname = "app"\n[dependency-groups]\ndev = ["pytest"]\n'
DYNAMIC = '[project]\nname = "app"\ndynamic = ["dependencies"]\n'
TOLD = DYNAMIC + '[tool.setuptools.dynamic]\ndependencies = {file = ["requirements.txt"]}\n'
NOTHING = "this folder has no lock, no pyproject.toml and no requirements.txt"
TOOLS = "[tool.ruff]\nline-length = 100\n"


def fill(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_txt", ".txt").replace("_in", ".in").replace("pyproject", "pyproject.toml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    ("files", "taken", "aside"),
    [
        ({"pyproject": PROJECT}, "pyproject.toml", ""),
        ({"requirements_txt": "flask"}, "requirements.txt", ""),
        ({"requirements_in": "flask"}, "requirements.in", ""),
        ({"pyproject": PROJECT, "requirements_txt": "flask"}, "pyproject.toml", "read pyproject.toml; requirements.txt left aside"),
        ({"pyproject": BARE, "requirements_txt": "flask"}, "requirements.txt", ""),
        ({"pyproject": TOOLS, "requirements_txt": "flask"}, "requirements.txt", ""),
        ({"pyproject": DYNAMIC, "requirements_txt": "flask"}, "requirements.txt", ""),
        ({"pyproject": TOLD, "requirements_txt": "flask"}, "pyproject.toml", "read pyproject.toml; requirements.txt left aside"),
        ({"pyproject": BARE, "requirements-dev_txt": "x"}, "pyproject.toml", "read pyproject.toml; requirements-dev.txt left aside"),
        (
            {"requirements_txt": "flask", "requirements_in": "flask", "dev-requirements_txt": "x"},
            "requirements.txt",
            "read requirements.txt; dev-requirements.txt, requirements.in left aside",
        ),
    ],
)
def test_which_manifest_a_folder_stands_for(tmp_path, files, taken, aside):
    fill(tmp_path, **files)
    (manifest,) = read([str(tmp_path)])
    assert manifest.path == str(tmp_path / taken)
    assert [problem.message for problem in manifest.problems] == ([aside] if aside else [])


def test_the_working_directory(tmp_path, monkeypatch):
    fill(tmp_path, requirements_txt="flask")
    monkeypatch.chdir(tmp_path)
    (manifest,) = read(["."])
    assert str(manifest.requirements[0].origin) == "requirements.txt:1"


def test_a_group_is_asked_of_the_project(tmp_path):
    fill(tmp_path, pyproject=BARE, requirements_txt="flask")
    (manifest,) = read([str(tmp_path)], groups=["dev"])
    assert [r.name for r in manifest.requirements] == ["pytest"]


@pytest.mark.parametrize(
    ("files", "reason", "hint"),
    [
        ({}, NOTHING, "Name a requirements file or a pyproject.toml."),
        ({"requirements-dev_txt": ""}, NOTHING, "Name the files to read: requirements-dev.txt."),
        ({"requirements__base_txt": ""}, NOTHING, "Name the files to read: requirements/base.txt."),
        ({"README.md": "", "tox.ini": ""}, NOTHING, "Name a requirements file or a pyproject.toml."),
        ({"pyproject": TOOLS}, "it has no [project] table", "Name a requirements file instead."),
        ({"pyproject": "[broken", "requirements_txt": "flask"}, "not TOML: expected ']' at the end of a table declaration", ""),
    ],
)  # fmt: skip
def test_folders_without_a_manifest(tmp_path, files, reason, hint):
    fill(tmp_path, **files)
    with pytest.raises(ManifestError) as caught:
        read([str(tmp_path)])
    assert [fault.reason for fault in caught.value.faults] == [reason]
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("names", "taken", "aside"),
    [
        (["uv.lock", "poetry.lock", "pyproject.toml", "requirements.txt"], "uv.lock", ["poetry.lock", "requirements.txt"]),
        (["pylock.toml", "uv.lock", "pyproject.toml"], "pylock.toml", ["pyproject.toml", "uv.lock"]),
        (["Pipfile", "Pipfile.lock"], "Pipfile.lock", []),
        (["Pipfile", "setup.py"], "Pipfile", []),
        (["setup.py", "environment.yml"], "setup.py", ["environment.yml"]),
        (["environment.yaml", "Dockerfile"], "environment.yaml", []),
        (["Dockerfile"], "Dockerfile", []),
    ],
)
def test_locks_come_first_and_other_manifests_last(tmp_path, names, taken, aside):
    for name in names:
        (tmp_path / name).write_text(PROJECT if name == "pyproject.toml" else "")
    path, problems = choose(str(tmp_path), Asked())
    assert path == str(tmp_path / taken)
    assert [problem.message for problem in problems] == ([f"read {taken}; {', '.join(aside)} left aside"] if aside else [])


def test_a_setup_py_that_says_nothing_gives_way_to_files_of_requirements(tmp_path):
    fill(tmp_path, requirements__base_txt="flask")
    (tmp_path / "setup.py").write_text("setup(install_requires=read('base'))")
    with pytest.raises(ManifestError) as caught:
        read([str(tmp_path)])
    assert caught.value.hint == "Name the files to read: requirements/base.txt."
