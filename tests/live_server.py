"""Live: a real server in a process of its own, on a free port of this machine."""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from pyoxigraph import NamedNode, RdfFormat, Store

from free_ports import free_port
from oib.engine.embedded import Embedded
from oib.errors import OibError
from oib.http import problems
from oib.http.messages import Response
from oib.http.server import create_application, run
from oib.http.settings import HttpSettings
from oib.page_queries import PageQueries
from oib.project import Description, description
from oib.reload import CurrentServices
from oib.saved_queries import Library
from oib.services import Services
from oib.sparql.request import read_request
from projects import ROOT
from writable import Writable

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


@cache
def project():
    """Return saved queries, queries of pages and description of the project's own home."""
    return Library.load(ROOT), PageQueries.load(ROOT), description(ROOT)


def services_of(engine, version="test-1"):
    library, pages, about = project()
    return Services(engine, version, library, pages=pages, description=about)


def small_services(home=ROOT):
    """Return services over a few triples, with the pages and queries of a home."""
    store = Store()
    store.load(SMALL, RdfFormat.TURTLE, to_graph=NamedNode("http://example.org/graph/small"))
    store.update("INSERT DATA { GRAPH <http://example.org/graph/other> { <urn:a> <urn:b> 1 } }")
    services = services_of(Embedded(store))
    if home == ROOT:
        return services
    pages = PageQueries.load(home)
    return replace(services, library=Library.load(home), pages=pages, description=Description())


def application(services, **settings):
    """Return the application of the server over services."""
    return create_application(CurrentServices(services), **settings)


def small_app():
    return application(small_services())


def home_app():
    home, folder = os.environ.get("OIB_TEST_HOME", ROOT), os.environ["OIB_TEST_SNAPSHOTS"]
    return application(Services.open(Path(home), Path(folder)))


def protocol_app():
    store = Store()
    for number in (1, 2, 3):
        graph = NamedNode(PROTOCOL_DATA.format(number))
        store.load(path=PROTOCOL / f"data{number}.nt", to_graph=graph)
    return application(services_of(Embedded(store), "w3c"))


def writable_app():
    return UpdateApplication(Writable())


class UpdateApplication:
    """An application that also takes updates (SPARQL 1.1 Protocol, section 2.2)."""

    def __init__(self, engine):
        self.engine = engine
        # What is true now need not be true at the next request.
        self.queries = application(replace(services_of(engine, "w3c"), is_immutable=False))

    def __getattr__(self, name):
        return getattr(self.queries, name)

    def handle(self, request, respond):
        if request.method == "POST":
            try:
                kind, encoding = (
                    request.headers.get(name, "") for name in ("content-type", "content-encoding")
                )
                operation = read_request("POST", request.query, kind, encoding, request.body)
                if operation.kind == "update":
                    self.engine.update(operation.text, operation.dataset)
                    respond(Response(204, []))
                    return None
            except OibError as error:
                respond(problems.from_error(error))
                return None
        return self.queries.handle(request, respond)


class SlowSession:
    """A session whose answers take a while, or never come."""

    def __init__(self, session, seconds):
        self.session, self.seconds = session, seconds

    def query(self, *query):
        return self.session.query(*query)

    def preview(self, *query):
        return self.session.preview(*query)

    def cancel(self):
        self.session.cancel()

    def answer(self, *query):
        return asyncio.ensure_future(self.answer_later(*query))

    async def answer_later(self, *query):
        await asyncio.sleep(self.seconds)
        return await self.session.answer(*query)


class SlowEngine(Embedded):
    seconds = 3.0

    def session(self, *parts):
        return SlowSession(super().session(*parts), self.seconds)


class HangingEngine(SlowEngine):
    seconds = 3600.0


class StreamingApplication:
    """An application whose response goes on as long as its client."""

    def __init__(self):
        self.small = small_app()

    def __getattr__(self, name):
        return getattr(self.small, name)

    def handle(self, request, respond):
        if request.path != "/endless":
            return self.small.handle(request, respond)
        respond(Response(200, [("Content-Type", "text/plain")], self.pieces()))
        return None

    async def pieces(self):
        while True:
            yield b"piece\n"
            await asyncio.sleep(0.05)


def streaming_app():
    return StreamingApplication()


def slow_app():
    return application(services_of(SlowEngine(Store())))


def hanging_app():
    return application(services_of(HangingEngine(Store())))


@contextmanager
def serving(factory, **settings):
    """Serve the app of a factory of this module; yield the URL of its root."""
    with process(factory, **settings) as (root, _):
        yield root


@contextmanager
def process(factory, **settings):
    """Serve the app of a factory of this module; yield the URL of its root, and the process.

    ``settings`` are members of ``HttpSettings``.
    """
    port = free_port()
    command = (__file__, factory.__name__, str(port), json.dumps(settings))
    with _process(port, *command) as server:
        yield server.root, server.process


@contextmanager
def serve(*arguments, prefetch=False, **environment):
    """Run ``oib serve`` with arguments and variables; yield its root, process and errors.

    It serves the home that pytest was given, unless the arguments name another. It computes nothing
    in advance, which takes seconds and would delay other tests, but with ``prefetch=True``.
    """
    port = free_port()
    if "--home" not in arguments:
        arguments = ("--home", os.environ.get("OIB_TEST_HOME", ROOT), *arguments)
    if not prefetch:
        arguments = (*arguments, "--no-prefetch")
    command = ("-m", "oib", "serve", "--port", str(port), *map(str, arguments))
    with _process(port, *command, **environment) as server:
        yield server


def cache_bytes(root):
    """Return how many bytes of responses a server keeps."""
    return _metric(root, "oib_cache_bytes")


def in_flight(root):
    """Return how many requests a server is answering."""
    return _metric(root, "oib_requests_in_flight")


def _metric(root, name):
    with urlopen(f"{root}/metrics") as response:
        text = response.read().decode()
    return float(re.search(rf"^{name} (\S+)", text, re.MULTILINE)[1])


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
            root = _ready(f"http://127.0.0.1:{port}", process, Path(errors.name))
            yield Server(root, process, Path(errors.name))
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _ready(root, server, errors):
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            urlopen(f"{root}/health", timeout=5).close()
            return root
        except (URLError, ConnectionError):
            time.sleep(0.05)
    raise RuntimeError(
        f"no server at {root}; exit status {server.poll()}: {errors.read_text('utf-8')}"
    )


if __name__ == "__main__":
    name, port, settings = sys.argv[1:]
    members = json.loads(settings)
    members["trusted_proxies"] = tuple(map(ip_network, members.get("trusted_proxies", ())))
    run(globals()[name], "127.0.0.1", int(port), HttpSettings(**members))
