"""``/doc/``, ``/doc/<kind>/`` and ``/graph/``: lists of what there is, in pages."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, request, url_for

from oib import media_types
from oib.engine.statements import fetch_properties
from oib.errors import NotFound
from oib.namespaces import BASE, DOC, GRAPH, ID
from oib.services import Services
from oib.sparql import results
from oib.typed_links import Resource
from oib.views import collection, entity_triples, paging
from oib.views.entity_triples import Publication
from oib.web import context, representations, signposting, templating

bp = Blueprint("collections", __name__)

_FORMS = {
    **media_types.GRAPH_SUFFIXES,
    **media_types.DATASET_SUFFIXES,
    **media_types.PAGE_SUFFIXES,
}
_OFFERED = (*results.GRAPHS, media_types.HTML, *results.DATASETS, *media_types.GRAPH_ALIASES)


@bp.get("/id/")
def allthings_by_kind() -> Response:
    """Redirect from all things to the list of their kinds."""
    return _see_other(url_for("collections.kinds"))


@bp.get("/id/<kind>/")
def things_of_kind(kind: str) -> Response:
    """Redirect from the things of a kind to the list of them."""
    return _see_other(url_for("collections.things", kind=kind))


@bp.get("/doc/")
def kinds() -> Response:
    """Return the list of the kinds of things."""
    return _respond(DOC, [f"{DOC}{kind}/" for kind in things_by_kind()], "kinds_of_things")


@bp.get("/doc/<kind>/")
def things(kind: str) -> Response:
    """Return a page of the list of the things of a kind.

    Raises:
        NotFound: there is no such kind, or no such page.
    """
    known = things_by_kind()
    if kind not in known:
        links = [(url_for("collections.things", kind=each), "item", "") for each in known]
        raise NotFound(f"no things are of the kind {kind[:100]}; {', '.join(known)} are", links)
    return _respond(f"{DOC}{kind}/", known[kind], kind)


@bp.get("/graph/")
def graphs() -> Response:
    """Return a page of the list of the named graphs."""
    return _respond(GRAPH, _graphs(), "graphs")


def _respond(iri: str, members: Sequence[str], heading: str) -> Response:
    number, pages = representations.page_number(), paging.count(len(members))
    paging.check(number, pages)
    shown = members[(number - 1) * paging.PAGE_SIZE : number * paging.PAGE_SIZE]
    resource = Resource(f"{request.script_root}/{iri.removeprefix(BASE)}", iri, _FORMS)
    media_type = representations.negotiate(_OFFERED)

    def create() -> Response:
        services, engine = context.services(), context.queries()
        things = [member for member in shown if member.startswith(ID)]
        if media_type == media_types.HTML:
            slugs = {member: member.removeprefix(iri).rstrip("/") for member in shown}
            named = {member: (slug, "") for member, slug in slugs.items()}
            if iri == DOC:
                locale = templating.locale()
                named = {member: locale.kind_name(slug) for member, slug in slugs.items()}
            return templating.render(
                "collection.html",
                names={
                    **{member: {tag: name} for member, (name, tag) in named.items()},
                    **fetch_properties(engine, things).all_names(),
                },
                heading=heading,
                is_message=iri in (DOC, GRAPH),
                members=shown,
                total=len(members),
                number=number,
                last=pages,
                pages=representations.page_urls(number, pages),
                forms=_FORMS,
            )
        about = services.description
        publication = Publication(about.license_iri, about.publisher_iri)
        body = entity_triples.serialize_list(
            shown,
            entity_triples.fetch_labels(engine, things),
            [
                *paging.statements(iri, len(members), number),
                *(line.encode() for line in publication.statements(iri)),
            ],
            iri,
            media_types.GRAPH_ALIASES.get(media_type, media_type),
            services.compaction,
        )
        return context.respond(body, media_type)

    response = representations.conditional_response(media_type, create)
    signposting.add_links(response, resource)
    representations.add_page_links(response, number, pages)
    return response


def things_by_kind() -> Mapping[str, tuple[str, ...]]:
    """Return the IRIs of all current things by kind; immutable data are asked for them once."""
    if context.services().is_immutable:
        return _immutable_things(context.services())
    return collection.fetch_things(context.queries())


@context.kept_with_services(1)
def _immutable_things(services: Services) -> Mapping[str, tuple[str, ...]]:
    return collection.fetch_things(context.queries())


def _graphs() -> tuple[str, ...]:
    if context.services().is_immutable:
        return _immutable_graphs(context.services())
    return collection.fetch_graphs(context.queries())


@context.kept_with_services(1)
def _immutable_graphs(services: Services) -> tuple[str, ...]:
    return collection.fetch_graphs(context.queries())


def _see_other(url: str) -> Response:
    response = context.respond("", "text/plain", 303)
    response.location = url
    return response
