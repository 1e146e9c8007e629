"""``/id/…`` and ``/doc/…``: the things of the data, and the documents about them."""

from collections.abc import Mapping
from urllib.parse import quote

from flask import Blueprint, Response, request, url_for

from oib import media_types, negotiation, typed_links
from oib.engine.statements import Term
from oib.errors import BadInput, Gone, NotAcceptable, NotFound
from oib.namespaces import DOC, ID, OIB, PREFIXES
from oib.services import Services
from oib.sparql import results
from oib.typed_links import Resource
from oib.views import (
    claim_titles,
    entity,
    entity_triples,
    expectations,
    lifecycle,
    paging,
    statement_table,
)
from oib.views.entity import EntityDescription, EntityStatements
from oib.views.entity_queries import DocumentPage
from oib.views.entity_triples import Publication
from oib.views.lifecycle import Lifecycle
from oib.web import citations, context, page_metadata, representations, signposting, templating
from oib.web.citations import Citation

bp = Blueprint("entities", __name__)

_CITATIONS = media_types.CITATION_SUFFIXES
_TYPE = PREFIXES["rdf"] + "type"
_SCHEMA = PREFIXES["schema"]
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
    """Redirect from a thing to the document about it: 303, or 301 if the thing was merged.

    An address with the suffix of a form leads to the document in that form.
    """
    name, fixed = negotiation.split_suffix(slug, entity_triples.FORMS)
    iri = f"{ID}{kind}/{name}"
    status = _fetch_lifecycle(iri)
    if status.replacement:
        return _moved(status.replacement)
    if status.is_withdrawn:
        return _gone(iri, fixed)
    url = url_for("entities.document", kind=kind, slug=slug, lang=request.args.get("lang"))
    response = _redirect(url, 303)
    signposting.add_links(response, _resource(kind, name))
    return response


@bp.get("/doc/<kind>/<path:slug>")
def document(kind: str, slug: str) -> Response:
    """Return the document about a thing, in the media type of the suffix or of ``Accept``.

    ``?page=`` asks for one page of what refers to the thing, ``?claims=no`` for the document
    without claims.
    """
    if slug.endswith(f".{typed_links.SUFFIX}"):
        slug = slug.removesuffix(f".{typed_links.SUFFIX}")
        _fetch_lifecycle(f"{ID}{kind}/{slug}")
        return representations.conditional_response(
            signposting.linkset_form(),
            lambda: signposting.linkset(_resource(kind, slug)),
            names_host=True,
        )
    slug, fixed = negotiation.split_suffix(slug, {**entity_triples.FORMS, **_CITATIONS})
    iri = f"{ID}{kind}/{slug}"
    url = url_for("entities.document", kind=kind, slug=slug)
    page = _requested_page()
    try:
        offered = (*entity_triples.OFFERED, *_CITATIONS.values())
        media_type = representations.negotiate(offered, fixed)
    except NotAcceptable as error:
        status = _fetch_lifecycle(iri)
        if status.replacement:
            return _moved(status.replacement)
        if status.is_withdrawn:
            return _gone(iri, fixed)
        raise representations.not_acceptable(error, url, entity_triples.FORMS) from error
    if media_type in _CITATIONS.values():
        return citations.conditional_response(lambda: _citation(iri), media_type)
    response = representations.conditional_response(
        media_type, lambda: _document(iri, page, media_type)
    )
    if response.status_code in (200, 304):
        signposting.add_links(response, _resource(kind, slug))
    return response


def _resource(kind: str, slug: str) -> Resource:
    url = url_for("entities.document", kind=kind, slug=slug)
    return Resource(url, f"{ID}{kind}/{slug}", entity_triples.FORMS)


def _requested_page() -> DocumentPage:
    """Return the page of a document that the address names.

    Raises:
        BadInput: it names no page.
    """
    number = representations.page_number()
    claims = request.args.get("claims", "yes")
    if claims not in ("yes", "no"):
        raise BadInput(f"claims={claims[:20]} is neither yes nor no")
    return DocumentPage(number, claims == "yes")


def _document(iri: str, page: DocumentPage, media_type: str) -> Response:
    """Return the document about a thing, or the response for one that was merged or withdrawn.

    Raises:
        NotFound: no triple has the thing as its subject, or there is no such page.
    """
    if media_type == media_types.HTML:
        return _html_document(iri, page)
    engine, services = context.queries(), context.services()
    try:
        fetched = entity_triples.fetch_document(engine, iri, page)
    except BadInput:
        raise _not_found(iri) from None
    status = fetched.lifecycle if page.number == 1 else _fetch_lifecycle(iri)
    if not status.is_known:
        raise _not_found(iri)
    if status.replacement:
        return _moved(status.replacement)
    if status.is_withdrawn:
        return _gone(iri, None, media_type)
    paging.check(page.number, fetched.pages)
    about = services.description
    body = entity_triples.serialize_document(
        engine,
        fetched,
        media_types.GRAPH_ALIASES.get(media_type, media_type),
        context.term_labels(),
        Publication(about.license_iri, about.publisher_iri),
        services.compaction,
        context.thing_labels(),
    )
    response = context.respond(body, media_type)
    representations.add_page_links(response, page.number, fetched.pages)
    return response


def _html_document(iri: str, page: DocumentPage) -> Response:
    try:
        statements = entity.fetch_entity(context.queries(), iri, page)
    except BadInput:
        raise _not_found(iri) from None
    status = statements.lifecycle
    if not status.is_known:
        raise _not_found(iri)
    if status.replacement:
        return _moved(status.replacement)
    paging.check(page.number, statements.pages)
    response = _page(statements, 410 if status.is_withdrawn else 200)
    representations.add_page_links(response, page.number, statements.pages)
    return response


def _page(statements: EntityStatements, status: int) -> Response:
    about = entity.describe(context.queries(), statements, context.vocabulary())
    types = {value.text.removeprefix(OIB) for value in (*about.types, *about.entailed)}
    is_record = not types.isdisjoint(_RECORDS)
    names = {**about.names, **_claim_titles(about, about.names)}
    tables = {
        "claims": statement_table.by_document(about.claims),
        "posts": statement_table.by_document(about.posts),
        "mentions": statement_table.by_document(about.mentions),
    }
    locale = templating.locale()
    name = locale.name(about.iri, about.names)[0]
    return templating.render(
        "entity.html",
        status,
        names,
        tables=tables,
        sources=statement_table.number_sources(tables.values()),
        missing=() if is_record or about.pages > 1 else _missing(about),
        citation=Citation.of(locale.name(about.iri, names)[0], about.iri, locale),
        citation_urls={
            suffix: locale.local_url(f"{DOC}{about.iri.removeprefix(ID)}.{suffix}")
            for suffix in _CITATIONS
        },
        about=about,
        is_person=about.iri.startswith(ID + "person/") or "Person" in types,
        is_gone=status == 410,
        is_record=is_record,
        is_claim="Claim" in types,
        forms=media_types.GRAPH_SUFFIXES,
        page_summary=locale.message("page_summary", name=name),
        schema_org=page_metadata.thing(
            about.iri,
            [value.removeprefix(_SCHEMA) for value in _values(statements, _TYPE, _SCHEMA)],
            about.names.get(about.iri, {}),
            _values(statements, _SCHEMA + "sameAs", ""),
            page_metadata.canonical_url(),
            context.services().description,
        ),
        outline_headings=_OUTLINE_HEADINGS,
        about_link=OIB + "claimSubject",
        mention_link=OIB + "claimObject",
        pages=representations.page_urls(about.page, about.pages),
    )


def _citation(iri: str) -> Citation:
    """Return the citation of a thing by its name, or of a claim by what it states.

    Raises:
        NotFound: no triple has the thing as its subject.
    """
    try:
        statements = entity.fetch_entity(context.queries(), iri)
    except BadInput:
        raise _not_found(iri) from None
    if not statements.lifecycle.is_known:
        raise _not_found(iri)
    about = entity.describe(context.queries(), statements, context.vocabulary())
    names = {**about.names, **_claim_titles(about, about.names)}
    locale = templating.locale()
    return Citation.of(locale.name(iri, names)[0], iri, locale)


def _claim_titles(
    about: EntityDescription, names: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """Return what each claim states, in words, for those that the page itself shows or records."""
    shown = {
        claim.iri: claim_titles.title(
            (claim.subject, claim.predicate, claim.object), names, claim.counted
        )
        for claim in (*about.claims, *about.mentions)
        if claim.subject and claim.predicate and claim.object
    }
    recorded = {value.text for values in about.record.values() for value in values if value.is_iri}
    return {
        **claim_titles.fetch_titles(context.queries(), recorded - shown.keys(), names),
        **shown,
    }


def _missing(about: EntityDescription) -> tuple[Term, ...]:
    """Return the properties that things of these classes usually have and this one has not."""
    classes = tuple(sorted(value.text for value in about.types if value.text.startswith(OIB)))
    services = context.services()
    usual = (
        _immutable_usual(services, classes)
        if services.is_immutable
        else expectations.fetch_usual(context.queries(), classes)
    )
    return expectations.not_stated(usual, about.claims)


@context.kept_with_services(256)
def _immutable_usual(services: Services, classes: tuple[str, ...]) -> Mapping[str, float]:
    return expectations.fetch_usual(context.queries(), classes)


def _values(statements: EntityStatements, prop: str, start: str) -> set[str]:
    """Return the IRIs that a thing has as values of a property, those with a beginning."""
    return {
        value.text
        for _, name, value in statements.own
        if name == prop and value.is_iri and value.text.startswith(start)
    }


def _fetch_lifecycle(iri: str) -> Lifecycle:
    try:
        status = lifecycle.fetch_lifecycle(context.queries(), iri)
    except BadInput:
        raise _not_found(iri) from None
    if not status.is_known:
        raise _not_found(iri)
    return status


def _not_found(iri: str) -> NotFound:
    """Return an error that leads to the list of things of that kind, and to that of all kinds."""
    name = iri.removeprefix(ID)
    links = [
        (url_for("collections.things", kind=name.partition("/")[0]), "collection", ""),
        (url_for("collections.kinds"), "start", ""),
    ]
    return NotFound(f"nothing here is called {name}; {links[1][0]} leads to what there is", links)


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
        media_type = media_type or representations.negotiate(entity_triples.OFFERED, fixed)
    except NotAcceptable as error:
        raise Gone(f"{iri.removeprefix(ID)} was withdrawn") from error
    if media_type == media_types.HTML:
        return _page(entity.fetch_entity(context.queries(), iri), 410)
    form = media_types.GRAPH_ALIASES.get(media_type, media_type)
    if form in results.DATASETS:
        form = media_type = media_types.TURTLE
    body = entity_triples.serialize_own_triples(
        context.queries(), iri, form, context.services().compaction
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
