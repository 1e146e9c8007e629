"""The turn: a request in its turn on a connection, and the way to answer it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

if TYPE_CHECKING:
    from oib.front.connection import Connection


@dataclass(frozen=True, slots=True)
class Known:
    """An answer to the bytes of a request: its fields, without the date, and its body."""

    fields: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Turn:
    """A request in its turn on a connection."""

    connection: "Connection"
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
