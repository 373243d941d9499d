"""Several commands of a Dockerfile, one after the other: what is kept, what is replaced, and by whose options."""

import pytest
from support.archives import sdist_bytes
from support.story import GLIBC, MUSL

EXTENSION = 'from setuptools import Extension, setup\nsetup(ext_modules=[Extension("grown._grown", ["grown.c"])])\n'


@pytest.fixture
def stocked(place):
    """``dep`` 1 to 3, ``app`` 1 and 2 that need ever newer ones, ``old`` that wants the first; ``grown`` 1 compiles, 2 is a wheel."""
    for version in ("1.0", "2.0", "3.0", "4.0b1"):
        place.wheel("dep", version)
    place.wheel("app", "1.0", requires=["dep>=1"])
    place.wheel("app", "2.0", requires=["dep>=2"])
    place.wheel("old", "1.0", requires=["dep<2"])
    place.wheel("extra", "1.0", requires=["dep>=3; extra == 'more'"], extras=["more"])
    place.server.add("grown", "grown-1.0.tar.gz", sdist_bytes("grown", "1.0", {"setup.py": EXTENSION, "grown.c": "#include <Python.h>\n"}))
    place.wheel("grown", "2.0")
    place.wheel("native", "1.0", MUSL)
    place.wheel("native", "2.0", GLIBC)
    return place


def releases(place, *commands, **options):
    place.write("Dockerfile", "FROM python:3.12-alpine\nCOPY . .\n" + "".join(f"RUN {command}\n" for command in commands))
    return sorted((verdict.name, verdict.version) for verdict in place.check("Dockerfile", **options))


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        # What is there is kept where it will do, also for what others require.
        (["pip install 'dep<3'", "pip install app"], ["app 2.0", "dep 2.0"]),
        (["pip install 'dep<2'", "pip install app"], ["app 2.0", "dep 1.0", "dep 3.0"]),
        (["pip install dep==1.0", "pip install 'dep>=2'"], ["dep 1.0", "dep 3.0"]),
        (["pip install app==1.0 'dep<2'", "pip install app dep"], ["app 1.0", "dep 1.0"]),
        (["pip install old", "pip install app==1.0"], ["app 1.0", "dep 1.0", "old 1.0"]),
        # An upgrade brings what it names up to date, and the rest where it must, or wholly.
        (["pip install 'dep<3' 'app<2'", "pip install -U app"], ["app 1.0", "app 2.0", "dep 2.0"]),
        (["pip install 'dep<3' 'app<2'", "pip install -U --upgrade-strategy eager app"], ["app 1.0", "app 2.0", "dep 2.0", "dep 3.0"]),
        (["pip install 'dep<3' 'app<2'", "uv pip install --system -U app"], ["app 1.0", "app 2.0", "dep 2.0", "dep 3.0"]),
        (["uv pip install --system 'dep<3' 'app<2'", "uv pip install --system -P dep app"], ["app 1.0", "dep 2.0", "dep 3.0"]),
        (["pip install 'dep<3' app", "pip install --force-reinstall app"], ["app 2.0", "dep 2.0", "dep 3.0"]),
        (["pip install 'dep<3' app", "pip install --no-deps --force-reinstall app"], ["app 2.0", "dep 2.0"]),
        (["pip install --pre dep", "pip install -U dep"], ["dep 4.0b1"]),
        (["pip install --pre dep", "pip install dep"], ["dep 4.0b1"]),
        # What was removed is not there.
        (["pip install 'dep<3'", "pip uninstall -y dep", "pip install app"], ["app 2.0", "dep 2.0", "dep 3.0"]),
        # Extras are looked for in what is there.
        (["pip install extra 'dep<3'", "pip install 'extra[more]'"], ["dep 2.0", "dep 3.0", "extra 1.0"]),
        # Environments know nothing of each other.
        (["pip install 'dep<3'", "python -m venv /venv && /venv/bin/pip install app"], ["app 2.0", "dep 2.0", "dep 3.0"]),
        (["pip install 'dep<3'", "pip install --target=/x app"], ["app 2.0", "dep 2.0", "dep 3.0"]),
        (["pip wheel -w /w 'dep<3' app", "pip install --no-index --find-links=/w app"], ["app 2.0", "dep 2.0"]),
        # Options count for their own command.
        (["pip install --no-deps app", "pip install old"], ["app 2.0", "dep 1.0", "old 1.0"]),
        (["pip install --pre old", "pip install --prefix=/x dep"], ["dep 1.0", "old 1.0"]),
        (
            ["pip install --only-binary=:all: grown", "pip install --no-binary=grown --force-reinstall 'grown<2'"],
            ["grown 1.0", "grown 2.0"],
        ),
    ],
)
def test_one_after_the_other(stocked, commands, expected):
    assert releases(stocked, *commands) == [tuple(each.split()) for each in expected]


def test_what_is_replaced_was_built(stocked):
    stocked.write("requirements.txt", "# newer\ngrown>=2\n")
    commands = "RUN pip install grown==1.0\nRUN pip install -r requirements.txt\n"
    stocked.write("Dockerfile", f"FROM python:3.12-alpine\nCOPY . .\n{commands}")
    ended, report = stocked.both("Dockerfile")
    assert [(verdict.version, str(verdict.outcome), verdict.chain) for verdict in report] == [
        ("2.0", "wheel", ("requirements.txt:2", "grown")),
        ("1.0", "compile", ("Dockerfile:3", "grown")),
    ]
    assert ended.lines("note") == ["requirements.txt:2: grown 1.0, which Dockerfile:3 brings, is replaced by 2.0"]


def test_what_no_longer_goes_together_is_told(stocked):
    stocked.write("Dockerfile", "FROM python:3.12-alpine\nRUN pip install old\nRUN pip install app\nRUN pip install extra\n")
    ended, report = stocked.both("Dockerfile")
    assert ended.lines("note") == ["Dockerfile:3: dep 1.0, which Dockerfile:2 brings, is replaced by 3.0"]
    assert ended.lines("problem") == [
        "Dockerfile:3: old 1.0 is installed and requires dep<2, and now dep is 3.0: pip warns of it, and goes on",
    ]
    assert "conflict" not in {problem.kind for problem in report.problems}


def test_what_would_stop_is_taken_to_have_gone_on(stocked):
    stocked.write("Dockerfile", "FROM python:3.12-alpine\nRUN pip install native==2.0 nowhere\nRUN pip install native nowhere dep\n")
    report = stocked.check("Dockerfile")
    assert [(verdict.name, verdict.version, str(verdict.outcome)) for verdict in report] == [
        ("dep", "3.0", "wheel"),
        ("native", "2.0", "fail"),
        ("nowhere", None, "fail"),
    ]


def test_a_conflict_within_a_command_is_one(stocked):
    stocked.write("Dockerfile", "FROM python:3.12-alpine\nRUN pip install dep\nRUN pip install old app==2.0\n")
    report = stocked.check("Dockerfile")
    assert [problem.kind for problem in report.problems if problem.kind] == ["conflict"]


def test_what_is_kept_is_told_of_with_all_who_ask(stocked):
    stocked.write("Dockerfile", "FROM python:3.12-alpine\nRUN pip install 'app<2'\nRUN pip install dep old\n")
    report = stocked.check("Dockerfile")
    assert (report["app"].chain, report["app"].requested) == (("Dockerfile:2", "app"), True)
    stocked.write("Dockerfile", "FROM python:3.12-alpine\nRUN pip install old\nRUN pip install dep 'app<2'\n")
    (dep,) = (verdict for verdict in stocked.check("Dockerfile") if verdict.name == "dep")
    assert (dep.version, dep.requested, dep.required_by, dep.chain) == ("1.0", True, ("app", "old"), ("Dockerfile:2", "old", "dep"))


def test_constraints_that_are_given_beside_hold_for_every_command(stocked):
    stocked.write("limits.txt", "dep<3\n")
    assert releases(stocked, "pip install dep", "pip install -U app", constraints=["limits.txt"]) == [("app", "2.0"), ("dep", "2.0")]


def test_constraints_of_a_command_are_its_own(stocked):
    stocked.write("limits.txt", "dep<2\napp<2\n")
    assert releases(stocked, "pip install -c limits.txt dep", "pip install app") == [("app", "2.0"), ("dep", "1.0"), ("dep", "3.0")]


def test_an_index_of_one_command(stocked, open_place):
    other_index = open_place()
    other_index.wheel("dep", "9.0")
    other_index.wheel("more", "1.0", requires=["dep"])
    commands = [f"pip install --extra-index-url {other_index.server.index_url} more", "pip install --target=/x dep"]
    assert releases(stocked, *commands) == [("dep", "3.0"), ("dep", "9.0"), ("more", "1.0")]


def test_several_targets(stocked):
    stocked.write("Dockerfile", "FROM python:3.12-alpine\nRUN pip install 'dep<3'\nRUN pip install app\n")
    report = stocked.check("Dockerfile", arch=("x86_64", "aarch64"))
    assert [(verdict.target.arch, verdict.name, verdict.version) for verdict in report] == [
        (arch, name, version) for arch in ("x86_64", "aarch64") for name, version in (("app", "2.0"), ("dep", "2.0"))
    ]


def told(report):
    """The packages, without what only the metadata of each wheel itself tells."""
    return [{key: value for key, value in package.items() if key != "installed"} for package in report.to_dict()["packages"]]


def test_many_targets_say_what_each_says_alone(stocked):
    other = "cp312-cp312-musllinux_1_2_aarch64"
    stocked.wheel("core", "1.0", MUSL, requires=["dep"])
    stocked.wheel("core", "1.0", other, requires=["dep"])
    stocked.wheel("core", "2.0", MUSL, requires=["dep>=2"])
    stocked.wheel("core", "2.0", GLIBC, requires=["dep>=2"])
    stocked.wheel("top", "1.0", requires=["core", "native"])
    stocked.wheel("native", "1.0", other)
    text = "FROM python:3.12-alpine\nRUN pip install core==1.0 'dep<3'\nRUN pip install top app\nRUN pip install -U core grown==1.0\n"
    stocked.write("Dockerfile", text)
    several = stocked.check("Dockerfile", arch=("x86_64", "aarch64", "s390x"), image=("python:3.12-alpine", "python:3.12-slim"))
    assert len(several.targets) == 6
    for target in several.targets:
        alone = stocked.check("Dockerfile", arch=target.arch, image=target.image)
        mine, theirs = ([each for each in told(report) if each["target"] == target.id] for report in (several, alone))
        assert mine == theirs


def test_beside_another_manifest(stocked):
    stocked.write("requirements.txt", "dep\n")
    stocked.write("Dockerfile", "FROM python:3.12-alpine\nRUN pip install 'dep<3'\nRUN pip install app\n")
    report = stocked.check("Dockerfile", "requirements.txt")
    assert sorted((verdict.name, verdict.version) for verdict in report) == [("app", "2.0"), ("dep", "2.0"), ("dep", "3.0")]


def test_many_that_are_replaced_are_told_together(stocked):
    for name in "abcdef":
        stocked.wheel(name, "1.0")
        stocked.wheel(name, "2.0")
    stocked.write(
        "Dockerfile", "FROM python:3.12-alpine\nRUN pip install a==1.0 b==1 c==1 d==1 e==1 f==1\nRUN pip install -U a b c d e f\n"
    )
    ended, _ = stocked.both("Dockerfile")
    assert ended.lines("note") == [
        "Dockerfile:3: 6 releases that are there are replaced: a 1.0 by 2.0, b 1.0 by 2.0, c 1.0 by 2.0, d 1.0 by 2.0, e 1.0 by 2.0, ..."
    ]


def test_the_dockerfile_that_is_written_has_what_is_left(stocked):
    stocked.write("requirements.txt", "dep>=2\n")
    stocked.write(
        "Dockerfile",
        "FROM python:3.12-alpine\nCOPY . .\nRUN pip install grown==1.0 dep==1.0\nRUN pip install -r requirements.txt grown==2.0\n",
    )
    out = stocked.run("Dockerfile", "-f", "dockerfile", "--no-cache").out
    assert "pip install grown==2.0\n" in out
    assert "dep==1.0" not in out


def test_of_two_releases_the_graver_is_told_of_many_targets(stocked):
    stocked.write("Dockerfile", "FROM python:3.12-alpine\nRUN pip install grown==1.0\nRUN pip install grown==2.0\n")
    ended = stocked.run("Dockerfile", "--python-version", "3.11", "--python-version", "3.12", "--python-version", "3.13", "--no-cache")
    assert ended.says("compile grown 1.0")
