"""The stem: the server's end of the zygote."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from oib.engine.limits import Limits
from oib.errors import Unavailable
from oib.workers.fork_server import BURY, FORGET, FORK, ORDER, RESULT
from oib.workers.process import Handle


class Stem:
    """A zygote that was started over a snapshot; used by one thread only.

    ``missing`` names the walls that this system does not give. The system ends the zygote with
    the thread that started it, so let that be one that lives as long as its workers are needed.

    Raises:
        Unavailable: the snapshot cannot be opened, or no zygote came up.
    """

    def __init__(self, directory: Path, limits: Limits) -> None:
        self._control, theirs = socket.socketpair()
        self._children = set[int]()
        program = ["-P", "-m", "oib.workers.fork_server"]
        arguments = map(str, (theirs.fileno(), os.getpid(), directory))
        path = os.pathsep.join(filter(None, sys.path))
        self._process = subprocess.Popen(
            [sys.executable, *program, *arguments],
            env={**os.environ, **limits.variables(), "PYTHONPATH": path},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the server, which ends the zygote in its turn
        )
        theirs.close()
        with self._control.makefile("r") as lines:
            told = json.loads(lines.readline() or '{"error": "the zygote did not come up"}')
        if "error" in told:
            self.close()
            raise Unavailable(told["error"])
        self.missing: list[str] = told["missing"]

    def fork(self) -> Handle:
        """Return a new worker.

        Raises:
            OSError, EOFError: the zygote has died.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._control, [ORDER.pack(FORK, 0)], [theirs.fileno()])
            pid = self._result()
        except (OSError, EOFError):
            ours.close()
            raise
        self._children.add(pid)
        return Handle(pid, ours)

    def bury(self, worker: Handle) -> int | None:
        """Return the exit status of a worker that has died, a signal less than zero.

        Raises:
            OSError, EOFError: the zygote has died.
        """
        if worker.pid not in self._children:  # of a zygote before this one
            return None
        self._children.remove(worker.pid)
        self._control.sendall(ORDER.pack(BURY, worker.pid))
        return self._result()

    def forget(self, worker: Handle) -> None:
        """Let the zygote reap a worker that was killed."""
        if worker.pid in self._children:
            self._children.remove(worker.pid)
            self._control.sendall(ORDER.pack(FORGET, worker.pid))

    def close(self) -> None:
        """End the zygote and all its workers."""
        self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _result(self) -> int:
        got = self._control.recv(RESULT.size, socket.MSG_WAITALL)
        if len(got) < RESULT.size:
            raise EOFError("the zygote has died")
        return int(RESULT.unpack(got)[0])
