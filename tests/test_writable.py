"""Updates: carried out in a store of their own, and nowhere else."""

import pytest

from oib.errors import BadInput, BadQuery
from oib.sparql.dataset import Dataset
from writable import Writable

ASK = "ASK { GRAPH <urn:to> { ?s ?p ?o } }"
COPY = "INSERT { GRAPH <urn:to> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
JSON = "application/sparql-results+json"


@pytest.fixture
def engine():
    engine = Writable()
    engine.update("INSERT DATA { GRAPH <urn:a> { <urn:s> <urn:p> 'WHERE {' } }", Dataset())
    return engine


def test_the_request_may_choose_the_graphs_of_where(engine):
    engine.update(COPY, Dataset())
    assert b"false" in engine.query(ASK, JSON)
    engine.update(f"{COPY} ; {COPY}", Dataset(("urn:a",)))
    assert b"true" in engine.query(ASK, JSON)


@pytest.mark.parametrize(
    "text",
    [
        "DELETE WHERE { ?s ?p ?o }",
        f"WITH <urn:a> {COPY}",
        COPY.replace("WHERE", "USING <urn:b> WHERE"),
    ],
)
def test_graphs_are_chosen_once(engine, text):
    with pytest.raises(BadQuery):
        engine.update(text, Dataset(("urn:a",)))


def test_a_graph_is_named_by_an_iri(engine):
    with pytest.raises(BadInput, match="absolute IRI"):
        engine.update(COPY, Dataset(("urn:a> {} #",)))
