"""A server as a child process: started on a free port, queried, restarted and stopped."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import http_client, process_stats
from free_ports import free_port
from oib.namespaces import OIB

ROOT = Path(__file__).parents[2]
BENCH = ROOT / ".bench"
ACCEPT = "application/sparql-results+json"
_SAMPLE_SECONDS = 1.0
_IDLE_SHARE = 0.03  # the share of a processor that an idle server may use


@dataclass
class Server:
    """A running server.

    ``loading`` is the seconds of writing its own form of the data, once; ``starting`` those from
    the start of the process to the first answer. ``graph`` is the graph to query, where the default
    graph would hold more than the data. ``burst`` is the maximum number of requests in one trial.
    ``restarts`` counts how often it had to be restarted; ``start_error`` says why it could not be.
    """

    name: str
    port: int
    path: str
    process: subprocess.Popen[bytes]
    loading: float
    starting: float
    start_again: Callable[[], "Server"] = field(repr=False)
    graph: str = ""
    burst: int = 10**9
    restarts: int = 0
    start_error: str = ""

    def encode_query(self, query: str, accept: str = ACCEPT) -> bytes:
        """Return the bytes of a GET request for the answer to a query."""
        dataset = {"default-graph-uri": self.graph} if self.graph else {}
        return http_client.encode_get(self.path, accept, query=query, **dataset)

    def is_responding(self, timeout: float = 5) -> bool:
        """Return whether the server answers a small query within so many seconds."""
        with suppress(OSError, ValueError):
            request = self.encode_query("ASK {}")
            return http_client.fetch(self.port, request, timeout).status == 200
        return False

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until the server uses no processor time; return whether that was so in time."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            before = process_stats.cpu_seconds(self.process.pid)
            time.sleep(_SAMPLE_SECONDS)
            used = process_stats.cpu_seconds(self.process.pid) - before
            if used < _IDLE_SHARE * _SAMPLE_SECONDS:
                return True
        return False

    def restart(self) -> bool:
        """Stop the server and start it again, on another port; return whether it started."""
        self.stop()
        self.restarts += 1
        try:
            fresh = self.start_again()
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            self.start_error = f"did not start again: {error}"
            return False
        self.port, self.process, self.start_again = fresh.port, fresh.process, fresh.start_again
        self.starting = fresh.starting
        return True

    def stop(self) -> set[int]:
        """Stop the server and its descendants; return the processes that survived SIGTERM."""
        before = process_stats.process_ids(self.process.pid)
        terminate(self.process)
        left = {pid for pid in before if _is_alive(pid)}
        if left:  # all belong to its session
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        return left


def start_server(
    name: str,
    command: Callable[[int], Sequence[str]],
    path: str,
    loading: float,
    environment: Mapping[str, str],
    *,
    has_data: bool = True,
    load_data: Callable[[int], None] | None = None,
    **options: Any,
) -> Server:
    """Start a server on a free port and wait for its first answer.

    ``command`` makes the command line for a port; ``has_data`` says that the first answer must
    know a claim; ``load_data`` loads the data into the server that listens on a port.

    Raises:
        RuntimeError: the process ended, or did not answer within 15 minutes.
    """
    port = free_port()
    log = BENCH / "log"
    log.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    with (log / f"{name.replace(', ', '-').replace(' ', '-')}.txt").open("wb") as output:
        process = subprocess.Popen(
            command(port),
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )
    try:
        _wait_for_answer(name, process, port, path, has_data=has_data)
        if load_data:
            load_data(port)
    except BaseException:
        terminate(process)
        raise
    starting = time.perf_counter() - began

    def start_again() -> Server:
        return start_server(
            name,
            command,
            path,
            loading,
            environment,
            has_data=has_data,
            load_data=load_data,
            **options,
        )

    return Server(name, port, path, process, loading, starting, start_again)


def _wait_for_answer(
    name: str, process: subprocess.Popen[bytes], port: int, path: str, has_data: bool
) -> None:
    request = http_client.encode_get(path, ACCEPT, query=f"ASK {{ ?s a <{OIB}Claim> }}")
    deadline = time.monotonic() + 900
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended with {process.returncode}; see .bench/log")
        with suppress(OSError, ValueError):
            response = http_client.fetch(port, request, timeout=60)
            if response.status == 200 and (b"true" in response.body or not has_data):
                return
        time.sleep(0.02)
    raise RuntimeError(f"{name} does not answer; see .bench/log")


def terminate(process: subprocess.Popen[bytes]) -> None:
    """End a process with SIGTERM, and its session with SIGKILL if it has not ended after 30 s."""
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)


def _is_alive(pid: int) -> bool:
    """Return whether a process is still running two seconds later; a zombie is not."""
    for _ in range(40):
        try:
            stat = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
        except OSError:
            return False
        if stat.rpartition(")")[2].split()[0] == "Z":
            return False
        time.sleep(0.05)
    return True
