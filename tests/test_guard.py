"""The guard reads keywords, and only keywords, however they are written."""

import time
from contextlib import suppress

import pytest
from pyoxigraph import Store

from oib.engine import default_graph
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

# Each of these makes pyoxigraph call out, however odd it looks (proved by tests).
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
    assert guard.parse(text).form == FORMS[text]


def test_from_is_noticed_as_a_keyword_only():
    assert guard.parse("SELECT * FROM <urn:g> { ?s ?p ?o }").has_dataset
    assert guard.parse("ASK from named <urn:g> { }").has_dataset
    assert not guard.parse("SELECT ?from { ?from ?p 'FROM' } # FROM").has_dataset


@pytest.mark.parametrize("text", HARMLESS)
def test_words_inside_strings_names_and_comments_are_harmless(text):
    assert guard.parse(text).form == "SELECT"


@pytest.mark.parametrize("case", CALLS)
def test_service_is_refused(case, listener):
    with pytest.raises(Forbidden, match=r"line \d+, column \d+: .*SERVICE"):
        guard.parse(CALLS[case].replace("URL", listener.url))
    assert listener.hits == 0


@pytest.mark.parametrize("case", CALLS)
def test_what_is_refused_would_have_called_out(case, listener):
    store = Store()
    store.update("INSERT DATA { <urn:a> <urn:b> <urn:xb.c> }")
    text = CALLS[case].replace("URL", listener.url)
    with suppress(OSError):
        list(store.query(text)) if "SELECT" in text else bool(store.query(text))
    assert listener.hits


@pytest.mark.parametrize("text", ESCAPED)
def test_service_is_refused_behind_escapes(text):
    with pytest.raises(Forbidden):
        guard.parse(text)


@pytest.mark.parametrize("text", UPDATES)
def test_updates_are_refused(text):
    with pytest.raises(Forbidden, match="only answers queries"):
        guard.parse(text)


@pytest.mark.parametrize("text", ["", "  # SELECT", "hello", "PREFIX a: <urn:a>", "'SELECT'"])
def test_a_text_without_a_query_is_answered_with_what_to_start_with(text):
    with pytest.raises(BadQuery, match="start with SELECT"):
        guard.parse(text)


def test_a_very_long_text_is_refused():
    with pytest.raises(TooLarge, match="262,144 characters"):
        guard.parse("ASK {}" + " " * guard.MAX_QUERY_LENGTH)


HOSTILE = [
    "a.",
    "<'>",
    '"""',
    "'",
    "<#>",
    "<a",
    "a:a.",
    "é.",
    "\\u0027",
    "#",
    '\\"',
    "\\'",
    '"',
    '""" ',
    "''' ",
    '\\"""',
    "\\'''a",
    '"\\',
    "\"'",
    '\n"',
    "'#\n",
    "<'#>\"",
    "SERVICE:#\n",
    "PREFIX service:",
    "from:a ",
    "1",
    "{",
    "@a-",
    "?a",
    "%41",
    "a:%41",
    "\\U00000022",
]


@pytest.mark.parametrize("start", ["ASK FROM {", "ASK {", "SELECT (NOW() AS ?x) {", ""])
@pytest.mark.parametrize("piece", HOSTILE)
def test_the_time_to_parse_is_linear_in_the_length(piece, start):
    text = start + piece * ((guard.MAX_QUERY_LENGTH - len(start)) // len(piece))
    begun = time.process_time()
    with suppress(BadQuery, Forbidden):
        guard.parse(text)
    assert time.process_time() - begun < 4  # at most 0.5 s; quadratic, it would take a minute


def test_a_string_that_is_not_closed_is_named_with_its_place():
    for text in ('ASK FROM <urn:g> {\n ?s ?p "a }', "ASK FROM <urn:g> {\n ?s ?p '''a }"):
        with pytest.raises(BadQuery, match="string that starts here is not closed") as bad:
            guard.parse(text)
        assert (bad.value.line, bad.value.column) == (2, 8 if '"' in text else 10)


VOLATILE = [
    "SELECT (NOW() AS ?n) {}",
    "SELECT (rand ( ) AS ?n) FROM <urn:g> {}",
    "SELECT * { BIND(Uuid() AS ?x) }",
    "SELECT * { FILTER(STRLEN(STRUUID()) = 36) }",
    "SELECT (BNODE('a') AS ?x) {}",
    "SELECT (COUNT(DISTINCT NOW # now\n()) AS ?n) {}",
    'SELECT * { BIND(REPLACE("\\"", "a", "b") AS ?y) BIND(rand() AS ?x) }',
    "CONSTRUCT { [] ?p ?o } WHERE { ?s ?p ?o }",
    "CONSTRUCT { _:b ?p ?o } FROM <urn:g> WHERE { ?s ?p ?o }",
    "CONSTRUCT { ?s ?p (1 2) } WHERE { ?s ?p ?o }",
    # Engines without a lexer of their own see no IRI here, and need no blank before a keyword.
    "SELECT (1<2&&RAND()>0.5 AS ?x) {}",
    "SELECT (1<'>' && RAND()>'' AS ?x) {}",
    "SELECT (COUNT(DISTINCTrand()) AS ?n) FROM <urn:g> {}",
    "SELECT (\\u0052AND() AS ?x) {}",
    # No engine calls anything here, but who looks closely can be led astray.
    "SELECT * { ?s <urn:NOW()> 'NOW()' } # RAND()",
    "SELECT * FROM <urn:rand()> { ?s ?p 'NOW()' }",
]
SETTLED = [
    "SELECT * { ?now ?rand ?uuid }",
    "SELECT ?now (COUNT(*) AS ?n) { ?now ?rand ?o } GROUP BY ?now",
    'PREFIX now: <urn:x> SELECT * { ?s now:rand "\\"NOW" }',
    "SELECT * { [] ?p (1 2) }",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o , [] }",
]


@pytest.mark.parametrize("text", VOLATILE + SETTLED)
def test_a_query_whose_answer_its_text_does_not_settle_is_volatile(text):
    assert guard.parse(text).is_volatile == (text in VOLATILE)


def test_a_byte_order_mark_is_skipped():
    parsed = guard.parse("\ufeffASK {}")
    assert (parsed.text, parsed.form) == ("ASK {}", "ASK")


def test_the_graphs_that_the_text_names():
    parsed = guard.parse(
        "PREFIX ex: <http://example.org/> # FROM\n"
        "SELECT ?from FROM ex:a from <b> FROM NAMED <urn:c> { ?from ex:FROM 'FROM <x>' }"
    )
    assert parsed.prologue == "PREFIX ex: <http://example.org/> # FROM\n"
    assert parsed.from_graphs == ("ex:a", "<b>")
    assert parsed.from_named_graphs == ("<urn:c>",)
    assert parsed.has_dataset
    assert parsed.names_graphs


@pytest.mark.parametrize(
    ("text", "names_graphs"),
    [
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", True),
        ("SELECT * { graph<urn:g>{ ?s ?p ?o } }", True),
        ('SELECT * { ?s ?p "\\"" graph ?g { ?s ?p ?o } }', True),
        ("SELECT * { ?s <urn:graph> 'GRAPH' } # GRAPH", False),
        ("SELECT * { ?s ?p ?o }", False),
    ],
)
def test_a_query_that_names_graphs_is_distinguished(text, names_graphs):
    assert guard.parse(text).names_graphs == names_graphs


@pytest.mark.parametrize(
    "text",
    [
        "PREFIX from: <urn:x> SELECT * FROM from:a FROM from:b { ?s ?p ?o }",
        "PREFIX from: <urn:x> SELECT (1 + from:f(2) AS ?x) FROM from:a FROM <urn:xb> { }",
        "PREFIX from: <urn:x> ASK FROM from:a FROM <urn:xb> { } ORDER BY from:f(1)",
        "PREFIX from: <urn:x> CONSTRUCT { from:a ?p ?o } FROM from:a FROM <urn:xb> WHERE { }",
        "PREFIX from: <urn:x> DESCRIBE from:s FROM from:a FROM <urn:xb>",
        "PREFIX named: <urn:x> ASK FROM named:a FROM NAMED named:a FROM <urn:xb> { named:b ?p 1 }",
        "PREFIX FROM: <urn:x> PREFIX fromage: <urn:x> ASK FROM FROM:a FROM fromage:b { }",
    ],
)
def test_prefixes_that_are_spelled_like_keywords_name_graphs(text):
    parsed = guard.parse(text)
    assert default_graph.named_in(parsed).default == ("urn:xa", "urn:xb")


@pytest.mark.parametrize(
    "text",
    [
        "PREFIX webservice: <urn:x> SELECT * { GRAPH webservice:g { ?s ?p ?o } }",
        "PREFIX service: <urn:x> ASK FROM service:g { ?s ?p ?o }",
        "PREFIX service: <urn:x> ASK FROM NAMED service:g { ?s service:p ?o FILTER(?o) { } }",
        "PREFIX webservice: <urn:x> SELECT * { ?s webservice:p ?o . { ?s ?p ?o } }",
    ],
)
def test_prefixes_that_are_spelled_like_service_are_let_pass(text):
    assert guard.parse(text)
    Store().query(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("PREFIX ex: <urn:x> ASK FROMex:a { }", "prefix FROMex: is not declared"),
        ("PREFIX ex: <urn:x> ASK FROM NAMEDex:a { }", "prefix NAMEDex: is not declared"),
        ("PREFIX ex: <urn:x> PREFIX FROMex: <urn:y> ASK FROMex:a { }", "a space after FROM"),
        ("PREFIX from: <urn:x> SELECT ?s from:a { }", "a space after FROM"),
        ("PREFIX from: <urn:x> CONSTRUCT { ?s ?p 1 } from:a WHERE { ?s ?p 1 }", "a space after"),
    ],
)
def test_names_that_engines_read_in_two_ways_are_refused(text, message):
    with pytest.raises(BadQuery, match=rf"line 1, column \d+: .*{message}"):
        guard.parse(text)


def test_a_text_of_many_doubtful_iris_is_refused():
    with pytest.raises(BadQuery, match="use prefixes"):
        guard.parse("SELECT * { " + "?s <#p> 1 .\n" * 101 + "} # SERVICE")


def test_a_long_text_with_nothing_to_refuse_is_read_no_further_than_to_its_form():
    start = time.process_time()
    assert guard.parse("ASK { " + "?s <#p> 1 .\n" * 20_000 + "}").form == "ASK"
    assert time.process_time() - start < 0.1
