"""The W3C suites of SPARQL 1.0 and 1.1 queries, through the endpoint, each over its own data."""

import asyncio
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

import pytest
import yaml
from pyoxigraph import NamedNode, Quad, Store

import live_server
import sparql_suite
from http_client import Client
from oib.engine.embedded import Embedded
from oib.errors import Unavailable
from oib.http.server import create_application
from oib.reload import CurrentServices
from oib.sparql import results

CASES = sparql_suite.cases()
FAILURES = yaml.safe_load((Path(__file__).parent / "w3c_failures.yaml").read_text("utf-8")) or {}
MISSING = (
    f"no W3C tests at {live_server.W3C}: set W3C_TESTS to a folder that holds sparql10/, sparql11/"
)
NONE = [pytest.param("none", marks=pytest.mark.skip(reason=MISSING))]
KINDS = {
    "QueryEvaluationTest": 515,
    "CSVResultFormatTest": 3,
    "PositiveSyntaxTest": 149,
    "PositiveSyntaxTest11": 66,
    "NegativeSyntaxTest": 50,
    "NegativeSyntaxTest11": 40,
}


class Endpoint:
    """An endpoint over data that each test replaces: to make an application takes long."""

    def __init__(self):
        self.services = CurrentServices(live_server.services_of(Embedded(Store()), "w3c"))
        self.application = create_application(self.services)
        self.client = Client(self.application)

    def serve(self, engine):
        """Let an engine answer from now on; return the client."""
        self.services.current = replace(self.services.current, engine=engine)
        self.application.clear_caches()
        return self.client


@pytest.fixture(scope="module")
def endpoint():
    return Endpoint()


def store_of(case):
    store = Store()
    for iri in case.data:
        store.extend(Quad(*triple) for triple in sparql_suite.read(iri))
    for iri in case.graphs:
        graph = NamedNode(iri)
        store.add_graph(graph)
        store.extend(Quad(*triple, graph) for triple in sparql_suite.read(iri))
    return store


def ask(case, endpoint):
    """Send the text of a syntax test as it is, that of another with its data around it."""
    text = sparql_suite.path(case.query).read_bytes()
    chosen = {}
    if case.result:
        is_empty = not any(sparql_suite.read(iri) for iri in case.data)
        names = dict.fromkeys(re.findall(r"FROM (?:NAMED )?<([\w.-]+)>", text.decode()))
        if names and not case.data:  # the query itself names its data
            case = replace(case, graphs=tuple(urljoin(case.query, name) for name in names))
        elif case.graphs and is_empty:  # here the union of all graphs would be the default graph
            chosen = {"default-graph-uri": "urn:none", "named-graph-uri": case.graphs}
        text = f"BASE <{case.query}> ".encode() + text
    return endpoint.serve(Embedded(store_of(case))).post(
        "/sparql",
        query_string=chosen,
        data=text,
        content_type="application/sparql-query",
        headers={"Accept": sparql_suite.accept(case)} if case.result else {},
    )


def passes(case, response):
    """Tell whether a response is the one that a test wants; it must be in good form anyway."""
    assert response.status_code in (200, 400, 403), response.text
    if response.status_code != 200:
        assert response.mimetype == "application/problem+json"
        assert response.json["status"] == response.status_code
        # A query that was read, but has no answer, is refused without a place.
        return "Negative" in case.kind and response.status_code == 400 and "line" in response.json
    if response.mimetype in results.TABLES:
        sparql_suite.solutions(response.data, response.mimetype)
    else:
        sparql_suite.triples(response.data)
    if case.result is None:
        return "Positive" in case.kind
    return sparql_suite.agrees(case, response.mimetype, response.data)


def test_the_suites_are_here():
    if not CASES:
        pytest.skip(MISSING)
    assert Counter(case.kind for case in CASES.values()) == KINDS


@pytest.mark.parametrize("name", CASES or NONE)
def test_query(name, endpoint):
    case = CASES[name]
    assert passes(case, ask(case, endpoint)) == (name not in FAILURES), FAILURES.get(name)


def _double(rows):
    return [*rows, rows[0]]


def _reverse(rows):
    return rows[::-1]


def _drop(rows):
    return rows[1:]


def _strip(rows):
    return [{"name": row["name"]} for row in rows]


@pytest.mark.parametrize("change", [_double, _reverse, _drop, _strip])
def test_a_wrong_answer_is_noticed(endpoint, change):
    if not CASES:
        pytest.skip(MISSING)
    case = CASES["sparql10/sort/dawg-sort-3"]
    response = ask(case, endpoint)
    assert passes(case, response)
    told = response.json
    told["results"]["bindings"] = change(told["results"]["bindings"])
    assert not sparql_suite.agrees(case, response.mimetype, json.dumps(told).encode())


def test_blank_nodes_are_distinguished(endpoint):
    if not CASES:
        pytest.skip(MISSING)
    case = CASES["sparql11/functions/bnode02"]
    response = ask(case, endpoint)
    assert passes(case, response)
    one = re.sub(rb"<bnode>[^<]*<", b"<bnode>one<", response.data)
    assert not sparql_suite.agrees(case, response.mimetype, one)


def test_a_fault_is_neither_a_pass_nor_a_known_failure(endpoint):
    class Broken:
        def session(self, client="", seconds=None):
            return self

        def answer(self, query, media_type, dataset):
            answer = asyncio.get_running_loop().create_future()
            answer.set_exception(Unavailable("out of order"))
            return answer

    response = endpoint.serve(Broken()).post("/sparql", data={"query": "ASK {}"})
    assert response.status_code == 503
    for kind in KINDS:
        with pytest.raises(AssertionError, match="out of order"):
            passes(sparql_suite.Case("", kind, ""), response)


def test_a_query_that_is_only_not_answered_is_no_syntax_error(endpoint):
    text = "ASK { FILTER(<urn:no-such-function>(?x)) }"
    case = sparql_suite.Case("", "NegativeSyntaxTest", "")
    client = endpoint.serve(Embedded(Store()))
    response = client.post("/sparql", data={"query": text})
    assert (response.status_code, passes(case, response)) == (400, False)
    assert passes(case, client.post("/sparql", data={"query": "ASK {"}))


def test_each_failure_has_a_reason():
    assert all(reason and reason.endswith(".") for reason in FAILURES.values())
    assert not CASES or set(FAILURES) <= set(CASES)
