"""Ports of this machine for the servers of tests and benchmarks."""

import os
import random
import socket
from itertools import cycle

# Below those that a system gives to connections, which would take one between our look and the
# start of a server. Processes of pytest that run side by side have ranges of their own.
_SIZE = 2_000
_first = 10_000 + _SIZE * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 10)
_offset = random.randrange(_SIZE)
_ports = cycle([_first + (_offset + number) % _SIZE for number in range(_SIZE)])


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nobody listens, another one each time."""
    while True:
        port = next(_ports)
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:  # taken
            continue
