"""The wire: a request as bytes, sent once on a connection of its own, and a whole answer read."""

import socket
import time
from dataclasses import dataclass
from urllib.parse import quote

PATIENCE = 30.0
END = b"\r\n\r\n"


@dataclass
class Answer:
    """One whole answer."""

    status: int
    media_type: str
    body: bytes
    version: str
    closes: bool


def request(path: str, accept: str, **parameters: str) -> bytes:
    """Return the bytes of a GET on a connection that stays open."""
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    target = f"{path}?{query}" if query else path
    return (f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n\r\n").encode("ascii")


def once(port: int, sent: bytes, patience: float = PATIENCE) -> Answer:
    """Send one request on a connection of its own.

    Raises:
        OSError: no connection, or no whole answer in time.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        connection.sendall(sent)
        end, buffer = time.monotonic() + patience, bytearray()
        while (left := end - time.monotonic()) > 0:
            connection.settimeout(left)
            piece = connection.recv(1 << 18)
            buffer += piece
            answer = read(buffer, ended=not piece)
            if answer:
                return answer
            if not piece:
                raise ConnectionError("the connection was closed before the answer was whole")
    raise TimeoutError(f"no whole answer within {patience:.0f} s")


def read(buffer: bytearray, ended: bool = False) -> Answer | None:
    """Return the answer that a buffer holds, or None while it is not whole."""
    head, found, body = bytes(buffer).partition(END)
    if not found:
        return None
    first, *rest = head.decode("latin-1").split("\r\n")
    fields = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in rest)
    }
    whole: bytes | None
    if "content-length" in fields:
        length = int(fields["content-length"])
        whole = body if len(body) >= length else None
    elif fields.get("transfer-encoding", "").lower() == "chunked":
        whole = _joined(body)
    else:
        whole = body if ended else None
    if whole is None:
        return None
    return Answer(
        int(first.split()[1]),
        fields.get("content-type", "").partition(";")[0],
        whole,
        fields.get("x-data-version", ""),
        fields.get("connection", "").lower() == "close" or first.startswith("HTTP/1.0"),
    )


def _joined(body: bytes) -> bytes | None:
    """Return a chunked body in one piece, or None while its last chunk is not there."""
    if not body.endswith(b"0\r\n\r\n"):
        return None
    pieces, position = [], 0
    while True:
        line = body.find(b"\r\n", position)
        if line < 0:
            return None
        size = int(body[position:line].partition(b";")[0], 16)
        if size == 0:
            return b"".join(pieces)
        if line + 2 + size + 2 > len(body):
            return None
        pieces.append(body[line + 2 : line + 2 + size])
        position = line + 2 + size + 2
