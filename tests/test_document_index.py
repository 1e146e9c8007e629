"""Documents that were made at build are those that are made when somebody asks for them."""

import shutil
import tracemalloc
from dataclasses import replace

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store

import live_server
from http_client import Client
from oib.dataset import build, snapshot
from oib.engine.embedded import Embedded
from oib.namespaces import BASE
from oib.views import document_index
from oib.views.document_index import DocumentIndex
from oib.views.entity_triples import Publication
from projects import ROOT

FORMS = ("jsonld", "nt", "rdf", "trig", "nq")
ODD = """
@prefix oib: <https://w3id.org/oib/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix : <https://w3id.org/oib/id/> .
<https://w3id.org/oib/id/place/苏州> skos:prefLabel "苏州"@zh-Hans .
<https://w3id.org/oib/id/place/a'b(c)~d> skos:prefLabel "odd\\r"@en .
<https://w3id.org/oib/id/place/no-element> <urn:x:1> "RDF/XML has no name for this property" .
<https://w3id.org/oib/id/place/old>
    <http://purl.org/dc/terms/isReplacedBy> <https://w3id.org/oib/id/place/苏州> .
<https://w3id.org/oib/id/place/gone> a oib:Withdrawn .
"""


class NoEngine:
    """An engine of which nothing may be asked."""

    def session(self, client="", seconds=None):
        return self

    def query(self, *parts):
        raise AssertionError("a query was asked")

    answer = query


@pytest.fixture(scope="module")
def computing(services):
    """A client of the same data without a document index."""
    return Client(live_server.application(replace(services, documents=None)))


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """The services of data with odd names, and those without their document index."""
    store = Store()
    store.load(ODD, RdfFormat.TURTLE, to_graph=NamedNode(BASE + "graph/odd"))
    engine = Embedded(store)
    path = tmp_path_factory.mktemp("index") / snapshot.DOCUMENT_INDEX
    services = live_server.services_of(engine)
    about = services.description
    publication = Publication(about.license_iri, about.publisher_iri)
    path.write_bytes(document_index.encode_index(engine, publication))
    return replace(services, documents=DocumentIndex.open(path))


def parts(response):
    headers = sorted((name.lower(), value) for name, value in response.headers)
    return response.status_code, headers, response.data


def paths(services):
    return list(services.documents)


def test_each_document_is_the_one_that_is_made_on_request(services, home_client, computing):
    for path in paths(services):
        found = home_client.get(f"/doc/{path}.ttl")
        assert parts(found) == parts(computing.get(f"/doc/{path}.ttl")), path


@pytest.mark.parametrize("form", FORMS)
def test_in_each_other_form_too(services, home_client, computing, form):
    for path in paths(services)[::25]:
        assert parts(home_client.get(f"/doc/{path}.{form}")) == parts(
            computing.get(f"/doc/{path}.{form}")
        ), path


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/id/place/suzhou", {}),
        ("/id/place/suzhou.nt", {}),
        ("/id/place/suzhou?x=1", {}),
        ("/id/place/suzhou?lang=zh", {}),
        ("/doc/place/suzhou", {"Accept": "application/json"}),
        ("/doc/place/suzhou", {"Accept": "application/n-quads, text/turtle;q=0.5"}),
        ("/doc/place/suzhou", {"Accept": "image/png"}),
        ("/doc/place/suzhou?format=nt", {}),
        ("/doc/place/suzhou?form%61t=nt", {}),
        ("/doc/place/suzhou?as=png", {}),
        ("/doc/place/suzhou.ttl?claims=no", {}),
        ("/doc/place/suzhou.ttl?cl%61ims=no", {}),
        ("/doc/place/suzhou.ttl?page=0", {}),
        ("/doc/place/suzhou.ttl", {"Accept-Encoding": "gzip"}),
        ("/doc/place/suzhou.ttl", {"Range": "bytes=0-9"}),
        ("/doc/place/suzhou.linkset", {}),
        ("/doc/document/innovation-without-borders", {"Accept": "text/turtle"}),
        ("/doc/document/innovation-without-borders?x=%2B&y=1", {"Accept": "text/turtle"}),
        ("/doc/document/innovation-without-borders.ttl?page=2", {}),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_request_is_answered_alike_with_and_without_the_index(
    home_client, computing, path, headers, method
):
    assert parts(home_client.open(path, method, headers=headers)) == parts(
        computing.open(path, method, headers=headers)
    )


def test_names_that_are_encoded_and_statements_that_a_form_cannot_hold(odd):
    ours = Client(live_server.application(odd))
    other = Client(live_server.application(replace(odd, documents=None)))
    assert sorted(paths(odd)) == sorted(("place/苏州", "place/a'b(c)~d", "place/no-element"))
    for path in ("place/%E8%8B%8F%E5%B7%9E", "place/a'b(c)~d", "place/no-element", "place/old"):
        for address in (f"/id/{path}", *(f"/doc/{path}.{form}" for form in ("ttl", *FORMS))):
            assert parts(ours.get(address)) == parts(other.get(address)), address
    assert ours.get("/doc/place/no-element.rdf").status_code == 406
    assert ours.get("/doc/place/gone.ttl").status_code == 410


def test_a_document_in_the_index_takes_no_query(services):
    client = Client(live_server.application(replace(services, engine=NoEngine())))
    assert client.get("/id/place/suzhou").status_code == 303
    for form in ("ttl", *FORMS):
        assert client.get(f"/doc/place/suzhou.{form}").status_code == 200
    first = client.get("/doc/place/suzhou.ttl")
    for number in (1, 2):  # the second time under an address that is not in the cache
        path = f"/doc/place/suzhou.ttl?number={number}"
        tag = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
        assert client.get(path).data == first.data


def test_a_document_is_read_once_and_its_responses_share_its_memory(services):
    path = paths(services)[0]
    assert services.documents.find(path) is services.documents.find(path)


def test_what_is_kept_of_the_documents_is_bounded(services, snapshots, monkeypatch):
    monkeypatch.setattr(document_index, "MAX_KEPT", 2**17)
    index = DocumentIndex.open(snapshot.current(snapshots).index_file(snapshot.DOCUMENT_INDEX))
    tracemalloc.start()
    try:
        size = sum(len(index.find(name).body) for name in index)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 2**20
    assert kept < 2**18


def test_large_data_have_no_documents_made_in_advance(tmp_path, monkeypatch):
    home = tmp_path / "home"
    for folder in ("ontology", "queries/derive"):
        shutil.copytree(ROOT / folder, home / folder)
    monkeypatch.setattr(document_index, "MAX_QUADS", 1000)
    built = build.build(home, tmp_path / "snapshots", lambda line: None)
    assert built.index_file(snapshot.DOCUMENT_INDEX) is None
    assert built.index_file(snapshot.NAME_INDEX)
