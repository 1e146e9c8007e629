"""Requests and responses as the server passes them on, and the one way a head is written."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from oib.http.response_cache import CachedResponse

Headers = list[tuple[str, str]]

#: Statuses whose responses have no body (RFC 9110, section 6.4.1).
BODILESS: Final = frozenset({204, 304})

_STATUS_LINES: Final = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}


@dataclass(slots=True)
class Request:
    """A whole request.

    ``path`` is percent-decoded, one character a byte, as WSGI has it; ``query`` is as it was sent.
    ``headers`` have names in lower case; several values of one name are joined by commas; names
    with an underscore are left out. ``client`` stands for whoever asks: an address, or a network of
    IPv6. ``root`` is what comes before ``path`` in addresses of a release; its links begin so.
    ``base_url`` is the scheme and authority under which this server is known. ``started`` is
    a reading of ``time.perf_counter``. ``cache_result`` is set by the response cache: ``hit``,
    ``miss`` or nothing; ``version`` is that of the data that the request is answered from.
    """

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    client: str = ""
    base_url: str = "http://localhost"
    started: float = field(default_factory=time.perf_counter)
    cache_result: str = ""
    version: str = ""
    root: str = ""


class Response:
    """A response, complete or with a body that is still being made.

    The headers hold neither ``Date`` nor ``Connection``: whoever writes the response adds them.
    ``cached`` is the entry of the response cache that this is, whole and unchanged, if any: then
    the headers are those of the entry.
    """

    __slots__ = ("_headers", "body", "cached", "status")

    def __init__(
        self,
        status: int,
        headers: Headers | None = None,
        body: bytes | AsyncIterator[bytes] = b"",
        cached: "CachedResponse | None" = None,
    ) -> None:
        self.status, self.body, self.cached = status, body, cached
        self._headers = headers

    @property
    def headers(self) -> Headers:
        """The header fields, names as they are usually written."""
        if self._headers is None:
            self._headers = self.cached.headers if self.cached else []
        return self._headers

    def encoded_headers(self) -> bytes:
        """Return the header lines as they are sent.

        Raises:
            ValueError: a name or a value holds a line break.
        """
        return self.cached.encoded_headers if self.cached else encode_headers(self.headers)


#: Takes the response to a request, once.
Respond = Callable[[Response], None]


class Pending(Protocol):
    """A response that is being made."""

    def cancel(self) -> object:
        """Stop making it: nobody waits for it any more."""


class Application(Protocol):
    """What answers requests."""

    def handle(self, request: Request, respond: Respond) -> Pending | None:
        """Answer a request, in the thread of the event loop.

        ``respond`` is called with the response: before this returns, and then the result is None;
        or later, unless the result is cancelled.
        """


def respond_later(
    making: Coroutine[Any, Any, Response],
    respond: Callable[[Response], object],
    fail: Callable[[BaseException], Response],
) -> Pending:
    """Respond with the result of a coroutine; ``fail`` makes the response to an exception.

    That is one of the coroutine, or of ``respond`` itself, if the response cannot be written.
    """
    task = asyncio.get_running_loop().create_task(making)

    def finish(task: asyncio.Task[Response]) -> None:
        if not task.cancelled():
            error = task.exception()
            try:
                respond(fail(error) if error else task.result())
            except Exception as fault:  # nobody else would answer
                respond(fail(fault))

    task.add_done_callback(finish)
    return task


async def response_from(answer: Callable[[Respond], Pending | None]) -> Response:
    """Return the response that a function passes to its argument, at once or later.

    Cancelling this cancels the response that is being made.
    """
    response: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
    pending = answer(response.set_result)
    try:
        return await response
    except asyncio.CancelledError:
        if pending:
            pending.cancel()
        raise


async def fetch(application: Application, request: Request) -> Response:
    """Return the response of an application to a request."""
    return await response_from(partial(application.handle, request))


def status_line(status: int) -> bytes:
    """Return the first line of a response."""
    return _STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status


def encode_headers(headers: Headers) -> bytes:
    """Return header lines as they are sent.

    Raises:
        ValueError: a name or a value holds a line break.
    """
    text = "".join([f"{name.lower()}: {value}\r\n" for name, value in headers])
    if text.count("\n") > len(headers) or text.count("\r") > len(headers):
        raise ValueError(f"a header of several lines: {text!r}")
    return text.encode("latin-1")


def header(headers: Headers, name: str) -> str:
    """Return the first value of a header, by its name in lower case, or an empty string."""
    return next((value for each, value in headers if each.lower() == name), "")
