"""The pages are held against what is printed by a pattern: it has to tell right from wrong."""

import pytest
from support.pages import Block, Step, matches, steps

PRINTED = "fail     seer 5.0.0\n  why    no wheel\n\n2 wheels\n"


@pytest.mark.parametrize(
    "shown",
    [
        "fail     seer 5.0.0\n  why    no wheel\n\n2 wheels",
        "fail     seer ...\n  why    no wheel\n\n2 wheels",
        "fail     seer 5.0.0\n...\n2 wheels",
        "...\n2 wheels",
        "...",
    ],
)
def test_what_is_shown_is_what_is_printed(shown):
    assert matches(shown, PRINTED)


@pytest.mark.parametrize(
    "shown",
    ["", "fail     seer 5.0.0", "fail     seer 5x0.0\n...", "...\n3 wheels", "fail ...\n2 wheels", "...\nfail\n..."],
)
def test_what_is_not_printed_is_told(shown):
    assert not matches(shown, PRINTED)


def test_a_block_is_commands_with_their_output():
    block = Block("page.md", 1, "console", (), "$ first \\\n  --option\nline\n\n$ second\n")
    assert steps(block) == [Step("first --option", "line\n"), Step("second", "")]
