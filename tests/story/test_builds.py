"""``--build``: what building the project itself requires; and the Pythons that it is for."""

import pytest

PROJECT = '[project]\nname = "app"\nversion = "1"\ndependencies = ["fine"]\n'


def outcomes(report):
    return {verdict.name: verdict.outcome.value for verdict in report}


def test_what_the_build_requires_is_judged_too(place):
    place.native("maker")
    place.write("pyproject.toml", f'{PROJECT}[build-system]\nrequires = [\n  "maker>=1",\n]\n')
    assert outcomes(place.both("pyproject.toml")[1]) == {"fine": "wheel"}
    for named in ("pyproject.toml", "."):
        report = place.both(named, build=True)[1]
        assert outcomes(report) == {"fine": "wheel", "maker": "compile"}
        assert report["maker"].chain == ("pyproject.toml:7", "maker")
        assert report.manifests == ("pyproject.toml",)


@pytest.mark.parametrize(
    ("name", "text"), [("pyproject.toml", PROJECT), ("setup.py", "from setuptools import setup\nsetup(install_requires=['fine'])\n")]
)
def test_without_a_build_system_it_is_setuptools_as_for_pip(place, name, text):
    place.write(name, text)
    assert outcomes(place.both(name, build=True)[1]) == {"fine": "wheel", "setuptools": "wheel"}


def test_a_build_is_held_by_its_own_constraints(place):
    place.wheel("setuptools", "84.0")
    place.write("pyproject.toml", PROJECT)
    place.write("held.txt", "setuptools<82\n")
    assert place.both("pyproject.toml", build=True)[1]["setuptools"].version == "84.0"
    assert place.both("pyproject.toml", build=True, constraints=("held.txt",))[1]["setuptools"].version == "84.0"
    assert place.both("pyproject.toml", build=True, build_constraints=("held.txt",))[1]["setuptools"].version == "80.0"


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("[build-system]\n", "build-system has no requires"),
        ("[[build-system]]\n", "build-system must be a table, not a list"),
        ('[build-system]\nrequires = "setuptools"\n', "build-system.requires must be a list of strings, not a string"),
        ('[build-system]\nrequires = ["setuptools=1"]\n', '"setuptools=1": a version needs "==" (found "=")'),
    ],
)
def test_what_is_wrong_with_it(place, table, reason):
    place.write("pyproject.toml", PROJECT + table)
    ended = place.run("pyproject.toml", "--build")
    assert ended.status == 2
    assert reason in ended.err


def test_no_project_to_build(place):
    place.write("r.txt", "fine\n")
    ended = place.run("r.txt", "--build")
    assert ended.status == 2
    assert ended.err.startswith("error: r.txt: no project to build: neither pyproject.toml nor setup.py is there\n")


@pytest.mark.parametrize("name", ["pyproject.toml", "script.py"])
def test_a_python_that_the_project_is_not_for_is_said(place, name):
    script = '# /// script\n# requires-python = ">=3.13"\n# dependencies = ["fine"]\n# ///\n'
    place.write(name, script if name == "script.py" else f'{PROJECT}requires-python = ">=3.13"\n')
    report = place.both(name)[1]
    assert outcomes(report) == {"fine": "wheel"}
    (problem,) = report.problems
    assert problem.subject == name
    assert problem.message.startswith("requires-python is >=3.13, and python:3.12-alpine has Python 3.12.")
    assert place.both(name, image="python:3.13-alpine")[1].problems == ()
    assert place.both(name, ignore_requires_python=True)[1].problems == ()
