"""What people read: it fits, says everything without colour, and puts first what breaks."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support import reports
from support.golden import compared

from muslcheck.render import RENDERERS, RenderOptions
from muslcheck.words.release import Misfit, Miss, Placed, Shelf
from muslcheck.words.report import Problem
from muslcheck.words.verdict import ApkNames, Evidence, Mark, Outcome, Strength

ROOT = Path(__file__).parents[2]
MAKERS = {"well": reports.well, "story": reports.story, "several": reports.several, "bad-weather": reports.bad_weather}
ESCAPE = re.compile("\x1b\\[[0-9;]*m")


def text(report, **options):
    return RENDERERS["text"](report, RenderOptions(**options))


@pytest.mark.parametrize(("name", "make"), MAKERS.items(), ids=MAKERS)
def test_the_text_is_the_expected_one(name, make):
    compared(f"{name}.txt", text(make()))


@pytest.mark.parametrize(("verbosity", "word"), [(-1, "quiet"), (1, "verbose"), (2, "every-file")])
def test_the_text_is_the_expected_one_for_each_verbosity(verbosity, word):
    compared(f"story.{word}.txt", text(reports.story(), verbosity=verbosity))


@pytest.mark.parametrize(("name", "make"), MAKERS.items(), ids=MAKERS)
def test_the_json_is_the_expected_one(name, make):
    compared(f"{name}.json", RENDERERS["json"](make(), RenderOptions()))


@pytest.mark.parametrize("verbosity", [-1, 0, 1, 2])
@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_no_line_is_wider_than_the_page_but_a_file_name_alone(make, width, verbosity):
    drawn = text(make(), width=width, verbosity=verbosity)
    assert [line for line in drawn.splitlines() if len(line) > width and not re.fullmatch(r" {9}\S+\.(whl|tar\.gz)", line)] == []


def targets_of(minors, arches, images="python:3.{}-alpine"):
    return [
        replace(reports.ALPINE, image=images.format(minor), python=(3, minor), python_full=f"3.{minor}.1", arch=arch)
        for minor in minors
        for arch in arches
    ]


EIGHT = ("x86_64", "aarch64", "armv7l", "armv6l", "i686", "ppc64le", "riscv64", "s390x")


def test_the_columns_of_a_few_targets_go_below_each_other():
    drawn = text(reports.report(targets := targets_of((11, 12, 13, 14), ["x86_64"]), [reports.opencv(target) for target in targets]))
    numbers = [number for line in drawn.splitlines() if re.fullmatch(r" {22}(  \d+ *)+", line) for number in line.split()]
    assert numbers == ["1", "2", "3", "4"]
    assert max(map(len, drawn.splitlines())) <= 80


def forty():
    """Five Pythons on eight architectures: one is a wheel on two architectures, one fails on old Pythons, one is missing on new ones."""
    targets = targets_of(range(10, 15), EIGHT)
    verdicts = [reports.wheel(target, name) for target in targets for name in reports.PLAIN]
    for target in targets:
        verdicts.append(reports.wheel(target, "grpcio") if target.arch in EIGHT[:2] else reports.crc32c(target))
        verdicts.append(reports.mediapipe(target) if target.python < (3, 12) else reports.wheel(target, "mediapipe", "0.10.35"))
    return reports.report(targets, verdicts)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_forty_targets_fit_the_page(width):
    drawn = text(forty(), width=width)
    assert [line for line in drawn.splitlines() if len(line) > width] == []


def test_forty_targets_are_the_expected_text():
    compared("forty.txt", text(forty()))


def test_forty_targets_are_named_in_groups():
    drawn = text(forty())
    assert re.search(r"^x86_64 +1 fail +1 fail +wheels +wheels +wheels$", drawn, re.MULTILINE)
    assert re.search(r"^s390x +1 fail +1 fail +1 build +1 build +1 build$", drawn, re.MULTILINE)
    assert "\nfail     on 16 of 40 targets: 3.10 and 3.11 on all architectures\n  mediapipe 0.10.35: no wheel fits musl" in drawn
    assert drawn.count("mediapipe 0.10.35") == 1
    assert "\n3.10 and 3.11 on all architectures will not work: 1 of 13 packages fails.\n" in drawn
    assert drawn.rstrip().endswith("Wheels only on: 3.12 to 3.14 on x86_64 and aarch64 (469.4 kB to download).")


def test_the_letters_have_a_legend():
    drawn = text(forty())
    assert "w wheel, b build, F fail, * slower, older or heavy, - not needed" in drawn
    assert re.search(r"^mediapipe +w +w +F +F$", drawn, re.MULTILINE)
    assert re.search(r"^google-crc32c +- +b\* +- +b\*$", drawn, re.MULTILINE)


def test_of_many_targets_the_groups_that_fare_best_come_first():
    assert "- not needed\n 1  3.12 to 3.14 on x86_64 and aarch64\n 2  3.12 to 3.14 on all but x86_64 and aarch64\n" in text(forty())


def test_what_is_a_wheel_wherever_it_is_needed_parts_no_groups():
    drawn = text(forty())
    assert not re.search(r"^grpcio ", drawn, re.MULTILINE)
    assert "12 other packages install from wheels everywhere; grpcio is needed on some targets only." in " ".join(drawn.split())
    many = targets_of(range(10, 15), EIGHT)
    verdicts = [reports.wheel(target, name) for name in "abcd" for target in many[len(name) :]]
    assert "4 packages install from wheels everywhere; 4 are needed on some targets only." in text(reports.report(many, verdicts))


def pairs():
    """Alpine and slim of five Pythons on two architectures: one fails on Alpine, one is compiled there on one architecture."""
    targets = [*targets_of(range(10, 15), EIGHT[:2])]
    targets += [
        replace(
            reports.DEBIAN, image=each.image.replace("alpine", "slim"), python=each.python, python_full=each.python_full, arch=each.arch
        )
        for each in targets
    ]
    verdicts = [reports.wheel(target, name) for target in targets for name in reports.PLAIN]
    for target in targets:
        verdicts.append(reports.mediapipe(target) if target.is_musl else reports.wheel(target, "mediapipe", "0.10.35"))
        if target.is_musl and target.arch == "aarch64":
            verdicts.append(reports.opencv(target))
        else:
            verdicts.append(reports.wheel(target, "opencv-python-headless", "4.12.0.88"))
    return reports.report(targets, verdicts)


def test_slim_and_alpine_are_the_expected_text():
    compared("pairs.txt", text(pairs()))


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_slim_and_alpine_stand_one_below_the_other(width):
    drawn = text(pairs(), width=width)
    assert re.search(
        r"^x86_64 alpine +1 fail .*\nx86_64 slim +wheels .*\naarch64 alpine +1 fail .*\naarch64 slim +wheels ", drawn, re.MULTILINE
    )
    assert re.search(r"^x86_64 alpine +[\d.]+ kB .*\nx86_64 slim +[\d.]+ kB ", drawn, re.MULTILINE)
    assert max(map(len, drawn.splitlines())) <= width


def test_what_to_do_on_several_pythons_is_said_once():
    assert text(pairs()).count("use python:3.x-slim-bookworm: its wheels are for glibc only") == 1
    drawn = text(reports.report(two := targets_of((11, 12), ["x86_64"]), [reports.mediapipe(each) for each in two]))
    assert "  do     use python:3.x-slim-bookworm: its wheels are for glibc only" in drawn


def test_packages_with_one_outcome_on_the_same_targets_share_a_block():
    drawn = text(
        reports.report(many := targets_of(range(10, 15), EIGHT), [make(each) for each in many for make in (reports.opencv, reports.crc32c)])
    )
    assert re.findall(r"^(?:fail|compile|build|unknown) .*", drawn, re.MULTILINE) == ["compile  on all targets", "build    on all targets"]
    drawn = text(reports.report(many, [replace(reports.opencv(each), name=name) for each in many for name in ("a", "b")]))
    assert re.findall(r"^(?:compile  .*|  [ab] .*)", drawn, re.MULTILINE) == [
        "compile  on all targets",
        "  a 4.12.0.88, heavy: scikit-build builds C++ sources",
        "  b 4.12.0.88, heavy: scikit-build builds C++ sources",
    ]


def test_many_targets_in_full_where_that_is_asked_for():
    assert "\nfail     mediapipe 0.10.35\n  on     3.10 and 3.11 on all architectures\n" in text(forty(), verbosity=1)


def test_of_many_targets_the_best_one_s_packages_can_be_pasted():
    many = targets_of(range(10, 15), EIGHT)
    verdicts = [reports.crc32c(each) if each.arch == "x86_64" else reports.opencv(each) for each in many]
    drawn = text(reports.report(many, verdicts))
    assert "For the faster build on 3.10 to 3.14 on x86_64, before pip install:" in drawn
    assert drawn.count("apk add --no-cache --virtual") == 1
    assert "What another target needs" in drawn
    assert "What another target needs" not in text(reports.report(many, [reports.crc32c(each) for each in many]))


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        ([reports.mediapipe], "No target will work: 1 of 1 package fails."),
        ([reports.mediapipe, reports.opencv], "No target will work: 1 of 2 packages fails, 1 must be compiled."),
        ([reports.opencv], "All targets will work with a compiler: 1 of 1 package must be compiled."),
        ([reports.private], "All targets may work: 1 of 1 package could not be judged."),
        ([lambda each: reports.wheel(each, "x")], "All targets will work: everything installs from wheels."),
        ([reports.crc32c], "All targets will work: nothing has to be compiled, 1 of 1 package slower, older or heavy."),
    ],
)
def test_the_answer_of_many_targets(verdicts, said):
    many = targets_of(range(10, 15), EIGHT)
    assert f"\n{said}\n" in text(reports.report(many, [make(each) for each in many for make in verdicts]), width=100)


def test_where_nothing_could_be_judged_the_answer_says_so():
    drawn = text(reports.report([reports.ALPINE], [reports.private(reports.ALPINE)]))
    assert drawn.endswith("python:3.11-alpine could not be judged: nothing is known of its 1 package.\n")


def test_two_families_of_images_are_told_apart():
    targets = [*targets_of((11, 12, 13), ["x86_64"]), *targets_of((11, 12, 13), ["x86_64"], "python:3.{}-slim")]
    verdicts = [reports.mediapipe(target) if "alpine" in target.image else reports.wheel(target, "mediapipe") for target in targets]
    drawn = text(reports.report(targets, verdicts))
    assert "\nfail     on 3 of 6 targets: 3.11-alpine to 3.13-alpine\n" in drawn
    assert drawn.rstrip().endswith("Wheels only on: 3.11-slim to 3.13-slim (36.1 kB to download).")


def test_all_alike_has_no_best():
    targets = targets_of((11, 12), ["x86_64"])
    assert "only on:" not in text(reports.report(targets, [reports.wheel(each, "x") for each in targets]))


VERSUS = [
    (
        reports.crc32c(reports.ALPINE),
        "1.9.0",
        "google-crc32c: Alpine builds the sdist, without a compiler (slower), slim gets a wheel: no wheel fits musl",
    ),
    (
        reports.mediapipe(reports.ALPINE),
        "0.10.35",
        "mediapipe: Alpine gets nothing that installs, slim gets a wheel: no wheel fits musl, and there is no sdist",
    ),
    (reports.older(reports.ALPINE), "1.76.0", "grpcio: Alpine gets 1.62.0, slim 1.76.0: 1.76.0 has no file for musl"),
]


@pytest.mark.parametrize(("verdict", "version", "said"), VERSUS, ids=[verdict.name for verdict, *_ in VERSUS])
def test_alpine_against_slim_says_what_differs_and_why(verdict, version, said):
    drawn = text(reports.report([reports.ALPINE, reports.DEBIAN], [verdict, reports.wheel(reports.DEBIAN, verdict.name, version)]))
    assert f"Alpine against slim {said}" in " ".join(drawn.split())


def test_a_wheel_for_any_platform_is_told_from_a_native_one():
    native = reports.file("x-1.0-cp311-cp311-manylinux_2_17_x86_64.whl")
    there = replace(reports.wheel(reports.DEBIAN, "x"), file=native)
    drawn = text(reports.report([reports.ALPINE, reports.DEBIAN], [reports.wheel(reports.ALPINE, "x"), there]))
    assert "x: Alpine gets the wheel for any platform, slim a native one: there is none for musl" in " ".join(drawn.split())


def test_where_nothing_differs_that_is_said():
    drawn = text(reports.report([reports.ALPINE, reports.DEBIAN], [reports.wheel(each, "x") for each in (reports.ALPINE, reports.DEBIAN)]))
    assert "Alpine against slim: no difference" in drawn


def test_bytes_of_unknown_size_are_counted():
    verdict = replace(reports.wheel(reports.ALPINE, "x"), file=replace(reports.file("x-1.0-py3-none-any.whl"), size=None))
    drawn = text(reports.report([reports.ALPINE], [verdict, reports.wheel(reports.ALPINE, "y"), reports.crc32c(reports.ALPINE)]))
    assert "To download: 36.1 kB in wheels, 36.1 kB in sdists, and 1 file of unknown size." in drawn


def test_what_was_unpacked_is_told_with_how_much_is_known():
    verdicts = [reports.wheel(reports.ALPINE, "x"), reports.wheel(reports.ALPINE, "y")]
    assert "\nInstalled: 200.0 kB.\n" in text(reports.report([reports.ALPINE], verdicts))
    drawn = text(reports.report([reports.ALPINE], [*verdicts, reports.crc32c(reports.ALPINE)]))
    assert "Installed: 200.0 kB for 2 of 3 packages, unknown for the others." in " ".join(drawn.split())
    assert "Installed" not in text(reports.report([reports.ALPINE], [replace(each, installed=None) for each in verdicts]))


def test_sizes_of_a_few_targets_stand_side_by_side():
    known = {reports.ALPINE: ("x", "y"), reports.DEBIAN: ("x", "z")}
    verdicts = [
        reports.wheel(target, name, installed=10_000 if name in names else None) for target, names in known.items() for name in "xyz"
    ]
    drawn = text(reports.report([*known], verdicts))
    rows = [re.split(r"  +", line.strip()) for line in drawn.splitlines()]
    for row in (["to download", "108.3 kB", "108.3 kB"], ["installed", "20.0 kB", "20.0 kB"], ["known for", "2 of 3", "2 of 3"]):
        assert row in rows
    assert ["of the same 1 package", "10.0 kB", "10.0 kB"] in rows


def test_installed_sizes_of_many_targets_stand_in_a_grid_where_they_compare():
    assert "Installed" not in text(forty())
    targets = targets_of(range(10, 15), EIGHT)
    verdicts = [reports.wheel(target, name) for target in targets for name in ("x", "y")]
    assert re.search(r"^Installed:\n\n +3.10 .*\nx86_64 +200.0 kB ", text(reports.report(targets, verdicts)), re.MULTILINE)
    verdicts += [reports.crc32c(target) for target in targets]
    assert "\nInstalled of 2 of 3 packages:\n" in text(reports.report(targets, verdicts))


@pytest.mark.parametrize("verbosity", [-1, 0, 2])
@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_colour_only_repeats_what_the_words_say(make, verbosity):
    plain, coloured = text(make(), verbosity=verbosity), text(make(), verbosity=verbosity, color=True)
    assert "\x1b" not in plain
    assert coloured != plain
    assert ESCAPE.sub("", coloured) == plain


def test_every_colour_ends_on_its_line():
    for line in text(reports.story(), color=True).splitlines():
        assert line.count("\x1b[0m") * 2 == line.count("\x1b[")


def test_what_breaks_comes_first():
    drawn = text(reports.story())
    heads = re.findall(r"^(fail|compile|unknown|build|wheel) ", drawn, re.MULTILINE)
    assert heads == ["fail", "compile", "unknown", "build", "wheel"]


def test_the_answer_comes_last():
    assert text(reports.story()).splitlines()[-2].startswith("python:3.11-alpine will not work: 1 of 16 packages fails")


def test_who_asked_is_named_down_to_the_line():
    assert "  from   requirements.txt:18 → firebase-admin → google-cloud-storage" in text(reports.story())


def test_where_arrows_cannot_be_shown_there_are_none():
    drawn = text(reports.story(), unicode=False)
    assert drawn.isascii()
    assert "requirements.txt:18 -> firebase-admin" in drawn


def test_a_strangers_escape_sequences_do_not_reach_the_terminal():
    drawn = text(reports.bad_weather(), verbosity=2)
    assert not {*drawn} & {"\x1b", "\x07", "\u202e"}
    assert "setup.py stops: ?]0;owned??[2Jall is ?well really" in drawn


def test_doubly_quiet_draws_nothing():
    assert text(reports.story(), verbosity=-2) == ""


def test_quiet_keeps_what_needs_a_decision_and_the_answer():
    drawn = text(reports.story(), verbosity=-1)
    assert "mediapipe" in drawn
    assert "opencv" in drawn
    assert "acme-core" in drawn
    assert "problem" in drawn
    assert "crc32c" not in drawn
    assert "16 packages: " in drawn


def test_the_apk_line_can_be_pasted():
    drawn = text(reports.story()).split("before pip install:\n")[1].split("\nTo run")[0]
    words = subprocess.run(
        ["/bin/sh", "-c", f"set -- {drawn}; printf '%s ' \"$@\""], capture_output=True, text=True, check=True
    ).stdout.split()
    assert words[:5] == ["apk", "add", "--no-cache", "--virtual", ".build-deps"]
    assert tuple(words[5:]) == reports.story().apk(reports.ALPINE).build


def test_where_nothing_has_to_be_compiled_the_apk_line_says_what_for():
    assert "For the faster build, before pip install:" in text(reports.report([reports.ALPINE], [reports.crc32c(reports.ALPINE)]))


def test_what_is_needed_at_run_time_alone_is_told():
    verdict = replace(reports.crc32c(reports.ALPINE), apk=ApkNames((), ("crc32c",)))
    drawn = text(reports.report([reports.ALPINE], [verdict]))
    assert "\n\nTo run what was built, to stay in the image:\n  apk add --no-cache crc32c\n\n" in drawn
    assert "before pip install" not in drawn


def test_targets_that_are_all_well_need_no_table():
    drawn = text(
        reports.report([reports.ALPINE, reports.DEBIAN], [reports.wheel(target, "x") for target in (reports.ALPINE, reports.DEBIAN)])
    )
    assert "1 package installs from wheels everywhere." in drawn
    assert not any(line.startswith("x ") for line in drawn.splitlines())


def test_targets_that_need_the_same_packages_are_told_once():
    targets = [reports.ALPINE, reports.DEBIAN, reports.ARM]
    drawn = text(reports.report(targets, [reports.crc32c(reports.ALPINE), reports.crc32c(reports.ARM)]))
    assert drawn.count("apk add --no-cache --virtual") == 1
    assert "For the faster build on 1 and 3, before pip install:" in drawn


def test_what_differs_between_targets_is_said_of_the_target_it_holds_for():
    there, elsewhere = reports.mediapipe(reports.ALPINE), reports.mediapipe(reports.ARM)
    claim = replace(elsewhere.evidence[0], claim="another claim")
    advice = replace(elsewhere.advice[0], requirement="--platform linux/arm64 python:3.11-alpine", why="it has a wheel")
    elsewhere = replace(elsewhere, evidence=(claim,), advice=(advice,), shelf=Shelf())
    drawn = text(reports.report([reports.ALPINE, reports.ARM], [there, elsewhere]))
    assert drawn.count("fail     mediapipe") == 1
    assert "\n  on     x86_64 and armv7l\n  why    on x86_64: no wheel fits musl" in drawn
    assert "\n  near   on x86_64: mediapipe-" in drawn
    assert "\n  do     on x86_64: use python:3.11-slim-bookworm" in drawn
    assert " do on armv7l: use --platform linux/arm64 python:3.11-alpine: it has a wheel " in " ".join(drawn.split())
    assert "another claim" not in drawn


def test_a_problem_with_a_package_stands_in_its_block():
    drawn = text(reports.bad_weather())
    assert "unknown  acme-core\n  why    the index did not answer within 15 s\n  from   requirements.txt:9\n  hint   Run it again" in drawn
    assert "problem " not in drawn


def test_a_problem_that_the_reason_tells_is_told_once():
    report = reports.bad_weather()
    claim = "the index could not be asked: the index did not answer within 15 s"
    told = replace(report["acme-core"], evidence=(Evidence("MC901", claim, "", Strength.STRONG, Outcome.UNKNOWN),))
    drawn = " ".join(text(replace(report, verdicts=(told,))).split())
    assert drawn.count("did not answer") == 1
    assert "hint Run it again" in drawn
    assert text(replace(report, verdicts=(told,)), verbosity=-1).count("did not") == 1


def test_who_asked_is_left_out_where_it_is_not_known():
    assert "from" not in text(reports.report([reports.ALPINE], [replace(reports.mediapipe(reports.ALPINE), chain=())]))


def test_nothing_for_apk_says_nothing_of_apk():
    assert "apk" not in text(reports.well())


def with_outcomes(*outcomes, marks=()):
    verdicts = [replace(reports.wheel(reports.ALPINE, f"p{number}"), outcome=outcome) for number, outcome in enumerate(outcomes)]
    marked = [
        replace(verdict, marks=frozenset(marks), apk=ApkNames()) if number == 0 else verdict for number, verdict in enumerate(verdicts)
    ]
    return reports.report([reports.ALPINE], marked)


ANSWERS = [
    ([Outcome.WHEEL], (), "will work: nothing has to be built."),
    ([Outcome.WHEEL] * 3, (), "will work: all 3 packages install from wheels."),
    ([Outcome.WHEEL] * 3, (Mark.OLDER,), "will work: nothing has to be compiled, 1 of 3 packages is older than on glibc."),
    ([Outcome.BUILD, Outcome.WHEEL], (), "will work: nothing has to be compiled."),
    ([Outcome.BUILD], (Mark.SLOWER,), "will work: nothing has to be compiled, 1 of 1 package is slower than on glibc."),
    (
        [Outcome.COMPILE, Outcome.COMPILE],
        (Mark.HEAVY,),
        "will work with a compiler: 2 of 2 packages must be compiled, 1 takes long to build.",
    ),
    ([Outcome.UNKNOWN, Outcome.COMPILE], (), "may work: 1 of 2 packages could not be judged, 1 must be compiled."),
    ([Outcome.FAIL, Outcome.FAIL, Outcome.UNKNOWN], (), "will not work: 2 of 3 packages fail, 1 could not be judged."),
    ([Outcome.WHEEL] * 1999 + [Outcome.FAIL], (), "will not work: 1 of 2,000 packages fails."),
]


@pytest.mark.parametrize(("outcomes", "marks", "sentence"), ANSWERS, ids=[sentence for *_, sentence in ANSWERS])
def test_the_answer_in_one_sentence(outcomes, marks, sentence):
    drawn = " ".join(text(with_outcomes(*outcomes, marks=marks)).split())
    assert drawn.endswith(f"python:3.11-alpine {sentence}")


def test_no_packages_is_no_promise():
    assert text(with_outcomes()).endswith("\nno packages\npython:3.11-alpine: nothing is to be installed.\n")


def test_files_are_counted_by_the_reason_they_do_not_fit():
    misses = [
        ("musllinux_1_2_x86_64", Miss.YANKED, "yanked"),
        ("musllinux_1_2_riscv64", Miss.LIBC, "musl wheel (musllinux_1_2_riscv64)"),
        ("manylinux_2_17_aarch64", Miss.ARCH, "for aarch64"),
        ("win32", Miss.OS, "for Windows"),
        ("win_amd64", Miss.OS, "for Windows"),
        ("plan9", Miss.OS, ""),
    ]
    placed = [Placed(reports.file(f"x-1-cp311-cp311-{platform}.whl", "1"), Misfit(miss, detail)) for platform, miss, detail in misses]
    verdict = replace(reports.mediapipe(reports.ALPINE), shelf=Shelf(tuple(placed)))
    drawn = " ".join(text(reports.report([reports.ALPINE], [verdict]), verbosity=1).split())
    assert "files 1 wheel withdrawn, 1 for musl, 1 for aarch64, 2 for Windows, 1 for another system, no sdist" in drawn


def test_drawing_loads_no_library():
    code = (
        "import sys; sys.path.insert(0, 'tests'); from support import reports; report = reports.several(); before = set(sys.modules)\n"
        "from muslcheck.render import RENDERERS, RenderOptions; RENDERERS['text'](report, RenderOptions(color=True, verbosity=2))\n"
        "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert {*run.stdout.split()} == {"muslcheck"}


def test_faults_in_what_was_asked_have_the_last_word():
    fault = Problem("r.txt:2", '"a=1": a version needs "=="', kind="input")
    last = text(replace(reports.well(), problems=(fault,))).splitlines()[-1]
    assert last == "But pip refuses what was asked as it stands: 1 fault to mend first."
    assert "refuses" not in text(reports.well())
