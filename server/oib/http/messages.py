"""Requests and responses as the server passes them on, and the one way a head is written."""

import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
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
    with an underscore are left out. ``client`` is the address of whoever asks, ``base_url`` the
    scheme and authority under which this server is known. ``started`` is a reading of
    ``time.perf_counter``. ``cache_result`` is set by the response cache: ``hit``, ``miss`` or
    nothing; ``version`` is that of the data that the request is answered from.
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


@dataclass(slots=True)
class Response:
    """A response; ``cached`` is the entry of the response cache that it was made from, if any.

    The headers hold neither ``Date`` nor ``Connection``: whoever writes the response adds them.
    """

    status: int
    headers: Headers
    body: bytes | AsyncIterator[bytes] = b""
    cached: "CachedResponse | None" = None


class Application(Protocol):
    """What answers requests: at once, or by a coroutine that may be cancelled."""

    def handle(self, request: Request) -> Response | Coroutine[Any, Any, Response]:
        """Answer a request."""


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
