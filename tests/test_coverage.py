"""Every row of the claim inventory has its claims, and every claim its row.

`coverage/rows.tsv` maps the rows C001 to C168, in which the article was taken apart by hand before
anything was modelled, to claims; `coverage/units.tsv` gives the unit of each row.
"""

import csv

import pytest
from pyoxigraph import NamedNode

from oib.namespaces import ID, OIB, PREFIXES
from projects import ROOT

FOLDER = ROOT / "tests" / "coverage"
TYPE = NamedNode(PREFIXES["rdf"] + "type")
ARTICLE = "claim/innovation-without-borders/"


def table(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


ROWS = {row["row"]: row["claims"].split() for row in table("rows.tsv")}
UNITS = {row["row"]: row["unit"] for row in table("units.tsv")}


@pytest.fixture(scope="module")
def claims(store):
    quads = store.quads_for_pattern(None, TYPE, NamedNode(OIB + "Claim"))
    return {
        quad.subject.value.removeprefix(ID + ARTICLE)
        for quad in quads
        if quad.graph_name.value.endswith(quad.subject.value.split("/")[-1].split("-")[0])
    }


def test_all_168_rows_have_a_claim():
    assert sorted(ROWS) == [f"C{number:03}" for number in range(1, 169)]
    assert all(ROWS.values())


def test_each_row_names_claims_that_are_there(claims):
    named = {claim for row in ROWS.values() for claim in row}
    assert named <= claims


def test_each_claim_belongs_to_a_row(claims):
    named = {claim for row in ROWS.values() for claim in row}
    assert claims - named == set()


def test_each_row_is_told_in_its_own_unit():
    for row, listed in ROWS.items():
        assert {claim.split("-")[0] for claim in listed} == {UNITS[row]}, row


def test_no_unit_is_without_claims(claims):
    units = [f"e{n}" for n in range(1, 4)] + [f"p{n:02}" for n in range(1, 16)]
    units += [f"n{n}" for n in range(1, 6)]
    assert {claim.split("-")[0] for claim in claims} == set(units)


def count(store, pattern):
    query = f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ GRAPH ?g {{ {pattern} }} }}"
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
    [row] = store.query(prefixes + query)
    return int(row["n"].value)


# The counts of the inventory, by kind; what differs is a matter of modelling, told beside it.
@pytest.mark.parametrize(
    ("number", "pattern"),
    [
        (56, "?x oib:hasDocumentKind oibv:document-cited-item"),
        (45, "?d oib:hasDocumentKind oibv:document-cited-item ; oib:publisherName ?x"),
        (45, "?x oib:hasDocumentKind oibv:document-cited-item ; oib:publishedOn ?d"),
        (11, "?x oib:hasDocumentKind oibv:document-cited-item ; oib:accessedOn ?d"),
        (40, "?x oib:hasYearBasis oibv:year-printed ; oib:publishedOn ?d"),
        (5, "?x oib:hasYearBasis oibv:year-inferred ; oib:publishedOn ?d"),
        (11, "?x oib:hasYearBasis oibv:year-inferred ; oib:accessedOn ?d"),
        (5, "?x a oib:PolicyDocument"),
        (2, "?x a oib:Agreement"),
        (6, "?x a oib:OverseasCentre"),
        (6, "?x a oib:OffshoreBase ; skos:prefLabel ?l FILTER(CONTAINS(?l, 'base in'))"),
        (6, "?x a oib:Company"),
        (1, "?x a oib:Fund"),
        (3, "?x a oib:Academy"),
        (4, "?p foaf:name ?x FILTER(LANG(?x) = 'en')"),
        (3, "?x a oib:Person ; skos:prefLabel ?l FILTER(CONTAINS(?l, '(not named)'))"),
        (2, "?x a oib:Zone"),
        (5, "?x a oib:Country"),
        (11, "?x a oib:City"),
    ],
)
def test_the_counts_by_kind_are_those_of_the_inventory(store, number, pattern):
    assert count(store, pattern) == number


def test_every_cited_item_is_cited_by_a_claim(store):
    cited = count(store, "?c oib:citesSource ?x")
    assert cited == 56


def test_speakers_are_those_of_the_inventory(store):
    asserted = f"GRAPH ?g {{ ?claim <{OIB}isAssertedBy> ?who }}"
    rows = store.query(f"SELECT DISTINCT ?who {{ {asserted} }}")
    speakers = {row["who"].value.split("/")[-1] for row in rows}
    assert speakers == {
        "innovation-without-borders-author",
        "china-brief",
        "sun-youshun",
        "mit",
        "cast",
        "acfroc-vice-chair",
        "silex-beijing-person-in-charge",
        "prc-government",
        "beijing-economic-technological-development-area",
    }
