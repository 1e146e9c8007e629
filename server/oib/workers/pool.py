"""The nursery: workers that are ready for a question, and those who wait for one."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from oib.engine.limits import Limits
from oib.errors import Unavailable
from oib.workers import failures
from oib.workers.process import Handle
from oib.workers.supervisor import Keeper

_REPORT = 1.0  # seconds to wait for the word on how a worker ended

# So many more than the fast lane needs may wait there, before the one that waited longest ends.
_SPARE = 1


class Nursery:
    """Workers over one snapshot, for those who run on one event loop.

    ``say`` gets what is worth a line to whoever runs the server, in the thread of the keeper; all
    methods but ``close`` are for the loop's.
    """

    def __init__(
        self,
        directory: Path,
        limits: Limits,
        say: Callable[[str], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._limits, self._loop = limits, loop
        self._keeper = Keeper(directory, limits, say)
        # The last worker that came back goes first: its memory is warm.
        self._ready: list[Handle] = []
        self._waiting = deque[asyncio.Future[Handle]]()
        self._is_closed = False
        self._fast = 0  # how many are in the fast lane, or will be soon
        self._fill()

    async def take(self, seconds: float) -> Handle:
        """Return a worker that waits for a question.

        Raises:
            Unavailable: there was none within so many seconds.
        """
        if fault := self._keeper.fault:
            raise Unavailable(fault)
        if self._ready:
            return self._ready.pop()
        future: asyncio.Future[Handle] = self._loop.create_future()
        self._waiting.append(future)
        try:
            return await asyncio.wait_for(future, max(0.0, seconds))
        except TimeoutError:
            fault = self._keeper.fault
            raise Unavailable(fault) if fault else failures.busy() from None
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self.give(future.result())
            raise

    def give(self, worker: Handle) -> None:
        """Take a worker into the fast lane, where it waits for its next question."""
        if worker.is_lent:
            worker.is_lent = False
            self._fast += 1
        if self._is_closed:
            worker.close()
            return
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(worker)
                return
        self._ready.append(worker)
        if self._fast > self._limits.fast + _SPARE:
            self.kill(self._ready.pop(0))

    def lend(self, worker: Handle) -> None:
        """Let a worker leave the fast lane with its question."""
        worker.is_lent = True
        self._fast -= 1
        self._fill()

    def kill(self, worker: Handle) -> None:
        """End a worker, if it has not ended yet, and have another made if need be."""
        worker.kill()
        self._keeper.tell(lambda stem: stem.forget(worker))
        if not worker.is_lent:
            self._fast -= 1
            self._fill()

    def _fill(self) -> None:
        while self._fast < self._limits.fast and not self._is_closed:
            self._fast += 1
            self._keeper.tell(lambda stem: self._call(self._welcome, stem.fork()))

    async def bury(self, worker: Handle) -> int | None:
        """Return the exit status of a worker that has died, None where nobody knows it."""
        worker.close()
        found: asyncio.Future[int | None] = self._loop.create_future()

        def tell(status: int | None) -> None:
            if not found.done():
                found.set_result(status)

        self._keeper.tell(lambda stem: self._call(tell, stem.bury(worker)))
        with suppress(TimeoutError):
            return await asyncio.wait_for(found, _REPORT)
        return None

    def close(self) -> None:
        """End the zygote and all workers; to be called from any thread."""
        self._is_closed = True
        self._keeper.close()
        self._call(self._dismiss)

    def _welcome(self, worker: Handle) -> None:
        worker.listen(self._loop)
        self.give(worker)

    def _dismiss(self) -> None:
        while self._ready:
            self._ready.pop().close()

    def _call(self, function: Callable[..., object], *given: object) -> None:
        with suppress(RuntimeError):  # the loop has ended, and all of this with it
            self._loop.call_soon_threadsafe(function, *given)
