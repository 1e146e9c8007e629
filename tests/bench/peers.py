"""The peers: every server that is measured, each started on a free port with the same triples."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat, parse

import load
import tree
from oib import snapshot
from oib.names import GRAPH, OIB
from questions import QUESTIONS

ROOT = Path(__file__).parents[2]
BENCH = ROOT / ".bench"
_ALL = f"{GRAPH}all"
ACCEPT = "application/sparql-results+json"

#: ``oxigraph serve`` with a time-out lets a thread sleep through it for every query: more at once,
#: some thousands a second, and it answers 500 or stops to listen. So many it stands.
BURST = 1500
#: The time-out of peers that have one, in seconds: ours.
LIMIT = 10
OXIGRAPH_SAFE = "oxigraph memory, time-out"


class NotInstalled(Exception):
    """A peer that is not on this machine; the message says how to get it."""


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
        return load.request(self.path, accept, query=query, **dataset)

    def answers(self, patience: float = 5) -> bool:
        """Return whether the server gives a small answer in so many seconds."""
        with suppress(OSError, ValueError):
            return load.once(self.port, self.request("ASK {}"), patience).status == 200
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
        _end(self.process)
        left = {number for number in before if _alive(number)}
        if left:  # all are of its session
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        return left


def ours(
    home: Path, folder: Path, name: str = "oib", environment: Mapping[str, str] | None = None
) -> Server:
    """Serve a home whose snapshot was written already."""

    def start(port: int) -> Sequence[str]:
        return [
            *(sys.executable, "-m", "oib", "serve", "--home", str(home)),
            *("--out", str(folder), "--port", str(port)),
        ]

    return _start(
        name, start, "/sparql", 0.0, {"PYTHONPATH": str(ROOT / "server"), **(environment or {})}
    )


def prepare(quads: Path, folder: Path) -> tuple[Path, Path, float]:
    """Write a home without sources and the snapshot that is its; return both and the seconds."""
    home, snapshots = folder / "home", folder / "snapshots"
    for name in ("ontology", "shapes", "instances"):
        (home / name).mkdir(parents=True, exist_ok=True)
    queries = home / "queries" / "bench"
    queries.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).parent / "saved.rq", queries / "entity.rq")
    for question in QUESTIONS:
        if question.heavy:
            (queries / f"{question.slug}.rq").write_text(question.saved, "utf-8")
    # What a source file would change, the data change here: another digest for other data.
    size = f"{quads.name} {quads.stat().st_size}\n"
    (home / "instances" / "generated.txt").write_text(size, "utf-8")
    manifest = snapshot.Manifest(
        "bench", snapshot.digest(home), "2026-11-23T00:00:00+00:00", {"triples": 0}, {}
    )
    began = time.perf_counter()
    snapshot.write(snapshots, manifest, parse(path=str(quads), format=RdfFormat.N_QUADS))
    return home, snapshots, time.perf_counter() - began


def oxigraph_memory(triples: Path) -> Server:
    """``oxigraph serve`` in memory."""
    return _oxigraph_memory(triples, "oxigraph memory")


def oxigraph_memory_timeout(triples: Path, limit: int = LIMIT) -> Server:
    """``oxigraph serve`` in memory, with the time-out that a public endpoint needs."""
    return _oxigraph_memory(triples, OXIGRAPH_SAFE, limit)


def oxigraph_read_only(triples: Path) -> Server:
    """``oxigraph serve-read-only`` from disk."""
    return _oxigraph_disk(triples, "oxigraph read-only")


def oxigraph_read_only_timeout(triples: Path) -> Server:
    """``oxigraph serve-read-only`` from disk, with a time-out."""
    return _oxigraph_disk(triples, "oxigraph read-only, time-out", LIMIT)


def rdflib_endpoint(triples: Path) -> Server:
    """rdflib-endpoint under uvicorn, over an Oxigraph store."""
    python = _installed("rdflib-endpoint") / "bin" / "python"

    def start(port: int) -> Sequence[str]:
        return [
            *(str(python), "-m", "uvicorn", "rdflib_app:app", "--log-level", "error"),
            *("--app-dir", str(Path(__file__).parent), "--port", str(port)),
        ]

    return _start("rdflib-endpoint", start, "/", 0.0, {"BENCH_DATA": str(triples)})


def virtuoso(triples: Path) -> Server:
    """Virtuoso Open Source, if it is installed."""
    if not shutil.which("virtuoso-t") or not shutil.which("isql-vt"):
        raise NotInstalled("apt-get install virtuoso-opensource-7-bin")
    folder = triples.parent / "virtuoso"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    sql_port = _free_port()

    def start(port: int) -> Sequence[str]:
        ini = _VIRTUOSO.format(folder=folder, data=triples.parent, sql=sql_port, http=port)
        (folder / "virtuoso.ini").write_text(ini, "utf-8")
        return ["virtuoso-t", "+foreground", "+configfile", str(folder / "virtuoso.ini")]

    empty = _start("virtuoso", start, "/sparql", 0.0, {}, cwd=folder, full=False)
    began = time.perf_counter()
    statements = (
        f"ld_dir('{triples.parent}', '{triples.name}', '{_ALL}');rdf_loader_run(); checkpoint;"
    )
    try:
        subprocess.run(
            ["isql-vt", f"127.0.0.1:{sql_port}", "dba", "dba", f"exec={statements}"],
            check=True,
            capture_output=True,
            timeout=1800,
        )
        loading = time.perf_counter() - began
    finally:
        empty.stop()
    server = _start("virtuoso", start, "/sparql", loading, {}, cwd=folder)
    server.graph = _ALL  # its own graphs would be counted too
    return server


#: How to start each peer, by the name that --peers takes.
PEERS: Mapping[str, Callable[[Path], Server]] = {
    "oxigraph-memory": oxigraph_memory,
    "oxigraph-memory-timeout": oxigraph_memory_timeout,
    "oxigraph-read-only": oxigraph_read_only,
    "oxigraph-read-only-timeout": oxigraph_read_only_timeout,
    "virtuoso": virtuoso,
    "rdflib-endpoint": rdflib_endpoint,
}


def _oxigraph_memory(triples: Path, name: str, limit: int = 0) -> Server:
    binary = _installed("oxigraph") / "bin" / "oxigraph"

    def start(port: int) -> Sequence[str]:
        return [str(binary), "serve", "--bind", f"127.0.0.1:{port}", *_timed_out(limit)]

    def fill(port: int) -> None:
        # Its store is empty at each start; the time of filling it is part of its start.
        with socket.create_connection(("127.0.0.1", port), timeout=600) as connection:
            size = triples.stat().st_size
            head = (
                "POST /store?default&no_transaction HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Content-Type: application/n-triples\r\nContent-Length: {size}\r\n"
                "Connection: close\r\n\r\n"
            )
            connection.sendall(head.encode("ascii"))
            with triples.open("rb") as data:
                connection.sendfile(data)
            answer = connection.recv(1000)
        if not answer.startswith(b"HTTP/1.1 20"):
            raise RuntimeError(f"{name} did not take the data: {answer[:200]!r}")

    server = _start(name, start, "/query", 0.0, {}, full=False, fill=fill)
    return _bursting(server, limit)


def _timed_out(limit: int) -> Sequence[str]:
    return ("--timeout-s", str(limit)) if limit else ()


def _bursting(server: Server, limit: int) -> Server:
    server.burst = BURST if limit else server.burst
    return server


def _oxigraph_disk(triples: Path, name: str, limit: int = 0) -> Server:
    binary = _installed("oxigraph") / "bin" / "oxigraph"
    store = triples.with_suffix(".oxigraph")
    began = time.perf_counter()
    if not (store / "CURRENT").exists():
        shutil.rmtree(store, ignore_errors=True)
        place = ["--location", str(store)]
        for command in (["load", *place, "--file", str(triples)], ["optimize", *place]):
            subprocess.run([str(binary), *command], check=True, capture_output=True, timeout=1800)
        loading = time.perf_counter() - began
        (triples.parent / "oxigraph.seconds").write_text(f"{loading:.2f}", "ascii")
    loading = float((triples.parent / "oxigraph.seconds").read_text("ascii"))

    def start(port: int) -> Sequence[str]:
        place = ["--location", str(store), "--bind", f"127.0.0.1:{port}"]
        return [str(binary), "serve-read-only", *place, *_timed_out(limit)]

    return _bursting(_start(name, start, "/query", loading, {}), limit)


def _installed(name: str) -> Path:
    """Return the virtual environment of a peer, made now if need be."""
    lines = (Path(__file__).parent / "peers.txt").read_text("utf-8").splitlines()
    packages = next(line.split() for line in lines if line.startswith(f"{name}=="))
    folder = BENCH / "venv" / "-".join(packages).replace("==", "-")
    if not (folder / ".ready").exists():
        try:
            for command in (
                [sys.executable, "-m", "venv", "--clear", str(folder)],
                [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages],
            ):
                subprocess.run(command, check=True, capture_output=True, timeout=600)
        except (subprocess.SubprocessError, OSError) as error:
            raise NotInstalled(f"pip install {' '.join(packages)}, which failed here") from error
        (folder / ".ready").touch()
    return folder


def _start(
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
    port = _free_port()
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
        _end(process)
        raise
    starting = time.perf_counter() - began

    def again() -> Server:
        return _start(name, command, path, loading, environment, full=full, fill=fill, **options)

    return Server(name, port, path, process, loading, starting, again)


def _wait(name: str, process: subprocess.Popen[bytes], port: int, path: str, full: bool) -> None:
    ask = load.request(path, ACCEPT, query=f"ASK {{ ?s a <{OIB}Claim> }}")
    end = time.monotonic() + 900
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended with {process.returncode}; see .bench/log")
        with suppress(OSError, ValueError):
            answer = load.once(port, ask, patience=60)
            if answer.status == 200 and (b"true" in answer.body or not full):
                return
        time.sleep(0.02)
    raise RuntimeError(f"{name} does not answer; see .bench/log")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)


def _alive(number: int) -> bool:
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# Buffers for about 2.5 GiB, and no silent cut of long answers, as the shipped file has it.
_VIRTUOSO = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
NumberOfBuffers = 300000
MaxDirtyBuffers = 200000
ServerThreads = 40
DirsAllowed = {data}
CheckpointInterval = 0
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 40
MaxClientConnections = 40
KeepAliveTimeout = 30
MaxKeepAlives = 40
[SPARQL]
ResultSetMaxRows = 1000000
MaxQueryCostEstimationTime = 0
MaxQueryExecutionTime = 0
"""
