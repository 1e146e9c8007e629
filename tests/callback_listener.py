"""A listener on this machine that counts the connections to it, and closes each at once."""

import socket
import threading
from contextlib import contextmanager


class CallbackListener:
    """Counts calls in ``hits``; ``url`` is where it listens."""

    def __init__(self, server):
        self._server = server
        self.url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        self.hits = 0

    def accept_all(self):
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.hits += 1
            connection.close()


@contextmanager
def listening():
    """Listen on a free port; yield the listener."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = CallbackListener(server)
        thread = threading.Thread(target=listener.accept_all)
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=10)
