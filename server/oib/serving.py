"""Serving: the site of a home behind the front, on one address, until told to stop."""

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from oib.dataset import build
from oib.dataset.snapshot import Snapshot
from oib.engine.limits import Limits
from oib.front import listener
from oib.front.bridge import Bridge
from oib.front.cache import MOST, Cache
from oib.front.door import Door
from oib.front.plain import Plain
from oib.front.warmth import warm
from oib.front.watch import Watch
from oib.reload import CurrentServices
from oib.services import Services

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_LOG = "OIB_LOG"  # "json": a line for each request; set by hand

_THREADS = 16  # of an app whose engine sets no limits


def serve(
    home: Path,
    folder: Path,
    host: str,
    port: int,
    engine_url: str | None,
    limits: Limits,
    say: Callable[[str], None],
) -> int:
    """Build if needed, then serve until interrupted; return the exit status.

    Raises:
        BadInput: the address is taken or is none of this machine's.
        Refused: the sources break a rule, and there is no older snapshot.
    """
    listener.claim(host, port)
    current = build.ensure(home, folder, say)
    say(f"serving {current.manifest.version} at http://{host}:{port}/ (stop with Ctrl-C)")

    def open_door() -> Door:
        if engine_url:
            # Nothing is kept of another's data: they may change without a word.
            return door_before(Services.relay(home, current, engine_url), most=0)
        return _open(home, folder, current, limits)

    listener.listen(open_door, host, port, limits.seconds)
    return 0


def door_before(
    site: Services | CurrentServices,
    app: "WSGIApplication | None" = None,
    log: Callable[[str], None] | None = None,
    most: int = MOST,
    warmed: Callable[[Cache], object] = lambda cache: None,
) -> Door:
    """Return the door to a site, or to whichever is in place, with all layers behind it.

    ``app`` stands in for the app of the site; ``log`` gets a line for each request; ``most`` are
    the bytes of answers that are kept; ``warmed`` gets the cache.
    """
    # Flask takes a fifth of the whole start; the workers come up while it is imported.
    from oib.web import create_app

    place = CurrentServices(site) if isinstance(site, Services) else site
    limits = place.current.limits
    bridge = Bridge(app or create_app(place), limits.threads if limits else _THREADS)
    cache = Cache(Plain(bridge, lambda: place.current), lambda: place.current.version, most)
    warmed(cache)
    return Door(Watch(cache, lambda: place.current.version, log), lambda: place.current.version)


def _open(home: Path, folder: Path, current: Snapshot, limits: Limits) -> Door:
    """Open the current snapshot of a home, and follow it."""
    loop = asyncio.get_running_loop()

    def reopen(other: Snapshot) -> Services:
        return Services.serve(home, other, limits, _say, loop)

    services = CurrentServices(reopen(current))

    def warm_up(cache: Cache) -> None:
        def begin(site: Services) -> None:
            asyncio.run_coroutine_threadsafe(warm(cache, saved(site)), loop)

        begin(services.current)
        services.follow(folder, current, reopen, _say, begin)

    log = _write if os.environ.get(_LOG) == "json" else None
    door = door_before(services, log=log, warmed=warm_up)
    gc.freeze()  # what is here now stays; to look through it again and again is of no use
    return door


def _write(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def saved(site: Services) -> Iterator[tuple[str, str]]:
    """Yield the address of each saved query, and what clients of it accept."""
    for query in site.library:
        own = "application/sparql-results+json" if query.form in ("SELECT", "ASK") else "*/*"
        yield from ((f"/queries/{query.name}", accept) for accept in (own, "text/html"))


def _say(line: str) -> None:
    print(f"oib: {line}", file=sys.stderr, flush=True)
