"""The W3C suites of SPARQL 1.0 and 1.1 queries, through the endpoint, each over its own data."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

import pytest
import yaml
from pyoxigraph import NamedNode, Quad, Store

import live
import sparql_suite
from oib.engine.embedded import Embedded
from oib.web import create_app

CASES = sparql_suite.cases()
FAILURES = yaml.safe_load((Path(__file__).parent / "w3c_failures.yaml").read_text("utf-8")) or {}
MISSING = f"no W3C tests at {live.W3C}: set W3C_TESTS to a folder that holds sparql10/, sparql11/"
NONE = [pytest.param("none", marks=pytest.mark.skip(reason=MISSING))]


@pytest.fixture(scope="module")
def library():
    return live.site_of(None).library


def client_of(case, library):
    store = Store()
    for iri in case.data:
        store.extend(Quad(*triple) for triple in sparql_suite.read(iri))
    for iri in case.graphs:
        graph = NamedNode(iri)
        store.add_graph(graph)
        store.extend(Quad(*triple, graph) for triple in sparql_suite.read(iri))
    site = live.Site(Embedded(store), "w3c", library)
    return create_app(site).test_client()


def passes(case, library):
    text = sparql_suite.path(case.query).read_text("utf-8")
    chosen = {}
    if (
        case.graphs and not case.data and "FROM" not in text
    ):  # here the union of all graphs would be the default graph
        chosen = {"default-graph-uri": "urn:none", "named-graph-uri": case.graphs}
    elif not case.data and case.result:  # the query itself names its data
        names = dict.fromkeys(re.findall(r"FROM (?:NAMED )?<([\w.-]+)>", text))
        case = replace(case, graphs=tuple(urljoin(case.query, name) for name in names))
    body = f"BASE <{case.query}> {text}"
    response = client_of(case, library).post(
        "/sparql",
        query_string=chosen,
        data=body.encode(),
        content_type="application/sparql-query",
        headers={"Accept": sparql_suite.accept(case)} if case.result else {},
    )
    if "Negative" in case.kind:
        return response.status_code == 400
    if response.status_code != 200:
        return False
    return case.result is None or sparql_suite.agrees(case, response.mimetype, response.data)


def test_the_suites_are_here():
    if not CASES:
        pytest.skip(MISSING)
    assert len(CASES) > 800


@pytest.mark.parametrize("name", CASES or NONE)
def test_query(name, library):
    assert passes(CASES[name], library) == (name not in FAILURES), FAILURES.get(name)


def test_each_failure_has_a_reason():
    assert all(reason and reason.endswith(".") for reason in FAILURES.values())
    assert not CASES or set(FAILURES) <= set(CASES)
