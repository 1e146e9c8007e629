"""The engines: the one in this process, and one behind a URL."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

import live_server
from oib.engine.embedded import Embedded
from oib.engine.remote import Remote
from oib.engine.stores import Holding
from oib.errors import BadInput, BadQuery, Forbidden, NotAcceptable, Unavailable
from oib.sparql import guard
from oib.sparql.dataset import Dataset

JSON = "application/sparql-results+json"
COUNT = "SELECT (COUNT(*) AS ?n) {where} {{ ?s ?p ?o }}"
NAMED = "SELECT (COUNT(*) AS ?n) {where} {{ GRAPH ?g {{ ?s ?p ?o }} }}"


@pytest.fixture
def engine():
    """Three graphs: one with 1 and 2, one with 2 and 3, one with 4."""
    store = Store()
    for graph, numbers in {"a": (1, 2), "b": (2, 3), "c": (4,)}.items():
        for number in numbers:
            quad = (NamedNode("urn:s"), NamedNode("urn:p"), Literal(number))
            store.add(Quad(*quad, NamedNode(f"urn:{graph}")))
    return Embedded(store)


def count(engine, text, dataset=None):
    body = engine.query(text, JSON, dataset or Dataset())
    return int(json.loads(body)["results"]["bindings"][0]["n"]["value"])


def test_the_default_graph_is_the_union_with_each_triple_once(engine):
    assert count(engine, COUNT.format(where="")) == 4
    assert count(engine, NAMED.format(where="")) == 5


def test_a_store_with_a_default_graph_is_left_alone():
    store = Store()
    store.update("INSERT DATA { <urn:a> <urn:b> 1 GRAPH <urn:g> { <urn:a> <urn:b> 1, 2 } }")
    assert count(Embedded(store), COUNT.format(where="")) == 1


def test_from_narrows_the_default_graph(engine):
    assert count(engine, COUNT.format(where="FROM <urn:a>")) == 2
    assert count(engine, COUNT.format(where="FROM <urn:a> FROM <urn:c>")) == 3
    assert count(engine, COUNT.format(where="FROM NAMED <urn:a>")) == 0


@pytest.mark.parametrize(
    ("prologue", "clauses"),
    [
        ("", "FROM <urn:a> FROM <urn:b>"),
        ("", "from<urn:b>from<\\u0075rn:a>"),
        ("", "FROM <urn:a> FROM <urn:b> FROM NAMED <urn:c> FROM <urn:a>"),
        ("PREFIX u: <urn:> # FROM <urn:c>\n", "FROM u:a # ?\n FROM u:b"),
        ("BASE <urn:x> PREFIX : <urn:b>", "FROM <urn:a> FROM :"),
    ],
)
def test_graphs_of_from_are_merged(engine, prologue, clauses):
    assert count(engine, prologue + COUNT.format(where=clauses)) == 3


def test_a_graph_that_is_named_twice_is_one(engine):
    assert count(engine, COUNT.format(where="FROM <urn:a> FROM <urn:a>")) == 2
    assert count(engine, NAMED.format(where="FROM NAMED <urn:a> FROM NAMED <urn:a>")) == 2
    twice = Dataset(("urn:a", "urn:a"), ("urn:c", "urn:c"))
    assert count(engine, COUNT.format(where=""), twice) == 2
    assert count(engine, NAMED.format(where=""), twice) == 1


def test_a_request_merges_graphs_as_from_does(engine):
    both = Dataset(("urn:a", "urn:b", "urn:unknown"), ("urn:b", "urn:c"))
    assert count(engine, COUNT.format(where=""), both) == 3
    assert count(engine, COUNT.format(where="FROM <urn:c> FROM <urn:b>"), both) == 3
    assert count(engine, NAMED.format(where=""), both) == 3
    total = "SELECT (SUM(?o) AS ?n) FROM <urn:a> FROM <urn:b> { <urn:s> <urn:p> ?o . ?s ?q ?o }"
    assert count(engine, total) == 6
    lines = engine.query("DESCRIBE <urn:s> FROM <urn:a> FROM <urn:b>", "application/n-triples")
    assert len(lines.splitlines()) == 3


def test_a_merge_leaves_the_store_and_what_it_holds_alone(engine):
    assert count(engine, NAMED.format(where="FROM <urn:a> FROM <urn:b> FROM NAMED <urn:c>")) == 1
    assert count(engine, NAMED.format(where="FROM <urn:a> FROM <urn:b>")) == 0
    assert count(engine, COUNT.format(where="")) == 4
    assert count(engine, NAMED.format(where="")) == 5


def test_a_blank_node_of_two_graphs_is_one_in_their_merge():
    store, blank = Store(), BlankNode()
    store.add(Quad(blank, NamedNode("urn:p"), Literal(1), NamedNode("urn:a")))
    store.add(Quad(blank, NamedNode("urn:q"), Literal(2), NamedNode("urn:b")))
    join = "SELECT (COUNT(*) AS ?n) FROM <urn:a> FROM <urn:b> { ?x <urn:p> 1 ; <urn:q> 2 }"
    assert count(Embedded(store), join) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(?o != 'FROM <urn:a> FROM <urn:b>') }", 4),
        ("SELECT (COUNT(*) AS ?n) FROM <urn:a> { ?s ?p ?o BIND('FROM' AS ?from) }", 2),
        ("PREFIX from: <urn:> SELECT (COUNT(*) AS ?n) FROM from:c FROM from:b { ?s ?p ?o }", 3),
    ],
)
def test_what_only_looks_like_from_chooses_nothing(engine, text, found):
    assert count(engine, text) == found


def test_a_prefix_that_is_missing_among_from_is_told_with_its_place(engine):
    with pytest.raises(BadQuery, match="line 1, column"):
        engine.query("ASK FROM no:a FROM no:b {}", JSON)
    with pytest.raises(BadQuery, match="line 1, column"):
        engine.query("FROM <urn:a> FROM <urn:b> SELECT * {}", JSON)


def test_from_named_narrows_the_named_graphs(engine):
    assert count(engine, NAMED.format(where="FROM NAMED <urn:a>")) == 2
    assert count(engine, NAMED.format(where="FROM <urn:a>")) == 0


def test_the_dataset_of_a_request_stands_in_place_of_from(engine):
    one = Dataset(default=("urn:c",), named=("urn:b",))
    assert count(engine, COUNT.format(where="FROM <urn:a>"), one) == 1
    assert count(engine, NAMED.format(where="FROM NAMED <urn:c>"), one) == 2
    assert count(engine, NAMED.format(where=""), Dataset(default=("urn:c",))) == 0
    assert count(engine, COUNT.format(where=""), Dataset(named=("urn:c",))) == 0


def test_an_unknown_graph_is_empty_and_nothing_is_fetched(engine, canary, tmp_path):
    secret = tmp_path / "secret.ttl"
    secret.write_text("<urn:x> <urn:y> 1 .")
    for outside in (canary.url, secret.as_uri()):
        assert count(engine, COUNT.format(where=f"FROM <{outside}>")) == 0
        assert count(engine, NAMED.format(where=f"FROM NAMED <{outside}>")) == 0
        assert count(engine, COUNT.format(where=""), Dataset((outside,), (outside,))) == 0
    assert canary.hits == 0


def test_service_never_leaves_the_engine(engine, canary):
    with pytest.raises(Forbidden):
        engine.query(f"ASK {{ SERVICE SILENT <{canary.url}> {{}} }}", JSON)
    assert canary.hits == 0


def test_a_dataset_is_named_by_iris(engine):
    with pytest.raises(BadInput, match="absolute IRI"):
        engine.query("ASK {}", JSON, Dataset(default=("no iri",)))


def test_a_relative_iri_is_read_against_the_base(engine):
    body = engine.query("SELECT (STR(<id/person/x>) AS ?x) {}", "text/csv")
    assert body == b"x\r\nhttps://w3id.org/oib/id/person/x\r\n"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("SELECT * {\n  ?s ?p é!", 2, 11),
        ('ASK { ?s ?p "苏州" } x', 1, 21),
        ("ASK { ?s a no:x }", 1, 16),
    ],
)
def test_a_syntax_error_tells_how_far_the_text_was_understood(engine, text, line, column):
    with pytest.raises(BadQuery, match=r"line \d+, column \d+: \S") as caught:
        engine.query(text, JSON)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_syntax_error_lists_no_classes_of_characters(engine):
    with pytest.raises(BadQuery) as caught:
        engine.query("SELECT * { ?s", JSON)
    assert '"{"' not in str(caught.value)
    assert "'0'" not in str(caught.value)


def test_a_graph_has_no_table(engine):
    with pytest.raises(NotAcceptable):
        engine.query("DESCRIBE <urn:s>", "text/csv")


def test_a_remote_engine_gives_the_same_answers(small_root):
    near, far = live_server.small_site().engine, Remote(f"{small_root}/sparql")
    select = "PREFIX : <http://example.org/> SELECT ?l { :suzhou ?p ?l } ORDER BY ?l"
    for media_type in (JSON, "text/csv", "application/json"):
        assert far.query(select, media_type) == near.query(select, media_type)
    assert far.query("DESCRIBE <urn:a>", "text/turtle") == near.query(
        "DESCRIBE <urn:a>", "text/turtle"
    )
    assert far.query("ASK { <id/x> ?p 1 }", "text/csv") == b"false"


def test_a_remote_engine_is_told_the_dataset(small_root):
    far = Remote(f"{small_root}/sparql")
    graph = "http://example.org/graph/other"
    assert count(far, COUNT.format(where=""), Dataset(default=(graph,))) == 1
    assert count(far, NAMED.format(where=""), Dataset(named=(graph,))) == 1


def test_a_remote_engine_is_guarded_too(canary):
    with pytest.raises(Forbidden):
        Remote(canary.url).query("DROP ALL", JSON)
    assert canary.hits == 0


def test_a_remote_engine_tells_what_is_wrong_with_a_query(small_root):
    with pytest.raises(BadQuery, match="line 2, column"):
        Remote(f"{small_root}/sparql").query("SELECT *\n{", JSON)


def test_a_remote_engine_that_hangs_up_is_unavailable(canary):
    with pytest.raises(Unavailable, match="did not answer"):
        Remote(canary.url).query("ASK {}", JSON)


def test_a_remote_engine_that_is_not_there_is_unavailable():
    with pytest.raises(Unavailable):
        Remote(f"http://127.0.0.1:{live_server.free_port()}/").query("ASK {}", JSON)


class Stub(BaseHTTPRequestHandler):
    """Answers with the status that its path names, always in plain text."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(int(self.path[1:]))
        self.send_header("Content-Type", "text/plain")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (200, NotAcceptable),
        (404, Unavailable),
        (406, NotAcceptable),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
def test_a_remote_engine_that_cannot_answer_raises(status, error):
    with HTTPServer(("127.0.0.1", 0), Stub) as stub:
        ear = Thread(target=stub.handle_request)
        ear.start()
        with pytest.raises(error):
            Remote(f"http://127.0.0.1:{stub.server_port}/{status}").query("ASK {}", JSON)
        ear.join()


def test_the_union_apart_answers_what_names_no_graph():
    store = Store()
    store.update(
        "INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b> 1, 2 } GRAPH <urn:h> { <urn:a> <urn:b> 1 } }"
    )
    held = Holding.apart(store)
    assert len(held.union) == 2
    assert not list(held.union.named_graphs())
    assert held.for_query(guard.parse("SELECT * { ?s ?p ?o }")) is held.union
    for text in ("SELECT * { graph ?g { ?s ?p ?o } }", "ASK FROM <urn:g> {}"):
        assert held.for_query(guard.parse(text)) is held.store
    assert Holding.apart(held.store) == Holding(held.store, held.store)  # as a store on disk is
