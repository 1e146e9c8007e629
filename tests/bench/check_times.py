"""The check: processor time of ``oib check`` in several ways, and of plain pySHACL.

Each way is one command, its start and all its processes included. Data that are generated break no
rule, so that every rule looks at all of them.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

from bench.generated_claims import file_of_claims, larger_home
from bench.server_process import ROOT

#: Triples of the files whose times say how the time grows: each has twice those of the one before.
GROWTH = (6_250, 12_500, 25_000, 50_000, 100_000)
#: Triples of a file, and of a home beside the shipped data, that are compared.
LARGE = (10_000, 100_000)
#: As many triples as the oldest measurement had.
GENERATED = 108_000

_SUBMISSION = ROOT / "tests" / "submissions" / "16-no-evidence.ttl"
_UNIT = "instances/claim/innovation-without-borders/p13.ttl"


def file_way(triples: int) -> str:
    """Return the name of the check of a file with so many triples of new claims."""
    return f"file of {triples:,}"


def home_way(triples: int) -> str:
    """Return the name of the check of everything, with so many triples beside the shipped data."""
    return f"home with {triples:,}"


def submission_way(triples: int) -> str:
    """Return the name of the check of one new claim against such a home."""
    return f"submission to {triples:,}"


def time_checks(limit: float, runs: int, log: Callable[[str], None]) -> list[dict[str, Any]]:
    """Return processor time, and last line, of each way: the median of some runs.

    Args:
        limit: seconds after which a command is stopped.
        runs: how often each command runs; plain pySHACL, which takes minutes, runs once.
        log: is told each way.
    """
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for way, arguments in _commands(Path(folder)):
            log(f"check: {way}")
            command = [sys.executable, "-m", "oib", "check", "--statistics", *map(str, arguments)]
            times = [_time(command, limit) for _ in range(runs)]
            middle = median(each["cpu"] for each in times)
            found.append({"way": way, **times[-1], "cpu": middle})
    log("check: pyshacl")
    peer = _time([sys.executable, "-m", "bench.plain_pyshacl"], limit)
    return [*found, {"way": "pyshacl", **peer}]


def _commands(folder: Path) -> list[tuple[str, list[str | Path]]]:
    """Write the files that are checked; return each way with the arguments of its command."""
    changed = folder / "changed.ttl"
    text = (ROOT / _UNIT).read_text("utf-8")
    changed.write_text(text.replace("oibv:hedge-none", "oibv:hedge-claims", 1), "utf-8")
    ways: list[tuple[str, list[str | Path]]] = [
        ("command", ["--home", ROOT]),
        ("submission", ["--home", ROOT, _SUBMISSION]),
        ("file", ["--home", ROOT, "--replaces", _UNIT, changed]),
    ]
    for triples in sorted({*GROWTH, *LARGE}):
        path = folder / f"{triples}.ttl"
        path.write_text(file_of_claims(triples), "utf-8")
        ways.append((file_way(triples), ["--home", ROOT, path]))
    for triples in (*LARGE, GENERATED):
        home = larger_home(ROOT, folder / f"home-{triples}", triples)
        ways.append((home_way(triples), ["--home", home]))
        if triples == LARGE[-1]:
            ways.append((submission_way(triples), ["--home", home, _SUBMISSION]))
    return ways


def _time(command: Sequence[str], limit: float) -> dict[str, Any]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began, output = time.perf_counter(), ""
    with suppress(subprocess.TimeoutExpired):
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=limit,
            env={"PYTHONPATH": f"{ROOT / 'server'}:{ROOT / 'tests'}", "PATH": ""},
        )
        output = (
            done.stdout.strip().rpartition("\n")[2]
            if done.returncode in (0, 1)
            else f"failed: {done.stderr[-200:]}"
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "cpu": used,
        "seconds": time.perf_counter() - began,
        "output": output or f"stopped after {limit:.0f} s",
    }
