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
import tree
from peers import ACCEPT, PEERS, ROOT, NotInstalled, Server, ours, prepare
from questions import QUESTIONS, Question, never_seen
from sameness import normal

GRAPH = "application/n-triples"
SMALL = "small"
FIRST = "first time"
AGAIN = "repeated"

# No query text is sent twice but where it is said: this numbers them through a whole run.
_NUMBERS = count(1)


@dataclass
class Cell:
    """What one server did with one kind of request: medians over the rounds.

    ``cpu`` are microseconds of processor time a request, ``rate`` requests a second; ``note``
    says why there is no number.
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
        for each in servers.values():
            about[each.name]["memory after"] = tree.memory(each.process.pid)
    finally:
        for each in servers.values():
            each.stop()
    return {"servers": about, "missing": missing, "cells": [asdict(cell) for cell in cells]}


def _cells(name: str, servers: dict[str, Server], effort: Effort, say: Any) -> Iterator[Cell]:
    things = [
        thing
        for kind in ("base", "person", "company", "document")
        for thing in generator.names_of(kind, generator.SIZES[name])
    ]
    saved = QUESTIONS[0]
    for connections in effort.connections:
        say(f"{name}: small queries, {connections} connections")
        yield from _interleaved(SMALL, "repeated query", connections, servers, _same(saved), effort)
        yield from _interleaved(
            SMALL, "never-seen query", connections, servers, _other(things), effort
        )
        own = {"oib": servers["oib"]}
        yield from _interleaved(
            SMALL, "saved query at its own address", connections, own, _address, effort
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


def _agreeing(
    question: Question, servers: dict[str, Server], effort: Effort
) -> tuple[dict[str, Server], dict[str, str]]:
    """Return the servers whose answer is ours, and what is wrong with the others."""
    good, told, expected = {}, {}, None
    for name, server in servers.items():
        sent = server.request(question.anew(next(_NUMBERS)), GRAPH if question.graph else ACCEPT)
        try:
            answer = load.once(server.port, sent, effort.patience)
            if answer.status != 200:
                told[name] = f"status {answer.status}"
                continue
            rows = normal(answer)
        except TimeoutError:
            told[name] = f"over {effort.patience:.0f} s"
            _restart(servers, name)
            continue
        except (OSError, ValueError, KeyError) as error:
            told[name] = f"no valid answer: {error!r}"[:80]
            continue
        expected = rows if expected is None else expected
        if rows == expected:
            good[name] = server
        else:
            told[name] = f"differs: {len(rows)} rows, not {len(expected)}"
    return good, told


def _restart(servers: dict[str, Server], name: str) -> None:
    """Start a server anew that still works at what nobody waits for."""
    old = servers[name]
    old.stop()
    servers[name] = old.again()
    servers[name].graph = old.graph


def _interleaved(
    group: str,
    what: str,
    connections: int,
    servers: dict[str, Server],
    requests: Requests,
    effort: Effort,
) -> Iterator[Cell]:
    found: dict[str, list[tuple[float | None, load.Tally]]] = {name: [] for name in servers}
    for number in range(effort.rounds):
        # Each round begins with another, so that none always follows the same neighbour.
        names = list(servers)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            found[name].append(_one(servers[name], requests, connections, effort))
    for name, rounds in found.items():
        tallies = [tally for _, tally in rounds]
        used = [cpu for cpu, _ in rounds if cpu is not None]
        yield Cell(
            group,
            what,
            connections,
            name,
            cpu=median(used) if used else None,
            rate=median(tally.done / tally.seconds for tally in tallies),
            half=median(tally.quantile(0.5) for tally in tallies) * 1000,
            most=median(tally.quantile(0.99) for tally in tallies) * 1000,
            done=sum(tally.done for tally in tallies),
            refused=sum(sum(tally.refused.values()) for tally in tallies),
            lost=sum(tally.lost for tally in tallies),
            note="" if used else "no answer",
        )


def _one(
    server: Server, requests: Requests, connections: int, effort: Effort
) -> tuple[float | None, load.Tally]:
    """Load a server once; return microseconds of processor time a request, and what came back."""
    before = tree.cpu(server.process.pid)
    try:
        tally = load.run(
            server.port, requests(server), connections, effort.slice, patience=effort.patience
        )
    except OSError:
        return None, load.Tally(seconds=effort.slice, lost=connections)
    used = tree.cpu(server.process.pid) - before
    return (used / tally.done * 1e6 if tally.done else None), tally


def _same(question: Question) -> Requests:
    accept = GRAPH if question.graph else ACCEPT
    return lambda server: repeat(server.request(question.text, accept))


def _anew(question: Question) -> Requests:
    accept = GRAPH if question.graph else ACCEPT
    return lambda server: (server.request(question.anew(number), accept) for number in _NUMBERS)


def _other(things: Sequence[str]) -> Requests:
    def requests(server: Server) -> Iterator[bytes]:
        for text in never_seen(things, next(_NUMBERS) * 1_000_000):
            yield server.request(text)

    return requests


def _address(server: Server) -> Iterator[bytes]:
    return repeat(load.request("/queries/bench/entity", ACCEPT))


def checks(limit: float) -> list[dict[str, Any]]:
    """Time the full check of the shipped data beside pySHACL; processor seconds of each way."""
    script = Path(__file__).parent / "checking.py"
    return [
        {"way": way, **_timed([sys.executable, str(script), way], limit)}
        for way in ("ours", "one-by-one", "pyshacl")
    ]


def cold(folder: Path) -> dict[str, float]:
    """Time the shipped data from nothing to the first answer: building, and built already."""
    found = {}
    for name in ("with a build", "built already"):
        server = ours(ROOT, folder, "oib-shipped")
        found[name] = server.starting
        found[f"memory, {name}"] = tree.memory(server.process.pid)
        server.stop()
    return found


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
