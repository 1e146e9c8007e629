"""The watch: a WSGI layer that counts what is asked and answered, and writes a line if told to."""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from oib.front import Application, Environ, Headers, StartResponse, journal
from oib.front.cache import Cache

_ROUTES = "sparql graph-store queries id doc graph dump ontology vocab shapes dataset static health"
_KNOWN = {name: name for name in [*_ROUTES.split(), "ready", ""]}
_SECONDS = (0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30)
_OUTCOMES = {"408": "slow", "413": "too-large", "503": "stopped"}


class Watch:
    """An app in front of a cache; answers ``/metrics`` itself, in Prometheus' text format."""

    def __init__(
        self, cache: Cache, version: Callable[[], str], say: Callable[[str], None] | None = None
    ) -> None:
        self._app: Application = cache
        self._say = say
        self._registry = registry = CollectorRegistry()
        requests = Counter("oib_requests", "Requests.", ("route", "status"), registry=registry)
        seconds = Histogram(
            "oib_query_seconds",
            "Time to the answer of a query.",
            ("outcome",),
            registry=registry,
            buckets=_SECONDS,
        )
        cached = Counter("oib_cache", "Answers by the cache.", ("result",), registry=registry)
        # To find a series by its labels takes longer than to count; there are few of them.
        self._requests = lru_cache(maxsize=None)(requests.labels)
        self._seconds = lru_cache(maxsize=None)(seconds.labels)
        self._cached = lru_cache(maxsize=None)(cached.labels)
        self._flying = Gauge("oib_requests_in_flight", "Requests now.", registry=registry)
        gauge = Gauge("oib_cache_bytes", "Bytes of kept answers.", registry=registry)
        gauge.set_function(lambda: cache.kept.weight)
        self._info = Gauge("oib_data_info", "The data served.", ("version",), registry=registry)
        self._version = version

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request and count it."""
        path = environ["PATH_INFO"]
        if path == "/metrics":
            return self._metrics(start_response)
        start = time.perf_counter()
        told: list[Any] = ["500", []]

        def note(status: str, headers: Headers, exc_info: Any = None) -> Any:
            told[:] = status, headers
            return start_response(status, headers, *([exc_info] if exc_info else []))

        self._flying.inc()
        try:
            body = self._app(environ, note)
        except BaseException:
            self._flying.dec()
            raise
        if isinstance(body, list):  # complete, as all that is kept
            self._count(environ, told, start, sum(map(len, body)))
            return body
        return _Watched(body, lambda sent: self._count(environ, told, start, sent))

    def _count(self, environ: Environ, told: list[Any], start: float, sent: int) -> None:
        seconds, status = time.perf_counter() - start, told[0][:3]
        first = environ["PATH_INFO"].lstrip("/").partition("/")[0].partition(".")[0]
        route = _KNOWN.get(first, "other")  # few and known: a client cannot make up more
        cached = environ.get("oib.cache", "")
        self._flying.dec()
        self._requests(route, status).inc()
        outcome = _OUTCOMES.get(status, "refused" if status >= "400" else "answered")
        if route in ("sparql", "queries"):
            self._seconds(outcome).observe(seconds)
        if cached:
            self._cached(cached).inc()
        if self._say:
            self._say(journal.line(environ, status, seconds, sent, outcome))

    def _metrics(self, start_response: StartResponse) -> Iterable[bytes]:
        self._info.clear()
        self._info.labels(self._version()).set(1)
        body = generate_latest(self._registry)
        headers = [("Content-Type", CONTENT_TYPE_LATEST), ("Cache-Control", "no-store")]
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [body]


class _Watched:
    """A body that counts its bytes, and says how many when it is closed."""

    def __init__(self, body: Iterable[bytes], done: Callable[[int], None]) -> None:
        self._body, self._done, self._sent = body, done, 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._body:
            self._sent += len(piece)
            yield piece

    def close(self) -> None:
        close = getattr(self._body, "close", None)
        try:
            if close:
                close()
        finally:
            done, self._done = self._done, lambda sent: None
            done(self._sent)
