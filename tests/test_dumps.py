import gzip
import json

import pytest
from pyoxigraph import RdfFormat, parse


@pytest.fixture
def served(house):
    """Return what a GET brings, its file closed."""

    def get(path, **options):
        with house.get(path, **options) as response:
            response.get_data()
            return response

    return get


def test_all_quads_can_be_downloaded(served, store):
    body = served("/dump/data.nq.gz").data
    named = {quad for quad in store if quad.graph_name.value}
    assert len(set(parse(gzip.decompress(body), format=RdfFormat.N_QUADS))) == len(named)


def test_the_claims_can_be_downloaded_as_rdf_1_2(served):
    response = served("/dump/claims-rdf12.ttl")
    assert response.mimetype == "text/turtle"
    assert b"rdf:reifies" in response.data or b"reifies>" in response.data


def test_the_context_can_be_downloaded(served):
    assert "@context" in json.loads(served("/dump/context.jsonld").data)


@pytest.mark.parametrize("path", ["/dump/none", "/dump/..%2fmanifest.json", "/ontology/9.9.9"])
def test_what_is_not_there_is_told(served, path):
    assert served(path).status_code == 404


def test_the_version_iri_answers(served):
    answer = served("/ontology/0.1.0", headers={"Accept": "text/turtle"})
    assert answer.status_code == 200
    assert answer.mimetype == "text/turtle"
