"""The shipped data: cold start of the server."""

from pathlib import Path
from statistics import median

from bench import process_stats
from bench.own_server import start_own_server
from bench.server_process import ROOT


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
