"""The document: the same graph as other readers make, and every triple at its place."""

import logging
import re

import pytest
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode
from rdflib import Graph
from rdflib.compare import isomorphic

from oib.namespaces import PREFIXES
from oib.turtle import parse, read_text
from oib.validation.rdflib_terms import to_rdflib_graph
from turtle_suite import HOME, canonical, cases

#: rdflib resolves these against their base in another way than RFC 3986 says.
RESOLVED_ELSEWHERE = {f"IRI-resolution-0{number}.ttl" for number in (1, 2, 7, 8)}

TEXT = """\
@prefix e: <http://e/> .
# 苏州
e:𠀀 a e:Base ; e:name "苏州"@zh-Hans ,
    "Suzhou"@en ; e:since "2024-1-5"^^<http://www.w3.org/2001/XMLSchema#date> .
e:b e:with [ e:part e:𠀀 ] ; e:row ( 1 "two" ) .
e:b a e:Base ; e:name "again" , "again" .
"""
RDF = PREFIXES["rdf"]
TYPE, FIRST, REST = (NamedNode(RDF + name) for name in ("type", "first", "rest"))
B, NAME = NamedNode("http://e/b"), NamedNode("http://e/name")
SUZHOU = NamedNode("http://e/𠀀")


@pytest.fixture(autouse=True)
def quiet():
    # rdflib logs a traceback for each literal whose lexical form its datatype does not allow.
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def document():
    return parse(TEXT, "x.ttl")


def slice_of(document, span):
    return document.text[span.start : span.end]


def by_value(graph):
    """Return a graph with the lexical forms that rdflib writes, and tags in small letters."""
    found = Graph()
    for triple in graph:
        found.add(
            [
                rdflib.Literal(
                    str(term),
                    term.language and term.language.lower(),  # RDF 1.1, section 3.3
                    None if term.language else term.datatype,
                )
                if isinstance(term, rdflib.Literal) and term.datatype != rdflib.XSD.string
                else rdflib.Literal(str(term))
                if isinstance(term, rdflib.Literal)
                else term
                for term in triple
            ]
        )
    return found


@pytest.mark.parametrize("file", cases("Eval", "PositiveSyntax"))
def test_graph_is_the_one_that_others_read(file):
    text, base = read_text(file), HOME + file.name
    document = parse(text, base=base)
    graph = to_rdflib_graph(document.statements)
    assert canonical(document.statements) == canonical(document.triples)
    if file.name not in RESOLVED_ELSEWHERE:
        theirs = Graph().parse(data=text, format="turtle", publicID=base)
        assert isomorphic(by_value(graph), by_value(theirs))


@pytest.mark.parametrize("file", cases("Eval", "PositiveSyntax"))
def test_slice_of_an_object_means_that_object(file):
    document = parse(read_text(file), base=HOME + file.name)
    for stated in document.statements:
        node = stated.object_node
        written = slice_of(document, document.span(node))
        if stated.predicate == REST and not stated.verb:
            continue  # A link between the members of a collection, which no text stands for.
        if isinstance(stated.object, BlankNode):
            assert re.match(r"\[|\(|_:", written)
        else:
            before = [each for each in document.tree.directives if each.end <= node.start]
            head = "\n".join(slice_of(document, document.span(each)) for each in before)
            one = parse(f"{head}\n<x:s> <x:p> {written} .", base=document.base)
            assert {each.object for each in one.statements} == {stated.object}


def test_text_keeps_its_lexical_forms(document):
    [date] = document.find_statements(SUZHOU, NamedNode("http://e/since"))
    assert date.object == Literal("2024-1-5", datatype=NamedNode(PREFIXES["xsd"] + "date"))


def test_value_is_found_where_it_stands(document):
    span = document.find_span(SUZHOU, NAME, Literal("Suzhou", language="en"))
    assert (span.line, span.column, span.end_line, span.end_column) == (4, 5, 4, 16)
    assert slice_of(document, span) == '"Suzhou"@en'
    assert document.find_span(SUZHOU, None, Literal("Suzhou", language="en")) == span


def test_predicate_is_found_at_its_verb(document):
    span = document.find_span(SUZHOU, NAME)
    assert (span.line, span.column, span.end_column) == (3, 16, 22)
    assert slice_of(document, document.find_span(B, TYPE)) == "a"


def test_subject_is_found_where_it_is_typed(document):
    assert document.find_span(B).line == 6
    assert document.find_span(SUZHOU).end_column == 4
    assert slice_of(document, document.find_span(NamedNode("http://e/Base"))) == "e:Base"


def test_blank_node_and_row_are_found_at_their_brackets(document):
    [nest], [row] = (
        document.find_statements(B, NamedNode(f"http://e/{name}")) for name in ("with", "row")
    )
    assert slice_of(document, document.find_span(nest.object)) == "[ e:part e:𠀀 ]"
    assert slice_of(document, document.find_span(row.object)) == '( 1 "two" )'
    assert slice_of(document, document.find_span(row.object, FIRST)) == "1"
    [second] = document.find_statements(row.object, REST)
    assert slice_of(document, document.find_span(second.object, FIRST)) == '"two"'


def test_what_is_stated_twice_has_two_places(document):
    places = document.find_statements(B, NAME, Literal("again"))
    assert [document.span(each.object_node).column for each in places] == [23, 33]


def test_what_is_not_there_has_no_place(document):
    nowhere = NamedNode("http://e/none")
    assert document.find_span(nowhere) is None
    assert document.find_span(B, nowhere) is None
    assert document.find_span(B, NAME, Literal("none")) is None


def test_lines_and_columns_survive_any_line_end():
    text = "<http://e/a>\r\n<http://e/b>\r'''x\r\ny''' , 2 ."
    span = parse(text).find_span(NamedNode("http://e/a"), None, Literal(2))
    assert (span.line, span.column) == (4, 8)
