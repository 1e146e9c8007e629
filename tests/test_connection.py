"""Connections: HTTP as it comes over the wire, known requests, and clients that are slow or go."""

import socket
import time
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import pytest

import live_server
from hostile_queries import QUERY
from oib.http.messages import Request
from oib.http.response_cache import MemoEntry, RequestMemo
from oib.http.settings import HttpSettings
from oib.response_headers import MAX_BODY

ASK = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n"
SELECT = b"GET /sparql?query=SELECT%20(1%20AS%20%3Fx)%7B%7D HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(scope="module")
def root():
    with live_server.serving(live_server.small_app) as root:
        yield root


@pytest.fixture(scope="module")
def impatient():
    with live_server.serving(live_server.small_app, head_seconds=0.5, body_seconds=0.5) as root:
        yield root


@contextmanager
def wire(root):
    """Open a connection and yield a function that sends bytes and returns so many answers."""
    with closing(socket.create_connection(_address(root), timeout=10)) as client:
        answers = client.makefile("rb")

        def talk(*pieces, answers_wanted=1, pause=0.0, has_body=True):
            for piece in pieces:
                client.sendall(piece)
                time.sleep(pause)
            return [_answer(answers, has_body) for _ in range(answers_wanted)]

        talk.rest = answers.read
        talk.tell = client.sendall
        yield talk


def test_the_same_bytes_again_get_the_same_answer(root):
    with wire(root) as talk:
        told = [talk(ASK + b"\r\n")[0] for _ in range(6)]
    statuses, fields, bodies = zip(*told, strict=True)
    assert set(statuses) == {200}
    assert len(set(bodies)) == 1
    assert all("date" in each for each in fields)
    assert len({tuple(sorted((n, v) for n, v in f.items() if n != "date")) for f in fields}) == 1


def test_remembered_requests_are_counted_like_others(root):
    with wire(root) as talk:
        talk(ASK + b"X: count\r\n\r\n")
        before = _metric(root, 'oib_requests_total{route="sparql",status="200"}')
        for _ in range(7):
            talk(ASK + b"X: count\r\n\r\n")
        assert _metric(root, 'oib_requests_total{route="sparql",status="200"}') == before + 7


def test_requests_with_the_same_fields_differ_by_their_targets(root):
    fields = b" HTTP/1.1\r\nHost: a\r\nAccept: application/sparql-results+json\r\n\r\n"
    with wire(root) as talk:
        for number in range(4):
            query = b"/sparql?query=SELECT%%20(%d%%20AS%%20%%3Fx)%%20%%7B%%7D" % number
            ((status, _, body),) = talk(b"GET " + query + fields)
            assert status == 200
            assert b'"value":"%d"' % number in body
        for target, status in ((b"/absent", 404), (b"/a" * 40_000, 414), (b"none", 400)):
            with wire(root) as other:
                assert other(b"GET " + target + fields)[0][0] == status


def test_two_requests_in_one_piece_get_two_answers(root):
    with wire(root) as talk:
        for _ in range(4):
            first, second = talk(ASK + b"\r\n" + SELECT + b"\r\n", answers_wanted=2)
            assert b'"boolean":true' in first[2]
            assert b'"value":"1"' in second[2]


def test_a_request_in_pieces_is_one_request(root):
    with wire(root) as talk:
        for _ in range(4):
            talk(ASK + b"\r\n")
            status, _, body = talk(ASK[:9], ASK[9:], b"X: pieces\r\n", b"\r\n", pause=0.02)[0]
            assert (status, body) == (200, b'{"head":{},"boolean":true}')


def test_the_end_of_a_request_that_looks_like_a_remembered_one_is_none(root):
    """A body that is, byte for byte, a request known before."""
    known = ASK + b"X: body\r\n\r\n"
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
    post = head + b"Content-Length: %d\r\n\r\n"
    with wire(root) as talk:
        for _ in range(3):
            talk(known)
        (status, _, _), *more = talk(post % len(known), known, pause=0.05)
        assert (status, more) == (415, [])
        assert talk(known)[0][0] == 200


def test_a_client_that_wants_to_close_is_disconnected_each_time(root):
    for version, extra in ((b"1.1", b"Connection: close\r\n"), (b"1.0", b"")):
        for _ in range(4):
            with wire(root) as talk:
                request = ASK.replace(b"HTTP/1.1", b"HTTP/" + version) + extra + b"\r\n"
                status, fields, _ = talk(request)[0]
                assert (status, fields["connection"]) == (200, "close")
                assert talk.rest() == b""


def test_a_client_that_knows_the_answer_gets_304_each_time(root):
    with wire(root) as talk:
        tag = talk(ASK + b"\r\n")[0][1]["etag"]
        for _ in range(4):
            status, fields, body = talk(ASK + b"If-None-Match: " + tag.encode() + b"\r\n\r\n")[0]
            assert (status, body) == (304, b"")
            assert "content-type" not in fields


def test_head_has_no_body_each_time(root):
    with wire(root) as talk:
        for _ in range(4):
            status, fields, _ = talk(ASK.replace(b"GET", b"HEAD") + b"\r\n", has_body=False)[0]
            assert (status, fields["content-length"]) == (200, "26")
            assert talk(ASK + b"\r\n")[0][2] == b'{"head":{},"boolean":true}'


def test_a_remembered_request_is_forgotten_when_the_data_are_others():
    memo = RequestMemo()
    memo.store(b"x", MemoEntry("1", b"", b"1", Request("GET", "/sparql")))
    assert memo.lookup(b"x", "1").body == b"1"
    assert memo.lookup(b"x", "2") is None


@pytest.mark.parametrize(
    "junk", [b"\x16\x03\x01\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nX y\r\n\r\n"]
)
def test_what_is_no_http_is_refused_in_good_form(root, junk):
    with wire(root) as talk:
        status, fields, body = talk(junk)[0]
        assert (status, fields["content-type"]) == (400, "application/problem+json")
        assert b"RFC 9112" in body
        assert talk.rest() == b""


def test_a_head_without_end_is_refused(root):
    with wire(root) as talk:
        piece = b"X: " + b"y" * 30_000
        status, _, body = talk(ASK, *[piece] * 6)[0]
        assert status == 431
        assert b"send less" in body


def test_a_head_has_so_many_fields_and_no_more(root):
    with wire(root) as talk:
        fields = [b"X-%d: y\r\n" % number for number in range(HttpSettings.max_fields)]
        assert talk(ASK + b"".join(fields[1:]) + b"\r\n")[0][0] == 200
        assert talk(ASK + b"".join(fields) + b"\r\n")[0][0] == 431


def test_a_body_that_will_be_too_long_is_refused_before_it_comes(root):
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {QUERY}\r\n".encode()
    with wire(root) as talk:
        status, _, body = talk(head + b"Content-Length: %d\r\n\r\n" % (MAX_BODY + 1))[0]
        assert (status, b"a body may have" in body) == (413, True)
    with wire(root) as talk:
        piece = b"%x\r\n%s\r\n" % (MAX_BODY // 4, b" " * (MAX_BODY // 4))
        status, _, body = talk(head + b"Transfer-Encoding: chunked\r\n\r\n", *[piece] * 5)[0]
        assert (status, b"a body may have" in body) == (413, True)


def test_who_does_not_finish_the_head_is_disconnected(impatient):
    for begun in (b"", b"GET /sparql HTTP/1.1\r\nHost"):
        with wire(impatient) as talk:
            talk.tell(begun)
            start = time.monotonic()
            assert talk.rest() == b""
            assert time.monotonic() - start < 8


def test_who_does_not_finish_the_head_of_a_later_request_is_disconnected(impatient):
    with wire(impatient) as talk:
        assert talk(ASK + b"\r\n")[0][0] == 200
        talk.tell(b"GET /spar")
        assert talk.rest() == b""


def test_who_does_not_finish_a_body_is_reported(impatient):
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {QUERY}\r\nContent-Length: 9\r\n\r\n"
    with wire(impatient) as talk:
        status, fields, body = talk(head.encode() + b"ASK")[0]
        assert (status, fields["content-type"]) == (408, "application/problem+json")
        assert b"did not come to its end" in body
        assert talk.rest() == b""


def _metric(root, name):
    lines = send_text(root, "/metrics").splitlines()
    return float(next(line.split()[-1] for line in lines if line.startswith(name)))


def send_text(root, path):
    with wire(root) as talk:
        return talk(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())[0][2].decode()


def _answer(stream, has_body=True):
    status = int(stream.readline().split()[1])
    fields = {}
    while line := stream.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        fields[name.lower()] = value.strip()
    length = 0 if status == 304 or not has_body else int(fields["content-length"])
    return status, fields, stream.read(length)


def _address(root):
    return urlsplit(root).hostname, urlsplit(root).port
