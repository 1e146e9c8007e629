"""``/id/…`` and ``/doc/…``: the things of the data, and the documents about them."""

from urllib.parse import quote

from flask import Blueprint, Response, request, url_for

from oib.errors import BadInput, Gone, NotAcceptable, NotFound
from oib.namespaces import ID, OIB
from oib.sparql import results
from oib.views import entity, entity_queries, entity_triples, lifecycle
from oib.views.lifecycle import Lifecycle
from oib.web import context, representations, templating

bp = Blueprint("entities", __name__)

_FORMS = {**representations.GRAPHS, **representations.PAGES}
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
    if response := _moved_or_gone(iri):
        return response
    url = url_for("entities.document", kind=kind, slug=slug, lang=request.args.get("lang"))
    response = _redirect(url, 303)
    response.headers.add("Link", f'<{url}>; rel="describedby"')
    return response


@bp.get("/doc/<kind>/<path:slug>")
def document(kind: str, slug: str) -> Response:
    """Return the document about a thing, in the media type of the suffix or of ``Accept``."""
    slug, fixed = representations.split_suffix(slug, _FORMS)
    iri = f"{ID}{kind}/{slug}"
    if moved := _moved_or_gone(iri, fixed):
        return moved
    media_type = representations.negotiate((*results.GRAPHS, context.HTML), fixed)
    response = representations.conditional_response(media_type, lambda: _describe(iri, media_type))
    representations.add_links(
        response, url_for("entities.document", kind=kind, slug=slug), _FORMS, iri
    )
    return response


def _describe(iri: str, media_type: str, status: int = 200) -> Response:
    engine = context.queries()
    if media_type != context.HTML:
        serialize = (
            entity_triples.serialize_entity
            if status == 200
            else entity_triples.serialize_own_triples
        )
        return context.respond(serialize(engine, iri, media_type), media_type, status)
    about = entity.describe(engine, iri)
    types = {value.text.removeprefix(OIB) for value in (*about.types, *about.entailed)}
    return templating.render(
        "entity.html",
        status,
        about.names,
        about=about,
        is_person=iri.startswith(ID + "person/") or "Person" in types,
        is_gone=status == 410,
        is_record=not types.isdisjoint(_RECORDS),
        forms=representations.GRAPHS,
        outline_headings=_OUTLINE_HEADINGS,
        max_outlines=entity_queries.MAX_OUTLINES,
    )


def _moved_or_gone(iri: str, fixed: str | None = None) -> Response | None:
    """Return the response for a thing that was merged (301) or withdrawn (410), if it was.

    Raises:
        NotFound: no triple has it as its subject.
        Gone: it was withdrawn, and no media type of its description is acceptable.
    """
    try:
        status = lifecycle.find_lifecycle(context.queries(), iri)
    except BadInput:
        status = Lifecycle(False, False, None)
    if not status.is_known:
        raise NotFound(f"nothing here is called {iri.removeprefix(ID)}; / leads to what there is")
    if status.replacement:
        url = _local_url(status.replacement)
        response = _redirect(url, 301)
        response.headers.add("Link", f'<{url}>; rel="successor-version"')
        return response
    if status.is_withdrawn:
        try:
            media_type = representations.negotiate((*results.GRAPHS, context.HTML), fixed)
        except NotAcceptable as error:
            raise Gone(f"{iri.removeprefix(ID)} was withdrawn") from error
        return _describe(iri, media_type, 410)
    return None


def _local_url(iri: str) -> str:
    """Return the URL of a thing on this server if it is one of ours, else the IRI itself."""
    kind, _, slug = iri.removeprefix(ID).partition("/")
    if not iri.startswith(ID):
        return quote(iri, safe="/:#%?&=")
    return url_for("entities.thing", kind=kind, slug=slug)


def _redirect(url: str, status: int) -> Response:
    response = context.respond("", "text/plain", status)
    response.location = url  # relative: the host name is the client's business
    return response
