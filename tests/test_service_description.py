"""The W3C tests of SPARQL 1.1 Service Description; they are three sentences, without files."""

from urllib.parse import urlsplit

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from oib.namespaces import PREFIXES

SD = PREFIXES["sd"]
TYPE = PREFIXES["rdf"] + "type"
ENDPOINT = "http://localhost/sparql"

# The classes of section 3 and the terms of the range of each property (None: any IRI).
RANGES = {
    "endpoint": None,
    "supportedLanguage": {"SPARQL10Query", "SPARQL11Query", "SPARQL11Update"},
    "feature": {
        "DereferencesURIs",
        "UnionDefaultGraph",
        "RequiresDataset",
        "EmptyGraphs",
        "BasicFederatedQuery",
    },
    "resultFormat": None,
    "inputFormat": None,
    "defaultDataset": None,
    "availableGraphs": None,
    "name": None,
    "defaultGraph": None,
    "namedGraph": None,
}
CLASSES = {"Service", "Dataset", "Graph", "GraphCollection", "NamedGraph"}


@pytest.fixture
def triples(client):
    response = client.get("/sparql", headers={"Accept": "text/turtle"})
    assert response.status_code == 200
    return [quad.triple for quad in parse(response.data, RdfFormat.TURTLE)]


def test_has_endpoint_triple(triples):
    found = [each.object for each in triples if each.predicate.value == SD + "endpoint"]
    assert found == [NamedNode(ENDPOINT)]


def test_returns_rdf(client):
    for media_type in ("text/turtle", "application/rdf+xml", "application/n-triples"):
        response = client.get("/sparql", headers={"Accept": media_type})
        assert response.mimetype == media_type
        assert list(parse(response.data, RdfFormat.from_media_type(media_type)))


def test_conforms_to_schema(triples):
    types = {each.subject: each.object.value for each in triples if each.predicate.value == TYPE}
    assert list(types.values()).count(SD + "Service") == 1
    for triple in triples:
        name = triple.predicate.value.removeprefix(SD)
        assert not isinstance(triple.subject, BlankNode)
        if triple.predicate.value.startswith(SD):
            assert not isinstance(triple.object, Literal)
            assert RANGES[name] is None or triple.object.value.removeprefix(SD) in RANGES[name]
        elif name == TYPE and triple.object.value.startswith(SD):
            assert triple.object.value.removeprefix(SD) in CLASSES
    assert all(urlsplit(node.value).scheme for node in types)


def test_the_host_that_a_client_names_is_not_believed(home_client):
    response = home_client.get("/sparql", headers={"Host": "evil.example", "Accept": "text/turtle"})
    assert "evil.example" not in response.text


def test_the_named_graphs_are_those_of_the_data(home_client, store):
    response = home_client.get("/sparql", headers={"Accept": "application/n-triples"})
    statements = list(parse(response.data, RdfFormat.N_TRIPLES))
    named = {q.object for q in statements if q.predicate.value == SD + "namedGraph"}
    assert named == set(store.named_graphs())


def test_the_description_has_a_tag_and_leads_to_the_data_set(home_client):
    first = home_client.get("/sparql", headers={"Accept": "text/turtle"})
    assert '</dataset>; rel="describedby"' in first.headers.getlist("Link")
    known = {"Accept": "text/turtle", "If-None-Match": first.headers["ETag"]}
    assert home_client.get("/sparql", headers=known).status_code == 304
