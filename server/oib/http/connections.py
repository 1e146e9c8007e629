"""All connections of one server: what they share, and what they may hold together.

Whatever clients can make the server hold is bounded over all connections: their number, requests
that are not answered yet, responses that are not read. At a bound, the client that holds most
loses its oldest one.
"""

import array
import asyncio
import fcntl
import re
import termios
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import formatdate
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from oib.http.problems import problem
from oib.http.settings import HttpSettings

if TYPE_CHECKING:
    from oib.http.application import HttpApplication
    from oib.http.messages import Request, Response
    from oib.http.protocol import HttpProtocol
    from oib.http.response_cache import MemoEntry

# How often deadlines are looked at; sooner if one of the settings is short.
_SWEEP_SECONDS = 0.5
_RETRY = [("Retry-After", "5")]
_AUTHORITY = re.compile(
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|[A-Za-z0-9._~-]+)(?::(?P<port>[0-9]{1,5}))?"
)


class Connections:
    """The connections of one server, on its event loop.

    Args:
        application: answers the requests.
        settings: what a connection may use.
        loop: the event loop.
        max_connections: how many may be open; as the settings say, if it is not given.
    """

    def __init__(
        self,
        application: "HttpApplication",
        settings: HttpSettings,
        loop: asyncio.AbstractEventLoop,
        max_connections: int | None = None,
    ) -> None:
        self.application, self.settings, self.loop = application, settings, loop
        self.time: Callable[[], float] = loop.time
        self.lookup: Callable[[bytes], MemoEntry | None] = application.lookup
        self.memorize: Callable[[bytes, Request, Response], None] = application.memorize
        self.max_connections = max_connections or settings.max_connections
        self.date_field = b""
        #: The fields of heads that were parsed, by the bytes from behind the target on: those of
        #: GET requests without a body whose connection stays open, and that no proxy has sent.
        self.known_fields: dict[bytes, dict[str, str]] = {}
        self.is_stopping = False
        self._open: dict[HttpProtocol, str] = {}  # with the client of each
        self._count = Counter[str]()  # by client
        # Connections whose client does not read as fast as we write: since when, and how many
        # bytes it had taken then.
        self._stalled: dict[HttpProtocol, tuple[float, int]] = {}
        self._received: dict[HttpProtocol, int] = {}
        self._received_bytes = 0
        self._closed: asyncio.Future[None] | None = None
        self._sweep_seconds = min(
            _SWEEP_SECONDS,
            settings.head_seconds / 4,
            settings.body_seconds / 4,
            settings.idle_seconds / 4,
            settings.send_window_seconds / 4,
        )
        application.metrics.in_flight = lambda: sum(one.is_waiting for one in self._open)
        self._sweep()

    def identify(self, peer: str, base_url: str, headers: Mapping[str, str]) -> tuple[str, str]:
        """Return the client and the base URL of a request that a proxy passed on.

        Only trusted proxies are believed; of the addresses in ``X-Forwarded-For``, which each
        proxy appends to, the client is the last that is not a trusted proxy itself. A proxy may
        pass on any host that a client names; what is none is not used.
        """
        client, trusts = peer, self.settings.is_trusted
        for address in reversed(headers.get("x-forwarded-for", "").split(",")):
            if address.strip():
                client = address.strip()
                if not trusts(client):
                    break
        scheme = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
        if not self.settings.public_url and scheme in ("http", "https"):
            host = headers.get("x-forwarded-host", "").rpartition(",")[2].strip()
            host = host or headers.get("host", "")
            base_url = f"{scheme}://{host}" if _is_authority(host) else base_url
        return _client_at(client), base_url

    # --- connections

    def add(self, connection: "HttpProtocol") -> str:
        """Count a connection, and return its client.

        If there are too many, the oldest idle one of that client, or of the client that has most,
        is closed.
        """
        client = _client_at(connection.peer)
        self._open[connection] = client
        self._count[client] += 1
        is_exempt = self.settings.is_trusted(connection.peer)
        if self._count[client] > self.settings.max_client_connections and not is_exempt:
            self._make_room(client, connection)
        elif len(self._open) > self.max_connections:
            self._make_room(max(self._count, key=self._count.__getitem__), connection)
        return client

    def remove(self, connection: "HttpProtocol") -> None:
        """Forget a connection that is closed."""
        client = self._open.pop(connection, None)
        if client is None:
            return
        self._count[client] -= 1
        if not self._count[client]:
            del self._count[client]
        self._stalled.pop(connection, None)
        self._received_bytes -= self._received.pop(connection, 0)
        if self._closed and not self._open and not self._closed.done():
            self._closed.set_result(None)

    def _make_room(self, client: str, newcomer: "HttpProtocol") -> None:
        """Close a few idle connections of one client, or else the new one."""
        idle = [
            one
            for one, its_client in self._open.items()
            if its_client == client and one is not newcomer and one.is_idle
        ]
        idle.sort(key=lambda one: one.last_active)
        # Several at once, so that a flood does not sort them anew for each.
        for one in idle[: max(1, len(idle) // 16)]:
            one.abort()
            self.remove(one)
        if not idle:
            newcomer.refuse(problem(503, "too many connections; close some", _RETRY))

    # --- requests that are not answered yet

    def set_received(self, connection: "HttpProtocol", size: int) -> None:
        """Record how many bytes of requests a connection holds that are not answered yet.

        If all of them together hold too many, the oldest request of the client that holds most is
        refused.
        """
        before = self._received.get(connection, 0)
        self._received_bytes += size - before
        if size:
            self._received[connection] = size
        elif before:
            del self._received[connection]
        while self._received_bytes > self.settings.max_received and self._received:
            held = Counter[str]()
            for one, size in self._received.items():
                held[self._open[one]] += size
            client = max(held, key=held.__getitem__)
            oldest = next(one for one in self._received if self._open[one] == client)
            self._received_bytes -= self._received.pop(oldest)
            busy = problem(503, "too many requests at once; send it again", _RETRY)
            self.loop.call_soon(oldest.drop_request, busy)

    # --- responses that are not read

    def set_stalled(self, connection: "HttpProtocol") -> None:
        """Watch a connection whose client does not read as fast as we write."""
        self._stalled[connection] = (self.time(), _taken(connection))
        if sum(one.unsent() for one in self._stalled) > self.settings.max_unsent:
            self.loop.call_soon(self._shed)

    def set_flowing(self, connection: "HttpProtocol") -> None:
        """Watch a connection no longer: its client has read most of what was written."""
        self._stalled.pop(connection, None)

    def _shed(self) -> None:
        """Abort connections of the clients that hold most, until the rest is within bounds."""
        sizes = {one: one.unsent() for one in self._stalled}
        total, held = sum(sizes.values()), Counter[str]()
        for one, size in sizes.items():
            held[self._open[one]] += size
        while total > self.settings.max_unsent:
            client = max(held, key=held.__getitem__)
            oldest = next(one for one in sizes if self._open[one] == client)
            size = sizes.pop(oldest)
            total -= size
            held[client] -= size
            oldest.abort()
            self.remove(oldest)

    # --- time

    def _sweep(self) -> None:
        """Look at all deadlines: cheaper than a timer for each request."""
        self.date_field = f"date: {formatdate(usegmt=True)}\r\n".encode()
        now = self.time()
        for one in [one for one in self._open if one.deadline <= now]:
            if one in self._stalled and not one.is_answering:
                continue  # its client is still reading; how fast, is looked at below
            one.expire()
        window = self.settings.send_window_seconds
        for one, (since, before) in list(self._stalled.items()):
            if now - since < window:
                continue
            taken = _taken(one)
            if taken - before < self.settings.min_send_rate * (now - since):
                one.abort()
                self.remove(one)
            else:
                self._stalled[one] = (now, taken)
        self._sweeping = self.loop.call_later(self._sweep_seconds, self._sweep)

    async def stop(self, seconds: float) -> None:
        """Close all connections: idle ones at once, others after their response.

        What is still open after so many seconds is aborted.
        """
        self.is_stopping = True
        for one in list(self._open):
            one.stop()
        if self._open:
            self._closed = self.loop.create_future()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closed, seconds)
        for one in list(self._open):
            one.abort()
        self._sweeping.cancel()


def _is_authority(text: str) -> bool:
    """Return whether a text is a host with or without a port (RFC 3986, section 3.2)."""
    match = _AUTHORITY.fullmatch(text)
    if match is None or int(match["port"] or "0") >= 2**16:
        return False
    try:
        return not match["ipv6"] or bool(IPv6Address(match["ipv6"]))
    except ValueError:
        return False


def _client_at(address: str) -> str:
    """Return whom a network address stands for: itself, or the /64 network of an IPv6 address.

    A subscriber is usually given such a network, and would else be as many clients as it has
    addresses.
    """
    if ":" not in address:
        return address
    with suppress(ValueError):
        parsed = ip_address(address.partition("%")[0])
        if isinstance(parsed, IPv6Address):
            return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return address


def _taken(connection: "HttpProtocol") -> int:
    """Return how many bytes of its responses a client has received, as far as the system knows."""
    queued = array.array("i", [0])
    with suppress(OSError, AttributeError):
        fcntl.ioctl(connection.descriptor(), termios.TIOCOUTQ, queued)
    return connection.written - connection.unsent() - queued[0]
