"""``/id/…`` and ``/doc/…``: every thing of the data, and the document about it."""

from urllib.parse import quote

from flask import Blueprint, Response, request, url_for

from oib.errors import BadInput, Gone, NotAcceptable, NotFound
from oib.namespaces import ID, OIB
from oib.sparql import results
from oib.views import entity_views
from oib.web import context, representations, templating

bp = Blueprint("entities", __name__)

_FORMS = {**representations.GRAPHS, **representations.PAGES}
# Nodes of which no document states anything directly: they are what the statements are made of.
_RECORDS = {"Claim", "Assessment", "EvidenceLocator", "Withdrawn"}
# The headings of lists of claims, by the property through which these point at a thing.
_LISTED = {
    OIB + "isAssertedBy": "asserts",
    OIB + "isAssessedBy": "assesses",
    OIB + "isReportedIn": "reported",
    OIB + "citesSource": "cited",
}


@bp.get("/id/<kind>/<path:slug>")
def thing(kind: str, slug: str) -> Response:
    """Lead from a thing to the document about it (303), or tell what became of it."""
    iri = f"{ID}{kind}/{slug}"
    if elsewhere := _moved_or_gone(iri):
        return elsewhere
    url = url_for("entities.document", kind=kind, slug=slug, lang=request.args.get("lang"))
    response = _lead(url, 303)
    response.headers.add("Link", f'<{url}>; rel="describedby"')
    return response


@bp.get("/doc/<kind>/<path:slug>")
def document(kind: str, slug: str) -> Response:
    """Describe a thing, in the form that the ending or the client asks for."""
    slug, fixed = representations.split(slug, _FORMS)
    iri = f"{ID}{kind}/{slug}"
    if elsewhere := _moved_or_gone(iri, fixed):
        return elsewhere
    media_type = representations.choose((*results.GRAPHS, context.PAGE), fixed)
    response = representations.tagged(media_type, lambda: _describe(iri, media_type))
    representations.link(response, url_for("entities.document", kind=kind, slug=slug), _FORMS, iri)
    return response


def _describe(iri: str, media_type: str, status: int = 200) -> Response:
    engine = context.queries()
    if media_type != context.PAGE:
        write = entity_views.write if status == 200 else entity_views.write_only
        return context.reply(write(engine, iri, media_type), media_type, status)
    about = entity_views.describe(engine, iri)
    types = {value.text.removeprefix(OIB) for value in (*about.types, *about.entailed)}
    return templating.fill(
        "entity.html",
        status,
        about.names,
        about=about,
        is_person=iri.startswith(ID + "person/") or "Person" in types,
        is_gone=status == 410,
        is_record=not types.isdisjoint(_RECORDS),
        forms=representations.GRAPHS,
        listed=_LISTED,
        most_listed=entity_views.MOST_LISTED,
    )


def _moved_or_gone(iri: str, fixed: str | None = None) -> Response | None:
    """Return the answer for a thing that was merged (301) or withdrawn (410), if it was.

    Raises:
        NotFound: nothing is said of it.
        Gone: it was withdrawn, and the client takes no form in which that can be told better.
    """
    try:
        standing = entity_views.find(context.queries(), iri)
    except BadInput:
        standing = entity_views.Standing(False, False, None)
    if not standing.is_known:
        raise NotFound(f"nothing here is called {iri.removeprefix(ID)}; / leads to what there is")
    if standing.replacement:
        url = _local(standing.replacement)
        response = _lead(url, 301)
        response.headers.add("Link", f'<{url}>; rel="successor-version"')
        return response
    if standing.is_withdrawn:
        try:
            media_type = representations.choose((*results.GRAPHS, context.PAGE), fixed)
        except NotAcceptable as error:
            raise Gone(f"{iri.removeprefix(ID)} was withdrawn") from error
        return _describe(iri, media_type, 410)
    return None


def _local(iri: str) -> str:
    """Return where a thing is on this server, if it is one of ours; else the IRI itself."""
    kind, _, slug = iri.removeprefix(ID).partition("/")
    if not iri.startswith(ID):
        return quote(iri, safe="/:#%?&=")
    return url_for("entities.thing", kind=kind, slug=slug)


def _lead(url: str, status: int) -> Response:
    response = context.reply("", "text/plain", status)
    response.location = url  # relative, so that it leads to the same host, whatever that is called
    return response
