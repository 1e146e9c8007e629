"""Rules for a file as a whole: each has a file that breaks it, and a message without gaps."""

import re

import pytest
from rdflib import Graph
from rdflib.namespace import SH

from file_edits import triples_of
from oib.namespaces import PREFIXES as NAMESPACES
from oib.validation.checker import Checker
from oib.validation.rules import load_rules
from projects import CLAIM, PREFIXES, ROOT
from test_cli import oib

TYPED = '<organization/x> a oib:Organization ; skos:prefLabel "X of Examples"@en .'
KNOWN = (ROOT / "instances" / "place" / "boston.ttl").read_text("utf-8")
PREF_LABEL = NAMESPACES["skos"] + "prefLabel"
#: What breaks a rule: the text of a file, and what the file does.
CASES = {
    "FIL-01": ("# nothing\n", "adds"),
    "FIL-02": (f"{PREFIXES}[] a oib:Person .", "adds"),
    "FIL-03": (f"{PREFIXES}<http://example.org/x> a oib:Person .", "adds"),
    "FIL-04": (f"{PREFIXES}oib:Person skos:note 'x' .", "adds"),
    "FIL-05": (f"{PREFIXES}<organization/x> skos:exactly 'x' .", "adds"),
    "FIL-06": (f"{PREFIXES}<organization/x> a oib:Ministry .", "adds"),
    "FIL-07": (f'{PREFIXES}<organization/x> oib:curatorNote "X"@en .', "adds"),
    "FIL-08": (f"@prefix ex: <http://example.org/> .\n{PREFIXES}<person/x> ex:y 1 .", "adds"),
    "FIL-09": (f"{PREFIXES}{CLAIM}".replace("p13-90", "p13-01"), "adds"),
    "FIL-10": (f"{KNOWN}\n{PREFIXES}{TYPED}", "replaces:instances/place/boston.ttl"),
    "FIL-11": (KNOWN, "removes"),
    "FIL-12": (KNOWN, "adds"),
    "FIL-14": (f"{PREFIXES}<place/boston> oib:curatorNote 'Unknown'@en .", "removes"),
}


@pytest.fixture(scope="module")
def checker():
    return Checker(ROOT)


@pytest.mark.parametrize("rule", CASES)
def test_a_file_breaks_the_rule_and_learns_how_to_mend_it(checker, rule):
    text, effect = CASES[rule]
    found = checker.check_texts([("x.ttl", text)], effect=effect).findings
    finding = next((each for each in found if each.rule == rule), None)
    assert finding, [each.rule for each in found]
    for message in finding.message.values():
        assert not re.search(r"\{| \?|\? ", message), message
    assert len(finding.message["en"].split(". ")) >= 2  # what is wrong, and what to do


TARGETS = {
    str(predicate)
    for path in sorted((ROOT / "shapes").glob("*.ttl"))
    for predicate in Graph().parse(path).objects(None, SH.targetSubjectsOf)
}


@pytest.mark.parametrize("predicate", sorted(TARGETS))
@pytest.mark.parametrize("value", ['"X"@en', '"2020"', "true", "<place/boston>"])
def test_a_thing_without_a_class_is_found_whatever_is_said_of_it(checker, predicate, value):
    text = f"{PREFIXES}<organization/x> <{predicate}> {value} ."
    assert any(each.blocks for each in checker.check_texts([("x.ttl", text)]).findings)


def test_every_rule_of_files_is_tried(checker):
    names = {rule.identifier for rule in load_rules(checker.home.shapes).values()}
    assert {name for name in names if name.startswith("FIL-")} == {*CASES, "FIL-13"}


def test_a_check_that_is_stopped_says_so_at_the_file(tmp_path):
    path = tmp_path / "x.ttl"
    path.write_text(PREFIXES + CLAIM, "utf-8")
    done = oib("check", "--timeout", "0.01", path)
    assert done.returncode == 2
    assert "error[FIL-13]" in done.stdout
    assert "Split the file" in done.stdout


def test_what_a_file_takes_away_is_checked_through_the_command(tmp_path):
    path = tmp_path / "x.ttl"
    path.write_text(KNOWN, "utf-8")
    done = oib("check", "--removes", path)
    assert done.returncode == 1
    assert done.stdout.startswith(f"{path} removes: ")
    assert "error[FIL-11] <place/boston> was released" in done.stdout


@pytest.mark.parametrize(
    ("thing", "numbers"),
    [("boston", (0, 0, 0, 1)), ("nowhere", (0, 0, 0, 0))],  # new, changed, removed, kept
)
def test_a_removal_of_what_is_not_there_removes_nothing(checker, thing, numbers):
    text = f"{PREFIXES}<place/{thing}> oib:curatorNote 'Unknown'@en ."
    report = checker.check_texts([("x.ttl", text)], "removes")
    (file,), (finding,) = report.files, report.findings
    assert (file.added, file.changed, file.removed, file.kept) == numbers
    assert (finding.rule, finding.severity) == ("FIL-14", "Info")


def test_a_removal_of_one_statement_changes_its_thing(checker):
    (triple, *_) = (t for t in triples_of(KNOWN) if t.predicate.value == PREF_LABEL)
    text = f"{triple} ."
    (file,) = checker.check_texts([("x.ttl", text)], "removes").files
    assert (file.added, file.changed, file.removed, file.kept) == (0, 1, 0, 0)
