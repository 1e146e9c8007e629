"""The fork server: a process that holds the store, and forks a worker when ordered to.

    python -m oib.workers.fork_server DESCRIPTOR PARENT DIRECTORY LIMITS

It is started as a fresh program, never forked from a server that has threads. ``DESCRIPTOR`` is
the socket over which ``ForkServerClient`` sends orders; when that closes, the fork server ends,
and its workers with it. ``PARENT`` is the process id of the server, ``DIRECTORY`` that of the
snapshot, ``LIMITS`` a JSON object with the fields of ``Limits``.
"""

import gc
import json
import os
import signal
import socket
import struct
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from oib.dataset.snapshot import Snapshot
from oib.engine.evaluation import evaluate, preview
from oib.engine.limits import Limits
from oib.engine.stores import Stores
from oib.errors import OibError
from oib.sparql import guard, results
from oib.workers import sandbox
from oib.workers.worker import work

#: An order: what to do, and with which process id; and its result: a process id, a negative
#: error number, or an exit status.
ORDER: Final = struct.Struct("<cq")
RESULT: Final = struct.Struct("<q")
FORK, WAIT_EXIT, FORGET = b"F", b"W", b"R"  # FORGET has no result


def main(descriptor: int, parent: int, directory: Path, limits: Limits) -> None:
    """Open a snapshot, report which measures of the sandbox are missing, then take orders."""
    control = socket.socket(fileno=descriptor)
    missing = sandbox.isolate_network(parent)
    try:
        os.chdir(directory)  # a worker may see no other directory, so paths are relative to it
        snapshot = Snapshot.open(Path())
        snapshot.verify()  # it may have been damaged since the server began
        stores = _load(snapshot)
    except (OibError, OSError, SyntaxError) as error:
        _report(control, {"error": str(error)})
        return
    missing += _probe(limits, snapshot.on_disk)
    gc.collect()
    gc.freeze()
    _report(control, {"missing": missing})
    _take_orders(control, stores, limits, snapshot.on_disk)


def _load(snapshot: Snapshot) -> Stores:
    """Open the stores of a snapshot, and use them once.

    This happens in a thread of its own, which has ended before the first fork. The random
    numbers of RAND, UUID, STRUUID and BNODE come from a generator in each thread, seeded by the
    system at its first use; a generator that this thread had used would go on alike in every
    worker, and give all of them the same UUIDs.
    """
    loaded: list[Stores] = []
    errors: list[Exception] = []

    def load() -> None:
        try:
            compaction = snapshot.compaction()
            loaded.append(Stores.with_separate_union(snapshot.store(), compaction))
            _warm_up(loaded[0])
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=load)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return loaded[0]


def _take_orders(control: socket.socket, stores: Stores, limits: Limits, on_disk: bool) -> None:
    data_size = sandbox.address_space()
    own_pid = os.getpid()
    ended = set[int]()
    while True:
        order, descriptors, _, _ = socket.recv_fds(control, ORDER.size, 1, socket.MSG_WAITALL)
        if len(order) < ORDER.size:
            return
        name, pid = ORDER.unpack(order)
        if name == FORK:
            try:
                pid = os.fork()
            except OSError as error:  # too many processes, or no memory
                pid = -(error.errno or 1)
            if pid == 0:
                control.close()
                connection = _detach(descriptors[0], own_pid)
                sandbox.restrict(limits, data_size, can_read=on_disk)
                work(stores, connection, limits)
            os.close(descriptors[0])
            control.sendall(RESULT.pack(pid))
        elif name == WAIT_EXIT:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            control.sendall(RESULT.pack(os.waitstatus_to_exitcode(status)))
        else:
            ended.add(pid)
        # A killed process takes a while to return its memory; this does not wait for it.
        ended = {child for child in ended if os.waitpid(child, os.WNOHANG)[0] == 0}


def _detach(descriptor: int, fork_server: int) -> socket.socket:
    """Leave a new child nothing that is the server's but its connection, and return that."""
    with suppress(OSError):
        sandbox.die_with_parent(fork_server)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)
    return socket.socket(fileno=descriptor)


def _probe(limits: Limits, on_disk: bool) -> list[str]:
    """Return which measures of a worker's sandbox fail here, by trying them in a child."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        _report(theirs, sandbox.restrict(limits, sandbox.address_space(), can_read=on_disk))
        os._exit(0)
    theirs.close()
    missing: list[str] = json.loads(ours.makefile().read() or '["all"]')
    ours.close()
    os.waitpid(pid, 0)
    return missing


def _warm_up(stores: Stores) -> None:
    """Use once what workers use: in their sandbox nothing can be imported any more."""
    tables, graphs = tuple(results.TABLES), tuple(results.GRAPHS)
    for text, media_types in (
        ("ASK {}", tables),
        ("SELECT * { ?s ?p ?o } LIMIT 1", tables),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1", graphs),
        ("ASK {", tables),
    ):
        for media_type in media_types:
            with suppress(OibError):
                evaluate(stores, guard.parse(text), media_type, max_bytes=2**20)
        with suppress(OibError):
            preview(stores, guard.parse(text)).to_json()


def _report(connection: socket.socket, report: Sequence[str] | Mapping[str, object]) -> None:
    connection.sendall(json.dumps(report).encode() + b"\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), Limits(**json.loads(sys.argv[4])))
