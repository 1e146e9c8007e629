"""A soak test: mixed load for many minutes while the data change.

No request may be lost, memory may not grow, and no process may be left over.
"""

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from statistics import median

from bench import http_client, load_generator, process_stats
from bench.counters import Counters
from bench.own_server import start_own_server
from bench.server_process import ROOT, Server
from bench.workload import Workload
from projects import copy_home

CHANGED_FILE = "instances/place/beijing.ttl"
LABEL = 'skos:prefLabel "Beijing"@en'
QUERY_TIMEOUT = 10  # seconds
# After a switch the old data stay open for a minute, for queries that run over them.
OVERLAP_SECONDS = 90.0
FIRST_MEASUREMENT = 0.2  # of the whole time
QUIET_SECONDS = 15.0  # of each measurement of memory, without heavy and hostile queries
_FILL_STEP, _FILL_LIMIT = 6.0, 60.0  # seconds of load to fill the caches, and at most
_SAMPLE_SECONDS = 0.5
_MAX_EXAMPLES, _MAX_EXCERPT = 5, 500  # of a load that has a fault; characters of a message


def run_soak(minutes: float, connections: int = 8, switches: int = 5) -> int:
    """Run the soak test over a copy of the shipped data; print all faults, return 1 if any."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home, snapshots = folder / "home", folder / "snapshots"
        home.mkdir()
        copy_home(home)
        _build(home, snapshots)
        settings = {"OIB_TIMEOUT": str(QUERY_TIMEOUT)}
        server = start_own_server(home, snapshots, "oib-soak", settings)
        try:
            faults = Soak(server, home, snapshots).run(minutes * 60, connections, switches)
        finally:
            left = server.stop()
    print(f"{len(left)} processes left over")
    if left:
        faults.append(f"processes left over: {sorted(left)}")
    print("\n".join(f"FAULT: {fault}" for fault in faults) or "no faults")
    return 1 if faults else 0


class Soak:
    """One soak test of one server."""

    def __init__(self, server: Server, home: Path, snapshots: Path) -> None:
        self._server, self._home, self._snapshots = server, home, snapshots
        self._over = threading.Event()
        self._began = time.monotonic()
        self._samples: list[tuple[float, float]] = []  # seconds since the start, MiB
        self._quiet_times: tuple[tuple[float, float], ...] = ()
        self.faults: list[str] = []
        self._workload = Workload(server, home, self._pause)

    def run(self, seconds: float, connections: int, switches: int) -> list[str]:
        """Run for ``seconds``, or until the last switch is over; return the faults."""
        self._fill_caches()
        self._began = time.monotonic()
        first, due_times = seconds * FIRST_MEASUREMENT, switch_times(seconds, switches)
        last_change = due_times[-1] + OVERLAP_SECONDS if due_times else first + QUIET_SECONDS
        seconds = max(seconds, last_change + QUIET_SECONDS)
        self._quiet_times = ((first, first + QUIET_SECONDS), (seconds - QUIET_SECONDS, seconds))
        usual, heavy, hostile = Counters(), Counters(), Counters()

        def send(requests: Iterator[bytes], number: int, counters: Counters) -> None:
            outcome = load_generator.run_load(
                self._server.port, requests, number, seconds, max_requests=10**9, timeout=60
            )
            counters.__dict__.update(outcome.__dict__)

        threads = [
            threading.Thread(target=send, args=(self._workload.usual(), connections, usual)),
            threading.Thread(target=send, args=(self._workload.heavy(), 1, heavy)),
            threading.Thread(target=send, args=(self._workload.hostile(), 1, hostile)),
            threading.Thread(target=self._workload.abort_requests, args=(self._over,)),
            threading.Thread(target=self._sample_memory),
        ]
        for thread in threads:
            thread.start()
        try:
            for number, due in enumerate(due_times, 1):
                if not self._over.wait(max(0.0, self._began + due - time.monotonic())):
                    self.faults += self._switch_data(number)
            for thread in threads[:3]:
                thread.join()
        finally:
            self._over.set()
            for thread in threads:
                thread.join()
        return [
            *self.faults,
            # Things that have moved to another IRI redirect to it.
            *find_faults("usual", usual, allowed=(301,)),
            *find_faults("heavy", heavy, allowed=()),
            # Stopped for time or memory, or answered in time.
            *find_faults("hostile", hostile, allowed=(503,)),
            *self._compare_memory(),
        ]

    def _fill_caches(self) -> None:
        """Send small queries until the caches are full: what they hold is then no growth."""
        unseen = self._workload.never_seen()
        size, began = 0.0, time.monotonic()
        while time.monotonic() - began < _FILL_LIMIT:
            load_generator.run_load(self._server.port, unseen, 8, _FILL_STEP, max_requests=10**9)
            before, size = size, process_stats.memory_mib(self._server.process.pid)
            if size - before < 1:
                break
        seconds = time.monotonic() - began
        print(f"{seconds:6.0f} s  to fill the caches: {size:.0f} MiB", flush=True)

    def _pause(self, seconds: float) -> bool:
        """Wait so long, and through quiet times; return False when the last of them begins."""
        time.sleep(seconds)
        while any(
            start - QUERY_TIMEOUT <= self._elapsed() <= end for start, end in self._quiet_times
        ):
            if self._elapsed() >= self._quiet_times[-1][0] - QUERY_TIMEOUT:
                return False
            time.sleep(0.1)
        return True

    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    def _sample_memory(self) -> None:
        while not self._over.wait(_SAMPLE_SECONDS):
            memory = process_stats.memory_mib(self._server.process.pid)
            self._samples.append((self._elapsed(), memory))

    def _switch_data(self, number: int) -> list[str]:
        """Change a label and build; return a fault if the server does not follow in a minute."""
        path = self._home / CHANGED_FILE
        original = (ROOT / CHANGED_FILE).read_text("utf-8")
        if LABEL not in original:
            return [f"{CHANGED_FILE} no longer has the label {LABEL}"]
        path.write_text(
            original.replace(LABEL, f'{LABEL} ;\n    skos:altLabel "Beijing {number}"@en'), "utf-8"
        )
        before = self._data_version()
        _build(self._home, self._snapshots)
        built = time.monotonic()
        while time.monotonic() - built < 60:
            after = self._data_version()
            if after not in ("", before):
                print(
                    f"{self._elapsed():6.0f} s  switch {number}: "
                    f"{before} to {after}, {time.monotonic() - built:.1f} s after the build",
                    flush=True,
                )
                return []
            time.sleep(0.2)
        return [f"switch {number}: the server still has {before} a minute after the build"]

    def _data_version(self) -> str:
        with suppress(OSError):
            request = self._server.encode_query("ASK {}")
            return http_client.fetch(self._server.port, request).version
        return ""

    def _compare_memory(self) -> list[str]:
        """Compare the memory after the first fifth with that at the end, both in quiet times."""
        print(f"{self._workload.aborted} requests aborted by their clients")
        before, after = (
            [memory for elapsed, memory in self._samples if start <= elapsed <= end]
            for start, end in self._quiet_times
        )
        if not before or not after:
            return ["too few measurements of memory"]
        print(
            f"memory: {median(before):.0f} MiB after the first fifth, "
            f"{median(after):.0f} MiB at the end, "
            f"{max(memory for _, memory in self._samples):.0f} MiB at most"
        )
        by_process = process_stats.memory_by_process(self._server.process.pid)
        own = by_process.pop(self._server.process.pid, 0.0)
        others = ", ".join(f"{memory:.0f}" for memory in by_process.values())
        print(f"at the end the server's own process has {own:.0f} MiB, the others have {others}")
        if median(after) > 1.2 * median(before) + 20:
            return [f"memory grew from {median(before):.0f} to {median(after):.0f} MiB"]
        return []


def switch_times(seconds: float, switches: int) -> list[float]:
    """Return when to switch the data: after the first measurement of memory, before the last.

    They are at least ``OVERLAP_SECONDS`` apart, so that no two switches overlap.
    """
    first = FIRST_MEASUREMENT * seconds + QUIET_SECONDS
    room = max(0.0, seconds - QUIET_SECONDS - OVERLAP_SECONDS - first)
    number = min(switches, 1 + int(room // OVERLAP_SECONDS))
    return [first + room * index / max(1, number - 1) for index in range(number)]


def find_faults(name: str, counters: Counters, allowed: tuple[int, ...]) -> list[str]:
    """Print the counters of a load; return its faults, which are all statuses but those allowed."""
    print(
        f"{name}: {counters.done} answered, {dict(counters.refused)} refused, "
        f"{counters.lost} lost, {counters.reconnects} connections reopened; "
        f"p50 {counters.quantile(0.5):.4f} s, p99 {counters.quantile(0.99):.4f} s, "
        f"maximum {counters.quantile(1):.4f} s"
    )
    faults = [
        f"{name}: {number} responses of status {status}"
        for status, number in counters.refused.items()
        if status not in allowed
    ]
    for seconds, request, response in counters.examples[:_MAX_EXAMPLES] if faults else ():
        answer = response.partition(b"\r\n\r\n")[2] or response
        faults.append(f"{name}: after {seconds:.0f} s {_excerpt(request)} got {_excerpt(answer)}")
    if counters.lost:
        faults.append(f"{name}: {counters.lost} requests lost {counters.connect_error}".rstrip())
    if not counters.done and not counters.refused:
        faults.append(f"{name}: no request was answered")
    return faults


def _excerpt(message: bytes) -> str:
    return repr(message[:_MAX_EXCERPT].decode("utf-8", "replace"))


def _build(home: Path, snapshots: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "oib", "build", "--home", str(home), "--out", str(snapshots)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=300,
        cwd=ROOT / "server",
    )
