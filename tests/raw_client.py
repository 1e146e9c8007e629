"""Bytes over real sockets: for tests that send what no HTTP library would."""

import re
import socket
import threading
import time
from contextlib import suppress
from urllib.parse import quote, urlsplit

#: Another address of this machine (Linux), so another client to the server.
OTHER_CLIENT = "127.0.0.2"
CLOSE = "Connection: close"
#: A request whose answer has no body, and ends the connection.
END = f"OPTIONS * HTTP/1.1\r\nHost: x\r\n{CLOSE}\r\n\r\n".encode()


def connect(root, source="127.0.0.1", receive_buffer=None, timeout=20):
    """Return a connection to the server at a root, from one of the addresses of this machine."""
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(timeout)
    connection.bind((source, 0))
    connection.connect(("127.0.0.1", urlsplit(root).port))
    return connection


def exchange(root, *pieces, pause=0.1):
    """Send pieces one after another, each in a segment of its own; return all that comes for them.

    A last request follows, which closes the connection: so all that comes before its answer is for
    the pieces, however long the server takes.
    """
    with connect(root) as connection:
        for piece in pieces:
            with suppress(OSError):
                connection.sendall(piece)
            if len(pieces) > 1:
                time.sleep(pause)
        if CLOSE.lower().encode() not in b"".join(pieces).lower():
            with suppress(OSError):  # it has closed the connection already
                connection.sendall(END)
        return without_end(receive(connection))


def receive(connection):
    """Return all that comes on a connection until it ends; fail if that takes very long."""
    connection.settimeout(60)
    received = bytearray()
    with suppress(ConnectionResetError):
        while part := connection.recv(1 << 20):
            received += part
    return bytes(received)


def without_end(received):
    """Return what came on a connection without the answer to ``END``."""
    start = received.rfind(b"HTTP/1.1 200 OK\r\n")
    last = received[start:] if start >= 0 else b""
    marks = (b"\r\nallow: GET, HEAD, POST, OPTIONS\r\n", b"\r\nconnection: close\r\n\r\n")
    return received[:start] if marks[0] in last and last.endswith(marks[1]) else received


def statuses(received):
    """Return the status of each response in bytes."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d\d\d) ", received)]


def head(method, path, *fields):
    """Return the head of a request without its empty line."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *fields]
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1")


def get(path, *fields):
    """Return a GET request."""
    return head("GET", path, *fields) + b"\r\n"


def query(text, *fields):
    """Return a GET request for the answer to a query."""
    return get(f"/sparql?query={quote(text)}", *fields)


def post(text, *fields):
    """Return a POST request for the answer to a query."""
    body = text.encode()
    fields = ("Content-Type: application/sparql-query", f"Content-Length: {len(body)}", *fields)
    return head("POST", "/sparql", *fields) + b"\r\n" + body


class Client:
    """A client that sends one request after another, on one connection while it stays open."""

    def __init__(self, root, source="127.0.0.1"):
        self.root, self.source = root, source
        self.connection = connect(root, source)

    def status(self, request):
        """Send a request; return the status of its response, None if there was none."""
        self.connection.sendall(request)
        received = bytearray()
        missing = None
        while missing is None or len(received) < missing:
            part = self.connection.recv(1 << 20)
            if not part:
                self.connection.close()
                self.connection = connect(self.root, self.source)
                break
            received += part
            if missing is None and (end := received.find(b"\r\n\r\n")) >= 0:
                length = re.search(rb"content-length: (\d+)", received[:end], re.IGNORECASE)
                missing = end + 4 + int(length[1])
        return next(iter(statuses(received)), None)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.connection.close()


class Probe(threading.Thread):
    """A client that sends small queries never seen before, and notes how soon each is answered.

    ``seconds`` are the response times, ``statuses`` the statuses other than 200. As a context
    manager it has its first answer before the block begins, and raises what ended it.
    """

    def __init__(self, root, source=OTHER_CLIENT, pause=0.03):
        super().__init__(daemon=True)
        self.root, self.source, self.pause = root, source, pause
        self.seconds, self.statuses = [], []
        self.over, self.answered = threading.Event(), threading.Event()
        self.fault = None

    def run(self):
        try:
            self._send_queries()
        except Exception as fault:  # raised in the thread of the test
            self.fault = fault
        self.answered.set()

    def _send_queries(self):
        number = 0
        with Client(self.root, self.source) as client:
            while not self.over.is_set():
                number += 1
                began = time.perf_counter()
                status = client.status(query(f"SELECT ({id(self)}{number} AS ?x) {{}}"))
                self.seconds.append(time.perf_counter() - began)
                if status != 200:
                    self.statuses.append(status)
                self.answered.set()
                time.sleep(self.pause)

    def __enter__(self):
        self.start()
        assert self.answered.wait(30), "no answer to the first query"
        return self

    def __exit__(self, *error):
        self.over.set()
        self.join(30)
        if self.fault:
            raise self.fault

    def quantile(self, share):
        """Return the response time in seconds at a quantile."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
