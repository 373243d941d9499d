import io
import os
import sys
from pathlib import Path

import pytest
from support.faults import faults

from muslcheck.errors import ManifestError
from muslcheck.manifests import read
from muslcheck.words.requirement import Origin, Source


def requirements(folder, text, name="requirements.txt", **files):
    (folder / name).write_text(text)
    for other, content in files.items():
        path = folder / f"{other.replace('__', '/')}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (manifest,) = read([name])
    return manifest


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_part_of_a_requirement(folder):
    digest = "0" * 64
    text = f"# web\n\nZope.Interface[Async, dot_env] >= 2, <3 ; python_version < '3.14' --hash=sha256:{digest} \\\n  --hash sha384:ff\n"
    (found,) = requirements(folder, text).requirements
    assert found.name == "zope-interface"
    assert found.extras == {"async", "dot-env"}
    assert str(found.specifier) == "<3,>=2"
    assert str(found.marker) == 'python_version < "3.14"'
    assert found.hashes == (f"sha256:{digest}", "sha384:ff")
    assert found.origin == Origin("requirements.txt", 3)
    assert found.source is Source.INDEX
    assert found.text == "Zope.Interface[Async, dot_env] >= 2, <3 ; python_version < '3.14'"


def test_lines_are_counted_from_where_a_requirement_begins(folder):
    manifest = requirements(folder, "a\n\n# no\nb \\\n  >=1 \\\n  ,<2\nc  # yes\n\\\nd\n")
    assert [(r.name, r.origin.line) for r in manifest.requirements] == [("a", 1), ("b", 4), ("c", 7), ("d", 8)]


def test_an_empty_file_requires_nothing(folder):
    manifest = requirements(folder, "")
    assert manifest.requirements == ()
    assert manifest.kind == "requirements"


def test_nested_files_are_told_from_the_file_that_names_them(folder):
    manifest = requirements(
        folder, "a\n-r sub/base.txt\nz\n", sub__base="b\n-r deeper/more.txt\n-c ../bounds.txt\n", sub__deeper__more="c\n", bounds="a<2\n"
    )
    assert [(r.name, str(r.origin)) for r in manifest.requirements] == [
        ("a", "requirements.txt:1"),
        ("b", "sub/base.txt:1"),
        ("c", "sub/deeper/more.txt:1"),
        ("z", "requirements.txt:3"),
    ]
    assert [(r.name, str(r.origin)) for r in manifest.constraints] == [("a", "bounds.txt:1")]


def test_a_requirements_file_named_in_a_constraints_file_is_one(folder):
    manifest = requirements(folder, "-c bounds.txt\n", bounds="-r more.txt\na<2\n", more="b\n")
    assert [r.name for r in manifest.requirements] == ["b"]
    assert [r.name for r in manifest.constraints] == ["a"]


def test_a_file_included_twice_counts_once(folder):
    manifest = requirements(folder, "-r one.txt\n-r two.txt\n", one="-r both.txt\n", two="-r both.txt\n", both="a\n")
    assert [r.name for r in manifest.requirements] == ["a"]


def test_a_doubling_ladder_of_files_ends(folder):
    for step in range(40):
        (folder / f"step{step}.txt").write_text(f"-r step{step + 1}.txt\n-r step{step + 1}.txt\n")
    (folder / "step40.txt").write_text("a\n")
    (manifest,) = read(["step0.txt"])
    assert [r.name for r in manifest.requirements] == ["a"]


def test_a_long_chain_of_files_is_a_fault(folder):
    for step in range(80):
        (folder / f"step{step}.txt").write_text(f"-r step{step + 1}.txt\n")
    assert faults("step0.txt") == ['step49.txt:1: "-r step50.txt": files include each other more than 50 deep']


def test_a_cycle_through_a_link_is_found(folder):
    (folder / "a.txt").write_text("x\n-r b.txt\n")
    (folder / "b.txt").symlink_to("a.txt")
    assert faults("a.txt") == ['a.txt:2: "-r b.txt": a.txt includes itself']


def test_a_file_address_names_a_file(folder):
    (folder / "more file.txt").write_text("b\n")
    manifest = requirements(folder, f"-r {(folder / 'more file.txt').as_uri()}\n")
    assert [r.name for r in manifest.requirements] == ["b"]


def test_a_fault_in_a_nested_file_is_told_there(folder):
    (folder / "requirements.txt").write_text("a\n-r sub/base.txt\n-r gone.txt\n")
    (folder / "sub").mkdir()
    (folder / "sub/base.txt").write_text("b=1\n-r gone.txt\n")
    assert faults("requirements.txt") == [
        'sub/base.txt:1: "b=1": a version needs "==" (found "=")',
        'sub/base.txt:2: "-r gone.txt": no such file (sub/gone.txt)',
        'requirements.txt:3: "-r gone.txt": no such file',
    ]


def test_variables_are_filled_in(folder, monkeypatch):
    monkeypatch.setenv("WHICH", "flask")
    monkeypatch.setenv("TOKEN", "secret")
    manifest = requirements(folder, "${WHICH}==2.0\nx @ https://u:${TOKEN}@files.example/x.zip\n-i https://${TOKEN}@index.example/simple\n")
    flask, direct = manifest.requirements
    assert flask.name == "flask"
    assert flask.text == "${WHICH}==2.0"
    assert direct.location == "https://u:secret@files.example/x.zip"
    assert "secret" not in direct.text
    assert manifest.index.index_url == "https://secret@index.example/simple"


def test_variables_without_a_value_stay_and_are_told(folder):
    manifest = requirements(
        folder, "x @ https://${MUSLCHECK_TEST_UNSET}@files.example/x.zip\n-i https://${MUSLCHECK_TEST_UNSET}@index.example/simple\n"
    )
    assert manifest.index.index_url == "https://${MUSLCHECK_TEST_UNSET}@index.example/simple"
    assert [problem.subject for problem in manifest.problems] == ["requirements.txt:1", "requirements.txt:2"]
    assert all("MUSLCHECK_TEST_UNSET is not set" in problem.message for problem in manifest.problems)


@pytest.mark.parametrize("text", ["x==$WHICH", "x==${which}", "x==%WHICH%"])
def test_other_spellings_are_no_variables(folder, monkeypatch, text):
    monkeypatch.setenv("WHICH", "1.0")
    (folder / "requirements.txt").write_text(text)
    assert len(faults("requirements.txt")) == 1


def test_credentials_are_not_in_a_fault(folder, monkeypatch):
    monkeypatch.setenv("TOKEN", "secret")
    remote = "https://u:hidden@files.example/r.txt"
    (folder / "requirements.txt").write_text(
        f"x @ https://u:${{TOKEN}}@files.example/x.zip y\nhttps://u:hidden@files.example/x.whl\n-r {remote}\n"
    )
    with pytest.raises(ManifestError) as caught:
        read(["requirements.txt"], known={remote: "answered 404"})
    told = "\n".join(map(str, caught.value.faults))
    assert told.count("\n") == 2
    assert "secret" not in told
    assert "hidden" not in told


def test_index_options(folder):
    (folder / "wheels").mkdir()
    manifest = requirements(
        folder,
        "--extra-index-url https://forgotten.example/simple\n-i https://index.example/simple --extra-index-url https://more.example/simple\n"
        "-f wheels\n--find-links https://files.example/\n--trusted-host index.example --use-feature=fast-deps\n",
    )
    assert manifest.index.index_url == "https://index.example/simple"
    assert manifest.index.extra_index_urls == ("https://more.example/simple",)
    assert manifest.index.find_links == (str(folder / "wheels"), "https://files.example/")
    assert manifest.index.trusted_hosts == ("index.example",)
    assert not manifest.index.no_index


def test_find_links_in_a_nested_file_are_beside_it(folder):
    (folder / "sub/wheels").mkdir(parents=True)
    manifest = requirements(folder, "-r sub/base.txt\n", sub__base="-f wheels\n-f nowhere\n")
    assert manifest.index.find_links == (str(folder / "sub/wheels"), "nowhere")


def test_no_index_forgets_all_indexes(folder):
    manifest = requirements(folder, "-i https://index.example/simple\n--no-index\n--extra-index-url https://more.example/simple\n")
    assert manifest.index.no_index
    assert manifest.index.index_url is None
    assert manifest.index.extra_index_urls == ()


def test_selection_options(folder):
    manifest = requirements(
        folder, "--pre\n--prefer-binary\n--only-binary=:all:\n--no-binary Flask,django\n--only-final numpy\n--all-releases scipy\n"
    )
    selection = manifest.selection
    assert selection.all_releases == {":all:", "scipy"}
    assert selection.only_final == {"numpy"}
    assert selection.prefer_binary
    assert selection.formats.only_binary == {":all:"}
    assert selection.formats.no_binary == {"flask", "django"}
    assert not selection.require_hashes


def test_one_hash_asks_for_hashes_everywhere(folder):
    assert requirements(folder, "a==1 --hash=sha256:00\n").selection.require_hashes
    assert requirements(folder, "--require-hashes\na==1\n").selection.require_hashes
    assert not requirements(folder, "a==1 --hash=sha256:00\n--no-require-hashes\n").selection.require_hashes
    assert not requirements(folder, "https://files.example/a-1.zip#sha256=00\n").selection.require_hashes


def test_options_for_the_build_are_passed_over(folder):
    (found,) = requirements(folder, "a==1 --config-settings=--build-option=x -C editable_mode=compat --pre\n").requirements
    assert str(found.specifier) == "==1"


def test_words_that_pip_passes_over_are_told(folder):
    manifest = requirements(folder, "--pre flask\n--hash=sha256:00\n-r more.txt -r other.txt\n-e . ; python_version<'3'\n", more="a\n")
    assert [r.name for r in manifest.requirements] == ["a", ""]
    assert [problem.subject for problem in manifest.problems] == [f"requirements.txt:{line}" for line in (1, 2, 3, 4)]
    assert "flask" in manifest.problems[0].message
    assert "other.txt" in manifest.problems[2].message


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("https://files.example/Flask_Login-2.0-py3-none-any.whl", ("flask-login", "==2.0", Source.ARCHIVE, "https://files.example/Flask_Login-2.0-py3-none-any.whl")),
        ("https://files.example/torch-2.1%2Bcpu-cp311-cp311-linux_x86_64.whl", ("torch", "==2.1+cpu", Source.ARCHIVE, "https://files.example/torch-2.1%2Bcpu-cp311-cp311-linux_x86_64.whl")),
        ("https://files.example/flask-2.0.tar.gz", ("", "", Source.ARCHIVE, "https://files.example/flask-2.0.tar.gz")),
        ("https://files.example/x.zip?raw=true#egg=Flask", ("flask", "", Source.ARCHIVE, "https://files.example/x.zip?raw=true")),
        ("flask @ https://files.example/archive/main", ("flask", "", Source.ARCHIVE, "https://files.example/archive/main")),
        ("flask@git+https://git.example/flask@v1#subdirectory=src", ("flask", "", Source.VCS, "git+https://git.example/flask@v1")),
        ("git+ssh://git@git.example/flask.git", ("", "", Source.VCS, "git+ssh://git@git.example/flask.git")),
        ("hg+https://hg.example/flask#egg=flask", ("flask", "", Source.VCS, "hg+https://hg.example/flask")),
        ("ftp://files.example/flask-2.0.tar.gz", ("", "", Source.ARCHIVE, "ftp://files.example/flask-2.0.tar.gz")),
    ],
)  # fmt: skip
def test_addresses(folder, line, expected):
    (found,) = requirements(folder, line + "\n").requirements
    assert (found.name, str(found.specifier), found.source, found.location) == expected
    assert not found.editable


def test_what_the_fragment_says(folder):
    text = "https://files.example/x.zip#egg=flask&subdirectory=a%20b&sha256=00 ; os_name == 'nt' --hash=sha256:11\n"
    (found,) = requirements(folder, text).requirements
    assert found.subdirectory == "a b"
    assert found.hashes == ("sha256:11", "sha256:00")
    assert str(found.marker) == 'os_name == "nt"'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("./lib", ("lib", set(), False)),
        ("./lib[Async,b]", ("lib", {"async", "b"}, False)),
        ("lib/", ("lib", set(), False)),
        ("../here/lib", ("lib", set(), False)),
        ("-e lib", ("lib", set(), True)),
        ("-e ./lib[async]", ("lib", {"async"}, True)),
        ("--editable=lib", ("lib", set(), True)),
        ("-e .", ("", set(), True)),
        ("-e file:lib#egg=lib", ("lib", set(), True)),
        ("file:lib", ("lib", set(), False)),
        ("-e gone", ("gone", set(), True)),
        ("./gone", ("gone", set(), False)),
    ],
)
def test_directories(tmp_path, monkeypatch, line, expected):
    here = tmp_path / "here"
    (here / "lib").mkdir(parents=True)
    (here / "lib/setup.py").write_text("")
    (here / "sub").mkdir()
    (here / "sub/requirements.txt").write_text(line + "\n")
    monkeypatch.chdir(here)
    (manifest,) = read(["sub/requirements.txt"])
    (found,) = manifest.requirements
    assert found.source is Source.DIRECTORY
    path, extras, editable = expected
    assert Path(found.location) == here / path  # from the working directory, as in pip, not from the file
    assert (found.extras, found.editable) == (extras, editable)


def test_a_directory_that_is_no_project_is_a_fault(folder):
    (folder / "lib").mkdir()
    (folder / "requirements.txt").write_text("./lib\n")
    assert faults("requirements.txt") == ['requirements.txt:1: "./lib": this directory has neither pyproject.toml nor setup.py']


def test_local_archives(folder):
    (folder / "wheels").mkdir()
    for name in ("a-1.0-py3-none-any.whl", "b-1.0.tar.gz", "me@home.zip"):
        (folder / "wheels" / name).write_bytes(b"")
    a, b, c, d = requirements(
        folder, "wheels/a-1.0-py3-none-any.whl[x]\n./wheels/b-1.0.tar.gz\nwheels/me@home.zip\ngone-1.0.zip\n"
    ).requirements
    assert {r.source for r in (a, b, c, d)} == {Source.ARCHIVE}
    assert (a.name, str(a.specifier), a.extras) == ("a", "==1.0", {"x"})
    assert a.location == str(folder / "wheels/a-1.0-py3-none-any.whl")
    assert (b.name, c.location, d.location) == ("", str(folder / "wheels/me@home.zip"), str(folder / "gone-1.0.zip"))


def test_editable_checkouts(folder):
    text = "-e git+https://git.example/a.git@main#egg=a\n-e \"b[x] @ git+https://git.example/b ; os_name == 'nt'\"\n-e git://git.example/c#egg=c\n"
    a, b, c = requirements(folder, text).requirements
    assert all(r.editable and r.source is Source.VCS for r in (a, b, c))
    assert (a.name, a.location) == ("a", "git+https://git.example/a.git@main")
    assert (b.name, b.extras, str(b.marker)) == ("b", {"x"}, 'os_name == "nt"')
    assert c.location == "git+git://git.example/c"


def test_latin_1_is_read_and_told(folder):
    (folder / "requirements.txt").write_bytes("flask # caf\xe9\n".encode("latin-1"))
    (manifest,) = read(["requirements.txt"])
    assert [r.name for r in manifest.requirements] == ["flask"]
    assert manifest.problems[0].message == "not UTF-8, read as Latin-1"


def test_standard_input(folder, monkeypatch):
    (folder / "more.txt").write_text("b\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\n-r more.txt\nc=1\n")))
    assert faults("-") == ['-:3: "c=1": a version needs "==" (found "=")']
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\n-r more.txt\n")))
    (manifest,) = read(["-"])
    assert [str(r.origin) for r in manifest.requirements] == ["-:1", "more.txt:1"]


def test_a_file_through_a_pipe(folder):
    reader, writer = os.pipe()
    os.write(writer, b"a==1\n")
    os.close(writer)
    (manifest,) = read([f"/dev/fd/{reader}"])
    os.close(reader)
    assert [r.name for r in manifest.requirements] == ["a"]


def test_constraint_files_of_their_own(folder):
    (folder / "bounds.txt").write_text("a<2\nb @ https://files.example/b-1.zip\n")
    (folder / "requirements.txt").write_text("a\n")
    manifest, bounds = read(["requirements.txt"], constraints=["bounds.txt"])
    assert manifest.constraints == ()
    assert bounds.kind == "constraints"
    assert [r.name for r in bounds.constraints] == ["a", "b"]
    assert bounds.requirements == ()
    (folder / "bounds.txt").write_text("a[x]<2\n")
    assert faults("requirements.txt", constraints=["bounds.txt"]) == ['bounds.txt:1: "a[x]<2": a constraint cannot have extras']


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_table_of_pip_list(folder, end):
    rows = [
        "Package    Version Editable project location",
        "---------- ------- -------------------------",
        "Flask      3.0.0",
        "app        1.0     /src/app",
        "",
    ]
    found = requirements(folder, end.join(rows))
    assert [(each.name, str(each.specifier), each.origin.line) for each in found.requirements] == [
        ("flask", "==3.0.0", 3),
        ("app", "==1.0", 4),
    ]
    assert [(each.line, each.reason) for each in found.faults] == [
        (1, "this is the table that pip list prints, and pip reads no tables; pip freeze prints what it reads")
    ]
