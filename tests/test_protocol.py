"""The W3C tests of the SPARQL 1.1 Protocol, over HTTP, on a real server."""

import http.client
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from pyoxigraph import QueryBoolean, QuerySolutions, parse, parse_query_results
from rdflib import Graph, Namespace
from rdflib.collection import Collection

import live_server
from oib.sparql import results

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
MISSING = f"no W3C tests at {live_server.PROTOCOL}: set W3C_TESTS to a folder that holds sparql11/"


def manifest():
    """Return the requests of each test, by its name."""
    path = live_server.PROTOCOL / "manifest.ttl"
    if not path.is_file():
        return {}
    graph = Graph().parse(path)
    (entries,) = graph.objects(None, MF.entries)
    return {test.fragment: [*requests_of(graph, test)] for test in Collection(graph, entries)}


def requests_of(graph, test):
    action = graph.value(test, MF.action)
    for request in Collection(graph, graph.value(action, HT.requests)):
        body = graph.value(request, HT.body)
        response = graph.value(request, HT.resp)
        encoding = graph.value(body, CNT.characterEncoding, default="utf-8")
        headers = Collection(graph, graph.value(request, HT.headers))
        yield {
            "method": str(graph.value(request, HT.methodName)),
            "path": str(graph.value(request, HT.absolutePath)),
            "headers": {
                str(graph.value(header, HT.fieldName)): str(graph.value(header, HT.fieldValue))
                for header in headers
            },
            "body": str(graph.value(body, CNT.chars)).encode(encoding) if body else None,
            "statuses": {status.fragment for status in graph.objects(response, MF.expectedStatus)},
            "format": str(graph.value(response, MF.expectedFormat) or ""),
            "boolean": graph.value(response, MF.expectedBoolean),
        }


TESTS = manifest()
QUERIES = [name for name in TESTS if "update" not in name]
UPDATES = [name for name in TESTS if "update" in name]
NONE = [pytest.param("none", marks=pytest.mark.skip(reason=MISSING))]


@pytest.fixture(scope="module")
def root():
    with live_server.serving(live_server.protocol_app) as root:
        yield root


def send(root, request):
    connection = http.client.HTTPConnection(urlsplit(root).netloc, timeout=30)
    connection.request(request["method"], request["path"], request["body"], request["headers"])
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, response.headers.get_content_type(), body


def test_the_suite_is_here():
    if not TESTS:
        pytest.skip(MISSING)
    assert (len(QUERIES), len(UPDATES)) == (20, 14)


@pytest.mark.parametrize("name", TESTS or NONE)
def test_what_is_sent_is_what_the_manifest_says(name):
    for request in TESTS[name]:
        assert request["path"].startswith("/sparql/")
        assert request["statuses"]
        assert request["statuses"] <= {"StatusCode2xx", "StatusCode3xx", "StatusCode4xx"}
        line, headers, body = sent(request)
        assert line == f"{request['method']} {request['path']} HTTP/1.1"
        own = {"host", "accept-encoding", "content-length"}
        assert {name: headers[name] for name in headers.keys() - own} == request["headers"]
        assert body == (request["body"] or b"")


def sent(request):
    """Return what comes over the wire: the first line, the headers in small letters, the body."""
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        port = server.getsockname()[1]
        sending = pool.submit(send, f"http://127.0.0.1:{port}", request)
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as stream:
            line = stream.readline().decode().rstrip()
            fields = [
                (name.lower(), text) for name, text in http.client.parse_headers(stream).items()
            ]
            body = stream.read(int(dict(fields).get("content-length", 0)))
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        assert sending.result()[0] == 204
    return line, dict(fields), body


@pytest.fixture(scope="module")
def writable():
    with live_server.serving(live_server.writable_app) as root:
        yield root


@pytest.mark.parametrize("name", QUERIES or NONE)
def test_query(root, name):
    agree(root, name)


@pytest.mark.parametrize("name", UPDATES or NONE)
def test_update_in_a_store_of_its_own(writable, name):
    agree(writable, name)


def agree(root, name):
    for request in TESTS[name]:
        status, media_type, body = send(root, request)
        assert f"StatusCode{status // 100}xx" in request["statuses"], body
        if status >= 400:
            assert media_type == "application/problem+json"
            assert json.loads(body)["status"] == status
        elif request["format"] == "RDF":
            list(parse(body, results.GRAPHS[media_type]))
        elif request["format"]:
            result = parse_query_results(body, results.TABLES[media_type])
            wanted = {"boolean": QueryBoolean, "tabular": QuerySolutions}[request["format"]]
            assert isinstance(result, wanted)
        if request["boolean"] is not None:
            assert truth(media_type, body) == request["boolean"].toPython()


@pytest.mark.parametrize("name", UPDATES or NONE)
def test_update_is_refused(root, name):
    update = TESTS[name][0]
    status, media_type, body = send(root, update)
    # What is wrong with the request itself is told first.
    wrong = {
        "bad_update_wrong_media_type": 415,
        "bad_update_missing_form_type": 415,
        "bad_update_non_utf8": 415,
        "bad_multiple_updates": 400,
    }
    assert status == wrong.get(name, 403), body
    assert media_type == "application/problem+json"


def truth(media_type, body):
    if media_type.endswith("json"):
        return json.loads(body)["boolean"]
    return ElementTree.fromstring(body).find("{*}boolean").text == "true"
