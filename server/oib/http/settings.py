"""What the server allows a connection, and under which address it is known."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Self

from oib.errors import BadInput

_URL = re.compile(r"https?://[A-Za-z0-9.\[\]:_-]+")


@dataclass(frozen=True)
class HttpSettings:
    """Limits of connections and messages; sizes in bytes, times in seconds.

    Attributes:
        head_seconds: for the head of a request, from its first byte or from the connection.
        body_seconds: for the body of a request, from the end of its head.
        idle_seconds: how long a connection stays open between two requests.
        request_seconds: for the response, from the end of the request.
        send_window_seconds: over how long the rate at which a client reads is measured.
        min_send_rate: bytes a second that a client must read of a response on average.
        linger_seconds: how long a refused request is read on, so that its client sees why.
        max_head: size of the head of a request.
        max_fields: number of header fields in it.
        max_field: size of the value of one of them, all fields of one name together: whatever
            reads such a value takes little time.
        max_target: size of its request target.
        max_framing: size of what a chunked body holds beside its content.
        max_unsent: responses that clients have not read yet, over all connections.
        max_received: heads, bodies and further bytes of requests that are being received or
            answered, over all connections.
        max_connections: of all clients; fewer where the system grants fewer descriptors.
        max_client_connections: of one client; trusted proxies are exempt.
        public_url: scheme and authority under which the server is known, without a final slash;
            if empty, those of the address that a connection came in on.
        trusted_proxies: networks whose ``X-Forwarded-For`` and ``-Proto`` are believed.
    """

    head_seconds: float = 10.0
    body_seconds: float = 30.0
    idle_seconds: float = 30.0
    request_seconds: float = 15.0
    send_window_seconds: float = 30.0
    min_send_rate: int = 2048
    linger_seconds: float = 2.0
    max_head: int = 2**17
    max_fields: int = 100
    max_field: int = 2**13
    max_target: int = 2**16
    max_framing: int = 2**16
    max_unsent: int = 256 * 2**20
    max_received: int = 64 * 2**20
    max_connections: int = 8192
    max_client_connections: int = 2048
    public_url: str = ""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = field(default=())

    @classmethod
    def read(
        cls,
        environment: Mapping[str, str],
        public_url: str | None = None,
        trusted_proxies: Sequence[str] | None = None,
    ) -> Self:
        """Return the settings that arguments give, or else environment variables.

        Raises:
            BadInput: the URL has more than scheme and host, or a proxy is no IP address or network.
        """
        url = (public_url or environment.get("OIB_PUBLIC_URL", "")).rstrip("/")
        if url and not _URL.fullmatch(url):
            raise BadInput(f"{url} is no public URL; give one such as https://data.example.org")
        names = trusted_proxies or environment.get("OIB_TRUSTED_PROXY", "").split(",")
        networks = []
        for name in filter(None, (name.strip() for name in names)):
            try:
                networks.append(ip_network(name, strict=False))
            except ValueError as error:
                raise BadInput(
                    f"{name} is no IP address or network of a proxy; give one such as 10.0.0.0/8"
                ) from error
        return cls(public_url=url, trusted_proxies=tuple(networks))

    def is_trusted(self, address: str) -> bool:
        """Return whether an IP address is that of a trusted proxy."""
        if not self.trusted_proxies:
            return False
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.trusted_proxies)
