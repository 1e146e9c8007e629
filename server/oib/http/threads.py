"""Threads for what would hold up the event loop, shared fairly between clients."""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, TypeVar

Result = TypeVar("Result")


class FairThreadPool:
    """A pool of threads in which no client waits for all that others have in hand.

    Args:
        name: of the threads.
        threads: how many there are.
        threads_per_client: how many of them one client can have.
    """

    def __init__(self, name: str, threads: int, threads_per_client: int) -> None:
        self.executor: Final = ThreadPoolExecutor(threads, name)
        self._shares = ThreadShares(threads, threads_per_client)

    async def run(self, client: str, function: Callable[[], Result]) -> Result:
        """Call a function in a thread as soon as the client has one; return its result."""
        await self._shares.acquire(client)
        loop = asyncio.get_running_loop()
        work = self.executor.submit(function)
        work.add_done_callback(lambda _: self._release(loop, client))
        return await asyncio.wrap_future(work)

    @property
    def is_idle(self) -> bool:
        """Whether no client has a thread."""
        return self._shares.is_idle

    def _release(self, loop: asyncio.AbstractEventLoop, client: str) -> None:
        """Give back the thread of a client when its work has ended, even if nobody waits for it."""
        with suppress(RuntimeError):  # the server has stopped
            loop.call_soon_threadsafe(self._shares.release, client)


class ThreadShares:
    """Shares threads between clients: one that has few of them comes before those that have more.

    All methods are for the thread of the event loop.

    Args:
        threads: how many there are.
        threads_per_client: how many of them one client can have.
    """

    def __init__(self, threads: int, threads_per_client: int) -> None:
        self._free, self._threads_per_client = threads, threads_per_client
        self._used = Counter[str]()
        # In the order in which clients had a thread last.
        self._waiting = OrderedDict[str, deque[asyncio.Future[None]]]()

    @property
    def is_idle(self) -> bool:
        """Whether no client has a thread."""
        return not self._used

    async def acquire(self, client: str) -> None:
        """Wait until the client has a thread to use."""
        if self._free and self._used[client] < self._threads_per_client:
            self._take(client)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._forget(client, turn)
            else:  # its turn came at the same time
                self.release(client)
            raise

    def release(self, client: str) -> None:
        """Give a thread back, and let somebody have it who waits for one."""
        self._free += 1
        self._used[client] -= 1
        if not self._used[client]:
            del self._used[client]
        # Who was cancelled in this round of the event loop still stands in the queue.
        turns = {
            other: turn
            for other, queue in self._waiting.items()
            if self._used[other] < self._threads_per_client
            and (turn := next((each for each in queue if not each.cancelled()), None))
        }
        if turns:
            other = min(turns, key=self._used.__getitem__)
            turn = turns[other]
            self._forget(other, turn)
            if other in self._waiting:
                self._waiting.move_to_end(other)
            self._take(other)
            turn.set_result(None)

    def _take(self, client: str) -> None:
        self._free -= 1
        self._used[client] += 1

    def _forget(self, client: str, turn: "asyncio.Future[None]") -> None:
        turns = self._waiting[client]
        turns.remove(turn)
        if not turns:
            del self._waiting[client]
