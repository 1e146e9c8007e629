"""The front: what stands before the app, outside Flask, and answers from memory where it can.

Its layers stand one behind the other, each an ``Answerer``: watch, cache, plain, bridge. They run
on one event loop; only the app behind the bridge has threads.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Container
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oib.front.kept import Kept

Headers = list[tuple[str, str]]


@dataclass(slots=True)
class Request:
    """A whole request, and what the layers that it has passed say of it.

    ``path`` has one character a byte, as WSGI has it; ``query`` is as it was sent; ``headers``
    have names in lower case, and commas between several values of a name. ``error`` is what is
    wrong with it before anybody has looked at it; ``known`` are the entity tags of answers that
    are kept; ``cached`` tells what the cache did: hit, miss or nothing.
    """

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    client: str = ""
    server: tuple[str, int] = ("localhost", 80)
    scheme: str = "http"
    error: Exception | None = None
    known: Container[str] = ()
    cached: str = ""


@dataclass(slots=True)
class Response:
    """An answer; ``kept`` is what it was taken from, if it lies in the cache."""

    status: int
    headers: Headers
    body: bytes | AsyncIterator[bytes] = b""
    kept: "Kept | None" = None


Answerer = Callable[[Request], Awaitable[Response]]
