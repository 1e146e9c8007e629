"""The pool of workers: processes that wait for a query, kept at the number that is needed."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from oib.engine.limits import Limits
from oib.workers.process import WorkerProcess
from oib.workers.supervisor import Supervisor

_REPORT_SECONDS = 1.0  # how long to wait for the exit status of a worker

# How many workers more than the fast lane needs may wait in the pool.
_SPARE = 1


class WorkerPool:
    """Workers over one snapshot. All methods but ``close`` are for the thread of the event loop.

    Args:
        directory: the directory of the snapshot.
        limits: what a query may use, and how many workers there are.
        log: receives lines for the operator, in the thread of the supervisor.
        loop: the event loop that receives what workers write.
        on_free: called whenever a worker waits in the pool.
    """

    def __init__(
        self,
        directory: Path,
        limits: Limits,
        log: Callable[[str], None],
        loop: asyncio.AbstractEventLoop,
        on_free: Callable[[], object],
    ) -> None:
        self._limits, self._loop, self._on_free = limits, loop, on_free
        self._supervisor = Supervisor(directory, limits, log)
        # The worker that came back last is used first: its memory is warm.
        self._free: list[WorkerProcess] = []
        self._is_closed = False
        self._fast = 0  # workers in the fast lane, those being started included
        self._refill()

    @property
    def fault(self) -> str:
        """Why there are no workers at the moment, or nothing where there are."""
        return self._supervisor.fault

    def acquire(self) -> WorkerProcess | None:
        """Take a worker out of the pool, or return None if all are at work."""
        return self._free.pop() if self._free else None

    def release(self, worker: WorkerProcess) -> None:
        """Put a worker back into the pool, in the fast lane."""
        if worker.is_promoted:
            worker.is_promoted = False
            self._fast += 1
        if self._is_closed:
            worker.close()
            return
        self._free.append(worker)
        if self._fast > self._limits.fast + _SPARE:
            self.kill(self._free.pop(0))
        self._on_free()

    def promote(self, worker: WorkerProcess) -> None:
        """Let a worker leave the fast lane with its query, and start another in its place."""
        worker.is_promoted = True
        self._fast -= 1
        self._refill()

    def kill(self, worker: WorkerProcess) -> None:
        """End a worker, if it has not ended yet, and start another if one is needed."""
        worker.kill()
        self._supervisor.order(lambda fork_server: fork_server.forget(worker))
        if not worker.is_promoted:
            self._fast -= 1
            self._refill()

    def wait_exit(self, worker: WorkerProcess, on_exit: Callable[[int | None], object]) -> None:
        """Call back with the exit status of a worker that has ended, None if it is unknown."""
        worker.close()
        is_reported = False

        def report(status: int | None) -> None:
            nonlocal is_reported
            if not is_reported:
                is_reported = True
                on_exit(status)

        self._loop.call_later(_REPORT_SECONDS, report, None)
        self._supervisor.order(
            lambda fork_server: self._call(report, fork_server.wait_exit(worker))
        )

    def close(self) -> None:
        """End the fork server and all workers; safe from any thread."""
        self._is_closed = True
        self._supervisor.close()
        self._call(self._close_free)

    def _refill(self) -> None:
        while self._fast < self._limits.fast and not self._is_closed:
            self._fast += 1
            self._supervisor.order(lambda fork_server: self._call(self._add, fork_server.fork()))

    def _add(self, worker: WorkerProcess) -> None:
        worker.listen(self._loop)
        self.release(worker)

    def _close_free(self) -> None:
        while self._free:
            self._free.pop().close()

    def _call(self, function: Callable[..., object], *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop is closed, and nobody waits for anything
            self._loop.call_soon_threadsafe(function, *arguments)
