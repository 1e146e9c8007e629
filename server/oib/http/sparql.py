"""``/sparql``: the query operation of the SPARQL 1.1 Protocol, answered on the event loop.

The one place that answers it, for all methods. Whoever prefers HTML gets a page of the web
application, which asks the same engine.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine
from functools import lru_cache
from typing import Any, Final

from oib import media_types, negotiation, response_headers
from oib.errors import Forbidden, NotAcceptable, OibError
from oib.http import problems, service_description
from oib.http.encoding import etag_matches
from oib.http.messages import Headers, Request, Response
from oib.http.response_cache import MAX_BODY, CachedResponse, Key, ResponseCache
from oib.services import Services
from oib.sparql import guard, results
from oib.sparql.lexer import Form
from oib.sparql.request import READ_ONLY, Operation, read_request

#: The paths of the endpoint.
PATHS: Final = frozenset({"/sparql", "/sparql/"})

_NAMES = re.compile(r"[A-Za-z0-9-]++(?: ?, ?[A-Za-z0-9-]++)*+")
_METHODS = {"GET", "HEAD", "POST"}
_ALLOW = [("Allow", "GET, HEAD, POST, OPTIONS")]

# The result of a step that may have to wait.
Answer = Response | Coroutine[Any, Any, Response]
Page = Callable[[Request, Services, Key | None], Coroutine[Any, Any, Response]]


class SparqlEndpoint:
    """The endpoint over whichever services are current.

    Args:
        cache: keeps the responses; one is found there in whatever way it was asked for.
        page: answers a request whose client prefers HTML.
    """

    def __init__(self, cache: ResponseCache, page: Page) -> None:
        self._cache, self._page = cache, page

    def handle(self, request: Request, services: Services, key: Key | None) -> Answer:
        """Answer a request; ``key`` is that of the request in the response cache."""
        if request.method not in _METHODS:
            return self._other_method(request, services)
        if len(request.query) + len(request.body) > guard.MAX_INLINE_LENGTH:
            return self._handle_long(request, services, key)
        try:
            operation, parsed = _read(request)
            return self._answer(request, services, key, operation, parsed)
        except OibError as error:
            return self._fail(request, services, key, error)

    async def _handle_long(self, request: Request, services: Services, key: Key | None) -> Response:
        """Answer a request that takes a while to parse: in a thread, to hold up nobody."""
        try:
            operation, parsed = await asyncio.to_thread(_read, request)
            answer = self._answer(request, services, key, operation, parsed)
        except OibError as error:
            answer = self._fail(request, services, key, error)
        return answer if isinstance(answer, Response) else await answer

    def _answer(
        self,
        request: Request,
        services: Services,
        key: Key | None,
        operation: Operation,
        parsed: guard.ParsedQuery | None,
    ) -> Answer:
        accept = request.headers.get("accept", "")
        if parsed is None:
            media_type = _choose("CONSTRUCT", accept, operation.format)
            if media_type == media_types.HTML:
                return self._page(request, services, key)
            return _describe(request, services, media_type)
        media_type = _choose(parsed.form, accept, operation.format)
        if media_type == media_types.HTML:
            return self._page(request, services, key)
        if parsed.is_volatile or not services.is_immutable:
            return self._evaluate(request, services, key, operation, parsed, media_type, "")
        dataset = operation.dataset
        part = response_headers.query_key(parsed.text, dataset.default, dataset.named)
        etag = f'"{response_headers.entity_tag(services.version, part, media_type)}"'
        entry = self._cache.find(etag)
        if entry is not None:
            return self._from_cache(request, entry, key)
        known = request.headers.get("if-none-match")
        if known and request.method != "POST" and etag_matches(known, etag):
            return Response(304, [*_headers(media_type, services.version, True), ("ETag", etag)])
        return self._evaluate(request, services, key, operation, parsed, media_type, etag)

    async def _from_cache(
        self, request: Request, entry: CachedResponse, key: Key | None
    ) -> Response:
        return (await self._cache.store(entry, request, key)).response_to(request)

    async def _evaluate(
        self,
        request: Request,
        services: Services,
        key: Key | None,
        operation: Operation,
        parsed: guard.ParsedQuery,
        media_type: str,
        etag: str,
    ) -> Response:
        """Let the engine answer; without an entity tag the answer is not kept."""
        session = services.engine.session(request.client, operation.timeout)
        try:
            body = await session.answer(parsed, media_type, operation.dataset)
        except OibError as error:
            return problem(services, error)
        except asyncio.CancelledError:
            session.cancel()
            raise
        headers = _headers(media_type, services.version, bool(etag))
        if not etag:
            return Response(200, [*headers, ("Content-Length", str(len(body)))], body)
        headers = [*headers, ("ETag", etag)]
        if len(body) > MAX_BODY:
            return Response(200, [*headers, ("Content-Length", str(len(body)))], body)
        entry = CachedResponse.create(etag, headers, body)
        return (await self._cache.store(entry, request, key)).response_to(request)

    def _fail(
        self, request: Request, services: Services, key: Key | None, error: OibError
    ) -> Answer:
        """Answer a request that failed: as a page for a browser, else as a problem."""
        accept = request.headers.get("accept", "")
        if "html" in accept.lower() and _prefers_page(accept):
            return self._page(request, services, key)
        return problem(services, error)

    def _other_method(self, request: Request, services: Services) -> Response:
        if request.method == "OPTIONS":
            return Response(
                200,
                [
                    *_ALLOW,
                    *response_headers.common(services.version),
                    *preflight(request, "GET, HEAD, POST, OPTIONS"),
                    ("Content-Length", "0"),
                ],
            )
        response = problems.problem(
            405, f"{request.method} is not offered here; use GET or POST", _ALLOW
        )
        return _mark(response, services)


def problem(services: Services, error: OibError) -> Response:
    """Return the response that tells a program of an error."""
    return _mark(problems.from_error(error), services)


def preflight(request: Request, methods: str) -> Headers:
    """Return what a page of another origin may send (the Fetch standard's CORS protocol).

    Nothing here depends on credentials, so it may send any header that it wants to.
    """
    wanted = request.headers.get("access-control-request-headers", "")
    is_list = len(wanted) < 1000 and _NAMES.fullmatch(wanted)
    allowed = wanted if is_list else "Accept, Content-Type, If-None-Match"
    return [
        ("Access-Control-Allow-Methods", methods),
        ("Access-Control-Allow-Headers", allowed),
        ("Access-Control-Max-Age", "86400"),
    ]


def _read(request: Request) -> tuple[Operation, guard.ParsedQuery | None]:
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
def _headers(media_type: str, version: str, is_kept: bool) -> Headers:
    control = response_headers.REVALIDATE if is_kept else "no-store"
    return [
        ("Content-Type", response_headers.content_type(media_type)),
        ("Cache-Control", control),
        ("Vary", "Accept"),
        *_policy(media_type),
        *response_headers.common(version),
    ]


def _policy(media_type: str) -> Headers:
    """Return what keeps a browser from running scripts in XML (Content Security Policy)."""
    if media_type.endswith("xml"):
        return [("Content-Security-Policy", "default-src 'none'; sandbox")]
    return []


def _describe(request: Request, services: Services, media_type: str) -> Response:
    url = request.base_url + request.path
    body = service_description.describe(url, media_type, services.limits)
    headers = [
        ("Content-Type", response_headers.content_type(media_type)),
        ("Vary", "Accept"),
        *_policy(media_type),
        *response_headers.common(services.version),
        ("Content-Length", str(len(body))),
    ]
    return Response(200, headers, body)


def _mark(response: Response, services: Services) -> Response:
    response.headers += [("Vary", "Accept"), *response_headers.common(services.version)]
    return response
