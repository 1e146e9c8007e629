"""The scheduler, the pool and the worker, with real workers over little data."""

import asyncio
import os
import resource
import shutil
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Quad, Store

from hostile_queries import ENDLESS, JSON
from oib.dataset import snapshot as snapshots
from oib.dataset.manifest import FileRecord, Manifest
from oib.engine.embedded import Embedded
from oib.engine.limits import Limits
from oib.errors import (
    AnswerTooLarge,
    BadInput,
    BadQuery,
    Forbidden,
    NotAcceptable,
    TooCostly,
    Unavailable,
)
from oib.sparql import guard
from oib.sparql.dataset import Dataset
from oib.workers import messages
from oib.workers.engine import WorkerEngine
from oib.workers.process import WorkerProcess
from process_info import is_running, parent, wait_until

LIMITS = Limits(seconds=1.0, memory_mib=128, answer_mib=1, fast=2, slow=1, waiting=1, deferred=0)
HEAVY = ENDLESS["cross product, counted"]
MEDIUM = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?s a ?c . ?s ?q ?x }"
SMALL = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?s a ?c }"
#: RocksDB opens so many files of a store at first, the others when they are read.
FIRST_FILES = 16
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture
def start(snapshot):
    """Start engines with these limits; all end with the test."""
    engines = []

    def _start(**limits):
        said = []
        engines.append(WorkerEngine(snapshot.directory, replace(LIMITS, **limits), said.append))
        engines[-1].said = said
        pid_of(engines[-1])  # a cold start takes a while on a busy machine
        return engines[-1]

    yield _start
    for engine in engines:
        engine.close()


@pytest.fixture(scope="module")
def engine(snapshot):
    engine = WorkerEngine(snapshot.directory, replace(LIMITS, seconds=10.0))
    pid_of(engine)
    yield engine
    engine.close()


def pid_of(engine):
    """Return the process that will take the next question."""

    async def look():
        pool = engine._scheduler.pool
        while not (worker := pool.acquire()):
            await asyncio.sleep(0.01)
        pool.release(worker)
        return worker.pid

    return asyncio.run_coroutine_threadsafe(look(), engine.loop).result(timeout=30)


def kill_worker(engine):
    """Kill the process that would take the next query; return its process id."""
    pid = pid_of(engine)
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: not is_running(pid))
    return pid


def test_the_answers_are_those_of_the_embedded_engine(engine, snapshot):
    store = snapshot.store()
    near, graph = Embedded(store), next(store.named_graphs()).value
    for text, media_type, dataset in (
        (COUNT, JSON, Dataset()),
        ("SELECT ?s { ?s a ?c FILTER(ISIRI(?s)) } ORDER BY ?s LIMIT 50", "text/csv", Dataset()),
        ("ASK { ?s ?p '苏州' }", "application/sparql-results+xml", Dataset()),
        (
            f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}",
            "text/turtle",
            Dataset(),
        ),
        (COUNT, JSON, Dataset((graph,))),
        ("SELECT (STR(<id/x>) AS ?x) {}", "text/tab-separated-values", Dataset((), (graph,))),
    ):
        assert engine.query(text, media_type, dataset) == near.query(text, media_type, dataset)


@pytest.mark.parametrize(
    ("error", "text", "media_type", "dataset"),
    [
        (BadQuery, "SELECT *\n{ ?s", JSON, Dataset()),
        (BadQuery, "SELECT * { ?s ?p '\ud800' }", JSON, Dataset()),
        (BadQuery, "", JSON, Dataset()),
        (BadInput, "ASK {}", JSON, Dataset(("no iri",))),
        (Forbidden, "DROP ALL", JSON, Dataset()),
        (NotAcceptable, "DESCRIBE <urn:x>", "text/csv", Dataset()),
        (NotAcceptable, "ASK {}", "image/png", Dataset()),
    ],
)
def test_errors_are_those_of_the_embedded_engine(
    engine, snapshot, error, text, media_type, dataset
):
    with pytest.raises(error) as caught:
        engine.query(text, media_type, dataset)
    assert type(caught.value) is error
    with pytest.raises(error) as expected:
        Embedded(snapshot.store()).query(text, media_type, dataset)
    assert vars(caught.value) == vars(expected.value)


def test_a_long_question_and_a_long_answer_go_through(engine):
    text = "苏" * 200_000
    body = engine.query(f"SELECT ('{text}' AS ?x) {{}}", "text/csv")
    assert body.decode() == f"x\r\n{text}\r\n"


def test_a_long_query_leaves_the_fast_class_and_quick_ones_go_on(start):
    engine = start(fast=1)
    engine.query("ASK {}", JSON)
    outcome = []

    def ask_heavy():
        with pytest.raises(TooCostly) as caught:
            engine.query(HEAVY, JSON)
        outcome.append(str(caught.value))

    heavy = threading.Thread(target=ask_heavy)
    heavy.start()
    quick = 0
    while heavy.is_alive():
        engine.query("ASK {}", JSON)
        quick += 1
    assert outcome[0].startswith("stopped after 1 s")
    assert quick > 20


def test_more_long_queries_than_places_are_refused_at_once(start):
    engine = start(seconds=4.0)
    outcome = []

    def ask_heavy():
        began = time.monotonic()
        with pytest.raises(Unavailable) as caught:
            engine.query(HEAVY, JSON)
        outcome.append((type(caught.value), time.monotonic() - began))

    threads = [threading.Thread(target=ask_heavy) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = [kind for kind, _ in outcome]
    # One ran, one stood still (and ran after it, where the machine was slow), two found no place.
    assert 1 <= kinds.count(TooCostly) <= 2
    assert kinds.count(Unavailable) >= 2
    assert min(seconds for _, seconds in outcome) < 3


def test_more_long_queries_than_may_be_suspended_are_answered_one_after_another(start):
    engine = start(seconds=60.0, deferred=8, slice_seconds=0.001)
    process_ids = set()

    async def run():
        parsed = guard.parse(SMALL)
        answers = [engine.session(f"client {n % 3}").answer(parsed, JSON) for n in range(8)]
        while any(not answer.done() for answer in answers):
            process_ids.update(each.worker.pid for each in answers if each.worker)
            scheduler = engine._scheduler
            assert len(scheduler._suspended) <= 1
            assert scheduler._slow <= 1
            await asyncio.sleep(0.001)
        return [await answer for answer in answers]

    answers = asyncio.run_coroutine_threadsafe(run(), engine.loop).result()
    assert len(set(answers)) == 1
    assert b"bindings" in answers[0]
    assert len(process_ids) > 2


def test_a_query_that_found_no_place_in_time_is_told_so(start):
    engine = start(seconds=60.0, deferred=1)

    async def run():
        heavy = guard.parse(HEAVY)
        others = [engine.session("x").answer(heavy, JSON) for _ in range(2)]
        while not (any(each.is_slow for each in others) and any(e.is_suspended for e in others)):
            await asyncio.sleep(0.001)
        deferred = engine.session("x", 3.0).answer(heavy, JSON)
        while not deferred.is_deferred:
            await asyncio.sleep(0.001)
        outcome = (await asyncio.gather(deferred, return_exceptions=True))[0]
        for other in others:
            other.cancel()
        return outcome, len(engine._scheduler._deferred)

    outcome, left = asyncio.run_coroutine_threadsafe(run(), engine.loop).result()
    assert isinstance(outcome, Unavailable)
    assert "too many long queries" in str(outcome)
    assert left == 0


def test_a_deferred_query_can_be_cancelled(start):
    engine = start(seconds=10.0, deferred=1)

    async def run():
        session, heavy = engine.session("x"), guard.parse(HEAVY)
        answers = [session.answer(heavy, JSON) for _ in range(3)]
        while not any(answer.is_deferred for answer in answers):
            await asyncio.sleep(0.001)
        session.cancel()
        await asyncio.wait(answers, timeout=10)
        scheduler = engine._scheduler
        held = (scheduler._deferred, scheduler._suspended, scheduler._running, +scheduler._long)
        return [answer.cancelled() for answer in answers], held

    cancelled, held = asyncio.run_coroutine_threadsafe(run(), engine.loop).result()
    assert cancelled == [True] * 3
    assert not any(held)


def test_a_query_without_bounds_of_memory_is_stopped_by_the_cap(start):
    with pytest.raises(TooCostly, match="more than 16 MiB"):
        start(memory_mib=16).query(ENDLESS["strings, replaced"], JSON)


def test_a_query_that_overflows_the_stack_ends_its_worker_alone(engine):
    for _ in range(3):
        with pytest.raises(TooCostly, match="nested too deeply"):
            engine.query(f"ASK {{ FILTER({'(' * 30_000}1{')' * 30_000}) }}", JSON)
        assert b"true" in engine.query("ASK {}", JSON)


def test_a_worker_that_is_killed_while_it_waits_is_replaced_unseen(engine):
    for _ in range(3):
        victim = pid_of(engine)
        os.kill(victim, signal.SIGKILL)
        assert wait_until(lambda pid=victim: not is_running(pid))
        for _ in range(4):
            assert b"true" in engine.query("ASK {}", JSON)


def test_a_worker_that_is_killed_at_work_is_reported(start):
    engine = start(fast=1, seconds=20.0)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(engine.query, HEAVY, JSON)
        assert wait_until(lambda: engine._scheduler._slow == 1)
        (query,) = engine._scheduler._running
        os.kill(query.worker.pid, signal.SIGKILL)
        with pytest.raises(Unavailable, match="stopped by the system"):
            answer.result()
    assert b"true" in engine.query("ASK {}", JSON)


def test_a_fork_server_that_dies_is_started_again(start):
    engine = start(seconds=10.0)
    worker = pid_of(engine)
    fork_server = parent(worker)
    os.kill(fork_server, signal.SIGKILL)
    assert wait_until(lambda: not is_running(worker))
    assert b"true" in engine.query("ASK {}", JSON)
    assert any("starting another" in line for line in engine.said)


def test_a_worker_retires_when_it_has_used_up_its_time(start):
    engine = start(fast=1, seconds=1.0, slice_seconds=1.0)
    first = pid_of(engine)
    end = time.monotonic() + 60
    while pid_of(engine) == first and time.monotonic() < end:
        engine.query(SMALL, JSON)
    assert pid_of(engine) != first


def test_a_worker_whose_queries_fail_retires_when_it_has_used_up_its_time(start):
    """Else the system would stop it in the middle of the query of somebody else."""
    engine = start(fast=1, seconds=1.0, slice_seconds=1.0)
    first = pid_of(engine)
    end = time.monotonic() + 60
    while pid_of(engine) == first and time.monotonic() < end:
        with pytest.raises(AnswerTooLarge):
            engine.query("SELECT * { ?a ?b ?c . ?d ?e ?f }", JSON)
    assert pid_of(engine) != first


def test_a_reply_that_comes_in_pieces_is_put_together():
    ours, theirs = socket.socketpair()

    async def exchange():
        worker = WorkerProcess(os.getpid(), ours)
        worker.listen(asyncio.get_running_loop())
        replies = asyncio.Queue()
        assert worker.send(b"request", replies.put_nowait)
        data = messages.pack_reply(b"long" * 100_000, is_last=False)
        for start in range(0, len(data), 90_000):
            await asyncio.get_running_loop().sock_sendall(theirs, data[start : start + 90_000])
        reply = await asyncio.wait_for(replies.get(), 5)
        assert worker.send(b"another", replies.put_nowait)
        theirs.close()
        assert await asyncio.wait_for(replies.get(), 5) is None
        assert not worker.send(b"a third", replies.put_nowait)
        worker.close()
        return reply.body

    theirs.setblocking(False)
    assert asyncio.run(exchange()) == b"long" * 100_000


@pytest.mark.parametrize("long", [30.0, 0.0])
def test_a_worker_comes_back_from_the_slow_class_unless_it_was_there_for_long(
    start, monkeypatch, long
):
    monkeypatch.setattr("oib.workers.scheduler._LONG_SECONDS", long)
    engine = start(fast=1, seconds=60.0, slice_seconds=0.002)
    first = pid_of(engine)
    engine.query(MEDIUM, JSON)
    assert (pid_of(engine) == first) is (long > 0)


def test_no_more_workers_than_needed_wait(start):
    engine = start(fast=1, slow=4, waiting=4, seconds=60.0, slice_seconds=0.002)
    with ThreadPoolExecutor(4) as pool:
        bodies = set(pool.map(lambda number: engine.query(f"{MEDIUM} # {number}", JSON), range(8)))
    assert len(bodies) == 1
    assert wait_until(lambda: len(engine._scheduler.pool._free) <= 2)
    assert wait_until(lambda: engine._scheduler.pool._fast == len(engine._scheduler.pool._free))


def test_a_query_that_waits_begins_when_the_one_before_it_leaves_the_fast_lane(start, monkeypatch):
    monkeypatch.setattr("oib.workers.scheduler._LONG_SECONDS", 60.0)  # on a busy machine, too
    engine = start(fast=2, slow=4, waiting=4, seconds=40.0, slice_seconds=0.05)
    pool = engine._scheduler.pool
    with ThreadPoolExecutor(3) as clients:

        def ask(text):
            return clients.submit(engine.session("one").query, text, JSON)

        endless = [ask(HEAVY)]
        assert wait_until(lambda: engine._scheduler._slow == 1)
        engine.session("other").query(MEDIUM, JSON)  # its worker comes back as one to spare
        assert wait_until(lambda: pool._fast == len(pool._free) == 3)
        endless.append(ask(HEAVY))
        assert wait_until(lambda: engine._scheduler._running and len(pool._free) == 2)
        assert b"bindings" in ask(COUNT).result(timeout=30)
        assert not any(query.done() for query in endless)
        engine.close()


def test_a_snapshot_that_cannot_be_opened_is_reported(tmp_path):
    said = []
    engine = WorkerEngine(tmp_path, LIMITS, said.append)
    with pytest.raises(Unavailable, match="no query can be answered"):
        engine.query("ASK {}", JSON)
    assert wait_until(lambda: said)
    assert "holds no snapshot" in said[0]
    with pytest.raises(Unavailable, match="no query can be answered") as caught:
        engine.query("ASK {}", JSON)
    assert str(tmp_path) not in str(caught.value)
    engine.close()


def test_a_store_on_disk_answers_in_the_sandbox_too(tmp_path, snapshot, engine):
    manifest = Manifest("v", "d" * 64, "", {}, {})
    on_disk = snapshots.write(tmp_path, manifest, snapshot.store(), memory_limit=1)
    assert (on_disk.directory / "store").is_dir()
    disk_engine = WorkerEngine(on_disk.directory, replace(LIMITS, seconds=20.0))
    assert disk_engine.query(COUNT, JSON) == engine.query(COUNT, JSON)
    disk_engine.close()


def test_a_store_of_many_files_is_read_in_the_sandbox(tmp_path, snapshot, engine):
    manifest = Manifest("7", "beef" * 4, "2026-01-01T00:00:00+00:00", {"triples": 0}, {})
    on_disk = snapshots.write(tmp_path, manifest, snapshot.store(), memory_limit=1)
    place = on_disk.directory / "store"
    shutil.rmtree(place)
    store = Store(str(place))
    quads = list(snapshot.store())
    for start in range(0, len(quads), len(quads) // 8):  # each gives every index a file more
        part = quads[start : start + len(quads) // 8]
        store.bulk_extend([*part, *(Quad(*quad.triple) for quad in part)])
    del store
    assert len(list(place.glob("*.sst"))) > FIRST_FILES
    files = [path for path in on_disk.directory.rglob("*") if path.is_file()]
    records = {
        path.relative_to(on_disk.directory).as_posix(): FileRecord.of(path)
        for path in files
        if path.name != "manifest.json"
    }
    replace(on_disk.manifest, files=records).write(on_disk.directory)
    disk_engine = WorkerEngine(on_disk.directory, replace(LIMITS, seconds=20.0))
    for query in (COUNT, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", MEDIUM):
        assert disk_engine.query(query, JSON) == engine.query(query, JSON)
    disk_engine.close()


RANDOM = "SELECT (UUID() AS ?u) (STRUUID() AS ?s) (RAND() AS ?r) (STR(BNODE()) AS ?b) {}"


def test_fresh_workers_have_random_numbers_of_their_own(start):
    engine, values, pids = start(fast=1, seconds=10.0), [], set()
    for _ in range(8):
        engine.query("ASK {}", JSON)  # notices that the worker before is gone
        pids.add(pid_of(engine))
        for _ in range(2):
            row = engine.query(RANDOM, "text/csv").decode().splitlines()[1]
            values += row.split(",")[:3]
        kill_worker(engine)
    assert len(pids) == 8
    assert len(set(values)) == len(values) == 8 * 2 * 3


def test_without_descriptors_the_fork_server_lives_on(start):
    engine = start(fast=1, seconds=20.0)
    fork_server = parent(pid_of(engine))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        kill_worker(engine)
        highest = max(int(path.name) for path in Path("/proc/self/fd").iterdir())
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, hard))
        with suppress(OSError):
            while True:  # those that are free below the highest one
                stack.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        answer = pool.submit(engine.query, "ASK {}", JSON)
        assert wait_until(lambda: any("no further worker" in line for line in engine.said))
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert b"true" in answer.result()
    assert parent(pid_of(engine)) == fork_server
    assert not any("died" in line for line in engine.said)


def test_workers_know_nothing_of_the_environment(start, monkeypatch):
    monkeypatch.setenv("OIB_TEST_PASSWORD", "secret-of-the-operator")
    engine = start()
    for pid in (pid_of(engine), parent(pid_of(engine))):
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"PYTHONPATH=" in environment
        assert b"OIB_" not in environment
        assert b"secret-of-the-operator" not in environment


def test_a_worker_that_has_grown_is_replaced(start):
    engine = start(fast=1, seconds=20.0, memory_mib=1024)
    first = pid_of(engine)
    tenfold = "BIND(CONCAT(?{0}, ?{0}, ?{0}, ?{0}, ?{0}, ?{0}, ?{0}, ?{0}, ?{0}, ?{0}) AS ?{1})"
    steps = " ".join(tenfold.format("abcdefg"[n], "abcdefg"[n + 1]) for n in range(6))
    text = f'SELECT (STRLEN(?g) AS ?n) {{ BIND("{"x" * 100}" AS ?a) {steps} }}'
    assert engine.query(text, "text/csv") == b"n\r\n100000000\r\n"
    assert pid_of(engine) != first


def test_clients_take_turns_at_the_workers(start):
    """One client asks a hundred long queries at once; another's quick ones wait for few of them."""
    engine = start(fast=1, seconds=10.0)

    async def run():
        heavy, quick = guard.parse(HEAVY), guard.parse("ASK {}")
        greedy = engine.session("greedy")
        answers = [greedy.answer(heavy, JSON) for _ in range(100)]
        waits = []
        for _ in range(5):
            began = time.monotonic()
            assert b"true" in await engine.session("modest").answer(quick, JSON)
            waits.append(time.monotonic() - began)
        for answer in answers:
            answer.cancel()
        return waits

    waits = asyncio.run_coroutine_threadsafe(run(), engine.loop).result()
    assert max(waits) < 3  # in the order of arrival, the first would wait for all hundred


def test_clients_with_long_queries_leave_a_worker_to_others(start):
    engine = start(fast=2, slow=2, waiting=8, seconds=10.0, slice_seconds=0.3)
    pool = engine._scheduler.pool

    async def run():
        heavy, quick = guard.parse(HEAVY), guard.parse("ASK {}")
        greedy = engine.session("greedy")
        answers = [greedy.answer(heavy, JSON)]
        while not answers[0].is_slow or len(pool._free) < 2:
            await asyncio.sleep(0.01)
        answers += [greedy.answer(heavy, JSON) for _ in range(5)]
        started = [answer.worker is not None for answer in answers]
        answer = engine.session("modest").answer(quick, JSON)
        waits = answer.worker is None
        assert b"true" in await answer
        for each in answers:
            each.cancel()
        return started, waits

    started, waits = asyncio.run_coroutine_threadsafe(run(), engine.loop).result()
    assert started == [True, True, False, False, False, False]
    assert not waits


def test_clients_share_the_slow_class(start):
    engine = start(fast=2, slow=2, waiting=2, seconds=6.0)

    async def run():
        heavy = guard.parse(HEAVY)
        greedy = [engine.session("greedy").answer(heavy, JSON) for _ in range(4)]
        scheduler = engine._scheduler
        while scheduler._slow < 2 or len(scheduler._suspended) < 2:
            await asyncio.sleep(0.01)
        modest = engine.session("modest").answer(heavy, JSON)
        outcome = await asyncio.gather(modest, return_exceptions=True)
        for answer in greedy:
            answer.cancel()
        return outcome[0]

    outcome = asyncio.run_coroutine_threadsafe(run(), engine.loop).result(60)
    assert isinstance(outcome, TooCostly), outcome  # it ran to its deadline, and was not refused


@pytest.mark.parametrize("when", ["queued", "running"])
def test_a_cancelled_query_makes_room(start, when):
    engine = start(fast=1, seconds=10.0, waiting=8)

    async def run():
        heavy = guard.parse(HEAVY)
        session = engine.session("x")
        answers = [session.answer(heavy, JSON) for _ in range(1 if when == "running" else 5)]
        await asyncio.sleep(0.2)
        session.cancel()
        await asyncio.wait(answers, timeout=10)
        assert all(answer.cancelled() for answer in answers)
        return await engine.session("x").answer(guard.parse("ASK {}"), JSON)

    assert b"true" in asyncio.run_coroutine_threadsafe(run(), engine.loop).result()
    with pytest.raises(Unavailable, match="cancelled"):
        cancelled(engine.session("x")).query("ASK {}", JSON)


def cancelled(session):
    session.cancel()
    return session


def test_a_session_has_one_deadline_for_all_of_its_queries(start):
    engine = start(fast=1, seconds=10.0)
    session = engine.session("x", 0.5)
    time.sleep(0.6)
    began = time.monotonic()
    with pytest.raises((TooCostly, Unavailable)):
        session.query(HEAVY, JSON)
    assert time.monotonic() - began < 8


def test_a_closed_engine_answers_no_more_and_leaves_no_process(start):
    engine = start()
    worker = pid_of(engine)
    fork_server = parent(worker)
    engine.close()
    assert wait_until(lambda: not is_running(fork_server))
    assert wait_until(lambda: not is_running(worker))
    with pytest.raises(Unavailable, match="no longer served"):
        engine.query("ASK {}", JSON)


def test_a_fault_in_a_worker_is_no_error_of_the_one_who_asked():
    reply = messages.unpack_reply(messages.pack_error(ZeroDivisionError("x"), is_last=True))
    assert reply.is_last
    assert isinstance(reply.error(), RuntimeError)
    assert "ZeroDivisionError" in str(reply.error())
