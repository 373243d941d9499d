"""The command line becomes objects; the environment speaks where it does not; what is wrong is said in a sentence."""

import argparse
import datetime
import re

import pytest

from muslcheck.arguments import build_args, build_parser, index_options, parse, selection
from muslcheck.errors import UsageError
from muslcheck.words.requirement import FormatControl, IndexOptions, Selection

PARSER = build_parser()
ACTIONS = [action for action in PARSER._actions if action.option_strings]
LONG = [name for action in ACTIONS for name in action.option_strings if name.startswith("--")]
HELP = PARSER.format_help()


def given(line, **environ):
    return parse(line.split(), environ)


def test_help_fits_eighty_columns():
    assert max(map(len, HELP.splitlines())) <= 80


@pytest.mark.parametrize("name", LONG)
def test_help_names_every_option(name):
    assert re.search(rf"{name}(?![\w-])", HELP)


@pytest.mark.parametrize("action", PARSER._actions, ids=lambda action: action.dest)
def test_every_option_says_what_it_does(action):
    assert action.help not in (None, argparse.SUPPRESS)


def test_help_does_not_depend_on_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert build_parser().format_help() == HELP


def test_nothing_given_is_nothing_asked():
    found = given("")
    assert found.paths == []
    assert index_options(found) == IndexOptions()
    assert selection(found) == Selection()


def test_paths_and_options_may_be_mixed():
    found = given("a.txt --image python:3.11-alpine b.txt -r c.txt -c d.txt --constraints e.txt")
    assert (found.paths, found.requirement, found.constraint) == (["a.txt", "b.txt"], ["c.txt"], ["d.txt", "e.txt"])


@pytest.mark.parametrize(
    ("line", "dest", "value"),
    [
        ("--image a --image b", "image", ["a", "b"]),
        ("--python-version 3.12 --python-version 3.13t", "python_version", ["3.12", "3.13t"]),
        ("--arch amd64 --platform linux/arm/v7", "arch", ["amd64", "linux/arm/v7"]),
        ("--matrix", "matrix", True),
        ("--extra a --extra b", "extra", ["a", "b"]),
        ("--group a --group b", "group", ["a", "b"]),
        ("--stage prod", "stage", "prod"),
        ("--build-arg A=1 --build-arg B", "build_arg", ["A=1", "B"]),
        ("-vv", "verbose", 2),
        ("-q", "quiet", 1),
        ("-f json", "format", "json"),
        ("--no-color", "color", "never"),
        ("--no-cache-dir", "no_cache", True),
        ("--fail-on unknown", "fail_on", "unknown"),
    ],
)
def test_an_option_is_read(line, dest, value):
    assert getattr(given(line), dest) == value


def test_values_of_a_dockerfile_s_arguments():
    found = given("--build-arg A=1=2 --build-arg B --build-arg C --build-arg D=")
    assert build_args(found, {"B": "from outside", "A": "not asked"}) == {"A": "1=2", "B": "from outside", "D": ""}


def test_index_options():
    line = (
        "-i https://index.example/simple --extra-index-url https://a.example --index https://b.example --find-links ./wheels --no-index "
        "--trusted-host index.example --cert ca.pem --client-cert me.pem --proxy http://proxy.example:3128 --timeout 2.5 --retries 0"
    )
    assert index_options(given(line)) == IndexOptions(
        index_url="https://index.example/simple",
        extra_index_urls=("https://a.example", "https://b.example"),
        find_links=("./wheels",),
        no_index=True,
        trusted_hosts=("index.example",),
        cert="ca.pem",
        client_cert="me.pem",
        proxy="http://proxy.example:3128",
        timeout=2.5,
        retries=0,
    )


def test_uvs_name_for_the_index():
    assert given("--default-index https://index.example").index_url == "https://index.example"


@pytest.mark.parametrize(
    ("line", "formats"),
    [
        ("--only-binary :all:", FormatControl(frozenset(), frozenset({":all:"}))),
        ("--no-build", FormatControl(frozenset(), frozenset({":all:"}))),
        ("--only-binary :all: --no-binary Foo_Bar", FormatControl(frozenset({"foo-bar"}), frozenset({":all:"}))),
        ("--no-binary a,b --only-binary b", FormatControl(frozenset({"a"}), frozenset({"b"}))),
        ("--no-binary a --only-binary :all:", FormatControl(frozenset(), frozenset({":all:"}))),
        ("--only-binary :all: --no-binary a --only-binary :all:", FormatControl(frozenset(), frozenset({":all:"}))),
        ("--no-binary a --no-binary :none:", FormatControl()),
    ],
)
def test_formats_follow_pips_grammar_in_the_order_given(line, formats):
    assert selection(given(line)).formats == formats


@pytest.mark.parametrize(
    ("line", "every", "final"),
    [
        ("--pre", {":all:"}, set()),
        ("--all-releases a,B", {"a", "b"}, set()),
        ("--all-releases :all: --only-final a", {":all:"}, {"a"}),
        ("--all-releases a --only-final :all:", set(), {":all:"}),
    ],
)
def test_releases_follow_the_same_grammar(line, every, final):
    found = selection(given(line))
    assert (found.all_releases, found.only_final) == (every, final)


def test_selection_switches():
    found = selection(given("--prefer-binary --ignore-requires-python --no-deps --require-hashes"))
    assert found == Selection(prefer_binary=True, ignore_requires_python=True, no_deps=True, require_hashes=True)


@pytest.mark.parametrize("line", ["--pre --all-releases a", "--pre --only-final :all:"])
def test_pre_contradicts_a_choice_of_releases(line):
    with pytest.raises(UsageError, match="--pre cannot be used") as raised:
        selection(given(line))
    assert raised.value.hint


def test_a_date_is_local_as_in_pip():
    moment = given("--uploaded-prior-to 2024-06-01").uploaded_prior_to
    assert moment == datetime.datetime(2024, 6, 1).astimezone()
    assert moment.tzinfo is not None


def test_a_time_keeps_its_offset():
    moment = given("--exclude-newer 2024-06-01T12:00:00+02:00").uploaded_prior_to
    assert moment == datetime.datetime(2024, 6, 1, 10, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("P7D", datetime.timedelta(days=7)),
        ("P2W", datetime.timedelta(weeks=2)),
        ("PT36H", datetime.timedelta(hours=36)),
        ("P1DT2H3M4S", datetime.timedelta(days=1, hours=2, minutes=3, seconds=4)),
    ],
)
def test_a_duration_counts_back_from_now(text, ago):
    before = datetime.datetime.now(datetime.UTC)
    moment = given(f"--uploaded-prior-to {text}").uploaded_prior_to
    assert before <= moment + ago <= datetime.datetime.now(datetime.UTC)


@pytest.mark.parametrize("text", ["yesterday", "P", "PT", "P1M", "2024-13-01", "P99999999999D", "7 days"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(UsageError, match="is no date"):
        parse(["--uploaded-prior-to", text], {})


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("--imgae x", "unknown option --imgae", "Did you mean --image?"),
        ("--pyton-version=3.12", "unknown option --pyton-version", "Did you mean --python-version?"),
        ("--exclude", "unknown option --exclude", "Did you mean --exclude-newer?"),
        ("--zzz", "unknown option --zzz", "Run muslcheck --help for all options."),
        ("-f yaml", "argument -f/--format: invalid choice: 'yaml'", "Run muslcheck --help for all options."),
        ("--image", "argument --image: expected one argument", "Run muslcheck --help for all options."),
        ("--timeout soon", "argument --timeout: 'soon' is no number of seconds above 0", "Run muslcheck --help for all options."),
        ("--timeout 0", "argument --timeout: '0' is no number of seconds above 0", "Run muslcheck --help for all options."),
        ("--timeout inf", "argument --timeout: 'inf' is no number of seconds above 0", "Run muslcheck --help for all options."),
        ("--retries -1", "argument --retries: ", "Run muslcheck --help for all options."),
        ("--retries many", "argument --retries: 'many' is no number of times", "Run muslcheck --help for all options."),
        ("--only-binary=--pre", "argument --only-binary: names are expected", "Run muslcheck --help for all options."),
        ("--fail-on wheel", "argument --fail-on: invalid choice: 'wheel'", "Run muslcheck --help for all options."),
    ],
)
def test_what_is_wrong_is_said_with_the_nearest_option(line, message, hint):
    with pytest.raises(UsageError) as raised:
        given(line)
    assert str(raised.value).startswith(message)
    assert raised.value.hint == hint


def value_of(action):
    if action.choices:
        return next(choice for choice in action.choices if choice != action.default)
    return {"timeout": "3", "retries": "3", "uploaded_prior_to": "2024-01-01", "installer": "uv"}.get(action.dest, "a")


@pytest.mark.parametrize("action", [action for action in ACTIONS if action.dest not in ("help", "version")], ids=lambda action: action.dest)
def test_every_long_option_may_stand_in_the_environment(action):
    for name in (name for name in action.option_strings if name.startswith("--")):
        variable = "MUSLCHECK_" + name[2:].replace("-", "_").upper()
        words = [name] if action.nargs == 0 else [f"{name}={value_of(action)}"]
        said = getattr(parse([], {variable: "true" if action.nargs == 0 else value_of(action)}), action.dest)
        assert said == getattr(parse(words, {}), action.dest)
        assert said != action.default


@pytest.mark.parametrize("word", ["1", "true", "YES", "on"])
def test_words_that_switch_on(word):
    assert given("", MUSLCHECK_STRICT=word).strict is True


@pytest.mark.parametrize("word", ["0", "false", "No", "off", ""])
def test_words_that_leave_off(word):
    assert given("", MUSLCHECK_STRICT=word).strict is False


def test_several_values_are_parted_by_spaces():
    assert given("", MUSLCHECK_IMAGE="python:3.11-alpine  python:3.12-alpine").image == ["python:3.11-alpine", "python:3.12-alpine"]


def test_a_single_value_keeps_its_spaces():
    assert given("", MUSLCHECK_CACHE_DIR="my cache").cache_dir == "my cache"


def test_a_value_may_begin_with_a_dash():
    assert given("", MUSLCHECK_OUTPUT="-").output == "-"


def test_a_number_says_how_verbose():
    assert given("", MUSLCHECK_VERBOSE="2").verbose == 2


def test_the_command_line_wins():
    found = given("--image b --format json", MUSLCHECK_IMAGE="a", MUSLCHECK_FORMAT="text", MUSLCHECK_NO_CACHE="1")
    assert (found.image, found.format, found.no_cache) == (["b"], "json", True)


def test_isolated_heeds_no_environment():
    assert given("--isolated", MUSLCHECK_IMAGE="a", MUSLCHECK_TIMEOUT="soon").image == []


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("MUSLCHECK_TIMEOUT", "soon", "MUSLCHECK_TIMEOUT: 'soon' is no number of seconds above 0"),
        ("MUSLCHECK_STRICT", "maybe", "MUSLCHECK_STRICT: 'maybe' is neither true nor false"),
        ("MUSLCHECK_FORMAT", "yaml", "MUSLCHECK_FORMAT: invalid choice: 'yaml'"),
    ],
)
def test_what_is_wrong_in_the_environment_is_named(variable, value, message):
    with pytest.raises(UsageError) as raised:
        parse([], {variable: value})
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize("line", ["--help", "--version", "-h"])
def test_help_and_version_end_well(line, capsys):
    with pytest.raises(SystemExit) as ended:
        given(line)
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(("usage: muslcheck", "muslcheck "))
