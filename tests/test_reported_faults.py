"""Requests that people reported of this or of like servers, over a real connection.

Each stands for its kind; the other members of the kind are tried where the module is tested.
"""

import csv
import http.client
import io
import json
import time
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree

import pytest

JSON, XML, CSV = "application/sparql-results+json", "application/sparql-results+xml", "text/csv"
TRIPLE = "<<( <http://example.org/a> <http://example.org/b> 1 )>>"


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def detail(self):
        return json.loads(self.body)["detail"]

    @property
    def rows(self):
        return list(csv.reader(io.StringIO(self.body.decode())))[1:]


@pytest.fixture
def request_(small_root):
    """Send a request and return its answer."""

    def send(method, path, body=None, **headers):
        connection = http.client.HTTPConnection(urlsplit(small_root).netloc, timeout=60)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, names)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    return send


@pytest.fixture
def ask(request_):
    """Ask a query by GET."""

    def send(query, accept=CSV, **parameters):
        return request_(
            "GET", f"/sparql?{urlencode({'query': query, **parameters})}", Accept=accept
        )

    return send


@pytest.mark.parametrize("media_type", [XML, "application/xml"])
def test_a_carriage_return_comes_back_from_xml(ask, media_type):
    answer = ask('SELECT ("a\\r\\nb" AS ?x) {}', media_type)
    assert ElementTree.fromstring(answer.body).findtext(".//{*}literal") == "a\r\nb"


@pytest.mark.parametrize(
    ("query", "media_type", "named"),
    [
        ('SELECT ("a\\u0001b" AS ?x) {}', XML, "U+0001"),
        ('SELECT ("\\uFFFE" AS ?x) {}', XML, "U+FFFE"),
        ('CONSTRUCT { <urn:s> <urn:p> "\\u000B" } {}', "application/rdf+xml", "U+000B"),
        ('CONSTRUCT { <urn:s> <urn:123> "x" } {}', "application/rdf+xml", "<urn:123>"),
        (f"CONSTRUCT {{ <urn:s> <urn:p> {TRIPLE} }} {{}}", "application/ld+json", "example.org/b"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_and_named(ask, query, media_type, named):
    answer = ask(query, media_type)
    assert answer.status == 406
    assert named in answer.detail
    assert "ask for" in answer.detail


def test_a_type_is_a_type_in_json_ld(ask):
    answer = ask(
        "CONSTRUCT { <http://example.org/s> a <http://example.org/T> } {}", "application/ld+json"
    )
    (node,) = json.loads(answer.body)["@graph"]
    assert node["@type"] == ["http://example.org/T"]


def test_a_byte_order_mark_is_skipped(ask, request_):
    assert ask("\ufeffASK {}").status == 200
    headers = {"Content_Type": "application/sparql-query"}
    assert request_("POST", "/sparql", "\ufeffASK {}".encode(), **headers).status == 200


def test_empty_parameters_count_as_not_given(request_):
    path = "/sparql?default-graph-uri=&named-graph-uri=&format=&timeout=&query=ASK%20%7B%7D"
    assert json.loads(request_("GET", path).body)["boolean"] is True


@pytest.mark.parametrize("name", ["as", "format", "output"])
def test_the_address_decides_the_format(ask, name):
    answer = ask(
        "SELECT (1 AS ?x) {}", "text/html,application/xhtml+xml,*/*;q=0.8", **{name: "csv"}
    )
    assert (answer.status, answer.headers.get_content_type()) == (200, CSV)
    assert ask("ASK {}", **{name: "cvs"}).status == 406


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/graph-store?default", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"),  # Java
        ("/sparql?query=ASK%7B%7D", "text/csv;q=1.0000, image/*;q=x"),
    ],
)
def test_an_odd_member_of_accept_spoils_nothing(request_, path, accept):
    assert request_("GET", path, Accept=accept).status == 200


def test_accept_is_read_in_linear_time(request_):
    start = time.monotonic()
    accept = "text/csv;q=a" + " " * 20_000 + "b"
    assert request_("GET", "/sparql?query=ASK%7B%7D", Accept=accept).status in (406, 431)
    assert time.monotonic() - start < 3  # it took ten seconds, in which nobody else was answered


@pytest.mark.parametrize("piece", ['\\"', "\\'"])
def test_the_guard_reads_in_linear_time(request_, piece):
    text = "ASK FROM {" + piece * (65_000 // len(piece))
    start = time.monotonic()
    answer = request_("POST", "/sparql", text.encode(), Content_Type="application/sparql-query")
    assert answer.status == 400
    assert time.monotonic() - start < 3  # it took six, and four times that for twice the text


@pytest.mark.parametrize(
    ("query", "line", "column", "message"),
    [
        ("SELECT * { ?s foaf:name ?o }", 1, 15, "prefix foaf: is not declared"),
        ("SELECT * {\n ?s ?p 'x }", 2, 8, "the string that starts here is not closed"),
        ("SELECT (FOO(1) AS ?x) {}", 1, 9, "FOO is no function"),
        ("SELECT ?x { ?s ?p ?x } GROUP BY ?s", 1, 8, "?x is neither grouped nor aggregated"),
        ("SELECT (1 AS ?x) (2 AS ?x) {}", 1, 24, "SELECT names ?x twice"),
    ],
)
def test_an_error_says_what_to_mend_and_where(ask, query, line, column, message):
    answer = ask(query)
    assert answer.status == 400
    assert message in answer.detail
    assert (json.loads(answer.body)["line"], json.loads(answer.body)["column"]) == (line, column)


def test_prefixes_may_be_spelled_like_keywords(ask):
    graphs = [f"http://example.org/graph/{name}" for name in ("small", "other", "small")]
    count = (
        f"SELECT (COUNT(*) AS ?n) {' '.join(f'FROM <{graph}>' for graph in graphs)} {{ ?s ?p ?o }}"
    )
    plain = ask(count).rows
    assert plain != [["0"]]
    for prefix in ("from", "named", "FROM"):
        assert ask(f"PREFIX {prefix}: <http://example.org/> {count}").rows == plain
    query = "PREFIX webservice: <http://example.org/> SELECT * { GRAPH webservice:g { ?s ?p ?o } }"
    answer = ask(query)
    assert (answer.status, answer.rows) == (200, [])


@pytest.mark.parametrize("charset", ["utf8", "ISO-8859-1"])
def test_a_form_in_ascii_may_claim_any_charset(request_, charset):
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    assert request_("POST", "/sparql", "query=" + quote("ASK {}"), Content_Type=kind).status == 200


def test_a_body_that_is_encoded_as_it_is_is_read(request_):
    headers = {"Content_Type": "application/sparql-query", "Content_Encoding": "identity"}
    assert request_("POST", "/sparql", "ASK {}", **headers).status == 200
