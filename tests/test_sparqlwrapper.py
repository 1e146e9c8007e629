"""SPARQLWrapper, as people use it, against a real server."""

import pytest
from SPARQLWrapper import (
    CSV,
    JSON,
    JSONLD,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    XML,
    SPARQLWrapper,
)

PREFIX = "PREFIX : <http://example.org/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "


@pytest.fixture(params=["GET", "POST", "direct POST"])
def wrapper(request, small_root):
    wrapper = SPARQLWrapper(f"{small_root}/sparql")
    if "POST" in request.param:
        wrapper.setMethod(POST)
    if "direct" in request.param:
        wrapper.setRequestMethod(POSTDIRECTLY)
    return wrapper


def ask(wrapper, text, form):
    wrapper.setQuery(PREFIX + text)
    wrapper.setReturnFormat(form)
    return wrapper.queryAndConvert()


def test_select(wrapper):
    text = "SELECT ?l { :suzhou rdfs:label ?l FILTER(LANG(?l) = 'zh-hans' && ?l = '苏州'@zh-Hans) }"
    rows = ask(wrapper, text, JSON)["results"]["bindings"]
    assert [row["l"]["value"] for row in rows] == ["苏州"]
    assert "苏州" in ask(wrapper, text, XML).toxml()
    assert ask(wrapper, text, CSV).decode() == "l\r\n苏州\r\n"
    assert "苏州" in ask(wrapper, text, TSV).decode()


def test_ask(wrapper):
    assert ask(wrapper, "ASK { :suzhou :sister :boston }", JSON)["boolean"] is True
    assert "false" in ask(wrapper, "ASK { :boston :sister ?x }", XML).toxml()


@pytest.mark.parametrize("text", ["CONSTRUCT WHERE { :suzhou ?p ?o }", "DESCRIBE :suzhou"])
def test_construct_and_describe(wrapper, text):
    assert len(ask(wrapper, text, RDFXML)) == 3
    assert len(ask(wrapper, text, JSONLD)) == 3
    assert "苏州" in ask(wrapper, text, TURTLE).decode()


def test_a_dataset(wrapper):
    wrapper.addDefaultGraph("http://example.org/graph/other")
    assert ask(wrapper, "ASK { :suzhou ?p ?o }", JSON)["boolean"] is False
