"""The listener: one address and one event loop, on which uvicorn reads our connections."""

import asyncio
import resource
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import uvicorn
import uvloop

from oib.errors import BadInput
from oib.front.connection import Connection
from oib.front.door import Door

# Connections that say nothing cost little; so many may be open, each as long as its headers take.
_CONNECTIONS = 8192
_IDLE = 30  # seconds that a connection stays open between two requests
_GRACE = 5  # seconds to stop in, above those that an answer may take


def claim(host: str, port: int) -> None:
    """Make sure that an address can be listened on.

    Raises:
        BadInput: it is taken or is none of this machine's.
    """
    try:
        with socket.create_server((host, port)):
            pass
    except (OSError, OverflowError) as error:
        raise BadInput(
            f"cannot listen on {host}:{port} ({error}); choose another with --port"
        ) from error


def listen(open_door: Callable[[], Door], host: str, port: int, seconds: float) -> None:
    """Serve what a door leads to, opened on the event loop, until SIGINT or SIGTERM.

    Whoever waits for an answer then gets it, if it takes no more than so many seconds.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn stops with a grace at the first one, and then raises it again: to this.
        signal.signal(number, lambda number, frame: None)

    async def until_told() -> None:
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
            timeout_graceful_shutdown=int(seconds) + _GRACE,
            limit_concurrency=_connections(),
        )
        await uvicorn.Server(config).serve()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(until_told())


def _connections() -> int:
    """Return how many connections may be open, after asking for more descriptors than they take."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * _CONNECTIONS
    files = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    with suppress(OSError, ValueError):  # macOS has a limit below the limit that it tells
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return min(files, resource.getrlimit(resource.RLIMIT_NOFILE)[0]) // 2
