"""The shipped data: its full check, three ways, and how soon it is served."""

import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

import tree
from own import ours
from process import ROOT


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
