"""The body of a request: all of it, before the app does anything else.

The server reads a body when it is asked for, in one of its threads, and waits as long as the
client pleases. So there are threads to spare for that, but no more than a fixed number may wait
at once, and few of them for one client: whoever sends nothing keeps nobody else from being heard.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from flask import Flask, request

from oib.errors import Unavailable

#: The largest body that is read, in bytes.
MAX_BODY: Final = 4 * 2**20

#: How many requests may be sending their bodies at once, and how many of one client.
READERS: Final = 64
_EACH = 16


def expect(app: Flask) -> None:
    """Let an app have whole bodies only."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    turnstile = _Turnstile()

    def read() -> None:
        if request.content_length or "Transfer-Encoding" in request.headers:
            with turnstile.enter(request.remote_addr or ""):
                request.get_data()  # kept with the request, for all who ask for it later

    app.before_request(read)


class _Turnstile:
    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = Counter[str]()

    @contextmanager
    def enter(self, client: str) -> Iterator[None]:
        with self._lock:
            if self._inside[client] >= _EACH or self._inside.total() >= READERS:
                raise Unavailable("too many requests wait for their bodies; ask again")
            self._inside[client] += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside[client] -= 1
                self._inside += Counter()  # forgets those who are at zero
