"""Which media type is chosen, and what is written in it."""

import json
import time
from contextlib import suppress
from xml.etree import ElementTree

import pytest
from pyoxigraph import RdfFormat, Store, parse

from oib.errors import NotAcceptable, TooLarge
from oib.sparql import results

JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
CSV = "text/csv"
TSV = "text/tab-separated-values"

CHOICES = {
    "": JSON,
    " , ": JSON,
    "*/*": JSON,
    "text/*": CSV,
    "text/csv": CSV,
    "TEXT/CSV; charset=utf-8": CSV,
    "application/json": "application/json",
    "text/csv;q=0.5, text/tab-separated-values;q=0.6": TSV,
    "text/csv;q=0.5,*/*;q=0.1": CSV,
    "text/*;q=0.9, text/csv;q=0.1, */*;q=0.2": TSV,
    "application/*, application/sparql-results+json;q=0": XML,
    "text/csv ; header=present ; q=0.4 , application/xml ; q=0.3": CSV,
    'text/csv;note="a, b;q=0";q=1, application/xml;q=0.5': CSV,
    "text/csv;q=oops, application/xml;q=0.1": "application/xml",
    "text/csv;q=.5, application/xml;q=.25": CSV,
    "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2": JSON,
    "image/png, text/csv;q=0.33333": CSV,
    "text/csv;q=, application/xml;q=0.1": "application/xml",
    'text/csv;note="unclosed;q=0, application/xml;q=0.1': CSV,
    ",,text/csv;;q=1;,": CSV,
    "text/csv;q=1.5, application/xml;q=0.1": "application/xml",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": "application/xml",
}

NOTHING = ["image/png", "text/csv;q=0", "*/*;q=0", "json", "text/csv/x", "text/html"]


@pytest.mark.parametrize("accept", CHOICES)
def test_the_best_liked_type_is_chosen(accept):
    assert results.choose("SELECT", accept) == CHOICES[accept]


@pytest.mark.parametrize("accept", NOTHING)
def test_where_nothing_fits_the_offer_is_named(accept):
    with pytest.raises(NotAcceptable, match=r"text/csv, text/tab-separated-values"):
        results.choose("ASK", accept)


@pytest.mark.parametrize(
    ("form", "name", "media_type"),
    [
        ("SELECT", "csv", CSV),
        ("ASK", "text/csv", CSV),
        ("SELECT", "json", JSON),
        ("CONSTRUCT", "json", "application/ld+json"),
        ("CONSTRUCT", "xml", "application/rdf+xml"),
        ("DESCRIBE", "json-ld", "application/ld+json"),
        ("SELECT", "application/sparql-results xml", XML),
    ],
)
def test_a_format_that_is_named_decides(form, name, media_type):
    assert results.choose(form, "image/png", name) == media_type


@pytest.mark.parametrize("name", ["cvs", "ttl", "image/png", "x" * 9000])
def test_a_named_format_that_is_not_offered_is_refused_with_those_that_are(name):
    with pytest.raises(NotAcceptable, match="ask for json, xml, csv, tsv") as refused:
        results.choose("SELECT", "text/csv", name)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    "pieces",
    [
        ("text/csv;q=a", " ", "b"),
        ("text/csv;q=", "0", "x"),
        ("text/csv;a=", '"\\', ""),
        ("", "text/csv;", ""),
        ("", "q=1;", "="),
        ("", ",", ""),
        ("", '"', ""),
        ('text/csv;a="', "\\", ""),
        ("", "a/", "b"),
    ],
)
def test_accept_is_read_in_linear_time(pieces):
    first, repeated, last = pieces
    accept = first + repeated * (250_000 // len(repeated)) + last
    start = time.process_time()
    with suppress(NotAcceptable):
        results.choose("SELECT", accept)
    assert time.process_time() - start < 1  # some 0.1 s; quadratic, it would take minutes


def test_each_form_has_its_types():
    assert results.choose("SELECT", "") == results.choose("ASK", "") == JSON
    assert results.choose("CONSTRUCT", "") == results.choose("DESCRIBE", "") == "text/turtle"
    with pytest.raises(NotAcceptable):
        results.choose("CONSTRUCT", JSON)


@pytest.fixture
def store():
    store = Store()
    store.update(
        "PREFIX oib: <https://w3id.org/oib/ontology#> "
        "INSERT DATA { <urn:a> a oib:Zone ; oib:note 'skos: and \"q\"'@en }"
    )
    return store


@pytest.mark.parametrize("media_type", results.TABLES)
def test_a_table_is_written_in_each_type(store, media_type):
    body = results.write(store.query("SELECT ?s { ?s ?p 'skos: and \"q\"'@en }"), media_type)
    assert b"urn:a" in body
    assert b"true" in results.write(store.query("ASK {}"), media_type)


@pytest.mark.parametrize("media_type", results.GRAPHS)
def test_a_graph_comes_back_whole_from_each_type(store, media_type):
    body = results.write(store.query("CONSTRUCT WHERE { ?s ?p ?o }"), media_type)
    triples = {quad.triple for quad in parse(body, RdfFormat.from_media_type(media_type))}
    assert triples == {quad.triple for quad in store}


def test_only_prefixes_that_occur_are_declared(store):
    turtle = results.write(store.query("DESCRIBE <urn:a>"), "text/turtle").decode()
    assert [line.split()[1] for line in turtle.splitlines() if "@prefix" in line] == [
        "oib:",
        "skos:",  # it occurs in a string, which does no harm
    ]
    xml = results.write(store.query("DESCRIBE <urn:a>"), "application/rdf+xml").decode()
    assert 'xmlns:oib="https://w3id.org/oib/ontology#"' in xml
    assert "xmlns:dcat" not in xml


def test_an_empty_graph_is_written_too(store):
    empty = "CONSTRUCT { ?s ?p ?o } WHERE { FILTER(false) }"
    assert results.write(store.query(empty), "text/turtle") == b""
    assert b"<rdf:RDF" in results.write(store.query(empty), "application/rdf+xml")
    assert json.loads(results.write(store.query(empty), "application/ld+json"))["@graph"] == []


def test_a_form_is_not_written_in_a_type_of_the_other(store):
    with pytest.raises(NotAcceptable, match="a graph is not written in text/csv"):
        results.write(store.query("DESCRIBE <urn:a>"), CSV)
    with pytest.raises(NotAcceptable, match="a table is not written in text/turtle"):
        results.write(store.query("ASK {}"), "text/turtle")


def construct(template, media_type, **options):
    return results.write(Store().query(f"CONSTRUCT {{ {template} }} {{}}"), media_type, **options)


def select(value, media_type):
    return results.write(Store().query(f"SELECT ({value} AS ?x) {{}}"), media_type)


@pytest.mark.parametrize("media_type", [XML, "application/xml", "application/rdf+xml"])
@pytest.mark.parametrize("character", ["\\u0001", "\\u001F", "\\uFFFE", "\\uFFFF", "\\u000B"])
def test_what_xml_cannot_hold_is_refused_with_the_term_that_holds_it(media_type, character):
    value = f'"a{character}b"'
    query = f"SELECT ({value} AS ?x) {{}}"
    if media_type.endswith("rdf+xml"):
        query = f"CONSTRUCT {{ <urn:s> <urn:p> {value} }} {{}}"
    result = Store().query(query)
    with pytest.raises(NotAcceptable, match=f"holds U.{character[2:]}, which XML") as refused:
        results.write(result, media_type)
    assert "'a" in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("text", ["a\\r\\nb", "\\r", "\\n\\t\\r ", "\U0001fffe\U0001f600\ufffd"])
def test_xml_gives_back_the_same_text(text):
    value = select(f'"{text}"', XML)
    wanted = text.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t")
    assert ElementTree.fromstring(value).findtext(".//{*}literal") == wanted
    graph = construct(f'<urn:s> <urn:p> "{text}"', "application/rdf+xml")
    (triple,) = parse(graph, RdfFormat.RDF_XML)
    assert triple.object.value == wanted
    assert ElementTree.fromstring(graph) is not None


@pytest.mark.parametrize(
    "predicate",
    [
        "http://example.org/123",
        "http://example.org/",
        "http://example.org/a%20",
        "http://example.org/x/1-2.",
        "https://w3id.org/oib/ontology#1",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#li",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#about",
        "http://www.w3.org/2000/xmlns/x",
        "http://example.org/" + "a" * 200_000 + "/",
    ],
)
def test_a_predicate_that_names_no_element_is_refused(predicate):
    with pytest.raises(NotAcceptable, match="RDF/XML cannot hold the predicate <http"):
        construct(f'<urn:s> <{predicate}> "x"', "application/rdf+xml")


@pytest.mark.parametrize(
    "predicate",
    [
        "http://example.org/1a",
        "http://example.org/-a.b-",
        "urn:a:b",
        "http://example.org/\u82cf\u5dde",
        "http://example.org/a?b=c&d",
        "https://w3id.org/oib/ontology#1x",
        "https://w3id.org/oib/ontology#a/b",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#_1",
        "http://www.w3.org/XML/1998/namespacex",
    ],
)
def test_any_other_predicate_comes_back_from_rdf_xml(predicate):
    graph = construct(f'<urn:s> <{predicate}> "x"', "application/rdf+xml")
    (triple,) = parse(graph, RdfFormat.RDF_XML)
    assert triple.predicate.value == predicate
    ElementTree.fromstring(graph)


TRIPLE = "<<( <urn:a> <urn:b> 1 )>>"


@pytest.mark.parametrize("media_type", [JSON, XML, CSV, TSV])
def test_a_triple_term_is_written_in_a_table(media_type):
    assert b"urn:a" in select(TRIPLE, media_type)


@pytest.mark.parametrize("media_type", results.GRAPHS)
def test_a_triple_term_comes_back_from_a_graph_or_is_refused(media_type):
    text = f"<urn:s> <urn:p> {TRIPLE}"
    if media_type == "application/ld+json":
        with pytest.raises(NotAcceptable, match=r"JSON-LD holds no triple terms, as in .* <urn:s>"):
            construct(text, media_type)
    else:
        (triple,) = parse(construct(text, media_type), results.GRAPHS[media_type])
        assert str(triple.object.subject) == "<urn:a>"


@pytest.mark.parametrize("media_type", results.DATASETS)
def test_named_graphs_come_back(media_type):
    store = Store()
    store.update(
        "INSERT DATA { GRAPH <urn:g> { <urn:a> a <https://w3id.org/oib/ontology#Zone> } "
        "GRAPH <urn:h> { <urn:a> <urn:b> 1 } <urn:a> <urn:b> 2 }"
    )
    body = results.write_quads(store, media_type)
    assert set(parse(body, results.DATASETS[media_type])) == set(store)
    assert b"dcat" not in body
    with pytest.raises(TooLarge):
        results.write_quads(store, media_type, max_bytes=20)
    with pytest.raises(NotAcceptable, match="ask for application/trig, application/n-quads"):
        results.write_quads(store, "text/turtle")


@pytest.mark.parametrize("media_type", results.GRAPHS)
def test_an_answer_beyond_the_limit_is_refused(media_type):
    many = " . ".join(f'<urn:s{number}> <urn:p> "{"x" * 50}"' for number in range(50))
    assert len(construct(many, media_type)) > 2000
    with pytest.raises(TooLarge, match="MiB"):
        construct(many, media_type, max_bytes=2000)


def test_carriage_returns_count_as_they_are_written():
    text = '"' + "\\r" * 1000 + '"'
    query = Store().query(f"SELECT ({text} AS ?x) {{}}")
    with pytest.raises(TooLarge):
        results.write(query, XML, max_bytes=3000)
