"""One slip of the pen is one finding: what only follows from it is left out."""

import re
from shutil import copytree

import pytest
from pyoxigraph import NamedNode, Quad

from oib.namespaces import ID
from oib.validation.checker import Checker
from oib.validation.consequences import ChangeableData
from oib.validation.interpretation import Interpreter
from projects import ROOT

BASE = (ROOT / "tests" / "submissions" / "members" / "base.ttl").read_text("utf-8")
DOCUMENT = "document/innovation-without-borders"
PREDICATES = sorted(set(re.findall(r"^    ([a-z]+:\w+) ", BASE, re.MULTILINE)))


def findings(checker, text):
    """Return the rules of all findings, each with the text that it marks."""
    report = checker.check_texts([("base.ttl", text)], effect="adds")
    return [(each.rule, text[each.place.start : each.place.end]) for each in report.findings]


@pytest.mark.parametrize("predicate", PREDICATES)
def test_a_misspelled_predicate_is_one_finding_at_the_verb(checker, predicate):
    misspelled = predicate[:-2] + predicate[-1]
    text = BASE.replace(f"    {predicate} ", f"    {misspelled} ", 1)
    assert [at for _, at in findings(checker, text)] == [misspelled]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("claimObject <organization/example-unit>", "claimObject <organization/example-unt>"),
        ("citesSource <document/example-source>", "citesSource <document/example-soure>"),
        ("hasHedge oibv:hedge-none", "hasHedge oibv:hedge-noe"),
        ("claimPredicate oib:isPartOf", "claimPredicate oib:isPartof"),
        ("claimSubject <person/example-person>", "claimSubject <person/example-persn>"),
    ],
)
def test_a_misspelled_value_is_one_finding_at_the_value(checker, right, wrong):
    found = findings(checker, BASE.replace(right, wrong, 1))
    assert [at for _, at in found] == [wrong.split()[1]]


@pytest.mark.parametrize(
    ("predicate", "value", "rule"),
    [
        ("isReportedIn", '"the article"@en', "CLM-10"),
        ("isReportedIn", "<place/boston>", "CLM-10"),
        ("isReportedIn", "<document/never-described>", "GRF-01"),
        ("validTime", "2017", "TIM-01"),
        ("hasYearBasis", '"printed"@en', "DOC-08"),
        ("dateAsPrinted", "2018", "DOC-04"),
        ("linksEntity", "<organization/never-described>", "GRF-01"),
    ],
)
def test_a_value_of_the_wrong_kind_is_compared_with_nothing(checker, predicate, value, rule):
    text = re.sub(rf"(oib:{predicate}) \S.*( [;.])$", rf"\1 {value}\2", BASE, count=1, flags=re.M)
    assert findings(checker, text) == [(rule, value)]


@pytest.mark.parametrize(
    ("value", "rule"),
    [("oibv:industry-biotechnology", "CLM-15"), ('"certain"@en', "CLM-15")],
)
def test_a_hedge_of_the_wrong_kind_is_no_missing_hedge(checker, value, rule):
    head, _, tail = BASE.rpartition("oib:hasHedge oibv:hedge-none")
    assert findings(checker, f"{head}oib:hasHedge {value}{tail}") == [(rule, value)]


@pytest.mark.parametrize("value", ['"holds"@en', "<place/boston>", "oibv:industry-biotechnology"])
def test_what_is_no_predicate_of_claims_states_nothing_about_a_person(checker, value):
    found = findings(checker, BASE.replace("oib:holdsPost", value, 1))
    assert [at for _, at in found] == [value]


def test_a_claim_reported_nowhere_is_not_said_to_have_evidence_elsewhere(checker):
    text = BASE.replace("    oib:isReportedIn <document/innovation-without-borders> ;\n", "", 1)
    assert [rule for rule, _ in findings(checker, text)] == ["CLM-10"]


def test_two_objects_are_one_too_many_also_where_one_of_them_is_unknown(checker):
    text = BASE.replace("<post/mit-professor>", "<post/mit-professor>, <post/never-described>")
    assert [rule for rule, _ in findings(checker, text)] == ["CLM-06", "GRF-01"]


def test_a_property_of_no_thing_is_told_where_facts_and_properties_are(checker):
    text = BASE.replace("foaf:name ", 'oib:bornInTheYear "1970"@en ;\n    foaf:name ', 1)
    (finding,) = checker.check_texts([("base.ttl", text)], effect="adds").findings
    assert finding.rule == "SUB-02"
    for message in finding.message.values():
        assert "oib:claimSubject" in message
        assert "https://w3id.org/oib/ontology" in message


@pytest.mark.parametrize("label", ['"陈例"@en', '"Example"@zh-Hans'])
def test_a_label_with_the_wrong_language_tag_is_one_finding(checker, label):
    text = BASE.replace('skos:prefLabel "Example Unit"@en', f"skos:prefLabel {label}", 1)
    assert findings(checker, text) == [("LBL-06", label)]


def test_an_abbreviated_class_is_told_its_full_name_and_where_all_classes_are(checker):
    text = BASE.replace("a oib:Organization", "a oib:ResearchLab", 1)
    (finding,) = checker.check_texts([("base.ttl", text)], effect="adds").findings
    assert finding.rule == "SUB-04"
    for message in finding.message.values():
        assert "oib:ResearchLaboratory" in message
        assert "https://w3id.org/oib/ontology" in message
    unlike = BASE.replace("a oib:Organization", "a oib:Off", 1)
    (finding,) = checker.check_texts([("base.ttl", unlike)], effect="adds").findings
    assert "Did you mean" not in finding.message["en"]


@pytest.mark.parametrize(
    ("predicate", "rule"), [("endCharacter", "EVD-08"), ("startCharacter", "EVD-07")]
)
def test_an_offset_that_is_no_number_is_not_said_to_lie_behind_another(checker, predicate, rule):
    path = checker.home.path("claim/shanghai-base-in-israel/p03.ttl")
    text = re.sub(rf"(oib:{predicate}) [0-9]+", r'\1 "here"@en', path.read_text("utf-8"), count=1)
    found = checker.check_texts([(str(path), text)]).findings
    assert [each.rule for each in found] == [rule]


def test_an_entry_of_a_register_without_its_form_is_not_said_to_be_mistyped_as_well(checker):
    name = "organization/mohamed-bin-zayed-university-of-ai.ttl"
    path = checker.home.path(name)
    text = re.sub(r"(<https://ror.org/0\w{6})\w", r"\1", path.read_text("utf-8"), count=1)
    found = checker.check_texts([(str(path), text)]).findings
    assert [each.rule for each in found] == ["IDL-06"]


def test_a_fault_beside_a_misspelled_predicate_is_found_as_well(checker):
    text = BASE.replace("oib:isCountOf", "oib:isCountf").replace('"2018"^^edtf', '"20188"^^edtf')
    assert [rule for rule, _ in findings(checker, text)] == ["LEX-01", "CLM-02"]


def test_the_whole_home_gives_the_same_verdict_on_a_misspelled_predicate(tmp_path):
    for name in ("ontology", "shapes", "instances"):
        copytree(ROOT / name, tmp_path / name)
    path = tmp_path / "instances" / "claim" / "innovation-without-borders" / "p13.ttl"
    text = path.read_text("utf-8")
    path.write_text(text.replace("oib:isReportedIn", "oib:isReportdIn", 1), "utf-8")
    found = [each.rule for each in Checker(tmp_path).check_home().findings if each.blocks]
    assert found == ["CLM-02"]


@pytest.mark.parametrize(
    ("wrong", "fix"),
    [
        ("oib:isFundedBy", None),  # to fund is not to found
        ("oib:isPartof", "oib:isPartOf"),
        ("oib:isFoundedBuy", "oib:isFoundedBy"),
        ("oib:isFoundredBy", "oib:isFoundedBy"),
    ],
)
def test_only_a_name_that_makes_no_sense_is_respelled_by_a_machine(checker, wrong, fix):
    text = BASE.replace("claimPredicate oib:isPartOf", f"claimPredicate {wrong}", 1)
    findings = checker.check_texts([("base.ttl", text)], effect="adds").findings
    (finding,) = [each for each in findings if wrong in each.message["en"]]
    assert "Did you mean oib:is" in finding.message["en"]
    assert (finding.fix and finding.fix.replacement) == fix


def test_terms_that_are_equally_near_are_all_named_and_none_is_chosen(checker):
    things = "".join(
        f'\n<organization/example-unit-{c}> a oib:Organization ; skos:prefLabel "{c}{c}{c}"@en .'
        for c in "ab"
    )
    text = BASE.replace(
        "claimObject <organization/example-unit>", "claimObject <organization/example-unit-c>"
    )
    (finding,) = [
        each
        for each in checker.check_texts([("base.ttl", text + things)], effect="adds").findings
        if "example-unit-c" in each.message["en"]
    ]
    names = "<organization/example-unit-a> or <organization/example-unit-b>?"
    assert names in finding.message["en"]
    assert names.replace(" or ", "或 ").removesuffix("?") in finding.message["zh-Hans"]
    assert finding.fix is None


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ('hasAuthority "Wikidata"', 'hasAuthority "Wikidta"', "IDL-05"),
        ("Document ;(.*)oibv:document-cited-item", r"PolicyDocument ;\1oibv:hedge-none", "DOC-02"),
        ("Document ;(.*)oibv:document-cited-item", r'PolicyDocument ;\1"policy"', "DOC-02"),
    ],
)
def test_a_value_that_no_list_has_is_one_finding(checker, right, wrong, rule):
    text = re.sub(f"oib:{right}", f"oib:{wrong}", BASE, count=1, flags=re.DOTALL)
    assert text != BASE
    assert findings(checker, text) == [(rule, re.split(r"[\s1]", wrong)[-1])]


@pytest.mark.parametrize(
    ("file", "right", "wrong", "rule"),
    [
        ("document/innovation-without-borders", 'unitLabel "p09"', 'unitLabel "nine"', "UNT-03"),
        ("document/innovation-without-borders", 'unitLabel "p09"', 'unitLabel "nine"@en', "UNT-03"),
        (
            "claim/innovation-without-borders/p09",
            f"inDocument <{DOCUMENT}>",
            'inDocument "x"',
            "EVD-04",
        ),
        (
            "claim/innovation-without-borders/p09",
            f"inDocument <{DOCUMENT}>",
            "inDocument <place/boston>",
            "EVD-04",
        ),
        (
            "claim/innovation-without-borders/p09",
            f"inUnit <{DOCUMENT}#p09>",
            "inUnit <place/boston>",
            "EVD-05",
        ),
        (
            "claim/innovation-without-borders/p09",
            f"inUnit <{DOCUMENT}#p09>",
            f"inUnit <{DOCUMENT}#p99>",
            "GRF-01",
        ),
        (
            "claim/innovation-without-borders/p09",
            f"inUnit <{DOCUMENT}#p09>",
            f"inUnit <{DOCUMENT}#p08>",
            "EVD-12",
        ),
        (
            "claim/innovation-without-borders/p07",
            "assesses <claim/innovation-without-borders/p07-15>",
            "assesses <place/boston>",
            "ASM-04",
        ),
    ],
)
def test_a_wrong_value_is_not_found_again_at_what_leads_to_it(checker, file, right, wrong, rule):
    path = ROOT / "instances" / f"{file}.ttl"
    text = path.read_text("utf-8").replace(f"oib:{right}", f"oib:{wrong}", 1)
    report = checker.check_texts([(str(path), text)])
    value = wrong.partition(" ")[2]
    assert [(f.rule, text[f.place.start : f.place.end]) for f in report.findings] == [(rule, value)]


def test_a_claim_with_evidence_of_another_unit_is_told_beside_a_wrong_unit(checker):
    path = ROOT / "instances" / "claim" / "innovation-without-borders" / "p09.ttl"
    text = path.read_text("utf-8").replace(f"inUnit <{DOCUMENT}#p09>", "inUnit <place/boston>", 1)
    other = "<evidence/innovation-without-borders/p13-01>"
    text = re.sub(r"(oib:hasEvidence) ", rf"\1 {other}, ", text, count=1)
    found = [each.rule for each in checker.check_texts([(str(path), text)]).findings]
    assert sorted(found) == ["EVD-05", "GRF-09"]


NEW_THINGS = """
<document/algarve-news> a oib:Document ;
    skos:prefLabel "Algarve News, 2019-03-02"@en ;
    oib:dateAsPrinted "March 2, 2019"@en ;
    oib:hasDocumentKind oibv:document-cited-item ;
    oib:hasPublisherKind oibv:publisher-not-evident ;
    oib:hasYearBasis oibv:year-printed ;
    oib:publishedOn "2019-03-02"^^edtf:EDTF ;
    oib:publisherName "Algarve News"@en .

<place/lisbon> a oib:City ;
    skos:prefLabel "Lisbon"@en .

<event/lisbon-agreement> a oib:Agreement ;
    skos:prefLabel "agreement of Lisbon"@en .

<post/hub-director> a oib:Post ;
    skos:prefLabel "director of the hub"@en ;
    oib:isPostIn <organization/example-hub> .
"""


def new_claim(number, subject, predicate, value, more=""):
    return f"""
<claim/innovation-without-borders/p09-{number}> a oib:Claim ;
    oib:claimSubject <{subject}> ;
    oib:claimPredicate oib:{predicate} ;
    oib:{value} ;
    oib:curatedBy <organization/oib> ;
    oib:curatedOn "2026-11-25"^^xsd:date ;
    oib:hasEvidence <evidence/innovation-without-borders/p09-01> ;
    oib:hasHedge oibv:hedge-none ;
    oib:hasRank oibv:rank-normal ;
    oib:isAssertedBy <person/innovation-without-borders-author> ;
    oib:isReportedIn <document/innovation-without-borders>{more} .
"""


CITED = (
    " ;\n    oib:citesSource <document/algarve-news> ;\n    oib:hasBacking oibv:backing-sentence"
)
NEW = "".join(
    (
        BASE + NEW_THINGS,
        new_claim(80, "organization/example-hub", "isLocatedIn", "claimObject <place/lisbon>"),
        new_claim(81, "event/lisbon-agreement", "hasParty", "claimObject <organization/mit>"),
        new_claim(82, "event/lisbon-agreement", "hasParty", "claimObject <organization/acfroc>"),
        new_claim(83, "event/lisbon-agreement", "occurredOn", 'claimValue "2019"^^edtf:EDTF'),
        new_claim(84, "person/example-person", "holdsPost", "claimObject <post/hub-director>"),
        new_claim(
            85, "organization/example-hub", "worksWith", "claimObject <organization/mit>", CITED
        ),
    )
)


def test_things_that_are_named_as_they_should_be_have_no_finding(checker):
    assert findings(checker, NEW) == []


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("citesSource <document/algarve-news>", 'citesSource "Algarve News"@en', "CLM-11"),
        ("citesSource <document/algarve-news>", "citesSource <place/boston>", "CLM-11"),
        ("citesSource <document/algarve-news>", "citesSource <document/the-other>", "GRF-01"),
        ("claimObject <place/lisbon>", 'claimObject "Lisbon"@en', "CLM-07"),
        ("claimObject <place/lisbon>", "claimObject <organization/mit>", "GRF-03"),
        ("claimObject <post/hub-director>", 'claimObject "director"@en', "CLM-07"),
        ("claimObject <post/hub-director>", "claimObject <organization/mit>", "GRF-03"),
        ("claimSubject <event/lisbon-agreement>", "claimSubject <place/boston>", "GRF-02"),
    ],
)
def test_what_a_wrong_value_leaves_unnamed_is_no_second_finding(checker, right, wrong, rule):
    assert right in NEW
    found = findings(checker, NEW.replace(right, wrong, 1))
    assert found == [(rule, wrong.partition(" ")[2])]


def test_a_thing_in_the_wrong_slot_is_no_second_finding(checker):
    text = NEW.replace("claimObject <place/lisbon>", 'claimValue "Lisbon"@en')
    assert findings(checker, text) == [("GRF-05", "oib:claimValue")]


def test_what_a_wrong_value_cannot_have_meant_is_a_finding_of_its_own(checker):
    text = NEW.replace("claimObject <place/lisbon>", "claimObject <place/boston>")
    text = text.replace("claimObject <post/hub-director>", 'claimObject "director"@en')
    found = findings(checker, text)
    assert sorted(found) == [("CLM-07", '"director"@en'), ("USE-01", "<place/lisbon>")]


def test_of_many_wrong_values_each_explains_one_thing(checker):
    text = NEW
    for at in range(12):
        place = f'<place/town-{at}> a oib:City ;\n    skos:prefLabel "Town {chr(97 + at)}"@en .\n'
        value = f'claimObject "Town {at}"@en'
        text += place + new_claim(90 + at, "organization/mit", "isLocatedIn", value)
    assert [rule for rule, _ in findings(checker, text)] == ["CLM-07"] * 12
    text += '<place/town-x> a oib:City ;\n    skos:prefLabel "Town X"@en .\n'
    assert [rule for rule, _ in findings(checker, text)].count("USE-01") == 1


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("<place/lisbon> a oib:City ;\n    ", "<place/lisbon> ", [("IRI-04", "<place/lisbon>")]),
        ("place/lisbon", "town/lisbon", [("PLC-01", "<town/lisbon>")]),
        ("post/hub-director", "person/hub-director", [("PST-01", "<person/hub-director>")]),
        ("organization/example-unit", "place/unit", [("ORG-01", "<place/unit>")]),
        ("claimValue 40", "claimValue 40.0", [("GRF-06", "40.0")]),
    ],
)
def test_a_name_or_number_of_the_wrong_form_is_one_finding(checker, right, wrong, expected):
    assert right in NEW
    assert findings(checker, NEW.replace(right, wrong)) == expected


def test_a_name_of_another_thing_is_one_finding_at_each_that_names_the_other(checker):
    text = NEW.replace('"Algarve News, 2019-03-02"', '"Sohu, 2018-06-23"')
    report = checker.check_texts([("base.ttl", text)], effect="adds")
    found = {(each.rule, each.focus): each.message["en"] for each in report.findings}
    here, there = "<document/algarve-news>", "<document/iwb-s15-sohu>"
    assert found.keys() == {("NAM-01", here), ("NAM-01", there)}
    assert there in found["NAM-01", here]


def test_a_change_that_was_tried_leaves_the_data_as_they_were(checker):
    """Also where a statement that is added was there before."""
    store = checker.home.store
    interpreter = Interpreter(checker.home, checker.rules, frozenset())
    data = ChangeableData(store, checker.validator, interpreter.problem)
    base = NamedNode(ID + "organization/suzhou-base")
    known, other, *_ = store.quads_for_pattern(base, None, None)
    before = set(store)
    data.causes({base}, {other}, {known, Quad(base, known.predicate, NamedNode("urn:x"))})
    assert set(store) == before
