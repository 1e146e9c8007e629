"""The measuring: one size of data, every server over it, every kind of request."""

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import count, repeat
from pathlib import Path
from typing import Any

import generator
import siege
import tree
import wire
from own import ours, prepare
from peers import OXIGRAPH_SAFE, PEERS, NotInstalled, oxigraph_memory_timeout
from process import ACCEPT, Server
from questions import QUESTIONS, Question, never_seen
from rounds import Cell, Effort, Requests, interleaved
from sameness import normal

# Seconds for what a server does of itself after its start: ours computes its saved queries.
_RESTLESS = 120.0
GRAPH = "application/n-triples"
SMALL = "small"
FIRST = "first time"
AGAIN = "repeated"
SAVED = "saved"

# No query text is sent twice but where it is said: this numbers them through a whole run.
_NUMBERS = count(1)


def size(name: str, folder: Path, peers: Sequence[str], effort: Effort, say: Any) -> dict[str, Any]:
    """Measure one size of data; return its servers and cells as they go into the report."""
    folder.mkdir(parents=True, exist_ok=True)
    quads, triples = folder / "data.nq", folder / "data.nt"
    if not triples.exists():
        say(f"{name}: generating")
        generator.write(generator.SIZES[name], quads, triples)
    home, snapshots, writing = prepare(quads, folder)
    servers: dict[str, Server] = {}
    missing: dict[str, str] = {}
    try:
        say(f"{name}: starting oib")
        own = ours(home, snapshots)
        own.loading = writing
        servers[own.name] = own
        for peer in peers:
            say(f"{name}: starting {peer}")
            try:
                server = PEERS[peer](triples)
                servers[server.name] = server
            except NotInstalled as error:
                missing[peer] = f"not installed: {error}"
            except (RuntimeError, OSError, subprocess.SubprocessError) as error:
                missing[peer] = f"did not start: {error}"
        say(f"{name}: waiting until all are at rest")
        for each in servers.values():
            each.rest(patience=_RESTLESS)
        about = {
            each.name: {"loading": each.loading, "starting": each.starting}
            for each in servers.values()
        }
        for each in servers.values():
            about[each.name]["memory"] = tree.memory(each.process.pid)
        cells = list(_cells(name, servers, effort, say))
        say(f"{name}: cold starts of the prepared store")
        restarts = _restarts(own)
        for each in servers.values():
            about[each.name]["memory after"] = tree.memory(each.process.pid)
            about[each.name]["falls"] = each.falls
            about[each.name]["gone"] = each.gone
    finally:
        for each in servers.values():
            each.stop()
    say(f"{name}: hostile queries")
    hostile = [
        *siege.siege("oib", lambda: _besieged(home, snapshots), _things(name)),
        *(
            siege.siege(
                OXIGRAPH_SAFE,
                lambda: oxigraph_memory_timeout(triples, siege.LIMIT),
                _things(name),
            )
            if "oxigraph-memory-timeout" in peers and OXIGRAPH_SAFE in about
            else ()
        ),
    ]
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


def _besieged(home: Path, snapshots: Path) -> Server:
    return ours(home, snapshots, "oib-besieged", {"OIB_TIMEOUT": str(siege.LIMIT)})


def _restarts(own: Server, number: int = 3) -> list[float]:
    """Return the seconds from start to first answer over a prepared store, so often."""
    found = []
    for _ in range(number):
        own.stop()
        fresh = own.again()
        own.port, own.process, own.again = fresh.port, fresh.process, fresh.again
        found.append(fresh.starting)
    return found


def _cells(name: str, servers: dict[str, Server], effort: Effort, say: Any) -> Iterator[Cell]:
    things = _things(name)
    saved = QUESTIONS[0]
    own = {"oib": servers["oib"]}
    for connections in effort.connections:
        say(f"{name}: small queries, {connections} connections")
        yield from interleaved(SMALL, "repeated query", connections, servers, _same(saved), effort)
        yield from interleaved(
            SMALL, "never-seen query", connections, servers, _other(things), effort
        )
        yield from interleaved(
            SMALL, "saved query at its own address", connections, own, _address("entity"), effort
        )
    for question in QUESTIONS:
        say(f"{name}: {question.name}")
        agreeing, told = _agreeing(question, servers, effort)
        for group, requests in ((FIRST, _anew(question)), (AGAIN, _same(question))):
            yield from (
                Cell(group, question.name, 1, server, heavy=question.heavy, note=note)
                for server, note in told.items()
            )
            for cell in interleaved(group, question.name, 1, agreeing, requests, effort):
                cell.heavy = question.heavy
                yield cell
        if question.heavy:
            address = _address(question.slug)
            for cell in interleaved(SAVED, question.name, 1, own, address, effort):
                cell.heavy = True
                yield cell


def _agreeing(
    question: Question, servers: dict[str, Server], effort: Effort
) -> tuple[dict[str, Server], dict[str, str]]:
    """Return the servers whose answer is ours, and what is wrong with the others."""
    good, told, expected = {}, {}, None
    for name, server in servers.items():
        if server.gone:
            told[name] = server.gone
            continue
        sent = server.request(question.anew(next(_NUMBERS)), GRAPH if question.graph else ACCEPT)
        try:
            answer = wire.once(server.port, sent, effort.patience)
            if answer.status != 200:
                told[name] = f"status {answer.status}"
                continue
            rows = normal(answer)
        except TimeoutError:
            told[name] = f"over {effort.patience:.0f} s"
            server.renew()  # it still works at what nobody waits for
            continue
        except (OSError, ValueError, KeyError) as error:
            told[name] = f"no valid answer: {error!r}"[:80]
            if not server.answers():
                told[name] += "; fell over"
                server.renew()
            continue
        expected = rows if expected is None else expected
        if rows == expected:
            good[name] = server
        else:
            told[name] = f"differs: {len(rows)} rows, not {len(expected)}"
    return good, told


def _same(question: Question) -> Requests:
    accept = GRAPH if question.graph else ACCEPT
    return lambda server: repeat(server.request(question.text, accept))


def _anew(question: Question) -> Requests:
    accept = GRAPH if question.graph else ACCEPT
    return lambda server: (server.request(question.anew(number), accept) for number in _NUMBERS)


def _other(things: Sequence[str]) -> Requests:
    return lambda server: never_seen(server.request, things, next(_NUMBERS) * 1_000_000)


def _address(name: str) -> Requests:
    return lambda server: repeat(wire.request(f"/queries/bench/{name}", ACCEPT))
