"""Metrics: requests, query times and cache results, in the text format of Prometheus.

Counters are plain integers of the event loop, which cost a request less than a microsecond; they
become samples when somebody scrapes them.
"""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from oib.http import access_log
from oib.http.messages import Request, Response

_QUERY_ROUTES: Final = frozenset({"sparql", "queries"})
_BUCKETS: Final = (0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 30.0)
_OUTCOMES: Final = {408: "slow", 413: "too-large", 422: "too-large", 503: "stopped"}


#: The paths that the server answers without the web application.
_OWN_ROUTES: Final = frozenset({"sparql", "metrics"})


@lru_cache(maxsize=256)
def _first_segment(path: str) -> str:
    """Return how a path begins, without the suffix that names a format."""
    segment = path[1:].partition("/")[0]
    return segment.partition(".")[0] or segment


class _Histogram:
    """Observations in seconds, counted by bucket."""

    def __init__(self) -> None:
        self.counts = [0] * (len(_BUCKETS) + 1)
        self.total = 0.0

    def observe(self, seconds: float) -> None:
        self.counts[bisect_left(_BUCKETS, seconds)] += 1
        self.total += seconds

    def buckets(self) -> list[tuple[str, float]]:
        bounds, so_far, cumulated = [*map(str, _BUCKETS), "+Inf"], 0, []
        for bound, count in zip(bounds, self.counts, strict=True):
            so_far += count
            cumulated.append((bound, float(so_far)))
        return cumulated


class Metrics(Collector):
    """The counters of one server.

    Args:
        version: returns that of the data now served.
        cache_bytes: returns the size of the response cache.
        routes: first segments of paths, under which requests are counted; those to all other paths
            are counted together, so that no client can make up a time series.
        log: gets a line of the access log for each request; None if there is no such log.
    """

    def __init__(
        self,
        version: Callable[[], str],
        cache_bytes: Callable[[], int],
        routes: Iterable[str] = (),
        log: Callable[[str], None] | None = None,
    ) -> None:
        self._routes = _OWN_ROUTES | set(map(_first_segment, (f"/{route}" for route in routes)))
        self._version, self._cache_bytes, self._log = version, cache_bytes, log
        self._requests = Counter[tuple[str, int]]()
        self._seconds: dict[str, _Histogram] = {}
        self._cache = Counter[str]()
        #: Returns how many requests are being answered.
        self.in_flight: Callable[[], int] = lambda: 0
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def record(self, request: Request, status: int, sent: int) -> None:
        """Count a response with a body of so many bytes."""
        seconds = time.perf_counter() - request.started
        route = self._route(request.path)
        self._requests[route, status] += 1
        outcome = _OUTCOMES.get(status, "refused" if status >= 400 else "answered")
        if route in _QUERY_ROUTES:
            histogram = self._seconds.get(outcome)
            if histogram is None:
                histogram = self._seconds[outcome] = _Histogram()
            histogram.observe(seconds)
        if request.cache_result:
            self._cache[request.cache_result] += 1
        if self._log:
            self._log(access_log.format_line(request, status, seconds, sent, outcome))

    def _route(self, path: str) -> str:
        segment = _first_segment(path)
        return segment if segment in self._routes else "other"

    def response(self) -> Response:
        """Return all metrics as a response."""
        body = generate_latest(self._registry)
        headers = [("Content-Type", CONTENT_TYPE_LATEST), ("Cache-Control", "no-store")]
        return Response(200, [*headers, ("Content-Length", str(len(body)))], body)

    def collect(self) -> Iterable[Metric]:
        """Yield the families of samples, for the registry."""
        requests = CounterMetricFamily("oib_requests", "Requests.", labels=("route", "status"))
        for (route, status), count in self._requests.items():
            requests.add_metric((route, str(status)), count)
        yield requests
        seconds = HistogramMetricFamily(
            "oib_query_seconds", "Time to the answer of a query.", labels=("outcome",)
        )
        for outcome, histogram in self._seconds.items():
            seconds.add_metric((outcome,), histogram.buckets(), histogram.total)
        yield seconds
        cache = CounterMetricFamily("oib_cache", "Responses by the cache.", labels=("result",))
        for result, count in self._cache.items():
            cache.add_metric((result,), count)
        yield cache
        yield from self._gauges()

    def _gauges(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("oib_requests_in_flight", "Requests now.", self.in_flight())
        yield GaugeMetricFamily("oib_cache_bytes", "Bytes of kept responses.", self._cache_bytes())
        info = GaugeMetricFamily("oib_data_info", "The data served.", labels=("version",))
        info.add_metric((self._version(),), 1)
        yield info
