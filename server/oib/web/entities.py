"""``/id/…`` and ``/doc/…``: the things of the data, and the documents about them."""

from urllib.parse import quote

from flask import Blueprint, Response, request, url_for

from oib import media_types
from oib.errors import BadInput, Gone, NotAcceptable, NotFound
from oib.namespaces import ID, OIB
from oib.sparql import results
from oib.views import entity, entity_queries, entity_triples, lifecycle
from oib.views.entity import EntityStatements
from oib.views.lifecycle import Lifecycle
from oib.web import context, representations, templating

bp = Blueprint("entities", __name__)

_FORMS = {**media_types.GRAPH_SUFFIXES, **media_types.PAGE_SUFFIXES}
_OFFERED = (*results.GRAPHS, media_types.HTML)
# Classes of nodes that record statements: no document states anything about them.
_RECORDS = {"Claim", "Assessment", "EvidenceLocator", "Withdrawn"}
# The heading of each list of claim outlines, by the property that links the claims to a thing.
_OUTLINE_HEADINGS = {
    OIB + "isAssertedBy": "asserts",
    OIB + "isAssessedBy": "assesses",
    OIB + "isReportedIn": "reported",
    OIB + "citesSource": "cited",
}


@bp.get("/id/<kind>/<path:slug>")
def thing(kind: str, slug: str) -> Response:
    """Redirect from a thing to the document about it: 303, or 301 if the thing was merged."""
    iri = f"{ID}{kind}/{slug}"
    status = _fetch_lifecycle(iri)
    if status.replacement:
        return _moved(status.replacement)
    if status.is_withdrawn:
        return _gone(iri, None)
    url = url_for("entities.document", kind=kind, slug=slug, lang=request.args.get("lang"))
    response = _redirect(url, 303)
    response.headers.add("Link", f'<{url}>; rel="describedby"')
    return response


@bp.get("/doc/<kind>/<path:slug>")
def document(kind: str, slug: str) -> Response:
    """Return the document about a thing, in the media type of the suffix or of ``Accept``."""
    slug, fixed = representations.split_suffix(slug, _FORMS)
    iri = f"{ID}{kind}/{slug}"
    try:
        media_type = representations.negotiate(_OFFERED, fixed)
    except NotAcceptable:
        status = _fetch_lifecycle(iri)
        if status.replacement:
            return _moved(status.replacement)
        if status.is_withdrawn:
            return _gone(iri, fixed)
        raise
    response = representations.conditional_response(media_type, lambda: _document(iri, media_type))
    if response.status_code in (200, 304):
        url = url_for("entities.document", kind=kind, slug=slug)
        representations.add_links(response, url, _FORMS, iri)
    return response


def _document(iri: str, media_type: str) -> Response:
    """Return the document about a thing, or the response for one that was merged or withdrawn.

    Raises:
        NotFound: no triple has the thing as its subject.
    """
    if media_type != media_types.HTML:
        status = _fetch_lifecycle(iri)
        if status.replacement:
            return _moved(status.replacement)
        if status.is_withdrawn:
            return _gone(iri, None, media_type)
        license_iri = context.services().description.license_iri
        body = entity_triples.serialize_entity(
            context.queries(), iri, media_type, license_iri, context.services().compaction
        )
        return context.respond(body, media_type)
    try:
        statements = entity.fetch_entity(context.queries(), iri)
    except BadInput:
        raise _not_found(iri) from None
    status = statements.lifecycle
    if not status.is_known:
        raise _not_found(iri)
    if status.replacement:
        return _moved(status.replacement)
    return _page(statements, 410 if status.is_withdrawn else 200)


def _page(statements: EntityStatements, status: int) -> Response:
    about = entity.describe(context.queries(), statements, context.vocabulary())
    types = {value.text.removeprefix(OIB) for value in (*about.types, *about.entailed)}
    return templating.render(
        "entity.html",
        status,
        about.names,
        about=about,
        is_person=about.iri.startswith(ID + "person/") or "Person" in types,
        is_gone=status == 410,
        is_record=not types.isdisjoint(_RECORDS),
        forms=media_types.GRAPH_SUFFIXES,
        outline_headings=_OUTLINE_HEADINGS,
        max_outlines=entity_queries.MAX_OUTLINES,
    )


def _fetch_lifecycle(iri: str) -> Lifecycle:
    try:
        status = lifecycle.fetch_lifecycle(context.queries(), iri)
    except BadInput:
        raise _not_found(iri) from None
    if not status.is_known:
        raise _not_found(iri)
    return status


def _not_found(iri: str) -> NotFound:
    return NotFound(f"nothing here is called {iri.removeprefix(ID)}; / leads to what there is")


def _moved(replacement: str) -> Response:
    """Return the redirect from a merged thing to the one that replaces it."""
    url = _local_url(replacement)
    response = _redirect(url, 301)
    response.headers.add("Link", f'<{url}>; rel="successor-version"')
    return response


def _gone(iri: str, fixed: str | None, media_type: str | None = None) -> Response:
    """Return the description of a withdrawn thing, with status 410.

    Raises:
        Gone: no media type of its description is acceptable.
    """
    try:
        media_type = media_type or representations.negotiate(_OFFERED, fixed)
    except NotAcceptable as error:
        raise Gone(f"{iri.removeprefix(ID)} was withdrawn") from error
    if media_type == media_types.HTML:
        return _page(entity.fetch_entity(context.queries(), iri), 410)
    body = entity_triples.serialize_own_triples(
        context.queries(), iri, media_type, context.services().compaction
    )
    return context.respond(body, media_type, 410)


def _local_url(iri: str) -> str:
    """Return the URL of a thing on this server if it is one of ours, else the IRI itself."""
    kind, _, slug = iri.removeprefix(ID).partition("/")
    if not (iri.startswith(ID) and kind and slug):
        return quote(iri, safe="/:#%?&=")
    return url_for("entities.thing", kind=kind, slug=slug)


def _redirect(url: str, status: int) -> Response:
    response = context.respond("", "text/plain", status)
    response.location = url  # relative: the host name is the client's business
    return response
