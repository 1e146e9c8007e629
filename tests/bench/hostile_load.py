"""Hostile queries, one at a time, and the response times of small queries meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench import http_client, load_generator
from bench.normalize import normalize
from bench.query_shapes import never_seen
from bench.server_process import Server
from hostile_queries import ENDLESS, ODD

#: The time limit of both servers in seconds, and the grace that the target allows on top.
LIMIT = 2
GRACE = 0.5
#: Seconds to wait for the answer to a hostile query; then its server is restarted.
TIMEOUT = 10.0

NONE = "none"  # the control: small queries alone
_CONTROL_SECONDS = 2.0
_PAUSE = 0.001  # between small queries, for servers that keep a sleeping thread for each

HOSTILE = {
    "cross product, counted": ENDLESS["cross product, counted"],
    "cross product, sorted": ENDLESS["cross product, sorted"],
    "path without end": "SELECT (COUNT(*) AS ?n) { ?a (<urn:none>|!<urn:none>)* ?b }",
    "groups, concatenated": ENDLESS["groups, concatenated"],
    "strings, doubled": ENDLESS["strings, doubled"],
    "patterns, matched": ENDLESS["patterns, matched"],
    "pattern that backtracks": ODD["pattern that backtracks"],
}


@dataclass
class HostileResult:
    """How a server answered one hostile query, and small queries meanwhile.

    ``seconds`` is the time to the complete answer and ``status`` its status, None if none came;
    ``failed`` counts small queries without a good answer; ``p50``, ``p99`` and ``max`` are
    response times of small queries in milliseconds.
    """

    server: str
    query: str
    seconds: float | None
    status: int | None
    note: str
    done: int
    failed: int
    p50: float
    p99: float
    max: float


def run_hostile_load(
    name: str, start: Callable[[], Server], things: Sequence[str]
) -> list[dict[str, Any]]:
    """Send each hostile query in turn to a server started for it; return the results as dicts.

    A server that no longer answers is restarted; if that fails, the rest is left out. ``things``
    are the IRIs, relative to the base of things, that the small queries are about.
    """
    server = start()
    try:
        results = []
        for query in (NONE, *HOSTILE):
            result = _send_one(server, name, query, things, len(results))
            results.append(asdict(result))
            if (query != NONE and result.seconds is None) or not server.is_responding():
                server.restart()
            if server.start_error:
                break
        return results
    finally:
        server.stop()


def _send_one(
    server: Server, name: str, query: str, things: Sequence[str], number: int
) -> HostileResult:
    answered = threading.Event()
    seconds: float | None = None
    status: int | None = None
    note = ""

    def send_hostile() -> None:
        nonlocal seconds, status, note
        began = time.perf_counter()
        try:
            response = http_client.fetch(server.port, server.encode_query(HOSTILE[query]), TIMEOUT)
            status, seconds = response.status, time.perf_counter() - began
            if status == 200:
                normalize(response)
        except TimeoutError:
            note = f"not stopped after {TIMEOUT:.0f} s"
        except OSError as error:
            note = f"no complete answer: {error}"
        except (ValueError, KeyError):
            note = "a broken answer"
        finally:
            answered.set()

    sender = threading.Thread(target=send_hostile)
    if query == NONE:
        answered.set()
    else:
        sender.start()
    end_of_control = time.perf_counter() + _CONTROL_SECONDS

    def small_queries() -> Iterator[bytes]:
        for request in never_seen(server.encode_query, things, number * 1_000_000):
            if answered.is_set() and (query != NONE or time.perf_counter() > end_of_control):
                return
            yield request
            time.sleep(_PAUSE)

    counters = load_generator.run_load(
        server.port, small_queries(), 1, TIMEOUT + _CONTROL_SECONDS, timeout=TIMEOUT
    )
    if query != NONE:
        sender.join()
    return HostileResult(
        name,
        query,
        seconds,
        status,
        note,
        counters.done,
        counters.failed,
        counters.quantile(0.5) * 1000,
        counters.quantile(0.99) * 1000,
        counters.quantile(1) * 1000,
    )
