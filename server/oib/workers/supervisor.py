"""The keeper: a thread of its own, the only one that talks to the zygote, and does nothing else."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from oib.engine.limits import Limits
from oib.errors import Unavailable
from oib.workers.fork_client import Stem

_PAUSE = 1.0  # seconds before the next try, after a zygote did not come up

Order = Callable[[Stem], object]


class Keeper:
    """Who keeps a zygote over one snapshot, and starts another one when that dies.

    ``say`` gets what is worth a line to whoever runs the server, in the keeper's thread.
    """

    def __init__(self, directory: Path, limits: Limits, say: Callable[[str], None]) -> None:
        self._directory, self._limits, self._say = directory, limits, say
        self._orders = SimpleQueue[Order | None]()
        self._fault = ""
        self._is_closed = False
        threading.Thread(target=self._keep, name="keeper", daemon=True).start()

    @property
    def fault(self) -> str:
        """Return why there are no workers now, or nothing where there are."""
        return "these data are no longer served; ask again" if self._is_closed else self._fault

    def tell(self, order: Order) -> None:
        """Have an order carried out when its turn has come; to be called from any thread."""
        self._orders.put(order)

    def close(self) -> None:
        """End the zygote and all its workers; to be called from any thread."""
        self._is_closed = True
        self._orders.put(None)

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
