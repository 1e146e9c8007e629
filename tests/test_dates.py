"""Rules over the dates of several claims: what they find, and that they let dates in order pass.

They need the days of EDTF dates, which no SHACL engine computes, so their bad files are not among
those that pySHACL checks as well.
"""

import re

import pytest

from projects import ROOT

# The date of each bad file, and one with which the claims are in order.
MENDED = {
    "CLM-34-closed-before-it-began": ('"2012"', '"2031"'),
    "DAT-01-true-before-it-began": ('"2012/2014"', '"2012/2017"'),
    "DAT-02-true-after-it-closed": ('"2022"', '"2020-12"'),
    "DAT-03-took-part-before-it-began": ('"2030"', '"2018"'),
    "DAT-04-said-on-another-day": ('"2010-01"', '"2018-11-20"'),
    "DAT-05-said-after-it-was-reported": ('"2021-05"', '"2020-03"'),
}


def findings_of(checker, text):
    return checker.check_texts([("submission.ttl", text)]).findings


def rules_of(checker, text):
    return {finding.rule for finding in findings_of(checker, text)}


@pytest.mark.parametrize("name", MENDED)
def test_dates_out_of_order_are_found_and_dates_in_order_pass(home_checker, name):
    wrong, right = MENDED[name]
    text = (ROOT / "tests" / "bad_dates" / f"{name}.ttl").read_text("utf-8")
    rule = name[:6]
    assert text.count(wrong) == 1
    line = int(re.search(r"^# line: (\d+)$", text, re.MULTILINE)[1])
    found = [each for each in findings_of(home_checker, text) if each.rule == rule]
    assert [each.line for each in found] == [line]
    assert rule not in rules_of(home_checker, text.replace(wrong, right))


def test_a_date_with_an_open_side_contradicts_nothing(home_checker):
    text = (ROOT / "tests/bad_dates/DAT-01-true-before-it-began.ttl").read_text("utf-8")
    assert "DAT-01" not in rules_of(home_checker, text.replace('"2012/2014"', '"2012/.."'))


def test_an_event_of_which_the_source_names_nobody_says_so(home_checker):
    bad = next((ROOT / "tests" / "bad").glob("EVT-02*.ttl")).read_text("utf-8")
    assert "EVT-02" in rules_of(home_checker, bad)
    noted = bad.replace('"gathering"@en .', '"gathering"@en ;\n    oib:curatorNote "Nobody."@en .')
    assert "EVT-02" not in rules_of(home_checker, noted)


def test_every_date_rule_has_a_bad_file():
    shapes = (ROOT / "shapes" / "computed.ttl").read_text("utf-8")
    rules = set(re.findall(r"^oibs:(DAT-\d\d|CLM-34) a", shapes, re.MULTILINE))
    assert rules == {path.stem[:6] for path in (ROOT / "tests" / "bad_dates").glob("*.ttl")}
