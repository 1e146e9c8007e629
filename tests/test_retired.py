"""What was replaced or withdrawn answers at its IRI, and is offered nowhere else."""

import csv
import io

import pytest

from oib.engine.statements import fetch_rows
from oib.namespaces import BASE, PREFIXES
from oib.page_queries import PageQueries
from oib.views import completion
from projects import ROOT

LISTS = [each.name for each in PageQueries.load(ROOT).lists]


@pytest.fixture(scope="module")
def retired(services):
    """Return the IRIs of what was replaced or withdrawn, each with its labels."""
    query = f"""
        SELECT ?thing ?label WHERE {{ ?thing <{PREFIXES["owl"]}deprecated> true OPTIONAL {{
            ?thing <{PREFIXES["skos"]}prefLabel>|<{PREFIXES["rdfs"]}label> ?label }} }}"""
    found = {}
    for row in fetch_rows(services.engine, query):
        found.setdefault(row["thing"].text, set()).update(
            {row["label"].text} if "label" in row else ()
        )
    return found


def test_things_terms_concepts_and_claims_were_replaced(retired):
    for path in ("ontology#", "vocab#", "id/organization/", "id/claim/"):
        assert any(iri.startswith(BASE + path) for iri in retired), path


def test_no_search_finds_them(services, retired):
    for labels in retired.values():
        for label in labels:
            hits = services.texts.search(label, limit=60).hits
            assert {hit.iri for hit in hits} & set(retired) == set(), label


@pytest.mark.parametrize("kind", ["entity", "type", "property"])
def test_no_suggestion_of_the_reconciliation_service_is_one_of_them(home_client, retired, kind):
    prefixes = {label[:12] for labels in retired.values() for label in labels}
    for prefix in prefixes | {"publisher"}:
        query = {"prefix": prefix}
        answer = home_client.get(f"/reconcile/suggest/{kind}", query_string=query).json["result"]
        names = {each["id"] for each in answer}
        old = {iri.removeprefix(f"{BASE}id/").removeprefix(f"{BASE}ontology#") for iri in retired}
        assert names & old == set(), prefix


def test_no_editor_completes_to_one_of_them(services, retired):
    assert {term.iri for term in completion.fetch_terms(services.engine)} & set(retired) == set()


@pytest.mark.parametrize("name", LISTS)
def test_no_list_holds_one_of_them(home_client, retired, name):
    answer = home_client.get(f"/{name}?format=csv").text
    cells = {cell for row in csv.reader(io.StringIO(answer)) for cell in row}
    assert any(cell.startswith(f"{BASE}id/") for cell in cells)
    assert cells & set(retired) == set()


def test_the_counts_of_things_leave_them_out(services, snapshot, retired):
    counted = snapshot.manifest.counts
    for kind in ("claim", "organization", "programme"):
        query = f"""
            SELECT DISTINCT ?s WHERE {{ GRAPH ?g {{ ?s ?p ?o }}
                FILTER(STRSTARTS(STR(?s), "{BASE}id/{kind}/") && !CONTAINS(STR(?s), "#")) }}"""
        things = {row["s"].text for row in fetch_rows(services.engine, query)}
        assert counted[kind] == len(things - set(retired)), kind
