"""The bridge: the app, which speaks WSGI (PEP 3333) and works in threads, behind the event loop."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from oib import response_headers
from oib.engine.base import QuerySession
from oib.front import Headers, Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

# A body up to this size is taken whole.
_WHOLE = 4 * 2**20


class Bridge:
    """The last layer: an app with so many threads."""

    def __init__(self, app: "WSGIApplication", threads: int) -> None:
        self._app = app
        self._pool = ThreadPoolExecutor(threads, "app")

    async def __call__(self, request: Request) -> Response:
        """Let the app answer; cancelled, its queries are stopped."""
        sessions: list[QuerySession] = []
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, self._run, request, sessions)
        except asyncio.CancelledError:
            for session in sessions:
                session.cancel()
            raise

    def _run(self, request: Request, sessions: list[QuerySession]) -> Response:
        told: list[tuple[int, Headers]] = []

        def start(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], Any]:
            told.append((int(status[:3]), headers))
            return _refuse

        body = self._app({**environ(request), response_headers.SESSIONS: sessions}, start)
        status, headers = told[-1]
        length = next((value for name, value in headers if name.lower() == "content-length"), "")
        if length.isdigit() and int(length) <= _WHOLE:
            try:
                return Response(status, headers, b"".join(body))
            finally:
                _close(body)
        return Response(status, headers, self._stream(body))

    async def _stream(self, body: Iterable[bytes]) -> AsyncIterator[bytes]:
        loop, pieces = asyncio.get_running_loop(), iter(body)
        try:
            while True:
                piece = await loop.run_in_executor(self._pool, _next, pieces)
                if piece is None:
                    return
                yield piece
        finally:
            _close(body)


def environ(request: Request) -> "WSGIEnvironment":
    """Return a request as PEP 3333 lays down."""
    given = {f"HTTP_{name.upper().replace('-', '_')}": v for name, v in request.headers.items()}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        with suppress(KeyError):
            given[name] = given.pop(f"HTTP_{name}")
    given.pop("HTTP_TRANSFER_ENCODING", None)  # the body is here already, in one piece
    return {
        **given,
        "CONTENT_LENGTH": str(len(request.body)),
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "SERVER_NAME": request.server[0],
        "SERVER_PORT": str(request.server[1]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request.client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        response_headers.KEPT: request.known,
        response_headers.ERROR: request.error,
    }


def _refuse(piece: bytes) -> None:
    raise NotImplementedError("this server has no write(); return the body")


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)


def _close(body: Iterable[bytes]) -> None:
    close = getattr(body, "close", None)
    if close:
        close()
