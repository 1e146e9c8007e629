"""Pages of every kind in a browser, first visit after a start, beside the same bytes as files.

A page is ready when the browser has loaded it with its style sheet, images and scripts
(``loadEventEnd`` of the Navigation Timing API). The query editor follows then, in place of a form
that works; when it is there is told beside it. Each is opened in a window that has nothing in its
cache, by Chromium that has no way to other hosts. The peer is ``python -m http.server``: what it
takes is the time of the browser itself.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

from bench import http_client
from bench.own_server import start_own_server
from bench.server_process import BENCH, ROOT, Server
from free_ports import free_port

STARTS = 5  # of our server
LIMIT = 300.0  # milliseconds

#: A page of each kind, of the shipped data.
PAGES = (
    *("/", "/bases", "/sources", "/claims", "/people"),
    *("/doc/organization/suzhou-base", "/doc/document/innovation-without-borders"),
    *("/doc/claim/innovation-without-borders/p13-10", "/doc/", "/graph/person/sun-youshun"),
    *("/queries/", "/queries/base/count", "/queries/claim/about", "/search?q=Suzhou", "/sparql"),
    *("/pictures/", "/pictures/network/ties", "/ontology", "/vocab", "/shapes", "/dataset"),
    *("/changes", "/changes/0.1.0/0.2.0", "/reconcile"),
    *("/how-to-read", "/about", "/corrections", "/nowhere/suzhou-base"),
)
_CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
_CLIENTS = ROOT / "tests" / "clients"
_TIMEOUT = 300.0  # seconds, of one round
_START = 30.0  # seconds that the peer may take to start


def measure_page_loads(starts: int = STARTS, pages: Sequence[str] = PAGES) -> dict[str, Any]:
    """Open all pages after each start of our server.

    Returns:
        under ``pages`` the path of each with its times in milliseconds, one a start: until the
        ``first_byte`` and until it was ``loaded``, and ``as_file`` until the same bytes were loaded
        from the peer; under ``editor`` the times until the query editor was in place, one a start;
        under ``missing`` why there are none, else nothing.
    """
    if not shutil.which("node") or not (_CLIENTS / "node_modules").exists():
        return {"pages": [], "missing": "install Node.js and npm, then run make clients"}
    if not Path(_CHROMIUM).exists():
        return {"pages": [], "missing": "install chromium, or set CHROMIUM to its path"}
    try:
        rounds = [_run_round(pages, number) for number in range(starts)]
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        return {"pages": [], "missing": str(error)}
    return {
        "pages": [
            {
                "path": path,
                **{
                    name: [each[name][path] for each in rounds]
                    for name in ("first_byte", "loaded", "as_file")
                },
            }
            for path in pages
        ],
        "editor": [milliseconds for each in rounds for milliseconds in each["editor"].values()],
        "missing": "",
    }


def table(loads: Mapping[str, Any]) -> list[str]:
    """Return the rows of a Markdown table of medians."""
    if loads["missing"]:
        return [f"Not measured: {loads['missing']}."]
    rows = [
        "| page, first visit after a start | first byte, ms | loaded, ms | slowest, ms "
        "| the same bytes as files, ms |",
        "|---|---|---|---|---|",
    ]
    for page in loads["pages"]:
        numbers = (
            median(page["first_byte"]),
            median(page["loaded"]),
            max(page["loaded"]),
            median(page["as_file"]),
        )
        rows.append(f"| {page['path']} | {' | '.join(f'{number:.0f}' for number in numbers)} |")
    if loads["editor"]:
        rows += ["", f"The query editor is in place after {median(loads['editor']):.0f} ms."]
    return rows


def _run_round(pages: Sequence[str], number: int) -> dict[str, dict[str, float]]:
    """Start our server anew and open each page; then open the same bytes as files."""
    # Each round begins with another page, for what many pages share is made for the first of them.
    turn = number * len(pages) // STARTS % len(pages)
    order = [*pages[turn:], *pages[:turn]]
    server = start_own_server(ROOT, BENCH / "loads" / "snapshots", "oib-loads")
    try:
        ours = _open_pages(server.port, order)
        files = _save_pages(server, pages)
    finally:
        server.stop()
    peer, process = _start_file_server(BENCH / "loads" / "site")
    try:
        theirs = _open_pages(peer, [files[path] for path in order])
    finally:
        process.terminate()
        process.wait()
    return {
        "first_byte": {path: ours[path]["firstByte"] for path in pages},
        "loaded": {path: ours[path]["loaded"] for path in pages},
        "as_file": {path: theirs[files[path]]["loaded"] for path in pages},
        "editor": {path: times["editor"] for path, times in ours.items() if "editor" in times},
    }


def _open_pages(port: int, paths: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return status and times of each page, as ``clients/page_times.mjs`` prints them.

    Raises:
        RuntimeError: the browser did not open one.
    """
    done = subprocess.run(
        ["node", str(_CLIENTS / "page_times.mjs"), f"http://127.0.0.1:{port}", *paths],
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=False,
        env={**os.environ, "CHROMIUM": _CHROMIUM},
    )
    if done.returncode:
        raise RuntimeError(f"the browser failed: {done.stderr.strip()[-500:]}")
    times: dict[str, dict[str, float]] = json.loads(done.stdout)
    return times


def _save_pages(server: Server, pages: Sequence[str]) -> dict[str, str]:
    """Write each page and the files that it loads; return the path of each on the peer."""
    site = BENCH / "loads" / "site"
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(ROOT / "server" / "oib" / "web" / "static", site / "static")
    files = {}
    for number, path in enumerate(pages):
        response = http_client.fetch(server.port, http_client.encode_get(path, "text/html"))
        (site / f"{number}.html").write_bytes(response.body)
        files[path] = f"/{number}.html"
    return files


def _start_file_server(folder: Path) -> tuple[int, subprocess.Popen[bytes]]:
    """Return the port of ``python -m http.server`` over a folder, and its process.

    Raises:
        RuntimeError: it does not answer.
    """
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "http.server", str(port)),
            *("--bind", "127.0.0.1", "--directory", str(folder)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for_port(port, process)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    return port, process


def _wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.05)
    raise RuntimeError("python -m http.server does not answer")
