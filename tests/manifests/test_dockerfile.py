"""Dockerfiles: stages, command lines and the files that they install."""

import textwrap

import pytest

from muslcheck.errors import ManifestError
from muslcheck.manifests import read
from muslcheck.manifests.apk import apk_names
from muslcheck.manifests.installs import install_of
from muslcheck.manifests.shell import commands, substituted
from muslcheck.words.requirement import Source

PROJECT = '[project]\nname = "app"\ndependencies = ["httpx"]\n[project.optional-dependencies]\npg = ["psycopg"]\n'


def manifest(folder, text, *, name="Dockerfile", **files):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text).lstrip())
    for file, content in files.items():
        other = folder / file.replace("__", "/").replace("_txt", ".txt").replace("_toml", ".toml").replace("_lock", ".lock")
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_text(content)
    (found,) = read([str(path)])
    return found


def told(found):
    return [(each.text, each.origin.line) for each in found.requirements]


def test_packages_on_the_command_line(tmp_path):
    found = manifest(
        tmp_path,
        """
        FROM python:3.12-alpine
        RUN pip install --no-cache-dir flask 'numpy>=1.26' && \\
            # and the server
            python3 -m pip install -U "uvicorn[standard]" 2>/dev/null; \\
            echo pip install nothing
        RUN ["pip3.12", "install", "rich"]
        """,
    )
    assert told(found) == [("flask", 2), ("numpy>=1.26", 2), ("uvicorn[standard]", 4), ("rich", 6)]
    assert (found.kind, found.images, found.problems) == ("dockerfile", ("python:3.12-alpine",), ())


def test_files_that_are_copied(tmp_path):
    found = manifest(
        tmp_path,
        """
        FROM python:3.12-alpine
        WORKDIR /app
        COPY deps/base.txt deps/limits.txt ./
        COPY deps/more.txt /tmp/requirements.txt
        RUN pip install -r base.txt -c limits.txt && cd /tmp && pip install -rrequirements.txt
        """,
        deps__base_txt="flask\n",
        deps__limits_txt="werkzeug<3\n",
        deps__more_txt="rich\n-i https://index.example/simple\n",
    )
    assert [each.text for each in found.requirements] == ["flask", "rich"]
    assert [each.text for each in found.constraints] == ["werkzeug<3"]
    assert found.index.index_url == "https://index.example/simple"
    assert str(found.requirements[1].origin) == f"{tmp_path}/deps/more.txt:1"


def test_the_context_may_be_above_the_dockerfile(tmp_path):
    text = "FROM python:3.12\nCOPY . /src\nRUN pip install -r /src/requirements.txt\n"
    found = manifest(tmp_path, text, name="docker/app.Dockerfile", requirements_txt="flask")
    assert [each.text for each in found.requirements] == ["flask"]


def test_a_file_that_is_mounted(tmp_path):
    text = """
        FROM python:3.12
        RUN --mount=type=bind,source=requirements.txt,target=/tmp/r.txt --mount=type=cache,target=/var/cache pip install -r /tmp/r.txt
        """
    assert [each.text for each in manifest(tmp_path, text, requirements_txt="flask").requirements] == ["flask"]


def test_only_the_stages_of_the_image_count(tmp_path):
    found = manifest(
        tmp_path,
        """
        FROM python:3.12-alpine AS base
        RUN pip install wheel
        FROM base AS build
        RUN pip install cython
        FROM base AS test
        RUN pip install pytest
        FROM alpine:3.23
        COPY --from=build /venv /venv
        """,
    )
    assert told(found) == [("wheel", 2), ("cython", 4)]
    assert [problem.message for problem in found.problems] == ["not a part of its last stage, so left aside: test"]
    assert found.images == ("python:3.12-alpine",)


def test_arguments_and_variables(tmp_path):
    found = manifest(
        tmp_path,
        """
        ARG PY=3.11
        ARG LIBC=alpine
        FROM --platform=linux/amd64 docker.io/library/python:${PY}-${LIBC:-slim}@sha256:00 AS one
        ARG VERSION=2.0
        ARG NOTHING
        ENV NAME=flask EXTRA="async"
        ENV PIP_EXTRA_INDEX_URL https://wheels.example/simple
        RUN pip install ${NAME}[$EXTRA]==${VERSION} rich==$NOTHING
        """,
    )
    assert found.images == ("python:3.11-alpine",)
    assert [each.text for each in found.requirements] == ["flask[async]==2.0"]
    assert found.index.extra_index_urls == ("https://wheels.example/simple",)
    assert [problem.message for problem in found.problems] == [
        '"rich==": no default for the argument NOTHING, so it is left out',
    ]


def test_a_here_document(tmp_path):
    found = manifest(
        tmp_path,
        """
        FROM python:3.12
        RUN <<EOF
        # first
        apk add gcc
        pip install flask \\
            rich
        EOF
        COPY <<EOF /app/readme
        pip install nothing
        EOF
        RUN pip install httpx
        """,
    )
    assert told(found) == [("flask", 5), ("rich", 6), ("httpx", 11)]
    assert found.apk == ("gcc",)


def test_apk_packages(tmp_path):
    found = manifest(
        tmp_path, "FROM python:3.12-alpine\nRUN apk add --no-cache -t .build gcc 'musl-dev>1' && pip install flask && apk del .build\n"
    )
    assert found.apk == ("gcc", "musl-dev")


@pytest.mark.parametrize("word", [".", "/app", ".[pg]", "-e .", "--editable=/app/"])
def test_the_project_itself(tmp_path, word):
    found = manifest(tmp_path, f"FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install {word}\n", pyproject_toml=PROJECT)
    assert [each.text for each in found.requirements] == ["httpx", "psycopg"][: 1 + ("pg" in word)]


LOCK = (
    'version = 1\n[[package]]\nname = "app"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [{ name = "flask" }]\n'
    '[package.optional-dependencies]\npg = [{ name = "rich" }]\n'
)


@pytest.mark.parametrize(
    ("command", "links"),
    [
        ("uv sync --frozen --no-dev", ["flask"]),
        ("uv sync --locked --extra pg", ["flask", "rich"]),
        ("uv export --extra=pg > requirements.txt && pip install -r requirements.txt", ["flask", "rich"]),
    ],
)
def test_a_lock(tmp_path, command, links):
    found = manifest(tmp_path, f"FROM python:3.12\nWORKDIR /app\nCOPY uv.lock pyproject.toml ./\nRUN {command}\n", uv_lock=LOCK)
    (lock,) = found.locks
    assert [link.name for link in lock.roots] == links


def test_what_is_not_there_is_said(tmp_path):
    found = manifest(tmp_path, "FROM python:3.12\nRUN pip install flask -r gone.txt ./wheels/x.whl /lib/app\nRUN pip install 'x\n")
    assert [(problem.subject.rpartition(":")[2], problem.message) for problem in found.problems] == [
        ("2", "gone.txt is not among the files beside the Dockerfile, so what it installs is not judged"),
        ("2", "./wheels/x.whl: a file that the image makes or gets itself, not judged"),
        ("2", "/lib/app is not among the files beside the Dockerfile, so what it installs is not judged"),
        ("3", "this RUN has a quote that is not closed: not read"),
    ]


def test_faults_keep_their_place(tmp_path):
    found = manifest(tmp_path, "FROM python:3.12\nRUN pip install flask \\\n  rich=1\n")
    assert [(fault.line, fault.reason) for fault in found.faults] == [(3, '"rich=1": a version needs "==" (found "=")')]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it has no FROM: not a Dockerfile"),
        ("RUN pip install flask\n", "it has no FROM: not a Dockerfile"),
        ("FROM\n", '"FROM": no image is named'),
        ("FROM alpine\nRUN apk add py3-flask\n", "nothing in it installs a Python package that is known here"),
    ],
)
def test_no_dockerfile_to_speak_of(tmp_path, text, reason):
    with pytest.raises(ManifestError) as caught:
        manifest(tmp_path, text)
    assert [fault.reason for fault in caught.value.faults] == [reason]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b && c || d; e | f & g", [["a", "b"], ["c"], ["d"], ["e"], ["f"], ["g"]]),
        ("X=1 sudo pip install 'a b' > log 2>&1", [["pip", "install", "a b"]]),
        ("if true; then pip install x; fi", [["true"], ["pip", "install", "x"], ["fi"]]),
        ("(cd /a && b)", [["cd", "/a"], ["b"]]),
        ("pip install git+https://x.example/y.git#egg=y", [["pip", "install", "git+https://x.example/y.git#egg=y"]]),
        ("", []),
    ],
)
def test_commands(text, expected):
    assert commands(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A-${A}", ("1-1", ())),
        ("${B:-x}${A:+y}${B:+z}${A-q}${E-w}${E:-v}", ("xy1v", ())),
        ("\\$A $B ${C}", ("$A  ", ("B", "C"))),
        ("$(date)", ("$(date)", ())),
    ],
)
def test_variables(text, expected):
    assert substituted(text, {"A": "1", "E": ""}) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("pip install a -r b -rc --requirement=d", (["a"], ["b", "c", "d"])),
        ("/venv/bin/pip --quiet install --target /x -t /y a", (["a"], [])),
        ("uv pip install --system -r pyproject.toml a", (["a"], ["pyproject.toml"])),
        ("pip install --only-binary=:all: --index-url https://index.example a", (["a"], [])),
        ("pip wheel --wheel-dir /w -w /x a", (["a"], [])),
        ("pip install -- -a", (["-a"], [])),
    ],
)
def test_pip_command_lines(words, expected):
    found = install_of(words.split())
    assert (found.requirements, found.files) == expected


@pytest.mark.parametrize(
    "words", ["pip freeze", "python app.py", "python -m venv /x", "poetry config x", "uv venv", "npm install x", "apk add pip"]
)
def test_other_command_lines(words):
    assert install_of(words.split()) is None


@pytest.mark.parametrize(
    ("words", "lock", "extras", "groups"),
    [
        ("uv sync --group all --extra=a", "uv.lock", ["a"], ["all"]),
        ("poetry install --only main,web -E a --no-root", "poetry.lock", ["a"], ["web"]),
        ("poetry install --with dev --extras 'a'", "poetry.lock", ["'a'"], ["dev"]),
        ("pdm sync --prod -Gweb", "pdm.lock", [], ["web"]),
        ("pipenv install --system --deploy --dev", "Pipfile.lock", [], ["dev"]),
    ],
)
def test_tools_with_locks(words, lock, extras, groups):
    found = install_of(words.split())
    assert (found.lock, found.extras, found.groups) == (lock, extras, groups)


def test_apk_command_lines():
    assert apk_names(["apk", "--no-cache", "add", "-X", "https://x.example", "gcc=13", "!musl", "git~2", ".virtual"]) == ("gcc", "git")
    assert apk_names(["apk", "del", "gcc"]) == ()


def test_a_requirement_on_a_checkout(tmp_path):
    found = manifest(tmp_path, "FROM python:3.12\nRUN pip install git+https://git.example/x.git#egg=x\n")
    assert [each.source for each in found.requirements] == [Source.VCS]


def test_a_file_from_another_stage(tmp_path):
    found = manifest(
        tmp_path,
        """
        FROM python:3.12 AS one
        WORKDIR /src
        COPY deps.txt more.txt ./
        FROM python:3.12
        COPY --from=one /src/deps.txt /tmp/requirements.txt
        COPY --from=0 /src/more.txt /src/gone.txt /tmp/
        COPY --from=elsewhere /x /y
        RUN pip install --no-index -f /wheels /wheels/*.whl -r /tmp/requirements.txt -r /tmp/more.txt
        """,
        deps_txt="flask\n",
        more_txt="rich\n",
    )
    assert [each.text for each in found.requirements] == ["flask", "rich"]
    assert (found.index.no_index, found.index.find_links, found.problems) == (False, (), ())


def test_a_lock_that_another_stage_exports(tmp_path):
    text = """
        FROM python:3.12 AS one
        WORKDIR /src
        COPY uv.lock .
        RUN uv export --no-dev -o /out/requirements.txt
        FROM python:3.12
        COPY --from=one /out /out
        RUN pip install -r /out/requirements.txt
        """
    (lock,) = manifest(tmp_path, text, uv_lock=LOCK).locks
    assert [link.name for link in lock.roots] == ["flask"]


@pytest.mark.parametrize(("command", "links"), [("uv sync", ["flask", "pytest"]), ("uv sync --no-dev", ["flask"])])
def test_the_group_dev_is_installed_unless_it_is_left_out(tmp_path, command, links):
    lock_text = LOCK.replace("[package.optional", '[package.dev-dependencies]\ndev = [{ name = "pytest" }]\n[package.optional')
    found = manifest(tmp_path, f"FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN {command}\n", uv_lock=lock_text)
    assert [link.name for link in found.locks[0].roots] == links


def test_a_project_above_the_dockerfile(tmp_path):
    found = manifest(tmp_path, "FROM python:3.12\nCOPY . /app\nRUN pip install /app\n", name="docker/Dockerfile", pyproject_toml=PROJECT)
    assert [each.text for each in found.requirements] == ["httpx"]
