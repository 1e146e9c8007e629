"""The load: so many connections send requests in a closed loop, for so long or so often."""

import select
import time
from collections.abc import Iterator

from line import Head, Line
from tally import Tally
from wire import PATIENCE

_LOOK = 0.5  # seconds between two looks for answers that do not come


def run(
    port: int,
    requests: Iterator[bytes],
    connections: int,
    seconds: float,
    most: int = 1_000_000,
    patience: float = PATIENCE,
) -> Tally:
    """Keep every connection busy until the time is over, so many were sent, or no more come.

    Answers still due then are waited for. A server that takes no connection any more ends the
    run, not the program: the tally says so.
    """
    tally = Tally()
    poll = select.epoll()
    heads: dict[bytes, Head] = {}
    lines: dict[int, Line] = {}
    sent = 0

    def go_on(line: Line) -> None:
        """Send the next request on a line, or close it when there is none."""
        nonlocal sent
        following = None
        if clock() - start < seconds and sent < most and not tally.broken:
            following = next(requests, None)
        if following is None:
            line.close()
            return
        sent += 1
        try:
            if line.socket is None:
                line.open(port)
            if line.send(following):
                return
            # Closed by the server after its last answer: the request has not been lost yet.
            tally.reconnects += 1
            line.open(port)
            if not line.send(following):
                raise ConnectionError("closed as soon as it was opened")
        except OSError as error:
            tally.lose()
            tally.give_up(error)
            line.close()

    clock = time.perf_counter
    start = looked = clock()
    for _ in range(connections):
        go_on(Line(poll, lines))
    while lines:
        for number, _ in poll.poll(_LOOK):
            line = lines[number]
            head = line.receive(heads)
            if head is None:
                if line.ended:
                    tally.lose()
                    tally.reconnects += 1
                    line.close()
                    go_on(line)
                continue
            if head.status == 200:
                tally.times.append(clock() - line.began)
            else:
                tally.refuse(head.status)
            if head.closes or line.ended:
                tally.reconnects += 1
                line.close()
            go_on(line)
        now = clock()
        if now - looked > _LOOK:
            looked = now
            for line in [each for each in lines.values() if now - each.began > patience]:
                tally.lose()
                line.close()
    tally.seconds = clock() - start
    poll.close()
    return tally
