"""The watch: a layer that counts what is asked and answered, and writes a line if told to."""

import time
from collections.abc import AsyncIterator, Callable
from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from oib.front import Request, Response, journal
from oib.front.cache import Cache

_ROUTES = "sparql graph-store queries id doc graph dump ontology vocab shapes dataset static health"
_KNOWN = {name: name for name in [*_ROUTES.split(), "ready", ""]}
_SECONDS = (0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30)
_OUTCOMES = {408: "slow", 413: "too-large", 503: "stopped"}


class Watch:
    """A layer before a cache; answers ``/metrics`` itself, in Prometheus' text format."""

    def __init__(
        self, cache: Cache, version: Callable[[], str], say: Callable[[str], None] | None = None
    ) -> None:
        self._cache, self._say = cache, say
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

    async def __call__(self, request: Request) -> Response:
        """Answer a request and count it."""
        if request.path == "/metrics":
            return self._metrics()
        start = time.perf_counter()
        self._flying.inc()
        try:
            response = await self._cache(request)
        finally:
            self._flying.dec()
        if isinstance(response.body, bytes):
            self.count(request, response.status, len(response.body), start)
        else:
            response.body = self._counted(request, response, response.body, start)
        return response

    def count(self, request: Request, status: int, sent: int, start: float) -> None:
        """Count an answer of so many bytes; ``start`` is a reading of ``time.perf_counter``."""
        seconds = time.perf_counter() - start
        first = request.path.lstrip("/").partition("/")[0].partition(".")[0]
        route = _KNOWN.get(first, "other")  # few and known: a client cannot make up more
        self._requests(route, str(status)).inc()
        outcome = _OUTCOMES.get(status, "refused" if status >= 400 else "answered")
        if route in ("sparql", "queries"):
            self._seconds(outcome).observe(seconds)
        if request.cached:
            self._cached(request.cached).inc()
        if self._say:
            self._say(journal.line(request, status, seconds, sent, outcome))

    async def _counted(
        self, request: Request, response: Response, body: AsyncIterator[bytes], start: float
    ) -> AsyncIterator[bytes]:
        """Pass a body on, and count when it has ended or nobody wants more of it."""
        sent = 0
        try:
            async for piece in body:
                sent += len(piece)
                yield piece
        finally:
            self.count(request, response.status, sent, start)

    def _metrics(self) -> Response:
        self._info.clear()
        self._info.labels(self._version()).set(1)
        body = generate_latest(self._registry)
        headers = [("Content-Type", CONTENT_TYPE_LATEST), ("Cache-Control", "no-store")]
        return Response(200, [*headers, ("Content-Length", str(len(body)))], body)
