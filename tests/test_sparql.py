"""The endpoint: requests as the SPARQL 1.1 Protocol has them, and those that it refuses."""

import asyncio
from dataclasses import replace

import pytest
from pyoxigraph import RdfFormat, Store, parse

import live_server
from http_client import Client
from oib.engine.base import Engine
from oib.engine.embedded import Embedded
from oib.errors import Unavailable
from oib.response_headers import MAX_BODY
from oib.sparql import results

ASK = {"query": "ASK { <urn:a> <urn:b> 1 }"}
JSON = "application/sparql-results+json"
OTHER = "http://example.org/graph/other"
SMALL = "http://example.org/graph/small"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"


def told(response, status):
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    assert response.json["status"] == status
    return response.json["detail"]


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
def test_a_query_is_asked_in_three_ways(client, path):
    text = ASK["query"]
    for response in (
        client.get(path, query_string=ASK),
        client.post(path, data=ASK),
        client.post(path, data=text, content_type=f"{QUERY}; charset=UTF-8"),
    ):
        assert (response.status_code, response.mimetype) == (200, JSON)
        assert response.json["boolean"] is True


def test_the_answer_comes_in_the_accepted_type(client):
    csv = client.get(
        "/sparql", query_string={"query": "SELECT (1 AS ?n) {}"}, headers={"Accept": "text/csv"}
    )
    assert csv.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert csv.data == b"n\r\n1\r\n"
    turtle = client.post("/sparql", data={"query": "DESCRIBE <urn:a>"})
    assert turtle.mimetype == "text/turtle"


@pytest.mark.parametrize("accept", ["", *results.TABLES, "image/png"])
@pytest.mark.parametrize("text", ["ASK {}", 'SELECT ("a+b %20 苏" AS ?x) {}', "SELECT", "DROP ALL"])
def test_a_query_alone_is_answered_before_the_app_as_the_app_would(client, text, accept):
    alone = {"query": text}
    headers = {"Accept": accept} if accept else {}
    before = client.get("/sparql", query_string=alone, headers=headers)
    within = client.get("/sparql", query_string={**alone, "x": ""}, headers=headers)
    assert (before.status, before.data) == (within.status, within.data)
    assert dict(before.headers) == dict(within.headers)


def test_unknown_parameters_are_ignored(client):
    query = {**ASK, "results": "xml", "debug": "on", "callback": ""}
    assert client.get("/sparql", query_string=query, headers={"Accept": JSON}).mimetype == JSON


@pytest.mark.parametrize(("graph", "answer"), [(OTHER, True), (SMALL, False)])
def test_the_dataset_is_chosen_by_the_request(client, graph, answer):
    for parameter, text in {
        "default-graph-uri": ASK["query"],
        "named-graph-uri": "ASK { GRAPH ?g { <urn:a> <urn:b> 1 } }",
    }.items():
        chosen = {parameter: graph}
        got = client.get("/sparql", query_string={"query": text, **chosen})
        posted = client.post("/sparql", data={"query": text, **chosen})
        both = client.post("/sparql", query_string=chosen, data={"query": text})
        assert [response.json["boolean"] for response in (got, posted, both)] == [answer] * 3


def test_graphs_of_a_dataset_add_up(client):
    query = {**ASK, "default-graph-uri": [SMALL, OTHER, "urn:unknown"]}
    assert client.get("/sparql", query_string=query).json["boolean"] is True


def test_a_triple_of_two_graphs_of_a_dataset_is_one():
    store = Store()
    store.update("INSERT DATA { GRAPH <urn:a> { <urn:s> <urn:p> 1, 2 } }")
    store.update("INSERT DATA { GRAPH <urn:b> { <urn:s> <urn:p> 2, 3 } }")
    client = Client(live_server.application(live_server.services_of(Embedded(store))))
    count, chosen = "SELECT (COUNT(*) AS ?n) %s { ?s ?p ?o }", ["urn:a", "urn:b"]
    for query in (
        {"query": count % "", "default-graph-uri": chosen},
        {"query": count % "FROM <urn:a> FROM <urn:b>"},
        {"query": count % "FROM <urn:b>", "default-graph-uri": chosen},
    ):
        got = client.get("/sparql", query_string=query, headers={"Accept": "text/csv"})
        assert got.data == b"n\r\n3\r\n"


def test_head_states_what_get_would(client):
    response = client.head("/sparql", query_string=ASK)
    assert (response.status_code, response.mimetype, response.data) == (200, JSON, b"")


def test_every_response_states_the_version_and_is_open_to_other_origins(client):
    for response in (
        client.get("/sparql", query_string=ASK),
        client.get("/no"),
        client.put("/sparql"),
    ):
        assert response.headers["X-Data-Version"] == "test-1"
        assert response.headers["Vary"] == "Accept"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "X-Data-Version" in response.headers["Access-Control-Expose-Headers"]


def test_a_preflight_is_answered(client):
    response = client.options("/sparql", headers={"Access-Control-Request-Method": "POST"})
    assert response.status_code == 200
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("media_type", results.GRAPHS)
@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
def test_without_a_query_the_service_is_described(client, path, media_type):
    response = client.get(path, headers={"Accept": media_type})
    assert response.mimetype == media_type
    triples = list(parse(response.data, RdfFormat.from_media_type(media_type)))
    endpoints = [t.object.value for t in triples if t.predicate.value.endswith("#endpoint")]
    assert endpoints == ["http://localhost/sparql"]
    assert sum(t.predicate.value.endswith("#resultFormat") for t in triples) == 8


def test_a_browser_gets_a_page(client):
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    assert client.get("/sparql", headers=browser).mimetype == "text/html"
    refused = client.get("/sparql", query_string={"query": "<script>"}, headers=browser)
    assert (refused.status_code, refused.mimetype) == (400, "text/html")
    assert "start with SELECT" in refused.text
    missing = client.get("/<script>", headers=browser)
    assert missing.status_code == 404
    assert "<script>" not in missing.text


@pytest.mark.parametrize(
    "request_of",
    [
        lambda c: c.get("/sparql", query_string={"query": ["ASK {}", "ASK {}"]}),
        lambda c: c.post("/sparql", data={"query": ["ASK {}", "ASK {}"]}),
        lambda c: c.post("/sparql", query_string=ASK, data=ASK),
        lambda c: c.post(
            "/sparql", query_string=ASK, data="ASK {}", content_type="application/sparql-query"
        ),
        lambda c: c.post("/sparql", data={"q": "ASK {}"}),
    ],
)
def test_one_query_is_asked_at_a_time(client, request_of):
    assert "one parameter 'query'" in told(request_of(client), 400)


def test_an_empty_parameter_counts_as_not_given(client):
    assert client.get("/sparql?query=").mimetype == "text/turtle"
    assert client.get("/sparql?default-graph-uri=", query_string=None).status_code == 200
    query = {**ASK, "default-graph-uri": "", "format": "", "timeout": ""}
    assert client.get("/sparql", query_string=query).json["boolean"] is True


def test_a_syntax_error_has_its_place(client):
    problem = client.get("/sparql", query_string={"query": "SELECT *\n{ ?s"})
    assert told(problem, 400) == "line 2, column 1: this { is not closed"
    assert (problem.json["line"], problem.json["column"]) == (2, 1)


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data", None])
def test_a_body_of_another_type_is_refused(client, content_type):
    response = client.post("/sparql", data="ASK {}", content_type=content_type)
    assert "send Content-Type: application/sparql-query" in told(response, 415)


@pytest.mark.parametrize("media_type", [FORM, QUERY])
def test_a_body_in_another_charset_is_refused(client, media_type):
    body = "query=ASK%20{}".encode("utf-16")
    response = client.post("/sparql", data=body, content_type=f"{media_type}; charset=UTF-16")
    assert "UTF-8" in told(response, 415)


@pytest.mark.parametrize(
    "request_of",
    [
        lambda c: c.get("/sparql?query=ASK%20%7B%7D%20%23%FF"),
        lambda c: c.post("/sparql", data=b"ASK {} #\xff", content_type=QUERY),
        lambda c: c.post("/sparql", data=b"query=%FF", content_type=FORM),
        lambda c: c.post("/sparql", data=b"query=\xff", content_type=FORM),
    ],
)
def test_what_is_not_utf_8_is_refused(client, request_of):
    assert "not in UTF-8" in told(request_of(client), 400)


def test_a_flood_of_parameters_is_refused(client):
    assert "parameters" in told(client.get("/sparql?" + "a=1&" * 1001), 400)


@pytest.mark.parametrize(
    "request_of",
    [
        lambda c: c.post("/sparql", data={"update": "DROP ALL"}),
        lambda c: c.get("/sparql", query_string={"update": "DROP ALL"}),
        lambda c: c.post("/sparql", data="DROP ALL", content_type="application/sparql-update"),
        lambda c: c.get("/sparql", query_string={"query": "DROP ALL"}),
    ],
)
def test_updates_are_forbidden(client, request_of):
    assert "only" in told(request_of(client), 403)


def test_service_is_forbidden_and_calls_nobody(client, listener):
    query = {"query": f"ASK {{ SERVICE SILENT <{listener.url}> {{}} }}"}
    assert "SERVICE is not offered" in told(client.get("/sparql", query_string=query), 403)
    assert listener.hits == 0


def test_graphs_of_a_dataset_are_named_by_iris(client):
    query = {**ASK, "default-graph-uri": "no iri"}
    assert "absolute IRI" in told(client.get("/sparql", query_string=query), 400)


def test_a_type_that_is_not_offered_is_not_acceptable(client):
    image = {"Accept": "image/png"}
    assert JSON in told(client.get("/sparql", query_string=ASK, headers=image), 406)
    assert "text/turtle" in told(client.get("/sparql", headers=image), 406)


def test_a_method_that_is_not_offered_names_the_others(client):
    response = client.delete("/sparql")
    assert told(response, 405)
    assert "POST" in response.headers["Allow"]


def test_a_path_that_is_not_there_is_reported(client):
    assert told(client.get("/nowhere"), 404)


def test_too_large_a_body_is_refused(client):
    assert told(client.post("/sparql", data=b"#" * (MAX_BODY + 1), content_type=QUERY), 413)
    long = client.post("/sparql", data=b"#" * MAX_BODY, content_type=QUERY)
    assert "characters" in told(long, 413)


class Failing(Engine):
    def __init__(self, error):
        self.error = error

    def session(self, client="", seconds=None):
        return self

    def query(self, *args):
        raise self.error

    def answer(self, *args):
        answer = asyncio.get_running_loop().create_future()
        answer.set_exception(self.error)
        return answer

    def cancel(self):
        pass


def failing(error):
    return replace(live_server.small_services(), engine=Failing(error), version="1")


def test_an_engine_that_is_not_ready_says_when_to_ask_again():
    client = Client(live_server.application(failing(Unavailable("busy", retry_after=7))))
    response = client.get("/sparql", query_string=ASK)
    assert told(response, 503) == "busy"
    assert response.headers["Retry-After"] == "7"


def test_an_internal_error_says_nothing_of_the_inside():
    client = Client(live_server.application(failing(ZeroDivisionError("secret"))))
    response = client.get("/sparql", query_string=ASK)
    assert "secret" not in told(response, 500)
    assert response.headers["X-Data-Version"] == "1"


def test_an_accept_header_that_makes_no_sense_still_gets_its_problem_reported(client):
    assert told(client.get("/sparql", query_string={"query": "é"}, headers={"Accept": "é"}), 400)


@pytest.mark.parametrize("length", [10, 10_000])
def test_a_fault_of_the_server_is_answered_however_long_the_query_is(client, monkeypatch, length):
    def fail(self, *arguments):
        raise RuntimeError("secret")

    monkeypatch.setattr(Embedded, "session", fail)
    response = client.get("/sparql", query_string={"query": f"{ASK['query']} #{'x' * length}"})
    assert told(response, 500).startswith("the server failed")
    assert "secret" not in response.text
