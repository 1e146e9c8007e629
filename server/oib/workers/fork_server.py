"""The zygote: a process of one thread that holds the store, and forks a worker when asked.

    python -m oib.workers.fork_server DESCRIPTOR PARENT DIRECTORY

It is started as a fresh program, never forked from a server that has threads. ``DESCRIPTOR`` is
the socket over which ``nursery`` asks; when that closes, the zygote ends, and its workers with it.
"""

import gc
import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from oib.dataset.snapshot import Snapshot
from oib.engine.evaluation import evaluate
from oib.engine.limits import Limits
from oib.engine.stores import Holding
from oib.errors import OibError
from oib.sparql import guard, results
from oib.workers import sandbox
from oib.workers.worker import work

#: An order and what comes back: what to do, and of which worker; the process id or exit status.
ORDER: Final = struct.Struct("<cq")
RESULT: Final = struct.Struct("<q")
FORK, BURY, FORGET = b"F", b"B", b"R"  # BURY asks for the exit status, FORGET for nothing


def main(descriptor: int, parent: int, directory: Path) -> None:
    """Open a snapshot, tell that it is ready and which walls are missing, then take orders."""
    control = socket.socket(fileno=descriptor)
    limits = Limits.read(os.environ)
    missing = sandbox.surround(parent)
    try:
        os.chdir(directory)  # a worker may see nothing else, so files must have names from here
        snapshot = Snapshot.open(Path())
        held = Holding.apart(snapshot.store())
    except (OibError, OSError, SyntaxError) as error:
        _tell(control, {"error": str(error)})
        return
    _warm(held)
    missing += _probe(limits, snapshot.on_disk)
    gc.collect()
    gc.freeze()
    _tell(control, {"missing": missing})
    _take_orders(control, held, limits, snapshot.on_disk)


def _take_orders(control: socket.socket, held: Holding, limits: Limits, reading: bool) -> None:
    data = sandbox.address_space()
    zygote = os.getpid()
    ended = set[int]()
    while True:
        order, descriptors, _, _ = socket.recv_fds(control, ORDER.size, 1, socket.MSG_WAITALL)
        if len(order) < ORDER.size:
            return
        name, pid = ORDER.unpack(order)
        if name == FORK:
            pid = os.fork()
            if pid == 0:
                control.close()
                connection = _isolate(descriptors[0], zygote)
                sandbox.confine(limits, data, reading=reading)
                work(held, connection, limits)
            os.close(descriptors[0])
            control.sendall(RESULT.pack(pid))
        elif name == BURY:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            control.sendall(RESULT.pack(os.waitstatus_to_exitcode(status)))
        else:
            ended.add(pid)
        # A process that was killed takes a while to give its memory back: nobody waits for it.
        ended = {child for child in ended if os.waitpid(child, os.WNOHANG)[0] == 0}


def _isolate(descriptor: int, zygote: int) -> socket.socket:
    """Make a child of the zygote one that keeps nothing of the server's but its connection."""
    with suppress(OSError):
        sandbox.die_with_parent(zygote)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.close(nothing)
    return socket.socket(fileno=descriptor)


def _probe(limits: Limits, reading: bool) -> list[str]:
    """Return which walls of a worker do not stand here, as a child finds that tries them."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        _tell(theirs, sandbox.confine(limits, sandbox.address_space(), reading=reading))
        os._exit(0)
    theirs.close()
    missing: list[str] = json.loads(ours.makefile().read() or '["all"]')
    ours.close()
    os.waitpid(pid, 0)
    return missing


def _warm(held: Holding) -> None:
    """Use once what workers use: behind their walls nothing can be imported any more."""
    tables, graphs = tuple(results.TABLES), tuple(results.GRAPHS)
    for text, types in (
        ("ASK {}", tables),
        ("SELECT * { ?s ?p ?o } LIMIT 1", tables),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1", graphs),
        ("ASK {", tables),
    ):
        for media_type in types:
            with suppress(OibError):
                evaluate(held, guard.parse(text), media_type, most=2**20)


def _tell(connection: socket.socket, told: Sequence[str] | Mapping[str, object]) -> None:
    connection.sendall(json.dumps(told).encode() + b"\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
