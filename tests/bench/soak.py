"""The soak: mixed load for many minutes while the data change; nothing lost, grown or left over.

python tests/bench/soak.py --minutes 10
"""

import argparse
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from statistics import median

import load
import tree
import wire
from own import ours
from process import ROOT, Server
from tally import Tally
from traffic import Traffic

# homes is a module of the tests, one folder up.
sys.path.append(str(Path(__file__).parents[1]))
from projects import copy_home

TOUCHED = "instances/place/beijing.ttl"
LABEL = 'skos:prefLabel "Beijing"@en'
_LIMIT = 10  # seconds that a query may take
# The old data go on for a minute after a switch, for those who asked them: so long it is both.
_BOTH = 90.0
_EARLY = 0.2  # the share of the time after which the memory is looked at first
_QUIET = 15.0  # seconds of each look, without heavy and hostile queries: what they take, goes
_FILL, _FILLING = 6.0, 60.0  # seconds between two looks while the caches fill, and at most
_LOOK = 0.5  # seconds between two looks at the memory


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--switches", type=int, default=5, help="of the snapshot, while it serves")
    arguments = parser.parse_args()
    # Told to end, it still stops the server.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    return soak(arguments.minutes, arguments.connections, arguments.switches)


def soak(minutes: float, connections: int = 8, switches: int = 5) -> int:
    """Serve a copy of the shipped data under mixed load; print what went wrong, return 1 if any."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = folder / "home"
        home.mkdir()
        copy_home(home)
        _build(home, folder / "snapshots")
        server = ours(home, folder / "snapshots", "oib-soak", {"OIB_TIMEOUT": str(_LIMIT)})
        try:
            faults = Soak(server, home, folder / "snapshots").run(
                minutes * 60, connections, switches
            )
        finally:
            left = server.stop()
    print(f"{len(left)} processes left over")
    if left:
        faults.append(f"processes left over: {sorted(left)}")
    print("\n".join(f"FAULT: {fault}" for fault in faults) or "sound")
    return 1 if faults else 0


class Soak:
    """One soak of one server: who loads it, who looks at it, and what is wrong."""

    def __init__(self, server: Server, home: Path, folder: Path) -> None:
        self._server, self._home, self._folder = server, home, folder
        self._over = threading.Event()
        self._began = time.monotonic()
        self._sizes: list[tuple[float, float]] = []
        self._quiet: tuple[tuple[float, float], ...] = ()
        self.faults: list[str] = []
        self._traffic = Traffic(server, home, self._pause)

    def run(self, seconds: float, connections: int, switches: int) -> list[str]:
        """Load, switch and look for so long, or until the last switch is over; return faults."""
        self._fill()
        self._began = time.monotonic()
        early, dues = seconds * _EARLY, _dues(seconds, switches)
        seconds = max(seconds, (dues[-1] + _BOTH if dues else early + _QUIET) + _QUIET)
        self._quiet = ((early, early + _QUIET), (seconds - _QUIET, seconds))
        usual, heavy, hostile = Tally(), Tally(), Tally()

        def loads(requests: Iterator[bytes], number: int, tally: Tally) -> None:
            found = load.run(self._server.port, requests, number, seconds, most=10**9, patience=60)
            tally.__dict__.update(found.__dict__)

        workers = [
            threading.Thread(target=loads, args=(self._traffic.usual(), connections, usual)),
            threading.Thread(target=loads, args=(self._traffic.heavy(), 1, heavy)),
            threading.Thread(target=loads, args=(self._traffic.hostile(), 1, hostile)),
            threading.Thread(target=self._traffic.leave, args=(self._over,)),
            threading.Thread(target=self._look),
        ]
        for worker in workers:
            worker.start()
        try:
            for number, due in enumerate(dues, 1):
                if not self._over.wait(max(0.0, self._began + due - time.monotonic())):
                    self.faults += self._switch(number)
            for worker in workers[:3]:
                worker.join()
        finally:
            self._over.set()
            for worker in workers:
                worker.join()
        return [
            *self.faults,
            *judged("usual", usual, allowed=()),
            *judged("heavy", heavy, allowed=()),
            # Stopped by time or by memory, or answered in time.
            *judged("hostile", hostile, allowed=(503,)),
            *self._grown(),
        ]

    def _fill(self) -> None:
        """Ask small queries until the caches are full: what they hold then is no growth."""
        unseen = self._traffic.unseen()
        size, began = 0.0, time.monotonic()
        while time.monotonic() - began < _FILLING:
            load.run(self._server.port, unseen, 8, _FILL, most=10**9)
            before, size = size, tree.memory(self._server.process.pid)
            if size - before < 1:
                break
        print(f"{time.monotonic() - began:6.0f} s  to fill the caches: {size:.0f} MiB", flush=True)

    def _pause(self, seconds: float) -> bool:
        """Wait so long, and while it is to be quiet; return whether to go on."""
        time.sleep(seconds)
        while any(begin - _LIMIT <= self._gone() <= end for begin, end in self._quiet):
            if self._gone() >= self._quiet[-1][0] - _LIMIT:
                return False
            time.sleep(0.1)
        return True

    def _gone(self) -> float:
        return time.monotonic() - self._began

    def _look(self) -> None:
        while not self._over.wait(_LOOK):
            self._sizes.append((self._gone(), tree.memory(self._server.process.pid)))

    def _switch(self, number: int) -> list[str]:
        """Change a label and build; return what is wrong if the server goes on as before."""
        path = self._home / TOUCHED
        original = (ROOT / TOUCHED).read_text("utf-8")
        if LABEL not in original:
            return [f"{TOUCHED} does not say {LABEL} any more"]
        path.write_text(
            original.replace(LABEL, f'{LABEL} ;\n    skos:altLabel "Beijing {number}"@en'), "utf-8"
        )
        before = self._version()
        _build(self._home, self._folder)
        built = time.monotonic()
        while time.monotonic() - built < 60:
            after = self._version()
            if after not in ("", before):
                print(
                    f"{self._gone():6.0f} s  switch {number}: "
                    f"{before} to {after}, {time.monotonic() - built:.1f} s after the build",
                    flush=True,
                )
                return []
            time.sleep(0.2)
        return [f"switch {number}: the server still gives {before} a minute after the build"]

    def _version(self) -> str:
        with suppress(OSError):
            return wire.once(self._server.port, self._server.request("ASK {}")).version
        return ""

    def _grown(self) -> list[str]:
        """Compare the memory after the first fifth with that at the end, both in quiet times."""
        print(f"{self._traffic.left} clients went away in the middle")
        before, after = (
            [size for gone, size in self._sizes if begin <= gone <= end]
            for begin, end in self._quiet
        )
        if not before or not after:
            return ["too few looks at the memory"]
        print(
            f"memory: {median(before):.0f} MiB after the first fifth, "
            f"{median(after):.0f} MiB at the end, {max(s for _, s in self._sizes):.0f} MiB at most"
        )
        if median(after) > 1.2 * median(before) + 20:
            return [f"memory grew from {median(before):.0f} to {median(after):.0f} MiB"]
        return []


def _dues(seconds: float, switches: int) -> list[float]:
    """Return when to switch: after the first look at the memory, before the last.

    Never so close that one begins while the one before is not over yet.
    """
    first = _EARLY * seconds + _QUIET
    room = max(0.0, seconds - _QUIET - _BOTH - first)
    number = min(switches, 1 + int(room // _BOTH))
    return [first + room * each / max(1, number - 1) for each in range(number)]


def judged(name: str, tally: Tally, allowed: tuple[int, ...]) -> list[str]:
    """Print what came back, and return what must not have."""
    print(
        f"{name}: {tally.done} answered, {dict(tally.refused)} refused, {tally.lost} lost, "
        f"{tally.reconnects} connections opened anew; half within {tally.quantile(0.5):.4f} s, "
        f"99 of 100 within {tally.quantile(0.99):.4f} s, all within {tally.quantile(1):.4f} s"
    )
    faults = [
        f"{name}: {number} answers of status {status}"
        for status, number in tally.refused.items()
        if status not in allowed
    ]
    if tally.lost:
        faults.append(f"{name}: {tally.lost} requests lost {tally.broken}".rstrip())
    if not tally.done and not tally.refused:
        faults.append(f"{name}: no request was answered")
    return faults


def _build(home: Path, folder: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "oib", "build", "--home", str(home), "--out", str(folder)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=300,
        cwd=ROOT / "server",
    )


if __name__ == "__main__":
    sys.exit(main())
