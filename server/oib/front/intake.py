"""The intake: the body of a request, all of it, within the size and the time that it may have.

Bodies are awaited on the event loop: whoever sends slowly holds up nobody. But they take memory,
so a fixed number of requests may be sending theirs at once, and few of them of one client.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from oib import response_headers
from oib.errors import TooLarge, TooSlow, Unavailable
from oib.front import Request

#: How many requests may be sending their bodies at once, and how many of one client.
READERS: Final = 64
_EACH = 16

_SECONDS = 30.0

Receive = Callable[[], Awaitable[Any]]


class Intake:
    """Reads bodies, and counts who is sending one."""

    def __init__(self) -> None:
        self._inside = Counter[str]()

    async def read(self, request: Request, receive: Receive) -> bytes:
        """Return the body of a request; ``receive`` gives its pieces, as ASGI has it.

        Raises:
            TooLarge: it is longer than ``MAX_BODY``, or says that it will be.
            TooSlow: it has not come to its end in time.
            Unavailable: too many others are sending theirs.
        """
        length = request.headers.get("content-length", "")
        if length in ("", "0") and "transfer-encoding" not in request.headers:
            return b""
        if length.isdigit() and int(length) > response_headers.MAX_BODY:
            raise _too_large()
        with self._enter(request.client):
            try:
                async with asyncio.timeout(_SECONDS):
                    return await _read(receive)
            except TimeoutError:
                raise TooSlow("the body did not come to its end; send it again") from None

    @contextmanager
    def _enter(self, client: str) -> Iterator[None]:
        if self._inside[client] >= _EACH or self._inside.total() >= READERS:
            raise Unavailable("too many requests wait for their bodies; ask again")
        self._inside[client] += 1
        try:
            yield
        finally:
            self._inside[client] -= 1
            self._inside += Counter()  # forgets those who are at zero


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > response_headers.MAX_BODY:
            raise _too_large()
        if not message.get("more_body"):
            return bytes(body)


def _too_large() -> TooLarge:
    return TooLarge(f"a body may have {response_headers.MAX_BODY:,} bytes; send less")
