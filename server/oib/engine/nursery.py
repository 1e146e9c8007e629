"""The nursery: workers that are ready for a question, and an eye on how they end."""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from oib.engine import verdict
from oib.engine.handle import Handle
from oib.engine.limits import Limits
from oib.engine.stem import Stem
from oib.errors import Unavailable

_PAUSE = 1.0  # seconds before the next try, after a zygote did not come up

Order = Callable[[Stem], object]


class Nursery:
    """Workers over one snapshot.

    A thread of its own, the keeper, is the only one that talks to the zygote. It starts another
    one when that dies. ``say`` gets what is worth a line to whoever runs the server.
    """

    def __init__(self, directory: Path, limits: Limits, say: Callable[[str], None]) -> None:
        self._directory, self._limits, self._say = directory, limits, say
        # The last worker that came back goes first: its memory is warm. A ticket for each of them
        # is what one waits for.
        self._ready = deque[Handle]()
        self._tickets = SimpleQueue[None]()
        self._orders = SimpleQueue[Order | None]()
        self._fault = ""
        self._is_closed = False
        for _ in range(limits.fast):
            self.replace()
        threading.Thread(target=self._keep, name="nursery", daemon=True).start()

    def take(self, seconds: float) -> Handle:
        """Return a worker that waits for a question.

        Raises:
            Unavailable: there was none within so many seconds.
        """
        if self._fault:
            raise Unavailable(self._fault)
        try:
            self._tickets.get(timeout=max(0.0, seconds))
        except Empty:
            raise verdict.busy() from None
        return self._ready.pop()

    def give(self, worker: Handle) -> None:
        """Take back a worker that waits for its next question."""
        self._ready.append(worker)
        self._tickets.put(None)
        if self._is_closed:
            self._dismiss()

    def replace(self) -> None:
        """Have a worker made, for one that does not come back."""
        self._orders.put(lambda stem: self.give(stem.fork()))

    def kill(self, worker: Handle) -> None:
        """End a worker."""
        worker.kill()
        self._orders.put(lambda stem: stem.forget(worker))

    def bury(self, worker: Handle) -> int | None:
        """Return the exit status of a worker that has died, None where nobody knows it."""
        worker.close()
        found = SimpleQueue[int | None]()
        self._orders.put(lambda stem: found.put(stem.bury(worker)))
        try:
            return found.get(timeout=_PAUSE)
        except Empty:
            return None

    def close(self) -> None:
        """End the zygote and all workers."""
        self._is_closed, self._fault = True, "these data are no longer served; ask again"
        self._orders.put(None)

    def _keep(self) -> None:
        stem: Stem | None = None
        while order := self._orders.get():
            stem = self._carry_out(order, stem)
        self._dismiss()
        if stem:
            stem.close()

    def _dismiss(self) -> None:
        with suppress(IndexError):
            while True:
                self._ready.pop().close()

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
