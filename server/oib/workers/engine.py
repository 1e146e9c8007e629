"""The worker engine: queries answered by worker processes, which can be stopped."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from functools import cache
from pathlib import Path

from oib.engine.limits import Limits
from oib.errors import Unavailable
from oib.sparql import guard
from oib.sparql.dataset import UNION, Dataset
from oib.workers import messages
from oib.workers.pool import Nursery
from oib.workers.scheduler import Lanes


class WorkerEngine:
    """An engine over the snapshot in a directory.

    Every query of a server is answered by a worker, the server's own and saved queries included:
    a value from a stranger can make any of them expensive, an overflow of the stack or a failed
    allocation ends the process it happens in, and the data are in memory once.

    SERVICE is refused by the guard and would not work: workers have no network.

    Args:
        directory: the directory of the snapshot.
        limits: what a query may use.
        log: receives lines for the operator, such as which sandbox measures are missing.
        loop: the event loop that waits for the workers; by default, one in a thread of its own
            that all such engines of this process share.
    """

    def __init__(
        self,
        directory: Path,
        limits: Limits,
        log: Callable[[str], None] = lambda line: None,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.loop = loop or _shared_loop()
        self._limits = limits
        self._pool = Nursery(directory, limits, log, self.loop)
        self._scheduler = Lanes(self._pool, limits)

    def session(self, client: str = "", seconds: float | None = None) -> "WorkerSession":
        """Begin a session, as ``Engine.session`` defines."""
        seconds = min(seconds or self._limits.seconds, self._limits.seconds)
        return WorkerSession(self._scheduler, self.loop, seconds)

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer one query in a session of its own, as ``Queryable.query`` defines.

        Not to be called in the thread of the event loop.
        """
        return self.session().query(text, media_type, dataset)

    def close(self) -> None:
        """End all workers and their queries; safe from any thread."""
        self._pool.close()


class WorkerSession:
    """A session of a worker engine; see ``QuerySession``."""

    def __init__(self, scheduler: Lanes, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._scheduler, self._loop = scheduler, loop
        self._deadline = time.monotonic() + seconds
        self._running = set[Future[bytes]]()
        self._is_cancelled = False
        self._lock = threading.Lock()

    async def answer(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer a query that passed the guard, on the event loop of the engine."""
        question = messages.pack_question(text, media_type, dataset)
        return await self._scheduler.ask(question, self._deadline)

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer one query, as ``Queryable.query`` defines; from any thread but the loop's."""
        guard.parse(text)  # in this thread, because a long text would hold up the event loop
        question = messages.pack_question(text, media_type, dataset)
        with self._lock:
            if self._is_cancelled:
                raise Unavailable("this request was cancelled")
            running = asyncio.run_coroutine_threadsafe(
                self._scheduler.ask(question, self._deadline), self._loop
            )
            self._running.add(running)
        try:
            return running.result()
        except CancelledError:
            raise Unavailable("this request was cancelled") from None
        finally:
            self._running.discard(running)

    def cancel(self) -> None:
        """Stop all queries of this session and refuse further ones; safe from any thread."""
        with self._lock:
            self._is_cancelled = True
            for running in tuple(self._running):
                running.cancel()


@cache
def _shared_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="engine", daemon=True).start()
    return loop
