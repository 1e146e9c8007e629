"""The error of a query says what its author can mend, and where."""

import time

import pytest
from pyoxigraph import Store

from oib.engine.embedded import Embedded
from oib.errors import BadQuery
from oib.sparql import diagnosis

CASES = {
    "SELECT * {\n ?s foaf:name ?o }": (2, 5, "prefix foaf: is not declared; add PREFIX foaf: <…>"),
    "SELECT * { ?s ?p '1'^^xsd:date }": (1, 23, "prefix xsd: is not declared"),
    "SELECT * { ?s ?p ?o FILTER(:f(?o)) }": (1, 28, "prefix : is not declared"),
    "SELECT * { ?s a 'x }": (1, 17, "the string that starts here is not closed"),
    "PREFIX a <urn:a> ASK {}": (1, 8, "a prefix ends in a colon: PREFIX a: <…>"),
    "SELECT ?x { ?s ?p ?o } GROUP BY ?s": (1, 8, "?x is neither grouped nor aggregated"),
    "SELECT (COUNT(*) AS ?n) ?s { ?s ?p ?o }": (1, 25, "?s is neither grouped nor aggregated"),
    "SELECT (?o + 1 AS ?x) { ?s ?p ?o } GROUP BY ?s": (1, 8, "neither grouped nor aggregated"),
    "SELECT * { ?s ?p ?o } GROUP BY ?s": (1, 8, "SELECT * does not go with GROUP BY"),
    "SELECT (?p AS ?s) { ?s ?p ?o }": (1, 15, "?s is bound already; AS needs a new variable"),
    "SELECT ?x (1 AS ?x) {}": (1, 17, "SELECT names ?x twice"),
    "SELECT ?a $a {} GROUP BY ?a": (1, 11, "SELECT names $a twice"),
    "SELECT * { ?s ?p ?o BIND(1 AS ?s) }": (1, 31, "?s is bound already; BIND needs a new"),
    "SELECT * { ?s ?p ?o BIND(1 AS ?s) ?s ?q 1 }": (1, 31, "?s is bound already; BIND needs"),
    "SELECT (FOO(1) AS ?x) {}": (1, 9, "FOO is no function of SPARQL 1.1"),
    "SELECT * { BIND(uuid4() AS ?x) }": (1, 17, "uuid4 is no function of SPARQL 1.1"),
    "SELECT (STRLEN(1, 2) AS ?x) {}": (1, 9, "STRLEN takes 1 argument, not 2"),
    "SELECT * { FILTER regex(?o 'x') }": (1, 19, "regex takes 2 to 3 arguments, not 1"),
    "SELECT (NOW(1) AS ?x) {}": (1, 9, "NOW takes 0 arguments, not 1"),
    "SELECT (IF(true, 1) AS ?x) {}": (1, 9, "IF takes 3 arguments, not 2"),
    "SELECT (GROUP_CONCAT(?x, ',') AS ?y) {}": (1, 9, "GROUP_CONCAT takes 1 argument, not 2"),
    "SELECT ?s, ?p { ?s ?p ?o }": (1, 10, "no comma between variables"),
    "SELECT COUNT(*) { ?s ?p ?o }": (1, 8, "needs a name and brackets: (COUNT(…) AS ?name)"),
    "SELECT * { ?s ?p ?o": (1, 10, "this { is not closed"),
    "SELECT * { FILTER(?x }": (1, 22, "} does not close the ( of line 1, column 18"),
    "SELECT * { ?s ?p ?o } }": (1, 23, "} closes nothing"),
    "SELECT * { ?s ?p “x” }": (1, 18, 'the character “ (U+201C) has no meaning in SPARQL; write "'),
    "SELECT * {\xa0?s ?p ?o }": (1, 11, "the character (U+00A0) has no meaning in SPARQL"),
    "SELECT * { <http://a/b c> ?p ?o }": (1, 12, "<http://a/b c> is no IRI"),
    "SELECT * {} LIMIT 5 ORDER BY ?s": (1, 21, "ORDER BY stands before LIMIT"),
    "SELECT ?s {} ORDER BY ?s GROUP BY ?s": (1, 26, "GROUP BY stands before ORDER"),
    "SELECT * { _:a ?p ?o { _:a ?p 1 } }": (1, 24, "the label _:a occurs in two groups"),
    "select ?s where ?s ?p ?o": (1, 17, 'syntax error at or before ?s; expected "{"'),
    "SELECT * { ?s ?p }": (1, 18, "syntax error at or before }"),
    "SELECT": (1, 7, "the query ends too early"),
    "SELECT * { ?s ?p ?o } ORDER BY": (1, 31, "the query ends too early"),
}


@pytest.fixture(scope="module")
def engine():
    return Embedded(Store())


@pytest.mark.parametrize("text", CASES)
def test_the_error_names_the_place_and_the_mend(engine, text):
    line, column, message = CASES[text]
    with pytest.raises(BadQuery) as bad:
        engine.query(text, "text/csv")
    assert message in bad.value.reason
    assert (bad.value.line, bad.value.column) == (line, column)


def test_a_function_of_somebody_else_is_named(engine):
    with pytest.raises(BadQuery, match="there is no function <urn:f> here"):
        engine.query("PREFIX u: <urn:> SELECT (u:f(1) AS ?x) {}", "text/csv")


def test_a_report_without_a_place_is_passed_on():
    assert str(diagnosis.explain("ASK {}", "something else")) == "something else"


@pytest.mark.parametrize("piece", ["{", "(", "?a ", "a:b ", "FOO(", "<a:b c>", "_:a ", "“", "(1,"])
def test_hostile_texts_are_explained_in_linear_time(piece):
    text = ("SELECT ?x, {" + piece * 2**18)[: 2**18]
    start = time.process_time()
    assert diagnosis.explain(text, "error at 1:12: expected something")
    assert time.process_time() - start < 5
