"""Settings of pip: the same files in the same order as pip itself reads them."""

import datetime
import json
import os
import subprocess
import sys

import pytest

from muslcheck.errors import UsageError
from muslcheck.index.pipconfig import configuration_files, constraint_files, default_index_url, options_from_environment, settings
from muslcheck.words.requirement import FormatControl, IndexOptions, Selection

ASK_PIP = """
import json, sys
from pip._internal.commands.install import InstallCommand
command = InstallCommand("install", "", isolated=%r)
options = command.parser.parse_args([])[0]
control = options.format_control
names = ["index_url", "extra_index_urls", "find_links", "no_index", "trusted_hosts", "cert", "client_cert", "proxy", "timeout", "retries"]
names += ["prefer_binary", "require_hashes", "ignore_requires_python"]
found = {name: getattr(options, name) for name in names}
found["proxy"] = found["proxy"] or ""
found["ignore_requires_python"] = bool(found["ignore_requires_python"])
found["deps"] = not options.ignore_dependencies
found["constraints"], found["build_constraints"] = options.constraints, options.build_constraints
found["no_binary"], found["only_binary"] = sorted(control.no_binary), sorted(control.only_binary)
found["pre"] = options.pre or ":all:" in options.release_control.all_releases
print(json.dumps(found))
"""


def as_pip_sees_it(*, isolated=False):
    ran = subprocess.run([sys.executable, "-c", ASK_PIP % isolated], check=True, capture_output=True, text=True)
    return json.loads(ran.stdout.splitlines()[-1])


def as_we_see_it(*, isolated=False):
    index, selection = options_from_environment(isolated=isolated)
    constraints, build_constraints = constraint_files(isolated=isolated)
    return {
        "constraints": list(constraints),
        "build_constraints": list(build_constraints),
        "index_url": index.index_url or default_index_url(),
        "extra_index_urls": list(index.extra_index_urls),
        "find_links": list(index.find_links),
        "no_index": index.no_index,
        "trusted_hosts": list(index.trusted_hosts),
        "cert": index.cert,
        "client_cert": index.client_cert,
        "proxy": index.proxy or "",
        "timeout": 15 if index.timeout is None else index.timeout,
        "retries": 5 if index.retries is None else index.retries,
        "prefer_binary": selection.prefer_binary,
        "require_hashes": selection.require_hashes,
        "ignore_requires_python": selection.ignore_requires_python,
        "deps": not selection.no_deps,
        "no_binary": sorted(selection.formats.no_binary),
        "only_binary": sorted(selection.formats.only_binary),
        "pre": ":all:" in selection.all_releases,
    }


def only_named(found):
    """What another place than the variables may state on the machine that runs the tests (its own /etc) is no matter of the test."""
    return {key: value for key, value in found.items() if key != "cert"}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "everyone"))
    monkeypatch.delenv("PIP_CONFIG_FILE")
    monkeypatch.delenv("PIP_DISABLE_PIP_VERSION_CHECK")
    return tmp_path


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


EVERYONE = """
[global]
index-url = https://everyone.example/simple
extra-index-url =
    https://one.example/simple
    https://two.example/simple
timeout = 7
[install]
prefer-binary = yes
no-binary = alpha,Beta_x
[list]
index-url = https://list.example/simple
"""
USER = """
[global]
index_url = https://user.example/simple
trusted-host = a.example b.example:8080
retries = 2
only-binary = alpha
"""
NAMED = """
[global]
find-links = /wheels https://links.example/
no-index = true
[install]
require-hashes = 1
extra-index-url =
"""


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="the folders are named for Linux")
@pytest.mark.parametrize("isolated", [False, True])
@pytest.mark.parametrize(
    ("files", "variables"),
    [
        ((), {}),
        (("everyone",), {}),
        (("everyone", "user"), {}),
        (("user", "legacy"), {}),
        (("everyone", "user", "named"), {}),
        (("user",), {"PIP_INDEX_URL": "https://env.example/simple", "PIP_RETRIES": "9", "PIP_TRUSTED_HOST": ""}),
        (("everyone",), {"PIP_EXTRA_INDEX_URL": "https://env.example/x", "PIP_NO_DEPS": "1", "PIP_PRE": "yes"}),
        (("everyone",), {"PIP_DEFAULT_TIMEOUT": "33", "PIP_PROXY": "http://proxy.example:1", "PIP_ONLY_BINARY": ":all:"}),
        (("everyone",), {"PIP_NO_BINARY": ":all:", "PIP_CLIENT_CERT": "~/me.pem", "PIP_PYPI_URL": "https://alias.example/"}),
        (("everyone",), {"PIP_CONSTRAINT": "a.txt b.txt", "PIP_BUILD_CONSTRAINT": "c.txt"}),
        (("user",), {"PIP_CONFIG_FILE": os.devnull}),
        (("user",), {"PIP_CONFIG_FILE": "/nowhere/at/all.conf"}),
        (("user",), {"pip_index_url": "https://small.example/", "PIP_VERSION": "3", "PIP_HELP": "1"}),
    ],
)
def test_pip_sees_the_same(home, monkeypatch, files, variables, isolated):
    places = {
        "everyone": (home / "everyone" / "pip" / "pip.conf", EVERYONE),
        "user": (home / ".config" / "pip" / "pip.conf", USER),
        "legacy": (home / ".pip" / "pip.conf", EVERYONE),
        "named": (home / "named.conf", NAMED),
    }
    for name in files:
        write(*places[name])
    if "named" in files:
        monkeypatch.setenv("PIP_CONFIG_FILE", str(home / "named.conf"))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert only_named(as_we_see_it(isolated=isolated)) == only_named(as_pip_sees_it(isolated=isolated))


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="the folders are named for Linux")
@pytest.mark.parametrize("named", [None, "no.conf", "yes.conf", os.devnull])
@pytest.mark.parametrize("isolated", [False, True])
def test_pip_reads_the_same_files(home, monkeypatch, named, isolated):
    (home / "yes.conf").write_text("")
    if named is not None:
        monkeypatch.setenv("PIP_CONFIG_FILE", named if named == os.devnull else str(home / named))
    code = f"""
from pip._internal.configuration import Configuration
found = dict(Configuration({isolated}).iter_config_files())
print(*[path for kind in ("global", "user", "site", "env") for path in found.get(kind, [])], sep="\\n")
"""
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    theirs = [] if named == os.devnull else ran.stdout.split()
    assert list(configuration_files(isolated=isolated)) == theirs


def test_nothing_said_is_nothing_set(home, monkeypatch):
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    assert options_from_environment() == (IndexOptions(), Selection())


def test_uvs_variables_where_pip_says_nothing(monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", "main=https://uv.example/simple")
    monkeypatch.setenv("UV_INDEX", "https://one.example/simple?a=b named=https://two.example/simple")
    found, _ = options_from_environment()
    assert found.index_url == "https://uv.example/simple"
    assert found.extra_index_urls == ("https://one.example/simple?a=b", "https://two.example/simple")
    assert options_from_environment(isolated=True)[0] == IndexOptions()
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip.example/simple")
    assert options_from_environment()[0] == IndexOptions(index_url="https://pip.example/simple")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PIP_RETRIES", "many", "no whole number"),
        ("PIP_TIMEOUT", "long", "no number"),
        ("PIP_NO_INDEX", "perhaps", "neither yes nor no"),
        ("PIP_UPLOADED_PRIOR_TO", "yesterday", "neither a date"),
    ],
)
def test_values_that_make_no_sense(monkeypatch, variable, value, said):
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError, match=said) as raised:
        options_from_environment()
    assert "pip config list" in raised.value.hint


@pytest.mark.parametrize("content", [b"no section\n", b"[global\n", b"[global]\nindex-url = \xff\xfe\n"])
def test_a_file_that_cannot_be_read(home, monkeypatch, content):
    path = home / "pip.conf"
    path.write_bytes(content)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(path))
    with pytest.raises(UsageError, match=r"pip\.conf cannot be read"):
        settings()


def test_moments(monkeypatch):
    monkeypatch.setenv("PIP_UPLOADED_PRIOR_TO", "2024-05-06T07:08:09Z")
    assert options_from_environment()[1].uploaded_prior_to == datetime.datetime(2024, 5, 6, 7, 8, 9, tzinfo=datetime.UTC)
    monkeypatch.setenv("PIP_UPLOADED_PRIOR_TO", "2024-05-06")
    assert options_from_environment()[1].uploaded_prior_to == datetime.datetime(2024, 5, 6).astimezone()
    monkeypatch.setenv("PIP_UPLOADED_PRIOR_TO", "P7D")
    before = datetime.datetime.now(datetime.UTC)
    moment = options_from_environment()[1].uploaded_prior_to
    week = datetime.timedelta(days=7)
    assert before <= moment + week <= datetime.datetime.now(datetime.UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05Z", datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)),
        ("2026-01-02T03:04:05+02:00", datetime.datetime(2026, 1, 2, 1, 4, 5, tzinfo=datetime.UTC)),
        ("2026-01-02", datetime.datetime(2026, 1, 3).astimezone()),  # local time, to the end of the day
        ("3 days", datetime.timedelta(days=3)),
        ("1 week", datetime.timedelta(days=7)),
        ("24 hours ago", datetime.timedelta(days=1)),
        ("30d", datetime.timedelta(days=30)),
        ("P7D", datetime.timedelta(days=7)),
        ("P2W", datetime.timedelta(days=14)),
        ("PT36H", datetime.timedelta(hours=36)),
    ],
)
def test_moments_of_uv(monkeypatch, text, expected):
    monkeypatch.setenv("UV_EXCLUDE_NEWER", text)
    found = options_from_environment(uv=True)[1].uploaded_prior_to
    if isinstance(expected, datetime.timedelta):
        assert abs(datetime.datetime.now(datetime.UTC) - expected - found) < datetime.timedelta(minutes=5)
    else:
        assert found == expected
    assert options_from_environment(uv=True, isolated=True)[1] == options_from_environment()[1] == Selection()


@pytest.mark.parametrize("text", ["soon", "3 fortnights", "P1M", "2026-13-01"])
def test_moments_of_uv_that_make_no_sense(monkeypatch, text):
    monkeypatch.setenv("UV_EXCLUDE_NEWER", text)
    with pytest.raises(UsageError, match=f"UV_EXCLUDE_NEWER: {text} is neither a date nor a while"):
        options_from_environment(uv=True)


def test_names_of_projects(monkeypatch):
    monkeypatch.setenv("PIP_ALL_RELEASES", "Foo_Bar,baz")
    monkeypatch.setenv("PIP_ONLY_FINAL", "baz,Other")
    monkeypatch.setenv("PIP_NO_BINARY", "a,:none:,B.c")
    _, selection = options_from_environment()
    assert selection.all_releases | selection.only_final == {"foo-bar", "baz", "other"}
    assert not selection.all_releases & selection.only_final
    assert selection.formats == FormatControl(no_binary=frozenset({"b-c"}))


def test_without_pip_the_index_has_to_be_named():
    code = """
import sys
sys.modules["pip"] = None
from muslcheck.index import default_index_url
from muslcheck.errors import UsageError
try:
    default_index_url()
except UsageError as error:
    print(error, error.hint)
"""
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout == "pip is not installed, so its default index address is not known Give --index-url.\n"


def test_reading_settings_loads_little():
    code = """
import sys
from muslcheck.index import options_from_environment
options_from_environment()
print(sorted({"pip", "httpcore", "httpx", "asyncio", "configparser", "platformdirs", "datetime"} & set(sys.modules)))
"""
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout == "[]\n"
