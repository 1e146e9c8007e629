"""The shipped data: processor time of the full check, and cold start of the server."""

import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

from bench import process_stats
from bench.own_server import start_own_server
from bench.server_process import ROOT

VARIANTS = ("command", "submission", "file", "file-of-10k", "home-with-10k", "pyshacl")


def time_checks(limit: float) -> list[dict[str, Any]]:
    """Run the check in each variant, at most ``limit`` seconds; return the times as dicts."""
    return [
        {"way": variant, **_time([sys.executable, "-m", "bench.check_variants", variant], limit)}
        for variant in VARIANTS
    ]


def cold_starts(folder: Path) -> dict[str, float]:
    """Return the seconds to the first answer, and MiB, with a build and with a built snapshot."""
    results, seconds = {}, []
    for name in ("with a build", *["built already"] * 3):
        server = start_own_server(ROOT, folder, "oib-shipped")
        results[f"memory, {name}"] = process_stats.memory_mib(server.process.pid)
        server.stop()
        if name == "built already":
            seconds.append(server.starting)
        else:
            results[name] = server.starting
    return {**results, "built already": median(seconds)}


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
            if done.returncode == 0
            else f"failed: {done.stderr[-200:]}"
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "cpu": used,
        "seconds": time.perf_counter() - began,
        "output": output or f"stopped after {limit:.0f} s",
    }
