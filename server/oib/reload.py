"""The turnover: the site that serves now, and how another takes its place without a gap."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from oib.dataset import snapshot
from oib.dataset.snapshot import Snapshot
from oib.errors import OibError, Unavailable
from oib.services import Site

_PERIOD = 1.0  # seconds between two looks at which snapshot is current
_PATIENCE = 120  # looks at a new site that is not ready yet
_GRACE = 60.0  # seconds that an old site goes on for those who asked it


class Turnover:
    """A place for one site; a request takes the site from here once, and stays with it."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def site(self) -> Site:
        """Return the site that serves now."""
        return self._site

    def follow(
        self,
        folder: Path,
        served: Snapshot,
        reopen: Callable[[Snapshot], Site],
        say: Callable[[str], None],
        turned: Callable[[Site], object] = lambda site: None,
    ) -> None:
        """From now on, serve whatever snapshot becomes the current one of a folder.

        Args:
            folder: where snapshots lie; ``oib build`` adds to it.
            served: the snapshot that serves now.
            reopen: makes a site of another one.
            say: gets a line at each turn, and for each snapshot that cannot be served.
            turned: gets the new site after each turn.
        """

        def look() -> None:
            seen = served.directory
            while True:
                time.sleep(_PERIOD)
                try:
                    found = snapshot.current(folder)
                    if found and found.directory != seen:
                        seen = found.directory
                        self._turn(reopen(found))
                        turned(self._site)
                        say(f"serving {found.manifest.version}")
                except (OibError, OSError) as error:
                    say(f"the data that serve go on serving: {error}")

        threading.Thread(target=look, name="turnover", daemon=True).start()

    def _turn(self, fresh: Site) -> None:
        """Let a new site serve as soon as it answers, and close the old one when it is idle."""
        try:
            _await(fresh)
        except OibError:
            fresh.engine.close()
            raise
        old, self._site = self._site, fresh
        timer = threading.Timer(_GRACE, old.engine.close)
        timer.daemon = True
        timer.start()


def _await(site: Site) -> None:
    for _ in range(_PATIENCE):
        try:
            site.engine.query("ASK {}", "application/sparql-results+json")
            return
        except Unavailable as error:
            last = error
            time.sleep(_PERIOD)
    raise last
