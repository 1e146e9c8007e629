"""The engines: the one in this process, and one behind a URL."""

import asyncio
import json
import socket
import time
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

import live_server
from free_ports import free_port
from oib.engine.embedded import Embedded
from oib.engine.limits import Limits
from oib.engine.remote import MAX_LOOP_QUERIES, Remote
from oib.engine.stores import Stores
from oib.errors import (
    BadInput,
    BadQuery,
    Forbidden,
    NotAcceptable,
    OibError,
    TooCostly,
    TooLarge,
    Unavailable,
)
from oib.namespaces import GRAPH
from oib.sparql import guard
from oib.sparql.dataset import Dataset
from oib.sparql.jsonld import Compaction
from process_info import wait_until

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
    ("text", "number"),
    [
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(?o != 'FROM <urn:a> FROM <urn:b>') }", 4),
        ("SELECT (COUNT(*) AS ?n) FROM <urn:a> { ?s ?p ?o BIND('FROM' AS ?from) }", 2),
        ("PREFIX from: <urn:> SELECT (COUNT(*) AS ?n) FROM from:c FROM from:b { ?s ?p ?o }", 3),
    ],
)
def test_what_only_looks_like_from_chooses_nothing(engine, text, number):
    assert count(engine, text) == number


def test_a_prefix_that_is_missing_among_from_is_reported_with_its_place(engine):
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


def test_an_unknown_graph_is_empty_and_nothing_is_fetched(engine, listener, tmp_path):
    secret = tmp_path / "secret.ttl"
    secret.write_text("<urn:x> <urn:y> 1 .")
    for outside in (listener.url, secret.as_uri()):
        assert count(engine, COUNT.format(where=f"FROM <{outside}>")) == 0
        assert count(engine, NAMED.format(where=f"FROM NAMED <{outside}>")) == 0
        assert count(engine, COUNT.format(where=""), Dataset((outside,), (outside,))) == 0
    assert listener.hits == 0


def test_service_never_leaves_the_engine(engine, listener):
    with pytest.raises(Forbidden):
        engine.query(f"ASK {{ SERVICE SILENT <{listener.url}> {{}} }}", JSON)
    assert listener.hits == 0


def test_a_dataset_is_named_by_iris(engine):
    with pytest.raises(BadInput, match="absolute IRI"):
        engine.query("ASK {}", JSON, Dataset(default=("no iri",)))


def test_a_relative_iri_is_read_against_the_base(engine):
    body = engine.query("SELECT (STR(<id/person/x>) AS ?x) {}", "text/csv")
    assert body == b"x\r\nhttps://w3id.org/oib/id/person/x\r\n"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("SELECT * {\n  ?s ?p é! }", 2, 12),
        ('ASK { ?s ?p "苏州" } x', 1, 21),
        ("ASK { ?s a no:x }", 1, 12),
    ],
)
def test_a_syntax_error_states_how_far_the_text_was_understood(engine, text, line, column):
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
    near, far = live_server.small_services().engine, Remote(f"{small_root}/sparql")
    select = "PREFIX : <http://example.org/> SELECT ?l { :suzhou ?p ?l } ORDER BY ?l"
    for media_type in (JSON, "text/csv", "application/json"):
        assert far.query(select, media_type) == near.query(select, media_type)
    assert far.query("DESCRIBE <urn:a>", "text/turtle") == near.query(
        "DESCRIBE <urn:a>", "text/turtle"
    )
    assert far.query("ASK { <id/x> ?p 1 }", "text/csv") == b"false"


@contextmanager
def endpoint(handler):
    """Serve with a handler, in a thread; yield the URL and the server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.requests, server.broken = [], Event()
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/sparql", server
        finally:
            server.shutdown()
            thread.join()


class Endpoint(BaseHTTPRequestHandler):
    """Answers true, and keeps what it was sent."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.requests.append(parse_qs(body))
        self.answer()

    def do_GET(self):
        self.server.requests.append(self.path)
        self.answer()

    def answer(self):
        self.send_body(b'{"head": {}, "boolean": true}')

    def send_body(self, *pieces, length=None, pause=0.0):
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        if length:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        try:
            for piece in pieces:
                self.wfile.write(piece)
                time.sleep(pause)
        except OSError:
            self.server.broken.set()

    def log_message(self, *args):
        pass


def test_a_remote_engine_is_given_the_dataset():
    graph = f"{GRAPH}meta"
    with endpoint(Endpoint) as (url, server):
        assert b"true" in Remote(url).query("ASK {}", JSON, Dataset((graph,), (graph,)))
        Remote(url).query(f"PREFIX g: <{GRAPH}> ASK FROM g:meta {{}}", JSON)
    assert server.requests[0]["default-graph-uri"] == [graph]
    assert server.requests[0]["named-graph-uri"] == [graph]
    assert server.requests[1]["query"][0].endswith("ASK FROM g:meta {}")


@pytest.mark.parametrize(
    ("text", "dataset"),
    [
        ("ASK {}", Dataset(("http://10.0.0.1/secret.ttl",))),
        ("ASK {}", Dataset((), ("file:///etc/passwd",))),
        ("ASK FROM <http://10.0.0.1/secret.ttl> {}", Dataset()),
        ("PREFIX x: <http://10.0.0.1/> ASK FROM NAMED x:secret.ttl {}", Dataset()),
        ("BASE <http://10.0.0.1/> ASK FROM <secret.ttl> {}", Dataset()),
    ],
)
def test_a_remote_engine_fetches_no_graphs_from_elsewhere(text, dataset):
    match = "not one of this dataset"
    with endpoint(Endpoint) as (url, server), pytest.raises(Forbidden, match=match):
        Remote(url).query(text, JSON, dataset)
    assert not server.requests


def test_a_remote_engine_reads_a_hostile_text_in_linear_time():
    with endpoint(Endpoint) as (url, _):
        start = time.monotonic()
        for text in ("PREFIX a:<" * 20_000, "BASE <" * 30_000, "#\n" * 80_000):
            with suppress(OibError):
                Remote(url).query(f"{text} ASK {{}}", JSON)
    assert time.monotonic() - start < 10  # in cubic time it would take hours


class Redirecting(Endpoint):
    def answer(self):
        self.send_response(302)
        self.send_header("Location", self.server.target)
        self.send_header("Content-Length", "0")
        self.end_headers()


def test_a_remote_engine_follows_no_redirect(listener):
    with endpoint(Redirecting) as (url, server):
        server.target = listener.url
        with pytest.raises(Unavailable, match="answered 302"):
            Remote(url).query("ASK {}", JSON)
    assert listener.hits == 0


class RedirectingOnce(Redirecting):
    def answer(self):
        if self.path == "/target":
            self.send_body(b"arrived")
        else:
            super().answer()


def test_a_remote_engine_leaves_other_requests_of_the_process_alone():
    Remote("http://127.0.0.1:9/")
    with endpoint(RedirectingOnce) as (url, server):
        server.target = "/target"
        assert urlopen(url, timeout=5).read() == b"arrived"
        assert urlopen("data:,x", timeout=5).read() == b"x"


class Endless(Endpoint):
    def answer(self):
        self.send_body(*[b" " * 2**16] * 10_000)


class Dripping(Endpoint):
    def answer(self):
        self.send_body(*[b" "] * 1_000, pause=0.1)


class Waiting(Endpoint):
    def answer(self):
        self.connection.settimeout(20)
        if not self.connection.recv(1):  # the other end has gone
            self.server.broken.set()


class Truncated(Endpoint):
    def answer(self):
        self.send_body(b'{"head"', length=1000)


def test_a_remote_answer_without_end_is_refused():
    with endpoint(Endless) as (url, _), pytest.raises(TooLarge, match="larger than 1 MiB"):
        Remote(url, Limits(answer_mib=1)).query("ASK {}", JSON)


@pytest.mark.parametrize("handler", [Dripping, Waiting])
def test_a_remote_engine_that_takes_too_long_is_abandoned(handler):
    start = time.monotonic()
    with endpoint(handler) as (url, server):
        with pytest.raises(TooCostly, match="within 1 s"):
            Remote(url, Limits(seconds=1.0)).query("ASK {}", JSON)
        assert time.monotonic() - start < 15
        assert server.broken.wait(15)


def test_a_remote_answer_that_is_broken_off_is_no_answer():
    with endpoint(Truncated) as (url, _), pytest.raises(Unavailable):
        Remote(url).query("ASK {}", JSON)


@pytest.mark.parametrize("is_blocking", [True, False])
def test_a_remote_query_ends_with_the_client(is_blocking):
    async def run(url, server):
        session = Remote(url).session("client")
        if is_blocking:
            answer = asyncio.ensure_future(asyncio.to_thread(session.query, "ASK {}", JSON))
        else:
            answer = session.answer(guard.parse("ASK {}"), JSON)
        while not server.requests:
            await asyncio.sleep(0.01)
        if is_blocking:
            session.cancel()
            with pytest.raises(Unavailable, match="cancelled"):
                await answer
        else:
            answer.cancel()
            await asyncio.sleep(0)
        assert await asyncio.to_thread(server.broken.wait, 15)

    with endpoint(Waiting) as (url, server):
        asyncio.run(run(url, server))


def test_one_client_leaves_places_at_a_remote_engine_to_others():
    async def run(url):
        engine = Remote(url, Limits(seconds=3.0))
        query = guard.parse("ASK {}")
        hostile = [engine.session("a").answer(query, JSON) for _ in range(20)]
        refused = [answer for answer in hostile if answer.done()]
        assert len(refused) == 12
        assert all("too many" in str(answer.exception()) for answer in refused)
        other = engine.session("b").answer(query, JSON)
        assert not other.done()
        for answer in [*hostile, other]:
            answer.cancel()

    with endpoint(Waiting) as (url, _):
        asyncio.run(run(url))


def test_a_remote_query_that_is_cancelled_before_it_begins_leaves_its_place():
    async def run(url):
        engine, goes_on = Remote(url), Event()
        for _ in range(MAX_LOOP_QUERIES):  # no thread is free for a moment
            engine._pool.submit(goes_on.wait)
        query = guard.parse("ASK {}")
        try:
            for _ in range(MAX_LOOP_QUERIES):
                answer = engine.session("client").answer(query, JSON)
                assert not answer.done()
                answer.cancel()
                await asyncio.sleep(0)
        finally:
            goes_on.set()
        assert b"true" in await engine.session("client").answer(query, JSON)

    with endpoint(Endpoint) as (url, _):
        asyncio.run(run(url))


def test_a_remote_engine_is_guarded_too(listener):
    with pytest.raises(Forbidden):
        Remote(listener.url).query("DROP ALL", JSON)
    assert listener.hits == 0


def test_a_remote_engine_states_what_is_wrong_with_a_query(small_root):
    with pytest.raises(BadQuery, match="line 2, column"):
        Remote(f"{small_root}/sparql").query("SELECT *\n{", JSON)


def test_a_remote_engine_that_hangs_up_is_unavailable(listener):
    with pytest.raises(Unavailable, match="did not answer"):
        Remote(listener.url).query("ASK {}", JSON)


def test_a_remote_engine_that_is_not_there_is_unavailable():
    with pytest.raises(Unavailable):
        Remote(f"http://127.0.0.1:{free_port()}/").query("ASK {}", JSON)


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


def test_a_server_over_a_slow_engine_answers_all_else(snapshots, snapshot):
    """Sixteen queries and sixteen pages wait for the engine; their clients then go away."""
    with (
        endpoint(Waiting) as (url, engine),
        live_server.serve("--out", snapshots, "--engine", url) as server,
        ExitStack() as stack,
    ):
        address = urlsplit(server.root).hostname, urlsplit(server.root).port
        for accept in (JSON, "text/html"):
            for number in range(16):
                client = stack.enter_context(socket.create_connection(address))
                path = f"/sparql?query=ASK%7B%7D%23{number}"
                client.sendall(
                    f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\n\r\n".encode()
                )
        assert wait_until(lambda: len(engine.requests) >= 8)  # so many places has one client
        assert urlopen(f"{server.root}/health", timeout=5).status == 200
        stack.close()
        assert engine.broken.wait(15)


def test_the_union_apart_answers_what_names_no_graph():
    store = Store()
    store.update(
        "INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b> 1, 2 } GRAPH <urn:h> { <urn:a> <urn:b> 1 } }"
    )
    stores = Stores.with_separate_union(store)
    assert len(stores.union) == 2
    assert not list(stores.union.named_graphs())
    assert stores.for_query(guard.parse("SELECT * { ?s ?p ?o }")) is stores.union
    for text in ("SELECT * { graph ?g { ?s ?p ?o } }", "ASK FROM <urn:g> {}"):
        assert stores.for_query(guard.parse(text)) is stores.store
    assert Stores.with_separate_union(stores.store) == Stores(
        stores.store, stores.store
    )  # as a store on disk is


def test_json_ld_is_compacted_by_the_context_of_the_data():
    store = Store()
    store.update("INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b#name> 'x'@en ; a <urn:b#T> } }")
    context = {"name": {"@id": "urn:b#name", "@container": "@language"}, "T": "urn:b#T"}
    engine = Embedded(store, Compaction(context))
    document = json.loads(engine.query("DESCRIBE <urn:a>", "application/ld+json"))
    assert document["@graph"] == [{"@id": "urn:a", "name": {"en": "x"}, "@type": ["T"]}]
