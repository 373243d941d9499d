"""What fails with the package that alone brings it is told there: named once, and never hidden."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reports import ALPINE, ARM, CREATED

from muslcheck.render import RENDERERS, RenderOptions
from muslcheck.render.along import brought_along
from muslcheck.words.report import Problem, Report
from muslcheck.words.verdict import Evidence, Outcome, Strength, Verdict

OUTCOMES = {"f": Outcome.FAIL, "c": Outcome.COMPILE, "w": Outcome.WHEEL}


def failing(name, *parents, code="MC301", target=ALPINE, outcome="f", requested=False):
    why = Evidence(code, f"reason {code}", f"{name}.whl", Strength.PROOF, OUTCOMES[outcome])
    chain = ("r.txt:1", *parents[:1], name)
    return Verdict(target, name, "1.0", OUTCOMES[outcome], evidence=(why,), chain=chain, required_by=parents, requested=requested)


def text(*verdicts, problems=(), verbosity=0, targets=(ALPINE,)):
    report = Report("0", CREATED, ("r.txt",), targets, verdicts, problems)
    return RENDERERS["text"](report, RenderOptions(width=200, verbosity=verbosity))


def blocks(drawn):
    return [line.split()[1] for line in drawn.splitlines() if line.startswith("fail ")]


BIG = (failing("root", requested=True), failing("a", "root"), failing("b", "a", "root"), failing("c", "a"))
WITH = "  with   3 packages that only it brings, and that fail for the same reason: a, b, c\n"


def test_they_share_the_block_of_the_one_that_brings_them():
    drawn = text(*BIG)
    assert blocks(drawn) == ["root"]
    assert WITH in drawn


def test_what_lies_between_may_be_well():
    mid = failing("mid", "root", outcome="w")
    drawn = text(BIG[0], mid, *(failing(name, "mid") for name in "abc"))
    assert blocks(drawn) == ["root"]
    assert WITH in drawn


def test_in_short_they_are_counted():
    assert "fail     root 1.0: reason MC301; and 3 packages that only it brings, and that fail for the same reason\n" in text(
        *BIG, verbosity=-1
    )


def test_in_full_each_has_its_own():
    assert blocks(text(*BIG, verbosity=1)) == ["a", "b", "c", "root"]


@pytest.mark.parametrize(
    "other",
    [
        failing("c", "a", code="MC302"),
        failing("c", "a", "fine"),
        failing("c", "a", requested=True),
        failing("c", "a", outcome="c"),
        failing("c"),
    ],
    ids=["another reason", "something else brings it", "asked for itself", "it compiles", "nobody knows what brings it"],
)
def test_two_are_too_few_and_none_joins_for_less(other):
    drawn = text(*BIG[:3], other, failing("fine", outcome="w"))
    assert "only it brings" not in drawn
    assert blocks(drawn)[:3] == ["a", "b", "c"][: 3 - (other.outcome is Outcome.COMPILE)] + ["root"] * (other.outcome is Outcome.COMPILE)


def test_one_that_muslcheck_had_a_problem_with_has_its_own_block():
    assert blocks(text(*BIG, failing("d", "root"), problems=[Problem("d", "was odd")])) == ["d", "root"]


def test_only_on_the_same_targets():
    on_arm = [failing(each.name, *each.required_by, target=ARM) for each in BIG[:3]]
    assert "only it brings" not in text(*BIG, *on_arm, targets=(ALPINE, ARM))
    every = [failing(each.name, *each.required_by, target=ARM) for each in BIG]
    assert WITH in text(*BIG, *every, targets=(ALPINE, ARM))


NAMES = st.sampled_from("abcdefgh")
PACKAGES = st.dictionaries(
    NAMES, st.tuples(st.lists(NAMES, max_size=3, unique=True), st.sampled_from("fffcw"), st.sampled_from(["MC301", "MC302"]))
)


@given(PACKAGES)
def test_every_package_is_told_once(drawn):
    every = [[failing(name, *parents, code=code, outcome=outcome)] for name, (parents, outcome, code) in sorted(drawn.items())]
    families = brought_along(every, [same[0] for same in every])
    along = [same[0].name for family in families.values() for same in family]
    assert len(along) == len(set(along))
    assert not families.keys() & set(along)
    by_name = {same[0].name: same[0] for same in every}
    for name, family in families.items():
        inside = {name, *(same[0].name for same in family)}
        for member in inside - {name}:
            assert by_name[member].outcome is Outcome.FAIL
            assert not _reached(by_name, member, without=name)


def _reached(by_name, name, *, without):
    """Whether a way that begins where somebody asks leads to a package, and not over another one."""
    seen, left = {without}, [name]
    while left:
        each = left.pop()
        if each in seen:
            continue
        seen.add(each)
        if each not in by_name or not by_name[each].required_by or by_name[each].requested:
            return True
        left += by_name[each].required_by
    return False


def test_in_markdown_they_are_named_in_the_row_of_the_one_that_brings_them():
    report = Report("0", CREATED, ("r.txt",), (ALPINE, ARM), (*BIG, failing("root", target=ARM, outcome="c", requested=True)))
    rows = [
        line for line in RENDERERS["markdown"](report, RenderOptions()).splitlines() if line.startswith("| ") and "package |" not in line
    ]
    assert [row.split()[1] for row in rows] == ["root", "root"]
    assert "reason MC301 (MC301); and 3 packages that only it brings, and that fail for the same reason: a, b, c |" in rows[0]
    assert "only it brings" not in rows[1]
