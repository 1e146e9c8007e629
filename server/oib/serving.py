"""Serving: the site of a home behind granian, on one address, until told to stop."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from oib import build
from oib.errors import BadInput
from oib.front import Application
from oib.front.cache import Cache
from oib.front.warmth import warm
from oib.front.watch import Watch
from oib.site import Site
from oib.web import create_app

# The server's worker is a process of its own and opens the site itself; this is what it is told.
_HOME, _FOLDER, _ENGINE = "OIB_HOME", "OIB_SNAPSHOTS", "OIB_ENGINE"
_LOG = "OIB_LOG"  # "json": a line for each request; set by hand or by ``--log json``


def serve(
    home: Path,
    folder: Path,
    host: str,
    port: int,
    engine_url: str | None,
    say: Callable[[str], None],
) -> int:
    """Build if needed, then serve until interrupted; return the exit status.

    Raises:
        BadInput: the address is taken or is none of this machine's.
        Refused: the sources break a rule, and there is no older snapshot.
    """
    _free(host, port)
    snapshot = build.ensure(home, folder, say)
    os.environ.update({_HOME: str(home), _FOLDER: str(folder), _ENGINE: engine_url or ""})
    say(f"serving {snapshot.manifest.version} at http://{host}:{port}/ (stop with Ctrl-C)")
    Granian(
        "oib.serving:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=1,
        blocking_threads=4,
        log_level=LogLevels.warning,
    ).serve()
    return 0


def app() -> Application:
    """Create the app that a worker serves, from what ``serve`` left in the environment."""
    home, folder = Path(os.environ[_HOME]), Path(os.environ[_FOLDER])
    site = Site.open(home, folder, os.environ[_ENGINE] or None)
    cache = Cache(create_app(site), lambda: site.version)
    warm(cache, saved(site))
    return Watch(cache, lambda: site.version, _write if os.environ.get(_LOG) == "json" else None)


def _write(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def saved(site: Site) -> Iterator[tuple[str, str]]:
    """Yield the address of each saved query, and what clients of it accept."""
    for query in site.library:
        own = "application/sparql-results+json" if query.form in ("SELECT", "ASK") else "*/*"
        yield from ((f"/queries/{query.name}", accept) for accept in (own, "text/html"))


def _free(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port)):
            pass
    except (OSError, OverflowError) as error:
        raise BadInput(
            f"cannot listen on {host}:{port} ({error}); choose another with --port"
        ) from error
