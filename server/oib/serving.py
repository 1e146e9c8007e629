"""Serving: the site of a home behind the front, on one address, until told to stop."""

import asyncio
import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
import uvloop

from oib import build
from oib.engine.limits import Limits
from oib.errors import BadInput
from oib.front.bridge import Bridge
from oib.front.cache import MOST, Cache
from oib.front.connection import Connection
from oib.front.door import Door
from oib.front.plain import Plain
from oib.front.warmth import warm
from oib.front.watch import Watch
from oib.site import Site
from oib.snapshot import Snapshot
from oib.turnover import Turnover
from oib.web import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_LOG = "OIB_LOG"  # "json": a line for each request; set by hand

# Connections that say nothing cost little; so many may be open, each as long as its headers take.
_CONNECTIONS = 8192
_IDLE = 30  # seconds that a connection stays open between two requests
_THREADS = 16  # of an app whose engine sets no limits
_GRACE = 5  # seconds to stop in, above those that a query may take


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
    _free(host, port)
    current = build.ensure(home, folder, say)
    say(f"serving {current.manifest.version} at http://{host}:{port}/ (stop with Ctrl-C)")

    def open_door() -> Door:
        if engine_url:
            # Nothing is kept of another's data: they may change without a word.
            return door_before(Site.relay(home, current, engine_url), most=0)
        return _open(home, folder, current, limits)

    run(open_door, host, port, limits)
    return 0


def run(open_door: Callable[[], Door], host: str, port: int, limits: Limits) -> None:
    """Serve what a door leads to, opened on the event loop, until SIGINT or SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn stops with a grace at the first one, and then raises it again: to this.
        signal.signal(number, lambda number, frame: None)

    async def listen() -> None:
        door = open_door()
        config = uvicorn.Config(
            door,
            host=host,
            port=port,
            http=partial(Connection, door),  # type: ignore[arg-type]  # makes one, as a class does
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=_IDLE,
            timeout_graceful_shutdown=int(limits.seconds) + _GRACE,
            limit_concurrency=_connections(),
        )
        await uvicorn.Server(config).serve()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(listen())


def door_before(
    site: Site | Turnover,
    app: "WSGIApplication | None" = None,
    log: Callable[[str], None] | None = None,
    most: int = MOST,
    warmed: Callable[[Cache], object] = lambda cache: None,
) -> Door:
    """Return the door to a site, or to whichever is in place, with all layers behind it.

    ``app`` stands in for the app of the site; ``log`` gets a line for each request; ``most`` are
    the bytes of answers that are kept; ``warmed`` gets the cache.
    """
    place = Turnover(site) if isinstance(site, Site) else site
    limits = place.site.limits
    bridge = Bridge(app or create_app(place), limits.threads if limits else _THREADS)
    cache = Cache(Plain(bridge, lambda: place.site), lambda: place.site.version, most)
    warmed(cache)
    return Door(Watch(cache, lambda: place.site.version, log), lambda: place.site.version)


def _open(home: Path, folder: Path, current: Snapshot, limits: Limits) -> Door:
    """Open the current snapshot of a home, and follow it."""
    loop = asyncio.get_running_loop()

    def reopen(other: Snapshot) -> Site:
        return Site.serve(home, other, limits, _say, loop)

    turnover = Turnover(reopen(current))

    def warm_up(cache: Cache) -> None:
        def begin(site: Site) -> None:
            asyncio.run_coroutine_threadsafe(warm(cache, saved(site)), loop)

        begin(turnover.site)
        turnover.follow(folder, current, reopen, _say, begin)

    log = _write if os.environ.get(_LOG) == "json" else None
    door = door_before(turnover, log=log, warmed=warm_up)
    gc.freeze()  # what is here now stays; to look through it again and again is of no use
    return door


def _write(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def saved(site: Site) -> Iterator[tuple[str, str]]:
    """Yield the address of each saved query, and what clients of it accept."""
    for query in site.library:
        own = "application/sparql-results+json" if query.form in ("SELECT", "ASK") else "*/*"
        yield from ((f"/queries/{query.name}", accept) for accept in (own, "text/html"))


def _connections() -> int:
    """Return how many connections may be open, after asking for more descriptors than they take."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * _CONNECTIONS
    files = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    with suppress(OSError, ValueError):  # macOS has a limit below the limit that it tells
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return min(files, resource.getrlimit(resource.RLIMIT_NOFILE)[0]) // 2


def _say(line: str) -> None:
    print(f"oib: {line}", file=sys.stderr, flush=True)


def _free(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port)):
            pass
    except (OSError, OverflowError) as error:
        raise BadInput(
            f"cannot listen on {host}:{port} ({error}); choose another with --port"
        ) from error
