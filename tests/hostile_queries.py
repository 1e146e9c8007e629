"""Hostile: queries that would take a server down, and a client that does not trust its answers."""

import http.client
import json
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

from pyoxigraph import RdfFormat, parse

JSON = "application/sparql-results+json"
QUERY = "application/sparql-query"

_ALL = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
_DOUBLE = "".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
_REPLACE = "".join(f'BIND(REPLACE(?x{n}, "a", "aaaaaaaaaa") AS ?x{n + 1})' for n in range(12))
_VALUES = " ".join(f"({n})" for n in range(30_000))

#: These must be stopped: by time or by memory.
ENDLESS = {
    "cross product, counted": f"SELECT (COUNT(*) AS ?n) {{ {_ALL} }}",
    "cross product, sorted": f"SELECT * {{ {_ALL} }} ORDER BY ?c ?f ?a",
    "cross product, distinct": f"SELECT DISTINCT ?a ?f ?i {{ {_ALL} }} ORDER BY ?i",
    "cross product, asked": f'ASK {{ {_ALL} FILTER(CONCAT(?c, ?f, ?i) = "none") }}',
    "groups, concatenated": f"SELECT ?a ?f (GROUP_CONCAT(?c) AS ?x) {{ {_ALL} }} GROUP BY ?a ?f",
    "strings, doubled": f'SELECT (STRLEN(?x40) AS ?n) {{ BIND("aaaaaaaa" AS ?x0) {_DOUBLE} }}',
    "strings, replaced": f'SELECT (STRLEN(?x12) AS ?n) {{ BIND("a" AS ?x0) {_REPLACE} }}',
    "values, huge": f"SELECT (COUNT(*) AS ?n) {{ VALUES (?x) {{ {_VALUES} }} {_ALL} }}",
    "patterns, matched": f'SELECT (COUNT(*) AS ?n) {{ {_ALL} FILTER REGEX(?c, "(a|aa)+$") }}',
    "graph, constructed": f"CONSTRUCT {{ ?a ?e ?i }} WHERE {{ {_ALL} FILTER(?a = ?i) }}",
}

#: These may be answered or refused, if only in time and in good form.
ODD = {
    "path without end": "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>)* ?b }",
    "path of paths": "SELECT (COUNT(*) AS ?n) { ?a ((!<urn:x>)*/(!<urn:y>)*)* ?b . ?b !a+ ?c }",
    "pattern that backtracks": f'ASK {{ FILTER REGEX("{"a" * 5000}", "^(a+)+$") }}',
    "pattern that is large": 'ASK { FILTER REGEX("a", "((a{1,100}){1,100}){1,100}") }',
    "nested groups": f"ASK {{ {'{' * 5000}{'}' * 5000} }}",
    "nested brackets": f"ASK {{ FILTER({'(' * 5000}1{')' * 5000}) }}",
    "nested functions": f'ASK {{ FILTER({"STR(" * 5000}"x"{")" * 5000}) }}',
    "nested options": f"ASK {{ {'OPTIONAL {' * 5000}{'}' * 5000} }}",
    "nested queries": f"SELECT * {{ {'{ SELECT * {' * 2000}{'} }' * 2000} }}",
    "nested paths": f"ASK {{ ?a {'(' * 5000}a{')*' * 5000} ?b }}",
    "nested lists": f"ASK {{ ?a ?b {'(' * 5000}{')' * 5000} }}",
    "nested negations": f"ASK {{ FILTER({'!' * 50_000}true) }}",
    "nested blank nodes": f"ASK {{ ?a ?b {'[ a ' * 5000}1{']' * 5000} }}",
    "long sum": f"ASK {{ FILTER({'1+' * 50_000}1) }}",
    "long union": f"ASK {{ {'{} UNION ' * 20_000}{{}} }}",
    "many variables": f"SELECT * {{ {' '.join(f'?v{n} ?p ?o .' for n in range(2000))} }} LIMIT 1",
}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    seconds: float

    @property
    def detail(self):
        return json.loads(self.body)["detail"]


def send(root, method, path, body=None, headers=None, timeout=30):
    """Return the answer to a request, after a proof that its body is what its header says."""
    connection = http.client.HTTPConnection(urlsplit(root).netloc, timeout=timeout)
    start = time.monotonic()
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        answer = Answer(
            response.status, response.headers, response.read(), time.monotonic() - start
        )
    finally:
        connection.close()
    is_whole(answer)
    return answer


def ask(root, text, accept=JSON, timeout=30):
    """Ask a query by POST."""
    headers = {"Content-Type": QUERY, "Accept": accept}
    return send(root, "POST", "/sparql", text.encode(), headers, timeout)


def get(root, timeout=30, **parameters):
    return send(root, "GET", f"/sparql?{urlencode(parameters)}", timeout=timeout)


def is_whole(answer):
    """Fail unless a body parses in the media type that its header declares."""
    media_type = answer.headers.get_content_type()
    if "Content-Type" not in answer.headers:
        assert not answer.body
    elif media_type.endswith("json"):
        told = json.loads(answer.body)
        assert media_type != "application/problem+json" or told["status"] == answer.status
    elif media_type.endswith("results+xml"):
        ElementTree.fromstring(answer.body)
    elif media_type in ("text/csv", "text/tab-separated-values", "text/html"):
        answer.body.decode()
    else:
        list(parse(answer.body, RdfFormat.from_media_type(media_type)))
