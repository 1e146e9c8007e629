"""Live: a real server in a process of its own, on a free port of this machine."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from pyoxigraph import NamedNode, RdfFormat, Store

from oib.engine.embedded import Embedded
from oib.engine.limits import Limits
from oib.engine.writable import Writable
from oib.front import connection, intake
from oib.front.listener import listen
from oib.saved_queries import Library
from oib.services import Services
from oib.serving import door_before
from oib.web import create_app
from projects import ROOT

BESIDE = Path(__file__).parents[2] / "shared" / "w3c"
W3C = Path(os.environ.get("W3C_TESTS", BESIDE))
PROTOCOL = W3C / "sparql11" / "protocol"
PROTOCOL_DATA = "http://kasei.us/2009/09/sparql/data/data{}.rdf"

SMALL = """
@prefix : <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:suzhou rdfs:label "Suzhou"@en , "苏州"@zh-Hans ; :sister :boston .
:boston rdfs:label "Boston"@en .
"""


def site_of(engine, version="test-1"):
    return Services(engine, version, Library(ROOT))


def small_site():
    store = Store()
    store.load(SMALL, RdfFormat.TURTLE, to_graph=NamedNode("http://example.org/graph/small"))
    store.update("INSERT DATA { GRAPH <http://example.org/graph/other> { <urn:a> <urn:b> 1 } }")
    return site_of(Embedded(store))


def small_app():
    return create_app(small_site())


def door(app):
    """Return the door to an app that is a Flask app or stands before one, with all layers."""
    return door_before(small_site(), app)


def home_app():
    folder = os.environ["OIB_TEST_SNAPSHOTS"]
    return create_app(Services.open(ROOT, Path(folder)))


def protocol_app():
    store = Store()
    for number in (1, 2, 3):
        graph = NamedNode(PROTOCOL_DATA.format(number))
        store.load(path=PROTOCOL / f"data{number}.nt", to_graph=graph)
    return create_app(site_of(Embedded(store), "w3c"))


def writable_app():
    engine = Writable()
    return create_app(Services(engine, "w3c", Library(ROOT), writable=engine))


def slow_app():
    app = small_app().wsgi_app

    def slow(environ, start_response):
        if environ["QUERY_STRING"].startswith("query="):
            time.sleep(1.5)
        return app(environ, start_response)

    return slow


def hasty_app():
    """An app behind a front without patience."""
    connection._HEAD_WITHIN = intake._SECONDS = 0.5
    return small_app()


@contextmanager
def serving(factory):
    """Serve the app of a factory of this module; yield the URL of its root."""
    with process(factory) as (root, _):
        yield root


@contextmanager
def process(factory):
    """Serve the app of a factory of this module; yield the URL of its root, and the process."""
    port = free_port()
    with _process(port, __file__, factory.__name__, str(port)) as server:
        yield server.root, server.process


@contextmanager
def serve(*arguments, **environment):
    """Run ``oib serve`` with arguments and variables; yield its root, process and errors."""
    port = free_port()
    command = ("-m", "oib", "serve", "--port", str(port), *map(str, arguments))
    with _process(port, *command, **environment) as server:
        yield server


@dataclass
class Server:
    root: str
    process: subprocess.Popen
    errors: Path


@contextmanager
def _process(port, *command, **environment):
    path = os.pathsep.join(path for path in sys.path if path)
    with tempfile.NamedTemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, "PYTHONPATH": path, **environment},
            stderr=errors,
        )
        try:
            yield Server(_ready(f"http://127.0.0.1:{port}", process), process, Path(errors.name))
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _ready(root, server):
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            urlopen(f"{root}/sparql", timeout=5).close()
            return root
        except (URLError, ConnectionError):
            time.sleep(0.05)
    raise RuntimeError(f"no server at {root}; exit status {server.poll()}")


if __name__ == "__main__":
    app = globals()[sys.argv[1]]()
    listen(lambda: door(app), "127.0.0.1", int(sys.argv[2]), Limits().seconds)
