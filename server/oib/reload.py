"""Reload: the services in use, and how those over newer data replace them without a gap."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from oib.allocator import release_free_memory
from oib.dataset import snapshot
from oib.dataset.snapshot import Snapshot
from oib.engine.base import wait_until_ready
from oib.services import Services

_PERIOD = 1.0  # seconds between two looks at which snapshot is current
_START = 120.0  # seconds that new services may take until they answer
_GRACE = 60.0  # seconds that replaced services stay open for the requests that began with them


class CurrentServices:
    """The services in use; a request takes them once, and stays with them to its end.

    Attributes:
        current: the services in use now.
    """

    def __init__(self, services: Services) -> None:
        self.current = services

    def follow(
        self,
        folder: Path,
        served: Snapshot,
        reopen: Callable[[Snapshot], Services],
        log: Callable[[str], None],
        replaced: Callable[[Services], object] = lambda services: None,
    ) -> None:
        """From now on, use whatever snapshot becomes the current one of a folder.

        Nothing that such a snapshot holds ends this: what cannot be opened is logged, and the
        next one is tried.

        Args:
            folder: where snapshots lie; ``oib build`` adds to it.
            served: the snapshot in use now.
            reopen: opens services over another one.
            log: gets a line at each change, and for each snapshot that cannot be used.
            replaced: gets the new services after each change.
        """

        def look() -> None:
            seen = served.directory.resolve()
            last_error = ""
            while True:
                time.sleep(_PERIOD)
                try:
                    directory = snapshot.current_directory(folder)
                    if directory is None or directory == seen:
                        continue
                    found = snapshot.current(folder)
                    last_error = ""
                    if found:
                        seen = found.directory.resolve()
                        self._replace(reopen(found))
                        replaced(self.current)
                        log(f"serving {found.manifest.version}")
                except Exception as error:
                    if str(error) != last_error:  # a broken manifest is met again at each look
                        last_error = str(error)
                        log(f"the data in use stay: {error}")

        threading.Thread(target=look, name="reload", daemon=True).start()

    def _replace(self, fresh: Services) -> None:
        """Use new services as soon as they answer, and close the old ones when they are idle."""
        try:
            wait_until_ready(fresh.engine, _START)
        except Exception:
            fresh.close()
            raise
        replaced, self.current = [self.current], fresh
        timer = threading.Timer(_GRACE, _close, (replaced,))
        timer.daemon = True
        timer.start()


def _close(replaced: list[Services]) -> None:
    """Close replaced services, and give back the memory that they took."""
    while replaced:  # emptied, so that they are gone before memory is given back
        replaced.pop().close()
    release_free_memory()
