"""One persistent client connection: sends a request, receives the response without copying it."""

import re
import select
import socket
import time
from contextlib import suppress
from dataclasses import dataclass

from bench.http_client import END_OF_HEAD, TIMEOUT

_BUFFER_SIZE = 1 << 16  # bytes, at first; it grows with the responses
_IDLE = 1.0  # seconds without a request after which a connection is checked before the next
_MAX_CACHED_HEADS = 1000
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)
_CLOSE = re.compile(rb"^HTTP/1\.0|\r\nconnection:[ \t]*close", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """What the client needs of a response head.

    ``length`` is the length of the body in bytes, -1 if it is chunked, None if it ends with the
    connection.
    """

    status: int
    length: int | None
    closes: bool

    @classmethod
    def parse(cls, head: bytes) -> "ResponseHead":
        """Parse a status line and its header fields, without the empty line at their end."""
        length = _LENGTH.search(head)
        return cls(
            int(head[9:12]) if head[9:12].isdigit() else 0,
            int(length[1]) if length else -1 if _CHUNKED.search(head) else None,
            _CLOSE.search(head) is not None,
        )


class ClientConnection:
    """A connection in an epoll set, and the bytes of the current response received so far.

    ``connections`` is the register of open connections by file descriptor. ``began`` is when the
    last ``request`` was sent (``time.perf_counter``); ``at_end`` is whether the server has closed.
    """

    __slots__ = (
        "_buffer",
        "_connections",
        "_filled",
        "_poll",
        "_view",
        "at_end",
        "began",
        "request",
        "socket",
    )

    def __init__(self, poll: select.epoll, connections: dict[int, "ClientConnection"]) -> None:
        self._poll, self._connections = poll, connections
        self._set_buffer(bytearray(_BUFFER_SIZE))
        self._filled = 0
        self.socket: socket.socket | None = None
        self.at_end = False
        self.began = 0.0
        self.request = b""

    def open(self, port: int) -> None:
        """Connect to a port of this machine, after closing what was open.

        Raises:
            OSError: the connection was refused.
        """
        self.close()
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A socket with a time-out makes two system calls for each operation.
        self.socket.setblocking(False)
        self._connections[self.socket.fileno()] = self
        self._poll.register(self.socket.fileno(), select.EPOLLIN)

    def send(self, request: bytes) -> bool:
        """Send a request; return False if the server has closed the connection."""
        assert self.socket is not None
        self._filled, self.at_end, self.request = 0, False, request
        previous, self.began = self.began, time.perf_counter()
        try:
            # A server may close an idle connection; checked here, that is no lost request.
            if self.began - previous > _IDLE and self._is_closed():
                return False
            count = self.socket.send(request)
            if count < len(request):
                self.socket.settimeout(TIMEOUT)
                self.socket.sendall(request[count:])
                self.socket.setblocking(False)
        except OSError:
            return False
        return True

    def _is_closed(self) -> bool:
        assert self.socket is not None
        with suppress(BlockingIOError):
            return not self.socket.recv(1, socket.MSG_PEEK)
        return False

    def receive(self, heads: dict[bytes, ResponseHead]) -> ResponseHead | None:
        """Receive what has arrived; return the head once the response is complete.

        ``heads`` caches parsed heads by their bytes, and is shared by the connections of a load.
        """
        assert self.socket is not None
        filled = self._filled
        try:
            size = self.socket.recv_into(self._view[filled:] if filled else self._view)
        except BlockingIOError:
            return None
        except OSError:
            size = 0
        self.at_end = not size
        filled = self._filled = filled + size
        buffer = self._buffer
        position = buffer.find(END_OF_HEAD, 0, filled)
        head = None
        if position >= 0:
            encoded = bytes(self._view[:position])
            head = heads.get(encoded)
            if head is None:
                if len(heads) >= _MAX_CACHED_HEADS:
                    heads.clear()
                head = heads[encoded] = ResponseHead.parse(encoded)
            if not self._is_complete(head.length, position + 4):
                head = None
        if head is None and filled == len(buffer):
            self._set_buffer(buffer + bytes(len(buffer)))
        return head

    def received(self, size: int) -> bytes:
        """Return the first bytes of the current response, at most ``size`` of them."""
        return bytes(self._view[: min(size, self._filled)])

    def _is_complete(self, length: int | None, start: int) -> bool:
        """Return whether the body that starts at an offset has been received to its end."""
        if length is None:
            return self.at_end
        if length >= 0:
            return self._filled - start >= length
        if self._buffer[self._filled - 5 : self._filled] != b"0\r\n\r\n":
            return False
        while (end_of_line := self._buffer.find(b"\r\n", start, self._filled)) >= 0:
            size = int(self._buffer[start:end_of_line].partition(b";")[0], 16)
            if size == 0:
                return True
            start = end_of_line + 2 + size + 2
        return False

    def _set_buffer(self, buffer: bytearray) -> None:
        self._buffer, self._view = buffer, memoryview(buffer)

    def close(self) -> None:
        """Close the connection, if it is open, and leave the epoll set."""
        if self.socket is None:
            return
        number = self.socket.fileno()
        self._connections.pop(number, None)
        with suppress(OSError):
            self._poll.unregister(number)
        self.socket.close()
        self.socket = None
