"""Serving: the site of a home behind granian, on one address, until told to stop."""

import logging
import multiprocessing
import os
import resource
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels

from oib import build, snapshot
from oib.engine.limits import Limits
from oib.errors import BadInput, Unavailable
from oib.front import Application
from oib.front.cache import Cache
from oib.front.warmth import warm
from oib.front.watch import Watch
from oib.site import Site
from oib.snapshot import Snapshot
from oib.turnover import Turnover
from oib.web import create_app
from oib.web.body import READERS

# The server's worker is a process of its own and opens the site itself; this is what it is told.
_HOME, _FOLDER, _ENGINE = "OIB_HOME", "OIB_SNAPSHOTS", "OIB_ENGINE"
_LOG = "OIB_LOG"  # "json": a line for each request; set by hand or by ``--log json``

# Connections that say nothing cost little; so many may be open, each as long as its headers take.
_CONNECTIONS = 8192
_HEADERS_WITHIN = 10_000  # milliseconds


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
    told = {_HOME: str(home), _FOLDER: str(folder), _ENGINE: engine_url or ""}
    os.environ.update(told | limits.variables())
    say(f"serving {current.manifest.version} at http://{host}:{port}/ (stop with Ctrl-C)")
    # Its threads wait for workers and do not compute; granian warns of so many.
    logging.getLogger("_granian").addFilter(lambda line: "Python threads" not in line.getMessage())
    Granian(
        "oib.serving:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        respawn_failed_workers=True,
        blocking_threads=limits.threads + READERS,
        backpressure=_connections(),
        runtime_mode=RuntimeModes.st,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADERS_WITHIN),
        log_level=LogLevels.warning,
    ).serve()
    return 0


def app() -> Application:
    """Create the app that a worker serves, from what ``serve`` left in the environment.

    Raises:
        Unavailable: there is no snapshot any more.
    """
    _end_with_parent()
    home, folder = Path(os.environ[_HOME]), Path(os.environ[_FOLDER])
    current = snapshot.current(folder)
    if current is None:
        raise Unavailable(f"{folder} holds no snapshot; run oib build")
    log = _write if os.environ.get(_LOG) == "json" else None
    if os.environ[_ENGINE]:
        relay = Site.relay(home, current, os.environ[_ENGINE])
        # Nothing is kept of another's data: they may change without a word.
        passing = Cache(create_app(relay), lambda: relay.version, most=0)
        return Watch(passing, lambda: relay.version, log)
    limits = Limits.read(os.environ)

    def reopen(other: Snapshot) -> Site:
        return Site.serve(home, other, limits, _say)

    turnover = Turnover(reopen(current))
    cache = Cache(create_app(turnover), lambda: turnover.site.version)
    warm(cache, saved(turnover.site))
    turnover.follow(folder, current, reopen, _say, lambda site: warm(cache, saved(site)))
    return Watch(cache, lambda: turnover.site.version, log)


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


def _end_with_parent() -> None:
    """Let this worker end when the process that started it does, however that ends."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def end() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end, name="parent", daemon=True).start()


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
