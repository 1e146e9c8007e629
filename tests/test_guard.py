"""The guard reads keywords, and only keywords, however they are written."""

import time
from contextlib import suppress

import pytest
from pyoxigraph import Store

from oib.errors import BadQuery, Forbidden, TooLarge
from oib.sparql import guard

FORMS = {
    "SELECT * { ?s ?p ?o }": "SELECT",
    "# SELECT\nPREFIX ask: <urn:x> BASE <http://example.org/> ask { }": "ASK",
    "CONSTRUCT WHERE { ?s ?p ?o }": "CONSTRUCT",
    "PREFIX select: <urn:x>\rDESCRIBE select:y": "DESCRIBE",
}

HARMLESS = [
    'SELECT * { ?s ?p "SERVICE <http://x/> {}" }',
    "SELECT * { ?s ?p \"an \\\" SERVICE\" , 'a \\' SERVICE' }",
    'SELECT * { ?s ?p """a "quoted" SERVICE""" }',
    "SELECT * { ?s ?p '''it's SERVICE ''' }",
    "SELECT * { ?s <http://example.org/SERVICE#INSERT> ?o }",
    "SELECT * { ?s <ontology#SERVICE> ?o }",
    "SELECT * { ?s ?p ?o } # SERVICE <http://x/> {}",
    "PREFIX ex: <urn:x> SELECT * { ?service ex:SERVICE $service ; ex:a.service 1 }",
    "PREFIX service: <urn:x> SELECT * { ?s service:insert service:delete }",
    'SELECT * { ?s ?p "x"@en-service , _:service }',
    'SELECT * { ?s ?p "say \\u0022x\\u0022" FILTER(?p<?s&&?p>?s) }',
]

# Each of these makes pyoxigraph call out, however odd it looks (the canary test proves it).
CALLS = {
    "plain": "ASK { SERVICE <URL> {} }",
    "silent": "ASK { service silent <URL> {} }",
    "without spaces": "ASK{SERVICE<URL>{}}",
    "after a prefix of its own": "PREFIX ex: <URL> ASK { SERVICE ex: {} }",
    "by a variable": "SELECT * { VALUES ?x { <URL> } LATERAL { SERVICE ?x {} } }",
    "nested": "SELECT * { { SELECT * { OPTIONAL { SERVICE <URL> {} } } } }",
    "after a carriage return": "ASK { # comment\rSERVICE <URL> {} }",
    "glued to SILENT": "ASK { SERVICESILENT<URL> {} }",
    "glued to its target": "PREFIX ex: <URL> ASK { SERVICEex: {} }",
    "as a declared prefix": "PREFIX : <URL> PREFIX service: <urn:x> ASK { SERVICE: # {\n{} }",
    "after two dots": "PREFIX a: <urn:x> ASK { ?a ?b a:b.c.SERVICE <URL> {} }",
    "behind less-than and a comment": 'ASK { FILTER(1<2#>"""\n) SERVICE <URL> {} #"""\n }',
    "inside less-than": "ASK { FILTER(1<2)SERVICE#>\n<URL> {} }",
    "behind less-than and a string": "ASK { BIND(1<'>'AS ?x) SERVICE <URL> {} #'\n }",
}

# These are for engines that read escapes as the standard says, before the grammar.
ESCAPED = [
    "ASK { \\u0053ERVICE <http://x/> {} }",
    "ASK { S\\U00000045RVICE <http://x/> {} }",
    "ASK { # comment\\u000ASERVICE <http://x/> {} }",
    "ASK { ?s ?p '\\u0027 . SERVICE <http://x/> {} #' }",
]

UPDATES = [
    "INSERT DATA { <urn:a> <urn:b> 1 }",
    "PREFIX a: <urn:a> DELETE WHERE { ?s ?p ?o }",
    "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "LOAD <http://x/>",
    "CLEAR ALL",
    "create graph <urn:g>",
    "DROP ALL",
    "COPY <urn:a> TO <urn:b>",
    "MOVE <urn:a> TO <urn:b>",
    "ADD <urn:a> TO <urn:b>",
    "SELECT * { } ; DROP ALL",
    "IN\\u0053ERT DATA { }",
]


@pytest.mark.parametrize("text", FORMS)
def test_the_form_is_the_first_keyword_that_names_one(text):
    assert guard.read(text).form == FORMS[text]


def test_from_is_noticed_as_a_keyword_only():
    assert guard.read("SELECT * FROM <urn:g> { ?s ?p ?o }").has_dataset
    assert guard.read("ASK from named <urn:g> { }").has_dataset
    assert not guard.read("SELECT ?from { ?from ?p 'FROM' } # FROM").has_dataset


@pytest.mark.parametrize("text", HARMLESS)
def test_words_inside_strings_names_and_comments_are_harmless(text):
    assert guard.read(text).form == "SELECT"


@pytest.mark.parametrize("case", CALLS)
def test_service_is_refused(case, canary):
    with pytest.raises(Forbidden, match=r"line \d+, column \d+: .*SERVICE"):
        guard.read(CALLS[case].replace("URL", canary.url))
    assert canary.hits == 0


@pytest.mark.parametrize("case", CALLS)
def test_what_is_refused_would_have_called_out(case, canary):
    store = Store()
    store.update("INSERT DATA { <urn:a> <urn:b> <urn:xb.c> }")
    text = CALLS[case].replace("URL", canary.url)
    with suppress(OSError):
        list(store.query(text)) if "SELECT" in text else bool(store.query(text))
    assert canary.hits


@pytest.mark.parametrize("text", ESCAPED)
def test_service_is_refused_behind_escapes(text):
    with pytest.raises(Forbidden):
        guard.read(text)


@pytest.mark.parametrize("text", UPDATES)
def test_updates_are_refused(text):
    with pytest.raises(Forbidden, match="only answers queries"):
        guard.read(text)


@pytest.mark.parametrize("text", ["", "  # SELECT", "hello", "PREFIX a: <urn:a>", "'SELECT'"])
def test_a_text_without_a_query_is_told_what_to_start_with(text):
    with pytest.raises(BadQuery, match="start with SELECT"):
        guard.read(text)


@pytest.mark.parametrize(
    "target",
    [
        "<https://good.org/sparql>",
        "SILENT <https://good.org>",
        "# where\n<HTTPS://GOOD.org:443/x>",
        "<https://good.org?x>",
        "<http://good.org:8080/sparql>",
    ],
)
def test_service_may_call_an_origin_on_the_list(target):
    services = frozenset({"https://good.org", "http://good.org:8080"})
    assert guard.read(f"ASK {{ SERVICE {target} {{}} }}", services).form == "ASK"


@pytest.mark.parametrize(
    "target",
    [
        "<https://good.org.evil.net/>",
        "<https://good.org@evil.net/>",
        "<https://good.org:8080/>",
        "<http://good.org/>",
        "<ftp://good.org/>",
        "<//good.org/>",
        "<https://good.org\\u0040evil.net/>",
        "good:sparql",
        "?good",
        "<https://good.org/> {} SERVICE <https://evil.net/>",
    ],
)
def test_service_may_call_no_other_origin(target):
    with pytest.raises(Forbidden):
        guard.read(f"ASK {{ SERVICE {target} {{}} }}", frozenset({"https://good.org"}))


def test_a_very_long_text_is_refused():
    with pytest.raises(TooLarge, match="262,144 characters"):
        guard.read("ASK {}" + " " * guard.LONGEST)


@pytest.mark.parametrize(
    "piece", ["a.", "<'>", '"""', "'", "<#>", "<a", "a:a.", "é.", "\\u0027", "#"]
)
def test_reading_time_grows_with_the_length_alone(piece):
    text = "ASK {}" + piece * (guard.LONGEST // len(piece) - 6)
    start = time.process_time()
    with suppress(BadQuery, Forbidden):
        guard.read(text)
    assert time.process_time() - start < 4


def test_a_text_of_many_doubtful_iris_is_refused():
    with pytest.raises(BadQuery, match="use prefixes"):
        guard.read("SELECT * { " + "?s <#p> 1 .\n" * 101 + "} # SERVICE")


def test_a_long_text_with_nothing_to_refuse_is_read_no_further_than_to_its_form():
    start = time.process_time()
    assert guard.read("ASK { " + "?s <#p> 1 .\n" * 20_000 + "}").form == "ASK"
    assert time.process_time() - start < 0.1
