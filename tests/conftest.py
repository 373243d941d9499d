"""What holds for every test: its own home and settings, and no network beyond loopback unless it is marked ``live``."""

import os
import runpy
import urllib.request
from pathlib import Path

import pytest

OFFLINE = Path(__file__).parent / "offline"
PREFIXES = ("PIP_", "UV_", "MUSLCHECK_")
PROXIES = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"}
SETTINGS = {
    "NETRC",
    "NO_COLOR",
    "FORCE_COLOR",
    "CI",
    "GITHUB_ACTIONS",
    "COLUMNS",
    "LINES",
    "SOURCE_DATE_EPOCH",
    "PYTHONPATH",
    "PYTHONDONTWRITEBYTECODE",
}
REACH = PROXIES | {"PIP_INDEX_URL", "PIP_CERT", "PIP_CLIENT_CERT", "PIP_PROXY"}

runpy.run_path(str(OFFLINE / "sitecustomize.py"))


def pytest_addoption(parser):
    parser.addoption("--record", action="store_true", help="write what documented commands print into the pages")


@pytest.fixture(autouse=True)
def _own_settings(request, monkeypatch, tmp_path_factory):
    """A home of its own, and none of this machine's settings for pip, uv, proxies, colour and width.

    A live test keeps what leads to the index: its address, proxies and certificates.
    """
    live = request.node.get_closest_marker("live") is not None
    for name in [*os.environ]:
        if (name.startswith(PREFIXES) or name in PROXIES | SETTINGS) and not (live and name in REACH):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    if live:
        monkeypatch.setenv("MUSLCHECK_TESTS_LIVE", "1")
    else:
        monkeypatch.setenv("PYTHONPATH", str(OFFLINE))


@pytest.fixture(scope="session")
def _index_in_reach():
    """Skip with a sentence where the index does not answer: it is the weather, not the code."""
    from pip._internal.models.index import PyPI  # where pip keeps its default

    address = os.environ.get("PIP_INDEX_URL", PyPI.simple_url)
    os.environ["MUSLCHECK_TESTS_LIVE"] = "1"
    try:
        with urllib.request.urlopen(f"{address.rstrip('/')}/pip/", timeout=20) as answer:
            answer.read(1)
    except OSError as error:
        pytest.skip(f"the index is out of reach ({error}): nothing to compare with")
    finally:
        del os.environ["MUSLCHECK_TESTS_LIVE"]


@pytest.fixture(autouse=True)
def _live(request):
    if request.node.get_closest_marker("live") is not None:
        request.getfixturevalue("_index_in_reach")
