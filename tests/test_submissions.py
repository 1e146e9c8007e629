"""Bad submissions: for every kind of mistake the right rule, at the right place, and no other."""

import csv
import functools
import re

import pytest

from oib import turtle
from oib.namespaces import ID
from projects import ROOT

FOLDER = ROOT / "tests" / "submissions"
with (FOLDER / "expected.tsv").open(encoding="utf-8", newline="") as table:
    EXPECTED = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
FILES = sorted(FOLDER.glob("*.ttl"))
BAD = sorted((ROOT / "tests" / "bad").glob("*.ttl"))


@functools.cache
def check(checker, path):
    """Check one file as an addition; several tests look at the same report."""
    return checker.check_texts([(str(path), path.read_bytes())], effect="adds")


def slice_of(finding, path):
    if finding.place.path != str(path):
        return ""
    return path.read_text("utf-8")[finding.place.start : finding.place.end]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_bad_submission_is_told_at_its_place(checker, path):
    findings = check(checker, path).findings
    told = {
        (each.rule, str(each.line), slice_of(each, path)[:40].replace("\n", "\\n"))
        for each in findings
        if each.place.path == str(path)
    }
    expected = [row for row in EXPECTED if row["file"] == path.stem]
    assert expected
    assert told == {(row["rule"], row["line"], row["at"]) for row in expected if row["rule"] != "-"}


def test_the_table_names_every_file():
    assert {row["file"] for row in EXPECTED} == {path.stem for path in FILES}


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_file_of_a_rule_shows_it_at_its_line(checker, path):
    text = path.read_text("utf-8")
    header = re.findall(r"^# (breaks|also|command|line): (.+)$", text, re.MULTILINE)
    said = {name: set(value.split()) for name, value in header}
    findings = check(checker, path).findings
    wanted = said.get("command") or said["breaks"]
    at = [each for each in findings if each.rule in wanted]
    assert at, f"{wanted} among {sorted({each.rule for each in findings})}"
    lines = {str(each.line) for each in at if each.place.path == str(path)}
    assert said["line"] & lines, (said["line"], lines)
    for finding in at:
        place = finding.place
        if place.path == str(path):
            assert (place.line, place.column) < (place.end_line, place.end_column)
            assert slice_of(finding, path).strip()


def test_a_finding_says_the_verb_where_the_verb_is_wrong(checker):
    at_verb = set()
    for path in BAD:
        document = turtle.parse(path.read_text("utf-8"), str(path), base=ID)
        verbs = {stated.verb.start for stated in document.statements if stated.verb}
        for finding in check(checker, path).findings:
            if finding.place.path == str(path) and finding.place.start in verbs:
                at_verb.add((path.stem, slice_of(finding, path)))
    assert len(at_verb) >= 15
    # One of each kind: misspelled, in the wrong slot, on the wrong thing, computed, written again,
    # without what goes with it.
    assert at_verb >= {
        ("CLM-02-misspelled-field", "oib:validtime"),
        ("GRF-05-place-in-words", "oib:claimValue"),
        ("SUB-01-fact-without-claim", "oib:isLocatedIn"),
        ("SUB-06-bound-by-hand", "oib:earliestStart"),
        ("CLM-04-subject-written-again", "oib:claimSubject"),
        ("CLM-13-source-without-backing", "oib:citesSource"),
    }


def test_an_undeclared_property_and_one_of_another_namespace_are_shown_at_the_verb(checker):
    text = f"""@base <{ID}> .
<organization/mit> <http://www.w3.org/2004/02/skos/core/altLabel> "M. I. T."@en ;
    <http://www.w3.org/2004/02/skos/core#altLabell> "M.I.T. in Cambridge"@en .
<claim/innovation-without-borders/p13-04> <http://purl.org/dc/terms/sourse> <document/x> .
"""
    found = {
        (each.rule, text[each.place.start : each.place.end])
        for each in checker.check_texts([("x.ttl", text)]).findings
    }
    assert found >= {
        ("FIL-08", "<http://www.w3.org/2004/02/skos/core/altLabel>"),
        ("SUB-02", "<http://www.w3.org/2004/02/skos/core#altLabell>"),
        ("CLM-02", "<http://purl.org/dc/terms/sourse>"),
    }


def test_every_finding_has_a_message_in_both_languages_without_gaps(checker):
    for path in [*FILES, *BAD]:
        for finding in check(checker, path).findings:
            assert set(finding.message) == {"en", "zh-Hans"}, finding
            assert not re.search(r"\{[$?]\w+\}", " ".join(finding.message.values()))
            assert "\x1b" not in finding.message["en"] + finding.message["zh-Hans"]
            assert "\n" not in finding.message["en"]


def test_things_are_named_as_files_write_them(checker):
    path = FOLDER / "16-no-evidence.ttl"
    [finding] = check(checker, path).findings
    assert finding.focus == "<claim/innovation-without-borders/p14-40>"
    assert ID not in finding.message["en"]
