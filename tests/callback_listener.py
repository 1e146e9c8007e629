"""Canary: a listener on this machine that counts who calls, and hangs up."""

import socket
import threading
from contextlib import contextmanager


class Canary:
    def __init__(self, listener):
        self._listener = listener
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        self.hits = 0

    def listen(self):
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            self.hits += 1
            caller.close()


@contextmanager
def listening():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        canary = Canary(listener)
        ear = threading.Thread(target=canary.listen)
        ear.start()
        try:
            yield canary
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            ear.join(timeout=10)
