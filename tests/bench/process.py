"""The process of a server: started on a free port, asked, started anew and ended."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tree
import wire
from oib.namespaces import OIB

ROOT = Path(__file__).parents[2]
BENCH = ROOT / ".bench"
ACCEPT = "application/sparql-results+json"
_LOOK = 1.0  # seconds between two looks at a server that is to come to rest
_AT_REST = 0.03  # the share of a processor that it may take then


@dataclass
class Server:
    """A server that runs: where it listens, what its start cost, how it is stopped.

    ``loading`` are the seconds of writing its own form of the data, once; ``starting`` those from
    the start of the process to the first answer. ``graph`` is the one to ask, where the default
    graph would hold more than the data. ``burst`` is how many requests at most to send in one go.
    ``falls`` counts how often it had to be started anew, ``gone`` says why it could not be.
    """

    name: str
    port: int
    path: str
    process: subprocess.Popen[bytes]
    loading: float
    starting: float
    again: Callable[[], "Server"] = field(repr=False)
    graph: str = ""
    burst: int = 10**9
    falls: int = 0
    gone: str = ""

    def request(self, query: str, accept: str = ACCEPT) -> bytes:
        """Return the bytes of a request for the answer to a query."""
        dataset = {"default-graph-uri": self.graph} if self.graph else {}
        return wire.request(self.path, accept, query=query, **dataset)

    def answers(self, patience: float = 5) -> bool:
        """Return whether the server gives a small answer in so many seconds."""
        with suppress(OSError, ValueError):
            return wire.once(self.port, self.request("ASK {}"), patience).status == 200
        return False

    def rest(self, patience: float) -> bool:
        """Wait until the server does nothing of itself; return whether it is so within seconds."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            before = tree.cpu(self.process.pid)
            time.sleep(_LOOK)
            if tree.cpu(self.process.pid) - before < _AT_REST * _LOOK:
                return True
        return False

    def renew(self) -> bool:
        """Stop the server and start it anew, on another port; return whether it is there."""
        self.stop()
        self.falls += 1
        try:
            fresh = self.again()
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            self.gone = f"did not start anew: {error}"
            return False
        self.port, self.process, self.again = fresh.port, fresh.process, fresh.again
        self.starting = fresh.starting
        return True

    def stop(self) -> set[int]:
        """End the process and all it started; return those that outlived a polite end."""
        before = tree.members(self.process.pid)
        end(self.process)
        left = {number for number in before if _is_alive(number)}
        if left:  # all are of its session
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        return left


def start(
    name: str,
    command: Callable[[int], Sequence[str]],
    path: str,
    loading: float,
    environment: Mapping[str, str],
    *,
    full: bool = True,
    fill: Callable[[int], None] | None = None,
    **options: Any,
) -> Server:
    """Start a server and wait for its first answer; ``full`` says it must know a claim."""
    port = free_port()
    log = BENCH / "log"
    log.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    with (log / f"{name.replace(', ', '-').replace(' ', '-')}.txt").open("wb") as lines:
        process = subprocess.Popen(
            command(port),
            env={**os.environ, **environment},
            stdout=lines,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )
    try:
        _wait(name, process, port, path, full=full)
        if fill:
            fill(port)
    except BaseException:
        end(process)
        raise
    starting = time.perf_counter() - began

    def again() -> Server:
        return start(name, command, path, loading, environment, full=full, fill=fill, **options)

    return Server(name, port, path, process, loading, starting, again)


def _wait(name: str, process: subprocess.Popen[bytes], port: int, path: str, full: bool) -> None:
    ask = wire.request(path, ACCEPT, query=f"ASK {{ ?s a <{OIB}Claim> }}")
    end = time.monotonic() + 900
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended with {process.returncode}; see .bench/log")
        with suppress(OSError, ValueError):
            answer = wire.once(port, ask, patience=60)
            if answer.status == 200 and (b"true" in answer.body or not full):
                return
        time.sleep(0.02)
    raise RuntimeError(f"{name} does not answer; see .bench/log")


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)


def _is_alive(number: int) -> bool:
    """Return whether a process still runs a moment later; a zombie does not."""
    for _ in range(40):
        try:
            stat = Path(f"/proc/{number}/stat").read_text("utf-8", errors="replace")
        except OSError:
            return False
        if stat.rpartition(")")[2].split()[0] == "Z":
            return False
        time.sleep(0.05)
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
