# ruff: noqa: E501  # a sentence stays whole
# ruff: noqa: E501  # a sentence stays whole
"""Every broken manifest in the fixtures, and the sentences it gets."""

from pathlib import Path

import pytest
from support.faults import faults

from muslcheck.errors import ManifestError
from muslcheck.manifests import read

BROKEN = Path(__file__).parents[2] / "fixtures/manifests/broken"
PARTS = {"constraints/editable.txt", "constraints/extras.txt", "constraints/nameless.txt"}

ONES = "1" * 200
LONG = "a number in it has more digits than Python reads"

FAULTS = {
    "digits.txt": (
        f'digits.txt:1: "flask=={ONES:.110}...": {LONG}',
        f'digits.txt:2: "celery; python_version > \'{ONES:.91}...": {LONG}',
        f'digits.txt:3: "https://files.example/flask-{ONES:.89}...": {LONG}',
    ),
    "include-malformed.txt": (
        'include-malformed.txt:1: "https://[index.example/base.txt": this address is malformed',
        'include-malformed.txt:2: "http://index.example:port/constraints.txt": this address is malformed',
    ),
    "index-malformed.txt": (
        'index-malformed.txt:1: "https://[index.example/simple": this address is malformed',
        'index-malformed.txt:2: "http://index.example:port/links": this address is malformed',
        'index-malformed.txt:3: "flask==": no version after "=="',
    ),
    "windows-paths.txt": (
        'windows-paths.txt:1: "..\\lib": this is a path as Windows writes it; the image has / for \\',
        'windows-paths.txt:2: "C:\\wheels\\flask-3.0-py3-none-any.whl": this is a path as Windows writes it; the image has / for \\',
        'windows-paths.txt:3: "-r requirementsbase.txt": no such file',
    ),
    "address-malformed-named.txt": ('address-malformed-named.txt:1: "http://[::1": this address is malformed',),
    "address-malformed.txt": ('address-malformed.txt:1: "http://[::1": this address is malformed',),
    "address-marker.txt": (
        'address-marker.txt:1: "https://files.example/flask.zip ; python_version < 3": the value 3 in the marker needs quotes: "3"',
    ),
    "address-other-host.txt": (
        'address-other-host.txt:1: "file://server/share/flask.zip": a "file:" address on another host is not supported',
    ),
    "arbitrary.txt": ('arbitrary.txt:1: "flask>=2..0": "2..0" is not a version',),
    "bracket.txt": ('bracket.txt:1: "flask (>=2.0": a "(" is not closed',),
    "editable-extras.txt": (
        'editable-extras.txt:1: "-e .[async dotenv]": "-e" takes a directory or the address of a checkout (git+https://...)',
        "editable-extras.txt:2: '-e \".[async dotenv]\"': extras are separated by commas",
        'editable-extras.txt:3: "-e flask==2.0": "-e" takes a directory or the address of a checkout (git+https://...)',
    ),
    "editable-file.txt": ('editable-file.txt:1: "-e editable-file.txt": only a directory or a checkout can be editable',),
    "ends-with-comma.txt": ('ends-with-comma.txt:1: "flask>=2.0,<": no version after "<"',),
    "nested-binary.txt": ("binary.txt: this is a binary file, not text",),
    "nested-directory.txt": ('nested-directory.txt:1: "-r toml": this is a directory, not a file',),
    "option-ambiguous.txt": ('option-ambiguous.txt:1: "--req base.txt": ambiguous option: --req (--require-hashes, --requirement?)',),
    "option-setting.txt": ('option-setting.txt:1: "flask --config-settings fast": --config-settings takes KEY=VALUE',),
    "option-value.txt": ('option-value.txt:1: "--no-index=yes": --no-index option does not take a value',),
    "toml/group/pyproject.toml": (
        'toml/group/pyproject.toml:3: "flask; python_version >= 3.8": the value 3.8 in the marker needs quotes: "3.8"',
        'toml/group/pyproject.toml:3: "flask requests": a name holds no spaces or commas; write one requirement a line',
    ),
    "two-markers.txt": ('two-markers.txt:1: \'flask; os_name == "nt"; python_version < "3"\': something follows the end of the marker',),
    "versions.txt": ('versions.txt:1: "flask>=2.0,3.0": "3.0" is not a version specifier',),
    "address-missing.txt": ('address-missing.txt:1: "flask @": an address is missing after "@"',),
    "address-short.txt": ('address-short.txt:1: "flask @ ./flask": "@" needs a full address, such as https:// or file:///',),
    "arrow-less.txt": ('arrow-less.txt:1: "flask=<2.0": write "<=" (found "=<")',),
    "arrow.txt": ('arrow.txt:1: "flask=>2.0": write ">=" (found "=>")',),
    "binary.txt": ("binary.txt: this is a binary file, not text",),
    "broken.toml.txt": ('broken.toml.txt:1: "[project": this is not a requirement; is the file in another format?',),
    "caret.txt": ('caret.txt:1: "flask^2.0": "^" is another tool\'s; pip takes ">=" and "<"',),
    "comma-list.txt": ('comma-list.txt:1: "flask, requests": a name holds no spaces or commas; write one requirement a line',),
    "comma-missing.txt": ('comma-missing.txt:1: "flask>=1 <2": a comma is missing between version specifiers',),
    "command.txt": ('command.txt:1: "pip install flask": this is a command; write the requirement alone',),
    "conda.txt": ('conda.txt:1: "numpy=1.26.4=py311h64a7726_0": this is conda\'s format; pip\'s is "numpy==1.26.4"',),
    "conflict.txt": (
        'conflict.txt:2: "<<<<<<< HEAD": a merge conflict is left here; resolve it',
        'conflict.txt:4: "=======": a merge conflict is left here; resolve it',
        'conflict.txt:6: ">>>>>>> main": a merge conflict is left here; resolve it',
    ),
    "constraint-editable.txt": ('constraints/editable.txt:1: "-e .": a constraint cannot be editable',),
    "constraint-extras.txt": ('constraints/extras.txt:1: "flask[async]<3": a constraint cannot have extras',),
    "constraint-nameless.txt": (
        'constraints/nameless.txt:1: "https://files.example/flask-2.0.tar.gz": a constraint needs a project\'s name',
    ),
    "continued.txt": (
        'continued.txt:3: "flask =2.0": a version needs "==" (found "=")',
        'continued.txt:6: "httpx=1": a version needs "==" (found "=")',
    ),
    "credentials.txt": (
        'credentials.txt:2: "flask @ https://****@files.example/flask.zip extra": something follows the address; a marker begins with " ;"',
    ),
    "editable-address.txt": (
        'editable-address.txt:1: "-e https://files.example/flask.zip": "-e" takes a directory or the address of a checkout (git+https://...)',
    ),
    "editable-archive.txt": (
        'editable-archive.txt:1: "-e flask @ https://files.example/flask-2.0.tar.gz": what follows -e needs quotes around it where it has spaces',
    ),
    "editable-nameless.txt": (
        'editable-nameless.txt:1: "-e git+https://git.example/flask.git": a checkout needs a name; write "name @ address"',
    ),
    "egg-with-extras.txt": (
        'egg-with-extras.txt:1: "git+https://git.example/flask.git#egg=flask[async]": "egg=" takes a plain name; write "name[extra] @ address"',
    ),
    "encoding-unknown.txt": ('encoding-unknown.txt: its coding line names an unknown encoding, "klingon"',),
    "extras-last.txt": ('extras-last.txt:1: "flask==2.0[async]": extras stand before the version: name[extra]==version',),
    "extras-open.txt": ('extras-open.txt:1: "flask[async==2.0": the "[" of its extras is not closed',),
    "hash-nameless.txt": ('hash-nameless.txt:1: "flask==2.0 --hash=0123456789abcdef": --hash takes a value such as sha256:abcdef...',),
    "hash-weak.txt": ('hash-weak.txt:1: "flask==2.0 --hash=md5:0123456789abcdef": --hash takes sha256, sha384 or sha512, not md5',),
    "hashes-both.txt": ("hashes-both.txt:2: --require-hashes and --no-require-hashes exclude each other",),
    "itself.txt": ('itself.txt:2: "-r itself.txt": itself.txt includes itself',),
    "json.txt": ('json.txt:1: "{": this is not a requirement; is the file in another format?',),
    "marker-ampersands.txt": (
        'marker-ampersands.txt:1: \'flask; python_version < "3.8" && os_name == "nt"\': a marker joins with "and" and "or"',
    ),
    "marker-empty-side.txt": ('marker-empty-side.txt:1: "flask; python_version": a comparison is missing in the marker',),
    "marker-ends.txt": ("marker-ends.txt:1: 'flask; os_name == \"nt\" and': the marker ends in the middle",),
    "marker-open-quote.txt": ('marker-open-quote.txt:1: "flask; os_name == \'nt": a quote in the marker is not closed',),
    "marker-single-equals.txt": ('marker-single-equals.txt:1: \'flask; sys_platform = "linux"\': a marker compares with "==" (found "=")',),
    "marker-unknown.txt": (
        'marker-unknown.txt:1: \'flask; python_versoin < "3.8"\': "python_versoin" is not a marker variable (did you mean python_version or python_full_version?)',
    ),
    "marker-unquoted.txt": ('marker-unquoted.txt:1: "flask; python_version < 3.8": the value 3.8 in the marker needs quotes: "3.8"',),
    "nested-missing.txt": ('nested-missing.txt:2: "-r base.txt": no such file',),
    "not-equal.txt": ('not-equal.txt:1: "flask<>2.0": write "!=" (found "<>")',),
    "option-dropped.txt": ('option-dropped.txt:1: "--global-option": pip has dropped this option',),
    "option-elsewhere.txt": ('option-elsewhere.txt:1: "--upgrade": this option belongs on the command line, not in a requirements file',),
    "option-no-value.txt": ('option-no-value.txt:1: "--index-url": its value is missing',),
    "option-quote.txt": ("option-quote.txt:1: '--index-url \"https://index.example/simple': a quote in its options is not closed",),
    "option-unknown.txt": ('option-unknown.txt:1: "--no-bniary": pip knows no such option (did you mean --no-binary or --only-binary?)',),
    "path-missing.txt": ('path-missing.txt:1: "vendor/flask": this looks like a path, and there is no such file or directory',),
    "python-code.txt": ('python-code.txt:1: "import flask": this is Python code, not a requirement',),
    "quotes.txt": ("quotes.txt:1: '\"flask>=2.0\"': a requirement stands without quotes here",),
    "ring-a.txt": ('ring-b.txt:3: "-r ring-a.txt": ring-b.txt includes ring-a.txt, which includes ring-b.txt',),
    "ring-b.txt": ('ring-a.txt:1: "-r ring-b.txt": ring-a.txt includes ring-b.txt, which includes ring-a.txt',),
    "says-utf16.txt": ("says-utf16.txt: its beginning says that it is UTF-16-LE, and it is not",),
    "section.txt": ('section.txt:1: "[packages]": this is not a requirement; is the file in another format?',),
    "single-equals.txt": ('single-equals.txt:2: "flask=2.0": a version needs "==" (found "=")',),
    "slash-comment.txt": ('slash-comment.txt:1: "// the web framework": a comment begins with "#"',),
    "space-version.txt": ('space-version.txt:1: "flask 2.0": write "flask==2.0"',),
    "tilde-one-number.txt": ('tilde-one-number.txt:1: "flask~=2": "~=" needs two numbers at least: "~=2.0"',),
    "tilde.txt": ('tilde.txt:1: "flask~2.0": write "~=" (found "~")',),
    "toml/dynamic/pyproject.toml": (
        "toml/dynamic/pyproject.toml:3: its dependencies are dynamic: the build back end (hatchling.build) computes them, and nothing is run here",
    ),
    "toml/extras-list/pyproject.toml": ("toml/extras-list/pyproject.toml:3: project.optional-dependencies must be a table, not a list",),
    "toml/latin1/pyproject.toml": ("toml/latin1/pyproject.toml:3: not UTF-8, which TOML must be",),
    "toml/mark/pyproject.toml": ("toml/mark/pyproject.toml:1: a byte order mark stands at its beginning; TOML has none",),
    "toml/no-project/pyproject.toml": ("toml/no-project/pyproject.toml: it has no [project] table",),
    "toml/not-strings/pyproject.toml": (
        "toml/not-strings/pyproject.toml:5: project.dependencies[1] must be a string, not a number",
        'toml/not-strings/pyproject.toml:6: "flask=2.0": a version needs "==" (found "=")',
    ),
    "toml/poetry/pyproject.toml": (
        "toml/poetry/pyproject.toml:3: tool.poetry.dependencies.flask: 'flask = \"^\"': could not parse version constraint: ^",
        "toml/poetry/pyproject.toml:4: tool.poetry.dependencies.rich: must be a version constraint or a table, not a number",
    ),
    "toml/python/pyproject.toml": (
        'toml/python/pyproject.toml:3: project.requires-python: "3.11" is not a version specifier, such as ">=3.11"',
    ),
    "toml/syntax/pyproject.toml": ("toml/syntax/pyproject.toml:5: not TOML: unclosed array",),
    "toml/table/pyproject.toml": ("toml/table/pyproject.toml:4: project.dependencies must be a list of strings, not a table",),
    "toml/twice/pyproject.toml": (
        'toml/twice/pyproject.toml:6: extra "dev-tools" stands twice (names are compared without case and with "-" for "_" and ".")',
    ),
    "trailing-comma.txt": ('trailing-comma.txt:1: "flask,": one requirement a line, without a comma',),
    "two-names.txt": ('two-names.txt:1: "flask requests": a name holds no spaces or commas; write one requirement a line',),
    "unset-variable.txt": ("unset-variable.txt:1: environment variable MUSLCHECK_TEST_UNSET is not set",),
    "utf16-without-mark.txt": ("utf16-without-mark.txt: this looks like UTF-16 without a byte order mark: save it as UTF-8",),
    "version-missing.txt": ('version-missing.txt:1: "flask==": no version after "=="',),
    "version-star.txt": ('version-star.txt:1: "flask>=2.*": ">=" does not take ".*"; only "==" and "!=" do',),
    "version-word.txt": ('version-word.txt:1: "flask==latest": "latest" is not a version',),
    "wheel-name.txt": ('wheel-name.txt:1: "https://files.example/flask.whl": this is not a valid file name for a wheel',),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_faults_are_told(name, monkeypatch):
    monkeypatch.chdir(BROKEN)
    assert tuple(faults(name)) == FAULTS[name]


def test_every_broken_manifest_has_its_sentences():
    files = {str(path.relative_to(BROKEN)) for path in BROKEN.rglob("*") if path.is_file() and "locks" not in path.parts}
    assert files == set(FAULTS) | PARTS


def test_all_of_them_at_once(monkeypatch):
    monkeypatch.chdir(BROKEN)
    told = faults("single-equals.txt", "nested-missing.txt", "toml/python/pyproject.toml")
    assert [sentence.partition(":")[0] for sentence in told] == ["single-equals.txt", "nested-missing.txt", "toml/python/pyproject.toml"]


def test_what_else_a_manifest_says_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.txt").write_text("flask\ndjango=4\ncelery>=5\n")
    (manifest,) = read(["requirements.txt"])
    assert [requirement.name for requirement in manifest.requirements] == ["flask", "celery"]
    assert [fault.line for fault in manifest.faults] == [2]


def test_a_manifest_that_cannot_be_read_takes_no_other_with_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.txt").write_text("flask\n")
    manifests = read(["gone.txt", "requirements.txt"])
    assert [(len(manifest.requirements), len(manifest.faults)) for manifest in manifests] == [(0, 1), (1, 0)]


def test_nothing_left_to_judge_is_an_error(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.txt").write_text("django=4\n")
    with pytest.raises(ManifestError) as caught:
        read(["requirements.txt", "gone.txt"])
    assert str(caught.value).count("\n") == 1
