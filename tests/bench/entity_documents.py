"""Documents about things in Turtle, none requested twice, beside a DESCRIBE by oxigraph.

Both servers have the shipped data. Ours names all that a document mentions and holds what points at
the thing; the DESCRIBE returns what has the thing as its subject. As a third, oxigraph is given the
query by which ours fetches the statements, without the names. Of data of this size ours makes the
documents at build, and keeps in memory those that it has read, so a request writes the headers of
one; the response cache does not help, for no address comes twice.
"""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any

from bench import http_client
from bench.own_server import start_own_server
from bench.peers import PEERS, NotInstalled
from bench.server_process import BENCH, ROOT, Server
from bench.trials import Requests, TrialSettings, run_interleaved
from oib.dataset import build
from oib.namespaces import ID
from oib.views import entity_queries
from oib.views.entity_queries import FIRST_PAGE

DOCUMENTS = "documents"
DESCRIBED, CONSTRUCTED = "entity document, never seen", "entity document, same statements"
OWN, PEER = "oib", "oxigraph-memory"

_NUMBERS = count(1)
_TURTLE = "text/turtle"


def measure_documents(settings: TrialSettings) -> dict[str, Any]:
    """Measure both servers; return cells as dicts, or under ``missing`` why there are none."""
    folder = BENCH / DOCUMENTS
    folder.mkdir(parents=True, exist_ok=True)
    things = [
        ID + path.relative_to(ROOT / "instances").with_suffix("").as_posix()
        for kind in ("organization", "person", "place", "programme")
        for path in sorted((ROOT / "instances" / kind).glob("*.ttl"))
        if "isReplacedBy" not in path.read_text("utf-8")
    ]
    servers: dict[str, Server] = {}
    try:
        own = start_own_server(ROOT, folder / "snapshots", OWN)
        servers[own.name] = own
        peer = PEERS[PEER](_write_triples(folder))
        servers[peer.name] = peer
        for server in servers.values():
            server.wait_until_idle(timeout=60)
        cells = [
            asdict(cell)
            for what in (DESCRIBED, CONSTRUCTED)
            for cell in run_interleaved(
                DOCUMENTS, what, 1, servers, _requests(things, what), settings
            )
        ]
        return {"cells": cells, "missing": {}}
    except NotInstalled as error:
        return {"cells": [], "missing": {PEER: f"not installed: {error}"}}
    except (RuntimeError, OSError) as error:
        return {"cells": [], "missing": {DESCRIBED: str(error)}}
    finally:
        for server in servers.values():
            server.stop()


def _write_triples(folder: Path) -> Path:
    """Write the distinct triples of the snapshot that our server has built, as N-Triples."""
    data = build.ensure(ROOT, folder / "snapshots", lambda line: None).data
    with data.open("rb") as quads:
        lines = {line.rsplit(b" ", 2)[0] + b" .\n" for line in quads}
    path = folder / "data.nt"
    path.write_bytes(b"".join(sorted(lines)))
    return path


def _requests(things: list[str], what: str) -> Requests:
    def requests(server: Server) -> Iterator[bytes]:
        for number in _NUMBERS:
            # A parameter that nothing reads, or a comment: another request, so no cached response.
            iri = things[number % len(things)]
            if server.name == OWN:
                path = f"/doc/{iri.removeprefix(ID)}"
                yield http_client.encode_get(path, _TURTLE, number=str(number))
            elif what == DESCRIBED:
                yield server.encode_query(f"DESCRIBE <{iri}> # {number}", _TURTLE)
            else:
                query = entity_queries.construct_description(iri, FIRST_PAGE)
                yield server.encode_query(f"{query} # {number}", _TURTLE)

    return requests
