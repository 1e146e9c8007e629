import json
import re

import pytest

from oib.errors import BadInput
from oib.validation import formats
from oib.validation.checker import check
from projects import CLAIM, submission, without


def test_the_home_is_clean(home):
    report = check(home)
    assert report.clean, formats.text(report)
    assert len(report.files) > 90


def test_a_good_submission_is_clean(home, tmp_path):
    report = check(home, [submission(tmp_path, CLAIM)])
    assert report.clean, formats.text(report)


def test_a_claim_that_nobody_vouches_for_is_found_at_its_line(home, tmp_path):
    path = submission(tmp_path, without(CLAIM, "isAssertedBy"))
    report = check(home, [path])
    first = min(finding for finding in report.findings if finding.blocks)
    assert path.read_text("utf-8").splitlines()[first.line - 1].startswith("<claim/")
    assert "oib:isAssertedBy" in first.message["en"]
    assert "oib:isAssertedBy" in first.message["zh-Hans"]


def test_a_copy_of_a_file_of_the_home_takes_its_place(home, tmp_path):
    original = (home / "instances" / "person" / "sun-youshun.ttl").read_text("utf-8")
    path = tmp_path / "edited.ttl"
    path.write_text(original.replace('"Sun Youshun"@en', '"Sun Youshun (P13)"@en', 1), "utf-8")
    report = check(home, [path], effect="replaces:instances/person/sun-youshun.ttl")
    assert report.clean, formats.text(report)
    [effect] = report.files
    assert (effect.effect, effect.changed, effect.added) == ("replaces", 1, 0)


def test_the_same_copy_without_that_word_adds_a_second_name(home, tmp_path):
    original = (home / "instances" / "person" / "sun-youshun.ttl").read_text("utf-8")
    path = tmp_path / "edited.ttl"
    path.write_text(original.replace('"Sun Youshun"@en', '"Sun Youshun (P13)"@en', 1), "utf-8")
    assert {each.rule for each in check(home, [path]).findings if each.blocks} == {"LBL-02"}


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("LEX-01", 'oib:validTime "July 2017"^^edtf:EDTF'),
        ("LEX-02", 'oib:curatedOn "2024-02-30"^^xsd:date'),
        ("LEX-02", 'oib:isLowerBound "yes"^^xsd:boolean'),
        ("LEX-03", 'oib:curatorNote "x"@engli-sh'),
        ("LEX-04", 'oib:curatorNote "cafe\u0301"@en'),
        ("LEX-05", 'oib:curatorNote "zero\u200bwidth"@en'),
        ("LEX-06", "oib:citesSource <https://ror.org/03vek6s51>"),
        ("LEX-06", "oib:citesSource <https://isni.org/isni/0000000121535425>"),
        ("LEX-06", "oib:citesSource <https://orcid.org/0000-0002-1825-0098>"),
        ("LEX-06", "oib:citesSource <https://search.gleif.org/#/record/529900T8BM49AURSDO56>"),
        ("LEX-06", 'oib:registryCode "91320594MA1MABCD0X"'),
        (
            "LEX-07",
            'oib:startsNotBefore "2020"^^edtf:EDTF ; oib:endsNotAfter "2019"^^edtf:EDTF',
        ),
    ],
)
def test_what_shacl_does_not_see_is_found_on_its_line(home_checker, tmp_path, rule, line):
    path = submission(tmp_path, CLAIM.replace("a oib:Claim ;", f"a oib:Claim ;\n    {line} ;"))
    text = path.read_text("utf-8")
    findings = home_checker.check_texts([("submission.ttl", text)]).findings
    finding = next(each for each in findings if each.rule == rule)
    assert finding.line == text.split("\n").index(f"    {line} ;") + 1
    assert finding.blocks


def test_an_undeclared_prefix_is_named_with_the_line_to_add(home, tmp_path):
    path = tmp_path / "x.ttl"
    path.write_text("<urn:a> skos:prefLabel 'a' .\n", "utf-8")
    report = check(home, [path])
    assert not report.readable
    [finding] = report.findings
    assert (finding.line, finding.rule) == (1, "TTL-01")
    assert "add the line @prefix skos: <http://www.w3.org/2004/02/skos/core#> ." in str(
        finding.message
    )


def test_every_syntax_error_of_a_file_is_reported(home, tmp_path):
    path = tmp_path / "x.ttl"
    path.write_text("<urn:a> <urn:b> .\n<urn:c> <urn:d> 1 .\n<urn:e> 2 .\n", "utf-8")
    assert [finding.line for finding in check(home, [path]).findings] == [1, 3]


def test_a_file_that_is_not_utf8_is_reported_with_its_place(home, tmp_path):
    path = tmp_path / "x.ttl"
    path.write_bytes(b"# fine\n# caf\xe9\n")
    [finding] = check(home, [path]).findings
    assert (finding.line, finding.column) == (2, 6)


def test_a_file_that_is_not_there_is_an_error(home, tmp_path):
    with pytest.raises(BadInput, match="there is no file"):
        check(home, [tmp_path / "none.ttl"])


def test_the_text_form_is_one_line_a_finding_and_a_summary(home, tmp_path):
    path = submission(tmp_path, CLAIM.replace('"2026-11-23"', '"2026-11-31"'))
    head, *lines, summary = formats.text(check(home, [path])).splitlines()
    assert head == f"{path} adds: 1 new"
    assert any(line.startswith(f"{path}:") and "error[LEX-02]" in line for line in lines)
    at = next(n for n, line in enumerate(lines) if "LEX-02" in line)
    marked = lines[at + 2].index("^"), lines[at + 2].rindex("^") + 1
    assert lines[at + 1][slice(*marked)] == '"2026-11-31"^^xsd:date'
    assert re.fullmatch(r"1 file checked: \d+ errors?(, \d+ warnings?)?", summary)


def test_messages_come_in_chinese_on_demand(home, tmp_path):
    path = submission(tmp_path, CLAIM.replace('"2026-11-23"', '"2026-11-31"'))
    assert "请按 XML Schema 书写" in formats.text(check(home, [path]), "zh-Hans")


def test_the_json_form_holds_the_same(home, tmp_path):
    path = submission(tmp_path, CLAIM.replace('"2026-11-23"', '"2026-11-31"'))
    body = json.loads(formats.as_json(check(home, [path])))
    assert body["clean"] is False
    finding = next(each for each in body["findings"] if each["rule"] == "LEX-02")
    assert finding["path"] == str(path)
    assert set(finding["message"]) == {"en", "zh-Hans"}
