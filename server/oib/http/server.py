"""The server: one address and one event loop, until a signal stops it."""

import asyncio
import gc
import resource
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

import uvloop

from oib.dataset import build
from oib.dataset.snapshot import Snapshot
from oib.engine.limits import Limits
from oib.errors import BadInput
from oib.http.application import HttpApplication
from oib.http.connections import Connections
from oib.http.prefetch import likely, prefetch
from oib.http.protocol import HttpProtocol
from oib.http.response_cache import MAX_BYTES
from oib.http.settings import HttpSettings
from oib.http.wsgi import FlaskApplication, WebApplication
from oib.reload import CurrentServices
from oib.services import Services

_BACKLOG = 1024
# Descriptors that are left for ourselves: workers, files, and connections just being accepted.
_RESERVE = 256 + _BACKLOG
_GRACE = 5.0  # seconds to stop in, above those that a response may take
_SWITCH_SECONDS = 0.001  # after which a thread that computes gives way to the event loop
_THREADS = 16  # of the web application, if the engine sets no limits

Open = Callable[[], HttpApplication]


def check_port_free(host: str, port: int) -> None:
    """Make sure that an address can be listened on.

    Raises:
        BadInput: it is taken, or is not an address of this machine.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, port), family=family):
            pass
    except (OSError, OverflowError) as error:
        raise BadInput(
            f"cannot listen on {host}:{port} ({error}); choose another with --port"
        ) from error


def run(
    open_application: Open,
    host: str,
    port: int,
    settings: HttpSettings,
    on_listening: Callable[[], None] = lambda: None,
) -> None:
    """Serve an application, opened on the event loop, until SIGINT or SIGTERM.

    Requests that are being answered then still get their responses, within their deadlines.
    ``on_listening`` is called once connections are accepted.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(open_application, host, port, settings, on_listening))


async def _run(
    open_application: Open,
    host: str,
    port: int,
    settings: HttpSettings,
    on_listening: Callable[[], None],
) -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    max_connections = min(settings.max_connections, _available_descriptors())
    connections = Connections(open_application(), settings, loop, max_connections)
    server = await loop.create_server(
        lambda: HttpProtocol(connections), host, port, backlog=_BACKLOG
    )
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.freeze()  # what is here now stays: no use in looking through it again and again
    on_listening()
    await stopped.wait()
    server.close()
    await connections.stop(settings.request_seconds + _GRACE)


def create_application(
    services: CurrentServices,
    log: Callable[[str], None] | None = None,
    cache_bytes: int = MAX_BYTES,
) -> HttpApplication:
    """Return the application over services, pages included."""
    # Flask takes a fifth of the whole start; the workers come up while it is imported.
    from oib.web import context

    limits = services.current.limits
    app, segments = _web_app()
    web = WebApplication(app, context.bind, limits.threads if limits else _THREADS)
    lists = {definition.name for definition in services.current.pages.lists}
    return HttpApplication(services, web, log, cache_bytes, segments | lists)


@cache
def _web_app() -> tuple[FlaskApplication, set[str]]:
    """Return the Flask app, and how the paths begin that it answers.

    It keeps nothing of a request or of the data, so one is enough for a process.
    """
    from oib.web import create_app, first_segments

    app = create_app()
    return app, first_segments(app)


def serve(
    home: Path,
    folder: Path,
    host: str,
    port: int,
    engine_url: str | None,
    limits: Limits,
    settings: HttpSettings,
    access_log: bool,
    prefetches: bool,
    log: Callable[[str], None],
) -> int:
    """Build if needed, then serve until interrupted; return the exit status.

    Args:
        home: the folder of the sources.
        folder: where its snapshots lie.
        host: the address to listen on.
        port: its port.
        engine_url: a SPARQL endpoint that answers in place of the snapshot.
        limits: what a query may use.
        settings: what a connection may use.
        access_log: whether each request is logged on standard error.
        prefetches: whether main pages and saved queries are computed before anybody asks.
        log: gets a line of progress at each step.

    Raises:
        BadInput: the address is taken, or is not one of this machine.
        Refused: the sources break a rule, and there is no older snapshot.
    """
    check_port_free(host, port)
    snapshot = build.ensure(home, folder, log)
    settings = replace(settings, request_seconds=limits.seconds + _GRACE)
    write = _write if access_log else None

    def open_application() -> HttpApplication:
        if engine_url:
            # Nothing is kept of another's data: they may change at any time.
            relayed = CurrentServices(Services.relay(home, snapshot, engine_url, limits))
            return create_application(relayed, write, cache_bytes=0)
        return _open(home, folder, snapshot, limits, write, prefetches)

    def announce() -> None:
        shown = f"[{host}]" if ":" in host else host
        log(f"serving {snapshot.manifest.version} at http://{shown}:{port}/ (stop with Ctrl-C)")

    run(open_application, host, port, settings, announce)
    return 0


def _open(
    home: Path,
    folder: Path,
    snapshot: Snapshot,
    limits: Limits,
    access_log: Callable[[str], None] | None,
    prefetches: bool,
) -> HttpApplication:
    """Open a snapshot, and follow those that replace it."""
    loop = asyncio.get_running_loop()

    def reopen(other: Snapshot) -> Services:
        return Services.serve(home, other, limits, _log, loop)

    services = CurrentServices(reopen(snapshot))
    application = create_application(services, access_log)

    async def prepare() -> None:
        await application.compile_templates()
        await prefetch(application, likely(services))

    def start_prefetch() -> None:
        if prefetches:
            asyncio.run_coroutine_threadsafe(prepare(), loop)

    def change_data(_: Services) -> None:
        loop.call_soon_threadsafe(application.clear_caches)
        start_prefetch()

    start_prefetch()
    services.follow(folder, snapshot, reopen, _log, change_data)
    return application


def _available_descriptors() -> int:
    """Return how many connections may be open, after asking for as many descriptors as granted."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2**14
    files = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    with suppress(OSError, ValueError):  # macOS has a limit below the one that it reports
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(files, soft), hard))
    granted = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return max(granted - _RESERVE, granted // 2)


def _write(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _log(line: str) -> None:
    print(f"oib: {line}", file=sys.stderr, flush=True)
