"""The application: which part of the server answers a request, and what is recorded of it."""

import logging
import math
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from functools import partial

from oib import response_headers
from oib.errors import NotFound, OibError
from oib.http import entity_documents, problems, sparql
from oib.http.entity_documents import EntityDocuments
from oib.http.messages import (
    Pending,
    Request,
    Respond,
    Response,
    header,
    respond_later,
    response_from,
)
from oib.http.metrics import Metrics
from oib.http.response_cache import (
    MAX_BYTES,
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
from oib.http.threads import FairThreadPool
from oib.http.wsgi import WebApplication
from oib.reload import CurrentServices
from oib.services import Services
from oib.sparql import guard

_log = logging.getLogger(__name__)
_ALLOW = [("Allow", "GET, HEAD")]
_RELEASES = "/version/"
_PROBES = ("/health", "/ready", "/metrics")  # which monitors request all the time
_OPENERS = 2  # threads that unpack releases; one at a time does


class HttpApplication:
    """Answers requests: from the response cache, at ``/sparql``, or by the web application.

    Args:
        services: the current services; a request takes them once.
        web: the web application.
        log: gets a line of the access log for each request; None if there is no such log.
        cache_bytes: how many bytes of responses are kept.
        routes: first segments of the paths that the web application answers, for the metrics.
    """

    def __init__(
        self,
        services: CurrentServices,
        web: WebApplication,
        log: Callable[[str], None] | None = None,
        cache_bytes: int = MAX_BYTES,
        routes: Iterable[str] = (),
    ) -> None:
        self._services, self._web = services, web
        self.cache = ResponseCache(cache_bytes)
        self._memo = RequestMemo()
        self._documents = EntityDocuments(web)
        self._openers = FairThreadPool("release", _OPENERS, 1)
        self._last_request = -math.inf  # as time.perf_counter() counts
        self._sparql = SparqlEndpoint(self.cache, self._page, self._fault)
        self.metrics = Metrics(
            lambda: services.current.version, lambda: self.cache.size, routes, log
        )

    def refuse(self, response: Response) -> Response:
        """Mark and record the response to what could not be read as a request."""
        response.headers.extend(response_headers.common(self._services.current.version))
        return self._record(Request("", "/-"), response)

    def lookup(self, raw: bytes) -> MemoEntry | None:
        """Return the response to the exact bytes of a request, if it is still valid; record it."""
        entry = self._memo.lookup(raw, self._services.current.version)
        if entry is not None:
            entry.request.started = self._last_request = time.perf_counter()
            self.metrics.record(entry.request, 200, len(entry.body))
        return entry

    def clear_caches(self) -> None:
        """Drop all responses that are kept; to be called when the data have been replaced."""
        self.cache.clear()
        self._memo.clear()

    def memorize(self, raw: bytes, request: Request, response: Response) -> None:
        """Remember the response from the cache to the bytes of a request.

        The bytes do not tell whether a trusted proxy has sent them, which states our address.
        """
        entry = response.cached
        if entry is None or entry.varies_by_host:
            return
        if response.status == 200 and may_be_memorized(request):
            head, version = entry.encoded_headers, request.version
            self._memo.store(raw, MemoEntry(version, head, entry.body, request))

    def handle(self, request: Request, respond: Respond) -> Pending | None:
        """Answer a request, and record the response."""
        if request.path not in _PROBES:
            self._last_request = request.started
        return self.answer(request, lambda response: respond(self._record(request, response)))

    def answer(self, request: Request, respond: Respond) -> Pending | None:
        """Answer a request, such as one of our own, and record nothing."""
        services = self._services.current
        request.version = services.version
        try:
            return self._route(request, services, respond)
        except Exception as error:
            respond(self._fault(request, error))
            return None

    def _fault(self, request: Request, error: BaseException) -> Response:
        """Log an exception, and return the response to the request during which it was raised."""
        _log.error("fault in the answer to %s %s", request.method, request.path, exc_info=error)
        detail = "the server failed to answer this request; tell whoever runs it"
        return problems.problem(500, detail, version=request.version)

    def _record(self, request: Request, response: Response) -> Response:
        body = response.body
        if isinstance(body, bytes):
            self.metrics.record(
                request, response.status, 0 if request.method == "HEAD" else len(body)
            )
        else:
            response.body = self._recorded(request, response.status, body)
        return response

    async def _recorded(
        self, request: Request, status: int, body: AsyncIterator[bytes]
    ) -> AsyncIterator[bytes]:
        """Yield the pieces of a body, and record the response when it has ended or is cut off."""
        sent = 0
        try:
            async for piece in body:
                sent += len(piece)
                yield piece
        finally:
            self.metrics.record(request, status, sent)

    def _route(self, request: Request, services: Services, respond: Respond) -> Pending | None:
        path = request.path
        if path.startswith(_RELEASES) and services.releases is not None:
            version, slash, rest = path[len(_RELEASES) :].partition("/")
            if slash and rest:
                return self._release(request, services, version, "/" + rest, respond)
        if path in sparql.PATHS:
            if len(request.query) <= guard.MAX_INLINE_LENGTH:
                return self._sparql.handle(request, services, respond)
            # It finds its answers by their entity tags, for which the query has to be read; a long
            # one is looked up unread first.
            make = partial(self._read_query, request, services)
            return self._from_cache(request, services, make, respond)
        if path == "/metrics":
            respond(self._metrics(request))
            return None
        if path == "*":
            respond(self._options(services))
            return None
        if path.startswith(entity_documents.PATHS):
            make = partial(self._make_document, request, services)
            return self._from_cache(request, services, make, respond)
        return self._page(request, services, respond)

    def _release(
        self,
        request: Request,
        services: Services,
        version: str,
        path: str,
        respond: Respond,
    ) -> Pending | None:
        """Answer a request for a part of a release as the same part of the current data."""
        releases = services.releases
        assert releases is not None
        root = f"{_RELEASES}{version}"
        inner = replace(request, path=path, root=root, version=version)
        opened = releases.opened(version)
        if opened is not None:
            return self._route(inner, opened, respond)

        async def make() -> Response:
            # Not in the threads that others share: all would wait while one is unpacked.
            try:
                opened = await self._openers.run(request.client, partial(releases.open, version))
            except NotFound:  # for a browser, a page
                return await response_from(partial(self._page, request, services))
            return await response_from(partial(self._route, inner, opened))

        def fail(error: BaseException) -> Response:
            if isinstance(error, OibError):
                return problems.from_error(error, request.version)
            return self._fault(request, error)

        return respond_later(make(), respond, fail)

    def _read_query(
        self, request: Request, services: Services, key: Key | None, respond: Respond
    ) -> Pending | None:
        return self._sparql.handle(request, services, respond)

    def _page(self, request: Request, services: Services, respond: Respond) -> Pending | None:
        """Let the web application answer, unless its response is in the cache."""
        return self._from_cache(
            request, services, partial(self._make_page, request, services), respond
        )

    def _from_cache(
        self,
        request: Request,
        services: Services,
        make: Callable[[Key | None, Respond], Pending | None],
        respond: Respond,
    ) -> Pending | None:
        """Answer a request from the cache; ``make`` answers if it is not there, given its key."""
        key = self.cache.key(request, services.version)
        for known in (key, self.cache.key_of_host(key, request)) if key else ():
            entry = self.cache.lookup(known)
            if entry is not None:
                return self.cache.deliver(entry, request, known, respond)
        return make(key, respond)

    def _make_page(
        self, request: Request, services: Services, key: Key | None, respond: Respond
    ) -> Pending | None:
        """Let the web application answer."""
        return respond_later(
            self._from_web(request, services, key),
            partial(self._deliver, request, services, key, respond),
            partial(self._fault, request),
        )

    async def _from_web(self, request: Request, services: Services, key: Key | None) -> Response:
        """Return the response of the web application, or that of the cache which equals it."""
        if not key:
            return await self._web.respond(request, services)
        whole = unconditional(request)
        response = await self._web.respond(whole, services, self.cache.__contains__)
        if response.status != 304:
            return response
        entry = self.cache.find(header(response.headers, "etag"))
        if entry is None:  # it has just left the cache
            return await self._web.respond(whole, services)
        return Response(200, None, entry.body, entry)

    def _make_document(
        self, request: Request, services: Services, key: Key | None, respond: Respond
    ) -> Pending | None:
        """Answer with a document about a thing, or let the web application answer."""
        answer = self._documents.answer(request, services) if key else None
        if answer is None:
            return self._make_page(request, services, key, respond)
        if isinstance(answer, Response):
            return self._deliver(request, services, key, respond, answer)
        deliver = partial(self._deliver, request, services, key, respond)
        return respond_later(answer, deliver, partial(self._fault, request))

    def _deliver(
        self,
        request: Request,
        services: Services,
        key: Key | None,
        respond: Respond,
        response: Response,
    ) -> Pending | None:
        """Respond to a request, and keep the response if it may be kept."""
        entry = (response.cached or cacheable(response)) if services.is_immutable else None
        if entry is None or not key:
            respond(conditional(request, response))
            return None
        if entry.varies_by_host:
            key = self.cache.key_of_host(key, request)
        if response.cached and entry.etag in self.cache:  # under another key
            self.cache.remember(key, entry.etag)
        else:
            self.cache.store(entry, request, key)
        return self.cache.deliver(entry, request, key, respond)

    async def compile_templates(self) -> None:
        """Compile the templates of all pages before anybody asks for one."""
        await self._web.compile_templates()

    def is_idle(self, seconds: float) -> bool:
        """Return whether no page is being made, and no client has sent a request for so long.

        Probes of monitors do not count: nobody waits for a page after them.
        """
        return self._web.is_idle and time.perf_counter() - self._last_request >= seconds

    def _options(self, services: Services) -> Response:
        """Answer ``OPTIONS *``, which is about the server as a whole (RFC 9110, section 9.3.7)."""
        allow = [("Allow", "GET, HEAD, POST, OPTIONS"), ("Content-Length", "0")]
        return Response(200, [*allow, *response_headers.common(services.version)])

    def _metrics(self, request: Request) -> Response:
        if request.method in ("GET", "HEAD"):
            return self.metrics.response()
        return problems.problem(405, "metrics are read by GET", _ALLOW, request.version)
