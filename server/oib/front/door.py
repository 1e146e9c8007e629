"""The door: what uvicorn has read becomes a request, and a response what it writes (ASGI 3)."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from oib.errors import OibError
from oib.front import Request, Response
from oib.front.intake import Intake, Receive
from oib.front.kept import head
from oib.front.shelf import Shelf
from oib.front.turn import Known, Turn
from oib.front.watch import Watch

_MOST_RECENT = 32 * 2**20  # bytes of requests and answers that are known by the bytes asked

# Seconds for a client to take a piece of a long answer.
_TAKES_WITHIN = 60.0

Scope = dict[str, Any]
Send = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Recent:
    version: str
    known: Known
    request: Request


class Door:
    """An ASGI app before the layers, and the memory of its connections."""

    def __init__(self, watch: Watch, version: Callable[[], str]) -> None:
        self._watch, self._version = watch, version
        self._intake = Intake()
        self._recent: Shelf[bytes, _Recent] = Shelf(_MOST_RECENT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; if the client goes away, stop whatever is done for it."""
        turn: Turn = scope["oib.turn"]
        connection = turn.connection
        request, asked, task = _read(scope), connection.asked, asyncio.current_task()
        connection.on_loss(task.cancel if task else None)
        version = self._version()
        try:
            try:
                request.body = await self._intake.read(request, receive)
            except OibError as error:
                request.error = error
            closes = request.error is not None
            response = await self._watch(request)
            if isinstance(response.body, bytes):
                turn.respond(response.status, _head(response), response.body, closes)
            else:
                await _stream(response, response.body, send)
        except asyncio.CancelledError:
            return  # nobody is there any more
        except TimeoutError:
            connection.transport.abort()
            return
        finally:
            connection.on_loss(None)
        if asked and request.cached == "hit" and response.status == 200:
            self._remember(asked, request, response, version)

    def recall(self, asked: bytes) -> Known | None:
        """Return the answer to the bytes of a request, if it is known and holds; count it."""
        recent = self._recent.get(asked)
        if recent is None or recent.version != self._version():
            return None
        self._watch.count(recent.request, 200, len(recent.known.body), time.perf_counter())
        return recent.known

    def _remember(self, asked: bytes, request: Request, response: Response, version: str) -> None:
        kept = response.kept if version == self._version() else None
        is_usual = b"HTTP/1.1\r\n" in asked and "connection" not in request.headers
        if kept and is_usual and "expect" not in request.headers:
            known = Known(kept.head, kept.body)
            recent = _Recent(version, known, request)
            self._recent.put(asked, recent, 2 * len(asked) + len(known.fields) + len(known.body))


def _read(scope: Scope) -> Request:
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        field, text = name.decode("latin-1"), value.decode("latin-1")
        headers[field] = f"{headers[field]}, {text}" if field in headers else text
    path: bytes = scope["raw_path"]
    client, server = scope.get("client"), scope.get("server")
    return Request(
        scope["method"],
        path.decode("latin-1") if b"%" not in path else unquote_to_bytes(path).decode("latin-1"),
        scope["query_string"].decode("latin-1"),
        headers,
        client=client[0] if client else "",
        server=server or ("localhost", 80),
        scheme=scope["scheme"],
    )


def _head(response: Response) -> bytes:
    if response.kept and response.headers is response.kept.headers:
        return response.kept.head
    return head(response.headers)


async def _stream(response: Response, body: AsyncIterator[bytes], send: Send) -> None:
    """Write a long response.

    Raises:
        TimeoutError: the client takes nothing of it.
    """
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in response.headers]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    async for piece in body:
        async with asyncio.timeout(_TAKES_WITHIN):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
