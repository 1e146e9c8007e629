"""The traffic of a public endpoint: usual, heavy and hostile requests, and clients that leave."""

import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import cycle
from pathlib import Path

import wire
from oib.namespaces import ID, OIB
from oib.saved_queries import Library
from process import Server
from questions import never_seen
from siege import HOSTILE

_SMALL = f"SELECT ?p ?v WHERE {{ <{ID}person/sun-youshun> ?p ?v }}"
_HEAVY = (
    f"SELECT ?s (COUNT(*) AS ?n) WHERE {{ ?c <{OIB}claimSubject> ?s ; "
    f"<{OIB}claimPredicate> ?v . ?d <{OIB}claimPredicate> ?v ; ?p ?o . ?c ?q ?w }} "
    "GROUP BY ?s ORDER BY DESC(?n) LIMIT 5"
)
# Between two usual requests: workers with heavy queries yield to others, and would get nothing.
_PAUSE = 0.0005
_HEAVY_PAUSE = 1.0  # seconds between two heavy queries
_HOSTILE_PAUSE = 3.0  # seconds between two hostile queries


class Traffic:
    """What comes in at one server over one home.

    ``pause`` waits for so many seconds at least, and returns whether to go on. ``left`` counts the
    clients that went away in the middle.
    """

    def __init__(self, server: Server, home: Path, pause: Callable[[float], bool]) -> None:
        self._server, self._pause = server, pause
        self._things = [
            path.relative_to(home / "instances").with_suffix("").as_posix()
            for kind in ("organization", "person", "place")
            for path in sorted((home / "instances" / kind).glob("*.ttl"))
        ]
        self._saved = [query.name for query in Library(home)]
        self.left = 0

    def usual(self) -> Iterator[bytes]:
        """Yield requests as they come in: mostly small, some saved queries and pages."""
        chance = random.Random(1)
        unseen = never_seen(self._server.request, self._things)
        saved = cycle(self._saved)
        while True:
            time.sleep(_PAUSE)
            kind = chance.random()
            if kind < 0.4:
                yield self._server.request(_SMALL)
            elif kind < 0.7:
                yield next(unseen)
            elif kind < 0.85:
                yield wire.request(f"/queries/{next(saved)}", "*/*")
            else:
                yield wire.request(f"/doc/{chance.choice(self._things)}", "text/html")

    def unseen(self) -> Iterator[bytes]:
        """Yield small queries of which none comes twice, nor among the usual ones."""
        yield from never_seen(self._server.request, self._things, 2 * 10**9)

    def heavy(self) -> Iterator[bytes]:
        """Yield heavy requests of which no two are the same text."""
        for number in range(10**12):
            yield self._server.request(f"# asked {number}\n{_HEAVY}")
            if not self._pause(_HEAVY_PAUSE):
                return

    def hostile(self) -> Iterator[bytes]:
        """Yield hostile requests in turn, with pauses in which memory can be told."""
        for text in cycle(HOSTILE.values()):
            yield self._server.request(text)
            if not self._pause(_HOSTILE_PAUSE):
                return

    def leave(self, over: threading.Event) -> None:
        """Send whole and half requests, again and again, and go before the answer comes."""
        chance = random.Random(2)
        unseen = never_seen(self._server.request, self._things, 10**9)
        while not over.wait(0.05):
            # Work for nobody goes on to its end; too much heavy work would be refused to others.
            sent = next(unseen)
            if chance.random() < 0.01:
                sent = self._server.request(f"# left {self.left}\n{_HEAVY}")
            if chance.random() < 0.3:
                sent = sent[: chance.randrange(len(sent))]
            with (
                suppress(OSError),
                socket.create_connection(("127.0.0.1", self._server.port), timeout=5) as line,
            ):
                if chance.random() < 0.5:  # by a reset
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                line.sendall(sent)
                time.sleep(chance.random() * 0.03)
                self.left += 1
