"""The adapter to the web application: Flask, in threads, behind the event loop.

The parts of a request become a WSGI environment (PEP 3333), since that is what Flask's request
context is made of; all else is handed over by calls.
"""

import asyncio
import io
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from oib import response_headers
from oib.engine.base import QuerySession
from oib.http.messages import Headers, Request, Response
from oib.http.threads import FairThreadPool
from oib.services import Services

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# A body up to this size is taken whole.
_MAX_WHOLE = 4 * 2**20

# Fields that belong to one connection (RFC 9110, section 7.6.1), or that the server adds itself.
_OWN_FIELDS = {"date", "connection", "transfer-encoding", "keep-alive", "server"}

_RANGE = re.compile(r"bytes=(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})", re.IGNORECASE)
# Fields that hold a date, or ``If-Range`` an entity tag instead.
_DATES = ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE")

IsCached = Callable[[str], bool]
Bind = Callable[[Services, QuerySession, IsCached], None]


class FlaskApplication(Protocol):
    """What is used here of ``flask.Flask``, all of it public."""

    @property
    def jinja_env(self) -> Any:
        """Return the environment of the templates."""

    def request_context(self, environ: "WSGIEnvironment") -> Any:
        """Return a context manager in which the request of an environment is current."""

    def full_dispatch_request(self) -> Any:
        """Return the response to the current request; errors that are handled become responses."""

    def handle_exception(self, e: Exception) -> Any:
        """Log an error that nothing handles, and return the response that reports it."""


class WebApplication:
    """A Flask application in a pool of threads.

    Args:
        app: the application.
        bind: makes services, a query session and what is cached those of the request context at
            hand.
        threads: how many requests are answered at once.
    """

    def __init__(self, app: FlaskApplication, bind: Bind, threads: int) -> None:
        self._app, self._bind = app, bind
        self._pool = FairThreadPool("web", threads, max(1, threads // 2))

    async def respond(
        self,
        request: Request,
        services: Services,
        is_cached: IsCached = lambda etag: False,
    ) -> Response:
        """Answer a request; cancelling stops its queries.

        Args:
            request: the request.
            services: answer it.
            is_cached: tells, in any thread, whether the response with an entity tag is in a cache;
                then this is 304 with that tag.
        """
        session = services.engine.session(request.client)
        try:
            return await self._pool.run(
                request.client, partial(self._respond, request, services, session, is_cached)
            )
        except asyncio.CancelledError:
            session.cancel()
            raise

    def _respond(
        self, request: Request, services: Services, session: QuerySession, is_cached: IsCached
    ) -> Response:
        with self._app.request_context(environ(request)):
            self._bind(services, session, is_cached)
            try:
                response = self._app.full_dispatch_request()
            except Exception as error:
                response = self._app.handle_exception(error)
            headers = _headers(response.headers.items(), request.base_url)
            status, length = response.status_code, response.content_length
            if request.method == "HEAD" and length is not None:
                response.close()
                return Response(status, headers)
            if response.is_sequence or (length is not None and length <= _MAX_WHOLE):
                response.direct_passthrough = False
                body = response.get_data()
                response.close()
                return Response(status, [*headers, *_length(headers, body)], body)
            pieces = response.iter_encoded()
        return Response(status, headers, self._stream(pieces, response.close))

    async def compile_templates(self) -> None:
        """Compile all templates, in a thread: the first page of a kind takes twice as long else."""
        templates = self._app.jinja_env
        for name in templates.list_templates():
            with suppress(Exception):  # whoever requests its page gets the error
                await asyncio.to_thread(templates.get_template, name)

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self._pool.is_idle

    async def _stream(
        self, pieces: Iterable[bytes], close: Callable[[], None]
    ) -> AsyncIterator[bytes]:
        loop, iterator = asyncio.get_running_loop(), iter(pieces)
        try:
            while True:
                piece = await loop.run_in_executor(self._pool.executor, _next, iterator)
                if piece is None:
                    return
                yield piece
        finally:
            close()


def environ(request: Request) -> "WSGIEnvironment":
    """Return a request as a WSGI environment; its Host is our own, whatever the client sent."""
    fields = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()
    }
    content_type = fields.pop("HTTP_CONTENT_TYPE", "")
    fields.pop("HTTP_CONTENT_LENGTH", None)
    fields.pop("HTTP_TRANSFER_ENCODING", None)  # the body is here already, in one piece
    _drop_invalid_conditions(fields)
    base = urlsplit(request.base_url)
    port = base.port or (443 if base.scheme == "https" else 80)
    return {
        **fields,
        "HTTP_HOST": base.netloc,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(request.body)),
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": request.root,
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "SERVER_NAME": base.hostname or "localhost",
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request.client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": base.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _drop_invalid_conditions(fields: dict[str, str]) -> None:
    """Drop ranges of other units, several ranges, and dates that are none: they are ignored.

    RFC 9110, sections 13.1 and 14.2. A range stays only beside an ``If-Range`` that holds a tag or
    a date.
    """
    for name in _DATES:
        value = fields.get(name, "")
        if value and not value.endswith('"') and response_headers.parse_date(value) is None:
            del fields[name]
            if name == "HTTP_IF_RANGE":
                fields.pop("HTTP_RANGE", None)
    if not _RANGE.fullmatch(fields.get("HTTP_RANGE", "bytes=0-")):
        del fields["HTTP_RANGE"]


def _headers(headers: Iterable[tuple[str, str]], base_url: str) -> Headers:
    """Return the headers of an application's response; our own addresses become relative."""
    own = []
    for name, value in headers:
        if name.lower() == "location" and value.startswith(base_url + "/"):
            own.append((name, value[len(base_url) :]))
        elif name.lower() not in _OWN_FIELDS:
            own.append((name, value))
    return own


def _length(headers: Headers, body: bytes) -> Headers:
    has_length = any(name.lower() == "content-length" for name, _ in headers)
    return [] if has_length else [("Content-Length", str(len(body)))]


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)
