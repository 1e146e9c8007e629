"""Pictures of the shipped data: drawn for the first time, and from the cache of the version.

For the first time: who is tied to one thing, for each thing in turn; more things than the server
keeps drawings of, and no address twice. From the cache: who is tied to whom, the largest one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import count
from typing import Any

from bench import http_client
from bench.own_server import start_own_server
from bench.server_process import BENCH, ROOT, Server
from bench.trials import Requests, TrialSettings, run_interleaved
from oib.namespaces import ID

PICTURES = "pictures"
DRAWN, CACHED = "picture, first time", "picture, from the cache"
OWN = "oib"

_NUMBERS = count(1)
_SVG = "image/svg+xml"


def measure_pictures(settings: TrialSettings) -> dict[str, Any]:
    """Measure our server; return cells as dicts, or under ``missing`` why there are none."""
    things = [
        ID + path.relative_to(ROOT / "instances").with_suffix("").as_posix()
        for kind in ("organization", "person", "place", "programme")
        for path in sorted((ROOT / "instances" / kind).glob("*.ttl"))
    ]
    try:
        server = start_own_server(ROOT, BENCH / PICTURES / "snapshots", OWN)
    except (RuntimeError, OSError) as error:
        return {"cells": [], "missing": {DRAWN: str(error)}}
    try:
        server.wait_until_idle(timeout=60)
        cells = [
            asdict(cell)
            for what, requests in _requests(things).items()
            for cell in run_interleaved(PICTURES, what, 1, {OWN: server}, requests, settings)
        ]
        return {"cells": cells, "missing": {}}
    except (RuntimeError, OSError) as error:
        return {"cells": [], "missing": {DRAWN: str(error)}}
    finally:
        server.stop()


def _requests(things: list[str]) -> Mapping[str, Requests]:
    def first(server: Server) -> Iterator[bytes]:
        for number in _NUMBERS:
            # A private subtag of the language: another address for the same words.
            yield http_client.encode_get(
                "/pictures/network/around.svg",
                _SVG,
                thing=things[number % len(things)],
                lang=f"en-x-{number}",
            )

    def repeated(server: Server) -> Iterator[bytes]:
        while True:
            yield http_client.encode_get("/pictures/network/ties.svg", _SVG)

    return {DRAWN: first, CACHED: repeated}
