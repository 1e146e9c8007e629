"""Every format of a report holds the findings with their places, whatever the text in them."""

import json
import os
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from pyoxigraph import RdfFormat, parse

from oib.errors import BadInput
from oib.namespaces import PREFIXES
from oib.turtle import tidy
from oib.validation.checker import Checker
from oib.validation.fixes import apply_fixes, diff
from oib.validation.formats import FORMATS, as_json, sarif, text
from oib.validation.storage import replace_text
from projects import ROOT

TYPO = ROOT / "tests" / "submissions" / "34-field-typo.ttl"
ESCAPES = ROOT / "tests" / "submissions" / "esc.ttl"
FORGED = ROOT / "tests" / "submissions" / "nl.ttl"


@pytest.fixture(scope="module")
def checker():
    return Checker(ROOT)


@pytest.fixture(scope="module")
def report(checker):
    return checker.check_texts([(str(TYPO), TYPO.read_bytes())])


def oib(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "oib", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "server")},
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )


def test_the_text_form_marks_the_word_and_names_the_right_one(report):
    head, line, source, marks, fix, summary = text(report).splitlines()
    assert head == f"{TYPO} adds: 1 new"
    assert line.startswith(f"{TYPO}:24:5: error[CLM-02] oib:hasHegde")
    assert source[marks.index("^") : marks.rindex("^") + 1] == "oib:hasHegde"
    assert (fix, summary) == ("  fix: write oib:hasHedge", "1 file checked: 1 error")


def test_the_fix_mends_the_file(checker, report):
    before = TYPO.read_text("utf-8")
    after = apply_fixes(before, report.findings)
    assert "+    oib:hasHedge oibv:hedge-none ." in diff(before, after, "x.ttl").splitlines()
    assert checker.check_texts([(str(TYPO), after)]).clean


def test_json_has_the_fields_of_its_schema(report):
    schema = json.loads(
        (ROOT / "server/oib/validation/formats/report.schema.json").read_text("utf-8")
    )
    body = json.loads(as_json(report))
    assert set(body) == set(schema["required"])
    assert set(body["findings"][0]) == set(schema["properties"]["findings"]["items"]["required"])
    assert body["version"] == schema["properties"]["version"]["const"]


def test_sarif_has_region_fix_and_fingerprint(report):
    [run] = json.loads(sarif(report))["runs"]
    [result] = run["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 24, "startColumn": 5, "endLine": 24, "endColumn": 17}
    assert run["columnKind"] == "unicodeCodePoints"
    [change] = result["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"]["text"] == "oib:hasHedge"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_junit_and_turtle_parse(report):
    suite = ElementTree.fromstring(FORMATS["junit"](report, "en").split("\n", 1)[1])
    assert suite.find("testsuite").get("failures") == "1"
    triples = [q.triple for q in parse(FORMATS["turtle"](report, "en"), RdfFormat.TURTLE)]
    focus = [t.object for t in triples if t.predicate.value == PREFIXES["sh"] + "focusNode"]
    assert [node.value.rsplit("/", 1)[1] for node in focus] == ["p14-40"]


def test_github_commands_stay_on_one_line(checker):
    said = FORMATS["github"](
        checker.check_texts([(str(FORGED), FORGED.read_bytes())]), "en"
    ).splitlines()
    assert all(line.startswith("::") for line in said[:-1])
    assert "title=LBL-04" in said[-2] or "title=LBL-04" in "".join(said)


@pytest.mark.parametrize("name", FORMATS)
def test_no_literal_steers_a_terminal_or_forges_a_line(checker, name):
    files = [(str(path), path.read_bytes()) for path in (ESCAPES, FORGED)]
    said = FORMATS[name](checker.check_texts(files, effect="adds"), "en")
    assert "\x1b" not in said
    assert not [line for line in said.splitlines() if line.startswith("x.ttl:1:1")]


def test_a_rule_explains_itself():
    done = oib("rule", "clm-09", "--lang", "zh")
    assert done.returncode == 0
    assert done.stdout.startswith("CLM-09")
    assert "https://w3id.org/oib/shapes#CLM-09" in done.stdout
    assert oib("rule", "XXX-99").returncode == 2


def test_a_missing_file_is_a_line_of_json():
    done = oib("check", "--format", "json", "no/such.ttl")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"] == "there is no file no/such.ttl"


def test_standard_input_is_checked_under_its_name():
    done = oib(
        "check", "-", "--stdin-filename", "mine.ttl", "--quiet", input=TYPO.read_text("utf-8")
    )
    assert done.returncode == 1
    assert done.stdout.startswith("mine.ttl:24:5: error[CLM-02]")


def test_a_text_that_cannot_be_written_leaves_the_file(tmp_path, monkeypatch):
    path = tmp_path / "x.ttl"
    path.write_text("old", "utf-8")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match="left as it is"):
        replace_text(path, "new")
    assert path.read_text("utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["x.ttl"]


def test_tidy_goes_on_after_a_bad_file(tmp_path):
    bad, untidy = tmp_path / "a.ttl", tmp_path / "b.ttl"
    bad.write_text("<urn:a> .", "utf-8")
    untidy.write_text("<urn:a>   a <urn:b> .", "utf-8")
    done = oib("tidy", bad, untidy)
    assert done.returncode == 2
    assert bad.read_text("utf-8") == "<urn:a> ."
    assert untidy.read_text("utf-8") == tidy("<urn:a> a <urn:b> .")
