"""No bytes of one request are read as another, and no header stands in for another one."""

import pytest

import live_server
import raw_client
from raw_client import exchange, get, head, statuses

INNER = get("/health", "X-Smuggled: 1")


@pytest.fixture(scope="module")
def root(small_root):
    return small_root


@pytest.mark.parametrize("attempt", range(4))
@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_the_body_of_a_get_is_not_the_next_request(root, framing, attempt):
    # The head is sent again and again, so that a server that remembers requests knows it.
    if framing == "length":
        fields, body = f"Content-Length: {len(INNER)}", INNER
    else:
        fields, body = "Transfer-Encoding: chunked", b"%x\r\n%s\r\n0\r\n\r\n" % (len(INNER), INNER)
    start = head("GET", "/sparql?query=ASK%7B%7D", fields) + b"\r\n"
    assert len(statuses(exchange(root, start, body))) == 1


@pytest.mark.parametrize("protocol", ["h2c", "websocket", "unknown"])
@pytest.mark.parametrize("pieces", [1, 2])
def test_the_body_of_a_request_that_offers_an_upgrade_is_its_body(root, protocol, pieces):
    upgrade = ("Connection: Upgrade, HTTP2-Settings", f"Upgrade: {protocol}", "HTTP2-Settings: AA")
    request = raw_client.post("ASK {}", "Accept: text/csv", *upgrade)
    start, _, body = request.partition(b"\r\n\r\n")
    received = exchange(root, *([request] if pieces == 1 else [start + b"\r\n\r\n", body]))
    assert statuses(received) == [200]
    assert received.endswith(b"true") or b"true" in received.rpartition(b"\r\n\r\n")[2]


def test_a_request_in_the_body_of_an_offered_upgrade_is_not_answered(root):
    fields = ("Content-Type: application/sparql-query", "Connection: Upgrade", "Upgrade: foo")
    start = head("POST", "/sparql", *fields, f"Content-Length: {len(INNER)}") + b"\r\n"
    assert statuses(exchange(root, start, INNER)) == [400]


@pytest.mark.parametrize(
    "fields",
    [
        ("Content-Length: 6", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding : chunked",),
        ("Transfer-Encoding: \x0bchunked",),
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: +5",),
        ("Content-Length: 0x5",),
        ("Content-Length: -1",),
        ("Content-Length: 5 5",),
        ("Content-Length: 99999999999999999999999",),
    ],
)
def test_a_body_whose_length_is_unclear_is_refused_with_all_that_follows(root, fields):
    start = head("POST", "/sparql", "Content-Type: application/sparql-query", *fields) + b"\r\n"
    received = statuses(exchange(root, start + b"5\r\nASK{}\r\n0\r\n\r\n" + get("/health")))
    assert len(received) == 1
    assert 400 <= received[0] < 500 or received[0] == 501


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /health HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /health HTTP/2.0\r\nHost: a\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
    ],
    ids=["no Host", "two Hosts", "HTTP/2.0", "NUL"],
)
def test_a_head_that_http_forbids_is_refused(root, request_):
    received = statuses(exchange(root, request_))
    assert len(received) == 1
    assert received[0] in (400, 505)


@pytest.fixture(scope="module")
def home_root(snapshots, snapshot):
    with live_server.serve("--out", snapshots) as server:
        yield server.root


def page(root, *fields):
    """Return the language of the front page, asked for in English."""
    request = get(
        "/?fresh", "Accept: text/html", "Accept-Language: en", "Connection: close", *fields
    )
    received = exchange(root, request)
    return b'<html lang="en"' in received, b'<html lang="zh' in received


@pytest.mark.parametrize("field", ["Accept_Language: zh-Hans", "HTTP_ACCEPT_LANGUAGE: zh-Hans"])
def test_a_header_with_an_underscore_does_not_stand_in_for_another(home_root, field):
    poisoned = page(home_root, field)
    assert poisoned == page(home_root)
    assert poisoned[0]


@pytest.mark.parametrize("field", ["Host", "X-Forwarded-Host", "Forwarded"])
def test_no_address_of_ours_is_made_of_what_a_client_sends(home_root, field):
    fields = ["X-Forwarded-Proto: ftp"]
    fields.append(
        "Forwarded: host=evil.example" if field == "Forwarded" else f"{field}: evil.example"
    )
    for path in ("/queries", "/id/person/sun-youshun", "/sparql", "/.well-known/void", "/"):
        start = head("GET", path, *fields, "Connection: close")
        if field == "Host":
            start = start.replace(b"Host: localhost\r\n", b"")
        assert b"evil.example" not in exchange(home_root, start + b"\r\n", pause=0)
