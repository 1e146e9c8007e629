"""The nursery: workers that are ready for a question, and an eye on how they end."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

from oib.engine import verdict
from oib.engine.handle import Handle
from oib.engine.limits import Limits
from oib.engine.stem import Stem
from oib.errors import Unavailable

_PAUSE = 1.0  # seconds before the next try, after a zygote did not come up

# So many more than the fast lane needs may wait there, before the one that waited longest ends.
_SPARE = 1

Order = Callable[[Stem], object]


class Nursery:
    """Workers over one snapshot, for those who run on one event loop.

    A thread of its own, the keeper, is the only one that talks to the zygote, and does nothing
    else. It starts another one when that dies. ``say`` gets what is worth a line to whoever runs
    the server, in the keeper's thread; all methods but ``close`` are for the loop's.
    """

    def __init__(
        self,
        directory: Path,
        limits: Limits,
        say: Callable[[str], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._directory, self._limits, self._say, self._loop = directory, limits, say, loop
        # The last worker that came back goes first: its memory is warm.
        self._ready: list[Handle] = []
        self._waiting = deque[asyncio.Future[Handle]]()
        self._orders = SimpleQueue[Order | None]()
        self._fault = ""
        self._is_closed = False
        self._fast = 0  # how many are in the fast lane, or will be soon
        self._fill()
        threading.Thread(target=self._keep, name="nursery", daemon=True).start()

    async def take(self, seconds: float) -> Handle:
        """Return a worker that waits for a question.

        Raises:
            Unavailable: there was none within so many seconds.
        """
        if self._fault:
            raise Unavailable(self._fault)
        if self._ready:
            return self._ready.pop()
        future: asyncio.Future[Handle] = self._loop.create_future()
        self._waiting.append(future)
        try:
            return await asyncio.wait_for(future, max(0.0, seconds))
        except TimeoutError:
            raise Unavailable(self._fault) if self._fault else verdict.busy() from None
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
        self._orders.put(lambda stem: stem.forget(worker))
        if not worker.is_lent:
            self._fast -= 1
            self._fill()

    def _fill(self) -> None:
        while self._fast < self._limits.fast and not self._is_closed:
            self._fast += 1
            self._orders.put(lambda stem: self._call(self._welcome, stem.fork()))

    async def bury(self, worker: Handle) -> int | None:
        """Return the exit status of a worker that has died, None where nobody knows it."""
        worker.close()
        found: asyncio.Future[int | None] = self._loop.create_future()

        def tell(status: int | None) -> None:
            if not found.done():
                found.set_result(status)

        self._orders.put(lambda stem: self._call(tell, stem.bury(worker)))
        with suppress(TimeoutError):
            return await asyncio.wait_for(found, _PAUSE)
        return None

    def close(self) -> None:
        """End the zygote and all workers; to be called from any thread."""
        self._is_closed, self._fault = True, "these data are no longer served; ask again"
        self._call(self._dismiss)
        self._orders.put(None)

    def _welcome(self, worker: Handle) -> None:
        worker.listen(self._loop)
        self.give(worker)

    def _dismiss(self) -> None:
        while self._ready:
            self._ready.pop().close()

    def _call(self, function: Callable[..., object], *given: object) -> None:
        with suppress(RuntimeError):  # the loop has ended, and all of this with it
            self._loop.call_soon_threadsafe(function, *given)

    def _keep(self) -> None:
        stem: Stem | None = None
        while order := self._orders.get():
            stem = self._carry_out(order, stem)
        if stem:
            stem.close()

    def _carry_out(self, order: Order, stem: Stem | None) -> Stem | None:
        """Carry out an order, by another zygote if this one has died; return the one that did."""
        while not self._is_closed:
            stem = stem or self._start()
            try:
                if stem:
                    order(stem)
                    return stem
            except (OSError, EOFError) as error:
                self._say(f"the zygote of the workers died ({error}); starting another")
                if stem:
                    stem.close()
                stem = None
        return stem

    def _start(self) -> Stem | None:
        try:
            stem = Stem(self._directory, self._limits)
        except (Unavailable, OSError) as error:
            if not self._fault:
                self._say(f"no query can be answered: {error}")
            self._fault = self._fault or f"no query can be answered now: {error}"
            time.sleep(_PAUSE)
            return None
        self._fault = ""
        if stem.missing:
            self._say(f"this system gives workers no wall for: {', '.join(stem.missing)}")
        return stem
