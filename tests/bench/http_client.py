"""A minimal HTTP/1.1 client: encode a GET request, send it once, parse the response."""

import socket
import time
from dataclasses import dataclass
from urllib.parse import quote

TIMEOUT = 30.0  # seconds
END_OF_HEAD = b"\r\n\r\n"


@dataclass
class Response:
    """One complete HTTP response.

    ``version`` is the data version that our server states in ``X-Data-Version``; ``closes`` is
    whether the server closes the connection after it.
    """

    status: int
    media_type: str
    body: bytes
    version: str
    closes: bool


def encode_get(path: str, accept: str, **parameters: str) -> bytes:
    """Return the bytes of a GET request on a persistent connection."""
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    target = f"{path}?{query}" if query else path
    return (f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n\r\n").encode("ascii")


def fetch(port: int, request: bytes, timeout: float = TIMEOUT) -> Response:
    """Send one request to a port of this machine, on a connection of its own.

    Raises:
        OSError: the connection failed, or the response was not complete within ``timeout`` seconds.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(request)
        deadline, buffer = time.monotonic() + timeout, bytearray()
        while (remaining := deadline - time.monotonic()) > 0:
            connection.settimeout(remaining)
            received = connection.recv(1 << 18)
            buffer += received
            response = parse_response(buffer, at_end=not received)
            if response:
                return response
            if not received:
                raise ConnectionError("the connection was closed before the response was complete")
    raise TimeoutError(f"no complete response within {timeout:.0f} s")


def parse_response(buffer: bytearray, at_end: bool = False) -> Response | None:
    """Return the response in a buffer, or None while it is incomplete.

    ``at_end`` says that the connection was closed after these bytes.
    """
    head, end_of_head, rest = bytes(buffer).partition(END_OF_HEAD)
    if not end_of_head:
        return None
    status_line, *lines = head.decode("latin-1").split("\r\n")
    fields = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines)
    }
    body: bytes | None
    if "content-length" in fields:
        length = int(fields["content-length"])
        body = rest if len(rest) >= length else None
    elif fields.get("transfer-encoding", "").lower() == "chunked":
        body = _decode_chunked(rest)
    else:
        body = rest if at_end else None
    if body is None:
        return None
    return Response(
        int(status_line.split()[1]),
        fields.get("content-type", "").partition(";")[0],
        body,
        fields.get("x-data-version", ""),
        fields.get("connection", "").lower() == "close" or status_line.startswith("HTTP/1.0"),
    )


def _decode_chunked(encoded: bytes) -> bytes | None:
    """Decode a chunked body (RFC 9112, 7.1); None while the last chunk is missing."""
    if not encoded.endswith(b"0\r\n\r\n"):
        return None
    chunks, position = [], 0
    while True:
        end_of_line = encoded.find(b"\r\n", position)
        if end_of_line < 0:
            return None
        size = int(encoded[position:end_of_line].partition(b";")[0], 16)
        start = end_of_line + 2
        if size == 0:
            return b"".join(chunks)
        if start + size + 2 > len(encoded):
            return None
        chunks.append(encoded[start : start + size])
        position = start + size + 2
