"""A server on loopback that sends scripted responses, for tests of the bench's client."""

import socket
import sys
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from bench import http_client

on_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="install and run it on Linux: the bench reads /proc",
)


def encode_response(body, status="200 OK", fields=b""):
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n".encode()
    return head + fields + b"\r\n" + body


CHUNKED = (
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n0\r\n\r\n\r\n3\r\nllo\r\n0\r\n\r\n"
)


END = object()


@contextmanager
def serving_script(*pieces):
    """Serve one connection after another: an answer is its pieces, None is a close."""
    script = iter(pieces)

    def serve(listener):
        with suppress(OSError, StopIteration):
            while True:
                connection, _ = listener.accept()
                with connection:
                    while connection.recv(1 << 16):
                        answer = next(script)
                        if answer is None:
                            break
                        for piece in answer:
                            if piece is END:
                                connection.shutdown(socket.SHUT_WR)
                            else:
                                connection.sendall(piece)
                            time.sleep(0.01)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def requests(number):
    return iter([http_client.encode_get("/", "a/b")] * number)
