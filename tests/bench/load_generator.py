"""A closed-loop load generator: each connection sends its next request after each response."""

import select
import time
from collections.abc import Iterator

from bench.client_connection import ClientConnection, ResponseHead
from bench.counters import Counters
from bench.http_client import TIMEOUT

_EXAMPLE_SIZE = 2000  # bytes of a response that are kept of a failure
_POLL_SECONDS = 0.5  # between two checks for responses that are overdue


def run_load(
    port: int,
    requests: Iterator[bytes],
    connections: int,
    seconds: float,
    max_requests: int = 1_000_000,
    timeout: float = TIMEOUT,
) -> Counters:
    """Send requests until ``seconds`` have passed, ``max_requests`` were sent, or none are left.

    Responses still outstanding then are waited for. If the server accepts no more connections,
    the load ends and ``Counters.connect_error`` says why.
    """
    counters = Counters()
    poll = select.epoll()
    heads: dict[bytes, ResponseHead] = {}
    active: dict[int, ClientConnection] = {}
    sent = 0

    def send_next(connection: ClientConnection) -> None:
        """Send the next request on a connection, or close it if there is none."""
        nonlocal sent
        request = None
        if clock() - start < seconds and sent < max_requests and not counters.connect_error:
            request = next(requests, None)
        if request is None:
            connection.close()
            return
        sent += 1
        try:
            if connection.socket is None:
                connection.open(port)
            if connection.send(request):
                return
            # The server closed after its last response: the request is not lost yet.
            counters.reconnects += 1
            connection.open(port)
            if not connection.send(request):
                raise ConnectionError("closed as soon as it was opened")
        except OSError as error:
            counters.count_lost()
            counters.note_connect_error(error)
            connection.close()

    clock = time.perf_counter
    start = checked = clock()
    for _ in range(connections):
        send_next(ClientConnection(poll, active))
    while active:
        for number, _ in poll.poll(_POLL_SECONDS):
            connection = active[number]
            head = connection.receive(heads)
            if head is None:
                if connection.at_end:
                    counters.count_lost()
                    counters.reconnects += 1
                    connection.close()
                    send_next(connection)
                continue
            if head.status == 200:
                counters.times.append(clock() - connection.began)
            else:
                counters.count_status(head.status)
                if head.status >= 500:
                    counters.note_example(
                        clock() - start, connection.request, connection.received(_EXAMPLE_SIZE)
                    )
            if head.closes or connection.at_end:
                counters.reconnects += 1
                connection.close()
            send_next(connection)
        now = clock()
        if now - checked > _POLL_SECONDS:
            checked = now
            for connection in [each for each in active.values() if now - each.began > timeout]:
                counters.count_lost()
                connection.close()
    counters.seconds = clock() - start
    poll.close()
    return counters
