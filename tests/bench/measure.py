"""The measuring: servers go in, cells come out, all servers in turn within each round.

The processor time that a server's process tree uses for one request is what counts: on a machine
that others use too, it moves far less than the time on the clock. Clients are not counted.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import count, repeat
from pathlib import Path
from statistics import median
from typing import Any

import generator
import load
import siege
import tree
from peers import (
    ACCEPT,
    BURST,
    LIMIT,
    OXIGRAPH_SAFE,
    PEERS,
    ROOT,
    NotInstalled,
    Server,
    ours,
    oxigraph_memory_timeout,
    prepare,
)
from questions import QUESTIONS, Question, never_seen
from sameness import normal

GRAPH = "application/n-triples"
SMALL = "small"
FIRST = "first time"
AGAIN = "repeated"
SAVED = "saved"

# No query text is sent twice but where it is said: this numbers them through a whole run.
_NUMBERS = count(1)


@dataclass
class Cell:
    """What one server did with one kind of request: medians over the rounds.

    ``cpu`` are microseconds of processor time a request, ``rate`` requests a second, ``half`` and
    ``most`` milliseconds to half and to 99 of 100 answers; ``rounds`` are cpu and rate of each
    round. ``note`` says why there is no number, or what happened on the way to it.
    """

    group: str
    what: str
    connections: int
    server: str
    cpu: float | None = None
    rate: float = 0.0
    half: float = 0.0
    most: float = 0.0
    done: int = 0
    refused: int = 0
    lost: int = 0
    heavy: bool = False
    note: str = ""
    rounds: Sequence[tuple[float | None, float]] = ()


@dataclass(frozen=True)
class Round:
    """One load of one server: microseconds of processor time a request, and what came back.

    ``fell`` says that the server had to be started anew after it.
    """

    cpu: float | None
    tally: load.Tally
    fell: bool = False


@dataclass(frozen=True)
class Effort:
    """How long and how often to measure."""

    seconds: float
    rounds: int
    connections: tuple[int, ...]
    patience: float

    @property
    def slice(self) -> float:
        return self.seconds / self.rounds


Requests = Callable[[Server], Iterator[bytes]]


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
        yield from _interleaved(SMALL, "repeated query", connections, servers, _same(saved), effort)
        yield from _interleaved(
            SMALL, "never-seen query", connections, servers, _other(things), effort
        )
        yield from _interleaved(
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
            for cell in _interleaved(group, question.name, 1, agreeing, requests, effort):
                cell.heavy = question.heavy
                yield cell
        if question.heavy:
            address = _address(question.slug)
            for cell in _interleaved(SAVED, question.name, 1, own, address, effort):
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
            answer = load.once(server.port, sent, effort.patience)
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


def _interleaved(
    group: str,
    what: str,
    connections: int,
    servers: dict[str, Server],
    requests: Requests,
    effort: Effort,
) -> Iterator[Cell]:
    found: dict[str, list[Round]] = {name: [] for name in servers}
    for number in range(effort.rounds):
        # Each round begins with another, so that none always follows the same neighbour.
        names = list(servers)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            found[name].append(one(servers[name], requests, connections, effort))
    for name, rounds in found.items():
        yield cell(group, what, connections, name, rounds)


def cell(group: str, what: str, connections: int, name: str, rounds: Sequence[Round]) -> Cell:
    """Return the medians over the rounds of one server."""
    tallies = [each.tally for each in rounds]
    used = [each.cpu for each in rounds if each.cpu is not None]
    rates = [tally.done / tally.seconds if tally.seconds else 0.0 for tally in tallies]
    falls = [each.tally.before or 0 for each in rounds if each.fell]
    notes = [] if used else ["no answer"]
    if falls:
        notes = [f"fell over after {' and '.join(map(str, falls))} requests"]
    return Cell(
        group,
        what,
        connections,
        name,
        cpu=median(used) if used else None,
        rate=median(rates),
        half=median(tally.quantile(0.5) for tally in tallies) * 1000,
        most=median(tally.quantile(0.99) for tally in tallies) * 1000,
        done=sum(tally.done for tally in tallies),
        refused=sum(sum(tally.refused.values()) for tally in tallies),
        lost=sum(tally.lost for tally in tallies),
        note="; ".join(notes),
        rounds=[(each.cpu, rate) for each, rate in zip(rounds, rates, strict=True)],
    )


def one(server: Server, requests: Requests, connections: int, effort: Effort) -> Round:
    """Load a server once; one that does not answer any more afterwards is started anew."""
    if server.gone:
        return Round(None, load.Tally(broken=server.gone, before=0), fell=True)
    _settle(server)
    before = tree.cpu(server.process.pid)
    tally = load.run(
        server.port,
        requests(server),
        connections,
        effort.slice,
        most=server.burst,
        patience=effort.patience,
    )
    used = tree.cpu(server.process.pid) - before
    fell = tally.before is not None and not server.answers()
    if fell:
        server.renew()
    # What a server used that is gone cannot be told any more.
    return Round(used / tally.done * 1e6 if tally.done and not fell else None, tally, fell)


def _settle(server: Server) -> None:
    """Let the sleeping threads of a server with bursts wake up and go, if there are many."""
    end = time.monotonic() + 4 * LIMIT
    while (
        server.burst <= BURST
        and tree.threads(server.process.pid) > 4 * BURST
        and time.monotonic() < end
    ):
        time.sleep(0.5)


def _same(question: Question) -> Requests:
    accept = GRAPH if question.graph else ACCEPT
    return lambda server: repeat(server.request(question.text, accept))


def _anew(question: Question) -> Requests:
    accept = GRAPH if question.graph else ACCEPT
    return lambda server: (server.request(question.anew(number), accept) for number in _NUMBERS)


def _other(things: Sequence[str]) -> Requests:
    return lambda server: never_seen(server.request, things, next(_NUMBERS) * 1_000_000)


def _address(name: str) -> Requests:
    return lambda server: repeat(load.request(f"/queries/bench/{name}", ACCEPT))


def checks(limit: float) -> list[dict[str, Any]]:
    """Time the full check of the shipped data beside pySHACL; processor seconds of each way."""
    script = Path(__file__).parent / "checking.py"
    return [
        {"way": way, **_timed([sys.executable, str(script), way], limit)}
        for way in ("ours", "one-by-one", "pyshacl")
    ]


def cold(folder: Path) -> dict[str, float]:
    """Time the shipped data from nothing to the first answer: building, and built already."""
    found, again = {}, []
    for name in ("with a build", *["built already"] * 3):
        server = ours(ROOT, folder, "oib-shipped")
        found[f"memory, {name}"] = tree.memory(server.process.pid)
        server.stop()
        if name == "built already":
            again.append(server.starting)
        else:
            found[name] = server.starting
    return {**found, "built already": median(again)}


def _timed(command: Sequence[str], limit: float) -> dict[str, Any]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began, said = time.perf_counter(), ""
    with suppress(subprocess.TimeoutExpired):
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=limit,
            env={"PYTHONPATH": str(ROOT / "server"), "PATH": ""},
        )
        said = done.stdout.strip() if done.returncode == 0 else f"failed: {done.stderr[-200:]}"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "cpu": used,
        "seconds": time.perf_counter() - began,
        "said": said or f"stopped after {limit:.0f} s",
    }
