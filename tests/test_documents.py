"""What was read in each document is in its claims: coverage, traps, counts, questions."""

import csv
import re

import pytest
import yaml
from pyoxigraph import DefaultGraph, NamedNode

from oib.namespaces import ID, OIB, PREFIXES
from oib.saved_queries import Library
from one_document import FOLDER, HEAD, SLUGS, ask, merged_of, rows
from projects import ROOT

TYPE = NamedNode(PREFIXES["rdf"] + "type")
LIBRARY = Library.load(ROOT)

each_document = pytest.mark.parametrize("slug", SLUGS)


def content(slug, name, default):
    path = FOLDER / slug / name
    return yaml.safe_load(path.read_text("utf-8")) if path.is_file() else default


def coverage(slug):
    with (FOLDER / slug / "coverage.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def claims(store, slug):
    """Return the names of the claims of a document, such as ``p07-01``."""
    return named(store, "Claim", f"{ID}claim/{slug}/")


def assessments(store, slug):
    """Return the names of the assessments of a document, such as ``assessment/n4-01``."""
    found = named(store, "Assessment", f"{ID}assessment/{slug}/")
    return {f"assessment/{name}" for name in found}


def named(store, kind, start):
    subjects = store.quads_for_pattern(None, TYPE, NamedNode(OIB + kind), DefaultGraph())
    iris = {quad.subject.value for quad in subjects}
    return {iri.removeprefix(start) for iri in iris if iri.startswith(start)}


def unit(claim):
    return claim.removeprefix("assessment/").rpartition("-")[0]


def cases(name, key):
    """Return each entry of a list in a file of each document, with its slug."""
    return [
        pytest.param(slug, entry, id=f"{slug}-{number}")
        for slug in SLUGS
        for number, entry in enumerate(content(slug, name, {}).get(key, []), start=1)
    ]


def traps(side):
    return [
        pytest.param(slug, pattern, id=f"{slug}-{trap}-{number}")
        for slug in SLUGS
        for trap, entry in content(slug, "traps.yaml", {}).items()
        for number, pattern in enumerate(entry[side], start=1)
    ]


def test_each_document_with_claims_has_its_folder(home):
    claimed = {path.name for path in (home / "instances" / "claim").iterdir() if path.is_dir()}
    assert {slug for slug in SLUGS if not (FOLDER / slug / "coverage.tsv").is_file()} == set()
    if home == ROOT:
        assert claimed == set(SLUGS)


@each_document
def test_every_row_of_a_coverage_table_has_its_claims(home, slug):
    table = coverage(slug)
    expected = content(slug, "document.yaml", {}).get("rows", len(table))
    names = [row["row"] for row in table]
    assert len(table) == len(set(names)) == expected
    listed = {claim for row in table for claim in row["claims"].split()}
    unclaimed = [row for row in table if not row["claims"].split()]
    assert [row["row"] for row in unclaimed if not row.get("omitted")] == []
    store = merged_of(home, slug)
    assert listed - claims(store, slug) - assessments(store, slug) == set()


@each_document
def test_every_claim_belongs_to_a_row(home, slug):
    listed = {claim for row in coverage(slug) for claim in row["claims"].split()}
    assert claims(merged_of(home, slug), slug) - listed == set()


@each_document
def test_every_row_is_stated_in_its_own_unit(slug):
    for row in coverage(slug):
        if row.get("omitted"):
            assert not row["claims"], row["row"]
            continue
        assert row["unit"] in {unit(claim) for claim in row["claims"].split()}, row["row"]


@each_document
def test_no_unit_is_without_claims_but_those_said_to_be_silent(home, slug):
    store = merged_of(home, slug)
    labels = f"<document/{slug}> oib:hasUnit/oib:unitLabel ?label"
    units = {label for (label,) in rows(store, f"{HEAD}SELECT ?label {{ {labels} }}")}
    table = coverage(slug)
    spoken = {row["unit"] for row in table if not row.get("omitted")}
    silent = {row["unit"] for row in table} - spoken
    silent |= set(content(slug, "document.yaml", {}).get("silent", []))
    assert {unit(claim) for claim in claims(store, slug)} == units - silent


@pytest.mark.parametrize(("slug", "entry"), cases("document.yaml", "counts"))
def test_the_counts_by_kind_are_those_of_the_inventory(home, slug, entry):
    query = f"{HEAD}SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {entry['pattern']} }}"
    assert rows(merged_of(home, slug), query) == [(str(entry["number"]),)], entry["pattern"]


@each_document
def test_the_speakers_are_those_of_the_inventory(home, slug):
    query = f"{HEAD}SELECT DISTINCT ?who {{ ?claim oib:isAssertedBy ?who }}"
    spoken = {who.removeprefix(ID) for (who,) in rows(merged_of(home, slug), query)}
    assert spoken == set(content(slug, "document.yaml", {}).get("speakers", spoken))


@each_document
def test_the_traps_are_numbered_and_each_says_something(slug):
    found = content(slug, "traps.yaml", {})
    assert all(re.fullmatch(r"T\d\d", trap) for trap in found)
    assert list(found) == sorted(found)
    assert all(entry["right"] or entry["wrong"] for entry in found.values())


@pytest.mark.parametrize(("slug", "pattern"), traps("wrong"))
def test_the_wrong_reading_is_not_there(home, slug, pattern):
    assert not ask(merged_of(home, slug), pattern)


@pytest.mark.parametrize(("slug", "pattern"), traps("right"))
def test_the_right_reading_is_there(home, slug, pattern):
    assert ask(merged_of(home, slug), pattern)


@pytest.mark.parametrize(("slug", "entry"), cases("questions.yaml", "questions"))
def test_a_question_has_the_answer_that_the_text_gives(home, slug, entry):
    text = HEAD + entry["query"] if "query" in entry else saved(entry)
    answer = sorted(tuple(str(cell) for cell in row) for row in entry["answer"])
    assert rows(merged_of(home, slug), text) == answer, entry["question"]


def saved(entry):
    return LIBRARY[entry["saved"]].bind(entry.get("parameters", {}))
