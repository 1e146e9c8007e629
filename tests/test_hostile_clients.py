"""Clients that mean harm, or know no better: over real connections, what they can make us hold."""

import asyncio
import socket
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from ipaddress import ip_network
from urllib.parse import quote, urlsplit

import pytest

import live_server
import raw_client
from oib.http.connections import Connections
from oib.http.settings import HttpSettings
from oib.http.threads import ThreadShares
from process_info import field_of, sockets, wait_until

ASK = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n"
HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
# A short query with an answer of some 3.5 MB, which the cache keeps.
DIGITS = " ".join(map(str, range(10)))
LARGE = f"SELECT * {{ {' '.join(f'VALUES ?{name} {{ {DIGITS} }}' for name in 'abcd')} }}"
MIB = 2**20


def connect(root, receive_buffer=None):
    client = socket.socket()
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(20)
    client.connect((urlsplit(root).hostname, urlsplit(root).port))
    return client


def received(client, seconds=1.0, first=20.0):
    """Return what comes until nothing has come for some seconds, and whether the end has.

    The first bytes may take longer: ``first`` seconds.
    """
    client.settimeout(first)
    pieces = []
    try:
        while piece := client.recv(MIB):
            pieces.append(piece)
            client.settimeout(seconds)
    except TimeoutError:
        return b"".join(pieces), False
    except ConnectionResetError:
        pass
    return b"".join(pieces), True


def exchange(root, *pieces, pause=0.1):
    """Send pieces on one connection; return the statuses that come, and all bytes."""
    got = raw_client.exchange(root, *pieces, pause=pause)
    return raw_client.statuses(got), got


def memory(process):
    """Return the resident memory of a process, in MiB."""
    return int(field_of(process.pid, "rss")) / 1024


def idle_sockets(process):
    """Return how many sockets a server has when no client is connected."""
    counts = []

    def is_stable():
        counts.append(sockets(process.pid))
        return len(counts) > 3 and len(set(counts[-3:])) == 1

    assert wait_until(is_stable)
    return counts[-1]


def large_request(connection=b"keep-alive", query=LARGE):
    path = b"/sparql?query=" + quote(query).encode()
    return b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: " + connection + b"\r\n\r\n"


@pytest.fixture(scope="module")
def root():
    with live_server.serving(live_server.small_app) as root:
        yield root


@pytest.fixture(scope="module")
def proxied(snapshots, snapshot):
    """A server that believes what this machine says as its proxy."""
    with live_server.serve(
        *("--out", snapshots), OIB_TRUSTED_PROXY="127.0.0.0/8", OIB_PUBLIC_URL=""
    ) as server:
        yield server.root


@contextmanager
def server(**settings):
    with live_server.process(live_server.small_app, **settings) as (root, process):
        yield root, process


# --- what is taken for a request


@pytest.mark.parametrize("times", [1, 4])
@pytest.mark.parametrize(
    ("field", "body"),
    [
        (b"Content-Length: %d\r\n" % len(HEALTH), HEALTH),
        (
            b"Transfer-Encoding: chunked\r\n",
            b"%x\r\n%s\r\n0\r\n\r\n" % (len(HEALTH), HEALTH),
        ),
    ],
)
def test_the_body_of_a_known_request_is_no_request(root, field, body, times):
    head = ASK + b"X: known\r\n" + field + b"\r\n"
    for _ in range(times):
        statuses, got = exchange(root, head, body)
        assert statuses == [200]
        assert b'"alive"' not in got


@pytest.mark.parametrize("protocol", [b"h2c", b"foo", b"websocket"])
@pytest.mark.parametrize("pause", [0, 0.2])
def test_an_upgrade_that_is_offered_leaves_the_body_where_it_is(root, protocol, pause):
    offer = (
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: %s\r\nHTTP2-Settings: AAM\r\n" % protocol
    )
    head = POST + offer + b"Content-Length: 6\r\n\r\n"
    pieces = (head, b"ASK {}", HEALTH) if pause else (head + b"ASK {}" + HEALTH,)
    statuses, got = exchange(root, *pieces, pause=pause)
    assert statuses == [200, 200]
    assert b'"boolean":true' in got
    assert b'"alive"' in got


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_behind_an_upgrade_is_no_request(root, chunked):
    offer = b"Connection: Upgrade\r\nUpgrade: foo\r\n"
    if chunked:
        field, body = (
            b"Transfer-Encoding: chunked\r\n",
            b"%x\r\n%s\r\n0\r\n\r\n" % (len(HEALTH), HEALTH),
        )
    else:
        field, body = b"Content-Length: %d\r\n" % len(HEALTH), HEALTH
    for start in (POST, b"GET /health HTTP/1.1\r\nHost: x\r\n"):
        statuses, got = exchange(root, start + offer + field + b"\r\n", body, pause=0.2)
        assert statuses == [400 if start == POST else 200]
        assert got.count(b'"alive"') == (0 if start == POST else 1)


def test_a_tunnel_is_refused(root):
    statuses, _ = exchange(root, b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n" + HEALTH)
    assert statuses == [405]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /health HTTP/1.1\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nHost: a/b?\r\n\r\n", 400),
        (b'GET /health HTTP/1.1\r\nHost: "><script>\r\n\r\n', 400),
        (b"GET /health HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 200),
        (b"GET /health HTTP/1.1\r\nHost:\r\n\r\n", 200),
        (b"GET /health HTTP/1.0\r\n\r\n", 200),
        (b"GET /health HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        (b"GET http://evil.example/health HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        (b"GET http://evil.example HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n", 200),
        (b"GET ftp://evil.example/health HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        (b"GET /health HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n", 200),
        (POST + b"Expect: miracles\r\nContent-Length: 6\r\n\r\n", 417),
        (POST + b"Content-Length: 6\r\nContent-Length: 7\r\n\r\n", 400),
        (POST + b"Content-Length: " + b"0" * 5000 + b"6\r\n\r\nASK {}", 200),
        (b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"0" * 5000 + b"\r\n\r\n", 200),
        (b"GET /health HTTP/1.1\r\nHost: x\r\nAccept: " + b"a/b," * 3000 + b"\r\n\r\n", 431),
        (
            b"GET /health HTTP/1.1\r\nHost: x\r\n"
            + (b"Accept: " + b"a/b," * 200 + b"\r\n") * 20
            + b"\r\n",
            431,
        ),
        (POST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (POST + b"Content-Length: -6\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        (POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
    ],
)
def test_a_head_is_judged_as_the_standard_says(root, head, status):
    statuses, got = exchange(root, head)
    assert statuses == [status], got
    if status >= 400:
        assert b"application/problem+json" in got
        assert b"nosniff" in got


def test_a_client_that_waits_for_a_100_gets_one(root):
    head = POST + b"Expect: 100-continue\r\nContent-Length: 6\r\n\r\n"
    statuses, _ = exchange(root, head, b"ASK {}", pause=0.2)
    assert statuses == [100, 200]


def test_too_long_an_address_is_given_the_true_limit(root):
    start, end = b"GET /sparql?query=ASK%7B%7D%23", b" HTTP/1.1\r\nHost: x\r\n\r\n"
    for length, status in ((2**16, 200), (2**16 + 1, 414)):
        statuses, got = exchange(root, start + b"x" * (length + 4 - len(start)) + end)
        assert statuses == [status], got[:300]
    assert b"65,536 bytes" in got


@pytest.mark.parametrize("head", [b"%x;%s\r\n", b"%x\r\n"])
def test_a_body_is_not_mostly_frames(root, head):
    """Extensions of chunks, or chunks of one byte, take time and bring nothing."""
    start = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    chunks = (
        head % (1, b"x" * 200_000) + b"A\r\n" if b"%s" in head else (head % 1 + b"A\r\n") * 40_000
    )
    statuses, got = exchange(root, start + chunks)
    assert statuses == [400]
    assert b"chunk" in got or b"RFC 9112" in got


# --- what one client can do to others


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("name", ["Accept_Language", "Accept_language", "ACCEPT_LANGUAGE"])
def test_a_name_with_an_underscore_stands_for_no_other(root, name, is_first):
    head = f"GET /?{name}-{is_first} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n".encode()
    head += b"Connection: close\r\n"
    language, other = b"Accept-Language: en-US,en;q=0.9\r\n", f"{name}: zh\r\n".encode()
    fields = other + language if is_first else language + other
    _, poisoned = exchange(root, head + fields + b"\r\n")
    _, clean = exchange(root, head + language + b"\r\n")
    assert b'<html lang="en"' in poisoned
    assert b'<html lang="en"' in clean


def test_no_address_of_ours_is_made_of_what_a_client_sends(root):
    extra = (
        b"X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\n"
        b"Forwarded: host=evil.example\r\nConnection: close\r\n"
    )
    for path in (b"/sparql", b"/queries", b"/queries/", b"/"):
        head = (
            b"GET "
            + path
            + b" HTTP/1.1\r\nHost: evil.example\r\nAccept: text/turtle, */*;q=0.1\r\n"
        )
        _, got = exchange(root, head + extra + b"\r\n")
        assert got.startswith(b"HTTP/1.1 ")
        assert b"evil" not in got
    _, got = exchange(root, b"GET /queries HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    assert b"location: /queries/\r\n" in got.lower()


def test_the_public_address_is_a_setting():
    with server(public_url="https://data.example.org") as (root, _):
        _, got = exchange(root, b"GET /sparql HTTP/1.1\r\nHost: x\r\nAccept: text/turtle\r\n\r\n")
        assert b"https://data.example.org/sparql" in got


def test_a_trusted_proxy_states_scheme_and_host():
    head = b"GET /sparql HTTP/1.1\r\nHost: data.example.org\r\nX-Forwarded-Proto: https\r\n"
    with server(trusted_proxies=["127.0.0.0/8"]) as (root, _):
        _, got = exchange(root, head + b"Accept: text/turtle\r\n\r\n")
    assert b"https://data.example.org/sparql" in got


def test_requests_in_a_row_wait_until_their_answers_are_read():
    with server() as (root, process):
        for _ in range(3):
            exchange(root, large_request())
        before = memory(process)
        with closing(connect(root, receive_buffer=4096)) as client:
            client.sendall(large_request(b"keep-alive") * 200)
            time.sleep(2)
            assert memory(process) < before + 64
            assert exchange(root, HEALTH)[0] == [200]


def test_answers_that_nobody_reads_are_bounded_over_all():
    """Forty clients that read nothing of answers of 3.5 MB, where 16 MB may wait."""
    with server(max_unsent=16 * MIB) as (root, process), ExitStack() as stack:
        exchange(root, large_request())
        before = memory(process)
        for number in range(40):
            client = stack.enter_context(closing(connect(root, receive_buffer=4096)))
            client.sendall(large_request(query=f"{LARGE} # {number}"))
            time.sleep(0.05)
        time.sleep(1)
        # What the cache keeps of them is bounded, too: 64 MiB.
        assert memory(process) < before + 64 + 16 + 64
        assert exchange(root, HEALTH)[0] == [200]


@pytest.mark.parametrize("connection", [b"keep-alive", b"close"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_reads_nothing_is_disconnected(connection, method):
    with server(send_window_seconds=1) as (root, process), closing(socket.socket()) as client:
        before = idle_sockets(process)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((urlsplit(root).hostname, urlsplit(root).port))
        if method == "GET":
            client.sendall(large_request(connection))
        else:
            head = POST + b"Connection: %s\r\nContent-Length: %d\r\n\r\n"
            client.sendall(head % (connection, len(LARGE)) + LARGE.encode())
        assert wait_until(lambda: sockets(process.pid) > before)
        assert wait_until(lambda: sockets(process.pid) <= before)  # it is disconnected
        got, has_ended = received(client, 20)
        assert has_ended
        assert len(got) < 3_000_000


@pytest.mark.slow
def test_who_reads_slowly_but_steadily_gets_all():
    with server(send_window_seconds=1) as (root, _), closing(connect(root, 4096)) as client:
        client.sendall(large_request(b"close"))
        size = 0
        while piece := client.recv(20_000):
            size += len(piece)
            time.sleep(0.01)
        assert size > 3_000_000


def test_one_client_cannot_keep_others_from_connecting():
    """The oldest connections of it that say nothing are closed for new ones."""
    with server(max_client_connections=50) as (root, _), ExitStack() as stack:
        silent = [stack.enter_context(closing(connect(root))) for _ in range(120)]
        assert exchange(root, HEALTH)[0] == [200]
        assert silent[0].recv(1) == b""
        silent[-1].sendall(HEALTH)
        assert received(silent[-1])[0].startswith(b"HTTP/1.1 200")


def test_the_client_with_most_connections_gives_first():
    with server(max_connections=50) as (root, _), ExitStack() as stack:
        for _ in range(80):
            stack.enter_context(closing(connect(root)))
        assert exchange(root, HEALTH)[0] == [200]


def test_a_network_of_ipv6_is_one_client():
    """Whoever has one address there has 2 to the power of 64, and would be so many clients."""

    async def identify(*addresses):
        settings = HttpSettings(trusted_proxies=(ip_network("10.0.0.0/8"),))
        connections = Connections(
            live_server.small_app(), settings, asyncio.get_running_loop(), max_connections=9
        )
        return [
            connections.identify("10.0.0.1", "", {"x-forwarded-for": address})[0]
            for address in addresses
        ]

    one, same, other, mapped, plain, odd = asyncio.run(
        identify(
            *("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"),
            *("::ffff:192.0.2.1", "192.0.2.1", "a:b"),
        )
    )
    assert one == same != other
    assert mapped == plain == "192.0.2.1"
    assert odd == "a:b"


def test_bodies_that_come_slowly_keep_no_other_waiting():
    with server() as (root, _), ExitStack() as stack:
        for _ in range(40):
            client = stack.enter_context(closing(connect(root)))
            client.sendall(POST + b"Content-Length: 1000\r\n\r\nASK")
        statuses, _ = exchange(root, POST + b"Content-Length: 6\r\n\r\nASK {}")
        assert statuses == [200]


def test_bodies_that_are_not_complete_are_bounded_over_all():
    with server(max_received=2 * MIB) as (root, _), ExitStack() as stack:
        clients = [stack.enter_context(closing(connect(root))) for _ in range(5)]
        for client in clients:
            client.sendall(POST + b"Content-Length: 900000\r\n\r\n" + b"#" * 800_000)
            time.sleep(0.2)
        got, _ = received(clients[0])
        assert got.startswith(b"HTTP/1.1 503 ")
        clients[-1].sendall(b"#" * 100_000)
        assert b"a query may have" in received(clients[-1])[0]  # this one was read to its end


def test_heads_that_are_not_complete_are_bounded_over_all():
    with server(max_received=MIB // 4) as (root, _), ExitStack() as stack:
        clients = [stack.enter_context(closing(connect(root))) for _ in range(5)]
        for client in clients:
            fields = b"".join(b"X-%d: %s\r\n" % (each, b"#" * 8000) for each in range(9))
            client.sendall(HEALTH.removesuffix(b"\r\n") + fields)
            time.sleep(0.2)
        assert received(clients[0])[0].startswith(b"HTTP/1.1 503 ")
        clients[-1].sendall(b"\r\n")
        assert received(clients[-1])[0].startswith(b"HTTP/1.1 200 ")


def test_what_waits_behind_an_answer_is_bounded_over_all():
    """Each client asks what takes a while, and sends many more requests behind it."""
    settings = {"max_received": MIB // 4}
    with live_server.serving(live_server.slow_app, **settings) as root, ExitStack() as stack:
        clients = [stack.enter_context(closing(connect(root))) for _ in range(5)]
        for client in clients:
            client.sendall(ASK + b"\r\n" + HEALTH * 1800)  # 70 KB
            time.sleep(0.1)
        assert received(clients[0])[0].startswith(b"HTTP/1.1 503 ")
        assert received(clients[-1])[0].startswith(b"HTTP/1.1 200 ")


def long_post(text, size):
    """Return a POST request that has most of its size in a parameter that nobody reads."""
    body = f"query={quote(text)}&pad=".encode().ljust(size, b"x")
    return (
        POST.replace(b"sparql-query", b"x-www-form-urlencoded")
        + b"Content-Length: %d\r\n\r\n" % len(body)
        + body
    )


def test_bodies_that_are_being_answered_are_bounded_over_all():
    """Their requests wait for the engine; who holds most of them gives way to a newcomer."""
    settings = {"max_received": 4 * MIB}
    with live_server.serving(live_server.slow_app, **settings) as root, ExitStack() as stack:
        clients = [stack.enter_context(closing(connect(root))) for _ in range(5)]
        for client in clients:
            client.sendall(long_post("ASK {}", MIB))
            time.sleep(0.1)
        assert received(clients[0])[0].startswith(b"HTTP/1.1 503 ")
        for client in clients[1:]:
            assert received(client)[0].startswith(b"HTTP/1.1 200 ")


def test_an_answered_request_takes_no_memory():
    with server() as (root, process), ExitStack() as stack:
        assert exchange(root, long_post("ASK {}", 4 * MIB))[0] == [200]
        before = memory(process)
        for number in range(30):
            client = stack.enter_context(closing(connect(root)))
            client.sendall(long_post(f"ASK {{}} # {number}", 4 * MIB))
            assert client.recv(MIB).startswith(b"HTTP/1.1 200 ")
        assert memory(process) - before < 40


def test_a_refused_client_can_read_why_while_it_still_sends(root):
    with closing(connect(root)) as client:
        client.sendall(POST + b"Content-Length: 90000000\r\n\r\n")
        for _ in range(20):
            client.sendall(b"#" * 100_000)
            time.sleep(0.01)
        got, _ = received(client, 1)
    assert got.startswith(b"HTTP/1.1 413 ")


# --- small rules


@pytest.mark.parametrize("method", [b"POST", b"DELETE", b"PUT"])
def test_metrics_are_only_read(root, method):
    statuses, got = exchange(
        root, method + b" /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    )
    assert statuses == [405]
    assert b"allow: GET, HEAD\r\n" in got


@pytest.mark.parametrize("path", [b"/metrics", b"/health", b"/sparql?query=ASK%7B%7D", b"/nowhere"])
def test_head_has_no_body(root, path):
    for _ in range(3):
        _, got = exchange(root, b"HEAD " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        head, _, body = got.partition(b"\r\n\r\n")
        assert b"content-length:" in head
        assert body == b""


@pytest.mark.parametrize("path", [b"/health", b"/static/oib.css", b"/nowhere", b"/sparql"])
def test_a_response_has_one_date(root, path):
    _, got = exchange(root, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert got.lower().count(b"\r\ndate:") == 1


def test_a_preflight_may_announce_any_header(root):
    head = b"OPTIONS /sparql HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example\r\n"
    asked = b"Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: %s\r\n\r\n"
    _, got = exchange(root, head + asked % b"content-type,x-requested-with")
    assert b"access-control-allow-headers: content-type,x-requested-with\r\n" in got
    _, got = exchange(root, head + asked % b"<script>")
    assert b"access-control-allow-headers: Accept, Content-Type" in got


def test_a_response_in_xml_runs_no_script(root):
    head = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nAccept: application/xml\r\n\r\n"
    _, got = exchange(root, head)
    assert b"content-security-policy: default-src 'none'" in got
    assert b"x-content-type-options: nosniff" in got


@pytest.mark.parametrize("function", ["NOW()", "RAND()", "UUID()", "STRUUID()"])
def test_an_answer_that_the_text_does_not_settle_is_not_cached(root, function):
    path = "/sparql?query=" + quote(f"SELECT ({function} AS ?x) {{}}")
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode()
    answers = set()
    for _ in range(3):
        _, got = exchange(root, request)
        head, _, body = got.partition(b"\r\n\r\n")
        answers.add(body)
        assert b"etag" not in head
        assert b"cache-control: no-store" in head
        time.sleep(0.01)
    assert len(answers) == 3


def test_work_ends_with_its_client():
    """A query that would take longer is not waited for any more when its client goes."""
    with live_server.serving(live_server.hanging_app, request_seconds=600) as root:
        with closing(connect(root)) as client:
            client.sendall(ASK + b"\r\n")
            assert wait_until(lambda: live_server.in_flight(root) == 1)
        assert wait_until(lambda: live_server.in_flight(root) == 0)


def test_nothing_is_written_into_a_response_that_is_being_sent():
    """Who holds most is refused; if a part of its response is there already, the rest is not."""
    settings = {"max_received": MIB // 4}
    with live_server.serving(live_server.streaming_app, **settings) as root, ExitStack() as stack:
        clients = [stack.enter_context(closing(connect(root))) for _ in range(5)]
        for client in clients:
            client.sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(MIB).startswith(b"HTTP/1.1 200 ")
            with suppress(OSError):  # what is refused may be reset while it is sent
                client.sendall(HEALTH * 1800)  # 70 KB
        got, has_ended = received(clients[0], 20)
        assert has_ended
        assert b"HTTP/1.1" not in got


def test_a_response_that_takes_too_long_is_given_up():
    """The deadline holds, whatever the engine does; what comes after it is no other's response."""
    with live_server.serving(live_server.hanging_app, request_seconds=0.4) as root:
        statuses, got = exchange(root, ASK + b"\r\n", HEALTH, pause=0)
        assert statuses == [503]
        assert b"took too long" in got
        assert b"connection: close" in got


def test_the_pages_of_some_clients_leave_threads_for_others():
    async def visit_all():
        shares, turns = ThreadShares(4, 2), []

        async def visit(client):
            await shares.acquire(client)
            turns.append(client)

        greedy = ("greedy 1", "greedy 2", "greedy 3")
        tasks = [asyncio.create_task(visit(client)) for _ in range(10) for client in greedy]
        await asyncio.sleep(0)
        assert sorted(turns) == ["greedy 1", "greedy 1", "greedy 2", "greedy 3"]
        tasks += [asyncio.create_task(visit("other")) for _ in range(2)]
        await asyncio.sleep(0)
        for client in ("greedy 1", "greedy 2", "other"):
            shares.release(client)
            await asyncio.sleep(0)
        assert turns[4:] == ["other", "greedy 2", "other"]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert not shares._waiting
        for client in list(shares._used.elements()):
            shares.release(client)
        assert (shares._free, shares._used) == (4, {})

    asyncio.run(visit_all())


def test_who_gives_up_waiting_leaves_the_thread_to_others():
    async def give_up():
        shares = ThreadShares(1, 1)
        await shares.acquire("first")
        tasks = [asyncio.create_task(shares.acquire(client)) for client in ("second", "third")]
        await asyncio.sleep(0)
        shares.release("first")
        tasks[0].cancel()  # in the moment in which its turn has come
        await asyncio.gather(tasks[0], return_exceptions=True)
        await asyncio.wait_for(tasks[1], 1)
        shares.release("third")
        await asyncio.wait_for(shares.acquire("fourth"), 1)

    asyncio.run(give_up())


def test_the_turn_of_who_has_just_given_up_goes_to_the_next():
    async def give_up():
        shares = ThreadShares(1, 1)
        await shares.acquire("first")
        tasks = [asyncio.create_task(shares.acquire(client)) for client in ("second", "third")]
        await asyncio.sleep(0)
        tasks[0].cancel()  # its client has gone, and before it notices, a thread is given back
        shares.release("first")
        await asyncio.wait_for(tasks[1], 1)
        await asyncio.gather(tasks[0], return_exceptions=True)
        shares.release("third")
        assert (shares.is_idle, shares._free, len(shares._waiting)) == (True, 1, 0)

    asyncio.run(give_up())


@pytest.mark.parametrize(
    "path",
    [
        *("/reconcile", "/sitemap.xml", "/search/description.xml", "/search?q=Suzhou&page=1"),
        *("/timemap/person/sun-youshun", "/doc/person/sun-youshun.linkset", "/sparql"),
    ],
)
def test_the_address_that_one_client_states_is_in_no_response_to_another(proxied, path):
    """A proxy that passes Host on as it came: what is kept was made for one address."""
    start = f"GET {path} HTTP/1.1\r\nX-Forwarded-Proto: https\r\nAccept: application/json,*/*;q=0.1"
    for host in ("evil.example", "data.example.org"):
        request = f"{start}\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        for _ in range(4):  # once made, then kept, then known by its bytes
            _, got = exchange(proxied, request)
            assert got.startswith(b"HTTP/1.1 200 "), got[:300]
            assert f"https://{host}/".encode() in got
            assert (b"evil.example" in got) is (host == "evil.example")


@pytest.mark.parametrize("host", ["a:99999", "[", "a:b", "[::1", "%", "a:"])
@pytest.mark.parametrize("field", ["Host", "X-Forwarded-Host"])
def test_a_proxy_that_passes_on_no_host_changes_nothing(proxied, field, host):
    named = f"{field}: {host}\r\n" + ("" if field == "Host" else "Host: x\r\n")
    head = (
        f"GET /reconcile HTTP/1.1\r\nX-Forwarded-Proto: https\r\n{named}Connection: close\r\n\r\n"
    )
    statuses, got = exchange(proxied, head.encode())
    assert statuses == [200]
    assert b'"url": "http://127.0.0.1:' in got
