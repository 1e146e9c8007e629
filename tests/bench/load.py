"""The load: so many connections send requests in a closed loop, for so long or so often."""

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

PATIENCE = 30.0
_END = b"\r\n\r\n"


@dataclass
class Tally:
    """What came back: seconds of each answer, statuses other than 200, requests lost."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    reconnects: int = 0

    @property
    def done(self) -> int:
        """Return how many were answered with 200."""
        return len(self.times)

    def quantile(self, share: float) -> float:
        """Return the seconds within which that share of the answers came."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


@dataclass
class Answer:
    """One whole answer."""

    status: int
    media_type: str
    body: bytes
    version: str
    closes: bool


def request(path: str, accept: str, **parameters: str) -> bytes:
    """Return the bytes of a GET on a connection that stays open."""
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    target = f"{path}?{query}" if query else path
    return (f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n\r\n").encode("ascii")


def once(port: int, sent: bytes, patience: float = PATIENCE) -> Answer:
    """Send one request on a connection of its own.

    Raises:
        OSError: no connection, or no whole answer in time.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        connection.sendall(sent)
        end, buffer = time.monotonic() + patience, bytearray()
        while time.monotonic() < end:
            piece = connection.recv(1 << 18)
            buffer += piece
            answer = read(buffer, ended=not piece)
            if answer:
                return answer
            if not piece:
                raise ConnectionError("the connection was closed before the answer was whole")
    raise TimeoutError(f"no whole answer within {patience:.0f} s")


def run(
    port: int,
    requests: Iterator[bytes],
    connections: int,
    seconds: float,
    most: int = 1_000_000,
    patience: float = PATIENCE,
) -> Tally:
    """Keep every connection busy until the time is over or so many were sent; wait for the rest."""
    tally = Tally()
    selector = selectors.DefaultSelector()
    lines = [_Line(port, selector) for _ in range(connections)]
    start = time.perf_counter()
    sent = 0
    for line in lines:
        sent += line.send(next(requests))
    busy = len(lines)
    while busy:
        now = time.perf_counter()
        for key, _ in selector.select(timeout=0.5):
            line = key.data
            answer = line.receive(tally)
            if answer is None and line.alive:
                continue
            now = time.perf_counter()
            if answer and answer.status == 200:
                tally.times.append(now - line.began)
            elif answer:
                tally.refused[answer.status] += 1
            if now - start < seconds and sent < most:
                if not line.alive or (answer and answer.closes):
                    tally.reconnects += 1
                    line.reopen()
                sent += line.send(next(requests))
            else:
                line.close()
                busy -= 1
        for line in lines:
            if line.busy and now - line.began > patience:
                tally.lost += 1
                line.close()
                busy -= 1
    tally.seconds = time.perf_counter() - start
    selector.close()
    return tally


def read(buffer: bytearray, ended: bool = False) -> Answer | None:
    """Return the answer that a buffer holds, or None while it is not whole."""
    head, found, body = bytes(buffer).partition(_END)
    if not found:
        return None
    first, *rest = head.decode("latin-1").split("\r\n")
    fields = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in rest)
    }
    whole: bytes | None
    if "content-length" in fields:
        length = int(fields["content-length"])
        whole = body if len(body) >= length else None
    elif fields.get("transfer-encoding", "").lower() == "chunked":
        whole = _joined(body)
    else:
        whole = body if ended else None
    if whole is None:
        return None
    return Answer(
        int(first.split()[1]),
        fields.get("content-type", "").partition(";")[0],
        whole,
        fields.get("x-data-version", ""),
        fields.get("connection", "").lower() == "close" or first.startswith("HTTP/1.0"),
    )


def _joined(body: bytes) -> bytes | None:
    """Return a chunked body in one piece, or None while its last chunk is not there."""
    if not body.endswith(b"0\r\n\r\n"):
        return None
    pieces, position = [], 0
    while True:
        line = body.find(b"\r\n", position)
        if line < 0:
            return None
        size = int(body[position:line].partition(b";")[0], 16)
        if size == 0:
            return b"".join(pieces)
        if line + 2 + size + 2 > len(body):
            return None
        pieces.append(body[line + 2 : line + 2 + size])
        position = line + 2 + size + 2


class _Line:
    """One connection and what has come on it so far."""

    def __init__(self, port: int, selector: selectors.BaseSelector) -> None:
        self._port, self._selector = port, selector
        self.busy = False
        self.began = 0.0
        self._open()

    def _open(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray()
        self.alive = True
        self._selector.register(self._socket, selectors.EVENT_READ, self)

    def send(self, sent: bytes) -> int:
        self._buffer.clear()
        self.began, self.busy = time.perf_counter(), True
        try:
            self._socket.sendall(sent)
        except OSError:  # closed by the server after its last answer: not a lost request yet
            self.reopen()
            self.began, self.busy = time.perf_counter(), True
            self._socket.sendall(sent)
        return 1

    def receive(self, tally: Tally) -> Answer | None:
        try:
            piece = self._socket.recv(1 << 18)
        except OSError:
            piece = b""
        self._buffer += piece
        # A quick look first: a large answer is put together once, not at each piece of it.
        answer = read(self._buffer, ended=not piece) if not piece or self._whole() else None
        if not piece:
            self.alive = False
            tally.lost += answer is None
        if answer or not piece:
            self.busy = False
        return answer

    def _whole(self) -> bool:
        end = self._buffer.find(_END)
        if end < 0:
            return False
        head = bytes(self._buffer[:end]).lower()
        place = head.find(b"content-length:")
        if place < 0:
            return self._buffer.endswith(b"0\r\n\r\n")
        length = int(head[place + 15 :].split(b"\r\n", 1)[0])
        return len(self._buffer) - end - 4 >= length

    def reopen(self) -> None:
        self.close()
        self._open()

    def close(self) -> None:
        self.busy = self.alive = False
        try:
            self._selector.unregister(self._socket)
        except (KeyError, ValueError):
            return
        self._socket.close()
