"""Dockerfiles: stages, command lines and the files that they install."""

import re
import textwrap
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n# the end\n"])
def test_a_file_that_ends_in_the_middle_of_an_instruction(tmp_path, end):
    (tmp_path / "Dockerfile").write_text(f"FROM python:3.12-alpine\nRUN pip install flask \\\n    rich \\{end}")
    assert told(read([str(tmp_path / "Dockerfile")])[0]) == [("flask", 2), ("rich", 3)]


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
    assert [each.text for each in found.requirements] == ["flask[async]==2.0", "rich"]
    assert found.index.extra_index_urls == ("https://wheels.example/simple",)
    assert [problem.message for problem in found.problems] == [
        '"rich==$NOTHING": no default for the argument NOTHING, so its version is left open',
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
        ("pip --proxy http://proxy.example --no-cache-dir install a", (["a"], [])),
        ("uv --quiet pip --no-progress install --python-preference system --torch-backend cpu a -r b", (["a"], ["b"])),
        ("uv pip install --constraints c --overrides o --excludes e --reinstall-package p --refresh-package q a", (["a"], [])),
        ("uv pip install --requirements-from-script job.py", ([], ["job.py"])),
        ("uv pip sync --strict a.txt b.txt", ([], ["a.txt", "b.txt"])),
        ("pip install -qUr b -Iv a", (["a"], ["b"])),
        ("poetry run pip install a", (["a"], [])),
        ("pipenv run python3 -m pip install a", (["a"], [])),
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


@pytest.mark.parametrize(
    ("words", "lock", "folder"),
    [
        ("uvx --with poetry-plugin-export==1.9 poetry@2.1 export --extras all -o r.txt", "poetry.lock", ""),
        ("uv tool run --from poetry==2.1 poetry -C app export -o r.txt", "poetry.lock", "app"),
        ("pipx run poetry export --without-hashes", "poetry.lock", ""),
        ("uv --directory back export -p 3.12 --project end", "uv.lock", "end"),
        ("pdm export -p back -o r.txt", "pdm.lock", "back"),
    ],
)
def test_exports_that_something_else_runs_or_that_are_for_another_folder(words, lock, folder):
    found = install_of(words.split())
    assert (found.exported, found.lock, found.folder) == (True, lock, folder)


def test_a_lock_in_the_folder_that_the_tool_is_told(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app/uv.lock").write_text(LOCK)
    text = "FROM python:3.12\nWORKDIR /src\nCOPY app back\nRUN uv sync --directory back --no-dev\n"
    (lock,) = manifest(tmp_path, text).locks
    assert [link.name for link in lock.roots] == ["flask"]


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


ALPINE = "FROM python:3.12-alpine\n"


def lines(folder, text, **files):
    return [each.text for each in manifest(folder, text, **files).requirements]


def test_a_stage_may_be_named(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM python:3.12 AS prod\nRUN pip install flask\nFROM prod AS test\nRUN pip install pytest\n")
    path = str(tmp_path / "Dockerfile")
    (last,) = read([path])
    assert [each.text for each in last.requirements] == ["flask", "pytest"]
    for name in ("prod", "PROD", "0"):
        (named,) = read([path], stage=name)
        assert [each.text for each in named.requirements] == ["flask"]
        assert [problem.message for problem in named.problems] == ["not a part of its stage prod, so left aside: test"]


def test_a_stage_that_is_not_there(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM python:3.12 AS prod\nFROM prod\nRUN pip install pytest\n")
    with pytest.raises(ManifestError) as caught:
        read([str(tmp_path / "Dockerfile")], stage="production")
    assert [fault.reason for fault in caught.value.faults] == ['it has no stage "production"']
    assert caught.value.hint == "Its stages are: prod, 1."


def test_only_dockerfiles_have_stages(tmp_path):
    (tmp_path / "requirements.txt").write_text("flask\n")
    with pytest.raises(ManifestError) as caught:
        read([str(tmp_path / "requirements.txt")], stage="prod")
    assert caught.value.faults[0].reason == "only a Dockerfile has stages"


def test_a_stage_left_aside_is_told_with_how_to_ask_for_it(tmp_path):
    found = manifest(tmp_path, "FROM python:3.12 AS prod\nRUN pip install flask\nFROM python:3.12\nRUN pip install pytest\n")
    assert [problem.hint for problem in found.problems] == ["Name another one to have that judged: --stage prod."]


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ('["pip", "install", "numpy>=1.2", "flask<3"]', ["numpy>=1.2", "flask<3"]),
        ('["sh", "-c", "pip install $NAME \'rich>1\'"]', ["flask", "rich>1"]),
        ("sh -c 'pip install rich'", ["rich"]),
        ("bash -euo pipefail -c 'apk add git && pip install rich'", ["rich"]),
        ('/bin/ash -lc "pip install rich"', ["rich"]),
        ('PKGS="rich flask"; pip install $PKGS', ["rich", "flask"]),
        ("export V=1 && pip install rich==$V", ["rich==1"]),
        ("V=$(date) && pip install rich", ["rich"]),
        ("--mount=type=cache,target=/var/cache --network=none pip install rich", ["rich"]),
        ("set -eux; \\\n\n    # why\n    pip install \\\n      rich; \\\n    true", ["rich"]),
        ("<<-'EOF' bash\n\tset -e\n\tpip install rich\nEOF", ["rich"]),
        ("python3.12 -m pip --no-cache-dir install --root-user-action=ignore rich", ["rich"]),
        ("uv pip install --system --no-cache --python 3.12 rich", ["rich"]),
        ("pip install --prefix /install --no-warn-script-location rich", ["rich"]),
        ("pip download rich", []),
        ("pip uninstall -y rich", []),
    ],
)
def test_commands_in_all_their_shapes(tmp_path, run, expected):
    found = lines(tmp_path, f"{ALPINE}ENV NAME=flask\nRUN {run}\nRUN pip install httpx\n")
    assert found == [*expected, "httpx"]


def test_variables_count_from_where_they_stand(tmp_path):
    text = """
        ARG TOP=3
        FROM python:3.12-alpine
        ENV PKG=first
        RUN pip install $PKG
        ENV PKG=second MORE=$PKG
        ARG TOP
        RUN pip install $PKG $MORE top==$TOP
        """
    # As Docker has it, the variables of one instruction see those of the instructions before it.
    assert lines(tmp_path, text) == ["first", "second", "first", "top==3"]


def steps(folder, text, **files):
    """What each command asks for, and the commands whose packages it finds."""
    return [([each.text for each in step.asks.requirements], step.after) for step in manifest(folder, text, **files).steps]


def test_commands_that_install_one_after_the_other(tmp_path):
    found = manifest(
        tmp_path,
        f"""
        {ALPINE.strip()}
        RUN pip install --upgrade pip setuptools
        COPY requirements.txt .
        RUN pip install -r requirements.txt && pip install gunicorn
        """,
        requirements_txt="flask\n",
    )
    assert [[each.text for each in step.asks.requirements] for step in found.steps] == [["pip", "setuptools"], ["flask"], ["gunicorn"]]
    assert [step.after for step in found.steps] == [(), (0,), (0, 1)]
    assert [step.upgrades for step in found.steps] == [{"pip", "setuptools"}, frozenset(), frozenset()]
    assert [str(step.asks.requirements[0].origin).rpartition("/")[2] for step in found.steps] == [
        "Dockerfile:2",
        "requirements.txt:1",
        "Dockerfile:4",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "RUN pip install flask rich",
        "RUN pip install flask -r requirements.txt -r more.txt",
        "RUN pip install -r gone.txt\nRUN pip install flask",
        "RUN pip install flask\nRUN pip uninstall -y pip\nRUN pip download rich",
    ],
)
def test_one_command_is_no_sequence(tmp_path, text):
    assert steps(tmp_path, f"{ALPINE}COPY . .\n{text}\n", requirements_txt="httpx\n", more_txt="attrs\n") == []


def test_options_belong_to_their_command(tmp_path):
    found = manifest(
        tmp_path,
        f"""
        {ALPINE.strip()}
        COPY . .
        RUN pip install --pre --no-deps -i https://one.example/simple -c limits.txt rich
        ENV PIP_NO_BINARY=flask
        RUN pip install -r requirements.txt
        RUN pip install --only-binary=:all: --require-hashes attrs
        RUN pip install -r gone.txt --prefer-binary
        """,
        requirements_txt="--extra-index-url https://two.example/simple\nflask\n",
        limits_txt="rich<9\n",
    )
    first, second, third = (step.asks for step in found.steps)
    assert (first.selection.all_releases, first.selection.no_deps, first.index.index_url) == ({":all:"}, True, "https://one.example/simple")
    assert [each.text for each in first.constraints] == ["rich<9"]
    assert second.index.extra_index_urls == ("https://two.example/simple",)
    assert (second.index.index_url, second.constraints, second.selection.no_deps, second.selection.all_releases) == (None, (), False, set())
    assert second.selection.formats.no_binary == {"flask"}
    assert not third.selection.formats.no_binary  # pip: ":all:" of the one option empties the other
    assert third.selection.formats.only_binary == {":all:"}
    assert third.selection.require_hashes
    assert not any((first.selection.require_hashes, second.selection.require_hashes, third.selection.prefer_binary))


@pytest.mark.parametrize(
    ("command", "upgrades", "anew"),
    [
        ("pip install -U rich -r requirements.txt", {"rich", "flask"}, False),
        ("pip install -qUr requirements.txt", {"flask"}, False),
        ("pip install -U --upgrade-strategy=eager rich", {"rich", ":all:"}, False),
        ("pip install --upgrade-strategy eager rich", set(), False),
        ("pip install -U .", set(), False),
        ("pip install --force-reinstall rich", set(), True),
        ("pip install -I rich", set(), True),
        ("PIP_UPGRADE=1 pip install rich", {"rich"}, False),
        ("uv pip install -U rich", {"rich", ":all:"}, False),
        ("uv pip install -P Attrs rich", {"attrs"}, False),
        ("uv pip install --reinstall rich", set(), True),
    ],
)
def test_what_becomes_of_what_is_there(tmp_path, command, upgrades, anew):
    found = manifest(
        tmp_path, f"{ALPINE}COPY . .\nRUN pip install httpx\nRUN {command}\n", requirements_txt="flask\n", pyproject_toml=PROJECT
    )
    assert (found.steps[1].upgrades, found.steps[1].anew) == (upgrades, anew)


def test_what_is_uninstalled_is_a_step(tmp_path):
    found = manifest(tmp_path, f"{ALPINE}RUN pip install rich\nRUN pip uninstall -y Rich flask==1 && pip install httpx\n")
    assert [step.removes for step in found.steps] == [frozenset(), {"rich", "flask"}, frozenset()]
    assert found.steps[2].after == (0, 1)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("RUN pip install a\nRUN pip install b", (0,)),
        ("RUN pip install a\nRUN python -m venv /venv && /venv/bin/pip install b", ()),
        ("RUN python3 -m venv /venv\nENV PATH=/venv/bin:$PATH\nRUN pip install a\nRUN /venv/bin/python -m pip install b", (0,)),
        ("RUN virtualenv -p python3 /venv && . /venv/bin/activate && pip install a\nRUN pip install b", ()),
        ("RUN virtualenv /venv\nRUN . /venv/bin/activate && pip install a\nRUN . /venv/bin/activate && pip install b", (0,)),
        ("RUN pip install --prefix=/install a\nRUN pip install --prefix=/install b", ()),
        ("RUN pip install a\nRUN pip install --prefix=/install b", (0,)),
        ("RUN pip install a\nRUN pip install --target /deps b", ()),
        ("RUN pip install --user a\nRUN pip install b", (0,)),
        ("RUN pip install --prefix /usr/local a\nRUN pip install b", (0,)),
        ("RUN pip --python /venv/bin/python install a\nRUN /venv/bin/pip3 install b", (0,)),
        ("RUN pip wheel -w /wheels a\nRUN pip install b", ()),
        ("RUN pip wheel -w /wheels a\nRUN pip install --no-index --find-links=/wheels b", (0,)),
        ("RUN uv pip install --system a\nRUN pip install b", (0,)),
        ("RUN uv venv && uv pip install a\nRUN pip install b", ()),
        ("RUN uv venv /venv\nENV VIRTUAL_ENV=/venv\nRUN uv pip install a\nRUN uv pip install b", (0,)),
        ("RUN uv pip install --target /deps a\nRUN uv pip install --target /deps b", (0,)),
        ("RUN uv pip install --system a\nRUN uv pip install --system --exact b\nRUN pip install c", (1,)),
    ],
)
def test_what_a_command_finds_installed(tmp_path, text, after):
    assert manifest(tmp_path, f"{ALPINE}{text}\n").steps[-1].after == after


@pytest.mark.parametrize(
    ("install", "copy", "after"),
    [
        ("pip install", "/usr/local /usr/local", (0,)),
        ("pip install", "/usr/local/lib/python3.12/site-packages /usr/local/lib/python3.12/site-packages", (0,)),
        ("pip install --prefix=/install", "/install /usr/local", (0,)),
        ("pip install --user", "/home/app/.local /home/app/.local", (0,)),
        ("pip install --user", "/home/app/.local /usr/local", (0,)),
        ("pip install --target=/deps", "/deps /deps", ()),
        ("python -m venv /venv && /venv/bin/pip install", "/venv /usr/local", (0,)),
        ("python -m venv /app/venv && /app/venv/bin/pip install", "/app /usr", ()),
        ("poetry config virtualenvs.in-project true && pip install", "/app/.venv /usr/local", (0,)),
        ("pip install", "/wheels /wheels", ()),
    ],
)
def test_what_a_stage_is_given_is_installed_there(tmp_path, install, copy, after):
    text = f"FROM python:3.12-alpine AS one\nRUN {install} a\nFROM python:3.12-alpine\nCOPY --from=one {copy}\nRUN pip install b\n"
    found = manifest(tmp_path, text)
    assert (found.steps[-1].after if found.steps else ()) == after


def test_an_environment_of_another_stage_is_gone_on_with(tmp_path):
    text = """
        FROM python:3.12-alpine AS one
        RUN python -m venv /opt/venv && /opt/venv/bin/pip install a
        FROM python:3.12-alpine
        COPY --from=one /opt /opt
        ENV PATH="/opt/venv/bin:$PATH"
        RUN pip install b
        """
    assert steps(tmp_path, text) == [(["a"], ()), (["b"], (0,))]


@pytest.mark.parametrize(
    ("command", "after"),
    [
        ("poetry install", ()),
        ("poetry config virtualenvs.create false && poetry install --only main", (0,)),
        ("POETRY_VIRTUALENVS_CREATE=false poetry install", (0,)),
        ("poetry config virtualenvs.create true && poetry install", ()),
        ("pipenv install", ()),
        ("pipenv install --system --deploy", (0,)),
        ("PIPENV_SYSTEM=1 pipenv sync", (0,)),
        ("pdm sync", ()),
    ],
)
def test_tools_with_environments_of_their_own(tmp_path, command, after):
    text = f"{ALPINE}WORKDIR /app\nCOPY . .\nRUN pip install a\nRUN {command}\n"
    (tmp_path / "Pipfile.lock").write_text('{"_meta": {"pipfile-spec": 6}, "default": {"flask": {"version": "==3.0.0"}}, "develop": {}}')
    poetry = '[[package]]\nname = "flask"\nversion = "3.0.0"\nfiles = []\n\n[metadata]\nlock-version = "2.1"\ncontent-hash = ""\n'
    pdm = '[metadata]\nlock_version = "4.5.0"\n[[package]]\nname = "flask"\nversion = "3.0.0"\nfiles = []\n'
    found = manifest(tmp_path, text, poetry_lock=poetry, pdm_lock=pdm)
    assert [step.after for step in found.steps] == [(), after]


def test_a_lock_is_a_step(tmp_path):
    text = f"{ALPINE}WORKDIR /app\nCOPY . .\nRUN uv sync --no-dev\nRUN uv pip install rich\n"
    first, second = manifest(tmp_path, text, uv_lock=LOCK).steps
    assert [link.name for link in first.asks.locks[0].roots] == ["flask"]
    assert ([each.text for each in second.asks.requirements], second.after) == (["rich"], (0,))


def test_a_file_that_two_commands_install_is_in_both(tmp_path):
    text = f"{ALPINE}COPY . .\nRUN pip install -r requirements.txt\nRUN pip install --no-binary=:all: -r requirements.txt\n"
    assert steps(tmp_path, text, requirements_txt="flask\n") == [(["flask"], ()), (["flask"], (0,))]


@pytest.mark.parametrize(
    ("env", "command", "expected"),
    [
        ("PIP_INDEX_URL=https://one.example/simple", "pip", ("https://one.example/simple", ())),
        ("PIP_EXTRA_INDEX_URL='https://a.example https://b.example'", "pip", (None, ("https://a.example", "https://b.example"))),
        ("UV_INDEX_URL=https://one.example/simple", "uv pip", ("https://one.example/simple", ())),
        ("UV_DEFAULT_INDEX=https://one.example/simple", "uv pip", ("https://one.example/simple", ())),
        ("UV_INDEX=mine=https://a.example", "uv pip", (None, ("https://a.example",))),
        ("UV_INDEX_URL=https://one.example/simple", "pip", (None, ())),
        ("PIP_INDEX_URL=https://one.example/simple", "uv pip", (None, ())),
    ],
)
def test_variables_that_name_an_index(tmp_path, env, command, expected):
    for at, text in enumerate(
        (f"ENV {env}\nRUN {command} install rich", f"ARG {env}\nRUN {command} install rich", f"RUN {env} {command} install rich")
    ):
        folder = tmp_path / str(at)
        found = manifest(folder, f"{ALPINE}{text}\n").index
        assert (found.index_url, found.extra_index_urls) == expected


@pytest.mark.parametrize(
    ("env", "command", "no_binary", "only_binary"),
    [
        ("PIP_NO_BINARY=psycopg2", "pip", {"psycopg2"}, set()),
        ("PIP_ONLY_BINARY=:all:", "pip", set(), {":all:"}),
        ("UV_NO_BINARY=1", "uv pip", set(), set()),  # it hears them for uv sync alone
        ("UV_NO_BUILD=true", "uv pip", set(), set()),
        ("UV_NO_BINARY_PACKAGE=rich", "uv pip", set(), set()),
    ],
)
def test_variables_that_choose_files(tmp_path, env, command, no_binary, only_binary):
    found = manifest(tmp_path, f"{ALPINE}ENV {env}\nRUN {command} install rich\n").selection.formats
    assert (found.no_binary, found.only_binary) == (no_binary, only_binary)


@pytest.mark.parametrize(
    ("env", "no_binary", "only_binary"),
    [
        ("UV_NO_BINARY=1", {":all:"}, set()),
        ("UV_NO_BUILD=true", set(), {":all:"}),
        ("UV_NO_BUILD=false", set(), set()),
        ("UV_NO_BINARY_PACKAGE=rich", {"rich"}, set()),
        ("UV_NO_BUILD_PACKAGE=rich", set(), {"rich"}),
    ],
)
def test_variables_that_choose_files_of_a_lock(tmp_path, env, no_binary, only_binary):
    found = manifest(tmp_path, f"{ALPINE}COPY . .\nENV {env}\nRUN uv sync\n", uv_lock=LOCK).selection.formats
    assert (found.no_binary, found.only_binary) == (no_binary, only_binary)


@pytest.mark.parametrize(
    ("command", "limits"), [("pip", ["rich<9", "rich<10"]), ("uv pip", ["rich<9"]), ("UV_CONSTRAINT=more.txt uv pip", ["rich<9"])]
)
def test_constraints_of_the_command_line_replace_those_of_uvs_variable(tmp_path, command, limits):
    text = f"{ALPINE}COPY . .\nENV PIP_CONSTRAINT=limits.txt UV_CONSTRAINT=limits.txt\nRUN {command} install -c own.txt rich\n"
    found = manifest(tmp_path, text, limits_txt="rich<10\n", own_txt="rich<9\n", more_txt="rich<8\n")
    assert sorted((each.text for each in found.constraints), reverse=True) == limits


def test_other_variables(tmp_path):
    text = f"{ALPINE}COPY . /app\nENV PIP_CONSTRAINT=/app/limits.txt PIP_PRE=1 PIP_PREFER_BINARY=yes PIP_NO_DEPS=1\nRUN pip install rich\n"
    found = manifest(tmp_path, text, limits_txt="rich<10\n")
    assert [each.text for each in found.constraints] == ["rich<10"]
    assert (found.selection.all_releases, found.selection.prefer_binary, found.selection.no_deps) == ({":all:"}, True, True)


def test_onbuild_is_done_in_the_stage_that_builds_on_it(tmp_path):
    text = """
        FROM python:3.12-alpine AS base
        ONBUILD COPY requirements.txt /tmp/
        ONBUILD RUN pip install -r /tmp/requirements.txt
        FROM base AS middle
        RUN pip install rich
        FROM middle
        """
    found = manifest(tmp_path, text, requirements_txt="flask\n")
    assert [each.text for each in found.requirements] == ["flask", "rich"]
    assert found.problems == ()


def test_onbuild_of_the_image_itself(tmp_path):
    found = manifest(tmp_path, f"{ALPINE}ONBUILD RUN pip install rich\n")
    assert [each.text for each in found.requirements] == ["rich"]
    assert [problem.message for problem in found.problems] == [
        "what it installs on ONBUILD is judged as an image that builds on it gets it"
    ]


def test_an_image_that_the_builder_names(tmp_path):
    found = manifest(tmp_path, "ARG BASE\nFROM --platform=$BUILDPLATFORM ${BASE} AS one\nRUN pip install rich\n")
    assert ([each.text for each in found.requirements], found.images) == (["rich"], ())


def added(folder, text, stage="", **files):
    manifest(folder, text, **files)
    (found,) = read([str(folder / "Dockerfile")], stage=stage)
    return found.added


def test_what_is_there_to_build_with(tmp_path):
    found = added(
        tmp_path,
        """
        FROM python:3.12-alpine AS build
        RUN apk add --no-cache curl && \\
            apk add --no-cache --virtual .build-deps \\
              gcc \\
              musl-dev \\
            && pip install rich \\
            && apk del .build-deps
        RUN apk add cargo
        """,
    )
    assert found.building == (("curl", 2), ("gcc", 4), ("musl-dev", 5))
    assert (found.stage, found.final, found.kept, found.complete) == ("build", "build", ("cargo", "curl"), True)


def test_what_was_added_by_name_outlives_a_group(tmp_path):
    found = added(tmp_path, f"{ALPINE}RUN apk add gcc\nRUN apk add -t .b gcc make\nRUN pip install x; apk --purge del .b\n")
    assert found.kept == ("gcc",)


def test_a_package_may_be_deleted_by_name(tmp_path):
    assert added(tmp_path, f"{ALPINE}RUN apk add gcc make\nRUN pip install x && apk del gcc\n").kept == ("make",)


def test_the_compilers_of_a_builder_are_not_in_the_image(tmp_path):
    text = """
        FROM python:3.12-alpine AS base
        RUN apk add libffi
        FROM base AS builder
        RUN apk add g++
        RUN pip wheel -w /wheels rich
        FROM base
        RUN apk add libstdc++
        COPY --from=builder /wheels /wheels
        RUN pip install /wheels/*
        """
    found = added(tmp_path, text)
    assert [name for name, _ in found.building] == ["g++", "libffi", "libstdc++"]
    assert (found.stage, found.final, found.kept) == ("builder", "2", ("libffi", "libstdc++"))
    assert added(tmp_path, text, stage="builder").kept == ("g++", "libffi")


@pytest.mark.parametrize("command", ["apk add $(cat list)", "apk add `cat list`", "apk add $LIST", "X=$(scanelf) && apk add -t .run $X"])
def test_what_is_computed_is_not_read(tmp_path, command):
    assert not added(tmp_path, f"{ALPINE}RUN apk add gcc && {command}\nRUN pip install rich\n").complete


def test_packages_of_a_variable(tmp_path):
    found = added(tmp_path, f"{ALPINE}ENV DEPS='gcc make'\nRUN apk add $DEPS && B=\"cargo g++\"; apk add $B && pip install rich\n")
    assert [name for name, _ in found.building] == ["cargo", "g++", "gcc", "make"]
    assert found.complete


def test_without_apk_there_is_nothing_to_tell(tmp_path):
    assert added(tmp_path, f"{ALPINE}RUN pip install rich\n") is None
    assert added(tmp_path, "FROM python:3.12\nRUN apt-get install gcc && pip install rich\n") is None


def test_packages_that_come_from_a_stage_with_glibc(tmp_path):
    text = "FROM python:3.12-slim AS build\nRUN pip install --user rich\nFROM python:3.12-alpine\nCOPY --from=build /home /home\n"
    (problem,) = manifest(tmp_path, text).problems
    assert problem.message == (
        "its packages are installed on python:3.12-slim (stage build) for an image on python:3.12-alpine: "
        "what is made for glibc there does not load with musl"
    )


def test_a_file_that_stands_in_the_dockerfile(tmp_path):
    text = """
        FROM python:3.12-alpine AS base
        WORKDIR /app
        COPY --chmod=644 <<EOF deps.txt
        # these
        flask
        rich=1
        EOF
        COPY <<'END' /limits/c.txt
        werkzeug<3
        END
        FROM base
        RUN pip install -r deps.txt -c /limits/c.txt
        """
    found = manifest(tmp_path, text)
    assert told(found) == [("flask", 5)]
    assert [each.text for each in found.constraints] == ["werkzeug<3"]
    assert [fault.line for fault in found.faults] == [6]


def test_a_here_document_that_does_not_end(tmp_path):
    found = manifest(tmp_path, f"{ALPINE}COPY <<EOF /x.txt\nRUN pip install rich -r /x.txt\n")
    assert [each.text for each in found.requirements] == ["rich"]


@pytest.mark.parametrize(
    ("words", "expected", "ends"),
    [
        ('"rich[all]>=$V"', ["rich[all]"], "so its version is left open"),
        ("rich==${V}.post1", ["rich"], "so its version is left open"),
        ("$PKG", [], ""),
        ("rich $EXTRA", ["rich"], ""),
        ("$NAME==1.0", [], "so it is left out"),
        ("rich-$NAME", [], "so it is left out"),
        ("https://files.example/v$V.tar.gz", [], "so it is left out"),
        ("x@https://files.example/v$V.tar.gz", [], "so it is left out"),
        ("'rich==$V; python_version > \"3\"'", [], "so it is left out"),
        (
            "-r requirements-$ENV.txt",
            [],
            "requirements-$ENV.txt is not among the files beside the Dockerfile, so what it installs is not judged",
        ),
        ("--index-url https://$USER@index.example/simple rich", ["rich"], ""),
    ],
)
def test_arguments_without_a_default(tmp_path, words, expected, ends):
    found = manifest(tmp_path, f"{ALPINE}RUN pip install httpx {words}\n")
    assert [each.text for each in found.requirements] == ["httpx", *expected]
    assert [problem.message.endswith(ends) for problem in found.problems] == [True] * bool(ends)


def test_an_argument_without_a_default_elsewhere_keeps_nothing_from_being_read(tmp_path):
    found = added(tmp_path, f"{ALPINE}RUN echo $TOKEN && apk add gcc && pip install rich\n")
    assert ([name for name, _ in found.building], found.complete) == (["gcc"], True)
    found = added(tmp_path, f"{ALPINE}RUN apk add gcc=$V make && pip install rich\n")
    assert ([name for name, _ in found.building], found.complete) == (["make"], False)


@pytest.mark.parametrize(
    ("values", "images", "texts"),
    [
        ({"EXTRA": ""}, ("python:3.11-alpine",), ["rich==1", "flask"]),
        ({"PY": "3.13", "V": "2", "EXTRA": "[async]"}, ("python:3.13-alpine",), ["rich==2", "flask[async]"]),
        ({"OTHER": "x", "EXTRA": "<3"}, ("python:3.11-alpine",), ["rich==1", "flask<3"]),
    ],
)
def test_values_of_arguments_may_be_given(tmp_path, values, images, texts):
    text = 'ARG PY=3.11\nFROM python:$PY-alpine\nARG V=1 EXTRA\nRUN pip install rich==$V && pip install "flask$EXTRA"\n'
    (tmp_path / "Dockerfile").write_text(text)
    (found,) = read([str(tmp_path / "Dockerfile")], build_args=values)
    assert found.images == images
    assert [each.text for each in found.requirements] == texts


def test_only_what_is_declared_takes_a_value(tmp_path):
    (tmp_path / "Dockerfile").write_text(f"{ALPINE}RUN pip install httpx rich==$V\n")
    (found,) = read([str(tmp_path / "Dockerfile")], build_args={"V": "1"})
    assert [each.text for each in found.requirements] == ["httpx", "rich"]
    assert [problem.hint for problem in found.problems] == ["Give it a value: --build-arg V=..."]


STORY = Path(__file__).parents[2] / "fixtures" / "manifests" / "story" / "Dockerfile"


@pytest.mark.parametrize(("stage", "aside"), [("prod", []), ("", ["prod"])])
def test_the_story(stage, aside):
    (found,) = read([str(STORY)], stage=stage)
    assert found.added.building[0] == ("ca-certificates", 8)
    assert [name for name, _ in found.added.building] == [
        "ca-certificates", "curl", "ffmpeg", "gcc", "libffi-dev", "musl-dev", "openssl-dev", "procps",
    ]  # fmt: skip
    assert found.added.kept == ("ca-certificates", "curl", "ffmpeg", "procps")
    assert (found.added.stage, found.added.final) == ("python-deps", stage or "test")
    assert len(found.requirements) == 3 + 14 + (stage == "prod")
    assert [problem.message.rpartition(": ")[2] for problem in found.problems] == aside


TOKENS = [
    "\\\n",
    "\n",
    '"',
    "'",
    "$A",
    "${",
    "<<E",
    "E\n",
    "[",
    "]",
    " && ",
    "RUN pip install ",
    "FROM a\n",
    "COPY . .\n",
    "-r ",
    "ARG A\n",
]
TOKENS += [
    "--from=",
    "ONBUILD ",
    "ENV A=1\n",
    "x==1 ",
    "#",
    "(",
    "|",
    ">",
    "`",
    "apk add -t .b ",
    "apk del .b",
    "sh -c ",
    "\0A\0",
    "rich",
    "é",
    "\t",
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(TOKENS), max_size=25))
def test_whatever_stands_in_it_is_read_or_told(tmp_path, tokens):
    (tmp_path / "Dockerfile").write_text("FROM python:3.12-alpine\n" + "".join(tokens))
    with suppress(ManifestError):
        (found,) = read([str(tmp_path / "Dockerfile")])
        assert found.kind == "dockerfile"
        assert "\0" not in "".join(problem.message for problem in found.problems)


@pytest.mark.parametrize(
    ("base", "images", "taken"),
    [
        ("python:${V}-slim", ("python:slim",), "it is taken for python:slim"),
        ("python:$V", ("python",), "it is taken for python"),
        ("python:3.12-${VARIANT}", ("python:3.12",), "it is taken for python:3.12"),
        ("base-$ARCH", ("python:3.12-alpine",), "it is taken for stage base-amd64"),
        ("python:3.$MINOR-slim", (), "its image is not known"),
        ("$IMAGE", (), "its image is not known"),
    ],
)
def test_an_image_that_an_argument_without_a_value_leaves_open(tmp_path, base, images, taken):
    name = re.search(r"\$\{?(\w+)", base)[1]
    text = f"ARG {name}\nFROM python:3.12-alpine AS base-amd64\nFROM python:3.13-alpine AS base-arm64\n"
    found = manifest(tmp_path, f"{text}FROM {base}\nRUN pip install rich\n")
    (problem,) = (each for each in found.problems if each.subject.endswith(":4"))
    assert found.images == images
    assert problem.message == f"FROM {base}: no default for the argument {name}, so {taken}"
    assert problem.hint == f"Give it a value: --build-arg {name}=..."
    (valued,) = read([str(tmp_path / "Dockerfile")], build_args={name: "11"})
    assert not any("no default" in each.message for each in valued.problems)


def test_a_stage_that_gives_no_packages_adds_none(tmp_path):
    found = manifest(
        tmp_path,
        """
        FROM python:3.12-alpine AS main
        RUN pip install flask
        FROM main AS dev
        RUN pip install pytest
        FROM dev AS build
        RUN pip install hatch && python -m build
        FROM python:3.12-alpine
        COPY --from=main /usr/local/lib/python3.12/site-packages /usr/local/lib/python3.12/site-packages
        COPY --from=build /src/dist /src/dist
        COPY --from=dev /src/settings.py /src/
        """,
    )
    assert [each.text for each in found.requirements] == ["flask"]
    assert [each.message for each in found.problems] == ["not a part of its last stage, so left aside: dev, build"]


@pytest.mark.parametrize(
    ("commands", "locks", "named"),
    [
        ("uv sync --no-dev\nRUN uv pip install -e .", 1, []),
        ("uv sync --no-dev\nRUN pip install .[web]", 1, ["flask", "gunicorn"]),
        ("uv sync --no-dev --extra web\nRUN pip install .[web]", 1, []),
        ("uv sync --no-dev --all-extras\nRUN pip install /src[web]", 1, []),
        ("uv export --no-dev -o /r.txt\nRUN pip install -r /r.txt && pip install --no-deps .[web]", 1, []),
        ("pip install rich\nRUN pip install --no-deps .", 0, ["rich"]),
        ("pip install --no-deps .", 0, ["flask"]),
        ("pip install .", 0, ["flask"]),
    ],
)
def test_a_project_after_its_own_lock_brings_nothing_more(tmp_path, commands, locks, named):
    project = '[project]\nname = "app"\nversion = "1"\ndependencies = ["flask"]\n[project.optional-dependencies]\nweb = ["gunicorn"]\n'
    text = f"FROM python:3.12\nWORKDIR /src\nCOPY . .\nRUN {commands}\n"
    lock = LOCK.replace("[package.optional-dependencies]\n", '[package.optional-dependencies]\nweb = [{ name = "flask" }]\n')
    found = manifest(tmp_path, text, uv_lock=lock, pyproject_toml=project)
    assert len(found.locks) == locks
    assert [each.text for each in found.requirements] == named


@pytest.mark.parametrize(
    ("base", "commands", "image"),
    [
        ("ubuntu:24.04", "RUN uv python install 3.13\nRUN uv pip install rich", "python:3.13-slim"),
        ("ubuntu:24.04", "RUN uv venv --python cpython-3.13.2 /venv && uv pip install rich", "python:3.13-slim"),
        ("ubuntu:24.04", "ARG V=3.12\nRUN uv venv -p ${V} && uv sync --no-dev", "python:3.12-slim"),
        ("debian:12", "ENV UV_PYTHON=3.14\nRUN uv venv && uv pip install rich", "python:3.14-slim"),
        ("ubuntu:24.04", "RUN uv python install 3.13\nRUN pip install rich", "ubuntu:24.04"),
        ("ubuntu:24.04", "RUN uv venv && uv pip install rich", "ubuntu:24.04"),
        ("ubuntu:24.04", "RUN uv venv --python pypy && uv pip install rich", "ubuntu:24.04"),
        ("python:3.12", "RUN uv venv --python 3.13 && uv pip install rich", "python:3.12"),
        ("alpine:3.23", "RUN uv venv --python 3.13 && uv pip install rich", "alpine:3.23"),
    ],
)
def test_a_python_that_uv_brings(tmp_path, base, commands, image):
    found = manifest(tmp_path, f"FROM {base}\nCOPY uv.lock .\n{commands}\n", uv_lock=LOCK)
    assert found.images == (image,)
    brought = [] if image == base else [f"uv brings Python {image[7:11]} to {base}: judged for an image of that Python"]
    assert [each.message for each in found.problems] == brought
