"""Measure one size of generated data: every server, every kind of request."""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from itertools import count, repeat
from pathlib import Path
from typing import Any

from bench import generator, hostile_load, http_client, process_stats
from bench.normalize import normalize
from bench.own_server import prepare_snapshot, start_own_server
from bench.peers import OXIGRAPH_TIMEOUT, PEERS, NotInstalled, oxigraph_memory_timeout
from bench.query_shapes import SHAPES, QueryShape, aggregate_query, bounded_query, never_seen
from bench.server_process import ACCEPT, Server
from bench.trials import Cell, Requests, TrialSettings, run_interleaved

#: Groups of cells, and the small queries among them.
SMALL, FIRST, REPEATED, SAVED = "small", "first time", "repeated", "saved"
REPEATED_QUERY = "repeated query"
BOUNDED_QUERY = "never-seen query, bounded"
AGGREGATE_QUERY = "never-seen query, aggregate"

Log = Callable[[str], None]

# Seconds for background work after the start: ours computes its saved queries then.
_BACKGROUND_SECONDS = 120.0
_N_TRIPLES = "application/n-triples"

# Numbers of query texts in this process, so that none is sent twice unless a case repeats it.
_NUMBERS = count(1)


def measure_size(
    name: str, folder: Path, peers: Sequence[str], settings: TrialSettings, log: Log
) -> dict[str, Any]:
    """Measure our server and the peers over one size of data; return the results as dicts.

    ``name`` is a key of ``generator.SIZES``; the data are generated in ``folder`` on first use.
    """
    folder.mkdir(parents=True, exist_ok=True)
    quads, triples = folder / "data.nq", folder / "data.nt"
    if not triples.exists():
        log(f"{name}: generating the data")
        generator.write(generator.SIZES[name], quads, triples)
    home, snapshots, writing = prepare_snapshot(quads, folder)
    servers: dict[str, Server] = {}
    missing: dict[str, str] = {}
    try:
        log(f"{name}: starting oib")
        own = start_own_server(home, snapshots)
        own.loading = writing
        servers[own.name] = own
        for peer in peers:
            log(f"{name}: starting {peer}")
            try:
                server = PEERS[peer](triples)
                servers[server.name] = server
            except NotInstalled as error:
                missing[peer] = f"not installed: {error}"
            except (RuntimeError, OSError, subprocess.SubprocessError) as error:
                missing[peer] = f"did not start: {error}"
        log(f"{name}: waiting until all servers are idle")
        for each in servers.values():
            each.wait_until_idle(timeout=_BACKGROUND_SECONDS)
        about: dict[str, dict[str, Any]] = {
            each.name: {
                "loading": each.loading,
                "starting": each.starting,
                "memory": process_stats.memory_mib(each.process.pid),
            }
            for each in servers.values()
        }
        cells = list(_measure_cells(name, servers, settings, log))
        log(f"{name}: cold starts over the prepared store")
        restarts = _time_restarts(own)
        for each in servers.values():
            about[each.name]["memory after"] = process_stats.memory_mib(each.process.pid)
            about[each.name]["restarts"] = each.restarts
            about[each.name]["start error"] = each.start_error
    finally:
        for each in servers.values():
            each.stop()
    log(f"{name}: hostile queries")
    limit, things = hostile_load.LIMIT, _things(name)

    def own_with_limit() -> Server:
        return start_own_server(home, snapshots, "oib-hostile", {"OIB_TIMEOUT": str(limit)})

    hostile = hostile_load.run_hostile_load("oib", own_with_limit, things)
    if "oxigraph-memory-timeout" in peers and OXIGRAPH_TIMEOUT in about:
        hostile += hostile_load.run_hostile_load(
            OXIGRAPH_TIMEOUT, lambda: oxigraph_memory_timeout(triples, limit), things
        )
    return {
        "servers": about,
        "missing": missing,
        "cells": [asdict(cell) for cell in cells],
        "hostile": hostile,
        "restarts": restarts,
    }


def _things(name: str) -> list[str]:
    return [
        thing
        for kind in ("base", "person", "company", "document")
        for thing in generator.names_of(kind, generator.SIZES[name])
    ]


def _time_restarts(own: Server, number: int = 3) -> list[float]:
    """Restart our server a number of times; return the seconds to its first answer each time."""
    seconds = []
    for _ in range(number):
        own.stop()
        fresh = own.start_again()
        own.port, own.process, own.start_again = fresh.port, fresh.process, fresh.start_again
        seconds.append(fresh.starting)
    return seconds


def _measure_cells(
    name: str, servers: dict[str, Server], settings: TrialSettings, log: Log
) -> Iterator[Cell]:
    things = _things(name)
    own = {"oib": servers["oib"]}
    for connections in settings.connections:
        log(f"{name}: small queries, {connections} connections")
        for what, chosen, requests in (
            (REPEATED_QUERY, servers, _repeated(SHAPES[0])),
            (BOUNDED_QUERY, servers, _never_seen(things, bounded_query)),
            (AGGREGATE_QUERY, servers, _never_seen(things, aggregate_query)),
            ("saved query at its own address", own, _saved_query("entity")),
        ):
            yield from run_interleaved(SMALL, what, connections, chosen, requests, settings)
    for shape in SHAPES:
        log(f"{name}: {shape.name}")
        agreeing, reasons = _compare_answers(shape, servers, settings)
        for group, requests in ((FIRST, _first_time(shape)), (REPEATED, _repeated(shape))):
            yield from (
                Cell(group, shape.name, 1, server, heavy=shape.heavy, note=reason)
                for server, reason in reasons.items()
            )
            for cell in run_interleaved(group, shape.name, 1, agreeing, requests, settings):
                cell.heavy = shape.heavy
                yield cell
        if shape.heavy:
            requests = _saved_query(shape.slug)
            for cell in run_interleaved(SAVED, shape.name, 1, own, requests, settings):
                cell.heavy = True
                yield cell


def _compare_answers(
    shape: QueryShape, servers: dict[str, Server], settings: TrialSettings
) -> tuple[dict[str, Server], dict[str, str]]:
    """Return the servers whose answer equals ours, and for each other server why it does not."""
    agreeing, reasons, expected = {}, {}, None
    for name, server in servers.items():
        if server.start_error:
            reasons[name] = server.start_error
            continue
        text = shape.with_comment(next(_NUMBERS))
        request = server.encode_query(text, _N_TRIPLES if shape.graph else ACCEPT)
        try:
            response = http_client.fetch(server.port, request, settings.timeout)
            if response.status != 200:
                reasons[name] = f"status {response.status}"
                continue
            rows = normalize(response)
        except TimeoutError:
            reasons[name] = f"over {settings.timeout:.0f} s"
            server.restart()  # it is still busy with the query
            continue
        except (OSError, ValueError, KeyError) as error:
            reasons[name] = f"no valid answer: {error!r}"[:80]
            if not server.is_responding():
                reasons[name] += "; no longer responding"
                server.restart()
            continue
        expected = rows if expected is None else expected
        if rows == expected:
            agreeing[name] = server
        else:
            reasons[name] = f"differs: {len(rows)} rows, not {len(expected)}"
    return agreeing, reasons


def _repeated(shape: QueryShape) -> Requests:
    accept = _N_TRIPLES if shape.graph else ACCEPT
    return lambda server: repeat(server.encode_query(shape.text, accept))


def _first_time(shape: QueryShape) -> Requests:
    accept = _N_TRIPLES if shape.graph else ACCEPT
    return lambda server: (
        server.encode_query(shape.with_comment(number), accept) for number in _NUMBERS
    )


def _never_seen(things: Sequence[str], query: Callable[[str, object], str]) -> Requests:
    return lambda server: never_seen(server.encode_query, things, next(_NUMBERS) * 1_000_000, query)


def _saved_query(name: str) -> Requests:
    return lambda server: repeat(http_client.encode_get(f"/queries/bench/{name}", ACCEPT))
