"""The application: which part of the server answers a request, and what is recorded of it."""

import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from oib import response_headers
from oib.http import problems, sparql
from oib.http.messages import Request, Response
from oib.http.metrics import Metrics
from oib.http.response_cache import (
    MAX_BYTES,
    CachedResponse,
    Key,
    MemoEntry,
    RequestMemo,
    ResponseCache,
    cacheable,
    conditional,
    may_be_memorized,
    unconditional,
)
from oib.http.sparql import SparqlEndpoint
from oib.http.wsgi import WebApplication
from oib.reload import CurrentServices
from oib.services import Services

_log = logging.getLogger(__name__)
_ALLOW = [("Allow", "GET, HEAD")]


class HttpApplication:
    """Answers requests: from the response cache, at ``/sparql``, or by the web application.

    Args:
        services: the current services; a request takes them once.
        web: the web application.
        log: gets a line of the access log for each request; None if there is no such log.
        cache_bytes: how many bytes of responses are kept.
    """

    def __init__(
        self,
        services: CurrentServices,
        web: WebApplication,
        log: Callable[[str], None] | None = None,
        cache_bytes: int = MAX_BYTES,
    ) -> None:
        self._services, self._web = services, web
        self.cache = ResponseCache(cache_bytes)
        self._memo = RequestMemo()
        self._sparql = SparqlEndpoint(self.cache, self._page)
        self.metrics = Metrics(lambda: services.current.version, lambda: self.cache.size, log)

    def refuse(self, response: Response) -> Response:
        """Mark and record the response to what could not be read as a request."""
        response.headers += response_headers.common(self._services.current.version)
        return self._record(Request("", "/-"), response)

    def recall(self, raw: bytes) -> MemoEntry | None:
        """Return the response to the very bytes of a request, if it holds now; record it."""
        entry = self._memo.lookup(raw, self._services.current.version)
        if entry is not None:
            entry.request.started = time.perf_counter()
            self.metrics.record(entry.request, 200, len(entry.body))
        return entry

    def memorize(self, raw: bytes, request: Request, response: Response) -> None:
        """Remember the response from the cache to the bytes of a request."""
        entry = response.cached
        if entry is not None and response.status == 200 and may_be_memorized(request):
            head, version = entry.encoded_headers, request.version
            self._memo.store(raw, MemoEntry(version, head, entry.body, request))

    def handle(self, request: Request) -> Response | Coroutine[Any, Any, Response]:
        """Answer a request, at once or by a coroutine, and record the response."""
        services = self._services.current
        request.version = services.version
        try:
            answer = self._route(request, services)
        except Exception:
            answer = self._fault(request)
        if not isinstance(answer, Response):
            self.metrics.in_flight += 1
            return self._finish(request, answer)
        return self._record(request, answer)

    async def _finish(self, request: Request, answer: Coroutine[Any, Any, Response]) -> Response:
        try:
            response = await answer
        except Exception:
            response = self._fault(request)
        finally:
            self.metrics.in_flight -= 1
        return self._record(request, response)

    def _fault(self, request: Request) -> Response:
        """Log the exception at hand, and return the response to the request that met it."""
        _log.exception("fault in the answer to %s %s", request.method, request.path)
        detail = "the server failed to answer this request; tell whoever runs it"
        response = problems.problem(500, detail)
        response.headers += response_headers.common(request.version)
        return response

    def _record(self, request: Request, response: Response) -> Response:
        if isinstance(response.body, bytes):
            is_sent = request.method != "HEAD"
            self.metrics.record(request, response.status, len(response.body) if is_sent else 0)
        else:
            response.body = self._recorded(request, response, response.body)
        return response

    async def _recorded(
        self, request: Request, response: Response, body: AsyncIterator[bytes]
    ) -> AsyncIterator[bytes]:
        """Yield the pieces of a body, and record the response when it has ended or is cut off."""
        sent = 0
        try:
            async for piece in body:
                sent += len(piece)
                yield piece
        finally:
            self.metrics.record(request, response.status, sent)

    def _route(
        self, request: Request, services: Services
    ) -> Response | Coroutine[Any, Any, Response]:
        if request.path == "/metrics":
            return self._metrics(request)
        if request.path == "*":
            return self._options(services)
        key = self.cache.key(request, services.version)
        entry = self.cache.lookup(key) if key else None
        if entry is not None:
            request.cache_result = "hit"
            if self.cache.is_encoded(entry, request):
                return entry.response_to(request)
            return self._encode(entry, request, key)
        if request.path in sparql.PATHS:
            return self._sparql.handle(request, services, key)
        return self._page(request, services, key)

    async def _encode(self, entry: CachedResponse, request: Request, key: Key | None) -> Response:
        return (await self.cache.encode(entry, request, key)).response_to(request)

    async def _page(self, request: Request, services: Services, key: Key | None) -> Response:
        whole = unconditional(request) if key else request
        response = await self._web.respond(whole, services)
        entry = cacheable(response) if services.is_immutable else None
        if entry is None or not (key or request.method == "POST"):
            return conditional(request, response)
        return (await self.cache.store(entry, request, key)).response_to(request)

    def _options(self, services: Services) -> Response:
        """Answer ``OPTIONS *``, which is about the server as a whole (RFC 9110, section 9.3.7)."""
        allow = [("Allow", "GET, HEAD, POST, OPTIONS"), ("Content-Length", "0")]
        return Response(200, [*allow, *response_headers.common(services.version)])

    def _metrics(self, request: Request) -> Response:
        if request.method in ("GET", "HEAD"):
            return self.metrics.response()
        response = problems.problem(405, "metrics are read by GET", _ALLOW)
        response.headers += response_headers.common(self._services.current.version)
        return response
