"""The W3C tests of the Graph Store Protocol: reads are answered, writes are refused.

Those that name a graph by the address of the request are left out: here ``?graph=`` names it.
"""

from collections import Counter
from email import message_from_bytes
from urllib.parse import parse_qs, urlsplit

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse
from rdflib import Graph
from rdflib.collection import Collection

import live_server
from http_client import Client
from oib.engine.embedded import Embedded
from test_protocol import CNT, HT, MF, requests_of
from turtle_suite import canonical

FOLDER = live_server.W3C / "sparql11" / "graph-store-protocol"
MISSING = f"no W3C tests at {FOLDER}: set W3C_TESTS to a folder that holds sparql11/"
OTHER = "http://example.org/graph/other"
STATUSES = {200: "OK", 404: "NotFound"}

# What only a write through the protocol could show; their writes are refused like all others.
NEEDS_WRITING = {"post_get_new_graph"}


def manifest():
    """Return the requests of each test with the Turtle that each expects, by its name."""
    path = FOLDER / "manifest-indirect.ttl"
    if not path.is_file():
        return {}
    graph = Graph().parse(path)
    (entries,) = graph.objects(None, MF.entries)
    return {test.fragment: steps(graph, test) for test in Collection(graph, entries)}


def steps(graph, test):
    nodes = Collection(graph, graph.value(graph.value(test, MF.action), HT.requests))
    bodies = [graph.value(graph.value(node, HT.resp), HT.body) for node in nodes]
    expected = [graph.value(body, CNT.chars) if body else None for body in bodies]
    return [*zip(requests_of(graph, test), expected, strict=True)]


TESTS = manifest()
NONE = [pytest.param("none", marks=pytest.mark.skip(reason=MISSING))]


def triples(text):
    return [quad.triple for quad in parse(text, RdfFormat.TURTLE, base_iri="http://www.example/")]


def client_of(graphs):
    store = Store()
    for name, held in graphs.items():
        graph = [NamedNode(name)] if name else []
        store.extend(Quad(*triple, *graph) for triple in held)
    return Client(live_server.application(live_server.services_of(Embedded(store))))


def changed(graphs, request):
    """Make a write that was refused at the door behind it, for the next read to find."""
    asked = parse_qs(urlsplit(request["path"]).query, keep_blank_values=True)
    name = asked.get("graph", [""])[0]
    others = {each: held for each, held in graphs.items() if each != name}
    if request["method"] == "DELETE":
        return others
    before = graphs.get(name, []) if request["method"] == "POST" else []
    added = [triple for part in parts(request) for triple in triples(part)]
    return {**others, name: [*before, *added]}


def parts(request):
    """Return the documents in a body: several in a form, else the one that it is."""
    media_type = request["headers"]["content-type"]
    if not media_type.startswith("multipart"):
        return [request["body"]]
    message = message_from_bytes(f"Content-Type: {media_type}\r\n\r\n".encode() + request["body"])
    return [part.get_payload(decode=True) for part in message.get_payload()]


def test_the_suite_is_here():
    if not TESTS:
        pytest.skip(MISSING)
    assert len(TESTS) == 9
    methods = Counter(request["method"] for test in TESTS.values() for request, _ in test)
    assert (methods["GET"], methods["HEAD"]) == (10, 2)


@pytest.mark.parametrize("name", sorted(set(TESTS) - NEEDS_WRITING) or NONE)
def test_reads_agree_and_writes_are_refused(name):
    graphs = {}
    for request, expected in TESTS[name]:
        path = request["path"].replace("/gsp", "/graph-store", 1)
        headers, method = request["headers"], request["method"]
        response = client_of(graphs).open(
            path, method=method, data=request["body"], headers=headers
        )
        if method not in ("GET", "HEAD"):
            assert response.status_code == 405
            assert response.mimetype == "application/problem+json"
            graphs = changed(graphs, request)
            continue
        assert STATUSES[response.status_code] in request["statuses"], response.text
        if expected:
            assert response.mimetype == "text/turtle"
            assert canonical(triples(response.data)) == canonical(triples(expected))


@pytest.mark.parametrize("name", sorted(NEEDS_WRITING & set(TESTS)) or NONE)
def test_what_needs_writing_is_refused(name):
    first, _ = TESTS[name][0]
    path = first["path"].replace("/gsp", "/graph-store", 1)
    answer = client_of({}).open(path, method=first["method"], data=first["body"])
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")


def test_a_graph_is_described_in_each_form(client):
    for media_type in ("text/turtle", "application/n-triples", "application/ld+json"):
        asked = {"query_string": {"graph": OTHER}, "headers": {"Accept": media_type}}
        response = client.get("/graph-store", **asked)
        assert (response.status_code, response.mimetype) == (200, media_type)
        assert "urn:b" in response.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("graph=", 400),
        ("graph=urn:a&default", 400),
        ("graph=urn:a&graph=urn:b", 400),
        ("graph=urn:a%3E%20%7B%7D", 400),
        ("graph=file:///etc/passwd", 404),
    ],
)
def test_one_graph_is_named_by_an_iri(client, query, status):
    assert client.get(f"/graph-store?{query}").status_code == status


@pytest.mark.parametrize("form", [RdfFormat.TRIG, RdfFormat.N_QUADS])
@pytest.mark.parametrize("name", ["http://example.org/graph/other", None])
def test_graphs_with_names_are_offered(client, form, name):
    path = f"/graph-store?graph={name}" if name else "/graph-store?default"
    response = client.get(path, headers={"Accept": form.media_type})
    assert (response.status_code, response.mimetype) == (200, form.media_type)
    quads = list(parse(response.data, format=form))
    assert {quad.graph_name for quad in quads} == {NamedNode(name) if name else DefaultGraph()}
    assert len(quads) == (1 if name else 5)
    assert client.get(f"{path}&format={form.file_extension}").data == response.data
