"""The line: one connection that sends request after request and takes the answers as they come."""

import re
import select
import socket
import time
from contextlib import suppress
from dataclasses import dataclass

from wire import END, PATIENCE

_ROOM = 1 << 16  # bytes that a connection has for an answer at first
_IDLE = 1.0  # seconds since its last request after which a connection is looked at before another
_HEADS = 1000  # heads kept, so that one that comes again is not read again
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)
_CLOSE = re.compile(rb"^HTTP/1\.0|\r\nconnection:[ \t]*close", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of an answer says: its status, how its body ends, if the connection does.

    ``length`` is the body's in bytes, -1 if it is chunked, None if it ends with the connection.
    """

    status: int
    length: int | None
    closes: bool

    @classmethod
    def of(cls, head: bytes) -> "Head":
        length = _LENGTH.search(head)
        return cls(
            int(head[9:12]) if head[9:12].isdigit() else 0,
            int(length[1]) if length else -1 if _CHUNKED.search(head) else None,
            _CLOSE.search(head) is not None,
        )


class Line:
    """One connection and what has come on it so far."""

    __slots__ = ("_buffer", "_filled", "_lines", "_poll", "_view", "began", "ended", "socket")

    def __init__(self, poll: select.epoll, lines: dict[int, "Line"]) -> None:
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

    def receive(self, heads: dict[bytes, Head]) -> Head | None:
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
        place = buffer.find(END, 0, filled)
        head = None
        if place >= 0:
            # The same bytes say the same: nearly always this is all the reading there is.
            said = bytes(self._view[:place])
            head = heads.get(said)
            if head is None:
                if len(heads) >= _HEADS:
                    heads.clear()
                head = heads[said] = Head.of(said)
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
