"""A server that nobody can take down: real processes, hostile questions, bounded loops."""

import asyncio
import gzip
import os
import re
import signal
import socket
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from statistics import median
from urllib.parse import quote, urlencode, urlsplit

import pytest

import live_server
from hostile_queries import ENDLESS, JSON, ODD, QUERY, ask, get, send
from oib.namespaces import BASE
from process_info import descendants, is_running, wait_until

LIMIT = 1.0
LATE = 0.5
SETTINGS = {"OIB_TIMEOUT": str(LIMIT), "OIB_MEMORY": "192", "OIB_ANSWER": "2"}


@pytest.fixture(scope="module")
def server(snapshots, snapshot):
    with live_server.serve("--out", snapshots, **SETTINGS) as server:
        yield server


@pytest.fixture(scope="module")
def root(server):
    return server.root


@contextmanager
def others_are_served(root):
    """Ask small queries all the while; each must be answered, and the usual one at once."""
    done, waits = threading.Event(), []

    def go_on():
        while not done.is_set():
            answer = get(root, query="ASK {}")
            assert answer.status == 200
            waits.append(answer.seconds)
            time.sleep(0.02)

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(go_on)
        try:
            yield
        finally:
            done.set()
        asking.result(timeout=20)
    assert median(waits) < 0.2


@pytest.mark.parametrize("case", ENDLESS)
def test_a_query_without_end_is_stopped_while_others_are_served(root, case):
    with others_are_served(root):
        answer = ask(root, ENDLESS[case], "text/turtle" if "graph" in case else JSON)
    assert answer.status == 503, answer.body[:200]
    assert answer.detail.startswith("stopped")
    assert answer.seconds < LIMIT + LATE


def test_a_request_may_have_less_time_than_the_limit(root):
    endless = ENDLESS["cross product, counted"]
    answer = send(root, "GET", f"/sparql?{urlencode({'query': endless, 'timeout': '0.3'})}")
    assert answer.status == 503
    assert "stopped after 0.3 s" in answer.detail
    assert answer.seconds < 0.3 + LATE
    more = send(root, "GET", f"/sparql?{urlencode({'query': endless, 'timeout': '300'})}")
    assert f"stopped after {LIMIT:g} s" in more.detail
    wrong = send(root, "GET", "/sparql?query=ASK%7B%7D&timeout=soon")
    assert (wrong.status, "timeout=soon" in wrong.detail) == (400, True)


@pytest.mark.parametrize("case", ODD)
def test_an_odd_query_is_answered_or_refused_in_good_form(root, case):
    with others_are_served(root):
        answer = ask(root, ODD[case])
    assert answer.status in (200, 400, 503), answer.body[:200]
    assert answer.seconds < LIMIT + LATE


def test_a_query_that_needs_too_much_memory_is_reported(snapshots, snapshot):
    with live_server.serve("--out", snapshots, **{**SETTINGS, "OIB_TIMEOUT": "20"}) as server:
        answer = ask(server.root, ENDLESS["strings, replaced"])
    assert "more than 192 MiB of memory" in answer.detail
    assert "Retry-After" not in answer.headers


def test_all_hostile_queries_at_once_leave_room_for_others(root):
    with ThreadPoolExecutor(12) as pool, others_are_served(root):
        answers = list(pool.map(lambda text: ask(root, text), list(ENDLESS.values())[:9]))
    assert {answer.status for answer in answers} == {503}
    assert max(answer.seconds for answer in answers) < LIMIT + LATE
    refused = [answer for answer in answers if "too many" in answer.detail]
    assert all(answer.headers["Retry-After"] for answer in refused)
    assert ask(root, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").status == 200


@pytest.mark.parametrize("media_type", [JSON, "application/sparql-results+xml", "text/csv"])
def test_too_large_an_answer_is_refused_before_it_starts(root, media_type):
    with others_are_served(root):
        answer = ask(root, "SELECT * { ?a ?b ?c . ?d ?e ?f }", media_type)
    assert answer.status == 422
    assert "larger than 2 MiB" in answer.detail
    assert "LIMIT and OFFSET" in answer.detail


def test_too_large_a_graph_is_refused_before_it_starts(root):
    text = "CONSTRUCT { ?a ?b ?f } WHERE { ?a ?b ?c . ?d ?e ?f }"
    assert ask(root, text, "application/n-triples").status == 422


def test_what_is_wrong_with_a_query_comes_back_from_the_worker(root):
    answer = ask(root, "SELECT *\n{ ?s ?p ")
    assert (answer.status, answer.headers.get_content_type()) == (400, "application/problem+json")
    assert b'"line": 2' in answer.body


def test_the_same_question_can_be_asked_again_at_once(root):
    for _ in range(3):
        with suppress(TimeoutError):
            ask(root, ENDLESS["cross product, counted"], timeout=0.2)
    with others_are_served(root):
        again = ask(root, ENDLESS["cross product, counted"])
    assert again.status == 503


def test_a_client_that_goes_away_leaves_nothing_behind(root):
    address = _address(root)
    for _ in range(20):
        with socket.create_connection(address) as client:
            client.sendall(_request(ENDLESS["cross product, sorted"]))
    assert get(root, query="ASK {}").seconds < LIMIT
    time.sleep(LIMIT + LATE)
    assert ask(root, "SELECT (COUNT(*) AS ?n) { ?s a ?o . ?s ?p ?x }").status == 200


@pytest.mark.parametrize("by", ["GET", "POST"])
def test_a_query_ends_with_the_client_that_asked_it(snapshots, snapshot, by):
    with live_server.serve("--out", snapshots, **{**SETTINGS, "OIB_TIMEOUT": "60"}) as server:
        text = ENDLESS["cross product, counted"]
        line = f"GET /sparql?query={quote(text)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        with socket.create_connection(_address(server.root)) as client:
            client.sendall(line if by == "GET" else _request(text))
            assert wait_until(lambda: _has_slow_worker(server.process.pid))
        assert wait_until(lambda: not _has_slow_worker(server.process.pid))


def _has_slow_worker(server):
    """Return whether a worker is in the slow lane: nicer than the others, and than these tests."""
    return any(nice > os.nice(0) for nice in descendants(server).values())


def test_idle_connections_are_no_burden(root):
    with ExitStack() as stack:
        idle = [stack.enter_context(socket.create_connection(_address(root))) for _ in range(400)]
        for client in idle[::2]:
            client.sendall(b"GET /sparql HTTP/1.1\r\nHost: x\r\n")
        assert get(root, query="ASK {}").seconds < 1


def test_bodies_that_do_not_come_keep_nobody_waiting(root):
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 9\r\n\r\nASK"
    with ExitStack() as stack:
        for _ in range(40):
            slow = stack.enter_context(socket.create_connection(_address(root)))
            slow.sendall(head % QUERY.encode())
        assert get(root, query="ASK {}").seconds < 1
        answer = ask(root, "ASK {}")
    assert (answer.status, answer.seconds < 1) == (200, True)


def test_a_query_of_ten_megabytes_is_refused(root):
    with others_are_served(root):
        assert _post(root, b"#" * 10_000_000) == 413
        assert _post(root, b"ASK {}" + b" " * 3_000_000) == 413


def test_a_flood_of_headers_is_refused(root):
    flood = {f"X-{n}": "y" for n in range(5000)}
    with suppress(ConnectionError):
        assert send(root, "GET", "/sparql?query=ASK%7B%7D", headers=flood).status == 431
    assert get(root, query="ASK {}").status == 200


def test_a_flood_of_parameters_is_refused(root):
    body = b"&".join(b"a%d=1" % n for n in range(200_000))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert send(root, "POST", "/sparql", body, headers).status == 400
    graphs = [("default-graph-uri", f"urn:{n}") for n in range(900)]
    path = "/sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D&" + "&".join(f"{k}={v}" for k, v in graphs)
    assert send(root, "GET", path).status == 200


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_compressed_body_is_not_unpacked(root, coding):
    bomb = b"ASK {}" + b" " * 10_000_000
    body = {"gzip": gzip.compress, "deflate": zlib.compress}.get(coding, bytes)(bomb)[:1_000_000]
    answer = send(
        root, "POST", "/sparql", body, {"Content-Type": QUERY, "Content-Encoding": coding}
    )
    assert answer.status == 415
    assert "compressed" in answer.detail


@pytest.mark.parametrize("body", [b"ASK {} #\xff", "ASK {}".encode("utf-16"), b"\x00" * 1000])
def test_what_is_not_utf_8_is_refused(root, body):
    assert _post(root, body) == 400


def test_service_and_from_reach_nothing(root, listener, tmp_path):
    secret = tmp_path / "secret.ttl"
    secret.write_text("<urn:x> <urn:y> 1 .")
    any_graph = "{ { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    for target in (listener.url, secret.as_uri()):
        assert ask(root, f"SELECT * {{ SERVICE <{target}> {{ ?s ?p ?o }} }}").status == 403
        for clause in ("FROM", "FROM NAMED"):
            answer = ask(root, f"ASK {clause} <{target}> {any_graph}")
            assert b"false" in answer.body
        assert (
            b"false" in get(root, **{"query": "ASK { ?s ?p ?o }", "default-graph-uri": target}).body
        )
    assert listener.hits == 0


def test_graphs_are_merged_in_the_sandbox(root):
    def lines(text):
        return ask(root, text, "text/csv").body.decode().split()[1:]

    shared = "{ GRAPH ?graph { ?s ?p ?o } GRAPH ?other { ?s ?p ?o } FILTER(?graph != ?other) }"
    graphs = lines(f"SELECT DISTINCT ?graph {shared}")
    assert len(graphs) > 1
    clauses = " ".join(f"FROM <{graph}>" for graph in graphs)
    once = f"(COUNT(*) AS ?n) {clauses} {{ SELECT DISTINCT * {{ ?s ?p ?o }} }}"
    assert lines(f"SELECT {once}") == lines(f"SELECT (COUNT(*) AS ?n) {clauses} {{ ?s ?p ?o }}")


def test_many_clients_at_once_are_answered_from_a_cold_start(snapshots, snapshot):
    with live_server.serve("--out", snapshots) as server, ThreadPoolExecutor(32) as pool:
        texts = [f"SELECT ?s {{ ?s ?p ?o }} LIMIT {n + 1}" for n in range(32)]
        answers = list(pool.map(lambda text: ask(server.root, text), texts))
    assert [answer.body.count(b'"s":') for answer in answers] == [n + 1 for n in range(32)]


def test_two_hundred_connections_of_one_client_leave_others_their_share(snapshots, snapshot):
    """One client floods the workers from 127.0.0.1; another asks small queries from 127.0.0.2."""
    done, waits = threading.Event(), []

    async def flood(root):
        tasks = [asyncio.create_task(attack(root, number)) for number in range(200)]
        while not done.is_set():
            await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def attack(root, number):
        reader, writer = await asyncio.open_connection(*_address(root))
        try:
            for again in count():
                text = f"{ENDLESS['cross product, counted']} # {number} {again}"
                path = f"/sparql?query={quote(text)}"
                writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                head = await reader.readuntil(b"\r\n\r\n")
                size = re.search(rb"content-length: *([0-9]+)", head, re.I)
                await reader.readexactly(int(size[1]))
        finally:
            writer.close()

    with live_server.serve("--out", snapshots, OIB_INLINE="0") as server:
        flooding = threading.Thread(target=lambda: asyncio.run(flood(server.root)))
        flooding.start()
        time.sleep(2)
        try:
            for number in range(20):
                start = time.monotonic()
                with socket.create_connection(
                    _address(server.root), source_address=("127.0.0.2", 0)
                ) as client:
                    client.settimeout(30)
                    client.sendall(_request(f"SELECT (COUNT(*) AS ?n) {{ <urn:{number}> ?p ?o }}"))
                    assert client.recv(100).startswith(b"HTTP/1.1 200")
                waits.append(time.monotonic() - start)
        finally:
            done.set()
            flooding.join()
    assert median(waits) < 1
    assert max(waits) < 3  # in the order of arrival each would wait for ten seconds


def test_a_query_of_bounded_cost_needs_no_worker(snapshots, snapshot):
    about = f"{BASE}id/organization/mit"
    numbers = count()

    def ask_about(what):
        number = next(numbers)
        return ask(server.root, f"{what} {{ <{about}> ?p ?v FILTER(?v != 'asked {number}') }}")

    def is_answered_without_workers():
        for _ in range(2):  # the second time those that the fork server made meanwhile
            family = list(descendants(server.process.pid))
            for pid in family:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
        try:
            bounded, other = ask_about("SELECT ?p ?v"), ask_about("SELECT (COUNT(*) AS ?n)")
        finally:
            for pid in family:
                with suppress(ProcessLookupError):  # its query was over its time
                    os.kill(pid, signal.SIGCONT)
        assert other.status == 503
        return bounded.status == 200 and bounded.seconds < LIMIT

    with live_server.serve("--out", snapshots, **SETTINGS) as server:
        # The data are loaded as soon as workers answer.
        assert wait_until(lambda: ask(server.root, "ASK {}").status == 200)
        time.sleep(1)
        assert any(is_answered_without_workers() for _ in range(5))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_server_is_killed_no_process_remains(snapshots, snapshot, how):
    with live_server.serve("--out", snapshots, **SETTINGS) as server:
        assert wait_until(lambda: ask(server.root, "ASK {}").status == 200)
        with suppress(TimeoutError):
            ask(server.root, ENDLESS["cross product, counted"], timeout=0.3)
        assert wait_until(lambda: len(descendants(server.process.pid)) >= 2)
        family = descendants(server.process.pid)  # the fork server, and workers
        server.process.send_signal(how)
        assert wait_until(lambda: not any(map(is_running, family)))


def test_the_server_states_its_limits(root):
    answer = send(root, "GET", "/sparql", headers={"Accept": "application/n-triples"})
    lines = [line for line in answer.body.decode().splitlines() if "maxValue" in line]
    assert [line.split("#")[1].split(">")[0] for line in lines] == [
        "limit-seconds",
        "limit-memory",
        "limit-answer",
    ]
    assert '"192"' in lines[1]


def _address(root):
    return urlsplit(root).hostname, urlsplit(root).port


def _request(text):
    body = text.encode()
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {QUERY}\r\nContent-Length: "
    return f"{head}{len(body)}\r\n\r\n".encode() + body


def _post(root, body):
    """Return the status; a server may well hang up on what it does not want to read."""
    with suppress(BrokenPipeError, ConnectionResetError):
        return send(root, "POST", "/sparql", body, {"Content-Type": QUERY}).status
    return 413
