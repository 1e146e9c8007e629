"""``/sparql``: the query operation of the SPARQL 1.1 Protocol, answered on the event loop.

The one place that answers it, for all methods. Whoever prefers HTML gets a page of the web
application, which asks the same engine.
"""

import asyncio
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final
from urllib.parse import quote

from oib import media_types, negotiation, response_headers
from oib.errors import Forbidden, NotAcceptable, OibError
from oib.http import problems, service_description
from oib.http.encoding import etag_matches
from oib.http.messages import (
    Headers,
    Pending,
    Request,
    Respond,
    Response,
    respond_later,
    response_from,
)
from oib.http.response_cache import (
    MAX_BODY,
    CachedResponse,
    HeaderSet,
    ResponseCache,
    not_modified_headers,
)
from oib.http.threads import FairThreadPool
from oib.services import Services
from oib.sparql import guard, results
from oib.sparql.dataset import UNION
from oib.sparql.guard import ParsedQuery
from oib.sparql.lexer import Form
from oib.sparql.request import READ_ONLY, Operation, read_request

#: The path of the endpoint, and all under which it answers.
PATH: Final = "/sparql"
PATHS: Final = frozenset({PATH, PATH + "/"})

_READERS: Final = 2  # threads that read long queries
_METHODS = {"GET", "HEAD", "POST"}
_METHODS_ALLOWED = "GET, HEAD, POST, OPTIONS"
_ALLOW = [("Allow", _METHODS_ALLOWED)]
_NAMED_GRAPHS: Final = guard.parse(service_description.NAMED_GRAPHS)

Page = Callable[[Request, Services, Respond], Pending | None]


class SparqlEndpoint:
    """The endpoint over whichever services are current.

    Args:
        cache: keeps the responses; one is found there in whatever way it was asked for.
        page: answers a request whose client prefers HTML.
        fault: returns the response to a request at which the server itself failed.
    """

    def __init__(
        self,
        cache: ResponseCache,
        page: Page,
        fault: Callable[[Request, BaseException], Response],
    ) -> None:
        self._cache, self._page, self._fault = cache, page, fault
        # One thread for a client, for threads that compute slow down the event loop.
        self._readers = FairThreadPool("read", _READERS, 1)

    def handle(self, request: Request, services: Services, respond: Respond) -> Pending | None:
        """Answer a request."""
        if request.method not in _METHODS:
            respond(_other_method(request, services))
            return None
        if len(request.query) + len(request.body) > guard.MAX_INLINE_LENGTH:
            return self._read_in_thread(request, services, respond)
        try:
            return self._answer(request, services, *read(request), respond)
        except OibError as error:
            return self._report(request, services, error, respond)

    def _read_in_thread(self, request: Request, services: Services, respond: Respond) -> Pending:
        """Answer a request with a long text, which is read where it holds up nobody."""

        async def make() -> Response:
            try:
                parts = await self._readers.run(request.client, partial(read, request))
                return await response_from(partial(self._answer, request, services, *parts))
            except OibError as error:
                return await response_from(partial(self._report, request, services, error))

        return respond_later(make(), respond, partial(self._fault, request))

    def _answer(
        self,
        request: Request,
        services: Services,
        operation: Operation,
        query: ParsedQuery | None,
        respond: Respond,
    ) -> Pending | None:
        """Answer a request that has been read; without a query, it asks for a description.

        Raises:
            OibError: the client accepts no format of the answer, or the engine takes no query.
        """
        accept = request.headers.get("accept", "")
        media_type = _choose(query.form if query else "CONSTRUCT", accept, operation.format)
        if media_type == media_types.HTML:
            return self._page(request, services, respond)
        if query is None:
            return self._describe(request, services, media_type, respond)
        if query.is_volatile or not services.is_immutable:
            return self._evaluate(request, services, operation, query, media_type, "", respond)
        dataset, version = operation.dataset, services.version
        part = response_headers.query_key(query.text, dataset.default, dataset.named)
        etag = f'"{response_headers.entity_tag(version, part, media_type)}"'
        entry = self._cache.find(etag)
        if entry is not None:
            key = self._cache.key(request, version)
            if key:
                self._cache.remember(key, etag)
            return self._cache.deliver(entry, request, key, respond)
        known = request.headers.get("if-none-match")
        if known and request.method != "POST" and etag_matches(known, etag):
            common = _header_set(media_type, version, True).headers
            respond(Response(304, not_modified_headers([*common, ("ETag", etag)])))
            return None
        return self._evaluate(request, services, operation, query, media_type, etag, respond)

    def _describe(
        self, request: Request, services: Services, media_type: str, respond: Respond
    ) -> Pending | None:
        """Answer a request without a query: by a description of the endpoint."""
        url = request.base_url + request.root + PATH
        about = ("service description", url, repr(services.limits), media_type)
        etag = f'"{response_headers.entity_tag(services.version, *about)}"'
        entry = self._cache.find(etag)
        if entry is not None:
            return self._cache.deliver(entry, request, None, respond)

        def deliver(named_graphs: bytes) -> None:
            body = service_description.describe(url, media_type, services.limits, named_graphs)
            headers = _description_headers(media_type, services)
            tag = etag if services.is_immutable else ""
            self._deliver(request, headers, tag, body, respond)

        session = services.engine.session(request.client)
        answer = session.answer(_NAMED_GRAPHS, media_types.N_TRIPLES)
        return self._when_done(request, services, answer, deliver, respond)

    def _evaluate(
        self,
        request: Request,
        services: Services,
        operation: Operation,
        query: ParsedQuery,
        media_type: str,
        etag: str,
        respond: Respond,
    ) -> Pending | None:
        """Let the engine answer; without an entity tag the answer is not kept."""

        def deliver(body: bytes) -> None:
            headers = _header_set(media_type, services.version, bool(etag))
            self._deliver(request, headers, etag, body, respond)

        if query.bounded_shape is not None and operation.dataset is UNION:
            body = services.engine.evaluate_bounded(query, media_type)
            if body is not None:
                deliver(body)
                return None
        session = services.engine.session(request.client, operation.timeout)
        answer = session.answer(query, media_type, operation.dataset)
        return self._when_done(request, services, answer, deliver, respond)

    def _when_done(
        self,
        request: Request,
        services: Services,
        answer: "asyncio.Future[bytes]",
        deliver: Callable[[bytes], None],
        respond: Respond,
    ) -> Pending | None:
        """Deliver an answer of the engine as soon as it is there, or respond with its error."""

        def finish(answer: "asyncio.Future[bytes]") -> None:
            if answer.cancelled():
                return
            error = answer.exception()
            if error is None:
                deliver(answer.result())
            elif isinstance(error, OibError):
                respond(_problem(services, error))
            else:
                respond(self._fault(request, error))

        if answer.done():
            finish(answer)
            return None
        answer.add_done_callback(finish)
        return answer

    def _deliver(
        self, request: Request, common: HeaderSet, etag: str, body: bytes, respond: Respond
    ) -> None:
        """Respond with a body, and keep it if it has an entity tag and is not too long."""
        if etag and len(body) <= MAX_BODY:
            entry = CachedResponse(etag, common, body)
            self._cache.store(entry, request, None)
            self._cache.deliver(entry, request, None, respond)
            return
        own = [("ETag", etag)] if etag else []
        headers = [*common.headers, *own, ("Content-Length", str(len(body)))]
        respond(Response(200, headers, body))

    def _report(
        self, request: Request, services: Services, error: OibError, respond: Respond
    ) -> Pending | None:
        """Answer a request that failed: by a page for a browser, else by problem details."""
        accept = request.headers.get("accept", "")
        if "html" in accept.lower() and _prefers_page(accept):
            return self._page(request, services, respond)
        respond(_problem(services, error))
        return None


def _other_method(request: Request, services: Services) -> Response:
    if request.method == "OPTIONS":
        common = response_headers.common(services.version)
        requested = request.headers.get("access-control-request-headers", "")
        preflight = response_headers.preflight(requested, _METHODS_ALLOWED)
        return Response(200, [*_ALLOW, *common, *preflight, ("Content-Length", "0")])
    detail = f"{request.method} is not offered; use GET or POST"
    return problems.problem(405, detail, [*_ALLOW, ("Vary", "Accept")], services.version)


def _problem(services: Services, error: OibError) -> Response:
    response = problems.from_error(error, services.version)
    response.headers.append(("Vary", "Accept"))
    return response


def read(request: Request) -> tuple[Operation, ParsedQuery | None]:
    """Return what a request asks for, and its query if it has one.

    Raises:
        Forbidden: it is an update.
        OibError: as ``read_request`` and ``guard.parse``.
    """
    headers = request.headers
    operation = read_request(
        request.method,
        request.query,
        headers.get("content-type", ""),
        headers.get("content-encoding", ""),
        request.body,
    )
    if operation.kind == "update":
        raise Forbidden(READ_ONLY)
    return operation, guard.parse(operation.text) if operation.kind == "query" else None


def _prefers_page(accept: str) -> bool:
    offered = (media_types.PROBLEM, media_types.JSON, media_types.HTML)
    try:
        return negotiation.choose(offered, accept) == media_types.HTML
    except NotAcceptable:
        return False


@lru_cache(maxsize=512)
def _choose(form: Form, accept: str, format_name: str) -> str:
    offered = (*results.offered(form), media_types.HTML)
    return negotiation.choose(offered, accept, format_name)


@lru_cache(maxsize=64)
def _header_set(media_type: str, version: str, is_kept: bool) -> HeaderSet:
    return HeaderSet(
        [
            ("Content-Type", response_headers.content_type(media_type)),
            ("Cache-Control", response_headers.REVALIDATE if is_kept else "no-store"),
            ("Vary", "Accept"),
            *_policy(media_type),
            *response_headers.common(version),
        ]
    )


def _policy(media_type: str) -> Headers:
    """Return what keeps a browser from running scripts in XML (Content Security Policy)."""
    if media_type.endswith("xml"):
        return [("Content-Security-Policy", response_headers.SANDBOX)]
    return []


def _description_headers(media_type: str, services: Services) -> HeaderSet:
    links = [("/dataset", "describedby")]
    if services.description.license_iri:
        links.append((quote(services.description.license_iri, safe="/:#%"), "license"))
    return HeaderSet(
        [
            ("Content-Type", response_headers.content_type(media_type)),
            ("Cache-Control", response_headers.REVALIDATE if services.is_immutable else "no-store"),
            ("Vary", "Accept, Host"),
            *(("Link", response_headers.link(*link)) for link in links),
            *_policy(media_type),
            *response_headers.common(services.version),
        ]
    )
