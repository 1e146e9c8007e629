"""Trials: every server is loaded in turn, several times, and the medians are reported.

What counts is the processor time that a server's process tree uses for one request: on a shared
machine it varies far less than wall-clock time. The clients are not counted.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import median

from bench import load_generator, process_stats
from bench.counters import Counters
from bench.peers import BURST, TIME_LIMIT
from bench.server_process import Server


@dataclass
class Cell:
    """What one server did with one kind of request: medians over the trials.

    ``cpu`` is microseconds of processor time a request, ``rate`` requests a second, ``p50`` and
    ``p99`` response times in milliseconds; ``trials`` are cpu and rate of each trial. ``note``
    says why there is no number, or what happened during the measurement.
    """

    group: str
    what: str
    connections: int
    server: str
    cpu: float | None = None
    rate: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    done: int = 0
    refused: int = 0
    lost: int = 0
    heavy: bool = False
    note: str = ""
    trials: Sequence[tuple[float | None, float]] = ()


@dataclass(frozen=True)
class Trial:
    """One load of one server: microseconds of processor time a request, and the counters.

    ``restarted`` says that the server had to be restarted afterwards.
    """

    cpu: float | None
    counters: Counters
    restarted: bool = False


@dataclass(frozen=True)
class TrialSettings:
    """How long (seconds for each number, over all its trials) and how often to measure.

    ``timeout`` is how many seconds to wait for one response.
    """

    seconds: float
    trials: int
    connections: tuple[int, ...]
    timeout: float

    @property
    def seconds_per_trial(self) -> float:
        """Return the seconds of one trial."""
        return self.seconds / self.trials


Requests = Callable[[Server], Iterator[bytes]]


def run_interleaved(
    group: str,
    what: str,
    connections: int,
    servers: dict[str, Server],
    requests: Requests,
    settings: TrialSettings,
) -> Iterator[Cell]:
    """Load all servers in turn; yield one cell for each server."""
    results: dict[str, list[Trial]] = {name: [] for name in servers}
    names = list(servers)
    # Each round starts with another server, so that none always follows the same neighbour.
    orders = [names[first:] + names[:first] for first in range(len(names))]
    for order in islice(cycle(orders), settings.trials):
        for name in order:
            results[name].append(run_trial(servers[name], requests, connections, settings))
    for name, trials in results.items():
        yield summarize(group, what, connections, name, trials)


def summarize(group: str, what: str, connections: int, name: str, trials: Sequence[Trial]) -> Cell:
    """Return the medians over the trials of one server."""
    all_counters = [trial.counters for trial in trials]
    times = [trial.cpu for trial in trials if trial.cpu is not None]
    rates = [each.done / each.seconds if each.seconds else 0.0 for each in all_counters]
    restarts = [trial.counters.before_failure or 0 for trial in trials if trial.restarted]
    note = "" if times else "no answer"
    if restarts:
        note = f"failed after {' and '.join(map(str, restarts))} requests"
    return Cell(
        group,
        what,
        connections,
        name,
        cpu=median(times) if times else None,
        rate=median(rates),
        p50=median(each.quantile(0.5) for each in all_counters) * 1000,
        p99=median(each.quantile(0.99) for each in all_counters) * 1000,
        done=sum(each.done for each in all_counters),
        refused=sum(sum(each.refused.values()) for each in all_counters),
        lost=sum(each.lost for each in all_counters),
        note=note,
        trials=[(trial.cpu, rate) for trial, rate in zip(trials, rates, strict=True)],
    )


def run_trial(
    server: Server, requests: Requests, connections: int, settings: TrialSettings
) -> Trial:
    """Load a server once; restart it if it no longer answers afterwards."""
    if server.start_error:
        absent = Counters(connect_error=server.start_error, before_failure=0)
        return Trial(None, absent, restarted=True)
    _wait_for_sleeping_threads(server)
    before = process_stats.cpu_seconds(server.process.pid)
    counters = load_generator.run_load(
        server.port,
        requests(server),
        connections,
        settings.seconds_per_trial,
        max_requests=server.burst,
        timeout=settings.timeout,
    )
    cpu = process_stats.cpu_seconds(server.process.pid) - before
    failed = counters.before_failure is not None and not server.is_responding()
    if failed:
        server.restart()
    # The processor time of a process that has ended cannot be read any more.
    return Trial(
        cpu / counters.done * 1e6 if counters.done and not failed else None, counters, failed
    )


def _wait_for_sleeping_threads(server: Server) -> None:
    """Wait until the threads that a peer with a time-out leaves sleeping have ended."""
    deadline = time.monotonic() + 4 * TIME_LIMIT
    while (
        server.burst <= BURST
        and process_stats.thread_count(server.process.pid) > 4 * BURST
        and time.monotonic() < deadline
    ):
        time.sleep(0.5)
