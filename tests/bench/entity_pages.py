"""Entity pages in HTML, none requested twice: our server beside its own state before.

The state before is the commit ``BEFORE_COMMIT`` of this repository, installed into an environment
of its own with the versions of its lock file. Both servers serve the data of that commit: ours has
a snapshot of the quads that the other one publishes, so that the pages are about the same things.
"""

import gzip
import re
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

from bench import http_client
from bench.own_server import prepare_snapshot, start_own_server
from bench.peers import NotInstalled
from bench.server_process import BENCH, ROOT, Server, start_server
from bench.trials import Requests, TrialSettings, run_interleaved

BEFORE_COMMIT = "82d1b89"
BEFORE = f"oib at {BEFORE_COMMIT}"
OWN = "oib"
PAGES, PAGE = "pages", "entity page, never seen"

_NUMBERS = count(1)


def measure_pages(settings: TrialSettings) -> dict[str, Any]:
    """Measure both servers; return cells as dicts, or under ``missing`` why there are none."""
    try:
        python, home = _install_before()
    except NotInstalled as error:
        return {"cells": [], "missing": {BEFORE: f"not installed: {error}"}}
    things = [
        path.relative_to(home / "instances").with_suffix("").as_posix()
        for folder in ("organization", "person", "place", "programme")
        for path in sorted((home / "instances" / folder).glob("*.ttl"))
    ]
    servers: dict[str, Server] = {}
    try:
        before = _start_before(python, home)
        servers[BEFORE] = before
        own_home, snapshots = _copy_data(before)
        servers[OWN] = start_own_server(own_home, snapshots, "oib-pages")
        for server in servers.values():
            server.wait_until_idle(timeout=60)
        cells = run_interleaved(PAGES, PAGE, 1, servers, _pages(things), settings)
        return {"cells": [asdict(cell) for cell in cells], "missing": {}}
    except (RuntimeError, OSError) as error:
        return {"cells": [], "missing": {PAGE: str(error)}}
    finally:
        for server in servers.values():
            server.stop()


def _copy_data(server: Server) -> tuple[Path, Path]:
    """Write the quads that a server publishes as a snapshot; return its home and its folder.

    Raises:
        RuntimeError: the server does not publish them.
    """
    folder = BENCH / "pages"
    response = http_client.fetch(
        server.port, http_client.encode_get("/dump/data.nq.gz", "*/*"), timeout=60
    )
    if response.status != 200:
        raise RuntimeError(f"{server.name} answers {response.status} for its dump")
    quads = folder / "data.nq"
    quads.write_bytes(gzip.decompress(response.body))
    home, snapshots, _ = prepare_snapshot(quads, folder)
    return home, snapshots


def _pages(things: Sequence[str]) -> Requests:
    def requests(server: Server) -> Iterator[bytes]:
        for number in _NUMBERS:
            # A parameter that no page reads: another address, so no cached response.
            path = f"/doc/{things[number % len(things)]}"
            yield http_client.encode_get(path, "text/html", lang="en", number=str(number))

    return requests


def _start_before(python: Path, home: Path) -> Server:
    def command(port: int) -> Sequence[str]:
        return [
            *(str(python), "-m", "oib", "serve", "--home", str(home)),
            *("--out", str(BENCH / "pages" / "snapshots-before"), "--port", str(port)),
        ]

    return start_server(BEFORE, command, "/sparql", 0.0, {"PYTHONPATH": str(home / "server")})


def _install_before() -> tuple[Path, Path]:
    """Return the Python and the sources of the state before, both installed on first use.

    Raises:
        NotInstalled: this is no clone with that commit, or its packages cannot be installed.
    """
    folder = BENCH / f"oib-{BEFORE_COMMIT}"
    source, environment = folder / "source", folder / "venv"
    python = environment / "bin" / "python"
    if (folder / ".ready").exists():
        return python, source
    try:
        archive = subprocess.run(
            ["git", "-C", str(ROOT), "archive", BEFORE_COMMIT], check=True, capture_output=True
        ).stdout
        with tarfile.open(fileobj=BytesIO(archive)) as files:
            files.extractall(source, filter="data")
        lock = (source / "requirements.lock").read_text("utf-8")
        packages = _run_time_packages(source, lock)
        for command in (
            [sys.executable, "-m", "venv", "--clear", str(environment)],
            [str(python), "-m", "pip", "install", "--quiet", *packages],
        ):
            subprocess.run(command, check=True, capture_output=True, timeout=600)
    except (subprocess.SubprocessError, OSError) as error:
        raise NotInstalled(f"commit {BEFORE_COMMIT} of this repository: {error}") from error
    (folder / ".ready").touch()
    return python, source


def _run_time_packages(source: Path, lock: str) -> list[str]:
    """Return the locked packages of a lock file, without those of the development group only."""
    locked = dict(re.findall(r"^([\w.-]+)==([\w.]+)", lock, re.MULTILINE))
    with (source / "pyproject.toml").open("rb") as file:
        dependencies = tomllib.load(file)["project"]["dependencies"]
    names = [re.split(r"[<>=]", dependency)[0] for dependency in dependencies]
    return [f"{name}=={locked[name]}" for name in names]
