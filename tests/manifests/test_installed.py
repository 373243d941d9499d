"""An installed environment: found by its layout, read from its files, as pip freeze tells it; nothing in it is run."""

import json
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pip._internal.operations.freeze import freeze
from support.archives import metadata_text

from muslcheck.errors import ManifestError
from muslcheck.manifests import read, static_dependencies
from muslcheck.words.requirement import Source

NO_HINT = "Give a virtual environment or the path of a Python after --installed=, with the equals sign."


class Environment:
    """A folder of packages, made as installers make it."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True)

    def add(self, name, version="1.0", *requires, installer="pip", direct_url=None, text=None):
        info = self.folder / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(metadata_text(name, version, requires, body="Version: 9") if text is None else text)
        (info / "RECORD").write_text("")
        if installer:
            (info / "INSTALLER").write_text(f"{installer}\n")
        if direct_url is not None:
            (info / "direct_url.json").write_text(direct_url if isinstance(direct_url, str) else json.dumps(direct_url))
        return info


@pytest.fixture
def venv(tmp_path):
    """A virtual environment of Python 3.12."""
    made = Environment(tmp_path / "venv/lib/python3.12/site-packages")
    (tmp_path / "venv/pyvenv.cfg").write_text("home = /nowhere/bin\nversion = 3.12.4\n")
    (tmp_path / "venv/bin").mkdir()
    (tmp_path / "venv/bin/python3.12").write_text("#!/bin/sh\ntouch was-run\n")
    (tmp_path / "venv/bin/python3.12").chmod(0o755)
    (tmp_path / "venv/bin/python").symlink_to("python3.12")
    return made


def installed(place):
    (manifest,) = read([], installed=[str(place)])
    return manifest


def texts(manifest):
    return [each.text for each in manifest.requirements]


def told(manifest):
    return [(problem.subject.rpartition("/")[2], problem.message) for problem in manifest.problems]


@pytest.mark.parametrize("place", ["venv", "venv/", "venv/bin/python", "venv/bin/python3.12", "venv/lib/python3.12/site-packages"])
def test_an_environment_by_its_folder_or_by_its_python(venv, tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    venv.add("Flask", "3.0.2", "werkzeug>=3")
    venv.add("Werkzeug", "3.0.1")
    manifest = installed(place)
    assert texts(manifest) == ["Flask==3.0.2", "Werkzeug==3.0.1"]
    assert manifest.kind == "installed"
    assert manifest.images == (("python:3.12-alpine",) if "site-packages" not in place else ())
    origin = manifest.requirements[0].origin
    assert origin.file.endswith("site-packages/Flask-3.0.2.dist-info/METADATA")
    assert origin.line is None
    assert not Path(origin.file).is_absolute()
    assert not Path("was-run").exists()


def test_a_python_by_name_is_looked_up_as_a_shell_does(venv, tmp_path, monkeypatch):
    venv.add("tool")
    monkeypatch.setenv("PATH", str(tmp_path / "venv/bin"))
    monkeypatch.chdir(tmp_path)
    assert texts(installed("python3.12")) == ["tool==1.0"]


def test_without_a_place_the_environment_of_this_python(monkeypatch):
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    manifest = installed("")
    assert "hypothesis" in {each.name for each in manifest.requirements}
    assert manifest.images == (f"python:{sys.version_info.major}.{sys.version_info.minor}-alpine",)
    assert manifest.problems == ()


def test_another_active_environment_is_pointed_at(monkeypatch, tmp_path):
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path))
    (problem,) = installed("").problems
    assert problem.hint == f"Give --installed={tmp_path} to have that one read."


def test_all_that_pip_freeze_tells(venv):
    venv.add("plain", "1.0")
    venv.add("Spelt_Oddly.Name", "1.0.0")
    venv.add("local", "2.1.0+cpu")
    venv.add("pip", "26.3")
    venv.add("unread", "1.0", direct_url="{")
    wheel = "https://files.example/direct-2.0-py3-none-any.whl"
    venv.add("direct", "2.0", direct_url={"url": wheel, "archive_info": {"hash": "sha256=abc", "hashes": {"sha256": "abc"}}})
    sdist = "https://files.example/part.zip"
    venv.add("part", "1", direct_url={"url": sdist, "archive_info": {}, "subdirectory": "sub"})
    vcs = {"url": "https://git.example/acme/tool.git", "vcs_info": {"vcs": "git", "commit_id": "f" * 40, "requested_revision": "main"}}
    venv.add("tool", "3", direct_url=vcs)
    venv.add("lib", "4", direct_url={"url": "file:///src/lib", "dir_info": {}})
    egg = venv.folder / "old-0.9.egg-info"
    egg.mkdir()
    (egg / "PKG-INFO").write_text(metadata_text("old", "0.9", metadata_version="1.1"))
    (venv.folder / "older-0.1.egg-info").write_text(metadata_text("older", "0.1", metadata_version="1.0"))
    manifest = installed(venv.folder.parents[2])
    by_pip = sorted(freeze(paths=[str(venv.folder)], skip={"pip"}))
    assert sorted(text if "direct" not in text else f"{text}#sha256=abc" for text in texts(manifest) if "#" not in text) == [
        line for line in by_pip if "#" not in line
    ]
    sources = {each.name: (each.source, each.location, each.hashes, each.subdirectory) for each in manifest.requirements}
    assert sources["direct"] == (Source.ARCHIVE, wheel, ("sha256:abc",), "")
    assert sources["part"] == (Source.ARCHIVE, sdist, (), "sub")
    assert sources["tool"] == (Source.VCS, f"git+https://git.example/acme/tool.git@{'f' * 40}", (), "")
    assert sources["lib"][0] is Source.DIRECTORY
    assert manifest.problems == ()


@pytest.mark.parametrize(
    ("python", "left"), [("3.11", ["other"]), ("3.12", ["other", "setuptools", "wheel"]), ("3.13t", ["other", "setuptools", "wheel"])]
)
def test_what_an_image_brings_itself_is_left_out_as_pip_freeze_does(tmp_path, python, left):
    made = Environment(tmp_path / f"venv/lib/python{python}/site-packages")
    for name in ("pip", "setuptools", "wheel", "other"):
        made.add(name)
    assert [each.name for each in installed(tmp_path / "venv").requirements] == left


def test_an_editable_project_states_what_it_requires_in_its_metadata(venv, tmp_path):
    """Its folder may be on another disk."""
    said = {"url": "file:///elsewhere/mine", "dir_info": {"editable": True}}
    info = venv.add("mine", "1.0", "quick>=2", 'slow; extra == "all"', direct_url=said)
    (mine,) = installed(tmp_path / "venv").requirements
    assert (mine.text, mine.source, mine.editable, mine.location) == ("-e /elsewhere/mine", Source.DIRECTORY, True, str(info))
    assert [each.text for each in static_dependencies(str(info))] == ["quick>=2", 'slow; extra == "all"']
    (info / "METADATA").write_text("Name: mine\nRequires-Dist: ???\n")
    assert "its dependencies are unknown" in static_dependencies(str(info)).message
    (info / "METADATA").unlink()
    assert "its dependencies are unknown" in static_dependencies(str(info)).message


def test_a_project_linked_by_setuptools(venv, tmp_path):
    project = tmp_path / "project"
    (project / "mine.egg-info").mkdir(parents=True)
    (project / "mine.egg-info/PKG-INFO").write_text(metadata_text("mine", "1.0", metadata_version="1.1"))
    (venv.folder / "mine.egg-link").write_text(f"\n{project}\n.\n")
    (venv.folder / "gone.egg-link").write_text("/nowhere/at/all\n")
    manifest = installed(tmp_path / "venv")
    (mine,) = manifest.requirements
    assert (mine.name, mine.source, mine.location, mine.editable) == ("mine", Source.DIRECTORY, str(project), True)
    assert told(manifest) == [("gone.egg-link", "leads to no project on this disk; passed over")]


def test_what_cannot_be_told_is_passed_over_and_said(venv, tmp_path):
    venv.add("fine")
    venv.add("nameless", text="Version: 1\n")
    venv.add("versionless", text="Name: versionless\n")
    venv.add("badly-named", text="Name: bad name\nVersion: 1\n")
    venv.add("~ine")
    venv.add("fine", "0.9")
    (venv.folder / "empty-1.0.dist-info").mkdir()
    manifest = installed(tmp_path / "venv")
    assert texts(manifest) == ["fine==0.9"]
    assert sorted({message for _, message in told(manifest)}) == [
        '"bad name===1": a name holds no spaces or commas; write one requirement a line; passed over',
        "fine is there twice; the other one counts",
        "states no name; passed over, as pip does",
        "states no version; passed over, as pip does",
        "what an interrupted uninstallation left; passed over, as pip does",
    ]


def test_what_a_system_installed_is_said(venv, tmp_path):
    for name in ("numpy", "scipy", "pandas", "zlib"):
        venv.add(name, installer="conda")
    manifest = installed(tmp_path / "venv")
    assert len(manifest.requirements) == 4
    message = "installed by conda: numpy, pandas, scipy, ...; the index is asked for the same names and versions"
    assert [problem.message for problem in manifest.problems] == [message]


def test_an_environment_that_stands_on_another(tmp_path):
    base = Environment(tmp_path / "base/lib/python3.12/site-packages")
    base.add("shared", "1.0")
    base.add("both", "1.0")
    own = Environment(tmp_path / "venv/lib/python3.12/site-packages")
    own.add("both", "2.0")
    cfg = tmp_path / "venv/pyvenv.cfg"
    cfg.write_text(f"home = {tmp_path}/base/bin\nInclude-System-Site-Packages = True\n")
    manifest = installed(tmp_path / "venv")
    assert texts(manifest) == ["both==2.0", "shared==1.0"]
    assert manifest.problems == ()
    cfg.write_text(f"home = {tmp_path}/base/bin\ninclude-system-site-packages = false\n")
    assert texts(installed(tmp_path / "venv")) == ["both==2.0"]


def test_a_python_without_an_environment_has_its_own_packages(tmp_path):
    Environment(tmp_path / "usr/lib/python3.11/site-packages").add("eleven")
    Environment(tmp_path / "usr/local/lib/python3.12/dist-packages").add("twelve")
    Environment(tmp_path / "usr/lib/python3/dist-packages").add("any")
    (tmp_path / "usr/bin").mkdir()
    (tmp_path / "usr/bin/python3.12").write_text("")
    (tmp_path / "usr/bin/python3").symlink_to("python3.12")
    assert texts(installed(tmp_path / "usr/bin/python3")) == ["twelve==1.0", "any==1.0"]
    with pytest.raises(ManifestError, match=r"Pythons 3\.11, 3\.12 are there"):
        installed(tmp_path / "usr")


def test_the_layout_of_windows(tmp_path):
    Environment(tmp_path / "venv/Lib/site-packages").add("tool")
    (tmp_path / "venv/pyvenv.cfg").write_text("home = C:\\Python312\nversion_info = 3.12.4.final.0\n")
    (tmp_path / "venv/Scripts").mkdir()
    (tmp_path / "venv/Scripts/python.exe").write_text("")
    manifest = installed(tmp_path / "venv/Scripts/python.exe")
    assert texts(manifest) == ["tool==1.0"]
    assert manifest.images == ("python:3.12-alpine",)


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("nowhere", "no such file or directory"),
        ("python3.99", "no such file or directory"),
        ("requirements.txt", "neither a virtual environment nor a Python"),
        ("empty", "no folder with installed packages is found"),
        ("\0", "no such file or directory"),
    ],
)
def test_no_environment(tmp_path, monkeypatch, place, reason):
    monkeypatch.chdir(tmp_path)
    Path("requirements.txt").write_text("flask\n")
    Path("empty").mkdir()
    with pytest.raises(ManifestError) as caught:
        installed(place)
    assert [fault.reason for fault in caught.value.faults] == [reason]
    assert caught.value.hint == NO_HINT


def test_a_venv_that_names_no_folder(venv, tmp_path):
    venv.add("tool")
    (tmp_path / "venv/pyvenv.cfg").write_text("home = /a\0b/bin\ninclude-system-site-packages = true\n")
    with pytest.raises(ManifestError, match=r"cannot be read \(its pyvenv.cfg names no folder\)"):
        installed(tmp_path / "venv")


def test_an_empty_environment(venv, tmp_path):
    venv.add("pip")
    with pytest.raises(ManifestError, match="nothing is installed in this environment"):
        installed(tmp_path / "venv")


def test_an_environment_has_no_extras(venv, tmp_path):
    venv.add("tool")
    with pytest.raises(ManifestError, match="no extras"):
        read([], installed=[str(tmp_path / "venv")], extras=["all"])


WORDS = st.sampled_from(["Name: a\n", "Version: 1\n", "Version: x y\n", "\n", "Requires-Dist: b\n", "\0", "Name", ":", "[", "\ud7ff"])
TEXT = st.lists(WORDS | st.text(max_size=6), max_size=8).map("".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(["git", "file:///a", "https://x.example/a.whl"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["url", "dir_info", "vcs_info", "archive_info", "vcs", "commit_id", "editable", "hashes", "hash", "subdirectory"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=10,
)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz") / "lib/python3.12/site-packages"
    return Environment(folder).add("a")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(metadata=TEXT, direct=JSON.map(json.dumps) | TEXT, cfg=TEXT)
def test_whatever_stands_in_the_files(fuzzed, metadata, direct, cfg):
    (fuzzed / "METADATA").write_bytes(metadata.encode("utf-8", "surrogatepass"))
    (fuzzed / "direct_url.json").write_bytes(direct.encode("utf-8", "surrogatepass"))
    (fuzzed.parents[3] / "pyvenv.cfg").write_bytes(cfg.encode("utf-8", "surrogatepass"))
    try:
        manifest = installed(fuzzed.parents[3])
    except ManifestError:
        manifest = None
    assert manifest is None or manifest.requirements
    found = static_dependencies(str(fuzzed))
    assert isinstance(found, tuple) or found.message
