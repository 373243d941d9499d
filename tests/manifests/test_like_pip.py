"""pip itself as the oracle: what it reads from a requirements file, we read, and what it refuses, we refuse."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from pip._internal.exceptions import PipError
from pip._internal.index.collector import LinkCollector
from pip._internal.index.package_finder import PackageFinder
from pip._internal.models.release_control import ReleaseControl
from pip._internal.models.search_scope import SearchScope
from pip._internal.models.selection_prefs import SelectionPreferences
from pip._internal.network.session import PipSession
from pip._internal.req.constructors import install_req_from_parsed_requirement
from pip._internal.req.req_file import parse_requirements
from pip._internal.req.req_install import check_invalid_constraint_type

from muslcheck.errors import ManifestError
from muslcheck.manifests import read
from muslcheck.words.requirement import Source

pytestmark = pytest.mark.filterwarnings("ignore::pip._internal.utils.deprecation.PipDeprecationWarning")

MANIFESTS = Path(__file__).parents[2] / "fixtures/manifests"
LATER = {
    "address-short.txt",  # when it downloads
    "encoding-unknown.txt",  # with a traceback
    "hashes-both.txt",  # when it has read all files
}
"""Broken manifests that pip refuses in another way, or at another time, than by reading."""

INDEX = "https://index.example/simple"


@pytest.fixture(scope="module")
def session():
    with PipSession() as session:
        yield session


def as_pip_reads(path, session):
    """What pip makes of a file: requirements, and the options it ends up with. None where it refuses."""
    finder = PackageFinder.create(
        link_collector=LinkCollector(session, SearchScope([], [INDEX], no_index=False)),
        selection_prefs=SelectionPreferences(allow_yanked=False, release_control=ReleaseControl()),
    )
    found = []
    try:
        for parsed in parse_requirements(str(path), session, finder=finder):
            requirement = install_req_from_parsed_requirement(parsed)
            if parsed.constraint and check_invalid_constraint_type(requirement):
                return None
            line = int(re.search(r"\(line (\d+)\)", parsed.comes_from)[1])
            marker = requirement.markers if requirement.markers is not None else requirement.req and requirement.req.marker
            found.append(
                (
                    line,
                    canonicalize_name(requirement.name or ""),
                    str(requirement.specifier) if requirement.req else "",
                    frozenset(map(canonicalize_name, requirement.extras)),
                    str(marker) if marker else None,
                    address(requirement.link),
                    requirement.editable,
                    parsed.constraint,
                    hashes(requirement),
                )
            )
    except (PipError, ValueError):  # pip lets packaging's own errors through in places
        return None
    control = finder.format_control
    releases = finder.release_control
    options = (
        tuple(dict.fromkeys(finder.index_urls)),
        tuple(dict.fromkeys(finder.find_links)),
        frozenset(control.no_binary),
        frozenset(control.only_binary),
        frozenset(releases.all_releases),
        frozenset(releases.only_final),
        finder.prefer_binary,
    )
    return frozenset(found), options


def hashes(requirement):
    found = {f"{name}:{value}" for name, values in requirement.hash_options.items() for value in values}
    if requirement.link and requirement.link.hash:
        found.add(f"{requirement.link.hash_name}:{requirement.link.hash}")
    return frozenset(found)


def address(link):
    if link is None:
        return None
    return Path(link.file_path).absolute().as_uri() if link.is_file else link.url_without_fragment


def as_we_read(path):
    try:
        (manifest,) = read([str(path)])
    except ManifestError:
        return None
    if manifest.faults:
        return None  # pip refuses the whole file
    found = []
    for constraint, requirements in ((False, manifest.requirements), (True, manifest.constraints)):
        for requirement in requirements:
            location = requirement.location
            if location and location.startswith("/"):
                location = Path(location).as_uri()
            found.append(
                (
                    requirement.origin.line,
                    requirement.name,
                    str(requirement.specifier),
                    requirement.extras,
                    str(requirement.marker) if requirement.marker else None,
                    location if requirement.source is not Source.INDEX else None,
                    requirement.editable,
                    constraint,
                    frozenset(requirement.hashes),
                )
            )
    index, selection = manifest.index, manifest.selection
    own = () if index.no_index else (index.index_url or INDEX,)
    options = (
        tuple(dict.fromkeys(own + index.extra_index_urls)),
        index.find_links,
        selection.formats.no_binary,
        selection.formats.only_binary,
        selection.all_releases,
        selection.only_final,
        selection.prefer_binary,
    )
    return frozenset(found), options


ENTRIES = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(
            ["flask", "Flask", "zope.interface", "a", "ruamel_yaml", "1", "${MUSLCHECK_TEST_NAME}", "${lower}", "fla$k", "-", ""]
        ),
        st.sampled_from(["", "", "[async]", "[Async, dot.env]", " [x]", "[]", "[", "[a b]", "[a][b]", "[a[b]", "[b]]"]),
        st.sampled_from(
            ["", "==2.0", " >= 2, <3", "~=2.1", "===weird", "!=1.*", "==1.*", ">=1.*", "=2.0", "(>=1)", " == 2", "~=2", " 2", "==v1.0"]
        ),
        st.sampled_from(
            [
                "",
                "",
                ";",
                "; python_version < '3.8'",
                ';sys_platform=="win32"',
                "; python_version < 3",
                "; extra == 'x' or os_name == 'nt'",
                "; nonsense",
            ]
        ),
        st.sampled_from(
            [
                "",
                "",
                "  ",
                "\t",
                "  # a comment",
                "#part",
                " \\\n  ",
                " --hash=sha256:" + "0" * 64,
                " --hash=md5:00",
                " \\\n --hash sha512:ff",
            ]
        ),
        st.sampled_from(["", "", " --config-settings a=b", " --global-option=x", " --pre", " -C x", " stray"]),
    ),
)
ADDRESSES = st.sampled_from(
    [
        "https://files.example/flask-2.0.tar.gz",
        "https://files.example/flask-2.0-py3-none-any.whl",
        "https://files.example/flask-2.0-py3-none-any.whl#sha256=00",
        "https://files.example/Flask_Login-2.0.post1-1-py3-none-any.whl ; os_name == 'nt'",
        "https://files.example/bad.whl",
        "https://files.example/x.zip#egg=flask",
        "https://files.example/x.zip;y",
        "https://files.example/x.zip#egg=flask[async]",
        "https://files.example/x.zip#egg=flask&subdirectory=sub",
        "flask @ https://files.example/flask-2.0.tar.gz",
        "flask[async]@https://files.example/flask-2.0.tar.gz ; os_name == 'nt'",
        "flask @ git+https://git.example/flask@main#subdirectory=sub",
        "git+https://git.example/flask@main#egg=flask",
        "git+ssh://git@git.example/flask.git",
        "-e git+https://git.example/flask@main#egg=flask",
        "-e git+https://git.example/flask@main",
        "--editable=git+ssh://git@git.example/flask.git#egg=flask",
        "-e \"flask[async] @ git+https://git.example/flask ; os_name == 'nt'\"",
        "-e https://git.example/flask",
        "-e .",
        "-e .[async]",
        "-e ./sub",
        "-e file:sub#egg=flask",
        "-e sub[Async,b]",
        ".",
        "./sub",
        "./sub[async] ; os_name == 'nt'",
        "sub/",
        "sub/deep/flask-2.0.tar.gz",
        "sub/deep/flask-2.0-py3-none-any.whl[async]",
        "flask-2.0-py3-none-any.whl",
        "file:sub",
        "file:../other/sub",
        "vendor/flask",
        "./empty",
        "flask @ file:///nowhere/flask-1.tar.gz",
        "http://[::1",
    ]
)
OPTIONS = st.sampled_from(
    [
        "-i https://other.example/simple",
        "--index-url=https://other.example/simple --extra-index-url https://more.example/simple",
        "--pypi-url https://other.example/simple",
        "--extra-index-url https://more.example/simple",
        "--extra-index-url https://even.example/simple",
        "--no-index",
        "--find-links wheels",
        "-f nowhere -f wheels",
        "--find-links https://files.example/",
        "--no-binary :all:",
        "--no-binary flask,Django",
        "--only-binary=:all: --no-binary flask",
        "--only-binary :none:",
        "--only-binary django",
        "--no-binary -x",
        "--pre",
        "--all-releases flask",
        "--all-releases :all:",
        "--only-final :all:,:none:,flask",
        "--only-final :all:",
        "--prefer-binary",
        "--prefer-b",
        "--require-hashes",
        "--trusted-host index.example",
        "--use-feature fast-deps",
        "--hash=sha256:00",
        "--no-such-option",
        "--no",
        "--requirements more.txt",
        "--upgrade",
        "-Z",
        "--index-url",
        '--index-url "',
        "-r more.txt",
        "--requirement=more.txt -i https://other.example/simple",
        "-rmore.txt",
        "-c bounds.txt",
        "-c bounds.txt -r more.txt",
        "-r missing.txt",
        "-r requirements.txt",
        "-r nested/back.txt",
        "-r nested/down.txt",
        "-c extras.txt",
        "-r bounds.txt stray",
    ]
)


def project(folder):
    (folder / "pyproject.toml").write_text("")
    for sub in ("sub/deep", "wheels", "empty", "nested"):
        (folder / sub).mkdir(parents=True)
    (folder / "sub/setup.py").write_text("")
    (folder / "sub/deep/flask-2.0.tar.gz").write_bytes(b"")
    (folder / "sub/deep/flask-2.0-py3-none-any.whl").write_bytes(b"")
    (folder / "more.txt").write_text("requests\n-c bounds.txt\n--pre\n")
    (folder / "bounds.txt").write_text("requests<3\nflask @ https://files.example/flask-2.0.tar.gz\n")
    (folder / "extras.txt").write_text("requests[socks]<3\n")
    (folder / "nested/back.txt").write_text("-r ../requirements.txt\n")
    (folder / "nested/down.txt").write_text("./sub\n-r ../more.txt\n--find-links ../wheels\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    project(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MUSLCHECK_TEST_NAME", "flask")
        yield folder


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entry=ENTRIES)
def test_any_entry_is_read_as_pip_reads_it(entry, folder, session):
    path = folder / "requirements.txt"
    path.write_text(entry + "\n")
    assert as_we_read(path) == as_pip_reads(path, session)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(
        st.one_of(OPTIONS, ADDRESSES, st.sampled_from(["flask", "django==5.0", "", "# nothing", "\N{BYTE ORDER MARK}flask"])), max_size=6
    )
)
def test_any_file_is_read_as_pip_reads_it(lines, folder, session):
    path = folder / "requirements.txt"
    text = "\n".join(lines) + "\n"
    path.write_text(text)
    assert as_we_read(path) == as_pip_reads(path, session)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings_and_line_ends(encoding, newline, folder, session):
    path = folder / "requirements.txt"
    path.write_bytes(newline.join(["# caf\xe9", "flask", "requests \\", "  >=2 # \xfc", "", "a\f\vb", "django"]).encode(encoding))
    (path.parent / "ok.txt").write_bytes(
        newline.join(["# caf\xe9", "flask", "requests \\", "  >=2 # \xfc", "", "a\fb", "django"]).encode(encoding)
    )
    assert as_we_read(path) == as_pip_reads(path, session)
    assert as_we_read(path.parent / "ok.txt") == as_pip_reads(path.parent / "ok.txt", session) is not None


def test_a_coding_line_decides(folder, session):
    path = folder / "coded.txt"
    path.write_bytes("#!/usr/bin/env pip\n# -*- coding: latin-1 -*-\nflask # caf\xe9\n".encode("latin-1"))
    assert as_we_read(path) == as_pip_reads(path, session) is not None


@pytest.mark.parametrize("path", sorted((MANIFESTS / "good").rglob("*.txt")), ids=lambda path: str(path.relative_to(MANIFESTS)))
def test_good_manifests(path, session, monkeypatch):
    monkeypatch.chdir(path.parent)
    assert as_we_read(path.name) == as_pip_reads(path.name, session) is not None


@pytest.mark.parametrize("name", sorted({path.name for path in (MANIFESTS / "broken").glob("*.txt")} - LATER))
def test_broken_manifests_are_refused_by_pip_too(name, session, monkeypatch):
    monkeypatch.chdir(MANIFESTS / "broken")
    assert as_pip_reads(name, session) is None
