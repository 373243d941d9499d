"""A report is looked up, filtered, counted, and turned into its JSON form."""

import itertools
import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator
from support import reports

from muslcheck.render import schema
from muslcheck.words.report import FAIL_ON, Problem
from muslcheck.words.verdict import ApkNames, BuildRequirement, Outcome

SCHEMA = json.loads(schema())
VALIDATOR = Draft202012Validator(SCHEMA)
EVERY = [reports.well, reports.story, reports.several, reports.bad_weather]


@pytest.mark.parametrize("name", ["google-crc32c", "Google_CRC32C", "google.crc32c", "GOOGLE--crc32c"])
def test_a_name_is_found_in_any_spelling(name):
    assert reports.story()[name].name == "google-crc32c"


def test_the_first_target_answers_for_a_name():
    assert reports.several()["mediapipe"].target == reports.ALPINE


def test_a_name_that_is_not_there_is_a_key_error():
    with pytest.raises(KeyError, match="numpy"):
        reports.story()["numpy"]


def test_it_is_iterated_and_has_a_length():
    report = reports.story()
    assert [verdict.name for verdict in report] == sorted(verdict.name for verdict in report)
    assert len(report) == len([*report]) == 16


@pytest.mark.parametrize(
    ("outcomes", "names"),
    [
        (("fail",), ["mediapipe"]),
        ((Outcome.FAIL, "compile"), ["mediapipe", "opencv-python-headless"]),
        (("unknown",), ["acme-core"]),
    ],
)
def test_it_is_filtered_by_outcome(outcomes, names):
    assert [verdict.name for verdict in reports.story().filter(*outcomes)] == names


@pytest.mark.parametrize("target", [reports.DEBIAN, reports.DEBIAN.id, reports.DEBIAN.image])
def test_it_is_filtered_by_target(target):
    report = reports.several()
    assert {verdict.target for verdict in report.filter(target=target)} == {reports.DEBIAN}
    assert report.filter("fail", target=target) == ()


def test_an_image_names_all_its_targets():
    assert len(reports.several().filter("fail", target="python:3.11-alpine")) == 2


def test_a_word_that_is_no_outcome_is_refused():
    with pytest.raises(ValueError, match="broken"):
        reports.story().filter("broken")


def test_apk_names_come_from_all_verdicts_of_a_target():
    report = reports.several()
    names = report.apk(reports.ALPINE)
    assert {"crc32c-dev", "cmake"} < {*names.build}
    assert names.build == tuple(sorted({*names.build}))
    assert names.runtime == ("crc32c", "libstdc++")
    assert report.apk(reports.DEBIAN) == ApkNames()


def test_apk_names_come_from_build_requirements_that_compile():
    required = (
        BuildRequirement("cffi", "2.0.0", Outcome.COMPILE, ApkNames(("gcc", "libffi-dev"), ("libffi",))),
        BuildRequirement("faster", "1.0", Outcome.BUILD, ApkNames(("faster-dev",))),
    )
    own = ApkNames(("gcc",), ("libgcc",))
    verdict = replace(reports.private(reports.ALPINE), outcome=Outcome.COMPILE, apk=own, build_requires=required)
    report = reports.report([reports.ALPINE], [verdict])
    assert verdict.apk_in_all == report.apk(reports.ALPINE) == ApkNames(("gcc", "libffi-dev"), ("libgcc",))
    assert report.to_dict()["packages"][0]["build_requires"][0]["apk"] == ["gcc", "libffi-dev"]


OUTCOMES = [Outcome.WHEEL, Outcome.BUILD, Outcome.COMPILE, Outcome.FAIL, Outcome.UNKNOWN]
STATUSES = {  # outcome: the exit status for --fail-on never, fail, compile, unknown; then with --strict
    Outcome.WHEEL: ((0, 0, 0, 0), (0, 0, 0, 0)),
    Outcome.BUILD: ((0, 0, 0, 0), (0, 0, 0, 0)),
    Outcome.COMPILE: ((0, 0, 1, 1), (0, 0, 1, 1)),
    Outcome.FAIL: ((0, 1, 1, 1), (0, 1, 1, 1)),
    Outcome.UNKNOWN: ((0, 0, 0, 1), (3, 3, 3, 1)),
}


@pytest.mark.parametrize(("outcome", "strict"), [*itertools.product(OUTCOMES, [False, True])])
def test_the_exit_status_follows_the_policy(outcome, strict):
    report = reports.report([reports.ALPINE], [replace(reports.private(reports.ALPINE), outcome=outcome)])
    assert (
        tuple(report.exit_status(fail_on, strict=strict) for fail_on in ("never", "fail", "compile", "unknown"))
        == STATUSES[outcome][strict]
    )


def test_every_policy_is_in_the_table():
    assert [*FAIL_ON] == ["never", "fail", "compile", "unknown"]
    assert all(laxer < stricter for laxer, stricter in itertools.pairwise(FAIL_ON.values()))


def test_an_index_out_of_reach_is_not_finished():
    out_of_reach = Problem("acme-core", "the index did not answer", "Run it again.", "index")
    report = replace(reports.well(), problems=(out_of_reach,))
    assert [report.exit_status(fail_on) for fail_on in FAIL_ON] == [3, 3, 3, 3]


def test_other_problems_leave_the_status_alone():
    local = Problem("./lib", "its own build, not judged", "", "local")
    assert replace(reports.well(), problems=(local,)).exit_status(strict=True) == 0


def test_a_finding_is_certain_whatever_else_was_out_of_reach():
    report = reports.bad_weather()
    assert report.exit_status() == 1
    assert report.exit_status("never") == 3


def test_an_unknown_policy_is_refused():
    with pytest.raises(ValueError, match="'wheel' is not one of never, fail"):
        reports.well().exit_status("wheel")


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("make", EVERY)
def test_the_json_form_is_valid(make):
    assert [error.message for error in VALIDATOR.iter_errors(json.loads(make().to_json()))] == []


def _objects(schema, path="$"):
    if isinstance(schema, dict):
        if "properties" in schema:
            yield path, schema
        for key, value in schema.items():
            yield from _objects(value, f"{path}.{key}")


@pytest.mark.parametrize(("path", "described"), [*_objects(SCHEMA)], ids=lambda value: value if isinstance(value, str) else "")
def test_the_schema_is_strict(path, described):
    assert described["additionalProperties"] is False, path
    assert {*described["required"]} == {*described["properties"]}, path


BREAKS = {
    "another version": lambda data: data.update(version="2"),
    "a number for the version": lambda data: data.update(version=1),
    "a key more": lambda data: data.update(more=1),
    "a key less": lambda data: data.pop("problems"),
    "an outcome that is none": lambda data: data["packages"][0].update(outcome="ok"),
    "a mark that is none": lambda data: data["packages"][0].update(marks=["fast"]),
    "a mark twice": lambda data: data["packages"][0].update(marks=["heavy", "heavy"]),
    "a strength that is none": lambda data: data["packages"][1]["evidence"].append(
        {"code": "MC101", "claim": "c", "seen_in": "s", "strength": "weak"}
    ),
    "a rule code that is none": lambda data: data["packages"][1]["evidence"].append(
        {"code": "X1", "claim": "c", "seen_in": "s", "strength": "hint"}
    ),
    "another libc": lambda data: data["targets"][0]["libc"].update(name="uclibc"),
    "a count below zero": lambda data: data["summary"]["python:3.11-alpine/x86_64"].update(wheel=-1),
    "no target": lambda data: data.update(targets=[]),
    "a time that is none": lambda data: data.update(created="yesterday"),
}


@pytest.mark.parametrize("spoil", BREAKS.values(), ids=BREAKS.keys())
def test_what_is_not_a_report_is_invalid(spoil):
    data = reports.story().to_dict()
    spoil(data)
    assert [*VALIDATOR.iter_errors(data)]


@pytest.mark.parametrize("make", EVERY)
def test_the_same_findings_give_the_same_bytes(make):
    report = make()
    shuffled = replace(report, verdicts=report.verdicts[::-1], problems=report.problems[::-1])
    assert shuffled.to_json() == report.to_json()


def test_only_the_time_differs_between_two_runs():
    first = reports.story()
    then = replace(first, created="2027-01-01T00:00:00Z").to_json()
    assert then.replace("2027-01-01T00:00:00Z", first.created) == first.to_json()


def test_packages_stand_in_order_of_target_then_name():
    data = reports.several().to_dict()
    ids = [target["id"] for target in data["targets"]]
    keys = [(ids.index(package["target"]), package["name"]) for package in data["packages"]]
    assert keys == sorted(keys)


def test_the_summary_counts_every_outcome_of_every_target():
    data = reports.several().to_dict()
    assert data["summary"]["python:3.11-slim-bookworm/x86_64"] == {"wheel": 14, "build": 0, "compile": 0, "fail": 0, "unknown": 0}
    for target, counts in data["summary"].items():
        assert sum(counts.values()) == sum(package["target"] == target for package in data["packages"])


def test_one_package_in_full():
    package = next(each for each in reports.story().to_dict()["packages"] if each["name"] == "google-crc32c")
    assert package["file"] == {
        "filename": "google_crc32c-1.9.0.tar.gz",
        "size": 36_104,
        "sha256": "a1" * 32,
        "url": "https://files.example/google_crc32c-1.9.0.tar.gz",
    }
    assert package["chain"] == ["requirements.txt:18", "firebase-admin", "google-cloud-storage", "google-crc32c"]
    assert package["evidence"][0]["strength"] == "proof"
    assert package["build_requires"] == [{"name": "setuptools", "version": "80.9.0", "outcome": "wheel", "apk": []}]
    assert package["apk"] == {"build": ["crc32c-dev", "gcc", "musl-dev"], "runtime": ["crc32c"]}
    assert package["requested"] is False


def test_what_installs_nowhere_has_no_file():
    package = next(each for each in reports.story().to_dict()["packages"] if each["name"] == "acme-core")
    assert (package["file"], package["version"]) == (None, None)


def test_a_free_threaded_target_says_so():
    target = replace(reports.ALPINE, image="python:3.14t-alpine", python=(3, 14), free_threaded=True)
    data = reports.report([target], []).to_dict()
    assert data["targets"][0]["python"] == "3.14t"
    assert [*VALIDATOR.iter_errors(data)] == []


def test_the_json_is_plain_ascii_whatever_the_names():
    evil = replace(reports.private(reports.ALPINE), chain=("anforderungen-größe.txt:1", "\udcff"))
    text = reports.report([reports.ALPINE], [evil]).to_json()
    assert text.isascii()
    assert json.loads(text)["packages"][0]["chain"] == ["anforderungen-größe.txt:1", "\udcff"]


def test_sizes_tell_wheels_from_sdists():
    report = reports.several()
    assert report.sizes(reports.DEBIAN) == (14 * 36_104, 0, 0, 14 * 100_000, 14)
    assert report.sizes(reports.ALPINE).sdists == 2 * 36_104
    told = {"wheels": 14 * 36_104, "sdists": 0, "unknown": 0, "installed": 1_400_000, "measured": 14}
    assert report.to_dict()["sizes"][reports.DEBIAN.id] == told


def test_what_nothing_was_read_of_has_no_installed_size():
    data = reports.report([reports.ALPINE], [reports.crc32c(reports.ALPINE)]).to_dict()
    assert data["sizes"][reports.ALPINE.id]["installed"] is None
    assert data["sizes"][reports.ALPINE.id]["measured"] == 0
    assert data["packages"][0]["installed"] is None


@pytest.mark.parametrize("make", EVERY)
def test_what_several_targets_share_is_written_for_each_of_them(make):
    report = make()
    first = report.targets[0]
    others = [replace(first, arch=arch) for arch in ("riscv64", "s390x")]
    shared = [replace(verdict, target=target) for target in others for verdict in report if verdict.target == first]
    wide = replace(report, targets=(*report.targets, *others), verdicts=(*report.verdicts, *shared))
    assert wide.to_json() == json.dumps(wide.to_dict(), indent=2) + "\n"
    assert replace(wide, verdicts=()).to_json() == json.dumps(replace(wide, verdicts=()).to_dict(), indent=2) + "\n"
