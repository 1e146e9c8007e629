"""The server's end of the fork server."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from oib.engine.limits import Limits
from oib.errors import Unavailable
from oib.workers.fork_server import FORGET, FORK, ORDER, RESULT, WAIT_EXIT
from oib.workers.process import WorkerProcess

# What Python and the C library need to start; nothing else of the environment reaches a worker.
_ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")


class NoResources(Exception):
    """No worker can be started: the system has no descriptors, processes or memory left."""


class ForkServerClient:
    """A fork server, started over a snapshot; to be used by one thread only.

    The system ends the fork server together with the thread that started it, so that thread must
    live as long as the workers are needed. ``missing`` names the measures of the sandbox that
    this system does not offer.

    Raises:
        Unavailable: the snapshot cannot be opened, or the fork server did not start.
    """

    def __init__(self, directory: Path, limits: Limits) -> None:
        self._control, theirs = socket.socketpair()
        self._children = set[int]()
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        with theirs:
            arguments = (theirs.fileno(), os.getpid(), directory, json.dumps(asdict(limits)))
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "oib.workers.fork_server", *map(str, arguments)],
                env={**environment, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the server, which ends the fork server
            )
        with self._control.makefile("r") as lines:
            report = json.loads(lines.readline() or '{"error": "the fork server did not start"}')
        if "error" in report:
            self.close()
            raise Unavailable(report["error"])
        self.missing: list[str] = report["missing"]

    def fork(self) -> WorkerProcess:
        """Return a new worker.

        Raises:
            NoResources: the system has no descriptors, processes or memory left.
            OSError, EOFError: the fork server has died.
        """
        try:
            ours, theirs = socket.socketpair()
        except OSError as error:
            raise NoResources(str(error)) from error
        try:
            with theirs:
                socket.send_fds(self._control, [ORDER.pack(FORK, 0)], [theirs.fileno()])
            pid = self._result()
        except (OSError, EOFError):
            ours.close()
            raise
        if pid < 0:
            ours.close()
            raise NoResources(os.strerror(-pid))
        self._children.add(pid)
        return WorkerProcess(pid, ours)

    def wait_exit(self, worker: WorkerProcess) -> int | None:
        """Return the exit status of a worker that has ended, less than zero for a signal.

        Raises:
            OSError, EOFError: the fork server has died.
        """
        if worker.pid not in self._children:  # a child of an earlier fork server
            return None
        self._children.remove(worker.pid)
        self._control.sendall(ORDER.pack(WAIT_EXIT, worker.pid))
        return self._result()

    def forget(self, worker: WorkerProcess) -> None:
        """Let the fork server reap a worker that was killed."""
        if worker.pid in self._children:
            self._children.remove(worker.pid)
            self._control.sendall(ORDER.pack(FORGET, worker.pid))

    def close(self) -> None:
        """End the fork server and all of its workers."""
        self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _result(self) -> int:
        data = self._control.recv(RESULT.size, socket.MSG_WAITALL)
        if len(data) < RESULT.size:
            raise EOFError("it closed its connection")
        return int(RESULT.unpack(data)[0])
