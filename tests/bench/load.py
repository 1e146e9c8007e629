"""The load: so many connections send requests in a closed loop, for so long or so often."""

import re
import select
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import quote

PATIENCE = 30.0
_END = b"\r\n\r\n"
_ROOM = 1 << 16  # bytes that a connection has for an answer at first
_LOOK = 0.5  # seconds between two looks for answers that do not come
_IDLE = 1.0  # seconds since its last request after which a connection is looked at before another
_HEADS = 1000  # heads kept, so that one that comes again is not read again
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)
_CLOSE = re.compile(rb"^HTTP/1\.0|\r\nconnection:[ \t]*close", re.IGNORECASE)


@dataclass
class Tally:
    """What came back: seconds of each answer, statuses other than 200, requests lost.

    ``before`` is how many had been answered with 200 before the first that failed, if any did;
    ``broken`` says why no connection could be opened any more.
    """

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    reconnects: int = 0
    before: int | None = None
    broken: str = ""

    @property
    def done(self) -> int:
        """Return how many were answered with 200."""
        return len(self.times)

    def quantile(self, share: float) -> float:
        """Return the seconds within which that share of the answers came."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0

    def refuse(self, status: int) -> None:
        """Count an answer that is not 200."""
        self.refused[status] += 1
        if status >= 500:
            self._failed()

    def lose(self) -> None:
        """Count a request that got no whole answer."""
        self.lost += 1
        self._failed()

    def give_up(self, error: OSError) -> None:
        """Note that no connection can be opened."""
        self.broken = self.broken or str(error)
        self._failed()

    def _failed(self) -> None:
        self.before = self.done if self.before is None else self.before


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
        while (left := end - time.monotonic()) > 0:
            connection.settimeout(left)
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
    """Keep every connection busy until the time is over, so many were sent, or no more come.

    Answers still due then are waited for. A server that takes no connection any more ends the
    run, not the program: the tally says so.
    """
    tally = Tally()
    poll = select.epoll()
    heads: dict[bytes, _Head] = {}
    lines: dict[int, _Line] = {}
    sent = 0

    def go_on(line: _Line) -> None:
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
        go_on(_Line(poll, lines))
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


@dataclass(frozen=True, slots=True)
class _Head:
    """What the head of an answer says: its status, how its body ends, if the connection does.

    ``length`` is the body's in bytes, -1 if it is chunked, None if it ends with the connection.
    """

    status: int
    length: int | None
    closes: bool

    @classmethod
    def of(cls, head: bytes) -> "_Head":
        length = _LENGTH.search(head)
        return cls(
            int(head[9:12]) if head[9:12].isdigit() else 0,
            int(length[1]) if length else -1 if _CHUNKED.search(head) else None,
            _CLOSE.search(head) is not None,
        )


class _Line:
    """One connection and what has come on it so far."""

    __slots__ = ("_buffer", "_filled", "_lines", "_poll", "_view", "began", "ended", "socket")

    def __init__(self, poll: select.epoll, lines: dict[int, "_Line"]) -> None:
        self._poll, self._lines = poll, lines
        self._grow(bytearray(_ROOM))
        self._filled = 0
        self.socket: socket.socket | None = None
        self.ended = False
        self.began = 0.0

    def open(self, port: int) -> None:
        self.close()
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A socket with a time-out asks the kernel twice for everything.
        self.socket.setblocking(False)
        self._lines[self.socket.fileno()] = self
        self._poll.register(self.socket.fileno(), select.EPOLLIN)

    def send(self, sent: bytes) -> bool:
        """Send a request; return False if the server has closed the connection."""
        assert self.socket is not None
        self._filled, self.ended = 0, False
        idle, self.began = self.began, time.perf_counter()
        try:
            # A server may close what was idle for long; asked later, it would look like a loss.
            if self.began - idle > _IDLE and self._closed():
                return False
            gone = self.socket.send(sent)
            if gone < len(sent):
                self.socket.settimeout(PATIENCE)
                self.socket.sendall(sent[gone:])
                self.socket.setblocking(False)
        except OSError:
            return False
        return True

    def _closed(self) -> bool:
        assert self.socket is not None
        with suppress(BlockingIOError):
            return not self.socket.recv(1, socket.MSG_PEEK)
        return False

    def receive(self, heads: dict[bytes, _Head]) -> _Head | None:
        """Take what has come; return the head if the answer is whole now."""
        assert self.socket is not None
        filled = self._filled
        try:
            size = self.socket.recv_into(self._view[filled:] if filled else self._view)
        except BlockingIOError:
            return None
        except OSError:
            size = 0
        self.ended = not size
        filled = self._filled = filled + size
        buffer = self._buffer
        place = buffer.find(_END, 0, filled)
        head = None
        if place >= 0:
            # The same bytes say the same: nearly always this is all the reading there is.
            said = bytes(self._view[:place])
            head = heads.get(said)
            if head is None:
                if len(heads) >= _HEADS:
                    heads.clear()
                head = heads[said] = _Head.of(said)
            if not self._whole(head.length, place + 4):
                head = None
        if head is None and filled == len(buffer):
            self._grow(buffer + bytes(len(buffer)))
        return head

    def _whole(self, length: int | None, start: int) -> bool:
        """Return whether a body that starts there has come to its end."""
        if length is None:
            return self.ended
        if length >= 0:
            return self._filled - start >= length
        if self._buffer[self._filled - 5 : self._filled] != b"0\r\n\r\n":
            return False
        while (line := self._buffer.find(b"\r\n", start, self._filled)) >= 0:
            size = int(self._buffer[start:line].partition(b";")[0], 16)
            if size == 0:
                return True
            start = line + 2 + size + 2
        return False

    def _grow(self, buffer: bytearray) -> None:
        self._buffer, self._view = buffer, memoryview(buffer)

    def close(self) -> None:
        if self.socket is None:
            return
        number = self.socket.fileno()
        self._lines.pop(number, None)
        with suppress(OSError):
            self._poll.unregister(number)
        self.socket.close()
        self.socket = None
