"""The connection: HTTP/1.1 as uvicorn reads it, with a way past for what was asked before.

The same client often sends the same bytes again. Then the answer is known before they are read as
HTTP: the bytes of the request are the key to those of the response.
"""

import asyncio
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, Protocol

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
)

from oib.front.kept import head
from oib.front.turn import Known, Turn

#: The longest head of a request, in bytes, and the most fields in it.
HEAD: Final = 2**17
FIELDS: Final = 100

# Seconds for the head of a request, from its first byte or from the start of the connection.
_HEAD_WITHIN = 10.0
# The longest request that is known again by its bytes.
_LONGEST = 2**13


class Memory(Protocol):
    """Who knows the answers to the bytes of requests."""

    def recall(self, asked: bytes) -> Known | None:
        """Return the answer that holds now, having counted it, or None."""


class Connection(HttpToolsProtocol):
    """One connection of a client."""

    def __init__(self, memory: Memory, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._memory = memory
        self._is_in_head = False
        self._size = self._fields = self._left = 0
        self._timer: asyncio.TimerHandle | None = None
        self._stop: Callable[[], object] | None = None
        #: The bytes of the request that came last, if it came alone and in one piece.
        self.asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; who has said nothing after some seconds is let go."""
        super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn narrows it
        self._timer = self.loop.call_later(_HEAD_WITHIN, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """End, and stop what is done for a client that has gone."""
        self._unset_timer()
        if self._stop:
            self._stop()
        super().connection_lost(exc)

    def on_loss(self, stop: Callable[[], object] | None) -> None:
        """Call this when the client goes away, from now on."""
        self._stop = stop

    def data_received(self, data: bytes) -> None:
        """Answer at once what is known, and hand all else to uvicorn."""
        is_idle = not self._is_in_head and (self.cycle is None or self.cycle.response_complete)
        self.asked = b""
        if is_idle and len(data) <= _LONGEST and data.endswith(b"\r\n\r\n"):
            known = self._memory.recall(data)
            if known and not self.flow.write_paused:
                self._answer(known)
                return
            if data.startswith(b"GET ") and data.find(b"\r\n\r\n") == len(data) - 4:
                self.asked = data
        super().data_received(data)
        if self._is_in_head:
            self._size += len(data)  # of a field that has not come to its end
            if self._is_too_long():
                self.send_400_response("")
            elif not self._timer:
                self._timer = self.loop.call_later(_HEAD_WITHIN, self.transport.close)

    def _answer(self, known: Known) -> None:
        self._unset_timer()
        self._unset_keepalive_if_required()
        self.write(200, known.fields, known.body)
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def write(self, status: int, fields: bytes, body: bytes) -> None:
        """Write a response, with the fields that all have."""
        pieces = [STATUS_LINE[status]]
        for name, value in self.server_state.default_headers:
            pieces += (name, b": ", value, b"\r\n")
        self.transport.write(b"".join((*pieces, fields, b"\r\n", body)))

    def on_message_begin(self) -> None:
        """Begin to read a request."""
        super().on_message_begin()
        self._is_in_head, self._size, self._fields = True, 0, 0

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target."""
        self._grow(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field."""
        self._fields += 1
        self._grow(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Let the request be answered."""
        self._is_in_head = False
        self._unset_timer()
        super().on_headers_complete()
        # Not ``self.cycle`` later on: of several requests in a row, that is always the last.
        self.scope["oib.turn"] = Turn(self, self.cycle)  # type: ignore[typeddict-unknown-key]

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read, or is too long to be, and hang up."""
        status, detail = 400, "this is no request of HTTP/1.1; see RFC 9112"
        if self._is_too_long():
            status = 431
            detail = f"the head of a request may have {FIELDS} fields and {HEAD:,} bytes; send less"
        told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
        body = json.dumps({**told, "detail": detail}).encode()
        length = str(len(body))
        kind = ("Content-Type", "application/problem+json")
        self.write(status, head([kind, ("Content-Length", length), ("Connection", "close")]), body)
        self.transport.close()

    def timeout_keep_alive_handler(self) -> None:
        """Let an idle client go; one that still reads its answer may go on."""
        left = self.transport.get_write_buffer_size()
        if left == 0:
            super().timeout_keep_alive_handler()
        elif left == self._left:
            self.transport.abort()
        else:
            self._left = left
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _unset_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _is_too_long(self) -> bool:
        return self._size > HEAD or self._fields > FIELDS

    def _grow(self, size: int) -> None:
        self._size += size
        if self._is_too_long():
            raise OverflowError("the head of a request is too long")
