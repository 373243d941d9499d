"""The table of rules: what the reference is made from, and what the judge asks."""

import inspect
import re

from support.cases import PATHS, load

from muslcheck.judge import RULES, judge
from muslcheck.judge.rules import Rule


def test_every_rule_has_a_code_a_title_and_a_page():
    for code, rule in RULES.items():
        assert isinstance(rule, Rule)
        assert rule.code == code
        assert re.fullmatch(r"MC[01239]\d\d", code)
        assert rule.title[0].isupper()
        assert not rule.title.endswith(".")
        assert inspect.getdoc(rule.check)


def test_codes_are_in_order_and_belong_to_one_function_each():
    assert list(RULES) == sorted(RULES)
    assert len({rule.check for rule in RULES.values()}) == len(RULES)


def test_a_rule_yields_its_own_code_only():
    seen = set()
    for path in PATHS:
        case, _ = load(path)
        for code, rule in RULES.items():
            found = {evidence.code for evidence in rule.check(case)}
            assert found <= {code}
            seen |= found
    assert seen >= {"MC001", "MC101", "MC200", "MC202", "MC210", "MC901"}


def test_verdict_carries_what_the_candidate_is():
    case, _ = load(next(path for path in PATHS if path.stem == "wheel-musllinux"))
    verdict = judge(case)
    assert (verdict.name, verdict.version, verdict.requested) == ("spam", "1.0", True)
    assert verdict.chain == ("requirements.txt:3", "spam")
    assert verdict.shelf == case.candidate.shelf
