"""The isolated engine: queries answered by workers, processes that can be stopped."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Final

from oib.engine.limits import Limits
from oib.errors import Unavailable
from oib.sparql import guard
from oib.sparql.dataset import UNION, Dataset
from oib.workers import messages
from oib.workers.pool import Nursery
from oib.workers.scheduler import Lanes

#: What a thread has asked for and waits for: whoever gave it the work may cancel it.
PENDING: Final = ContextVar[list[Future[bytes]]]("PENDING")


class Isolated:
    """An engine over the snapshot in a directory.

    Everything that a server asks goes this way, its own questions and saved queries too: a term
    that a stranger fills in can make any of them heavy, a stack that overflows or an allocation
    that fails ends the process it is in, and the data are held once. A hop costs some 0.05 ms.

    SERVICE is refused by the guard, and could not be called: workers have no network. ``say``
    gets what is worth a line to whoever runs the server, first of all which walls are missing.
    ``loop`` is the event loop that waits for the workers; without one, it is one of
    the engines' own, in a thread of its own.
    """

    def __init__(
        self,
        directory: Path,
        limits: Limits,
        say: Callable[[str], None] = lambda line: None,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.loop = loop or _own_loop()
        self._nursery = Nursery(directory, limits, say, self.loop)
        self._lanes = Lanes(self._nursery, limits)

    async def ask(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer a query, as ``query`` does, on the loop of the engine; cancelled, it stops."""
        guard.read(text)
        return await self._lanes.ask(messages.pack_question(text, media_type, dataset))

    def query(self, text: str, media_type: str, dataset: Dataset = UNION) -> bytes:
        """Answer a query, as ``Engine.query`` says; for all threads but that of the loop.

        Raises:
            TooCostly: the query took more time or memory than the limits allow.
            TooLarge: the answer is longer than they allow.
        """
        guard.read(text)  # here, for a long text takes a while, and the loop is for all
        question = messages.pack_question(text, media_type, dataset)
        asked = asyncio.run_coroutine_threadsafe(self._lanes.ask(question), self.loop)
        PENDING.get([]).append(asked)
        try:
            return asked.result()
        except CancelledError:
            raise Unavailable("nobody waits for this answer any more") from None

    def close(self) -> None:
        """End all workers, and what they are doing."""
        self._nursery.close()


@cache
def _own_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="engine", daemon=True).start()
    return loop
