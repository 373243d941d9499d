"""One project, locked by every tool: each reader finds the same in it."""

from pathlib import Path

import pytest
from support.locks import MUSL, followed

from muslcheck.errors import ManifestError
from muslcheck.manifests import read
from muslcheck.words.release import Kind
from muslcheck.words.requirement import Origin

LOCKS = Path(__file__).parents[2] / "fixtures/manifests/locks"
ALWAYS = {"alpha": "1.5", "beta": "2.0", "epsilon": "5.0", "zeta": "6.0"}
FILES = sorted(path for path in LOCKS.rglob("*") if path.name not in {"pyproject.toml", "Pipfile"} and path.is_file())
LINES = {"pylock.toml": 7, "uv.lock": 5, "poetry.lock": 3, "Pipfile.lock": 19}


def names(path, **asked):
    (manifest,) = read([str(path)], **asked)
    (lock,) = manifest.locks
    return {candidate.name: candidate.version for candidate in followed(lock).candidates}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_what_is_installed_by_default(path):
    assert names(path) == ALWAYS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_an_extra(path):
    asked = {"groups": ["pg"]} if path.name == "Pipfile.lock" else {"extras": ["pg"]}
    assert names(path, **asked) == ALWAYS | {"delta": "4.0"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_a_group(path):
    assert names(path, groups=["dev"]) == ALWAYS | {"omega": "9.0"}


@pytest.mark.parametrize("path", [path for path in FILES if path.name != "Pipfile.lock"], ids=lambda path: path.parent.name)
def test_all_extras(path):
    found = names(path, all_extras=True)
    assert found.items() >= (ALWAYS | {"delta": "4.0"}).items()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_an_unknown_group_is_a_fault(path):
    with pytest.raises(ManifestError, match=r'no (dependency )?(group|category|extra) "test"'):
        read([str(path)], groups=["test"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_an_unknown_extra_is_a_fault(path):
    with pytest.raises(ManifestError, match=r"no (extra|group)"):
        read([str(path)], extras=["mysql"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_the_files_as_locked(path):
    (manifest,) = read([str(path)])
    alpha = next(locked for locked in manifest.locks[0].packages if locked.name == "alpha")
    assert alpha.version == "1.5"
    if path.name == "Pipfile.lock":
        assert len(alpha.hashes) == 3
        return
    kinds = {file.filename: file.kind for file in alpha.files}
    assert kinds == {
        "alpha-1.5-cp312-cp312-manylinux_2_28_x86_64.whl": Kind.WHEEL,
        "alpha-1.5-cp312-cp312-musllinux_1_2_x86_64.whl": Kind.WHEEL,
        "alpha-1.5.tar.gz": Kind.SDIST,
    }
    assert all(file.sha256 and len(file.sha256) == 64 for file in alpha.files)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_every_entry_knows_its_line(path):
    (manifest,) = read([str(path)])
    lines = path.read_text().split("\n")
    for locked in manifest.locks[0].packages:
        assert locked.origin.file == str(path)
        assert f'"{locked.name}"' in "".join(lines[locked.origin.line - 1 : locked.origin.line + 1])


@pytest.mark.parametrize("path", [path for path in FILES if path.name != "Pipfile.lock"], ids=lambda path: path.parent.name)
def test_who_asks_for_whom(path):
    (manifest,) = read([str(path)])
    found = {candidate.name: candidate for candidate in followed(manifest.locks[0]).candidates}
    assert found["epsilon"].required_by == ("alpha", "beta")
    assert not found["epsilon"].requested
    assert "alpha" in found["zeta"].required_by
    first = found["beta"]
    assert first.requested
    assert first.chain == (str(first.locked), "beta")
    assert first.locked == Origin(str(path), first.locked.line)
    assert found["zeta"].chain[1:] in (("alpha", "zeta"), ("beta", "epsilon", "alpha", "zeta"))


def test_a_lock_without_its_project_is_taken_whole(tmp_path):
    for name in ("poetry-2.0/poetry.lock", "pdm-4.3/pdm.lock"):
        path = tmp_path / Path(name).name
        path.write_bytes((LOCKS / name).read_bytes())
        (manifest,) = read([str(path)])
        assert "no pyproject.toml is beside it" in manifest.problems[0].message
        assert {candidate.name for candidate in followed(manifest.locks[0]).candidates} >= {"delta", "omega"}


def test_a_lock_for_another_python(tmp_path):
    path = tmp_path / "uv.lock"
    path.write_text((LOCKS / "uv/uv.lock").read_text().replace(">=3.11", "<3.12"))
    (manifest,) = read([str(path)])
    (problem,) = followed(manifest.locks[0]).problems
    assert problem.message == f"it is locked for Python <3.12, and {MUSL.image} has {MUSL.python_full}"


def test_a_lock_named_in_a_requirements_file(tmp_path):
    (tmp_path / "pylock.toml").write_bytes((LOCKS / "pylock/pylock.toml").read_bytes())
    (tmp_path / "requirements.txt").write_text("flask\n-r pylock.toml\n")
    (manifest,) = read([str(tmp_path / "requirements.txt")])
    assert [requirement.name for requirement in manifest.requirements] == ["flask"]
    assert {candidate.name for candidate in followed(manifest.locks[0]).candidates} == set(ALWAYS)
    assert [problem.subject for problem in manifest.problems] == [f"{tmp_path}/requirements.txt:2"]
