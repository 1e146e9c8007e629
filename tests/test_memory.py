"""What a client can make the server hold in memory is bounded, however it asks and reads."""

import itertools
import string
import time
from contextlib import ExitStack

import pytest

import live_server
import process_info
import raw_client
from raw_client import CLOSE, Probe, connect, exchange, query, statuses

#: An answer of some megabytes, which a cache may hold.
LARGE = "SELECT ?s ?p ?o ?a WHERE { ?s ?p ?o . ?a a ?b } LIMIT 13500"
#: One of some twenty, which it may not.
HUGE = "SELECT ?s ?p ?o ?a WHERE { ?s ?p ?o . ?a a ?b } LIMIT 80000"


@pytest.fixture
def server(snapshots, snapshot):
    with live_server.serve("--out", snapshots) as server:
        exchange(server.root, query("ASK {}", CLOSE), pause=0)
        process_info.becomes_idle(server.process.pid, seconds=20)
        yield server


def growth(server, before, seconds):
    """Return by how many MiB the server itself has grown at most within some seconds."""
    largest, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        largest = max(largest, process_info.resident_mib(server.process.pid) - before)
        time.sleep(0.05)
    return largest


def test_pipelined_requests_wait_until_the_answers_before_are_read(server):
    for _ in range(2):  # the second is answered by the cache
        exchange(server.root, query(LARGE, CLOSE))
    before = process_info.resident_mib(server.process.pid)
    with connect(server.root, receive_buffer=4096) as connection:
        connection.setblocking(False)
        requests = memoryview(query(LARGE) * 600)
        end = time.monotonic() + 3
        while requests and time.monotonic() < end:
            try:
                requests = requests[connection.send(requests) :]
            except BlockingIOError:
                time.sleep(0.01)
        assert growth(server, before, 3) < 64


@pytest.mark.slow
def test_clients_that_read_slowly_hold_no_more_than_a_bound_together(server):
    before = process_info.resident_mib(server.process.pid)
    with ExitStack() as connections:
        for number in range(40):
            connection = connect(server.root, receive_buffer=4096)
            connections.enter_context(connection)
            connection.sendall(query(f"{HUGE} # {number}"))
            time.sleep(0.1)
        assert growth(server, before, 6) < 600
        with Probe(server.root) as probe:
            time.sleep(2)
        assert probe.statuses == []


def wide_table(columns, rows):
    names = itertools.islice(
        (
            "".join(letters)
            for length in (1, 2, 3, 4)
            for letters in itertools.product(string.ascii_lowercase, repeat=length)
        ),
        columns,
    )
    variables = " ".join(f"?{name}" for name in names)
    return f"SELECT {variables} {{ VALUES ?x {{ {' '.join(map(str, range(rows)))} }} }}"


PAGES = {
    "wide": wide_table(20_000, 500),
    "long": "SELECT ?s ?p ?o { ?s ?p ?o }",
    "many IRIs": "SELECT * {"
    + f"VALUES ?r {{ {' '.join(map(str, range(500)))} }}"
    + "".join(f'BIND(IRI(CONCAT("x:", STR(?r), "{n}")) AS ?c{n})' for n in range(400))
    + "}",
    "much to escape": "CONSTRUCT { ?i <x:p> ?l } WHERE { VALUES ?n {"
    + " ".join(map(str, range(480)))
    + '} BIND(IRI(CONCAT("x:", STR(?n))) AS ?i) BIND(CONCAT("'
    + "'" * 65536
    + '", STR(?n)) AS ?l) }',
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_an_answer_is_bounded_in_size_time_and_memory(server, name):
    before = process_info.resident_mib(server.process.pid)
    began = time.monotonic()
    request = raw_client.post(PAGES[name], "Accept: text/html", CLOSE)
    with Probe(server.root) as probe:
        received = exchange(server.root, request, pause=0)
    assert time.monotonic() - began < 18
    assert len(received) < 8 * 2**20
    assert len(statuses(received)) == 1
    assert process_info.resident_mib(server.process.pid) - before < 200
    assert probe.statuses == []
    assert probe.quantile(0.5) < 2


@pytest.mark.slow
def test_the_cache_is_bounded_by_the_memory_that_it_takes(server):
    before = process_info.resident_mib(server.process.pid)
    with raw_client.Client(server.root) as client:
        for _ in range(2):  # answers of 160 MiB in all
            for number in range(400):
                request = query(f"SELECT * {{ ?s ?p ?o }} LIMIT 2000 # {number}")
                assert client.status(request) == 200
    assert process_info.resident_mib(server.process.pid) - before < 140
