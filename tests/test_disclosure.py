"""Errors say what to do and nothing of the machine; no path leads out of a folder."""

import re

import pytest

import live_server
import raw_client
from projects import ROOT
from raw_client import CLOSE, exchange, get, post, statuses

SECRETS = re.compile(rb"Traceback|\.py\b|File \"|/usr/|/home/|/root/|/tmp/|pyoxigraph|Python/")


@pytest.fixture(scope="module")
def server(snapshots, snapshot):
    with live_server.serve("--out", snapshots) as server:
        yield server


def nested(depth):
    return "SELECT * { BIND(" + "<<( <urn:a> <urn:p> " * depth + "1" + " )>>" * depth + " AS ?x) }"


REQUESTS = {
    "long name of a dump": get(f"/dump/{'a' * 300}", CLOSE),
    "dump": get("/dump/none.nq", CLOSE),
    "page": get("/doc/person/nobody", "Accept: text/html", CLOSE),
    "saved query": get("/queries/no/query", CLOSE),
    "parameter": get("/queries/base/count?none=1", CLOSE),
    "graph": get("/graph-store?graph=no%20iri", CLOSE),
    "syntax": post("SELECT * {", CLOSE),
    "prefix": post("SELECT * { ?s foaf:name ?o }", CLOSE),
    "update": post("CLEAR ALL", CLOSE),
    "service": post("SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }", CLOSE),
    "media type": post("ASK {}", "Accept: image/png", CLOSE),
    "invalid UTF-8": raw_client.head(
        "POST", "/sparql", "Content-Type: application/sparql-query", "Content-Length: 2", CLOSE
    )
    + b"\r\n\xff\xff",
    "method": raw_client.head("DELETE", "/sparql", CLOSE) + b"\r\n",
    **{
        f"triple term {depth} deep as {accept}": post(nested(depth), f"Accept: {accept}", CLOSE)
        for depth in (3, 400, 3000)
        for accept in ("text/html", "application/sparql-results+json", "text/turtle")
    },
    "triple term in a graph as JSON-LD": post(
        "CONSTRUCT { <urn:s> <urn:p> <<( <urn:a> <urn:p> 1 )>> } WHERE {}",
        "Accept: application/ld+json",
        CLOSE,
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_an_error_over_a_socket_says_nothing_of_the_machine(server, name):
    printed = server.errors.stat().st_size
    received = exchange(server.root, REQUESTS[name], pause=0)
    assert len(statuses(received)) == 1
    assert statuses(received)[0] not in (500, 502)
    body = received.partition(b"\r\n\r\n")[2]
    assert not SECRETS.search(body), body[:500]
    assert str(ROOT).encode() not in body
    if statuses(received)[0] >= 400:
        assert b'"detail"' in body or b"<html" in body
    with server.errors.open("rb") as log:
        log.seek(printed)
        assert b"Traceback" not in log.read()


@pytest.mark.parametrize(
    "path",
    [
        "../../README.md",
        "..%2f..%2fREADME.md",
        "%2e%2e/%2e%2e/README.md",
        "%2e%2e%2f%2e%2e%2fREADME.md",
        "%252e%252e%252fREADME.md",
        "..%5c..%5cREADME.md",
        "..%c0%afREADME.md",
        "..;/README.md",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "file:%2f%2f%2fetc%2fpasswd",
        "README.md%00.nq",
        "manifest.json",
    ],
)
@pytest.mark.parametrize("folder", ["dump", "static", "graph", "queries"])
def test_no_path_leads_out_of_a_folder(server, folder, path):
    received = exchange(server.root, get(f"/{folder}/{path}", CLOSE), pause=0)
    assert len(statuses(received)) == 1
    assert 300 <= statuses(received)[0] < 500
    assert b"root:" not in received
    assert b"Offshore Innovation Bases, as linked data" not in received.partition(b"\r\n\r\n")[2]
