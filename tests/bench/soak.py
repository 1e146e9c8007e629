"""The soak: mixed load for many minutes while the data change; nothing lost, grown or left over.

python tests/bench/soak.py --minutes 10
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import load
import tree
from peers import ACCEPT, ROOT, Server, ours

# homes is a module of the tests, one folder up.
sys.path.append(str(Path(__file__).parents[1]))
from homes import copy_home
from oib.names import ID, OIB

TOUCHED = "instances/place/beijing.ttl"
LABEL = 'skos:prefLabel "Beijing"@en'
_SMALL = f"SELECT ?p ?v WHERE {{ <{ID}person/sun-youshun> ?p ?v }}"
_HEAVY = (
    f"SELECT ?s (COUNT(*) AS ?n) WHERE {{ ?c <{OIB}claimSubject> ?s ; ?p ?v . ?d ?p ?v }} "
    "GROUP BY ?s ORDER BY DESC(?n) LIMIT 5"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--switches", type=int, default=5, help="of the snapshot, while it serves")
    arguments = parser.parse_args()
    # Told to end, it still stops the server.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = folder / "home"
        home.mkdir()
        copy_home(home)
        _build(home, folder / "snapshots")
        server = ours(home, folder / "snapshots", "oib-soak")
        try:
            faults = _soak(server, home, folder / "snapshots", arguments)
        finally:
            left = server.stop()
    if left:
        faults.append(f"processes left over: {sorted(left)}")
    print("\n".join(faults) or "nothing lost, nothing grown, nothing left over")
    return 1 if faults else 0


def _soak(server: Server, home: Path, folder: Path, arguments: argparse.Namespace) -> list[str]:
    seconds = arguments.minutes * 60
    tallies: list[load.Tally] = []

    def work() -> None:
        requests = _mixed(server)
        tallies.append(load.run(server.port, requests, arguments.connections, seconds, most=10**9))

    began, faults = time.monotonic(), []
    sizes: list[tuple[float, float]] = []

    def look() -> None:
        while worker.is_alive():
            sizes.append((time.monotonic() - began, tree.memory(server.process.pid)))
            worker.join(timeout=min(2.0, seconds / 50))

    worker, looker = threading.Thread(target=work), threading.Thread(target=look)
    worker.start()
    looker.start()
    for number in range(1, arguments.switches + 1):
        # The first after so long a time as the last has before the end.
        due = began + seconds * number / (arguments.switches + 1)
        worker.join(timeout=max(0.0, due - time.monotonic()))
        if worker.is_alive():
            faults += _switch(server, home, folder, number)
            print(f"{time.monotonic() - began:6.0f} s  switch {number}", flush=True)
    worker.join()
    looker.join()
    if not tallies:
        return [*faults, "the load broke off"]
    return [*faults, *_judged(tallies[0]), *_grown(sizes, seconds)]


def _mixed(server: Server) -> Iterator[bytes]:
    """Yield requests as they come in: mostly small, some pages, few heavy ones."""
    chance = random.Random(1)
    number = 0
    while True:
        number += 1
        kind = chance.random()
        if kind < 0.5:
            yield server.request(_SMALL)
        elif kind < 0.8:
            yield server.request(f"# asked {number}\n{_SMALL}")
        elif kind < 0.9:
            yield load.request("/queries/base/all", ACCEPT)
        elif kind < 0.99:
            yield load.request("/doc/person/sun-youshun", "text/html")
        else:
            yield server.request(f"# asked {number}\n{_HEAVY}")


def _switch(server: Server, home: Path, folder: Path, number: int) -> list[str]:
    """Change a label and build; return what is wrong if the server goes on with the old data."""
    path = home / TOUCHED
    original = (ROOT / TOUCHED).read_text("utf-8")
    path.write_text(
        original.replace(LABEL, f'{LABEL} ;\n    skos:altLabel "Beijing {number}"@en'), "utf-8"
    )
    before = _version(server)
    _build(home, folder)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if _version(server) != before:
            return []
        time.sleep(0.2)
    return [f"switch {number}: the server still gives {before} a minute after the build"]


def _version(server: Server) -> str:
    with suppress(OSError):
        return load.once(server.port, server.request("ASK {}")).version
    return ""


def _build(home: Path, folder: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "oib", "build", "--home", str(home), "--out", str(folder)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=300,
        cwd=ROOT / "server",
    )


def _judged(tally: load.Tally) -> list[str]:
    print(
        f"{tally.done} answered, {sum(tally.refused.values())} refused, {tally.lost} lost, "
        f"{tally.reconnects} connections opened anew; half within {tally.quantile(0.5):.4f} s, "
        f"99 of 100 within {tally.quantile(0.99):.4f} s, all within {tally.quantile(1):.4f} s"
    )
    faults = [f"{number} answers of status {status}" for status, number in tally.refused.items()]
    if tally.lost:
        faults.append(f"{tally.lost} requests lost")
    return faults if tally.done else [*faults, "no request was answered"]


def _grown(sizes: list[tuple[float, float]], seconds: float) -> list[str]:
    """Compare the highest memory of the second fifth, when all is warm, with that of the last."""
    early = [size for gone, size in sizes if 0.2 * seconds < gone <= 0.4 * seconds]
    late = [size for gone, size in sizes if gone > 0.8 * seconds]
    if not early or not late:
        return ["too few looks at the memory"]
    print(f"memory: {max(early):.0f} MiB early, {max(late):.0f} MiB late")
    if max(late) > 1.2 * max(early) + 20:
        return [f"memory grew from {max(early):.0f} to {max(late):.0f} MiB"]
    return []


if __name__ == "__main__":
    sys.exit(main())
