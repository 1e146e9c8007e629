"""Other SPARQL servers, each started on a free port with the same triples."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench.server_process import BENCH, Server, start_server
from free_ports import free_port
from oib.namespaces import GRAPH

_ALL = f"{GRAPH}all"

#: With a time-out, ``oxigraph serve`` keeps a thread asleep for each query until it is over. With
#: some thousands of them it answers 500 or stops listening; so many requests in one go are safe.
BURST = 1500
#: The time limit of peers that have one, in seconds; our server has the same.
TIME_LIMIT = 10
OXIGRAPH_TIMEOUT = "oxigraph memory, time-out"


class NotInstalled(Exception):
    """A peer that is not installed on this machine; the message says how to install it."""


def oxigraph_memory(triples: Path) -> Server:
    """Start ``oxigraph serve`` in memory."""
    return _oxigraph_memory(triples, "oxigraph memory")


def oxigraph_memory_timeout(triples: Path, limit: int = TIME_LIMIT) -> Server:
    """Start ``oxigraph serve`` in memory, with the time-out that a public endpoint needs."""
    return _oxigraph_memory(triples, OXIGRAPH_TIMEOUT, limit)


def oxigraph_read_only(triples: Path) -> Server:
    """Start ``oxigraph serve-read-only`` over a store on disk."""
    return _oxigraph_disk(triples, "oxigraph read-only")


def oxigraph_read_only_timeout(triples: Path) -> Server:
    """Start ``oxigraph serve-read-only`` over a store on disk, with a time-out."""
    return _oxigraph_disk(triples, "oxigraph read-only, time-out", TIME_LIMIT)


def rdflib_endpoint(triples: Path) -> Server:
    """Start rdflib-endpoint under uvicorn, over an Oxigraph store."""
    python = _installed("rdflib-endpoint") / "bin" / "python"

    def command(port: int) -> Sequence[str]:
        return [
            *(str(python), "-m", "uvicorn", "rdflib_app:app", "--log-level", "error"),
            *("--app-dir", str(Path(__file__).parent), "--port", str(port)),
        ]

    return start_server("rdflib-endpoint", command, "/", 0.0, {"BENCH_DATA": str(triples)})


def virtuoso(triples: Path) -> Server:
    """Start Virtuoso Open Source."""
    if not shutil.which("virtuoso-t") or not shutil.which("isql-vt"):
        raise NotInstalled("apt-get install virtuoso-opensource-7-bin")
    folder = triples.parent / "virtuoso"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    sql_port = free_port()

    def command(port: int) -> Sequence[str]:
        ini = _VIRTUOSO.format(folder=folder, data=triples.parent, sql=sql_port, http=port)
        (folder / "virtuoso.ini").write_text(ini, "utf-8")
        return ["virtuoso-t", "+foreground", "+configfile", str(folder / "virtuoso.ini")]

    empty = start_server("virtuoso", command, "/sparql", 0.0, {}, cwd=folder, has_data=False)
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
    server = start_server("virtuoso", command, "/sparql", loading, {}, cwd=folder)
    server.graph = _ALL  # its system graphs would be counted too
    return server


#: The function that starts each peer, by its name for --peers.
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

    def command(port: int) -> Sequence[str]:
        return [str(binary), "serve", "--bind", f"127.0.0.1:{port}", *_timeout_option(limit)]

    def load_data(port: int) -> None:
        # Its store is empty at each start, so loading it is part of the start.
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
            response = connection.recv(1000)
        if not response.startswith(b"HTTP/1.1 20"):
            raise RuntimeError(f"{name} did not accept the data: {response[:200]!r}")

    server = start_server(name, command, "/query", 0.0, {}, has_data=False, load_data=load_data)
    return _with_burst(server, limit)


def _timeout_option(limit: int) -> Sequence[str]:
    return ("--timeout-s", str(limit)) if limit else ()


def _with_burst(server: Server, limit: int) -> Server:
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

    def command(port: int) -> Sequence[str]:
        place = ["--location", str(store), "--bind", f"127.0.0.1:{port}"]
        return [str(binary), "serve-read-only", *place, *_timeout_option(limit)]

    return _with_burst(start_server(name, command, "/query", loading, {}), limit)


def _installed(name: str) -> Path:
    """Return the virtual environment of a peer, created on first use."""
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


# Buffers of about 2.5 GiB; long answers are not truncated silently, as the shipped file would.
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
