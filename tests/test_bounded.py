"""Queries of bounded cost: which texts are, and that none of them costs more than it may."""

import random
import time

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from hostile_queries import ENDLESS, ODD
from oib.engine.bounded import MAX_CHARACTERS, MAX_ROWS, BoundedEvaluator
from oib.engine.embedded import Embedded
from oib.errors import OibError
from oib.sparql import guard
from oib.sparql.bounded_shape import MAX_LENGTH

JSON = "application/sparql-results+json"
THING, HUB = "http://example.org/thing", "http://example.org/hub"
PREFIX = "PREFIX ex: <http://example.org/> "

BOUNDED = [
    f'SELECT ?p ?v WHERE {{ <{THING}> ?p ?v FILTER(?v != "asked 1") }}',
    f"# asked 7\n# again\nSELECT * {{ <{THING}> ?p ?v }}",
    f"{PREFIX}SELECT ?v {{ ex:thing ex:name ?v }} LIMIT 5 OFFSET 1",
    f"{PREFIX}select distinct ?v where {{ ex:thing a ?v . }}",
    f"{PREFIX}ASK {{ ex:thing ex:name 'thing'@en }}",
    f'{PREFIX}SELECT ?a ?b {{ ex:thing ex:name ?a ; ex:part ?b FILTER(LANG(?a) = "en") }}',
    f'{PREFIX}SELECT * {{ ex:thing ex:name ?a FILTER(LANGMATCHES(LANG(?a), "zh")) }}',
    f"{PREFIX}SELECT * {{ ex:thing ?p ?a ; ?q ?b . FILTER(STR(?a) < STR(?b) && ?p != ?q) }}",
    f"SELECT * {{ <{THING}> ?p ?v FILTER(?v > 1.5) FILTER(?v <= 30) }}",
    "SELECT * { <http://example.org/absent> ?p ?v }",
]
UNBOUNDED = [
    "SELECT * { ?s ?p ?v }",
    f"SELECT * {{ ?s ?p <{THING}> }}",
    f"SELECT * {{ <{THING}> ?p ?v . ?v ?q ?w }}",
    f"SELECT * {{ <{THING}> ?p/?q ?v }}",
    f"SELECT * {{ <{THING}> <urn:p>+ ?v }}",
    f"SELECT * {{ <{THING}> <urn:p>|<urn:q> ?v }}",
    f"SELECT (COUNT(*) AS ?n) {{ <{THING}> ?p ?v }}",
    f"SELECT * {{ <{THING}> ?p ?v }} ORDER BY ?v",
    f"SELECT * {{ <{THING}> ?p ?v OPTIONAL {{ ?v ?q ?w }} }}",
    f"SELECT * {{ {{ <{THING}> ?p ?v }} UNION {{ ?s ?p ?v }} }}",
    f'SELECT * {{ <{THING}> ?p ?v FILTER(REGEX(?v, "(a+)+b")) }}',
    f'SELECT * {{ <{THING}> ?p ?v FILTER(CONTAINS(?v, "a")) }}',
    f"SELECT * {{ <{THING}> ?p ?v FILTER EXISTS {{ ?a ?b ?c }} }}",
    f"SELECT * {{ <{THING}> ?p ?v FILTER(((?v = 1))) }}",
    f"SELECT * {{ <{THING}> ?p ?v BIND(REPLACE(?v, 'a', 'aa') AS ?w) }}",
    f"SELECT * {{ GRAPH ?g {{ <{THING}> ?p ?v }} }}",
    f"SELECT * FROM <urn:g> {{ <{THING}> ?p ?v }}",
    f"SELECT * {{ <{THING}> ?p ?v, ?w }}",
    f"SELECT * {{ <{THING}> ?p [] }}",
    f"SELECT * {{ <{THING}> ?p _:b }}",
    f"SELECT * {{ <{THING}> ?p (1 2) }}",
    f"SELECT * {{ <{THING}> ?p <<( ?a ?b ?c )>> }}",
    f"SELECT * {{ <{THING}> ?p ?v # FILTER(?v = 1)\n }}",
    f"SELECT * {{ <{THING}> ?p ?v FILTER(?v != 'a\\u0027b') }}",
    "SELECT * { <thing> ?p ?v }",
    "BASE <http://example.org/> SELECT * { <thing> ?p ?v }",
    "SELECT * { ex:thing ?p ?v }",
    f"DESCRIBE <{THING}>",
    f"CONSTRUCT {{ <{THING}> ?p ?v }} WHERE {{ <{THING}> ?p ?v }}",
    f"SELECT * {{ <{THING}> ?p ?v }} VALUES ?v {{ 1 }}",
    f"SELECT * {{ <{THING}> ?p ?v{' ' * MAX_LENGTH} }}",
    f"SELECT * {{ <{HUB}> ?p ?v }}",
    f"SELECT * {{ <{THING}> ?p ?a ; ?q ?b ; ?r ?c }}",
]


@pytest.fixture(scope="module")
def store():
    store = Store()
    thing, hub, part = NamedNode(THING), NamedNode(HUB), NamedNode("http://example.org/part")
    name, kind = (
        NamedNode("http://example.org/name"),
        NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
    )
    store.add(Quad(thing, kind, NamedNode("http://example.org/Thing")))
    store.add(Quad(thing, name, Literal("thing", language="en")))
    store.add(Quad(thing, name, Literal("物", language="zh-Hans")))
    store.extend(Quad(thing, part, Literal(number)) for number in range(15))
    store.extend(Quad(hub, part, Literal(number)) for number in range(MAX_ROWS + 5))
    store.add(Quad(NamedNode("http://example.org/long"), name, Literal("x" * (MAX_CHARACTERS + 1))))
    return store


@pytest.fixture
def evaluator(store):
    return BoundedEvaluator(store)


@pytest.mark.parametrize("text", BOUNDED)
@pytest.mark.parametrize("media_type", [JSON, "text/csv", "application/sparql-results+xml"])
def test_a_bounded_query_is_answered_as_by_the_engine(evaluator, store, text, media_type):
    expected = Embedded(store).query(text, media_type)
    assert evaluator.evaluate(guard.parse(text), media_type) == expected


@pytest.mark.parametrize("text", UNBOUNDED)
def test_all_others_are_for_a_worker(evaluator, text):
    assert evaluator.evaluate(guard.parse(text), JSON) is None


@pytest.mark.parametrize("text", [*ENDLESS.values(), *ODD.values()])
def test_no_hostile_query_is_bounded(evaluator, text):
    try:
        query = guard.parse(text)
    except OibError:
        return
    assert evaluator.evaluate(query, JSON) is None


def test_what_has_the_shape_is_to_the_guard_as_any_other_text(monkeypatch):
    texts = [*BOUNDED, "PREFIX service: <urn:s:> ASK { service:a a service:b }"]
    texts += [f"ASK {{ <urn:{word}> ?p '{word}' }}" for word in ("DELETE", "SERVICE", "GRAPH")]
    found = [guard.parse(text) for text in texts]
    assert all(query.bounded_shape for query in found)
    monkeypatch.setattr(guard.bounded_shape, "match", lambda text: None)
    guard._parse_or_refuse.cache_clear()
    assert [query._replace(bounded_shape=None) for query in found] == [*map(guard.parse, texts)]
    guard._parse_or_refuse.cache_clear()


def test_terms_that_are_too_long_are_for_a_worker(evaluator):
    text = "SELECT * { <http://example.org/long> ?p ?v FILTER(?v = 'x') }"
    assert evaluator.evaluate(guard.parse(text), JSON) is None


def test_what_goes_wrong_is_for_a_worker(evaluator):
    text = f"SELECT ?v ?v ?v {{ <{THING}> ?p ?v }} LIMIT {'9' * 400}"
    assert evaluator.evaluate(guard.parse(text), JSON) is None


def test_names_that_are_not_in_the_data_take_no_memory(evaluator):
    for number in range(100):
        query = guard.parse(f"ASK {{ <urn:absent-{number}> ?p ?v }}")
        assert evaluator.evaluate(query, JSON) is not None
    assert not evaluator._sizes


@pytest.mark.parametrize(
    "iri",
    ["http://[/", "http://a/%zz", "http://a/\uffff", "http://a:b/", "http\u017f://a/", "a:b#c#d"],
)
def test_an_iri_that_is_none_is_for_a_worker(evaluator, iri):
    for text in (
        f"ASK {{ <{iri}> ?p ?v }}",
        f"ASK {{ <{THING}> <{iri}> ?v }}",
        f"ASK {{ <{THING}> ?p <{iri}> }}",
        f"PREFIX a: <{iri}> ASK {{ a:b ?p ?v }}",
        f"ASK {{ <{THING}> ?p ?v FILTER(?v = <{iri}>) }}",
    ):
        assert evaluator.evaluate(guard.parse(text), JSON) is None, text


@pytest.mark.parametrize("value", ["_:b", "<<( <urn:a> <urn:b> _:c )>>"])
def test_blank_nodes_whose_names_depend_on_the_store_are_for_a_worker(value):
    store = Store()
    store.update(f"INSERT DATA {{ <{THING}> <urn:p> {value} , 1 ; <urn:q> 1 }}")
    evaluator = BoundedEvaluator(store)
    for _ in range(2):
        assert evaluator.evaluate(guard.parse(f"ASK {{ <{THING}> <urn:p> ?v }}"), JSON) is None
        assert evaluator.evaluate(guard.parse(f"ASK {{ <{THING}> ?p ?v }}"), JSON) is None
    assert evaluator.evaluate(guard.parse(f"ASK {{ <{THING}> <urn:q> ?v }}"), JSON) is not None


PIECES = [
    *("SELECT", "ASK", "*", "?x", "?p", "WHERE", "{", "}", ".", ";", ",", "FILTER", "(", ")"),
    *(f"<{THING}>", f"<{HUB}>", "ex:thing", "a", "'s'", '"t"@en', "1", "!=", "<", "=", "&&"),
    *("LANG(?x)", "STR(?x)", "LIMIT 3", "DISTINCT", "UNION", "[]", "#", "\n", " ", "/", "+", "|"),
    *("PREFIX ex: <http://example.org/>", "FILTER(?x != 's')", f"<{THING}> ?p ?x", "|| true"),
]


def test_whatever_text_is_taken_is_answered_soon_and_rightly(evaluator, store):
    """Half-broken variants of bounded queries: those that are taken agree with the engine."""
    choose = random.Random(7)
    taken, longest = 0, 0.0
    for _ in range(6000):
        words = choose.choice(BOUNDED).split(" ")
        for _ in range(choose.randint(0, 3)):
            place = choose.randrange(len(words))
            words[place : place + choose.randint(0, 1)] = [choose.choice(PIECES)]
        text = " ".join(words)
        try:
            query = guard.parse(text)
        except OibError:
            continue
        start = time.process_time()
        body = evaluator.evaluate(query, JSON)
        longest = max(longest, time.process_time() - start)
        if body is not None:
            taken += 1
            assert body == Embedded(store).query(text, JSON), text
    assert taken > 300
    assert longest < 0.5


def test_a_query_at_the_bound_takes_some_milliseconds():
    """The most expensive shapes that are taken: many rows, long texts, all of them compared."""
    store = Store()
    subject = NamedNode(THING)
    for number in range(7):
        text = Literal("x" * 20 + str(number))
        store.add(Quad(subject, NamedNode(f"urn:p{number}"), text))
    evaluator = BoundedEvaluator(store)
    text = (
        f"SELECT * {{ <{THING}> ?p ?a ; ?q ?b ; ?r ?c "
        + "FILTER(STR(?a) = STR(?b) && STR(?b) = STR(?c) && STR(?p) != STR(?a)) "
        + "FILTER(STR(?a) != STR(?p) && STR(?a) >= STR(?b) && STR(?c) <= STR(?b)) }"
    )
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        assert evaluator.evaluate(guard.parse(text), JSON) is not None
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.1
