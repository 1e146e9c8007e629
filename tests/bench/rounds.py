"""The rounds: each server is loaded in turn, again and again, and the medians make a cell.

The processor time that a server's process tree uses for one request is what counts: on a machine
that others use too, it moves far less than the time on the clock. Clients are not counted.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import median

import load
import tree
from peers import BURST, LIMIT
from process import Server
from tally import Tally


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
    tally: Tally
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


def interleaved(
    group: str,
    what: str,
    connections: int,
    servers: dict[str, Server],
    requests: Requests,
    effort: Effort,
) -> Iterator[Cell]:
    """Load servers in turn; yield a cell for each, none where no server is left."""
    found: dict[str, list[Round]] = {name: [] for name in servers}
    names = list(servers)
    # Each round begins with another, so that none always follows the same neighbour.
    orders = [names[first:] + names[:first] for first in range(len(names))]
    for order in islice(cycle(orders), effort.rounds):
        for name in order:
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
        return Round(None, Tally(broken=server.gone, before=0), fell=True)
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
