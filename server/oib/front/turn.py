"""The turn: a request in its turn on a connection, and the way to answer it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


class Line(Protocol):
    """The connection of a client, as far as those who answer it need to know.

    ``asked`` are the bytes of the request that came last, if it came alone and in one piece.
    """

    asked: bytes
    transport: asyncio.Transport

    def on_loss(self, stop: Callable[[], object] | None) -> None:
        """Call this when the client goes away, from now on."""

    def write(self, status: int, fields: bytes, body: bytes) -> None:
        """Write a response, with the fields that all have."""


@dataclass(frozen=True, slots=True)
class Known:
    """An answer to the bytes of a request: its fields, without the date, and its body."""

    fields: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Turn:
    """A request in its turn on a connection."""

    connection: Line
    cycle: RequestResponseCycle

    def respond(self, status: int, fields: bytes, body: bytes, closes: bool = False) -> None:
        """Write a whole response, and be ready for the next request.

        uvicorn's own way looks at each header with an expression; these are ours.
        """
        cycle = self.cycle
        if cycle.disconnected:
            return
        if closes or not cycle.keep_alive:
            cycle.keep_alive = False
            fields += b"connection: close\r\n"
        self.connection.write(status, fields, body)
        cycle.response_started = cycle.response_complete = True
        if not cycle.keep_alive:
            self.connection.transport.close()
        cycle.on_response()
