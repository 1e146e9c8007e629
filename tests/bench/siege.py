"""The siege: a hostile query is sent, and small ones never seen before while it is not answered."""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import load
import wire
from process import Server
from questions import never_seen
from sameness import normal

# hostile is a module of the tests, one folder up.
sys.path.append(str(Path(__file__).parents[1]))
from hostile_queries import ENDLESS, ODD

#: The limit that both servers are started with, in seconds; the grace that a target allows on top.
LIMIT = 2
GRACE = 0.5
#: How long an answer to a hostile query is waited for; then its server is killed.
PATIENCE = 10.0

NONE = "none"  # how the small queries fare alone
_ALONE = 2.0  # seconds without a hostile query
_PAUSE = 0.001  # between small queries, for servers to which each is a sleeping thread

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
class Assault:
    """What a hostile query did, and to how many small ones meanwhile (milliseconds).

    ``seconds`` go from the question to the whole answer, whatever it says; ``status`` is its
    status, None if none came. ``failed`` are small queries without a good answer.
    """

    server: str
    query: str
    seconds: float | None
    status: int | None
    note: str
    done: int
    failed: int
    half: float
    high: float
    most: float


def siege(name: str, start: Callable[[], Server], things: Sequence[str]) -> list[dict[str, Any]]:
    """Send each hostile query to a server of its own; return the assaults as they are reported.

    A server that does not answer any more is started anew; one that cannot be ends the siege.
    """
    server = start()
    try:
        found = []
        for query in (NONE, *HOSTILE):
            assault = _assault(server, name, query, things, len(found))
            found.append(asdict(assault))
            if (query != NONE and assault.seconds is None) or not server.answers():
                server.renew()
            if server.gone:
                break
        return found
    finally:
        server.stop()


def _assault(server: Server, name: str, query: str, things: Sequence[str], number: int) -> Assault:
    answered = threading.Event()
    seconds: float | None = None
    status: int | None = None
    note = ""

    def attack() -> None:
        nonlocal seconds, status, note
        began = time.perf_counter()
        try:
            answer = wire.once(server.port, server.request(HOSTILE[query]), PATIENCE)
            status, seconds = answer.status, time.perf_counter() - began
            if status == 200:
                normal(answer)
        except TimeoutError:
            note = f"not stopped after {PATIENCE:.0f} s"
        except OSError as error:
            note = f"no whole answer: {error}"
        except (ValueError, KeyError):
            note = "a broken answer"
        finally:
            answered.set()

    attacker = threading.Thread(target=attack)
    if query == NONE:
        answered.set()
    else:
        attacker.start()
    ends = time.perf_counter() + _ALONE

    def small() -> Iterator[bytes]:
        for sent in never_seen(server.request, things, number * 1_000_000):
            if answered.is_set() and (query != NONE or time.perf_counter() > ends):
                return
            yield sent
            time.sleep(_PAUSE)

    tally = load.run(server.port, small(), 1, PATIENCE + _ALONE, patience=PATIENCE)
    if query != NONE:
        attacker.join()
    return Assault(
        name,
        query,
        seconds,
        status,
        note,
        tally.done,
        sum(tally.refused.values()) + tally.lost,
        tally.quantile(0.5) * 1000,
        tally.quantile(0.99) * 1000,
        tally.quantile(1) * 1000,
    )
