"""A run on a Dockerfile: its stages, its commands one after the other, and what it adds to build with."""

import pytest
from support.archives import sdist_bytes
from support.story import GLIBC, MUSL, SETUPTOOLS

EXTENSION = """from setuptools import Extension, setup
setup(ext_modules=[Extension("crc._crc", ["crc.c"], libraries=["crc32c"], optional=True)])
"""
STAGES = """FROM python:3.12-alpine AS base
RUN apk add --no-cache ffmpeg && \\
    apk add --no-cache --virtual .build-deps \\
        gcc \\
        musl-dev \\
        libffi-dev \\
        openssl-dev
RUN pip install crc && apk del .build-deps
FROM base AS prod
RUN pip install fine
FROM base AS test
RUN pip install quick
"""


@pytest.fixture
def stocked(place):
    """``crc`` has an optional extension over a library, ``quick`` all wheels, two of each."""
    files = {"pyproject.toml": SETUPTOOLS, "setup.py": EXTENSION, "crc.c": "#include <crc32c/crc32c.h>\n", "crc/__init__.py": ""}
    place.wheel("crc", "1.0", GLIBC)
    place.server.add("crc", "crc-1.0.tar.gz", sdist_bytes("crc", "1.0", files))
    for version in ("1.0", "2.0"):
        place.wheel("quick", version, MUSL)
    place.write("Dockerfile", STAGES)
    return place


def test_what_is_missing_and_what_does_not_help(stocked):
    ended, report = stocked.both("Dockerfile", stage="prod")
    assert report["crc"].outcome == "build"
    assert ended.says("Dockerfile:4, in stage base, adds gcc, libffi-dev, musl-dev and openssl-dev to build with:")
    assert ended.says("missing crc32c-dev, for crc; without it, none of those helps")
    assert ended.says("unneeded libffi-dev and openssl-dev: no Python package here needs them")
    assert ended.says("run time crc32c is not added by name to stage prod, the image")
    told = report.to_dict()["dockerfile"]["python:3.12-alpine/x86_64"]
    assert told["lacking"] == {"crc": ["crc32c-dev"]}
    assert (told["stage"], told["final"]) == ("base", "prod")


def test_a_stage_of_two(stocked):
    assert {verdict.name for verdict in stocked.check("Dockerfile", stage="prod")} == {"crc", "fine"}
    ended, report = stocked.both("Dockerfile")
    assert {verdict.name for verdict in report} == {"crc", "quick"}
    assert ended.lines("hint") == ["Name another one to have that judged: --stage prod."]


def test_a_stage_that_is_not_there(stocked):
    ended = stocked.run("Dockerfile", "--stage", "production")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == 'error: Dockerfile: it has no stage "production"\nhint: Its stages are: base, prod, test.\n'


def test_a_stage_of_no_dockerfile(stocked):
    stocked.write("requirements.txt", "fine\n")
    assert stocked.run("requirements.txt", "--stage", "prod").err.startswith("error: requirements.txt: only a Dockerfile has stages")


def test_a_later_command_replaces_what_it_contradicts(stocked):
    stocked.write("Dockerfile", "FROM python:3.12-alpine\nRUN pip install quick==1.0\nRUN pip install quick==2.0\n")
    ended, report = stocked.both("Dockerfile")
    assert report["quick"].version == "2.0"
    assert [(verdict.version, verdict.chain) for verdict in report] == [
        ("2.0", ("Dockerfile:3", "quick")),
        ("1.0", ("Dockerfile:2", "quick")),
    ]
    assert ended.lines("note") == ["Dockerfile:3: quick 1.0, which Dockerfile:2 brings, is replaced by 2.0"]


def test_a_later_command_keeps_what_does(stocked):
    stocked.write("Dockerfile", "FROM python:3.12-alpine\nRUN pip install quick==1.0\nRUN pip install quick\n")
    assert stocked.check("Dockerfile")["quick"].version == "1.0"


@pytest.mark.parametrize(("option", "names"), [("--no-deps ", {"needy"}), ("", {"needy", "fine"})])
def test_dependencies_may_be_left_out(stocked, option, names):
    stocked.wheel("needy", "1.0", requires=["fine"])
    stocked.write("Dockerfile", f"FROM python:3.12-alpine\nRUN pip install {option}needy\n")
    assert {verdict.name for verdict in stocked.check("Dockerfile")} == names


def test_an_image_of_which_nothing_is_known(stocked):
    stocked.write("Dockerfile", "FROM registry.example/base:7\nRUN pip install fine\n")
    report = stocked.check("Dockerfile", image=())
    assert report["fine"].outcome == "wheel"
    (problem,) = report.problems
    assert problem.message == "it builds on registry.example/base:7, of which nothing is known here: not judged for that"
    assert stocked.check("Dockerfile").problems == ()


def test_values_of_arguments(stocked):
    stocked.write("Dockerfile", "FROM python:3.12-alpine\nARG V=1.0\nRUN pip install quick==$V\n")
    assert stocked.check("Dockerfile", build_args={"V": "2.0"})["quick"].version == "2.0"
    assert '"version": "2.0"' in stocked.run("Dockerfile", "--build-arg", "V=2.0", "-f", "json").out


def test_files_at_addresses(stocked):
    stocked.server.blobs["/deps/r.txt"] = b"quick\n-r more.txt\n"
    stocked.server.blobs["/deps/more.txt"] = b"fine\n"
    stocked.server.blobs["/limits.txt"] = b"quick<2\n"
    stocked.write("local.txt", f"-r {stocked.server.url}/deps/r.txt\n")
    for named in (f"{stocked.server.url}/deps/r.txt", "local.txt"):
        text = f"FROM python:3.12-alpine\nCOPY . .\nRUN pip install -r {named} -c {stocked.server.url}/limits.txt\n"
        stocked.write("Dockerfile", text)
        _, report = stocked.both("Dockerfile")
        assert {verdict.name: verdict.version for verdict in report} == {"quick": "1.0", "fine": "1.0"}


def test_a_file_at_an_address_that_is_not_there(stocked):
    stocked.write("Dockerfile", f"FROM python:3.12-alpine\nRUN pip install fine -r {stocked.server.url}/none.txt\n")
    ended, report = stocked.both("Dockerfile", status=2)
    assert f"{stocked.server.url}/none.txt: answered 404" in ended.err
    assert [verdict.name for verdict in report] == ["fine"]


def test_nothing_is_surely_unneeded_where_not_all_that_is_installed_was_judged(place):
    place.write("Dockerfile", "FROM python:3.12-alpine\nRUN apk add gcc\nRUN pip install fine\nRUN pip install -r /tmp/requirements.txt\n")
    ended = place.run("Dockerfile", "--arch", "x86_64")
    assert ended.status == 0
    assert ended.says("/tmp/requirements.txt is not among the files beside the Dockerfile, so what it installs is not judged")
    assert ended.says("unneeded gcc: no Python package here is known to need it")
    assert ended.out.splitlines()[-1] == "Not all that it installs could be judged: see the problems above."
    place.write("requirements.txt", "fine\n")
    place.write(
        "Dockerfile", "FROM python:3.12-alpine\nRUN apk add gcc\nCOPY requirements.txt /tmp/\nRUN pip install -r /tmp/requirements.txt\n"
    )
    ended = place.run("Dockerfile", "--arch", "x86_64")
    assert ended.says("unneeded gcc: no Python package here needs it")
    assert ended.out.splitlines()[-1] == "python:3.12-alpine will work: nothing has to be built."
