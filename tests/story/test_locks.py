"""A run on a lock file: in the lock, on the index only, nowhere; and a Dockerfile that installs from it."""

import pytest
from support.story import GLIBC, MUSL

from muslcheck.words.verdict import Action


@pytest.fixture
def stocked(place):
    """``quick`` has all files, ``native`` no wheel, ``late`` a musl wheel and an sdist, ``stuck`` glibc wheels only."""
    for name in ("quick", "late", "later"):
        place.wheel(name, "1.0", MUSL)
        place.wheel(name, "1.0", GLIBC)
    place.native("late")
    place.native("native")
    place.wheel("stuck", "1.0", GLIBC)
    return place


def uv_lock(place, *names, without=(), urls=True):
    """A lock of these projects: every file on the index but those whose names hold one of ``without``."""
    text = 'version = 1\nrequires-python = ">=3.11"\n'
    for name in sorted(names):
        files = [each for each in place.server.projects[name] if not any(part in each["filename"] for part in without)]
        wheels = [_file(each, urls=urls) for each in files if each["filename"].endswith(".whl")]
        text += f'\n[[package]]\nname = "{name}"\nversion = "1.0"\nsource = {{ registry = "{place.server.index_url}" }}\n'
        text += "".join(f"sdist = {_file(each, urls=urls)}\n" for each in files if each["filename"].endswith(".gz"))
        text += f"wheels = [{', '.join(wheels)}]\n"
    needed = ", ".join(f'{{ name = "{name}" }}' for name in names)
    text += f'\n[[package]]\nname = "app"\nversion = "1"\nsource = {{ virtual = "." }}\ndependencies = [{needed}]\n'
    place.write("uv.lock", text)


def _file(entry, *, urls):
    where = f'url = "{entry["url"]}"' if urls else f'filename = "{entry["filename"]}"'
    return f'{{ {where}, hash = "sha256:{entry["hashes"]["sha256"]}" }}'


def found(verdict, code):
    return next((evidence for evidence in verdict.evidence if evidence.code == code), None)


def test_a_wheel_in_the_lock(stocked):
    uv_lock(stocked, "quick")
    ended, report = stocked.both("uv.lock")
    assert report["quick"].outcome == "wheel"
    assert report["quick"].chain == ("uv.lock:4", "quick")
    assert ended.says("1 package: 1 wheel")
    assert not [asked for asked in stocked.server.requests if "quick" in asked.path]  # the lock tells all there is to tell


def test_a_wheel_on_the_index_only(stocked):
    uv_lock(stocked, "late", "later", without=["musllinux"])
    ended, report = stocked.both("uv.lock", status=1)
    late, later = report["late"], report["later"]
    assert (late.outcome, late.file.filename) == ("compile", "late-1.0.tar.gz")
    assert (later.outcome, later.file) == ("fail", None)
    for verdict in (late, later):
        evidence = found(verdict, "MC120")
        assert evidence.claim.startswith(f"{verdict.name}-1.0-{MUSL}.whl fits, and is on the index")
        assert evidence.claim.endswith("not in the lock")
        assert evidence.seen_in.startswith("uv.lock:")
        assert (verdict.advice[0].action, verdict.advice[0].requirement) == (
            Action.LOCK_AGAIN,
            f"uv lock --upgrade-package {verdict.name}==1.0",
        )
        assert found(verdict, "MC121") is None
    assert ended.says("lock again: uv lock --upgrade-package later==1.0")


def test_no_wheel_anywhere(stocked):
    uv_lock(stocked, "native", "stuck")
    _, report = stocked.both("uv.lock", status=1)
    assert (report["native"].outcome, report["stuck"].outcome) == ("compile", "fail")
    assert found(report["native"], "MC121").seen_in == "uv.lock:4"
    assert found(report["stuck"], "MC121") is not None
    assert not [advice for verdict in report for advice in verdict.advice if advice.action is Action.LOCK_AGAIN]


def test_a_lock_without_addresses(stocked):
    uv_lock(stocked, "quick", "late", without=["late-1.0-cp312-cp312-musllinux"], urls=False)
    _, report = stocked.both("uv.lock")
    assert report["quick"].file.url.startswith(stocked.server.url)
    assert report["late"].outcome == "compile"
    assert found(report["late"], "MC120") is not None


def test_a_pipfile_lock_knows_hashes_only(stocked):
    (digest,) = (each["hashes"]["sha256"] for each in stocked.server.projects["late"] if each["filename"].endswith(".gz"))
    stocked.write(
        "Pipfile.lock", f'{{"_meta": {{"pipfile-spec": 6}}, "default": {{"late": {{"version": "==1.0", "hashes": ["sha256:{digest}"]}}}}}}'
    )
    _, report = stocked.both("Pipfile.lock")
    assert (report["late"].outcome, report["late"].file.filename) == ("compile", "late-1.0.tar.gz")
    assert report["late"].advice[0].requirement == "pipenv upgrade late==1.0"


def test_a_lock_beside_other_requirements(stocked):
    uv_lock(stocked, "quick")
    stocked.write("requirements.txt", "fine\nquick\n")
    report = stocked.check("uv.lock", "requirements.txt")
    assert [(verdict.name, verdict.outcome) for verdict in report] == [("fine", "wheel"), ("quick", "wheel")]


def test_a_lock_that_is_not_for_the_image(stocked):
    uv_lock(stocked, "quick")
    lock = stocked.folder / "uv.lock"
    lock.write_text(lock.read_text().replace(">=3.11", ">=3.13"))
    report = stocked.check("uv.lock")
    assert [problem.kind for problem in report.problems] == ["conflict"]
    assert "it is locked for Python >=3.13" in report.problems[0].message


def test_a_folder_takes_its_lock(stocked):
    uv_lock(stocked, "quick")
    stocked.write("pyproject.toml", '[project]\nname = "app"\ndependencies = ["stuck"]\n')
    report = stocked.check(".")
    assert (report.manifests, [verdict.name for verdict in report]) == (("uv.lock",), ["quick"])


def test_the_image_of_a_dockerfile(stocked):
    uv_lock(stocked, "quick")
    stocked.write("Dockerfile", "FROM python:3.13-slim\nCOPY uv.lock ./\nRUN uv sync --frozen && pip install fine\n")
    report = stocked.check("Dockerfile", image=())
    assert [target.image for target in report.targets] == ["python:3.13-alpine"]
    assert {verdict.name: verdict.outcome for verdict in report} == {"fine": "wheel", "quick": "fail"}
