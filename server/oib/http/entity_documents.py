"""``/id/…`` and ``/doc/…`` in data forms: documents made at build, answered on the event loop.

What is not in the document index of the snapshot is for the web application: pages in HTML, later
pages of a document, linksets, errors, and things that were replaced or withdrawn. Both answer
alike, to the last header.
"""

import re
from collections.abc import Coroutine, Sequence
from functools import lru_cache, partial
from typing import Any, Final
from urllib.parse import parse_qsl, quote

from oib import media_types, negotiation, response_headers, typed_links
from oib.errors import NotAcceptable, OibError
from oib.http.messages import Request, Response
from oib.http.response_cache import (
    CachedResponse,
    HeaderSet,
    link_fields,
    link_lines,
    unconditional,
)
from oib.http.threads import FairThreadPool
from oib.http.wsgi import WebApplication
from oib.namespaces import ID
from oib.project import Description
from oib.services import Services
from oib.typed_links import DOCUMENTS, Resource
from oib.views import entity_triples, paging

#: What the paths of things begin with.
THINGS: Final = "/id/"

#: What the paths begin with whose requests may be answered here.
PATHS: Final = (THINGS, DOCUMENTS)

_THREADS: Final = 2  # that write documents in other forms than that of the index
# Parameters that ask for other documents than those of the index, or for a page in a language.
_UNINDEXED: Final = frozenset({"page", "claims", "lang"})
# Pages and citations are written by the web application.
_OFFERED: Final = (*entity_triples.OFFERED, *media_types.CITATION_SUFFIXES.values())
_SAFE: Final = "!$&'()*+,/:;=@"  # in a path (RFC 3986, section 3.3)
# Names that are in addresses as they are, and one that no thing has.
_PLAIN: Final = re.compile(r"[A-Za-z0-9/._-]*+")
_NAME: Final = "~name~"
# What a query may hold that asks for anything but the document of the index, by Accept.
_MEANINGFUL: Final = re.compile("page|claims|lang|as|format|output|[%+]")

Parameters = Sequence[tuple[str, str]]


class EntityDocuments:
    """Answers requests from the document index.

    Args:
        web: answers where a document cannot be written in the form that is asked for.
    """

    def __init__(self, web: WebApplication) -> None:
        self._web = web
        # One thread for a client, for threads that compute slow down the event loop.
        self._writers = FairThreadPool("write", _THREADS, 1)

    def answer(
        self, request: Request, services: Services
    ) -> Response | Coroutine[Any, Any, Response] | None:
        """Return the response to an unconditional GET or HEAD, None if the index has none.

        A document in Turtle is there at once, in another form it is written in a thread.
        """
        if services.documents is None or not services.is_immutable:
            return None
        parameters = []
        if _MEANINGFUL.search(request.query):
            parameters = parse_qsl(request.query, keep_blank_values=True)
            if any(name in _UNINDEXED for name, _ in parameters):
                return None
        path = request.path
        if not path.isascii():
            path = path.encode("latin-1").decode("utf-8", "replace")
        if path.startswith(THINGS):
            return _redirect(path, request.root, services)
        return self._document(path, parameters, request, services)

    def _document(
        self, path: str, parameters: Parameters, request: Request, services: Services
    ) -> Response | Coroutine[Any, Any, Response] | None:
        assert services.documents is not None
        name, media_type = negotiation.split_suffix(path[len(DOCUMENTS) :], entity_triples.FORMS)
        try:
            accept = request.headers.get("accept", "")
            media_type = media_type or _choose(accept, negotiation.format_name(parameters))
        except NotAcceptable:
            return None
        is_data = media_type in entity_triples.OFFERED and media_type != media_types.HTML
        document = services.documents.find(name) if is_data else None
        if document is None:
            return None
        common = _common(media_type, services.version, _has_mementos(services))
        lines = _link_lines(path, name, request.root, services)
        if document.pages > 1:
            parameters = parse_qsl(request.query, keep_blank_values=True)
            pages = paging.links(paging.urls(request.root + path, parameters, 1, document.pages))
            lines += link_lines(response_headers.link(*link) for link in pages)
        full_path = f"{path}?{request.query}"
        tag = response_headers.entity_tag(services.version, full_path, request.root, media_type)
        etag = f'"{tag}"'
        if media_type == media_types.TURTLE:
            entry = CachedResponse(etag, common, document.body, lines)
            return Response(200, None, entry.body, entry)
        write = partial(
            entity_triples.write_document,
            ID + name,
            document.body,
            media_types.GRAPH_ALIASES.get(media_type, media_type),
            services.compaction,
        )

        async def respond() -> Response:
            try:
                body = await self._writers.run(request.client, write)
            except OibError:
                return await self._web.respond(unconditional(request), services)
            return Response(200, [*common.headers, *link_fields(lines), ("ETag", etag)], body)

        return respond()


def _redirect(path: str, root: str, services: Services) -> Response | None:
    """Return the redirect from a thing to its document, None if the index has none."""
    address = path[len(THINGS) :]
    name, _ = negotiation.split_suffix(address, entity_triples.FORMS)
    if services.documents is None or name not in services.documents:
        return None
    common = _common("text/plain", services.version, _has_mementos(services)).headers
    headers = [
        *(field for field in common if field[0] != "Cache-Control"),  # it has nothing to store
        ("Content-Length", "0"),
        ("Location", f"{root}{DOCUMENTS}{quote(address, safe=_SAFE)}"),
        *link_fields(_link_lines(DOCUMENTS + address, name, root, services)),
    ]
    return Response(303, headers)


@lru_cache(maxsize=512)
def _choose(accept: str, format_name: str) -> str:
    return negotiation.choose_document(_OFFERED, accept, format_name)


def _link_lines(path: str, name: str, root: str, services: Services) -> str:
    """Return the header lines of the typed links of a document.

    They are those of one of its forms if the path has a suffix. Only the name of the thing tells
    the links of one document from those of another, so what is between the names is made once.
    """
    suffix = path[len(DOCUMENTS) + len(name) :]
    about, has_mementos = services.description, _has_mementos(services)
    if _PLAIN.fullmatch(name):
        return name.join(_between_names(suffix, root, about, has_mementos))
    return _make_link_lines(name, suffix, root, about, has_mementos)


@lru_cache(maxsize=64)
def _between_names(
    suffix: str, root: str, about: Description, has_mementos: bool
) -> tuple[str, ...]:
    """Return the header lines of the links of a document, taken apart where its name stands."""
    return tuple(_make_link_lines(_NAME, suffix, root, about, has_mementos).split(_NAME))


def _make_link_lines(
    name: str, suffix: str, root: str, about: Description, has_mementos: bool
) -> str:
    url = f"{root}{DOCUMENTS}{quote(name, safe=_SAFE)}"
    resource = Resource(url, ID + name, entity_triples.FORMS)
    links = [*typed_links.signposts(resource, about, root), typed_links.describes(resource)]
    if has_mementos:
        links += typed_links.mementos(DOCUMENTS + name + suffix, entity_triples.FORMS)
    return link_lines(response_headers.link(*link) for link in links)


def _has_mementos(services: Services) -> bool:
    return services.releases is not None and bool(services.releases.all)


@lru_cache(maxsize=64)
def _common(media_type: str, version: str, has_mementos: bool) -> HeaderSet:
    """Return the header fields that all documents in one form have in common."""
    return HeaderSet(
        [
            ("Cache-Control", response_headers.REVALIDATE),
            ("Content-Type", response_headers.content_type(media_type)),
            ("Content-Security-Policy", response_headers.SANDBOX),
            ("Vary", "Accept, Accept-Datetime" if has_mementos else "Accept"),
            *response_headers.common(version),
        ]
    )
