"""No client delays another: floods, silent connections, texts that are slow to read."""

import resource
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest

import live_server
import process_info
import raw_client
from hostile_queries import ENDLESS
from raw_client import CLOSE, OTHER_CLIENT, Probe, connect, exchange, get, query, statuses


@pytest.fixture(scope="module")
def server(snapshots, snapshot):
    with live_server.serve("--out", snapshots, OIB_TIMEOUT="2") as server:
        yield server


@pytest.mark.parametrize(
    "field",
    [
        f"Accept: text/csv;q=a{' ' * 20_000}b",
        f"Accept: {'text/csv;q=0.1, ' * 4000}text/html",
        f"Accept-Language: {'a-' * 20_000}b",
        f"Accept-Encoding: gzip;q={'0' * 30_000}",
        f"If-None-Match: {'W/' * 20_000}",
        f"Range: bytes={'0-0,' * 10_000}1-1",
    ],
    ids=lambda field: field.partition(":")[0],
)
def test_a_header_is_read_in_time_that_grows_with_its_length_alone(server, field):
    with Probe(server.root) as probe:
        for path in ("/sparql?query=ASK%7B%7D", "/", "/graph-store?default"):
            assert exchange(server.root, get(path, field, CLOSE), pause=0)
    assert probe.statuses == []
    assert max(probe.seconds) < 5


@pytest.mark.parametrize(
    "text",
    [
        "ASK FROM {" + r"\"" * 32_000,
        "ASK FROM {" + r"\"" * 131_000,
        "ASK {" + '"' * 65_001,
        "ASK {" + "'''" * 65_001,
        "ASK {" + "<a" * 65_001,
        "ASK {" + "\\u0022" * 20_000,
        "# " + "\r" * 131_000,
    ],
    ids=lambda text: f"{text[5:15]!r} {len(text)}",
)
def test_a_text_that_is_slow_to_read_delays_no_other_client(server, text):
    with Probe(server.root) as probe, ThreadPoolExecutor(8) as pool:
        began = time.monotonic()
        requests = [raw_client.post(text, CLOSE)] * 8
        received = list(pool.map(lambda request: exchange(server.root, request, pause=0), requests))
        seconds = time.monotonic() - began
    assert all(400 <= status < 600 for answer in received for status in statuses(answer))
    assert probe.statuses == []
    assert probe.quantile(0.5) < 2
    assert seconds < 25


def test_texts_that_are_slow_to_read_leave_other_clients_their_share(server):
    """Long texts of one client take turns in one thread; another client's are read beside them."""
    body = "ASK FROM {" + "(a." * 80_000
    request, own = raw_client.post(body, CLOSE), "ASK { # " + "x" * 5_000 + "\n ?s ?p ?o }"

    def flood(_):
        for _ in range(3):
            with raw_client.connect(server.root, OTHER_CLIENT) as connection, suppress(OSError):
                connection.sendall(request)
                raw_client.receive(connection)

    with ThreadPoolExecutor(30) as pool:
        flooding = [pool.submit(flood, number) for number in range(30)]
        time.sleep(0.5)
        seconds = []
        while not all(task.done() for task in flooding) and len(seconds) < 10:
            began = time.monotonic()
            text = own.replace("# ", f"# {began} ")
            assert statuses(exchange(server.root, raw_client.post(text, CLOSE), pause=0))
            seconds.append(time.monotonic() - began)
    assert sorted(seconds)[len(seconds) // 2] < 5


def test_a_flood_of_hostile_queries_of_one_client_does_not_delay_others(server):
    over = threading.Event()

    def flood(number):
        texts = [ENDLESS["cross product, counted"], ENDLESS["cross product, asked"]]
        while not over.is_set():
            with suppress(OSError), connect(server.root) as connection:
                connection.sendall(query(f"{texts[number % 2]} # {number} {time.monotonic_ns()}"))
                connection.recv(1 << 16)

    with Probe(server.root) as before:
        time.sleep(1)
    threads = [threading.Thread(target=flood, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(1)
        with Probe(server.root) as probe:
            time.sleep(8)
    finally:
        over.set()
        for thread in threads:
            thread.join(30)
    assert before.statuses == probe.statuses == []
    assert probe.quantile(0.5) < 0.5
    assert probe.quantile(0.99) < 4


def test_silent_connections_of_one_client_shut_nobody_out(server):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    number = 3000
    if hard < number + 500:
        pytest.skip(f"let this shell open {number + 500} files: ulimit -n {number + 500}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, number + 500), hard))
    try:
        with ExitStack() as silent:
            for _ in range(number):
                with suppress(OSError):
                    silent.enter_context(connect(server.root, timeout=1))
            for source in (raw_client.OTHER_CLIENT, "127.0.0.1"):
                with connect(server.root, source) as connection:
                    connection.sendall(query("ASK {}", CLOSE))
                    assert statuses(raw_client.receive(connection)) == [200]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("accept", ["application/sparql-results+json", "text/html"])
def test_the_work_for_clients_that_have_gone_ends(snapshots, snapshot, accept):
    with live_server.serve("--out", snapshots, OIB_TIMEOUT="60") as server:
        assert process_info.becomes_idle(server.process.pid, seconds=30)
        connections = [connect(server.root) for _ in range(6)]
        for number, connection in enumerate(connections):
            text = f"{ENDLESS['cross product, counted']} # {number}"
            connection.sendall(query(text, f"Accept: {accept}"))
        time.sleep(1)
        assert not process_info.becomes_idle(server.process.pid, seconds=1)
        for connection in connections:
            connection.close()
        assert process_info.becomes_idle(server.process.pid, seconds=10)
