"""Every format of a report holds the findings with their places, whatever the text in them."""

import json
import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from pyoxigraph import RdfFormat, parse

from oib.edtf import parse_edtf
from oib.errors import BadInput
from oib.namespaces import PREFIXES
from oib.turtle import tidy
from oib.validation.checker import Checker
from oib.validation.fixes import apply_fixes, diff
from oib.validation.formats import FORMATS, as_json, sarif, text
from oib.validation.report import Report
from oib.validation.storage import replace_text
from oib.validation.syntax_messages import date_in_chinese
from projects import CLAIM, ROOT
from projects import PREFIXES as PREFIXES_OF_A_FILE

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


def test_the_text_form_is_chinese_throughout_where_chinese_is_asked(checker, report):
    head, *_, fix, last = text(report, "zh-Hans").splitlines()
    assert head == f"{TYPO} 添加：新增 1 项"
    assert (fix, last) == ("  修改建议：改写为 oib:hasHedge", "已检查 1 个文件：1 个错误")
    assert text(Report((), ()), "zh-Hans") == "已检查 0 个文件：未发现问题"


@pytest.mark.parametrize(
    ("date", "why"),
    [
        ("2019/2015", "时间段的终点早于起点"),
        ("/", "时间段至少须有一端为日期"),
        ("May 2018", "不符合 EDTF 0 级或 1 级的格式"),
        ("201X-05", "只能自右起以 X 代替未知的数字"),
        ("0000", "年份只能是 0001 至 9999"),
        ("2017-21-01", "季节没有日"),
        ("2017-13", "没有 13 月"),
        ("2017-02-30", "2017-02 没有 30 日"),
    ],
)
def test_the_reason_why_a_text_is_no_date_is_told_in_chinese(date, why):
    with pytest.raises(BadInput) as refused:
        parse_edtf(date)
    assert f"“{date}”不是日期：{why}；" in date_in_chinese(str(refused.value))


def _claim(checker, **changed):
    body = CLAIM
    for field, value in changed.items():
        body = re.sub(rf"oib:{field} \S+", f"oib:{field} {value}", body)
    return checker.check_texts([("x.ttl", PREFIXES_OF_A_FILE + body)], effect="adds").findings


def test_a_machine_writes_only_what_differs_by_a_slip_of_the_pen(checker):
    [slip] = _claim(checker, claimPredicate="oib:holdPost")
    assert (slip.rule, slip.fix.replacement) == ("GRF-04", "oib:holdsPost")
    assert not any(each.fix for each in _claim(checker, claimPredicate="oib:isOperatedBy"))


def test_another_number_is_never_taken_for_a_slip_of_the_pen(checker):
    evidence = "<evidence/innovation-without-borders/p13-77>"
    [finding] = [each for each in _claim(checker, hasEvidence=evidence) if each.rule == "GRF-01"]
    assert finding.fix is None
    assert "Did you mean" not in finding.message["en"]
    assert "oib locate" in finding.message["en"]


def test_a_fix_keeps_language_tag_and_datatype_as_they_are_written(checker):
    for value, fixed in (
        ('"2026-11-２３"^^xsd:date', '"2026-11-23"^^xsd:date'),
        ("'２０２６-11-23'^^xsd:date", '"2026-11-23"^^xsd:date'),
    ):
        [finding] = [each for each in _claim(checker, curatedOn=value) if each.fix]
        assert finding.fix.replacement == fixed
    body = '<person/x> skos:altLabel "cafe\u0301"@zh-Hans-CN .'
    findings = checker.check_texts([("x.ttl", PREFIXES_OF_A_FILE + body)]).findings
    assert '"café"@zh-Hans-CN' in [each.fix.replacement for each in findings if each.fix]
