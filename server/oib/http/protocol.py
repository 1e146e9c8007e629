"""One connection of a client: HTTP/1.1 (RFC 9112) parsed by httptools, one response at a time.

A request that was answered before from the response cache is recognized by its exact bytes, and is
not parsed. All else is parsed only as far as it can be answered: while a response is being made, or
the client has not read the one before, further requests wait unparsed, and when many bytes wait,
the connection is not read from. So a connection has one response in memory at most.
"""

import asyncio
import logging
import math
import re
from collections import deque
from collections.abc import AsyncIterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import unquote_to_bytes

import httptools

from oib.http.messages import BODILESS, Pending, Request, Response, header, status_line
from oib.http.problems import problem
from oib.http.response_cache import may_be_memorized
from oib.response_headers import MAX_BODY

if TYPE_CHECKING:
    from oib.http.connections import Connections

# The longest request that is recognized by its bytes.
_MAX_MEMO = 2**13
# How many bytes are parsed at once: the requests in them are held parsed. Bodies take larger ones.
_HEAD_SLICE, _BODY_SLICE = 2**12, 2**16
# How many unparsed bytes a connection may hold before it is not read from any more.
_MAX_UNPARSED = 2**16
# From this size on a body is written beside its head, not copied behind it.
_MIN_SEPARATE = 2**14
# How many unsent bytes keep a connection from going on.
_HIGH_WATER = 2**14

# What follows the target of a request, and targets that every parser reads alike.
_END_OF_TARGET: Final = b" HTTP/1.1\r\n"
_TARGET = re.compile(rb"/[A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]*+")
# Of so many sets of header fields the meaning is remembered.
_MAX_KNOWN_FIELDS = 2**8

_HOST = re.compile(rb"[\w.~!$&'()*+,;=%:\[\]-]*", re.ASCII)
_HOP_BY_HOP: Final = frozenset({b"upgrade", b"http2-settings"})
_OF_PROXIES: Final = ("x-forwarded-", "forwarded")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_ALLOW = [("Allow", "GET, HEAD, POST, OPTIONS")]

_log = logging.getLogger(__name__)


class _RefusedError(Exception):
    """Ends the parsing of a request that is answered by ``response``."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


#: Stands for a request that could not be parsed.
_UNPARSED: Final = Request("", "")


class HttpProtocol(asyncio.Protocol):
    """The server's end of one connection.

    ``deadline`` is the time of the event loop at which ``expire`` is called. ``peer`` is the
    address of the other end.
    """

    __slots__ = (
        "_answered",
        "_answered_raw",
        "_base_url",
        "_body",
        "_client",
        "_closes",
        "_connections",
        "_content_size",
        "_drained",
        "_fields",
        "_framing_size",
        "_has_received",
        "_head_size",
        "_is_advancing",
        "_is_from_proxy",
        "_is_in_body",
        "_is_in_message",
        "_is_lingering",
        "_is_lost",
        "_is_reading_paused",
        "_is_refusing",
        "_is_streaming",
        "_is_upgrade",
        "_is_writing_paused",
        "_keeps_alive",
        "_parsed",
        "_parser",
        "_pending",
        "_queue",
        "_raw",
        "_request",
        "_target",
        "_transport",
        "_unfinished_size",
        "_unparsed",
        "deadline",
        "is_answering",
        "last_active",
        "peer",
        "written",
    )

    def __init__(self, connections: "Connections") -> None:
        self._connections = connections
        self._transport: asyncio.Transport = cast(asyncio.Transport, None)
        self._parser: httptools.HttpRequestParser | None = None
        self.peer = self._client = self._base_url = ""
        self._is_from_proxy = False
        self.deadline = math.inf
        self.last_active = 0.0
        self.written = 0  # bytes that were handed to the transport
        # What has come but is not parsed: ``_unparsed`` from ``_parsed`` on.
        self._unparsed, self._parsed = b"", 0
        # The message that is being parsed.
        self._is_in_message = self._is_in_body = self._is_upgrade = self._has_received = False
        self._target = b""
        self._fields: list[tuple[bytes, bytes]] = []
        self._head_size = self._unfinished_size = self._content_size = self._framing_size = 0
        self._request: Request | None = None
        self._body = bytearray()
        self._raw = b""  # all of the request, if it came alone and in one piece
        # Requests that are parsed, and whether the connection goes on after each; a response in
        # place of a request is the answer to one that could not be parsed.
        self._queue: deque[tuple[Request | Response, bool, bytes]] = deque()
        # The response that is being made or written.
        self.is_answering = self._is_advancing = False
        self._keeps_alive = True
        self._closes = self._is_lost = self._is_refusing = self._is_lingering = False
        self._is_streaming = False  # a response is written piece by piece
        self._answered, self._answered_raw = _UNPARSED, b""
        self._pending: Pending | None = None
        self._is_reading_paused = self._is_writing_paused = False
        self._drained: asyncio.Future[None] | None = None

    # --- of the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; a client that sends no request within some seconds is disconnected."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=_HIGH_WATER)
        address = transport.get_extra_info("peername")
        self.peer = address[0] if address else ""
        settings = self._connections.settings
        self._is_from_proxy = settings.is_trusted(self.peer)
        self._base_url = settings.public_url or _url_of(transport.get_extra_info("sockname"))
        self.last_active = self._connections.time()
        self.deadline = self.last_active + settings.head_seconds
        self._client = self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """End, and stop all work for the client."""
        self._is_lost = True
        self._connections.remove(self)
        if self._pending:
            self._pending.cancel()
        # What refers to each other would stay in memory until the garbage collector finds it.
        self._queue.clear()
        self._parser = self._request = None
        self._answered, self._answered_raw, self._unparsed = _UNPARSED, b"", b""
        self._fields, self._body = [], bytearray()

    def data_received(self, data: bytes) -> None:
        """Answer at once what is known by its bytes; parse all else as far as it can be served."""
        if self._closes:
            return
        raw = b""
        if not (self.is_answering or self._is_in_message or self._is_writing_paused):
            self.last_active = self._connections.time()
            if data[-4:] == b"\r\n\r\n" and len(data) <= _MAX_MEMO and not self._unparsed:
                entry = self._connections.lookup(data)
                if entry is not None:
                    self._write(200, entry.head, entry.body)
                    self.deadline = self.last_active + self._connections.settings.idle_seconds
                    return
                if data.startswith(b"GET ") and data.find(b"\r\n\r\n") == len(data) - 4:
                    raw = data
                    request = self._request_with_known_fields(data)
                    if request is not None:
                        self._answer(request, True, raw)
                        return
        self._raw = raw
        self._unparsed = self._unparsed[self._parsed :] + data if self._unparsed else data
        self._parsed = 0
        self._advance()

    def _request_with_known_fields(self, data: bytes) -> Request | None:
        """Return the request that data are, if one with exactly the same fields was parsed before.

        Most requests of a client differ by nothing but their target.
        """
        end = data.find(_END_OF_TARGET)
        headers = self._connections.known_fields.get(data[end:])
        if headers is None or self._is_from_proxy or self._queue:
            return None
        if end > self._connections.settings.max_target or not _TARGET.fullmatch(data, 4, end):
            return None
        return self._request_to(data[4:end], "GET", headers)

    def _remember_fields(self, request: Request) -> None:
        """Remember the fields of a request that came alone and in one piece."""
        end = self._raw.find(_END_OF_TARGET)
        if end < 0 or self._is_from_proxy or not may_be_memorized(request):
            return
        known = self._connections.known_fields
        if len(known) >= _MAX_KNOWN_FIELDS:
            known.clear()
        known[self._raw[end:]] = request.headers

    def eof_received(self) -> None:
        """Close: who sends no more is taken to have gone."""

    def pause_writing(self) -> None:
        """Hold back: the client does not read as fast as we write."""
        self._is_writing_paused = True
        self._connections.set_stalled(self)

    def resume_writing(self) -> None:
        """Go on: the client has read most of what was written."""
        self._is_writing_paused = False
        self._connections.set_flowing(self)
        if self._drained and not self._drained.done():
            self._drained.set_result(None)
        if not self.is_answering:
            self._await_request()
            self._advance()

    # --- of all connections

    @property
    def is_waiting(self) -> bool:
        """Whether a response is being made that is not there yet."""
        return self._pending is not None

    @property
    def is_idle(self) -> bool:
        """Whether no request is being received or answered, and nothing is left to be sent."""
        return not (
            self.is_answering or self._is_in_message or self._queue or self._is_writing_paused
        )

    def unsent(self) -> int:
        """Return how many bytes of responses are held for the client."""
        return self._transport.get_write_buffer_size()

    def descriptor(self) -> int:
        """Return the file descriptor of the connection, -1 if it has none any more."""
        connection = self._transport.get_extra_info("socket")
        return connection.fileno() if connection is not None else -1

    def expire(self) -> None:
        """Give up waiting: for a request, for its body, or for the response to it."""
        self.deadline = math.inf
        if self.is_answering:
            self._give_up(_out_of_time())
        elif self._is_in_body and not self._is_lingering:
            self.refuse(problem(408, "the body did not come to its end in time; send it again"))
        else:
            self.close()

    def refuse(self, response: Response) -> None:
        """Answer the request that is being received, and close the connection."""
        if self._closes or self._is_refusing:
            return
        self._is_refusing = True
        self._stop_parsing()
        self._queue.append((response, False, b""))
        self._advance()

    def drop_request(self, response: Response) -> None:
        """Release a request that is received or answered, and answer this in its place.

        A response of which a part is sent already is cut off: nothing may stand in the midst of it.
        """
        if self._is_streaming:
            self.abort()
        elif self.is_waiting:
            self._unparsed, self._parsed = b"", 0
            self._queue.clear()
            self._give_up(response)
        elif not self.is_answering:
            self.refuse(response)

    def stop(self) -> None:
        """Close as soon as no request is being answered."""
        self._keeps_alive = False
        if not self.is_answering and not self._queue:
            self.close()

    def close(self) -> None:
        """Close when all has been sent."""
        self._closes = True
        self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._closes = True
        self._transport.abort()

    # --- parsing

    def _advance(self) -> None:
        """Parse and answer requests until there is something to wait for."""
        if self._is_advancing:
            return
        self._is_advancing = True
        try:
            while not (self.is_answering or self._is_writing_paused or self._closes):
                if self._queue:
                    self._answer(*self._queue.popleft())
                elif self._parsed < len(self._unparsed):
                    self._parse()
                else:
                    break
        finally:
            self._is_advancing = False
        waiting = len(self._unparsed) - self._parsed
        if waiting == 0:
            self._unparsed, self._parsed = b"", 0
        self._count_received()
        if self._is_lost or self._transport.is_closing():
            return
        if self._is_reading_paused and (waiting == 0 or self._is_lingering):
            self._is_reading_paused = False
            self._transport.resume_reading()
        elif waiting > _MAX_UNPARSED and not self._is_reading_paused:
            self._is_reading_paused = True
            self._transport.pause_reading()

    def _count_received(self) -> None:
        """Record how many bytes of requests are held that are not answered yet."""
        size = len(self._unparsed) - self._parsed + len(self._body) + len(self._answered.body)
        if self._is_in_message and not self._is_in_body:
            size += self._unfinished_size
        if self._queue:
            size += sum(len(one.body) for one, _, _ in self._queue if isinstance(one, Request))
        if size or self._has_received:
            self._has_received = size > 0
            if not self._is_lost:
                self._connections.set_received(self, size)

    def _parse(self) -> None:
        """Parse the next slice of what has come."""
        start = self._parsed
        size = _BODY_SLICE if self._is_in_body else _HEAD_SLICE
        if start == 0 and len(self._unparsed) <= size:
            piece = self._unparsed
        else:
            piece = self._unparsed[start : start + size]
        self._parsed = start + len(piece)
        if self._parser is None:
            self._parser = httptools.HttpRequestParser(self)
        if self._is_in_body:
            self._framing_size += len(piece)
        try:
            self._parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:
            self._parsed = start + upgrade.args[0]
            self._ignore_upgrade()
        except httptools.HttpParserCallbackError as error:
            self._refuse_unparsed(error)
        except httptools.HttpParserError:
            self._refuse_unparsed(None)
        else:
            self._limit_unfinished(len(piece))

    def _limit_unfinished(self, size: int) -> None:
        """Refuse a message that is not complete and takes too many bytes beside its content."""
        settings = self._connections.settings
        if self._is_in_body:
            framing = self._framing_size - self._content_size
            if framing > settings.max_framing + self._content_size:
                self.refuse(problem(400, "the chunks of the body are too small; send larger ones"))
        elif self._is_in_message:
            self._unfinished_size += size
            if self._unfinished_size > settings.max_head:
                self.refuse(self._head_too_large())

    def _ignore_upgrade(self) -> None:
        """Parse the head again without its offer of an upgrade, which is declined by silence.

        A server may ignore ``Upgrade`` (RFC 9110, section 7.8); httptools stops at it.
        """
        parser = self._parser
        assert parser is not None
        if parser.get_method() == b"CONNECT":
            self.refuse(problem(405, "this server is no proxy; use GET, HEAD or POST", _ALLOW))
            return
        start = b"%b %b HTTP/%b" % (
            parser.get_method(),
            self._target,
            parser.get_http_version().encode(),
        )
        fields = [
            b"%b: %b" % field for field in self._fields if field[0].lower() not in _HOP_BY_HOP
        ]
        self._parser = httptools.HttpRequestParser(self)
        try:
            self._parser.feed_data(b"\r\n".join((start, *fields, b"", b"")))
        except httptools.HttpParserError as error:
            self._refuse_unparsed(error)

    def _refuse_unparsed(self, error: Exception | None) -> None:
        cause = error.__context__ if error else None
        while cause is not None and not isinstance(cause, _RefusedError):
            cause = cause.__cause__ or cause.__context__
        if cause is not None:
            self.refuse(cause.response)
        elif isinstance(error, httptools.HttpParserCallbackError):
            _log.error("a request could not be read", exc_info=error)
            self.refuse(problem(500, "the server failed to read this request"))
        else:
            self.refuse(problem(400, "this is not a request of HTTP/1.1; see RFC 9112"))

    def _stop_parsing(self) -> None:
        self._is_in_message = self._is_in_body = False
        self._request = None
        self._body = bytearray()
        self._unparsed, self._parsed = b"", 0
        self._count_received()

    def on_message_begin(self) -> None:
        """Begin a request; called by the parser, as the other methods of this name."""
        self._is_in_message, self._is_in_body, self._is_upgrade = True, False, False
        self._request = None
        self._target, self._fields = b"", []
        self._head_size = self._unfinished_size = self._content_size = self._framing_size = 0
        if not self.is_answering:
            settings = self._connections.settings
            self.deadline = self._connections.time() + settings.head_seconds

    def on_url(self, piece: bytes) -> None:
        """Take a piece of the request target."""
        self._target = self._target + piece if self._target else piece
        if len(self._target) > self._connections.settings.max_target:
            limit = self._connections.settings.max_target
            raise _RefusedError(
                problem(414, f"an address may have {limit:,} bytes; send a long query by POST")
            )

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header field; those behind the body are of no use."""
        if self._request is not None:
            return
        self._fields.append((name, value))
        self._head_size += len(name) + len(value) + 4
        settings = self._connections.settings
        if self._head_size > settings.max_head or len(self._fields) > settings.max_fields:
            raise _RefusedError(self._head_too_large())

    def on_headers_complete(self) -> None:
        """Check the head, and see whether a body follows."""
        parser = self._parser
        assert parser is not None
        if parser.should_upgrade():
            self._is_upgrade = True
            return
        version = parser.get_http_version()
        if version not in ("1.1", "1.0"):
            raise _RefusedError(problem(505, "use HTTP/1.1"))
        headers = self._headers(version)
        self._request = self._request_of(parser.get_method().decode("ascii"), headers)
        coding = headers.get("transfer-encoding")
        # The parser has checked its value, but not how many zeros it begins with.
        length = int(headers.get("content-length", "").lstrip("0") or "0")
        if coding is None and length == 0:
            return
        if coding is not None and (coding.lower() != "chunked" or version == "1.0"):
            raise _RefusedError(problem(501, "the only transfer coding is chunked, of HTTP/1.1"))
        if length > MAX_BODY:
            raise _RefusedError(_body_too_large())
        expectation = headers.get("expect")
        if expectation is not None:
            if expectation.lower() != "100-continue":
                raise _RefusedError(problem(417, "only 100-continue can be expected here"))
            if version == "1.1" and not self.is_answering and not self._queue:
                self._transport.write(_CONTINUE)
        self._is_in_body = True
        if not self.is_answering:
            settings = self._connections.settings
            self.deadline = self._connections.time() + settings.body_seconds

    def on_body(self, piece: bytes) -> None:
        """Take a piece of the body."""
        self._body += piece
        self._content_size += len(piece)
        if len(self._body) > MAX_BODY:
            raise _RefusedError(_body_too_large())

    def on_message_complete(self) -> None:
        """Put a complete request into the queue."""
        request, parser = self._request, self._parser
        if self._is_upgrade or request is None or parser is None:
            return
        self._fields = []
        if self._body:
            request.body = bytes(self._body)
            self._body = bytearray()
        self._is_in_message = self._is_in_body = False
        self._request = None
        if self._raw:
            self._remember_fields(request)
        self._queue.append((request, parser.should_keep_alive(), self._raw))
        self._raw = b""

    def _head_too_large(self) -> Response:
        settings = self._connections.settings
        return problem(
            431,
            f"the head of a request may have {settings.max_fields} fields and "
            f"{settings.max_head:,} bytes; send less",
        )

    def _headers(self, version: str) -> dict[str, str]:
        """Return the fields of the head by name.

        Names with an underscore are left out: behind WSGI they would stand for the names with a
        hyphen. So are what proxies add, unless a trusted one has sent it.
        """
        headers: dict[str, str] = {}
        hosts, max_field = 0, self._connections.settings.max_field
        for name, value in self._fields:
            field = _FIELD_NAMES.get(name)
            if field is None:
                field = name.decode("latin-1").lower()
                if "_" in field or (field.startswith(_OF_PROXIES) and not self._is_from_proxy):
                    continue
            if field == "host":
                hosts += 1
                if not _is_host(value):
                    raise _RefusedError(problem(400, "the header Host names no host; mend it"))
            text = value.decode("latin-1")
            if field in headers:
                text = f"{headers[field]}, {text}"
            if len(text) > max_field:
                raise _RefusedError(
                    problem(431, f"the header {field} may have {max_field:,} bytes; send less")
                )
            headers[field] = text
        if hosts != 1 and (hosts > 1 or version == "1.1"):
            raise _RefusedError(problem(400, "a request of HTTP/1.1 has one header Host; send one"))
        return headers

    def _request_of(self, method: str, headers: dict[str, str]) -> Request:
        target = self._target
        if not target.startswith(b"/") and not (target == b"*" and method == "OPTIONS"):
            target = _origin_form(target)
        return self._request_to(target, method, headers)

    def _request_to(self, target: bytes, method: str, headers: dict[str, str]) -> Request:
        """Return the request to a target in origin form."""
        path, _, query = target.partition(b"#")[0].partition(b"?")
        client, base_url = self._client, self._base_url
        if self._is_from_proxy:
            client, base_url = self._connections.identify(self.peer, base_url, headers)
        if b"%" in path:
            path = unquote_to_bytes(path)
        return Request(
            method,
            path.decode("latin-1"),
            query.decode("latin-1"),
            headers,
            client=client,
            base_url=base_url,
        )

    # --- answering

    def _answer(self, request: Request | Response, keeps_alive: bool, raw: bytes) -> None:
        connections = self._connections
        self.is_answering = True
        self._keeps_alive = keeps_alive and not connections.is_stopping
        if isinstance(request, Response):  # of a request that could not be parsed
            self._answered, self._answered_raw = _UNPARSED, b""
            self._respond(connections.application.refuse(request))
            return
        self._answered, self._answered_raw = request, raw
        self.deadline = connections.time() + connections.settings.request_seconds
        pending = connections.application.handle(request, self._respond)
        if pending is not None:
            self._pending = pending

    def _give_up(self, response: Response) -> None:
        """Answer this in place of the response that is being made, and close the connection.

        So nobody takes a response that comes in spite of that for the next one.
        """
        if self._pending:
            self._pending.cancel()
        self._keeps_alive = False
        self._respond(self._connections.application.refuse(response))

    def _respond(self, response: Response) -> None:
        """Write a response, all at once or piece by piece."""
        if self._is_lost or not self.is_answering:
            return
        self._pending = None
        if self._answered.body:
            self._answered.body = b""
            self._count_received()
        if isinstance(response.body, bytes):
            self._finish(response, response.body)
        else:
            self.deadline = math.inf  # from here on the client sets the pace
            self._is_streaming = True
            stream = self._stream(response, response.body)
            self._pending = self._connections.loop.create_task(stream)

    def _finish(self, response: Response, body: bytes) -> None:
        """Write a whole response, and go on with the next request."""
        request, raw = self._answered, self._answered_raw
        fields = self._fields_of(response)
        if raw and response.cached and request.cache_result == "hit" and self._keeps_alive:
            self._connections.memorize(raw, request, response)
        if body and (request.method == "HEAD" or response.status in BODILESS):
            body = b""
        self._write(response.status, fields, body)
        self._end_response()

    def _fields_of(self, response: Response) -> bytes:
        fields = response.encoded_headers()
        if not self._keeps_alive:
            return fields + b"connection: close\r\n"
        # A client of HTTP/1.0 expects this answer to its own field.
        if self._answered.headers.get("connection", "").lower() == "keep-alive":
            return fields + b"connection: keep-alive\r\n"
        return fields

    def _end_response(self) -> None:
        self.is_answering = False
        self._answered, self._answered_raw = _UNPARSED, b""
        if not self._keeps_alive:
            self._linger()
        else:
            self._await_request()
            if self._queue or self._unparsed:
                self._advance()

    def _await_request(self) -> None:
        """Set the deadline for what comes next."""
        settings = self._connections.settings
        seconds = settings.idle_seconds
        if self._is_in_message:
            seconds = settings.body_seconds if self._is_in_body else settings.head_seconds
        if not self._is_lingering:
            self.deadline = self._connections.time() + seconds

    def _linger(self) -> None:
        """Close so that a client that is still sending can read the response (RFC 9112, 9.6)."""
        self._closes = True
        self._queue.clear()
        transport = self._transport
        if self._is_refusing and not self._connections.is_stopping and transport.can_write_eof():
            self._is_lingering = True
            self.deadline = self._connections.time() + self._connections.settings.linger_seconds
            transport.write_eof()
        else:
            transport.close()

    def _write(self, status: int, fields: bytes, body: bytes) -> None:
        head = b"".join((status_line(status), self._connections.date_field, fields, b"\r\n"))
        self.written += len(head) + len(body)
        if len(body) < _MIN_SEPARATE:
            self._transport.write(head + body)
        else:
            self._transport.writelines((head, body))

    async def _stream(self, response: Response, body: AsyncIterator[bytes]) -> None:
        """Write a response piece by piece, as fast as the client reads it."""
        has_length = bool(header(response.headers, "content-length"))
        has_body = self._answered.method != "HEAD" and response.status not in BODILESS
        fields = self._fields_of(response)
        if not has_length and has_body:
            fields += b"transfer-encoding: chunked\r\n"
        try:
            self._write(response.status, fields, b"")
            if has_body:
                async for piece in body:
                    if self._is_writing_paused:
                        self._drained = self._connections.loop.create_future()
                        await self._drained
                    if piece:
                        self._write_piece(piece, has_length)
                if not has_length:
                    self._transport.write(b"0\r\n\r\n")
        except asyncio.CancelledError:
            self.abort()
            return
        except Exception:
            _log.exception("fault in the body of the answer to %s", self._answered.path)
            self.abort()  # the client sees that the response is not whole
            return
        finally:
            close = getattr(body, "aclose", None)
            if close:
                await close()
        self._pending = None
        self._is_streaming = False
        self._end_response()

    def _write_piece(self, piece: bytes, is_identity: bool) -> None:
        self.written += len(piece)
        if is_identity:
            self._transport.write(piece)
        else:
            self._transport.writelines((b"%x\r\n" % len(piece), piece, b"\r\n"))


# Names of fields that most requests have, as they are mostly written.
_FIELD_NAMES = {
    form.encode(): name.lower()
    for name in (
        *("Host", "Accept", "Accept-Encoding", "Accept-Language", "User-Agent", "Connection"),
        *("Content-Type", "Content-Length", "If-None-Match", "Cache-Control", "Referer", "Origin"),
    )
    for form in (name, name.lower())
}


@lru_cache(maxsize=64)
def _is_host(value: bytes) -> bool:
    return _HOST.fullmatch(value) is not None


def _origin_form(target: bytes) -> bytes:
    """Return the path and query of a target in absolute form (RFC 9112, section 3.2).

    Raises:
        _RefusedError: the target has another form.
    """
    scheme, separator, rest = target.partition(b"://")
    if not separator or scheme.lower() not in (b"http", b"https"):
        raise _RefusedError(problem(400, "the target of a request begins with / or http://"))
    end = min((at for mark in b"/?#" if (at := rest.find(mark)) >= 0), default=len(rest))
    path = rest[end:]
    return path if path.startswith(b"/") else b"/" + path


def _url_of(address: tuple[str, int] | None) -> str:
    """Return the URL of an address that the server listens on."""
    if not address:
        return "http://localhost"
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"http://{host}" + (f":{address[1]}" if address[1] != 80 else "")


def _body_too_large() -> Response:
    return problem(413, f"a body may have {MAX_BODY:,} bytes; send less")


def _out_of_time() -> Response:
    return problem(503, "the response took too long; ask for less")
