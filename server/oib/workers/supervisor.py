"""The supervisor: the thread that keeps a fork server running, and alone talks to it."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from oib.engine.limits import Limits
from oib.errors import Unavailable
from oib.workers.fork_client import ForkServerClient, NoResources

_PAUSE_SECONDS = 1.0  # before the next attempt to start a fork server
_SHORT_PAUSE_SECONDS = 0.1  # before the next attempt when descriptors or processes ran out

#: What clients are told while there is no fork server; the reason is for the operator's log.
NO_WORKERS: Final = "no query can be answered at the moment; ask again in some seconds"
CLOSED: Final = "these data are no longer served; ask again"

Order = Callable[[ForkServerClient], object]


class Supervisor:
    """Keeps a fork server over one snapshot, and starts another one when it dies.

    ``log`` receives lines for the operator, in the thread of the supervisor.
    """

    def __init__(self, directory: Path, limits: Limits, log: Callable[[str], None]) -> None:
        self._directory, self._limits, self._log = directory, limits, log
        self._orders = SimpleQueue[Order | None]()
        self._fault = ""
        self._is_closed = False
        threading.Thread(target=self._run, name="supervisor", daemon=True).start()

    @property
    def fault(self) -> str:
        """Why there are no workers at the moment, or nothing where there are."""
        return CLOSED if self._is_closed else self._fault

    def order(self, order: Order) -> None:
        """Have a function called with the fork server, in turn; safe from any thread."""
        self._orders.put(order)

    def close(self) -> None:
        """End the fork server and all of its workers; safe from any thread."""
        self._is_closed = True
        self._orders.put(None)

    def _run(self) -> None:
        fork_server: ForkServerClient | None = None
        while order := self._orders.get():
            fork_server = self._carry_out(order, fork_server)
        if fork_server:
            fork_server.close()

    def _carry_out(
        self, order: Order, fork_server: ForkServerClient | None
    ) -> ForkServerClient | None:
        """Carry out an order, with another fork server if this one died; return the one used."""
        is_logged = False
        while not self._is_closed:
            fork_server = fork_server or self._start()
            try:
                if fork_server:
                    order(fork_server)
                    return fork_server
            except NoResources as error:  # the fork server itself is well
                if not is_logged:
                    self._log(f"no further worker can be started now: {error}")
                is_logged = True
                time.sleep(_SHORT_PAUSE_SECONDS)
            except (OSError, EOFError) as error:
                self._log(f"the fork server died ({error}); starting another")
                if fork_server:
                    fork_server.close()
                fork_server = None
        return fork_server

    def _start(self) -> ForkServerClient | None:
        try:
            fork_server = ForkServerClient(self._directory, self._limits)
        except (Unavailable, OSError) as error:
            if not self._fault:
                self._log(f"no query can be answered: {error}")
            self._fault = NO_WORKERS
            time.sleep(_PAUSE_SECONDS)
            return None
        self._fault = ""
        if fork_server.missing:
            self._log(f"the sandbox of workers lacks here: {', '.join(fork_server.missing)}")
        return fork_server
