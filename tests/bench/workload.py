"""The workload of a public endpoint: usual, heavy and hostile requests, and aborted ones."""

import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import cycle
from pathlib import Path

from bench import http_client
from bench.hostile_load import HOSTILE
from bench.query_shapes import never_seen
from bench.server_process import Server
from oib.namespaces import ID, OIB
from oib.saved_queries import Library

_SMALL = f"SELECT ?p ?v WHERE {{ <{ID}person/sun-youshun> ?p ?v }}"
_HEAVY = (
    f"SELECT ?s (COUNT(*) AS ?n) WHERE {{ ?c <{OIB}claimSubject> ?s ; "
    f"<{OIB}claimPredicate> ?v . ?d <{OIB}claimPredicate> ?v ; ?p ?o }} "
    "GROUP BY ?s ORDER BY DESC(?n) LIMIT 5"
)
# Between two usual requests: workers with heavy queries yield to others, and would starve.
_USUAL_PAUSE = 0.0005
_HEAVY_PAUSE = 1.0  # seconds between two heavy queries
_HOSTILE_PAUSE = 3.0  # seconds between two hostile queries


class Workload:
    """Requests to one server over one home.

    ``pause`` waits for at least so many seconds, and returns whether to continue. ``aborted``
    counts the requests whose client disconnected before the response.
    """

    def __init__(self, server: Server, home: Path, pause: Callable[[float], bool]) -> None:
        self._server, self._pause = server, pause
        self._things = [
            path.relative_to(home / "instances").with_suffix("").as_posix()
            for folder in ("organization", "person", "place")
            for path in sorted((home / "instances" / folder).glob("*.ttl"))
        ]
        self._saved_queries = [query.name for query in Library.load(home)]
        self.aborted = 0

    def usual(self) -> Iterator[bytes]:
        """Yield usual requests: small queries, repeated or never seen, saved queries and pages."""
        chance = random.Random(1)
        unseen = never_seen(self._server.encode_query, self._things)
        saved_queries = cycle(self._saved_queries)
        while True:
            time.sleep(_USUAL_PAUSE)
            number = chance.random()
            if number < 0.4:
                yield self._server.encode_query(_SMALL)
            elif number < 0.7:
                yield next(unseen)
            elif number < 0.85:
                yield http_client.encode_get(f"/queries/{next(saved_queries)}", "*/*")
            else:
                path = f"/doc/{chance.choice(self._things)}"
                yield http_client.encode_get(path, "text/html")

    def never_seen(self) -> Iterator[bytes]:
        """Yield small queries of which none is sent twice, nor among the usual ones."""
        yield from never_seen(self._server.encode_query, self._things, 2 * 10**9)

    def heavy(self) -> Iterator[bytes]:
        """Yield heavy queries, no two of the same text."""
        for number in range(10**12):
            yield self._server.encode_query(f"# number {number}\n{_HEAVY}")
            if not self._pause(_HEAVY_PAUSE):
                return

    def hostile(self) -> Iterator[bytes]:
        """Yield hostile queries in turn, with pauses in which memory can be measured."""
        for text in cycle(HOSTILE.values()):
            yield self._server.encode_query(text)
            if not self._pause(_HOSTILE_PAUSE):
                return

    def abort_requests(self, over: threading.Event) -> None:
        """Send complete and partial requests and disconnect before the response, until ``over``."""
        chance = random.Random(2)
        unseen = never_seen(self._server.encode_query, self._things, 10**9)
        while not over.wait(0.05):
            # Few are heavy: too many would be refused to others.
            request = next(unseen)
            if chance.random() < 0.01:
                request = self._server.encode_query(f"# aborted {self.aborted}\n{_HEAVY}")
            if chance.random() < 0.3:
                request = request[: chance.randrange(len(request))]
            address = ("127.0.0.1", self._server.port)
            with suppress(OSError), socket.create_connection(address, timeout=5) as connection:
                if chance.random() < 0.5:  # disconnect by RST
                    linger = struct.pack("ii", 1, 0)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                connection.sendall(request)
                time.sleep(chance.random() * 0.03)
                self.aborted += 1
