"""The other formats: each is what its readers expect, whatever strangers wrote into names and claims."""

import csv as csv_module
import io
import json
import re
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from support import reports

from muslcheck.judge.supply import supply
from muslcheck.manifests import read
from muslcheck.render import RENDERERS, RenderOptions
from muslcheck.render.csv import COLUMNS
from muslcheck.render.markdown import escaped
from muslcheck.words.report import Problem
from muslcheck.words.supply import AddedApk
from muslcheck.words.verdict import Evidence, Outcome, Strength

MAKERS = {"well": reports.well, "story": reports.story, "several": reports.several, "bad-weather": reports.bad_weather}
HOSTILE = "a|b`c`*d*_e_<img src=x onerror=y>[f](g)%0A::error::%\r\n::warning title=h::i\x1b[31m=1+1"


def drawn(form, report=None):
    return RENDERERS[form](reports.story() if report is None else report, RenderOptions())


def many():
    return reports.report(
        targets := [
            replace(reports.ALPINE, image=f"python:3.{minor}-alpine", python=(3, minor), arch=arch)
            for minor in (11, 12, 13)
            for arch in ("x86_64", "aarch64")
        ],
        [make(target) for target in targets for make in (reports.crc32c, reports.mediapipe, lambda each: reports.wheel(each, "fine"))],
    )


def hostile():
    """A report in which everything that others may have written tries to be more than text."""
    verdict = replace(
        reports.mediapipe(reports.ALPINE),
        name=HOSTILE,
        chain=(f"{HOSTILE}:3", HOSTILE),
        evidence=(Evidence("MC101", HOSTILE, HOSTILE, Strength.PROOF, Outcome.FAIL),),
    )
    return reports.report([reports.ALPINE], [verdict], [Problem(HOSTILE, HOSTILE, HOSTILE)], [HOSTILE])


@pytest.mark.parametrize("make", [*MAKERS.values(), many, hostile, lambda: reports.report([reports.ALPINE], [])])
@pytest.mark.parametrize("form", RENDERERS)
def test_every_format_draws_every_report(form, make):
    text = drawn(form, make())
    assert text.endswith("\n")
    assert "\x1b" not in text
    assert "\r" not in text


# --- csv ------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_csv_has_a_row_for_each_package_on_each_target(make):
    rows = [*csv_module.DictReader(io.StringIO(drawn("csv", make())))]
    report = make()
    assert [row["name"] for row in rows] == [verdict.name for verdict in report]
    assert {*rows[0]} == {*COLUMNS}
    assert all(None not in row and None not in row.values() for row in rows)


def test_csv_tells_all_of_a_package():
    (row,) = [row for row in csv_module.DictReader(io.StringIO(drawn("csv"))) if row["name"] == "google-crc32c"]
    assert row["target"] == "python:3.11-alpine/x86_64"
    assert (row["outcome"], row["marks"], row["code"]) == ("build", "slower", "MC210")
    assert (row["apk_build"], row["apk_runtime"]) == ("crc32c-dev gcc musl-dev", "crc32c")
    assert row["from"].startswith("requirements.txt:18 → firebase-admin")


def test_csv_holds_no_formulas():
    verdict = reports.crc32c(reports.ALPINE)
    for sign in "=+-@":
        claim = replace(verdict.evidence[0], claim=f"{sign}cmd()")
        text = drawn("csv", reports.report([reports.ALPINE], [replace(verdict, evidence=(claim,))]))
        assert f",'{sign}cmd()," in text


# --- github ---------------------------------------------------------------------------------------------------------------------------

COMMAND = re.compile(r"::(error|warning|notice) ((?:\w+=[^,:]*)(?:,\w+=[^,:]*)*)::(.*)")


def commands(text):
    found = [COMMAND.fullmatch(line) for line in text.splitlines() if line.startswith("::")]
    assert all(found)
    return [(each[1], dict(part.split("=", 1) for part in each[2].split(",")), each[3]) for each in found]


def test_annotations_stand_at_the_requirement_that_brings_the_package():
    found = commands(drawn("github"))
    assert [(level, stated.get("file"), stated.get("line")) for level, stated, _ in found] == [
        ("error", "requirements.txt", "31"),
        ("warning", "requirements.txt", "32"),
        ("warning", "requirements.txt", "9"),
        ("notice", "requirements.txt", "18"),
        ("notice", "requirements.txt", "14"),
        ("warning", None, None),
    ]
    assert found[0][1]["title"] == "mediapipe 0.10.35 fails on python%3A3.11-alpine"
    assert "%0Afrom requirements.txt:31%0Ause python:3.11-slim-bookworm" in found[0][2]


def test_annotations_cannot_be_forged():
    found = commands(drawn("github", hostile()))
    assert len(found) == 2
    assert all("\n" not in text and "::warning title=h" not in stated["title"] for _, stated, text in found)


def test_annotations_of_many_targets_are_folded():
    assert [stated["title"] for _, stated, _ in commands(drawn("github", many()))] == [
        "mediapipe 0.10.35 fails on all targets",
        "google-crc32c 1.9.0 is built from its sdist%2C slower on all targets",
    ]


def test_the_answer_follows_the_annotations():
    assert drawn("github").splitlines()[-1].startswith("python:3.11-alpine/x86_64 will not work: 1 of 16 packages")


def with_a_dockerfile():
    added = AddedApk("Dockerfile", "deps", "prod", (("gcc", 7), ("libffi-dev", 8), ("musl-dev", 9)))
    report = reports.report([reports.ALPINE], [reports.crc32c(reports.ALPINE)], manifests=("Dockerfile",))
    return replace(report, supplies=(supply(added, report, reports.ALPINE),))


def test_what_a_dockerfile_adds_is_annotated_at_its_line():
    (_, (level, stated, text)) = commands(drawn("github", with_a_dockerfile()))
    assert (level, stated["file"], stated["line"]) == ("warning", "Dockerfile", "7")
    assert text.startswith("missing crc32c-dev, for google-crc32c; without it, none of those helps%0Aunneeded libffi-dev: ")


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_what_a_dockerfile_adds_is_told(form):
    text = drawn(form, with_a_dockerfile())
    assert "Dockerfile:7, in stage deps, adds gcc, libffi-dev and musl-dev to build with:" in text
    assert "crc32c-dev, for google-crc32c; without it, none of those helps" in text


# --- sarif ----------------------------------------------------------------------------------------------------------------------------

SARIF = {
    # What SARIF 2.1.0 (OASIS, errata 01) requires of the parts that are written here, and what GitHub asks for beside it.
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name", "rules"],
                                "properties": {
                                    "rules": {
                                        "uniqueItems": True,
                                        "items": {
                                            "required": ["id", "shortDescription"],
                                            "properties": {
                                                "shortDescription": {"required": ["text"]},
                                                "defaultConfiguration": {
                                                    "properties": {"level": {"enum": ["none", "note", "warning", "error"]}}
                                                },
                                            },
                                        },
                                    }
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "invocations": {
                        "items": {
                            "required": ["executionSuccessful"],
                            "properties": {
                                "executionSuccessful": {"type": "boolean"},
                                "toolExecutionNotifications": {"items": {"required": ["message"]}},
                            },
                        }
                    },
                    "results": {
                        "items": {
                            "required": ["message", "ruleId", "level", "locations", "partialFingerprints"],
                            "properties": {
                                "message": {"required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "partialFingerprints": {"additionalProperties": {"type": "string"}},
                                "locations": {
                                    "minItems": 1,
                                    "items": {
                                        "required": ["physicalLocation"],
                                        "properties": {
                                            "physicalLocation": {
                                                "required": ["artifactLocation"],
                                                "properties": {
                                                    "artifactLocation": {
                                                        "required": ["uri"],
                                                        "properties": {"uri": {"type": "string", "pattern": r"^[!-~]*$"}},
                                                    },
                                                    "region": {"properties": {"startLine": {"type": "integer", "minimum": 1}}},
                                                },
                                            }
                                        },
                                    },
                                },
                            },
                        }
                    },
                },
            }
        },
    },
}


@pytest.mark.parametrize("make", [*MAKERS.values(), many, hostile])
def test_sarif_has_what_its_schema_requires(make):
    data = json.loads(drawn("sarif", make()))
    jsonschema.validate(data, SARIF)
    (run,) = data["runs"]
    assert {result["ruleId"] for result in run["results"]} == {rule["id"] for rule in run["tool"]["driver"]["rules"]}


def results(report):
    return json.loads(drawn("sarif", report))["runs"][0]["results"]


def test_sarif_points_at_the_requirement():
    found = results(reports.story())
    assert [(result["level"], result["properties"]["package"]) for result in found] == [
        ("error", "mediapipe"),
        ("warning", "opencv-python-headless"),
        ("warning", "acme-core"),
        ("note", "google-crc32c"),
        ("note", "grpcio"),
    ]
    assert found[0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "requirements.txt", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 31},
    }


def test_a_fingerprint_outlives_a_release_and_not_a_target():
    verdict = reports.mediapipe(reports.ALPINE)
    (before,) = results(reports.report([reports.ALPINE], [verdict]))
    (after,) = results(reports.report([reports.ALPINE], [replace(verdict, version="0.11.0")]))
    (elsewhere,) = results(reports.report([reports.ARM], [reports.mediapipe(reports.ARM)]))
    assert before["partialFingerprints"] == after["partialFingerprints"] != elsewhere["partialFingerprints"]


def test_sarif_tells_a_run_that_was_not_finished():
    (run,) = json.loads(drawn("sarif", reports.bad_weather()))["runs"]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert run["invocations"][0]["toolExecutionNotifications"][0]["level"] == "error"
    assert json.loads(drawn("sarif"))["runs"][0]["invocations"][0]["executionSuccessful"] is True


# --- markdown -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [*MAKERS.values(), many, hostile])
def test_every_row_of_a_markdown_table_has_as_many_cells(make):
    for table in re.findall(r"^\|.*(?:\n\|.*)*", drawn("markdown", make()), re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a|b", r"a\|b"),
        ("a\nb", "a b"),
        ("_crc32c `x` *y*", r"\_crc32c \`x\` \*y\*"),
        ("<b>[x](y)</b>", r"\<b\>\[x\](y)\</b\>"),
        ("a\\|b", r"a\\\|b"),
        ("&lt;", r"\&lt;"),
    ],
)
def test_nothing_in_a_cell_is_more_than_text(text, expected):
    assert escaped(text) == expected


def test_markdown_puts_the_answer_first():
    lines = drawn("markdown").splitlines()
    assert lines[0] == "## requirements.txt on python:3.11-alpine"
    assert lines[2].startswith("- ❌ python:3.11-alpine/x86\\_64 will not work: 1 of 16 packages fails")
    assert "| package | outcome | why | from | what to do |" in lines
    assert "apk add --no-cache --virtual .build-deps cmake crc32c-dev g++ gcc linux-headers make musl-dev ninja-build openblas-dev" in lines


def test_markdown_of_many_targets_names_them_in_groups():
    text = drawn("markdown", many())
    assert "- ❌ all targets: will not work: 1 of 3 packages fails." in text
    assert "| mediapipe 0.10.35 | ❌ fail | all targets |" in text


# --- html -----------------------------------------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """Notes the tags, those still open, what is loaded, and the words."""

    VOID = ("meta", "br", "!doctype")

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.attributes, self.words = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("make", [*MAKERS.values(), many, hostile])
def test_html_is_well_formed_and_loads_nothing(make):
    reader = Reader()
    reader.feed(drawn("html", make()))
    assert reader.open == []
    assert {*reader.tags}.isdisjoint({"script", "img", "link", "iframe", "object", "a"})
    assert {name for name, _ in reader.attributes} <= {"lang", "charset", "name", "content", "class", "title"}


def test_html_says_what_there_is_to_say():
    reader = Reader()
    reader.feed(drawn("html"))
    words = " ".join(" ".join(reader.words).split())
    assert "python:3.11-alpine/x86_64 will not work" in words
    assert "fail mediapipe 0.10.35" in words
    assert "apk add --no-cache --virtual .build-deps cmake" in words
    assert "11 packages from wheels" in words


def test_html_has_a_grid_of_many_targets():
    text = drawn("html", many())
    assert text.count('>1 fail, 1 build<br><span class="soft">72.2 kB</span></td>') == 6
    assert "<th>x86_64</th><td" in text
    assert "<th></th><th>3.11</th><th>3.12</th><th>3.13</th>" in text


def pairs():
    """Alpine, on which one fails, and slim of three Pythons: another is older on Alpine on one of them."""
    targets = [
        replace(base, image=f"python:3.{minor}-{kind}", python=(3, minor))
        for kind, base in (("alpine", reports.ALPINE), ("slim", reports.DEBIAN))
        for minor in (11, 12, 13)
    ]
    verdicts = [reports.mediapipe(each) if each.is_musl else reports.wheel(each, "mediapipe", "0.10.35") for each in targets]
    return reports.report(
        targets, [*verdicts, *(reports.crc32c(each) for each in targets[:1]), *(reports.wheel(each, "x") for each in targets)]
    )


def test_html_of_many_targets_says_which_to_choose():
    text = drawn("html", pairs())
    assert "<p><b>Wheels only on: 3.11-slim to 3.13-slim (72.2 kB to download).</b></p>" in text
    assert "<p><b>With musl, best (1 fail): 3.12-alpine and 3.13-alpine (36.1 kB to download).</b></p>" in text
    assert [*re.findall(r"<tr><th>x86_64 (\w+)</th>", text)] == ["alpine", "slim"]
    assert "<ol><li>3.11-slim to 3.13-slim</li><li>3.12-alpine and 3.13-alpine</li><li>3.11-alpine</li></ol>" in text
    assert "<h2>Alpine against slim</h2><ul><li>google-crc32c" in text.replace("\n", "")
    assert "<details><summary>To add on the other targets</summary>" in text


def test_markdown_of_many_targets_says_which_to_choose():
    text = drawn("markdown", pairs())
    assert "\n**Wheels only on: 3.11-slim to 3.13-slim (72.2 kB to download).**\n" in text
    assert "\n| | 3.11 | 3.12 | 3.13 |\n|---|---|---|---|\n| x86\\_64 alpine | ❌ 1 fail, 72.2 kB | ❌ 1 fail, 36.1 kB |" in text
    assert "\n| x86\\_64 slim | ✅ wheels, 72.2 kB |" in text
    assert "\n**Alpine against slim**\n\n- google-crc32c: needed on Alpine only (on 3.11-alpine)\n- mediapipe: Alpine gets" in text
    assert "\n<details><summary>To add on the other targets</summary>\n\nTo build on 3.11-alpine:\n\n```sh\napk add" in text


# --- apk ------------------------------------------------------------------------------------------------------------------------------


def test_apk_lines_can_be_run():
    text = drawn("apk")
    echoed = subprocess.run(
        ["/bin/sh", "-ec", f'apk() {{ printf "%s " "$@"; }}\n{text}'], capture_output=True, text=True, check=True
    ).stdout
    names = reports.story().apk(reports.ALPINE)
    assert echoed.split() == [*["add", "--no-cache", "--virtual", ".build-deps"], *names.build, "add", "--no-cache", *names.runtime]
    assert text.splitlines()[-1] == "# whatever is added, mediapipe fails"


def test_apk_lines_where_nothing_is_needed():
    assert drawn("apk", reports.well()) == "# nothing has to be added\n"


def test_apk_lines_of_several_targets_say_where():
    assert drawn("apk", reports.several()).splitlines()[0] == "# python:3.11-alpine on all architectures"


# --- dockerfile -----------------------------------------------------------------------------------------------------------------------


def dockerfile(folder, report, **files):
    (folder / "Dockerfile").write_text(drawn("dockerfile", report))
    for name in report.manifests:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files.get(path.suffix, "fine\n"))
    (found,) = read([str(folder / "Dockerfile")])
    return found


def test_the_dockerfile_brings_what_is_needed_and_leaves_the_compilers_behind(tmp_path):
    found = dockerfile(tmp_path, reports.story())
    names = reports.story().apk(reports.ALPINE)
    assert tuple(name for name, _ in found.added.building) == names.build
    assert found.added.kept == names.runtime
    assert found.images == ("python:3.11-alpine",)
    assert [each.text for each in found.requirements] == ["fine"]
    assert found.problems == ()


def test_the_dockerfile_says_what_fails_all_the_same():
    lines = drawn("dockerfile").splitlines()
    assert lines[1].startswith("# acme-core could not be judged")
    assert lines[2].startswith("# mediapipe 0.10.35 does not install here: no wheel fits musl")


@pytest.mark.parametrize(
    ("manifests", "line"),
    [
        (["requirements.txt"], "RUN /venv/bin/pip install --requirement requirements.txt"),
        (["deps/prod.txt"], "COPY deps/prod.txt ./"),
        (["requirements.txt", "constraints.txt"], "RUN /venv/bin/pip install --requirement requirements.txt --constraint constraints.txt"),
        (["odd name.txt"], 'COPY ["odd name.txt", "./"]'),
        (["odd name.txt"], "RUN /venv/bin/pip install --requirement 'odd name.txt'"),
        (["pyproject.toml"], "RUN /venv/bin/pip install ."),
        (["uv.lock"], "COPY pyproject.toml uv.lock ./"),
        (["../elsewhere.txt"], "# Here ../elsewhere.txt is to be installed into /venv."),
        (["https://files.example/r.txt"], "# Here https://files.example/r.txt is to be installed into /venv."),
        (["environment.yml"], "# Here environment.yml is to be installed into /venv."),
    ],
)
def test_the_dockerfile_installs_the_manifest(manifests, line):
    report = reports.report([reports.ALPINE], [replace(reports.wheel(reports.ALPINE, "x"), chain=())], manifests=tuple(manifests))
    assert line in drawn("dockerfile", report).splitlines()


def test_the_dockerfile_of_a_dockerfile_installs_the_same():
    there = [replace(reports.wheel(reports.ALPINE, "x"), chain=("deps/prod.txt:1", "x"), requested=True)]
    there += [replace(reports.wheel(reports.ALPINE, name), chain=("Dockerfile:3", name), requested=name == "y") for name in "yz"]
    lines = drawn("dockerfile", reports.report([reports.ALPINE], there, manifests=("Dockerfile",))).splitlines()
    assert "COPY deps/prod.txt ./" in lines
    assert "RUN /venv/bin/pip install --requirement prod.txt" in lines
    assert "RUN /venv/bin/pip install y==1.0" in lines


def test_the_dockerfile_copies_what_is_included():
    verdict = replace(reports.wheel(reports.ALPINE, "x"), chain=("deps/base.txt:1", "x"))
    text = drawn("dockerfile", reports.report([reports.ALPINE], [verdict], manifests=("deps/prod.txt",)))
    assert "COPY deps/prod.txt deps/base.txt ./" in text


def test_the_dockerfile_is_for_the_best_target_on_alpine():
    verdicts = [reports.mediapipe(reports.ALPINE), reports.wheel(reports.ARM, "mediapipe"), reports.wheel(reports.DEBIAN, "mediapipe")]
    text = drawn("dockerfile", reports.report([reports.DEBIAN, reports.ALPINE, reports.ARM], verdicts))
    assert text.startswith("# requirements.txt on python:3.11-alpine, armv7l, by muslcheck")


def test_alpine_s_own_image_gets_its_python():
    target = replace(reports.ALPINE, image="alpine:3.23")
    text = drawn("dockerfile", reports.report([target], [reports.wheel(target, "x")]))
    assert text.count("RUN apk add --no-cache python3\n") == 2


def test_no_comment_of_a_dockerfile_ends_early():
    text = drawn("dockerfile", hostile())
    assert all(line.startswith(("#", "FROM", "RUN", "WORKDIR", "COPY", "ENV", "    ")) or not line for line in text.splitlines())


def test_every_format_is_named_in_the_reference():
    text = (Path(__file__).parents[2] / "docs" / "reference" / "formats.md").read_text("utf-8")
    assert [form for form in RENDERERS if f"| `{form}` |" not in text] == []


def test_what_is_only_good_to_know_is_no_warning():
    report = replace(reports.story(), problems=(Problem("Dockerfile:3", "dep 1.0 is replaced by 2.0", kind="note"),))
    assert "note     Dockerfile:3: dep 1.0 is replaced by 2.0" in RENDERERS["text"](report, RenderOptions())
    assert "::notice title=muslcheck%3A Dockerfile%3A3::dep 1.0 is replaced by 2.0" in RENDERERS["github"](report, RenderOptions())
    said = json.loads(RENDERERS["sarif"](report, RenderOptions()))["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert [(each["level"], each["message"]["text"]) for each in said] == [("note", "Dockerfile:3. dep 1.0 is replaced by 2.0")]
    assert report.exit_status() == reports.story().exit_status()
